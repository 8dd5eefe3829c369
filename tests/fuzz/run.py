"""Damage inputs by the thousand: every one is read or refused in one line, by a process that lives on.

By hand, from the checkout: ``python tests/fuzz/run.py --count 1000 --seed 7 [--kinds pbf,tiff]``. Each case is
made from the seed, its kind and its number alone; what fails is named so that it can be tried again with
``--only KIND:NUMBER``.
"""

# ruff: noqa: E501  # run by hand

from __future__ import annotations

import argparse
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import NamedTuple

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[1])]

import numpy as np
from fuzz.mutate import mutate
from fuzz.targets import TARGETS, Target

SLOW_S = 30
MOST_BYTES = 1 << 30


class Failure(NamedTuple):
    """A case that did not end as it must."""

    case: str
    what: str


def fuzz(kinds: list[str], count: int, seed: int, *, first: int = 0) -> list[Failure]:
    """Run cases `first` to `first` + `count` of each kind in child processes; what failed is told."""
    failures = []
    for kind in kinds:
        with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
            folder = Path(name)
            sound = TARGETS[kind].make(folder)
            number, end = first, first + count
            while number < end:
                number, what = _batch(kind, TARGETS[kind], folder, sound, seed, number, end)
                if what:
                    failures.append(Failure(f"{kind}:{number - 1}", what))
    return failures


def _batch(
    kind: str, target: Target, folder: Path, sound: Path, seed: int, number: int, end: int
) -> tuple[int, str]:
    """Run cases in a child until one fails; the number of the next, and what went wrong."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = 1
        try:
            _cases(kind, target, folder, sound, seed, range(number, end), writing)
            code = 0
        except BaseException as error:  # noqa: BLE001  # told like a fault of a case, and which case it was
            os.write(writing, f"the harness: {type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(code)
    os.close(writing)
    told, at, since = b"", number, time.monotonic()
    os.set_blocking(reading, False)
    hung = False
    while True:
        try:
            chunk = os.read(reading, 65536)
        except BlockingIOError:
            chunk = None
        if chunk == b"":
            break
        if chunk:
            told, since = told + chunk, time.monotonic()
        elif time.monotonic() - since > SLOW_S:
            hung = True
            os.kill(child, signal.SIGKILL)
            break
        else:
            time.sleep(0.005)
    os.close(reading)
    _, status, usage = os.wait4(child, 0)
    lines = told.decode(errors="replace").splitlines()
    at = number + sum(line == "." for line in lines)
    faults = [line for line in lines if line != "."]
    if faults:
        return at + 1, faults[-1]
    if hung:
        return at + 1, f"hangs for more than {SLOW_S} s"
    if os.WIFSIGNALED(status):
        return at + 1, f"killed by signal {os.WTERMSIG(status)}"
    if usage.ru_maxrss * 1024 > MOST_BYTES:
        return end, f"needs {usage.ru_maxrss >> 10} MB of memory (one of {number} to {end})"
    return (end, "") if at == end else (at + 1, f"the harness ended with status {status}")


def _cases(
    kind: str, target: Target, folder: Path, sound: Path, seed: int, numbers: range, told: int
) -> None:
    from wegeketten.errors import WegekettenError
    from wegeketten.files.apart import Apart

    Apart().__enter__()  # one for all cases; it ends with this process
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    warnings.simplefilter("ignore")
    answer = target.read(sound) if target.same else None
    for number in numbers:
        room = folder / f"case-{number}"
        path = damaged(kind, sound, room, seed, number)
        try:
            found = target.read(path)
            if target.same and found != answer:
                os.write(told, b"answers differently\n")
                return
        except WegekettenError as error:
            if "\n" in str(error):
                os.write(told, b"an error of several lines\n")
                return
        except BaseException as error:  # noqa: BLE001  # that is what is looked for
            where = error.__traceback__
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            place = (
                ""
                if where is None
                else f" at {Path(where.tb_frame.f_code.co_filename).name}:{where.tb_lineno}"
            )
            os.write(told, f"{type(error).__name__}: {' '.join(str(error).split())[:160]}{place}\n".encode())
            return
        finally:
            shutil.rmtree(room, ignore_errors=True)
        os.write(told, b".\n")


def damaged(kind: str, sound: Path, room: Path, seed: int, number: int) -> Path:
    """A damaged copy: of a folder, or of a file in several parts, one of them."""
    random = np.random.default_rng([seed, number, *kind.encode()])
    room.mkdir()
    if sound.is_dir():
        path = room / sound.name
        shutil.copytree(sound, path)
        parts = sorted(each for each in path.rglob("*") if each.is_file())
    else:
        parts = [
            Path(shutil.copy(each, room))
            for each in sorted(sound.parent.glob(f"{sound.stem}.*"))
            if each.is_file()
        ]
        path = room / sound.name
    victim = parts[int(random.integers(0, len(parts)))]
    victim.write_bytes(mutate(victim.read_bytes(), random))
    return path


def main() -> int:
    """Run from the command line; 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--kinds", default=",".join(TARGETS))
    parser.add_argument("--only", help="KIND:NUMBER, one case")
    given = parser.parse_args()
    if given.only:
        kind, _, number = given.only.partition(":")
        failures = fuzz([kind], 1, given.seed, first=int(number))
    else:
        failures = []
        for kind in given.kinds.split(","):
            start = time.monotonic()
            found = fuzz([kind], given.count, given.seed)
            failures += found
            print(
                f"{kind}: {given.count} cases, {len(found)} failed, {time.monotonic() - start:.0f} s",
                flush=True,
            )
            for failure in found[:20]:
                print(f"  {failure.case} {failure.what}", flush=True)
    print(f"seed {given.seed}: {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
