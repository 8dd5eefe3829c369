"""The page of all cities: a map, small multiples and a ranking, in one file that opens without a network."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.model.licence import ATTRIBUTION
from wegeketten.people.profile import PROFILES
from wegeketten.version import VERSION
from wegeketten.words.catalogue import load_words
from wegeketten.words.names import profile_name, service_name
from wegeketten.words.numbers import about, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

BANDS = (
    (0.0, "#b2182b"), (0.2, "#fddbc7"), (0.4, "#d1e5f0"), (0.6, "#67a9cf"), (0.8, "#2166ac"),
)  # fmt: skip
"""Lower ends of the bands of shares and their colours (ColorBrewer RdBu, safe for the colour-blind)."""

_SHARES = ("share_sure", "share_likely", "share_possible")
_FOCUS = ("rollator", "wheelchair")
_WIDTH, _HEIGHT, _EDGE = 640.0, 640.0, 18.0
_POLICY = "policy-goes-here"


class Standing(NamedTuple):
    """How a city stands for one profile: means over all services, NaN where nothing is known."""

    city: str
    name: str
    lon: float
    lat: float
    people: float
    sure: float
    likely: float
    possible: float


def overview_page(columns: Mapping[str, NDArray[Any] | list[str]], lang: str) -> str:
    """The page.

    Parameters
    ----------
    columns
        Of ``overview.parquet``.
    lang
        ``de`` or ``en``.

    Returns
    -------
    str
        An HTML document.
    """
    from jinja2 import Environment
    from markupsafe import Markup

    from wegeketten.reports.assets import asset_text
    from wegeketten.reports.inline import policy_of, style_tag

    words = load_words(lang)["overview"]
    there = list(dict.fromkeys(columns["profile"]))
    profiles = [one for one in PROFILES if one in there] + [one for one in there if one not in PROFILES]
    focus = next((one for one in _FOCUS if one in there), profiles[0])
    standings = {one: standings_of(columns, one) for one in profiles}
    ranked = sorted(standings[focus], key=lambda one: (-_or_zero(one.likely), one.name, one.city))
    services = list(dict.fromkeys(columns["service"]))
    environment = Environment(autoescape=True, trim_blocks=True, keep_trailing_newline=True)
    page = environment.from_string(asset_text("overview.html")).render(
        lang=lang,
        words=words,
        version=VERSION,
        policy=_POLICY,
        title=words["title"].format(count=len(ranked)),
        subtitle=words["subtitle"].format(profile=profile_name(focus, lang), services=len(services)),
        map=_map(ranked, words, lang),
        profiles=[_profile_row(one, standings[one], lang) for one in profiles],
        multiples=[_multiple(columns, focus, service, words, lang) for service in services],
        ranking=[_ranking_row(rank, one, lang) for rank, one in enumerate(ranked, 1)],
        source=words["source"].format(attribution=ATTRIBUTION, version=VERSION),
        style=Markup(style_tag(asset_text("report.css"))),  # noqa: S704  # our own file
    )
    return page.replace(_POLICY, policy_of(page), 1)


def standings_of(columns: Mapping[str, NDArray[Any] | list[str]], profile: str) -> list[Standing]:
    """Cities for one profile, in the order of the table.

    Parameters
    ----------
    columns
        Of ``overview.parquet``.
    profile
        Id.

    Returns
    -------
    list of Standing
        One for each city.
    """
    rows: dict[str, list[int]] = {}
    for row, (city, of) in enumerate(zip(columns["city"], columns["profile"], strict=True)):
        if of == profile:
            rows.setdefault(str(city), []).append(row)
    found = []
    for city, mine in rows.items():
        first = mine[0]
        means = [_mean(np.asarray(columns[name])[mine]) for name in _SHARES]
        lon, lat, people = (float(columns[name][first]) for name in ("lon", "lat", "people"))
        found.append(Standing(city, str(columns["name"][first]), lon, lat, people, *means))
    return found


def _mean(values: NDArray[Any]) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan


def _or_zero(value: float) -> float:
    return value if math.isfinite(value) else -1.0


def _told(share: float, lang: str) -> str:
    return percent(share, lang) if math.isfinite(share) else "–"


def _colour(share: float) -> str:
    if not math.isfinite(share):
        return "#999999"
    return next(colour for low, colour in reversed(BANDS) if share >= low)


def _map(ranked: Sequence[Standing], words: Mapping[str, str], lang: str) -> dict[str, Any]:
    """Dots in an equirectangular picture, the largest first so that none hides another."""
    placed = [one for one in ranked if math.isfinite(one.lon) and math.isfinite(one.lat)]
    dots = []
    width = height = _EDGE * 2
    if placed:
        stretch = math.cos(math.radians(sum(one.lat for one in placed) / len(placed)))
        xs = [one.lon * stretch for one in placed]
        ys = [-one.lat for one in placed]
        span = max(max(xs) - min(xs), max(ys) - min(ys), 1e-6)
        scale = (_WIDTH - 2 * _EDGE) / span
        width = (max(xs) - min(xs)) * scale + 2 * _EDGE
        height = min((max(ys) - min(ys)) * scale + 2 * _EDGE, _HEIGHT)
        most = max(one.people for one in placed) or 1.0
        for one, x, y in sorted(zip(placed, xs, ys, strict=True), key=lambda each: -each[0].people):
            dots.append(
                {
                    "x": round(_EDGE + (x - min(xs)) * scale, 1),
                    "y": round(_EDGE + (y - min(ys)) * scale, 1),
                    "r": round(3 + 11 * math.sqrt(max(one.people, 0) / most), 1),
                    "colour": _colour(one.likely),
                    "title": f"{one.name}: {_told(one.likely, lang)}",
                }
            )
    ends = [low for low, _ in BANDS[1:]] + [1.0]
    bands = [
        (colour, f"{round(low * 100)}–{round(high * 100)} %")
        for (low, colour), high in zip(BANDS, ends, strict=True)
    ]
    alt = words["map_alt"].format(count=len(placed))
    return {"width": round(width), "height": round(height), "dots": dots, "bands": bands, "alt": alt}


def _profile_row(profile: str, standings: Sequence[Standing], lang: str) -> tuple[str, str, str, str]:
    shares = np.array([one.likely for one in standings if math.isfinite(one.likely)])
    ends = (shares.min(), np.median(shares), shares.max()) if len(shares) else (math.nan,) * 3
    worst, middle, best = (_told(float(share), lang) for share in ends)
    return profile_name(profile, lang), worst, middle, best


def _multiple(
    columns: Mapping[str, NDArray[Any] | list[str]],
    profile: str,
    service: str,
    words: Mapping[str, str],
    lang: str,
) -> dict[str, Any]:
    """A small histogram: cities by tenths of their share."""
    shares = np.array(
        [
            share
            for share, of, which in zip(
                columns["share_likely"], columns["profile"], columns["service"], strict=True
            )
            if of == profile and which == service and math.isfinite(share)
        ]
    )
    counts = np.bincount(np.minimum((shares * 10).astype(np.int64), 9), minlength=10)
    most = max(int(counts.max()), 1)
    bars = [
        (number * 16 + 1, round(60 - 56 * int(count) / most, 1), round(56 * int(count) / most, 1),
         _colour(number / 10))
        for number, count in enumerate(counts.tolist())
    ]  # fmt: skip
    ends = (np.median(shares), shares.min(), shares.max()) if len(shares) else (math.nan,) * 3
    middle, least, most_of = (_told(float(share), lang) for share in ends)
    alt = words["multiple_alt"].format(
        service=service_name(service, lang), median=middle, least=least, most=most_of
    )
    return {"bars": bars, "alt": alt}


def _ranking_row(rank: int, one: Standing, lang: str) -> dict[str, Any]:
    def at(share: float) -> float:
        return round(2 + 100 * (share if math.isfinite(share) else 0.0), 1)

    return {
        "rank": rank,
        "name": one.name,
        "people": about(one.people, lang),
        "sure": _told(one.sure, lang),
        "likely": _told(one.likely, lang),
        "possible": _told(one.possible, lang),
        "bar": round(at(one.likely) - 2, 1),
        "low": at(one.sure),
        "high": at(one.possible),
        "colour": _colour(one.likely),
    }
