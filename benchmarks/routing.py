"""Routing side by side with others, in one run: `python benchmarks/routing.py [CITY…]`.

Prints one table per question and writes all of them to `benchmarks/results/routing.md`, with a plot of growth
beside it. CITY folders (written by `wegeketten build`) are measured like the synthetic town. What is not
installed (networkx, scipy, pandana, pyroutingkit, matplotlib) is named and left out.

Every figure is the best of several rounds (the slow peers get one); what is compared is measured in turn,
round by round, so that a busy machine disturbs all of them alike.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from processes import as_installed  # noqa: E402
from streets import streets  # noqa: E402

from wegeketten.routing import (  # noqa: E402
    INF,
    Changes,
    Graph,
    Hierarchy,
    Spots,
    Stops,
    gains,
    in_order,
    nearest,
)
from wegeketten.routing.sweep import mark_ancestors  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

MINUTES_15 = 15 * 60 * 10
SERVICES = 16


class Report:
    """Lines that go to the terminal and, at the end, into one file."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, line: str = "") -> None:
        """Print a line and keep it."""
        print(line, flush=True)
        self.lines.append(line)

    def table(self, head: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
        """Add a table."""
        self.add("| " + " | ".join(head) + " |")
        self.add("|" + "---|" * len(head))
        for row in rows:
            self.add("| " + " | ".join(str(cell) for cell in row) + " |")
        self.add()


def clock(
    rounds: int, timer: Callable[[], float] = time.perf_counter, **contenders: Callable[[], object]
) -> dict[str, float]:
    """Best seconds of each contender, measured in turn after one round to warm up.

    What is quick is run again and again within its turn, until a fiftieth of a second is over: a town's sweep
    takes so little that the caches left behind by the contender before would be measured instead.
    """
    best = dict.fromkeys(contenders, float("inf"))
    for turn in range(rounds + 1):
        for name, run in contenders.items():
            gc.collect()
            begun = time.perf_counter()
            while True:
                start = timer()
                run()
                if turn or rounds == 0:
                    best[name] = min(best[name], timer() - start)
                if time.perf_counter() - begun > 0.02:
                    break
    return best


def ms(seconds: float) -> str:
    return f"{1000 * seconds:.3g}" if seconds < 0.1 else f"{1000 * seconds:.0f}"


def times(ratio: float) -> str:
    return f"{ratio:.1f} ×" if ratio < 20 else f"{ratio:.0f} ×"


def stream_gb_s() -> float:
    """Bytes read and written per second of processor time by copying an array larger than the caches."""
    source = np.ones(1 << 26, np.uint32)
    target = np.zeros_like(source)
    seconds = clock(5, time.process_time, copy=lambda: np.copyto(target, source))["copy"]
    return 2 * source.nbytes / seconds / 1e9


def sources_for(n: int, seed: int = 1) -> list[Any]:
    random = np.random.default_rng(seed)
    return [random.choice(n, max(1, n // (1000 + 200 * i)), replace=False) for i in range(SERVICES)]


def sweeps(report: Report, name: str, graph: Graph, hierarchy: Hierarchy, rounds: int, xy: Any) -> None:
    n = graph.n
    wanted = sources_for(n)
    one = wanted[0]
    metric = hierarchy.customize(graph.input_weights)
    contenders: dict[str, Callable[[], object]] = {
        "bucket": lambda: nearest(graph, one),
        "sweep": lambda: metric.nearest(wanted, threads=1),
        "two": lambda: metric.nearest(wanted, threads=2),
        "names": lambda: metric.nearest(wanted, threads=1, with_source=True),
    }
    if find_spec("scipy"):
        from scipy.sparse import csr_matrix
        from scipy.sparse.csgraph import dijkstra

        still_open = graph.weights < INF
        indptr = np.append(0, np.cumsum(still_open))[graph.indptr]
        entries = (graph.weights[still_open].astype(float), graph.heads[still_open], indptr)
        matrix = csr_matrix(entries, shape=(n, n))
        contenders["scipy"] = lambda: dijkstra(matrix, indices=one, min_only=True)
        if matrix.nnz and entries[0].min() > 0 and matrix.has_canonical_format:
            expected = dijkstra(matrix, indices=one, min_only=True)
            expected[np.isinf(expected)] = INF
            assert (expected == nearest(graph, one)[0]).all()
    found = metric.nearest(wanted)
    for j, places in enumerate(wanted):
        assert (found[:, j] == nearest(graph, places)[0]).all()
    got = clock(rounds, **contenders)
    slow = slow_peers(report, graph, one, xy)
    sweep = got["sweep"] / SERVICES
    rows: list[tuple[object, ...]] = []
    order = [
        ("pandana `nearest_pois`, 15 min radius", slow.get("pandana")),
        ("networkx `multi_source_dijkstra_path_length`", slow.get("networkx")),
        ("scipy `dijkstra(min_only=True)`", got.get("scipy")),
        ("`nearest`, bucket queue", got["bucket"]),
        (f"`metric.nearest`, {SERVICES} services, with the place's identity", got["names"] / SERVICES),
        (f"`metric.nearest`, {SERVICES} services", sweep),
        (f"`metric.nearest`, {SERVICES} services, two threads", got["two"] / SERVICES),
    ]
    for label, seconds in order:
        if seconds is not None:
            rows.append((label, ms(seconds), times(seconds / sweep)))
    report.add(f"### Nearest service for all nodes: {name}")
    report.add()
    report.add(
        f"{n:,} nodes, {graph.m:,} arcs, {hierarchy.size:,} hierarchy arcs; ms per service, one thread."
    )
    report.add()
    report.table(("", "ms", "sweep is faster by"), rows)
    verdicts = [("two threads against one", got["sweep"] / got["two"], 1.7)]
    if "scipy" in got:
        verdicts += [
            ("sweep against scipy", got["scipy"] / sweep, 40),
            ("bucket queue against scipy", got["scipy"] / got["bucket"], 4),
        ]
    if "pandana" in slow:
        verdicts.append(("sweep against pandana", slow["pandana"] / sweep, 300))
    report.table(
        ("ratio", "measured", "aim"), [(label, times(value), f"≥ {aim} ×") for label, value, aim in verdicts]
    )
    undisturbed(report, hierarchy, climbed_arcs(hierarchy, wanted), contenders, rounds)
    if "scipy" in got and n < 50_000:
        anew(
            report,
            n,
            rounds,
            sweep=lambda some: metric.nearest(some, threads=1),
            bucket=lambda some: nearest(graph, some[0]),
            scipy=lambda some: dijkstra(matrix, indices=some[0], min_only=True),
        )


def anew(report: Report, n: int, rounds: int, **contenders: Callable[[Any], object]) -> None:
    """Ask for other places every time: a processor learns the turns of a small search by heart."""
    wanted = [sources_for(n, seed) for seed in range(2, 42)]

    def ask_all(ask: Callable[[Any], object]) -> None:
        for some in wanted:
            ask(some)

    got = clock(rounds, **{name: partial(ask_all, ask) for name, ask in contenders.items()})
    sweep, bucket, scipy = (got[name] / len(wanted) for name in ("sweep", "bucket", "scipy"))
    report.add(
        f"With other places at every call: scipy {ms(scipy)} ms, bucket queue {ms(bucket)} ms"
        f" ({times(scipy / bucket)}), sweep {ms(sweep / SERVICES)} ms ({times(SERVICES * scipy / sweep)})."
    )
    report.add()


def climbed_arcs(hierarchy: Hierarchy, wanted: list[Any]) -> int:
    """Hierarchy arcs a sweep goes up: those of the sources and of all ranks above them."""
    ranks = hierarchy.ranks[np.concatenate(wanted)]
    found = np.empty(hierarchy.n, np.int32)
    count = mark_ancestors(ranks, hierarchy.parents, np.zeros(hierarchy.n, np.int8), found)
    return int(np.diff(hierarchy.starts)[found[:count]].sum())


def undisturbed(
    report: Report,
    hierarchy: Hierarchy,
    climbed: int,
    contenders: dict[str, Callable[[], object]],
    rounds: int,
) -> None:
    """The single-threaded contenders again, by the processor time they use."""
    alone = {name: run for name, run in contenders.items() if name in ("bucket", "sweep", "scipy")}
    used = clock(rounds, time.process_time, **alone)
    sweep = used["sweep"] / SERVICES
    text = f"In processor time: sweep {ms(sweep)} ms per service, bucket queue {ms(used['bucket'])} ms"
    if "scipy" in used:
        to_sweep, to_bucket = used["scipy"] / sweep, used["scipy"] / used["bucket"]
        text += f", scipy {ms(used['scipy'])} ms, which is {times(to_sweep)} and {times(to_bucket)} as much"
    report.add(text + ".")
    moved = hierarchy.n * (2 * 4 * SERVICES + 4 + 4 + 4 + 1) + hierarchy.size * 8 + climbed * 4
    rate, copied = moved / used["sweep"] / 1e9, stream_gb_s()
    report.add(
        f"A sweep must move {moved / 1e6:.0f} MB (every row fetched and written once; order, row starts,"
        " heads and weights down read once, weights up where it climbs):"
        f" {rate:.1f} GB/s, {rate / copied:.0%} of the {copied:.1f} GB/s that a plain copy reaches here"
        " (aim: half)."
    )
    report.add()


def slow_peers(report: Report, graph: Graph, one: Any, xy: Any) -> dict[str, float]:
    found: dict[str, float] = {}
    closed = graph.weights == INF
    if find_spec("networkx"):
        import networkx as nx

        net = nx.DiGraph()
        net.add_nodes_from(range(graph.n))
        arcs = zip(
            graph.tails[~closed].tolist(),
            graph.heads[~closed].tolist(),
            graph.weights[~closed].tolist(),
            strict=True,
        )
        net.add_weighted_edges_from(arcs)
        start = set(one.tolist())
        found.update(clock(0, networkx=lambda: nx.multi_source_dijkstra_path_length(net, start)))
        del net
    if find_spec("pandana") and xy is not None:
        import pandana
        import pandas as pd

        with contextlib.redirect_stdout(io.StringIO()):
            started = time.perf_counter()
            frame = pd.DataFrame({"w": graph.weights[~closed].astype(float)})
            tails, heads = pd.Series(graph.tails[~closed]), pd.Series(graph.heads[~closed])
            network = pandana.Network(pd.Series(xy[0]), pd.Series(xy[1]), tails, heads, frame, twoway=False)
            network.precompute(MINUTES_15)
            network.set_pois("s", MINUTES_15, 1, pd.Series(xy[0][one]), pd.Series(xy[1][one]))
            prepared = time.perf_counter() - started
            found.update(clock(0, pandana=lambda: network.nearest_pois(MINUTES_15, "s", num_pois=1)))
        report.add(f"pandana prepared its network in {prepared:.1f} s.")
        report.add()
    for peer in ("networkx", "scipy", "pandana"):
        if not find_spec(peer):
            report.add(f"{peer} is not installed and left out.")
    return found


def preparation(report: Report, graph: Graph, rounds: int, xy: Any) -> Hierarchy:
    hierarchy = Hierarchy(graph)
    weights = graph.input_weights
    built = clock(1, ours=lambda: Hierarchy(graph), own=lambda: Hierarchy(graph, "own"))
    contenders: dict[str, Callable[[], object]] = {
        "ours": lambda: hierarchy.customize(weights, threads=1),
        "two": lambda: hierarchy.customize(weights, threads=2),
    }
    rows: list[tuple[object, ...]] = []
    theirs = float("nan")
    if find_spec("pyroutingkit") and xy is not None:
        import pyroutingkit as rk

        topology = rk.CCHTopology()
        start = time.perf_counter()
        latitude, longitude = (xy[1] / 111_000).astype(np.float32), (xy[0] / 70_000).astype(np.float32)
        back = graph.positions
        tails, heads = graph.tails[back].astype(np.uint32), graph.heads[back].astype(np.uint32)
        topology.build(tails, heads, latitude, longitude, graph.n)
        theirs = time.perf_counter() - start
        metric = rk.CCHMetric(topology)
        contenders["theirs"] = lambda: metric.customize(weights.astype(np.uint32), thread_count=1)
    else:
        report.add("pyroutingkit is not installed and left out.")
    got = clock(rounds, **contenders)
    report.add("### Order and customization")
    report.add()
    rows.append(
        ("order and topology, METIS", f"{1000 * built['ours']:.0f}", times(theirs / built["ours"]), "≥ 6 ×")
    )
    rows.append(
        ("order and topology, own dissection", f"{1000 * built['own']:.0f}", times(theirs / built["own"]), "")
    )
    rows.append(("RoutingKit, order and topology", f"{1000 * theirs:.0f}", "", ""))
    peer = got.get("theirs", float("nan"))
    rows.append(("customization", ms(got["ours"]), times(peer / got["ours"]), "≥ 1.2 ×"))
    rows.append(("customization, two threads", ms(got["two"]), times(peer / got["two"]), ""))
    rows.append(("RoutingKit, customization", ms(peer), "", ""))
    report.table(("", "ms", "faster than RoutingKit by", "aim"), rows)
    return hierarchy


def questions(report: Report, graph: Graph, hierarchy: Hierarchy) -> None:
    """What planning asks: effects, sequences, updates."""
    random = np.random.default_rng(3)
    weights = graph.input_weights.copy()
    shut = np.flatnonzero(random.random(graph.m // 2) < 0.08)
    lowered = [(np.array([2 * e, 2 * e + 1]), weights[[2 * e, 2 * e + 1]]) for e in shut[:5000].tolist()]
    weights[2 * shut] = weights[2 * shut + 1] = INF
    metric = hierarchy.customize(weights)
    wanted = sources_for(graph.n)
    before = metric.nearest(wanted, direction="to")
    ends = np.stack([graph.tails[graph.positions[::2]], graph.heads[graph.positions[::2]]], axis=1)
    spots = Spots(ends[::3], random.integers(0, 300, (len(ends[::3]), 2)), np.ones(len(ends[::3])))
    changes = Changes.of(lowered)
    current = graph.with_weights(weights)
    limits = np.full(SERVICES, 6000)
    stops = [Stops.at(places[:200]) for places in wanted[:3]]
    other = metric.copy()
    arcs = random.integers(0, graph.m, (50, 2))

    def update() -> None:
        for pair in arcs:
            other.update(pair, [0, 0])
            other.update(pair, weights[pair])

    got = clock(
        1,
        gains=lambda: gains(current, before, changes, spots, limits=limits),
        update=update,
        order=lambda: in_order(metric, stops),
        tour=lambda: in_order(metric, stops, returning=True),
        routes=lambda: [metric.route(int(a), int(b)) for a, b in ends[:40:2]],
    )
    report.add(f"### What else is asked: {graph.n:,} nodes")
    report.add()
    rows = [
        (
            f"`gains`: {len(lowered)} reopened edges × {SERVICES} services × {len(spots.nodes):,} spots",
            f"{got['gains']:.2f} s",
        ),
        ("`metric.update`: one edge", f"{1000 * got['update'] / 100:.2f} ms"),
        ("`in_order`: three kinds, all nodes", f"{got['order']:.2f} s"),
        ("`in_order`, returning: three kinds of 200 places, all nodes", f"{got['tour']:.2f} s"),
        ("`metric.route` with arcs", f"{1000 * got['routes'] / 20:.1f} ms"),
    ]
    report.table(("", "time"), rows)


def child(n: int) -> None:
    """Measure one size in a process of its own and print it as JSON."""
    town = streets(n)
    graph = Graph.from_arcs(town.n, town.tails, town.heads, town.weights)
    weights = graph.input_weights
    small = streets(2_000)  # so that nothing is compiled or loaded while the clock runs
    few = Graph.from_arcs(small.n, small.tails, small.heads, small.weights)
    Hierarchy(few).customize(few.input_weights)
    start = time.perf_counter()
    hierarchy = Hierarchy(graph)
    built = time.perf_counter() - start
    wanted = sources_for(graph.n)
    metric = hierarchy.customize(weights, threads=1)
    got = clock(
        7,
        time.process_time,  # one thread each: a busy machine shall not bend the curve
        bucket=lambda: nearest(graph, wanted[0]),
        customize=lambda: hierarchy.customize(weights, threads=1),
        sweep=lambda: metric.nearest(wanted, threads=1),
    )
    peak_mb = peak_kb() / 1024
    print(json.dumps({"n": graph.n, "arcs": hierarchy.size, "built": built, "peak_mb": peak_mb, **got}))


def prepare_all() -> None:
    """Make every kernel ready, in a process of its own, and print what that took as JSON."""
    from importlib import import_module

    from wegeketten.routing.compiled import Kernel

    start, used = time.perf_counter(), time.process_time()
    kernels = {}
    for name in (
        "graph",
        "order",
        "hierarchy",
        "elimination",
        "split",
        "supernodes",
        "dissection",
        "search",
        "customize",
        "sweep",
        "answers",
        "bounded",
        "effects",
    ):
        for value in vars(import_module(f"wegeketten.routing.{name}")).values():
            if isinstance(value, Kernel):
                kernels[id(value)] = value
    for one in kernels.values():
        one.prepare()
    answer = {
        "kernels": len(kernels),
        "wall": time.perf_counter() - start,
        "used": time.process_time() - used,
    }
    print(json.dumps(answer))


def compilation(report: Report) -> None:
    report.add("### Compilation")
    report.add()
    rows: list[tuple[object, ...]] = []
    subprocess.run(  # so that Python's own bytecode is there, as after an installation
        [sys.executable, "-c", "import numba, wegeketten.routing"], check=True, env=as_installed()
    )
    with tempfile.TemporaryDirectory() as cache:
        for label, aim in (("first process, nothing cached", "< 15"), ("second process", "< 0.5")):
            command = [sys.executable, __file__, "--kernels"]
            surroundings = {**as_installed(), "NUMBA_CACHE_DIR": cache}
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=surroundings)
            found = json.loads(done.stdout.splitlines()[-1])
            rows.append((label, found["kernels"], f"{found['wall']:.2f}", f"{found['used']:.2f}", aim))
    report.table(("", "kernels", "s", "s of processor", "aim"), rows)


def peak_kb() -> int:
    """Largest resident size of this process; getrusage would count that of its parent as well."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(status.read_text(encoding="utf-8").split("VmHWM:")[1].split()[0])


def growth(report: Report, sizes: list[int], plot: Path) -> None:
    best: dict[int, dict[str, float]] = {}
    for _ in range(3):  # in turn, so that a spell of others filling the caches does not meet one size alone
        for size in sizes:
            command = [sys.executable, __file__, "--child", str(size)]
            answer = subprocess.run(command, check=True, capture_output=True, text=True)
            told = json.loads(answer.stdout.splitlines()[-1])
            best[size] = {key: min(value, best.get(size, told)[key]) for key, value in told.items()}
    found = [best[size] for size in sizes]
    report.add("### Growth")
    report.add()
    report.add("Processor time, one thread; best of three processes.")
    report.add()
    rows: list[tuple[object, ...]] = []
    for f in found:
        per = 1e9 / f["n"]
        rows.append(
            (
                f"{f['n']:,}",
                f"{f['arcs'] / f['n']:.2f}",
                f"{f['built']:.2f}",
                *(f"{f[key] * per:.0f}" for key in ("customize", "bucket")),
                f"{f['sweep'] * per / SERVICES:.2f}",
                f"{f['peak_mb']:.0f}",
            )
        )
    head = (
        "nodes",
        "arcs per node",
        "build, s",
        "customize, ns/node",
        "bucket, ns/node",
        "sweep, ns/node and service",
        "peak, MB",
    )
    report.table(head, rows)
    large = [f for f in found if f["n"] > 80_000]
    if len(large) > 1:
        spread = {
            key: max(f[key] / f["n"] for f in large) / min(f[key] / f["n"] for f in large)
            for key in ("customize", "bucket", "sweep")
        }
        text = ", ".join(f"{key} {value:.2f}" for key, value in spread.items())
        report.add(
            f"Largest over smallest time per node from {large[0]['n']:,} nodes on: {text} (aim: at most 2)."
        )
        report.add(f"Memory at {large[-1]['n']:,} nodes: {large[-1]['peak_mb']:.0f} MB (aim: under 1,500).")
        report.add()
    draw(found, plot, report)


def draw(found: list[dict[str, float]], plot: Path, report: Report) -> None:
    if not find_spec("matplotlib"):
        report.add("matplotlib is not installed: no plot.")
        return
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    nodes = [f["n"] for f in found]
    for key, label, lanes in (
        ("bucket", "bucket queue", 1),
        ("customize", "customization", 1),
        ("sweep", "sweep, per service", SERVICES),
    ):
        left.loglog(nodes, [1e9 * f[key] / f["n"] / lanes for f in found], marker="o", label=label)
    left.set(xlabel="nodes", ylabel="ns per node", title="Time per node, one thread")
    left.set_ylim(bottom=0.5)
    left.legend()
    right.loglog(nodes, [f["peak_mb"] for f in found], marker="o")
    right.axhline(1500, linestyle="--", linewidth=1, color="grey")
    right.set(xlabel="nodes", ylabel="MB", title="Peak memory of the process")
    plot.parent.mkdir(exist_ok=True)
    figure.savefig(plot, dpi=110)
    report.add(f"![growth]({plot.name})")
    report.add()


def city_graph(folder: str) -> tuple[Graph, Hierarchy, Any]:
    from wegeketten.city import open_city
    from wegeketten.people.profile import load_profile

    city = open_city(folder)
    graph = city.graph.with_weights(city.weights(load_profile("walker")).likely)
    return graph, city.hierarchy, (np.asarray(city.nodes["x"]), np.asarray(city.nodes["y"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("city", nargs="*", help="city folders to measure as well")
    parser.add_argument("--nodes", type=int, default=325_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument(
        "--growth", type=int, nargs="*", default=[10_000, 30_000, 100_000, 300_000, 1_000_000]
    )
    parser.add_argument("--out", type=Path, default=HERE / "results" / "routing.md")
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--kernels", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child)
        return
    if options.kernels:
        prepare_all()
        return
    report = Report()
    report.add("# Routing, measured")
    report.add()
    load = os.getloadavg()[0]
    report.add(
        f"{time.strftime('%Y-%m-%d %H:%M')}, {platform.machine()}, {os.cpu_count()} processors,"
        f" load {load:.1f} at the start, Python {platform.python_version()}, numpy {np.__version__}."
    )
    report.add()
    town = streets(options.nodes)
    graph = Graph.from_arcs(town.n, town.tails, town.heads, town.weights)
    hierarchy = preparation(report, graph, options.rounds, (town.x, town.y))
    sweeps(report, "synthetic town", graph, hierarchy, options.rounds, (town.x, town.y))
    smaller = streets(60_000)
    small = Graph.from_arcs(smaller.n, smaller.tails, smaller.heads, smaller.weights)
    questions(report, small, Hierarchy(small))
    for folder in options.city:
        graph, hierarchy, xy = city_graph(folder)
        sweeps(report, Path(folder).name, graph, hierarchy, options.rounds, xy)
    compilation(report)
    if options.growth:
        growth(report, options.growth, options.out.with_name("routing-growth.png"))
    options.out.parent.mkdir(exist_ok=True)
    options.out.write_text("\n".join(report.lines).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
