"""The plan as people decide on it: one proposal per set of lines that only work together.

Terminal, map, report and master plan all show this list, made from the rows of ``measures.csv``.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from wegeketten.errors import InputDataError
from wegeketten.files.csv import clean_text, read_csv
from wegeketten.transit.register import STOP_MARK
from wegeketten.words.names import kind_name, profile_name, service_name
from wegeketten.words.numbers import joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from wegeketten.planning.plan import Plan
    from wegeketten.planning.survey import Survey
    from wegeketten.whatif.measures import Measure

NEEDED = (
    "rank", "barrier_ids", "kinds", "lat", "lon", "cost_eur", "people_newly_reached", "services", "profiles",
    "works", "cost_low_eur", "cost_high_eur", "people_sure", "people_possible", "advice",
)  # fmt: skip
"""Columns of ``measures.csv`` that a proposal is made from."""

NUMBERS = (
    "lat", "lon", "cost_eur", "cost_low_eur", "cost_high_eur", "people_newly_reached", "people_sure",
    "people_possible", "people_between", "people_expected", "people_low", "people_high", "minutes_saved",
    "look_saves_eur",
)  # fmt: skip
"""Columns that hold numbers, in either table."""


class Proposal(NamedTuple):
    """What is proposed at one place, or at several that only work together.

    Attributes
    ----------
    number
        1 is first.
    kinds, works
        What is mended and how: names of `Kind` and ids of ``data/measures.toml``, each once.
    places
        How many barriers.
    street, near, district
        Where the first of them is.
    lat, lon
        The same in degrees.
    low_eur, typical_eur, high_eur
        Cost and its range.
    sum_low_eur, sum_high_eur
        Range of the cost of all proposals so far.
    people, people_sure, people_possible
        Homes, dwellings or people that newly reach a service: likely, for sure, and at most.
    services, profiles
        Ids of what and whom it helps.
    look_first
        Whether a barrier is one by assumption only: have a look before any money is spent.
    barrier_ids
        Ids of the barriers.
    people_expected, people_low, people_high
        How many are to be expected, and between which numbers it lies in eight of ten worlds; None where no
        worlds were drawn.
    minutes_saved
        Minutes of walking that it saves, over all who go and all they go to.
    helps
        In which share of the worlds it brings anybody within reach; 1 where none were drawn.
    look_saves_eur
        Expected value of looking first, at the typical cost: money not spent where the works would help
        nobody; None where no worlds were drawn.
    """

    number: int
    kinds: tuple[str, ...]
    works: tuple[str, ...]
    places: int
    street: str
    near: str
    district: str
    lat: float
    lon: float
    low_eur: float
    typical_eur: float
    high_eur: float
    sum_low_eur: float
    sum_high_eur: float
    people: float
    people_sure: float
    people_possible: float
    services: tuple[str, ...]
    profiles: tuple[str, ...]
    look_first: bool
    barrier_ids: tuple[str, ...]
    people_expected: float | None = None
    people_low: float | None = None
    people_high: float | None = None
    minutes_saved: float = 0.0
    helps: float = 1.0
    look_saves_eur: float | None = None

    @property
    def saves(self) -> tuple[float, float] | None:
        """Range of what looking first saves, euros; None where building is the advice, or unknown.

        The same figure in the plan, the report and the survey that is made of a plan.
        """
        if not self.look_first or self.look_saves_eur is None:
            return None
        share = self.look_saves_eur / max(self.typical_eur, 1.0)
        return share * self.low_eur, share * self.high_eur

    @property
    def gain(self) -> float:
        """The gain to be told first: what is to be expected, or *likely* where no worlds were drawn."""
        return self.people if self.people_expected is None else self.people_expected

    def headline(self, lang: str) -> str:
        """What is mended and how, no thing named twice, such as ``Treppe: Rampe bauen``.

        Parameters
        ----------
        lang
            Language of the text, ``de`` or ``en``.

        Returns
        -------
        str
            On one line.
        """
        action = self.action(lang)
        names = [kind_name(kind, lang) for kind in self.kinds]
        bare = [name for name in names if name.lower() not in action.lower()]
        return f"{', '.join(bare)}: {action}" if bare else action

    def what(self, lang: str) -> str:
        """What is mended, such as ``Bordstein, Treppe``.

        Parameters
        ----------
        lang
            Language of the text, ``de`` or ``en``.

        Returns
        -------
        str
            With commas between, each once.
        """
        return ", ".join(kind_name(kind, lang) for kind in self.kinds)

    def action(self, lang: str) -> str:
        """What is done, by the names of the measures.

        Parameters
        ----------
        lang
            Language of the text, ``de`` or ``en``.

        Returns
        -------
        str
            With commas between, each once.
        """
        return measure_names(self.works, lang)

    def where(self) -> str:
        """Street with the nearest house number; empty where nothing near has one."""
        return clean_text(self.near or self.street)

    def whom(self, lang: str) -> str:
        """Whom it helps.

        Parameters
        ----------
        lang
            Language of the text, ``de`` or ``en``.

        Returns
        -------
        str
            Names of the profiles.
        """
        return joined([profile_name(name, lang) for name in self.profiles], lang)

    def helps_with(self, lang: str, most: int = 4) -> str:
        """What comes within reach; the first few, and how many more.

        Parameters
        ----------
        lang
            Language of the text, ``de`` or ``en``.
        most
            How many services are named.

        Returns
        -------
        str
            Names of the services.
        """
        names = [service_name(name, lang) for name in self.services]
        more = f" +{len(names) - most}" if len(names) > most else ""
        return ", ".join(names[:most]) + more


@cache
def _shipped_measures() -> Mapping[str, Measure]:
    """Measures of the shipped catalogue, read once for all lines of all tables."""
    from wegeketten.whatif.measures import load_measures

    return load_measures().measures


def measure_names(ids: Iterable[str], lang: str) -> str:
    """What is done, by the names of the measures.

    Parameters
    ----------
    ids
        Of the catalogue; others stay as they are.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        With semicolons between.

    Examples
    --------
    >>> measure_names(["lower_kerb", "widen_platform"], "en")
    'Lower the kerb to 3 cm; Widen the platform'
    """
    names = _shipped_measures()
    return "; ".join(str(getattr(names[one].name, lang)) if one in names else one for one in ids)


def proposals_of(plan: Plan) -> list[Proposal]:
    """Proposals of a plan just made.

    Parameters
    ----------
    plan
        Result of `make_plan`.

    Returns
    -------
    list of Proposal
        In the order of the plan.
    """
    from wegeketten.planning.write import MEASURE_COLUMNS, measure_rows

    return _proposals([_as_text(MEASURE_COLUMNS, row) for row in measure_rows(plan)])


def read_proposals(folder: Path) -> list[Proposal]:
    """Proposals of a plan written into a folder.

    Parameters
    ----------
    folder
        Folder that `write_plan` has written.

    Returns
    -------
    list of Proposal
        In the order of the plan.

    Raises
    ------
    InputDataError
        ``measures.csv`` is missing, lacks a column or has a row that cannot be read.
    """
    return _proposals(_rows(folder / "measures.csv", NEEDED))


def barriers_to_look_at(folder: Path) -> dict[str, float]:
    """Barriers that a plan would mend but nobody has seen, by id, with the people they would help.

    Parameters
    ----------
    folder
        Folder that `write_plan` has written.

    Returns
    -------
    dict
        People who gain by its works, by id of the barrier.

    Raises
    ------
    InputDataError
        ``measures.csv`` is missing, lacks a column or has a row that cannot be read.
    """
    found: dict[str, float] = {}
    for proposal in read_proposals(folder):
        if proposal.look_first:
            for name in proposal.barrier_ids:
                found[name] = max(found.get(name, 0.0), proposal.people)
    return found


def saved_by_looking(proposals: Iterable[Proposal]) -> tuple[float, float] | None:
    """Expected value of looking before building, over all proposals whose advice is to look: its range.

    Parameters
    ----------
    proposals
        Of one plan.

    Returns
    -------
    tuple or None
        Euros, from the cheap to the dear end of the costs; None where nothing is known of it.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.planning.plan import make_plan
    >>> plan = make_plan(hamlet(), [load_profile("wheelchair")], budget_eur=10_000, worlds=0)
    >>> saved_by_looking(proposals_of(plan)) is None
    True
    """
    ranges = [one.saves for one in proposals if one.saves is not None]
    if not ranges:
        return None
    return sum(low for low, _ in ranges), sum(high for _, high in ranges)


class Look(NamedTuple):
    """A place somebody should look at, with all that is unknown there.

    Attributes
    ----------
    number
        1 is first.
    kind, attributes
        What it is, and the readings nobody knows.
    street, near, district, lat, lon
        Where.
    people
        Homes, dwellings or people whose answer depends on it.
    barrier_id
        Id of the barrier.
    """

    number: int
    kind: str
    attributes: tuple[str, ...]
    street: str
    near: str
    district: str
    lat: float
    lon: float
    people: float
    barrier_id: str

    def where(self) -> str:
        """Street with the nearest house number; empty where nothing near has one."""
        return clean_text(self.near or self.street)


def looks_of(survey: Survey) -> list[Look]:
    """Places of a survey just made, one per OpenStreetMap element.

    Parameters
    ----------
    survey
        Result of `find_survey`.

    Returns
    -------
    list of Look
        In the survey's order, without doubles.
    """
    from wegeketten.planning.write import SURVEY_COLUMNS, survey_rows

    return _looks([_as_text(SURVEY_COLUMNS, row) for row in survey_rows(survey)])


SURVEY_NEEDED = ("rank", "barrier_id", "kind", "lat", "lon", "attribute", "people_between")


def read_looks(folder: Path) -> list[Look]:
    """Places of a survey written into a folder, one per OpenStreetMap element, in the survey's order.

    Parameters
    ----------
    folder
        Folder that `write_survey` has written.

    Returns
    -------
    list of Look
        Without doubles.

    Raises
    ------
    InputDataError
        ``survey.csv`` is missing, lacks a column or has a row that cannot be read.
    """
    return _looks(_rows(folder / "survey.csv", SURVEY_NEEDED))


def _rows(path: Path, needed: Sequence[str]) -> list[dict[str, str]]:
    """Rows with all columns that are needed, their numbers finite."""
    if not path.is_file():
        raise InputDataError(f"{path}: cannot be read (no such file); give the folder that the command wrote")
    rows = read_csv(path)
    missing = [name for name in needed if rows and name not in rows[0]]
    if missing:
        raise InputDataError(f"{path}: column {missing[0]!r} is missing; write it again with wegeketten")
    for number, row in enumerate(rows, start=1):
        try:
            wrong = [name for name in NUMBERS if row.get(name) and not math.isfinite(float(row[name]))]
        except ValueError as error:
            raise InputDataError(f"{path}: row {number} cannot be read ({error}); write it again") from error
        if wrong:
            raise InputDataError(f"{path}: row {number} cannot be read ({wrong[0]}); write it again")
    return rows


def _proposals(rows: Iterable[Mapping[str, str]]) -> list[Proposal]:
    sets: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        sets.setdefault(row.get("set") or row["rank"], []).append(row)
    found: list[Proposal] = []
    low = high = 0.0
    for number, lines in enumerate(sets.values(), start=1):
        low, high = low + _sum(lines, "cost_low_eur"), high + _sum(lines, "cost_high_eur")
        first, barriers = lines[0], _parts(lines, "barrier_ids")
        found.append(
            Proposal(
                number=number,
                kinds=_parts(lines, "kinds"),
                works=tuple(dict.fromkeys(one for part in _parts(lines, "works") for one in part.split("+"))),
                places=len(barriers),
                street=first.get("street", ""),
                near=first.get("near", ""),
                district=first.get("district", ""),
                lat=float(first["lat"]),
                lon=float(first["lon"]),
                low_eur=_sum(lines, "cost_low_eur"),
                typical_eur=_sum(lines, "cost_eur"),
                high_eur=_sum(lines, "cost_high_eur"),
                sum_low_eur=low,
                sum_high_eur=high,
                people=_sum(lines, "people_newly_reached"),
                people_sure=_sum(lines, "people_sure"),
                people_possible=_sum(lines, "people_possible"),
                services=_parts(lines, "services"),
                profiles=_parts(lines, "profiles"),
                look_first=any(line["advice"] for line in lines),
                barrier_ids=barriers,
                people_expected=_sum_of_all(lines, "people_expected"),
                people_low=_sum_of_all(lines, "people_low"),
                people_high=_sum_of_all(lines, "people_high"),
                minutes_saved=sum(float(line.get("minutes_saved") or 0) for line in lines),
                helps=max(float(line.get("helps") or 1) for line in lines),
                look_saves_eur=_sum_of_all(lines, "look_saves_eur"),
            )
        )
    return found


def _looks(rows: Iterable[Mapping[str, str]]) -> list[Look]:
    places: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        name = row["barrier_id"]
        places.setdefault(name if name.startswith(STOP_MARK) else name.partition(":")[0], []).append(row)
    return [
        Look(
            number=number,
            kind=lines[0]["kind"],
            attributes=_parts(lines, "attribute"),
            street=lines[0].get("street", ""),
            near=lines[0].get("near", ""),
            district=lines[0].get("district", ""),
            lat=float(lines[0]["lat"]),
            lon=float(lines[0]["lon"]),
            people=max(float(line["people_between"] or 0) for line in lines),
            barrier_id=lines[0]["barrier_id"],
        )
        for number, lines in enumerate(places.values(), start=1)
    ]


def _as_text(names: Sequence[str], row: Sequence[object]) -> dict[str, str]:
    """A row as its file would hold it."""
    return {name: "" if cell is None else str(cell) for name, cell in zip(names, row, strict=True)}


def _sum(lines: Iterable[Mapping[str, str]], column: str) -> float:
    return sum(float(line[column] or 0) for line in lines)


def _sum_of_all(lines: Iterable[Mapping[str, str]], column: str) -> float | None:
    """Sum of a column that older tables lack; None where a cell is empty."""
    cells = [line.get(column) or "" for line in lines]
    return sum(map(float, cells)) if all(cells) else None


def _parts(lines: Iterable[Mapping[str, str]], column: str) -> tuple[str, ...]:
    """Parts of a column of lists, each once, in their order."""
    return tuple(dict.fromkeys(part for line in lines for part in line[column].split(";") if part))
