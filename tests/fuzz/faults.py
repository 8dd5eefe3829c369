"""Kill commands, fill their disks and have them write at once: what is there afterwards is old or new, and whole.

By hand, from the checkout: ``python tests/fuzz/faults.py --kills 200 --full 50 --rounds 200 --seed 7``. Every
command that writes is run from a process that has loaded it all, so that faults meet the work and not the start
of Python. Full disks are a small file system where one can be mounted (root), and a limit on the size of files.
"""

# ruff: noqa: E501  # run by hand

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[1])]

import numpy as np
from support.drawn import Town
from support.feeds import write_feed

TOWN = Town(
    " H  P  H\na----b--e\n|    |  |\nc-K--d--f\n  S    H",
    ways={
        "ab": "highway=residential,sidewalk=both", "be": "highway=residential", "ef": "highway=footway",
        "ac": "highway=footway", "bd": "highway=footway", "cKd": "highway=path", "df": "highway=steps,step_count=3",
    },
    nodes={
        "H": "addr:housenumber=1,addr:street=Weg", "P": "amenity=pharmacy", "K": "barrier=kerb,kerb:height=0.12",
        "S": "highway=bus_stop",
    },
)  # fmt: skip
PATIENCE_S = 120


class Command(NamedTuple):
    """A command that writes.

    Attributes
    ----------
    old, new
        Its words for two different results in one place; OUT is the place.
    out
        Name of the place.
    """

    old: str
    new: str
    out: str


def both(words: str, out: str, change: str = "--csv de") -> Command:
    """A command whose second result differs by an option."""
    return Command(words, f"{words} {change}", out)


def commands(start: str, goal: str) -> dict[str, Command]:
    """All commands that write, by name."""
    door = f"--from {start}"
    one, other = "--profile walker", "--profile wheelchair"

    def who(words: str, out: str) -> Command:
        return Command(f"{words} {one}", f"{words} {other}", out)

    return {
        "build": Command("build town.osm -o OUT", "build town.osm -o OUT --pavements centre", "r"),
        "scan": who("scan city -o OUT", "r"),
        "route": who(f"route city {door} --to {goal} -o OUT", "r.json"),
        "why": who(f"why city {door} --service pharmacy -o OUT", "r.json"),
        "chain": who("chain city --visit pharmacy -o OUT", "r"),
        "plan": who("plan city --service pharmacy -o OUT", "r"),
        "survey": who("survey city --service pharmacy -o OUT", "r"),
        "template": Command("survey --template OUT", "survey --template OUT --csv de", "r.csv"),
        "map": both("map city -o OUT --lang en", "r.html", "--lang de"),
        "report": both("report city -o OUT --lang en", "r.html", "--lang de"),
        "compare": who("compare city other --service pharmacy -o OUT", "r"),
        "masterplan": both("masterplan city -o OUT --no-pdf --lang en", "r", "--lang de"),
        "site": who("site city --service pharmacy --add 1 --candidates spots.csv -o OUT", "r"),
        "needs": both("needs city -o OUT", "r"),
        "norm": both("norm city -o OUT", "r"),
        "stops": who("stops city --at 2026-03-03T08:00 -o OUT", "r"),
        "ride": who("ride city --service pharmacy --window 2 --at 2026-03-03T08:00 -o OUT", "r"),
        "isochrone": who(f"isochrone city {door} --minutes 5 -o OUT", "r.geojson"),
        "isochrone-gpkg": who(f"isochrone city {door} --minutes 5 -o OUT", "r.gpkg"),
        "matrix": who("matrix city --from homes --to pharmacy -o OUT", "r.csv"),
        "matrix-parquet": who("matrix city --from homes --to pharmacy -o OUT", "r.parquet"),
    }


class Ended(NamedTuple):
    """How a run ended: its exit code, or minus the signal."""

    code: int
    said: str


