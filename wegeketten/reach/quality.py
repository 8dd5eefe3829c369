"""How much of the network is surveyed, tagged, derived or assumed, by attribute and district."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.files.csv import read_csv
from wegeketten.model.edges import ATTRIBUTES, Kind, flight_share, ways_across
from wegeketten.model.reading import Provenance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.edges import EdgeTable

_COUNTED = {
    "kerb_cm": "kerbs",
    "step_count": "flights",
    "handrail_sides": "flights",
    "ramp_wheelchair": "flights",
    "ramp_stroller": "flights",
    "tactile": "crossings and kerbs",
    "sound": "signals",
}
"""Attributes of single things; all others are weighed by length of way."""


class Share(NamedTuple):
    """Where the readings of one attribute come from in one district.

    Attributes
    ----------
    attribute
        A name of `wegeketten.model.edges.ATTRIBUTES`.
    district
        Name of the district, "" for the whole network.
    unit
        What is counted: ``km`` of way, ``kerbs``, ``flights`` of steps, ``signals``, ``crossings and kerbs``.
    total
        How many of them there are.
    surveyed, tagged, derived, assumed
        Shares of the total, 0–1; None where the total is zero. They add up to one, except for
        ``wheelchair``: an edge about which no mapper gave a verdict is neither.
    """

    attribute: str
    district: str
    unit: str
    total: float
    surveyed: float | None
    tagged: float | None
    derived: float | None
    assumed: float | None


@dataclass(frozen=True)
class Quality:
    """Shares by attribute and district, and what could not be read.

    Attributes
    ----------
    shares
        Whole network first, then district by district; within, attributes in the table's order.
    unreadable
        Key, raw value and number of occurrences, the most frequent first.
    """

    shares: list[Share]
    unreadable: list[tuple[str, str, int]]

    def to_json(self) -> dict[str, Any]:
        """As plain values for ``info --json``."""
        return {
            "shares": [share._asdict() for share in self.shares],
            "unreadable": [
                {"key": key, "raw": raw, "occurrences": count} for key, raw, count in self.unreadable
            ],
        }


def quality_shares(edges: EdgeTable, district: NDArray[np.integer[Any]], names: Sequence[str]) -> list[Share]:
    """Shares of provenance by attribute, for the whole network and for each district.

    Parameters
    ----------
    edges
        The edge table.
    district
        int, shape (edges,): row of the district each edge lies in, -1 for none.
    names
        Names of the districts.

    Returns
    -------
    list of Share
        For the whole network (district "") and then for every district, an attribute that occurs nowhere left
        out.

    Examples
    --------
    >>> import numpy as np
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> rows = quality_shares(hamlet().edges, np.zeros(8, np.int32), ["A1"])
    >>> rows[0].attribute
    'kerb_cm'
    """
    kind = np.asarray(edges["kind"], dtype=np.uint8)
    way = (kind < Kind.kerb) & ~ways_across(edges.columns)
    length_km = np.asarray(edges["length_m"], dtype=np.float64) / 1000
    single = flight_share(edges.columns)  # all pieces of a flight count one together
    zones = np.asarray(district, dtype=np.int64) + 1
    table: dict[tuple[int, int], Share] = {}
    for position, attribute in enumerate(ATTRIBUTES):
        source = edges[f"{attribute.name}_from"]
        unit = _COUNTED.get(attribute.name, "km")
        counts = (kind != Kind.link) & ((source != Provenance.none) | (attribute.name == "wheelchair"))
        if unit == "km":
            counts &= way
        weight = (length_km if unit == "km" else single)[counts]
        sums = np.zeros((len(names) + 1, len(Provenance)))
        np.add.at(sums, (zones[counts], source[counts]), weight)
        rows = [("", sums.sum(axis=0)), *zip(names, sums[1:], strict=True)]
        if rows[0][1].sum() == 0:
            continue
        for zone, (name, row) in enumerate(rows):
            total = float(row.sum())
            parts = [float(part / total) if total else None for part in row[Provenance.surveyed :]]
            table[zone, position] = Share(attribute.name, name, unit, round(total, 3), *parts)
    return [table[place] for place in sorted(table)]


def city_quality(city: City) -> Quality:
    """Quality of a built city.

    Parameters
    ----------
    city
        The city.

    Returns
    -------
    Quality
        What is mapped, and how much of it was measured.

    Raises
    ------
    InputDataError
        A file of the city folder is missing or damaged.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> [share.attribute for share in city_quality(hamlet()).shares][:3]
    ['kerb_cm', 'incline_pct', 'cross_slope_pct']
    """
    names = [str(name) for name in city.districts["name"]]
    shares = quality_shares(city.edges, edge_districts(city), names)
    return Quality(shares, _unreadable(city.file("unreadable.csv")))


def edge_districts(city: City, rows: NDArray[np.integer[Any]] | None = None) -> NDArray[np.int32]:
    """District of each edge: the first in the table that holds the middle between its two nodes, -1 for none.

    Parameters
    ----------
    city
        The city.
    rows
        Rows of the edge table; all where None.

    Returns
    -------
    ndarray
        Shape (edges,), or that of `rows`.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> edge_districts(hamlet()).tolist()
    [0, 0, 0, 0, 0, 0, -1, 0]
    """
    import shapely

    nodes, edges = city.nodes, city.edges
    ends = [edges[end] if rows is None else edges[end][rows] for end in ("u", "v")]
    middle = shapely.points(*(sum(nodes[axis][end] for end in ends) / 2 for axis in ("lon", "lat")))
    found = np.full(len(middle), -1, dtype=np.int32)
    shapes = city.districts["geometry"]
    shapely.prepare(shapes)
    point, shape = shapely.STRtree(shapes).query(middle, predicate="intersects")
    order = np.lexsort((shape, point))[::-1]  # the first district is written last
    found[point[order]] = shape[order]
    return found


def _unreadable(path: Path) -> list[tuple[str, str, int]]:
    try:
        rows = [(row["key"], row["raw"], int(row["occurrences"])) for row in read_csv(path)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputDataError(f"{path}: cannot be read ({error}); build the city again") from error
    return sorted(rows, key=lambda row: (-row[2], row[:2]))
