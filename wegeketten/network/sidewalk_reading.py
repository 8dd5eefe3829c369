"""Columns of an edge table read back from members of OpenSidewalks, each held against what ours can be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.model.edges import ATTRIBUTES, HIGHWAYS, PLAIN, RAW, Crossing, Kind
from wegeketten.model.reading import Provenance
from wegeketten.network.sidewalk_columns import caution_bits
from wegeketten.osm.opensidewalks import EXTENSION
from wegeketten.osm.sidewalk_members import FLAGS, HOURS, NUMBERS
from wegeketten.tags.raw import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray


def columns_of(told: list[tuple[str, Mapping[str, Any]]]) -> tuple[dict[str, NDArray[Any]], list[str]]:
    """Columns of an edge table from members, one feature for each row.

    Parameters
    ----------
    told
        Name of each feature, for errors, and its properties.

    Returns
    -------
    tuple
        All columns but ``u`` and ``v``, and the table of texts.

    Raises
    ------
    InputDataError
        A member has a value that none of ours has.
    """
    reader = [Member(name, about) for name, about in told]
    texts: dict[str, int] = {}
    columns: dict[str, Any] = {}
    elements = [each.element() for each in reader]
    columns["osm_type"] = [letter for letter, _, _ in elements]
    columns["osm_id"] = [number for _, number, _ in elements]
    columns["part"] = [part for _, _, part in elements]
    columns["kind"] = [int(each.word("kind", Kind.__members__)) for each in reader]
    highways = {name: code for code, name in enumerate(HIGHWAYS)}
    columns["highway"] = [each.word("way", highways, 0) for each in reader]
    columns["road"] = [each.word("road", highways, 0) for each in reader]
    columns["crossing"] = [int(each.word("crossing_code", Crossing.__members__, 0)) for each in reader]
    columns |= {name: [each.number(name, *column) for each in reader] for name, column in NUMBERS.items()}
    columns |= {name: [each.flag(name, usual=usual) for each in reader] for name, usual in FLAGS.items()}
    columns["name"] = [_place(texts, each.text("street")) for each in reader]
    columns |= {name: [_place(texts, each.text(name)) + 1 for each in reader] for name in HOURS}
    columns["caution"] = [each.caution() for each in reader]
    arrays = {name: np.array(columns[name], dtype=dtype) for name, dtype in PLAIN.items() if name in columns}
    for attribute in ATTRIBUTES:
        readings = [each.reading(attribute.name, attribute.widest, attribute.absent) for each in reader]
        for number, end in enumerate(("", "_lower", "_upper", "_from")):
            kind = np.uint8 if end == "_from" else np.float32
            arrays[attribute.name + end] = np.array([each[number] for each in readings], dtype=kind)
    arrays[RAW] = np.array([each.tags() for each in reader], dtype=object)
    return arrays, list(texts)


def _place(texts: dict[str, int], text: str) -> int:
    return texts.setdefault(text, len(texts)) if text else -1


class Member:
    """Reads members of one feature strictly.

    Parameters
    ----------
    name
        Name of the feature, for errors.
    about
        Its properties.
    """

    def __init__(self, name: str, about: Mapping[str, Any]) -> None:
        self.name, self.about = name, about

    def _wrong(self, key: str) -> InputDataError:
        member = f"{EXTENSION}{key}"
        value = str(self.about.get(member))[:60]
        return InputDataError(
            f"opensidewalks: {self.name}: {member}={value!r} is nothing that wegeketten writes; "
            "leave out the members ext:seal to have the set read by its words"
        )

    def number(self, key: str, usual: float, least: float, most: float) -> float:
        """A number, or the usual one.

        Parameters
        ----------
        key
            Name of the member without its prefix.
        usual
            Where nothing is said.
        least, most
            Bounds, both allowed.

        Returns
        -------
        float
            Within the bounds, or `usual`.

        Raises
        ------
        InputDataError
            None of ours has such a value.

        Examples
        --------
        >>> member = Member("w1", {EXTENSION + "metres": 2.5})
        >>> member.number("metres", 0.0, 0.0, 10.0), member.number("rise", 0.0, 0.0, 10.0)
        (2.5, 0.0)
        """
        value = self.about.get(EXTENSION + key)
        if value is None:
            return usual
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise self._wrong(key)
        return value

    def whole(self, key: str, least: int, most: int) -> int:
        """A whole number that must be there.

        Parameters
        ----------
        key
            Name of the member without its prefix.
        least, most
            Bounds, both allowed.

        Returns
        -------
        int
            Within the bounds.

        Raises
        ------
        InputDataError
            None of ours has such a value.

        Examples
        --------
        >>> Member("w1", {EXTENSION + "part": 3}).whole("part", 0, 9)
        3
        """
        value = self.number(key, float("nan"), least, most)
        if value != value or value != int(value):
            raise self._wrong(key)
        return int(value)

    def flag(self, key: str, *, usual: bool) -> bool:
        """Yes or no, or what is usual.

        Parameters
        ----------
        key
            Name of the member without its prefix.
        usual
            Where nothing is said.

        Returns
        -------
        bool
            What is said.

        Raises
        ------
        InputDataError
            None of ours has such a value.
        """
        value = self.about.get(EXTENSION + key, usual)
        if not isinstance(value, bool):
            raise self._wrong(key)
        return value

    def text(self, key: str) -> str:
        """A text.

        Parameters
        ----------
        key
            Name of the member without its prefix.

        Returns
        -------
        str
            "" where there is none.

        Raises
        ------
        InputDataError
            None of ours has such a value.

        Examples
        --------
        >>> member = Member("w1", {EXTENSION + "street": "Obere Gasse"})
        >>> member.text("street"), member.text("hours")
        ('Obere Gasse', '')
        """
        value = self.about.get(EXTENSION + key, "")
        if not isinstance(value, str) or len(value) > 4000 or not value.isprintable():
            raise self._wrong(key)
        return value

    def word(self, key: str, words: Mapping[str, int], usual: int | None = None) -> int:
        """The number of a word.

        Parameters
        ----------
        key
            Name of the member without its prefix.
        words
            Numbers of the words allowed.
        usual
            Where nothing is said; it must be said where None.

        Returns
        -------
        int
            One of the numbers.

        Raises
        ------
        InputDataError
            None of ours has such a value.

        Examples
        --------
        >>> Member("w1", {EXTENSION + "kind": "kerb"}).word("kind", {"kerb": 20})
        20
        """
        value = self.about.get(EXTENSION + key)
        if value is None and usual is not None:
            return usual
        if not isinstance(value, str) or value not in words:
            raise self._wrong(key)
        return words[value]

    def element(self) -> tuple[bytes, int, int]:
        """Kind of element, its number and the part of it, from an id such as ``w52001:3``."""
        whole, _, part = self.text("osm").partition(":")
        digits: Callable[[str], bool] = lambda text: text.isascii() and text.isdigit() and len(text) < 19  # noqa: E731
        sign = whole[1:].removeprefix("-")
        if whole[:1] not in ("n", "w", "r") or not digits(sign) or (part and not digits(part)):
            raise self._wrong("osm")
        number = int(part) if part else -1
        if number >= 2**31:
            raise self._wrong("osm")
        return whole[0].encode(), int(whole[1:]), number

    def caution(self) -> int:
        """Bits of the cautions."""
        labels = [label for label in self.text("caution").split(";") if label]
        if any(label not in caution_bits() for label in labels):
            raise self._wrong("caution")
        return sum(caution_bits()[label] for label in set(labels))

    def tags(self) -> str:
        """The tags word by word, as the edge table keeps them."""
        text = self.about.get(f"{EXTENSION}tags")
        if text is None:
            return ""
        try:
            found = json.loads(text) if isinstance(text, str) and len(text) < 100_000 else None
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
            raise self._wrong("tags")
        return joined(found)

    def reading(
        self, key: str, widest: tuple[float, float], absent: float
    ) -> tuple[float, float, float, int]:
        """Value, bounds and provenance of an attribute.

        Parameters
        ----------
        key
            Name of the member without its prefix.
        widest
            Widest bounds of the attribute.
        absent
            What stands where it does not apply.

        Returns
        -------
        tuple
            Value, lower, upper, and number of the provenance.

        Raises
        ------
        InputDataError
            None of ours has such a value.
        """
        source = self.about.get(f"{EXTENSION}{key}_from")
        if source is None:
            return absent, absent, absent, int(Provenance.none)
        if not isinstance(source, str) or source not in Provenance.__members__:
            raise self._wrong(f"{key}_from")
        nan = float("nan")
        value, lower, upper = (self.number(key + end, nan, *widest) for end in ("", "_lower", "_upper"))
        if not lower <= upper or value < lower or value > upper:
            raise self._wrong(key)
        return value, lower, upper, int(Provenance[source])
