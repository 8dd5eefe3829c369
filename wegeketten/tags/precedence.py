"""From all tags of an element to one reading per attribute: who wins, and what contradicts."""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from wegeketten.files.resources import shipped
from wegeketten.model.reading import Provenance
from wegeketten.tags.assumption import Value, applies, assumed, barrier_gap, steps_on
from wegeketten.tags.conflict import Conflict, contradictions
from wegeketten.tags.gaps import cycle_gap
from wegeketten.tags.implied import implications, imply
from wegeketten.tags.keys import quantity_of, tidy_key
from wegeketten.tags.lexicon import Span
from wegeketten.tags.readers import measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Literal

    from wegeketten.model.edges import Kind

    Side = Literal["left", "right"]
    End = Literal["start", "end"]

_TAGGED, _DERIVED, _NONE = int(Provenance.tagged), int(Provenance.derived), int(Provenance.none)
_CONTEXT = frozenset({"highway", "footway", "cycle_barrier"})
_FOOT_PART = frozenset({"path", "cycleway", "footway", "pavement", "pedestrian"})


class Resolved(NamedTuple):
    """What the tags of one element say about one edge.

    Attributes
    ----------
    values
        One `Value` per attribute, in the order of `wegeketten.model.edges.ATTRIBUTES`.
    conflicts
        Contradictions met, and who won.
    unreadable
        Tags that should say something and could not be read, as (key, raw value).
    """

    values: tuple[Value, ...]
    conflicts: tuple[Conflict, ...]
    unreadable: tuple[tuple[str, str], ...]

    def of(self, attribute: str) -> Value:
        """Value of one attribute.

        Parameters
        ----------
        attribute
            Name of the attribute.

        Returns
        -------
        Value
            Reading with bounds and provenance.

        Raises
        ------
        KeyError
            There is no such attribute.
        """
        return self.values[_positions()[attribute]]


class _Source(NamedTuple):
    """Where the value of one attribute is looked for on one sort of edge."""

    attribute: str
    position: int  # in the list of attributes; -1 for keys that only imply something
    keys: tuple[tuple[str, str], ...]  # full key and plain key, the strongest first
    plain: int  # number of different plain keys
    any: bool


def resolve(
    tags: Mapping[str, str],
    kind: Kind,
    *,
    side: Side | None = None,
    highway: str = "",
    end: End | None = None,
    length_m: float | None = None,
) -> Resolved:
    """Reading of every attribute of an edge: sided over general, measured over typed, tag over assumption.

    Parameters
    ----------
    tags
        Tags of the element (for crossings those of way and node together).
    kind
        What the edge is; it decides which attributes apply.
    side
        Which side of a street a pavement or kerb is on, where it is mapped on the street itself. Then the
        street's own width, surface and smoothness do not count: they speak of the carriageway.
    highway
        Class of the way, or of the carriageway walked along or crossed, for the assumptions.
    end
        Which end of the way, for kerbs tagged ``…:start``/``…:end``.
    length_m
        Length of the way in metres, for steps nobody counted.

    Returns
    -------
    Resolved
        An attribute that does not apply has provenance ``none`` and the value that never hinders; so has
        ``wheelchair`` where no mapper gave a verdict. Inclines are signed in way direction.

    Examples
    --------
    >>> from wegeketten.model.edges import Kind
    >>> edge = resolve({"barrier": "kerb", "kerb": "raised", "kerb:height": "12 cm"}, Kind.kerb)
    >>> edge.of("kerb_cm")
    Value(value=12.0, lower=12.0, upper=12.0, provenance=2)
    >>> resolve({"highway": "steps", "wheelchair": "yes"}, Kind.steps).conflicts[0].rule
    'steps-wheelchair'
    """
    known = _known
    items = tuple([item for item in tags.items() if known[item[0]]])
    resolved = _resolve(items, kind, side, highway, end)
    if length_m is None:
        return resolved
    count = _positions()["step_count"]
    if resolved.values[count].provenance != Provenance.assumed:
        return resolved
    span = steps_on(length_m)
    values = list(resolved.values)
    values[count] = Value(span.likely or 1.0, span.lower, span.upper, _DERIVED)
    return resolved._replace(values=tuple(values))


class _Known(dict[str, bool]):
    """Whether a key matters here; learned as keys turn up."""

    def __missing__(self, key: str) -> bool:
        quantity = quantity_of(key)
        matters = tidy_key(key) in _CONTEXT or (quantity is not None and quantity.shape != "hours")
        if len(self) < 1 << 16:  # keys are free text: hostile ones must not fill the memory
            self[key] = matters
        return matters


_known = _Known()


