"""The edge table: one row per edge, one column per attribute bound.

A barrier is an edge too (a kerb, a bollard, a flight of steps), so every "what if" is a changed edge.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.model.kinds import Kind as Kind
from wegeketten.model.reading import Provenance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    Lines = tuple[NDArray[np.int64], NDArray[np.float64]]


class Crossing(enum.IntEnum):
    """How a carriageway is crossed; 0 where the edge crosses none."""

    none = 0
    unmarked = 1
    marked = 2  # zebra or other markings
    signals = 3
    informal = 4  # no crossing mapped: derived, quiet roads only
    unknown = 5


HIGHWAYS = (
    "",
    "motorway",
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "pedestrian",
    "track",
    "footway",
    "path",
    "cycleway",
    "bridleway",
    "steps",
    "corridor",
    "platform",
    "elevator",
    "road",
    "ferry",
)
"""Codes of the columns `highway` and `road`; links (``primary_link``) carry their class's code."""


class Attribute(NamedTuple):
    """One attribute that edges carry as a reading with bounds."""

    name: str
    unit: str
    widest: tuple[float, float]
    absent: float  # value where the attribute does not apply to an edge


ATTRIBUTES = (
    Attribute("kerb_cm", "cm", (0.0, 30.0), 0.0),
    Attribute("incline_pct", "%", (-100.0, 100.0), 0.0),  # signed in drawing direction u → v
    Attribute("cross_slope_pct", "%", (0.0, 30.0), 0.0),  # magnitude
    Attribute("width_m", "m", (0.0, 50.0), 50.0),
    Attribute("surface_class", "class", (1.0, 6.0), 1.0),  # 1 = A smooth … 6 = F soft
    Attribute("smoothness_grade", "grade", (1.0, 8.0), 1.0),
    Attribute("step_count", "steps", (0.0, 500.0), 0.0),
    Attribute("handrail_sides", "sides", (0.0, 2.0), 2.0),
    Attribute("ramp_wheelchair", "yes/no", (0.0, 1.0), 0.0),  # a ramp for wheelchairs beside the steps
    Attribute("ramp_stroller", "yes/no", (0.0, 1.0), 0.0),
    Attribute("tactile", "yes/no", (0.0, 1.0), 1.0),  # tactile paving
    Attribute("sound", "yes/no", (0.0, 1.0), 1.0),  # audible or vibrating signal
    Attribute("wheelchair", "yes/no", (0.0, 1.0), 1.0),  # the mapper's verdict: 0 no, 0.5 limited, 1 yes
)
"""Attributes with bounds; columns ``NAME, NAME_lower, NAME_upper`` (float32) and ``NAME_from`` (uint8)."""

RAW = "raw"
"""Column of texts: the tags word by word (`wegeketten.tags.raw`), "" where an edge has none of its own."""

ATTRIBUTE = {attribute.name: attribute for attribute in ATTRIBUTES}

PLAIN: Mapping[str, np.dtype] = {
    "u": np.dtype(np.int32),  # tail node, row of the node table
    "v": np.dtype(np.int32),  # head node
    "osm_type": np.dtype("S1"),  # b"n", b"w" or b"r": the element the edge comes from
    "osm_id": np.dtype(np.int64),
    "part": np.dtype(np.int32),  # suffix of the id where one element makes several edges, else -1
    "kind": np.dtype(np.uint8),  # Kind
    "highway": np.dtype(np.uint8),  # HIGHWAYS: class of the way itself
    "road": np.dtype(np.uint8),  # HIGHWAYS: class of the carriageway walked along or crossed, 0 none
    "side": np.dtype(np.int8),  # pavements: -1 left, 1 right of the way in drawing direction, 0 neither
    "crossing": np.dtype(np.uint8),  # Crossing
    "unwaited": np.dtype(np.uint8),  # halves of the crossing's wait that its other edges carry: 0, 1 or 2
    "forward": np.dtype(bool),  # lawful on foot u → v; ability is the profile's business
    "backward": np.dtype(bool),
    "level_ground": np.dtype(bool),  # bridge, tunnel, indoor: the terrain model says nothing about it
    "derived": np.dtype(bool),  # synthetic: not an element of its own in OSM
    "private": np.dtype(bool),  # a way in and out for those who live or have an errand there, never through
    "length_m": np.dtype(np.float32),
    "rise_m": np.dtype(np.float32),  # metres climbed u → v; NaN unknown
    "fall_m": np.dtype(np.float32),  # metres descended u → v; NaN unknown
    "flight_elsewhere": np.dtype(np.float32),  # share of a flight of steps on its other pieces; 0 uncut
    "level": np.dtype(np.float32),  # storey; NaN where not mapped
    "name": np.dtype(np.int32),  # row of the table of texts: the street's name, -1 none
    "hours": np.dtype(np.int32),  # row of the table of texts plus one: when it is open, 0 always or unmapped
    "hours_wheelchair": np.dtype(np.int32),  # the same for ``wheelchair:conditional``
    "caution": np.dtype(np.uint32),  # bits of `wegeketten.tags.cautions`: a ford, a mountain path
    "ride_s": np.dtype(np.float32),  # seconds on board a ferry, else 0
    "short_slope": np.dtype(bool),  # of a stretch above 6 % that is no longer than 1 m, see `network.slopes`
}


