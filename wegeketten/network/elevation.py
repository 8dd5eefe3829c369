"""Gradients, rise and fall of edges from an elevation model.

The order of work keeps the usual nonsense out: heights along the ways first (voids stay unknown), then
bridges, tunnels, indoor ways and steps drawn straight from end to end, and only then slopes, over a base
length that fits the model. The bounds are the model's own uncertainty over that base length.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.model.edges import ATTRIBUTE, Kind, flight_share
from wegeketten.model.reading import Provenance
from wegeketten.network.heights import Lines, draw_straight, place_heights, places_of, stations_along
from wegeketten.network.slopes import SHORTEST_BASE_M, Course, base_length_m
from wegeketten.network.terrain import Terrain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.model.edges import EdgeTable
    from wegeketten.network.slopes import Slopes

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["GradeReport", "Terrain", "base_length_m", "grade", "height_error_m", "margin_pct"]

HEIGHT_ERRORS = ((1.0, 0.15), (5.0, 0.2), (10.0, 0.4), (30.0, 2.0), (90.0, 5.0), (200.0, 20.0))
"""Cell size and standard error of a height against its neighbours, both in metres.

1 m: 15 cm on level ground (LVermGeo Schleswig-Holstein, DGM1), at most 30 cm (LGLN Niedersachsen).
5 m, 10 m: thinned from laser scans, ±0.5–2 m including hilly forest (AdV, BKG: DGM10); the lower end is taken
for streets (assumption). 30 m: ±1–3 m (BKG, DGM25); SRTM 1″ of Porto Alegre scatters by 1.1–1.9 m on its
flattest parts. 90 m: ±2–4 m (BKG, DGM50); SRTM 3″ around Lauf: 4–5 m over two to three cells of its flattest
parts. 200 m: ±20 m (BKG, DGM200).
"""

UNRESOLVED_PCT_PER_DOUBLING = 1.0
"""What happens within the base length, where the model cannot look: standard deviation of the slope,
percentage points per doubling of the base length beyond `SHORTEST_BASE_M` (assumption;
benchmarks/elevation.py checks it by thinning a 1″ model to 3″)."""

NINE_OF_TEN = 1.645  # standard deviations

BRIDGE_PCT = 6.0
"""Least half width of the bounds off the ground: ramps up to a bridge may have this slope (DIN 18040-3), and
no model of the terrain shows them."""

STEEPEST_PCT = 35.0
"""A street steeper than this is an artefact of the model (wall, cliff, building): the steepest street there
is, Baldwin Street in Dunedin, has 35 %."""

TOWN_PCT = 25.0
"""No town is steeper than this on half of its ways: a model that says so is in another unit, or a picture."""
_FEWEST_WAYS = 40

RISER_M = 0.16
"""Height of a step, where steps are counted but their heights are not known (domain.md §2)."""

VAGUE_PCT = 5.0
"""Bounds of a tagged gradient at least this far apart say no more than a sign (``up``: 1–15 %) or a limit
(``<6%``); the point value in between is assumed."""

CARRIED = (Kind.lift, Kind.escalator, Kind.moving_walkway)


class Projection(Protocol):
    """What is needed of the city's metric coordinate system."""

    def to_lonlat(self, xy: Floats) -> Floats:
        """Degrees of metric coordinates, both of shape (n, 2).

        Parameters
        ----------
        xy
            Metres.

        Returns
        -------
        Floats
            Longitude and latitude.
        """


