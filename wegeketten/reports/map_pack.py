"""From `MapData` to the compact texts a page carries: base, network, doors and one per profile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.model.distinct import distinct_rows
from wegeketten.reports.varint import Pack
from wegeketten.routing import INF

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from wegeketten.reports.data import Base, MapData, MapJoints, MapNetwork, MapWorks, ProfileLayer

MICRO = 1_000_000
"""Positions are stored in millionths of a degree (about 0.1 m)."""

_READING_STEP = 100  # readings are stored in hundredths of their unit


def bundle(data: MapData) -> dict[str, str]:
    """All columns of a map by the id of the page's element that will carry them.

    Parameters
    ----------
    data
        What to show.

    Returns
    -------
    dict
        Packed columns as base64.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reports.map_data import gather
    >>> len(bundle(gather(hamlet(), profiles=["walker"], services=["pharmacy"]))) > 3
    True
    """
    with ThreadPoolExecutor() as pool:  # deflating takes as long as packing, and needs no Python
        texts = {name: pool.submit(pack.to_base64) for name, pack in _packs(data)}
    return {name: text.result() for name, text in texts.items()}


def _packs(data: MapData) -> Iterator[tuple[str, Pack]]:
    yield "data-base", _base(data.base)
    yield "data-network", _network(data.network)
    yield "data-doors", _doors(data)
    yield "data-works", _all_works(data.works)
    for layer in data.profiles:
        yield f"data-profile-{layer.id}", _profile(layer, data)
        if layer.chance is not None:
            yield f"data-chance-{layer.id}", _chance(layer.chance)


def _micro(degrees: NDArray[np.floating[Any]]) -> NDArray[np.int64]:
    return np.rint(np.asarray(degrees, dtype=np.float64) * MICRO).astype(np.int64)


def _base(base: Base) -> Pack:
    pack = Pack()
    pack.octets("klass", base.klass)
    pack.integers("count", np.diff(base.starts))
    pack.integers("lon", _micro(base.points[:, 0]), delta=True)
    pack.integers("lat", _micro(base.points[:, 1]), delta=True)
    return pack


def _network(network: MapNetwork) -> Pack:
    pack = Pack()
    pack.integers("nodes", [len(network.lon)])
    pack.integers("u", network.u, delta=True)
    pack.integers("span", np.asarray(network.v, dtype=np.int64) - network.u)
    pack.octets("kind", network.kind)
    pack.octets("lawful", network.lawful)
    pack.integers("length_cm", length_cm(network))
    pack.octets("osm_type", np.frombuffer(network.osm_type.astype("S1").tobytes(), dtype=np.uint8))
    pack.wide("osm_id", network.osm_id)
    pack.integers("part", network.part, delta=True)
    pack.integers("name", network.name, delta=True)
    pack.texts("names", network.names)
    pack.integers("count", np.diff(network.starts))
    pack.integers("lon", _micro(network.points[:, 0]), delta=True)
    pack.integers("lat", _micro(network.points[:, 1]), delta=True)
    pack.integers("short_slopes", network.short_slopes, delta=True)
    for attribute, columns in network.readings.items():
        _readings(pack, attribute, columns)
    return pack


def _readings(pack: Pack, attribute: str, columns: Sequence[NDArray[Any]]) -> None:
    """Readings repeat: each distinct one is stored once, edges carry its number (0: does not apply)."""
    value, lower, upper, provenance = columns
    stack = np.stack(
        [
            np.rint(np.asarray(part, dtype=np.float64) * _READING_STEP).astype(np.int64)
            for part in (value, lower, upper)
        ]
        + [np.asarray(provenance, dtype=np.int64)],
        axis=1,
    )
    stack[stack[:, 3] == 0] = 0
    first, code = distinct_rows(stack.T)
    distinct = stack[first]
    if not len(distinct) or distinct[0].any():
        distinct = np.concatenate([np.zeros((1, 4), dtype=np.int64), distinct])
        code = code + 1
    pack.integers(f"{attribute}:code", code)
    pack.integers(f"{attribute}:rows", distinct.ravel())


def length_cm(network: MapNetwork) -> NDArray[np.int64]:
    """Lengths of the edges in whole centimetres.

    Parameters
    ----------
    network
        Nodes and edges of the map.

    Returns
    -------
    ndarray
        Shape (edges,).
    """
    return np.rint(np.asarray(network.length_m, dtype=np.float64) * 100).astype(np.int64)


def _doors(data: MapData) -> Pack:
    pack = Pack()
    homes, places = data.homes, data.places
    pack.integers("home_lon", _micro(homes.lon), delta=True)
    pack.integers("home_lat", _micro(homes.lat), delta=True)
    streets, street = np.unique(np.array([*homes.street, ""], dtype=np.str_), return_inverse=True)
    pack.texts("streets", streets.tolist())
    pack.integers("home_street", street[:-1])
    pack.texts("home_number", homes.housenumber)
    pack.integers("home_district", homes.district, delta=True)
    pack.floats("home_weight", homes.weight)
    pack.integers("home_merged", [] if homes.merged is None else homes.merged)
    pack.integers("place_lon", _micro(places.lon), delta=True)
    pack.integers("place_lat", _micro(places.lat), delta=True)
    pack.texts("place_id", places.place_id)
    pack.texts("place_name", places.name)
    pack.octets("place_service", places.service)
    wheelchair = np.asarray(places.wheelchair, dtype=np.float64)
    pack.octets("place_wheelchair", np.where(np.isnan(wheelchair), 3, np.nan_to_num(wheelchair) * 2))
    pack.texts("place_hours", places.opening_hours)
    _joints(pack, "home", data.home_joints)
    _joints(pack, "place", data.place_joints)
    return pack


def _joints(pack: Pack, whose: str, joints: MapJoints) -> None:
    pack.integers(f"{whose}_joint_owner", joints.owner, delta=True)
    pack.integers(f"{whose}_joint_edge", joints.edge, delta=True)
    pack.floats(f"{whose}_joint_along", joints.along)
    pack.floats(f"{whose}_joint_off_m", joints.off_m)


def _all_works(works: MapWorks) -> Pack:
    pack = Pack()
    pack.integers("edges", works.edges, delta=True)
    pack.integers("places", works.places, delta=True)
    for name in ("low_eur", "typical_eur", "high_eur", "name"):
        pack.integers(name, getattr(works, name))
    pack.texts("names", works.names)
    pack.octets("kind", works.kind)
    for attribute, columns in works.readings.items():
        _readings(pack, attribute, columns)
    return pack


def _chance(chance: NDArray[Any]) -> Pack:
    pack = Pack()
    pack.octets("chance", np.asarray(chance).ravel())
    return pack


def _profile(layer: ProfileLayer, data: MapData) -> Pack:
    """Times as what is left after a guess from the length: mostly zeros, which deflate to nothing."""
    pack = Pack()
    pace = round(1000 / layer.speed_mps)
    pack.integers("pace", [pace])
    guess = (length_cm(data.network) * pace + 5000) // 10000
    units = np.asarray(layer.units, dtype=np.int64).reshape(-1, 2)
    pack.integers("ahead", units[:, 0] - guess)
    pack.integers("back", units[:, 1] - units[:, 0])
    outcome = np.asarray(layer.outcome, dtype=np.int64).reshape(-1, 2)
    pack.integers("outcome", outcome[:, 0])
    pack.integers("outcome_back", outcome[:, 1] - outcome[:, 0])
    pack.octets("outcomes", np.asarray(layer.outcomes).ravel())
    pack.octets("home_joints", layer.home_joints)
    pack.octets("place_joints", layer.place_joints)
    pack.octets("place_level", layer.place_level)
    _works(pack, layer)
    _switched(pack, layer, data.works)
    return pack


def _works(pack: Pack, layer: ProfileLayer) -> None:
    """The edges that works would open: their price, and what their times change to.

    A time is stored as what it adds to the time in `ProfileLayer.units`; bit 0 and 1 of ``works_open`` state
    whether the arcs 2e and 2e + 1 have one at all.
    """
    edges = np.flatnonzero(np.asarray(layer.prices) > 0)
    units = np.asarray(layer.units, dtype=np.int64).reshape(-1, 2)[edges]
    mended = np.asarray(layer.mended, dtype=np.int64).reshape(-1, 2)[edges]
    opened = mended < INF
    added = np.where(opened, mended - units, 0)
    pack.integers("works", edges, delta=True)
    for name, prices in (
        ("price", layer.prices),
        ("low", layer.price_low),
        ("high", layer.price_high),
    ):
        pack.integers(f"works_{name}", np.asarray(prices)[edges])
    pack.octets("works_open", opened[:, 0] + 2 * opened[:, 1])
    pack.integers("works_ahead", added[:, 0])
    pack.integers("works_back", added[:, 1])


def _switched(pack: Pack, layer: ProfileLayer, works: MapWorks) -> None:
    """What switching works on does: times as in `_works`, two bits for each column of `works_parts`."""
    edges = np.asarray(works.edges, dtype=np.int64)
    today = np.asarray(layer.units, dtype=np.int64).reshape(-1, 2)[edges]
    added = np.asarray(layer.works_units, dtype=np.int64).reshape(-1, 2) - today
    parts = np.asarray(layer.works_parts, dtype=np.int64) @ (4 ** np.arange(4))
    for row, way in enumerate(("ahead", "back")):
        pack.integers(f"switched_{way}", added[:, row])
        pack.octets(f"switched_parts_{way}", parts[row::2])
    pack.octets("switched_places", layer.works_places)
