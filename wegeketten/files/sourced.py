"""TOML files in which every figure carries its source: profiles, measures.

A figure is written ``kerb_cm = { value = 3, mark = "V", source = "DIN 18040-3 …" }``; a bare
``kerb_cm = 3`` is accepted in a user's own file and shown as unsourced.
"""

from __future__ import annotations

import difflib
import tomllib
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict

from wegeketten.errors import InputDataError, UsageError
from wegeketten.files.bounds import read_within

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pydantic import ValidationError

_KEYS = ("value", "mark", "source", "source_de")
UNSOURCED = {"source": "stated without a source", "source_de": "ohne Quelle angegeben", "mark": "A"}


class Strict(BaseModel):
    """No unknown keys, no infinities, nothing changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Text(Strict):
    """The same words in both languages."""

    de: str
    en: str


class Source(Strict):
    """Where a figure comes from.

    Attributes
    ----------
    source
        Clause, paper or page, in words.
    mark
        ``V`` read in a public source, ``X`` calculated from one, ``M`` from memory and unverified,
        ``A`` an assumption of this project.
    source_de
        The same in German.
    """

    source: str
    mark: Literal["V", "X", "M", "A"]
    source_de: str = ""

    def text(self, lang: Literal["de", "en"]) -> str:
        """The source in a language; as it is written where there is no German wording.

        Parameters
        ----------
        lang
            Language of the text.

        Returns
        -------
        str
            Without a full stop.
        """
        return self.source_de if lang == "de" and self.source_de else self.source


class Cited(NamedTuple):
    """A file taken apart.

    Attributes
    ----------
    values
        The tree with plain values in place of figures.
    sources
        Source and mark of every leaf, by dotted path; `UNSOURCED` where the file gives none.
    faults
        What is wrong with the figures' own tables.
    """

    values: dict[str, Any]
    sources: dict[str, dict[str, str]]
    faults: list[str]

    def over(self, below: Cited) -> Cited:
        """Lay this file over another: what it states counts, the rest comes from below.

        Parameters
        ----------
        below
            The file that is laid under it.

        Returns
        -------
        Cited
            Values and sources of both.
        """
        return Cited(_merged(below.values, self.values), {**below.sources, **self.sources}, self.faults)


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    path
        The file.
    what
        What the file is to the user (``profile``), for messages.

    Returns
    -------
    dict
        Tables and values by key.

    Raises
    ------
    UsageError
        The file cannot be read, or is not TOML in UTF-8.

    Examples
    --------
    >>> from wegeketten.files.resources import shipped
    >>> read_toml(shipped("profiles", "walker.toml"), "profile")["id"]
    'walker'
    """
    try:
        return tomllib.loads(read_within(path, "settings").decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"cannot read {what} {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, InputDataError):
            raise
        raise UsageError(f"{what} {path} is not TOML in UTF-8: {error}") from error


def take_apart(tree: Mapping[str, Any]) -> Cited:
    """Part figures into values and sources.

    Parameters
    ----------
    tree
        Content of a TOML file.

    Returns
    -------
    Cited
        Values, and sources by key.

    Examples
    --------
    >>> cited = take_apart({"limits": {"kerb_cm": {"value": 3, "mark": "V", "source": "DIN 18040-3"}}})
    >>> cited.values, cited.sources["limits.kerb_cm"]["source"]
    ({'limits': {'kerb_cm': 3}}, 'DIN 18040-3')
    """
    cited = Cited({}, {}, [])

    def descend(branch: Mapping[str, Any], values: dict[str, Any], at: str) -> None:
        for key, leaf in branch.items():
            path = f"{at}{key}"
            if not isinstance(leaf, dict):
                values[key] = leaf
                cited.sources[path] = UNSOURCED
            elif "value" not in leaf:
                values[key] = {}
                descend(leaf, values[key], f"{path}.")
            else:
                values[key] = leaf["value"]
                for name in sorted(set(leaf) - set(_KEYS)):
                    cited.faults.append(f"{path}: unknown key {name!r}{meant(name, _KEYS)}")
                stated = {"mark": "A"} | {name: leaf[name] for name in _KEYS[1:] if name in leaf}
                cited.sources[path] = stated if "source" in stated else {**UNSOURCED, **stated}

    descend(tree, cited.values, "")
    return cited


def faults_of(error: ValidationError, root: type[BaseModel]) -> list[str]:
    """Say what is wrong in plain words, one clause per fault, with the key that was probably meant.

    Parameters
    ----------
    error
        What pydantic found.
    root
        Model of the file.

    Returns
    -------
    list of str
        In the order of the file.
    """
    return [_fault(problem, root) for problem in error.errors(include_url=False)]


def meant(name: str, known: Iterable[str]) -> str:
    """`, did you mean 'kerb_cm'?`, or nothing where no known name is near.

    Parameters
    ----------
    name
        What somebody wrote.
    known
        What would have been right.

    Returns
    -------
    str
        Ready to be put behind a message.

    Examples
    --------
    >>> meant("kerb", ["kerb_cm", "width_m"])
    ", did you mean 'kerb_cm'?"
    """
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f", did you mean {near[0]!r}?" if near else ""


def _fault(problem: Mapping[str, Any], root: type[BaseModel]) -> str:
    place = [str(part) for part in problem["loc"]]
    place = [part for part in place if "[" not in part and part not in {"float", "int"}]
    where = ".".join(place)
    if problem["type"] == "extra_forbidden":
        return f"unknown key {where!r}{meant(place[-1], _known_keys(root, place[:-1]))}"
    if problem["type"] == "missing":
        return f"{where} is missing"
    message = str(problem["msg"]).removeprefix("Value error, ")
    shown = problem["input"]
    return f"{where}: {message}" if isinstance(shown, dict) else f"{where} = {shown!r}: {message}"


def _known_keys(root: type[BaseModel], place: Sequence[str]) -> list[str]:
    """Keys of the model that a path leads to; a mapping's own keys are stepped over."""
    model = root
    for part in place:
        field = model.model_fields.get(part)
        inner = None if field is None else field.annotation
        inside = [each for each in (inner, *get_args(inner)) if isinstance(each, type)]
        found = next((each for each in inside if issubclass(each, BaseModel)), None)
        if found is not None:
            model = found
        elif field is not None:
            return []
    return list(model.model_fields)


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both else value
    return merged
