"""Places of a city's own lists laid beside OpenStreetMap's; a place in both is counted once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.osm.features import Skipped
from wegeketten.words.umlauts import without_umlauts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from wegeketten.osm.projection import Projection
    from wegeketten.places.find import Places
    from wegeketten.places.listed import Listed

_NAMED_M = 150.0  # a register's point lies on the parcel, OpenStreetMap's on the house
_NAMELESS_M = 25.0  # one of the two has no name
_EMPTY_WORDS = re.compile(r"\b(?:e\.? ?v\.?|ggmbh|gmbh|der|die|das|des|im|am|in|und|the|of)\b")


def parse_lists(texts: Sequence[str]) -> dict[str, str]:
    """File by service, from the values of --places.

    Parameters
    ----------
    texts
        Such as ``pharmacy=list.csv``.

    Returns
    -------
    dict
        Path of the file by id.

    Raises
    ------
    UsageError
        A value is not ID=FILE, or a service comes twice.

    Examples
    --------
    >>> parse_lists(["meeting_place=treffs.csv"])
    {'meeting_place': 'treffs.csv'}
    """
    lists: dict[str, str] = {}
    for text in texts:
        name, sign, file = (part.strip() for part in text.partition("="))
        if not sign or not file or not name:
            raise UsageError(f"--places {text!r}: ID=FILE was expected, such as meeting_place=treffs.csv")
        if name in lists:
            raise UsageError(f"--places {name}: comes twice; put both lists into one file")
        lists[name] = file
    return lists


def add_listed(
    places: Places,
    lists: Sequence[tuple[str, Listed]],
    projection: Projection,
    *,
    instead: Collection[str] = (),
) -> tuple[Places, list[str]]:
    """Lay lists of places beside those that were found.

    A listed place that OpenStreetMap has, too (the same name within 150 m, the same address, or one of the
    two without a name within 25 m), leaves OpenStreetMap's where it is and completes it. Columns gain
    ``capacity``.

    Parameters
    ----------
    places
        Found in the extract.
    lists
        Service and list.
    projection
        The city's.
    instead
        Services of which only listed places count.

    Returns
    -------
    tuple
        The places, and notes: how many are new, how many were there.
    """
    gone = np.isin(places.columns["service"].astype(str), list(instead))
    kept = _without(places, gone)
    columns: dict[str, Any] = {name: values.copy() for name, values in kept.columns.items()}
    columns["capacity"] = np.full(len(kept), np.nan)
    notes, new_rows, skipped = [], [], list(kept.skipped)
    for service, listed in lists:
        rows = np.flatnonzero(columns["service"] == service)
        index = _Index(columns, rows)
        twins = 0
        for row in range(len(listed)):
            twin = index.twin_of(listed, row)
            name = _id(service, listed.ids[row])
            if twin is None:
                new_rows.append(_row(service, listed, row, projection))
                continue
            twins += 1
            _complete(columns, twin, listed, row)
            there = columns["place_id"][twin]
            skipped.append(Skipped(name, "places", f"the same place as {there}, counted once"))
        skipped += listed.skipped
        notes.append(f"{len(listed) - twins} places of {service} are new, {twins} are in OpenStreetMap, too")
    return _extended(replace(kept, columns=columns, skipped=skipped), new_rows), notes


class _Index:
    """Places of one service, to find the one that a list means."""

    def __init__(self, columns: Mapping[str, NDArray[Any]], rows: NDArray[np.int64]) -> None:
        self.rows = rows
        self.xy = np.column_stack([columns["x"][rows], columns["y"][rows]]).reshape(-1, 2).astype(np.float64)
        self.names = [plain_name(str(columns["name"][row])) for row in rows]
        self.addresses = [_address(columns["street"][row], columns["housenumber"][row]) for row in rows]
        self.taken: set[int] = set()

    def twin_of(self, listed: Listed, row: int) -> int | None:
        """Row of the place that is the same, the nearest of several; each is the same as one listed place."""
        if not len(self.rows):
            return None
        far = np.hypot(*(self.xy - listed.xy[row]).T)
        name = plain_name(listed.names[row])
        address = _address(listed.street[row], listed.housenumber[row])
        for place in np.argsort(far, kind="stable").tolist():
            if far[place] > _NAMED_M:
                break
            if place in self.taken:
                continue
            theirs = self.names[place]
            same = bool(name and theirs and same_name(name, theirs)) or bool(
                address and address == self.addresses[place]
            )
            if same or ((not name or not theirs) and far[place] <= _NAMELESS_M):
                self.taken.add(place)
                return int(self.rows[place])
        return None


def plain_name(text: str) -> str:
    """A name without case, umlauts, legal forms and small words.

    Parameters
    ----------
    text
        Name as somebody wrote it.

    Returns
    -------
    str
        Words with blanks between.

    Examples
    --------
    >>> plain_name("Nachbarschaftszentrum Löbtau e. V."), plain_name("Haus der Begegnung")
    ('nachbarschaftszentrum loebtau', 'haus begegnung')
    """
    words = re.sub(r"[^a-z0-9]+", " ", _EMPTY_WORDS.sub(" ", without_umlauts(text)))
    return " ".join(words.split())


def same_name(one: str, other: str) -> bool:
    """Whether two plain names mean one place: the words of the shorter are all in the longer.

    Parameters
    ----------
    one, other
        Results of `plain_name`.

    Returns
    -------
    bool
        False where one is empty.

    Examples
    --------
    >>> same_name("treff loebtau", "nachbarschaftstreff loebtau"), same_name("treff nord", "treff sued")
    (False, False)
    >>> same_name("loebtau", "nachbarschaftszentrum loebtau")
    True
    """
    first, second = sorted((set(one.split()), set(other.split())), key=len)
    return bool(first) and first <= second


def _address(street: object, number: object) -> str:
    if not street or not number or str(street) == "nan":
        return ""
    name = plain_name(str(street)).replace("strasse", "str")
    return f"{name} {str(number).casefold().replace(' ', '')}"


def _id(service: str, name: str) -> str:
    return f"f:{service}:{re.sub(r'[^A-Za-z0-9_.-]+', '-', name)}"


def _complete(columns: dict[str, Any], place: int, listed: Listed, row: int) -> None:
    """Let a place take over what only the list says."""
    for name, told in (("name", listed.names), ("opening_hours", listed.opening_hours)):
        if told[row] and not columns[name][place]:
            columns[name][place] = told[row]
    if np.isnan(columns["wheelchair"][place]):
        columns["wheelchair"][place] = listed.wheelchair[row]
    if np.isfinite(listed.capacity[row]):
        columns["capacity"][place] = listed.capacity[row]


def _row(service: str, listed: Listed, row: int, projection: Projection) -> dict[str, Any]:
    (x, y), (lon, lat) = listed.xy[row], projection.to_lonlat(listed.xy[row : row + 1])[0]
    return {
        "place_id": _id(service, listed.ids[row]), "service": service, "name": listed.names[row],
        "lon": lon, "lat": lat, "x": x, "y": y, "wheelchair": listed.wheelchair[row],
        "opening_hours": listed.opening_hours[row], "osm_kind": "listed",
        "street": listed.street[row], "housenumber": listed.housenumber[row],
        "capacity": listed.capacity[row],
    }  # fmt: skip


def _without(places: Places, gone: NDArray[np.bool_]) -> Places:
    if not gone.any():
        return places
    kept = np.flatnonzero(~gone)
    number = np.full(len(places), -1, dtype=np.int64)
    number[kept] = np.arange(len(kept))
    points = number[places.owner] >= 0
    return replace(
        places,
        columns={name: values[kept] for name, values in places.columns.items()},
        owner=number[places.owner[points]].astype(np.int32),
        point=places.point[points],
        xy=places.xy[points],
    )


def _extended(places: Places, rows: list[dict[str, Any]]) -> Places:
    """Places with more rows, each entered where it lies."""
    if not rows:
        return places
    count = len(places)
    columns = {}
    for name, values in places.columns.items():
        empty: Any = "" if values.dtype == object else np.nan
        more = np.array([row.get(name, empty) for row in rows], dtype=values.dtype)
        columns[name] = np.concatenate([values, more])
    return replace(
        places,
        columns=columns,
        owner=np.concatenate([places.owner, count + np.arange(len(rows))]).astype(np.int32),
        point=np.concatenate([places.point, np.zeros(len(rows), dtype=np.int16)]),
        xy=np.concatenate([places.xy, np.array([(row["x"], row["y"]) for row in rows])]),
    )
