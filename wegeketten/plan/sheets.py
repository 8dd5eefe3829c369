"""Plans and surveys as files: tables, layers with a QGIS style, tracks, and a checklist to take along."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.city import ATTRIBUTION
from wegeketten.csvfile import clean_text, write_csv
from wegeketten.geopackage import Layer, Style, write_layers
from wegeketten.reach.tracks import Stop, gpx
from wegeketten.reach.words import BARRIERS, Both
from wegeketten.whole import whole_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wegeketten.plan.master import Plan
    from wegeketten.plan.survey import Spot, Survey

MEASURE_COLUMNS = (
    "rank", "measure_id", "barrier_ids", "kinds", "lat", "lon", "cost_eur", "cost_total_eur",
    "people_newly_reached", "minutes_saved", "services", "profiles", "works", "cost_low_eur", "cost_high_eur",
    "people_sure", "people_possible", "person_services", "people_opened", "advice",
)  # fmt: skip
"""The contract's columns, then ours."""

BARRIER_COLUMNS = (
    "rank", "barrier_id", "kind", "works", "lat", "lon", "cost_eur", "people_newly_reached", "person_services",
    "people_opened", "minutes_saved", "advice",
)  # fmt: skip

SURVEY_COLUMNS = (
    "rank", "barrier_id", "kind", "lat", "lon", "attribute", "lower", "upper", "people_between", "unit", "walk",
    "stop", "value", "date", "by", "note",
)  # fmt: skip
"""The contract's columns, then ours; ``value``, ``date``, ``by`` and ``note`` are filled in on the walk."""

QUESTIONS = {
    "kerb_cm": Both("Bordhöhe in cm", "height of the kerb in cm"),
    "incline_pct": Both("größte Steigung in %", "steepest slope in %"),
    "cross_slope_pct": Both("Querneigung in %", "cross slope in %"),
    "width_m": Both("schmalste Stelle in m", "narrowest place in m"),
    "surface_class": Both("Belag", "surface"),
    "smoothness_grade": Both("Ebenheit", "smoothness"),
    "step_count": Both("Anzahl der Stufen", "number of steps"),
    "handrail_sides": Both("Handlauf auf wie vielen Seiten", "handrail on how many sides"),
    "ramp_wheelchair": Both("Rampe für Rollstühle", "ramp for wheelchairs"),
    "ramp_stroller": Both("Rampe für Kinderwagen", "ramp for prams"),
    "tactile": Both("Bodenindikatoren", "tactile paving"),
    "sound": Both("Ton an der Ampel", "sound at the signal"),
    "wheelchair": Both("rollstuhlgerecht", "accessible to wheelchairs"),
}
"""What to find out."""

_RANKS = Style(
    "rank",
    (
        (1.0, 10.0, "#7f0000", "1–10"),
        (11.0, 30.0, "#b30000", "11–30"),
        (31.0, 100.0, "#ef6548", "31–100"),
        (101.0, 1e9, "#fdbb84", "101–"),
    ),
)


def write_plan(plan: Plan, out: Path) -> None:
    """Write ``measures.csv``, ``barriers.csv``, ``measures.gpkg`` and ``plan.json``."""
    measures = [
        (
            line.rank, line.measure_id, ";".join(line.barrier_ids), ";".join(line.kinds), round(line.lat, 7),
            round(line.lon, 7), line.cost_eur, line.cost_total_eur, round(line.people_newly_reached, 3),
            round(line.minutes_saved, 2), ";".join(line.services), ";".join(line.profiles), ";".join(line.works),
            line.cost_low_eur, line.cost_high_eur, round(line.people_sure, 3), round(line.people_possible, 3),
            round(line.person_services, 3), round(line.people_opened, 3), _advice(line.survey_first),
        )
        for line in plan.lines
    ]  # fmt: skip
    barriers = [
        (
            rank, single.barrier_id, single.kind, "+".join(single.works), round(single.lat, 7),
            round(single.lon, 7), single.cost_eur, round(single.people_newly_reached, 3),
            round(single.person_services, 3), round(single.people_opened, 3), round(single.minutes_saved, 2),
            _advice(single.survey_first),
        )
        for rank, single in enumerate(plan.singles, start=1)
    ]  # fmt: skip
    write_csv(out / "measures.csv", MEASURE_COLUMNS, measures)
    write_csv(out / "barriers.csv", BARRIER_COLUMNS, barriers)
    layers = [
        _points("measures", MEASURE_COLUMNS, measures, _RANKS),
        _points("barriers", BARRIER_COLUMNS, barriers, _RANKS),
    ]
    write_layers(out / "measures.gpkg", layers)
    _write_json(out / "plan.json", plan.to_json())


def write_survey(survey: Survey, out: Path) -> None:
    """Write ``survey.csv``, ``survey.gpkg``, ``survey.gpx``, ``survey.html`` and ``survey.json``."""
    rows = survey_rows(survey)
    write_csv(out / "survey.csv", SURVEY_COLUMNS, rows)
    write_layers(out / "survey.gpkg", [_points("survey", SURVEY_COLUMNS, rows, _RANKS)])
    stops = [
        Stop(
            spot.lat,
            spot.lon,
            f"{spot.rank} {_kind(spot, 'de')}",
            f"{QUESTIONS[spot.attribute].de}: {spot.barrier_id}",
        )
        for spot in survey.spots
    ]
    _write_text(out / "survey.gpx", gpx("wegeketten Begehung", None, stops))
    for lang, name in (("de", "survey.html"), ("en", "survey.en.html")):
        _write_text(out / name, checklist(survey, lang))
    _write_json(out / "survey.json", survey.to_json())


