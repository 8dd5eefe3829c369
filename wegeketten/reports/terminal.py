"""Tables on the terminal: compact, aligned, readable without colour."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Literal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from wegeketten.files.csv import clean_text
from wegeketten.model.licence import ATTRIBUTION
from wegeketten.reach.coverage import FEWEST_HOMES, cut_districts
from wegeketten.words.catalogue import fill, load_words, text
from wegeketten.words.messages import translated
from wegeketten.words.names import attribute_name, service_name
from wegeketten.words.numbers import number, percent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from wegeketten.chances.expected_share import ExpectedShare
    from wegeketten.chances.skill import Lesson
    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.places.service_catalogue import Catalogue
    from wegeketten.reach.kerbs import Kerbs
    from wegeketten.reach.quality import Quality
    from wegeketten.reach.scan import Scan
    from wegeketten.reach.shares import Share
    from wegeketten.words.catalogue import Lang

_BARS = " ▁▂▃▄▅▆▇█"

NARROW = 72
"""Below this many columns the shares are printed line by line."""


def print_scan(scan: Scan, *, lang: str = "de", out: Path | None = None) -> None:
    """Print the shares per service and profile, the islands, and the districts that are furthest behind.

    Parameters
    ----------
    scan
        Who reaches what, by profile and service.
    lang
        Language of the text, ``de`` or ``en``.
    out
        Folder that was written, for the last line; None for none.
    """
    words, console = load_words(lang)["terminal"], Console(highlight=False)
    shares = {(row.service, row.profile): row for row in scan.total}
    expected = dict(zip(shares, scan.expected_total, strict=False))
    weight = float(scan.city.homes["weight"][scan.homes].sum())
    unit = scan.city.weight_unit
    console.print(
        words["title" if unit == "homes" else "weighted"].format(
            homes=number(len(scan.homes), lang),
            weight=number(weight, lang),
            counted=load_words(lang)["counted"][unit],
            source=escape(clean_text(str(scan.city.meta["source"]))),
        )
    )
    offered = set(scan.city.places["service"].tolist())
    rows = []
    for service in scan.services:
        found = scan.catalogue.services[service]
        cells = [
            _cell(shares[service, profile.id], words["none"], expected.get((service, profile.id)))
            if service in offered
            else "–"
            for profile in scan.profiles
        ]
        rows.append(
            (service_name(service, lang, getattr(found.name, lang)), _standard(found, words, lang), cells)
        )
    _print_shares(console, words, [_short(profile, lang) for profile in scan.profiles], rows)
    console.print(words["legend"] if scan.chances is None else load_words(lang)["chances"]["legend"])
    if scan.chances is not None and scan.chances.worlds.own_speed:
        console.print(load_words(lang)["chances"]["own_speed"])
    _print_islands(scan, console, words, lang)
    _print_worst(scan, console, words, lang)
    if out is not None:
        console.print(words["written"].format(out=escape(str(out))))
    console.print(ATTRIBUTION)


def _print_shares(
    console: Console,
    words: dict[str, str],
    profiles: Sequence[str],
    rows: Sequence[tuple[str, str, Sequence[str]]],
) -> None:
    """One column per profile; on a narrow terminal one line per profile."""
    if console.width >= NARROW:
        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
        table.add_column(words["service"], max_width=18)
        table.add_column(words["standard"], justify="right", no_wrap=True)
        for profile in profiles:
            table.add_column(profile, justify="right")
        for service, standard, cells in rows:
            table.add_row(escape(service), standard, *cells)
        console.print(table)
        return
    for service, standard, cells in rows:
        console.print(f"{escape(service)}, {standard}")
        for profile, cell in zip(profiles, cells, strict=True):
            console.print(f"  {profile}: {cell.replace(chr(10), '  ')}")


def _short(profile: Profile, lang: str) -> str:
    return escape(load_words(lang)["profiles"].get(profile.id, {"short": profile.id})["short"])


def _cell(share: Share, none: str, expected: ExpectedShare | None = None) -> str:
    if share.share_likely is None or share.share_sure is None or share.share_possible is None:
        return none
    bar = _BARS[round(share.share_likely * 8)]
    span = f"{share.share_sure * 100:.0f}–{share.share_possible * 100:.0f}"
    if expected is not None and expected.expected is not None:
        low, high = ((part or 0) * 100 for part in (expected.low, expected.high))
        bar = _BARS[round(expected.expected * 8)]
        return f"{bar} {expected.expected * 100:.0f} ({low:.0f}–{high:.0f})\n[dim]{span}[/dim]"
    return f"{bar} {share.share_likely * 100:.0f}\n[dim]{span}[/dim]"


def _standard(service: Any, words: dict[str, str], lang: str) -> str:
    if service.standard.metres is not None:
        return f"{number(service.standard.metres, lang)} {words['metres']}"
    return f"{number(service.standard.minutes, lang)} {words['minutes']}"


def _print_islands(scan: Scan, console: Console, words: dict[str, str], lang: str) -> None:
    stranded = [
        (profile, sum(island.homes for island in scan.islands[profile.id])) for profile in scan.profiles
    ]
    named = [
        words["island"].format(profile=_short(profile, lang), homes=number(homes, lang))
        for profile, homes in stranded
        if homes
    ]
    if named:
        console.print(words["islands"].format(list=", ".join(named)))


def _print_worst(scan: Scan, console: Console, words: dict[str, str], lang: str) -> None:
    """The three districts worst off, for wheels first; those cut by the extract's edge are not ranked."""
    cut = {str(name) for name in scan.city.districts["name"][cut_districts(scan.city)]}
    profile, service = scan.profiles[min(3, len(scan.profiles) - 1)], scan.services[0]
    rows = [
        row
        for row in scan.shares
        if row.profile == profile.id
        and row.service == service
        and row.share_likely is not None
        and row.homes >= FEWEST_HOMES
        and row.district not in cut
    ]
    if len(rows) < 2:
        return
    rows.sort(key=lambda row: (row.share_likely, row.district))
    named = ", ".join(f"{clean_text(row.district)} {(row.share_likely or 0) * 100:.0f} %" for row in rows[:3])
    known = load_words(lang)["profiles"].get(profile.id)
    fallback = load_words(lang)["profile_fallback"]["with"].format(name=getattr(profile.name, lang))
    console.print(
        words["worst"].format(
            **{"with": escape(known["with"] if known else fallback)},
            service=escape(service_name(service, lang, getattr(scan.catalogue.services[service].name, lang))),
            districts=escape(named),
        )
    )


