"""Files of elevation models as surveys publish them: rasters, text grids, archives, folders, lists of tiles.

What comes as text (``.xyz``, ``.asc``) or as bare numbers (``.hgt``) is read here, without any library of C,
and kept as an array on disk; archives are unpacked and checked here too. Only plain GeoTIFF is left to GDAL.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.files.archives import gunzip, members_of, unpack
from wegeketten.files.bounds import BOUNDS
from wegeketten.files.coordinates import parse_crs
from wegeketten.files.tables import read_start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST_FILES = 5000
_MEMBERS = (".tif", ".tiff", ".hgt", ".xyz", ".asc", ".txt", ".gz", ".csv", ".dat")
_IN_FOLDERS = (".tif", ".tiff", ".hgt", ".xyz", ".asc", ".zip", ".gz")
_HGT_SIDES = (1201, 3601)
_ZONED = re.compile(r"(?:^|[_-])(?:dgm\d*[_-])?(3[123])[_-]?\d{3}[_-]\d{4}", re.IGNORECASE)
_HGT_NAME = re.compile(r"([NS])(\d{2})([EW])(\d{3})", re.IGNORECASE)
_NUMBER = rb"-?\d+(?:[.,]\d+)?"
_GAP = rb"(?:[ \t;]+|,)"
_point_line = re.compile(rb"\s*" + _NUMBER + _GAP + _NUMBER + _GAP + _NUMBER + rb".*").fullmatch


@dataclass(frozen=True)
class Grid:
    """A raster that was read here.

    Attributes
    ----------
    cells
        Heights, NaN where void; kept on disk.
    crs
        Coordinate reference system, as pyproj takes it.
    transform
        Affine coefficients ``a b c d e f``: column, row → x, y of the cell's corner.
    """

    cells: NDArray[np.floating[Any]]
    crs: Any
    transform: tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Raster:
    """One raster that the user named, or that lies in what the user named.

    Attributes
    ----------
    path
        A file on disk.
    label
        As the user knows it, for messages.
    grid
        Its content where it was read here; None for a GeoTIFF.
    """

    path: Path
    label: str
    grid: Grid | None = None


def rasters_in(path: Path, room: Callable[[], Path], crs: str | None = None) -> Iterator[Raster]:
    """Rasters of a file, an archive, a folder or a list of tiles (VRT).

    Parameters
    ----------
    path
        As the user names it.
    room
        Gives a folder for what has to be unpacked.
    crs
        Coordinate reference system of grids that state none.

    Yields
    ------
    Raster
        With their own coordinate reference systems.

    Raises
    ------
    InputDataError
        There is nothing, it is damaged, or beyond a bound.
    """
    if path.is_dir():
        files = sorted(each for each in path.rglob("*") if each.is_file() and _ending(each) in _IN_FOLDERS)
        if not files:
            raise InputDataError(f"elevation model {path}: no {', '.join(_IN_FOLDERS)} in this folder")
        if len(files) > MOST_FILES:
            raise InputDataError(f"elevation model {path}: {len(files)} files, at most {MOST_FILES} are read")
        for file in files:
            yield from rasters_in(file, room, crs)
        return
    if not path.is_file():
        raise InputDataError(f"elevation model {path}: no such file")
    start, _ = read_start(path)
    if start.startswith(b"PK\x03\x04"):
        yield from _zipped(path, room, crs)
    elif start.startswith(b"\x1f\x8b"):
        inner = _gunzipped(path, room())
        yield _raster(inner, f"{path}:{inner.name}", room, crs, path.name)
    elif b"<VRTDataset" in start:
        for tile in _tiles_of(path):
            yield from rasters_in(tile, room, crs)
    else:
        yield _raster(path, str(path), room, crs, path.name)


def _ending(path: Path) -> str:
    return path.suffix.lower()


def _raster(path: Path, label: str, room: Callable[[], Path], crs: str | None, name: str) -> Raster:
    start, _ = read_start(path)
    if _ending(path) == ".hgt":
        return Raster(path, label, _read_hgt(path, label))
    if start[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return Raster(path, label)
    if re.match(rb"\s*ncols\s", start, re.IGNORECASE):
        return Raster(path, label, _read_ascii_grid(path, label, room, crs, name))
    if _first_point(start):
        return Raster(path, label, _read_points(path, label, room, crs, name))
    # no byte of it is shown: a list of tiles may name any file of this machine
    kind = "empty" if not start else "binary data" if b"\0" in start else "text"
    raise InputDataError(f"elevation model {label}: not a GeoTIFF, .hgt, .xyz or .asc file ({kind})")


def _zipped(path: Path, room: Callable[[], Path], crs: str | None) -> Iterator[Raster]:
    members = members_of(path, what="elevation model")
    rasters = [member for member in members if Path(member.filename).suffix.lower() in _MEMBERS]
    pictures = [m for m in rasters if Path(m.filename).suffix.lower() in _MEMBERS[:5]]
    rasters = pictures or rasters
    if not rasters:
        raise InputDataError(f"elevation model {path}: holds no .hgt, .tif, .xyz or .asc")
    found = 0
    for number, member in enumerate(rasters):
        folder = room() / f"{len(list(room().iterdir()))}-{number}"
        folder.mkdir()
        stem = member.filename.rpartition(".")[0]
        beside = [m for m in members if m.filename in (f"{stem}.prj", f"{stem}.tfw")]
        (file, *_) = unpack(path, folder, [member, *beside], what="elevation model")
        label = f"{path}:{member.filename}"
        start, _ = read_start(file)
        if start.startswith(b"\x1f\x8b"):
            file = _gunzipped(file, folder)
        try:
            yield _raster(file, label, room, crs, f"{path.stem}_{file.name}")
        except InputDataError:
            if pictures:
                raise
            continue  # a text beside the model
        found += 1
    if not found:
        raise InputDataError(f"elevation model {path}: holds no .hgt, .tif, .xyz or .asc")


def _gunzipped(path: Path, folder: Path) -> Path:
    name = path.name[: -len(path.suffix)] if _ending(path) == ".gz" else path.name
    return gunzip(path, folder / name, what="elevation model")


def _tiles_of(path: Path) -> list[Path]:
    """Local files that a VRT puts together; nothing else that a VRT can say is done."""
    text = path.read_bytes()
    if len(text) > 20_000_000 or b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise InputDataError(f"elevation model {path}: this list of tiles is not read; name the tiles")
    try:
        root = ET.fromstring(text)  # noqa: S314  # no document type, so no entities
    except ET.ParseError as error:
        raise InputDataError(f"elevation model {path}: damaged list of tiles ({error})") from error
    if root.find(".//PixelFunctionType") is not None or len(root.findall("VRTRasterBand")) != 1:
        raise InputDataError(f"elevation model {path}: computes its cells; name the tiles themselves")
    found: dict[Path, None] = {}
    for source in root.iter("SourceFilename"):
        name = (source.text or "").strip()
        if not name or "://" in name or name.startswith("/vsi") or name.lower().endswith(".vrt"):
            raise InputDataError(f"elevation model {path}: {name[:60]!r} is no local raster; name the tiles")
        beside = source.get("relativeToVRT") == "1"
        tile = path.parent / name if beside else Path(name)
        if not tile.is_file():
            raise InputDataError(f"elevation model {path}: its tile {name[:100]!r} is not there")
        found[tile] = None
    if not found or len(found) > MOST_FILES:
        raise InputDataError(f"elevation model {path}: lists {len(found)} tiles")
    return list(found)


def _read_hgt(path: Path, label: str) -> Grid:
    named = _HGT_NAME.search(path.name)
    size = path.stat().st_size
    side = next((side for side in _HGT_SIDES if 2 * side * side == size), 0)
    if named is None or not side:
        raise InputDataError(
            f"elevation model {label}: no .hgt file (a name such as N51E013.hgt and 2884802 or "
            "25934402 bytes)"
        )
    south = int(named[2]) * (1 if named[1].upper() == "N" else -1)
    west = int(named[4]) * (1 if named[3].upper() == "E" else -1)
    cells = np.memmap(path, dtype=">i2", mode="r", shape=(side, side))
    step = 1 / (side - 1)
    return Grid(cells, 4326, (step, 0.0, west - step / 2, 0.0, -step, south + 1 + step / 2))


def _read_ascii_grid(path: Path, label: str, room: Callable[[], Path], crs: str | None, name: str) -> Grid:
    """An ESRI ASCII grid."""
    _bounded(path, label)
    head: dict[str, float] = {}
    with path.open("rb") as file:
        while True:
            at = file.tell()
            words = file.readline(200).split()
            if len(words) != 2 or not words[0][:1].isalpha():
                file.seek(at)
                break
            try:
                head[words[0].decode("ascii").lower()] = float(words[1].replace(b",", b"."))
            except ValueError as error:
                raise InputDataError(f"elevation model {label}: damaged header ({words[0]!r})") from error
        try:
            columns, rows = int(head["ncols"]), int(head["nrows"])
            step_x = head.get("cellsize") or head["dx"]
            step_y = head.get("cellsize") or head["dy"]
            x = head["xllcorner"] if "xllcorner" in head else head["xllcenter"] - step_x / 2
            y = head["yllcorner"] if "yllcorner" in head else head["yllcenter"] - step_y / 2
        except (KeyError, ValueError, OverflowError) as error:
            raise InputDataError(f"elevation model {label}: header lacks {error}") from error
        _few_enough(label, columns * rows)
        if not (columns * rows > 0 and step_x > 0 and step_y > 0 and columns > 0):
            raise InputDataError(f"elevation model {label}: {columns} × {rows} cells of {step_x:g}, no model")
        cells = _kept(room(), (rows, columns))
        try:
            values = np.array(file.read().replace(b",", b".").split(), dtype=np.float64)
        except ValueError as error:
            raise InputDataError(f"elevation model {label}: damaged ({error}); fetch it again") from error
    if len(values) != rows * columns:
        raise InputDataError(
            f"elevation model {label}: damaged ({len(values)} heights, {rows * columns} expected); "
            "fetch it again"
        )
    void = head.get("nodata_value")
    cells[:] = np.where(values == void, np.nan, values).reshape(rows, columns)
    system = _system(path, label, crs, name, x)
    return Grid(cells, system, (step_x, 0.0, x, 0.0, -step_y, y + rows * step_y))


def _read_points(path: Path, label: str, room: Callable[[], Path], crs: str | None, name: str) -> Grid:
    """Heights as points of a regular grid, one per line."""
    _bounded(path, label)
    x, y, z = _columns_xyz(path, label)
    left, step_x, column = _regular(x)
    low, step_y, row = _regular(y)
    if not (step_x > 0 and step_y > 0):
        raise InputDataError(
            f"elevation model {label}: its points lie on no regular grid; give the model as a raster"
        )
    shape = int(row.max()) + 1, int(column.max()) + 1
    _few_enough(label, shape[0] * shape[1])
    if shape[0] * shape[1] > 50 * len(x) + 1000:
        raise InputDataError(f"elevation model {label}: {len(x)} points on {shape[0]} × {shape[1]} cells")
    if len(np.unique(row * shape[1] + column)) != len(x):
        raise InputDataError(f"elevation model {label}: several heights at one point; give one model each")
    cells = _kept(room(), shape)
    cells[:] = np.nan
    cells[shape[0] - 1 - row, column] = z
    top = low + (shape[0] - 0.5) * step_y
    system = _system(path, label, crs, name, left)
    return Grid(cells, system, (step_x, 0.0, left - step_x / 2, 0.0, -step_y, top))


def _columns_xyz(path: Path, label: str) -> tuple[Floats, Floats, Floats]:
    import pyarrow as pa
    from pyarrow import csv

    with path.open("rb") as file:
        head = file.read(4096)
    first = next(line for line in head.splitlines() if _point_line(line))
    skip = head.splitlines().index(first)
    text = path.read_bytes()
    sign = next((sign for sign in (b";", b"\t", b",") if first.count(sign) >= 2), b" ")
    if sign == b"," and len(first.split()) >= 3 and not re.search(rb",\s", first):
        sign = b" "  # the commas are decimal ones
    if sign != b",":
        text = text.replace(b",", b".")
    loose = any(each in head for each in (b"  ", b"\t", b" \n", b" \r", b"\n ")) or head[:1] == b" "
    if sign == b" " and loose:
        text = re.sub(rb"[ \t]+", b" ", re.sub(rb"(?m)^[ \t]+|[ \t]+(?=\r?$)", b"", text))
    names = ["x", "y", "z", *(f"c{at}" for at in range(len(first.split(None if sign == b" " else sign)) - 3))]
    kinds = {each: pa.float64() for each in ("x", "y", "z")}
    try:
        table = csv.read_csv(
            io.BytesIO(text),
            read_options=csv.ReadOptions(column_names=names, skip_rows=skip),
            parse_options=csv.ParseOptions(delimiter=sign.decode(), quote_char=False),
            convert_options=csv.ConvertOptions(column_types=kinds, include_columns=["x", "y", "z"]),
        )
        x, y, z = (np.asarray(table.column(each).to_numpy(), dtype=np.float64) for each in ("x", "y", "z"))
    except (pa.ArrowException, ValueError) as error:
        reason = (str(error).splitlines() or ["damaged"])[0][:160]
        raise InputDataError(f"elevation model {label}: damaged ({reason}); fetch it again") from error
    if len(x) < 4 or not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise InputDataError(f"elevation model {label}: holds no grid of points (x y z)")
    return x, y, z


def _first_point(start: bytes) -> bool:
    """Whether text begins with lines of three numbers, after a header perhaps."""
    return any(_point_line(line) for line in start.splitlines()[:3])


def _regular(values: NDArray[np.float64]) -> tuple[float, float, NDArray[np.int64]]:
    """First value, spacing, and number of each value along it; spacing 0 where there is none."""
    distinct = np.unique(values)
    if len(distinct) < 2:
        return 0.0, 0.0, np.zeros(len(values), dtype=np.int64)
    gaps = np.diff(distinct)
    step = float(np.median(gaps[gaps <= gaps.min() * 1.01 + 1e-9]))
    place = (values - distinct[0]) / step
    number = np.rint(place).astype(np.int64)
    if np.abs(place - number).max() > 0.05:
        return 0.0, 0.0, number
    return float(distinct[0]), step, number


def _system(path: Path, label: str, crs: str | None, name: str, x: float) -> Any:
    """System of a grid that states none itself: from beside it, the user's word, its name, its numbers."""
    beside = path.with_suffix(".prj")
    if beside.is_file():
        import pyproj

        try:
            return pyproj.CRS.from_wkt(beside.read_text(encoding="utf-8", errors="replace"))
        except pyproj.exceptions.CRSError:
            pass  # not WKT: an old form that says little
    if crs is not None:
        return parse_crs(crs)
    if 31e6 < x < 34e6:  # the zone stands before the value
        return {31: 5649, 32: 4647, 33: 5650}[int(x // 1e6)]
    zone = _ZONED.search(name)
    if zone is not None and 1e5 < x < 9e5:
        return 25800 + int(zone[1])
    raise InputDataError(
        f"elevation model {label}: states no coordinate reference system; name it with --crs, "
        "such as --crs EPSG:25833"
    )


def _few_enough(label: str, cells: int) -> None:
    most = BOUNDS["elevation"].most
    if cells > most:
        raise InputDataError(
            f"elevation model {label}: {cells} cells, at most {most} are read; give it in tiles"
        )


def _bounded(path: Path, label: str) -> None:
    size, most = path.stat().st_size, BOUNDS["elevation"].most_bytes
    if size > most:
        raise InputDataError(
            f"elevation model {label}: {size / 1e6:.0f} MB of text, at most "
            f"{most // 10**6} are read; "
            "give it in tiles"
        )


def _kept(folder: Path, shape: tuple[int, int]) -> NDArray[np.float32]:
    """An array on disk, so that a hundred tiles need no more memory than one."""
    file = folder / f"cells-{len(list(folder.iterdir()))}.f4"
    return np.memmap(file, dtype=np.float32, mode="w+", shape=shape)
