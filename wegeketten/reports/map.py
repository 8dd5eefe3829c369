"""The council's map: folium's map in a page of its own, in one file, without a server."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import OutputError, UsageError
from wegeketten.files.json import write_text
from wegeketten.model.edges import element_ids
from wegeketten.reports.assets import asset_text
from wegeketten.reports.inline import island, outside_addresses, policy_of, script_tag, style_tag, vendored
from wegeketten.reports.map_constants import constants_script
from wegeketten.reports.map_pack import MICRO, bundle
from wegeketten.reports.merge import merge_homes
from wegeketten.reports.varint import clean
from wegeketten.transit.register import STOP_MARK
from wegeketten.words.catalogue import load_words
from wegeketten.words.numbers import date as date_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import folium

    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.planning.chain_task import Outing
    from wegeketten.planning.stop_tasks import UsableStops
    from wegeketten.reports.data import District, MapData, Mark

SCRIPTS = (
    "decode", "grid", "search", "chains", "scenario", "why", "model", "words", "signs", "cells", "address",
    "table", "directions", "area", "answer", "paint", "limits", "lists", "result", "measures", "history",
    "overlays", "ways", "places", "finder", "views", "sheets", "app",
)  # fmt: skip
"""Modules of the page's own script, in the order they build on each other."""

LARGEST_BYTES = 32_000_000
"""A bigger page is refused: browsers do not open it well."""

MANY_BYTES = 10_000_000
"""A page of more may be too much for a phone, which whoever makes it is told."""

OUTLYING = 25
"""Homes on each side that the first view may leave out."""

POLICY_MARK = "policy-goes-here"


def map_page(
    data: MapData,
    *,
    lang: str = "de",
    profile: str | None = None,
    service: str | None = None,
    answer: str = "likely",
    tiles: str | None = None,
) -> str:
    """The whole page as text.

    Parameters
    ----------
    data
        What to show.
    lang
        ``de`` or ``en``.
    profile, service, answer
        What is chosen when the page opens; the first of each where None.
    tiles
        Address pattern of online tiles to lay under everything, for maps that may use the network. None: the
        page asks for nothing.

    Returns
    -------
    str
        An HTML document.

    Raises
    ------
    UsageError
        A profile, service or answer is not in the data.
    OutputError
        The page would be too big to open.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reports.map_data import gather
    >>> page = map_page(gather(hamlet(), profiles=["walker"], services=["pharmacy"]), lang="en")
    >>> page[:15]
    '<!DOCTYPE html>'
    """
    words = load_words(lang)
    data = merge_homes(data)
    config = _config(data, lang=lang, profile=profile, service=service, answer=answer)
    islands = [island("config", config), island("words", page_words(lang))]
    islands += [island(name, text) for name, text in bundle(data).items()]
    figure = _figure(data, tiles=tiles)
    figure.render()
    html, script = figure.html.render(), figure.script.render()
    head = [
        style_tag(vendored("leaflet", "leaflet.css")),
        style_tag(asset_text("map.css")),
    ]
    # The data follow the form: a browser shows the page while they are still being read.
    scripts = [
        script_tag(vendored("leaflet", "leaflet.js")),
        script_tag(
            "(() => {\n" + constants_script() + "".join(_module(name) for name in SCRIPTS) + "})();\n"
        ),
        script_tag(script),
    ]
    page = _fill("map.html", lang, words["map"], data, head=head, map=html, islands=islands, scripts=scripts)
    origins = [tiles.split("{", 1)[0].rstrip("/")] if tiles else []  # checked in _figure
    page = page.replace(POLICY_MARK, policy_of(page, image_sources=origins), 1)
    unwanted = outside_addresses(page)
    if unwanted:
        raise OutputError(f"the map would ask for {unwanted[0]}; only what lies in assets/vendor may be used")
    if len(page.encode("utf-8")) > LARGEST_BYTES:
        raise OutputError(
            f"the map would have {len(page) / 1e6:.0f} MB, more than browsers open well; "
            "choose fewer profiles with --profile, or fewer services with --service"
        )
    return page


