"""What every answer says about where it comes from."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from wegeketten.version import VERSION

if TYPE_CHECKING:
    from wegeketten.city import City
    from wegeketten.serve.fields import Fields

UNITS = {"m": 1.0, "km": 0.001, "mi": 0.000621371192}
"""Metres in the units that clients may ask for."""


def metadata(city: City, service: str, profile: str, fields: Fields, **asked: Any) -> dict[str, Any]:
    """The block ``metadata`` of an answer.

    Parameters
    ----------
    city
        The city, as built.
    service
        ``routing``, ``isochrones``, ``matrix`` or ``snap``.
    profile
        As the client named it.
    fields
        The request; of it the client's own ``id`` is repeated.
    asked
        What was asked, as it was understood.

    Returns
    -------
    dict
        A JSON object.
    """
    number = fields.values.get("id")
    if isinstance(number, str):
        asked["id"] = number[:200].encode("utf-8", "replace").decode()
    elif isinstance(number, int):
        asked["id"] = number if abs(number) < 2**53 else None
    return {
        "attribution": str(city.meta.get("attribution") or "© OpenStreetMap contributors"),
        "service": service,
        "timestamp": int(time.time() * 1000),
        "query": {**asked, "profile": profile},
        "engine": {
            "version": f"wegeketten {VERSION}",
            "graph_date": city.meta.get("osm_timestamp"),
        },
    }


def factor_of(fields: Fields) -> float:
    """By what metres are multiplied for the unit asked for.

    Parameters
    ----------
    fields
        The request.

    Returns
    -------
    float
        1 for metres.

    Raises
    ------
    RefusedError
        There is no such unit.
    """
    return UNITS[fields.choice("units", list(UNITS), "m")]


def bounds_of(points: list[list[float]]) -> list[float]:
    """Bounding box of points: west, south, east, north.

    Parameters
    ----------
    points
        Longitude and latitude each.

    Returns
    -------
    list of float
        Degrees.
    """
    lon, lat = [point[0] for point in points], [point[1] for point in points]
    return [min(lon), min(lat), max(lon), max(lat)]
