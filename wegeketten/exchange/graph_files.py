"""A city's graph in the files OSMnx keeps graphs in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wegeketten.exchange.to_networkx import to_networkx
from wegeketten.files.atomic import whole_file

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile


def write_graph(
    city: City, out: Path, *, profile: str | Path | Profile = "walker", answer: Answer = "likely"
) -> dict[str, int]:
    """Write what a profile can use of a city as ``.graphml`` or ``.gpkg``, through OSMnx itself.

    Parameters
    ----------
    city
        The city.
    out
        File to write; ``osmnx.load_graphml`` and every GIS open it.
    profile, answer
        See `wegeketten.exchange.to_networkx.to_networkx`.

    Returns
    -------
    dict
        Number of nodes and edges.
    """
    import osmnx

    from wegeketten.people.profile import Profile as Loaded

    chosen = profile if isinstance(profile, Loaded) else str(profile)
    graph = to_networkx(city, profile=chosen, answer=answer)
    with whole_file(out) as temporary:
        if out.suffix.lower() == ".graphml":
            osmnx.io.save_graphml(graph, temporary)
        else:
            temporary.unlink()
            osmnx.io.save_graph_geopackage(graph, temporary, directed=True)
    return {"nodes": graph.number_of_nodes(), "edges": graph.number_of_edges()}
