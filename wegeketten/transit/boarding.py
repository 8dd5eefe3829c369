"""Whether a person can board: platform, step, vehicle and guidance, in three answers and at two levels.

*alone*: without anybody's help, over a step of at most 5 cm. *with help*: by a ramp that somebody lays out.
The least of the parts counts. What nobody measured is anything it may be: closed in *sure*, open in
*possible*, and in *likely* what ``data/transit/boarding.toml`` assumes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.files.resources import shipped
from wegeketten.files.sourced import read_toml, take_apart
from wegeketten.model.reading import Provenance
from wegeketten.transit.modes import MODES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from wegeketten.people.profile import Profile
    from wegeketten.transit.feed import Trips

    Flags = NDArray[np.bool_]

LEVELS = ("alone", "help")
"""Without help, or with somebody who lays out a ramp."""

SURE, LIKELY, POSSIBLE, NEVER = 3, 2, 1, 0
_SUSPICIOUS_TRIPS = 20  # trips of one line from which on "0 or 2 and never 1" is a fault of the feed


class Floor(NamedTuple):
    """Height of a vehicle's floor at the door over the road, centimetres."""

    lower: float
    typical: float
    upper: float


@dataclass(frozen=True)
class Figures:
    """``data/transit/boarding.toml``: limits and heights in centimetres, widths in metres."""

    limits: Mapping[str, float]
    floors: Mapping[str, Floor]
    heights: Mapping[str, float]
    targets: Mapping[str, float]
    sources: Mapping[str, Mapping[str, str]]


@cache
def boarding_figures() -> Figures:
    """The shipped figures.

    Raises
    ------
    UsageError
        The file lacks a figure, or is no TOML.

    Examples
    --------
    >>> boarding_figures().limits["step_cm"], boarding_figures().floors["bus"].upper
    (5, 27)
    """
    path = shipped("transit", "boarding.toml")
    cited = take_apart(read_toml(path, "figures of boarding"))
    values: dict[str, Any] = cited.values
    try:
        floors = {mode: Floor(**values["floors"][mode]) for mode in MODES}
        return Figures(values["limits"], floors, values["heights"], values["targets"], cited.sources)
    except (KeyError, TypeError) as error:
        raise UsageError(f"{path}: figure {error} is missing") from error


@dataclass(frozen=True)
class StopVerdict:
    """Answers per row of the platform table and mode of `modes.MODES`, from 0 never to 3 sure.

    Shape (rows, modes) where nothing else is said.

    Attributes
    ----------
    platform
        Width and turning space, for every mode alike; shape (rows,).
    guidance
        Tactile paving, for whom it is asked; shape (rows,).
    step
        The step from platform to vehicle.
    said
        What the map, the register and the timetable say outright of wheelchairs; shape (rows,).
    overall
        The least of them.
    """

    platform: NDArray[np.int8]
    guidance: NDArray[np.int8]
    step: NDArray[np.int8]
    said: NDArray[np.int8]
    overall: NDArray[np.int8]


def judge_stops(
    platforms: Mapping[str, NDArray[Any]],
    boarding: NDArray[np.integer],
    profile: Profile,
    level: str = "alone",
) -> StopVerdict:
    """Judge every row of the platform table for a profile.

    Parameters
    ----------
    platforms
        Columns written by `intake`: ``stop`` and the bounds of `platforms.QUANTITIES`.
    boarding
        ``wheelchair_boarding`` of each stop of the feed, inherited: 0 nothing said, 1 some, 2 none.
    profile
        Whose limits count: wheels ask for the step, all who need a width for that, blind people for guidance.
    level
        One of `LEVELS`.

    Returns
    -------
    StopVerdict
        Levels from 0 (never) to 3 (sure), and reasons, by row.

    Raises
    ------
    UsageError
        There is no such level.
    """
    if level not in LEVELS:
        raise UsageError(f"level {level!r}: there are {' and '.join(LEVELS)}")
    figures = boarding_figures()
    rows = len(platforms["stop"])
    width = _platform(platforms, profile, figures, rows)
    guidance = np.full(rows, SURE, dtype=np.int8)
    if profile.limits.tactile == "for_sure":
        guidance[platforms["tactile_lower"] < 1] = LIKELY
    step = np.stack([_step(platforms, profile, figures, mode, level) for mode in MODES], axis=1)
    said = np.full(rows, SURE, dtype=np.int8)
    if profile.limits.wheelchair_tag:
        said, step = _said(platforms, boarding[platforms["stop"]], step, level)
    parts = np.minimum(np.minimum(width, guidance), said)
    return StopVerdict(width, guidance, step, said, np.minimum(step, parts[:, None]))


