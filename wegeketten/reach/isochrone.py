"""Reach areas: what a person reaches within so many minutes, or from where a service is reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.joins.endpoints import (
    allowed_places,
    join_homes,
    join_places,
    same_edge,
    seeds_from,
    seeds_to,
    times_at,
)
from wegeketten.model.answers import ANSWERS
from wegeketten.model.tabular import Tabular
from wegeketten.reach.reach_polygon import polygon_of, to_degrees
from wegeketten.reach.spans import spans_within
from wegeketten.routing import INF, UNIT_S

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from wegeketten.city import City
    from wegeketten.joins.endpoints import Endpoints
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
from wegeketten.reach.spans import Spans

MOST_LIMITS = 20
LONGEST_MIN = 600.0


@dataclass(frozen=True)
class ReachArea:
    """What lies within one limit.

    Attributes
    ----------
    seconds
        The limit.
    shape
        Polygon or multipolygon in the city's metric CRS; empty where nothing is reached.
    spans
        The stretches of edges within the limit.
    homes
        Rows of the city's homes within the limit, counted by their times and not by the polygon.
    weight
        Sum of these homes' weights (people or dwellings, see the city's notes; 1 each without a census).
    """

    seconds: float
    shape: BaseGeometry
    spans: Spans
    homes: NDArray[np.int64]
    weight: float


@dataclass(frozen=True)
class Isochrone(Tabular):
    """Nested reach areas of one profile in one answer, the smallest first.

    Attributes
    ----------
    city, profile, answer
        Of what, for whom, how certain.
    center
        Latitude and longitude asked for; None for a service.
    service
        Service id; None for a point.
    leaving
        Whether people leave the point (or the service's places); otherwise they walk towards it.
    areas
        One per limit, ascending.
    home_units
        int32[homes]: units between each home and the point or nearest place, `INF` where there is no way.
    """

    city: City
    profile: str
    answer: Answer
    center: tuple[float, float] | None
    service: str | None
    leaving: bool
    areas: tuple[ReachArea, ...] = field(repr=False)
    home_units: NDArray[np.int32] = field(repr=False)

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Tables ``areas`` and ``homes`` (those within the largest limit)."""
        document = self.to_json()
        areas = [each["properties"] | {"geometry": each["geometry"]} for each in document["features"]]
        homes, rows = self.city.homes, self.areas[-1].homes.tolist()
        return {
            "areas": areas,
            "homes": [
                {
                    "home_id": str(homes["home_id"][row]),
                    "seconds": round(float(self.home_units[row]) * UNIT_S, 1),
                    "weight": float(homes["weight"][row]),
                    "lon": float(homes["lon"][row]),
                    "lat": float(homes["lat"][row]),
                }
                for row in rows
            ],
        }

    def to_json(self) -> dict[str, Any]:
        """GeoJSON FeatureCollection with the properties that openrouteservice's clients read.

        ``value`` is the limit in seconds, ``area`` square metres, ``total_pop`` the weight of the homes.
        """
        from wegeketten.files.geojson import collection, feature

        told = zip(self.areas, self.properties(), strict=True)
        return collection([feature(_geometry(self.city, area.shape), about) for area, about in told])

    def properties(self) -> list[dict[str, Any]]:
        """What `to_json` tells of each area beside its outline."""
        center = None if self.center is None else [round(self.center[1], 7), round(self.center[0], 7)]
        return [
            {
                "group_index": 0,
                "value": area.seconds,
                "center": center,
                "area": round(area.shape.area, 1),
                "total_pop": round(area.weight, 3),
                "homes": len(area.homes),
                "profile": self.profile,
                "answer": self.answer,
                "service": self.service,
                "direction": "from" if self.leaving else "to",
            }
            for area in self.areas
        ]

    def write(self, path: Path) -> None:
        """Write as ``.geojson`` (areas) or ``.gpkg`` (areas, edges and homes, with styles).

        Parameters
        ----------
        path
            Target file; its ending says which format.

        Raises
        ------
        UsageError
            Another suffix.

        Examples
        --------
        >>> import json
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> found = find_isochrone(hamlet(), load_profile("walker"), [1, 5], start=(51.05, 13.74))
        >>> with TemporaryDirectory() as folder:
        ...     found.write(Path(folder) / "areas.geojson")
        ...     len(json.loads((Path(folder) / "areas.geojson").read_text(encoding="utf-8"))["features"])
        2
        """
        from wegeketten.reach.isochrone_files import write_isochrone

        write_isochrone(self, path)


def find_isochrone(
    city: City,
    profile: Profile,
    minutes: Sequence[float],
    *,
    start: tuple[float, float] | None = None,
    service: str | None = None,
    answer: Answer = "likely",
    leaving: bool | None = None,
) -> Isochrone:
    """Reach areas about a point, or of all places of a service.

    Parameters
    ----------
    city
        A built city.
    profile
        For whom.
    minutes
        Limits, each above 0 and at most 600 minutes.
    start
        Latitude and longitude in degrees.
    service
        Service id, instead of `start`.
    answer
        How certain the ways must be.
    leaving
        Whether people leave the point or place. Where None: a point is left, a service is walked to.

    Returns
    -------
    Isochrone
        An area for each limit, the smallest first.

    Raises
    ------
    UsageError
        Both or neither of `start` and `service`, or a limit out of range.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> found = find_isochrone(hamlet(), load_profile("walker"), [1, 5], start=(51.05, 13.74))
    >>> [len(area.homes) for area in found.areas]
    [12, 12]
    """
    limits = _limits(minutes)
    if (start is None) == (service is None):
        raise UsageError("isochrone: give a point (--from) or a service (--service), one of them")
    if answer not in ANSWERS:
        raise UsageError(f"isochrone: answer {answer!r}; choose sure, likely or possible")
    away = start is not None if leaving is None else leaving
    joint = _joint(city, profile, start, service, answer)
    weights = getattr(city.weights(profile), answer)
    uv = city.edges["u"], city.edges["v"]
    seeds = (seeds_from if away else seeds_to)(joint, uv, weights)
    units = city.metric(profile, answer).nearest(
        [seeds.nodes], [seeds.offsets], direction="from" if away else "to"
    )[:, 0]
    areas = []
    joined = join_homes(city, profile)
    home_units = _home_units(city, joined, joint, weights, units, leaving=away)
    shape: BaseGeometry | None = None
    for seconds in limits:
        limit = round(seconds / UNIT_S)
        spans = spans_within(uv, weights, units, limit, leaving=away, joint=joint)
        homes = np.flatnonzero(home_units <= limit)
        shape = polygon_of(city, spans, joined.take(np.isin(joined.owner, homes)), inner=shape)
        areas.append(ReachArea(seconds, shape, spans, homes, float(city.homes["weight"][homes].sum())))
    return Isochrone(city, profile.id, answer, start, service, away, tuple(areas), home_units)


def _limits(minutes: Sequence[float]) -> list[float]:
    limits = sorted({float(each) * 60.0 for each in minutes})
    if not limits or len(limits) > MOST_LIMITS:
        raise UsageError(f"isochrone: give 1 to {MOST_LIMITS} limits in minutes, such as 5,10,15")
    if not all(0 < seconds <= LONGEST_MIN * 60 for seconds in limits):
        raise UsageError(f"isochrone: limits lie above 0 and at {LONGEST_MIN:.0f} minutes at most")
    return limits


def _joint(
    city: City,
    profile: Profile,
    start: tuple[float, float] | None,
    service: str | None,
    answer: Answer,
) -> Endpoints:
    if start is not None:
        from wegeketten.reach.route import join_spot

        return join_spot(city, profile, start, answer)
    wanted = city.catalogue.pick([service or ""])[0]
    places = join_places(city, profile)
    return places.take(np.isin(places.owner, allowed_places(city, profile, answer, wanted)))


def _home_units(
    city: City,
    homes: Endpoints,
    joint: Endpoints,
    weights: NDArray[np.int32],
    units: NDArray[np.int32],
    *,
    leaving: bool,
) -> NDArray[np.int32]:
    """Units between each home and the nearest joint, with pairs on one edge."""
    uv = city.edges["u"], city.edges["v"]
    # people who leave the point come home: from the home's side the walk is turned
    best, _ = times_at(homes, uv, weights, units[:, None], leaving=not leaving)
    times = best[:, 0]
    pairs = same_edge(homes, joint, weights, city.edges["length_m"], leaving=not leaving)
    np.minimum.at(times, pairs.home, pairs.units.astype(np.int32))
    found = np.full(len(city.homes["home_id"]), INF, dtype=np.int32)
    np.minimum.at(found, homes.owner, times)
    return found


def _geometry(city: City, shape: BaseGeometry) -> dict[str, Any]:
    from wegeketten.files.geojson import polygonal

    if shape.is_empty:  # a collection of nothing, which readers of areas do not know
        return {"type": "MultiPolygon", "coordinates": []}
    return polygonal(to_degrees(city, shape))
