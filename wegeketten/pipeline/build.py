"""Building a city: from an extract to the city folder, station by station."""

from __future__ import annotations

import shutil
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wegeketten.city import FORMAT, MARKER, City, open_city
from wegeketten.errors import InputDataError, UsageError
from wegeketten.files.atomic import check_replaceable, whole_folder
from wegeketten.files.csv import write_csv
from wegeketten.files.json import write_json
from wegeketten.files.numerals import check_decimal
from wegeketten.files.tables import split_layer
from wegeketten.model.licence import ATTRIBUTION
from wegeketten.model.ranges import within
from wegeketten.osm.features import Skipped
from wegeketten.osm.path import file_sha256, source_path
from wegeketten.pipeline.worker import Worker, give_back_memory
from wegeketten.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wegeketten.model.answers import Progress
    from wegeketten.model.edges import EdgeTable
    from wegeketten.network.elevation import Terrain
    from wegeketten.pipeline.stations import CityWriter, Town, TownFiles
    from wegeketten.places.service_catalogue import Catalogue


_OF_TOWN = (
    "wegeketten.pipeline.stations",
    "wegeketten.people.homes",
    "wegeketten.places.districts",
    "wegeketten.places.find",
    "pyarrow.parquet",
)
"""What finding homes and places loads."""


