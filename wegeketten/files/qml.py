"""How QGIS draws a layer: renderers as its style and project files hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from collections.abc import Sequence

_SYMBOLS = (
    ("marker", "SimpleMarker", "color", "size", "2"),
    ("line", "SimpleLine", "line_color", "line_width", "0.5"),
    ("fill", "SimpleFill", "color", "outline_width", "0.3"),
)


def single(dimension: int, colour: str, *, outline_only: bool = False) -> str:
    """All features alike.

    Parameters
    ----------
    dimension
        0 points, 1 lines, 2 areas.
    colour
        As ``#rrggbb``.
    outline_only
        Whether areas are left empty.

    Returns
    -------
    str
        XML element.

    Examples
    --------
    >>> single(0, "#ff0000")[:48]
    '<renderer-v2 type="singleSymbol"><symbols><symbo'
    """
    symbol = _symbol("0", dimension, colour, outline_only=outline_only)
    return f'<renderer-v2 type="singleSymbol"><symbols>{symbol}</symbols></renderer-v2>'


def by_value(dimension: int, column: str, classes: Sequence[tuple[str, str, str]]) -> str:
    """Features by the value of a column.

    Parameters
    ----------
    dimension
        0 points, 1 lines, 2 areas.
    column
        Name of the column.
    classes
        Value, colour and label of each class; what is of none is not drawn.

    Returns
    -------
    str
        XML element.

    Examples
    --------
    >>> text = by_value(1, "kind", [("steps", "#000000", "Treppe <b>")])
    >>> 'value="steps"' in text, "Treppe &lt;b&gt;" in text
    (True, True)
    """
    categories = "".join(
        f'<category value={quoteattr(value)} symbol="{number}" label={quoteattr(label)} '
        'render="true" type="string"/>'
        for number, (value, _, label) in enumerate(classes)
    )
    symbols = "".join(_symbol(str(n), dimension, colour) for n, (_, colour, _) in enumerate(classes))
    return (
        f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(column)}>'
        f"<categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>"
    )


def style_document(renderer: str) -> str:
    """A renderer as a style of its own, as GeoPackages keep them.

    Parameters
    ----------
    renderer
        XML element of `single` or `by_value`.

    Returns
    -------
    str
        Content of a ``.qml`` file.
    """
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        f'<qgis styleCategories="Symbology">{renderer}</qgis>'
    )


def renderer_of(document: str) -> str | None:
    """The renderer in a style; None where there is none.

    Parameters
    ----------
    document
        Content of a ``.qml`` file.

    Returns
    -------
    str or None
        XML element; None where there is none.

    Examples
    --------
    >>> renderer_of(style_document(single(2, "#00ff00"))) == single(2, "#00ff00")
    True
    """
    start, end = document.find("<renderer-v2"), document.rfind("</renderer-v2>")
    return None if start < 0 or end < start else document[start : end + len("</renderer-v2>")]


def _symbol(name: str, dimension: int, colour: str, *, outline_only: bool = False) -> str:
    kind, layer, key, measure, size = _SYMBOLS[dimension]
    rgb = ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"
    settings = {key: rgb, measure: size}
    if outline_only:
        settings |= {"style": "no", "outline_color": rgb}
    options = "".join(f'<Option name="{n}" type="QString" value="{value}"/>' for n, value in settings.items())
    return (
        f'<symbol name="{name}" type="{kind}" alpha="1"><layer class="{layer}" enabled="1">'
        f'<Option type="Map">{options}</Option></layer></symbol>'
    )
