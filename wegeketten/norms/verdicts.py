"""Verdicts on a network: what each clause says of each edge, as far as its readings decide it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.files.csv import read_csv
from wegeketten.model.edges import ATTRIBUTE, Crossing
from wegeketten.norms.runs import run_verdicts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.edges import EdgeTable
    from wegeketten.norms.clauses import Clause, Condition, Norm

Verdict = Literal["pass", "fail", "untestable", "contradictory"]
VERDICTS: tuple[Verdict, ...] = ("pass", "fail", "untestable", "contradictory")
PASS, FAIL, UNTESTABLE, CONTRADICTORY = range(4)
ROUNDING = 1e-5
"""Readings are kept as float32: a limit met exactly is met."""
_SIGNED = "incline_pct"


@dataclass(frozen=True)
class ClauseVerdicts:
    """What one clause says; equally long arrays over the edges it is about.

    Attributes
    ----------
    clause
        The clause.
    edge
        Row of each edge.
    lower, value, upper
        Bounds and point value of the quantity, a slope by its magnitude.
    verdict
        uint8: position in `VERDICTS`. ``pass`` and ``fail`` hold wherever in its bounds the truth lies.
    likely
        Whether the point values pass.
    """

    clause: Clause
    edge: NDArray[np.int64]
    lower: NDArray[np.float64]
    value: NDArray[np.float64]
    upper: NDArray[np.float64]
    verdict: NDArray[np.uint8]
    likely: NDArray[np.bool_]

    @property
    def sure(self) -> NDArray[np.bool_]:
        """Whether the edge passes whatever the truth within its bounds."""
        passes: NDArray[np.bool_] = self.verdict == PASS
        return passes

    @property
    def possible(self) -> NDArray[np.bool_]:
        """Whether it is not ruled out that the edge passes."""
        open_: NDArray[np.bool_] = self.verdict != FAIL
        return open_


def judge_city(city: City, norm: Norm) -> list[ClauseVerdicts]:
    """Hold every clause of a norm against every edge of a city that it is about.

    Parameters
    ----------
    city
        The city, as built.
    norm
        The norm.

    Returns
    -------
    list of ClauseVerdicts
        One for each clause.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.norms.clauses import load_norm
    >>> judged = judge_city(hamlet(), load_norm("din18040-3"))
    >>> sorted({one.clause.id for one in judged})[:4]
    ['cross-slope', 'kerb-cane', 'kerb-wheels', 'meeting-width']
    """
    cell_m = (city.meta.get("elevation") or {}).get("resolution_m")
    return judge(city.edges, norm, conflicts=read_conflicts(city), model_resolution_m=cell_m)


def judge(
    edges: EdgeTable,
    norm: Norm,
    *,
    conflicts: Mapping[str, frozenset[str]] | None = None,
    model_resolution_m: float | None = None,
) -> list[ClauseVerdicts]:
    """Hold every clause of a norm against the edges of a table.

    Parameters
    ----------
    edges
        The edge table.
    norm
        See `wegeketten.norms.clauses.load_norm`.
    conflicts
        Elements (``w52001``) whose tags contradict one another, by attribute.
    model_resolution_m
        Cell size of the elevation model that derived slopes come from; None without a model.

    Returns
    -------
    list of ClauseVerdicts
        One per clause, in the norm's order.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.norms.clauses import load_norm
    >>> len(judge(hamlet().edges, load_norm("din18040-3")))
    13
    """
    return [_judge(edges, clause, conflicts or {}, model_resolution_m) for clause in norm.clause]


def _judge(
    edges: EdgeTable, clause: Clause, conflicts: Mapping[str, frozenset[str]], cell_m: float | None
) -> ClauseVerdicts:
    about = np.isin(edges["kind"], [int(kind) for kind in clause.edge_kinds])
    if clause.crossings:
        about &= np.isin(edges["crossing"], [int(Crossing[name]) for name in clause.crossings])
    rows = np.flatnonzero(about)
    lower, value, upper = bounds_of(edges, clause.quantity, rows)
    if clause.run is None:
        passes, fails = _interval(clause, lower, upper)
        likely = _holds(clause, value)
    else:
        passes, fails, likely = run_verdicts(edges, rows, model_resolution_m=cell_m)
    for other in clause.unless:
        low, middle, high = bounds_of(edges, other.quantity, rows)
        also, never = _interval(other, low, high)
        passes, fails, likely = passes | also, fails & never, likely | _holds(other, middle)
    verdict = np.full(len(rows), UNTESTABLE, dtype=np.uint8)
    verdict[passes], verdict[fails] = PASS, FAIL
    verdict[_contradicted(edges, rows, clause, conflicts) | (lower > upper)] = CONTRADICTORY
    return ClauseVerdicts(clause, rows, lower, value, upper, verdict, likely)


def bounds_of(
    edges: EdgeTable, quantity: str, rows: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Lower bound, point value and upper bound of an attribute; a slope by its magnitude.

    What is unknown has the widest bounds that the attribute allows, and NaN as value.

    Parameters
    ----------
    edges
        Edges of the network.
    quantity
        Name of the attribute.
    rows
        Rows of edges.

    Returns
    -------
    tuple
        float64, shape (rows,) each, in the attribute's unit.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> import numpy as np
    >>> kerb = hamlet().edges["osm_id"].tolist().index(68)
    >>> [each.tolist() for each in bounds_of(hamlet().edges, "kerb_cm", np.array([kerb]))]
    [[2.0], [5.0], [8.0]]
    """
    least, most = ATTRIBUTE[quantity].widest
    lower = np.nan_to_num(edges[f"{quantity}_lower"][rows].astype(np.float64), nan=least)
    upper = np.nan_to_num(edges[f"{quantity}_upper"][rows].astype(np.float64), nan=most)
    value = edges[quantity][rows].astype(np.float64)
    if quantity != _SIGNED:
        return lower, value, upper
    inside = (lower <= 0) & (upper >= 0)
    ends = np.abs(lower), np.abs(upper)
    return np.where(inside, 0.0, np.minimum(*ends)), np.abs(value), np.maximum(*ends)


