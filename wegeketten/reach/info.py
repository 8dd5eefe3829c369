"""What a city holds: its counts, how much of it is surveyed or assumed, whom its kerbs serve."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wegeketten.model.tabular import Tabular

if TYPE_CHECKING:
    from wegeketten.chances.skill import Lesson
    from wegeketten.city import City
    from wegeketten.reach.kerbs import Kerbs
    from wegeketten.reach.quality import Quality


@dataclass(frozen=True)
class CityInfo(Tabular):
    """What `city_info` finds.

    Attributes
    ----------
    city
        The city.
    quality
        Shares of what is surveyed, tagged, derived and assumed.
    kerbs
        Kerbs by district.
    lessons
        What the city's tags teach about what is not tagged.
    """

    city: City = field(repr=False)
    quality: Quality = field(repr=False)
    kerbs: list[Kerbs] = field(repr=False)
    lessons: list[Lesson] = field(repr=False)

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Tables ``counts``, ``quality``, ``unreadable``, ``kerbs`` and ``chances``."""
        document = self.to_json()
        return {
            "counts": [{"what": name, "count": count} for name, count in document["counts"].items()],
            "quality": document["quality"]["shares"],
            "unreadable": document["quality"]["unreadable"],
            "kerbs": document["kerbs_din_18040_3"],
            "chances": document["chances"],
        }

    def to_json(self) -> dict[str, Any]:
        """The city's own description, with quality, kerbs and lessons."""
        return {
            **self.city.meta,
            "quality": self.quality.to_json(),
            "kerbs_din_18040_3": [each.to_json() for each in self.kerbs],
            "chances": [each.to_json() for each in self.lessons],
        }


def city_info(city: City) -> CityInfo:
    """Look into a city.

    Parameters
    ----------
    city
        A built city.

    Returns
    -------
    CityInfo
        What the folder holds.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> city_info(hamlet()).kerbs[0]
    Kerbs(district='', kerbs=1, both=0, wheels_only=0, cane_only=0, not_testable=1)
    """
    from wegeketten.chances.skill import lessons_of
    from wegeketten.people.profile import load_profile
    from wegeketten.reach.kerbs import kerbs_of
    from wegeketten.reach.quality import city_quality

    return CityInfo(city, city_quality(city), kerbs_of(city), lessons_of(city, load_profile("wheelchair")))
