"""The page of one walk for a phone: one HTML file that needs no network and asks for nothing."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from wegeketten.errors import OutputError
from wegeketten.fieldwork.assets import fieldwork_asset
from wegeketten.fieldwork.cards import cards_of
from wegeketten.fieldwork.checklist import meeting_name, sheet_table, walk_length, walk_minutes
from wegeketten.fieldwork.choices import question_of
from wegeketten.fieldwork.drawings import drawing_symbols
from wegeketten.fieldwork.walk_map import UNITS, draw_map
from wegeketten.files.csv import clean_text
from wegeketten.files.inline import island, outside_addresses, script_tag, style_tag
from wegeketten.files.policy import policy_of
from wegeketten.model.licence import ATTRIBUTION
from wegeketten.tags.survey_file import COLUMNS
from wegeketten.version import VERSION
from wegeketten.words.catalogue import load_words, text
from wegeketten.words.names import barrier_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.city import City
    from wegeketten.fieldwork.cards import Ask, Card
    from wegeketten.planning.survey import Survey
    from wegeketten.planning.walks import Walk

SCRIPTS = ("answers", "table", "photos", "view", "form", "app")
"""Modules of the page's own script, in the order they build on each other."""

LARGEST_BYTES = 2_000_000
"""A bigger page is refused: it has to go through any messenger."""

_POLICY_MARK = "policy-goes-here"


def phone_page(survey: Survey, city: City, walk: Walk, number: int, lang: str = "de") -> str:
    """The whole page of a walk as text.

    Parameters
    ----------
    survey
        What the walk belongs to.
    city
        For the map.
    walk, number
        The walk and its number, from 1.
    lang
        ``de`` or ``en``.

    Returns
    -------
    str
        An HTML document.

    Raises
    ------
    OutputError
        The page would be too big.
    """
    cards = cards_of([[survey.spots[spot] for spot in place] for place in walk.places], city)
    words = load_words(lang)["walk"]
    drawn = draw_map(city, cards, survey.meet, words["map_label"].format(number=number))
    config = {
        "id": _walk_id(cards),
        "file": f"{'rundgang' if lang == 'de' else 'walk'}-{number:02d}",
        "columns": list(COLUMNS),
        "questions": page_questions(cards, lang),
        "places": [_place(card, drawn.frame.place(card.lon, card.lat), lang) for card in cards],
        "map": {**drawn.frame._asdict(), "units": UNITS},
        "words": words,
    }
    page = _fill(
        lang=lang,
        words=words,
        version=VERSION,
        policy=_POLICY_MARK,
        title=words["page"].format(number=number),
        heading=words["title"].format(number=number),
        about=words["about"].format(
            places=text("walk.places", lang, count=len(cards)),
            length=walk_length(walk, lang),
            minutes=walk_minutes(walk, lang),
            meet=meeting_name(survey.meet, cards, lang),
        ),
        meet=survey.meet is not None,
        contact=words["send_to"].format(contact=clean_text(survey.contact, longest=200))
        if survey.contact
        else "",
        attribution=ATTRIBUTION,
        parts={
            "style": style_tag(fieldwork_asset("walk.css") + fieldwork_asset("walk_map.css")),
            "drawings": drawing_symbols(),
            "map": drawn.svg,
            "sheet": sheet_table(cards, lang),
            "islands": island("config", config),
            "script": script_tag("(() => {\n" + "".join(_module(name) for name in SCRIPTS) + "})();\n"),
        },
    )
    page = page.replace(_POLICY_MARK, policy_of(page), 1)
    unwanted = outside_addresses(page)
    if unwanted:
        raise OutputError(f"the page of walk {number} would ask for {unwanted[0]}")
    size = len(page.encode("utf-8"))
    if size > LARGEST_BYTES:
        raise OutputError(
            f"the page of walk {number} would have {size / 1e6:.1f} MB; make shorter walks with --walk"
        )
    return page


def page_questions(cards: Sequence[Card], lang: str) -> dict[str, Any]:
    """What the page's script needs to know of each reading that a walk asks for.

    Parameters
    ----------
    cards
        Places of the walk.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    dict
        Plain values, ready for JSON.
    """
    words = load_words(lang)
    asked = dict.fromkeys(ask.attribute for card in cards for ask in card.asks)
    found = {}
    for attribute in asked:
        question = question_of(attribute)
        labels = words["choices"][attribute]
        found[attribute] = {
            "ask": words["asks"][attribute],
            "hint": words["hints"][attribute],
            "signed": question.signed,
            "exact": question.exact and question.exact._asdict(),
            "choices": [
                {**choice._asdict(), "label": label}
                for choice, label in zip(question.choices, labels, strict=True)
            ],
        }
    return found


def _walk_id(cards: Sequence[Card]) -> str:
    """The same for the same places in any language: nothing is lost where a page is written again."""
    told = json.dumps([[ask.attribute, ask.targets] for card in cards for ask in card.asks])
    return hashlib.sha256(told.encode("utf-8")).hexdigest()[:16]


def _place(card: Card, at: tuple[int, int], lang: str) -> dict[str, Any]:
    where = text("walk.near", lang, where=card.where) if card.where else text("checklist.no_address", lang)
    return {
        "what": barrier_name(card.kind, lang),
        "where": f"{where}, {card.district}" if card.district else where,
        "x": at[0],
        "y": at[1],
        "bearing": card.bearing,
        "asks": [_ask(ask) for ask in card.asks],
    }


def _ask(ask: Ask) -> dict[str, Any]:
    return {"attribute": ask.attribute, "targets": [list(target) for target in ask.targets]}


def _module(name: str) -> str:
    return fieldwork_asset("walk", f"{name}.js").replace('"use strict";\n', "", 1)


def _fill(*, parts: dict[str, str], **slots: Any) -> str:
    from jinja2 import Environment
    from markupsafe import Markup

    environment = Environment(autoescape=True, trim_blocks=True, keep_trailing_newline=True)
    safe = {name: Markup(part) for name, part in parts.items()}  # noqa: S704 built here, escaped before
    return environment.from_string(fieldwork_asset("walk.html")).render(**slots, **safe)
