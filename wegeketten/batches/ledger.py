"""The ledger: what failed and why, how long what ran took; files for people, none of them needed."""

from __future__ import annotations

import json
import statistics
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from wegeketten.files.json import json_text, write_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from wegeketten.batches.steps import Step

CLASSES = ("input", "usage", "fault", "time", "memory", "killed")
"""Why a step can fail: a file, an option, the program, its limits, or its process was ended."""


class Failure(NamedTuple):
    """A step that failed.

    Attributes
    ----------
    city, step, key
        Which.
    kind
        One of `CLASSES`.
    message
        The line that the command said.
    log
        File with all it said.
    """

    city: str
    step: str
    key: str
    kind: str
    message: str
    log: str


class Ledger:
    """Records beside the results.

    Parameters
    ----------
    dataset
        The folder of the batch.
    """

    def __init__(self, dataset: Path) -> None:
        self.folder = dataset / "ledger"

    def room(self, city: str) -> Path:
        """Folder of a city's records.

        Parameters
        ----------
        city
            Id of the city.

        Returns
        -------
        Path
            A folder of the dataset.

        Examples
        --------
        >>> from pathlib import Path
        >>> Ledger(Path("dataset")).room("lauf").as_posix()
        'dataset/ledger/lauf'
        """
        return self.folder / city

    def lock(self, city: str) -> Path:
        """File that is locked by whoever works on a city.

        Parameters
        ----------
        city
            Id of the city.

        Returns
        -------
        Path
            A file in the city's folder.

        Examples
        --------
        >>> from pathlib import Path
        >>> Ledger(Path("dataset")).lock("lauf").name
        'lock'
        """
        return self.room(city) / "lock"

    def log(self, city: str, step: str) -> Path:
        """File with what a step said.

        Parameters
        ----------
        city
            Id of the city.
        step
            Name of the step.

        Returns
        -------
        Path
            A file in the city's folder.

        Examples
        --------
        >>> from pathlib import Path
        >>> Ledger(Path("dataset")).log("lauf", "build").name
        'build.log'
        """
        return self.room(city) / f"{step}.log"

    def failure(self, city: str, step: Step) -> Failure | None:
        """The failure of this very step, of the same inputs.

        Parameters
        ----------
        city
            Id of the city.
        step
            The step with its inputs.

        Returns
        -------
        Failure or None
            None where it did not fail, or its inputs have changed.
        """
        told = _read(self.room(city) / f"{step.name}.failed.json")
        if told.get("key") != step.key:
            return None
        return Failure(
            city, step.name, step.key, str(told.get("kind")), str(told.get("message")), str(told.get("log"))
        )

    def note_failure(self, failure: Failure) -> None:
        """Record a failure.

        Parameters
        ----------
        failure
            What failed, and why.
        """
        write_json(self.room(failure.city) / f"{failure.step}.failed.json", failure._asdict())

    def note_success(self, city: str, step: Step, measured: dict[str, Any]) -> None:
        """Record how long a step took, and forget that it failed earlier.

        Parameters
        ----------
        city
            Id of the city.
        step
            The step with its inputs.
        measured
            Seconds and memory.
        """
        (self.room(city) / f"{step.name}.failed.json").unlink(missing_ok=True)
        note = self.room(city) / f"{step.name}.run.json"
        with suppress(OSError):  # only a guess of times hangs on it; whoever reads it passes over a torn one
            note.unlink(missing_ok=True)  # never through a link that somebody put there
            with note.open("x", encoding="utf-8", newline="\n") as file:
                file.write(json_text({"key": step.key, **measured}))


class Times:
    """How long steps take, learnt from those that ran: the median of seconds per megabyte of extract.

    Parameters
    ----------
    ledger
        Of this batch.
    sizes
        Bytes of the extracts by city.
    """

    def __init__(self, ledger: Ledger, sizes: dict[str, int]) -> None:
        rates: dict[str, list[float]] = {}
        self._sizes = sizes
        self._own: dict[tuple[str, str], float] = {}
        for path in ledger.folder.glob("*/*.run.json"):
            told, city = _read(path), path.parent.name
            seconds, step = told.get("seconds"), path.name.removesuffix(".run.json")
            if isinstance(seconds, int | float) and city in sizes:
                rates.setdefault(step, []).append(seconds / max(sizes[city], 1))
                self._own[city, step] = float(seconds)
        self._rates = {step: statistics.median(found) for step, found in rates.items()}

    def learn(self, city: str, step: str, seconds: float) -> None:
        """Take a step that has just run.

        Parameters
        ----------
        city
            Id of the city.
        step
            Name of the step.
        seconds
            How long it took.

        Examples
        --------
        >>> from pathlib import Path
        >>> times = Times(Ledger(Path("dataset")), {"lauf": 2_000_000, "furth": 4_000_000})
        >>> times.learn("lauf", "build", 10.0)
        >>> times.expected("furth", "build")
        20.0
        """
        self._own[city, step] = seconds
        rate = seconds / max(self._sizes.get(city, 1), 1)
        self._rates[step] = (self._rates[step] + rate) / 2 if step in self._rates else rate

    def expected(self, city: str, step: str) -> float | None:
        """Seconds a step will take, None where nothing like it ran yet.

        Parameters
        ----------
        city
            Id of the city.
        step
            Name of the step.

        Returns
        -------
        float or None
            Seconds.

        Examples
        --------
        >>> from pathlib import Path
        >>> times = Times(Ledger(Path("dataset")), {"lauf": 2_000_000})
        >>> print(times.expected("lauf", "build"))
        None
        """
        if (city, step) in self._own:
            return self._own[city, step]
        rate = self._rates.get(step)
        return None if rate is None else rate * max(self._sizes.get(city, 1), 1)

    def total(self, steps: Iterable[tuple[str, str]]) -> float | None:
        """Seconds of several steps; None where one is unknown.

        Parameters
        ----------
        steps
            City and name of each step.

        Returns
        -------
        float or None
            Seconds.

        Examples
        --------
        >>> from pathlib import Path
        >>> times = Times(Ledger(Path("dataset")), {"lauf": 2_000_000})
        >>> times.learn("lauf", "build", 10.0)
        >>> times.total([("lauf", "build")]), times.total([("lauf", "scan")])
        (10.0, None)
        """
        found = [self.expected(city, step) for city, step in steps]
        known = [seconds for seconds in found if seconds is not None]
        return sum(known) if len(known) == len(found) else None


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
