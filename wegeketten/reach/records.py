"""A scan as rows: per district, and per home, profile and service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.files.parquet import to_arrow
from wegeketten.model.answers import ANSWERS
from wegeketten.model.licence import ATTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from wegeketten.chances import ExpectedShare
    from wegeketten.reach.scan import Scan
    from wegeketten.reach.shares import Share

EXPECTED = ("share_expected", "share_low", "share_high", "worlds")
"""Columns of an `ExpectedShare` in the tables."""


def homes_by_profile(scan: Scan) -> Iterator[Any]:
    """One Arrow table per profile, services behind one another.

    Parameters
    ----------
    scan
        Who reaches what, by profile and service.

    Yields
    ------
    Any
        Columns of ``homes.parquet``.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reach.scan import scan
    >>> result = scan(hamlet(), profiles=["walker", "blind"], services=["pharmacy"])
    >>> [table.num_rows for table in homes_by_profile(result)]
    [12, 12]
    """
    import pyarrow as pa

    homes, city = scan.homes, scan.city
    blocks, rows = len(scan.services), len(homes)
    zeros = np.zeros(blocks * rows, dtype=np.int32)

    def per_home(column: str) -> Any:
        return to_arrow(np.tile(city.homes[column][homes], blocks))

    same: dict[str, Any] = {
        "home_id": texts(city.homes["home_id"][homes].tolist(), np.tile(np.arange(rows), blocks)),
        "lon": per_home("lon"),
        "lat": per_home("lat"),
        "district": texts(
            [str(name) for name in city.districts["name"]], np.tile(city.homes["district"][homes], blocks)
        ),
        "weight": per_home("weight"),
    }
    service = texts(scan.services, np.repeat(np.arange(blocks), rows))
    place_ids = [str(name) for name in city.places["place_id"]]
    for profile in scan.profiles:
        reach = scan.reach[profile.id]
        columns = same | {"profile": texts([profile.id], zeros), "service": service}
        for answer in ANSWERS:
            columns[f"{answer}_s"] = _numbers(reach.seconds(answer)[homes])
        columns["likely_m"] = _numbers(reach.metres[homes])
        if scan.chances is not None:
            columns["chance"] = _numbers(scan.chances.chance(profile.id)[homes])
        columns["place_id"] = texts(place_ids, reach.place[homes].ravel(order="F"))
        yield pa.table(columns).replace_schema_metadata({"attribution": ATTRIBUTION})


def texts(values: list[str], index: NDArray[np.integer[Any]]) -> Any:
    """Text by its row in a short table (null where the row is negative): each is hashed and written once.

    The table is left with distinct values only (a place of two services is two rows of one id): with a value
    that occurs twice, Arrow would write other bytes each time.

    Parameters
    ----------
    values
        The distinct texts.
    index
        Row of the text of each value, negative for none.

    Returns
    -------
    Any
        Dictionary array of Arrow.
    """
    import pyarrow as pa

    rows = {value: row for row, value in enumerate(dict.fromkeys(values))}
    known = np.asarray(index) >= 0
    row_of = np.array([rows[value] for value in values] or [-1], dtype=np.int32)
    indices = to_arrow(np.where(known, row_of[index], 0).astype(np.int32), ~known)
    return pa.DictionaryArray.from_arrays(indices, to_arrow(list(rows)))


def _numbers(block: NDArray[np.floating[Any]]) -> Any:
    values = block.ravel(order="F")
    return to_arrow(values, np.isnan(values))


def share_records(scan: Scan, shares: list[Share], expected: list[ExpectedShare]) -> list[dict[str, Any]]:
    """Rows of ``districts.csv`` as records, with the outline of their district.

    Parameters
    ----------
    scan
        Who reaches what, by profile and service.
    shares
        Result of `shares_by_district`.
    expected
        Result of `expected_by_district`; may be empty.

    Returns
    -------
    list of dict
        One for each share.
    """
    outlines = {
        str(name): shape
        for name, shape in zip(scan.city.districts["name"], scan.city.districts["geometry"], strict=True)
    }
    rows = [{**share._asdict(), "geometry": outlines.get(share.district)} for share in shares]
    for row, more in zip(rows, expected, strict=scan.chances is not None):
        row.update(zip(EXPECTED, more, strict=True))
    return rows


def home_records(scan: Scan) -> list[dict[str, Any]]:
    """Rows of ``homes.parquet`` as records.

    Parameters
    ----------
    scan
        Who reaches what, by profile and service.

    Returns
    -------
    list of dict
        One for each home, profile and service.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reach.scan import scan
    >>> rows = home_records(scan(hamlet(), profiles=["walker"], services=["pharmacy"]))
    >>> len(rows), sorted(rows[0])[:4]
    (12, ['district', 'home_id', 'lat', 'likely_m'])
    """
    return [row for table in homes_by_profile(scan) for row in table.to_pylist()]
