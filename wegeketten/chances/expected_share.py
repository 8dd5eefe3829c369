"""What the worlds say of people: the chance of each home, and shares of many with their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.words.catalogue import text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.chances.worlds import Worlds

INTERVAL = (0.1, 0.9)
"""Quantiles of the worlds between which a share is said to lie: eight times of ten."""


class ExpectedShare(NamedTuple):
    """A share of people as the worlds have it.

    Attributes
    ----------
    expected
        Mean over the worlds, 0–1; None where there are no people.
    low, high
        Between these it lies in eight of ten worlds.
    worlds
        How many there are.
    """

    expected: float | None
    low: float | None
    high: float | None
    worlds: int

    def in_words(self, lang: str) -> str:
        """The share and its interval as a phrase, of 100 people.

        Parameters
        ----------
        lang
            Language of the text, ``de`` or ``en``.

        Returns
        -------
        str
            Without a full stop.

        Examples
        --------
        >>> ExpectedShare(0.391, 0.35, 0.432, 64).in_words("de")
        'etwa 39 von 100, zwischen 35 und 43'
        >>> ExpectedShare(0.391, 0.388, 0.394, 64).in_words("en")
        'about 39 in 100'
        """
        if self.expected is None or self.low is None or self.high is None:
            return text("chances.nobody", lang)
        expected, low, high = (round(100 * part) for part in (self.expected, self.low, self.high))
        if low == high:
            return text("chances.even", lang, expected=expected)
        return text("chances.about", lang, expected=expected, low=low, high=high)

    @classmethod
    def of(cls, shares: NDArray[np.float64]) -> ExpectedShare:
        """From the share in each world, shape (worlds,).

        Parameters
        ----------
        shares
            From 0 to 1.

        Returns
        -------
        ExpectedShare
            Mean, and the interval that eight of ten worlds lie in.

        Examples
        --------
        >>> import numpy as np
        >>> ExpectedShare.of(np.array([0.2, 0.4, 0.4, 0.6]))
        ExpectedShare(expected=0.4, low=0.26, high=0.54, worlds=4)
        """
        low, high = np.quantile(shares, INTERVAL)
        return cls(float(shares.mean()), float(low), float(high), len(shares))


@dataclass(frozen=True, eq=False)
class Chances:
    """In which worlds who reaches what in time.

    Attributes
    ----------
    worlds
        The worlds.
    services
        Columns.
    within
        By profile id the worlds as bits, uint8, shape (homes, services, bytes): the first world is the
        highest bit of the first byte.
    """

    worlds: Worlds
    services: list[str]
    within: dict[str, NDArray[np.uint8]]

    def bits(self, profile: str, homes: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Whether homes reach the services in each world, bool, shape (homes, services, worlds).

        Parameters
        ----------
        profile
            Id of the profile.
        homes
            Rows of the homes.

        Returns
        -------
        ndarray
            A copy.
        """
        packed = self.within[profile][homes]
        found: NDArray[np.bool_] = np.unpackbits(packed, axis=2, count=self.worlds.count).view(bool)
        return found

    def chance(self, profile: str) -> NDArray[np.float32]:
        """Share of the worlds in which each home reaches each service in time, shape (homes, services).

        Parameters
        ----------
        profile
            Id of the profile.

        Returns
        -------
        ndarray
            From 0 to 1.
        """
        counted = np.bitwise_count(self.within[profile]).sum(axis=2, dtype=np.int64)
        chance: NDArray[np.float32] = (counted / self.worlds.count).astype(np.float32)
        return chance

    def by_world(
        self, profile: str, homes: NDArray[np.integer], weight: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Weighted share of some homes in each world, shape (services, worlds); NaN without weight.

        Parameters
        ----------
        profile
            Id of the profile.
        homes
            Rows of the homes.
        weight
            People of each home, shape (homes,).

        Returns
        -------
        ndarray
            From 0 to 1.
        """
        total = weight.sum()
        sums = np.zeros((len(self.services), self.worlds.count))
        for begin in range(0, len(homes), _HOMES):
            part = slice(begin, begin + _HOMES)
            sums += np.einsum("h,hsw->sw", weight[part], self.bits(profile, homes[part]))
        with np.errstate(invalid="ignore"):
            found: NDArray[np.float64] = sums / total
        return found

    def shares(self, profile: str, homes: NDArray[np.integer]) -> list[ExpectedShare]:
        """Expected share of a group of homes for each service.

        Parameters
        ----------
        profile
            Id of the profile.
        homes
            Rows of the homes.

        Returns
        -------
        list of ExpectedShare
            In the order of the services.
        """
        weight = self.worlds.city.homes["weight"][homes].astype(np.float64)
        if not weight.sum() > 0:
            return [ExpectedShare(None, None, None, self.worlds.count)] * len(self.services)
        return [ExpectedShare.of(row) for row in self.by_world(profile, homes, weight)]


_HOMES = 4096  # bounds the memory for unpacked bits
