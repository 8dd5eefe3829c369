"""Edges in the making: rows appended one by one, turned into columns at the end."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.edges import ATTRIBUTES, PLAIN, RAW, EdgeTable, Kind
from wegeketten.tags import resolve
from wegeketten.tags.raw import joined

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Literal

    from numpy.typing import NDArray

    from wegeketten.tags import Resolved

    Line = NDArray[np.float64]


LEAST_SHARE = 1e-6
"""Of a flight of steps, for a piece without length."""


class Style(NamedTuple):
    """What all edges cut from one way have in common."""

    osm_type: str
    osm_id: int
    kind: int
    highway: int = 0
    road: int = 0
    side: int = 0
    crossing: int = 0
    unwaited: int = 0
    forward: bool = True
    backward: bool = True
    level_ground: bool = False
    derived: bool = False
    private: bool = False
    level: float = float("nan")
    name: int = -1
    hours: int = 0
    hours_wheelchair: int = 0
    caution: int = 0
    ride_s: float = 0.0
    area: bool = False  # its edges lead around or across, and not one after the other
    reading: int = 0  # row of the table of readings


class Draft:
    """Collects edges, readings, names and findings.

    Attributes
    ----------
    u, v
        Ends of each edge, rows of `places`.
    lines
        Points of each edge, x, y in metres.
    styles
        What each edge is.
    places
        Position of each node; `place_ids` its OSM id, 0 for none.
    """

    def __init__(self) -> None:
        self.u: list[int] = []
        self.v: list[int] = []
        self.lines: list[Line] = []
        self.styles: list[Style] = []
        self.places: list[tuple[float, float]] = []
        self.place_ids: list[int] = []
        self.readings: list[Resolved] = [resolve({}, Kind.obstacle)]
        self.names: dict[str, int] = {}
        self.conflicts: list[tuple[str, str, str, str]] = []
        self.unreadable: Counter[tuple[str, str]] = Counter()
        self.raws: list[str] = [""]  # of each reading: the tags word by word
        self._rows: dict[tuple[Resolved, str], int] = {}
        self._told: set[tuple[str, ...]] = set()

    def place(self, x: float, y: float, osm_id: int = 0) -> int:
        """Add a node and return its row.

        Parameters
        ----------
        x, y
            Metres.
        osm_id
            Id of the node in OpenStreetMap, 0 for none.

        Returns
        -------
        int
            Row of the node.
        """
        self.places.append((x, y))
        self.place_ids.append(osm_id)
        return len(self.places) - 1

    def add(self, u: int, v: int, line: Line | None, style: Style) -> int:
        """Add an edge and return its row; without a line it is straight.

        Parameters
        ----------
        u, v
            Nodes at its ends.
        line
            Points in metres, shape (points, 2).
        style
            What it has in common with others of its element.

        Returns
        -------
        int
            Row of the edge.
        """
        if line is None:
            line = np.array([self.places[u], self.places[v]])
        self.u.append(u)
        self.v.append(v)
        self.lines.append(line)
        self.styles.append(style)
        return len(self.u) - 1

    def leave_out(self, edges: Collection[int]) -> None:
        """Drop edges; those behind them move up.

        Parameters
        ----------
        edges
            Rows of the edges.
        """
        gone = set(edges)
        kept = [edge for edge in range(len(self.u)) if edge not in gone]
        self.u, self.v = [self.u[edge] for edge in kept], [self.v[edge] for edge in kept]
        self.lines = [self.lines[edge] for edge in kept]
        self.styles = [self.styles[edge] for edge in kept]

    def degree(self) -> NDArray[np.int64]:
        """How many edges end at each node."""
        ends = np.array([*self.u, *self.v], dtype=np.int64)
        return np.bincount(ends, minlength=len(self.places)).astype(np.int64)

    def name(self, text: str | None) -> int:
        """Row of a street name, or of another text.

        Parameters
        ----------
        text
            The text; None for none.

        Returns
        -------
        int
            -1 for none.
        """
        return self.names.setdefault(text, len(self.names)) if text else -1

    def hours(self, line: str) -> int:
        """Row plus one of hours, see `wegeketten.tags.conditions`; 0 where there are none.

        Parameters
        ----------
        line
            Hours in one line.

        Returns
        -------
        int
            Equal for equal hours.
        """
        return self.name(line) + 1 if line else 0

    def read(
        self,
        element: str,
        tags: Mapping[str, str],
        kind: Kind,
        *,
        side: Literal["left", "right"] | None = None,
        highway: str = "",
        end: Literal["start", "end"] | None = None,
    ) -> int:
        """Row of the readings that an element's tags make on one sort of edge; findings are noted.

        Parameters
        ----------
        element
            Such as ``w52001``.
        tags
            Tags of the element, with tidy keys.
        kind
            What the edge is.
        side
            Which side of a street it lies on; None for neither.
        highway
            Class of the way.
        end
            Which end of the way it lies at; None for neither.

        Returns
        -------
        int
            Equal for equal tags.
        """
        if "wheelchair:conditional" in tags and tags.get("wheelchair") == "no":
            tags = {key: value for key, value in tags.items() if key != "wheelchair"}  # at times: see `hours`
        resolved = resolve(tags, kind, side=side, highway=highway, end=end)
        if resolved.conflicts:
            for finding in resolved.conflicts:
                row = (element, finding.attribute, f"{finding.rule}: {finding.lost}", finding.won)
                if row not in self._told:
                    self._told.add(row)
                    self.conflicts.append(row)
        for pair in resolved.unreadable:
            told = (element, pair[0])
            if told not in self._told:
                self._told.add(told)
                self.unreadable[pair] += 1
        raw = joined(tags)
        row_of = self._rows.get((resolved, raw))
        if row_of is None:
            row_of = self._rows[resolved, raw] = len(self.readings)
            self.readings.append(resolved)
            self.raws.append(raw)
        return row_of

    def table(self) -> EdgeTable:
        """All edges as columns."""
        count = len(self.u)
        bends = np.zeros(count + 1, dtype=np.int64)
        np.cumsum([len(line) for line in self.lines], out=bends[1:])
        points = np.concatenate(self.lines) if count else np.empty((0, 2))
        columns: dict[str, NDArray[np.generic]] = {
            "u": np.array(self.u, dtype=np.int32),
            "v": np.array(self.v, dtype=np.int32),
        }
        fields: dict[str, tuple[object, ...]] = dict.fromkeys(Style._fields, ())
        if count:
            fields = dict(zip(Style._fields, zip(*self.styles, strict=True), strict=True))
        reading = np.array(fields.pop("reading"), dtype=np.int64)
        area = np.array(fields.pop("area"), dtype=np.bool_)
        for name, values in fields.items():
            columns[name] = np.array(values, dtype=PLAIN[name])
        columns["part"] = parts_of_elements(columns["osm_type"], columns["osm_id"])
        length = _lengths(points, bends)
        columns["length_m"] = length.astype(np.float32)
        for name in ("rise_m", "fall_m"):
            columns[name] = np.full(count, np.nan, dtype=np.float32)
        columns["flight_elsewhere"] = np.zeros(count, dtype=np.float32)
        columns["short_slope"] = np.zeros(count, dtype=np.bool_)
        values4 = np.array([each.values for each in self.readings], dtype=np.float64)  # readings × 13 × 4
        for position, attribute in enumerate(ATTRIBUTES):
            for part, suffix in enumerate(("", "_lower", "_upper")):
                columns[attribute.name + suffix] = values4[reading, position, part].astype(np.float32)
            columns[f"{attribute.name}_from"] = values4[reading, position, 3].astype(np.uint8)
        columns[RAW] = np.array(self.raws, dtype=object)[reading]
        _measure_flights(columns, length, area)
        ordered = {name: columns[name] for name in [*PLAIN, *(key for key in columns if key not in PLAIN)]}
        return EdgeTable(ordered, list(self.names), bends, points)

    def nodes(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """OSM ids and positions of all nodes."""
        return np.array(self.place_ids, dtype=np.int64), np.array(self.places).reshape(-1, 2)


def _lengths(points: Line, bends: NDArray[np.int64]) -> NDArray[np.float64]:
    step = np.zeros(len(points) + 1)
    if len(points) > 1:
        step[1:-1] = np.hypot(*(points[1:] - points[:-1]).T)
    step[bends[:-1]] = 0.0  # no step from one edge to the next
    total = np.cumsum(step)
    return total[bends[1:] - 1] - total[bends[:-1]] if len(bends) > 1 else np.empty(0)


def parts_of_elements(osm_type: NDArray[np.generic], osm_id: NDArray[np.generic]) -> NDArray[np.int32]:
    """Number the edges of one element 1, 2, … in the order they were drawn; -1 for an only edge.

    Parameters
    ----------
    osm_type
        ``b"n"``, ``b"w"`` or ``b"r"`` of each edge.
    osm_id
        Number of the element.

    Returns
    -------
    ndarray
        Shape (edges,).

    Examples
    --------
    >>> import numpy as np
    >>> parts_of_elements(np.array([b"w", b"w", b"n"]), np.array([7, 7, 7])).tolist()
    [1, 2, -1]
    """
    count = len(osm_id)
    order = np.lexsort((np.arange(count), osm_id, osm_type))
    new = np.ones(count, dtype=bool)
    new[1:] = (osm_id[order][1:] != osm_id[order][:-1]) | (osm_type[order][1:] != osm_type[order][:-1])
    starts = np.flatnonzero(new)
    group = np.cumsum(new) - 1
    number = np.arange(count) - starts[group] + 1 if count else np.empty(0, dtype=np.int64)
    sizes = np.diff(np.append(starts, count))
    part = np.empty(count, dtype=np.int32)
    part[order] = np.where(sizes[group] == 1, -1, number) if count else number
    return part


def _measure_flights(
    columns: dict[str, NDArray[np.generic]], length: NDArray[np.float64], area: NDArray[np.bool_]
) -> None:
    """Steps of whole flights, also on the pieces of one cut at nodes; see `edges.flight_share`.

    Uncounted ones are reckoned from the length of all pieces. An area of steps is no line of pieces: whoever
    takes it walks one edge or another, so that each of them is a flight.
    """
    from wegeketten.tags import Provenance, steps_on

    rows = np.flatnonzero((columns["kind"] == Kind.steps) & (columns["osm_type"] != b"n"))
    names = np.where(area[rows], rows, columns["osm_id"][rows])
    _, flight = np.unique(np.stack([area[rows], names]), axis=1, return_inverse=True)
    flight = flight.ravel()
    whole_m = np.bincount(flight, weights=length[rows])[flight]
    share = np.divide(length[rows], whole_m, out=1.0 / np.bincount(flight)[flight], where=whole_m > 0)
    columns["flight_elsewhere"][rows] = 1.0 - np.maximum(share, LEAST_SHARE)
    uncounted = columns["step_count_from"][rows] == Provenance.assumed
    for row, metres in zip(rows[uncounted].tolist(), whole_m[uncounted].tolist(), strict=True):
        span = steps_on(metres)
        columns["step_count"][row] = span.likely or 1.0
        columns["step_count_lower"][row], columns["step_count_upper"][row] = span.lower, span.upper
        columns["step_count_from"][row] = Provenance.derived
