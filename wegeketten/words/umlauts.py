"""German letters spelt with the letters of the alphabet, so that names and titles of columns compare."""

from __future__ import annotations

_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def without_umlauts(text: str) -> str:
    """Small letters, umlauts and sharp s spelt out.

    Parameters
    ----------
    text
        In any case.

    Returns
    -------
    str
        Other letters as they are, in lower case.

    Examples
    --------
    >>> without_umlauts("Äußere Neustadt"), without_umlauts("CAFÉ")
    ('aeussere neustadt', 'café')
    """
    return text.casefold().translate(_SPELT)
