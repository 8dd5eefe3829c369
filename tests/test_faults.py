"""What must never go wrong: no output over an input or a device, no half result, no foreign fault."""

# commands stand as they are typed

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support.drawn import Town

import wegeketten as wk
from wegeketten.cli import main
from wegeketten.command.exits import run_to_the_end
from wegeketten.command.group import check_results
from wegeketten.errors import InputDataError, OutputError, UsageError

ROOT = Path(__file__).resolve().parents[1]
TOWN = Town(
    " H  P\na----b\n|    |\nc-K--d",
    ways={
        "ab": "highway=residential",
        "ac": "highway=footway",
        "bd": "highway=footway",
        "cKd": "highway=path",
    },
    nodes={"H": "addr:housenumber=1", "P": "amenity=pharmacy", "K": "barrier=kerb,kerb:height=0.03"},
)


class Ended(NamedTuple):
    code: int
    said: str


def called(*words: object, cwd: Path) -> Ended:
    """The command line in a folder, in this process: starting one takes a second or two."""
    said = io.StringIO()
    code: object = 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()), redirect_stderr(said):
        patch.chdir(cwd)
        patch.setattr(sys, "argv", ["wegeketten", *map(str, words)])
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
    assert isinstance(code, int)
    return Ended(code, said.getvalue())


