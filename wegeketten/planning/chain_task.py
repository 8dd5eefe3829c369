"""Chains of errands as something people want: to be able to run them all, in order, within a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.joins.endpoints import allowed_places, join_homes, join_places
from wegeketten.planning.layered_graph import StreetLayer, build_layered_graph
from wegeketten.planning.round_trip import RoundTrip
from wegeketten.planning.task import Task
from wegeketten.reach.chains.errands import MOST_VISITS
from wegeketten.reach.shares import units_within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.whatif.candidates import Candidates


@dataclass(frozen=True)
class Outing:
    """A chain that a plan is for.

    Attributes
    ----------
    visit
        Service ids, in the order of the visits.
    returning
        Whether it ends at home. Down is not up: the way home counts in its own direction.
    minutes
        Longest time on the way; None for the sum of what the visits' standards allow (and that of the last
        once more for the way home): anyone who has every leg within its standard can run the chain.
    """

    visit: tuple[str, ...]
    returning: bool = False
    minutes: float | None = None

    @property
    def name(self) -> str:
        """The chain in one word.

        Examples
        --------
        >>> Outing(("pharmacy", "stop"), returning=True).name
        'pharmacy>stop>home'
        """
        return ">".join((*self.visit, "home") if self.returning else self.visit)

    @classmethod
    def parse(cls, text: str, *, returning: bool = False) -> Outing:
        """Read ``pharmacy,doctor,stop`` or, with the minutes it may take, ``pharmacy,doctor,stop=45``.

        Parameters
        ----------
        text
            Service ids with commas between, perhaps with ``=`` and minutes.
        returning
            Whether the chain ends at home.

        Returns
        -------
        Outing
            Ids are not checked yet.

        Raises
        ------
        UsageError
            There is no service, more than eight, or the minutes are no positive number.

        Examples
        --------
        >>> Outing.parse("pharmacy, doctor=45")
        Outing(visit=('pharmacy', 'doctor'), returning=False, minutes=45.0)
        """
        names, stated, time = text.partition("=")
        visit = tuple(name.strip() for name in names.split(",") if name.strip())
        if not 1 <= len(visit) <= MOST_VISITS:
            raise UsageError(
                f"--chain {text!r}: give one to {MOST_VISITS} services, such as pharmacy,doctor,stop"
            )
        if not stated:
            return cls(visit, returning)
        try:
            minutes = float(time)
        except ValueError:
            minutes = float("nan")
        if not 0 < minutes < float("inf"):
            raise UsageError(f"--chain {text!r}: after = minutes were expected, such as pharmacy,doctor=45")
        return cls(visit, returning, minutes)

    def checked(self, city: City) -> Outing:
        """With ids as the catalogue writes them.

        Parameters
        ----------
        city
            The city, as built.

        Returns
        -------
        Outing
            The same chain.

        Raises
        ------
        UsageError
            A service does not exist.
        """
        visit = tuple(city.catalogue.service(name).id for name in self.visit)
        return Outing(visit, self.returning, self.minutes)

    def limit_s(self, city: City, profile: Profile) -> float:
        """Seconds within which the chain counts as done.

        Parameters
        ----------
        city
            The city, as built.
        profile
            The mobility profile that is asked about.

        Returns
        -------
        float
            The minutes given, else the sum of the standards on the way.
        """
        if self.minutes is not None:
            return self.minutes * 60.0
        legs = (*self.visit, self.visit[-1]) if self.returning else self.visit
        return sum(city.catalogue.standard_s(name, profile) for name in legs)


def outings(texts: Iterable[str], *, returning: bool = False) -> list[Outing]:
    """Read chains, see `Outing.parse`.

    Parameters
    ----------
    texts
        A chain each.
    returning
        Whether they end at home.

    Returns
    -------
    list of Outing
        In the same order.

    Raises
    ------
    UsageError
        A chain cannot be read, or there is none to end at home.

    Examples
    --------
    >>> [each.name for each in outings(["pharmacy,doctor"], returning=True)]
    ['pharmacy>doctor>home']
    """
    found = [Outing.parse(text, returning=returning) for text in texts]
    if returning and not found:
        raise UsageError("--return is for chains: give --chain too")
    return found


def outing_task(
    city: City,
    profile: Profile,
    candidates: Candidates,
    outing: Outing,
    people: NDArray[np.float64],
    answer: Answer = "likely",
    worth: float = 1.0,
) -> Task | None:
    """The chain as a task; None where the city lacks places of a kind.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.
    candidates
        Works on edges, and their prices.
    outing
        The chain.
    people
        People at each home.
    answer
        Which edges are open, and which places may be visited.
    worth
        See `Task`.

    Returns
    -------
    Task or None
        Ready to be solved like a single trip.
    """
    edges, joints = city.edges, join_places(city, profile)
    streets = StreetLayer(
        len(city.nodes["x"]), edges["u"].astype(np.int32), edges["v"].astype(np.int32),
        getattr(city.weights(profile), answer), candidates.remedies(profile, answer),
    )  # fmt: skip
    kinds = [
        joints.take(np.isin(joints.owner, allowed_places(city, profile, answer, service)))
        for service in outing.visit
    ]
    if not all(len(kind) for kind in kinds):
        return None
    homes, count = join_homes(city, profile), len(city.homes["home_id"])
    limit = units_within(outing.limit_s(city, profile))
    told = profile.id, outing.name
    if not outing.returning:
        out = build_layered_graph(streets, homes, count, kinds)
        return Task(*told, out.field, out.goals, people, limit, worth, out.turn)
    rarest = int(np.argmin([len(np.unique(kind.owner)) for kind in kinds]))
    out = build_layered_graph(streets, homes, count, kinds[: rarest + 1])
    back = build_layered_graph(streets, homes, count, kinds[rarest:][::-1], leaving=False)
    return RoundTrip(
        *told, out.field, out.goals, people, limit, worth, out.turn,
        back=back.field, back_goals=back.goals, back_turn=back.turn,
    )  # fmt: skip
