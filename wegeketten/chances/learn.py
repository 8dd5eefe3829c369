"""What a city's own tags teach about what nobody tagged there, level by level, and how unsure that stays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.chances.scale import LEVELS
from wegeketten.model.edges import Kind
from wegeketten.model.hashing import mixed
from wegeketten.model.reading import Provenance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.chances.groups import Groups, Keys, Rows
    from wegeketten.chances.scale import Scale

    Floats = NDArray[np.float64]

WITHIN_STREET = ("street", "crossing")
"""Levels of which nothing is known where a street's own tags are put aside."""

STEEPENING = 3.0
"""How much closer two normal numbers hang together than the yes and no cut from them: π/2 at even odds, about
3 where eleven of twelve pass. With it 64 to 89 % of revealed shares lie in the 80 % interval of surfaces in
Lauf and Berlin, with π/2 61 to 81 % (`benchmarks/chances.py`)."""


class Unsure(NamedTuple):
    """What the elements of a group share: their key, and which part of the variance lies there."""

    level: str
    keys: Keys
    part: Floats


@dataclass(frozen=True, eq=False)
class Lessons:
    """Tagged values of one attribute in one city.

    Parameters
    ----------
    groups
        What belongs together.
    scale
        Classes and priors.
    wary
        Whether what catches a mapper's eye counts less, as for elements nobody tagged; not so where tagged
        elements themselves are to be foretold.
    """

    groups: Groups
    scale: Scale
    wary: bool = True

    @cached_property
    def context(self) -> Rows:
        """Context of each edge, -1 where the attribute has none."""
        return self.groups.context(self.scale)

    @cached_property
    def prior(self) -> Floats:
        """Prior shares by context, shape (contexts, classes)."""
        shares = np.stack([each.shares for each in self.scale.contexts])
        if self.wary:
            shares = shares / self.scale.eye
        prior: Floats = shares / shares.sum(axis=1, keepdims=True)
        return prior

    @cached_property
    def known(self) -> Rows:
        """Edges that a mapper or a survey speaks of."""
        edges, name = self.groups.edges, self.scale.attribute
        told = np.isin(edges[f"{name}_from"], (Provenance.surveyed, Provenance.tagged))
        told &= (self.context >= 0) & (self.groups.kind != Kind.link) & ~np.isnan(edges[name])
        return np.flatnonzero(told)

    @cached_property
    def elements(self) -> int:
        """How many different elements that are."""
        return len(np.unique(self.groups.element[self.known]))

    @cached_property
    def counted(self) -> Floats:
        """Classes of the known edges, shape (known, classes); the pieces of an element count one together."""
        rows = self.known
        _, element, pieces = np.unique(self.groups.element[rows], return_inverse=True, return_counts=True)
        counted = self.spread(rows) / pieces[element][:, None]
        if self.wary:
            counted = counted / self.scale.eye
        return counted

    def spread(self, rows: Rows) -> Floats:
        """Classes that readings speak of: one, or several as the prior has them within the bounds.

        Parameters
        ----------
        rows
            Rows of edges that were read.

        Returns
        -------
        Floats
            Shares of the classes, shape (rows, classes); each row sums to 1.
        """
        edges, scale = self.groups.edges, self.scale
        value, lower, upper = (edges[scale.attribute + end][rows] for end in ("", "_lower", "_upper"))
        if scale.attribute == "incline_pct":
            value, lower, upper = magnitudes(value, lower, upper)
        classes = len(scale.cuts) + 1
        single = np.zeros((len(rows), classes))
        single[np.arange(len(rows)), scale.class_of(value)] = 1.0
        ends = np.stack([scale.class_of(lower), scale.class_of(upper)])
        number = np.arange(classes)
        inside = (number >= ends.min(axis=0)[:, None]) & (number <= ends.max(axis=0)[:, None])
        shares = self.prior[self.context[rows]] * inside
        sums = shares.sum(axis=1, keepdims=True)
        vague = ((upper - lower) > 1e-6)[:, None] & (sums > 0)
        found: Floats = np.where(vague, shares / np.where(sums > 0, sums, 1.0), single)
        return found

    def shares(self, rows: Rows, *, street_aside: bool = False) -> tuple[Floats, list[Unsure]]:
        """Shares of the classes at edges, and what these share.

        Parameters
        ----------
        rows
            Edges with a context.
        street_aside
            Take no notice of the tags of the edge's own street.

        Returns
        -------
        tuple
            Shares, shape (rows, classes); and per level the part of the variance that lies there.
        """
        if not street_aside:
            at = np.searchsorted(self.unknown, rows)
            if len(self.unknown) and (self.unknown[np.minimum(at, len(self.unknown) - 1)] == rows).all():
                shares, unsure = self._of_unknown
                return shares[at], [each._replace(keys=each.keys[at], part=each.part[at]) for each in unsure]
        return self._shares(rows, street_aside)

    @cached_property
    def unknown(self) -> Rows:
        """Edges with a context whose value nobody knows for sure."""
        edges, name = self.groups.edges, self.scale.attribute
        wide = ~((edges[f"{name}_upper"] - edges[f"{name}_lower"]) <= 0)
        return np.flatnonzero(wide & (self.context >= 0))

    @cached_property
    def _of_unknown(self) -> tuple[Floats, list[Unsure]]:
        return self._shares(self.unknown, street_aside=False)

    def _shares(self, rows: Rows, street_aside: bool) -> tuple[Floats, list[Unsure]]:
        context = self.context[rows]
        shares = self.prior[context]
        unsure, left = [], np.ones(len(rows))
        both = np.concatenate([self.known, rows])
        size = len(self.known)
        streets = np.unique(self.groups.street[both], return_inverse=True)[1] if street_aside else None
        for level in LEVELS:
            weight = self.scale.weights.get(level)
            if weight is None:
                continue
            told = self.groups.keys(level, self.context)[both]
            # how far off the priors are in this city is one question, whatever the context
            keys = self.groups.keys(level, 0 * self.context)[rows] if level == "city" else told[size:]
            seen = np.zeros((len(rows), shares.shape[1]))
            if not (street_aside and level in WITHIN_STREET):
                seen = _sums(told, size, self.counted)
                if streets is not None:
                    seen = np.maximum(seen - _sums(_paired(told, streets), size, self.counted), 0.0)
            total = seen.sum(axis=1)
            shares = (weight * shares + seen) / (weight + total)[:, None]
            part = np.minimum(STEEPENING / (weight + total + 1.0), 0.9) * left
            left = left - part
            unsure.append(Unsure(level, keys, part))
        return shares, unsure


