"""Gradients from elevation models: time, honesty of the bounds, bridges, climb of routes.

    python benchmarks/elevation.py [> benchmarks/results/elevation.md]

Reads Lauf (SRTM 3″) and Porto Alegre (SRTM 1″) from ``../shared/data``. The climb of random routes is
compared with a direct integration of the raster by scipy's `map_coordinates`, which shares no code with
`wegeketten.network.elevation`. Whether the bounds of a coarse model hold is tried by thinning the 1″ model to
3″: the gradients of the 1″ model have to lie within the bounds that the 3″ model gives.
"""

from __future__ import annotations

import copy
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import rasterio
from scipy.ndimage import map_coordinates
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from wegeketten.model.edges import EdgeTable, Kind
from wegeketten.model.reading import Provenance
from wegeketten.network.build import build_network
from wegeketten.network.elevation import VAGUE_PCT, GradeReport, Terrain, grade
from wegeketten.osm.extract import read_extract
from wegeketten.osm.projection import Projection, projection_of
from wegeketten.people.profile import load_profile
from wegeketten.people.verdict import weigh

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
TOWNS = (
    ("Lauf", "lauf-pegnitz_2020-01.osm.pbf", "N49E011.hgt.zip"),
    ("Porto Alegre", "porto-alegre_2020-08.osm.pbf", "porto-alegre_srtm1.tif"),
)
ROUTES = 500
STEP_M = 10.0


NOTES = """
## What to make of it

- The bounds promise that nine of ten mean slopes over the base length lie within. The 1″ gradients keep that
  against the thinned model. Mappers' tags do not: they mark the steepest part of a way (the value is the
  maximum), on ways picked because they are steep; all misses in Lauf are tags of 10 % and more, some with the
  sign of the other direction. So a tag always wins, and a model of this kind never proves a way to be flat.
- The gradient stays unknown beyond the edge of the model of Porto Alegre, and on the few ways where it claims
  more than 35 %.
- Climb is summed over windows of the base length, so it agrees with an integration at that step. Integrating
  every ten metres adds the scatter of the model's cells, which nobody climbs.
- What is climbed and descended again on a drawn bridge happens where a way on the ground joins in its middle:
  the place is held by the ground there.
"""


class Town(NamedTuple):
    """A network before (`bare`) and after (`edges`) grading."""

    name: str
    projection: Projection
    bare: EdgeTable
    edges: EdgeTable
    report: GradeReport
    dem: Path
    network_s: float
    grade_s: float


def main() -> None:
    towns = [load(*row) for row in TOWNS]
    print("# Gradients from elevation models\n\nPrinted by benchmarks/elevation.py; centre-line networks.")
    print_reports(towns)
    print_bridges(towns)
    print_directions(towns)
    print_climb(towns)
    print_thinning(towns[1])
    print_tags(towns)
    print(NOTES)


def load(name: str, extract: str, dem: str) -> Town:
    start = time.perf_counter()
    features = read_extract(SHARED / "osm" / extract)
    projection = projection_of(features)
    bare = build_network(features, projection, pavements="centre").edges
    built = time.perf_counter()
    edges = copy.deepcopy(bare)
    with Terrain([SHARED / "dem" / dem]) as terrain:
        report = grade(edges, projection, terrain)
    graded = time.perf_counter()
    return Town(name, projection, bare, edges, report, SHARED / "dem" / dem, built - start, graded - built)


def row(*cells: object) -> None:
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def table(title: str, *heads: str) -> None:
    print(f"\n## {title}\n")
    row(*heads)
    row(*["---"] * len(heads))


def derived(edges: EdgeTable) -> np.ndarray:
    return edges["incline_pct_from"] == Provenance.derived


def print_reports(towns: list[Town]) -> None:
    heads = (
        "town",
        "cell m",
        "base m",
        "± %",
        "ways",
        "graded",
        "of these up/down",
        "tag kept",
        "unknown, share of length",
    )
    table("What the models give", *heads, "|incline| median, 90 %, 99 %, max", "read + network s", "grade s")
    for town in towns:
        report = town.report
        steep = np.abs(town.edges["incline_pct"][derived(town.edges)])
        quantiles = ", ".join(f"{q:.1f}" for q in np.quantile(steep, [0.5, 0.9, 0.99, 1]))
        row(
            town.name, f"{report.resolution_m:.0f}", f"{report.base_m:.0f}", f"{report.margin_pct:.1f}",
            report.ways, report.graded, report.signed, report.tagged,
            f"{report.unknown} ({100 * report.unknown_share:.1f} %)",
            quantiles, f"{town.network_s:.1f}", f"{town.grade_s:.1f}",
        )  # fmt: skip


