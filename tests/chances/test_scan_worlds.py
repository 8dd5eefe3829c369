"""The scan with worlds: its columns, its laws in the written tables, the same bytes from run to run."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

import wegeketten as wk
from wegeketten.errors import UsageError
from wegeketten.reach.tables import write_scan

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.reach.scan import Scan


@pytest.fixture(scope="module")
def scanned(lazy: City) -> Scan:
    return wk.scan(lazy, services=["pharmacy", "groceries"], worlds=48, seed=2)


def test_the_tables_gain_the_columns_of_the_contract(scanned: Scan, tmp_path: Path) -> None:
    write_scan(scanned, tmp_path / "scan")
    homes = pq.read_table(tmp_path / "scan" / "homes.parquet").to_pydict()
    chance = homes["chance"]
    assert all(0 <= each <= 1 for each in chance)
    assert any(0 < each < 1 for each in chance)
    with (tmp_path / "scan" / "districts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(scanned.shares)
    for row in rows:
        low, expected, high = (float(row[f"share_{name}"]) for name in ("low", "expected", "high"))
        assert float(row["share_sure"]) - 1e-9 <= low <= high <= float(row["share_possible"]) + 1e-9
        assert float(row["share_sure"]) - 1e-9 <= expected <= float(row["share_possible"]) + 1e-9
        assert row["worlds"] == "48"
    told = json.loads((tmp_path / "scan" / "scan.json").read_text(encoding="utf-8"))
    assert told["parameters"]["worlds"] == 48
    assert told["parameters"]["seed"] == 2
    assert {"share_expected", "share_low", "share_high"} <= set(told["total"][0])


def test_the_expected_share_is_the_mean_of_the_chances(scanned: Scan, lazy: City) -> None:
    weight = lazy.homes["weight"]
    by_pair = iter(scanned.expected_total)
    for profile in scanned.profiles:
        assert scanned.chances is not None
        chance = scanned.chances.chance(profile.id)
        for column in range(len(scanned.services)):
            mean = (weight * chance[:, column]).sum() / weight.sum()
            assert next(by_pair).expected == pytest.approx(mean, abs=1e-6)


def test_a_bare_scan_writes_what_it_always_did(lazy: City, scanned: Scan, tmp_path: Path) -> None:
    bare = wk.scan(lazy, services=["pharmacy", "groceries"])
    write_scan(bare, tmp_path / "scan")
    assert "chance" not in pq.read_schema(tmp_path / "scan" / "homes.parquet").names
    assert bare.expected == []
    assert bare.shares == scanned.shares


def test_the_same_bytes_again(lazy: City, scanned: Scan, tmp_path: Path) -> None:
    again = wk.scan(lazy, services=["pharmacy", "groceries"], worlds=48, seed=2)
    for name, scan in (("one", scanned), ("two", again)):
        write_scan(scan, tmp_path / name)
    for file in ("homes.parquet", "districts.csv"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@pytest.mark.parametrize("worlds", [-1, 5000])
def test_a_number_of_worlds_that_makes_no_sense_is_refused(lazy: City, worlds: int) -> None:
    with pytest.raises(UsageError, match="worlds"):
        wk.scan(lazy, worlds=worlds)
