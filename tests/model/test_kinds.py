"""The registry of barriers: complete, closed by default, and enough in one row."""

from __future__ import annotations

import pickle
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from support.registry import faults

from wegeketten.files.resources import shipped
from wegeketten.model.edges import ATTRIBUTES, PLAIN, absent_columns
from wegeketten.model.kinds import BARRIERS, PASSAGES, Kind
from wegeketten.people.profile import PROFILES, load_profile
from wegeketten.people.verdict import levels
from wegeketten.reports.assets import asset_text
from wegeketten.reports.map import SCRIPTS
from wegeketten.reports.map_constants import constants

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROOT = Path(__file__).resolve().parents[2]


def test_registry_is_complete() -> None:
    assert faults() == []


def test_every_code_from_kerb_on_has_a_row_and_no_way_has_one() -> None:
    for kind in Kind:
        assert (kind.barrier is not None) == kind.is_barrier == (kind in BARRIERS), kind.name


def test_kind_is_pickled_by_its_code() -> None:
    assert [pickle.loads(pickle.dumps(kind)) for kind in Kind] == list(Kind)
    assert all(type(kind.value) is int for kind in Kind)


def _edges_of(codes: list[int]) -> dict[str, NDArray[Any]]:
    columns = {name: np.zeros(len(codes), dtype) for name, dtype in PLAIN.items()} | absent_columns(
        len(codes)
    )
    columns["kind"] = np.array(codes, np.uint8)
    columns["forward"][:] = columns["backward"][:] = True
    assert set(columns) >= {attribute.name for attribute in ATTRIBUTES}
    return columns


@pytest.mark.parametrize("profile", PROFILES)
def test_code_that_nobody_described_is_unclear_to_everybody(profile: str) -> None:
    unknown = [code for code in range(int(Kind.kerb), 256) if code not in [int(kind) for kind in Kind]]
    assert set(levels(_edges_of(unknown), load_profile(profile)).ravel().tolist()) == {1}


@pytest.mark.parametrize("kind", PASSAGES)
def test_kind_that_a_profile_says_nothing_about_is_unclear(kind: str, tmp_path: Path) -> None:
    text = shipped("profiles", "walker.toml").read_text(encoding="utf-8")
    silent = re.sub(rf"^{kind} = .*\n", "", text, flags=re.MULTILINE)
    assert silent != text
    path = tmp_path / "silent.toml"
    path.write_text(silent.replace('id = "walker"', 'id = "silent"'), encoding="utf-8")
    profile = load_profile(path)
    assert getattr(profile.passages, kind) == "unclear"
    assert profile.sources[f"passages.{kind}"].text("en") == "the profile says nothing about it"
    columns = _edges_of([int(Kind[kind])])
    assert levels(columns, profile).max() == 1
    walker = load_profile("walker")
    assert (levels(columns, walker).max() == 1) == (getattr(walker.passages, kind) == "unclear")


def test_javascript_sees_the_constants_and_defines_none_of_them() -> None:
    scripts = "".join(asset_text("map", f"{name}.js") for name in SCRIPTS)
    for name in constants():
        assert re.search(rf"\b{name}\b", scripts), name
        assert not re.search(rf"\b(const|let|var) {name}\b", scripts), name


_NEW = next(value for value in BARRIERS[Kind.block].osm if value not in Kind.__members__)
"""A value of ``barrier`` that is part of another kind and here becomes one of its own."""
_ROW = f"""
    {_NEW} = (
        99,
        BarrierKind(
            de="Neue Art", en="{_NEW}", osm=("{_NEW}",),
            closable=False, arduous=True, excludes_wheels=True,
            reads=None, gap="beside", delay="narrow_s", measures=("remove_obstacle",),
        ),
    )

    @property
    def is_barrier"""
_TRY = f"""
import numpy as np
from support.registry import faults
from wegeketten.model.kinds import Kind
from wegeketten.network.barriers import barrier_kind
from wegeketten.people.profile import PROFILES, load_profile
from wegeketten.people.verdict import levels
from wegeketten.people.labels import figures
from wegeketten.whatif.measures import load_measures
from model.test_kinds import _edges_of

print(*faults(), sep="\\n")
print("kind", barrier_kind({{"barrier": "{_NEW}"}}).name)
print("verdicts", *(levels(_edges_of([99]), load_profile(name)).max() for name in PROFILES))
print("measure", load_measures().works(Kind.{_NEW}, ["kind"]).ids[0])
print("figures", any("{_NEW}" in row.figure.lower() for row in figures(load_profile("walker"), "en")))
"""


def _with_new_kind(tmp_path: Path, *, passages: bool) -> list[str]:
    for name in ("wegeketten", "routing", "data", "tests"):
        shutil.copytree(_ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(_ROOT / "cli.py", tmp_path)
    module = tmp_path / "wegeketten/model/kinds.py"
    text = module.read_text(encoding="utf-8").replace(f' "{_NEW}",', "", 1)
    module.write_text(text.replace("\n    @property\n    def is_barrier", _ROW, 1), encoding="utf-8")
    for path in (tmp_path / "data/profiles").glob("*.toml") if passages else ():
        text = path.read_text(encoding="utf-8")
        line = (
            f'{_NEW} = {{ value = "closed", mark = "A", source = "climbed over", source_de = "überstiegen" }}'
        )
        path.write_text(text.replace("[passages]", f"[passages]\n{line}\n#", 1), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", _TRY],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": f"{tmp_path}:{tmp_path / 'tests'}", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    return run.stdout.splitlines()


def test_new_kind_is_one_row_and_its_lines_in_the_profiles(tmp_path: Path) -> None:
    lines = _with_new_kind(tmp_path, passages=True)
    assert lines == ["", f"kind {_NEW}", "verdicts 0 0 0 0 0 0 0", "measure remove_obstacle", "figures True"]


def test_half_a_kind_is_found_and_unclear(tmp_path: Path) -> None:
    lines = _with_new_kind(tmp_path, passages=False)
    assert lines[:7] == [f"profile {name}: says nothing about {_NEW}" for name in PROFILES]
    assert "verdicts 1 1 1 1 1 1 1" in lines


def test_row_without_a_field_is_refused() -> None:
    with pytest.raises(TypeError, match="delay"):
        type(BARRIERS[Kind.gate])(  # type: ignore[call-arg]
            de="Baumstamm", en="log", osm=("log",), closable=False, arduous=True, excludes_wheels=True,
            reads=None, gap="beside", measures=(),
        )  # fmt: skip


def test_shipped_profiles_spell_out_every_passage() -> None:
    for name in PROFILES:
        tree = tomllib.loads(shipped("profiles", f"{name}.toml").read_text(encoding="utf-8"))
        assert tuple(sorted(tree["passages"])) == tuple(sorted(PASSAGES)), name
