"""Posts of neighbourhood management: how many each district needs, whole ones by largest remainder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import InputDataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

PER_POST = 20_000.0
"""People per post: Bremen has one for about so many."""

STRENGTH = 0.25
"""By how much a district one standard deviation worse off than the mean counts for more."""

_DISTRICT = ("district", "stadtteil", "bezirk", "stadtbezirk", "ortsteil", "name", "id", "nr")
_INDICATOR = ("indicator", "indikator", "merkmal", "index")
_VALUE = ("value", "wert", "indexwert", "anteil", "index")


def posts_needed(people: ArrayLike, weights: ArrayLike | None = None, per_post: float = PER_POST) -> Floats:
    """Posts that districts need, with fractions.

    Parameters
    ----------
    people
        By district.
    weights
        How much a person of each district counts; scaled so that the city's total is that of the rate.
    per_post
        People for whom there is one post.

    Returns
    -------
    Floats
        Shape (districts,).

    Raises
    ------
    UsageError
        `per_post` is not above 0, or people and weights do not match.

    Examples
    --------
    >>> posts_needed([30_000, 10_000]).tolist(), posts_needed([20_000, 20_000], [1, 3]).tolist()
    ([1.5, 0.5], [0.5, 1.5])
    """
    if not per_post > 0:
        raise UsageError(f"--per-post {per_post:g}: give more than 0 people per post")
    count = np.asarray(people, dtype=np.float64)
    factor = np.ones(len(count)) if weights is None else np.asarray(weights, dtype=np.float64)
    total, weighted = count.sum(), (count * factor).sum()
    scale = total / weighted if weighted > 0 else 0.0
    needed: Floats = count * factor * scale / per_post
    return needed


def shared_with(needed: ArrayLike, whole: ArrayLike, beside: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """Whose posts serve districts that get no whole one, so that what shares a post hangs together.

    The district with the greatest need comes first; of the groups that adjoin it, it joins the one with the
    least need per post.

    Parameters
    ----------
    needed, whole
        Posts by the rate, and whole ones.
    beside
        By district the rows of those that adjoin it.

    Returns
    -------
    ndarray
        int64: row of the district with the post, its own where it has one, -1 where none is connected or
        nothing is needed.

    Examples
    --------
    A row of four districts; the posts of the first serve the second, those of the last the third:

    >>> shared_with([1.2, 0.4, 0.3, 1.1], [1, 0, 0, 1], [[1], [0, 2], [1, 3], [2]]).tolist()
    [0, 0, 3, 3]
    """
    need, posts = np.asarray(needed, dtype=np.float64), np.asarray(whole, dtype=np.int64)
    owner = np.where(posts > 0, np.arange(len(posts)), -1)
    load = np.where(posts > 0, need, 0.0)
    waiting = sorted(np.flatnonzero((posts == 0) & (need > 0)).tolist(), key=lambda row: (-need[row], row))
    while waiting:
        for row in waiting:
            near = {int(owner[other]) for other in beside[row]} - {-1}
            if near:
                best = min(near, key=lambda one: (load[one] / posts[one], one))
                owner[row] = best
                load[best] += need[row]
                waiting.remove(row)
                break
        else:
            break
    return owner


def largest_remainder(needed: ArrayLike, total: int | None = None) -> NDArray[np.int64]:
    """Whole numbers that sum exactly to a total (Hare): floors first, then the largest remainders.

    Parameters
    ----------
    needed
        Fractions, 0 or more.
    total
        What they are to sum to; the sum of the fractions, rounded half up, where None.

    Returns
    -------
    ndarray
        int64, shape of `needed`.

    Examples
    --------
    >>> largest_remainder([1.4, 0.4, 2.2]).tolist(), largest_remainder([0.5, 0.5]).tolist()
    ([2, 0, 2], [1, 0])
    """
    share = np.asarray(needed, dtype=np.float64)
    count = int(np.floor(share.sum() + 0.5 + 1e-9)) if total is None else int(total)
    if share.sum() > 0 and total is not None:
        share = share / share.sum() * count  # in this order: the sum may be tiny
    whole = np.floor(share + 1e-9).astype(np.int64)
    left = count - int(whole.sum())
    if len(share) and share.sum() > 0:
        order = np.lexsort((np.arange(len(share)), -np.round(share - whole, 9)))
        whole[order[: max(left, 0)]] += 1
    return whole


def read_index(
    path: Path, names: Sequence[str], ids: Sequence[str], strength: float
) -> tuple[Floats, list[str]]:
    """Weights of districts from a table of social indicators.

    Each indicator is measured in standard deviations from the mean of the districts; where there are several,
    their mean counts. A greater value means a greater need. A district that the table lacks counts 1.

    Parameters
    ----------
    path
        A table with a column of districts (names or ids), a column of values, and, where there are several
        indicators, a column that names them.
    names, ids
        Of the city's districts.
    strength
        What one standard deviation adds to the weight.

    Returns
    -------
    tuple
        Weights, at least 0, and notes.

    Raises
    ------
    InputDataError
        Columns are missing, a value is no number, or no district is the city's.
    """
    from wegeketten.files.numerals import parse_number
    from wegeketten.files.tables import read_table

    columns = {name.strip().casefold(): cells for name, cells in reversed(read_table(path).texts().items())}
    where = next((columns[name] for name in _DISTRICT if name in columns), None)
    kinds = next((columns[name] for name in _INDICATOR[:3] if name in columns), None)
    values = next((columns[name] for name in _VALUE if name in columns), None)
    if where is None or values is None:
        raise InputDataError(f"{path}: columns district and value are needed; there are {', '.join(columns)}")
    rows = {name.casefold(): row for row, name in enumerate(names)} | {
        name.casefold(): row for row, name in enumerate(ids)
    }
    table: dict[str, Floats] = {}
    unknown: set[str] = set()
    for line, (place, cell) in enumerate(zip(where, values, strict=True), start=2):
        value = parse_number(cell.strip().rstrip("%").strip())
        if not np.isfinite(value):
            raise InputDataError(f"{path}, row {line}: {cell!r} is no number")
        row = rows.get(place.strip().casefold())
        if row is None:
            unknown.add(place.strip())
            continue
        kind = "" if kinds is None else kinds[line - 2].strip()
        table.setdefault(kind, np.full(len(names), np.nan))[row] = value
    if not table:
        raise InputDataError(f"{path}: none of its districts is the city's; there are {', '.join(names[:5])}")
    scores = np.array([_z(one) for one in table.values()])
    known = np.isfinite(scores)
    mean = np.divide(
        np.where(known, scores, 0.0).sum(axis=0),
        known.sum(axis=0),
        out=np.zeros(len(names)),
        where=known.any(axis=0),
    )
    kinds_told = ", ".join(filter(None, table)) or path.stem
    notes = [f"{len(table)} indicators of {path.name} weigh the districts: {kinds_told}"]
    missing = int((~known.any(axis=0)).sum())
    if missing:
        notes.append(f"{missing} districts are not in {path.name}; a person there counts once")
    if unknown:
        notes.append(
            f"{path.name} has {len(unknown)} districts that the city has not, such as {min(unknown)}"
        )
    return np.maximum(0.0, 1.0 + strength * mean), notes


def _z(values: Floats) -> Floats:
    spread = np.nanstd(values)
    return (
        np.zeros(len(values)) + np.where(np.isnan(values), np.nan, 0.0)
        if not spread > 0
        else (values - np.nanmean(values)) / spread
    )
