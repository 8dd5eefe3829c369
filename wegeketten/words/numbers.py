"""How numbers, units, times, money, dates and opening hours are written and rounded, in each language."""

from __future__ import annotations

import math
import re

from wegeketten.words.catalogue import load_words, text
from wegeketten.words.decimals import number as number


def short(value: float, lang: str, digits: int = 1) -> str:
    """A number with no more digits behind the sign than it needs.

    Parameters
    ----------
    value
        Any number.
    lang
        Language of the text, ``de`` or ``en``.
    digits
        Most digits behind the decimal sign.

    Returns
    -------
    str
        Such as ``2,5`` or ``3``.

    Examples
    --------
    >>> short(3.0, "de"), short(2.54, "de"), short(0.905, "en", 2)
    ('3', '2,5', '0.91')
    """
    same = (few for few in range(digits) if round(value, few) == round(value, digits))
    return number(value, lang, next(same, digits))


def percent(share: float, lang: str) -> str:
    """A share from 0 to 1 in whole percent; what is not quite none or all is not shown as none or all.

    Parameters
    ----------
    share
        From 0 to 1.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        Such as ``37 %``.

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


def whole_minutes(seconds: float, limit_s: float | None = None) -> int:
    """Whole minutes, rounded up: nobody is promised a minute too few.

    Beside a limit, which is rounded down, a time within the limit is never shown as more than the limit, and
    a time beyond it never as the limit or less.

    Parameters
    ----------
    seconds
        Any time of 0 or more.
    limit_s
        Limit that the time is shown beside, seconds.

    Returns
    -------
    int
        Minutes.

    Examples
    --------
    >>> whole_minutes(372), whole_minutes(1266, 1266), whole_minutes(1290, 1266), limit_minutes(1266)
    (7, 21, 22, 21)
    """
    whole = -int(-(seconds - 1e-6) // 60)
    if limit_s is None or limit_s < 60:
        return whole
    limit = limit_minutes(limit_s)
    return min(whole, limit) if seconds <= limit_s else max(whole, limit + 1)


def limit_minutes(seconds: float) -> int:
    """A limit in whole minutes, rounded down but never to nothing.

    Parameters
    ----------
    seconds
        The limit.

    Returns
    -------
    int
        At least 1.

    Examples
    --------
    >>> limit_minutes(599.0), limit_minutes(20.0)
    (9, 1)
    """
    return max(1, int((seconds + 1e-6) // 60))


def minutes(seconds: float, limit_s: float | None = None) -> str:
    """A time as a cell of a table; see `whole_minutes`.

    Parameters
    ----------
    seconds
        Any time of 0 or more.
    limit_s
        Limit that the time is shown beside, seconds.

    Returns
    -------
    str
        Whole minutes.

    Examples
    --------
    >>> minutes(61), minutes(600), minutes(7260)
    ('2 min', '10 min', '2 h 1 min')
    """
    whole = whole_minutes(seconds, limit_s)
    return f"{whole} min" if whole < 90 else f"{whole // 60} h {whole % 60} min"


def minutes_long(seconds: float, lang: str) -> str:
    """A time within a sentence.

    Parameters
    ----------
    seconds
        Any time of 0 or more.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        Such as ``7 Minuten``.

    Examples
    --------
    >>> minutes_long(372.0, "de"), minutes_long(30, "en")
    ('7 Minuten', '1 minute')
    """
    return text("general.minutes", lang, count=max(1, whole_minutes(seconds)))


def metres(length_m: float, lang: str) -> str:
    """A length as people say it.

    Parameters
    ----------
    length_m
        Metres.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        Such as ``120 m`` or ``1,2 km``.

    Examples
    --------
    >>> metres(1240.0, "de"), metres(1240.0, "en"), metres(87, "de")
    ('1,2 km', '1.2 km', '90 m')
    """
    if length_m >= 995:
        return f"{number(length_m / 1000, lang, 1)} km"
    return f"{number(round(length_m) if length_m < 30 else round(length_m / 10) * 10, lang)} m"


def rounded(value: float, digits: int = 2) -> float:
    """A value with that many significant digits.

    Parameters
    ----------
    value
        Any number.
    digits
        At least 1.

    Returns
    -------
    float
        The rounded number.

    Examples
    --------
    >>> rounded(269.4), rounded(8726), rounded(7)
    (270.0, 8700.0, 7.0)
    """
    return _to_step(value, _step(value, digits))


def _step(value: float, digits: int) -> float:
    return 10.0 ** (math.floor(math.log10(abs(value))) + 1 - digits) if value else 1.0


def _to_step(value: float, step: float) -> float:
    step = max(step, 1.0)
    return math.floor(value / step + 0.5) * step


def about(value: float, lang: str) -> str:
    """A count no more precise than an estimate is: two significant digits, and no decimals.

    Parameters
    ----------
    value
        Any number of 0 or more.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        Such as ``1 200``.

    Examples
    --------
    >>> about(269.4, "de"), about(12345, "de"), about(0.2, "de")
    ('270', '12.000', 'weniger als 1')
    """
    if 0 < value < 0.5:
        return text("general.at_most_below", lang, value="1")
    return number(rounded(value), lang)


def euro_range(low_eur: float, high_eur: float, lang: str) -> str:
    r"""A range of costs, both ends as coarse as the larger one.

    Parameters
    ----------
    low_eur, high_eur
        Euros.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        Such as ``1 000–2 500 €``.

    Examples
    --------
    >>> euro_range(8726, 34906, "de"), euro_range(2400, 5640, "en"), euro_range(500, 500, "de")
    ('9.000 bis 35.000\xa0€', '€ 2,400 to 5,600', '500\xa0€')
    """
    step = _step(max(abs(low_eur), abs(high_eur)), 2)
    low, high = (number(_to_step(end, step), lang) for end in (low_eur, high_eur))
    if low == "0" and low_eur > 0:
        low = number(rounded(low_eur, 1), lang)
    span = high if low == high else text("general.from_to", lang, low=low, high=high)
    return f"{span}\u00a0€" if lang == "de" else f"€ {span}"


def date(stamp: object, lang: str) -> str:
    """A day from an ISO date or time; what is no date stays as it is.

    Parameters
    ----------
    stamp
        ISO date or time, or anything else.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        Such as ``15.11.2026``.

    Examples
    --------
    >>> date("2020-01-14T21:22:02Z", "de"), date("2020-01-14", "en"), date("", "de")
    ('14. Januar 2020', '14 January 2020', 'unbekannt')
    """
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)", str(stamp or ""))
    if not found or not 1 <= int(found[2]) <= 12:
        return str(stamp or "") or text("general.unknown_date", lang)
    day, month = int(found[3]), load_words(lang)["general"]["months"][int(found[2]) - 1]
    return f"{day}. {month} {found[1]}" if lang == "de" else f"{day} {month} {found[1]}"


def joined(parts: list[str], lang: str) -> str:
    """A list within a sentence.

    Parameters
    ----------
    parts
        Words of the list.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        With commas, and a word for *and* before the last.

    Examples
    --------
    >>> joined(["Bank", "Post", "Park"], "de"), joined(["Bank"], "en")
    ('Bank, Post und Park', 'Bank')
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {text('general.and', lang)} {parts[-1]}"


_HOURS = re.compile(r'"[^"]*"|24/7|\b[A-Za-z]+\b|(?<=[\w:])\s*-\s*(?=[\w:])')


def opening_hours(rule: str, lang: str) -> str:
    """Opening hours of OpenStreetMap in words of the language; quoted remarks stay as they are.

    Parameters
    ----------
    rule
        Value of ``opening_hours``.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        In one line.

    Examples
    --------
    >>> opening_hours("Tu-Fr 09:00-18:00; PH off", "de"), opening_hours("24/7", "en")
    ('Di–Fr 09:00–18:00; feiertags zu', 'day and night')
    """
    words: dict[str, str] = load_words(lang)["hours"]

    def said(found: re.Match[str]) -> str:
        sign = found[0]
        if sign.startswith('"'):
            return sign
        return "–" if sign.strip() == "-" else words.get(sign, sign)

    return _HOURS.sub(said, rule)
