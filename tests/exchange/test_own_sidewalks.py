"""Our own cities as OpenSidewalks and read back: the same network, unless somebody changed the set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from exchange.test_opensidewalks import packed, unpacked, validated
from support.drawn import Town

import wegeketten as wk
from wegeketten.errors import InputDataError
from wegeketten.model.edges import Kind
from wegeketten.network.sidewalk_columns import caution_bits, seal_of
from wegeketten.osm.sidewalk_members import NAMES, SEAL
from wegeketten.people.profile import PROFILES, load_profile
from wegeketten.routing import INF

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wegeketten.city import City

_HOMES = (
    "".join(
        f'<node id="{5001 + n}" lat="{51.0499 - n * 0.0002:.5f}" lon="13.7406">'
        '<tag k="addr:street" v="Nordweg"/>'
        f'<tag k="addr:housenumber" v="{n + 1}"/></node>'
        for n in range(5)
    )
    + '<node id="7001" lat="51.0497" lon="13.7413"><tag k="amenity" v="bench"/></node>'
)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """Closures, hours, a ferry, a ford, a lift, private ground, kerbs where ways meet, cut steps."""
    drawn = Town(
        "A.........B.........C....P\n..........S...............\nD....K....E.........F....Q\n"
        "..........................\nG.........H.........I....R",
        {"ABCP": "highway=residential|name=Nordweg|sidewalk=both|surface=asphalt|incline=3%",
         "DKEF": "highway=footway|opening_hours=Mo-Fr 08:00-18:00|width=1.1", "GHI": "route=ferry|foot=yes",
         "AD": "highway=footway|access=private", "DG": "highway=path|ford=yes|sac_scale=mountain_hiking",
         "BSE": "highway=steps|step_count=9|handrail=yes|ramp:wheelchair=yes", "SK": "highway=path",
         "EH": "highway=footway|foot=no",
         "CF": "highway=footway|footway=crossing|crossing=traffic_signals",
         "FI": "highway=footway|oneway:foot=yes",
         "PQR": "highway=cycleway|foot=yes|wheelchair:conditional=yes @ (08:00-12:00)",
         "IR": "highway=track"},
        nodes={"F": "barrier=kerb|kerb:height=5 cm", "K": "barrier=gate|opening_hours=Mo-Fr 10:00-12:00",
               "D": "barrier=bollard|maxwidth:physical=0.8", "Q": "highway=elevator|wheelchair=limited",
               "E": "barrier=kerb|kerb=lowered|tactile_paving=yes"},
        extra=_HOMES, cell_m=12,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("own")
    (folder / "found.csv").write_text("osm,attribute,value\nw1001,width,1.37 m\nn70,kerb:height,2.9 cm\n")
    return wk.build(drawn.write(folder / "town.osm"), folder / "city", survey=folder / "found.csv")


@pytest.fixture(scope="module")
def archive(city: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("set") / "town.zip"
    wk.export(city, path, "osw")
    return path


def lengths(city: City) -> dict[tuple[str, str], float]:
    """Metres that are open, by profile and answer."""
    found = {}
    metres = city.edges["length_m"].astype(float)
    for name in PROFILES:
        weights = city.weights(load_profile(name))
        for answer in ("sure", "likely", "possible"):
            open_ = (getattr(weights, answer).reshape(-1, 2) < INF).sum(axis=1)
            found[name, answer] = float((metres * open_).sum())
    return found


def test_the_town_has_what_the_schema_has_no_word_for(city: City) -> None:
    kinds = set(city.edges["kind"].tolist())
    assert {Kind.ferry, Kind.lift, Kind.kerb, Kind.gate, Kind.bollard, Kind.steps, Kind.pavement} <= kinds
    for name in ("hours", "private", "caution", "ride_s", "derived", "flight_elsewhere", "crossing"):
        assert (city.edges[name] != 0).any(), name


def test_every_column_comes_back(city: City, archive: Path, tmp_path: Path) -> None:
    back = wk.build(archive, tmp_path / "back")
    assert lengths(back) == lengths(city)
    old, new = wk.open(city.path).edges, wk.open(back.path).edges
    assert new.ids() == old.ids()
    for name in old.columns:
        if name in ("name", "hours", "hours_wheelchair"):
            shift = -1 if name == "name" else 0
            texts = [[*each.names, ""] for each in (old, new)]
            one, other = (
                [text[number - (shift + 1)] for number in each[name].tolist()]
                for text, each in zip(texts, (old, new), strict=True)
            )
            assert other == one, name
        elif old[name].dtype.kind == "f":
            assert np.array_equal(new[name], old[name], equal_nan=True), name
        else:
            assert (new[name] == old[name]).all(), name
    assert (old.columns["raw"] == new.columns["raw"]).all()
    assert np.abs(new.points - old.points).max() < 0.02
    assert (back.nodes["osm_id"] == city.nodes["osm_id"]).all()


def test_what_comes_back_is_written_alike(city: City, archive: Path, tmp_path: Path) -> None:
    back = wk.build(archive, tmp_path / "back")
    wk.export(back, tmp_path / "again.zip", "osw")
    first, again = unpacked(archive), unpacked(tmp_path / "again.zip")
    for name in first:
        assert again[name]["features"] == first[name]["features"], name


def test_the_validator_passes_it(archive: Path) -> None:
    assert validated(archive).startswith("True")


def test_every_row_is_told_once_and_sealed(city: City, archive: Path) -> None:
    sets = unpacked(archive)
    features = [*sets["nodes"]["features"], *sets["edges"]["features"]]
    told = [each["properties"]["ext:row"] for each in features if "ext:row" in each["properties"]]
    assert sorted(told) == list(range(len(city.edges)))
    assert all(each["properties"][SEAL] == seal_of(each) for each in features)
    assert "hours" in NAMES


Sets = dict[str, list[dict[str, Any]]]


def _sealed(sets: Sets) -> Sets:
    for each in (*sets["nodes"], *sets["edges"]):
        each["properties"][SEAL] = seal_of(each)
    return sets


def _sets(archive: Path) -> Sets:
    return {name: document["features"] for name, document in unpacked(archive).items()}


def test_a_set_that_was_changed_is_read_by_its_words(city: City, archive: Path, tmp_path: Path) -> None:
    """Whoever lowers a kerb in the set is believed, and not what once was written beside it."""
    sets = _sets(archive)
    kerb = next(each for each in sets["nodes"] if each["properties"].get("kerb") == "lowered")
    kerb["properties"]["kerb"] = "raised"
    back = wk.build(packed(tmp_path / "changed.zip", sets), tmp_path / "back")
    assert any("read by the words of its schema" in note for note in back.meta["notes"])
    lowered = (city.edges["kind"] == Kind.kerb) & (city.edges["kerb_cm_upper"] <= 3)
    still = (back.edges["kind"] == Kind.kerb) & (back.edges["kerb_cm_upper"] <= 3)
    assert still.sum() < lowered.sum() + 1
    whole = wk.build(archive, tmp_path / "whole")
    assert not any("read by the words" in note for note in whole.meta["notes"])


def test_centre_lines_are_made_from_the_words(archive: Path, tmp_path: Path) -> None:
    back = wk.build(archive, tmp_path / "back", pavements="centre")
    assert any("another network was asked for" in note for note in back.meta["notes"])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("kind", "spaceship"), ("u", -1), ("v", 1.5), ("row", "first"), ("length_m", 1e9), ("osm", "x1"),
        ("osm", "w99999999999999999999"), ("forward", "yes"), ("caution", "dragons"), ("hours", "a\nb"),
        ("tags", "[1]"), ("tags", "{"), ("width_m_from", "guessed"), ("way", "runway"), ("street", 7),
    ],
)  # fmt: skip
def test_values_that_nobody_wrote_are_refused_in_one_line(
    archive: Path, tmp_path: Path, key: str, value: object
) -> None:
    sets = _sets(archive)
    sets["edges"][0]["properties"][f"ext:{key}"] = value
    with pytest.raises(InputDataError, match=f"ext:{key}=") as told:
        wk.build(packed(tmp_path / "set.zip", _sealed(sets)), tmp_path / "city")
    assert "\n" not in str(told.value)
    assert not (tmp_path / "city").exists()


def _narrower(sets: Sets) -> None:
    about = next(each["properties"] for each in sets["edges"] if "ext:width_m" in each["properties"])
    about["ext:width_m_lower"], about["ext:width_m_upper"] = 3.0, 2.0


def _lost(sets: Sets) -> None:
    sets["edges"][0]["properties"]["ext:u"] = 40_000_000


@pytest.mark.parametrize("change", [_narrower, _lost])
def test_bounds_that_contradict_and_nodes_of_nobody(
    archive: Path, tmp_path: Path, change: Callable[[Sets], None]
) -> None:
    sets = _sets(archive)
    change(sets)
    path = packed(tmp_path / "set.zip", _sealed(sets))
    if change is _narrower:
        with pytest.raises(InputDataError, match="ext:width_m="):
            wk.build(path, tmp_path / "city")
    else:  # a node of its own at the end of the line: nothing else ends there
        assert len(wk.build(path, tmp_path / "city").edges)


def test_cautions_have_names_of_their_own() -> None:
    bits = list(caution_bits().values())
    assert len(set(bits)) == len(bits)
    assert all(";" not in name for name in caution_bits())
