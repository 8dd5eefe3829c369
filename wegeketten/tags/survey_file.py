"""Survey files: a citizens' walk or the city's own register as rows of attribute and value."""

from __future__ import annotations

import csv
import difflib
import io
import json
import math
import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from wegeketten.errors import InputDataError, OutputError
from wegeketten.files.resources import shipped
from wegeketten.tags.keys import plain_key, tidy_key
from wegeketten.tags.lexicon import CLASSES, Span
from wegeketten.tags.readers import measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

COLUMNS = ("lat", "lon", "osm", "attribute", "value", "date", "by", "note")
"""Columns of a survey file; ``lat`` and ``lon`` or ``osm``, ``attribute`` and ``value`` are needed."""

_OTHER_NAMES = {
    "lat": ("latitude", "breite", "breitengrad", "y"),
    "lon": ("lng", "long", "longitude", "laenge", "länge", "längengrad", "x"),
    "osm": ("osm_id", "osmid", "barrier_id", "edge_id", "@id", "element", "id"),
    "osm_type": ("type",),
    "attribute": ("key", "attribut", "merkmal", "tag"),
    "value": ("wert", "raw"),
    "date": ("datum", "check_date", "timestamp"),
    "by": ("von", "user", "surveyor", "source"),
    "note": ("notiz", "bemerkung", "comment", "text"),
}
_MOST_BYTES = 200_000_000
_element = re.compile(r"(?:https?://\S*/)?(n|w|r|node|way|relation)[/ ]?(\d{1,19})(?::(\d{1,9}))?").fullmatch
_pair = re.compile(r"([A-Za-z_:.]+) ?= ?([^=]+?)(?=$|[;\n] ?[A-Za-z_:.]+ ?=)")
_day = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})").match
_german_day = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})").match


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


