"""What the commands share: their options, and how they open, report and warn."""

from __future__ import annotations

import math
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wegeketten.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wegeketten.city import City as OpenedCity
    from wegeketten.people.profile import Profile
    from wegeketten.progress import Tick
    from wegeketten.words.catalogue import Lang as Language

City = Annotated[str, typer.Argument(help="Folder of a city or its scan, an OSM extract, or demo.")]
Out = Annotated[Path, typer.Option("-o", "--out", help="Where the result goes; whole or not at all.")]
OptionalFile = Annotated[
    Path | None, typer.Option("-o", "--out", help="File to write as well: .json, .geojson or .gpx.")
]
OptionalOut = Annotated[Path | None, typer.Option("-o", "--out", help="Folder for the result's files.")]
Profiles = Annotated[
    list[str] | None, typer.Option("--profile", help="Profile id or TOML file; may be given several times.")
]
OneProfile = Annotated[str, typer.Option("--profile", help="Profile id or TOML file.")]
Limits = Annotated[
    list[str] | None, typer.Option("--limit", help="NAME=VALUE overrides one limit of the profiles.")
]
Services = Annotated[
    list[str] | None, typer.Option("--service", help="Service id; may be given several times.")
]
Districts = Annotated[
    list[str] | None, typer.Option("--district", help="District name or id; may be given several times.")
]
Worlds = Annotated[
    int, typer.Option("--worlds", help="Draw what nobody mapped so many times: chances, expected shares; 64.")
]
Seed = Annotated[int, typer.Option("--seed", help="Another seed, other worlds.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")]
Lang = Annotated[
    str | None,
    typer.Option("--lang", help="Language, de or en; the locale's without it, else German tables."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 4 when the data gave warnings.")]
Seconds = Annotated[
    float | None,
    typer.Option("--seconds", help="How long to search; then the best so far is written, and says so."),
]
At = Annotated[
    str | None, typer.Option("--at", help="Weekday and time, when places are open and lifts run: Mo 10:30.")
]
OneAnswer = Annotated[
    str, typer.Option("--answer", help="How certain the ways must be: sure, likely or possible.")
]
TransitAt = Annotated[
    str | None, typer.Option("--at", help="Day and time of a timetable: 2026-03-03 08:00, or Di 08:00.")
]
From = Annotated[str, typer.Option("--from", help="LAT,LON of the door.")]


def open_source(text: str, tick: Tick) -> OpenedCity:
    """Open a city folder, or the city built from an extract; `tick` shows progress.

    Parameters
    ----------
    text
        City folder, extract, or ``demo``.
    tick
        Shows words and the share done.

    Returns
    -------
    OpenedCity
        The city, and where it lies.
    """
    from wegeketten.pipeline.cache import obtain_city

    return obtain_city(text, progress=tick)


def chosen_profiles(names: list[str] | None, limits: list[str] | None) -> list[Profile]:
    """Load the profiles named with --profile, changed by --limit; all of them where none is named.

    Parameters
    ----------
    names
        Ids and files; all shipped ones where None.
    limits
        Such as ``kerb_cm=6``.

    Returns
    -------
    list of Profile
        In the order of `names`.

    Examples
    --------
    >>> [profile.limits.kerb_cm for profile in chosen_profiles(["rollator"], ["kerb_cm=5"])]
    [5.0]
    """
    from wegeketten.people.profile import doubtful_limits, load_profiles, parse_limits

    parsed = parse_limits(limits or [])
    for doubt in doubtful_limits(parsed):
        say(f"note: --limit {doubt}")
    return load_profiles(names or (), limits=parsed)


def check_language(lang: str | None) -> Language:
    """Take the value of --lang; the locale's language without it, else German.

    Parameters
    ----------
    lang
        Value of --lang.

    Returns
    -------
    Language
        ``de`` or ``en``.

    Raises
    ------
    UsageError
        There is no such language.

    Examples
    --------
    >>> check_language("en")
    'en'
    """
    from wegeketten.words.reader import chosen_language

    return chosen_language(lang)


def language_asked() -> Language:
    """Language of words in tables for programs: what --lang or the locale asks for, else English.

    Returns
    -------
    Language
        ``de`` or ``en``.
    """
    from wegeketten.words.reader import FOR_ERRORS, language_of_run

    return language_of_run(FOR_ERRORS)


@contextmanager
def progress_bar(title: str) -> Iterator[Tick]:
    """Show progress in the language of the results, see `wegeketten.progress`.

    Parameters
    ----------
    title
        What is being done, in English.

    Yields
    ------
    Tick
        Takes words and the share done.
    """
    from wegeketten.progress import progress_bar as bar
    from wegeketten.words.messages import translated
    from wegeketten.words.reader import FOR_RESULTS, language_of_run

    lang = language_of_run(FOR_RESULTS)
    with bar(translated(title, lang), words=lambda doing: translated(doing, lang)) as tick:
        yield tick


def place_named(city: OpenedCity, text: str, option: str) -> tuple[float, float]:
    """Latitude and longitude from LAT,LON or from an address of the city.

    Parameters
    ----------
    city
        A built city.
    text
        Value of the option.
    option
        Name of the option, for messages.

    Returns
    -------
    tuple
        Degrees.

    Raises
    ------
    UsageError
        It is neither, or the address is not mapped.
    """
    if not any(char.isalpha() for char in text):
        return parse_point(text, option)
    from wegeketten.places.address_search import find_address

    return find_address([city.homes, city.places], text, option)


def parse_point(text: str, option: str) -> tuple[float, float]:
    """Latitude and longitude in degrees from LAT,LON.

    Parameters
    ----------
    text
        Value of the option.
    option
        Name of the option, for messages.

    Returns
    -------
    tuple
        Degrees.

    Raises
    ------
    UsageError
        The text is not two numbers, or they are no latitude and longitude.

    Examples
    --------
    >>> parse_point("51.05,13.74", "--from")
    (51.05, 13.74)
    """
    parts = text.replace(";", ",").split(",")
    try:
        lat, lon = (float(part) for part in parts)
    except ValueError:
        raise UsageError(f"{option} {text!r}: LAT,LON in degrees was expected, such as 51.05,13.74") from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise UsageError(f"{option} {text!r}: latitude runs from -90 to 90, longitude from -180 to 180")
    return lat, lon


def parse_weights(texts: list[str]) -> dict[str, float]:
    """Weights by id from ID=VALUE.

    Parameters
    ----------
    texts
        Values of the option.

    Returns
    -------
    dict
        Numbers of 0 or more.

    Raises
    ------
    UsageError
        A text is nothing of that kind, or a weight is no number of 0 or more.

    Examples
    --------
    >>> parse_weights(["pharmacy=2", "rollator=1.5"])
    {'pharmacy': 2.0, 'rollator': 1.5}
    """
    weights = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            weights[name.strip()] = float(value)
        except ValueError:
            raise UsageError(f"--weight {text!r}: ID=VALUE was expected, such as pharmacy=2") from None
        if not 0 <= weights[name.strip()] < math.inf:
            raise UsageError(f"--weight {text!r}: give a number of 0 or more")
    return weights


def print_json(document: object) -> None:
    """Print one JSON document on stdout.

    Parameters
    ----------
    document
        Plain values.

    Examples
    --------
    >>> print_json({"homes": 12})
    {
     "homes": 12
    }
    """
    import json

    unicode = (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "").startswith("utf")
    sys.stdout.write(json.dumps(document, ensure_ascii=not unicode, indent=1, allow_nan=False) + "\n")


def print_version(wanted: bool) -> None:  # as typer calls it
    """Print the version and end, where that was asked for.

    Parameters
    ----------
    wanted
        Whether ``--version`` was given.
    """
    if wanted:
        from wegeketten.version import VERSION

        sys.stdout.write(f"wegeketten {VERSION}\n")
        raise typer.Exit


def announce_compilation() -> None:
    """Have the routing core's word on compiling and the cache's on damage printed, without loading them."""
    import logging

    class Said(logging.Handler):
        """Says a record as a note."""

        def emit(self, record: logging.LogRecord) -> None:
            say(f"note: {record.getMessage()}")

    for name in ("wegeketten.routing.compiled", "wegeketten.pipeline.cache"):
        log = logging.getLogger(name)
        if not log.handlers:
            log.addHandler(Said())
            log.setLevel(logging.INFO)
            log.propagate = False


def say(text: str) -> None:
    """Print a line on stderr in the language of the results, German where nothing else is asked for.

    Where nobody can hear it, the work and its exit code stay what they are.

    Parameters
    ----------
    text
        One line, in English.
    """
    from wegeketten.words.reader import FOR_RESULTS

    _say(text, FOR_RESULTS)


def say_error(text: str) -> None:
    """Print an error on stderr in the reader's language, English where nothing else is asked for.

    Parameters
    ----------
    text
        One line, in English.
    """
    from wegeketten.words.reader import FOR_ERRORS

    _say(text, FOR_ERRORS)


def _say(text: str, default: Language) -> None:
    from wegeketten.words.messages import translated
    from wegeketten.words.reader import language_of_run

    with suppress(OSError):
        told = translated(text, language_of_run(default))
        sys.stderr.write("".join(sign for sign in told if sign == "\n" or sign.isprintable()) + "\n")


def tell_warnings(notes: list[str], skipped: int, *, strict: bool) -> None:
    """Tell what the data lacked; under --strict end with exit code 4 where it lacked anything.

    Parameters
    ----------
    notes
        Sentences.
    skipped
        How many elements were left out.
    strict
        Whether ``--strict`` was given.
    """
    for note in notes:
        say(f"note: {note}")
    if skipped:
        say(f"note: {skipped} elements were skipped, see skipped.csv")
    if strict and (notes or skipped):
        raise typer.Exit(4)
