"""Tables in long form: a row per place and group; the groups become columns, or are summed."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.people.ages import Band, age_band, from_age

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.people.counts import Columns

_TOTAL = re.compile(
    r"(einheiten )?(insgesamt|insg\.?|gesamt|zusammen|alle|total|summe|both|t)\b.*", re.IGNORECASE
)
_FEW = 12  # more different values part no people: they are names
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


def groups_of(reader: Columns, columns: list[str]) -> Groups:
    """Which rows of a table in long form are everybody, and which are the old.

    Parameters
    ----------
    reader
        The table.
    columns
        Those that may part the people: neither the count nor the place.
    """
    count = len(reader.texts(reader.names[0])) if reader.names else 0
    keep = np.ones(count, dtype=bool)
    bands: list[Band | None] | None = None
    everybody = keep
    notes = []
    for name in columns:
        texts = [text.strip() for text in reader.texts(name)]
        distinct = list(dict.fromkeys(texts))
        if len(distinct) < 2:
            continue
        if _is_time(name, distinct):
            latest = max(distinct, key=_when)
            keep &= np.array([text == latest for text in texts])
            notes.append(f"{reader.path.name}: of several dates in {name!r} the latest, {latest}, is taken")
            continue
        totals = {text for text in distinct if _TOTAL.fullmatch(text)}
        aged = {text: band for text in distinct if (band := age_band(text)) is not None}
        if bands is None and len(aged) >= max(1, len(distinct) - len(totals) - 2):
            bands = [aged.get(text) for text in texts]
            # where there is a row for all ages, the groups beside it would count everybody twice
            everybody = np.array([text in totals if totals else text in aged for text in texts])
            notes.append(f"{reader.path.name}: ages come from column {name!r}")
        elif totals and len(distinct) <= _FEW:
            keep &= np.array([text in totals for text in texts])
            notes.append(f"{reader.path.name}: of column {name!r} the rows {min(totals)!r} are taken")
    over = {}
    if bands is not None:
        there = {band for band, kept in zip(bands, keep.tolist(), strict=True) if band is not None and kept}
        for age in (65, 80):
            chosen = from_age(there, age)
            if chosen is not None:
                over[age] = keep & np.array([band in chosen for band in bands])
    return Groups(keep & everybody, over, notes)


def _is_time(name: str, distinct: list[str]) -> bool:
    told = re.search(r"jahr|year|datum|stichtag|stand|zeit|date", name.casefold()) is not None
    return told and all(re.search(r"(19|20)\d\d", text) for text in distinct)


def _when(text: str) -> tuple[str, ...]:
    """A date so that later ones are greater: ``31.12.2024`` as year, month, day."""
    german = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
    if german is not None:
        return german[3], german[2].zfill(2), german[1].zfill(2)
    return tuple(re.findall(r"\d+", text))
