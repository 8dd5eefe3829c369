"""A value as it is known: with bounds, a unit and where it comes from."""

from __future__ import annotations

import enum
from typing import NamedTuple


class Provenance(enum.IntEnum):
    """Where a reading comes from; the smaller the number, the more it counts.

    ``none`` marks an attribute that does not apply to the edge (a pavement has no kerb height).
    """

    none = 0
    surveyed = 1
    tagged = 2
    derived = 3
    assumed = 4


class Reading(NamedTuple):
    """One attribute of one element.

    Attributes
    ----------
    value
        Point value in `unit`, or None where only the bounds are known.
    lower, upper
        Closed bounds in `unit`; ``-inf``/``inf`` never occur: each attribute has a widest interval.
    unit
        ``cm`` (kerb), ``%`` (incline, cross slope), ``m`` (width), ``class`` (surface 1–6 = A–F),
        ``grade`` (smoothness 1–8, tracktype 1–5), ``steps``, ``sides`` (handrails 0–2), ``yes/no`` (1/0), and
        the others of ``data/tags/quantities.csv``.
    provenance
        Name of a `Provenance`.
    """

    value: float | str | None
    lower: float | str | None
    upper: float | str | None
    unit: str
    provenance: str
