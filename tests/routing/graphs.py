"""Random graphs of every unpleasant kind, each with its seed in its name, and a plain oracle."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray  # noqa: TC002  (dataclass fields)
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from wegeketten.routing import INF, Graph

KINDS = ("sparse", "dense", "chains", "one-way chains", "grid", "trees", "islands", "parallel", "star")


@dataclass
class Case:
    n: int
    tails: NDArray[np.int64]
    heads: NDArray[np.int64]
    weights: NDArray[np.int64]
    sources: NDArray[np.int64]
    offsets: NDArray[np.int64]
    name: str = "by hand"
    scale: int = 100
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def __str__(self) -> str:
        return self.name

    def graph(self) -> Graph:
        return Graph.from_arcs(self.n, self.tails, self.heads, self.weights)


def cases(count: int, seed: int = 0) -> list[Case]:
    return [make(KINDS[i % len(KINDS)], 1000 * seed + i) for i in range(count)]


def make(kind: str, seed: int) -> Case:
    random = np.random.default_rng(seed)
    n = int(random.integers(1, 60)) if seed % 5 else int(random.integers(1, 4))
    m = {"sparse": n, "dense": 6 * n, "islands": n // 2 + 1, "parallel": 4 * n}.get(kind, n)
    tails, heads = random.integers(0, n, (2, m))
    if kind in ("chains", "one-way chains"):
        base = random.permutation(n)
        tails, heads = base[:-1], base[1:]
        few = random.integers(0, n, (2, max(1, n // 8)))
        tails, heads = np.concatenate([tails, few[0]]), np.concatenate([heads, few[1]])
        if kind == "chains":
            tails, heads = np.concatenate([tails, heads]), np.concatenate([heads, tails])
    elif kind == "grid":
        side = max(1, int(n**0.5))
        n = side * side
        at = np.arange(n).reshape(side, side)
        tails = np.concatenate([at[:, :-1].ravel(), at[:-1].ravel()])
        heads = np.concatenate([at[:, 1:].ravel(), at[1:].ravel()])
        tails, heads = np.concatenate([tails, heads]), np.concatenate([heads, tails])
    elif kind == "trees":
        tails = np.arange(1, n)
        heads = (random.random(n - 1) * tails).astype(np.int64)
        tails, heads = np.concatenate([tails, heads]), np.concatenate([heads, tails])
    elif kind == "parallel":
        tails, heads = tails // 3, heads // 3
    elif kind == "star":
        tails = np.concatenate([np.zeros(n, int), np.arange(n)])
        heads = np.concatenate([np.arange(n), np.zeros(n, int)])
    scale = int(random.choice([1, 3, 100, 5000, 200_000, 10**7]))
    weights = random.integers(0, scale + 1, tails.size)
    weights[random.random(tails.size) < random.choice([0, 0.3])] = 0
    weights[random.random(tails.size) < random.choice([0, 0.2])] = INF
    sources = random.integers(0, n, int(random.integers(1, 6)))
    offsets = random.integers(0, scale + 1, sources.size) * int(random.integers(0, 2))
    return Case(n, tails, heads, weights, sources, offsets, f"{kind}-seed{seed}", scale, random)


def reference(case: Case) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Times by scipy from an extra node that leads to the sources; identities by a plain heap."""
    open_arcs = case.weights < INF
    hub = case.n + np.arange(case.sources.size)
    tails = np.concatenate([case.tails[open_arcs], hub])
    heads = np.concatenate([case.heads[open_arcs], case.sources])
    weights = np.concatenate([case.weights[open_arcs], case.offsets])
    size = case.n + case.sources.size
    # scipy adds parallel arcs up and drops zeros: keep the least of each pair, and shift by one per arc
    order = np.lexsort((weights, heads, tails))
    tails, heads, weights = tails[order], heads[order], weights[order]
    least = np.append(True, (np.diff(tails) != 0) | (np.diff(heads) != 0))
    tails, heads, weights = tails[least], heads[least], weights[least]
    indptr = np.searchsorted(tails, np.arange(size + 1))
    matrix = csr_matrix((weights.astype(float), heads, indptr), shape=(size, size))
    times = dijkstra(matrix, indices=hub, min_only=True)[: case.n]
    times = np.minimum(times, INF)  # what lies beyond the range of int32 counts as not reached

    best: dict[int, tuple[int, int]] = {}
    heap = [(int(d), i, int(v)) for i, (v, d) in enumerate(zip(case.sources, case.offsets, strict=True))]
    heapq.heapify(heap)
    while heap:
        d, i, u = heapq.heappop(heap)
        if u in best:
            continue
        best[u] = (d, i)
        for k in range(indptr[u], indptr[u + 1]):
            if heads[k] not in best:
                heapq.heappush(heap, (d + int(weights[k]), i, int(heads[k])))
    first = np.full(case.n, -1)
    for u, (d, i) in best.items():
        assert times[u] == min(d, INF), case.name
        first[u] = i if d < INF else -1
    return times.astype(np.int64), first


def town(side: int, seed: int) -> Case:
    """A grid with gaps whose streets are cut into pieces, some of them one-way."""
    random = np.random.default_rng(seed)
    at = np.arange(side * side).reshape(side, side)
    starts = np.concatenate([at[:, :-1].ravel(), at[:-1].ravel()])
    ends = np.concatenate([at[:, 1:].ravel(), at[1:].ravel()])
    kept = random.random(starts.size) < 0.75
    starts, ends = starts[kept], ends[kept]
    n = side * side
    tails, heads = [], []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        inner = list(range(n, n + int(random.integers(0, 4))))
        n += len(inner)
        stops = [start, *inner, end]
        tails += stops[:-1]
        heads += stops[1:]
        if random.random() < 0.9:
            tails += stops[:0:-1]
            heads += stops[-2::-1]
    weights = random.integers(0, 400, len(tails))
    weights[random.random(weights.size) < 0.03] = INF
    sources = random.integers(0, n, 30)
    return Case(
        n, np.array(tails), np.array(heads), weights, sources, 0 * sources, f"town-seed{seed}", 400, random
    )
