"""Each command's job once through `wk` and once on the command line: the same files, byte by byte."""

from __future__ import annotations

import filecmp
import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely

import wegeketten as wk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wegeketten.city import City

A, F = "51.0499,13.7401", "51.049,13.742"
DOOR, GOAL = (51.0499, 13.7401), shapely.Point(13.742, 51.049)
AT = "2026-03-03 08:00"


def _same(one: Path, other: Path) -> None:
    """Two files, or two folders with the same files in them; a log tells how long it took."""
    if one.is_file():
        assert filecmp.cmp(one, other, shallow=False), one.name
        return
    names = sorted(str(path.relative_to(one)) for path in one.rglob("*") if path.is_file())
    assert names == sorted(str(path.relative_to(other)) for path in other.rglob("*") if path.is_file())
    assert names
    for name in names:
        if name.endswith("scan.log"):
            continue
        if name.endswith(".xlsx"):
            a, b = (zipfile.ZipFile(folder / name) for folder in (one, other))
            assert [a.read(each) for each in a.namelist()] == [b.read(each) for each in b.namelist()]
            continue
        assert filecmp.cmp(one / name, other / name, shallow=False), name


TABLES: dict[str, tuple[list[str], Callable[[City], Any]]] = {
    "scan": (
        ["--profile", "walker", "--service", "pharmacy", "--worlds", "3"],
        lambda city: wk.scan(city, profile="walker", service="pharmacy", worlds=3),
    ),
    "plan": (
        ["--profile", "wheelchair", "--budget", "20000", "--worlds", "2", "--limit", "kerb_cm=2"],
        lambda city: wk.plan(city, profile="wheelchair", budget=20000.0, worlds=2, limit="kerb_cm=2"),
    ),
    "survey": (
        ["--profile", "wheelchair", "-n", "5"],
        lambda city: wk.survey(city, profile="wheelchair", n=5),
    ),
    "norm": ([], lambda city: wk.norm(city)),
    "peers": (["--preset", "otp"], lambda city: wk.peers(city, preset="otp")),
    "chain": (
        ["--visit", "pharmacy,groceries", "--profile", "walker"],
        lambda city: wk.chain(city, ["pharmacy", "groceries"]),
    ),
    "site": (
        ["--service", "meeting_place", "--add", "1", "--candidates", "corners"],
        lambda city: wk.site(city, service="meeting_place", add=1, candidates="corners"),
    ),
    "needs": (["--per-post", "5"], lambda city: wk.needs(city, per_post=5)),
    "stops": (["--profile", "walker", "--at", AT], lambda city: wk.stops(city, profile="walker", at=AT)),
    "ride": (
        ["--profile", "walker", "--service", "pharmacy", "--at", AT, "--window", "3", "--back"],
        lambda city: wk.ride(city, profile="walker", service="pharmacy", at=AT, window=3, back=True),
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_tables(town: Any, run: Any, tmp_path: Any, name: Any) -> None:
    _, city = town
    options, ask = TABLES[name]
    run(name, city.path, *options, "-o", tmp_path / "command")
    found = ask(city)
    found.write(tmp_path / "function")
    _same(tmp_path / "command", tmp_path / "function")


def test_compare(town: Any, run: Any, tmp_path: Any) -> None:
    _, city = town
    wk.plan(city, profile="wheelchair", budget=20000.0, worlds=0).write(tmp_path / "plan")
    measures = tmp_path / "plan" / "measures.csv"
    run("compare", city.path, "--measures", measures, "--profile", "wheelchair", "-o", tmp_path / "command")
    wk.compare(city, profile="wheelchair", measures=measures).write(tmp_path / "function")
    _same(tmp_path / "command", tmp_path / "function")


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_matrix_and_counts(town: Any, run: Any, tmp_path: Any, suffix: Any) -> None:
    _, city = town
    for extra, within in (((), None), (("--within", "5"), 5)):
        command, function = tmp_path / f"c.{suffix}", tmp_path / f"f.{suffix}"
        run(
            "matrix", city.path, "--from", "homes", "--to", "pharmacy", "--profile", "walker", *extra,
            "-o", command,
        )  # fmt: skip
        found = wk.matrix(city, "homes", "pharmacy", within=within)
        found.write(function)
        _same(command, function)
        if suffix == "csv":
            frame, read = found.to_frame(), pd.read_csv(command)
            assert list(frame.columns) == list(read.columns)
            assert np.allclose(frame.iloc[:, -1], read.iloc[:, -1], equal_nan=True)


@pytest.mark.parametrize("suffix", ["geojson", "gpkg"])
def test_isochrone(town: Any, run: Any, tmp_path: Any, suffix: Any) -> None:
    _, city = town
    command, function = tmp_path / f"c.{suffix}", tmp_path / f"f.{suffix}"
    run("isochrone", city.path, "--from", A, "--minutes", "2,5", "--profile", "walker", "-o", command)
    wk.isochrone(city, [2, 5], start=DOOR).write(function)
    _same(command, function)


def test_documents(town: Any, run: Any, tmp_path: Any) -> None:
    _, city = town
    few = ("--profile", "wheelchair", "--service", "pharmacy")
    run("map", city.path, *few, "-o", tmp_path / "c.html")
    wk.map(city, tmp_path / "f.html", profile="wheelchair", service="pharmacy")
    _same(tmp_path / "c.html", tmp_path / "f.html")
    run("report", city.path, *few, "--worlds", "2", "-o", tmp_path / "cr.html")
    wk.report(city, tmp_path / "fr.html", profile="wheelchair", service="pharmacy", worlds=2)
    _same(tmp_path / "cr.html", tmp_path / "fr.html")
    run("masterplan", city.path, "--no-pdf", "--profile", "wheelchair", "-o", tmp_path / "command")
    wk.masterplan(city, tmp_path / "function", pdf=False, profile="wheelchair")
    _same(tmp_path / "command", tmp_path / "function")


def test_build(town: Any, run: Any, tmp_path: Any) -> None:
    folder, _ = town
    options = ("--gtfs", folder / "feed", "--processes", "1", "--pavements", "centre")
    run("build", folder / "town.osm", "-o", tmp_path / "command", *options)
    wk.build(folder / "town.osm", tmp_path / "function", gtfs=folder / "feed", pavements="centre")
    _same(tmp_path / "command", tmp_path / "function")


SAID: dict[str, tuple[list[str], Callable[[City], Any]]] = {
    "info": ([], lambda city: wk.info(city)),
    "route": (
        ["--from", A, "--to", F, "--profile", "wheelchair"],
        lambda city: wk.route(city, A, GOAL, profile="wheelchair"),
    ),
    "route --transit": (
        ["--from", A, "--to", F, "--profile", "walker", "--at", AT],
        lambda city: wk.route(city, DOOR, GOAL, transit=True, at=AT),
    ),
    "why": (
        ["--from", A, "--service", "pharmacy", "--profile", "wheelchair"],
        lambda city: wk.why(city, DOOR, "pharmacy"),
    ),
    "chain": (
        ["--from", A, "--visit", "pharmacy,groceries", "--profile", "walker", "--return"],
        lambda city: wk.chain(city, "pharmacy,groceries", start=DOOR, returning=True),
    ),
    "chain --transit": (
        ["--from", A, "--visit", "pharmacy", "--profile", "walker", "--at", AT],
        lambda city: wk.chain(city, "pharmacy", start=DOOR, transit=True, at=AT),
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_what_is_said(town: Any, run: Any, name: Any) -> None:
    _, city = town
    options, ask = SAID[name]
    command, *flags = name.split()
    told = json.loads(run(command, city.path, *options, *flags, "--json"))
    found = ask(city)
    assert json.loads(json.dumps(found.to_json())) == told
    for table in found.tables():
        assert len(found.to_frame(table)) == len(found.to_geodataframe(table))
    assert "<table" in found._repr_html_()


def test_lists(run: Any) -> None:
    assert json.loads(run("profiles", "--json")) == wk.profiles().to_json()
    assert json.loads(run("services", "--json")) == json.loads(json.dumps(wk.services().to_json()))
    for found in (wk.profiles(), wk.services()):
        for table in found.tables():
            assert len(found.to_frame(table))
        assert "<table" in found._repr_html_()
