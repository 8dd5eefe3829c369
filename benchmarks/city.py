"""Building and scanning a city against OSMnx on the same extract, in one run.

python benchmarks/city.py [EXTRACT …]   (default: Neubrandenburg beside the checkout)
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from processes import medians, python, run

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "osm"

_OSMNX = """
import bz2, osmnx as ox, sys, tempfile, pathlib, warnings
warnings.simplefilter("ignore")
source = pathlib.Path({source!r})
if source.suffix == ".bz2":
    xml = bz2.decompress(source.read_bytes())
else:
    import osmium
    target = pathlib.Path(tempfile.mkdtemp()) / "x.osm"
    with osmium.SimpleWriter(str(target)) as writer:
        for item in osmium.FileProcessor(str(source)):
            writer.add(item)
    xml = target.read_bytes()
path = pathlib.Path(tempfile.mkdtemp()) / "extract.osm"
path.write_bytes(xml)
graph = ox.simplify_graph(ox.graph_from_xml(path, simplify=False, retain_all=True))
tags = {{"building": True, "amenity": True, "shop": True, "addr:housenumber": True}}
features = ox.features_from_xml(path, tags=tags)
"""


def main(sources: list[Path]) -> None:
    """Print the table."""
    print("| extract | step | wall s | cpu s | peak MB | wall ÷ OSMnx | memory ÷ OSMnx |")
    print("|---|---|---|---|---|---|---|")
    for source in sources:
        folder = Path(tempfile.mkdtemp())
        city = folder / "city"
        command = [sys.executable, "-m", "wegeketten"]
        run(python("import osmnx, osmium"))  # bytecode for all sides
        run([*command, "build", str(source), "-o", str(city)])  # compile once, fill the caches
        run([*command, "scan", str(city), "-o", str(folder / "scan")])
        found = medians(
            {
                "OSMnx graph + features": python(_OSMNX.format(source=str(source))),
                "build": [*command, "build", str(source), "-o", str(city)],
                "build, centre lines": [
                    *command, "build", str(source), "-o", str(folder / "centre"), "--pavements", "centre",
                ],
                "scan, 7 × 16 × 3": [*command, "scan", str(city), "-o", str(folder / "scan")],
                "--help": [*command, "--help"],
            }
        )  # fmt: skip
        peer = found["OSMnx graph + features"]
        for name, one in found.items():
            faster, leaner = peer.wall_s / one.wall_s, peer.peak_mb / one.peak_mb
            print(
                f"| {source.stem.split('.')[0]} | {name} | {one.wall_s:.2f} | {one.cpu_s:.2f} "
                f"| {one.peak_mb:.0f} | 1/{faster:.1f} | 1/{leaner:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]] or [_DATA / "neubrandenburg_2016-02.osm.bz2"])
