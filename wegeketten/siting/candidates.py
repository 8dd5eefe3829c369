"""Where a new place could open: houses that exist, a city's own list, else street corners near people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.model.edges import HIGHWAYS, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.joins.endpoints import Endpoints
    from wegeketten.people.profile import Profile

CORNERS = "corners"
"""Stands for street corners in the list of candidates."""

LISTED = "listed"
"""Kind of candidates that come from a file."""

MOST = 500
"""How many candidates are kept; of corners those with the most people around."""

_APART_M = 100.0  # between two corners, and between a corner and any other candidate
_AROUND_M = 300.0  # within which people count for a corner
_STREETS = (Kind.street, Kind.living_street, Kind.pedestrian, Kind.pavement)
_FAST = tuple(HIGHWAYS.index(name) for name in ("motorway", "trunk"))
_MAYBE_GRAVES = ("church", "shop")  # those that stand among graves or in parks are no meeting places
_FAST_M = 20.0  # a corner this near to a motorway's point is part of the junction
_DRY_M = 2.0  # a corner lies at least that far from water and graves


@dataclass(frozen=True)
class Candidates:
    """Possible sites, one row each.

    Attributes
    ----------
    site_id
        ``n…``, ``w…``, ``r…`` for elements, ``c`` and a number for corners, ``f`` and its id for listed ones.
    name, kind
        What it is called; kind of premises, `CORNERS` or `LISTED`.
    xy, lonlat
        float64, shape (sites, 2): metres; degrees.
    cost_eur
        What opening it costs, NaN where not stated.
    capacity
        People it can serve, NaN where not stated.
    """

    site_id: list[str]
    name: list[str]
    kind: list[str]
    xy: NDArray[np.float64]
    lonlat: NDArray[np.float64]
    cost_eur: NDArray[np.float64]
    capacity: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.site_id)

    def take(self, rows: Sequence[int]) -> Candidates:
        """Some of them.

        Parameters
        ----------
        rows
            Their positions.

        Returns
        -------
        Candidates
            In the order of `rows`.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> found, _ = find_candidates(hamlet(), "meeting_place")
        >>> found.take([0]).site_id
        ['n7004']
        """
        index = np.asarray(rows, dtype=np.int64)
        return Candidates(
            [self.site_id[row] for row in index], [self.name[row] for row in index],
            [self.kind[row] for row in index], self.xy[index], self.lonlat[index],
            self.cost_eur[index], self.capacity[index],
        )  # fmt: skip

    def joined(self, other: Candidates) -> Candidates:
        """These, then others.

        Parameters
        ----------
        other
            What comes behind.

        Returns
        -------
        Candidates
            All of both.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> found, _ = find_candidates(hamlet(), "meeting_place")
        >>> len(found.joined(found.take([0])))
        3
        """
        return Candidates(
            self.site_id + other.site_id, self.name + other.name, self.kind + other.kind,
            np.concatenate([self.xy, other.xy]), np.concatenate([self.lonlat, other.lonlat]),
            np.concatenate([self.cost_eur, other.cost_eur]),
            np.concatenate([self.capacity, other.capacity]),
        )  # fmt: skip


def find_candidates(
    city: City, service: str, *, wanted: str | None = None, most: int = MOST
) -> tuple[Candidates, list[str]]:
    """Candidates for new places of a service.

    Parameters
    ----------
    city
        A built city.
    service
        Places of it are no candidates: they are there.
    wanted
        Kinds of premises, services of the catalogue and ``corners``, separated by commas; or a file, see
        `wegeketten.places.listed.read_listed`. Premises, filled up with corners, where None.
    most
        How many at most.

    Returns
    -------
    tuple
        The candidates, and notes on what was left out.

    Raises
    ------
    UsageError
        Something is wanted that is not known, or there is no candidate at all.
    InputDataError
        The file cannot be used.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> found, notes = find_candidates(hamlet(), "meeting_place")
    >>> found.site_id
    ['n7004', 'c66']
    """
    notes: list[str] = []
    found = _none()
    kinds = None
    if wanted is not None and (Path(wanted).is_file() or Path(wanted).suffix):
        found = _from_file(city, Path(wanted), notes)
        green = int(_on_ground(city, found.lonlat, ("green",), 0.0).sum())
        if green:
            notes.append(f"{green} listed candidates lie in a park, a wood or a cemetery; they are kept")
    else:
        kinds = None if wanted is None else [part.strip() for part in wanted.split(",") if part.strip()]
        found = _premises(city, service, kinds)
    wrong = _misplaced(city, found)
    if wrong.any():
        notes.append(f"{int(wrong.sum())} candidates in water or on a motorway are left out")
        found = found.take(np.flatnonzero(~wrong).tolist())
    if len(found) > most:
        notes.append(f"of {len(found)} candidates the {most} with the most people around are taken")
        found = found.take(np.sort(np.argsort(-_around(city, found.xy), kind="stable")[:most]).tolist())
    elif (kinds is None and wanted is None) or (kinds is not None and CORNERS in kinds):
        found = found.joined(street_corners(city, most - len(found), apart_from=found.xy))
    if not len(found):
        if wanted is None or (kinds is not None and CORNERS in kinds):
            raise UsageError(
                f"no place that could be one is in {city.path}; name a file of places with --candidates"
            )
        raise UsageError(f"--candidates {wanted}: no place that could be one is in {city.path}; try corners")
    return found, notes


def join_candidates(city: City, profile: Profile, candidates: Candidates) -> Endpoints:
    """Joints of candidates with the network; those to which nobody of a profile gets are missing.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.
    candidates
        Possible sites.

    Returns
    -------
    Endpoints
        At most one joint for each candidate.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> found, _ = find_candidates(hamlet(), "meeting_place")
    >>> join_candidates(hamlet(), load_profile("walker"), found).owner.tolist()
    [0, 1]
    """
    from wegeketten.joins.endpoints import join_xy

    return join_xy(city, profile, candidates.xy)


def street_corners(city: City, most: int, *, apart_from: NDArray[np.float64] | None = None) -> Candidates:
    """Corners of public streets with the most people around, at some distance from one another.

    Corners in water, parks, woods and cemeteries, on bridges, in tunnels and at motorways are left out, and
    so are those around which nobody lives.

    Parameters
    ----------
    city
        The city, as built.
    most
        How many are wanted at most.
    apart_from
        Points to keep away from, metres, shape (points, 2); none where None.

    Returns
    -------
    Candidates
        In the order in which they were chosen, most people first.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> corners = street_corners(hamlet(), 3)
    >>> corners.kind
    ['corners']
    """
    nodes = _corner_nodes(city)
    xy = np.column_stack([city.nodes["x"][nodes], city.nodes["y"][nodes]])
    dry = ~_on_ground(city, np.column_stack([city.nodes["lon"][nodes], city.nodes["lat"][nodes]]))
    nodes, xy = nodes[dry], xy[dry]
    people = _around(city, xy)
    order = np.argsort(-people, kind="stable")
    taken: dict[tuple[int, int], list[tuple[float, float]]] = {}
    kept: list[int] = []

    def near(x: float, y: float) -> bool:
        column, row = int(x // _APART_M), int(y // _APART_M)
        return any(
            (x - a) ** 2 + (y - b) ** 2 < _APART_M**2
            for i in (-1, 0, 1) for j in (-1, 0, 1) for a, b in taken.get((column + i, row + j), ())
        )  # fmt: skip

    def take(x: float, y: float) -> None:
        taken.setdefault((int(x // _APART_M), int(y // _APART_M)), []).append((x, y))

    for x, y in () if apart_from is None else apart_from.tolist():
        take(x, y)
    for row in order.tolist():
        if len(kept) >= most or people[row] <= 0:
            break
        x, y = xy[row].tolist()
        if not near(x, y):
            take(x, y)
            kept.append(row)
    rows = np.array(kept, dtype=np.int64)
    osm_ids = city.nodes["osm_id"][nodes[rows]].tolist()
    names = [str(one) for one in osm_ids]
    ids = [
        f"c{name}" if names.count(name) == 1 else f"c{name}:{node}"
        for name, node in zip(names, nodes[rows].tolist(), strict=True)
    ]
    nothing = np.full(len(rows), np.nan)
    lonlat = np.column_stack([city.nodes["lon"][nodes[rows]], city.nodes["lat"][nodes[rows]]])
    return Candidates(
        ids, _street_names(city, xy[rows]), [CORNERS] * len(rows), xy[rows], lonlat, nothing, nothing.copy()
    )


def _corner_nodes(city: City) -> NDArray[np.int64]:
    """Nodes where public streets meet."""
    edges = city.edges
    kind = edges["kind"]
    street = np.isin(kind, [int(one) for one in _STREETS])
    street &= ~edges["private"].astype(bool) & ~edges["level_ground"].astype(bool)
    street &= ~np.isin(edges["road"], _FAST) & ~np.isin(edges["highway"], _FAST)
    count = len(city.nodes["x"])
    walks = (edges["forward"].astype(bool) | edges["backward"].astype(bool)) & ~np.isin(
        kind, [int(Kind.link)]
    )
    degree = np.bincount(edges["u"][walks], minlength=count) + np.bincount(edges["v"][walks], minlength=count)
    streets = np.bincount(edges["u"][street], minlength=count) + np.bincount(
        edges["v"][street], minlength=count
    )
    fast = np.zeros(count, dtype=bool)
    at_fast = np.isin(edges["road"], _FAST) | np.isin(edges["highway"], _FAST)
    fast[edges["u"][at_fast]] = fast[edges["v"][at_fast]] = True
    fast |= _at_motorways(city)
    return np.flatnonzero((streets >= 2) & (degree >= 3) & ~fast)


def _at_motorways(city: City) -> NDArray[np.bool_]:
    """Nodes on motorways, trunk roads and their links, or within 20 m of one of their points."""
    fast = _fast(city)
    near = _near_fast(city, np.column_stack([city.nodes["x"], city.nodes["y"]]))
    return near | np.isin(city.nodes["osm_id"], fast.get("osm_id", ()))


def _fast(city: City) -> dict[str, NDArray[np.generic]]:
    """Points of motorways, trunk roads and their links; no columns where there are none."""
    from wegeketten.files.parquet import read_columns

    path = city.path / "fast.parquet"
    return read_columns(path) if path.is_file() else {}


def _near_fast(city: City, xy: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether points (metres) lie within 20 m of a point of such a road."""
    from scipy.spatial import cKDTree

    fast = _fast(city)
    if not len(fast.get("lon", ())) or not len(xy):
        return np.zeros(len(xy), dtype=bool)
    points = city.projection.to_xy(np.column_stack([fast["lon"], fast["lat"]]))
    return np.asarray(cKDTree(np.asarray(points)).query(xy)[0] <= _FAST_M)


