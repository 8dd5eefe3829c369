"""What a way looks like on the ground: its line, its length, its climb, and how to walk it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.model.edges import Crossing
from wegeketten.model.kinds import NAMED_WAYS, Kind
from wegeketten.network.din_run_lengths import runs_along
from wegeketten.reach import spoken
from wegeketten.routing import UNIT_S
from wegeketten.words.catalogue import Both

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.path import Path
    from wegeketten.network.din_run_lengths import Stretch
    from wegeketten.reach.barriers import Barrier

    Line = NDArray[np.float64]


@dataclass(frozen=True)
class Instruction:
    """One step of the way in words.

    Attributes
    ----------
    text
        In both languages.
    metres, seconds
        Of this step.
    lat, lon
        Where it begins, degrees.
    street
        Name of the street; "" where it has none.
    """

    text: Both
    metres: float
    seconds: float
    lat: float
    lon: float
    street: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "de": self.text.de, "en": self.text.en, "metres": round(self.metres, 1),
            "seconds": round(self.seconds, 1), "lat": round(self.lat, 7), "lon": round(self.lon, 7),
        }  # fmt: skip


@dataclass(frozen=True)
class Itinerary:
    """A way on the ground.

    Attributes
    ----------
    line
        float64, shape (points, 2): lon, lat in degrees.
    metres
        Length, doors included.
    climb_m
        Metres climbed where the rise is known, None where it is known nowhere.
    instructions
        Steps in words.
    path
        The parts of edges it consists of.
    begins
        int64, shape (parts + 1,): with which point of `line` each part begins, and the last one ends.
    runs
        The run-length rule of DIN 18040-3, stretch by stretch.
    """

    line: Line
    metres: float
    climb_m: float | None
    instructions: tuple[Instruction, ...]
    path: Path
    begins: NDArray[np.int64]
    runs: tuple[Stretch, ...] = ()

    def with_ends(self, start: Line, end: Line) -> Itinerary:
        """The same way with its line drawn up to points before and behind it.

        Parameters
        ----------
        start, end
            Points in degrees, shape (points, 2); they may be none.

        Returns
        -------
        Itinerary
            Length, parts and steps are as before.
        """
        line = np.concatenate([start, self.line, end])
        return replace(self, line=line, begins=self.begins + len(start))


def follow(city: City, path: Path, barriers: Sequence[Barrier] = ()) -> Itinerary:
    """Draw and describe a way.

    Parameters
    ----------
    city, path
        Where it leads.
    barriers
        Barriers on it, named in the words where they stand.

    Returns
    -------
    Itinerary
        Line, steps and metres.
    """
    edges = city.edges
    pieces = [
        part_of_line(edges.points[edges.bends[row] : edges.bends[row + 1]], start, end)
        for row, start, end in zip(path.edge.tolist(), path.start.tolist(), path.end.tolist(), strict=True)
    ]
    share = np.abs(path.end - path.start)
    climb = np.where(path.ahead, edges["rise_m"][path.edge], edges["fall_m"][path.edge]).astype(np.float64)
    climb *= share
    known = np.isfinite(climb)
    line, begins = _joined(pieces)
    lonlat = np.asarray(city.projection.to_lonlat(line), dtype=np.float64) if len(line) else line
    metres = lengths(city, path)
    cell_m = (city.meta.get("elevation") or {}).get("resolution_m")
    runs = runs_along(edges, path.edge, path.ahead, metres, model_resolution_m=cell_m)
    return Itinerary(
        lonlat,
        float(metres.sum()),
        float(climb[known].sum()) if known.any() else None,
        tuple(_describe(city, path.edge, pieces, metres, path.units.astype(np.float64) * UNIT_S, barriers)),
        path,
        begins,
        tuple(runs),
    )


def lengths(city: City, path: Path) -> NDArray[np.float64]:
    """Metres of each part, doors included.

    Parameters
    ----------
    city
        The city, as built.
    path
        The way.

    Returns
    -------
    ndarray
        float64, shape (parts,).
    """
    share = np.abs(path.end - path.start)
    return share * city.edges["length_m"][path.edge].astype(np.float64) + path.off_m


def part_of_line(points: Line, start: float, end: float) -> Line:
    """The part of a line between two shares of its length, turned round where `end` comes before `start`.

    Parameters
    ----------
    points
        Points of the line, metres, shape (points, 2).
    start, end
        From 0 (the first point) to 1 (the last).

    Returns
    -------
    Line
        Points, shape (n, 2), at least two.

    Examples
    --------
    >>> part_of_line(np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]]), 0.75, 0.25).tolist()
    [[10.0, 5.0], [10.0, 0.0], [5.0, 0.0]]
    """
    low, high = min(start, end), max(start, end)
    steps = np.hypot(*np.diff(points, axis=0).T)
    walked = np.concatenate([[0.0], np.cumsum(steps)])
    if walked[-1] == 0 or (low == 0.0 and high == 1.0):
        part = points
    else:
        ends = np.array([low, high]) * walked[-1]
        between = points[(walked > ends[0]) & (walked < ends[1])]
        first, last = ([np.interp(position, walked, points[:, axis]) for axis in (0, 1)] for position in ends)
        part = np.vstack([first, between, last])
    return part if start <= end else part[::-1]


def _joined(pieces: Sequence[Line]) -> tuple[Line, NDArray[np.int64]]:
    """One line of several, and which of its points each of them begins with, and the last one ends with."""
    if not pieces:
        return np.zeros((0, 2)), np.zeros(1, dtype=np.int64)
    line = np.concatenate(pieces)
    new = np.ones(len(line), dtype=bool)
    new[1:] = (line[1:] != line[:-1]).any(axis=1)
    kept, number = line[new], np.cumsum(new) - 1
    firsts = np.cumsum([0, *(len(piece) for piece in pieces[:-1])])
    begins = np.append(number[firsts], number[-1]).astype(np.int64)
    return (kept, begins) if len(kept) > 1 else (np.repeat(kept, 2, axis=0), begins)


def _bearing(piece: Line, *, last: bool) -> float | None:
    steps = np.diff(piece, axis=0)
    steps = steps[np.hypot(*steps.T) > 0.1]
    if not len(steps):
        return None
    east, north = steps[-1 if last else 0]
    return float(np.degrees(np.arctan2(east, north)))


def _describe(
    city: City,
    rows: NDArray[np.int64],
    pieces: Sequence[Line],
    metres: NDArray[np.float64],
    seconds: NDArray[np.float64],
    barriers: Sequence[Barrier],
) -> list[Instruction]:
    """Stretches of one kind and street become one step; crossings, lifts and barriers are their own."""
    narrator = _Narrator(city)
    met = {barrier.id: barrier for barrier in barriers}
    ids = city.edges.ids(rows)
    first = np.array([piece[0] for piece in pieces], dtype=np.float64).reshape(-1, 2)
    lonlat = np.asarray(city.projection.to_lonlat(first), dtype=np.float64) if len(first) else first
    for number, row in enumerate(rows.tolist()):
        lon, lat = lonlat[number].tolist()
        spot = _Spot(float(metres[number]), float(seconds[number]), lat, lon)
        narrator.pass_edge(row, pieces[number], spot, met.pop(ids[number], None))
    return [_with_length(step) for step in narrator.steps]


class _Narrator:
    """Tells a way edge by edge, and remembers what the next edge may be part of."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.steps: list[Instruction] = []
        self.bearing: float | None = None  # of the last piece with a direction, degrees
        self.stretch: tuple[Kind, int] | None = None  # kind and street of the last step, if it can be longer
        self.flight = -1  # number of the way whose flight of steps is being described
        self.flight_step = -1  # which step that is

    def pass_edge(self, row: int, piece: Line, spot: _Spot, barrier: Barrier | None) -> None:
        """Describe one more edge; `barrier` is what is said of it, if anything."""
        kind = Kind(int(self.city.edges["kind"][row]))
        point = kind.is_barrier or kind in NAMED_WAYS
        if barrier is not None and point:
            self._pass_barrier(row, kind, barrier, spot)
        elif kind == Kind.steps and self.city.edges["osm_id"][row] == self.flight:
            self._climb_on(row, spot)
        elif kind == Kind.crossing:
            self._cross(row, spot)
        elif not point:
            self._walk(row, kind, piece, spot)
        self.bearing = _bearing(piece, last=True) or self.bearing

    def _pass_barrier(self, row: int, kind: Kind, barrier: Barrier, spot: _Spot) -> None:
        self._say(_titled(spoken.barrier(barrier)), row, spot)
        self.flight = int(self.city.edges["osm_id"][row]) if kind == Kind.steps else -1
        self.flight_step = len(self.steps) - 1

    def _climb_on(self, row: int, spot: _Spot) -> None:
        """A further piece of the same flight; after a landing it is a step of its own."""
        if self.flight_step == len(self.steps) - 1:
            self._lengthen(spot)
        else:
            self._say(spoken.SAME_STEPS, row, spot)
            self.flight_step = len(self.steps) - 1

    def _cross(self, row: int, spot: _Spot) -> None:
        """A crossing; the halves of one with a refuge are one step."""
        halves = (Kind.crossing, 0)
        if self.stretch == halves:
            self._lengthen(spot)
        else:
            how = Crossing(int(self.city.edges["crossing"][row]))
            self._say(_titled(spoken.crossing(how)), row, spot)
        self.stretch = halves

    def _walk(self, row: int, kind: Kind, piece: Line, spot: _Spot) -> None:
        """A stretch of way; what goes straight on along the same street, or is tiny, is not stated again."""
        stretch = (kind, int(self.city.edges["name"][row]))
        goes_on = stretch == self.stretch and abs(_turned(self.bearing, piece) or 0.0) < 60
        tiny = spot.metres < 3 and self.stretch is not None
        if goes_on or tiny or kind == Kind.link:
            self._lengthen(spot)
        else:
            self._say(_stretch(self.city, row, kind, self.bearing, piece), row, spot)
            self.stretch = stretch

    def _say(self, text: Both, row: int, spot: _Spot) -> None:
        self.steps.append(Instruction(text, *spot, _street(self.city, row)))
        self.stretch = None

    def _lengthen(self, spot: _Spot) -> None:
        if self.steps:
            self.steps[-1] = _longer(self.steps[-1], spot.metres, spot.seconds)


