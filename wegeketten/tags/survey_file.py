"""Survey files: a citizens' walk or the city's own register as rows of attribute and value."""

from __future__ import annotations

import difflib
import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.errors import InputDataError, OutputError
from wegeketten.files.bounds import size_within
from wegeketten.files.coordinates import METRES, find_system, metre_columns, named, parse_crs, to_degrees
from wegeketten.files.foreign_parquet import is_geoparquet
from wegeketten.files.numerals import axis_numbers
from wegeketten.files.resources import shipped
from wegeketten.files.shapes import read_layer
from wegeketten.files.tables import cell_text, read_start, read_table, split_layer
from wegeketten.tags.dates import iso_date, month_first
from wegeketten.tags.keys import plain_key, tidy_key
from wegeketten.tags.lexicon import CLASSES, Span
from wegeketten.tags.readers import measure
from wegeketten.tags.register import Attribute, attributes_of, doubtful, value_of, with_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from wegeketten.files.coordinates import Ground

COLUMNS = ("lat", "lon", "osm", "attribute", "value", "date", "by", "note")
"""Columns of a survey file; ``lat`` and ``lon`` or ``osm``, ``attribute`` and ``value`` are needed."""

_OTHER_NAMES = {
    "lat": ("latitude", "breite", "breitengrad", "y"),
    "lon": ("lng", "long", "longitude", "laenge", "länge", "längengrad", "x"),
    "osm": ("osm_id", "osmid", "barrier_id", "edge_id", "@id", "element", "id"),
    "osm_type": ("type",),
    "attribute": ("key", "attribut", "merkmal", "tag"),
    "value": ("wert", "raw"),
    "unit": ("einheit", "masseinheit", "maßeinheit", "uom"),
    "date": (
        "datum",
        "check_date",
        "timestamp",
        "erfasst",
        "erfasst_am",
        "aufnahmedatum",
        "messdatum",
        "stand",
    ),
    "by": ("von", "user", "surveyor", "source"),
    "note": ("notiz", "bemerkung", "comment", "text"),
}
_element = re.compile(r"(?:https?://\S*/)?(n|w|r|node|way|relation)[/ ]?(\d{1,19})(?::(\d{1,9}))?").fullmatch
_pair = re.compile(r"([A-Za-z_:.]+) ?= ?([^=]+?)(?=$|[;\n] ?[A-Za-z_:.]+ ?=)")


class SurveyRow(NamedTuple):
    """One observation.

    Attributes
    ----------
    row
        Where it stands in the file, for messages: ``row 17``.
    lat, lon
        Degrees, None where only an element is given.
    osm
        Type (``n``, ``w``, ``r``), id and part (-1 for all parts) of an element, or None.
    attribute
        Name in `wegeketten.model.edges.ATTRIBUTES`.
    span
        What was observed, in the attribute's unit.
    date
        ISO date or "".
    text
        Attribute and value as written, for reports.
    by, note
        Who, and what else they said.
    source
        The file it comes from, where several are merged.
    """

    row: str
    lat: float | None
    lon: float | None
    osm: tuple[str, int, int] | None
    attribute: str
    span: Span
    date: str
    text: str
    by: str
    note: str
    source: str = ""


class Rejected(NamedTuple):
    """A row that cannot be used, and why."""

    row: str
    reason: str


@cache
def attribute_keys() -> dict[str, str]:
    """Attribute by the plain keys and column names a survey may use."""
    from wegeketten.model.edges import ATTRIBUTE
    from wegeketten.tags.precedence import attribute_of_keys

    return {**attribute_of_keys(), "handrail": "handrail_sides", **{name: name for name in ATTRIBUTE}}


class Survey(NamedTuple):
    """What a survey file says.

    Attributes
    ----------
    rows
        Observations.
    rejected
        Rows that cannot be used.
    notes
        What had to be assumed, and what a reader of the results should know.
    """

    rows: list[SurveyRow]
    rejected: list[Rejected]
    notes: list[str]


def read_survey(path: Path) -> tuple[list[SurveyRow], list[Rejected]]:
    """Observations of a survey file, and rows that cannot be used; see `parse_survey`.

    Parameters
    ----------
    path
        CSV, workbook or GeoJSON.

    Returns
    -------
    tuple
        Usable rows, and the others with the reason.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from wegeketten.files.csv import write_csv
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "found.csv"
    ...     write_csv(path, ["osm", "attribute", "value"], [["n68", "kerb_cm", "3"]])
    ...     rows, rejected = read_survey(path)
    >>> [row.attribute for row in rows], rejected
    (['kerb_cm'], [])
    """
    found = parse_survey(path)
    return found.rows, found.rejected


