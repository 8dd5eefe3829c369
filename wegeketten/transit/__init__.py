"""Public transport: timetables, stops one can use, rides from door to door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wegeketten.transit.timetable import Timetable, read_gtfs

__all__ = ["Timetable", "read_gtfs"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from wegeketten.transit import timetable

        return getattr(timetable, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
