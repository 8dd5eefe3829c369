"""What the answers rest on: cities, profiles and services as functions, extracts fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wegeketten.api.inputs import city_of
from wegeketten.model.tabular import Tabular

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.places.service_catalogue import Catalogue
    from wegeketten.reach.info import CityInfo


def info(city: City | str | Path) -> CityInfo:
    """What a city holds, how much of it is surveyed or assumed, and whom its kerbs serve.

    Parameters
    ----------
    city
        A city, its folder, an extract, or ``demo``.

    Returns
    -------
    CityInfo
        What the folder holds.

    Raises
    ------
    InputDataError
        There is no such city.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> info(hamlet()).city.meta["counts"]["homes"]
    12
    """
    from wegeketten.reach.info import city_info

    return city_info(city_of(city))


def schema(command: str | None = None) -> dict[str, Any] | list[str]:
    """The JSON Schema of what a command prints with ``--json``, or the names of those that have one.

    Parameters
    ----------
    command
        Name of a command.

    Returns
    -------
    dict or list of str
        JSON Schema of a command's document, or the names of all commands that have one.

    Raises
    ------
    UsageError
        The command prints no JSON.

    Examples
    --------
    >>> schema("norm")["title"]
    'wegeketten norm --json'
    """
    from wegeketten.files.schemas import load_schema, schema_names

    return schema_names() if command is None else load_schema(command)


def fetch(place: str, out: str | Path) -> Path:
    """Download a place from OpenStreetMap into an extract that `build` reads; returns the file.

    Parameters
    ----------
    place
        Such as ``"Dresden, Germany"``.
    out
        File to write: ``.osm.pbf``, ``.osm.gz``, ``.osm.bz2`` or ``.osm``.

    Returns
    -------
    Path
        The extract that was written.

    Raises
    ------
    InputDataError
        There is no such place, or the servers do not answer.
    """
    from wegeketten.osm.fetch import fetch_place

    return fetch_place(place, out)


@dataclass(frozen=True)
class ProfileList(Tabular):
    """Mobility profiles; a sequence of `wegeketten.people.profile.Profile`."""

    profiles: tuple[Profile, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.profiles)

    def __getitem__(self, number: int) -> Profile:
        return self.profiles[number]

    def __repr__(self) -> str:
        return f"ProfileList({', '.join(one.id for one in self.profiles)})"

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Tables ``profiles`` and ``figures`` (one row per profile and figure, with its source)."""
        return {
            "profiles": [
                {"id": one.id, "name_de": one.name.de, "name_en": one.name.en, "summary_en": one.summary.en}
                for one in self.profiles
            ],
            "figures": [row for one in self.profiles for row in _figures(one)],
        }

    def to_json(self) -> list[dict[str, Any]]:
        """All figures with their sources."""
        return [one.model_dump(mode="json") for one in self.profiles]


def profiles() -> ProfileList:
    """The mobility profiles, every figure with its source.

    Examples
    --------
    >>> profiles()
    ProfileList(walker, senior, rollator, wheelchair, powerchair, pram, blind)
    >>> profiles()[3].limits.kerb_cm
    3.0
    """
    from wegeketten.people.profile import load_profiles

    return ProfileList(tuple(load_profiles()))


@dataclass(frozen=True)
class ServiceList(Tabular):
    """The basic services of a catalogue."""

    catalogue: Catalogue = field(repr=False)

    def __len__(self) -> int:
        return len(self.catalogue.ids)

    def __repr__(self) -> str:
        return f"ServiceList({', '.join(self.catalogue.ids)})"

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Table ``services``."""
        rows = []
        for name, service in self.catalogue.services.items():
            plain = service.model_dump(mode="json")
            rows.append(
                {"id": name, **{key: plain[key] for key in plain if not isinstance(plain[key], list)}}
            )
        return {"services": rows}

    def to_json(self) -> dict[str, Any]:
        """The whole catalogue with its sources."""
        return self.catalogue.model_dump(mode="json")


def services() -> ServiceList:
    """The basic services with their reach standards and sources.

    Examples
    --------
    >>> len(services())
    16
    """
    from wegeketten.places.service_catalogue import load_catalogue

    return ServiceList(load_catalogue())


def _figures(profile: Profile) -> list[dict[str, Any]]:
    rows = []
    values = profile.model_dump(mode="json")
    for path, source in profile.sources.items():
        section, _, name = path.partition(".")
        rows.append(
            {
                "profile": profile.id,
                "figure": path,
                "value": values[section][name],
                "mark": source.mark,
                "source": source.source,
            }
        )
    return rows
