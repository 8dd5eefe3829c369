"""What is known of edges, in the words of OpenSidewalks and as bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wegeketten.model.edges import ATTRIBUTES
from wegeketten.model.reading import Provenance
from wegeketten.network.sidewalk_columns import shortest
from wegeketten.osm.opensidewalks import EXTENSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wegeketten.model.edges import EdgeTable

_KNOWN = (Provenance.surveyed, Provenance.tagged)
_SOURCES = {int(source): source.name for source in Provenance}


class Readings:
    """What is known of edges, in the words of the schema and as bounds.

    Parameters
    ----------
    edges
        The edge table.
    """

    def __init__(self, edges: EdgeTable) -> None:
        self._columns: dict[str, tuple[list[float], list[float], list[float], list[int]]] = {}
        for attribute in ATTRIBUTES:
            name = attribute.name
            value, lower, upper = (shortest(edges[name + end]) for end in ("", "_lower", "_upper"))
            self._columns[name] = value, lower, upper, edges[f"{name}_from"].tolist()

    def known(self, row: int, name: str, sources: Iterable[Provenance] = _KNOWN) -> float | None:
        """Value that somebody surveyed or tagged.

        Parameters
        ----------
        row
            Row of the edge.
        name
            Name of the attribute.
        sources
            Which provenances count.

        Returns
        -------
        float or None
            None where nobody did.
        """
        value, _, _, source = self._columns[name]
        return value[row] if source[row] in {int(each) for each in sources} else None

    def source(self, row: int, name: str) -> str:
        """Name of the provenance.

        Parameters
        ----------
        row
            Row of the edge.
        name
            Name of the attribute.

        Returns
        -------
        str
            Such as ``tagged``.
        """
        return _SOURCES[self._columns[name][3][row]]

    def bounds(self, row: int) -> dict[str, Any]:
        """Value, bounds and provenance of every attribute that applies.

        Parameters
        ----------
        row
            Row of the edge.

        Returns
        -------
        dict
            Members with the prefix ``ext:``.
        """
        about: dict[str, Any] = {}
        for name, (value, lower, upper, source) in self._columns.items():
            if source[row] == Provenance.none:
                continue
            if value[row] == value[row]:
                about[f"{EXTENSION}{name}"] = value[row]
            about[f"{EXTENSION}{name}_lower"], about[f"{EXTENSION}{name}_upper"] = lower[row], upper[row]
            about[f"{EXTENSION}{name}_from"] = _SOURCES[source[row]]
        return about

    def of_kerb(self, row: int) -> dict[str, Any]:
        """The words for a kerb; which kind only where it is surveyed or tagged.

        Parameters
        ----------
        row
            Row of the edge.

        Returns
        -------
        dict
            Properties of a node.
        """
        about: dict[str, Any] = {"barrier": "kerb"}
        if self.known(row, "kerb_cm") is not None:
            _, lower, upper, _ = self._columns["kerb_cm"]
            kind = kerb_word(lower[row], upper[row])
            if kind:
                about["kerb"] = kind
        return about | self._tactile(row)

    def _tactile(self, row: int) -> dict[str, Any]:
        value = self.known(row, "tactile")
        return {} if value not in (0.0, 1.0) else {"tactile_paving": "yes" if value else "no"}

    def of_way(self, row: int, *, steps: bool) -> dict[str, Any]:
        """Slope, width, surface and steps.

        Parameters
        ----------
        row
            Row of the edge.
        steps
            Whether it is a flight of steps.

        Returns
        -------
        dict
            Properties of an edge.
        """
        about: dict[str, Any] = {}
        slope = self.known(row, "incline_pct", (*_KNOWN, Provenance.derived))
        if slope is not None and slope == slope:
            about["incline"] = round(min(max(slope / 100, -1.0), 1.0), 4)
        width = self.known(row, "width_m")
        if width is not None and width == width:
            about["width"] = round(width, 2)
        surface = self.known(row, "surface_class")
        if surface is not None and surface == surface:
            about["surface"] = "paved" if surface <= _FIRM else "unpaved"
        count = self.known(row, "step_count") if steps else None
        if count is not None and count == count:
            about["step_count"] = round(count)
        return about


_FIRM = 4.0  # surface classes A to D are laid, E and F loose or soft


def kerb_word(lower: float, upper: float) -> str | None:
    """The word of the schema whose range holds a kerb's bounds; None where none does.

    Parameters
    ----------
    lower, upper
        Bounds of the kerb's height, centimetres.

    Returns
    -------
    str or None
        Value of ``kerb``.

    Examples
    --------
    >>> kerb_word(0, 1), kerb_word(1, 3), kerb_word(3.01, 20), kerb_word(3, 10), kerb_word(0, 20)
    ('flush', 'lowered', 'raised', 'rolled', None)
    """
    if upper <= 1:
        return "flush"
    if upper <= 3:  # as kerb=lowered is read
        return "lowered"
    if (lower, upper) == (3, 10):
        return "rolled"
    return "raised" if lower > 3 else None
