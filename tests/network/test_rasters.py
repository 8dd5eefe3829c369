"""Elevation models as surveys publish them: text grids, archives, folders, lists; and what is none."""

# ruff: noqa: E501  # lines of files stand as they are in them

from __future__ import annotations

import gzip
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from network.test_elevation import EAST, NORTH, lonlat, plane, write_dem

from wegeketten.errors import InputDataError
from wegeketten.network.terrain import Terrain

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

POINTS = np.array([[10.0, 12.0], [55.5, 71.25]])


def height(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    return 100 + 0.02 * (x - EAST) + 0.01 * (y - NORTH)


def expected() -> NDArray[np.float64]:
    return height(POINTS[:, 0] + EAST, POINTS[:, 1] + NORTH)


def xyz(
    path: Path,
    *,
    step: float = 1.0,
    sign: str = " ",
    header: str = "",
    comma: bool = False,
    whole: bool = False,
) -> Path:
    x, y = np.meshgrid(EAST + np.arange(0, 100, step), NORTH + np.arange(0, 100, step))
    z = height(x, y) * (100 if whole else 1)
    rows = (
        f"{a:.2f}{sign}{b:.2f}{sign}{c:.{0 if whole else 3}f}"
        for a, b, c in zip(x.flat, y.flat, z.flat, strict=True)
    )
    text = header + "\n".join(rows) + "\n"
    path.write_text(text.replace(".", ",") if comma else text)
    return path


def heights(path: Path, **options: Any) -> tuple[NDArray[np.float64], Terrain]:
    with Terrain([path], **options) as terrain:
        return terrain.heights(lonlat(POINTS))[0], terrain


def test_a_raster_without_a_system_is_in_the_one_that_is_said(tmp_path: Path) -> None:
    path = write_dem(tmp_path / "c.tif", height, crs=None)
    assert heights(path, crs="UTM32")[0] == pytest.approx(expected(), abs=0.01)
    with pytest.raises(InputDataError, match="name it with --crs"):
        Terrain([path])


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("dgm1_32_650_5480_2_sn.xyz", {}),
        ("dgm5_32650_5480.xyz", {"step": 5.0}),
        ("dgm1_32_650_5480.xyz", {"sign": "   "}),
        ("dgm1_32_650_5480.xyz", {"sign": ";", "header": "x;y;z\n", "comma": True}),
        ("dgm1_32_650_5480.xyz", {"sign": " ", "comma": True}),
        ("dgm1_32_650_5480.xyz", {"sign": "\t"}),
    ],
)
def test_grids_of_points(tmp_path: Path, name: str, form: dict[str, Any]) -> None:
    found, terrain = heights(xyz(tmp_path / name, **form))
    assert found == pytest.approx(expected(), abs=0.01)
    assert terrain.finest_m == pytest.approx(form.get("step", 1.0))
    assert list(tmp_path.iterdir()) == [tmp_path / name]


