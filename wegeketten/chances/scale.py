"""How a value nobody mapped is distributed: classes, prior shares by context, and how fast a city teaches."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.files.resources import shipped
from wegeketten.model.edges import HIGHWAYS, Crossing, Kind

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

LEVELS = ("city", "class", "quarter", "cell", "block", "street", "crossing")
"""Groups of elements that share what is not known about each, from wide to narrow."""

OWN = 254
"""Beside the codes of `Crossing`: a kerb that is mapped for itself and meets no crossing."""

_LEAST = 1e-9
"""Share below which the bounds lie where the distribution has nothing: even chances between them."""

_SLACK = 1e-4
"""A bound this near to a class's end is that end: columns are float32."""


class Context(NamedTuple):
    """Where a prior holds, and what it says; a table ``[[context]]`` in ``data/assumptions/chances``.

    Attributes
    ----------
    name
        What it is called in lists.
    kinds, highways
        Names of `Kind` and of `HIGHWAYS`; all where empty.
    crossings
        Of kerbs: names of `Crossing`, ``own`` for those mapped for themselves beside none; all where empty.
    services
        Of entrances: ids of the services; all where empty.
    beside_street
        Whether it speaks of ways near a street, or of those away from one; of both where None.
    shares
        Share of each class, float64, shape (classes,); the sum is 1.
    assumed
        Share of each class as it was assumed before anything was counted; None where it is not kept.
    elements
        How many elements the shares were counted on; 0 for an assumption without a count.
    source
        Where they come from.
    """

    name: str
    kinds: frozenset[str]
    highways: frozenset[str]
    crossings: frozenset[str]
    services: frozenset[str]
    beside_street: bool | None
    shares: NDArray[np.float64]
    assumed: NDArray[np.float64] | None
    elements: int
    source: str


