"""Cells with people: what every file of people comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from wegeketten.osm.features import Skipped

    Floats = NDArray[np.float64]
    Assign = Callable[[Floats], NDArray[np.int64]]

_SLIVER = 0.02  # a smaller share outside is the drawing's, not the people's


@dataclass(frozen=True)
class Said:
    """What the user says about a file of people.

    Attributes
    ----------
    column
        Column that counts all people.
    crs
        Coordinate reference system of columns in metres.
    encoding
        Of its text.
    decimal
        Sign that parts decimals, "" where each column decides.
    """

    column: str | None = None
    crs: str | None = None
    encoding: str | None = None
    decimal: str = ""


@dataclass(frozen=True)
class Cells:
    """Cells or points with people; equally long arrays.

    Attributes
    ----------
    people
        People (or dwellings) in each cell, NaN where the census keeps the number secret.
    over_65, over_80
        People of that age, NaN where unknown; None where the file says nothing.
    unit
        ``people`` or ``dwellings``.
    assign
        Gives the row of the cell each x, y (the city's metres) lies in, -1 outside all.
    points
        float64, shape (cells, 2): the cells' middles in the city's metres.
    regular
        Whether they tile the plane, so that a point outside lives elsewhere.
    reach_m
        Farthest distance at which a person of a point may live.
    rows
        How the user counts each row.
    inside
        Share of each cell that the extract covers; None where all of all.
    lost
        People of rows that lie nowhere; they are listed in `skipped`.
    skipped, notes
        What was left out and what a reader of the results should know.
    """

    people: Floats
    over_65: Floats | None
    over_80: Floats | None
    unit: str
    assign: Assign
    points: Floats
    regular: bool
    reach_m: float
    rows: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    inside: Floats | None = None
    lost: float = 0.0
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def area_cells(
    shapes: NDArray[np.object_],
    people: Floats,
    over_65: Floats | None,
    over_80: Floats | None,
    unit: str,
    rows: NDArray[np.int64],
    coverage: shapely.Geometry | None,
    *,
    skipped: list[Skipped],
    notes: list[str],
    lost: float = 0.0,
) -> Cells:
    """Cells that are polygons (the city's metres); a home belongs to the smallest it lies in.

    Parameters
    ----------
    shapes
        Polygons, metres.
    people
        Of each polygon.
    over_65, over_80
        Of them at least so old; None where unknown.
    unit
        ``people`` or ``dwellings``.
    rows
        Row of each polygon in its file.
    coverage
        What the extract covers; everything where None.
    skipped, notes
        What was left out, and sentences about it; both are added to.
    lost
        People of rows that were left out already.

    Returns
    -------
    Cells
        Those that the extract's edge cuts count in part.
    """
    areas = shapely.area(shapes)

    def assign(xy: Floats) -> NDArray[np.int64]:
        found = np.full(len(xy), -1, dtype=np.int64)
        tree = shapely.STRtree(np.asarray(shapely.points(xy)))
        hit, points = tree.query(shapes, predicate="intersects")
        order = np.lexsort((hit, areas[hit]))[::-1]
        found[points[order]] = hit[order]
        return found

    middles = shapely.get_coordinates(shapely.centroid(shapes))
    return Cells(
        people, over_65, over_80, unit, assign, middles, regular=True, reach_m=0.0, rows=rows,
        inside=inside_shares(shapes, coverage), lost=lost, skipped=skipped, notes=notes,
    )  # fmt: skip


def inside_shares(shapes: NDArray[np.object_], coverage: shapely.Geometry | None) -> Floats | None:
    """Which share of each polygon the extract covers; None where all of all.

    Parameters
    ----------
    shapes
        Polygons, metres.
    coverage
        What the extract covers; everything where None.

    Returns
    -------
    Floats or None
        From 0 to 1, shape (polygons,).
    """
    if coverage is None or not len(shapes):
        return None
    shapely.prepare(coverage)
    shares = np.ones(len(shapes))
    cut = np.flatnonzero(~shapely.contains_properly(coverage, shapes))
    areas = np.maximum(shapely.area(shapes[cut]), 1e-9)
    shares[cut] = np.clip(shapely.area(shapely.intersection(shapes[cut], coverage)) / areas, 0.0, 1.0)
    shares[shares > 1 - _SLIVER] = 1.0
    return None if (shares == 1.0).all() else shares
