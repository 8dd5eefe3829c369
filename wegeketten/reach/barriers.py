"""Barriers as people read of them: what it is, where, what was read, whose limit it breaks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.model.edges import ATTRIBUTE
from wegeketten.model.kinds import BARRIERS, NAMED_WAYS, Kind
from wegeketten.model.reading import Provenance
from wegeketten.people.checks import ALL_HOURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.model.edges import EdgeTable
    from wegeketten.people.profile import Profile
    from wegeketten.people.reasons import Reason

MAIN_ATTRIBUTE = {kind: row.reads for kind, row in BARRIERS.items() if row.reads is not None} | {
    Kind.steps: "step_count",
    Kind.lift: "width_m",
}
"""The reading that says most about a barrier of a kind."""

STRETCHES = {
    "incline_pct": "steep",
    "cross_slope_pct": "cross_slope",
    "width_m": "narrow",
    "surface_class": "rough",
    "smoothness_grade": "rough",
    "wheelchair": "unsuitable",
    "access": "no_access",
}
"""What a stretch of way is called by the limit it breaks."""

_ALWAYS = np.zeros(256, dtype=bool)
_ALWAYS[[*BARRIERS, *NAMED_WAYS]] = True
LEVEL_CM = 3.0
"""Height of a kerb that serves both wheels and cane: a shared crossing by DIN 18040-3."""

_SEVERITY = {"blocked": 0, "unclear": 1, "passable": 2}


@dataclass(frozen=True)
class Barrier:
    """One barrier for one profile.

    Attributes
    ----------
    id
        Id of the edge by the contract's scheme.
    osm
        The OpenStreetMap element: ``n`` node, ``w`` way, ``r`` relation, and its number.
    kind
        A name of `Kind`, or for a stretch of way ``steep``, ``narrow``, ``rough``, ``cross_slope`` …
    lat, lon
        Degrees.
    attribute, value, lower, upper, unit, provenance
        The reading that decides.
    limit
        The profile's limit for it, None where the profile has none.
    verdict
        ``blocked``, ``unclear`` or ``passable``.
    others
        Further limits broken or left unclear, as ``attribute value unit (limit)``.
    din_18040_3
        For a kerb, whatever the profile: whether it serves ``wheels`` and the ``cane``, see `serves`.
    """

    id: str
    osm: str
    kind: str
    lat: float
    lon: float
    attribute: str
    value: float | str | None
    lower: float | str | None
    upper: float | str | None
    unit: str
    provenance: str
    limit: float | str | None
    verdict: str
    others: tuple[str, ...] = ()
    din_18040_3: dict[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """As the contract states it, floats rounded to what was measured."""
        return {
            "kind": self.kind,
            "lat": round(self.lat, 7),
            "lon": round(self.lon, 7),
            "value": _short(self.value),
            "lower": _short(self.lower),
            "upper": _short(self.upper),
            "unit": self.unit,
            "provenance": self.provenance,
            "limit": _short(self.limit),
            "osm": self.osm,
            "id": self.id,
            "attribute": self.attribute,
            "verdict": self.verdict,
            "others": list(self.others),
            **({} if self.din_18040_3 is None else {"din_18040_3": self.din_18040_3}),
        }


def serves(kerb_cm: tuple[float, float], tactile: tuple[float, float]) -> dict[str, str]:
    """Whether a kerb serves wheels and the long cane, by DIN 18040-3.

    Wheels want at most 3 cm; the cane at least 3 cm, or indicators on the ground. A kerb that serves one and
    fails the other is the conflict the norm settles with 3 cm for both, or with a level part beside a higher
    one with indicators.

    Parameters
    ----------
    kerb_cm, tactile
        Lower and upper bound of the height and of whether there are indicators (0 or 1).

    Returns
    -------
    dict
        ``wheels`` and ``cane``: ``pass``, ``fail``, or ``not testable`` where the bounds are too wide; and
        ``conflict``: ``yes``, ``no`` or ``not testable``.

    Examples
    --------
    >>> serves((0, 0), (0, 0))
    {'wheels': 'pass', 'cane': 'fail', 'conflict': 'yes'}
    >>> serves((3, 3), (0, 0))
    {'wheels': 'pass', 'cane': 'pass', 'conflict': 'no'}
    >>> serves((0, 1), (0, 1))
    {'wheels': 'pass', 'cane': 'not testable', 'conflict': 'not testable'}
    """
    wheels = "pass" if kerb_cm[1] <= LEVEL_CM else "fail" if kerb_cm[0] > LEVEL_CM else "not testable"
    felt = kerb_cm[0] >= LEVEL_CM or tactile[0] >= 1
    unfelt = kerb_cm[1] < LEVEL_CM and tactile[1] < 1
    cane = "pass" if felt else "fail" if unfelt else "not testable"
    open_ = "not testable" in (wheels, cane)
    return {
        "wheels": wheels,
        "cane": cane,
        "conflict": "not testable" if open_ else "no" if wheels == cane else "yes",
    }


def _short(value: float | str | None) -> float | str | None:
    return round(value, 2) if isinstance(value, float) else value


def passed(city: City, profile: Profile, arcs: Sequence[int] | NDArray[np.integer]) -> list[Barrier]:
    """Barriers that a route over `arcs` passes, in its order.

    Point barriers, steps, escalators and lifts always; a stretch of way where it is not passable beyond doubt
    by what was mapped or measured, or not even likely passable. Pieces of a flight of steps that follow one
    another and read alike are one barrier: each states the steps of the whole.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.
    arcs
        Arcs of the route; 2e is edge e from u to v, 2e + 1 the way back.

    Returns
    -------
    list of Barrier
        Each with its readings and where they come from.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> city = hamlet()
    >>> [barrier.kind for barrier in passed(city, load_profile("walker"), range(0, 2 * len(city.edges), 2))]
    ['steps', 'steps', 'kerb']
    """
    from wegeketten.people.reasons import readings

    rows = np.asarray(arcs, dtype=np.int64)
    if not len(rows):
        return []
    by_arc: dict[int, list[Reason]] = {int(arc): [] for arc in rows}
    for reason in readings(city.edges, profile, np.unique(rows)):
        by_arc[reason.arc].append(reason)
    likely = city.weights(profile).likely
    closed = likely[rows] == np.iinfo(np.int32).max
    kinds = city.edges["kind"][rows // 2]
    kept = []
    for arc, kind, shut in zip(rows.tolist(), kinds.tolist(), closed.tolist(), strict=True):
        doubtful = any(
            reason.verdict != "passable" and reason.provenance not in ("assumed", "none")
            for reason in by_arc[arc]
        )
        if _ALWAYS[kind] or shut or doubtful:
            kept.append(arc)
    met = [_barrier(city, arc, by_arc[arc]) for arc in kept]
    steps = (city.edges["kind"][np.array(kept, dtype=np.int64) // 2] == Kind.steps).tolist()
    return [
        barrier
        for number, barrier in enumerate(met)
        if not (number and steps[number] and _goes_on(met[number - 1], barrier))
    ]


def _goes_on(before: Barrier, after: Barrier) -> bool:
    """Whether two pieces are of one flight and read alike; the same one again is another climb."""
    here = replace(after, id=before.id, lat=before.lat, lon=before.lon)
    return before.id != after.id and here == before


def blocking(
    city: City, profile: Profile, arcs: Sequence[int] | NDArray[np.integer], answer: Answer
) -> list[Barrier]:
    """Barriers that close arcs in an answer, one per arc, in the order given.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.
    arcs
        Arcs; 2e is edge e from u to v, 2e + 1 the way back.
    answer
        Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.

    Returns
    -------
    list of Barrier
        Each with its readings and where they come from.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> city = hamlet()
    >>> kerb = 2 * city.edges["osm_id"].tolist().index(68)
    >>> [(one.id, one.verdict) for one in blocking(city, load_profile("wheelchair"), [kerb], "likely")]
    [('n68', 'unclear')]
    """
    from wegeketten.people.reasons import reasons

    rows = np.asarray(arcs, dtype=np.int64)
    by_arc: dict[int, list[Reason]] = {int(arc): [] for arc in rows}
    if len(rows):
        for reason in reasons(city.edges, profile, np.unique(rows), answer):
            by_arc[reason.arc].append(reason)
    return [_barrier(city, int(arc), by_arc[int(arc)]) for arc in rows]


def midpoint(edges: EdgeTable, row: int) -> NDArray[np.float64]:
    """Half way along an edge, metric x and y.

    Parameters
    ----------
    edges
        Edges of the network.
    row
        Row of the edge.

    Returns
    -------
    ndarray
        Metres, shape (2,).

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> edges = hamlet().edges
    >>> midpoint(edges, 0).shape
    (2,)
    """
    points = edges.points[edges.bends[row] : edges.bends[row + 1]]
    steps = np.hypot(*np.diff(points, axis=0).T)
    total = steps.sum()
    if total == 0:
        return np.asarray(points[0], dtype=np.float64)
    walked = np.concatenate([[0.0], np.cumsum(steps)])
    return np.array([np.interp(total / 2, walked, points[:, axis]) for axis in (0, 1)])


def midpoints(city: City, rows: Sequence[int] | NDArray[np.integer]) -> NDArray[np.float64]:
    """Half way along edges: lon and lat in degrees, shape (rows, 2).

    Parameters
    ----------
    city
        The city, as built.
    rows
        Rows of the edges.

    Returns
    -------
    ndarray
        float64.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> midpoints(hamlet(), [0]).round(5).tolist()
    [[13.74143, 51.05]]
    """
    found = np.array([midpoint(city.edges, int(row)) for row in rows], dtype=np.float64).reshape(-1, 2)
    return np.asarray(city.projection.to_lonlat(found), dtype=np.float64)


def _barrier(city: City, arc: int, found: Sequence[Reason]) -> Barrier:
    edges, row = city.edges, arc // 2
    kind = Kind(int(edges["kind"][row]))
    main = MAIN_ATTRIBUTE.get(kind)
    ordered = sorted(found, key=lambda reason: (_SEVERITY[reason.verdict], reason.attribute != main))
    lon, lat = midpoints(city, [row])[0]
    name = edges.ids(np.array([row]))[0]
    bounds = [
        (float(edges[f"{attribute}_lower"][row]), float(edges[f"{attribute}_upper"][row]))
        for attribute in ("kerb_cm", "tactile")
    ]
    shared: dict[str, Any] = {"id": name, "osm": name.partition(":")[0], "lat": float(lat), "lon": float(lon)}
    if kind == Kind.kerb:
        shared["din_18040_3"] = serves(*bounds)
    first = ordered[0] if ordered else None
    if first is None or (_ALWAYS[kind] and first.verdict == "passable" and first.attribute != main):
        # no limit is in doubt: what the barrier is says more than a limit that has nothing to do with it
        return Barrier(**shared, kind=kind.name, **_bare_reading(edges, row, main))
    named = STRETCHES.get(first.attribute)
    if first.attribute == "caution":
        named = str(first.value)
    elif first.limit == ALL_HOURS and not _ALWAYS[kind]:
        named = "timed"
    stretch = named is not None and (not _ALWAYS[kind] or kind in (Kind.point, Kind.ferry))
    return Barrier(
        **shared,
        kind=named if named is not None and stretch else kind.name,
        attribute=first.attribute,
        value=first.value,
        lower=first.lower,
        upper=first.upper,
        unit=first.unit,
        provenance=first.provenance,
        limit=first.limit,
        verdict=first.verdict,
        others=tuple(
            f"{reason.attribute} {_short(reason.value)} {reason.unit} ({_short(reason.limit)})"
            for reason in ordered[1:]
            if reason.verdict != "passable"
        ),
    )


def _bare_reading(edges: EdgeTable, row: int, attribute: str | None) -> dict[str, Any]:
    """What is known of an edge for which the profile has no limit."""
    if attribute is None:
        word = Kind(int(edges["kind"][row])).name
        return {
            "attribute": "kind", "value": word, "lower": word, "upper": word, "unit": "",
            "provenance": "tagged", "limit": None, "verdict": "passable",
        }  # fmt: skip
    numbers = [float(edges[attribute + suffix][row]) for suffix in ("", "_lower", "_upper")]
    value, lower, upper = (None if np.isnan(number) else number for number in numbers)
    return {
        "attribute": attribute, "value": value, "lower": lower, "upper": upper,
        "unit": ATTRIBUTE[attribute].unit,
        "provenance": Provenance(int(edges[f"{attribute}_from"][row])).name,
        "limit": None, "verdict": "passable",
    }  # fmt: skip