def test_packed_folders_and_lists(tmp_path: Path) -> None:
    file = xyz(tmp_path / "dgm1_32_650_5480.xyz")
    packed = tmp_path / "dgm1_32_650_5480.xyz.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(file, "dgm1_32_650_5480.xyz")
        archive.writestr("readme.txt", "the model")
    (tmp_path / "tiles").mkdir()
    tile = write_dem(tmp_path / "tiles" / "t.tif", height, cell=1)
    (tmp_path / "m.vrt").write_text(
        '<VRTDataset><VRTRasterBand><SimpleSource><SourceFilename relativeToVRT="1">tiles/t.tif</SourceFilename>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )
    for path in (packed, tmp_path / "a.zip", tmp_path / "tiles", tmp_path / "m.vrt", tile):
        assert heights(path)[0] == pytest.approx(expected(), abs=0.02), path
    (tmp_path / "away.vrt").write_text(
        "<VRTDataset><VRTRasterBand><SourceFilename>/vsicurl/http://x/y.tif</SourceFilename></VRTRasterBand></VRTDataset>"
    )
    with pytest.raises(InputDataError, match="no local raster"):
        Terrain([tmp_path / "away.vrt"])
    (tmp_path / "secret.conf").write_text("password=hunter2\n")
    listing = (tmp_path / "m.vrt").read_text().replace("tiles/t.tif", "secret.conf")
    (tmp_path / "peek.vrt").write_text(listing)
    with pytest.raises(InputDataError, match="not a GeoTIFF") as refused:
        Terrain([tmp_path / "peek.vrt"])
    assert "pass" not in str(refused.value)  # how a file begins that others name is nobody's business


def test_esri_grids(tmp_path: Path) -> None:
    y, x = np.mgrid[0:100, 0:100]
    cells = height(EAST + x + 0.5, NORTH + 100 - y - 0.5)
    cells[3, 3] = -9999
    head = f"ncols 100\nnrows 100\nxllcorner {EAST}\nyllcorner {NORTH}\ncellsize 1\nNODATA_value -9999\n"
    (tmp_path / "a.asc").write_text(head + "\n".join(" ".join(f"{v:.3f}" for v in row) for row in cells))
    assert heights(tmp_path / "a.asc", crs="25832")[0] == pytest.approx(expected(), abs=0.01)
    with pytest.raises(InputDataError, match="--crs"):
        Terrain([tmp_path / "a.asc"])
    (tmp_path / "cut.asc").write_text(head + "1 2 3")
    with pytest.raises(InputDataError, match="3 heights, 10000 expected"):
        Terrain([tmp_path / "cut.asc"], crs="25832")


@pytest.mark.parametrize("unit", ["dm", "cm"])
@pytest.mark.parametrize("dtype", ["int16", "float32"])
def test_whole_numbers_on_fine_cells_are_asked_about(tmp_path: Path, unit: str, dtype: str) -> None:
    factor = {"dm": 10, "cm": 100}[unit]
    path = write_dem(
        tmp_path / "a.tif", lambda x, y: np.rint(height(x, y) / 10 * factor), cell=1, dtype=dtype
    )
    with pytest.raises(InputDataError, match="--dem-unit"):
        heights(path)
    assert heights(path, vertical_unit=unit)[0] == pytest.approx(expected() / 10, abs=0.1)
    with pytest.raises(InputDataError, match="--dem-unit"):
        heights(xyz(tmp_path / "dgm1_32_650_5480.xyz", whole=True))


@pytest.mark.parametrize("void", [0.0, -99.0])
def test_holes_that_are_not_declared(tmp_path: Path, void: float) -> None:
    def holed(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        hole = (np.abs(x - EAST - 55) < 8) & (np.abs(y - NORTH - 71) < 8)
        return np.where(hole, void, height(x, y))

    found, terrain = heights(write_dem(tmp_path / "a.tif", holed, cell=1))
    assert found[0] == pytest.approx(expected()[0], abs=0.01)
    assert np.isnan(found[1])
    assert any("exactly" in note for note in terrain.notes)


def test_pictures_and_damage_are_no_models(tmp_path: Path) -> None:
    import rasterio

    with rasterio.open(
        tmp_path / "photo.tif", "w", driver="GTiff", width=50, height=50, count=3, dtype="uint8", crs="EPSG:25832",
        transform=rasterio.Affine(1, 0, EAST, 0, -1, NORTH + 50),
    ) as photo:  # fmt: skip
        photo.write(np.random.default_rng(1).integers(0, 255, (3, 50, 50), dtype=np.uint8))
    with pytest.raises(InputDataError, match="picture"):
        Terrain([tmp_path / "photo.tif"])
    cells = np.full((1201, 1201), 300, ">i2").tobytes()
    with zipfile.ZipFile(tmp_path / "N49E011.hgt.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("N49E011.hgt", cells)
    whole = (tmp_path / "N49E011.hgt.zip").read_bytes()
    for at in (10, 40, len(whole) // 2, len(whole) - 30):
        (tmp_path / "N49E011.hgt.zip").write_bytes(whole[:at] + b"damaged" + whole[at:])
        with pytest.raises(InputDataError, match=r"damaged archive|is damaged"):
            Terrain([tmp_path / "N49E011.hgt.zip"])
    assert plane(0.02)(np.array([EAST]), np.array([NORTH])) is not None


@pytest.mark.parametrize(
    ("value", "told"), [(50.0, True), (123456 / 256, True), (104.0, False), (120.0, False)]
)
def test_holes_of_any_value_are_told_and_harbours_stay(tmp_path: Path, value: float, told: bool) -> None:
    def with_hole(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        ground = 110 + (x - EAST) * 0.02 + (y - NORTH) * 0.01
        inside = (np.abs(x - EAST - 50) < 20) & (np.abs(y - NORTH - 50) < 20)
        return np.where(inside, value, ground)

    with Terrain([write_dem(tmp_path / "a.tif", with_hole, cell=1)]) as terrain:
        heights_m, _ = terrain.heights(lonlat(np.array([[50.0, 50.0], [10.0, 10.0]])))
    assert np.isnan(heights_m).tolist() == [told, False]
    assert bool(terrain.notes) is told
