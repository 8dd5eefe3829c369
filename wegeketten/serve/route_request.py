"""A request for directions as it is understood: points, what the answer is to hold, what is not done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wegeketten.serve.extras import ELSEWHERE, KNOWN
from wegeketten.serve.fields import shown
from wegeketten.serve.metadata import factor_of
from wegeketten.serve.other_ways import Bounds
from wegeketten.serve.refusals import FORM, TOO_MUCH
from wegeketten.serve.wishes import Wishes, wishes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.serve.fields import Fields, Point
    from wegeketten.words.catalogue import Lang

MOST_POINTS = 50
"""Points of one route."""

MOST_ROUTES = 3
"""Routes of one answer, the fastest included."""

ATTRIBUTES = ("avgspeed", "detourfactor", "percentage")

_NOT_DONE = {
    "bearings": "a person on foot may leave in any direction",
    "skip_segments": "every part of a route is searched",
    "maximum_speed": "the profile decides how fast people are",
    "schedule": "timetables are not served",
    "departure": "timetables are not served",
    "arrival": "timetables are not served",
    "custom_model": "the profile decides what can be passed",
}


@dataclass(frozen=True)
class RouteRequest:
    """What is asked for.

    Attributes
    ----------
    points
        Longitude and latitude each.
    radii_m
        How far from a way each point may lie; None for as far as everywhere.
    wishes
        What changes the network.
    shortest
        Whether metres count instead of seconds.
    others
        How other routes may differ; None where one route is asked for.
    lang
        Language of instructions.
    factor
        By what metres are multiplied.
    high, with_steps, with_line, html, maneuvers, simple
        Whether heights, instructions, the line, marks in instructions, directions at each step, and a line
        with fewer points are wanted.
    attributes, extras
        Figures of each part, and extra information along the route.
    notes
        What the answer has to warn of.
    quiet
        Whether warnings are left out.
    """

    points: list[Point]
    radii_m: list[float | None]
    wishes: Wishes
    shortest: bool
    others: Bounds | None
    lang: Lang
    factor: float
    high: bool
    with_steps: bool
    with_line: bool
    html: bool
    maneuvers: bool
    simple: bool
    attributes: list[str]
    extras: list[str]
    notes: tuple[str, ...]
    quiet: bool


def route_request(fields: Fields, form: str) -> RouteRequest:
    """Read a request for directions.

    Parameters
    ----------
    fields
        The request.
    form
        ``json``, ``geojson`` or ``gpx``.

    Returns
    -------
    RouteRequest
        As it is understood.

    Raises
    ------
    RefusedError
        Something is wrong, or would need what is not done here.
    """
    points = fields.points("coordinates", MOST_POINTS, least=2)
    for name, reason in _NOT_DONE.items():
        if not _nothing(fields.values.get(name)):
            raise fields.refuse(f"{name}: is not answered, {reason}; leave it out")
    if len(points) > 2 and fields.flag("continue_straight", default=False):
        raise fields.refuse("continue_straight: is not answered, people may turn round; leave it out")
    for name in ("optimized", "roundabout_exits"):  # nothing depends on them: both answers are the same
        fields.flag(name, default=True)
    preference = fields.choice("preference", ("fastest", "shortest", "recommended"), "fastest")
    lang, strange = _language(fields)
    extras = _chosen(fields, "extra_info", (*KNOWN, *ELSEWHERE))
    missing = [name for name in extras if name in ELSEWHERE]
    notes = [f"extra_info: nothing is known here about {', '.join(missing)}"] if missing else []
    if strange:
        notes.append("language: instructions are in English or German here")
    others = _others(fields)
    if others is not None and (len(points) > 2 or form == "gpx"):
        raise fields.refuse("alternative_routes: is answered for two points, as json or geojson")
    simple = fields.flag("geometry_simplify", default=False)
    if simple and (extras or len(points) > 2):
        raise fields.refuse("geometry_simplify: is answered for two points without extra_info")
    return RouteRequest(
        points=points,
        radii_m=_radii(fields, len(points)),
        wishes=wishes_of(fields),
        shortest=preference == "shortest",
        others=others,
        lang=lang,
        factor=factor_of(fields),
        high=fields.flag("elevation", default=False),
        with_steps=fields.flag("instructions", default=True),
        with_line=fields.flag("geometry", default=True),
        html=fields.choice("instructions_format", ("text", "html"), "text") == "html",
        maneuvers=fields.flag("maneuvers", default=False),
        simple=simple,
        attributes=_chosen(fields, "attributes", ATTRIBUTES),
        extras=[name for name in extras if name in KNOWN],
        notes=tuple(notes),
        quiet=fields.flag("suppress_warnings", default=False),
    )


def _nothing(value: Any) -> bool:
    """Whether a field says nothing: missing, no, or a list of nothing."""
    return value in (None, False, "", "false", {}) or (isinstance(value, list) and all(map(_nothing, value)))


def _language(fields: Fields) -> tuple[Lang, bool]:
    """Language of instructions, and whether another one was asked for."""
    told = fields.values.get("language")
    if told is None:
        return "en", False
    if not isinstance(told, str):
        raise fields.refuse("language: a word was expected, such as de or en", FORM)
    start = told[:2].casefold()
    return ("de", False) if start == "de" else ("en", start != "en")


def _chosen(fields: Fields, name: str, choices: Sequence[str]) -> list[str]:
    words = list(dict.fromkeys(fields.words(name, 50)))
    for word in words:
        if word not in choices:
            raise fields.refuse(f"{name}: {shown(word)} is not known, choose {', '.join(choices)}")
    return words


def _radii(fields: Fields, count: int) -> list[float | None]:
    """How far each point may lie from a way; one number stands for all, -1 for no limit."""
    told = fields.values.get("radiuses")
    if told in (None, []):
        return [None] * count
    rows = told if isinstance(told, list) else [told]
    if len(rows) not in (1, count):
        raise fields.refuse(f"radiuses: one number or {count} were expected, one for each point", FORM)
    radii: list[float | None] = []
    for number, row in enumerate(rows):
        value = -1.0 if row == -1 else fields.bounded(f"radiuses[{number}]", row, 0.0, 1e6)
        radii.append(None if value < 0 else value)
    return radii * (count if len(radii) == 1 else 1)


def _others(fields: Fields) -> Bounds | None:
    if _nothing(fields.values.get("alternative_routes")):
        return None
    name = "alternative_routes"
    told = fields.group(name)
    told.known(name, ("target_count", "weight_factor", "share_factor"))
    count = told.number(f"{name}.target_count", 1, 100, 2)
    if count > MOST_ROUTES:
        raise fields.refuse(
            f"{name}.target_count: {int(count)} are too many, at most {MOST_ROUTES} are answered", TOO_MUCH
        )
    return Bounds(
        int(count),
        told.number(f"{name}.weight_factor", 1.0, 10.0, 1.4),
        told.number(f"{name}.share_factor", 0.0, 1.0, 0.6),
    )
