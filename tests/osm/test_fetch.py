"""Fetching against a small stand-in for Nominatim and Overpass on 127.0.0.1."""

from __future__ import annotations

import gzip
import json
import re
import threading
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import shapely

from wegeketten.errors import InputDataError, OutputError, UsageError
from wegeketten.osm import fetch as fetch_module
from wegeketten.osm.extract import read_extract
from wegeketten.osm.fetch import fetch_place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SQUARE = [[11.27, 49.50], [11.29, 49.50], [11.29, 49.52], [11.27, 49.52], [11.27, 49.50]]

PLACES = [
    {
        "place_id": 1,
        "osm_type": "node",
        "osm_id": 240,
        "importance": 0.7,
        "display_name": "Lauf, the point",
        "lat": "49.51",
        "lon": "11.28",
        "boundingbox": ["49.4", "49.6", "11.2", "11.3"],
        "geojson": {"type": "Point", "coordinates": [11.28, 49.51]},
    },
    {
        "place_id": 2,
        "osm_type": "relation",
        "osm_id": 900,
        "importance": 0.6,
        "display_name": "Lauf an der Pegnitz",
        "lat": "49.51",
        "lon": "11.28",
        "boundingbox": ["49.50", "49.52", "11.27", "11.29"],
        "geojson": {"type": "Polygon", "coordinates": [SQUARE]},
    },
]

ANSWER: dict[str, Any] = {
    "version": 0.6,
    "generator": "Overpass API 0.7.62",
    "osm3s": {"timestamp_osm_base": "2026-11-20T10:11:12Z", "copyright": "ODbL"},
    "elements": [
        {"type": "node", "id": 3, "lat": 49.511, "lon": 11.281, "tags": {"barrier": "kerb"}},
        {"type": "node", "id": 1, "lat": 49.510, "lon": 11.280},
        {"type": "node", "id": 12345678901, "lat": 49.512, "lon": 11.282},
        {"type": "node", "id": 4, "lat": 49.5105, "lon": 11.2805, "tags": {"name": "Löwen <&>"}},
        {"type": "way", "id": 7, "nodes": [1, 3, 12345678901], "tags": {"highway": "footway", "note": "a;b"}},
        {"type": "way", "id": 6, "nodes": [1, 12345678901]},
        {
            "type": "relation",
            "id": 900,
            "members": [
                {"type": "way", "ref": 6, "role": "outer"},
                {"type": "way", "ref": 7, "role": "outer"},
                {"type": "node", "ref": 4, "role": "label"},
            ],
            "tags": {"type": "boundary", "boundary": "administrative", "admin_level": "8", "name": "Lauf"},
        },
    ],
}  # fmt: skip


Asked = tuple[str, Any, dict[str, str]]  # path, query, headers


class StandIn:
    """Answers in order; the last one again and again."""

    def __init__(self) -> None:
        self.places: list[tuple[int, Any]] = [(200, PLACES)]
        self.maps: list[tuple[int, Any]] = [(200, ANSWER)]
        self.status = "Connected as: 1\nCurrent time: x\nRate limit: 2\n2 slots available now.\n"
        self.seen: list[Asked] = []
        self.pauses: list[float] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def handler(self) -> type[BaseHTTPRequestHandler]:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                stand_in.seen.append((parts.path, parse_qs(parts.query), dict(self.headers)))
                if parts.path.endswith("/status"):
                    self.reply(200, stand_in.status)
                else:
                    self.reply(*stand_in.next(stand_in.places))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                query = parse_qs(body)["data"][0]
                stand_in.seen.append((self.path, query, dict(self.headers)))
                code, answer = stand_in.next(stand_in.maps)
                self.reply(code, answer(query) if callable(answer) else answer)

            def reply(self, code: int, answer: Any) -> None:
                cut = isinstance(answer, bytes)
                data = answer if cut else (answer if isinstance(answer, str) else json.dumps(answer)).encode()
                self.send_response(code)
                if code == 429:
                    self.send_header("Retry-After", "7")
                self.send_header("Content-Length", str(len(data) + 100 * (cut and data.endswith(b"CUT"))))
                self.end_headers()
                self.wfile.write(data)

        return Handler

    @staticmethod
    def next(answers: list[Any]) -> Any:
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def asked(self, path: str) -> list[Asked]:
        return [entry for entry in self.seen if entry[0] == path]


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[StandIn]:
    ox = pytest.importorskip("osmnx")
    running = StandIn()
    monkeypatch.setattr(ox.settings, "overpass_url", running.url + "/api")
    monkeypatch.setattr(ox.settings, "nominatim_url", running.url + "/nominatim/")
    monkeypatch.setattr(ox.settings, "cache_folder", tmp_path / "cache")
    monkeypatch.setattr(ox.settings, "http_user_agent", "a council's own agent")
    monkeypatch.setattr(ox.settings, "requests_timeout", 5)
    monkeypatch.setattr("wegeketten.osm.overpass.time.sleep", running.pauses.append)
    yield running
    running.server.shutdown()
    running.server.server_close()


