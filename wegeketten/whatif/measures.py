"""Measures: what can be done about a barrier, what is true afterwards, and what it costs.

Read from ``data/measures.toml``; a city lays its own prices over it with ``--costs FILE``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from wegeketten.errors import UsageError
from wegeketten.files.resources import shipped
from wegeketten.files.sourced import Source, Strict, Text, faults_of, read_toml, take_apart
from wegeketten.model.edges import ATTRIBUTE, Crossing
from wegeketten.model.kinds import Kind, kinds_for_measure
from wegeketten.people.change import Change

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

OF_PLATFORMS = ("platform_height", "platform_width")
"""What keeps people from a platform of a stop; no edge has these, see `wegeketten.transit.raising`."""

REMEDIABLE = (*ATTRIBUTE, "kind", "crossing", *OF_PLATFORMS)
"""What a measure can answer: attributes of a reason, see `wegeketten.people.reasons.Reason`."""


def _known_kind(name: str) -> str:
    if name not in Kind.__members__:
        raise ValueError(f"no kind of edge; known are {' '.join(Kind.__members__)}")
    return name


def _known_remedy(name: str) -> str:
    if name not in REMEDIABLE:
        raise ValueError(f"no limit; known are {' '.join(REMEDIABLE)}")
    return name


KindName = Annotated[str, AfterValidator(_known_kind)]
RemedyName = Annotated[str, AfterValidator(_known_remedy)]
Euros = Annotated[float, Field(ge=0, le=1e9)]
Metres = Annotated[float, Field(gt=0, le=1e4)]


class Price(NamedTuple):
    """Euros, planning included."""

    low_eur: float
    typical_eur: float
    high_eur: float

    def part(self, share: float) -> Price:
        """A share of it, 0 to 1.

        Parameters
        ----------
        share
            From 0 to 1.

        Returns
        -------
        Price
            Of the same kind, in euros.

        Examples
        --------
        >>> Price(10, 20, 40).part(0.5)
        Price(low_eur=5.0, typical_eur=10.0, high_eur=20.0)
        """
        return Price(*(round(share * euros, 2) for euros in self))


class Costs(Strict):
    """Euros for one piece or one unit, before planning."""

    low_eur: Euros
    typical_eur: Euros
    high_eur: Euros

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low_eur <= self.typical_eur <= self.high_eur:
            raise ValueError("low_eur, typical_eur and high_eur must rise in this order")
        return self


class UnitCosts(Costs):
    """Euros for each metre, square metre or step."""

    per: Literal["m", "m2", "step"]


class Measure(Strict):
    """One kind of works.

    Attributes
    ----------
    name, note
        What reports call it, and what a planner must know, German and English.
    kinds
        Kinds of edge it is for; empty: any.
    remedies
        What it answers, see `REMEDIABLE`.
    targets, becomes, crossing, clears_wheelchair_no
        What is true afterwards, see `wegeketten.people.change.Change`.
    strip_width_m
        Width of the strip that is built, for costs by the square metre.
    longest_m, most_steps
        Beyond these the measure is not realistic.
    piece, unit
        Costs of each place, and of each metre, square metre or step.
    """

    name: Text
    note: Text | None = None
    kinds: tuple[KindName, ...] = ()
    remedies: Annotated[tuple[RemedyName, ...], Field(min_length=1)]
    targets: Annotated[dict[str, tuple[float, float]], Field(default_factory=dict)]
    becomes: KindName | None = None
    crossing: Literal["unmarked", "marked", "signals"] | None = None
    clears_wheelchair_no: bool = False
    strip_width_m: Metres | None = None
    longest_m: Metres | None = None
    most_steps: Annotated[int, Field(ge=1)] | None = None
    piece: Costs | None = None
    unit: UnitCosts | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name, (low, high) in self.targets.items():
            if name not in ATTRIBUTE:
                raise ValueError(f"targets: no attribute {name!r}; known are {' '.join(ATTRIBUTE)}")
            widest = ATTRIBUTE[name].widest
            if not widest[0] <= low <= high <= widest[1]:
                raise ValueError(f"targets: {name} must be [low, high] within {widest[0]:g} to {widest[1]:g}")
        if self.piece is None and self.unit is None:
            raise ValueError("give costs by the piece or by the unit")
        if self.unit is not None and self.unit.per == "m2" and self.strip_width_m is None:
            raise ValueError("costs by the square metre need strip_width_m")
        return self

    @cached_property
    def change(self) -> Change:
        """What the measure leaves behind."""
        return Change(
            targets=self.targets,
            kind=None if self.becomes is None else Kind[self.becomes],
            crossing=None if self.crossing is None else Crossing[self.crossing],
            clears_wheelchair_no=self.clears_wheelchair_no,
        )

    def suits(self, kind: Kind, *, length_m: float = 0.0, steps: float = 0.0) -> bool:
        """Whether the measure is realistic on an edge of this kind, length (metres) and number of steps.

        Parameters
        ----------
        kind
            Kind of the edge.
        length_m
            Length of the edge, metres.
        steps
            Number of steps.

        Returns
        -------
        bool
            False where a limit of the measure is exceeded.

        Examples
        --------
        >>> from wegeketten.model.kinds import Kind
        >>> lower = load_measures().measures["lower_kerb"]
        >>> lower.suits(Kind.kerb), lower.suits(Kind.steps, steps=9)
        (True, False)
        """
        return (
            (not self.kinds or kind.name in self.kinds)
            and (self.longest_m is None or length_m <= self.longest_m)
            and (self.most_steps is None or steps <= self.most_steps)
        )

    def answers(self, kind: Kind, attributes: Collection[str]) -> set[str]:
        """Which of an edge's reasons the measure takes away.

        A mapper's ``wheelchair=no`` goes with another reason that the measure answers. On its own it is
        answered on barriers, steps and lifts only: there it can mean nothing but what the measure removes.

        Parameters
        ----------
        kind
            Kind of the edge.
        attributes
            Attributes of the reasons on the edge.

        Returns
        -------
        set
            Some of `attributes`.

        Examples
        --------
        >>> from wegeketten.model.kinds import Kind
        >>> load_measures().measures["lower_kerb"].answers(Kind.kerb, {"kerb_cm", "width_m"})
        {'kerb_cm'}
        """
        answered = {each for each in attributes if each in self.remedies}
        plain = kind.is_barrier or kind in (Kind.steps, Kind.lift)
        if "wheelchair" in attributes and self.clears_wheelchair_no and (answered or plain):
            answered.add("wheelchair")
        return answered


@dataclass(frozen=True)
class Remedy:
    """Measures carried out together on one edge.

    Attributes
    ----------
    ids
        Ids of the measures, in the catalogue's order.
    change
        What they leave behind together.
    price
        Euros, planning included.
    """

    ids: tuple[str, ...]
    change: Change
    price: Price


class MeasureCatalogue(Strict):
    """All measures.

    Attributes
    ----------
    measures
        By id, in the file's order.
    planning_share
        Share of the costs added for planning and the unforeseen.
    sources
        For each cost, by its dotted path (``measures.lower_kerb.piece.typical_eur``), where it comes from.
    """

    measures: dict[str, Measure]
    planning_share: Annotated[float, Field(ge=0, le=2)]
    sources: Annotated[dict[str, Source], Field(repr=False)]

    @cached_property
    def sha256(self) -> str:
        """Hash of all measures and prices, as 64 hex digits."""
        content = self.model_dump(mode="json", exclude={"sources"})
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def price(self, measure_id: str, *, length_m: float = 0.0, steps: float = 0.0) -> Price:
        """Price of a measure on an edge of this length (metres) and number of steps.

        Parameters
        ----------
        measure_id
            Id of the measure.
        length_m
            Length of the edge, metres.
        steps
            Number of steps.

        Returns
        -------
        Price
            Low, typical and high, euros.

        Examples
        --------
        >>> load_measures().price("lower_kerb")
        Price(low_eur=2400.0, typical_eur=3600.0, high_eur=5640.0)
        """
        measure = self.measures[measure_id]
        amount = 0.0
        if measure.unit is not None:
            width_m = measure.strip_width_m or 0.0
            amount = {"m": length_m, "m2": length_m * width_m, "step": steps}[measure.unit.per]
        euros = (
            (1 + self.planning_share) * (_euros(measure.piece, level) + amount * _euros(measure.unit, level))
            for level in Price._fields
        )
        return Price(*(round(each, 2) for each in euros))

    def works(
        self, kind: Kind, attributes: Iterable[str], *, length_m: float = 0.0, steps: float = 0.0
    ) -> Remedy | None:
        """Choose the cheapest set of measures that answers all reasons on an edge.

        Parameters
        ----------
        kind
            Kind of the edge.
        attributes
            Attributes of the reasons (`wegeketten.people.reasons.Reason.attribute`) to take away.
        length_m, steps
            Length of the edge in metres and its number of steps.

        Returns
        -------
        Remedy or None
            None where some reason has no measure: a way closed by law, or a bare ``wheelchair=no``.

        Examples
        --------
        >>> catalogue = load_measures()
        >>> catalogue.works(Kind.kerb, ["kerb_cm"]).ids
        ('lower_kerb',)
        >>> catalogue.works(Kind.footway, ["surface_class", "width_m"], length_m=10).ids
        ('smooth_strip', 'widen')
        >>> catalogue.works(Kind.footway, ["access"]) is None
        True
        """
        key = kind, frozenset(attributes), length_m, steps
        if key not in self.chosen_works:
            self.chosen_works[key] = self._works(*key)
        return self.chosen_works[key]

    @cached_property
    def chosen_works(self) -> dict[tuple[Kind, frozenset[str], float, float], Remedy | None]:
        """What `works` has chosen so far: one profile after another asks for the same edges."""
        return {}

    def _works(self, kind: Kind, wanted: frozenset[str], length_m: float, steps: float) -> Remedy | None:
        able = {
            name: measure.answers(kind, wanted)
            for name, measure in self.measures.items()
            if measure.suits(kind, length_m=length_m, steps=steps)
        }
        able = {name: answered for name, answered in able.items() if answered}
        prices = {name: self.price(name, length_m=length_m, steps=steps) for name in able}
        complete = [
            names
            for size in range(1, min(len(wanted), len(able)) + 1)
            for names in combinations(able, size)
            if set().union(*(able[name] for name in names)) == wanted
        ]
        if not complete:
            return None
        totals = {names: _sum(prices[name] for name in names) for names in complete}
        best = min(complete, key=lambda names: (totals[names].typical_eur, len(names), names))
        return Remedy(best, Change.joined([self.measures[name].change for name in best]), totals[best])


def load_measures(costs: Path | None = None) -> MeasureCatalogue:
    """Load the shipped measures, with a file of a city's own laid over them.

    Parameters
    ----------
    costs
        A TOML file in the form of ``data/measures.toml`` that states only what differs, or adds measures.

    Returns
    -------
    MeasureCatalogue
        All measures by id.

    Raises
    ------
    UsageError
        The file cannot be read or has faults; the message names all of them.

    Examples
    --------
    >>> list(load_measures().measures)[:3]
    ['lower_kerb', 'separate_crossing', 'tactile_paving']
    """
    return _shipped() if costs is None else _read(costs)


@cache
def _shipped() -> MeasureCatalogue:
    return _read(None)


def _read(costs: Path | None) -> MeasureCatalogue:
    file = take_apart(read_toml(shipped("measures.toml"), "measures"))
    for name, measure in file.values["measures"].items():
        kinds = (*kinds_for_measure(name), *measure.get("kinds", ()))
        measure["kinds"] = list(dict.fromkeys(kinds))
    if costs is not None:
        file = take_apart(read_toml(costs, "costs")).over(file)
    faults = list(file.faults)
    values = dict(file.values)
    planning = values.pop("planning", None)
    share = planning.get("share") if isinstance(planning, dict) else planning
    cited = ("planning.share", "_eur")
    sources = {path: source for path, source in file.sources.items() if path.endswith(cited)}
    try:
        catalogue = MeasureCatalogue.model_validate({**values, "planning_share": share, "sources": sources})
    except ValidationError as error:
        faults += faults_of(error, MeasureCatalogue)
    if faults:
        raise UsageError(f"costs {costs or 'data/measures.toml'}: {'; '.join(faults)}")
    return catalogue


def _euros(costs: Costs | None, level: str) -> float:
    return 0.0 if costs is None else float(getattr(costs, level))


def _sum(prices: Iterable[Price]) -> Price:
    return Price(*(round(sum(column), 2) for column in zip(*prices, strict=True)))
