"""Snapping: where listed locations join the network, in openrouteservice's form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.joins.endpoints import join_points
from wegeketten.network.join import feet_of
from wegeketten.serve.metadata import metadata
from wegeketten.serve.refusals import SNAP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.serve.desk import Desk
    from wegeketten.serve.fields import Fields

MOST_LOCATIONS = 5000
FARTHEST_M = 250.0
"""How far from a way a point may lie, as everywhere in this package."""


def snap(desk: Desk, name: str, fields: Fields, form: str) -> dict[str, Any]:
    """Answer a request for snapping.

    Parameters
    ----------
    desk
        What the service keeps at hand.
    name
        The profile as the client names it.
    fields
        The request.
    form
        ``json`` or ``geojson``.

    Returns
    -------
    dict
        A JSON document.

    Raises
    ------
    RefusedError
        The request is wrong or too large.
    """
    profile = desk.profile(name, SNAP)
    points = fields.points("locations", MOST_LOCATIONS)
    radius = fields.number("radius", 0.0, 1e6, FARTHEST_M)
    places = [
        None if place is None or place["snapped_distance"] > radius else place
        for place in snapped(desk.city, profile, np.array(points, dtype=np.float64))
    ]
    about = metadata(
        desk.city, "snap", name, fields, locations=[list(point) for point in points], radius=radius
    )
    if form == "json":
        return {"locations": places, "metadata": about}
    features = [
        {
            "type": "Feature",
            "properties": {
                "name": place["name"], "snapped_distance": place["snapped_distance"], "source_id": number,
            },
            "geometry": {"type": "Point", "coordinates": place["location"]},
        }
        for number, place in enumerate(places)
        if place is not None
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features, "metadata": about}


def snapped(
    city: City, profile: Profile, lonlat: NDArray[np.float64], answer: Answer = "possible"
) -> list[dict[str, Any] | None]:
    """Where points join the network: location, street and metres; None where there is no way near.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.
    lonlat
        Degrees, shape (points, 2).
    answer
        In which answer what lies between a point and its way must be passed.

    Returns
    -------
    list of dict
        One for each point.
    """
    joints = join_points(city, profile, lonlat, answer)
    found: list[dict[str, Any] | None] = [None] * len(lonlat)
    if not len(joints):
        return found
    feet = np.round(city.projection.to_lonlat(feet_of(city.edges, joints.edge, joints.along)), 6)
    names = city.edges["name"][joints.edge].tolist()
    for row, foot, name, off_m in zip(
        joints.owner.tolist(), feet.tolist(), names, joints.off_m.tolist(), strict=True
    ):
        street = city.edges.names[name] if name >= 0 else ""
        found[row] = {"location": foot, "name": street, "snapped_distance": round(off_m, 2)}
    return found
