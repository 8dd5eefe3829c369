"""Building a city: from an extract to the city folder, station by station."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.city import ATTRIBUTION, FORMAT, MARKER, City, open_city
from wegeketten.columns import write_columns
from wegeketten.csvfile import write_csv
from wegeketten.errors import UsageError
from wegeketten.osm.features import Skipped
from wegeketten.source import file_sha256, source_path
from wegeketten.version import VERSION
from wegeketten.whole import check_replaceable, whole_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from wegeketten.network.elevation import Terrain
    from wegeketten.osm.projection import Projection

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
    from wegeketten.network.build import build_network
    from wegeketten.network.snap import snap, write_snaps
    from wegeketten.network.store import write_edges
    from wegeketten.osm.extract import read_extract
    from wegeketten.osm.ground import read_ground
    from wegeketten.osm.projection import projection_of
    from wegeketten.people.homes import gather_sites, settle
    from wegeketten.places.catalogue import load_catalogue
    from wegeketten.places.districts import find_districts
    from wegeketten.places.find import find_places
    from wegeketten.routing import Hierarchy

    if pavements not in ("sides", "centre"):
        raise UsageError(f"--pavements {pavements}: there are sides and centre")
    target = Path(out)
    check_replaceable(target, marker=MARKER)
    tell = progress or (lambda _words, _share: None)
    catalogue = load_catalogue(services)
    path = source_path(str(source))
    terrain = _terrain(dem)

    tell("reading the extract", 0.0)
    features = read_extract(path)
    projection = projection_of(features)
    tell("network", 0.3)
    network = build_network(features, projection, pavements=pavements, out_of_service=out_of_service)
    edges, notes = network.edges, list(network.notes)
    skipped = [*features.skipped, *network.skipped]
    matched, elevation = 0, None
    if survey is not None:
        tell("survey", 0.5)
        from wegeketten.network.survey import overlay_survey

        laid = overlay_survey(edges, network.nodes, Path(survey), projection)
        edges, matched = laid.edges, laid.matched
        skipped += laid.unmatched
    if terrain is not None:
        tell("elevation", 0.55)
        from wegeketten.network.elevation import grade

        with terrain:
            graded = grade(edges, projection, terrain)
        notes += graded.notes
        elevation = graded.as_dict()
    tell("homes and places", 0.6)
    sites = gather_sites(features, projection)
    areas = find_districts(features, projection, sites.xy, file=districts, name_column=district_name)
    homes = settle(sites, projection, areas.locate)
    if population is not None:
        from wegeketten.people.population import weigh_homes

        homes = weigh_homes(homes, Path(population), projection)
    places = find_places(features, catalogue, projection)
    notes += [*areas.notes, *homes.notes]
    skipped += [*areas.skipped, *homes.skipped, *places.skipped]
    ground = read_ground(features)
    origin = {
        "source": "demo" if str(source) == "demo" else features.source,
        "source_sha256": features.sha256,
        "osm_timestamp": features.timestamp,
    }
    del features, sites  # the largest things in memory, not needed any more
    tell("snapping", 0.7)
    home_xy = np.stack([homes.columns["x"], homes.columns["y"]], axis=1)
    home_snaps = snap(edges, home_xy, ids=homes.columns["home_id"].tolist())
    place_snaps = snap(
        edges,
        places.xy,
        places.owner,
        places.point,
        level=places.levels,
        ids=places.columns["place_id"].tolist(),
    )
    skipped += [*home_snaps.skipped, *place_snaps.skipped]
    tell("order of the network", 0.8)
    from wegeketten.network.arcs import graph_of

    hierarchy = Hierarchy(graph_of(edges, len(network.nodes["x"])))
    tell("writing", 0.95)
    note = {"attribution": ATTRIBUTION, "version": VERSION, "source_sha256": origin["source_sha256"]}
    with whole_folder(target, marker=MARKER) as folder:
        write_columns(folder / "nodes.parquet", network.nodes, note=note)
        write_edges(folder / "edges.parquet", edges, projection, note=note)
        _write_points(folder / "homes.parquet", homes.columns, note)
        _write_points(folder / "places.parquet", places.columns, note)
        write_columns(
            folder / "districts.parquet",
            areas.columns,
            geometry=_lonlat(areas.geometry, projection),
            note=note,
        )
        write_snaps(folder / "home_snaps.parquet", home_snaps)
        write_snaps(folder / "place_snaps.parquet", place_snaps)
        write_columns(folder / "base.parquet", {"class": ground.classes}, geometry=ground.shapes, note=note)
        hierarchy.save(folder / "hierarchy.npz")
        shutil.copyfile(catalogue.source, folder / "services.toml")
        write_csv(
            folder / "conflicts.csv", ("element", "attribute", "conflict", "resolution"), network.conflicts
        )
        write_csv(
            folder / "unreadable.csv",
            ("key", "raw", "occurrences"),
            sorted((key, raw, count) for (key, raw), count in network.unreadable.items()),
        )
        write_csv(folder / "skipped.csv", Skipped._fields, skipped)
        meta = {
            "format": FORMAT,
            "version": VERSION,
            "attribution": ATTRIBUTION,
            **origin,
            "crs": f"EPSG:{projection.epsg}",
            "counts": {
                "nodes": len(network.nodes["x"]),
                "edges": len(edges),
                "barriers": int((edges["kind"] >= 20).sum()),
                "homes": len(homes.columns["home_id"]),
                "places": len(places.columns["place_id"]),
                "districts": len(areas),
                "skipped": len(skipped),
                "conflicts": len(network.conflicts),
                "unreadable": sum(network.unreadable.values()),
                "surveyed": matched,
            },
            "parameters": {
                "pavements": pavements,
                "dem": _digests(dem),
                "districts": _digests([districts] if districts else []),
                "population": _digests([population] if population else []),
                "survey": _digests([survey] if survey else []),
                "catalogue": catalogue.digest,
                "out_of_service": list(out_of_service),
            },
            "elevation": elevation,
            "notes": notes,
        }
        (folder / MARKER).write_text(json.dumps(meta, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    tell("done", 1.0)
    return open_city(target)


def _terrain(files: Sequence[str | Path]) -> Terrain | None:
    """The elevation model, looked into before the work begins."""
    if not files:
        return None
    from wegeketten.network.elevation import Terrain

    return Terrain(files)


def _write_points(path: Path, columns: dict[str, Any], note: dict[str, str]) -> None:
    import shapely

    write_columns(path, columns, geometry=shapely.points(columns["lon"], columns["lat"]), note=note)


def _lonlat(shapes: NDArray[np.object_], projection: Projection) -> NDArray[np.object_]:
    import shapely

    return shapely.transform(shapes, lambda xy: np.round(projection.to_lonlat(xy), 7))


def _digests(files: Sequence[str | Path]) -> dict[str, str]:
    return {Path(file).name: file_sha256(Path(file)) for file in files}
