"""The work on one city, step by step, in a process that may fail: the same on this machine and on others."""

from __future__ import annotations

import atexit
import shutil
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from wegeketten.batches.ledger import Failure, Ledger
from wegeketten.batches.process import Limits, Lost, Process
from wegeketten.batches.steps import PUBLISH
from wegeketten.files.atomic import no_room

if TYPE_CHECKING:
    from wegeketten.batches.steps import Step

_TRIES = 3
"""How often a step whose process was ended is begun: once may be the machine, three times is the city."""

_FULL = ("no room left", "make room")
"""What a command says of a full disk; what it had begun is gone by then, and there seems to be room."""

_KINDS = {1: "fault", 2: "usage", 3: "input"}


@dataclass(frozen=True)
class Job:
    """The work on one city, as it is sent to whoever does it.

    Attributes
    ----------
    city
        Id.
    dataset
        Folder that all machines see.
    steps
        In order.
    limits
        Of each step.
    retry
        Whether what failed before is tried again.
    """

    city: str
    dataset: str
    steps: tuple[Step, ...]
    limits: Limits
    retry: bool = False


@dataclass
class Outcome:
    """What came of it.

    Attributes
    ----------
    city
        Id.
    busy
        Somebody else works on the city at the moment.
    full
        Nothing more can be written.
    seconds
        Of the steps that ran, by name.
    failures
        Steps that failed, now or before.
    """

    city: str
    busy: bool = False
    full: bool = False
    seconds: dict[str, float] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)


_own = threading.local()
_all: list[Process] = []
"""Of all threads of this Python, to be ended with it."""


def run_job(job: Job) -> Outcome:
    """Do the work on one city in the process that belongs to this thread.

    Parameters
    ----------
    job
        Steps of one city.

    Returns
    -------
    Outcome
        What ran and what failed.
    """
    process = getattr(_own, "process", None)
    if process is None or process.limits != job.limits:
        process = Process(job.limits)
        _own.process = process
        _all.append(process)
    return work_on(job, process)


def end_own_process() -> None:
    """End the process that belongs to this thread."""
    process = getattr(_own, "process", None)
    if process is not None:
        process.end()


@atexit.register
def end_processes() -> None:
    """End the processes of all threads."""
    while _all:
        _all.pop().end()


def work_on(job: Job, process: Process) -> Outcome:
    """Do the work on one city.

    Parameters
    ----------
    job
        What is to be done.
    process
        Who does it.

    Returns
    -------
    Outcome
        What ran and what failed.
    """
    outcome = Outcome(job.city)
    ledger = Ledger(Path(job.dataset))
    if all(step.done for step in job.steps):
        return outcome
    try:
        if not process.order(do="lock", path=str(ledger.lock(job.city)))["locked"]:
            outcome.busy = True
            return outcome
    except Lost:
        outcome.busy = True  # ended while it took the lock: as good as not begun
        return outcome
    for step in job.steps:
        if step.done:
            continue
        if not _try(job, step, process, ledger, outcome):
            break
    else:
        _sweep(job)
    with suppress(Lost):
        process.order(do="unlock")
    return outcome


def _try(job: Job, step: Step, process: Process, ledger: Ledger, outcome: Outcome) -> bool:
    """Run one step; False where the city ends here."""
    failed = ledger.failure(job.city, step)
    if failed is not None and not job.retry:
        outcome.failures.append(failed)
        return False
    log = ledger.log(job.city, step.name)
    kind, message = "killed", ""
    for _ in range(_TRIES):
        try:
            answer = process.order(do="run", words=list(step.words), log=str(log))
        except Lost as lost:
            kind, message = lost.kind, str(lost)
            if kind != "killed" or not _locked_again(process, ledger, job.city):
                break
            continue
        if step.done:
            seconds = float(answer["seconds"])
            outcome.seconds[step.name] = seconds
            ledger.note_success(
                job.city,
                step,
                {"seconds": seconds, "peak_mb": round(process.peak_mb), "host": socket.gethostname()},
            )
            return True
        kind, message = _KINDS.get(answer["code"], "fault"), _last_line(log)
        break
    if no_room(OSError(message), Path(job.dataset)) or any(words in message for words in _FULL):
        outcome.full = True
        return False
    relative = log.relative_to(job.dataset).as_posix()
    failure = Failure(job.city, step.name, step.key, kind, message, relative)
    ledger.note_failure(failure)
    outcome.failures.append(failure)
    return False


def _locked_again(process: Process, ledger: Ledger, city: str) -> bool:
    """Take the city's lock for the process that follows one that was ended."""
    try:
        return bool(process.order(do="lock", path=str(ledger.lock(city)))["locked"])
    except Lost:
        return False


def _last_line(log: Path) -> str:
    """The line in which a command said why it ended."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    told = [line for line in lines if line.startswith("wegeketten: ")] or [line for line in lines if line]
    return told[-1].removeprefix("wegeketten: ")[:500] if told else ""


def _sweep(job: Job) -> None:
    """Remove results of earlier inputs, now that all of a city's steps are done."""
    room = Path(job.dataset) / "cities" / job.city
    for step in job.steps:
        if step.name == PUBLISH:
            continue
        for old in room.glob(f"{step.name}-*"):
            rest = old.name.removeprefix(f"{step.name}-")
            if len(rest.partition(".")[0]) == len(step.key) and not rest.startswith(step.key):
                shutil.rmtree(old, ignore_errors=True) if old.is_dir() else old.unlink(missing_ok=True)