@dataclass(frozen=True)
class GradeReport:
    """What the elevation model gave.

    Attributes
    ----------
    ways, ways_m
        Edges that have a gradient at all, and their length.
    graded
        Edges whose gradient now comes from the model.
    signed
        Of these, edges tagged ``up`` or ``down`` only: the tag's sign, the model's size.
    tagged
        Edges whose own tag or survey was kept.
    straight
        Edges on bridges, in tunnels and indoors, drawn from end to end.
    unknown, unknown_m
        Edges without a gradient from tag, survey or model (void, outside), and their length.
    implausible
        Of these, edges where the model claims more than `STEEPEST_PCT`.
    contradictions
        Tagged gradients whose sign the model denies beyond its bounds.
    tiles, resolution_m, base_m, margin_pct
        Files, coarsest cell size used, base length of the slopes, and half width of the bounds over it.
    """

    ways: int
    ways_m: float
    graded: int
    signed: int
    tagged: int
    straight: int
    unknown: int
    unknown_m: float
    implausible: int
    contradictions: int
    tiles: int
    resolution_m: float
    base_m: float
    margin_pct: float

    @property
    def unknown_share(self) -> float:
        """Share of the length whose gradient is unknown, 0–1."""
        return self.unknown_m / self.ways_m if self.ways_m else 0.0

    @property
    def notes(self) -> list[str]:
        """What the user should know, one line each; none where the model left nothing open."""
        notes = []
        if self.unknown:
            notes.append(
                f"elevation: gradient unknown on {self.unknown} of {self.ways} ways, "
                f"{100 * self.unknown_share:.1f} % of the length (void, outside or artefact)"
            )
        if self.contradictions:
            notes.append(
                f"elevation: {self.contradictions} tagged gradients go the other way in the model; tags kept"
            )
        return notes

    def as_dict(self) -> dict[str, float]:
        """For the city's description."""
        return asdict(self) | {"unknown_share": self.unknown_share}


def height_error_m(resolution_m: Floats) -> Floats:
    """Standard error of a height for a cell size, see `HEIGHT_ERRORS`.

    Parameters
    ----------
    resolution_m
        Cell size of the model.

    Returns
    -------
    Floats
        Metres, shape of `resolution_m`.

    Examples
    --------
    >>> height_error_m(np.array([1.0, 30.0, 90.0])).round(2)
    array([0.15, 2.  , 5.  ])
    """
    cell, error = np.log(np.array(HEIGHT_ERRORS)).T
    between: Floats = np.exp(np.interp(np.log(resolution_m), cell, error))
    return between


def margin_pct(resolution_m: Floats, base_m: Floats) -> Floats:
    """Half width of the bounds of a slope: nine of ten true slopes lie within.

    Parameters
    ----------
    resolution_m
        Cell size of the model.
    base_m
        Length the slope was taken over. Less than one cell counts as one: within it, heights err together.

    Returns
    -------
    Floats
        Percentage points.

    Examples
    --------
    >>> margin_pct(np.array([1.0, 30.0, 90.0]), np.array([10.0, 60.0, 180.0])).round(1)
    array([3.5, 8.8, 9.4])
    """
    measured = 100.0 * np.sqrt(2.0) * height_error_m(resolution_m) / np.maximum(base_m, resolution_m)
    unresolved = UNRESOLVED_PCT_PER_DOUBLING * np.log2(np.maximum(base_m / SHORTEST_BASE_M, 1.0))
    half: Floats = NINE_OF_TEN * np.hypot(measured, unresolved)
    return half


