"""Does the survey look in the right places: hide half the kerb tags, reveal them in the proposed order.

    python benchmarks/survey.py [-o results/survey.md]

In Berlin half of the mapped kerbs get the bounds of an unmapped one. The gap is the number of people between
*sure* and *possible*, summed over all services, for a wheelchair for which kerbs alone decide (its other
limits are lifted, because most of them are unmapped on every edge). The kerbs are then revealed, a few at a
time, in the order the survey proposes and in random orders. Written: a table and a plot (SVG).
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import wegeketten as wk
from wegeketten.network.edges import Kind
from wegeketten.people.profile import load_profile
from wegeketten.plan.survey import doubtful_tasks, people_in_doubt, rank_edges
from wegeketten.tags.reading import Provenance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.people.profile import Profile

EXTRACT = (
    Path(__file__).resolve().parents[2] / "shared" / "data" / "osm" / "berlin-miraustrasse_2026-07.osm.pbf"
)
LIFTED = (
    "incline_up_pct", "incline_down_pct", "cross_slope_pct", "width_m", "surface_class", "smoothness_grade",
)  # fmt: skip
STEPS, ORDERS = 20, 5
COLUMNS = ("kerb_cm", "kerb_cm_lower", "kerb_cm_upper", "kerb_cm_from")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        city = wk.build(EXTRACT, Path(folder) / "city")
        profile = load_profile("wheelchair", dict.fromkeys(LIFTED))
        lines, svg = measure(city, profile)
    text = "\n".join(lines) + "\n"
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")
        options.out.with_suffix(".svg").write_text(svg, encoding="utf-8")


def measure(city: City, profile: Profile) -> tuple[list[str], str]:
    columns = city.edges.columns
    kerb = columns["kind"] == Kind.kerb
    known = np.flatnonzero(kerb & np.isin(columns["kerb_cm_from"], (Provenance.surveyed, Provenance.tagged)))
    unknown = np.flatnonzero(kerb & (columns["kerb_cm_from"] == Provenance.assumed))
    rng = np.random.default_rng(3)
    # one mapped kerb may stand on several edges: hide and reveal elements, not edges
    elements = np.unique(columns["osm_id"][known])
    hidden_elements = rng.permutation(elements)[: len(elements) // 2]
    hidden = known[np.isin(columns["osm_id"][known], hidden_elements)]
    truth = {name: columns[name].copy() for name in COLUMNS}
    blank = {name: np.median(columns[name][unknown]).astype(columns[name].dtype) for name in COLUMNS}
    full = gap(city, profile)

    def show(revealed: NDArray[Any]) -> float:
        for name in COLUMNS:
            columns[name][hidden] = blank[name]
            seen = hidden[np.isin(columns["osm_id"][hidden], revealed)]
            columns[name][seen] = truth[name][seen]
        return gap(city, profile)

    none = show(np.array([], dtype=np.int64))
    orders = {"proposed": proposed(city, profile, hidden, hidden_elements)}
    orders |= {f"random {number + 1}": rng.permutation(hidden_elements) for number in range(ORDERS)}
    at = np.unique(np.linspace(0, len(hidden_elements), STEPS + 1).astype(int))
    curves = {name: [show(order[:count]) for count in at] for name, order in orders.items()}
    random = np.mean([curve for name, curve in curves.items() if name != "proposed"], axis=0)
    ours = np.array(curves["proposed"])
    intro = (
        f"{len(elements)} mapped kerbs in Berlin, {len(hidden_elements)} of them hidden; people × services "
        f"between *sure* and *possible*: {full:,.0f} as mapped, {none:,.0f} with half the kerbs hidden."
    )
    lines = [
        "# Survey, measured",
        "",
        intro,
        "",
        "| kerbs looked at | gap, proposed order | gap, random order | closed, proposed | closed, random |",
        "|---|---|---|---|---|",
    ]
    closable = none - full
    for place, count in enumerate(at.tolist()):
        shares = [(none - value) / closable if closable else 0.0 for value in (ours[place], random[place])]
        lines.append(
            f"| {count} | {ours[place]:,.0f} | {random[place]:,.0f} | "
            f"{100 * shares[0]:.0f} % | {100 * shares[1]:.0f} % |"
        )
    lines.append("")
    for share in (0.25, 0.5, 0.75):
        looks = [crossing(at, none - curve, share * closable) for curve in (ours, random)]
        lines.append(
            f"To close {100 * share:.0f} % of the gap: {looks[0]:.0f} looks in the proposed order, "
            f"{looks[1]:.0f} in random order, {looks[1] / max(looks[0], 1e-9):.1f} times as many."
        )
    return lines, plot(at, ours, random)


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
    ranked, _ = rank_edges([replace(task, field=blind) for task in tasks], len(hidden), rounds=40)
    ids = city.edges["osm_id"][np.array(ranked, dtype=np.int64)]
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
