"""Clauses of a norm, read from TOML: anyone who reads the file reads the norm."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError, model_validator

from wegeketten.errors import UsageError
from wegeketten.files.resources import shipped
from wegeketten.files.sourced import Source, Strict, Text, faults_of, meant, read_toml
from wegeketten.model.edges import ATTRIBUTE, Crossing
from wegeketten.model.kinds import Kind

NORMS = ("din18040-3", "tsi-prm", "prowag", "ada")

_NO_WALK = (Kind.steps, Kind.escalator, Kind.moving_walkway, Kind.lift, Kind.link)
GROUPS: dict[str, frozenset[Kind]] = {
    "walked": frozenset(kind for kind in Kind if not kind.is_barrier and kind not in _NO_WALK),
    "opening": frozenset(kind for kind in Kind if kind.barrier is not None and kind.barrier.gap is not None),
}
"""Names that stand for several kinds in a clause."""


def _known_kind(name: str) -> str:
    if name not in GROUPS and name not in Kind.__members__:
        raise ValueError(f"no kind of edge{meant(name, [*GROUPS, *Kind.__members__])}")
    return name


def _known_quantity(name: str) -> str:
    if name not in ATTRIBUTE:
        raise ValueError(f"no attribute of an edge{meant(name, ATTRIBUTE)}")
    return name


class Condition(Strict):
    """One comparison.

    Attributes
    ----------
    quantity
        Attribute of an edge, in its unit (see `wegeketten.model.edges.ATTRIBUTES`).
    operator
        ``<=``, ``>=`` or ``==``; a slope is compared by its magnitude.
    limit
        What it is compared with.
    """

    quantity: Annotated[str, AfterValidator(_known_quantity)]
    operator: Literal["<=", ">=", "=="]
    limit: float


class Clause(Condition):
    """One sentence of a norm that readings can decide.

    Attributes
    ----------
    id
        Short name, unique within the norm.
    title
        What it asks for, in words.
    kinds
        Kinds of edges it is about, or names of `GROUPS`.
    crossings
        Only crossings of these types; all where empty.
    unless
        Conditions of which one is enough as well.
    run
        A rule over a walk instead of single edges: metres between landings.
    source
        Where it stands.
    """

    id: str = Field(min_length=1, pattern=r"^[A-Za-z0-9._-]+$")
    title: Text
    kinds: tuple[Annotated[str, AfterValidator(_known_kind)], ...] = Field(min_length=1)
    crossings: tuple[str, ...] = ()
    unless: tuple[Condition, ...] = ()
    run: Literal["din18040-3"] | None = None
    source: Source

    @model_validator(mode="after")
    def _fits(self) -> Clause:
        unknown = [name for name in self.crossings if name not in Crossing.__members__]
        if unknown:
            raise ValueError(f"crossings: no type {unknown[0]!r}{meant(unknown[0], Crossing.__members__)}")
        if self.run is not None and self.quantity != "incline_pct":
            raise ValueError("run: only slopes have a rule over a walk")
        return self

    @property
    def edge_kinds(self) -> frozenset[Kind]:
        """Kinds of edges, groups resolved."""
        found: set[Kind] = set()
        for name in self.kinds:
            found |= GROUPS.get(name) or {Kind[name]}
        return frozenset(found)


class Norm(Strict):
    """A norm, or a user's own set of clauses.

    Attributes
    ----------
    id, name, edition
        What it is called.
    clause
        Its clauses, in the file's order.
    """

    id: str = Field(min_length=1)
    name: Text
    edition: str = ""
    clause: tuple[Clause, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _no_clause_twice(self) -> Norm:
        ids = [clause.id for clause in self.clause]
        twice = next((each for each in ids if ids.count(each) > 1), None)
        if twice:
            raise ValueError(f"clause {twice!r} stands twice")
        return self


def load_norm(name: str) -> Norm:
    """Load a shipped norm by its id, or a TOML file.

    Parameters
    ----------
    name
        Id of a shipped norm, or path of a file.

    Returns
    -------
    Norm
        Clauses in the order of the norm.

    Raises
    ------
    UsageError
        There is no such norm, or the file is wrong; all faults are named.

    Examples
    --------
    >>> [clause.limit for clause in load_norm("din18040-3").clause if clause.id == "passage-width"]
    [0.9]
    """
    if name in NORMS:
        path = shipped("norms", f"{name}.toml")
    elif name.endswith(".toml"):
        path = Path(name)
    else:
        raise UsageError(f"no norm {name!r}{meant(name, NORMS)}; there are {', '.join(NORMS)}")
    tree = read_toml(path, "norm")
    try:
        return Norm.model_validate(tree)
    except ValidationError as error:
        raise UsageError(f"norm {path}: {'; '.join(faults_of(error, Norm))}") from error
