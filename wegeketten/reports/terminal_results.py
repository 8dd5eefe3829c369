"""Routes, reasons, plans and surveys in brief, on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from wegeketten.files.csv import clean_text
from wegeketten.model.licence import ATTRIBUTION
from wegeketten.reports.terminal import print_rows, written
from wegeketten.words.catalogue import load_words, text
from wegeketten.words.names import attribute_name, kind_name, service_name
from wegeketten.words.numbers import number

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from wegeketten.planning.compare import Comparison
    from wegeketten.planning.plan import Plan
    from wegeketten.planning.survey import Survey
    from wegeketten.reach.barriers import Barrier
    from wegeketten.reach.chains.every_home import Chains
    from wegeketten.reach.chains.one_door import Chain
    from wegeketten.reach.route import Route
    from wegeketten.reach.why import Why
    from wegeketten.words.catalogue import Lang


def print_route(route: Route, *, lang: Lang = "de") -> None:
    """Print a route: one sentence, the steps, the barriers."""
    console = Console(highlight=False)
    console.print(escape(route.sentence(lang)))
    if route.course is not None:
        for number, step in enumerate(route.course.instructions, start=1):
            console.print(f"{number:>3}. {escape(clean_text(getattr(step.text, lang)))}")
    _print_chance("way", route.chance, console, lang)
    _print_barriers(route.barriers, console, lang)
    console.print(ATTRIBUTION)


def print_sentences(sentences: list[str]) -> None:
    """Print the first sentence and, numbered, those that follow it."""
    console = Console(highlight=False)
    for row, sentence in enumerate(sentences):
        head = f"{row:>3}. " if row else ""
        console.print(head + escape(clean_text(sentence)))
    console.print(ATTRIBUTION)


def print_why(why: Why, *, lang: Lang = "de") -> None:
    """Print what stands between a home and a service."""
    console = Console(highlight=False)
    console.print(escape(clean_text(why.sentence(lang), longest=2000)))
    _print_chance("today", why.chance, console, lang)
    _print_barriers(why.blocking, console, lang)
    console.print(ATTRIBUTION)


def _print_chance(key: str, chance: float | None, console: Console, lang: str) -> None:
    if chance is not None:
        console.print(text(f"chances.{key}", lang, chance=round(100 * chance)))


def _print_barriers(barriers: Iterable[Barrier], console: Console, lang: str) -> None:
    from wegeketten.reach.spoken import barrier as barrier_words

    for barrier in barriers:
        console.print(
            f"  • {escape(clean_text(getattr(barrier_words(barrier), lang)))} ({escape(barrier.id)})"
        )


def print_chain(chain: Chain, *, lang: Lang = "de") -> None:
    """Print one door's chain: when each stop is reached, the barriers, what the way asks."""
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
    _print_barriers(chain.barriers, console, lang)
    console.print(ATTRIBUTION)


def print_chains(chains: Chains, *, lang: Lang = "de") -> None:
    """Print which share of each district can do the chain, in what time, and where it breaks."""
    words = load_words(lang)["chain"]

    def share(value: float | None) -> str:
        return "–" if value is None else f"{number(100 * value, lang)} %"

    def minutes(value: float | None) -> str:
        return "–" if value is None else number(value / 60, lang, 1)

    rows = [
        (
            row["district"] or words["all"],
            share(row["share_likely"]),
            f"{share(row['share_sure'])} – {share(row['share_possible'])}",
            minutes(row["median_likely_s"]),
            "–" if row["times_walker"] is None else number(row["times_walker"], lang, 1),
            service_name(row["breaks_at"], lang) if row["breaks_at"] else "",
        )
        for row in chains.districts()
    ]
    print_rows([words[key] for key in ("district", "likely", "span", "median", "walker", "where")], rows)
    Console(highlight=False).print(ATTRIBUTION)


