"""The one page of a district that everybody reads: three sentences, one picture, one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wegeketten.reports.charts import Picture, Range, range_chart
from wegeketten.reports.sheet import Cell, Column, Glance, Sheet
from wegeketten.reports.varint import clean
from wegeketten.words.catalogue import load_words
from wegeketten.words.numbers import minutes, number, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.reach.scan import Scan
    from wegeketten.reports.area_figures import Area
    from wegeketten.reports.area_figures import Cell as Shares

GROUPS = ("walker", "senior", "rollator", "wheelchair", "powerchair", "pram", "blind")
"""Columns of the table, as far as they were scanned."""


class Phrases:
    """Finds the words for the figures of one scan.

    Parameters
    ----------
    scan
        The scan.
    lang
        ``de`` or ``en``.
    place
        Name of the city.
    """

    def __init__(self, scan: Scan, lang: str, place: str) -> None:
        self.scan = scan
        self.lang = lang
        self.place = clean(place)
        self.all_words = load_words(lang)
        self.words: dict[str, Any] = self.all_words["report"]
        meta = scan.city.meta
        population = meta["parameters"].get("population")
        self.counted: str = self.all_words["counted"]["people" if population else "homes"]
        self.weighted = bool(population)
        self.date = str(meta["osm_timestamp"] or "")[:10] or self.all_words["map"]["date_unknown"]
        offered = set(scan.city.places["service"].tolist())
        self.offered = [service for service in scan.services if service in offered]
        ids = [profile.id for profile in scan.profiles]
        self.focus = next((name for name in ("wheelchair", "rollator", "powerchair") if name in ids), ids[-1])
        self.base = "walker" if "walker" in ids and self.focus != "walker" else None

    def profile(self, name: str) -> str:
        """Name of a profile."""
        known = self.all_words["profiles"].get(name)
        if known:
            return str(known["name"])
        return clean(next(getattr(one.name, self.lang) for one in self.scan.profiles if one.id == name))

    def with_profile(self, name: str) -> str:
        """A profile as part of a sentence."""
        known = self.all_words["profiles"].get(name)
        return (
            str(known["with"])
            if known
            else self.all_words["profile_fallback"]["with"].format(name=self.profile(name))
        )

    def service(self, name: str) -> str:
        """Name of a service."""
        known = self.all_words["services"].get(name)
        return (
            str(known["name"])
            if known
            else clean(getattr(self.scan.catalogue.services[name].name, self.lang))
        )

    def one(self, name: str) -> str:
        """One place of a service, as the object of a sentence, at its beginning."""
        known = self.all_words["services"].get(name)
        text = (
            known["one"]
            if known
            else self.all_words["service_fallback"]["one"].format(name=self.service(name))
        )
        return str(text[:1].upper() + text[1:])

    def of_100(self, share: float) -> str:
        """A share as so many out of a hundred."""
        return number(round(share * 100), self.lang)

    def area(self, area: Area) -> str:
        """Name of an area; the whole city has its own name."""
        return self.place if area.row < 0 else clean(area.name)


def glance_of(area: Area, tell: Phrases, *, page_id: str) -> Glance:
    """The first page of an area."""
    words = tell.words
    name = tell.area(area)
    heading = words["heading_city" if area.row < 0 else "heading"].format(city=tell.place, district=name)
    districts = len(tell.scan.city.districts["name"])
    subtitle = words["subtitle_city" if area.row < 0 else "subtitle"].format(
        city=tell.place, date=tell.date, count=number(districts, tell.lang)
    )
    if not area.homes or not area.weight:
        return Glance(page_id, heading, subtitle, [words["no_homes"]])
    rows = ranges(area, tell)
    return Glance(
        page_id,
        heading,
        subtitle,
        sentences(area, tell),
        words["chart_title"].format(counted=tell.counted, **{"with": tell.with_profile(tell.focus)}),
        chart_of(rows, tell),
        share_table(area, tell, page_id),
    )


def ranges(area: Area, tell: Phrases) -> list[Range]:
    """Rows of the picture: one per service that exists."""
    rows = []
    for service in tell.offered:
        cell = area.cells[tell.focus, service]
        other = area.cells[tell.base, service].likely if tell.base else None
        rows.append(Range(tell.service(service), cell.sure, cell.likely, cell.possible, other))
    return rows


def chart_of(rows: Sequence[Range], tell: Phrases) -> Picture:
    """The picture, with every number in its text alternative."""
    words, lang = tell.words, tell.lang
    told = " ".join(
        words["chart_row" if row.other is not None else "chart_row_plain"].format(
            service=row.label,
            likely=percent(row.likely, lang),
            sure=percent(row.sure, lang),
            possible=percent(row.possible, lang),
            other=percent(row.other or 0, lang),
        )
        for row in rows
    )
    alt = words["chart_alt"].format(rows=told, **{"with": tell.with_profile(tell.focus)})
    key = {"band": words["chart_band"], "likely": words["chart_likely"], "other": words["chart_other"]}
    return range_chart(rows, lang=lang, alt=alt, key=key)


def sentences(area: Area, tell: Phrases) -> list[str]:
    """Three sentences a layperson understands."""
    return [_who(area, tell), _how_much(area, tell), _gap(area, tell)]


def _who(area: Area, tell: Phrases) -> str:
    words, lang = tell.words, tell.lang
    old = ""
    if area.people_65 is not None and area.people_80 is not None:
        old = words["s1_old"].format(p65=number(area.people_65, lang), p80=number(area.people_80, lang))
    elif area.people_65 is not None:
        old = words["s1_old65"].format(p65=number(area.people_65, lang))
    return str(
        words["s1_people" if tell.weighted else "s1_homes"].format(
            name=tell.area(area), homes=number(area.homes, lang), people=number(area.weight, lang), old=old
        )
    )


def _how_much(area: Area, tell: Phrases) -> str:
    words, lang = tell.words, tell.lang
    reached = {name: number(likely, lang, 1) for name, (_, likely, _) in area.basics.items()}
    basics = len(tell.offered)
    if {"walker", "rollator", "wheelchair"} <= reached.keys():
        return str(words["s2"].format(basics=basics, **reached))
    parts = ", ".join(f"{tell.with_profile(name)} {count}" for name, count in reached.items())
    return str(words["s2_short"].format(basics=basics, parts=parts))


def _gap(area: Area, tell: Phrases) -> str:
    words = tell.words
    if tell.base is None or tell.focus != "wheelchair":
        service = min(tell.offered, key=lambda one: area.cells[tell.focus, one].likely)
        share = tell.of_100(area.cells[tell.focus, service].likely)
        return str(words["s3_plain"].format(service=tell.service(service), share=share, counted=tell.counted))
    base = tell.base
    gaps = {one: area.cells[base, one].likely - area.cells[tell.focus, one].likely for one in tell.offered}
    service = max(tell.offered, key=lambda one: gaps[one])
    if gaps[service] <= 0.005:
        return str(words["s3_none"])
    cell = area.cells[tell.focus, service]
    return str(
        words["s3"].format(
            one=tell.one(service),
            walker=tell.of_100(area.cells[base, service].likely),
            wheelchair=tell.of_100(cell.likely),
            sure=tell.of_100(cell.sure),
            possible=tell.of_100(cell.possible),
            counted=tell.counted,
        )
    )


def spread(cell: Shares, lang: str) -> str:
    """A likely share with the two others in brackets where they differ.

    Examples
    --------
    >>> from wegeketten.reports.area_figures import Cell
    >>> spread(Cell(0.0, 0.7, 0.83, 1265.8, None, None), "de"), spread(Cell(1, 1, 1, 526.3, None, None), "de")
    ('70 % (0–83)', '100 %')
    """
    likely, sure, possible = (percent(share, lang) for share in (cell.likely, cell.sure, cell.possible))
    if likely == sure == possible:
        return likely
    return f"{likely} ({sure.removesuffix(' %')}–{possible.removesuffix(' %')})"


def share_table(area: Area, tell: Phrases, page_id: str) -> Sheet:
    """Shares within the standard: services by groups."""
    lang = tell.lang
    groups = [name for name in GROUPS if name in area.basics] or list(area.basics)
    groups = [name for name in groups if name in ("walker", "rollator", "wheelchair")] or groups[:3]
    rows = []
    for service in tell.offered:
        row = [Cell(tell.service(service))]
        for name in groups:
            cell = area.cells[name, service]
            row.append(Cell(spread(cell, lang), sort=round(cell.likely, 6)))
        standard_s = area.cells[groups[-1], service].standard_s
        row.append(Cell(minutes(standard_s), sort=standard_s))
        rows.append(row)
    columns = [
        Column(tell.words["column_service"]),
        *(Column(tell.profile(name), number=True) for name in groups),
    ]
    columns.append(Column(f"{tell.words['column_standard']}, {tell.profile(groups[-1])}", number=True))
    return Sheet(f"{page_id}-shares", tell.words["table_title"], columns, rows)
