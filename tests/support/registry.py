"""What is missing in or around the registry of barriers."""

from __future__ import annotations

import tomllib

from wegeketten.files.resources import shipped
from wegeketten.model.edges import ATTRIBUTE
from wegeketten.model.kinds import BARRIERS, PASSAGES, Kind
from wegeketten.people.figures import Delays
from wegeketten.people.profile import PROFILES
from wegeketten.whatif.measures import load_measures


def faults() -> list[str]:
    """One line per fault: a half-registered kind has some."""
    found = []
    for name in PROFILES:
        passages = tomllib.loads(shipped("profiles", f"{name}.toml").read_text(encoding="utf-8"))["passages"]
        found += [f"profile {name}: says nothing about {kind}" for kind in PASSAGES if kind not in passages]
    measures = load_measures().measures
    seen: dict[str, Kind] = {}
    for kind, row in BARRIERS.items():
        if not row.de or not row.en:
            found.append(f"{kind.name}: has no name")
        if row.reads is not None and row.reads not in ATTRIBUTE:
            found.append(f"{kind.name}: reads {row.reads}, which is no attribute")
        if row.delay is not None and row.delay not in Delays.model_fields:
            found.append(f"{kind.name}: {row.delay} is no delay of a profile")
        found += [f"{kind.name}: there is no measure {name}" for name in row.measures if name not in measures]
        known = [measures[name] for name in row.measures if name in measures]
        reason = "kerb_cm" if kind is Kind.kerb else "width_m"
        if row.measures and not any(
            reason in measure.answers(kind, {reason}) for measure in known if measure.suits(kind)
        ):
            found.append(f"{kind.name}: no measure answers its {reason}")
        for value in row.osm:
            if value in seen:
                found.append(f"barrier={value} makes {seen[value].name} and {kind.name}")
            seen[value] = kind
    return found