def parse_survey(
    path: Path, *, ground: Ground | None = None, crs: str | None = None, encoding: str | None = None
) -> Survey:
    """Read a survey file: a row per observation, or a register with a column per attribute.

    Parameters
    ----------
    path
        CSV (in any spelling), workbook, GeoJSON (OpenSidewalks too), or another file of points and lines.
    ground
        Where the city is, to recognise the system of places in metres.
    crs, encoding
        Coordinate system and encoding of a file that states none.

    Returns
    -------
    Survey
        Rows without a value are left out silently: they are the empty lines of the template.

    Raises
    ------
    InputDataError
        The file is missing, empty, of another format, or lacks a needed column.
    UsageError
        `crs` or `encoding` is unknown.
    """
    sheet = _read(path, ground, crs, encoding)
    rows: list[SurveyRow] = []
    rejected: list[Rejected] = []
    dates = [sheet.date(row) for row in range(len(sheet))]
    american = month_first(dates)
    said = 0
    for row in range(len(sheet)):
        record = sheet.record(row)
        place = f"row {row + 1}"
        for attribute, value in sheet.observations(row, record):
            said += 1
            found = _row(place, record, attribute, value, american)
            if isinstance(found, SurveyRow):
                rows.append(found)
            else:
                rejected.append(found)
    if not said and not sheet.empty_is_fine:
        raise InputDataError(
            f"{path}: no row says anything that is understood (columns: {', '.join(sheet.columns)}); "
            "a template comes with: wegeketten survey --template"
        )
    notes = [*sheet.notes, *(f"{path.name}: {each}" for each in doubtful(_values(rows)))]
    return Survey(rows, rejected, notes)


def _values(rows: list[SurveyRow]) -> Iterator[tuple[str, float]]:
    for row in rows:
        if row.span.likely is not None:
            yield row.attribute, float(row.span.likely)


def write_template(path: Path) -> None:
    """Write an empty survey file with a line for each attribute and how to fill it in.

    Parameters
    ----------
    path
        CSV file to write.

    Raises
    ------
    OutputError
        The place is not writable.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_template(Path(folder) / "found.csv")
    ...     (Path(folder) / "found.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    'lat,lon,osm,attribute,value,date,by,note'
    """
    from wegeketten.files.json import write_text

    text = shipped("tags", "survey_template.csv").read_text(encoding="utf-8")
    if path.exists() and path.is_file() and path.read_bytes() != text.encode("utf-8-sig"):
        raise OutputError(f"{path} exists and is no empty template; choose another name")
    write_text(path, text, encoding="utf-8-sig")  # spreadsheets take UTF-8 without a mark for Latin


class _Sheet:
    """Columns of a survey file, and how they say what was observed."""

    def __init__(
        self, path: Path, columns: dict[str, list[str]], notes: list[str], *, sidewalks: bool = False
    ) -> None:
        self.path, self.columns, self.notes = path, columns, notes
        wanted = {other: name for name, others in _OTHER_NAMES.items() for other in (name, *others)}
        self._ours: dict[str, list[str]] = {}
        for column in columns:
            name = wanted.get(tidy_key(column))
            if name is not None:
                self._ours.setdefault(name, []).append(column)
        self._long = {"attribute", "value"} <= set(self._ours)
        self._wide: list[Attribute] = []
        if not self._long:
            used = {column for columns in self._ours.values() for column in columns}
            others = {name: cells for name, cells in columns.items() if name not in used}
            if sidewalks:
                others.pop("incline", None)
            try:
                self._wide, told = attributes_of(others)
            except InputDataError as error:
                raise InputDataError(f"{path}: {error}") from error
            if sidewalks:
                self._wide = [each for each in self._wide if each.key in _SIDEWALKS]
            self.notes += [f"{path.name}: {note}" for note in told]
            if self._wide:
                pairs = ", ".join(f"{each.column!r} as {each.key}" for each in self._wide)
                self.notes.append(f"{path.name}: a register with a column per attribute: {pairs}")
                unused = [name for name in others if name not in {each.column for each in self._wide}]
                if unused:
                    self.notes.append(f"{path.name}: not used: {', '.join(map(repr, unused[:12]))}")
        missing = [name for name in ("attribute", "value") if name not in self._ours]
        if self._wide or "note" in self._ours:
            missing = []
        if not ({"lat", "lon"} <= set(self._ours) or "osm" in self._ours):
            missing.append("lat and lon, or osm")
        if missing:
            raise InputDataError(
                f"{path}: column missing: {', '.join(missing)} (found: {', '.join(columns) or 'none'}); "
                "a template comes with: wegeketten survey --template"
            )
        if not len(self):
            raise InputDataError(f"{path}: no rows; a template comes with: wegeketten survey --template")

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), []))

    @property
    def empty_is_fine(self) -> bool:
        """Whether a file without any observation is a template not yet filled in."""
        return self._long

    def record(self, row: int) -> dict[str, str]:
        """Cells by our names; of two columns of one name the first that is filled."""
        return {
            name: next((text for column in columns if (text := self.columns[column][row].strip())), "")
            for name, columns in self._ours.items()
        }

    def date(self, row: int) -> str:
        """The date as written."""
        return self.record(row).get("date", "") if "date" in self._ours else ""

    def observations(self, row: int, record: Mapping[str, str]) -> list[tuple[str, str]]:
        """Attribute and value, or several: of a register's row, or written as tags in the note."""
        attribute, value = record.get("attribute", ""), record.get("value", "")
        if self._long and (attribute or value):
            return [(attribute, with_unit(value, record.get("unit", "")))] if value else []
        cells = [(each, self.columns[each.column][row].strip()) for each in self._wide]
        found = [(each.key, value_of(each, cell)) for each, cell in cells if cell]
        return found + [(key, raw.strip(" ;")) for key, raw in _pair.findall(record.get("note", ""))]


