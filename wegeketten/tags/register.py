"""A city's own register of kerbs and pavements: a column per attribute, in German or English, with units."""

from __future__ import annotations

import re
import statistics
from typing import TYPE_CHECKING, NamedTuple

from wegeketten.errors import InputDataError
from wegeketten.tags.keys import tidy_key
from wegeketten.tags.spelling import tidy
from wegeketten.words.umlauts import without_umlauts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_NAMES = {
    "kerb:height": (
        r"(bord|bordstein|kanten|auftritts|rest|tiefbord)_?(hoehe|kante)?(_?hoehe)?|absenk\w*_?(hoehe|kante)|"
        r"hoehe_?(bord|kante)\w*|"
        r"kerb_?(height)?|curb_?height|anschlag(_?hoehe)?"
    ),
    "width": (
        r"(gehweg|gehbahn|fussweg|weg|durchgangs|nutz|lichte|nutzbare|rest|min|mindest|gehwegs|wege|tuer)*_?breite(_?(gehweg|min))?|"
        r"width|pavement_?width|sidewalk_?width|clear_?width"
    ),
    "incline": (
        r"(laengs)_?(neigung|gefaelle|steigung)|steigung|neigung|gefaelle|slope|gradient|incline|running_?slope"
    ),
    "incline:across": r"(quer)_?(neigung|gefaelle)|cross_?slope|incline_?across",
    "surface": r"belag(s?_?art)?|oberflaeche(n?_?(art|belag))?|material|surface|deckschicht|befestigung",
    "smoothness": r"ebenheit|smoothness|zustand_?oberflaeche",
    "step_count": r"(anzahl_?)?stufen(_?(zahl|anzahl))?|(treppen_?)?stufen|steps|step_?count",
    "handrail": r"handlauf|handlaeufe|gelaender|handrail",
    "ramp:wheelchair": r"rampe(_?rollstuhl)?|rollstuhl_?rampe|ramp_?wheelchair",
    "ramp:stroller": r"(kinderwagen_?rampe|rampe_?kinderwagen|schieberampe|ramp_?stroller)",
    "tactile_paving": (
        r"boden_?indikator(en)?|leit(streifen|system)|blinden_?leit\w*|tast\w*|taktil\w*|aufmerksamkeitsfeld|"
        r"noppen\w*|rippen\w*|tactile(_?paving)?"
    ),
    "traffic_signals:sound": (
        r"akustik|akustisch\w*|ton_?signal|blinden_?signal|lsa_?akustik|sound|zusatz_?einrichtung"
    ),
    "kerb": r"absenkung|abgesenkt|bord_?absenkung|bord_?art|bordstein_?art|nullabsenkung|kerb_?type",
    "wheelchair": r"rollstuhl\w*|barrierefrei\w*|wheelchair",
}
_patterns = {key: re.compile(pattern) for key, pattern in _NAMES.items()}
_unit = re.compile(
    r"(?P<name>.*?)[ _]*(?:in[ _]+)?[\[(]?(?P<unit>mm|cm|dm|m|%|prozent|pct|proz|grad|°|‰|promille)[\])]?",
    re.IGNORECASE,
).fullmatch
_UNITS = {"prozent": "%", "pct": "%", "proz": "%", "grad": "°", "promille": "‰"}
_number = re.compile(r"[-+]?\d+(?:[.,]\d+)?").fullmatch
_LEAST_PCT = 0.35  # a town whose steepest way has less is rather written as rise over run
_HIGHEST_CM, _LEAST_MM = 40, 5
_YES = frozenset({"ja", "j", "yes", "y", "true", "wahr", "vorhanden", "1", "x"})
_NO = frozenset({"nein", "n", "no", "false", "falsch", "keine", "kein", "nicht vorhanden", "0", "ohne"})
_SURFACES = {
    "asphalt": "asphalt", "beton": "concrete", "betonpflaster": "paving_stones", "pflaster": "paving_stones",
    "betonplatten": "paving_stones", "platten": "paving_stones", "gehwegplatten": "paving_stones",
    "granitplatten": "paving_stones", "natursteinpflaster": "sett", "kleinpflaster": "sett",
    "mosaikpflaster": "sett",
    "großpflaster": "sett", "grosspflaster": "sett", "kopfsteinpflaster": "cobblestone", "kies": "gravel",
    "schotter": "gravel", "splitt": "fine_gravel", "sand": "sand", "erde": "ground", "unbefestigt": "unpaved",
    "wassergebundene decke": "compacted", "wassergebunden": "compacted", "rasen": "grass", "holz": "wood",
    "verbundpflaster": "paving_stones", "rasengitter": "grass_paver", "metall": "metal",
}  # fmt: skip


class Attribute(NamedTuple):
    """A column that states an attribute.

    Attributes
    ----------
    column
        Its name in the file.
    key
        Key of OpenStreetMap for it.
    unit
        Of bare numbers in it, "" where the key's own holds.
    """

    column: str
    key: str
    unit: str


