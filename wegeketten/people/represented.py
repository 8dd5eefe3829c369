"""Whom a profile stands for: everybody at a home, or those of its age where a city knows ages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.people.profile import Profile

AGE_GROUPS = {"senior": "people_65", "rollator": "people_80"}
"""Column of the homes that counts the people a profile stands for, where the city knows their ages."""


def people_of(city: City, profile: Profile) -> NDArray[np.float64]:
    """People at each home that a profile stands for: of its age group where known, else all.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.

    Returns
    -------
    ndarray[Any, dtype[float64]]
        Shape (homes,).

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> float(people_of(hamlet(), load_profile("senior")).sum())
    12.0
    """
    column = AGE_GROUPS.get(profile.id, "")
    if column in city.homes:
        return np.asarray(np.nan_to_num(city.homes[column].astype(np.float64)))
    return np.asarray(city.homes["weight"].astype(np.float64))
