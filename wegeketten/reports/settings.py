"""Who publishes a master plan, and of what: one small TOML file."""

from __future__ import annotations

import base64
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

from wegeketten.errors import InputDataError, UsageError
from wegeketten.files.bounds import read_within

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_LOGOS = {".png": "image/png", ".svg": "image/svg+xml", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}


class Settings(NamedTuple):
    """What a master plan says about itself, and what it covers.

    Attributes
    ----------
    title
        Name of the town, empty for that of the data.
    publisher, contact
        Names, and how to reach them.
    logo
        Picture as a ``data:`` address, empty for none.
    districts, profiles
        Names of the districts with a page of their own and ids of the groups the plan is for; all districts,
        and wheelchair and wheeled walker, where empty.
    budget_eur
        Money there is; None for a plan without an end.
    usable_stops
        Departures an hour that a stop must offer whom can board it; None where any mapped stop counts.
    chains
        Errands in order that the map can be asked for, such as ``pharmacy,doctor``.
    returning
        Whether they end at home.
    expected
        Whether measures are chosen by what is to be expected over drawn worlds, and not by *likely*.
    """

    title: str = ""
    publisher: str = ""
    contact: str = ""
    logo: str = ""
    districts: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    budget_eur: float | None = None
    usable_stops: float | None = None
    chains: tuple[str, ...] = ()
    returning: bool = False
    expected: bool = False

    def changed(
        self,
        title: str | None,
        districts: Sequence[str] | None,
        profiles: Sequence[str] | None,
        budget_eur: float | None,
        usable_stops: float | None = None,
    ) -> Settings:
        """The same, but for what the command line says.

        Parameters
        ----------
        title
            Title of the plan.
        districts
            Names of districts.
        profiles
            Ids of profiles.
        budget_eur
            Euros.
        usable_stops
            Departures an hour.

        Returns
        -------
        Settings
            What is None stays as it was.

        Examples
        --------
        >>> Settings().changed("Hamlet", None, None, None).title
        'Hamlet'
        """
        return self._replace(
            title=title or self.title,
            districts=tuple(districts or self.districts),
            profiles=tuple(profiles or self.profiles),
            budget_eur=self.budget_eur if budget_eur is None else budget_eur,
            usable_stops=self.usable_stops if usable_stops is None else usable_stops,
        )


def read_settings(path: Path) -> Settings:
    """Read the settings of a master plan.

    Parameters
    ----------
    path
        TOML with the keys ``title``, ``publisher``, ``contact``, ``logo`` (a PNG, JPEG or SVG file beside
        it), ``districts``, ``profiles``, ``budget_eur``, ``usable_stops``, ``chains``, ``returning`` and
        ``expected``; each may be missing.

    Returns
    -------
    Settings
        Checked.

    Raises
    ------
    UsageError
        The file or the logo cannot be read, or a key is unknown or of the wrong kind.
    """
    try:
        told = tomllib.loads(read_within(path, "settings").decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        if isinstance(error, InputDataError):
            raise
        raise UsageError(f"{path} is no TOML: {error}") from error
    unknown = sorted(set(told) - set(Settings._fields))
    if unknown:
        raise UsageError(f"{path}: unknown key {unknown[0]!r}; there are {', '.join(Settings._fields)}")
    for name in ("title", "publisher", "contact", "logo"):
        if not isinstance(told.get(name, ""), str):
            raise UsageError(f"{path}: {name} must be a text")
    lists: dict[str, Any] = {}
    for name in ("districts", "profiles", "chains"):
        value = told.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise UsageError(f"{path}: {name} must be a list of texts")
        lists[name] = tuple(value)
    numbers: dict[str, Any] = {name: told.get(name) for name in ("budget_eur", "usable_stops")}
    for name, value in numbers.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
            raise UsageError(f"{path}: {name} must be a number of 0 or more")
    flags: dict[str, Any] = {name: told.get(name, False) for name in ("returning", "expected")}
    for name, value in flags.items():
        if not isinstance(value, bool):
            raise UsageError(f"{path}: {name} must be true or false")
    if flags["returning"] and not lists["chains"]:
        example = '"pharmacy,doctor"'
        raise UsageError(f"{path}: returning is for chains; name them, such as chains = [{example}]")
    logo = _picture(path.parent / told["logo"]) if told.get("logo") else ""
    texts = {name: told.get(name, "") for name in ("title", "publisher", "contact")}
    return Settings(**texts, logo=logo, **lists, **numbers, **flags)


def _picture(path: Path) -> str:
    kind = _LOGOS.get(path.suffix.lower())
    if kind is None:
        raise UsageError(f"{path}: a logo is a PNG, JPEG or SVG file")
    try:
        content = read_within(path, "logo")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
