"""The scan on drawn towns: times by hand, the three answers, laws, and an independent search as judge."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from support.drawn import Town

import wegeketten as wk
from wegeketten.errors import UsageError
from wegeketten.joins.endpoints import allowed_places, join_homes, join_places, same_edge, seeds_to, times_at
from wegeketten.people.profile import load_profile, load_profiles
from wegeketten.reach.records import texts
from wegeketten.reach.tables import write_scan
from wegeketten.routing import INF

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.reach.scan import Scan

_SMOOTH = "highway=footway|surface=asphalt|width=2|incline=0%"

STREET = Town(
    """
     H                  P
    a----------b---------c
    """,
    ways={"ab": _SMOOTH, "bc": _SMOOTH},
    nodes={
        "H": "addr:housenumber=1|addr:street=Ring",
        "P": "amenity=pharmacy|name=Löwe|wheelchair=yes",
        "b": "barrier=kerb|kerb=raised|kerb:height=12 cm",
    },
)


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("street")
    return wk.build(STREET.write(folder / "street.osm"), folder / "city", pavements="centre")


def test_time_and_metres_by_hand(street: City) -> None:
    scan = wk.scan(street, profiles=["walker"], services=["pharmacy"])
    reach = scan.reach["walker"]
    assert len(scan.homes) == 1
    # 10 m off the way at both doors, 190 m along it, one kerb on the way
    assert reach.metres[0, 0] == pytest.approx(210, abs=1)
    walker = scan.profiles[0]
    seconds = float(reach.seconds("likely")[0, 0])
    assert 210 / walker.level_m_s <= seconds <= 210 / walker.level_m_s + 10
    assert street.places["place_id"][reach.place[0, 0]] == f"n{ord('P')}"


def test_a_raised_kerb_stops_the_wheelchair_and_why_names_it(street: City) -> None:
    from wegeketten.reach.why import find_why

    scan = wk.scan(street, profiles=["wheelchair", "walker"], services=["pharmacy"])
    assert np.isnan(scan.reach["wheelchair"].seconds("possible")[0, 0])
    assert not np.isnan(scan.reach["walker"].seconds("sure")[0, 0])
    lon, lat = STREET.position("H")
    found = find_why(street, load_profile("wheelchair"), (lat, lon), "pharmacy")
    assert [barrier.id for barrier in found.blocking] == [f"n{ord('b')}"]
    assert found.certified


def test_a_higher_limit_opens_the_way(street: City) -> None:
    profile = load_profile("wheelchair", {"kerb_cm": 15})
    scan = wk.scan(street, profiles=[profile], services=["pharmacy"])
    assert not np.isnan(scan.reach["wheelchair"].seconds("likely")[0, 0])


@pytest.mark.parametrize(
    ("tag", "answers"),
    [
        ("yes", {"sure", "likely", "possible"}),
        ("limited", {"likely", "possible"}),
        ("", {"likely", "possible"}),
        ("no", set()),
    ],
)
def test_a_place_opens_to_wheels_as_its_tag_says(tmp_path: Path, tag: str, answers: set[str]) -> None:
    nodes = {**STREET.nodes, "P": f"amenity=pharmacy|wheelchair={tag}" if tag else "amenity=pharmacy"}
    nodes.pop("b")
    town = Town(STREET.drawing, STREET.ways, nodes)
    city = wk.build(town.write(tmp_path / "t.osm"), tmp_path / "city", pavements="centre")
    scan = wk.scan(city, profiles=["wheelchair"], services=["pharmacy"])
    reached = {
        name for name in ("sure", "likely", "possible") if scan.reach["wheelchair"].units[name][0, 0] != INF
    }
    # sure also asks the ground itself to be known: smoothness and cross slope are not mapped here
    assert reached - {"sure"} == answers - {"sure"}
    assert reached <= answers


def test_home_and_place_on_one_edge_need_no_node(tmp_path: Path) -> None:
    town = Town(
        """
            H    P
        a-------------------------b
        """,
        ways={"ab": "highway=footway"},
        nodes={"H": "addr:housenumber=1|addr:street=Ring", "P": "amenity=pharmacy"},
    )
    city = wk.build(town.write(tmp_path / "t.osm"), tmp_path / "city", pavements="centre")
    reach = wk.scan(city, profiles=["walker"], services=["pharmacy"]).reach["walker"]
    assert reach.metres[0, 0] == pytest.approx(70, abs=0.5)  # 10 + 50 + 10, not round by an end


def test_unknown_names_end_in_one_clear_line(street: City) -> None:
    with pytest.raises(UsageError, match="wheelchair"):
        wk.scan(street, profiles=["wheelchiar"])
    with pytest.raises(UsageError, match="pharmacy"):
        wk.scan(street, services=["pharmcy"])
    with pytest.raises(UsageError, match="no district"):
        wk.scan(street, districts=["Atlantis"])


@pytest.mark.parametrize(("margin_s", "share"), [(-0.04, 0.0), (0.0, 1.0), (0.04, 1.0)])
def test_a_share_counts_exactly_the_times_that_are_printed_within_the_standard(
    street: City, margin_s: float, share: float
) -> None:
    scan = wk.scan(street, profiles=["walker"], services=["pharmacy"])
    likely_s = float(scan.reach["walker"].seconds("likely")[0, 0])
    assert likely_s == round(likely_s, 1)
    pharmacy = scan.catalogue.services["pharmacy"]
    standard = pharmacy.standard.model_copy(update={"metres": None, "minutes": (likely_s + margin_s) / 60})
    services = {"pharmacy": pharmacy.model_copy(update={"standard": standard})}
    catalogue = scan.catalogue.model_copy(update={"services": services})
    (row,) = wk.scan(street, profiles=["walker"], catalogue=catalogue).shares
    assert row.share_likely == share
    assert row.median_likely_s == likely_s


def test_the_folder_holds_the_contract(street: City, tmp_path: Path) -> None:
    scan = wk.scan(street)
    write_scan(scan, tmp_path / "out")
    table = pq.read_table(tmp_path / "out" / "homes.parquet")
    expected = ["home_id", "lon", "lat", "district", "weight", "profile", "service", "sure_s", "likely_s"]
    assert table.column_names[:12] == [*expected, "possible_s", "likely_m", "place_id"]
    assert table.num_rows == 1 * 7 * 16
    rows = table.to_pylist()
    reached = [row for row in rows if row["likely_s"] is not None]
    assert {row["service"] for row in reached} == {"pharmacy"}
    assert all(row["place_id"] is None for row in rows if row["likely_s"] is None)
    meta = json.loads((tmp_path / "out" / "scan.json").read_text(encoding="utf-8"))
    for key in ("version", "source", "source_sha256", "osm_timestamp", "counts", "parameters", "seconds"):
        assert key in meta
    assert "OpenStreetMap" in meta["attribution"]
    header = (tmp_path / "out" / "districts.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == (
        "district,profile,service,homes,weight,standard_s,share_sure,share_likely,share_possible,"
        "median_likely_s,p90_likely_s"
    )


def test_two_builds_give_the_same_bytes_by_one_process_or_two(tmp_path: Path) -> None:
    source = STREET.write(tmp_path / "street.osm")
    for processes, name in enumerate(("one", "two"), start=1):
        wk.build(source, tmp_path / name, processes=processes)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "two").iterdir())
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def _ordered(scan: Scan) -> None:
    for reach in scan.reach.values():
        assert (reach.units["sure"] >= reach.units["likely"]).all()
        assert (reach.units["likely"] >= reach.units["possible"]).all()


@pytest.mark.data
@pytest.mark.parametrize("name", ["berlin-miraustrasse_2026-07", "zuerich-hb_2025-11"])
def test_real_city_agrees_with_scipy_and_keeps_the_laws(shared_data: Path, tmp_path: Path, name: str) -> None:
    city = wk.build(shared_data / "osm" / f"{name}.osm.pbf", tmp_path / "city")
    scan = wk.scan(city)
    _ordered(scan)
    u, v = city.edges["u"], city.edges["v"]
    nodes = len(city.nodes["x"])
    for profile in load_profiles(["walker", "wheelchair"]):
        homes, places = join_homes(city, profile), join_places(city, profile)
        for answer in ("likely", "possible"):
            weights = getattr(city.weights(profile), answer)
            for service in ("stop", "groceries"):
                offer = places.take(np.isin(places.owner, allowed_places(city, profile, answer, service)))
                seeds = seeds_to(offer, (u, v), weights)
                times = _scipy_to_nearest(u, v, weights, nodes, seeds.nodes, seeds.offsets)
                units, _ = times_at(homes, (u, v), weights, times[:, None])
                direct = same_edge(homes, offer, weights, city.edges["length_m"])
                np.minimum.at(units[:, 0], direct.home, direct.units.astype(np.int32))
                column = scan.services.index(service)
                got = scan.reach[profile.id].units[answer][homes.owner, column]
                np.testing.assert_array_equal(got, units[:, 0])


def _scipy_to_nearest(
    u: NDArray[np.int32],
    v: NDArray[np.int32],
    weights: NDArray[np.int32],
    nodes: int,
    seeds: NDArray[np.int32],
    offsets: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Times towards the nearest seed by scipy: arcs reversed, one extra node joined to all seeds."""
    ahead, back = weights[0::2], weights[1::2]
    tails = np.concatenate([v[ahead != INF], u[back != INF], np.full(len(seeds), nodes)])
    heads = np.concatenate([u[ahead != INF], v[back != INF], seeds])
    # scipy drops zeros: all weights are shifted into multiples of 2^20, plus one for each arc used
    costs = np.concatenate([ahead[ahead != INF], back[back != INF], offsets]).astype(np.float64)
    order = np.lexsort((costs, heads, tails))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (tails[order][1:] != tails[order][:-1]) | (heads[order][1:] != heads[order][:-1])
    rows = order[first]
    graph = csr_array((costs[rows] * 2**20 + 1, (tails[rows], heads[rows])), shape=(nodes + 1, nodes + 1))
    found = dijkstra(graph, indices=nodes)[:nodes]
    return np.where(np.isinf(found), INF, np.floor(np.nan_to_num(found, posinf=0) / 2**20)).astype(np.int32)


def test_a_place_of_two_services_is_one_text() -> None:
    """Arrow writes a table in which a text occurs twice with other bytes each time."""
    column = texts(["n7", "w3", "n7"], np.array([2, -1, 1, 0]))
    assert column.to_pylist() == ["n7", None, "w3", "n7"]
    assert column.dictionary.to_pylist() == ["n7", "w3"]
    assert texts([], np.array([-1, -1])).to_pylist() == [None, None]


def test_the_same_places_are_written_with_the_same_bytes(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    names = [f"n{number % 500}" for number in range(600)]
    index = rng.integers(-1, len(names), 400_000)
    written = set()
    kept = []
    for run in range(4):
        kept.append(rng.bytes(1_000_000 + 300_000 * run))  # other addresses in memory
        file = tmp_path / f"{run}.parquet"
        pq.write_table(pa.table({"place_id": texts(names, index)}), file, store_schema=False)
        written.add(file.read_bytes())
    assert len(written) == 1
