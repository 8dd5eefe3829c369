"""The city folder: a built city on disk, opened column by column."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.files.parquet import read_columns
from wegeketten.files.seal import file_digest, is_sealed

if TYPE_CHECKING:
    from pathlib import Path

    import networkx as nx
    from numpy.typing import NDArray

    from wegeketten.model.answers import Answer
    from wegeketten.model.edges import EdgeTable
    from wegeketten.network.join import Joiner
    from wegeketten.network.obstacles import Obstacles
    from wegeketten.network.snap import Snaps
    from wegeketten.network.strip_tiles import StripTiles
    from wegeketten.osm.projection import Projection
    from wegeketten.people.profile import Profile
    from wegeketten.people.verdict import Weights
    from wegeketten.places.service_catalogue import Catalogue
    from wegeketten.routing import Graph, Hierarchy, Metric

FORMAT = 5
"""Version of the city folder's layout; a folder of another version is built again."""

MARKER = "city.json"
SCAN_MARKER = "scan.json"
SCAN_LOG = "scan.log"
"""What differs from run to run of a scan: where the city lies, and how long it took."""


PROVENANCE = ("version", "source", "source_sha256", "osm_timestamp", "attribution")
"""What of ``city.json`` every output repeats."""


@dataclass
class City:
    """A built city; every table is read when it is first asked for.

    Attributes
    ----------
    path
        The city folder.
    meta
        Content of ``city.json``: version, source, source_sha256, osm_timestamp, crs, counts, parameters,
        notes, attribution.

    Examples
    --------
    >>> import wegeketten as wk
    >>> city = wk.build("demo", getfixture("tmp_path") / "helsinki")  # doctest: +SKIP
    >>> city.meta["counts"]["homes"] > 1000  # doctest: +SKIP
    True
    """

    path: Path
    meta: dict[str, Any]
    _checked: dict[str, tuple[int, ...]] = field(default_factory=dict, repr=False)
    _weights: dict[str, Weights] = field(default_factory=dict, repr=False)
    _metrics: dict[tuple[str, Answer], Metric] = field(default_factory=dict, repr=False)
    _own: frozenset[str] = field(default=frozenset(), repr=False)
    _joiner: Joiner | None = field(default=None, repr=False)
    _strips: StripTiles | None = field(default=None, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled: the folder, and tables that do not come from it (a city at some time has such).

        A city that lies in its folder is read again where it is unpickled, so it is cheap to hand to another
        process of the same machine.
        """
        tables = {name: table for name, table in vars(self).items() if not name.startswith("_")}
        if _marker(self.path) == self.meta:
            tables = {name: table for name, table in tables.items() if name in {"path", "meta", *self._own}}
        return {**tables, "_own": self._own, "_checked": {}, "_weights": {}, "_metrics": {}}

    def file(self, name: str) -> Path:
        """Path of one of the city's files, once its content is the one that ``build`` wrote.

        Parameters
        ----------
        name
            Such as ``edges.parquet``.

        Returns
        -------
        Path
            An existing file.

        Raises
        ------
        InputDataError
            The file is missing or damaged, or the folder was built anew since this city was opened.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> hamlet().file("edges.parquet").name
        'edges.parquet'
        """
        path = self.path / name
        try:
            state = path.stat()
            mark = (state.st_ino, state.st_size, state.st_mtime_ns)
            if self._checked.get(name) == mark:
                return path
            told = self.meta["files"][name]
            right = told["bytes"] == state.st_size and told["sha256"] == file_digest(path)
        except (OSError, KeyError, TypeError):
            right = False
        if not right:
            if _marker(self.path) not in (None, self.meta):
                raise InputDataError(f"{self.path}: was built anew since it was opened; open it again")
            raise InputDataError(f"{path}: missing or damaged; build the city again")
        self._checked[name] = mark
        return path

    def check(self) -> None:
        """Compare every file with what ``build`` wrote.

        Raises
        ------
        InputDataError
            One is missing or damaged.
        """
        for name in self.meta["files"]:
            self.file(name)

    @cached_property
    def nodes(self) -> dict[str, NDArray[Any]]:
        """Columns ``osm_id, lon, lat, x, y`` of the network's nodes."""
        return read_columns(self.file("nodes.parquet"))

    @cached_property
    def edges(self) -> EdgeTable:
        """The network, one row per edge; its geometry is read on first use."""
        from wegeketten.network.network_files import read_edges

        return read_edges(self.file("edges.parquet"), self.projection)

    @cached_property
    def homes(self) -> dict[str, NDArray[Any]]:
        """Columns of the homes: ``home_id, lon, lat, x, y, street, …, district, weight``."""
        return read_columns(self.file("homes.parquet"))

    @cached_property
    def places(self) -> dict[str, NDArray[Any]]:
        """Columns of the places, one row per place and service."""
        return read_columns(self.file("places.parquet"))

    @cached_property
    def districts(self) -> dict[str, NDArray[Any]]:
        """Columns ``district_id, name, source, geometry`` (lon/lat)."""
        return read_columns(self.file("districts.parquet"))

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue of services the city was built with."""
        from wegeketten.places.service_catalogue import load_catalogue

        return load_catalogue(self.file("services.toml"))

    @cached_property
    def home_snaps(self) -> Snaps:
        """Where each home joins the network."""
        from wegeketten.network.snap import read_snaps

        return read_snaps(self.file("home_snaps.parquet"))

    @cached_property
    def place_snaps(self) -> Snaps:
        """Where each place joins the network, per access point."""
        from wegeketten.network.snap import read_snaps

        return read_snaps(self.file("place_snaps.parquet"))

    @cached_property
    def base(self) -> dict[str, NDArray[Any]]:
        """Columns ``class`` and ``geometry`` (lon/lat) of the base map: water, green, buildings."""
        return read_columns(self.file("base.parquet"))

    @cached_property
    def opensidewalks(self) -> dict[str, NDArray[Any]] | None:
        """Columns ``dataset, element, feature`` (JSON) of the set the city was built from, if it was."""
        name = "opensidewalks.parquet"
        return read_columns(self.file(name)) if name in self.meta["files"] else None

    @cached_property
    def obstacles(self) -> Obstacles:
        """What lies between points on the map and ways."""
        from wegeketten.network.obstacles import read_obstacles

        return read_obstacles(self.path, self.projection)

    @property
    def joiner(self) -> Joiner:
        """Where points on the map join the network; kept for the next question."""
        if self._joiner is None:
            from wegeketten.network.join import Joiner

            self._joiner = Joiner(self.edges, self.obstacles)
        return self._joiner

    @cached_property
    def water(self) -> NDArray[Any]:
        """Polygons of the base map's water, metres; none where a city in memory has no base map."""
        import shapely

        if "files" not in self.meta:
            return np.empty(0, dtype=object)
        shapes = self.base["geometry"][self.base["class"] == "water"]
        valid = shapely.make_valid(shapely.transform(shapes, self.projection.to_xy))
        parts = shapely.get_parts(shapely.get_parts(valid))
        return np.asarray(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])

    @property
    def strips(self) -> StripTiles:
        """Outlines of strips along the network's edges; kept for the next question."""
        if self._strips is None or self._strips.points is not self.edges.points:
            from wegeketten.network.strip_tiles import StripTiles

            self._strips = StripTiles(self.edges, self.water)
        return self._strips

    @cached_property
    def projection(self) -> Projection:
        """Between lon/lat and the city's metric CRS."""
        from wegeketten.osm.projection import Projection

        return Projection(int(self.meta["crs"].removeprefix("EPSG:")))

    @cached_property
    def graph(self) -> Graph:
        """The network as arcs: edge row e makes arc 2e (u → v) and 2e + 1 (v → u); weights are all 1."""
        from wegeketten.network.arcs import graph_of

        return graph_of(self.edges, len(self.nodes["x"]))

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """Order and topology of the graph, computed by ``build`` and reused."""
        from wegeketten.routing import Hierarchy

        return Hierarchy.load(self.file("hierarchy.npz"), self.graph)

    @property
    def weight_unit(self) -> str:
        """What the homes' ``weight`` counts: ``homes``, ``dwellings`` or ``people``."""
        told = self.meta.get("weights", {}).get("unit")
        return str(told or ("people" if self.meta.get("parameters", {}).get("population") else "homes"))

    @property
    def census_year(self) -> int | None:
        """Year of the population file, where its name states it."""
        year = self.meta.get("weights", {}).get("year")
        return int(year) if year else None

    def weights(self, profile: Profile) -> Weights:
        """Arc weights of a profile for the three answers, in units of 0.1 s.

        Parameters
        ----------
        profile
            The mobility profile that is asked about.

        Returns
        -------
        Weights
            Kept for the next question.

        Examples
        --------
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> from wegeketten.routing import INF
        >>> city = hamlet()
        >>> kerb = 2 * city.edges["osm_id"].tolist().index(68)
        >>> wheels = city.weights(load_profile("wheelchair"))
        >>> bool(wheels.likely[kerb] == INF), bool(wheels.possible[kerb] == INF)
        (True, False)
        """
        if profile.sha256 not in self._weights:
            from wegeketten.people.verdict import weigh

            self._weights[profile.sha256] = weigh(self.edges, profile)
        return self._weights[profile.sha256]

    def metric(self, profile: Profile, answer: Answer) -> Metric:
        """The hierarchy customised for a profile and an answer; kept for the next question.

        Parameters
        ----------
        profile
            The mobility profile that is asked about.
        answer
            Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.

        Returns
        -------
        Metric
            Ready for queries.

        Examples
        --------
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> metric = hamlet().metric(load_profile("walker"), "likely")
        >>> metric.nearest([[0]]).shape
        (7, 1)
        """
        key = (profile.sha256, answer)
        if key not in self._metrics:
            self._metrics[key] = self.hierarchy.customize(getattr(self.weights(profile), answer))
        return self._metrics[key]

    def forget(self) -> None:
        """Drop weights and metrics that were kept, to free memory between profiles."""
        self._weights.clear()
        self._metrics.clear()

    def to_networkx(self, profile: str | Profile = "walker", answer: Answer = "likely") -> nx.MultiDiGraph:
        """The network as an OSMnx-style graph, see `wegeketten.exchange.to_networkx.to_networkx`.

        Parameters
        ----------
        profile
            Id, or profile.
        answer
            Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.

        Returns
        -------
        nx.MultiDiGraph
            With travel times in seconds.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> graph = hamlet().to_networkx("walker")
        >>> len(graph.nodes), len(graph.edges)
        (7, 16)
        """
        from wegeketten.exchange.to_networkx import to_networkx

        return to_networkx(self, profile=profile, answer=answer)