class LazyColumns(dict[str, "NDArray[Any]"]):
    """Columns of which one, `RAW`, is read when it is first asked for: hardly anybody asks for it."""

    def __init__(self, columns: Mapping[str, NDArray[Any]], raw: Callable[[], NDArray[Any]]) -> None:
        super().__init__(columns)
        self._raw = raw

    def __missing__(self, name: str) -> NDArray[Any]:
        """Read the texts, once."""
        if name != RAW:
            raise KeyError(name)
        self[RAW] = self._raw()
        return self[RAW]


class EdgeTable:
    """Edges as columns.

    Parameters
    ----------
    columns
        Every name of `PLAIN`, and for each of `ATTRIBUTES` its four columns; all of one length.
    names
        Texts that the columns ``name``, ``hours`` and ``hours_wheelchair`` point into: street names and
        hours, see `wegeketten.tags.conditions`.
    bends
        int64, shape (edges + 1,): where each edge's points start in `points`.
    points
        float64, shape (points, 2): x, y in the city's metric CRS, metres, u first. A point barrier has two
        equal points.
    lines
        Gives `bends` and `points` when they are first asked for, instead of the two.
    """

    def __init__(
        self,
        columns: dict[str, NDArray[np.generic]],
        names: list[str],
        bends: NDArray[np.int64] | None = None,
        points: NDArray[np.float64] | None = None,
        *,
        lines: Callable[[], Lines] | None = None,
    ) -> None:
        self.columns = columns
        self.names = names
        self._lines = None if bends is None or points is None else (bends, points)
        self._load = lines

    def __getstate__(self) -> dict[str, Any]:
        """Everything, the lines included: what reads them later may not be there where this is unpickled."""
        return {"columns": dict(self.columns), "names": self.names, "_lines": self._both(), "_load": None}

    @property
    def bends(self) -> NDArray[np.int64]:
        """Where each edge's points start, int64, shape (edges + 1,)."""
        return self._both()[0]

    @property
    def points(self) -> NDArray[np.float64]:
        """All edges' points one after the other: x, y in metres, shape (points, 2)."""
        return self._both()[1]

    def _both(self) -> Lines:
        if self._lines is None:
            if self._load is None:
                raise ValueError("this edge table was made without lines")
            self._lines = self._load()
        return self._lines

    def __len__(self) -> int:
        return len(self.columns["u"])

    def __getitem__(self, column: str) -> NDArray[Any]:
        return self.columns[column]

    def changed(self, columns: Mapping[str, NDArray[Any]]) -> EdgeTable:
        """The same edges with other columns in place of some.

        Parameters
        ----------
        columns
            The new columns by name, each of shape (edges,).

        Returns
        -------
        EdgeTable
            A table that shares all other columns with this one.

        Examples
        --------
        >>> import numpy as np
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> edges = hamlet().edges
        >>> lower = edges.changed({"kerb_cm": np.zeros(len(edges), np.float32)})
        >>> float(edges["kerb_cm"][7]), float(lower["kerb_cm"][7])
        (5.0, 0.0)
        """
        after: dict[str, NDArray[Any]] = {**self.columns, **columns}
        if isinstance(self.columns, LazyColumns) and RAW not in after:
            after = LazyColumns(after, lambda: self.columns[RAW])
        return EdgeTable(after, self.names, lines=lambda: (self.bends, self.points))

    def ids(self, rows: NDArray[np.integer] | None = None) -> list[str]:
        """Ids such as ``n1048`` or ``w52001:3``, for all edges or the given rows.

        Parameters
        ----------
        rows
            Rows of the edges; all where None.

        Returns
        -------
        list of str
            One for each row.

        Examples
        --------
        >>> import numpy as np
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> hamlet().edges.ids(np.array([0, 7]))
        ['w1001:1', 'n68']
        """
        rows = np.arange(len(self)) if rows is None else np.asarray(rows)
        return element_ids(
            self.columns["osm_type"][rows], self.columns["osm_id"][rows], self.columns["part"][rows]
        )


_FLOORS = (
    Kind.footway,
    Kind.path,
    Kind.cycleway,
    Kind.pedestrian,
    Kind.living_street,
    Kind.platform,
    Kind.corridor,
)


