"""The networks of real extracts: the hierarchy equals the plain search, and both equal scipy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from wegeketten.routing import INF, Graph, nearest

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.routing import metric as metrics

EXTRACTS = (
    "berlin-miraustrasse_2026-07.osm.pbf",
    "lauf-pegnitz_2020-01.osm.pbf",
    "milano_2014-10.osm.pbf",
    "neubrandenburg_2016-02.osm.bz2",
    "porto-alegre_2020-08.osm.pbf",
    "zuerich-hb_2025-11.osm.pbf",
)


def by_scipy(graph: Graph, sources: NDArray[np.int64]) -> NDArray[np.float64]:
    """Time to every node from the nearest source; of parallel arcs the least counts."""
    still_open = graph.weights < INF
    order = np.lexsort((graph.weights[still_open], graph.heads[still_open], graph.tails[still_open]))
    tails, heads, costs = (part[still_open][order] for part in (graph.tails, graph.heads, graph.weights))
    least = np.append(True, (np.diff(tails) != 0) | (np.diff(heads) != 0))
    tails, heads, costs = tails[least], heads[least], costs[least]
    indptr = np.searchsorted(tails, np.arange(graph.n + 1))
    matrix = csr_matrix((costs.astype(float), heads, indptr), shape=(graph.n, graph.n))
    result: NDArray[np.float64] = np.minimum(dijkstra(matrix, indices=np.unique(sources), min_only=True), INF)
    return result


@pytest.mark.data
@pytest.mark.parametrize("extract", EXTRACTS)
def test_a_real_network(
    extract: str, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wegeketten.people.profile import load_profile
    from wegeketten.pipeline.build import build
    from wegeketten.routing import customize, passes, query

    for module in (customize, passes, query):  # so that several threads are used in towns of any size
        monkeypatch.setattr(module, "THREADED", 1)
    city = build(shared_data / "osm" / extract, tmp_path / "city")
    random = np.random.default_rng(1)
    for profile in ("walker", "wheelchair"):
        weights = city.weights(load_profile(profile))
        for answer in (weights.sure, weights.likely, weights.possible):
            graph = city.graph.with_weights(answer)
            metric = city.hierarchy.customize(answer, threads=1)
            sources = [random.integers(0, graph.n, 40) for _ in range(16)]
            for threads in (2, 3):
                again = city.hierarchy.customize(answer, threads=threads)
                np.testing.assert_array_equal(metric.pairs, again.pairs)
            directions: tuple[tuple[metrics.Direction, Graph], ...] = (
                ("from", graph),
                ("to", graph.reverse()),
            )
            for direction, searched in directions:
                times, who = metric.nearest(sources, direction=direction, with_source=True, threads=1)
                for threads in (1, 2, 3):
                    found = metric.nearest(sources, direction=direction, threads=threads)
                    np.testing.assert_array_equal(times, found)
                for j, some in enumerate(sources):
                    expected, first = nearest(searched, some)
                    np.testing.assert_array_equal(times[:, j], expected)
                    np.testing.assert_array_equal(who[:, j], first)
            np.testing.assert_array_equal(times[:, 0], by_scipy(graph.reverse(), sources[0]))
