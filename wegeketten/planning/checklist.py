"""A checklist for survey walks, to print and take along."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from wegeketten.files.csv import clean_text
from wegeketten.files.policy import policy_of
from wegeketten.model.licence import ATTRIBUTION
from wegeketten.words.catalogue import load_words, text
from wegeketten.words.names import barrier_name
from wegeketten.words.numbers import metres

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.planning.readings import UncertainReading
    from wegeketten.planning.survey import Survey

WALKED_M_PER_MIN = 60.0
LOOK_MIN = 3.0
"""How long a walk takes: metres a minute, and minutes at each place; for planning walks only."""

_STYLE = (
    "body{font:12pt/1.4 sans-serif;margin:1.5rem;max-width:60rem}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #555;padding:.3rem .5rem;text-align:left;vertical-align:top}"
    "td.fill p{margin:.2rem 0}td.fill span{white-space:nowrap;margin-right:.6rem}tr{break-inside:avoid}"
    "h2{break-before:page}h2:first-of-type{break-before:auto}@media print{body{margin:0}}"
)
_POLICY = policy_of(f"<style>{_STYLE}</style>")
"""As of the map and the report: the page's own style, and nothing else."""


def checklist(survey: Survey, lang: str = "de") -> str:
    """A page to print: one table per walk, one row per place, with boxes to tick and to write into.

    Parameters
    ----------
    survey
        Result of `find_survey`.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        An HTML document.
    """
    words = load_words(lang)["checklist"]
    title = words["title"]
    places = len({_element(spot) for spot in survey.spots})
    parts = [
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{_STYLE}</style></head><body><main>",
        f"<h1>{title}</h1>",
        _paragraph(text("checklist.intro", lang, count=places)),
        _paragraph(words["how"]),
        _paragraph(words["back"]),
    ]
    number = 0
    for walk_number, walk in enumerate(survey.walks, start=1):
        rows: dict[str, list[UncertainReading]] = {}
        for stop in walk.stops:
            rows.setdefault(_element(survey.spots[stop]), []).append(survey.spots[stop])
        minutes = round(walk.metres / WALKED_M_PER_MIN + LOOK_MIN * len(rows))
        named = {
            "number": walk_number,
            "length": metres(max(walk.metres, 50.0), lang),
            "minutes": text("general.minutes", lang, count=max(5, minutes)),
        }
        parts.append(f"<h2>{words['walk'].format(**named)}</h2><table><thead><tr>")
        parts += [f'<th scope="col">{cell}</th>' for cell in words["columns"]]
        parts.append("</tr></thead><tbody>")
        for spots in rows.values():
            number += 1
            parts.append(_row(number, spots, lang))
        parts.append("</tbody></table>")
    parts += [_paragraph(words["office"]), _paragraph(escape(ATTRIBUTION))]
    return "".join([*parts, "</main></body></html>\n"])


def _element(spot: UncertainReading) -> str:
    """The OpenStreetMap element: all that is unknown of it is looked at in one go."""
    return spot.barrier_id.partition(":")[0]


def _row(number: int, spots: Sequence[UncertainReading], lang: str) -> str:
    first = spots[0]
    where = escape(clean_text(first.near or first.street)) or load_words(lang)["checklist"]["no_address"]
    ids = ", ".join(dict.fromkeys(clean_text(spot.barrier_id) for spot in spots))
    place = f"{where}<br><small>{first.lat:.5f}, {first.lon:.5f} · {escape(ids)}</small>"
    asked = {spot.attribute: spot for spot in spots}
    boxes = "".join(f"<p>{_question(spot, lang)}</p>" for spot in asked.values())
    return (
        f"<tr><td>{number}</td><td>{escape(barrier_name(first.kind, lang))}</td><td>{place}</td>"
        f'<td class="fill">{boxes}</td></tr>'
    )


def _question(spot: UncertainReading, lang: str) -> str:
    """What to find out, with boxes to tick where the answer is a word or a limit decides."""
    words = load_words(lang)
    asked = escape(words["questions"][spot.attribute])
    if spot.attribute == "kerb_cm":
        choices = words["checklist"]["kerb"]
    elif spot.attribute in ("surface_class", "smoothness_grade"):
        choices = list(words["attributes"][spot.attribute]["values"].values())
    elif spot.unit == "yes/no":
        choices = words["checklist"]["yes_no"]
    else:
        return f"{asked}: ________"
    return f"{asked}: " + " ".join(f"<span>☐ {escape(choice)}</span>" for choice in choices)


def _paragraph(words: str) -> str:
    return f"<p>{words}</p>"
