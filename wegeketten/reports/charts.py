"""Small charts as SVG pictures, drawn so that they can be read without colours."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from wegeketten.words.numbers import about, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_INK, _SOFT, _LINE = "#1c1c1c", "#4d4a45", "#8a857c"
_BAND, _BAR, _MARK, _OTHER = "#a9c6e3", "#5f87ad", "#08427a", "#8f1d14"
_FONT = "font-family='DejaVu Sans, Noto Sans, Segoe UI, sans-serif'"


class Range(NamedTuple):
    """A row of a range chart: shares from 0 to 1.

    Attributes
    ----------
    label
        What it is about.
    sure, possible
        Ends of the outer band.
    lead
        The share that is told first.
    other
        A comparison, or None.
    inner
        Ends of the inner band, between which `lead` lies eight times of ten; None for none.
    """

    label: str
    sure: float
    lead: float
    possible: float
    other: float | None
    inner: tuple[float, float] | None = None


class Picture(NamedTuple):
    """A chart and the text that stands for it.

    Attributes
    ----------
    source
        The picture as a ``data:`` address.
    alt
        Its text alternative.
    width, height
        Pixels.
    """

    source: str
    alt: str
    width: int
    height: int


def range_chart(rows: Sequence[Range], *, lang: str, alt: str, key: Mapping[str, str]) -> Picture:
    """Bars from *sure* to *possible* with a diamond at the leading share and a ring for the comparison.

    Parameters
    ----------
    rows
        From top to bottom.
    lang
        Language of the numbers.
    alt
        Text alternative.
    key
        Words for ``band``, ``inner``, ``lead`` and ``other``.

    Returns
    -------
    Picture
        SVG with its text alternative.
    """
    width, row_height, top, right = 360, 30, 64, 46
    span = width - right - 8
    height = top + row_height * len(rows) + 20
    parts = [_band(2, 4, 26, 12) + _text(34, 15, key["band"], size=13)]
    parts.append(_diamond(216, 10) + _text(230, 15, key["lead"], size=13))
    if any(row.other is not None for row in rows):
        parts.append(_ring(216, 32) + _text(230, 37, key["other"], size=13))
    if any(row.inner is not None for row in rows):
        parts.append(_band(2, 26, 26, 12, _BAR) + _text(34, 37, key["inner"], size=13))
    for quarter in range(5):
        x = 6 + span * quarter / 4
        parts.append(f"<path d='M{x:.1f} {top - 14}V{height - 18}' stroke='#c9c4ba' stroke-width='1'/>")
        anchor = "start" if quarter == 0 else "middle"
        parts.append(_text(x, height - 4, f"{quarter * 25} %", anchor=anchor, size=13, fill=_SOFT))
    for number, row in enumerate(rows):
        y = top + row_height * number
        start, end = 6 + span * row.sure, 6 + span * row.possible
        parts.append(_text(2, y + 2, row.label, size=13))
        parts.append(_band(start, y + 8, max(end - start, 2), 12))
        if row.inner is not None:
            left, right_end = (6 + span * share for share in row.inner)
            parts.append(_band(left, y + 10, max(right_end - left, 2), 8, _BAR))
        if row.other is not None:
            parts.append(_ring(6 + span * row.other, y + 14))
        parts.append(_diamond(6 + span * row.lead, y + 14))
        parts.append(_text(width - 2, y + 19, percent(row.lead, lang), anchor="end", size=13, weight="bold"))
    return picture_of(parts, width, height, alt)


class Stack(NamedTuple):
    """A row of a stacked chart: shares by part, in the order of the chart's key; they sum to 1."""

    label: str
    shares: Sequence[float]


_FILLS = ("#08427a", "#c8452f", "#e8a33d", "#9cc3dd", "#b9b2a6", "#ecebe8")
"""Fills of the parts of a stacked chart: they differ in lightness too."""


def stack_chart(rows: Sequence[Stack], *, key: Sequence[str], lang: str, alt: str) -> Picture:
    """Stacked bars, no wider than a phone, with the share of the first part as a number.

    Parameters
    ----------
    rows
        From top to bottom.
    key
        Words for the parts.
    lang, alt
        Language of the numbers, and the text alternative.

    Returns
    -------
    Picture
        SVG with its text alternative.
    """
    width, row_height = 360, 30
    lines, line, x = [], 0, 2.0
    for word, fill in zip(key, _FILLS, strict=True):
        needed = 24 + 7.6 * len(word)
        if x > 2 and x + needed > width:
            line, x = line + 1, 2.0
        lines.append(_box(x, 4 + 20 * line, 14, 12, fill) + _text(x + 20, 15 + 20 * line, word, size=13))
        x += needed + 10
    top = 20 * (line + 1) + 24
    height = top + row_height * len(rows) - 8
    parts = list(lines)
    span = width - 48
    for number, row in enumerate(rows):
        y, x = top + row_height * number, 2.0
        parts.append(_text(2, y - 4, row.label, size=13))
        for share, fill in zip(row.shares, _FILLS, strict=True):
            if share > 0.002:
                parts.append(_box(x, y, span * share, 14, fill))
            x += span * share
        told = percent(row.shares[0], lang)
        parts.append(_text(width - 2, y + 12, told, anchor="end", size=13, weight="bold"))
    return picture_of(parts, width, height, alt)


def _box(x: float, y: float, width: float, height: float, fill: str) -> str:
    return (
        f"<rect x='{x:.1f}' y='{y:.1f}' width='{max(width, 0.5):.1f}' height='{height:.1f}' fill='{fill}' "
        "stroke='#fff' stroke-width='0.8'/>"
    )