class Bench:
    """A folder with inputs, and commands that are run in it by forked children."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        os.environ.update(
            WEGEKETTEN_CACHE=str(folder / "cache"), TMPDIR=str(folder / "tmp"), NUMBA_NUM_THREADS="1"
        )
        tempfile.tempdir = None
        (folder / "tmp").mkdir()
        TOWN.write(folder / "town.osm")
        lat, lon = (f"{value:.6f}" for value in reversed(TOWN.position("S")))
        near = f"{float(lat) + 0.001:.6f}"
        write_feed(
            folder / "gtfs",
            {
                "stops": f"stop_id,stop_name,stop_lat,stop_lon\na,Markt,{lat},{lon}\nb,B,{near},{lon}\nc,C,{near},{lon}\nd,D,{near},{lon}\n"
            },
        )
        spots = [f"Ort {name};{TOWN.position(name)[0]};{TOWN.position(name)[1]}\n" for name in "aef"]
        (folder / "spots.csv").write_text("".join(["name;lon;lat\n", *spots]), encoding="utf-8")
        start, goal = (",".join(f"{v:.6f}" for v in reversed(TOWN.position(name))) for name in "aP")
        self.commands = commands(start, goal)
        for words in ("build town.osm -o city --gtfs gtfs", "build town.osm -o other --pavements centre"):
            ended = self.wait(self.start(words))
            if ended.code:
                raise SystemExit(f"{words}: {ended}")

    def start(self, words: str, *, most_bytes: int = 0, cwd: Path | None = None) -> tuple[int, Path]:
        """Begin a command in a child process; its number, and where it says what it has to say."""
        said = self.folder / f"said-{time.monotonic_ns()}-{os.getpid()}"
        child = os.fork()
        if child:
            return child, said
        try:
            out = os.open(said, os.O_WRONLY | os.O_CREAT)
            for stream in (1, 2):
                os.dup2(out, stream)
            os.chdir(cwd or self.folder)
            if most_bytes:
                resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
            from wegeketten import cli

            sys.argv = ["wegeketten", *words.split()]
            faulthandler.enable()
            code = 0
            try:
                cli.main()
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        finally:
            os._exit(99)

    def wait(self, run: tuple[int, Path]) -> Ended:
        """How a child ended."""
        child, said = run
        end = time.monotonic() + PATIENCE_S
        while True:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                break
            if time.monotonic() > end:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return Ended(-signal.SIGALRM, "hangs")
            time.sleep(0.002)
        text = said.read_text(errors="replace") if said.exists() else ""
        said.unlink(missing_ok=True)
        return Ended(os.waitstatus_to_exitcode(status), text)

    def run(self, words: str) -> Ended:
        """Run a command to its end."""
        return self.wait(self.start(words))


def content(place: Path) -> dict[str, bytes] | None:
    """Bytes of a result by path, but for logs; None where there is none."""
    if place.is_file():
        return {"": place.read_bytes()}
    if not place.exists():
        return None
    files = sorted(each for each in place.rglob("*") if each.is_file() and each.suffix != ".log")
    return {str(each.relative_to(place)): each.read_bytes() for each in files}


def stopped_early(place: Path, since_s: float) -> bool:
    """Whether a result is of one run, and says that its search was asked to finish early, as by Ctrl-C."""
    names = [place / name for name in ("survey.json", "plan.json")]
    said = any(json.loads(each.read_bytes())["complete"] is False for each in names if each.is_file())
    files = [each for each in place.rglob("*") if each.is_file()]
    return said and all(each.stat().st_mtime >= since_s for each in files)  # nothing of an older result


def left_over(*folders: Path) -> list[str]:
    """Private folders that somebody left."""
    return [str(each.relative_to(folder)) for folder in folders for each in folder.rglob(".wegeketten-*")]


class Case(NamedTuple):
    """A command with both of its results."""

    name: str
    old: str
    new: str
    out: Path
    before: dict[str, bytes]
    after: dict[str, bytes]
    seconds: float


def prepared(bench: Bench, name: str) -> Case:
    """Both results of a command, and how long it takes."""
    command = bench.commands[name]
    place = bench.folder / name
    place.mkdir(exist_ok=True)
    out = place / command.out
    results = []
    seconds = 0.0
    for words in (command.new, command.old):
        start = time.monotonic()
        ended = bench.run(words.replace("OUT", str(out)))
        seconds = time.monotonic() - start
        if ended.code:
            raise SystemExit(f"{name}: {ended}")
        results.append(content(out))
    after, before = results
    assert before is not None
    assert after is not None
    if before == after and name != "template":  # there is only one
        raise SystemExit(f"{name}: both results are the same")
    return Case(
        name,
        command.old.replace("OUT", str(out)),
        command.new.replace("OUT", str(out)),
        out,
        before,
        after,
        seconds,
    )


def kill(bench: Bench, case: Case, after_s: float, number: int) -> str:
    """Kill a run at some moment; what is wrong then, or after the next run."""
    began = time.time() - 0.02  # a file system's clock is coarser
    run = bench.start(case.new)
    time.sleep(after_s)
    with contextlib.suppress(ProcessLookupError):
        os.kill(run[0], number)
    ended = bench.wait(run)
    if content(case.out) not in (case.before, case.after) and not (
        number == signal.SIGINT and not ended.code and stopped_early(case.out, began)
    ):
        return f"after signal {number} ({ended.code}) neither old nor new"
    if number != signal.SIGKILL:
        early = ended.code == -number and not ended.said and content(case.out) == case.before  # not yet begun
        if ended.code not in (0, 128 + number) and not early:
            return f"signal {number} ended with {ended.code}: {ended.said[-300:]}"
        if left := left_over(case.out.parent, bench.folder / "tmp"):
            return f"signal {number} left {left}"
    ended = bench.run(case.new)
    if ended.code or content(case.out) != case.after:
        return f"the next run ended with {ended.code}: {ended.said[-300:]}"
    left = left_over(case.out.parent)
    return f"the next run left {left}" if left else ""


def fill(bench: Bench, case: Case, size: int, *, disk: bool) -> str:
    """Give a run too little room; what is wrong then."""
    if not disk:
        ended = bench.wait(bench.start(case.new, most_bytes=size))
        return _full(case, ended, case.out)
    room = bench.folder / "disk"
    room.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", room], check=True)
    try:
        out = room / "there" / case.out.name
        out.parent.mkdir()
        ended = bench.run(case.new.replace(str(case.out), str(out)))
        if ended.code == 0:
            return "" if content(out) == case.after else "ended with 0 and is not whole"
        kept = out.with_name(f".{out.name}.parts")  # what `masterplan` takes up again and then clears away
        left = [
            str(each) for each in room.rglob("*") if each != out.parent and kept not in (each, *each.parents)
        ]
        return f"left {left}" if left else _said(ended)
    finally:
        subprocess.run(["umount", room], check=True)


def _full(case: Case, ended: Ended, out: Path) -> str:
    there = content(out)
    if ended.code == 0:
        return "" if there == case.after else "ended with 0 and is not whole"
    if there != case.before:
        return f"a full disk ({ended.code}) changed the old result"
    if left := left_over(out.parent):
        return f"a full disk left {left}"
    return _said(ended)


def _said(ended: Ended) -> str:
    lines = [line for line in ended.said.splitlines() if line.startswith("wegeketten: ")]
    fine = ended.code in (2, 3) and len(lines) == 1 and "internal" not in lines[0]
    return "" if fine else f"a full disk ended with {ended.code}: {ended.said[-400:]}"


def crowd(bench: Bench, case: Case, writers: int) -> str:
    """Several runs to one place at once; what is wrong then."""
    runs = [bench.start(case.new if number % 2 else case.old) for number in range(writers)]
    ended = [bench.wait(run) for run in runs]
    bad = [each for each in ended if each.code]
    if bad:
        return f"{len(bad)} of {writers} failed: {bad[0].code} {bad[0].said[-300:]}"
    if content(case.out) not in (case.before, case.after):
        return "neither the one nor the other"
    left = left_over(case.out.parent)
    return f"left {left}" if left else ""


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--full", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", help="commands, parted by commas")
    given = parser.parse_args(arguments)
    random = np.random.default_rng(given.seed)
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    failures: list[str] = []
    try:
        bench = Bench(folder)
        names = given.only.split(",") if given.only else list(bench.commands)
        cases = [prepared(bench, name) for name in names]
        print(json.dumps({case.name: round(case.seconds, 2) for case in cases}), flush=True)
        mountable = hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("mount") is not None
        signals = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)

        def tried(kind: str, count: int, one: object) -> None:
            bad = 0
            for number in range(count):
                case = cases[number % len(cases)]
                wrong = one(case, number)  # type: ignore[operator]
                if kind == "kill":  # what was new is old now
                    cases[number % len(cases)] = case._replace(
                        old=case.new, new=case.old, before=case.after, after=case.before
                    )
                if wrong:
                    bad += 1
                    bench.run(
                        cases[number % len(cases)].old
                    )  # what is wrong here must not be blamed on the next
                    failures.append(f"{kind} {number} {case.name}: {wrong}")
                    print(f"  {failures[-1]}", flush=True)
            print(f"{kind}: {count}, {bad} failed", flush=True)

        def killed(case: Case, number: int) -> str:
            late = random.random() < 0.5  # half of them where results are written
            share = random.uniform(0.6, 1.0) if late else random.uniform(0.0, 1.0)
            return kill(bench, case, share * case.seconds, signals[number // len(cases) % len(signals)])

        def filled(case: Case, number: int) -> str:
            most = sum(map(len, case.after.values()))
            disk = mountable and number // len(cases) % 2 == 0
            size = (
                int(random.uniform(0.1, 0.9) * most)
                if not disk
                else 4096 * max(2, int(random.uniform(0.1, 1.1) * most / 4096))
            )
            return fill(bench, case, max(size, 200), disk=disk)

        tried("kill", given.kills, killed)
        tried("full", given.full, filled)
        tried("crowd", given.rounds, lambda case, _: crowd(bench, case, given.writers))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"seed {given.seed}: {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