def _read(path: Path, ground: Ground | None, crs: str | None, encoding: str | None) -> _Sheet:
    """Columns of any file, with ``lat`` and ``lon`` in degrees where it says where."""
    file, layer = split_layer(path)
    start, _ = read_start(file)
    size_within(file, "survey")
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    shapes = start.startswith((b"SQLite", b"fgb", b"\x00\x00\x27\x0a")) or text.startswith((b"{", b"<"))
    if shapes or (start.startswith(b"PAR1") and is_geoparquet(file)):
        return _of_shapes(path, crs, encoding)
    table = read_table(file, encoding=encoding, sheet=layer, kind="survey")
    columns = table.texts()
    notes = list(table.notes)
    plain = {tidy_key(name): name for name in columns}
    pair = next((pair for pair in METRES if set(pair) <= set(plain)), None)
    wordy = metre_columns(columns) if pair is None else None
    named = {"lat", "lon"} <= {
        name for name, others in _OTHER_NAMES.items() for other in (name, *others) if other in plain
    }
    if pair is not None and (not named or pair == ("x", "y")):
        _to_degrees(file, columns, (plain[pair[0]], plain[pair[1]]), ground, crs, notes)
    elif wordy is not None and not named:
        _to_degrees(file, columns, wordy, ground, crs, notes)
    return _Sheet(file, columns, notes)


def _to_degrees(
    path: Path,
    columns: dict[str, list[str]],
    pair: tuple[str, str],
    ground: Ground | None,
    crs: str | None,
    notes: list[str],
) -> None:
    """Put ``lat`` and ``lon`` in the place of columns in metres."""
    xy = np.array(axis_numbers(columns[pair[0]], columns[pair[1]]), dtype=np.float64).T.reshape(-1, 2)
    known = np.isfinite(xy).all(axis=1)
    if not known.any() or (np.abs(xy[known]) <= 180).all():
        return  # degrees, or nothing: said row by row
    system: int | str
    if ground is None:
        system = parse_crs(crs) if crs is not None else 25833
    else:
        system = find_system(path, xy[known], pair, ground, crs)
    lonlat = np.full(xy.shape, np.nan)
    lonlat[known] = to_degrees(xy[known], system)
    for name in pair:
        del columns[name]
    for name, values in (("lon", lonlat[:, 0]), ("lat", lonlat[:, 1])):
        columns[name] = ["" if np.isnan(value) else repr(value) for value in values.tolist()]
    notes.append(f"{path.name}: {pair[0]!r} and {pair[1]!r} are read as {named(system)}")


