"""One question of each kind before the first client asks: compiled code and tables are loaded by it."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import WegekettenError
from wegeketten.serve.directions import directions
from wegeketten.serve.fields import Fields
from wegeketten.serve.matrices import matrix
from wegeketten.serve.reach_areas import isochrones
from wegeketten.serve.refusals import DIRECTIONS, ISOCHRONES, MATRIX, WHAT_IF
from wegeketten.serve.what_if import what_if

if TYPE_CHECKING:
    from collections.abc import Callable

    from wegeketten.serve.desk import Desk


def rehearse(desk: Desk) -> None:
    """Ask for a route, a matrix, an area and a change in the middle of the city.

    Parameters
    ----------
    desk
        What the service keeps at hand.
    """
    nodes, edges = desk.city.nodes, desk.city.edges
    if not len(edges):
        return
    middle = np.argsort(np.hypot(nodes["x"] - nodes["x"].mean(), nodes["y"] - nodes["y"].mean()))
    points = [
        [float(nodes["lon"][node]), float(nodes["lat"][node])] for node in middle[[0, len(middle) // 50]]
    ]
    barrier = edges.ids(np.zeros(1, dtype=np.int64))[0]
    line = Fields({"coordinates": points, "elevation": True}, DIRECTIONS)
    pair = Fields({"locations": points}, MATRIX)
    spot = Fields({"locations": points[:1], "range": [60]}, ISOCHRONES)
    edit = Fields({"edits": [{"barrier": barrier, "closed": True}], "most": 1}, WHAT_IF)
    for name in desk.profiles:
        questions: tuple[Callable[[], object], ...] = (
            partial(directions, desk, name, line, "json"),
            partial(matrix, desk, name, pair),
            partial(isochrones, desk, name, spot),
        )
        for ask in questions:
            with suppress(WegekettenError):  # there may be no way here
                ask()
    with suppress(WegekettenError):  # one profile will do; each keeps much
        what_if(desk, next(iter(desk.profiles)), edit, "json")
