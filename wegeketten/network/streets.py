"""The streets of a network: their pieces, the two sides of each, and what one walks there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wegeketten.model.edges import Kind
from wegeketten.network.access import pavement_open
from wegeketten.network.corners import offset_of
from wegeketten.network.sides import LEFT, Side
from wegeketten.network.ways import CODE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.network.split import Pieces
    from wegeketten.network.ways import Strip

_BOTH_EDGES = frozenset(
    CODE[name] for name in ("residential", "unclassified", "living_street", "service", "tertiary", "road")
)
"""Classes walked along the edge of the carriageway on the side without a pavement."""

_DUAL = frozenset(CODE[name] for name in ("tertiary", "unclassified", "road"))


@dataclass
class Streets:
    """The streets of a network by piece.

    Attributes
    ----------
    strips, pieces
        Ways and their pieces.
    sides
        Left and right of each piece of a road that has two sides.
    ghosts
        Pieces of roads closed to people on foot and without pavements: crossed, never walked.
    corner
        Node at which a side of a piece ends: by piece, whether at its start, and side.
    """

    strips: Sequence[Strip]
    pieces: Pieces
    sides: dict[int, tuple[Side, Side]] = field(default_factory=dict)
    ghosts: set[int] = field(default_factory=set)
    corner: dict[tuple[int, bool, int], int] = field(default_factory=dict)
    _walked: dict[tuple[int, int], Kind | None] = field(default_factory=dict)

    def strip(self, piece: int) -> Strip:
        """The way a piece is cut from.

        Parameters
        ----------
        piece
            Number of the piece.

        Returns
        -------
        Strip
            With tags and kind.
        """
        return self.strips[int(self.pieces.way[piece])]

    def offset_m(self, piece: int) -> float:
        """Metres from the middle of the carriageway to the pavement.

        Parameters
        ----------
        piece
            Number of the piece.

        Returns
        -------
        float
            Metres.
        """
        strip = self.strip(piece)
        return offset_of(strip.walk.highway, strip.tags)

    def walked(self, piece: int, side: int) -> Kind | None:
        """What one walks on that side: a pavement, the edge of the carriageway, or nothing.

        Parameters
        ----------
        piece
            Number of the piece.
        side
            -1 left, 1 right in drawing direction.

        Returns
        -------
        Kind or None
            None where nobody walks there.
        """
        key = (piece, side)
        if key not in self._walked:
            self._walked[key] = self._find_walked(piece, side)
        return self._walked[key]

    def _find_walked(self, piece: int, side: int) -> Kind | None:
        state = self.sides[piece][0 if side == LEFT else 1]
        strip = self.strip(piece)
        if state is Side.own:
            return Kind.pavement if strip.walk.private or pavement_open(strip.tags) else None
        median = strip.tags.get("oneway") == "yes" and strip.walk.highway in _DUAL
        if state is Side.separate or not strip.walk.access or median:
            return None
        return Kind.street if strip.walk.highway in _BOTH_EDGES else None