@cache
def _positions() -> dict[str, int]:
    from wegeketten.model.edges import ATTRIBUTES

    return {attribute.name: position for position, attribute in enumerate(ATTRIBUTES)}


@cache
def _absent() -> tuple[Value, ...]:
    from wegeketten.model.edges import ATTRIBUTES

    return tuple(Value(each.absent, each.absent, each.absent, _NONE) for each in ATTRIBUTES)


@cache
def _precedence() -> list[dict[str, object]]:
    text = shipped("tags", "precedence.toml").read_text(encoding="utf-8")
    entries: list[dict[str, object]] = tomllib.loads(text)["attribute"]
    return entries


def _speaks_of(entry: Mapping[str, object], kind: Kind) -> bool:
    """Whether a rule is for a kind: one it names, a barrier with its gap; any where it says neither."""
    kinds, gap = entry.get("kinds"), entry.get("gap")
    if kinds is None and gap is None:
        return True
    named = isinstance(kinds, list) and kind.name in kinds
    return named or (kind.barrier is not None and gap is not None and kind.barrier.gap == gap)


@cache
def attribute_of_keys() -> dict[str, str]:
    """Name of the attribute that each plain key states."""
    return {
        key: str(entry["name"])
        for entry in _precedence()
        if isinstance(keys := entry["keys"], list)
        for key in keys
    }


def _forms(
    keys: list[str], own: bool, kind: Kind, side: Side | None, end: End | None
) -> Iterator[tuple[str, str]]:
    """Full keys and what they are plainly, the strongest first."""
    ends = [f":{end}", ""] if end else [""]
    if side is None:
        levels = ["footway:{}", "{}"] if kind.name in _FOOT_PART else ["{}"]
    else:
        levels = [f"{way}:{each}:{{}}" for way in ("sidewalk", "footway") for each in (side, "both")]
        levels += [f"{{}}:{side}", "{}:both", "sidewalk:{}", "footway:{}"]
        levels += [] if own and kind.name == "pavement" else ["{}"]
    for level in levels:
        for key in keys:
            for suffix in ends:
                yield level.format(key) + suffix, key


@cache
def _sources(kind: Kind, side: Side | None, end: End | None) -> tuple[_Source, ...]:
    """Sources of all attributes that may apply, and of the keys that only imply something."""
    sources = []
    told = set()
    for entry in _precedence():
        keys, name = entry["keys"], str(entry["name"])
        if not _speaks_of(entry, kind) or not isinstance(keys, list):
            continue
        told.update(keys)
        if name == "wheelchair" or applies(kind, name):
            forms = tuple(_forms(keys, bool(entry.get("own")), kind, side, end))
            sources.append(_Source(name, _positions()[name], forms, len(keys), bool(entry.get("any"))))
    silent = [key for key in implications() if key not in told]
    return (
        *sources,
        *(_Source("", -1, tuple(_forms([key], True, kind, side, end)), 1, False) for key in silent),
    )


@lru_cache(maxsize=1 << 12)
def _untagged(
    kind: Kind, highway: str, barrier: str, at_crossing: bool, at_signals: bool
) -> tuple[Value, ...]:
    """Values of an edge about which no tag says anything."""
    values = list(_absent())
    for name, position in _positions().items():
        assumption = assumed(kind, highway, name, at_crossing=at_crossing, at_signals=at_signals)
        if assumption is not None:
            gap = name == "width_m" and kind.is_barrier and barrier
            values[position] = barrier_gap(barrier) if gap else assumption
    return tuple(values)


@lru_cache(maxsize=1 << 17)
def _resolve(
    items: tuple[tuple[str, str], ...], kind: Kind, side: Side | None, highway: str, end: End | None
) -> Resolved:
    tags = {tidy_key(key): raw for key, raw in items}
    barrier = tags.get("barrier", "")
    if barrier != "kerb":
        tags.pop("height", None)
    at_crossing = (
        "crossing" in (tags.get("highway"), tags.get("footway")) or "crossing" in tags or barrier == "kerb"
    )
    at_signals = tags.get("crossing:signals") == "yes" or _is(tags, "crossing", 3.0)
    untagged = _untagged(kind, highway, barrier, at_crossing, at_signals)
    values = list(untagged)
    conflicts: list[Conflict] = []
    said: dict[str, tuple[str, Span]] = {}
    texts: dict[str, str] = {}
    for source in _sources(kind, side, end):
        present = [pair for pair in source.keys if pair[0] in tags]
        winner = _winner(source, present, tags, conflicts) if present else None
        if winner is not None:
            text, plain, span = winner
            said[plain] = text, span
            texts[source.attribute] = text
            assumption = untagged[source.position]
            if source.position >= 0 and (assumption.provenance or source.attribute == "wheelchair"):
                values[source.position] = _value(source.attribute, span, assumption)
    if kind.name == "steps":
        _handrails(values, tags)
    elif kind.name == "cycle_barrier":
        width = _positions()["width_m"]
        values[width] = cycle_gap(values[width], untagged[width], tags)
    conflicts += imply(values, said, texts, kind, _positions())
    conflicts += contradictions(tags, kind, values, _positions())
    return Resolved(tuple(values), tuple(conflicts), tuple(_unreadable(tags, side)))


