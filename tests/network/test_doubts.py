"""What is mapped of a way or a node is never passed over: in which answers each profile passes at best.

Every row is a way of its own between two good footways, all drawn into one file.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from support.plotted import GOOD, Plot

from wegeketten.network.build import build_network
from wegeketten.osm.extract import read_extract
from wegeketten.osm.projection import projection_of
from wegeketten.people.profile import load_profile
from wegeketten.people.verdict import weigh
from wegeketten.routing import INF

PROFILES = ("walker", "senior", "wheelchair", "pram")
F = "highway=footway"
ROWS = [
    # way, node in its middle, best answer of each profile: sure, likely, possible, - for none
    (F, "", "s s s s"),
    ("Highway=Footway ", "", "s s s s"),
    (f"{F}|foot=no @ (20:00-08:00)", "", "l l l l"),
    (f"{F}|access=yes @ (08:00-20:00)", "", "l l l l"),
    (f"{F}|access=unknown", "", "l l l l"),
    (f"{F}|foot=quux", "", "l l l l"),
    (f"{F}|access=unknown|foot=yes", "", "s s s s"),
    (f"{F}|access=forbidden", "", "- - - -"),
    (f"{F}|access=customers", "", "s s s s"),
    (f"{F}|status=closed", "", "p p p p"),
    (f"{F}|closed=yes", "", "p p p p"),
    (f"{F}|construction=widening", "", "l l l l"),
    (f"{F}|construction=minor", "", "s s s s"),
    (f"{F}|step_count=3", "", "s l - -"),
    (f"{F}|step_count=0", "", "s s s s"),
    (f"{F}|footway=steps", "", "s l - -"),
    ("highway=path|stairs=yes", "", "s l - -"),
    ("highway=ladder", "", "p p - -"),
    (f"{F}|opening_hours=Mo-Su off", "", "- - - -"),
    (f'{F}|opening_hours=closed "works"', "", "- - - -"),
    (f"{F}|opening_hours=sunrise-sunset", "", "l l l l"),
    (f"{F}|access:conditional=no @ (weight>3.5)", "", "s s s s"),
    (f"{F}|access:conditional=no @ (width>2 AND 22:00-06:00)", "", "s s s s"),
    (f"{F}|access:conditional=no @ (22:00-06:00)", "", "l l l l"),
    (f"{F}|access=no|access:conditional=delivery @ (06:00-10:00)", "", "- - - -"),
    (f"{F}|access=no|access:conditional=yes @ (06:00-10:00)", "", "l l l l"),
    (f"{F}|foot:backward:conditional=no @ (22:00-06:00)", "", "l l l l"),
    (f"{F}|wheelchair:conditional=limited @ wet", "", "s s l s"),
    (f"{F}|wheelchair=yes;no @ snow", "", "s s l s"),
    (f"{F}|stroller:conditional=no @ snow", "", "s s s l"),
    (f"{F}|width:conditional=0.5 @ (Mo-Fr)", "", "l l l l"),
    (f"{F}|temporary:access=no", "", "l l l l"),
    (f"{F}|season=summer", "", "l l l l"),
    (f"{F}|ford=intermittent", "", "l p p p"),
    (f"{F}|ford=stepping_stones", "", "l p - -"),
    (f"{F}|bridge=low_water_crossing", "", "l l p p"),
    (f"{F}|bridge=collapsed", "", "p p p p"),
    (f"{F}|barrier=fence", "", "l p p p"),
    (f"{F}|barrier=gate", "", "l p p p"),
    (f"{F}|barrier=kerb", "", "s s s s"),
    (F, "barrier=gate|width=1.5", "s s s s"),
    (F, "barrier=Gate |width=1.5|Access=No ", "- - - -"),
    (F, "barrier=gate|width=1.5|locked=night", "l l l l"),
    (F, "barrier=gate|width=1.5|locked=22:00-06:00", "l l l l"),
    (F, "barrier=gate|width=1.5|locked:conditional=yes @ (22:00-06:00)", "l l l l"),
    (F, "barrier=gate|width=1.5|locked=yes|foot=yes", "l l l l"),
    (F, "barrier=gate|width=1.5|status=locked", "p p p p"),
    (F, "barrier=gate|width=1.5|lock=yes", "l l l l"),
    (F, "barrier=gate|width=1.5|padlock=Yes", "l l l l"),
    (F, "barrier=gate|width=1.5|lock=no", "s s s s"),
    (F, "barrier=gate|width=1.5|gate=closed", "p p p p"),
    (F, "barrier=gate|width=1.5|gate=open", "s s s s"),
    (F, "barrier=gate|width=1.5|access=no @ (22:00-06:00)", "l l l l"),
    (F, "barrier=rising_bollard", "s s l l"),
    (F, "barrier=full_height_turnstile", "s s - -"),
    (F, "barrier=wall", "l p - p"),
    (F, "barrier=debris", "l p - p"),
    (F, "barrier=step", "s s - s"),
    (F, "step_count=2", "s s - s"),
    (F, "shop=yes|step_count=2", "s s s s"),
    (F, "maxwidth=0.6", "s s - -"),
    (F, "est_width=0.6", "s s - -"),
    (F, "obstacle=yes", "l p p p"),
    (F, "highway=ford", "l p p p"),
    (F, "railway=crossing|crossing=no", "p p p p"),
    (F, "railway=subway_entrance|wheelchair=no", "s s - s"),
]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], str]:
    """By profile and row: the strictest answer in which one gets from end to end."""
    plot = Plot()
    for number, (tags, node, _) in enumerate(ROWS):
        x, y = 400.0 * (number % 10), 150.0 * (number // 10)
        for name, east in (("a", -60), ("b", -10), ("m", 0), ("c", 10), ("d", 60)):
            plot.node(f"{name}{number}", x + east, y, node if name == "m" else "")
        good = "|".join(pair for pair in GOOD.split("|") if f"|{pair.partition('=')[0]}=" not in f"|{tags}")
        plot.way(f"a{number} b{number}", f"{F}|{GOOD}").way(f"c{number} d{number}", f"{F}|{GOOD}")
        plot.way(f"b{number} m{number} c{number}", f"{tags}|{good}")
    features = read_extract(plot.write(tmp_path_factory.mktemp("doubts") / "town.osm"))
    network = build_network(features, projection_of(features))
    row_of = {int(ref): row for row, ref in reversed(list(enumerate(network.nodes["osm_id"].tolist())))}
    ref = {name: number for number, name in enumerate(plot.nodes, start=1)}
    found = dict.fromkeys(((profile, row) for profile in PROFILES for row in range(len(ROWS))), "-")
    for profile in PROFILES:
        weights = weigh(network.edges, load_profile(profile))
        for letter, arcs in (("p", weights.possible), ("l", weights.likely), ("s", weights.sure)):
            open_ = (arcs != INF).reshape(-1, 2).any(axis=1)
            ends = network.edges["u"][open_], network.edges["v"][open_]
            size = len(network.nodes["x"])
            label = connected_components(coo_matrix((np.ones(open_.sum()), ends), shape=(size, size)))[1]
            for row in range(len(ROWS)):
                if label[row_of[ref[f"a{row}"]]] == label[row_of[ref[f"d{row}"]]]:
                    found[profile, row] = letter
    return found


@pytest.mark.parametrize("row", range(len(ROWS)), ids=lambda row: " # ".join(ROWS[row][:2]))
def test_each_answers_as_the_tags_say(answers: dict[tuple[str, int], str], row: int) -> None:
    assert " ".join(answers[profile, row] for profile in PROFILES) == ROWS[row][2]
