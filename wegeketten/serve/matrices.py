"""Matrices: times and lengths between listed locations, in openrouteservice's form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.model.answers import ANSWERS
from wegeketten.places.points import Points
from wegeketten.reach.matrix import ends_of_points, matrix_blocks
from wegeketten.serve.metadata import factor_of, metadata
from wegeketten.serve.refusals import FORM, MATRIX, TOO_MUCH
from wegeketten.serve.snapping import snapped
from wegeketten.serve.wishes import wishes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.serve.desk import Desk
    from wegeketten.serve.fields import Fields

MOST_LOCATIONS = 2000
MOST_PAIRS = 100_000
METRICS = ("distance", "duration")


def matrix(desk: Desk, name: str, fields: Fields) -> dict[str, Any]:
    """Answer a request for a matrix.

    Parameters
    ----------
    desk
        What the service keeps at hand.
    name
        The profile as the client names it.
    fields
        The request.

    Returns
    -------
    dict
        A JSON document.

    Raises
    ------
    RefusedError
        The request is wrong or too large.
    """
    profile = desk.profile(name, MATRIX)
    points = np.array(fields.points("locations", MOST_LOCATIONS), dtype=np.float64)
    origins, goals = (_chosen(fields, side, len(points)) for side in ("sources", "destinations"))
    if len(origins) * len(goals) > MOST_PAIRS:
        raise fields.refuse(
            f"sources, destinations: {len(origins) * len(goals)} pairs are too many, "
            f"at most {MOST_PAIRS} are answered",
            TOO_MUCH,
        )
    metrics = fields.words("metrics", len(METRICS)) or ["duration"]
    if not set(metrics) <= set(METRICS):
        raise fields.refuse(f"metrics: choose {', '.join(METRICS)}")
    factor = factor_of(fields)
    named = fields.flag("resolve_locations", default=False)
    answer = next(each for each in ANSWERS if each == fields.choice("answer", ANSWERS, "likely"))
    fields.flag("optimized", default=True)
    city, profile = desk.network(profile, wishes_of(fields))
    starts, ends = (
        ends_of_points(city, profile, Points([str(row) for row in rows], points[rows]), answer)
        for rows in (origins, goals)
    )
    blocks = list(matrix_blocks(city, profile, starts, ends, answer=answer))
    found: dict[str, Any] = {}
    if "duration" in metrics:
        found["durations"] = _plain(np.hstack([block.seconds for block in blocks]))
    if "distance" in metrics:
        metres = np.hstack([block.metres for block in blocks]).astype(np.float64)
        found["distances"] = _plain(np.round(metres * factor, 2 if factor == 1 else 5))
    places = snapped(city, profile, points, answer)
    if not named:
        places = [None if each is None else {**each, "name": None} for each in places]
    shown = [
        None if each is None else {name: value for name, value in each.items() if value is not None}
        for each in places
    ]
    asked = {"locations": points.tolist(), "sources": origins, "destinations": goals, "metrics": metrics}
    return {
        **found,
        "sources": [shown[row] for row in origins],
        "destinations": [shown[row] for row in goals],
        "metadata": metadata(desk.city, "matrix", name, fields, **asked),
    }


def _chosen(fields: Fields, side: str, count: int) -> list[int]:
    """Rows of the locations that stand on one side; all where none is named."""
    if fields.values.get(side) in (None, [], "all", ["all"]):
        return list(range(count))
    rows = []
    for row in fields.rows(side, MOST_LOCATIONS):
        number = (
            int(row) if isinstance(row, str) and row.isascii() and row.isdigit() and len(row) < 9 else row
        )
        if isinstance(number, bool) or not isinstance(number, int):
            raise fields.refuse(f"{side}: numbers of locations were expected, counted from 0", FORM)
        if not 0 <= number < count:
            raise fields.refuse(f"{side}: a number of a location lies outside 0 to {count - 1}")
        rows.append(number)
    return rows


def _plain(values: NDArray[np.float64]) -> list[list[float | None]]:
    """Rows of numbers; None where there is no way."""
    return [[None if np.isnan(value) else value for value in row] for row in values.tolist()]
