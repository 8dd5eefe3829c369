"""A register of platforms from a city or state: heights, widths, guidance, ramps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.files.tables import read_table
from wegeketten.model.reading import Provenance
from wegeketten.transit.platforms import QUANTITIES, Known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.files.coordinates import Ground

STOP_MARK = "stop:"
"""Ids of platforms in plans and surveys begin with it; the id of the stop in the timetable follows."""

_IDS = ("hst_dhid", "steig_dhid", "dhid", "stop_id", "ref:ifopt", "ifopt", "globalid", "id")
_LAT = ("latitude", "lat", "breitengrad", "stop_lat")
_LON = ("longitude", "lon", "lng", "laengengrad", "längengrad", "stop_lon")
_NAME = ("steig_name", "hst_name", "name", "stop_name")
_FIELDS: dict[str, tuple[tuple[str, float], ...]] = {
    "height_cm": (
        ("steighoehe_cm", 1),
        ("hoehe_cm", 1),
        ("höhe_cm", 1),
        ("height_cm", 1),
        ("kantenhoehe", 1),
        ("bordhoehe_cm", 1),
        ("hoehe_m", 100),
        ("height_m", 100),
        ("height", 100),
    ),
    "width_m": (
        ("steigbreite_engstelle_cm", 0.01),
        ("steigbreite_cm", 0.01),
        ("breite_cm", 0.01),
        ("width_cm", 0.01),
        ("breite_m", 1),
        ("width_m", 1),
        ("width", 1),
    ),
    "tactile": (
        ("bodind_leitstreifen", 1),
        ("bodind_einstiegsbereich", 1),
        ("tactile", 1),
        ("tactile_paving", 1),
    ),
    "speech": (
        ("fahrgastinfo_akustisch", 1),
        ("fahrplananzeigetafel_akustisch", 1),
        ("fahrtzielanzeiger_akustisch", 1),
        ("ansagen_vorhanden", 1),
        ("speech", 1),
    ),
    "ramp": (("mobilerampe", 1), ("hublift", 1), ("ramp", 1), ("rampe", 1)),
    "wheelchair": (("wheelchair", 1), ("wheelchair_boarding", 1), ("barrierefrei", 1)),
}
"""By quantity: columns that hold it, the first filled one counts, and how many of our units its unit is."""

_YES = {"j": 1.0, "ja": 1.0, "yes": 1.0, "true": 1.0, "wahr": 1.0, "1": 1.0, "x": 1.0}
_NO = {"n": 0.0, "nein": 0.0, "no": 0.0, "false": 0.0, "falsch": 0.0, "0": 0.0}
_PART = {"teilweise": 0.5, "limited": 0.5, "eingeschränkt": 0.5, "bedingt": 0.5}
_NULL = ("", "-", "null", "nan", "unbekannt", "unknown", "k.a.", "k. a.")


class Entry(NamedTuple):
    """One row: a platform, or a whole stop.

    Attributes
    ----------
    id
        DHID or the feed's stop id; empty where the row has none.
    name
        As written.
    lat, lon
        Degrees, None where the row has none.
    known
        What it states, by name of `platforms.QUANTITIES`.
    """

    id: str
    name: str
    lat: float | None
    lon: float | None
    known: Mapping[str, Known]


class Register(NamedTuple):
    """What a register says.

    Attributes
    ----------
    entries
        One entry for each row that can be used.
    notes
        What had to be assumed to read it.
    """

    entries: list[Entry]
    notes: list[str]


def read_register(
    path: Path, *, ground: Ground | None = None, crs: str | None = None, encoding: str | None = None
) -> Register:
    """Read a register.

    Parameters
    ----------
    path
        CSV or workbook with a header, any separator and encoding, decimal point or comma, ``-`` for nothing.
        Columns are known by the names of the BFRK register, of the national zHV, or by those of this
        program: ``stop_id lat lon height_cm width_m tactile speech ramp wheelchair``. Or the table of a
        survey, with answers on platforms filled in.
    ground
        Where the city is: platforms may lie at metres (Rechtswert and Hochwert) then.
    crs, encoding
        System of columns in metres and encoding of the file, as the user names them.

    Returns
    -------
    Register
        Its entries, and what had to be assumed.

    Raises
    ------
    InputDataError
        The file cannot be read, names no platform, or holds a value that is none.
    """
    table = read_table(path, encoding=encoding, kind="register")
    columns = table.texts()
    header = [name.strip().lower() for name in columns]
    rows = list(zip(*columns.values(), strict=True))
    numbers = table.row_numbers().tolist()
    if {"attribute", "value"} <= set(header) and {"barrier_id", "osm"} & set(header):
        return Register(_of_survey(path, header, rows, numbers), table.notes)
    degrees = _of(_LAT, header) and _of(_LON, header)
    places = None if degrees or ground is None else _from_metres(path, columns, ground, crs)
    if not any(name in header for name in _IDS) and not degrees and places is None:
        raise InputDataError(
            f"{path}: no column names the platform ({', '.join(_IDS[:4])}, or latitude and longitude)"
        )
    entries = []
    for at, (number, cells) in enumerate(zip(numbers, rows, strict=True)):
        if any(cell.strip() for cell in cells):
            row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
            entry = _entry(path, number, row)
            if places is not None and np.isfinite(places[at]).all():
                lon, lat = places[at].tolist()
                entry = entry._replace(lat=lat, lon=lon)
            entries.append(entry)
    return Register(entries, table.notes)


def _from_metres(
    path: Path, columns: Mapping[str, list[str]], ground: Ground, crs: str | None
) -> NDArray[np.float64] | None:
    """Degrees of columns with metres, NaN where a row has none; None where there are no such columns."""
    from wegeketten.files.coordinates import find_system, metre_columns, to_degrees
    from wegeketten.files.numerals import axis_numbers

    pair = metre_columns(columns)
    if pair is None:
        return None
    xy = np.array(axis_numbers(columns[pair[0]], columns[pair[1]]), dtype=np.float64)
    known = np.isfinite(xy).all(axis=0) & (np.abs(xy) > 180).any(axis=0)
    lonlat = np.full((xy.shape[1], 2), np.nan)
    if known.any():
        system = find_system(path, xy.T[known], pair, ground, crs)
        lonlat[known] = to_degrees(xy.T[known], system)
    return lonlat


def _of_survey(
    path: Path, header: Sequence[str], lines: Sequence[Sequence[str]], numbers: Sequence[int]
) -> list[Entry]:
    """Answers of a survey on platforms of stops; what it says of ways is for ``--survey``."""
    found: dict[str, dict[str, Known]] = {}
    for number, cells in zip(numbers, lines, strict=True):
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        name, value = row.get("barrier_id") or row.get("osm", ""), row.get("value", "")
        quantity = row.get("attribute", "").removeprefix("platform_")
        if not name.startswith(STOP_MARK) or quantity not in QUANTITIES or value.lower() in _NULL:
            continue
        metres = QUANTITIES[quantity][1] == QUANTITIES["width_m"][1]
        factor = 0.01 if metres and value.endswith("cm") else 1.0
        known = found.setdefault(name.removeprefix(STOP_MARK), {})
        known[quantity] = _known(path, number, "value", value, quantity, factor)
    return [Entry(name, "", None, None, known) for name, known in found.items()]


def _of(names: Sequence[str], header: Sequence[str]) -> bool:
    return any(name in header for name in names)


def _entry(path: Path, number: int, row: Mapping[str, str]) -> Entry:
    def first(names: Sequence[str]) -> str:
        return next((row[name] for name in names if row.get(name, "").lower() not in _NULL), "")

    known = {}
    for quantity, columns in _FIELDS.items():
        for column, factor in columns:
            cell = row.get(column, "")
            if cell.lower() in _NULL:
                continue
            known[quantity] = _known(path, number, column, cell, quantity, factor)
            break
    lat, lon = (_degree(path, number, first(names)) for names in (_LAT, _LON))
    return Entry(first(_IDS), first(_NAME), lat, lon, known)


def _degree(path: Path, number: int, cell: str) -> float | None:
    if not cell:
        return None
    try:
        value = float(cell.replace(",", "."))
    except ValueError:
        raise InputDataError(f"{path}, row {number}: {cell!r} is not a degree") from None
    if not -180 <= value <= 180:
        raise InputDataError(f"{path}, row {number}: {cell!r} is not a degree of latitude or longitude")
    return value


def _known(path: Path, number: int, column: str, cell: str, quantity: str, factor: float) -> Known:
    low, high = QUANTITIES[quantity]
    if high == 1.0:
        value = (_YES | _NO | _PART).get(cell.lower())
        if value is None:
            raise InputDataError(f"{path}, row {number}: {column} {cell!r} is neither yes nor no (J or N)")
        return Known(value, value, value, Provenance.surveyed)
    span = re.fullmatch(r"([0-9]+(?:[.,][0-9]+)?)\.\.([0-9]+(?:[.,][0-9]+)?)\s*(?:cm|m)?", cell)
    if span is not None:
        ends = [round(float(end.replace(",", ".")) * factor, 4) for end in span.groups()]
        if low <= ends[0] <= ends[1] <= high:
            return Known(ends[0], float("nan"), ends[1], Provenance.surveyed)
    match = re.fullmatch(r"([<>~]?)\s*([0-9]+(?:[.,][0-9]+)?)\s*(?:cm|m)?", cell)
    value = None if match is None else round(float(match[2].replace(",", ".")) * factor, 4)
    if match is None or value is None or not low <= value <= high:
        raise InputDataError(f"{path}, row {number}: {column} {cell!r} is not a number in its range")
    if match[1] == "<":
        return Known(low, float("nan"), value, Provenance.surveyed)
    if match[1] == ">":
        return Known(value, float("nan"), high, Provenance.surveyed)
    return Known(value, value, value, Provenance.surveyed)
