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
