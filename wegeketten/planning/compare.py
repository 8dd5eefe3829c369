"""The same city twice: at two dates, or with and without measures; who gained, who lost, and what did it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.chances.expected_share import INTERVAL
from wegeketten.city import provenance_of
from wegeketten.errors import InputDataError, UsageError
from wegeketten.files.atomic import whole_folder
from wegeketten.files.csv import read_csv, write_csv
from wegeketten.files.json import write_json
from wegeketten.model.answers import ANSWERS
from wegeketten.model.tabular import Tabular
from wegeketten.pipeline.worker import Worker, usual_processes
from wegeketten.planning.attribution import Attribution, Suspects
from wegeketten.planning.stop_tasks import Barriers, demand_of, stops_to_board, with_platforms
from wegeketten.planning.survey_effect import EFFECT_COLUMNS, Thanks, effect_rows
from wegeketten.reach.expected import find_chances
from wegeketten.reach.home_times import reach_of
from wegeketten.reach.shares import units_within
from wegeketten.routing import INF
from wegeketten.transit.register import STOP_MARK
from wegeketten.transit.usable import SERVICE
from wegeketten.whatif.doors import Remedies, goals_of, open_doors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.chances import Chances
    from wegeketten.city import City
    from wegeketten.model.answers import Answer, Progress
    from wegeketten.people.profile import Profile
    from wegeketten.places.service_catalogue import Catalogue
    from wegeketten.planning.attribution import Cause, Times
    from wegeketten.planning.stop_tasks import Goals, UsableStops
    from wegeketten.planning.survey_effect import SurveyEffect
    from wegeketten.reach.home_times import Reach
    from wegeketten.transit.raising import StopOffers
    from wegeketten.whatif.candidates import Candidates
    from wegeketten.whatif.measures import MeasureCatalogue


EXPECTED_COLUMNS = ("share_expected_before", "share_expected_after", "change_low", "change_high")
"""Expected shares, and between which numbers their change lies in eight of ten worlds; empty without."""

CHANGE_COLUMNS = (
    "district", "profile", "service", "homes", "weight", "share_before", "share_after", "gained", "lost",
    "faster", "slower", "share_sure_before", "share_sure_after", "share_possible_before",
    "share_possible_after", "median_before_s", "median_after_s", *EXPECTED_COLUMNS,
)  # fmt: skip

CAUSE_COLUMNS = (
    "rank",
    "barrier_id",
    "kind",
    "lat",
    "lon",
    "change",
    "gained",
    "lost",
    "profiles",
    "services",
)

SAME_PLACE_M = 10.0
"""How far an edge may have moved and still be the same where its id is the same."""


@dataclass(frozen=True)
class Comparison(Tabular):
    """What changed.

    Attributes
    ----------
    rows
        One per district, profile and service, with the columns `CHANGE_COLUMNS`; district "" is the city.
    causes
        The most people first.
    homes_gone, homes_new
        Homes only before or only after; they are in no row.
    meta
        Provenance of both sides.
    survey
        What a survey has changed; None where the second city holds nothing newly surveyed.
    """

    rows: tuple[dict[str, Any], ...]
    causes: tuple[Cause, ...]
    homes_gone: int
    homes_new: int
    meta: dict[str, Any]
    survey: SurveyEffect | None = None

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Tables ``changes`` (district, profile and service) and ``causes``."""
        return {"changes": list(self.rows), "causes": [cause._asdict() for cause in self.causes]}

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "rows": list(self.rows),
            "causes": [cause._asdict() for cause in self.causes],
            "homes_gone": self.homes_gone,
            "homes_new": self.homes_new,
            "survey": self.survey and {**self.survey._asdict(), "rows": list(self.survey.rows)},
            **self.meta,
        }

    def write(self, out: Path) -> None:
        """Write ``changes.csv``, ``causes.csv``, ``survey_effect.csv`` and ``compare.json`` into a folder.

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
        >>> same = compare_cities(hamlet(), hamlet(), [load_profile("walker")], services=["pharmacy"])
        >>> with TemporaryDirectory() as folder:
        ...     same.write(Path(folder) / "out")
        ...     sorted(path.name for path in (Path(folder) / "out").iterdir())
        ['causes.csv', 'changes.csv', 'compare.json']
        """
        rows = [[row.get(name) for name in CHANGE_COLUMNS] for row in self.rows]
        causes = [
            (
                rank, cause.barrier_id, cause.kind, _rounded(cause.lat), _rounded(cause.lon), cause.change,
                round(cause.gained, 3), round(cause.lost, 3), ";".join(cause.profiles),
                ";".join(cause.services),
            )
            for rank, cause in enumerate(self.causes, start=1)
        ]  # fmt: skip
        with whole_folder(out, marker="compare.json") as folder:
            write_csv(folder / "changes.csv", CHANGE_COLUMNS, rows)
            write_csv(folder / "causes.csv", CAUSE_COLUMNS, causes)
            if self.survey is not None:
                write_csv(folder / "survey_effect.csv", EFFECT_COLUMNS, effect_rows(self.survey))
            write_json(folder / "compare.json", self.to_json())


