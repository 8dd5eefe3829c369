"""Rows of people that cannot be used as they stand: without a place, or with classes for numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import InputDataError, UsageError
from wegeketten.osm.features import Skipped
from wegeketten.people.counts import Columns
from wegeketten.people.positions import where_told

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.people.cells import Said

    Floats = NDArray[np.float64]

_NOWHERE = frozenset({"", "null", "none", "nan", "na", "n/a", "-", "<null>"})
_CLASSED = ("frauen_a", "alter_d", "unter18_a", "ab65_a", "auslaender_a", "hhgroesse_d", "leerstandsquote")
_CLASSES = 6


def placed_rows(reader: Columns, said: Said) -> tuple[Columns, float, list[Skipped]]:
    """Rows that say where they lie; the people of all others are lost, and listed.

    A row without a place that counts what all others do together is their sum, and nobody is lost with it.

    Parameters
    ----------
    reader
        The table.
    said
        What the user says about it.

    Returns
    -------
    Columns
        The table without them.
    float
        How many people are lost.
    list of Skipped
        A line for each such row with people.
    """
    told = where_told(reader)
    if told is None:
        return reader, 0.0, []
    places = [reader.texts(name) for name in told[1]]
    missing = np.array(
        [any(c.strip().casefold() in _NOWHERE for c in cells) for cells in zip(*places, strict=True)]
    )
    return parted(reader, missing, said)


def parted(reader: Columns, missing: NDArray[np.bool_], said: Said) -> tuple[Columns, float, list[Skipped]]:
    """Rows that lie somewhere; the people of the others are lost, and listed.

    Parameters
    ----------
    reader
        The table.
    missing
        Whether each row lies nowhere.
    said
        What the user says about the table.

    Returns
    -------
    Columns
        The table without them.
    float
        How many people are lost.
    list of Skipped
        A line for each such row with people.
    """
    if not missing.any() or missing.all():
        return reader, 0.0, []
    columns = {name: reader.texts(name) for name in reader.names}
    there, gone = (_part(reader, columns, np.flatnonzero(which)) for which in (~missing, missing))
    try:
        (people, unit), (lost, _) = there.people(said.column), gone.people(said.column)
    except (InputDataError, UsageError):  # reported when the rows with a place are read
        lost, unit = np.zeros(int(missing.sum())), "people"
        people = lost
    there.notes = list(reader.notes)
    lost = np.nan_to_num(lost)
    if len(lost) == 1 and lost[0] > 0 and abs(lost[0] - np.nansum(people)) < 0.5:
        there.notes.append(
            f"{reader.path.name}: row {gone.row(0)} lies nowhere and counts what all others do together; "
            "it is passed over"
        )
        return there, 0.0, []
    there.notes.append(
        f"{reader.path.name}: {int(missing.sum())} rows do not say where they lie; {lost.sum():.0f} {unit} "
        "in them are listed as lost"
    )
    skipped = [
        Skipped(
            f"row {gone.row(row)}", "population", f"{lost[row]:g} {unit} of {reader.path.name} live nowhere"
        )
        for row in np.flatnonzero(lost > 0).tolist()
    ]
    return there, float(lost.sum()), skipped


def check_classes(reader: Columns, people: Floats) -> None:
    """Refuse the classed values of the German census of 2011, whose numbers are those of classes.

    Parameters
    ----------
    reader
        The table.
    people
        What was taken for people, by row.

    Raises
    ------
    InputDataError
        All numbers are those of classes.
    """
    beside = [name for name in reader.names if name.strip().casefold() in _CLASSED]
    known = people[~np.isnan(people)]
    if len(beside) < 2 or not len(known) or not np.isin(known, np.arange(_CLASSES + 1)).all():
        return
    cells = {text.strip() for name in beside for text in reader.texts(name)}
    if cells <= {"", "-1", "-9", *map(str, range(_CLASSES + 1))}:
        raise InputDataError(
            f"{reader.path}: its values are classes (1 to {_CLASSES}), not numbers of people; take the file "
            "with the values themselves (Zensus_spitze_Werte)"
        )


def _part(reader: Columns, columns: dict[str, list[str]], rows: NDArray[np.int64]) -> Columns:
    kept = {name: [cells[row] for row in rows.tolist()] for name, cells in columns.items()}
    numbers = np.array([reader.row(row) for row in rows.tolist()], dtype=np.int64)
    return Columns(reader.path, kept, numbers, reader.typed, decimal=reader.decimal)
