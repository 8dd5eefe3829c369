"""What tags say about attributes they do not name: the table ``data/tags/implied.csv``."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from wegeketten.model.reading import Provenance
from wegeketten.tags import lexicon
from wegeketten.tags.assumption import Value
from wegeketten.tags.conflict import Conflict
from wegeketten.tags.lexicon import Span, table_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wegeketten.model.edges import Kind

_TAGGED, _DERIVED, _NONE = int(Provenance.tagged), int(Provenance.derived), int(Provenance.none)


class Implication(NamedTuple):
    """A row of ``implied.csv``."""

    attribute: str
    kind: str
    how: str
    value: float
    likely: float | None
    lower: float
    upper: float


@cache
def implications() -> dict[str, tuple[Implication, ...]]:
    """Rows by key, in the order of the file."""
    table: dict[str, list[Implication]] = {}
    for row in lexicon.rows("tags", "implied.csv"):
        value, lower, upper = (table_number(row[name]) for name in ("value", "lower", "upper"))
        likely = table_number(row["likely"]) if row["likely"] else None
        entry = Implication(row["attribute"], row["kind"], row["how"], value, likely, lower, upper)
        table.setdefault(row["key"], []).append(entry)
    return {key: tuple(entries) for key, entries in table.items()}


@lru_cache(maxsize=1 << 12)
def _told_by(key: str, kind: Kind, span: Span) -> tuple[Implication, ...]:
    """What one tag implies: a row per attribute, bounds joined over all values the tag may mean."""
    joined: dict[str, Implication] = {}
    for row in implications().get(key, ()):
        if row.kind in ("", kind.name) and span.lower <= row.value <= span.upper:
            so_far = joined.get(row.attribute)
            likely = row.likely if row.value == span.likely else so_far and so_far.likely
            joined[row.attribute] = row._replace(
                lower=min(row.lower, so_far.lower) if so_far else row.lower,
                upper=max(row.upper, so_far.upper) if so_far else row.upper,
                likely=likely,
            )
    return tuple(joined.values())


def imply(
    values: list[Value],
    said: Mapping[str, tuple[str, Span]],
    texts: Mapping[str, str],
    kind: Kind,
    positions: Mapping[str, int],
) -> list[Conflict]:
    """Let tags speak about attributes they do not name.

    Parameters
    ----------
    values
        One per attribute; changed in place.
    said
        Text and meaning of the tags that won, by plain key.
    texts
        Text of the tag that won, by attribute.
    kind
        What the edge is.
    positions
        Where each attribute stands in `values`.

    Returns
    -------
    list of Conflict
        Tags that deny what another one implies.
    """
    conflicts = []
    for key in implications():
        if key not in said:
            continue
        text, span = said[key]
        for row in _told_by(key, kind, span):
            now = values[positions[row.attribute]]
            tagged = now.provenance == _TAGGED
            if now.provenance == _NONE or (row.how == "guess" and tagged):
                continue
            values[positions[row.attribute]] = _told(now, row)
            slack = 1.0 if row.how == "override" else 0.0  # classes next to each other contradict nobody
            if tagged and (row.lower > now.upper or row.upper + slack < now.lower):
                other = texts.get(row.attribute, "")
                won, lost = (text, other) if row.how == "override" else (other, text)
                conflicts.append(Conflict("implied", row.attribute, won, lost))
    return conflicts


def _told(now: Value, row: Implication) -> Value:
    """The value after another tag has spoken; a measured one stays unless it is overridden."""
    if now.provenance == _TAGGED:
        if row.how == "override" and now.upper > row.upper:
            provenance = _TAGGED if now.value <= row.upper else _DERIVED
            return Value(min(now.value, row.upper), min(now.lower, row.upper), row.upper, provenance)
        open_bounds = row.how == "narrow" and now.lower < now.upper
        narrowed = now.within(row.lower, row.upper) if open_bounds else None
        return now if narrowed is None else narrowed._replace(provenance=_TAGGED)
    narrowed = None if row.how == "replace" else now.within(row.lower, row.upper, row.likely)
    if narrowed is not None:
        return narrowed
    value = now.value if row.likely is None else row.likely
    provenance = _TAGGED if row.how == "replace" else _DERIVED
    return Value(min(max(value, row.lower), row.upper), row.lower, row.upper, provenance)
