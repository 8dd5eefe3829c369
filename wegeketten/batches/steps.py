"""The steps of a city: each has a key of all that goes into it, and a place that carries the key.

A result that lies in its place is done: folders and files appear whole or not at all, so that no other
record is needed to know it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wegeketten.batches.listing import PAGES
from wegeketten.city import MARKER
from wegeketten.version import VERSION

if TYPE_CHECKING:
    from wegeketten.batches.digests import Digests
    from wegeketten.batches.listing import City

PUBLISH = "publish"
"""The step that puts a scan into the dataset."""

_FETCHED = ".osm.pbf"
_KEY_LENGTH = 16


class Step(NamedTuple):
    """One step of one city.

    Attributes
    ----------
    name
        Of the step, unique for the city: ``build``, ``plan``, ``plan-2``.
    key
        Digest of the version, the words of the command and the content of all files that go into it.
    words
        Arguments of the command line.
    target
        What is there when it is done.
    """

    name: str
    key: str
    words: tuple[str, ...]
    target: str

    @property
    def done(self) -> bool:
        """Whether its result is there."""
        target = Path(self.target)
        if self.name == PUBLISH:
            return published_key(target) == self.key
        return target.exists()


def published_key(marker: Path) -> str:
    """Key of the scan that the dataset holds of a city, "" where there is none.

    Parameters
    ----------
    marker
        Marker of the city's part of the dataset.

    Returns
    -------
    str
        Hexadecimal.

    Examples
    --------
    >>> from pathlib import Path
    >>> published_key(Path("nothing.json"))
    ''
    """
    try:
        return str(json.loads(marker.read_text(encoding="utf-8"))["key"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def steps_of(city: City, dataset: Path, digests: Digests) -> list[Step]:
    """Steps of a city in order.

    Parameters
    ----------
    city
        A row of the list.
    dataset
        Where results go.
    digests
        Of files.

    Returns
    -------
    list of Step
        With the digests of their inputs.
    """
    room = dataset / "cities" / city.city
    steps = []
    source = "" if city.extract is None else str(city.extract)
    content = digests.of(city.extract) if city.extract is not None else ""
    if city.extract is None:
        key = _key("fetch", [city.place])
        source = str(room / f"fetch-{key}{_FETCHED}")
        steps.append(Step("fetch", key, ("fetch", city.place, "-o", source), source))
        content = key
    key = _key("build", [content, *_contents(city.options, digests)])
    built = room / f"build-{key}"
    words = ("build", source, "-o", str(built), "--processes", "1", *city.options)
    steps.append(Step("build", key, words, str(built / MARKER)))
    names: dict[str, int] = {}
    for command, *options in city.run:
        names[command] = names.get(command, 0) + 1
        name = command if names[command] == 1 else f"{command}-{names[command]}"
        own = _key(command, [key, *_contents(options, digests)])
        ending = ".html" if command in PAGES else ""
        target = room / f"{name}-{own}{ending}"
        words = (command, str(built), "-o", str(target), *options)
        steps.append(Step(name, own, words, str(target)))
        if name == "scan":
            put = _key(PUBLISH, [own, city.name])
            words = (PUBLISH, str(built), str(target), str(dataset), city.city, city.name, put)
            steps.append(Step(PUBLISH, put, words, str(_publish_marker(dataset, city.city))))
    return steps


def _publish_marker(dataset: Path, city: str) -> Path:
    return dataset / "districts" / f"city={city}" / PUBLISHED


PUBLISHED = "_published.json"
"""Marker of a city's part of the dataset; readers of hive partitions pass over names that begin so."""


def _contents(words: tuple[str, ...] | list[str], digests: Digests) -> list[str]:
    """Words with files replaced by their content: where they lie does not matter."""
    found = []
    for word in words:
        file, _, layer = word.partition(":")
        path = Path(file)
        if path.is_absolute() and path.exists():
            found.append(f"{digests.of(path)}:{layer}")
        else:
            found.append(word)
    return found


def _key(name: str, parts: list[str]) -> str:
    told = json.dumps([VERSION, name, *parts], ensure_ascii=False)
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:_KEY_LENGTH]
