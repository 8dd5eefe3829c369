"""Texts as mappers write them: numbers, units, ranges, lists, "about" and "at most"."""

from __future__ import annotations

import math
import re
import unicodedata
from functools import cache

from wegeketten.tags import lexicon
from wegeketten.tags.lexicon import Quantity, Span

ABOUT = 0.2
"""Half width of "about 2 m" as a share of the value; a choice, mappers do not say."""
ESTIMATED = 0.25
"""The same for ``est_width``."""

_LONGEST = 100  # characters; what is longer is prose
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("−–—‐‑‒―﹣－", "-"),
        **dict.fromkeys("’‘′`´ʹ", "'"),
        **dict.fromkeys("“”„″ʺ", '"'),
        **dict.fromkeys("º˚", "°"),
        "∶": ":",
        "…": "..",
    }
)
_NUMBER = r"(?:\d{1,9}(?:[.,]\d{0,12})?|[.,]\d{1,12})"
_UNIT = r"(?:[a-z%‰°]+|''|['\"])"
_one = re.compile(rf"([+-]?) ?({_NUMBER}) ?({_UNIT}?)\.?").fullmatch
_two = re.compile(rf"({_NUMBER}) ?(m|ft|feet|foot|'|yd) ?({_NUMBER}) ?({_UNIT}?)\.?").fullmatch
_ratio = re.compile(rf"([+-]?) ?({_NUMBER}) ?(?:[:/]|in|zu) ?({_NUMBER})").fullmatch
_range = re.compile(
    rf"([+-]? ?{_NUMBER}) ?({_UNIT}?) ?(?:-|\.\.+|to|bis|and|und|~) ?([+-]? ?{_NUMBER}) ?({_UNIT}?)\.?"
).fullmatch
_list = re.compile(r" ?[;|] ?|, | or | oder ").split
_list_slash = re.compile(r" ?[;|/] ?|, | or | oder ").split
_bare = re.compile(rf"[+-]? ?{_NUMBER}").fullmatch
_tail = re.compile(rf".*\d ?({_UNIT})\.?").fullmatch


@cache
def _qualifiers() -> tuple[dict[str, str], re.Pattern[str], re.Pattern[str]]:
    """Words that bend a value, and how to find them before and behind it; brackets mean "about"."""
    hows = lexicon.qualifiers()
    words = {
        place: "|".join(re.escape(w) for w, p in sorted(hows, key=lambda each: -len(each[0])) if p == place)
        for place in ("before", "behind")
    }
    return (
        {word: how for (word, _), how in hows.items()},
        re.compile(rf"({words['before']}) ?(.+)"),
        re.compile(rf"(.+?) ?({words['behind']}|\(.*\))"),
    )


def tidy(raw: str) -> str:
    """Text in one spelling: small letters, plain digits and signs, single blanks; "" if hopeless.

    Parameters
    ----------
    raw
        Any text, lone surrogates and control characters included.

    Returns
    -------
    str
        The text, ready for comparison.

    Examples
    --------
    >>> tidy("１,５ M"), tidy(" −3½ %")
    ('1,5 m', '-3.5000 %')
    """
    if len(raw) > _LONGEST:
        return ""
    if raw.isascii() and raw.isprintable():
        raw = raw.strip().lower()
        return " ".join(raw.split()) if "  " in raw else raw
    raw = unicodedata.normalize("NFKC", "".join(map(_plain, raw.translate(_SIGNS)))).translate(_SIGNS)
    return " ".join("".join(map(_digit, raw)).lower().split())


def _plain(sign: str) -> str:
    """Fractions as decimals, invisible signs dropped."""
    if unicodedata.category(sign) == "No":
        fraction = unicodedata.numeric(sign, 0.0)
        if 0 < fraction < 1:
            return f"{fraction:.4f}"[1:]
    return sign if sign.isprintable() or sign.isspace() else ""


def _digit(sign: str) -> str:
    """Digits of any script as 0–9."""
    return sign if sign.isascii() or not sign.isdecimal() else str(unicodedata.decimal(sign))


