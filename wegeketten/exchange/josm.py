"""Links that open the places of a survey list in JOSM, as a page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from wegeketten.exchange.survey_list import TYPES, Task, read_tasks
from wegeketten.files.json import write_text
from wegeketten.files.policy import policy_of
from wegeketten.model.licence import ATTRIBUTION
from wegeketten.words.catalogue import load_words, text

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City

REMOTE = "http://127.0.0.1:8111"
"""Where JOSM listens once its remote control is switched on."""

_AROUND_DEG = 0.0006  # about 60 m: what is needed to see the place
_STYLE = (
    "body{font:12pt/1.4 sans-serif;margin:1.5rem;max-width:60rem}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #555;padding:.3rem .5rem;text-align:left;vertical-align:top}"
    "a{display:inline-block;padding:.2rem 0}"
)


def josm_link(task: Task) -> str:
    """Address that has JOSM load the surroundings of a place and select its element.

    Parameters
    ----------
    task
        A place of a survey.

    Returns
    -------
    str
        Opens in an editor that is running.

    Examples
    --------
    >>> josm_link(Task("n", 1048, "n1048", 51.05, 13.74, "", 3.0, 1, ()))
    'http://127.0.0.1:8111/load_and_zoom?left=13.7394&right=13.7406&bottom=51.0494&top=51.0506&select=node1048'
    """
    box = {
        "left": task.lon - _AROUND_DEG,
        "right": task.lon + _AROUND_DEG,
        "bottom": task.lat - _AROUND_DEG,
        "top": task.lat + _AROUND_DEG,
    }
    asked = {name: f"{value:.7f}".rstrip("0") for name, value in box.items()}
    return f"{REMOTE}/load_and_zoom?{urlencode({**asked, 'select': f'{TYPES[task.type]}{task.id}'})}"


def osm_link(task: Task) -> str:
    """Address of the element's page.

    Parameters
    ----------
    task
        A place of a survey.

    Returns
    -------
    str
        On openstreetmap.org.

    Examples
    --------
    >>> osm_link(Task("w", 7, "w7:1", 51.05, 13.74, "", 3.0, 1, ()))
    'https://www.openstreetmap.org/way/7'
    """
    return f"https://www.openstreetmap.org/{task.element}"


def write_josm_page(survey: Path, out: Path, *, lang: str, city: City | None = None) -> dict[str, int]:
    """Write a page with a row per place: what to find out, which app asks it, and links.

    Parameters
    ----------
    survey
        Folder or table of a survey.
    out
        The page.
    lang
        Of its words.
    city
        See `wegeketten.exchange.survey_list.read_tasks`.

    Returns
    -------
    dict
        Number of tasks.
    """
    tasks = read_tasks(survey, city)
    words = load_words(lang)["mappers"]
    title = escape(words["title"])
    rows = "".join(_row(number, task, lang) for number, task in enumerate(tasks, start=1))
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in words["columns"])
    page = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{policy_of(f"<style>{_STYLE}</style>")}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
        f"<p>{escape(text('mappers.intro', lang, count=len(tasks)))}</p><p>{escape(words['remote'])}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        f"<p>{escape(ATTRIBUTION)}</p></main></body></html>\n"
    )
    write_text(out, page)
    return {"tasks": len(tasks)}


def _row(number: int, task: Task, lang: str) -> str:
    links = (
        f'<a href="{escape(josm_link(task))}" rel="noreferrer" target="_blank">JOSM</a><br>'
        f'<a href="{escape(osm_link(task))}" rel="noreferrer" target="_blank">{escape(task.element)}</a>'
    )
    cells = (
        str(number), escape(task.title(lang)), escape(task.question(lang)),
        escape(task.apps(lang)), links,
    )  # fmt: skip
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
