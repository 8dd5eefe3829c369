"""Islands: parts of the network a profile cannot get out of, or into. They are findings, not faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.joins.endpoints import join_homes
from wegeketten.model.edges import ways_across
from wegeketten.routing import INF, Graph, strong_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile


class Island(NamedTuple):
    """A part of the network cut off for a profile in an answer.

    Attributes
    ----------
    answer
        In which answer it is cut off.
    homes, weight
        Number of homes on it and the sum of their weights (homes or people).
    length_m
        Metres of ways on it.
    lon, lat
        A home on it, WGS 84 degrees.
    home_id
        Id of that home.
    """

    answer: str
    homes: int
    weight: float
    length_m: float
    lon: float
    lat: float
    home_id: str


def find_islands(city: City, profile: Profile, answer: Answer = "likely") -> list[Island]:
    """Islands with homes on them, the most people first.

    Two nodes belong together when each can be reached from the other on arcs open in `answer`. The part with
    the most metres of ways is the mainland.

    Parameters
    ----------
    city
        A built city.
    profile
        For whom.
    answer
        Usually *likely*: in *sure* almost everything is an island, because most kerbs are unsurveyed.

    Returns
    -------
    list of Island
        The mainland is not among them.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> find_islands(hamlet(), load_profile("walker"))
    []
    """
    label = components(city, getattr(city.weights(profile), answer))
    homes = join_homes(city, profile)
    lengths = np.where(ways_across(city.edges.columns), 0.0, city.edges["length_m"].astype(np.float64))
    u = city.edges["u"]
    inside = label[u] == label[city.edges["v"]]
    metres = np.bincount(label[u[inside]], weights=lengths[inside], minlength=label.max() + 1)
    mainland = int(metres.argmax())
    home_label = label[u[homes.edge]]
    closed = _closed(city, profile, answer)[homes.edge] | (home_label != label[city.edges["v"][homes.edge]])
    # a home whose own edge is closed in this answer stands on an island of its own edge
    weight = city.homes["weight"][homes.owner]
    rows = []
    for island in np.unique(home_label[~closed & (home_label != mainland)]).tolist():
        members = np.flatnonzero(~closed & (home_label == island))
        first = int(homes.owner[members].min())
        rows.append(
            Island(
                answer,
                len(members),
                float(weight[members].sum()),
                float(metres[island]),
                float(city.homes["lon"][first]),
                float(city.homes["lat"][first]),
                str(city.homes["home_id"][first]),
            )
        )
    return sorted(rows, key=lambda row: (-row.weight, -row.homes, row.home_id))


def components(city: City, weights: NDArray[np.int32]) -> NDArray[np.int32]:
    """Label of the strongly connected part each node belongs to.

    Parameters
    ----------
    city
        The city, as built.
    weights
        int32[2E], units of 0.1 s, `INF` closed.

    Returns
    -------
    ndarray
        int32, shape (nodes,).
    """
    u, v = city.edges["u"], city.edges["v"]
    ends = np.stack([u, v], axis=1)
    tails, heads = ends.ravel(), ends[:, ::-1].ravel()
    return strong_parts(Graph.from_arcs(len(city.nodes["x"]), tails, heads, weights))


def _closed(city: City, profile: Profile, answer: Answer) -> NDArray[np.bool_]:
    weights = getattr(city.weights(profile), answer)
    closed: NDArray[np.bool_] = (weights[0::2] == INF) & (weights[1::2] == INF)
    return closed
