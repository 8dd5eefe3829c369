"""Many to many: times and lengths between listed points, and how many places lie within a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.joins.endpoints import Endpoints, allowed_places, join_homes, join_places, join_points
from wegeketten.reach.sweep import sweep_to
from wegeketten.routing import INF, UNIT_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer, Progress
    from wegeketten.people.profile import Profile
    from wegeketten.places.points import Points

BLOCK = 64
"""Goals answered together: four sweeps of sixteen lanes; memory grows with it, not with the matrix."""


@dataclass(frozen=True)
class MatrixEnds:
    """Origins or goals, joined to the network.

    Attributes
    ----------
    ids
        Text per origin or goal.
    joints
        Joints; `owner` is the row in `ids`. One without a joint is reached by nobody.
    notes
        What was guessed or left out when a file of points was read.
    """

    ids: list[str]
    joints: Endpoints
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """Some columns of the matrix.

    Attributes
    ----------
    first
        Number of the first goal.
    seconds
        float64[origins, goals]: door to door, NaN where there is no way.
    metres
        float32[origins, goals]: length of the fastest way, NaN where there is no way.
    """

    first: int
    seconds: NDArray[np.float64]
    metres: NDArray[np.float32]


def ends_of_points(city: City, profile: Profile, points: Points, answer: Answer = "likely") -> MatrixEnds:
    """Join listed points; a point outside the city or off every way stays without a joint.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.
    points
        Points with ids, degrees.
    answer
        Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.

    Returns
    -------
    MatrixEnds
        One for each point.
    """
    return MatrixEnds(points.ids, join_points(city, profile, points.lonlat, answer), points.notes)


def ends_of_homes(city: City, profile: Profile) -> MatrixEnds:
    """All homes of the city.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.

    Returns
    -------
    MatrixEnds
        One for each home.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> ends_of_homes(hamlet(), load_profile("walker")).ids[:2]
    ['n5001', 'n5002']
    """
    return MatrixEnds([str(each) for each in city.homes["home_id"]], join_homes(city, profile))


def ends_of_service(city: City, profile: Profile, answer: Answer, service: str) -> MatrixEnds:
    """All places of a service that are open to the profile in an answer.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.
    answer
        Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
    service
        Id of the service.

    Returns
    -------
    MatrixEnds
        One for each place.

    Raises
    ------
    UsageError
        The catalogue has no such service.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> ends_of_service(hamlet(), load_profile("walker"), "likely", "pharmacy").ids
    ['n7001']
    """
    wanted = city.catalogue.pick([service])[0]
    rows = allowed_places(city, profile, answer, wanted)
    joints = join_places(city, profile)
    joints = joints.take(np.isin(joints.owner, rows))
    number = np.searchsorted(rows, joints.owner).astype(np.int32)
    return MatrixEnds([str(each) for each in city.places["place_id"][rows]], replace(joints, owner=number))


def ends_named(city: City, profile: Profile, answer: Answer, text: str) -> MatrixEnds:
    """Origins or goals as a user names them: a file of points, the word ``homes``, or a service id.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.
    answer
        Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
    text
        What the user wrote.

    Returns
    -------
    MatrixEnds
        Ids and joints.

    Raises
    ------
    UsageError
        There is no such file or service.
    InputDataError
        The file of points cannot be used.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> len(ends_named(hamlet(), load_profile("walker"), "likely", "homes").ids)
    12
    """
    from pathlib import Path

    from wegeketten.places.points import read_points

    if text == "homes":
        return ends_of_homes(city, profile)
    path = Path(text)
    if path.suffix and not path.exists():
        raise UsageError(f"{text}: no such file")
    if path.suffix:
        x, y = city.nodes["x"], city.nodes["y"]
        extent = float(x.min()), float(y.min()), float(x.max()), float(y.max())
        return ends_of_points(city, profile, read_points(text, city.projection, extent), answer)
    return ends_of_service(city, profile, answer, text)


def matrix_blocks(
    city: City,
    profile: Profile,
    origins: MatrixEnds,
    goals: MatrixEnds,
    *,
    answer: Answer = "likely",
    back: bool = False,
    progress: Progress | None = None,
) -> Iterator[Block]:
    """Times and lengths from every origin to every goal, some goals at a time.

    Parameters
    ----------
    city, profile, answer
        On which network.
    origins, goals
        See `ends_of_points`, `ends_of_homes` and `ends_of_service`.
    back
        Times of the way back, from the goals to the origins.
    progress
        Called with words and the share done.

    Yields
    ------
    Block
        At most 64 goals; memory does not grow with their number.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> city, walker = hamlet(), load_profile("walker")
    >>> homes, goals = ends_of_homes(city, walker), ends_of_service(city, walker, "likely", "pharmacy")
    >>> [block.seconds.shape for block in matrix_blocks(city, walker, homes, goals)]
    [(12, 1)]
    """
    count, size = len(origins.ids), len(goals.ids)
    order = np.argsort(goals.joints.owner, kind="stable")
    owner = goals.joints.owner[order]
    for first in range(0, size, BLOCK):
        numbers = np.arange(first, min(first + BLOCK, size))
        low, high = np.searchsorted(owner, numbers), np.searchsorted(owner, numbers + 1)
        offers = [goals.joints.take(order[a:b]) for a, b in zip(low.tolist(), high.tolist(), strict=True)]
        swept = sweep_to(city, profile, answer, offers, origins.joints, detailed=True, leaving=not back)
        units = np.full((count, len(numbers)), INF, dtype=np.int32)
        metres = np.full((count, len(numbers)), np.nan, dtype=np.float32)
        units[origins.joints.owner], metres[origins.joints.owner] = swept.units, swept.metres
        yield Block(first, np.where(units == INF, np.nan, np.round(units * UNIT_S, 1)), metres)
        if progress:
            progress(f"origin {numbers[-1] + 1} of {size}", (numbers[-1] + 1) / size)


def count_within(
    city: City,
    profile: Profile,
    origins: MatrixEnds,
    goals: MatrixEnds,
    seconds: float,
    *,
    answer: Answer = "likely",
    back: bool = False,
    progress: Progress | None = None,
) -> NDArray[np.int32]:
    """How many goals each origin reaches within a time.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.
    origins, goals
        Ids and joints.
    seconds
        Time that counts as reached, itself included.
    answer
        Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
    back
        Whether the way back counts, from the goals to the origins.
    progress
        Called with what is being done and the share that is done.

    Returns
    -------
    ndarray
        int32, shape (origins,).

    Raises
    ------
    UsageError
        The time is no number above 0.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> city, walker = hamlet(), load_profile("walker")
    >>> homes, goals = ends_of_homes(city, walker), ends_of_service(city, walker, "likely", "pharmacy")
    >>> count_within(city, walker, homes, goals, 200).tolist()
    [0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1]
    """
    if not 0 < seconds < float("inf"):
        raise UsageError("matrix: --within wants minutes above 0")
    counts = np.zeros(len(origins.ids), dtype=np.int32)
    for block in matrix_blocks(city, profile, origins, goals, answer=answer, back=back, progress=progress):
        counts += (block.seconds <= seconds).sum(axis=1, dtype=np.int32)  # NaN is not below anything
    return counts
