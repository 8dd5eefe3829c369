"""The build's station for public transport: feed, platforms and register become tables of the city folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from wegeketten.files.coordinates import Ground
from wegeketten.model.reading import Provenance
from wegeketten.transit.feed import read_feed
from wegeketten.transit.matching import match_stops
from wegeketten.transit.modes import MODES, mode_of
from wegeketten.transit.platforms import QUANTITIES, Known, find_platforms
from wegeketten.transit.register import read_register
from wegeketten.transit.store import SURROUNDINGS_M, clip, join_feeds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.osm.features import Features
    from wegeketten.osm.projection import Projection
    from wegeketten.transit.feed import Feed
    from wegeketten.transit.matching import Matches
    from wegeketten.transit.platforms import Platform
    from wegeketten.transit.register import Entry

_OUTLIERS = 0.001  # share of points at either end: ways that lead far out of an extract
_ENTRY_M = 40.0  # from a register's row without id to the platform it means


@dataclass(frozen=True)
class Intake:
    """What the city folder gets.

    Attributes
    ----------
    feed
        Cut to the city.
    columns
        The table of platforms: one row per stop and platform it may be, best first.
    xy
        Where each row of `columns` is joined to the network, metres.
    notes
        For ``city.json``.
    """

    feed: Feed
    columns: dict[str, NDArray[Any] | list[str]]
    xy: NDArray[np.float64]
    notes: list[str]


def take_in(
    features: Features,
    projection: Projection,
    feeds: Sequence[str | Path],
    register: Path | None,
    town: str = "the extract",
    *,
    crs: str | None = None,
    encoding: str | None = None,
) -> Intake:
    """Read feeds, cut them to the city and match their stops.

    Parameters
    ----------
    features
        The extract's elements.
    projection
        Of the city.
    feeds
        GTFS feeds.
    register
        A register of platforms, or None.
    town
        What the city is called in notes.
    crs, encoding
        System of the register's columns in metres, and its encoding, as the user names them.

    Returns
    -------
    Intake
        The feed, the platforms and what was noticed.

    Raises
    ------
    InputDataError
        A feed or the register cannot be used.
    """
    bounds = _bounds(features, projection)
    entries: list[Entry] = []
    notes: list[str] = []
    if register is not None:
        low_x, low_y, high_x, high_y = bounds.tolist()
        ground = Ground(projection.epsg, (low_x, low_y, high_x, high_y))
        entries, notes = read_register(register, ground=ground, crs=crs, encoding=encoding)
    feed = join_feeds([read_feed(path) for path in feeds])
    xy = _xy(feed, projection)
    with np.errstate(invalid="ignore"):
        near = (xy[:, 0] > bounds[0] - SURROUNDINGS_M) & (xy[:, 0] < bounds[2] + SURROUNDINGS_M)
        near &= (xy[:, 1] > bounds[1] - SURROUNDINGS_M) & (xy[:, 1] < bounds[3] + SURROUNDINGS_M)
    feed = clip(feed, near)
    xy = _xy(feed, projection)
    platforms = find_platforms(features, projection)
    modes = modes_of(feed)
    called = np.unique(feed.times.stop)
    inside = (xy[called] > bounds[:2] - SURROUNDINGS_M).all(axis=1)
    inside &= (xy[called] < bounds[2:] + SURROUNDINGS_M).all(axis=1)
    matches = match_stops(feed.stops, xy, modes, platforms, called[inside])
    told = _register_by_stop(feed, matches, entries, xy, projection)
    columns, joined = _table(matches, platforms, modes, told, xy)
    lonlat = projection.to_lonlat(joined) if len(joined) else joined
    columns |= {"lon": lonlat[:, 0].copy(), "lat": lonlat[:, 1].copy()}
    notes = [*notes, *(f"timetable: {note}" for note in feed.notes)]
    alone = int((matches.platform < 0).sum())
    if alone:
        notes.append(
            f"{alone} of {int(inside.sum())} stops have no platform on the map; joined where they lie"
        )
    ambiguous = len(matches.ambiguous())
    if ambiguous:
        notes.append(f"{ambiguous} stops may be one of several platforms; answers cover all of them")
    if not len(called):
        notes.append(f"timetable: no trip calls in {town} or within 2 km of it")
    return Intake(feed, columns, joined, notes)


def _bounds(features: Features, projection: Projection) -> NDArray[np.float64]:
    """Least x and y and greatest x and y of all but the farthest points, metres."""
    if not len(features.lonlat):
        return np.array([0.0, 0.0, -1.0, -1.0])
    low, high = np.quantile(features.lonlat, [_OUTLIERS, 1 - _OUTLIERS], axis=0)
    corners = projection.to_xy(np.array([low, high, [low[0], high[1]], [high[0], low[1]]]))
    return np.concatenate([corners.min(axis=0), corners.max(axis=0)])


def modes_of(feed: Feed) -> list[frozenset[str]]:
    """By stop: what calls there.

    Parameters
    ----------
    feed
        The feed.

    Returns
    -------
    list of frozenset
        Subsets of ``rail tram bus ferry``.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.transit.store import read_city_feed
    >>> [sorted(modes) for modes in modes_of(read_city_feed(hamlet().path))]
    [['tram'], ['tram']]
    """
    found: list[set[str]] = [set() for _ in feed.stops.ids]
    calls = np.unique(np.stack([feed.times.stop, feed.trips.mode[feed.times.trip]], axis=1), axis=0)
    for stop, route_type in calls.tolist():
        found[stop].add(mode_of(route_type))
    return [frozenset(each) for each in found]


def _xy(feed: Feed, projection: Projection) -> NDArray[np.float64]:
    lonlat = np.stack([feed.stops.lon, feed.stops.lat], axis=1)
    xy = np.full(lonlat.shape, np.nan)
    good = np.isfinite(lonlat).all(axis=1)
    xy[good] = projection.to_xy(lonlat[good])
    return xy


def _register_by_stop(
    feed: Feed, matches: Matches, entries: Sequence[Entry], xy: NDArray[np.float64], projection: Projection
) -> dict[int, dict[str, Known]]:
    """By stop: what the register states; several rows of one stop become bounds."""
    rows_of: dict[str, int] = {feed.stops.ids[row]: row for row in np.unique(matches.stop).tolist()}
    below: dict[str, list[int]] = {}
    for stop, row in rows_of.items():
        parts = stop.split(":")
        for length in range(3, len(parts)):
            below.setdefault(":".join(parts[:length]), []).append(row)
    gathered: dict[int, list[tuple[float, Mapping[str, Known]]]] = {}
    stops = np.array(list(rows_of.values()), dtype=np.int64)
    tree = shapely.STRtree([shapely.Point(each) for each in xy[stops]]) if len(stops) else None
    for entry in entries:
        at = None
        if entry.lat is not None and entry.lon is not None:
            at = shapely.Point(projection.to_xy(np.array([[entry.lon, entry.lat]]))[0])
        found = _stops_of(entry, rows_of, below)
        if not found and at is not None and tree is not None and not entry.id.count(":"):
            near = tree.query(at, predicate="dwithin", distance=_ENTRY_M).tolist()
            found = (
                [int(stops[min(near, key=lambda row: at.distance(shapely.Point(xy[stops[row]])))])]
                if near
                else []
            )
        for row in found:
            away = 0.0 if at is None else float(at.distance(shapely.Point(xy[row])))
            gathered.setdefault(row, []).append((away, entry.known))
    return {row: _together(told) for row, told in gathered.items()}


def _stops_of(entry: Entry, rows_of: Mapping[str, int], below: Mapping[str, list[int]]) -> list[int]:
    """Stops an entry speaks of: the one of its id, those below it, or the one it lies below."""
    if not entry.id:
        return []
    if entry.id in rows_of:
        return [rows_of[entry.id]]
    if entry.id in below:
        return below[entry.id]
    parts = entry.id.split(":")
    for length in range(len(parts) - 1, 2, -1):
        if (above := ":".join(parts[:length])) in rows_of:
            return [rows_of[above]]
    return []


def _together(told: list[tuple[float, Mapping[str, Known]]]) -> dict[str, Known]:
    """Bounds over several rows; the point value of the nearest."""
    known: dict[str, Known] = {}
    told = sorted(told, key=lambda each: each[0])
    for quantity in QUANTITIES:
        readings = [each[quantity] for _, each in told if quantity in each]
        if readings:
            known[quantity] = Known(
                min(reading.lower for reading in readings), readings[0].value,
                max(reading.upper for reading in readings), Provenance.surveyed,
            )  # fmt: skip
    return known


def _table(
    matches: Matches,
    platforms: Sequence[Platform],
    modes: Sequence[frozenset[str]],
    told: Mapping[int, Mapping[str, Known]],
    xy: NDArray[np.float64],
) -> tuple[dict[str, NDArray[Any] | list[str]], NDArray[np.float64]]:
    count = len(matches.stop)
    joined = np.zeros((count, 2))
    table = {
        f"{name}{end}": np.full(count, value, dtype=np.float32)
        for name, (low, high) in QUANTITIES.items()
        for end, value in (("_lower", low), ("", np.nan), ("_upper", high))
    }
    sources = {name: np.full(count, Provenance.none, dtype=np.uint8) for name in QUANTITIES}
    ids: list[str] = []
    for row, (stop, number) in enumerate(zip(matches.stop.tolist(), matches.platform.tolist(), strict=True)):
        platform = platforms[number] if number >= 0 else None
        ids.append("" if platform is None else platform.id)
        joined[row] = xy[stop]
        if platform is not None:
            near = shapely.shortest_line(platform.shape, shapely.Point(xy[stop]))
            joined[row] = shapely.get_coordinates(near)[0]
        known = {**({} if platform is None else platform.known), **told.get(stop, {})}
        for name, reading in known.items():
            table[f"{name}_lower"][row], table[name][row] = reading.lower, reading.value
            table[f"{name}_upper"][row], sources[name][row] = reading.upper, reading.source
    columns: dict[str, NDArray[Any] | list[str]] = {
        "stop": matches.stop,
        "platform": ids,
        "matched_by": matches.by,
        "matched_m": matches.distance_m.astype(np.float32),
        "margin_m": matches.margin.astype(np.float32),
        "modes": [
            "".join(mode[0] for mode in MODES if mode in modes[stop]) for stop in matches.stop.tolist()
        ],
        **table,
        **{f"{name}_from": column for name, column in sources.items()},
    }
    return columns, joined
