"""The choice of sites for one objective, as rows that a council can read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.model.answers import ANSWERS
from wegeketten.reach.whereabouts import at_points
from wegeketten.routing import UNIT_S
from wegeketten.siting.center import p_center
from wegeketten.siting.covering import max_cover, set_cover
from wegeketten.siting.median import p_median
from wegeketten.siting.rows import Site

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.siting.candidates import Candidates
    from wegeketten.siting.demand import Demand
    from wegeketten.siting.in_worlds import ExpectedPeople
    from wegeketten.siting.solution import Siting

    Floats = NDArray[np.float64]
    Longs = NDArray[np.int64]

OBJECTIVES = ("cover", "median", "center")
"""What can be wanted: most people within the standard, the least time on the whole, the worst-off nearer."""

FARTHEST_S = 7200.0
"""Anyone who has no way, or a longer one, counts as two hours away where times are summed or compared."""

_NEAR_M = 100.0
_ROOF_M = 15.0
_NEARBY = ("stop", "pharmacy", "doctor", "groceries", "toilet", "senior_service")


@dataclass(frozen=True)
class Choice:
    """Answer for one objective.

    Attributes
    ----------
    objective
        See `OBJECTIVES`; ``until`` where a share was to be reached.
    value, bound
        People served, mean minutes, minutes of the worst-off, or number of sites; and what is proven
        possible.
    sites
        Existing sites, then new ones by rank.
    answers
        By answer: value, bound, gap and new sites of the best choice in that answer, and what the choice
        made here is worth in it.
    expected
        People within the standard afterwards as drawn worlds have it; None without worlds.
    """

    objective: str
    value: float
    bound: float
    gap: float
    sites: tuple[Site, ...]
    answers: dict[str, dict[str, Any]]
    expected: ExpectedPeople | None = None


@dataclass(frozen=True)
class Wanted:
    """What is asked of `choose_sites`.

    Attributes
    ----------
    service
        Id.
    add
        How many new places.
    objectives
        Of `OBJECTIVES`.
    fixed
        Whether existing places stay; else they may be moved.
    candidates
        See `find_candidates`.
    capacity
        People a place can serve; None: any number.
    until
        Instead of a number of places: the share of people that is to have one within the standard.
    minutes
        Another standard than the catalogue's.
    budget_eur, with_measures
        Money for places and measures on barriers together, see `plan_jointly`.
    site_cost_eur, costs
        What a place costs where candidates do not say; a file of unit costs of measures.
    worlds, seed
        In how many worlds the chosen places are tried, 0 for none; and which.
    """

    service: str = "meeting_place"
    add: int = 3
    objectives: tuple[str, ...] = ("cover",)
    fixed: bool = True
    candidates: str | None = None
    capacity: float | None = None
    until: float | None = None
    minutes: float | None = None
    budget_eur: float | None = None
    with_measures: bool = False
    site_cost_eur: float | None = None
    costs: Path | None = None
    worlds: int = 0
    seed: int = 0


class SiteTable:
    """All there is to choose from: existing places in the first columns, candidates behind them.

    Parameters
    ----------
    city, demand, candidates
        The city, its people, and where new places may open.
    places
        Rows of the city's places that are there.
    costs
        By answer, seconds from people to sites.
    """

    def __init__(
        self, city: City, demand: Demand, candidates: Candidates, places: Longs, costs: dict[str, Floats]
    ) -> None:
        self.city, self.demand, self.candidates = city, demand, candidates
        self.places, self.costs = places, costs
        self.there = len(places)
        self.limit = demand.limit * UNIT_S + 1e-6

    @property
    def sites(self) -> int:
        """Number of columns."""
        return self.there + len(self.candidates)

    def site_id(self, column: int) -> str:
        """Id of a place or candidate.

        Parameters
        ----------
        column
            Column of the site.

        Returns
        -------
        str
            As in the city's places or in the list of candidates.
        """
        if column < self.there:
            return str(self.city.places["place_id"][self.places[column]])
        return self.candidates.site_id[column - self.there]

    def xy(self, columns: Longs) -> Floats:
        """Where sites are.

        Parameters
        ----------
        columns
            Columns of the sites.

        Returns
        -------
        Floats
            Metres, shape (columns, 2).
        """
        there = np.stack([self.city.places["x"][self.places], self.city.places["y"][self.places]], axis=1)
        return np.concatenate([there, self.candidates.xy])[columns]

    def nearest(self, columns: Longs, answer: str) -> Floats:
        """Seconds to the nearest of some sites, infinite where there is no way.

        Parameters
        ----------
        columns
            Columns of the sites.
        answer
            Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.

        Returns
        -------
        Floats
            Shape (rows,).
        """
        if not len(columns):
            return np.full(len(self.demand), np.inf)
        return np.asarray(self.costs[answer][:, columns].min(axis=1))

    def within(self, columns: Longs, answer: str) -> NDArray[np.bool_]:
        """Whether each row has one of some sites within its standard.

        Parameters
        ----------
        columns
            Columns of the sites.
        answer
            Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.

        Returns
        -------
        ndarray
            bool, shape (rows,).
        """
        return np.asarray(self.nearest(columns, answer) <= self.limit)

    def reached(self, columns: Longs, answer: str) -> float:
        """People who have one of some sites within their standard.

        Parameters
        ----------
        columns
            Columns of the sites.
        answer
            Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.

        Returns
        -------
        float
            Sum of the rows' people.
        """
        return float(self.demand.people[self.within(columns, answer)].sum())

    def rooms(self, capacity: float | None) -> Floats | None:
        """Capacity of every column: its own where it is stated, else the given one; None without any.

        Parameters
        ----------
        capacity
            People a site takes where it states nothing itself; no limit where None.

        Returns
        -------
        Floats or None
            Shape (columns,); infinite where a site has no limit.
        """
        if capacity is None:
            return None
        own = self.city.places.get("capacity")
        there = np.full(self.there, np.nan) if own is None else own[self.places].astype(np.float64)
        room = np.concatenate([there, self.candidates.capacity])
        return np.where(np.isfinite(room), room, capacity)


def choose(table: SiteTable, objective: str, wanted: Wanted) -> Choice:
    """Solve one objective in all three answers and describe the choice made in *likely*.

    Parameters
    ----------
    table
        Seconds from people to sites, in all three answers.
    objective
        ``cover``, ``median`` or ``center``.
    wanted
        What is asked.

    Returns
    -------
    Choice
        Sites, value and bound.

    Raises
    ------
    UsageError
        The capacities, or all sites together, are too small for what is wanted.
    """
    solved = {answer: _solve(table, objective, wanted, answer) for answer in ANSWERS}
    siting = solved["likely"]
    answers: dict[str, dict[str, Any]] = {}
    for answer, one in solved.items():
        new = one.open[one.open >= table.there]
        answers[answer] = {
            "value": _told(table, objective, one.value),
            "bound": _told(table, objective, one.bound),
            "gap": round(one.gap, 6) if np.isfinite(one.value) else None,
            "added": [table.site_id(column) for column in new.tolist()],
            "value_of_choice": _told(table, objective, _value(table, objective, siting, answer)),
        }
    return Choice(
        objective,
        answers["likely"]["value"],
        answers["likely"]["bound"],
        siting.gap,
        tuple(_rows(table, objective, siting)),
        answers,
    )


def _solve(table: SiteTable, objective: str, wanted: Wanted, answer: str) -> Siting:
    cost, people = table.costs[answer], table.demand.people
    fixed = np.arange(table.there) if wanted.fixed else np.zeros(0, dtype=np.int64)
    p, room = table.there + wanted.add, table.rooms(wanted.capacity)
    if objective == "cover":
        return max_cover(cost, p, table.limit, people, fixed, room)
    if objective == "until":
        try:
            return set_cover(cost, table.limit, people, fixed, room, share=wanted.until or 1.0)
        except UsageError:
            if answer != "likely":  # what is guaranteed may never be enough
                return _nowhere(table)
            all_sites = 100 * table.reached(np.arange(table.sites), answer) / people.sum()
            raise UsageError(
                f"--until: all candidates together bring {all_sites:.1f} % of the people within the "
                "standard; ask for less, for --minutes, or give more --candidates"
            ) from None
    if objective == "median":
        return p_median(np.minimum(cost, FARTHEST_S), p, people, fixed, room, load=people)
    if answer != "likely" and not (cost.min(axis=1) < FARTHEST_S).any():
        return _nowhere(table)
    return _center(cost, people, p, fixed, room)


def _center(cost: Floats, people: Floats, p: int, fixed: Longs, room: Floats | None) -> Siting:
    """The worst-off nearer; of all choices that bring them as near the one with the least time on the whole.

    Whom no site is nearer to than two hours does not decide: nothing could be done for them.
    """
    counts = np.flatnonzero(cost.min(axis=1) < FARTHEST_S)
    if not len(counts):
        raise UsageError("--objective center: nobody has a way to any site; there is nothing to bring nearer")
    capped = np.minimum(cost[counts], FARTHEST_S)
    found = p_center(capped, p, None, fixed, room, load=people[counts])
    if room is None:
        near = np.where(capped <= found.value, capped, np.inf)
        try:
            found = replace(found, open=p_median(near, p, people[counts], fixed).open)
        except UsageError:  # none was found that keeps the worst-off as near
            return found
    return found


def _nowhere(table: SiteTable) -> Siting:
    from wegeketten.siting.solution import Siting

    return Siting(np.zeros(0, dtype=np.int64), np.full(len(table.demand), -1), np.inf, np.inf)


def _value(table: SiteTable, objective: str, siting: Siting, answer: str) -> float:
    """What a choice is worth in another answer; people go to the nearest open site there."""
    seconds = np.minimum(table.nearest(siting.open, answer), FARTHEST_S)
    if objective == "cover":
        return table.reached(siting.open, answer)
    if objective == "median":
        return float((seconds * table.demand.people).sum())
    if objective != "center":
        return float(len(siting.open))
    counts = table.costs[answer].min(axis=1) < FARTHEST_S
    return float(seconds[counts].max(initial=0.0))


def _told(table: SiteTable, objective: str, value: float) -> float | None:
    """People; mean minutes; minutes of the worst-off; number of new places."""
    if not np.isfinite(value):
        return None
    if objective == "median":
        return round(value / float(table.demand.people.sum()) / 60, 4)
    if objective == "center":
        return round(value / 60, 4)
    return round(value - (table.there if objective == "until" else 0), 3)


def _rows(table: SiteTable, objective: str, siting: Siting) -> list[Site]:
    there = siting.open[siting.open < table.there]
    nearest = _own(table, siting.open)
    rows = [_row(table, objective, column, 0, nearest, there) for column in there.tolist()]
    before = there
    for rank, column in enumerate(_ranked(table, there, siting.open[siting.open >= table.there]), start=1):
        rows.append(_row(table, objective, column, rank, nearest, before))
        before = np.append(before, column)
    told = at_points(table.city, table.xy(before))
    return [row._replace(where=at.plain(), district=at.district) for row, at in zip(rows, told, strict=True)]


def _own(table: SiteTable, columns: Longs) -> Longs:
    """The nearest open site of each row in *likely*, -1 where none is reached."""
    cost = table.costs["likely"][:, columns]
    best = cost.argmin(axis=1)
    return np.where(np.isfinite(cost[np.arange(len(best)), best]), columns[best], -1)


def _ranked(table: SiteTable, there: Longs, new: Longs) -> list[int]:
    """New sites, again and again the one that brings most people within the standard; then most minutes."""
    order: list[int] = []
    open_, left = there, new.tolist()
    people = table.demand.people
    while left:
        now = np.minimum(table.nearest(open_, "likely"), FARTHEST_S)

        def gain(column: int, now: Floats = now) -> tuple[float, float, int]:
            then = np.minimum(now, table.costs["likely"][:, column])
            newly = (then <= table.limit) & (now > table.limit)
            return float(people[newly].sum()), float(((now - then) * people).sum()), -column

        best = max(left, key=gain)
        order.append(best)
        left.remove(best)
        open_ = np.append(open_, best)
    return order


def _row(table: SiteTable, objective: str, column: int, rank: int, nearest: Longs, before: Longs) -> Site:
    city, people = table.city, table.demand.people
    own = nearest == column
    seconds = table.costs["likely"][:, column]
    newly = {
        answer: (table.costs[answer][:, column] <= table.limit) & ~table.within(before, answer)
        for answer in ANSWERS
    }
    gained = {answer: float(people[which].sum()) for answer, which in newly.items()}
    if column < table.there:
        place = int(table.places[column])
        lon, lat = float(city.places["lon"][place]), float(city.places["lat"][place])
        xy = np.array([city.places["x"][place], city.places["y"][place]])
        name, kind, premises, cost = str(city.places["name"][place]), "existing", "", np.nan
        gained = dict.fromkeys(ANSWERS, 0.0)
        newly = {answer: np.zeros(len(people), dtype=bool) for answer in ANSWERS}
    else:
        row = column - table.there
        (lon, lat), xy = table.candidates.lonlat[row].tolist(), table.candidates.xy[row]
        name, kind, premises = table.candidates.name[row], "new", table.candidates.kind[row]
        cost = float(table.candidates.cost_eur[row])
    return Site(
        rank, table.site_id(column), name, kind, round(lat, 7), round(lon, 7),
        None if np.isnan(cost) else cost,
        round(float(people[own & (seconds <= table.limit)].sum()), 3), round(gained["likely"], 3),
        _quantile(seconds[own], people[own], 0.5), _quantile(seconds[own], people[own], 0.9),
        objective, premises, round(gained["sure"], 3), round(gained["possible"], 3),
        _districts(table, newly["likely"]), _nearby(city, xy, table.site_id(column))
    )  # fmt: skip


def _quantile(seconds: Floats, people: Floats, share: float) -> float | None:
    if not len(seconds):
        return None
    order = np.argsort(seconds, kind="stable")
    place = int(np.searchsorted(np.cumsum(people[order]), share * people.sum() * (1 - 1e-12)))
    return round(float(seconds[order][min(place, len(order) - 1)]), 1)


def _districts(table: SiteTable, which: NDArray[np.bool_]) -> str:
    """Where people live, at most three districts: ``Mitte 420; Nord 80``."""
    district = table.city.homes["district"][table.demand.home[which]]
    names = table.city.districts["name"]
    inside = district >= 0
    total = np.bincount(district[inside], table.demand.people[which][inside], minlength=len(names))
    order = [row for row in np.argsort(-total, kind="stable").tolist() if total[row] > 0][:3]
    return "; ".join(f"{names[row]} {total[row]:.0f}" for row in order)


def _nearby(city: City, xy: Floats, own_id: str) -> str:
    """Services within 100 m; those in the same house are marked."""
    found = []
    far = np.hypot(city.places["x"] - xy[0], city.places["y"] - xy[1])
    for service in _NEARBY:
        rows = np.flatnonzero((city.places["service"] == service) & (far <= _NEAR_M))
        if len(rows):
            same = any(str(city.places["place_id"][row]) == own_id or far[row] <= _ROOF_M for row in rows)
            found.append(f"{service} (same roof)" if same and service not in ("stop", "toilet") else service)
    return "; ".join(found)
