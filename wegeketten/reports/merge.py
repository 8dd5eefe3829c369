"""Too many homes for one page: neighbours that share their way to the network become one mark."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.model.distinct import distinct_rows
from wegeketten.reports.varint import TEXT_LIMIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.reports.data import MapData, MapHomes

    Longs = NDArray[np.int64]

MOST_HOMES = 60_000
"""Above this many homes neighbours are merged."""

STRETCHES_M = (15.0, 30.0, 60.0, 120.0, math.inf)
"""Homes are merged within such stretches of an edge and as far from it; tried until few enough are left."""

_CELL_DEG = 1e-3  # homes without any way near them are merged by squares of about 100 m


def merge_homes(data: MapData, most: int = MOST_HOMES) -> MapData:
    """Merge neighbouring homes of a city that has more than `most` of them; others stay as they are.

    Homes are merged only where they have the same street and district and join the same stretch of the same
    edges in every profile, so nothing lies between them that one could pass and another could not. A mark
    stands at its middle home (half of the weight on either side), has that home's times and carries the
    weight of all.

    Parameters
    ----------
    data
        What a map shows.
    most
        Aimed at: the shortest of `STRETCHES_M` that leaves no more marks, or the last one.

    Returns
    -------
    MapData
        With `Homes.merged`, the homes behind each mark, and `MapData.spread_m`, the farthest any of them
        lies from its mark.

    Examples
    --------
    >>> from wegeketten.reports.map_data import gather
    >>> merge_homes(gather(city), most=1000).spread_m  # doctest: +SKIP
    14.6
    """
    if len(data.homes) <= most or data.homes.merged is not None:
        return data
    return _merged(data, group_homes(data, most))


def group_homes(data: MapData, most: int = MOST_HOMES) -> Longs:
    """Number of the mark that each home belongs to, from 0; see `merge_homes`.

    Parameters
    ----------
    data
        What to show.
    most
        How many marks at most.

    Returns
    -------
    Longs
        Shape (homes,).

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reports.map_data import gather
    >>> group_homes(gather(hamlet(), profiles=["walker"], services=["pharmacy"]), 4).max().item() + 1
    3
    """
    position, off = _positions(data)
    _, streets = np.unique(np.array(data.homes.street, dtype=np.str_), return_inverse=True)
    fixed = _numbered(_same_joints(data), _numbered(streets.ravel(), np.asarray(data.homes.district)))
    group = fixed
    for stretch in STRETCHES_M:
        part = _numbered(*(np.floor(axis / stretch).astype(np.int64) for axis in (position, off)))
        group = _numbered(fixed, part)
        if int(group.max(initial=-1)) < most:
            break
    return group


def _first_joints(data: MapData) -> tuple[Longs, NDArray[np.bool_]]:
    """Row of each home's first joint (0 where it has none), and whether it has any."""
    owner = np.asarray(data.home_joints.owner, dtype=np.int64)
    rows = np.zeros(len(data.homes), dtype=np.int64)
    rows[owner[::-1]] = np.arange(len(owner))[::-1]
    has = np.zeros(len(data.homes), dtype=bool)
    has[owner] = True
    return rows, has


def _positions(data: MapData) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metres along the edge of each home's first joint, and from there to the door; 0 without a joint."""
    rows, has = _first_joints(data)
    joints = data.home_joints
    if not len(joints):
        return np.zeros(len(rows)), np.zeros(len(rows))
    length = np.asarray(data.network.length_m, dtype=np.float64)[np.asarray(joints.edge)[rows]]
    along = length * np.asarray(joints.along, dtype=np.float64)[rows]
    return np.where(has, along, 0.0), np.where(has, np.asarray(joints.off_m, dtype=np.float64)[rows], 0.0)


