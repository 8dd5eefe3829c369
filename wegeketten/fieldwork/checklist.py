"""Sheets for survey walks, to print and take along: a map and one row per place, in walking order."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from wegeketten.fieldwork.assets import fieldwork_asset
from wegeketten.fieldwork.cards import cards_of
from wegeketten.fieldwork.choices import question_of
from wegeketten.fieldwork.walk_map import draw_map
from wegeketten.files.csv import clean_text
from wegeketten.files.inline import style_tag
from wegeketten.files.policy import policy_of
from wegeketten.model.licence import ATTRIBUTION
from wegeketten.words.catalogue import load_words, text
from wegeketten.words.names import barrier_name
from wegeketten.words.numbers import metres

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.fieldwork.cards import Card, Meeting
    from wegeketten.planning.survey import Survey
    from wegeketten.planning.walks import Walk

_STYLE = (
    "body{font:12pt/1.4 sans-serif;margin:1.5rem;max-width:60rem}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #555;padding:.3rem .5rem;text-align:left;vertical-align:top}"
    "td.fill p{margin:.2rem 0}td.fill span{white-space:nowrap;margin-right:.6rem}tr{break-inside:avoid}"
    "td{overflow-wrap:anywhere}td:nth-child(2),td:nth-child(3){min-width:8rem}"
    "@page{size:A4;margin:12mm}"
    ".walk-map{display:block;width:100%;height:115mm;border:1px solid #777;"
    "margin-bottom:.5rem;background:#f3f0e9;print-color-adjust:exact;-webkit-print-color-adjust:exact}"
    ".away{display:none}thead{display:table-header-group}"
    "h2{break-before:page}h2:first-of-type{break-before:auto}@media print{body{margin:0}}"
)


def checklist(survey: Survey, lang: str = "de") -> str:
    """A page to print: per walk a map, and a table with one row per place and boxes to tick.

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

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.planning.survey import find_survey
    >>> survey = find_survey(hamlet(), [load_profile("wheelchair")], services=["pharmacy"])
    >>> checklist(survey, "en")[:15]
    '<!doctype html>'
    """
    words = load_words(lang)["checklist"]
    title = words["title"]
    places = sum(len(walk.places) for walk in survey.walks)
    style = style_tag(_STYLE + fieldwork_asset("walk_map.css"))
    parts = [
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>',
        f'<meta http-equiv="Content-Security-Policy" content="{policy_of(style)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"{style}</head><body><main>",
        f"<h1>{title}</h1>",
        _paragraph(text("checklist.intro", lang, count=places)),
        _paragraph(words["how"]),
        _paragraph(words["back"]),
    ]
    if survey.contact:
        contact = clean_text(survey.contact, longest=200)
        parts.append(_paragraph(escape(text("walk.send_to", lang, contact=contact))))
    for number, walk in enumerate(survey.walks, start=1):
        cards = cards_of([[survey.spots[spot] for spot in place] for place in walk.places], survey.city)
        named = {"number": number, "length": walk_length(walk, lang), "minutes": walk_minutes(walk, lang)}
        parts.append(f"<h2>{words['walk'].format(**named)}</h2>")
        parts.append(
            _paragraph(f"{text('walk.meet', lang)}: {escape(meeting_name(survey.meet, cards, lang))}")
        )
        if survey.city is not None:
            parts.append(
                draw_map(survey.city, cards, survey.meet, text("walk.map_label", lang, number=number)).svg
            )
        parts.append(sheet_table(cards, lang))
    parts += [_paragraph(words["office"]), _paragraph(escape(ATTRIBUTION))]
    return "".join([*parts, "</main></body></html>\n"])


def walk_length(walk: Walk, lang: str) -> str:
    """Length of a walk in words.

    Parameters
    ----------
    walk
        A walk of the survey.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        With its unit.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.planning.survey import find_survey
    >>> survey = find_survey(hamlet(), [load_profile("wheelchair")], services=["pharmacy"])
    >>> walk_length(survey.walks[0], "en")
    '420 m'
    """
    return metres(max(walk.metres, 50.0), lang)


def walk_minutes(walk: Walk, lang: str) -> str:
    """Duration of a walk in words.

    Parameters
    ----------
    walk
        A walk of the survey.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        With its unit.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.planning.survey import find_survey
    >>> survey = find_survey(hamlet(), [load_profile("wheelchair")], services=["pharmacy"])
    >>> walk_minutes(survey.walks[0], "en")
    '19 minutes'
    """
    return text("general.minutes", lang, count=max(5, round(walk.minutes)))


def meeting_name(meet: Meeting | None, cards: Sequence[Card], lang: str) -> str:
    """Where a walk starts: the meeting point, or its first place.

    Parameters
    ----------
    meet
        Where the walk begins; None where nothing was chosen.
    cards
        Places of the walk.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        Name of the meeting point.
    """
    where = meet.name if meet else cards[0].where
    return text("walk.near", lang, where=where) if where else text("checklist.no_address", lang)


def sheet_table(cards: Sequence[Card], lang: str) -> str:
    """One row per place, with boxes to tick and lines to write on.

    Parameters
    ----------
    cards
        Places of the walk.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        An HTML element.
    """
    words = load_words(lang)["checklist"]
    heads = "".join(f'<th scope="col">{cell}</th>' for cell in words["columns"])
    rows = "".join(_row(card, lang) for card in cards)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _row(card: Card, lang: str) -> str:
    where = escape(card.where) or load_words(lang)["checklist"]["no_address"]
    ids = dict.fromkeys(target.barrier_id for ask in card.asks for target in ask.targets)
    place = f"{where}<br><small>{card.lat:.5f}, {card.lon:.5f} · {escape(', '.join(ids))}</small>"
    boxes = "".join(f"<p>{_question(card, ask.attribute, lang)}</p>" for ask in card.asks)
    note = load_words(lang)["checklist"]["note"]
    return (
        f"<tr><td>{card.number}</td><td>{escape(barrier_name(card.kind, lang))}</td><td>{place}</td>"
        f'<td class="fill">{boxes}<p data-note="{card.number - 1}">{note}: ________________</p></td></tr>'
    )


def _question(card: Card, attribute: str, lang: str) -> str:
    """What to find out, with boxes to tick, and a line for the number where one can be measured."""
    words, question = load_words(lang), question_of(attribute)
    mark = f'data-ask="{card.number - 1}:{attribute}"'
    boxes = [
        f'<span {mark} data-choice="{place}">☐ {escape(choice)}</span>'
        for place, choice in enumerate(words["choices"][attribute])
    ]
    boxes.append(f'<span {mark} data-choice="-1">☐ {words["walk"]["unsure"]}</span>')
    if question.signed and card.bearing is not None:
        points = words["walk"]["compass"]
        for name, turn in (("up", 0), ("down", 4)):
            toward = points[(card.bearing + turn) % 8]
            boxes.append(
                f'<span {mark} data-direction="{name}">☐ '
                f"{words['walk']['direction_up'].format(toward=toward)}</span>"
            )
    if question.exact:
        boxes.append(f"<span {mark} data-exact>{'____ ' + question.exact.unit}</span>")
    return f"{escape(words['questions'][attribute])}: " + " ".join(boxes)


def _paragraph(words: str) -> str:
    return f"<p>{words}</p>"
