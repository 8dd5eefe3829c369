"""Names that stand in two rooms: one word, one meaning, but for a stated reason."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]

ONCE = {
    "module": {
        "access", "catalogue", "doors", "lines", "opening", "order", "search", "source", "split", "survey",
        "words",
    },
    "class": {
        "Access", "Answer", "Cell", "Homes", "Kind", "Network", "Places", "Progress", "Spot", "Stop", "Stops",
        "Streets", "Style", "Table", "Works",
    },
    "function": {"cut", "minutes", "number", "summary"},
}  # fmt: skip
"""Words that once meant several things; no reason is good enough to have one of them twice again."""

TWICE = {
    "module": {
        "areas": "squares are areas of the network, districts of a country are areas to cut",
        "barriers": "network makes them, reach names those on a way",
        "build": "the network's build is a station of the city's",
        "candidates": "measures on edges; sites for places",
        "graph": "routing knows no what-if",
        "graph_files": "osm reads the files that exchange writes",
        "heights": "of nodes while building, of points for clients of the service",
        "in_worlds": "plans and sites, tried in the same worlds",
        "inline": "files makes data of assets, reports puts scripts into pages",
        "labels": "of figures for people; of the search for chains, as the literature says",
        "layers": "osm's layers on the map, layers of a GIS",
        "legs": "of chains; of the chances of chains",
        "names": "of places in OpenStreetMap; of profiles and services in words",
        "needs": "of a person on the way; of a district",
        "neighbourhoods": "of nodes; of people",
        "opensidewalks": "osm reads what exchange writes",
        "path": "a way through the network; a file",
        "register": "the city's registers of values and of platforms",
        "rings": "of polygons; round tours that are bought together",
        "shapes": "of areas to cut; of any vector file",
        "slopes": "network measures them, chances draws them",
        "steps": "of a batch; of a route as clients want them",
        "sweep": "routing's over ranks, reach's over homes",
        "tables": "files reads tables, reach writes a scan's",
        "terminal": "each room prints its results",
        "walks": "of surveyors; to stops",
        "ways": "of OpenStreetMap; of a route; functions of the package about ways",
        "write": "each room writes its results",
    },
    "class": {
        "About": "of a layer; of a report",
        "Area": "to cut; of a report",
        "Attribute": "of edges; of a register",
        "Block": "of a file; of a matrix",
        "Candidates": "measures on edges; sites for places",
        "Choice": "a field of a form; what a solver chose",
        "City": "a folder that was built; a line of a batch's list",
        "Column": "of a file of streets; of a table in a report",
        "Demand": "for places; for departures",
        "Doors": "of a building; of the what-if graph",
        "Exact": "an answer of a form; an answer of a solver",
        "Field": "a protocol's field; a field of times",
        "Floor": "that is walked on; of a vehicle",
        "Ground": "where files may lie; the base map",
        "Groups": "of edges; of ages",
        "Header": "of a block; of HTTP",
        "Joined": "doors; platforms and squares",
        "Layer": "files reads one, files writes one",
        "Ledger": "of a batch; of a purchase",
        "Leg": "of a journey, as we and as clients have it",
        "Limits": "of a profile; of a process",
        "Mark": "on a crossing; on a map",
        "Needs": "of a person on the way; of a district",
        "Outing": "as a task for plans; by public transport",
        "Projection": "of a city; what the elevation model needs of it",
        "Proposal": "of a measure; of neighbourhoods",
        "Question": "to routing; to a surveyor",
        "Reach": "of private ways; of homes",
        "Rows": "of a metric; of a layer",
        "Rule": "of an assumption; of opening hours",
        "Seeds": "routing's, and joins' before they are nodes",
        "Share": "of readings; of homes",
        "Side": "of a street; of a tour",
        "Site": "of a home; for a place",
        "Sites": "of homes; for places",
        "Stretch": "of a route; of a slope",
        "Survey": "what to look at; what was seen",
        "Task": "of a plan; of a survey list",
        "Times": "of steps; drawn in worlds",
        "Trips": "of a timetable; of a chain",
        "Walk": "of surveyors; to stops",
        "Ways": "to doors; of what is looked at",
        "Way": "of OpenStreetMap; of a route",
        "Wish": "of a loose end; of a home",
        "Wishes": "of clients; of those who plan",
    },
    "function": {},
}
"""Names that stand in two rooms, each with the reason; a name that no longer does has to go from here."""


@cache
def places_of_names() -> dict[str, dict[str, set[str]]]:
    """Files by kind and name; commands are left out, their functions are called like what they call."""
    found: dict[str, dict[str, set[str]]] = {kind: defaultdict(set) for kind in TWICE}
    for path in [*(_ROOT / "wegeketten").rglob("*.py"), *(_ROOT / "routing").glob("*.py")]:
        place = str(path.relative_to(_ROOT))
        if path.stem != "__init__":
            found["module"][path.stem].add(place)
        if path.stem.endswith("_commands"):
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                found["class"][node.name].add(place)
            elif isinstance(node, ast.FunctionDef) and node.name in ONCE["function"]:
                found["function"][node.name].add(place)
    return found