def _same_joints(data: MapData) -> Longs:
    """A number per home, equal where homes join the same edges in the same profiles."""
    joints = data.home_joints
    owner = np.asarray(joints.owner, dtype=np.int64)
    used = np.zeros(len(joints), dtype=np.int64)
    for bit, layer in enumerate(data.profiles):
        used |= np.asarray(layer.home_joints, dtype=np.int64) << bit
    order = np.lexsort((joints.edge, owner))
    turn = np.arange(len(order)) - np.searchsorted(owner[order], owner[order])
    squares = [
        np.floor(np.asarray(axis) / _CELL_DEG).astype(np.int64) for axis in (data.homes.lon, data.homes.lat)
    ]
    has = np.isin(np.arange(len(data.homes)), owner)
    number = np.where(has, 0, _numbered(*squares) + 1)
    for place in range(int(turn.max(initial=-1)) + 1):
        rows = order[turn == place]
        edge, profiles = (np.full(len(data.homes), -1, dtype=np.int64) for _ in range(2))
        edge[owner[rows]], profiles[owner[rows]] = np.asarray(joints.edge)[rows], used[rows]
        number = _numbered(number, _numbered(edge, profiles))
    return number


def _numbered(first: Longs, second: Longs) -> Longs:
    """Numbers from 0 for the distinct pairs of two columns."""
    return distinct_rows((first, second))[1]


def _merged(data: MapData, group: Longs) -> MapData:
    homes = data.homes
    position, off = _positions(data)
    weight = np.asarray(homes.weight, dtype=np.float64)
    order = np.lexsort((np.arange(len(group)), position, group))
    starts = np.searchsorted(group[order], np.arange(int(group.max()) + 1))
    total = np.add.reduceat(weight[order], starts)
    passed = np.cumsum(weight[order])
    before = passed[starts] - weight[order][starts]
    half = passed - before[group[order]] >= total[group[order]] / 2 - 1e-9
    reached = np.flatnonzero(half)
    middle = order[reached[np.unique(group[order][reached], return_index=True)[1]]]
    kept = np.sort(middle)  # marks in the order of their homes, which lie near each other
    groups = group[kept]
    to_mark = np.abs(position - position[middle[group]]) + np.abs(off - off[middle[group]])
    mark = np.full(len(homes), -1, dtype=np.int64)
    mark[kept] = np.arange(len(kept))
    owner = mark[np.asarray(data.home_joints.owner, dtype=np.int64)]
    used = np.flatnonzero(owner >= 0)
    joints = data.home_joints
    return replace(
        data,
        homes=replace(
            homes,
            lon=np.asarray(homes.lon)[kept],
            lat=np.asarray(homes.lat)[kept],
            street=[homes.street[row] for row in kept.tolist()],
            housenumber=_numbers(homes, order, starts, groups),
            district=np.asarray(homes.district)[kept],
            weight=total[groups],
            merged=np.bincount(group)[groups],
        ),
        home_joints=replace(
            joints,
            owner=owner[used],
            edge=np.asarray(joints.edge)[used],
            along=np.asarray(joints.along)[used],
            off_m=np.asarray(joints.off_m)[used],
        ),
        profiles=[
            replace(
                layer,
                home_joints=np.asarray(layer.home_joints)[used],
                chance=None if layer.chance is None else np.asarray(layer.chance)[kept],
            )
            for layer in data.profiles
        ],
        spread_m=float(to_mark.max()),
    )


def _numbers(homes: MapHomes, order: Longs, starts: Longs, groups: Longs) -> list[str]:
    """House numbers behind each mark in natural order, as many as fit: the search finds each of them."""
    ends = np.append(starts[1:], len(order))
    texts = []
    for group in groups.tolist():
        found = {homes.housenumber[row] for row in order[starts[group] : ends[group]].tolist()} - {""}
        listed = ", ".join(sorted(found, key=_natural))
        texts.append(listed if len(listed) <= TEXT_LIMIT else listed[: TEXT_LIMIT - 1] + "…")
    return texts


def _natural(number: str) -> tuple[Any, ...]:
    digits = number[: len(number) - len(number.lstrip("0123456789"))]
    return (int(digits[:9]) if digits.isascii() and digits else 0, number)
