"""Ends of flights and paths at walls: where no entrance is mapped, a house is entered there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.osm.features import Features

_FLIGHTS = frozenset({"steps"})
_PATHS = frozenset({"steps", "footway", "path", "pedestrian", "service", "living_street", "residential"})


class DeadEnds(NamedTuple):
    """Ends of ways that no other way meets.

    Attributes
    ----------
    ref
        int64, ascending: ids of the nodes.
    flight
        bool: ends of flights of steps.
    """

    ref: NDArray[np.int64]
    flight: NDArray[np.bool_]

    def among(self, refs: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which nodes are such ends, and which of them are ends of flights.

        Parameters
        ----------
        refs
            Ids of nodes.

        Returns
        -------
        tuple
            Two masks.
        """
        if not len(self.ref):
            nowhere = np.zeros(len(refs), dtype=np.bool_)
            return nowhere, nowhere
        place = np.minimum(np.searchsorted(self.ref, refs), len(self.ref) - 1)
        here = self.ref[place] == refs
        return here, here & self.flight[place]


def find_dead_ends(features: Features) -> DeadEnds:
    """Ends of ways on foot that no other way meets.

    Parameters
    ----------
    features
        What was read from the extract.

    Returns
    -------
    DeadEnds
        Whether a wall stands there is the caller's business.

    Examples
    --------
    >>> from wegeketten.osm.features import Features, Way
    >>> ways = {1: Way(1, {"highway": "footway"}, 0, 2), 2: Way(2, {"highway": "steps"}, 2, 4)}
    >>> ends = find_dead_ends(Features({}, ways, {}, np.array([10, 11, 11, 12]), np.zeros((4, 2))))
    >>> ends.ref.tolist(), ends.flight.tolist()
    ([10, 12], [False, True])
    """
    ways = [way for way in features.ways.values() if "highway" in way.tags and way.stop - way.start > 1]
    if not any(way.tags["highway"] in _FLIGHTS for way in ways):
        return DeadEnds(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_))
    refs, count = np.unique(
        np.concatenate([features.refs[way.start : way.stop] for way in ways]), return_counts=True
    )
    walked = [way for way in ways if way.tags["highway"] in _PATHS]
    ends = features.refs[[row for way in walked for row in (way.start, way.stop - 1)]]
    flight = np.repeat([way.tags["highway"] in _FLIGHTS for way in walked], 2)
    alone = count[np.searchsorted(refs, ends)] == 1
    order = np.argsort(ends[alone], kind="stable")
    return DeadEnds(ends[alone][order], flight[alone][order])
