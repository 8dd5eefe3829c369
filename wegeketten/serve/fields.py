"""The fields of a request, each read strictly and refused in plain words; bounds are named in the message."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from wegeketten.files.bounds import BOUNDS
from wegeketten.serve.refusals import FORM, MISSING, TOO_MUCH, UNREADABLE, VALUE, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Point = tuple[float, float]

MOST_BYTES = BOUNDS["request"].most_bytes
"""Longest body of a request."""

_SHOWN = 60


def parse_body(body: bytes, service: int) -> Fields:
    """Read the body of a request: one JSON object.

    Parameters
    ----------
    body
        At most `MOST_BYTES`.
    service
        First number of the service's errors.

    Returns
    -------
    Fields
        Fields of the request.

    Raises
    ------
    RefusedError
        It is no JSON, or no object.
    """
    try:
        values = json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise RefusedError("the body is no JSON in UTF-8", service + UNREADABLE) from None
    if not isinstance(values, dict):
        raise RefusedError("the body is no JSON object", service + UNREADABLE)
    return Fields(values, service)


def _no_number(text: str) -> float:
    raise ValueError(text)


class Fields:
    """Fields of a request by name.

    Parameters
    ----------
    values
        As they came; fields that nobody asks for are left alone.
    service
        First number of the service's errors.
    """

    def __init__(self, values: Mapping[str, Any], service: int) -> None:
        self.values, self.service = values, service

    def refuse(self, message: str, kind: int = VALUE) -> RefusedError:
        """An error about a field, to be raised.

        Parameters
        ----------
        message
            What is wrong.
        kind
            Kind of the error, added to the service's first number.

        Returns
        -------
        RefusedError
            To be raised by the caller.
        """
        return RefusedError(message, self.service + kind)

    def given(self, name: str) -> bool:
        """Whether a field is there and not null.

        Parameters
        ----------
        name
            Name of the field.

        Returns
        -------
        bool
            False for null.
        """
        return self.values.get(name) is not None

    def needed(self, name: str) -> Any:
        """A field that must be there.

        Parameters
        ----------
        name
            Name of the field.

        Returns
        -------
        Any
            As it was sent.

        Raises
        ------
        RefusedError
            It is not.
        """
        if not self.given(name):
            raise self.refuse(f"{name}: is missing", MISSING)
        return self.values[name]

    def group(self, name: str) -> Fields:
        """Fields of an object within the request; none where it is missing.

        Parameters
        ----------
        name
            Name of the field.

        Returns
        -------
        Fields
            By their whole path, such as ``options.avoid_features``.

        Raises
        ------
        RefusedError
            It is no object.

        Examples
        --------
        >>> list(Fields({"options": {"avoid_features": ["steps"]}}, 2000).group("options").values)
        ['options.avoid_features']
        """
        value = {} if self.values.get(name) is None else self.values[name]
        if not isinstance(value, dict):
            raise self.refuse(f"{name}: an object was expected", FORM)
        return Fields({f"{name}.{shown_key(key)}": each for key, each in value.items()}, self.service)

    def known(self, name: str, names: Sequence[str]) -> None:
        """Refuse fields of a group that nobody reads.

        Parameters
        ----------
        name
            Name of the group.
        names
            Fields that are read, without the group's name.

        Raises
        ------
        RefusedError
            There is another one; the first is named.
        """
        for path in self.values:
            if path.removeprefix(f"{name}.") not in names:
                raise self.refuse(f"{path}: is not known, choose {', '.join(names)}")

    def rows(self, name: str, most: int) -> list[Any]:
        """A list with one to so many members.

        Parameters
        ----------
        name
            Name of the field.
        most
            Most members.

        Returns
        -------
        list of Any
            As they were sent.

        Raises
        ------
        RefusedError
            It is missing, no list, empty or too long.
        """
        rows = self.needed(name)
        if not isinstance(rows, list):
            raise self.refuse(f"{name}: a list was expected", FORM)
        if not rows:
            raise self.refuse(f"{name}: the list is empty", FORM)
        if len(rows) > most:
            raise self.refuse(f"{name}: {len(rows)} are too many, at most {most} are answered", TOO_MUCH)
        return rows

    def points(self, name: str, most: int, least: int = 1) -> list[Point]:
        """Points as pairs of longitude and latitude, in the order of GeoJSON.

        Parameters
        ----------
        name
            Name of the field.
        most, least
            Most and fewest points.

        Returns
        -------
        list
            Longitude and latitude each.

        Raises
        ------
        RefusedError
            Something is no such pair, or there are too many or too few.
        """
        rows = self.rows(name, most)
        if len(rows) < least:
            raise self.refuse(f"{name}: at least {least} points are needed", FORM)
        return [self.point(f"{name}[{number}]", row) for number, row in enumerate(rows)]

    def point(self, name: str, row: Any) -> Point:
        """One pair of longitude and latitude.

        Parameters
        ----------
        name
            Name of the field, for messages.
        row
            What should be a pair.

        Returns
        -------
        Point
            Degrees.

        Raises
        ------
        RefusedError
            It is none.
        """
        if not isinstance(row, list) or not 2 <= len(row) <= 3 or not all(map(_is_number, row)):
            raise self.refuse(f"{name}: a pair of numbers was expected, [longitude, latitude]", FORM)
        lon, lat = float(row[0]), float(row[1])
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise self.refuse(f"{name}: longitude runs from -180 to 180, latitude from -90 to 90")
        return lon, lat

    def number(self, name: str, low: float, high: float, default: float) -> float:
        """A number between two bounds.

        Parameters
        ----------
        name
            Name of the field.
        low, high
            Least and greatest number allowed.
        default
            Where the field is missing.

        Returns
        -------
        float
            A number within the bounds.

        Raises
        ------
        RefusedError
            It is none.
        """
        value = self.values.get(name)
        return default if value is None else self.bounded(name, value, low, high)

    def bounded(self, name: str, value: Any, low: float, high: float) -> float:
        """A value as a number between two bounds.

        Parameters
        ----------
        name
            Name of the field, for messages.
        value
            What should be a number.
        low, high
            Least and greatest number allowed.

        Returns
        -------
        float
            A number within the bounds.

        Raises
        ------
        RefusedError
            It is none, or lies outside.
        """
        if not _is_number(value):
            raise self.refuse(f"{name}: a number was expected", FORM)
        if not low <= value <= high:
            raise self.refuse(f"{name}: give a number from {low:g} to {high:g}")
        return float(value)

    def flag(self, name: str, *, default: bool) -> bool:
        """Yes or no; some clients write it as text.

        Parameters
        ----------
        name
            Name of the field.
        default
            Where the field is missing.

        Returns
        -------
        bool
            Whether it is set.

        Raises
        ------
        RefusedError
            It is neither.
        """
        value = self.values.get(name)
        if value is None:
            return default
        told = {"true": True, "false": False}.get(value.casefold()) if isinstance(value, str) else value
        if not isinstance(told, bool):
            raise self.refuse(f"{name}: true or false was expected", FORM)
        return told

    def choice(self, name: str, choices: Sequence[str], default: str) -> str:
        """One of some words.

        Parameters
        ----------
        name
            Name of the field.
        choices
            The words allowed.
        default
            Where the field is missing.

        Returns
        -------
        str
            One of `choices`.

        Raises
        ------
        RefusedError
            It is none of them.
        """
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, str) or value not in choices:
            raise self.refuse(f"{name}: {shown(value)} is not known, choose {', '.join(choices)}")
        return value

    def words(self, name: str, most: int) -> list[str]:
        """A list of words, or one text with bars or commas between them; empty where it is missing.

        Parameters
        ----------
        name
            Name of the field.
        most
            Most words.

        Returns
        -------
        list of str
            In the order of the request.

        Raises
        ------
        RefusedError
            It is neither, or too long.
        """
        value = self.values.get(name)
        if value is None or value == []:
            return []
        if isinstance(value, str):
            value = [part.strip() for part in value.replace("|", ",").split(",")]
        if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
            raise self.refuse(f"{name}: a list of words was expected", FORM)
        if len(value) > most:
            raise self.refuse(f"{name}: {len(value)} are too many, at most {most} are answered", TOO_MUCH)
        return value


def shown(value: Any) -> str:
    """A value as an error repeats it: short, and on one line.

    Parameters
    ----------
    value
        What the client sent.

    Returns
    -------
    str
        At most a few dozen signs.

    Examples
    --------
    >>> shown("a" * 100)[:12], shown(3)
    ("'aaaaaaaaaaa", '3')
    """
    text = repr(value) if isinstance(value, str | int | float | bool) else type(value).__name__
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def shown_key(key: str) -> str:
    r"""A key as an error repeats it: short, and on one line.

    Parameters
    ----------
    key
        What the client sent.

    Returns
    -------
    str
        At most a few dozen signs.

    Examples
    --------
    >>> shown_key("avoid_features"), shown_key("a\nb")
    ('avoid_features', "'a\\nb'")
    """
    return key if key.isidentifier() and len(key) <= _SHOWN else shown(key)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e15 and math.isfinite(value)
