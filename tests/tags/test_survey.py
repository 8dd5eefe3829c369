"""Survey files of every kind people send, and where their values end up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from wegeketten.errors import InputDataError
from wegeketten.model.edges import PLAIN, EdgeTable, Kind, absent_columns
from wegeketten.network.survey_overlay import apply_survey, overlay_survey
from wegeketten.osm.projection import Projection
from wegeketten.tags import Provenance
from wegeketten.tags.survey_file import attribute_keys, observed, read_survey, write_template

if TYPE_CHECKING:
    from pathlib import Path

UTM = Projection(25833)
X0, Y0 = UTM.to_xy([[13.73, 51.05]])[0]


def place(dx: float, dy: float) -> tuple[float, float]:
    lon, lat = UTM.to_lonlat([[X0 + dx, Y0 + dy]])[0]
    return float(lat), float(lon)


@pytest.fixture
def town() -> tuple[EdgeTable, dict[str, np.ndarray]]:
    """A footway of two edges along y = 0, a kerb at x = 50 between them, another kerb at x = 58.

    ::

        0 ---- 50 k k ---- 100
    """
    lines = [[(0, 0), (50, 0)], [(50, 0), (50, 0)], [(58, 0), (58, 0)], [(58, 0), (100, 0)]]
    kinds = [Kind.footway, Kind.kerb, Kind.kerb, Kind.footway]
    columns = absent_columns(4)
    for name, dtype in PLAIN.items():
        columns[name] = np.zeros(4, dtype=dtype)
    columns["kind"][:] = kinds
    columns["osm_type"][:] = [b"w", b"n", b"n", b"w"]
    columns["osm_id"][:] = [10, 7, 8, 10]
    columns["part"][:] = [1, -1, -1, 2]
    for row, kind in enumerate(kinds):
        attribute = "kerb_cm" if kind is Kind.kerb else "width_m"
        columns[f"{attribute}_from"][row] = Provenance.assumed
        columns[attribute][row] = 3 if kind is Kind.kerb else 2
    points = np.array([point for line in lines for point in line], dtype=float) + np.array([X0, Y0])
    nodes = {"x": points[:, 0], "y": points[:, 1]}
    return EdgeTable(columns, [], np.arange(0, 9, 2), points), nodes


@pytest.mark.parametrize("named", [True, False])
def test_counted_steps_are_those_of_the_whole_flight(
    tmp_path: Path, town: tuple[EdgeTable, dict[str, np.ndarray]], named: bool
) -> None:
    """Whoever counts on one piece has counted the flight; a handrail may be on one piece only."""
    edges, nodes = town
    edges.columns["kind"][:] = Kind.steps
    edges.columns["osm_type"][:] = b"w"
    edges.columns["osm_id"][:] = [10, 10, 8, 10]
    edges.columns["flight_elsewhere"][:] = [0.5, 0.8, 0, 0.7]
    for name in ("step_count_from", "handrail_sides_from"):
        edges.columns[name][:] = Provenance.assumed
    lat, lon = place(90, 3)
    where = "w10:2,," if named else f",{lat},{lon}"
    text = f"osm_id,lat,lon,attribute,value\n{where},step_count,8\n{where},handrail,both\n"
    laid = overlay_survey(edges, nodes, survey_file(tmp_path, text), UTM)
    assert laid.unmatched == []
    assert laid.edges["step_count"].tolist() == [8, 8, 0, 8]
    assert [match.edge for match in laid.matches if match.attribute == "step_count"] == [0, 1, 3]
    assert laid.edges["handrail_sides_from"].tolist() == [Provenance.assumed] * 3 + [Provenance.surveyed]
    assert laid.matched == 2


def survey_file(folder: Path, text: str, name: str = "walk.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def test_nearest_edge_that_can_carry_the_attribute(
    tmp_path: Path, town: tuple[EdgeTable, dict[str, np.ndarray]]
) -> None:
    edges, nodes = town
    lat, lon = place(52, 3)
    path = survey_file(
        tmp_path, f'lat,lon,attribute,value\n{lat},{lon},kerb,12 cm\n{lat},{lon},width,"0,85 m"\n'
    )
    laid = overlay_survey(edges, nodes, path, UTM)
    assert laid.matched == 2
    assert laid.unmatched == []
    assert laid.edges["kerb_cm"].tolist() == [0, 12, 3, 0]
    assert laid.edges["kerb_cm_lower"][1] == laid.edges["kerb_cm_upper"][1] == 12
    assert laid.edges["kerb_cm_from"].tolist() == [0, Provenance.surveyed, Provenance.assumed, 0]
    assert laid.edges["width_m"][0] == pytest.approx(0.85)
    assert edges["kerb_cm"].tolist() == [0, 3, 3, 0], "the table given stays as it was"
    assert laid.matches[0].edge_id == "n7"
    assert laid.matches[0].off_m == pytest.approx(13**0.5, abs=0.01)


def test_by_element_with_and_without_part_and_place(
    tmp_path: Path, town: tuple[EdgeTable, dict[str, np.ndarray]]
) -> None:
    edges, nodes = town
    lat, lon = place(90, 0)
    rows = [
        "osm;attribute;value;lat;lon",
        "n8;kerb;raised;;",
        "w10:2;width;0,7;;",
        f"way/10;surface;sett;{lat};{lon}",
    ]
    laid = overlay_survey(edges, nodes, survey_file(tmp_path, "\n".join(rows)), UTM)
    assert laid.edges["kerb_cm"].tolist() == [0, 3, 12, 0]
    assert laid.edges["width_m"].tolist() == pytest.approx([2, 50, 50, 0.7])
    assert [each.reason for each in laid.unmatched] == [
        f"surface=sett: no edge that carries this attribute within 15 m of {lat}, {lon}"
    ], "no edge here has a surface"
    both = overlay_survey(edges, nodes, survey_file(tmp_path, "osm,attribute,value\nw10,width,1.1\n"), UTM)
    assert both.edges["width_m"].tolist() == pytest.approx([1.1, 50, 50, 1.1])
    assert both.matched == 1


def test_distance_is_a_limit_and_what_is_lost_is_listed(
    tmp_path: Path, town: tuple[EdgeTable, dict[str, np.ndarray]]
) -> None:
    edges, nodes = town
    lat, lon = place(20, 15.5)
    lines = ["lat,lon,attribute,value", f"{lat},{lon},width,1", f"{lon},{lat},width,1", "51,13,colour,red"]
    text = "\n".join([*lines, f"{lat},{lon},width,breitish"])
    laid = overlay_survey(edges, nodes, survey_file(tmp_path, text), UTM)
    assert laid.matched == 0
    reasons = {each.element: each.reason for each in laid.unmatched}
    assert "within 15 m" in reasons["walk.csv, row 1"]
    assert "look exchanged" in reasons["walk.csv, row 2"]
    assert reasons["walk.csv, row 3"].startswith("no attribute 'colour'")
    assert reasons["walk.csv, row 4"] == "width: value 'breitish' cannot be read"
    assert overlay_survey(edges, nodes, survey_file(tmp_path, text), UTM, max_distance_m=16).matched == 1


def test_the_latest_observation_wins_whatever_the_order(
    tmp_path: Path, town: tuple[EdgeTable, dict[str, np.ndarray]]
) -> None:
    edges, nodes = town
    text = "osm,attribute,value,date\nn7,kerb,0 cm,2026-05-01\nn7,kerb,10 cm,3.4.2021\nn7,kerb,6 cm,\n"
    laid = overlay_survey(edges, nodes, survey_file(tmp_path, text), UTM)
    assert laid.edges["kerb_cm"][1] == 0
    assert [(each.value, each.superseded) for each in laid.matches] == [(6, True), (10, True), (0, False)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_spreadsheets_of_all_countries(tmp_path: Path, encoding: str, delimiter: str) -> None:
    lines = [
        ["Breitengrad", "Länge", "Merkmal", "Wert", "von"],
        ["51,05", "13,73", "Kerb", "bündig", "Jürgen"],
    ]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    rows, rejected = read_survey(survey_file(tmp_path, text, encoding=encoding))
    assert rejected == []
    assert rows[0][1:5] == (51.05, 13.73, None, "kerb_cm")
    assert rows[0].span.upper == 1
    assert rows[0].by == "Jürgen"


def test_notes_that_hold_tags(tmp_path: Path) -> None:
    text = 'lat,lon,note\n51.05,13.73,"kerb:height=3 cm; width=0,9 m"\n51.05,13.73,lovely bench\n'
    rows, rejected = read_survey(survey_file(tmp_path, text))
    assert [(row.attribute, row.span.value) for row in rows] == [("kerb_cm", 3), ("width_m", 0.9)]
    assert rejected == []


def test_geojson(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [13.73, 51.05]}
    features = [
        {
            "type": "Feature",
            "geometry": point,
            "properties": {"attribute": "kerb", "value": 3, "date": "2026-01-02"},
        },
        {
            "type": "Feature",
            "id": 5,
            "geometry": None,
            "properties": {"osm": "n7", "attribute": "kerb_cm", "value": 0.5},
        },
        {"type": "Feature", "geometry": None, "properties": {"attribute": "kerb", "value": "3 cm"}},
    ]
    path = tmp_path / "walk.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    rows, rejected = read_survey(path)
    assert [(row.lat, row.lon, row.osm, row.span.value) for row in rows] == [
        (51.05, 13.73, None, 3),
        (None, None, ("n", 7, -1), 0.5),
    ]
    assert "neither an element nor a place" in rejected[0].reason


def test_geopackage_in_another_crs(tmp_path: Path, town: tuple[EdgeTable, dict[str, np.ndarray]]) -> None:
    import pyogrio.raw
    import shapely

    edges, nodes = town
    path = tmp_path / "register.gpkg"
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(shapely.points([[X0 + 51, Y0 + 1]])),
        field_data=[np.array(["kerb"], dtype=object), np.array([6.0])],
        fields=np.array(["attribute", "value"], dtype=object),
        geometry_type="Point",
        crs="EPSG:25833",
        driver="GPKG",
    )
    laid = overlay_survey(edges, nodes, path, UTM)
    assert laid.edges["kerb_cm"][1] == 6
    assert laid.matches[0].off_m == pytest.approx(2**0.5, abs=0.01)


def test_the_template_is_a_survey_without_values(tmp_path: Path) -> None:
    path = tmp_path / "template.csv"
    write_template(path)
    assert read_survey(path) == ([], [])
    named = [line.split(",")[3] for line in path.read_text(encoding="utf-8-sig").splitlines()[1:]]
    assert len(named) > 10
    assert {attribute_keys()[name] for name in named} >= {
        "kerb_cm",
        "width_m",
        "incline_pct",
        "surface_class",
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no rows"),
        (b"lat,lon,attribute,value\n", "no rows"),
        (b"name,wert\na,b\n", "column missing: attribute, lat and lon, or osm"),
        (b"{not json", "no GeoJSON"),
        (b'{"type": "FeatureCollection"}', "no GeoJSON"),
        (b"[1, 2]", "no rows"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no table"),
        (b"SQLite format 3\x00nonsense", "no layer"),
    ],
)
def test_unusable_files_end_in_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "walk.csv"
    path.write_bytes(content)
    with pytest.raises(InputDataError, match=words) as caught:
        read_survey(path)
    assert "\n" not in str(caught.value)
    assert "walk.csv" in str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match=r"nowhere\.csv"):
        read_survey(tmp_path / "nowhere.csv")


def value_of(attribute: str, key: str, text: str) -> float:
    span = observed(attribute, key, text)
    assert span is not None
    assert span.value is not None
    return span.value


def test_bare_numbers_are_in_the_attributes_own_unit() -> None:
    assert value_of("kerb_cm", "kerb_cm", "0.5") == 0.5
    assert value_of("kerb_cm", "kerb", "0.03") == 3
    assert value_of("width_m", "width_m", "0,85") == 0.85
    assert value_of("incline_pct", "incline", "-3") == -3
    assert value_of("cross_slope_pct", "incline:across", "-3 %") == 3
    assert value_of("surface_class", "surface", "d") == 4
    assert value_of("smoothness_grade", "smoothness_grade", "4") == 4
    assert value_of("handrail_sides", "handrail", "both") == 2
    assert observed("kerb_cm", "kerb", "high-ish") is None


def test_nothing_surveyed_changes_nothing(town: tuple[EdgeTable, dict[str, np.ndarray]]) -> None:
    edges, nodes = town
    laid = apply_survey(edges, nodes, [], UTM)
    assert laid.matched == 0
    assert all(np.array_equal(laid.edges[name], edges[name]) for name in edges.columns)
    assert laid.edges.points is edges.points


def test_many_files_are_merged_and_contradictions_are_listed(
    tmp_path: Path, town: tuple[EdgeTable, dict[str, np.ndarray]]
) -> None:
    edges, nodes = town
    folder = tmp_path / "sent"
    folder.mkdir()
    head = "osm,attribute,value,date\n"
    survey_file(folder, head + "n7,kerb_cm,2,2026-11-30\nw10,width,0.9,2026-11-30\n", "a.csv")
    survey_file(folder, head + "n7,kerb_cm,10,2026-11-29\nw10,width,1.6,2026-11-29\n", "b.csv")
    survey_file(folder, head + "n8,kerb_cm,3,2026-11-29\nn7,colour,red,\n", "c.csv")
    survey_file(folder, head + "n8,kerb_cm,3,2026-11-29\nn7,colour,red,\n", "copy of c.csv")
    laid = overlay_survey(edges, nodes, folder, UTM)
    assert laid.edges["kerb_cm_lower"].tolist() == [0, 2, 3, 0]
    assert laid.edges["kerb_cm_upper"].tolist() == [0, 10, 3, 0]
    assert laid.edges["width_m"].tolist() == pytest.approx([0.9, 50, 50, 0.9])
    assert [(each.barrier_ids, each.attribute, each.rows) for each in laid.conflicts] == [
        (("n7",), "kerb_cm", ("b.csv, row 1", "a.csv, row 1")),
        (("w10:1", "w10:2"), "width_m", ("b.csv, row 2", "a.csv, row 2")),
    ]
    assert laid.notes[-3] == "contradictions in 3 survey files: 2; survey_conflicts.csv lists them"
    assert laid.notes[-2].startswith("n7: 1 × kerb_cm=10 (b.csv, row 1), 1 × kerb_cm=2 (a.csv, row 1): ")
    assert "copy of c.csv holds the same as c.csv; it is counted once" in laid.notes
    assert [each.element for each in laid.unmatched] == ["c.csv, row 2"]
    assert (laid.matched, laid.files) == (5, 3)


def test_an_empty_folder_is_refused(tmp_path: Path, town: tuple[EdgeTable, dict[str, np.ndarray]]) -> None:
    with pytest.raises(InputDataError, match="no survey file"):
        overlay_survey(*town, tmp_path, UTM)
