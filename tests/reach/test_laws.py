"""Laws that hold in every town: whoever may do more never reaches less, and nothing closed makes faster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.plotted import GOOD, Plot

from wegeketten.model.kinds import Kind
from wegeketten.network.join import feet_of
from wegeketten.people.profile import load_profile
from wegeketten.pipeline.build import build
from wegeketten.reach.route import find_route
from wegeketten.reach.scan import scan
from wegeketten.routing import INF

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City

TOWNS = ("berlin-miraustrasse_2026-07.osm.pbf", "zuerich-hb_2025-11.osm.pbf")


@pytest.fixture(scope="module", params=TOWNS)
def town(request: pytest.FixtureRequest, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> City:
    return build(shared_data / "osm" / request.param, tmp_path_factory.mktemp("town") / "city")


@pytest.mark.data
def test_a_walker_reaches_whatever_anybody_reaches(town: City) -> None:
    result = scan(town)
    walker = result.reach["walker"].units
    for name, reach in result.reach.items():
        for answer, units in reach.units.items():
            reached_more = (units != INF) & (walker[answer] == INF)
            assert not reached_more.any(), (name, answer, np.argwhere(reached_more)[:3])


@pytest.mark.data
def test_every_stop_beside_a_way_is_reached_on_foot(town: City) -> None:
    """Stops within 25 m of a way on their storey, but for one in two hundred."""
    weights = town.weights(load_profile("walker")).possible
    from wegeketten.reach.islands import components

    label = components(town, weights)
    edges, snaps = town.edges, town.place_snaps
    metres = np.bincount(label[edges["u"]], weights=edges["length_m"])
    main = label[edges["u"][snaps.edge]] == int(metres.argmax())
    stops = np.flatnonzero(town.places["service"] == "stop")
    near = np.isin(stops, snaps.owner[snaps.off_m <= 25.0])
    reached = np.isin(stops, snaps.owner[main])
    assert (near & ~reached).sum() <= max(0.005 * len(stops), 1)


@pytest.mark.data
def test_a_senior_reaches_what_rollators_and_wheelchairs_reach(town: City) -> None:
    result = scan(town, profiles=["senior", "rollator", "wheelchair"])
    senior = result.reach["senior"].units
    for name in ("rollator", "wheelchair"):
        for answer, units in result.reach[name].units.items():
            reached_more = (units != INF) & (senior[answer] == INF)
            assert not reached_more.any(), (name, answer, np.argwhere(reached_more)[:3])


@pytest.mark.data
def test_a_centimetre_changes_no_join_of_a_real_town(town: City) -> None:
    """Moved by a centimetre, a home joins as near as before, unless the line grazes what lies between."""
    random = np.random.default_rng(1)
    lonlat = np.stack([town.homes["lon"], town.homes["lat"]], axis=1)
    xy = town.projection.to_xy(lonlat[random.permutation(len(lonlat))[:400]])
    turn = random.uniform(0, 2 * np.pi, len(xy))
    moved = xy + 0.01 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    (here, caution), (there, other) = town.joiner.join(xy), town.joiner.join(moved)
    xy, moved = xy[here.owner], moved[there.owner]
    assert here.owner.tolist() == there.owner.tolist()
    grazed = np.zeros(len(xy), dtype=bool)
    for each in (here, there):
        foot = feet_of(town.edges, each.edge, each.along.astype(float))
        between = town.obstacles.between_many
        grazed |= between(xy, foot) != between(moved, foot)
    leaps = np.abs(here.off_m.astype(float) - there.off_m) > 0.0102
    assert not (leaps & ~grazed).any()
    same = here.edge == there.edge
    assert (caution[same & ~grazed] == other[same & ~grazed]).all()
    assert grazed.mean() < 0.02
    assert same.mean() > 0.97  # the others lie between two ways equally near


def closed_copy(source: Path, target: Path, ways: set[int]) -> Path:
    """An extract in which nobody walks some ways."""
    import osmium

    with osmium.SimpleWriter(str(target)) as writer:
        for element in osmium.FileProcessor(str(source)):
            if isinstance(element, osmium.osm.Way) and element.id in ways:
                writer.add(element.replace(tags={**dict(element.tags), "foot": "no"}))
            else:
                writer.add(element)
    return target


@pytest.mark.data
def test_closing_paths_of_a_real_town_makes_nobody_faster(shared_data: Path, tmp_path: Path) -> None:
    """And so adding them makes nobody slower: wherever homes and places join the same ways as before."""
    source = shared_data / "osm" / TOWNS[0]
    before = build(source, tmp_path / "before")
    edges = before.edges
    paths = np.isin(edges["kind"], (Kind.footway, Kind.path, Kind.pedestrian, Kind.steps))
    paths &= (edges["osm_type"].astype(str) == "w") & ~edges["derived"].astype(bool)
    joined = np.concatenate(
        [edges["osm_id"][before.home_snaps.edge], edges["osm_id"][before.place_snaps.edge]]
    )
    free = np.setdiff1d(edges["osm_id"][paths], joined)
    shut = set(np.random.default_rng(14).choice(free, 60, replace=False).tolist())
    after = build(closed_copy(source, tmp_path / "shut.osm.pbf", shut), tmp_path / "after")
    same_home = ~_differs(before, after, "home_snaps", len(before.homes["lon"]))
    moved = _differs(before, after, "place_snaps", len(before.places["service"]))
    one, other = scan(before), scan(after)
    moved_services = set(before.places["service"][moved].tolist())
    columns = [row for row, name in enumerate(one.services) if name not in moved_services]
    assert same_home.mean() > 0.99
    assert len(columns) > len(one.services) / 2
    for name, reach in one.reach.items():
        for answer, units in reach.units.items():
            then = other.reach[name].units[answer][same_home][:, columns].astype(np.int64)
            # five seconds: crossings nobody mapped lie every so many metres of a block, which grew
            faster = then < units[same_home][:, columns].astype(np.int64) - 50
            assert not faster.any(), (name, answer, np.argwhere(faster)[:3])


def _differs(one: City, other: City, table: str, count: int) -> np.ndarray:
    """Which owners join other ways, or elsewhere."""
    joins: list[list[set[tuple[int, int, float]]]] = []
    for city in (one, other):
        snaps = getattr(city, table)
        found: list[set[tuple[int, int, float]]] = [set() for _ in range(count)]
        columns = (city.edges["osm_id"][snaps.edge], city.edges["kind"][snaps.edge], np.round(snaps.off_m, 1))
        for owner, *join in zip(snaps.owner.tolist(), *(column.tolist() for column in columns), strict=True):
            found[owner].add((join[0], join[1], join[2]))
        joins.append(found)
    return np.array([a != b for a, b in zip(*joins, strict=True)])


def grid() -> Plot:
    """Nine blocks of paths of 80 m, a home and a pharmacy in corners."""
    plot = Plot()
    for line in range(4):
        plot.way(" ".join(f"{80 * step},{80 * line}" for step in range(4)), f"highway=footway|{GOOD}")
        plot.way(" ".join(f"{80 * line},{80 * step}" for step in range(4)), f"highway=footway|{GOOD}")
    return plot


def seconds(city: City, plot: Plot, start: tuple[float, float], end: tuple[float, float]) -> float:
    route = find_route(city, load_profile("walker"), plot.spot(*start), plot.spot(*end))
    return np.inf if route.seconds is None else route.seconds


@pytest.mark.parametrize("seed", [14, 141, 1414])
def test_adding_a_way_makes_nobody_slower_and_closing_one_nobody_faster(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    # on paths of the grid that stay: where another way becomes the nearest, one joins that
    pairs = [
        ((float(random.uniform(5, 235)), 80.0 * start), (float(random.uniform(5, 235)), 80.0 * end))
        for start, end in random.integers(0, 4, (6, 2)).tolist()
    ]
    plain, more, less = grid(), grid(), grid()
    one, other = random.integers(0, 4, 2), random.integers(0, 4, 2)
    more.way(f"{80 * one[0]},{80 * one[1]} {80 * other[0]},{80 * other[1]}", f"highway=footway|{GOOD}")
    names, tags = less.ways[3]  # the second path from south to north
    less.ways[3] = names, f"{tags}|access=no"
    cities = []
    for number, plot in enumerate((plain, more, less)):
        folder = tmp_path / str(number)
        folder.mkdir()
        cities.append(plot.build(folder))
    for start, end in pairs:
        before, added, closed = (
            seconds(city, plot, start, end) for city, plot in zip(cities, (plain, more, less), strict=True)
        )
        assert added <= before + 0.2, (seed, start, end)
        assert closed >= before - 0.2, (seed, start, end)


def test_a_centimetre_changes_nothing(tmp_path: Path) -> None:
    plot = grid()
    city = plot.build(tmp_path)
    for x, y in ((12.0, 7.0), (97.0, 60.0), (200.0, 33.0)):
        here = seconds(city, plot, (x, y), (235, 235))
        assert seconds(city, plot, (x + 0.01, y), (235, 235)) == pytest.approx(here, abs=0.2)


@pytest.mark.data
def test_ways_to_doors_are_private_and_named(town: City) -> None:
    edges = town.edges
    between = np.flatnonzero(edges["caution"] > 0)
    doors = between[edges["private"][between] & (edges["kind"][between] == Kind.footway)]
    assert edges["derived"][doors].all()
