"""Squares cut by what crosses them: a wall, a canal, steps from edge to edge end the outline too.

The outline of a square is walked. Where what stands on the floor parts it in two, the outline is parted at
the same places; over steps and kerbs it leads on as steps and kerbs, through gates over the gate.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.edges import HIGHWAYS, Kind
from wegeketten.model.kinds import KIND_OF_BARRIER
from wegeketten.model.lines import length_m
from wegeketten.network.access import access_of_node
from wegeketten.network.connect import cut_edge
from wegeketten.network.draft import Style

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import shapely
    from numpy.typing import NDArray

    from wegeketten.network.draft import Draft
    from wegeketten.network.walkable_floor import Floor, Thing
    from wegeketten.osm.features import Features
    from wegeketten.osm.projection import Projection

_LEAST_M = 0.6  # half the width of a gap beside an obstacle that nobody passes
_NEAR_M = 2.0  # from the outline to the part of the floor it runs along, less the gap
_PLAIN_M = 0.05
_STEP_M = 0.5
_ASIDE_M = 0.6  # from a corner to where the outline is looked at
_SMALL_M2 = 1.0
_LEAST_CUT_M = 1.2  # more than what `connect.cut` takes for one place
_GATE_M = 0.4  # from a gate to the fence it stands in
_PASSES = (
    Kind.gate,
    Kind.kissing_gate,
    Kind.lift_gate,
    Kind.turnstile,
    Kind.stile,
    Kind.door,
    Kind.cycle_barrier,
)


class _Run(NamedTuple):
    """Where along an edge the part of the floor changes."""

    before_m: float
    after_m: float
    label: int
    other: int


def cut_outlines(
    draft: Draft,
    floors: Sequence[Floor],
    shapes: Sequence[shapely.Geometry],
    things: Sequence[Sequence[Thing]],
    features: Features,
    projection: Projection,
) -> list[shapely.Geometry]:
    """Part the outlines of floors that what stands on them parts.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    floors
        Areas that are walked across.
    shapes
        What is free of them, see `walkable_floor.clear`.
    things
        What stands on each.
    features
        What was read from the extract.
    projection
        From degrees to the metres of the city.

    Returns
    -------
    list
        What is free of each floor, without gaps that nobody passes.
    """
    import shapely

    passed = list(shapes)
    of_element: dict[tuple[str, int], list[int]] = defaultdict(list)
    for edge, style in enumerate(draft.styles):
        if style.area and style.kind < Kind.kerb and style.kind != Kind.link:
            of_element[(style.osm_type, style.osm_id)].append(edge)
    gone: list[int] = []
    for row, (floor, shape, standing) in enumerate(zip(floors, shapes, things, strict=True)):
        if not standing:
            continue
        parts = _parts(shape)
        if len(parts) < 2:
            continue
        grown = shapely.buffer(parts, _LEAST_M, quad_segs=1, join_style="mitre")
        passed[row] = shapely.intersection(shapely.union_all(grown), shape)
        key = (floor.strip.osm_type, floor.strip.osm_id)
        outline = of_element.get(key, [])
        gone += _sever(draft, outline, parts, standing)
        _hang_gates(draft, outline, parts, standing, features, projection)
    draft.leave_out(gone)
    return passed


def _parts(shape: shapely.Geometry) -> NDArray[np.object_]:
    """Parts of a floor that no passage wide enough joins."""
    import shapely

    plain = shapely.simplify(shape, _PLAIN_M)
    parts = shapely.get_parts(shapely.buffer(plain, -_LEAST_M, quad_segs=1, join_style="mitre"))
    return np.asarray(parts[shapely.area(parts) >= _SMALL_M2])


def _sever(
    draft: Draft, outline: Sequence[int], parts: NDArray[np.object_], standing: Sequence[Thing]
) -> list[int]:
    """Part one outline; return the edges that are no way any more."""
    gone: list[int] = []
    ends: dict[int, list[tuple[int, bool, int]]] = defaultdict(list)
    for edge in list(outline):
        runs, first, last = _runs(draft.lines[edge], parts)
        pieces = [edge]
        for run in reversed(runs):  # from the far end, so that what is cut off stays behind
            thing = _thing_at(draft.lines[edge], run, standing)
            if thing is None:
                continue
            before = len(draft.u)
            begin, end = min(run.before_m, run.after_m - _LEAST_CUT_M), run.after_m
            one, other = cut_edge(draft, edge, [max(begin, 0.0), end])
            added = list(range(before, len(draft.u)))
            pieces += added
            between = next(
                (each for each in [edge, *added] if (draft.u[each], draft.v[each]) == (one, other)), None
            )
            if between is not None:
                gone += _become(draft, between, thing)
        if first is not None:
            ends[draft.u[edge]].append((edge, True, first))
        if last is not None:
            tail = max(pieces, key=lambda each: each if len(pieces) > 1 else 0)
            tail = next((each for each in pieces if draft.v[each] == draft.v[tail]), tail)
            ends[draft.v[tail]].append((tail, False, last))
    _split_corners(draft, ends, set(gone), standing)
    return gone


def _runs(line: NDArray[np.float64], parts: NDArray[np.object_]) -> tuple[list[_Run], int | None, int | None]:
    """Where the part of the floor changes along a line, and the parts at its two ends."""
    import shapely

    size = length_m(line)
    aside = min(_ASIDE_M, size / 3)
    at = np.linspace(aside, size - aside, max(2, int(size / _STEP_M) + 1)) if size > 0 else np.zeros(1)
    points = shapely.line_interpolate_point(shapely.LineString(line), at)
    away = np.array([shapely.distance(points, part) for part in parts])
    nearest = away.argmin(axis=0)
    label = np.where(away.min(axis=0) <= _NEAR_M, nearest, -1)
    known = np.flatnonzero(label >= 0)
    if not len(known):
        return [], None, None
    runs = [
        _Run(float(at[here]), float(at[there]), int(label[here]), int(label[there]))
        for here, there in zip(known[:-1].tolist(), known[1:].tolist(), strict=True)
        if label[here] != label[there]
    ]
    return runs, int(label[known[0]]), int(label[known[-1]])


def _thing_at(line: NDArray[np.float64], run: _Run, standing: Sequence[Thing]) -> Thing | None:
    """What stands where the part of the floor changes."""
    import shapely

    span = shapely.LineString(line)
    places = shapely.line_interpolate_point(span, np.linspace(run.before_m, run.after_m, 5))
    return _nearest(shapely.MultiPoint(list(places)), standing)


def _nearest(place: shapely.Geometry, standing: Sequence[Thing]) -> Thing | None:
    import shapely

    away = [float(shapely.distance(thing.shape, place)) for thing in standing]
    row = int(np.argmin(away))
    return standing[row] if away[row] <= _NEAR_M else None


def _become(draft: Draft, edge: int, thing: Thing) -> list[int]:
    """Turn a piece of an outline into the steps or the kerb that crosses it; else it is gone."""
    style = _style_of(draft, draft.styles[edge], thing)
    if style is None:
        return [edge]
    draft.styles[edge] = style
    return []


def _style_of(draft: Draft, rim: Style, thing: Thing) -> Style | None:
    """How one passes a thing along the outline; None where one does not, or where it is walked itself."""
    tags = thing.tags
    if tags.get("barrier") == "kerb":
        kind = Kind.kerb
    elif tags.get("highway") == "steps" and tags.get("area") != "yes":
        kind = Kind.steps
    else:
        return None
    reading = draft.read(thing.element, tags, kind, highway=HIGHWAYS[rim.highway])
    return rim._replace(
        osm_type=thing.element[0], osm_id=int(thing.element[1:]), kind=int(kind), derived=True, area=True,
        reading=reading,
    )  # fmt: skip


def _split_corners(
    draft: Draft,
    ends: Mapping[int, Sequence[tuple[int, bool, int]]],
    gone: set[int],
    standing: Sequence[Thing],
) -> None:
    """Part corners of an outline at which a wall or the like ends."""
    import shapely

    for node, found in ends.items():
        labels = sorted({label for edge, _, label in found if edge not in gone})
        if len(labels) < 2:
            continue
        thing = _nearest(shapely.Point(draft.places[node]), standing)
        if thing is None:
            continue
        for label in labels[1:]:
            other = draft.place(*draft.places[node], draft.place_ids[node])
            rim = draft.styles[found[0][0]]
            for edge, at_start, mine in found:
                if mine == label and edge not in gone:
                    (draft.u if at_start else draft.v)[edge] = other
            style = _style_of(draft, rim, thing)
            if style is not None:
                draft.add(node, other, None, style)


def _hang_gates(
    draft: Draft,
    outline: Sequence[int],
    parts: NDArray[np.object_],
    standing: Sequence[Thing],
    features: Features,
    projection: Projection,
) -> None:
    """Gates in what parts a floor: one passes there from part to part."""
    import shapely

    lines = shapely.union_all([thing.shape for thing in standing if "barrier" in thing.tags])
    gates = [
        node
        for node in features.nodes.values()
        if KIND_OF_BARRIER.get(node.tags.get("barrier", "")) in _PASSES
    ]
    used = set(draft.place_ids)
    gates = [node for node in gates if node.id not in used]
    if not gates or not outline or shapely.is_empty(lines):
        return
    xy = projection.to_xy([(node.lon, node.lat) for node in gates])
    near = shapely.distance(shapely.points(xy), lines) <= _GATE_M
    for row in np.flatnonzero(near).tolist():
        node, point = gates[row], shapely.Point(xy[row])
        away = shapely.distance(parts, point)
        two = np.argsort(away, kind="stable")[:2]
        if len(two) < 2 or away[two[1]] > _NEAR_M:
            continue
        kind = KIND_OF_BARRIER[node.tags["barrier"]]
        access = access_of_node(node.tags)
        sides = []
        for part in two.tolist():
            here = shapely.get_coordinates(shapely.shortest_line(parts[part], point))[0]
            sides.append(draft.place(float(here[0]), float(here[1]), node.id))
        style = Style(
            "n", node.id, int(kind), forward=access.forward, backward=access.backward,
            reading=draft.read(f"n{node.id}", node.tags, kind),
        )  # fmt: skip
        draft.add(sides[0], sides[1], None, style)
        for side, part in zip(sides, two.tolist(), strict=True):
            corners = sorted({end for edge in outline for end in (draft.u[edge], draft.v[edge])})
            of_part = [
                c for c in corners if shapely.distance(parts[part], shapely.Point(draft.places[c])) <= _NEAR_M
            ]
            if of_part:
                x, y = draft.places[side]
                corner = min(of_part, key=lambda c: np.hypot(draft.places[c][0] - x, draft.places[c][1] - y))
                rim = draft.styles[outline[0]]
                link = rim._replace(
                    kind=int(Kind.link), derived=True, reading=draft.read(f"n{node.id}", {}, Kind.link)
                )
                draft.add(side, corner, None, link)
