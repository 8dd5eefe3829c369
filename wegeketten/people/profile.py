"""Mobility profiles: what a person can pass, and how long it takes them.

A profile is a TOML file in ``data/profiles``; each figure carries its source and how far the source was
checked. A user's own file may start from a shipped one with ``base = "wheelchair"``.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationError

from wegeketten.errors import UsageError
from wegeketten.files.resources import shipped
from wegeketten.files.sourced import Cited, Source, Strict, Text, faults_of, meant, read_toml, take_apart
from wegeketten.people.figures import (
    Delays,
    Limits,
    Passages,
    Preset,
    SlopeSpeed,
    SmoothnessSpeed,
    Speeds,
    SurfaceSpeed,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "PRESETS",
    "PROFILES",
    "Pace",
    "Profile",
    "load_profile",
    "load_profiles",
    "parse_limits",
    "profile_ids",
]

PROFILES = ("walker", "senior", "rollator", "wheelchair", "powerchair", "pram", "blind")
"""Ids of the shipped profiles, in the order reports show them."""

PRESETS = (
    "ors", "ors-meant", "valhalla", "valhalla-meant", "accessmap", "accessmap-meant", "otp", "otp-meant",
)  # fmt: skip
"""Ids of other routers' wheelchair profiles, as built and as meant; chosen by id, never by default."""

Pace = Literal["slow", "typical", "fast"]


class Profile(Strict):
    """A group of people as the network sees it.

    Attributes
    ----------
    id
        Short name, ``[a-z0-9_-]``.
    name, summary
        Name and one plain sentence, German and English.
    wheels
        Whether the person rolls or pushes something that rolls.
    limits, passages, speeds, slope, surface, smoothness, delays
        The figures, see the classes of these names.
    pace
        Which of the three speeds is used.
    preset
        The router whose rules count instead of our own; None for a profile of people.
    sources
        For each figure, by its dotted path (``limits.kerb_cm``), where it comes from.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$")]
    name: Text
    summary: Text
    wheels: bool
    limits: Limits
    passages: Passages
    speeds: Speeds
    slope: SlopeSpeed
    surface: SurfaceSpeed
    smoothness: SmoothnessSpeed
    delays: Delays
    pace: Pace = "typical"
    preset: Preset | None = None
    sources: Annotated[dict[str, Source], Field(repr=False)]

    @property
    def level_m_s(self) -> float:
        """Speed on level, good ground at the profile's pace, m/s."""
        return float(getattr(self.speeds, f"{self.pace}_m_s"))

    @cached_property
    def sha256(self) -> str:
        """Hash of all figures (limits overridden for a run included), as 64 hex digits.

        Examples
        --------
        >>> load_profile("walker").sha256 == load_profile("walker", {"kerb_cm": 10}).sha256
        False
        """
        besides = {"name", "summary", "sources"} | (set() if self.preset else {"preset"})
        figures = self.model_dump(mode="json", exclude=besides)
        return hashlib.sha256(json.dumps(figures, sort_keys=True).encode()).hexdigest()

    def __hash__(self) -> int:
        return int(self.sha256[:15], 16)

    def changed(self, *, limits: Mapping[str, Any] | None = None, level_m_s: float | None = None) -> Profile:
        """The same profile with other figures for one question; they are taken as they are.

        Parameters
        ----------
        limits
            Limits by name that replace its own; None lifts one.
        level_m_s
            Speed on the level at every pace, m/s.

        Returns
        -------
        Profile
            Its hash differs from this one's.

        Examples
        --------
        >>> load_profile("wheelchair").changed(limits={"kerb_cm": 6.0}).limits.kerb_cm
        6.0
        """
        paces = dict.fromkeys(("slow_m_s", "typical_m_s", "fast_m_s"), level_m_s)
        parts: dict[str, Any] = {"limits": self.limits.model_copy(update=dict(limits or {}))}
        if level_m_s is not None:
            parts["speeds"] = self.speeds.model_copy(update=paces)
        copied = self.model_copy(update=parts)
        vars(copied).pop("sha256", None)  # kept from before it changed
        return copied


