"""Squares, platforms and halls mapped as areas: their outlines, which are walked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.edges import Kind
from wegeketten.network.ways import walk_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wegeketten.network.draft import Draft, Style
    from wegeketten.network.split import Pieces
    from wegeketten.network.ways import Strip
    from wegeketten.osm.features import Features, Relation, Way

_FARTHEST_M = 160.0  # from where a way ends inside a square to the corner it is joined to


class Join(NamedTuple):
    """Corner of an outline that a loose end may be joined to, and how edges of the outline are walked."""

    corner: int
    style: Style


def squares(features: Features) -> Iterator[tuple[Relation, list[Way]]]:
    """Multipolygons that are walked, with those ways of their rings that are not walked as they are.

    Parameters
    ----------
    features
        What was read from the extract.

    Yields
    ------
    tuple
        Each with the ways that have to be added.
    """
    for relation in features.relations.values():
        if relation.tags.get("type") != "multipolygon" or walk_of(relation.tags) is None:
            continue
        rings = []
        for kind, ref, role in relation.members:
            way = features.ways.get(ref) if kind == "w" and role in ("outer", "inner", "") else None
            if way is not None and walk_of(way.tags) is None and way.stop - way.start > 1:
                rings.append(way)
        if rings:
            yield relation, rings


def rims(strips: Sequence[Strip], pieces: Pieces) -> set[int]:
    """Vertices on the outline of one area, and of nothing else.

    Parameters
    ----------
    strips
        All ways that are walked.
    pieces
        The pieces they are cut into.

    Returns
    -------
    set
        Numbers of vertices.
    """
    number: dict[tuple[str, int], int] = {}
    element = np.array([number.setdefault((strip.osm_type, strip.osm_id), len(number)) for strip in strips])
    is_area = np.array([strip.walk.area for strip in strips], dtype=bool)
    if not is_area.any():
        return set()
    way = np.concatenate([pieces.way, pieces.way])
    ends = np.concatenate([pieces.u, pieces.v])
    low, high = np.full(len(pieces.vertex_ref), len(number)), np.full(len(pieces.vertex_ref), -1)
    np.minimum.at(low, ends, np.where(is_area[way], element[way], -1))
    np.maximum.at(high, ends, np.where(is_area[way], element[way], len(number)))
    return set(np.flatnonzero(low == high).tolist())


def link_loose_ends(draft: Draft, strips: Sequence[Strip], lift_ends: Mapping[int, tuple[str, int]]) -> None:
    """Join ways that end inside a square to the nearest corner of its outline.

    What ends on the street above a hall does not end inside it, and what may end on one of several floors is
    joined to none: the join would be a way from floor to floor. A shaft is joined by its lift.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    strips
        All ways that are walked.
    lift_ends
        Ends of lifts with the area each leads onto.
    """
    import shapely

    wanted = {(strip.osm_type, strip.osm_id) for strip in strips if strip.walk.area}
    if not wanted:
        return
    outline: dict[tuple[str, int], list[int]] = {}
    for edge, style in enumerate(draft.styles):
        if (style.osm_type, style.osm_id) in wanted and style.kind < Kind.kerb:
            outline.setdefault((style.osm_type, style.osm_id), []).append(edge)
    degree = draft.degree()
    loose = np.flatnonzero(degree == 1)
    if not len(loose):
        return
    places = np.array(draft.places)[loose]
    ending = {
        node: draft.styles[edge]
        for edge, ends in enumerate(zip(draft.u, draft.v, strict=True))
        for node in ends
        if degree[node] == 1
    }
    tree = shapely.STRtree(np.asarray(shapely.points(places)))
    joins: dict[int, list[Join]] = {}
    for element in sorted(outline):
        edges = outline[element]
        faces = shapely.get_parts(
            shapely.polygonize([shapely.LineString(draft.lines[edge]) for edge in edges])
        )
        if not len(faces):
            continue
        corners = sorted({end for edge in edges for end in (draft.u[edge], draft.v[edge])})
        rim = np.array([draft.places[corner] for corner in corners])
        style = draft.styles[edges[0]]._replace(derived=True)
        for row in np.sort(tree.query(shapely.union_all(faces), predicate="contains")).tolist():
            away_m = np.hypot(*(rim - places[row]).T)
            nearest = int(away_m.argmin())
            onto = lift_ends.get(int(loose[row]))
            if onto != element if onto is not None else not _same_storey(ending[int(loose[row])], style):
                continue
            if corners[nearest] != loose[row] and away_m[nearest] <= _FARTHEST_M:
                joins.setdefault(int(loose[row]), []).append(Join(corners[nearest], style))
    for node in sorted(joins):
        for join in _on_one_floor(joins[node], ending[node]):
            kind = join.style.kind if join.style.kind == Kind.lift else int(Kind.link)
            draft.add(node, join.corner, None, join.style._replace(kind=kind))


def _on_one_floor(joins: Sequence[Join], ending: Style) -> list[Join]:
    """The joins of one end that are sure not to lead from one floor to another."""
    shafts = [join for join in joins if join.style.kind == Kind.lift]
    floors = [join for join in joins if join.style.kind != Kind.lift]
    own = [join for join in floors if join.style.level == ending.level]
    floors = own or floors
    one = len({0.0 if join.style.level != join.style.level else join.style.level for join in floors}) == 1
    return [*(floors if one else []), *shafts]


def _same_storey(one: Style, other: Style) -> bool:
    """Whether two edges may lie on one floor: both on the ground or both off it, levels alike if known."""
    known = one.level == one.level and other.level == other.level
    return one.level_ground == other.level_ground and not (known and one.level != other.level)
