"""The command ``export`` as a function of the package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile


def export(
    source: City | str | Path,
    out: str | Path,
    format: str,  # noqa: A002  # as the command's option is called
    *,
    profile: str | Path | Profile = "walker",
    answer: Answer = "likely",
    survey: str | Path | None = None,
    base: str | Path | None = None,
    lang: str = "de",
) -> dict[str, Any]:
    """Hand a city or a result on to other programs.

    Parameters
    ----------
    source
        A city, its folder, an extract, ``demo``, or the folder of a result (a scan, a plan, a survey …).
    out
        File or folder to write.
    format
        ``osw`` (OpenSidewalks 0.3), ``networkx`` (a graph for OSMnx), ``maproulette`` and ``josm`` (a survey
        list for mappers), ``osmchange`` (what was surveyed, for OpenStreetMap), ``geojson``, ``gpkg``,
        ``geoparquet`` or ``qgis`` (every table that has places).
    profile, answer
        Of a graph: for whom, and how certain its edges must be.
    survey
        Of ``maproulette`` and ``josm`` the survey list, of ``osmchange`` what was surveyed; the source
        is then the city.
    base
        Of ``osmchange``: an extract with the elements and their versions.
    lang
        ``de`` or ``en``: language of titles and questions in the file.

    Returns
    -------
    dict
        How many of what were written.

    Raises
    ------
    UsageError
        There is no such format, or the file's ending does not fit it.
    InputDataError
        The source cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> import networkx as nx
    >>> from wegeketten.exchange.from_networkx import from_networkx
    >>> streets = nx.MultiDiGraph(crs="EPSG:4326")
    >>> streets.add_nodes_from([(1, {"x": 13.73, "y": 51.05}), (2, {"x": 13.74, "y": 51.05})])
    >>> _ = streets.add_edge(1, 2, highway="footway", surface="asphalt")
    >>> folder = Path(tempfile.mkdtemp())
    >>> export(from_networkx(streets), folder / "sidewalks.zip", "osw")
    {'nodes': 2, 'edges': 1}
    """
    from wegeketten.exchange.export import ExportRequest
    from wegeketten.exchange.export import export as export_as

    found, extract = (None if each is None else Path(each) for each in (survey, base))
    return export_as(format, ExportRequest(source, Path(out), profile, answer, found, extract, lang))
