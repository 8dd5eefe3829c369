"""Routes, reasons, plans and surveys in brief, on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from wegeketten.files.csv import clean_text
from wegeketten.model.licence import ATTRIBUTION
from wegeketten.reports.terminal import plain, print_rows, written
from wegeketten.reports.words import attribute_name, kind_name, service_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from wegeketten.people.labels import Language
    from wegeketten.planning.compare import Comparison
    from wegeketten.planning.plan import Plan
    from wegeketten.planning.survey import Survey
    from wegeketten.reach.barriers import Barrier
    from wegeketten.reach.chains.every_home import Chains
    from wegeketten.reach.chains.one_door import Chain
    from wegeketten.reach.route import Route
    from wegeketten.reach.why import Why


def print_route(route: Route, *, lang: Language = "de") -> None:
    """Print a route: one sentence, the steps, the barriers."""
    console = Console(highlight=False)
    console.print(escape(route.sentence(lang)))
    if route.course is not None:
        for number, step in enumerate(route.course.instructions, start=1):
            console.print(f"{number:>3}. {escape(clean_text(getattr(step.text, lang)))}")
    _print_barriers(route.barriers, console, lang)
    console.print(ATTRIBUTION)


def print_why(why: Why, *, lang: Language = "de") -> None:
    """Print what stands between a home and a service."""
    console = Console(highlight=False)
    console.print(escape(clean_text(why.sentence(lang), longest=2000)))
    _print_barriers(why.blocking, console, lang)
    console.print(ATTRIBUTION)


def _print_barriers(barriers: Iterable[Barrier], console: Console, lang: str) -> None:
    from wegeketten.reach.words import barrier as barrier_words

    for barrier in barriers:
        console.print(
            f"  • {escape(clean_text(getattr(barrier_words(barrier), lang)))} ({escape(barrier.id)})"
        )


def print_chain(chain: Chain, *, lang: Language = "de") -> None:
    """Print one door's chain: when each stop is reached, the barriers, what the way asks."""
    words, console = _CHAIN_WORDS[lang], Console(highlight=False)
    if chain.seconds is None:
        console.print(words["breaks"].format(place=escape(service_name(chain.breaks_at, lang))))
    else:
        console.print(words["takes"].format(minutes=plain(chain.seconds / 60, 1, lang=lang)))
    for stop in chain.stops:
        minutes, service = plain(stop.arrive_s / 60, 1, lang=lang), service_name(stop.service, lang)
        place = clean_text(stop.name) or stop.place_id
        console.print(f"  {minutes:>6} min  {escape(service)}: {escape(place)}")
    if chain.longest_without_bench_m is not None:
        console.print(words["bench"].format(metres=plain(chain.longest_without_bench_m, lang=lang)))
    if chain.longest_without_toilet_min is not None:
        console.print(words["toilet"].format(minutes=plain(chain.longest_without_toilet_min, lang=lang)))
    _print_barriers(chain.barriers, console, lang)
    console.print(ATTRIBUTION)


def print_chains(chains: Chains, *, lang: Language = "de") -> None:
    """Print which share of each district can do the chain, in what time, and where it breaks."""
    words = _CHAIN_WORDS[lang]

    def share(value: float | None) -> str:
        return "–" if value is None else f"{plain(100 * value, lang=lang)} %"

    def minutes(value: float | None) -> str:
        return "–" if value is None else plain(value / 60, 1, lang=lang)

    rows = [
        (
            row["district"] or words["all"],
            share(row["share_likely"]),
            f"{share(row['share_sure'])} – {share(row['share_possible'])}",
            minutes(row["median_likely_s"]),
            "–" if row["times_walker"] is None else plain(row["times_walker"], 1, lang=lang),
            service_name(row["breaks_at"], lang) if row["breaks_at"] else "",
        )
        for row in chains.districts()
    ]
    print_rows([words[key] for key in ("district", "likely", "span", "median", "walker", "where")], rows)
    Console(highlight=False).print(ATTRIBUTION)


def print_comparison(comparison: Comparison, *, lang: Language = "de") -> None:
    """Print who gained and lost in the whole city, and the changes that did it."""
    words = _CHAIN_WORDS[lang]
    rows = [
        (
            row["profile"],
            row["service"],
            plain(row["gained"], 1, lang=lang),
            plain(row["lost"], 1, lang=lang),
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
            plain(cause.gained, 1, lang=lang),
            plain(cause.lost, 1, lang=lang),
        )
        for cause in comparison.causes[:20]
    ]
    print_rows([words[key] for key in ("barrier", "kind", "change", "gained", "lost")], causes)
    Console(highlight=False).print(ATTRIBUTION)