@pytest.mark.parametrize("name", ["lauf.osm.pbf", "lauf.osm.gz", "lauf.osm.bz2", "lauf.osm"])
def test_extract_holds_what_was_served(stand_in: StandIn, tmp_path: Path, name: str) -> None:
    said = []
    written = fetch_place("Lauf", tmp_path / name, progress=lambda words, share: said.append((words, share)))
    features = read_extract(written)
    assert features.ways[7].tags == {"highway": "footway", "note": "a;b"}
    assert features.refs[features.ways[7].start : features.ways[7].stop].tolist() == [1, 3, 12345678901]
    assert features.lonlat[features.ways[7].start].tolist() == pytest.approx([11.280, 49.510])
    assert features.nodes[4].tags["name"] == "Löwen <&>"
    assert features.relations[900].members == [("w", 6, "outer"), ("w", 7, "outer"), ("n", 4, "label")]
    assert 6 in features.ways  # untagged, but a boundary needs it
    assert features.timestamp == "2026-11-20T10:11:12Z"
    assert not features.skipped
    shares = [share for _, share in said]
    assert shares == sorted(shares)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [name]


def test_two_fetches_give_the_same_bytes(stand_in: StandIn, tmp_path: Path) -> None:
    shuffled = ANSWER | {"elements": ANSWER["elements"][::-1]}
    stand_in.maps = [(200, ANSWER), (200, shuffled)]
    first = fetch_place("Lauf", tmp_path / "a.osm.pbf").read_bytes()
    for file in (tmp_path / "cache").iterdir():
        file.unlink()
    assert fetch_place("Lauf", tmp_path / "b.osm.pbf").read_bytes() == first


def test_polite(stand_in: StandIn, tmp_path: Path) -> None:
    fetch_place("Lauf, Bayern", tmp_path / "a.osm.pbf")
    [(_, asked, _)] = stand_in.asked("/nominatim/search")
    assert asked["q"] == ["Lauf, Bayern"]
    assert all(headers["User-Agent"] == "a council's own agent" for _, _, headers in stand_in.seen)
    assert stand_in.asked("/api/status")
    assert stand_in.pauses == [1.0]  # before Nominatim; Overpass has free slots
    [(_, query, _)] = stand_in.asked("/api/interpreter")
    assert query.startswith("[out:json][timeout:5];")
    assert "relation(900);" in query
    # the outline, wholly, in latitude and longitude
    poly = [float(number) for number in re.findall(r'node\(poly:"([^"]*)"', query)[0].split()]
    asked_for = shapely.Polygon([(lon, lat) for lat, lon in zip(poly[::2], poly[1::2], strict=True)])
    assert asked_for.contains(shapely.Polygon(SQUARE))
    assert asked_for.area < 1.05 * shapely.Polygon(SQUARE).area


def test_cache_is_shared_with_osmnx_and_a_torn_file_does_not_matter(
    stand_in: StandIn, tmp_path: Path
) -> None:
    from osmnx import geocoder

    assert geocoder.geocode_to_gdf("Lauf")["osm_id"].tolist() == [900]  # fills the cache
    asked = len(stand_in.seen)
    fetch_place("Lauf", tmp_path / "a.osm.pbf")
    assert len(stand_in.asked("/nominatim/search")) == 1
    fetch_place("Lauf", tmp_path / "b.osm.pbf")
    assert len(stand_in.seen) == asked + 2  # status and interpreter, once
    query = stand_in.asked("/api/interpreter")[0][1]
    name = sha1(f"{stand_in.url}/api/interpreter?{urlencode({'data': query})}".encode()).hexdigest()
    file = tmp_path / "cache" / f"{name}.json"
    assert json.loads(file.read_text()) == ANSWER
    file.write_text(file.read_text()[:100])
    fetch_place("Lauf", tmp_path / "c.osm.pbf")
    assert json.loads(file.read_text()) == ANSWER
    assert (tmp_path / "c.osm.pbf").read_bytes() == (tmp_path / "a.osm.pbf").read_bytes()


