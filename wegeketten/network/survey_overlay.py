"""The survey overlay: what somebody measured on the spot overrules OpenStreetMap."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.files.coordinates import Ground
from wegeketten.model.edges import ATTRIBUTE, EdgeTable, Kind, attribute_columns
from wegeketten.model.reading import Provenance
from wegeketten.osm.features import Skipped
from wegeketten.tags.survey_file import SurveyRow, parse_survey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

    from wegeketten.osm.projection import Projection

_MOST_TOLD = 10

REACH_M = 15.0
"""Farthest a surveyed point may lie from the edge it speaks of: phone GPS is good to 5–10 m in streets."""


class Match(NamedTuple):
    """A surveyed value on an edge.

    Attributes
    ----------
    row
        Place in the survey file.
    edge
        Row of the edge table.
    edge_id
        Its id.
    attribute
        Attribute that now holds the surveyed value.
    off_m
        Distance of the surveyed point from the edge, metres; 0 where the row named the element.
    was_value, value
        Point value before and after.
    date
        Date of the observation, ISO, or "".
    superseded
        Whether a later observation of the same attribute of the same edge won.
    """

    row: str
    edge: int
    edge_id: str
    attribute: str
    off_m: float
    was_value: float
    value: float
    date: str
    superseded: bool


@dataclass(frozen=True)
class Overlay:
    """An edge table with surveyed values.

    Attributes
    ----------
    edges
        The table with the surveyed values, provenance ``surveyed``; the table given stays as it was.
    matches
        Which row went where.
    unmatched
        Rows that could not be used or found no edge; lines of ``skipped.csv``.
    notes
        What had to be assumed to read the file, and which of its rows contradict one another.
    """

    edges: EdgeTable
    matches: list[Match]
    unmatched: list[Skipped]
    notes: list[str] = field(default_factory=list)

    @property
    def matched(self) -> int:
        """Number of survey rows that found an edge."""
        return len({match.row for match in self.matches})


def overlay_survey(
    edges: EdgeTable,
    nodes: Mapping[str, NDArray[Any]],
    path: Path,
    projection: Projection,
    *,
    max_distance_m: float = REACH_M,
    crs: str | None = None,
    encoding: str | None = None,
) -> Overlay:
    """Read a survey file and lay it over the network.

    Parameters
    ----------
    edges, nodes
        The network.
    path
        Survey file, see `wegeketten.tags.survey_file.read_survey`.
    projection
        The network's metric CRS.
    max_distance_m
        Farthest a surveyed point may lie from its edge, metres.
    crs, encoding
        Coordinate system and encoding of a file that states none.

    Raises
    ------
    InputDataError
        The file cannot be used.
    """
    x, y = nodes["x"], nodes["y"]
    extent = (
        (float(x.min()), float(y.min()), float(x.max()), float(y.max())) if len(x) else (0.0, 0.0, 0.0, 0.0)
    )
    ground = Ground(projection.epsg, extent)
    found = parse_survey(path, ground=ground, crs=crs, encoding=encoding)
    laid = apply_survey(edges, nodes, found.rows, projection, max_distance_m=max_distance_m)
    refused = [Skipped(f"{path.name}, {each.row}", "survey", each.reason) for each in found.rejected]
    lost = [each._replace(element=f"{path.name}, {each.element}") for each in laid.unmatched]
    notes = [*found.notes, *(f"{path.name}: {note}" for note in laid.notes)]
    return Overlay(laid.edges, laid.matches, refused + lost, notes)


def apply_survey(
    edges: EdgeTable,
    nodes: Mapping[str, NDArray[Any]],
    rows: Sequence[SurveyRow],
    projection: Projection,
    *,
    max_distance_m: float = REACH_M,
) -> Overlay:
    """Lay observations over the network: each on the nearest edge that can carry its attribute.

    Parameters
    ----------
    edges
        The edge table.
    nodes
        Node columns ``x``, ``y``: where the city is.
    rows
        Observations. One that names an element goes to all its edges that carry the attribute, or to the
        nearest of them where it gives a place too; a number of steps is that of the whole flight, so it goes
        to all its pieces. Of several on one edge the latest counts, without dates the last in the file.
    projection
        The network's metric CRS.
    max_distance_m
        Farthest a surveyed point may lie from its edge, metres.

    Returns
    -------
    Overlay
        A new table; `edges` is not changed.
    """
    columns = dict(edges.columns)
    for name in attribute_columns(sorted({row.attribute for row in rows})) if rows else ():
        columns[name] = edges.columns[name].copy()
    search = _Search(edges, projection, nodes, max_distance_m)
    unmatched: list[Skipped] = []
    found: list[tuple[SurveyRow, int, float]] = []
    for row in sorted(rows, key=lambda each: each.date):  # stable: the file's order among equal dates
        hits = search.edges_for(row)
        if isinstance(hits, str):
            unmatched.append(Skipped(row.row, "survey", f"{row.text}: {hits}"))
        else:
            found += [(row, edge, off_m) for edge, off_m in hits]
    last = {(edge, row.attribute): position for position, (row, edge, _) in enumerate(found)}
    ids = edges.ids(np.array([edge for _, edge, _ in found], dtype=np.int64))
    matches = []
    for position, (row, edge, off_m) in enumerate(found):
        before = float(columns[row.attribute][edge])
        value = _point(row, before)
        superseded = last[edge, row.attribute] != position
        if not superseded:
            lower, upper = max(row.span.lower, ATTRIBUTE[row.attribute].widest[0]), row.span.upper
            for suffix, number in (("", value), ("_lower", lower), ("_upper", upper)):
                columns[row.attribute + suffix][edge] = number
            columns[f"{row.attribute}_from"][edge] = Provenance.surveyed
        matches.append(
            Match(row.row, edge, ids[position], row.attribute, off_m, before, value, row.date, superseded)
        )
    changed = EdgeTable(columns, edges.names, lines=lambda: (edges.bends, edges.points))
    return Overlay(changed, matches, unmatched, _contradictions(matches))


def _contradictions(matches: list[Match]) -> list[str]:
    """Rows of one date, or of none, that say different things of one edge: the last in the file counts."""
    by_edge: dict[tuple[str, str, str], list[Match]] = {}
    for match in matches:
        by_edge.setdefault((match.edge_id, match.attribute, match.date), []).append(match)
    told = []
    for (edge_id, attribute, date), found in by_edge.items():
        values = {round(match.value, 6) for match in found if not np.isnan(match.value)}
        if len(values) > 1:
            when = f"of {date}" if date else "without a date"
            rows = ", ".join(match.row.removeprefix("row ") for match in found[:6])
            listed = " and ".join(f"{value:g}" for value in sorted(values)[:4])
            told.append(f"rows {rows} {when} say {listed} for {attribute} of {edge_id}; the last counts")
    return told if len(told) <= _MOST_TOLD else [*told[:_MOST_TOLD], f"and {len(told) - _MOST_TOLD} more"]


def _point(row: SurveyRow, before: float) -> float:
    """Point value; where only bounds were observed, the value before as far as they allow it."""
    value = before if row.span.likely is None else row.span.likely
    return min(max(value, row.span.lower), row.span.upper)


class _Search:
    """Finds the edges an observation speaks of."""

    def __init__(
        self,
        edges: EdgeTable,
        projection: Projection,
        nodes: Mapping[str, NDArray[Any]],
        max_distance_m: float,
    ) -> None:
        self.edges = edges
        self.projection = projection
        self.nodes = nodes
        self.max_distance_m = max_distance_m
        self._trees: dict[str, tuple[NDArray[np.int64], Any]] = {}
        self._elements: dict[tuple[bytes, int], list[int]] | None = None

    def edges_for(self, row: SurveyRow) -> list[tuple[int, float]] | str:
        """Edges and their distances, or the reason why there is none."""
        found = self._meant(row)
        if row.attribute != "step_count" or isinstance(found, str):
            return found
        off = {piece: off_m for edge, off_m in reversed(found) for piece in self._flight(edge)}
        return sorted(off.items())

    def _flight(self, edge: int) -> list[int]:
        """All pieces of the flight of steps that an edge belongs to."""
        if not self.edges["flight_elsewhere"][edge] > 0:
            return [edge]
        cut = (self.edges["osm_id"] == self.edges["osm_id"][edge]) & (self.edges["flight_elsewhere"] > 0)
        pieces: list[int] = np.flatnonzero(cut).tolist()
        return pieces

    def _meant(self, row: SurveyRow) -> list[tuple[int, float]] | str:
        if row.osm is not None:
            named = self._named(row)
            if named:
                return named
            if row.lat is None:
                return f"no edge of {row.osm[0]}{row.osm[1]} carries this attribute"
        return self._near(row)

    def _carriers(self, attribute: str) -> NDArray[np.int64]:
        """Rows that can carry an attribute: all to which it applies; a verdict any but derived links."""
        if attribute == "wheelchair":
            return np.flatnonzero(self.edges["kind"] != Kind.link)
        return np.flatnonzero(self.edges[f"{attribute}_from"] != Provenance.none)

    def _named(self, row: SurveyRow) -> list[tuple[int, float]]:
        if self._elements is None:
            self._elements = {}
            pairs = zip(self.edges["osm_type"].tolist(), self.edges["osm_id"].tolist(), strict=True)
            for position, pair in enumerate(pairs):
                self._elements.setdefault(pair, []).append(position)
        letter, number, part = row.osm or ("", 0, -1)
        carrying = set(self._carriers(row.attribute).tolist())
        rows = [each for each in self._elements.get((letter.encode(), number), ()) if each in carrying]
        if part >= 0:
            rows = [each for each in rows if self.edges["part"][each] == part]
        if row.lat is None or len(rows) < 2:
            return [(each, 0.0) for each in rows]
        distances = self._distances(row, np.array(rows))
        nearest = int(np.argmin(distances))
        return [(rows[nearest], float(distances[nearest]))]

    def _near(self, row: SurveyRow) -> list[tuple[int, float]] | str:
        import shapely

        if row.attribute not in self._trees:
            carriers = self._carriers(row.attribute)
            self._trees[row.attribute] = (carriers, shapely.STRtree(self._shapes(carriers)))
        carriers, tree = self._trees[row.attribute]
        hits = tree.query(self._place(row), predicate="dwithin", distance=self.max_distance_m)
        if not len(hits):
            return self._far(row)
        rows = np.sort(carriers[hits])
        distances = self._distances(row, rows)
        nearest = int(np.argmin(np.round(distances, 3)))  # of equally near ones the first
        return [(int(rows[nearest]), float(distances[nearest]))]

    def _far(self, row: SurveyRow) -> str:
        where = f"{row.lat}, {row.lon}"
        reason = f"no edge that carries this attribute within {self.max_distance_m:g} m of {where}"
        exchanged = not self._in_city(row.lon, row.lat) and self._in_city(row.lat, row.lon)
        return f"{reason}; lat and lon look exchanged" if exchanged else reason

    def _in_city(self, lon: float | None, lat: float | None) -> bool:
        if lon is None or lat is None or abs(lat) > 90 or not len(self.nodes["x"]):
            return False
        place = self.projection.to_xy([[lon, lat]])[0]
        return all(
            self.nodes[axis].min() - 1000 <= at <= self.nodes[axis].max() + 1000
            for axis, at in zip("xy", place, strict=True)
        )

    def _place(self, row: SurveyRow) -> Any:
        import shapely

        return shapely.points(self.projection.to_xy([[row.lon or 0.0, row.lat or 0.0]])[0])

    def _shapes(self, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        import shapely

        bends, points = self.edges.bends, self.edges.points
        counts = bends[rows + 1] - bends[rows]
        index = np.repeat(np.arange(len(rows)), counts)
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        lines: NDArray[np.object_] = shapely.linestrings(
            points[np.repeat(bends[rows], counts) + within], indices=index
        )
        return lines

    def _distances(self, row: SurveyRow, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        import shapely

        distances: NDArray[np.float64] = shapely.distance(self._shapes(rows), self._place(row))
        return distances
