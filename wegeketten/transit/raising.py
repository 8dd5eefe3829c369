"""Works on platforms: which stops can be used once they are raised or widened, and what that costs.

A platform is judged again as it would be built, by the rules for all others. So works that would still keep
somebody out, because of the vehicle or of what is said of the stop, help nobody and are not proposed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.model.reading import Provenance
from wegeketten.transit.boarding import LIKELY, boarding_figures, judge_stops
from wegeketten.transit.departures import departures
from wegeketten.transit.modes import MODES
from wegeketten.transit.usable import Demand, served_stops
from wegeketten.whatif.measures import Price, load_measures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.transit.boarding import StopVerdict
    from wegeketten.transit.timetable import Timetable
    from wegeketten.transit.town import TransitTown
    from wegeketten.whatif.measures import MeasureCatalogue

    Rows = NDArray[np.bool_]

MEASURES = {
    "step": {mode: f"raise_{mode}_platform" for mode in MODES if mode != "ferry"},
    "platform": dict.fromkeys(MODES, "widen_platform"),
}
"""By part of a verdict and kind of vehicle: the measure of ``data/measures.toml`` that answers it."""


class PlatformWorks(NamedTuple):
    """What is built at one platform.

    Attributes
    ----------
    ids
        Measures of the catalogue.
    price
        Euros, planning included.
    target_cm
        Height over the road afterwards; None where it stays.
    width_m
        Width afterwards; None where it stays.
    """

    ids: tuple[str, ...]
    price: Price
    target_cm: float | None
    width_m: float | None


def works_for(
    parts: Sequence[str], mode: str, height_cm: float, catalogue: MeasureCatalogue
) -> PlatformWorks | None:
    """What would have to be built so that parts of a verdict keep nobody out.

    Parameters
    ----------
    parts
        Of ``step`` and ``platform``, as in the reasons of a stop.
    mode
        Kind of vehicle that calls most often.
    height_cm
        Height now, NaN where nobody measured it; a platform is never lowered.
    catalogue
        Measures and prices.

    Returns
    -------
    PlatformWorks or None
        None where nothing can be built, or nothing has to be.

    Examples
    --------
    >>> works_for(["step"], "bus", float("nan"), load_measures())
    PlatformWorks(ids=('raise_bus_platform',), price=Price(low_eur=36000.0, typical_eur=72000.0, high_eur=120000.0), target_cm=22, width_m=None)
    >>> works_for(["step"], "bus", 24.0, load_measures()) is None
    True
    """  # noqa: E501
    figures = boarding_figures()
    target = figures.targets[mode]
    if "step" in parts and (mode not in MEASURES["step"] or height_cm >= target):
        return None
    wanted = [part for part in MEASURES if part in parts]
    if not wanted:
        return None
    ids = tuple(MEASURES[part][mode] for part in wanted)
    prices = [catalogue.price(each) for each in ids]
    return PlatformWorks(
        ids,
        Price(*(round(sum(column), 2) for column in zip(*prices, strict=True))),
        target if "step" in wanted else None,
        figures.limits["turning_m"] if "platform" in wanted else None,
    )


def closed_parts(verdict: StopVerdict, row: int, mode: int) -> list[str]:
    """Parts of a verdict that works can mend and that keep people out in *likely*.

    Parameters
    ----------
    verdict
        Of all platforms.
    row
        Row of the platform table.
    mode
        Column of `modes.MODES`.

    Returns
    -------
    list of str
        Some of ``step`` and ``platform``.
    """
    found = {"step": verdict.step[row, mode], "platform": verdict.platform[row]}
    return [part for part, level in found.items() if level < LIKELY]


@dataclass(frozen=True)
class StopOffers:
    """Which platforms serve whom, as they are and once they are mended.

    Attributes
    ----------
    town
        The city's public transport.
    timetable
        The day.
    demand
        What a stop has to offer.
    mode
        By stop: column of the kind of vehicle that calls most often.
    works
        By row of the platform table: what would be built.
    raised
        The town with all of it built.
    """

    town: TransitTown
    timetable: Timetable
    demand: Demand
    mode: NDArray[np.int64]
    works: dict[int, PlatformWorks]
    raised: TransitTown

    @classmethod
    def of(
        cls,
        town: TransitTown,
        demand: Demand,
        profiles: Sequence[Profile],
        catalogue: MeasureCatalogue | None = None,
    ) -> StopOffers:
        """Look for works on every platform that one of the profiles likely cannot use.

        Parameters
        ----------
        town
            The city's public transport.
        demand
            What a stop has to offer.
        profiles
            For whom. Works are chosen for all of them together.
        catalogue
            Measures and prices; the shipped ones where None.

        Returns
        -------
        StopOffers
            Works that would help nobody are left out.

        Examples
        --------
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> from wegeketten.transit.town import TransitTown
        >>> from wegeketten.transit.usable import Demand
        >>> town = TransitTown(hamlet())
        >>> offers = StopOffers.of(town, Demand.daily(town.moment(None)), [load_profile("wheelchair")])
        >>> offers.serving(load_profile("wheelchair"), "likely").tolist()
        [True, False]
        """
        timetable = town.timetable(demand.moment)
        calls = departures(timetable, timetable.connections.boards, town.mode, 0, 86400)
        mode = calls.argmax(axis=1)
        works, raised = _find_works(town, calls, profiles, catalogue or load_measures())
        return cls(town, timetable, demand, mode, works, raised)

    def serving(self, profile: Profile, answer: Answer, *, mended: bool = False) -> Rows:
        """Rows of the platform table at which a profile can get in, often enough.

        Parameters
        ----------
        profile
            The mobility profile that is asked about.
        answer
            Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
        mended
            Whether the works are built.

        Returns
        -------
        ndarray
            bool, shape (rows,); whoever can today still can afterwards.
        """
        now = self._serving(self.town, profile, answer)
        return now | self._serving(self.raised, profile, answer) if mended else now

    def in_doubt(self, profile: Profile) -> tuple[Rows, Rows]:
        """Rows that surely and rows that possibly serve, for all that can be seen at a platform.

        Vehicles count as they likely are: a look at a platform tells nothing of them.

        Parameters
        ----------
        profile
            The mobility profile that is asked about.

        Returns
        -------
        tuple
            bool, shape (rows,) each; the first are among the second.
        """
        alone = self.town.joints(profile).is_alone
        sure, possible = (
            self._serving(self.town, profile, "likely", platforms=answer) & alone
            for answer in ("sure", "possible")
        )
        return sure, sure | possible

    def _serving(self, town: TransitTown, profile: Profile, answer: Answer, platforms: Any = None) -> Rows:
        stops = served_stops(town, self.timetable, profile, answer, self.demand, platforms=platforms)
        joints = town.joints(profile)
        rows: Rows = stops[joints.stop_of]
        if answer == "possible":
            return rows
        return rows & (joints.is_first if answer == "likely" else joints.is_alone)


def _find_works(
    town: TransitTown, calls: NDArray[np.int64], profiles: Sequence[Profile], catalogue: MeasureCatalogue
) -> tuple[dict[int, PlatformWorks], TransitTown]:
    table = town.platforms
    stops = table["stop"].astype(np.int64)
    mode = calls.argmax(axis=1)[stops]
    first = np.ones(len(stops), dtype=bool)
    first[1:] = stops[1:] != stops[:-1]
    served = np.flatnonzero(first & (calls[stops].sum(axis=1) > 0))
    parts: dict[int, list[str]] = {}
    before = {}
    for profile in profiles:
        verdict = judge_stops(table, town.boarding, profile, town.level)
        before[profile.id] = verdict.overall[np.arange(len(stops)), mode] >= LIKELY
        for row in served[~before[profile.id][served]].tolist():
            kept = parts.setdefault(row, [])
            kept += [part for part in closed_parts(verdict, row, int(mode[row])) if part not in kept]
    works = {}
    for row, wanted in parts.items():
        found = works_for(wanted, MODES[int(mode[row])], float(table["height_cm"][row]), catalogue)
        if found is not None:
            works[row] = found
    raised = _built(town, works)
    helps = np.zeros(len(stops), dtype=bool)
    for profile in profiles:
        after = judge_stops(raised.platforms, raised.boarding, profile, town.level).overall
        helps |= (after[np.arange(len(stops)), mode] >= LIKELY) & ~before[profile.id]
    works = {row: each for row, each in sorted(works.items()) if helps[row]}
    return works, _built(town, works)


def _built(town: TransitTown, works: Mapping[int, PlatformWorks]) -> TransitTown:
    """The town with works built. What was said of wheelchairs spoke of a step that is gone."""
    table, boarding = dict(town.platforms), town.boarding.copy()
    for name in ("height_cm", "width_m"):
        targets = {row: _target(each, name) for row, each in works.items()}
        built = {row: target for row, target in targets.items() if target is not None}
        rows, values = list(built), np.array(list(built.values()))
        for end in ("_lower", "", "_upper"):
            column = table[f"{name}{end}"].copy()
            column[rows] = values if name == "height_cm" else np.fmax(column[rows], values)  # never narrower
            table[f"{name}{end}"] = column
        source = table[f"{name}_from"].copy()
        source[rows] = Provenance.surveyed
        table[f"{name}_from"] = source
    raised = [row for row, each in works.items() if each.target_cm is not None]
    said = table["wheelchair"].copy()
    said[raised] = np.nan
    table["wheelchair"] = said
    boarding[table["stop"][raised].astype(np.int64)] = 0
    return town.changed(table, boarding)


def _target(works: PlatformWorks, name: str) -> float | None:
    return works.target_cm if name == "height_cm" else works.width_m
