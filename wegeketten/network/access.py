"""The law: who may walk on a way at all, and when. Whether somebody can is the profile's business."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from wegeketten.tags.conditions import both, hours_line, line_of, of_vehicles, rules_of

if TYPE_CHECKING:
    from collections.abc import Mapping

YES = frozenset({"yes", "designated", "permissive", "official", "public", "destination", "allowed"})
NO = frozenset(
    {"no", "private", "permit", "military", "residents", "emergency", "restricted", "prohibited", "never"}
    | {"closed", "forbidden", "none", "false", "0", "not_allowed", "illegal", "blocked", "impassable"}
    | {"employees", "staff", "members", "tenants", "key", "keyholder"}
)
"""Values that close a way to passers-by. Others speak of vehicles (``agricultural``, ``delivery``) or of
people with an errand there (``customers``, ``destination``) and leave it open on foot."""

ERRAND = frozenset(
    {"private", "permit", "residents", "employees", "staff", "members", "tenants", "key", "keyholder"}
)
"""Those of `NO` that shut out passers-by only: who lives there or visits may go in, see `private_ways`."""

_VEHICLES = frozenset(
    {"psv", "bus", "coach", "taxi", "tram", "hgv", "bicycle", "motorcycle", "motor_vehicle"}
)
"""Values of ``access`` that keep a way for one sort of vehicle."""

_ELSE = frozenset(
    {"customers", "delivery", "agricultural", "forestry", "discouraged", "dismount"}
    | {"use_sidepath", "1", "true", "tourism", "visitors", "guests", "fee", "hiking", "foot", "pedestrian"}
)
"""Values that are known and close nothing to somebody on foot."""

_SIDED = ("foot:forward", "foot:backward", "oneway:foot", "access:forward", "access:backward")
_LOCKED = frozenset({"yes", "true", "1", "always", "permanent", "permanently"})
_UNLOCKED = frozenset({"no", "false", "0", "never", ""})

_BARRED = frozenset({"motorway", "trunk", "cycleway", "bridleway", "busway", "bus_guideway"})
"""Classes without a right of way on foot unless a tag grants it (German road traffic act, OSM's defaults);
trunk roads only where the country's law says so, see `network.countries`."""

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


@lru_cache(maxsize=1 << 12)
def allowed(raw: str | None) -> bool | None:
    """Whether a value of ``foot`` or ``access`` lets people on foot pass; of several the kindest counts.

    Parameters
    ----------
    raw
        Value of the tag; None where it is missing.

    Returns
    -------
    bool or None
        None where it says nothing.

    Examples
    --------
    >>> allowed("No"), allowed("no;yes"), allowed("no;private"), allowed("psv"), allowed("agricultural")
    (False, True, False, False, True)
    >>> allowed(None) is None
    True
    """
    words = _words(raw)
    return None if not words else not words <= NO | _VEHICLES | {"use_sidepath"}


@lru_cache(maxsize=1 << 12)
def _words(raw: str | None) -> frozenset[str]:
    return frozenset(filter(None, (word.strip().casefold() for word in (raw or "").split(";"))))


def access_of_way(tags: Mapping[str, str]) -> Access:
    """Access on foot to a way; what is open at some hours only counts as open, see `hours_of_way`.

    ``foot`` counts before ``access``, a class's default comes last; ``foot=use_sidepath`` and
    ``motorroad=yes`` close the way. A general ``oneway`` does not bind people on foot, ``oneway:foot`` and
    the direction of an escalator do.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    Access
        Whether one may walk it ahead and back.

    Examples
    --------
    >>> access_of_way({"highway": "footway", "access": "no", "foot": "yes"})
    Access(forward=True, backward=True)
    >>> access_of_way({"highway": "steps", "conveying": "backward"})
    Access(forward=False, backward=True)
    >>> bool(access_of_way({"highway": "cycleway"})), bool(access_of_way({"access": "private"}))
    (False, False)
    """
    return CLOSED if _law_of_way(tags) is False else _directions(tags)


def hours_of_way(tags: Mapping[str, str]) -> str:
    """When a way is open, for `wegeketten.tags.conditions.state`; "" where always or never.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    str
        In the syntax of ``opening_hours``.

    Examples
    --------
    >>> hours_of_way({"highway": "path", "foot:conditional": "no @ (22:00-06:00)"})
    'open; no @ 22:00-06:00'
    >>> hours_of_way({"highway": "path", "foot": "no", "access:conditional": "yes @ (06:00-22:00)"})
    ''
    """
    law = _law_of_way(tags)
    return law if isinstance(law, str) else ""


def _law_of_way(tags: Mapping[str, str]) -> bool | str:
    highway = tags.get("highway", "")
    if highway in _UNBUILT or tags.get("construction") == "yes" or tags.get("impassable") == "yes":
        return False
    foot, access = allowed(tags.get("foot")), allowed(tags.get("access"))
    base = foot if foot is not None else access
    if base is None:
        base = not _barred(tags, highway)
    elif foot is None and base:
        base = tags.get("motorroad") != "yes"
    return _by_time(tags, base)


def _barred(tags: Mapping[str, str], highway: str) -> bool:
    """Whether a class has no right of way on foot."""
    if tags.get("motorroad") == "yes":
        return True
    if highway not in _BARRED and highway.removesuffix("_link") not in _BARRED:
        return False
    shared = tags.get("segregated") in ("yes", "no") and highway == "cycleway"
    return not shared and not any(tags.get(key) in ("yes", "both", "left", "right") for key in _PAVED)


def is_unclear(tags: Mapping[str, str]) -> bool:
    """Whether the value that decides who may pass says nothing certain, such as ``unknown``.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    bool
        Also for a lock on what is open on foot.

    Examples
    --------
    >>> is_unclear({"foot": "quux"}), is_unclear({"access": "unknown", "foot": "yes"}), is_unclear({})
    (True, False, False)
    """
    words = _words(tags.get("foot")) or _words(tags.get("access"))
    if words and words.isdisjoint(YES | NO | _VEHICLES | _ELSE):
        return True
    return tags.get("locked") in _LOCKED and allowed(tags.get("foot")) is True


def _by_time(tags: Mapping[str, str], base: bool) -> bool | str:
    """A state, or when something is open: conditions and opening hours together."""
    access = "" if "foot" in tags else tags.get("access:conditional", "")
    rules = []
    for text in filter(None, (access, tags.get("foot:conditional", ""))):
        read = rules_of(text)
        if read is None:  # unknown when
            rules.append((not base, f"unreadable ({text})"))
        else:
            rules += [(_opens(rule.value, base), rule.when) for rule in read if not of_vehicles(rule.when)]
    if base and any(f"{key}:conditional" in tags for key in _SIDED):
        rules.append((False, "unreadable (one way at times)"))
    law: bool | str = line_of(base, rules) if rules else base
    hours = tags.get("opening_hours")
    return both(law, hours_line(hours)) if hours else law


def _opens(value: str, base: bool) -> bool:
    """Whether a value under a condition lets people on foot pass; what is closed opens to them alone."""
    return bool(allowed(value)) if base else not _words(value).isdisjoint(YES | {"customers"})


def wheelchair_hours(tags: Mapping[str, str]) -> str:
    """When wheelchairs may or can pass, by ``wheelchair:conditional``; "" where that does not change.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    str
        In the syntax of ``opening_hours``.

    Examples
    --------
    >>> wheelchair_hours({"wheelchair:conditional": "no @ (Nov-Mar)"})
    'open; no @ Nov-Mar'
    """
    raw = tags.get("wheelchair:conditional")
    if not raw:
        return ""
    base = _words(tags.get("wheelchair")) != {"no"}
    read = rules_of(raw)
    rules = (
        [(not base, f"unreadable ({raw})")]
        if read is None
        else [
            (False, f"unreadable ({rule.value} @ {rule.when})")  # neither closed nor as good as ever
            if rule.value in ("limited", "partial", "assisted") and base
            else (rule.value not in ("no", "none", "impassable"), rule.when)
            for rule in read
        ]
    )
    line = line_of(base, rules)
    return line if isinstance(line, str) else ""


def errand_of_way(tags: Mapping[str, str]) -> Access:
    """Access on foot of those who live or have an errand on a way that is closed to passers-by.

    Closed where the way is open to everybody, and where it is to nobody.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    Access
        Whether they may walk it ahead and back.

    Examples
    --------
    >>> errand_of_way({"highway": "service", "access": "private"})
    Access(forward=True, backward=True)
    >>> errand_of_way({"highway": "service"}), errand_of_way({"highway": "service", "access": "no"})
    (Access(forward=False, backward=False), Access(forward=False, backward=False))
    """
    if access_of_way(tags):
        return CLOSED
    if "foot" in tags and _words(tags["foot"]) <= ERRAND:
        return access_of_way({**tags, "foot": "yes"})
    if "foot" not in tags and "access" in tags and _words(tags["access"]) <= ERRAND:
        return access_of_way({key: value for key, value in tags.items() if key != "access"})
    return CLOSED


def pavement_open(tags: Mapping[str, str]) -> bool:
    """Whether the pavement of a street is open: ``foot=no`` and ``use_sidepath`` speak of its carriageway.

    So does ``access=no`` on roads kept for buses, trams, taxis or bicycles, which names their mode.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    bool
        False only where the pavement itself is closed.

    Examples
    --------
    >>> pavement_open({"foot": "use_sidepath", "sidewalk": "both"}), pavement_open({"access": "private"})
    (True, False)
    >>> pavement_open({"access": "no", "bus": "designated"}), pavement_open({"access": "no"})
    (True, False)
    """
    foot = _words(tags.get("foot"))
    if foot:
        return not foot <= NO - {"no"}
    access = _words(tags.get("access"))
    if access == {"no"}:
        return any(tags.get(mode) in YES for mode in _PUBLIC)
    return not access or not access <= NO


def access_of_node(tags: Mapping[str, str]) -> Access:
    """Access on foot past a node of a way; what is open at some hours only counts as open.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    Access
        Whether one may pass either way.

    Examples
    --------
    >>> access_of_node({"barrier": "gate", "access": "private"}), access_of_node({"barrier": "bollard"})
    (Access(forward=False, backward=False), Access(forward=True, backward=True))
    >>> [bool(access_of_node({"barrier": "gate", "locked": word})) for word in ("yes", "no", "night")]
    [False, True, True]
    """
    return CLOSED if _law_of_node(tags) is False else OPEN


def hours_of_node(tags: Mapping[str, str]) -> str:
    """When a node can be passed; "" where always or never.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    str
        In the syntax of ``opening_hours``.

    Examples
    --------
    >>> hours_of_node({"barrier": "gate", "access": "yes", "access:conditional": "no @ (21:00-06:00)"})
    'open; no @ 21:00-06:00'
    >>> hours_of_node({"barrier": "gate", "locked": "22:00-06:00"})
    'open; no @ 22:00-06:00'
    """
    law = _law_of_node(tags)
    return law if isinstance(law, str) else ""


def _law_of_node(tags: Mapping[str, str]) -> bool | str:
    foot, access = allowed(tags.get("foot")), allowed(tags.get("access"))
    lock = _unlocked(tags)
    base = foot if foot is not None else (access is not False and lock is not False)
    law = _by_time(tags, base)
    return both(law, lock) if isinstance(lock, str) else law


def _unlocked(tags: Mapping[str, str]) -> bool | str:
    """Whether a gate is unlocked, or when."""
    locked = tags.get("locked", "").strip().casefold()
    base = locked not in _LOCKED
    if (text := tags.get("locked:conditional")) is not None:
        read = rules_of(text)
        rules = [(not base, f"unreadable ({text})")] if read is None else []
        rules += [(rule.value not in _LOCKED, rule.when) for rule in read or ()]
        return line_of(base, rules)
    return base if locked in _LOCKED | _UNLOCKED else line_of(True, [(False, locked)])


def errand_at_node(tags: Mapping[str, str]) -> bool:
    """Whether a closed point barrier opens to those who live or have an errand behind it.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    bool
        False where it opens to everybody or to nobody.

    Examples
    --------
    >>> errand_at_node({"barrier": "gate", "access": "private"}), errand_at_node({"barrier": "gate"})
    (True, False)
    >>> [errand_at_node({"locked": "yes", "access": access}) for access in ("permit", "no")]
    [True, False]
    """
    if access_of_node(tags):
        return False
    closed = _words(tags.get("foot", tags.get("access")))
    return closed <= ERRAND or not closed & NO


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
    return Access(
        allowed(tags.get("foot:forward")) is not False, allowed(tags.get("foot:backward")) is not False
    )
