"""Load what a ``place.toml`` names: census, areas, the outline of the place, postcodes and notes."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.boundaries import AreaReport, LargerAreas, read_areas
from geodata.census import Census, read_census
from geodata.crs import to_bng
from geodata.errors import CoverageError, DataError, did_you_mean
from geodata.files import read_areas_file, read_table
from geodata.load_rasters import with_residents
from geodata.own_columns import with_own_columns
from geodata.place import BoundarySource, Place
from geodata.postcodes import read_postcodes
from geodata.uprns import UprnTable, read_uprns

#: Outlines are joined across gaps narrower than twice this (metres), so that slivers between areas are not outside.
CLOSE_GAPS_M = 25.0


@dataclass(frozen=True, slots=True)
class Geography:
    """Who lives where in a place.

    Parameters
    ----------
    census
        Counts of the areas of the place.
    areas
        The areas table in BNG, indexed by ``oa_code`` like the census.
    report
        What became of the areas and polygons.
    outline
        Outline of the place (BNG), or None where it has no polygons.
    notes
        What a reader must know of the areas beyond the report.
    """

    census: Census
    areas: gpd.GeoDataFrame
    report: AreaReport
    outline: BaseGeometry | None
    notes: tuple[str, ...] = ()


def load_geography(place: Place) -> Geography:
    """Return census, areas and outline of a place.

    Raises
    ------
    DataError
        The place names no census or no boundaries, or none of its districts is in the census.
    ToolkitError
        Census or boundaries are at fault.
    """
    source, boundaries = place.census, place.boundaries
    if source is None or boundaries is None:
        raise DataError(
            f"{place.path}: [census] and [boundaries] are needed for this command. "
            'Add [census] counts = "..." and [boundaries] areas = "...".'
        )
    census = read_census(
        place.find(source.counts),
        vintage=place.place.vintage,
        code=source.code,
        percentages=place.find(source.percentages) if source.percentages and source.stand_in else None,
    )
    areas, report = _areas(place, boundaries, census)
    chosen = _of_districts(areas, place)
    if len(chosen) < len(areas):
        census = census.of_areas(chosen)
        areas, report = _areas(place, boundaries, census)
    census = with_own_columns(census, areas, place.variables.add, base=place.base)
    areas, notes = with_residents(areas, place)
    return Geography(census, areas, report, _outline(place, boundaries, areas), notes)


def load_uprns(place: Place, *, extent: BaseGeometry | None = None) -> UprnTable | None:
    """Return the points of UPRNs near the place (BNG) that ``[place] uprns`` names, or None.

    Parameters
    ----------
    place
        The place.
    extent
        Outline of the place (BNG); None keeps the whole table.
    """
    if not place.place.uprns:
        return None
    around = None if extent is None else extent.bounds
    return read_uprns(place.find(place.place.uprns), around=around)


def load_postcodes(place: Place) -> pd.DataFrame | None:
    """Return the centres of postcodes (BNG) that the place names, or None."""
    return None if place.postcodes is None else read_postcodes(place.find(place.postcodes.file))


def load_notes(place: Place) -> pd.DataFrame | None:
    """Return the interview notes that the place names, or None.

    Returns
    -------
    DataFrame
        Columns ``note`` and ``locality`` ("" where the file has none), and ``oa_code``, ``segment``, ``date`` where the
        file has them.

    Raises
    ------
    DataError
        The table has no notes, or nothing that says what they are about.
    """
    if place.notes is None:
        return None
    notes = read_table(place.find(place.notes.file))
    notes.columns = [str(name).strip().lower().replace(" ", "_") for name in notes.columns]
    subjects = ("locality", "oa_code", "segment")
    if "note" not in notes or not any(name in notes for name in subjects):
        lacking = "note" if "note" not in notes else "locality"
        raise DataError(
            f"{place.notes.file}: there is no column '{lacking}'. It has {', '.join(map(str, notes.columns))}. "
            "Head the columns note, and locality, oa_code or segment."
        )
    if "locality" not in notes:
        notes["locality"] = ""
    return notes[notes["note"].notna()]


def _areas(place: Place, boundaries: BoundarySource, census: Census) -> tuple[gpd.GeoDataFrame, AreaReport]:
    return read_areas(
        census.columns,
        population=_residents(place, census),
        households=census.households(),
        areas=place.find(boundaries.areas),
        areas_code=boundaries.areas_code,
        lookup=None if boundaries.lookup is None else place.find(boundaries.lookup),
        larger=[LargerAreas(place.find(one.file), one.code, one.areas_column, one.name) for one in boundaries.larger],
        centroids=None if boundaries.centroids is None else place.find(boundaries.centroids),
    )


def _residents(place: Place, census: Census) -> pd.Series:
    """Return the residents of each area; unknown where the census has no such table and a population grid stands in."""
    try:
        return census.population()
    except CoverageError:
        if place.rasters.population is None:
            raise
        return pd.Series(np.nan, index=census.counts.index, name="population")


def _of_districts(areas: gpd.GeoDataFrame, place: Place) -> pd.Index:
    """Return the codes of the areas in the districts of the place; all where it names none."""
    wanted = place.place.districts
    if not wanted:
        return areas.index
    here = set(areas["lad_code"])
    unknown = [code for code in wanted if code not in here]
    if unknown:
        hints = "".join(did_you_mean(code, here) for code in unknown)
        raise CoverageError(
            f"{place.path}: no area of the census lies in district {', '.join(unknown)}.{hints} "
            f"The census has {', '.join(sorted(here)[:10])}."
        )
    return areas.index[areas["lad_code"].isin(wanted)]


def _outline(place: Place, boundaries: BoundarySource, areas: gpd.GeoDataFrame) -> BaseGeometry | None:
    """Return the union of the areas and of the larger areas they lie in, without holes left by areas that lack one."""
    parts = [areas.geometry.dropna()]
    for one in boundaries.larger:
        frame = to_bng(read_areas_file(place.find(one.file)), source=one.file)
        codes = set(areas["msoa_code"]) | set(areas["lsoa_code"]) | set(areas["ward_code"])
        parts.append(frame.geometry[frame[one.code].isin(codes)] if one.code in frame else frame.geometry[:0])
    shapes = pd.concat(parts)
    if shapes.empty:
        return None
    joined = shapely.union_all(shapely.buffer(shapes.to_numpy(), CLOSE_GAPS_M, quad_segs=2))
    return shapely.buffer(joined, -CLOSE_GAPS_M, quad_segs=2)
