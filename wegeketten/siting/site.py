"""Where the next places of a service serve people best: the question of a city put to the location models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.city import provenance_of
from wegeketten.errors import UsageError
from wegeketten.model.answers import ANSWERS
from wegeketten.model.ranges import within
from wegeketten.model.tabular import Tabular
from wegeketten.siting.candidates import find_candidates
from wegeketten.siting.choice import OBJECTIVES, SiteTable, choose
from wegeketten.siting.demand import costs_of, demand_of, existing_places
from wegeketten.siting.in_worlds import tried_in_worlds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Progress
    from wegeketten.people.profile import Profile
    from wegeketten.siting.choice import Choice, Wanted
    from wegeketten.siting.joint import Joint


@dataclass(frozen=True)
class Sites(Tabular):
    """Result of `choose_sites`.

    Attributes
    ----------
    service, profiles
        What for whom.
    people
        People of all profiles together, and how many of them have the service within the standard today.
    choices
        One per objective asked for.
    notes
        What a reader should know.
    meta
        Provenance of the city.
    """

    service: str
    profiles: tuple[str, ...]
    people: float
    people_today: dict[str, float]
    fixed: tuple[str, ...]
    choices: tuple[Choice, ...]
    notes: tuple[str, ...]
    meta: dict[str, Any]

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Table ``sites``, with the columns of ``sites.csv``."""
        return {"sites": [site._asdict() for choice in self.choices for site in choice.sites]}

    def to_json(self) -> dict[str, Any]:
        """Content of ``site.json``."""
        first = self.choices[0]
        return {
            "objective": first.objective if len(self.choices) == 1 else "all",
            "value": round(first.value, 3),
            "bound": round(first.bound, 3),
            "gap": round(first.gap, 6),
            "profiles": list(self.profiles),
            "service": self.service,
            "fixed": list(self.fixed),
            "added": [site.site_id for site in first.sites if site.kind == "new"],
            "people": round(self.people, 3),
            "people_today": {answer: round(value, 3) for answer, value in self.people_today.items()},
            "results": [
                {
                    "objective": choice.objective, "value": round(choice.value, 3),
                    "bound": round(choice.bound, 3),
                    "gap": round(choice.gap, 6), "answers": choice.answers,
                    "expected": None if choice.expected is None else choice.expected._asdict(),
                    "sites": [site._asdict() for site in choice.sites],
                }
                for choice in self.choices
            ],
            "assumption": "a new place has a door that everybody can use",
            "notes": list(self.notes),
            **self.meta,
        }  # fmt: skip

    def write(self, out: Path) -> None:
        """Write ``sites.csv``, ``sites.gpkg`` and ``site.json`` into a folder.

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
        >>> from wegeketten.siting.choice import Wanted
        >>> wanted = Wanted("meeting_place", add=1, worlds=0)
        >>> with TemporaryDirectory() as folder:
        ...     choose_sites(hamlet(), [load_profile("walker")], wanted).write(Path(folder) / "sites")
        ...     sorted(path.name for path in (Path(folder) / "sites").iterdir())
        ['site.json', 'sites.csv', 'sites.gpkg']
        """
        from wegeketten.siting.write import write_sites

        write_sites(out, [site for choice in self.choices for site in choice.sites], self.to_json())


def find_sites(
    city: City, profiles: Sequence[Profile], wanted: Wanted, *, progress: Progress | None = None
) -> Sites | Joint:
    """Choose sites, or (`Wanted.with_measures`) sites and measures for one budget.

    Parameters
    ----------
    city
        The city, as built.
    profiles
        The mobility profiles that are asked about.
    wanted
        What is asked.
    progress
        Called with what is being done and the share that is done.

    Returns
    -------
    Sites or Joint
        Sites only, or sites and measures.

    Raises
    ------
    UsageError
        As `choose_sites` and `plan_jointly`; or only one of budget and measures is given.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.siting.choice import Wanted
    >>> sites = find_sites(hamlet(), [load_profile("walker")], Wanted("meeting_place", add=1, worlds=0))
    >>> sites.choices[0].value
    12.0
    """
    if not wanted.with_measures:
        if wanted.budget_eur is not None:
            raise UsageError("--budget: goes with --with-measures; without, say how many places: --add P")
        return choose_sites(city, profiles, wanted, progress=progress)
    if wanted.budget_eur is None:
        raise UsageError("--with-measures: say for how much: --budget EUR")
    from wegeketten.siting.joint import plan_jointly
    from wegeketten.whatif.measures import load_measures

    return plan_jointly(
        city, profiles, wanted.service, wanted.budget_eur, candidates=wanted.candidates,
        cost_eur=wanted.site_cost_eur, measures=load_measures(wanted.costs), progress=progress,
    )  # fmt: skip


