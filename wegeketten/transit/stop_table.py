"""The table of stops: which platform each is, who can board, how often something leaves, what to mend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.model.answers import ANSWERS
from wegeketten.model.tabular import Tabular
from wegeketten.routing import INF
from wegeketten.transit.boarding import LEVELS, StopVerdict, answers_by_stop, judge_stops
from wegeketten.transit.departures import DISTANCES_M, categories, departures, quality_class, stations_of
from wegeketten.transit.modes import MODES
from wegeketten.transit.raise_first import Raise, rank_platforms
from wegeketten.transit.raising import StopOffers
from wegeketten.transit.town import TransitTown
from wegeketten.transit.usable import Demand

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer, Progress
    from wegeketten.people.profile import Profile
    from wegeketten.transit.timetable import Timetable
    from wegeketten.transit.town import Moment

DAY_S = (6 * 3600, 20 * 3600)
"""Hours over which quality classes count departures: 6 to 20, as in Switzerland."""

LOOK = "measure_platform"
"""Instead of works: nobody knows whether any are needed."""

HEADER = (
    "stop_id", "name", "lat", "lon", "platform", "matched_by", "matched_m", "ambiguous", "profile",
    *(f"verdict_{answer}" for answer in ANSWERS), "reasons", "departures_per_hour",
    *(f"class_{answer}" for answer in ANSWERS), "class_plain", "mode",
    "height_cm", "height_cm_lower", "height_cm_upper", "width_m", "target_cm", "cost_eur",
    "measure", "cost_low_eur", "cost_high_eur",
)  # fmt: skip


@dataclass
class StopTable(Tabular):
    """Result of `stops_of_city`.

    Attributes
    ----------
    town, moment
        What was asked.
    rows
        As `HEADER`, one per stop and profile.
    classes
        By profile id and answer (or ``plain``): class of every home, empty where it has none.
    to_raise
        Platforms to raise, the one with most people gained per euro first.
    notes
        What was chosen for whoever asked.
    """

    town: TransitTown
    moment: Moment
    rows: list[tuple[Any, ...]]
    classes: dict[tuple[str, str], list[str]]
    to_raise: list[Raise]
    notes: tuple[str, ...] = ()

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Tables ``stops`` (a row per stop and profile) and ``raise`` (platforms to raise, best first)."""
        return {
            "stops": [dict(zip(HEADER, row, strict=True)) for row in self.rows],
            "raise": [each._asdict() for each in self.to_raise],
        }

    def to_json(self) -> dict[str, Any]:
        """What was asked, and how many stops serve whom."""
        return self.summary()

    def write(self, out: Path) -> None:
        """Write ``stops.csv``, ``stops.gpkg``, ``raise.csv``, ``classes.parquet`` and ``stops.json``.

        Parameters
        ----------
        out
            Folder; appears whole or not at all.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> table = stops_of_city(hamlet(), [load_profile("wheelchair")])
        >>> with TemporaryDirectory() as folder:
        ...     table.write(Path(folder) / "stops")
        ...     sorted(path.name for path in (Path(folder) / "stops").iterdir())
        ['classes.parquet', 'raise.csv', 'stops.csv', 'stops.gpkg', 'stops.json']
        """
        import shapely

        from wegeketten.files.atomic import whole_folder
        from wegeketten.files.csv import write_csv
        from wegeketten.files.geopackage import Layer, write_layers
        from wegeketten.files.json import write_json
        from wegeketten.files.parquet import write_columns

        with whole_folder(out, marker="stops.json") as folder:
            write_csv(folder / "stops.csv", HEADER, self.rows)
            write_csv(folder / "raise.csv", Raise._fields, self.to_raise)
            columns: dict[str, Any] = {
                name: _column([row[position] for row in self.rows])
                for position, name in enumerate(HEADER)
                if name not in ("lat", "lon")
            }
            lon, lat = (
                np.array([row[HEADER.index(name)] for row in self.rows], float) for name in ("lon", "lat")
            )
            write_layers(
                folder / "stops.gpkg", [Layer("stops", columns, np.asarray(shapely.points(lon, lat)))]
            )
            homes = self.town.city.homes["home_id"]
            ids = sorted({profile for profile, _ in self.classes})
            write_columns(
                folder / "classes.parquet",
                {
                    "home_id": np.tile(homes, len(ids)),
                    "profile": [profile for profile in ids for _ in range(len(homes))],
                    **{
                        f"class_{answer}": [each for profile in ids for each in self.classes[profile, answer]]
                        for answer in (*ANSWERS, "plain")
                    },
                },
            )
            write_json(folder / "stops.json", self.summary())

    def summary(self) -> dict[str, Any]:
        """What was asked, and how many stops serve whom."""
        counts: dict[str, dict[str, int]] = {}
        at, of = HEADER.index("verdict_sure"), HEADER.index("profile")
        for row in self.rows:
            told = counts.setdefault(
                row[of], {f"{a}_{level}": 0 for a in ANSWERS for level in (*LEVELS, "no")}
            )
            for number, answer in enumerate(ANSWERS):
                told[f"{answer}_{row[at + number]}"] += 1
        return {
            "version": self.town.city.meta["version"],
            "at": self.moment.text,
            "timetable": self.town.feed.source,
            "attribution": self.town.city.meta["attribution"],
            "stops": len(np.unique(self.town.platforms["stop"])),
            "verdicts": counts,
        }


