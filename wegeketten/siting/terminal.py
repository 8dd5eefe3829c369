"""What the commands of this room print."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from wegeketten.files.resources import shipped
from wegeketten.places.service_catalogue import load_catalogue
from wegeketten.siting.joint import Joint
from wegeketten.words.catalogue import load_words, text
from wegeketten.words.decimals import number
from wegeketten.words.messages import translated
from wegeketten.words.names import kind_name, service_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from wegeketten.siting.in_worlds import ExpectedPeople
    from wegeketten.siting.needs import Needs
    from wegeketten.siting.rows import Need, Site
    from wegeketten.siting.site import Sites
    from wegeketten.words.catalogue import Lang as Language


def print_sites(found: Sites | Joint, *, lang: Language, out: Path) -> None:
    """Print the new places and what they are worth.

    Parameters
    ----------
    found
        Result of `find_sites`.
    lang
        Language of the text, ``de`` or ``en``.
    out
        Folder that was written, for the last line.
    """
    if isinstance(found, Joint):
        _print_joint(found, lang=lang, out=out)
        return
    counted = _counted(found.meta, lang)
    told = [
        text(
            "siting.today", lang, counted=counted, service=service_name(found.service, lang),
            near=number(found.people_today["likely"], lang, 0), people=number(found.people, lang, 0),
        )
    ]  # fmt: skip
    for choice in found.choices:
        digits = 1 if choice.objective in ("median", "center") else 0
        value, bound = number(choice.value, lang, digits), number(choice.bound, lang, digits)
        told.append(text(f"siting.{choice.objective}", lang, value=value, bound=bound, counted=counted))
        if choice.expected is not None:
            told.append(_expected(choice.expected, lang))
        told += [_site(site, counted, lang) for site in choice.sites if site.kind == "new"]
    _say(told, found.notes, out / "sites.csv", lang)


def _counted(meta: Mapping[str, Any], lang: Language) -> str:
    """What the figures count: homes, dwellings or people."""
    return str(load_words(lang)["counted"][meta["weight_unit"]])


def _expected(expected: ExpectedPeople, lang: Language) -> str:
    return text(
        "siting.expected", lang, worlds=expected.worlds, people=number(expected.people, lang, 0),
        low=number(expected.low, lang, 0), high=number(expected.high, lang, 0),
    )  # fmt: skip


def _site(site: Site, counted: str, lang: Language) -> str:
    told = text(
        "siting.site", lang, counted=counted, rank=site.rank, name=site.name or site.where or site.site_id,
        premises=premises_name(site.premises, lang), at=site.where or f"{site.lat:.5f},{site.lon:.5f}",
        gained=number(site.people_gained, lang, 0), sure=number(site.people_sure, lang, 0),
        possible=number(site.people_possible, lang, 0), where=site.gain_from or "–",
    )  # fmt: skip
    if site.chance is None or site.people_expected is None:
        return told
    return told + text(
        "siting.site_expected", lang, people=number(site.people_expected, lang, 0),
        low=number(site.expected_low or 0, lang, 0), high=number(site.expected_high or 0, lang, 0),
        chance=number(100 * site.chance, lang, 0),
    )  # fmt: skip


def premises_name(kind: str, lang: str) -> str:
    """Name of a kind of premises, or of a service whose places are candidates.

    Parameters
    ----------
    kind
        As in the column ``premises`` of ``sites.csv``.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        What people call it.

    Examples
    --------
    >>> premises_name("corners", "de"), premises_name("library", "en")
    ('Straßenecke', 'Library')
    """
    known: dict[str, str] = load_words(lang)["premises"]
    if kind in known:
        return known[kind]
    services = load_catalogue(shipped("premises.toml")).services
    return getattr(services[kind].name, lang) if kind in services else service_name(kind, lang)


def _print_joint(found: Joint, *, lang: Language, out: Path) -> None:
    def whole(value: float) -> str:
        return number(value, lang, 0)

    counted = _counted(found.meta, lang)
    told = [
        text(
            "siting.joint", lang, counted=counted, service=service_name(found.service, lang),
            value=whole(found.value), budget=whole(found.budget_eur), bound=whole(found.bound),
            sites=whole(found.sites_first), measures=whole(found.measures_first),
        )
    ]  # fmt: skip
    told += [
        text(
            "siting.bought", lang, counted=counted, step=row.step, what=text(f"bought.{row.what}", lang),
            id=row.id, name=row.name,
            kind=premises_name(row.kind, lang) if row.what == "site" else kind_name(row.kind, lang),
            cost=whole(row.cost_eur), gained=whole(row.people_gained),
        )
        for row in found.bought
    ]  # fmt: skip
    _say(told, found.notes, out / "joint.csv", lang)


def print_needs(found: Needs, *, lang: Language, out: Path) -> None:
    """Print what each district needs.

    Parameters
    ----------
    found
        Result of `find_needs`.
    lang
        Language of the text, ``de`` or ``en``.
    out
        Folder that was written, for the last line.
    """
    rows = found.rows
    told = [
        text(
            "siting.posts", lang, whole=sum(row.posts_whole for row in rows),
            exact=number(sum(row.posts_needed for row in rows), lang, 2),
            rate=number(found.asked.per_post, lang, 0),
        )
    ]  # fmt: skip
    ordered = sorted(rows, key=lambda row: (-row.posts_needed, row.district))
    told += [_district(row, _counted(found.meta, lang), lang) for row in ordered if row.people > 0]
    fits = sum(row.size == "fits" for row in found.proposal.rows)
    told.append(text("siting.neighbourhoods", lang, count=len(found.proposal.rows), fits=fits))
    _say(told, found.notes, out / "needs.csv", lang)


def _district(row: Need, counted: str, lang: Language) -> str:
    return text(
        "siting.district", lang, counted=counted, name=row.district, people=number(row.people, lang, 0),
        needed=number(row.posts_needed, lang, 2), whole=row.posts_whole,
        meeting=_percent(row.meeting_reach_likely), centre=_percent(row.centre_reach_likely),
    )  # fmt: skip


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _say(told: Sequence[str], notes: Sequence[str], path: Path, lang: Language) -> None:
    lines = [*told, *(text("siting.note", lang, note=translated(note, lang)) for note in notes), str(path)]
    sys.stdout.write("\n".join(lines) + "\n")
