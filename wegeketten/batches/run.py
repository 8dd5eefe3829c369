"""A batch: what is to do, who does it, what came of it; at the end the overview of all cities."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wegeketten.batches.crew import EXECUTORS, run_jobs
from wegeketten.batches.digests import Digests
from wegeketten.batches.ledger import Ledger, Times
from wegeketten.batches.listing import read_list
from wegeketten.batches.process import Limits
from wegeketten.batches.steps import steps_of
from wegeketten.batches.work import Job
from wegeketten.errors import OutputError, UsageError
from wegeketten.files.json import write_json
from wegeketten.files.scratch import is_private

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wegeketten.batches.ledger import Failure
    from wegeketten.batches.listing import City
    from wegeketten.batches.steps import Step

    Tick = Callable[[str, float], None]

MARKER = "batch.json"
"""File by which a dataset is recognised."""


@dataclass
class Result:
    """What a batch did.

    Attributes
    ----------
    cities
        How many there are.
    done, ran
        Steps that were there already; steps that ran, with their seconds by ``(city, step)``.
    failures
        Steps that failed now or earlier and were not tried again.
    """

    cities: int
    done: int = 0
    ran: dict[tuple[str, str], float] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As one JSON document."""
        return {
            "cities": self.cities,
            "steps_done_before": self.done,
            "steps_run": len(self.ran),
            "seconds": round(sum(self.ran.values()), 3),
            "failures": [each._asdict() for each in self.failures],
        }


@dataclass(frozen=True)
class Todo:
    """What a batch would do.

    Attributes
    ----------
    city, step
        Which.
    state
        ``done``, ``failed`` or ``to do``.
    seconds
        How long it is expected to take; None where nothing like it ran yet.
    """

    city: str
    step: str
    state: str
    seconds: float | None


