"""Who does the work: processes on this machine, or workers of a Dask cluster; the jobs are the same."""

from __future__ import annotations

import os
import queue
import threading
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

from wegeketten.batches.work import Outcome, end_own_process, run_job
from wegeketten.errors import MissingExtraError, UsageError, WegekettenError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wegeketten.batches.work import Job

    Started = Callable[[str], None]

EXECUTORS = ("local", "dask")
_PATIENCE_S = 2.0
"""How long a city rests that somebody else works on."""


def run_jobs(
    jobs: list[Job], *, executor: str = "local", scheduler: str | None = None, workers: int | None = None
) -> Iterator[Outcome]:
    """Do all jobs and yield what came of them, in the order in which they end.

    Parameters
    ----------
    jobs
        The longest first.
    executor
        ``local`` or ``dask``.
    scheduler
        Address of a Dask scheduler; a cluster of our own on this machine where None.
    workers
        How many at a time; as many as there are processors where None.

    Yields
    ------
    Outcome
        One for each job.

    Raises
    ------
    UsageError
        There is no such executor, or the number is out of range.
    MissingExtraError
        Dask is not installed.
    """
    if executor not in EXECUTORS:
        raise UsageError(f"--executor {executor}: there are {' and '.join(EXECUTORS)}")
    if scheduler is not None and executor != "dask":
        raise UsageError("--scheduler belongs to --executor dask")
    if workers is not None and workers < 1:
        raise UsageError(f"--workers {workers}: give 1 or more")
    count = min(workers or _processors(), max(len(jobs), 1))
    return _local(jobs, count) if executor == "local" else _dask(jobs, scheduler, count)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _local(jobs: list[Job], count: int) -> Iterator[Outcome]:
    waiting: queue.Queue[tuple[float, Job] | None] = queue.Queue()
    ended: queue.Queue[Outcome | BaseException] = queue.Queue()
    stop = threading.Event()
    by_city = {job.city: job for job in jobs}
    for job in jobs:
        waiting.put((0.0, job))

    def work() -> None:
        try:
            while not stop.is_set() and (taken := waiting.get()) is not None:
                not_before, job = taken
                while time.monotonic() < not_before and not stop.is_set():
                    time.sleep(0.05)
                ended.put(run_job(job))
        except BaseException as error:  # noqa: BLE001  # raised again where the outcomes are taken
            ended.put(error)
        finally:
            end_own_process()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    open_jobs = len(jobs)
    try:
        while open_jobs:
            outcome = ended.get()
            if isinstance(outcome, BaseException):
                raise outcome
            if outcome.busy:
                waiting.put((time.monotonic() + _PATIENCE_S, by_city[outcome.city]))
                continue
            open_jobs -= 1
            yield outcome
    finally:
        stop.set()
        for _ in threads:
            waiting.put(None)
        for thread in threads:
            thread.join(timeout=0.0 if open_jobs else 30.0)


def _dask(jobs: list[Job], scheduler: str | None, count: int) -> Iterator[Outcome]:
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise MissingExtraError(
            "--executor dask needs Dask; install it with: pip install 'wegeketten[batch]'"
        ) from None
    cluster: Any = None
    try:
        if scheduler is None:
            cluster = distributed.LocalCluster(
                n_workers=count, threads_per_worker=1, processes=True, dashboard_address=None,
                memory_limit=0, silence_logs=40,
            )  # fmt: skip
        client = distributed.Client(
            cluster if cluster is not None else scheduler, timeout=30, set_as_default=False
        )
    except (OSError, ValueError, TimeoutError) as error:
        raise UsageError(f"--scheduler {scheduler}: no Dask scheduler answers there ({error})") from error
    try:
        by_city = {job.city: job for job in jobs}

        def sent(job: Job) -> Any:
            return client.submit(run_job, job, pure=False, retries=2, key=f"{job.city}-{time.monotonic_ns()}")

        futures = [sent(job) for job in jobs]
        running = distributed.as_completed(futures, loop=client.loop, raise_errors=False)
        for future in running:
            if future.status != "finished":
                raise WegekettenError(_LOST)
            outcome = future.result()
            if outcome.busy:
                time.sleep(_PATIENCE_S / 10)
                running.add(sent(by_city[outcome.city]))
                continue
            yield outcome
    except (OSError, TimeoutError, RuntimeError) as error:
        if isinstance(error, WegekettenError):
            raise
        raise WegekettenError(_LOST) from error
    finally:
        client.close(timeout=5)
        if cluster is not None:
            cluster.close(timeout=10)


_LOST = (
    "the Dask scheduler or its workers are gone; run the same command again: what is done is not done twice"
)