def span_of(text: str, quantity: Quantity) -> Span | None:
    """Meaning of a tidy text.

    Parameters
    ----------
    text
        As `tidy` leaves it.
    quantity
        What the key states.

    Returns
    -------
    Span | None
        None where the text cannot be read.

    Examples
    --------
    >>> span_of("<6%", lexicon.quantities()["incline"])
    Span(value=6.0, lower=0.0, upper=6.0, likely=6.0)
    """
    meaning = lexicon.words()[quantity.name]
    span = meaning.get(text)
    if span is not None:
        return span
    if quantity.shape != "word":
        one = _one(text)
        if one is not None:
            sign, digits, unit = one.groups()
            return _point(_value(sign, digits, unit, quantity), quantity)
        if quantity.shape == "slope" and (ratio := _ratio(text)) is not None:
            return _ratio_span(ratio, quantity)
        if not text[0].isalpha():
            return _several(text, quantity)
    return _word(text, meaning, quantity) or _several(text, quantity)


def _word(text: str, meaning: dict[str, Span], quantity: Quantity) -> Span | None:
    """Words with other joints (``very bad``) or with a detail behind a colon (``paving_stones:30``)."""
    word = text.replace("; ", ";").replace(" ;", ";").replace(" ", "_").replace("-", "_")
    if quantity.shape == "word" and len(_list_slash(word)) == 1:
        while word not in meaning and ":" in word:
            word = word.rpartition(":")[0]
    return meaning.get(word)


def _several(text: str, quantity: Quantity) -> Span | None:
    """Anything but one number and one word; the first form that fits decides."""
    numeric = quantity.shape != "word"
    if numeric and (match := _range(text)) is not None:
        return _range_span(match, quantity)
    parts = (_list if quantity.shape == "slope" else _list_slash)(text)
    if len(parts) > 1:
        return _worst(parts, quantity)
    if not numeric:
        return None
    if (match := _two(text)) is not None:
        return _compound_span(match, quantity)
    hows, before, behind = _qualifiers()
    if (match := before.fullmatch(text)) is not None:
        word, rest = match.groups()
    elif (match := behind.fullmatch(text)) is not None:
        rest, word = match.groups()
    else:
        return None
    inner = span_of(rest, quantity)
    if inner is None or inner.value is None:
        return None
    return _bent(hows.get(word, "about"), Span(inner.value, *inner[1:3], inner.value), inner.value, quantity)


def _float(digits: str) -> float:
    return float(digits.replace(",", ".") if "," in digits else digits)


def _value(sign: str, digits: str, unit: str, quantity: Quantity) -> float | None:
    """Number in the quantity's unit; None where number and unit do not go together or are implausible."""
    known = lexicon.units().get(unit)
    if known is None:
        return None
    value = _SHAPES[quantity.shape](_float(digits), *known, quantity)
    if value is None:
        return None
    value = round(-value if sign == "-" else value, 6) + 0.0
    return value if quantity.least <= value <= quantity.most else None


def _height(value: float, dimension: str, factor: float, quantity: Quantity) -> float | None:
    """Centimetres; without a unit less than 0.5 means metres, 1 and more means centimetres."""
    if dimension == "length":
        return value * factor * 100
    if dimension or 0.5 <= value < 1 or value > quantity.upper:
        return None
    return value * 100 if value < 0.5 else value


def _length(value: float, dimension: str, factor: float, _: Quantity) -> float | None:
    return value * factor if dimension in ("", "length") else None


def _slope(value: float, dimension: str, factor: float, _: Quantity) -> float | None:
    if dimension == "angle":
        return 100 * math.tan(math.radians(value)) if value <= 45 else None
    return value * factor if dimension in ("", "slope") else None


def _count(value: float, dimension: str, _: float, __: Quantity) -> float | None:
    return value if dimension in ("", "count") and value == int(value) else None


_SHAPES = {"height": _height, "length": _length, "slope": _slope, "count": _count}


def _clamp(value: float, quantity: Quantity) -> float:
    return min(max(value, quantity.lower), quantity.upper)


def _point(value: float | None, quantity: Quantity) -> Span | None:
    if value is None:
        return None
    value = _clamp(value, quantity)
    return (
        _near(value, ESTIMATED, quantity)
        if quantity.name == "est_width"
        else Span(value, value, value, value)
    )


