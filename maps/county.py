"""The map of a place: its communities, its buildings and what the options would do with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from maps.areas import area_layer
from maps.base import MapSummary, TownMap, save_map
from maps.base_map import BaseMap
from maps.columns import Column, column_layer
from maps.moves import move_layer
from maps.notes import note_layer
from maps.pairs import pair_layer
from maps.sites import site_layer
from maps.surface import Surface, surface_layer
from maps.wards import Wards

if TYPE_CHECKING:
    from estate.plans import Plan
    from segmentation.segments import Segments

__all__ = ["MapSummary", "build_map", "save_map"]


def build_map(
    *,
    title: str,
    areas: gpd.GeoDataFrame,
    segments: Segments | None,
    assets: gpd.GeoDataFrame | None,
    plans: Sequence[Plan] = (),
    pairs: pd.DataFrame | None = None,
    pairs_shown: bool = False,
    attribution: str,
    made_up: bool = False,
    notes: Sequence[str] = (),
    columns: Sequence[Column] = (),
    column_shown: int = -1,
    interviews: pd.DataFrame | None = None,
    wards: Wards | None = None,
    surfaces: Sequence[Surface] = (),
    surface_shown: int = -1,
    subtitle: str = "",
    today: str | None = None,
    base_map: BaseMap | None = None,
    tolerance_m: float | None = None,
    cache: Path | None = None,
) -> TownMap:
    """Build the map of a place; :func:`save_map` writes it.

    Parameters
    ----------
    title, subtitle
        Heading of the page and the line below it.
    areas
        Areas table in BNG, indexed by oa_code. Areas without outline are drawn as dots and counted.
    segments
        Segments of these areas, or None for a map of buildings only.
    assets
        Asset register in BNG, indexed by asset_id; None for a map of areas only.
    plans
        Options over these buildings; the last one is shown first.
    pairs, pairs_shown
        Ranked pairs of buildings that could share, and whether they are shown at once.
    attribution
        Whose data are shown, and under which licence.
    made_up
        True puts a banner on the page that says so.
    notes
        Sentences a reader must know: what was estimated, what is missing.
    columns, column_shown
        Figures the areas can be coloured by, and the position of the one on show at first; -1 for the segments.
    interviews
        Interview notes, see :func:`maps.notes.note_layer`.
    wards
        The wards of the areas, which a switch outlines and names; by default those that the areas table names.
    surfaces, surface_shown
        Pictures of rasters that a switch on the page lays over the areas, and the position of the one on show at first.
    today
        The date of the map or of its data in words, or None for none; never the clock, so that the same input gives the
        same bytes.
    base_map
        Tiles below the areas, only where they were asked for.
    tolerance_m, cache
        Detail to drop (metres) and the folder of packed outlines, see :func:`maps.packing.pack_areas`.

    Raises
    ------
    DataError
        If the attribution or the title is empty, or a table is not what it should be.
    """
    page = TownMap(
        title=title,
        attribution=attribution,
        subtitle=subtitle,
        made_up=made_up,
        notes=notes,
        today=today,
        base_map=base_map,
    )
    page.add_child(area_layer(areas, segments, wards=wards, tolerance_m=tolerance_m, cache=cache), name="areas")
    assets = _no_assets() if assets is None else assets
    if columns:
        page.add_child(column_layer(columns, areas.index, shown=column_shown), name="columns")
    page.add_child(site_layer(assets), name="sites")
    page.add_child(move_layer(plans, assets), name="moves")
    if pairs is not None and len(pairs):
        page.add_child(pair_layer(pairs, assets, shown=pairs_shown), name="pairs")
    if interviews is not None and len(interviews):
        page.add_child(note_layer(interviews, areas.index), name="notes")
    if surfaces:
        page.add_child(surface_layer(surfaces, shown=surface_shown), name="surfaces")
    return page


def _no_assets() -> gpd.GeoDataFrame:
    """Return a register without a building."""
    return gpd.GeoDataFrame(index=pd.Index([], name="asset_id"), geometry=[], crs="EPSG:27700")
