"""The places of a walk as those who walk it see them: one card per place, with all there is to find out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.files.csv import clean_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Protocol

    from numpy.typing import NDArray

    from wegeketten.city import City

    class Spot(Protocol):
        """What is needed of a reading to look at, see `wegeketten.planning.readings.UncertainReading`."""

        edge: int
        barrier_id: str
        kind: str
        attribute: str
        lat: float
        lon: float
        street: str
        near: str
        district: str


class Target(NamedTuple):
    """One line of the survey file.

    Attributes
    ----------
    barrier_id, lat, lon
        Of what and where the answer is stated; degrees.
    turned
        Whether it is drawn against the direction of the card's first target.
    """

    barrier_id: str
    lat: float
    lon: float
    turned: bool


class Ask(NamedTuple):
    """One reading to find out, for one edge or several that are looked at in one go."""

    attribute: str
    targets: tuple[Target, ...]


class Card(NamedTuple):
    """One place.

    Attributes
    ----------
    number
        In walking order, from 1.
    kind
        What it is: name of a kind, or of what is wrong with a stretch of way.
    where, district
        Street and house number; "" where nothing near has one.
    lat, lon
        Degrees.
    asks
        What to find out.
    edge
        Row of the edge table that is drawn on the map, -1 where it is no way.
    bearing
        Direction of drawing there, 0–7 for north, north-east … north-west; None for a point.
    """

    number: int
    kind: str
    where: str
    district: str
    lat: float
    lon: float
    asks: tuple[Ask, ...]
    edge: int
    bearing: int | None


class Meeting(NamedTuple):
    """Where walks start: degrees, and the nearest address."""

    lat: float
    lon: float
    name: str


def cards_of(places: Sequence[Sequence[Any]], city: City | None = None) -> list[Card]:
    """Cards of a walk.

    Parameters
    ----------
    places
        In walking order, each with its readings (`wegeketten.planning.readings.UncertainReading`).
    city
        The city; without it no directions are known.

    Returns
    -------
    list of Card
        One for each place, in the order of the walk.
    """
    return [_card(number, spots, city) for number, spots in enumerate(places, start=1)]


def _card(number: int, spots: Sequence[Spot], city: City | None) -> Card:
    first = spots[0]
    lead = _direction(city, first.edge)
    asks: dict[str, list[Target]] = {}
    for spot in spots:
        way = _direction(city, spot.edge)
        turned = lead is not None and way is not None and float(lead @ way) < 0
        target = Target(spot.barrier_id, round(spot.lat, 7), round(spot.lon, 7), turned)
        asks.setdefault(spot.attribute, []).append(target)
    return Card(
        number,
        first.kind,
        clean_text(first.near or first.street, longest=80),
        clean_text(first.district, longest=80),
        first.lat,
        first.lon,
        tuple(Ask(attribute, tuple(targets)) for attribute, targets in asks.items()),
        first.edge,
        None if lead is None else compass(*lead.tolist()),
    )


def _direction(city: City | None, edge: int) -> NDArray[np.float64] | None:
    """From an edge's first to its last point, metres east and north; None for a point."""
    if city is None or edge < 0:
        return None
    edges = city.edges
    line = edges.points[edges.bends[edge] : edges.bends[edge + 1]]
    way = np.asarray(line[-1] - line[0], dtype=np.float64)
    return way if np.hypot(*way) > 0.1 else None


def compass(east: float, north: float) -> int:
    """Point of the compass, 0–7 for north, north-east … north-west.

    Parameters
    ----------
    east, north
        Metres of the direction.

    Returns
    -------
    int
        Number of the point of the compass.

    Examples
    --------
    >>> compass(0, 5), compass(3, 3), compass(-1, 0), compass(0, -2)
    (0, 1, 6, 4)
    """
    return round(math.degrees(math.atan2(east, north)) / 45) % 8
