"""The run-length rule against hand-reckoned routes and a metre-by-metre reading of the norm."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wegeketten.errors import UsageError
from wegeketten.model.edges import PLAIN, EdgeTable, Kind, absent_columns
from wegeketten.model.reading import Provenance
from wegeketten.network.din_run_lengths import check_run, runs_along, summary_of_runs

if TYPE_CHECKING:
    from numpy.typing import NDArray


def verdicts(*args: Any, **kwargs: Any) -> list[tuple[float, float, str]]:
    return [(s.start_m, s.stop_m, s.verdict) for s in check_run(*args, **kwargs)]


def exact(pieces: list[tuple[float, float]], **kwargs: Any) -> list[tuple[float, float, str]]:
    """Verdicts of pieces ``(length, slope)`` known exactly, with no landings but the pieces themselves."""
    length, slope = zip(*pieces, strict=True)
    return verdicts(length, slope, slope, **({"landings_m": []} | kwargs))


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([(500, 3)], [(0, 500, "pass")]),
        ([(500, -3)], [(0, 500, "pass")]),
        ([(10, 6)], [(0, 10, "pass")]),
        ([(10.1, 6)], [(0, 10.1, "fail")]),
        ([(10.1, -3.1)], [(0, 10.1, "fail")]),
        ([(1, 12)], [(0, 1, "pass")]),
        ([(1, 12.1)], [(0, 1, "fail")]),
        ([(1.1, 7)], [(0, 1.1, "fail")]),
        ([(0.6, 8), (0.6, 12)], [(0, 1.2, "fail")]),
        ([(0.6, 8), (1, 5), (0.6, 12)], [(0, 2.2, "pass")]),
        # landings of 1.5 m separate runs, shorter level bits do not
        ([(10, 6), (1.5, 2), (10, 6)], [(0, 21.5, "pass")]),
        ([(6, 6), (1.4, 2), (6, 6)], [(0, 6, "fail"), (6, 7.4, "pass"), (7.4, 13.4, "fail")]),
        ([(6, 6), (0.7, 2), (0.8, 0), (6, 6)], [(0, 13.5, "pass")]),
        ([(4, 6), (1.4, 2), (4, -6)], [(0, 9.4, "pass")]),
        # a short ramp counts towards the run
        ([(9.5, 5), (1, 10)], [(0, 10.5, "fail")]),
    ],
)
def test_exactly_known_slopes(
    pieces: list[tuple[float, float]], expected: list[tuple[float, float, str]]
) -> None:
    about: list[object] = [(a, pytest.approx(b), c) for a, b, c in expected]
    assert about == exact(pieces)


def test_landings_given_by_position() -> None:
    assert exact([(28, 5)], landings_m=[9, 18.5]) == [(0, 28, "pass")]
    assert exact([(30, 5)], landings_m=[9, 18]) == [(0, 18, "pass"), (18, 30, "fail")]


def test_unmapped_landings_are_not_a_failure() -> None:
    [stretch] = check_run([30], [4], [5])
    assert (stretch.verdict, stretch.reason) == ("not testable", "landings not mapped")
    [stretch] = check_run([30], [7], [8])
    assert (stretch.verdict, stretch.reason) == ("fail", "too steep")


def test_bounds_decide_or_do_not() -> None:
    assert verdicts([30], [-1], [3], landings_m=[]) == [(0, 30, "pass")]
    [stretch] = check_run([30], [-1], [4], landings_m=[])
    assert (stretch.verdict, stretch.reason, stretch.lower_pct, stretch.upper_pct) == (
        "not testable",
        "bounds too wide",
        0,
        4,
    )
    assert verdicts([30], [3.5], [9], landings_m=[]) == [(0, 30, "fail")]
    assert verdicts([30], [np.nan], [np.nan], landings_m=[]) == [(0, 30, "not testable")]
    assert verdicts([30], [-9], [-7]) == [(0, 30, "fail")]


def test_coarse_models_cannot_pass_and_fail_only_beyond_six_percent() -> None:
    assert verdicts([100], [-1], [2], model_resolution_m=30) == [(0, 100, "not testable")]
    assert verdicts([100], [4], [5], landings_m=[], model_resolution_m=30) == [(0, 100, "not testable")]
    assert verdicts([100], [7], [20], model_resolution_m=30) == [(0, 100, "fail")]
    assert verdicts([100], [-1], [2], model_resolution_m=1) == [(0, 100, "pass")]
    mixed = verdicts([50, 50], [0, 0], [2, 2], model_resolution_m=[np.nan, 30])
    assert mixed == [(0, 50, "pass"), (50, 100, "not testable")]


def test_faults_of_the_caller() -> None:
    with pytest.raises(UsageError, match="2 lengths, but 1 lower"):
        check_run([1, 2], [1], [1, 2])
    with pytest.raises(UsageError, match="piece 1 of the route has no length"):
        check_run([1, -2], [1, 1], [1, 2])
    with pytest.raises(UsageError, match="piece 0 of the route: lower bound above"):
        check_run([1], [2], [1])
    assert check_run([], [], []) == []


def by_decimetres(pieces: list[tuple[float, float]]) -> NDArray[np.bool_]:
    """The norm read off a tape measure: whether each decimetre is all right."""
    tape = np.array([abs(slope) for length, slope in pieces for _ in range(round(10 * length))], float)
    good = tape <= 12
    for k in np.flatnonzero(tape > 6):
        a = k
        while a > 0 and tape[a - 1] > 6:
            a -= 1
        b = k
        while b + 1 < len(tape) and tape[b + 1] > 6:
            b += 1
        good[k] &= b - a + 1 <= 10
    landing = np.zeros(len(tape), bool)
    for first in range(len(tape) - 14):
        if (tape[first : first + 15] <= 3).all():
            landing[first : first + 15] = True
    for k in np.flatnonzero((tape > 3) & ~landing):
        a = k
        while a > 0 and not landing[a - 1]:
            a -= 1
        b = k
        while b + 1 < len(tape) and not landing[b + 1]:
            b += 1
        run = np.flatnonzero(tape[a : b + 1] > 3)
        good[k] &= run[-1] - run[0] + 1 <= 100
    return good


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 60).map(lambda d: d / 10), st.sampled_from([0, 2, 3, 4, 5, 6, 8, 12, 13])),
        min_size=1,
        max_size=14,
    )
)
def test_agrees_with_a_tape_measure(pieces: list[tuple[float, float]]) -> None:
    good = by_decimetres(pieces)
    for start, stop, verdict in exact(pieces):
        part = good[round(10 * start) : round(10 * stop)]
        assert part.all() if verdict == "pass" else not part.any()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(0.1, 30), st.floats(-14, 14), st.floats(0, 5)), min_size=1, max_size=8))
def test_verdicts_cover_the_route_and_hold_for_every_slope_within_bounds(
    pieces: list[tuple[float, float, float]],
) -> None:
    length, slope, half = (np.array(column) for column in zip(*pieces, strict=True))
    wide = check_run(length, slope - half, slope + half, landings_m=[])
    assert wide[0].start_m == 0
    assert wide[-1].stop_m == pytest.approx(length.sum())
    assert all(a.stop_m == b.start_m for a, b in pairwise(wide))
    point = check_run(length, slope, slope, landings_m=[])
    for at in np.cumsum(length) - length / 2:
        judged, true = (next(s.verdict for s in run if s.start_m <= at <= s.stop_m) for run in (wide, point))
        assert judged in (true, "not testable")


def test_route_over_edges_in_both_directions() -> None:
    """Level tagged footway, steps, a tagged ramp of 8 %, a path on which a coarse model has its say."""
    count = 4
    columns = {name: np.zeros(count, dtype) for name, dtype in PLAIN.items()} | absent_columns(count)
    columns["kind"][:] = [Kind.footway, Kind.steps, Kind.ramp, Kind.path]
    for name, values in {
        "incline_pct_lower": [-1, 0, 7.5, -9],
        "incline_pct_upper": [1, 0, 8.5, 8],
        "incline_pct_from": [Provenance.tagged, Provenance.none, Provenance.tagged, Provenance.derived],
    }.items():
        columns[name][:] = values
    edges = EdgeTable(columns, [], np.arange(0, 9, 2), np.zeros((8, 2)))
    there = runs_along(edges, [0, 1, 2, 3], [True] * 4, [20, 4, 12, 30], model_resolution_m=30)
    assert [(s.start_m, s.stop_m, s.verdict, s.reason) for s in there] == [
        (0, 20, "pass", ""),
        (24, 36, "fail", "too steep"),
        (36, 66, "not testable", "model too coarse"),
    ]
    back = runs_along(edges, [3, 2, 1, 0], [False] * 4, [30, 12, 4, 20], model_resolution_m=30)
    assert [s.verdict for s in back] == ["not testable", "fail", "pass"]
    assert (back[0].lower_pct, back[0].upper_pct) == (0, 9)
    assert summary_of_runs(there) == summary_of_runs(back) == "fail"
    assert back[1].to_json() == {
        "start_m": 30.0,
        "stop_m": 42.0,
        "verdict": "fail",
        "reason": "too steep",
        "lower_pct": 7.5,
        "upper_pct": 8.5,
    }
    assert check_run([5], [np.nan], [np.nan])[0].to_json()["upper_pct"] is None
