"""A batch: keys, ledger, failures, interruptions; always against a batch that nothing disturbed."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.drawn import Town

from wegeketten.batches.ledger import Ledger
from wegeketten.batches.listing import read_list
from wegeketten.batches.process import Limits, Lost, Process
from wegeketten.batches.run import Batch
from wegeketten.batches.steps import Step
from wegeketten.batches.work import Job, end_processes, work_on
from wegeketten.errors import InputDataError, OutputError, UsageError
from wegeketten.files.scratch import private_folder

_TOWN = Town(
    """
     H         G        P
    a----b-----c--------d
    """,
    ways={"abcd": "highway=footway"},
    nodes={
        "H": "addr:housenumber=1|addr:street=Ring",
        "G": "addr:housenumber=2|addr:street=Ring",
        "P": "amenity=pharmacy",
        "b": "barrier=kerb|kerb=raised",
    },
)

_RUN = ("scan --profile rollator --service pharmacy",)
_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def listing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three towns; the second is named like an attack on the page."""
    folder = tmp_path_factory.mktemp("towns")
    for name in ("a", "b", "c"):
        _TOWN.write(folder / f"{name}.osm")
    rows = ["a,Adorf,a.osm", "b,<script>alert(1)</script>,b.osm", "c,Cestadt,c.osm"]
    (folder / "list.csv").write_text("\n".join(["city,name,extract", *rows]) + "\n", encoding="utf-8")
    return folder / "list.csv"


