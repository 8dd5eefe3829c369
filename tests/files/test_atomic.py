"""Outputs appear whole or not at all."""

from __future__ import annotations

import pytest

from wegeketten.errors import OutputError
from wegeketten.files.atomic import whole_file, whole_folder


def test_a_failed_write_leaves_the_old_file(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")

    def fail():
        with whole_file(target) as path:
            path.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


def test_a_failed_folder_leaves_the_old_folder(tmp_path):
    target = tmp_path / "city"
    with whole_folder(target, marker="city.json") as folder:
        (folder / "city.json").write_text("1")

    def fail():
        with whole_folder(target, marker="city.json") as folder:
            (folder / "city.json").write_text("2")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (target / "city.json").read_text() == "1"
    assert [entry.name for entry in tmp_path.iterdir()] == ["city"]


def test_a_second_result_replaces_the_first_entirely(tmp_path):
    target = tmp_path / "city"
    for content in ("1", "2"):
        with whole_folder(target, marker="city.json") as folder:
            (folder / "city.json").write_text(content)
            (folder / content).touch()
    assert sorted(entry.name for entry in target.iterdir()) == ["2", "city.json"]


def test_foreign_folders_and_files_are_never_replaced(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").touch()
    (tmp_path / "letter").touch()
    for name in ("photos", "letter"):
        with pytest.raises(OutputError, match=name), whole_folder(tmp_path / name, marker="city.json"):
            pytest.fail("must not get here")
    assert (tmp_path / "photos" / "cat.jpg").exists()