def build(
    source: str | Path,
    out: str | Path,
    *,
    dem: Sequence[str | Path] = (),
    districts: str | Path | None = None,
    district_name: str | None = None,
    population: str | Path | None = None,
    survey: str | Path | Sequence[str | Path] | None = None,
    services: str | Path | None = None,
    places: Mapping[str, str | Path] | None = None,
    places_only: Sequence[str] = (),
    people_column: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
    dem_unit: str | None = None,
    gtfs: Sequence[str | Path] = (),
    stops: str | Path | None = None,
    pavements: str = "sides",
    out_of_service: Sequence[str] = (),
    processes: int = 1,
    lang: str = "en",
    progress: Progress | None = None,
) -> City:
    """Read an extract of OpenStreetMap into a city folder.

    Parameters
    ----------
    source
        ``.osm.pbf``, ``.osm``, ``.osm.gz`` or ``.osm.bz2``, a set of OpenSidewalks (``.zip``), a graph
        of OSMnx (``.graphml``, ``.gpkg``), or the word ``demo``.
    out
        Folder to write; an older city in it is replaced, anything else is not.
    dem
        Elevation models; without any, inclines come from tags and assumptions only.
    districts
        District polygons (GeoJSON, GeoPackage, Shapefile, GML, KML, FlatGeobuf, GeoParquet), ``FILE:LAYER``
        where a file holds several; else OSM boundaries, else a grid.
    district_name
        Column of `districts` with the names.
    population
        Census grid, points, polygons, or the city's statistics by district; without it every home weighs 1.
    survey
        Surveyed values that overrule OpenStreetMap: one file, a folder, or several; contradictions widen the
        bounds and are listed in ``survey_conflicts.csv``.
    services
        A catalogue of services of one's own.
    places
        By service id, a list of the city's own: a table with lon and lat (or metres, or well-known text) or
        any layer of points or areas. Its places come beside those of the extract, each counted once.
    places_only
        Services of which only the listed places count.
    people_column
        Column of `population` that counts all people; found where None.
    crs
        Coordinate reference system of files that state none, such as ``EPSG:25833``.
    encoding
        Of CSV files and Shapefiles that state none.
    decimal
        What parts decimals in tables whose numbers may be read in two ways, such as ``1.200``: ``point`` or
        ``comma``; the rest of the column decides where None.
    dem_unit
        Vertical unit of `dem`: ``m``, ``dm``, ``cm`` or ``ft``; what the files state where None.
    gtfs
        Timetables (GTFS, zip or folder); what concerns the city comes into its folder.
    stops
        A register of platforms (heights, widths, guidance) that counts before OpenStreetMap.
    pavements
        ``sides``: pavements on both sides, kerb to kerb; ``centre``: the roads' centre lines.
    out_of_service
        Ids of lifts and escalators that are out of order.
    processes
        1, or 2: homes and places are then found in a second process while the network is built in this one.
        The result is the same; memory for the extract's elements is needed twice.
    lang
        ``de`` or ``en``: language of the reasons in ``skipped.csv``.
    progress
        Called with words and the share done.

    Returns
    -------
    City
        Opened.

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
    from wegeketten.pipeline.stations import TownFiles
    from wegeketten.places.service_catalogue import load_catalogue

    within(processes, "--processes", 1, 2)
    if pavements not in ("sides", "centre"):
        raise UsageError(f"--pavements {pavements}: there are sides and centre")
    if stops is not None and not gtfs:
        raise UsageError("--stops needs a timetable: give --gtfs FEED.zip as well")
    target = Path(out)
    catalogue = load_catalogue(services)
    lists = {name: Path(file) for name, file in (places or {}).items()}
    order = _Order(
        source=source, dem=tuple(dem), districts=districts, population=population,
        surveys=tuple(_survey_files(survey)), services=services, lists=lists, places_only=tuple(places_only),
        gtfs=tuple(gtfs), stops=stops, pavements=pavements, out_of_service=tuple(out_of_service),
        crs=crs, encoding=encoding, dem_unit=dem_unit, catalogue=catalogue, lang=lang,
        town=TownFiles(
            districts, population, district_name, people_column, crs, encoding,
            _checked_lists(catalogue, lists, places_only), tuple(places_only), check_decimal(decimal),
        ),
    )  # fmt: skip
    inputs = order.inputs()
    check_replaceable(target, marker=MARKER, inputs=inputs)
    notify = progress or (lambda _words, _share: None)
    path = source_path(str(source))
    terrain = _terrain(dem, unit=dem_unit, crs=crs)
    worker: Worker[tuple[CityWriter, Town]] = Worker(second=processes > 1, modules=_OF_TOWN)
    with whole_folder(target, marker=MARKER, inputs=inputs) as folder, worker, terrain or nullcontext():
        _fill(folder, order, path, worker, terrain, notify)
    notify("done", 1.0)
    return open_city(target)


def _fill(
    folder: Path,
    order: _Order,
    path: Path,
    worker: Worker[tuple[CityWriter, Town]],
    terrain: Terrain | None,
    notify: Progress,
) -> None:
    """Write all tables of a city; homes and places are the worker's, while the network is built here."""
    from wegeketten.osm.extract import read_extract
    from wegeketten.osm.projection import projection_of
    from wegeketten.pipeline.stations import CityWriter, settle

    notify("reading the extract", 0.0)
    features = read_extract(path)
    give_back_memory()
    projection = projection_of(features)
    works = CityWriter(folder, projection, features.sha256, skipped=list(features.skipped))
    worker.submit(
        settle, CityWriter(folder, projection, features.sha256), features, order.catalogue, order.town
    )
    about = {
        "crs": f"EPSG:{projection.epsg}",
        "source": "demo" if str(order.source) == "demo" else features.source,
        "source_sha256": features.sha256,
        "osm_timestamp": features.timestamp,
    }
    if order.gtfs:
        notify("timetable", 0.25)
        works.transit(features, order.gtfs, order.stops, order.town)
    notify("network", 0.3)
    network = works.network(features, order.pavements, order.out_of_service)
    if not len(network.edges):
        raise InputDataError(f"{path}: holds no way that people may walk; a network needs streets and paths")
    notify("homes and places", 0.45)
    settled, town = worker.result()
    network = works.join(network, town)
    if order.surveys:
        notify("survey", 0.5)
        network = works.survey(network, order.surveys, crs=order.crs, encoding=order.encoding)
    if terrain is not None:
        notify("elevation", 0.55)
        works.grade(network, terrain)
    works.write_network(network)
    works.originals(features)
    del features  # the largest thing in memory, not needed any more
    works.take_over(settled)
    notify("order of the network", 0.8)
    ends, nodes = _ends(network.edges), len(network.nodes["x"])
    del network, town  # the compiler comes in now: nothing else has to be in memory
    works.order(ends, nodes)
    shutil.copyfile(order.catalogue.source, folder / "services.toml")
    write_csv(folder / "skipped.csv", Skipped._fields, [one.in_(order.lang) for one in works.skipped])
    write_json(folder / MARKER, _description(works, order, about))


