"""The chapters of a district profile and of the city's overview."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.reports.charts import bar_chart, strip_chart
from wegeketten.reports.front_page import GROUPS
from wegeketten.reports.sheet import Cell, Column, Section, Sheet, Titled
from wegeketten.reports.varint import clean
from wegeketten.words.messages import translated
from wegeketten.words.numbers import minutes, number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.reach.quality import Share
    from wegeketten.reports.area_figures import Area
    from wegeketten.reports.bottlenecks import Bottleneck
    from wegeketten.reports.front_page import Phrases

MOST_BARRIERS = 12
MOST_NOTES = 12


def _groups(tell: Phrases) -> list[str]:
    scanned = [profile.id for profile in tell.scan.profiles]
    return [name for name in GROUPS if name in scanned] + [name for name in scanned if name not in GROUPS]


def reach(area: Area, tell: Phrases) -> Section:
    """Share and time for every service and group."""
    words, lang, groups = tell.words, tell.lang, _groups(tell)
    rows = []
    for service in tell.offered:
        row = [Cell(tell.service(service))]
        for name in groups:
            cell = area.cells[name, service]
            time = words["none"] if cell.median_s is None else minutes(cell.median_s)
            row.append(Cell(percent(cell.likely, lang), small=time, sort=round(cell.likely, 6)))
        rows.append(row)
    columns = [Column(words["column_service"]), *(Column(tell.profile(name), number=True) for name in groups)]
    sheet = Sheet("reach", words["reach"], columns, rows, cls="wide", quiet=True)
    return Section("reach-title", words["reach"], [words["reach_text"]], [sheet])


def longer(area: Area, tell: Phrases) -> Section:
    """How many times as long as a walker."""
    words, lang = tell.words, tell.lang
    groups = [name for name in _groups(tell) if name != "walker"]
    rows = []
    for service in tell.offered:
        row = [Cell(tell.service(service))]
        for name in groups:
            factor = area.cells[name, service].longer
            told = words["none"] if factor is None else words["times"].format(value=number(factor, lang, 1))
            row.append(Cell(told, sort="" if factor is None else round(factor, 6)))
        rows.append(row)
    columns = [Column(words["column_service"]), *(Column(tell.profile(name), number=True) for name in groups)]
    sheet = Sheet("longer", words["longer"], columns, rows, cls="wide", quiet=True)
    return Section("longer-title", words["longer"], [words["longer_text"]], [sheet])


def stock(area: Area, tell: Phrases) -> Section:
    """Inventory of places by their own accessibility."""
    words, lang = tell.words, tell.lang
    titles = ("column_places", "column_yes", "column_limited", "column_no", "column_unknown")
    columns = [Column(words["column_service"]), *(Column(words[title], number=True) for title in titles)]
    rows = [
        [
            Cell(tell.service(service)),
            *(Cell(number(count, lang), sort=count) for count in area.stock[service]),
        ]
        for service in tell.scan.services
    ]
    sheet = Sheet("stock", words["stock"], columns, rows, quiet=True)
    return Section("stock-title", words["stock"], [words["stock_text"]], [sheet])


def spots(area: Area, tell: Phrases) -> Section:
    """Places where several services are together."""
    words = tell.words
    if not area.spots:
        return Section("spots-title", words["spots"], [words["spots_none"]])
    rows = []
    for spot in area.spots:
        names = [clean(name, 60) for name in spot.names[:5]]
        more = " …" if len(spot.names) > 5 else ""
        kinds = ", ".join(tell.service(service) for service in spot.services)
        rows.append(
            [
                Cell(", ".join(names) + more or f"{spot.lat:.5f}, {spot.lon:.5f}"),
                Cell(kinds, sort=len(spot.services)),
            ]
        )
    sheet = Sheet(
        "spots", words["spots"], [Column(words["column_spot"]), Column(words["column_kinds"])], rows
    )
    return Section("spots-title", words["spots"], [words["spots_text"]], [sheet])


def barriers(found: Sequence[Bottleneck], tell: Phrases) -> Section:
    """The closed spots most people are behind."""
    from wegeketten.reach.barriers import blocking
    from wegeketten.reach.spoken import barrier

    words, lang, city = tell.words, tell.lang, tell.scan.city
    if not found:
        return Section("barriers-title", words["barriers"], [words["barriers_none"]])
    profile = next(one for one in tell.scan.profiles if one.id == tell.focus)
    first = found[:MOST_BARRIERS]
    street = city.edges["name"]
    rows = []
    for one, seen in zip(first, blocking(city, profile, [one.arc for one in first], "likely"), strict=True):
        name = int(street[one.arc // 2])
        rows.append(
            [
                Cell(clean(getattr(barrier(seen), lang))),
                Cell(clean(city.edges.names[name]) if name >= 0 else words["none"]),
                Cell(number(one.people, lang), sort=round(one.people, 3)),
                Cell(seen.id),
            ]
        )
    columns = [
        Column(words["column_barrier"]),
        Column(words["column_street"]),
        Column(words["column_behind"], number=True),
        Column(words["column_id"]),
    ]
    text = words["barriers_text"].format(counted=tell.counted)
    return Section(
        "barriers-title",
        words["barriers"],
        [text],
        [Sheet("barriers", words["barriers"], columns, rows, quiet=True)],
    )


def quality(shares: Sequence[Share], tell: Phrases) -> Section:
    """Where the readings come from, and what to survey first."""
    words, lang = tell.words, tell.lang
    attributes = tell.all_words["attributes"]
    rows = []
    for share in shares:
        parts = (share.surveyed, share.tagged, share.derived, share.assumed)
        digits = 1 if share.unit == "km" else 0
        counted = f"{number(share.total, lang, digits)} {tell.all_words['units'].get(share.unit, share.unit)}"
        rows.append(
            [
                Cell(attributes[share.attribute]["name"]),
                Cell(counted, sort=share.total),
                *(
                    Cell(
                        words["none"] if part is None else percent(part, lang),
                        sort="" if part is None else round(part, 6),
                    )
                    for part in parts
                ),
            ]
        )
    titles = ("column_counted", "column_surveyed", "column_tagged", "column_derived", "column_assumed")
    columns = [Column(words["column_attribute"]), *(Column(words[title], number=True) for title in titles)]
    deciding = ("kerb_cm", "width_m", "surface_class", "incline_pct", "step_count")
    guessed = sorted(
        (
            share
            for share in shares
            if share.attribute in deciding and share.total and (share.assumed or 0) > 0.05
        ),
        key=lambda share: -(share.assumed or 0),
    )
    texts = [words["quality_text"]]
    if guessed:
        assumed = words["column_assumed"]
        what = f" {tell.all_words['general']['and']} ".join(
            f"{attributes[share.attribute]['name']} ({percent(share.assumed or 0, lang)} {assumed})"
            for share in guessed[:2]
        )
        texts.append(words["first"].format(what=what))
    return Section(
        "quality-title",
        words["quality"],
        texts,
        [Sheet("quality", words["quality"], columns, rows, quiet=True)],
    )


def compare(area: Area, areas: Sequence[Area], tell: Phrases) -> Section:
    """Where a district stands among all."""
    words, lang = tell.words, tell.lang
    city = areas[0]
    others = [one for one in areas[1:] if one.weight]
    rows = []
    for service in tell.offered:
        shares = [one.cells[tell.focus, service].likely for one in others]
        here = area.cells[tell.focus, service].likely
        rank = 1 + sum(share > here + 1e-12 for share in shares)
        alt = words["strip_alt"].format(
            name=tell.area(area),
            here=percent(here, lang),
            least=percent(min(shares, default=0), lang),
            most=percent(max(shares, default=0), lang),
        )
        marked = next((i for i, one in enumerate(others) if one.row == area.row), -1)
        rows.append(
            [
                Cell(tell.service(service)),
                Cell(percent(here, lang), sort=round(here, 6)),
                Cell(
                    percent(city.cells[tell.focus, service].likely, lang),
                    sort=round(city.cells[tell.focus, service].likely, 6),
                ),
                Cell(words["rank_of"].format(rank=rank, count=len(others)), sort=rank),
                Cell("", sort=round(here, 6), picture=strip_chart(shares, marked=marked, alt=alt)),
            ]
        )
    columns = [
        Column(words["column_service"]),
        Column(words["column_here"], number=True),
        Column(words["column_city"], number=True),
        Column(words["column_rank"], number=True),
        Column(words["column_strip"]),
    ]
    caption = f"{words['compare']}: {tell.profile(tell.focus)}"
    text = words["compare_text"].format(name=tell.area(area))
    return Section("compare-title", words["compare"], [text], [Sheet("compare", caption, columns, rows)])


def ranking(areas: Sequence[Area], tell: Phrases) -> Section:
    """All districts by what the average home reaches."""
    words, lang = tell.words, tell.lang
    groups = [name for name in ("walker", "rollator", "wheelchair") if name in areas[0].basics] or _groups(
        tell
    )[:3]
    ordered = sorted(
        (area for area in areas[1:] if area.weight), key=lambda area: (-area.basics[tell.focus][1], area.name)
    )
    rows = []
    for area in [*ordered, areas[0]]:
        row = [Cell(tell.area(area)), Cell(number(area.homes, lang), sort=area.homes)]
        if tell.weighted:
            row.append(Cell(number(area.weight, lang), sort=round(area.weight, 3)))
        for name in groups:
            sure, likely, possible = area.basics[name]
            shown = [number(value, lang, 1) for value in (likely, sure, possible)]
            small = f"({shown[1]} – {shown[2]})" if len(set(shown)) > 1 else ""
            row.append(Cell(shown[0], small=small, sort=round(likely, 6)))
        rows.append(row)
    columns = [
        Column(words["column_district"]),
        Column(words["column_homes"], number=True),
        *([Column(words["column_people"], number=True)] if tell.weighted else []),
        *(Column(tell.profile(name), number=True) for name in groups),
    ]
    text = words["ranking_text"].format(basics=len(tell.offered))
    return Section(
        "ranking-title",
        words["ranking"],
        [text],
        [Sheet("ranking", words["ranking"], columns, rows, quiet=True)],
    )


def multiples(areas: Sequence[Area], tell: Phrases) -> Section:
    """One small chart per service: its share in every district."""
    words, lang = tell.words, tell.lang
    with_homes = [area for area in areas[1:] if area.weight]
    pictures = []
    for service in tell.offered:
        rows = [(tell.area(area), area.cells[tell.focus, service].likely) for area in with_homes]
        rows.sort(key=lambda row: (-row[1], row[0]))
        told = ", ".join(f"{name} {percent(share, lang)}" for name, share in rows)
        alt = words["multiple_alt"].format(service=tell.service(service), rows=told)
        pictures.append(Titled(tell.service(service), bar_chart(rows, lang=lang, alt=alt)))
    text = words["multiples_text"].format(**{"with": tell.with_profile(tell.focus)})
    return Section("multiples-title", words["multiples"], [text], pictures=pictures)


def method(tell: Phrases) -> Section:
    """Sources, method and limits, in words and with every standard's source."""
    words, lang, city = tell.words, tell.lang, tell.scan.city
    meta = city.meta
    source = clean(str(meta["source"]).rsplit("/", 1)[-1])
    texts = [
        words["method_1"].format(
            version=meta["version"], source=source, date=tell.date, hash=meta["source_sha256"]
        ),
        words["method_2"],
        words["method_3"],
    ]
    notes = [translated(clean(note, 300), lang) for note in meta.get("notes", [])[:MOST_NOTES]]
    if notes:
        texts.append(f"{words['notes']}: {'; '.join(notes)}.")
    standards = []
    for service in tell.scan.services:
        entry = tell.scan.catalogue.services[service]
        standard = entry.standard
        told = (
            f"{number(standard.metres, lang)} m"
            if standard.metres
            else f"{number(standard.minutes or 0, lang)} min"
        )
        standards.append([Cell(tell.service(service)), Cell(told), Cell(clean(entry.source_in(lang), 400))])
    columns = [
        Column(words["column_service"]),
        Column(words["column_standard"]),
        Column(words["column_source"]),
    ]
    profiles = [
        [
            Cell(tell.profile(one.id)),
            Cell(clean(getattr(one.summary, lang), 300)),
            Cell(words["speed"].format(value=number(one.level_m_s, lang, 2)), sort=one.level_m_s),
        ]
        for one in tell.scan.profiles
    ]
    groups = [Column(words["profiles_title"]), Column(""), Column(words["column_speed"], number=True)]
    groups[1] = Column(tell.all_words["map"]["column_kind"])
    sheets = [
        Sheet("standards", words["standards_title"], columns, standards),
        Sheet("groups", words["profiles_title"], groups, profiles),
    ]
    return Section("method-title", words["method"], texts, sheets)


def share_of_quality(city_shares: Sequence[Share], name: str) -> list[Share]:
    """Rows of one district; of the whole network for an empty name."""
    return [share for share in city_shares if share.district == name and np.isfinite(share.total)]
