"""Barrier-free route chains from OpenStreetMap.

The package answers, for a city and a mobility profile: who reaches what from their own door, what stands in
the way, and what should be fixed first. Nothing heavy is imported until it is used.

>>> import wegeketten as wk
>>> wk.tags.read("kerb:height", "0,03").value
3.0
"""

from importlib import import_module as _import_module
from pathlib import Path as _Path
from typing import TYPE_CHECKING

_here = _Path(__file__).resolve().parent
if not (_here / "cli.py").is_file():  # checkout: routing/, data/ and cli.py lie beside the package
    __path__.append(str(_here.parent))

if TYPE_CHECKING:
    from wegeketten import routing as routing
    from wegeketten import serve as serve
    from wegeketten import tags as tags
    from wegeketten.api.catalogues import fetch as fetch
    from wegeketten.api.catalogues import info as info
    from wegeketten.api.catalogues import profiles as profiles
    from wegeketten.api.catalogues import schema as schema
    from wegeketten.api.catalogues import services as services
    from wegeketten.api.cities import build as build
    from wegeketten.api.cities import scan as scan
    from wegeketten.api.decisions import compare as compare
    from wegeketten.api.decisions import needs as needs
    from wegeketten.api.decisions import plan as plan
    from wegeketten.api.decisions import site as site
    from wegeketten.api.decisions import survey as survey
    from wegeketten.api.documents import map as map  # noqa: A004
    from wegeketten.api.documents import masterplan as masterplan
    from wegeketten.api.documents import report as report
    from wegeketten.api.exchange import export as export
    from wegeketten.api.transit import ride as ride
    from wegeketten.api.transit import stops as stops
    from wegeketten.api.ways import chain as chain
    from wegeketten.api.ways import isochrone as isochrone
    from wegeketten.api.ways import matrix as matrix
    from wegeketten.api.ways import norm as norm
    from wegeketten.api.ways import peers as peers
    from wegeketten.api.ways import route as route
    from wegeketten.api.ways import why as why
    from wegeketten.batches.run import batch as batch
    from wegeketten.city import City as City
    from wegeketten.city import open_city as open  # noqa: A004
    from wegeketten.cutting.cut import cut as cut
    from wegeketten.exchange.from_networkx import from_networkx as from_networkx
    from wegeketten.reach.scan import Scan as Scan
    from wegeketten.version import VERSION as __version__  # noqa: N811  # the usual name of a package version

__all__ = [
    "City",
    "Scan",
    "__version__",
    "batch",
    "build",
    "chain",
    "compare",
    "cut",
    "export",
    "fetch",
    "from_networkx",
    "info",
    "isochrone",
    "map",
    "masterplan",
    "matrix",
    "needs",
    "norm",
    "open",
    "peers",
    "plan",
    "profiles",
    "report",
    "ride",
    "route",
    "routing",
    "scan",
    "schema",
    "serve",
    "services",
    "site",
    "stops",
    "survey",
    "tags",
    "why",
]

_HOMES = {
    "__version__": ("wegeketten.version", "VERSION"),
    "City": ("wegeketten.city", "City"),
    "Scan": ("wegeketten.reach.scan", "Scan"),
    "from_networkx": ("wegeketten.exchange.from_networkx", "from_networkx"),
    "open": ("wegeketten.city", "open_city"),
    "routing": ("wegeketten.routing", ""),
    "serve": ("wegeketten.serve", ""),
    "tags": ("wegeketten.tags", ""),
    "batch": ("wegeketten.batches.run", "batch"),
    "build": ("wegeketten.api.cities", "build"),
    "chain": ("wegeketten.api.ways", "chain"),
    "compare": ("wegeketten.api.decisions", "compare"),
    "cut": ("wegeketten.cutting.cut", "cut"),
    "export": ("wegeketten.api.exchange", "export"),
    "fetch": ("wegeketten.api.catalogues", "fetch"),
    "info": ("wegeketten.api.catalogues", "info"),
    "isochrone": ("wegeketten.api.ways", "isochrone"),
    "map": ("wegeketten.api.documents", "map"),
    "masterplan": ("wegeketten.api.documents", "masterplan"),
    "matrix": ("wegeketten.api.ways", "matrix"),
    "needs": ("wegeketten.api.decisions", "needs"),
    "norm": ("wegeketten.api.ways", "norm"),
    "peers": ("wegeketten.api.ways", "peers"),
    "plan": ("wegeketten.api.decisions", "plan"),
    "profiles": ("wegeketten.api.catalogues", "profiles"),
    "report": ("wegeketten.api.documents", "report"),
    "ride": ("wegeketten.api.transit", "ride"),
    "route": ("wegeketten.api.ways", "route"),
    "scan": ("wegeketten.api.cities", "scan"),
    "schema": ("wegeketten.api.catalogues", "schema"),
    "services": ("wegeketten.api.catalogues", "services"),
    "site": ("wegeketten.api.decisions", "site"),
    "stops": ("wegeketten.api.transit", "stops"),
    "survey": ("wegeketten.api.decisions", "survey"),
    "why": ("wegeketten.api.ways", "why"),
}


def __getattr__(name: str) -> object:
    try:
        module, attribute = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    found = _import_module(module)
    value = getattr(found, attribute) if attribute else found
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
