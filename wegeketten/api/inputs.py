"""What callers hand over: cities, profiles, points and tables in the forms they have them in."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from wegeketten.city import City
from wegeketten.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import geopandas as gpd

    from wegeketten.people.profile import Profile

    Spot = tuple[float, float]
    Profiles = str | Path | Profile | Sequence[str | Path | Profile]
    Limit = str | Sequence[str] | Mapping[str, float | str | bool | None]

_T = TypeVar("_T")


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


def profile_of(profile: str | Path | Profile, limit: Limit = ()) -> Profile:
    """A profile by id or TOML file, or as it is; with limits changed for this run.

    Parameters
    ----------
    profile
        Profile, id or path.
    limit
        Limits that replace the profile's own, by name.

    Returns
    -------
    Profile
        Checked.

    Raises
    ------
    UsageError
        There is no such profile, or no such limit.
    """
    return profiles_of([profile], limit)[0]


def profiles_of(
    profiles: str | Path | Profile | Sequence[str | Path | Profile], limit: Limit = ()
) -> list[Profile]:
    """Profiles by ids or TOML files, or as they are; all shipped ones where there is none.

    Parameters
    ----------
    profiles
        One or several.
    limit
        Limits that replace the profiles' own: ``{"kerb_cm": 6}``, ``["kerb_cm=6"]`` or ``"kerb_cm=6"``.

    Returns
    -------
    list of Profile
        In the order given.

    Raises
    ------
    UsageError
        A profile or limit does not exist, or a limit is to change a profile that is no id and no file.

    Examples
    --------
    >>> profiles_of("wheelchair", "kerb_cm=6")[0].limits.kerb_cm
    6.0
    """
    from wegeketten.people.profile import Profile, load_profiles, parse_limits

    if isinstance(profiles, str | Path | Profile):
        profiles = [profiles]
    texts = [limit] if isinstance(limit, str) else limit
    limits = dict(texts.items()) if isinstance(texts, dict) else parse_limits(texts)
    if not profiles:
        return load_profiles(limits=limits)
    if limits and any(isinstance(one, Profile) for one in profiles):
        raise UsageError("limit changes profiles given by id or file; this one is loaded already")
    return [one if isinstance(one, Profile) else load_profiles([str(one)], limits)[0] for one in profiles]


def listed(values: str | Path | Sequence[Any]) -> list[Any]:
    """One value, or several, as a list.

    Parameters
    ----------
    values
        One value, or several.

    Returns
    -------
    list of Any
        One entry for each.

    Examples
    --------
    >>> listed("pharmacy"), listed(["pharmacy", "doctor"]), listed(())
    (['pharmacy'], ['pharmacy', 'doctor'], [])
    """
    return [values] if isinstance(values, str | Path) else list(values)


def real(value: float | None) -> float | None:
    """A number as the command line reads it, so that 5 and 5.0 are written alike; None stays.

    Parameters
    ----------
    value
        A number, or None.

    Returns
    -------
    float or None
        The same number, as a float.

    Examples
    --------
    >>> real(5), real(None)
    (5.0, None)
    """
    return None if value is None else float(value)


def renamed(**names: str) -> Callable[[Callable[..., _T]], Callable[..., _T]]:
    """Let a function take keywords by their old names, with a warning.

    Parameters
    ----------
    names
        New name by old name.

    Returns
    -------
    callable
        Decorator that leaves the function's behaviour as it is.
    """

    def wrap(function: Callable[..., _T]) -> Callable[..., _T]:
        @wraps(function)
        def called(*arguments: Any, **keywords: Any) -> _T:
            for old, new in names.items():
                if old in keywords:
                    told = f"{function.__name__}: {old} is now {new}; the old name goes in 0.7"
                    warnings.warn(told, DeprecationWarning, stacklevel=2)
                    keywords.setdefault(new, keywords.pop(old))
            return function(*arguments, **keywords)

        return called

    return wrap


def place_named(city: City, place: Any) -> Spot:
    """As `spot_of`; a text with letters is an address of the city.

    Parameters
    ----------
    city
        A built city.
    place
        Pair, text or point.

    Returns
    -------
    Spot
        Latitude and longitude, degrees.

    Raises
    ------
    UsageError
        It is no point in degrees, or the address is not mapped.
    """
    if not isinstance(place, str) or not any(char.isalpha() for char in place):
        return spot_of(place)
    from wegeketten.places.address_search import find_address

    return find_address([city.homes, city.places], place, "meet")


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
