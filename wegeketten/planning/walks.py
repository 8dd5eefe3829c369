"""Walks: spots near each other, in an order that is short to walk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DETOUR = 1.3
"""Metres on foot per metre as the crow flies; an assumption for planning walks, no result rests on it."""

_EARTH_M = 6_371_008.8


@dataclass(frozen=True)
class Walk:
    """One walk.

    Attributes
    ----------
    stops
        Numbers of the spots, in walking order.
    metres
        Length on foot, estimated.
    worth
        Sum of what the spots are worth.
    """

    stops: tuple[int, ...]
    metres: float
    worth: float

    def to_json(self) -> dict[str, Any]:
        """Plain values; spots are numbered from 1, as their ranks."""
        return {
            "ranks": [stop + 1 for stop in self.stops],
            "metres": round(self.metres),
            "people_between": round(self.worth, 1),
        }


def bundle(spots: Sequence[tuple[float, float]], worth: Sequence[float], walk_m: float) -> list[Walk]:
    """Put spots into walks no longer than `walk_m`.

    Each walk starts at the most valuable spot left and takes in, again and again, the spot that adds the most
    worth per metre of detour, at the place in the order where the detour is least.

    Parameters
    ----------
    spots
        Latitude and longitude, degrees.
    worth
        What each is worth.
    walk_m
        Longest walk, metres.

    Returns
    -------
    list of Walk
        Every spot is in exactly one.

    Examples
    --------
    >>> spots = [(51.0, 13.0), (51.0, 13.001), (51.2, 13.0), (51.0, 13.0005)]
    >>> walks = bundle(spots, [5.0, 3.0, 4.0, 1.0], 500)
    >>> [walk.stops for walk in walks]
    [(1, 3, 0), (2,)]
    """
    xy = _plane(np.asarray(spots, dtype=np.float64).reshape(-1, 2))
    value = np.asarray(worth, dtype=np.float64)
    left = set(range(len(xy)))
    walks = []
    while left:
        first = min(left, key=lambda spot: (-value[spot], spot))
        left.discard(first)
        walks.append(_grow(first, left, xy, value, walk_m))
    return walks


def _plane(latlon: NDArray[np.float64]) -> NDArray[np.float64]:
    if not len(latlon):
        return np.zeros((0, 2))
    lat, lon = np.radians(latlon).T
    return np.stack([lon * np.cos(lat.mean()), lat], axis=1) * _EARTH_M


def _grow(
    first: int, left: set[int], xy: NDArray[np.float64], value: NDArray[np.float64], walk_m: float
) -> Walk:
    order = [first]
    length = 0.0
    while left:
        rest = np.array(sorted(left))
        to_stops = DETOUR * np.hypot(*(xy[rest][:, None] - xy[order][None]).transpose(2, 0, 1))
        # inserted before the first stop, between two, or after the last
        added = np.full((len(rest), len(order) + 1), np.inf)
        added[:, 0], added[:, -1] = to_stops[:, 0], to_stops[:, -1]
        if len(order) > 1:
            hops = DETOUR * np.hypot(*np.diff(xy[order], axis=0).T)
            added[:, 1:-1] = to_stops[:, :-1] + to_stops[:, 1:] - hops
        place = added.argmin(axis=1)
        metres = np.maximum(added[np.arange(len(rest)), place], 0.0)
        fits = length + metres <= walk_m
        if not fits.any():
            break
        rate = np.where(fits, (value[rest] + 1e-9) / (metres + 25.0), -1.0)
        best = int(rate.argmax())
        order.insert(int(place[best]), int(rest[best]))
        length += float(metres[best])
        left.discard(int(rest[best]))
    return Walk(tuple(order), length, float(value[order].sum()))
