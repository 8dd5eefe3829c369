"""Routes, reasons, plans and surveys in brief, on the terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.markup import escape

from wegeketten.files.csv import clean_text
from wegeketten.model.licence import ATTRIBUTION
from wegeketten.planning.proposals import looks_of, proposals_of, saved_by_looking
from wegeketten.reach.spoken import barrier as barrier_words
from wegeketten.reach.whereabouts import at_points
from wegeketten.reports.phrases import bare_gain
from wegeketten.reports.terminal import print_rows, written
from wegeketten.words.catalogue import load_words, text
from wegeketten.words.messages import translated
from wegeketten.words.names import attribute_name, barrier_name, kind_name, profile_name, service_name
from wegeketten.words.numbers import about, euro_range, joined, metres, number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.planning.compare import Comparison
    from wegeketten.planning.plan import Plan
    from wegeketten.planning.survey import Survey
    from wegeketten.planning.survey_effect import SurveyEffect
    from wegeketten.reach.barriers import Barrier
    from wegeketten.reach.chains.every_home import Chains
    from wegeketten.reach.chains.one_door import Chain
    from wegeketten.reach.route import Route
    from wegeketten.reach.why import Why
    from wegeketten.words.catalogue import Lang


MOST_ROWS = 20
"""So many lines of a list are printed; the files have all."""


def print_route(route: Route, city: City, *, lang: Lang = "de") -> None:
    """Print a route: one sentence, the steps, then what stands in the way.

    Parameters
    ----------
    route
        Result of `find_route`.
    city
        The city, as built.
    lang
        Language of the text, ``de`` or ``en``.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reach.route import find_route
    >>> route = find_route(hamlet(), load_profile("walker"), (51.05, 13.741), (51.05, 13.745))
    >>> print_route(route, hamlet(), lang="en")
    4 minutes, 280 m, certain; no obstacle, no unclear spot.
      1. Along the edge of the carriageway (Obere Gasse), 280 m
    © OpenStreetMap contributors
    """
    console = Console(highlight=False)
    console.print(escape(route.sentence(lang)))
    if route.course is not None:
        for place, step in enumerate(route.course.instructions, start=1):
            console.print(f"{place:>3}. {escape(clean_text(getattr(step.text, lang)))}")
    _print_chance("way", route.chance, console, lang)
    line = None if route.course is None else route.course.line
    print_barriers(route.barriers, city, lang=lang, line=line)
    console.print(ATTRIBUTION)


def print_sentences(sentences: list[str]) -> None:
    """Print the first sentence and, numbered, those that follow it.

    Parameters
    ----------
    sentences
        At least one.

    Examples
    --------
    >>> print_sentences(["Go.", "Turn left.", "You are there."])
    Go.
      1. Turn left.
      2. You are there.
    © OpenStreetMap contributors
    """
    console = Console(highlight=False)
    for row, sentence in enumerate(sentences):
        head = f"{row:>3}. " if row else ""
        console.print(head + escape(clean_text(sentence)))
    console.print(ATTRIBUTION)


def print_why(why: Why, city: City, *, lang: Lang = "de") -> None:
    """Print what stands between a home and a service.

    Parameters
    ----------
    why
        Result of `find_why`.
    city
        The city, as built.
    lang
        Language of the text, ``de`` or ``en``.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reach.why import find_why
    >>> why = find_why(hamlet(), load_profile("wheelchair"), (51.0498, 13.74), "pharmacy")
    >>> print_why(why, hamlet(), lang="en")
    Pharmacy: there is no way today. In the way: kerb, 2 – 8 cm, the limit is at
    most 3 cm (mapped in OpenStreetMap) [n68]. Without that: 6 minutes.
      • unknown on one stretch: kerb, kerb height
    © OpenStreetMap contributors
    """
    console = Console(highlight=False)
    console.print(escape(clean_text(why.sentence(lang), longest=2000)))
    _print_chance("today", why.chance, console, lang)
    print_barriers(why.blocking, city, lang=lang)
    console.print(ATTRIBUTION)


def _print_chance(key: str, chance: float | None, console: Console, lang: str) -> None:
    if chance is not None:
        console.print(text(f"chances.{key}", lang, chance=round(100 * chance)))


def print_barriers(
    barriers: Sequence[Barrier],
    city: City,
    *,
    lang: Lang = "de",
    line: NDArray[np.float64] | None = None,
) -> None:
    """Print obstacles first, each once, with its street; what is only unknown is listed in groups.

    Parameters
    ----------
    barriers
        In the order of the way.
    city
        Where they are.
    lang
        ``de`` or ``en``.
    line
        The way, lon and lat: obstacles are listed with the metres walked until then.
    """
    console = Console(highlight=False)
    if not barriers:
        return
    met = Counter(one.id for one in barriers)
    once = list({one.id: one for one in reversed(barriers)}.values())[::-1]
    hard = [one for one in once if one.verdict == "blocked"]
    for one, place in zip(hard, _places(hard, city, lang, line), strict=True):
        often = f", {text('terminal.times', lang, count=met[one.id])}" if met[one.id] > 1 else ""
        told = f"  • {barrier_words(one).in_(lang)}{often} – {place} ({one.id})"
        console.print(escape(clean_text(told, longest=400)))
    unsure = Counter(_group(one, lang) for one in once if one.verdict == "unclear")
    for what, count in unsure.most_common():
        console.print(escape(f"  • {text('terminal.unsure_group', lang, count=count, what=what)}"))
    fine = len(once) - len(hard) - sum(unsure.values())
    if fine:
        console.print(escape(f"  • {text('terminal.fine_group', lang, count=fine)}"))
    if not hard and not unsure:
        console.print(text("terminal.no_obstacles", lang))


def _group(one: Barrier, lang: str) -> str:
    name, attribute = barrier_name(one.kind, lang), attribute_name(one.attribute, lang)
    known = {barrier_name(kind, lang) for kind in ("steep", "cross_slope", "narrow", "rough")}
    return attribute if name in known else f"{name}, {attribute}"


def _places(
    barriers: Sequence[Barrier], city: City, lang: str, line: NDArray[np.float64] | None
) -> list[str]:
    """Street and house number of each, and how far along the way."""
    if not barriers:
        return []
    lonlat = np.array([(one.lon, one.lat) for one in barriers], dtype=np.float64)
    xy = np.asarray(city.projection.to_xy(lonlat), dtype=np.float64)
    told = [one.plain() or "–" for one in at_points(city, xy)]
    if line is None or len(line) < 2:
        return told
    import shapely

    way = shapely.LineString(np.asarray(city.projection.to_xy(line), dtype=np.float64))
    walked = np.asarray(shapely.line_locate_point(way, shapely.points(xy)))
    return [
        text("terminal.here", lang, where=where, metres=metres(float(along), lang))
        for where, along in zip(told, walked.tolist(), strict=True)
    ]


def print_chain(chain: Chain, city: City, *, lang: Lang = "de") -> None:
    """Print one door's chain: when each stop is reached, the barriers, what the way asks.

    Parameters
    ----------
    chain
        Result of `find_chain`.
    city
        The city, as built.
    lang
        Language of the text, ``de`` or ``en``.
    """
    words, console = load_words(lang)["chain"], Console(highlight=False)
    if chain.seconds is None:
        console.print(words["breaks"].format(place=escape(service_name(chain.breaks_at, lang))))
    else:
        console.print(words["takes"].format(minutes=number(chain.seconds / 60, lang, 1)))
    for stop in chain.stops:
        minutes, service = number(stop.arrive_s / 60, lang, 1), service_name(stop.service, lang)
        place = clean_text(stop.name) or stop.place_id
        console.print(f"  {minutes:>6} min  {escape(service)}: {escape(place)}")
    if chain.longest_without_bench_m is not None:
        console.print(words["bench"].format(metres=number(chain.longest_without_bench_m, lang)))
    if chain.longest_without_toilet_min is not None:
        console.print(words["toilet"].format(minutes=number(chain.longest_without_toilet_min, lang)))
    _print_chance("way", chain.chance, console, lang)
    print_barriers(chain.barriers, city, lang=lang)
    console.print(ATTRIBUTION)


def print_chains(chains: Chains, *, lang: Lang = "de") -> None:
    """Print which share of each district can do the chain, in what time, and where it breaks.

    Parameters
    ----------
    chains
        Result of `find_chains`.
    lang
        Language of the text, ``de`` or ``en``.
    """
    words = load_words(lang)["chain"]

    def share(value: float | None) -> str:
        return "–" if value is None else f"{number(100 * value, lang)} %"

    def minutes(value: float | None) -> str:
        return "–" if value is None else number(value / 60, lang, 1)

    drawn = chains.done is not None
    rows = [
        (
            row["district"] or words["all"],
            *((_expected_cell(row, lang),) if drawn else ()),
            share(row["share_likely"]),
            f"{share(row['share_sure'])} – {share(row['share_possible'])}",
            minutes(row["median_likely_s"]),
            "–" if row["times_walker"] is None else number(row["times_walker"], lang, 1),
            service_name(row["breaks_at"], lang) if row["breaks_at"] else "",
        )
        for row in chains.districts()
    ]
    titles = ("district", *(("expected",) if drawn else ()), "likely", "span", "median", "walker", "where")
    print_rows([words[key] for key in titles], rows)
    console = Console(highlight=False)
    if chains.done is not None:
        console.print(text("chances.of_chains", lang, worlds=chains.done.shape[1]))
    console.print(ATTRIBUTION)


def _expected_cell(row: dict[str, float | None], lang: Lang) -> str:
    """Expected share and the span of eight in ten worlds, percent."""
    parts = [part for end in ("expected", "low", "high") if (part := row[f"share_{end}"]) is not None]
    if len(parts) < 3:
        return "–"
    expected, low, high = (number(100 * part, lang) for part in parts)
    return f"{expected} % ({low}–{high})"


def print_comparison(
    comparison: Comparison, city: City, *, lang: Lang = "de", out: Path | None = None
) -> None:
    """Print who gained and lost in the whole city, and the changes that did it.

    Parameters
    ----------
    comparison
        Result of `compare_cities`.
    city
        The city, as built.
    lang
        Language of the text, ``de`` or ``en``.
    out
        Folder that was written, for the last line; None for none.
    """
    words, console = load_words(lang)["chain"], Console(highlight=False)
    counted = load_words(lang)["counted"][city.weight_unit]
    found = [row for row in comparison.rows if row["district"] == "" and (row["gained"] or row["lost"])]
    if not found and not comparison.causes:
        console.print(words["same"])
    else:
        rows = [
            (
                profile_name(row["profile"], lang),
                service_name(row["service"], lang),
                bare_gain(row["gained"], lang),
                bare_gain(row["lost"], lang),
            )
            for row in found
        ]
        titles = [words[key] for key in ("profile", "service", "gained", "lost")]
        print_rows(titles, rows, right=(2, 3), title=words["who"].format(counted=counted))
        causes = [
            (
                kind_name(cause.kind, lang),
                translated(cause.change, lang),
                bare_gain(cause.gained, lang),
                bare_gain(cause.lost, lang),
                cause.barrier_id,
            )
            for cause in comparison.causes[:MOST_ROWS]
        ]
        titles = [words[key] for key in ("kind", "change", "gained", "lost", "barrier")]
        shown = words["causes"].format(
            shown=len(causes), count=number(len(comparison.causes), lang), counted=counted
        )
        print_rows(titles, causes, right=(2, 3), title=shown)
    if comparison.survey is not None:
        for line in thanks(comparison.survey, counted, lang):
            console.print(line)
    if out is not None:
        console.print(written(out, lang=lang))
    console.print(ATTRIBUTION)


def thanks(effect: SurveyEffect, counted: str, lang: Lang) -> list[str]:
    """What survey walks have changed, as thanks to those who walked.

    Parameters
    ----------
    effect
        See `wegeketten.planning.survey_effect`.
    counted
        What the figures count, in words.
    lang
        ``de`` or ``en``.

    Returns
    -------
    list of str
        Sentences.
    """
    slots = {
        "readings": number(effect.readings, lang),
        "places": number(effect.places, lang),
        "people": about(effect.people, lang),
        "sure": about(effect.people_sure, lang),
        "known_not": about(effect.people_known_not, lang),
        "counted": counted,
    }
    told = [text("thanks.found", lang, count=effect.files, **slots)]
    told.append(text("thanks.decided" if effect.people else "thanks.undecided", lang, **slots))
    if effect.conflicts:
        told.append(text("thanks.conflicts", lang, count=effect.conflicts))
    return told


def print_plan(plan: Plan, *, lang: Lang = "de", out: Path) -> None:
    """Print the first proposals of a plan, what they cost together, and how good the plan is.

    Parameters
    ----------
    plan
        Result of `make_plan`.
    lang
        Language of the text, ``de`` or ``en``.
    out
        Folder that was written, for the last line.
    """
    words, console = load_words(lang)["plan"], Console(highlight=False)
    found = proposals_of(plan)
    counted = load_words(lang)["counted"][str(plan.meta.get("weight_unit", "homes"))]
    profiles = joined([profile_name(name, lang) for name in plan.profiles], lang)
    rows = [
        (
            f"{one.number}. {one.headline(lang)}",
            clean_text(one.where()) or "–",
            euro_range(one.low_eur, one.high_eur, lang),
            bare_gain(one.gain, lang),
            words["look"] if one.look_first else words["build"],
        )
        for one in found[:MOST_ROWS]
    ]
    titles = [words[key] for key in ("measure", "where", "cost", "people", "advice")]
    if rows:
        title = words["title_expected" if plan.worlds else "title"].format(profiles=profiles, counted=counted)
        print_rows(titles, rows, right=(2, 3), title=title)
        low, high = sum(one.low_eur for one in found), sum(one.high_eur for one in found)
        reached = bare_gain(sum(one.gain for one in found), lang)
        cost = euro_range(low, high, lang)
        console.print(text("plan.sum", lang, count=len(found), cost=cost, people=reached, counted=counted))
        doubtful = sum(one.look_first for one in found)
        if doubtful:
            console.print(text("plan.doubtful", lang, count=doubtful))
    else:
        console.print(words["nothing"])
    if plan.meta["without_places"]:
        chains = [name.split(">") for name in plan.meta["without_places"]]
        names = ", ".join(" > ".join(service_name(service, lang) for service in chain) for chain in chains)
        console.print(words["without"].format(names=escape(clean_text(names))))
    if len(found) > MOST_ROWS:
        console.print(words["more"].format(shown=MOST_ROWS, count=number(len(found), lang)))
    if plan.gap is not None:
        console.print(words["gap"].format(gap=number(max(1.0, 100 * plan.gap), lang)))
    _print_expected(plan, console, lang)
    if not plan.complete:
        console.print(words["stopped"])
    console.print(written(out, lang=lang))
    console.print(ATTRIBUTION)


def _print_expected(plan: Plan, console: Console, lang: str) -> None:
    """What the worlds have of the people reached, and what looking first would save."""
    if not plan.worlds or not plan.lines:
        return
    people = sum(line.people_newly_reached for line in plan.lines)
    console.print(text("chances.plan", lang, worlds=plan.worlds, people=about(people, lang)))
    saved = saved_by_looking(proposals_of(plan))
    if saved is not None:
        console.print(text("chances.saves", lang, euros=euro_range(*saved, lang)))
    console.print(text(f"chances.chosen_by_{plan.chosen_by}", lang))


def print_survey(survey: Survey, *, lang: Lang = "de", out: Path) -> None:
    """Print the first readings to look at.

    Parameters
    ----------
    survey
        Result of `find_survey`.
    lang
        Language of the text, ``de`` or ``en``.
    out
        Folder that was written, for the last line.
    """
    words, console = load_words(lang)["plan"], Console(highlight=False)
    counted = load_words(lang)["counted"][str(survey.meta.get("weight_unit", "homes"))]
    console.print(words["doubt"].format(people=about(survey.people_in_doubt, lang), counted=counted))
    found = looks_of(survey)
    rows = [
        (
            f"{one.number}. {barrier_name(one.kind, lang)}",
            ", ".join(attribute_name(name, lang) for name in one.attributes),
            one.where() or "–",
            bare_gain(one.people, lang),
        )
        for one in found[:MOST_ROWS]
    ]
    titles = [words[key] for key in ("place", "attribute", "where", "between")]
    shown = text(
        "plan.shown",
        lang,
        shown=len(rows),
        of=number(len(found), lang),
        count=len(survey.walks),
    )
    print_rows(titles, rows, right=(3,), title=shown)
    if survey.saves_eur is not None:
        console.print(text("chances.saves", lang, euros=euro_range(*survey.saves_eur, lang)))
    if not survey.complete:
        console.print(words["stopped"])
    console.print(written(out, lang=lang))
    console.print(ATTRIBUTION)
