"""A proposal of neighbourhoods that no main road, railway or river cuts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from wegeketten.model.edges import HIGHWAYS, Kind
from wegeketten.siting.rows import Neighbourhood

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.city import City

    Longs = NDArray[np.int64]

LEAST, MOST = 5_000.0, 10_000.0
"""People of a neighbourhood (Münchner Forum: 5 000 to 10 000)."""

_RANK = {"secondary": 1, "primary": 2, "trunk": 3, "motorway": 4}
_BRIDGE = 3  # bridges and tunnels lead across water, rails or large roads
_RAILS = 5  # tracks that are crossed on the ground; no road's rank
_ACROSS = {
    "over_rails": _RAILS,
    "over_water": _BRIDGE,
}  # classes of obstacles that divide where a way crosses
_CROSSES = {0: "", 1: "secondary", 2: "primary", _RAILS: "railway"}
_FRAGMENT = 200.0  # people; splits leave no parts smaller than this apart
_ISLAND, _ISLAND_M = 500.0, 500.0  # so few people, with others so near, are no neighbourhood
_AROUND_M = 120.0  # ground that belongs to a home


@dataclass(frozen=True)
class Proposal:
    """Neighbourhoods and the homes in them.

    Attributes
    ----------
    rows
        The largest first.
    home
        int64: number of the neighbourhood of each home less 1, -1 where none.
    shapes
        Polygons, lon/lat degrees, in the order of `rows`.
    """

    rows: tuple[Neighbourhood, ...]
    home: Longs
    shapes: NDArray[np.object_]


def propose(city: City, *, least: float = LEAST, most: float = MOST) -> Proposal:
    """Divide a city into neighbourhoods.

    What hangs together without crossing a main road, tracks, a bridge or a tunnel is a block. Blocks of more
    than `most` people are divided along the ways that are longest from one another; blocks of fewer than
    `least` join the neighbour behind the least barrier, and say so.

    Parameters
    ----------
    city
        A built city; its homes weighted with people.
    least, most
        People of a neighbourhood.

    Returns
    -------
    Proposal
        A row for each neighbourhood, and the neighbourhood of each home.
    """
    barrier = _barriers(city)
    node = _home_nodes(city, barrier)
    weight = city.homes["weight"].astype(np.float64)
    count = len(city.nodes["x"])
    people = np.bincount(node[node >= 0], weight[node >= 0], minlength=count).astype(np.float64)
    u, v = city.edges["u"].astype(np.int64), city.edges["v"].astype(np.int64)
    open_ = barrier == 0
    length = np.maximum(city.edges["length_m"].astype(np.float64), 0.1)
    block = _components(count, u[open_], v[open_])
    block = _settled(block, people, count, u, v, barrier)
    parts = _split(block, people, u[open_], v[open_], length[open_], least, most)
    joined, crossed = _merge(parts, people, u, v, barrier, least, most)
    joined = _islands_joined(city, joined, node, weight)
    return _told(city, node, joined, crossed, weight, least, most)


def _home_nodes(city: City, divided: Longs) -> Longs:
    """The nearer end of the edge at which each home joins, -1 where it joins none."""
    from wegeketten.joins.endpoints import join_homes
    from wegeketten.people.profile import load_profile

    joints = join_homes(city, load_profile("walker"))
    node = np.full(len(city.homes["home_id"]), -1, dtype=np.int64)
    u, v = city.edges["u"][joints.edge].astype(np.int64), city.edges["v"][joints.edge].astype(np.int64)
    degree = np.bincount(city.edges["u"], divided == 0, len(city.nodes["x"]))
    degree += np.bincount(city.edges["v"], divided == 0, len(city.nodes["x"]))
    near_u = (joints.along < 0.5) & (degree[u] > 0) | (degree[v] == 0)  # the end that others reach, too
    node[joints.owner] = np.where(near_u, u, v)
    return node


def _barriers(city: City) -> NDArray[np.int64]:
    """How much each edge divides: 0 not at all, else the rank of the road it crosses or runs along."""
    edges = city.edges
    rank = np.array([_RANK.get(name, 0) for name in HIGHWAYS], dtype=np.int64)
    across = (edges["crossing"] != 0) | (edges["kind"] == Kind.crossing)
    along = edges["kind"] == Kind.street
    found = np.where(across, rank[edges["road"]], 0)
    found = np.maximum(found, np.where(along, np.maximum(rank[edges["highway"]], rank[edges["road"]]), 0))
    found = np.maximum(found, np.where(edges["level_ground"].astype(bool), _BRIDGE, 0))
    for name, rank_ in _ACROSS.items():
        found = np.maximum(found, np.where(_crossed(city, name), rank_, 0))
    # where a main road is one line, anyone who passes a node on it crosses it
    on_main = np.zeros(len(city.nodes["x"]), dtype=np.int64)
    for end in ("u", "v"):
        np.maximum.at(on_main, edges[end][along], np.where(found[along] < _BRIDGE, found[along], 0))
    divides: Longs = np.maximum(found, np.maximum(on_main[edges["u"]], on_main[edges["v"]]))
    return divides


def _crossed(city: City, obstacle: str) -> NDArray[np.bool_]:
    """Edges that cross an obstacle of a class on the ground: tracks, or a river without a bridge."""
    import shapely

    edges = city.edges
    crossed = np.zeros(len(edges), dtype=bool)
    for lot in city.obstacles.lots:
        if lot.name == obstacle and len(edges):
            line = np.repeat(np.arange(len(edges)), np.diff(edges.bends))
            lines = np.asarray(shapely.linestrings(edges.points, indices=line))
            crossed[shapely.STRtree(lot.shapes).query(lines, predicate="intersects")[0]] = True
    return crossed


def _components(count: int, u: Longs, v: Longs) -> Longs:
    graph = coo_array((np.ones(len(u)), (u, v)), shape=(count, count))
    label: Longs = connected_components(graph, directed=False)[1].astype(np.int64)
    return label


def _settled(
    block: Longs, people: NDArray[np.float64], count: int, u: Longs, v: Longs, barrier: NDArray[np.int64]
) -> Longs:
    """Blocks in which next to nobody lives (a refuge, the carriageway itself) belong to a neighbour."""
    block = block.copy()
    for _ in range(8):
        total = np.bincount(block, people, minlength=count)
        tiny = total < 1.0
        a, b = block[u], block[v]
        between = np.flatnonzero((a != b) & (tiny[a] != tiny[b]))
        if not len(between):
            break
        small = np.where(tiny[a[between]], a[between], b[between])
        large = np.where(tiny[a[between]], b[between], a[between])
        order = np.lexsort((large, barrier[between], small))
        first = np.ones(len(order), dtype=bool)
        first[1:] = small[order][1:] != small[order][:-1]
        target = np.arange(count)
        target[small[order][first]] = large[order][first]
        block = target[block]
    return block


def _split(
    block: Longs,
    people: NDArray[np.float64],
    u: Longs,
    v: Longs,
    length: NDArray[np.float64],
    least: float,
    most: float,
) -> Longs:
    """Divide blocks of more than `most` people in halves until they fit."""
    parts = block.copy()
    following = int(parts.max(initial=0)) + 1
    inside = parts[u] == parts[v]
    graph = coo_array((length[inside], (u[inside], v[inside])), shape=(len(parts),) * 2).tocsr()
    graph = graph.maximum(graph.T)
    waiting = np.flatnonzero(np.bincount(parts, people) > most).tolist()
    while waiting:
        number = waiting.pop()
        nodes = np.flatnonzero(parts == number)
        total = float(people[nodes].sum())
        if total <= most:
            continue
        pieces = int(np.ceil(total / (0.5 * (least + most))))
        half = _half(graph[nodes][:, nodes], people[nodes], (pieces // 2) / pieces)
        if half is None:
            continue
        parts[nodes[half]] = following
        waiting += [number, following]
        following += 1
    return parts


def _half(graph: Any, people: NDArray[np.float64], share: float) -> NDArray[np.bool_] | None:
    """Nodes nearer to one end of a block that have a share of its people; None: it has no ends."""
    peopled = np.flatnonzero(people > 0)
    if len(peopled) < 2:
        return None
    start = int(peopled[0])
    for _ in range(3):
        far = dijkstra(graph, indices=start)
        reach = np.where(np.isfinite(far) & (people > 0), far, -1.0)
        start, before = int(reach.argmax()), start
    one, other = dijkstra(graph, indices=[before, start])
    there = np.isfinite(one) & np.isfinite(other)
    key = np.full(len(one), np.inf)
    key[there] = one[there] - other[there]
    order = np.argsort(key, kind="stable")
    total = np.cumsum(people[order])
    cut = int(np.searchsorted(total, share * total[-1]))
    chosen = np.zeros(len(people), dtype=bool)
    chosen[order[: cut + 1]] = True
    chosen = _tidied(graph, people, chosen)
    return chosen if 0 < people[chosen].sum() < people.sum() else None


def _tidied(graph: Any, people: NDArray[np.float64], chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without fragments of either half that lie apart from it."""
    tidy = chosen.copy()
    for side in (True, False):
        rows = np.flatnonzero(chosen == side)
        label = connected_components(graph[rows][:, rows], directed=False)[1]
        total = np.bincount(label, people[rows])
        fragment = (total < max(_FRAGMENT, 0.05 * total.sum())) & (np.arange(len(total)) != total.argmax())
        tidy[rows[fragment[label]]] = not side
    return tidy