def describe_city(city: City, *, lang: str = "de") -> None:
    """Print what ``build`` made.

    Parameters
    ----------
    city
        The city, as built.
    lang
        Language of the text, ``de`` or ``en``.
    """
    counts, words = city.meta["counts"], load_words(lang)["counts"]
    console = Console(highlight=False)
    told = (fill(words.get(key, f"{{count}} {key}"), lang, count=value) for key, value in counts.items())
    console.print(f"{escape(str(city.path))}: {', '.join(told)}")
    console.print(ATTRIBUTION)


MOST_DISTRICTS = 12
"""How many districts a table on the terminal lists, those with the most readings; files hold them all."""


def _largest(totals: Iterable[tuple[str, float]]) -> set[str]:
    """The whole network ("") and the districts that are shown: those with the largest sums."""
    sums: dict[str, float] = {}
    for district, total in totals:
        if district:
            sums[district] = sums.get(district, 0.0) + total
    return {"", *sorted(sums, key=lambda name: (-sums[name], name))[:MOST_DISTRICTS]}


def print_info(city: City, quality: Quality, kerbs: Sequence[Kerbs], *, lang: str = "de") -> None:
    """Print what a city folder holds, where its readings come from, and whom its kerbs serve.

    Parameters
    ----------
    city
        The city, as built.
    quality
        What is mapped and measured.
    kerbs
        Result of `kerbs_of`.
    lang
        Language of the text, ``de`` or ``en``.
    """
    words = load_words(lang)["terminal"]
    describe_city(city, lang=lang)
    for note in city.meta["notes"]:
        Console(highlight=False).print(escape(translated(clean_text(note), lang)))

    units = load_words(lang)["units"]

    def cell(share: float | None) -> str:
        return "–" if share is None else percent(share, lang).replace(" ", "\u00a0")

    shown = _largest((share.district, share.total) for share in quality.shares)
    districts: dict[str, list[tuple[str, ...]]] = {}
    for share in quality.shares:
        if share.district in shown and (share.district == "" or share.total > 0):
            amount = number(share.total, lang, 1 if share.unit == "km" else 0)
            parts = (share.surveyed, share.tagged, share.derived, share.assumed)
            unit = f"{amount} {units.get(share.unit, share.unit)}"
            row = (attribute_name(share.attribute, lang), unit, *map(cell, parts))
            districts.setdefault(share.district or words["all"], []).append(row)
    headings = [words[name] for name in ("attribute", "unit", "surveyed", "tagged", "derived", "assumed")]
    for name, rows in districts.items():
        print_rows(headings, rows, title=f"{name[:1].upper()}{name[1:]}:", right=(1, 2, 3, 4, 5))
    if kerbs and kerbs[0].kerbs:
        Console(highlight=False).print(words["kerbs_text"])
        counted = _largest((each.district, each.kerbs) for each in kerbs)
        counts = [
            (each.district or words["all"], *(number(count, lang) for count in each[1:]))
            for each in kerbs
            if each.district in counted
        ]
        print_rows([words[heading] for heading in kerbs[0]._fields], counts, right=(1, 2, 3, 4, 5))
    left_out = len({share.district for share in quality.shares} - shown)
    if left_out:
        Console(highlight=False).print(words["districts_more"].format(count=number(left_out, lang)))
    if quality.unreadable:
        values = ", ".join(f"{key}={raw} ({count}×)" for key, raw, count in quality.unreadable[:20])
        Console(highlight=False).print(words["unreadable"].format(values=escape(clean_text(values))))