def write_map(
    city: City,
    out: str | Path,
    *,
    lang: str = "de",
    profiles: Sequence[str | Profile] = (),
    services: Sequence[str] = (),
    title: str | None = None,
    plan: str | Path | None = None,
    survey: str | Path | None = None,
    sites: str | Path | None = None,
    needs: str | Path | None = None,
    stops: str | Path | None = None,
    chains: Sequence[Outing] = (),
    usable_stops: UsableStops | None = None,
    tiles: str | None = None,
    worlds: int = 0,
    seed: int = 0,
    **start: str,
) -> Path:
    """Write the map of a city as one HTML file that needs no network.

    Parameters
    ----------
    city
        A built city.
    out
        File to write.
    lang
        ``de`` or ``en``.
    profiles, services
        What can be chosen on the map; everything the city knows where empty.
    title
        Name of the place; made from the source's file name where None.
    plan
        Folder written by ``plan``: its measures become a layer.
    survey
        Folder written by ``survey``: its spots become a layer.
    sites, needs
        Folders written by ``site`` and ``needs``: a layer each.
    stops
        Folder written by ``stops``: who can board where becomes a layer.
    chains
        Chains of errands that can be chosen like a service.
    usable_stops
        What a stop has to offer: then platforms can be raised on the map. Any mapped stop counts where None.
    tiles
        Address pattern of online tiles, for a map that may use the network; None asks for nothing.
    worlds, seed
        How many worlds are drawn for the homes' chances, 0 for none; and which.
    **start
        ``profile``, ``service`` and ``answer`` that are chosen when the page opens.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError
        A profile, service, answer or language does not exist.
    InputDataError
        The plan or survey folder cannot be used.
    OutputError
        The file cannot be written, or would be too big to open.

    Examples
    --------
    >>> import wegeketten as wk
    >>> from wegeketten.reports.map import write_map
    >>> write_map(wk.open("lauf"), "lauf.html", profile="wheelchair")  # doctest: +SKIP
    PosixPath('lauf.html')
    """
    from wegeketten.reports.map_data import gather
    from wegeketten.reports.marks import read_measures, read_stop_marks, read_walks
    from wegeketten.reports.site_marks import read_need_marks, read_site_marks

    load_words(lang)
    data = gather(
        city,
        profiles=profiles,
        services=services,
        title=title,
        lang=lang,
        measures=read_measures(Path(plan), lang, city.weight_unit) if plan else (),
        walks=read_walks(Path(survey), lang, city.weight_unit) if survey else (),
        stops=read_stop_marks(Path(stops), lang) if stops else (),
        chains=chains,
        usable_stops=usable_stops,
        worlds=worlds,
        seed=seed,
    )
    data = replace(
        data,
        sites=read_site_marks(Path(sites), city, lang) if sites else (),
        needs=read_need_marks(Path(needs), city, lang) if needs else (),
    )
    page = map_page(data, lang=lang, tiles=tiles, **start)
    return write_page(page, out)


def write_page(page: str, out: str | Path) -> Path:
    """Write a page whole or not at all.

    Parameters
    ----------
    page
        An HTML document.
    out
        Target file.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OutputError
        The place is not writable.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_page("<!DOCTYPE html>", Path(folder) / "map.html").name
    'map.html'
    """
    target = Path(out)
    write_text(target, page)
    return target


def page_words(lang: str) -> dict[str, Any]:
    """Texts of the page's script: kinds and sources by the codes of its columns.

    Parameters
    ----------
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    dict
        Plain values, ready for JSON.

    Examples
    --------
    >>> page_words("de")["kinds"]["20"], page_words("en")["provenance"]["1"]
    ('Bordstein', 'surveyed')
    """
    from wegeketten.model.edges import Kind
    from wegeketten.model.reading import Provenance

    words = load_words(lang)
    headlines = ("headline", "headline_sure", "headline_possible")
    kept = ("lang", "answers", "attributes", "checks", "counted", "map", "profiles", "services", "wheelchair")
    return {
        **{name: words[name] for name in (*kept, *headlines, "profile_fallback", "service_fallback")},
        "kinds": {str(int(kind)): words["kinds"][kind.name] for kind in Kind},
        "provenance": {str(int(one)): words["provenance"][one.name] for one in Provenance},
    }


def _module(name: str) -> str:
    return asset_text("map", f"{name}.js").replace('"use strict";\n', "", 1)