def _platform(
    platforms: Mapping[str, NDArray[Any]], profile: Profile, figures: Figures, rows: int
) -> NDArray[np.int8]:
    """Width at its narrowest; wheelchairs must be able to turn."""
    need = profile.limits.width_m
    if need is None:
        return np.full(rows, SURE, dtype=np.int8)
    if profile.limits.wheelchair_tag:
        need = max(need, figures.limits["turning_m"])
    low, point, high = (platforms[f"width_m{end}"] for end in ("_lower", "", "_upper"))
    found = np.where(high >= need, POSSIBLE, NEVER)
    with np.errstate(invalid="ignore"):
        # most platforms are wide enough: likely where nobody measured
        found = np.where((high >= need) & (np.isnan(point) | (point >= need)), LIKELY, found)
    return np.where(low >= need, SURE, found).astype(np.int8)


def _limit(profile: Profile, figures: Figures, level: str) -> float | None:
    """Greatest step into a vehicle, None without a limit."""
    kerb = profile.limits.kerb_cm
    if kerb is None:
        return None
    own = max(float(kerb), float(figures.limits["step_cm"]))
    return (
        own if level == "alone" or not profile.wheels else max(own, float(figures.limits["assisted_step_cm"]))
    )


def _step(
    platforms: Mapping[str, NDArray[Any]], profile: Profile, figures: Figures, mode: str, level: str
) -> NDArray[np.int8]:
    limit = _limit(profile, figures, level)
    low, point, high = (platforms[f"height_cm{end}"].astype(np.float64) for end in ("_lower", "", "_upper"))
    if limit is None:
        return np.full(len(low), SURE, dtype=np.int8)
    floor = figures.floors[mode]
    point = np.where(np.isnan(point), np.clip(figures.heights[mode], low, high), point)
    worst = np.maximum(np.abs(floor.upper - low), np.abs(floor.lower - high))
    apart = np.maximum(np.maximum(floor.lower - high, low - floor.upper), 0.0)  # least step of all
    found = np.where(apart <= limit, POSSIBLE, NEVER)
    found = np.where((np.abs(floor.typical - point) <= limit) & (apart <= limit), LIKELY, found)
    return np.where(worst <= limit, SURE, found).astype(np.int8)