def print_lessons(lessons: Sequence[Lesson], *, lang: str = "de") -> None:
    """Print what is supposed about the untagged, what the city taught, and how well that foretells it.

    Parameters
    ----------
    lessons
        Result of `lessons_of`.
    lang
        Language of the text, ``de`` or ``en``.
    """
    words, console = load_words(lang)["chances"], Console(highlight=False)

    def cell(share: float | None) -> str:
        return "–" if share is None else f"{number(100 * share, lang, 0)} %"

    def name(lesson: Lesson) -> str:
        return words["entrance"] if lesson.attribute == "entrance" else attribute_name(lesson.attribute, lang)

    rows = [
        (
            name(each), number(each.tagged, lang), number(each.untagged, lang),
            *(cell(share) for share in (each.prior, each.learned, each.skill)),
        )
        for each in lessons
    ]  # fmt: skip
    console.print(words["lessons"])
    headings = ("attribute", "tagged", "untagged", "prior", "learned", "skill")
    print_rows([words[heading] for heading in headings], rows)
    few = [name(each) for each in lessons if not each.enough]
    if few:
        console.print(words["few"].format(attributes=", ".join(few)))


def print_profiles(profiles: Iterable[Profile], *, lang: Lang = "de") -> None:
    """Print every figure of the profiles with its source.

    Parameters
    ----------
    profiles
        The profiles.
    lang
        Language of the text, ``de`` or ``en``.
    """
    from wegeketten.people.labels import figures

    words, console = load_words(lang)["terminal"], Console(highlight=False)
    for profile in profiles:
        console.print(
            f"[bold]{profile.id}[/bold] · {escape(getattr(profile.name, lang))}: "
            f"{escape(getattr(profile.summary, lang))}"
        )
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 2))
        for heading in ("figure", "value", "source"):
            table.add_column(words[heading], overflow="fold")
        for figure, value, source in figures(profile, lang):
            table.add_row(escape(figure), escape(value), escape(source))
        console.print(table)


