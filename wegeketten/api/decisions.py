"""What to do first: plans, surveys, comparisons, sites and needs as functions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wegeketten.api.inputs import city_of, files_of, listed, place_named, profiles_of, real, renamed
from wegeketten.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from wegeketten.api.inputs import Limit, Profiles
    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.planning.compare import Comparison
    from wegeketten.planning.plan import Plan
    from wegeketten.planning.survey import Survey
    from wegeketten.siting.joint import Joint
    from wegeketten.siting.needs import Needs
    from wegeketten.siting.site import Sites


def plan(
    city: City | str | Path,
    *,
    profile: Profiles = (),
    budget: float | None = None,
    service: str | Sequence[str] = (),
    most: int | None = None,
    weight: Mapping[str, float] | None = None,
    round_trip: bool = False,
    chain: str | Sequence[str] = (),
    returning: bool = False,
    costs: str | Path | None = None,
    usable_stops: float | None = None,
    at: str | None = None,
    worlds: int = 16,
    seed: int = 0,
    expected: bool = False,
    seconds: float | None = None,
    limit: Limit = (),
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
    usable_stops, at
        Count only stops one can board, with so many departures an hour; day and time of that.
    worlds, seed
        How many times the unknown is drawn for what is to be expected (0: not at all), and which worlds.
    expected
        Whether measures are chosen by what is to be expected over these worlds, and not by *likely*.
    seconds
        How long to search; then the best so far is returned.
    limit
        Limits changed for this run: ``{"kerb_cm": 6}`` or ``"kerb_cm=6"``.

    Returns
    -------
    Plan
        Lines in the order in which they should be built.

    Raises
    ------
    UsageError
        An id does not exist, or an option is out of range.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> plan(hamlet(), profile="wheelchair", budget=10_000).to_frame()["works"].tolist()
    ['lower_kerb']
    """
    from wegeketten.model.deadline import Deadline
    from wegeketten.planning.chain_task import Outing
    from wegeketten.planning.plan import Wishes, make_plan
    from wegeketten.planning.stop_tasks import demand_of
    from wegeketten.whatif.measures import load_measures

    if returning and not chain:
        raise UsageError("--return is for chains: give --chain, or --round-trip for services")
    opened, profiles = city_of(city), profiles_of(profile, limit)
    weights = dict(weight or {})
    of_profiles = {one.id: weights.pop(one.id) for one in profiles if one.id in weights}
    outings = tuple(Outing.parse(text, returning=returning).checked(opened) for text in listed(chain))
    opened.catalogue.pick(name for name in weights if name not in {each.name for each in outings})
    services = () if outings and not service else tuple(opened.catalogue.pick(listed(service)))
    wishes = Wishes(
        services, weights, of_profiles, round_trip=round_trip, chains=outings,
        usable_stops=demand_of(usable_stops, at), expected=expected,
    )  # fmt: skip
    measures = load_measures(None if costs is None else Path(costs))
    return make_plan(
        opened,
        profiles,
        wishes=wishes,
        budget_eur=real(budget),
        measures=measures,
        most=most,
        worlds=worlds,
        seed=seed,
        deadline=Deadline(seconds),
    )


@renamed(walk_m="walk")
def survey(
    city: City | str | Path,
    *,
    profile: Profiles = (),
    service: str | Sequence[str] = (),
    n: int = 100,
    walk: float = 2000.0,
    minutes: float = 90.0,
    meet: Any = None,
    contact: str = "",
    plan: str | Path | None = None,
    usable_stops: float | None = None,
    at: str | None = None,
    seconds: float | None = None,
    limit: Limit = (),
) -> Survey:
    """List where one look would change the most answers, bundled into walks.

    Parameters
    ----------
    city, profile, service, usable_stops, at, seconds, limit
        As for `plan`.
    n
        How many readings to list.
    walk, minutes
        Longest walk, metres and minutes.
    meet
        Where all walks start: ``(lat, lon)``, ``"51.05,13.74"``, a shapely point, or an address as text.
    contact
        Whom the answers go to, as the pages say it.
    plan
        Folder of a plan: look at what it would mend but nobody has seen, instead of a ranking.

    Returns
    -------
    Survey
        Readings in the order in which to look, and walks.

    Raises
    ------
    UsageError
        An id does not exist, or an option is out of range.
    InputDataError
        The plan cannot be read.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> survey(hamlet(), profile="wheelchair", service="pharmacy").to_frame()["attribute"].tolist()[:3]
    ['incline_pct', 'surface_class', 'width_m']
    """
    from wegeketten.model.deadline import Deadline
    from wegeketten.planning.proposals import barriers_to_look_at, read_proposals, saved_by_looking
    from wegeketten.planning.stop_tasks import demand_of
    from wegeketten.planning.survey import find_survey

    if n < 1:
        raise UsageError(f"-n {n}: give 1 or more")
    opened = city_of(city)
    services = opened.catalogue.pick(listed(service))
    found = find_survey(
        opened, profiles_of(profile, limit), services=services, most=n, walk_m=float(walk),
        minutes=float(minutes), meet=None if meet is None else place_named(opened, meet), contact=contact,
        only=None if plan is None else barriers_to_look_at(Path(plan)),
        usable_stops=demand_of(usable_stops, at), deadline=Deadline(seconds),
    )  # fmt: skip
    return found if plan is None else replace(found, saves_eur=saved_by_looking(read_proposals(Path(plan))))


