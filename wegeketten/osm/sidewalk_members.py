"""Members of OpenSidewalks by which this package tells what the schema has no word for.

Their values are those of the edge table's columns of the same name (`wegeketten.model.edges`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wegeketten.osm.opensidewalks import EXTENSION

if TYPE_CHECKING:
    from collections.abc import Mapping

SEAL = f"{EXTENSION}seal"
"""Member that holds a digest of all that a feature says."""


class Column(NamedTuple):
    """A column of numbers: what stands where nothing is said, and what may be said."""

    usual: float
    least: float
    most: float


NUMBERS: Mapping[str, Column] = {
    "side": Column(0, -1, 1),
    "unwaited": Column(0, 0, 2),
    "length_m": Column(0.0, 0.0, 1e6),
    "rise_m": Column(float("nan"), 0.0, 1e4),
    "fall_m": Column(float("nan"), 0.0, 1e4),
    "flight_elsewhere": Column(0.0, 0.0, 1.0),
    "level": Column(float("nan"), -100.0, 1000.0),
    "ride_s": Column(0.0, 0.0, 1e6),
}
"""Columns of numbers by name; NaN is never written, it is what stands where nothing is said."""

FLAGS: Mapping[str, bool] = {
    "forward": True, "backward": True, "level_ground": False, "derived": False, "private": False,
    "short_slope": False,
}  # fmt: skip
"""Columns of yes and no, and what stands where nothing is said."""

HOURS = ("hours", "hours_wheelchair")
_OTHERS = (
    "row", "u", "v", "u_osm", "v_osm", "osm", "way", "road", "crossing_code", "street", "caution", "tags",
    "seal",
)  # fmt: skip
NAMES = frozenset({*NUMBERS, *FLAGS, *HOURS, *_OTHERS})
"""Members without their prefix; on a sealed feature they are no tags of OpenStreetMap."""
