"""What to do first: plans, surveys, comparisons, maps and reports as functions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wegeketten.api.inputs import city_of, files_of, profiles_of
from wegeketten.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.planning.compare import Comparison
    from wegeketten.planning.plan import Plan
    from wegeketten.planning.survey import Survey
    from wegeketten.siting.joint import Joint
    from wegeketten.siting.needs import Needs
    from wegeketten.siting.site import Sites

    Profiles = str | Path | Profile | Sequence[str | Path | Profile]


def build(
    source: str | Path,
    out: str | Path,
    *,
    districts: str | Path | gpd.GeoDataFrame | None = None,
    population: str | Path | gpd.GeoDataFrame | None = None,
    **options: Any,
) -> City:
    """Read an extract of OpenStreetMap into a city folder.

    Parameters
    ----------
    source, out, options
        As for `wegeketten.pipeline.build.build`.
    districts, population
        Files, or GeoDataFrames with a coordinate reference system.

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

    with files_of(districts=districts, population=population) as files:
        return build_city(
            source, out, districts=files["districts"], population=files["population"], **options
        )


def plan(
    city: City | str | Path,
    *,
    profile: Profiles = (),
    budget: float | None = None,
    service: Sequence[str] = (),
    most: int | None = None,
    weight: Mapping[str, float] | None = None,
    round_trip: bool = False,
    chain: Sequence[str] = (),
    returning: bool = False,
    costs: str | Path | None = None,
    worlds: int = 16,
    seed: int = 0,
    **options: Any,
) -> Plan:
    """Rank the measures that bring most people within reach for the money.

    Parameters
    ----------
    city, profile
        A city, and one profile or several; all shipped ones where empty.
    budget
        Euros.
    service
        Service ids; all where empty.
    most
        How many measures at most.
    weight
        How much a service or profile counts, by id; 1 where not named.
    round_trip
        Whether the way home counts as much as the way there.
    chain
        Errands such as ``"pharmacy,doctor,stop=45"``, as objectives of their own.
    returning
        Whether the chains end at home.
    costs
        Your own unit costs (TOML).
    worlds, seed
        How many times the unknown is drawn for what is to be expected (0: not at all), and which worlds.
    options
        Further options of `wegeketten.planning.plan.make_plan`.

    Returns
    -------
    Plan
        Lines in the order in which they should be built.

    Raises
    ------
    UsageError
        An id does not exist, or an option is out of range.
    """
    from wegeketten.planning.chain_task import Outing
    from wegeketten.planning.plan import Wishes, make_plan
    from wegeketten.whatif.measures import load_measures

    if returning and not chain:
        raise UsageError("--return is for chains: give --chain, or --round-trip for services")
    opened, profiles = city_of(city), profiles_of(profile)
    weights = dict(weight or {})
    of_profiles = {one.id: weights.pop(one.id) for one in profiles if one.id in weights}
    outings = tuple(Outing.parse(text, returning=returning).checked(opened) for text in chain)
    opened.catalogue.pick(name for name in weights if name not in {each.name for each in outings})
    services = () if outings and not service else tuple(opened.catalogue.pick(service))
    wishes = Wishes(services, weights, of_profiles, round_trip=round_trip, chains=outings)
    measures = load_measures(None if costs is None else Path(costs))
    return make_plan(
        opened,
        profiles,
        wishes=wishes,
        budget_eur=budget,
        measures=measures,
        most=most,
        worlds=worlds,
        seed=seed,
        **options,
    )


def survey(
    city: City | str | Path,
    *,
    profile: Profiles = (),
    service: Sequence[str] = (),
    n: int = 100,
    walk_m: float = 2000.0,
) -> Survey:
    """List where one look would change the most answers, bundled into walks.

    Parameters
    ----------
    city, profile, service
        As for `plan`.
    n
        How many readings to list.
    walk_m
        Longest walk, metres.

    Returns
    -------
    Survey
        Readings in the order in which to look, and walks.

    Raises
    ------
    UsageError
        An id does not exist, or an option is out of range.
    """
    from wegeketten.planning.survey import find_survey

    if n < 1:
        raise UsageError(f"-n {n}: give 1 or more")
    opened = city_of(city)
    services = opened.catalogue.pick(service)
    return find_survey(opened, profiles_of(profile), services=services, most=n, walk_m=walk_m)