def compare(
    before: City | str | Path,
    after: City | str | Path | None = None,
    *,
    profile: Profiles = (),
    service: str | Sequence[str] = (),
    measures: str | Path | Sequence[str] | None = None,
    usable_stops: float | None = None,
    at: str | None = None,
    worlds: int = 32,
    seed: int = 0,
    limit: Limit = (),
) -> Comparison:
    """Compare a city at two dates, or with and without measures.

    Parameters
    ----------
    before, after
        The same city earlier and later; `after` is None with `measures`.
    profile, service, worlds, seed, limit
        As for `plan`; worlds count where two cities are compared.
    measures
        ``measures.csv`` of a plan, or ids of barriers.
    usable_stops, at
        As for `plan`, with `measures`: stops count where one can board them, and platforms may be raised.

    Returns
    -------
    Comparison
        Changes by district, and their causes.

    Raises
    ------
    UsageError
        Both or neither of `after` and `measures` are given, or an id does not exist.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> found = compare(hamlet(), measures=["n68"], profile="wheelchair", service="pharmacy")
    >>> found.to_frame()["gained"].tolist()
    [12.0, 12.0]
    """
    from wegeketten.planning.compare import barriers_of, check_question, compare_cities, compare_measures

    asked = check_question(after, measures, usable_stops, at)
    opened, profiles = city_of(before), profiles_of(profile, limit)
    services = opened.catalogue.pick(listed(service))
    if after is not None:
        return compare_cities(opened, city_of(after), profiles, services=services, worlds=worlds, seed=seed)
    ids = barriers_of(Path(measures)) if isinstance(measures, str | Path) else list(measures or ())
    return compare_measures(opened, ids, profiles, services=services, usable_stops=asked)


@renamed(budget_eur="budget", site_cost_eur="site_cost")
def site(
    city: City | str | Path,
    *,
    profile: Profiles = ("rollator",),
    service: str = "meeting_place",
    add: int = 3,
    until: float | None = None,
    objective: str = "cover",
    fixed: str = "existing",
    candidates: str | Path | gpd.GeoDataFrame | None = None,
    capacity: float | None = None,
    minutes: float | None = None,
    budget: float | None = None,
    with_measures: bool = False,
    site_cost: float | None = None,
    costs: str | Path | None = None,
    worlds: int = 16,
    seed: int = 0,
    limit: Limit = (),
) -> Sites | Joint:
    """Find where new places of a service serve people best, with a proven bound.

    Parameters
    ----------
    city, profile, limit
        A city, one profile or several, and limits changed for this run.
    service
        Service id.
    add, until
        How many new places; or as many as bring so many percent within the standard.
    objective
        ``cover``, ``median``, ``center`` or ``all``.
    fixed
        ``existing``: places stay; ``none``: they may be moved.
    candidates
        A file, a GeoDataFrame, or kinds of premises, services and ``corners``, separated by commas.
    capacity, minutes
        People a place can serve; another standard than the catalogue's.
    budget, with_measures
        Euros for places and measures; whether both are bought together.
    site_cost, costs
        What a place costs, euros; your own unit costs of measures (TOML).
    worlds, seed
        In how many drawn worlds the chosen places are tried (0: none), and which.

    Returns
    -------
    Sites or Joint
        New places, and who reaches them.

    Raises
    ------
    UsageError
        An option is wrong, or nothing can be chosen.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> site(hamlet(), service="meeting_place", add=1, profile="walker").to_frame()["site_id"].tolist()
    ['n7004']
    """
    from wegeketten.siting.choice import Wanted
    from wegeketten.siting.site import find_sites, parse_fixed, parse_objectives

    kinds = isinstance(candidates, str)
    with files_of(candidates=candidates) as files:
        chosen = str(candidates) if kinds else files["candidates"]
        wanted = Wanted(
            service, add, parse_objectives(objective), parse_fixed(fixed),
            None if chosen is None else str(chosen), real(capacity), None if until is None else until / 100,
            real(minutes), real(budget), with_measures, real(site_cost),
            None if costs is None else Path(costs), worlds, seed,
        )  # fmt: skip
        return find_sites(city_of(city), profiles_of(profile, limit), wanted)


def needs(
    city: City | str | Path,
    *,
    profile: str | Path | Profile = "rollator",
    per_post: float = 20_000,
    posts: int | None = None,
    index: str | Path | None = None,
    strength: float = 0.25,
    centres: str | Path | gpd.GeoDataFrame | None = None,
    there: str | Path | gpd.GeoDataFrame | None = None,
    limit: Limit = (),
) -> Needs:
    """Say what each district needs: posts of neighbourhood management, centres, meeting places.

    Parameters
    ----------
    city, profile, limit
        A city, the profile whose reach counts, and limits changed for this run.
    per_post, posts
        People per post; posts in all, instead of a rate.
    index, strength
        Social indicators (district;indicator;value), and what one standard deviation of them adds.
    centres, there
        The city's own list of service centres; the posts there are. Files or GeoDataFrames.

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

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> needs(hamlet(), per_post=6).to_frame()["posts_needed"].tolist()
    [2.0]
    """
    from wegeketten.siting.needs import Asked, find_needs

    with files_of(index=index, centres=centres, there=there) as files:
        paths = {name: None if path is None else Path(path) for name, path in files.items()}
        asked = Asked(
            float(per_post), posts, paths["index"], float(strength), paths["centres"], paths["there"]
        )
        return find_needs(city_of(city), profiles_of(profile, limit)[0], asked)
