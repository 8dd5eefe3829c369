"""What one pass over an extract leaves in memory: the elements that matter, untouched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.words.messages import translated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.osm.sidewalk_elements import Original


class Node(NamedTuple):
    """A tagged node."""

    id: int
    tags: dict[str, str]
    lon: float
    lat: float


class Way(NamedTuple):
    """A way; its points are ``features.refs[start:stop]`` and ``features.lonlat[start:stop]``."""

    id: int
    tags: dict[str, str]
    start: int
    stop: int


class Relation(NamedTuple):
    """A relation with members ``(type, id, role)``, type one of ``n w r``."""

    id: int
    tags: dict[str, str]
    members: list[tuple[str, int, str]]


class Skipped(NamedTuple):
    """Something that could not be read, placed or snapped; a row of ``skipped.csv``."""

    element: str  # id such as w52001, or "row 17" of a file
    station: str  # extract, network, homes, places, districts, population, survey, snap
    reason: str  # plain words, English

    def in_(self, lang: str) -> Skipped:
        """The same with its reason in another language.

        Parameters
        ----------
        lang
            ``de`` or ``en``.

        Returns
        -------
        Skipped
            What has no German wording stays English.

        Examples
        --------
        >>> Skipped("w7", "network", "way of a single node").in_("de").reason
        'Weg aus einem einzigen Punkt'
        """
        return self._replace(reason=translated(self.reason, lang))


def _no_gaps() -> NDArray[np.int64]:
    return np.empty(0, dtype=np.int64)


@dataclass
class Features:
    """Elements of one extract.

    Attributes
    ----------
    nodes, ways, relations
        Tagged nodes, ways and relations by OSM id, as far as some later station may need them.
    refs
        int64: node ids of all ways, one after the other.
    lonlat
        float64, shape (len(refs), 2): WGS 84 degrees.
    skipped
        What was left out while reading (missing nodes, broken elements).
    timestamp
        OSM data timestamp as ISO 8601 text: as the file states it, else the time of its newest way, else "".
    sha256
        Of the source file.
    source
        Path or ``demo``.
    gaps
        int64, sorted: positions in `refs` whose point is not joined to the one before, though both are of one
        way, because nodes between them are missing in the file.
    originals
        Of a set of OpenSidewalks: its features as they were, and the elements they became.
    """

    nodes: dict[int, Node]
    ways: dict[int, Way]
    relations: dict[int, Relation]
    refs: NDArray[np.int64]
    lonlat: NDArray[np.float64]
    skipped: list[Skipped] = field(default_factory=list)
    timestamp: str = ""
    sha256: str = ""
    source: str = ""
    gaps: NDArray[np.int64] = field(default_factory=_no_gaps)
    originals: list[Original] = field(default_factory=list)