def run(*words: object, **options: Any) -> Ended:
    """The command line in a process of its own, for what changes it: signs of the terminal, dialects."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    done = subprocess.run(
        [sys.executable, ROOT / "cli.py", *map(str, words)],
        capture_output=True, check=False, env=environment, **options,
    )  # fmt: skip
    return Ended(done.returncode, done.stderr.decode(errors="replace"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town and its city."""
    folder = tmp_path_factory.mktemp("faults")
    wk.build(TOWN.write(folder / "town.osm"), folder / "city", pavements="centre")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy that may be spoiled."""
    shutil.copytree(made / "city", tmp_path / "city")
    shutil.copy(made / "town.osm", tmp_path)
    return tmp_path


def content(folder: Path) -> dict[Path, bytes]:
    return {
        path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_no_command_writes_over_what_it_reads(folder: Path) -> None:
    before = content(folder)
    start = f"{TOWN.position('H')[1]},{TOWN.position('H')[0]}"
    profile = ("--profile", "walker")
    for words in (
        ("map", "town.osm", "-o", "town.osm"),
        ("map", "city", "-o", "city/city.json"),
        ("route", "city", "--from", start, "--to", start, *profile, "-o", "city/city.json"),
        ("report", "city", "-o", "city/edges.parquet"),
        ("survey", "--template", "town.osm"),
        ("chain", "city", "--visit", "pharmacy", *profile, "-o", "city"),
        ("scan", "city", "-o", "."),
        ("build", "town.osm", "-o", "."),
        ("why", "city", "--from", start, "--service", "pharmacy", *profile, "-o", "x.gpx"),
    ):
        ended = called(*words, cwd=folder)
        assert ended.code == 2, (words, ended)
        told = [
            line
            for line in ended.said.splitlines()
            if not line.startswith(("Hinweis: die Suche", "note: comp"))
        ]
        assert len(told) == 1, ended  # where kernels are compiled, that is said once
        assert content(folder) == before, words


def test_devices_and_pipes_are_no_outputs(folder: Path) -> None:
    os.mkfifo(folder / "pipe.html")
    for words in (("map", "city", "-o", "pipe.html"), ("scan", "city", "-o", "pipe.html")):
        ended = called(*words, cwd=folder)
        assert ended.code == 2
        assert "is a pipe" in ended.said
    assert (folder / "pipe.html").is_fifo()


def test_inputs_are_told_by_every_way_to_name_them(folder: Path) -> None:
    here = folder / "town.osm"
    os.link(here, folder / "other.osm")
    for given in (
        {"city": str(here), "out": folder / "other.osm"},
        {"dem": [here], "out": here},
        {"places": [f"pharmacy={here}"], "out": here},
        {"districts": Path(f"{here}:layer"), "out": here},
        {"measures": here, "out": folder},
    ):
        with pytest.raises(OutputError):
            check_results(given)
    check_results({"city": str(here), "out": folder / "new.html", "lang": "de", "service": ["pharmacy"]})


@pytest.mark.parametrize(
    "name", ["edges.parquet", "home_snaps.parquet", "hierarchy.npz", "city.json", "services.toml"]
)
def test_a_damaged_city_is_refused_whatever_is_damaged(folder: Path, name: str) -> None:
    path = folder / "city" / name
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    with pytest.raises(InputDataError, match="build the city again"):
        wk.open(folder / "city").check()


def test_a_city_built_anew_is_noticed(folder: Path) -> None:
    city = wk.open(folder / "city")
    assert len(city.nodes["x"])
    town = folder / "town.osm"
    town.write_text(town.read_text(encoding="utf-8").replace("0.03", "0.12"), encoding="utf-8")
    wk.build(town, folder / "city", pavements="centre")
    with pytest.raises(InputDataError, match="open it again"):
        city.edges  # noqa: B018  # reading it is the point


def test_a_damaged_city_in_the_cache_is_built_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from wegeketten.pipeline.cache import obtain_city

    monkeypatch.setenv("WEGEKETTEN_CACHE", str(folder / "cache"))
    first = obtain_city(str(folder / "town.osm"))
    for name in ("edges.parquet", "city.json"):
        (first.path / name).write_bytes(b"damaged")
        again = obtain_city(str(folder / "town.osm"))
        again.check()
        assert "damaged and built again" in caplog.text
        caplog.clear()


def test_the_same_input_gives_the_same_bytes(folder: Path) -> None:
    for name in ("one", "two"):
        scan = wk.scan(wk.build(folder / "town.osm", folder / name / "city"))
        from wegeketten.reach.tables import write_scan

        write_scan(scan, folder / name / "scan")
        (folder / name / "scan" / "scan.log").unlink()
    assert content(folder / "one") == content(folder / "two")
    assert json.loads((folder / "one" / "scan" / "scan.json").read_text())["seconds"] is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals_clean_up(folder: Path, number: signal.Signals) -> None:
    cache = {
        "WEGEKETTEN_CACHE": str(folder / "cache"),
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(folder / "tmp"),
    }
    (folder / "tmp").mkdir()
    code = (
        "import os, sys, signal; sys.path.insert(0, sys.argv[1])\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"  # nohup and some shells have it ignored
        "from wegeketten.pipeline import stations\n"
        "def stop(*_, **__): print('now', flush=True); import time; time.sleep(60)\n"
        "stations.CityWriter.join = stop\n"
        "sys.argv[1:] = ['build', 'town.osm', '-o', 'new', '--processes', '1']\n"
        "from wegeketten import cli; cli.main()\n"
    )
    build = subprocess.Popen(
        [sys.executable, "-c", code, str(ROOT)], cwd=folder, env={**os.environ, **cache},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert build.stdout is not None
    assert build.stdout.readline() == b"now\n"
    time.sleep(0.1)
    build.send_signal(number)
    build.communicate()
    assert build.returncode == 128 + number
    assert not (folder / "new").exists()
    assert [path.name for path in folder.glob(".*")] == []
    assert list((folder / "tmp").iterdir()) == []


def test_numbers_out_of_range_are_misuse(made: Path) -> None:
    from wegeketten.planning.survey import find_survey
    from wegeketten.reach.chains.needs import Needs

    city = wk.open(made / "city")
    for needs in (Needs(float("nan")), Needs(-1), Needs(None, float("inf")), Needs(0)):
        with pytest.raises(UsageError, match=r"--(bench|toilet)-every"):
            needs.checked()
    for options in ({"walk_m": float("nan")}, {"walk_m": -1.0}, {"most": 0}):
        with pytest.raises(UsageError):
            find_survey(city, [], **options)
    from wegeketten.people.profile import load_profiles
    from wegeketten.siting.choice import Wanted
    from wegeketten.siting.needs import Asked, find_needs
    from wegeketten.siting.site import find_sites

    for asked in (Asked(posts=-3), Asked(strength=float("inf"))):
        with pytest.raises(UsageError, match=r"--(posts|strength)"):
            find_needs(city, load_profiles(["rollator"])[0], asked=asked)
    for wanted in (
        Wanted("pharmacy", minutes=float("inf")), Wanted("pharmacy", minutes=-1.0),
        Wanted("pharmacy", site_cost_eur=-5.0),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=r"--(minutes|site-cost)"):
            find_sites(city, [], wanted)
    with pytest.raises(UsageError, match="--processes"):
        wk.build(made / "town.osm", made / "other", processes=0)


def test_output_for_a_terminal_that_knows_few_signs(folder: Path) -> None:
    ended = run("info", "city", cwd=folder, env={"PYTHONIOENCODING": "ascii"})
    assert ended.code == 0, ended
    assert run("info", "city", "--json", cwd=folder, env={"PYTHONIOENCODING": "cp1252"}).code == 0
    ended = run("info", "\x1b[31m\u202etown", cwd=folder)
    assert ended.code == 3
    assert "\x1b" not in ended.said
    assert "\u202e" not in ended.said


def test_tables_for_a_german_spreadsheet(folder: Path) -> None:
    assert run("scan", "city", "-o", "scan", "--csv", "de", cwd=folder).code == 0
    raw = (folder / "scan" / "districts.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfdistrict;profile;")
    assert b"," in raw.split(b"\n")[1]
    assert run("scan", "city", "-o", "scan", "--csv", "french", cwd=folder).code == 2


def test_the_version_is_told(folder: Path) -> None:
    assert run("--version").code == 0


def test_plan_lists_of_other_hands_are_refused_in_one_line(tmp_path: Path) -> None:
    from wegeketten.planning.compare import barriers_of
    from wegeketten.reports.marks import read_measures

    header = "rank,kinds,lat,lon,cost_eur,people_newly_reached,barrier_ids\n"
    for raw in ("1,kerb,nan,13.7,3,4,n1", "1,kerb,51.0", "1,kerb,51.0,13.7,inf,4,n1"):
        (tmp_path / "measures.csv").write_text(header + raw + "\n")
        with pytest.raises(InputDataError):
            read_measures(tmp_path, "de")
    (tmp_path / "measures.csv").write_bytes(header.encode() + b"1,k\xf6rb,51,13,3,4,n1\n")
    for reader in (lambda: read_measures(tmp_path, "de"), lambda: barriers_of(tmp_path / "measures.csv")):
        with pytest.raises(InputDataError):
            reader()


def test_survey_pages_let_nothing_run() -> None:
    from wegeketten.fieldwork.checklist import checklist
    from wegeketten.planning.survey import Survey

    page = checklist(Survey((), (), (), 0.0, {}))
    assert "default-src 'none'" in page
    assert "script-src 'none'" in page


def test_interrupt_of_which_only_the_name_is_left_is_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    told = 'Error building "model" validator: KeyboardInterrupt:'  # seen of pydantic's core

    def command(**_options: object) -> int:
        raise ValueError(told)

    assert run_to_the_end(command) == 130
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.parametrize("wrapped", [SystemError, RuntimeError])
def test_interrupt_that_somebody_wraps_is_no_fault(
    capsys: pytest.CaptureFixture[str], wrapped: type[Exception]
) -> None:
    """A kernel that returns while the signal's exception is set raises SystemError (seen on a large city),
    a class of pydantic that is being made RuntimeError (seen while a build began)."""

    def command(*, standalone_mode: bool) -> int:
        raise wrapped("returned a result with an exception set") from KeyboardInterrupt()

    assert run_to_the_end(command) == 130
    assert "interrupted" in capsys.readouterr().err
