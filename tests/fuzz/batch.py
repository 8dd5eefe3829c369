"""Kills for batches, by hand: client, working process and scheduler at random moments.

    python tests/fuzz/batch.py LIST KILLS [--seed N] [--who client,process,scheduler]

After each round the same command runs undisturbed; the dataset must then have the bytes of a batch that
nothing ever disturbed. The summary says how many steps were finished twice (none may be).
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
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def content(dataset: Path) -> dict[str, str]:
    """Digests of all results."""
    return {
        path.relative_to(dataset).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(dataset.rglob("*"))
        if path.is_file() and path.suffix != ".log" and path.relative_to(dataset).parts[0] != "ledger"
    }


def children(pid: int) -> list[int]:
    """Processes that a process has started."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        mine = [int(each) for each in found.read_text(encoding="ascii").split()]
    except OSError:
        return []
    return mine + [deeper for each in mine for deeper in children(each)]


def command_of(pid: int) -> str:
    """Command line of a process."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def working(pid: int) -> list[int]:
    """The working processes of a batch, found through all threads of its processes."""
    tasks = (
        [int(each.name) for each in Path(f"/proc/{pid}/task").iterdir()]
        if Path(f"/proc/{pid}").exists()
        else []
    )
    found: list[int] = []
    for task in tasks:
        try:
            found += [
                int(each) for each in Path(f"/proc/{pid}/task/{task}/children").read_text("ascii").split()
            ]
        except OSError:
            continue
    return [each for each in found if "serve_batch" in command_of(each)] + [
        deeper for each in found for deeper in working(each)
    ]


def round_of(words: list[str], who: str, rng: random.Random, longest_s: float) -> str:
    """Start a batch and kill somebody; says what was hit."""
    scheduler = None
    more: list[str] = []
    if who == "scheduler":
        code = (
            "from distributed import LocalCluster; import time; "
            "c = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None); "
            "print(c.scheduler_address, flush=True); time.sleep(600)"
        )
        scheduler = subprocess.Popen(
            [sys.executable, "-c", f"if __name__ == '__main__':\n    exec({code!r})"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=ENVIRONMENT, text=True,
        )  # fmt: skip
        assert scheduler.stdout is not None
        more = ["--executor", "dask", "--scheduler", scheduler.stdout.readline().strip()]
    client = subprocess.Popen([*words, *more], env=ENVIRONMENT, stderr=subprocess.DEVNULL)
    time.sleep(rng.uniform(0.3, longest_s))
    hit = who
    if who == "process":
        mine = working(client.pid)
        if mine:
            os.kill(rng.choice(mine), signal.SIGKILL)
        else:
            hit = "nobody"
        client.wait(timeout=600)
    elif who == "scheduler" and scheduler is not None:
        for pid in [*children(scheduler.pid), scheduler.pid]:
            if rng.random() < 0.7 or pid == scheduler.pid:
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    continue
        client.wait(timeout=600)
    else:
        client.kill()
        client.wait()
    if scheduler is not None:
        scheduler.kill()
        scheduler.wait()
    return hit


def main() -> None:
    """Run the rounds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("listing")
    parser.add_argument("kills", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--who", default="client,process,scheduler")
    parser.add_argument("--run", default="scan --profile rollator")
    parser.add_argument("--longest", type=float, default=8.0, help="seconds until the kill at most")
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    folder = Path(tempfile.mkdtemp(prefix="batch-kills-"))
    base = [sys.executable, "-m", "wegeketten", "batch", asked.listing, "--workers", "2", "--run", asked.run]
    subprocess.run([*base, "-o", str(folder / "calm")], env=ENVIRONMENT, check=True)
    calm = content(folder / "calm")
    bad = 0
    for number in range(asked.kills):
        who = asked.who.split(",")[number % len(asked.who.split(","))]
        dataset = folder / "set"
        shutil.rmtree(dataset, ignore_errors=True)
        words = [*base, "-o", str(dataset)]
        hit = round_of(words, who, rng, asked.longest)
        before = {path: path.stat().st_mtime_ns for path in dataset.glob("cities/*/*")}
        code = subprocess.run(words, env=ENVIRONMENT, stderr=subprocess.DEVNULL, check=False).returncode
        same = content(dataset) == calm
        twice = [
            path for path, when in before.items() if not path.exists() or path.stat().st_mtime_ns != when
        ]
        twice = [path for path in twice if not path.name.startswith(".")]
        bad += not same or code != 0 or bool(twice)
        print(
            number,
            who,
            "hit",
            hit,
            "resumed with",
            code,
            "same" if same else "DIFFERENT",
            len(twice),
            flush=True,
        )
    print(f"{asked.kills} kills, {bad} not as undisturbed (seed {asked.seed})")
    shutil.rmtree(folder, ignore_errors=True)
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
