"""Graphs out of a city and cities out of graphs, against OSMnx and NetworkX themselves."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import wegeketten as wk
from wegeketten.errors import InputDataError, UsageError
from wegeketten.exchange.from_networkx import from_networkx
from wegeketten.osm.foreign import foreign_elements
from wegeketten.osm.graph_elements import elements_of_graph
from wegeketten.people.profile import load_profile
from wegeketten.routing import INF, UNIT_S

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.model.answers import Answer

nx = pytest.importorskip("networkx")

TOWN = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6" generator="hand">
<node id="1" lat="51.0500" lon="13.7300"/>
<node id="2" lat="51.0500" lon="13.7320"/>
<node id="3" lat="51.0500" lon="13.7340"/>
<node id="4" lat="51.0510" lon="13.7340"/>
<node id="5" lat="51.0510" lon="13.7320"><tag k="barrier" v="kerb"/><tag k="kerb" v="raised"/></node>
<node id="6" lat="51.0510" lon="13.7300"/>
<node id="7" lat="51.0505" lon="13.7322"/>
<node id="8" lat="51.0515" lon="13.7320"/>
<way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/>
 <tag k="highway" v="footway"/><tag k="surface" v="asphalt"/><tag k="name" v="Südweg"/></way>
<way id="11"><nd ref="3"/><nd ref="4"/><nd ref="5"/><nd ref="6"/><nd ref="1"/>
 <tag k="highway" v="footway"/><tag k="width" v="2.5"/></way>
<way id="12"><nd ref="2"/><nd ref="7"/><nd ref="5"/>
 <tag k="highway" v="footway"/><tag k="incline" v="5%"/></way>
<way id="13"><nd ref="5"/><nd ref="8"/><tag k="highway" v="steps"/><tag k="step_count" v="9"/></way>
<way id="14"><nd ref="8"/><nd ref="6"/><tag k="highway" v="path"/><tag k="surface" v="gravel"/></way>
</osm>
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("town")
    (folder / "town.osm").write_text(TOWN)
    return wk.build(folder / "town.osm", folder / "city")


@pytest.fixture
def kept_tags(monkeypatch: pytest.MonkeyPatch) -> Any:
    ox = pytest.importorskip("osmnx")
    for name in ("useful_tags_way", "useful_tags_node"):
        monkeypatch.setattr(
            ox.settings,
            name,
            [*getattr(ox.settings, name), "kerb", "barrier", "surface", "width", "incline", "step_count"],
        )
    return ox


def seconds(city: City, profile: str, tail: int, head: int, answer: str = "likely") -> float | None:
    """Fastest time between two OSM nodes by the city's own arcs, with NetworkX as the oracle."""
    weights = getattr(city.weights(load_profile(profile)), answer)
    plain = nx.DiGraph()
    for arc in np.flatnonzero(weights < INF).tolist():
        row, back = divmod(arc, 2)
        ends = int(city.edges["u"][row]), int(city.edges["v"][row])
        a, b = ends[::-1] if back else ends
        if not plain.has_edge(a, b) or plain[a][b]["weight"] > weights[arc]:
            plain.add_edge(a, b, weight=int(weights[arc]))
    rows = {int(osm_id): row for row, osm_id in reversed(list(enumerate(city.nodes["osm_id"].tolist())))}
    try:
        result: float = nx.shortest_path_length(plain, rows[tail], rows[head], weight="weight") * UNIT_S
        return result
    except (nx.NetworkXNoPath, nx.NodeNotFound):
        return None


