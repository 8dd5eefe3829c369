"""Edge tables for tests: plain pavements that a test spoils one by one, and random ones."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from wegeketten.model.edges import ATTRIBUTES, HIGHWAYS, PLAIN, Crossing, EdgeTable, Kind, absent_columns
from wegeketten.model.reading import Provenance


def pavements(count: int = 1, **columns: object) -> EdgeTable:
    """`count` level pavements of 100 m, with columns replaced."""
    table = {name: np.zeros(count, dtype) for name, dtype in PLAIN.items()} | absent_columns(count)
    table["kind"][:] = Kind.pavement
    table["length_m"][:] = 100
    table["forward"][:] = table["backward"][:] = True
    table["rise_m"][:] = table["fall_m"][:] = np.nan
    table["osm_type"][:] = b"w"
    table["osm_id"][:] = 1000 + np.arange(count)
    table["part"][:] = table["name"][:] = -1
    for name, value in columns.items():
        table[name][:] = value
    return EdgeTable(table, [], np.zeros(count + 1, np.int64), np.zeros((0, 2)))


def reading(
    name: str,
    value: float,
    lower: float | None = None,
    upper: float | None = None,
    provenance: Provenance = Provenance.tagged,
) -> dict[str, object]:
    """The four columns of one attribute."""
    return {
        name: value,
        f"{name}_lower": value if lower is None else lower,
        f"{name}_upper": value if upper is None else upper,
        f"{name}_from": provenance,
    }


@st.composite
def tables(draw: st.DrawFn, max_edges: int = 12) -> EdgeTable:
    """Random edges with every kind, class and provenance and nested bounds; point values may be missing."""
    seed = draw(st.integers(0, 2**32 - 1))
    count = draw(st.integers(1, max_edges))
    return random_table(np.random.default_rng(seed), count)


def random_table(random: np.random.Generator, count: int) -> EdgeTable:
    """Random edges of every kind."""
    edges = pavements(count)
    columns = edges.columns
    columns["kind"][:] = random.choice([int(kind) for kind in Kind], count)
    columns["road"][:] = random.integers(0, len(HIGHWAYS), count)
    columns["crossing"][:] = random.choice([int(crossing) for crossing in Crossing], count)
    columns["length_m"][:] = random.choice([0, 1, 30, 400], count)
    for name in ("forward", "backward"):
        columns[name][:] = random.random(count) < 0.9
    for name in ("rise_m", "fall_m"):
        columns[name][:] = np.where(random.random(count) < 0.3, np.nan, random.uniform(0, 8, count))
    for attribute in ATTRIBUTES:
        steps = {"yes/no": 0.5, "sides": 1, "class": 1, "grade": 1, "steps": 1}.get(attribute.unit, 0.5)
        low, high = attribute.widest
        high = min(high, low + 40 * steps)
        three = np.sort(np.rint(random.uniform(low, high, (3, count)) / steps) * steps, axis=0)
        applies = random.random(count) < 0.5
        missing = random.random(count) < 0.1
        for suffix, row in (
            ("_lower", three[0]),
            ("", np.where(missing, np.nan, three[1])),
            ("_upper", three[2]),
        ):
            columns[attribute.name + suffix][:] = np.where(applies, row, attribute.absent)
        columns[f"{attribute.name}_from"][:] = np.where(
            applies, random.integers(1, 5, count), Provenance.none
        )
    return edges
