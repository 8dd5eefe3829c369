"""What the code says in English, in the reader's language: errors, notes and warnings.

The English wording stands where it is raised, as in gettext, with ``{slots}`` for what changes; the catalogue
``texts/messages.toml`` has the German wording for each. A message is found by matching it against the English
wordings, so a note that lies in a city folder can be printed in any language too.

In a German wording ``{name}`` repeats what the slot held, ``{name:n}`` writes its numbers the German way,
``{name:q}`` a number with its unit, ``{name:t}`` translates it as a message of its own and ``{name:l}`` does
so with each part of a list; ``{name:p Weg ist/Wege sind}`` takes the word that fits its number.
"""

from __future__ import annotations

import re
from functools import cache
from string import Formatter
from typing import NamedTuple

from wegeketten.words.catalogue import message_texts, text

_SLOT = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"(?<![\w.,-])\d{1,3}(?:,\d{3})*(?:\.\d+)?(?![\w.,]*\d)|\d+\.\d+")
_LONG = re.compile(r"(?<![\w.,])\d{4,}(?![\w.,]*\d)")

_TAILS = ("meant", "more", "hint")
"""Slots that hold nothing, or a clause that begins with a sign."""

_PARTS = re.compile(r"(; |, )")


class Wording(NamedTuple):
    """One message in both languages.

    Attributes
    ----------
    english
        The English wording, with its slots.
    fixed
        What stands before, between and behind the slots.
    literal
        How many characters of it are fixed; of several that match, the most fixed one is meant.
    german
        The German wording.
    """

    english: str
    fixed: tuple[str, ...]
    literal: int
    german: str

    def found_in(self, message: str) -> dict[str, str] | None:
        """What the slots hold in a message; None where it is another one.

        A pattern is made for the few messages only that hold all that is fixed: to make nearly a thousand
        of them takes longer than a command that says one sentence.

        Parameters
        ----------
        message
            In English.

        Returns
        -------
        dict or None
            Texts by slot.

        Examples
        --------
        >>> Wording("{count} homes", ("", " homes"), 6, "{count} Wohnungen").found_in("3 homes")
        {'count': '3'}
        """
        if not (message.startswith(self.fixed[0]) and message.endswith(self.fixed[-1])):
            return None
        if not all(part in message for part in self.fixed):
            return None
        found = _pattern(self.english).fullmatch(message)
        return found.groupdict() if found else None


@cache
def wordings() -> tuple[Wording, ...]:
    """All messages, those with the most fixed characters first."""
    found = []
    for english, german in message_texts().items():
        fixed = tuple(_SLOT.split(english)[::2])
        found.append(Wording(english, fixed, sum(map(len, fixed)), german))
    return tuple(sorted(found, key=lambda wording: -wording.literal))


@cache
def _starting_with(letter: str) -> tuple[Wording, ...]:
    """Messages that can begin with a letter: with it, or with a slot."""
    return tuple(each for each in wordings() if each.fixed[0][:1] in ("", letter))


@cache
def _pattern(english: str) -> re.Pattern[str]:
    parts, seen = [], set()
    for number, part in enumerate(_SLOT.split(english)):
        if number % 2 == 0:
            parts.append(re.escape(part))
        else:
            held = "(?:[.,;( ].*?)?" if part in _TAILS else ".*?"
            parts.append(f"(?P={part})" if part in seen else f"(?P<{part}>{held})")
            seen.add(part)
    return re.compile("".join(parts), re.DOTALL)


def translated(message: str, lang: str) -> str:
    """A message of this package in the reader's language; what is unknown stays as it is.

    Parameters
    ----------
    message
        What the code says, in English.
    lang
        ``de`` or ``en``.

    Returns
    -------
    str
        In the language asked for.

    Examples
    --------
    >>> translated("3 homes lie in no district", "de")
    '3 Wohnadressen liegen in keinem Stadtteil'
    """
    if lang != "de":
        return message
    for head, german in (("wegeketten: ", "wegeketten: "), ("note: ", f"{text('general.note', lang)}: ")):
        if message.startswith(head):
            return german + translated(message.removeprefix(head), lang)
    for wording in _starting_with(message[:1]):
        held = wording.found_in(message)
        if held is not None:
            return _GERMAN.vformat(wording.german, (), held)
    return message


def _german_numbers(text: str) -> str:
    """Decimal signs turned, and thousands parted."""
    turned = _NUMBER.sub(lambda found: found[0].translate(str.maketrans(",.", ".,")), text)
    return _LONG.sub(lambda found: f"{int(found[0]):,}".replace(",", "."), turned)


class _German(Formatter):
    """Fills German wordings; the letters behind the colon say how, see the head of this file."""

    def format_field(self, value: object, format_spec: str) -> str:
        held = str(value)
        if format_spec == "n":
            return _german_numbers(held)
        if format_spec.startswith("p "):
            one, _, many = format_spec[2:].partition("/")
            return one if held == "1" else many
        if format_spec == "q":
            count, _, unit = held.partition(" ")
            return f"{_german_numbers(count)} {translated(unit, 'de')}".strip()
        if format_spec == "t":
            return translated(held, "de")
        if format_spec == "l":
            return "".join(translated(part, "de") for part in _PARTS.split(held))
        return held


_GERMAN = _German()
