"""The scan: how far every home is from every service, for every profile, in three answers."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.model.tabular import Tabular
from wegeketten.osm.features import Skipped
from wegeketten.reach.home_times import Reach, reach_of
from wegeketten.reach.islands import find_islands

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.chances import Chances, ExpectedShare
    from wegeketten.city import City
    from wegeketten.model.answers import Progress
    from wegeketten.people.profile import Profile
    from wegeketten.places.service_catalogue import Catalogue
    from wegeketten.reach.islands import Island
    from wegeketten.reach.shares import Share

_T = TypeVar("_T")

MOST_WORLDS = 4096
"""More worlds than that make no share more precise."""


@dataclass
class Scan(Tabular):
    """Result of a scan.

    Attributes
    ----------
    city
        What was scanned.
    profiles, services
        Columns of the result, in the order asked for.
    catalogue
        The services' definitions and standards.
    homes
        Rows of the city's homes that were asked for (all, or those of some districts).
    reach
        By profile id.
    islands
        By profile id: parts of the network that wheels or feet cannot leave.
    skipped
        What could not be joined to the network.
    seconds
        Wall-clock time the scan took.
    districts
        Rows of the districts asked for.
    chances
        In which worlds who reaches what in time; None where no worlds were drawn.
    demands
        What was asked of a service beyond being there, by its id; for ``scan.json``.
    """

    city: City
    profiles: list[Profile]
    services: list[str]
    catalogue: Catalogue
    homes: NDArray[np.int64]
    reach: dict[str, Reach]
    islands: dict[str, list[Island]]
    skipped: list[Skipped] = field(default_factory=list)
    seconds: float = 0.0
    districts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    chances: Chances | None = None
    demands: dict[str, Any] = field(default_factory=dict)
    _kept: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, key: Hashable, find: Callable[[], _T]) -> _T:
        """What `find` finds in this scan; found the first time, kept for all pages of a report.

        Parameters
        ----------
        key
            Names what is found.
        find
            Called where it is not known yet.

        Returns
        -------
        _T
            What `find` returned.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> result = scan(hamlet(), profiles=["walker"], services=["pharmacy"])
        >>> result.once("answer", lambda: 42), result.once("answer", lambda: 43)
        (42, 42)
        """
        if key not in self._kept:
            self._kept[key] = find()
        return cast("_T", self._kept[key])

    def tables(self) -> dict[str, Any]:
        """Tables ``districts``, ``total`` and ``homes`` (one row per home, profile and service)."""
        from wegeketten.reach.records import home_records, share_records

        return {
            "districts": share_records(self, self.shares, self.expected),
            "total": share_records(self, self.total, self.expected_total),
            "homes": lambda: home_records(self),
        }

    def to_json(self) -> dict[str, Any]:
        """Content of ``scan.json``: what was asked, and where it comes from."""
        from wegeketten.reach.tables import summary

        return summary(self)

    def write(self, out: Path) -> None:
        """Write ``homes.parquet``, ``districts.csv``, ``equity.csv``, ``scan.json`` and ``skipped.csv``.

        Parameters
        ----------
        out
            Folder; appears whole or not at all.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> result = scan(hamlet(), profiles=["walker"], services=["pharmacy"])
        >>> with TemporaryDirectory() as folder:
        ...     result.write(Path(folder) / "out")
        ...     sorted(path.name for path in (Path(folder) / "out").glob("*.csv"))
        ['districts.csv', 'equity.csv', 'islands.csv', 'skipped.csv']
        """
        from wegeketten.reach.tables import write_scan

        write_scan(self, out)

    @cached_property
    def shares(self) -> list[Share]:
        """The district table: one row per district × profile × service."""
        from wegeketten.reach.shares import shares_by_district

        return shares_by_district(self)

    @cached_property
    def total(self) -> list[Share]:
        """The same for all homes of the scan together, one row per profile × service."""
        from wegeketten.reach.shares import shares_of

        return shares_of(self, self.homes, "")

    @cached_property
    def expected(self) -> list[ExpectedShare]:
        """Expected share for each row of `shares`; empty without worlds."""
        from wegeketten.reach.shares import expected_by_district

        return expected_by_district(self)

    @cached_property
    def expected_total(self) -> list[ExpectedShare]:
        """Expected share for each row of `total`; empty without worlds."""
        from wegeketten.reach.shares import expected_of

        return expected_of(self, self.homes)


def scan(
    city: City,
    *,
    profiles: Sequence[str | Profile] = (),
    services: Sequence[str] = (),
    districts: Sequence[str] = (),
    catalogue: Catalogue | None = None,
    worlds: int = 0,
    seed: int = 0,
    own_speed: bool = False,
    progress: Progress | None = None,
) -> Scan:
    """Compute for every home and profile the time to the nearest place of every service.

    Parameters
    ----------
    city
        A built city.
    profiles
        Ids, paths of TOML files or `Profile` objects; all shipped profiles where empty.
    services
        Service ids; all of the catalogue where empty.
    districts
        Names or ids; all where empty.
    catalogue
        The city's own catalogue where None.
    worlds
        How many times the unknown is drawn for the chances between the three answers; 0 for none.
    seed
        Another seed, other worlds.
    own_speed
        Whether people of one profile differ in speed in these worlds, from its slow to its fast one.
    progress
        Called with words and the share done.

    Returns
    -------
    Scan
        Times by profile, home and service.

    Raises
    ------
    UsageError
        A profile, service or district does not exist, or there are fewer than no worlds or too many.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> result = scan(hamlet(), profiles=["walker", "wheelchair"], services=["pharmacy"])
    >>> result.to_frame()[["profile", "share_likely"]].values.tolist()
    [['walker', 1.0], ['wheelchair', 0.0]]
    """
    from wegeketten.people.profile import Profile, load_profiles

    if not 0 <= worlds <= MOST_WORLDS:
        raise UsageError(f"{worlds} worlds: give 0 for none, or up to {MOST_WORLDS} (64 are a good number)")

    if own_speed and not worlds:
        raise UsageError("--own-speed: speeds are drawn with the worlds; give --worlds 1 or more")

    started = time.perf_counter()
    loaded = [
        profile if isinstance(profile, Profile) else load_profiles([profile])[0]
        for profile in (profiles or load_profiles())
    ]
    catalogue = catalogue or city.catalogue
    wanted = catalogue.pick(services)
    district_rows = find_districts(city, districts)
    district = city.homes["district"]
    homes = np.flatnonzero(np.isin(district, district_rows)) if districts else np.arange(len(district))
    result = Scan(
        city, loaded, wanted, catalogue, homes, {}, {}, districts=district_rows,
        skipped=_without_places(city, wanted),
    )  # fmt: skip
    for number, profile in enumerate(loaded):
        if progress:
            progress(profile.id, number / len(loaded))
        result.reach[profile.id] = reach_of(city, profile, wanted)
        result.islands[profile.id] = find_islands(city, profile)
        city.forget()
    result.skipped += _unjoined(result)
    if worlds:
        from wegeketten.reach.expected import find_chances

        result.chances = find_chances(
            city, loaded, wanted, worlds=worlds, seed=seed, own_speed=own_speed, catalogue=catalogue,
            progress=progress,
        )  # fmt: skip
    result.seconds = time.perf_counter() - started
    return result


def find_districts(city: City, wanted: Sequence[str]) -> NDArray[np.int64]:
    """Rows of the districts named; all where `wanted` is empty.

    Parameters
    ----------
    city
        The city, as built.
    wanted
        Names or ids.

    Returns
    -------
    ndarray
        Ascending.

    Raises
    ------
    UsageError
        A name fits none of the city's districts.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> find_districts(hamlet(), ["A1"]).tolist()
    [0]
    """
    names = [str(name) for name in city.districts["name"]]
    ids = [str(name) for name in city.districts["district_id"]]
    if not wanted:
        return np.arange(len(names))
    rows = []
    for name in wanted:
        folded = name.casefold()
        hits = [row for row in range(len(names)) if folded in (names[row].casefold(), ids[row].casefold())]
        if not hits:
            from difflib import get_close_matches

            near = get_close_matches(name, names, n=3) or names[:5]
            raise UsageError(f"no district {name!r} in {city.path}; there are {', '.join(near)} …")
        rows += hits
    return np.unique(np.array(rows, dtype=np.int64))


def _without_places(city: City, services: Sequence[str]) -> list[Skipped]:
    offered = set(city.places["service"].tolist())
    return [
        Skipped(service, "places", "no place of this service in the extract: nobody reaches one")
        for service in services
        if service not in offered
    ]


def _unjoined(result: Scan) -> list[Skipped]:
    rows = []
    ids = result.city.homes["home_id"]
    for profile in result.profiles:
        joined = result.reach[profile.id].joined[result.homes]
        rows += [
            Skipped(str(ids[home]), "snap", f"no way within reach that the profile {profile.id} may use")
            for home in result.homes[~joined].tolist()
        ]
    return rows