@pytest.fixture(scope="module")
def undisturbed(listing: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    dataset = tmp_path_factory.mktemp("data") / "set"
    result = Batch(listing, dataset, run=_RUN).run(workers=1)
    assert result.failures == []
    assert len(result.ran) == 9
    return dataset


def content(dataset: Path) -> dict[str, str]:
    """Digests of all results; what differs from run to run (logs, times, locks) is left out."""
    return {
        path.relative_to(dataset).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(dataset.rglob("*"))
        if path.is_file() and path.suffix != ".log" and path.relative_to(dataset).parts[0] != "ledger"
    }


def test_a_finished_batch_does_nothing_again(listing: Path, undisturbed: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in undisturbed.rglob("*")}
    result = Batch(listing, undisturbed, run=_RUN).run(workers=1)
    assert (result.done, result.ran, result.failures) == (9, {}, [])
    assert before == {path: path.stat().st_mtime_ns for path in undisturbed.rglob("*")}


def test_the_dataset_says_what_the_scans_say(undisturbed: Path) -> None:
    """Read back with pandas' reader of hive partitions, which is not ours."""
    import geopandas
    import pandas as pd

    homes = pd.read_parquet(undisturbed / "homes", columns=["city", "profile", "home_id", "likely_s"])
    assert sorted(set(homes["city"].astype(str))) == ["a", "b", "c"]
    assert set(homes["profile"].astype(str)) == {"rollator"}
    for city in "abc":
        (scan,) = (undisturbed / "cities" / city).glob("scan-*")
        expected = pd.read_parquet(scan / "homes.parquet")
        mine = homes[homes["city"].astype(str) == city]
        assert mine["home_id"].tolist() == expected["home_id"].tolist()
        pd.testing.assert_series_equal(
            mine["likely_s"].reset_index(drop=True), expected["likely_s"], check_names=False
        )
    part = undisturbed / "homes" / "city=a" / "profile=rollator" / "part-0.parquet"
    frame = geopandas.read_parquet(part)
    assert frame.geometry.x.tolist() == frame["lon"].tolist()
    outlines = geopandas.read_parquet(undisturbed / "districts" / "city=a" / "part-0.parquet")
    assert outlines.crs.equals("OGC:CRS84")
    overview = pd.read_parquet(undisturbed / "overview.parquet")
    districts = pd.read_csv(scan / "districts.csv")
    weights = districts["weight"]
    share = (districts["share_likely"] * weights).sum() / weights.sum()
    assert overview.set_index("city").loc["c", "share_likely"] == pytest.approx(share)


def test_names_reach_the_page_as_text_only(undisturbed: Path) -> None:
    page = (undisturbed / "overview.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "default-src 'none'; script-src 'none'" in page
    assert "style=" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_keys_follow_contents_not_places(listing: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for path in listing.parent.iterdir():
        (moved / path.name).write_bytes(path.read_bytes())
    (moved / "b.osm").write_bytes((moved / "b.osm").read_bytes() + b"\n")
    one = Batch(listing, tmp_path / "x", run=_RUN)
    other = Batch(moved / "list.csv", tmp_path / "y", run=_RUN)
    same = [one.steps[city][0].key == other.steps[city][0].key for city in "abc"]
    assert same == [True, False, True]
    another = Batch(listing, tmp_path / "x", run=("scan --profile walker",))
    assert one.steps["a"][0].key == another.steps["a"][0].key
    assert one.steps["a"][1].key != another.steps["a"][1].key


def test_one_bad_city_stops_nobody_and_is_tried_again_on_demand(listing: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for path in listing.parent.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    good = (folder / "b.osm").read_bytes()
    (folder / "b.osm").write_bytes(b"<osm version='0.6'><node id='1' lat='x'")
    dataset = tmp_path / "set"
    result = Batch(folder / "list.csv", dataset, run=_RUN).run(workers=1)
    (failure,) = result.failures
    assert (failure.city, failure.step, failure.kind) == ("b", "build", "input")
    assert "b.osm" in failure.message
    assert (dataset / failure.log).is_file()
    assert len(result.ran) == 6
    again = Batch(folder / "list.csv", dataset, run=_RUN)
    assert {row.state for row in again.todo() if row.city == "b"} == {"failed", "to do"}
    assert again.run(workers=1).failures == [failure]
    tried = Batch(folder / "list.csv", dataset, run=_RUN).run(workers=1, retry=True)
    assert tried.failures[0].kind == "input"
    (folder / "b.osm").write_bytes(good)
    mended = Batch(folder / "list.csv", dataset, run=_RUN)
    todo = [row for row in mended.todo() if row.state != "done"]
    assert [row.city for row in todo] == ["b"] * 3
    assert todo[0].seconds is not None
    assert mended.run(workers=1).failures == []


def test_limits_end_a_step_and_not_the_batch(tmp_path: Path) -> None:
    sleeper = "import sys,json,time\nfor line in sys.stdin:\n    time.sleep(30)\n"
    for limits, kind in ((Limits(seconds=0.3), "time"), (Limits(seconds=30, memory_mb=1), "memory")):
        process = Process(limits, command=[sys.executable, "-c", sleeper])
        with process, pytest.raises(Lost) as lost:
            process.order(do="run", words=["x"], log=str(tmp_path / "x.log"))
        assert lost.value.kind == kind
    dies = "import os\ninput()\nos.kill(os.getpid(), 9)\n"
    with Process(Limits(), command=[sys.executable, "-c", dies]) as process, pytest.raises(Lost) as lost:
        process.order(do="run")
    assert lost.value.kind == "killed"


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_any_moment_then_resumed_gives_the_same_bytes(
    listing: Path, undisturbed: Path, tmp_path: Path, seed: int
) -> None:
    """SIGKILL for the client; its processes end with it. `tests/fuzz/batch.py` does so fifty times over."""
    dataset, rng = tmp_path / "set", random.Random(seed)
    words = [sys.executable, "-m", "wegeketten", "batch", listing, "-o", dataset, "--workers", "1"]
    words += ["--run", _RUN[0]]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    with subprocess.Popen(list(map(str, words)), env=environment, stderr=subprocess.DEVNULL) as client:
        time.sleep(0.5 + 3 * rng.random())
        client.send_signal(signal.SIGKILL)
    result = Batch(listing, dataset, run=_RUN).run(workers=1)
    assert result.failures == []
    assert content(dataset) == content(undisturbed), f"seed {seed}"


def test_a_batch_may_begin_where_another_has_just_begun(listing: Path, tmp_path: Path) -> None:
    """At that moment the folder holds nothing but a file that is still being written."""
    dataset = tmp_path / "set"
    with private_folder(_made(dataset)):
        Batch(listing, dataset, run=_RUN)
    (dataset / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="something else"):
        Batch(listing, dataset, run=_RUN)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_two_batches_on_one_dataset_build_each_city_once(
    listing: Path, undisturbed: Path, tmp_path: Path
) -> None:
    import threading

    dataset, results = tmp_path / "set", []

    def run() -> None:
        results.append(Batch(listing, dataset, run=_RUN).run(workers=1))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result.failures for result in results] == [[], []]
    assert sorted([*results[0].ran, *results[1].ran]) == sorted(
        (city, step) for city in "abc" for step in ("build", "publish", "scan")
    )
    assert content(dataset) == content(undisturbed)


def test_dask_does_the_same(listing: Path, undisturbed: Path, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp"
        ) as cluster
    ):  # fmt: skip
        result = Batch(listing, tmp_path / "set", run=_RUN).run(
            executor="dask", scheduler=cluster.scheduler_address
        )
        end_processes()  # of the worker, which is this Python here
    assert result.failures == []
    assert content(tmp_path / "set") == content(undisturbed)


def test_lists_are_read_with_suspicion(listing: Path, tmp_path: Path) -> None:
    def written(text: str, name: str = "list.csv") -> Path:
        path = listing.parent / f"{tmp_path.name}-{name}"
        path.write_text(text, encoding="utf-8")
        return path

    toml = written(
        'run = ["plan --profile rollator", "scan"]\n[[city]]\ncity = "x"\nextract = "a.osm"\n'
        'population = "c.osm"\n[[city]]\nname = "Ösel"\nextract = "b.osm"\nrun = ["needs"]\n',
        "list.toml",
    )
    one, two = read_list(toml)
    assert [one.city, two.city, two.name] == ["x", "oesel", "Ösel"]
    assert (one.run, two.run) == ((("plan", "--profile", "rollator"), ("scan",)), (("needs",),))
    assert one.options == ("--population", str((listing.parent / "c.osm").resolve()))
    (tab,) = read_list(written("\ufeffCity\tExtract \r\nx\ta.osm\r\n\t\r\n"))  # as spreadsheets save it
    assert (tab.city, tab.extract) == ("x", (listing.parent / "a.osm").resolve())
    (wide,) = read_list(written("city;extract;;\nx;a.osm;; \n;;;;\n"))  # with columns that were emptied
    assert (wide.city, wide.extract) == (tab.city, tab.extract)
    word = 'run = "scan --profile walker"\n[[city]]\ncity = "x"\nextract = "a.osm"\n'
    (alone,) = read_list(written(word, "word.toml"))
    assert alone.run == (("scan", "--profile", "walker"),)
    latin = listing.parent / f"{tmp_path.name}-latin.csv"
    latin.write_bytes("city;extract\nKöln;a.osm\n".encode("latin-1"))
    with pytest.raises(InputDataError, match="save it with that encoding"):
        read_list(latin)
    with pytest.raises(InputDataError, match="row 2 has more cells"):
        read_list(written("city,extract\nx,a.osm,b.osm\n"))
    with pytest.raises(InputDataError, match="row 2 has more cells"):
        read_list(written("city,extract,\nx,a.osm,b.osm\n"))
    for text, told in (
        ("city,extrct\nx,a.osm\n", "unknown column 'extrct'; did you mean extract"),
        ("city,extract\nx,none.osm\n", "x: extract none.osm: no such file"),
        ("city,extract\nx,a.osm\nx,a.osm\n", "occurs twice"),
        ("city,extract\nx,\n", "neither extract nor place"),
        ("city,extract,run\nx,a.osm,scna\n", "no command for a batch; did you mean scan"),
        ("city,extract,run\nx,a.osm,scan -o /tmp\n", "says itself where results go"),
    ):
        with pytest.raises(UsageError, match=told):
            read_list(written(text))
    with pytest.raises(InputDataError, match="no city"):
        read_list(written("city,extract\n"))
    with pytest.raises(UsageError, match="--only 9"):
        Batch(listing, tmp_path / "set", only=[9])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="something else"):
        Batch(listing, tmp_path / "full")


def test_the_command_line_says_what_would_run_and_what_failed(listing: Path, undisturbed: Path) -> None:
    words = ["batch", str(listing), "-o", str(undisturbed), "--run", _RUN[0]]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8"}

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "wegeketten", *words, *more],
            capture_output=True, text=True, env=environment, check=False,
        )  # fmt: skip

    dry = run("--dry-run", "--json")
    assert dry.returncode == 0, dry.stderr
    assert {row["state"] for row in json.loads(dry.stdout)} == {"done"}
    wrong = run("--executor", "ray")
    assert wrong.returncode == 2
    assert wrong.stderr.count("\n") == 1


