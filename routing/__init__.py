"""Shortest paths on integer weights: plain searches, a customizable hierarchy, sequences and effects of change.

Knows nodes, arcs and integer times, and nothing of streets. Import it as `wegeketten.routing`.
"""

from .compiled import when_compiling
from .graph import INF, UNIT_S, Graph
from .search import nearest, path, within

__all__ = ["INF", "UNIT_S", "Graph", "nearest", "path", "when_compiling", "within"]