def print_services(catalogue: Catalogue, *, lang: str = "de") -> None:
    """Print the services with their standards and sources.

    Parameters
    ----------
    catalogue
        The services.
    lang
        Language of the text, ``de`` or ``en``.
    """
    words = load_words(lang)["terminal"]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("ID", words["service"], words["reach"], words["source"]):
        table.add_column(heading, overflow="fold")
    for name, service in catalogue.services.items():
        table.add_row(
            name,
            escape(getattr(service.name, lang)),
            _standard(service, words, lang),
            escape(f"[{text('figure_values.' + service.mark, lang)}] {service.source_in(lang)}"),
        )
    Console(highlight=False).print(table)


def written(out: Path, *, lang: str = "de") -> str:
    """Tell where the result lies.

    Parameters
    ----------
    out
        File or folder that was written.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> from pathlib import Path
    >>> written(Path("out"), lang="en")
    'Written: out'
    """
    return text("terminal.written", lang, out=escape(str(out)))


def _folded(cell: str, width: int) -> str:
    """A cell in lines that are broken at plain blanks only."""
    return "\n".join(textwrap.wrap(cell, width, break_long_words=False, break_on_hyphens=False))


def _column_widths(least: Sequence[int], whole: Sequence[int], room: int) -> list[int]:
    """Widths of columns: none breaks a word, and what is left goes to the narrowest that still wraps."""
    widths = list(least)
    for _ in range(room - sum(widths)):
        short = [place for place, width in enumerate(widths) if width < whole[place]]
        if not short:
            break
        widths[min(short, key=widths.__getitem__)] += 1
    return widths


def print_rows(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Collection[int] = (),
    title: str = "",
) -> None:
    """Print any table of text; no cell is read as markup, and no word or id is broken.

    Where the terminal is too narrow for the columns, each row becomes a few lines, with its headings.

    Parameters
    ----------
    headings, rows
        The table.
    right
        Columns that are set to the right.
    title
        A line above.

    Examples
    --------
    >>> print_rows(["Kerb", "cm"], [["n68", "5"]], right={1})
    Kerb  cm
    n68    5
    """
    console = Console(highlight=False)
    told = [[clean_text(cell) for cell in row] for row in rows]  # a number and its unit stay on one line
    if title:
        console.print(escape(title))
    columns = [[heading, *(row[place] for row in told)] for place, heading in enumerate(headings)]
    least = [max((len(word) for cell in column for word in cell.split(" ")), default=0) for column in columns]
    if sum(least) + 2 * (len(least) - 1) <= console.width:
        whole = [max(map(len, column)) for column in columns]
        widths = _column_widths(least, whole, console.width - 2 * (len(least) - 1))
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for place, (heading, width) in enumerate(zip(headings, widths, strict=True)):
            justify: Literal["right", "left"] = "right" if place in right else "left"
            table.add_column(escape(_folded(heading, width)), overflow="fold", width=width, justify=justify)
        for row in told:
            table.add_row(*(escape(_folded(cell, width)) for cell, width in zip(row, widths, strict=True)))
        console.print(table)
        return
    for row in told:
        first, *rest = row
        console.print(f"• {escape(first)}", soft_wrap=len(first) > console.width)
        for heading, cell in zip(headings[1:], rest, strict=True):
            if cell:
                shown = f"  {heading}: {cell}" if heading else f"  {cell}"
                long = max((len(word) for word in shown.split()), default=0) > console.width
                console.print(escape(shown), soft_wrap=long)
