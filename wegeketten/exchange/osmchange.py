"""Surveyed values as changes to OpenStreetMap: an OsmChange file over the elements as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from xml.sax.saxutils import quoteattr

from wegeketten.errors import InputDataError
from wegeketten.exchange.survey_list import TYPES
from wegeketten.exchange.survey_tags import LeftOut, TagChange, contradiction, tag_changes
from wegeketten.files.coordinates import Ground
from wegeketten.files.json import write_text
from wegeketten.network.survey_overlay import apply_survey, survey_files
from wegeketten.osm.source import check_file
from wegeketten.tags.survey_file import SurveyRow, parse_survey

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from wegeketten.city import City


class Element(NamedTuple):
    """An element as the extract has it.

    Attributes
    ----------
    version
        Of OpenStreetMap.
    tags
        All of them.
    place
        Of a node: longitude and latitude, as written.
    refs
        Of a way: its nodes.
    members
        Of a relation: type, id and role of each.
    """

    version: int
    tags: dict[str, str]
    place: tuple[str, str] = ("", "")
    refs: tuple[int, ...] = ()
    members: tuple[tuple[str, int, str], ...] = ()


def write_changes(city: City, survey: Path, base: Path, out: Path) -> dict[str, Any]:
    """Write what was surveyed as an ``.osc`` file that JOSM opens and the API takes.

    Only surveyed values are written, never derived or assumed ones, and only where OpenStreetMap has an
    element and a value for them. Each element is written whole, with the version it has in `base`.

    Parameters
    ----------
    city
        The city it was surveyed in: it knows which element a row speaks of.
    survey
        Survey file or folder of such, as ``build --survey`` reads them.
    base
        An extract with versions, newer than the survey where possible.
    out
        The file.

    Returns
    -------
    dict
        ``elements`` and ``tags`` that change, and ``left_out``: rows that become no change, and why.

    Raises
    ------
    InputDataError
        A file cannot be used, the extract has no versions, or no row becomes a change.
    """
    form = check_file(base)
    rows, left = _observations(city, survey)
    laid = apply_survey(city.edges, city.nodes, rows, city.projection)
    left += [LeftOut(each.element, each.reason) for each in laid.unmatched]
    found: dict[int, list[int]] = {}
    place = {(row.source, row.row, row.attribute): position for position, row in enumerate(rows)}
    for match in laid.matches:
        found.setdefault(place[match.source, match.row, match.attribute], []).append(match.edge)
    changes, more = tag_changes(city, rows, found)
    left += more
    elements = read_elements(base, form, {change.element for change in changes})
    changed, more = apply_changes(elements, changes)
    left += more
    if not changed:
        reasons = "; ".join(f"{each.row}: {each.reason}" for each in left[:3])
        raise InputDataError(f"{survey}: no row becomes a change ({reasons or 'nothing new'})")
    write_text(out, _document(changed))
    tags = sum(len(element.tags.items() - elements[key].tags.items()) for key, element in changed.items())
    return {"elements": len(changed), "tags": tags, "left_out": [each._asdict() for each in left]}


def _observations(city: City, survey: Path) -> tuple[list[SurveyRow], list[LeftOut]]:
    x, y = city.nodes["x"], city.nodes["y"]
    ground = Ground(city.projection.epsg, (float(x.min()), float(y.min()), float(x.max()), float(y.max())))
    rows: list[SurveyRow] = []
    left: list[LeftOut] = []
    for file in survey_files(survey):
        read = parse_survey(file, ground=ground)
        rows += [row._replace(source=file.name) for row in read.rows]
        left += [LeftOut(f"{file.name}, {each.row}", each.reason) for each in read.rejected]
    return rows, left


def read_elements(base: Path, form: str, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Element]:
    """Elements of an extract by type and id.

    Parameters
    ----------
    base
        The extract.
    form
        Its format, see `wegeketten.osm.source.check_file`.
    wanted
        Which.

    Returns
    -------
    dict
        Those that the extract does not hold are missing.

    Raises
    ------
    InputDataError
        It cannot be read, or an element in it has no version.
    """
    import osmium

    wanted = set(wanted)
    found: dict[tuple[str, int], Element] = {}
    try:
        for letter, kind in (("n", osmium.osm.NODE), ("w", osmium.osm.WAY), ("r", osmium.osm.RELATION)):
            ids = [number for each, number in wanted if each == letter]
            if not ids:
                continue
            only = osmium.filter.IdFilter(ids)
            file = osmium.io.File(str(base), form)
            for element in osmium.FileProcessor(file, kind).with_filter(only):
                found[letter, element.id] = _element(letter, element)
    except (RuntimeError, ValueError, OSError) as error:
        reason = " ".join(str(error).split())
        raise InputDataError(
            f"{base}: cannot be read as OpenStreetMap data ({reason}); download it again"
        ) from error
    if any(element.version < 1 for element in found.values()):
        raise InputDataError(f"{base}: states no versions of elements; give an extract with metadata")
    return found


def _element(letter: str, element: Any) -> Element:
    tags = {tag.k: tag.v for tag in element.tags}
    if letter == "n":
        location = element.location
        return Element(element.version, tags, (f"{location.lon:.7f}", f"{location.lat:.7f}"))
    if letter == "w":
        return Element(element.version, tags, refs=tuple(node.ref for node in element.nodes))
    members = tuple((each.type, each.ref, each.role) for each in element.members)
    return Element(element.version, tags, members=members)


def apply_changes(
    elements: dict[tuple[str, int], Element], changes: Sequence[TagChange]
) -> tuple[dict[tuple[str, int], Element], list[LeftOut]]:
    """Elements with their surveyed tags; those that would say nothing new or contradict themselves are left.

    Parameters
    ----------
    elements
        Result of `read_elements`.
    changes
        What was surveyed.

    Returns
    -------
    tuple
        Changed elements, and what was left out with the reason.

    Examples
    --------
    >>> kerb = {("n", 5): Element(2, {"barrier": "kerb"}, ("13.7", "51.0"))}
    >>> changed, _ = apply_changes(kerb, [TagChange("row 1", ("n", 5), "kerb", "lowered", "")])
    >>> changed["n", 5].tags
    {'barrier': 'kerb', 'kerb': 'lowered'}
    """
    left: list[LeftOut] = []
    by_element: dict[tuple[str, int], list[TagChange]] = {}
    for change in changes:
        by_element.setdefault(change.element, []).append(change)
    changed = {}
    for key in sorted(by_element):
        mine = by_element[key]
        if key not in elements:
            left += [LeftOut(each.row, "the element is not in the extract") for each in mine]
            continue
        tags = dict(elements[key].tags)
        for each in mine:
            tags[each.key] = each.value
            if each.date:
                tags[f"check_date:{each.key}"] = each.date
        if (
            key[0] == "n"
            and tags.keys() & {"kerb", "kerb:height"}
            and not tags.keys() & {"barrier", "highway"}
        ):
            tags["barrier"] = "kerb"
        fault = contradiction(tags)
        if fault is not None:
            left += [LeftOut(each.row, fault) for each in mine]
        elif tags != elements[key].tags:
            changed[key] = elements[key]._replace(tags=tags)
    return changed, left


def _document(changed: dict[tuple[str, int], Element]) -> str:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<osmChange version="0.6" generator="wegeketten">',
        "<modify>",
    ]
    for (letter, number), element in changed.items():
        kind = TYPES[letter]
        place = f' lon="{element.place[0]}" lat="{element.place[1]}"' if letter == "n" else ""
        lines.append(f'<{kind} id="{number}" version="{element.version}"{place}>')
        lines += [f'<nd ref="{ref}"/>' for ref in element.refs]
        lines += [
            f'<member type="{TYPES[each]}" ref="{ref}" role={quoteattr(role)}/>'
            for each, ref, role in element.members
        ]
        lines += [f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in sorted(element.tags.items())]
        lines.append(f"</{kind}>")
    return "\n".join([*lines, "</modify>", "</osmChange>", ""])
