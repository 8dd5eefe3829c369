"""Between a door and the network: where homes and places join it, for a profile.

A home or place joins the network at one place, the same for every profile (`wegeketten.network.join`); both
ends' offsets are kept. Where the edge there is closed to a profile, the home is not reached, and `why` says
so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.routing import INF, UNIT_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.network.snap import Snaps
    from wegeketten.people.profile import Profile

    Units = NDArray[np.int32]


@dataclass(frozen=True)
class Endpoints:
    """Joints between doors and the network for one profile; equally long arrays.

    Attributes
    ----------
    owner
        Row of the home or place.
    edge
        Row of the edge it joins.
    along
        Where on the edge, 0 at u, 1 at v.
    off_m
        Metres between door and edge, as the crow flies.
    off_units
        The same walked at the profile's speed on the level, in units of 0.1 s.
    """

    owner: NDArray[np.int32]
    edge: NDArray[np.int32]
    along: NDArray[np.float64]
    off_m: NDArray[np.float64]
    off_units: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.owner)

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> Endpoints:
        """The given joints only.

        Parameters
        ----------
        rows
            Their positions in this table, or a mask.

        Returns
        -------
        Endpoints
            A table of its own.

        Examples
        --------
        >>> import numpy as np
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> join_homes(hamlet(), load_profile("walker")).take(np.array([0, 2])).owner.tolist()
        [0, 2]
        """
        return Endpoints(
            self.owner[rows], self.edge[rows], self.along[rows], self.off_m[rows], self.off_units[rows]
        )


@dataclass(frozen=True)
class Seeds:
    """Where a search towards places starts, in the form the routing core takes.

    Attributes
    ----------
    nodes
        Nodes next to the places, ends of the edges they join.
    offsets
        Units from the node to the place (or from the place to the node, for the way back).
    joint
        Row of the `Endpoints` each seed belongs to.
    at_v
        Whether the seed's node is the end v of its joint's edge, else u.
    """

    nodes: NDArray[np.int32]
    offsets: NDArray[np.int32]
    joint: NDArray[np.int32]
    at_v: NDArray[np.bool_]


def join_homes(city: City, profile: Profile) -> Endpoints:
    """Joints of the homes, at most one each (the nearest door); homes without any are missing.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.

    Returns
    -------
    Endpoints
        In ascending order of the homes.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> homes = join_homes(hamlet(), load_profile("walker"))
    >>> homes.owner.tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    """
    access = _join(city, profile, homes=True)
    if (access.owner[1:] > access.owner[:-1]).all():
        return access
    order = np.lexsort((access.off_m, access.owner))
    first = np.ones(len(order), dtype=bool)
    first[1:] = access.owner[order][1:] != access.owner[order][:-1]
    return access.take(order[first])


def join_places(city: City, profile: Profile) -> Endpoints:
    """Joints of the places, one per access point (each entrance of a park is one).

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.

    Returns
    -------
    Endpoints
        In ascending order of the places.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> places = join_places(hamlet(), load_profile("walker"))
    >>> sorted(set(places.owner.tolist())) == list(range(len(hamlet().places["service"])))
    True
    """
    return _join(city, profile, homes=False)


def join_points(
    city: City, profile: Profile, lonlat: NDArray[np.float64], answer: Answer = "possible"
) -> Endpoints:
    """Joints of points on the map, at most one each; a point with no way near it has none.

    By the rule for homes, see `wegeketten.network.join`. A point that lies behind what nobody of this profile
    passes has no joint either.

    Parameters
    ----------
    city, profile
        On which network.
    lonlat
        float64, shape (points, 2), degrees.
    answer
        In which answer what lies between a point and its way must be passed.

    Returns
    -------
    Endpoints
        In the order of the points.

    Examples
    --------
    >>> import numpy as np
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> far_and_near = np.array([[13.0, 51.0], [13.7410, 51.0500]])
    >>> join_points(hamlet(), load_profile("walker"), far_and_near, "likely").owner.tolist()
    [1]
    """
    return join_xy(city, profile, np.asarray(city.projection.to_xy(lonlat), dtype=np.float64), answer)


def join_xy(city: City, profile: Profile, xy: NDArray[np.float64], answer: Answer = "possible") -> Endpoints:
    """The same for places in the city's metres.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.
    xy
        Metres, shape (points, 2).
    answer
        Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.

    Returns
    -------
    Endpoints
        In the order of the points.
    """
    from wegeketten.people.checks import LEVEL_OF

    snaps, caution = snap_points(city, xy)
    return _chosen(profile, snaps.take(levels_of(caution, profile) >= LEVEL_OF[answer]))


def snap_points(city: City, xy: NDArray[np.float64]) -> tuple[Snaps, NDArray[np.uint32]]:
    """Where points on the map join the network, and what lies between, as bits of `tags.cautions`.

    Parameters
    ----------
    city
        The city, as built.
    xy
        Metres, shape (points, 2).

    Returns
    -------
    tuple
        Joints with all edges near, and cautions as bits, one for each joint.

    Examples
    --------
    >>> import numpy as np
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> city = hamlet()
    >>> corner = np.array([[city.nodes["x"][0], city.nodes["y"][0]]])
    >>> snaps, caution = snap_points(city, corner)
    >>> caution.tolist()
    [0]
    """
    return city.joiner.join(xy)


def levels_of(caution: NDArray[np.uint32], profile: Profile) -> NDArray[np.uint8]:
    """In how many of the three answers somebody passes what lies between points and ways.

    Parameters
    ----------
    caution
        Bits of `wegeketten.tags.cautions`, one for each joint.
    profile
        The mobility profile that is asked about.

    Returns
    -------
    ndarray
        uint8 from 0 (nobody) to 3 (even in *sure*), shape of `caution`.

    Examples
    --------
    >>> import numpy as np
    >>> from wegeketten.people.profile import load_profile
    >>> levels_of(np.array([0], np.uint32), load_profile("walker")).tolist()
    [3]
    """
    from wegeketten.people.checks import cautious

    return cautious(caution, profile)


def _join(city: City, profile: Profile, *, homes: bool) -> Endpoints:
    return _chosen(profile, city.home_snaps if homes else city.place_snaps)


def _chosen(profile: Profile, snaps: Snaps) -> Endpoints:
    """Joints as the build chose them: the same for every profile, open to it or not."""
    off_m = snaps.off_m.astype(np.float64)
    return Endpoints(
        owner=snaps.owner,
        edge=snaps.edge,
        along=snaps.along.astype(np.float64),
        off_m=off_m,
        off_units=np.rint(off_m / profile.level_m_s / UNIT_S).astype(np.int64),
    )


def seeds_to(access: Endpoints, edges_uv: tuple[Units, Units], weights: Units) -> Seeds:
    """Seeds for times *towards* the places: from either end of the edge to the place.

    Parameters
    ----------
    access
        Joints of the places.
    edges_uv
        Columns u and v of the edge table.
    weights
        int32[2E], units of 0.1 s, `INF` closed.

    Returns
    -------
    Seeds
        Nodes and offsets, one or two for each joint.
    """
    forward, backward = _ends(access, weights)
    ahead = _part(forward, access.along)  # u → place
    return _seeds(access, edges_uv, from_u=ahead, from_v=_rest(backward, access.along))


def seeds_from(access: Endpoints, edges_uv: tuple[Units, Units], weights: Units) -> Seeds:
    """Seeds for times *from* the places: from the place to either end of its edge.

    Parameters
    ----------
    access
        Joints of the places.
    edges_uv
        Columns u and v of the edge table.
    weights
        int32[2E], units of 0.1 s, `INF` closed.

    Returns
    -------
    Seeds
        Nodes and offsets, one or two for each joint.
    """
    forward, backward = _ends(access, weights)
    return _seeds(access, edges_uv, from_u=_part(backward, access.along), from_v=_rest(forward, access.along))


def times_at(
    access: Endpoints,
    edges_uv: tuple[Units, Units],
    weights: Units,
    node_times: Units,
    *,
    leaving: bool = True,
) -> tuple[Units, NDArray[np.bool_]]:
    """Times at the joints from times at the nodes.

    Parameters
    ----------
    access
        Joints of the homes.
    edges_uv, weights
        As for `seeds_to`.
    node_times
        int32[n, k]: units from each node to the nearest of k services (or back from it).
    leaving
        Whether the person leaves the door (times towards places) or comes home.

    Returns
    -------
    times
        int32[len(access), k], door to the far end of `node_times`; `INF` where not reached.
    through_v
        bool[len(access), k]: whether the way leads over v, else over u.
    """
    forward, backward = _ends(access, weights)
    if leaving:
        at_u, at_v = _part(backward, access.along), _rest(forward, access.along)
    else:
        at_u, at_v = _part(forward, access.along), _rest(backward, access.along)
    u, v = edges_uv
    by_u = _sum(node_times[u[access.edge]], at_u[:, None])
    by_v = _sum(node_times[v[access.edge]], at_v[:, None])
    through_v = by_v < by_u
    best = _sum(np.where(through_v, by_v, by_u), access.off_units[:, None])
    return best.astype(np.int32), through_v


@dataclass(frozen=True)
class SameEdge:
    """Pairs of a home and a place on the same edge, reached without passing a node.

    Attributes
    ----------
    home, place
        Rows of the two `Endpoints` tables.
    units
        Door to door, in units of 0.1 s, `INF` where closed.
    metres
        Door to door.
    """

    home: NDArray[np.int64]
    place: NDArray[np.int64]
    units: NDArray[np.int64]
    metres: NDArray[np.float64]


def same_edge(
    homes: Endpoints,
    places: Endpoints,
    weights: Units,
    lengths_m: NDArray[np.float32],
    *,
    leaving: bool = True,
) -> SameEdge:
    """Find all pairs on one edge and the time between them along it.

    Parameters
    ----------
    homes, places
        Joints.
    weights
        int32[2E], units of 0.1 s, `INF` closed.
    lengths_m
        Length of each edge, shape (edges,).
    leaving
        Whether people walk from the homes to the places, else back.

    Returns
    -------
    SameEdge
        Rows of both tables, and units of 0.1 s.
    """
    order = np.argsort(places.edge, kind="stable")
    keys = places.edge[order]
    low, high = np.searchsorted(keys, homes.edge, "left"), np.searchsorted(keys, homes.edge, "right")
    count = high - low
    home = np.repeat(np.arange(len(homes)), count)
    within = np.arange(len(home)) - np.repeat(np.cumsum(count) - count, count)
    place = order[np.repeat(low, count) + within]
    start, end = homes.along[home], places.along[place]
    if not leaving:
        start, end = end, start
    edge = homes.edge[home].astype(np.int64)
    weight = np.where(end >= start, weights[2 * edge], weights[2 * edge + 1]).astype(np.int64)
    along = np.abs(_part(weight, end) - _part(weight, start))
    off = homes.off_units[home] + places.off_units[place]
    metres = np.abs(end - start) * lengths_m[edge] + homes.off_m[home] + places.off_m[place]
    return SameEdge(home, place, np.where(weight == INF, INF, _sum(along, off)), metres)


def allowed_places(city: City, profile: Profile, answer: Answer, service: str) -> NDArray[np.int64]:
    """Rows of the city's places that offer a service to this profile in this answer.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.
    answer
        Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
    service
        Id of the service.

    Returns
    -------
    ndarray
        Ascending.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> city = hamlet()
    >>> rows = allowed_places(city, load_profile("walker"), "likely", "pharmacy")
    >>> [str(city.places["service"][row]) for row in rows]
    ['pharmacy']
    """
    from wegeketten.people.verdict import verdict_of_place

    rows = np.flatnonzero(city.places["service"] == service)
    if not city.catalogue.service(service).wheelchair:  # a bench has no door
        return rows
    wheelchair = city.places["wheelchair"][rows]
    verdict = {value: answer in verdict_of_place(value, profile) for value in (0.0, 0.5, 1.0)}
    unmapped = answer in verdict_of_place(None, profile)
    open_to = [unmapped if np.isnan(value) else verdict[float(value)] for value in wheelchair.tolist()]
    allowed: NDArray[np.int64] = rows[np.array(open_to, dtype=bool)]
    return allowed


def _ends(access: Endpoints, weights: Units) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    edge = access.edge.astype(np.int64)
    return weights[2 * edge].astype(np.int64), weights[2 * edge + 1].astype(np.int64)


def _part(weight: NDArray[np.int64], along: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.where(weight == INF, INF, np.rint(weight * along).astype(np.int64))


def _rest(weight: NDArray[np.int64], along: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.where(weight == INF, INF, weight - np.rint(weight * along).astype(np.int64))


def _sum(a: NDArray[np.integer], b: NDArray[np.integer]) -> NDArray[np.int64]:
    total = a.astype(np.int64) + b
    return np.where((a == INF) | (b == INF) | (total > INF), INF, total)


def _seeds(
    access: Endpoints, edges_uv: tuple[Units, Units], *, from_u: NDArray[np.int64], from_v: NDArray[np.int64]
) -> Seeds:
    u, v = edges_uv
    nodes = np.concatenate([u[access.edge], v[access.edge]])
    offsets = np.concatenate([_sum(from_u, access.off_units), _sum(from_v, access.off_units)])
    joint = np.tile(np.arange(len(access), dtype=np.int32), 2)
    at_v = np.repeat([False, True], len(access))
    open_ = offsets != INF
    return Seeds(nodes[open_], offsets[open_].astype(np.int32), joint[open_], at_v[open_])