def _near(value: float, share: float, quantity: Quantity) -> Span:
    slack = abs(value) * share
    lower, upper = _clamp(round(value - slack, 6), quantity), _clamp(round(value + slack, 6), quantity)
    return Span(value, lower, upper, value)


def _worst(parts: list[str], quantity: Quantity) -> Span | None:
    """Several values: all count for the bounds, the worst for going is the value."""
    tail = _tail(parts[-1])
    spans = []
    for part in parts:
        inherited = f"{part} {tail.group(1)}" if tail is not None and _bare(part) else part
        span = span_of(inherited, quantity) if part else None
        if span is None:
            return None
        spans.append(span)
    values = [span.value for span in spans if span.value is not None]
    likely = [span.likely for span in spans if span.likely is not None]
    return Span(
        _worst_of(values, quantity) if len(values) == len(spans) else None,
        min(span.lower for span in spans),
        max(span.upper for span in spans),
        _worst_of(likely, quantity) if likely else None,
    )


def _worst_of(values: list[float], quantity: Quantity) -> float:
    if quantity.worst == "steepest":
        return max(values, key=abs)
    return min(values) if quantity.worst == "least" else max(values)


def _ratio_span(match: re.Match[str], quantity: Quantity) -> Span | None:
    """``1:12``."""
    sign, rise, run = match.groups()
    if _float(run) == 0:
        return None
    percent = 100 * _float(rise) / _float(run)
    return _point(_value(sign, f"{percent:.6f}", "", quantity), quantity)


def _compound_span(match: re.Match[str], quantity: Quantity) -> Span | None:
    """``4'11"``, ``1 m 50 cm``, ``1m50``."""
    great, unit, small, small_unit = match.groups()
    if unit == "m" and not small_unit and len(small) != 2:  # 1m50, but not 5 m2
        return None
    small_unit = small_unit or {"m": "cm", "yd": "ft"}.get(unit, "in")
    factors = [lexicon.units().get(each, ("", 0.0)) for each in (unit, small_unit)]
    if any(dimension != "length" for dimension, _ in factors) or factors[1][1] >= factors[0][1]:
        return None
    metres = _float(great) * factors[0][1] + _float(small) * factors[1][1]
    return _point(_value("", f"{metres:.6f}", "m", quantity), quantity)


def _range_span(match: re.Match[str], quantity: Quantity) -> Span | None:
    """``8-10%``; the unit may stand behind one number only, and a minus before both."""
    first, first_unit, second, second_unit = match.groups()
    low = _signed_value(first, first_unit or second_unit, quantity)
    high = _signed_value(second, second_unit or first_unit, quantity)
    if low is None or high is None:
        return None
    if low < 0 and high > -low:  # -8-10 %
        high = -high
    if not quantity.least <= high <= quantity.most:
        return None
    lower, upper = sorted((_clamp(low, quantity), _clamp(high, quantity)))
    middle = round((lower + upper) / 2, 6)
    return Span(middle, lower, upper, middle)


def _signed_value(text: str, unit: str, quantity: Quantity) -> float | None:
    return _value(text[0], text.lstrip("+- "), unit, quantity)


def _bent(how: str, inner: Span, value: float, quantity: Quantity) -> Span | None:
    """Bounds as a word before or behind the value bends them."""
    slope = quantity.shape == "slope"
    if how in ("up", "down"):
        if not slope or inner.lower < 0:
            return None
        turned = Span(-value + 0.0, -inner.upper + 0.0, -inner.lower + 0.0, -value + 0.0)
        return inner if how == "up" else turned
    if how == "about":
        near = _near(value, ABOUT, quantity)
        return inner._replace(lower=min(inner.lower, near.lower), upper=max(inner.upper, near.upper))
    if how == "below":
        if value < 0:
            return inner._replace(upper=0.0)
        return inner._replace(lower=0.0 if slope else quantity.lower)
    if value < 0:
        return inner._replace(lower=_clamp(quantity.least, quantity))
    return inner._replace(upper=_clamp(quantity.most, quantity))
