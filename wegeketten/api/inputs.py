"""What callers hand over: cities, profiles, points and tables in the forms they have them in."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wegeketten.city import City
from wegeketten.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd

    from wegeketten.people.profile import Profile

    Spot = tuple[float, float]


def city_of(city: City | str | Path) -> City:
    """A city as it is, or opened: a city folder, an extract, or the word ``demo``.

    Parameters
    ----------
    city
        City, path or word.

    Returns
    -------
    City
        Opened.

    Raises
    ------
    InputDataError
        There is no such city.
    """
    if isinstance(city, City):
        return city
    from wegeketten.pipeline.cache import obtain_city

    return obtain_city(str(city))


def profile_of(profile: str | Path | Profile) -> Profile:
    """A profile by id or TOML file, or as it is.

    Parameters
    ----------
    profile
        Profile, id or path.

    Returns
    -------
    Profile
        Checked.

    Raises
    ------
    UsageError
        There is no such profile.
    """
    return profiles_of([profile])[0]


def profiles_of(profiles: str | Path | Profile | Sequence[str | Path | Profile]) -> list[Profile]:
    """Profiles by ids or TOML files, or as they are; all shipped ones where there is none.

    Parameters
    ----------
    profiles
        One or several.

    Returns
    -------
    list of Profile
        In the order given.

    Raises
    ------
    UsageError
        A profile does not exist.
    """
    from wegeketten.people.profile import Profile, load_profiles

    if isinstance(profiles, str | Path | Profile):
        profiles = [profiles]
    if not profiles:
        return load_profiles()
    return [one if isinstance(one, Profile) else load_profiles([str(one)])[0] for one in profiles]


def spot_of(point: Any) -> Spot:
    """Latitude and longitude from a pair, ``"51.05,13.74"``, or a shapely point (lon, lat).

    Parameters
    ----------
    point
        Pair, text or point.

    Returns
    -------
    Spot
        Latitude and longitude, degrees.

    Raises
    ------
    UsageError
        It is no point in degrees.

    Examples
    --------
    >>> spot_of("51.05,13.74"), spot_of((51.05, 13.74))
    ((51.05, 13.74), (51.05, 13.74))
    """
    try:
        if isinstance(point, str):
            lat, lon = (float(part) for part in point.split(","))
        elif hasattr(point, "geom_type"):
            lat, lon = float(point.y), float(point.x)
        else:
            lat, lon = (float(part) for part in point)
    except (TypeError, ValueError):
        raise UsageError(f"{point!r}: a point is a pair of latitude and longitude") from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise UsageError(f"{point!r}: latitude runs from -90 to 90, longitude from -180 to 180")
    return lat, lon


@contextmanager
def files_of(**tables: str | Path | gpd.GeoDataFrame | None) -> Iterator[dict[str, str | Path | None]]:
    """Give each table as a file: paths as they are, GeoDataFrames written for as long as the block runs.

    Parameters
    ----------
    tables
        Tables by what they are for; None where there is none.

    Yields
    ------
    dict
        Path by what the table is for.

    Raises
    ------
    UsageError
        A table is neither a path nor a GeoDataFrame with a coordinate reference system.
    """
    import shutil
    import tempfile

    folder: Path | None = None
    found: dict[str, str | Path | None] = {}
    try:
        for name, table in tables.items():
            if table is None or isinstance(table, str | Path):
                found[name] = table
                continue
            if not hasattr(table, "to_parquet") or getattr(table, "crs", None) is None:
                raise UsageError(f"{name}: give a file, or a GeoDataFrame with a coordinate reference system")
            folder = folder or Path(tempfile.mkdtemp(prefix="wegeketten-"))
            found[name] = folder / f"{name}.parquet"
            table.to_parquet(found[name])
        yield found
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
