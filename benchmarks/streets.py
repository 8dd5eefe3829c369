"""A synthetic street graph: blocks of a bent grid with gaps and dead ends, streets cut into short pieces.

Node and arc counts relate as in walking networks read from OpenStreetMap (2.3 arcs a node, two nodes in three
inside a street). Nodes are numbered in stripes of the town, as ids handed out over the years roughly are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Streets:
    """Arcs come in pairs: 2 e runs along edge e, 2 e + 1 against it."""

    n: int
    tails: NDArray[np.int32]
    heads: NDArray[np.int32]
    weights: NDArray[np.int32]
    lengths_cm: NDArray[np.int32]
    x: NDArray[np.float64]
    y: NDArray[np.float64]


def streets(n: int, seed: int = 0) -> Streets:
    """Make a town of about `n` nodes, the same for the same seed; weights in tenths of seconds at 1.2 m/s."""
    rng = np.random.default_rng(seed)
    side = max(2, round((n / 3.05) ** 0.5))
    crossing = np.arange(side * side).reshape(side, side)
    starts = np.concatenate([crossing[:, :-1].ravel(), crossing[:-1].ravel()])
    ends = np.concatenate([crossing[:, 1:].ravel(), crossing[1:].ravel()])
    kept = rng.random(starts.size) < 0.78
    starts, ends = starts[kept], ends[kept]
    x = 90.0 * (crossing % side) + rng.normal(0, 18, (side, side))
    y = 90.0 * (crossing // side) + rng.normal(0, 18, (side, side))
    x, y = x.ravel(), y.ravel()

    pieces = 1 + rng.poisson(1.35, starts.size)
    edge = np.repeat(np.arange(starts.size), pieces)
    step = np.arange(edge.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    inner = step > 0
    number = (
        np.cumsum(inner) - 1 + side * side
    )  # node at which each piece starts, where that is inside a street
    tails = np.where(inner, number, starts[edge])
    last = step == pieces[edge] - 1
    heads = np.where(last, ends[edge], np.append(number[1:], 0))
    share = step[inner] / pieces[edge[inner]]
    bend = rng.normal(0, 4, (2, int(inner.sum())))
    x = np.concatenate([x, x[starts[edge[inner]]] * (1 - share) + x[ends[edge[inner]]] * share + bend[0]])
    y = np.concatenate([y, y[starts[edge[inner]]] * (1 - share) + y[ends[edge[inner]]] * share + bend[1]])

    order = np.lexsort((x, np.floor(y / 400)))
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    x, y, tails, heads = x[order], y[order], rank[tails], rank[heads]
    lengths_m = np.hypot(x[tails] - x[heads], y[tails] - y[heads])
    slope = rng.normal(0, 0.02, tails.size)
    both = np.empty(2 * tails.size, np.int32)
    turned = np.empty_like(both)
    both[0::2], both[1::2] = tails, heads
    turned[0::2], turned[1::2] = heads, tails
    weights = np.empty_like(both)
    weights[0::2] = np.maximum(1, np.rint(lengths_m / 1.2 * 10 * np.exp(3.5 * slope)))
    weights[1::2] = np.maximum(1, np.rint(lengths_m / 1.2 * 10 * np.exp(-3.5 * slope)))
    lengths_cm = np.repeat(np.rint(lengths_m * 100), 2).astype(np.int32)
    return Streets(order.size, both, turned, weights, lengths_cm, x, y)
