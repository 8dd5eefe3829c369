"""What the service keeps at hand: the city, its profiles, and how things are today."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wegeketten.model.answers import ANSWERS
from wegeketten.model.edges import RAW
from wegeketten.people.profile import PROFILES, Profile, load_profiles
from wegeketten.reach.reach_polygon import draw_ahead
from wegeketten.serve.refusals import VALUE, RefusedError
from wegeketten.serve.service_times import service_times
from wegeketten.serve.variant import Variant
from wegeketten.serve.wishes import Wishes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer, Progress

FOREIGN = {"foot-walking": "walker", "foot-hiking": "walker", "wheelchair": "wheelchair"}
"""Profiles of openrouteservice, and ours in their place."""

KEPT = 3
"""Profiles whose times of all homes are kept (three times homes × services numbers each), and networks that
differ by a request's wishes."""


@dataclass
class Desk:
    """A city with everything loaded that answers need; questions are answered one after the other.

    Attributes
    ----------
    city
        The city.
    profiles
        By id.
    busy
        Held while a question is answered: numbers are shared, processors are few, memory stays small.
    """

    city: City
    profiles: Mapping[str, Profile]
    busy: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _today: dict[str, dict[Answer, NDArray[np.int32]]] = field(default_factory=dict, repr=False)
    _variants: dict[tuple[str, Wishes], Variant] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, city: City, profiles: Sequence[str | Profile] = ()) -> Desk:
        """A desk for a city and some profiles, all shipped ones where none is named.

        Parameters
        ----------
        city
            The city, as built.
        profiles
            Ids, files or profiles.

        Returns
        -------
        Desk
            Nothing is computed yet.

        Raises
        ------
        UsageError
            A profile does not exist, or two have the same id.
        """
        named = [one for one in profiles or PROFILES if not isinstance(one, Profile)]
        loaded = iter(load_profiles(named) if named else [])
        each = [one if isinstance(one, Profile) else next(loaded) for one in profiles or PROFILES]
        return cls(city, {profile.id: profile for profile in each})

    def profile(self, name: str, service: int) -> Profile:
        """A profile by our id, or by openrouteservice's name.

        Parameters
        ----------
        name
            As the client names it.
        service
            First number of the service's errors.

        Returns
        -------
        Profile
            One of those that are served.

        Raises
        ------
        RefusedError
            It is not served.
        """
        found = self.profiles.get(name) or self.profiles.get(FOREIGN.get(name, ""))
        if found is None:
            from wegeketten.serve.fields import shown

            raise RefusedError(
                f"profile {shown(name)} is not served, choose {', '.join(self.profiles)}",
                service + VALUE,
                404,
            )
        return found

    def network(self, profile: Profile, wishes: Wishes) -> tuple[City, Profile]:
        """The city as a request wishes it, and whom to ask for; the last few are kept.

        Parameters
        ----------
        profile
            For whom.
        wishes
            What differs; nothing in most requests.

        Returns
        -------
        tuple
            City and profile, the city's own where nothing differs.
        """
        if wishes == Wishes():
            return self.city, profile
        variant = self._variant(profile, wishes)
        return variant, variant.profile

    def by_metres(self, profile: Profile, wishes: Wishes) -> tuple[Variant, Profile]:
        """The same with metres in place of seconds.

        Parameters
        ----------
        profile
            For whom.
        wishes
            What else differs.

        Returns
        -------
        tuple
            City and profile.
        """
        variant = self._variant(profile, replace(wishes, by_length=True))
        return variant, variant.profile

    def _variant(self, profile: Profile, wishes: Wishes) -> Variant:
        key = profile.id, wishes
        found = self._variants.pop(key, None) or Variant(self.city, profile, wishes)
        self._variants[key] = found
        if len(self._variants) > KEPT:
            del self._variants[next(iter(self._variants))]
        return found

    def today(self, profile: Profile) -> dict[Answer, NDArray[np.int32]]:
        """How far every home is from every service of the city as it is, by answer; the last few are kept.

        Parameters
        ----------
        profile
            For whom.

        Returns
        -------
        dict
            int32, shape (homes, services): units of 0.1 s.
        """
        found = self._today.pop(profile.id, None)
        if found is None:
            services = self.city.catalogue.ids
            found = {answer: service_times(self.city, profile, answer, services) for answer in ANSWERS}
        self._today[profile.id] = found
        if len(self._today) > KEPT:
            del self._today[next(iter(self._today))]
        return found

    def warm_up(self, progress: Progress | None = None) -> None:
        """Load and compute whatever the first question would wait for.

        Parameters
        ----------
        progress
            Called with words and the share done.

        Raises
        ------
        InputDataError
            A file of the city is missing or damaged.
        """
        from wegeketten.serve.rehearsal import rehearse

        city = self.city
        _ = city.districts, city.places, city.joiner, city.edges.points, city.edges.columns[RAW]
        for number, profile in enumerate(self.profiles.values()):
            if progress:
                progress(profile.id, number / len(self.profiles))
            for answer in ANSWERS:
                city.metric(profile, answer)
            draw_ahead(city, profile, "likely")
        rehearse(self)
