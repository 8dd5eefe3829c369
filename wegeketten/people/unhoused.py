"""Homes that stand in for cells with people where no home is mapped."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from wegeketten.osm.projection import Projection
    from wegeketten.people.cells import Cells
    from wegeketten.people.homes import Homes

LEAST_CELLS = 50
"""Fewer cells say nothing about how a city is mapped."""

MOST_LOST = 0.5
"""Where more of the people than this live in cells without a home, homes are not mapped at all."""


def house_cells(
    homes: Homes,
    cells: Cells,
    lonely: NDArray[np.int64],
    projection: Projection,
    locate: Callable[[NDArray[np.float64]], NDArray[np.int32]] | None,
) -> Homes:
    """Homes with one more in the middle of each cell in which no home is mapped.

    Parameters
    ----------
    homes
        Weighted already.
    cells
        Of the people.
    lonely
        Rows of the cells without a home.
    projection
        To lon/lat.
    locate
        Gives the row of the district of each x, y; one district where None.

    Returns
    -------
    Homes
        The homes given come first.
    """
    xy = cells.points[lonely]
    lonlat = projection.to_lonlat(xy)
    rows = cells.rows[lonely] if len(cells.rows) else lonely + 2
    known: dict[str, NDArray[Any]] = {
        "home_id": np.array([f"cell:{row}" for row in rows.tolist()], dtype=object),
        "lon": lonlat[:, 0], "lat": lonlat[:, 1], "x": xy[:, 0], "y": xy[:, 1],
        "district": np.zeros(len(xy), dtype=np.int32) if locate is None else locate(xy),
        "weight": cells.people[lonely],
        "source": np.full(len(xy), "cell", dtype=object),
        "inhabited": np.ones(len(xy), dtype=bool),
    }  # fmt: skip
    for column, values in (("people_65", cells.over_65), ("people_80", cells.over_80)):
        if values is not None:
            known[column] = np.nan_to_num(values[lonely])
    columns = {}
    for name, values in homes.columns.items():
        empty: Any = "" if values.dtype == object else np.nan
        more = known[name] if name in known else np.full(len(xy), empty)
        columns[name] = np.concatenate([values, more.astype(values.dtype)])
    return replace(homes, columns=columns)
