"""The stations of a build, from the extract's elements to the tables of the city folder."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.files.csv import write_csv
from wegeketten.files.parquet import write_columns
from wegeketten.model.licence import ATTRIBUTION
from wegeketten.pipeline.worker import give_back_memory
from wegeketten.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.model.edges import EdgeTable
    from wegeketten.network.build import Network
    from wegeketten.network.elevation import Terrain
    from wegeketten.osm.features import Features, Skipped
    from wegeketten.osm.projection import Projection
    from wegeketten.people.homes import Homes
    from wegeketten.places.find import Places
    from wegeketten.places.service_catalogue import Catalogue


@dataclass
class CityWriter:
    """A city in the making: each station writes its tables as soon as they are ready, so little is kept.

    Attributes
    ----------
    folder
        Where the tables go.
    projection
        Of the city.
    sha256
        Of the source file.
    redrawn
        Whether the network was taken edge by edge from a set that this package wrote.
    counts, notes, skipped, elevation, weights
        What ``city.json`` and ``skipped.csv`` will state.
    """

    folder: Path
    projection: Projection
    sha256: str
    skipped: list[Skipped] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    elevation: dict[str, float] | None = None
    redrawn: bool = False
    weights: dict[str, Any] = field(default_factory=dict)

    def table(
        self, name: str, columns: dict[str, Any], *, geometry: NDArray[np.object_] | None = None
    ) -> None:
        """Write a table with the city's metadata.

        Parameters
        ----------
        name
            Name of the file without its ending.
        columns
            Arrays by name.
        geometry
            Shapes in degrees, one for each row; none where None.
        """
        write_columns(self.folder / f"{name}.parquet", columns, geometry=geometry, note=self._note)

    def points(self, name: str, columns: dict[str, Any]) -> None:
        """Write a table of points and count its rows.

        Parameters
        ----------
        name
            Name of the file without its ending.
        columns
            Arrays by name, ``lon`` and ``lat`` among them.
        """
        import shapely

        self.counts[name] = len(columns["lon"])
        self.table(name, columns, geometry=np.asarray(shapely.points(columns["lon"], columns["lat"])))

    @property
    def _note(self) -> dict[str, str]:
        return {"attribution": ATTRIBUTION, "version": VERSION, "source_sha256": self.sha256}

    def network(self, features: Features, pavements: str, out_of_service: Sequence[str]) -> Network:
        """Ways and barriers become edges.

        Parameters
        ----------
        features
            What was read from the extract.
        pavements
            ``sides`` or ``centre``.
        out_of_service
            Ids of lifts and the like that do not run.

        Returns
        -------
        Network
            Nodes and edges.
        """
        from wegeketten.network.build import build_network
        from wegeketten.network.sidewalk_network import network_of_set, was_ours

        network = None
        if features.originals and pavements == "sides" and not out_of_service:
            network = network_of_set(features, self.projection)
            self.redrawn = network is not None
        if network is None:
            if was_ours(features.originals):
                self.notes.append(
                    "the set of OpenSidewalks was written by wegeketten and is read by the words of its "
                    "schema: it was changed since, or another network was asked for"
                )
            network = build_network(
                features, self.projection, pavements=pavements, out_of_service=out_of_service
            )
        give_back_memory()
        self.notes += network.notes
        self.skipped += network.skipped
        self.counts["surveyed"] = 0
        return network

    def transit(
        self,
        features: Features,
        gtfs: Sequence[str | Path],
        register: str | Path | None,
        files: TownFiles,
    ) -> None:
        """Timetables, cut to the city, and the platforms their stops are.

        Parameters
        ----------
        features
            What was read from the extract.
        gtfs
            Feeds.
        register
            A register of platforms, or None.
        files
            Of the city's own: what the user says of their system and encoding.
        """
        from wegeketten.transit.intake import take_in
        from wegeketten.transit.store import write_feed

        taken = take_in(
            features,
            self.projection,
            gtfs,
            None if register is None else Path(register),
            crs=files.crs,
            encoding=files.encoding,
        )
        write_feed(self.folder, taken.feed, note=self._note)
        self.table("transit_platforms", taken.columns)
        self.notes += taken.notes
        self.counts |= {
            "stops": len(set(taken.columns["stop"].tolist())),  # type: ignore[union-attr]
            "trips": len(taken.feed.trips.ids),
        }
        give_back_memory()

    def survey(
        self, network: Network, files: Sequence[Path], *, crs: str | None, encoding: str | None
    ) -> Network:
        """Surveyed values overrule OpenStreetMap; where they contradict each other is written down.

        Parameters
        ----------
        network
            Nodes and edges.
        files
            Survey files.
        crs, encoding
            As the user named them; None where nothing was said.

        Returns
        -------
        Network
            With the surveyed values.
        """
        from wegeketten.network.survey_merge import CONFLICT_COLUMNS
        from wegeketten.network.survey_overlay import overlay_survey

        laid = overlay_survey(
            network.edges, network.nodes, files, self.projection, crs=crs, encoding=encoding
        )
        conflicts = [each.cells() for each in laid.conflicts]
        write_csv(self.folder / "survey_conflicts.csv", CONFLICT_COLUMNS, conflicts)
        self.counts |= {
            "surveyed": laid.matched,
            "survey_files": laid.files,
            "survey_conflicts": len(conflicts),
        }
        self.skipped += laid.unmatched
        self.notes += laid.notes
        return replace(network, edges=laid.edges)

    def grade(self, network: Network, terrain: Terrain) -> None:
        """Gradients from the elevation model.

        Parameters
        ----------
        network
            Nodes and edges; their gradients are filled in.
        terrain
            The elevation model.
        """
        from wegeketten.network.elevation import grade

        with terrain:
            graded = grade(network.edges, self.projection, terrain)
        self.notes += [*terrain.notes, *graded.notes]
        self.elevation = graded.as_dict()

    def write_network(self, network: Network) -> None:
        """Nodes, edges, and what in their tags was contradictory or unreadable.

        Parameters
        ----------
        network
            Nodes and edges.
        """
        from wegeketten.model.edges import Kind
        from wegeketten.network.network_files import write_edges
        from wegeketten.network.obstacles import write_obstacles
        from wegeketten.network.short_slopes import mark_short_slopes
        from wegeketten.tags.unread import unread_key

        mark_short_slopes(network.edges)

        self.table("nodes", network.nodes)
        write_edges(self.folder / "edges.parquet", network.edges, self.projection, note=self._note)
        write_obstacles(self.folder, network.obstacles, self.projection)
        header = ("element", "attribute", "conflict", "resolution")
        write_csv(self.folder / "conflicts.csv", header, network.conflicts)
        unreadable = sorted((key, raw, count) for (key, raw), count in network.unreadable.items())
        write_csv(self.folder / "unreadable.csv", ("key", "raw", "occurrences"), unreadable)
        unread = sorted(network.unread.items(), key=lambda item: (-item[1], item[0]))
        rows = [(key, count, known.why_not) for key, count in unread if (known := unread_key(key))]
        write_csv(self.folder / "unread.csv", ("key", "occurrences", "why"), rows)
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
        files: TownFiles,
    ) -> Homes:
        """Homes and the districts they lie in.

        Parameters
        ----------
        features
            What was read from the extract.
        files
            Files of the city's own.

        Returns
        -------
        Homes
            Weighted with people where a file says where they live.
        """
        from wegeketten.people.homes import gather_sites, settle
        from wegeketten.places.districts import find_districts

        sites = gather_sites(features, self.projection)
        areas = find_districts(
            features, self.projection, sites.xy, file=files.districts, name_column=files.district_name,
            crs=files.crs, encoding=files.encoding,
        )  # fmt: skip
        homes = settle(sites, self.projection, areas.locate)
        if files.population is not None:
            from wegeketten.osm.covered_area import coverage_of
            from wegeketten.people.cells import Said
            from wegeketten.people.population import weigh_homes

            homes = weigh_homes(
                homes, Path(files.population), self.projection,
                said=Said(files.people_column, files.crs, files.encoding, files.decimal),
                coverage=coverage_of(features, self.projection), districts=areas,
            )  # fmt: skip
        self.weights = {"unit": homes.unit, **_origin(files.population)}
        self.points("homes", homes.columns)
        self.counts["districts"] = len(areas)
        self.table("districts", areas.columns, geometry=_lonlat(areas.geometry, self.projection))
        self.notes += [*areas.notes, *homes.notes]
        self.skipped += [*areas.skipped, *homes.skipped]
        return homes

    def listed(self, places: Places, features: Features, files: TownFiles) -> Places:
        """Places of the city's own lists beside those of the extract.

        Parameters
        ----------
        places
            Of the extract.
        features
            What was read from the extract.
        files
            Files of the city's own.

        Returns
        -------
        Places
            Both.
        """
        if not files.places:
            return places
        from wegeketten.places.add import add_listed
        from wegeketten.places.listed import read_listed

        xy = self.projection.to_xy(features.lonlat)
        (low_x, low_y), (high_x, high_y) = np.nanmin(xy, axis=0).tolist(), np.nanmax(xy, axis=0).tolist()
        lists = [
            (
                service,
                read_listed(
                    Path(file),
                    self.projection,
                    (low_x, low_y, high_x, high_y),
                    crs=files.crs,
                    encoding=files.encoding,
                    optional=True,
                ),
            )
            for service, file in files.places
        ]
        laid, notes = add_listed(places, lists, self.projection, instead=files.places_only)
        self.notes += [*(note for _, listed in lists for note in listed.notes), *notes]
        return laid

    def join(self, network: Network, town: Town) -> Network:
        """Doors and where they join the network; what is no mere step becomes a way of its own.

        Parameters
        ----------
        network
            Nodes and edges.
        town
            Homes, places and districts.

        Returns
        -------
        Network
            With the ways that were added.
        """
        from wegeketten.network.join import Ways, choose_joins, lay_ways
        from wegeketten.network.snap import snap, write_snaps

        edges, places = network.edges, town.places
        homes = snap(edges, town.home_xy, ids=town.home_ids)
        ids = places.columns["place_id"].tolist()
        offers = snap(
            edges, places.xy, places.owner, places.point,
            level=places.levels, aloft=places.aloft, free=places.free, ids=ids,
        )  # fmt: skip
        self.skipped += [*homes.skipped, *offers.skipped]
        first = np.searchsorted(places.owner, offers.owner)  # points of one place are numbered from 0
        xy = np.concatenate([town.home_xy[homes.owner], places.xy[first + offers.point]])
        shift = len(town.home_ids)
        both = homes.followed_by(offers, shift)
        joined = choose_joins(both, xy, edges, network.obstacles)
        chosen = both.take(joined.rows)
        storeys = np.zeros(len(chosen))
        of_place = np.flatnonzero(chosen.owner >= shift)
        met = np.nan_to_num(edges["level"][chosen.edge[of_place]].astype(np.float64))
        storeys[of_place] = places.storeys_from(chosen.owner[of_place] - shift, met)
        wanted = np.flatnonzero((joined.caution > 0) | (storeys > 0))
        ways = Ways(wanted, xy[joined.rows[wanted]], storeys[wanted])
        drawn = len(wanted)
        if drawn:
            self.notes.append(
                f"{drawn} homes and places reach the network by a way nobody mapped; it is named"
            )
        grown, nodes, snaps = lay_ways(edges, network.nodes, chosen, joined.caution, ways)
        lonlat = self.projection.to_lonlat(np.stack([nodes["x"], nodes["y"]], axis=1))
        where = {"osm_id": nodes["osm_id"], "lon": lonlat[:, 0], "lat": lonlat[:, 1]}
        nodes = {**where, "x": nodes["x"], "y": nodes["y"]}
        at_home = snaps.owner < shift
        write_snaps(self.folder / "home_snaps.parquet", snaps.kept(at_home))
        write_snaps(self.folder / "place_snaps.parquet", snaps.kept(~at_home, shift))
        return replace(network, edges=grown, nodes=nodes)

    def originals(self, features: Features) -> None:
        """Keep a set of OpenSidewalks as it was, so that nothing of it is lost on the way out again.

        Parameters
        ----------
        features
            What was read from the extract.
        """
        if not features.originals or self.redrawn:  # a set of ours is drawn anew from the network
            return
        datasets, elements, told = zip(*features.originals, strict=True)
        texts = [json.dumps(each, separators=(",", ":")) for each in told]
        self.table("opensidewalks", {"dataset": list(datasets), "element": list(elements), "feature": texts})

    def order(self, ends: EdgeTable, nodes: int) -> None:
        """Order and topology for the routing core.

        Parameters
        ----------
        ends
            Edges of the network.
        nodes
            Number of nodes.
        """
        from wegeketten.network.arcs import graph_of
        from wegeketten.routing import Hierarchy

        Hierarchy(graph_of(ends, nodes)).save(self.folder / "hierarchy.npz")

    def take_over(self, other: CityWriter) -> None:
        """What another station beside this one counted and noted.

        Parameters
        ----------
        other
            The other station, which has ended.
        """
        self.counts |= other.counts
        self.weights |= other.weights
        self.notes += other.notes
        self.skipped += other.skipped


class TownFiles(NamedTuple):
    """Files of districts and people, and what the user says about them.

    Attributes
    ----------
    districts, population
        As the user names them, None where there is none.
    district_name, people_column
        Columns of names and of people; found where None.
    crs, encoding
        Coordinate reference system and encoding of files that state none.
    places, places_only
        Lists of places by service; services of which nothing but the list counts.
    decimal
        Sign that parts decimals, "" where each column decides.
    """

    districts: str | Path | None = None
    population: str | Path | None = None
    district_name: str | None = None
    people_column: str | None = None
    crs: str | None = None
    encoding: str | None = None
    places: tuple[tuple[str, str], ...] = ()
    places_only: tuple[str, ...] = ()
    decimal: str = ""


class Town(NamedTuple):
    """What of homes and places is needed to join them to the network.

    Attributes
    ----------
    home_ids
        By home.
    home_xy
        Metres, shape (homes, 2).
    places
        With their access points.
    """

    home_ids: list[str]
    home_xy: NDArray[np.float64]
    places: Places


def settle(
    works: CityWriter,
    features: Features,
    catalogue: Catalogue,
    files: TownFiles,
) -> tuple[CityWriter, Town]:
    """Homes, districts, places and the ground they lie on: all that needs no network.

    Parameters
    ----------
    works
        Writes the city's tables.
    features
        What was read from the extract.
    catalogue
        What counts as a service.
    files
        Files of the city's own.

    Returns
    -------
    tuple
        `works` with what it counted and noted, and the town.
    """
    from wegeketten.files.resources import shipped
    from wegeketten.osm.ground import fast_nodes, read_ground
    from wegeketten.places.find import find_places
    from wegeketten.places.service_catalogue import load_catalogue

    homes = works.homes(features, files)
    give_back_memory()
    places = works.listed(find_places(features, catalogue, works.projection), features, files)
    works.points("places", places.columns)
    works.skipped += places.skipped
    premises = find_places(features, load_catalogue(shipped("premises.toml")), works.projection)
    works.table("premises", premises.columns)
    works.table("fast", fast_nodes(features))
    ground = read_ground(features)
    works.table("base", {"class": ground.classes}, geometry=ground.shapes)
    xy = np.stack([homes.columns["x"], homes.columns["y"]], axis=1)
    return works, Town(homes.columns["home_id"].tolist(), xy, places)


def _lonlat(shapes: NDArray[np.object_], projection: Projection) -> NDArray[np.object_]:
    import shapely

    return shapely.transform(shapes, lambda xy: np.round(projection.to_lonlat(xy), 7))


def _origin(population: str | Path | None) -> dict[str, Any]:
    """Name of the population file, and the year in it where there is one."""
    if population is None:
        return {}
    name = Path(population).name
    years = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", name)
    return {"file": name, "year": int(years[0]) if years else None}