def _description(works: CityWriter, order: _Order, about: dict[str, str]) -> dict[str, Any]:
    """What ``city.json`` says of a city."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "attribution": ATTRIBUTION,
        **{name: about[name] for name in ("source", "source_sha256", "osm_timestamp", "crs")},
        "counts": {**works.counts, "skipped": len(works.skipped)},
        "parameters": order.parameters(),
        "elevation": works.elevation,
        "weights": works.weights,
        "notes": works.notes,
    }


@dataclass(frozen=True, kw_only=True)
class _Order:
    """What a build was asked for, checked; the fields are the parameters of `build`."""

    source: str | Path
    dem: tuple[str | Path, ...]
    districts: str | Path | None
    population: str | Path | None
    surveys: tuple[Path, ...]
    services: str | Path | None
    lists: Mapping[str, Path]
    places_only: tuple[str, ...]
    gtfs: tuple[str | Path, ...]
    stops: str | Path | None
    pavements: str
    out_of_service: tuple[str, ...]
    crs: str | None
    encoding: str | None
    dem_unit: str | None
    catalogue: Catalogue
    lang: str
    town: TownFiles

    def inputs(self) -> list[Path]:
        """All files that are read; nothing is written over them."""
        single = (self.districts, self.population, self.services, self.stops)
        several = (self.source, *self.dem, *self.surveys, *self.lists.values(), *self.gtfs)
        return [Path(each) for each in (*several, *single) if each is not None]

    def parameters(self) -> dict[str, Any]:
        """The options as ``city.json`` keeps them, files by digest; None where a file decided itself."""
        return {
            "pavements": self.pavements,
            "dem": _digests(self.dem),
            "districts": _digests([self.districts] if self.districts else []),
            "population": _digests([self.population] if self.population else []),
            "survey": _digests(self.surveys),
            "gtfs": _digests([file for file in self.gtfs if Path(file).is_file()]),
            "stops": _digests([self.stops] if self.stops else []),
            "catalogue": self.catalogue.digest,
            "places": {name: _digests([file]) for name, file in self.lists.items()},
            "places_only": list(self.places_only),
            "out_of_service": list(self.out_of_service),
            "read_as": {
                "district_name": self.town.district_name,
                "people_column": self.town.people_column,
                "crs": self.crs,
                "encoding": self.encoding,
                "decimal": self.town.decimal or None,
                "dem_unit": self.dem_unit,
            },
        }


def _survey_files(given: str | Path | Sequence[str | Path] | None) -> list[Path]:
    """Survey files, those of folders one by one."""
    if given is None:
        return []
    from wegeketten.network.survey_overlay import survey_files

    return survey_files(given)


def _checked_lists(
    catalogue: Catalogue, lists: Mapping[str, Path], only: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Services and files of the lists of places; unknown services are refused before the work begins."""
    for name in (*lists, *only):
        catalogue.service(name)
    without = [name for name in only if name not in lists]
    if without:
        raise UsageError(
            f"--places-only {without[0]}: there is no list of it; give --places {without[0]}=FILE"
        )
    return tuple((name, str(file)) for name, file in lists.items())


def _terrain(files: Sequence[str | Path], *, unit: str | None, crs: str | None) -> Terrain | None:
    """The elevation model, looked into before the work begins."""
    if not files:
        return None
    from wegeketten.network.elevation import Terrain

    return Terrain(files, vertical_unit=unit, crs=crs)


def _ends(edges: EdgeTable) -> EdgeTable:
    """Only what an order needs of the edges: which nodes they join."""
    from wegeketten.model.edges import EdgeTable

    return EdgeTable({name: edges[name].copy() for name in ("u", "v")}, [])


def _digests(files: Sequence[str | Path]) -> dict[str, str]:
    """Digest of each input by its name; of a folder, of every file in it."""
    found: dict[str, str] = {}
    for file in files:
        path, _ = split_layer(file)
        parts = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
        found |= {part.name: file_sha256(part) for part in parts}
    return found
