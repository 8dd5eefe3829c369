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
    """Write a survey list line by line as MapRoulette reads challenges.

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
    tasks = read_tasks(survey, city)
    with whole_file(out) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        for task in tasks:
            text = json.dumps(task_document(task, lang), ensure_ascii=False, separators=(",", ":"))
            file.write(f"{SEPARATOR}{text}\n")
    return {"tasks": len(tasks)}


def task_document(task: Task, lang: str) -> dict[str, Any]:
    """A task as a feature collection; the challenge's instructions name its properties: ``{{question}}``."""
    feature = {
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
    return {"type": "FeatureCollection", "features": [feature]}
