"""The catalogue of basic services: what counts as one, and how far is near enough."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from wegeketten.errors import UsageError
from wegeketten.files.bounds import read_within
from wegeketten.files.resources import shipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


Filter = dict[str, Annotated[list[str], Field(min_length=1)]]
"""Values by key; see `matches`."""

_FILE_KEYS = ("version", "never", "services")


class _Walker(Protocol):
    """What a standard needs to know of a profile; profiles live in a room above this one."""

    @property
    def level_m_s(self) -> float:
        """Speed on level, good ground, m/s."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Name(_Strict):
    """What reports call a service."""

    de: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Standard(_Strict):
    """How far is near enough: metres of walking distance or minutes of walking time, one of the two."""

    metres: float | None = Field(default=None, gt=0, le=50_000, allow_inf_nan=False)
    minutes: float | None = Field(default=None, gt=0, le=600, allow_inf_nan=False)

    @model_validator(mode="after")
    def _one_of_two(self) -> Standard:
        if (self.metres is None) == (self.minutes is None):
            msg = "give metres or minutes, one of the two"
            raise ValueError(msg)
        return self


class Service(_Strict):
    """One basic service; the keys are explained at the top of ``data/services.toml``."""

    id: str
    name: Name
    standard: Standard
    source: str = Field(min_length=1)
    source_de: str = ""
    mark: Literal["V", "X", "M", "A"]
    any: list[Filter] = Field(min_length=1)
    never: Filter = Field(default_factory=dict)
    geometry: list[Literal["node", "area"]] = Field(default=["node", "area"], min_length=1)
    approach: Literal["door", "ground", "edge"] = "door"
    wheelchair: bool = True
    same_within_m: float = Field(default=50.0, ge=0, le=1000, allow_inf_nan=False)

    @model_validator(mode="after")
    def _filters_name_keys(self) -> Service:
        if not all(self.any):
            msg = "any: an empty table would match every element"
            raise ValueError(msg)
        return self

    def source_in(self, lang: str) -> str:
        """Where the standard comes from; in German where the file says it in German.

        Parameters
        ----------
        lang
            Language of the text, ``de`` or ``en``.

        Returns
        -------
        str
            Text with author and year.

        Examples
        --------
        >>> load_catalogue().services["culture"].source_in("de")
        'Stadt der 15 Minuten: das Nötige in einer Viertelstunde'
        """
        return self.source_de if lang == "de" and self.source_de else self.source

    def standard_s(self, level_speed_m_s: float) -> float:
        """Seconds within which a place counts as reached.

        A standard in metres is a distance: it holds for everybody and becomes time at the level speed of the
        profile, so that nobody is asked to be faster than they are. A standard in minutes is the same minutes
        for everybody.

        Parameters
        ----------
        level_speed_m_s
            Speed of the profile on level, good ground, m/s.

        Returns
        -------
        float
            Seconds.

        Examples
        --------
        >>> groceries = load_catalogue().services["groceries"]
        >>> round(groceries.standard_s(1.33)), round(groceries.standard_s(0.6))
        (526, 1167)
        """
        if self.standard.metres is not None:
            return self.standard.metres / level_speed_m_s
        return (self.standard.minutes or 0.0) * 60.0


class _File(_Strict):
    version: Literal[1] = 1
    never: Filter = Field(default_factory=dict)
    services: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")], Service] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _ids_from_headings(cls, document: dict[str, Any]) -> dict[str, Any]:
        tables = document.get("services")
        if not isinstance(tables, dict):
            return document
        named = {
            key: {**table, "id": key} if isinstance(table, dict) else table for key, table in tables.items()
        }
        return {**document, "services": named}


