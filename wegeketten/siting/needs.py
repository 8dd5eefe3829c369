"""What each district needs: posts of neighbourhood management, reach of centres and meeting places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.city import provenance_of
from wegeketten.errors import InputDataError
from wegeketten.joins.endpoints import Endpoints, allowed_places, join_homes, join_places
from wegeketten.joins.pairs import times_between
from wegeketten.model.ranges import within
from wegeketten.model.tabular import Tabular
from wegeketten.reach.shares import units_within
from wegeketten.routing import INF
from wegeketten.siting.neighbourhoods import Proposal, propose
from wegeketten.siting.posts import (
    PER_POST,
    STRENGTH,
    largest_remainder,
    posts_needed,
    read_index,
    shared_with,
)  # fmt: skip
from wegeketten.siting.rows import Cluster, Need

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Progress
    from wegeketten.people.profile import Profile
    from wegeketten.places.listed import Listed

    Floats = NDArray[np.float64]

CENTRES, MEETING = "senior_service", "meeting_place"
_GAP_DEG = 2e-4  # outlines this near adjoin: 10 to 20 m
CLUSTERED = (MEETING, CENTRES, "doctor", "pharmacy", "culture", "post", "groceries")
"""Services that help one another under one roof."""

_ROOF_M = 100.0


@dataclass(frozen=True)
class Asked:
    """What is asked of `find_needs`.

    Attributes
    ----------
    per_post
        People per post.
    posts
        Number of posts in all; by the rate where None.
    index, strength
        Table of social indicators, and what one standard deviation of them adds.
    centres
        The city's own list of service centres, instead of OpenStreetMap's.
    there
        The posts there are: a table of districts and numbers, or a list of places.
    """

    per_post: float = PER_POST
    posts: int | None = None
    index: Path | None = None
    strength: float = STRENGTH
    centres: Path | None = None
    there: Path | None = None


@dataclass(frozen=True)
class Needs(Tabular):
    """Result of `find_needs`.

    Attributes
    ----------
    profile
        Whose reach it is.
    rows, areas
        Districts, and their polygons (lon/lat).
    clusters
        Services close together.
    proposal
        Neighbourhoods that no main road cuts.
    asked, notes, meta
        What was asked; what a reader should know; provenance of the city.
    """

    profile: str
    rows: tuple[Need, ...]
    areas: tuple[Any, ...]
    clusters: tuple[Cluster, ...]
    proposal: Proposal
    asked: Asked
    notes: tuple[str, ...]
    meta: dict[str, Any]

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Tables ``needs`` (districts), ``neighbourhoods`` and ``clusters``, as in the files."""
        rows, parts = zip(self.rows, self.areas, strict=True), self.proposal
        return {
            "needs": [{**row._asdict(), "geometry": area} for row, area in rows],
            "neighbourhoods": [
                {**row._asdict(), "geometry": shape}
                for row, shape in zip(parts.rows, parts.shapes, strict=True)
            ],
            "clusters": [row._asdict() for row in self.clusters],
        }

    def to_json(self) -> dict[str, Any]:
        """Content of ``needs.json``."""
        return {
            "per_post": self.asked.per_post,
            "posts_needed": round(sum(row.posts_needed for row in self.rows), 3),
            "posts_whole": sum(row.posts_whole for row in self.rows),
            "profile": self.profile,
            "districts": [row._asdict() for row in self.rows],
            "clusters": [row._asdict() for row in self.clusters],
            "neighbourhoods": [row._asdict() for row in self.proposal.rows],
            "notes": list(self.notes),
            **self.meta,
        }

    def write(self, out: Path) -> None:
        """Write tables of districts, clusters and neighbourhoods, ``needs.gpkg`` and ``needs.json``.

        Parameters
        ----------
        out
            Folder; appears whole or not at all.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> with TemporaryDirectory() as folder:
        ...     find_needs(hamlet(), load_profile("walker")).write(Path(folder) / "needs")
        ...     sorted(path.name for path in (Path(folder) / "needs").glob("*.csv"))
        ['clusters.csv', 'needs.csv', 'neighbourhoods.csv']
        """
        from wegeketten.siting.write_needs import write_needs

        write_needs(self, out)


