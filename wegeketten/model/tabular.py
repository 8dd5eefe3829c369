"""Results that show themselves: as a data frame, as a map, in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from wegeketten.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import folium
    import geopandas as gpd
    import pandas as pd

    Record = dict[str, Any]
    Rows = Sequence[Record] | Callable[[], Sequence[Record]]

GEOMETRY = "geometry"
CRS = "EPSG:4326"
_SHOWN = 20


class Tabular:
    """Mixin of results: `tables` says what there is, the rest shows it.

    Nothing heavy is imported before it is used. Column names carry their unit (``_s`` seconds, ``_m`` metres,
    ``_eur`` euros, ``_pct`` per cent); share columns run from 0 to 1.
    """

    def tables(self) -> Mapping[str, Rows]:
        """Rows by table; the first table is the main one. Large tables are functions, called when asked for.

        A row may hold ``geometry`` (a shapely geometry or a GeoJSON mapping, lon and lat) or ``lon`` and
        ``lat`` instead.
        """
        raise NotImplementedError

    def to_frame(self, table: str | None = None) -> pd.DataFrame:
        """One table without its geometry.

        Parameters
        ----------
        table
            Name of the table; the main one where None.

        Returns
        -------
        DataFrame
            A copy; changing it changes nothing here.

        Raises
        ------
        UsageError
            There is no such table.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> from wegeketten.reach.scan import scan
        >>> len(scan(hamlet(), profiles=["walker"], services=["pharmacy"]).to_frame("homes"))
        12
        """
        import pandas as pd

        rows = [{name: cell for name, cell in row.items() if name != GEOMETRY} for row in self._rows(table)]
        return pd.DataFrame(rows)

    def to_geodataframe(self, table: str | None = None) -> gpd.GeoDataFrame:
        """One table with its geometry in EPSG:4326; rows without a place have none.

        Parameters
        ----------
        table
            Name of the table; the main one where None.

        Returns
        -------
        gGeoDataFrame
            A copy; changing it changes nothing here.

        Raises
        ------
        UsageError
            There is no such table.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> from wegeketten.reach.scan import scan
        >>> scan(hamlet(), profiles=["walker"], services=["pharmacy"]).to_geodataframe("homes").crs.to_epsg()
        4326
        """
        import geopandas as gpd

        rows = self._rows(table)
        frame = self.to_frame(table)
        return gpd.GeoDataFrame(frame, geometry=[_shape(row) for row in rows], crs=CRS)

    def explore(self, table: str | None = None, **options: Any) -> folium.Map:
        """One table as an interactive map (folium), for notebooks.

        Parameters
        ----------
        table
            Name of the table; the main one where None.
        options
            Of `geopandas.GeoDataFrame.explore`, such as ``column="seconds"``.

        Returns
        -------
        folium.Map
            Shown by a notebook as a map; `save` writes it as a page.

        Raises
        ------
        UsageError
            There is no such table.
        MissingExtraError
            matplotlib or mapclassify is not installed.
        """
        frame = self.to_geodataframe(table)
        shown = frame[frame.geometry.notna()]
        try:
            return cast("folium.Map", shown.explore(**{"tiles": None, **options}))
        except ImportError as error:
            raise MissingExtraError(
                "explore needs matplotlib and mapclassify: pip install 'wegeketten[notebook]'"
            ) from error

    def _repr_html_(self) -> str:
        frame = self.to_frame()
        more = f"<p>{len(frame)} rows</p>" if len(frame) > _SHOWN else ""
        return str(frame.head(_SHOWN).to_html(index=False, escape=True)) + more

    def _rows(self, table: str | None) -> Sequence[Record]:
        tables = self.tables()
        name = next(iter(tables)) if table is None else table
        if name not in tables:
            raise UsageError(f"no table {name!r}; there are {', '.join(tables)}")
        rows = tables[name]
        return rows() if callable(rows) else rows


def _shape(row: Record) -> Any:
    import shapely

    found = row.get(GEOMETRY)
    if isinstance(found, dict):
        return shapely.geometry.shape(found)
    if found is not None:
        return found
    lon, lat = row.get("lon"), row.get("lat")
    return None if lon is None or lat is None else shapely.Point(lon, lat)
