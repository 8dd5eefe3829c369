"""Instructions of a route as openrouteservice's steps: where on the line they begin, and how one turns."""

from __future__ import annotations

from html import escape
from math import atan2, cos, degrees, radians
from typing import TYPE_CHECKING, Any

from wegeketten.words.catalogue import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.reach.itinerary import Itinerary
    from wegeketten.words.catalogue import Lang

    Line = Sequence[Sequence[float]]

LEFT, RIGHT, SHARP_LEFT, SHARP_RIGHT, SLIGHT_LEFT, SLIGHT_RIGHT, STRAIGHT = range(7)
TURN_ROUND, GOAL, DEPART = 9, 10, 11

_CLOSE = 1e-6


def steps_of(
    course: Itinerary,
    line: Line,
    first: int,
    lang: Lang,
    factor: float,
    *,
    html_marks: bool = False,
    maneuvers: bool = False,
) -> list[dict[str, Any]]:
    """Steps of one part of a route, the arrival last.

    Parameters
    ----------
    course
        Its instructions.
    line
        Its line: longitude and latitude.
    first
        Where it begins on the line of the whole route.
    lang
        Language of the instructions.
    factor
        By what metres are multiplied.
    html_marks
        Whether instructions are HTML, with streets in bold.
    maneuvers
        Whether each step tells its place and the directions before and after it.

    Returns
    -------
    list of dict
        JSON objects.
    """
    starts = _starts([(step.lon, step.lat) for step in course.instructions], line)
    last = len(line) - 1
    steps: list[dict[str, Any]] = []
    for number, step in enumerate(course.instructions):
        begin = starts[number]
        end = starts[number + 1] if number + 1 < len(starts) else last
        told = getattr(step.text, lang)
        steps.append(
            {
                "distance": round(step.metres * factor, 3), "duration": round(step.seconds, 1),
                "type": DEPART if number == 0 else turn_at(line, begin),
                "instruction": _marked(told, step.street) if html_marks else told,
                "name": step.street or "-", "way_points": [first + begin, first + end],
            }
        )  # fmt: skip
    street = course.instructions[-1].street if course.instructions else ""
    steps.append(
        {
            "distance": 0.0, "duration": 0.0, "type": GOAL, "instruction": text("route.arrived", lang),
            "name": street or "-", "way_points": [first + last, first + last],
        }
    )  # fmt: skip
    if maneuvers:
        for told_step, begin in zip(steps, [*starts, last], strict=True):
            told_step["maneuver"] = _maneuver(line, begin, told_step["type"])
    return steps


def _marked(told: str, street: str) -> str:
    """An instruction as HTML; names of streets are text of others."""
    safe = escape(told)
    return safe.replace(escape(street), f"<b>{escape(street)}</b>", 1) if street else safe


def _maneuver(line: Line, place: int, kind: int) -> dict[str, Any]:
    """Where a step begins, and the directions before and after, clockwise from north."""
    before, after = _bearing(line, place, -1), _bearing(line, place, 1)
    return {
        "location": list(line[place][:2]),
        "bearing_before": 0 if before is None or kind == DEPART else round(270 - before) % 360,
        "bearing_after": 0 if after is None or kind == GOAL else round(90 - after) % 360,
    }


def _starts(spots: Sequence[tuple[float, float]], line: Line) -> list[int]:
    """Where on a line each spot lies, in walking order."""
    found, at = [], 0
    for number, (lon, lat) in enumerate(spots):
        best, least = at, float("inf")
        for place in range(at, len(line)):
            off = abs(line[place][0] - lon) + abs(line[place][1] - lat)
            if off < least:
                best, least = place, off
            if off < _CLOSE:
                break
        at = best if number else 0
        found.append(at)
    return found


def turn_at(line: Line, place: int) -> int:
    """How one turns at a point of a line, by openrouteservice's numbers.

    Parameters
    ----------
    line
        Longitude and latitude of each point.
    place
        Which point of the line.

    Returns
    -------
    int
        Number of the kind of turn.

    Examples
    --------
    >>> square = [(0, 0), (0, 1), (1, 1), (1, 2)]
    >>> turn_at(square, 1) == RIGHT, turn_at(square, 2) == LEFT, turn_at(square, 0) == STRAIGHT
    (True, True, True)
    """
    before, after = _bearing(line, place, -1), _bearing(line, place, 1)
    if before is None or after is None:
        return STRAIGHT
    turned = (before + 180 - after + 180) % 360 - 180  # bearings are anticlockwise; to the right is positive
    for limit, right, left in (
        (20, STRAIGHT, STRAIGHT),
        (50, SLIGHT_RIGHT, SLIGHT_LEFT),
        (120, RIGHT, LEFT),
        (170, SHARP_RIGHT, SHARP_LEFT),
        (360, TURN_ROUND, TURN_ROUND),
    ):
        if abs(turned) <= limit:
            return right if turned > 0 else left
    return STRAIGHT


def _bearing(line: Line, place: int, way: int) -> float | None:
    """Direction from a point to the next one that is not at the same place."""
    lon, lat = line[place][:2]
    other = place + way
    while 0 <= other < len(line):
        east, north = (line[other][0] - lon) * cos(radians(lat)), line[other][1] - lat
        if abs(east) + abs(north) > _CLOSE:
            return degrees(atan2(north, east))
        other += way
    return None
