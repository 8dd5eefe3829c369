"""What was surveyed as tags of OpenStreetMap: only what was seen, in values that OpenStreetMap knows."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.files.resources import shipped
from wegeketten.model.edges import Kind, ways_across
from wegeketten.network.survey_merge import merge_rows
from wegeketten.tags.readers import measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wegeketten.city import City
    from wegeketten.model.edges import EdgeTable
    from wegeketten.tags.survey_file import SurveyRow

KEYS = {
    "kerb_cm": "kerb",
    "incline_pct": "incline",
    "cross_slope_pct": "incline:across",
    "width_m": "width",
    "surface_class": "surface",
    "smoothness_grade": "smoothness",
    "step_count": "step_count",
    "handrail_sides": "handrail",
    "ramp_wheelchair": "ramp:wheelchair",
    "ramp_stroller": "ramp:stroller",
    "tactile": "tactile_paving",
    "sound": "traffic_signals:sound",
    "wheelchair": "wheelchair",
}
"""The key each attribute is tagged with."""

_OF_FLIGHT = frozenset({"step_count", "handrail_sides", "ramp_wheelchair", "ramp_stroller"})
_OF_SIDE = frozenset({"width_m", "surface_class", "smoothness_grade"})
_GRADES = {1.0: "yes", 0.0: "no"}
_BY_NUMBER = {
    "handrail_sides": {0.0: "no", 1.0: "yes", 2.0: "both"},
    "ramp_wheelchair": _GRADES,
    "ramp_stroller": _GRADES,
    "tactile": _GRADES,
    "sound": _GRADES,
    "wheelchair": {0.0: "no", 0.5: "limited", 1.0: "yes"},
}


class LeftOut(NamedTuple):
    """A row that becomes no change, and why.

    Attributes
    ----------
    row
        Where it stands in the survey file.
    reason
        In plain words.
    """

    row: str
    reason: str


class TagChange(NamedTuple):
    """A tag that was surveyed.

    Attributes
    ----------
    row
        Where it stands in the survey file.
    element
        Type (``n``, ``w``, ``r``) and id.
    key, value
        The tag.
    date
        When it was seen, ISO, or "".
    """

    row: str
    element: tuple[str, int]
    key: str
    value: str
    date: str


@cache
def known_values() -> dict[str, list[str]]:
    """Values that may be taken over as they are written, by key."""
    return tomllib.loads(shipped("exchange", "osm_values.toml").read_text(encoding="utf-8"))


def tag_of(row: SurveyRow, *, on_node: bool = False) -> tuple[str, str] | str:
    """Key and value of what a row says; the reason where OpenStreetMap has no value for it.

    Parameters
    ----------
    row
        An observation.
    on_node
        Whether it is of a barrier at a point: what one passes there is ``maxwidth:physical``.

    Returns
    -------
    tuple or str
        Pair, or one sentence.

    Examples
    --------
    >>> from wegeketten.tags.survey_file import observed
    >>> def row(attribute, key, value):
    ...     span = observed(attribute, key, value)
    ...     return SurveyRow("row 1", None, None, None, attribute, span, "", f"{key}={value}", "", "")
    >>> from wegeketten.tags.survey_file import SurveyRow
    >>> tag_of(row("kerb_cm", "kerb", "2,5 cm")), tag_of(row("kerb_cm", "kerb", "lowered"))
    (('kerb:height', '2.5 cm'), ('kerb', 'lowered'))
    >>> tag_of(row("surface_class", "surface", "C"))
    'a class is no surface of OpenStreetMap; name the material'
    """
    name, key = row.attribute, KEYS[row.attribute]
    written = row.text.partition("=")[2].strip().lower()
    if written in known_values().get(key, ()):
        return key, written
    if name == "surface_class":
        if len(written) == 1:
            return "a class is no surface of OpenStreetMap; name the material"
        return f"{written!r} is no surface that OpenStreetMap knows"
    span = row.span
    if span.value is None or span.lower != span.upper:
        return f"{written!r} is no exact value"
    if name in _BY_NUMBER:
        word = _BY_NUMBER[name].get(span.value)
        return (key, word) if word else f"{written!r} is no value of {key}"
    if name == "smoothness_grade":
        return key, known_values()[key][round(span.value) - 1]
    if name == "kerb_cm":
        return "kerb:height", f"{span.value:g} cm"
    if name == "step_count":
        return key, f"{span.value:.0f}"
    if name == "width_m":
        return "maxwidth:physical" if on_node else key, f"{span.value:g}"
    return key, f"{span.value:g}%"


def tag_changes(
    city: City, rows: Sequence[SurveyRow], found: Mapping[int, Sequence[int]]
) -> tuple[list[TagChange], list[LeftOut]]:
    """Tags for what was surveyed, each on the element that it is true of as a whole.

    Parameters
    ----------
    city
        The city it was surveyed in.
    rows
        Observations.
    found
        Edges by position in `rows`.

    Returns
    -------
    tuple
        Changes, and rows that become none: what people contradict each other in, what is said of a piece of a
        way only, and what OpenStreetMap has no element or no value for.
    """
    groups: dict[tuple[str, int, str, int], list[int]] = {}
    left: list[LeftOut] = []
    for position, edges in found.items():
        subject = _subject(city.edges, rows[position].attribute, edges)
        if isinstance(subject, str):
            left.append(LeftOut(_place(rows[position]), subject))
        else:
            groups.setdefault((*subject[0], rows[position].attribute, subject[1]), []).append(position)
    changes = []
    for (letter, number, attribute, side), positions in groups.items():
        said = [rows[position] for position in positions]
        merged = merge_rows(said, float(city.edges[attribute][found[positions[0]][0]]))
        if merged.resolution == "widened":
            left += [LeftOut(_place(row), "contradicts another row of the same place") for row in said]
            continue
        row = said[merged.counted[-1]]
        tag = tag_of(row, on_node=letter == "n")
        if isinstance(tag, str):
            left.append(LeftOut(_place(row), tag))
            continue
        prefix = {-1: "sidewalk:left:", 1: "sidewalk:right:"}.get(side, "")
        changes.append(TagChange(_place(row), (letter, number), prefix + tag[0], tag[1], row.date))
    return changes, left


def _place(row: SurveyRow) -> str:
    return f"{row.source}, {row.row}" if row.source else row.row


def _subject(edges: EdgeTable, attribute: str, rows: Sequence[int]) -> tuple[tuple[str, int], int] | str:
    """Element and side that an observation is true of as a whole, or why there is none."""
    row = rows[0]
    letter, number = edges["osm_type"][row].decode(), int(edges["osm_id"][row])
    kind, side = Kind(int(edges["kind"][row])), int(edges["side"][row])
    if number <= 0:
        return "the element is not in OpenStreetMap"
    if letter == "n":
        return (letter, number), 0
    if kind >= Kind.kerb or (edges["derived"][row] and side == 0):
        return "it is no element of its own in OpenStreetMap; map it first"
    if side and attribute not in _OF_SIDE:
        return "OpenStreetMap has no usual tag for it on one side of a street"
    if attribute in _OF_FLIGHT:
        return (letter, number), 0
    own = (edges["osm_type"] == edges["osm_type"][row]) & (edges["osm_id"] == number)
    own &= (edges["kind"] < Kind.kerb) & (edges["side"] == side) & ~ways_across(edges.columns)
    if not set(np.flatnonzero(own).tolist()) <= set(_ints(rows)):
        return "it is said of a piece of the way; split the way in an editor first"
    return (letter, number), side


def _ints(rows: Iterable[int]) -> list[int]:
    return [int(row) for row in rows]


def contradiction(tags: Mapping[str, str]) -> str | None:
    """What in an element's tags cannot both be true once they are changed; None where all can.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    str or None
        One sentence.

    Examples
    --------
    >>> contradiction({"kerb": "raised", "kerb:height": "2 cm"})
    'kerb=raised and kerb:height=2 cm cannot both be true; decide in an editor'
    """
    word, height = tags.get("kerb"), tags.get("kerb:height")
    if not word or not height:
        return None
    one, other = measure("kerb", word), measure("kerb:height", height)
    if one is None or other is None or (one.lower <= other.upper and other.lower <= one.upper):
        return None
    return f"kerb={word} and kerb:height={height} cannot both be true; decide in an editor"
