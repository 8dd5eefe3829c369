"""The one page of a district that everybody reads: a few sentences, the first steps, a picture, a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from wegeketten.people.profile import PROFILES
from wegeketten.reports.charts import Picture, Range, Stack, range_chart, stack_chart
from wegeketten.reports.pictures import locator_map
from wegeketten.reports.sheet import Cell, Column, Figure, Glance, Sheet
from wegeketten.reports.varint import clean
from wegeketten.words.catalogue import text
from wegeketten.words.numbers import euro_range, joined, limit_minutes, number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.planning.proposals import Proposal
    from wegeketten.reports.area_figures import Area
    from wegeketten.reports.phrases import Phrases

GROUPS = PROFILES
"""Columns of the table, as far as they were scanned."""

TOLD_REASONS = ("within", "barrier", "place", "unknown", "slow", "far")
"""Reasons as they are shown, what can be mended first."""

LEAST_GAP = 0.005
"""A smaller loss is not mentioned."""

MOST_STEPS = 3

MOST_IN_CHART = 8
"""A chart with more rows is parted: whole, it would not fit on the first page."""

_T = TypeVar("_T")


def glance_of(area: Area, phrases: Phrases, *, page_id: str, others: Sequence[Area] = ()) -> Glance:
    """The first page of an area; `others` are the districts it is compared with.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.
    page_id
        Id of the page's element.
    others
        Districts it is compared with.

    Returns
    -------
    Glance
        Figures, sentences and steps.
    """
    words = phrases.words
    name = phrases.area(area)
    heading = words["heading_city" if area.row < 0 else "heading"].format(city=phrases.place, district=name)
    districts = len(phrases.scan.city.districts["name"])
    form = "subtitle_city" if area.row < 0 else "subtitle"
    subtitle = text(
        f"report.{form}", phrases.lang, city=phrases.place, stand=phrases.stand(), count=districts
    )
    located = None if area.row < 0 or districts < 2 else locator(area, phrases)
    if area.cut or area.few:
        return Glance(page_id, heading, subtitle, [unjudged(area, phrases)], locator=located)
    return Glance(
        page_id,
        heading,
        subtitle,
        sentences(area, phrases),
        words["chart_title"].format(counted=phrases.counted, **{"with": phrases.with_profile(phrases.focus)}),
        [chart_of(rows, phrases) for rows in halves(ranges(area, phrases))],
        share_table(area, phrases, page_id),
        steps=steps(area, phrases),
        cost=plan_cost(area, phrases),
        locator=located,
        why_title=words["why_not"],
        whys=[why_chart(area, phrases, part) for part in halves(phrases.offered)],
        numbers=figures_of(area, phrases, others) if area.row >= 0 else (),
    )


def figures_of(area: Area, phrases: Phrases, others: Sequence[Area]) -> list[Figure]:
    """Three figures of a district, each with its rank among all districts that are judged.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.
    others
        Districts it is compared with.

    Returns
    -------
    list of Figure
        With words for the rank.
    """
    lead = "groceries" if "groceries" in phrases.offered else phrases.offered[0]
    unsure = {one.row: _unsure(one, phrases) for one in [*others, area]}
    words, lang = phrases.words, phrases.lang

    def rank(values: Sequence[float], here: float, *, most: bool) -> str:
        if len(values) < 2:
            return ""
        better = sum(value > here + 1e-12 if most else value < here - 1e-12 for value in values)
        return str(words["rank_of_all"].format(rank=1 + better, count=len(values)))

    share = area.cells[phrases.focus, lead].lead
    basics = area.reached[phrases.focus]
    shares = [one.cells[phrases.focus, lead].lead for one in others]
    reached = [one.reached[phrases.focus] for one in others]
    doubts = [unsure[one.row] for one in others]
    focus = phrases.with_profile(phrases.focus)
    return [
        Figure(
            percent(share, lang),
            words["figure_expected" if phrases.drawn else "figure_share"].format(
                counted=phrases.counted, service=phrases.service(lead), **{"with": focus}
            ),
            rank(shares, share, most=True),
        ),
        Figure(
            number(basics, lang, 1),
            words["figure_basics"].format(basics=len(phrases.offered), **{"with": focus}),
            rank(reached, basics, most=True),
        ),
        Figure(
            percent(unsure[area.row], lang),
            words["figure_unsure"],
            rank(doubts, unsure[area.row], most=False),
        ),
    ]


def _unsure(area: Area, phrases: Phrases) -> float:
    """Share of answers, over all services, that what nobody measured decides."""
    cells = [area.cells[phrases.focus, service] for service in phrases.offered]
    return sum(cell.possible - cell.sure for cell in cells) / len(cells)


def unjudged(area: Area, phrases: Phrases) -> str:
    """Why an area has no figures.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    str
        One sentence.
    """
    if area.cut:
        return text("report.cut", phrases.lang, name=phrases.area(area))
    return text("report.few", phrases.lang, name=phrases.area(area), count=area.homes)


def locator(area: Area, phrases: Phrases) -> Picture:
    """Where a district lies among all.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    Picture
        A small map.
    """
    return locator_map(
        phrases.scan.city, area.row, alt=phrases.words["locator_alt"].format(name=phrases.area(area))
    )


def steps(area: Area, phrases: Phrases) -> list[str]:
    """The first three steps in an area, as sentences.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    list of str
        At most three.
    """
    found = proposals_in(area, phrases)
    return [step(one, phrases) for one in found[:MOST_STEPS]]


def plan_cost(area: Area, phrases: Phrases) -> str:
    """What all proposals in an area cost together; empty where there are none.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    str
        A range of euros.
    """
    found = proposals_in(area, phrases)
    if not found:
        return ""
    low, high = sum(one.low_eur for one in found), sum(one.high_eur for one in found)
    return text("report.plan_sum", phrases.lang, count=len(found), cost=euro_range(low, high, phrases.lang))


def step(one: Proposal, phrases: Phrases) -> str:
    """A proposal as a sentence.

    Parameters
    ----------
    one
        A proposal of the plan.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    str
        One sentence.
    """
    return text(
        "report.step_look" if one.look_first else "report.step",
        phrases.lang,
        what=one.headline(phrases.lang),
        where=one.where() or phrases.words["none"],
        cost=euro_range(one.low_eur, one.high_eur, phrases.lang),
        gain=phrases.gained(one.gain),
    )


def proposals_in(area: Area, phrases: Phrases) -> list[Proposal]:
    """Proposals of the plan in an area; all for the whole city.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    list of Proposal
        In the order of the plan.
    """
    return [one for one in phrases.proposals or () if area.row < 0 or one.district == area.name]


def halves(rows: Sequence[_T]) -> list[Sequence[_T]]:
    """Rows of a chart in two parts that stand side by side on paper; few stay one.

    Parameters
    ----------
    rows
        From top to bottom.

    Returns
    -------
    list of list
        One or two.

    Examples
    --------
    >>> halves("abcdefghi")
    ['abcde', 'fghi']
    """
    middle = (len(rows) + 1) // 2
    return [rows[:middle], rows[middle:]] if len(rows) > MOST_IN_CHART else [rows]


def why_chart(area: Area, phrases: Phrases, services: Sequence[str]) -> Picture:
    """Reasons per service as stacked bars, with every number in the text alternative.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.
    services
        Rows of the chart.

    Returns
    -------
    Picture
        SVG with its text alternative.
    """
    words, lang = phrases.words, phrases.lang
    rows, told = [], []
    for service in services:
        shares = reasons_of(area, phrases, service)
        rows.append(Stack(phrases.service(service), [shares[reason] for reason in TOLD_REASONS]))
        parts = ", ".join(
            f"{words['reason_' + reason]} {percent(shares[reason], lang)}"
            for reason in TOLD_REASONS
            if shares[reason] > 0
        )
        told.append(words["reason_alt"].format(service=phrases.service(service), parts=parts))
    key = [words["reason_" + reason] for reason in TOLD_REASONS]
    return stack_chart(rows, key=key, lang=lang, alt=" ".join(told))


def reasons_of(area: Area, phrases: Phrases, service: str) -> dict[str, float]:
    """Shares of an area by the reason why a service is missed, for the group in focus.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.
    service
        Id of the service.

    Returns
    -------
    dict
        From 0 to 1 by name of the reason.
    """
    district = np.asarray(phrases.scan.city.homes["district"])
    homes = np.arange(len(district)) if area.row < 0 else np.flatnonzero(district == area.row)
    return phrases.misses.shares(phrases.focus, service, homes)


def ranges(area: Area, phrases: Phrases) -> list[Range]:
    """Rows of the picture: one per service that exists.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    list of Range
        In the order of the services.
    """
    rows = []
    for service in phrases.offered:
        cell = area.cells[phrases.focus, service]
        other = area.cells[phrases.base, service].lead if phrases.base else None
        inner = cell.between if phrases.drawn else None
        rows.append(Range(phrases.service(service), cell.sure, cell.lead, cell.possible, other, inner))
    return rows


def chart_of(rows: Sequence[Range], phrases: Phrases) -> Picture:
    """The picture, with every number in its text alternative.

    Parameters
    ----------
    rows
        Result of `ranges`.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    Picture
        SVG with its text alternative.
    """
    words, lang = phrases.words, phrases.lang
    told = " ".join(
        words["chart_row" if row.other is not None else "chart_row_plain"].format(
            service=row.label,
            likely=percent(row.lead, lang),
            sure=percent((row.inner or (row.sure,))[0], lang),
            possible=percent((row.inner or (row.possible,))[-1], lang),
            other=percent(row.other or 0, lang),
        )
        for row in rows
    )
    focus = {"with": phrases.with_profile(phrases.focus)}
    alt = words["chart_alt_expected" if phrases.drawn else "chart_alt"].format(rows=told, **focus)
    key = {"band": words["chart_band"], "inner": words["chart_inner"], "other": words["chart_other"]}
    key["lead"] = words["chart_expected" if phrases.drawn else "chart_likely"]
    return range_chart(rows, lang=lang, alt=alt, key=key)


def sentences(area: Area, phrases: Phrases) -> list[str]:
    """Sentences a layperson understands: how many, what they reach, what is missing and why.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    list of str
        In the order of the page.
    """
    lead = "groceries" if "groceries" in phrases.offered else phrases.offered[0]
    return [
        _who(area, phrases),
        phrases.headline(area.cells[phrases.focus, lead], lead),
        _how_much(area, phrases),
        _gap(area, phrases),
    ]


def _who(area: Area, phrases: Phrases) -> str:
    words, lang = phrases.words, phrases.lang
    old = ""
    if area.people_65 is not None and area.people_80 is not None:
        old = words["s1_old"].format(p65=number(area.people_65, lang), p80=number(area.people_80, lang))
    elif area.people_65 is not None:
        old = words["s1_old65"].format(p65=number(area.people_65, lang))
    form = "s1_weighted" if phrases.weighted else "s1_homes"
    return text(
        f"report.{form}",
        lang,
        name=phrases.area(area),
        homes=number(area.homes, lang),
        people=number(area.weight, lang),
        counted=phrases.counted,
        old=old,
    )


def _how_much(area: Area, phrases: Phrases) -> str:
    words, lang = phrases.words, phrases.lang
    reached = {name: number(count, lang, 1) for name, count in area.reached.items()}
    basics = len(phrases.offered)
    if {"walker", "rollator", "wheelchair"} <= reached.keys():
        return str(words["s2"].format(basics=basics, **reached))
    parts = ", ".join(f"{phrases.with_profile(name)} {count}" for name, count in reached.items())
    return str(words["s2_short"].format(basics=basics, parts=parts))


def _gap(area: Area, phrases: Phrases) -> str:
    """What keeps people from a service, never blaming the ways for speed or for a place's own door."""
    words = phrases.words
    if phrases.base is None:
        service = min(phrases.offered, key=lambda one: area.cells[phrases.focus, one].likely)
        share = phrases.of_100(area.cells[phrases.focus, service].likely)
        return str(
            words["s3_plain"].format(service=phrases.service(service), share=share, counted=phrases.counted)
        )
    reasons = {service: reasons_of(area, phrases, service) for service in phrases.offered}

    def lost(service: str) -> float:
        return reasons[service]["barrier"] + reasons[service]["unknown"] + reasons[service]["place"]

    service = max(phrases.offered, key=lambda one: (lost(one), one))
    if lost(service) < LEAST_GAP:
        return str(words["s3_none"].format(**{"with": phrases.with_profile(phrases.focus)}))
    places = phrases.scan.city.places
    rows = np.flatnonzero(places["service"].astype(str) == service)
    barred = np.asarray(places["wheelchair"], dtype=np.float64)[rows] == 0
    focus = next(one for one in phrases.scan.profiles if one.id == phrases.focus)
    if focus.wheels and barred.all() and phrases.scan.catalogue.services[service].wheelchair:
        named = next((str(places["name"][row]) for row in rows.tolist() if places["name"][row]), "")
        name = clean(named) or words["none"]
        return text(
            "report.s3_place", phrases.lang, service=phrases.service(service), count=len(rows), name=name
        )
    found = reasons[service]
    parts = [
        text(f"report.fault_{reason}", phrases.lang, count=phrases.of_100(found[reason]))
        for reason in ("barrier", "unknown", "place", "slow")
        if round(100 * found[reason])
    ]
    return text(
        "report.s3_barrier",
        phrases.lang,
        service=phrases.service(service),
        walker=phrases.of_100(area.cells[phrases.base, service].likely),
        likely=phrases.of_100(area.cells[phrases.focus, service].likely),
        counted=phrases.counted,
        parts=joined(parts, phrases.lang),
        **{"with": phrases.with_profile(phrases.focus)},
    )


