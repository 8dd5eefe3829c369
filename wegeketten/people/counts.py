"""Columns of people in tables: which they are, how their numbers are written, what is kept secret."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import InputDataError, UsageError
from wegeketten.files.numerals import MINUS, parse_number, signs_of
from wegeketten.people.ages import ENDLESS, Band, age_band, from_age

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

PEOPLE = (
    "people", "population", "pop", "einwohner", "inhabitants", "residents", "persons", "personen",
    "bevoelkerung", "bevölkerung", "einw", "ew", "insgesamt_bevoelkerung", "pop_total", "total_pop", "tot_p",
    "habitants", "habitantes", "asukkaat", "bewohner",
)  # fmt: skip
"""Columns taken for people, most telling first; upper and lower case are the same."""

_BEGINNINGS = re.compile(
    r"(?:anzahl|zahl|summe|sum|insgesamt|gesamt|total|hauptwohnsitz|hauptwohnungs|wohnberechtigte)?_?(?:der)?_?"
    r"(?:people|population|populacao|pop|einwohner(?:innen)?|inhabitants|residents|persons|personen|einw|ew|"
    r"bevoelkerung|bevölkerung|bewohner|wohnbevölkerung|wohnbevoelkerung|wohnberechtigte|hauptwohner|tot_p|bev)"
    r"(?:und)?_?(?P<rest>.*)"
)
_NEUTRAL = re.compile(
    r"(?:_|(?:31|30|1|01)_(?:1|01|3|03|6|06|9|09|12)(?!\d)|(?:19|20)\d\d|\d{1,2}_\d{1,2}_(?:19|20)\d\d|(?:19|20)\d{6}|insgesamt|insg|gesamt|ges|total|tot|"
    r"anzahl|zahl|zahlen|bestand|am|hauptwohnsitz|hauptwohnung|hw|haupt|mit|in|zum|stand|stichtag|absolut|abs|"
    r"innen|einwohner|und|s?zahl|s?stand|ort|der|bev|jan|dez|december|january|dezember|januar|census|est|count|n)*"
)
"""What may stand beside the word for people in a column's name: a year, the day, that it is all of them."""

DWELLINGS = ("dwellings_sum", "dwellings", "wohnungen", "insgesamt_wohnungen", "households", "haushalte")
"""Columns taken where there is none with people: then dwellings weigh."""

OVER_65 = ("people_65", "age_65plus", "ab65", "over_65", "pop_65plus")
TOTALS = frozenset({"insgesamt", "gesamt", "zusammen", "summe", "total", "alle", "personen insgesamt"})
"""Columns that count all people where those beside them count parts of them."""

_SEXES = (
    frozenset({"m", "männlich", "maennlich", "männer", "maenner", "male", "men"}),
    frozenset({"w", "f", "weiblich", "frauen", "female", "women"}),
    frozenset({"d", "divers", "x", "unbestimmt", "diverse", "ohne angabe", "keine angabe"}),
)
OVER_65_PCT = ("ab65_pct", "share_65plus_pct", "anteilueber65", "anteil_65plus", "anteil_ab65", "ab65_a")
OVER_80 = ("people_80", "age_80plus", "ab80", "over_80", "pop_80plus")
_EUROSTAT = "t"

_SUPPRESSED = frozenset(
    {
        "-1",
        "-9",
        "-1.0",
        "-9.0",
        "–",
        "—",
        "-",
        ".",
        "/",
        "x",
        "X",
        "...",
        "…",
        "*",
        "-9999",
        "-9999.0",
        "-9998",
    }
)
"""Codes of the German and European census for values that are kept secret, missing or too uncertain."""

