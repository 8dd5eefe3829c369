"""One door, many doors: routes, reasons, chains, reach areas, matrices and norms as functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from wegeketten.api.inputs import city_of, profile_of, renamed, spot_of
from wegeketten.errors import UsageError
from wegeketten.model.tabular import Tabular

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from wegeketten.api.inputs import Limit
    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.norms.clauses import Norm
    from wegeketten.norms.verdicts import ClauseVerdicts
    from wegeketten.people.profile import Profile
    from wegeketten.reach.chains.every_home import Chains
    from wegeketten.reach.chains.one_door import Chain
    from wegeketten.reach.isochrone import Isochrone
    from wegeketten.reach.matrix import MatrixEnds
    from wegeketten.reach.route import Route
    from wegeketten.reach.why import Why
    from wegeketten.routers.differences import Differences
    from wegeketten.transit.journey import Journey
    from wegeketten.transit.outing import Outing


@overload
def route(
    city: City | str | Path, start: Any, end: Any, *, profile: str | Path | Profile = ...,
    at: str | None = ..., transit: Literal[False] = ..., assisted: bool = ...,
    worlds: int = ..., seed: int = ..., limit: Limit = ...,
) -> Route: ...  # fmt: skip
@overload
def route(
    city: City | str | Path, start: Any, end: Any, *, profile: str | Path | Profile = ...,
    at: str | None = ..., transit: Literal[True], assisted: bool = ...,
    worlds: int = ..., seed: int = ..., limit: Limit = ...,
) -> Journey: ...  # fmt: skip
def route(
    city: City | str | Path,
    start: Any,
    end: Any,
    *,
    profile: str | Path | Profile = "walker",
    at: str | None = None,
    transit: bool = False,
    assisted: bool = False,
    worlds: int = 64,
    seed: int = 0,
    limit: Limit = (),
) -> Route | Journey:
    """Find one route from door to door, with the barriers on it.

    Parameters
    ----------
    city
        A city, its folder, an extract, or ``demo``.
    start, end
        Pairs of latitude and longitude in degrees, or shapely points (lon, lat).
    profile
        Id, TOML file or profile.
    at
        Weekday and time, such as ``"Mo 10:30"``: when lifts run and gates are open.
    transit, assisted
        By public transport as well; with somebody who lays out a ramp.
    worlds, seed
        How many times the unknown is drawn for the route's chance (0: not at all), and which worlds.
    limit
        Limits changed for this run: ``{"kerb_cm": 6}`` or ``"kerb_cm=6"``.

    Returns
    -------
    Route
        Steps, barriers and times.

    Raises
    ------
    UsageError
        A point lies outside the city, or an option is wrong.
    """
    from wegeketten.reach.route import find_route

    spots, one = (spot_of(start), spot_of(end)), profile_of(profile, limit)
    if transit:
        from wegeketten.transit.journey import find_journey

        return find_journey(city_of(city), one, *spots, at=at, level="help" if assisted else "alone")
    return find_route(_at(city, at), one, *spots, worlds=worlds, seed=seed)


def why(
    city: City | str | Path,
    start: Any,
    service: str,
    *,
    profile: str | Path | Profile = "wheelchair",
    worlds: int = 64,
    seed: int = 0,
    limit: Limit = (),
) -> Why:
    """Name the barriers between a home and a service: the cheapest set whose removal opens a way.

    Parameters
    ----------
    city, start, profile, worlds, seed, limit
        As for `route`.
    service
        Service id.

    Returns
    -------
    Why
        Barriers with readings and prices.

    Raises
    ------
    UsageError
        The service does not exist, or the point lies outside the city.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> why(hamlet(), (51.0498, 13.74), "pharmacy", profile="wheelchair").to_frame()["id"].tolist()
    ['n68']
    """
    from wegeketten.reach.why import find_why

    opened = city_of(city)
    opened.catalogue.service(service)
    return find_why(opened, profile_of(profile, limit), spot_of(start), service, worlds=worlds, seed=seed)


@renamed(bench_every_m="bench_every", toilet_every_min="toilet_every")
def chain(
    city: City | str | Path,
    visit: str | Sequence[str],
    *,
    profile: str | Path | Profile = "walker",
    start: Any = None,
    returning: bool = False,
    any_order: bool = False,
    at: str | None = None,
    bench_every: float | None = None,
    toilet_every: float | None = None,
    transit: bool = False,
    worlds: int = 64,
    seed: int = 0,
    limit: Limit = (),
) -> Chain | Chains | Outing:
    """Find a chain of errands: for one door, or for every home where no start is given.

    Parameters
    ----------
    city, profile, start, worlds, seed, limit
        As for `route`. From one door the chance is that of the way described, of every home that of any way.
    visit
        Service ids in order, as a list or ``"pharmacy,doctor,stop"``.
    returning
        Whether the chain ends at home.
    any_order
        Whether the order of the visits is free.
    at
        When it begins, such as ``"Mo 10:30"``.
    bench_every, toilet_every
        Longest way between benches, metres; longest time between toilets, minutes.
    transit
        By public transport as well, from one door.

    Returns
    -------
    Chain or Chains
        One chain, or those of all homes.

    Raises
    ------
    UsageError
        A service does not exist, or an option is wrong.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> round(chain(hamlet(), ["pharmacy", "groceries"], start=(51.0498, 13.74), profile="walker").seconds)
    239
    """
    from wegeketten.reach.chains.errands import Errands
    from wegeketten.reach.chains.every_home import find_chains
    from wegeketten.reach.chains.needs import Needs
    from wegeketten.reach.chains.one_door import find_chain
    from wegeketten.reach.hours import parse_when

    names = visit.split(",") if isinstance(visit, str) else list(visit)
    if transit:
        from wegeketten.transit.outing import find_outing

        if start is None or any_order or bench_every is not None or toilet_every is not None:
            raise UsageError(
                "--transit: give one door (--from LAT,LON); benches, toilets and a free order go on foot only"
            )
        spot, one = spot_of(start), profile_of(profile, limit)
        return find_outing(city_of(city), one, spot, names, returning=returning, at=at)
    when = None if at is None else parse_when(at)
    needs = Needs(bench_every, toilet_every).checked()
    errands = Errands(tuple(name for name in names if name.strip()), any_order, returning, when, needs)
    opened, one = city_of(city), profile_of(profile, limit)
    if start is None:
        return find_chains(opened, one, errands, worlds=worlds, seed=seed)
    return find_chain(opened, one, spot_of(start), errands, worlds=worlds, seed=seed)


def isochrone(
    city: City | str | Path,
    minutes: float | Sequence[float],
    *,
    start: Any = None,
    service: str | None = None,
    profile: str | Path | Profile = "walker",
    answer: Answer = "likely",
    back: bool = False,
    at: str | None = None,
    limit: Limit = (),
) -> Isochrone:
    """Find what is reached within so many minutes, or from where the places of a service are.

    Parameters
    ----------
    city, profile, at, limit
        As for `route`.
    minutes
        One limit or several.
    start, service
        A point, or a service id instead.
    answer
        How certain the ways must be.
    back
        Turn the walk: towards the point, or away from the places.

    Returns
    -------
    Isochrone
        Areas, smallest limit first.

    Raises
    ------
    UsageError
        A limit is out of range, or both or neither of `start` and `service` are given.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> isochrone(hamlet(), [1, 5], start=(51.05, 13.74), profile="walker").to_frame()["homes"].tolist()
    [12, 12]
    """
    from wegeketten.reach.isochrone import find_isochrone

    limits = list(minutes) if isinstance(minutes, list | tuple | np.ndarray) else [minutes]
    return find_isochrone(
        _at(city, at), profile_of(profile, limit), [float(str(each)) for each in limits],
        start=None if start is None else spot_of(start), service=service, answer=answer,
        leaving=(start is not None) != back,
    )  # fmt: skip


@dataclass(frozen=True)
class Matrix(Tabular):
    """Times and lengths from many points to many.

    Attributes
    ----------
    origins, goals
        Ids.
    seconds
        float64[origins, goals]: door to door, NaN where there is no way.
    metres
        float32[origins, goals]: length of the fastest way.
    """

    origins: tuple[str, ...]
    goals: tuple[str, ...]
    seconds: NDArray[np.float64] = field(repr=False)
    metres: NDArray[np.float32] = field(repr=False)

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Table ``matrix`` in long form, as in the file: by goal, then by origin."""
        return {
            "matrix": [
                {
                    "from_id": origin,
                    "to_id": goal,
                    "seconds": _plain(self.seconds[row, column], 1),
                    "metres": _plain(self.metres[row, column], 1),
                }
                for column, goal in enumerate(self.goals)
                for row, origin in enumerate(self.origins)
            ]
        }

    def write(self, path: str | Path) -> None:
        """Write as ``.csv`` or ``.parquet``.

        Parameters
        ----------
        path
            Target file; its ending says which format.

        Raises
        ------
        UsageError
            Another suffix.
        """
        from wegeketten.reach.matrix import BLOCK, Block
        from wegeketten.reach.matrix_files import write_matrix

        blocks = (
            Block(first, self.seconds[:, first : first + BLOCK], self.metres[:, first : first + BLOCK])
            for first in range(0, len(self.goals), BLOCK)
        )
        write_matrix(Path(path), self.origins, self.goals, blocks)


