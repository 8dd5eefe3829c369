"""The routes between the points of a request: fastest, shortest, and others beside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.reach.route import find_route
from wegeketten.reach.ways import climb_way
from wegeketten.routing import INF
from wegeketten.serve.heights import heights_along
from wegeketten.serve.other_ways import other_ways
from wegeketten.serve.refusals import NO_POINT, NO_WAY, RefusedError
from wegeketten.serve.shortest import shortest_way

if TYPE_CHECKING:
    from wegeketten.city import City
    from wegeketten.joins.endpoints import Endpoints
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.reach.itinerary import Itinerary
    from wegeketten.reach.route import Route
    from wegeketten.reach.ways import FindWay, Way
    from wegeketten.serve.desk import Desk
    from wegeketten.serve.fields import Point
    from wegeketten.serve.other_ways import Bounds
    from wegeketten.serve.route_request import RouteRequest


@dataclass(frozen=True)
class Leg:
    """The route from one point to the next.

    Attributes
    ----------
    route, course
        The route and where it leads.
    line
        Longitude, latitude, and a height where it was asked for.
    """

    route: Route
    course: Itinerary
    line: list[list[float]]


class Walker:
    """Finds routes on the network that a request wishes.

    Parameters
    ----------
    desk
        What the service keeps at hand.
    profile
        For whom.
    asked
        The request.
    """

    def __init__(self, desk: Desk, profile: Profile, asked: RouteRequest) -> None:
        self.city, self.profile = desk.network(profile, asked.wishes)
        self.asked = asked
        self.find: FindWay = climb_way
        if asked.shortest:
            by_metres, _ = desk.by_metres(profile, asked.wishes)
            self.find = partial(shortest_way, by_metres)

    def leg(self, pair: tuple[Point, Point], number: int, find: FindWay | None = None) -> Leg:
        """The route between two points.

        Parameters
        ----------
        pair
            Longitude and latitude each.
        number
            Which part of the request it is, from 0.
        find
            How the way is found; as the request wishes where None.

        Returns
        -------
        Leg
            With its line.

        Raises
        ------
        RefusedError
            A point is near no way, or there is no route.
        """
        start, end = ((lat, lon) for lon, lat in pair)
        try:
            route = find_route(self.city, self.profile, start, end, find_way=find or self.find)
        except UsageError:
            raise self._far_point(pair, number) from None
        if route.course is None:
            raise self._no_route(route, pair, number)
        line = np.round(route.course.line, 6)
        if self.asked.high:
            heights = heights_along(self.city, route.course.path, route.course.line)
            line = np.column_stack([line, np.round(heights, 1)])
        return Leg(route, route.course, line.tolist())

    def others(self, pair: tuple[Point, Point], bounds: Bounds) -> list[Leg]:
        """The route between two points, and others beside it.

        Parameters
        ----------
        pair
            Longitude and latitude each.
        bounds
            How they may differ.

        Returns
        -------
        list of Leg
            The one of `leg` first.

        Raises
        ------
        RefusedError
            As in `leg`.
        """
        met: dict[Answer, tuple[Endpoints, Endpoints, Way]] = {}

        def watch(
            city: City, profile: Profile, answer: Answer, homes: Endpoints, places: Endpoints
        ) -> Way | None:
            way = self.find(city, profile, answer, homes, places)
            if way is not None:
                met[answer] = homes, places, way
            return way

        legs = [self.leg(pair, 0, watch)]
        led: Answer = "likely" if "likely" in met else "possible"
        homes, places, best = met[led]
        found = other_ways(self.city, self.profile, led, (homes, places), best, bounds)
        return legs + [self.leg(pair, 0, partial(self._this_way, way, led)) for way in found]

    def _this_way(
        self,
        way: Way,
        led: Answer,
        city: City,
        profile: Profile,
        answer: Answer,
        homes: Endpoints,
        places: Endpoints,
    ) -> Way | None:
        """A way that is known, in the answers in which it is open."""
        if answer == led or (answer == "possible" and led == "likely"):
            return way
        open_to_all = (getattr(city.weights(profile), answer)[way.arcs] != INF).all()
        return way if open_to_all and len(homes) and len(places) else None

    def _no_route(self, route: Route, pair: tuple[Point, Point], number: int) -> RefusedError:
        why = ", ".join(sorted({f"{seen.kind} {seen.id}" for seen in route.barriers})[:5])
        whom = self.profile.id
        names = f"{number} {told_point(pair[0])} and {number + 1} {told_point(pair[1])}"
        if why:
            message = f"there is no route for {whom} between points {names}; at its ends stand: {why}"
        else:
            message = f"there is no route for {whom} between points {names}"
        return RefusedError(message, NO_WAY, 404)

    def _far_point(self, pair: tuple[Point, Point], number: int) -> RefusedError:
        xy = np.asarray(self.city.projection.to_xy(np.array(pair)), dtype=np.float64)
        far = 0 if not len(self.city.joiner.join(xy[:1])[0]) else 1
        return RefusedError(
            f"point {number + far} {told_point(pair[far])}: no way within 250 m; longitude comes first",
            NO_POINT,
            404,
        )


def refuse_far_points(city: City, asked: RouteRequest) -> None:
    """Hold each point against the radius that was set for it.

    Parameters
    ----------
    city
        The city, as built.
    asked
        The request.

    Raises
    ------
    RefusedError
        The nearest way of one is farther away.
    """
    for number, (point, radius) in enumerate(zip(asked.points, asked.radii_m, strict=True)):
        if radius is None:
            continue
        xy = np.asarray(city.projection.to_xy(np.array([point])), dtype=np.float64)
        snaps, _ = city.joiner.join(xy)
        if not len(snaps) or float(snaps.off_m[0]) > radius:
            raise RefusedError(
                f"point {number} {told_point(point)}: no way within the {radius:g} m of radiuses",
                NO_POINT,
                404,
            )


def told_point(point: Point) -> str:
    """A point as an error repeats it.

    Parameters
    ----------
    point
        Longitude and latitude.

    Returns
    -------
    str
        To a decimetre.

    Examples
    --------
    >>> told_point((13.74, 51.05))
    '(13.740000, 51.050000)'
    """
    return f"({point[0]:.6f}, {point[1]:.6f})"
