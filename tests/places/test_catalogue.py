"""The catalogue of services: what ships, what a user may change, what is refused."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wegeketten.errors import UsageError
from wegeketten.files.resources import shipped
from wegeketten.places.service_catalogue import excluded, load_catalogue, matches

if TYPE_CHECKING:
    from pathlib import Path

CONTRACT = {
    "groceries", "pharmacy", "doctor", "hospital", "stop", "post", "bank", "park", "playground", "bench",
    "toilet", "meeting_place", "senior_service", "culture", "school", "kindergarten",
}  # fmt: skip

OWN = """
[services.library]
name = { de = "Bücherei", en = "Library" }
standard = { minutes = 10 }
source = "council decision 12/2025"
mark = "V"
any = [{ amenity = ["library"] }]
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_the_sixteen_ids_of_the_contract() -> None:
    assert set(load_catalogue().services) == CONTRACT


def test_every_standard_has_its_source_and_names_in_two_languages() -> None:
    for service in load_catalogue().services.values():
        assert service.source
        assert service.name.de
        assert service.name.en


def test_hash_is_the_files() -> None:
    assert load_catalogue().digest == hashlib.sha256(shipped("services.toml").read_bytes()).hexdigest()


def test_a_users_own_file(own: Path) -> None:
    catalogue = load_catalogue(own)
    assert list(catalogue.services) == ["library"]
    assert catalogue.of({"amenity": "library"}) == ["library"]
    assert catalogue.services["library"].standard_s(0.6) == 600.0


def test_byte_order_mark_is_no_fault(own: Path) -> None:
    own.write_bytes(b"\xef\xbb\xbf" + own.read_bytes())
    assert list(load_catalogue(own).services) == ["library"]


def test_metres_become_time_at_the_profiles_own_speed() -> None:
    groceries = load_catalogue().services["groceries"]
    assert groceries.standard_s(1.0) == 700.0
    assert groceries.standard_s(0.5) == 1400.0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("source =", "sorce =", "did you mean 'source'"),
        ("minutes =", "minute =", "did you mean 'minutes'"),
        ('de = "Bücherei"', 'ge = "Bücherei"', "unknown key services.library.name.ge"),
        ("{ minutes = 10 }", "{ minutes = 10, metres = 5 }", "one of the two"),
        ("{ minutes = 10 }", "{ minutes = nan }", "services.library.standard.minutes"),
        ("{ minutes = 10 }", "{ minutes = -1 }", "greater than 0"),
        ('mark = "V"', 'mark = "sure"', "services.library.mark"),
        ("[{ amenity", "[{}, { amenity", "match every element"),
        ("[services.library]", "[service.library]", "did you mean 'services'"),
        ("[services.library]", "[services.'../x']", "pattern"),
        ("mark =", "mark", "no TOML"),
    ],
)
def test_faults_are_named(own: Path, old: str, new: str, said: str) -> None:
    own.write_text(own.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_catalogue(own)
    assert said in str(caught.value)
    assert str(own) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_all_faults_at_once(own: Path) -> None:
    own.write_text(OWN.replace("source", "sorce").replace('"V"', '"Q"'), encoding="utf-8")
    with pytest.raises(UsageError, match=r"mark.*sorce|sorce.*mark"):
        load_catalogue(own)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        load_catalogue(tmp_path / "none.toml")


def test_unknown_service_id() -> None:
    with pytest.raises(UsageError, match="did you mean 'pharmacy'"):
        load_catalogue().pick(["pharmcy"])
    assert load_catalogue().pick([]) == list(load_catalogue().services)


@pytest.mark.parametrize(
    ("tags", "services"),
    [
        ({"amenity": "doctors"}, ["doctor"]),
        ({"healthcare": "doctor", "amenity": "doctors"}, ["doctor"]),
        ({"highway": "bus_stop", "bench": "yes"}, ["stop", "bench"]),
        ({"shop": "supermarket", "post_office": "post_partner"}, ["groceries", "post"]),
        ({"shop": "supermarket", "post_office": "no"}, ["groceries"]),
        ({"leisure": "garden"}, []),
        ({"leisure": "garden", "access": "yes"}, ["park"]),
        ({"leisure": "park", "access": "private"}, []),
        ({"amenity": "social_facility", "social_facility:for": "disabled;senior"}, ["senior_service"]),
        ({"amenity": "social_facility", "social_facility:for": "homeless"}, []),
        ({"amenity": "toilets", "access": "customers"}, []),
        ({"shop": "supermarket", "disused": "yes"}, []),
        ({"shop": "supermarket", "disused": "no"}, ["groceries"]),
        ({"shop": "supermarket", "building": "construction"}, []),
        ({"shop": "supermarket", "opening_hours": "off"}, []),
        ({"abandoned:amenity": "pharmacy"}, []),
        ({"amenity": "vending_machine", "vending": "food", "shop": "convenience"}, []),
        ({"amenity": "post_box"}, []),
        ({"amenity": "atm"}, []),
        ({"amenity": "veterinary"}, []),
        ({"shop": "chemist"}, []),
        ({"amenity": "driving_school"}, []),
        ({"public_transport": "stop_position"}, []),
    ],
)
def test_what_counts(tags: dict[str, str], services: list[str]) -> None:
    assert load_catalogue().of(tags) == services


@given(
    st.dictionaries(st.sampled_from("abc"), st.text("xyz;! ", max_size=6)),
    st.dictionaries(st.sampled_from("abc"), st.lists(st.sampled_from(["x", "y", "!z", "*"]), min_size=1)),
)
def test_one_key_filter_and_exclusion_agree(tags: dict[str, str], wanted: dict[str, list[str]]) -> None:
    each = [matches(tags, {key: values}) for key, values in wanted.items()]
    assert matches(tags, wanted) == all(each)
    assert excluded(tags, wanted) == any(each)
