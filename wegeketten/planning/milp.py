"""Portfolios as integer programs, solved by HiGHS through SciPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Edges = tuple[int, ...]


class Wish(NamedTuple):
    """Something worth having, and the sets of edges each of which brings it.

    Attributes
    ----------
    value
        What it adds to the objective.
    ways
        Any one of these sets, mended as a whole, is enough.
    """

    value: float
    ways: tuple[Edges, ...]


class Choice(NamedTuple):
    """Answer of the solver.

    Attributes
    ----------
    edges
        Edges to mend, ascending.
    value
        Objective of the program.
    bound
        The solver's proof: nothing in the program is worth more.
    """

    edges: Edges
    value: float
    bound: float


def merge_wishes(wishes: Sequence[Wish]) -> list[Wish]:
    """Join wishes that the same sets bring, and drop sets that hold another set.

    Parameters
    ----------
    wishes
        Any wishes.

    Returns
    -------
    list of Wish
        Fewer wishes of the same worth.

    Examples
    --------
    >>> merge_wishes([Wish(2.0, ((1,), (1, 2))), Wish(3.0, ((1,),))])
    [Wish(value=5.0, ways=((1,),))]
    """
    total: dict[tuple[Edges, ...], float] = {}
    for wish in wishes:
        total_key = _minimal(wish.ways)
        total[total_key] = total.get(total_key, 0.0) + wish.value
    return [Wish(value, ways) for ways, value in sorted(total.items())]


def _minimal(ways: Sequence[Edges]) -> tuple[Edges, ...]:
    kept: list[frozenset[int]] = []
    for way in sorted({tuple(sorted(way)) for way in ways}, key=lambda way: (len(way), way)):
        if not any(other <= set(way) for other in kept):
            kept.append(frozenset(way))
    return tuple(sorted(tuple(sorted(way)) for way in kept))


def solve_program(
    wishes: Sequence[Wish],
    prices: Mapping[int, int] | NDArray[np.int64],
    budget: float,
    *,
    nodes: int = 20_000,
    gap: float = 0.0,
) -> Choice:
    """Which edges to mend so that the wishes that come true are worth the most.

    A wish comes true once all edges of one of its sets are mended; an edge is paid once however many sets
    hold it.

    Parameters
    ----------
    wishes
        See `Wish`.
    prices
        By edge.
    budget
        Money there is.
    nodes
        Most branch-and-bound nodes; a limit of time would make results depend on the machine.
    gap
        Relative gap at which the solver may stop.

    Returns
    -------
    Choice
        Where the node limit cut the search short, `Choice.bound` exceeds `Choice.value`.

    Examples
    --------
    >>> choice = solve_program([Wish(5.0, ((0, 1),)), Wish(4.0, ((2,), (0,)))], {0: 10, 1: 10, 2: 5}, 20)
    >>> choice.edges, choice.value
    ((0, 1), 9.0)
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    kept = [
        Wish(wish.value, tuple(way for way in wish.ways if sum(int(prices[edge]) for edge in way) <= budget))
        for wish in merge_wishes(wishes)
        if wish.value > 0
    ]
    kept = [wish for wish in kept if wish.ways]
    ways = sorted({way for wish in kept for way in wish.ways})
    edges = sorted({edge for way in ways for edge in way})
    if not edges:
        return Choice((), 0.0, 0.0)
    edge_column = {edge: number for number, edge in enumerate(edges)}
    way_column = {way: len(edges) + number for number, way in enumerate(ways)}
    first_wish = len(edges) + len(ways)
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []

    def put(row: int, column: int, value: float) -> None:
        rows.append(row)
        columns.append(column)
        values.append(value)

    for edge in edges:
        put(0, edge_column[edge], float(prices[edge]))
    row = 1
    for way in ways:
        for edge in way:
            put(row, way_column[way], 1.0)
            put(row, edge_column[edge], -1.0)
            row += 1
    for number, wish in enumerate(kept):
        put(row, first_wish + number, 1.0)
        for way in wish.ways:
            put(row, way_column[way], -1.0)
        row += 1
    count = first_wish + len(kept)
    upper = np.zeros(row)
    upper[0] = budget
    worth = np.zeros(count)
    worth[first_wish:] = [wish.value for wish in kept]
    integral = np.zeros(count)
    integral[: len(edges)] = 1
    result = milp(
        -worth,
        constraints=LinearConstraint(
            csr_array((values, (rows, columns)), shape=(row, count)), -np.inf, upper
        ),
        bounds=Bounds(0, 1),
        integrality=integral,
        options={"node_limit": nodes, "mip_rel_gap": gap},
    )
    if result.x is None:
        return Choice((), 0.0, float(worth.sum()))
    chosen = tuple(edge for edge, share in zip(edges, result.x, strict=False) if share > 0.5)
    true = [wish.value for wish in kept if any(set(way) <= set(chosen) for way in wish.ways)]
    bound = result.mip_dual_bound
    return Choice(
        chosen, float(sum(true)), float(worth.sum()) if bound is None else max(-float(bound), sum(true))
    )
