"""Priors counted on the tags of the test extracts: for `data/assumptions/chances`, and without one city.

    python benchmarks/priors.py [--write] [--city CITY]…

Without `--write` it prints how far the files are from what the extracts say now. A context's prior is what
was assumed before anything was counted (``assumed``, worth 25 elements) and the tags of every extract, each
worth 150 elements at most, that none outvotes the others.
"""

from __future__ import annotations

import argparse
import re
import sys
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from chances import EXTRACTS, city_of, groups_of

from wegeketten.chances.learn import Lessons
from wegeketten.chances.scale import scale, scales
from wegeketten.files.resources import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wegeketten.chances.scale import Scale

ASSUMED = 25.0
MOST = 150.0
NAMES = {
    "berlin": "Berlin", "zuerich": "Zürich", "herrenberg": "Herrenberg", "darmstadt": "Darmstadt/Frankfurt",
    "lauf": "Lauf", "neubrandenburg": "Neubrandenburg", "porto": "Porto Alegre",
}  # fmt: skip

Tables = dict[str, dict[str, np.ndarray]]


def tables_of(names: list[str]) -> Tables:
    """Tagged elements by attribute and city, shape (contexts, classes)."""
    found: Tables = {}
    for name in names:
        groups = groups_of(city_of(name))
        for attribute, one in scales().items():
            if attribute == "entrance":
                continue
            lessons = Lessons(groups, one, wary=False)
            if not len(lessons.known):
                continue
            table = np.zeros((len(one.contexts), len(one.cuts) + 1))
            np.add.at(table, lessons.context[lessons.known], lessons.counted)
            found.setdefault(attribute, {})[name] = table
    return found


def fitted(one: Scale, tables: Tables, without: str | None = None) -> Scale:
    """A scale with priors counted on all cities but one."""
    cities = {name: table for name, table in tables.get(one.attribute, {}).items() if name != without}
    contexts = []
    for number, context in enumerate(one.contexts):
        if context.assumed is None:
            contexts.append(context)
            continue
        shares, elements = ASSUMED * context.assumed, 0.0
        for table in cities.values():
            total = table[number].sum()
            elements += total
            shares = shares + table[number] * min(1.0, MOST / max(total, 1e-9))
        contexts.append(context._replace(shares=shares / shares.sum(), elements=round(elements)))
    return replace(one, contexts=tuple(contexts))


@contextmanager
def priors_without(city: str | None, tables: Tables) -> Iterator[None]:
    """As if a city's tags had never been counted for the priors; nothing changes where it is None."""
    before = dict(scales())
    if city is not None:
        scales().update({name: fitted(one, tables, city) for name, one in before.items()})
        scale.cache_clear()
    try:
        yield
    finally:
        scales().update(before)
        scale.cache_clear()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--city", action="append", default=[])
    chosen = parser.parse_args()
    tables = tables_of(chosen.city or list(EXTRACTS))
    for path in sorted(shipped("assumptions", "chances").glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        attribute = re.search(r'attribute = "(\w+)"', text).group(1)
        head, *parts = text.split("[[context]]\n")
        before, after = scales()[attribute], fitted(scales()[attribute], tables)
        counted = ", ".join(NAMES[name] for name in EXTRACTS if name in tables.get(attribute, {}))
        for number, (old, new) in enumerate(zip(before.contexts, after.contexts, strict=True)):
            moved = 100 * np.abs(old.shares - new.shares).max()
            print(f"{attribute:18s} {new.name:40s} {new.elements:6d} elements, {moved:5.2f} points")
            if new.assumed is None:
                continue
            shares = ", ".join(f"{part:.4g}" for part in np.round(new.shares, 4))
            source = f"{new.elements} elements tagged in {counted}, at most {MOST:g} of a city, "
            source += f"beside {ASSUMED:g} as assumed"
            if not new.elements:
                source = "assumption, no tags in the test extracts"
            told = {"shares": f"[{shares}]", "elements": new.elements, "source": f'"{source}"'}
            for key, value in told.items():
                parts[number] = re.sub(rf"(?m)^{key} = .*$", f"{key} = {value}", parts[number])
        if chosen.write:
            path.write_text("[[context]]\n".join([head, *parts]), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
