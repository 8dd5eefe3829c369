"""Addresses: reading their tags, and telling whether two of them are the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_RANGE = re.compile(r"^(\d+)\s*([a-z]?)\s*[-–/]\s*(\d+)\s*([a-z]?)$")
_STREET = re.compile(r"(str\.?|strasse)$")
_NEAR_M = 150.0  # the same street and number this near is the same address, whatever the postcode says


class Address(NamedTuple):
    """An address as mapped, with the form in which it is compared.

    Attributes
    ----------
    street, number, postcode
        As mapped; "" where not.
    key
        Street and number without what two mappers write differently.
    """

    street: str
    number: str
    postcode: str
    key: tuple[str, str]


def read_address(tags: Mapping[str, str]) -> Address | None:
    """Address of an element, None where it has no house number that names anything.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    Address or None
        Street, number, postcode and town.

    Examples
    --------
    >>> read_address({"addr:street": "Lange Str.", "addr:housenumber": "12 A"}).key
    ('langestraße', '12a')
    >>> read_address({"addr:street": "Lange Straße", "addr:housenumber": "?"}) is None
    True
    """
    number = tags.get("addr:housenumber", "").strip()
    compared = "".join(number.casefold().split())
    if not any(char.isalnum() for char in compared):
        return None
    street = (tags.get("addr:street") or tags.get("addr:place") or "").strip()
    return Address(street, number, tags.get("addr:postcode", "").strip(), (plain_street(street), compared))


def plain_street(street: str) -> str:
    """Street name in the form in which it is compared.

    Parameters
    ----------
    street
        Name as it is mapped.

    Returns
    -------
    str
        Small letters without blanks and signs.

    Examples
    --------
    >>> {plain_street(name) for name in ("Haupt-Straße", "Hauptstr.", "Hauptstrasse", "HAUPTSTRASSE")}
    {'hauptstraße'}
    """
    plain = "".join(char for char in street.lower() if char.isalnum() or char == ".")
    return _STREET.sub("straße", plain).replace(".", "")


def ends_of_range(number: str) -> tuple[str, str] | None:
    """First and last number of a range such as 3-7; None where it is none.

    Parameters
    ----------
    number
        House number as it is mapped.

    Returns
    -------
    tuple or None
        Both as they are written.

    Examples
    --------
    >>> ends_of_range("3-7"), ends_of_range("12a–12c"), ends_of_range("7-3"), ends_of_range("3")
    (('3', '7'), ('12a', '12c'), None, None)
    """
    found = _RANGE.match(number.casefold())
    if not found:
        return None
    first, first_letter, last, last_letter = found.groups()
    if (int(first), first_letter) >= (int(last), last_letter):
        return None
    return first + first_letter, last + last_letter


def count_flats(tags: Mapping[str, str]) -> float:
    """Dwellings a tag speaks of, NaN where none does.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    float
        Number of dwellings.

    Examples
    --------
    >>> count_flats({"addr:flats": "1-12;14"}), count_flats({"building:flats": "8"}), count_flats({})
    (13.0, 8.0, nan)
    """
    own = tags.get("building:flats", "").strip()
    if own.isdigit():
        return float(own)
    count = 0
    for part in tags.get("addr:flats", "").replace(",", ";").split(";"):
        low, dash, high = part.strip().partition("-")
        if dash and low.strip().isdigit() and high.strip().isdigit():
            count += max(int(high) - int(low) + 1, 0)
        elif part.strip():
            count += 1
    return float(min(count, 5000)) if count else float("nan")


def distinct(
    addresses: list[Address], xy: list[tuple[float, float]], order: list[int]
) -> tuple[list[int], dict[int, int]]:
    """Leave each address once.

    Two elements are one address if street and number agree, they are near, and their postcodes do not differ.
    A range is dropped where both its ends are mapped near it.

    Parameters
    ----------
    addresses, xy
        Address and position (metres) of each element.
    order
        Rows, the preferred elements first.

    Returns
    -------
    kept
        Rows, in the given order.
    twin
        For each row left out the row that stands for it.
    """
    kept: list[int] = []
    twin: dict[int, int] = {}
    by_key: dict[tuple[str, str], list[int]] = {}
    for row in order:
        same = by_key.setdefault(addresses[row].key, [])
        found = next((other for other in same if _same_place(addresses, xy, row, other)), None)
        if found is None:
            kept.append(row)
            same.append(row)
        else:
            twin[row] = found
    for row in list(kept):
        street, _ = addresses[row].key
        ends = ends_of_range(addresses[row].number)
        if ends is None or not street:
            continue
        mapped = [
            next((r for r in by_key.get((street, end), ()) if _near(xy[r], xy[row])), None) for end in ends
        ]
        if None not in mapped:
            kept.remove(row)
            twin[row] = next(r for r in mapped if r is not None)
    return kept, twin


def _same_place(addresses: list[Address], xy: list[tuple[float, float]], row: int, other: int) -> bool:
    here, there = addresses[row], addresses[other]
    if here.postcode and there.postcode and here.postcode != there.postcode:
        return False
    # without a street the number alone says little: only what lies in one house is the same
    return _near(xy[row], xy[other], _NEAR_M if here.key[0] else 15.0)


def _near(a: tuple[float, float], b: tuple[float, float], within_m: float = _NEAR_M) -> bool:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 <= within_m**2
