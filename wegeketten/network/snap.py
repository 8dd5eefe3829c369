"""Snapping: on which edges, and where on them, homes and places may join the network.

Which edge is the right one depends on the profile, so the build keeps a short list of candidates for every
point, and `choose` picks the first that a profile may use.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.model.edges import Kind, ways_across
from wegeketten.osm.features import Skipped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.model.edges import EdgeTable

NEVER = (
    Kind.link,
    Kind.crossing,
    Kind.steps,
    Kind.escalator,
    Kind.moving_walkway,
    Kind.lift,
    Kind.ferry,
)
"""Kinds besides the point barriers that nobody's door opens onto, unless it is a node of theirs."""

_AT_NODES = (Kind.crossing, Kind.steps, Kind.escalator, Kind.moving_walkway)
"""Those of them that a door may be a node of: a flight that ends at it."""

ROADS = (Kind.street, Kind.living_street, Kind.service, Kind.track)
"""Kinds of which the nearest is always kept; so is the nearest of all other kinds (the footways)."""

_RADII_M = (
    40.0,
    80.0,
    120.0,
    170.0,
)  # tried before the reach itself; most doors are settled within the first two
_STOREY_M = 60.0  # an edge on the point's own storey is preferred to the ground within this many metres more
_PRIVATE_M = 15.0  # a private way is taken by doors to which every public one is farther by more than a house
_ON_WAY_M = 0.05  # a point this near is a node of the way
_ALOFT_M = 100.0  # a bridge or tunnel is taken where every way on the ground is so much farther
_BESIDE_M = 0.5  # a point this near to a bridge is on it
_FREE_M = 2.0  # what a stop prefers the ground by
_DOOR_M = 0.5  # an entrance this near is the door of a home or place
_CHUNK = 4096  # points per spatial query, bounds the memory for pairs


@dataclass(frozen=True)
class Snaps:
    """Candidates; equally long columns, sorted by owner, point and preference (near before far).

    Attributes
    ----------
    owner
        int32: row of the home or place.
    point
        int16: which access point of the owner.
    edge
        int32: row of the edge table.
    along
        float32: foot of the perpendicular as share of the edge's length, 0 at u, 1 at v.
    off_m
        float32: metres from the access point to that foot.
    away_m
        float32: the same with what makes other ways more likely; negative where the point is a node of the
        way. Empty where read from a file.
    skipped
        Owners without any candidate, by the ids given to `snap`.
    """

    owner: NDArray[np.int32]
    point: NDArray[np.int16]
    edge: NDArray[np.int32]
    along: NDArray[np.float32]
    off_m: NDArray[np.float32]
    away_m: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, dtype=np.float32))
    skipped: list[Skipped] = field(default_factory=list)

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> Snaps:
        """The given candidates only.

        Parameters
        ----------
        rows
            Their positions, or a mask.

        Returns
        -------
        Snaps
            A table of its own.
        """
        names = ("owner", "point", "edge", "along", "off_m", "away_m")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})

    def followed_by(self, other: Snaps, first: int) -> Snaps:
        """These candidates, then others, whose owners are counted from `first`.

        Parameters
        ----------
        other
            What comes behind.
        first
            Number of the first owner of `other`.

        Returns
        -------
        Snaps
            Both.
        """
        return Snaps(
            owner=np.concatenate([self.owner, other.owner + first]).astype(np.int32),
            point=np.concatenate([self.point, other.point]),
            edge=np.concatenate([self.edge, other.edge]),
            along=np.concatenate([self.along, other.along]),
            off_m=np.concatenate([self.off_m, other.off_m]),
            away_m=np.concatenate([self.away_m, other.away_m]),
        )

    def kept(self, rows: NDArray[np.bool_], first: int = 0) -> Snaps:
        """The given rows, owners counted from `first`.

        Parameters
        ----------
        rows
            A mask.
        first
            Number of the first owner that is left.

        Returns
        -------
        Snaps
            A table of its own.
        """
        names = ("point", "edge", "along", "off_m")
        owner = (self.owner[rows] - first).astype(np.int32)
        return Snaps(owner, *(getattr(self, name)[rows] for name in names))

    def __len__(self) -> int:
        return len(self.owner)


