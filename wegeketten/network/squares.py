"""Squares, platforms and halls are walked across: straight from entry to entry, around what stands there.

Only as many ways across are laid as it takes for nobody to walk much farther than straight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.edges import HIGHWAYS, Kind
from wegeketten.model.lines import length_m
from wegeketten.network.severed import cut_outlines
from wegeketten.network.visibility import ways_across, worth_crossing
from wegeketten.network.walkable_floor import clear, find_floors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from wegeketten.network.draft import Draft
    from wegeketten.network.walkable_floor import Floor
    from wegeketten.network.ways import Strip
    from wegeketten.osm.features import Features
    from wegeketten.osm.projection import Projection

    Metres = NDArray[np.float64]

_OFF_M = 1.0  # an entry may lie so far off the mapped outline
_MOST_ENTRIES = 120
_OF_FLOOR = ("incline", "width", "est_width", "step_count", "length")
"""Beginnings of keys that say something about an area, but nothing about a way across it."""
_FOOT = (
    Kind.footway,
    Kind.path,
    Kind.pavement,
    Kind.pedestrian,
    Kind.living_street,
    Kind.platform,
    Kind.corridor,
    Kind.link,
)
_UPRIGHT = (Kind.steps, Kind.escalator, Kind.lift)


class Square(NamedTuple):
    """A floor and the network around it.

    Attributes
    ----------
    floor
        The area.
    edge
        Some edge of its outline.
    entries
        Nodes at which something leads on, by x and y.
    xy
        Their places, metres, shape (entries, 2).
    apart
        Metres between them by the ways there are, `inf` for none, shape (entries, entries).
    """

    floor: Floor
    edge: int
    entries: list[int]
    xy: Metres
    apart: Metres


def cross_squares(draft: Draft, strips: Sequence[Strip], features: Features, projection: Projection) -> None:
    """Lay ways across every area that is worth it, from and to the nodes at which one enters it.

    They bear the readings of the area, except for width and incline, which depend on where one walks.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    strips
        All ways that are walked.
    features
        What was read from the extract.
    projection
        From degrees to the metres of the city.
    """
    floors = find_floors(features, projection, strips)
    left, things = clear(floors, features, projection)
    left = cut_outlines(draft, floors, left, things, features, projection)
    for row, square in _find_squares(draft, floors, _hole_nodes(features, floors)):
        shape = left[row]
        ways, corners = ways_across(square.xy, square.apart, shape)
        if not ways:
            continue
        strip, style = square.floor.strip, draft.styles[square.edge]
        tags = {key: value for key, value in strip.tags.items() if not key.startswith(_OF_FLOOR)}
        highway = HIGHWAYS[strip.walk.highway]
        reading = draft.read(strip.element, tags, Kind(style.kind), highway=highway)
        style = style._replace(derived=True, reading=reading)
        nodes = [*square.entries, *(draft.place(x, y) for x, y in corners.tolist())]
        for way in ways:
            draft.add(nodes[way.one], nodes[way.other], None, style)


def _hole_nodes(features: Features, floors: Sequence[Floor]) -> set[int]:
    """Nodes of what fills holes in squares, such as a house: somebody may live there."""
    found: set[int] = set()
    for number in {floor.strip.osm_id for floor in floors if floor.strip.osm_type == "r"}:
        for kind, ref, role in features.relations[number].members:
            way = features.ways.get(ref) if kind == "w" and role == "inner" else None
            if way is not None and way.tags:
                found.update(features.refs[way.start : way.stop].tolist())
    return found


def _find_squares(draft: Draft, floors: Sequence[Floor], filled: set[int]) -> Iterator[tuple[int, Square]]:
    """Floors with entries between which the ways there are lead around, with their rows."""
    if not floors:
        return
    network = _Network(draft, floors, filled)
    for row, floor in enumerate(floors):
        edges, own, entries = network.around(row, floor)
        if len(entries) < 2 or not len(own):
            continue
        xy = network.places[entries]
        entries = entries[np.lexsort((xy[:, 1], xy[:, 0]))]
        entries = _thinned(entries, network.places)
        xy, apart = network.places[entries], network.apart(edges, entries)
        if worth_crossing(xy, apart).any():
            yield row, Square(floor, int(own[0]), entries.tolist(), xy, apart)


def _thinned(entries: NDArray[np.int64], places: Metres) -> NDArray[np.int64]:
    """Of very many entries some, well apart."""
    least_m = 2.0
    kept = entries
    while len(kept) > _MOST_ENTRIES:
        chosen: list[int] = []
        for entry in entries.tolist():
            away = np.hypot(*(places[chosen] - places[entry]).T) if chosen else np.empty(0)
            if (away >= least_m).all():
                chosen.append(entry)
        kept = np.array(chosen, dtype=np.int64)
        least_m *= 1.5
    return kept


class _Network:
    """The network so far as columns, and what of it lies on which floor."""

    def __init__(self, draft: Draft, floors: Sequence[Floor], filled: set[int]) -> None:
        import shapely

        styles = draft.styles
        self.lines = draft.lines
        self.filled = np.isin(np.array(draft.place_ids), np.array(sorted(filled), dtype=np.int64))
        self.ends = np.stack([np.array(draft.u), np.array(draft.v)])
        self.places = np.array(draft.places)
        self.kind = np.array([style.kind for style in styles])
        self.level = np.array([style.level for style in styles])
        self.off_ground = np.array([style.level_ground for style in styles], dtype=bool)
        self.both = np.array(
            [style.forward and style.backward and not style.private for style in styles], dtype=bool
        )
        number: dict[tuple[str, int], int] = {}
        self.element_of = [
            number.setdefault((floor.strip.osm_type, floor.strip.osm_id), len(number)) for floor in floors
        ]
        self.element = np.array([number.get((style.osm_type, style.osm_id), -1) for style in styles])
        # edges by node: those of node n are by_node[first[n] : first[n + 1]]
        flat = self.ends.ravel()
        self.by_node = np.argsort(flat, kind="stable") % len(styles)
        self.first = np.concatenate(([0], np.cumsum(np.bincount(flat, minlength=len(self.places)))))
        node, floor_row = shapely.STRtree([floor.shape for floor in floors]).query(
            shapely.points(self.places), predicate="dwithin", distance=_OFF_M
        )
        order = np.lexsort((node, floor_row))
        self.nodes = node[order]
        self.begin = np.searchsorted(floor_row[order], np.arange(len(floors) + 1))

    def around(
        self, row: int, floor: Floor
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Edges on a floor, those of its outline, and the nodes at which something else leads on.

        Besides the nodes of the outline these are ends of ways on the floor and heads of stairs and lifts. Of
        stairs or a lift with both ends on the floor nobody knows which end is on it: a way across from there
        might lead round them. The same holds for nodes that ways of another storey meet.
        """
        here = self.nodes[self.begin[row] : self.begin[row + 1]]
        spans = [self.by_node[self.first[node] : self.first[node + 1]] for node in here.tolist()]
        met = np.concatenate([np.empty(0, dtype=np.int64), *spans])
        edges = np.unique(met)
        edges = edges[np.isin(self.ends[0, edges], here) & np.isin(self.ends[1, edges], here)]
        node = np.repeat(here, [len(span) for span in spans])
        kind, of_floor = self.kind[met], self.element[met] == self.element_of[row]
        outline = of_floor & (kind < Kind.kerb) & (kind != Kind.link)
        rim = np.isin(here, node[outline])
        within = (kind >= Kind.kerb) & np.isin(self.ends[:, met], here[rim]).all(axis=0)
        storey = np.nan_to_num(floor.strip.walk.level)
        leads_on = np.isin(here, node[~outline & ~within])
        ends = np.isin(here, node[of_floor & (kind == Kind.link)])
        upright = np.isin(here, node[np.isin(kind, _UPRIGHT)])
        on_foot, levels = np.isin(kind, _FOOT), self.level[met]
        like = self.off_ground[met] == floor.strip.walk.off_ground
        level = np.isin(here, node[on_foot & like & (np.nan_to_num(levels) == storey)])
        elsewhere = np.isin(here, node[on_foot & ~np.isnan(levels) & (levels != storey)])
        climbs = edges[np.isin(self.kind[edges], _UPRIGHT)]
        unclear = climbs[np.isin(self.ends[:, climbs], here[level | rim]).all(axis=0)]
        upright &= ~np.isin(here, self.ends[:, unclear])
        enters = np.where(rim, leads_on | self._unmet(here, met[outline], leads_on), ends | (upright & level))
        return edges, met[outline], here[enters & ~elsewhere]

    def _unmet(
        self, here: NDArray[np.int64], outline: NDArray[np.int64], leads_on: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Nodes of those rings of an outline from which nothing leads on: one gets there across the floor."""
        if not self.filled[here].any():
            return np.zeros(len(here), dtype=bool)
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import connected_components

        outline = outline[np.isin(self.ends[:, outline], here).all(axis=0)]
        ones, others = np.searchsorted(here, self.ends[:, outline])
        ring = coo_matrix((np.ones(len(ones)), (ones, others)), shape=(len(here),) * 2)
        label = connected_components(ring, directed=False)[1]
        on_rim = np.zeros(len(here), dtype=bool)
        on_rim[np.concatenate([ones, others])] = True
        left: NDArray[np.bool_] = on_rim & self.filled[here] & ~np.isin(label, label[leads_on & on_rim])
        return left if (leads_on & on_rim).any() else np.zeros_like(left)

    def apart(self, edges: NDArray[np.int64], entries: NDArray[np.int64]) -> Metres:
        """Metres between entries by the foot ways among some edges."""
        from scipy.sparse import coo_matrix
        from scipy.sparse.csgraph import dijkstra

        edges = edges[np.isin(self.kind[edges], _FOOT) & self.both[edges]]
        nodes = np.unique(np.concatenate([self.ends[:, edges].ravel(), entries]))
        ones, others = np.searchsorted(nodes, self.ends[:, edges])
        metres = np.array([length_m(self.lines[edge]) for edge in edges.tolist()])
        # of parallel edges the shortest, which a sparse matrix would add up
        order = np.lexsort((metres, np.maximum(ones, others), np.minimum(ones, others)))
        low, high = np.minimum(ones, others)[order], np.maximum(ones, others)[order]
        fresh = np.ones(len(order), dtype=bool)
        fresh[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
        graph = coo_matrix(
            (np.maximum(metres[order][fresh], 1e-6), (low[fresh], high[fresh])), shape=(len(nodes),) * 2
        ).tocsr()
        rows = np.searchsorted(nodes, entries)
        return np.asarray(dijkstra(graph, directed=False, indices=rows)[:, rows])