class Batch:
    """A list and a dataset.

    Parameters
    ----------
    listing
        The list of cities, see `wegeketten.batches.listing.read_list`.
    dataset
        Folder of the dataset; what is in it already is not done again.
    run
        Commands instead of those in the list.
    only
        Numbers in the list, from 1 on, to work on alone.

    Raises
    ------
    InputDataError
        The list or a file cannot be read.
    UsageError
        Something in the list is wrong.
    OutputError
        The folder holds something else.
    """

    def __init__(
        self, listing: str | Path, dataset: str | Path, *, run: Sequence[str] = (), only: Sequence[int] = ()
    ) -> None:
        self.dataset = Path(dataset).resolve()
        cities = read_list(listing, run=tuple(run))
        wrong = [number for number in only if not 1 <= number <= len(cities)]
        if wrong:
            raise UsageError(f"--only {wrong[0]}: the list has the cities 1 to {len(cities)}")
        self.cities: list[City] = [cities[number - 1] for number in only] if only else cities
        self.whole = not only
        self.ledger = Ledger(self.dataset)
        self._check_place()
        self.digests = Digests(self.ledger.folder / "digests.json")
        self.steps = {city.city: steps_of(city, self.dataset, self.digests) for city in self.cities}
        self.sizes = {
            city.city: city.extract.stat().st_size for city in self.cities if city.extract is not None
        }

    @cached_property
    def times(self) -> Times:
        """How long steps take; read when it is first asked for, which a batch that is done never does."""
        return Times(self.ledger, self.sizes)

    def _check_place(self) -> None:
        if self.dataset.is_file():
            raise OutputError(
                f"{self.dataset} is a file, a folder was expected; choose another place with -o"
            )
        if self.dataset.is_dir() and not all(is_private(Path(each.name)) for each in self.dataset.iterdir()):
            known = {MARKER, "ledger"}  # another batch may just be starting here
            if not any((self.dataset / name).exists() for name in known):
                raise OutputError(
                    f"{self.dataset} holds something else than a batch; choose another place with -o"
                )

    def todo(self, *, retry: bool = False) -> list[Todo]:
        """What would be done, and how long it takes.

        Parameters
        ----------
        retry
            Whether what failed before is tried again.

        Returns
        -------
        list of Todo
            Steps in the order in which they would run.
        """
        rows = []
        for city, steps in self.steps.items():
            for step in steps:
                state = "done" if step.done else "to do"
                if state == "to do" and not retry and self.ledger.failure(city, step):
                    state = "failed"
                rows.append(Todo(city, step.name, state, self.times.expected(city, step.name)))
        return rows

    def run(
        self,
        *,
        executor: str = "local",
        scheduler: str | None = None,
        workers: int | None = None,
        retry: bool = False,
        limits: Limits | None = None,
        lang: str = "de",
        progress: Tick | None = None,
    ) -> Result:
        """Do what is to do.

        Parameters
        ----------
        executor, scheduler, workers
            See `wegeketten.batches.crew.run_jobs`.
        retry
            Whether what failed before is tried again.
        limits
            Of each step.
        lang
            Language of the overview page.
        progress
            Told what has ended and the share of the work that is behind us.

        Returns
        -------
        Result
            What ran and what failed.

        Raises
        ------
        OutputError
            Nothing more can be written.
        WegekettenError
            The cluster is gone.
        """
        if executor not in EXECUTORS:
            raise UsageError(f"--executor {executor}: there are {' and '.join(EXECUTORS)}")
        result = Result(len(self.cities))
        write_marker(self.dataset)
        self.digests.keep()
        jobs = self._jobs(result, retry=retry, limits=limits or Limits())
        whole = len(jobs)
        for number, outcome in enumerate(
            run_jobs(jobs, executor=executor, scheduler=scheduler, workers=workers) if jobs else (), 1
        ):
            if outcome.full:
                raise OutputError(
                    f"cannot write {self.dataset}: no room left; make room, then run the same command again"
                )
            result.failures += outcome.failures
            for step, seconds in outcome.seconds.items():
                result.ran[outcome.city, step] = seconds
                self.times.learn(outcome.city, step, seconds)
            if progress:
                progress(outcome.city, number / whole)
        if self.whole:
            from wegeketten.batches.overview import write_overview

            write_overview(self.dataset, [city.city for city in self.cities], lang=lang)
        return result

    def _jobs(self, result: Result, *, retry: bool, limits: Limits) -> list[Job]:
        """Cities with something to do, the longest first: the last to end shall be a short one."""
        jobs = []
        for city, steps in self.steps.items():
            todo = self._open_steps(steps)
            result.done += len(steps) - len(todo)
            if todo:
                failed = None if retry else self.ledger.failure(city, todo[0])
                if failed is not None:
                    result.failures.append(failed)
                    continue
                jobs.append(Job(city, str(self.dataset), tuple(steps), limits, retry))
        return sorted(jobs, key=lambda job: self.sizes.get(job.city, float("inf")), reverse=True)

    @staticmethod
    def _open_steps(steps: list[Step]) -> list[Step]:
        return [step for step in steps if not step.done]


def write_marker(dataset: Path) -> None:
    """Mark a folder as a dataset.

    Parameters
    ----------
    dataset
        Folder of the batch.

    Raises
    ------
    OutputError
        It is a file, a device or a pipe.
    """
    from wegeketten.files.targets import refuse_special
    from wegeketten.model.licence import ATTRIBUTION

    refuse_special(dataset)
    dataset.mkdir(parents=True, exist_ok=True)
    if not (dataset / MARKER).is_file():
        write_json(dataset / MARKER, {"kind": "batch", "format": 1, "attribution": ATTRIBUTION})


def batch(
    listing: str | Path,
    out: str | Path,
    *,
    run: Sequence[str] = (),
    only: Sequence[int] = (),
    retry: bool = False,
    minutes: float = 120.0,
    memory_mb: float = 0.0,
    **how: Any,
) -> Result:
    """Run builds, scans and more for many cities into one dataset; what is done is not done again.

    Parameters
    ----------
    listing, out, run, only
        As for `Batch`.
    retry
        Whether what failed before is tried again.
    minutes, memory_mb
        Limits of each step, minutes and megabytes; 0 for none.
    how
        executor, scheduler, workers, lang, progress; see `Batch.run`.

    Returns
    -------
    Result
        What ran and what failed.

    Raises
    ------
    InputDataError
        The list cannot be read.
    UsageError
        Something in the list, or an option, is wrong.
    OutputError
        The dataset cannot be written.
    """
    opened = Batch(listing, out, run=run, only=only)
    return opened.run(retry=retry, limits=Limits(minutes * 60, memory_mb), **how)
