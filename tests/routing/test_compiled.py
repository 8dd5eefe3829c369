"""Compilation: at the first call, for one signature, announced, and without a cache where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from wegeketten.routing import compiled


def total(values: np.ndarray) -> int:
    sums = 0
    for i in range(values.size):
        sums += values[i]
    return sums


def test_a_kernel_has_one_signature_and_refuses_others() -> None:
    add = compiled.kernel(compiled.i8, compiled.reads(compiled.i4))(total)
    assert add.signatures == []
    assert add(np.arange(4, dtype=np.int32)) == 6
    frozen = np.arange(4, dtype=np.int32)
    frozen.setflags(write=False)
    assert add(frozen) == 6
    for wrong in (np.arange(4), np.arange(4.0), np.arange(8, dtype=np.int32)[::2]):
        with pytest.raises(TypeError):
            add(wrong)
    assert len(add.signatures) == 1


def test_without_a_place_for_the_cache_it_is_announced_and_works(monkeypatch: pytest.MonkeyPatch) -> None:
    from numba.core.dispatcher import Dispatcher

    def refuse(self: object) -> None:
        raise RuntimeError("no locator available")

    said: list[str] = []
    monkeypatch.setattr(Dispatcher, "enable_caching", refuse)
    monkeypatch.setattr(compiled, "_announcement", compiled._Announcement())
    compiled.when_compiling(said.append)
    add: compiled.Kernel[int] = compiled.kernel(compiled.i8, compiled.reads(compiled.i4))(total)
    other: compiled.Kernel[int] = compiled.kernel(compiled.i8, compiled.reads(compiled.i4))(total)
    assert add(np.arange(3, dtype=np.int32)) == other(np.arange(3, dtype=np.int32)) == 3
    assert len(said) == 1
    assert "once" in said[0]


def test_nothing_is_compiled_on_import() -> None:
    code = (
        "from wegeketten.routing import compiled, hierarchy, metric, sequences, effects\n"
        "import sys; sys.exit(compiled.compile_seconds() > 0)"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, check=False)
    assert done.returncode == 0


@pytest.mark.parametrize("mark", ["lazy_kernel", "compiled.kernel(i8, compiled.tuple_of({name}, i8))"])
def test_cache_of_a_renamed_type_is_compiled_again(mark: str, tmp_path: Path) -> None:
    text = """
from typing import NamedTuple
from wegeketten.routing import compiled, lazy_kernel
from wegeketten.routing.compiled import i8

class {name}(NamedTuple):
    value: int

@MARK
def double(pair):
    return 2 * pair.value

print(double({name}({value})))
""".replace("MARK", mark)
    for name, value in (("First", 3), ("Other", 4), ("Other", 5)):
        (tmp_path / "module.py").write_text(text.format(name=name, value=value), encoding="utf-8")
        run = subprocess.run(
            [sys.executable, "-c", "import module"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]),
                 "NUMBA_CACHE_DIR": str(tmp_path / "kept")},
        )  # fmt: skip
        assert run.stdout == f"{2 * value}\n", run.stderr
    assert list(tmp_path.rglob("*.nbi"))  # it was kept
