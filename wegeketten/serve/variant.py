"""A city as one request wants it: arcs closed, limits changed, or metres in place of seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from wegeketten.city import City
from wegeketten.model.edges import RAW, Kind
from wegeketten.model.reading import Provenance
from wegeketten.people.verdict import Weights, weigh
from wegeketten.routing import INF, UNIT_S
from wegeketten.tags.cautions import bit_of
from wegeketten.tags.raw import apart

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.people.profile import Profile
    from wegeketten.serve.wishes import Wishes

FORDS = ("ford", "stepping_stones", "ford_by_boat")


class Variant(City):
    """A city whose tables are another one's, with weights of its own.

    Where metres count, its profile walks one metre a second, and every arc that is open takes as many
    seconds as it has metres: whatever answers in seconds then answers in metres.

    Parameters
    ----------
    city
        The city, as built.
    profile
        For whom.
    wishes
        What differs.

    Attributes
    ----------
    profile
        Whom to ask for.
    """

    def __init__(self, city: City, profile: Profile, wishes: Wishes) -> None:
        super().__init__(city.path, city.meta)
        vars(self).update({**vars(city), "_weights": {}, "_metrics": {}})
        limited = profile.changed(limits=dict(wishes.limits)) if wishes.limits else profile
        plain = weigh(city.edges, limited) if wishes.limits else city.weights(profile)
        shut = np.repeat(_shut(city, wishes), 2)
        own = np.repeat(np.rint(city.edges["length_m"].astype(np.float64) / UNIT_S), 2).astype(np.int32)

        def cut(units: NDArray[np.int32]) -> NDArray[np.int32]:
            told = np.where(units == INF, units, own) if wishes.by_length else units
            return np.where(shut, np.int32(INF), told)

        self.profile = limited.changed(level_m_s=1.0) if wishes.by_length else limited
        self._weights[self.profile.sha256] = Weights(
            cut(plain.sure), cut(plain.likely), cut(plain.possible), plain.seconds
        )


def _shut(city: City, wishes: Wishes) -> NDArray[np.bool_]:
    """Edges that nobody who wishes so takes, shape (edges,)."""
    edges = city.edges
    shut = np.zeros(len(edges), dtype=bool)
    if "steps" in wishes.features:
        shut |= edges["kind"] == Kind.steps
    if "ferries" in wishes.features:
        shut |= edges["kind"] == Kind.ferry
    if "fords" in wishes.features:
        shut |= (edges["caution"] & np.uint32(sum(map(bit_of, FORDS)))) != 0
    if wishes.surface_known:
        shut |= _unmapped(city)
    if wishes.track_grade:
        shut |= _worse_tracks(edges.columns[RAW], wishes.track_grade)
    if wishes.area:
        shut[_touched(city, wishes.area)] = True
    return shut


def _unmapped(city: City) -> NDArray[np.bool_]:
    """Ways whose surface is assumed."""
    known = [int(Provenance.surveyed), int(Provenance.tagged), int(Provenance.none)]
    surface, smooth = city.edges["surface_class_from"], city.edges["smoothness_grade_from"]
    return ~np.isin(surface, known) & ~np.isin(smooth, known[:2])


def _worse_tracks(raw: NDArray[Any], grade: int) -> NDArray[np.bool_]:
    worse = {f"grade{number}" for number in range(grade + 1, 6)}
    bad = {text for text in set(raw.tolist()) if apart(text).get("tracktype") in worse}
    return np.fromiter((text in bad for text in raw.tolist()), dtype=bool, count=len(raw))


def _touched(city: City, area: bytes) -> NDArray[np.int64]:
    """Rows of edges that meet an area."""
    shape = shapely.from_wkb(area)

    def metres(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(city.projection.to_xy(lonlat), dtype=np.float64)

    shape = shapely.make_valid(shapely.transform(shape, metres))
    bends, points = city.edges.bends, city.edges.points
    low, high = (each.reduceat(points, bends[:-1], axis=0) for each in (np.minimum, np.maximum))
    west, south, east, north = shape.bounds
    near = np.flatnonzero(
        (low[:, 0] <= east) & (high[:, 0] >= west) & (low[:, 1] <= north) & (high[:, 1] >= south)
    )
    lines = [points[bends[row] : bends[row + 1]] for row in near.tolist()]
    drawn = [
        shapely.Point(line[0]) if (line == line[0]).all() else shapely.LineString(line) for line in lines
    ]
    shapely.prepare(shape)
    return near[shapely.intersects(shape, np.array(drawn, dtype=object))] if len(near) else near
