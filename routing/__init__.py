"""Shortest paths on integer weights: searches, a customizable hierarchy, sequences, effects of change.

Knows nodes, arcs and integer times, and nothing of streets. Import it as `wegeketten.routing`.
"""

from .compiled import when_compiling
from .graph import INF, UNIT_S, Graph
from .search import nearest, path, within

__all__ = ["INF", "UNIT_S", "Graph", "nearest", "path", "when_compiling", "within"]
