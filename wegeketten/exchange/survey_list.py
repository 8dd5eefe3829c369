"""A survey list as mappers need it: one task per element of OpenStreetMap, and which app asks for it."""

from __future__ import annotations

import math
import re
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from wegeketten.errors import InputDataError
from wegeketten.files.csv import clean_text
from wegeketten.files.numerals import parse_number
from wegeketten.files.resources import shipped
from wegeketten.files.tables import read_table
from wegeketten.model.edges import Kind
from wegeketten.words.catalogue import load_words, text
from wegeketten.words.names import barrier_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wegeketten.city import City

TYPES = {"n": "node", "w": "way", "r": "relation"}
TABLE = "survey.csv"
_NEEDED = ("barrier_id", "kind", "lat", "lon", "attribute")
_element = re.compile(r"([nwr])([1-9]\d{0,18})(?::\d{1,9})?").fullmatch


class Question(NamedTuple):
    """What is asked of one element.

    Attributes
    ----------
    attribute
        As in the edge table.
    kind
        Of the edge.
    app
        Which app asks it, or the editor it is entered with.
    asks
        Whether the app asks by itself.
    """

    attribute: str
    kind: str
    app: str
    asks: bool


class Task(NamedTuple):
    """All that is asked at one barrier or way.

    Attributes
    ----------
    type, id
        Of the element: ``n``, ``w`` or ``r``, and its number.
    barrier_id
        As in the list.
    lat, lon
        Degrees.
    where
        Street or nearest address.
    people
        Whom it keeps in doubt, the most of its questions.
    rank
        Of the first of its questions.
    questions
        In the list's order.
    """

    type: str
    id: int
    barrier_id: str
    lat: float
    lon: float
    where: str
    people: float
    rank: int
    questions: tuple[Question, ...]

    @property
    def element(self) -> str:
        """As OpenStreetMap's own pages and MapRoulette call it, such as ``node/1048``."""
        return f"{TYPES[self.type]}/{self.id}"

    def title(self, lang: str) -> str:
        """What it is, and where.

        Parameters
        ----------
        lang
            Language of the text, ``de`` or ``en``.

        Returns
        -------
        str
            One line.
        """
        name = barrier_name(self.questions[0].kind, lang)
        return f"{name}, {self.where}" if self.where else name

    def question(self, lang: str) -> str:
        """What to find out, in one sentence.

        Parameters
        ----------
        lang
            Language of the text, ``de`` or ``en``.

        Returns
        -------
        str
            Ends with a question mark.
        """
        asked = load_words(lang)["questions"]
        return "; ".join(dict.fromkeys(str(asked[each.attribute]) for each in self.questions))

    def apps(self, lang: str) -> str:
        """Which app asks it, in one sentence.

        Parameters
        ----------
        lang
            Language of the text, ``de`` or ``en``.

        Returns
        -------
        str
            "" where none does.
        """
        asked = load_words(lang)["questions"]
        said = []
        for app, asks in dict.fromkeys((each.app, each.asks) for each in self.questions):
            mine = [each.attribute for each in self.questions if (each.app, each.asks) == (app, asks)]
            names = ", ".join(dict.fromkeys(str(asked[name]) for name in mine))
            key = "mappers.asks" if asks else "mappers.by_hand"
            said.append(text(key, lang, app=app, questions=names))
        return " ".join(said)


def read_tasks(path: Path, city: City | None = None) -> list[Task]:
    """Tasks of a list that ``survey`` wrote, in its order.

    Parameters
    ----------
    path
        The folder of a survey, or its ``survey.csv``.
    city
        The city it is of, where that is at hand: it knows what kind of way each is.

    Returns
    -------
    list of Task
        One for each reading.

    Raises
    ------
    InputDataError
        There is no such list, or nothing in it names an element of OpenStreetMap.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.planning.survey import find_survey
    >>> survey = find_survey(hamlet(), [load_profile("wheelchair")], services=["pharmacy"])
    >>> with TemporaryDirectory() as folder:
    ...     survey.write(Path(folder) / "walks")
    ...     tasks = read_tasks(Path(folder) / "walks" / "survey.csv")
    >>> tasks[0].question("en")
    'steepest slope; surface; narrowest place'
    """
    file = path / TABLE if path.is_dir() else path
    if not file.is_file():
        raise InputDataError(f"{path}: no survey list here (no {TABLE}); make one with: wegeketten survey")
    columns = read_table(file).texts()
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        raise InputDataError(
            f"{file}: column missing: {', '.join(missing)}; a survey list comes from: wegeketten survey"
        )
    kinds = {} if city is None else _kinds(city)
    rows: dict[str, list[dict[str, str]]] = {}
    for row in range(len(columns["barrier_id"])):
        cells = {name: column[row].strip() for name, column in columns.items()}
        cells["way"] = kinds.get(cells["barrier_id"], cells["kind"])
        rows.setdefault(cells["barrier_id"], []).append(cells)
    tasks = [task for name, group in rows.items() if (task := _task(name, group)) is not None]
    if not tasks:
        raise InputDataError(f"{file}: no row names an element of OpenStreetMap")
    return tasks


def _task(name: str, rows: Sequence[dict[str, str]]) -> Task | None:
    found = _element(name)
    lat, lon = (parse_number(rows[0][key]) for key in ("lat", "lon"))
    known = load_words("en")["questions"]
    rows = [row for row in rows if row["attribute"] in known]
    if found is None or not rows or not (abs(lat) <= 90 and abs(lon) <= 180):
        return None
    questions = tuple(
        Question(row["attribute"], row["kind"], *app_for(row["attribute"], row["way"], found[1]))
        for row in rows
    )
    ranks, people = ([parse_number(row.get(key, "")) for row in rows] for key in ("rank", "people_between"))
    where = rows[0].get("near", "") or rows[0].get("street", "")
    return Task(
        found[1], int(found[2]), name, lat, lon, clean_text(where),
        max((each for each in people if math.isfinite(each)), default=0.0),
        int(min((each for each in ranks if math.isfinite(each)), default=0)),
        questions,
    )  # fmt: skip


def _kinds(city: City) -> dict[str, str]:
    """Kinds of a city's edges by id."""
    names = {int(kind): kind.name for kind in Kind}
    return dict(zip(city.edges.ids(), (names[kind] for kind in city.edges["kind"].tolist()), strict=True))


@cache
def _apps() -> dict[str, Any]:
    return tomllib.loads(shipped("exchange", "apps.toml").read_text(encoding="utf-8"))


def app_for(attribute: str, kind: str, element: str) -> tuple[str, bool]:
    """The app that asks for an attribute at a kind of edge, or the editor where none does.

    Parameters
    ----------
    attribute, kind
        As in the edge table.
    element
        ``n``, ``w`` or ``r``.

    Returns
    -------
    tuple
        Its name, and whether it asks by itself.

    Examples
    --------
    >>> app_for("kerb_cm", "kerb", "n"), app_for("incline_pct", "footway", "w")
    (('StreetComplete', True), ('Vespucci', False))
    """
    for entry in _apps()["asks"]:
        fits = attribute in entry["attributes"] and element in entry["elements"]
        if fits and kind in entry.get("kinds", (kind,)):
            return str(entry["app"]), True
    return str(_apps()["editors"].get(element, "JOSM")), False