def print_comparison(comparison: Comparison, *, lang: Lang = "de") -> None:
    """Print who gained and lost in the whole city, and the changes that did it."""
    words = load_words(lang)["chain"]
    rows = [
        (
            row["profile"],
            row["service"],
            number(row["gained"], lang, 1),
            number(row["lost"], lang, 1),
        )
        for row in comparison.rows
        if row["district"] == "" and (row["gained"] or row["lost"])
    ]
    if not rows and not comparison.causes:
        Console(highlight=False).print(words["same"])
        Console(highlight=False).print(ATTRIBUTION)
        return
    print_rows([words[key] for key in ("profile", "service", "gained", "lost")], rows)
    causes = [
        (
            cause.barrier_id,
            kind_name(cause.kind, lang),
            cause.change,
            number(cause.gained, lang, 1),
            number(cause.lost, lang, 1),
        )
        for cause in comparison.causes[:20]
    ]
    print_rows([words[key] for key in ("barrier", "kind", "change", "gained", "lost")], causes)
    Console(highlight=False).print(ATTRIBUTION)


def print_plan(plan: Plan, *, lang: Lang = "de", out: Path) -> None:
    """Print the first measures of a plan and how far it may fall short."""
    words, console = load_words(lang)["plan"], Console(highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("rank", "measure", "barriers", "cost", "total", "people", "bar"):
        table.add_column(
            words[heading], justify="left" if heading in ("measure", "barriers", "bar") else "right"
        )
    people_most = max((line.people_newly_reached for line in plan.lines), default=0.0) or 1.0
    for line in plan.lines[:20]:
        table.add_row(
            str(line.rank),
            escape(clean_text(", ".join(dict.fromkeys(kind_name(kind, lang) for kind in line.kinds)))),
            escape(clean_text(" ".join(line.barrier_ids), longest=40)),
            number(line.cost_eur, lang),
            number(line.cost_total_eur, lang),
            number(line.people_newly_reached, lang, 1),
            "█" * max(1, round(12 * line.people_newly_reached / people_most)),
        )
    console.print(table)
    if plan.meta["without_places"]:
        chains = [name.split(">") for name in plan.meta["without_places"]]
        names = ", ".join(" > ".join(service_name(service, lang) for service in chain) for chain in chains)
        console.print(words["without"].format(names=escape(clean_text(names))))
    if len(plan.lines) > 20:
        console.print(words["more"].format(count=number(len(plan.lines) - 20, lang)))
    if plan.gap is not None:
        console.print(words["gap"].format(gap=number(100 * plan.gap, lang, 1)))
    _print_expected(plan, console, lang)
    if not plan.complete:
        console.print(words["stopped"])
    console.print(written(out, lang=lang))
    console.print(ATTRIBUTION)


def _print_expected(plan: Plan, console: Console, lang: str) -> None:
    """What the worlds have of the people reached, and what looking first would save."""
    if not plan.worlds or not plan.lines:
        return
    people = sum(line.people_expected or 0.0 for line in plan.lines)
    saved = sum(line.look_saves_eur or 0.0 for line in plan.lines if line.survey_first)
    told = {"people": number(people, lang, 1), "euros": number(saved, lang)}
    console.print(text("chances.plan", lang, worlds=plan.worlds, **told))


def print_survey(survey: Survey, *, lang: Lang = "de", out: Path) -> None:
    """Print the first readings to look at."""
    words, console = load_words(lang)["plan"], Console(highlight=False)
    console.print(words["doubt"].format(people=number(survey.people_in_doubt, lang)))
    rows = [
        (
            str(spot.rank),
            kind_name(spot.kind, lang),
            attribute_name(spot.attribute, lang),
            spot.barrier_id,
            number(spot.people_between, lang, 1),
        )
        for spot in survey.spots[:20]
    ]
    print_rows([words[key] for key in ("rank", "measure", "attribute", "barriers", "between")], rows)
    if not survey.complete:
        console.print(words["stopped"])
    console.print(written(out, lang=lang))
    console.print(ATTRIBUTION)
