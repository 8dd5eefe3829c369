"""Weights of homes: people of a census spread over the homes of each cell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from wegeketten.osm.features import Skipped
from wegeketten.people.census import read_census

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.osm.projection import Projection
    from wegeketten.people.cells import Cells, Said
    from wegeketten.people.homes import Homes
    from wegeketten.places.districts import Districts


_EDGE_M = 500.0  # farther from the outermost homes the extract ends


def weigh_homes(
    homes: Homes,
    path: Path,
    projection: Projection,
    *,
    said: Said | None = None,
    coverage: shapely.Geometry | None = None,
    districts: Districts | None = None,
) -> Homes:
    """Give homes the people of a census file.

    The people of a cell are spread over its homes by dwellings where these are mapped for all of them, else
    by floor area, else evenly; buildings in which nobody lives get people only where a cell has no others.
    No person is invented or lost but for those of cells without a home: these are listed, those beyond the
    extract in one sum.

    Parameters
    ----------
    homes
        Weighing 1 each.
    path
        See `read_census`.
    projection
        The city's.
    said
        What the user says about the file.
    coverage
        What the extract covers, metres: of the people of a polygon that reaches beyond, its share inside
        live on the homes; None where nothing is known of it.
    districts
        Of the city, for statistics by district.

    Returns
    -------
    Homes
        With column ``weight`` in people (or dwellings), and ``people_65`` and ``people_80`` where the file
        has them. Homes outside every cell, or where the census keeps the number secret, weigh 0.

    Raises
    ------
    InputDataError
        The file cannot be used.
    """
    if not len(homes):
        return homes
    xy = np.column_stack((homes.columns["x"], homes.columns["y"]))
    (low_x, low_y), (high_x, high_y) = xy.min(axis=0).tolist(), xy.max(axis=0).tolist()
    cells = read_census(
        path, projection, (low_x, low_y, high_x, high_y), said=said, coverage=coverage, districts=districts
    )
    found = spread(homes, cells, path.name)
    weighed = found.homes
    lonely = _unhoused(weighed, cells)
    if not len(lonely):
        return found.noted(cells, path.name)
    from wegeketten.people.unhoused import house_cells

    told = f"next to no homes are mapped: {len(lonely)} cells of {path.name} stand in, each at its middle"
    housed = house_cells(weighed, cells, lonely, projection, None if districts is None else districts.locate)
    gone = {f"row {row}" for row in (cells.rows[lonely] if len(cells.rows) else lonely + 2).tolist()}
    skipped = [one for one in weighed.skipped if one.station != "population" or one.element not in gone]
    after = found._replace(homes=replace(housed, skipped=skipped), unhoused=())  # they are housed now
    noted = after.noted(cells, path.name)
    return replace(noted, notes=[*noted.notes, told])


def _unhoused(homes: Homes, cells: Cells) -> NDArray[np.int64]:
    """Cells with people and without a home, where these are most of the people there are; else none.

    Only where people are given cell by cell: nobody can say where in a large polygon people live.
    """
    from wegeketten.people.unhoused import LEAST_CELLS, MOST_LOST

    xy = np.column_stack((homes.columns["x"], homes.columns["y"]))
    cell = cells.assign(xy)
    lonely = np.bincount(cell[cell >= 0], minlength=len(cells.people)) == 0
    people = np.nan_to_num(cells.people)
    rows = np.flatnonzero(lonely & (people > 0) & _inside(cells.points, xy))
    housed = float(homes.columns["weight"].sum())
    apart = cells.inside is None and people[rows].sum() > MOST_LOST * (housed + people[rows].sum())
    return rows if apart and len(rows) >= LEAST_CELLS else rows[:0]


class Spread(NamedTuple):
    """Homes with people, and what is to be said of it.

    Attributes
    ----------
    homes
        With weights; nothing is noted yet.
    unweighed
        Of the file, and of homes that weigh nothing.
    unhoused
        Of people where no home is mapped.
    beyond
        Of people beyond the extract.
    """

    homes: Homes
    unweighed: tuple[str, ...]
    unhoused: tuple[str, ...]
    beyond: tuple[str, ...]

    def noted(self, cells: Cells, name: str) -> Homes:
        """Note where the people of the file went.

        Parameters
        ----------
        cells
            Where people live.
        name
            Name of the file.

        Returns
        -------
        Homes
            With notes.
        """
        weight = self.homes.columns["weight"]
        notes = (_weighted(cells, weight, name), _account(cells, weight, name))
        return replace(
            self.homes, notes=[*self.homes.notes, *notes, *self.unweighed, *self.unhoused, *self.beyond]
        )


def spread(homes: Homes, cells: Cells, name: str) -> Spread:
    """Spread the people of cells over homes; `name` is the file's, for the notes.

    Parameters
    ----------
    homes
        Homes of the city.
    cells
        Where people live.
    name
        Name of the file.

    Returns
    -------
    Spread
        The same homes, with weights, and where the people went.
    """
    xy = np.column_stack((homes.columns["x"], homes.columns["y"]))
    cell = cells.assign(xy)
    share = np.ones(len(cells.people)) if cells.inside is None else cells.inside
    part = shares(homes, cell)
    part *= _at(share, cell)
    weight = np.nan_to_num(part * _at(cells.people, cell))
    columns = {**homes.columns, "weight": weight}
    for column, values in (("people_65", cells.over_65), ("people_80", cells.over_80)):
        if values is not None:
            columns[column] = np.where(part > 0, part * _at(values, cell), 0.0)
    lonely = np.flatnonzero(np.bincount(cell[cell >= 0], minlength=len(cells.people)) == 0)
    lonely = lonely[np.nan_to_num(cells.people[lonely]) > 0]
    if not cells.regular and len(lonely):
        lonely = _move_in(columns, cells, xy, lonely)
    if cells.inside is None:
        inside = _inside(cells.points[lonely], xy)
    else:
        inside = (share[lonely] == 1) & _inside(cells.points[lonely], xy) | (share[lonely] > 0) & (
            share[lonely] < 1
        )
    lonely, beyond = lonely[inside], lonely[~inside]
    rows = cells.rows if len(cells.rows) else np.arange(len(cells.people)) + 2
    lost = [
        Skipped(
            f"row {rows[row]}",
            "population",
            f"{cells.people[row] * share[row]:g} {cells.unit} of {name} live where no home is mapped",
        )
        for row in lonely.tolist()
    ]
    unhoused, beyond_it = [], []
    if len(lonely):
        gone = float((cells.people[lonely] * share[lonely]).sum())
        unhoused.append(
            f"{gone:.0f} {cells.unit} in {len(lonely)} cells live where no home is mapped and count nowhere"
        )
    if len(beyond):
        beyond_it.append(f"{_sum(cells, beyond)} in {len(beyond)} cells of {name} live beyond the extract")
    cut = np.flatnonzero((share < 1) & (np.nan_to_num(cells.people) > 0))
    cut = np.setdiff1d(cut, beyond)
    if len(cut):
        away = float((cells.people[cut] * (1 - share[cut])).sum())
        beyond_it.append(
            f"the extract's edge cuts {len(cut)} cells of {name}: {away:.0f} of their {_sum(cells, cut)} "
            "live beyond it, by area, and count nowhere"
        )
    skipped = [*homes.skipped, *cells.skipped, *lost]
    weighed = replace(homes, columns=columns, skipped=skipped, unit=cells.unit)
    return Spread(weighed, _unweighed(cells, cell, name), tuple(unhoused), tuple(beyond_it))


def shares(homes: Homes, cell: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share of each home in its cell's people; the shares of a cell sum to 1, homes in no cell get 0.

    Parameters
    ----------
    homes
        Columns flats, floor_area_m2 and inhabited are used.
    cell
        Row of the cell of each home, -1 outside.

    Returns
    -------
    ndarray
        From 0 to 1.
    """
    count = int(cell.max(initial=-1)) + 1
    group = np.where(cell >= 0, cell, count)
    lived_in = homes.columns["inhabited"].astype(bool)
    only_others = np.bincount(group, lived_in, minlength=count + 1) == 0
    counts = lived_in | only_others[group]

    def known_for_all(measure: NDArray[np.float64]) -> NDArray[np.bool_]:
        missing = counts & ~(measure > 0)
        return np.asarray(np.bincount(group, missing, minlength=count + 1) == 0)

    flats, floor_m2 = homes.columns["flats"], homes.columns["floor_area_m2"]
    size = np.where(known_for_all(floor_m2)[group], floor_m2, 1.0)
    size = np.where(known_for_all(flats)[group], flats, size)
    size = np.where(counts & (cell >= 0), size, 0.0)
    total = np.bincount(group, size, minlength=count + 1)
    part = np.zeros(len(cell))
    np.divide(size, total[group], out=part, where=size > 0)
    return part


