"""The network within a box, as openrouteservice's service ``export`` hands it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.model.answers import ANSWERS
from wegeketten.routing import INF, UNIT_S
from wegeketten.serve.metadata import metadata
from wegeketten.serve.refusals import EXPORT, TOO_MUCH

if TYPE_CHECKING:
    from wegeketten.serve.desk import Desk
    from wegeketten.serve.fields import Fields

MOST_ARCS = 50_000


def network_export(desk: Desk, name: str, fields: Fields) -> dict[str, Any]:
    """Answer with the nodes within a box and the arcs between them.

    Parameters
    ----------
    desk
        What the service keeps at hand.
    name
        The profile as the client names it.
    fields
        The request: ``bbox`` with two opposite corners, and perhaps an ``answer``.

    Returns
    -------
    dict
        A JSON document; the weight of an arc is its seconds, arcs that are closed are missing.

    Raises
    ------
    RefusedError
        The request is wrong, or the box holds too much.
    """
    profile = desk.profile(name, EXPORT)
    corners = np.array(fields.points("bbox", 2, least=2), dtype=np.float64)
    answer = next(each for each in ANSWERS if each == fields.choice("answer", ANSWERS, "likely"))
    city = desk.city
    lon, lat = np.asarray(city.nodes["lon"]), np.asarray(city.nodes["lat"])
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    ends = np.stack([city.edges["u"], city.edges["v"]], axis=1)
    tails, heads = ends.ravel(), ends[:, ::-1].ravel()
    units = getattr(city.weights(profile), answer)
    arcs = np.flatnonzero((units != INF) & inside[tails] & inside[heads])
    if len(arcs) > MOST_ARCS:
        raise fields.refuse(
            f"bbox: {len(arcs)} edges are too many, at most {MOST_ARCS} are answered; give a smaller box",
            TOO_MUCH,
        )
    nodes = np.unique(np.concatenate([tails[arcs], heads[arcs]]))
    places = np.round(np.stack([lon, lat], axis=1)[nodes], 7).tolist()
    seconds = np.round(units[arcs] * UNIT_S, 1).tolist()
    return {
        "nodes": [
            {"nodeId": node, "location": place} for node, place in zip(nodes.tolist(), places, strict=True)
        ],
        "edges": [
            {"fromId": tail, "toId": head, "weight": weight}
            for tail, head, weight in zip(tails[arcs].tolist(), heads[arcs].tolist(), seconds, strict=True)
        ],
        "nodes_count": len(nodes),
        "edges_count": len(arcs),
        "metadata": metadata(city, "export", name, fields, bbox=corners.tolist()),
    }
