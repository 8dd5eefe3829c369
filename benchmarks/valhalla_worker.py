"""Runs inside an environment that has pyvalhalla (Python 3.12 wheels): pairs in, distances out, as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

_BY_LENGTH = {
    "step_penalty": 0,
    "elevator_penalty": 0,
    "max_hiking_difficulty": 6,
    "exclude_ferries": True,
}
"""``shortest`` alone is not by length: Valhalla adds 30 m per flight of steps and 5 m per lift
(`TransitionCost`), and takes a ferry's seconds for metres (`EdgeCost`)."""


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
        trip = route(actor, points)
        shape = trip["legs"][0]["shape"] if trip else ""
        answers.append(
            {"metres": trip["summary"]["length"] * 1000, "shape": shape, "ways": ways(actor, shape)}
            if trip
            else {}
        )
    out.write_text(json.dumps(answers))


def route(actor: object, points: list[list[float]]) -> dict:
    """The shortest way by length between two places, empty where there is none."""
    query = {
        # else it begins at a node within 5 m, and not where it was told
        "locations": [{"lon": lon, "lat": lat, "node_snap_tolerance": 0} for lon, lat in points],
        "costing": "pedestrian",
        "costing_options": {"pedestrian": {"shortest": True, **_BY_LENGTH}},
        "directions_type": "none",
    }
    try:
        return actor.route(query)["trip"]
    except RuntimeError:
        return {}


def ways(actor: object, shape: str) -> list[int]:
    """Ids of the ways walked, empty where Valhalla cannot retrace itself."""
    query = {
        "encoded_polyline": shape,
        "costing": "pedestrian",
        "costing_options": {"pedestrian": _BY_LENGTH},
        "shape_match": "edge_walk",
        "filters": {"attributes": ["edge.way_id"], "action": "include"},
    }
    try:
        return list(dict.fromkeys(edge["way_id"] for edge in actor.trace_attributes(query)["edges"]))
    except RuntimeError:
        return []


if __name__ == "__main__":
    main()
