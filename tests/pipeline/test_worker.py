"""One piece of work in a second process: the same result, the same words, the same errors."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from wegeketten.people.profile import load_profiles
from wegeketten.pipeline.worker import Worker, usual_processes
from wegeketten.routing import thread_count

if TYPE_CHECKING:
    from pathlib import Path

BOTH = pytest.mark.parametrize("second", [False, True])


@BOTH
def test_gives_back_what_comes_of_it(second: bool) -> None:
    with Worker[Any](second=second) as worker:
        worker.submit(sorted, [3, 1, 2])
        assert worker.result() == [1, 2, 3]


def test_the_work_is_done_by_another_process() -> None:
    with Worker[Any](second=True) as worker:
        worker.submit(os.getpid)
        assert worker.result() != os.getpid()


@BOTH
def test_an_error_is_the_same_error(second: bool, tmp_path: Path) -> None:
    with Worker[Any](second=second, modules=["wegeketten.people.profile"]) as worker:
        worker.submit(load_profiles, [str(tmp_path / "none.toml")])
        with pytest.raises(ValueError, match=r"none\.toml") as found:
            worker.result()
    with pytest.raises(ValueError, match=r"none\.toml") as here:
        load_profiles([str(tmp_path / "none.toml")])
    assert (type(found.value), str(found.value)) == (type(here.value), str(here.value))


@BOTH
def test_a_warning_is_heard(second: bool) -> None:
    with Worker[Any](second=second) as worker:
        worker.submit(warnings.warn, "look here")
        with pytest.warns(UserWarning, match="look here"):
            worker.result()


def test_what_is_printed_stays_out_of_the_answer(capfd: pytest.CaptureFixture[str]) -> None:
    with Worker[Any](second=True) as worker:
        worker.submit(print, "loud")
        assert worker.result() is None
    assert capfd.readouterr() == ("", "loud\n")


def test_is_done_here_where_the_second_process_dies() -> None:
    """Killed in the middle of its work, as for want of memory."""
    with Worker[Any](second=True) as worker:
        worker.submit(_die_unless, os.getpid())
        assert worker.result() == "survived"


def test_is_done_here_where_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Worker[Any](second=True) as worker:
        worker.submit(os.getpid)
        assert worker.result() == os.getpid()


def test_is_done_here_where_the_answer_cannot_be_sent() -> None:
    with Worker[Any](second=True) as worker:
        worker.submit(memoryview, b"abc")
        assert worker.result().tobytes() == b"abc"


class _PairError(Exception):
    """Can be packed, but not unpacked."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")


def _fail() -> None:
    raise _PairError(1, 2)


def test_an_error_that_cannot_be_unpacked_is_the_same_error() -> None:
    with Worker[Any](second=True) as worker:
        worker.submit(_fail)
        with pytest.raises(_PairError, match="1 and 2"):
            worker.result()


def test_is_done_here_where_something_else_gets_into_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('Initialised')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Worker[Any](second=True) as worker:
        worker.submit(divmod, 17, 5)
        assert worker.result() == (3, 2)


@pytest.mark.parametrize("name", [None, "", "editor"])
def test_is_done_here_where_the_program_is_no_python(
    name: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started once more, an editor with Python inside would wait for its user."""
    program = tmp_path / "editor"
    program.write_text("#!/bin/sh\nexec sleep 20\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program) if name else name)
    began = time.monotonic()
    with Worker[Any](second=True) as worker:
        worker.submit(divmod, 17, 5)
        assert worker.result() == (3, 2)
    assert time.monotonic() - began < 10


def test_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    later = f"import pathlib, time; time.sleep(3); pathlib.Path({str(tmp_path / 'late')!r}).touch()"
    code = (
        "import time\nfrom wegeketten.pipeline.worker import Worker\nwith Worker(second=True) as worker:\n"
        f"    worker.submit(exec, {later!r})\n    print('given', flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "given\n"
        time.sleep(1)
        parent.kill()
    time.sleep(4)
    assert not (tmp_path / "late").exists()


def test_nothing_is_left_behind_when_it_is_interrupted() -> None:
    def ask() -> None:
        with Worker[Any](second=True) as worker:
            worker.submit(time.sleep, 60)
            started.append(worker.pid)
            raise KeyboardInterrupt

    started: list[int | None] = []
    with pytest.raises(KeyboardInterrupt):
        ask()
    (pid,) = started
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_without_work_there_is_nothing_to_take() -> None:
    with Worker[Any](second=False) as worker, pytest.raises(ValueError, match="no work"):
        worker.result()


def test_counts_the_processors_one_may_use() -> None:
    assert usual_processes() == min(thread_count(None), 2)


def _die_unless(pid: int) -> str:
    if os.getpid() != pid:
        os.kill(os.getpid(), signal.SIGKILL)
    return "survived"
