"""What is damaged: a sound file or folder of each kind, and the reader that must bear any damage to it."""

# ruff: noqa: E501  # run by hand

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from support.drawn import Town
from support.sketch import ORIGIN, PROJECTION, lonlat

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TOWN = Town(
    " H  P\na----b\n|    |\nc-K--d",
    ways={
        "ab": "highway=residential,sidewalk=both",
        "ac": "highway=footway",
        "bd": "highway=footway",
        "cKd": "highway=path",
    },
    nodes={"H": "addr:housenumber=1", "P": "amenity=pharmacy", "K": "barrier=kerb,kerb:height=0.03"},
)
EXTENT = (float(ORIGIN[0]) - 200, float(ORIGIN[1]) - 200, float(ORIGIN[0]) + 200, float(ORIGIN[1]) + 200)


class Target(NamedTuple):
    """A kind of input.

    Attributes
    ----------
    make
        Writes a sound one into a folder and gives its path.
    read
        Reads it; what it gives is the answer.
    same
        Whether a damaged one must give the same answer or an error.
    """

    make: Callable[[Path], Path]
    read: Callable[[Path], object]
    same: bool = False


def _square(x: float = 0.0, size: float = 100.0) -> Any:
    return shapely.box(ORIGIN[0] + x, ORIGIN[1], ORIGIN[0] + x + size, ORIGIN[1] + size)


def _frame(path: Path, driver: str | None = None, crs: int = 25833) -> Path:
    import geopandas

    frame = geopandas.GeoDataFrame(
        {"name": ["Süd", "Nord"], "Einwohner": [12, 30]}, geometry=[_square(), _square(100)], crs=25833
    ).to_crs(crs)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, driver=driver)
    return path


def _homes() -> Any:
    from wegeketten.people.homes import Homes

    xy = ORIGIN + np.array([[10.0, 10.0], [150.0, 20.0]])
    unknown = np.full(2, np.nan)
    return Homes(
        {
            "home_id": np.array(["n1", "n2"], dtype=object), "x": xy[:, 0], "y": xy[:, 1], "weight": np.ones(2),
            "flats": unknown, "floor_area_m2": unknown, "inhabited": np.array([True, True]),
        }
    )  # fmt: skip


def _read_osm(path: Path) -> object:
    from wegeketten.osm.extract import read_extract

    return len(read_extract(path).refs)


def _read_districts(path: Path) -> object:
    from wegeketten.places.districts import read_districts

    return read_districts(path, PROJECTION, EXTENT).name


def _read_people(path: Path) -> object:
    from wegeketten.people.population import weigh_homes

    return float(weigh_homes(_homes(), path, PROJECTION).columns["weight"].sum())


def _read_survey(path: Path) -> object:
    from wegeketten.files.coordinates import Ground
    from wegeketten.tags.survey_file import parse_survey

    return len(parse_survey(path, ground=Ground(25833, EXTENT)).rows)


def _read_terrain(path: Path) -> object:
    from wegeketten.network.terrain import Terrain

    points = np.array([lonlat(10, 12), lonlat(50, 70)])
    with Terrain([path], crs="EPSG:25833") as terrain:
        return terrain.heights(points)[0].tolist()


def _read_toml(path: Path) -> object:
    from wegeketten.people.profile import load_profiles
    from wegeketten.places.service_catalogue import load_catalogue
    from wegeketten.whatif.measures import load_measures

    reader = {"services.toml": load_catalogue, "measures.toml": load_measures}.get(path.name)
    return type(reader(path) if reader else load_profiles([str(path)])).__name__


def _read_city(path: Path) -> object:
    from wegeketten.city import open_city

    city = open_city(path)
    digest = hashlib.sha256()
    edges = city.edges
    tables = [
        city.nodes,
        city.homes,
        city.places,
        edges.columns,
        vars(city.home_snaps),
        vars(city.place_snaps),
    ]
    for table in tables:
        for name, column in sorted(table.items()):
            if isinstance(column, np.ndarray):
                digest.update(name.encode())
                digest.update(column.tobytes() if column.dtype != object else repr(column.tolist()).encode())
    for name in ("order", "starts", "uppers"):
        digest.update(np.asarray(getattr(city.hierarchy, name)).tobytes())
    digest.update(city.catalogue.digest.encode())
    digest.update(city.file("base.parquet").read_bytes())
    digest.update(edges.points.tobytes())
    return digest.hexdigest()


def _read_result(path: Path) -> object:
    from wegeketten.pipeline.cache import _scanned
    from wegeketten.planning.compare import barriers_of
    from wegeketten.reports.marks import read_measures

    if (path / "scan.json").exists() or (path / "scan.log").exists():
        return str(_scanned(path))
    return barriers_of(path / "measures.csv"), len(read_measures(path, "de"))


def _pbf(folder: Path) -> Path:
    import osmium

    source, target = TOWN.write(folder / "t.osm"), folder / "t.osm.pbf"
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for thing in osmium.FileProcessor(str(source)):
            writer.add(thing)
    source.unlink()
    return target


def _people_csv(folder: Path) -> Path:
    rows = [
        f"{lon:.7f};{lat:.7f};{n}"
        for n, (lon, lat) in enumerate([lonlat(10, 10), lonlat(150, 20), lonlat(9, 9)], 3)
    ]
    path = folder / "p.csv"
    path.write_text("\n".join(["lon;lat;Einwohner", *rows, ""]), encoding="utf-8")
    return path


def _workbook(folder: Path) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["lon", "lat", "Einwohner"], [*lonlat(10, 10), 3], [*lonlat(150, 20), 4]):
        book.active.append(row)
    book.save(folder / "p.xlsx")
    return folder / "p.xlsx"


