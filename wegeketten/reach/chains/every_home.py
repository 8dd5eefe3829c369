"""Chains for every home at once: who can run the errands, in what time, and where it breaks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.chances import ExpectedShare
from wegeketten.files.atomic import whole_folder
from wegeketten.files.csv import write_csv
from wegeketten.files.json import write_json
from wegeketten.files.parquet import write_columns
from wegeketten.model.answers import ANSWERS
from wegeketten.model.ranges import within
from wegeketten.model.tabular import Tabular
from wegeketten.reach.chains.drawn import done_in_worlds
from wegeketten.reach.chains.needs import Needs
from wegeketten.reach.chains.trips import Trips
from wegeketten.reach.hours import city_at
from wegeketten.reach.records import EXPECTED
from wegeketten.reach.scan import MOST_WORLDS
from wegeketten.routing import INF, UNIT_S

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Progress
    from wegeketten.people.profile import Profile
    from wegeketten.reach.chains.errands import Errands


COLUMNS = (
    "district", "profile", "chain", "homes", "weight", "share_sure", "share_likely", "share_possible",
    "median_likely_s", "p90_likely_s", "median_walker_s", "times_walker", "breaks_at",
)  # fmt: skip
"""Columns of ``chains.csv``; those of `EXPECTED` follow where worlds were drawn."""


@dataclass(frozen=True)
class Chains(Tabular):
    """Chains of every home; rows are the city's homes.

    Attributes
    ----------
    city
        Where.
    profile
        Id.
    errands
        What is to be done.
    seconds
        By answer, float64: on the way, NaN where the chain cannot be done.
    walker_s
        The same for the walker, in *likely*.
    kinds, places
        int32, shape (homes, visits): which errand comes first, second …, and the rows of the city's places,
        in *likely*; -1 where it cannot be done.
    breaks_at
        int8: number of the first errand that fails in *likely*, the number of errands where only the way home
        is missing, -1 where the chain can be done.
    done
        bool, shape (homes, worlds): in which drawn worlds the chain can be done, on whatever way; None where
        no worlds were drawn.
    seed
        Which worlds.
    """

    city: City
    profile: str
    errands: Errands
    seconds: dict[str, NDArray[np.float64]]
    walker_s: NDArray[np.float64]
    kinds: NDArray[np.int32]
    places: NDArray[np.int32]
    breaks_at: NDArray[np.int8]
    done: NDArray[np.bool_] | None = None
    seed: int = 0

    @property
    def chance(self) -> NDArray[np.float32] | None:
        """Share of the worlds in which each home can do its chain, 0–1; None where none were drawn."""
        return None if self.done is None else self.done.mean(axis=1, dtype=np.float32)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of ``chains.csv``."""
        return COLUMNS if self.done is None else (*COLUMNS, *EXPECTED)

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Tables ``chains`` (districts) and ``homes``."""
        columns = self.home_columns()
        cells = [column.tolist() if hasattr(column, "tolist") else column for column in columns.values()]
        homes = [dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=True)]
        return {
            "chains": [{name: row[name] for name in self.columns} for row in self.districts()],
            "homes": homes,
        }

    @property
    def name(self) -> str:
        """The errands in one word."""
        joined = ("+" if self.errands.any_order else ">").join(self.errands.visit)
        return f"home>{joined}>home" if self.errands.returning else f"home>{joined}"

    def districts(self) -> list[dict[str, Any]]:
        """One row per district, then one for the whole city (``district`` is empty)."""
        names = [str(name) for name in self.city.districts["name"]]
        groups = [(name, self.city.homes["district"] == row) for row, name in enumerate(names)]
        groups.append(("", np.ones(len(self.walker_s), dtype=bool)))
        return [self._district(name, members) for name, members in groups if members.any()]

    def _district(self, name: str, members: NDArray[np.bool_]) -> dict[str, Any]:
        weight = self.city.homes["weight"].astype(np.float64)
        total = float(weight[members].sum())
        shares = {
            answer: float(weight[members & np.isfinite(self.seconds[answer])].sum()) / total
            if total
            else None
            for answer in ANSWERS
        }
        done = members & np.isfinite(self.seconds["likely"])
        both = done & np.isfinite(self.walker_s)
        ratio = self.seconds["likely"][both] / np.maximum(self.walker_s[both], UNIT_S)
        failing = self.breaks_at[members & (self.breaks_at >= 0)]
        worst = int(np.bincount(failing).argmax()) if len(failing) else -1
        steps = (*self.errands.visit, "home")
        return {
            "district": name,
            "profile": self.profile,
            "chain": self.name,
            "homes": int(members.sum()),
            "weight": round(total, 3),
            **{
                f"share_{answer}": None if share is None else round(share, 4)
                for answer, share in shares.items()
            },
            "median_likely_s": _quantile(self.seconds["likely"][done], 0.5),
            "p90_likely_s": _quantile(self.seconds["likely"][done], 0.9),
            "median_walker_s": _quantile(self.walker_s[members & np.isfinite(self.walker_s)], 0.5),
            "times_walker": round(float(np.median(ratio)), 3) if len(ratio) else None,
            "breaks_at": "" if worst < 0 else steps[worst],
            **self._expected(members, weight),
        }

    def _expected(self, members: NDArray[np.bool_], weight: NDArray[np.float64]) -> dict[str, Any]:
        """Mean share over the worlds, and between which shares it lies in eight of ten."""
        if self.done is None:
            return {}
        share = ExpectedShare(None, None, None, self.done.shape[1])
        total = weight[members].sum()
        if total > 0:
            share = ExpectedShare.of(weight[members] @ self.done[members] / total)
        cells = (None if part is None else round(part, 4) for part in share[:3])
        return dict(zip(EXPECTED, (*cells, share.worlds), strict=True))

    def to_json(self) -> dict[str, Any]:
        """Plain values; the homes are in the table."""
        meta = self.city.meta
        return {
            "profile": self.profile,
            "visit": list(self.errands.visit),
            "any_order": self.errands.any_order,
            "return": self.errands.returning,
            **{name: need for name, need in self.errands.needs._asdict().items() if need is not None},
            **({} if self.done is None else {"worlds": self.done.shape[1], "seed": self.seed}),
            "districts": self.districts(),
            **{
                str(name): meta[name]
                for name in ("version", "source_sha256", "osm_timestamp")
                if name in meta
            },
        }

    def write(self, out: Path) -> None:
        """Write ``chains.csv`` (districts), ``homes.parquet`` and ``chain.json`` into a folder.

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
        >>> from wegeketten.reach.chains.errands import Errands
        >>> chains = find_chains(hamlet(), load_profile("walker"), Errands(("pharmacy",)))
        >>> with TemporaryDirectory() as folder:
        ...     chains.write(Path(folder) / "chains")
        ...     sorted(path.name for path in (Path(folder) / "chains").iterdir())
        ['chain.json', 'chains.csv', 'homes.parquet']
        """
        rows = self.districts()
        with whole_folder(out, marker="chain.json") as folder:
            cells = [[row[name] for name in self.columns] for row in rows]
            write_csv(folder / "chains.csv", self.columns, cells)
            write_columns(folder / "homes.parquet", self.home_columns())
            write_json(folder / "chain.json", self.to_json())

    def home_columns(self) -> dict[str, Any]:
        """Columns of ``homes.parquet``, one row per home."""
        homes = self.city.homes
        names = np.array([str(name) for name in self.city.districts["name"]] + [""])
        steps = np.array([*self.errands.visit, "home", ""])
        place_ids = np.append(self.city.places["place_id"].astype(str), "")
        visited = [";".join(name for name in row if name) for row in place_ids[self.places].tolist()]
        count = len(homes["home_id"])
        return {
            "home_id": homes["home_id"], "lon": homes["lon"], "lat": homes["lat"],
            "district": names[homes["district"]].tolist(), "weight": homes["weight"],
            "profile": [self.profile] * count, "chain": [self.name] * count,
            **{f"{answer}_s": self.seconds[answer] for answer in ANSWERS},
            "walker_s": self.walker_s,
            **({} if self.chance is None else {"chance": self.chance}),
            "place_ids": visited,
            "breaks_at": steps[self.breaks_at].tolist(),
        }  # fmt: skip


def find_chains(
    city: City,
    profile: Profile,
    errands: Errands,
    *,
    walker: Profile | None = None,
    worlds: int = 0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Chains:
    """The fastest chain of every home, in three answers, and the walker's beside it.

    Parameters
    ----------
    city
        A built city.
    profile
        For whom.
    errands
        What is to be done; chains keep to the needs for benches and toilets, the walker has none.
    walker
        Whom to compare with; the shipped walker where None.
    worlds, seed
        How many worlds are drawn for each home's chance, 0 for none; and which.
    progress
        Called with words and the share done.

    Returns
    -------
    Chains
        Times by home, in three answers.

    Raises
    ------
    UsageError
        A service does not exist, or there are fewer than no worlds or too many.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reach.chains.errands import Errands
    >>> errands = Errands(("pharmacy", "groceries"), returning=True)
    >>> chains = find_chains(hamlet(), load_profile("walker"), errands)
    >>> chains.seconds["likely"][:3].round().tolist()
    [492.0, 487.0, 482.0]
    """
    from wegeketten.people.profile import load_profile

    within(worlds, "--worlds", 0, MOST_WORLDS)
    errands = errands.checked(city)
    city = city_at(city, errands.when)
    notify = progress or (lambda _words, _share: None)
    notify("network", 0.0)
    trips = Trips(city, profile)
    owners = trips.precinct.homes.owner
    count, visits = len(city.homes["home_id"]), len(errands.visit)
    seconds = {str(answer): np.full(count, np.nan) for answer in ANSWERS}
    kinds = np.full((count, visits), -1, dtype=np.int32)
    places = np.full((count, visits), -1, dtype=np.int32)
    breaks = np.zeros(count, dtype=np.int8)  # a home that joins no way breaks at once
    for number, answer in enumerate(ANSWERS):
        notify(answer, 0.2 + 0.2 * number)
        tours = trips.tours(errands, answer, partial(_tell_part, notify, answer, 0.2 + 0.2 * number))
        seconds[answer][owners] = np.where(tours.times == INF, np.nan, tours.times * UNIT_S)
        if answer == "likely":
            kinds[owners], places[owners] = tours.kinds, tours.places
            breaks[owners] = trips.breaks(errands, answer, tours)
    done = None
    if worlds:
        done = np.zeros((count, worlds), dtype=bool)
        sure, possible = (np.isfinite(seconds[answer][owners]) for answer in ("sure", "possible"))
        done[owners] = done_in_worlds(
            trips, errands, (sure, possible), worlds=worlds, seed=seed,
            progress=partial(_tell_part, notify, "worlds", 0.8),
        )  # fmt: skip
    notify("walker", 0.95)
    walker = walker or load_profile("walker")
    walker_trips = Trips(city, walker)
    walker_tours = walker_trips.tours(replace(errands, needs=Needs()), "likely")
    walker_s = np.full(count, np.nan)
    walker_s[walker_trips.precinct.homes.owner] = np.where(
        walker_tours.times == INF, np.nan, walker_tours.times * UNIT_S
    )
    return Chains(city, profile.id, errands, seconds, walker_s, kinds, places, breaks, done, seed)


def _tell_part(notify: Progress, words: str, begun: float, share: float) -> None:
    notify(words, begun + 0.15 * share)


def _quantile(values: NDArray[np.float64], share: float) -> float | None:
    return round(float(np.quantile(values, share)), 1) if len(values) else None