def compare(
    before: City | str | Path,
    after: City | str | Path | None = None,
    *,
    profile: Profiles = (),
    service: Sequence[str] = (),
    measures: str | Path | Sequence[str] | None = None,
    worlds: int = 32,
    seed: int = 0,
) -> Comparison:
    """Compare a city at two dates, or with and without measures.

    Parameters
    ----------
    before, after
        The same city earlier and later; `after` is None with `measures`.
    profile, service, worlds, seed
        As for `plan`; worlds count where two cities are compared.
    measures
        ``measures.csv`` of a plan, or ids of barriers.

    Returns
    -------
    Comparison
        Changes by district, and their causes.

    Raises
    ------
    UsageError
        Both or neither of `after` and `measures` are given, or an id does not exist.
    """
    from wegeketten.planning.compare import barriers_of, compare_cities, compare_measures

    if (after is None) == (measures is None):
        raise UsageError("compare needs two cities, or one city and --measures FILE")
    opened, profiles = city_of(before), profiles_of(profile)
    services = opened.catalogue.pick(service)
    if after is not None:
        return compare_cities(opened, city_of(after), profiles, services=services, worlds=worlds, seed=seed)
    ids = barriers_of(Path(measures)) if isinstance(measures, str | Path) else list(measures or ())
    return compare_measures(opened, ids, profiles, services=services)


def map(city: City | str | Path, out: str | Path, **options: Any) -> Path:  # noqa: A001  # the command's name
    """Write the city as one HTML file that works without a network; returns the file.

    Parameters
    ----------
    city
        As for `plan`.
    out
        File to write.
    options
        Of `wegeketten.reports.map.write_map`.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    from wegeketten.reports.map import write_map

    return write_map(city_of(city), out, **options)


def report(city: City | str | Path, out: str | Path, **options: Any) -> Path:
    """Write the profile of a district, or of all districts; returns the file.

    Parameters
    ----------
    city, out
        As for `map`.
    options
        Of `wegeketten.reports.district.write_report`, such as ``district="Altstadt"``.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    from wegeketten.reports.district import write_report

    return write_report(city_of(city), out, **options)


def site(
    city: City | str | Path,
    *,
    profile: Profiles = ("rollator",),
    service: str = "meeting_place",
    add: int = 3,
    objective: str = "cover",
    fixed: str = "existing",
    candidates: str | Path | None = None,
    until: float | None = None,
    **options: Any,
) -> Sites | Joint:
    """Find where new places of a service serve people best, with a proven bound.

    Parameters
    ----------
    city, profile
        A city, and one profile or several.
    service
        Service id.
    add
        How many new places.
    objective
        ``cover``, ``median``, ``center`` or ``all``.
    fixed
        ``existing``: places stay; ``none``: they may be moved.
    candidates
        A file, or kinds of premises, services and ``corners``, separated by commas.
    until
        Instead of `add`: as many as bring so many percent within the standard.
    options
        capacity, minutes, budget_eur, with_measures, site_cost_eur, costs, see
        `wegeketten.siting.choice.Wanted`.

    Returns
    -------
    Sites or Joint
        New places, and who reaches them.

    Raises
    ------
    UsageError
        An option is wrong, or nothing can be chosen.
    """
    from wegeketten.siting.choice import Wanted
    from wegeketten.siting.site import find_sites, parse_fixed, parse_objectives

    wanted = Wanted(
        service, add, parse_objectives(objective), parse_fixed(fixed),
        None if candidates is None else str(candidates),
        until=None if until is None else until / 100, **options,
    )  # fmt: skip
    return find_sites(city_of(city), profiles_of(profile), wanted)


def needs(city: City | str | Path, *, profile: str | Path | Profile = "rollator", **options: Any) -> Needs:
    """Say what each district needs: posts of neighbourhood management, centres, meeting places.

    Parameters
    ----------
    city, profile
        A city, and the profile whose reach counts.
    options
        per_post, posts, index, strength, centres, there, see `wegeketten.siting.needs.Asked`.

    Returns
    -------
    Needs
        Tables of districts, clusters and neighbourhoods.

    Raises
    ------
    InputDataError
        A file cannot be used.
    UsageError
        The rate is no number above 0.
    """
    from wegeketten.siting.needs import Asked, find_needs

    files: dict[str, Any] = {
        name: Path(value) if name in ("index", "centres", "there") and value is not None else value
        for name, value in options.items()
    }
    return find_needs(city_of(city), profiles_of(profile)[0], Asked(**files))
