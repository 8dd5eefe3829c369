"""A city as a whole: built and scanned as functions."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, TypeAlias

from wegeketten.api.inputs import city_of, files_of, listed, profiles_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from wegeketten.api.inputs import Limit, Profiles
    from wegeketten.city import City
    from wegeketten.model.answers import Progress
    from wegeketten.places.service_catalogue import Catalogue
    from wegeketten.reach.scan import Scan

    Table: TypeAlias = str | Path | gpd.GeoDataFrame


def build(
    source: str | Path,
    out: str | Path,
    *,
    dem: str | Path | Sequence[str | Path] = (),
    districts: Table | None = None,
    district_name: str | None = None,
    population: Table | None = None,
    people_column: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
    dem_unit: str | None = None,
    survey: str | Path | Sequence[str | Path] | None = None,
    services: str | Path | None = None,
    places: Mapping[str, Table] | None = None,
    places_only: str | Sequence[str] = (),
    gtfs: str | Path | Sequence[str | Path] = (),
    stops: str | Path | None = None,
    pavements: str = "sides",
    out_of_service: str | Sequence[str] = (),
    processes: int = 1,
    progress: Progress | None = None,
) -> City:
    """Read an extract of OpenStreetMap into a city folder.

    Parameters
    ----------
    source, out
        Extract (``.osm.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2``) or ``demo``, and the folder to write.
    dem, district_name, people_column, crs, encoding, decimal, dem_unit, survey, services, places_only
        As for `wegeketten.pipeline.build.build`.
    districts, population
        Files, or GeoDataFrames with a coordinate reference system.
    places
        By service id, the city's own list: a file or a GeoDataFrame.
    gtfs, stops, pavements, out_of_service, processes, progress
        As for `wegeketten.pipeline.build.build`.

    Returns
    -------
    City
        Opened.

    Raises
    ------
    InputDataError
        A file cannot be used.
    UsageError
        An option is wrong.
    """
    from wegeketten.pipeline.build import build as build_city

    lists = {f"places_{name}": table for name, table in (places or {}).items()}
    with files_of(districts=districts, population=population, **lists) as files:
        return build_city(
            source, out, dem=listed(dem), districts=files["districts"], district_name=district_name,
            population=files["population"], people_column=people_column, crs=crs, encoding=encoding,
            decimal=decimal, dem_unit=dem_unit, survey=survey, services=services,
            places={name: files[f"places_{name}"] or "" for name in places or {}},
            places_only=listed(places_only), gtfs=listed(gtfs), stops=stops, pavements=pavements,
            out_of_service=listed(out_of_service), processes=processes, progress=progress,
        )  # fmt: skip


def scan(
    city: City | str | Path,
    *,
    profile: Profiles = (),
    service: str | Sequence[str] = (),
    district: str | Sequence[str] = (),
    limit: Limit = (),
    usable_stops: float | None = None,
    at: str | None = None,
    worlds: int = 0,
    seed: int = 0,
    own_speed: bool = False,
    profiles: Profiles = (),
    services: str | Sequence[str] = (),
    districts: str | Sequence[str] = (),
    catalogue: Catalogue | None = None,
    progress: Progress | None = None,
) -> Scan:
    """Compute how far every home is from every service, for every profile, in three answers.

    Parameters
    ----------
    city
        A city, its folder, an extract, or ``demo``.
    profile, service, district
        One or several; all where empty. `profiles`, `services` and `districts` say the same.
    limit
        Limits changed for this run: ``{"kerb_cm": 6}`` or ``"kerb_cm=6"``.
    usable_stops, at
        Count only stops one can board, with so many departures an hour; day and time of that.
    worlds, seed
        How many times the unknown is drawn (0: not at all), and which worlds.
    own_speed
        Whether people of one profile differ in speed in these worlds, from its slow to its fast one.
    profiles, services, districts
        See `profile`, `service` and `district`.
    catalogue
        Another catalogue of services than the city's.
    progress
        Called with words and the share done.

    Returns
    -------
    Scan
        Times by profile, home and service.

    Raises
    ------
    UsageError
        An id does not exist, or an option is out of range.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> scan(hamlet(), profile="wheelchair", service="pharmacy").to_frame()["share_possible"].tolist()
    [1.0]
    """
    from wegeketten.reach.scan import scan as scan_city

    chosen = profiles_of(profile or profiles, limit)
    result = scan_city(
        city_of(city), profiles=chosen, services=listed(service or services),
        districts=listed(district or districts), catalogue=catalogue, worlds=worlds, seed=seed,
        own_speed=own_speed, progress=progress,
    )  # fmt: skip
    if usable_stops is not None:
        from wegeketten.transit.usable import demand_usable_stops

        for note in demand_usable_stops(result, usable_stops, at=at):
            warnings.warn(note, stacklevel=2)
    return result
