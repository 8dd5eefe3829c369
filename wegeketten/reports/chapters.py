"""The chapters of a district profile and of the city's overview."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.planning.proposals import saved_by_looking
from wegeketten.reach.coverage import FEWEST_HOMES
from wegeketten.reports.charts import bar_chart, strip_chart
from wegeketten.reports.front_page import GROUPS, TOLD_REASONS, proposals_in, reasons_of, standard_of
from wegeketten.reports.pictures import district_map
from wegeketten.reports.sheet import Cell, Column, Section, Sheet, Titled
from wegeketten.reports.varint import clean
from wegeketten.words.catalogue import fill, text
from wegeketten.words.messages import translated
from wegeketten.words.names import attribute_name, barrier_name
from wegeketten.words.numbers import euro_range, joined, minutes, number, percent, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.people.profile import Profile
    from wegeketten.planning.proposals import Proposal
    from wegeketten.reach.quality import Share
    from wegeketten.reports.area_figures import Area
    from wegeketten.reports.bottlenecks import Bottleneck
    from wegeketten.reports.phrases import Phrases

MOST_BARRIERS = 12
MOST_NOTES = 12
MOST_PROPOSALS = 10
MOST_LOOKS = 20
MOST_BARS = 24


def _groups(phrases: Phrases) -> list[str]:
    scanned = [profile.id for profile in phrases.scan.profiles]
    return [name for name in GROUPS if name in scanned] + [name for name in scanned if name not in GROUPS]


def reach(area: Area, phrases: Phrases) -> Section:
    """Share and time for every service and group.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    Section
        A chapter of the report.
    """
    words, groups = phrases.words, _groups(phrases)
    rows = []
    for service in phrases.offered:
        row = [Cell(phrases.service(service))]
        for name in groups:
            cell = area.cells[name, service]
            time = words["none"] if cell.median_s is None else minutes(cell.median_s, cell.standard_s)
            row.append(Cell(phrases.share(cell)[0], small=time, sort=round(cell.lead, 6)))
        rows.append(row)
    columns = [
        Column(words["column_service"]),
        *(Column(phrases.profile(name), number=True) for name in groups),
    ]
    sheet = Sheet("reach", words["reach"], columns, rows, cls="wide", quiet=True)
    return Section("reach-title", words["reach"], [words["reach_text"]], [sheet])


def longer(area: Area, phrases: Phrases) -> Section:
    """How many times as long as a walker.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    Section
        A chapter of the report.
    """
    words, lang = phrases.words, phrases.lang
    groups = [name for name in _groups(phrases) if name != "walker"]
    rows = []
    for service in phrases.offered:
        row = [Cell(phrases.service(service))]
        for name in groups:
            factor = area.cells[name, service].longer
            told = words["none"] if factor is None else words["times"].format(value=number(factor, lang, 1))
            row.append(Cell(told, sort="" if factor is None else round(factor, 6)))
        rows.append(row)
    columns = [
        Column(words["column_service"]),
        *(Column(phrases.profile(name), number=True) for name in groups),
    ]
    sheet = Sheet("longer", words["longer"], columns, rows, cls="wide", quiet=True)
    return Section("longer-title", words["longer"], [words["longer_text"]], [sheet])


def stock(area: Area, phrases: Phrases) -> Section:
    """Inventory of places by their own accessibility.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    Section
        A chapter of the report.
    """
    words, lang = phrases.words, phrases.lang
    titles = ("column_places", "column_yes", "column_limited", "column_no", "column_unknown")
    columns = [Column(words["column_service"]), *(Column(words[title], number=True) for title in titles)]
    rows = [
        [
            Cell(phrases.service(service)),
            *(Cell(number(count, lang), sort=count) for count in area.stock[service]),
        ]
        for service in phrases.scan.services
    ]
    sheet = Sheet("stock", words["stock"], columns, rows, quiet=True)
    return Section("stock-title", words["stock"], [words["stock_text"]], [sheet])


def spots(area: Area, phrases: Phrases) -> Section:
    """Places where several services are together.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    Section
        A chapter of the report.
    """
    words = phrases.words
    if not area.spots:
        return Section("spots-title", words["spots"], [words["spots_none"]])
    rows = []
    for spot in area.spots:
        names = [clean(name, 60) for name in spot.names[:5]]
        more = " …" if len(spot.names) > 5 else ""
        kinds = ", ".join(phrases.service(service) for service in spot.services)
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


def barriers(found: Sequence[Bottleneck], phrases: Phrases) -> Section:
    """The closed spots most people are behind.

    Parameters
    ----------
    found
        Result of `bottlenecks`.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    Section
        A chapter of the report.
    """
    from wegeketten.reach.barriers import blocking
    from wegeketten.reach.spoken import barrier
    from wegeketten.reach.whereabouts import whereabouts

    words, lang, city = phrases.words, phrases.lang, phrases.scan.city
    if not found:
        return Section("barriers-title", words["barriers"], [words["barriers_none"]])
    profile = next(one for one in phrases.scan.profiles if one.id == phrases.focus)
    first = found[: 4 * MOST_BARRIERS]
    where = whereabouts(city, [one.arc // 2 for one in first])
    blocked = blocking(city, profile, [one.arc for one in first], "likely")
    rows: dict[str, list[Cell]] = {}
    for one, seen, place in zip(first, blocked, where, strict=True):
        element = seen.id.partition(":")[0]
        if element in rows or len(rows) == MOST_BARRIERS:
            continue  # another piece of the same way: the one most are behind stands for it
        rows[element] = [
            Cell(clean(barrier(seen).in_(lang))),
            Cell(clean(place.plain()) or words["none"], small=f"OSM {element}"),
            Cell(phrases.bare_gain(one.people), sort=round(one.people)),
        ]
    columns = [
        Column(words["column_barrier"]),
        Column(words["column_where"]),
        Column(words["column_behind"], number=True),
    ]
    text = words["barriers_text"].format(counted=phrases.counted)
    return Section(
        "barriers-title",
        words["barriers"],
        [text],
        [Sheet("barriers", words["barriers"], columns, list(rows.values()), cls="cards", quiet=True)],
    )


def why_not(area: Area, phrases: Phrases) -> Section:
    """Why services are missed, in numbers.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    Section
        A chapter of the report.
    """
    words, lang = phrases.words, phrases.lang
    rows = []
    for service in phrases.offered:
        shares = reasons_of(area, phrases, service)
        row = [Cell(phrases.service(service))]
        row += [Cell(percent(shares[one], lang), sort=round(shares[one], 6)) for one in TOLD_REASONS]
        rows.append(row)
    columns = [Column(words["column_service"])]
    columns += [Column(words["reason_" + one], number=True) for one in TOLD_REASONS]
    text = words["why_not_text"].format(**{"with": phrases.with_profile(phrases.focus)})
    sheet = Sheet("why-not", words["why_not"], columns, rows, quiet=True)
    return Section("why-not-title", words["why_not"], [text], [sheet])


def _saves(one: Proposal, phrases: Phrases) -> str:
    """What looking first is expected to save, where that is the advice."""
    if one.saves is None:
        return ""
    return str(phrases.words["saves"]).format(euros=euro_range(*one.saves, phrases.lang))


def plan(area: Area, phrases: Phrases) -> Section:
    """What the plan proposes in an area, in its order, with a map.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    Section
        A chapter of the report.
    """
    words, lang = phrases.words, phrases.lang
    found = proposals_in(area, phrases)
    if not found:
        return Section("plan-title", words["plan"], [words["plan_none"]])
    rows: list[list[Cell]] = []
    low = high = 0.0
    for one in found[:MOST_PROPOSALS]:
        low, high = low + one.low_eur, high + one.high_eur
        gain, span = phrases.gain_of(one)
        so_far = words["sum_so_far"].format(cost=euro_range(low, high, lang))
        rows.append(
            [
                Cell(f"{one.number}. {one.headline(lang)}", sort=one.number),
                Cell(clean(one.where()) or words["none"], small=clean(one.district)),
                Cell(one.whom(lang), small=one.helps_with(lang)),
                Cell(
                    euro_range(one.low_eur, one.high_eur, lang),
                    small=so_far if len(rows) else "",
                    sort=one.typical_eur,
                ),
                Cell(gain, small=span, sort=round(one.gain)),
                Cell(words["look_first" if one.look_first else "build"], small=_saves(one, phrases)),
            ]
        )
    whole = (sum(one.low_eur for one in found), sum(one.high_eur for one in found))
    doubtful = sum(one.look_first for one in found)
    drawn = all(one.people_expected is not None for one in found)
    texts = [
        words["plan_text_expected" if drawn else "plan_text"].format(counted=phrases.counted),
        fill(words["plan_sum"], lang, count=len(found), cost=euro_range(*whole, lang)),
    ]
    texts += [fill(words["plan_look"], lang, count=doubtful)] if doubtful else []
    saved = saved_by_looking(found)
    texts += [] if saved is None else [text("chances.saves", lang, euros=euro_range(*saved, lang))]
    if len(found) > MOST_PROPOSALS:
        texts.append(words["plan_shown"].format(shown=MOST_PROPOSALS, count=number(len(found), lang)))
    titles = ("what", "where", "whom", "cost", "gain", "look")
    numeric = ("cost", "gain")
    columns = [Column(words[f"column_{title}"], number=title in numeric) for title in titles]
    picture = district_map(
        phrases.scan.city,
        area.row,
        numbers=[(one.lat, one.lon, str(one.number)) for one in found[:MOST_PROPOSALS]],
        alt=words["map_alt"].format(name=phrases.area(area)),
    )
    return Section(
        "plan-title",
        words["plan"],
        texts,
        [Sheet("plan", words["plan"], columns, rows, cls="cards", quiet=True)],
        [Titled(words["plan_map"], picture)],
    )


def looks(area: Area, phrases: Phrases) -> Section:
    """Where somebody should look first, by the survey.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    Section
        A chapter of the report.
    """
    words, lang = phrases.words, phrases.lang
    found = [one for one in phrases.looks or () if area.row < 0 or one.district == area.name]
    rows = [
        [
            Cell(f"{one.number}. {barrier_name(one.kind, lang)}", sort=one.number),
            Cell(clean(one.where()) or words["none"], small=clean(one.district)),
            Cell(", ".join(attribute_name(name, lang) for name in one.attributes)),
            Cell(phrases.gained(one.people), sort=round(one.people, 3)),
        ]
        for one in found[:MOST_LOOKS]
    ]
    titles = ("barrier", "where", "unknown_reading", "depend")
    columns = [Column(words[f"column_{title}"], number=title == "depend") for title in titles]
    texts = [words["looks_text"].format(counted=phrases.counted)]
    if len(found) > MOST_LOOKS:
        texts.append(words["looks_shown"].format(shown=MOST_LOOKS, count=number(len(found), lang)))
    sheets = [Sheet("looks", words["looks"], columns, rows, cls="cards", quiet=True)] if rows else []
    return Section("looks-title", words["looks"], texts, sheets)


def quality(shares: Sequence[Share], phrases: Phrases) -> Section:
    """Where the readings come from, and what to survey first.

    Parameters
    ----------
    shares
        What is mapped and measured, by attribute.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    Section
        A chapter of the report.
    """
    words, lang = phrases.words, phrases.lang
    attributes = phrases.all_words["attributes"]
    rows = []
    for share in shares:
        parts = (share.surveyed, share.tagged, share.derived, share.assumed)
        digits = 1 if share.unit == "km" else 0
        counted = (
            f"{number(share.total, lang, digits)} {phrases.all_words['units'].get(share.unit, share.unit)}"
        )
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
    return Section(
        "quality-title",
        words["quality"],
        [words["quality_text"]],
        [Sheet("quality", words["quality"], columns, rows, quiet=True)],
    )


def compare(area: Area, areas: Sequence[Area], phrases: Phrases) -> Section:
    """Where a district stands among all.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    areas
        Figures of all areas, the whole city first.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    Section
        A chapter of the report.
    """
    words, lang = phrases.words, phrases.lang
    city = areas[0]
    others = [one for one in areas[1:] if one.judged]
    rows = []
    for service in phrases.offered:
        shares = [one.cells[phrases.focus, service].lead for one in others]
        here = area.cells[phrases.focus, service].lead
        rank = 1 + sum(share > here + 1e-12 for share in shares)
        alt = words["strip_alt"].format(
            name=phrases.area(area),
            here=percent(here, lang),
            least=percent(min(shares, default=0), lang),
            most=percent(max(shares, default=0), lang),
        )
        marked = next((i for i, one in enumerate(others) if one.row == area.row), -1)
        rows.append(
            [
                Cell(phrases.service(service)),
                Cell(percent(here, lang), sort=round(here, 6)),
                Cell(
                    percent(city.cells[phrases.focus, service].lead, lang),
                    sort=round(city.cells[phrases.focus, service].lead, 6),
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
    caption = f"{words['compare']}: {phrases.profile(phrases.focus)}"
    text = words["compare_expected" if phrases.drawn else "compare_text"].format(name=phrases.area(area))
    return Section("compare-title", words["compare"], [text], [Sheet("compare", caption, columns, rows)])


def ranking(areas: Sequence[Area], phrases: Phrases) -> Section:
    """All districts by what the average home reaches.

    Parameters
    ----------
    areas
        Figures of all areas, the whole city first.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    Section
        A chapter of the report.
    """
    words, lang = phrases.words, phrases.lang
    groups = [name for name in ("walker", "rollator", "wheelchair") if name in areas[0].basics] or _groups(
        phrases
    )[:3]
    ordered = sorted(
        (area for area in areas[1:] if area.judged),
        key=lambda area: (-area.reached[phrases.focus], area.name),
    )
    rows = []
    for area in [*ordered, areas[0]]:
        row = [Cell(phrases.area(area)), Cell(number(area.homes, lang), sort=area.homes)]
        if phrases.weighted:
            row.append(Cell(number(area.weight, lang), sort=round(area.weight, 3)))
        for name in groups:
            lead = area.reached[name]
            shown = [number(value, lang, 1) for value in area.basics[name]]
            shown = shown if phrases.drawn else [shown[0], shown[2]]
            small = " – ".join(shown) if len(set(shown)) > 1 else ""
            row.append(Cell(number(lead, lang, 1), small=small, sort=round(lead, 6)))
        rows.append(row)
    columns = [
        Column(words["column_district"]),
        Column(words["column_homes"], number=True),
        *(
            [Column(phrases.counted[:1].upper() + phrases.counted[1:], number=True)]
            if phrases.weighted
            else []
        ),
        *(Column(phrases.profile(name), number=True) for name in groups),
    ]
    told = words["ranking_expected" if phrases.drawn else "ranking_text"]
    texts = [told.format(basics=len(phrases.offered)), *left_out(areas, phrases)]
    return Section(
        "ranking-title",
        words["ranking"],
        texts,
        [Sheet("ranking", words["ranking"], columns, rows, quiet=True)],
    )


def left_out(areas: Sequence[Area], phrases: Phrases) -> list[str]:
    """Which districts are not judged, and why.

    Parameters
    ----------
    areas
        Figures of all areas, the whole city first.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    list of str
        One sentence each.
    """
    names = [phrases.area(area) for area in areas[1:] if not area.judged]
    if not names:
        return []
    return [
        phrases.words["left_out"].format(names=joined(names, phrases.lang), fewest=FEWEST_HOMES),
    ]


def multiples(areas: Sequence[Area], phrases: Phrases) -> Section:
    """One small chart per service: its share in every district.

    Parameters
    ----------
    areas
        Figures of all areas, the whole city first.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    Section
        A chapter of the report.
    """
    words, lang = phrases.words, phrases.lang
    with_homes = [area for area in areas[1:] if area.judged]
    pictures = []
    for service in phrases.offered:
        rows = [(phrases.area(area), area.cells[phrases.focus, service].lead) for area in with_homes]
        rows.sort(key=lambda row: (-row[1], row[0]))
        rows = rows[-MOST_BARS:]
        told = ", ".join(f"{name} {percent(share, lang)}" for name, share in rows)
        alt = words["multiple_alt"].format(service=phrases.service(service), rows=told)
        pictures.append(Titled(phrases.service(service), bar_chart(rows, lang=lang, alt=alt)))
    text = words["multiples_expected" if phrases.drawn else "multiples_text"].format(
        **{"with": phrases.with_profile(phrases.focus)}
    )
    texts = [text]
    if len(with_homes) > MOST_BARS:
        texts.append(words["multiples_some"].format(shown=MOST_BARS, all=number(len(with_homes), lang)))
    return Section("multiples-title", words["multiples"], texts, pictures=pictures)


def method(areas: Sequence[Area], phrases: Phrases) -> Section:
    """Sources, method and limits, in words and with every standard's source.

    Parameters
    ----------
    areas
        Figures of all areas, the whole city first.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    Section
        A chapter of the report.
    """
    words, lang, city = phrases.words, phrases.lang, phrases.scan.city
    meta = city.meta
    source = clean(str(meta["source"]).rsplit("/", 1)[-1])
    texts = [
        words["method_1"].format(
            version=meta["version"], source=source, date=phrases.date, hash=meta["source_sha256"]
        ),
        words["method_2"],
        words["method_3"],
        *left_out(areas, phrases),
    ]
    notes = [sentence(translated(clean(note, 300), lang)) for note in meta.get("notes", [])[:MOST_NOTES]]
    standards = []
    for service in phrases.scan.services:
        entry = phrases.scan.catalogue.services[service]
        standards.append(
            [
                Cell(phrases.service(service)),
                Cell(standard_of(phrases, service)),
                Cell(clean(entry.source_in(lang), 400)),
            ]
        )
    columns = [
        Column(words["column_service"]),
        Column(words["column_standard"]),
        Column(words["column_source"]),
    ]
    profiles = [
        [
            Cell(phrases.profile(one.id)),
            Cell(_summary(one, phrases)),
            Cell(words["speed"].format(value=number(3.6 * one.level_m_s, lang, 1)), sort=one.level_m_s),
        ]
        for one in phrases.scan.profiles
    ]
    groups = [Column(words["profiles_title"]), Column(""), Column(words["column_speed"], number=True)]
    groups[1] = Column(phrases.all_words["map"]["column_kind"])
    sheets = [
        Sheet("standards", words["standards_title"], columns, standards),
        Sheet("groups", words["profiles_title"], groups, profiles),
    ]
    return Section("method-title", words["method"], texts, sheets, notes=notes)


def sentence(note: str) -> str:
    """A note as a sentence of its own.

    Parameters
    ----------
    note
        In any language.

    Returns
    -------
    str
        With a capital and a full stop; the name of a file at its beginning stays as it is.

    Examples
    --------
    >>> sentence("die Stadtteile sind ein Raster")
    'Die Stadtteile sind ein Raster.'
    >>> sentence("people_2022.csv: 3 rows were skipped.")
    'people_2022.csv: 3 rows were skipped.'
    """
    named = "." in note.split(" ", 1)[0]
    return (note[:1] if named else note[:1].upper()) + note[1:].rstrip(".") + "."


def _summary(profile: Profile, phrases: Phrases) -> str:
    """What a profile stands for; a limit downhill that is another than uphill is stated too."""
    told = clean(getattr(profile.summary, phrases.lang), 300)
    down, up = profile.limits.incline_down_pct, profile.limits.incline_up_pct
    if down is None or down == up:
        return told
    return f"{told.rstrip('.')}; {phrases.words['down'].format(down=short(down, phrases.lang))}."


def share_of_quality(city_shares: Sequence[Share], name: str) -> list[Share]:
    """Rows of one district; of the whole network for an empty name.

    Parameters
    ----------
    city_shares
        Shares of all districts.
    name
        Name of the district.

    Returns
    -------
    list of Share
        In the same order.
    """
    return [share for share in city_shares if share.district == name and np.isfinite(share.total)]
