"""Several threads give what one gives, whatever the network looks like."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from queue import SimpleQueue
from threading import Event, get_ident
from time import sleep
from typing import TYPE_CHECKING

import numpy as np
import pytest

from wegeketten.routing import Hierarchy, query, share, workers
from wegeketten.routing import customize as customizing
from wegeketten.routing import partition as splitting
from wegeketten.routing import passes as carrying

from .graphs import Case, cases, town

if TYPE_CHECKING:
    from numpy.typing import NDArray


@pytest.mark.parametrize("case", cases(150, seed=31), ids=str)
def test_any_number_of_threads_gives_the_same(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (customizing, carrying, query):
        monkeypatch.setattr(module, "THREADED", 1)
    random = case.random
    monkeypatch.setattr(splitting, "_STRETCH", int(random.integers(1, 30)))
    hierarchy = Hierarchy(case.graph(), random.choice(["auto", "own"]))
    lengths = random.integers(0, 900, case.weights.size)
    services = int(random.integers(0, 20))
    sources = [random.integers(0, case.n, int(random.integers(0, 6))) for _ in range(services)]
    offsets = [random.integers(0, case.scale + 1, some.size) for some in sources]
    direction = random.choice(["from", "to"])
    radius = None if random.random() < 0.5 else int(random.integers(0, 3 * case.scale + 1))
    at = None if random.random() < 0.5 else random.integers(0, case.n, int(random.integers(0, 9)))
    asked = {"direction": direction, "radius": radius, "at": at}
    answers = []
    for threads in (1, 2, 5):
        metric = hierarchy.customize(case.weights, lengths, threads=threads)
        times = metric.nearest(sources, offsets, threads=threads, **asked)
        named = metric.nearest(sources, offsets, with_source=True, threads=threads, **asked)
        along = metric.along(sources, offsets, threads=threads, **asked)
        np.testing.assert_array_equal(times, named[0])
        np.testing.assert_array_equal(times, along[0])
        answers.append((times, *named, *along))
    for others in answers[1:]:
        for got, alone in zip(others, answers[0], strict=True):
            np.testing.assert_array_equal(got, alone)


def test_groups_and_what_is_above_them_are_all_ranks() -> None:
    hierarchy = Hierarchy(town(40, 3).graph())
    split = hierarchy.split(4)
    assert split.bounds[0] == 0
    assert split.bounds[-1] == hierarchy.n
    assert split.bounds.size > 4
    above = split.blank == splitting.ABOVE
    group = np.searchsorted(split.bounds, np.arange(hierarchy.n), "right") - 1
    inside = ~above[hierarchy.lowers] & ~above[hierarchy.uppers]
    np.testing.assert_array_equal(group[hierarchy.lowers[inside]], group[hierarchy.uppers[inside]])
    writers: dict[int, set[int]] = {}
    for low, row in zip(hierarchy.lowers.tolist(), split.rows.tolist(), strict=True):
        if not above[low]:
            writers.setdefault(row, set()).add(int(group[low]))
    assert all(len(groups) == 1 for groups in writers.values())
    spare = split.rows >= hierarchy.n
    np.testing.assert_array_equal(
        split.gathered[split.rows[spare] - hierarchy.n], hierarchy.upper_nodes[spare]
    )


@pytest.mark.parametrize("stretch", [1, 7, 64, 8192])
@pytest.mark.parametrize("threads", [1, 3])
def test_downward_every_rank_comes_once_and_after_what_it_leads_up_to(
    stretch: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splitting, "_STRETCH", stretch)
    case = town(40, 3)
    hierarchy = Hierarchy(case.graph())
    split, arcs = hierarchy.split(threads), np.diff(hierarchy.starts)
    top, *others = split.stretches(8)
    for pieces in ([split.downward], [top, *others], [top, *others[::-1]]):
        place = np.full(hierarchy.n, -1)
        passed = 0
        for piece in pieces:
            place[piece.ranks] = np.arange(passed, passed + piece.ranks.size)
            passed += piece.ranks.size
            _check_turns(piece, arcs)
        assert passed == hierarchy.n
        assert (place >= 0).all()
        assert (place[hierarchy.uppers] < place[hierarchy.lowers]).all()


def _check_turns(piece: splitting.Downward, arcs: NDArray[np.int32]) -> None:
    """What is said to have an arc or two has no more and no fewer."""
    bounds = [0, *piece.turns.tolist()]
    assert bounds == sorted(bounds)
    assert bounds[-1] == piece.ranks.size
    for begin, end in zip(bounds[1::2], bounds[2::2], strict=True):
        assert set(arcs[piece.ranks[begin:end]].tolist()) <= {1, 2}


def test_an_error_in_one_piece_reaches_the_caller_and_ends_the_work() -> None:
    done: list[int] = []

    def fail() -> None:
        raise KeyError("lost")

    for first in (0, 3):  # in the caller's hands or in a helper's
        pieces = [lambda: done.append(1)] * 6
        pieces[first] = fail
        with pytest.raises(KeyError, match="lost"):
            share(pieces, 2)
    done.clear()
    share([lambda: done.append(1)] * 40, 3)
    assert len(done) == 40


def _ask(sources: list[int]) -> list[int]:
    carrying.THREADED = 1  # type: ignore[attr-defined]  # imported there
    case = town(6, 2)
    return Hierarchy(case.graph()).customize(case.weights).nearest([sources], threads=2).ravel().tolist()


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_works_on_without_its_parents_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "THREADED", 1)
    here = _ask([0, 5])  # wakes helpers
    # a handler in Python, which another test may have left, would not be heard while the process waits
    with multiprocessing.get_context("fork").Pool(1, signal.signal, (signal.SIGTERM, signal.SIG_DFL)) as pool:
        assert pool.apply(_ask, ([0, 5],)) == here


@pytest.mark.parametrize("number", [3, 16])
def test_an_answer_stays_while_others_are_asked_for(number: int) -> None:
    """Memory of a pass is used again, but not before the last look at it is gone."""
    case = town(12, 4)
    metric = Hierarchy(case.graph()).customize(case.weights)
    sources = [[lane, lane + 7] for lane in range(number)]
    kept = metric.nearest(sources)
    column, copy = kept[:, 1], kept.copy()
    named = metric.nearest(sources, with_source=True)
    for shift in range(1, 4):
        metric.nearest([[node + shift for node in some] for some in sources])
    np.testing.assert_array_equal(kept, copy)
    np.testing.assert_array_equal(named[0], copy)
    del kept
    metric.nearest([[0]])
    np.testing.assert_array_equal(column, copy[:, 1])
    np.testing.assert_array_equal(metric.nearest(sources), copy)


@pytest.mark.parametrize("number", [0, 1, 15, 16, 17])
def test_an_answer_is_a_table_without_gaps(number: int) -> None:
    case = town(12, 4)
    metric = Hierarchy(case.graph()).customize(case.weights)
    answer = metric.nearest([[lane] for lane in range(number)])
    assert answer.shape == (case.n, number)
    assert answer.flags.c_contiguous


def test_tables_of_any_kind_come_from_the_shelf() -> None:
    hierarchy = Hierarchy(town(12, 4).graph())
    metric = hierarchy.customize(hierarchy.graph.input_weights, np.ones(hierarchy.graph.m))
    sources = [[lane] for lane in range(16)]
    metric.along(sources)
    shelf = hierarchy.passes._shelf
    waiting = dict(shelf._free)
    assert len(waiting) == 2
    for _ in range(3):
        metric.nearest(sources)
        metric.nearest(sources, with_source=True)
        metric.along(sources)
        assert shelf._free == waiting
    kept = [metric.nearest(sources) for _ in range(4)]
    assert len(shelf._free) == 1
    assert all((one == kept[0]).all() for one in kept)
    del kept
    assert len(shelf._free) == 2


def test_memory_that_waits_to_be_used_again_is_not_pickled() -> None:
    hierarchy = Hierarchy(town(12, 4).graph())
    metric = hierarchy.customize(hierarchy.graph.input_weights)
    answer = metric.nearest([[0]])
    once = len(pickle.dumps(hierarchy))
    metric.nearest([[0]] * 200)
    assert len(pickle.dumps(hierarchy)) == once
    hierarchy.passes._shelf = carrying._Shelf()
    assert len(pickle.dumps(hierarchy)) == once
    again = pickle.loads(pickle.dumps(hierarchy))
    np.testing.assert_array_equal(again.customize(again.graph.input_weights).nearest([[0]]), answer)


def test_an_interrupt_waits_for_the_helpers() -> None:
    """Nobody goes on writing into rows that the caller has given up."""
    begun, over = Event(), Event()

    def slow() -> None:
        begun.set()
        sleep(0.2)
        over.set()

    def pressed() -> None:
        begun.wait(10)
        raise KeyboardInterrupt

    caller = get_ident()

    def either() -> None:
        pressed() if get_ident() == caller else slow()

    with pytest.raises(KeyboardInterrupt):
        share([either, either], 2)
    assert over.is_set()


def test_an_interrupt_that_swallows_a_helper_s_word_is_no_wait_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ctrl-C may strike when the queue has handed over what was in it and nobody has taken it yet."""
    caller, begun, pressed = get_ident(), Event(), Event()

    def longer_for_the_helper() -> None:
        if get_ident() == caller:
            begun.wait(10)
        else:
            begun.set()
            sleep(0.2)

    class Interrupted(SimpleQueue[None]):
        def get(self, block: bool = True, timeout: float | None = None) -> None:
            if get_ident() != caller:
                return super().get(block, timeout)
            found = super().get(timeout=10)
            if not pressed.is_set():
                pressed.set()
                raise KeyboardInterrupt
            return found

    monkeypatch.setattr(workers, "SimpleQueue", Interrupted)
    workers._idle.cache_clear()
    with pytest.raises(KeyboardInterrupt):
        share([longer_for_the_helper] * 2, 2)
    assert pressed.is_set()