def read_survey(path: Path) -> tuple[list[SurveyRow], list[Rejected]]:
    """Rows of a survey file.

    Parameters
    ----------
    path
        CSV (comma, semicolon or tab; UTF-8 or Windows-1252), GeoJSON or GeoPackage.

    Returns
    -------
    tuple
        Observations, and rows that cannot be used. Rows without a value are left out silently: they are
        the empty lines of the template.

    Raises
    ------
    InputDataError
        The file is missing, empty, of another format, or lacks a needed column.
    """
    rows, rejected = [], []
    for place, record in _records(path):
        for attribute, value in _observations(record):
            found = _row(place, record, attribute, value)
            if isinstance(found, SurveyRow):
                rows.append(found)
            else:
                rejected.append(found)
    return rows, rejected


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
    """
    from wegeketten.files.json import write_text

    text = shipped("tags", "survey_template.csv").read_text(encoding="utf-8")
    if path.exists() and path.is_file() and path.read_bytes() != text.encode("utf-8-sig"):
        raise OutputError(f"{path} exists and is no empty template; choose another name")
    write_text(path, text, encoding="utf-8-sig")  # spreadsheets take UTF-8 without a mark for Latin


def _records(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Place and fields of each row, field names as in `COLUMNS`."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputDataError(f"{path}: more than {_MOST_BYTES // 1_000_000} MB; this is no survey file")
        head = path.read_bytes()[:512] if path.suffix.lower() == ".gpkg" else path.read_bytes()
    except OSError as error:
        raise InputDataError(f"{path}: cannot be read ({error.strerror})") from error
    if head.startswith(b"SQLite format 3\x00"):
        records: Iterable[dict[str, str]] = _geopackage(path)
    elif head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        records = _geojson(path, head)
    else:
        records = _csv(path, head)
    count = 0
    for count, record in enumerate(records, 1):
        yield f"row {count}", record
    if not count:
        raise InputDataError(f"{path}: no rows; a template comes with: wegeketten survey --template")


def _decode(path: Path, raw: bytes) -> str:
    if b"\x00" in raw[:4096]:
        raise InputDataError(f"{path}: neither CSV nor GeoJSON nor GeoPackage")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _csv(path: Path, raw: bytes) -> Iterator[dict[str, str]]:
    text = _decode(path, raw)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        names = _names(path, next(reader, []))
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _fields(names, cells)
    except csv.Error as error:
        raise InputDataError(f"{path}: no CSV file ({error})") from error


def _names(path: Path, header: Iterable[str]) -> list[str]:
    """Our name for each column, "" for columns of no use."""
    wanted = {other: name for name, others in _OTHER_NAMES.items() for other in (name, *others)}
    names = [wanted.get(tidy_key(column), "") for column in header]
    missing = [name for name in ("attribute", "value") if name not in names]
    if "note" in names:
        missing = []
    if not ({"lat", "lon"} <= set(names) or "osm" in names):
        missing.append("lat and lon, or osm")
    if missing:
        raise InputDataError(
            f"{path}: column missing: {', '.join(missing)} (found: {', '.join(header) or 'none'}); "
            "a template comes with: wegeketten survey --template"
        )
    return names


def _fields(names: list[str], cells: list[str]) -> dict[str, str]:
    """Cells by our names; of two columns of one name the first that is filled."""
    record: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=False):
        if name and not record.get(name):
            record[name] = cell.strip()
    return record


def _geojson(path: Path, raw: bytes) -> Iterator[dict[str, str]]:
    try:
        document = json.loads(_decode(path, raw))
        features = document["features"] if document["type"] == "FeatureCollection" else [document]
        for feature in features:
            properties = {str(key): value for key, value in (feature.get("properties") or {}).items()}
            properties.setdefault("id", feature.get("id"))
            yield _feature(path, properties, _middle(feature.get("geometry")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputDataError(f"{path}: no GeoJSON file ({error})") from error


def _middle(geometry: dict[str, Any] | None) -> tuple[float, float] | None:
    if not geometry:
        return None
    import shapely
    from shapely.geometry import shape

    try:
        point = shapely.point_on_surface(shape(geometry))
    except (shapely.errors.ShapelyError, ValueError, KeyError, TypeError, IndexError):
        return None
    return None if point.is_empty else (point.x, point.y)


def _geopackage(path: Path) -> Iterator[dict[str, str]]:
    import pyogrio
    import pyogrio.raw
    import pyproj
    import shapely

    try:
        if pyogrio.read_info(path)["driver"] != "GPKG":
            raise InputDataError(f"{path}: cannot be read (starts like a GeoPackage and is none)")
        meta, _, shapes, columns = pyogrio.raw.read(path)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, RuntimeError) as error:
        raise InputDataError(f"{path}: cannot be read ({error})") from error
    if meta["crs"] is None:
        raise InputDataError(f"{path}: states no coordinate system; save it with one")
    to_degrees = pyproj.Transformer.from_crs(meta["crs"], 4326, always_xy=True)
    names = [str(name) for name in meta["fields"]]
    for row, shape in enumerate(shapely.from_wkb(shapes)):
        point = None if shape is None or shape.is_empty else shapely.point_on_surface(shape)
        place = None if point is None else to_degrees.transform(point.x, point.y)
        yield _feature(path, dict(zip(names, (column[row] for column in columns), strict=True)), place)


def _feature(path: Path, properties: Mapping[str, Any], place: tuple[float, float] | None) -> dict[str, str]:
    """Fields of a feature; its geometry stands for lat and lon."""
    names = _names(path, [*properties, "lat", "lon"])
    empty = [
        value is None or (isinstance(value, float) and math.isnan(value)) for value in properties.values()
    ]
    texts = ["" if gap else str(value).strip() for gap, value in zip(empty, properties.values(), strict=True)]
    record = _fields(names, texts)
    if place is not None:
        record["lon"], record["lat"] = map(repr, place)
    return record


def _observations(record: Mapping[str, str]) -> list[tuple[str, str]]:
    """Attribute and value, or several written as tags in the note: ``kerb:height=3 cm; width=0,9 m``."""
    attribute, value = record.get("attribute", ""), record.get("value", "")
    if attribute or value:
        return [(attribute, value)] if value else []
    return [(key, raw.strip(" ;")) for key, raw in _pair.findall(record.get("note", ""))]


def _row(place: str, record: Mapping[str, str], attribute: str, value: str) -> SurveyRow | Rejected:
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
    date, by, note = _date(record.get("date", "")), record.get("by", ""), record.get("note", "")
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


def _date(text: str) -> str:
    """ISO date, "" where there is none that can be read."""
    if (match := _day(text)) is not None:
        year, month, day = match.groups()
    elif (match := _german_day(text)) is not None:
        day, month, year = match.groups()
    else:
        return ""
    return f"{year}-{int(month):02}-{int(day):02}"