def snap(
    edges: EdgeTable,
    xy: NDArray[np.float64],
    owner: NDArray[np.integer] | None = None,
    point: NDArray[np.integer] | None = None,
    *,
    level: NDArray[np.floating] | None = None,
    aloft: NDArray[np.bool_] | None = None,
    free: NDArray[np.bool_] | None = None,
    ids: Sequence[str] | None = None,
    reach_m: float = 250.0,
    candidates: int = 12,
    index: SnapIndex | None = None,
) -> Snaps:
    """Find the edges that each point may join.

    Of all edges within reach the nearest are kept, among them always the nearest road and the nearest
    footway. A point that is a node of a way joins that way, whatever it is. Edges on another storey than the
    point count only where there is nothing else, bridges, tunnels and indoor ways where every other way is
    much farther. Private ways come
    after public ones that are up to 15 m farther, about the depth of a house: who lives in the second row
    joins the private way, the neighbour in front of it the street.

    Parameters
    ----------
    edges
        The network. Point barriers, steps, lifts, crossings, ways across areas and edges closed to everybody
        are no candidates.
    xy
        float64, shape (points, 2): metres in the network's CRS.
    owner
        Row of the home or place each point belongs to, ascending; one point each where None.
    point
        Number of the point within its owner; 0 where None.
    level
        Storey of each point, NaN where unmapped (taken as the ground).
    aloft
        Points that are mapped as lying on a bridge or in a tunnel; they join such ways first.
    free
        Points that may lie on a bridge or in a tunnel as well as not, such as stops: the nearest way counts.
    ids
        Ids of the owners, for the list of what could not be snapped.
    reach_m
        Farthest distance, metres.
    candidates
        How many edges to keep per point, at least 2.
    index
        Of these edges, where it is known already: it takes most of the time of a small question.

    Returns
    -------
    Snaps
        Candidates by owner, point and preference.

    Examples
    --------
    >>> from wegeketten.model.edges import EdgeTable
    >>> columns = {
    ...     "kind": np.array([Kind.footway, Kind.steps], dtype=np.uint8),
    ...     "forward": np.array([True, True]), "backward": np.array([True, True]),
    ...     "level": np.array([np.nan, np.nan], dtype=np.float32), "level_ground": np.array([False, False]),
    ...     "derived": np.array([False, False]), "osm_type": np.array([b"w", b"w"]),
    ...     "private": np.array([False, False]),
    ...     "u": np.array([0, 1]), "v": np.array([1, 2]),
    ... }
    >>> bends = np.array([0, 2, 4])
    >>> points = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 1.0], [100.0, 1.0]])
    >>> found = snap(EdgeTable(columns, [], bends, points), np.array([[25.0, 7.0]]))
    >>> found.edge.tolist(), found.along.tolist(), found.off_m.tolist()
    ([0], [0.25], [7.0])
    """
    xy = np.ascontiguousarray(xy, dtype=np.float64).reshape(-1, 2)
    owner = np.arange(len(xy)) if owner is None else np.asarray(owner)
    point = np.zeros(len(xy), dtype=np.int16) if point is None else np.asarray(point)
    storey = np.zeros(len(xy)) if level is None else np.nan_to_num(np.asarray(level, dtype=np.float64))
    nobody = np.zeros(len(xy), dtype=np.bool_)
    index = index or SnapIndex(edges)
    ground = replace(
        index.ground,
        storey=storey,
        aloft=nobody if aloft is None else aloft,
        free=nobody if free is None else free,
    )
    found = _search(index, ground, xy, reach_m, max(candidates, 2))
    found = found.take(np.lexsort((point[found.row], owner[found.row])))  # stable: the preference stays
    snaps = Snaps(
        owner=owner[found.row].astype(np.int32),
        point=point[found.row].astype(np.int16),
        edge=found.edge.astype(np.int32),
        along=found.along.astype(np.float32),
        off_m=found.off_m.astype(np.float32),
        away_m=found.away_m.astype(np.float32),
    )
    lost = np.setdiff1d(owner, snaps.owner)
    reason = f"no walkable way within {reach_m:g} m"
    names = [str(row) if ids is None else ids[row] for row in lost.tolist()]
    return replace(snaps, skipped=[Skipped(name, "snap", reason) for name in names])