def _of_shapes(path: Path, crs: str | None, encoding: str | None) -> _Sheet:
    """Features of a GeoJSON or another file of shapes: their geometry stands for lat and lon."""
    import shapely

    layer = read_layer(path, crs=crs, encoding=encoding, kinds=("Point", "LineString", "Polygon"))
    columns = {name: [cell_text(cell) for cell in cells] for name, cells in layer.columns.items()}
    with np.errstate(invalid="ignore"):
        places = shapely.point_on_surface(layer.shapes)
    there = np.array([shape is not None and not shape.is_empty for shape in places.tolist()], dtype=bool)
    lonlat = np.full((len(places), 2), np.nan)
    if there.any():
        lonlat[there] = to_degrees(shapely.get_coordinates(places[there]), layer.crs)
    if not np.isfinite(lonlat[there]).all():
        raise InputDataError(
            f"{layer.path}: has coordinates that are no numbers, or not in its stated system"
        )
    for name in ("lat", "lon"):
        columns.pop(name, None)
    columns["lon"] = ["" if np.isnan(value) else repr(value) for value in lonlat[:, 0].tolist()]
    columns["lat"] = ["" if np.isnan(value) else repr(value) for value in lonlat[:, 1].tolist()]
    sidewalks = "_id" in columns and not {"attribute", "value"} <= set(columns)
    return _Sheet(layer.path, columns, list(layer.notes), sidewalks=sidewalks)


_SIDEWALKS = frozenset(
    {"kerb", "kerb:height", "width", "surface", "tactile_paving", "step_count", "handrail"}
)
"""What of OpenSidewalks is taken; its inclines are signed by a drawing that is not ours."""


def _row(
    place: str, record: Mapping[str, str], attribute: str, value: str, american: bool | None
) -> SurveyRow | Rejected:
    name = attribute_keys().get(plain_key(attribute))
    if name is None:
        near = difflib.get_close_matches(tidy_key(attribute), attribute_keys(), 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return Rejected(place, f"no attribute {attribute!r}{hint}")
    span = observed(name, attribute, value)
    if span is None:
        return Rejected(place, f"{attribute}: value {value!r} cannot be read")
    osm_text = record.get("osm", "")
    if osm_text.isdecimal():
        osm_text = record.get("osm_type", "") + osm_text
    osm = _element(osm_text.lower()) if osm_text else None
    lat, lon = _degrees(record.get("lat", ""), 90), _degrees(record.get("lon", ""), 180)
    if osm is None and (lat is None or lon is None):
        where = ", ".join(f"{key} {record[key]!r}" for key in ("osm", "lat", "lon") if record.get(key))
        return Rejected(place, f"neither an element nor a place ({where or 'all empty'})")
    if lat is None or lon is None:
        lat = lon = None
    element = None if osm is None else (osm.group(1)[0], int(osm.group(2)), int(osm.group(3) or -1))
    written, by, note = record.get("date", ""), record.get("by", ""), record.get("note", "")
    date = iso_date(written, month_first=american) if written else ""
    if date is None:
        return Rejected(place, f"date {written!r} cannot be read; write it as 2026-11-15")
    return SurveyRow(place, lat, lon, element, name, span, date, f"{attribute}={value}", by, note)


def observed(name: str, attribute: str, value: str) -> Span | None:
    """Observed value of an attribute: spelled as the tag, or a bare number in the attribute's own unit.

    Parameters
    ----------
    name
        Name of the attribute.
    attribute
        Key or attribute as the survey writes it.
    value
        Value as the survey writes it.

    Returns
    -------
    Span or None
        None where the value cannot be read.

    Examples
    --------
    >>> observed("kerb_cm", "kerb_cm", "0,5").value, observed("kerb_cm", "kerb", "lowered").upper
    (0.5, 3.0)
    >>> observed("surface_class", "surface", "C").value
    3.0
    """
    key = _TAG_KEYS.get(name, name)
    text = value.strip()
    if plain_key(attribute) == name and name != key:  # the attribute's own name states its unit
        own = {"kerb_cm": "cm", "incline_pct": "%", "cross_slope_pct": "%", "width_m": "m"}.get(name)
        span = measure(key, f"{text} {own}") if own else None
        if span is not None:
            return span
        if name == "smoothness_grade" and text in "12345678" and text:
            grade = float(text)
            return Span(grade, grade, grade, grade)
        attribute = key
    if name == "surface_class" and len(text) == 1 and text.upper() in CLASSES:
        grade = CLASSES.index(text.upper()) + 1.0
        return Span(grade, grade, grade, grade)
    span = measure(attribute, text)
    if span is None or name != "cross_slope_pct":
        return span
    from wegeketten.tags.precedence import magnitude

    return magnitude(span)


_TAG_KEYS = {
    "kerb_cm": "kerb:height",
    "incline_pct": "incline",
    "cross_slope_pct": "incline:across",
    "width_m": "width",
    "surface_class": "surface",
    "smoothness_grade": "smoothness",
    "handrail_sides": "handrail",
    "ramp_wheelchair": "ramp:wheelchair",
    "ramp_stroller": "ramp:stroller",
    "tactile": "tactile_paving",
    "sound": "traffic_signals:sound",
}


def _degrees(text: str, most: float) -> float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if -most <= value <= most else None
