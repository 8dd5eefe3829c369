"""Cycle barriers: the opening alone does not say who gets through; the bars' spacing and overlap do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wegeketten.model.reading import Provenance
from wegeketten.tags.assumption import Value
from wegeketten.tags.readers import measure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wegeketten.tags.lexicon import Span

_TURN_M = 0.4  # what turning between two overlapping bars asks for beyond the width of going straight
_ONE_BAR = frozenset({"single", "diagonal", "tilted", "squeeze"})
_MORE_BARS = frozenset({"double", "triple", "quadruple"})


def cycle_gap(width: Value, untold: Value, tags: Mapping[str, str]) -> Value:
    """Width somebody has who passes a cycle barrier, metres.

    Where bars overlap one turns between them, so that their spacing is the passage, and turning takes more
    room than that. Where they do not, one may pass straight through what they leave between their ends.

    Parameters
    ----------
    width
        By the opening, or whatever else was measured.
    untold
        What is assumed where nothing is measured.
    tags
        Of the barrier, with tidy keys.

    Returns
    -------
    Value
        Metres, with bounds.

    Examples
    --------
    >>> untold = Value(0.85, 0.7, 1.2, 4)
    >>> cycle_gap(Value(1.5, 1.5, 1.5, 2), untold, {"opening": "1.5", "spacing": "0.6", "overlap": "0.3"})
    Value(value=0.6, lower=0.2, upper=0.6, provenance=2)
    >>> cycle_gap(Value(1.5, 1.5, 1.5, 2), untold, {"opening": "1.5", "cycle_barrier": "double"}).lower
    0.7
    """
    kind = tags.get("cycle_barrier", "").strip().lower()
    spacing, overlap = _read("spacing", tags), _read("overlap", tags)
    if spacing is None:
        if kind in _MORE_BARS and "maxwidth:physical" not in tags and width.provenance == Provenance.tagged:
            return width._replace(lower=min(width.lower, untold.lower))
        return width
    if kind in _ONE_BAR:
        return width
    between = spacing.lower if spacing.likely is None else spacing.likely
    straight = max(-overlap.upper, 0.0) if overlap is not None else 0.0
    turned = Value(
        min(width.value, between),
        round(min(width.lower, max(spacing.lower - _TURN_M, 0.0)), 6),
        width.upper if overlap is None else min(width.upper, spacing.upper),
        int(Provenance.tagged),
    )
    if straight <= 0:
        return turned
    value, lower, upper = (max(bound, straight) for bound in (turned.value, turned.lower, turned.upper))
    return Value(value, lower, upper, int(Provenance.tagged))


def _read(key: str, tags: Mapping[str, str]) -> Span | None:
    return measure(key, tags[key]) if key in tags else None