def _inside(points: NDArray[np.float64], xy: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether points lie among the homes, not beyond the extract's edge."""
    low, high = xy.min(axis=0) - _EDGE_M, xy.max(axis=0) + _EDGE_M
    return np.asarray(((points >= low) & (points <= high)).all(axis=1))


def _at(values: NDArray[np.float64], cell: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.where(cell >= 0, values[np.maximum(cell, 0)], 0.0)


def _move_in(
    columns: dict[str, NDArray[np.generic]],
    cells: Cells,
    xy: NDArray[np.float64],
    lonely: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Scattered points that no home is nearest to: their people go to the nearest home within reach."""
    tree = shapely.STRtree(np.asarray(shapely.points(xy)))
    points = np.asarray(shapely.points(cells.points[lonely]))
    row, home = tree.query_nearest(points, max_distance=cells.reach_m, all_matches=False)
    for column, values in (
        ("weight", cells.people), ("people_65", cells.over_65), ("people_80", cells.over_80)
    ):  # fmt: skip
        if values is not None:
            np.add.at(columns[column], home, values[lonely[row]])
    return np.delete(lonely, row)


def _sum(cells: Cells, rows: NDArray[np.int64]) -> str:
    return f"{float(cells.people[rows].sum()):.0f} {cells.unit}"


def _account(cells: Cells, weight: NDArray[np.generic], name: str) -> str:
    """Where all people of the file went: on homes and lost are all there are."""
    total, placed = float(np.nansum(cells.people)) + cells.lost, float(weight.sum())
    lost = total - placed
    return f"{total:.0f} {cells.unit} read from {name}: {placed:.0f} on homes, {lost:.0f} listed as lost"


def _weighted(cells: Cells, weight: NDArray[np.generic], name: str) -> str:
    return f"homes are weighted with {float(weight.sum()):.0f} {cells.unit} of {name}"


def _unweighed(cells: Cells, cell: NDArray[np.int64], name: str) -> tuple[str, ...]:
    """What the file says of itself, and homes that get nobody from it."""
    notes = [*cells.notes]
    outside = int((cell < 0).sum())
    if outside:
        notes.append(f"{outside} homes lie in no cell of {name} and weigh 0")
    secret = int(np.isnan(cells.people[cell[cell >= 0]]).sum())
    if secret:
        notes.append(f"{secret} homes lie in cells whose number the census keeps secret and weigh 0")
    return tuple(notes)