def _merge(
    parts: Longs,
    people: NDArray[np.float64],
    u: Longs,
    v: Longs,
    barrier: NDArray[np.int64],
    least: float,
    most: float,
) -> tuple[Longs, dict[int, int]]:
    """Join small parts to the neighbour behind the least barrier; return the greatest within each part."""
    a, b = parts[u], parts[v]
    between = np.flatnonzero(a != b)
    links: dict[tuple[int, int], tuple[int, int]] = {}
    for x, y, rank in zip(a[between].tolist(), b[between].tolist(), barrier[between].tolist(), strict=True):
        pair = (min(x, y), max(x, y))
        least_rank, number = links.get(pair, (9, 0))
        links[pair] = (min(least_rank, rank), number + 1)
    near: dict[int, dict[int, tuple[int, int]]] = {}
    for (x, y), link in links.items():
        near.setdefault(x, {})[y] = link
        near.setdefault(y, {})[x] = link
    total = {
        number: float(sum_) for number, sum_ in enumerate(np.bincount(parts, people).tolist()) if sum_ > 0
    }
    owner = {number: number for number in total}
    crossed: dict[int, int] = {}
    stuck: set[int] = set()
    while True:
        small = [number for number, sum_ in total.items() if sum_ < least and number not in stuck]
        if not small:
            break
        one = min(small, key=lambda number: (total[number], number))
        options = [
            (rank, -links_, total[other], other)
            for other, (rank, links_) in near.get(one, {}).items()
            if other in total and total[other] + total[one] <= most
        ]
        if not options:
            stuck.add(one)
            continue
        rank, _, _, other = min(options)
        crossed[other] = max(crossed.get(other, 0), crossed.pop(one, 0), rank)
        total[other] += total.pop(one)
        owner[one] = other
        for third, link in near.pop(one, {}).items():
            near[third].pop(one, None)
            if third == other:
                continue
            known = near[other].get(third, (9, 0))
            near[other][third] = near[third][other] = (min(known[0], link[0]), known[1] + link[1])
        stuck.discard(other)

    def root(number: int) -> int:
        while number in owner and owner[number] != number:
            number = owner[number]
        return number

    final = np.array([root(number) for number in range(int(parts.max(initial=0)) + 1)], dtype=np.int64)
    return final[parts], crossed


