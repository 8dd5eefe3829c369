"""Faults for batches, by hand: kills at random moments, full disks, two batches at once, a poison city.

    python tests/fuzz/batch.py LIST [--kills 50] [--full 5] [--pairs 5] [--poison 3] [--seed N]

Killed are the client, a working process, a worker of a Dask cluster and the scheduler with its workers,
`--kills` times each (`--who` names some of them); a round in which nobody was there to be killed is run
again. After each round the same command runs undisturbed. The dataset must then have the bytes of a batch
that nothing ever disturbed, and no step that was done before the resumption may have been done again.
`--towns N` draws a list of N towns in place of LIST. Full disks are a small file system (root).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import pyarrow.parquet  # noqa: E402, F401  # what a batch loads, loaded once
from support.drawn import Town  # noqa: E402  # run as a script

from wegeketten.batches.overview import write_overview  # noqa: E402, F401
from wegeketten.batches.work import end_processes  # noqa: E402
from wegeketten.cli import app  # noqa: E402
from wegeketten.command.exits import run_to_the_end  # noqa: E402

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
PATIENCE_S = 600.0
WHO = ("client", "process", "worker", "scheduler")
CLUSTER = """
if __name__ == "__main__":
    import time
    from distributed import LocalCluster
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, silence_logs=50)
    print(cluster.scheduler_address, flush=True)
    time.sleep(3600)
"""
TOWN = Town(
    " H     G      P\na---b--c---d--e\n|      |      |\nf------g------h\n   H   G",
    ways={"abcde": "highway=footway", "fgh": "highway=residential,sidewalk=both", "af": "highway=path",
          "cg": "highway=footway", "eh": "highway=steps,step_count=3"},
    nodes={"H": "addr:housenumber=1,addr:street=Ring", "G": "addr:housenumber=2,addr:street=Ring",
           "P": "amenity=pharmacy", "b": "barrier=kerb,kerb=raised"},
)  # fmt: skip


@dataclass
class Case:
    """A batch that is run over and over.

    Attributes
    ----------
    words
        Its command, without the dataset.
    folder
        Room for datasets.
    calm
        Digests of the undisturbed run's results.
    seconds
        How long that run took.
    """

    words: list[str]
    folder: Path
    calm: dict[str, str]
    seconds: float

    def command(self, dataset: Path, *more: str) -> list[str]:
        """Words of the batch with its dataset."""
        return [*self.words, "-o", str(dataset), *more]


def content(dataset: Path) -> dict[str, str]:
    """Digests of all results."""
    return {
        path.relative_to(dataset).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(dataset.rglob("*"))
        if path.is_file() and path.suffix != ".log" and path.relative_to(dataset).parts[0] != "ledger"
    }


def draw_towns(folder: Path, count: int) -> Path:
    """A list of drawn towns, each with a place of its own on the globe."""
    lines = ["city,name,extract"]
    for number in range(count):
        TOWN.write(folder / f"t{number}.osm")
        lines.append(f"t{number},Town {number},t{number}.osm")
    listing = folder / "list.csv"
    listing.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return listing


def below(pid: int) -> list[int]:
    """Processes that a process and its threads have started, and theirs."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(each) for each in path.read_text("ascii").split()]
        except OSError:  # it ended meanwhile
            continue
    return found + [deeper for each in found for deeper in below(each)]


def command_of(pid: int) -> str:
    """Command line of a process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def kill(pids: list[int]) -> bool:
    """End processes the hard way; says whether one was there."""
    hit = False
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
            hit = True
        except OSError:
            continue
    return hit


class Client:
    """A batch in a process forked from this one, which has loaded it all: kills meet the work, not the start.

    Parameters
    ----------
    words
        Of the command line.
    """

    def __init__(self, words: list[str]) -> None:
        self.code: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            _be_client(words)

    def poll(self) -> int | None:
        """Exit code, None while it runs."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def wait(self) -> int:
        """Exit code, once it has ended; one that hangs is ended."""
        start = time.monotonic()
        while (code := self.poll()) is None:
            if time.monotonic() - start > PATIENCE_S:
                os.kill(self.pid, signal.SIGKILL)
            time.sleep(0.02)
        return code


