"""The same toy city twice."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from planning.test_plan import city_with
from reach.toy import kerb

from wegeketten.errors import UsageError
from wegeketten.model.reading import Provenance
from wegeketten.people.profile import load_profile
from wegeketten.planning.compare import CAUSE_COLUMNS, CHANGE_COLUMNS, compare_cities, compare_measures
from wegeketten.reports.terminal_results import thanks

if TYPE_CHECKING:
    from pathlib import Path


def test_lowered_kerbs_are_named_as_the_cause(tmp_path: Path) -> None:
    before, after = city_with(2), city_with(2, **kerb(2))
    found = compare_cities(before, after, [load_profile("wheelchair")], services=["pharmacy"])
    city_row = next(row for row in found.rows if row["district"] == "")
    assert (city_row["gained"], city_row["lost"], city_row["share_before"], city_row["share_after"]) == (
        5,
        0,
        0,
        1,
    )
    assert [(cause.barrier_id, cause.gained) for cause in found.causes] == [("n1001", 5), ("n1003", 5)]
    assert found.causes[0].change == "kerb_cm 10 → 2"
    found.write(tmp_path)
    for name, columns in (("changes.csv", CHANGE_COLUMNS), ("causes.csv", CAUSE_COLUMNS)):
        with (tmp_path / name).open(encoding="utf-8", newline="") as file:
            assert tuple(next(csv.reader(file))) == columns
    json.loads((tmp_path / "compare.json").read_text(encoding="utf-8"))


def test_the_other_way_round_people_lose() -> None:
    found = compare_cities(
        city_with(1, **kerb(2)), city_with(1), [load_profile("wheelchair")], services=["pharmacy"]
    )
    assert [(cause.barrier_id, cause.gained, cause.lost) for cause in found.causes] == [("n1001", 0, 5)]
    assert found.rows[-1]["lost"] == 5


def test_a_new_place_is_no_edge() -> None:
    before, after = city_with(1, **kerb(2)), city_with(1, **kerb(2))
    before.places = {name: column[:0] for name, column in before.places.items()}
    before.place_snaps = type(before.place_snaps)(
        *(getattr(before.place_snaps, name)[:0] for name in ("owner", "point", "edge", "along", "off_m"))
    )
    found = compare_cities(before, after, [load_profile("wheelchair")], services=["pharmacy"])
    assert [(cause.barrier_id, cause.kind, cause.gained) for cause in found.causes] == [
        ("", "places or ways", 5)
    ]


def test_nothing_changed_nothing_to_tell() -> None:
    found = compare_cities(city_with(2), city_with(2), [load_profile("wheelchair")], services=["pharmacy"])
    assert found.causes == ()
    assert all(row["gained"] == row["lost"] == row["faster"] == row["slower"] == 0 for row in found.rows)


def test_homes_are_matched_by_id() -> None:
    before, after = city_with(1), city_with(1)
    after.homes["home_id"] = np.array(["n1"])
    with pytest.raises(UsageError, match="no home in common"):
        compare_cities(before, after, [load_profile("wheelchair")])


def test_measures_are_compared_with_none() -> None:
    city = city_with(2)
    found = compare_measures(city, ["n1001", "n1003"], [load_profile("wheelchair")], services=["pharmacy"])
    assert found.rows[-1]["gained"] == 5
    assert [cause.barrier_id for cause in found.causes] == ["n1001", "n1003"]
    half = compare_measures(city, ["n1001"], [load_profile("wheelchair")], services=["pharmacy"])
    assert half.rows[-1]["gained"] == 0
    assert compare_measures(city, ["n1001"], [load_profile("walker")], services=["pharmacy"]).causes == ()
    with pytest.raises(UsageError, match="n5"):
        compare_measures(city, ["n5"], [load_profile("wheelchair")])


def test_the_thanks_count_what_a_survey_has_decided() -> None:
    """Two kerbs in doubt in a row: both found low decides for the five behind them, one found high too."""
    doubt = kerb(3, lower=0, upper=12, provenance=Provenance.assumed)
    chair = [load_profile("wheelchair")]

    def effect(**found: Any) -> Any:
        after = city_with(2, **found)
        after.meta["counts"] = {"survey_files": 3, "survey_conflicts": 1}
        return compare_cities(city_with(2, **doubt), after, chair, services=["pharmacy"]).survey

    low = effect(**kerb(2, lower=2, upper=2, provenance=Provenance.surveyed))
    assert (low.files, low.readings, low.places, low.conflicts) == (3, 2, 2, 1)
    assert (low.people, low.people_sure, low.people_known_not) == (5, 5, 0)
    assert [row["in_doubt_after"] for row in low.rows] == [0]
    high = effect(**kerb(9, lower=9, upper=9, provenance=Provenance.surveyed))
    assert (high.people, high.people_sure, high.people_known_not) == (5, 0, 5)
    wide = effect(**kerb(9, lower=2, upper=9, provenance=Provenance.surveyed))
    assert (wide.readings, wide.people, wide.rows[0]["in_doubt_after"]) == (2, 0, 5)
    assert effect(**doubt) is None
    assert thanks(low, "Wohnadressen", "de")[1].startswith("Für 5 Wohnadressen ist dadurch")
