"""Tables in long form: a row per place and group; the groups become columns, or are summed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.people.ages import ENDLESS, Band, age_band, from_age
from wegeketten.people.periods import is_time, latest_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.people.counts import Columns

_TOTAL = re.compile(
    r"(einheiten )?(insgesamt|insg\.?|gesamt|zusammen|alle|total|summe|both|t)\b.*", re.IGNORECASE
)
_FEW = 12  # more different values part no people: they are names
_MAIN = re.compile(r"haupt|\(?hw\)?$|main", re.IGNORECASE)
_PARTS = re.compile(
    r"geschl|sex|gender|alter|age|national|staatsang|deutsch|ausl|migra|herkunft|relig|konfess|famil|stand|"
    r"bildung|beruf|haushalt|kind|geburt",
    re.IGNORECASE,
)
"""Columns whose values part the people, so that their rows may be summed."""

_SEX = re.compile(
    r"[mwfdx]|m(ä|ae)nn\w*|weib\w*|fem\w*|male|frau\w*|divers\w*|ohne angabe|unbe\w*|unknown", re.IGNORECASE
)
_UNKNOWN = re.compile(
    r"|unbekannt\w*|ohne angaben?|keine angaben?|k\. ?a\.|o\. ?a\.|unknown|n/?a|-", re.IGNORECASE
)
_FEATURE, _GROUP, _COUNT = "merkmal", "auspraegung_text", "anzahl"


class Groups(NamedTuple):
    """How the rows of a table in long form part the people.

    Attributes
    ----------
    keep
        Rows that together are everybody, each person once.
    over
        By age: rows that together are everybody of that age and over.
    notes
        What was chosen.
    """

    keep: NDArray[np.bool_]
    over: dict[int, NDArray[np.bool_]]
    notes: list[str]


def pivoted(reader: Columns, rows: NDArray[np.int64]) -> tuple[dict[str, list[str]], NDArray[np.int64]]:
    """The German census of 2011 in long form (``Merkmal``, ``Anzahl``) with a row per cell.

    Any other table is handed back as it is.

    Parameters
    ----------
    reader
        The table.
    rows
        Rows that count.

    Returns
    -------
    tuple
        Columns, and the rows that are left.
    """
    columns = {name: reader.texts(name) for name in reader.names}
    folded = {name.casefold(): name for name in columns}
    if not {_FEATURE, _GROUP, _COUNT} <= set(folded):
        return columns, rows
    key = next((name for name in columns if name.casefold().startswith("gitter_id")), None)
    if key is None:
        return columns, rows
    cells: dict[str, dict[str, str]] = defaultdict(dict)
    first: dict[str, int] = {}
    groups = zip(
        columns[key], columns[folded[_FEATURE]], columns[folded[_GROUP]], columns[folded[_COUNT]], strict=True
    )
    for row, (cell, feature, group, count) in enumerate(groups):
        first.setdefault(cell, row)
        if feature.strip().upper() in ("INSGESAMT", "0"):
            cells[cell]["einwohner"] = count
        elif feature.strip().upper().startswith("ALTER"):
            band = age_band(group)
            if band is not None:
                cells[cell][f"alter_{band.low}_{band.high}" if band.high < 200 else f"ab{band.low}"] = count
    reader.notes.append(f"{reader.path.name}: {len(rows)} rows in long form are {len(cells)} cells")
    names = list(dict.fromkeys(name for each in cells.values() for name in each))
    place = list(first.values())
    wide = {key: list(first), **{name: [cells[cell].get(name, "0") for cell in first] for name in names}}
    for name in columns:
        if name.casefold().startswith(("x_mp", "y_mp")):
            wide[name] = [columns[name][row] for row in place]
    return wide, rows[place]


def groups_of(reader: Columns, columns: list[str], place: NDArray[np.int64]) -> Groups:
    """Which rows of a table in long form are everybody, and which are the old.

    Parameters
    ----------
    reader
        The table.
    columns
        Those that may part the people: neither the count nor the place.
    place
        Of each row; rows of one place are its people in parts.

    Returns
    -------
    Groups
        Masks of rows.

    Raises
    ------
    InputDataError
        Rows of one place differ by something of which nobody can say whether it parts the people.
    """
    count = len(place)
    keep = np.ones(count, dtype=bool)
    everybody = keep
    bands: list[Band | None] | None = None
    notes = []
    texts = {name: [text.strip() for text in reader.texts(name)] for name in columns}
    parting = {name: cells for name, cells in texts.items() if _varies(cells, place)}
    times = {name: cells for name, cells in parting.items() if is_time(name, cells)}
    if times:
        latest, kept = latest_rows(list(times.values()))
        keep = keep & kept
        named = ", ".join(map(repr, times))
        notes.append(f"{reader.path.name}: of several dates in {named} the latest, {latest}, is taken")
    summed = []
    for name, cells in parting.items():
        distinct = list(dict.fromkeys(text for text, kept in zip(cells, keep.tolist(), strict=True) if kept))
        if name in times or len(distinct) < 2:
            continue
        totals = {text for text in distinct if _TOTAL.fullmatch(text)}
        aged = _ages(name, distinct)
        if bands is None and len(aged) >= max(1, len(distinct) - len(totals) - 2):
            bands = [aged.get(text) for text in cells]
            everybody = _everybody(reader, name, cells, aged, totals)
            notes.append(f"{reader.path.name}: ages come from column {name!r}")
        elif totals and len(distinct) <= _FEW:
            keep = keep & np.array([text in totals for text in cells])
            notes.append(f"{reader.path.name}: of column {name!r} the rows {min(totals)!r} are taken")
        elif (mains := [text for text in distinct if _MAIN.match(text)]) and len(mains) < len(distinct) <= 3:
            keep = keep & np.array([text in mains for text in cells])
            notes.append(f"{reader.path.name}: of column {name!r} the rows {mains[0]!r} are taken")
        elif len(distinct) <= _FEW and _recurs(cells, place):
            if not _PARTS.search(name) and not all(_SEX.fullmatch(text) for text in distinct):
                shown = ", ".join(map(repr, distinct[:4]))
                raise InputDataError(
                    f"{reader.path}: column {name!r} parts the rows of a district into {shown}; keep only "
                    "rows that together count everybody once"
                )
            summed.append(name)
    if summed:
        notes.append(f"{reader.path.name}: rows are summed over {', '.join(map(repr, summed))}")
    elif not notes and not parting:
        raise InputDataError(
            f"{reader.path}: several rows count the same district, and nothing tells them apart; "
            "keep one each"
        )
    over = {}
    if bands is not None:
        there = {band for band, kept in zip(bands, keep.tolist(), strict=True) if band is not None and kept}
        for age in (65, 80):
            chosen = from_age(there, age)
            if chosen is not None:
                over[age] = keep & np.array([band in chosen for band in bands])
    return Groups(keep & everybody, over, notes)


def _varies(cells: list[str], place: NDArray[np.int64]) -> bool:
    """Whether a column tells rows of one place apart."""
    seen: dict[int, str] = {}
    pairs = zip(place.tolist(), cells, strict=True)
    return any(where >= 0 and seen.setdefault(where, cell) != cell for where, cell in pairs)


def _recurs(cells: list[str], place: NDArray[np.int64]) -> bool:
    """Whether most places have the same values in a column, which then parts people and names no quarter."""
    values: dict[int, set[str]] = defaultdict(set)
    for where, cell in zip(place.tolist(), cells, strict=True):
        if where >= 0:
            values[where].add(cell)
    often = Counter(cell for each in values.values() for cell in each)
    return bool(values) and sum(often[cell] > len(values) / 2 for cell in often) > 1


def _ages(name: str, distinct: list[str]) -> dict[str, Band]:
    """Ages that values mean: groups, or single years in a column that is called so."""
    aged = {text: band for text in distinct if (band := age_band(text)) is not None}
    if re.match(r"alter|age|lebensalter|lebensjahr", name.strip().casefold()):
        years = {text: int(text) for text in distinct if re.fullmatch(r"\d{1,3}", text) and int(text) <= 120}
        oldest = max(years.values(), default=0)
        if len(years) > _FEW and not any(band.high == ENDLESS for band in aged.values()):
            aged |= {text: Band(year, ENDLESS if year == oldest else year) for text, year in years.items()}
        elif len(years) > _FEW:
            aged |= {text: Band(year, year) for text, year in years.items()}
    return aged


def _everybody(
    reader: Columns, name: str, cells: list[str], aged: dict[str, Band], totals: set[str]
) -> NDArray[np.bool_]:
    """Rows that count each person once, whatever the age.

    Raises
    ------
    InputDataError
        Groups overlap, and none of them are all ages once; or a value is no age.
    """
    if totals:  # where there is a row for all ages, the groups beside it would count everybody twice
        return np.array([text in totals for text in cells])
    known = {*aged.values()}
    whole = from_age(known, 0)
    ordered = sorted(known)
    if whole is None and any(one.high >= other.low for one, other in pairwise(ordered)):
        raise InputDataError(
            f"{reader.path}: age groups in column {name!r} overlap; keep only rows that together count "
            "everybody once"
        )
    wanted = set(whole or known)
    unknown = {text for text in cells if text not in aged}
    strange = [text for text in unknown if not _UNKNOWN.fullmatch(text)]
    if strange:
        raise InputDataError(
            f"{reader.path}: column {name!r}: {strange[0][:40]!r} is no age; keep only rows that together "
            "count everybody once"
        )
    return np.array([text in unknown or aged[text] in wanted for text in cells])
