"""Walks: places near each other, in an order that is short to walk, from a meeting point if there is one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DETOUR = 1.3
"""Metres on foot per metre as the crow flies; an assumption for planning walks, no result rests on it."""

WALKED_M_PER_MIN = 60.0
LOOK_MIN = 3.0
"""How long a walk takes: metres a minute, and minutes at each place; for planning walks only."""

SAME_PLACE_M = 30.0
"""Readings of one element no farther apart than this are looked at in one go."""

_EARTH_M = 6_371_008.8


@dataclass(frozen=True)
class Walk:
    """One walk.

    Attributes
    ----------
    places
        In walking order; each is the numbers of the spots that are looked at there.
    metres
        Length on foot from the meeting point, estimated.
    worth
        Sum of what the places are worth.
    """

    places: tuple[tuple[int, ...], ...]
    metres: float
    worth: float

    @property
    def stops(self) -> tuple[int, ...]:
        """Numbers of all spots, in walking order."""
        return tuple(spot for place in self.places for spot in place)

    @property
    def minutes(self) -> float:
        """How long it takes, estimated."""
        return self.metres / WALKED_M_PER_MIN + LOOK_MIN * len(self.places)

    def of(self, groups: Sequence[Sequence[int]]) -> Walk:
        """The same walk where each place is a group of spots.

        Parameters
        ----------
        groups
            Spots of each place, in order.

        Returns
        -------
        Walk
            Past the same places.
        """
        return Walk(tuple(tuple(groups[place]) for place in self.stops), self.metres, self.worth)

    def to_json(self) -> dict[str, Any]:
        """Plain values; spots are numbered from 1, as their ranks."""
        return {
            "ranks": [stop + 1 for stop in self.stops],
            "places": len(self.places),
            "metres": round(self.metres),
            "minutes": round(self.minutes),
            "people_between": round(self.worth, 1),
        }


def same_places(spots: Sequence[tuple[float, float]], elements: Sequence[str]) -> list[list[int]]:
    """Put spots together that are looked at in one go: those of one element next to each other.

    Parameters
    ----------
    spots
        Latitude and longitude, degrees.
    elements
        Id of the OpenStreetMap element of each.

    Returns
    -------
    list of list of int
        Numbers of spots, in their order.

    Examples
    --------
    >>> same_places([(51.0, 13.0), (51.2, 13.0), (51.0, 13.0001)], ["w7", "n8", "w7"])
    [[0, 2], [1]]
    """
    xy = _plane(np.asarray(spots, dtype=np.float64).reshape(-1, 2))
    groups: list[list[int]] = []
    of_element: dict[str, list[list[int]]] = {}
    for spot, element in enumerate(elements):
        near = of_element.setdefault(element, [])
        found = next((one for one in near if np.hypot(*(xy[one[0]] - xy[spot])) <= SAME_PLACE_M), None)
        if found is None:
            near.append([spot])
            groups.append(near[-1])
        else:
            found.append(spot)
    return groups


def bundle(
    spots: Sequence[tuple[float, float]],
    worth: Sequence[float],
    walk_m: float,
    *,
    minutes: float = math.inf,
    meet: tuple[float, float] | None = None,
) -> list[Walk]:
    """Put places into walks that are neither longer than `walk_m` nor take more than `minutes`.

    Each walk starts with the most valuable place left and takes in, again and again, the one that adds the
    most worth per metre of detour, at the position in the order where the detour is least. At last the order
    is mended where two legs cross. A single place that is farther away than allowed is a walk of its own.

    Parameters
    ----------
    spots
        Latitude and longitude, degrees.
    worth
        What each is worth.
    walk_m
        Longest walk, metres.
    minutes
        Longest walk, minutes.
    meet
        Where all walks start, latitude and longitude; each at its first place where None.

    Returns
    -------
    list of Walk
        Every place is in exactly one.

    Examples
    --------
    >>> spots = [(51.0, 13.0), (51.0, 13.001), (51.2, 13.0), (51.0, 13.0005)]
    >>> walks = bundle(spots, [5.0, 3.0, 4.0, 1.0], 500)
    >>> [walk.stops for walk in walks]
    [(1, 3, 0), (2,)]
    >>> [walk.stops for walk in bundle(spots[:2], [5.0, 3.0], 500, meet=(51.0, 12.999))]
    [(0, 1)]
    """
    every = [*spots, *([meet] if meet else [])]
    xy = _plane(np.asarray(every, dtype=np.float64).reshape(-1, 2))
    value = np.asarray(worth, dtype=np.float64)
    left = set(range(len(spots)))
    start = len(spots) if meet else None
    walks = []
    while left:
        first = min(left, key=lambda spot: (-value[spot], spot))
        left.discard(first)
        order = _grow(first, left, xy, value, walk_m, minutes, start)
        order = _uncrossed(order, xy, start)
        length = _length([*([] if start is None else [start]), *order], xy)
        walks.append(Walk(tuple((spot,) for spot in order), length, float(value[order].sum())))
    return walks


def _plane(latlon: NDArray[np.float64]) -> NDArray[np.float64]:
    if not len(latlon):
        return np.zeros((0, 2))
    lat, lon = np.radians(latlon).T
    return np.stack([lon * np.cos(lat.mean()), lat], axis=1) * _EARTH_M


def _length(order: Sequence[int], xy: NDArray[np.float64]) -> float:
    return float(DETOUR * np.hypot(*np.diff(xy[list(order)], axis=0).T).sum())


def _grow(
    first: int,
    left: set[int],
    xy: NDArray[np.float64],
    value: NDArray[np.float64],
    walk_m: float,
    minutes: float,
    start: int | None,
) -> list[int]:
    """Places of one walk in order; they are taken out of `left`."""
    fixed = [] if start is None else [start]
    order = [*fixed, first]
    length = _length(order, xy)
    while left:
        rest = np.array(sorted(left))
        to_stops = DETOUR * np.hypot(*(xy[rest][:, None] - xy[order][None]).transpose(2, 0, 1))
        # inserted before the first place (never before the meeting point), between two, or after the last
        added = np.full((len(rest), len(order) + 1), np.inf)
        added[:, -1] = to_stops[:, -1]
        if not fixed:
            added[:, 0] = to_stops[:, 0]
        if len(order) > 1:
            hops = DETOUR * np.hypot(*np.diff(xy[order], axis=0).T)
            added[:, 1:-1] = to_stops[:, :-1] + to_stops[:, 1:] - hops
        place = added.argmin(axis=1)
        metres = np.maximum(added[np.arange(len(rest)), place], 0.0)
        taken = LOOK_MIN * (len(order) - len(fixed) + 1)
        fits = (length + metres <= walk_m) & ((length + metres) / WALKED_M_PER_MIN + taken <= minutes)
        if not fits.any():
            break
        rate = np.where(fits, (value[rest] + 1e-9) / (metres + 25.0), -1.0)
        best = int(rate.argmax())
        order.insert(int(place[best]), int(rest[best]))
        length += float(metres[best])
        left.discard(int(rest[best]))
    return order[len(fixed) :]


def _uncrossed(order: list[int], xy: NDArray[np.float64], start: int | None) -> list[int]:
    """Turn parts of the order round as long as that makes the walk shorter (2-opt)."""
    fixed = [] if start is None else [start]
    way = [*fixed, *order]
    away = np.hypot(*(xy[way][:, None] - xy[way][None]).transpose(2, 0, 1))
    now = list(range(len(way)))
    better = True
    while better:
        better = False
        for i in range(len(fixed), len(now) - 1):
            for j in range(i + 1, len(now)):
                before = away[now[i - 1], now[i]] if i else 0.0
                after = away[now[j], now[j + 1]] if j + 1 < len(now) else 0.0
                turned = away[now[i - 1], now[j]] if i else 0.0
                turned += away[now[i], now[j + 1]] if j + 1 < len(now) else 0.0
                if turned < before + after - 1e-9:
                    now[i : j + 1] = now[i : j + 1][::-1]
                    better = True
    return [way[place] for place in now[len(fixed) :]]
