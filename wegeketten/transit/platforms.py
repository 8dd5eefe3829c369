"""Platforms as OpenStreetMap has them: where one waits, and what is known of edge, width and guidance."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from wegeketten.model.reading import Provenance
from wegeketten.tags import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from wegeketten.osm.features import Features
    from wegeketten.osm.projection import Projection

QUANTITIES: dict[str, tuple[float, float]] = {
    "height_cm": (0.0, 130.0),
    "width_m": (0.0, 50.0),
    "tactile": (0.0, 1.0),
    "speech": (0.0, 1.0),
    "ramp": (0.0, 1.0),
    "wheelchair": (0.0, 1.0),
}
"""What platforms state, and the widest interval of each: what nobody measured may be anything in it."""


class Known(NamedTuple):
    """One quantity of one platform: bounds, point value (NaN where only bounds are known) and provenance."""

    lower: float
    value: float
    upper: float
    source: Provenance


@dataclass(frozen=True)
class Platform:
    """One platform, or one place of it where people wait.

    Attributes
    ----------
    id
        Element such as ``w52001``.
    shape
        Point, line or area in metres.
    names, refs
        What it is called, and its numbers (``ref``, ``local_ref``).
    ifopt
        ``ref:IFOPT``, empty where not mapped.
    modes
        Of ``rail tram bus ferry``; empty where not said.
    area
        The ``stop_area`` it belongs to, such as ``r77``, else empty.
    known
        By name of `QUANTITIES`; what is not mapped is missing.
    """

    id: str
    shape: BaseGeometry
    names: frozenset[str]
    refs: frozenset[str]
    ifopt: str
    modes: frozenset[str]
    area: str
    known: Mapping[str, Known]


_TWIN_M = 5.0  # a pole this near to a platform stands on it
_NAMESAKE_M = 12.0  # and this near, where platforms of its name lie on both sides: one of those is meant
_OPPOSITE = -0.8  # cosine of the angle at which two lie on both sides of a third
_STOP_M = 100.0  # how far the platforms of one stop lie apart
_HEIGHTS = ("kerb:height", "height", "kerb")
_WIDTHS = ("platform:width", "width", "est_width")
_MODES = {
    "rail": ("train", "subway", "light_rail", "monorail"),
    "tram": ("tram",),
    "bus": ("bus", "trolleybus", "share_taxi"),
    "ferry": ("ferry",),
}
_YES = {"yes": 1.0, "designated": 1.0, "contrasted": 1.0, "limited": 0.5, "partial": 0.5, "no": 0.0}


def find_platforms(features: Features, projection: Projection) -> list[Platform]:
    """Find platforms, bus stops and tram stops of an extract, in order of their elements.

    Parameters
    ----------
    features
        What was read from the extract.
    projection
        From degrees to the metres of the city.

    Returns
    -------
    list of Platform
        What their tags state of them, and where they are.
    """
    areas, ifopts = _stop_areas(features)
    found: list[Platform] = []
    for node in features.nodes.values():
        if _is_platform(node.tags, point=True):
            xy = projection.to_xy(np.array([[node.lon, node.lat]]))[0]
            found.append(_platform(f"n{node.id}", node.tags, shapely.Point(xy), areas, ifopts))
    for way in features.ways.values():
        if _is_platform(way.tags, point=False):
            line = projection.to_xy(features.lonlat[way.start : way.stop])
            shape = _shape(line, features.refs[way.start : way.stop], way.tags)
            if shape is not None:
                found.append(_platform(f"w{way.id}", way.tags, shape, areas, ifopts))
    for relation in features.relations.values():
        if _is_platform(relation.tags, point=False):
            ways = [features.ways.get(number) for kind, number, _ in relation.members if kind == "w"]
            parts = [
                projection.to_xy(features.lonlat[each.start : each.stop])
                for each in ways
                if each is not None and each.stop - each.start > 1
            ]
            if parts:
                shape = shapely.MultiLineString([shapely.LineString(part) for part in parts])
                found.append(_platform(f"r{relation.id}", relation.tags, shape, areas, ifopts))
    found = _without_twins(found)
    return sorted(found, key=lambda each: (each.id[0], int(each.id[1:])))


def _without_twins(platforms: list[Platform]) -> list[Platform]:
    """Poles that stand on a mapped platform are that platform: what their nodes state is added to it."""
    poles = [each for each in platforms if each.id[0] == "n"]
    laid = [each for each in platforms if each.id[0] != "n"]
    poles = _without_middles(poles)
    if not laid:
        return poles
    tree = shapely.STRtree([each.shape for each in laid])
    alone = []
    for pole in poles:
        near = tree.query(pole.shape, predicate="dwithin", distance=_TWIN_M).tolist()
        fits = [row for row in near if _same(pole, laid[row])]
        if not fits:
            alone.append(pole)
            continue
        row = min(fits, key=lambda row: (pole.shape.distance(laid[row].shape), row))
        laid[row] = _with_pole(laid[row], pole)
    return _without_namesakes(alone, laid, tree) + laid


def _without_middles(poles: list[Platform]) -> list[Platform]:
    """Poles but those between two of their name: the stop on the carriageway, as it was mapped before."""
    by_name: dict[str, list[Platform]] = {}
    for pole in poles:
        for name in pole.names:
            by_name.setdefault(name, []).append(pole)
    return [
        pole for pole in poles if not any(_is_between(pole, by_name[name]) for name in sorted(pole.names))
    ]


def _is_between(pole: Platform, namesakes: list[Platform]) -> bool:
    at = shapely.get_coordinates(pole.shape)[0]
    others = [each for each in namesakes if each.id != pole.id and _same(pole, each) and _same(each, pole)]
    ways = [shapely.get_coordinates(each.shape)[0] - at for each in others]
    near = [way / away for way in ways if 0 < (away := float(np.hypot(*way))) <= _NAMESAKE_M]
    return any(float(one @ other) < _OPPOSITE for one, other in combinations(near, 2))


def _with_pole(laid: Platform, pole: Platform) -> Platform:
    return Platform(
        laid.id, laid.shape, laid.names | pole.names, laid.refs | pole.refs, laid.ifopt or pole.ifopt,
        laid.modes | pole.modes, laid.area or pole.area, {**pole.known, **laid.known},
    )  # fmt: skip


def _without_namesakes(poles: list[Platform], laid: list[Platform], tree: shapely.STRtree) -> list[Platform]:
    """Poles that are platforms of their own.

    Where both sides of a street have a platform, a pole of the same name between them or beside one is mapped
    twice. Where only one side has, the pole may be the other side.
    """
    alone = []
    for pole in poles:
        near = tree.query(pole.shape, predicate="dwithin", distance=_STOP_M).tolist()
        mine = [row for row in near if pole.names & laid[row].names and _same(pole, laid[row])]
        away = sorted((float(pole.shape.distance(laid[row].shape)), row) for row in mine)
        if len(away) < 2 or away[0][0] > _NAMESAKE_M:
            alone.append(pole)
        elif away[1][0] > 1.5 * away[0][0]:  # beside that one; between two it says nothing of either
            laid[away[0][1]] = _with_pole(laid[away[0][1]], pole)
    return alone


def _same(pole: Platform, laid: Platform) -> bool:
    return not (
        (pole.refs and laid.refs and not (pole.refs & laid.refs))
        or (pole.ifopt and laid.ifopt and pole.ifopt != laid.ifopt)
        or (pole.modes and laid.modes and not (pole.modes & laid.modes))
    )


def _is_platform(tags: Mapping[str, str], *, point: bool) -> bool:
    if tags.get("public_transport") == "platform" or tags.get("railway") in ("platform", "platform_edge"):
        return True
    if tags.get("highway") == "platform":
        return True
    return point and (tags.get("highway") == "bus_stop" or tags.get("railway") in ("tram_stop", "halt"))


def _shape(
    line: NDArray[np.float64], refs: NDArray[np.int64], tags: Mapping[str, str]
) -> BaseGeometry | None:
    if len(line) < 2:
        return None
    closed = len(line) > 3 and refs[0] == refs[-1] and tags.get("area") != "no"
    return shapely.make_valid(shapely.Polygon(line)) if closed else shapely.LineString(line)


def _stop_areas(features: Features) -> tuple[dict[str, str], dict[str, str]]:
    """By element: its stop area, and the id (IFOPT) and name the area gives it."""
    areas, ifopts = {}, {}
    for relation in features.relations.values():
        if relation.tags.get("public_transport") == "stop_area":
            for kind, number, _ in relation.members:
                areas[f"{kind}{number}"] = f"r{relation.id}"
            ifopts[f"r{relation.id}"] = relation.tags.get("ref:IFOPT", "")
    return areas, ifopts


def _platform(
    element: str,
    tags: Mapping[str, str],
    shape: BaseGeometry,
    areas: Mapping[str, str],
    ifopts: Mapping[str, str],
) -> Platform:
    modes = {mode for mode, keys in _MODES.items() if any(tags.get(key) == "yes" for key in keys)}
    if tags.get("highway") == "bus_stop":
        modes.add("bus")
    if tags.get("railway") == "tram_stop":
        modes.add("tram")
    if not modes and tags.get("railway") in ("platform", "platform_edge", "halt"):
        modes |= {"rail", "tram"}
    refs = {part.strip() for key in ("local_ref", "ref") for part in re.split(r"[;/]", tags.get(key, ""))} - {
        ""
    }
    names = {tags[key].strip() for key in ("name", "official_name", "alt_name", "ref_name") if tags.get(key)}
    area = areas.get(element, "")
    ifopt = tags.get("ref:IFOPT", "").strip() or ifopts.get(area, "")
    return Platform(
        element, shape, frozenset(names), frozenset(refs), ifopt, frozenset(modes), area, known_of(tags)
    )


def known_of(tags: Mapping[str, str]) -> dict[str, Known]:
    """What the tags of a platform state of it.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    dict
        Value, bounds and provenance by quantity.

    Examples
    --------
    >>> known_of({"height": "0.23", "tactile_paving": "yes"})["height_cm"].value
    23.0
    >>> known_of({"kerb": "raised"})["height_cm"][:3]
    (3.01, 12.0, 20.0)
    >>> known_of({})
    {}
    """
    known: dict[str, Known] = {}
    for key in _HEIGHTS:
        if tags.get(key):
            reading = read("kerb" if key == "kerb" else "kerb:height", tags[key])
            if key == "height" and (number := _platform_height_cm(tags[key])) is not None:
                known["height_cm"] = Known(number, number, number, Provenance.tagged)
                break
            if reading.lower is not None and reading.provenance == "tagged":
                known["height_cm"] = _from_reading(reading)
                break
    for key in _WIDTHS:
        if tags.get(key):
            reading = read(key if key != "platform:width" else "width", tags[key])
            if reading.lower is not None and reading.provenance == "tagged":
                known["width_m"] = _from_reading(reading)
                break
    for name, key in (
        ("tactile", "tactile_paving"), ("speech", "departures_board:speech_output"),
        ("ramp", "platform_lift"), ("wheelchair", "wheelchair"),
    ):  # fmt: skip
        value = _YES.get(tags.get(key, ""))
        if value is not None:
            known[name] = Known(value, value, value, Provenance.tagged)
    return known


def _platform_height_cm(raw: str) -> float | None:
    """Height of a platform: metres up to 1.3 without a unit; what is larger are centimetres."""
    match = re.fullmatch(r"\s*([0-9]+(?:[.,][0-9]+)?)\s*(m|cm|mm)?\s*", raw)
    if match is None:
        return None
    number, unit = float(match[1].replace(",", ".")), match[2]
    if unit == "mm":
        number /= 10
    elif unit == "m" or (unit is None and number <= 1.3):
        number *= 100
    return round(number, 3) if 0 <= number <= QUANTITIES["height_cm"][1] else None


def _from_reading(reading: Any) -> Known:
    value = float("nan") if reading.value is None else float(reading.value)
    return Known(float(reading.lower), value, float(reading.upper), Provenance.tagged)
