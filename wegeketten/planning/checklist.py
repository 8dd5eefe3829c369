"""A checklist for survey walks, to print and take along."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from wegeketten.files.csv import clean_text
from wegeketten.model.licence import ATTRIBUTION
from wegeketten.reach.words import BARRIERS, Both

if TYPE_CHECKING:
    from wegeketten.planning.readings import UncertainReading
    from wegeketten.planning.survey import Survey

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

_STYLE = (
    "body{font:12pt/1.4 sans-serif;margin:1.5rem;max-width:60rem}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #555;padding:.3rem .5rem;text-align:left;vertical-align:top}"
    "td.fill{min-width:7rem;height:2.2rem}tr{break-inside:avoid}"
    "h2{break-before:page}h2:first-of-type{break-before:auto}@media print{body{margin:0}}"
)


def checklist(survey: Survey, lang: str = "de") -> str:
    """A page to print: one table per walk, with boxes to write into."""
    german = lang == "de"
    title = "Begehung: was zu messen ist" if german else "Walk: what to measure"
    head = (
        ("Nr.", "Was", "Frage", "Bisher bekannt", "Personen", "Gemessen", "Ort")
        if german
        else ("No.", "What", "Question", "Known so far", "People", "Measured", "Place")
    )
    spots, walks = len(survey.spots), len(survey.walks)
    intro = (
        f"Wo ein Blick am meisten Antworten ändert: {spots} Stellen in {walks} Rundgängen. Messwerte in die "
        "Spalte „value“ von survey.csv eintragen; wegeketten build --survey survey.csv liest sie ein."
        if german
        else f"Where one look changes the most answers: {spots} spots in {walks} walks. Enter what you "
        "measured in the column “value” of survey.csv; wegeketten build --survey survey.csv reads it."
    )
    parts = [
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{_STYLE}</style></head><body><main>",
        f"<h1>{title}</h1>",
        _paragraph(intro),
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


def _row(spot: UncertainReading, lang: str) -> str:
    question = QUESTIONS[spot.attribute]
    known = f"{_shown(spot.lower, lang)} – {_shown(spot.upper, lang)} {spot.unit}"
    place = f"{spot.lat:.6f}, {spot.lon:.6f}<br>{escape(clean_text(spot.barrier_id))}"
    people = f"{spot.people_between:.0f}"
    asked = question.de if lang == "de" else question.en
    return (
        f"<tr><td>{spot.rank}</td><td>{escape(kind_words(spot, lang))}</td><td>{escape(asked)}</td>"
        f'<td>{escape(known)}</td><td>{people}</td><td class="fill"></td><td>{place}</td></tr>'
    )


def kind_words(spot: UncertainReading, lang: str) -> str:
    """What a spot is called."""
    words = BARRIERS.get(spot.kind, Both(spot.kind, spot.kind.replace("_", " ")))
    return words.de if lang == "de" else words.en


def _shown(value: float | str | None, lang: str) -> str:
    if value is None:
        return "?"
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text.replace(".", ",") if lang == "de" else text


def _paragraph(text: str) -> str:
    return f"<p>{text}</p>"
