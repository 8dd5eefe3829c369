"""From features to the network: ways cut into edges, every barrier an edge of its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.model.distinct import distinct_rows
from wegeketten.model.edges import HIGHWAYS, Kind
from wegeketten.model.lines import length_m
from wegeketten.network import areas, crossings
from wegeketten.network import private_ways as approaches
from wegeketten.network.access import hours_of_way, wheelchair_hours
from wegeketten.network.barriers import (
    RAILWAY_CROSSINGS,
    barrier_kind,
    kerbs_of_lines,
    type_kerbs,
)
from wegeketten.network.connect import (
    foot_edges,
    join_far_ends,
    join_to_edges,
    loose_ends,
    road_tree,
    step_off_ends,
    torn_ends,
    wishes_of,
)
from wegeketten.network.countries import SAID, walks_on_trunk_roads
from wegeketten.network.crosswalks import Carriageways, complete_kerbs, find_crosswalks
from wegeketten.network.doubts import doubts_of_way
from wegeketten.network.draft import Draft, Style
from wegeketten.network.house_doors import hang_doors
from wegeketten.network.junctions import join_junctions
from wegeketten.network.lifts import hours_of, is_lift, runs
from wegeketten.network.obstacles import Obstacles, find_obstacles
from wegeketten.network.pavements import arms_of_streets, find_streets, lay_pavements, restrict_pavements
from wegeketten.network.refuges import Refuges
from wegeketten.network.slips import mended
from wegeketten.network.split import Pieces, split_ways
from wegeketten.network.squares import cross_squares
from wegeketten.network.streets import Streets
from wegeketten.network.unmet import link_unmet
from wegeketten.network.vertices import around_lifts, part_where_uncrossed, points_of, split_vertices
from wegeketten.network.wall_gaps import gaps_in_walls
from wegeketten.network.ways import Strip, ride_s, sailed_ways, walk_of
from wegeketten.osm.features import Skipped, Way
from wegeketten.tags.cautions import bit_of
from wegeketten.tags.unread import count_unread

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from wegeketten.model.edges import EdgeTable
    from wegeketten.osm.features import Features
    from wegeketten.osm.projection import Projection


_RUNNING = (Kind.lift, Kind.escalator, Kind.moving_walkway)
"""What may stand still."""


@dataclass
class Network:
    """A network and what was found on the way.

    Attributes
    ----------
    nodes
        Columns ``osm_id`` (0 for synthetic nodes), ``lon``, ``lat``, ``x``, ``y``.
    edges
        The edge table.
    conflicts
        Element, attribute, what contradicts, what won.
    unreadable
        Tags that should say something and could not be read: (key, raw value) and how often.
    skipped
        Elements left out, with the reason.
    notes
        Remarks on the network as a whole.
    obstacles
        What lies between doors and ways.
    unread
        Keys on walked ways and their nodes that bear on passage and are not used, and how often.
    """

    nodes: dict[str, NDArray[np.generic]]
    edges: EdgeTable
    conflicts: list[tuple[str, str, str, str]] = field(default_factory=list)
    unreadable: Counter[tuple[str, str]] = field(default_factory=Counter)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    obstacles: Obstacles = field(default_factory=lambda: Obstacles([]))
    unread: Counter[str] = field(default_factory=Counter)


def build_network(
    features: Features,
    projection: Projection,
    *,
    pavements: str = "sides",
    out_of_service: Collection[str] = (),
) -> Network:
    """Build the network of an extract.

    Parameters
    ----------
    features
        The extract.
    projection
        To metres.
    pavements
        ``sides``: pavements on both sides of the street, crossings kerb to kerb, ways across squares;
        ``centre``: the streets' centre lines.
    out_of_service
        Ids (``n1048``, ``w52001``) of lifts and escalators that are out of order: closed, but kept.

    Returns
    -------
    Network
        Edges in the order of the extract's elements; nodes in the order of their OSM ids, synthetic ones
        after them.

    Raises
    ------
    UsageError
        There is no lift, escalator or other way of an id in `out_of_service`.
    """
    draft = Draft()
    skipped: list[Skipped] = []
    features = mended(features)
    strips = strips_of(features, skipped, roads_too=pavements == "sides")
    special = _special_nodes(features)
    type_kerbs(features, [strip.way for strip in strips if strip.walk.kind is Kind.crossing], special)
    pieces = split_ways(features, projection, [strip.way for strip in strips], special)
    draft.places = [(x, y) for x, y in pieces.vertex_xy.tolist()]
    draft.place_ids = pieces.vertex_ref.tolist()
    skipped += _unjoined(pieces)
    broken = frozenset(out_of_service)
    _check_known(broken, strips, special)
    streets = find_streets(strips, pieces) if pavements == "sides" else Streets(strips, pieces)
    edge_of = _trace(draft, streets, features, broken)
    rims = areas.rims(strips, pieces)
    floors = around_lifts(features, projection, strips, special)
    lift_ends = split_vertices(draft, streets, features, projection, edge_of, special, broken, rims, floors)
    part_where_uncrossed(draft, streets, features, edge_of)
    if pavements == "sides":
        arms = arms_of_streets(draft, streets, edge_of)
        joints = join_junctions(
            draft, streets, arms, {node.id: node.tags for node in features.nodes.values()}
        )
        restrict_pavements(draft, streets, arms, points_of(streets, special))
        laid = lay_pavements(draft, streets)
        crossings.cross_informally(draft, streets, laid, features, projection)
        join_far_ends(draft, streets, joints.to_far_end, edge_of)
        tree = road_tree(streets)
        join_to_edges(draft, wishes_of(joints.to_mapped), foot_edges(draft, mapped=True), tree)
        join_to_edges(draft, loose_ends(draft), foot_edges(draft, mapped=False), tree)
        both = [*foot_edges(draft, mapped=True), *foot_edges(draft, mapped=False)]
        join_to_edges(draft, torn_ends(draft, streets), both, tree)
        step_off_ends(draft, tree)
    kerbs = {ref for ref, tags in special.items() if barrier_kind(tags) is Kind.kerb}
    roads = Carriageways(streets, features)
    if pavements == "sides":
        walks = find_crosswalks(draft, streets, features, edge_of, kerbs, roads)
        refuges = Refuges(draft, streets, features, walks, roads)
        complete_kerbs(draft, streets, features, edge_of, kerbs - refuges.kerbs, roads)
        refuges.lay()
    else:
        complete_kerbs(draft, streets, features, edge_of, kerbs, roads)
    areas.link_loose_ends(draft, strips, lift_ends)
    hang_doors(draft, streets, features, projection)
    obstacles = find_obstacles(features, projection)
    linked, unlinked = link_unmet(draft, obstacles)
    skipped += unlinked
    skipped += [
        Skipped(element, "network", "private way that no public way leads to")
        for element in approaches.close_through(draft)
    ]
    if pavements == "sides":
        cross_squares(draft, strips, features, projection)
    network = _finish(draft, projection, skipped)
    network.obstacles = obstacles
    network.unread = _unread(features, strips, pieces)
    if linked:
        network.notes.append(
            f"{linked} platforms and squares that no way meets were linked to the nearest way"
        )
    return network


def _unread(features: Features, strips: Sequence[Strip], pieces: Pieces) -> Counter[str]:
    """What nobody reads on walked ways and on nodes of theirs."""
    ids = np.fromiter(features.nodes, np.int64, len(features.nodes))
    on_ways = ids[np.isin(ids, pieces.refs)].tolist()
    walked = [strip.tags for strip in strips if strip.walk.access]
    return count_unread([*walked, *(features.nodes[ref].tags for ref in on_ways)])


def _check_known(
    broken: frozenset[str], strips: Sequence[Strip], special: Mapping[int, Mapping[str, str]]
) -> None:
    """A mistyped id would leave a broken lift in service."""
    lifts = {f"n{ref}" for ref, tags in special.items() if is_lift(tags)}
    known = lifts | {strip.element for strip in strips}
    unknown = sorted(broken - known)
    if unknown:
        there = sorted(lifts | {strip.element for strip in strips if strip.walk.kind in _RUNNING})
        told = (
            f"there are {', '.join(there[:8])}{' …' if len(there) > 8 else ''}" if there else "there are none"
        )
        raise UsageError(
            f"--out-of-service {unknown[0]}: no lift or escalator of that id in the extract; {told}"
        )


def strips_of(features: Features, skipped: list[Skipped], *, roads_too: bool) -> list[Strip]:
    """Everything that is walked, in the order of the extract; ways the law closes are counted.

    With `roads_too` closed roads are among them: nobody walks there, but they are crossed.

    Parameters
    ----------
    features
        What was read from the extract.
    skipped
        Receives what is left out, with the reason.
    roads_too
        Whether closed roads are kept.

    Returns
    -------
    list of Strip
        Ways, and areas by their outlines.
    """
    strips = []
    closed = 0
    on_trunk_roads = cache(lambda: walks_on_trunk_roads(features))
    sailed = sailed_ways(features)
    for way in features.ways.values():
        if way.id in sailed:
            way = way._replace(tags=sailed[way.id])
        way = _as_law_says(way, on_trunk_roads)
        walk = walk_of(way.tags)
        if walk is None:
            continue
        closed += not walk.access
        if not walk.access and not (roads_too and walk.is_road and not walk.area):
            continue
        if way.stop - way.start < 2:
            skipped.append(Skipped(f"w{way.id}", "network", "way of a single node"))
        else:
            strips.append(Strip("w", way.id, way, walk))
    for relation, rings in areas.squares(features):
        walk = walk_of(relation.tags)
        if walk is not None and walk.access:
            strips += [
                Strip("r", relation.id, Way(relation.id, relation.tags, ring.start, ring.stop), walk)
                for ring in rings
            ]
    if closed:
        skipped.append(Skipped("file", "network", f"{closed} ways are closed to people on foot by law"))
    return strips


def _as_law_says(way: Way, on_trunk_roads: Callable[[], bool]) -> Way:
    """A way, open on foot where the country opens its class."""
    tags = way.tags
    if tags.get("highway", "").startswith("trunk") and not SAID.intersection(tags) and on_trunk_roads():
        tags = {**tags, "foot": "yes"}
    return way if tags is way.tags else way._replace(tags=tags)


def _unjoined(pieces: Pieces) -> list[Skipped]:
    """Nodes that lie at one place without being one: ways that look joined and are not."""
    _, group = distinct_rows(np.round(pieces.vertex_xy, 1).T)
    count = np.bincount(group)
    order = np.argsort(group, kind="stable")
    ends = np.cumsum(count)
    found = []
    for place in np.flatnonzero(count > 1).tolist():
        refs = pieces.vertex_ref[order[ends[place] - count[place] : ends[place]]].tolist()
        others = ", ".join(f"n{ref}" for ref in refs[1:])
        found.append(Skipped(f"n{refs[0]}", "network", f"lies where {others} lies and is not joined to it"))
    return found


def _special_nodes(features: Features) -> dict[int, dict[str, str]]:
    """Nodes at which ways are cut, with the tags that matter there."""
    found = {
        node.id: node.tags
        for node in features.nodes.values()
        if is_lift(node.tags)
        or barrier_kind(node.tags) is not None
        or node.tags.get("highway") == "crossing"
        or node.tags.get("railway") in RAILWAY_CROSSINGS
    }
    for lines in (kerbs_of_lines(features), gaps_in_walls(features)):
        for ref, tags in lines.items():
            found.setdefault(ref, tags)
    return found


def _trace(draft: Draft, streets: Streets, features: Features, broken: frozenset[str]) -> list[int]:
    """Every piece becomes an edge along the way's own line, streets with sides excepted.

    Returns
    -------
    list of int
        Edge of each piece, -1 for none.
    """
    strips, pieces = streets.strips, streets.pieces
    styles = [
        plain_style(draft, strip, features, strip.element in broken) if strip.walk.access else None
        for strip in strips
    ]
    xy = pieces.xy
    sailed = _rides_s(streets)
    unwaited = crossings.unwaited_halves(streets)
    edge_of = []
    columns = (pieces.way, pieces.first, pieces.last, pieces.u, pieces.v)
    for piece, (way, first, last, u, v) in enumerate(
        zip(*(column.tolist() for column in columns), strict=True)
    ):
        style = styles[way]
        if style is None or piece in streets.sides:
            edge_of.append(-1)
        else:
            if style.kind == Kind.ferry:
                style = style._replace(ride_s=float(sailed[piece]))
            if piece in unwaited:
                style = style._replace(unwaited=unwaited[piece])
            edge_of.append(draft.add(u, v, xy[first : last + 1], style))
    return edge_of


def _rides_s(streets: Streets) -> dict[int, float]:
    """Seconds on board by piece of a ferry; those of the whole crossing are shared out by length."""
    strips, pieces = streets.strips, streets.pieces
    of_way: dict[int, list[int]] = defaultdict(list)
    for piece, way in enumerate(pieces.way.tolist()):
        if strips[way].walk.kind is Kind.ferry:
            of_way[way].append(piece)
    found = {}
    for way, mates in of_way.items():
        lengths = [length_m(pieces.line(piece)) for piece in mates]
        whole_s = ride_s(strips[way].tags, sum(lengths))
        found.update(
            {
                piece: whole_s * part / (sum(lengths) or 1.0)
                for piece, part in zip(mates, lengths, strict=True)
            }
        )
    return found


def plain_style(draft: Draft, strip: Strip, features: Features, closed: bool) -> Style:
    """What the edges of a way have in common, walked along its own line.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    strip
        The way.
    features
        What was read from the extract.
    closed
        Whether nobody may walk it.

    Returns
    -------
    Style
        Its tags' readings, name and hours.
    """
    walk, tags = strip.walk, strip.tags
    crossing = 0
    hours, caution = draft.hours(hours_of_way(tags)), doubts_of_way(tags)
    if walk.kind in _RUNNING:
        hours, closed = hours_of(draft, tags), closed or not runs(tags)
    elif walk.kind is Kind.ferry:
        caution |= bit_of("ferry")
    if walk.kind is Kind.crossing:
        if crossings.is_denied(features, strip.way):
            caution |= bit_of("not_crossed")
        tags = crossings.merged_tags(features, strip.way)
        crossing = int(crossings.crossing_of(tags))
    return Style(
        strip.osm_type,
        strip.osm_id,
        int(walk.kind),
        highway=walk.highway,
        road=walk.highway if walk.is_road else 0,
        crossing=crossing,
        forward=walk.access.forward and not closed,
        backward=walk.access.backward and not closed,
        level_ground=walk.off_ground,
        private=walk.private,
        level=walk.level,
        name=draft.name(tags.get("name")),
        hours=hours,
        hours_wheelchair=draft.hours(wheelchair_hours(tags)),
        caution=caution,
        area=walk.area,
        reading=draft.read(strip.element, tags, walk.kind, highway=HIGHWAYS[walk.highway]),
    )


def _finish(draft: Draft, projection: Projection, skipped: list[Skipped]) -> Network:
    """Leave out nodes that no edge uses, and turn everything into columns."""
    edges = draft.table()
    ids, xy = draft.nodes()
    used = np.zeros(len(ids), dtype=bool)
    used[edges.columns["u"]] = True
    used[edges.columns["v"]] = True
    row = (np.cumsum(used) - 1).astype(np.int32)
    for end in ("u", "v"):
        edges.columns[end] = row[edges.columns[end]]
    ids, xy = ids[used], xy[used]
    lonlat = projection.to_lonlat(xy)
    nodes: dict[str, NDArray[np.generic]] = {
        "osm_id": ids,
        "lon": lonlat[:, 0],
        "lat": lonlat[:, 1],
        "x": xy[:, 0],
        "y": xy[:, 1],
    }
    return Network(nodes, edges, draft.conflicts, draft.unreadable, skipped)
