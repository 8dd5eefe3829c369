"""Time in a world: an edge whose surface is drawn takes what it would take were that surface mapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.chances import Worlds
from wegeketten.chances.times import Times
from wegeketten.people.profile import load_profiles
from wegeketten.people.seconds import seconds

if TYPE_CHECKING:
    from wegeketten.city import City


def test_seconds_of_drawn_surfaces_are_those_of_mapped_ones(lazy: City) -> None:
    for profile in load_profiles(["wheelchair", "pram", "senior"]):
        worlds = Worlds(lazy, [profile], 8, seed=6)
        told = lazy.weights(profile)
        times = Times(worlds.odds, profile, told.seconds)
        units = worlds.units(times, 0).reshape(8, -1, 2)
        surface, slope = (worlds.classes(name, 0) for name in ("surface_class", "incline_pct"))
        flat = np.setdiff1d(times.rows, slope.rows)  # of slopes only the class is drawn, no number
        drawn = np.intersect1d(surface.rows, flat)
        steep = np.intersect1d(surface.rows, slope.rows)
        for world in range(8):
            columns = {name: column.copy() for name, column in lazy.edges.columns.items()}
            columns["surface_class"][surface.rows] = surface.classes[:, world] + 1
            expected = seconds(columns, profile) * 10
            at = np.searchsorted(times.rows, drawn)
            assert np.abs(units[world, at] - expected[:, drawn].T).max(initial=0) <= 1.0
            # whatever slope is drawn: on level ground nobody is slower than on the slope, in either direction
            level = [rows for rows in steep if slope.classes[np.searchsorted(slope.rows, rows), world] == 0]
            at = np.searchsorted(times.rows, level)
            assert (units[world, at] >= 0.97 * expected[:, level].T - 1).all()
        assert len(surface.rows) > 5
        assert len(np.unique(surface.classes)) > 1


def test_a_steeper_class_is_slower_uphill(lazy: City) -> None:
    (profile,) = load_profiles(["wheelchair"])
    worlds = Worlds(lazy, [profile], 64, seed=8)
    times = Times(worlds.odds, profile, lazy.weights(profile).seconds)
    surface, slope = (worlds.classes(name, 0) for name in ("surface_class", "incline_pct"))
    row = int(np.setdiff1d(slope.rows, surface.rows)[0])
    at, of_row = int(np.searchsorted(slope.rows, row)), int(np.searchsorted(times.rows, row))
    climbs = set()
    for first in range(0, 64, 8):
        surface, slope = (worlds.classes(name, first) for name in ("surface_class", "incline_pct"))
        units = times.of(surface, slope)
        assert slope.rising is not None
        climbs |= {
            (int(slope.classes[at, world]), int(units[world, of_row, 0]))
            for world in range(8)
            if slope.rising[at, world]
        }
    ordered = sorted(climbs)
    assert len(ordered) > 2
    assert [quick for _, quick in ordered] == sorted(quick for _, quick in ordered)
