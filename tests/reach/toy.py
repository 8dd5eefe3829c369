"""A city in memory: nodes on a grid of metres, edges with readings, homes and places at nodes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from wegeketten.city import City
from wegeketten.model.edges import PLAIN, EdgeTable, Kind, absent_columns
from wegeketten.model.reading import Provenance
from wegeketten.network.snap import Snaps
from wegeketten.osm.projection import Projection
from wegeketten.places.service_catalogue import load_catalogue
from wegeketten.routing import Hierarchy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Edge = tuple[int, int, Kind, Mapping[str, object]]  # tail, head, kind, columns that differ from the usual
EPSG = 25833
ORIGIN = (411_000.0, 5_656_000.0)


def toy_city(
    nodes: Sequence[tuple[float, float]],
    edges: Sequence[Edge],
    homes: Sequence[int],
    places: Sequence[tuple[str, int]],
    *,
    weights: Sequence[float] | None = None,
    names: Sequence[str] = ("Hauptstraße", "Am Markt"),
    hours: Sequence[str] | None = None,
) -> City:
    """Build a city.

    nodes: list of (x, y) metres from the origin; edges: list of (u, v, kind, columns); homes: edge rows
    (the home stands in the middle of the edge); places: list of (service, edge row).
    """
    xy = np.array(nodes, dtype=float) + ORIGIN
    count = len(edges)
    table = {name: np.zeros(count, dtype) for name, dtype in PLAIN.items()} | absent_columns(count)
    table["forward"][:] = table["backward"][:] = True
    table["rise_m"][:] = table["fall_m"][:] = np.nan
    table["level"][:] = np.nan
    table["osm_type"][:] = b"w"
    table["osm_id"][:] = 1000 + np.arange(count)
    table["part"][:] = table["name"][:] = -1
    points = []
    for row, (u, v, kind, columns) in enumerate(edges):
        table["u"][row], table["v"][row], table["kind"][row] = u, v, kind
        table["length_m"][row] = 0 if Kind(kind).is_barrier else np.hypot(*(xy[v] - xy[u]))
        if Kind(kind).is_barrier:
            table["osm_type"][row] = b"n"
        for name, value in columns.items():
            table[name][row] = value
        points += [xy[u], xy[v]]
    city = City(Path("toy"), {"crs": f"EPSG:{EPSG}"})
    projection = Projection(EPSG)
    lonlat = projection.to_lonlat(xy)
    city.nodes = {
        "osm_id": np.arange(len(xy)), "lon": lonlat[:, 0], "lat": lonlat[:, 1], "x": xy[:, 0], "y": xy[:, 1],
    }  # fmt: skip
    city.edges = EdgeTable(table, list(names), np.arange(0, 2 * count + 2, 2), np.array(points))
    city.projection = projection
    city.catalogue = load_catalogue()
    city.base = {"class": np.zeros(0, dtype=object), "geometry": np.zeros(0, dtype=object)}

    def snaps(rows: Sequence[int]) -> Snaps:
        size = len(rows)
        return Snaps(
            np.arange(size, dtype=np.int32), np.zeros(size, np.int16), np.array(rows, dtype=np.int32),
            np.full(size, 0.5, np.float32), np.zeros(size, np.float32),
        )  # fmt: skip

    def middle(rows: Sequence[int]) -> NDArray[np.float64]:
        return np.array([(xy[edges[row][0]] + xy[edges[row][1]]) / 2 for row in rows]).reshape(-1, 2)

    spots = middle(homes)
    degrees = projection.to_lonlat(spots) if len(homes) else spots
    city.homes = {
        "home_id": np.array([f"n{9000 + i}" for i in range(len(homes))]), "lon": degrees[:, 0],
        "lat": degrees[:, 1], "x": spots[:, 0], "y": spots[:, 1],
        "street": np.array(["Hauptstraße"] * len(homes)),
        "housenumber": np.array([str(i + 1) for i in range(len(homes))]),
        "district": np.zeros(len(homes), np.int32),
        "weight": np.array(weights if weights is not None else np.ones(len(homes)), dtype=float),
    }  # fmt: skip
    rows = [row for _, row in places]
    degrees = projection.to_lonlat(middle(rows)) if rows else np.zeros((0, 2))
    city.places = {
        "place_id": np.array([f"n{7000 + i}" for i in range(len(rows))]),
        "service": np.array([service for service, _ in places]),
        "name": np.array([f"{service} {i}" for i, (service, _) in enumerate(places)]),
        "lon": degrees[:, 0], "lat": degrees[:, 1],
        "wheelchair": np.full(len(rows), 1.0), "toilets_wheelchair": np.full(len(rows), np.nan),
        "opening_hours": np.array(hours or [""] * len(rows)),
        "osm_kind": np.array([""] * len(rows)),
    }  # fmt: skip
    city.districts = {
        "district_id": np.array(["mitte"]),
        "name": np.array(["Mitte"]),
        "source": np.array(["grid"]),
        "geometry": np.array([shapely.box(*lonlat.min(axis=0), *lonlat.max(axis=0))], dtype=object),
    }
    city.home_snaps, city.place_snaps = snaps(homes), snaps(rows)
    city.hierarchy = Hierarchy(city.graph)
    return city


def kerb(
    height_cm: float,
    *,
    lower: float | None = None,
    upper: float | None = None,
    provenance: Provenance = Provenance.tagged,
) -> dict[str, object]:
    """Columns of a kerb edge."""
    return {
        "kerb_cm": height_cm,
        "kerb_cm_lower": height_cm if lower is None else lower,
        "kerb_cm_upper": height_cm if upper is None else upper,
        "kerb_cm_from": provenance,
    }
