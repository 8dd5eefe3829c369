"""What requests wish beside the profile: metres, things to avoid, limits, other routes, extra information."""

from __future__ import annotations

import heapq
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest
import shapely
from support.drawn import Town
from support.loops import run_apart

import wegeketten as wk
from wegeketten.joins.endpoints import join_homes, join_points
from wegeketten.model.kinds import Kind
from wegeketten.people.profile import load_profile
from wegeketten.reach.route import find_route
from wegeketten.routing import INF
from wegeketten.serve.application import make_app
from wegeketten.serve.desk import KEPT, Desk
from wegeketten.serve.directions import directions
from wegeketten.serve.extras import NO_SLOPE, ground_of
from wegeketten.serve.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from wegeketten.city import City

    Ask = Callable[..., dict[str, Any]]

_HOMES = "".join(
    f'<node id="{5001 + n}" lat="{51.04995 - (n % 3) * 0.00036:.5f}" lon="{13.7402 + (n // 3) * 0.0005:.4f}">'
    f'<tag k="addr:street" v="Nordweg"/><tag k="addr:housenumber" v="{n + 1}"/></node>'
    for n in range(30)
)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """Four rows: a street, a gravel path that is shorter but slow, a hill and a ford; steps between."""
    drawn = Town(
        "A.........B.........C\n.....................\nD.........E.........F\n.....................\n"
        "G.........H.........I",
        {"ABC": "highway=residential|name=Nordweg|surface=asphalt|sidewalk=no",
         "DEF": "highway=path|name=<b>Kiesweg|surface=fine_gravel|incline=2%|sac_scale=hiking",
         "GHI": "highway=track|tracktype=grade4|surface=ground",
         "AD": "highway=footway|surface=sett|incline=8%",
         "DG": "highway=footway|access=private", "BE": "highway=steps|step_count=9",
         "EH": "highway=footway|ford=yes", "CF": "highway=footway|width=0.8", "FI": "highway=footway"},
        nodes={"C": "barrier=kerb|kerb:height=5 cm"}, extra=_HOMES, cell_m=20,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("wishes")
    return wk.build(drawn.write(folder / "town.osm"), folder / "city")


@pytest.fixture(scope="module")
def desk(city: City) -> Desk:
    return Desk.of(city, ["walker", "wheelchair"])


@pytest.fixture(scope="module")
def ask(desk: Desk) -> Ask:
    app = make_app(desk)

    def ask(path: str, status: int = 200, /, **body: Any) -> dict[str, Any]:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.post(f"/v2/{path}", json=body)

        answer = run_apart(go())
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return ask


def spot(city: City, letters: str) -> list[float]:
    """Where a letter of the drawing lies, or, of two, a tenth of the way from the first to the other."""
    one, other = (city.nodes["osm_id"].tolist().index(ord(letter)) for letter in (letters[0], letters[-1]))
    columns = city.nodes["lon"], city.nodes["lat"]
    return [float(0.9 * column[one] + 0.1 * column[other]) for column in columns]


def metres_to_homes(city: City, desk: Desk, point: list[float], *, leaving: bool = True) -> list[float]:
    """Least metres between a point and every home, by a search written for this test."""
    profile = desk.profiles["walker"]
    open_ = city.weights(profile).likely != INF
    length, u, v = (city.edges[name].tolist() for name in ("length_m", "u", "v"))
    arcs: dict[int, list[tuple[int, float]]] = {}
    for edge, metres in enumerate(length):
        for arc, (tail, head) in ((2 * edge, (u[edge], v[edge])), (2 * edge + 1, (v[edge], u[edge]))):
            if open_[arc]:
                one, other = (tail, head) if leaving else (head, tail)
                arcs.setdefault(one, []).append((other, metres))
    start = join_points(city, profile, np.array([point]))
    edge, along, off = int(start.edge[0]), float(start.along[0]), float(start.off_m[0])
    heap = [(off + along * length[edge], u[edge]), (off + (1 - along) * length[edge], v[edge])]
    heapq.heapify(heap)
    far: dict[int, float] = {}
    while heap:
        metres, node = heapq.heappop(heap)
        if node not in far:
            far[node] = metres
            for other, more in arcs.get(node, ()):
                heapq.heappush(heap, (metres + more, other))
    homes = join_homes(city, profile)
    found = [float("inf")] * len(city.homes["home_id"])
    for owner, row, at, gap in zip(
        homes.owner.tolist(), homes.edge.tolist(), homes.along.tolist(), homes.off_m.tolist(), strict=True
    ):
        ways = [far.get(u[row], 1e9) + at * length[row], far.get(v[row], 1e9) + (1 - at) * length[row]]
        if row == edge:
            ways.append(off + abs(at - along) * length[row])
        found[owner] = min(ways) + gap
    return found


@pytest.mark.parametrize("location_type", ["start", "destination"])
@pytest.mark.parametrize(("units", "factor"), [("m", 1.0), ("km", 1000.0), ("mi", 1609.344)])
def test_areas_by_metres_hold_the_homes_within(
    ask: Ask, city: City, desk: Desk, units: str, factor: float, location_type: str
) -> None:
    for letter in ("AB", "ED"):
        point, limits = spot(city, letter), [90.0, 250.0, 400.0]
        found = ask(
            "isochrones/walker", locations=[point], range=[each / factor for each in limits],
            range_type="distance", units=units, location_type=location_type, attributes=["reachfactor"],
        )["features"]  # fmt: skip
        far = metres_to_homes(city, desk, point, leaving=location_type == "start")
        shapes = []
        for limit, feature in zip(limits, found, strict=True):
            about = feature["properties"]
            shapes.append(shapely.geometry.shape(feature["geometry"]))
            sure, most = (sum(each <= limit + slack for each in far) for slack in (-1.5, 1.5))
            assert about["value"] == pytest.approx(limit)
            assert sure <= about["homes"] <= most
            assert about["reachfactor"] == pytest.approx(about["area"] / (np.pi * limit**2), abs=1e-3)
        for small, large in pairwise(shapes):
            assert small.difference(large).area < 1e-12


def test_by_metres_the_profile_still_decides_what_is_passed(ask: Ask, city: City) -> None:
    areas = {
        name: ask(f"isochrones/{name}", locations=[spot(city, "BA")], range=[250], range_type="distance")
        for name in ("walker", "wheelchair")
    }
    whole, wheels = (shapely.geometry.shape(each["features"][0]["geometry"]) for each in areas.values())
    assert wheels.area < 0.8 * whole.area
    assert not wheels.contains(shapely.Point(spot(city, "E")))  # up the steps
    assert whole.contains(shapely.Point(spot(city, "E")))


def test_areas_smoothed_crossed_and_in_other_units(ask: Ask, city: City) -> None:
    points = [spot(city, "A"), spot(city, "C")]
    plain = ask("isochrones/walker", locations=points, range=[300], attributes=["area"], area_units="km")
    crossed = ask("isochrones/walker", locations=points, range=[300], intersections=True)["features"]
    assert crossed[:2] == ask("isochrones/walker", locations=points, range=[300])["features"]
    assert [each["properties"]["contours"] for each in crossed[2:]] == [[[0, 0], [1, 0]]]
    one, other, both = (shapely.geometry.shape(each["geometry"]) for each in crossed)
    assert both.symmetric_difference(one.intersection(other)).area < 1e-11
    area = crossed[0]["properties"]["area"]
    assert plain["features"][0]["properties"]["area"] == pytest.approx(area / 1e6, abs=1e-6)
    last = one
    for smoothing in (0.2, 50, 100):
        told = ask("isochrones/walker", locations=points[:1], range=[300], smoothing=smoothing)["features"][0]
        shape = shapely.geometry.shape(told["geometry"])
        assert last.difference(shape).area < 1e-10
        assert told["properties"]["area"] >= area
        last = shape
    assert last.area > 1.05 * one.area


def route(ask: Ask, city: City, ends: str, profile: str = "walker", **more: Any) -> dict[str, Any]:
    points = [spot(city, letters) for letters in ends.split()]
    feature = ask(f"directions/{profile}/geojson", coordinates=points, **more)["features"][0]
    return {**feature["properties"], "line": feature["geometry"]["coordinates"]}


def test_the_shortest_way_has_the_fewest_metres(ask: Ask, city: City, desk: Desk) -> None:
    for ends in ("AB FE", "AB HG", "CB GH", "DE CB"):
        fast, short = (
            route(ask, city, ends, preference=each)["summary"] for each in ("recommended", "shortest")
        )
        assert short["distance"] <= fast["distance"] + 0.2
        assert short["duration"] >= fast["duration"] - 0.2
    home = 0
    point = [float(city.homes[name][home]) for name in ("lon", "lat")]
    for letter in ("ED", "FE", "HG", "IF"):
        whole = ask(
            "directions/walker", coordinates=[spot(city, letter), point], preference="shortest"
        )["routes"][0]["summary"]  # fmt: skip
        assert whole["distance"] == pytest.approx(
            metres_to_homes(city, desk, spot(city, letter))[home], abs=1.5
        )


def test_what_is_to_be_avoided_is_avoided(ask: Ask, city: City) -> None:
    def types(**options: Any) -> tuple[set[int], float]:
        found = route(ask, city, "BC EF", extra_info=["waytype"], options=options)
        return {value for _, _, value in found["extras"]["waytypes"]["values"]}, found["summary"]["distance"]

    assert types()[0] == {3, 8, 4}
    around, metres = types(avoid_features=["steps"])
    assert around == {3, 7, 4}
    box = [[13.7399, 51.0488], [13.7405, 51.0488], [13.7405, 51.0502], [13.7399, 51.0502], [13.7399, 51.0488]]
    other, longer = types(avoid_features=["steps"], avoid_polygons={"type": "Polygon", "coordinates": [box]})
    assert other == {3, 7, 4}
    assert longer >= metres > types()[1] + 100
    ford = route(ask, city, "EH HE", extra_info=["waycategory"])["extras"]["waycategory"]["values"]
    assert {value for _, _, value in ford} == {16}
    dry = route(
        ask, city, "ED HG", extra_info=["waycategory"], options={"avoid_features": ["fords", "ferries"]}
    )
    assert {value for _, _, value in dry["extras"]["waycategory"]["values"]} == {0}
    everything = {
        "type": "MultiPolygon",
        "coordinates": [[[[13, 51], [14, 51], [14, 52], [13, 52], [13, 51]]]],
    }
    lost = ask(
        "directions/walker", 404, coordinates=[spot(city, "AB"), spot(city, "FE")],
        options={"avoid_polygons": everything},
    )  # fmt: skip
    assert lost["error"]["code"] == 2009


def test_limits_of_a_request_are_limits_of_the_profile(ask: Ask, city: City) -> None:
    def answer(goal: str, status: int = 200, /, **told: Any) -> Any:
        return ask(
            "directions/wheelchair", status, coordinates=[spot(city, "AB"), spot(city, goal)],
            options={"profile_params": {"restrictions": told}},
        )  # fmt: skip

    assert answer("FC", 404)["error"]["code"] == 2009  # a kerb of 5 cm, then 0.80 m
    wide = answer("FC", minimum_width=0.7, maximum_sloped_kerb=0.06)["routes"][0]
    (west, north), (east, south) = spot(city, "AB"), spot(city, "FC")
    profile = load_profile("wheelchair", {"width_m": 0.7, "kerb_cm": 6.0})
    assert wide["summary"]["duration"] == find_route(city, profile, (north, west), (south, east)).seconds
    answer("FC", minimum_width=0.7, maximum_sloped_kerb="any")
    answer("FC", 404, minimum_width=0.7, maximum_sloped_kerb=0.03)
    loose = {"surface_type": "fine_gravel", "smoothness_type": "very_bad"}
    assert answer("ED", maximum_incline=10, **loose)["routes"][0]["summary"]["distance"] > 0
    answer("ED", 404, maximum_incline=6, **loose)
    answer("ED", 404, maximum_incline=10)
    nothing = ask(
        "directions/wheelchair", 404, coordinates=[spot(city, "AB"), spot(city, "FE")],
        options={"profile_params": {"surface_quality_known": True}},
    )  # fmt: skip
    assert nothing["error"]["code"] == 2009


def test_tracks_worse_than_wished_are_left_alone(ask: Ask, city: City) -> None:
    def told(grade: str) -> set[int]:
        options = {"profile_params": {"restrictions": {"track_type": grade}}}
        found = route(ask, city, "HE IF", extra_info=["waytype"], options=options, preference="shortest")
        return {value for _, _, value in found["extras"]["waytypes"]["values"]}

    assert 5 in told("grade4")
    assert told("any") == told("grade4")
    assert 5 not in told("grade3")


def test_other_routes_are_others(ask: Ask, city: City) -> None:
    wish = {"target_count": 3, "weight_factor": 3, "share_factor": 0.5}
    points = [spot(city, "AB"), spot(city, "IF")]
    found = ask("directions/walker/geojson", coordinates=points, alternative_routes=wish)["features"]
    assert 2 <= len(found) <= 3
    best = found[0]["properties"]["summary"]
    alone = ask("directions/walker/geojson", coordinates=points)["features"][0]["properties"]["summary"]
    assert best == alone
    lines = [shapely.LineString(each["geometry"]["coordinates"]) for each in found]
    for number, each in enumerate(found[1:], start=1):
        own = each["properties"]["summary"]
        assert best["duration"] <= own["duration"] <= 3 * best["duration"]
        for other in lines[:number]:
            common = lines[number].intersection(other.buffer(1e-7)).length
            assert common <= 0.6 * lines[number].length
        assert lines[number].is_simple
    along = [spot(city, "AB"), spot(city, "BA")]
    assert len(ask("directions/walker", coordinates=along, alternative_routes=wish)["routes"]) >= 1
    few = ask("directions/walker", coordinates=points, alternative_routes={"target_count": 1})["routes"]
    assert len(few) == 1


def test_extra_information_tiles_the_route(ask: Ask, city: City) -> None:
    names = ["surface", "waytype", "waycategory", "suitability", "traildifficulty", "roadaccessrestrictions"]
    found = route(ask, city, "AB FE DE", extra_info=[*names, "steepness", "osmid", "green"])
    extras, last = found["extras"], len(found["line"]) - 1
    assert set(extras) == {*names, "steepness", "osmId", "waytypes"} - {"waytype"}
    assert "green" in found["warnings"][0]["message"]
    for name, told in extras.items():
        assert all(begin < end for begin, end, _ in told["values"])
        assert [end for _, end, _ in told["values"]][:-1] <= [begin for begin, _, _ in told["values"]][1:]
        if name != "osmId":
            assert told["values"][0][0] == 0
            assert told["values"][-1][1] == last
            assert sum(each["amount"] for each in told["summary"]) == pytest.approx(100, abs=0.1)
            metres = sum(each["distance"] for each in told["summary"])
            assert metres == pytest.approx(found["summary"]["distance"], abs=0.1)
        amounts = [each["amount"] for each in told["summary"]]
        assert amounts == sorted(amounts, reverse=True)
    by_value = {each["value"] for each in extras["surface"]["summary"]}
    assert ground_of("fine_gravel") in by_value
    assert 1 in {each["value"] for each in extras["traildifficulty"]["summary"]}
    slopes = []
    for ends in ("DE ED", "ED DE", "AD DA"):
        told = route(ask, city, ends, extra_info=["steepness"])["extras"]["steepness"]
        slopes.append({value for _, _, value in told["values"]} - {NO_SLOPE})
    assert slopes == [{1}, {-1}, {3}]
    private = route(ask, city, "DG DGG", extra_info=["roadaccessrestrictions", "osmid"])["extras"]
    assert {each["value"] for each in private["roadaccessrestrictions"]["summary"]} == {16}


def test_an_assumed_surface_is_unknown(ask: Ask, city: City) -> None:
    told = route(ask, city, "FI IF", extra_info=["surface"])["extras"]["surface"]["summary"]
    assert {each["value"] for each in told} == {0}


def test_steps_name_streets_and_can_be_html(ask: Ask, city: City) -> None:
    found = route(
        ask, city, "AB CB FC", maneuvers=True, attributes=["avgspeed", "detourfactor", "percentage"]
    )
    first, second = found["segments"]
    assert first["steps"][0]["name"] == "Nordweg"
    assert first["steps"][0]["maneuver"]["bearing_before"] == 0
    assert first["steps"][0]["maneuver"]["bearing_after"] == pytest.approx(90, abs=1)
    assert first["steps"][-1]["name"] == "Nordweg"
    assert second["steps"][0]["maneuver"]["bearing_after"] == pytest.approx(90, abs=1)
    assert second["steps"][1]["maneuver"]["bearing_before"] == pytest.approx(90, abs=1)
    assert second["steps"][1]["maneuver"]["bearing_after"] == pytest.approx(180, abs=1)
    assert second["steps"][1]["type"] == 1
    assert first["percentage"] + second["percentage"] == pytest.approx(100, abs=0.02)
    assert first["detourfactor"] == pytest.approx(1.0, abs=0.02)
    assert first["avgspeed"] == pytest.approx(3.6 * first["distance"] / first["duration"], abs=0.01)
    marked = route(ask, city, "DE ED", instructions_format="html")["segments"][0]["steps"][0]
    assert "<b>&lt;b&gt;Kiesweg</b>" in marked["instruction"]
    plain = route(ask, city, "DE ED")["segments"][0]["steps"][0]
    assert "<b>Kiesweg" in plain["instruction"]
    assert plain["name"] == "<b>Kiesweg"


def test_radii_limit_how_far_points_may_lie(ask: Ask, city: City) -> None:
    lon, lat = spot(city, "B")
    points = [[lon, lat + 0.0004], spot(city, "C")]  # some 44 m north
    for radii in ([60, -1], 60, [60], -1):
        ask("directions/walker", coordinates=points, radiuses=radii)
    lost = ask("directions/walker", 404, coordinates=points, radiuses=[20, 20])["error"]
    assert lost["code"] == 2010
    assert "point 0" in lost["message"]


def test_a_simple_line_keeps_its_turns(ask: Ask, city: City) -> None:
    whole, simple = (route(ask, city, "AB FE", geometry_simplify=each) for each in (False, True))
    assert simple["summary"] == whole["summary"]
    assert len(simple["line"]) <= len(whole["line"])
    for one, other in zip(whole["segments"][0]["steps"], simple["segments"][0]["steps"], strict=True):
        assert [whole["line"][place] for place in one["way_points"]] == [
            simple["line"][place] for place in other["way_points"]
        ]


def test_climbs_are_those_of_the_edges(ask: Ask, city: City) -> None:
    """Where no slope was measured there is no figure; where one was, up and down are both told."""
    assert "ascent" not in route(ask, city, "AD DA", elevation=True)["summary"]
    hill = wk.open(city.path)
    rise, fall = (np.full(len(city.edges), metres, dtype=np.float32) for metres in (3.0, 1.0))
    vars(hill)["edges"] = city.edges.changed({"rise_m": rise, "fall_m": fall})
    app = Desk.of(hill, ["walker"])
    found = []
    for ends in ("AB CB", "CB AB"):
        points = [spot(city, letters) for letters in ends.split()]
        fields = Fields({"coordinates": points, "elevation": True}, 2000)
        told = directions(app, "walker", fields, "json")
        assert isinstance(told, dict)
        found.append(told["routes"][0]["summary"])
    there, back = found
    assert (there["ascent"], there["descent"]) == (back["descent"], back["ascent"])
    assert there["ascent"] == pytest.approx(3 * there["descent"], abs=0.2)
    assert there["ascent"] == pytest.approx(3 * 1.8, abs=0.1)  # nine tenths of each of two edges


def test_the_network_can_be_handed_out(ask: Ask, city: City, desk: Desk) -> None:
    west, south = spot(city, "G")
    east, north = spot(city, "C")
    box = [[west - 0.001, south - 0.001], [east + 0.001, north + 0.001]]
    found = ask("export/walker", bbox=box)
    weights = city.weights(desk.profiles["walker"]).likely
    assert found["edges_count"] == len(found["edges"]) == (weights != INF).sum()
    assert {each["nodeId"] for each in found["nodes"]} >= {each["fromId"] for each in found["edges"]}
    assert sum(each["weight"] for each in found["edges"]) == pytest.approx(weights[weights != INF].sum() / 10)
    assert ask("export/walker", bbox=[[0, 0], [1, 1]])["edges_count"] == 0


def test_a_matrix_can_wish_too(ask: Ask, city: City) -> None:
    points = [spot(city, "BA"), spot(city, "ED")]
    plain = ask("matrix/walker", locations=points, metrics=["distance"])["distances"][0][1]
    around = ask(
        "matrix/walker", locations=points, metrics=["distance"], options={"avoid_features": ["steps"]}
    )["distances"][0][1]  # fmt: skip
    assert around > plain + 100


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"options": []}, "options: an object"),
        ({"options": {"avoid": 1}}, "options.avoid: is not known"),
        ({"options": {"avoid_features": ["stairs"]}}, "ferries, fords, steps"),
        ({"options": {"avoid_borders": "all"}}, "borders are not known"),
        ({"options": {"round_trip": {"length": 1000}}}, "round trips"),
        ({"options": {"avoid_polygons": {"type": "Point", "coordinates": [1, 2]}}}, "polygon"),
        ({"options": {"avoid_polygons": {"type": "Polygon", "coordinates": [[[1, 2]]]}}}, "four corners"),
        ({"options": {"avoid_polygons": {"type": "Polygon", "coordinates": [[[1, 2]] * 2001]}}}, "2000"),
        ({"options": {"profile_params": {"weightings": {"green": 1}}}}, "weightings.green: nothing is known"),
        ({"options": {"profile_params": {"restrictions": {"maximum_incline": 101}}}}, "0 to 100"),
        ({"options": {"profile_params": {"restrictions": {"surface_type": "lava"}}}}, "'lava' is no surface"),
        ({"options": {"profile_params": {"restrictions": {"height": 3}}}}, "height: is not known"),
        ({"bearings": [[30, 20], []]}, "any direction"),
        ({"skip_segments": [1]}, "leave it out"),
        ({"maximum_speed": 90}, "how fast people are"),
        ({"extra_info": ["roughness"]}, "steepness, suitability"),
        ({"attributes": ["speed"]}, "avgspeed"),
        ({"radiuses": [1, 2, 3]}, "one number or 2"),
        ({"alternative_routes": {"target_count": 9}}, "at most 3"),
        ({"preference": "scenic"}, "fastest, shortest"),
        ({"instructions_format": "markdown"}, "text, html"),
        ({"geometry_simplify": True, "extra_info": ["surface"]}, "without extra_info"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_said(ask: Ask, city: City, body: dict[str, Any], words: str) -> None:
    points = [spot(city, "AB"), spot(city, "FE")]
    told = ask("directions/walker", 400, coordinates=points, **body)["error"]
    assert words in told["message"]
    assert 2002 <= told["code"] <= 2004


def test_a_language_that_is_not_there_is_english_with_a_word_about_it(ask: Ask, city: City) -> None:
    found = route(ask, city, "AB BA", language="fr")
    assert "English or German" in found["warnings"][0]["message"]
    assert "warnings" not in route(ask, city, "AB BA", language="fr", suppress_warnings=True)
    assert "warnings" not in route(ask, city, "AB BA", language="en-us")


def test_few_networks_are_kept_and_the_city_stays_as_it_is(ask: Ask, city: City, desk: Desk) -> None:
    profile = desk.profiles["walker"]
    before, kept = city.weights(profile).likely.copy(), len(city._weights)
    for number in range(2 * KEPT):
        limits = {"restrictions": {"minimum_width": number / 100}}
        route(ask, city, "AB BA", options={"profile_params": limits})
    assert len(desk._variants) <= KEPT
    assert len(city._weights) == kept
    assert (city.weights(profile).likely == before).all()
    assert (city.edges["kind"] == Kind.steps).any()