@dataclass(frozen=True, eq=False)
class Scale:
    """Classes of one attribute, from what hinders nobody to what hinders everybody.

    Attributes
    ----------
    attribute
        A name of `wegeketten.model.edges.ATTRIBUTES`.
    rising
        Whether a larger value hinders more (a kerb); else a smaller one does (a width).
    step
        Distance of neighbouring values where only some occur (grades, yes and no), else 0.
    cuts
        Ends of the classes, in the attribute's unit, ascending; one less than there are classes. A value that
        lies on a cut belongs to the class that hinders less.
    weights
        By level of `LEVELS`: tagged elements in such a group that outweigh half of what was known before.
    eye
        By class: how many times as often as in the best class mappers tag what they see.
    contexts
        In the order in which they are tried.
    """

    attribute: str
    rising: bool
    step: float
    cuts: NDArray[np.float64]
    weights: dict[str, float]
    eye: NDArray[np.float64]
    contexts: tuple[Context, ...]

    def class_of(self, value: NDArray[np.floating[Any]]) -> NDArray[np.int64]:
        """Class of each value, 0 for the one that hinders least.

        Parameters
        ----------
        value
            In the attribute's unit.

        Returns
        -------
        ndarray
            Shape of `value`.

        Examples
        --------
        >>> scale("kerb_cm").class_of(np.array([0.0, 3.0, 3.01, 12.0])).tolist()
        [0, 3, 4, 8]
        """
        values = np.asarray(value, dtype=np.float64)
        if self.rising:
            return np.searchsorted(self.cuts, values - _SLACK, side="left")
        return len(self.cuts) - np.searchsorted(self.cuts, values + _SLACK, side="right")

    @property
    def ends(self) -> NDArray[np.float64]:
        """Cuts in the order of the classes, turned where a smaller value hinders more: always ascending."""
        return self.cuts if self.rising else -self.cuts[::-1]

    def below(self, shares: NDArray[np.float64], value: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Share that hinders no more than a value, by linear interpolation within classes.

        Parameters
        ----------
        shares
            Shape (rows, classes).
        value
            In the attribute's unit, shape (rows,).

        Returns
        -------
        ndarray
            From 0 to 1, shape (rows,).
        """
        sign = 1.0 if self.rising else -1.0
        at = sign * np.asarray(value, dtype=np.float64)
        ends = self.ends
        sums = np.concatenate([np.zeros((len(shares), 1)), np.cumsum(shares, axis=1)], axis=1)
        upper = np.searchsorted(ends, at - _SLACK, side="left")  # class that holds the value
        widths = np.diff(ends)
        edge = widths[-1] if len(widths) else 1.0
        low = np.concatenate([[ends[0] - (widths[0] if len(widths) else 1.0)], ends])[upper]
        high = np.concatenate([ends, [ends[-1] + edge]])[upper]
        part = np.clip((at - low) / np.maximum(high - low, 1e-12), 0.0, 1.0)
        part = np.where(np.abs(at - high) <= _SLACK, 1.0, part)
        rows = np.arange(len(shares))
        found: NDArray[np.float64] = sums[rows, upper] + part * shares[rows, upper]
        return found

    def passing(
        self,
        shares: NDArray[np.float64],
        limit: float | NDArray[np.float64],
        lower: NDArray[np.floating[Any]],
        upper: NDArray[np.floating[Any]],
    ) -> NDArray[np.float64]:
        """Chance that a value keeps a limit, given that it lies between its bounds.

        Parameters
        ----------
        shares
            Shape (rows, classes).
        limit
            Largest value that may be passed where values rise, else the smallest.
        lower, upper
            Bounds of the value, shape (rows,).

        Returns
        -------
        ndarray
            From 0 to 1, shape (rows,).

        Examples
        --------
        >>> import numpy as np
        >>> shares = scale("kerb_cm").contexts[0].shares
        >>> known = np.array([2.0]), np.array([8.0])
        >>> scale("kerb_cm").passing(np.atleast_2d(shares), 3.0, *known).round(2).tolist()
        [1.0]
        """
        best, worst = (lower, upper) if self.rising else (upper, lower)
        best, worst = (np.asarray(each, dtype=np.float64) for each in (best, worst))
        sign = 1.0 if self.rising else -1.0
        at = np.full(len(shares), limit, dtype=np.float64) if np.isscalar(limit) else np.asarray(limit)
        none = self.below(shares, best - sign * self.step)
        there = self.below(shares, worst) - none
        kept = self.below(shares, at) - none
        even = sign * (at - best + sign * self.step) / np.maximum(sign * (worst - best) + self.step, 1e-9)
        chance = np.where(there > _LEAST, kept / np.maximum(there, _LEAST), even)
        chance = np.clip(chance, 0.0, 1.0)
        chance = np.where(sign * (worst - at) <= _SLACK, 1.0, chance)
        found: NDArray[np.float64] = np.where(sign * (best - at) > _SLACK, 0.0, chance)
        return found

    def matches(
        self, context: Context, kind: NDArray[Any], road: NDArray[Any], meets: NDArray[Any]
    ) -> NDArray[np.bool_]:
        """Which edges a context speaks of.

        Parameters
        ----------
        context
            A row of the table of contexts.
        kind
            Kind of each edge.
        road
            Class of the way of each edge.
        meets
            Code of the crossing each edge meets, `OWN` for a kerb mapped by itself.

        Returns
        -------
        ndarray
            bool, shape (edges,).
        """
        fits = np.ones(len(kind), dtype=bool)
        if context.kinds:
            fits &= np.isin(kind, [int(Kind[name]) for name in context.kinds])
        if context.highways:
            fits &= np.isin(road, [HIGHWAYS.index(name) for name in context.highways])
        if context.crossings:
            codes = [OWN if name == "own" else int(Crossing[name]) for name in context.crossings]
            fits &= np.isin(meets, codes)
        return fits


@cache
def scale(attribute: str) -> Scale:
    """Scale of an attribute.

    Parameters
    ----------
    attribute
        Name of the attribute.

    Returns
    -------
    Scale
        Classes, contexts and prior.

    Raises
    ------
    UsageError
        Nothing is known of how the attribute is distributed, or the file has faults.

    Examples
    --------
    >>> scale("kerb_cm").attribute
    'kerb_cm'
    """
    found = scales().get(attribute)
    if found is None:
        raise UsageError(f"data/assumptions/chances: no distribution of {attribute!r}")
    return found


@cache
def scales() -> dict[str, Scale]:
    """All scales by attribute.

    Examples
    --------
    >>> sorted(scales())[:3]
    ['cross_slope_pct', 'entrance', 'handrail_sides']
    """
    return {
        one.attribute: one for one in map(_read, sorted(shipped("assumptions", "chances").glob("*.toml")))
    }


def _read(path: Path) -> Scale:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    cuts = np.array(document["cuts"], dtype=np.float64)
    contexts = tuple(_context(entry, len(cuts) + 1, path) for entry in document["context"])
    eye = np.array(document.get("eye", [1.0] * (len(cuts) + 1)), dtype=np.float64)
    weights = {name: float(value) for name, value in document["weights"].items()}
    unknown = sorted(set(weights) - set(LEVELS))
    if unknown or len(eye) != len(cuts) + 1 or (np.diff(cuts) <= 0).any():
        raise UsageError(
            f"{path}: weights {unknown or 'fit'}, {len(eye)} numbers for the eye, or cuts that do not rise"
        )
    return Scale(
        document["attribute"],
        document["order"] == "rising",
        float(document.get("step", 0)),
        cuts,
        weights,
        eye,
        contexts,
    )


def _context(entry: dict[str, Any], classes: int, path: Path) -> Context:
    parts = {}
    for column in ("shares", "assumed"):
        if column == "shares" or column in entry:
            shares = np.array(entry[column], dtype=np.float64)
            if len(shares) != classes or (shares < 0).any() or shares.sum() <= 0:
                raise UsageError(f"{path}: {entry['name']}: {classes} shares are needed, none negative")
            parts[column] = shares / shares.sum()
    return Context(
        entry["name"],
        frozenset(entry.get("kinds", ())),
        frozenset(entry.get("highways", ())),
        frozenset(entry.get("crossings", ())),
        frozenset(entry.get("services", ())),
        entry.get("beside_street"),
        parts["shares"],
        parts.get("assumed"),
        int(entry["elements"]),
        entry["source"],
    )
