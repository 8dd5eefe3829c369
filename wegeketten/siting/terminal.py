"""What the commands of this room print."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from wegeketten.siting.joint import Joint

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.siting.needs import Needs
    from wegeketten.siting.rows import Need
    from wegeketten.siting.site import Sites
    from wegeketten.words.catalogue import Lang as Language


def print_sites(found: Sites | Joint, *, lang: Language, out: Path) -> None:
    """Print the new places and what they are worth."""
    german = lang == "de"
    if isinstance(found, Joint):
        _print_joint(found, german=german, out=out)
        return
    told = [
        f"{found.service}: {found.people_today['likely']:.0f} von {found.people:.0f} Personen haben heute "
        "einen Ort im Richtwert"
        if german
        else f"{found.service}: {found.people_today['likely']:.0f} of {found.people:.0f} people have a place "
        "within the standard today"
    ]
    for choice in found.choices:
        gap = f"{100 * choice.gap:.2f} %"
        told.append(
            f"{choice.objective}: {choice.value:g} (beweisbare Grenze {choice.bound:g}, Lücke {gap})"
            if german
            else f"{choice.objective}: {choice.value:g} (proven bound {choice.bound:g}, gap {gap})"
        )
        for site in choice.sites:
            if site.kind == "new":
                who = "Personen mehr" if german else "people more"
                told.append(
                    f"  {site.rank}. {site.name or site.site_id} [{site.premises}] "
                    f"{site.lat:.5f},{site.lon:.5f}: "
                    f"{site.people_gained:.0f} {who} ({site.people_sure:.0f}–{site.people_possible:.0f}); "
                    f"{site.gain_from}" + (f"; {site.near}" if site.near else "")
                )
    told += [f"note: {note}" for note in found.notes]
    told.append(f"{out / 'sites.csv'}")
    sys.stdout.write("\n".join(told) + "\n")


def _print_joint(found: Joint, *, german: bool, out: Path) -> None:
    head = (
        f"{found.service}: {found.value:.0f} Personen mehr im Richtwert für {found.budget_eur:.0f} € "
        f"(beweisbare Grenze {found.bound:.0f}); erst Orte, dann Bordsteine: {found.sites_first:.0f}; "
        f"umgekehrt: {found.measures_first:.0f}"
        if german
        else f"{found.service}: {found.value:.0f} people more within the standard for "
        f"{found.budget_eur:.0f} € (proven bound {found.bound:.0f}); places first: "
        f"{found.sites_first:.0f}; barriers first: {found.measures_first:.0f}"
    )
    told = [head]
    told += [
        f"  {row.step}. {row.what} {row.id} {row.name} [{row.kind}] {row.cost_eur} €: {row.people_gained:.0f}"
        for row in found.bought
    ]
    told += [f"note: {note}" for note in found.notes]
    told.append(f"{out / 'joint.csv'}")
    sys.stdout.write("\n".join(told) + "\n")


def print_needs(found: Needs, *, lang: Language, out: Path) -> None:
    """Print what each district needs."""
    german = lang == "de"
    whole = sum(row.posts_whole for row in found.rows)
    exact = sum(row.posts_needed for row in found.rows)
    told = [
        f"{whole} Stellen Quartiersmanagement (rechnerisch {exact:.2f}, "
        f"eine je {found.asked.per_post:g} Personen)"
        if german
        else f"{whole} posts of neighbourhood management ({exact:.2f} by the rate, one per "
        f"{found.asked.per_post:g} people)"
    ]
    ordered = sorted(found.rows, key=lambda row: (-row.posts_needed, row.district))
    told += [_district(row, german=german) for row in ordered if row.people > 0]
    fits = sum(row.size == "fits" for row in found.proposal.rows)
    told.append(
        f"{len(found.proposal.rows)} Nachbarschaften vorgeschlagen, {fits} mit 5 000 bis 10 000 Personen"
        if german
        else f"{len(found.proposal.rows)} neighbourhoods proposed, {fits} of 5 000 to 10 000 people"
    )
    told += [f"note: {note}" for note in found.notes]
    told.append(f"{out / 'needs.csv'}")
    sys.stdout.write("\n".join(told) + "\n")


def _district(row: Need, *, german: bool) -> str:
    meeting, centre = _percent(row.meeting_reach_likely), _percent(row.centre_reach_likely)
    if german:
        return (
            f"  {row.district}: {row.people:.0f} Personen, {row.posts_needed:.2f} → {row.posts_whole} "
            f"Stellen; Treff erreicht {meeting}, Zentrum {centre}"
        )
    return (
        f"  {row.district}: {row.people:.0f} people, {row.posts_needed:.2f} → {row.posts_whole} posts; "
        f"meeting place {meeting}, centre {centre}"
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"