def choose(snaps: Snaps, usable: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Rows of `snaps` that a profile joins: for every owner and point the first candidate it may use.

    Parameters
    ----------
    snaps
        Candidates.
    usable
        bool, shape (2 · edges,): per arc. An edge may be joined if one of its directions is usable.

    Returns
    -------
    NDArray
        int64, ascending; points for which nothing is usable are missing (see `stranded`).

    Examples
    --------
    >>> two = Snaps(*(np.array(c) for c in ([0, 0], [0, 0], [5, 2], [0.5, 0.1], [3.0, 9.0])))
    >>> usable = np.zeros(12, dtype=bool)
    >>> usable[4] = True  # edge 2, u → v
    >>> choose(two, usable).tolist()
    [1]
    """
    rows = np.flatnonzero((usable[0::2] | usable[1::2])[snaps.edge])
    owner, point = snaps.owner[rows], snaps.point[rows]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (owner[1:] != owner[:-1]) | (point[1:] != point[:-1])
    return rows[first]


def stranded(snaps: Snaps, chosen: NDArray[np.int64]) -> NDArray[np.int32]:
    """Owners that have candidates, but none of those chosen: ways are near, this profile may use none.

    Parameters
    ----------
    snaps
        Candidates.
    chosen
        Rows of those that were chosen.

    Returns
    -------
    ndarray
        Ascending.

    Examples
    --------
    >>> import numpy as np
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> snaps = hamlet().home_snaps
    >>> stranded(snaps, np.arange(len(snaps.owner))).tolist()
    []
    """
    return np.setdiff1d(snaps.owner, snaps.owner[chosen]).astype(np.int32)


def write_snaps(path: Path, snaps: Snaps, *, note: Mapping[str, str] | None = None) -> None:
    """Write candidates as Parquet.

    Parameters
    ----------
    path
        Target file.
    snaps
        Candidates.
    note
        Further facts for the file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> with TemporaryDirectory() as folder:
    ...     write_snaps(Path(folder) / "snaps.parquet", hamlet().home_snaps)
    ...     len(read_snaps(Path(folder) / "snaps.parquet").owner)
    12
    """
    from wegeketten.files.parquet import write_columns

    names = ("owner", "point", "edge", "along", "off_m")
    write_columns(path, {name: getattr(snaps, name) for name in names}, note=note)


def read_snaps(path: Path) -> Snaps:
    """Read candidates written by `write_snaps`.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Snaps
        As they were written.

    Raises
    ------
    InputDataError
        The file is missing, cut or lacks a column.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> len(read_snaps(hamlet().path / "home_snaps.parquet").owner)
    12
    """
    from wegeketten.files.parquet import read_columns

    columns = read_columns(path, ("owner", "point", "edge", "along", "off_m"))
    return Snaps(columns["owner"], columns["point"], columns["edge"], columns["along"], columns["off_m"])


@dataclass(frozen=True)
class _Segments:
    """Straight pieces of the edges that may be joined."""

    edge: NDArray[np.int64]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    before_m: NDArray[np.float64]  # along the edge, from u to the start of the piece
    edge_m: NDArray[np.float64]  # length of the whole edge
    at_nodes: NDArray[np.bool_]  # only a point that is a node of the edge may join it


@dataclass(frozen=True)
class _Found:
    """Pairs of a point and an edge near it."""

    row: NDArray[np.int64]
    edge: NDArray[np.int64]
    along: NDArray[np.float64]
    off_m: NDArray[np.float64]
    away_m: NDArray[np.float64]  # as preferred, see `_best`

    def take(self, which: NDArray[np.bool_] | NDArray[np.integer]) -> _Found:
        return _Found(
            self.row[which], self.edge[which], self.along[which], self.off_m[which], self.away_m[which]
        )

    @classmethod
    def together(cls, parts: list[_Found]) -> _Found:
        names = ("row", "edge", "along", "off_m", "away_m")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _segments(edges: EdgeTable) -> _Segments:
    kind = edges["kind"].astype(np.int64)
    open_ = (kind < int(Kind.kerb)) & ~np.isin(kind, [int(k) for k in NEVER if k not in _AT_NODES])
    open_ &= edges["forward"].astype(bool) | edges["backward"].astype(bool)
    open_ &= ~ways_across(edges.columns)  # they would crowd out everything else near a square
    bends = np.asarray(edges.bends)
    edge_of_point = np.repeat(np.arange(len(kind)), np.diff(bends).astype(np.int64))
    first = np.flatnonzero((edge_of_point[:-1] == edge_of_point[1:]) & open_[edge_of_point[:-1]])
    start, end = edges.points[first], edges.points[first + 1]
    length = np.hypot(*(end - start).T)
    edge = edge_of_point[first]
    total = np.concatenate([[0.0], np.cumsum(length)])
    new = np.ones(len(edge), dtype=bool)
    new[1:] = edge[1:] != edge[:-1]
    head = np.flatnonzero(new)
    lengths = np.diff(total[np.append(head, len(edge))])
    group = np.cumsum(new) - 1
    at_nodes = np.isin(kind[edge], [int(k) for k in _AT_NODES])
    return _Segments(edge, start, end, total[:-1] - total[head][group], lengths[group], at_nodes)


@dataclass(frozen=True)
class _Ground:
    """What the search must know about edges and points to prefer one edge over another."""

    road: NDArray[np.bool_]  # per edge
    level: NDArray[np.float64]  # per edge, the ground where unmapped
    off_ground: NDArray[np.bool_]  # per edge: bridge, tunnel or indoor without a storey mapped
    private: NDArray[np.bool_]  # per edge
    door: NDArray[np.bool_]  # per edge: the stub behind an entrance's barriers
    order: NDArray[np.int64]  # per edge: of edges equally near the one that goes first
    storey: NDArray[np.float64]  # per point
    aloft: NDArray[np.bool_]  # per point
    free: NDArray[np.bool_]  # per point

    @classmethod
    def of(cls, edges: EdgeTable) -> _Ground:
        """What is known of the edges; nothing of any point."""
        level = edges["level"].astype(np.float64)
        nobody = np.zeros(0, dtype=np.bool_)
        return cls(
            road=np.isin(edges["kind"], [int(kind) for kind in ROADS]),
            level=np.nan_to_num(level),
            off_ground=edges["level_ground"].astype(bool) & np.isnan(level),
            private=edges["private"].astype(bool),
            door=(edges["kind"] == Kind.corridor) & edges["derived"].astype(bool),
            order=_order_of(edges),
            storey=np.zeros(0),
            aloft=nobody,
            free=nobody,
        )


class SnapIndex:
    """A network made ready for snapping, once for many questions.

    Parameters
    ----------
    edges
        The network.
    """

    def __init__(self, edges: EdgeTable) -> None:
        import shapely

        self.segments = _segments(edges)
        self.ground = _Ground.of(edges)
        lines = np.stack([self.segments.start, self.segments.end], axis=1)
        self.tree = shapely.STRtree(np.asarray(shapely.linestrings(lines)))


def _order_of(edges: EdgeTable) -> NDArray[np.int64]:
    """Place of each edge by kind and position: edges that meet at a point's foot are equally near.

    So which of them comes first does not hang on the ids of the extract. Streets come before paths, which are
    paved less often.
    """
    bends = np.asarray(edges.bends).astype(np.int64)
    first, last = edges.points[bends[:-1]], edges.points[bends[1:] - 1]
    turned = (first[:, 0] > last[:, 0]) | ((first[:, 0] == last[:, 0]) & (first[:, 1] > last[:, 1]))
    low, high = np.where(turned[:, None], last, first), np.where(turned[:, None], first, last)
    keys = (
        *high.T[::-1],
        *low.T[::-1],
        edges["kind"],
        ~np.isin(edges["kind"], [int(kind) for kind in ROADS]),
    )
    order = np.empty(len(first), dtype=np.int64)
    order[np.lexsort(keys)] = np.arange(len(first))
    return order


def _search(
    index: SnapIndex, ground: _Ground, xy: NDArray[np.float64], reach_m: float, candidates: int
) -> _Found:
    """Widen the radius until every point has all it needs, or the reach is exhausted."""
    import shapely

    segments, tree = index.segments, index.tree
    empty = np.zeros(0, dtype=np.int64)
    nothing = empty.astype(np.float64)
    parts = [_Found(empty, empty, nothing, nothing, nothing)]
    waiting = np.flatnonzero(np.isfinite(xy).all(axis=1))
    for radius in [*(radius for radius in _RADII_M if radius < reach_m), reach_m]:
        later = [empty]
        for begin in range(0, len(waiting), _CHUNK):
            rows = waiting[begin : begin + _CHUNK]
            (x, y), count = xy[rows].T, max(len(segments.edge), 1)
            pairs = tree.query(np.asarray(shapely.box(x - radius, y - radius, x + radius, y + radius)))
            of_rows, piece = np.divmod(np.sort(pairs[0] * count + pairs[1]), count)
            near = _nearest_per_edge(segments, xy, rows[of_rows], piece, radius)
            best, settled = _best(near, ground, candidates, len(xy), radius)
            final = rows if radius == reach_m else rows[settled[rows]]
            parts.append(best.take(np.isin(best.row, final)))
            later.append(np.setdiff1d(rows, final))
        waiting = np.concatenate(later)
    return _Found.together(parts)


def _nearest_per_edge(
    segments: _Segments,
    xy: NDArray[np.float64],
    row: NDArray[np.int64],
    piece: NDArray[np.int64],
    radius_m: float,
) -> _Found:
    """Of each edge the piece nearest to the point; pairs come sorted, so an edge's pieces are together."""
    start_x, start_y = segments.start[piece].T
    course_x, course_y = (segments.end - segments.start)[piece].T
    point_x, point_y = xy[row].T
    length2 = course_x**2 + course_y**2
    share = (point_x - start_x) * course_x + (point_y - start_y) * course_y
    share = np.clip(share / np.where(length2 > 0, length2, 1.0), 0.0, 1.0)
    off_m = np.hypot(start_x + share * course_x - point_x, start_y + share * course_y - point_y)
    within = np.flatnonzero(off_m <= np.where(segments.at_nodes[piece], _ON_WAY_M, radius_m))
    row, piece = row[within], piece[within]
    share, off_m, length2 = share[within], off_m[within], length2[within]
    edge = segments.edge[piece]
    if not len(row):
        return _Found(row, edge, share, off_m, off_m)
    new = np.ones(len(row), dtype=bool)
    new[1:] = (row[1:] != row[:-1]) | (edge[1:] != edge[:-1])
    group = np.cumsum(new) - 1
    nearest = np.flatnonzero(off_m == np.minimum.reduceat(off_m, np.flatnonzero(new))[group])
    nearest = nearest[_rank(group[nearest]) == 0]
    edge_m = segments.edge_m[piece]
    along_m = segments.before_m[piece] + share * np.sqrt(length2)
    along = np.clip(along_m / np.where(edge_m > 0, edge_m, 1.0), 0.0, 1.0)
    along = np.where(along_m <= _ON_WAY_M, 0.0, np.where(edge_m - along_m <= _ON_WAY_M, 1.0, along))
    return _Found(row, edge, along, off_m, off_m).take(nearest)


def _best(
    near: _Found, ground: _Ground, candidates: int, points: int, radius_m: float
) -> tuple[_Found, NDArray[np.bool_]]:
    """Sort by preference, keep the best of each point, and return which points need no wider search."""
    level, storey = ground.level[near.edge], ground.storey[near.row]
    on_way, off_ground = near.off_m <= _ON_WAY_M, ground.off_ground[near.edge]
    elsewhere = (level != storey) & (level != 0.0) & ~on_way
    private, aloft = ground.private[near.edge], ground.aloft[near.row]
    away_m = near.off_m + np.where(level != storey, _STOREY_M, 0.0) + np.where(private, _PRIVATE_M, 0.0)
    other = (off_ground != aloft) & ~(off_ground & (near.off_m <= _BESIDE_M))
    away_m += np.where(other, np.where(ground.free[near.row] & ~aloft, _FREE_M, _ALOFT_M), 0.0)
    # whoever lives at an entrance joins behind its barriers, not the way that leads up to it
    away_m = np.maximum(away_m - np.where(ground.door[near.edge], _DOOR_M, 0.0), 0.0)
    away_m = np.where(on_way, -_ON_WAY_M * (1 + ground.door[near.edge]), away_m)
    near = replace(near, away_m=away_m)
    order = np.lexsort((ground.order[near.edge], ~ground.door[near.edge], away_m, elsewhere, near.row))
    near, elsewhere, away_m = near.take(order), elsewhere[order], away_m[order]
    here = np.bincount(near.row[~elsewhere], minlength=points)
    keep = ~elsewhere | (here[near.row] == 0)
    near, away_m, elsewhere = near.take(keep), away_m[keep], elsewhere[keep]
    road, public = ground.road[near.edge], ~ground.private[near.edge]
    rank = _rank(near.row)
    nearest_of_kind = _first_where(near.row, road & public) | _first_where(near.row, ~road & public)
    count = np.bincount(near.row[(rank < candidates) | nearest_of_kind], minlength=points)
    last_gives_way = (count[near.row] > candidates) & (rank == candidates - 1)
    kept = ((rank < candidates) & ~last_gives_way) | nearest_of_kind
    # nothing farther than the radius can come before what lies within it
    within = ~elsewhere & (away_m <= radius_m)
    enough = np.bincount(near.row[within], minlength=points) >= candidates
    both = np.bincount(near.row[within & nearest_of_kind], minlength=points) == 2
    return near.take(kept), enough & both


def _rank(row: NDArray[np.int64]) -> NDArray[np.int64]:
    """Position within runs of equal rows."""
    new = np.ones(len(row), dtype=bool)
    new[1:] = row[1:] != row[:-1]
    return np.arange(len(row)) - np.flatnonzero(new)[np.cumsum(new) - 1] if len(row) else row


def _first_where(row: NDArray[np.int64], which: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the first element of each run of equal rows among those in `which`."""
    marked = np.zeros(len(row), dtype=bool)
    places = np.flatnonzero(which)
    marked[places[_rank(row[places]) == 0]] = True
    return marked
