"""Coordinate systems of tables and rasters: as users name them, and which one a city's numbers are in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.errors import InputDataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pyproj
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SYSTEMS = (25831, 25832, 25833, 4647, 5650, 31466, 31467, 31468, 31469, 2398, 2399, 3068, 3035)
"""Systems of German registers: UTM (plain and with the zone before the value), Gauß-Krüger of the former West
(31466–31469) and East (2398, 2399), Soldner Berlin, the census's. Only the city decides which is meant."""

NEAR_M = 10_000.0
"""Rows farther from the city's homes say nothing about them."""

_SAME_M = 20.0  # systems that put the rows this near to each other need no decision

_PAIRS = """
rechtswert/hochwert rechts/hoch rw/hw easting/northing ostwert/nordwert east/north e/n ost/nord utm_x/utm_y
x_utm/y_utm utm_e/utm_n utm_ost/utm_nord utm_rechts/utm_hoch x_etrs89/y_etrs89 xkoord/ykoord
x_koordinate/y_koordinate x-koordinate/y-koordinate koord_x/koord_y x_coord/y_coord coord_x/coord_y
pos_x/pos_y gk_rechts/gk_hoch x/y
"""
METRES = tuple((pair.partition("/")[0], pair.partition("/")[2]) for pair in _PAIRS.split())
"""Pairs of columns with metres, most telling first."""

_BESIDE = re.compile(
    r"utm\w*|etrs\d*|wgs\d*|gk\d?|epsg|zone|koordinaten?|koord|coord(?:inate)?|coordinates|in|m|meter|\d+n?|"
    r"lage|pos|position|gauss|krueger|krüger|drehkreuz"
)
"""What may stand beside the word for an axis in a column's name."""


_is_hex = re.compile(r"0[01](?:[0-9A-Fa-f]{2}){8,}").fullmatch


def well_known_text(cell: str) -> str:
    """A shape as well-known text, where it is written as well-known binary in hexadecimal digits.

    Parameters
    ----------
    cell
        Text of a cell, such as databases write it.

    Returns
    -------
    str
        With the number of its system in front; the cell itself where it is something else.

    Examples
    --------
    >>> well_known_text("0101000020E964000000000000001719410000000028945541")
    'SRID=25833;POINT (411072.0 5656736.0)'
    >>> well_known_text("POINT (1 2)")
    'POINT (1 2)'
    """
    if not _is_hex(cell.strip()):
        return cell
    import shapely

    try:
        shape = shapely.from_wkb(cell.strip())
    except shapely.errors.GEOSException:
        return cell
    system = int(shapely.get_srid(shape))
    if isinstance(shape, shapely.Point) and not shape.is_empty:
        text = f"POINT ({shape.x!r} {shape.y!r})"
    else:
        text = shapely.to_wkt(shape, rounding_precision=-1)
    return f"SRID={system};{text}" if system else text


def metre_columns(names: Iterable[str]) -> tuple[str, str] | None:
    """The columns of a table that hold metres east and north, by their names; None where there are none.

    Parameters
    ----------
    names
        Of all columns.

    Returns
    -------
    tuple or None
        As they are written.

    Examples
    --------
    >>> metre_columns(["Name", "Rechtswert (GK4)", "Hochwert (GK4)"])
    ('Rechtswert (GK4)', 'Hochwert (GK4)')
    """
    plain: dict[str, str] = {}
    bare: dict[str, list[str]] = {}
    for name in names:
        plain.setdefault(name.strip().casefold(), name)
        words = [word for word in re.split(r"[\W_]+", name.strip().casefold()) if word]
        bare.setdefault("_".join(word for word in words if not _BESIDE.fullmatch(word)), []).append(name)
    for x, y in METRES:
        if x in plain and y in plain:
            return plain[x], plain[y]
    for x, y in METRES:
        if len(bare.get(x, [])) == 1 and len(bare.get(y, [])) == 1:
            return bare[x][0], bare[y][0]
    return None


class Ground(NamedTuple):
    """Where the city is.

    Attributes
    ----------
    epsg
        Its metric system.
    extent
        Smallest x, y, greatest x, y in it, metres.
    """

    epsg: int
    extent: tuple[float, float, float, float]


def to_degrees(xy: Floats, system: int | str | pyproj.CRS) -> Floats:
    """Degrees of metres in a system.

    Parameters
    ----------
    xy
        Metres, shape (points, 2).
    system
        Code, name or system.

    Returns
    -------
    Floats
        Longitude and latitude, shape (points, 2).

    Examples
    --------
    >>> import numpy as np
    >>> to_degrees(np.array([[500000.0, 5655000.0]]), 25833).round(3).tolist()
    [[15.0, 51.047]]
    """
    return between(xy, system, 4326)


def between(xy: Floats, system: int | str | pyproj.CRS, target: int) -> Floats:
    """Coordinates of one system in another.

    Parameters
    ----------
    xy
        Coordinates, shape (points, 2).
    system
        Where they are from: code, name or system.
    target
        EPSG code of the other system.

    Returns
    -------
    Floats
        Shape (points, 2).

    Raises
    ------
    InputDataError
        There is no way from the one to the other.

    Examples
    --------
    >>> import numpy as np
    >>> between(np.array([[500000.0, 5655000.0]]), 25833, 25832).round().tolist()
    [[920435.0, 5672147.0]]
    """
    import pyproj

    try:
        change = pyproj.Transformer.from_crs(system, target, always_xy=True)
        return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))
    except pyproj.exceptions.ProjError as error:
        reason = " ".join(str(error).split())[:120]
        raise InputDataError(
            f"coordinate reference system {named(system)!r} leads nowhere ({reason})"
        ) from error