def find_needs(
    city: City, profile: Profile, asked: Asked | None = None, *, progress: Progress | None = None
) -> Needs:
    """What each district needs, what it has, and a proposal of neighbourhoods.

    Parameters
    ----------
    city
        A built city, its homes weighted with people.
    profile
        Whose reach of centres and meeting places counts.
    asked
        Rate, index and files.
    progress
        Called with words and the share done.

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
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> needs = find_needs(hamlet(), load_profile("walker"))
    >>> [(row.district, row.people, row.posts_needed) for row in needs.rows]
    [('A1', 12.0, 0.0006)]
    """
    asked = asked or Asked()
    notify = progress or (lambda _words, _share: None)
    notify("people", 0.0)
    names, ids = [str(n) for n in city.districts["name"]], [str(n) for n in city.districts["district_id"]]
    notes: list[str] = []
    people, over_65, over_80 = (_by_district(city, column) for column in ("weight", "people_65", "people_80"))
    counted = np.nan_to_num(people) if people is not None else np.zeros(len(names))
    if not city.meta["parameters"].get("population"):
        notes.append("no file of people was given to build: every home counts as one person")
    elif city.weight_unit == "dwellings":
        notes.append("the file given to build counts dwellings: every dwelling counts as one person")
    weight = np.ones(len(names))
    within(asked.strength, "--strength", 0)
    if asked.index is not None:
        weight, told = read_index(asked.index, names, ids, asked.strength)
        notes += told
    within(asked.posts, "--posts", 0)
    needed = posts_needed(counted, weight, asked.per_post)
    whole = largest_remainder(needed, asked.posts)
    there = None if asked.there is None else _posts_there(city, asked.there, names, ids)
    notify("reach", 0.2)
    centres, meeting = _centres(city, asked.centres, notes), _listed_places(city, MEETING)
    older = city.homes["people_65"] if "people_65" in city.homes else city.homes["weight"]
    older = np.nan_to_num(older.astype(np.float64))
    centre_reach, load = _reach(city, profile, CENTRES, centres, older)
    meeting_reach, _ = _reach(city, profile, MEETING, meeting, city.homes["weight"].astype(np.float64))
    notify("neighbourhoods", 0.6)
    proposal = propose(city)
    clusters = _clusters(city)
    in_district = Counted(city)
    has_centres, has_meeting = in_district.of(centres.xy), in_district.of(meeting.xy)
    has_clusters = np.bincount(
        [names.index(one.district) for one in clusters if one.district in names], minlength=len(names)
    )
    source = _source(city, asked)
    serves = shared_with(needed, whole, _beside(city))
    rows = tuple(
        Need(
            names[row], round(float(counted[row]), 1), _cell(over_65, row, 1), round(float(needed[row]), 4),
            int(whole[row]), _cell(there, row, 3), _cell(centre_reach, row, 4), _cell(meeting_reach, row, 4),
            source, ids[row], _cell(over_80, row, 1), round(float(weight[row]), 4), int(has_centres[row]),
            _cell(load, row, 1), int(has_meeting[row]),
            round(10_000 * has_meeting[row] / counted[row], 3) if counted[row] > 0 else None,
            int(has_clusters[row]), _name_of(int(serves[row]), row, names),
        )
        for row in range(len(names))
    )  # fmt: skip
    areas = tuple(city.districts["geometry"])
    return Needs(profile.id, rows, areas, tuple(clusters), proposal, asked, tuple(notes), provenance_of(city))


class _Places(NamedTuple):
    xy: Floats
    joints: Any  # by profile: Endpoints whose owners are rows of xy


