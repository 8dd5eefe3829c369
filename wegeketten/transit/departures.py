"""How often something leaves a stop, and the German quality classes of public transport (ÖV-Güteklassen)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.transit.modes import MODES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.transit.timetable import Timetable

    Ints = NDArray[np.int64]

_GROUPS = {"rail": "A", "tram": "B", "bus": "C", "ferry": "C"}
_INTERVALS_MIN = (5, 10, 20, 40, 60, 120)
_CATEGORY = {"A": (1, 1, 2, 3, 4, 5), "B": (1, 2, 3, 4, 5, 6), "C": (2, 3, 4, 5, 6, 7)}
DISTANCES_M = (300, 500, 750, 1000)
_CLASSES = ("AABC", "ABCD", "BCDE", "CDEF", "DEF-", "EF--", "F---")
"""By category 1 to 7 and distance: GOAT (plan4better), schemas/oev_gueteklasse.py, as read in 2026."""


def departures(
    timetable: Timetable, boards: NDArray[np.bool_], mode: Ints, start_s: int, window_s: int
) -> NDArray[np.int64]:
    """Departures by stop and kind of vehicle in a window; shape (stops, modes).

    Parameters
    ----------
    timetable
        The day.
    boards
        By connection: whether one may get in.
    mode
        By trip: column of `modes.MODES`.
    start_s, window_s
        The window, seconds of the service day; its end is not part of it.

    Returns
    -------
    ndarray
        int64.
    """
    connections, unit = timetable.connections, timetable.unit_s
    leave = connections.departure
    there = boards & (leave >= start_s * unit) & (leave < (start_s + window_s) * unit)
    call = timetable.calls[there]
    times = timetable.feed.times
    found = np.zeros((len(timetable.stops), len(MODES)), dtype=np.int64)
    np.add.at(found, (times.stop[call], mode[times.trip[call]]), 1)
    return found


def stations_of(parent: NDArray[np.integer], names: list[str]) -> Ints:
    """By stop: number of the stop it is a platform of.

    Platforms of a station belong together, and so do stops of one name that no station holds; a nameless
    stop is alone.

    Parameters
    ----------
    parent
        Row of the station each stop belongs to, -1 for none.
    names
        Name of each stop.

    Returns
    -------
    Ints
        Shape (stops,).

    Examples
    --------
    >>> stations_of(np.array([7, 7, -1, -1]), ["Steig 1", "Steig 2", "Park", "Park"]).tolist()
    [0, 0, 1, 1]
    """
    numbers: dict[object, int] = {}
    found = []
    for row, (above, name) in enumerate(zip(parent.tolist(), names, strict=True)):
        key: object = ("station", above) if above >= 0 else ("name", name) if name else ("stop", row)
        found.append(numbers.setdefault(key, len(numbers)))
    return np.array(found, dtype=np.int64)


def categories(counts: NDArray[np.integer], window_s: int) -> Ints:
    """Category 1 (best) to 7 of stops, 0 where nothing leaves often enough.

    All directions together, halved: the mean interval of one direction. The kind of vehicle with the best
    category counts.

    Parameters
    ----------
    counts
        Departures by stop and kind of vehicle, shape (stops, modes).
    window_s
        Of the window, seconds.

    Returns
    -------
    Ints
        int32, shape (stops,).

    Examples
    --------
    >>> categories(np.array([[0, 24, 0, 0], [0, 0, 2, 0], [0, 0, 0, 0]]), 3600).tolist()
    [1, 6, 0]
    """
    best = np.zeros(len(counts), dtype=np.int64)
    for column, mode in enumerate(MODES):
        with np.errstate(divide="ignore"):
            interval_min = window_s / 60 / (counts[:, column] / 2)
        step = np.searchsorted(_INTERVALS_MIN, interval_min)
        table = np.array([*_CATEGORY[_GROUPS[mode]], 0])
        category = np.where(counts[:, column] > 0, table[step], 0)
        better = (category > 0) & ((best == 0) | (category < best))
        best = np.where(better, category, best)
    return best


def quality_class(category: int, distance_m: float) -> str:
    """Class A (best) to F at a distance from a stop, empty where there is none.

    Parameters
    ----------
    category
        From 1 (best) to 7; 0 for none.
    distance_m
        Metres as the crow flies.

    Returns
    -------
    str
        One letter, or "".

    Examples
    --------
    >>> quality_class(1, 300), quality_class(3, 600), quality_class(7, 301), quality_class(0, 10)
    ('A', 'D', '', '')
    """
    if category == 0:
        return ""
    for column, limit in enumerate(DISTANCES_M):
        if distance_m <= limit:
            return _CLASSES[category - 1][column].replace("-", "")
    return ""