class Catalogue(_Strict):
    """Services by id, in the order of the file.

    Attributes
    ----------
    services
        The services.
    never
        Tag values that exclude an element from every service.
    digest
        SHA-256 of the file, hexadecimal.
    source
        Path of the file.
    """

    services: dict[str, Service]
    never: Filter
    digest: str
    source: str

    @property
    def ids(self) -> list[str]:
        """Service ids in the order of the file."""
        return list(self.services)

    def service(self, name: str) -> Service:
        """One service by id.

        Parameters
        ----------
        name
            Id of the service.

        Returns
        -------
        Service
            Its filters, standard and source.

        Raises
        ------
        UsageError
            There is none of that id.
        """
        return self.services[self.pick([name])[0]]

    def standard_s(self, name: str, profile: _Walker) -> float:
        """Seconds within which a place counts as reached by a profile, see `Service.standard_s`.

        Parameters
        ----------
        name
            Id of the service.
        profile
            The mobility profile that is asked about.

        Returns
        -------
        float
            Seconds.
        """
        return self.service(name).standard_s(profile.level_m_s)

    def pick(self, ids: Iterable[str]) -> list[str]:
        """Check service ids a user named; all of them where none is named.

        Parameters
        ----------
        ids
            Ids as the user wrote them.

        Returns
        -------
        list of str
            In the order of `ids`, each once.

        Raises
        ------
        UsageError
            An id is unknown; the message says which one was probably meant.

        Examples
        --------
        >>> load_catalogue().pick(["pharmacy"])
        ['pharmacy']
        """
        wanted = list(dict.fromkeys(ids)) or list(self.services)
        unknown = [name for name in wanted if name not in self.services]
        if unknown:
            hints = "; ".join(f"unknown service {name!r}{_meant(name, self.services)}" for name in unknown)
            raise UsageError(f"{hints} (known: {', '.join(self.services)})")
        return wanted

    def of(self, tags: Mapping[str, str]) -> list[str]:
        """Ids of the services that an element with these tags offers, whatever its geometry.

        Parameters
        ----------
        tags
            Tags of the element, with tidy keys.

        Returns
        -------
        list of str
            In the order of the catalogue.

        Examples
        --------
        >>> load_catalogue().of({"amenity": "pharmacy", "name": "Löwen-Apotheke"})
        ['pharmacy']
        >>> load_catalogue().of({"amenity": "vending_machine", "vending": "drugs"})
        []
        >>> load_catalogue().of({"disused:amenity": "pharmacy"})
        []
        """
        if self._first_tags.keys().isdisjoint(tags):
            return []
        if not any(self._may_tell(key, value) for key, value in tags.items()):
            return []
        found = [
            name
            for name, service in self.services.items()
            if any(matches(tags, wanted) for wanted in service.any)
        ]
        if not found or excluded(tags, self.never):
            return []
        return [name for name in found if not excluded(tags, self.services[name].never)]

    def _may_tell(self, key: str, value: str) -> bool:
        if key not in self._first_tags:
            return False
        values = self._first_tags[key]
        return values is None or value in values or ";" in value

    @cached_property
    def _first_tags(self) -> dict[str, frozenset[str] | None]:
        """Values by the first key of every filter, None for any: most elements carry none of them."""
        values: dict[str, set[str]] = {}
        for wanted in (wanted for service in self.services.values() for wanted in service.any):
            key = next(iter(wanted))
            values.setdefault(key, set()).update(wanted[key])
        return {
            key: None if any(value == "*" or value.startswith("!") for value in of_key) else frozenset(of_key)
            for key, of_key in values.items()
        }


def matches(tags: Mapping[str, str], wanted: Filter) -> bool:
    """Whether all keys of a filter are met.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.
    wanted
        Values allowed, by key.

    Returns
    -------
    bool
        True where each key has one of its values.

    Examples
    --------
    >>> matches({"shop": "bakery;supermarket"}, {"shop": ["supermarket"]})
    True
    >>> matches({"post_office": "no"}, {"post_office": ["!no"]})
    False
    """
    return all(key in tags and _value_in(tags[key], values) for key, values in wanted.items())


def excluded(tags: Mapping[str, str], never: Filter) -> bool:
    """Whether one of the values that exclude an element is there.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.
    never
        Values that exclude, by key.

    Returns
    -------
    bool
        True where any key has one of its values.

    Examples
    --------
    >>> excluded({"disused": "yes"}, {"disused": ["!no"]})
    True
    >>> excluded({}, {"disused": ["!no"]})
    False
    """
    return any(key in tags and _value_in(tags[key], values) for key, values in never.items())


def _value_in(raw: str, values: list[str]) -> bool:
    for value in raw.split(";"):
        value = value.strip()
        if value in values or "*" in values:
            return True
        negated = [allowed[1:] for allowed in values if allowed.startswith("!")]
        if negated and value and value not in negated:
            return True
    return False


def load_catalogue(path: Path | str | None = None) -> Catalogue:
    """Read a catalogue of services.

    Parameters
    ----------
    path
        A user's own file, or None for the one that ships with the package.

    Returns
    -------
    Catalogue
        Services by id.

    Raises
    ------
    UsageError
        The file cannot be read or does not fit; all faults at once, with the key that was probably meant.

    Examples
    --------
    >>> len(load_catalogue().services)
    16
    """
    file = shipped("services.toml") if path is None else Path(path)
    try:
        raw = read_within(file, "settings")
        document = tomllib.loads(raw.decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"cannot read the catalogue of services {file}: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{file} is no TOML: {error}") from error
    try:
        content = _File.model_validate(document)
    except ValidationError as error:
        raise UsageError(f"{file}: {'; '.join(_faults(error))}") from error
    return Catalogue(
        services=content.services,
        never=content.never,
        digest=hashlib.sha256(raw).hexdigest(),
        source=str(file),
    )


def _faults(error: ValidationError) -> list[str]:
    """One clause per fault, with the dotted place in the file."""
    clauses = []
    for fault in error.errors():
        where = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            name = str(fault["loc"][-1])
            clauses.append(f"unknown key {where}{_meant(name, _known_keys(fault['loc']))}")
        else:
            clauses.append(f"{where}: {fault['msg'].removeprefix('Value error, ')}")
    return clauses


def _known_keys(place: tuple[int | str, ...]) -> Iterable[str]:
    if len(place) == 1:
        return _FILE_KEYS
    if "standard" in place[:-1]:
        return Standard.model_fields
    if "name" in place[:-1]:
        return Name.model_fields
    return [key for key in Service.model_fields if key != "id"]


def _meant(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""
