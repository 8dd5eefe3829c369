"""A checklist for survey walks, to print and take along."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from wegeketten.files.csv import clean_text
from wegeketten.files.policy import policy_of
from wegeketten.model.licence import ATTRIBUTION
from wegeketten.words.catalogue import load_words
from wegeketten.words.names import barrier_name
from wegeketten.words.numbers import metres, short

if TYPE_CHECKING:
    from wegeketten.planning.readings import UncertainReading
    from wegeketten.planning.survey import Survey

_STYLE = (
    "body{font:12pt/1.4 sans-serif;margin:1.5rem;max-width:60rem}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #555;padding:.3rem .5rem;text-align:left;vertical-align:top}"
    "td.fill{min-width:7rem;height:2.2rem}tr{break-inside:avoid}"
    "h2{break-before:page}h2:first-of-type{break-before:auto}@media print{body{margin:0}}"
)
_POLICY = policy_of(f"<style>{_STYLE}</style>")
"""As of the map and the report: the page's own style, and nothing else."""


def checklist(survey: Survey, lang: str = "de") -> str:
    """A page to print: one table per walk, with boxes to write into."""
    words = load_words(lang)["checklist"]
    title = words["title"]
    intro = words["intro"].format(spots=len(survey.spots), walks=len(survey.walks))
    parts = [
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{_STYLE}</style></head><body><main>",
        f"<h1>{title}</h1>",
        _paragraph(intro),
    ]
    for number, walk in enumerate(survey.walks, start=1):
        name = words["walk"].format(number=number, length=metres(walk.metres, lang))
        parts.append(f"<h2>{name}</h2><table><thead><tr>")
        parts += [f'<th scope="col">{cell}</th>' for cell in words["columns"]]
        parts.append("</tr></thead><tbody>")
        parts += [_row(survey.spots[stop], lang) for stop in walk.stops]
        parts.append("</tbody></table>")
    parts.append(_paragraph(escape(ATTRIBUTION)))
    return "".join([*parts, "</main></body></html>\n"])


def _row(spot: UncertainReading, lang: str) -> str:
    question = load_words(lang)["questions"][spot.attribute]
    known = f"{_shown(spot.lower, lang)} – {_shown(spot.upper, lang)} {spot.unit}"
    place = f"{spot.lat:.6f}, {spot.lon:.6f}<br>{escape(clean_text(spot.barrier_id))}"
    people = f"{spot.people_between:.0f}"
    return (
        f"<tr><td>{spot.rank}</td><td>{escape(barrier_name(spot.kind, lang))}</td><td>{escape(question)}</td>"
        f'<td>{escape(known)}</td><td>{people}</td><td class="fill"></td><td>{place}</td></tr>'
    )


def _shown(value: float | str | None, lang: str) -> str:
    if value is None:
        return "?"
    return short(value, lang, 3) if isinstance(value, float) else str(value)


def _paragraph(text: str) -> str:
    return f"<p>{text}</p>"