def stops_of_city(
    city: City, profiles: Sequence[Profile], *, at: str | None = None, progress: Progress | None = None
) -> StopTable:
    """Judge all stops of a city for profiles.

    Parameters
    ----------
    city
        A city built with a timetable.
    profiles
        Profiles.
    at
        Day and time for which departures per hour are counted; where None a usual Tuesday at eight, or where
        nothing runs then at the hour of that day in which most does.
    progress
        Called with words and the share done.

    Returns
    -------
    StopTable
        A row for each stop, and who can use it.

    Raises
    ------
    InputDataError
        The city has no timetable.
    UsageError
        Nothing runs on that day.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> table = stops_of_city(hamlet(), [load_profile("wheelchair")])
    >>> table.to_frame()[["stop_id", "verdict_likely"]].values.tolist()
    [['west', 'alone'], ['east', 'help']]
    """
    town = TransitTown(city)
    moment = town.moment(at)
    timetable = town.timetable(moment)
    hourly = _in_the_hour(town, timetable, moment.seconds)
    notes: tuple[str, ...] = ()
    if at is None and not hourly.any():
        usual = moment.text
        totals = [_in_the_hour(town, timetable, hour * 3600).sum() for hour in range(24)]
        moment = moment._replace(seconds=int(np.argmax(totals)) * 3600)
        hourly = _in_the_hour(town, timetable, moment.seconds)
        notes = (f"nothing runs in the hour after {usual}; counted is the busiest one, from {moment.text}",)
    rows: list[tuple[Any, ...]] = []
    classes: dict[tuple[str, str], list[str]] = {}
    for number, profile in enumerate(profiles):
        if progress:
            progress(profile.id, number / len(profiles))
        of_profile = _Judged.of(town, moment, profile)
        rows += of_profile.rows(hourly)
        classes |= of_profile.home_classes()
        city.forget()
    order = {stop: place for place, stop in enumerate(town.feed.stops.ids)}
    rows.sort(key=lambda row: (order[row[0]], [p.id for p in profiles].index(row[HEADER.index("profile")])))
    to_raise = rank_platforms(town, Demand.daily(moment), profiles)
    return StopTable(town, moment, rows, classes, to_raise, notes)


def _in_the_hour(town: TransitTown, timetable: Timetable, start_s: int) -> NDArray[np.int64]:
    """Departures in the hour after a moment, whoever can board, by stop and kind of vehicle."""
    return departures(timetable, timetable.connections.boards, town.mode, start_s, 3600)


