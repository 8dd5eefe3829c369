"""Building a city: from an extract to the city folder, station by station."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.city import ATTRIBUTION, FORMAT, MARKER, City, open_city
from wegeketten.columns import write_columns
from wegeketten.csvfile import write_csv
from wegeketten.errors import InputDataError, UsageError
from wegeketten.osm.features import Skipped
from wegeketten.source import file_sha256, source_path
from wegeketten.version import VERSION
from wegeketten.whole import check_replaceable, whole_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from wegeketten.network.build import Network
    from wegeketten.network.edges import EdgeTable
    from wegeketten.network.elevation import Terrain
    from wegeketten.osm.features import Features
    from wegeketten.osm.projection import Projection
    from wegeketten.people.homes import Homes
    from wegeketten.places.find import Places

    Progress = Callable[[str, float], None]


def build(
    source: str | Path,
    out: str | Path,
    *,
    dem: Sequence[str | Path] = (),
    districts: str | Path | None = None,
    district_name: str | None = None,
    population: str | Path | None = None,
    survey: str | Path | None = None,
    services: str | Path | None = None,
    pavements: str = "sides",
    out_of_service: Sequence[str] = (),
    progress: Progress | None = None,
) -> City:
    """Read an extract of OpenStreetMap into a city folder.

    Parameters
    ----------
    source
        ``.osm.pbf``, ``.osm``, ``.osm.gz`` or ``.osm.bz2``, or the word ``demo``.
    out
        Folder to write; an older city in it is replaced, anything else is not.
    dem
        Elevation models; without any, inclines come from tags and assumptions only.
    districts
        District polygons (GeoJSON, GeoPackage, Shapefile, GeoParquet); else OSM boundaries, else a grid.
    district_name
        Column of `districts` with the names.
    population
        Census grid, points or polygons with people; without it every home weighs 1.
    survey
        Surveyed values that overrule OpenStreetMap.
    services
        A catalogue of services of one's own.
    pavements
        ``sides``: pavements on both sides, kerb to kerb; ``centre``: the roads' centre lines.
    out_of_service
        Ids of lifts and escalators that are out of order.
    progress
        Called with words and the share done.

    Raises
    ------
    InputDataError
        An input cannot be used.
    UsageError
        An option is wrong.
    OutputError
        The folder cannot be written.

    Examples
    --------
    >>> import wegeketten as wk
    >>> city = wk.build("demo", getfixture("tmp_path") / "helsinki")  # doctest: +SKIP
    """
    from wegeketten.osm.extract import read_extract
    from wegeketten.osm.ground import read_ground
    from wegeketten.osm.projection import projection_of
    from wegeketten.places.catalogue import load_catalogue
    from wegeketten.places.find import find_places

    if pavements not in ("sides", "centre"):
        raise UsageError(f"--pavements {pavements}: there are sides and centre")
    target = Path(out)
    check_replaceable(target, marker=MARKER)
    tell = progress or (lambda _words, _share: None)
    catalogue = load_catalogue(services)
    path = source_path(str(source))
    terrain = _terrain(dem)
    with whole_folder(target, marker=MARKER) as folder:
        tell("reading the extract", 0.0)
        features = read_extract(path)
        projection = projection_of(features)
        works = _Works(folder, projection, features.sha256, skipped=list(features.skipped))
        tell("network", 0.3)
        network = works.network(features, pavements, out_of_service)
        if not len(network.edges):
            raise InputDataError(
                f"{path}: holds no way that people may walk; a network needs streets and paths"
            )
        if survey is not None:
            tell("survey", 0.5)
            network = works.survey(network, Path(survey))
        if terrain is not None:
            tell("elevation", 0.55)
            works.grade(network, terrain)
        works.write_network(network)
        tell("homes and places", 0.6)
        homes = works.homes(features, districts, district_name, population)
        places = find_places(features, catalogue, projection)
        works.points("places", places.columns)
        works.skipped += places.skipped
        ground = read_ground(features)
        works.table("base", {"class": ground.classes}, geometry=ground.shapes)
        origin = {
            "source": "demo" if str(source) == "demo" else features.source,
            "source_sha256": features.sha256,
            "osm_timestamp": features.timestamp,
        }
        del features, ground  # the largest things in memory, not needed any more
        tell("snapping", 0.7)
        works.snap(network.edges, homes, places)
        tell("order of the network", 0.8)
        ends, nodes = _ends(network.edges), len(network.nodes["x"])
        del network, homes, places  # the compiler comes in now: nothing else has to be in memory
        works.order(ends, nodes)
        shutil.copyfile(catalogue.source, folder / "services.toml")
        write_csv(folder / "skipped.csv", Skipped._fields, works.skipped)
        meta = {
            "format": FORMAT,
            "version": VERSION,
            "attribution": ATTRIBUTION,
            **origin,
            "crs": f"EPSG:{projection.epsg}",
            "counts": {**works.counts, "skipped": len(works.skipped)},
            "parameters": {
                "pavements": pavements,
                "dem": _digests(dem),
                "districts": _digests([districts] if districts else []),
                "population": _digests([population] if population else []),
                "survey": _digests([survey] if survey else []),
                "catalogue": catalogue.digest,
                "out_of_service": list(out_of_service),
            },
            "elevation": works.elevation,
            "notes": works.notes,
        }
        (folder / MARKER).write_text(json.dumps(meta, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    tell("done", 1.0)
    return open_city(target)


@dataclass
class _Works:
    """A city in the making: each station writes its tables as soon as they are ready, so little is kept.

    Attributes
    ----------
    folder
        Where the tables go.
    projection
        Of the city.
    sha256
        Of the source file.
    counts, notes, skipped, elevation
        What ``city.json`` and ``skipped.csv`` will tell.
    """

    folder: Path
    projection: Projection
    sha256: str
    skipped: list[Skipped] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    elevation: dict[str, float] | None = None

    def table(
        self, name: str, columns: dict[str, Any], *, geometry: NDArray[np.object_] | None = None
    ) -> None:
        """Write a table with the city's metadata."""
        write_columns(self.folder / f"{name}.parquet", columns, geometry=geometry, note=self._note)

    def points(self, name: str, columns: dict[str, Any]) -> None:
        """Write a table of points and count its rows."""
        import shapely

        self.counts[name] = len(columns["lon"])
        self.table(name, columns, geometry=np.asarray(shapely.points(columns["lon"], columns["lat"])))

    @property
    def _note(self) -> dict[str, str]:
        return {"attribution": ATTRIBUTION, "version": VERSION, "source_sha256": self.sha256}

    def network(self, features: Features, pavements: str, out_of_service: Sequence[str]) -> Network:
        """Ways and barriers become edges."""
        from wegeketten.network.build import build_network

        network = build_network(features, self.projection, pavements=pavements, out_of_service=out_of_service)
        self.notes += network.notes
        self.skipped += network.skipped
        self.counts["surveyed"] = 0
        return network

    def survey(self, network: Network, file: Path) -> Network:
        """Surveyed values overrule OpenStreetMap."""
        from wegeketten.network.survey import overlay_survey

        laid = overlay_survey(network.edges, network.nodes, file, self.projection)
        self.counts["surveyed"] = laid.matched
        self.skipped += laid.unmatched
        return replace(network, edges=laid.edges)

    def grade(self, network: Network, terrain: Terrain) -> None:
        """Gradients from the elevation model."""
        from wegeketten.network.elevation import grade

        with terrain:
            graded = grade(network.edges, self.projection, terrain)
        self.notes += graded.notes
        self.elevation = graded.as_dict()

    def write_network(self, network: Network) -> None:
        """Nodes, edges, and what in their tags was contradictory or unreadable."""
        from wegeketten.network.edges import Kind
        from wegeketten.network.store import write_edges

        self.table("nodes", network.nodes)
        write_edges(self.folder / "edges.parquet", network.edges, self.projection, note=self._note)
        header = ("element", "attribute", "conflict", "resolution")
        write_csv(self.folder / "conflicts.csv", header, network.conflicts)
        unreadable = sorted((key, raw, count) for (key, raw), count in network.unreadable.items())
        write_csv(self.folder / "unreadable.csv", ("key", "raw", "occurrences"), unreadable)
        self.counts |= {
            "nodes": len(network.nodes["x"]),
            "edges": len(network.edges),
            "barriers": int((network.edges["kind"] >= Kind.kerb).sum()),
            "conflicts": len(network.conflicts),
            "unreadable": sum(network.unreadable.values()),
        }

    def homes(
        self,
        features: Features,
        districts: str | Path | None,
        district_name: str | None,
        population: str | Path | None,
    ) -> Homes:
        """Homes and the districts they lie in."""
        from wegeketten.people.homes import gather_sites, settle
        from wegeketten.places.districts import find_districts

        sites = gather_sites(features, self.projection)
        areas = find_districts(features, self.projection, sites.xy, file=districts, name_column=district_name)
        homes = settle(sites, self.projection, areas.locate)
        if population is not None:
            from wegeketten.people.population import weigh_homes

            homes = weigh_homes(homes, Path(population), self.projection)
        self.points("homes", homes.columns)
        self.counts["districts"] = len(areas)
        self.table("districts", areas.columns, geometry=_lonlat(areas.geometry, self.projection))
        self.notes += [*areas.notes, *homes.notes]
        self.skipped += [*areas.skipped, *homes.skipped]
        return homes

    def snap(self, edges: EdgeTable, homes: Homes, places: Places) -> None:
        """Doors and the edges they may join."""
        from wegeketten.network.snap import snap, write_snaps

        home_xy = np.stack([homes.columns["x"], homes.columns["y"]], axis=1)
        home_snaps = snap(edges, home_xy, ids=homes.columns["home_id"].tolist())
        ids = places.columns["place_id"].tolist()
        place_snaps = snap(edges, places.xy, places.owner, places.point, level=places.levels, ids=ids)
        self.skipped += [*home_snaps.skipped, *place_snaps.skipped]
        write_snaps(self.folder / "home_snaps.parquet", home_snaps)
        write_snaps(self.folder / "place_snaps.parquet", place_snaps)

    def order(self, ends: EdgeTable, nodes: int) -> None:
        """Order and topology for the routing core."""
        from wegeketten.network.arcs import graph_of
        from wegeketten.routing import Hierarchy

        Hierarchy(graph_of(ends, nodes)).save(self.folder / "hierarchy.npz")


def _terrain(files: Sequence[str | Path]) -> Terrain | None:
    """The elevation model, looked into before the work begins."""
    if not files:
        return None
    from wegeketten.network.elevation import Terrain

    return Terrain(files)


def _ends(edges: EdgeTable) -> EdgeTable:
    """Only what an order needs of the edges: which nodes they join."""
    from wegeketten.network.edges import EdgeTable

    return EdgeTable({name: edges[name].copy() for name in ("u", "v")}, [])


def _lonlat(shapes: NDArray[np.object_], projection: Projection) -> NDArray[np.object_]:
    import shapely

    return shapely.transform(shapes, lambda xy: np.round(projection.to_lonlat(xy), 7))


def _digests(files: Sequence[str | Path]) -> dict[str, str]:
    return {Path(file).name: file_sha256(Path(file)) for file in files}
