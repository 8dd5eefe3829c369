"""What a map shows, as plain arrays: independent of the city folder, of folium and of the browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[Any]
    Floats = NDArray[Any]
    Points = NDArray[np.float64]

CLOSED, POSSIBLE, LIKELY, SURE = range(4)
"""How far an arc or a place can be counted on: ``level >= LIKELY`` is the graph of the answer *likely*."""

CHANCE_STEPS = 20
"""A page states chances in steps of a twentieth: they come from some dozens of worlds."""

OWN_LIMITS = {"kerb_cm": "kerb_cm", "incline_up_pct": "incline_pct", "width_m": "width_m"}
"""Limits of a profile that can be set on the map, and the attribute that each is about."""


@dataclass(frozen=True)
class MapNetwork:
    """The walking network.

    Attributes
    ----------
    lon, lat
        Node positions in degrees.
    u, v
        Node rows of each edge; edge e makes the arcs 2e (u → v) and 2e + 1 (v → u).
    kind
        Codes of `wegeketten.model.edges.Kind`.
    lawful
        Bit 0: u → v allowed by law, bit 1: v → u.
    length_m
        Metres.
    ids
        Ids by the contract's scheme, see `wegeketten.model.edges.element_ids`, as three columns
        ``osm_type`` (S1), ``osm_id`` (int64) and ``part``.
    name
        Row of `names` or -1.
    starts, points
        Drawn line of edge e: rows ``starts[e]`` to ``starts[e + 1]`` of `points` (lon, lat).
    readings
        Per attribute the columns value, lower, upper (float) and provenance (uint8).
    short_slopes
        Rows of edges that are short enough to be steeper, see `wegeketten.network.short_slopes`.
    """

    lon: Floats
    lat: Floats
    u: Ints
    v: Ints
    kind: Ints
    lawful: Ints
    length_m: Floats
    osm_type: NDArray[Any]
    osm_id: Ints
    part: Ints
    name: Ints
    names: Sequence[str]
    starts: Ints
    points: Points
    readings: Mapping[str, tuple[Floats, Floats, Floats, Ints]]
    short_slopes: Ints


@dataclass(frozen=True)
class MapHomes:
    """Homes: position in degrees, address, row of the district or -1, weight in people or homes.

    `merged`: how many homes each stands for, see `wegeketten.reports.merge`; None where every one is its own.
    """

    lon: Floats
    lat: Floats
    street: Sequence[str]
    housenumber: Sequence[str]
    district: Ints
    weight: Floats
    merged: Ints | None = None

    def __len__(self) -> int:
        return len(self.lon)


@dataclass(frozen=True)
class MapPlaces:
    """Places, one row per place and service (row of `MapData.services`)."""

    lon: Floats
    lat: Floats
    place_id: Sequence[str]
    name: Sequence[str]
    service: Ints
    wheelchair: Floats
    opening_hours: Sequence[str]

    def __len__(self) -> int:
        return len(self.lon)


@dataclass(frozen=True)
class MapJoints:
    """Where homes or places may meet the network; each profile uses some of the rows.

    Attributes
    ----------
    owner
        Row of the home or place.
    edge
        Edge row.
    along
        float32, position on the edge from 0 (u) to 1 (v).
    off_m
        float32, metres between door and edge.
    """

    owner: Ints
    edge: Ints
    along: Floats
    off_m: Floats

    def __len__(self) -> int:
        return len(self.owner)


@dataclass(frozen=True)
class ProfileLayer:
    """What one mobility profile makes of the network.

    Attributes
    ----------
    units
        int32, two per edge: time along each arc in units of 0.1 s, closed arcs included.
    checks
        The profile's limits as (attribute, limit); attributes of the edge table, or ``access``, ``kind``,
        ``crossing``.
    outcomes
        uint8, shape (k, checks): distinct outcomes, each a level per check.
    outcome
        int32, two per edge: row of `outcomes` of each arc.
    home_joints, place_joints
        bool, one per row of `MapData.home_joints` and `MapData.place_joints`: those the profile uses.
    place_level
        uint8, one per place: whether this profile can use it.
    standard_units
        Per service the longest time within the standard, in units of 0.1 s.
    mended
        int32, two per edge: units of each arc after its edge's works in *likely*, `INF` where none
        open it.
    prices, price_low, price_high
        Per edge the price of its works in whole euros and its range, 0 where there are none.
    free_kinds
        Codes of the kinds of edge whose width does not count.
    wheelchair_tag
        Whether the mapper's ``wheelchair`` speaks of this person.
    chance
        uint8, shape (homes, services): share of worlds in which a home reaches a service in time, in steps of
        1 / `CHANCE_STEPS`; None where no worlds were drawn.
    works_units
        Two per row of `MapData.works`: time of each arc after the works that can be switched on. `mended` and
        `prices` are the works that are best for this profile alone, these are chosen for all profiles
        together.
    works_parts
        uint8, the same rows, a column for each limit of `OWN_LIMITS` and a last one for all others: in how
        many answers it holds after the works.
    works_places
        uint8, one per row of `MapWorks.places`: whether this profile can use it after the works.
    """

    id: str
    name: str
    speed_mps: float
    units: Ints
    checks: Sequence[tuple[str, float | str]]
    outcomes: Ints
    outcome: Ints
    home_joints: NDArray[np.bool_]
    place_joints: NDArray[np.bool_]
    place_level: Ints
    standard_units: Sequence[int]
    mended: Ints
    prices: Ints
    price_low: Ints
    price_high: Ints
    works_units: Ints
    works_parts: Ints
    free_kinds: Sequence[int] = ()
    wheelchair_tag: bool = False
    chance: Ints | None = None
    works_places: Ints = field(default_factory=lambda: np.empty(0, dtype=np.uint8))

    @property
    def level(self) -> Ints:
        """uint8, two per edge: `CLOSED`, `POSSIBLE`, `LIKELY` or `SURE`, the lowest over all checks."""
        lowest: Ints = self.outcomes.min(axis=1)[self.outcome]
        return lowest

    @property
    def works_level(self) -> Ints:
        """uint8, as `works_units`: in how many answers the works open each arc."""
        lowest: Ints = self.works_parts.min(axis=1)
        return lowest


@dataclass(frozen=True)
class MapWorks:
    """Works that can be switched on and off, the same for all profiles.

    Attributes
    ----------
    edges
        Edge rows, ascending.
    places
        Rows of `MapData.places`, ascending: platforms that can be raised. Their works are numbered behind
        those on edges.
    low_eur, typical_eur, high_eur
        Price of each in whole euros.
    name, names
        Row of `names`, what is done.
    kind
        Code of what the edge is afterwards.
    readings
        By attribute of `OWN_LIMITS`, its reading afterwards, as in `MapNetwork.readings`.
    """

    edges: Ints
    low_eur: Ints
    typical_eur: Ints
    high_eur: Ints
    name: Ints
    names: Sequence[str]
    kind: Ints
    readings: Mapping[str, tuple[Floats, Floats, Floats, Ints]]
    places: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.edges) + len(self.places)


@dataclass(frozen=True)
class District:
    """A district: name, outline as rings of (lon, lat); `cut`: the extract shows only a part of it."""

    id: str
    name: str
    rings: Sequence[Points]
    cut: bool = False


@dataclass(frozen=True)
class Base:
    """The light base map: rings of (lon, lat) with a class of `BASE_CLASSES`."""

    klass: Ints
    starts: Ints
    points: Points


BASE_CLASSES = ("water", "green", "building")


@dataclass(frozen=True)
class Mark:
    """A point of an extra layer: a measure, a barrier to survey, a new place, a district's needs, a stop.

    `sign`: what stands on the mark; empty for the layer's own. `place`: `MapPlaces.place_id` of what it
    marks, where it is a place.
    """

    lon: float
    lat: float
    title: str
    lines: Sequence[str] = ()
    sign: str = field(default="", kw_only=True)
    place: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class MeasureMark(Mark):
    """A proposed measure.

    Attributes
    ----------
    number
        As in the plan's list.
    where
        Street and district.
    low_eur, high_eur
        Range of the cost in euros.
    look
        Whether somebody should look there before any money is spent.
    barrier_ids
        What is mended.
    """

    number: int = 0
    where: str = ""
    low_eur: float = 0.0
    high_eur: float = 0.0
    look: bool = False
    barrier_ids: Sequence[str] = ()


@dataclass(frozen=True)
class MapChain:
    """A chain of errands that can be chosen like a service.

    Attributes
    ----------
    id, name
        As in the link, and as shown.
    visit
        Rows of `MapData.services`, in the order of the visits.
    returning
        Whether it ends at home.
    standard_units
        By profile the longest time that counts as done, in units of 0.1 s.
    standard
        A sentence that states it.
    """

    id: str
    name: str
    visit: Sequence[int]
    returning: bool
    standard_units: Sequence[int]
    standard: str


@dataclass(frozen=True)
class MapData:
    """Everything a map shows.

    Attributes
    ----------
    title
        Name of the place.
    services
        Id and shown name of each service.
    sources
        ``version, source, source_sha256, osm_timestamp``, ``stand``: a sentence that dates map and people,
        and ``counted``: what weights count, ``homes`` or ``people``.
    thinned
        What was left out to keep the page small: ``buildings``.
    notes
        Further sentences for the footer.
    standards
        Per service a sentence that states its standard and where that comes from.
    worlds
        How many worlds the chances come from; 0: none were drawn.
    spread_m
        Where homes are merged, metres of way between a mark and the farthest home it stands for.
    chains
        Chains that can be chosen beside the services.
    """

    title: str
    network: MapNetwork
    homes: MapHomes
    home_joints: MapJoints
    places: MapPlaces
    place_joints: MapJoints
    works: MapWorks
    services: Sequence[tuple[str, str]]
    profiles: Sequence[ProfileLayer]
    districts: Sequence[District]
    base: Base
    sources: Mapping[str, str]
    measures: Sequence[MeasureMark] = ()
    walks: Sequence[Mark] = ()
    sites: Sequence[Mark] = ()
    needs: Sequence[Mark] = ()
    stops: Sequence[Mark] = ()
    thinned: Sequence[str] = ()
    notes: Sequence[str] = ()
    spread_m: float = 0.0
    standards: Sequence[str] = ()
    worlds: int = 0
    chains: Sequence[MapChain] = ()