def bar_chart(rows: Sequence[tuple[str, float]], *, lang: str, alt: str) -> Picture:
    """Plain horizontal bars of shares, each with its number.

    Parameters
    ----------
    rows
        Name and share from 0 to 1, from top to bottom.
    lang
        Language of the text, ``de`` or ``en``.
    alt
        Text alternative.

    Returns
    -------
    Picture
        SVG with its text alternative.
    """
    left, width, row_height = 150, 360, 24
    span = width - left - 56
    height = row_height * len(rows) + 8
    parts = []
    for number, (label, share) in enumerate(rows):
        y = row_height * number + 14
        parts.append(_text(left - 6, y + 4, _short(label, 21), anchor="end", size=13))
        parts.append(
            f"<rect x='{left}' y='{y - 7}' width='{max(span * share, 1):.1f}' height='14' fill='{_BAR}'/>"
        )
        parts.append(_text(left + span * share + 5, y + 4, percent(share, lang), size=13))
    return picture_of(parts, width, height, alt)


def strip_chart(shares: Sequence[float], *, marked: int, alt: str) -> Picture:
    """All districts as strokes on one line from 0 to 100 %, one of them as a diamond.

    Parameters
    ----------
    shares
        From 0 to 1.
    marked
        Which of them is the diamond.
    alt
        Text alternative.

    Returns
    -------
    Picture
        SVG with its text alternative.
    """
    width, height = 240, 30
    parts = [f"<path d='M10 15H230' stroke='{_LINE}'/>"]
    for share in shares:
        x = 10 + 220 * share
        parts.append(f"<path d='M{x:.1f} 8V22' stroke='{_SOFT}' stroke-width='1.5'/>")
    if 0 <= marked < len(shares):
        parts.append(_diamond(10 + 220 * shares[marked], 15))
    return picture_of(parts, width, height, alt)


def curve_chart(
    points: Sequence[tuple[float, float]], *, lang: str, alt: str, across: str, up: str
) -> Picture:
    """A curve that rises in steps from the origin, a dot for each purchase.

    Parameters
    ----------
    points
        Money and people, both rising.
    lang, alt
        Language of the numbers, and the text alternative.
    across, up
        What the axes count.

    Returns
    -------
    Picture
        SVG with its text alternative.
    """
    width, height, left, bottom, top = 360, 260, 58, 44, 26
    most_x, most_y = (max(1.0, points[-1][axis]) for axis in (0, 1))
    span_x, span_y = width - left - 14, height - top - bottom

    def at(x: float, y: float) -> tuple[float, float]:
        return left + span_x * x / most_x, height - bottom - span_y * y / most_y

    parts = [_text(2, 15, up, size=13), _text(width - 4, height - 4, across, anchor="end", size=13)]
    for quarter in range(5):
        x, _ = at(most_x * quarter / 4, 0.0)
        _, y = at(0.0, most_y * quarter / 4)
        parts.append(f"<path d='M{left} {y:.1f}H{width - 14}' stroke='#c9c4ba' stroke-width='1'/>")
        parts.append(_text(left - 5, y + 4, about(most_y * quarter / 4, lang), anchor="end", size=13))
        if quarter % 2 == 0:
            anchor = "end" if quarter == 4 else "middle"
            parts.append(_text(x + 8, height - 24, about(most_x * quarter / 4, lang), anchor=anchor, size=13))
    line = f"M{at(0.0, 0.0)[0]:.1f} {at(0.0, 0.0)[1]:.1f}"
    for money, people in points:
        x, y = at(money, people)
        line += f"H{x:.1f}V{y:.1f}"
    parts.append(f"<path d='{line}' fill='none' stroke='{_MARK}' stroke-width='2'/>")
    for money, people in points[1:]:
        x, y = at(money, people)
        parts.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3' fill='{_MARK}'/>")
    return picture_of(parts, width, height, alt)


def picture_of(parts: Sequence[str], width: int, height: int, alt: str) -> Picture:
    """Drawn parts as one picture.

    Parameters
    ----------
    parts
        SVG elements.
    width, height
        Units of the drawing.
    alt
        Text alternative.

    Returns
    -------
    Picture
        SVG with its text alternative.
    """
    size = f"viewBox='0 0 {width} {height}' width='{width}' height='{height}'"
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' {size}>"
        f"<rect width='{width}' height='{height}' fill='#fff'/>{''.join(parts)}</svg>"
    )
    return Picture(
        "data:image/svg+xml;base64," + base64.b64encode(svg.encode("utf-8")).decode("ascii"),
        alt,
        width,
        height,
    )


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    size: int = 13,
    fill: str = _INK,
    weight: str = "normal",
    x_mark: str = "",
) -> str:
    return (
        f"{x_mark}<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' font-size='{size}' "
        f"font-weight='{weight}' fill='{fill}' {_FONT}>{escape(text)}</text>"
    )


def _band(x: float, y: float, width: float, height: float, fill: str = _BAND) -> str:
    return (
        f"<rect x='{x:.1f}' y='{y:.1f}' width='{width:.1f}' height='{height:.1f}' fill='{fill}' "
        f"stroke='{_MARK}' stroke-width='1'/>"
    )


def _diamond(x: float, y: float) -> str:
    return f"<path d='M{x:.1f} {y - 8:.1f}l7 8l-7 8l-7 -8z' fill='{_MARK}' stroke='#fff' stroke-width='1'/>"


def _ring(x: float, y: float) -> str:
    return f"<circle cx='{x:.1f}' cy='{y:.1f}' r='5' fill='#fff' stroke='{_OTHER}' stroke-width='2.5'/>"


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