def grade(edges: EdgeTable, projection: Projection, terrain: Terrain) -> GradeReport:
    """Fill in gradients, rise and fall from an elevation model.

    A surveyed or tagged gradient is kept. Where the tag gives the sign only (``up``, ``down``), the model
    gives the size. Every other way gets the steepest slope along it, with bounds, as ``derived``. ``rise_m``
    and ``fall_m`` are the metres climbed and descended u → v; their difference is the difference of the
    heights at both ends, which edges that meet share. On steps, which have no gradient of their own, they
    come from the number of steps where that is tagged; on lifts and escalators, which carry, they are 0.

    Parameters
    ----------
    edges
        Changed in place: ``incline_pct`` with bounds and provenance, ``rise_m``, ``fall_m``.
    projection
        From the edges' metric coordinates to degrees.
    terrain
        The elevation model.

    Returns
    -------
    GradeReport
        Counts, the share that stays unknown, and how good the model is.

    Raises
    ------
    InputDataError
        The model covers no part of the network, or one of its files is damaged.
    """
    lines = Lines(edges)
    kind = edges["kind"].astype(np.uint8)
    has_length = (lines.length_m > 0) & (kind < Kind.kerb)
    way = has_length & ~np.isin(kind, (*CARRIED, Kind.steps))
    ground = way & ~edges["level_ground"].astype(bool)

    def height_at(xy: Floats) -> Floats:
        return terrain.heights(projection.to_lonlat(xy))[0]

    place = places_of(edges, lines.length_m == 0)
    stations = stations_along(lines, np.flatnonzero(ground), terrain.finest_m)
    heights, resolution = terrain.heights(projection.to_lonlat(stations.xy))
    if len(heights) and np.isnan(heights).all():
        raise InputDataError(
            f"elevation model {terrain.tiles[0].label}: knows no height anywhere in the city; "
            "name the tiles that cover it"
        )
    level = place_heights(edges, place, stations, heights)
    u, v = place[edges["u"]], place[edges["v"]]
    anchored = np.zeros(len(level), bool)
    anchored[u[ground]] = anchored[v[ground]] = True
    # decks held by the ground at their ends first; then those that only stairs or lifts hold
    for hanging in (way & ~ground, has_length & ~ground):
        firm = anchored.copy()
        draw_straight(u[hanging], v[hanging], lines.length_m[hanging], anchored, level)
        anchored |= ~np.isnan(level)

    course = Course(
        edges,
        lines,
        np.flatnonzero(way),
        place=place,
        level_m=level,
        stations=stations,
        heights_m=heights,
        resolution_m=resolution,
        finest_m=terrain.finest_m,
    )
    slopes = course.slopes(ground, height_at)
    _fill_climb(
        edges, slopes, np.where(firm[u] & firm[v], course.level_m[v] - course.level_m[u], np.nan), way
    )
    counts = _fill_incline(edges, slopes, course.resolution_m(), way)
    coarsest = np.nanmax(resolution, initial=0.0, where=~np.isnan(resolution)) or terrain.finest_m
    base = float(base_length_m(np.array([coarsest]))[0])
    length = edges["length_m"].astype(np.float64)
    return GradeReport(
        ways=int(way.sum()),
        ways_m=float(length[way].sum()),
        straight=int((way & ~ground).sum()),
        tiles=len(terrain.tiles),
        resolution_m=float(coarsest),
        base_m=base,
        margin_pct=float(margin_pct(np.array([coarsest]), np.array([base]))[0]),
        **counts,
    )


def _fill_climb(edges: EdgeTable, slopes: Slopes, step_m: Floats, way: Flags) -> None:
    """Rise and fall: of ways from the model, of steps from their number or their ends, of carriers none."""
    columns, kind = edges.columns, edges["kind"].astype(np.uint8)
    rise, fall = slopes.rise_m.copy(), slopes.fall_m.copy()
    still = np.isin(kind, CARRIED) | (kind >= Kind.kerb) | (~way & (kind != Kind.steps))
    rise[still] = fall[still] = 0.0

    steps = kind == Kind.steps
    told = np.isin(columns["step_count_from"], (Provenance.surveyed, Provenance.tagged))
    count = columns["step_count"].astype(np.float64) * flight_share(columns)
    tagged_sign = _tagged_sign(edges)
    sign = np.where(tagged_sign != 0, tagged_sign, np.sign(step_m))
    counted = steps & told & ~np.isnan(count) & (np.abs(sign) == 1)
    climb = np.where(
        counted, sign * RISER_M * count, np.where(steps & (tagged_sign * step_m >= 0), step_m, np.nan)
    )
    rise[steps], fall[steps] = np.maximum(climb, 0.0)[steps], np.maximum(-climb, 0.0)[steps]
    columns["rise_m"] = rise.astype(np.float32)
    columns["fall_m"] = fall.astype(np.float32)


