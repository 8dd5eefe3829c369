"""Rows of the tables that siting writes."""

from __future__ import annotations

from typing import NamedTuple


class Site(NamedTuple):
    """A row of ``sites.csv``.

    Attributes
    ----------
    rank
        New sites in the order in which they gain most, from 1; existing ones 0.
    site_id, name, kind
        Id; what it is called; ``existing`` or ``new``.
    lat, lon
        Degrees.
    cost_eur
        None where nobody has stated it.
    people_served
        People who have this as their nearest open site, within the standard.
    people_gained
        People newly within the standard, on top of the sites of lower rank.
    median_s, p90_s
        Time of the people whose nearest site this is, as far as they have a way.
    objective
        What the sites were chosen for.
    premises
        Kind of house, ``corners`` or ``listed``.
    people_sure, people_possible
        As `people_gained`, where only what is guaranteed is open, or all that cannot be ruled out.
    gain_from
        Districts of those who gain, with their number, most first.
    near
        Services within 100 m, and what is under the same roof.
    where, district
        Street with the nearest house number; district.
    people_expected, expected_low, expected_high
        As `people_gained`, mean over drawn worlds, and between which numbers it lies in eight of ten; None
        without worlds.
    chance
        Share of the worlds in which the site brings at least half of `people_gained`.
    """

    rank: int
    site_id: str
    name: str
    kind: str
    lat: float
    lon: float
    cost_eur: float | None
    people_served: float
    people_gained: float
    median_s: float | None
    p90_s: float | None
    objective: str
    premises: str
    people_sure: float
    people_possible: float
    gain_from: str
    near: str
    where: str = ""
    district: str = ""
    people_expected: float | None = None
    expected_low: float | None = None
    expected_high: float | None = None
    chance: float | None = None


class Bought(NamedTuple):
    """A row of ``joint.csv``: something to buy, in the order in which to buy it.

    Attributes
    ----------
    step
        What has one number is bought together: one is useless without the other.
    what
        ``site`` or ``measure``.
    id, name, kind
        Site or barrier.
    lat, lon
        Degrees.
    cost_eur, cost_total_eur
        Its price, and that of all rows so far.
    people_gained
        People newly within the standard by the whole step.
    """

    step: int
    what: str
    id: str
    name: str
    kind: str
    lat: float
    lon: float
    cost_eur: int
    cost_total_eur: int
    people_gained: float


class Need(NamedTuple):
    """A row of ``needs.csv``; None where it is not known.

    Attributes
    ----------
    district
        Name.
    people, people_65
        Inhabitants; of whom 65 and older.
    posts_needed, posts_whole, posts_there
        Posts by the rate (and index), whole ones that sum to the city's number, and those that are there.
    centre_reach_likely
        Share of people over 65 (of all, where ages are not known) within the standard of a service centre.
    meeting_reach_likely
        Share of all people within the standard of a meeting place.
    source
        Where the row's figures come from.
    district_id, people_80, weight
        Id; people of 80 and older; how much a person counts by the index.
    centres, centre_load
        Service centres in the district; people over 65 (or all) in it per centre that is nearest to them.
    meeting_places, meeting_per_10000
        In the district.
    clusters
        Places of several services within 100 m of one another.
    post_with
        District whose posts serve this one, which gets no whole one of its own: they adjoin, or those between
        them share the same posts; "" for none.
    """

    district: str
    people: float
    people_65: float | None
    posts_needed: float
    posts_whole: int
    posts_there: float | None
    centre_reach_likely: float | None
    meeting_reach_likely: float | None
    source: str
    district_id: str
    people_80: float | None
    weight: float
    centres: int
    centre_load: float | None
    meeting_places: int
    meeting_per_10000: float | None
    clusters: int
    post_with: str = ""


class Cluster(NamedTuple):
    """A row of ``clusters.csv``: services under one roof or close together."""

    lat: float
    lon: float
    district: str
    services: str
    names: str


class Neighbourhood(NamedTuple):
    """A row of ``neighbourhoods.csv``.

    Attributes
    ----------
    neighbourhood
        Number, from 1.
    around
        The street on which most of its people live.
    people, people_65, homes
        Who lives there; `people_65` None where the city does not know.
    district
        The official district of most of its people.
    crosses
        The greatest barrier inside it: ``""``, ``secondary``, ``primary``, ``bridge``, ``railway``: it was
        too small by itself.
    size
        ``fits``, ``small`` or ``large``, against 5 000 to 10 000 people.
    meeting_places
        In it.
    lat, lon
        Middle of its people, degrees.
    """

    neighbourhood: int
    around: str
    people: float
    people_65: float | None
    homes: int
    district: str
    crosses: str
    size: str
    meeting_places: int
    lat: float
    lon: float
