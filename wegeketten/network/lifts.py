"""Lifts: the ways of each storey get a node of their own, and lift edges join them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wegeketten.model.edges import Kind
from wegeketten.network.access import access_of_node, hours_of_node
from wegeketten.network.draft import Style
from wegeketten.network.ways import levels_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from wegeketten.network.arms import Arm
    from wegeketten.network.draft import Draft
    from wegeketten.network.walkable_floor import Floor


def is_lift(tags: Mapping[str, str]) -> bool:
    """Whether a node is a lift.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    bool
        By ``highway=elevator``.

    Examples
    --------
    >>> is_lift({"highway": "elevator"}), is_lift({"highway": "steps"})
    (True, False)
    """
    return tags.get("highway") == "elevator"


_OUT = frozenset(
    {"broken", "closed", "out_of_order", "out_of_service", "no", "off", "abandoned", "demolished", "disused"}
)
"""Values of ``operational_status`` of what does not run."""


_LEFT = ("disused", "abandoned", "demolished", "removed", "razed")
"""Keys that say so of an element which is still mapped as what it was."""


def runs(tags: Mapping[str, str]) -> bool:
    """Whether a lift or an escalator runs at all, by its own tags.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    bool
        False where it is out of service.

    Examples
    --------
    >>> runs({}), runs({"operational_status": "broken"}), runs({"opening_hours": "off"})
    (True, False, False)
    >>> runs({"disused": "yes"})
    False
    """
    if tags.get("operational_status", "").strip().lower() in _OUT:
        return False
    if any(tags.get(key, "no").strip().lower() not in ("no", "") for key in _LEFT):
        return False
    return tags.get("opening_hours", "").strip().lower() not in ("off", "closed")


def hours_of(draft: Draft, tags: Mapping[str, str]) -> int:
    """Row plus one of the hours in which a lift or an escalator runs; 0 where always or not mapped.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    int
        See `Draft.hours`.
    """
    return draft.hours(hours_of_node(tags))


def raise_lift(
    draft: Draft,
    ref: int,
    tags: Mapping[str, str],
    arms: Sequence[Arm],
    storey: Callable[[Arm], float],
    move: Callable[[Arm, int], None],
    *,
    in_service: bool = True,
    at: tuple[float, float] = (0.0, 0.0),
    floors: Sequence[Floor] = (),
) -> dict[int, tuple[str, int]]:
    """Split a lift's vertex by storeys and join them by lift edges, from each storey to the next.

    Where the ways bear no storey, each way counts as one of its own.

    Parameters
    ----------
    draft
        Receives nodes and edges.
    ref, tags
        OSM id and tags of the lift.
    arms
        What meets at it.
    storey
        Storey (or layer) of an arm's way, NaN where nothing is mapped.
    move
        Puts an arm's end onto another node.
    in_service
        A lift out of order stays in the table, closed both ways.
    at
        Where it stands, metres, if no way leads to it.
    floors
        Areas in which the lift stands; it leads to those of its storeys that no way at it bears.

    Returns
    -------
    dict
        Nodes from which the lift leads onto an area, with the type and id of its element.
    """
    levels = {arm: storey(arm) for arm in arms}
    onto = _floors_of(tags, levels.values(), floors)
    if len(arms) + len(onto) < 2:
        return {}
    known = sorted({level for level in levels.values() if level == level})  # NaN differs from itself
    if len(known) + (len(known) < len(set(levels.values()))) < 2:
        groups = [[arm] for arm in sorted(arms, key=lambda arm: (arm.heading, arm.edge))]
    else:
        ground = 0.0 if 0.0 in known or not levels_of(tags) else levels_of(tags)[0]
        storeys = sorted({*known, *([ground] if any(level != level for level in levels.values()) else [])})
        groups = [
            [arm for arm in arms if (levels[arm] if levels[arm] == levels[arm] else ground) == each]
            for each in storeys
        ]
    if len(arms) < 2:
        groups = [list(arms)]
    access = access_of_node(tags)
    style = Style(
        "n",
        ref,
        int(Kind.lift),
        forward=access.forward and in_service and runs(tags),
        backward=access.backward and in_service and runs(tags),
        level_ground=True,
        hours=hours_of(draft, tags),
        reading=draft.read(f"n{ref}", tags, Kind.lift),
    )
    ends: dict[int, tuple[str, int]] = {}
    if arms:
        below = arms[0].node
    else:
        below = draft.place(*at, ref)
        ends[below] = onto.pop(0)
    x, y = draft.places[below]
    for group in groups[1:]:
        above = draft.place(x, y, ref)
        for arm in group:
            move(arm, above)
        draft.add(below, above, None, style)
        below = above
    for element in onto:
        above = draft.place(x, y, ref)
        draft.add(below, above, None, style)
        ends[above] = element
    return ends


def _floors_of(
    tags: Mapping[str, str], met: Iterable[float], floors: Sequence[Floor]
) -> list[tuple[str, int]]:
    """Elements of the areas a lift leads onto: one of each of its storeys that no way at it bears."""
    levels = levels_of(tags)
    ground = 0.0 if 0.0 in levels or not levels else levels[0]
    taken = {ground if level != level else level for level in met}
    found: dict[float, tuple[str, int]] = {}
    for floor in floors:
        level = floor.strip.walk.level
        level = ground if level != level else level
        if level in levels and level not in taken:
            found.setdefault(level, (floor.strip.osm_type, floor.strip.osm_id))
    return [found[level] for level in sorted(found)]
