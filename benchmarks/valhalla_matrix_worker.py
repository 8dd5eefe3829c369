"""Runs inside an environment that has pyvalhalla: points in, processor seconds of its matrix out."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    extract, folder, points_file = (Path(word) for word in sys.argv[1:])
    import valhalla
    from valhalla import Actor
    from valhalla.config import get_config

    (folder / "tiles").mkdir(parents=True, exist_ok=True)
    config = get_config(tile_extract="", tile_dir=str(folder / "tiles"))
    config["mjolnir"]["concurrency"] = 1
    for name in ("max_matrix_location_pairs", "max_matrix_distance", "max_locations"):
        config["service_limits"]["pedestrian"][name] = 10**7
    path = folder / "valhalla.json"
    path.write_text(json.dumps(config))
    tool = Path(valhalla.__file__).with_name("bin") / "valhalla_build_tiles"
    subprocess.run([tool, "-c", path, extract], check=True, stdout=sys.stderr, stderr=sys.stderr)
    actor = Actor(str(path))
    places = [{"lon": lon, "lat": lat} for lon, lat in json.loads(points_file.read_text())]
    query = {"sources": places[:1], "targets": places[:1], "costing": "pedestrian"}
    actor.matrix(query)
    started = time.process_time()
    actor.matrix({**query, "sources": places, "targets": places})
    print(time.process_time() - started)


if __name__ == "__main__":
    main()
