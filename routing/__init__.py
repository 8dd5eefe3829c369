"""Shortest paths on integer weights: searches, a customizable hierarchy, sequences, effects of change.

Knows nodes, arcs and integer times, and nothing of streets. Import it as `wegeketten.routing`.
"""

from .bounded import count_within
from .changes import Changes, Gains, Improvements, Spots
from .compiled import inlined, lazy_kernel, when_compiling
from .components import strong_parts
from .connections import Arrivals, Connections, Footpaths, scan_forward
from .effects import gains, improvements
from .graph import INF, UNIT_S, Graph
from .heap import longer, longer_long
from .heap import pop as heap_pop
from .heap import push as heap_push
from .hierarchy import Hierarchy
from .metric import Metric
from .neighbourhoods import each_within
from .profiles import Profiles, scan_profiles, spread_to_doors
from .search import nearest, path, within
from .sequences import Stops, Tours, in_best_order, in_order
from .workers import share, thread_count

__all__ = [
    "INF",
    "UNIT_S",
    "Arrivals",
    "Changes",
    "Connections",
    "Footpaths",
    "Gains",
    "Graph",
    "Hierarchy",
    "Improvements",
    "Metric",
    "Profiles",
    "Spots",
    "Stops",
    "Tours",
    "count_within",
    "each_within",
    "gains",
    "heap_pop",
    "heap_push",
    "improvements",
    "in_best_order",
    "in_order",
    "inlined",
    "lazy_kernel",
    "longer",
    "longer_long",
    "nearest",
    "path",
    "scan_forward",
    "scan_profiles",
    "share",
    "spread_to_doors",
    "strong_parts",
    "thread_count",
    "when_compiling",
    "within",
]
