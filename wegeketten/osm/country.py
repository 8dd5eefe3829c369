"""In which country an extract lies: by what is mapped, else by where it is."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wegeketten.osm.features import Features

_KEYS = ("addr:country", "ISO3166-1", "ISO3166-1:alpha2", "is_in:country_code")
_ENOUGH = 20  # elements that name a country, beyond which nobody else is asked
_FIRST, _LAST = dt.datetime(2023, 1, 1), dt.datetime(2026, 1, 1)


def country_of(features: Features) -> str:
    """Code of the country (ISO 3166-1, two letters), "" where it is unknown.

    The country that most elements name; else the one whose public holidays count there.

    Parameters
    ----------
    features
        What was read from the extract.

    Returns
    -------
    str
        Capital letters.
    """
    named: Counter[str] = Counter()
    for elements in (features.nodes, features.ways, features.relations):
        for element in elements.values():
            for key in _KEYS:
                code = element.tags.get(key, "").strip().upper()
                if len(code) == 2:
                    named[code] += 1
        if named.total() >= _ENOUGH:
            break
    if named:
        return min(named, key=lambda code: (-named[code], code))
    if not len(features.lonlat):
        return ""
    lon, lat = features.lonlat.mean(axis=0).tolist()
    return country_at(lon, lat)


def country_at(lon: float, lat: float) -> str:
    """Code of the country at a place, degrees; "" where it is unknown.

    The library that reads opening hours knows the outlines of countries, but states only their holidays:
    these give the country away.

    Parameters
    ----------
    lon, lat
        Degrees.

    Returns
    -------
    str
        Two letters.

    Examples
    --------
    >>> country_at(13.74, 51.05), country_at(-0.1, 51.5)
    ('DE', 'GB')
    """
    from opening_hours import InvalidCoordinatesError, OpeningHours  # type: ignore[attr-defined]

    try:
        days = _holidays(OpeningHours("PH", coords=(lat, lon)))
    except InvalidCoordinatesError:
        return ""
    return _by_holidays().get(days, "")


@cache
def _by_holidays() -> dict[tuple[dt.date, ...], str]:
    from itertools import product
    from string import ascii_uppercase

    from opening_hours import OpeningHours, UnknownCountryError  # type: ignore[attr-defined]

    found: dict[tuple[dt.date, ...], str] = {}
    for first, second in product(ascii_uppercase, repeat=2):
        try:
            hours = OpeningHours("PH", country=first + second)
        except UnknownCountryError:
            continue
        found.setdefault(_holidays(hours), first + second)
    return found


def _holidays(hours) -> tuple[dt.date, ...]:  # type: ignore[no-untyped-def]  # opening_hours has no types
    from opening_hours import State

    spans = hours.intervals(_FIRST, _LAST)
    return tuple(start.date() for start, _, state, _ in spans if state == State.OPEN)
