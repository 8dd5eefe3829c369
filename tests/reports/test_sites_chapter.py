"""Chapters on missing places and on needs: what `site` and `needs` wrote, in plain words, by district."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from reports.payloads import PAYLOADS

import wegeketten as wk
from wegeketten.errors import InputDataError
from wegeketten.files.csv import read_csv
from wegeketten.reports.district import report_page, write_report
from wegeketten.reports.map import write_map
from wegeketten.reports.site_marks import read_need_marks, read_site_marks
from wegeketten.siting.read import read_needs, read_sites

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.reach.scan import Scan


@pytest.fixture(scope="module")
def scan(town: City) -> Scan:
    return wk.scan(town, profile="rollator", worlds=0)


@pytest.fixture(scope="module")
def sites(town: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sites") / "out"
    wk.site(town, profile="rollator", add=1, candidates="corners", worlds=4).write(folder)
    return folder


@pytest.fixture(scope="module")
def needs(town: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("needs") / "out"
    wk.needs(town, profile="rollator", per_post=50).write(folder)
    return folder


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_report_names_places_with_address_gain_and_certainty(
    town: City, scan: Scan, sites: Path, needs: Path, lang: str
) -> None:
    found = read_sites(sites, town)
    page = report_page(scan, row=-1, lang=lang, sites=found, needs=read_needs(needs))
    (new,) = found.new
    (row,) = [row for row in read_csv(sites / "sites.csv") if row["kind"] == "new"]
    assert new.where == row["where"]
    assert new.where in page
    assert f"{100 * float(row['chance']):.0f}" in page.split('id="sites-title"')[1]
    assert ("noch nicht geschätzt" if lang == "de" else "not yet estimated") in page
    assert ("Stellen nach Schlüssel" if lang == "de" else "Posts by the rate") in page
    assert "people_gained" not in page


def test_a_place_stands_in_the_report_of_its_own_district_only(town: City, scan: Scan, sites: Path) -> None:
    found = read_sites(sites, town)
    (new,) = found.new
    names = [str(name) for name in town.districts["name"]]
    assert new.district in names
    for row, name in enumerate(names):
        page = report_page(scan, row=row, lang="de", sites=found)
        assert ("Vorgeschlagene Orte" in page) == (name == new.district)
        assert ("kein neuer Ort" in page) == (name != new.district)


def test_names_in_the_folder_stay_text(town: City, scan: Scan, sites: Path, tmp_path: Path) -> None:
    evil = PAYLOADS[0]
    shutil.copytree(sites, tmp_path / "bad")
    rows = read_csv(sites / "sites.csv")
    rows[-1]["name"] = evil
    wk_csv = "\n".join(
        [
            ",".join(rows[0]),
            *(",".join('"' + v.replace('"', '""') + '"' for v in row.values()) for row in rows),
        ]
    )
    (tmp_path / "bad" / "sites.csv").write_text(wk_csv, encoding="utf-8")
    page = report_page(scan, row=-1, lang="de", sites=read_sites(tmp_path / "bad", town))
    assert evil not in page


@pytest.mark.parametrize(
    ("file", "content"),
    [("site.json", "[1]"), ("site.json", "{}"), ("sites.csv", "rank\n1\n"), ("site.json", None)],
)
def test_a_damaged_folder_is_one_line(
    town: City, sites: Path, tmp_path: Path, file: str, content: str | None
) -> None:
    shutil.copytree(sites, tmp_path / "bad")
    if content is None:
        (tmp_path / "bad" / file).unlink()
    else:
        (tmp_path / "bad" / file).write_text(content)
    with pytest.raises(InputDataError, match="bad"):
        read_sites(tmp_path / "bad", town)


def test_joint_plans_are_shown_as_well(town: City, scan: Scan, tmp_path: Path) -> None:
    wk.site(
        town, profile="rollator", candidates="corners", budget=9000, with_measures=True, site_cost=4000
    ).write(tmp_path / "joint")
    found = read_sites(tmp_path / "joint", town)
    assert [site.cost_eur for site in found.new] == [4000] * len(found.new)
    assert json.loads((tmp_path / "joint" / "site.json").read_text())["weight_unit"] == town.weight_unit
    target = write_report(town, tmp_path / "page.html", scan=scan, sites=tmp_path / "joint", lang="en")
    assert "as stated" in target.read_text(encoding="utf-8") or not found.new


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_map_has_a_layer_of_places_and_one_of_needs(
    town: City, sites: Path, needs: Path, tmp_path: Path, lang: str
) -> None:
    (new,) = read_site_marks(sites, town, lang)
    assert new.sign == "1"
    assert read_sites(sites, town).new[0].where in new.lines[0]
    assert ("noch nicht geschätzt" if lang == "de" else "not yet estimated") in " ".join(new.lines)
    marks = read_need_marks(needs, town, lang)
    assert {mark.title for mark in marks} <= {str(name) for name in town.districts["name"]}
    whole = sum(row.posts_whole for row in read_needs(needs).rows)
    posts = {row.district: row for row in read_needs(needs).rows}
    whole_signs = [mark for mark in marks if posts[mark.title].posts_whole]
    assert 0 < sum(int(mark.sign.split()[0]) for mark in whole_signs) <= whole
    for mark in marks:  # rounded down is not "0 posts"
        assert not mark.sign.startswith("0 ") or posts[mark.title].posts_needed == 0
    page = write_map(town, tmp_path / "map.html", lang=lang, profiles=["rollator"], sites=sites, needs=needs)
    assert new.title in page.read_text(encoding="utf-8")
