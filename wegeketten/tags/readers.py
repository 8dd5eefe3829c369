"""From a key and a raw text to a reading."""

from __future__ import annotations

from functools import lru_cache

from wegeketten.model.reading import Reading
from wegeketten.tags import lexicon
from wegeketten.tags.keys import quantity_of
from wegeketten.tags.lexicon import CLASSES, Quantity, Span
from wegeketten.tags.opening_hours import hours_open
from wegeketten.tags.spelling import span_of, tidy


def read(key: str, raw: str) -> Reading:
    """Reading of one tag.

    Parameters
    ----------
    key
        Key, with or without side and end; slips such as ``.`` for ``:`` are mended. A key that states none of
        our quantities reads as a flag (yes/no).
    raw
        Its value as mapped.

    Returns
    -------
    Reading
        Kerb in cm, incline in % signed in way direction, cross slope in %, width in m, surface as a class
        ``A``–``F``, smoothness as grade 1–8. What cannot be read is unknown: no value, the widest interval,
        provenance ``assumed``. No input raises.

    Examples
    --------
    >>> read("kerb:height", "0,03")
    Reading(value=3.0, lower=3.0, upper=3.0, unit='cm', provenance='tagged')
    >>> read("incline", "up")
    Reading(value=None, lower=1.0, upper=15.0, unit='%', provenance='tagged')
    >>> read("surface", "sett").value
    'C'
    >>> read("width", "wide enough, I think")
    Reading(value=None, lower=0.0, upper=50.0, unit='m', provenance='assumed')
    """
    if type(key) is str and type(raw) is str:
        return _read(key, raw)
    if isinstance(key, str) and isinstance(raw, str):
        return _read(str.__str__(key), str.__str__(raw))
    quantity = (quantity_of(str.__str__(key)) if isinstance(key, str) else None) or lexicon.quantities()[
        "flag"
    ]
    return _reading(None, quantity)


def measure(key: str, raw: str) -> Span | None:
    """Meaning of one tag in numbers (surface classes as 1–6); None where it cannot be read.

    Parameters
    ----------
    key, raw
        As for `read`.

    Returns
    -------
    Span or None
        In the quantity's unit, with bounds.

    Examples
    --------
    >>> measure("surface", "sett").value
    3.0
    """
    return _measure(key, raw) if isinstance(key, str) and isinstance(raw, str) else None


@lru_cache(maxsize=1 << 16)
def _measure(key: str, raw: str) -> Span | None:
    return _span(quantity_of(key) or lexicon.quantities()["flag"], raw)


def _span(quantity: Quantity, raw: str) -> Span | None:
    if quantity.shape == "hours":
        return hours_open(raw.strip())
    text = tidy(raw)
    return span_of(text, quantity) if text else None


@lru_cache(maxsize=1 << 16)
def _read(key: str, raw: str) -> Reading:
    quantity = quantity_of(key) or lexicon.quantities()["flag"]
    return _reading(_span(quantity, raw), quantity)


def _reading(span: Span | None, quantity: Quantity) -> Reading:
    if span is None:
        value, lower, upper, provenance = None, quantity.lower, quantity.upper, "assumed"
    else:
        value, lower, upper, provenance = span.value, span.lower, span.upper, "tagged"
    if quantity.unit == "class":
        letter = None if value is None else CLASSES[int(value) - 1]
        return Reading(letter, CLASSES[int(lower) - 1], CLASSES[int(upper) - 1], "class", provenance)
    return Reading(value, lower, upper, quantity.unit, provenance)
