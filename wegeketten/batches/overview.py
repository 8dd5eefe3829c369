"""All cities in one table: a row per city, profile and service."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

from wegeketten.batches.steps import PUBLISHED
from wegeketten.model.licence import ATTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

OVERVIEW = "overview.parquet"
PAGE = "overview.html"
_SHARES = ("share_sure", "share_likely", "share_possible")


def write_overview(dataset: Path, cities: Sequence[str], *, lang: str = "de") -> bool:
    """Write ``overview.parquet`` and the page of it, where a city's part has changed since.

    Parameters
    ----------
    dataset
        Folder of the batch.
    cities
        Ids of the cities that belong to it.
    lang
        Language of the page.

    Returns
    -------
    bool
        Whether they were written.
    """
    told = [about for city in sorted(cities) if (about := _about(dataset, city))]
    if not told:
        return False
    mark = _mark([lang, *((each["city"], each["key"]) for each in told)])
    target, page = dataset / OVERVIEW, dataset / PAGE
    if target.is_file() and _ends_with(page, mark):
        return False
    from wegeketten.batches.page import overview_page  # loads profiles: not where nothing has changed
    from wegeketten.files.json import write_text
    from wegeketten.files.parquet import write_columns

    columns = overview_columns(dataset, told)
    if not len(columns["city"]):  # nobody lives in any of them
        return False
    write_columns(target, columns, note={"attribution": ATTRIBUTION})
    write_text(page, overview_page(columns, lang) + mark)
    return True


def _mark(made_of: list[Any]) -> str:
    """Last line of the page, by which the next run knows without reading tables that nothing has changed."""
    return f"<!-- {hashlib.sha256(json.dumps(made_of).encode()).hexdigest()} -->\n"


def _ends_with(page: Path, mark: str) -> bool:
    try:
        with page.open("rb") as file:
            file.seek(-len(mark), os.SEEK_END)
            return file.read() == mark.encode("ascii")
    except OSError:
        return False


def _about(dataset: Path, city: str) -> dict[str, Any] | None:
    try:
        text = (dataset / "districts" / f"city={city}" / PUBLISHED).read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text)
    except (OSError, ValueError):
        return None
    return found


def overview_columns(dataset: Path, told: Sequence[dict[str, Any]]) -> dict[str, NDArray[Any] | list[str]]:
    """Shares of whole cities: those of their districts, weighted by the people in them.

    Parameters
    ----------
    dataset
        Folder of the batch.
    told
        Markers of the cities' parts.

    Returns
    -------
    dict
        Columns of ``overview.parquet`` by name.
    """
    import numpy as np
    import pyarrow.parquet as pq

    from wegeketten.files.parquet import to_numpy

    wanted = ["profile", "service", "homes", "weight", "standard_s", *_SHARES]
    texts: dict[str, list[str]] = {name: [] for name in ("city", "name", "profile", "service")}
    places: dict[str, list[float]] = {"lon": [], "lat": []}
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in wanted[2:]}
    group_of: list[int] = []
    for about in told:
        path = dataset / "districts" / f"city={about['city']}" / "part-0.parquet"
        with pq.ParquetFile(path) as file:
            table = file.read(columns=wanted)
        groups: dict[tuple[str, str], int] = {}
        start = len(texts["city"])
        pairs = zip(table["profile"].to_pylist(), table["service"].to_pylist(), strict=True)
        group_of += [groups.setdefault(pair, start + len(groups)) for pair in pairs]
        for profile, service in groups:
            for name, value in (("city", about["city"]), ("name", about["name"]), ("profile", profile),
                                ("service", service)):  # fmt: skip
                texts[name].append(str(value))
        for place, known in places.items():
            known += [np.nan if about[place] is None else about[place]] * len(groups)
        for name, part in parts.items():
            part.append(to_numpy(table[name]))
    numbers: dict[str, NDArray[Any]] = {name: np.array(column) for name, column in places.items()}
    numbers |= _totals({name: np.concatenate(part) for name, part in parts.items()}, np.array(group_of))
    columns: dict[str, NDArray[Any] | list[str]] = {name: texts[name] for name in ("city", "name")}
    columns |= {name: numbers[name] for name in ("lon", "lat")}
    columns |= {name: texts[name] for name in ("profile", "service")}
    columns |= {name: numbers[name] for name in ("homes", "people", "standard_s", *_SHARES)}
    return columns


def _totals(rows: dict[str, NDArray[Any]], group: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Of the districts of each group: homes, people, the standard, shares by the people in them."""
    import numpy as np

    groups = int(group.max(initial=-1)) + 1
    first = np.zeros(groups, dtype=np.int64)
    first[group[::-1]] = np.arange(len(group))[::-1]
    weight = rows["weight"].astype(np.float64)
    found = {
        "homes": np.bincount(group, weights=rows["homes"], minlength=groups).astype(np.int64),
        "people": np.bincount(group, weights=weight, minlength=groups),
        "standard_s": rows["standard_s"][first].astype(np.float64),
    }
    for name in _SHARES:
        known = np.isfinite(rows[name]) & (weight > 0)
        counted = np.bincount(group[known], weights=weight[known], minlength=groups)
        reached = np.bincount(group[known], weights=(weight * rows[name])[known], minlength=groups)
        found[name] = np.divide(reached, counted, out=np.full(groups, np.nan), where=counted > 0)
    return found
