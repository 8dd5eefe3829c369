"""A city's own lists of places: every spelling of coordinates, each place counted once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from support.drawn import Town

import wegeketten as wk
from wegeketten.errors import InputDataError, UsageError
from wegeketten.osm.projection import Projection
from wegeketten.places.add import parse_lists
from wegeketten.places.listed import read_listed

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_SMOOTH = "highway=residential|surface=asphalt|width=6|sidewalk=no"

TOWN = Town(
    """
      H      P        R
    a-----b------c--------d
    """,
    ways={"abcd": _SMOOTH},
    nodes={
        "H": "addr:housenumber=1|addr:street=Ring",
        "P": "amenity=community_centre|name=Nachbarschaftszentrum Löbtau",
        "R": "amenity=community_centre|name=Haus Nord",
    },
)
PROJECTION = Projection(25833)


def extent() -> tuple[float, float, float, float]:
    xy = PROJECTION.to_xy(np.array([TOWN.position("a"), TOWN.position("d")]))
    (west, south), (east, north) = xy.min(axis=0), xy.max(axis=0)
    return float(west), float(south), float(east), float(north)


def metres(letter: str) -> NDArray[np.float64]:
    result: NDArray[np.float64] = PROJECTION.to_xy(np.array([TOWN.position(letter)]))[0]
    return result


def spellings(folder: Path) -> list[Path]:
    """One list of one place at P, in every form a portal may give it."""
    (lon, lat), (x, y) = TOWN.position("P"), metres("P")
    geojson = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"Bezeichnung": "Treff", "Plätze": 40},
                "geometry": {"type": "Point", "coordinates": [lon, lat]},
            }
        ],
    }
    german = f"{lon}".replace(".", ","), f"{lat}".replace(".", ",")
    place = shapely.set_srid(shapely.Point(x, y), 25833)
    texts = {
        "degrees.csv": f"name,lon,lat,capacity\nTreff,{lon},{lat},40\n",
        "german.csv": f"\ufeffBezeichnung;Längengrad;Breitengrad;Plätze\nTreff;{german[0]};{german[1]};40\n",
        "utm.csv": f"Titel;Rechtswert;Hochwert;Kapazität\nTreff;{x:.2f};{y:.2f};40\n",
        "ewkt.csv": f"id;name;shape;capacity\n1;Treff;SRID=25833;POINT({x:.2f} {y:.2f});40\n".replace(
            f"SRID=25833;POINT({x:.2f} {y:.2f})", f'"SRID=25833;POINT({x:.2f} {y:.2f})"'
        ),
        "wkt.csv": f'name,geom,capacity\nTreff,"POINT ({lon} {lat})",40\n',
        "wkb.csv": f"name,geom,capacity\nTreff,{shapely.to_wkb(place, hex=True, include_srid=True)},40\n",
        "list.geojson": json.dumps(geojson),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return sorted(folder / name for name in texts)


def test_every_spelling_says_the_same(tmp_path: Path) -> None:
    for path in spellings(tmp_path):
        listed = read_listed(path, PROJECTION, extent())
        assert listed.names == ["Treff"], path.name
        assert np.hypot(*(listed.xy[0] - metres("P"))) < 0.1, path.name
        assert listed.capacity.tolist() == [40.0], path.name


def test_exchanged_degrees_are_told(tmp_path: Path) -> None:
    lon, lat = TOWN.position("P")
    (tmp_path / "a.csv").write_text(f"name,lon,lat\nTreff,{lat},{lon}\n")
    with pytest.raises(InputDataError, match="lon and lat are swapped"):
        read_listed(tmp_path / "a.csv", PROJECTION, extent())


def test_places_elsewhere_are_listed_as_left_out(tmp_path: Path) -> None:
    lon, lat = TOWN.position("P")
    path = tmp_path / "list.csv"
    path.write_text(f"name,lon,lat\nHier,{lon},{lat}\nFern,9.0,48.0\nNirgends,,\n")
    listed = read_listed(path, PROJECTION, extent())
    assert listed.names == ["Hier"]
    assert len(listed.skipped) == 2


def test_a_place_is_no_remark_and_what_is_passed_over_is_told(tmp_path: Path) -> None:
    lon, lat = TOWN.position("P")
    path = tmp_path / "list.csv"
    path.write_text(f"name;lon;lat\nHier;{lon};{lat}\nStandesamt;;\nStand: 2026;;\n", encoding="utf-8")
    listed = read_listed(path, PROJECTION, extent())
    assert [each.element for each in listed.skipped] == ["list.csv row 2"]
    assert listed.notes == ["list.csv: 'Stand: 2026' below the table is passed over"]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["1.200"], [1200]),  # nobody writes thousandths of a seat or a euro
        (["80", "1.200 €"], [80, 1200]),
        (["0.25", "1.200"], [0.25, 1.2]),  # the column says that points part decimals
        (["1,5", "1.200"], [1.5, 1200]),
    ],
)
def test_thousands_of_seats_and_euros(tmp_path: Path, cells: list[str], found: list[float]) -> None:
    lon, lat = TOWN.position("P")
    rows = "".join(f"Treff {row};{lon};{lat};{cell};{cell}\n" for row, cell in enumerate(cells))
    (tmp_path / "list.csv").write_text("name;lon;lat;capacity;kosten\n" + rows, encoding="utf-8")
    listed = read_listed(tmp_path / "list.csv", PROJECTION, extent())
    assert listed.capacity.tolist() == found
    assert listed.cost_eur.tolist() == found


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "name,lon,lat\nFern,9,48\n", "name,lon,lat\nNirgends,,\n"])
def test_a_list_without_places_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text)
    with pytest.raises(InputDataError):
        read_listed(path, PROJECTION, extent())


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    (plon, plat), (dlon, dlat) = TOWN.position("P"), TOWN.position("d")
    path = tmp_path / "treffs.csv"
    path.write_text(
        "nr;name;lon;lat;capacity;oeffnungszeiten\n"
        f"1;Nachbarschaftszentrum Löbtau e. V.;{plon + 0.0002};{plat};60;Mo-Fr 10:00-18:00\n"
        f"2;Treff am Ring;{dlon};{dlat};;\n"
    )
    return path


def test_the_same_place_counts_once_and_is_completed(tmp_path: Path, lists: Path) -> None:
    source = TOWN.write(tmp_path / "town.osm")
    city = wk.build(
        source, tmp_path / "city", places={"meeting_place": lists}, pavements="centre", encoding="utf-8"
    )
    names = city.places["name"].tolist()
    assert sorted(names) == ["Haus Nord", "Nachbarschaftszentrum Löbtau", "Treff am Ring"]
    row = names.index("Nachbarschaftszentrum Löbtau")
    assert city.places["place_id"][row] == f"n{ord('P')}"
    assert city.places["capacity"][row] == 60
    assert city.places["opening_hours"][row] == "Mo-Fr 10:00-18:00"
    assert any("1 places of meeting_place are new, 1 are" in note for note in city.meta["notes"])
    scan = wk.scan(city, profiles=["walker"], services=["meeting_place"])
    assert np.isfinite(scan.reach["walker"].seconds("likely")).all()
    assert city.meta["parameters"]["places"]["meeting_place"]
    said = {name: value for name, value in city.meta["parameters"]["read_as"].items() if value is not None}
    assert said == {"encoding": "utf-8"}


def test_a_list_may_stand_instead_of_openstreetmap(tmp_path: Path, lists: Path) -> None:
    source = TOWN.write(tmp_path / "town.osm")
    city = wk.build(
        source, tmp_path / "city", places={"meeting_place": lists}, places_only=["meeting_place"],
        pavements="centre",
    )  # fmt: skip
    assert sorted(city.places["name"].tolist()) == ["Nachbarschaftszentrum Löbtau e. V.", "Treff am Ring"]
    assert all(name.startswith("f:meeting_place:") for name in city.places["place_id"])


def test_without_a_list_nothing_changes(tmp_path: Path) -> None:
    source = TOWN.write(tmp_path / "town.osm")
    city = wk.build(source, tmp_path / "city", pavements="centre")
    assert "capacity" not in city.places
    assert len(city.places["name"]) == 2


def test_what_cannot_be_is_said(tmp_path: Path, lists: Path) -> None:
    source = TOWN.write(tmp_path / "town.osm")
    with pytest.raises(UsageError, match="ID=FILE"):
        parse_lists(["treffs.csv"])
    with pytest.raises(UsageError, match="twice"):
        parse_lists(["post=a.csv", "post=b.csv"])
    with pytest.raises(UsageError, match="unknown service"):
        wk.build(source, tmp_path / "city", places={"pub": lists})
    with pytest.raises(UsageError, match="--places-only"):
        wk.build(source, tmp_path / "city", places_only=["post"])
