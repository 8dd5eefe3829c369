"""The service in process: answers equal to the package's own, in openrouteservice's forms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

import wegeketten as wk
from wegeketten.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.serve.desk import Desk

    Ask = Callable[..., httpx.Response]

WEST, EAST, SOUTH = [13.74, 51.05], [13.7455, 51.05], [13.742, 51.0493]


def spot(point: list[float]) -> tuple[float, float]:
    return point[1], point[0]


@pytest.mark.parametrize("profile", ["walker", "wheelchair"])
@pytest.mark.parametrize("prefix", ["", "/ors"])
def test_directions_are_the_route(ask: Ask, city: City, profile: str, prefix: str) -> None:
    whole = ask(f"{prefix}/v2/directions/{profile}/geojson", {"coordinates": [WEST, EAST]}).json()
    route = wk.route(city, spot(WEST), spot(EAST), profile=profile, worlds=0)
    assert route.course is not None
    about = whole["features"][0]["properties"]
    assert about["summary"] == {
        "distance": round(route.course.metres, 3),
        "duration": route.seconds,
    }
    told = about["wegeketten"][0]
    plain = json.loads(json.dumps(route.to_json()))
    assert told == {key: plain[key] for key in told}
    assert whole["features"][0]["geometry"]["coordinates"] == np.round(route.course.line, 6).tolist()
    steps = about["segments"][0]["steps"]
    assert [step["instruction"] for step in steps[:-1]] == [
        step.text.en for step in route.course.instructions
    ]
    ends = [step["way_points"] for step in steps]
    assert [end for _, end in ends[:-1]] == [start for start, _ in ends[1:]]
    assert ends[0][0] == 0
    assert ends[-1][1] == about["way_points"][-1] == len(whole["features"][0]["geometry"]["coordinates"]) - 1
    assert (steps[0]["type"], steps[-1]["type"]) == (11, 10)


def test_the_forms_of_directions_agree(ask: Ask) -> None:
    body = {"coordinates": [WEST, SOUTH, EAST], "language": "de"}
    plain = ask("/v2/directions/walker", body).json()
    assert plain == ask("/v2/directions/walker/json", body).json() | {"metadata": plain["metadata"]}
    drawn = ask("/v2/directions/walker/geojson", body).json()
    route, feature = plain["routes"][0], drawn["features"][0]
    assert route["segments"] == feature["properties"]["segments"]
    assert len(route["segments"]) == 2
    assert len(route["way_points"]) == 3
    assert route["segments"][0]["steps"][-1]["instruction"] == "Am Ziel"
    from routingpy.utils import decode_polyline5

    read = np.array(decode_polyline5(route["geometry"]))
    assert np.allclose(read, feature["geometry"]["coordinates"], atol=1.1e-5)
    track = ask("/v2/directions/walker/gpx", body)
    assert track.text.startswith("<?xml")
    assert track.headers["content-type"].startswith("application/gpx+xml")
    short = ask("/v2/directions/foot-walking?start=13.74,51.05&end=13.7455,51.05&api_key=x").json()
    long = ask("/v2/directions/walker/geojson", {"coordinates": [WEST, EAST]}).json()
    assert short["features"][0]["geometry"] == long["features"][0]["geometry"]


def test_units_geometry_and_instructions_can_be_chosen(ask: Ask) -> None:
    body = {"coordinates": [WEST, EAST], "units": "km", "instructions": "false", "geometry": "true"}
    far = ask("/v2/directions/walker/json", body).json()["routes"][0]
    near = ask("/v2/directions/walker/json", {"coordinates": [WEST, EAST]}).json()["routes"][0]
    assert far["summary"]["distance"] == pytest.approx(near["summary"]["distance"] / 1000, abs=1e-3)
    assert "steps" not in far["segments"][0]
    assert (
        "geometry"
        not in ask("/v2/directions/walker/json", {"coordinates": [WEST, EAST], "geometry": False}).json()[
            "routes"
        ][0]
    )


@pytest.mark.parametrize("answer", ["sure", "likely", "possible"])
def test_a_reach_area_is_the_isochrone(ask: Ask, city: City, answer: Answer) -> None:
    body = {"locations": [WEST, EAST], "range": [300, 120], "answer": answer, "location_type": "destination"}
    whole = ask("/v2/isochrones/walker/geojson", body).json()
    assert [each["properties"]["value"] for each in whole["features"]] == [120, 300, 120, 300]
    for number, point in enumerate((WEST, EAST)):
        own = wk.isochrone(city, [2, 5], start=spot(point), answer=answer, back=True).to_json()
        for one, other in zip(whole["features"][2 * number :], own["features"], strict=False):
            assert one["geometry"]["type"] == "Polygon"
            shapes = [shapely.geometry.shape(each["geometry"]) for each in (one, other)]
            assert shapes[0].symmetric_difference(shapes[1]).area <= 1e-12
            expected = json.loads(json.dumps(other["properties"])) | {"group_index": number}
            assert one["properties"] == expected


def test_one_range_and_an_interval(ask: Ask) -> None:
    body = {"locations": [WEST], "range": [250], "interval": 100}
    values = [each["properties"]["value"] for each in ask("/v2/isochrones/walker", body).json()["features"]]
    assert values == [100, 200]
    single = ask("/v2/isochrones/walker", {"locations": [WEST], "range": 200}).json()["features"]
    assert [each["properties"]["value"] for each in single] == [200]


@pytest.mark.parametrize("profile", ["walker", "wheelchair"])
def test_a_matrix_is_the_matrix(ask: Ask, city: City, profile: str) -> None:
    import geopandas as gpd

    points = [WEST, EAST, SOUTH, [13.7401, 51.0499], [20.0, 51.0]]
    body = {
        "locations": points,
        "metrics": ["duration", "distance"],
        "sources": [0, 1, 4],
        "resolve_locations": True,
    }
    found = ask(f"/v2/matrix/{profile}/json", body).json()
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(point) for point in points], crs="EPSG:4326")
    own = wk.matrix(city, frame.iloc[[0, 1, 4]], frame, profile=profile)

    def plain(rows: list[list[float | None]]) -> NDArray[np.float64]:
        return np.array([[np.nan if value is None else value for value in row] for row in rows])

    assert np.allclose(plain(found["durations"]), own.seconds, equal_nan=True, atol=0)
    assert np.allclose(plain(found["distances"]), own.metres, equal_nan=True, atol=0.006)
    assert found["sources"][2] is None
    assert found["destinations"][0]["name"] == "Am Weg"
    assert len(found["destinations"]) == 5


def test_snapping_tells_where_points_join(ask: Ask, city: City) -> None:
    body = {"locations": [WEST, [20.0, 51.0], SOUTH]}
    first, none, _ = ask("/v2/snap/walker", body).json()["locations"]
    assert none is None
    assert first["name"] == "Am Weg"
    assert first["location"] == pytest.approx(WEST, abs=1e-5)
    drawn = ask("/v2/snap/walker/geojson", body).json()
    assert [each["properties"]["source_id"] for each in drawn["features"]] == [0, 2]
    assert ask("/v2/snap/walker", {"locations": [[13.741, 51.0502]], "radius": 1}).json()["locations"] == [
        None
    ]


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in ("profile", "district")}


def test_a_change_left_to_us_is_the_comparison(ask: Ask, city: City) -> None:
    barrier = "n67"
    found = ask("/v2/whatif/wheelchair", {"edits": [{"barrier": barrier}, {"barrier": "n68"}]}).json()
    own = wk.compare(city, profile="wheelchair", measures=[barrier, "n68"])
    rows = [_figures(row) for row in own.rows if not row["district"]]
    assert found["services"] == json.loads(json.dumps(rows))
    assert found["homes_changed"] > 0
    assert found["edits"][0]["cost_eur"] > 0
    assert found["left_off"] == 0


def test_a_kerb_lowered_or_raised_is_as_in_a_scan_of_that_city(ask: Ask, city: City, desk: Desk) -> None:
    """Against a scan of the same city whose edge table was changed by hand."""
    from wegeketten.model.edges import EdgeTable
    from wegeketten.reach.home_times import reach_of
    from wegeketten.whatif.edits import row_of_barrier

    profile = desk.profiles["wheelchair"]
    for barrier, height in (("n68", 0.0), ("n67", 30.0), ("n68", 30.0)):
        columns = {name: column.copy() for name, column in city.edges.columns.items()}
        row = row_of_barrier(city.edges, barrier)
        for suffix in ("", "_lower", "_upper"):
            columns[f"kerb_cm{suffix}"][row] = height
        columns["kerb_cm_from"][row] = 3
        changed = wk.open(city.path)
        bends, points = city.edges.bends, city.edges.points
        vars(changed)["edges"] = EdgeTable(columns, city.edges.names, bends, points)
        services = city.catalogue.ids
        own = reach_of(changed, profile, services)
        now = reach_of(city, profile, services)
        body = {"edits": [{"barrier": barrier, "kerb_cm": height}], "profile": "wheelchair", "most": 20000}
        found = ask("/whatif", body).json()
        told = {
            (home["home_id"], home["service"]): [home[f"{answer}_after_s"] for answer in own.units]
            for home in found["homes"]
        }
        expected = {}
        for column, service in enumerate(services):
            for home in range(len(city.homes["home_id"])):
                pairs = [(now.units[each][home, column], own.units[each][home, column]) for each in own.units]
                if any(before != after for before, after in pairs):
                    key = str(city.homes["home_id"][home]), service
                    expected[key] = [
                        None if after == 2**31 - 1 else round(after * 0.1, 1) for _, after in pairs
                    ]
        assert told == expected, barrier


def test_a_building_site_takes_ways_away_and_a_measure_gives_some(ask: Ask, city: City) -> None:
    from wegeketten.model.kinds import Kind

    ids, kinds = city.edges.ids(), city.edges["kind"]
    steps = next(name for name, kind in zip(ids, kinds, strict=True) if kind == Kind.steps)
    closed = ask("/v2/whatif/walker", {"edits": [{"barrier": steps, "closed": True}]}).json()
    assert closed["edits"][0]["passed_before"] == ["sure", "likely", "possible"]
    assert closed["edits"][0]["passed_after"] == []
    edit = {"barrier": "n68", "measure": "kerb_lowering"}
    body = {"edits": [edit], "most": 2}
    drawn = ask("/v2/whatif/wheelchair/geojson", body)
    assert drawn.status_code == 400
    known = drawn.json()["error"]["message"].split("choose ")[1].split(", ")
    edit["measure"] = next(name for name in known if "kerb" in name)
    found = ask("/v2/whatif/wheelchair/geojson", body).json()
    assert found["wegeketten"]["edits"][0]["passed_after"]
    assert len(found["features"]) <= 2
    assert len(found["features"]) + found["wegeketten"]["left_off"] >= found["wegeketten"]["homes_changed"]


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "words"),
    [
        ("/v2/directions/walker", {}, 400, 2001, "coordinates: is missing"),
        ("/v2/directions/walker", {"coordinates": [WEST]}, 400, 2002, "at least 2"),
        ("/v2/directions/walker", {"coordinates": [WEST] * 51}, 400, 2004, "51 are too many, at most 50"),
        ("/v2/directions/walker", {"coordinates": [WEST, ["a", 1]]}, 400, 2002, "[longitude, latitude]"),
        ("/v2/directions/walker", {"coordinates": [WEST, [181, 1]]}, 400, 2003, "-180 to 180"),
        ("/v2/directions/walker", {"coordinates": [WEST, [13.74, 52]]}, 404, 2010, "point 1"),
        ("/v2/directions/driving-car", {"coordinates": [WEST, EAST]}, 404, 2003, "driving-car"),
        ("/v2/directions/walker/kml", {"coordinates": [WEST, EAST]}, 406, 2007, "json, geojson, gpx"),
        ("/v2/directions/walker", {"coordinates": [WEST, EAST], "units": "ft"}, 400, 2003, "m, km, mi"),
        ("/v2/isochrones/walker", {"locations": [WEST]}, 400, 3001, "range: is missing"),
        ("/v2/isochrones/walker", {"locations": [WEST], "range": [7201]}, 400, 3003, "7200"),
        ("/v2/isochrones/walker", {"locations": [WEST] * 6, "range": [60]}, 400, 3004, "at most 5"),
        ("/v2/isochrones/walker", {"locations": [WEST], "range": [600], "interval": 1}, 400, 3004, "600"),
        ("/v2/isochrones/walker", {"locations": [WEST], "range": [9], "range_type": "speed"},
         400, 3003, "time, distance"),
        ("/v2/isochrones/walker", {"locations": [[0, 0]], "range": [60]}, 404, 2010, "250 m"),
        ("/v2/matrix/walker", {"locations": [WEST] * 2001}, 400, 6004, "at most 2000"),
        ("/v2/matrix/walker", {"locations": [WEST] * 400}, 400, 6004, "160000 pairs"),
        ("/v2/matrix/walker", {"locations": [WEST], "sources": [1]}, 400, 6003, "0 to 0"),
        ("/v2/matrix/walker", {"locations": [WEST], "metrics": ["weight"]}, 400, 6003, "distance, duration"),
        ("/v2/snap/walker", {"locations": "all"}, 400, 8002, "a list"),
        ("/v2/whatif/walker", {"edits": [{"barrier": "n9"}]}, 400, 2003, "n9"),
        ("/v2/whatif/walker", {"edits": [{"barrier": "n68", "kerb_cm": 99}]}, 400, 9003, "0 to 30"),
        ("/v2/whatif/walker", {"edits": [{"barrier": "n68", "kerb": 1}]}, 400, 9003, "kerb_cm"),
        ("/v2/whatif/walker", {"edits": [{"barrier": "n68"}] * 2}, 400, 2003, "twice"),
        ("/whatif", {"edits": [{"barrier": "n68"}]}, 400, 9001, "profile"),
        ("/v2/centrality/walker", {}, 404, 404, "no such address"),
    ],
)  # fmt: skip
def test_refusals_are_plain_words_in_openrouteservices_form(
    ask: Ask, path: str, body: dict[str, Any], status: int, code: int, words: str
) -> None:
    for prefix in ("", "/ors"):
        answer = ask(prefix + path, body)
        assert answer.status_code == status, answer.text
        error = answer.json()["error"]
        assert error["code"] == code
        assert words in error["message"]
        assert "\n" not in error["message"]
    german = ask(path, body, headers={"accept-language": "de-DE,de"}).json()["error"]["message"]
    assert german != error["message"]


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"coordinates": NaN}', b"1" * 5000, b'"\\ud800"']
)
def test_bodies_that_are_no_object_are_refused(ask: Ask, raw: bytes) -> None:
    answer = ask("/v2/directions/walker", raw=raw)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 2000


def test_no_way_is_told_with_both_points(ask: Ask) -> None:
    lonely = ask("/v2/directions/wheelchair", {"coordinates": [WEST, SOUTH]})
    assert lonely.status_code == 404
    assert lonely.json()["error"]["code"] == 2009
    assert "13.740000, 51.050000" in lonely.json()["error"]["message"]


def test_only_this_machine_is_answered(ask: Ask) -> None:
    for host in (
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:80",
        "",
        "localhost@evil",
        "a b",
    ):
        assert ask("/v2/health", headers={"host": host}).status_code == 403, host
    for host in ("localhost", "LOCALHOST:99", "127.0.0.1:8080", "[::1]:8080"):
        assert ask("/v2/health", headers={"host": host}).status_code == 200, host


def test_pages_of_others_are_not_answered(ask: Ask) -> None:
    for origin in ("https://evil.example", "null", "http://localhost:3000"):
        assert ask("/v2/health", headers={"origin": origin}).status_code == 403
    own = ask("/v2/health", headers={"origin": "http://localhost:8080"})
    assert own.status_code == 200
    assert "access-control-allow-origin" not in own.headers
    let = ask("/v2/health", headers={"origin": "https://maps.example"})
    assert let.headers["access-control-allow-origin"] == "https://maps.example"
    preflight = {
        "origin": "https://maps.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    assert ask("/v2/matrix/walker", method="OPTIONS", headers=preflight).status_code == 200
    asked = {**preflight, "origin": "https://evil.example"}
    assert ask("/v2/matrix/walker", method="OPTIONS", headers=asked).status_code == 403


def test_a_body_must_be_json_and_short(ask: Ask) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "", "application/json-seq"):
        assert ask("/v2/snap/walker", {}, headers={"content-type": kind}).status_code == 415, kind
    assert ask("/v2/snap/walker", raw=b" " * 1_000_001).status_code == 413
    assert ask("/v2/snap/walker", raw=b"{}", headers={"content-length": "99999999999999"}).status_code == 413
    assert (
        ask("/v2/snap/walker", {}, headers={"content-type": "application/json; charset=utf-8"}).status_code
        == 400
    )


def test_addresses_and_methods(ask: Ask) -> None:
    assert ask("/v2/health").json() == {"status": "ready"}
    status = ask("/ors/v2/status").json()
    assert [each["profiles"] for each in status["profiles"].values()] == ["walker", "wheelchair"]
    assert ask("/v2/matrix/walker").status_code == 405
    assert ask("/v2/matrix/walker").json()["error"]["code"] == 405
    assert ask("/").json()["error"]["code"] == 404


def test_nothing_is_written_and_today_stays_as_it_is(ask: Ask, city: City, desk: Desk) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in city.path.iterdir()}
    profile = desk.profiles["wheelchair"]
    weights = {
        answer: getattr(city.weights(profile), answer).copy() for answer in ("sure", "likely", "possible")
    }
    metric = city.metric(profile, "likely").pairs.copy()
    ask(
        "/v2/whatif/wheelchair",
        {"edits": [{"barrier": "n68", "kerb_cm": 0}, {"barrier": "n67", "closed": True}]},
    )
    ask("/v2/isochrones/wheelchair", {"locations": [WEST], "range": [300]})
    assert {path.name: path.stat().st_mtime_ns for path in city.path.iterdir()} == before
    for answer, units in weights.items():
        assert (getattr(city.weights(profile), answer) == units).all()
    assert (city.metric(profile, "likely").pairs == metric).all()


def test_the_shop_window_has_the_app(city: City) -> None:
    made = wk.serve.app(city, profiles=["walker"])
    assert made.title == "wegeketten"
    with pytest.raises(UsageError, match="nobody"):
        wk.serve.app(city, profiles=["nobody"])
