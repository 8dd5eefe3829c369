"""What ``stops`` wrote, read again: verdicts by stop and group, and the classes of homes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from wegeketten.errors import InputDataError
from wegeketten.files.bounds import read_within
from wegeketten.files.csv import read_csv
from wegeketten.files.parquet import read_columns
from wegeketten.model.answers import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Row = Mapping[str, str]

NEEDED = (
    "stop_id", "name", "lat", "lon", "profile", *(f"verdict_{answer}" for answer in ANSWERS), "reasons",
    "departures_per_hour", "class_likely", "class_plain", "mode", "measure", "cost_eur", "cost_low_eur",
    "cost_high_eur",
)  # fmt: skip
"""Columns of ``stops.csv`` that the chapter is made from."""


@dataclass(frozen=True)
class StopResults:
    """What ``stops`` found.

    Attributes
    ----------
    rows
        Of ``stops.csv``.
    classes
        Columns of ``classes.parquet``.
    at
        Day and time after which departures are counted, ``2026-03-03 08:00``; "" where it is not said.
    """

    rows: Sequence[Row]
    classes: Mapping[str, NDArray[Any]]
    at: str = ""

    @cached_property
    def profiles(self) -> list[str]:
        """Ids of the profiles, in the order of the file."""
        return list(dict.fromkeys(row["profile"] for row in self.rows))

    @cached_property
    def by_stop(self) -> dict[str, dict[str, Row]]:
        """Rows by stop, then by profile."""
        found: dict[str, dict[str, Row]] = {}
        for row in self.rows:
            found.setdefault(row["stop_id"], {})[row["profile"]] = row
        return found


def read_stops(folder: Path) -> StopResults:
    """Read a folder that ``stops`` wrote.

    Parameters
    ----------
    folder
        With ``stops.csv``, ``classes.parquet`` and ``stops.json``.

    Returns
    -------
    StopResults
        Rows and classes.

    Raises
    ------
    InputDataError
        A file is missing, holds no rows or lacks a column.
    """
    path = folder / "stops.csv"
    if not path.is_file():
        raise InputDataError(f"{path}: cannot be read (no such file); give the folder that the command wrote")
    rows = read_csv(path)
    if not rows:
        raise InputDataError(f"{path}: holds no rows; write it again")
    missing = [name for name in NEEDED if name not in rows[0]]
    if missing:
        raise InputDataError(f"{path}: column {missing[0]!r} is missing; write it again with wegeketten")
    return StopResults(rows, read_columns(folder / "classes.parquet"), _moment(folder / "stops.json"))


def _moment(path: Path) -> str:
    try:
        told = json.loads(read_within(path, "result"))["at"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return told if isinstance(told, str) else ""


def verdict_of(row: Row) -> str:
    """How a stop is judged for a group: the name of the words for it.

    Parameters
    ----------
    row
        Of ``stops.csv``.

    Returns
    -------
    str
        ``sure``, ``likely``, ``help``, ``unknown`` or ``no``.

    Examples
    --------
    >>> told = {"verdict_sure": "no", "verdict_likely": "help", "verdict_possible": "alone"}
    >>> verdict_of(told), verdict_of({**told, "verdict_likely": "no"})
    ('help', 'unknown')
    """
    sure, likely, possible = (row[f"verdict_{answer}"] for answer in ANSWERS)
    if sure == "alone":
        return "sure"
    if likely == "alone":
        return "likely"
    if likely == "help":
        return "help"
    return "no" if possible == "no" else "unknown"