def share_table(area: Area, phrases: Phrases, page_id: str) -> Sheet:
    """Shares within the standard: services by groups.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.
    page_id
        Id of the page's element.

    Returns
    -------
    Sheet
        Ready for the page.
    """
    groups = [name for name in GROUPS if name in area.basics] or list(area.basics)
    groups = [name for name in groups if name in ("walker", "rollator", "wheelchair")] or groups[:3]
    rows = []
    for service in phrases.offered:
        row = [Cell(phrases.service(service))]
        for name in groups:
            cell = area.cells[name, service]
            told, three = phrases.share(cell)
            row.append(Cell(told, small=three, sort=round(cell.lead, 6)))
        standard_s = area.cells[groups[-1], service].standard_s
        row.append(Cell(standard_of(phrases, service), sort=standard_s))
        rows.append(row)
    columns = [
        Column(phrases.words["column_service"]),
        *(Column(phrases.profile(name), number=True) for name in groups),
    ]
    columns.append(Column(phrases.words["column_standard"], number=True))
    title = phrases.words["table_expected" if phrases.drawn else "table_title"]
    return Sheet(f"{page_id}-shares", title, columns, rows)


def standard_of(phrases: Phrases, service: str) -> str:
    """A standard as it is stated: metres for everybody, or minutes.

    Parameters
    ----------
    phrases
        Texts and numbers in the language of the report.
    service
        Id of the service.

    Returns
    -------
    str
        Such as ``500 m``.
    """
    standard = phrases.scan.catalogue.services[service].standard
    if standard.metres is not None:
        return f"{number(standard.metres, phrases.lang)} m"
    return f"{limit_minutes((standard.minutes or 0.0) * 60)} min"
