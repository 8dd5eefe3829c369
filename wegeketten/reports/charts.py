"""Small charts as SVG pictures, drawn so that they can be read without colours."""

from __future__ import annotations

import base64
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from wegeketten.words.numbers import percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_INK, _SOFT, _LINE = "#1c1c1c", "#4d4a45", "#8a857c"
_BAND, _BAR, _MARK, _OTHER = "#a9c6e3", "#5f87ad", "#08427a", "#8f1d14"
_FONT = "font-family='DejaVu Sans, Noto Sans, Segoe UI, sans-serif'"


class Range(NamedTuple):
    """A row of a range chart: shares from 0 to 1, `other` a comparison or None."""

    label: str
    sure: float
    likely: float
    possible: float
    other: float | None


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
    """Bars from *sure* to *possible* with a diamond at *likely* and a ring for the comparison.

    Parameters
    ----------
    rows
        From top to bottom.
    lang
        Language of the numbers.
    alt
        Text alternative.
    key
        Words for ``band``, ``likely`` and ``other``.
    """
    left, right, row_height, top = 200, 72, 24, 44
    width = 720
    span = width - left - right
    height = top + row_height * len(rows) + 22
    parts = [_text(left, 14, key["band"], anchor="start", size=12, x_mark=_band(left - 34, 4, 26, 12))]
    parts.append(_diamond(left + 218, 10) + _text(left + 230, 14, key["likely"], size=12))
    parts.append(_ring(left + 362, 10) + _text(left + 374, 14, key["other"], size=12))
    for tenth in range(0, 11, 2):
        x = left + span * tenth / 10
        parts.append(f"<path d='M{x:.1f} {top - 12}V{height - 20}' stroke='#c9c4ba' stroke-width='1'/>")
        parts.append(_text(x, height - 6, f"{tenth * 10} %", anchor="middle", size=11, fill=_SOFT))
    for number, row in enumerate(rows):
        y = top + row_height * number
        start, end = left + span * row.sure, left + span * row.possible
        parts.append(_text(left - 8, y + 5, row.label, anchor="end", size=13))
        parts.append(_band(start, y - 6, max(end - start, 2), 12))
        if row.other is not None:
            parts.append(_ring(left + span * row.other, y))
        parts.append(_diamond(left + span * row.likely, y))
        parts.append(_text(width - 4, y + 5, percent(row.likely, lang), anchor="end", size=13, weight="bold"))
    return _picture(parts, width, height, alt)


def bar_chart(rows: Sequence[tuple[str, float]], *, lang: str, alt: str) -> Picture:
    """Plain horizontal bars of shares, each with its number."""
    left, width, row_height = 180, 420, 22
    span = width - left - 56
    height = row_height * len(rows) + 8
    parts = []
    for number, (label, share) in enumerate(rows):
        y = row_height * number + 14
        parts.append(_text(left - 6, y + 4, _short(label, 24), anchor="end", size=12))
        parts.append(
            f"<rect x='{left}' y='{y - 7}' width='{max(span * share, 1):.1f}' height='14' fill='{_BAR}'/>"
        )
        parts.append(_text(left + span * share + 5, y + 4, percent(share, lang), size=12))
    return _picture(parts, width, height, alt)


def strip_chart(shares: Sequence[float], *, marked: int, alt: str) -> Picture:
    """All districts as strokes on one line from 0 to 100 %, one of them as a diamond."""
    width, height = 240, 30
    parts = [f"<path d='M10 15H230' stroke='{_LINE}'/>"]
    for share in shares:
        x = 10 + 220 * share
        parts.append(f"<path d='M{x:.1f} 8V22' stroke='{_SOFT}' stroke-width='1.5'/>")
    if 0 <= marked < len(shares):
        parts.append(_diamond(10 + 220 * shares[marked], 15))
    return _picture(parts, width, height, alt)


def _picture(parts: Sequence[str], width: int, height: int, alt: str) -> Picture:
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


def _band(x: float, y: float, width: float, height: float) -> str:
    return (
        f"<rect x='{x:.1f}' y='{y:.1f}' width='{width:.1f}' height='{height:.1f}' fill='{_BAND}' "
        f"stroke='{_MARK}' stroke-width='1'/>"
    )


def _diamond(x: float, y: float) -> str:
    return f"<path d='M{x:.1f} {y - 8:.1f}l7 8l-7 8l-7 -8z' fill='{_MARK}' stroke='#fff' stroke-width='1'/>"


def _ring(x: float, y: float) -> str:
    return f"<circle cx='{x:.1f}' cy='{y:.1f}' r='5' fill='#fff' stroke='{_OTHER}' stroke-width='2.5'/>"


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
