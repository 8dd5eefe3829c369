"""Walking distances against an independent router: Valhalla, pedestrian costing, ``shortest``.

python benchmarks/valhalla.py [--valhalla PYTHON] [--pavements centre|sides] [--pairs FILE.csv] [EXTRACT …]

PYTHON is an interpreter that has pyvalhalla (wheels exist for Python 3.12):
python3.12 -m venv /opt/valhalla && /opt/valhalla/bin/pip install pyvalhalla
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from valhalla_reading import differences
from walker import SEED, Walker, addresses

from wegeketten.network.build import build_network
from wegeketten.osm.extract import read_extract
from wegeketten.osm.projection import projection_of

if TYPE_CHECKING:
    from wegeketten.osm.features import Features
    from wegeketten.osm.projection import Projection

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "osm"
_TOWNS = ("berlin-miraustrasse", "lauf-pegnitz", "neubrandenburg", "zuerich-hb")
_PAIRS = 500
_AGREE = 0.05
_LISTED = 5  # pairs of which no more is known, printed one by one
_SHORTER = "we join pavements and crossings that the map leaves apart"
_LONGER = "we cross at crossings, Valhalla anywhere between the middles of streets"
_HEADER = (
    "extract network from_lat from_lon to_lat to_lon ours_m valhalla_m deviation_pct cause "
    "only_ours only_valhalla"
)
_HEAD = """\
Deviation from Valhalla's shortest way on foot in three ways: both routers start at the same place on
a way of ours; both start at the address and snap on their own; and as in the first, like for like: on a
network of ours along the streets' middles that reads the extract as Valhalla does. A pair beyond 5 % is
put down to the one difference of reading without which the two agree, or without which one of its ends
lies on no way.

| extract | pairs | median | 95 % | within 5 % | from the address: median | 95 % | within 5 % \
| like for like: median | 95 % | within 5 % |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"""


class Case(NamedTuple):
    """A pair beyond 5 %."""

    extract: str
    network: str  # plain, like for like
    start: tuple[float, float]  # lat, lon
    goal: tuple[float, float]
    ours_m: float
    valhalla_m: float
    cause: str
    only_ours: list[int]  # ways
    only_valhalla: list[int]


class Router:
    """Valhalla on one extract, in an interpreter of its own."""

    def __init__(self, python: str, extract: Path, folder: Path) -> None:
        self.python, self.folder, self.source = python, folder, extract
        if extract.suffix == ".bz2":
            import osmium

            self.source = folder / "extract.osm.pbf"
            with osmium.SimpleWriter(str(self.source), overwrite=True) as writer:
                for thing in osmium.FileProcessor(str(extract)):
                    writer.add(thing)

    def ask(self, routes: list[list[list[float]]]) -> list[dict]:
        """One answer per list of lon/lat places; those in between are passed."""
        worker = Path(__file__).with_name("valhalla_worker.py")
        pairs, out = self.folder / "pairs.json", self.folder / "out.json"
        pairs.write_text(json.dumps(routes))
        command = [self.python, "-P", *map(str, (worker, self.source, self.folder, pairs, out))]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        return json.loads(out.read_text())


class Pairs:
    """Pairs of places on our network, and both routers' distances between them."""

    def __init__(self, walker: Walker, lonlat: np.ndarray, picks: np.ndarray) -> None:
        self.walker = walker
        edge, at, places = walker.snap(lonlat)
        self.places = places[picks]  # pairs × 2 × lon, lat
        self.ends = [tuple((int(edge[row]), int(at[row])) for row in pair) for pair in picks.tolist()]
        self.ours = [walker.metres(*ends) for ends in self.ends]
        self.answers: list[dict] = []

    def ask(self, router: Router) -> None:
        """Valhalla's answers, from the very places on our ways."""
        self.answers = router.ask(self.places.tolist())

    def deviations(self, answers: list[dict] | None = None) -> np.ndarray:
        """Of all pairs that Valhalla answers."""
        both = zip(self.ours, self.answers if answers is None else answers, strict=True)
        return np.array([deviation(mine, answer["metres"]) for mine, answer in both if answer])

    def beyond(self) -> list[int]:
        """Rows of the pairs that deviate by more than 5 %."""
        both = enumerate(zip(self.ours, self.answers, strict=True))
        return [row for row, (mine, its) in both if its and deviation(mine, its["metres"]) > _AGREE]

    def case(self, extract: str, network: str, row: int, cause: str) -> Case:
        """What the list of pairs says of one."""
        edges = self.walker.edges
        (start, _), (goal, _) = self.ends[row]
        rows = [start, *self.walker.passed(*self.ends[row]).tolist(), goal]
        ours = dict.fromkeys(int(edges["osm_id"][each]) for each in rows if edges["osm_type"][each] != b"n")
        theirs = self.answers[row]["ways"]
        (west, south), (east, north) = self.places[row].tolist()
        return Case(
            extract,
            network,
            (south, west),
            (north, east),
            self.ours[row],
            self.answers[row]["metres"],
            cause,
            [way for way in ours if way not in theirs],
            [way for way in theirs if way not in ours],
        )


