"""The network of a real extract: the hierarchy equals the plain search, and both equal scipy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from wegeketten.routing import INF, nearest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.data
def test_a_real_network(shared_data: Path, tmp_path: Path) -> None:
    from wegeketten.people.profile import load_profile
    from wegeketten.pipeline import build

    city = build(shared_data / "osm" / "berlin-miraustrasse_2026-07.osm.pbf", tmp_path / "city")
    random = np.random.default_rng(1)
    for profile in ("walker", "wheelchair"):
        weights = city.weights(load_profile(profile))
        for answer in (weights.sure, weights.likely, weights.possible):
            graph = city.graph.with_weights(answer)
            metric = city.hierarchy.customize(answer)
            sources = [random.integers(0, graph.n, 40) for _ in range(16)]
            for direction, searched in (("from", graph), ("to", graph.reverse())):
                times, who = metric.nearest(sources, direction=direction, with_source=True)  # type: ignore[arg-type]
                for j, some in enumerate(sources):
                    expected, first = nearest(searched, some)
                    np.testing.assert_array_equal(times[:, j], expected)
                    np.testing.assert_array_equal(who[:, j], first)
            still_open = graph.weights < INF
            order = np.lexsort((graph.weights[still_open], graph.heads[still_open], graph.tails[still_open]))
            tails, heads, costs = (
                part[still_open][order] for part in (graph.tails, graph.heads, graph.weights)
            )
            least = np.append(True, (np.diff(tails) != 0) | (np.diff(heads) != 0))
            tails, heads, costs = tails[least], heads[least], costs[least]
            indptr = np.searchsorted(tails, np.arange(graph.n + 1))
            matrix = csr_matrix((costs.astype(float), heads, indptr), shape=(graph.n, graph.n))
            expected = np.minimum(dijkstra(matrix, indices=np.unique(sources[0]), min_only=True), INF)
            np.testing.assert_array_equal(metric.nearest(sources[:1])[:, 0], expected)
