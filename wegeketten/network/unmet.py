"""Platforms and squares that no way meets: linked to the nearest way, so that mapping makes no island.

Who maps a platform beside the street leaves it to the eye that one steps over. Only what consists of such
areas and platforms alone is linked; any other part of the network that hangs together with nothing is a
finding.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.edges import HIGHWAYS, Kind
from wegeketten.model.lines import length_m, shapes_of
from wegeketten.network.connect import cut_edge
from wegeketten.network.private_ways import parts_of
from wegeketten.osm.features import Skipped
from wegeketten.tags.cautions import bit_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import shapely
    from numpy.typing import NDArray

    from wegeketten.network.draft import Draft, Style
    from wegeketten.network.obstacles import Obstacles

_REACH_M = 25.0
_SPACING_M = 12.0  # between the links of one long platform
_SLACK_M = 1.0  # farther than the nearest, and still a link
_TOUCH_M = 0.3
_AREAS = (Kind.platform, Kind.pedestrian, Kind.footway, Kind.path, Kind.corridor, Kind.living_street)
_MET = (
    Kind.street,
    Kind.pavement,
    Kind.footway,
    Kind.path,
    Kind.track,
    Kind.cycleway,
    Kind.pedestrian,
    Kind.living_street,
    Kind.service,
    Kind.platform,
    Kind.corridor,
)
_CARRIAGEWAYS = (Kind.street, Kind.living_street, Kind.service)


class Joined(NamedTuple):
    """What linking came to.

    Attributes
    ----------
    linked
        How many platforms and squares were linked.
    skipped
        Those that were not, with the reason.
    """

    linked: int
    skipped: list[Skipped]


def link_unmet(draft: Draft, obstacles: Obstacles) -> Joined:
    """Link every platform and square that no way meets to the nearest way on its storey.

    Between a platform and a carriageway lies a kerb of unknown height; between a square and a street the
    ground is level. What else lies between is a caution of the link. Where no way of its own storey is near,
    there must be one between the storeys that nobody mapped.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    obstacles
        What may lie between.

    Returns
    -------
    Joined
        Links and their cautions.
    """
    styles = draft.styles
    lawful = np.array([style.forward or style.backward for style in styles], dtype=bool)
    walked = np.flatnonzero(lawful)
    if not len(walked):
        return Joined(0, [])
    part = parts_of(draft, walked)
    ends = np.array(draft.u, dtype=np.int64)
    of_edge = part[ends]
    alone = _alone(draft, walked, of_edge)
    if not alone:
        return Joined(0, [])
    lonely = {edge for edges in alone.values() for edge in edges}
    met = [
        edge
        for edge in walked.tolist()
        if styles[edge].kind in _MET
        and not (styles[edge].private or _is_across(styles[edge]) or edge in lonely)
    ]
    lines = shapes_of([draft.lines[edge] for edge in met])
    count, skipped = 0, []
    wishes: list[tuple[int, int, float, float, int]] = []  # island edge, met edge, along each, cautions
    import shapely

    tree = shapely.STRtree(lines)
    for label, edges in sorted(alone.items()):
        found = _links(draft, edges, met, lines, tree, of_edge, label, own_storey=True)
        below = [] if found else _links(draft, edges, met, lines, tree, of_edge, label, own_storey=False)[:1]
        if found or below:
            count += 1
            wishes += [(one, other, a, b, obstacles.between(p, q)) for one, other, a, b, p, q in found]
            wishes += [(one, other, a, b, bit_of("other_storey")) for one, other, a, b, *_ in below]
        else:
            style = styles[edges[0]]
            skipped.append(
                Skipped(
                    f"{style.osm_type}{style.osm_id}",
                    "network",
                    f"no way meets it and none lies within {_REACH_M:g} m",
                )
            )
    _lay(draft, [wish for wish in wishes if not wish[4] & bit_of("over_water")])
    return Joined(count, skipped)


def _is_across(style: Style) -> bool:
    return style.derived and style.area


def _alone(draft: Draft, walked: NDArray[np.int64], of_edge: NDArray[np.int64]) -> dict[int, list[int]]:
    """Parts of the network that consist of areas and platforms alone: their edges by label.

    Holes of a square that is met are left out: one gets to them across the square, if anywhere.
    """
    styles = draft.styles
    parts: dict[int, list[int]] = defaultdict(list)
    other: set[int] = set()
    for edge in walked.tolist():
        style, label = styles[edge], int(of_edge[edge])
        if style.kind in _AREAS and (style.area or style.osm_type == "r" or style.kind == Kind.platform):
            parts[label].append(edge)
        elif style.kind < Kind.kerb and style.kind != Kind.link:
            other.add(label)
    met_elsewhere: dict[tuple[str, int], list[int]] = defaultdict(list)
    for edge in walked.tolist():
        if styles[edge].osm_type == "r" and int(of_edge[edge]) in other:
            met_elsewhere[styles[edge].osm_type, styles[edge].osm_id].append(edge)
    return {
        label: edges
        for label, edges in parts.items()
        if label not in other and not _is_hole(draft, edges, met_elsewhere)
    }


def _is_hole(draft: Draft, edges: Sequence[int], met: Mapping[tuple[str, int], Sequence[int]]) -> bool:
    """Whether a ring is a hole of a square that is met; another outline of the same square is none."""
    import shapely

    elements = {(draft.styles[edge].osm_type, draft.styles[edge].osm_id) for edge in edges}
    if not elements <= met.keys():
        return False
    rims = [shapely.LineString(draft.lines[edge]) for element in sorted(elements) for edge in met[element]]
    faces = shapely.union_all(shapely.get_parts(shapely.polygonize(rims)))
    return bool(shapely.intersects(faces, shapely.Point(draft.lines[edges[0]][0])))


def _links(
    draft: Draft,
    edges: Sequence[int],
    met: Sequence[int],
    lines: NDArray[np.object_],
    tree: shapely.STRtree,
    of_edge: NDArray[np.int64],
    label: int,
    *,
    own_storey: bool,
) -> list[tuple[int, int, float, float, tuple[float, float], tuple[float, float]]]:
    """Where a part is linked: edge and place on it, edge and place on the way it is linked to."""
    import shapely

    found = []
    for edge in edges:
        line = draft.lines[edge]
        size = length_m(line)
        if size <= 0:
            continue
        shape = shapely.LineString(line)
        samples = np.linspace(0.0, size, max(2, int(size // _SPACING_M) + 2))
        points = shapely.line_interpolate_point(shape, samples)
        style = draft.styles[edge]
        asked, hit = tree.query(points, predicate="dwithin", distance=_REACH_M)
        for row, other in zip(asked.tolist(), hit.tolist(), strict=True):
            if of_edge[met[other]] == label:
                continue
            onto = draft.styles[met[other]]
            if own_storey is not _same_storey(style, onto) or not (own_storey or _on_ground(onto)):
                continue
            away = float(shapely.distance(points[row], lines[other]))
            along = float(shapely.line_locate_point(lines[other], points[row]))
            found.append((away, edge, met[other], float(samples[row]), along, points[row], lines[other]))
    if not found:
        return []
    nearest = min(each[0] for each in found)
    kept: list[tuple[int, int, float, float, tuple[float, float], tuple[float, float]]] = []
    for away, edge, other, here, along, point, line in sorted(
        found, key=lambda each: (each[0], each[5].x, each[5].y, each[3])
    ):
        if away > nearest + _SLACK_M:
            break
        p = (float(point.x), float(point.y))
        if any(np.hypot(p[0] - x, p[1] - y) < _SPACING_M for *_, (x, y), _ in kept):
            continue
        q = shapely.line_interpolate_point(line, along)
        kept.append((edge, other, here, along, p, (float(q.x), float(q.y))))
    return kept


def _same_storey(one: Style, other: Style) -> bool:
    """Whether two edges lie on one storey, the ground where none is mapped."""
    levels = [0.0 if style.level != style.level else style.level for style in (one, other)]
    return one.level_ground == other.level_ground and levels[0] == levels[1]


def _on_ground(style: Style) -> bool:
    """Whether an edge lies in the open, on the ground."""
    return not style.level_ground and not style.level < 0 and not style.level > 0  # NaN is the ground


def _lay(draft: Draft, wishes: Sequence[tuple[int, int, float, float, int]]) -> None:
    """Cut the edges where they are linked, and lay the links, over a kerb onto a carriageway."""
    places: dict[int, list[tuple[float, int, bool]]] = defaultdict(list)
    for number, (one, other, here, there, _) in enumerate(wishes):
        places[one].append((here, number, True))
        places[other].append((there, number, False))
    begin: dict[int, int] = {}
    end: dict[int, int] = {}
    for edge, wanted in places.items():
        wanted.sort()
        nodes = cut_edge(draft, edge, [along for along, *_ in wanted])
        for (_, number, first), node in zip(wanted, nodes, strict=True):
            (begin if first else end)[number] = node
    for number, (one, other, _, _, caution) in enumerate(wishes):
        here, there = begin[number], end[number]
        if here == there:
            continue
        style, onto = draft.styles[one], draft.styles[other]
        name = f"{style.osm_type}{style.osm_id}"
        bare = style._replace(
            derived=True,
            area=False,
            hours=0,
            hours_wheelchair=0,
            caution=caution,
            forward=True,
            backward=True,
        )
        if style.kind == Kind.platform and onto.kind in _CARRIAGEWAYS:
            foot = draft.place(*draft.places[here], draft.place_ids[here])
            reading = draft.read(name, {}, Kind.kerb, highway=HIGHWAYS[onto.highway])
            draft.add(here, foot, None, bare._replace(kind=int(Kind.kerb), road=onto.road, reading=reading))
            here = foot
        reading = draft.read(name, {}, Kind.link)
        draft.add(here, there, None, bare._replace(kind=int(Kind.link), reading=reading))
