"""The survey overlay: what people measured on the spot overrules OpenStreetMap."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.files.coordinates import Ground
from wegeketten.model.edges import EdgeTable, Kind, attribute_columns
from wegeketten.model.reading import Provenance
from wegeketten.network.survey_merge import (
    Merged,
    SurveyConflict,
    conflict_notes,
    group_conflicts,
    merge_rows,
)
from wegeketten.osm.features import Skipped
from wegeketten.osm.path import file_sha256
from wegeketten.tags.survey_file import SurveyRow, parse_survey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from wegeketten.osm.projection import Projection

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
        Whether a later observation of the same attribute of the same edge counts instead.
    source
        The survey file, where several were merged.
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
    source: str = ""


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
        What had to be assumed to read the files, and the first contradictions.
    conflicts
        Readings of which people say what cannot all be true.
    files
        Files that were read, each once.
    """

    edges: EdgeTable
    matches: list[Match]
    unmatched: list[Skipped]
    notes: list[str] = field(default_factory=list)
    conflicts: list[SurveyConflict] = field(default_factory=list)
    files: int = 0

    @property
    def matched(self) -> int:
        """Number of survey rows that found an edge."""
        return len({(match.source, match.row) for match in self.matches})


SUFFIXES = frozenset(
    {
        ".csv",
        ".tsv",
        ".txt",
        ".xlsx",
        ".xls",
        ".ods",
        ".geojson",
        ".json",
        ".gpkg",
        ".fgb",
        ".parquet",
        ".shp",
    }
)
"""Files of a folder that are taken for survey files."""


def survey_files(given: str | Path | Sequence[str | Path]) -> list[Path]:
    """Survey files that were named, and those of folders that were named.

    Parameters
    ----------
    given
        One file (``FILE:LAYER`` where it holds several layers) or folder, or several.

    Returns
    -------
    list of Path
        In the order given, those of a folder by name.

    Raises
    ------
    InputDataError
        A folder holds no survey file.
    """
    found: list[Path] = []
    for path in [Path(given)] if isinstance(given, str | Path) else [Path(each) for each in given]:
        if not path.is_dir() or path.suffix.lower() == ".gdb":
            found.append(path)
            continue
        inside = sorted(each for each in path.iterdir() if each.suffix.lower() in SUFFIXES and each.is_file())
        if not inside:
            raise InputDataError(f"{path}: holds no survey file; give the files that people sent")
        found += inside
    return found


def overlay_survey(
    edges: EdgeTable,
    nodes: Mapping[str, NDArray[Any]],
    paths: str | Path | Sequence[str | Path],
    projection: Projection,
    *,
    max_distance_m: float = REACH_M,
    crs: str | None = None,
    encoding: str | None = None,
) -> Overlay:
    """Read survey files and lay them over the network.

    Parameters
    ----------
    edges, nodes
        The network.
    paths
        Survey files or folders of them, see `survey_files` and `wegeketten.tags.survey_file.read_survey`.
    projection
        The network's metric CRS.
    max_distance_m
        Farthest a surveyed point may lie from its edge, metres.
    crs, encoding
        Coordinate system and encoding of files that state none.

    Returns
    -------
    Overlay
        Changed edges, and what was laid on which.

    Raises
    ------
    InputDataError
        A file cannot be used.
    """
    x, y = nodes["x"], nodes["y"]
    extent = (
        (float(x.min()), float(y.min()), float(x.max()), float(y.max())) if len(x) else (0.0, 0.0, 0.0, 0.0)
    )
    ground = Ground(projection.epsg, extent)
    rows: list[SurveyRow] = []
    refused: list[Skipped] = []
    notes: list[str] = []
    files = survey_files(paths)
    seen: dict[str, str] = {}
    for path in files:
        same_name = sum(each.name == path.name for each in files) > 1
        name = f"{path.parent.name}/{path.name}" if same_name else path.name
        digest = file_sha256(path) if path.is_file() else str(path)
        if digest in seen:
            other = seen[digest]
            notes.append(f"{name} holds the same as {other}; it is counted once")
            continue
        seen[digest] = name
        found = parse_survey(path, ground=ground, crs=crs, encoding=encoding)
        rows += [row._replace(source=name) for row in found.rows]
        refused += [Skipped(f"{name}, {each.row}", "survey", each.reason) for each in found.rejected]
        notes += found.notes
    laid = apply_survey(edges, nodes, rows, projection, max_distance_m=max_distance_m)
    notes += conflict_notes(laid.conflicts, len(seen))
    return Overlay(laid.edges, laid.matches, refused + laid.unmatched, notes, laid.conflicts, len(seen))


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
        to all its pieces. Several on one edge are merged, see `wegeketten.network.survey_merge`.
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
            unmatched.append(Skipped(_label(row), "survey", f"{row.text}: {hits}"))
        else:
            found += [(row, edge, off_m) for edge, off_m in hits]
    told: dict[tuple[int, str], list[int]] = {}
    for position, (row, edge, _) in enumerate(found):
        told.setdefault((edge, row.attribute), []).append(position)
    ids = edges.ids(np.array([edge for _, edge, _ in found], dtype=np.int64))
    counted: set[int] = set()
    conflicts: list[SurveyConflict] = []
    for (edge, attribute), positions in told.items():
        said = [found[each][0] for each in positions]
        merged = merge_rows(said, float(edges.columns[attribute][edge]))
        for suffix, number in (("", merged.value), ("_lower", merged.lower), ("_upper", merged.upper)):
            columns[attribute + suffix][edge] = number
        columns[f"{attribute}_from"][edge] = Provenance.surveyed
        counted |= {positions[each] for each in merged.counted}
        if merged.contradicting:
            lonlat = projection.to_lonlat([search.middle(edge)])[0]
            conflicts.append(_conflict(ids[positions[0]], lonlat, said, merged))
    matches = [
        Match(
            row.row, edge, ids[position], row.attribute, off_m, before := float(edges[row.attribute][edge]),
            _point(row, before), row.date, position not in counted, row.source,
        )
        for position, (row, edge, off_m) in enumerate(found)
    ]  # fmt: skip
    changed = EdgeTable(columns, edges.names, lines=lambda: (edges.bends, edges.points))
    return Overlay(changed, matches, unmatched, conflicts=group_conflicts(conflicts))


def _conflict(
    edge_id: str, lonlat: NDArray[np.float64], said: Sequence[SurveyRow], merged: Merged
) -> SurveyConflict:
    rows = [said[each] for each in merged.contradicting]
    return SurveyConflict(
        (edge_id,),
        rows[0].attribute,
        float(lonlat[1]),
        float(lonlat[0]),
        tuple(row.text for row in rows),
        tuple(_label(row) for row in rows),
        tuple(row.date for row in rows),
        *merged[:3],
        merged.resolution,
    )


def _label(row: SurveyRow) -> str:
    return f"{row.source}, {row.row}" if row.source else row.row


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

    def middle(self, edge: int) -> NDArray[np.float64]:
        """Middle of an edge, metres."""
        bends = self.edges.bends
        middle: NDArray[np.float64] = self.edges.points[bends[edge] : bends[edge + 1]].mean(axis=0)
        return middle

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
