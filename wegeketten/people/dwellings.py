"""Which buildings people live in, and how much room they have there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

RESIDENTIAL = frozenset(
    {
        "apartments", "block", "bungalow", "cabin", "detached", "dormitory", "farm", "house",
        "houseboat", "residential", "semi", "semidetached_house", "static_caravan", "terrace",
        "terraced_house", "villa",
    }
)  # fmt: skip
"""Values of ``building`` in which people live."""

UNINHABITED = frozenset(
    {
        "allotment_house", "barn", "boathouse", "bridge", "bunker", "bus_station", "carport",
        "cathedral", "chapel", "church", "church_hall", "civic", "clubhouse", "college", "conservatory",
        "construction", "cowshed", "demolished", "digester", "farm_auxiliary", "fire_station", "garage",
        "garages", "gasometer", "government", "grandstand", "greenhouse", "hangar", "hospital",
        "industrial", "kindergarten", "kiosk", "manufacture", "mortuary", "mosque", "no", "office",
        "parking", "pavilion", "proposed", "public", "railway_station", "religious", "riding_hall",
        "roof", "ruins", "school", "service", "shed", "shrine", "silo", "slurry_tank", "sports_centre",
        "sports_hall", "stable", "stadium", "storage_tank", "sty", "supermarket", "synagogue", "temple",
        "toilets", "tower", "train_station", "transformer_tower", "transportation", "university",
        "utility", "warehouse", "water_tower",
    }
)  # fmt: skip
"""Values of ``building`` in which nobody lives; an address there is a home only if there is no better one."""

_FUNCTIONS = frozenset(
    {
        "aeroway", "amenity", "craft", "healthcare", "historic", "leisure", "man_made", "military",
        "office", "power", "public_transport", "railway", "shop", "tourism",
    }
)  # fmt: skip
_ELSEWHERE = {
    "landuse": {
        "allotments", "cemetery", "commercial", "construction", "depot", "farmyard", "garages",
        "industrial", "landfill", "military", "port", "quarry", "railway", "religious", "retail",
    },
    "amenity": {
        "college", "hospital", "kindergarten", "parking", "prison", "school", "university",
    },
    "leisure": {
        "marina", "park", "pitch", "sports_centre", "stadium",
    },
    "aeroway": {
        "aerodrome",
    },
    "tourism": {
        "camp_site", "caravan_site", "theme_park", "zoo",
    },
}  # fmt: skip

_FOOTPRINT_M2 = (40.0, 1500.0)  # of an unspecified building that may be a dwelling
_STOREYS = {"bungalow": 1.0, "apartments": 4.0, "dormitory": 4.0, "residential": 3.0}
_USUAL_STOREYS = 2.0  # where untagged: areas only share out people within one census cell


def may_be_dwelling(tags: Mapping[str, str], area_m2: float) -> bool:
    """Whether people may live in a building that bears no address.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.
    area_m2
        Ground area of the building.

    Returns
    -------
    bool
        True where nothing speaks against it.

    Examples
    --------
    >>> may_be_dwelling({"building": "house"}, 30.0), may_be_dwelling({"building": "yes"}, 30.0)
    (True, False)
    >>> may_be_dwelling({"building": "yes", "amenity": "school"}, 300.0)
    False
    """
    if tags["building"] in RESIDENTIAL:
        return True
    low, high = _FOOTPRINT_M2
    return tags["building"] == "yes" and low <= area_m2 <= high and _FUNCTIONS.isdisjoint(tags)


def is_elsewhere(tags: Mapping[str, str]) -> bool:
    """Whether grounds are such that an unspecified building on them is no dwelling.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    bool
        True for factories, schools, allotments and the like.

    Examples
    --------
    >>> is_elsewhere({"landuse": "industrial"}), is_elsewhere({"landuse": "residential"})
    (True, False)
    """
    return any(key in tags and tags[key] in values for key, values in _ELSEWHERE.items())


def count_storeys(tags: Mapping[str, str]) -> float:
    """Storeys of a building, the usual number of its kind where untagged.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    float
        At least 1.

    Examples
    --------
    >>> count_storeys({"building": "yes", "building:levels": "5"}), count_storeys({"building": "bungalow"})
    (5.0, 1.0)
    """
    try:
        levels = float(tags.get("building:levels", ""))
    except ValueError:
        levels = 0.0
    return levels if 0 < levels <= 200 else _STOREYS.get(tags.get("building", ""), _USUAL_STOREYS)
