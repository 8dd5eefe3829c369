"""A survey list as a challenge of MapRoulette: one task per line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from wegeketten.exchange.josm import josm_link, osm_link
from wegeketten.exchange.survey_list import Task, read_tasks
from wegeketten.files.atomic import whole_file
from wegeketten.model.licence import ATTRIBUTION

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City

SEPARATOR = "\x1e"
"""Each line begins with it (RFC 7464)."""


def write_challenge(survey: Path, out: Path, *, lang: str, city: City | None = None) -> dict[str, int]:
    """Write a survey list line by line as MapRoulette reads it: a task per element, a feature per place.

    Parameters
    ----------
    survey
        Folder or table of a survey.
    out
        The file.
    lang
        Of titles, questions and hints.
    city
        See `wegeketten.exchange.survey_list.read_tasks`.

    Returns
    -------
    dict
        Number of tasks.
    """
    tasks: dict[str, list[Task]] = {}
    for task in read_tasks(survey, city):
        tasks.setdefault(task.element, []).append(task)
    with whole_file(out) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        for places in tasks.values():
            document = {"type": "FeatureCollection", "features": [_feature(place, lang) for place in places]}
            text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
            file.write(f"{SEPARATOR}{text}\n")
    return {"tasks": len(tasks)}


def _feature(task: Task, lang: str) -> dict[str, Any]:
    """A place; the challenge's instructions name its properties, such as ``{{question}}``."""
    return {
        "type": "Feature",
        "id": task.element,
        "geometry": {"type": "Point", "coordinates": [round(task.lon, 7), round(task.lat, 7)]},
        "properties": {
            "@id": task.element,
            "barrier_id": task.barrier_id,
            "title": task.title(lang),
            "question": task.question(lang),
            "app": task.apps(lang),
            "people": round(task.people, 1),
            "rank": task.rank,
            "osm": osm_link(task),
            "josm": josm_link(task),
            "source": ATTRIBUTION,
        },
    }