def test_cache_that_cannot_be_written_is_no_hindrance(stand_in: StandIn, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert fetch_place("Lauf", tmp_path / "a.osm.pbf").is_file()


def test_no_such_place(stand_in: StandIn, tmp_path: Path) -> None:
    stand_in.places = [(200, [])]
    with pytest.raises(UsageError, match="Atlantis: no such place"):
        fetch_place("Atlantis", tmp_path / "a.osm.pbf")
    stand_in.places = [(200, PLACES[:1])]
    with pytest.raises(UsageError, match="found Lauf, the point, which has no outline"):
        fetch_place("Lauf", tmp_path / "a.osm.pbf")
    assert not list(tmp_path.glob("*.pbf"))
    assert not list(tmp_path.glob(".*"))


def test_no_network(stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEGEKETTEN_NOMINATIM_URL", "http://127.0.0.1:1/")
    with pytest.raises(
        InputDataError, match=r"127\.0\.0\.1:1: cannot be reached \(connection refused\)"
    ) as caught:
        fetch_place("Lauf", tmp_path / "a.osm.pbf")
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 3
    monkeypatch.setenv("WEGEKETTEN_NOMINATIM_URL", "http://nowhere.invalid/")
    with pytest.raises(InputDataError, match=r"nowhere\.invalid: cannot be reached"):
        fetch_place("Lauf", tmp_path / "a.osm.pbf")
    monkeypatch.delenv("WEGEKETTEN_NOMINATIM_URL")
    monkeypatch.setenv("WEGEKETTEN_OVERPASS_URL", "http://127.0.0.1:1/api")
    with pytest.raises(InputDataError, match="cannot be reached"):
        fetch_place("Lauf", tmp_path / "a.osm.pbf")
    assert not list(tmp_path.glob("*.pbf"))


def test_an_address_that_is_none(stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEGEKETTEN_OVERPASS_URL", "overpass.example/api")
    with pytest.raises(UsageError, match="is no address of a server"):
        fetch_place("Lauf", tmp_path / "a.osm.pbf")


def test_busy_server_is_asked_again_a_few_times(stand_in: StandIn, tmp_path: Path) -> None:
    page = "<html><body>Dispatcher_Client::request_read_and_idx::timeout</body></html>"
    stand_in.maps = [(429, "slow down"), (504, page), (200, page), (200, ANSWER)]
    fetch_place("Lauf", tmp_path / "a.osm.pbf")
    assert stand_in.pauses == [1.0, 7.0, 15.0, 45.0]
    stand_in.maps = [(504, page)]
    for file in (tmp_path / "cache").iterdir():
        file.unlink()
    stand_in.seen.clear()
    with pytest.raises(InputDataError, match=r"too busy to answer \(504\), 5 times in a row"):
        fetch_place("Lauf", tmp_path / "b.osm.pbf")
    assert len(stand_in.asked("/api/interpreter")) == 5
    assert not (tmp_path / "b.osm.pbf").exists()


def test_waits_for_the_announced_slot(stand_in: StandIn, tmp_path: Path) -> None:
    stand_in.status = (
        "Rate limit: 2\nSlot available after: 2026-11-22T12:00:00Z, in 23 seconds.\n"
        "Slot available after: 2026-11-22T12:01:00Z, in 83 seconds.\n"
    )
    fetch_place("Lauf", tmp_path / "a.osm.pbf")
    assert stand_in.pauses == [1.0, 23.0]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (json.dumps(ANSWER)[:400], "cut off or is no JSON"),
        (json.dumps(ANSWER)[:400].encode() + b"CUT", "broke off"),
        (ANSWER | {"remark": "runtime error: open64: 2 No such file"}, "runtime error: open64"),
    ],
)
def test_truncated_answers_are_not_used(
    stand_in: StandIn, tmp_path: Path, answer: str | bytes, message: str
) -> None:
    stand_in.maps = [(200, answer)]
    with pytest.raises(InputDataError, match=message):
        fetch_place("Lauf", tmp_path / "a.osm.pbf")
    assert not (tmp_path / "a.osm.pbf").exists()
    assert len(list((tmp_path / "cache").iterdir())) == 1  # Nominatim's
    stand_in.maps = [(200, answer), (200, ANSWER)]
    fetch_place("Lauf", tmp_path / "a.osm.pbf")


def test_too_much_is_asked_for_in_parts(stand_in: StandIn, tmp_path: Path) -> None:
    """The server manages a quarter of the area; every element lies in one of the parts."""
    west, east = (11.27, 11.28), (11.28, 11.29)

    def answer(query: str) -> dict[str, Any]:
        poly = [float(number) for number in re.findall(r'node\(poly:"([^"]*)"', query)[0].split()]
        area = shapely.Polygon([(lon, lat) for lat, lon in zip(poly[::2], poly[1::2], strict=True)])
        if area.area > 0.3 * shapely.Polygon(SQUARE).area:
            return ANSWER | {"elements": [], "remark": 'runtime error: Query timed out in "query" at line 1'}
        nodes: list[dict[str, Any]] = [
            {"type": "node", "id": k + 1, "lat": 49.501 + 0.001 * k, "lon": west[0] + 0.001 * k}
            for k in range(19)
        ]
        inside = [node for node in nodes if area.covers(shapely.Point(node["lon"], node["lat"]))]
        way = {"type": "way", "id": 5, "nodes": [n["id"] for n in nodes], "tags": {"highway": "path"}}
        return ANSWER | {"elements": [*inside, way]}

    stand_in.maps = [(200, answer)]
    features = read_extract(fetch_place("Lauf", tmp_path / "a.osm.pbf"))
    assert len(features.refs) == 19
    assert east[1] > features.lonlat[:, 0].max() > west[1]
    stand_in.maps = [(200, ANSWER | {"remark": "runtime error: Query run out of memory using about 2048 MB"})]
    for file in (tmp_path / "cache").iterdir():
        file.unlink()
    with pytest.raises(InputDataError, match=r"gave up \(runtime error: Query run out of memory"):
        fetch_place("Lauf", tmp_path / "b.osm.pbf")


def test_large_places_are_asked_for_piece_by_piece(
    stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import osmnx as ox

    monkeypatch.setattr(ox.settings, "max_query_area_size", 1e6)
    fetch_place("Lauf", tmp_path / "a.osm.pbf")
    assert len(stand_in.asked("/api/interpreter")) == 4  # 1.45 km × 2.2 km


def test_nothing_there(stand_in: StandIn, tmp_path: Path) -> None:
    stand_in.maps = [(200, ANSWER | {"elements": []})]
    with pytest.raises(InputDataError, match="holds no ways there"):
        fetch_place("Lauf", tmp_path / "a.osm.pbf")


@pytest.mark.parametrize("answer", [[], {"elements": {}}, {"elements": [{"type": "node", "id": "x"}]}])
def test_answers_of_another_shape(stand_in: StandIn, tmp_path: Path, answer: object) -> None:
    stand_in.maps = [(200, answer)]
    with pytest.raises(InputDataError):
        fetch_place("Lauf", tmp_path / "a.osm.pbf")
    assert not (tmp_path / "a.osm.pbf").exists()


def test_refusals_are_told_in_one_line(stand_in: StandIn, tmp_path: Path) -> None:
    stand_in.maps = [(400, "<html>\n<p>Error</p>: line 1: parse error</html>")]
    with pytest.raises(InputDataError, match=r"refused \(400 Error : line 1: parse error\)"):
        fetch_place("Lauf", tmp_path / "a.osm.pbf")


def test_a_place_to_write_is_checked_first(stand_in: StandIn, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown ending"):
        fetch_place("Lauf", tmp_path / "a.txt")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        fetch_place("Lauf", tmp_path / "file" / "a.osm.pbf")
    assert not stand_in.seen


def test_kept_extract_survives_a_failed_fetch(stand_in: StandIn, tmp_path: Path) -> None:
    target = fetch_place("Lauf", tmp_path / "a.osm.gz")
    before = target.read_bytes()
    assert b"<osm" in gzip.decompress(before)
    stand_in.maps = [(400, "no")]
    for file in (tmp_path / "cache").iterdir():
        file.unlink()
    with pytest.raises(InputDataError):
        fetch_place("Lauf", target)
    assert target.read_bytes() == before


def test_pieces_cover_the_outline_without_overlap() -> None:
    outline = shapely.Point(0, 0).buffer(5000).difference(shapely.Point(2000, 0).buffer(500))
    parts = list(fetch_module._split(outline, 3e6))
    assert all(part.area <= 3e6 for part in parts)
    assert shapely.union_all(parts).buffer(1e-6).covers(outline)
    assert sum(part.area for part in parts) < shapely.Point(0, 0).buffer(5000).area + 1