def parse_crs(text: str) -> int | str:
    """A coordinate reference system as a user names it: ``25833``, ``EPSG:25833``, ``GK4``, ``UTM33``.

    Parameters
    ----------
    text
        As the user wrote it.

    Returns
    -------
    int or str
        EPSG code, or a name that pyproj knows.

    Raises
    ------
    UsageError
        It is unknown.

    Examples
    --------
    >>> parse_crs("UTM 33"), parse_crs("epsg:31468"), parse_crs("GK4")
    (25833, 31468, 31468)
    """
    import pyproj

    plain = re.sub(r"[\s_/:.-]", "", text).upper()
    if (found := re.fullmatch(r"(?:ETRS89)?UTM(?:ZONE)?(3[123])N?", plain)) is not None:
        return 25800 + int(found[1])
    if (
        found := re.fullmatch(r"(?:DHDN)?(?:GK|GAUSSKRUEGER|GAUSSKRÜGER)(?:ZONE)?([2345])", plain)
    ) is not None:
        return 31464 + int(found[1])
    name: int | str = text.strip()
    if (found := re.fullmatch(r"(?:EPSG)?(\d{4,6})", plain)) is not None:
        name = int(found[1])
    try:
        system = pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError:
        raise UsageError(f"--crs {text}: no such coordinate reference system; such as EPSG:25833") from None
    if not (system.is_projected or system.is_geographic):
        raise UsageError(f"--crs {text}: is no system of places on a map; such as EPSG:25833")
    return name


def find_system(
    path: Path,
    xy: Floats,
    columns: tuple[str, str],
    ground: Ground,
    crs: str | None,
    *,
    optional: bool = True,
) -> int | str:
    """System of coordinates in metres: the user's word, else the only one that puts rows into the city.

    Parameters
    ----------
    path
        File that the coordinates are from, for messages.
    xy
        Coordinates of all rows, shape (rows, 2).
    columns
        Names of the two columns.
    ground
        Where the city is.
    crs
        The user's word; None where nothing was said.
    optional
        Whether the command has an option ``--crs``; else the file itself must say it.

    Returns
    -------
    int or str
        EPSG code, or a name that pyproj knows.

    Raises
    ------
    InputDataError
        None does, or several do at different places.
    UsageError
        `crs` is unknown.
    """
    if crs is not None:
        return parse_crs(crs)
    found: dict[int, Floats] = {}
    degrees = bool((np.abs(xy) <= (180.0, 90.0)).all())
    for epsg in (4326,) if degrees else dict.fromkeys((ground.epsg, *SYSTEMS, 3857)):
        with np.errstate(all="ignore"):
            there = between(xy, epsg, ground.epsg)
        near = _near(there, ground.extent)
        if near.any():
            found[epsg] = there[near]
    if not found and _near(between(xy[:, ::-1], ground.epsg, ground.epsg), ground.extent).any():
        raise InputDataError(f"{path}: {columns[0]!r} and {columns[1]!r} are swapped")
    if not found and optional:
        raise InputDataError(
            f"{path}: which coordinate system are {columns[0]!r} and {columns[1]!r} in? None of the "
            "usual ones puts them "
            "into the city; name it with --crs, such as --crs EPSG:25833"
        )
    if not found:
        raise InputDataError(
            f"{path}: which coordinate system are {columns[0]!r} and {columns[1]!r} in? None of the "
            "usual ones puts them into the city; state it with each place, such as SRID=25833;POINT (x y)"
        )
    best = next(iter(found))
    apart = [
        epsg
        for epsg, there in found.items()
        if there.shape != found[best].shape or np.abs(there - found[best]).max() > _SAME_M
    ]
    if apart:
        names = ", ".join(named(epsg) for epsg in (best, *apart))
        if not optional:
            raise InputDataError(
                f"{path}: which coordinate system are {columns[0]!r} and {columns[1]!r} in? {names} put "
                f"them into the city, at different places; state it with each place, such as SRID={best};"
                "POINT (x y)"
            )
        raise InputDataError(
            f"{path}: which coordinate system are {columns[0]!r} and {columns[1]!r} in? {names} put "
            "them into the city, "
            f"at different places; say it with --crs EPSG:{best}"
        )
    return best


def _near(xy: Floats, extent: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    low, high = np.array(extent[:2]) - NEAR_M, np.array(extent[2:]) + NEAR_M
    return np.asarray(((xy > low) & (xy < high)).all(axis=1))


def named(system: int | str | pyproj.CRS) -> str:
    """Code and name of a system, for messages.

    Parameters
    ----------
    system
        Code, name or system.

    Returns
    -------
    str
        Such as ``EPSG:25833 (ETRS89 / UTM zone 33N)``.

    Examples
    --------
    >>> named(25833)
    'EPSG:25833 (ETRS89 / UTM zone 33N)'
    """
    import pyproj

    crs = pyproj.CRS.from_user_input(system)
    code = ":".join(crs.to_authority() or ())
    return f"{code} ({crs.name})" if code else crs.name
