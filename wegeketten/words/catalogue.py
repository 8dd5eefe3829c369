"""The catalogue of texts: one entry per text, with its German and its English wording."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from wegeketten.errors import UsageError
from wegeketten.model.kinds import BARRIERS
from wegeketten.words.decimals import number

Lang = Literal["de", "en"]
LANGUAGES: tuple[Lang, Lang] = ("de", "en")

_TEXTS = Path(__file__).resolve().parent / "texts"
_MESSAGES, _HELP = "messages", "help"


class Both(NamedTuple):
    """The same words in both languages."""

    de: str
    en: str

    def in_(self, lang: str) -> str:
        """The words in one language.

        Parameters
        ----------
        lang
            Language of the text, ``de`` or ``en``.

        Returns
        -------
        str
            One of the two.

        Examples
        --------
        >>> Both("Weg", "way").in_("en")
        'way'
        """
        return self.de if lang == "de" else self.en


@cache
def load_words(lang: str) -> dict[str, Any]:
    """All texts of a language, by section and key; ``lang`` is the language itself.

    Parameters
    ----------
    lang
        ``de`` or ``en``.

    Returns
    -------
    dict
        Texts, and tables of texts.

    Raises
    ------
    UsageError
        There are no texts in that language.

    Examples
    --------
    >>> load_words("de")["services"]["pharmacy"]["name"]
    'Apotheke'
    """
    check_known(lang)
    return {"lang": lang, **{name: _in(section, lang) for name, section in sections().items()}}


def check_known(lang: str) -> Lang:
    """Return a language that has texts.

    Parameters
    ----------
    lang
        What somebody asked for.

    Returns
    -------
    Lang
        ``de`` or ``en``.

    Raises
    ------
    UsageError
        There are no texts in that language.

    Examples
    --------
    >>> check_known("de")
    'de'
    """
    for known in LANGUAGES:
        if lang == known:
            return known
    raise UsageError(f"--lang {lang}: there is no such language; choose one of {', '.join(LANGUAGES)}")


def text(key: str, lang: str, /, **slots: object) -> str:
    """One text with its slots filled.

    Parameters
    ----------
    key
        Section and key, joined by points.
    lang
        ``de`` or ``en``.
    slots
        What goes into the text's ``{slots}``. A text with forms for ``zero``, ``one`` and ``other`` takes
        the one that fits ``count``; a number as ``count`` is written in the language's way.

    Returns
    -------
    str
        Without markup.

    Raises
    ------
    KeyError
        There is no such text, or a slot is left empty.

    Examples
    --------
    >>> text("ways.pavement", "de"), text("general.minutes", "en", count=1)
    ('auf dem Gehweg', '1 minute')
    """
    found: Any = load_words(lang)
    for part in key.split("."):
        found = found[part]
    return fill(found, lang, **slots)


def fill(found: Any, lang: str, /, **slots: object) -> str:
    """Fill the slots of a text taken from `load_words`; see `text`.

    Parameters
    ----------
    found
        A text, or its forms by number.
    lang
        ``de`` or ``en``.
    slots
        What goes into the text's ``{slots}``.

    Returns
    -------
    str
        Without markup.

    Examples
    --------
    >>> fill("{count} m", "de", count=1200)
    '1.200 m'
    """
    if isinstance(found, dict):
        count = slots["count"]
        form = "zero" if count == 0 and "zero" in found else "one" if count == 1 else "other"
        found = found[form]
    count = slots.get("count")
    if isinstance(count, int | float):
        slots["count"] = number(count, lang)
    return str(found).format(**slots)


def both(key: str, /, **slots: object) -> Both:
    """One text in both languages; a slot may be `Both` itself.

    Parameters
    ----------
    key
        Section and key, joined by points.
    slots
        What goes into the text's ``{slots}``.

    Returns
    -------
    Both
        German and English.

    Examples
    --------
    >>> both("turns.turn", side=both("sides.left"))
    Both(de='links abbiegen', en='turn left')
    """
    of = [{name: _one(slot, lang) for name, slot in slots.items()} for lang in LANGUAGES]
    return Both(text(key, "de", **of[0]), text(key, "en", **of[1]))


def _one(slot: object, lang: str) -> object:
    return slot.in_(lang) if isinstance(slot, Both) else slot


@cache
def sections() -> dict[str, Any]:
    """Sections of all files, both languages in each entry; messages and help are apart.

    Barriers are called what their registry says.
    """
    found: dict[str, Any] = {}
    for path in sorted(_TEXTS.glob("*.toml")):
        if path.stem not in (_MESSAGES, _HELP):
            found.update(tomllib.loads(path.read_text(encoding="utf-8")))
    found["kinds"] |= {kind.name: {"de": row.de, "en": row.en} for kind, row in BARRIERS.items()}
    return found


@cache
def message_texts() -> dict[str, str]:
    """German wording of errors, notes and warnings by their English wording."""
    return _by_english(_MESSAGES)


@cache
def help_texts() -> dict[str, str]:
    """German wording of what ``--help`` says by its English wording."""
    return _by_english(_HELP)


def _by_english(name: str) -> dict[str, str]:
    content = tomllib.loads((_TEXTS / f"{name}.toml").read_text(encoding="utf-8"))
    return {english: german for section in content.values() for english, german in section.items()}


def _in(entry: Any, lang: str) -> Any:
    """An entry in one language; what is no table of languages is the same in both."""
    if not isinstance(entry, dict):
        return entry
    if entry.keys() == set(LANGUAGES):
        return entry[lang]
    return {key: _in(value, lang) for key, value in entry.items()}