@dataclass
class _Judged:
    """Verdicts of one profile."""

    town: TransitTown
    moment: Moment
    timetable: Timetable
    profile: Profile
    verdicts: dict[str, StopVerdict]
    answers: dict[str, dict[str, NDArray[np.bool_]]]
    category: dict[str, NDArray[np.int64]]
    way: dict[str, NDArray[np.bool_]]

    @classmethod
    def of(cls, town: TransitTown, moment: Moment, profile: Profile) -> _Judged:
        timetable = town.timetable(moment)
        boarding, stops = town.boarding, len(town.feed.stops.ids)
        verdicts = {level: judge_stops(town.platforms, boarding, profile, level) for level in LEVELS}
        answers = {
            level: answers_by_stop(town.platforms, verdict.overall, stops)
            for level, verdict in verdicts.items()
        }
        station = stations_of(town.feed.stops.parent, town.feed.stops.names)
        category = {}
        window = DAY_S[1] - DAY_S[0]
        for answer in (*ANSWERS, "plain"):
            boards = timetable.connections.boards
            if answer != "plain":
                boards = town.open_to(timetable, profile, answer).boards
            counts = departures(timetable, boards, town.mode, DAY_S[0], window)
            together = np.zeros((station.max(initial=-1) + 1, len(MODES)), dtype=np.int64)
            np.add.at(together, station, counts)
            usable = counts.sum(axis=1) > 0
            category[answer] = np.where(usable, categories(together, window)[station], 0)
        return cls(town, moment, timetable, profile, verdicts, answers, category, _ways(town, profile))

    def rows(self, hourly: NDArray[np.int64]) -> list[tuple[Any, ...]]:
        """Rows of the table."""
        feed, table = self.town.feed, self.town.platforms
        offers = StopOffers.of(self.town, Demand.daily(self.moment), [self.profile])
        stops, first, counts = np.unique(table["stop"], return_index=True, return_counts=True)
        busiest = departures(
            self.timetable, self.timetable.connections.boards, self.town.mode, 0, 86400
        ).argmax(axis=1)
        found = []
        for stop, row, count in zip(stops.tolist(), first.tolist(), counts.tolist(), strict=True):
            mode = int(busiest[stop])
            name = MODES[mode]
            told = [self._level(stop, mode, answer) for answer in ANSWERS]
            reasons = self._reasons(row, mode)
            works = offers.works.get(row)
            look = works is None and any(part in reasons for part in ("step", "platform", "guidance"))
            price = None if works is None else works.price
            classes = [quality_class(int(self.category[answer][stop]), 0.0) for answer in (*ANSWERS, "plain")]
            found.append(
                (
                    feed.stops.ids[stop],
                    feed.stops.names[stop],
                    float(feed.stops.lat[stop]),
                    float(feed.stops.lon[stop]),
                    table["platform"][row],
                    table["matched_by"][row],
                    _rounded(table["matched_m"][row]),
                    int(count > 1),
                    self.profile.id,
                    *told,
                    " ".join(reasons),
                    int(hourly[stop].sum()),
                    *classes,
                    name,
                    *(_rounded(table[f"height_cm{end}"][row]) for end in ("", "_lower", "_upper")),
                    _rounded(table["width_m"][row], 2),
                    None if works is None else works.target_cm,
                    None if price is None else price.typical_eur,
                    LOOK if look else "" if works is None else "+".join(works.ids),
                    None if price is None else price.low_eur,
                    None if price is None else price.high_eur,
                )
            )
        return found

    def _level(self, stop: int, mode: int, answer: Answer) -> str:
        if not self.way[answer][stop]:
            return "no"
        for level in LEVELS:
            if self.answers[level][answer][stop, mode]:
                return level
        return "no"

    def _reasons(self, row: int, mode: int) -> list[str]:
        """Parts that keep the stop from being surely usable alone."""
        verdict = self.verdicts["alone"]
        stop = int(self.town.platforms["stop"][row])
        parts = {
            "way": 3 if self.way["sure"][stop] else 0,
            "platform": int(verdict.platform[row]),
            "step": int(verdict.step[row, mode]),
            "guidance": int(verdict.guidance[row]),
            "said": int(verdict.said[row]),
        }
        return [name for name, level in parts.items() if level < 3]

    def home_classes(self) -> dict[tuple[str, str], list[str]]:
        """Class of every home by the way to stops one can board, and by the mere way to any stop."""
        joints = self.town.joints(self.profile)
        count = len(self.town.city.homes["home_id"])
        found = {}
        for answer in ANSWERS:
            near = joints.near_m(joints.homes, count, answer, DISTANCES_M[-1])
            found[self.profile.id, str(answer)] = _classes(near, self.category[answer], count)
        near = joints.near_m(joints.homes, count, "possible", DISTANCES_M[-1])
        found[self.profile.id, "plain"] = _classes(near, self.category["plain"], count)
        return found


def _classes(near: Any, category: NDArray[np.int64], count: int) -> list[str]:
    """Best class of each home over the stops near it."""
    door = np.repeat(np.arange(count), np.diff(near.indptr))
    column = np.searchsorted(np.array(DISTANCES_M) * 10, near.units)
    table = np.full((8, len(DISTANCES_M) + 1), 9, dtype=np.int64)
    for each in range(1, 8):
        for place, metres in enumerate(DISTANCES_M):
            told = quality_class(each, metres)
            table[each, place] = ord(told) - ord("A") if told else 9
    best = np.full(count, 9, dtype=np.int64)
    np.minimum.at(best, door, table[category[near.stop], column])
    return ["" if each == 9 else chr(ord("A") + each) for each in best.tolist()]


def _ways(town: TransitTown, profile: Profile) -> dict[str, NDArray[np.bool_]]:
    """By answer: whether a stop joins a way that is open to the profile."""
    joints = town.joints(profile)
    found = {}
    for answer in ANSWERS:
        weights = getattr(town.city.weights(profile), answer)
        open_ = np.minimum(weights[0::2], weights[1::2])[joints.joints.edge] != INF
        units = np.where(open_, 0, INF)
        found[str(answer)] = joints.worst_or_best(answer, units) != INF
    return found


def _rounded(value: Any, digits: int = 1) -> float | None:
    number = float(value)
    return None if np.isnan(number) else round(number, digits)


def _column(values: list[Any]) -> Any:
    if all(isinstance(value, str) for value in values):
        return values
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