def _fill_incline(edges: EdgeTable, slopes: Slopes, resolution_m: Floats, way: Flags) -> dict[str, Any]:
    """Gradients where neither survey nor tag gives one; counts for the report."""
    columns = edges.columns
    value, lower, upper = _incline(edges)
    source = columns["incline_pct_from"]
    low, high = slopes.lowest_pct, slopes.highest_pct
    steepest = np.where(high >= -low, high, low)
    known = way & ~np.isnan(steepest)
    if known.sum() >= _FEWEST_WAYS and float(np.median(np.abs(steepest[known]))) > TOWN_PCT:
        raise InputDataError(
            f"elevation model: half of all ways would be steeper than {TOWN_PCT:g} %; its heights may be in "
            "decimetres or centimetres, or it is no model of heights: say so with --dem-unit, such as dm"
        )
    implausible = known & (np.abs(steepest) > STEEPEST_PCT)
    known &= ~implausible
    columns["rise_m"][implausible] = columns["fall_m"][implausible] = np.nan

    half = np.full(len(value), np.nan)
    half[known] = margin_pct(resolution_m[known], slopes.base_m[known])
    off = columns["level_ground"].astype(bool)
    half = np.where(off, np.maximum(half, BRIDGE_PCT), half)
    least, most = ATTRIBUTE["incline_pct"].widest
    model_lower, model_upper = np.clip(low - half, least, most), np.clip(high + half, least, most)
    # a bridge or a passage may be level whatever the ground at its ends does
    model_lower = np.where(off, np.minimum(model_lower, 0.0), model_lower)
    model_upper = np.where(off, np.maximum(model_upper, 0.0), model_upper)

    own = np.isin(source, (Provenance.surveyed, Provenance.tagged))
    vague = own & (np.isnan(value) | (upper - lower >= VAGUE_PCT))
    sign = np.where(vague, _tagged_sign(edges), 0)
    signed = known & (sign != 0)
    # against the tag's sign, only the size of what the model says counts
    flip = signed & (sign * steepest < 0)
    size = np.where(signed, sign * np.abs(steepest), steepest)
    new_lower = np.where(flip, np.minimum(size - half, 0.0), model_lower)
    new_upper = np.where(flip, np.maximum(size + half, 0.0), model_upper)
    # bounds that tags set (up, down, below 6 %, wheelchair=yes) hold; the model narrows them where it can
    fill = known & (~own | signed)
    held = fill & (signed | (source == Provenance.derived))
    apart = (new_lower > upper) | (new_upper < lower)
    new_lower = np.where(held, np.where(apart, lower, np.maximum(new_lower, lower)), new_lower)
    new_upper = np.where(held, np.where(apart, upper, np.minimum(new_upper, upper)), new_upper)
    size = np.where(held, np.clip(size, new_lower, new_upper), size)
    new_lower, new_upper = np.minimum(new_lower, size), np.maximum(new_upper, size)

    value[fill], lower[fill], upper[fill] = size[fill], new_lower[fill], new_upper[fill]
    source[fill] = Provenance.derived
    told = own & ~vague & way
    denied = told & known & (((value > 0) & (model_upper < 0)) | ((value < 0) & (model_lower > 0)))
    unknown = way & ~told & ~fill
    length = edges["length_m"].astype(np.float64)
    return {
        "graded": int(fill.sum()),
        "signed": int(signed.sum()),
        "tagged": int(told.sum()),
        "unknown": int(unknown.sum()),
        "unknown_m": float(length[unknown].sum()),
        "implausible": int((implausible & unknown).sum()),
        "contradictions": int(denied.sum()),
    }


def _tagged_sign(edges: EdgeTable) -> NDArray[np.int64]:
    """Sign of each edge's tagged or surveyed gradient: -1, 1, or 0 where there is none."""
    own = np.isin(edges["incline_pct_from"], (Provenance.surveyed, Provenance.tagged))
    _, lower, upper = _incline(edges)
    up, down = own & (lower >= 0) & (upper > 0), own & (upper <= 0) & (lower < 0)
    return np.where(up, 1, np.where(down, -1, 0))


def _incline(edges: EdgeTable) -> list[NDArray[np.float32]]:
    """Value, lower and upper bound of the gradient: the columns themselves, to be changed in place."""
    return [edges.columns[f"incline_pct{suffix}"].view(np.float32) for suffix in ("", "_lower", "_upper")]
