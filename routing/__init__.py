"""Shortest paths on integer weights: searches, a customizable hierarchy, sequences, effects of change.

Knows nodes, arcs and integer times, and nothing of streets. Import it as `wegeketten.routing`.
"""

from .compiled import when_compiling
from .effects import Changes, Gains, Improvements, Spots, gains, improvements
from .graph import INF, UNIT_S, Graph
from .hierarchy import Hierarchy
from .metric import Metric
from .search import nearest, path, within

__all__ = [
    "INF",
    "UNIT_S",
    "Changes",
    "Gains",
    "Graph",
    "Hierarchy",
    "Improvements",
    "Metric",
    "Spots",
    "gains",
    "improvements",
    "nearest",
    "path",
    "when_compiling",
    "within",
]