def compare_cities(
    before: City,
    after: City,
    profiles: Sequence[Profile],
    *,
    services: Sequence[str] = (),
    worlds: int = 0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Comparison:
    """Compare two built cities home by home; homes are matched by their ids.

    Parameters
    ----------
    before, after
        Two builds: of two extracts, or of one with and without a survey.
    profiles
        For whom.
    services
        Ids; those of the first city's catalogue where empty.
    worlds, seed
        How many worlds are drawn of both, the same of each element that is in both; 0 for none; and which.
    progress
        Called with words and the share done.

    Returns
    -------
    Comparison
        Changes by district, and their causes.

    Raises
    ------
    UsageError
        The two have no home in common.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> same = compare_cities(hamlet(), hamlet(), [load_profile("wheelchair")], services=["pharmacy"])
    >>> same.to_frame()["gained"].tolist(), same.to_frame()["lost"].tolist()
    ([0.0, 0.0], [0.0, 0.0])
    """
    row_of = {home: row for row, home in enumerate(after.homes["home_id"].tolist())}
    old = np.array(
        [row for row, home in enumerate(before.homes["home_id"].tolist()) if home in row_of], dtype=np.int64
    )
    new = np.array([row_of[home] for home in before.homes["home_id"][old].tolist()], dtype=np.int64)
    if not len(old):
        raise UsageError(
            f"{before.path} and {after.path} have no home in common; compare two builds of one place"
        )
    wanted = _services(before, services)
    second = worlds > 0 and usual_processes() > 1
    with Worker[Any](second=second, modules=[find_chances.__module__]) as worker:
        if worlds:
            worker.submit(_reached_in_worlds, after, profiles, wanted, worlds, seed, before.catalogue)
        book, survey = _by_home(before, after, profiles, wanted, (old, new), progress)
        rows = book.rows
        if worlds:
            earlier = find_chances(before, profiles, wanted, worlds=worlds, seed=seed, progress=progress)
            both = earlier, replace(earlier, within=worker.result())  # as many worlds
            told = _expected(before, (old, new), both, rows)
            rows = [row | one for row, one in zip(rows, told, strict=True)]
    meta = {"before": provenance_of(before), "after": provenance_of(after)}
    gone, fresh = len(before.homes["home_id"]) - len(old), len(after.homes["home_id"]) - len(old)
    return Comparison(tuple(rows), book.causes(), gone, fresh, meta, survey)


def _reached_in_worlds(
    city: City,
    profiles: Sequence[Profile],
    services: Sequence[str],
    worlds: int,
    seed: int,
    catalogue: Catalogue,
) -> dict[str, NDArray[np.uint8]]:
    """`Chances.within` alone, which is little to send to another process."""
    found = find_chances(city, profiles, services, worlds=worlds, seed=seed, catalogue=catalogue)
    return dict(found.within)


def _by_home(
    before: City,
    after: City,
    profiles: Sequence[Profile],
    wanted: Sequence[str],
    matched: tuple[NDArray[np.int64], NDArray[np.int64]],
    progress: Progress | None,
) -> tuple[Attribution, SurveyEffect | None]:
    """Times of all homes in both cities, who gained and lost by what, and what a survey changed."""
    old, new = matched
    there, back = _match_edges(before, after)
    book, thanks = Attribution(before, old), Thanks(before.homes["weight"][old].astype(np.float64))
    for number, profile in enumerate(profiles):
        if progress:
            progress(profile.id, number / len(profiles))
        now, then = reach_of(before, profile, wanted), reach_of(after, profile, wanted)
        ahead = Suspects(before, after, profile, _swapped(before, after, profile, there), match=there)
        behind = Suspects(after, before, profile, _swapped(after, before, profile, back), match=back)
        for column, service in enumerate(wanted):
            limit = _limit(before, profile, service)
            times = _times(now, column, old), _times(then, column, new)
            book.note(profile.id, service, limit, *times)
            thanks.note(profile.id, service, limit, *times)
            gained = (times[0]["likely"] > limit) & (times[1]["likely"] <= limit)
            lost = (times[0]["likely"] <= limit) & (times[1]["likely"] > limit)
            book.blame(ahead, service, limit, old[gained], gain=True)
            book.blame(behind, service, limit, new[lost], gain=False)
        for city in (before, after):
            city.forget()
    return book, thanks.effect(before, after, there)


def _expected(
    before: City,
    matched: Sequence[NDArray[np.int64]],
    both: Sequence[Chances],
    rows: Sequence[dict[str, Any]],
) -> Iterator[dict[str, float | None]]:
    """Expected shares of each row before and after, and the span of their change, world by world."""
    names = [str(name) for name in before.districts["name"]]
    district, weight = before.homes["district"][matched[0]], before.homes["weight"][matched[0]]
    known: dict[tuple[str, str], list[NDArray[np.float64]] | None] = {}
    for row in rows:
        key = row["profile"], row["district"]
        if key not in known:
            inside = district == names.index(key[1]) if key[1] else np.ones(len(district), bool)
            known[key] = None
            if weight[inside].sum() > 0:
                people = weight[inside].astype(np.float64)
                known[key] = [
                    chances.by_world(key[0], homes[inside], people)
                    for chances, homes in zip(both, matched, strict=True)
                ]
        shares = known[key]
        if shares is None:
            yield dict.fromkeys(EXPECTED_COLUMNS)
            continue
        earlier, later = (one[both[0].services.index(row["service"])] for one in shares)
        told = (earlier.mean(), later.mean(), *np.quantile(later - earlier, INTERVAL))
        yield dict(zip(EXPECTED_COLUMNS, (round(float(each), 4) for each in told), strict=True))


def barriers_of(path: Path) -> list[str]:
    """Barriers that a list of measures mends.

    Parameters
    ----------
    path
        ``measures.csv``, or any CSV file with its column ``barrier_ids``.

    Returns
    -------
    list of str
        Ids such as ``n1048``, each once.

    Raises
    ------
    InputDataError
        The file cannot be read or has no such column.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "measures.csv"
    ...     write_csv(path, ["barrier_ids"], [["n68;w12:3"]])
    ...     barriers_of(path)
    ['n68', 'w12:3']
    """
    rows = read_csv(path)
    if not rows or "barrier_ids" not in rows[0]:
        raise InputDataError(f"{path}: no measures in it; a measures.csv with a column barrier_ids is needed")
    return [name for row in rows for name in (row["barrier_ids"] or "").split(";") if name]


def compare_measures(
    city: City,
    barrier_ids: Iterable[str],
    profiles: Sequence[Profile],
    *,
    services: Sequence[str] = (),
    measures: MeasureCatalogue | None = None,
    usable_stops: UsableStops | None = None,
) -> Comparison:
    """Compare a city with itself once measures are carried out.

    Parameters
    ----------
    city
        A built city.
    barrier_ids
        What is mended, as in ``measures.csv``.
    profiles
        For whom.
    services
        Ids; all of the city's catalogue where empty.
    measures
        Measures; the shipped ones where None.
    usable_stops
        What a stop has to offer: then platforms among the measures are raised. Where None, any mapped stop
        counts and platforms are passed over.

    Returns
    -------
    Comparison
        Changes by district, and their causes.

    Raises
    ------
    UsageError
        An id is none of this city's, or stops are asked about and the service is not.
    InputDataError
        Stops are asked about and the city has no timetable.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> found = compare_measures(hamlet(), ["n68"], [load_profile("wheelchair")], services=["pharmacy"])
    >>> found.to_frame()["gained"].tolist()
    [12.0, 12.0]
    """
    from wegeketten.whatif.candidates import find_candidates

    wanted = _services(city, services)
    candidates = find_candidates(city, profiles, catalogue=measures)
    offers = None
    if usable_stops is not None:
        if SERVICE not in wanted:
            raise UsageError(
                f"--usable-stops: the comparison is not for the service {SERVICE}; add --service {SERVICE}"
            )
        offers = usable_stops.offers(city, profiles, measures)
        candidates = with_platforms(candidates, offers, profiles, len(city.edges))
    rows = _rows_of(city, list(dict.fromkeys(barrier_ids)), candidates, offers)
    everyone = np.arange(len(city.homes["home_id"]))
    book = Attribution(city, everyone)
    for profile in profiles:
        prices = np.zeros(len(candidates.prices), dtype=np.int64)
        prices[rows] = 1
        remedies = {answer: Remedies(candidates.mended[profile.id, answer], prices) for answer in ANSWERS}
        doors = {answer: open_doors(city, profile, answer, remedies=remedies[answer]) for answer in ANSWERS}
        now = reach_of(city, profile, wanted)
        boarding: dict[Answer, Goals] = {}
        if offers is not None:
            boarding = {
                answer: stops_to_board(city, profile, answer, remedies[answer], offers) for answer in ANSWERS
            }
        suspects = Suspects(
            city, city, profile, remedies["likely"], doors["likely"], offers=offers,
            boarding=boarding.get("likely"),
        )  # fmt: skip
        for column, service in enumerate(wanted):
            limit = _limit(city, profile, service)
            today = _times(now, column, everyone)
            later: Times = {}
            for answer in ANSWERS:
                if boarding and service == SERVICE:
                    field, goals = boarding[answer]
                    today[answer] = field.times(goals)[field.home_nodes]
                else:
                    field = doors[answer].field
                    goals = goals_of(city, profile, answer, service, doors[answer])
                later[answer] = field.times(goals, rows)[field.home_nodes]
            book.note(profile.id, service, limit, today, later)
            gained = (today["likely"] > limit) & (later["likely"] <= limit)
            book.blame(suspects, service, limit, everyone[gained], gain=True)
        city.forget()
    return Comparison(tuple(book.rows), book.causes(), 0, 0, {"before": provenance_of(city)})


def _rows_of(
    city: City, barrier_ids: Sequence[str], candidates: Candidates, offers: StopOffers | None
) -> NDArray[np.int64]:
    """Numbers of the edges, and of the platforms behind them, that a list of measures mends.

    What closes nothing to the profiles changes nothing for them and is passed over.
    """
    ways = [name for name in barrier_ids if not name.startswith(STOP_MARK)]
    unknown = sorted(set(ways) - set(city.edges.ids()))
    if offers is not None:
        stops = {f"{STOP_MARK}{stop}" for stop in offers.town.feed.stops.ids}
        unknown += sorted(set(barrier_ids) - set(ways) - stops)
    if unknown:
        raise UsageError(f"{', '.join(unknown[:5])}: no barrier of {city.path}; was the list made for it?")
    able = sorted(candidates.works)
    by_id = dict(zip(Barriers(city, offers).ids(able), able, strict=True))
    return np.array([by_id[name] for name in barrier_ids if name in by_id], dtype=np.int64)


def check_question(
    after: object, measures: object, per_hour: float | None, at: str | None
) -> UsableStops | None:
    """Refuse a comparison that is neither of two cities nor of one with measures.

    Parameters
    ----------
    after, measures
        The later city and the measures; one of them is None.
    per_hour, at
        What a stop has to offer, with measures only, see `wegeketten.planning.stop_tasks.demand_of`.

    Returns
    -------
    UsableStops or None
        None where any mapped stop counts.

    Raises
    ------
    UsageError
        Both or neither are given, or stops are asked about without measures.

    Examples
    --------
    >>> check_question(None, "measures.csv", 2, None).per_hour
    2
    """
    if (after is None) == (measures is None):
        raise UsageError("compare needs two cities, or one city and --measures FILE")
    asked = demand_of(per_hour, at)
    if asked is not None and measures is None:
        raise UsageError("--usable-stops is for --measures here; scan both cities with it")
    return asked


def _services(city: City, wanted: Sequence[str]) -> list[str]:
    return [city.catalogue.service(name).id for name in wanted] or list(city.catalogue.ids)


def _limit(city: City, profile: Profile, service: str) -> int:
    return units_within(city.catalogue.standard_s(service, profile))


def _times(reach: Reach, column: int, rows: NDArray[np.int64]) -> Times:
    """Units of some homes to one service, by answer, as a scan finds them."""
    return {answer: reach.units[answer][rows, column].astype(np.int64) for answer in ANSWERS}


def _match_edges(before: City, after: City) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For every edge the row of the same edge in the other city, -1 where there is none.

    The same id, the same kind of thing and nearly the same place, drawn in the same direction.
    """
    ids_before, ids_after = before.edges.ids(), after.edges.ids()
    row_of = {name: row for row, name in enumerate(ids_after)}
    there = np.array([row_of.get(name, -1) for name in ids_before], dtype=np.int64)
    known = np.flatnonzero(there >= 0)
    for end in (0, 1):
        first = before.edges.points[before.edges.bends[known + end] - end]
        second = after.edges.points[after.edges.bends[there[known] + end] - end]
        there[known[np.hypot(*(first - second).T) > SAME_PLACE_M]] = -1
        known = np.flatnonzero(there >= 0)
    back = np.full(len(ids_after), -1, dtype=np.int64)
    back[there[known]] = known
    return there, back


def _swapped(city: City, other: City, profile: Profile, match: NDArray[np.int64]) -> Remedies:
    """Edges as they are in the other city, as if that were a measure of price 1."""
    today, theirs = city.weights(profile).likely, other.weights(profile).likely
    rows = np.flatnonzero(match >= 0)
    mended = np.full(2 * len(match), INF, dtype=np.int32)
    mended[2 * rows], mended[2 * rows + 1] = theirs[2 * match[rows]], theirs[2 * match[rows] + 1]
    better = (mended < today).reshape(-1, 2).any(axis=1)
    return Remedies(mended, np.asarray(better, dtype=np.int64))


def _rounded(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, 7)
