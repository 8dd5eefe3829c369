"""A city as an OSMnx-style MultiDiGraph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.model.edges import ATTRIBUTES, HIGHWAYS, Kind, flight_share
from wegeketten.model.reading import Provenance

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.model.edges import EdgeTable
    from wegeketten.people.profile import Profile

GRAPH_CRS = "epsg:4326"


def to_networkx(city: City, profile: str | Profile = "walker", answer: Answer = "likely") -> nx.MultiDiGraph:
    """What a profile can use of a city, as a graph that OSMnx and NetworkX work with.

    Parameters
    ----------
    city
        The city.
    profile
        Id, TOML file or loaded profile.
    answer
        ``sure``, ``likely`` or ``possible``: which arcs are in the graph.

    Returns
    -------
    networkx.MultiDiGraph
        One edge per arc that law and profile leave open. Graph: ``crs``, ``profile``, ``answer``,
        ``simplified``. Nodes: ``x``, ``y`` (degrees), ``osm_id`` (0 where it is no node of OpenStreetMap),
        ``street_count``. Edges: ``osmid``, ``edge_id``, ``length`` (m), ``travel_time`` (s), ``geometry``
        (in walking direction), ``highway``, ``name``, ``oneway``, ``reversed``, ``kind``, ``barrier_id``
        (point barriers), and for every attribute that applies ``NAME``, ``NAME_lower``, ``NAME_upper`` and
        ``NAME_from``; inclines are signed in walking direction. Each piece of a flight of steps states the
        ``step_count`` of the whole and its ``flight_share``. A node's label is its OSM id; where barriers
        split a node, and for nodes that are not in OpenStreetMap, it is a negative number.

    Raises
    ------
    UsageError
        There is no such profile or answer.

    Examples
    --------
    >>> import networkx as nx
    >>> from wegeketten.exchange.from_networkx import from_networkx
    >>> streets = nx.MultiDiGraph(crs="EPSG:4326")
    >>> streets.add_nodes_from([(1, {"x": 13.73, "y": 51.05}), (2, {"x": 13.74, "y": 51.05})])
    >>> _ = streets.add_edge(1, 2, highway="footway", surface="asphalt")
    >>> graph = to_networkx(from_networkx(streets), profile="wheelchair")
    >>> nx.shortest_path(graph, 2, 1, weight="travel_time")
    [2, 1]
    >>> round(graph.edges[2, 1, 0]["length"])
    701
    """
    import networkx as nx

    from wegeketten.model.answers import ANSWERS
    from wegeketten.people.profile import Profile, load_profile
    from wegeketten.routing import INF, UNIT_S

    if answer not in ANSWERS:
        raise UsageError(f"answer {answer!r}: there are {', '.join(ANSWERS)}")
    chosen = profile if isinstance(profile, Profile) else load_profile(profile)
    weights = getattr(city.weights(chosen), answer)
    graph = nx.MultiDiGraph(
        crs=GRAPH_CRS, simplified=True, created_with="wegeketten", profile=chosen.id, answer=answer
    )
    labels = _labels(city.nodes["osm_id"])
    arcs = np.flatnonzero(weights < INF)
    edges = city.edges
    u, v = edges["u"].tolist(), edges["v"].tolist()
    used = np.unique(np.r_[edges["u"][arcs // 2], edges["v"][arcs // 2]]).tolist()
    lon, lat, osm_id = (city.nodes[name].tolist() for name in ("lon", "lat", "osm_id"))
    for row in used:
        graph.add_node(labels[row], x=lon[row], y=lat[row], osm_id=osm_id[row])
    described = _Descriptions(city, edges, np.unique(arcs // 2))
    streets: dict[int, set[int]] = {row: set() for row in used}
    for arc in arcs.tolist():
        row, back = divmod(arc, 2)
        tail, head = (v[row], u[row]) if back else (u[row], v[row])
        streets[tail].add(head)
        streets[head].add(tail)
        travel_time = float(weights[arc] * UNIT_S)
        graph.add_edge(
            labels[tail], labels[head], **described.of(row, back=bool(back)), travel_time=travel_time
        )
    for row, neighbours in streets.items():
        graph.nodes[labels[row]]["street_count"] = len(neighbours)
    return graph


def _labels(osm_id: NDArray[np.generic]) -> list[int]:
    """A number for each node: its OSM id for the first node of that id, else -1, -2 … by row."""
    ids = osm_id.astype(np.int64)
    _, first = np.unique(ids, return_index=True)
    own = np.zeros(len(ids), bool)
    own[first] = True
    own &= ids > 0
    labels: list[int] = np.where(own, ids, -1 - np.arange(len(ids))).tolist()
    return labels


class _Descriptions:
    """Attributes of edges, collected once for both directions."""

    def __init__(self, city: City, edges: EdgeTable, rows: NDArray[np.int64]) -> None:
        import shapely

        lonlat = city.projection.to_lonlat(edges.points)
        owner = np.repeat(np.arange(len(edges)), np.diff(edges.bends))
        lines: Any = shapely.linestrings(lonlat, indices=owner)
        back: Any = shapely.reverse(lines)
        self._lines = lines, back
        ids = edges.ids(rows)
        oneway = (edges["forward"] != edges["backward"])[rows].tolist()
        columns = [edges[name][rows].tolist() for name in ("osm_id", "kind", "highway", "length_m", "name")]
        kinds = {int(kind): kind.name for kind in Kind}
        self._about: dict[int, dict[str, Any]] = {}
        shares = flight_share(edges.columns)[rows].tolist()
        for row, edge_id, one, osm_id, kind, highway, length, name, share in zip(
            rows.tolist(), ids, oneway, *columns, shares, strict=True
        ):
            about = {
                "osmid": osm_id,
                "edge_id": edge_id,
                "highway": HIGHWAYS[highway] or kinds[kind],
                "kind": kinds[kind],
                "length": length,
                "oneway": one,
            }
            if name >= 0:
                about["name"] = edges.names[name]
            if kind >= Kind.kerb:
                about["barrier_id"] = edge_id
            if kind == Kind.steps:
                about["flight_share"] = share
            self._about[row] = about
        for attribute in ATTRIBUTES:
            self._add(edges, attribute.name, rows)

    def _add(self, edges: EdgeTable, name: str, rows: NDArray[np.int64]) -> None:
        sources = {int(source): source.name for source in Provenance}
        known = rows[edges[f"{name}_from"][rows] != Provenance.none]
        keys = name, f"{name}_lower", f"{name}_upper", f"{name}_from"
        values = zip(known.tolist(), *(edges[key][known].tolist() for key in keys), strict=True)
        for row, value, lower, upper, source in values:
            about = self._about[row]
            about[keys[0]], about[keys[1]], about[keys[2]] = value, lower, upper
            about[keys[3]] = sources[source]

    def of(self, row: int, *, back: bool) -> dict[str, Any]:
        """Edge attributes of an arc; a new dictionary each time."""
        about = self._about[row] | {"reversed": back, "geometry": self._lines[back][row]}
        if back and "incline_pct" in about:
            lower, upper = about["incline_pct_lower"], about["incline_pct_upper"]
            about["incline_pct"] = -about["incline_pct"]
            about["incline_pct_lower"], about["incline_pct_upper"] = -upper, -lower
        return about
