"""Plans and surveys as files: tables, layers with a QGIS style, tracks, pages and sheets to take along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.fieldwork.checklist import checklist
from wegeketten.fieldwork.phone import phone_page
from wegeketten.files.atomic import whole_folder
from wegeketten.files.csv import clean_text, write_csv
from wegeketten.files.geojson import Waypoint, gpx
from wegeketten.files.geopackage import Layer, LayerStyle, write_layers
from wegeketten.files.json import write_json, write_text
from wegeketten.words.catalogue import text
from wegeketten.words.names import barrier_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wegeketten.planning.plan import Plan
    from wegeketten.planning.survey import Survey

EXPECTED_COLUMNS = ("people_expected", "people_low", "people_high", "helps", "look_saves_eur")
"""What the worlds have a line bring, see `wegeketten.planning.table.Line`; empty where none were drawn."""

MEASURE_COLUMNS = (
    "rank", "measure_id", "barrier_ids", "kinds", "lat", "lon", "cost_eur", "cost_total_eur",
    "people_newly_reached", "minutes_saved", "services", "profiles", "works", "cost_low_eur",
    "cost_high_eur",
    "people_sure", "people_possible", "person_services", "people_opened", "advice", "set", "street", "near",
    "district", *EXPECTED_COLUMNS,
)  # fmt: skip
"""The contract's columns, then ours."""

BARRIER_COLUMNS = (
    "rank", "barrier_id", "kind", "works", "lat", "lon", "cost_eur", "people_newly_reached",
    "person_services",
    "people_opened", "minutes_saved", "advice",
)  # fmt: skip

SURVEY_COLUMNS = (
    "rank", "barrier_id", "kind", "lat", "lon", "attribute", "lower", "upper", "people_between", "unit",
    "walk", "stop", "value", "date", "by", "note", "street", "near", "district",
    "chance_good", "people_expected",
)  # fmt: skip
"""The contract's columns, then ours; ``value``, ``date``, ``by`` and ``note`` are filled in on the walk."""

_RANKS = LayerStyle(
    "rank",
    (
        (1.0, 10.0, "#7f0000", "1–10"),
        (11.0, 30.0, "#b30000", "11–30"),
        (31.0, 100.0, "#ef6548", "31–100"),
        (101.0, 1e9, "#fdbb84", "101–"),
    ),
)


def write_plan(plan: Plan, out: Path) -> None:
    """Write ``measures.csv``, ``barriers.csv``, ``measures.gpkg`` and ``plan.json``.

    Parameters
    ----------
    plan
        Result of `make_plan`.
    out
        Folder; appears whole or not at all.
    """
    measures, barriers = measure_rows(plan), barrier_rows(plan)
    layers = [
        _points("measures", MEASURE_COLUMNS, measures, _RANKS),
        _points("barriers", BARRIER_COLUMNS, barriers, _RANKS),
    ]
    with whole_folder(out, marker="plan.json") as folder:
        write_csv(folder / "measures.csv", MEASURE_COLUMNS, measures)
        write_csv(folder / "barriers.csv", BARRIER_COLUMNS, barriers)
        write_layers(folder / "measures.gpkg", layers)
        write_json(folder / "plan.json", plan.to_json())


def measure_rows(plan: Plan) -> list[tuple[object, ...]]:
    """Rows of ``measures.csv``, see `MEASURE_COLUMNS`.

    Parameters
    ----------
    plan
        Result of `make_plan`.

    Returns
    -------
    list of tuple
        One for each line.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.planning.plan import make_plan
    >>> plan = make_plan(hamlet(), [load_profile("wheelchair")], worlds=0)
    >>> [dict(zip(MEASURE_COLUMNS, row, strict=True))["barrier_ids"] for row in measure_rows(plan)]
    ['n68']
    """
    return [
        (
            line.rank, line.measure_id, ";".join(line.barrier_ids), ";".join(line.kinds),
            round(line.lat, 7), round(line.lon, 7), line.cost_eur, line.cost_total_eur,
            round(line.people_newly_reached, 3), round(line.minutes_saved, 2), ";".join(line.services),
            ";".join(line.profiles), ";".join(line.works),
            line.cost_low_eur, line.cost_high_eur, round(line.people_sure, 3), round(line.people_possible, 3),
            round(line.person_services, 3), round(line.people_opened, 3), _advice(line.survey_first),
            line.set_number, line.street, line.near, line.district,
            *(_rounded(getattr(line, name)) for name in EXPECTED_COLUMNS),
        )
        for line in plan.lines
    ]  # fmt: skip