def _survey_csv(folder: Path) -> Path:
    lon, lat = lonlat(3, 4)
    path = folder / "s.csv"
    path.write_text(
        f"lat;lon;Bordhöhe_cm;Belag;Datum\n{lat};{lon};2,5;Asphalt;15.03.2026\n", encoding="utf-8"
    )
    return path


def _survey_json(folder: Path) -> Path:
    feature = {
        "type": "Feature", "geometry": {"type": "Point", "coordinates": list(lonlat(3, 4))},
        "properties": {"attribute": "kerb", "value": "3 cm", "date": "2026-01-02"},
    }  # fmt: skip
    path = folder / "s.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return path


def _tiff(folder: Path) -> Path:
    import rasterio

    path = folder / "d.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=100, height=100, count=1, dtype="float32", crs="EPSG:25833",
        transform=rasterio.Affine(1, 0, ORIGIN[0], 0, -1, ORIGIN[1] + 100), compress="deflate", tiled=True,
        blockxsize=16, blockysize=16,
    ) as raster:  # fmt: skip
        raster.write(100 + np.arange(10_000, dtype="float32").reshape(100, 100) / 997, 1)
    return path


def _hgt_zip(folder: Path) -> Path:
    path = folder / "N51E013.hgt.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("N51E013.hgt", np.full((1201, 1201), 120, ">i2").tobytes())
    return path


def _xyz(folder: Path) -> Path:
    path = folder / "dgm1_33_411_5656.xyz"
    rows = (
        f"{ORIGIN[0] + x:.0f} {ORIGIN[1] + y:.0f} {100 + x / 50:.2f}"
        for y in range(0, 100, 5)
        for x in range(0, 100, 5)
    )
    path.write_text("\n".join(rows) + "\n", encoding="ascii")
    return path


def _asc(folder: Path) -> Path:
    path = folder / "d.asc"
    head = (
        f"ncols 20\nnrows 20\nxllcorner {ORIGIN[0]}\nyllcorner {ORIGIN[1]}\ncellsize 5\nNODATA_value -9999\n"
    )
    path.write_text(
        head + "\n".join(" ".join(f"{100 + c / 7:.2f}" for c in range(20)) for _ in range(20)),
        encoding="ascii",
    )
    return path


def _shipped(*parts: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        from wegeketten.files.resources import shipped

        target = folder / ("mine.toml" if parts[0] == "profiles" else parts[-1])
        shutil.copyfile(shipped(*parts), target)
        return target

    return make


def _city(folder: Path) -> Path:
    import wegeketten as wk

    source = TOWN.write(folder / "t.osm")
    wk.build(source, folder / "city", pavements="centre")
    source.unlink()
    return folder / "city"


def _result(folder: Path) -> Path:
    from wegeketten.files.atomic import whole_folder
    from wegeketten.files.json import write_json

    with whole_folder(folder / "scan", marker="scan.json") as made:
        write_json(made / "scan.json", {"version": "1", "seconds": None})
        write_json(made / "scan.log", {"city": str(folder), "seconds": 1.0})
    return folder / "scan"


def _plan(folder: Path) -> Path:
    from wegeketten.files.atomic import whole_folder
    from wegeketten.files.csv import write_csv
    from wegeketten.files.json import write_json
    from wegeketten.planning.write import MEASURE_COLUMNS

    with whole_folder(folder / "plan", marker="plan.json") as made:
        row = {
            "rank": 1,
            "barrier_ids": "n1;n2",
            "kinds": "kerb",
            "lat": 51.0,
            "lon": 13.7,
            "cost_eur": 900.0,
        }
        write_csv(
            made / "measures.csv", MEASURE_COLUMNS, [[row.get(name, "") for name in MEASURE_COLUMNS]] * 3
        )
        write_json(made / "plan.json", {"version": "1"})
    return folder / "plan"


TARGETS: dict[str, Target] = {
    "pbf": Target(_pbf, _read_osm),
    "xml": Target(lambda folder: TOWN.write(folder / "t.osm"), _read_osm),
    "geojson": Target(lambda folder: _frame(folder / "d.geojson", crs=4326), _read_districts),
    "gpkg": Target(lambda folder: _frame(folder / "d.gpkg"), _read_people),
    "shapefile": Target(lambda folder: _frame(folder / "d.shp"), _read_districts),
    "gml": Target(lambda folder: _frame(folder / "d.gml", "GML"), _read_districts),
    "kml": Target(lambda folder: _frame(folder / "d.kml", "KML", 4326), _read_districts),
    "fgb": Target(lambda folder: _frame(folder / "d.fgb"), _read_people),
    "parquet": Target(lambda folder: _frame(folder / "d.parquet"), _read_people),
    "csv": Target(_people_csv, _read_people),
    "xlsx": Target(_workbook, _read_people),
    "survey_csv": Target(_survey_csv, _read_survey),
    "survey_json": Target(_survey_json, _read_survey),
    "tiff": Target(_tiff, _read_terrain),
    "hgt": Target(_hgt_zip, _read_terrain),
    "xyz": Target(_xyz, _read_terrain),
    "asc": Target(_asc, _read_terrain),
    "services": Target(_shipped("services.toml"), _read_toml),
    "profile": Target(_shipped("profiles", "wheelchair.toml"), _read_toml),
    "measures": Target(_shipped("measures.toml"), _read_toml),
    "city": Target(_city, _read_city, same=True),
    "scan": Target(_result, _read_result),
    "plan": Target(_plan, _read_result),
}
