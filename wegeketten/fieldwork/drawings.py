"""Drawings of what can be answered, as symbols of one inline SVG, in the colour of the text around."""

from __future__ import annotations

import math
from functools import cache

WIDTH, HEIGHT = 96, 64
"""Size of each drawing, units."""

_GROUND = 54.0


@cache
def drawings() -> dict[str, str]:
    """Symbols by name: shapes of SVG that need nothing around them.

    Examples
    --------
    >>> sorted(drawings())[:3]
    ['bumps_1', 'bumps_2', 'bumps_3']
    """
    found = {
        name: _kerb(height)
        for name, height in {
            "kerb_flush": 0, "kerb_low": 4, "kerb_middle": 9, "kerb_high": 17, "kerb_highest": 28,
        }.items()
    }  # fmt: skip
    for name, rise in {"slope_flat": 0, "slope_gentle": 10, "slope_steep": 21, "slope_steepest": 36}.items():
        found[name] = _slope(rise)
    for name, rise in {"tilt_flat": 0, "tilt_some": 9, "tilt_strong": 20}.items():
        found[name] = _tilt(rise)
    for name, gap in {"gap_narrow": 18, "gap_tight": 30, "gap_enough": 44, "gap_wide": 70}.items():
        found[name] = _gap(gap)
    found |= _surfaces()
    for grade in range(1, 7):
        found[f"bumps_{grade}"] = _wheel(24, _GROUND - 14 - (grade - 1)) + _wave((grade - 1) * 1.9)
    for count in (1, 2, 3):
        found[f"steps_{count}"] = _steps(count)
    found |= {
        "rail_no": _steps(3),
        "rail_one": _steps(3) + _rail(0),
        "rail_both": _steps(3) + _rail(0) + _rail(9),
    }
    flight = _steps(4)
    found |= {
        "ramp_yes": flight + _line(8, _GROUND, 88, 16, "thick"),
        "ramp_no": flight + _cross(),
        "rails_yes": flight + _line(12, 48, 80, 10, "thick") + _line(20, 52, 88, 14, "thick"),
        "rails_no": flight + _cross(),
        "tactile_yes": _studs(),
        "tactile_no": '<rect x="12" y="14" width="72" height="40" rx="2"/>' + _cross(),
        "sound_yes": _signal() + "".join(
            f'<path d="M{60 + 8 * n} {22 - 4 * n}q{6 + n} {10 + 4 * n} 0 {20 + 8 * n}"/>' for n in range(3)
        ),
        "sound_no": _signal() + _line(60, 22, 80, 42) + _line(80, 22, 60, 42),
        "wheelchair_yes": _wheelchair() + '<path class="thick" d="M66 34l7 8 14-20"/>',
        "wheelchair_limited": _wheelchair() + '<path class="thick" d="M66 34q6-9 11 0t11 0"/>',
        "wheelchair_no": _wheelchair() + _line(68, 24, 86, 42, "thick") + _line(86, 24, 68, 42, "thick"),
        "unsure": '<path class="thick" d="M38 24q0-12 11-12t11 10q0 6-6 10t-5 9"/>' + _dot(49, 51, 3),
    }  # fmt: skip
    return found


def drawing_symbols() -> str:
    """All drawings as one hidden SVG; each is shown with ``<use href="#d-NAME">``."""
    symbols = "".join(
        f'<symbol id="d-{name}" viewBox="0 0 {WIDTH} {HEIGHT}">{shapes}</symbol>'
        for name, shapes in sorted(drawings().items())
    )
    return f'<svg class="symbols" aria-hidden="true" focusable="false" width="0" height="0">{symbols}</svg>'


def _line(x: float, y: float, to_x: float, to_y: float, cls: str = "") -> str:
    told = f' class="{cls}"' if cls else ""
    return f'<line{told} x1="{x:g}" y1="{y:g}" x2="{to_x:g}" y2="{to_y:g}"/>'


def _dot(x: float, y: float, radius: float) -> str:
    return f'<circle class="full" cx="{x:g}" cy="{y:g}" r="{radius:g}"/>'


def _cross() -> str:
    return _line(10, 8, 86, 58, "thick") + _line(86, 8, 10, 58, "thick")


def _wheel(x: float, y: float, radius: float = 14) -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}"/><circle class="full" cx="{x:g}" cy="{y:g}" r="2"/>'


def _kerb(height: float) -> str:
    step = f'<path class="solid" d="M46 {_GROUND:g}V{_GROUND - height:g}H94V62H46z"/>'
    return _line(2, _GROUND, 46, _GROUND, "thick") + step + _wheel(28, _GROUND - 14)


