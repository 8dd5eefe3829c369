"""The list of a batch: which cities, out of which files, and what is to be run on each."""

from __future__ import annotations

import csv
import difflib
import io
import shlex
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wegeketten.errors import InputDataError, UsageError
from wegeketten.files.bounds import count_within, read_within
from wegeketten.places.names import clean_name, slugs

INPUTS = {
    "districts": "--districts",
    "population": "--population",
    "elevation": "--dem",
    "timetable": "--gtfs",
    "survey": "--survey",
    "stops": "--stops",
    "services": "--services",
}
"""Columns that name files, and the option of `build` each becomes; several files are separated by ``;``."""

SETTINGS = {
    "district_name": "--district-name",
    "people_column": "--people-column",
    "crs": "--crs",
    "encoding": "--encoding",
    "decimal": "--decimal",
    "dem_unit": "--dem-unit",
    "pavements": "--pavements",
}
"""Columns with settings of `build`."""

FOLDERS = ("scan", "plan", "survey", "needs", "norm", "site", "stops", "ride", "masterplan")
"""Commands whose result is a folder."""

PAGES = ("map", "report")
"""Commands whose result is a page."""

_OF_CUT = ("nodes", "ways", "relations", "sha256", "made_of")
_KNOWN = ("city", "name", "extract", "place", "run", *INPUTS, *SETTINGS)


@dataclass(frozen=True)
class City:
    """A row of the list.

    Attributes
    ----------
    city
        Id, safe in paths.
    name
        As people call it.
    extract
        File; None where `place` is to be fetched.
    place
        Name by which OpenStreetMap finds it.
    options
        Of `build`.
    run
        Commands with their options, split in words.
    """

    city: str
    name: str
    extract: Path | None
    place: str
    options: tuple[str, ...]
    run: tuple[tuple[str, ...], ...]


@dataclass
class _Faults:
    path: Path
    told: list[str] = field(default_factory=list)

    def add(self, city: str, what: str) -> None:
        self.told.append(f"{city}: {what}")


def read_list(path: str | Path, *, run: tuple[str, ...] = ()) -> list[City]:
    """Cities of a list, CSV or TOML.

    Parameters
    ----------
    path
        ``.csv`` with a row per city, or ``.toml`` with ``run = ["scan", …]`` and tables ``[[city]]``. Files
        are looked for beside the list.
    run
        Commands instead of those in the list, such as ``"plan --profile rollator"``; `scan` where neither
        says anything.

    Returns
    -------
    list of City
        In the order of the list.

    Raises
    ------
    InputDataError
        The list cannot be read.
    UsageError
        A column is unknown, a city occurs twice or has no extract, or a command is not for batches.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from wegeketten.files.csv import write_csv
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "cities.csv"
    ...     write_csv(path, ["city", "extract"], [["lauf", "lauf.osm.pbf"]])
    ...     (Path(folder) / "lauf.osm.pbf").touch()
    ...     [city.name for city in read_list(path)]
    ['lauf']
    """
    path = Path(path)
    rows, common = _rows(path)
    faults = _Faults(path)
    names = [clean_name(str(row.get("city") or row.get("name") or row.get("place") or "")) for row in rows]
    ids = slugs(names)
    found = []
    split: dict[tuple[str, ...], tuple[tuple[str, ...], ...]] = {}  # most cities run the same
    for row, name, city in zip(rows, names, ids, strict=True):
        if not name:
            raise UsageError(f"{path}: a city has neither city nor name")
        if str(row.get("extract") or "") or str(row.get("place") or ""):
            commands = run or tuple(_texts(row.get("run") or [])) or common or ("scan",)
            if commands not in split:
                split[commands] = _commands(path, commands)
            found.append(_city(path, city, row, split[commands], faults))
        elif "made_of" not in row:  # cut lists areas in which nothing lies
            faults.add(city, "neither extract nor place")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UsageError(f"{path}: city {twice!r} occurs twice")
    if faults.told:
        raise UsageError(f"{path}: {'; '.join(faults.told[:5])}")
    if not found:
        raise InputDataError(f"{path}: there is no city in it")
    return found