def open_city(path: str | Path) -> City:
    """Open a city folder written by ``build``.

    Parameters
    ----------
    path
        The folder.

    Returns
    -------
    City
        Its tables are read when they are asked for.

    Raises
    ------
    InputDataError
        There is no city in that folder, it is damaged, or it was written by another version.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> city = open_city(hamlet().path)
    >>> len(city.homes["home_id"]), len(city.edges)
    (12, 8)
    """
    from pathlib import Path

    folder = Path(path)
    try:
        meta = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputDataError(
            f"{folder}: no city here (no {MARKER}); make one with: wegeketten build"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputDataError(f"{folder / MARKER}: cannot be read ({error}); build the city again") from error
    if not isinstance(meta, dict) or meta.get("format") != FORMAT:
        raise InputDataError(f"{folder}: written by another version of wegeketten; build the city again")
    if not is_sealed(meta) or not isinstance(meta.get("files"), dict):
        raise InputDataError(f"{folder / MARKER}: damaged or changed by hand; build the city again")
    return City(folder, meta)


def _marker(folder: Path) -> Any:
    """Content of a city folder's marker, None where it cannot be read."""
    try:
        return json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def provenance_of(city: City) -> dict[str, Any]:
    """Where a result comes from, for its JSON document.

    Parameters
    ----------
    city
        The city, as built.

    Returns
    -------
    dict
        Plain values, ready for JSON.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> provenance_of(hamlet())["source"]
    'hamlet.osm'
    """
    told = {str(name): city.meta[name] for name in PROVENANCE if name in city.meta}
    return told | {"weight_unit": city.weight_unit}
