"""New places and what districts need as marks on the map, read from the folders of `site` and `needs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.reach.coverage import FEWEST_HOMES
from wegeketten.reports.data import Mark
from wegeketten.reports.marks import MOST_MARKS
from wegeketten.reports.phrases import bare_gain
from wegeketten.reports.sites_chapter import cost_words, how_sure
from wegeketten.siting.read import read_needs, read_sites
from wegeketten.words.catalogue import fill, load_words, text
from wegeketten.words.numbers import about, number, percent

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.siting.read import ReadNeed, ReadSite


def read_site_marks(folder: Path, city: City, lang: str) -> list[Mark]:
    """The places that `site` proposes.

    Parameters
    ----------
    folder
        Written by ``site``.
    city
        The city, for addresses and for what is counted.
    lang
        ``de`` or ``en``.

    Returns
    -------
    list of Mark
        In the order of the folder.

    Raises
    ------
    InputDataError
        The folder cannot be read.
    """
    return [_site(site, city.weight_unit, lang) for site in read_sites(folder, city).new[:MOST_MARKS]]


def read_need_marks(folder: Path, city: City, lang: str) -> list[Mark]:
    """What districts need, where most of their homes are; parameters and errors as of `read_site_marks`.

    Parameters
    ----------
    folder
        Written by ``needs``.
    city
        The city, for where people live.
    lang
        ``de`` or ``en``.

    Returns
    -------
    list of Mark
        Districts with enough homes.
    """
    names = [str(name) for name in city.districts["name"]]
    district, homes = city.homes["district"], city.homes
    marks = []
    for one in read_needs(folder).rows:
        rows = np.flatnonzero(district == names.index(one.district)) if one.district in names else ()
        if len(rows) >= FEWEST_HOMES:  # nobody's home is to be read off
            lon, lat = float(homes["lon"][rows].mean()), float(homes["lat"][rows].mean())
            marks.append(_need(one, lon, lat, city.weight_unit, lang))
    return marks


def _site(site: ReadSite, unit: str, lang: str) -> Mark:
    words = load_words(lang)["sites_report"]
    sure = how_sure(site, lang, words)
    gain = text(f"gained.{unit}", lang, count=about(site.people or 0.0, lang))
    from_ = ", ".join(f"{name} {bare_gain(count, lang)}" for name, count in site.gains)
    near = site.near_words(lang)
    lines = [
        ", ".join(part for part in (site.where, site.district) if part),
        words["mark_gain"].format(gain=gain, from_=from_ or "–"),
        words["mark_cost"].format(cost=cost_words(site, lang, words)),
        ". ".join(part for part in sure if part),
        words["mark_near"].format(near=near) if near else "",
    ]
    title = f"{site.number}. {site.what(lang)}"
    return Mark(site.lon, site.lat, title, [line for line in lines if line], sign=str(site.number))


def _need(one: ReadNeed, lon: float, lat: float, unit: str, lang: str) -> Mark:
    words = load_words(lang)["sites_report"]
    lines = [
        words["mark_posts"].format(
            needed=number(one.posts_needed, lang, 2), whole=number(one.posts_whole, lang)
        ),
        *([words["post_with"].format(district=one.post_with)] if one.post_with else []),
    ]
    if one.posts_there is not None:
        lines.append(words["mark_there"].format(count=number(one.posts_there, lang, 1)))
    counted = load_words(lang)["counted"][unit]
    for key, count, share in (
        ("mark_reach", one.meeting_places, one.meeting_reach),
        ("mark_centres", one.centres, one.centre_reach),
    ):
        told = "–" if share is None else percent(share, lang)
        lines.append(words[key].format(count=number(count, lang), share=told, counted=counted))
    sign = fill(words["sign_posts"], lang, count=one.posts_whole)
    if one.posts_whole == 0 and one.posts_needed > 0:  # rounded down, or shared: not "none needed"
        sign = words["sign_part"].format(needed=number(one.posts_needed, lang, 2))
    return Mark(lon, lat, one.district, lines, sign=sign)
