"""Edits: what somebody says a barrier were like, and the arc weights that this makes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.model.answers import ANSWERS
from wegeketten.people.verdict import fixed_seconds
from wegeketten.routing import INF
from wegeketten.whatif.candidates import find_candidates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.model.edges import EdgeTable
    from wegeketten.people.change import Change
    from wegeketten.people.profile import Profile

_id_of = re.compile(r"([nwr])(\d{1,18})(?::(\d{1,9}))?").fullmatch


@dataclass(frozen=True)
class Edit:
    """One barrier and what is done about it.

    Attributes
    ----------
    barrier
        Its id, such as ``n1048`` or ``w52001:3``.
    change
        What it is like afterwards; None for the works that a plan would choose.
    closed
        Whether nobody passes afterwards, as at a building site.
    """

    barrier: str
    change: Change | None = None
    closed: bool = False


class Edited(NamedTuple):
    """What edits make of a network, for one profile.

    Attributes
    ----------
    rows
        int64: edges edited, in the order of the edits.
    arcs
        int64, shape (2 · rows,): their arcs.
    units
        By answer, int32, shape (2 · rows,): weights of these arcs afterwards.
    prices
        Euros of the works by row of the edge table, for edits that leave the choice to us.
    """

    rows: NDArray[np.int64]
    arcs: NDArray[np.int64]
    units: Mapping[Answer, NDArray[np.int32]]
    prices: dict[int, float]


def row_of_barrier(edges: EdgeTable, barrier: str) -> int | None:
    """Row of the edge with an id; None where there is none.

    Parameters
    ----------
    edges
        Edges of the network.
    barrier
        Such as ``n1048``.

    Returns
    -------
    int or None
        Row of the edge table.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> row_of_barrier(hamlet().edges, "n68"), row_of_barrier(hamlet().edges, "n1")
    (7, None)
    """
    found = _id_of(barrier)
    if found is None:
        return None
    kind, number, part = found[1].encode(), int(found[2]), -1 if found[3] is None else int(found[3])
    same = (edges["osm_id"] == number) & (edges["osm_type"] == kind) & (edges["part"] == part)
    rows = np.flatnonzero(same)
    return int(rows[0]) if len(rows) else None


def apply_edits(city: City, profile: Profile, edits: Sequence[Edit]) -> Edited:
    """Arc weights after edits.

    Parameters
    ----------
    city
        A built city; it stays as it is.
    profile
        For whom.
    edits
        At most one for each barrier.

    Returns
    -------
    Edited
        Weights, and what was changed.

    Raises
    ------
    UsageError
        An id is none of this city's, or is edited twice.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.routing import INF
    >>> edited = apply_edits(hamlet(), load_profile("walker"), [Edit("n68", closed=True)])
    >>> edited.rows.tolist(), bool((edited.units["likely"] == INF).all())
    ([7], True)
    """
    found = [row_of_barrier(city.edges, edit.barrier) for edit in edits]
    unknown = [edit.barrier for edit, row in zip(edits, found, strict=True) if row is None]
    if unknown:
        raise UsageError(f"{unknown[0][:60]!r}: no barrier of this city has this id")
    rows = np.array([row for row in found if row is not None], dtype=np.int64)
    if len(np.unique(rows)) < len(rows):
        raise UsageError("edits: a barrier is edited twice; put both changes into one edit")
    arcs = np.column_stack([2 * rows, 2 * rows + 1]).ravel()
    today = city.weights(profile)
    units = {answer: getattr(today, answer)[arcs].copy() for answer in ANSWERS}
    chosen = np.array([edit.change is None and not edit.closed for edit in edits], dtype=bool)
    prices: dict[int, float] = {}
    if chosen.any():
        candidates = find_candidates(city, [profile], rows=rows[chosen])
        prices = {row: works.price.typical_eur for row, works in candidates.works.items()}
        for answer in ANSWERS:
            mended = np.where(
                np.repeat(chosen & (candidates.prices[rows] > 0), 2),
                candidates.mended[profile.id, answer][arcs],
                INF,
            )
            units[answer] = np.minimum(units[answer], mended).astype(np.int32)
    for number, edit in enumerate(edits):
        at = slice(2 * number, 2 * number + 2)
        if edit.closed:
            for answer in ANSWERS:
                units[answer][at] = INF
        elif edit.change is not None:
            after = fixed_seconds(city.edges, profile, rows[number : number + 1], edit.change)
            for answer in ANSWERS:
                units[answer][at] = getattr(after, answer)
    return Edited(rows, arcs, units, prices)
