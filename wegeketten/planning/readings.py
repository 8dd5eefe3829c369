"""Readings to look at, as a surveyor needs them: which, where, and what is known so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.model.edges import ATTRIBUTE, Kind, each_flight_once
from wegeketten.planning.stop_tasks import KIND, Barriers
from wegeketten.reach.barriers import STRETCHES, midpoints
from wegeketten.reach.whereabouts import whereabouts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.planning.survey_order import Order
    from wegeketten.planning.uncertain import Chances
    from wegeketten.transit.raising import StopOffers


_ENDS = ("_lower", "_upper", "")
_UNITS = {"platform_height_cm": "cm", "platform_width_m": "m", "platform_tactile": ""}


class UncertainReading(NamedTuple):
    """One reading to look at.

    Attributes
    ----------
    rank
        1 is looked at first.
    edge
        Row of the edge table, -1 for a platform.
    barrier_id, kind, attribute
        What to look at; `attribute` as in the edge table.
    lower, upper, unit
        What is known of it.
    lat, lon
        Degrees.
    people_between
        People for whom it stands between *sure* and *possible*, for the profile and service where they are
        most.
    osm_value
        The point value assumed or mapped so far, None where there is none.
    street, near, district
        Where it is, see `wegeketten.reach.whereabouts`.
    chance
        That a look brings good news, 0–1, for the profile for which it is least. Times `people_between` it
        is the expected value of the look: people who would be sure to get there.
    """

    rank: int
    edge: int
    barrier_id: str
    kind: str
    attribute: str
    lower: float | str | None
    upper: float | str | None
    unit: str
    lat: float
    lon: float
    people_between: float
    osm_value: float | str | None
    street: str = ""
    near: str = ""
    district: str = ""
    chance: float = 0.5


def spots_on(
    city: City,
    profiles: Sequence[Profile],
    order: Order,
    odds: Chances | None = None,
    offers: StopOffers | None = None,
) -> list[UncertainReading]:
    """One spot per unclear reading of each edge; steps are counted once for all pieces of a flight.

    Parameters
    ----------
    city, profiles
        Where, and for whom.
    order
        What to look at.
    odds
        How likely a look brings good news, by profile; even where None.
    offers
        Platforms behind the edges, None where they are not asked about.

    Returns
    -------
    list of UncertainReading
        In the order of `order`.
    """
    from wegeketten.people.reasons import reasons

    streets = len(city.edges)
    rows = np.array([row for row in order.edges if row < streets], dtype=np.int64)
    ids = city.edges.ids(rows)
    places = midpoints(city, rows)
    counted = rows[~each_flight_once(city.edges.columns, rows)]  # with a piece before
    unclear: dict[tuple[int, str], Any] = {}
    for profile in profiles:
        arcs = np.stack([2 * rows, 2 * rows + 1], axis=1).ravel()
        for reason in reasons(city.edges, profile, arcs, "sure"):
            if reason.verdict == "unclear" and reason.attribute in ATTRIBUTE:
                unclear.setdefault((reason.arc // 2, reason.attribute), reason)
    spots: list[UncertainReading] = []
    least = np.min(list(odds.values()), axis=0) if odds else np.full(streets, 0.5)
    told = whereabouts(city, rows)
    if offers is not None:
        spots += _at_platforms(Barriers(city, offers), profiles, order, offers)
    for row, name, (lon, lat), where in zip(rows.tolist(), ids, places.tolist(), told, strict=True):
        kind = Kind(int(city.edges["kind"][row]))
        for (edge, attribute), reason in sorted(unclear.items(), key=lambda item: item[0]):
            if edge != row or (attribute == "step_count" and row in counted):
                continue
            lower, upper, value = _as_drawn(city, row, attribute, reason)
            plain = not kind.is_barrier and kind not in (Kind.steps, Kind.lift, Kind.crossing)
            spots.append(
                UncertainReading(
                    len(spots) + 1,
                    row,
                    name,
                    STRETCHES.get(attribute, kind.name) if plain else kind.name,
                    attribute,
                    lower,
                    upper,
                    reason.unit,
                    lat,
                    lon,
                    order.people[row],
                    value,
                    *where[:3],
                    float(least[row]),
                )
            )
    place = {row: number for number, row in enumerate(order.edges)}
    spots.sort(key=lambda spot: place[spot.edge])
    return [
        spot._replace(rank=number, edge=spot.edge if spot.edge < streets else -1)
        for number, spot in enumerate(spots, start=1)
    ]


def _at_platforms(
    barriers: Barriers, profiles: Sequence[Profile], order: Order, offers: StopOffers
) -> list[UncertainReading]:
    """What to measure at platforms: height and width, where what is known of them leaves the verdict open."""
    from wegeketten.transit.boarding import POSSIBLE, SURE, judge_stops

    town, spots = offers.town, []
    numbers = [row for row in order.edges if row >= barriers.edges]
    wanted: dict[int, set[str]] = {number: set() for number in numbers}
    for profile in profiles:
        verdict = judge_stops(town.platforms, town.boarding, profile, town.level)
        for number in numbers:
            row = number - barriers.edges
            mode = offers.mode[town.platforms["stop"][row]]
            levels = {
                "platform_height_cm": verdict.step[row, mode], "platform_width_m": verdict.platform[row],
                "platform_tactile": verdict.guidance[row],
            }  # fmt: skip
            wanted[number] |= {name for name, level in levels.items() if POSSIBLE <= level < SURE}
    places, told = barriers.degrees(numbers), barriers.whereabouts(numbers)
    names = barriers.ids(numbers)
    for number, name, (lon, lat), where in zip(numbers, names, places.tolist(), told, strict=True):
        for attribute in sorted(wanted[number]):
            column = attribute.removeprefix("platform_")
            known = (float(town.platforms[column + end][number - barriers.edges]) for end in _ENDS)
            lower, upper, value = (None if np.isnan(each) else each for each in known)
            spots.append(
                UncertainReading(
                    0, number, name, KIND, attribute, lower, upper, _UNITS[attribute], lat, lon,
                    order.people[number], value, *where[:3],
                )
            )  # fmt: skip
    return spots


def _as_drawn(city: City, row: int, attribute: str, reason: Any) -> tuple[Any, Any, Any]:
    """Bounds and value in drawing direction: a survey states inclines along the way, not along a walk."""
    if attribute != "incline_pct":
        return reason.lower, reason.upper, reason.value
    numbers = [float(city.edges[attribute + suffix][row]) for suffix in ("_lower", "_upper", "")]
    lower, upper, value = (None if np.isnan(number) else number for number in numbers)
    return lower, upper, value
