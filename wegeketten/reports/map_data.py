"""From a city folder to what a map shows."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.model.distinct import distinct_numbers, distinct_rows
from wegeketten.reports.bottlenecks import MOST_UNITS
from wegeketten.reports.data import (
    BASE_CLASSES,
    CHANCE_STEPS,
    CLOSED,
    Base,
    District,
    MapChain,
    MapData,
    MapHomes,
    MapJoints,
    MapNetwork,
    MapPlaces,
    Mark,
    MeasureMark,
    ProfileLayer,
)
from wegeketten.reports.map_stops import MapStops
from wegeketten.reports.map_works import find_works
from wegeketten.reports.phrases import stand_of
from wegeketten.transit.usable import SERVICE
from wegeketten.words.catalogue import load_words, text
from wegeketten.words.decimals import number
from wegeketten.words.numbers import opening_hours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.joins.endpoints import Endpoints
    from wegeketten.people.profile import Profile
    from wegeketten.places.service_catalogue import Service
    from wegeketten.planning.chain_task import Outing
    from wegeketten.planning.stop_tasks import UsableStops
    from wegeketten.reports.map_works import Mended

LINE_TOLERANCE_M = 0.7
"""Drawn lines may differ this much from the mapped ones: less than their own width on the finest zoom."""

BASE_TOLERANCE_DEG = 1e-5
"""The same for the base map's outlines, about one metre."""

MOST_CHAIN_TIMES = 8_000_000
"""Times of a chain that ends at home, for each answer and direction: phones have no room for more."""

MOST_BASE_POINTS = 400_000
"""Above this the base map leaves out buildings, smallest class first, and says so."""


def gather(
    city: City,
    *,
    profiles: Sequence[str | Profile] = (),
    services: Sequence[str] = (),
    title: str | None = None,
    lang: str = "de",
    measures: Sequence[MeasureMark] = (),
    walks: Sequence[Mark] = (),
    stops: Sequence[Mark] = (),
    chains: Sequence[Outing] = (),
    usable_stops: UsableStops | None = None,
    worlds: int = 0,
    seed: int = 0,
) -> MapData:
    """Collect from a city what its map shows.

    Parameters
    ----------
    city
        A built city.
    profiles
        Ids, paths of TOML files or `Profile` objects; all shipped ones where empty.
    services
        Service ids; all of the city's catalogue where empty.
    title
        Name of the place; made from the source's file name where None.
    lang
        Language of names that come from profiles and the catalogue.
    measures, walks, stops
        Points of extra layers.
    chains
        Chains of errands that can be chosen beside the services; of services that are on the map.
    usable_stops
        What a stop has to offer; any mapped stop counts where None.
    worlds, seed
        How many worlds are drawn for the homes' chances, 0 for none; and which.

    Returns
    -------
    MapData
        Arrays by element of the page.

    Raises
    ------
    UsageError
        A profile or service does not exist, a chain visits a service that is not on the map, or stops one can
        board are asked for where they cannot be told.
    InputDataError
        Stops one can board are asked for, and the city has no timetable.
    """
    from wegeketten.people.profile import Profile, load_profiles

    loaded = [
        profile if isinstance(profile, Profile) else load_profiles([profile])[0]
        for profile in (profiles or load_profiles())
    ]
    catalogue = city.catalogue
    wanted = [catalogue.service(name).id for name in services] if services else list(catalogue.ids)
    placed = [name for name in wanted if usable_stops is None or name != SERVICE]
    place_rows = np.flatnonzero(np.isin(city.places["service"].astype(str), placed))
    platforms = None
    if usable_stops is not None:
        _check_stops(wanted, chains, worlds)
        offers = usable_stops.offers(city, loaded)
        platforms = MapStops(offers, len(place_rows), wanted.index(SERVICE))
    joints = _Doors(city, loaded, place_rows, platforms)
    works, mended = find_works(city, loaded, lang)
    layers = [
        _layer(city, profile, placed, wanted, place_rows, used, lang, mended[profile.id])
        for profile, used in zip(loaded, zip(joints.home_use, joints.place_use, strict=True), strict=True)
    ]
    places = _places(city, wanted, place_rows, lang)
    if platforms is not None:
        layers = [platforms.with_levels(layer, one) for layer, one in zip(layers, loaded, strict=True)]
        places, works = platforms.with_places(places), platforms.with_works(works, lang)
    if worlds:
        layers = _with_chances(city, loaded, layers, wanted, worlds, seed)
    base, thinned = _base(city)
    return MapData(
        title=title or city_name(city),
        network=_network(city),
        homes=_homes(city),
        home_joints=joints.homes,
        places=places,
        place_joints=joints.places,
        works=works,
        services=[(name, getattr(catalogue.services[name].name, lang)) for name in wanted],
        profiles=layers,
        districts=_districts(city),
        base=base,
        sources={
            "version": str(city.meta["version"]),
            "source": Path(str(city.meta["source"])).name,
            "source_sha256": str(city.meta["source_sha256"]),
            "osm_timestamp": str(city.meta["osm_timestamp"] or "")[:10],
            "counted": city.weight_unit,
            "stand": stand_of(city, lang),
        },
        measures=measures,
        walks=walks,
        stops=stops,
        thinned=thinned,
        standards=[_standard(catalogue.services[name], lang, platforms) for name in wanted],
        worlds=worlds,
        chains=[_chain(city, each.checked(city), loaded, wanted, lang) for each in chains],
    )