def survey_rows(survey: Survey) -> list[tuple[object, ...]]:
    """Rows of ``survey.csv``."""
    position = {
        stop: (number, place)
        for number, walk in enumerate(survey.walks, start=1)
        for place, stop in enumerate(walk.stops, start=1)
    }
    return [
        (
            spot.rank, spot.barrier_id, spot.kind, round(spot.lat, 7), round(spot.lon, 7), spot.attribute,
            _rounded(spot.lower), _rounded(spot.upper), round(spot.people_between, 3), spot.unit,
            *position.get(index, ("", "")), "", "", "", "",
        )
        for index, spot in enumerate(survey.spots)
    ]  # fmt: skip


def checklist(survey: Survey, lang: str = "de") -> str:
    """A page to print: one table per walk, with boxes to write into."""
    german = lang == "de"
    title = "Begehung: was zu messen ist" if german else "Walk: what to measure"
    head = (
        ("Nr.", "Was", "Frage", "Bisher bekannt", "Personen", "Gemessen", "Ort")
        if german
        else ("No.", "What", "Question", "Known so far", "People", "Measured", "Place")
    )
    parts = [
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<style>body{font:12pt/1.4 sans-serif;margin:1.5rem;max-width:60rem}table{border-collapse:collapse;width:100%}"
        "th,td{border:1px solid #555;padding:.3rem .5rem;text-align:left;vertical-align:top}"
        "td.fill{min-width:7rem;height:2.2rem}tr{break-inside:avoid}h2{break-before:page}h2:first-of-type"
        "{break-before:auto}@media print{body{margin:0}}</style></head><body><main>",
        f"<h1>{title}</h1>",
        _paragraph(
            f"Wo ein Blick am meisten Antworten ändert: {len(survey.spots)} Stellen in {len(survey.walks)} "
            "Rundgängen. Messwerte in die Spalte „value“ von survey.csv eintragen; wegeketten build --survey "
            "survey.csv liest sie ein."
            if german
            else f"Where one look changes the most answers: {len(survey.spots)} spots in {len(survey.walks)} walks. "
            "Enter what you measured in the column “value” of survey.csv; wegeketten build --survey survey.csv "
            "reads it."
        ),
    ]
    for number, walk in enumerate(survey.walks, start=1):
        length = f"{walk.metres / 1000:.1f} km"
        length = length.replace(".", ",") if german else length
        name = f"Rundgang {number}, etwa {length}" if german else f"Walk {number}, about {length}"
        parts.append(f"<h2>{name}</h2><table><thead><tr>")
        parts += [f'<th scope="col">{cell}</th>' for cell in head]
        parts.append("</tr></thead><tbody>")
        parts += [_row(survey.spots[stop], lang) for stop in walk.stops]
        parts.append("</tbody></table>")
    parts.append(_paragraph(escape(ATTRIBUTION)))
    return "".join([*parts, "</main></body></html>\n"])


def _row(spot: Spot, lang: str) -> str:
    question = QUESTIONS[spot.attribute]
    known = f"{_shown(spot.lower, lang)} – {_shown(spot.upper, lang)} {spot.unit}"
    place = f"{spot.lat:.6f}, {spot.lon:.6f}<br>{escape(clean_text(spot.barrier_id))}"
    people = f"{spot.people_between:.0f}"
    asked = question.de if lang == "de" else question.en
    return (
        f"<tr><td>{spot.rank}</td><td>{escape(_kind(spot, lang))}</td><td>{escape(asked)}</td>"
        f'<td>{escape(known)}</td><td>{people}</td><td class="fill"></td><td>{place}</td></tr>'
    )


def _kind(spot: Spot, lang: str) -> str:
    words = BARRIERS.get(spot.kind, Both(spot.kind, spot.kind.replace("_", " ")))
    return words.de if lang == "de" else words.en


def _shown(value: float | str | None, lang: str) -> str:
    if value is None:
        return "?"
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text.replace(".", ",") if lang == "de" else text


def _rounded(value: float | str | None) -> float | str | None:
    return round(value, 3) if isinstance(value, float) else value


def _advice(survey_first: bool) -> str:
    return "survey first" if survey_first else ""


def _points(name: str, columns: Sequence[str], rows: Sequence[Sequence[object]], style: Style) -> Layer:
    import shapely

    table: dict[str, Any] = {}
    for place, column in enumerate(columns):
        cells = [row[place] for row in rows]
        numeric = bool(cells) and all(isinstance(cell, int | float) for cell in cells)
        table[column] = np.array(cells) if numeric else [_plain(cell) for cell in cells]
    lat, lon = columns.index("lat"), columns.index("lon")
    places = np.array([(row[lon], row[lat]) for row in rows], dtype=np.float64).reshape(-1, 2)
    return Layer(name, table, shapely.points(places), style)


def _plain(cell: object) -> str:
    return "" if cell is None else clean_text(str(cell))


def _paragraph(text: str) -> str:
    return f"<p>{text}</p>"


def _write_json(path: Path, document: dict[str, Any]) -> None:
    _write_text(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def _write_text(path: Path, text: str) -> None:
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
