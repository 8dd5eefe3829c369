"""Tables and layers of a master plan: what its pages show, as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.files.csv import write_csv
from wegeketten.files.geopackage import Layer, LayerStyle, write_layers
from wegeketten.files.xlsx import WorkbookSheet, write_xlsx
from wegeketten.planning.proposals import Proposal
from wegeketten.reach.coverage import FEWEST_HOMES
from wegeketten.reports.front_page import TOLD_REASONS
from wegeketten.words.catalogue import load_words
from wegeketten.words.names import attribute_name, barrier_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.planning.proposals import Look
    from wegeketten.reports.district import Report

_NUMBERS = LayerStyle(
    "number",
    ((1.0, 10.0, "#7f0000", "1–10"), (11.0, 30.0, "#b30000", "11–30"), (31.0, 1e9, "#fdbb84", "31–")),
)
_SHARES = LayerStyle(
    "share_expected",
    (
        (0.0, 0.25, "#f7fbff", "0–25 %"),
        (0.25, 0.5, "#c6dbef", "25–50 %"),
        (0.5, 0.75, "#6baed6", "50–75 %"),
        (0.75, 1.0, "#08519c", "75–100 %"),
    ),
)


def write_tables(report: Report, folder: Path) -> None:
    """Write ``districts.csv``, ``reasons.csv``, ``proposals.csv``, ``looks.csv``, a workbook, a GeoPackage.

    Parameters
    ----------
    report
        What the pages show.
    folder
        Where the files go.
    """
    phrases = report.phrases
    words = load_words(phrases.lang)["masterplan"]
    measures = _measures(phrases.proposals or (), phrases.lang, words)
    tables = [
        WorkbookSheet(words["sheet_districts"], words["columns_districts"], _districts(report, words)),
        WorkbookSheet(words["sheet_measures"], words["columns_measures"], measures),
        WorkbookSheet(
            words["sheet_looks"], words["columns_looks"], _looks(phrases.looks or (), phrases.lang)
        ),
        WorkbookSheet(words["sheet_reasons"], words["columns_reasons"], _reasons(report)),
    ]
    for table, name in zip(tables, ("districts", "proposals", "looks", "reasons"), strict=True):
        write_csv(folder / f"{name}.csv", table.header, table.rows)
    write_xlsx(folder / "masterplan.xlsx", tables)
    write_layers(folder / "masterplan.gpkg", _layers(report))


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _districts(report: Report, words: dict[str, Any]) -> list[tuple[object, ...]]:
    phrases = report.phrases
    rows: list[tuple[object, ...]] = []
    for area in report.areas:
        for profile in phrases.scan.profiles:
            for service in phrases.offered:
                cell = area.cells[profile.id, service]
                shown = not area.few
                drawn = cell.expected[:3] if cell.expected else (None, None, None)
                three = (cell.sure, cell.likely, cell.possible, cell.median_s)
                figures: tuple[float | None, ...] = (*drawn, *three) if shown else (None,) * 7
                rows.append(
                    (
                        phrases.area(area), phrases.profile(profile.id), phrases.service(service),
                        area.homes if shown else None, _rounded(area.weight, 1) if shown else None,
                        round(cell.standard_s, 1), *(_rounded(value, 4) for value in figures),
                        words["yes"] if area.judged else words["no"],
                    )
                )  # fmt: skip
    return rows


def _reasons(report: Report) -> list[tuple[object, ...]]:
    phrases = report.phrases
    district = np.asarray(phrases.scan.city.homes["district"])
    rows: list[tuple[object, ...]] = []
    for area in report.areas:
        if not area.judged:
            continue
        homes = np.arange(len(district)) if area.row < 0 else np.flatnonzero(district == area.row)
        for profile in phrases.scan.profiles:
            for service in phrases.offered:
                shares = phrases.misses.shares(profile.id, service, homes)
                told = [round(shares[reason], 4) for reason in TOLD_REASONS]
                rows.append(
                    (phrases.area(area), phrases.profile(profile.id), phrases.service(service), *told)
                )
    return rows


def _measures(proposals: Sequence[Proposal], lang: str, words: dict[str, Any]) -> list[tuple[object, ...]]:
    return [
        (
            one.number, one.what(lang), one.action(lang), one.street, one.near, one.district,
            round(one.lon, 6), round(one.lat, 6), round(one.low_eur), round(one.high_eur),
            round(one.sum_low_eur), round(one.sum_high_eur),
            *(
                _gain(people)
                for people in (
                    one.people_expected, one.people_low, one.people_high, one.people, one.people_sure,
                    one.people_possible,
                )
            ),
            one.whom(lang),
            one.helps_with(lang, most=99), words["yes"] if one.look_first else words["no"],
            " ".join(one.barrier_ids),
        )
        for one in proposals
    ]  # fmt: skip


def _gain(people: float | None) -> int | None:
    """A gain as a whole number; none between 0 and the fewest that may be told."""
    return None if people is None or 0 < people < FEWEST_HOMES else round(people)


def _looks(looks: Sequence[Look], lang: str) -> list[tuple[object, ...]]:
    return [
        (
            one.number, barrier_name(one.kind, lang),
            ", ".join(attribute_name(name, lang) for name in one.attributes), one.street, one.near,
            one.district, round(one.lon, 6), round(one.lat, 6), _gain(one.people), one.barrier_id,
        )
        for one in looks
    ]  # fmt: skip


def _layers(report: Report) -> list[Layer]:
    phrases = report.phrases
    lead = "groceries" if "groceries" in phrases.offered else phrases.offered[0]
    areas = report.areas[1:]
    cells = [one.cells[phrases.focus, lead] for one in areas]
    nan = float("nan")
    shares = [cell.likely if one.judged else nan for one, cell in zip(areas, cells, strict=True)]
    led = [cell.lead if one.judged else nan for one, cell in zip(areas, cells, strict=True)]
    districts = Layer(
        "districts",
        {
            "name": [phrases.area(one) for one in areas],
            "homes": np.array([0 if one.few else one.homes for one in areas]),
            "judged": [str(one.judged).lower() for one in areas],
            "share_expected": np.array(led),
            "share_likely": np.array(shares),
            "reached_kinds": np.array([one.reached[phrases.focus] if one.judged else nan for one in areas]),
        },
        phrases.scan.city.districts["geometry"],
        _SHARES,
    )
    layers = [districts]
    for name, found in (("proposals", phrases.proposals or ()), ("looks", phrases.looks or ())):
        if found:
            columns: dict[str, NDArray[Any] | list[str]] = {
                "number": np.array([one.number for one in found]),
                "what": [_what(one, phrases.lang) for one in found],
                "where": [one.where() for one in found],
                "people": np.array([_gain(_led(one)) or 0 for one in found]),
            }
            layers.append(Layer(name, columns, _points(found), _NUMBERS))
    return layers


def _led(one: Proposal | Look) -> float:
    return one.gain if isinstance(one, Proposal) else one.people


def _what(one: Proposal | Look, lang: str) -> str:
    return one.what(lang) if isinstance(one, Proposal) else barrier_name(one.kind, lang)


def _points(found: Sequence[Proposal | Look]) -> NDArray[np.object_]:
    import shapely

    return np.asarray(shapely.points([(one.lon, one.lat) for one in found]), dtype=object)
