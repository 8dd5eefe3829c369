"""The commands of a batch, parsed before any of them runs: a misspelt option is found at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wegeketten.command.exits import Misuse
from wegeketten.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wegeketten.batches.listing import City


def check_commands(root: Any, cities: Iterable[City]) -> None:
    """Parse the words of every command that a batch will run, and of every build.

    Parameters
    ----------
    root
        Context of the app the commands belong to.
    cities
        Rows of the list.

    Raises
    ------
    UsageError
        An option is unknown or has a wrong value, or a profile, limit or service does not exist.
    """
    seen: set[tuple[str, ...]] = set()
    for city in cities:
        own_services = any(word.startswith("--services") for word in city.options)
        for words in (("build", *city.options), *city.run):
            if words not in seen:
                seen.add(words)
                _check(root, words, city.city, own_services=own_services)


def _check(root: Any, words: tuple[str, ...], city: str, *, own_services: bool) -> None:
    name, *options = words
    command = root.command.get_command(root, name)
    try:
        context = command.make_context(name, ["CITY", *options, "-o", "OUT"], parent=root)
        with context:
            _check_names(context.params, own_services=own_services)
    except Misuse as error:  # of typer, whose classes have moved
        told = " ".join(str(error.format_message()).split()).rstrip(".")
        raise UsageError(f"{city}: {' '.join(words)}: {told}") from error
    except UsageError as error:
        raise UsageError(f"{city}: {' '.join(words)}: {error}") from error


def _check_names(given: dict[str, Any], *, own_services: bool) -> None:
    """Look up what the options name and what no city changes."""
    from wegeketten.command.options import check_language
    from wegeketten.people.profile import load_profiles, parse_limits
    from wegeketten.places.service_catalogue import load_catalogue

    profile, service = given.get("profile"), given.get("service")
    if profile or given.get("limit"):
        load_profiles(_texts(profile), limits=parse_limits(given.get("limit") or []))
    if service and not own_services:
        load_catalogue().pick(_texts(service))
    check_language(given.get("lang"))


def _texts(given: str | list[str] | None) -> list[str]:
    return [given] if isinstance(given, str) else list(given or ())