def _islands_joined(city: City, part: Longs, node: Longs, weight: NDArray[np.float64]) -> Longs:
    """A few people on a part of the network that nothing leads out of go with the nearest home of others."""
    from scipy.spatial import cKDTree

    lived = np.flatnonzero((node >= 0) & (weight > 0))
    of_home = part[node[lived]]
    total = np.bincount(of_home, weight[lived])
    few = total[of_home] < _ISLAND
    if not few.any() or few.all():
        return part
    xy = np.column_stack([city.homes["x"], city.homes["y"]])[lived]
    far, nearest = cKDTree(xy[~few]).query(xy[few])
    target = np.arange(max(len(total), int(part.max()) + 1))
    for number in np.unique(of_home[few]).tolist():
        mine = np.flatnonzero(of_home[few] == number)
        best = mine[far[mine].argmin()]
        if far[best] <= _ISLAND_M:
            target[number] = of_home[~few][nearest[best]]
    return np.asarray(target[part], dtype=np.int64)


def _told(
    city: City,
    node: Longs,
    part: Longs,
    crossed: dict[int, int],
    weight: NDArray[np.float64],
    least: float,
    most: float,
) -> Proposal:
    homes = city.homes
    of_home = np.where(node >= 0, part[np.maximum(node, 0)], -1)
    lived = of_home >= 0
    numbers, index = np.unique(of_home[lived], return_inverse=True)
    total = np.bincount(index, weight[lived], minlength=len(numbers))
    order = np.lexsort((numbers, -total))
    order = order[total[order] > 0]
    place = np.full(len(numbers), -1, dtype=np.int64)
    place[order] = np.arange(len(order))
    home = np.full(len(weight), -1, dtype=np.int64)
    home[lived] = place[index]
    shapes = _shapes(city, home, len(order))
    meeting = _counted(city, shapes)
    rows = []
    for number, row in enumerate(order.tolist()):
        members = np.flatnonzero(home == number)
        people = weight[members]
        rank = crossed.get(int(numbers[row]), 0)
        older = homes["people_65"][members] if "people_65" in homes else None
        rows.append(
            Neighbourhood(
                number + 1,
                _most(homes["street"][members], people),
                round(float(people.sum()), 1),
                None if older is None else round(float(np.nansum(older.astype(np.float64))), 1),
                len(members),
                _most(np.asarray(_district_names(city))[homes["district"][members]], people),
                _CROSSES.get(rank, "bridge"),
                "small" if people.sum() < least else "large" if people.sum() > most else "fits",
                meeting[number],
                round(float(np.average(homes["lat"][members], weights=people)), 6),
                round(float(np.average(homes["lon"][members], weights=people)), 6),
            )
        )
    return Proposal(tuple(rows), home, shapes)


