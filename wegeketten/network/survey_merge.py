"""What several people say of one reading: one value with bounds, and whether they contradict each other.

Nobody wins in silence. Statements that can all be true narrow the bounds; statements that cannot widen them,
so that whatever is claimed stays possible and nothing more is taken for sure.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from wegeketten.model.edges import ATTRIBUTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wegeketten.tags.survey_file import SurveyRow

CAMPAIGN_DAYS = 92
"""Statements of two people farther apart in time speak of two states of the place: the later counts."""

ACCURACY = {"kerb_cm": 1.0, "incline_pct": 1.0, "cross_slope_pct": 1.0, "width_m": 0.05}
"""How far two measurements of one thing may differ, in the attribute's unit; both stay within the bounds."""

_MORE_IS_WORSE = frozenset(
    {"kerb_cm", "incline_pct", "cross_slope_pct", "surface_class", "smoothness_grade", "step_count"}
)


class Merged(NamedTuple):
    """What several statements come to.

    Attributes
    ----------
    value, lower, upper
        Point value and bounds.
    counted
        Positions of the statements that these rest on.
    contradicting
        Positions of the statements that cannot all be true; empty where they can.
    resolution
        What was done about it: ``widened`` (the bounds hold all that is said), ``later`` (the last state of
        the place counts), or "".
    """

    value: float
    lower: float
    upper: float
    counted: tuple[int, ...]
    contradicting: tuple[int, ...]
    resolution: str


class _Said(NamedTuple):
    position: int
    value: float
    lower: float
    upper: float
    day: int | None


def merge_rows(rows: Sequence[SurveyRow], before: float) -> Merged:
    """Merge what was said of one reading of one edge.

    Parameters
    ----------
    rows
        At least one; all of one attribute. Of what one person says at several dates the latest counts.
    before
        Point value without them; it counts where a statement gives bounds only.

    Returns
    -------
    Merged
        Value, bounds, and which rows count or contradict.

    Examples
    --------
    >>> from wegeketten.tags.survey_file import SurveyRow, observed
    >>> def row(value, file):
    ...     span = observed("kerb_cm", "kerb_cm", value)
    ...     return SurveyRow("row 1", None, None, None, "kerb_cm", span, "2026-11-30", "", "", "", file)
    >>> merge_rows([row("0-3", "a.csv"), row("2", "b.csv")], 12.0)[:3]
    (2.0, 2.0, 2.0)
    >>> merge_rows([row("2", "a.csv"), row("10", "b.csv")], 12.0)
    Merged(value=10.0, lower=2.0, upper=10.0, counted=(0, 1), contradicting=(0, 1), resolution='widened')
    """
    attribute = rows[0].attribute
    said = [_said(position, row, before) for position, row in enumerate(rows)]
    people: dict[tuple[str, str], list[_Said]] = {}
    for each in said:
        people.setdefault((rows[each.position].source, rows[each.position].by), []).append(each)
    latest = [each for one in people.values() for each in _last_said(one)]
    last = max((each.day for each in latest if each.day is not None), default=None)
    now = [each for each in latest if last is None or each.day is None or last - each.day <= CAMPAIGN_DAYS]
    lower, upper, agreed = _bounds(attribute, now)
    resolution = "" if agreed else "widened"
    if agreed and len(now) < len(latest) and not _bounds(attribute, latest)[2]:
        resolution = "later"
    return Merged(
        min(max(_middle(attribute, now, lower, upper), lower), upper),
        lower,
        upper,
        tuple(sorted(each.position for each in now)),
        tuple(sorted(each.position for each in latest)) if resolution else (),
        resolution,
    )


def _said(position: int, row: SurveyRow, before: float) -> _Said:
    lower, upper = max(row.span.lower, ATTRIBUTE[row.attribute].widest[0]), row.span.upper
    value = before if row.span.likely is None else row.span.likely
    day = date.fromisoformat(row.date).toordinal() if row.date else None
    return _Said(position, min(max(value, lower), upper), lower, upper, day)


def _last_said(one: Sequence[_Said]) -> list[_Said]:
    """The latest of what one person says; without dates, or twice on one day, all of it."""
    days = [each.day for each in one if each.day is not None]
    return [each for each in one if each.day == max(days)] if days else list(one)


def _bounds(attribute: str, said: Sequence[_Said]) -> tuple[float, float, bool]:
    """Bounds of all statements, and whether all of them can be true."""
    lowest, highest = max(each.lower for each in said), min(each.upper for each in said)
    measured = all(each.lower == each.upper for each in said)
    some_measured = any(each.lower == each.upper for each in said)
    if attribute == "incline_pct" and _steepness_differs(said):
        return min(each.lower for each in said), max(each.upper for each in said), False
    if lowest < highest or (lowest == highest and some_measured):
        return lowest, highest, True
    widest = min(each.lower for each in said), max(each.upper for each in said)
    return *widest, measured and widest[1] - widest[0] <= ACCURACY.get(attribute, 0.0)


