"""A graph of OSMnx as nodes and ways of OpenStreetMap."""

from __future__ import annotations

import ast
import math
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.errors import InputDataError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    import networkx as nx

    from wegeketten.osm.elements import Elements

OWN_KEYS = frozenset(
    {"osmid", "length", "geometry", "reversed", "oneway", "speed_kph", "travel_time", "grade", "grade_abs"}
    | {"from", "to", "key", "bearing", "lanes", "u", "v"}
)
"""Edge attributes of OSMnx that are no tags, or (``oneway``, ``lanes``) do not concern people on foot."""
OWN_NODE_KEYS = frozenset(
    {"x", "y", "lon", "lat", "osmid", "osm_id", "street_count", "elevation", "geometry", "cluster"}
)

_LONGEST_LIST = 20_000  # signs
HARDEST = ("steps", "elevator", "corridor", "track", "path")
"""Where OSMnx merged ways of several classes into one edge, the first of these stands for all."""


def elements_of_graph(graph: nx.MultiDiGraph) -> Elements:
    """Take edges as ways with their attributes as tags, and nodes with theirs.

    Parameters
    ----------
    graph
        With ``graph["crs"]``, nodes ``x`` and ``y``; edges may have ``geometry``, ``osmid`` and tags.

    Returns
    -------
    Elements
        As if they came from an extract.

    Raises
    ------
    InputDataError
        The graph has no edges, no ``crs``, or nodes without ``x`` and ``y``.
    """
    return _Conversion(graph).elements


class _Conversion:
    """A graph becoming nodes and ways of OpenStreetMap."""

    def __init__(self, graph: nx.MultiDiGraph) -> None:
        from pyproj import Transformer
        from pyproj.exceptions import CRSError

        from wegeketten.osm.elements import Elements

        if not graph.number_of_edges():
            raise InputDataError("the graph has no edges; a city needs streets and paths")
        if "crs" not in graph.graph:
            raise InputDataError('the graph states no coordinate reference system; set graph.graph["crs"]')
        try:
            self._to_degrees = Transformer.from_crs(graph.graph["crs"], "epsg:4326", always_xy=True)
        except CRSError as error:
            raise InputDataError(f"the graph's coordinate reference system is unknown ({error})") from error
        self.elements = Elements()
        self._numbers: dict[Hashable, int] = {}
        self._xy: dict[Hashable, tuple[float, float]] = {}
        labels = [number for number in map(_whole, graph.nodes) if number]
        self._free_node = count(max(labels, default=0) + 1 if labels and max(labels) > 0 else 1)
        for label, data in graph.nodes(data=True):
            self._node(label, data)
        pieces = self._pieces(graph)
        self._free_way = count(max((piece.way for piece in pieces), default=0) + 1)
        for chain in _chains(pieces):
            self._way(chain)

    def _node(self, label: Hashable, data: Mapping[str, Any]) -> None:
        try:
            x, y = float(data["x"]), float(data["y"])
        except (KeyError, TypeError, ValueError) as error:
            raise InputDataError(f"node {label!r} of the graph has no x and y") from error
        number = _whole(label) or next(self._free_node)
        if not (math.isfinite(x) and math.isfinite(y)):
            raise InputDataError(f"node {label!r} of the graph has an x or y that is no number")
        self._numbers[label], self._xy[label] = number, (x, y)
        self.elements.nodes[number] = (*self._to_degrees.transform(x, y), _tags(data, OWN_NODE_KEYS))

    def _pieces(self, graph: nx.MultiDiGraph) -> list[_Piece]:
        """Edges, each once, in the direction in which the way was drawn where that is known.

        Which of the two directions is kept, and in which order, does not depend on the order of the edges:
        OSMnx keeps both in GraphML, but one of them, seldom the first, in GeoPackages.
        """
        found: dict[Hashable, _Piece] = {}
        for one, other, told in graph.edges(data=True):
            data = {key: _parsed(key, value) for key, value in told.items()}
            u, v = _as_told(one, other, data)
            line = data.get("geometry")
            points = [self._xy[u], self._xy[v]] if line is None else [(x, y) for x, y, *_ in line.coords]
            if math.dist(points[0], self._xy[u]) > math.dist(points[-1], self._xy[u]):
                points.reverse()  # drawn the other way round, as files keep it
            raw = data.get("osmid")
            ids = raw if isinstance(raw, list | tuple | set) else [raw]
            numbers = sorted({number for number in map(_whole, ids) if number})
            piece = _Piece(u, v, points[1:-1], numbers[0] if numbers else 0, len(numbers) == 1, data)
            shape = tuple(points)
            key = (tuple(numbers), min(shape, shape[::-1]))
            if key not in found or _rank(piece) < _rank(found[key]):
                found[key] = piece
        pieces = (self._as_drawn(piece) for piece in found.values())
        return sorted(pieces, key=lambda piece: (_numbers_of(piece), self._shape(piece)))

    def _as_drawn(self, piece: _Piece) -> _Piece:
        """The piece in the direction of its way, turned round where only the other one is known.

        An edge merged from ways of both directions has none: one of the two, always the same.
        """
        turned = piece.data.get("reversed")
        if isinstance(turned, list):
            shape = self._shape(piece)
            turned = shape[::-1] < shape
        if turned is not True:
            return piece
        data = {**piece.data, "reversed": False}
        if isinstance(data.get("grade"), float):
            data["grade"] = -data["grade"]
        return piece._replace(u=piece.v, v=piece.u, inner=piece.inner[::-1], data=data)

    def _shape(self, piece: _Piece) -> tuple[tuple[float, float], ...]:
        """All points of a piece."""
        return (self._xy[piece.u], *piece.inner, self._xy[piece.v])

    def _way(self, chain: list[_Piece]) -> None:
        number = chain[0].way
        if not number or number in self.elements.ways:
            number = next(self._free_way)
        refs = [self._numbers[chain[0].u]]
        for piece in chain:
            for x, y in piece.inner:
                node = next(self._free_node)
                self.elements.nodes[node] = (*self._to_degrees.transform(x, y), {})
                refs.append(node)
            refs.append(self._numbers[piece.v])
        tags = _tags(chain[0].data, OWN_KEYS)
        grade = chain[0].data.get("grade")
        if "incline" not in tags and isinstance(grade, float) and math.isfinite(grade):
            tags["incline"] = f"{100 * grade:.1f}%"
        self.elements.ways[number] = (refs, tags)