class Counted:
    """Counts points by the city's districts."""

    def __init__(self, city: City) -> None:
        import shapely

        self.city = city
        self.count = len(city.districts["name"])
        self.tree = shapely.STRtree(np.asarray(city.districts["geometry"]))

    def where(self, xy: Floats) -> NDArray[np.int64]:
        """District of each point (the city's metres), -1 outside all.

        Parameters
        ----------
        xy
            Metres, shape (points, 2).

        Returns
        -------
        ndarray
            Shape (points,).
        """
        import shapely

        found = np.full(len(xy), -1, dtype=np.int64)
        if len(xy):
            lonlat = np.asarray(self.city.projection.to_lonlat(xy))
            point, row = self.tree.query(np.asarray(shapely.points(lonlat)), predicate="intersects")
            found[point[::-1]] = row[::-1]
        return found

    def of(self, xy: Floats) -> NDArray[np.int64]:
        """Number of points in each district.

        Parameters
        ----------
        xy
            Metres, shape (points, 2).

        Returns
        -------
        ndarray
            Shape (districts,).
        """
        rows = self.where(xy)
        return np.bincount(rows[rows >= 0], minlength=self.count)


def _beside(city: City) -> list[list[int]]:
    """By district the rows of those whose outlines touch it, gaps of a few metres included."""
    import shapely

    shapes = np.asarray(city.districts["geometry"])
    found: list[list[int]] = [[] for _ in shapes]
    if len(shapes):
        one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=_GAP_DEG)
        for row, near in zip(one.tolist(), other.tolist(), strict=True):
            if row != near:
                found[row].append(near)
    return found


def _name_of(serves: int, row: int, names: list[str]) -> str:
    return names[serves] if serves not in (-1, row) else ""


def _by_district(city: City, column: str) -> Floats | None:
    if column not in city.homes:
        return None
    district = city.homes["district"]
    values = np.nan_to_num(city.homes[column].astype(np.float64))
    inside = district >= 0
    count = len(city.districts["name"])
    return np.bincount(district[inside], values[inside], minlength=count).astype(np.float64)


def _cell(values: Floats | None, row: int, digits: int) -> float | None:
    if values is None or np.isnan(values[row]):
        return None
    return round(float(values[row]), digits)


def _source(city: City, asked: Asked) -> str:
    people = ", ".join(city.meta["parameters"].get("population") or {}) or "homes"
    parts = [f"people: {people}", f"places: OpenStreetMap {city.meta.get('osm_timestamp') or ''}".strip()]
    lists = city.meta["parameters"].get("places") or {}
    parts += [f"{name}: {', '.join(files)}" for name, files in lists.items() if name in (CENTRES, MEETING)]
    parts.append(f"1 post per {asked.per_post:g} people")
    for label, path in (("index", asked.index), ("centres", asked.centres), ("posts there", asked.there)):
        parts += [] if path is None else [f"{label}: {path.name}"]
    return "; ".join(parts)


def _listed_places(city: City, service: str) -> _Places:
    rows = np.flatnonzero(city.places["service"] == service)
    xy = np.column_stack([city.places["x"][rows], city.places["y"][rows]]).reshape(-1, 2).astype(np.float64)

    def joints(profile: Profile) -> Endpoints:
        found = join_places(city, profile)
        found = found.take(np.isin(found.owner, allowed_places(city, profile, "likely", service)))
        owner = np.searchsorted(rows, found.owner).astype(np.int32)
        return Endpoints(owner, found.edge, found.along, found.off_m, found.off_units)

    return _Places(xy, joints)


def _read_list(city: City, path: Path) -> Listed:
    from wegeketten.places.listed import read_listed

    x, y = city.nodes["x"], city.nodes["y"]
    return read_listed(
        path, city.projection, (float(x.min()), float(y.min()), float(x.max()), float(y.max()))
    )


def _centres(city: City, path: Path | None, notes: list[str]) -> _Places:
    if path is None:
        return _listed_places(city, CENTRES)
    from wegeketten.siting.candidates import Candidates, join_candidates

    listed = _read_list(city, path)
    if listed.skipped:
        notes.append(f"{len(listed.skipped)} rows of {path.name} lie outside the city or have no position")
    nothing = np.full(len(listed), np.nan)
    sites = Candidates(
        listed.ids, listed.names, ["listed"] * len(listed), listed.xy,
        np.asarray(city.projection.to_lonlat(listed.xy)), nothing, nothing,
    )  # fmt: skip
    return _Places(listed.xy, lambda profile: join_candidates(city, profile, sites))