def barrier_rows(plan: Plan) -> list[tuple[object, ...]]:
    """Rows of ``barriers.csv``, see `BARRIER_COLUMNS`.

    Parameters
    ----------
    plan
        Result of `make_plan`.

    Returns
    -------
    list of tuple
        One for each barrier of each line.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.planning.plan import make_plan
    >>> plan = make_plan(hamlet(), [load_profile("wheelchair")], worlds=0)
    >>> [dict(zip(BARRIER_COLUMNS, row, strict=True))["kind"] for row in barrier_rows(plan)]
    ['steps', 'kerb', 'steps']
    """
    return [
        (
            rank, single.barrier_id, single.kind, "+".join(single.works), round(single.lat, 7),
            round(single.lon, 7), single.cost_eur, round(single.people_newly_reached, 3),
            round(single.person_services, 3), round(single.people_opened, 3), round(single.minutes_saved, 2),
            _advice(single.survey_first),
        )
        for rank, single in enumerate(plan.singles, start=1)
    ]  # fmt: skip


def write_survey(survey: Survey, out: Path) -> None:
    """Write tables, tracks, sheets to print and a page for phones per walk (``walks``).

    Parameters
    ----------
    survey
        Result of `find_survey`.
    out
        Folder; appears whole or not at all.
    """
    rows = survey_rows(survey)
    stops = [
        Waypoint(
            spot.lat,
            spot.lon,
            f"{spot.rank} {barrier_name(spot.kind, 'de')}",
            f"{text('questions.' + spot.attribute, 'de')}: {spot.barrier_id}",
        )
        for spot in survey.spots
    ]
    with whole_folder(out, marker="survey.json") as folder:
        write_csv(folder / "survey.csv", SURVEY_COLUMNS, rows)
        write_layers(folder / "survey.gpkg", [_points("survey", SURVEY_COLUMNS, rows, _RANKS)])
        write_text(folder / "survey.gpx", gpx("wegeketten Begehung", None, stops))
        for lang, name in (("de", "survey.html"), ("en", "survey.en.html")):
            write_text(folder / name, checklist(survey, lang))
        if survey.city is not None:
            (folder / "walks").mkdir()
            for number, walk in enumerate(survey.walks, start=1):
                for lang, end in (("de", "html"), ("en", "en.html")):
                    page = phone_page(survey, survey.city, walk, number, lang)
                    write_text(folder / "walks" / f"walk-{number:02d}.{end}", page)
        write_json(folder / "survey.json", survey.to_json())


def survey_rows(survey: Survey) -> list[tuple[object, ...]]:
    """Rows of ``survey.csv``.

    Parameters
    ----------
    survey
        Result of `find_survey`.

    Returns
    -------
    list of tuple
        One for each reading.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.planning.survey import find_survey
    >>> survey = find_survey(hamlet(), [load_profile("wheelchair")], services=["pharmacy"])
    >>> len(survey_rows(survey)) == len(survey.spots)
    True
    """
    position = {
        spot: (number, stop)
        for number, walk in enumerate(survey.walks, start=1)
        for stop, place in enumerate(walk.places, start=1)
        for spot in place
    }
    return [
        (
            spot.rank, spot.barrier_id, spot.kind, round(spot.lat, 7), round(spot.lon, 7), spot.attribute,
            _rounded(spot.lower), _rounded(spot.upper), round(spot.people_between, 3), spot.unit,
            *position.get(index, ("", "")), "", "", "", "", spot.street, spot.near, spot.district,
            round(spot.chance, 3), round(spot.chance * spot.people_between, 3),
        )
        for index, spot in enumerate(survey.spots)
    ]  # fmt: skip


def _rounded(value: float | str | None) -> float | str | None:
    return round(value, 3) if isinstance(value, float) else value


def _advice(survey_first: bool) -> str:
    return "survey first" if survey_first else ""


def _points(name: str, columns: Sequence[str], rows: Sequence[Sequence[object]], style: LayerStyle) -> Layer:
    import shapely

    table: dict[str, Any] = {}
    for place, column in enumerate(columns):
        cells = [row[place] for row in rows]
        numeric = bool(cells) and all(isinstance(cell, int | float) for cell in cells)
        table[column] = np.array(cells) if numeric else [_plain(cell) for cell in cells]
    lat, lon = columns.index("lat"), columns.index("lon")
    places = np.array([(row[lon], row[lat]) for row in rows], dtype=np.float64).reshape(-1, 2)
    return Layer(name, table, np.asarray(shapely.points(places), dtype=object), style)


def _plain(cell: object) -> str:
    return "" if cell is None else clean_text(str(cell))