def _be_client(words: list[str]) -> None:
    """Run the command line as a process of its own does, to its end."""
    code = 99
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(nowhere, number)
        sys.argv = ["wegeketten", *words]
        code = run_to_the_end(app)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        end_processes()
        os._exit(code)


def round_of(case: Case, dataset: Path, who: str, rng: random.Random) -> str:
    """Start a batch and kill somebody; says how the batch ended, "" where nobody was there."""
    cluster = None
    more: list[str] = []
    if who in ("worker", "scheduler"):
        cluster = subprocess.Popen(
            [sys.executable, "-c", CLUSTER],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=ENVIRONMENT, text=True,
        )  # fmt: skip
        assert cluster.stdout is not None
        more = ["--executor", "dask", "--scheduler", cluster.stdout.readline().strip()]
    client = Client(case.command(dataset, *more))
    try:
        hit = _strike(case, dataset, client.pid, None if cluster is None else cluster.pid, who, rng)
        code = client.wait()
    finally:
        kill([client.pid] if client.poll() is None else [])
        client.wait()
        if cluster is not None:
            cluster.kill()
            cluster.wait()
    if who == "client":
        hit = code == -signal.SIGKILL  # or it had ended before
    return f"ended with {code}" if hit else ""


def _strike(
    case: Case, dataset: Path, client: int, cluster: int | None, who: str, rng: random.Random
) -> bool:
    """Wait until a random share of the steps is done and then for a moment, and kill."""
    root = client if cluster is None else cluster
    steps = len(list((case.folder / "calm").glob("cities/*/*")))
    wanted = rng.randrange(steps)
    start = time.monotonic()
    while time.monotonic() - start < PATIENCE_S:
        if not Path(f"/proc/{client}/exe").exists():  # a dead one that nobody has asked yet has none
            return False
        begun = who == "client" or any("serve_batch" in command_of(each) for each in below(root))
        if begun and len(list(dataset.glob("cities/*/[a-z]*"))) >= wanted:
            break
        time.sleep(0.02)
    time.sleep(rng.uniform(0.0, 2 * case.seconds / steps))
    if who == "client":
        return kill([client])
    working = [each for each in below(root) if "serve_batch" in command_of(each)]
    if who == "process":
        return kill([rng.choice(working)]) if working else False
    assert cluster is not None
    workers = [each for each in below(cluster) if "spawn_main" in command_of(each)]
    if not Path(f"/proc/{client}/exe").exists():  # the batch has ended already
        return False
    if who == "worker":
        return kill([rng.choice(workers)]) if workers else False
    survivors = [each for each in workers if rng.random() < 0.5]
    return kill([cluster, *(each for each in workers if each not in survivors)])


def resumed(case: Case, dataset: Path) -> tuple[bool, str]:
    """Run the same command undisturbed: whether all is as it should be, and a word on what was there."""
    before = {path: path.stat().st_mtime_ns for path in dataset.glob("cities/*/*") if path.name[0] != "."}
    code = Client(case.command(dataset)).wait()
    twice = [path for path, when in before.items() if not path.exists() or path.stat().st_mtime_ns != when]
    same = content(dataset) == case.calm
    told = f"{len(before)} steps were there, {len(twice)} done twice, resumed with {code}, "
    return same and code == 0 and not twice, told + ("same bytes" if same else "DIFFERENT")


def killed(case: Case, who: str, rng: random.Random) -> tuple[bool, str]:
    """One kill and its resumption."""
    while True:
        dataset = _fresh(case.folder / "set")
        told = round_of(case, dataset, who, rng)
        if told:
            break
    good, more = resumed(case, dataset)
    return good, f"{told}, {more}"


def paired(case: Case, who: str, rng: random.Random) -> tuple[bool, str]:
    """Two batches on one dataset; each step may run once."""
    dataset = _fresh(case.folder / "set")
    first = Client(case.command(dataset))
    time.sleep(rng.uniform(0.0, case.seconds / 2))
    second = Client(case.command(dataset))
    codes = [each.wait() for each in (first, second)]
    logs = sum(path.read_bytes().count(b"\n") > 0 for path in dataset.glob("ledger/*/build.log"))
    good, told = resumed(case, dataset)
    return good and codes == [0, 0], f"{who} ended with {codes}, {logs} builds logged, {told}"