def deviation(ours_m: float, theirs_m: float) -> float:
    return abs(ours_m - theirs_m) / max(theirs_m, 1.0)


class Reading:
    """Our network with differences between the two readings made, each built when it is first needed."""

    def __init__(self, extract: Path, features: Features, projection: Projection, pavements: str) -> None:
        known = differences(extract)
        self.names = [difference.name for difference in known]
        self.projection, self.pavements = projection, pavements

        def built(made: frozenset[int], pavements: str) -> Walker:
            changed = features
            for number in sorted(made):
                changed = known[number].applied(changed)
            return Walker(build_network(changed, projection, pavements=pavements), projection)

        self.walker = cache(built)
        self.all = frozenset(range(len(self.names)))

    @property
    def alike(self) -> Walker:
        """Our network as Valhalla reads the extract: all differences made, streets walked in their middle."""
        return self.walker(self.all, "centre")

    def agrees(self, made: frozenset[int], places: np.ndarray, theirs_m: float) -> bool:
        """Whether the two agree with these differences made, or one of the places is on no way any more."""
        walker = self.walker(made, self.pavements)
        edge, at, found = walker.snap(places)
        gap_m = np.hypot(*(self.projection.to_xy(found) - self.projection.to_xy(places)).T)
        metres = walker.metres(*((int(edge[row]), int(at[row])) for row in (0, 1)))
        return bool(gap_m.max() > 1.0 or deviation(metres, theirs_m) <= _AGREE)

    def cause(self, places: np.ndarray, ours_m: float, theirs_m: float) -> str:
        """The one difference without which the two agree, or those of which none may be missing."""
        for number in sorted(self.all):
            if self.agrees(frozenset({number}), places, theirs_m):
                return self.names[number]
        if not self.agrees(self.all, places, theirs_m):
            return self._of_pavements(places, ours_m, theirs_m)
        needed = set(self.all)
        for number in sorted(self.all, reverse=True):
            if self.agrees(frozenset(needed - {number}), places, theirs_m):
                needed.remove(number)
        return " and ".join(self.names[number].removeprefix("Valhalla ") for number in sorted(needed))

    def _of_pavements(self, places: np.ndarray, ours_m: float, theirs_m: float) -> str:
        """Whether they agree on the streets' middles."""
        if self.pavements == "sides":
            edge, at, _ = self.alike.snap(places)
            metres = self.alike.metres(*((int(edge[row]), int(at[row])) for row in (0, 1)))
            if deviation(metres, theirs_m) <= _AGREE:
                return _SHORTER if ours_m < theirs_m else _LONGER
        return unexplained(ours_m, theirs_m)


def unexplained(ours_m: float, theirs_m: float) -> str:
    """What remains to be said of pairs that deviate on the same ways."""
    if abs(ours_m - theirs_m) < 5.0:
        return "less than 5 m apart"
    return "on the same ways we are shorter" if ours_m < theirs_m else "on the same ways Valhalla is shorter"


def figures(values: np.ndarray) -> str:
    return f"{np.median(values):.2%} | {np.quantile(values, 0.95):.2%} | {(values <= _AGREE).mean():.1%}"