def _whole(label: object) -> int:
    """An id of OpenStreetMap, from files as text too; 0 where it is none."""
    if isinstance(label, bool):
        return 0
    if isinstance(label, float | np.floating) and float(label).is_integer():
        label = int(label)
    if isinstance(label, int | np.integer):
        return int(label) if label > 0 else 0
    return int(label) if isinstance(label, str) and label.isascii() and label.isdigit() else 0


def _parsed(key: str, value: Any) -> Any:
    """A value as OSMnx had it before a file (GeoPackage, GraphML) made text of it: lists, flags, lines."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if key == "geometry":
        import shapely

        try:
            line = shapely.from_wkt(text)
        except shapely.errors.GEOSException as error:
            raise InputDataError(
                f"an edge of the graph has a geometry that is none ({text[:40]!r})"
            ) from error
        return line if line is not None and line.geom_type == "LineString" else None
    if key in ("reversed", "oneway") and text in ("True", "False"):
        return text == "True"
    if key == "grade":
        try:
            return float(text)
        except ValueError:
            return None
    if text.startswith("[") and text.endswith("]") and len(text) < _LONGEST_LIST:
        try:
            found = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return value
        return found if isinstance(found, list) else value
    return value


class _Piece(NamedTuple):
    """An edge of the graph on its way to be part of a way."""

    u: Hashable
    v: Hashable
    inner: list[tuple[float, float]]
    way: int  # 0 where it has no OSM id
    whole: bool  # from one way only
    data: dict[str, Any]


def _as_told(u: Hashable, v: Hashable, data: Mapping[str, Any]) -> tuple[Hashable, Hashable]:
    """The ends of an edge in its direction, which an undirected graph keeps in ``from`` and ``to``.

    ``reversed`` and ``grade`` speak of that direction, however the file's row names its ends.
    """
    told = (_whole(data.get("from")), _whole(data.get("to")))
    return (v, u) if all(told) and told == (_whole(v), _whole(u)) else (u, v)


def _numbers_of(piece: _Piece) -> tuple[int, ...]:
    """The ways a piece was merged from."""
    raw = piece.data.get("osmid")
    return tuple(sorted(map(_whole, raw if isinstance(raw, list | tuple | set) else [raw])))


def _rank(piece: _Piece) -> int:
    """The smaller, the rather it is kept of both directions."""
    turned = piece.data.get("reversed")
    return int(turned) * 2 if isinstance(turned, bool) else 1


def _chains(pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    """Pieces of one way that follow one another, strung together again."""
    groups: dict[int, list[_Piece]] = {}
    for piece in pieces:
        if piece.way and piece.whole and "grade" not in piece.data:
            groups.setdefault(piece.way, []).append(piece)
        else:
            yield [piece]
    for group in groups.values():
        after: dict[Hashable, list[_Piece]] = {}
        heads = {piece.v for piece in group}
        for piece in group:
            after.setdefault(piece.u, []).append(piece)
        starts = [node for node in after if node not in heads] + list(after)
        for start in starts:
            while after.get(start):
                chain = [after[start].pop(0)]
                while after.get(chain[-1].v):
                    chain.append(after[chain[-1].v].pop(0))
                yield chain


def _tags(data: Mapping[str, Any], own: frozenset[str]) -> dict[str, str]:
    """Attributes as tags of OpenStreetMap; of merged values all are kept, of merged classes the hardest."""
    tags: dict[str, str] = {}
    for key, value in data.items():
        if key in own or value is None or (isinstance(value, float) and math.isnan(value)):
            continue
        values = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
        words = [{True: "yes", False: "no"}.get(v, str(v)) if isinstance(v, bool) else str(v) for v in values]
        words = sorted({word for word in words if word != "nan"})  # OSMnx merges sets: their order is chance
        if key == "highway" and len(words) > 1:
            words = [next((hard for hard in HARDEST if hard in words), words[0])]
        text = ";".join(words)
        if text:
            tags[str(key)] = text
    return tags