_FOR_THIS_RUN = {"source": "set for this run", "source_de": "für diesen Lauf gesetzt", "mark": "A"}
_NOT_STATED = {
    "source": "the profile says nothing about it",
    "source_de": "das Profil sagt nichts dazu",
    "mark": "A",
}
_CITED = ("limits", "passages", "speeds", "slope", "surface", "smoothness", "delays")


def profile_ids() -> tuple[str, ...]:
    """Ids of the shipped profiles.

    Examples
    --------
    >>> profile_ids()
    ('walker', 'senior', 'rollator', 'wheelchair', 'powerchair', 'pram', 'blind')
    """
    return PROFILES


def load_profile(
    id_or_path: str | Path,
    limits: Mapping[str, float | str | bool | None] | None = None,
    *,
    pace: Pace = "typical",
) -> Profile:
    """Load a shipped profile by its id, or a user's own file.

    Parameters
    ----------
    id_or_path
        An id of `profile_ids`, or the path of a TOML file (recognised by its suffix ``.toml``).
    limits
        Limits that replace the profile's own for this run, by name; None lifts a limit. Names of `Passages`
        (``kissing_gate``) are accepted too.
    pace
        Which of the profile's three speeds to use.

    Returns
    -------
    Profile
        All figures with their sources.

    Raises
    ------
    UsageError
        There is no such profile, or its file has faults; the message names all of them.

    Examples
    --------
    >>> load_profile("wheelchair").limits.kerb_cm
    3.0
    >>> load_profile("wheelchair", {"kerb_cm": 6}).limits.kerb_cm
    6.0
    >>> load_profile("weelchair")
    Traceback (most recent call last):
    wegeketten.errors.UsageError: there is no profile 'weelchair', did you mean 'wheelchair'? ...
    """
    path = _path(id_or_path)
    file = _read(path)
    faults = file.faults
    if limits:
        faults = [*faults, *_override(file, limits)]
    sources = {f"passages.{name}": _NOT_STATED for name in Passages.model_fields} | {
        path: source for path, source in file.sources.items() if path.split(".")[0] in _CITED
    }
    tree = {**file.values, "pace": pace, "sources": sources}
    try:
        profile = Profile.model_validate(tree)
    except ValidationError as error:
        faults = [*faults, *faults_of(error, Profile)]
    if faults:
        where = str(path) if path.suffix == ".toml" and path.parent != shipped("profiles") else path.stem
        raise UsageError(f"profile {where}: {'; '.join(faults)}")
    return profile


def load_profiles(
    ids: Iterable[str | Path] = (),
    limits: Mapping[str, float | str | bool | None] | None = None,
    *,
    pace: Pace = "typical",
) -> list[Profile]:
    """Load several profiles, all shipped ones where none is named.

    Parameters
    ----------
    ids
        Ids and paths of TOML files.
    limits
        As for `load_profile`; they hold for all.
    pace
        Which of the three speeds is used.

    Returns
    -------
    list of Profile
        In the order of `ids`.

    Raises
    ------
    UsageError
        One of them cannot be loaded, or two files carry the same id.

    Examples
    --------
    >>> [profile.id for profile in load_profiles(["pram", "blind"])]
    ['pram', 'blind']
    """
    profiles = [load_profile(each, limits, pace=pace) for each in dict.fromkeys(list(ids) or PROFILES)]
    seen: set[str] = set()
    for profile in profiles:
        if profile.id in seen:
            raise UsageError(f"two profiles have the id {profile.id!r}; give your own file another id")
        seen.add(profile.id)
    return profiles


def parse_limits(texts: Iterable[str]) -> dict[str, float | str | bool | None]:
    """Read ``--limit NAME=VALUE`` options.

    Parameters
    ----------
    texts
        Such as ``kerb_cm=6``, ``surface_class=D``, ``steps_max=none`` or ``stile=free``.

    Returns
    -------
    dict
        Value by name.

    Raises
    ------
    UsageError
        A text has no ``=``, a name is unknown or given twice; the message names all faults.

    Examples
    --------
    >>> parse_limits(["kerb_cm=6", "incline_up_pct=none", "surface_class=D"])
    {'kerb_cm': 6.0, 'incline_up_pct': None, 'surface_class': 'D'}
    >>> parse_limits(["kerb=6"])
    Traceback (most recent call last):
    wegeketten.errors.UsageError: --limit: no limit is called 'kerb', did you mean 'kerb_cm'?
    """
    limits: dict[str, float | str | bool | None] = {}
    faults = []
    for text in texts:
        name, equals, raw = (part.strip() for part in text.partition("="))
        if not equals or not raw:
            faults.append(f"{text!r} is not NAME=VALUE, for instance kerb_cm=6")
        elif name not in Limits.model_fields and name not in Passages.model_fields:
            faults.append(f"no limit is called {name!r}{meant(name, _limit_names())}")
        elif name in limits:
            faults.append(f"{name} is given twice")
        else:
            limits[name] = _plain(raw)
    if faults:
        raise UsageError(f"--limit: {'; '.join(faults)}")
    return limits


