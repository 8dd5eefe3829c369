"""A profile's verdict on a network: which arcs are open in which answer, and how many seconds they take.

Sure: the worst bound of every reading keeps every limit. Likely: the point values do. Possible: the best
bounds do. Tactile paving and audible signals are asked for by the sure answer alone, whatever the height of
the kerb: so lowering a kerb never closes a way for anybody, and the strip that a level kerb needs is part
of the measure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.model.edges import element_ids
from wegeketten.people.checks import LIKELY, POSSIBLE, SURE, checks
from wegeketten.people.reasons import Reason, readings, reasons
from wegeketten.people.seconds import costs_s, seconds
from wegeketten.routing import INF, UNIT_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.model.answers import Answer
    from wegeketten.model.edges import EdgeTable
    from wegeketten.people.change import Change
    from wegeketten.people.checks import Columns
    from wegeketten.people.profile import Profile


__all__ = [
    "Reason",
    "Weights",
    "fixed_seconds",
    "levels",
    "readings",
    "reasons",
    "verdict_of_place",
    "weigh",
]


class Weights(NamedTuple):
    """Arc weights of one profile; arc 2e leads from u to v of edge e, arc 2e + 1 back.

    Attributes
    ----------
    sure, likely, possible
        int32, shape (2 · edges,), in units of 0.1 s (`wegeketten.routing.UNIT_S`); `INF` where closed. An
        arc open in two answers has the same weight in both. For presets of other routers it is the cost.
    seconds
        float32, shape (2 · edges,): seconds of every arc, closed ones included.
    """

    sure: NDArray[np.int32]
    likely: NDArray[np.int32]
    possible: NDArray[np.int32]
    seconds: NDArray[np.float32]


def weigh(edges: EdgeTable, profile: Profile) -> Weights:
    """Judge every edge of a network for a profile.

    Parameters
    ----------
    edges
        Edges of the network.
    profile
        The mobility profile that is asked about.

    Returns
    -------
    Weights
        Units of 0.1 s of each arc in three answers.

    Raises
    ------
    InputDataError
        An edge's length, rise or fall makes its time negative or not a number; the message names the edges.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> weights = weigh(hamlet().edges, load_profile("walker"))
    >>> weights.likely[:2].tolist()
    [1508, 1508]
    """
    return weigh_columns(edges.columns, profile)


def fixed_seconds(
    edges: EdgeTable, profile: Profile, edge_rows: NDArray[np.integer], change: Change
) -> Weights:
    """Weights of some edges as they would be after a measure.

    Parameters
    ----------
    edges
        Edges of the network.
    profile
        The mobility profile that is asked about.
    edge_rows
        Rows of the edge table, shape (k,).
    change
        What the measure leaves behind.

    Returns
    -------
    Weights
        Of shape (2 · k,): arcs of ``edge_rows[0]`` there and back, then of ``edge_rows[1]`` …
    """
    return weigh_columns(
        change.applied({name: column[edge_rows] for name, column in edges.columns.items()}), profile
    )


def levels(columns: Columns, profile: Profile) -> NDArray[np.uint8]:
    """Answers each arc is open in, shape (2, edges): 3 all, 2 likely and possible, 1 possible, 0 none.

    Parameters
    ----------
    columns
        Columns of an `EdgeTable`, or of some of its rows.
    profile
        The mobility profile that is asked about.

    Returns
    -------
    ndarray
        There, then back.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> [levels(hamlet().edges.columns, load_profile(name))[0].tolist() for name in ("walker", "wheelchair")]
    [[3, 3, 3, 3, 3, 3, 3, 3], [2, 2, 2, 2, 2, 0, 0, 1]]
    """
    lowest = np.full((2, len(columns["kind"])), SURE, np.uint8)
    for check in checks(columns, profile):
        np.minimum(lowest, check.levels, out=lowest)
    return lowest


def verdict_of_place(wheelchair: float | None, profile: Profile) -> tuple[Answer, ...]:
    """In which answers a place can be entered, by its own ``wheelchair`` tag.

    Parameters
    ----------
    wheelchair
        1 yes, 0.5 limited, 0 no; None or NaN where nobody mapped it.
    profile
        The mobility profile that is asked about.

    Returns
    -------
    tuple
        Some of ``sure``, ``likely`` and ``possible``.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> chair = load_profile("wheelchair")
    >>> [verdict_of_place(value, chair) for value in (1.0, 0.5, 0.0)]
    [('sure', 'likely', 'possible'), ('likely', 'possible'), ()]
    >>> verdict_of_place(None, chair)
    ('likely', 'possible')
    >>> verdict_of_place(0.0, load_profile("walker"))
    ('sure', 'likely', 'possible')
    """
    if not profile.limits.wheelchair_tag:
        return ("sure", "likely", "possible")
    if wheelchair is None or not wheelchair < 0.5:
        return ("sure", "likely", "possible") if wheelchair == 1 else ("likely", "possible")
    return ()


def weigh_columns(columns: Columns, profile: Profile) -> Weights:
    """Judge edges that are given as columns for a profile.

    Parameters
    ----------
    columns
        Columns of an `EdgeTable`, or of some of its rows as they would be after works.
    profile
        The mobility profile that is asked about.

    Returns
    -------
    Weights
        Two per row.

    Raises
    ------
    InputDataError
        Some edges have no usable time.
    """
    time_s = seconds(columns, profile)
    _refuse_broken(columns, profile, time_s)
    open_to = levels(columns, profile).T.ravel()
    cost_s = time_s if profile.preset is None else costs_s(columns, profile)
    time_s, cost_s = time_s.T.ravel(), cost_s.T.ravel()
    units = np.minimum(np.rint(cost_s / UNIT_S), INF - 1).astype(np.int32)
    sure, likely, possible = (
        np.where(open_to >= least, units, np.int32(INF)) for least in (SURE, LIKELY, POSSIBLE)
    )
    return Weights(sure, likely, possible, time_s.astype(np.float32))


def _refuse_broken(columns: Columns, profile: Profile, time_s: NDArray[np.float64]) -> None:
    broken = np.flatnonzero(~(np.isfinite(time_s) & (time_s >= 0)).all(axis=0))
    if not len(broken):
        return
    first = broken[:3]
    names = element_ids(columns["osm_type"][first], columns["osm_id"][first], columns["part"][first])
    more = f" and {len(broken) - 3} more" if len(broken) > 3 else ""
    raise InputDataError(
        f"edges {', '.join(names)}{more}: no usable time for profile {profile.id}; "
        "length, rise or fall is negative or not a number; build the city again"
    )
