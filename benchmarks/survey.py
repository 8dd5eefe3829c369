"""Does the survey look in the right places: hide half the kerb tags, reveal them in the proposed order.

    python benchmarks/survey.py [-o results/survey.md]

In Berlin and Zürich half of the mapped kerbs get the bounds of an unmapped one, a different half with each
seed. The gap is the number of people between *sure* and *possible*, summed over all services, for a
wheelchair for which kerbs alone decide (its other limits are lifted, because most of them are unmapped on
every edge). The kerbs are then revealed, a few at a time, in the order the survey proposes and in random
orders. The proposed order is fixed before the first look and knows nothing of the hidden tags. Written:
tables and a plot (SVG).
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

import wegeketten as wk
from wegeketten.model.edges import Kind
from wegeketten.model.reading import Provenance
from wegeketten.people.profile import load_profile
from wegeketten.planning.survey_order import rank_edges
from wegeketten.planning.uncertain import Doubt, doubtful_tasks, good_odds, people_in_doubt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.people.profile import Profile

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "osm"
EXTRACTS = {"Berlin": "berlin-miraustrasse_2026-07.osm.pbf", "Zürich": "zuerich-hb_2025-11.osm.pbf"}
LIFTED = (
    "incline_up_pct", "incline_down_pct", "cross_slope_pct", "width_m", "surface_class", "smoothness_grade",
)  # fmt: skip
SEEDS = (3, 4, 5, 6, 7)
STEPS, ORDERS = 20, 5
SHARES = (0.25, 0.5, 0.75, 0.9)
COLUMNS = ("kerb_cm", "kerb_cm_lower", "kerb_cm_upper", "kerb_cm_from")


class Course(NamedTuple):
    """How the gap closes: the proposed order, and the mean of the random ones."""

    city: str
    seed: int
    kerbs: int
    full: float
    at: NDArray[Any]
    ours: NDArray[Any]
    random: NDArray[Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--out", type=Path)
    options = parser.parse_args()
    profile = load_profile("wheelchair", dict.fromkeys(LIFTED))
    courses = []
    with tempfile.TemporaryDirectory() as folder:
        for name, file in EXTRACTS.items():
            city = wk.build(SHARED / file, Path(folder) / name)
            courses += [measure(name, city, profile, seed) for seed in SEEDS]
    text = "\n".join(report(courses)) + "\n"
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")
        first = courses[0]
        options.out.with_suffix(".svg").write_text(plot(first.at, first.ours, first.random), encoding="utf-8")


def measure(name: str, city: City, profile: Profile, seed: int) -> Course:
    columns = city.edges.columns
    kerb = columns["kind"] == Kind.kerb
    known = np.flatnonzero(kerb & np.isin(columns["kerb_cm_from"], (Provenance.surveyed, Provenance.tagged)))
    unknown = np.flatnonzero(kerb & (columns["kerb_cm_from"] == Provenance.assumed))
    rng = np.random.default_rng(seed)
    # one mapped kerb may stand on several edges: hide and reveal elements, not edges
    elements = np.unique(columns["osm_id"][known])
    hidden_elements = rng.permutation(elements)[: len(elements) // 2]
    hidden = known[np.isin(columns["osm_id"][known], hidden_elements)]
    truth = {column: columns[column].copy() for column in COLUMNS}
    blank = {column: np.median(columns[column][unknown]).astype(columns[column].dtype) for column in COLUMNS}
    full = gap(city, profile)

    def show(revealed: NDArray[Any]) -> float:
        for column in COLUMNS:
            columns[column][hidden] = blank[column]
            seen = hidden[np.isin(columns["osm_id"][hidden], revealed)]
            columns[column][seen] = truth[column][seen]
        return gap(city, profile)

    show(np.array([], dtype=np.int64))
    orders = [proposed(city, profile, hidden, hidden_elements)]
    orders += [rng.permutation(hidden_elements) for _ in range(ORDERS)]
    at = np.unique(np.linspace(0, len(hidden_elements), STEPS + 1).astype(int))
    curves = np.array([[show(order[:count]) for count in at] for order in orders])
    for column in COLUMNS:
        columns[column][:] = truth[column]
    return Course(name, seed, len(elements), full, at, curves[0], curves[1:].mean(axis=0))


def report(courses: Sequence[Course]) -> list[str]:
    first = courses[0]
    lines = [
        "# Survey, measured",
        "",
        "Half of the mapped kerbs hidden; looks until a share of the gap between *sure* and *possible* is",
        f"closed, in the proposed order and in random order (mean of {ORDERS}), and how many times as many.",
        "",
        "| city | seed | mapped kerbs | hidden | gap, half hidden | gap, as mapped | "
        + " | ".join(f"to {100 * share:.0f} %" for share in SHARES)
        + " |",
        "|---|---|---|---|---|---|" + "---|" * len(SHARES),
    ]
    times: dict[tuple[str, float], list[float]] = {}
    for course in courses:
        cells = []
        for share in SHARES:
            looks = [
                crossing(course.at, curve[0] - curve, share * (curve[0] - course.full))
                for curve in (course.ours, course.random)
            ]
            ratio = looks[1] / max(looks[0], 1e-9)
            times.setdefault((course.city, share), []).append(ratio)
            cells.append(f"{looks[0]:.0f} : {looks[1]:.0f} = {ratio:.1f} ×")
        lines.append(
            f"| {course.city} | {course.seed} | {course.kerbs} | {course.at[-1]} | {course.ours[0]:,.0f} | "
            f"{course.full:,.0f} | {' | '.join(cells)} |"
        )
    lines.append("")
    for name in dict.fromkeys(course.city for course in courses):
        parts = [
            f"{100 * share:.0f} %: {min(times[name, share]):.1f} / {np.median(times[name, share]):.1f} ×"
            for share in SHARES
        ]
        lines.append(f"{name}, least / median over {len(SEEDS)} seeds: {', '.join(parts)}.")
    lines += [
        "",
        f"{first.city}, seed {first.seed}:",
        "",
        "| kerbs looked at | gap, proposed order | gap, random order | closed, proposed | closed, random |",
        "|---|---|---|---|---|",
    ]
    closable = first.ours[0] - first.full
    for place, count in enumerate(first.at.tolist()):
        pair = first.ours[place], first.random[place]
        closed = [100 * (first.ours[0] - value) / closable for value in pair]
        lines.append(f"| {count} | {pair[0]:,.0f} | {pair[1]:,.0f} | {closed[0]:.0f} % | {closed[1]:.0f} % |")
    return lines


def gap(city: City, profile: Profile) -> float:
    city.forget()
    return people_in_doubt(doubtful_tasks(city, [profile]))


def proposed(city: City, profile: Profile, hidden: NDArray[Any], elements: NDArray[Any]) -> NDArray[Any]:
    """Elements in the order the survey ranks their edges; only hidden ones can be looked at here."""
    tasks = doubtful_tasks(city, [profile])
    field = tasks[0].field
    looks = np.zeros_like(field.prices)
    looks[hidden] = field.prices[hidden]
    can = np.append(looks, 0)[field.edge] > 0
    blind = replace(field.priced(looks), mended=np.where(can, field.mended, field.today).astype(np.int32))
    odds = good_odds(city, [profile])
    doubts = [Doubt.about(replace(task, field=blind)) for task in tasks]
    order = rank_edges(doubts, len(hidden), odds=odds, rounds=40)
    ids = city.edges["osm_id"][np.array(order.edges, dtype=np.int64)]
    rest = np.setdiff1d(elements, ids)
    return np.array(list(dict.fromkeys(ids.tolist())) + rest.tolist(), dtype=np.int64)


def crossing(at: NDArray[Any], closed: NDArray[Any], wanted: float) -> float:
    """How many looks until `wanted` is closed, between the steps by straight line."""
    place = int(np.argmax(closed >= wanted - 1e-9))
    if place == 0:
        return float(at[0])
    before, after = closed[place - 1], closed[place]
    return float(at[place - 1] + (at[place] - at[place - 1]) * (wanted - before) / (after - before))


def plot(at: NDArray[Any], ours: NDArray[Any], random: NDArray[Any]) -> str:
    """Both curves as a small SVG."""
    wide, high, left, low = 560, 320, 70, 40

    def line(values: NDArray[Any], colour: str, dash: str) -> str:
        x = left + (wide - left - 20) * at / at[-1]
        y = high - low - (high - low - 30) * values / max(ours[0], 1)
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5" {dash}/>'

    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif" ',
            'font-size="13" role="img"><title>People in doubt against kerbs looked at</title>',
            f'<rect width="{wide}" height="{high}" fill="white"/>',
            f'<path d="M{left} 20V{high - low}H{wide - 15}" fill="none" stroke="#333"/>',
            f'<text x="{wide / 2}" y="{high - 8}">kerbs looked at (0 – {at[-1]})</text>',
            f'<text x="8" y="18">people × services in doubt ({ours[0]:,.0f} at first)</text>',
            line(random, "#777", 'stroke-dasharray="6 4"'),
            line(ours, "#0b5cad", ""),
            f'<text x="{wide - 150}" y="40" fill="#777">- - random order</text>',
            f'<text x="{wide - 150}" y="60" fill="#0b5cad">— proposed order</text></svg>\n',
        ]
    )


if __name__ == "__main__":
    main()
