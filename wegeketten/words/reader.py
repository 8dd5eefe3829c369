"""Which language the reader gets: what --lang says, else the locale's, else the default of the text."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

from wegeketten.words.catalogue import LANGUAGES, Lang, check_known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOR_RESULTS: Lang = "de"
"""Language of tables, reports and their notes where neither --lang nor the locale asks for one."""

FOR_ERRORS: Lang = "en"
"""Language of errors in that case."""


def chosen_language(asked: str | None, default: Lang = FOR_RESULTS) -> Lang:
    """The language asked for; else the locale's; else the default.

    Parameters
    ----------
    asked
        What the user asked for; None where nothing was said.
    default
        Where the locale says nothing either.

    Returns
    -------
    Lang
        ``de`` or ``en``.

    Raises
    ------
    UsageError
        There are no texts in the language asked for.

    Examples
    --------
    >>> chosen_language("en")
    'en'
    """
    return check_known(asked) if asked is not None else locale_language(os.environ) or default


def locale_language(environment: Mapping[str, str]) -> Lang | None:
    """Language of the user's locale, where this package has texts in it.

    Parameters
    ----------
    environment
        Variables such as ``LANG``.

    Returns
    -------
    Lang or None
        ``de`` or ``en``.

    Examples
    --------
    >>> locale_language({"LANG": "de_AT.UTF-8"}), locale_language({"LC_ALL": "C", "LANG": "de_DE"})
    ('de', None)
    """
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value:
            stated = re.split(r"[_.@]", value)[0].lower()
            return next((lang for lang in LANGUAGES if lang == stated), None)
    return None


def language_of_run(default: Lang, arguments: Sequence[str] | None = None) -> Lang:
    """Language of what this run of the command line says: read from its arguments, which may be wrong.

    Parameters
    ----------
    default
        Where neither arguments nor locale say anything.
    arguments
        Of the command line; those of this process where None.

    Returns
    -------
    Lang
        ``de`` or ``en``.

    Examples
    --------
    >>> language_of_run("en", ["scan", "--lang=de"]), language_of_run("de", ["--lang", "en"])
    ('de', 'en')
    """
    said = list(sys.argv[1:] if arguments is None else arguments)
    for place, argument in enumerate(said):
        asked = argument.removeprefix("--lang=") if argument.startswith("--lang=") else None
        if argument == "--lang" and place + 1 < len(said):
            asked = said[place + 1]
        for lang in LANGUAGES:
            if asked == lang:
                return lang
    return locale_language(os.environ) or default
