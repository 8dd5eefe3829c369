"""Measures switched on and off in the map against the package's own search, home by home.

    python benchmarks/whatif.py CITY… [--sets 200] [--homes 30000] [--seed 1] [--usable-stops 1]

Needs Chromium and Playwright. For each built city folder random sets of works are switched in the page, one
set after the other, for a random profile and service; every home's time in all three answers is compared with
that of `compare --measures`, whose graph is searched from the start. Homes are repeated at their places until
there are as many as asked for. Times are medians and the longest, in milliseconds of the page's own clock;
the time of answering from the start in the same page stands beside them. With ``--usable-stops`` platforms
are switched too, and every second question is about stops.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.reports.data import MapData
    from wegeketten.whatif.doors import Doors

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
ANSWERS = ("sure", "likely", "possible")

SWITCH = """
(async () => {
  const page = wegeketten;
  const wanted = new Set(%s);
  const begin = performance.now();
  await page.switchWorks([...page.state.on].filter((row) => !wanted.has(row)), false);
  const middle = performance.now();
  await page.switchWorks([...wanted].filter((row) => !page.state.on.has(row)), true);
  const end = performance.now();
  const one = [...wanted][0];
  await page.switchWorks([one], false);
  const off = performance.now();
  await page.switchWorks([one], true);
  const on = performance.now();
  await page.answer();
  return [middle - begin, end - middle, off - end, on - off, performance.now() - on];
})()
"""


class Row(NamedTuple):
    """One city's figures: milliseconds of one switch, of a whole set, of answering from the start."""

    name: str
    homes: int
    size_mb: float
    compared: int
    changed: int
    different: int
    one_ms: list[float]
    set_ms: list[float]
    answer_ms: list[float]


