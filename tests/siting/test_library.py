"""Published problems with known optima: OR-Library, Swain, San Francisco; spopt, where it is installed."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import shortest_path

from wegeketten.siting import max_cover, p_center, p_median, set_cover

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MEDIAN = (
    5819, 4093, 4250, 3034, 1355, 7824, 5631, 4445, 2734, 1255, 7696, 6634, 4374, 2968, 1729, 8162, 6999,
    4809, 2845, 1789, 9138, 8579, 4619, 2961, 1828, 9917, 8307, 4498, 3033, 1989, 10086, 9297, 4700, 3013,
    10400, 9934, 5057, 11060, 9423, 5128,
)  # fmt: skip
CENTER = (
    127, 98, 93, 74, 48, 84, 64, 55, 37, 20, 59, 51, 36, 26, 18, 47, 39, 28, 18, 13, 40, 38, 22, 15, 11,
    38, 32, 18, 13, 9, 30, 29, 15, 11, 30, 27, 15, 29, 23, 13,
)  # fmt: skip
SWAIN_MEDIAN = {2: 4_614_750, 3: 3_870_239, 5: 2_950_404, 7: 2_427_405, 10: 1_921_309}
SWAIN_COVER = {(10, 2): 502, (10, 4): 581, (10, 6): 625, (15, 2): 593, (15, 4): 638, (15, 6): 640}


def read_network(path: Path) -> tuple[int, NDArray[np.float64]]:
    """Number of sites to open and distances; of duplicate edges the last one counts."""
    numbers = np.array(path.read_text().split(), dtype=np.int64)
    nodes, edges, p = numbers[:3]
    weight = np.zeros((nodes, nodes))
    for a, b, length in numbers[3 : 3 + 3 * edges].reshape(-1, 3):
        weight[a - 1, b - 1] = weight[b - 1, a - 1] = length
    return int(p), shortest_path(coo_array(weight), directed=False)


def networks(folder: Path) -> list[int]:
    """Numbers of the networks that are there."""
    return [number for number in range(1, 41) if (folder / f"pmed{number}.txt").is_file()]


@pytest.mark.data
@pytest.mark.slow
def test_median_networks(shared_data: Path) -> None:
    folder = shared_data / "siting"
    for number in networks(folder):
        p, cost = read_network(folder / f"pmed{number}.txt")
        found = p_median(cost, p, exact=False)
        assert found.value == MEDIAN[number - 1], number
        assert found.bound <= MEDIAN[number - 1], number
        assert found.gap <= 0.011, number


@pytest.mark.data
@pytest.mark.slow
def test_center_networks(shared_data: Path) -> None:
    folder = shared_data / "siting"
    for number in networks(folder):
        p, cost = read_network(folder / f"pmed{number}.txt")
        found = p_center(cost, p)
        assert found.value == found.bound == CENTER[number - 1], number


def swain(folder: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Thousandths of the distances between 55 towns and their people."""
    lines = (folder / "swain.dat").read_text().splitlines()
    rows = np.array([[float(part) for part in line.split(",")[:4]] for line in lines if line.strip()])
    return np.rint(1000 * np.hypot(*(rows[:, None, 1:3] - rows[None, :, 1:3]).transpose(2, 0, 1))), rows[:, 3]


@pytest.mark.data
def test_swain(shared_data: Path) -> None:
    cost, people = swain(shared_data / "siting")
    assert people.sum() == 640
    for p, value in SWAIN_MEDIAN.items():
        found = p_median(cost, p, people)
        assert found.value == found.bound == value, p
    for (radius, p), value in SWAIN_COVER.items():
        found = max_cover(cost, p, radius * 1000, people)
        assert found.value == found.bound == value, (radius, p)


def san_francisco(folder: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Network distances from 205 tracts to 16 stores, and the tracts' people."""
    with (folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv").open() as file:
        rows = list(csv.DictReader(file))
    stores = sorted({row["name"] for row in rows}, key=lambda name: int(name.split("_")[1]))
    tracts = sorted({row["DestinationName"] for row in rows})
    cost = np.full((len(tracts), len(stores)), np.inf)
    people = np.zeros(len(tracts))
    for row in rows:
        tract = tracts.index(row["DestinationName"])
        cost[tract, stores.index(row["name"])] = float(row["distance"])
        people[tract] = float(row["demand"])
    return cost, people


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # PuLP's, about its next version
@pytest.mark.data
def test_san_francisco_like_spopt(shared_data: Path) -> None:
    spopt = pytest.importorskip("spopt.locate")
    import pulp

    cost, people = san_francisco(shared_data / "siting")
    assert cost.shape == (205, 16)
    solver = pulp.PULP_CBC_CMD(msg=False, warmStart=False)
    radius = 5000.0
    fixed = np.array([0, 3])
    marks = np.zeros(16)
    marks[fixed] = 1
    for p in (2, 7):
        for mask, stay in ((None, ()), (marks, fixed)):
            theirs = spopt.PMedian.from_cost_matrix(
                cost, people, p_facilities=p, predefined_facilities_arr=mask
            ).solve(solver)
            ours = p_median(cost, p, people, stay)
            assert ours.value == pytest.approx(theirs.problem.objective.value()), p
            theirs = spopt.MCLP.from_cost_matrix(
                cost, people, radius, p_facilities=p, predefined_facilities_arr=mask
            ).solve(solver)
            assert max_cover(cost, p, radius, people, stay).value == pytest.approx(
                theirs.problem.objective.value()
            ), p
        theirs = spopt.PCenter.from_cost_matrix(cost, p_facilities=p).solve(solver)
        assert p_center(cost, p).value == pytest.approx(theirs.problem.objective.value()), p
    theirs = spopt.LSCP.from_cost_matrix(cost, 8000.0).solve(solver)
    assert set_cover(cost, 8000.0).value == theirs.problem.objective.value()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # PuLP's, about its next version
def test_spopt_agrees_where_both_answer() -> None:
    spopt = pytest.importorskip("spopt.locate")
    import pulp

    solver = pulp.PULP_CBC_CMD(msg=False, warmStart=False)
    random = np.random.default_rng(11)
    for _ in range(3):
        cost = np.rint(random.random((30, 10)) * 100)
        people = random.integers(1, 20, 30).astype(float)
        p = int(random.integers(2, 6))
        theirs = spopt.PMedian.from_cost_matrix(cost, people, p_facilities=p).solve(solver)
        assert p_median(cost, p, people).value == pytest.approx(theirs.problem.objective.value())
        theirs = spopt.MCLP.from_cost_matrix(cost, people, 20, p_facilities=p).solve(solver)
        assert max_cover(cost, p, 20, people).value == pytest.approx(theirs.problem.objective.value())
        theirs = spopt.PCenter.from_cost_matrix(cost, p_facilities=p).solve(solver)
        assert p_center(cost, p).value == pytest.approx(theirs.problem.objective.value())
        theirs = spopt.LSCP.from_cost_matrix(cost, 60).solve(solver)
        assert set_cover(cost, 60).value == theirs.problem.objective.value()
