"""The front door: exit codes, one line per mistake, one JSON document on stdout."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest
from support.drawn import Town

from wegeketten.command.panels import PANELS

_TOWN = Town(
    """
     H                  P
    a----------b---------c
    """,
    ways={"abc": "highway=footway|name=<script>alert(1)</script>"},
    nodes={
        "H": "addr:housenumber=1|addr:street=Ring",
        "P": "amenity=pharmacy|name==HYPERLINK(1)|wheelchair=yes",
        "b": "barrier=kerb|kerb=raised",
    },
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli")
    _TOWN.write(path / "town.osm")
    assert run("build", path / "town.osm", "-o", path / "city").returncode == 0
    return path


class Result(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def run(*words: object, **environment: str) -> Result:
    """The command line, in this process: the same `main` that the installed command calls."""
    from wegeketten.cli import main

    out, err = io.StringIO(), io.StringIO()
    code = 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["wegeketten", *map(str, words)])
        for name, value in environment.items():
            patch.setenv(name, value)
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Result(code, out.getvalue(), err.getvalue())


def fails(code: int, *words: object) -> str:
    """The command ends with this code and one line on stderr; returns the line."""
    result = run(*words)
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    return result.stderr


def test_json_is_the_only_thing_on_stdout(folder: Path) -> None:
    lon, lat = _TOWN.position("H")
    to_lon, to_lat = _TOWN.position("P")
    home, goal = f"{lat},{lon}", f"{to_lat},{to_lon}"
    for words in (
        ("scan", folder / "city", "--json"),
        ("info", folder / "city", "--json"),
        ("profiles", "--json"),
        ("services", "--json"),
        ("route", folder / "city", "--from", home, "--to", goal, "--profile", "walker", "--json"),
        (
            "why",
            folder / "city",
            "--from",
            home,
            "--service",
            "pharmacy",
            "--profile",
            "wheelchair",
            "--json",
        ),
        ("plan", folder / "city", "--profile", "wheelchair", "-o", folder / "plan", "--json"),
        (
            "plan",
            folder / "city",
            "--profile",
            "wheelchair",
            "-o",
            folder / "plan2",
            "--json",
            "--weight",
            "pharmacy=2",
            "--weight",
            "wheelchair=3",
            "--round-trip",
            "--budget",
            9000,
        ),
        ("survey", folder / "city", "--profile", "wheelchair", "-o", folder / "survey", "--json"),
        ("chain", folder / "city", "--visit", "pharmacy", "--return", "--profile", "walker", "--json"),
        ("chain", folder / "city", "--visit", "pharmacy", "--from", home, "--profile", "walker", "--json"),
        ("compare", folder / "city", folder / "city", "--profile", "wheelchair", "--json"),
        ("compare", folder / "city", "--measures", folder / "plan" / "measures.csv", "--json"),
    ):
        result = run(*words)
        assert result.returncode == 0, (words, result.stderr)
        json.loads(result.stdout)


def test_route_json_follows_the_contract(folder: Path) -> None:
    lon, lat = _TOWN.position("H")
    to_lon, to_lat = _TOWN.position("P")
    spots = ("--from", f"{lat},{lon}", "--to", f"{to_lat},{to_lon}")
    found = json.loads(run("route", folder / "city", *spots, "--profile", "walker", "--json").stdout)
    assert set(found) >= {"profile", "answer", "seconds", "metres", "climb_m", "barriers", "geometry"}
    (kerb,) = [barrier for barrier in found["barriers"] if barrier["kind"] == "kerb"]
    assert set(kerb) >= {
        "kind",
        "lat",
        "lon",
        "value",
        "lower",
        "upper",
        "unit",
        "provenance",
        "limit",
        "osm",
    }
    assert kerb["osm"] == f"n{ord('b')}"
    blocked = json.loads(run("route", folder / "city", *spots, "--profile", "wheelchair", "--json").stdout)
    assert blocked["answer"] == "none"
    assert blocked["seconds"] is None


def test_info_json_counts_the_kerbs(folder: Path) -> None:
    found = json.loads(run("info", folder / "city", "--json").stdout)
    assert {"version", "counts", "quality"} <= set(found)
    whole = found["kerbs_din_18040_3"][0]
    assert list(whole) == [
        "district", "kerbs", "both", "wheels_only", "cane_only", "not_testable", "conflict",
    ]  # fmt: skip
    assert (whole["district"], whole["kerbs"], whole["conflict"]) == ("", 1, 1)


def test_why_json_names_the_kerb(folder: Path) -> None:
    lon, lat = _TOWN.position("H")
    words = ("--from", f"{lat},{lon}", "--service", "pharmacy", "--profile", "wheelchair", "--json")
    found = json.loads(run("why", folder / "city", *words).stdout)
    assert found["reached"] is False
    assert [barrier["osm"] for barrier in found["blocking"]] == [f"n{ord('b')}"]
    assert found["seconds_after"] > 0


def test_plan_and_survey_write_the_contract_s_columns(folder: Path) -> None:
    assert run("plan", folder / "city", "--profile", "wheelchair", "-o", folder / "p").returncode == 0
    header = (folder / "p" / "measures.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.startswith(
        "rank,measure_id,barrier_ids,kinds,lat,lon,cost_eur,cost_total_eur,people_newly_reached,minutes_saved,"
        "services,profiles"
    )
    assert {"measures.csv", "measures.gpkg", "plan.json"} <= {path.name for path in (folder / "p").iterdir()}
    assert run("survey", folder / "city", "--profile", "wheelchair", "-o", folder / "s").returncode == 0
    columns = (folder / "s" / "survey.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    wanted = ["rank", "barrier_id", "kind", "lat", "lon", "attribute", "lower", "upper", "people_between"]
    assert columns[: len(wanted)] == wanted


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("scan", "{city}", "--profile", "wheelchiar"), "wheelchair"),
        (("scan", "{city}", "--service", "pharmcy"), "pharmacy"),
        (("scan", "{city}", "--district", "Atlantis"), "Atlantis"),
        (("scan", "{city}", "--limit", "kerb_mm=3"), "kerb_cm"),
        (("scan", "{city}", "--limit", "kerb_cm=tall"), "kerb_cm"),
        (("route", "{city}", "--from", "north", "--to", "1,2", "--profile", "walker"), "--from"),
        (("route", "{city}", "--from", "51,13", "--to", "95,2", "--profile", "walker"), "--to"),
        (("build", "{town}", "-o", "{folder}/new", "--pavements", "both"), "centre"),
        (("plan", "{city}", "-o", "{folder}/x", "--weight", "pharmcy=2"), "pharmacy"),
        (("plan", "{city}", "-o", "{folder}/x", "--weight", "pharmacy=-2"), "0 or more"),
        (("survey", "{city}"), "-o"),
        (("compare", "{city}"), "--measures"),
        (("chain", "{city}", "--visit", "pharmcy", "--profile", "walker"), "pharmacy"),
        (("chain", "{city}", "--visit", "bank", "--profile", "walker", "--at", "noon"), "Mo 10:30"),
        (("scan", "{city}", "--lang", "fr"), "fr"),
        (("scan", "{city}", "-o", "{folder}"), "choose another"),
        (("nonsense",), "nonsense"),
        (("build",), "wegeketten build --help"),
        (("scan", "{city}", "--lnag", "de"), "--lang"),
        (("route", "{city}", "--to", "51,13", "--profile", "walker"), "--from"),
    ],
)
def test_mistakes_of_use_end_with_2(folder: Path, words: tuple[str, ...], told: str) -> None:
    places = {"city": folder / "city", "town": folder / "town.osm", "folder": folder}
    line = fails(2, *(word.format(**places) for word in words))
    assert told in line
    assert len(line.splitlines()) == 1


@pytest.mark.parametrize(
    "name",
    [
        "empty.osm.pbf",
        "page.osm.pbf",
        "cut.osm.gz",
        "renamed.osm",
        "absent.osm",
        "text.txt",
        "latitude.osm",
        "unwalkable.osm",
    ],
)
def test_unusable_files_end_with_3_and_leave_nothing(folder: Path, tmp_path: Path, name: str) -> None:
    contents = {
        "empty.osm.pbf": b"",
        "page.osm.pbf": b"<!DOCTYPE html><html>404</html>",
        "cut.osm.gz": gzip.compress(_TOWN.xml().encode())[:-20],
        "renamed.osm": b'{"type": "FeatureCollection", "features": []}',
        "text.txt": b"hello",
        "latitude.osm": _TOWN.xml().replace('lat="51', 'lat="951', 1).encode(),
        "unwalkable.osm": _TOWN.xml().replace("footway", "construction").encode(),
    }
    if name in contents:
        (tmp_path / name).write_bytes(contents[name])
    line = fails(3, "build", tmp_path / name, "-o", tmp_path / "city")
    assert name in line
    assert len(line.strip().splitlines()) == 1
    assert not (tmp_path / "city").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_town_without_homes_is_no_fault(tmp_path: Path) -> None:
    Town("a---P---c", {"aPc": "highway=footway"}, {"P": "amenity=pharmacy"}).write(tmp_path / "town.osm")
    told = run("build", tmp_path / "town.osm", "-o", tmp_path / "city", "--lang", "en")
    assert "there are no homes" in told.stderr
    chair = ("--profile", "wheelchair")
    for words in (
        ("scan", tmp_path / "city", "-o", tmp_path / "scan"),
        ("chain", tmp_path / "city", "--visit", "pharmacy", *chair, "-o", tmp_path / "chain"),
        ("plan", tmp_path / "city", *chair, "-o", tmp_path / "plan"),
        ("survey", tmp_path / "city", *chair, "-o", tmp_path / "survey"),
        ("map", tmp_path / "city", "-o", tmp_path / "map.html"),
        ("report", tmp_path / "city", "-o", tmp_path / "report.html"),
    ):
        result = run(*words)
        assert result.returncode == 0, (words, result.stderr)
    assert (tmp_path / "scan" / "districts.csv").read_text(encoding="utf-8").count("\n") == 1


def test_strict_tells_warnings_apart(folder: Path) -> None:
    assert run("scan", folder / "city").returncode == 0
    assert run("scan", folder / "city", "--strict").returncode == 4  # fifteen services have no place here


def test_an_extract_is_built_once_and_kept(folder: Path, tmp_path: Path) -> None:
    cache = {"WEGEKETTEN_CACHE": str(tmp_path / "cache")}
    assert run("scan", folder / "town.osm", **cache).returncode == 0
    (kept,) = [path for path in (tmp_path / "cache" / "cities").iterdir() if path.is_dir()]
    stamp = (kept / "city.json").stat().st_mtime_ns
    assert run("scan", folder / "town.osm", **cache).returncode == 0
    assert (kept / "city.json").stat().st_mtime_ns == stamp
    (kept / "city.json").write_text("{", encoding="utf-8")  # a damaged entry is built again
    assert run("scan", folder / "town.osm", **cache).returncode == 0
    json.loads((kept / "city.json").read_text(encoding="utf-8"))


def test_a_scan_s_folder_stands_for_its_city(folder: Path, tmp_path: Path) -> None:
    assert run("scan", folder / "city", "-o", tmp_path / "scan").returncode == 0
    assert run("info", tmp_path / "scan", "--json").stdout == run("info", folder / "city", "--json").stdout
    (tmp_path / "scan" / "scan.json").write_text("{}", encoding="utf-8")
    assert "scan the city again" in fails(3, "info", tmp_path / "scan")


def test_a_damaged_city_is_named(folder: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(folder / "city", tmp_path / "city")
    (tmp_path / "city" / "edges.parquet").write_bytes(b"PAR1")
    assert "edges.parquet" in fails(3, "scan", tmp_path / "city")
    assert "no city here" in fails(3, "scan", tmp_path)


def test_a_city_of_another_format_is_refused_in_one_line(folder: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(folder / "city", tmp_path / "city")
    marker = tmp_path / "city" / "city.json"
    meta = json.loads(marker.read_text(encoding="utf-8"))
    marker.write_text(json.dumps(meta | {"format": 2}), encoding="utf-8")
    line = fails(3, "scan", tmp_path / "city")
    assert "another version of wegeketten; build the city again" in line
    assert len(line.strip().splitlines()) == 1


def test_names_from_outside_reach_tables_as_text_only(folder: Path, tmp_path: Path) -> None:
    assert run("scan", folder / "city", "-o", tmp_path / "scan").returncode == 0
    for path in [*(folder / "city").glob("*.csv"), *(tmp_path / "scan").glob("*.csv")]:
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not line.startswith(("=", "+", "@"))


def test_checkout_and_installed_command_are_the_same() -> None:
    script = Path(__file__).resolve().parents[1] / "cli.py"
    if not script.is_file():
        pytest.skip("the checkout is not here")
    for command in ([str(script)], ["-m", "wegeketten"]):
        result = subprocess.run(
            [sys.executable, *command, "services", "--lang", "en"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        assert "meeting_place" in result.stdout


_HEARS_CTRL_C = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
"""Also where the tests run in the background of a shell, which has its jobs ignore it."""


def test_ctrl_c_within_a_callback_of_the_compiler_is_not_lost() -> None:
    """Python only reports what is raised in a callback from C, and goes on as if nothing had been pressed."""
    code = (
        "import ctypes, time\n"
        "from wegeketten import cli\n"
        f"{_HEARS_CTRL_C}"
        "def pressed():\n"
        "    raise KeyboardInterrupt\n"
        "def command(**_):\n"
        "    ctypes.CFUNCTYPE(None)(pressed)()\n"
        "    for _ in range(100):\n"
        "        time.sleep(0.1)\n"
        "cli.app = command\n"
        "cli.main()\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert (result.returncode, result.stderr) == (130, "wegeketten: interrupted\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_full_disk_is_no_internal_fault() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        result = subprocess.run(
            [sys.executable, "-m", "wegeketten", "profiles"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert result.returncode == 2
    assert "make room" in result.stderr.splitlines()[0]


@pytest.mark.skipif(sys.platform == "win32", reason="no such shell")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("words", "code"), [("profiles --json", 0), ("info nothere", 3), ("nothing", 2)])
def test_closed_streams_do_not_change_how_it_ends(words: str, code: int, closed: str) -> None:
    line = f'"$0" -m wegeketten {words} {closed}'
    result = subprocess.run(["sh", "-c", line, sys.executable], capture_output=True, text=True, check=False)
    assert (result.returncode, "Traceback" in result.stderr) == (code, False)


@pytest.mark.skipif(sys.platform == "win32", reason="no such pipes")
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize(("words", "code"), [("profiles --json", 0), ("info nothere", 3), ("nothing", 2)])
def test_a_pipe_that_nobody_reads_is_no_fault(words: str, code: int, stream: str) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: writes}
    command = [sys.executable, "-m", "wegeketten", *words.split()]
    result = subprocess.run(command, text=True, check=False, **streams)  # type: ignore[call-overload]
    os.close(writes)
    assert result.returncode == code
    assert "Traceback" not in (result.stderr or "")


@pytest.mark.parametrize(
    "moment",
    [
        "wegeketten.osm.extract.read_extract",
        "wegeketten.network.build.build_network",
        "wegeketten.pipeline.build.write_csv",
    ],
)
def test_ctrl_c_ends_with_130_and_leaves_nothing(moment: str, folder: Path, tmp_path: Path) -> None:
    code = (
        "import importlib, os, signal, sys\n"
        f"{_HEARS_CTRL_C}"
        "from wegeketten.__main__ import main\n"
        "home, _, name = sys.argv.pop(1).rpartition('.')\n"
        "module = importlib.import_module(home)\n"
        "then = getattr(module, name)\n"
        "def pressed(*args, **options):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return then(*args, **options)\n"
        "setattr(module, name, pressed)\n"
        "main()\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, moment, "build", str(folder / "town.osm"), "-o", str(tmp_path / "city")],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    *before, last = result.stderr.splitlines()
    assert (result.returncode, last) == (130, "wegeketten: interrupted")
    assert all(
        line.startswith(("Hinweis: die Suche wird", "note: compiling")) for line in before
    )  # where nothing was compiled yet
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_the_program_is_still_being_loaded_ends_with_130() -> None:
    code = (
        "import os, signal, sys\n"
        f"{_HEARS_CTRL_C}"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'typer':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())\n"
        "from wegeketten.__main__ import main\n"
        "main()\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (130, "wegeketten: interrupted\n")


def test_help_lists_every_command_under_a_heading() -> None:
    told = run("--help")
    assert told.returncode == 0
    headings = [line.rstrip(":") for line in told.stdout.splitlines() if line and not line.startswith(" ")]
    assert [name for name in headings if name in PANELS] == list(PANELS)
    assert "Other" not in headings, "name the new command in wegeketten/command/panels.py"
    names = [name for names in PANELS.values() for name in names]
    assert len(names) == len(set(names))
