"""Extra information along a route, by openrouteservice's numbers: ground, kind of way, slope and the like.

Only what is mapped, surveyed or measured is stated: an assumed surface is *unknown* (0), and where no slope
is known ``steepness`` is `NO_SLOPE`. Values are told for every step of the line, as clients count on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from wegeketten.model.edges import HIGHWAYS, RAW, Kind
from wegeketten.model.reading import Provenance
from wegeketten.reach.itinerary import lengths
from wegeketten.routing import INF
from wegeketten.serve.variant import FORDS
from wegeketten.tags.cautions import bit_of
from wegeketten.tags.raw import apart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.reach.itinerary import Itinerary

KNOWN = {
    "steepness": "steepness", "suitability": "suitability", "surface": "surface",
    "waycategory": "waycategory", "waytype": "waytypes", "traildifficulty": "traildifficulty",
    "osmid": "osmId", "roadaccessrestrictions": "roadaccessrestrictions",
}  # fmt: skip
"""What can be asked for, and its name in the answer, as openrouteservice has it."""

ELSEWHERE = ("tollways", "countryinfo", "green", "noise", "csv", "shadow")
"""What openrouteservice answers besides, and nothing is known about here."""

_GROUND = {
    "paved": 1, "unpaved": 2, "woodchips": 2, "rock": 2, "rocks": 2, "stone": 2, "shells": 2, "salt": 2,
    "asphalt": 3, "concrete": 4, "metal": 6, "wood": 7, "compacted": 8, "pebblestone": 8, "gravel": 10,
    "fine_gravel": 10, "dirt": 11, "earth": 11, "ground": 12, "mud": 12, "ice": 13, "snow": 13,
    "paving_stones": 14, "paved_stones": 14, "sett": 14, "cobblestone": 14, "unhewn_cobblestone": 14,
    "bricks": 14, "brick": 14, "sand": 15, "grass": 17, "grass_paver": 18,
}  # fmt: skip
_PAVED, _UNPAVED = 1, 2
_LAID = 4.0  # surface classes A to D

_WAYS = {
    "primary": 1, "motorway": 1, "trunk": 1, "secondary": 2, "tertiary": 2, "road": 2, "unclassified": 2,
    "residential": 3, "service": 3, "living_street": 3, "path": 4, "track": 5, "cycleway": 6, "footway": 7,
    "pedestrian": 7, "steps": 8, "ferry": 9,
}  # fmt: skip
_BY_KIND = {Kind.pavement: 7, Kind.crossing: 7, Kind.steps: 8, Kind.ferry: 9}
_HIGHWAY, _STEPS, _FERRY, _FORD = 1, 4, 8, 16
_HIKES = (
    "hiking", "mountain_hiking", "demanding_mountain_hiking", "alpine_hiking", "demanding_alpine_hiking",
    "difficult_alpine_hiking",
)  # fmt: skip
_ACCESS = {"no": 1, "customers": 2, "destination": 4, "delivery": 8, "private": 16, "permissive": 32}
_SURE, _LIKELY, _POSSIBLE = 10, 6, 2
_SLOPES = (1.0, 4.0, 7.0, 10.0, 16.0)

NO_SLOPE = 99
"""In ``steepness``, beyond openrouteservice's -5 to 5; QGIS's plugin writes *No steepness available*."""


class Stretch(NamedTuple):
    """Part of a route on one edge: from which point of the line to which, and how many metres."""

    row: int
    ahead: bool
    begin: int
    end: int
    metres: float


def stretches_of(city: City, course: Itinerary, first: int) -> list[Stretch]:
    """Parts of a route on edges.

    Parameters
    ----------
    city
        The city, as built.
    course
        The route.
    first
        Where it begins on the line of the whole route.

    Returns
    -------
    list of Stretch
        In walking order.
    """
    path, begins = course.path, (course.begins + first).tolist()
    return [
        Stretch(row, ahead, begin, end, metres)
        for row, ahead, begin, end, metres in zip(
            path.edge.tolist(), path.ahead.tolist(), begins[:-1], begins[1:],
            lengths(city, path).tolist(), strict=True,
        )
    ]  # fmt: skip


def extras_of(
    city: City, profile: Profile, stretches: Sequence[Stretch], names: Sequence[str], factor: float
) -> dict[str, Any]:
    """What was asked for along a route.

    Parameters
    ----------
    city, profile
        Where, and for whom.
    stretches
        Of `stretches_of`, those of all legs one after the other.
    names
        Some of `KNOWN`.
    factor
        By what metres are multiplied.

    Returns
    -------
    dict
        Under each name ``values`` (from, to, value) and their ``summary``.
    """
    reader = _Reader(city, profile)
    whole = sum(each.metres for each in stretches)
    found = {}
    for name in dict.fromkeys(names):
        read = getattr(reader, name)
        told = [(value, each) for each in stretches if (value := read(each)) is not None]
        metres: dict[int, float] = {}
        for value, each in told:
            metres[value] = metres.get(value, 0.0) + each.metres
        found[KNOWN[name]] = {
            "values": _joined([(value, each) for value, each in told if each.end > each.begin]),
            "summary": [
                {
                    "value": value, "distance": round(length * factor, 3 if factor == 1 else 6),
                    "amount": round(100 * length / whole, 2) if whole else 0.0,
                }
                for value, length in sorted(metres.items(), key=lambda pair: (-pair[1], pair[0]))
                if length
            ],
        }  # fmt: skip
    return found


def _joined(told: Sequence[tuple[int, Stretch]]) -> list[list[int]]:
    """Stretches of equal value that follow each other as one."""
    parts: list[list[int]] = []
    for value, each in told:
        if parts and parts[-1][2] == value and parts[-1][1] == each.begin:
            parts[-1][1] = each.end
        else:
            parts.append([each.begin, each.end, value])
    return parts


def grade_of(slope_pct: float) -> int:
    """Slope by openrouteservice's steps.

    Parameters
    ----------
    slope_pct
        Percent, positive uphill.

    Returns
    -------
    int
        From -5 to 5.

    Examples
    --------
    >>> [grade_of(slope) for slope in (0.5, 1, -6.9, 15, 20)]
    [0, 1, -2, 4, 5]
    """
    steps = sum(abs(slope_pct) >= least for least in _SLOPES)
    return steps if slope_pct > 0 else -steps


def ground_of(word: str) -> int:
    """A surface of OpenStreetMap by openrouteservice's number; what it leaves out is unknown.

    Parameters
    ----------
    word
        Value of ``surface``.

    Returns
    -------
    int
        0 where it is not known.

    Examples
    --------
    >>> [ground_of(word) for word in ("asphalt", "concrete:plates", "sett;asphalt", "carpet")]
    [3, 4, 14, 0]
    """
    return _GROUND.get(word.partition(";")[0].partition(":")[0].strip().casefold(), 0)


class _Reader:
    """Reads edges; each method is named after what is asked for."""

    def __init__(self, city: City, profile: Profile) -> None:
        self.edges = city.edges
        self.weights = city.weights(profile)
        self.fords = sum(map(bit_of, FORDS))

    def _tags(self, row: int) -> dict[str, str]:
        return apart(str(self.edges.columns[RAW][row]))

    def _kind(self, row: int) -> Kind:
        return Kind(int(self.edges["kind"][row]))

    def steepness(self, part: Stretch) -> int:
        slope = float(self.edges["incline_pct"][part.row])
        source = int(self.edges["incline_pct_from"][part.row])
        if source in (Provenance.none, Provenance.assumed) or slope != slope:
            return NO_SLOPE
        return grade_of(slope if part.ahead else -slope)

    def suitability(self, part: Stretch) -> int:
        arc = 2 * part.row + (not part.ahead)
        if self.weights.sure[arc] != INF:
            return _SURE
        return _LIKELY if self.weights.likely[arc] != INF else _POSSIBLE

    def surface(self, part: Stretch) -> int:
        source = int(self.edges["surface_class_from"][part.row])
        value = float(self.edges["surface_class"][part.row])
        if source == Provenance.tagged:
            word = ground_of(self._surface_word(part.row))
            if word:
                return word
        if source not in (Provenance.tagged, Provenance.surveyed) or value != value:
            return 0
        return _PAVED if value <= _LAID else _UNPAVED

    def _surface_word(self, row: int) -> str:
        tags, side = self._tags(row), int(self.edges["side"][row])
        if self._kind(row) == Kind.pavement and side:
            keys = [f"sidewalk:{'left' if side < 0 else 'right'}:surface", "sidewalk:both:surface"]
            return next((tags[key] for key in (*keys, "sidewalk:surface") if key in tags), "")
        return tags.get("surface", "")

    def waytype(self, part: Stretch) -> int:
        kind = self._kind(part.row)
        return _BY_KIND.get(kind) or _WAYS.get(HIGHWAYS[self.edges["highway"][part.row]], 0)

    def waycategory(self, part: Stretch) -> int:
        kind = self._kind(part.row)
        bits = _STEPS if kind == Kind.steps else _FERRY if kind == Kind.ferry else 0
        if HIGHWAYS[self.edges["highway"][part.row]] == "motorway":
            bits |= _HIGHWAY
        return bits | (_FORD if int(self.edges["caution"][part.row]) & self.fords else 0)

    def traildifficulty(self, part: Stretch) -> int:
        scale = self._tags(part.row).get("sac_scale", "")
        return _HIKES.index(scale) + 1 if scale in _HIKES else 0

    def osmid(self, part: Stretch) -> int | None:
        """Number of the way; barriers at a node have none."""
        return int(self.edges["osm_id"][part.row]) if self.edges["osm_type"][part.row] == b"w" else None

    def roadaccessrestrictions(self, part: Stretch) -> int:
        tags = self._tags(part.row)
        told = _ACCESS.get(tags.get("foot", tags.get("access", "")), 0)
        return told or (_ACCESS["private"] if self.edges["private"][part.row] else 0)
