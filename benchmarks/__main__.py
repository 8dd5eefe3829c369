"""One command for all measurements: ``python benchmarks [NAME …]``; each prints its table.

Names: city cities routing map plan outings survey assumptions elevation pavements squares valhalla
transit matching matrix siting; ``serve`` wants a city folder and is run by itself. Peers come from the extra
``bench``; the real extracts lie beside the checkout in ../shared/data.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

NAMES = (
    "city", "cities", "routing", "map", "plan", "outings", "survey", "assumptions", "elevation", "pavements",
    "squares", "valhalla", "transit", "matching", "matrix", "siting",
)  # fmt: skip


def main(wanted: list[str]) -> int:
    """Run the named measurements, all of them where none is named; the number of those that failed."""
    unknown = [name for name in wanted if name not in NAMES]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are {', '.join(NAMES)}", file=sys.stderr)
        return 2
    folder = Path(__file__).resolve().parent
    failed = 0
    for name in wanted or NAMES:
        print(f"\n## {name}\n", flush=True)
        failed += (
            subprocess.run([sys.executable, "-P", str(folder / f"{name}.py")], check=False).returncode != 0
        )
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