def _interval(
    condition: Condition, lower: NDArray[np.float64], upper: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether all of an interval meets a condition, and whether none of it does."""
    limit = condition.limit
    if condition.operator == "<=":
        return upper <= limit + ROUNDING, lower > limit + ROUNDING
    if condition.operator == ">=":
        return lower >= limit - ROUNDING, upper < limit - ROUNDING
    near = np.abs(lower - limit) <= ROUNDING, np.abs(upper - limit) <= ROUNDING
    return near[0] & near[1], (lower > limit + ROUNDING) | (upper < limit - ROUNDING)


def _holds(condition: Condition, value: NDArray[np.float64]) -> NDArray[np.bool_]:
    return _interval(condition, value, value)[0]  # NaN meets nothing


def _contradicted(
    edges: EdgeTable, rows: NDArray[np.int64], clause: Clause, conflicts: Mapping[str, frozenset[str]]
) -> NDArray[np.bool_]:
    asked = {clause.quantity, *(other.quantity for other in clause.unless)}
    wanted = {element for element, attributes in conflicts.items() if attributes & asked}
    if not wanted:
        return np.zeros(len(rows), dtype=bool)
    return np.array([each.split(":")[0] in wanted for each in edges.ids(rows)], dtype=bool)


def read_conflicts(city: City) -> dict[str, frozenset[str]]:
    """Elements of a city whose tags contradict one another, with the attributes concerned.

    Parameters
    ----------
    city
        The city, as built.

    Returns
    -------
    dict
        Names of attributes by id of the element.

    Raises
    ------
    InputDataError
        ``conflicts.csv`` of the city is missing, damaged or cannot be read.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> read_conflicts(hamlet())
    {}
    """
    found: dict[str, set[str]] = {}
    if "files" not in city.meta:  # a city in memory has none
        return {}
    path = city.file("conflicts.csv")
    try:
        for row in read_csv(path):
            if row["attribute"]:
                found.setdefault(row["element"].split(":")[0], set()).add(row["attribute"])
    except (OSError, ValueError, KeyError) as error:
        raise InputDataError(f"{path}: cannot be read ({error}); build the city again") from error
    return {element: frozenset(attributes) for element, attributes in found.items()}


def district_sums(
    city: City, judged: list[ClauseVerdicts], district: NDArray[np.integer[Any]]
) -> list[dict[str, object]]:
    """Kilometres and numbers of edges per district, clause and verdict; the whole network first.

    Parameters
    ----------
    city
        Gives lengths and the districts' names.
    judged
        See `judge_city`.
    district
        Row of each edge's district, -1 for none.

    Returns
    -------
    list of dict
        Rows of ``norm_districts.csv``.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.norms.clauses import load_norm
    >>> from wegeketten.reach.quality import edge_districts
    >>> judged = judge_city(hamlet(), load_norm("din18040-3"))
    >>> district_sums(hamlet(), judged, edge_districts(hamlet()))[0]["clause"]
    'passage-width'
    """
    names = [str(name) for name in city.districts["name"]]
    lengths = city.edges["length_m"].astype(np.float64)
    rows: list[dict[str, object]] = []
    for found in judged:
        zone = district[found.edge].astype(np.int64)
        for place in [None, *np.unique(zone[zone >= 0]).tolist()]:
            here = np.ones(len(zone), dtype=bool) if place is None else zone == place
            row: dict[str, object] = {
                "district": "" if place is None else names[place],
                "clause": found.clause.id,
            }
            for code, verdict in enumerate(VERDICTS):
                these = here & (found.verdict == code)
                row[f"{verdict}_km"] = round(float(lengths[found.edge[these]].sum()) / 1000, 3)
                row[f"{verdict}_edges"] = int(these.sum())
            rows.append(row)
    return rows