def compare(extract: Path, valhalla: str, pavements: str, folder: Path) -> tuple[str, list[Case]]:
    """One row of the table, and the pairs beyond 5 %."""
    features = read_extract(extract)
    projection = projection_of(features)
    name = extract.name.split(".")[0]
    known = addresses(features)
    rng = random.Random(SEED)
    picks = np.array([rng.sample(range(len(known)), 2) for _ in range(_PAIRS)])
    router = Router(valhalla, extract, folder)
    reading = Reading(extract, features, projection, pavements)
    plain = Pairs(Walker(build_network(features, projection, pavements=pavements), projection), known, picks)
    alike = Pairs(reading.alike, known, picks)
    for pairs in (plain, alike):
        pairs.ask(router)
    raw = router.ask(known[picks].tolist())
    columns = [
        plain.deviations(),
        plain.deviations(raw),
        alike.deviations(),
    ]
    cases = []
    for row in plain.beyond():
        cause = reading.cause(plain.places[row], plain.ours[row], plain.answers[row]["metres"])
        cases.append(plain.case(name, "plain", row, cause))
    for row in alike.beyond():
        cause = unexplained(alike.ours[row], alike.answers[row]["metres"])
        cases.append(alike.case(name, "like for like", row, cause))
    cells = [name, str(len(columns[0])), *map(figures, columns)]
    return f"| {' | '.join(cells)} |", cases


def explain(cases: list[Case], network: str) -> str:
    """Causes by how many pairs they have, each with the way most of its pairs have in common."""
    by_cause: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.network == network:
            by_cause[case.cause].append(case)
    lines = []
    for cause, members in sorted(by_cause.items(), key=lambda item: -len(item[1])):
        ways = Counter(
            way
            for case in members
            for way in (case.only_ours if case.ours_m < case.valhalla_m else case.only_valhalla)
        )
        way, count = ways.most_common(1)[0] if ways else (0, 0)
        common = f" (w{way} in {count})" if count > 1 else ""
        if cause.startswith("on the same ways"):
            some = [*map(described, members[:_LISTED]), *(["…"] if len(members) > _LISTED else [])]
            common = f" ({'; '.join(some)})"
        lines.append(f"{len(members)} × {cause}{common}")
    return "; ".join(lines) or "none"


def described(case: Case) -> str:
    """A pair of which no more is known, for whoever looks into it."""
    (south, west), (north, east) = case.start, case.goal
    places = f"{south:.6f},{west:.6f} to {north:.6f},{east:.6f}"
    return f"{places}: {case.ours_m:.0f} m against {case.valhalla_m:.0f} m"


def write_pairs(file: Path, cases: list[Case]) -> None:
    """All pairs beyond 5 % as CSV."""
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(_HEADER.split())
        for case in cases:
            metres = (case.ours_m, case.valhalla_m, 100 * (case.ours_m / max(case.valhalla_m, 1.0) - 1))
            places = (f"{degrees:.6f}" for degrees in (*case.start, *case.goal))
            ways = (";".join(f"w{way}" for way in each) for each in (case.only_ours, case.only_valhalla))
            writer.writerow(
                [case.extract, case.network, *places, *(f"{each:.1f}" for each in metres), case.cause, *ways]
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extracts", nargs="*", type=Path)
    parser.add_argument("--valhalla", default="/opt/valhalla/bin/python")
    parser.add_argument("--pavements", default="centre", choices=("centre", "sides"))
    parser.add_argument("--pairs", type=Path, help="write the pairs beyond 5 %% as CSV")
    options = parser.parse_args()
    extracts = options.extracts or [next(_DATA.glob(f"{town}_*")) for town in _TOWNS]
    print(f"Network: {options.pavements}; {_PAIRS} random address pairs per extract, seed {SEED}.\n")
    print(_HEAD)
    found = {}
    for extract in extracts:
        with tempfile.TemporaryDirectory() as folder:
            row, found[extract.name] = compare(extract, options.valhalla, options.pavements, Path(folder))
        print(row, flush=True)
    for network, title in (
        ("plain", "Pairs beyond 5 % and the one difference of reading without which they agree"),
        ("like for like", "Pairs beyond 5 % like for like"),
    ):
        print(f"\n{title}:\n")
        for name, cases in found.items():
            print(f"- {name}: {explain(cases, network)}")
    if options.pairs:
        write_pairs(options.pairs, [case for cases in found.values() for case in cases])


if __name__ == "__main__":
    sys.exit(main())