def _said(
    platforms: Mapping[str, NDArray[Any]], boarding: NDArray[np.integer], step: NDArray[np.int8], level: str
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """What is said outright, and the step where it is known only by what is said.

    A mapped yes stands for a step nobody measured; a measured one counts before it. A no closes; where map
    and timetable contradict each other, one can only possibly board.
    """
    tag = platforms["wheelchair"].astype(np.float64)
    ramp = platforms["ramp_lower"] >= 1
    unmeasured = platforms["height_cm_from"] == Provenance.none
    yes, limited, no = tag == 1, tag == 0.5, tag == 0
    step = np.where((unmeasured & yes)[:, None], SURE, step)
    if level == "help":
        step = np.where((unmeasured & (limited | ramp))[:, None], np.maximum(step, LIKELY), step)
    step = np.where((unmeasured & (boarding == 1))[:, None], np.maximum(step, LIKELY), step)
    said = np.full(len(tag), SURE, dtype=np.int8)
    said[limited] = POSSIBLE if level == "alone" else LIKELY
    said[no] = NEVER
    said[(boarding == 2) & ~yes] = NEVER
    said[(boarding == 2) & yes] = POSSIBLE
    said[no & (boarding == 1)] = POSSIBLE
    return said, step.astype(np.int8)


def judge_trips(trips: Trips, profile: Profile) -> tuple[NDArray[np.int8], list[str]]:
    """By trip: in which answers its vehicle can be boarded, and lines whose statements are not believed.

    1 is sure, nothing said likely, 2 never. A line that says 2 and never 1 over many trips says nothing: 2
    is then read as unknown, and listed. Who has no wheels boards any vehicle; with wheels other than a
    wheelchair's a 2 is possible.

    Parameters
    ----------
    trips
        Trips of the feed.
    profile
        The mobility profile that is asked about.

    Returns
    -------
    tuple
        Levels from 0 to 3, int8, shape (trips,); and names of lines.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from types import SimpleNamespace
    >>> trips = SimpleNamespace(wheelchair=np.array([1, 0, 2]), lines=["1"] * 3, route_ids=["1"] * 3)
    >>> judge_trips(trips, load_profile("wheelchair"))[0].tolist()
    [3, 2, 0]
    """
    if not profile.wheels:
        return np.full(len(trips.wheelchair), SURE, dtype=np.int8), []
    worst = NEVER if profile.limits.wheelchair_tag else POSSIBLE
    found = np.array([LIKELY, SURE, worst], dtype=np.int8)[trips.wheelchair]
    doubted: list[str] = []
    by_route: dict[str, list[int]] = {}
    for row, route in enumerate(trips.route_ids):
        by_route.setdefault(route, []).append(row)
    for rows in by_route.values():
        codes = trips.wheelchair[rows]
        if len(rows) >= _SUSPICIOUS_TRIPS and (codes != 1).all() and (codes == 2).any():
            closed = np.array(rows)[codes == 2]
            found[closed] = np.maximum(found[closed], POSSIBLE)
            doubted.append(trips.lines[rows[0]])
    return found, doubted


def is_undemanding(profile: Profile) -> bool:
    """Whether a profile asks nothing of platforms and vehicles.

    Parameters
    ----------
    profile
        The mobility profile that is asked about.

    Returns
    -------
    bool
        True for those who walk and see.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> [is_undemanding(load_profile(name)) for name in ("walker", "wheelchair")]
    [True, False]
    """
    limits = profile.limits
    asks = limits.kerb_cm is not None or limits.width_m is not None or limits.wheelchair_tag
    return not (asks or profile.wheels or limits.tactile == "for_sure")


def answers_by_stop(
    platforms: Mapping[str, NDArray[Any]], levels: NDArray[np.int8], stops: int, *, undemanding: bool = False
) -> dict[str, Flags]:
    """By answer: whether a stop can be used in a mode, shape (stops, modes).

    A stop that may be one of several platforms is sure where all of them are, likely where the best match is,
    possible where any is. Stops outside the city have no row: they are sure for the `undemanding`, who board
    anywhere, and possible only for all others.

    Parameters
    ----------
    platforms
        Columns of the platform table.
    levels
        Level of each row and mode, see `judge_stops`.
    stops
        Number of stops of the feed.
    undemanding
        See `is_undemanding`.

    Returns
    -------
    dict
        A table for each of ``sure``, ``likely`` and ``possible``.
    """
    stop = platforms["stop"]
    modes = levels.shape[1]
    known = np.zeros(stops, dtype=bool)
    known[stop] = True
    sure, likely = np.ones((stops, modes), dtype=bool), np.zeros((stops, modes), dtype=bool)
    possible = np.zeros((stops, modes), dtype=bool)
    np.logical_and.at(sure, stop, levels >= SURE)
    np.logical_or.at(possible, stop, levels >= POSSIBLE)
    first = np.ones(len(stop), dtype=bool)
    first[1:] = stop[1:] != stop[:-1]
    likely[stop[first]] = levels[first] >= LIKELY
    sure[~known] = likely[~known] = undemanding
    possible[~known] = True
    likely |= sure
    likely &= possible
    return {"sure": sure & likely, "likely": likely, "possible": possible}
