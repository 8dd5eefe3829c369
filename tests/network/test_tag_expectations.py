"""What tags mean for who may pass: a way of 40 m between two footways, with a way round it of 420 m.

The table beside this file states what routers' own tests and the wiki expect; every row is a town of its own,
all of them drawn into one file, a kilometre apart.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from wegeketten.network.build import build_network
from wegeketten.osm.extract import read_extract
from wegeketten.osm.projection import projection_of
from wegeketten.people.profile import load_profile
from wegeketten.people.verdict import weigh
from wegeketten.routing import INF

TABLE = Path(__file__).with_name("tag_expectations.csv")
LON_M, LAT_M = 1.3991e-5, 8.993e-6  # degrees of a metre at 50° north


@cache
def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tags_of(text: str) -> str:
    """``key=value`` pairs between semicolons; a part without ``=`` belongs to the value before it."""
    pairs: list[list[str]] = []
    for part in text.split(";") if text else []:
        key, equals, value = part.partition("=")
        if equals:
            pairs.append([key, value])
        else:
            pairs[-1][1] += ";" + part
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in pairs)


def draw(folder: Path) -> Path:
    lines = ["<osm version='0.6'>"]
    ways = []
    for number, row in enumerate(rows()):
        x0, y0, base = 700.0 * (number % 18), 700.0 * (number // 18), 100 * (number + 1)
        places = [(-100, 0), (0, 0), (20, 0), (40, 0), (140, 0), (0, 190), (40, 190)]
        for at, (x, y) in enumerate(places):
            tags = tags_of(row["node_tags"]) if at == 2 else ""
            lat, lon = 50 + (y0 + y) * LAT_M, 10 + (x0 + x) * LON_M
            lines.append(f"<node id='{base + at}' version='1' lat='{lat:.8f}' lon='{lon:.8f}'>{tags}</node>")
        for part, (refs, tags) in enumerate(
            (
                ((0, 1), "highway=footway"),
                ((1, 2, 3), row["way_tags"]),
                ((3, 4), "highway=footway"),
                ((1, 5, 6, 3), "highway=footway"),
            )
        ):
            inside = "".join(f"<nd ref='{base + ref}'/>" for ref in refs)
            ways.append(f"<way id='{base + part}' version='1'>{inside}{tags_of(tags)}</way>")
    path = folder / "expectations.osm"
    path.write_text("\n".join([*lines, *ways, "</osm>"]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], bool]:
    """By profile and row: whether the direct way is taken, so that it is open in *likely*."""
    features = read_extract(draw(tmp_path_factory.mktemp("tags")))
    network = build_network(features, projection_of(features))
    u, v = network.edges["u"], network.edges["v"]
    ids = network.nodes["osm_id"]
    first = {int(ref): row for row, ref in reversed(list(enumerate(ids.tolist())))}
    found = {}
    for profile in ("walker", "wheelchair"):
        weights = weigh(network.edges, load_profile(profile)).likely
        open_ = weights != INF
        tails = np.stack([u, v], axis=1).ravel()[open_]
        heads = np.stack([v, u], axis=1).ravel()[open_]
        metres = np.repeat(network.edges["length_m"], 2)[open_].astype(float) + 1e-6
        order = np.lexsort(
            (metres, heads, tails)
        )  # of parallel arcs the shortest: a matrix would add them up
        tails, heads, metres = tails[order], heads[order], metres[order]
        best = np.append(True, (tails[1:] != tails[:-1]) | (heads[1:] != heads[:-1]))
        graph = coo_matrix((metres[best], (tails[best], heads[best])), shape=(len(ids),) * 2).tocsr()
        for number in range(len(rows())):
            base = 100 * (number + 1)
            away = dijkstra(graph, indices=first[base + 0])[first[base + 4]]
            found[profile, number] = bool(away < 260)
    return found


@pytest.mark.parametrize("number", range(len(rows())), ids=lambda number: rows()[number]["n"])
@pytest.mark.parametrize("profile", ["walker", "wheelchair"])
def test_the_way_is_open_as_its_tags_say(
    taken: dict[tuple[str, int], bool], profile: str, number: int
) -> None:
    expected = rows()[number][profile]
    if expected == "any":
        return
    row = rows()[number]
    said = f"{row['way_tags']} | {row['node_tags']} ({row['source']})"
    assert ("open" if taken[profile, number] else "closed") == expected, said