def attributes_of(columns: Mapping[str, Sequence[str]]) -> tuple[list[Attribute], list[str]]:
    """Columns of a register that state attributes, and what had to be assumed of their units.

    Parameters
    ----------
    columns
        Cells by column name.

    Returns
    -------
    tuple
        The columns, and one sentence for each assumption.

    Raises
    ------
    InputDataError
        Slopes may be in percent or rise over run.

    Examples
    --------
    >>> found, notes = attributes_of({"Bordhöhe": ["2,5", "12"], "Foto": ["a.jpg"], "Breite [cm]": ["90"]})
    >>> [(each.key, each.unit) for each in found], notes
    ([('kerb:height', 'cm'), ('width', 'cm')], ["'Bordhöhe' states no unit: its numbers are read as cm"])
    """
    found: list[Attribute] = []
    notes = []
    for column, cells in columns.items():
        name, unit = _split_unit(column)
        key = next((key for key, pattern in _patterns.items() if pattern.fullmatch(name)), None)
        if key is None or any(each.key == key for each in found):
            continue
        numbers = [float(cell.replace(",", ".")) for cell in map(str.strip, cells) if _number(cell)]
        if not unit and key in ("kerb:height", "width") and numbers and tidy_key(column) not in _patterns:
            unit = _likely_unit(key, numbers)
            notes.append(f"{column!r} states no unit: its numbers are read as {unit}")
        if not unit and key in ("incline", "incline:across") and numbers:
            steepest = max(map(abs, numbers))
            if 0 < steepest < _LEAST_PCT:
                raise InputDataError(
                    f"column {column!r}: numbers up to {steepest:g} may be percent or rise over run; "
                    "write the unit into its name, such as 'Neigung (%)' or 'Neigung (‰)'"
                )
            unit = "%"
        found.append(Attribute(column, key, unit))
    heights = any(each.key == "kerb:height" for each in found)
    return [each for each in found if not (heights and each.key == "kerb")], notes


def value_of(attribute: Attribute, cell: str) -> str:
    """A cell as the tag's value: with its unit, German words in the words of OpenStreetMap.

    Parameters
    ----------
    attribute
        The column that the cell belongs to.
    cell
        Text of the cell.

    Returns
    -------
    str
        A value that `wegeketten.tags.read` understands.

    Examples
    --------
    >>> value_of(Attribute("Bordhöhe_cm", "kerb:height", "cm"), "2,5")
    '2,5 cm'
    >>> value_of(Attribute("Belag", "surface", ""), "Kopfsteinpflaster"), value_of(Attribute("x", "kerb",
    ... ""), "ja")
    ('cobblestone', 'lowered')
    """
    text = tidy(cell)
    if attribute.unit == "‰" and _number(text):
        return f"{float(text.replace(',', '.')) / 10:g} %"
    if attribute.unit and _number(text):
        return f"{text} {attribute.unit}"
    word = text.casefold()
    if attribute.key == "surface":
        return _SURFACES.get(word, cell.strip())
    if attribute.key == "kerb":
        return "lowered" if word in _YES else "raised" if word in _NO else cell.strip()
    if word in _YES and attribute.key != "step_count":
        return "yes"
    if word in _NO and attribute.key != "step_count":
        return "no"
    return {"beidseitig": "both", "links": "left", "rechts": "right", "teilweise": "limited"}.get(
        word, cell.strip()
    )


def with_unit(value: str, unit: str) -> str:
    """A bare number with the unit that stands in another column.

    Parameters
    ----------
    value
        Text of the cell.
    unit
        Unit of its column, "" for none.

    Returns
    -------
    str
        Value of a tag.

    Examples
    --------
    >>> with_unit("30", "mm"), with_unit("60", "Promille"), with_unit("lowered", "-"), with_unit("3 cm", "cm")
    ('30 mm', '6 %', 'lowered', '3 cm')
    """
    plain = unit.strip().casefold()
    plain = _UNITS.get(plain, plain)
    known = plain in ("mm", "cm", "dm", "m", "%", "°", "‰")
    return value_of(Attribute("", "", plain), value) if known and _number(tidy(value)) else value


def doubtful(values: Iterable[tuple[str, float]]) -> list[str]:
    """What of observed values looks like another unit: pairs of an attribute's name and its value.

    Parameters
    ----------
    values
        Attribute and observed number, over a whole file.

    Returns
    -------
    list of str
        One sentence for each attribute that looks wrong.

    Examples
    --------
    >>> doubtful([("kerb_cm", 0.03), ("kerb_cm", 120.0), ("kerb_cm", 3.0)])
    ['kerb_cm: 0.03 looks like metres, 120 like millimetres; heights of kerbs are read in cm']
    """
    heights = [value for name, value in values if name == "kerb_cm"]
    small = sorted(value for value in heights if 0 < value < 0.3)
    large = sorted(value for value in heights if value > 40)
    told = [f"{small[0]:g} looks like metres"] if small else []
    if large:
        told.append(f"{large[-1]:g} like millimetres" if told else f"{large[-1]:g} looks like millimetres")
    return [f"kerb_cm: {', '.join(told)}; heights of kerbs are read in cm"] if told else []


def _split_unit(column: str) -> tuple[str, str]:
    """Plain name and unit of a column's title."""
    low = without_umlauts(column.strip())
    found = _unit(low)
    unit = ""
    states = found is not None and bool(found["name"].strip())
    if found is not None and states and (found["unit"] != "m" or re.search(r"[_ (\[]m[\])]?$", low)):
        low, unit = found["name"], _UNITS.get(found["unit"], found["unit"])
    return re.sub(r"[^a-z0-9]+", "_", low).strip("_"), unit


def _likely_unit(key: str, numbers: list[float]) -> str:
    middle = statistics.median(map(abs, numbers))
    if key == "width":
        return "m" if middle < 20 else "cm"
    largest = max(map(abs, numbers))
    least = min((abs(number) for number in numbers if number), default=0.0)
    # no kerb has 40 cm; one such number among small ones is a slip of the pen, reported by `doubtful`
    fine = middle > _HIGHEST_CM or (largest > _HIGHEST_CM and least >= _LEAST_MM)
    return "m" if largest < 0.5 and largest > 0 else "mm" if fine else "cm"
