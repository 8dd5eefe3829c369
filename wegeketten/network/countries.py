"""What the law of a country says where a way's own tags do not: ``data/tags/trunk_roads.csv``."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from wegeketten.tags import lexicon

if TYPE_CHECKING:
    from wegeketten.osm.features import Features

SAID = frozenset(
    {"foot", "access", "motorroad", "sidewalk", "sidewalk:left", "sidewalk:right", "sidewalk:both"}
)
"""Tags by which a trunk road says itself whether one walks there."""


def walks_on_trunk_roads(features: Features) -> bool:
    """Whether people on foot may walk on trunk roads where the extract lies; not where it is unknown.

    Parameters
    ----------
    features
        What was read from the extract.

    Returns
    -------
    bool
        By the country's law.
    """
    from wegeketten.osm.country import country_of

    country = country_of(features)
    return bool(country) and country not in _barred()


@cache
def _barred() -> frozenset[str]:
    """Countries whose trunk roads are closed to people on foot."""
    return frozenset(row["country"] for row in lexicon.rows("tags", "trunk_roads.csv") if row["foot"] == "no")
