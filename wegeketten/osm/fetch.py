"""Fetching a named place from OpenStreetMap into an extract that ``build`` reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wegeketten.errors import InputDataError, UsageError
from wegeketten.files.atomic import whole_file
from wegeketten.osm.elements import Elements, write_elements
from wegeketten.osm.overpass import TooMuchError, ask_nominatim, ask_overpass
from wegeketten.osm.projection import projection_at
from wegeketten.osm.source import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import shapely

LARGEST_PIECE_M2 = 100e6
"""Area asked for at once, besides ``osmnx.settings.max_query_area_size``: an answer should fit in memory."""
SMALLEST_PIECE_M2 = 1e6  # a server that cannot answer for one square kilometre will not answer at all

ASKED = """\
(
  node(poly:"{poly}")(if:count_tags()>0);
  way(poly:"{poly}");
  relation["type"="multipolygon"](poly:"{poly}");
  relation["boundary"="administrative"]["admin_level"~"^([789]|1[0-2])$"](poly:"{poly}");
  relation["place"~"^(borough|suburb|quarter|neighbourhood|village|hamlet)$"](poly:"{poly}");
  {place}
)->.found;
(.found; way(r.found););
(._; node(w););
out body;"""
"""Everything tagged that lies in the outline or touches it, with the nodes that shape it. Of relations only
areas and boundaries from the municipality down: what else touches a town (routes, states) is far too long."""
OUTLINE_ERROR_M = 5.0  # outlines are simplified, outwards: boundaries along rivers have thousands of points


def fetch_place(
    query: str,
    out: str | Path,
    *,
    margin_m: float = 0.0,
    progress: Callable[[str, float], None] | None = None,
) -> Path:
    """Download a named place from OpenStreetMap.

    Nominatim finds the place's outline; Overpass then gives everything tagged inside it, with the boundaries
    of its districts. URLs, user agent, cache, pauses and time limits are those of ``osmnx.settings``; the
    environment variables ``WEGEKETTEN_NOMINATIM_URL`` and ``WEGEKETTEN_OVERPASS_URL`` name other servers.

    Parameters
    ----------
    query
        Such as ``"Dresden, Germany"``.
    out
        Extract to write: ``.osm.pbf``, ``.osm.gz``, ``.osm.bz2`` or ``.osm``. Appears whole or not at all.
    margin_m
        Width of a strip around the outline that is downloaded too, metres.
    progress
        Called with what is being done and the share done, 0–1.

    Returns
    -------
    Path
        `out`.

    Raises
    ------
    UsageError
        There is no place of that name, it has no outline, or `out` has an unknown ending (exit 2).
    InputDataError
        No network, or a server that refuses, stays busy or answers nonsense (exit 3).
    OutputError
        `out` cannot be written.

    Examples
    --------
    >>> fetch_place("Lauf an der Pegnitz", "lauf.geojson")
    Traceback (most recent call last):
    ...
    wegeketten.errors.UsageError: lauf.geojson: unknown ending; choose .osm.pbf, .osm.gz, .osm.bz2 or .osm
    """
    target = Path(out)
    form = _format(target)
    share = 0.0

    def notify(doing: str) -> None:
        if progress is not None:
            progress(doing, share)

    with whole_file(target, extract=True) as temporary:
        notify("asking where it is")
        outline, place = _outline(query, notify)
        elements = Elements()
        pieces = list(_pieces(outline, margin_m))
        for number, piece in enumerate(pieces):
            share = 0.05 + 0.85 * number / len(pieces)
            notify(f"downloading, part {number + 1} of {len(pieces)}")
            _download(piece, place, elements, notify)
        if not elements.ways:
            raise InputDataError(f"{query}: OpenStreetMap holds no ways there; nothing written")
        share = 0.9
        notify("writing")
        write_elements(elements, temporary, form)
    return target


def _format(target: Path) -> str:
    for ending in sorted(FORMATS, key=len, reverse=True):
        if target.name.lower().endswith(ending):
            return FORMATS[ending]
    raise UsageError(f"{target}: unknown ending; choose .osm.pbf, .osm.gz, .osm.bz2 or .osm")


def _outline(query: str, notify: Callable[[str], None]) -> tuple[Any, str]:
    """Outline of the most important place of that name, degrees, and the query for its element."""
    import shapely
    from shapely.geometry import shape

    found = ask_nominatim(query, notify=notify)
    if not found:
        raise UsageError(f"{query}: no such place; check the spelling, or add the country")
    found = sorted(found, key=lambda place: -float(place.get("importance") or 0.0))
    for place in found:
        if (place.get("geojson") or {}).get("type") not in ("Polygon", "MultiPolygon"):
            continue
        try:
            outline = shapely.make_valid(shape(place["geojson"]))
        except (KeyError, TypeError, ValueError, shapely.errors.GEOSException) as error:
            raise InputDataError(f"{query}: Nominatim's outline of it is broken ({error})") from error
        kind, number = place.get("osm_type"), place.get("osm_id")
        element = f"{kind}({int(number)});" if kind in ("way", "relation") and number is not None else ""
        return outline, element
    name = str(found[0].get("display_name", query))[:80]
    raise UsageError(f"{query}: found {name}, which has no outline; name a town, a district or a county")


def _pieces(outline: Any, margin_m: float) -> Iterator[shapely.Polygon]:
    """Parts of the outline (degrees) that are small enough to be asked for at once."""
    import shapely
    from osmnx import settings

    centre = outline.centroid
    projection = projection_at(centre.x, centre.y)
    metric: Any = shapely.transform(outline, projection.to_xy)
    metric = metric.buffer(margin_m + OUTLINE_ERROR_M).simplify(OUTLINE_ERROR_M)
    for piece in _split(metric, min(LARGEST_PIECE_M2, settings.max_query_area_size)):
        yield shapely.transform(piece, projection.to_lonlat)


def _split(area: shapely.Geometry, largest_m2: float) -> Iterator[shapely.Polygon]:
    """Halve an area across its longer side until every part is small enough; holes are filled."""
    import shapely

    for part in shapely.get_parts(area):
        if part.geom_type != "Polygon":
            continue
        part = shapely.Polygon(part.exterior)
        if part.area <= largest_m2:
            yield part
            continue
        west, south, east, north = part.bounds
        if east - west >= north - south:
            halves = [(west, south, (west + east) / 2, north), ((west + east) / 2, south, east, north)]
        else:
            halves = [(west, south, east, (south + north) / 2), (west, (south + north) / 2, east, north)]
        for half in halves:
            yield from _split(part.intersection(shapely.box(*half)), largest_m2)


def _download(piece: shapely.Polygon, place: str, elements: Elements, notify: Callable[[str], None]) -> None:
    """Add what lies in one piece; a piece that is too much for the server is asked for in parts."""
    import shapely

    poly = " ".join(f"{lat:.6f} {lon:.6f}" for lon, lat in piece.exterior.coords)
    try:
        elements.add(ask_overpass(ASKED.format(poly=poly, place=place), notify=notify))
    except TooMuchError as error:
        centre = piece.centroid
        projection = projection_at(centre.x, centre.y)
        metric = shapely.transform(piece, projection.to_xy)
        if metric.area <= SMALLEST_PIECE_M2:
            raise InputDataError(f"Overpass: gave up ({error}); try again later") from error
        for part in _split(metric, metric.area / 2):
            _download(shapely.transform(part, projection.to_lonlat), place, elements, notify)
