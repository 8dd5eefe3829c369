"""Rides as a table: one row per home, profile and service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.model.answers import ANSWERS

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.transit.ride import Rides

MARKER = "ride.json"
DISTRICT_COLUMNS = (
    "district", "profile", "service", "homes", "weight", *(f"share_{a}" for a in ANSWERS), "median_likely_s",
)  # fmt: skip


def write_rides(rides: Rides, out: Path) -> None:
    """Write ``ride.parquet``, ``ride_districts.csv`` and ``ride.json`` into a folder.

    Parameters
    ----------
    rides
        Result of `ride_city`.
    out
        Folder; appears whole or not at all.

    Raises
    ------
    OutputError
        `out` exists and is something else, or cannot be written.
    """
    from wegeketten.files.atomic import whole_folder
    from wegeketten.files.csv import write_csv
    from wegeketten.files.json import write_json
    from wegeketten.files.parquet import write_columns

    with whole_folder(out, marker=MARKER) as folder:
        write_columns(folder / "ride.parquet", ride_columns(rides), note={"at": rides.moment.text})
        write_csv(folder / "ride_districts.csv", DISTRICT_COLUMNS, district_rows(rides))
        write_json(folder / MARKER, ride_summary(rides))


def ride_columns(rides: Rides) -> dict[str, Any]:
    """Columns of ``ride.parquet``; seconds, NaN where not reached.

    Parameters
    ----------
    rides
        Result of `ride_city`.

    Returns
    -------
    dict
        Arrays by column name, a row for each home, profile and service.
    """
    homes = rides.city.homes
    keys = list(rides.found)
    count = len(homes["home_id"])
    stop_ids = np.array([*rides.town.feed.stops.ids, ""], dtype=object)

    def stacked(values: list[Any]) -> Any:
        return np.concatenate(values) if values else np.zeros(0)

    found = [rides.found[key] for key in keys]
    return {
        "home_id": np.tile(homes["home_id"], len(keys)),
        "lon": np.tile(homes["lon"], len(keys)),
        "lat": np.tile(homes["lat"], len(keys)),
        "weight": np.tile(homes["weight"], len(keys)),
        "profile": [profile for profile, _ in keys for _ in range(count)],
        "service": [service for _, service in keys for _ in range(count)],
        **{f"{answer}_s": stacked([ride.median_s[answer] for ride in found]) for answer in ANSWERS},
        "p10_s": stacked([ride.low_s for ride in found]),
        "p90_s": stacked([ride.high_s for ride in found]),
        "back_s": stacked([ride.back_s["likely"] for ride in found]),
        "back_sure_s": stacked([ride.back_s["sure"] for ride in found]),
        "back_possible_s": stacked([ride.back_s["possible"] for ride in found]),
        "transfers": stacked([np.maximum(ride.rides - 1, -1).astype(np.int16) for ride in found]),
        "stop_id": stacked([stop_ids[ride.stop] for ride in found]),
    }


def home_rows(rides: Rides) -> list[dict[str, Any]]:
    """Rows of ``ride.parquet`` as records; None where a home does not get there.

    Parameters
    ----------
    rides
        Result of `ride_city`.

    Returns
    -------
    list of dict
        One for each home, profile and service.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.transit.ride import ride_city
    >>> at = "2026-03-03 08:00"
    >>> rides = ride_city(hamlet(), [load_profile("walker")], ["pharmacy"], at=at, window_min=5)
    >>> len(home_rows(rides))
    12
    """
    columns = {name: np.asarray(column).tolist() for name, column in ride_columns(rides).items()}
    return [
        {name: None if cell != cell else cell for name, cell in zip(columns, cells, strict=True)}  # NaN
        for cells in zip(*columns.values(), strict=True)
    ]


def district_rows(rides: Rides) -> list[tuple[Any, ...]]:
    """Share of the people of each district who reach a service at all, by answer, and their median time.

    Parameters
    ----------
    rides
        Result of `ride_city`.

    Returns
    -------
    list of tuple
        Rows of ``ride_districts.csv``.
    """
    homes, names = rides.city.homes, rides.city.districts["name"].tolist()
    district, weight = homes["district"], homes["weight"].astype(np.float64)
    rows: list[tuple[Any, ...]] = []
    for number, name in enumerate(names):
        here = np.flatnonzero(district == number)
        total = float(weight[here].sum())
        for (profile, service), ride in rides.found.items():
            shares = [
                float(weight[here][np.isfinite(ride.median_s[answer][here])].sum()) / total if total else None
                for answer in ANSWERS
            ]
            reached = ride.median_s["likely"][here]
            reached = reached[np.isfinite(reached)]
            middle = float(np.median(reached)) if len(reached) else None
            rows.append((name, profile, service, len(here), total, *shares, middle))
    return rows


def ride_summary(rides: Rides) -> dict[str, Any]:
    """Content of ``ride.json``.

    Parameters
    ----------
    rides
        Result of `ride_city`.

    Returns
    -------
    dict
        Plain values, ready for JSON.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.transit.ride import ride_city
    >>> at = "2026-03-03 08:00"
    >>> rides = ride_city(hamlet(), [load_profile("walker")], ["pharmacy"], at=at, window_min=5)
    >>> ride_summary(rides)["at"]
    '2026-03-03 08:00'
    """
    weight = rides.city.homes["weight"].astype(np.float64)
    total = float(weight.sum()) or 1.0
    return {
        "version": rides.city.meta["version"],
        "source": rides.city.meta["source"],
        "attribution": rides.city.meta["attribution"],
        "timetable": rides.town.feed.source,
        "at": rides.moment.text,
        "window_min": rides.window_s // 60,
        "level": rides.town.level,
        "notes": rides.notes,
        "reached": {
            f"{profile} {service}": {
                answer: round(float(weight[np.isfinite(ride.median_s[answer])].sum()) / total, 4)
                for answer in ANSWERS
            }
            for (profile, service), ride in rides.found.items()
        },
    }