def print_bridges(towns: list[Town]) -> None:
    table(
        "Bridges, tunnels, passages: drawn from end to end against laid on the model",
        "town", "edges", "steepest drawn, %", "laid, %",
        "climbed only to be descended again, drawn m", "laid m",
    )  # fmt: skip
    for town in towns:
        laid = copy.deepcopy(town.bare)
        off = laid["level_ground"] & (laid["length_m"] > 0) & (laid["kind"] != Kind.steps)
        off &= laid["kind"] < Kind.kerb
        laid.columns["level_ground"] = np.zeros(len(laid), bool)
        with Terrain([town.dem]) as terrain:
            grade(laid, town.projection, terrain)
        steepest = [np.abs(edges["incline_pct"][off & derived(edges)]).max() for edges in (town.edges, laid)]
        wasted = [needless_climb(edges, off) for edges in (town.edges, laid)]
        row(town.name, int(off.sum()), *(f"{value:.1f}" for value in (*steepest, *wasted)))


def needless_climb(edges: EdgeTable, off: np.ndarray) -> float:
    """Metres climbed only to be descended again on the same way, over all ways off the ground."""
    off = off & ~np.isnan(edges["rise_m"])
    _, way = np.unique(edges["osm_id"][off], return_inverse=True)
    rise, fall = (np.bincount(way, edges[name][off]) for name in ("rise_m", "fall_m"))
    return float(np.minimum(rise, fall).sum())


def print_directions(towns: list[Town]) -> None:
    table(
        "Times by direction", "town", "profile", "ways whose times there and back differ", "by more than 10 %"
    )
    for town in towns:
        for profile in ("walker", "wheelchair"):
            seconds = weigh(town.edges, load_profile(profile)).seconds.reshape(-1, 2)
            ways = derived(town.edges) & np.isfinite(seconds).all(axis=1) & (town.edges["length_m"] > 20)
            there, back = seconds[ways].T
            ratio = np.maximum(there, back) / np.minimum(there, back)
            row(
                town.name,
                profile,
                f"{100 * (ratio > 1.001).mean():.0f} %",
                f"{100 * (ratio > 1.1).mean():.0f} %",
            )


def print_climb(towns: list[Town]) -> None:
    table(
        f"Climb of {ROUTES} random shortest routes against direct integration of the model",
        "town", "median length m", "median climb m", "integrated every base length", f"every {STEP_M:.0f} m",
        "median deviation from the former, m", "95 %", "height difference of the ends: largest deviation m",
    )  # fmt: skip
    for town in towns:
        ours, smooth, raw, lengths, closing = climbs(town)
        deviation = np.abs(ours - smooth)
        row(
            town.name, f"{np.median(lengths):.0f}",
            *(f"{np.median(climb):.1f}" for climb in (ours, smooth, raw)),
            f"{np.median(deviation):.1f}", f"{np.quantile(deviation, 0.95):.1f}", f"{closing:.2f}",
        )  # fmt: skip


def climbs(town: Town) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, float]:
    """Climb by edges, by integration (coarse, fine), length, worst misfit of the ends' heights."""
    edges = town.edges
    count = int(max(edges["u"].max(), edges["v"].max())) + 1
    plain = ~np.isnan(edges["rise_m"]) & (edges["kind"] != Kind.steps) & ~edges["level_ground"]
    rows = np.flatnonzero(plain)
    weight = np.maximum(edges["length_m"][rows], 0.01).astype(float)
    links = coo_array((weight, (edges["u"][rows], edges["v"][rows])), (count, count))
    _, group = connected_components(links, directed=False)
    nodes = np.flatnonzero(group == np.bincount(group).argmax())
    shortest: dict[tuple[int, int], int] = {}
    for edge, w in zip(rows.tolist(), weight.tolist(), strict=True):
        pair = (int(edges["u"][edge]), int(edges["v"][edge]))
        for key in (pair, pair[::-1]):
            if key not in shortest or w < edges["length_m"][shortest[key]]:
                shortest[key] = edge
    u, v = np.array(list(shortest)).T
    graph = coo_array(
        ([float(max(edges["length_m"][e], 0.01)) for e in shortest.values()], (u, v)), (count, count)
    )
    raster = Raster(town.dem)
    ours, smooth, raw, lengths, closing = [], [], [], [], 0.0
    rng = np.random.default_rng(1)
    while len(ours) < ROUTES:
        start = rng.choice(nodes)
        distance, before = dijkstra(graph.tocsr(), indices=start, return_predecessors=True)
        for goal in rng.choice(nodes, 20):
            if not 300 < distance[goal] < 5000:
                continue
            points, rise, gain, node = [], 0.0, 0.0, int(goal)
            while node != start:
                last, edge = int(before[node]), shortest[int(before[node]), node]
                line = edges.points[edges.bends[edge] : edges.bends[edge + 1]]
                forward = edges["u"][edge] == last
                up, down = float(edges["rise_m"][edge]), float(edges["fall_m"][edge])
                rise += up if forward else down
                gain += (up - down) * (1 if forward else -1)
                points.append((line if forward else line[::-1])[::-1])
                node = last
            track = np.concatenate(points)[::-1]
            for step, climb in ((town.report.base_m, smooth), (STEP_M, raw)):
                heights = raster.heights(town.projection.to_lonlat(evenly(track, step)))
                climb.append(np.maximum(np.diff(heights), 0).sum())
            ours.append(rise)
            lengths.append(distance[goal])
            closing = max(closing, abs(gain - (heights[-1] - heights[0])))
    return np.array(ours), np.array(smooth), np.array(raw), np.array(lengths), closing