def _check_stops(services: Sequence[str], chains: Sequence[Outing], worlds: int) -> None:
    if SERVICE not in services:
        raise UsageError(f"--usable-stops: the map has no service {SERVICE}; add --service {SERVICE}")
    if worlds:
        raise UsageError("--usable-stops: worlds know nothing of timetables; leave out --worlds")
    for chain in chains:
        if SERVICE in chain.visit:
            raise UsageError(
                f"--usable-stops: the chain {chain.name} means any mapped stop; leave one of them out"
            )


def _chain(
    city: City, outing: Outing, profiles: Sequence[Profile], services: Sequence[str], lang: str
) -> MapChain:
    from wegeketten.reach.shares import units_within

    for service in outing.visit:
        if service not in services:
            raise UsageError(f"--chain: {service} is not on this map; add --service {service}")
    if outing.returning:
        name, kinds = outing.name, city.places["service"]
        lanes = min(int((kinds == service).sum()) for service in outing.visit)
        if lanes * len(city.nodes["x"]) * len(outing.visit) > MOST_CHAIN_TIMES:
            raise UsageError(
                f"--chain {name}: too much for one map, its rarest kind has {lanes} places here; "
                "leave --return out or choose a chain with a rarer place"
            )
    words = load_words(lang)["map"]
    places = [getattr(city.catalogue.services[name].name, lang) for name in outing.visit]
    name = words["chain_name"].format(
        places=" – ".join([*places, words["chain_home"]] if outing.returning else places)
    )
    sentence = words["chain_standard_sum" if outing.minutes is None else "chain_standard_minutes"]
    return MapChain(
        outing.name.replace(">", "-"),
        name,
        [services.index(each) for each in outing.visit],
        outing.returning,
        [units_within(outing.limit_s(city, profile)) for profile in profiles],
        sentence.format(name=name, minutes=f"{number(outing.minutes or 0, lang)} min"),
    )


def _standard(service: Service, lang: str, platforms: MapStops | None) -> str:
    """How far is near enough, and who says so; of stops, which of them count."""
    standard = service.standard
    metres = standard.metres is not None
    told = text(
        f"map.standard_{'metres' if metres else 'minutes'}",
        lang,
        service=getattr(service.name, lang),
        limit=number(float(standard.metres or standard.minutes or 0), lang),
        source=service.source_in(lang),
    )
    if platforms is None or service.id != SERVICE:
        return told
    return f"{told.rstrip('.')}. {platforms.sentence(lang)}"


def _with_chances(
    city: City,
    profiles: Sequence[Profile],
    layers: Sequence[ProfileLayer],
    services: Sequence[str],
    worlds: int,
    seed: int,
) -> list[ProfileLayer]:
    from wegeketten.reach.expected import find_chances

    found = find_chances(city, profiles, services, worlds=worlds, seed=seed)
    return [
        replace(layer, chance=np.rint(found.chance(layer.id) * CHANCE_STEPS).astype(np.uint8))
        for layer in layers
    ]


def city_name(city: City) -> str:
    """Name of a city: of the district that holds most of its homes, else from the source's file name.

    Parameters
    ----------
    city
        The city, as built.

    Returns
    -------
    str
        Without an ending.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> city_name(hamlet())
    'Hamlet'
    """
    district = np.asarray(city.homes["district"])
    count = np.bincount(district[district >= 0], minlength=1)
    row = int(count.argmax())
    mapped = len(city.districts["name"]) > row and str(city.districts["source"][row]) == "osm"
    if mapped and count[row] > 0.6 * len(district):
        return str(city.districts["name"][row])
    return place_name(str(city.meta["source"]))


