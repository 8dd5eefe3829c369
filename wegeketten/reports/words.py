"""The words of maps and reports, German and English, and numbers written as each language writes them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Literal

from wegeketten.errors import UsageError
from wegeketten.reports.assets import asset_text

Lang = Literal["de", "en"]
LANGUAGES: tuple[Lang, Lang] = ("de", "en")


@cache
def load_words(lang: str) -> dict[str, Any]:
    """All texts of a language.

    Parameters
    ----------
    lang
        ``de`` or ``en``.

    Raises
    ------
    UsageError
        There are no texts in that language.

    Examples
    --------
    >>> load_words("de")["services"]["pharmacy"]["name"]
    'Apotheke'
    """
    if lang not in LANGUAGES:
        raise UsageError(
            f"--lang {lang}: there is no such language here; choose one of {', '.join(LANGUAGES)}"
        )
    words: dict[str, Any] = json.loads(asset_text(f"words.{lang}.json"))
    return words


def number(value: float, lang: str, digits: int = 0) -> str:
    """A number with the language's decimal sign and thousands apart.

    Examples
    --------
    >>> number(12345.678, "de", 1), number(12345.678, "en", 1)
    ('12.345,7', '12,345.7')
    """
    text = f"{value:,.{digits}f}"
    return text if lang == "en" else text.translate(str.maketrans(",.", ".,"))


def percent(share: float, lang: str) -> str:
    """A share from 0 to 1 in whole percent; what is not quite none or all is not shown as none or all.

    Examples
    --------
    >>> percent(0.634, "de"), percent(0.004, "de"), percent(0.999, "de"), percent(1, "de")
    ('63 %', '<1 %', '>99 %', '100 %')
    """
    value = share * 100
    if 0 < value < 1:
        return "<1 %"
    if 99 < value < 100:
        return ">99 %"
    return f"{number(value, lang)} %"


def minutes(seconds: float) -> str:
    """Whole minutes, rounded up: nobody is promised a minute too few.

    Examples
    --------
    >>> minutes(61), minutes(600), minutes(7260)
    ('2 min', '10 min', '2 h 1 min')
    """
    whole = -int(-(seconds - 1e-6) // 60)
    return f"{whole} min" if whole < 90 else f"{whole // 60} h {whole % 60} min"


def kind_name(kind: str, lang: str) -> str:
    """What a kind of way or barrier is called; the word itself where it has no name.

    Examples
    --------
    >>> kind_name("kerb", "de"), kind_name("steep", "en")
    ('Bordstein', 'slope')
    """
    from wegeketten.model.edges import Kind
    from wegeketten.reach.words import BARRIERS

    named: str | None = None
    if kind in Kind.__members__:
        named = load_words(lang)["kinds"].get(str(Kind[kind].value))
    if named is None and kind in BARRIERS:
        named = str(getattr(BARRIERS[kind], lang))
    return kind if named is None else named


def attribute_name(attribute: str, lang: str) -> str:
    """What an attribute of a way is called; the word itself where it has no name.

    Examples
    --------
    >>> attribute_name("kerb_cm", "de"), attribute_name("kind", "en")
    ('Bordhöhe', 'kind')
    """
    return str(load_words(lang)["attributes"].get(attribute, {"name": attribute})["name"])


def service_name(service: str, lang: str) -> str:
    """What a service is called; its id where a catalogue of the user's own brought it.

    Examples
    --------
    >>> service_name("pharmacy", "de"), service_name("sauna", "de")
    ('Apotheke', 'sauna')
    """
    return str(load_words(lang)["services"].get(service, {"name": service})["name"])