def evenly(track: np.ndarray, step_m: float) -> np.ndarray:
    """Points along a line, one step apart."""
    at = np.r_[0, np.cumsum(np.hypot(*np.diff(track, axis=0).T))]
    where = np.linspace(0, at[-1], max(int(at[-1] / step_m), 1) + 1)
    return np.stack([np.interp(where, at, track[:, axis]) for axis in (0, 1)], axis=1)


class Raster:
    """A north-up raster in degrees, read by rasterio and interpolated by scipy."""

    def __init__(self, path: Path) -> None:
        name = f"/vsizip/{path}/{path.stem}" if path.suffix == ".zip" else str(path)
        with rasterio.open(name) as source:
            self._cells = source.read(1).astype(float)
            self._to_cell = ~source.transform

    def heights(self, lonlat: np.ndarray) -> np.ndarray:
        """Heights of points in degrees, bilinear."""
        column, line = self._to_cell * (lonlat[:, 0], lonlat[:, 1])
        return map_coordinates(self._cells, [line - 0.5, column - 0.5], order=1, mode="nearest")


def print_thinning(town: Town) -> None:
    """Grade with the 1″ model thinned to 3″ and ask whether the 1″ gradients lie within its bounds."""
    with rasterio.open(town.dem) as source:
        cells, profile = source.read(1).astype(np.float32), source.profile
    rows, columns = (3 * (size // 3) for size in cells.shape)
    thin = cells[:rows, :columns].reshape(rows // 3, 3, columns // 3, 3).mean(axis=(1, 3))
    profile |= {"height": rows // 3, "width": columns // 3, "dtype": "float32", "nodata": None}
    profile["transform"] = profile["transform"] @ rasterio.Affine.scale(3)
    coarse = copy.deepcopy(town.bare)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "thin.tif"
        with rasterio.open(path, "w", **profile) as target:
            target.write(thin, 1)
        with Terrain([path]) as terrain:
            report = grade(coarse, town.projection, terrain)
    both = derived(coarse) & derived(town.edges)
    fine = town.edges["incline_pct"][both]
    low, high = coarse["incline_pct_lower"][both], coarse["incline_pct_upper"][both]
    value = coarse["incline_pct"][both]
    table(
        f"{town.name}: bounds of the model thinned to 3″ (± {report.margin_pct:.1f} %) and the 1″ gradients",
        "ways", "edges", "1″ gradient within the bounds", "median |1″ − 3″|, points", "90 %",
    )  # fmt: skip
    length = coarse["length_m"][both]
    for name, chosen in (("all", length > 0), ("under 30 m", length < 30), ("200 m and more", length >= 200)):
        inside = (low <= fine) & (fine <= high)
        gap = np.abs(fine - value)[chosen]
        row(
            name, int(chosen.sum()), f"{100 * inside[chosen].mean():.1f} %", f"{np.median(gap):.1f}",
            f"{np.quantile(gap, 0.9):.1f}",
        )  # fmt: skip


def print_tags(towns: list[Town]) -> None:
    """Hide tagged gradients and ask whether the model's bounds hold what the mappers saw."""
    table("Tagged gradients within the model's bounds", "town", "edges with a number", "within", "same sign")
    for town in towns:
        tagged = town.bare["incline_pct_from"] == Provenance.tagged
        tagged &= (town.bare["kind"] != Kind.steps) & (town.bare["length_m"] > 0)
        tagged &= town.bare["incline_pct_upper"] - town.bare["incline_pct_lower"] < VAGUE_PCT
        tagged &= town.bare["incline_pct"] != 0
        hidden = copy.deepcopy(town.bare)
        hidden.columns["incline_pct_from"][tagged] = Provenance.assumed
        with Terrain([town.dem]) as terrain:
            grade(hidden, town.projection, terrain)
        told = town.bare["incline_pct"][tagged]
        inside = (hidden["incline_pct_lower"][tagged] <= told) & (told <= hidden["incline_pct_upper"][tagged])
        sign = np.sign(told) == np.sign(hidden["incline_pct"][tagged])
        if len(told):
            row(town.name, len(told), f"{100 * inside.mean():.0f} %", f"{100 * sign.mean():.0f} %")
        else:
            row(town.name, 0, "–", "–")


if __name__ == "__main__":
    sys.exit(main())
