"""What a set of OpenSidewalks has no word for: columns of the edge table as ``ext:`` members, there and back.

A feature that carries them is sealed: the seal is a digest of all that it says. Where a seal is broken,
somebody changed the feature since, and what the schema's own words say counts again.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.model.edges import HIGHWAYS, PLAIN, RAW, Crossing
from wegeketten.osm.opensidewalks import EXTENSION
from wegeketten.osm.sidewalk_members import FLAGS, HOURS, NUMBERS, SEAL
from wegeketten.tags.cautions import cautions
from wegeketten.tags.raw import apart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from wegeketten.model.edges import EdgeTable


class Teller:
    """Tells of edges what the schema has no word for.

    Parameters
    ----------
    edges
        The edge table.
    """

    def __init__(self, edges: EdgeTable) -> None:
        self.edges = edges
        self.numbers = {name: shortest(edges[name]) for name in NUMBERS if edges[name].dtype.kind == "f"}
        self.numbers |= {name: edges[name].tolist() for name in NUMBERS if edges[name].dtype.kind != "f"}
        self.plain = {name: edges[name].tolist() for name in PLAIN if name not in NUMBERS}
        try:
            self.raw = edges.columns[RAW].tolist()  # it may be read only now
        except KeyError:
            self.raw = [""] * len(edges)
        self.ids = edges.ids()

    def of(self, row: int) -> dict[str, Any]:
        """Members of an edge; what is as usual is left out.

        Parameters
        ----------
        row
            Row of the edge.

        Returns
        -------
        dict
            By name, with its prefix.
        """
        plain = self.plain
        told: dict[str, Any] = {"row": row, "u": plain["u"][row], "v": plain["v"][row], "osm": self.ids[row]}
        for name, column in NUMBERS.items():
            value = self.numbers[name][row]
            if value == value and value != column.usual:
                told[name] = value
        told |= {name: plain[name][row] for name, usual in FLAGS.items() if plain[name][row] != usual}
        for name, key in (("highway", "way"), ("road", "road")):
            if plain[name][row]:
                told[key] = HIGHWAYS[plain[name][row]]
        if plain["crossing"][row]:
            told["crossing_code"] = Crossing(plain["crossing"][row]).name
        if plain["name"][row] >= 0:
            told["street"] = self.edges.names[plain["name"][row]]
        for name in HOURS:
            if plain[name][row]:
                told[name] = self.edges.names[plain[name][row] - 1]
        if plain["caution"][row]:
            told["caution"] = ";".join(
                label for label, bit in caution_bits().items() if bit & plain["caution"][row]
            )
        if self.raw[row]:
            told["tags"] = json.dumps(apart(self.raw[row]), ensure_ascii=False, separators=(",", ":"))
        return {f"{EXTENSION}{name}": value for name, value in told.items()}


def shortest(column: NDArray[Any]) -> list[float]:
    """Numbers with as few digits as tell them apart as 32-bit numbers.

    Parameters
    ----------
    column
        float32.

    Returns
    -------
    list of float
        Each gives the same 32-bit number again.

    Examples
    --------
    >>> shortest(np.array([0.9, 1 / 3], dtype=np.float32))
    [0.9, 0.33333334]
    """
    values, where = np.unique(column.astype(np.float32), return_inverse=True)
    texts = [float(str(value)) for value in values]
    return [texts[place] for place in where.ravel().tolist()]


@cache
def caution_bits() -> dict[str, int]:
    """Bits of the cautions by name; a name that comes again has a number behind it.

    Examples
    --------
    >>> sorted(caution_bits())[:2]
    ['ferry', 'ford']
    """
    found: dict[str, int] = {}
    count: dict[str, int] = {}
    for each in cautions():
        count[each.name] = count.get(each.name, 0) + 1
        found[each.name if count[each.name] == 1 else f"{each.name}#{count[each.name]}"] = each.bit
    return found


def seal_of(feature: Mapping[str, Any]) -> str:
    """Digest of all that a feature says.

    Parameters
    ----------
    feature
        A feature of GeoJSON, with its seal or without.

    Returns
    -------
    str
        Sixteen hexadecimal digits.
    """
    about = {name: value for name, value in feature["properties"].items() if name != SEAL}
    whole = [feature["geometry"]["coordinates"], about]
    text = json.dumps(whole, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
