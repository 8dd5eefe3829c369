"""Point barriers: a node that carries one is split in two, joined by an edge that carries its readings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.model.kinds import CLOSABLE, KIND_OF_BARRIER, Kind
from wegeketten.network.access import (
    OPEN,
    access_of_node,
    errand_at_node,
    hours_of_node,
    wheelchair_hours,
)
from wegeketten.network.doubts import doubts_of_node
from wegeketten.network.draft import Style
from wegeketten.tags.cautions import bit_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from wegeketten.network.arms import Arm
    from wegeketten.network.draft import Draft
    from wegeketten.osm.features import Features, Way

HARMLESS = frozenset(
    {
        "no",
        "entrance",
        "height_restrictor",
        "toll_booth",
        "border_control",
        "sally_port",
        "spikes",
        "checkpoint",
    }
)
"""Barriers that nobody on foot has to pass through, or that are none."""

RAILWAY_CROSSINGS = frozenset({"crossing", "level_crossing", "tram_crossing", "tram_level_crossing"})
"""Values of ``railway`` at which a way crosses tracks."""

_OTHER_THINGS = frozenset(
    {"public_transport", "amenity", "shop", "office", "tourism", "leisure", "craft", "healthcare", "historic"}
    | {
        "man_made",
        "natural",
        "emergency",
        "information",
        "playground",
        "power",
        "club",
        "place",
        "traffic_sign",
    }
)
"""Keys of things that stand at a node of a way: what is said there is said of them."""

_OTHER_HIGHWAYS = frozenset({"bus_stop", "platform", "street_lamp", "stop", "give_way", "traffic_signals"})
_OF_POINT = frozenset(
    {"access", "foot", "wheelchair", "stroller", "ford", "locked", "width", "maxwidth:physical", "maxwidth"}
    | {"est_width", "obstacle", "overgrown", "ladder", "closed", "passable", "crossing", "opening_hours"}
    | {"access:conditional", "foot:conditional", "wheelchair:conditional", "locked:conditional"}
)
_NARROWS = frozenset({"width", "maxwidth:physical", "maxwidth", "est_width", "wheelchair:conditional"})
_ENTRANCES = frozenset({"subway_entrance", "train_station_entrance"})
_STEP = frozenset({"step", "steps", "stairs"})

_RANK = {
    Kind.street: 9,
    Kind.living_street: 8,
    Kind.pavement: 7,
    Kind.pedestrian: 6,
    Kind.service: 5,
    Kind.footway: 4,
    Kind.cycleway: 4,
    Kind.path: 3,
    Kind.track: 3,
    Kind.crossing: 1,
}
"""At a junction the barrier stands on the arms of lower rank: a gate beside a street closes the path, not the
street, and a kerb lies between a crossing and the pavement."""


def barrier_kind(tags: Mapping[str, str]) -> Kind | None:
    """Kind of barrier edge a node makes, None for none.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    Kind or None
        The kind that the edge gets.

    Examples
    --------
    >>> barrier_kind({"barrier": "swing_gate"}).name, barrier_kind({"kerb": "lowered"}).name
    ('gate', 'kerb')
    >>> barrier_kind({"highway": "crossing", "kerb": "lowered"}) is None
    True
    """
    barrier = tags.get("barrier")
    if is_step(tags):
        return Kind.steps
    if barrier is not None and barrier not in HARMLESS:
        return KIND_OF_BARRIER.get(barrier, Kind.obstacle)
    if barrier is not None:
        return Kind.point if is_point(tags) else None
    if "kerb" in tags or "kerb:height" in tags:
        # on a crossing's own node they describe both its ends
        return None if tags.get("highway") == "crossing" or "crossing" in tags else Kind.kerb
    if "entrance" in tags or "door" in tags:
        return Kind.door
    return Kind.point if is_point(tags) else None


def is_step(tags: Mapping[str, str]) -> bool:
    """Whether a node of a way is a step or some: neither an entrance nor a thing that stands there.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    bool
        How many, ``step_count`` says.

    Examples
    --------
    >>> is_step({"barrier": "step"}), is_step({"step_count": "2"}), is_step({"shop": "x", "step_count": "2"})
    (True, True, False)
    """
    if tags.get("barrier") in _STEP or ("barrier" not in tags and tags.get("highway") in _STEP):
        return True
    alone = "barrier" not in tags and "entrance" not in tags and "door" not in tags and "highway" not in tags
    return alone and "step_count" in tags and has_steps(tags) and _OTHER_THINGS.isdisjoint(tags)


def is_point(tags: Mapping[str, str]) -> bool:
    """Whether a node of a way restricts who passes although nothing stands there.

    A stop, a shop or a sign at a node speaks of itself. What only says that all may pass restricts nobody.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    bool
        True where a barrier of unknown nature has to be assumed.

    Examples
    --------
    >>> is_point({"railway": "crossing", "wheelchair": "no"}), is_point({"access": "no"})
    (True, True)
    >>> is_point({"public_transport": "stop_position", "wheelchair": "no"}), is_point({"foot": "yes"})
    (False, False)
    """
    if _OF_POINT.isdisjoint(tags) and tags.get("highway") != "ford":
        return False
    if not _OTHER_THINGS.isdisjoint(tags) or tags.get("highway") in _OTHER_HIGHWAYS:
        return False
    if "railway" in tags and tags["railway"] not in RAILWAY_CROSSINGS | _ENTRANCES:
        return False
    return (
        not access_of_node(tags)
        or tags.get("wheelchair", "yes") not in ("yes", "designated")
        or not _NARROWS.isdisjoint(tags)
        or bool(hours_of_node(tags))
        or bool(doubts_of_node(tags))
    )


def has_steps(tags: Mapping[str, str]) -> bool:
    """Whether an entrance's tags mention steps in front of its door.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    bool
        Whether a number or a mere yes is tagged.

    Examples
    --------
    >>> has_steps({"entrance": "main", "step_count": "2"}), has_steps({"entrance": "main"})
    (True, False)
    """
    return tags.get("step_count", "0").strip() not in ("0", "no")


def kerbs_of_lines(features: Features) -> dict[int, dict[str, str]]:
    """Nodes through which kerbs mapped as lines run, with the line's tags.

    Parameters
    ----------
    features
        What was read from the extract.

    Returns
    -------
    dict
        Tags by id of the node.
    """
    found: dict[int, dict[str, str]] = {}
    for way in features.ways.values():
        if way.tags.get("barrier") == "kerb" and "highway" not in way.tags:
            for ref in features.refs[way.start : way.stop].tolist():
                known = found.get(ref)
                if known is None or sorted(way.tags.items()) < sorted(known.items()):
                    found[ref] = way.tags  # where two meet, their words decide, not which comes first
    return found


_KERB_KEYS = frozenset(
    {"kerb", "kerb:height", "kerb:type", "curb", "curb:height", "sloped_curb", "sloped_kerb", "height"}
)


def type_kerbs(features: Features, crossings: Sequence[Way], special: dict[int, dict[str, str]]) -> None:
    """Tell kerbs mapped without a type or height what the kerb's line or the crossing says of them.

    That there is a kerb outweighs no height that somebody mapped.

    Parameters
    ----------
    features
        What was read from the extract.
    crossings
        Ways that cross carriageways.
    special
        Tags by node; those of such kerbs are completed.
    """
    bare = {
        ref for ref, tags in special.items() if tags.get("barrier") == "kerb" and _KERB_KEYS.isdisjoint(tags)
    }
    if not bare:
        return
    said: dict[int, dict[str, str]] = {}
    lines = kerbs_of_lines(features)
    for ref in bare:
        said[ref] = _of_kerb(lines.get(ref, {}))
    for way in crossings:
        refs = features.refs[way.start : way.stop].tolist()
        met = [ref for ref in refs if ref in bare]
        if not met:
            continue
        nodes = [features.nodes[ref].tags for ref in refs if ref in features.nodes and ref not in bare]
        at_road = [tags for tags in nodes if tags.get("highway") == "crossing" or "crossing" in tags]
        for tags in (way.tags, *at_road):
            for ref in met:
                said[ref] = said[ref] or _of_kerb(tags)
    for ref, tags in said.items():
        special[ref] = {**tags, **special[ref]}


def _of_kerb(tags: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in tags.items() if key in _KERB_KEYS}


def raise_barrier(
    draft: Draft,
    ref: int,
    tags: Mapping[str, str],
    kind: Kind,
    arms: Sequence[Arm],
    move: Callable[[Arm, int], None],
    beyond: Sequence[Arm] = (),
) -> None:
    """Split a vertex: its minor arms get nodes of their own, each behind a barrier edge.

    Parameters
    ----------
    draft
        Receives nodes and edges.
    ref
        OSM id of the node.
    tags
        Of the node.
    kind
        Of the barrier.
    arms
        What meets at the vertex.
    move
        Puts an arm's end onto another node.
    beyond
        Arms behind the barrier; the minor ones where none are given.
    """
    if not arms or (len(arms) == 1 and (kind is Kind.door or arms[0].edge < 0)):
        return
    passage = kind is Kind.door and "barrier" not in tags and len(arms) == 2
    if passage and arms[0].way == arms[1].way and not _closed_off(tags):
        return
    # place decides, not ids; a street with sides, whose arm stays at the vertex, comes first
    arms = sorted(arms, key=lambda arm: (arm.edge >= 0, arm.heading, arm.edge))
    style = style_of_barrier(draft, ref, tags, kind, arms)
    steps = None
    if kind is Kind.door and has_steps(tags):
        steps = style._replace(kind=int(Kind.steps), reading=draft.read(f"n{ref}", tags, Kind.steps))
    hub = arms[0].node
    x, y = draft.places[hub]
    for arm in beyond or (minor_arms(arms) if len(arms) > 1 else arms):
        if arm.edge < 0:  # the pavements beside a street pass what stands on its carriageway
            continue
        before = hub
        if steps is not None:
            before = draft.place(x, y, ref)
            draft.add(hub, before, None, steps)
        behind = draft.place(x, y, ref)
        move(arm, behind)
        draft.add(before, behind, None, style)


def style_of_barrier(
    draft: Draft, ref: int, tags: Mapping[str, str], kind: Kind, arms: Sequence[Arm]
) -> Style:
    """What the edge of a point barrier is like.

    Parameters
    ----------
    draft
        Receives its readings.
    ref, tags, kind
        OSM id of the node, its tags, and the kind of barrier.
    arms
        What meets there.

    Returns
    -------
    Style
        Without length, between two nodes at one place.
    """
    if kind is Kind.steps and "step" in (tags.get("barrier"), tags.get("highway")):
        tags = {"step_count": "1", **tags}
    closable = kind in CLOSABLE
    private = closable and errand_at_node(tags)
    access = access_of_node(tags) if closable and not private else OPEN
    caution = doubts_of_node(tags)
    if kind is Kind.bollard and not access_of_node(tags):
        caution |= bit_of("vehicles_meant")
    crossed = max(arms, key=lambda arm: (_RANK.get(arm.kind, 2), -arm.highway))
    levels = [arm.level for arm in arms if arm.level == arm.level]  # NaN differs from itself
    return Style(
        "n",
        ref,
        int(kind),
        road=crossed.highway if crossed.kind in (Kind.street, Kind.living_street, Kind.service) else 0,
        forward=access.forward,
        backward=access.backward,
        private=private,
        level=min(levels, key=lambda level: (abs(level), level), default=float("nan")),
        hours=draft.hours(hours_of_node(tags)) if closable else 0,
        hours_wheelchair=draft.hours(wheelchair_hours(tags)),
        caution=caution,
        reading=draft.read(f"n{ref}", tags, kind),
    )


def minor_arms(arms: Sequence[Arm]) -> list[Arm]:
    """Arms a barrier stands on.

    Those of less than the highest rank; where all are alike, all but the two that run through most straight
    (of two, the second).

    Parameters
    ----------
    arms
        What meets at the barrier's vertex.

    Returns
    -------
    list of Arm
        Some of `arms`.
    """
    ranks = [_RANK.get(arm.kind, 2) for arm in arms]
    top = max(ranks)
    minor = [arm for arm, rank in zip(arms, ranks, strict=True) if rank < top]
    if minor:
        return minor
    if len(arms) == 2:
        return [arms[1]]
    headings = np.array([arm.heading for arm in arms])
    bend = np.abs(np.abs((headings[:, None] - headings[None, :] + np.pi) % (2 * np.pi) - np.pi) - np.pi)
    np.fill_diagonal(bend, np.inf)
    first, second = np.unravel_index(int(bend.argmin()), bend.shape)
    return [arm for row, arm in enumerate(arms) if row not in (first, second)]


def _closed_off(tags: Mapping[str, str]) -> bool:
    """Whether an entrance in the middle of a way says more than that a building begins here."""
    return any(
        key in tags
        for key in (
            "door",
            "access",
            "foot",
            "locked",
            "wheelchair",
            "step_count",
            "kerb",
            "kerb:height",
            "width",
            "door:width",
            "automatic_door",
        )
    )
