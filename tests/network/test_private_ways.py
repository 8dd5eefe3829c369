"""Private ways: the way in and out of those who live there, and nobody's way through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network.walking import network_of, walk
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from support.drawn import Town

from wegeketten.model.edges import Kind
from wegeketten.network.build import build_network
from wegeketten.network.draft import Draft, Style
from wegeketten.network.private_ways import close_through
from wegeketten.network.snap import snap
from wegeketten.osm.extract import read_extract
from wegeketten.osm.projection import projection_at, projection_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.network.build import Network

# the public way goes round: A to B is 40 m over the private way, 120 m over C and D
ROUND = """\
A.h.B
.   .
.   .
.   .
C...D
"""


def metres(network: Network, town: Town, start: str, goal: str) -> float | None:
    route = walk(network, town.position(start), town.position(goal))
    return round(route.metres, 1) if route else None


def built(
    drawing: str, ways: Mapping[str, str], nodes: Mapping[str, str], folder: Path, pavements: str = "centre"
) -> tuple[Network, Town]:
    town = Town(drawing, ways, nodes)
    return network_of(town, folder, pavements), town


@pytest.mark.parametrize("pavements", ["centre", "sides"])
@pytest.mark.parametrize("tag", ["access=private", "foot=private", "access=permit", "access=residents"])
def test_nobody_walks_through_a_private_way(tmp_path: Path, pavements: str, tag: str) -> None:
    ways = {"ACDB": "highway=footway", "AhB": f"highway=service|{tag}"}
    network, town = built(ROUND, ways, {}, tmp_path, pavements)
    private = network.edges["private"]
    assert private.sum() == 2
    assert metres(network, town, "C", "D") == pytest.approx(40.0, rel=0.005)
    assert metres(network, town, "A", "B") == pytest.approx(120.0, rel=0.005)


def test_who_lives_on_it_walks_out_by_the_nearer_end(tmp_path: Path) -> None:
    ways = {"ACDB": "highway=footway", "AhB": "highway=service|access=private"}
    network, town = built("A.hx.B\n.    .\nC....D", ways, {}, tmp_path)
    assert metres(network, town, "h", "C") == pytest.approx(40.0, rel=0.005)
    assert metres(network, town, "h", "D") == pytest.approx(90.0, rel=0.005)  # by A, never by B's share
    assert metres(network, town, "x", "D") == pytest.approx(40.0, rel=0.005)


def test_neighbours_on_one_private_way_walk_along_it(tmp_path: Path) -> None:
    ways = {"AB": "highway=footway", "Ahk": "highway=service|access=private"}
    network, town = built("A...B\n.\nh\n.\n.\nk", ways, {}, tmp_path)
    assert metres(network, town, "h", "k") == pytest.approx(30.0, rel=0.005)
    assert metres(network, town, "k", "B") == pytest.approx(90.0, rel=0.005)
    assert network.edges["forward"].all()


@pytest.mark.parametrize("tag", ["access=no", "foot=no", "access=private|foot=no", "access=military"])
def test_what_is_closed_to_everybody_stays_closed(tmp_path: Path, tag: str) -> None:
    ways = {"AB": "highway=footway", "Ah": f"highway=service|{tag}"}
    network, _ = built("A...B\n.\nh", ways, {}, tmp_path)
    assert network.edges["osm_id"].tolist() == [1001]


def test_private_ways_that_lead_nowhere_are_left_out(tmp_path: Path) -> None:
    ways = {"AB": "highway=footway", "hk": "highway=service|access=private"}
    network, _ = built("A...B\n\nh...k", ways, {}, tmp_path)
    assert network.edges["osm_id"].tolist() == [1001]
    assert [(row.element, row.reason) for row in network.skipped] == [
        ("w1002", "private way that no public way leads to")
    ]


def test_a_private_gate_between_public_ways_stays_shut(tmp_path: Path) -> None:
    ways = {"AgB": "highway=footway", "ACDB": "highway=footway"}
    network, town = built("A.g.B\n.   .\nC...D", ways, {"g": "barrier=gate|access=private"}, tmp_path)
    gate = network.edges["kind"] == Kind.gate
    assert not network.edges["forward"][gate].any()
    assert network.edges["private"][gate].all()
    assert metres(network, town, "A", "B") == pytest.approx(80.0, rel=0.005)


def test_a_courtyard_is_reached_by_one_of_its_gates(tmp_path: Path) -> None:
    """Else its residents would be cut off; by both gates, passers-by would walk through it."""
    drawing = "A...g..y...k...B\n.              .\nC..............D"
    ways = {
        "ACDB": "highway=footway",
        "Ag": "highway=footway",
        "gyk": "highway=footway",
        "kB": "highway=footway",
    }
    nodes = {"g": "barrier=gate|locked=yes", "k": "barrier=gate|access=private"}
    network, town = built(drawing, ways, nodes, tmp_path)
    gates = network.edges["kind"] == Kind.gate
    assert sorted(network.edges["forward"][gates].tolist()) == [False, True]
    assert metres(network, town, "y", "C") is not None
    assert metres(network, town, "A", "B") == pytest.approx(190.0, rel=0.005)


def test_the_way_in_avoids_steps(tmp_path: Path) -> None:
    ways = {
        "ACDB": "highway=footway",
        "Ah": "highway=steps|access=private",
        "hB": "highway=service|access=private",
    }
    network, town = built("A.h.....B\n.       .\nC.......D", ways, {}, tmp_path)
    steps = network.edges["kind"] == Kind.steps
    assert not network.edges["forward"][steps].any()
    assert metres(network, town, "h", "D") == pytest.approx(80.0, rel=0.005)


def test_pavements_of_a_private_street_are_private(tmp_path: Path) -> None:
    ways = {
        "WJE": "highway=residential|sidewalk=both",
        "JS": "highway=residential|sidewalk=both|access=private",
    }
    network, town = built("W...J...E\n    .\n    .\n    S", ways, {}, tmp_path, "sides")
    own = network.edges["osm_id"] == 1002
    pavements = own & (network.edges["kind"] == Kind.pavement)
    assert pavements.sum() == 2
    assert network.edges["private"][pavements].all()
    assert network.edges["forward"][pavements].all()
    assert metres(network, town, "S", "W") is not None


def test_doors_take_the_private_way_if_the_street_is_a_house_farther(tmp_path: Path) -> None:
    ways = {"AB": "highway=residential", "AC": "highway=service|access=private"}
    network, town = built("A....B\n.\n. f\n.\n. r\n.\nC", ways, {}, tmp_path)
    xy = [projection_at(*town.position("A")).to_xy([town.position(door)])[0] for door in "fr"]
    found = snap(network.edges, np.array(xy))
    first = np.unique(found.owner, return_index=True)[1]
    assert network.edges["osm_id"][found.edge[first]].tolist() == [1001, 1002]


def test_other_ids_part_private_ways_alike(tmp_path: Path) -> None:
    ways = {"ACDB": "highway=footway", "AhB": "highway=service|access=private"}
    swap = str.maketrans("ABCDh", "BAhCD")
    lengths = []
    for table in ({}, swap):
        drawing = ROUND.translate(table)
        network, _ = built(drawing, {w.translate(table): t for w, t in ways.items()}, {}, tmp_path)
        lengths.append(sorted(np.round(network.edges["length_m"].astype(float), 2).tolist()))
    assert lengths[0] == lengths[1]


def _times(draft: Draft, which: list[int]) -> np.ndarray:
    """Metres between all nodes over some edges, if they are lawful."""
    ends: dict[tuple[int, int], float] = {}
    for edge in which:
        style = draft.styles[edge]
        if style.forward or style.backward:
            pair = min(draft.u[edge], draft.v[edge]), max(draft.u[edge], draft.v[edge])
            length = float(np.hypot(*np.diff(draft.lines[edge], axis=0).T).sum())
            ends[pair] = min(ends.get(pair, np.inf), length)
    rows, columns = np.array(list(ends), dtype=np.int64).reshape(-1, 2).T
    count = len(draft.places)
    result: NDArray[Any] = dijkstra(
        csr_array((list(ends.values()), (rows, columns)), shape=(count, count)), directed=False
    )
    return result


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(4, 14), st.floats(0.1, 0.7))
def test_public_ways_are_as_long_as_without_private_ones(seed: int, nodes: int, share: float) -> None:
    """On any network: no public place gets nearer to another, and everybody who got out still does."""
    rng = np.random.default_rng(seed)
    draft = Draft()
    for x, y in rng.uniform(0, 300, (nodes, 2)).tolist():
        draft.place(x, y)
    for _ in range(int(rng.integers(nodes, 2 * nodes))):
        u, v = rng.choice(nodes, 2, replace=False).tolist()
        kind = int(rng.choice([Kind.footway, Kind.service, Kind.steps]))
        draft.add(u, v, None, Style("w", 1, kind, private=bool(rng.random() < share)))
    before = list(range(len(draft.u)))
    public = [edge for edge in before if not draft.styles[edge].private]
    alone, together = _times(draft, public), _times(draft, before)
    sizes = np.isfinite(alone).sum(axis=1)
    close_through(draft)
    after = _times(draft, list(range(len(draft.u))))[:nodes, :nodes]
    joined = np.isfinite(alone)
    np.testing.assert_allclose(after[joined], alone[joined])
    if public:
        for node in range(nodes):  # whoever could reach the largest public part of all still does
            mates = np.flatnonzero(np.isfinite(together[node]))
            largest = mates[sizes[mates] == sizes[mates].max()]
            if sizes[mates].max() > 1:
                assert np.isfinite(after[node, largest]).any()


@pytest.mark.parametrize("pavements", ["centre", "sides"])
def test_a_real_town_has_no_shorter_ways_by_private_ones(shared_data: Path, pavements: str) -> None:
    features = read_extract(next((shared_data / "osm").glob("berlin-miraustrasse_*")))
    network = build_network(features, projection_of(features), pavements=pavements)
    edges = network.edges
    lawful = edges["forward"] | edges["backward"]
    count = len(network.nodes["x"])

    def graph(which: np.ndarray) -> csr_array:
        length = np.maximum(edges["length_m"][which].astype(float), 1e-3)  # 0 would be no edge
        order = np.argsort(-length, kind="stable")  # of parallel edges the shortest is written last
        rows, columns = edges["u"][which][order], edges["v"][which][order]
        table = {
            (min(u, v), max(u, v)): w
            for u, v, w in zip(rows.tolist(), columns.tolist(), length[order], strict=True)
        }
        u, v = np.array(list(table)).T
        return csr_array((list(table.values()), (u, v)), shape=(count, count))

    assert edges["private"].sum() > 300
    public = graph(lawful & ~edges["private"])
    label = connected_components(public, directed=False)[1]
    mainland = np.flatnonzero(label == np.bincount(label).argmax())
    starts = np.random.default_rng(1).choice(mainland, 40, replace=False)
    alone = dijkstra(public, directed=False, indices=starts)[:, mainland]
    together = dijkstra(graph(lawful), directed=False, indices=starts)[:, mainland]
    np.testing.assert_allclose(together, alone, rtol=1e-9)
