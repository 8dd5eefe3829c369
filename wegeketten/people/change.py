"""What a measure leaves behind: an edge with other readings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.model.edges import ATTRIBUTE, Crossing, Kind
from wegeketten.model.reading import Provenance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from wegeketten.people.checks import Columns


@dataclass(frozen=True)
class Change:
    """What is known of an edge after a measure.

    Attributes
    ----------
    targets
        By attribute, the interval within which the reading lies afterwards. Readings are cut to it, so a
        measure never makes worse what is better already: a kerb of 1 cm stays one under the target 0 to 3
        cm.
    kind
        What the edge is afterwards; None: what it was.
    crossing
        How the carriageway is crossed afterwards; None: as before.
    clears_wheelchair_no
        Whether the mapper's ``wheelchair=no`` or ``limited`` spoke of what the measure removes.
    readings
        By attribute, what the reading is afterwards, better or worse than before; surely so.
    """

    targets: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    kind: Kind | None = None
    crossing: Crossing | None = None
    clears_wheelchair_no: bool = False
    readings: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def joined(cls, changes: Sequence[Change]) -> Change:
        """Several measures on one edge: targets of the same attribute are intersected, the last kind counts.

        Parameters
        ----------
        changes
            At least one.

        Returns
        -------
        Change
            One change.

        Examples
        --------
        >>> level, felt = Change({"kerb_cm": (0, 1)}), Change({"kerb_cm": (0, 3), "tactile": (1, 1)})
        >>> Change.joined([level, felt]).targets
        {'kerb_cm': (0, 1), 'tactile': (1, 1)}
        """
        targets: dict[str, tuple[float, float]] = {}
        kind, crossing = None, None
        for change in changes:
            for name, (low, high) in change.targets.items():
                below, above = targets.get(name, (low, high))
                targets[name] = (max(low, below), min(high, above))
            kind = change.kind if change.kind is not None else kind
            crossing = change.crossing if change.crossing is not None else crossing
        return cls(targets, kind, crossing, any(change.clears_wheelchair_no for change in changes))

    def applied(self, columns: Columns) -> dict[str, NDArray[np.generic]]:
        """Columns after the measure; those given stay as they are.

        Parameters
        ----------
        columns
            Columns of some edges.

        Returns
        -------
        dict
            Only those that the measure changes, and the others as they are.

        Examples
        --------
        >>> from wegeketten.model.edges import absent_columns
        >>> kerbs = absent_columns(2)
        >>> kerbs["kerb_cm"] = kerbs["kerb_cm_upper"] = np.array([12, 1], np.float32)
        >>> after = Change({"kerb_cm": (0.0, 3.0)}).applied(kerbs)
        >>> after["kerb_cm"].tolist(), after["kerb_cm_upper"].tolist()
        ([3.0, 1.0], [3.0, 1.0])
        """
        after = dict(columns)
        for name, (low, high) in self.targets.items():
            for suffix in ("", "_lower", "_upper"):
                after[name + suffix] = np.clip(columns[name + suffix], np.float32(low), np.float32(high))
            after[f"{name}_from"] = np.full_like(columns[f"{name}_from"], Provenance.surveyed)
        for name, value in self.readings.items():
            for suffix in ("", "_lower", "_upper"):
                after[name + suffix] = np.full_like(columns[name + suffix], value)
            after[f"{name}_from"] = np.full_like(columns[f"{name}_from"], Provenance.surveyed)
        if self.kind is not None:
            after["kind"] = np.full_like(columns["kind"], self.kind)
        if self.crossing is not None:
            after["crossing"] = np.full_like(columns["crossing"], self.crossing)
        if self.clears_wheelchair_no:
            worse = ~(columns["wheelchair"] >= 1)
            for suffix in ("", "_lower", "_upper"):
                column = columns["wheelchair" + suffix]
                after["wheelchair" + suffix] = np.where(
                    worse, np.float32(ATTRIBUTE["wheelchair"].absent), column
                )
            after["wheelchair_from"] = np.where(worse, np.uint8(Provenance.none), columns["wheelchair_from"])
        return after
