"""The fastest way from one point to another, found in two manners: by a plain search, or by the hierarchy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Protocol

import numpy as np

from wegeketten.joins.endpoints import same_edge, seeds_from, seeds_to
from wegeketten.model.path import Path
from wegeketten.routing import INF

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.joins.endpoints import Endpoints, Seeds
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile


@dataclass
class Way:
    """A way from door to door; where it leads is found out when it is asked for.

    Attributes
    ----------
    units
        Time in units of 0.1 s.
    follow
        Finds the network's arcs and the parts of edges.
    """

    units: int
    follow: Callable[[], tuple[NDArray[np.int64], Path]]

    @cached_property
    def _followed(self) -> tuple[NDArray[np.int64], Path]:
        return self.follow()

    @property
    def arcs(self) -> NDArray[np.int64]:
        """int64: the network's arcs it runs on (2e ahead, 2e + 1 back)."""
        return self._followed[0]

    @property
    def path(self) -> Path:
        """The parts of edges."""
        return self._followed[1]


class FindWay(Protocol):
    """How the fastest way between two joints is found, see `search_way`."""

    def __call__(
        self, city: City, profile: Profile, answer: Answer, homes: Endpoints, places: Endpoints
    ) -> Way | None:
        """Find it."""


def search_way(
    city: City, profile: Profile, answer: Answer, homes: Endpoints, places: Endpoints
) -> Way | None:
    """The fastest way by a plain search over the whole network; nothing is made ready for it.

    Parameters
    ----------
    city, profile, answer
        On which network.
    homes, places
        Joints of the start and of the goal, at most one each.

    Returns
    -------
    Way or None
        None where there is no way.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reach.route import join_spot
    >>> city, walker = hamlet(), load_profile("walker")
    >>> here, there = (join_spot(city, walker, (51.05, lon), "likely") for lon in (13.741, 13.745))
    >>> way = search_way(city, walker, "likely", here, there)
    >>> way is not None, search_way(city, walker, "likely", here, there.take([])) is None
    (True, True)
    """
    from wegeketten.whatif.doors import open_doors, trace

    doors = open_doors(city, profile, answer, homes=homes, home_count=1, places=places)
    found = trace(doors, doors.field.streets, doors.goals(np.zeros(1, dtype=np.int64)), doors.field.today)
    if found is None:
        return None
    units, arcs = found
    return Way(units, lambda: (doors.on_street(arcs), doors.path(arcs)))


def climb_way(
    city: City, profile: Profile, answer: Answer, homes: Endpoints, places: Endpoints
) -> Way | None:
    """The same by the city's hierarchy, customised for the profile and kept: for many questions.

    Parameters
    ----------
    city, profile, answer, homes, places
        As for `search_way`.

    Returns
    -------
    Way or None
        As fast as the one of `search_way`; of several such ways it may be another.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reach.route import join_spot
    >>> city, walker = hamlet(), load_profile("walker")
    >>> here, there = (join_spot(city, walker, (51.05, lon), "likely") for lon in (13.741, 13.745))
    >>> climb_way(city, walker, "likely", here, there.take([])) is None
    True
    """
    if not len(homes) or not len(places):
        return None
    weights = getattr(city.weights(profile), answer)
    uv = city.edges["u"], city.edges["v"]
    starts, ends = seeds_from(homes, uv, weights), seeds_to(places, uv, weights)
    pairs = same_edge(homes, places, weights, city.edges["length_m"])
    along = int(pairs.units.min(initial=INF))
    over, one, other = _best_ends(city, profile, answer, starts, ends)
    if min(along, over) >= INF:
        return None
    if along <= over:
        return Way(along, partial(_along, homes, places, along))

    def follow() -> tuple[NDArray[np.int64], Path]:
        _, arcs = city.metric(profile, answer).route(int(starts.nodes[one]), int(ends.nodes[other]))
        return through(weights, homes, places, bool(starts.at_v[one]), bool(ends.at_v[other]), arcs)

    return Way(over, follow)


def _best_ends(
    city: City, profile: Profile, answer: Answer, starts: Seeds, ends: Seeds
) -> tuple[int, int, int]:
    """Units door to door over nodes, and between which of the seeds; `INF` where there is no way."""
    if not len(starts.nodes) or not len(ends.nodes):
        return INF, 0, 0
    table = city.metric(profile, answer).table(starts.nodes, ends.nodes).astype(np.int64)
    total = np.where(table >= INF, np.int64(INF), table + starts.offsets[:, None] + ends.offsets[None, :])
    one, other = divmod(int(total.argmin()), len(ends.nodes))
    return int(total[one, other]), one, other


def _along(homes: Endpoints, places: Endpoints, units: int) -> tuple[NDArray[np.int64], Path]:
    """A way along the edge that both points join."""
    start, end = float(homes.along[0]), float(places.along[0])
    ahead = end >= start
    edge = homes.edge[:1].astype(np.int64)
    off_m = homes.off_m[:1] + places.off_m[:1]
    path = Path(edge, np.array([start]), np.array([end]), np.array([ahead]), off_m, np.array([units]))
    return 2 * edge + (not ahead), path


def through(
    weights: NDArray[np.int32],
    homes: Endpoints,
    places: Endpoints,
    from_v: bool,
    to_v: bool,
    between: NDArray[np.int32],
) -> tuple[NDArray[np.int64], Path]:
    """A way that leaves its first edge at one end, runs over arcs, and enters its last edge at an end.

    Parameters
    ----------
    weights
        Units of every arc.
    homes, places
        Joints of the start and of the goal, one each.
    from_v, to_v
        Whether the first edge is left, and the last one entered, at its end v; else at u.
    between
        Arcs from the one node to the other.

    Returns
    -------
    tuple
        All arcs, and the parts of edges.
    """
    middle = between.astype(np.int64)
    ahead = np.concatenate([[from_v], middle % 2 == 0, [not to_v]])
    edge = np.concatenate([homes.edge[:1], middle // 2, places.edge[:1]]).astype(np.int64)
    start, end = np.where(ahead, 0.0, 1.0), np.where(ahead, 1.0, 0.0)
    start[0], end[-1] = homes.along[0], places.along[0]
    off_m, off = np.zeros(len(edge)), np.zeros(len(edge), dtype=np.int64)
    off_m[0], off[0] = homes.off_m[0], homes.off_units[0]
    off_m[-1] += places.off_m[0]
    off[-1] += places.off_units[0]
    arcs = 2 * edge + ~ahead
    whole = weights[arcs].astype(np.float64)
    parts = np.abs(np.rint(whole * end) - np.rint(whole * start)).astype(np.int64) + off
    return arcs, Path(edge, start, end, ahead, off_m, parts)
