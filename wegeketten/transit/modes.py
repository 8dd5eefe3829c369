"""Kinds of vehicles, from GTFS route types, plain and extended."""

from __future__ import annotations

MODES = ("rail", "tram", "bus", "ferry")
"""Kinds of vehicles as boarding and quality classes tell them apart."""


def mode_of(route_type: int) -> str:
    """Kind of vehicle of a ``route_type``.

    Underground trains and suburban railways are ``rail``; cable trams and funiculars ``tram``, as in the
    German quality classes; trolleybuses and coaches ``bus``.

    Parameters
    ----------
    route_type
        Code of GTFS, the extended ones too.

    Returns
    -------
    str
        ``rail``, ``tram``, ``bus`` or ``ferry``; "" for anything else.

    Examples
    --------
    >>> [mode_of(each) for each in (0, 1, 2, 3, 4, 7, 109, 401, 900, 704, 1000)]
    ['tram', 'rail', 'rail', 'bus', 'ferry', 'tram', 'rail', 'rail', 'tram', 'bus', 'ferry']
    """
    if route_type in (0, 5, 7) or 900 <= route_type < 1000 or 1300 <= route_type < 1500:
        return "tram"
    if route_type in (1, 2, 12) or 100 <= route_type < 200 or 400 <= route_type < 700:
        return "rail"
    if route_type == 4 or 1000 <= route_type < 1100 or route_type == 1200:
        return "ferry"
    return "bus"
