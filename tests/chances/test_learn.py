"""Learning: by hand on a few tags, nothing of a street that is put aside, and more tags leave less unsure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from wegeketten.chances.groups import Groups
from wegeketten.chances.learn import Lessons
from wegeketten.chances.scale import scale
from wegeketten.model.edges import ATTRIBUTES, HIGHWAYS, PLAIN, EdgeTable, Kind, absent_columns
from wegeketten.model.reading import Provenance

if TYPE_CHECKING:
    from collections.abc import Sequence


def footways(classes: Sequence[float], names: Sequence[str], *, spacing_m: float = 1000.0) -> Groups:
    """Foot ways with a surface each (0 where nobody tagged it), far apart, street by street."""
    count = len(classes)
    columns = {name: np.zeros(count, dtype) for name, dtype in PLAIN.items()}
    columns |= absent_columns(count)
    columns["u"], columns["v"] = np.arange(count, dtype=np.int32), np.arange(count, dtype=np.int32)
    columns["osm_id"] = np.arange(1, count + 1, dtype=np.int64)
    columns["osm_type"] = np.full(count, b"w")
    columns["kind"] = np.full(count, Kind.footway, np.uint8)
    texts = sorted(set(names))
    columns["name"] = np.array([texts.index(name) for name in names], np.int32)
    tagged = np.array(classes) > 0
    value = np.where(tagged, classes, 2).astype(np.float32)
    columns["surface_class"] = value
    columns["surface_class_lower"] = np.where(tagged, value, 1).astype(np.float32)
    columns["surface_class_upper"] = np.where(tagged, value, 6).astype(np.float32)
    columns["surface_class_from"] = np.where(tagged, Provenance.tagged, Provenance.assumed).astype(np.uint8)
    assert {each.name for each in ATTRIBUTES} <= set(columns)
    xy = np.stack([spacing_m * np.arange(count), np.zeros(count)], axis=1)
    return Groups(EdgeTable(columns, texts, np.zeros(count + 1, np.int64), np.zeros((0, 2))), xy)


def lessons_of(*args: Any, **kwargs: Any) -> Lessons:
    return Lessons(footways(*args, **kwargs), scale("surface_class"), wary=False)


def test_the_chain_of_levels_by_hand() -> None:
    found = lessons_of([1, 1, 6, 0], ["A", "A", "B", "C"])
    weights, prior = found.scale.weights, found.prior[found.context[3]]
    seen = np.array([2, 0, 0, 0, 0, 1])
    city = (weights["city"] * prior + seen) / (weights["city"] + 3)
    kind = (weights["class"] * city + seen) / (weights["class"] + 3)  # nothing in its own cell and street
    assert found.shares(np.array([3]))[0][0] == pytest.approx(kind)


def test_a_street_put_aside_teaches_nothing() -> None:
    rows = np.arange(4)
    told = lessons_of([6, 6, 1, 1], ["A", "A", "B", "C"], spacing_m=50.0)
    silent = lessons_of([0, 0, 1, 1], ["A", "A", "B", "C"], spacing_m=50.0)
    assert told.shares(rows[:2], street_aside=True)[0] == pytest.approx(silent.shares(rows[:2])[0])


def test_own_tags_draw_the_shares_towards_them() -> None:
    few, many = (lessons_of([0] + [6] * n, ["A"] * (n + 1)) for n in (2, 200))
    row = np.array([0])
    assert few.prior[few.context[0], 5] < few.shares(row)[0][0, 5] < many.shares(row)[0][0, 5]
    assert many.shares(row)[0][0, 5] > 0.9


def test_more_tags_leave_less_shared_doubt() -> None:
    row = np.array([0])
    parts = [
        sum(each.part[0] for each in lessons_of([0] + [1] * n, ["A"] * (n + 1)).shares(row)[1])
        for n in (0, 20, 400)
    ]
    assert parts[0] > parts[1] > parts[2] > 0
    assert parts[0] <= 1


def test_pieces_of_one_way_count_once() -> None:
    whole = footways([1, 0], ["A", "B"])
    cut = footways([1, 1, 1, 0], ["A", "A", "A", "B"])
    cut.edges.columns["osm_id"][:3] = 1
    one, three = (Lessons(each, scale("surface_class"), wary=False) for each in (whole, cut))
    assert three.elements == one.elements == 1
    assert three.counted.sum() == pytest.approx(1)


def test_a_way_beside_a_street_has_another_prior() -> None:
    """A path of two pieces: one ends 20 m from the middle of a street of 200 m, one lies 90 m away."""
    groups = footways([0, 0, 0], ["Ring", "", ""])
    columns = groups.edges.columns
    columns["kind"][:] = [Kind.street, Kind.path, Kind.path]
    columns["road"][0] = columns["highway"][0] = HIGHWAYS.index("residential")
    columns["highway"][1:] = HIGHWAYS.index("path")
    columns["u"][:], columns["v"][:] = [0, 2, 4], [1, 3, 5]
    xy = np.array([[0, 0], [200, 0], [100, 10], [100, 30], [100, 80], [100, 100]], dtype=np.float64)
    beside = Groups(groups.edges, xy)
    assert beside.beside_street.tolist() == [True, True, False]
    lessons = Lessons(beside, scale("surface_class"), wary=False)
    names = [lessons.scale.contexts[number].name for number in lessons.context]
    assert names == ["streets", "paths beside streets", "paths away from streets"]
    near, far = (lessons.shares(np.array([row]))[0][0, :3].sum() for row in (1, 2))
    assert near > far
