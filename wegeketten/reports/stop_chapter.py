"""The chapter on stops: which of them a group can use, how often something leaves, and what to mend first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.files.csv import clean_text
from wegeketten.reports.front_page import GROUPS
from wegeketten.reports.sheet import Cell, Column, Section, Sheet
from wegeketten.reports.stop_results import verdict_of
from wegeketten.transit.stop_table import LOOK
from wegeketten.words.catalogue import fill
from wegeketten.words.numbers import date, euro_range, number, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wegeketten.reports.area_figures import Area
    from wegeketten.reports.phrases import Phrases
    from wegeketten.reports.stop_results import StopResults

    Row = Mapping[str, str]

MOST_STOPS = 20
MOST_GROUPS = 4
"""More columns nobody reads; ``stops --profile`` chooses others."""

CLASSES = ("AB", "CD", "EF", "")
"""Quality classes as they are told together; the last has none."""


def stop_chapter(area: Area, phrases: Phrases) -> Section | None:
    """Stops of an area, for each group.

    Parameters
    ----------
    area
        A district, or the whole city, with its figures.
    phrases
        Texts and numbers in the language of the report.

    Returns
    -------
    Section or None
        None where no results of ``stops`` were given.
    """
    found = phrases.stops
    if found is None:
        return None
    words, lang = phrases.words, phrases.lang
    groups = _groups(found)
    here = _stops_in(area, phrases, found)
    if not here:
        return Section("stops-title", words["stops"], [words["stops_none"]])
    usable = _order(here, groups[0], found)
    rows = [_row(found.by_stop[stop], groups, phrases) for stop in usable[:MOST_STOPS]]
    columns = [
        Column(words["column_stop"]),
        *(Column(phrases.profile(name)) for name in groups),
        Column(words["column_departures"], number=True),
        Column(words["column_class"]),
        Column(words["column_measure"]),
    ]
    texts = [fill(words["stops_text"], lang, count=len(here)), words["stops_class"]]
    day, _, clock = found.at.partition(" ")
    if clock:
        texts.append(words["stops_at"].format(day=date(day, lang), clock=clock))
    if len(here) > MOST_STOPS:
        texts.append(words["stops_shown"].format(shown=MOST_STOPS, count=number(len(here), lang)))
    return Section(
        "stops-title",
        words["stops"],
        texts,
        [
            _groups_sheet(area, here, groups, phrases, found),
            Sheet("stops", words["stops_caption"], columns, rows, cls="cards"),
        ],
    )


def _groups(found: StopResults) -> list[str]:
    """Groups that were asked for, in the order of all reports."""
    named = [name for name in GROUPS if name in found.profiles]
    return (named + [name for name in found.profiles if name not in named])[:MOST_GROUPS]


def _stops_in(area: Area, phrases: Phrases, found: StopResults) -> list[str]:
    """Stops that lie in the area, in the order of the file."""
    if area.row < 0:
        return list(found.by_stop)
    district = phrases.scan.once(("district of stops", id(found)), lambda: _districts(phrases, found))
    return [stop for stop, row in zip(found.by_stop, district, strict=True) if row == area.row]


def _districts(phrases: Phrases, found: StopResults) -> list[int]:
    from wegeketten.reach.whereabouts import at_points

    firsts = [next(iter(rows.values())) for rows in found.by_stop.values()]
    lonlat = np.array([[float(row["lon"]), float(row["lat"])] for row in firsts])
    city = phrases.scan.city
    xy = np.asarray(city.projection.to_xy(lonlat), dtype=np.float64)
    return [where.row for where in at_points(city, xy)]


def _order(stops: Sequence[str], group: str, found: StopResults) -> list[str]:
    """What the first group cannot use comes first, of that what is served most often."""
    worst = ("no", "unknown", "help", "likely", "sure")

    def key(stop: str) -> tuple[int, float]:
        row = found.by_stop[stop][group]
        return worst.index(verdict_of(row)), -float(row["departures_per_hour"] or 0)

    return sorted(stops, key=key)


def _row(rows: Mapping[str, Row], groups: Sequence[str], phrases: Phrases) -> list[Cell]:
    words, lang = phrases.words, phrases.lang
    first = rows[groups[0]]
    cells = [Cell(clean_text(first["name"]) or words["none"], small=words["stop_modes"][first["mode"]])]
    for name in groups:
        row = rows[name]
        why = [str(words["stop_reasons"][each]) for each in row["reasons"].split()]
        cells.append(Cell(words["stop_verdicts"][verdict_of(row)], small=", ".join(why)))
    hourly = float(first["departures_per_hour"] or 0)
    cells.append(Cell(number(hourly, lang), sort=hourly))
    real, plain = (first[f"class_{name}"] or words["no_class"] for name in ("likely", "plain"))
    cells.append(Cell(real, small=words["class_plain"].format(plain=plain)))
    cells.append(_measure([rows[name] for name in groups], phrases))
    return cells


def _measure(rows: Sequence[Row], phrases: Phrases) -> Cell:
    """The cheapest measure of all groups; a look where nobody knows whether any is needed."""
    from wegeketten.planning.proposals import measure_names

    words, lang = phrases.words, phrases.lang
    priced = [row for row in rows if row["cost_eur"]]
    if priced:
        row = min(priced, key=lambda row: float(row["cost_eur"]))
        price = euro_range(float(row["cost_low_eur"]), float(row["cost_high_eur"]), lang)
        return Cell(measure_names(row["measure"].split("+"), lang), small=price, sort=float(row["cost_eur"]))
    look = any(row["measure"] == LOOK for row in rows)
    return Cell(words["stop_look"] if look else words["none"])


def _groups_sheet(
    area: Area, stops: Sequence[str], groups: Sequence[str], phrases: Phrases, found: StopResults
) -> Sheet:
    """How many stops each group can use, and how many homes have which class by then."""
    words, lang = phrases.words, phrases.lang
    rows = []
    for name in groups:
        verdicts = [verdict_of(found.by_stop[stop][name]) for stop in stops]
        cells = [Cell(phrases.profile(name))]
        for told in (("sure",), ("sure", "likely"), ("help",), ("no", "unknown")):
            count = sum(each in told for each in verdicts)
            cells.append(Cell(number(count, lang), sort=count))
        real, plain = (
            _shares(area, name, column, phrases, found) for column in ("class_likely", "class_plain")
        )
        for one, other in zip(real, plain, strict=True):
            cells.append(
                Cell(percent(one, lang), words["class_plain"].format(plain=percent(other, lang)), sort=one)
            )
        rows.append(cells)
    titles = [
        "stop_group",
        "stops_sure",
        "stops_likely",
        "stops_help",
        "stops_no",
        "class_AB",
        "class_CD",
        "class_EF",
        "class_none",
    ]
    columns = [Column(words[f"column_{title}"], number=title != "stop_group") for title in titles]
    return Sheet("stop-groups", words["stop_groups"], columns, rows, cls="cards")


def _shares(area: Area, profile: str, column: str, phrases: Phrases, found: StopResults) -> list[float]:
    """Weighted share of homes by class, as in `CLASSES`."""
    homes = phrases.scan.city.homes
    mine = found.classes["profile"].astype(str) == profile
    order = {name: row for row, name in enumerate(homes["home_id"].astype(str).tolist())}
    ids = found.classes["home_id"][mine].astype(str).tolist()
    told = found.classes[column][mine].astype(str)
    rows = np.array([order.get(name, -1) for name in ids], dtype=np.int64)
    inside = rows >= 0
    if area.row >= 0:
        inside &= homes["district"][rows] == area.row
    weight = homes["weight"][rows].astype(np.float64) * inside
    whole = float(weight.sum())
    return [
        float(weight[np.isin(told, list(each)) if each else told == ""].sum()) / whole if whole else 0.0
        for each in CLASSES
    ]
