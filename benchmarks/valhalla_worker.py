"""Runs inside an environment that has pyvalhalla (Python 3.12 wheels): pairs in, distances out, as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

_LENGTH_ONLY = {"step_penalty": 0, "elevator_penalty": 0, "max_hiking_difficulty": 6}
"""Valhalla adds these penalties to ``shortest`` too, 30 m per flight of steps (`TransitionCost`)."""


def main() -> None:
    extract, folder, pairs_file, out = (Path(word) for word in sys.argv[1:])
    import valhalla
    from valhalla import Actor
    from valhalla.config import get_config

    (folder / "tiles").mkdir(parents=True, exist_ok=True)
    config = get_config(tile_extract="", tile_dir=str(folder / "tiles"))
    config["mjolnir"]["concurrency"] = 1
    config["mjolnir"]["include_platforms"] = True
    config["service_limits"]["pedestrian"]["max_distance"] = 1_000_000.0
    path = folder / "valhalla.json"
    path.write_text(json.dumps(config))
    if not any((folder / "tiles").iterdir()):
        tool = Path(valhalla.__file__).with_name("bin") / "valhalla_build_tiles"
        subprocess.run([tool, "-c", path, extract], check=True, stdout=sys.stderr, stderr=sys.stderr)
    actor = Actor(str(path))
    answers = []
    for points in json.loads(pairs_file.read_text()):
        found = [route(actor, points, shortest) for shortest in (True, False)]
        if not all(found):
            answers.append({})
            continue
        best = min(found, key=lambda trip: trip["summary"]["length"])
        answers.append(
            {
                "metres": best["summary"]["length"] * 1000,
                "shortest_metres": found[0]["summary"]["length"] * 1000,
                "shape": best["legs"][0]["shape"],
            }
        )
    out.write_text(json.dumps(answers))


def route(actor: object, points: list[list[float]], shortest: bool) -> dict:
    """One answer, empty where there is none; points in between are passed."""
    query = {
        "locations": [
            {"lon": lon, "lat": lat, "type": "break" if place in (0, len(points) - 1) else "via"}
            for place, (lon, lat) in enumerate(points)
        ],
        "costing": "pedestrian",
        "costing_options": {"pedestrian": {"shortest": shortest, **_LENGTH_ONLY}},
        "directions_type": "none",
    }
    try:
        return actor.route(query)["trip"]
    except RuntimeError:
        return {}


if __name__ == "__main__":
    main()