def filled(case: Case, who: str, rng: random.Random) -> tuple[bool, str]:
    """A disk that is full at a random moment: one line, exit code 3; with more room the batch ends well."""
    place = _fresh(case.folder / "disk")
    place.mkdir()
    whole = sum(path.stat().st_size for path in (case.folder / "calm").rglob("*") if path.is_file())
    size = int(whole * rng.uniform(0.1, 0.9)) + 65536
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], check=True)
    try:
        run = subprocess.run(
            [sys.executable, "-m", "wegeketten", *case.command(place / "set")], env=ENVIRONMENT,
            capture_output=True, text=True, check=False, timeout=PATIENCE_S,
        )  # fmt: skip
        line = run.stderr.strip().splitlines()[-1] if run.stderr.strip() else ""
        subprocess.run(["mount", "-o", "remount,size=1g", place], check=True)
        good, told = resumed(case, place / "set")
        clear = run.returncode == 0 or (run.returncode != 1 and "no room left" in line)
        return good and clear, f"{who} at {size} of {whole} bytes: {run.returncode} {line!r}, {told}"
    finally:
        subprocess.run(["umount", place], check=True)


def poisoned(case: Case, who: str, rng: random.Random) -> tuple[bool, str]:
    """A city whose file is damaged among the others, and a kill: it alone fails, the others are as ever."""
    folder = _fresh(case.folder / "poison")
    folder.mkdir()
    listing = Path(case.words[case.words.index("batch") + 1])
    lines = listing.read_text(encoding="utf-8").splitlines()
    for path in listing.parent.iterdir():
        if path.is_file():
            shutil.copyfile(path, folder / path.name)
    (folder / "poison.osm").write_bytes(rng.randbytes(3000))
    first = lines[0].split(",")
    row = {"city": "poison", "name": "Poison", "extract": "poison.osm"}
    lines.insert(rng.randint(1, len(lines)), ",".join(row.get(name, "") for name in first))
    (folder / "list.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    words = [str(folder / "list.csv") if each == str(listing) else each for each in case.words]
    dataset = _fresh(case.folder / "set")
    other = Case(words, case.folder, case.calm, case.seconds)
    told = round_of(other, dataset, "client", rng)
    codes = [Client(other.command(dataset)).wait() for _ in range(2)]
    left = dataset / "cities" / "poison"
    made = [path for path in left.rglob("*") if path.is_file()] if left.exists() else []
    same = content(dataset) == case.calm
    return same and codes == [4, 4] and not made, f"{who} {told}, then {codes}, same bytes: {same}"


def _fresh(path: Path) -> Path:
    shutil.rmtree(path, ignore_errors=True)
    return path


def main() -> None:
    """Run the rounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("listing", nargs="?")
    parser.add_argument("--towns", type=int, default=4)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--full", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--poison", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--who", default=",".join(WHO))
    parser.add_argument("--workers", default="2")
    parser.add_argument("--run", default="scan --profile rollator")
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    folder = Path(tempfile.mkdtemp(prefix="batch-faults-"))
    (folder / "towns").mkdir()
    listing = asked.listing or str(draw_towns(folder / "towns", asked.towns))
    words = ["batch", listing, "--run", asked.run, "--workers", asked.workers]
    Client([*words, "-o", str(folder / "warm"), "--only", "1"]).wait()
    start = time.monotonic()
    if Client([*words, "-o", str(folder / "calm")]).wait():
        sys.exit("the undisturbed batch failed")
    case = Case(words, folder, content(folder / "calm"), time.monotonic() - start)
    print(f"undisturbed: {len(case.calm)} files, {case.seconds:.1f} s; seed {asked.seed}", flush=True)
    plans = [(killed, who, asked.kills) for who in asked.who.split(",") if who]
    plans += [(paired, "pair", asked.pairs), (filled, "full", asked.full), (poisoned, "poison", asked.poison)]
    failed = 0
    for number in range(max(count for _, _, count in plans)):
        for do, who, count in plans:
            if number < count:
                good, told = do(case, who, rng)
                failed += not good
                print(number, who, "" if good else "FAILED", told, flush=True)
    counts = ", ".join(f"{count} {who}" for _, who, count in plans)
    print(f"{counts}: {failed} not as undisturbed (seed {asked.seed})")
    shutil.rmtree(folder, ignore_errors=True)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
