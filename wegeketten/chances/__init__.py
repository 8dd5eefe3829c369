"""How unsure the unknown is: distributions that learn from what is mapped, and worlds drawn from them.

The three answers are bounds, and exact. What lies between is a chance: `data/assumptions/chances` says how
a value nobody mapped is distributed, `learn` what the city's own tags make of that, `worlds` draws the whole
network many times, and `expected` counts in how many of these worlds people reach what they need.
"""

from wegeketten.chances.expected_share import Chances, ExpectedShare
from wegeketten.chances.worlds import Worlds

__all__ = ["Chances", "ExpectedShare", "Worlds"]