def _reach(
    city: City, profile: Profile, service: str, places: _Places, people: Floats
) -> tuple[Floats, Floats]:
    """By district: share of people within the standard, and people per place that is nearest to them."""
    districts = len(city.districts["name"])
    district = city.homes["district"]
    inside = district >= 0
    total = np.bincount(district[inside], people[inside], minlength=districts)
    nothing = np.full(districts, np.nan)
    if not len(places.xy):
        return np.where(total > 0, 0.0, np.nan), nothing
    units = times_between(
        city, profile, "likely", join_homes(city, profile), places.joints(profile), len(places.xy)
    )
    best = units.min(axis=1)
    near = inside & (best <= units_within(city.catalogue.standard_s(service, profile)))
    reached = np.bincount(district[near], people[near], minlength=districts)
    served = np.bincount(units.argmin(axis=1)[best != INF], people[best != INF], minlength=len(places.xy))
    at = Counted(city).where(places.xy)
    load = np.bincount(at[at >= 0], served[at >= 0], minlength=districts)
    count = np.bincount(at[at >= 0], minlength=districts)
    share = np.divide(reached, total, out=nothing.copy(), where=total > 0)
    return share, np.divide(load, count, out=nothing.copy(), where=count > 0)


def _posts_there(city: City, path: Path, names: list[str], ids: list[str]) -> Floats:
    """Posts by district, from a table of districts and numbers or a list of places, each a post."""
    from wegeketten.files.numerals import parse_number
    from wegeketten.files.tables import read_table

    if path.suffix.lower() in (".csv", ".tsv", ".txt", ".xlsx"):
        columns = {name.strip().casefold(): cells for name, cells in read_table(path).texts().items()}
        where = next(
            (columns[n] for n in ("district", "stadtteil", "bezirk", "stadtbezirk") if n in columns), None
        )
        count = next(
            (columns[n] for n in ("posts", "stellen", "posts_there", "anzahl") if n in columns), None
        )
        if where is not None and count is not None:
            rows = {name.casefold(): row for row, name in enumerate(names)}
            rows |= {name.casefold(): row for row, name in enumerate(ids)}
            found = np.zeros(len(names))
            for line, (place, cell) in enumerate(zip(where, count, strict=True), start=2):
                value, row = parse_number(cell.strip()), rows.get(place.strip().casefold())
                if row is None or not value >= 0:
                    what = "no district of the city" if row is None else "no number of posts"
                    raise InputDataError(f"{path}, row {line}: {place!r}, {cell!r}: {what}")
                found[row] += value
            return found
    return Counted(city).of(_read_list(city, path).xy).astype(np.float64)


def _clusters(city: City) -> list[Cluster]:
    """Places of at least two different services within 100 m of one another, the most services first."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    places = city.places
    rows = np.flatnonzero(np.isin(places["service"].astype(str), CLUSTERED))
    if len(rows) < 2:
        return []
    xy = np.column_stack([places["x"][rows], places["y"][rows]]).astype(np.float64)
    pairs = cKDTree(xy).query_pairs(_ROOF_M, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), pairs.T.reshape(2, -1)), shape=(len(rows), len(rows)))
    label = connected_components(graph, directed=False)[1]
    at = Counted(city).where(xy)
    found = []
    for number in range(int(label.max()) + 1):
        members = np.flatnonzero(label == number)
        services = sorted({str(places["service"][rows[row]]) for row in members})
        if len(services) < 2 or not {MEETING, CENTRES} & set(services):
            continue
        here = [row for row in at[members].tolist() if row >= 0]
        names = sorted({str(places["name"][rows[row]]) for row in members} - {""})
        found.append(
            Cluster(
                round(float(places["lat"][rows[members]].mean()), 6),
                round(float(places["lon"][rows[members]].mean()), 6),
                str(city.districts["name"][here[0]]) if here else "",
                ";".join(services), ";".join(names),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (-one.services.count(";"), one.lat, one.lon))