def _check_tiles(address: str) -> None:
    """Refuse what is no plain address of tiles: it is written into the page and into its content policy."""
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d+)?/[A-Za-z0-9._~/{}@=&?%+-]*", address) or not all(
        part in address for part in ("{z}", "{x}", "{y}")
    ):
        raise UsageError(
            f"--tiles {address}: an http or https address with z, x and y in braces was expected"
        )


def _figure(data: MapData, *, tiles: str | None) -> Any:
    """The folium map with this package's layers added to it, in a figure that is ready to render."""
    if tiles:
        _check_tiles(tiles)
    council_map = folium_map(data, tiles=tiles)
    return council_map.get_root()


def folium_map(data: MapData, *, tiles: str | None = None) -> folium.Map:
    """A `folium.Map` over the city's extent that loads nothing and starts the page's own script.

    Parameters
    ----------
    data
        What to show.
    tiles
        Address pattern of online tiles; none where None.

    Returns
    -------
    folium.Map
        Without its data.
    """
    import folium
    from branca.element import MacroElement
    from jinja2 import Template

    (south, west), (north, east) = extent(data)
    made: folium.Map = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        tiles=None,
        zoom_control=False,
        max_zoom=19,
        min_zoom=9,
        fade_animation=False,
        zoom_animation=False,
    )
    made.default_js, made.default_css = [], []
    start = MacroElement()  # type: ignore[no-untyped-call] # branca gives its elements no types
    start._template = Template(
        "{% macro script(this, kwargs) %}startCouncilMap({{ this._parent.get_name() }});{% endmacro %}"
    )
    parts: list[Any] = [made]
    if tiles:
        parts.append(
            folium.TileLayer(tiles, attr="© OpenStreetMap contributors", overlay=True, control=False)
        )
    parts.append(start)
    for number, part in enumerate(parts):
        part._id = str(number)  # folium's own ids are random; two runs shall give the same page
        if part is not made:
            made.add_child(part)
    return made


def extent(data: MapData) -> tuple[tuple[float, float], tuple[float, float]]:
    """South-west and north-east corner of what is shown first, (lat, lon) in degrees.

    Outlying homes, one in a hundred on each side but no more than `OUTLYING`, do not shrink the town.

    Parameters
    ----------
    data
        What to show.

    Returns
    -------
    tuple
        Degrees.

    Raises
    ------
    UsageError
        The city has neither homes nor ways.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reports.map_data import gather
    >>> south_west, north_east = extent(gather(hamlet(), profiles=["walker"], services=["pharmacy"]))
    >>> round(north_east[0] - south_west[0], 4)
    0.0003
    """
    source = data.homes if len(data.homes) else data.network
    if not len(source.lon):
        raise UsageError("there is nothing to show: the city has neither homes nor ways")
    outside = min(0.01, OUTLYING / len(source.lon))
    (west, east), (south, north) = (
        np.quantile(axis, (outside, 1 - outside)) for axis in (source.lon, source.lat)
    )
    return (float(south), float(west)), (float(north), float(east))


def _everything(data: MapData) -> tuple[tuple[float, float], tuple[float, float]]:
    lon = np.concatenate([data.homes.lon, data.places.lon, data.network.lon])
    lat = np.concatenate([data.homes.lat, data.places.lat, data.network.lat])
    return (float(lat.min()), float(lon.min())), (float(lat.max()), float(lon.max()))