def _is(tags: Mapping[str, str], key: str, value: float) -> bool:
    span = measure(key, tags[key]) if key in tags else None
    return span is not None and span.value == value


def _winner(
    source: _Source, present: list[tuple[str, str]], tags: Mapping[str, str], conflicts: list[Conflict]
) -> tuple[str, str, Span] | None:
    """The strongest key that says something: its text, plain key and meaning; contradictions are noted."""
    found = [
        (f"{key}={tags[key]}", plain, span)
        for key, plain in present
        if (span := measure(plain, tags[key])) is not None
    ]
    if not found:
        return None
    if source.any:
        return _any_of(source, found)
    winner = found[0]
    for other in found[1:]:
        (_, _, won), (text, _, lost) = winner, other
        if lost.lower > won.upper or lost.upper < won.lower:
            conflicts.append(Conflict("two-keys", source.attribute, winner[0], text))
        elif won.value is None and lost.value is not None and won.lower <= lost.value <= won.upper:
            winner = other
    return winner


def _any_of(source: _Source, found: list[tuple[str, str, Span]]) -> tuple[str, str, Span]:
    """One yes is enough; a no for one key says nothing about the others."""
    best = max(found, key=lambda each: (each[2].likely or 0.0, each[2].lower))
    silent = len({plain for _, plain, _ in found}) < source.plain
    upper = 1.0 if silent else max(span.upper for _, _, span in found)
    return (
        best[0],
        best[1],
        Span(None if upper > best[2].upper else best[2].value, best[2].lower, upper, best[2].likely),
    )


def _value(attribute: str, span: Span, assumption: Value) -> Value:
    if attribute == "cross_slope_pct":
        span = magnitude(span)
    likely = span.likely
    if likely is None:
        likely = assumption.value
    return Value(min(max(likely, span.lower), span.upper), span.lower, span.upper, _TAGGED)


def magnitude(span: Span) -> Span:
    """Signed span without its sign.

    Parameters
    ----------
    span
        Reading whose sign gives a direction.

    Returns
    -------
    Span
        Bounds of 0 or more.

    Examples
    --------
    >>> magnitude(Span(-2.0, -3.0, -1.0, -2.0))
    Span(value=2.0, lower=1.0, upper=3.0, likely=2.0)
    """
    ends = sorted((abs(span.lower), abs(span.upper)))
    value = None if span.value is None else abs(span.value)
    likely = None if span.likely is None else abs(span.likely)
    return Span(value, 0.0 if span.lower < 0 < span.upper else ends[0], ends[1], likely)


def _handrails(values: list[Value], tags: Mapping[str, str]) -> None:
    """Sides of a flight of steps with a handrail, from the general key and those of each side."""
    position = _positions()["handrail_sides"]
    sided = {
        place: span
        for place in ("left", "right", "center", "both")
        if (raw := tags.get(f"handrail:{place}")) is not None
        and (span := measure("handrail", raw)) is not None
    }
    general = measure("handrail", tags["handrail"]) if "handrail" in tags else None
    if not sided:
        if general is not None:
            values[position] = _value("handrail_sides", general, values[position])
        return
    if "both" in sided:
        lower = upper = 2.0 * min(sided["both"].lower, 1.0)
    else:
        lower = min(sum(span.lower > 0 for span in sided.values()), 2.0)
        without = sum(span.upper == 0 for place, span in sided.items() if place != "center")
        centre = "center" in sided and sided["center"].upper > 0
        upper = max(lower, 2.0 - without + centre if without < 2 else float(centre))
    if general is not None and general.lower <= upper and general.upper >= lower:
        lower, upper = max(lower, general.lower), min(upper, general.upper)
    values[position] = Value(lower, lower, min(upper, 2.0), _TAGGED)


def _unreadable(tags: Mapping[str, str], side: Side | None) -> Iterator[tuple[str, str]]:
    """Tags that state a quantity and cannot be read; of a street's tags only those of the side asked for."""
    for key, raw in tags.items():
        if quantity_of(key) is not None and measure(key, raw) is None:
            parts = key.split(":")
            if side is None or side in parts or "both" in parts or parts[0] in ("sidewalk", "footway"):
                yield key, raw