def magnitudes(
    value: NDArray[np.float32], lower: NDArray[np.float32], upper: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Signed values without their sign, bounds from the least to the greatest magnitude.

    Parameters
    ----------
    value, lower, upper
        Reading of each edge, shape (edges,).

    Returns
    -------
    tuple
        Value, lower and upper bound, each 0 or more.

    Examples
    --------
    >>> import numpy as np
    >>> value, low, high = (np.array([number], np.float32) for number in (-4, -6, 2))
    >>> three = magnitudes(value, low, high)
    >>> [each.tolist() for each in three]
    [[4.0], [0.0], [6.0]]
    """
    low, high = np.abs(lower), np.abs(upper)
    least = np.where((lower <= 0) & (upper >= 0), 0.0, np.minimum(low, high)).astype(np.float32)
    return np.abs(value), least, np.maximum(low, high)


def _paired(keys: Keys, other: NDArray[np.int64]) -> Keys:
    return mixed(keys, other.astype(np.uint64))


def _sums(keys: Keys, size: int, counted: Floats) -> Floats:
    """What the first `size` keys count for, summed by key, for each of the others."""
    _, group = np.unique(keys, return_inverse=True)
    many = int(group.max(initial=-1)) + 1
    columns = [np.bincount(group[:size], column, minlength=many) for column in counted.T]
    table: Floats = np.stack(columns, axis=1).astype(np.float64)
    found: Floats = table[group[size:]]
    return found