def _misplaced(city: City, found: Candidates) -> NDArray[np.bool_]:
    """Which candidates, whoever listed them, lie in water or on a motorway."""
    wet = _on_ground(city, found.lonlat, ("water",), 0.0)
    return wet | _near_fast(city, found.xy)


def _on_ground(
    city: City,
    lonlat: NDArray[np.float64],
    classes: Sequence[str] = ("water", "green"),
    edge_m: float = _DRY_M,
) -> NDArray[np.bool_]:
    """Whether points lie in water or green (cemeteries, parks, woods), or at their very edge."""
    import shapely

    base = city.base
    ground = np.isin(np.asarray(base["class"]).astype(str), list(classes))
    shapes = np.asarray(base["geometry"])[ground]
    wrong = np.zeros(len(lonlat), dtype=bool)
    if len(shapes) and len(lonlat):
        tree = shapely.STRtree(shapes)
        hit = tree.query(np.asarray(shapely.points(lonlat)), predicate="dwithin", distance=edge_m / 111_195)
        wrong[hit[0]] = True
    return wrong


def _around(city: City, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """People within some distance of points, as the crow flies."""
    from scipy.spatial import cKDTree

    if not len(xy):
        return np.zeros(0)
    homes = np.column_stack([city.homes["x"], city.homes["y"]])
    weight = city.homes["weight"].astype(np.float64)
    lists = cKDTree(homes).query_ball_point(xy, _AROUND_M)
    return np.array([weight[rows].sum() for rows in lists])


def _street_names(city: City, xy: NDArray[np.float64]) -> list[str]:
    """The street of the nearest address, for corners."""
    from scipy.spatial import cKDTree

    street = np.asarray(city.homes["street"]).astype(str)
    named = np.flatnonzero((street != "") & (street != "None"))
    if not len(named) or not len(xy):
        return [""] * len(xy)
    homes = np.column_stack([city.homes["x"], city.homes["y"]])[named]
    distance, nearest = cKDTree(homes).query(xy)
    return [
        street[named[row]] if far <= 150 else "" for row, far in zip(nearest.tolist(), distance.tolist(),
        strict=True)
    ]  # fmt: skip


def _premises(city: City, service: str, kinds: list[str] | None) -> Candidates:
    """Houses of some kinds, and places of services; each once."""
    from wegeketten.files.parquet import read_columns
    from wegeketten.places.service_catalogue import load_catalogue

    tables: list[dict[str, Any]] = [city.places]
    path = city.path / "premises.parquet"
    known: list[str] = []
    if path.is_file():
        tables.insert(0, read_columns(path))
        from wegeketten.files.resources import shipped

        known = load_catalogue(shipped("premises.toml")).ids
    for kind in kinds or ():
        if kind != CORNERS and kind not in known and kind not in city.catalogue.services:
            raise UsageError(
                f"--candidates {kind}: neither a file nor a kind of premises "
                f"({', '.join((*known, CORNERS))}) nor a service ({', '.join(city.catalogue.services)})"
            )
    there = {
        str(one)
        for one, what in zip(city.places["place_id"], city.places["service"], strict=True)
        if what == service
    }
    parts: list[Candidates] = []
    seen = set(there)
    for number, table in enumerate(tables):
        for kind in known if number == 0 and len(tables) > 1 else city.catalogue.services:
            if (kinds is not None and kind not in kinds) or (kinds is None and (number or len(tables) == 1)):
                continue
            rows = [
                row
                for row in np.flatnonzero(table["service"] == kind).tolist()
                if str(table["place_id"][row]) not in seen
            ]
            if kind in _MAYBE_GRAVES:
                lonlat = np.column_stack([table["lon"][rows], table["lat"][rows]]).reshape(-1, 2)
                rows = [
                    row for row, wet in zip(rows, _on_ground(city, lonlat).tolist(), strict=True) if not wet
                ]
            seen |= {str(table["place_id"][row]) for row in rows}
            nothing = np.full(len(rows), np.nan)
            parts.append(
                Candidates(
                    [str(table["place_id"][row]) for row in rows], [str(table["name"][row]) for row in rows],
                    [kind] * len(rows), np.column_stack([table["x"][rows], table["y"][rows]]).reshape(-1, 2),
                    np.column_stack([table["lon"][rows], table["lat"][rows]]).reshape(-1, 2),
                    nothing, nothing.copy(),
                )
            )  # fmt: skip
    found = _none()
    for part in parts:
        found = found.joined(part)
    return found


def _from_file(city: City, path: Path, notes: list[str]) -> Candidates:
    from wegeketten.places.listed import read_listed

    x, y = city.nodes["x"], city.nodes["y"]
    listed = read_listed(
        path, city.projection, (float(x.min()), float(y.min()), float(x.max()), float(y.max()))
    )
    if listed.skipped:
        notes.append(f"{len(listed.skipped)} rows of {path.name} lie outside the city or have no position")
    return Candidates(
        [f"f{one}" for one in listed.ids], listed.names, [LISTED] * len(listed), listed.xy,
        np.asarray(city.projection.to_lonlat(listed.xy)), listed.cost_eur, listed.capacity,
    )  # fmt: skip


def _none() -> Candidates:
    nothing = np.zeros(0)
    return Candidates([], [], [], np.zeros((0, 2)), np.zeros((0, 2)), nothing, nothing.copy())
