"""The files a scan leaves behind: one folder, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.city import SCAN_LOG, SCAN_MARKER
from wegeketten.files.atomic import whole_folder
from wegeketten.files.csv import write_csv
from wegeketten.files.geopackage import Layer, LayerStyle, write_layers
from wegeketten.files.json import write_json
from wegeketten.model.licence import ATTRIBUTION
from wegeketten.reach.equity import Equity, equity_of
from wegeketten.reach.records import EXPECTED, homes_by_profile
from wegeketten.reach.shares import Share

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.reach.scan import Scan

MINUTE_BANDS = (
    (0, 5, "#2166ac", "0–5 min"),
    (5, 10, "#67a9cf", "5–10 min"),
    (10, 15, "#d1e5f0", "10–15 min"),
    (15, 30, "#fddbc7", "15–30 min"),
    (30, 9999, "#b2182b", "> 30 min"),
)
"""Colour-blind-safe diverging bands (ColorBrewer RdBu)."""


def write_scan(scan: Scan, out: Path, *, lang: str = "en") -> None:
    """Write a scan: tables of homes, districts, islands and what was skipped, GeoPackage, ``scan.json``.

    Parameters
    ----------
    scan
        Result of `wegeketten.scan`.
    out
        Folder; an older scan in it is replaced.
    lang
        ``de`` or ``en``: language of the reasons in ``skipped.csv``.

    Raises
    ------
    OutputError
        `out` exists and is something else, or cannot be written.
    """
    with whole_folder(out, marker=SCAN_MARKER) as folder:
        _write_homes(scan, folder / "homes.parquet")
        shares = scan.shares
        _write_districts(scan, folder / "districts.csv")
        write_csv(folder / "equity.csv", Equity._fields, equity_of(scan))
        reasons = [one.in_(lang) for one in scan.skipped]
        write_csv(folder / "skipped.csv", ("element", "station", "reason"), reasons)
        write_csv(
            folder / "islands.csv",
            ("profile", "answer", "homes", "weight", "length_m", "lon", "lat", "home_id"),
            [(profile, *island) for profile, islands in scan.islands.items() for island in islands],
        )
        write_layers(folder / "scan.gpkg", _layers(scan, shares))
        told = summary(scan)
        log = {"city": str(scan.city.path.resolve()), "seconds": told["seconds"]}
        write_json(folder / SCAN_MARKER, {**told, "seconds": None})  # the same bytes from run to run
        write_json(folder / SCAN_LOG, log)


def summary(scan: Scan) -> dict[str, Any]:
    """Content of ``scan.json``.

    Parameters
    ----------
    scan
        Who reaches what, by profile and service.

    Returns
    -------
    dict
        Plain values, ready for JSON.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reach.scan import scan
    >>> told = summary(scan(hamlet(), profiles=["walker"], services=["pharmacy"]))
    >>> told["counts"]["homes_scanned"], told["parameters"]["services"]
    (12, ['pharmacy'])
    """
    meta = scan.city.meta
    return {
        "version": meta["version"],
        "source": meta["source"],
        "source_sha256": meta["source_sha256"],
        "osm_timestamp": meta["osm_timestamp"],
        "attribution": ATTRIBUTION,
        "counts": {
            **meta["counts"],
            "homes_scanned": len(scan.homes),
            "skipped": len(scan.skipped),
            "islands": {profile: len(islands) for profile, islands in scan.islands.items()},
        },
        "parameters": {
            **meta["parameters"],
            "profiles": {profile.id: profile.sha256 for profile in scan.profiles},
            "services": list(scan.services),
            "catalogue": scan.catalogue.digest,
            "districts": [str(scan.city.districts["name"][row]) for row in scan.districts.tolist()],
            **_drawn(scan),
            **({"demands": scan.demands} if scan.demands else {}),
        },
        "notes": meta.get("notes", []),
        "total": _total(scan),
        "seconds": round(scan.seconds, 3),
    }


def _write_districts(scan: Scan, path: Path) -> None:
    if scan.chances is None:
        write_csv(path, Share._fields, scan.shares)
        return
    rows = [(*share, *expected) for share, expected in zip(scan.shares, scan.expected, strict=True)]
    write_csv(path, (*Share._fields, *EXPECTED), rows)


def _total(scan: Scan) -> list[dict[str, Any]]:
    rows = [share._asdict() for share in scan.total]
    for row, expected in zip(rows, scan.expected_total, strict=scan.chances is not None):
        row.update(zip(EXPECTED, expected, strict=True))
    return rows


def _drawn(scan: Scan) -> dict[str, int | bool]:
    if scan.chances is None:
        return {}
    worlds = scan.chances.worlds
    own: dict[str, int | bool] = {"own_speed": True} if worlds.own_speed else {}
    return {"worlds": worlds.count, "seed": worlds.seed, **own}


def _write_homes(scan: Scan, path: Path) -> None:
    """Write the homes profile by profile, a group of rows each: the whole table never lies in memory."""
    import pyarrow.parquet as pq

    writer = None
    try:
        for table in homes_by_profile(scan):
            if writer is None:
                times = [name for name in table.column_names if name.endswith(("_s", "_m"))]
                writer = pq.ParquetWriter(
                    path,
                    table.schema,
                    compression="zstd",
                    compression_level=1,
                    use_dictionary=[name for name in table.column_names if name not in times],
                    write_statistics=times,
                    store_schema=False,  # else the short tables are not read back as plain text
                )
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _layers(scan: Scan, shares: list[Share]) -> list[Layer]:
    import shapely

    city, homes = scan.city, scan.homes
    points = np.asarray(shapely.points(city.homes["lon"][homes], city.homes["lat"][homes]))
    columns: dict[str, Any] = {
        "home_id": city.homes["home_id"][homes],
        "weight": city.homes["weight"][homes],
    }
    for profile in scan.profiles:
        minutes = scan.reach[profile.id].seconds("likely")[homes] / 60
        for column, service in enumerate(scan.services):
            columns[f"{profile.id}_{service}_min"] = np.round(minutes[:, column], 2)
    wide: dict[str, Any] = {"district": [str(scan.city.districts["name"][row]) for row in scan.districts]}
    pairs = [(profile.id, service) for profile in scan.profiles for service in scan.services]
    for number, (name, service) in enumerate(pairs):
        wide[f"{name}_{service}"] = np.array(
            [
                np.nan if share.share_likely is None else share.share_likely
                for share in shares[number :: len(pairs)]
            ],
            dtype=np.float64,
        )
    polygons = scan.city.districts["geometry"][scan.districts]
    share_bands = tuple(
        (low / 100, (low + 20) / 100, colour, f"{low}–{low + 20} %")
        for low, colour in zip(
            range(0, 100, 20), ("#b2182b", "#fddbc7", "#d1e5f0", "#67a9cf", "#2166ac"), strict=True
        )
    )
    islands = [(name, *island) for name, rows in scan.islands.items() for island in rows]
    return [
        Layer("homes", columns, points, LayerStyle(list(columns)[-1], MINUTE_BANDS)),
        Layer("districts", wide, polygons, LayerStyle(list(wide)[-1], share_bands)),
        Layer(
            "islands",
            {
                "profile": [row[0] for row in islands],
                "homes": np.array([row[2] for row in islands], dtype=np.int64),
                "weight": np.array([row[3] for row in islands], dtype=np.float64),
            },
            np.asarray(shapely.points(np.array([row[5:7] for row in islands], dtype=float).reshape(-1, 2))),
        ),
    ]
