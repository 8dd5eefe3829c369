"""What a client wishes beside the profile: other limits, things and areas to avoid, the shortest way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from wegeketten.people.figures import SMOOTHNESS
from wegeketten.serve.fields import shown
from wegeketten.serve.refusals import FORM, TOO_MUCH
from wegeketten.tags.readers import measure

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from wegeketten.serve.fields import Fields

MOST_CORNERS = 2000
"""Corners of all areas to avoid."""

FEATURES = ("ferries", "fords", "steps", "highways", "tollways")
"""What openrouteservice lets one avoid; on foot nobody takes the last two."""

_TRACKS = ("grade1", "grade2", "grade3", "grade4", "grade5")
_OPTIONS = (
    "avoid_features", "avoid_polygons", "profile_params", "avoid_borders", "avoid_countries", "round_trip",
    "vehicle_type",
)  # fmt: skip
_PARAMS = ("restrictions", "weightings", "surface_quality_known", "allow_unsuitable")
_RESTRICTIONS = (
    "surface_type", "track_type", "smoothness_type", "maximum_sloped_kerb", "maximum_incline",
    "minimum_width",
)  # fmt: skip


@dataclass(frozen=True)
class Wishes:
    """What differs from the plain question; two equal ones ask for the same network.

    Attributes
    ----------
    limits
        Names and values of the profile's limits that are replaced; None lifts one.
    features
        Some of `FEATURES`.
    area
        Area to avoid as WKB in degrees; empty for none.
    track_grade
        Worst ``tracktype`` that is walked, 1 to 5; 0 where it does not matter.
    surface_known
        Whether only ways count whose surface somebody mapped.
    by_length
        Whether metres count instead of seconds.
    """

    limits: tuple[tuple[str, float | None], ...] = ()
    features: frozenset[str] = frozenset()
    area: bytes = b""
    track_grade: int = 0
    surface_known: bool = False
    by_length: bool = False


def wishes_of(fields: Fields, *, by_length: bool = False) -> Wishes:
    """Read the field ``options`` of a request.

    Parameters
    ----------
    fields
        The request.
    by_length
        Whether metres count instead of seconds.

    Returns
    -------
    Wishes
        What of it changes the network.

    Raises
    ------
    RefusedError
        Something in it is wrong, or is not known about this city.
    """
    options = fields.group("options")
    options.known("options", _OPTIONS)
    _refuse_unknown(options)
    params = options.group("options.profile_params")
    params.known("options.profile_params", _PARAMS)
    _refuse_weightings(params)
    limits = params.group("options.profile_params.restrictions")
    limits.known("options.profile_params.restrictions", _RESTRICTIONS)
    features = options.words("options.avoid_features", len(FEATURES))
    for feature in features:
        if feature not in FEATURES:
            raise options.refuse(
                f"options.avoid_features: {shown(feature)} is not known, choose {', '.join(FEATURES)}"
            )
    params.flag("options.profile_params.allow_unsuitable", default=False)  # unclear ways are told as such
    track = limits.choice("options.profile_params.restrictions.track_type", (*_TRACKS, "any"), "any")
    return Wishes(
        tuple(sorted(_limits(limits).items())),
        frozenset(features) - {"highways", "tollways"},
        _area(options, "options.avoid_polygons"),
        _TRACKS.index(track) + 1 if track in _TRACKS else 0,
        params.flag("options.profile_params.surface_quality_known", default=False),
        by_length,
    )


def _refuse_unknown(options: Fields) -> None:
    """What would change the answer, and cannot be done here."""
    for name, reason in (
        ("avoid_borders", "borders are not known here"),
        ("avoid_countries", "borders are not known here"),
        ("round_trip", "round trips are not answered; give the points on the way"),
        ("vehicle_type", "nobody drives here"),
    ):
        if options.values.get(f"options.{name}") not in (None, [], {}, "", "unknown"):
            raise options.refuse(f"options.{name}: {reason}")


def _refuse_weightings(params: Fields) -> None:
    for path, value in params.group("options.profile_params.weightings").values.items():
        if value not in (None, 0, {}, {"factor": 0}):
            raise params.refuse(f"{path}: nothing is known about it here")


def _limits(told: Fields) -> dict[str, float | None]:
    """Limits of a profile from openrouteservice's restrictions for wheelchairs."""
    found: dict[str, float | None] = {}
    start = "options.profile_params.restrictions"

    def number(name: str, low: float, high: float) -> float | None:
        path = f"{start}.{name}"
        return None if told.values[path] == "any" else told.bounded(path, told.values[path], low, high)

    if told.given(f"{start}.maximum_sloped_kerb"):
        metres = number("maximum_sloped_kerb", 0.0, 0.3)
        found["kerb_cm"] = None if metres is None else round(100 * metres, 6)
    if told.given(f"{start}.maximum_incline"):
        found["incline_up_pct"] = found["incline_down_pct"] = number("maximum_incline", 0.0, 100.0)
    if told.given(f"{start}.minimum_width"):
        found["width_m"] = number("minimum_width", 0.0, 10.0)
    if told.given(f"{start}.smoothness_type"):
        word = told.choice(f"{start}.smoothness_type", (*SMOOTHNESS, "any"), "any")
        found["smoothness_grade"] = SMOOTHNESS.index(word) + 1 if word in SMOOTHNESS else None
    if told.given(f"{start}.surface_type"):
        found["surface_class"] = _surface_class(told, f"{start}.surface_type")
    return found


def _surface_class(told: Fields, path: str) -> int | None:
    """The class of a surface that is named as in OpenStreetMap; no better one is asked for."""
    word = told.values[path]
    if word == "any":
        return None
    reading = measure("surface", word) if isinstance(word, str) and len(word) <= 255 else None
    if reading is None or reading.value is None:
        raise told.refuse(f"{path}: {shown(word)} is no surface of OpenStreetMap that is known here")
    return round(reading.value)


def _area(options: Fields, path: str) -> bytes:
    """Areas to avoid: a polygon or several, as in GeoJSON."""
    told = options.values.get(path)
    if told in (None, {}, []):
        return b""
    if not isinstance(told, dict) or told.get("type") not in ("Polygon", "MultiPolygon"):
        raise options.refuse(f"{path}: a polygon or multipolygon of GeoJSON was expected", FORM)
    whole = told.get("coordinates")
    polygons = [whole] if told["type"] == "Polygon" else whole
    if not isinstance(polygons, list):
        raise options.refuse(f"{path}: a polygon or multipolygon of GeoJSON was expected", FORM)
    left = MOST_CORNERS
    shapes: list[BaseGeometry] = []
    for rings in polygons:
        if not isinstance(rings, list) or not rings:
            raise options.refuse(f"{path}: a polygon or multipolygon of GeoJSON was expected", FORM)
        drawn = []
        for ring in rings:
            left -= len(ring) if isinstance(ring, list) else 0
            if left < 0:
                raise options.refuse(
                    f"{path}: these are too many corners, at most {MOST_CORNERS} are answered", TOO_MUCH
                )
            drawn.append(_ring(options, path, ring))
        shapes.append(shapely.make_valid(shapely.Polygon(drawn[0], drawn[1:])))
    return bytes(shapely.to_wkb(shapely.union_all(shapes))) if shapes else b""


def _ring(options: Fields, path: str, ring: Any) -> list[tuple[float, float]]:
    if not isinstance(ring, list) or len(ring) < 4:
        raise options.refuse(f"{path}: each ring has at least four corners, the last is the first", FORM)
    return [options.point(path, corner) for corner in ring]
