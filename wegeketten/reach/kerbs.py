"""Kerbs of a whole city by DIN 18040-3: how many serve wheels and the long cane, and how many only one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.model.distinct import distinct_rows
from wegeketten.model.edges import Kind
from wegeketten.reach.barriers import serves
from wegeketten.reach.quality import edge_districts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.edges import EdgeTable


class Kerbs(NamedTuple):
    """Kerbs of one district, each judged as on a route, see `wegeketten.reach.barriers.serves`.

    Each counts on its own: where a level part lies beside a higher one, as the norm allows, and both are
    mapped, both are counted.

    Attributes
    ----------
    district
        Name of the district, "" for the whole network.
    kerbs
        How many there are, mapped or derived; a crossing has one at each end.
    both
        Free of the conflict: known to serve wheels and the cane.
    wheels_only, cane_only
        In conflict: known to serve the one and to fail the other.
    not_testable
        Height or indicators are not known well enough.
    """

    district: str
    kerbs: int
    both: int
    wheels_only: int
    cane_only: int
    not_testable: int

    def to_json(self) -> dict[str, Any]:
        """Plain values, with the sum of those in conflict."""
        return {**self._asdict(), "conflict": self.wheels_only + self.cane_only}


def count_kerbs(edges: EdgeTable, district: NDArray[np.integer[Any]], names: Sequence[str]) -> list[Kerbs]:
    """Count kerbs for the whole network and for each district that has any.

    Parameters
    ----------
    edges
        The edge table.
    district
        int, shape (kerbs,): row of the district each kerb lies in, -1 for none.
    names
        Names of the districts.

    Returns
    -------
    list of Kerbs
        The whole network first.

    Examples
    --------
    >>> import numpy as np
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> [(row.district, row.kerbs) for row in count_kerbs(hamlet().edges, np.zeros(1, np.int32), ["A1"])]
    [('', 1), ('A1', 1)]
    """
    rows = np.flatnonzero(edges["kind"] == Kind.kerb)
    columns = ("kerb_cm_lower", "kerb_cm_upper", "tactile_lower", "tactile_upper")
    bounds = [edges[name][rows].astype(np.float64) for name in columns]
    first, member = distinct_rows(bounds)
    verdicts = [
        serves((low, high), (least, most)) for low, high, least, most in np.stack(bounds, 1)[first].tolist()
    ]
    zones: dict[int, Counter[str]] = {-1: Counter()}
    for zone, number in zip(district.tolist(), member.tolist(), strict=True):
        found = _group(verdicts[number])
        zones[-1][found] += 1
        if zone >= 0:
            zones.setdefault(zone, Counter())[found] += 1
    return [
        Kerbs(names[zone] if zone >= 0 else "", count.total(), *(count[group] for group in Kerbs._fields[2:]))
        for zone, count in sorted(zones.items())
    ]


def _group(verdict: dict[str, str]) -> str:
    """Field of `Kerbs` that a kerb counts in; none fails both: what is too high for wheels is felt."""
    if verdict["conflict"] == "not testable":
        return "not_testable"
    if verdict["conflict"] == "no":
        return "both"
    return "wheels_only" if verdict["wheels"] == "pass" else "cane_only"


def kerbs_of(city: City) -> list[Kerbs]:
    """Count the kerbs of a built city, see `count_kerbs`.

    Parameters
    ----------
    city
        The city, as built.

    Returns
    -------
    list of Kerbs
        The whole network first.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> kerbs_of(hamlet())[0]
    Kerbs(district='', kerbs=1, both=0, wheels_only=0, cane_only=0, not_testable=1)
    """
    kerbs = np.flatnonzero(city.edges["kind"] == Kind.kerb)
    names = [str(name) for name in city.districts["name"]]
    return count_kerbs(city.edges, edge_districts(city, kerbs), names)
