"""Results of `site` and `needs` read back from their folders, for whoever shows them."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.files.bounds import read_within
from wegeketten.files.csv import clean_text, read_csv
from wegeketten.reach.whereabouts import at_points
from wegeketten.siting.terminal import premises_name
from wegeketten.words.catalogue import text
from wegeketten.words.names import service_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from wegeketten.city import City

SITES_NEEDED = ("rank", "site_id", "name", "kind", "lat", "lon", "cost_eur", "people_gained", "premises")
NEEDS_NEEDED = (
    "district", "people", "posts_needed", "posts_whole", "posts_there", "centre_reach_likely",
    "meeting_reach_likely", "meeting_places", "meeting_per_10000", "centres",
)  # fmt: skip
_SAME_ROOF = " (same roof)"


class ReadSite(NamedTuple):
    """A place that is there or is proposed.

    Attributes
    ----------
    number
        Rank of a proposed place, 0 for one that is there.
    name, premises
        What it is called; kind of house, "" for one that is there.
    lat, lon
        Degrees.
    where, district
        Street with the nearest house number; district.
    cost_eur
        None where nobody has stated it.
    people, sure, possible
        People newly within the standard (served by one that is there): likely, for sure, at most; None where
        not computed.
    expected, low, high, chance
        The same in drawn worlds, and in which share of them at least half of it comes; None without worlds.
    gains
        Districts of those who gain, with how many.
    near
        Services close by, and whether they are under the same roof.
    """

    number: int
    name: str
    premises: str
    lat: float
    lon: float
    where: str
    district: str
    cost_eur: float | None
    people: float | None
    sure: float | None
    possible: float | None
    expected: float | None
    low: float | None
    high: float | None
    chance: float | None
    gains: tuple[tuple[str, float], ...]
    near: tuple[tuple[str, bool], ...]

    def what(self, lang: str) -> str:
        """Name and kind of house.

        Parameters
        ----------
        lang
            Language of the text, ``de`` or ``en``.

        Returns
        -------
        str
            Such as ``Stadtbücherei (Bibliothek)``.
        """
        kind = premises_name(self.premises, lang) if self.premises else ""
        return f"{self.name} ({kind})" if self.name and kind else self.name or kind or self.where

    def near_words(self, lang: str) -> str:
        """What is close by, with commas between; empty where nothing is.

        Parameters
        ----------
        lang
            Language of the text, ``de`` or ``en``.

        Returns
        -------
        str
            Names of the services.
        """
        roof = text("sites_report.same_roof", lang)
        return ", ".join(
            service_name(name, lang) + (f" ({roof})" if same else "") for name, same in self.near
        )


@dataclass(frozen=True)
class ReadSites:
    """A folder written by `site`.

    Attributes
    ----------
    service, profiles
        What for whom.
    people, today, value
        All who count; how many have a place within the standard today (likely), and with the proposed ones;
        None where the folder does not say.
    expected
        Mean, low and high of the same in drawn worlds; None without worlds.
    new, existing
        Places; of the first objective asked for.
    """

    service: str
    profiles: tuple[str, ...]
    people: float | None
    today: float | None
    value: float | None
    expected: tuple[float, float, float] | None
    new: tuple[ReadSite, ...]
    existing: tuple[ReadSite, ...]


class ReadNeed(NamedTuple):
    """What a district needs and has; None where it is not known."""

    district: str
    people: float
    posts_needed: float
    posts_whole: int
    posts_there: float | None
    meeting_places: int
    meeting_per_10000: float | None
    meeting_reach: float | None
    centres: int
    centre_reach: float | None
    post_with: str


@dataclass(frozen=True)
class ReadNeeds:
    """A folder written by `needs`.

    Attributes
    ----------
    profile, per_post
        Whose reach counts; people per post.
    rows
        One per district.
    neighbourhoods, fitting
        How many are proposed, and how many of them have 5 000 to 10 000 people.
    """

    profile: str
    per_post: float
    rows: tuple[ReadNeed, ...]
    neighbourhoods: int
    fitting: int


def read_sites(folder: Path, city: City) -> ReadSites:
    """What `site` has written into a folder.

    Parameters
    ----------
    folder
        Folder of the result.
    city
        The city, for addresses.

    Returns
    -------
    ReadSites
        Of several objectives the first.

    Raises
    ------
    InputDataError
        A file is missing or cannot be read.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.siting.choice import Wanted
    >>> from wegeketten.siting.site import choose_sites
    >>> sites = choose_sites(hamlet(), [load_profile("walker")], Wanted("meeting_place", add=1, worlds=0))
    >>> with TemporaryDirectory() as folder:
    ...     sites.write(Path(folder) / "sites")
    ...     found = read_sites(Path(folder) / "sites", hamlet())
    >>> found.service
    'meeting_place'
    """
    document = _document(folder / "site.json")
    rows = _rows(folder / "sites.csv", SITES_NEEDED)
    rows = [row for row in rows if row.get("objective", "") == rows[0].get("objective", "")]
    try:
        lonlat = np.array([(float(row["lon"]), float(row["lat"])) for row in rows]).reshape(-1, 2)
        told = at_points(city, np.asarray(city.projection.to_xy(lonlat), dtype=np.float64)) if rows else []
        sites = [_site(row, at.plain(), at.district) for row, at in zip(rows, told, strict=True)]
        results = document.get("results") or [{}]
        expected = results[0].get("expected")
        covers = results[0].get("objective") == "cover"
        return ReadSites(
            str(document["service"]), tuple(map(str, document["profiles"])), document.get("people"),
            document["people_today"]["likely"] if "people_today" in document else None,
            float(document["value"]) if covers else None,
            (expected["people"], expected["low"], expected["high"]) if expected else None,
            tuple(site for site in sites if site.number), tuple(site for site in sites if not site.number),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise InputDataError(f"{folder}: cannot be read ({error}); write it again") from error


def read_needs(folder: Path) -> ReadNeeds:
    """What `needs` has written into a folder.

    Parameters
    ----------
    folder
        Folder of the result.

    Returns
    -------
    ReadNeeds
        Districts in the folder's order.

    Raises
    ------
    InputDataError
        A file is missing or cannot be read.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.siting.needs import find_needs
    >>> with TemporaryDirectory() as folder:
    ...     find_needs(hamlet(), load_profile("walker")).write(Path(folder) / "needs")
    ...     [row.district for row in read_needs(Path(folder) / "needs").rows]
    ['A1']
    """
    document = _document(folder / "needs.json")
    rows = _rows(folder / "needs.csv", NEEDS_NEEDED)
    areas = _rows(folder / "neighbourhoods.csv", ("size",))
    try:
        needs = tuple(
            ReadNeed(
                clean_text(row["district"]), float(row["people"]), float(row["posts_needed"]),
                int(float(row["posts_whole"])), _figure(row, "posts_there"),
                int(float(row["meeting_places"])), _figure(row, "meeting_per_10000"),
                _figure(row, "meeting_reach_likely"), int(float(row["centres"])),
                _figure(row, "centre_reach_likely"), clean_text(row.get("post_with", "")),
            )
            for row in rows
        )  # fmt: skip
        fitting = sum(row["size"] == "fits" for row in areas)
        return ReadNeeds(str(document["profile"]), float(document["per_post"]), needs, len(areas), fitting)
    except (KeyError, TypeError, ValueError) as error:
        raise InputDataError(f"{folder}: cannot be read ({error}); write it again") from error


def _site(row: Mapping[str, str], where: str, district: str) -> ReadSite:
    new = row["kind"] == "new"
    gains = [part.rpartition(" ") for part in row.get("gain_from", "").split("; ") if part]
    near = [part for part in row.get("near", "").split("; ") if part]
    return ReadSite(
        max(1, int(float(row["rank"]))) if new else 0, clean_text(row["name"]), clean_text(row["premises"]),
        float(row["lat"]), float(row["lon"]), clean_text(where), clean_text(district),
        _figure(row, "cost_eur"), _figure(row, "people_gained" if new else "people_served"),
        _figure(row, "people_sure"), _figure(row, "people_possible"), _figure(row, "people_expected"),
        _figure(row, "expected_low"), _figure(row, "expected_high"), _figure(row, "chance"),
        tuple((clean_text(name), float(count)) for name, _, count in gains),
        tuple((clean_text(part.removesuffix(_SAME_ROOF)), part.endswith(_SAME_ROOF)) for part in near),
    )  # fmt: skip


def _figure(row: Mapping[str, str], name: str) -> float | None:
    """A number, None where the cell is empty or the column missing."""
    cell = row.get(name)
    if not cell:
        return None
    value = float(cell)
    if not math.isfinite(value):
        raise ValueError(name)
    return value


def _document(path: Path) -> dict[str, Any]:
    _check_there(path)
    try:
        document = json.loads(read_within(path, "result"))
        return {str(key): value for key, value in document.items()}
    except (AttributeError, OSError, ValueError) as error:
        if isinstance(error, InputDataError):
            raise
        raise InputDataError(f"{path}: cannot be read ({error}); write it again") from error


def _rows(path: Path, needed: Sequence[str]) -> list[dict[str, str]]:
    _check_there(path)
    rows = read_csv(path)
    missing = [name for name in needed if rows and name not in rows[0]]
    if missing:
        raise InputDataError(f"{path}: column {missing[0]!r} is missing; write it again with wegeketten")
    return rows


def _check_there(path: Path) -> None:
    if not path.is_file():
        raise InputDataError(f"{path}: cannot be read (no such file); give the folder that the command wrote")
