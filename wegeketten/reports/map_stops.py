"""Stops one can board on a map: platforms stand in for mapped stops, and raising them can be switched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.model.answers import ANSWERS
from wegeketten.transit.register import STOP_MARK
from wegeketten.whatif.measures import load_measures
from wegeketten.words.catalogue import text
from wegeketten.words.numbers import date, number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.joins.endpoints import Endpoints
    from wegeketten.people.profile import Profile
    from wegeketten.reports.data import MapPlaces, MapWorks, ProfileLayer
    from wegeketten.transit.raising import StopOffers


@dataclass(frozen=True)
class MapStops:
    """The rows of the platform table as places of a map, behind those of the other services.

    Attributes
    ----------
    offers
        Which platforms serve whom, today and once they are raised.
    first
        Row of `MapData.places` of the first platform.
    service
        Row of `MapData.services`.
    """

    offers: StopOffers
    first: int
    service: int

    def joints(self, profile: Profile) -> Endpoints:
        """Doors of the platforms; owners are rows of the platform table.

        Parameters
        ----------
        profile
            Whose ways count.

        Returns
        -------
        Endpoints
            Where they join the network.
        """
        return self.offers.town.joints(profile).joints

    def with_levels(self, layer: ProfileLayer, profile: Profile) -> ProfileLayer:
        """A profile's layer with the platforms it can board at behind the places it can use.

        Parameters
        ----------
        layer
            Of the places of other services.
        profile
            Who boards.

        Returns
        -------
        ProfileLayer
            With `ProfileLayer.works_places`.
        """
        return replace(
            layer,
            place_level=np.concatenate([layer.place_level, self._levels(profile, mended=False)]),
            works_places=self._levels(profile, mended=True)[self._built()],
        )

    def sentence(self, lang: str) -> str:
        """What counts as a stop on this map.

        Parameters
        ----------
        lang
            ``de`` or ``en``.

        Returns
        -------
        str
            For the page's notes.
        """
        demand = self.offers.demand
        day, _, clock = demand.moment.text.partition(" ")
        told = {"day": date(day, lang), "clock": clock, "count": number(demand.least, lang)}
        return text("map.stops_one_can_board", lang, **told)

    def with_places(self, places: MapPlaces) -> MapPlaces:
        """Places of the other services, and the platforms behind them.

        Parameters
        ----------
        places
            `first` of them.

        Returns
        -------
        MapPlaces
            Named as in the timetable.
        """
        table, stops = self.offers.town.platforms, self.offers.town.feed.stops
        rows = table["stop"].astype(np.int64).tolist()
        return replace(
            places,
            lon=np.concatenate([places.lon, table["lon"]]),
            lat=np.concatenate([places.lat, table["lat"]]),
            place_id=[*places.place_id, *(f"{STOP_MARK}{stops.ids[row]}" for row in rows)],
            name=[*places.name, *(str(stops.names[row]) for row in rows)],
            service=np.concatenate([places.service, np.full(len(rows), self.service, dtype=np.uint8)]),
            wheelchair=np.concatenate([places.wheelchair, np.full(len(rows), np.nan)]),
            opening_hours=[*places.opening_hours, *([""] * len(rows))],
        )

    def with_works(self, works: MapWorks, lang: str) -> MapWorks:
        """Works on edges, and those on platforms behind them.

        Parameters
        ----------
        works
            On edges.
        lang
            ``de`` or ``en``: language of the works' names.

        Returns
        -------
        MapWorks
            With `MapWorks.places`.
        """
        catalogue = load_measures()
        built = [self.offers.works[row] for row in self._built().tolist()]
        texts = [
            "; ".join(str(getattr(catalogue.measures[each].name, lang)) for each in one.ids) for one in built
        ]
        names = [*works.names, *sorted(set(texts) - set(works.names))]
        number = {text: row for row, text in enumerate(names)}
        prices = np.array([one.price for one in built], dtype=np.float64).reshape(-1, 3)
        low, typical, high = np.rint(prices).astype(np.int64).T
        return replace(
            works,
            places=self.first + self._built(),
            low_eur=np.concatenate([works.low_eur, low]),
            typical_eur=np.concatenate([works.typical_eur, typical]),
            high_eur=np.concatenate([works.high_eur, high]),
            name=np.concatenate([works.name, np.array([number[text] for text in texts], dtype=np.int64)]),
            names=names,
        )

    def _levels(self, profile: Profile, *, mended: bool) -> NDArray[np.uint8]:
        """By platform: in how many answers the profile can board there, often enough."""
        found = np.zeros(len(self.offers.town.platforms["stop"]), dtype=np.uint8)
        for answer in ANSWERS:
            found += self.offers.serving(profile, answer, mended=mended)
        return found

    def _built(self) -> NDArray[np.int64]:
        return np.array(sorted(self.offers.works), dtype=np.int64)