def _plain(raw: str) -> float | str | bool | None:
    words: dict[str, bool | None] = {"none": None, "true": True, "yes": True, "false": False}
    if raw in words:
        return words[raw]
    try:
        return float(raw.replace(",", ".") if re.fullmatch(r"-?\d+,\d+", raw) else raw)
    except ValueError:
        return raw


def doubtful_limits(limits: Mapping[str, float | str | bool | None]) -> list[str]:
    """Limits that look like another unit than theirs.

    Parameters
    ----------
    limits
        Result of `parse_limits`.

    Returns
    -------
    list of str
        One sentence each.

    Examples
    --------
    >>> doubtful_limits({"incline_up_pct": 0.06, "kerb_cm": 3.0})
    ['incline_up_pct=0.06 is read as 0.06 %; is 6 meant?']
    """
    told = []
    for name, value in limits.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
            continue
        if name.endswith("_pct") and value < 0.5:
            told.append(f"{name}={value:g} is read as {value:g} %; is {value * 100:g} meant?")
        elif name.endswith("_cm") and value < 0.3:
            told.append(f"{name}={value:g} is read as {value:g} cm; is {value * 100:g} meant?")
        elif name.endswith("_m") and value > 20:
            told.append(f"{name}={value:g} is read as {value:g} m; is {value / 100:g} meant?")
    return told


def _path(id_or_path: str | Path) -> Path:
    path = Path(id_or_path)
    if str(id_or_path) in PROFILES:
        return shipped("profiles", f"{id_or_path}.toml")
    if str(id_or_path) in PRESETS:
        return shipped("profiles", "presets", f"{id_or_path}.toml")
    if path.suffix == ".toml":
        return path
    hint = meant(str(id_or_path), (*PROFILES, *PRESETS))
    raise UsageError(
        f"there is no profile {str(id_or_path)!r}{hint or '.'} "
        f"Known: {' '.join(PROFILES)}, the presets {' '.join(PRESETS)}, or a file NAME.toml"
    )


def _read(path: Path) -> Cited:
    tree = read_toml(path, "profile")
    base = tree.pop("base", None)
    own = take_apart({"id": path.stem, **tree})
    if base is None:
        return own
    if base not in PROFILES:
        return own._replace(
            faults=[*own.faults, f"base {base!r} is no shipped profile{meant(str(base), PROFILES)}"]
        )
    return own.over(_read(shipped("profiles", f"{base}.toml")))


def _override(file: Cited, limits: Mapping[str, float | str | bool | None]) -> list[str]:
    faults = []
    for name, value in limits.items():
        section = "passages" if name in Passages.model_fields else "limits"
        if section == "limits" and name not in Limits.model_fields:
            faults.append(f"no limit is called {name!r}{meant(name, _limit_names())}")
            continue
        file.values.setdefault(section, {})[name] = "none" if value is None else value
        file.sources[f"{section}.{name}"] = _FOR_THIS_RUN
    return faults


def _limit_names() -> list[str]:
    return [*Limits.model_fields, *Passages.model_fields]


def refuse_presets(profiles: Iterable[Profile], command: str) -> None:
    """Refuse presets of other routers where readings are changed: they decide by tags as they stand.

    Parameters
    ----------
    profiles
        Those that are asked for.
    command
        Name of the command.

    Raises
    ------
    UsageError
        One of them is a preset.

    Examples
    --------
    >>> refuse_presets([load_profile("walker")], "plan")
    """
    for profile in profiles:
        if profile.preset is not None:
            raise UsageError(
                f"{command} --profile {profile.id}: presets decide by tags, which no measure changes; "
                "choose one of our own profiles"
            )