def _slope(rise: float) -> str:
    angle = math.atan2(rise, 88)
    x, y = 48 - 14 * math.sin(angle), _GROUND - rise / 2 - 14 * math.cos(angle)
    ground = f'<path class="solid" d="M4 {_GROUND:g}L92 {_GROUND - rise:g}V62H4z"/>'
    return ground + _wheel(x, y)


def _tilt(rise: float) -> str:
    """A chair from behind on ground that falls to one side."""
    ground = f'<path class="solid" d="M6 {_GROUND - rise:g}L90 {_GROUND:g}V62H6z"/>'
    angle = math.degrees(math.atan2(rise, 84))
    chair = '<path d="M-16-30V0M16-30V0M-16-14H16M-10-14V-34H10V-14" class="thick"/>'
    return ground + f'<g transform="translate(48 {_GROUND - rise / 2:g}) rotate({angle:.1f})">{chair}</g>'


def _gap(gap: float) -> str:
    left, right = 48 - gap / 2, 48 + gap / 2
    posts = f'<path class="solid" d="M{left:g} 8V58H2V8zM{right:g} 8V58H94V8z"/>'
    chair = '<path d="M40 26h16v14H40zM38 44a6 6 0 1 0 .1 0M58 44a6 6 0 1 0 .1 0"/>' + _dot(48, 19, 5)
    arrow = f'<path d="M{left + 1:g} 60H{right - 1:g}"/>'
    return posts + chair + arrow


def _surfaces() -> dict[str, str]:
    frame = '<rect x="4" y="6" width="88" height="52" rx="3"/>'
    joints = "".join(_line(4, 6 + 13 * n, 92, 6 + 13 * n) for n in (1, 2, 3))
    slabs = joints + "".join(
        _line(4 + 22 * n + 11 * (row % 2), 6 + 13 * row, 4 + 22 * n + 11 * (row % 2), 19 + 13 * row)
        for row in range(4)
        for n in range(1, 4)
    )
    setts = "".join(
        f'<rect x="{7 + 14 * n + 4 * (row % 2)}" y="{9 + 12 * row}" width="10" height="9" rx="3"/>'
        for row in range(4)
        for n in range(6)
    )
    cobbles = "".join(
        f'<ellipse cx="{15 + 22 * n + 9 * (row % 2)}" cy="{16 + 16 * row}" rx="{9 - n % 2}" ry="6"/>'
        for row in range(3)
        for n in range(4)
        if 15 + 22 * n + 9 * (row % 2) < 86
    )
    gravel = "".join(
        f'<circle class="full" cx="{10 + (n * 37) % 78}" cy="{12 + (n * 23) % 42}" r="{1.5 + n % 3}"/>'
        for n in range(40)
    )
    grass = "".join(
        f'<path d="M{10 + (n * 29) % 76} {20 + (n * 17) % 36}l-2-8m2 8 0-10m0 10 3-8"/>' for n in range(16)
    )
    return {
        "surface_A": frame,
        "surface_B": frame + slabs,
        "surface_C": frame + setts,
        "surface_D": frame + cobbles,
        "surface_E": frame + gravel,
        "surface_F": frame + grass,
    }


def _wave(height: float) -> str:
    curves = "".join(f"q6 {-2 * height if n % 2 == 0 else 2 * height:g} 11.5 0" for n in range(8))
    return f'<path class="thick" d="M2 {_GROUND:g}{curves}"/>'


def _steps(count: int) -> str:
    wide, high = 72 / count, 38 / count
    treads = "".join(f"v{-high:.1f}h{wide:.1f}" for _ in range(count))
    return f'<path class="solid" d="M14 {_GROUND:g}{treads}V62H14z"/>'


def _rail(shift: float) -> str:
    posts = "".join(
        _line(22 + 28 * n, 46 - 12 * n - shift, 22 + 28 * n, 26 - 12 * n - shift) for n in range(3)
    )
    return posts + _line(14, 30 - shift, 88, -1 - shift + 1, "thick")


def _studs() -> str:
    dots = "".join(
        f'<circle class="full" cx="{20 + 11 * n}" cy="{22 + 11 * row}" r="3"/>'
        for row in range(3)
        for n in range(6)
    )
    return f'<rect x="12" y="14" width="72" height="40" rx="2"/>{dots}'


def _signal() -> str:
    lamps = "".join(f'<circle cx="34" cy="{14 + 12 * n}" r="4"/>' for n in range(2))
    return f'<rect x="26" y="6" width="16" height="28" rx="3"/>{lamps}{_line(34, 34, 34, 60, "thick")}'


def _wheelchair() -> str:
    body = '<path class="thick" d="M32 17v19h16l8 16"/><path d="M26 30a15 15 0 1 0 20 20"/>'
    return _dot(32, 10, 5) + body