class _Spot(NamedTuple):
    """Length and time of an edge, and where it begins, degrees."""

    metres: float
    seconds: float
    lat: float
    lon: float


def _street(city: City, row: int) -> str:
    name = int(city.edges["name"][row])
    return city.edges.names[name] if name >= 0 else ""


def _stretch(city: City, row: int, kind: Kind, bearing: float | None, piece: Line) -> Both:
    on = spoken.way(kind, _street(city, row))
    degrees = _turned(bearing, piece)
    if degrees is None:
        return _titled(on)
    turned = spoken.turn(degrees)
    return _titled(Both(f"{turned.de}, {on.de}", f"{turned.en}, {on.en}"))


def _turned(bearing: float | None, piece: Line) -> float | None:
    """Degrees turned to the right where a piece begins; None where either direction is unknown."""
    ahead = _bearing(piece, last=False)
    return None if bearing is None or ahead is None else (ahead - bearing + 180) % 360 - 180


def _titled(text: Both) -> Both:
    return Both(text.de[:1].upper() + text.de[1:], text.en[:1].upper() + text.en[1:])


def _longer(step: Instruction, metres: float, seconds: float) -> Instruction:
    return replace(step, metres=step.metres + metres, seconds=step.seconds + seconds)


def _with_length(step: Instruction) -> Instruction:
    if step.metres < 1:
        return step
    length = spoken.spoken_metres(step.metres)
    text = Both(f"{step.text.de}, {length.de}", f"{step.text.en}, {length.en}")
    return replace(step, text=text)
