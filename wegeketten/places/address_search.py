"""An address as somebody types it, found among those that are mapped; near ones are named where it is not."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Table = Mapping[str, NDArray[np.generic]]

SAME_M = 150.0
"""As far apart mapped doors of one address may lie."""

MOST_NAMED = 5

_TYPED = re.compile(
    r"^(?P<street>.*?\S)[\s,]+(?P<number>\d+\s*[a-z]?(?:\s*[-–/]\s*\d+\s*[a-z]?)?)$", re.IGNORECASE
)
_POSTCODE = re.compile(r"^(?P<rest>.*?)[\s,]+(?P<code>\d{4,5})(?:\s+[^\d]+)?$")


def find_address(tables: Sequence[Table], text: str, option: str) -> tuple[float, float]:
    """Where an address lies.

    Parameters
    ----------
    tables
        Homes and places: columns ``street``, ``housenumber``, ``lon``, ``lat``, ``x``, ``y``, and perhaps
        ``postcode``.
    text
        Street and house number, and perhaps a postcode.
    option
        Name of the option, for messages.

    Returns
    -------
    tuple of float
        Latitude and longitude.

    Raises
    ------
    UsageError
        No such street or number is mapped, or there are several far apart; the nearest are named.

    Examples
    --------
    >>> homes = {"street": np.array(["Lange Straße"]), "housenumber": np.array(["12a"]),
    ...          "lon": np.array([13.7]), "lat": np.array([51.0]), "x": np.zeros(1), "y": np.zeros(1)}
    >>> find_address([homes], "LANGE STR. 12 A", "--meet")
    (51.0, 13.7)
    """
    street, number, postcode = _apart(text, option)
    known = [_Known(table) for table in tables]
    streets: dict[str, str] = {}
    for each in known:
        for key, name in zip(each.streets, each.names, strict=True):
            if key:
                streets.setdefault(key, name)
    wanted = folded(street)
    if wanted not in streets:
        near = [streets[key] for key in get_close_matches(wanted, streets, MOST_NAMED, 0.6)]
        if near:
            raise UsageError(
                f"{option} {text!r}: no address in {street} is mapped; nearest are {', '.join(near)}"
            )
        raise UsageError(
            f"{option} {text!r}: no address in {street} is mapped, and none in a street of a name like it"
        )
    doors = [door for each in known for door in each.doors(wanted)]
    right = [door for door in doors if door.number == number and postcode in ("", door.postcode)]
    if not right:
        told = ", ".join(_nearest_numbers(number, {door.shown for door in doors}))
        raise UsageError(
            f"{option} {text!r}: {number} in {streets[wanted]} is not mapped; nearest are {told}"
        )
    first = right[0]
    if any(np.hypot(door.x - first.x, door.y - first.y) > SAME_M for door in right):
        places = ", ".join(
            sorted({f"{door.lat:.5f},{door.lon:.5f} {door.postcode}".strip() for door in right})
        )
        raise UsageError(
            f"{option} {text!r}: there are several of it; add a postcode or give one of {places}"
        )
    return first.lat, first.lon


def folded(street: str) -> str:
    """A street's name without what people write differently: case, blanks, signs, umlauts, accents.

    Parameters
    ----------
    street
        As it is typed or mapped.

    Returns
    -------
    str
        Small letters and digits.

    Examples
    --------
    >>> {folded(name) for name in ("Große Straße", "grosse str.", "GROSSE STRASSE", "Große-Str")}
    {'grossestrasse'}
    """
    import unicodedata

    plain = street.casefold()
    for sign, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        plain = plain.replace(sign, letters)
    plain = "".join(char for char in unicodedata.normalize("NFKD", plain) if char.isalnum())
    return re.sub(r"str(asse)?$", "strasse", plain)


class _Door:
    """An address of one row."""

    def __init__(self, table: Table, row: int) -> None:
        self.shown = str(table["housenumber"][row])
        self.number = _number(self.shown)
        self.postcode = str(table["postcode"][row]) if "postcode" in table else ""
        self.lat, self.lon, self.x, self.y = (float(table[name][row]) for name in ("lat", "lon", "x", "y"))


class _Known:
    """Addresses of one table."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.names = [str(name) for name in table["street"].tolist()]
        keys = {name: folded(name) for name in set(self.names)}
        self.streets = [keys[name] for name in self.names]

    def doors(self, wanted: str) -> list[_Door]:
        rows = [row for row, key in enumerate(self.streets) if key == wanted]
        return [_Door(self.table, row) for row in rows if str(self.table["housenumber"][row])]


def _apart(text: str, option: str) -> tuple[str, str, str]:
    """Street, number and postcode."""
    rest, postcode = " ".join(text.split()), ""
    found = _TYPED.match(rest)
    longer = _POSTCODE.match(rest)
    if longer and _TYPED.match(longer["rest"].rstrip(", ")):
        rest, postcode = longer["rest"].rstrip(", "), longer["code"]
        found = _TYPED.match(rest)
    if not found:
        raise UsageError(
            f"{option} {text!r}: LAT,LON or a street with a house number was expected, such as 51.05,13.74"
        )
    return found["street"].strip(" ,"), _number(found["number"]), postcode


def _number(text: str) -> str:
    return "".join(text.casefold().replace("–", "-").split())


def _nearest_numbers(number: str, shown: set[str]) -> list[str]:
    def value(text: str) -> int:
        digits = re.match(r"\d{1,6}", text.strip())
        return int(digits[0]) if digits else 10**6

    ordered = sorted(shown, key=lambda each: (abs(value(each) - value(number)), each))
    return sorted(ordered[:MOST_NAMED], key=lambda each: (value(each), each))
