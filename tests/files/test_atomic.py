"""Outputs appear whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import socket
import stat
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pytest

from wegeketten.errors import OutputError
from wegeketten.files.atomic import whole_file, whole_folder
from wegeketten.files.scratch import sweep
from wegeketten.files.seal import is_sealed

if TYPE_CHECKING:
    from pathlib import Path


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def fail() -> None:
        with whole_file(target) as path:
            path.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


def test_a_failed_folder_leaves_the_old_folder(tmp_path: Path) -> None:
    target = tmp_path / "city"
    with whole_folder(target, marker="city.json") as folder:
        (folder / "city.json").write_text("1")

    def fail() -> None:
        with whole_folder(target, marker="city.json") as folder:
            (folder / "city.json").write_text("2")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (target / "city.json").read_text() == "1"
    assert [entry.name for entry in tmp_path.iterdir()] == ["city"]


def test_a_second_result_replaces_the_first_entirely(tmp_path: Path) -> None:
    target = tmp_path / "city"
    for content in ("1", "2"):
        with whole_folder(target, marker="city.json") as folder:
            (folder / "city.json").write_text("{}")
            (folder / content).touch()
    assert sorted(entry.name for entry in target.iterdir()) == ["2", "city.json"]


def test_foreign_folders_and_files_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").touch()
    (tmp_path / "letter").touch()
    for name in ("photos", "letter"):
        with pytest.raises(OutputError, match=name), whole_folder(tmp_path / name, marker="city.json"):
            pytest.fail("must not get here")
    assert (tmp_path / "photos" / "cat.jpg").exists()


def test_what_is_no_file_is_never_written_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    endpoint = socket.socket(socket.AF_UNIX)
    endpoint.bind(str(tmp_path / "s.csv"))
    with suppress(PermissionError):  # only the superuser makes devices; this one is harmless
        os.mknod(tmp_path / "device.csv", stat.S_IFCHR | 0o600, os.makedev(1, 3))
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "to-pipe.csv").symlink_to("pipe.csv")
    kinds = {path.name: path.lstat().st_mode for path in tmp_path.iterdir()}
    for name in [*kinds, "folder.csv/", "a\x00b.csv", "pipe.csv/below.csv", "n" * 300 + ".csv"]:
        target = tmp_path / name
        with pytest.raises(OutputError), whole_file(target):
            pytest.fail("must not get here")
        if "folder" not in name:
            with pytest.raises(OutputError), whole_folder(target, marker="city.json"):
                pytest.fail("must not get here")
    endpoint.close()
    assert {path.name: path.lstat().st_mode for path in tmp_path.iterdir()} == kinds


def test_inputs_their_folders_and_parts_of_results_stay(tmp_path: Path) -> None:
    extract = tmp_path / "in" / "town.osm"
    extract.parent.mkdir()
    extract.write_text("<?xml version='1.0'?><osm version='0.6'/>")
    os.link(extract, tmp_path / "second-name.osm")
    city = made(tmp_path / "city", {"edges.parquet": "1"})
    refused = [
        (tmp_path / "second-name.osm", [extract]),
        (extract.parent / ".." / "in" / "town.osm", [extract]),
        (extract, []),  # whatever is written, it is no extract
        (city / "city.json", []),
        (city / "edges.parquet", []),
    ]
    for target, inputs in refused:
        with pytest.raises(OutputError), whole_file(target, inputs=inputs):
            pytest.fail("must not get here")
    for target, inputs, marker in (
        (extract.parent, [extract], "city.json"),
        (tmp_path, [city], "city.json"),
        (city, [city], "city.json"),
        (city, [], "chain.json"),
    ):
        with pytest.raises(OutputError), whole_folder(target, marker=marker, inputs=inputs):
            pytest.fail("must not get here")
    with whole_file(city / "map.html") as path:
        path.write_text("a file of the user's own")
    assert (city / "map.html").exists()


def test_the_users_own_files_stay_in_a_result_folder(tmp_path: Path) -> None:
    out = made(tmp_path / "plan", {"measures.csv": "1", "old/page.html": "1"})
    (out / "letter.odt").write_text("mine")
    (out / "photos").mkdir()
    (out / "photos" / "a.jpg").write_text("mine too")
    (out / "link").symlink_to("photos")
    (out / "measures.csv").write_text("edited")
    made(out, {"measures.csv": "2"})
    found = sorted(path.relative_to(out).as_posix() for path in out.rglob("*"))
    assert found == ["city.json", "letter.odt", "link", "measures.csv", "photos", "photos/a.jpg"]
    assert (out / "measures.csv").read_text() == "2"
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]


def test_modes_follow_the_umask_and_stay_when_replaced(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        with whole_file(tmp_path / "a.txt") as path:
            path.write_text("1")
        out = made(tmp_path / "city", {"b.txt": "1"})
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640
    assert [stat.S_IMODE(path.stat().st_mode) for path in (out, out / "b.txt")] == [0o750, 0o640]
    (tmp_path / "a.txt").chmod(0o600)
    with whole_file(tmp_path / "a.txt") as path:
        path.write_text("2")
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o600


def test_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_text("1")
    (tmp_path / "a.txt").symlink_to("real/a.txt")
    with whole_file(tmp_path / "a.txt") as path:
        path.write_text("2")
    assert (tmp_path / "a.txt").is_symlink()
    assert (tmp_path / "real" / "a.txt").read_text() == "2"


def test_nothing_is_left_of_folders_made_for_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with whole_folder(tmp_path / "a" / "b" / "city", marker="city.json"):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("exchanging", [True, False])
def test_a_killed_run_leaves_old_or_new_and_the_next_sweeps(tmp_path: Path, exchanging: bool) -> None:
    seed = int(os.environ.get("WEGEKETTEN_SEED", 7))
    random = np.random.default_rng(seed)
    out = tmp_path / "city"
    code = (
        "import sys, pathlib; from wegeketten.files import atomic\n"
        f"if not {exchanging}: atomic._exchange = lambda one, other: False\n"
        "print('ready', flush=True)\n"
        "for number in range(10**6):\n"
        "    with atomic.whole_folder(pathlib.Path(sys.argv[1]), marker='city.json') as folder:\n"
        "        for name in 'abcd': (folder / name).write_text(str(number))\n"
        "        (folder / 'city.json').write_text('{\"number\": %d}' % number)\n"
    )
    for _ in range(int(os.environ.get("WEGEKETTEN_KILLS", 6))):
        run = subprocess.Popen([sys.executable, "-c", code, str(out)], stdout=subprocess.PIPE, text=True)
        assert run.stdout is not None
        run.stdout.readline()
        time.sleep(float(random.uniform(0.01, 0.15)))
        run.kill()
        run.communicate()
        sweep(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} <= {"city"}, seed
        if not out.exists():
            continue
        told = json.loads((out / "city.json").read_text())
        assert is_sealed(told), seed
        assert {(out / name).read_text() for name in "abcd"} == {str(told["number"])}, seed
    assert out.exists()


def test_many_writers_at_once(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from wegeketten.files.atomic import whole_file, whole_folder\n"
        "here = pathlib.Path(sys.argv[1])\n"
        "for number in range(int(sys.argv[2])):\n"
        "    with whole_folder(here / 'city', marker='city.json') as folder:\n"
        "        for name in 'ab': (folder / name).write_text(sys.argv[3])\n"
        "        (folder / 'city.json').write_text('{}')\n"
        "    with whole_file(here / 'a.txt') as path: path.write_text(sys.argv[3] * 1000)\n"
    )
    rounds = os.environ.get("WEGEKETTEN_ROUNDS", "12")
    runs = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), rounds, letter])
        for letter in "pqrstuvw"[: 8 if rounds != "12" else 3]
    ]
    assert [run.wait() for run in runs] == [0] * len(runs)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "city"]
    assert len({(tmp_path / "city" / name).read_text() for name in "ab"}) == 1
    assert len(set((tmp_path / "a.txt").read_text())) == 1


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    def fail(error: Exception) -> None:
        with whole_file(tmp_path / "a.csv"):
            raise error

    for error in (OSError(errno.ENOSPC, "no"), RuntimeError("database or disk is full")):
        with pytest.raises(OutputError, match="no room left"):
            fail(error)
    assert list(tmp_path.iterdir()) == []


def made(out: Path, files: dict[str, str]) -> Path:
    """A folder of results."""
    with whole_folder(out, marker="city.json") as folder:
        for name, content in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(content)
        (folder / "city.json").write_text("{}")
    return out


def test_a_mount_point_is_refused_with_a_place_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    volume = tmp_path / "volume"
    volume.mkdir()
    monkeypatch.setattr("pathlib.Path.is_mount", lambda path: path == volume)
    with (
        pytest.raises(OutputError, match=f"name a folder in it, such as -o {volume}/scan"),
        whole_folder(volume, marker="scan.json"),
    ):
        pass
    with whole_folder(volume / "scan", marker="scan.json") as folder:
        (folder / "scan.json").write_text("{}")
    assert [path.name for path in volume.iterdir()] == ["scan"]
