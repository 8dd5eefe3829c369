"""The tables in ``data/tags``: quantities, keys, words and units."""

from __future__ import annotations

import csv
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from wegeketten.files.resources import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

CLASSES = "ABCDEF"
"""Surface classes, smooth to soft; as numbers 1–6."""


class Span(NamedTuple):
    """What a tag says, as numbers.

    Attributes
    ----------
    value
        Point value, None where the tag fixes only bounds.
    lower, upper
        Closed bounds.
    likely
        Point value: `value`, or a documented assumption inside the bounds; None where nothing better
        than the assumption for the way at hand is known.
    """

    value: float | None
    lower: float
    upper: float
    likely: float | None


class Quantity(NamedTuple):
    """A quantity that tags state; a row of ``quantities.csv``.

    Attributes
    ----------
    name, unit
        Name used in the tables, unit of the readings.
    lower, upper
        Widest interval: what "unknown" means.
    least, most
        Numbers outside are slips of the pen and count as unreadable.
    worst
        Which of several values counts for going: ``least``, ``most`` or ``steepest``.
    shape
        How its numbers are written: ``height``, ``length``, ``slope``, ``count``, ``hours``,
        or ``word`` for none.
    """

    name: str
    unit: str
    lower: float
    upper: float
    least: float
    most: float
    worst: str
    shape: str


def rows(*parts: str) -> Iterator[dict[str, str]]:
    """Rows of a table below ``data/``.

    Parameters
    ----------
    parts
        Folders and name of the table.

    Yields
    ------
    dict
        Each row by column name; empty cells are "".

    Examples
    --------
    >>> sorted(next(rows("tags", "words.csv")))
    ['likely', 'lower', 'note', 'quantity', 'upper', 'value', 'word']
    """
    with shipped(*parts).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def table_number(text: str) -> float:
    """Read a table's number, in which a surface class counts 1–6.

    Parameters
    ----------
    text
        A cell of a table.

    Returns
    -------
    float
        In the unit of the column.

    Examples
    --------
    >>> table_number("C"), table_number("3.01")
    (3.0, 3.01)
    """
    return CLASSES.index(text) + 1.0 if text in CLASSES else float(text)


@cache
def quantities() -> dict[str, Quantity]:
    """All quantities by name."""
    table = {}
    for row in rows("tags", "quantities.csv"):
        lower, upper, least, most = (
            table_number(row[bound]) for bound in ("lower", "upper", "least", "most")
        )
        name = row["quantity"]
        table[name] = Quantity(name, row["unit"], lower, upper, least, most, row["worst"], row["shape"])
    return table


@cache
def plain_keys() -> dict[str, Quantity]:
    """Quantity by plain key, that is without sides and ends."""
    return {row["key"]: quantities()[row["quantity"]] for row in rows("tags", "keys.csv")}


@cache
def words() -> dict[str, dict[str, Span]]:
    """Meaning of words, by quantity and word."""
    table: dict[str, dict[str, Span]] = {name: {} for name in quantities()}
    for row in rows("tags", "words.csv"):
        value = table_number(row["value"]) if row["value"] else None
        likely = table_number(row["likely"]) if row["likely"] else value
        table[row["quantity"]][row["word"]] = Span(
            value, table_number(row["lower"]), table_number(row["upper"]), likely
        )
    table["kerb_height"] = table["kerb"]
    table["est_width"] = table["width"]
    return table


@cache
def units() -> dict[str, tuple[str, float]]:
    """Dimension (``length``, ``slope``, ``angle``, ``count``; "" for no unit) and factor by spelling."""
    table = {row["unit"]: (row["dimension"], float(row["factor"])) for row in rows("tags", "units.csv")}
    return {"": ("", 1.0), **table}


@cache
def qualifiers() -> dict[tuple[str, str], str]:
    """What a word does to a value: ``about``, ``below``, ``above``, ``up``, ``down``; by word and place."""
    return {(row["word"], row["place"]): row["meaning"] for row in rows("tags", "qualifiers.csv")}