def place_name(source: str) -> str:
    """A readable name from a source's file name.

    Parameters
    ----------
    source
        Name of the file.

    Returns
    -------
    str
        With a capital letter.

    Examples
    --------
    >>> place_name("extracts/lauf-pegnitz_2020-01.osm.pbf"), place_name("demo")
    ('Lauf Pegnitz', 'Helsinki')
    """
    if source == "demo":
        return "Helsinki"
    stem = Path(source).name.split(".", 1)[0]
    words = (
        re.sub(r"[_-]?\d{4}(-\d\d){0,2}$|[_-]latest$", "", stem).replace("_", " ").replace("-", " ").split()
    )
    return " ".join(word[:1].upper() + word[1:] for word in words) or stem


class _Doors:
    """Joints that any of the profiles uses, and which of them each profile uses."""

    def __init__(
        self,
        city: City,
        profiles: Sequence[Profile],
        place_rows: NDArray[np.int64],
        platforms: MapStops | None,
    ) -> None:
        from wegeketten.joins.endpoints import join_homes, join_places

        row_of = np.full(len(city.places["service"]), -1, dtype=np.int64)
        row_of[place_rows] = np.arange(len(place_rows))
        homes, places = [], []
        for profile in profiles:
            homes.append(_rows(join_homes(city, profile)))
            at_places = _rows(join_places(city, profile))
            at_places["owner"] = row_of[at_places["owner"]]
            found = [at_places[at_places["owner"] >= 0]]
            if platforms is not None:
                at_platforms = _rows(platforms.joints(profile))
                at_platforms["owner"] += platforms.first
                found.append(at_platforms)
            places.append(np.concatenate(found))
        self.homes, self.home_use = _union(homes)
        self.places, self.place_use = _union(places)


_JOINT = np.dtype([("owner", np.int64), ("edge", np.int64), ("along", np.float32), ("off_m", np.float32)])


def _rows(access: Endpoints) -> NDArray[np.void]:
    rows = np.zeros(len(access), dtype=_JOINT)
    for name in ("owner", "edge", "along", "off_m"):
        rows[name] = getattr(access, name)
    return rows


def _union(of_profiles: list[NDArray[np.void]]) -> tuple[MapJoints, list[NDArray[np.bool_]]]:
    found = np.concatenate(of_profiles)
    # whole numbers in the order of the rows: bits of floats of 0 and more rise as they do
    door = (found["owner"] << 32) | found["edge"]
    place = (found["along"].view(np.int32).astype(np.int64) << 32) | found["off_m"].view(np.int32)
    first, number = distinct_rows((door, place))
    every = found[first]
    use, start = [], 0
    for rows in of_profiles:
        used = np.zeros(len(every), dtype=bool)
        used[number[start : start + len(rows)]] = True
        use.append(used)
        start += len(rows)
    return MapJoints(every["owner"], every["edge"], every["along"], every["off_m"]), use


def _layer(
    city: City,
    profile: Profile,
    placed: Sequence[str],
    services: Sequence[str],
    place_rows: NDArray[np.int64],
    used: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    lang: str,
    works: Mended,
) -> ProfileLayer:
    from wegeketten.joins.endpoints import allowed_places
    from wegeketten.model.answers import ANSWERS
    from wegeketten.people.checks import checks, free_kinds
    from wegeketten.reach.shares import units_within
    from wegeketten.routing import INF, UNIT_S
    from wegeketten.whatif.candidates import find_candidates

    found = [(check.attribute, check.limit, check.levels) for check in checks(city.edges.columns, profile)]
    outcomes, outcome = _distinct([levels for _, _, levels in found], len(city.edges))
    level = np.full(len(city.places["service"]), CLOSED, dtype=np.uint8)
    for answer in ANSWERS:
        for service in placed:
            level[allowed_places(city, profile, answer, service)] += 1
    weights = city.weights(profile)
    slow = np.minimum(np.rint(weights.seconds / UNIT_S), MOST_UNITS)
    candidates = find_candidates(city, [profile])  # as `why` takes them
    remedies = candidates.remedies(profile)
    low, high = (np.zeros(len(city.edges), dtype=np.int64) for _ in range(2))
    for row, remedy in candidates.works.items():
        low[row], high[row] = round(remedy.price.low_eur), round(remedy.price.high_eur)
    return ProfileLayer(
        id=profile.id,
        name=getattr(profile.name, lang),
        speed_mps=profile.level_m_s,
        units=np.where(weights.possible == INF, slow.astype(np.int64), weights.possible),
        checks=[(attribute, limit) for attribute, limit, _ in found],
        outcomes=outcomes,
        outcome=outcome,
        home_joints=used[0],
        place_joints=used[1],
        place_level=level[place_rows],
        standard_units=[units_within(city.catalogue.standard_s(service, profile)) for service in services],
        mended=remedies.mended,
        prices=remedies.prices,
        price_low=low,
        price_high=high,
        free_kinds=np.flatnonzero(free_kinds(profile)).tolist(),
        wheelchair_tag=profile.limits.wheelchair_tag,
        works_units=works.units,
        works_parts=works.parts,
    )


