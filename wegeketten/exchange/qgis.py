"""A project of QGIS: all layers of a GeoPackage beside it, styled and named, by relative paths."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.exchange.layers import GisLayer

_SYSTEM = (
    "<spatialrefsys><proj4>+proj=longlat +datum=WGS84 +no_defs</proj4><srsid>3452</srsid><srid>4326</srid>"
    "<authid>EPSG:4326</authid><description>WGS 84</description>"
    "<projectionacronym>longlat</projectionacronym><ellipsoidacronym>EPSG:7030</ellipsoidacronym>"
    "<geographicflag>true</geographicflag></spatialrefsys>"
)
_SUFFIX = "_wegeketten"  # ids of ten signs or less are given up by QGIS for others of its own
_KINDS = ("Point", "Line", "Polygon")


def project_document(title: str, layers: Sequence[tuple[GisLayer, str]], data: str) -> str:
    """The project file, in the form QGIS 3 reads.

    Parameters
    ----------
    title
        Of the project.
    layers
        Each with its name for the reader, the topmost first.
    data
        Name of the GeoPackage in the same folder.

    Returns
    -------
    str
        XML.
    """
    bounds = shapely.total_bounds([shape for each, _ in layers for shape in each.geometry]).tolist()
    extent = "".join(
        f"<{name}>{value:.7f}</{name}>"
        for name, value in zip(("xmin", "ymin", "xmax", "ymax"), bounds, strict=True)
    )
    tree = "".join(
        f'<layer-tree-layer id="{each.name}{_SUFFIX}" name={quoteattr(name)} '
        f'source="./{data}|layername={each.name}" providerKey="ogr" checked="Qt::Checked" expanded="0"/>'
        for each, name in layers
    )
    maps = "".join(_layer(each, name, data) for each, name in layers)
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis projectname={quoteattr(title)} version="3.22.0">'
        f"<title>{escape(title)}</title><projectCrs>{_SYSTEM}</projectCrs>"
        f"<layer-tree-group>{tree}</layer-tree-group>"
        '<mapcanvas name="theMapCanvas" annotationsVisible="1"><units>degrees</units>'
        f"<extent>{extent}</extent>"
        f"<rotation>0</rotation><destinationsrs>{_SYSTEM}</destinationsrs></mapcanvas>"
        f"<projectlayers>{maps}</projectlayers>"
        '<properties><Paths><Absolute type="bool">false</Absolute></Paths>'
        '<SpatialRefSys><ProjectionsEnabled type="int">1</ProjectionsEnabled></SpatialRefSys>'
        "</properties></qgis>\n"
    )


def _layer(layer: GisLayer, name: str, data: str) -> str:
    dimension = int(shapely.get_dimensions(layer.geometry[0])) if len(layer.geometry) else 0
    return (
        f'<maplayer type="vector" geometry="{_KINDS[dimension]}" autoRefreshEnabled="0">'
        f"<id>{layer.name}{_SUFFIX}</id><datasource>./{data}|layername={layer.name}</datasource>"
        f"<layername>{escape(name)}</layername><srs>{_SYSTEM}</srs>"
        f'<provider encoding="UTF-8">ogr</provider>{layer.renderer}</maplayer>'
    )