@pytest.mark.parametrize("profile", ["walker", "wheelchair", "blind"])
@pytest.mark.parametrize("answer", ["sure", "likely", "possible"])
def test_graph_has_the_arcs_and_seconds_of_the_profile(town: City, profile: str, answer: Answer) -> None:
    graph = town.to_networkx(profile=profile, answer=answer)
    weights = getattr(town.weights(load_profile(profile)), answer)
    assert graph.number_of_edges() == (weights < INF).sum()
    assert graph.graph["crs"] == "epsg:4326"
    total = sum(data["travel_time"] for _, _, data in graph.edges(data=True))
    assert total == pytest.approx(weights[weights < INF].sum() * UNIT_S)
    for u, v, data in graph.edges(data=True):
        ends = [(graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in (u, v)]
        assert np.array([data["geometry"].coords[0], data["geometry"].coords[-1]]) == pytest.approx(
            np.array(ends), abs=1e-6
        )


def test_paths_agree_with_the_city(town: City) -> None:
    graph = town.to_networkx(profile="walker")
    found = nx.shortest_path_length(graph, 1, 8, weight="travel_time")
    assert found == pytest.approx(seconds(town, "walker", 1, 8))
    assert graph.nodes[1]["osm_id"] == 1


def test_barriers_and_readings_are_told(town: City) -> None:
    graph = town.to_networkx(profile="walker")
    kerbs = [data for _, _, data in graph.edges(data=True) if data["kind"] == "kerb"]
    assert kerbs
    assert {data["osmid"] for data in kerbs} == {5}
    assert all(data["barrier_id"].startswith("n5") and data["kerb_cm"] > 3 for data in kerbs)
    slopes = {
        (round(data["incline_pct"], 1), data["reversed"])
        for _, _, data in graph.edges(data=True)
        if data["osmid"] == 12 and data["incline_pct_from"] == "tagged"
    }
    assert slopes == {(5.0, False), (-5.0, True)}
    for _, _, data in graph.edges(data=True):
        if "incline_pct" in data:
            assert data["incline_pct_lower"] <= data["incline_pct_upper"]
    wheels = town.to_networkx(profile="wheelchair")
    assert not any(data["kind"] == "steps" for _, _, data in wheels.edges(data=True))


def test_pieces_of_a_flight_tell_their_share(tmp_path: Path) -> None:
    """The steps of the whole are not to be added up."""
    branch = '<way id="15"><nd ref="8"/><nd ref="7"/><tag k="highway" v="path"/></way></osm>'
    longer = TOWN.replace('<nd ref="5"/><nd ref="8"/><tag', '<nd ref="5"/><nd ref="8"/><nd ref="4"/><tag')
    (tmp_path / "town.osm").write_text(longer.replace("</osm>", branch))
    city = wk.build(tmp_path / "town.osm", tmp_path / "city")
    steps = [data for *_, data in city.to_networkx().edges(data=True) if data["kind"] == "steps"]
    assert len(steps) == 4  # two pieces, up and down
    assert {data["step_count"] for data in steps} == {9}
    assert sum(data["flight_share"] for data in steps) == pytest.approx(2)


def test_osmnx_works_with_the_graph(town: City, tmp_path: Path) -> None:
    ox = pytest.importorskip("osmnx")
    graph = town.to_networkx(profile="walker")
    if hasattr(ox.convert, "validate_graph"):
        ox.convert.validate_graph(graph, strict=False)
    nodes, edges = ox.convert.graph_to_gdfs(graph)
    assert len(nodes) == graph.number_of_nodes()
    assert len(edges) == graph.number_of_edges()
    again = ox.convert.graph_from_gdfs(nodes, edges)
    assert set(again.edges(keys=True)) == set(graph.edges(keys=True))
    ox.io.save_graph_geopackage(graph, tmp_path / "graph.gpkg")
    route = ox.routing.shortest_path(graph, 1, 8, weight="travel_time")
    assert route[0] == 1
    assert route[-1] == 8
    assert ox.routing.route_to_gdf(graph, route, weight="travel_time")["length"].sum() > 100
    projected = ox.projection.project_graph(graph)
    corner = projected.nodes[3]
    assert ox.distance.nearest_nodes(projected, corner["x"] + 1, corner["y"] + 1) == 3
    u, v, _ = ox.distance.nearest_edges(projected, corner["x"] - 40, corner["y"] - 10)
    assert {u, v} == {2, 3}
    ox.io.save_graphml(graph, tmp_path / "town.graphml")
    loaded = ox.io.load_graphml(tmp_path / "town.graphml")
    assert nx.shortest_path_length(loaded, 1, 8, weight="length") == pytest.approx(
        nx.shortest_path_length(graph, 1, 8, weight="length")
    )
    assert ox.stats.basic_stats(graph)["n"] == graph.number_of_nodes()


def test_unknown_answer(town: City) -> None:
    with pytest.raises(UsageError, match="answer 'maybe'"):
        town.to_networkx(answer="maybe")  # type: ignore[arg-type]


def same_times(
    one: City, other: City, pairs: list[tuple[int, int]], profiles: tuple[str, ...] = ("walker", "wheelchair")
) -> None:
    for profile in profiles:
        for tail, head in pairs:
            assert seconds(one, profile, tail, head) == pytest.approx(
                seconds(other, profile, tail, head), abs=0.3
            )


def test_city_from_an_unsimplified_graph_is_the_city_from_the_extract(
    town: City, tmp_path: Path, kept_tags: Any
) -> None:
    (tmp_path / "town.osm").write_text(TOWN)
    graph = kept_tags.graph.graph_from_xml(
        tmp_path / "town.osm", simplify=False, retain_all=True, bidirectional=True
    )
    city = from_networkx(graph)
    same_times(town, city, [(1, 3), (1, 8), (8, 1), (2, 6), (8, 6), (3, 8)])
    assert sorted({i.split(":")[0] for i in city.edges.ids()}) == sorted(
        {i.split(":")[0] for i in town.edges.ids()}
    )
    assert city.edges["length_m"].sum() == pytest.approx(town.edges["length_m"].sum(), rel=1e-3)
    folder = city.path.parent
    assert folder.exists()
    del city
    gc.collect()
    assert not folder.exists()


def test_city_from_a_simplified_graph_keeps_lengths_and_steps(
    town: City, tmp_path: Path, kept_tags: Any
) -> None:
    (tmp_path / "town.osm").write_text(TOWN)
    graph = kept_tags.graph.graph_from_xml(
        tmp_path / "town.osm", simplify=True, retain_all=True, bidirectional=True
    )
    city = from_networkx(graph, tmp_path / "city")
    assert city.path == tmp_path / "city"
    assert city.edges["length_m"].sum() == pytest.approx(town.edges["length_m"].sum(), rel=1e-3)
    ends = [node for node in graph.nodes if node in (1, 2, 5)]
    pairs = [(a, b) for a in ends for b in ends if a != b]
    assert pairs
    same_times(town, city, pairs, profiles=("walker",))
    # steps and the gravel path behind them became one edge, and nobody rolls over it
    assert any(
        data["highway"] == ["steps", "path"] or "steps" in data["highway"]
        for _, _, data in graph.edges(data=True)
    )
    wheels = city.to_networkx(profile="wheelchair")
    assert not any(data["kind"] == "steps" for _, _, data in wheels.edges(data=True))


def test_projected_graph_gives_the_same_city(tmp_path: Path, kept_tags: Any) -> None:
    (tmp_path / "town.osm").write_text(TOWN)
    graph = kept_tags.graph.graph_from_xml(tmp_path / "town.osm", simplify=True, bidirectional=True)
    one, other = from_networkx(graph), from_networkx(kept_tags.projection.project_graph(graph))
    assert other.meta["crs"] == one.meta["crs"]
    assert other.edges["length_m"].sum() == pytest.approx(one.edges["length_m"].sum(), rel=1e-6)


def test_hand_made_graph_with_labels_of_any_kind() -> None:
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_node("a", x=13.73, y=51.05)
    graph.add_node("b", x=13.74, y=51.05)
    graph.add_node(("c", 1), x=13.74, y=51.06)
    graph.add_edge("a", "b", highway="footway", grade=0.12)
    graph.add_edge("b", ("c", 1), highway=["footway", "steps"], width=float("nan"), osmid=[5, 9], lit=True)
    city = from_networkx(graph)
    kinds = dict(zip(city.edges["kind"].tolist(), city.edges["length_m"].tolist(), strict=True))
    assert kinds[14] == pytest.approx(1112, abs=3)  # steps
    tagged = city.edges["incline_pct_from"] == 2
    assert city.edges["incline_pct"][tagged] == pytest.approx([12.0])


def test_graphs_that_are_no_city() -> None:
    with pytest.raises(InputDataError, match="no edges"):
        from_networkx(nx.MultiDiGraph(crs="epsg:4326"))
    graph = nx.MultiDiGraph()
    graph.add_edge(1, 2, highway="footway")
    with pytest.raises(InputDataError, match="no coordinate reference system"):
        from_networkx(graph)
    graph.graph["crs"] = "epsg:4326"
    with pytest.raises(InputDataError, match="node 1 of the graph has no x and y"):
        from_networkx(graph)
    graph.graph["crs"] = "nonsense"
    with pytest.raises(InputDataError, match="is unknown"):
        from_networkx(graph)


@pytest.mark.parametrize("form", ["graph.graphml", "graph.gpkg", "graph.osm"])
def test_a_graph_of_osmnx_is_read_alike_from_all_its_files(
    town: City, tmp_path: Path, kept_tags: Any, form: str
) -> None:
    (tmp_path / "town.osm").write_text(TOWN)
    xml, file = form.endswith(".osm"), tmp_path / form
    kept_tags.settings.all_oneway = xml  # as OSMnx wants it for a file of ways
    try:
        graph = kept_tags.graph.graph_from_xml(
            tmp_path / "town.osm", simplify=False, retain_all=True, bidirectional=not xml
        )
        if xml:
            kept_tags.io.save_graph_xml(graph, file)
    finally:
        kept_tags.settings.all_oneway = False
    if form.endswith(".graphml"):
        kept_tags.io.save_graphml(graph, file)
    elif not xml:
        kept_tags.io.save_graph_geopackage(graph, file, directed=True)
    city = wk.build(file, tmp_path / "city")
    same_times(town, city, [(1, 3), (1, 8), (8, 1), (3, 8)])
    assert city.edges["length_m"].sum() == pytest.approx(town.edges["length_m"].sum(), rel=1e-3)


def test_a_simplified_graph_is_the_same_elements_from_every_file(tmp_path: Path, kept_tags: Any) -> None:
    """GeoPackages keep one direction of each edge, seldom the one GraphML begins with."""
    (tmp_path / "town.osm").write_text(TOWN)
    graph = kept_tags.graph.graph_from_xml(
        tmp_path / "town.osm", simplify=True, retain_all=True, bidirectional=True
    )
    for u, v, data in graph.edges(data=True):
        data["grade"] = (v - u) / 100  # of this direction, as osmnx.elevation.add_edge_grades says it
    kept_tags.io.save_graphml(graph, tmp_path / "graph.graphml")
    kept_tags.io.save_graph_geopackage(graph, tmp_path / "undirected.gpkg")
    kept_tags.io.save_graph_geopackage(graph, tmp_path / "directed.gpkg", directed=True)
    live = elements_of_graph(graph)
    assert any("incline" in tags for _, tags in live.ways.values())
    for number, (refs, tags) in live.ways.items():
        if tags.get("incline", "").endswith(".0%"):
            assert tags["incline"] == f"{refs[-1] - refs[0]:.1f}%", number
    for name in ("graph.graphml", "undirected.gpkg", "directed.gpkg"):
        read = foreign_elements(tmp_path / name)
        assert read is not None
        assert read.elements.ways == live.ways, name
        assert read.elements.nodes == live.nodes, name


@pytest.mark.parametrize("form", ["graph.graphml", "graph.gpkg"])
def test_exported_graphs_are_those_of_osmnx(town: City, tmp_path: Path, form: str) -> None:
    ox = pytest.importorskip("osmnx")
    counts = wk.export(town, tmp_path / form, "networkx", profile="wheelchair")
    graph = town.to_networkx("wheelchair")
    assert counts == {"nodes": graph.number_of_nodes(), "edges": graph.number_of_edges()}
    if form.endswith(".graphml"):
        loaded = ox.io.load_graphml(tmp_path / form)
        ox.convert.validate_graph(loaded, strict=False)
        assert set(loaded.edges(keys=True)) == set(graph.edges(keys=True))
    nodes, edges = ox.convert.graph_to_gdfs(graph)
    ox.convert.validate_node_edge_gdfs(nodes, edges)


def test_files_that_hold_no_graph(tmp_path: Path) -> None:
    (tmp_path / "a.graphml").write_text("<html></html>")
    with pytest.raises(InputDataError, match="is no GraphML of OSMnx"):
        wk.build(tmp_path / "a.graphml", tmp_path / "city")
    (tmp_path / "a.graphml").write_text('<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph')
    with pytest.raises(InputDataError, match="cannot be read as GraphML"):
        wk.build(tmp_path / "a.graphml", tmp_path / "city")
    bomb = '<!DOCTYPE a [<!ENTITY b "c">]><graphml>&b;</graphml>'
    (tmp_path / "a.graphml").write_text(bomb)
    with pytest.raises(InputDataError, match="is no GraphML"):
        wk.build(tmp_path / "a.graphml", tmp_path / "city")
