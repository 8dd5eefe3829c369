"""Why an arc is closed or unclear: the limits it does not keep, each with its reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.edges import ATTRIBUTE, HIGHWAYS, Kind
from wegeketten.model.reading import Provenance
from wegeketten.people.checks import CLOSED, LEVEL_OF, SURE, checks, groups_of
from wegeketten.people.figures import SURFACES
from wegeketten.tags.cautions import worst_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.model.answers import Answer
    from wegeketten.model.edges import EdgeTable
    from wegeketten.people.checks import Check, Columns
    from wegeketten.people.profile import Profile
    from wegeketten.tags.cautions import Group


class Reason(NamedTuple):
    """One limit that one arc breaks or leaves unclear.

    Attributes
    ----------
    arc
        The arc.
    attribute
        An attribute of the edge table; ``access`` (unlawful), ``kind`` (a barrier of a kind that is not
        passed), ``crossing`` (a road too busy to cross where nothing is mapped) or ``caution`` (a ford and
        the like, see `wegeketten.tags.cautions`).
    limit
        The profile's limit in the attribute's unit; surface as a letter.
    value, lower, upper
        The reading in walking direction (an incline turns its sign on the way back); for ``kind`` the kind,
        for ``crossing`` the class of the road.
    unit
        Unit of the attribute, "" for words.
    provenance
        Name of a `Provenance`.
    verdict
        ``blocked`` in every answer, ``unclear`` where only some answers are lost, ``passable``.
    """

    arc: int
    attribute: str
    limit: float | str
    value: float | str | None
    lower: float | str | None
    upper: float | str | None
    unit: str
    provenance: str
    verdict: str


def reasons(
    edges: EdgeTable, profile: Profile, arcs: Sequence[int] | NDArray[np.integer], answer: Answer
) -> list[Reason]:
    """Say which limits close arcs in an answer.

    Parameters
    ----------
    edges
        Edges of the network.
    profile
        The mobility profile that is asked about.
    arcs
        Arcs; 2e is edge e from u to v, 2e + 1 the way back.
    answer
        ``possible`` gives what blocks, ``likely`` also what is unclear and thought to block, ``sure`` all
        that is not known to be passable.

    Returns
    -------
    list of Reason
        In the order of `arcs`; none for an arc that is open in this answer.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> kerb = 2 * hamlet().edges["osm_id"].tolist().index(68)
    >>> found = reasons(hamlet().edges, load_profile("wheelchair"), [kerb], "likely")
    >>> [(one.attribute, one.value) for one in found]
    [('kerb_cm', 5.0)]
    """
    return _reasons(edges, profile, np.asarray(arcs, np.int64), LEVEL_OF[answer])


def readings(edges: EdgeTable, profile: Profile, arcs: Sequence[int] | NDArray[np.integer]) -> list[Reason]:
    """Limits of a profile that have a reading on these arcs, kept or not: what a route passes.

    Parameters
    ----------
    edges
        Edges of the network.
    profile
        The mobility profile that is asked about.
    arcs
        Arcs; 2e is edge e from u to v, 2e + 1 the way back.

    Returns
    -------
    list of Reason
        With attribute, reading and limit.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> kerb = 2 * hamlet().edges["osm_id"].tolist().index(68)
    >>> [(one.attribute, one.value) for one in readings(hamlet().edges, load_profile("wheelchair"), [kerb])]
    [('kerb_cm', 5.0)]
    """
    return _reasons(edges, profile, np.asarray(arcs, np.int64), SURE + 1)


def _reasons(edges: EdgeTable, profile: Profile, arcs: NDArray[np.int64], least: int) -> list[Reason]:
    rows, back = arcs // 2, arcs % 2
    columns = {name: column[rows] for name, column in edges.columns.items()}
    at = np.arange(len(arcs))
    groups = groups_of(profile)
    found: list[tuple[int, Reason]] = []
    for check in checks(columns, profile):
        level = np.broadcast_to(check.levels, (2, len(arcs)))[back, at]
        wanted = level < least
        if least > SURE:  # of what is passable only what has a reading
            stated = check.attribute in ATTRIBUTE and columns[f"{check.attribute}_from"] != Provenance.none
            wanted &= (level < SURE) | stated
        found.extend(
            (row, _reason(columns, check, row, int(arcs[row]), int(level[row]), groups))
            for row in np.flatnonzero(wanted).tolist()
        )
    return [reason for _, reason in sorted(found, key=lambda pair: pair[0])]


def _reason(
    columns: Columns, check: Check, row: int, arc: int, level: int, groups: tuple[Group, ...]
) -> Reason:
    verdict = "blocked" if level == CLOSED else "passable" if level == SURE else "unclear"
    name, limit = check.attribute, check.limit
    if name not in ATTRIBUTE:
        word = {
            "access": "no" if level == CLOSED else "yes",
            "kind": Kind(int(columns["kind"][row])).name,
            "crossing": HIGHWAYS[int(columns["road"][row])],
            "caution": worst_of(int(columns["caution"][row]), groups),
        }[name]
        came_from = "none" if level == SURE else "tagged"
        return Reason(arc, name, limit, word, word, word, "", came_from, verdict)
    value, lower, upper = (float(columns[name + suffix][row]) for suffix in ("", "_lower", "_upper"))
    if name == "incline_pct" and arc % 2:
        value, lower, upper = 0.0 - value, 0.0 - upper, 0.0 - lower
    shown: list[float | str | None] = [
        None if np.isnan(number) else number for number in (value, lower, upper)
    ]
    if name == "surface_class":
        shown = [None if number is None else SURFACES[round(float(number)) - 1] for number in shown]
        limit = SURFACES[int(limit) - 1]
    came_from = Provenance(int(columns[f"{name}_from"][row])).name
    return Reason(arc, name, limit, shown[0], shown[1], shown[2], ATTRIBUTE[name].unit, came_from, verdict)
