"""Many worlds at once: in how many of them each home reaches each service within its standard."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.chances.expected_share import Chances
from wegeketten.chances.times import Times
from wegeketten.chances.worlds import BLOCK, Worlds
from wegeketten.joins.endpoints import allowed_places, join_homes, join_places, same_edge, seeds_to
from wegeketten.reach.shares import units_within
from wegeketten.routing import INF, share, thread_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.joins.endpoints import Endpoints
    from wegeketten.model.answers import Progress
    from wegeketten.people.profile import Profile
    from wegeketten.places.service_catalogue import Catalogue


def find_chances(
    city: City,
    profiles: Sequence[Profile],
    services: Sequence[str],
    *,
    worlds: int | Worlds = 64,
    seed: int = 0,
    own_speed: bool = False,
    catalogue: Catalogue | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Chances:
    """Draw worlds and answer for every home, profile and service in which of them it is reached in time.

    Parameters
    ----------
    city
        A built city.
    profiles, services
        For whom, and what.
    worlds
        How many, or drawings of the city that are there already.
    seed
        Another seed, other worlds.
    own_speed
        Whether people differ in speed, see `Worlds.speeds`. The three answers are for the profile's own pace:
        then they bound a person's chance no longer, but what they promise at her own speed does.
    catalogue
        Standards; the city's own where None.
    threads
        Number of threads; the result does not depend on it.
    progress
        Called with words and the share done.

    Returns
    -------
    Chances
        In which worlds each home reaches each service.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> wheels = load_profile("wheelchair")
    >>> chances = find_chances(hamlet(), [wheels], ["pharmacy"], worlds=64, seed=1)
    >>> chances.chance("wheelchair")[:3, 0].tolist()
    [0.546875, 0.546875, 0.546875]
    """
    drawn = (
        worlds if isinstance(worlds, Worlds) else Worlds(city, profiles, worlds, seed, own_speed=own_speed)
    )
    catalogue = catalogue or city.catalogue
    count = thread_count(threads)
    homes = len(city.homes["home_id"])
    shape = (homes, len(services), -(-drawn.count // BLOCK))
    within = {profile.id: np.zeros(shape, dtype=np.uint8) for profile in profiles}
    questions = []
    for profile in profiles:
        questions.append(_Question(city, profile, services, catalogue))
        city.forget()
    for byte, first in enumerate(range(0, drawn.count, BLOCK)):
        if progress:
            progress("worlds", first / drawn.count)
        entered = drawn.entered(first)
        for question in questions:
            if not question.answers:
                continue
            block = question.block(drawn, first, entered, count)
            bits = np.zeros(block.shape[1:], dtype=np.uint8)
            for world, in_time in enumerate(block):
                bits |= in_time.view(np.uint8) << np.uint8(BLOCK - 1 - world)
            within[question.profile.id][question.homes.owner, :, byte] = bits
    return Chances(drawn, list(services), within)


def chance_of_way(
    city: City,
    profile: Profile,
    arcs: NDArray[np.integer],
    *,
    places: Sequence[int] = (),
    worlds: int = 64,
    seed: int = 0,
) -> float:
    """Chance that a way can be gone as it is described: nothing on it turns out to be in the way.

    Parameters
    ----------
    city, profile
        Where, and for whom.
    arcs
        What it leads over: 2e and 2e + 1 are edge e there and back.
    places
        Rows of the city's places that are entered on it.
    worlds, seed
        How many worlds are drawn, and which.

    Returns
    -------
    float
        From 0 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reach.route import find_route
    >>> kerb = 2 * hamlet().edges["osm_id"].tolist().index(68)
    >>> 0 < chance_of_way(hamlet(), load_profile("wheelchair"), np.array([kerb]), worlds=64) < 1
    True
    """
    drawn = Worlds(city, [profile], worlds, seed)
    over = np.unique(np.asarray(arcs, dtype=np.int64))
    doors = [row for row in places if _has_door(city, profile, str(city.places["service"][row]))]
    fine = 0
    for first in range(0, worlds, BLOCK):
        gone = drawn.open(profile, first)[:, over].all(axis=1)
        fine += int((gone & drawn.entered(first)[doors].all(axis=0)).sum())
    return fine / worlds


def chance_from(
    city: City, profile: Profile, home: Endpoints, service: str, *, worlds: int = 64, seed: int = 0
) -> float:
    """Chance that a service is reached within its standard from one door, on whatever way.

    Parameters
    ----------
    city, profile
        Where, and for whom.
    home
        Joint of the door.
    service
        Id.
    worlds, seed
        How many worlds are drawn, and which.

    Returns
    -------
    float
        From 0 to 1.

    Examples
    --------
    >>> from wegeketten.joins.endpoints import join_homes
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> city, wheels = hamlet(), load_profile("wheelchair")
    >>> first = join_homes(city, wheels).take([0])
    >>> 0 < chance_from(city, wheels, first, "pharmacy", worlds=64, seed=1) < 1
    True
    """
    drawn = Worlds(city, [profile], worlds, seed)
    question = _Question(city, profile, [service], city.catalogue, home)
    blocks = (
        question.block(drawn, first, drawn.entered(first), thread_count(None))
        for first in range(0, worlds, BLOCK)
    )
    return sum(int(block.any(axis=(1, 2)).sum()) for block in blocks) / worlds


def _has_door(city: City, profile: Profile, service: str) -> bool:
    """Whether the mapper's verdict on a place's entrance matters: a bench has no door."""
    return profile.limits.wheelchair_tag and city.catalogue.service(service).wheelchair


class _Question:
    """What is asked for one profile, in the form in which a world answers it quickly."""

    def __init__(
        self,
        city: City,
        profile: Profile,
        services: Sequence[str],
        catalogue: Catalogue,
        homes: Endpoints | None = None,
    ) -> None:
        self.city, self.profile = city, profile
        self.homes = join_homes(city, profile) if homes is None else homes
        places = join_places(city, profile)
        told = city.weights(profile)
        self.sure, self.weights, self.seconds = told.sure, told.possible, told.seconds
        self._times: Times | None = None
        uv = city.edges["u"], city.edges["v"]
        limits = [units_within(catalogue.standard_s(service, profile)) for service in services]
        self.limits = np.array(limits, dtype=np.int32)
        standards = [catalogue.service(service).standard for service in services]
        self.in_minutes = np.array([standard.minutes is not None for standard in standards])
        self.answers = len(services)
        self._seeds(places, uv, services)
        edge = self.homes.edge.astype(np.int64)
        self.u, self.v, self.arc = uv[0][edge], uv[1][edge], 2 * edge
        there, back = self.weights[2 * edge].astype(np.int64), self.weights[2 * edge + 1].astype(np.int64)
        self.to_u = to_u = _part(back, self.homes.along) + self.homes.off_units
        self.to_v = to_v = there - _part(there, self.homes.along) + self.homes.off_units
        # the latest time at the node from which the home is still in time; -1 where it never is
        self.latest_u = np.maximum(self.limits[None] - to_u[:, None], -1).astype(np.int32)
        self.latest_v = np.maximum(self.limits[None] - to_v[:, None], -1).astype(np.int32)

    def _seeds(
        self, places: Endpoints, uv: tuple[NDArray[np.int32], NDArray[np.int32]], services: Sequence[str]
    ) -> None:
        lengths = self.city.edges["length_m"]
        nodes, offsets, arcs, owners, number, pairs = [], [], [], [], [], []
        units = []
        self.doors = np.zeros(len(services), dtype=bool)
        for column, service in enumerate(services):
            offer = places.take(
                np.isin(places.owner, allowed_places(self.city, self.profile, "possible", service))
            )
            seed = seeds_to(offer, uv, self.weights)
            self.doors[column] = _has_door(self.city, self.profile, service)
            nodes.append(seed.nodes)
            offsets.append(seed.offsets)
            arcs.append(2 * offer.edge[seed.joint].astype(np.int64) + seed.at_v)
            owners.append(offer.owner[seed.joint])
            number.append(np.full(len(seed.nodes), column))
            pair = same_edge(self.homes, offer, self.weights, lengths)
            near = np.flatnonzero(pair.units < INF)
            units.append(pair.units[near])
            home, place = pair.home[near], pair.place[near]
            onward = offer.along[place] >= self.homes.along[home]
            arc = 2 * offer.edge[place].astype(np.int64) + ~onward
            pairs.append(np.stack([home, np.full(len(near), column), arc, offer.owner[place]], axis=1))
        self.seed_nodes, self.seed_offsets = np.concatenate(nodes), np.concatenate(offsets)
        self.seed_arcs, self.seed_places = np.concatenate(arcs), np.concatenate(owners)
        self.seed_service, self.pairs = np.concatenate(number), np.concatenate(pairs).astype(np.int64)
        self.pair_units = np.concatenate(units).astype(np.int64)

    def block(
        self, worlds: Worlds, first: int, entered: NDArray[np.bool_], threads: int
    ) -> NDArray[np.bool_]:
        """Whether each joined home is in time in a block of worlds, shape (worlds, homes, services).

        What the answer *sure* promises holds in every world, and what it does not find possible in none.
        """
        if worlds.own_speed:
            speeds, (best, worst) = worlds.speeds(self.profile, first), self._times_within
        else:
            sure, possible = self._bounds
            if (sure == possible).all():
                return np.broadcast_to(sure, (entered.shape[1], *sure.shape))
        if self._times is None:
            self._times = Times(worlds.odds, self.profile, self.seconds)
        open_ = worlds.open(self.profile, first)
        rows, units = self._times.rows, worlds.units(self._times, first)
        arcs = np.stack([2 * rows, 2 * rows + 1], axis=1).ravel()
        found = np.empty((len(open_), len(self.homes), self.answers), dtype=bool)

        def answer(world: int) -> None:
            weights = self.weights.copy()
            weights[arcs] = units[world]
            weights[~open_[world]] = INF
            there = open_[world], weights, entered[:, world]
            if not worlds.own_speed:
                found[world] = (self._world(*there) | sure) & possible
                return
            limit = self._limits_of(speeds[:, world])
            found[world] = ((self._home_times(*there) <= limit) | (worst <= limit)) & (best <= limit)

        share([partial(answer, world) for world in range(len(open_))], threads)
        return found

    def _limits_of(self, speeds: NDArray[np.float64]) -> NDArray[np.int64]:
        """Limits by home and service at the pace of the answers, for people of their own speed in one world.

        Whoever is half as fast takes twice as long for all of the way, waits included. A standard in metres
        is as far for everybody.
        """
        factor = np.where(self.in_minutes[None], speeds[self.homes.owner][:, None], 1.0)
        found: NDArray[np.int64] = np.floor(self.limits[None] * factor).astype(np.int64)
        return found

    @cached_property
    def _times_within(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Time of each joined home in *possible* and in *sure*, units, shape (homes, services)."""
        wheelchair = self.city.places["wheelchair"]
        everywhere = np.ones(len(wheelchair), dtype=bool)
        return (
            self._home_times(self.weights != INF, self.weights, everywhere),
            self._home_times(self.sure != INF, self.sure, wheelchair == 1),
        )

    @cached_property
    def _bounds(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Whether each joined home is in time in *sure* and in *possible*, shape (homes, services)."""
        wheelchair = self.city.places["wheelchair"]
        found = []
        for weights, entered in (
            (self.sure, wheelchair == 1),
            (self.weights, np.ones(len(wheelchair), bool)),
        ):
            found.append(self._world(weights != INF, weights, entered))
        return found[0], found[1]

    def _nearest(
        self, open_: NDArray[np.bool_], weights: NDArray[np.int32], entered: NDArray[np.bool_]
    ) -> NDArray[np.int32]:
        """Time of each node to the nearest place of each service, shape (nodes, services)."""
        metric = self.city.hierarchy.customize(weights, threads=1)
        live = open_[self.seed_arcs] & (entered[self.seed_places] | ~self.doors[self.seed_service])
        service = self.seed_service[live]
        cuts = np.searchsorted(service, np.arange(1, self.answers))
        return metric.nearest(
            np.split(self.seed_nodes[live], cuts),
            np.split(self.seed_offsets[live], cuts),
            direction="to",
            threads=1,
        )

    def _world(
        self, open_: NDArray[np.bool_], weights: NDArray[np.int32], entered: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Whether each joined home is in time at the profile's pace."""
        times = self._nearest(open_, weights, entered)
        found = (times[self.u] <= self.latest_u) & open_[self.arc + 1][:, None]
        found |= (times[self.v] <= self.latest_v) & open_[self.arc][:, None]
        home, column, arc, place = self.pairs.T
        live = open_[arc] & (entered[place] | ~self.doors[column])
        live &= self.pair_units <= self.limits[column]
        found[home[live], column[live]] = True
        answer: NDArray[np.bool_] = found
        return answer

    def _home_times(
        self, open_: NDArray[np.bool_], weights: NDArray[np.int32], entered: NDArray[np.bool_]
    ) -> NDArray[np.int64]:
        """Units of each joined home to the nearest place at the profile's pace; `INF` or more: no way."""
        times = self._nearest(open_, weights, entered).astype(np.int64)
        by_u = np.where(open_[self.arc + 1][:, None], times[self.u] + self.to_u[:, None], INF)
        by_v = np.where(open_[self.arc][:, None], times[self.v] + self.to_v[:, None], INF)
        found: NDArray[np.int64] = np.minimum(by_u, by_v)
        home, column, arc, place = self.pairs.T
        live = open_[arc] & (entered[place] | ~self.doors[column])
        np.minimum.at(found, (home[live], column[live]), self.pair_units[live])
        return found


def _part(weight: NDArray[np.int64], along: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.rint(weight * along).astype(np.int64)