_CHAIN_WORDS = {
    "de": {
        "breaks": "Die Kette ist nicht möglich; sie bricht bei: {place}.",
        "takes": "{minutes} Minuten unterwegs, ohne die Zeit an den Orten.",
        "bench": "Längster Weg ohne Bank: {metres} m.",
        "toilet": "Längste Zeit ohne Toilette: {minutes} min.",
        "district": "Stadtteil",
        "all": "gesamt",
        "likely": "wahrscheinlich",
        "span": "sicher – möglich",
        "median": "min (Mitte)",
        "walker": "× zu Fuß",
        "where": "bricht bei",
        "profile": "Profil",
        "service": "Dienst",
        "gained": "gewonnen",
        "lost": "verloren",
        "barrier": "Kennung",
        "kind": "Art",
        "change": "Änderung",
        "same": "Für niemanden ändert sich etwas, und keine Barriere hat sich geändert.",
    },
    "en": {
        "breaks": "The chain cannot be done; it breaks at: {place}.",
        "takes": "{minutes} minutes on the way, without the time spent at the places.",
        "bench": "Longest way without a bench: {metres} m.",
        "toilet": "Longest time without a toilet: {minutes} min.",
        "district": "District",
        "all": "all",
        "likely": "likely",
        "span": "sure – possible",
        "median": "min (median)",
        "walker": "× walker",
        "where": "breaks at",
        "profile": "Profile",
        "service": "Service",
        "gained": "gained",
        "lost": "lost",
        "barrier": "Id",
        "kind": "Kind",
        "change": "Change",
        "same": "Nothing changes for anybody, and no barrier has changed.",
    },
}


def print_plan(plan: Plan, *, lang: Language = "de", out: Path) -> None:
    """Print the first measures of a plan and how far it may fall short."""
    words, console = _WORDS[lang], Console(highlight=False)
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
            plain(line.cost_eur, lang=lang),
            plain(line.cost_total_eur, lang=lang),
            plain(line.people_newly_reached, 1, lang=lang),
            "█" * max(1, round(12 * line.people_newly_reached / people_most)),
        )
    console.print(table)
    if plan.meta["without_places"]:
        chains = [name.split(">") for name in plan.meta["without_places"]]
        names = ", ".join(" > ".join(service_name(service, lang) for service in chain) for chain in chains)
        console.print(words["without"].format(names=escape(clean_text(names))))
    if len(plan.lines) > 20:
        console.print(words["more"].format(count=plain(len(plan.lines) - 20, lang=lang)))
    if plan.gap is not None:
        console.print(words["gap"].format(gap=plain(100 * plan.gap, 1, lang=lang)))
    console.print(written(out, lang=lang))
    console.print(ATTRIBUTION)


_WORDS = {
    "de": {
        "rank": "Rang",
        "measure": "Barriere",
        "barriers": "Kennung",
        "cost": "Euro",
        "total": "Summe",
        "people": "neu erreicht",
        "bar": "",
        "more": "… und {count} weitere in measures.csv",
        "without": "Ohne erreichbares Ziel in diesem Auszug, deshalb nicht im Plan: {names}.",
        "gap": "Zum besten möglichen Plan für dieses Geld fehlen höchstens {gap} % (obere Schranke).",
        "doubt": "Zwischen sicher und möglich stehen {people} Menschen.",
        "attribute": "Merkmal",
        "between": "im Zweifel",
    },
    "en": {
        "rank": "Rank",
        "measure": "Barrier",
        "barriers": "Id",
        "cost": "Euro",
        "total": "Total",
        "people": "newly reached",
        "bar": "",
        "more": "… and {count} more in measures.csv",
        "without": "Left out of the plan, because this extract has no place that can be used: {names}.",
        "gap": "At most {gap} % is missing to the best possible plan for this money (upper bound).",
        "doubt": "Between sure and possible: {people} people.",
        "attribute": "Attribute",
        "between": "in doubt",
    },
}


def print_survey(survey: Survey, *, lang: Language = "de", out: Path) -> None:
    """Print the first readings to look at."""
    words, console = _WORDS[lang], Console(highlight=False)
    console.print(words["doubt"].format(people=plain(survey.people_in_doubt, lang=lang)))
    rows = [
        (
            str(spot.rank),
            kind_name(spot.kind, lang),
            attribute_name(spot.attribute, lang),
            spot.barrier_id,
            plain(spot.people_between, 1, lang=lang),
        )
        for spot in survey.spots[:20]
    ]
    print_rows([words[key] for key in ("rank", "measure", "attribute", "barriers", "between")], rows)
    console.print(written(out, lang=lang))
    console.print(ATTRIBUTION)