def ways_across(columns: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
    """Edges that are derived ways across squares and other areas.

    They are walked, but they are no metres of way anybody built or mapped, and no door opens onto them.

    Parameters
    ----------
    columns
        Columns of the edge table.

    Returns
    -------
    ndarray
        bool, shape (edges,).

    Examples
    --------
    >>> columns = {
    ...     "kind": np.array([Kind.pedestrian, Kind.pedestrian, Kind.corridor]),
    ...     "derived": np.array([False, True, True]),
    ...     "osm_type": np.array([b"w", b"w", b"n"]),
    ... }
    >>> ways_across(columns).tolist()  # the last is a stub behind a door
    [False, True, False]
    """
    floors = np.isin(columns["kind"], [int(kind) for kind in _FLOORS])
    across: NDArray[np.bool_] = floors & columns["derived"].astype(bool) & (columns["osm_type"] != b"n")
    return across


def flight_share(columns: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
    """How much of its flight of steps each edge is, by length; 1 for all that is no piece of one.

    A flight is one way of OpenStreetMap, however many nodes cut it. Each piece states the steps of the whole
    in ``step_count``, for they decide who can manage it; what is walked, climbed and paid for on the piece is
    its share. Two ways are two flights even where one continues the other: each states its own count, and
    nothing says whether a landing to rest on lies between them.

    Parameters
    ----------
    columns
        Columns of the edge table.

    Returns
    -------
    ndarray
        float64, shape (edges,), more than 0 and at most 1.

    Examples
    --------
    >>> flight_share({"flight_elsewhere": np.array([0.0, 0.75, 0.25], np.float32)}).tolist()
    [1.0, 0.25, 0.75]
    """
    return 1.0 - columns["flight_elsewhere"].astype(np.float64)


def each_flight_once(columns: Mapping[str, NDArray[Any]], rows: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Which of some edges are no further piece of a flight of steps named before.

    Parameters
    ----------
    columns
        Columns of the edge table.
    rows
        Edges, in the order in which they are met.

    Returns
    -------
    ndarray
        bool, shape of `rows`: the first piece of each flight, and whatever is no flight.

    Examples
    --------
    >>> columns = {"flight_elsewhere": np.array([0.5, 0.5, 0.0]), "osm_id": np.array([7, 7, 7])}
    >>> each_flight_once(columns, np.array([1, 2, 0])).tolist()
    [True, True, False]
    """
    cut = columns["flight_elsewhere"][rows] > 0
    once = ~cut
    _, first = np.unique(columns["osm_id"][rows][cut], return_index=True)
    once[np.flatnonzero(cut)[first]] = True
    return np.asarray(once, dtype=np.bool_)


def element_ids(
    osm_type: NDArray[np.generic], osm_id: NDArray[np.generic], part: NDArray[np.generic]
) -> list[str]:
    """Ids by the contract's scheme.

    Parameters
    ----------
    osm_type
        ``b"n"``, ``b"w"`` or ``b"r"`` of each edge.
    osm_id
        Number of the element.
    part
        Which piece of its way an edge is, -1 for the only one.

    Returns
    -------
    list of str
        Such as ``n1048`` or ``w52001:3``.

    Examples
    --------
    >>> element_ids(np.array([b"n", b"w"]), np.array([1048, 52001]), np.array([-1, 3]))
    ['n1048', 'w52001:3']
    """
    return [
        f"{kind.decode()}{number}" if suffix < 0 else f"{kind.decode()}{number}:{suffix}"
        for kind, number, suffix in zip(osm_type.tolist(), osm_id.tolist(), part.tolist(), strict=True)
    ]


def attribute_columns(names: Iterable[str] = ()) -> list[str]:
    """Column names of the given attributes (all where none is given), four each.

    Parameters
    ----------
    names
        Names of attributes.

    Returns
    -------
    list of str
        For each attribute the value, its bounds and its provenance.

    Examples
    --------
    >>> attribute_columns(["kerb_cm"])
    ['kerb_cm', 'kerb_cm_lower', 'kerb_cm_upper', 'kerb_cm_from']
    """
    wanted = list(names) or [attribute.name for attribute in ATTRIBUTES]
    return [column for name in wanted for column in (name, f"{name}_lower", f"{name}_upper", f"{name}_from")]


def absent_columns(count: int) -> dict[str, NDArray[np.generic]]:
    """Attribute columns for `count` edges to which no attribute applies (provenance ``none``).

    Parameters
    ----------
    count
        Number of edges.

    Returns
    -------
    dict
        Arrays of shape (count,) by column name.

    Examples
    --------
    >>> int(absent_columns(2)["kerb_cm_from"][0]) == int(Provenance.none)
    True
    """
    columns: dict[str, NDArray[np.generic]] = {}
    for attribute in ATTRIBUTES:
        for suffix in ("", "_lower", "_upper"):
            columns[attribute.name + suffix] = np.full(count, attribute.absent, dtype=np.float32)
        columns[f"{attribute.name}_from"] = np.full(count, Provenance.none, dtype=np.uint8)
    return columns
