"""One extract per area out of the extract of a country."""

from __future__ import annotations

import hashlib
import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from wegeketten.cutting.areas import read_areas
from wegeketten.cutting.blobs import header_blob, read_header
from wegeketten.cutting.extracts import write_extracts
from wegeketten.cutting.selection import select
from wegeketten.cutting.shapes import Outlines
from wegeketten.errors import InputDataError, OutputError, UsageError
from wegeketten.files.atomic import whole_file
from wegeketten.files.csv import read_csv, write_csv
from wegeketten.files.geojson import collection, feature
from wegeketten.files.json import write_text
from wegeketten.files.seal import file_digest
from wegeketten.files.targets import check_apart
from wegeketten.osm.source import check_file, check_sums
from wegeketten.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wegeketten.cutting.areas import Area
    from wegeketten.cutting.selection import Selection

LIST = "areas.csv"
"""Name of the list of extracts: what `batch` reads, and by which a second run knows what is done."""

OUTLINES = "areas.geojson"
"""Name of the file with the outlines that were cut along."""

AT_ONCE = 100
"""Areas that are cut in one go; whoever interrupts loses no more."""


class Cut(NamedTuple):
    """One extract.

    Attributes
    ----------
    city, name
        Id and name of the area.
    extract
        File name, empty where nothing of the file lies in the area.
    nodes, ways, relations
        How many the extract holds.
    sha256
        Of the extract.
    made_of
        Digest of the file, the outline and the version it was made with.
    """

    city: str
    name: str
    extract: str
    nodes: int
    ways: int
    relations: int
    sha256: str
    made_of: str


def cut(
    country: str | Path,
    areas: str | Path,
    out: str | Path,
    *,
    margin_m: float = 2000.0,
    at_once: int = AT_ONCE,
    progress: Callable[[str, float], None] | None = None,
    **reading: object,
) -> list[Cut]:
    """Cut an extract for every area of a file out of a large extract.

    Ways and relations are whole as ``osmium extract --strategy complete_ways`` makes them: all ways with a
    node in the area, all their nodes, all relations that have a member among them. An extract that is there
    already, of the same file and outline, is left as it is.

    Parameters
    ----------
    country
        ``.osm.pbf``, sorted as download servers offer it.
    areas
        File of polygons, see `wegeketten.cutting.areas.read_areas`.
    out
        Folder: an extract per area, ``areas.csv`` and ``areas.geojson``.
    margin_m
        How far around an area its extract reaches, metres.
    at_once
        Areas that share two passes over the file; more need more memory: 30 bytes per node.
    progress
        Told what is being done and the share that is behind us.
    reading
        Options of `wegeketten.cutting.areas.read_areas`.

    Returns
    -------
    list of Cut
        One for each area, by id.

    Raises
    ------
    InputDataError
        A file cannot be used, or no area lies in the extract.
    UsageError
        An option is wrong.
    OutputError
        The folder cannot be written.
    """
    country, out = Path(country), Path(out)
    if at_once < 1:
        raise UsageError(f"--at-once {at_once}: give 1 or more")
    if check_file(country) != "pbf":
        raise InputDataError(
            f"{country}: cut reads .osm.pbf; write it anew with osmium cat {country} -o COUNTRY.osm.pbf"
        )
    check_sums(country)
    wanted = read_areas(areas, margin_m=margin_m, **reading)  # type: ignore[arg-type]  # options by name
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is a file, a folder was expected; choose another place with -o")
    check_apart(out, [country, Path(areas)])
    digest = file_digest(country)
    keys = {area.area_id: _made_of(digest, area) for area in wanted}
    before = _before(out)
    done = {
        area.area_id: before[area.area_id]
        for area in wanted
        if area.area_id in before and _stands(out, before[area.area_id], keys[area.area_id])
    }
    todo = [area for area in wanted if area.area_id not in done]
    groups = [todo[first : first + at_once] for first in range(0, len(todo), at_once)]
    for number, group in enumerate(groups):

        def tick(doing: str, share: float, number: int = number) -> None:
            if progress:
                progress(doing, (number + share) / len(groups))

        done.update({each.city: each for each in _cut_group(country, group, out, keys, tick)})
        _write_list(out, done)
    found = [done[area.area_id] for area in wanted]
    if not any(each.extract for each in found):
        raise InputDataError(f"{country}: none of the areas of {areas} lies in it")
    _write_list(out, done)
    _write_outlines(out, wanted)
    return found


def _cut_group(
    country: Path, group: Sequence[Area], out: Path, keys: dict[str, str], tick: Callable[[str, float], None]
) -> list[Cut]:
    outlines = Outlines([area.outline for area in group])
    selection = select(country, outlines, progress=lambda share: tick("select", share / 2))
    header = read_header(country)
    counts = _counts(selection, len(group))
    here = [row for row in range(len(group)) if counts[row].any()]
    heads = [header_blob(outlines.boxes[row].tolist(), header, f"wegeketten {VERSION}") for row in here]
    with ExitStack() as stack:
        temporary = {
            row: stack.enter_context(whole_file(out / group[row].file_name, inputs=[country], extract=True))
            for row in here
        }
        targets = [temporary.get(row, out) for row in range(len(group))]
        write_extracts(
            country,
            selection,
            targets,
            dict(zip(here, heads, strict=True)),
            progress=lambda share: tick("write", 0.5 + share / 2),
        )
        digests = {row: file_digest(path) for row, path in temporary.items()}
    return [
        Cut(
            area.area_id, area.name, area.file_name if row in digests else "",
            int(counts[row, 0]), int(counts[row, 1]), int(counts[row, 2]), digests.get(row, ""),
            keys[area.area_id],
        )
        for row, area in enumerate(group)
    ]  # fmt: skip


def _counts(selection: Selection, areas: int) -> np.ndarray:
    return np.stack([np.bincount(each.areas, minlength=areas) for each in selection.by_kind], axis=1)


def _made_of(digest: str, area: Area) -> str:
    told = "\n".join([VERSION, digest, area.name, shapely.to_wkt(area.outline, rounding_precision=7)])
    return hashlib.sha256(told.encode()).hexdigest()


def _before(out: Path) -> dict[str, Cut]:
    """What an earlier run has written, by id; nothing where its list is absent or of another kind."""
    try:
        rows = read_csv(out / LIST)
        return {
            row["city"]: Cut(
                row["city"], row["name"], row["extract"], int(row["nodes"]), int(row["ways"]),
                int(row["relations"]), row["sha256"], row["made_of"],
            )
            for row in rows
        }  # fmt: skip
    except (InputDataError, KeyError, ValueError):
        return {}


def _stands(out: Path, cut: Cut, key: str) -> bool:
    if cut.made_of != key:
        return False
    if not cut.extract:
        return True
    path = out / Path(cut.extract).name
    return path.is_file() and file_digest(path) == cut.sha256


def _write_list(out: Path, done: dict[str, Cut]) -> None:
    """Write the list of all extracts there are, those of areas not asked for, or cut meanwhile, too."""
    rows = {**_before(out), **done}
    write_csv(out / LIST, Cut._fields, [rows[city] for city in sorted(rows)])


def _write_outlines(out: Path, areas: Sequence[Area]) -> None:
    """Write the outlines without line breaks: indented, a country's points would take seconds."""
    features = [
        feature(json.loads(shapely.to_geojson(area.outline)), {"city": area.area_id, "name": area.name})
        for area in areas
    ]
    write_text(out / OUTLINES, json.dumps(collection(features), ensure_ascii=False) + "\n")