def _distinct(levels: Sequence[NDArray[np.uint8]], edges: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Distinct outcomes over all checks; two bits per check make one number per arc."""
    keys = np.zeros(2 * edges, dtype=np.int64)
    for place, both in enumerate(levels):
        arcs = np.broadcast_to(both, (2, edges)).T.ravel()
        keys |= arcs.astype(np.int64) << (2 * place)
    distinct, outcome = distinct_numbers(keys)
    shifts = 2 * np.arange(len(levels))
    return ((distinct[:, None] >> shifts) & 3).astype(np.uint8), outcome


def _network(city: City) -> MapNetwork:
    import shapely

    from wegeketten.model.edges import ATTRIBUTES

    edges = city.edges
    owner = np.repeat(np.arange(len(edges)), np.diff(edges.bends))
    lines = shapely.simplify(
        shapely.linestrings(edges.points, indices=owner), LINE_TOLERANCE_M, preserve_topology=False
    )
    points, rows = shapely.get_coordinates(lines, return_index=True)
    starts = np.searchsorted(rows, np.arange(len(edges) + 1))
    readings = {
        attribute.name: tuple(
            edges[f"{attribute.name}{suffix}"] for suffix in ("", "_lower", "_upper", "_from")
        )
        for attribute in ATTRIBUTES
    }
    return MapNetwork(
        lon=city.nodes["lon"],
        lat=city.nodes["lat"],
        u=edges["u"],
        v=edges["v"],
        kind=edges["kind"],
        lawful=edges["forward"].astype(np.uint8) | (edges["backward"].astype(np.uint8) << 1),
        length_m=edges["length_m"],
        osm_type=edges["osm_type"],
        osm_id=edges["osm_id"],
        part=edges["part"],
        name=edges["name"],
        names=edges.names,
        starts=starts,
        points=city.projection.to_lonlat(points),
        short_slopes=np.flatnonzero(edges["short_slope"]),
        readings=readings,  # type: ignore[arg-type] # four columns each
    )


def _homes(city: City) -> MapHomes:
    homes = city.homes
    return MapHomes(
        lon=homes["lon"],
        lat=homes["lat"],
        street=homes["street"].tolist(),
        housenumber=homes["housenumber"].tolist(),
        district=homes["district"],
        weight=homes["weight"],
    )


def _places(city: City, services: Sequence[str], rows: NDArray[np.int64], lang: str) -> MapPlaces:
    columns = {name: column[rows] for name, column in city.places.items()}
    return MapPlaces(
        lon=columns["lon"],
        lat=columns["lat"],
        place_id=columns["place_id"].tolist(),
        name=columns["name"].tolist(),
        service=np.array([services.index(name) for name in columns["service"].tolist()], dtype=np.uint8),
        wheelchair=columns["wheelchair"],
        opening_hours=[opening_hours(rule, lang) for rule in columns["opening_hours"].tolist()],
    )


def _districts(city: City) -> list[District]:
    import shapely

    from wegeketten.reach.coverage import cut_districts

    found = []
    columns = city.districts
    cut = cut_districts(city)
    for row in range(len(columns["name"])):
        shape = shapely.simplify(columns["geometry"][row], 5 * BASE_TOLERANCE_DEG)
        rings = [
            shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(shape)).tolist()
        ]
        found.append(
            District(str(columns["district_id"][row]), str(columns["name"][row]), rings, bool(cut[row]))
        )
    return found


def _base(city: City) -> tuple[Base, list[str]]:
    import shapely

    from wegeketten.files.parquet import read_columns

    columns = read_columns(city.file("base.parquet"))
    klass = np.array([BASE_CLASSES.index(name) for name in columns["class"].tolist()], dtype=np.uint8)
    # Normalised outlines all turn the same way, so overlapping areas add up when they are filled.
    shapes = shapely.normalize(
        shapely.simplify(columns["geometry"], BASE_TOLERANCE_DEG, preserve_topology=False)
    )
    rings, part = shapely.get_rings(shapes, return_index=True)
    klass = klass[part]
    size = shapely.get_num_coordinates(rings)
    keep = size >= 4
    thinned = []
    if int(size.sum()) > MOST_BASE_POINTS:
        keep &= klass != BASE_CLASSES.index("building")
        thinned.append("buildings")
    points, ring = shapely.get_coordinates(rings[keep], return_index=True)
    return Base(klass[keep], np.searchsorted(ring, np.arange(int(keep.sum()) + 1)), points), thinned