def _rows(path: Path) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    common: list[str] = []
    try:
        text = read_within(path, "list of cities").decode("utf-8-sig")
        if path.suffix.lower() == ".toml":
            document = tomllib.loads(text)
            rows, common = document.pop("city", []), _texts(document.pop("run", []))
            if document or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise ValueError("run = [...] and tables [[city]] were expected")
        else:
            rows = _table_rows(path, text)
    except UnicodeDecodeError as error:
        raise InputDataError(f"{path}: is no text in UTF-8; save it with that encoding") from error
    except (OSError, ValueError, csv.Error) as error:
        if isinstance(error, InputDataError):
            raise
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise InputDataError(f"{path}: cannot be read as a list of cities ({reason})") from error
    count_within(path, "list of cities", len(rows))
    for key in {str(key) for row in rows for key in row}:
        if key not in _KNOWN and key not in _OF_CUT:
            near = difflib.get_close_matches(key, _KNOWN, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(_KNOWN)}"
            raise UsageError(f"{path}: unknown column {key!r}; {hint}")
    return rows, tuple(common)


def _table_rows(path: Path, text: str) -> list[dict[str, Any]]:
    """Rows of a table as spreadsheets write it: separated by commas, semicolons or tabs, some rows empty."""
    heading = text.partition("\n")[0]
    separator = next((each for each in (";", "\t") if each in heading), ",")
    rows: list[dict[str, Any]] = []
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    for row in reader:
        beyond = row.pop(None, [])  # where the reader keeps what it has no heading for
        cells = {str(key).strip().lower(): str(value or "").strip() for key, value in row.items()}
        if any(cell.strip() for cell in (*beyond, cells.pop("", ""))):
            raise InputDataError(f"{path}: row {reader.line_num} has more cells than the heading")
        if any(cells.values()):
            rows.append({**cells, "run": [each for each in cells.get("run", "").split("|") if each.strip()]})
    return rows


def _texts(told: object) -> list[str]:
    """One text or a list of texts, as a list."""
    return [str(each) for each in told] if isinstance(told, list) else [str(told)]


def _commands(path: Path, texts: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    found = []
    for text in texts:
        try:
            words = shlex.split(str(text))
        except ValueError as error:
            raise UsageError(f"{path}: run {text!r} cannot be split into words ({error})") from error
        if not words or words[0] not in (*FOLDERS, *PAGES):
            near = difflib.get_close_matches(words[0] if words else "", [*FOLDERS, *PAGES], n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join([*FOLDERS, *PAGES])}"
            raise UsageError(f"{path}: run {text!r} is no command for a batch; {hint}")
        if any(word in ("-o", "--out", "--json") for word in words):
            raise UsageError(f"{path}: run {text!r}: a batch says itself where results go")
        found.append((words[0], *(_beside(path, word) for word in words[1:])))
    return tuple(found)


def _beside(path: Path, word: str) -> str:
    """A word that names a file beside the list, as its whole path; others as they are."""
    try:
        file = path.parent / word
        return str(file.resolve()) if word and file.is_file() else word
    except (OSError, ValueError):
        return word


def _city(
    path: Path, city: str, row: dict[str, Any], run: tuple[tuple[str, ...], ...], faults: _Faults
) -> City:
    options: list[str] = []
    for column, option in INPUTS.items():
        value = row.get(column) or []
        for text in value if isinstance(value, list) else str(value).split(";"):
            file, _, layer = str(text).strip().partition(":")
            place = (path.parent / file).resolve()
            if not file:
                continue
            if not place.exists():
                faults.add(city, f"{column} {text}: no such file")
            options += [option, f"{place}:{layer}" if layer else str(place)]
    for column, option in SETTINGS.items():
        if row.get(column):
            options += [option, str(row[column])]
    text = str(row.get("extract") or "")
    extract = (path.parent / text).resolve() if text else None
    if extract is not None and not extract.is_file():
        faults.add(city, f"extract {text}: no such file")
    name = clean_name(str(row.get("name") or row.get("city") or row.get("place")))
    return City(city, name, extract, str(row.get("place") or ""), tuple(options), run)
