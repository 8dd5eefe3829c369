"""A network from a set of OpenSidewalks that this package wrote: edge by edge as it was, none derived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.model.edges import PLAIN as PLAIN_COLUMNS
from wegeketten.model.edges import RAW, EdgeTable, attribute_columns
from wegeketten.network.build import Network
from wegeketten.network.obstacles import find_obstacles
from wegeketten.network.sidewalk_columns import seal_of
from wegeketten.network.sidewalk_reading import Member, columns_of
from wegeketten.osm.opensidewalks import EXTENSION
from wegeketten.osm.sidewalk_members import SEAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from wegeketten.osm.features import Features
    from wegeketten.osm.projection import Projection
    from wegeketten.osm.sidewalk_elements import Original

_MOST = 50_000_000


def network_of_set(features: Features, projection: Projection) -> Network | None:
    """The network that a set was written from; None where it is somebody else's, or was changed since.

    Parameters
    ----------
    features
        What was read, with the features of the set.
    projection
        To metres.

    Returns
    -------
    Network or None
        Edges in the order in which they were.

    Raises
    ------
    InputDataError
        A member has a value that none of ours has.
    """
    drawn = _drawn(features.originals)
    if drawn is None:
        return None
    members = [Member(str(feature["properties"]["_id"]), feature["properties"]) for feature in drawn]
    order = np.argsort([member.whole("row", 0, _MOST) for member in members], kind="stable").tolist()
    members, drawn = [members[row] for row in order], [drawn[row] for row in order]
    ends = np.array(
        [[member.whole(end, 0, _MOST) for end in ("u", "v")] for member in members], dtype=np.int64
    )
    lines = [_line(feature) for feature in drawn]
    columns, names = columns_of([(member.name, member.about) for member in members])
    kept, rows = np.unique(ends, return_inverse=True)
    uv = rows.reshape(-1, 2).astype(np.int32)
    bends = np.zeros(len(lines) + 1, dtype=np.int64)
    np.cumsum([len(line) for line in lines], out=bends[1:])
    lonlat = np.array([point for line in lines for point in line], dtype=np.float64)
    points = np.asarray(projection.to_xy(lonlat), dtype=np.float64)
    nodes = _nodes(len(kept), uv, bends, lonlat, members)
    xy = np.asarray(projection.to_xy(np.stack([nodes["lon"], nodes["lat"]], axis=1)), dtype=np.float64)
    columns |= {"u": uv[:, 0].copy(), "v": uv[:, 1].copy()}
    ordered = {name: columns[name] for name in (*PLAIN_COLUMNS, *attribute_columns(), RAW)}
    return Network(
        {**nodes, "x": xy[:, 0], "y": xy[:, 1]},
        EdgeTable(ordered, names, bends, points),
        obstacles=find_obstacles(features, projection),
    )


def was_ours(originals: Iterable[Original]) -> bool:
    """Whether this package wrote something of a set.

    Parameters
    ----------
    originals
        Features of the set.

    Returns
    -------
    bool
        Also where it was changed since.
    """
    return any(SEAL in each.feature.get("properties", ()) for each in originals)


def _drawn(originals: Iterable[Original]) -> list[dict[str, Any]] | None:
    """The features that stand for an edge each; None where one of nodes and edges is not as we wrote it."""
    found = []
    for dataset, _, feature in originals:
        if dataset not in ("nodes", "edges") or "properties" not in feature:  # a head has none
            continue
        about = feature["properties"]
        if about.get(SEAL) != seal_of(feature):
            return None
        if f"{EXTENSION}row" in about:
            found.append(feature)
    return found or None


def _line(feature: dict[str, Any]) -> list[list[float]]:
    """Points of an edge; a barrier stands at one place."""
    points = feature["geometry"]["coordinates"]
    whole = [points, points] if feature["geometry"]["type"] == "Point" else points
    return [point[:2] for point in whole]


def _nodes(
    count: int, uv: NDArray[np.int32], bends: NDArray[np.int64], lonlat: NDArray[np.float64],
    members: list[Member],
) -> dict[str, NDArray[Any]]:  # fmt: skip
    """Where nodes lie, and their numbers in OpenStreetMap."""
    places = np.full((count, 2), np.nan)
    osm_id = np.zeros(count, dtype=np.int64)
    for column, at in ((0, bends[:-1]), (1, bends[1:] - 1)):
        places[uv[:, column]] = lonlat[at]
        key = ("u_osm", "v_osm")[column]
        osm_id[uv[:, column]] = [int(member.number(key, 0, -(2**62), 2**62)) for member in members]
    return {"osm_id": osm_id, "lon": places[:, 0], "lat": places[:, 1]}