def _config(
    data: MapData, *, lang: str, profile: str | None, service: str | None, answer: str
) -> dict[str, Any]:
    profiles = [layer.id for layer in data.profiles]
    services = [*(name for name, _ in data.services), *(chain.id for chain in data.chains)]
    for what, wanted, known in (
        ("--profile", profile, profiles),
        ("--service", service, services),
        ("answer", answer, ["sure", "likely", "possible"]),
    ):
        if wanted is not None and wanted not in known:
            raise UsageError(f"{what} {wanted}: not on this map; there are {', '.join(known)}")
    words = load_words(lang)
    return {
        "title": clean(data.title),
        "bounds": extent(data),
        "limits": _everything(data),
        "start": {
            "profile": profile or ("wheelchair" if "wheelchair" in profiles else profiles[0]),
            "service": service or services[0],
            "answer": answer,
        },
        "spread_m": math.ceil(data.spread_m),
        "standards": [
            clean(told, 400) for told in (*data.standards, *(each.standard for each in data.chains))
        ],
        "worlds": data.worlds,
        "counted": data.sources.get("counted", "homes"),
        "attributes": list(data.network.readings),
        "profiles": [
            {
                "id": layer.id,
                "name": words["profiles"].get(layer.id, {}).get("name") or clean(layer.name),
                "speed": layer.speed_mps,
                "standard_units": [
                    *(int(units) for units in layer.standard_units),
                    *(int(chain.standard_units[number]) for chain in data.chains),
                ],
                "checks": [list(check) for check in layer.checks],
                "free_kinds": list(layer.free_kinds),
                "wheelchair_tag": layer.wheelchair_tag,
            }
            for number, layer in enumerate(data.profiles)
        ],
        "services": [
            *(
                {"id": name, "name": words["services"].get(name, {}).get("name") or clean(shown)}
                for name, shown in data.services
            ),
            *(
                {
                    "id": chain.id,
                    "name": clean(chain.name),
                    "chain": {"visit": list(chain.visit), "returning": chain.returning},
                }
                for chain in data.chains
            ),
        ],
        "districts": [_district(district) for district in data.districts],
        "measures": _measures(data),
        "platforms": len(data.works.places),
        "walks": _marks(data.walks),
        "sites": _marks(data.sites),
        "needs": _marks(data.needs),
        "stops": _marks(data.stops),
    }


def _marks(marks: Sequence[Mark]) -> list[dict[str, Any]]:
    return [
        vars(mark) | {"title": clean(mark.title), "lines": [clean(x) for x in mark.lines]} for mark in marks
    ]


def _measures(data: MapData) -> list[dict[str, Any]]:
    """Proposals with the rows of the works that they are made of; what helps nobody on this map has none."""
    network, edges = data.network, np.asarray(data.works.edges, dtype=np.int64)
    ids = element_ids(network.osm_type[edges], network.osm_id[edges], network.part[edges])
    row_of = {name: row for row, name in enumerate(ids)}
    for row, place in enumerate(np.asarray(data.works.places).tolist(), len(edges)):
        row_of.setdefault(data.places.place_id[place], row)
    return [
        {
            "lon": mark.lon, "lat": mark.lat, "number": mark.number, "look": mark.look,
            "title": clean(mark.title), "where": clean(mark.where), "lines": [clean(x) for x in mark.lines],
            "low_eur": mark.low_eur, "high_eur": mark.high_eur,
            "works": [row_of[name] for name in mark.barrier_ids if name in row_of],
            "platform": any(name.startswith(STOP_MARK) and name not in row_of for name in mark.barrier_ids),
        }
        for mark in data.measures
    ]  # fmt: skip


def _district(district: District) -> dict[str, Any]:
    rings = [np.rint(np.asarray(ring) * MICRO).astype(np.int64).tolist() for ring in district.rings]
    return {"id": clean(district.id), "name": clean(district.name), "rings": rings, "cut": district.cut}


def _notes(data: MapData, words: dict[str, Any]) -> list[str]:
    notes = [clean(note, 400) for note in data.notes]
    if data.thinned:
        notes.append(words["thinned"].format(what=", ".join(words[f"thin_{what}"] for what in data.thinned)))
    return notes


def _fill(template: str, lang: str, words: dict[str, Any], data: MapData, **parts: Any) -> str:
    from jinja2 import Environment
    from markupsafe import Markup

    environment = Environment(autoescape=True, trim_blocks=True, keep_trailing_newline=True)
    sources = data.sources
    place = clean(data.title)
    joined = {
        name: Markup("\n".join([value] if isinstance(value, str) else value))  # noqa: S704 built here, escaped before
        for name, value in parts.items()
    }
    return environment.from_string(asset_text(template)).render(
        lang=lang,
        words=words,
        answers_sentence=load_words(lang)["general"]["answers_sentence"],
        version=sources.get("version", ""),
        policy=POLICY_MARK,
        title=words["title"].format(place=place),
        heading=words["heading"].format(place=place),
        stand=sources.get("stand", ""),
        about_method=words["about_method"].format(
            version=sources.get("version", ""),
            date=date_words(clean(sources.get("osm_timestamp")), lang),
        ),
        about_hash=words["about_hash"].format(
            source=clean(sources.get("source")), hash=clean(sources.get("source_sha256"))
        ),
        attributions=[clean(text) for text in json.loads(sources.get("attributions", "[]"))],
        notes=_notes(data, words),
        **joined,
    )