_EMPTY = frozenset({"", "null", "none", "nan", "na", "n/a", "<null>", "(null)"})
"""Cells without a value: nobody is counted there, and that is reported."""

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
    notes
        What is already known about how the file was read.
    decimal
        Sign that parts decimals, as the user says; "" where each column decides.
    """

    def __init__(
        self,
        path: Path,
        columns: dict[str, list[str]],
        rows: NDArray[np.int64] | None = None,
        typed: Collection[str] = (),
        notes: Iterable[str] = (),
        decimal: str = "",
    ) -> None:
        self.path = path
        self.notes = list(notes)
        self.counted: list[str] = []
        self.decimal = decimal
        self._typed = {name.strip().casefold() for name in typed}
        self._columns = {name.strip().casefold(): values for name, values in reversed(columns.items())}
        self._names = list(columns)
        self._rows = rows

    @property
    def typed(self) -> list[str]:
        """Columns that are numbers in the file already."""
        return [name for name in self._names if name.strip().casefold() in self._typed]

    @property
    def names(self) -> list[str]:
        """Columns in the order of the file."""
        return self._names

    def texts(self, name: str) -> list[str]:
        """Cells of a column.

        Parameters
        ----------
        name
            Name of the column.

        Returns
        -------
        list of str
            In the order of the rows.

        Examples
        --------
        >>> from pathlib import Path
        >>> table = Columns(Path("census.csv"), {"District": ["Mitte", "Nord"], "Einwohner": ["120", "80"]})
        >>> table.texts("District")
        ['Mitte', 'Nord']
        """
        return self._columns[name.strip().casefold()]

    def find(self, names: Sequence[str]) -> str | None:
        """First of some names that is there.

        Parameters
        ----------
        names
            Names, the preferred one first.

        Returns
        -------
        str or None
            As it is spelled in the file.

        Examples
        --------
        >>> from pathlib import Path
        >>> table = Columns(Path("census.csv"), {"District": ["Mitte", "Nord"], "Einwohner": ["120", "80"]})
        >>> table.find(["insgesamt", "einwohner"])
        'einwohner'
        """
        return next((name for name in names if name.casefold() in self._columns), None)

    def people(self, column: str | None = None) -> tuple[Floats, str]:
        """People, or dwellings where the file has none, and which of the two.

        Parameters
        ----------
        column
            As the user names it.

        Returns
        -------
        tuple
            Counts by row, and ``people`` or ``dwellings``.

        Raises
        ------
        InputDataError
            It is unclear which column counts all people.
        UsageError
            There is no column of that name.

        Examples
        --------
        >>> from pathlib import Path
        >>> table = Columns(Path("census.csv"), {"District": ["Mitte", "Nord"], "Einwohner": ["120", "80"]})
        >>> people, unit = table.people()
        >>> people.tolist(), unit
        ([120.0, 80.0], 'people')
        """
        unit = "people"
        name = self.people_column() if column is None else self._stated(column)
        parts = self._parts() if name is None else []
        if parts:
            named = " + ".join(repr(self._spelled(part)) for part in parts)
            self.notes.append(f"{self.path.name}: people come from columns {named}, which are all")
            self.counted = [self._spelled(part) for part in parts]
            return np.asarray(np.sum([self.counts(part) for part in parts], axis=0)), unit
        if name is None:
            name, unit = self.find(DWELLINGS), "dwellings"
        if name is None:
            raise InputDataError(self._which())
        self.notes.append(f"{self.path.name}: {unit} come from column {self._spelled(name)!r}")
        self.counted = [self._spelled(name)]
        return self.counts(name), unit

    def people_column(self) -> str | None:
        """Column that counts all people; none that speaks of a density, a share, one sex or one age."""
        name = self.find(PEOPLE)
        if name is not None:
            return name
        if _EUROSTAT in self._columns and self.find(("grd_id", "y_ge65", "m", "f")) is not None:
            return _EUROSTAT
        like = [name for name in self._columns if counts_people(name)]
        if not like and (self._sexes() or self._bands()):
            like = [name for name in self._columns if name.split(" ")[-1] in TOTALS]
        if len(like) > 1:
            totals = [name for name in like if re.search(r"insg|gesamt|total|_ges", name)]
            dated = sorted((max(re.findall(r"(?:19|20)\d\d", name), default=""), name) for name in like)
            if len(totals) == 1:
                like = totals
            elif len({year for year, _ in dated}) == len(dated) and dated[0][0]:
                like = [dated[-1][1]]
                self.notes.append(f"{self.path.name}: of several years the latest is taken")
            elif len({tuple(self._columns[name]) for name in like}) == 1:
                like = like[:1]
        return like[0] if len(like) == 1 else None

    def _sexes(self) -> list[str]:
        """Columns of both sexes, and of those beside them."""
        found = [
            [name for name in self._columns if name.split(" ")[-1] in sex or name in sex] for sex in _SEXES
        ]
        if len(found[0]) == len(found[1]) == 1 and len(found[2]) < 2:
            return [*found[0], *found[1], *found[2]]
        return []

    def _bands(self) -> dict[Band, str]:
        """Columns that count people of some ages."""
        found: dict[Band, str] = {}
        for name in self._columns:
            band = age_band(name)
            if band is not None and not _PARTLY.search(_plain(name)):
                found.setdefault(band, name)
        return found

    def _parts(self) -> list[str]:
        """Columns that together count everybody once: all ages, or both sexes; empty where none do."""
        bands = self._bands()
        chosen = from_age(bands, 0)
        return [bands[band] for band in chosen] if chosen and len(chosen) > 1 else self._sexes()

    def _stated(self, column: str) -> str:
        name = column.strip().casefold()
        if name not in self._columns:
            near = difflib.get_close_matches(name, self._columns, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(self._names[:12])}"
            raise UsageError(f"{self.path}: no column {column!r}; {hint}")
        return name

    def _spelled(self, name: str) -> str:
        return next((each for each in self._names if each.strip().casefold() == name.casefold()), name)

    def _which(self) -> str:
        there = ", ".join(self._names[:12]) or "none"
        numeric = [name for name in self._names if self._looks_numeric(name) and not _SAYS_WHERE.match(name)]
        hint = f"; name one with --people-column, such as --people-column {numeric[0]!r}" if numeric else ""
        partly = [name for name in self._names if _BEGINNINGS.fullmatch(_plain(name)) or age_band(name)]
        what = (
            f"no column of people that counts all: {', '.join(map(repr, partly[:4]))} may be a density, "
            "a share, or a part of them"
            if partly
            else f"no column of people (such as {', '.join(PEOPLE[:4])})"
        )
        return f"{self.path}: {what}; there are {there}{hint}"

    def _looks_numeric(self, name: str) -> bool:
        cells = [text.strip() for text in self.texts(name)[:50] if text.strip()]
        return bool(cells) and all(not np.isnan(parse_number(cell)) for cell in cells)

    def optional(self, names: Sequence[str]) -> Floats | None:
        """Counts of the first of some columns that is there.

        Parameters
        ----------
        names
            Names, the preferred one first.

        Returns
        -------
        Floats or None
            Shape (rows,).

        Examples
        --------
        >>> from pathlib import Path
        >>> table = Columns(Path("census.csv"), {"District": ["Mitte", "Nord"], "Einwohner": ["120", "80"]})
        >>> print(table.optional(["wohnungen"]))
        None
        """
        name = self.find(names)
        return None if name is None else self.counts(name)

    def over(self, age: int, people: Floats) -> Floats | None:
        """People of some age and over: counted in one column, in several groups, or by their share.

        Parameters
        ----------
        age
            65 or 80.
        people
            All of them.

        Returns
        -------
        Floats or None
            Shape (rows,); None where the table says nothing of ages.
        """
        names = {65: OVER_65, 80: OVER_80}[age]
        counted = self.optional(names)
        if counted is not None:
            return counted
        bands = self._bands()
        chosen = from_age(bands, age)
        if chosen is not None and not self._are_shares(bands[chosen[0]]):
            named = ", ".join(repr(self._spelled(bands[each])) for each in chosen)
            self.notes.append(f"{self.path.name}: people of {age} and over come from {named}")
            return np.asarray(np.sum([self.counts(bands[each]) for each in chosen], axis=0))
        share = self._share_from(age)
        return None if share is None else self._of(people, share, age)

    def _share_from(self, age: int) -> str | None:
        """Column with the share of people of some age and over."""
        if age == 65 and (known := self.find(OVER_65_PCT)) is not None:
            return known
        for name in self._columns:
            bare = _SHARE.sub(" ", name)
            if age_band(bare) == (age, ENDLESS) and (bare != name or self._are_shares(name)):
                return name
        return None

    def _are_shares(self, name: str) -> bool:
        return any(text.strip().endswith("%") for text in self._columns[name.casefold()][:50])

    def _of(self, people: Floats, name: str, age: int) -> Floats:
        """People out of the share a column states, in percent or (all at most 1) as a fraction."""
        cells = [text.strip().removesuffix("%").strip() for text in self._columns[name.casefold()]]
        bare = Columns(self.path, {name: cells}, self._rows, self._typed, decimal=self.decimal)
        share = bare.numbers(name, high=100.0)
        fraction = float(np.nanmax(share, initial=0.0)) <= 1.0 and not self._are_shares(name)
        unit = "fraction" if fraction else "%"
        told = self._spelled(name)
        self.notes.append(
            f"{self.path.name}: people of {age} and over come from their share in {told!r} ({unit})"
        )
        return np.where(people == 0, 0.0, people * share / (1.0 if fraction else 100.0))

    def counts(self, name: str) -> Floats:
        """Numbers of a column that counts; where thousands are parted, they are not taken for decimals.

        Parameters
        ----------
        name
            Name of the column.

        Returns
        -------
        Floats
            Shape (rows,), 0 or more.

        Raises
        ------
        InputDataError
            A cell is no number, or may be two; the message names column and row.

        Examples
        --------
        >>> from pathlib import Path
        >>> table = Columns(Path("census.csv"), {"District": ["Mitte", "Nord"], "Einwohner": ["120", "80"]})
        >>> table.counts("einwohner").tolist()
        [120.0, 80.0]
        """
        key = name.casefold()
        if key in self._typed:
            return self.numbers(name)
        texts = [raw.strip().replace(MINUS, "-") for raw in self._columns[key]]
        numbers = ["" if text in _SUPPRESSED or text.casefold() in _EMPTY else text for text in texts]
        signs = signs_of(numbers, self.decimal)
        if signs.open:
            first = texts[signs.open[0]]
            more = f" ({len(signs.open)} such rows)" if len(signs.open) > 1 else ""
            row, whole = self.row(signs.open[0]), re.sub("[.,]", "", first)
            decimal = f"{float(first.replace(',', '.')):g}"
            raise InputDataError(
                f"{self.path}: column {name!r}, row {row}: {first!r} may be {whole} or {decimal}{more}; "
                "write whole numbers without point or comma"
                if signs_of(numbers, ".").open
                else f"{self.path}: column {name!r}, row {row}: {first!r} may be {whole} or {decimal}{more}; "
                "say which with --decimal comma or --decimal point"
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
        """Numbers of a column, NaN for the codes of secrecy, 0 for empty cells; all faults at once.

        Parameters
        ----------
        name
            Name of the column.
        low, high
            Least and greatest number allowed.
        codes
            Whether the usual codes of secrecy may occur.
        thousands
            Sign that parts thousands, "" for none.

        Returns
        -------
        Floats
            Shape (rows,).

        Raises
        ------
        InputDataError
            Cells are no numbers within the limits; the message names them.

        Examples
        --------
        >>> from pathlib import Path
        >>> table = Columns(Path("census.csv"), {"District": ["Mitte", "Nord"], "Einwohner": ["120", ""]})
        >>> table.numbers("einwohner", low=0, high=1000).tolist()
        [120.0, 0.0]
        """
        cells = self._columns[name.casefold()]
        values = np.empty(len(cells))
        faults = []
        empty = 0
        for row, raw in enumerate(cells):
            text = raw.strip().replace(MINUS, "-")
            if codes and text in _SUPPRESSED:
                values[row] = np.nan
                continue
            if codes and text.casefold() in _EMPTY:
                values[row] = 0.0
                empty += 1
                continue
            values[row] = parse_number(text, thousands)
            if not low <= values[row] <= high:  # NaN is not
                faults.append((self.row(row), text))
        if empty == len(cells) and cells:
            raise InputDataError(f"{self.path}: column {name!r} is empty; name another with --people-column")
        if faults:
            shown = ", ".join(f"row {row}: {text[:20]!r}" for row, text in faults[:5])
            more = f" and {len(faults) - 5} more" if len(faults) > 5 else ""
            raise InputDataError(
                f"{self.path}: column {name!r}: not a number from {low:g} to {high:g}: {shown}{more}"
            )
        if empty:
            self.notes.append(f"{self.path.name}: {empty} empty cells in column {name!r} count nobody")
        return values

    def row(self, row: int) -> int:
        """How the user counts a row.

        Parameters
        ----------
        row
            Row of the table, counted from 0.

        Returns
        -------
        int
            Counted from 1, the header included.

        Examples
        --------
        >>> from pathlib import Path
        >>> table = Columns(Path("census.csv"), {"District": ["Mitte", "Nord"], "Einwohner": ["120", "80"]})
        >>> table.row(0), table.row(1)
        (2, 3)
        """
        return row + 2 if self._rows is None else int(self._rows[row])


_SHARE = re.compile(r"anteil(?: der)?|quote|share|prozentual\w*|in %|in prozent|\bprozent|\bpct|%")
_PARTLY = re.compile(
    r"pct|proz|anteil|share|quote|dicht|density|mann|maenn|male|weib|frau|femme|_m_|_w_|_f_|ausl"
)


_SAYS_WHERE = re.compile(
    r"(?i)\s*(?:lon|lat|lng|x|y|rechts|hoch|rw|hw|ost|nord|east|north|länge|laenge|breite|[xy]_.*|id|fid|plz)"
    r"(?:wert|itude|ing|ung|engrad|ngrad|ngengrad|itengrad|grad)?(?:[\W_].*)?$"
)
"""Columns of numbers that are places or names of rows, never people."""


def counts_people(name: str) -> bool:
    """Whether a column's name says that it counts all people.

    Parameters
    ----------
    name
        Name of the column.

    Returns
    -------
    bool
        False for parts, densities and shares.

    Examples
    --------
    >>> [counts_people(name) for name in ("EW 31.12.2025", "Einwohner_je_km2", "Einwohner m", "EW_65_79")]
    [True, False, False, False]
    """
    found = _BEGINNINGS.fullmatch(_plain(name))
    return found is not None and _NEUTRAL.fullmatch(found["rest"]) is not None and age_band(name) is None


def _plain(name: str) -> str:
    return re.sub(r"[^0-9a-zäöüß%]+", "_", name.strip().casefold()).strip("_")