def choose_sites(
    city: City, profiles: Sequence[Profile], wanted: Wanted, *, progress: Progress | None = None
) -> Sites:
    """Choose where new places of a service open.

    Parameters
    ----------
    city
        A built city.
    profiles
        For whom; people of every profile count side by side.
    wanted
        What is asked.
    progress
        Called with words and the share done.

    Returns
    -------
    Sites
        Sites by objective, and who reaches them.

    Raises
    ------
    UsageError
        An objective is unknown, there are fewer candidates than places wanted, or capacities are too small.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.siting.choice import Wanted
    >>> wanted = Wanted("meeting_place", add=1, worlds=0)
    >>> sites = choose_sites(hamlet(), [load_profile("walker")], wanted)
    >>> [(one.site_id, one.people_gained) for one in sites.choices[0].sites]
    [('n7004', 12.0)]
    """
    notify = progress or (lambda _words, _share: None)
    _check(city, wanted)
    notify("candidates", 0.0)
    candidates, notes = find_candidates(city, wanted.service, wanted=wanted.candidates)
    if wanted.until is None and wanted.add > len(candidates):
        raise UsageError(f"--add {wanted.add}: there are {len(candidates)} candidates")
    demand = demand_of(city, profiles, wanted.service, wanted.minutes and wanted.minutes * 60)
    places = existing_places(city, wanted.service)
    there = len(places)
    costs: dict[str, NDArray[np.float64]] = {}
    for number, answer in enumerate(ANSWERS):
        notify(f"times, {answer}", 0.1 + 0.15 * number)
        costs[answer] = costs_of(city, profiles, answer, demand, wanted.service, candidates)
        city.forget()
    table = SiteTable(city, demand, candidates, places, costs)
    choices = []
    names = ("until",) if wanted.until is not None else wanted.objectives
    for number, objective in enumerate(names):
        notify(objective, 0.6 + 0.35 * number / len(names))
        choices.append(choose(table, objective, wanted))
    if wanted.worlds:
        notify("worlds", 0.95)
        choices = tried_in_worlds(
            table, profiles, wanted.service, choices, worlds=wanted.worlds, seed=wanted.seed
        )
    hopeless = ~np.isfinite(costs["possible"]).any(axis=1)
    if hopeless.any():
        lost, counted = float(demand.people[hopeless].sum()), float(demand.people.sum())
        notes.append(
            f"{lost:.0f} of {counted:.0f} have no way to any site, even if all that is unknown were passable"
        )
    return Sites(
        wanted.service, tuple(profile.id for profile in profiles), float(demand.people.sum()),
        {answer: table.reached(np.arange(there), answer) for answer in ANSWERS},
        tuple(table.site_id(row) for row in range(there)) if wanted.fixed else (),
        tuple(choices), tuple(notes), provenance_of(city),
    )  # fmt: skip


def parse_objectives(text: str) -> tuple[str, ...]:
    """Objectives from the value of --objective.

    Parameters
    ----------
    text
        Names with commas between.

    Returns
    -------
    tuple
        Each once, in the order given.

    Examples
    --------
    >>> parse_objectives("all"), parse_objectives("center")
    (('cover', 'median', 'center'), ('center',))
    """
    return OBJECTIVES if text == "all" else (text,)


def parse_fixed(text: str) -> bool:
    """Whether existing places stay, from the value of --fixed.

    Parameters
    ----------
    text
        ``existing`` or ``none``.

    Returns
    -------
    bool
        True for ``existing``.

    Raises
    ------
    UsageError
        It is neither ``existing`` nor ``none``.

    Examples
    --------
    >>> parse_fixed("existing"), parse_fixed("none")
    (True, False)
    """
    if text not in ("existing", "none"):
        raise UsageError(f"--fixed {text}: there are existing and none")
    return text == "existing"


def _check(city: City, wanted: Wanted) -> None:
    city.catalogue.service(wanted.service)
    within(wanted.minutes, "--minutes", 0, 24 * 60, above=True)
    within(wanted.site_cost_eur, "--site-cost", 0)
    within(wanted.worlds, "--worlds", 0)
    unknown = [name for name in wanted.objectives if name not in OBJECTIVES]
    if unknown:
        raise UsageError(f"--objective {unknown[0]}: there are {', '.join(OBJECTIVES)} and all")
    if wanted.until is None and wanted.add < 1:
        raise UsageError(f"--add {wanted.add}: give 1 or more")
    if wanted.until is not None and not 0 < wanted.until <= 1:
        raise UsageError("--until: give a share of the people, above 0 and at most 100 percent")
    if wanted.capacity is not None and not wanted.capacity > 0:
        raise UsageError(f"--capacity {wanted.capacity:g}: give more than 0 people")