LEVEL_PCT = 3.0
"""Up to this slope a way is as good as level: which way it goes says nothing."""


def _steepness_differs(said: Sequence[_Said]) -> bool:
    """Whether a slope whose direction nobody knows (-12..12) meets a claim of at most half as steep.

    Whoever says up to 12 % in one direction or the other has not said that it may be level.
    """
    steepest = [max(abs(each.lower), abs(each.upper)) for each in said]
    either = [
        most
        for each, most in zip(said, steepest, strict=True)
        if each.lower == -each.upper and most > LEVEL_PCT
    ]
    return bool(either) and min(steepest) <= max(either) / 2


def _middle(attribute: str, said: Sequence[_Said], lower: float, upper: float) -> float:
    """The median; of two in the middle the one that is worse to pass."""
    inside = [each.value for each in said if lower <= each.value <= upper] or [each.value for each in said]
    ranked = sorted(inside, key=lambda value: (abs(value), value))
    return ranked[len(ranked) // 2 if attribute in _MORE_IS_WORSE else (len(ranked) - 1) // 2]


class SurveyConflict(NamedTuple):
    """A reading of which people say what cannot all be true; a line of ``survey_conflicts.csv``.

    Attributes
    ----------
    barrier_ids
        The edges the statements were laid on.
    attribute, lat, lon
        What, and where in degrees.
    said
        What each statement says, as written.
    rows
        File and row of each.
    dates
        ISO, or "".
    value, lower, upper
        What the city holds now.
    resolution
        See `Merged.resolution`.
    """

    barrier_ids: tuple[str, ...]
    attribute: str
    lat: float
    lon: float
    said: tuple[str, ...]
    rows: tuple[str, ...]
    dates: tuple[str, ...]
    value: float
    lower: float
    upper: float
    resolution: str

    def cells(self) -> tuple[object, ...]:
        """Cells of ``survey_conflicts.csv``, see `CONFLICT_COLUMNS`."""
        return (
            ";".join(self.barrier_ids), self.attribute, round(self.lat, 7), round(self.lon, 7),
            "; ".join(self.said), "; ".join(self.rows), "; ".join(self.dates),
            round(self.value, 3), round(self.lower, 3), round(self.upper, 3), self.resolution,
        )  # fmt: skip


CONFLICT_COLUMNS = (
    "barrier_ids", "attribute", "lat", "lon", "said", "rows", "dates", "value", "lower", "upper",
    "resolution",
)  # fmt: skip
"""Columns of ``survey_conflicts.csv``."""

_MOST_TOLD = 10


def conflict_notes(conflicts: Sequence[SurveyConflict], files: int) -> list[str]:
    """What ``build`` says of contradictions: how many there are, and the first of them.

    Parameters
    ----------
    conflicts
        Contradictions.
    files
        Number of survey files.

    Returns
    -------
    list of str
        At most a few sentences.
    """
    notes: list[str] = []
    if not conflicts:
        return notes
    count = len(conflicts)
    notes.append(f"contradictions in {files} survey files: {count}; survey_conflicts.csv lists them")
    for each in conflicts[:_MOST_TOLD]:
        first = dict(reversed(list(zip(each.said, each.rows, strict=True))))  # row that says it first
        told = [f"{each.said.count(text)} × {text} ({first[text]})" for text in dict.fromkeys(each.said)]
        name, listed = each.barrier_ids[0], ", ".join(told[:4])
        if each.resolution == "later":
            notes.append(f"{name}: {listed}: the later counts")
        else:
            notes.append(f"{name}: {listed}: all of it stays possible")
    more = count - _MOST_TOLD
    if more > 0:
        notes.append(f"and {more} more contradictions")
    return notes


def group_conflicts(found: Iterable[SurveyConflict]) -> list[SurveyConflict]:
    """One contradiction for all edges the same statements were laid on.

    Parameters
    ----------
    found
        Contradictions by edge.

    Returns
    -------
    list of SurveyConflict
        In the order in which they were found.
    """
    groups: dict[tuple[str, tuple[str, ...]], SurveyConflict] = {}
    for each in found:
        key = (each.attribute, each.rows)
        before = groups.get(key)
        ids = each.barrier_ids if before is None else before.barrier_ids + each.barrier_ids
        groups[key] = (before or each)._replace(barrier_ids=ids)
    return list(groups.values())
