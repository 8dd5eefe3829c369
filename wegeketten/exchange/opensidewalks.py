"""A city as a set of OpenSidewalks 0.3, with our bounds as ``ext:`` members."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.exchange.sidewalk_words import Readings
from wegeketten.files.atomic import whole_file
from wegeketten.model.edges import HIGHWAYS, Crossing, Kind
from wegeketten.model.licence import ATTRIBUTION
from wegeketten.network.sidewalk_columns import Teller, seal_of
from wegeketten.osm.opensidewalks import EXTENSION, schema
from wegeketten.osm.sidewalk_elements import HEAD
from wegeketten.osm.sidewalk_members import SEAL
from wegeketten.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.edges import EdgeTable

    Features = dict[str, list[dict[str, Any]]]

_STREETS = frozenset({"trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "service"})
_FOOTWAYS = frozenset({Kind.footway, Kind.path, Kind.track, Kind.cycleway, Kind.corridor, Kind.platform})
_BARE = frozenset({Kind.link, Kind.escalator, Kind.moving_walkway, Kind.lift, Kind.ferry})
"""Kinds the schema has no word for: edges that say nothing but who may walk them."""

_FIXED_DATE = (1980, 1, 1, 0, 0, 0)  # the clock's time would make two runs differ


def write_opensidewalks(city: City, out: Path) -> dict[str, int]:
    """Write a city as a zip archive that the validator of OpenSidewalks passes.

    A kerb or another barrier at a point becomes a node; where several ways meet at one side of it, an edge
    without length leads on. What was surveyed or tagged is stated in the words of the schema; what is derived
    or assumed only as bounds: ``ext:NAME``, ``ext:NAME_lower``, ``ext:NAME_upper`` and ``ext:NAME_from``, as
    in the edge table. What the schema has no word for (hours, closures, ferries …) stands in members of
    `wegeketten.network.sidewalk_columns`, so that the set can be read back without loss. A city that was
    built from somebody else's set gives that set back, whole, with the bounds and what was surveyed since.

    Parameters
    ----------
    city
        The city.
    out
        The archive.

    Returns
    -------
    dict
        Number of features by dataset.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> with TemporaryDirectory() as folder:
    ...     write_opensidewalks(hamlet(), Path(folder) / "hamlet.zip")
    {'nodes': 6, 'edges': 7, 'points': 1}
    """
    heads: dict[str, dict[str, Any]] = {}
    features = _Drawing(city).features() if city.opensidewalks is None else _again(city, heads)
    common = {"$schema": schema().version}
    stamp = city.meta.get("osm_timestamp")
    if stamp and city.opensidewalks is None:
        common["dataTimestamp"] = stamp
    source = {
        "dataSource": {"name": city.meta.get("source", ""), "license": ATTRIBUTION},
        "pipelineVersion": {"name": "wegeketten", "version": VERSION},
    }
    with whole_file(out) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for dataset, found in features.items():
            if not found:
                continue
            head = heads.get(dataset) or {**common, **source}
            document = {**head, "type": "FeatureCollection", "features": found}
            info = zipfile.ZipInfo(f"opensidewalks.{dataset}.geojson", _FIXED_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            archive.writestr(info, text.encode("utf-8", "replace"))
    return {dataset: len(found) for dataset, found in features.items() if found}


def _feature(kind: str, coordinates: Any, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }


class _Drawing:
    """Nodes, edges and points of a city."""

    def __init__(self, city: City) -> None:
        self.city, self.edges = city, city.edges
        self.ids = self.edges.ids()
        lon, lat = (np.round(city.nodes[name], 7) for name in ("lon", "lat"))
        self.places = np.stack([lon, lat], axis=1).tolist()
        self.said = Readings(self.edges)
        self.teller = Teller(self.edges)
        self.osm_ids = city.nodes["osm_id"].tolist()
        self.names = _node_names(city.nodes["osm_id"])
        self.carriers: dict[int, list[int]] = {}  # barriers by the node that carries them
        self.stubs: list[tuple[int, int, int]] = []  # node, node, barrier between
        self.node_of = list(range(len(self.places)))  # a node that another one stands for
        self._settle()

    def _settle(self) -> None:
        """Choose for each barrier at a point the node that carries it."""
        u, v = self.edges["u"], self.edges["v"]
        barrier = self.edges["kind"] >= Kind.kerb
        size = len(self.places)
        of_barriers = np.bincount(np.r_[u[barrier], v[barrier]], minlength=size)
        of_all = np.bincount(np.r_[u, v], minlength=size)
        simple = ((of_barriers == 1) & (of_all <= 2)).tolist()
        for row in np.flatnonzero(barrier).tolist():
            tail, head = int(u[row]), int(v[row])
            if simple[tail] and simple[head]:
                self.node_of[head] = tail
                self.carriers.setdefault(tail, []).append(row)
            elif simple[tail] or simple[head]:
                own, other = (tail, head) if simple[tail] else (head, tail)
                self.places[own] = self.places[other]  # equal but for rounding
                self.carriers.setdefault(own, []).append(row)
                self.stubs.append((tail, head, row))
            else:
                own = len(self.places)
                self.places.append(self.places[tail])
                self.names.append(self.ids[row])
                self.node_of.append(own)
                self.carriers[own] = [row]
                self.stubs += [(tail, own, row), (own, head, row)]

    def features(self) -> Features:
        edges, used = [], set()
        lonlat = np.round(self.city.projection.to_lonlat(self.edges.points), 7)
        bends = self.edges.bends.tolist()
        u, v = self.edges["u"].tolist(), self.edges["v"].tolist()
        barrier = (self.edges["kind"] >= Kind.kerb).tolist()
        for row, name in enumerate(self.ids):
            if barrier[row]:
                continue
            tail, head = self.node_of[u[row]], self.node_of[v[row]]
            inner = lonlat[bends[row] + 1 : bends[row + 1] - 1].tolist()
            line = [self.places[tail], *inner, self.places[head]]
            about = {"_id": name, "_u_id": self.names[tail], "_v_id": self.names[head]}
            edges.append(_feature("LineString", line, about | self._of_edge(row)))
            used |= {tail, head}
        for number, (tail, head, row) in enumerate(self.stubs):
            tail, head = self.node_of[tail], self.node_of[head]
            about = {
                "_id": f"{self.ids[row]}/{number}",
                "_u_id": self.names[tail],
                "_v_id": self.names[head],
                "foot": "yes",
                f"{EXTENSION}kind": "link",
            }  # no row: it stands for no edge
            edges.append(_feature("LineString", [self.places[tail], self.places[head]], about))
            used |= {tail, head}
        nodes = [
            _feature("Point", self.places[node], {"_id": self.names[node], **self._of_node(node)})
            for node in sorted(used)
        ]
        for feature in (*nodes, *edges):
            feature["properties"][SEAL] = seal_of(feature)
        return {"nodes": nodes, "edges": edges, "points": self._points()}

    def _unsaid(self, row: int) -> dict[str, Any]:
        """What the schema has no word for, and the nodes of OpenStreetMap at both ends."""
        told = self.teller.of(row)
        for end in ("u", "v"):
            number = self.osm_ids[int(self.edges[end][row])]
            if number:
                told[f"{EXTENSION}{end}_osm"] = number
        return told

    def _of_node(self, node: int) -> dict[str, Any]:
        about: dict[str, Any] = {}
        for row in self.carriers.get(node, ()):
            kind = Kind(int(self.edges["kind"][row]))
            about |= {f"{EXTENSION}barrier_ids": self.ids[row], f"{EXTENSION}kind": kind.name}
            if kind == Kind.kerb:
                about |= self.said.of_kerb(row)
            elif kind.barrier is not None and kind.barrier.osm:
                about[f"{EXTENSION}barrier"] = kind.barrier.osm[0]
            about |= self.said.bounds(row) | self._unsaid(row)
        return about

    def _of_edge(self, row: int) -> dict[str, Any]:
        edges = self.edges
        kind, highway = Kind(int(edges["kind"][row])), HIGHWAYS[edges["highway"][row]]
        about = _class(kind, highway or HIGHWAYS[edges["road"][row]])
        if kind == Kind.crossing:
            about |= _markings(int(edges["crossing"][row]))
        if "highway" in about:
            about["length"] = round(float(edges["length_m"][row]), 2)
            if edges["name"][row] >= 0:
                about["name"] = edges.names[edges["name"][row]]
            about |= self.said.of_way(row, steps=kind == Kind.steps)
        about["foot"] = "private" if edges["private"][row] else "yes"
        about[f"{EXTENSION}kind"] = kind.name
        return about | self.said.bounds(row) | self._unsaid(row)

    def _points(self) -> list[dict[str, Any]]:
        """Benches, and bollards at their place."""
        places = self.city.places
        points = [
            _feature("Point", [lon, lat], {"_id": name, "amenity": "bench"})
            for name, lon, lat, service in zip(
                places["place_id"].tolist(),
                np.round(places["lon"], 7).tolist(),
                np.round(places["lat"], 7).tolist(),
                places["service"].tolist(),
                strict=True,
            )
            if service == "bench"
        ]
        for row in np.flatnonzero(self.edges["kind"] == Kind.bollard).tolist():
            place = self.places[int(self.edges["u"][row])]
            points.append(_feature("Point", place, {"_id": self.ids[row], "barrier": "bollard"}))
        return points


def _node_names(osm_id: NDArray[np.generic]) -> list[str]:
    """The OSM id for the first node of it; others get a suffix, those that are not in OSM a name of ours."""
    names, seen = [], set()
    for row, number in enumerate(osm_id.tolist()):
        name = str(number) if number > 0 else f"x{row}"
        names.append(f"{name}x{row}" if name in seen else name)
        seen.add(name)
    return names


def _class(kind: Kind, highway: str) -> dict[str, Any]:
    """What kind of way it is, in the words of the schema; what they leave out as ``ext:highway``."""
    if kind in _BARE or not kind:
        extra = {Kind.lift: "elevator", Kind.escalator: "steps", Kind.moving_walkway: "footway"}.get(kind)
        about: dict[str, Any] = {f"{EXTENSION}highway": extra} if extra else {}
        if kind in (Kind.escalator, Kind.moving_walkway):
            about[f"{EXTENSION}conveying"] = "yes"
        if kind == Kind.ferry:
            about[f"{EXTENSION}route"] = "ferry"
        return about
    if kind == Kind.steps:
        return {"highway": "steps"}
    if kind == Kind.crossing:
        return {"highway": "footway", "footway": "crossing"}
    if kind == Kind.pavement:
        return {"highway": "footway", "footway": "sidewalk"}
    if kind in (Kind.pedestrian, Kind.living_street):
        return {"highway": kind.name}
    if kind == Kind.service:
        return {"highway": "service"}
    if kind == Kind.street:
        return {"highway": highway if highway in _STREETS else "unclassified"}
    about = {"highway": "footway"}
    if highway not in ("", "footway"):
        about[f"{EXTENSION}highway"] = highway
    return about


def _markings(crossing: int) -> dict[str, Any]:
    told = {Crossing.marked: "yes", Crossing.unmarked: "no"}.get(Crossing(crossing))
    about: dict[str, Any] = {"crossing:markings": told} if told else {}
    return about | {f"{EXTENSION}crossing": Crossing(crossing).name}


def _again(city: City, heads: dict[str, dict[str, Any]]) -> Features:
    """The set a city was built from, with our bounds, and what was surveyed since in the schema's words."""
    stored = city.opensidewalks or {}
    rows: dict[str, list[int]] = {}
    letters, numbers = city.edges["osm_type"].tolist(), city.edges["osm_id"].tolist()
    for row, (letter, number) in enumerate(zip(letters, numbers, strict=True)):
        rows.setdefault(f"{letter.decode()}{number}", []).append(row)
    said = Readings(city.edges)
    features: Features = {}
    columns = (stored[name].tolist() for name in ("dataset", "element", "feature"))
    for dataset, element, text in zip(*columns, strict=True):
        feature = json.loads(text)
        if element == HEAD:
            heads[dataset] = feature
            continue
        found = rows.get(element, ())
        if found and dataset in ("nodes", "edges"):
            own = _of_dataset(city.edges, found, dataset)
            if own is not None:
                feature["properties"] = _overlaid(feature["properties"], said, own, dataset)
        features.setdefault(dataset, []).append(feature)
    return features


def _of_dataset(edges: EdgeTable, rows: Iterable[int], dataset: str) -> int | None:
    """The row that speaks for a feature: of a node its barrier, of an edge its longest piece."""
    barrier = [row for row in rows if (edges["kind"][row] >= Kind.kerb) == (dataset == "nodes")]
    return max(barrier, key=lambda row: float(edges["length_m"][row]), default=None)


def _overlaid(properties: Mapping[str, Any], said: Readings, row: int, dataset: str) -> dict[str, Any]:
    surveyed: dict[str, Any] = {}
    steps = properties.get("highway") == "steps"
    words = said.of_kerb(row) if dataset == "nodes" else said.of_way(row, steps=steps)
    for name, word in words.items():
        attribute = _ATTRIBUTE_OF.get(name)
        if attribute is not None and said.source(row, attribute) == "surveyed":
            surveyed[name] = word
    if "kerb" in surveyed:
        surveyed["barrier"] = "kerb"
    return {**properties, **said.bounds(row), **surveyed}


_ATTRIBUTE_OF = {
    "kerb": "kerb_cm",
    "tactile_paving": "tactile",
    "width": "width_m",
    "surface": "surface_class",
    "step_count": "step_count",
    "incline": "incline_pct",
}
