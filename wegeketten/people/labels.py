"""A profile in words: every figure with its name, value and source, German and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from wegeketten.people.figures import SMOOTHNESS, SURFACES
from wegeketten.words.catalogue import load_words, text
from wegeketten.words.names import kind_name
from wegeketten.words.numbers import short

if TYPE_CHECKING:
    from wegeketten.people.profile import Profile
    from wegeketten.words.catalogue import Lang

_SECTIONS = {"limits", "passages", "speeds", "slope", "surface", "smoothness", "delays"}


class FigureRow(NamedTuple):
    """One line of the table of a profile."""

    figure: str
    value: str
    source: str


def figures(profile: Profile, lang: Lang = "de") -> list[FigureRow]:
    """List every figure of a profile with its source, in the file's order.

    Parameters
    ----------
    profile
        The mobility profile that is asked about.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    list of FigureRow
        Name, value and source of each.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> rows = figures(load_profile("wheelchair"), "en")
    >>> rows[0].figure, rows[0].value
    ('Kerb at most', '3 cm')
    """
    rows = []
    for section, figures_of in profile.model_dump(include=_SECTIONS).items():
        for name, value in figures_of.items():
            source = profile.sources[f"{section}.{name}"]
            label, unit = _label(section, name, lang)
            mark = text(f"figure_values.{source.mark}", lang)
            shown = _value(name, value, lang)
            if unit and isinstance(value, (int, float)):
                shown = f"{shown} {unit}"
            rows.append(FigureRow(label, shown, f"[{mark}] {source.text(lang)}"))
    return rows


def _label(section: str, name: str, lang: Lang) -> tuple[str, str]:
    """What a figure is called, and its unit."""
    words = load_words(lang)
    if section == "passages":
        title = kind_name(name, lang)
        return title[:1].upper() + title[1:], ""
    if section == "surface":
        shown = words["attributes"]["surface_class"]["values"][str(SURFACES.index(name) + 1)]
        return text("figures.surface", lang, name=shown), "×"
    if section == "smoothness":
        shown = words["attributes"]["smoothness_grade"]["values"][str(SMOOTHNESS.index(name) + 1)]
        return text("figures.smoothness", lang, name=shown), "×"
    entry: dict[str, Any] = words["figures"][section][name]
    return entry["name"], entry.get("unit", "")


def _value(name: str, value: object, lang: Lang) -> str:
    if value is None:
        return text("figure_values.no limit", lang)
    if name in ("surface_class", "smoothness_grade"):
        return str(load_words(lang)["attributes"][name]["values"][str(value)])
    if isinstance(value, (bool, str)):
        return str(load_words(lang)["figure_values"].get(str(value), value))
    return short(value, lang, 3) if isinstance(value, (int, float)) else str(value)
