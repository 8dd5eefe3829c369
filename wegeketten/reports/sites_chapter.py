"""Chapters on places that are missing, and on what districts need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wegeketten.reach.coverage import FEWEST_HOMES
from wegeketten.reports.phrases import bare_gain
from wegeketten.reports.pictures import district_map
from wegeketten.reports.sheet import Cell, Column, Section, Sheet, Titled
from wegeketten.words.catalogue import fill
from wegeketten.words.numbers import about, joined, number, percent, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.reports.area_figures import Area
    from wegeketten.reports.phrases import Phrases
    from wegeketten.siting.read import ReadNeed, ReadNeeds, ReadSite, ReadSites

MOST_NEW, MOST_EXISTING = 20, 30
"""Most rows of the tables; the folder of `site` has all."""


def sites_chapter(area: Area, phrases: Phrases, found: ReadSites) -> Section:
    """Proposed and existing places in an area: what, where, who gains, cost, how sure, what is near.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.
    found
        Result of `site`.

    Returns
    -------
    Section
        A chapter of the report.
    """
    words, lang = phrases.all_words["sites_report"], phrases.lang
    new = [site for site in found.new if _inside(site, area)][:MOST_NEW]
    existing = [site for site in found.existing if _inside(site, area)]
    texts = _texts(phrases, found) if area.row < 0 else []
    texts += [words["door"]] if new else [words["none"]]
    sheets = []
    if new:
        titles = (("column_place", False), ("column_gain", True), ("column_cost", True))
        columns = [Column(words[titles[0][0]]), Column(phrases.words["column_where"])]
        columns += [Column(words[name], number=number_) for name, number_ in titles[1:]]
        columns += [Column(words["column_sure"]), Column(words["column_near"])]
        rows = [_new(site, phrases) for site in new]
        sheets.append(Sheet("new-places", words["new"], columns, rows, cls="cards"))
    if existing:
        columns = [Column(words["column_place"]), Column(phrases.words["column_where"])]
        columns += [Column(words["column_serves"], number=True), Column(words["column_near"])]
        rows = [_existing(site, phrases) for site in existing[:MOST_EXISTING]]
        sheets.append(Sheet("places-there", words["existing"], columns, rows, cls="cards"))
    if len(existing) > MOST_EXISTING:
        texts.append(words["shown"].format(shown=MOST_EXISTING, count=number(len(existing), lang)))
    pictures = []
    if new:
        picture = district_map(
            phrases.scan.city,
            area.row,
            numbers=[(site.lat, site.lon, str(site.number)) for site in new],
            alt=words["map"],
        )
        pictures.append(Titled(words["map"], picture))
    title = words["title"].format(service=phrases.service(found.service))
    return Section("sites-title", title, texts, sheets, pictures)


def needs_chapter(area: Area, phrases: Phrases, found: ReadNeeds) -> Section:
    """Posts, meeting places and service centres by district.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.
    found
        Result of `needs`.

    Returns
    -------
    Section
        A chapter of the report.
    """
    words, lang = phrases.all_words["sites_report"], phrases.lang
    texts = [
        words["needs_text"].format(
            rate=number(found.per_post, lang), counted=phrases.counted, profile=phrases.profile(found.profile)
        )
    ]
    if area.row < 0 and found.neighbourhoods:
        texts.append(
            fill(
                words["neighbourhoods"],
                lang,
                count=found.neighbourhoods,
                fitting=found.fitting,
                counted=phrases.counted,
            )
        )
    counted = phrases.counted[:1].upper() + phrases.counted[1:]
    names = ("needed", "there", "meeting", "centres")
    columns = [Column(phrases.words["column_district"]), Column(counted, number=True)]
    columns += [Column(words[f"column_{name}"], number=True) for name in names]
    rows = [_need(one, phrases) for one in found.rows if area.row < 0 or one.district == area.name]
    sheet = Sheet("needs", words["needs"], columns, rows, cls="cards", quiet=True)
    return Section("needs-title", words["needs"], texts, [sheet] if rows else [])


def _inside(site: ReadSite, area: Area) -> bool:
    return area.row < 0 or site.district == area.name


def _texts(phrases: Phrases, found: ReadSites) -> list[str]:
    """How many have such a place today, and with the new ones."""
    words, lang = phrases.all_words["sites_report"], phrases.lang
    texts = []
    if found.people is not None and found.today is not None:
        texts.append(
            words["today"].format(
                near=about(found.today, lang), people=about(found.people, lang), counted=phrases.counted,
                profiles=joined([phrases.profile(name) for name in found.profiles], lang),
            )
        )  # fmt: skip
    if found.value is not None:
        texts.append(words["after"].format(value=about(found.value, lang)))
    if found.expected is not None:
        people, low, high = (about(value, lang) for value in found.expected)
        texts.append(words["expected"].format(people=people, low=low, high=high))
    return texts


def _new(site: ReadSite, phrases: Phrases) -> list[Cell]:
    words, lang = phrases.all_words["sites_report"], phrases.lang
    from_ = [f"{name} {phrases.bare_gain(count)}" for name, count in site.gains]
    return [
        Cell(f"{site.number}. {site.what(lang)}", sort=site.number),
        Cell(site.where or phrases.words["none"], small=site.district),
        Cell(phrases.gained(site.people or 0.0), small=", ".join(from_), sort=round(site.people or 0.0, 3)),
        Cell(cost_words(site, lang, words), sort="" if site.cost_eur is None else site.cost_eur),
        Cell(*how_sure(site, lang, words)),
        Cell(site.near_words(lang) or phrases.words["none"]),
    ]


def cost_words(site: ReadSite, lang: str, words: dict[str, str]) -> str:
    """What a place costs, as far as somebody has stated it.

    Parameters
    ----------
    site
        A proposed place.
    lang
        Language of the text, ``de`` or ``en``.
    words
        Section ``sites_report`` of the texts.

    Returns
    -------
    str
        No more precise than an estimate is.
    """
    if site.cost_eur is None:
        return words["cost_unknown"]
    return words["cost_stated"].format(cost=about(site.cost_eur, lang))


def how_sure(site: ReadSite, lang: str, words: dict[str, str]) -> tuple[str, str]:
    """How sure a place's gain is: by the worlds where they were drawn, else by the three answers.

    Parameters
    ----------
    site
        A proposed place.
    lang
        Language of the text, ``de`` or ``en``.
    words
        Section ``sites_report`` of the texts.

    Returns
    -------
    tuple
        First line and second line, "" for none.
    """
    span = ""
    if site.sure is not None and site.possible is not None:
        span = words["span"].format(sure=bare_gain(site.sure, lang), possible=bare_gain(site.possible, lang))
    if site.chance is None or site.expected is None or site.low is None or site.high is None:
        return span, ""
    expect = words["expect"].format(
        people=bare_gain(site.expected, lang), low=bare_gain(site.low, lang), high=bare_gain(site.high, lang)
    )
    chance = words["chance"].format(chance=number(100 * site.chance, lang))
    return chance, "; ".join(part for part in (expect, span) if part)


def _existing(site: ReadSite, phrases: Phrases) -> list[Cell]:
    serves = phrases.words["none"] if site.people is None else phrases.gained(site.people)
    return [
        Cell(site.what(phrases.lang) or phrases.words["none"]),
        Cell(site.where or phrases.words["none"], small=site.district),
        Cell(serves, sort=round(site.people or 0.0, 3)),
        Cell(site.near_words(phrases.lang) or phrases.words["none"]),
    ]


def _need(one: ReadNeed, phrases: Phrases) -> list[Cell]:
    lang, none = phrases.lang, phrases.words["none"]
    if one.people < FEWEST_HOMES:  # nobody's home is to be read off
        return [Cell(one.district), Cell(f"<{FEWEST_HOMES}", sort=0), *[Cell(none, sort="")] * 4]
    words = phrases.all_words["sites_report"]
    whole = words["whole"].format(count=number(one.posts_whole, lang))
    if one.post_with:
        whole += "; " + words["post_with"].format(district=one.post_with)
    meeting = [_reached(one.meeting_reach, phrases)]
    if one.meeting_per_10000 is not None:
        meeting.append(words["per_10000"].format(count=short(one.meeting_per_10000, lang)))
    return [
        Cell(one.district),
        Cell(about(one.people, lang), sort=round(one.people, 1)),
        Cell(number(one.posts_needed, lang, 2), small=whole, sort=one.posts_needed),
        Cell(none if one.posts_there is None else short(one.posts_there, lang), sort=one.posts_there or ""),
        Cell(
            number(one.meeting_places, lang), small="; ".join(filter(None, meeting)), sort=one.meeting_places
        ),
        Cell(number(one.centres, lang), small=_reached(one.centre_reach, phrases), sort=one.centres),
    ]


def _reached(share: float | None, phrases: Phrases) -> str:
    """How many reach such a place; empty where not known."""
    if share is None:
        return ""
    return str(phrases.all_words["sites_report"]["reached"].format(share=percent(share, phrases.lang)))


def chapters_of(
    area: Area, phrases: Phrases, sites: ReadSites | None, needs: ReadNeeds | None
) -> Sequence[Section]:
    """Both chapters, as far as they were computed.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.
    sites, needs
        Results of `site` and `needs`; None where there are none.

    Returns
    -------
    sequence of Section
        At most two.
    """
    found = [] if sites is None else [sites_chapter(area, phrases, sites)]
    return found + ([] if needs is None else [needs_chapter(area, phrases, needs)])
