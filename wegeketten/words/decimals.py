"""Decimal signs and thousands, as each language writes them."""

from __future__ import annotations


def number(value: float, lang: str, digits: int = 0) -> str:
    """A number with the language's decimal sign and thousands apart; zero has no sign.

    Parameters
    ----------
    value
        Any number.
    lang
        Language of the text, ``de`` or ``en``.
    digits
        Digits behind the decimal sign.

    Returns
    -------
    str
        Such as ``1 234,5``.

    Examples
    --------
    >>> number(12345.678, "de", 1), number(12345.678, "en", 1), number(-0.04, "de", 1)
    ('12.345,7', '12,345.7', '0,0')
    """
    written = f"{value:,.{digits}f}"
    if not written.strip("-0.,"):
        written = written.removeprefix("-")
    return written if lang == "en" else written.translate(str.maketrans(",.", ".,"))
