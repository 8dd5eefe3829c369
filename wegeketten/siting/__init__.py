"""Facility location on matrices: where p sites serve people best, with a proven bound.

Knows demands, sites and costs, and nothing of streets.
"""

from wegeketten.siting.center import p_center
from wegeketten.siting.covering import max_cover, set_cover
from wegeketten.siting.median import p_median
from wegeketten.siting.solution import Siting

__all__ = ["Siting", "max_cover", "p_center", "p_median", "set_cover"]
