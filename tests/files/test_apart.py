"""What breaks down while it reads foreign bytes takes nobody with it."""

from __future__ import annotations

import faulthandler
import os
import signal
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from wegeketten.errors import InputDataError
from wegeketten.files import apart
from wegeketten.files.apart import Apart, Died, Failed
from wegeketten.files.geopackage import Layer, write_layers
from wegeketten.files.shapes import read_layer

if TYPE_CHECKING:
    from pathlib import Path


def test_a_crash_is_told_and_the_next_call_works() -> None:
    with Apart() as one:
        with pytest.raises(Died, match=f"signal {signal.SIGSEGV:d}"):
            one.call(faulthandler._sigsegv)  # type: ignore[attr-defined]
        assert one.call(divmod, 17, 5) == (3, 2)
        with pytest.raises(Failed, match="literal"):
            one.call(int, "x")
        first = one.call(os.getpid)
        with Apart() as other:
            assert other.call(os.getpid) == first != os.getpid()
        assert one.call(os.getpid) == first
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_more_memory_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "MOST_MEMORY_BYTES", 1 << 30)  # the process reads its own, which stays
    with Apart() as one, pytest.raises(MemoryError):
        one.call(np.zeros, 1 << 40)


def test_a_file_that_breaks_its_reader_is_one_clear_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_layers(
        tmp_path / "a.gpkg", [Layer("homes", {"a": np.array([1.0])}, shapely.points([[13.7, 51.0]]))]
    )
    assert len(read_layer(tmp_path / "a.gpkg", kinds=("Point",)).shapes) == 1
    call = Apart.call
    monkeypatch.setattr(Apart, "call", lambda self, *_: call(self, faulthandler._sigsegv))  # type: ignore[attr-defined]
    with pytest.raises(InputDataError, match="broke down"):
        read_layer(tmp_path / "a.gpkg", kinds=("Point",))
