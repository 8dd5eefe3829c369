"""The commands `isochrone`, `matrix` and `norm`: options in, files out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wegeketten.command.options import (
    chosen_profiles,
    open_source,
    parse_point,
    print_json,
    progress_bar,
    say,
)
from wegeketten.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.progress import Tick


def run_isochrone(
    source: str,
    out: Path,
    minutes: str,
    profile: str,
    start: str | None,
    service: str | None,
    answer: str,
    back: bool,
    when: str | None,
    limits: list[str] | None,
    *,
    as_json: bool,
) -> None:
    """Find reach areas and write them.

    Parameters
    ----------
    source
        City folder, extract, or ``demo``.
    out
        Target file.
    minutes
        Numbers with commas between.
    profile
        Id or file.
    start
        Latitude and longitude with a comma between.
    service
        Id of the service.
    answer
        Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
    back
        Turn the walk.
    when
        Weekday and time.
    limits
        Limits that replace those of the profile, such as ``kerb_cm=6``.
    as_json
        Whether a JSON document is printed instead of text.

    Raises
    ------
    UsageError
        A limit is no number, or what `find_isochrone` refuses.
    """
    from wegeketten.reach.isochrone import find_isochrone

    point = None if start is None else parse_point(start, "--from")
    wanted = _numbers(minutes, "--minutes")
    chosen = check_answer(answer)
    with progress_bar("isochrone") as tick:
        one = chosen_profiles([profile], limits)[0]
        city = _opened(source, when, tick)
        leaving = (point is not None) != back
        found = find_isochrone(
            city, one, wanted, start=point, service=service, answer=chosen, leaving=leaving
        )
        found.write(out)
    if as_json:
        print_json(found.to_json())
    say(f"{out} written")


def run_matrix(
    source: str,
    out: Path,
    origins: str,
    goals: str,
    profile: str,
    answer: str,
    back: bool,
    within: float | None,
    when: str | None,
    limits: list[str] | None,
    *,
    as_json: bool,
) -> None:
    """Work out a matrix, or counts within a time, and write it.

    Parameters
    ----------
    source
        City folder, extract, or ``demo``.
    out
        Target file.
    origins, goals
        File of points, ``homes``, or a service id.
    profile
        Id or file.
    answer
        Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
    back
        Times of the way back.
    within
        Minutes, where only counts are wanted.
    when
        Weekday and time.
    limits
        Limits that replace those of the profile, such as ``kerb_cm=6``.
    as_json
        Whether a JSON document is printed instead of text.

    Raises
    ------
    UsageError
        A file or service is unknown, or the suffix of `out` is another than .csv or .parquet.
    """
    from wegeketten.reach.matrix import count_within, ends_named, matrix_blocks
    from wegeketten.reach.matrix_files import check_suffix, write_counts, write_matrix

    check_suffix(out)
    chosen = check_answer(answer)
    with progress_bar("matrix") as tick:
        one = chosen_profiles([profile], limits)[0]
        city = _opened(source, when, tick)
        starts, ends = (ends_named(city, one, chosen, text) for text in (origins, goals))
        lost = [len(each.ids) - len(set(each.joints.owner.tolist())) for each in (starts, ends)]
        if within is None:
            blocks = matrix_blocks(city, one, starts, ends, answer=chosen, back=back, progress=tick)
            rows = write_matrix(out, starts.ids, ends.ids, blocks)
        else:
            counts = count_within(
                city, one, starts, ends, within * 60, answer=chosen, back=back, progress=tick
            )
            write_counts(out, starts.ids, counts)
            rows = len(counts)
    for note in dict.fromkeys((*starts.notes, *ends.notes)):
        say(f"note: {note}")
    for number, what in zip(lost, ("origins", "goals"), strict=True):
        if number:
            say(f"note: {number} {what} have no way near them that {one.id} may use")
    if as_json:
        print_json({"rows": rows, "origins": len(starts.ids), "goals": len(ends.ids), "out": str(out)})
    say(f"{out} written, {rows} rows")


def run_norm(source: str, out: Path, name: str, lang: str | None, *, as_json: bool) -> None:
    """Judge a city by a norm, write the verdicts and print the sums of the whole network.

    Parameters
    ----------
    source
        City folder, extract, or ``demo``.
    out
        Target folder.
    name
        Id or file of the norm.
    lang
        Language of the text, ``de`` or ``en``; that of the session where None.
    as_json
        Whether a JSON document is printed instead of text.

    Raises
    ------
    UsageError
        There is no such norm, or its file is wrong.
    """
    from wegeketten.command.options import check_language
    from wegeketten.norms.clauses import load_norm
    from wegeketten.norms.verdicts import judge_city
    from wegeketten.norms.write import write_norm
    from wegeketten.reports.norm_table import print_norm

    language = check_language(lang)
    chosen = load_norm(name)
    with progress_bar("norm") as tick:
        city = open_source(source, tick)
        judged = judge_city(city, chosen)
        sums = write_norm(city, chosen, judged, out)
    if as_json:
        print_json({"norm": chosen.id, "edition": chosen.edition, "sums": sums})
    else:
        print_norm(chosen, sums, lang=language)
    say(f"{out} written")


def run_peers(
    source: str, out: Path, preset: str, profile: str, answer: str, limits: list[str] | None,
    lang: str | None, *, as_json: bool,
) -> None:  # fmt: skip
    """Compare a router's preset with a profile, write the differences and print the rules.

    Parameters
    ----------
    source
        City folder, extract, or ``demo``.
    out
        Target folder.
    preset
        Router.
    profile
        Id or file.
    answer
        Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
    limits
        Limits that replace those of the profile, such as ``kerb_cm=6``.
    lang
        Language of the text, ``de`` or ``en``; that of the session where None.
    as_json
        Whether a JSON document is printed instead of text.

    Raises
    ------
    UsageError
        `preset` is none, or an option is wrong.
    """
    from wegeketten.command.options import check_language
    from wegeketten.routers.differences import find_differences
    from wegeketten.routers.write import print_differences

    language = check_language(lang)
    chosen = check_answer(answer)
    with progress_bar("peers") as tick:
        router, own = chosen_profiles([preset], limits)[0], chosen_profiles([profile], None)[0]
        found = find_differences(open_source(source, tick), router, own, answer=chosen)
        found.write(out)
    print_json(found.to_json()) if as_json else print_differences(found, lang=language)
    say(f"{out} written")


def check_answer(text: str) -> Answer:
    """Take the value of --answer.

    Parameters
    ----------
    text
        Value of the option.

    Returns
    -------
    Answer
        ``sure``, ``likely`` or ``possible``.

    Raises
    ------
    UsageError
        There is no such answer.

    Examples
    --------
    >>> check_answer("sure")
    'sure'
    """
    from wegeketten.model.answers import ANSWERS

    for answer in ANSWERS:
        if text == answer:
            return answer
    raise UsageError(f"--answer {text!r}: choose sure, likely or possible")


def _opened(source: str, when: str | None, tick: Tick) -> City:
    from wegeketten.reach.hours import city_at, parse_when

    return city_at(open_source(source, tick), None if when is None else parse_when(when))


def _numbers(text: str, option: str) -> list[float]:
    try:
        return [float(part) for part in text.replace(";", ",").split(",") if part.strip()]
    except ValueError:
        raise UsageError(f"{option} {text!r}: minutes were expected, such as 5,10,15") from None
