"""Works that can be switched on and off in the map: where and what, their price, what becomes of each arc."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.reports.data import MapWorks
from wegeketten.routing import INF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile


class Mended(NamedTuple):
    """What the works make of their arcs for one profile.

    Attributes
    ----------
    units
        int64, two per row of `MapWorks.edges`: time along each arc after the works, 0 where none opens it.
    level
        uint8, two per row: in how many answers they open it, see `wegeketten.reports.data`.
    """

    units: NDArray[np.int64]
    level: NDArray[np.uint8]


def find_works(city: City, profiles: Sequence[Profile], lang: str) -> tuple[MapWorks, dict[str, Mended]]:
    """Works for everything that is closed to any of the profiles, chosen for all of them together.

    They are the works that ``compare --measures`` carries out for the same profiles.

    Parameters
    ----------
    city
        A built city.
    profiles
        For whom.
    lang
        ``de`` or ``en``: language of the works' names.

    Returns
    -------
    tuple
        The works, and by profile id what they do.
    """
    from wegeketten.whatif.candidates import find_candidates
    from wegeketten.whatif.measures import load_measures

    catalogue = load_measures()
    candidates = find_candidates(city, profiles, catalogue=catalogue)
    rows = np.array(sorted(candidates.works), dtype=np.int64)
    remedies = [candidates.works[row] for row in rows.tolist()]
    texts = [
        "; ".join(str(getattr(catalogue.measures[each].name, lang)) for each in remedy.ids)
        for remedy in remedies
    ]
    names = sorted(set(texts))
    number = {text: row for row, text in enumerate(names)}
    works = MapWorks(
        edges=rows,
        low_eur=np.array([round(remedy.price.low_eur) for remedy in remedies], dtype=np.int64),
        typical_eur=candidates.prices[rows],
        high_eur=np.array([round(remedy.price.high_eur) for remedy in remedies], dtype=np.int64),
        name=np.array([number[text] for text in texts], dtype=np.int64),
        names=names,
    )
    arcs = np.stack([2 * rows, 2 * rows + 1], axis=1).ravel()
    return works, {
        profile.id: _mended(
            {
                answer: units[arcs]
                for (whose, answer), units in candidates.mended.items()
                if whose == profile.id
            }
        )
        for profile in profiles
    }


def _mended(units: dict[Answer, NDArray[np.int32]]) -> Mended:
    """One time and one level per arc: an arc that is open in two answers takes the same time in both."""
    level = np.sum([each < INF for each in units.values()], axis=0).astype(np.uint8)
    possible = units["possible"].astype(np.int64)
    return Mended(np.where(level > 0, possible, 0), level)
