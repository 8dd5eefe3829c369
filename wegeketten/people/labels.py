"""A profile in words: every figure with its name, value and source, German and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from wegeketten.model.kinds import BARRIERS
from wegeketten.people.figures import SMOOTHNESS, SURFACES

if TYPE_CHECKING:
    from wegeketten.people.profile import Profile

Language = Literal["de", "en"]


class FigureRow(NamedTuple):
    """One line of the table of a profile."""

    figure: str
    value: str
    source: str


class _Label(NamedTuple):
    de: str
    en: str
    unit: str = ""


_LABELS = {
    "limits.kerb_cm": _Label("Bordhöhe höchstens", "Kerb at most", "cm"),
    "limits.incline_up_pct": _Label("Steigung höchstens", "Slope up at most", "%"),
    "limits.incline_down_pct": _Label("Gefälle höchstens", "Slope down at most", "%"),
    "limits.cross_slope_pct": _Label("Querneigung höchstens", "Cross slope at most", "%"),
    "limits.width_m": _Label("Breite mindestens", "Width at least", "m"),
    "limits.surface_class": _Label("Belag höchstens Klasse", "Surface no worse than class"),
    "limits.smoothness_grade": _Label("Ebenheit mindestens", "Smoothness no worse than"),
    "limits.steps_max": _Label("Stufen höchstens", "Steps at most"),
    "limits.steps_max_without_handrail": _Label(
        "Stufen ohne Handlauf höchstens", "Steps without a handrail at most"
    ),
    "limits.steps_ramp": _Label("Rampe öffnet Treppen", "Ramp that opens steps"),
    "limits.informal_crossing": _Label(
        "Querung ohne Übergang bis Straßenklasse", "Crossing where none is mapped, up to road class"
    ),
    "limits.tactile": _Label("Bodenindikatoren an Borden", "Tactile paving at kerbs"),
    "limits.sound": _Label("Ton oder Vibration an Ampeln", "Sound or vibration at signals"),
    "limits.wheelchair_tag": _Label("Angabe wheelchair=* gilt", "Tag wheelchair=* applies"),
    "passages.escalator": _Label("Rolltreppe", "Escalator"),
    "passages.moving_walkway": _Label("Fahrsteig", "Moving walkway"),
    "passages.lift": _Label("Aufzug", "Lift"),
    "passages.bollard": _Label("Poller", "Bollard"),
    "passages.cycle_barrier": _Label("Umlaufsperre", "Cycle barrier"),
    "passages.gate": _Label("Tor", "Gate"),
    "passages.stile": _Label("Überstieg", "Stile"),
    "passages.block": _Label("Block", "Block"),
    "passages.turnstile": _Label("Drehkreuz", "Turnstile"),
    "passages.kissing_gate": _Label("Schwinggatter", "Kissing gate"),
    "passages.lift_gate": _Label("Schranke", "Lift gate"),
    "passages.chain": _Label("Kette", "Chain"),
    "passages.door": _Label("Tür", "Door"),
    "passages.obstacle": _Label("Anderes Hindernis", "Other obstacle"),
    "speeds.slow_m_s": _Label("Geschwindigkeit, langsam", "Speed, slow", "m/s"),
    "speeds.typical_m_s": _Label("Geschwindigkeit, üblich", "Speed, typical", "m/s"),
    "speeds.fast_m_s": _Label("Geschwindigkeit, schnell", "Speed, fast", "m/s"),
    "slope.best_pct": _Label("Am schnellsten bei Neigung", "Fastest at a slope of", "%"),
    "slope.rate_up": _Label("Abnahme bergauf je 100 % Neigung", "Decay uphill per 100 % of slope"),
    "slope.rate_down": _Label("Abnahme bergab je 100 % Neigung", "Decay downhill per 100 % of slope"),
    "slope.fastest": _Label(
        "Bergab höchstens das … der Ebene", "Downhill at most times the level speed", "×"
    ),
    "delays.kerb_s": _Label("Zeit je Bord", "Time per kerb", "s"),
    "delays.kerb_s_per_cm": _Label("Zeit je cm Bord", "Time per cm of kerb", "s"),
    "delays.kerb_without_tactile_s": _Label(
        "Zeit je Bord ohne Bodenindikatoren", "Time per kerb without tactile paving", "s"
    ),
    "delays.step_up_s": _Label("Zeit je Stufe aufwärts", "Time per step up", "s"),
    "delays.step_down_s": _Label("Zeit je Stufe abwärts", "Time per step down", "s"),
    "delays.crossing_unmarked_s": _Label(
        "Zeit je Querung ohne Markierung", "Time per unmarked crossing", "s"
    ),
    "delays.crossing_marked_s": _Label("Zeit je Querung mit Markierung", "Time per marked crossing", "s"),
    "delays.crossing_signals_s": _Label("Zeit je Querung mit Ampel", "Time per crossing with signals", "s"),
    "delays.crossing_informal_s": _Label(
        "Zeit je Querung ohne Übergang", "Time per crossing where none is mapped", "s"
    ),
    "delays.crossing_unknown_s": _Label(
        "Zeit je Querung unbekannter Art", "Time per crossing of unknown kind", "s"
    ),
    "delays.signal_without_sound_s": _Label("Zuschlag: Ampel ohne Ton", "On top: signal without sound", "s"),
    "delays.gate_s": _Label(
        "Zeit je Tor, Schranke, Drehkreuz, Kette", "Time per gate, lift gate, turnstile, chain", "s"
    ),
    "delays.narrow_s": _Label(
        "Zeit je Poller, Umlaufsperre, Block", "Time per bollard, cycle barrier, block", "s"
    ),
    "delays.door_s": _Label("Zeit je Tür", "Time per door", "s"),
    "delays.lift_s": _Label("Zeit je Aufzugfahrt", "Time per lift ride", "s"),
    "delays.conveyor_m_s": _Label(
        "Tempo von Rolltreppe und Fahrsteig", "Speed of escalator and moving walkway", "m/s"
    ),
}
_LABELS |= {
    f"surface.{letter}": _Label(f"Tempo auf Belag {letter}: {de}", f"Speed on surface {letter}: {en}", "×")
    for letter, de, en in (
        ("A", "glatt", "smooth"),
        ("B", "mit Fugen", "jointed"),
        ("C", "Steinpflaster", "sett"),
        ("D", "grobes Pflaster", "rough cobble"),
        ("E", "lose", "loose"),
        ("F", "weich", "soft"),
    )
}
_LABELS |= {
    f"smoothness.{grade}": _Label(f"Tempo bei Ebenheit {grade}", f"Speed at smoothness {grade}", "×")
    for grade in SMOOTHNESS
}
_LABELS = {f"passages.{kind.name}": _Label(row.de, row.en) for kind, row in BARRIERS.items()} | _LABELS

_WORDS = {
    "de": {
        "no limit": "unbegrenzt",
        "True": "ja",
        "False": "nein",
        "free": "frei",
        "width": "wenn breit genug",
        "unclear": "unklar",
        "tagged": "nur mit wheelchair=yes",
        "closed": "nie",
        "ignored": "nicht nötig",
        "for_sure": "für „sicher“ nötig",
        "needed": "immer nötig",
        "no": "keine",
        "wheelchair": "nur Rollstuhlrampe",
        "stroller": "Rollstuhl- oder Kinderwagenrampe",
        "never": "nie",
        "any": "jede",
        "V": "öffentliche Quelle gelesen",
        "X": "aus einer Quelle berechnet",
        "M": "ungeprüft",
        "A": "Annahme",
    },
    "en": {
        "True": "yes",
        "False": "no",
        "width": "where wide enough",
        "tagged": "only with wheelchair=yes",
        "closed": "never",
        "ignored": "not needed",
        "for_sure": "needed for “sure”",
        "needed": "always needed",
        "no": "none",
        "wheelchair": "wheelchair ramp only",
        "stroller": "wheelchair or stroller ramp",
        "V": "public source read",
        "X": "reckoned from a source",
        "M": "unverified",
        "A": "assumption",
    },
}


def figures(profile: Profile, lang: Language = "de") -> list[FigureRow]:
    """List every figure of a profile with its source, in the file's order.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> rows = figures(load_profile("wheelchair"), "en")
    >>> rows[0].figure, rows[0].value
    ('Kerb at most', '3 cm')
    """
    words = _WORDS[lang]
    rows = []
    for section, figures_of in profile.model_dump(include=_SECTIONS).items():
        for name, value in figures_of.items():
            path = f"{section}.{name}"
            label, source = _LABELS[path], profile.sources[path]
            mark = words[source.mark]
            rows.append(
                FigureRow(getattr(label, lang), _value(path, value, lang), f"[{mark}] {source.text(lang)}")
            )
    return rows


_SECTIONS = {"limits", "passages", "speeds", "slope", "surface", "smoothness", "delays"}


def _value(path: str, value: object, lang: Language) -> str:
    words = _WORDS[lang]
    if value is None:
        return words.get("no limit", "no limit")
    if path == "limits.surface_class" and isinstance(value, int):
        return SURFACES[value - 1]
    if path == "limits.smoothness_grade" and isinstance(value, int):
        return SMOOTHNESS[value - 1]
    if isinstance(value, (bool, str)):
        return words.get(str(value), str(value))
    number = f"{value:g}"
    unit = _LABELS[path].unit
    return f"{number.replace('.', ',') if lang == 'de' else number} {unit}".strip()
