"""Ranks sorted within their supernodes: the graph stays chordal, and rows meet longer runs of ranks."""

from __future__ import annotations

import numpy as np
import pytest

from wegeketten.routing import Graph, Hierarchy, supernodes

from .graphs import Case, cases


def rows(hierarchy: Hierarchy) -> list[list[int]]:
    return [
        hierarchy.uppers[a:b].tolist()
        for a, b in zip(hierarchy.starts[:-1], hierarchy.starts[1:], strict=True)
    ]


def block(width: int, height: int) -> Graph:
    cells = np.arange(width * height).reshape(height, width)
    tails = np.concatenate([cells[:, :-1].ravel(), cells[:-1].ravel()])
    heads = np.concatenate([cells[:, 1:].ravel(), cells[1:].ravel()])
    return Graph.from_arcs(width * height, tails, heads, np.ones(tails.size, np.int32))


@pytest.mark.parametrize("case", cases(45, seed=8), ids=str)
def test_every_row_is_a_clique_and_every_subtree_one_stretch(case: Case) -> None:
    hierarchy = Hierarchy(case.graph())
    joined = rows(hierarchy)
    for row in joined:
        assert row == sorted(set(row))
        for k, low in enumerate(row):
            assert set(row[k + 1 :]) <= set(joined[low])
    first = np.arange(hierarchy.n)
    for x, parent in enumerate(hierarchy.parents.tolist()):
        if parent >= 0:
            first[parent] = min(first[parent], first[x])
    sizes = np.ones(hierarchy.n, np.int64)
    for x, parent in enumerate(hierarchy.parents.tolist()):
        if parent >= 0:
            sizes[parent] += sizes[x]
    np.testing.assert_array_equal(np.arange(hierarchy.n) - first + 1, sizes)


@pytest.mark.parametrize("case", cases(45, seed=9), ids=str)
def test_ranks_stay_in_their_supernode(case: Case) -> None:
    hierarchy = Hierarchy(case.graph())
    places = supernodes.supernode_order(hierarchy.starts, hierarchy.uppers)
    assert sorted(places.tolist()) == list(range(hierarchy.n))
    joined = rows(hierarchy)
    for x, place in enumerate(places.tolist()):
        low, high = min(x, place), max(x, place)
        for between in range(low, high):
            assert set(joined[between]) == {between + 1, *joined[between + 1]}


def test_rows_of_a_town_meet_runs_of_ranks() -> None:
    hierarchy = Hierarchy(block(60, 60), "own")
    later = hierarchy.starts[hierarchy.lowers + 1] - np.arange(hierarchy.size)
    assert hierarchy.run_ends.min(initial=1) >= 1
    assert (hierarchy.run_ends > np.arange(hierarchy.size)).all()
    in_run = hierarchy.run_ends - np.arange(hierarchy.size)
    assert (in_run <= later).all()
    runs = np.unique(hierarchy.run_ends).size
    assert hierarchy.size / runs > 3, "before the sorting it is about two"