class Oracle:
    """Times of all homes with works done, as `compare_measures` finds them."""

    def __init__(self, city: City, profiles: Sequence[Profile], data: MapData, asked: Any) -> None:
        from wegeketten.planning.stop_tasks import with_platforms
        from wegeketten.whatif.candidates import find_candidates

        self.city, self.candidates = city, find_candidates(city, profiles)
        self.works = np.asarray(data.works.edges)
        self.offers = asked.offers(city, profiles) if asked else None
        if self.offers is not None:
            self.candidates = with_platforms(self.candidates, self.offers, profiles, len(city.edges))
            first = len(data.places) - len(self.offers.town.platforms["stop"])
            rows = np.asarray(data.works.places) - first
            self.works = np.concatenate([self.works, len(city.edges) + rows])
        self.doors: dict[tuple[str, str], Doors] = {}
        self.boarding: dict[tuple[str, str], Any] = {}

    def times(
        self, profile: Profile, service: str, answer: Any, rows: Sequence[int]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Units of every home today and with the works of some rows."""
        from wegeketten.planning.stop_tasks import stops_to_board
        from wegeketten.whatif.doors import Remedies, goals_of, open_doors

        key = profile.id, answer
        if key not in self.doors:
            prices = np.ones(len(self.candidates.prices), dtype=np.int64)
            remedies = Remedies(self.candidates.mended[profile.id, answer], prices)
            self.doors[key] = open_doors(self.city, profile, answer, remedies=remedies)
            if self.offers is not None:
                self.boarding[key] = stops_to_board(self.city, profile, answer, remedies, self.offers)
        doors = self.doors[key]
        if service == "stop" and self.offers is not None:
            field, goals = self.boarding[key]
        else:
            field, goals = doors.field, goals_of(self.city, profile, answer, service, doors)
        both = [field.times(goals, mend)[field.home_nodes] for mend in ((), self.works[list(rows)])]
        return both[0], both[1]


def main() -> int:
    """Measure and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("cities", type=Path, nargs="*")
    arguments.add_argument("--sets", type=int, default=200)
    arguments.add_argument("--homes", type=int, default=0)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--usable-stops", type=float)
    arguments.add_argument("--at", help="day and time of the timetable")
    given = arguments.parse_args()
    if not given.cities or shutil.which("chromium") is None:
        print("needs the folders of built cities, and chromium", file=sys.stderr)
        return 0
    from wegeketten.planning.stop_tasks import demand_of

    rows = [
        _measure(path, given.sets, given.homes, given.seed, demand_of(given.usable_stops, given.at))
        for path in given.cities
    ]
    print(f"seed {given.seed}, {given.sets} sets each\n")
    print("| city | homes | MB | compared | changed | different | one switch | whole set | answer |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        told = (
            f"{statistics.median(each):.0f} / {max(each):.0f}"
            for each in (row.one_ms, row.set_ms, row.answer_ms)
        )
        print(
            f"| {row.name} | {row.homes} | {row.size_mb:.2f} | {row.compared} | {row.changed} "
            f"| {row.different} | {' | '.join(told)} |"
        )
    return int(any(row.different for row in rows))


def _measure(path: Path, sets: int, homes: int, seed: int, asked: Any) -> Row:
    from playwright.sync_api import sync_playwright

    import wegeketten as wk
    from wegeketten.people.profile import load_profiles
    from wegeketten.reports.map import map_page, write_page
    from wegeketten.reports.map_data import gather

    city = wk.open(path)
    data = repeated(gather(city, usable_stops=asked), homes)
    profiles = load_profiles()
    oracle = Oracle(city, profiles, data, asked)
    stop = [name for name, _ in data.services].index("stop")
    platforms = len(data.works.edges) + np.arange(len(data.works.places))
    rng = np.random.default_rng(seed)
    row = Row(path.name, len(data.homes), 0.0, 0, 0, 0, [], [], [])
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as running:
        file = write_page(map_page(data), Path(folder) / "map.html")
        row = row._replace(size_mb=file.stat().st_size / 1e6)
        browser = running.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(file.as_uri())
        page.wait_for_selector("html[data-ready]")
        for turn in range(sets):
            p, s = int(rng.integers(len(profiles))), int(rng.integers(len(data.services)))
            most = min(40, len(data.works))
            chosen = rng.choice(len(data.works), int(rng.integers(1, most + 1)), replace=False).tolist()
            if asked and turn % 2:
                s = stop
                some = rng.choice(platforms, min(len(platforms), int(rng.integers(1, 200))), replace=False)
                chosen = sorted({*chosen, *some.tolist()})
            page.evaluate(f"wegeketten.choose({{profile: {p}, service: {s}}})")
            off, on, one_off, one_on, answer = page.evaluate(SWITCH % chosen)
            row.one_ms.extend((one_off, one_on))
            row.set_ms.append(off + on)
            row.answer_ms.append(answer)
            for each in ANSWERS:
                shown = np.array(page.evaluate(f"Array.from(wegeketten.state.times.{each})"))
                today, wanted = oracle.times(profiles[p], data.services[s][0], each, chosen)
                again = np.resize(wanted, len(shown))
                row = row._replace(
                    compared=row.compared + len(shown),
                    changed=row.changed + int((wanted != today).sum()),
                    different=row.different + int((shown != again).sum()),
                )
        browser.close()
    return row


def repeated(data: MapData, count: int) -> MapData:
    """The same city with its homes repeated at their places up to a number."""
    size, joints = len(data.homes), data.home_joints
    copies = max(1, -(-count // size))
    rows = np.arange(copies * size) % size
    joint_rows = np.tile(np.arange(len(joints)), copies)
    owner = np.concatenate([np.asarray(joints.owner) + copy * size for copy in range(copies)])
    homes = data.homes
    return replace(
        data,
        homes=replace(
            homes,
            lon=np.asarray(homes.lon)[rows],
            lat=np.asarray(homes.lat)[rows],
            street=[homes.street[row] for row in rows.tolist()],
            housenumber=[homes.housenumber[row] for row in rows.tolist()],
            district=np.asarray(homes.district)[rows],
            weight=np.asarray(homes.weight)[rows],
        ),
        home_joints=replace(
            joints,
            owner=owner,
            edge=np.asarray(joints.edge)[joint_rows],
            along=np.asarray(joints.along)[joint_rows],
            off_m=np.asarray(joints.off_m)[joint_rows],
        ),
        profiles=[
            replace(layer, home_joints=np.asarray(layer.home_joints)[joint_rows]) for layer in data.profiles
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
