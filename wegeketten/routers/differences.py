"""Every arc that another router opens or closes otherwise, with the one rule that explains it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.model.edges import ATTRIBUTE, RAW
from wegeketten.model.kinds import Kind
from wegeketten.model.reading import Provenance
from wegeketten.model.tabular import Tabular
from wegeketten.people.checks import LEVEL_OF, checks
from wegeketten.people.presets.seen import broken_rules, limits_of, see
from wegeketten.tags.raw import apart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.presets.seen import Seen
    from wegeketten.people.profile import Profile

    Flags = NDArray[np.bool_]

OPENS, CLOSES, TIMES = "opens", "closes", "times"
"""The router opens what we close; it closes what we open; both open it, the times differ."""

_QUANTITIES = {
    "kerb_cm": "kerb_cm",
    "incline_pct": "incline_pct",
    "width_m": "width_m",
    "smoothness_grade": "smoothness_grade",
    "surface_class": "surface_rank",
}
"""Our attributes by the quantity in which a router knows them."""

_SLACK = {"kerb_cm": 0.5, "incline_pct": 0.5, "width_m": 0.05}
"""Readings that lie closer than this are the same."""


@dataclass(frozen=True)
class Differences(Tabular):
    """Where a router decides otherwise.

    Attributes
    ----------
    city
        Of what.
    router, own, answer
        Ids of the two profiles, and in which of our answers they are compared.
    arc
        Arcs that differ; arc 2e leads along edge e, 2e + 1 back.
    what
        ``opens``, ``closes`` or ``times``.
    rule
        Name of the one rule that explains it, such as ``kerb_cm.no_limit`` or ``ors.soft_surface``.
    arcs
        How many arcs there are in all.
    seen, ours
        What the router reads of the attribute of the rule, and what we read; NaN where nothing is.
    """

    city: City = field(repr=False)
    router: str
    own: str
    answer: Answer
    arc: NDArray[np.int64] = field(repr=False)
    what: NDArray[np.object_] = field(repr=False)
    rule: NDArray[np.object_] = field(repr=False)
    arcs: int
    seen: NDArray[np.float64] = field(repr=False)
    ours: NDArray[np.float64] = field(repr=False)

    def tables(self) -> dict[str, list[dict[str, Any]] | Callable[[], list[dict[str, Any]]]]:
        """Tables ``rules`` (sums by rule) and ``edges`` (one row per arc that is open for one of the two)."""
        return {"rules": self.sums(), "edges": self.rows}

    def sums(self) -> list[dict[str, Any]]:
        """Arcs, edges and metres by rule, the longest first."""
        length = self.city.edges["length_m"].astype(np.float64)
        pairs = sorted({(str(a), str(b)) for a, b in zip(self.what, self.rule, strict=True)})
        found = []
        for what, rule in pairs:
            arcs = self.arc[(self.what == what) & (self.rule == rule)]
            edges = np.unique(arcs // 2)
            metres = round(float(length[edges].sum()), 1)
            found.append(
                {"what": what, "rule": rule, "arcs": len(arcs), "edges": len(edges), "metres": metres}
            )
        order = {OPENS: 0, CLOSES: 1, TIMES: 2}
        return sorted(found, key=lambda row: (order[row["what"]], -row["metres"], -row["edges"], row["rule"]))

    def rows(self) -> list[dict[str, Any]]:
        """One row per arc that is open for one of the two only."""
        from wegeketten.model.lines import shapes_of

        edges = self.city.edges
        some = np.flatnonzero(self.what != TIMES)
        row = self.arc[some] // 2
        degrees = np.asarray(self.city.projection.to_lonlat(edges.points))
        shapes = shapes_of([degrees[edges.bends[e] : edges.bends[e + 1]] for e in row.tolist()])
        ids, raw = edges.ids(row), edges.columns[RAW][row]
        return [
            {
                "edge_id": ids[n],
                "back": bool(self.arc[at] % 2),
                "kind": Kind(int(edges["kind"][row[n]])).name,
                "what": str(self.what[at]),
                "rule": str(self.rule[at]),
                "router_reads": _plain(self.seen[at]),
                "we_read": _plain(self.ours[at]),
                "tags": "; ".join(f"{key}={value}" for key, value in apart(raw[n]).items()),
                "metres": round(float(edges["length_m"][row[n]]), 1),
                "geometry": shapes[n],
            }
            for n, at in enumerate(some.tolist())
        ]

    def to_json(self) -> dict[str, Any]:
        """Sums by rule, and where they come from."""
        from wegeketten.city import provenance_of

        decided = int((self.what != TIMES).sum())
        return {
            "router": self.router,
            "profile": self.own,
            "answer": self.answer,
            "arcs": self.arcs,
            "arcs_decided_otherwise": decided,
            "rules": self.sums(),
            **provenance_of(self.city),
        }

    def write(self, out: Path) -> None:
        """Write ``peers.csv``, ``peers_edges.csv``, ``peers.gpkg`` and ``peers.json`` into a folder.

        Parameters
        ----------
        out
            Folder; appears whole or not at all.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> found = find_differences(hamlet(), load_profile("ors"), load_profile("wheelchair"))
        >>> with TemporaryDirectory() as folder:
        ...     found.write(Path(folder) / "peers")
        ...     sorted(path.name for path in (Path(folder) / "peers").iterdir())
        ['peers.csv', 'peers.gpkg', 'peers.json', 'peers_edges.csv']
        """
        from wegeketten.routers.write import write_differences

        write_differences(self, out)


def find_differences(city: City, router: Profile, own: Profile, *, answer: Answer = "likely") -> Differences:
    """Compare a router's preset with a profile of our own, arc by arc.

    Parameters
    ----------
    city
        A built city.
    router
        A preset, see `wegeketten.people.profile.PRESETS`.
    own
        A profile without a preset.
    answer
        Which of our answers is compared.

    Returns
    -------
    Differences
        Arcs on which the two differ, with rules.

    Raises
    ------
    UsageError
        `router` is no preset, or `own` is one.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> found = find_differences(hamlet(), load_profile("ors"), load_profile("wheelchair"))
    >>> [(row["what"], row["rule"], row["arcs"]) for row in found.sums()]
    [('opens', 'kerb_cm.no_limit', 2), ('times', 'time.quick_way', 10)]
    """
    if router.preset is None or own.preset is not None:
        raise UsageError(
            "peers: compare a preset (ors, valhalla, accessmap, otp …) with a profile that is none"
        )
    columns = city.edges.columns
    seen = see({**columns, RAW: columns[RAW]}, router.preset)
    ours, cause = _first_broken(city, own, answer)
    lawful = np.stack([columns["forward"], columns["backward"]]).astype(bool)
    theirs, their_cause = lawful.copy(), np.full(lawful.shape, "", dtype=object)
    for broken in broken_rules(seen, router):
        new = broken.closes & theirs
        theirs &= ~broken.closes
        name = f"{router.preset.router}.{broken.limit}" if broken.attribute == "access" else broken.attribute
        their_cause[new] = name
    what = np.full(lawful.shape, "", dtype=object)
    rule = np.full(lawful.shape, "", dtype=object)
    what[theirs & ~ours], what[ours & ~theirs] = OPENS, CLOSES
    reads: dict[str, NDArray[np.float64]] = {"": np.full(lawful.shape, np.nan)}
    for name, quantity in _QUANTITIES.items():
        reads[name] = seen.quantities[quantity]
    limits = {name: limit for name, limit, _ in limits_of(router)}
    for row, edge in zip(*np.nonzero(what == OPENS), strict=True):
        attribute = str(cause[row, edge])
        rule[row, edge] = f"{attribute}.{_why_open(city, seen, limits, attribute, int(row), int(edge))}"
    for row, edge in zip(*np.nonzero(what == CLOSES), strict=True):
        rule[row, edge] = _why_closed(city, seen, own, str(their_cause[row, edge]), int(row), int(edge))
    _explain_times(city, own, seen, ours & theirs, what, rule)
    rows, edges = np.nonzero((what != "").T)[::-1]
    attributes = [str(each).split(".")[0] for each in rule[rows, edges]]
    return Differences(
        city, router.id, own.id, answer, (2 * edges + rows).astype(np.int64), what[rows, edges],
        rule[rows, edges], 2 * len(city.edges),
        np.array([reads.get(a, reads[""])[r, e] for a, r, e in zip(attributes, rows, edges, strict=True)]),
        np.array([_ours(city, a, int(e)) for a, e in zip(attributes, edges, strict=True)]),
    )  # fmt: skip


def _first_broken(city: City, own: Profile, answer: Answer) -> tuple[Flags, NDArray[np.object_]]:
    """Which arcs are open to us, and the first attribute that closes each of the others."""
    open_ = np.ones((2, len(city.edges)), dtype=bool)
    cause = np.full(open_.shape, "", dtype=object)
    for check in checks(city.edges.columns, own):
        shut = np.broadcast_to(check.levels < LEVEL_OF[answer], open_.shape) & open_
        cause[shut] = check.attribute
        open_ &= ~shut
    return open_, cause


def _why_open(city: City, seen: Seen, limits: dict[str, float], attribute: str, row: int, edge: int) -> str:
    """Why a router passes what one of our limits closes."""
    quantity = _QUANTITIES.get(attribute)
    if quantity is None:
        return "costs_only" if seen.cost_s[row, edge] > seen.seconds[row, edge] + 1.0 else "not_considered"
    if quantity not in limits:
        return "no_limit"
    value = seen.quantities[quantity][row, edge]
    known = _told(city, attribute, edge)
    if np.isnan(value):
        return "not_read" if known else "unknown_passes"
    if quantity == attribute and abs(value - abs(_ours(city, attribute, edge))) > _SLACK.get(attribute, 0.5):
        return "misread"
    return "looser_limit"


def _why_closed(city: City, seen: Seen, own: Profile, cause: str, row: int, edge: int) -> str:
    """Why a router closes what we pass."""
    if "." in cause:
        return cause
    attribute = next((ours for ours, theirs in _QUANTITIES.items() if theirs == cause), cause)
    if cause == attribute:
        value = seen.quantities[cause][row, edge]
        known = _told(city, attribute, edge)
        if known and abs(value - abs(_ours(city, attribute, edge))) > _SLACK.get(attribute, 0.5):
            return f"{attribute}.misread"
    stated = own.limits.incline_up_pct if attribute == "incline_pct" else getattr(own.limits, attribute)
    return f"{attribute}.{'stricter_limit' if stated is not None else 'additional_limit'}"


def _explain_times(
    city: City,
    own: Profile,
    seen: Seen,
    both: Flags,
    what: NDArray[np.object_],
    rule: NDArray[np.object_],
) -> None:
    """Times that differ by more than a tenth and a second, by the rule that makes the router's speed."""
    told = city.weights(own).seconds.reshape(-1, 2).T.astype(np.float64)
    differs = both & (np.abs(seen.seconds - told) > np.maximum(1.0, 0.1 * told))
    what[differs] = TIMES
    named = np.where(seen.speed_rule == "", "base_speed", seen.speed_rule)
    rule[differs] = [f"time.{each}" for each in named[differs]]


def _told(city: City, attribute: str, edge: int) -> bool:
    came_from = int(city.edges[f"{attribute}_from"][edge])
    return came_from not in (Provenance.assumed, Provenance.none)


def _ours(city: City, attribute: str, edge: int) -> float:
    return float(city.edges[attribute][edge]) if attribute in ATTRIBUTE else float("nan")


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 2)