def _district_names(city: City) -> list[str]:
    return [*map(str, city.districts["name"]), ""]  # row -1: in no district


def _most(values: NDArray[Any], people: NDArray[np.float64]) -> str:
    """The value of most people, "" where none has any."""
    count: Counter[str] = Counter()
    for value, weight in zip(values.tolist(), people.tolist(), strict=True):
        if value is not None and str(value) not in ("", "nan"):
            count[str(value)] += weight
    return max(sorted(count), key=count.__getitem__) if count else ""


def _shapes(city: City, home: Longs, count: int) -> NDArray[np.object_]:
    """Ground nearer to a neighbourhood's homes than to others, and not far from them."""
    import shapely

    xy = np.column_stack([city.homes["x"], city.homes["y"]]).astype(np.float64)
    inside = np.flatnonzero(home >= 0)
    places, first = np.unique(np.round(xy[inside], 1), axis=0, return_index=True)
    shapes = np.full(count, shapely.MultiPolygon(), dtype=object)
    if len(places) < 3:
        return shapes
    points = np.asarray(shapely.points(places))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), ordered=True))
    cells = shapely.intersection(cells, shapely.buffer(points, _AROUND_M, quad_segs=3))
    number = home[inside[first]]
    for one in range(count):
        members = cells[number == one]
        if len(members):
            shape = shapely.simplify(shapely.union_all(members), 5.0)
            shapes[one] = shapely.transform(
                shape, lambda points: np.round(city.projection.to_lonlat(points), 6)
            )
    return shapes


def _counted(city: City, shapes: NDArray[np.object_]) -> list[int]:
    """Meeting places inside each neighbourhood."""
    import shapely

    rows = np.flatnonzero(city.places["service"] == "meeting_place")
    points = np.asarray(shapely.points(city.places["lon"][rows], city.places["lat"][rows]))
    if not len(rows):
        return [0] * len(shapes)
    return [int(np.asarray(shapely.intersects(shape, points)).sum()) for shape in shapes]
