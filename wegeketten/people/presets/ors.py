"""openrouteservice's wheelchair profile: as its engine is built, and as its documentation means it.

Read from WheelchairFlagEncoder, WheelchairGraphStorageBuilder, WheelchairEdgeFilter and UnitsConverter, whose
conversions were confirmed by running it unmodified. As built, no documented limit is applied unless a client
sends it (``--limit kerb_cm=6`` does what such a client does).
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from wegeketten.people.presets.facts import UNREAD, Judged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wegeketten.people.presets.facts import Facts

IGNORED = -100.0
"""What the engine stores where it could not convert: no limit ever refuses it."""

SURFACE_RANKS = {
    "paved": 1, "asphalt": 2, "concrete": 3, "paving_stones": 4, "concrete:plates": 5, "sett": 6,
    "unhewn_cobblestone": 6, "cobblestone:flattened": 6, "concrete:lanes": 7, "cobblestone": 8, "unpaved": 9,
    "fine_gravel": 10, "compacted": 11, "metal": 12, "ice": 13, "grass_paver": 14, "sand": 15, "dirt": 16,
    "earth": 17, "grass": 18, "gravel": 19, "ground": 20, "mud": 21, "pebblestone": 22, "salt": 23,
    "snow": 24, "wood": 25, "woodchips": 26,
}  # fmt: skip
"""Surfaces from best to worst; a timber boardwalk ranks below mud."""

RANK_OF_CLASS = (
    SURFACE_RANKS["concrete"], SURFACE_RANKS["concrete:plates"], SURFACE_RANKS["sett"],
    SURFACE_RANKS["cobblestone"], SURFACE_RANKS["gravel"], SURFACE_RANKS["woodchips"],
)  # fmt: skip
"""Worst rank of each of our surface classes A to F: how ``surface_class`` limits openrouteservice."""

SMOOTHNESS_GRADES = {
    "excellent": 1, "good": 2, "intermediate": 3, "bad": 4, "very_bad": 5, "horrible": 6,
    "very_horrible": 7, "impassable": 8,
}  # fmt: skip

_KERB_WORDS = {
    **dict.fromkeys(("yes", "both", "low", "lowered", "lowered_and_sloped", "dropped", "sloped"), 3.0),
    **dict.fromkeys(("no", "none", "one", "rolled", "regular"), 15.0),
    **dict.fromkeys(("at_grade", "flush"), 0.0),
}
_LENGTH = re.compile(r"^\s*(-?\d+(?:\.\d+)?)(?:\s+(mm|cm|dm|m|km))?\s*$")
_METRES = {None: 1.0, "mm": 0.001, "cm": 0.01, "dm": 0.1, "m": 1.0, "km": 1000.0}
_RESTRICTED = frozenset({"private", "no", "restricted", "military", "emergency", "permit"})
_COUNTER = frozenset({"yes", "designated", "official", "permissive", "limited", "destination", "customers"})
_INTENDED = frozenset({"yes", "limited", "designated", "official", "permissive"})
_SOFT = frozenset({"earth", "grass", "dirt", "mud", "sand", "snow", "ice", "salt"})
_ROUGH = frozenset({"bad", "very_bad", "horrible", "very_horrible", "impassable"})
_CLIMBS = frozenset(
    {"mountain_hiking", "demanding_mountain_hiking", "alpine_hiking", "demanding_alpine_hiking",
     "difficult_alpine_hiking"}
)  # fmt: skip
_MAIN_ROADS = frozenset({"primary", "secondary", "trunk"})
_QUICK = frozenset({"footway", "pedestrian", "living_street", "residential"})
_BLOCKS = frozenset({"stile", "block", "kissing_gate", "turnstile", "hampshire_gate"})
_BLOCKS_UNLESS_TAGGED = frozenset(
    {"fence", "wall", "hedge", "retaining_wall", "city_wall", "ditch", "hedge_bank", "guard_rail"}
)
_KERB_KEYS = ("curb", "kerb", "sloped_curb", "sloped_kerb", "kerb:height", "curb:height")


def converted_m(text: str) -> float | None:
    """Metres as UnitsConverter reads them; None where it gives up.

    Parameters
    ----------
    text
        Value of a tag.

    Returns
    -------
    float or None
        Metres.

    Examples
    --------
    >>> converted_m("15 cm"), converted_m("1.5"), converted_m("15cm"), converted_m("1,5")
    (0.15, 1.5, None, None)
    """
    match = _LENGTH.match(text)
    return None if match is None else float(match[1]) * _METRES[match[2]]


def kerb_cm(text: str) -> float:
    """Centimetres of a kerb as built; `IGNORED` where the engine cannot read it.

    A height is capped at 3 m and then cut to a whole number of *metres*, which is stored as centimetres.

    Parameters
    ----------
    text
        Value of ``kerb``, ``kerb:height`` or the like.

    Returns
    -------
    float
        Centimetres.

    Examples
    --------
    >>> [kerb_cm(text) for text in ("raised", "no", "lowered", "0.15", "15 cm", "3cm", "15")]
    [-100.0, 15.0, 3.0, 0.0, 0.0, -100.0, 3.0]
    """
    if text in _KERB_WORDS:
        return _KERB_WORDS[text]
    metres = converted_m(text)
    return IGNORED if metres is None else float(int(min(metres, 3.0)))


def incline_pct(text: str) -> float:
    """Magnitude of an incline as built, at most 15; degrees are taken for radians.

    Parameters
    ----------
    text
        Value of ``incline``.

    Returns
    -------
    float
        Percent.

    Examples
    --------
    >>> [incline_pct(text) for text in ("10%", "6°", "2°", "up", "10-12%", "20 %")]
    [10.0, 15.0, 15.0, 10.0, 0.0, 15.0]
    """
    if text in ("up", "down"):
        return 10.0
    try:
        value = float(text.replace("%", "").replace("°", "").replace(",", "."))
    except ValueError:
        return 0.0
    if "°" in text:
        value = math.tan(value) * 100.0
    return float(min(15, round(abs(value)))) if math.isfinite(value) else 0.0


def width_cm(text: str) -> float:
    """Centimetres of a width as built, stored in steps of 10 up to 3 m; `IGNORED` where unreadable.

    Parameters
    ----------
    text
        Value of ``width``.

    Returns
    -------
    float
        Centimetres.

    Examples
    --------
    >>> [width_cm(text) for text in ("1.5", "90 cm", "1,5", "90cm", "~1.5")]
    [150.0, 90.0, -100.0, -100.0, -100.0]
    """
    metres = converted_m(text)
    return IGNORED if metres is None else float(min(30, round(metres * 10)) * 10)


def shut(tags: Mapping[str, str], barrier: bool = False) -> str:
    """Rule that closes a way or node, "" where none does, in the order of ``getAccess``.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.
    barrier
        Whether it is a node that stands in the way.

    Returns
    -------
    str
        Name of the rule.

    Examples
    --------
    >>> shut({"highway": "steps"}), shut({"highway": "steps", "wheelchair": "limited"})
    ('steps', '')
    >>> shut({"highway": "primary", "sidewalk": "no"}), shut({"highway": "path", "surface": "sand"})
    ('no_sidewalk', 'soft_surface')
    """
    if barrier:
        kind = tags.get("barrier", "")
        if kind in _BLOCKS:
            return "blocking_barrier"
        opened = _COUNTER.intersection({tags.get("wheelchair", ""), tags.get("foot", "")})
        return "blocking_barrier" if kind in _BLOCKS_UNLESS_TAGGED and not opened else ""
    highway, foot = tags.get("highway", ""), tags.get("foot", "")
    sidewalk, wheelchair = tags.get("sidewalk", ""), tags.get("wheelchair", "")
    answers = (tags.get("access", ""), foot, wheelchair)
    rules = (
        (bool(_RESTRICTED.intersection(answers)) and not _COUNTER.intersection(answers), "restricted"),
        (tags.get("sac_scale", "") in _CLIMBS, "mountain_path"),
        (tags.get("surface", "") in _SOFT, "soft_surface"),
        (tags.get("smoothness", "") in _ROUGH, "rough"),
        (tags.get("tracktype", "") in ("grade4", "grade5"), "track"),
        (wheelchair in _INTENDED, ""),
        (wheelchair in _RESTRICTED, "wheelchair_no"),
        (highway == "steps", "steps"),
        (highway == "construction" or "construction" in tags, "construction"),
        (foot in _COUNTER, ""),
        (foot in _RESTRICTED, "restricted"),
        (sidewalk in ("yes", "both", "left", "right"), ""),
        (highway.removesuffix("_link") in _MAIN_ROADS and sidewalk in ("no", "none", "separate"),
         "no_sidewalk"),
        (tags.get("motorroad") == "yes" or highway.startswith("motorway"), "motorroad"),
    )  # fmt: skip
    return next((rule for holds, rule in rules if holds), "")


def speed_kmh(tags: Mapping[str, str]) -> tuple[float, str]:
    """Speed as built and the rule that makes it; the engine's own word for it is a trick.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    tuple
        km/h, and the name of the rule.

    Examples
    --------
    >>> speed_kmh({"highway": "footway"}), speed_kmh({"highway": "footway", "footway": "crossing"})
    ((5.0, 'quick_way'), (10.0, 'quick_crossing'))
    >>> speed_kmh({"highway": "primary"}), speed_kmh({"highway": "tertiary", "sidewalk": "both"})
    ((3.2, 'road_without_sidewalk'), (4.0, ''))
    """
    highway = tags.get("highway", "").removesuffix("_link")
    speed, rule = 4.0, ""
    beside = tags.get("sidewalk") in ("yes", "both", "left", "right")
    if highway in _MAIN_ROADS and not beside:
        speed, rule = speed * 0.8, "road_without_sidewalk"
    elif highway in _QUICK:
        speed, rule = speed * 1.25, "quick_way"
        if tags.get("footway") == "crossing":
            speed, rule = speed * 2.0, "quick_crossing"
    elif not beside and highway not in ("path", "track", "crossing", "steps", ""):
        speed, rule = speed * 0.9, "road_without_sidewalk"
    return min(10.0, max(1.0, speed)), rule


def side_value(tags: Mapping[str, str], side: str, key: str) -> str | None:
    """A value of one side; it overrides the way's own.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.
    side
        ``left`` or ``right``.
    key
        Key without its side.

    Returns
    -------
    str or None
        As it is mapped.

    Examples
    --------
    >>> side_value({"surface": "asphalt", "sidewalk:left:surface": "sett"}, "left", "surface")
    'sett'
    """
    if side:
        for each in (side, "both"):
            for stem in ("sidewalk", "footway"):
                if f"{stem}:{each}:{key}" in tags:
                    return tags[f"{stem}:{each}:{key}"]
    return tags.get(key)


def side_kerb_cm(tags: Mapping[str, str], side: str) -> float:
    """Kerb of a side as built: only ``:start`` and ``:end`` are read, and nothing where they agree.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.
    side
        ``left`` or ``right``.

    Returns
    -------
    float
        Centimetres.

    Examples
    --------
    >>> side_kerb_cm({"sidewalk:left:kerb": "raised"}, "left")
    -100.0
    >>> side_kerb_cm({"sidewalk:left:kerb:start": "flush", "sidewalk:left:kerb:end": "lowered"}, "left")
    3.0
    >>> side_kerb_cm({"sidewalk:left:kerb:start": "lowered", "sidewalk:left:kerb:end": "lowered"}, "left")
    -100.0
    """
    ends = []
    for end in ("start", "end"):
        texts = (side_value(tags, side, f"{key}:{end}") for key in _KERB_KEYS)
        ends.append(max((kerb_cm(text) for text in texts if text is not None), default=IGNORED))
    return IGNORED if ends[0] == ends[1] else max(ends)


def judge(facts: Facts, *, as_built: bool) -> Judged:
    """Hold openrouteservice's rules against an edge.

    Parameters
    ----------
    facts
        What the router sees of the edge.
    as_built
        Whether as the code has it, else as it is documented.

    Returns
    -------
    Judged
        Rules that close it, and its cost.
    """
    tags = facts.tags
    if not as_built:
        return _as_meant(facts)
    if facts.kind == "kerb":
        heights = [kerb_cm(tags[key]) for key in ("kerb:height", "curb:height") if key in tags]
        words = [kerb_cm(tags[key]) for key in ("kerb", "curb", "sloped_curb", "sloped_kerb") if key in tags]
        told = [height for height in heights if height >= 0] or words
        return Judged(kerb_cm=_read(max(told, default=IGNORED)), speed_m_s=4 / 3.6)
    if not tags:
        return Judged(speed_m_s=4 / 3.6)
    surface, smooth, incline, width = (
        side_value(tags, facts.side, key) for key in ("surface", "smoothness", "incline", "width")
    )
    speed, rule = speed_kmh(tags)
    return Judged(
        shut=shut(tags, barrier="barrier" in tags and "highway" not in tags),
        kerb_cm=_read(side_kerb_cm(tags, facts.side)) if facts.side else UNREAD,
        incline_pct=UNREAD if incline is None else incline_pct(incline),
        width_m=UNREAD if width is None else _read(width_cm(width)) / 100.0,
        surface_rank=float(SURFACE_RANKS.get(surface or "", UNREAD)),
        smoothness_grade=float(SMOOTHNESS_GRADES.get(smooth or "", UNREAD)),
        speed_m_s=speed / 3.6,
        speed_rule=rule,
    )


def _as_meant(facts: Facts) -> Judged:
    tags = facts.tags
    surface = side_value(tags, facts.side, "surface")
    closed = "steps" if facts.kind in ("steps", "escalator") and tags.get("ramp:wheelchair") != "yes" else ""
    if tags.get("barrier", "") in _BLOCKS:
        closed = "blocking_barrier"
    if tags.get("wheelchair") == "no":
        closed = closed or "wheelchair_no"
    return Judged(
        shut=closed, surface_rank=float(SURFACE_RANKS.get(surface or "", UNREAD)), speed_m_s=4 / 3.6
    )


def _read(value: float) -> float:
    return UNREAD if value == IGNORED else value