def test_a_city_that_ends_its_process_is_given_up_after_three_tries(tmp_path: Path) -> None:
    """A poison city: each try costs a process, the third is the last, the next city is not touched by it."""
    count = tmp_path / "tries"
    dies = (
        "import sys, json, os\n"
        "for line in sys.stdin:\n"
        "    if json.loads(line)['do'] == 'run':\n"
        f"        open({str(count)!r}, 'a').write('x')\n"
        "        os.kill(os.getpid(), 9)\n"
        "    print(json.dumps({'locked': True}), flush=True)\n"
    )
    step = Step("build", "0" * 16, ("build",), str(tmp_path / "never"))
    job = Job("poison", str(tmp_path / "set"), (step,), Limits())
    with Process(Limits(), command=[sys.executable, "-c", dies]) as process:
        outcome = work_on(job, process)
        assert count.read_text() == "xxx"
        assert [failure.kind for failure in outcome.failures] == ["killed"]
        assert work_on(job, process).failures == outcome.failures  # known, not tried again
        assert count.read_text() == "xxx"


@pytest.mark.parametrize(
    "line", ["x/scan.gpkg: not all of it arrived; make room, or write elsewhere", "x: no room left"]
)
def test_a_full_disk_is_no_fault_of_a_city(tmp_path: Path, line: str) -> None:
    """What could not be written has gone again when the step ends: only its words tell of a full disk."""
    log = Ledger(tmp_path / "set").log("a", "scan")
    log.parent.mkdir(parents=True)
    log.write_text(f"wegeketten: cannot write {line}\n")
    answers = (
        "import sys, json\n"
        "for line in sys.stdin:\n"
        "    print(json.dumps({'locked': True, 'code': 2, 'seconds': 1}), flush=True)\n"
    )
    step = Step("scan", "0" * 16, ("scan",), str(tmp_path / "never"))
    job = Job("a", str(tmp_path / "set"), (step,), Limits())
    with Process(Limits(), command=[sys.executable, "-c", answers]) as process:
        outcome = work_on(job, process)
    assert outcome.full
    assert outcome.failures == []
    assert not list((tmp_path / "set").rglob("*.failed.json"))


def test_a_note_of_times_is_never_written_through_a_link(tmp_path: Path) -> None:
    ledger, step = Ledger(tmp_path), Step("build", "0" * 16, (), "")
    note, own = ledger.room("lauf") / "build.run.json", tmp_path / "own.txt"
    note.parent.mkdir(parents=True)
    own.write_text("mine", encoding="utf-8")
    note.symlink_to(own)
    ledger.note_success("lauf", step, {"seconds": 1.0})
    assert own.read_text(encoding="utf-8") == "mine"
    assert json.loads(note.read_text(encoding="utf-8")) == {"key": step.key, "seconds": 1.0}