@dataclass(frozen=True)
class Counts(Tabular):
    """How many goals each origin reaches within a time.

    Attributes
    ----------
    origins
        Ids.
    counts
        int32[origins].
    """

    origins: tuple[str, ...]
    counts: NDArray[np.int32] = field(repr=False)

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Table ``counts``, as in the file."""
        pairs = zip(self.origins, self.counts.tolist(), strict=True)
        return {"counts": [{"from_id": origin, "count": count} for origin, count in pairs]}

    def write(self, path: str | Path) -> None:
        """Write as ``.csv`` or ``.parquet``.

        Parameters
        ----------
        path
            Target file; its ending says which format.

        Raises
        ------
        UsageError
            Another suffix.
        """
        from wegeketten.reach.matrix_files import write_counts

        write_counts(Path(path), self.origins, self.counts)


@overload
def matrix(
    city: City | str | Path, origins: Any, goals: Any, *, profile: str | Path | Profile = ...,
    answer: Answer = ..., back: bool = ..., within: None = ..., at: str | None = ..., limit: Limit = ...,
) -> Matrix: ...  # fmt: skip
@overload
def matrix(
    city: City | str | Path, origins: Any, goals: Any, *, profile: str | Path | Profile = ...,
    answer: Answer = ..., back: bool = ..., within: float | None, at: str | None = ..., limit: Limit = ...,
) -> Matrix | Counts: ...  # fmt: skip
def matrix(
    city: City | str | Path,
    origins: Any,
    goals: Any,
    *,
    profile: str | Path | Profile = "walker",
    answer: Answer = "likely",
    back: bool = False,
    within: float | None = None,
    at: str | None = None,
    limit: Limit = (),
) -> Matrix | Counts:
    """Find times and lengths from many points to many.

    Parameters
    ----------
    city, profile, answer, at, limit
        As for `isochrone`.
    origins, goals
        A file of points, a GeoDataFrame of points, ``"homes"``, or a service id.
    back
        Times of the way back.
    within
        Instead of times: how many goals each origin reaches within so many minutes.

    Returns
    -------
    Matrix
        Seconds and metres, shape (origins, goals).

    Raises
    ------
    UsageError
        There is no such file or service.
    """
    from wegeketten.reach.matrix import count_within, matrix_blocks

    opened, one = _at(city, at), profile_of(profile, limit)
    starts, ends = (_stops(opened, one, answer, each) for each in (origins, goals))
    if within is not None:
        counts = count_within(opened, one, starts, ends, within * 60, answer=answer, back=back)
        return Counts(tuple(starts.ids), counts)
    blocks = list(matrix_blocks(opened, one, starts, ends, answer=answer, back=back))
    return Matrix(
        tuple(starts.ids),
        tuple(ends.ids),
        np.hstack([block.seconds for block in blocks]),
        np.hstack([block.metres for block in blocks]),
    )


@dataclass(frozen=True)
class NormVerdicts(Tabular):
    """What a norm says of every edge of a city.

    Attributes
    ----------
    city, norm
        Of what, by what.
    judged
        One per clause.
    """

    city: City = field(repr=False)
    norm: Norm
    judged: tuple[ClauseVerdicts, ...] = field(repr=False)

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Tables ``districts`` (sums) and ``edges`` (a row per edge and clause)."""
        from wegeketten.norms.verdicts import district_sums
        from wegeketten.norms.write import COLUMNS, edge_rows
        from wegeketten.reach.quality import edge_districts

        district = edge_districts(self.city)
        return {
            "districts": district_sums(self.city, list(self.judged), district),
            "edges": [
                dict(zip(COLUMNS, row, strict=True)) for row in edge_rows(self.city, self.judged, district)
            ],
        }

    def write(self, out: str | Path) -> None:
        """Write ``norm.csv``, ``norm_districts.csv``, ``norm.gpkg`` and ``norm.json`` into a folder.

        Parameters
        ----------
        out
            Folder; appears whole or not at all.
        """
        from wegeketten.norms.write import write_norm

        write_norm(self.city, self.norm, self.judged, Path(out))


