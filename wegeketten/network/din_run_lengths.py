"""The run-length rule of DIN 18040-3: how long a slope may go on before a landing.

Up to 3 % a way may go on for ever. Up to 6 % it needs a landing at least every 10 m. Up to 12 % it may be for
one metre. A landing is a stretch of at most 3 % and at least 1.50 m (domain.md §3.1).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.model.edges import Kind
from wegeketten.model.reading import Provenance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from wegeketten.model.edges import EdgeTable

    Floats = NDArray[np.float64]

FREE_PCT, RUN_PCT, SHORT_PCT = 3.0, 6.0, 12.0
RUN_M, SHORT_M, LANDING_M = 10.0, 1.0, 1.5
ROUNDING = 1e-6  # a limit met exactly is met

Verdict = Literal["pass", "fail", "not testable"]
Reason = Literal["", "too steep", "no landing", "bounds too wide", "model too coarse", "landings not mapped"]


@dataclass(frozen=True)
class Stretch:
    """Part of a route with one verdict.

    Attributes
    ----------
    start_m, stop_m
        From where to where, metres from the start of the route.
    verdict, reason
        The reason is empty for ``pass``.
    lower_pct, upper_pct
        Bounds of the gradient's magnitude anywhere on the stretch.
    """

    start_m: float
    stop_m: float
    verdict: Verdict
    reason: Reason
    lower_pct: float
    upper_pct: float

    def to_json(self) -> dict[str, Any]:
        """Plain values; bounds beyond all slopes are null."""
        return {
            "start_m": round(self.start_m, 1),
            "stop_m": round(self.stop_m, 1),
            "verdict": self.verdict,
            "reason": self.reason,
            "lower_pct": round(self.lower_pct, 1) if np.isfinite(self.lower_pct) else None,
            "upper_pct": round(self.upper_pct, 1) if np.isfinite(self.upper_pct) else None,
        }


def check_run(
    lengths_m: ArrayLike,
    lower_pct: ArrayLike,
    upper_pct: ArrayLike,
    *,
    landings_m: Sequence[float] | None = None,
    model_resolution_m: ArrayLike = np.nan,
) -> list[Stretch]:
    """Test a route against the run-length rule.

    The rule is monotone: steeper never passes where flatter fails. So a piece passes if it does with every
    gradient at its steepest bound, and fails if it does with every gradient at its flattest; in between the
    data do not decide.

    Parameters
    ----------
    lengths_m
        Shape (n,): the route's pieces in walking order. A piece has one gradient all along.
    lower_pct, upper_pct
        Shape (n,): bounds of the gradient, signed in walking direction. NaN is unknown.
    landings_m
        Where landings lie that are no pieces of their own, metres from the start. None: nobody mapped them,
        so that a long slope of 3–6 % is not testable rather than a failure.
    model_resolution_m
        Cell size of the elevation model a piece's gradient comes from, one for all or shape (n,); NaN for
        gradients that are tagged or surveyed. A model coarser than a landing (1.50 m) sees neither landings
        nor short ramps: only a slope that is surely beyond 6 % fails on its word, and nothing passes.

    Returns
    -------
    list of Stretch
        Without gaps from 0 to the route's length; neighbours with the same verdict and reason are one.

    Raises
    ------
    UsageError
        Lengths and bounds do not match, a length is negative, or bounds are the wrong way round.

    Examples
    --------
    >>> for s in check_run([40, 9, 2, 9], [0, 5, 0, 5], [2, 5, 1, 5], landings_m=[]):
    ...     print(s.start_m, s.stop_m, s.verdict)
    0.0 60.0 pass
    >>> for s in check_run([40, 12], [0, 5], [2, 5], landings_m=[]):
    ...     print(s.start_m, s.stop_m, s.verdict, s.reason or "–")
    0.0 40.0 pass –
    40.0 52.0 fail no landing
    """
    length, lower, upper, cell = _checked(lengths_m, lower_pct, upper_pct, model_resolution_m)
    stop = np.cumsum(length)
    cuts = np.array(sorted(at for at in landings_m or () if 0 < at < (stop[-1] if len(stop) else 0.0)))
    ends = np.unique(np.r_[stop[length > 0], cuts])
    piece = np.searchsorted(stop, ends - ROUNDING, side="right")
    starts = np.r_[0.0, ends[:-1]] if len(ends) else ends
    flattest = np.where(
        (lower[piece] <= 0) & (upper[piece] >= 0), 0.0, np.minimum(abs(lower), abs(upper))[piece]
    )
    steepest = np.maximum(abs(lower), abs(upper))[piece]
    landing_after = np.isin(ends, cuts)
    sure, possible = (_faults(ends - starts, slope, landing_after) for slope in (flattest, steepest))

    result: list[Stretch] = []
    for row in range(len(ends)):
        coarse = bool(cell[piece[row]] > LANDING_M)
        verdict, reason = _verdict(sure[row], possible[row], coarse=coarse, mapped=landings_m is not None)
        last = result[-1] if result else None
        if last is not None and (last.verdict, last.reason) == (verdict, reason):
            low, high = min(last.lower_pct, flattest[row]), max(last.upper_pct, steepest[row])
            result[-1] = Stretch(last.start_m, float(ends[row]), verdict, reason, float(low), float(high))
        else:
            bounds = float(flattest[row]), float(steepest[row])
            result.append(Stretch(float(starts[row]), float(ends[row]), verdict, reason, *bounds))
    return result


def runs_along(
    edges: EdgeTable,
    rows: ArrayLike,
    ahead: ArrayLike,
    metres: ArrayLike,
    *,
    model_resolution_m: float | None = None,
) -> list[Stretch]:
    """Test a route over edges, as `check_run` does; landings are taken as not mapped.

    Parameters
    ----------
    edges
        The network.
    rows, ahead, metres
        Shape (n,): edges in walking order, whether each is walked u → v, and how far.
    model_resolution_m
        Cell size of the elevation model that derived gradients come from.

    Returns
    -------
    list of Stretch
        Steps, lifts and escalators are no slopes: they end a run and are left out.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> found = runs_along(hamlet().edges, [0, 1], [True, True], [200.0, 200.0])
    >>> [(stretch.verdict, stretch.reason) for stretch in found]
    [('not testable', 'bounds too wide')]
    """
    row, forth = np.asarray(rows, np.int64), np.asarray(ahead, bool)
    length = np.asarray(metres, np.float64)
    lower, upper = (edges[f"incline_pct_{bound}"][row].astype(np.float64) for bound in ("lower", "upper"))
    lower, upper = np.where(forth, lower, -upper), np.where(forth, upper, -lower)
    cell = np.full(len(row), model_resolution_m or np.nan, np.float64)
    cell[edges["incline_pct_from"][row] != Provenance.derived] = np.nan
    sloped = ~np.isin(edges["kind"][row], (Kind.steps, Kind.lift, Kind.escalator, Kind.moving_walkway))
    start = np.cumsum(length) - length
    result: list[Stretch] = []
    for part in np.split(np.arange(len(row)), np.flatnonzero(np.diff(sloped)) + 1):
        if not len(part) or not sloped[part[0]]:
            continue
        offset = float(start[part[0]])
        result += [
            replace(found, start_m=found.start_m + offset, stop_m=found.stop_m + offset)
            for found in check_run(length[part], lower[part], upper[part], model_resolution_m=cell[part])
        ]
    return result


def summary_of_runs(stretches: Sequence[Stretch]) -> Verdict:
    """Verdict on a whole route: it fails where a stretch fails, and passes where all do.

    Parameters
    ----------
    stretches
        Result of `check_run`.

    Returns
    -------
    Verdict
        ``pass``, ``fail`` or ``not testable``.

    Examples
    --------
    >>> summary_of_runs(check_run([40, 12], [0, 5], [2, 5], landings_m=[])), summary_of_runs([])
    ('fail', 'pass')
    """
    found = {stretch.verdict for stretch in stretches}
    return "fail" if "fail" in found else "not testable" if "not testable" in found else "pass"


def _verdict(sure: Reason, possible: Reason, *, coarse: bool, mapped: bool) -> tuple[Verdict, Reason]:
    if sure == "too steep":
        return "fail", sure
    if coarse:
        return "not testable", "model too coarse"
    if sure == "no landing":
        return ("fail", sure) if mapped else ("not testable", "landings not mapped")
    if possible:
        return "not testable", "bounds too wide"
    return "pass", ""


def _faults(length_m: Floats, slope_pct: Floats, landing_after: NDArray[np.bool_]) -> list[Reason]:
    """What is wrong with each piece if its gradient has exactly this magnitude."""
    faults: list[Reason] = [""] * len(length_m)
    run: list[int] = []  # pieces since the last landing
    ramp: list[int] = []  # pieces beyond 6 % in a row

    def close_ramp() -> None:
        too_long = float(length_m[ramp].sum()) > SHORT_M + ROUNDING
        for row in ramp:
            if too_long or slope_pct[row] > SHORT_PCT + ROUNDING:
                faults[row] = "too steep"
        ramp.clear()

    def close_run() -> None:
        while run and slope_pct[run[-1]] <= FREE_PCT + ROUNDING:
            run.pop()  # level ground at the end of a run belongs to what follows
        if float(length_m[run].sum()) > RUN_M + ROUNDING:
            for row in run:
                if slope_pct[row] > FREE_PCT + ROUNDING:
                    faults[row] = faults[row] or "no landing"
        run.clear()

    flat_m = 0.0
    for row, (length, slope) in enumerate(zip(length_m.tolist(), slope_pct.tolist(), strict=True)):
        if slope <= RUN_PCT + ROUNDING:
            close_ramp()
        else:
            ramp.append(row)
        level = slope <= FREE_PCT + ROUNDING
        flat_m = flat_m + length if level else 0.0
        if run or not level:
            run.append(row)
        if landing_after[row] or flat_m >= LANDING_M - ROUNDING:
            close_run()
    close_ramp()
    close_run()
    return faults


def _checked(
    lengths_m: ArrayLike, lower_pct: ArrayLike, upper_pct: ArrayLike, model_resolution_m: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    length = np.atleast_1d(np.asarray(lengths_m, np.float64))
    lower = np.atleast_1d(np.asarray(lower_pct, np.float64))
    upper = np.atleast_1d(np.asarray(upper_pct, np.float64))
    if not len(length) == len(lower) == len(upper):
        raise UsageError(f"{len(length)} lengths, but {len(lower)} lower and {len(upper)} upper bounds")
    if not (length >= 0).all():
        raise UsageError(f"piece {int(np.argmin(length >= 0))} of the route has no length of at least 0 m")
    lower, upper = np.where(np.isnan(lower), -np.inf, lower), np.where(np.isnan(upper), np.inf, upper)
    if (lower > upper).any():
        raise UsageError(
            f"piece {int(np.argmax(lower > upper))} of the route: lower bound above the upper one"
        )
    return length, lower, upper, np.broadcast_to(np.asarray(model_resolution_m, np.float64), length.shape)
