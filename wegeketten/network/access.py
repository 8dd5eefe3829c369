"""The law: who may walk on a way at all. Whether somebody can is the profile's business."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

YES = frozenset(
    {"yes", "designated", "permissive", "official", "public", "destination", "allowed", "unknown"}
)
NO = frozenset(
    {"no", "private", "permit", "military", "residents", "emergency", "restricted", "prohibited", "never"}
)
"""Values that close a way to passers-by. Others speak of vehicles (``agricultural``, ``delivery``) or of
people with an errand there (``customers``, ``destination``) and leave it open on foot."""

ERRAND = frozenset({"private", "permit", "residents"})
"""Those of `NO` that shut out passers-by only: who lives there or visits may go in, see `approaches`."""

_BARRED = frozenset({"motorway", "trunk", "cycleway", "bridleway", "busway", "bus_guideway"})
"""Classes without a right of way on foot unless a tag grants it (German road traffic act, OSM's defaults)."""

_PAVED = ("sidewalk", "sidewalk:left", "sidewalk:right", "sidewalk:both")
_PUBLIC = ("bus", "psv", "trolleybus", "tram", "taxi", "share_taxi", "bicycle")
_UNBUILT = ("construction", "proposed", "planned", "abandoned", "razed", "disused", "demolished", "removed")


class Access(NamedTuple):
    """Whether the law lets people on foot pass along the way and against it."""

    forward: bool
    backward: bool

    def __bool__(self) -> bool:
        return self.forward or self.backward


OPEN = Access(True, True)
CLOSED = Access(False, False)


def access_of_way(tags: Mapping[str, str]) -> Access:
    """Access on foot to a way.

    ``foot`` counts before ``access``, a class's default comes last; ``foot=use_sidepath`` and
    ``motorroad=yes`` close the way. A general ``oneway`` does not bind people on foot, ``oneway:foot`` and
    the direction of an escalator do.

    Examples
    --------
    >>> access_of_way({"highway": "footway", "access": "no", "foot": "yes"})
    Access(forward=True, backward=True)
    >>> access_of_way({"highway": "steps", "conveying": "backward"})
    Access(forward=False, backward=True)
    >>> bool(access_of_way({"highway": "cycleway"})), bool(access_of_way({"access": "private"}))
    (False, False)
    """
    highway = tags.get("highway", "")
    if highway in _UNBUILT or tags.get("construction") in ("yes", "minor") or tags.get("impassable") == "yes":
        return CLOSED
    foot = tags.get("foot")
    if foot is not None:
        if foot in NO or foot == "use_sidepath":
            return CLOSED
    elif (
        tags.get("access") in NO
        or tags.get("motorroad") == "yes"
        or tags.get("foot:conditional", "").startswith("no")
    ):
        return CLOSED
    elif highway in _BARRED or highway.removesuffix("_link") in _BARRED:
        shared = tags.get("segregated") in ("yes", "no") and highway == "cycleway"
        if not shared and not any(tags.get(key) in ("yes", "both", "left", "right") for key in _PAVED):
            return CLOSED
    return _directions(tags)


def errand_of_way(tags: Mapping[str, str]) -> Access:
    """Access on foot of those who live or have an errand on a way that is closed to passers-by.

    Closed where the way is open to everybody, and where it is to nobody.

    Examples
    --------
    >>> errand_of_way({"highway": "service", "access": "private"})
    Access(forward=True, backward=True)
    >>> errand_of_way({"highway": "service"}), errand_of_way({"highway": "service", "access": "no"})
    (Access(forward=False, backward=False), Access(forward=False, backward=False))
    """
    if access_of_way(tags):
        return CLOSED
    if tags.get("foot") in ERRAND:
        return access_of_way({**tags, "foot": "yes"})
    if "foot" not in tags and tags.get("access") in ERRAND:
        return access_of_way({key: value for key, value in tags.items() if key != "access"})
    return CLOSED


def pavement_open(tags: Mapping[str, str]) -> bool:
    """Whether the pavement of a street is open: ``foot=no`` and ``use_sidepath`` speak of its carriageway.

    So does ``access=no`` on roads kept for buses, trams, taxis or bicycles, which names their mode.

    Examples
    --------
    >>> pavement_open({"foot": "use_sidepath", "sidewalk": "both"}), pavement_open({"access": "private"})
    (True, False)
    >>> pavement_open({"access": "no", "bus": "designated"}), pavement_open({"access": "no"})
    (True, False)
    """
    foot = tags.get("foot")
    if foot is not None:
        return foot not in NO - {"no"}
    if tags.get("access") == "no":
        return any(tags.get(mode) in YES for mode in _PUBLIC)
    return tags.get("access") not in NO


def access_of_node(tags: Mapping[str, str]) -> Access:
    """Access on foot past a point barrier.

    Examples
    --------
    >>> access_of_node({"barrier": "gate", "access": "private"}), access_of_node({"barrier": "bollard"})
    (Access(forward=False, backward=False), Access(forward=True, backward=True))
    """
    foot = tags.get("foot")
    closed = foot in NO if foot is not None else tags.get("access") in NO or tags.get("locked") == "yes"
    return CLOSED if closed else OPEN


def errand_at_node(tags: Mapping[str, str]) -> bool:
    """Whether a closed point barrier opens to those who live or have an errand behind it.

    Examples
    --------
    >>> errand_at_node({"barrier": "gate", "access": "private"}), errand_at_node({"barrier": "gate"})
    (True, False)
    >>> [errand_at_node({"locked": "yes", "access": access}) for access in ("permit", "no")]
    [True, False]
    """
    if access_of_node(tags):
        return False
    closed = tags.get("foot", tags.get("access"))
    return closed in ERRAND or closed not in NO


def _directions(tags: Mapping[str, str]) -> Access:
    oneway = tags.get("oneway:foot") or tags.get("foot:oneway")
    if oneway in ("yes", "1", "true"):
        return Access(True, False)
    if oneway in ("-1", "reverse"):
        return Access(False, True)
    conveying = tags.get("conveying")
    if conveying == "forward" or (conveying == "yes" and tags.get("oneway") == "yes"):
        return Access(True, False)
    if conveying == "backward":
        return Access(False, True)
    return Access(tags.get("foot:forward") not in NO, tags.get("foot:backward") not in NO)
