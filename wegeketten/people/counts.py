"""Columns of people in tables: which they are, how their numbers are written, what is kept secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.files.numerals import number, signs_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PEOPLE = (
    "people", "population", "pop", "einwohner", "inhabitants", "residents", "persons", "personen",
    "bevoelkerung", "bevölkerung", "einw", "ew", "insgesamt_bevoelkerung", "pop_total", "total_pop", "tot_p",
    "habitants", "habitantes", "asukkaat", "bewohner",
)  # fmt: skip
"""Columns taken for people, most telling first; upper and lower case are the same."""

_BEGINNINGS = (
    "people",
    "population",
    "pop_",
    "einwohner",
    "inhabitants",
    "bevoelkerung",
    "bevölkerung",
    "tot_p",
)
_PARTS = ("pct", "share", "anteil", "65", "80", "under", "unter", "male", "density", "dichte")

DWELLINGS = ("dwellings_sum", "dwellings", "wohnungen", "insgesamt_wohnungen", "households", "haushalte")
"""Columns taken where there is none with people: then dwellings weigh."""

OVER_65 = ("people_65", "age_65plus", "ab65", "over_65", "pop_65plus")
OVER_65_PCT = ("ab65_pct", "share_65plus_pct", "anteilueber65")
OVER_80 = ("people_80", "age_80plus", "ab80", "over_80", "pop_80plus")

_SUPPRESSED = frozenset({"-1", "-9", "-1.0", "-9.0", "–", "—", "-", "."})
"""Codes of the German census for values that are kept secret or too uncertain."""

_MOST_PEOPLE = 1e7  # in one cell: more is a mistake


class Columns:
    """Columns of text, found by name and turned into numbers.

    Parameters
    ----------
    path
        The file, for messages.
    columns
        Text by column.
    rows
        Row numbers to name in messages; in a CSV, where None, the header is row 1.
    typed
        Columns that are numbers in the file already.
    """

    def __init__(
        self,
        path: Path,
        columns: dict[str, list[str]],
        rows: NDArray[np.int64] | None = None,
        typed: Collection[str] = (),
    ) -> None:
        self.path = path
        self.notes: list[str] = []
        self._typed = {name.strip().casefold() for name in typed}
        self._columns = {name.strip().casefold(): values for name, values in reversed(columns.items())}
        self._names = list(columns)
        self._rows = rows

    def find(self, names: Sequence[str]) -> str | None:
        """First of some names that is there."""
        return next((name for name in names if name.casefold() in self._columns), None)

    def people(self) -> tuple[Floats, str]:
        """People, or dwellings where the file has none, and which of the two."""
        name, unit = self.find(PEOPLE), "people"
        if name is None:
            like = [n for n in self._columns if n.startswith(_BEGINNINGS) and not any(p in n for p in _PARTS)]
            name = like[0] if len(like) == 1 else None
        if name is None:
            name, unit = self.find(DWELLINGS), "dwellings"
        if name is None:
            raise InputDataError(
                f"{self.path}: no column of people (such as {', '.join(PEOPLE[:4])}); "
                f"there are {', '.join(self._names[:12]) or 'none'}"
            )
        return self.counts(name), unit

    def optional(self, names: Sequence[str]) -> Floats | None:
        """Counts of the first of some columns that is there."""
        name = self.find(names)
        return None if name is None else self.counts(name)

    def over_65(self, people: Floats) -> Floats | None:
        """People over 65, counted or by their share."""
        share_pct, counted = self.find(OVER_65_PCT), self.optional(OVER_65)
        if counted is not None or share_pct is None:
            return counted
        return np.where(people == 0, 0.0, people * self.numbers(share_pct) / 100.0)

    def counts(self, name: str) -> Floats:
        """Numbers of a column that counts; where thousands are parted, they are not taken for decimals."""
        key = name.casefold()
        if key in self._typed:
            return self.numbers(name)
        texts = [raw.strip() for raw in self._columns[key]]
        signs = signs_of("" if text in _SUPPRESSED else text for text in texts)
        if signs.open:
            first = texts[signs.open[0]]
            more = f" ({len(signs.open)} such rows)" if len(signs.open) > 1 else ""
            raise InputDataError(
                f"{self.path}: column {name!r}, row {self._row(signs.open[0])}: {first!r} may be "
                f"{re.sub('[.,]', '', first)} or {float(first.replace(',', '.')):g}{more}; "
                "write whole numbers without point or comma"
            )
        if signs.thousands:
            self.notes.append(f"{self.path.name}: {signs.thousands!r} in column {name!r} parts thousands")
        return self.numbers(name, thousands=signs.thousands)

    def numbers(
        self,
        name: str,
        *,
        low: float = 0.0,
        high: float = _MOST_PEOPLE,
        codes: bool = True,
        thousands: str = "",
    ) -> Floats:
        """Numbers of a column, NaN for the codes of secrecy; all faults at once."""
        values = np.empty(len(self._columns[name.casefold()]))
        faults = []
        for row, raw in enumerate(self._columns[name.casefold()]):
            text = raw.strip()
            if codes and text in _SUPPRESSED:
                values[row] = np.nan
                continue
            values[row] = number(text, thousands)
            if not low <= values[row] <= high:  # NaN is not
                faults.append((self._row(row), text))
        if faults:
            shown = ", ".join(f"row {row}: {text[:20]!r}" for row, text in faults[:5])
            more = f" and {len(faults) - 5} more" if len(faults) > 5 else ""
            raise InputDataError(
                f"{self.path}: column {name!r}: not a number from {low:g} to {high:g}: {shown}{more}"
            )
        return values

    def _row(self, row: int) -> int:
        return row + 2 if self._rows is None else int(self._rows[row])
