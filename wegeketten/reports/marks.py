"""Points of a plan or a survey as marks on the map, read from the files those commands write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wegeketten.planning.proposals import measure_names, read_looks, read_proposals
from wegeketten.reports.data import Mark, MeasureMark
from wegeketten.reports.phrases import gained
from wegeketten.reports.stop_results import read_stops, verdict_of
from wegeketten.transit.register import STOP_MARK
from wegeketten.transit.stop_table import LOOK
from wegeketten.words.catalogue import load_words
from wegeketten.words.names import attribute_name, barrier_name, profile_name
from wegeketten.words.numbers import euro_range, number

if TYPE_CHECKING:
    from pathlib import Path

MOST_MARKS = 200
"""Only the first this many of a ranked list are drawn; the lists themselves have all."""


def read_measures(folder: Path, lang: str, unit: str = "homes") -> list[MeasureMark]:
    """The first proposals of a plan.

    Parameters
    ----------
    folder
        Written by ``plan``.
    lang
        ``de`` or ``en``.
    unit
        What is counted: ``homes``, ``dwellings`` or ``people``.

    Returns
    -------
    list of Mark
        In the order of the plan.

    Raises
    ------
    InputDataError
        The file is missing, lacks a column or has a row that cannot be read.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.planning.plan import make_plan
    >>> plan = make_plan(hamlet(), [load_profile("wheelchair")], worlds=0)
    >>> with TemporaryDirectory() as folder:
    ...     plan.write(Path(folder) / "plan")
    ...     marks = read_measures(Path(folder) / "plan", lang="en")
    >>> len(marks)
    1
    """
    words = load_words(lang)["marks"]
    marks = []
    for one in read_proposals(folder)[:MOST_MARKS]:
        where = ", ".join(part for part in (one.where(), one.district) if part)
        lines = [
            *([where] if where else []),
            words["cost"].format(cost=euro_range(one.low_eur, one.high_eur, lang)),
            words["gain"].format(gain=gained(one.gain, unit, lang)),
            words["helps"].format(profiles=one.whom(lang), services=one.helps_with(lang)),
            *([words["look"]] if one.look_first else []),
        ]
        title = f"{one.number}. {one.headline(lang)}"
        marks.append(
            MeasureMark(
                one.lon, one.lat, title, lines, one.number, where, one.low_eur, one.high_eur, one.look_first,
                one.barrier_ids,
            )
        )  # fmt: skip
    return marks


def read_walks(folder: Path, lang: str, unit: str = "homes") -> list[Mark]:
    """The first places of a survey; parameters and errors as of `read_measures`.

    Parameters
    ----------
    folder
        Written by ``survey``.
    lang
        Language of the text, ``de`` or ``en``.
    unit
        What is counted: ``homes``, ``dwellings`` or ``people``.

    Returns
    -------
    list of Mark
        In the order of the survey.
    """
    words = load_words(lang)["marks"]
    marks = []
    for one in read_looks(folder)[:MOST_MARKS]:
        missing = ", ".join(attribute_name(name, lang) for name in one.attributes)
        where = ", ".join(part for part in (one.where(), one.district) if part)
        lines = [
            *([where] if where else []),
            words["missing"].format(what=missing),
            words["between"].format(gain=gained(one.people, unit, lang)),
        ]
        marks.append(Mark(one.lon, one.lat, f"{one.number}. {barrier_name(one.kind, lang)}", lines))
    return marks


def read_stop_marks(folder: Path, lang: str) -> list[Mark]:
    """Stops, and for each group whether it can board there and what keeps it out.

    Parameters
    ----------
    folder
        Written by ``stops``.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    list of Mark
        Those where most leaves come first.
    """
    words, told = load_words(lang)["report"], load_words(lang)["marks"]
    marks = []
    by_stop = list(read_stops(folder).by_stop.values())
    by_stop.sort(key=lambda rows: -max(float(row["departures_per_hour"] or 0) for row in rows.values()))
    for rows in by_stop[:MOST_MARKS]:
        first = next(iter(rows.values()))
        lines = [told["departures"].format(count=number(float(first["departures_per_hour"] or 0), lang))]
        for name, row in rows.items():
            why = ", ".join(str(words["stop_reasons"][each]) for each in row["reasons"].split())
            verdict = str(words["stop_verdicts"][verdict_of(row)])
            real, plain = (row[f"class_{each}"] or words["no_class"] for each in ("likely", "plain"))
            line = told["stop"].format(
                profile=profile_name(name, lang), verdict=verdict + (f" ({why})" if why else ""), real=real,
                plain=plain,
            )  # fmt: skip
            if row["cost_eur"]:
                price = euro_range(float(row["cost_low_eur"]), float(row["cost_high_eur"]), lang)
                line += f" {measure_names(row['measure'].split('+'), lang)}: {price}."
            elif row["measure"] == LOOK:
                line += f" {words['stop_look']}."
            lines.append(line)
        mode = words["stop_modes"][first["mode"]]
        marks.append(
            Mark(
                float(first["lon"]), float(first["lat"]), f"{first['name']} ({mode})", lines, sign="H",
                place=f"{STOP_MARK}{first['stop_id']}",
            )
        )  # fmt: skip
    return marks