def norm(city: City | str | Path, norm: str = "din18040-3") -> NormVerdicts:
    """Hold a norm's clauses against every edge.

    Parameters
    ----------
    city
        As for `route`.
    norm
        ``din18040-3``, ``tsi-prm``, ``prowag``, ``ada``, or a TOML file.

    Returns
    -------
    NormVerdicts
        Verdicts by clause and edge.

    Raises
    ------
    UsageError
        There is no such norm.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> sorted(set(norm(hamlet()).to_frame()["clause"]))[:3]
    ['cross-slope', 'kerb-cane', 'kerb-wheels']
    """
    from wegeketten.norms.clauses import load_norm
    from wegeketten.norms.verdicts import judge_city

    opened, chosen = city_of(city), load_norm(norm)
    return NormVerdicts(opened, chosen, tuple(judge_city(opened, chosen)))


def peers(
    city: City | str | Path,
    *,
    preset: str | Path | Profile = "ors",
    profile: str | Path | Profile = "wheelchair",
    answer: Answer = "likely",
    limit: Limit = (),
) -> Differences:
    """Find where another router decides otherwise, and by which rule.

    Parameters
    ----------
    city, answer
        As for `isochrone`.
    preset
        ``ors``, ``valhalla``, ``accessmap`` or ``otp`` as built; ``ors-meant`` … as documented.
    profile
        The profile it is compared with.
    limit
        Limits that a client sends to the router, such as ``"kerb_cm=3"``.

    Returns
    -------
    Differences
        Arcs on which the two differ, with rules.

    Raises
    ------
    UsageError
        `preset` is none.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> peers(hamlet()).to_frame()["rule"].tolist()
    ['kerb_cm.no_limit', 'time.quick_way']
    """
    from wegeketten.routers.differences import find_differences

    return find_differences(city_of(city), profile_of(preset, limit), profile_of(profile), answer=answer)


def _stops(city: City, profile: Profile, answer: Answer, wanted: str | Path | gpd.GeoDataFrame) -> MatrixEnds:
    from wegeketten.places.points import Points
    from wegeketten.reach.matrix import ends_named, ends_of_points

    if isinstance(wanted, str | Path):
        return ends_named(city, profile, answer, str(wanted))
    if getattr(wanted, "crs", None) is None:
        raise UsageError("matrix: a GeoDataFrame of points needs a coordinate reference system")
    degrees = wanted.to_crs("EPSG:4326")
    lonlat = np.column_stack([degrees.geometry.x, degrees.geometry.y])
    points = Points([str(each) for each in wanted.index], lonlat)
    return ends_of_points(city, profile, points, answer)


def _at(city: City | str | Path, when: str | None) -> City:
    from wegeketten.reach.hours import city_at, parse_when

    return city_at(city_of(city), None if when is None else parse_when(when))


def _plain(value: Any, digits: int) -> float | None:
    return None if np.isnan(value) else round(float(value), digits)
