"""Gradients of two real towns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from wegeketten.model.edges import EdgeTable, Kind
from wegeketten.network.elevation import STEEPEST_PCT, GradeReport, Terrain, grade

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

pytest.importorskip("rasterio", reason="needs rasterio (extra dem)")

pytestmark = pytest.mark.data


Graded = tuple["EdgeTable", "GradeReport", "NDArray[np.bool_]", "NDArray[np.float64]", "NDArray[np.bool_]"]


@pytest.fixture(
    scope="module",
    params=[
        ("lauf-pegnitz_2020-01.osm.pbf", "N49E011.hgt.zip"),
        ("porto-alegre_2020-08.osm.pbf", "porto-alegre_srtm1.tif"),
    ],
    ids=["lauf", "porto-alegre"],
)
def town(request: pytest.FixtureRequest, shared_data: Path) -> Graded:
    from wegeketten.network.build import build_network
    from wegeketten.osm.extract import read_extract
    from wegeketten.osm.projection import projection_of

    extract, dem = request.param
    features = read_extract(shared_data / "osm" / extract)
    projection = projection_of(features)
    edges = build_network(features, projection, pavements="centre").edges
    tagged = edges["incline_pct_from"] <= 2
    steps = np.isin(edges["kind"], (Kind.steps, Kind.lift, Kind.escalator)) | (edges["kind"] >= Kind.kerb)
    before = edges["incline_pct"].copy()
    with Terrain([shared_data / "dem" / dem]) as terrain:
        report = grade(edges, projection, terrain)
    return edges, report, tagged & ~steps, before, ~steps


def test_gradients_are_plausible_and_bounded(town: Graded) -> None:
    edges, report, tagged, before, way = town
    derived = (edges["incline_pct_from"] == 3) & way & ~np.isnan(edges["rise_m"]) & (edges["length_m"] > 0)
    value, lower, upper = (edges[f"incline_pct{end}"] for end in ("", "_lower", "_upper"))
    assert report.graded > 4000
    assert abs(int(derived.sum()) - report.graded) <= 0.01 * report.graded
    assert (np.abs(value[derived]) <= STEEPEST_PCT).all()
    assert ((lower <= value) & (value <= upper))[derived].all()
    assert np.median((upper - lower)[derived]) > 15  # models this coarse prove nothing
    kept = tagged & (edges["incline_pct_from"] <= 2)
    assert kept.any()
    assert (value[kept] == before[kept]).all()
    assert report.signed > 0
    assert report.unknown_share < 0.05


def test_heights_close_on_every_ring(town: Graded) -> None:
    """Summed along a spanning tree, rise minus fall gives every node one height, shared by all edges."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order, connected_components

    edges, *_ = town
    known = ~np.isnan(edges["rise_m"]) & (edges["kind"] < Kind.kerb)
    known &= ~np.isin(edges["kind"], (Kind.steps, Kind.lift, Kind.escalator))
    known |= edges["kind"] >= Kind.kerb
    u, v = edges["u"][known], edges["v"][known]
    gain = (edges["rise_m"] - edges["fall_m"])[known].astype(float)
    gain[edges["kind"][known] >= Kind.kerb] = 0.0
    count = int(max(u.max(), v.max())) + 1
    links = coo_array((np.ones(len(u)), (u, v)), shape=(count, count)).tocsr()
    _, group = connected_components(links, directed=False)
    root = int(np.flatnonzero(group == np.bincount(group).argmax())[0])
    order, before = breadth_first_order(links, root, directed=False)
    step: dict[tuple[int, int], float] = {}
    for a, b, dz in zip(u.tolist(), v.tolist(), gain.tolist(), strict=True):
        step.setdefault((a, b), dz)
        step.setdefault((b, a), -dz)
    height = np.full(count, np.nan)
    height[root] = 0.0
    for node in order[1:].tolist():
        height[node] = height[before[node]] + step[int(before[node]), node]
    misfit = np.abs(height[v] - height[u] - gain)
    assert np.nanmax(misfit) < 0.01
    assert np.isfinite(misfit).mean() > 0.8


def test_climb_is_never_steeper_than_the_model_can_be(town: Graded) -> None:
    """No leap of a metre on a metre, on bridges or elsewhere: times are reckoned from rise and fall."""
    edges, *_ = town
    way = (edges["kind"] < Kind.kerb) & (edges["kind"] != Kind.steps) & (edges["length_m"] > 0.5)
    slope = (edges["rise_m"] + edges["fall_m"])[way] / edges["length_m"][way]
    assert np.nanmax(slope) < 0.5
