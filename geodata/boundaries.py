"""Put the census on the ground: polygons, points and names for every area of a census table.

The census table says which areas there are; the boundary files only say where they lie. An area without a polygon is
kept, because people live there: it is placed at the centre of the next larger area and counted. A polygon that the
census table does not know is left out and counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.crs import BNG, to_bng
from geodata.errors import CoverageError, SchemaError, SourceError, did_you_mean, examples
from geodata.files import read_areas_file, read_table
from geodata.levels import HEADINGS, level_columns, low
from geodata.schema import check_areas

_AREA_HEADING = re.compile(r"(oa|geography|geo|area)?(\d\d)?_?(cd|code)|oa(\d\d)?|output_area")


@dataclass(frozen=True, slots=True)
class LargerAreas:
    """A file of areas that contain output areas, for those without a polygon of their own, and for names.

    Parameters
    ----------
    file
        Layer of polygons.
    code
        Its column of codes.
    areas_column
        The column of the census or of the look-up that holds the same codes.
    name
        Its column of names, used for the locality; None or "" for none.
    """

    file: str | Path
    code: str
    areas_column: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class AreaReport:
    """What became of the areas and polygons, as counts and the codes concerned.

    Parameters
    ----------
    n_areas
        Areas of the census table; all of them are in the result.
    n_features
        Features read from the file of polygons.
    mended
        Codes whose polygon was invalid and has been mended.
    merged
        Codes that had several features, now one.
    without_polygon
        Codes that have none; they are placed by a centroid or a larger area.
    by_larger_area
        Codes placed at the centre of a larger area.
    by_centroid
        Codes placed at a weighted centroid.
    unknown
        Codes of polygons that the census table does not have; left out.
    """

    n_areas: int
    n_features: int = 0
    mended: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    without_polygon: tuple[str, ...] = ()
    by_larger_area: tuple[str, ...] = ()
    by_centroid: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def sentences(self) -> tuple[str, ...]:
        """Return what the reader should know, one sentence each; nothing where all went smoothly."""
        notes = (
            (self.without_polygon, f"of {self.n_areas:,} areas have no polygon and are not drawn"),
            (self.by_larger_area, "areas are placed at the centre of the larger area they lie in"),
            (self.by_centroid, "areas are placed at their population-weighted centroid"),
            (self.mended, "polygons were invalid and have been mended"),
            (self.merged, "areas had several features, which are now one"),
            (self.unknown, "polygons have codes that are not in the census table and were left out"),
        )
        return tuple(f"{len(codes):,} {what}: {examples(codes)}." for codes, what in notes if codes)


def read_areas(
    census_columns: pd.DataFrame,
    *,
    population: pd.Series,
    households: pd.Series | None = None,
    areas: str | Path | None = None,
    areas_code: str | None = None,
    lookup: str | Path | None = None,
    larger: Sequence[LargerAreas] = (),
    centroids: str | Path | None = None,
) -> tuple[gpd.GeoDataFrame, AreaReport]:
    """Build the areas table: every area of the census, with polygon, point, larger areas, names and people.

    Parameters
    ----------
    census_columns
        Indexed by ``oa_code``, in the order wanted; text columns that the census brings along, such as ``msoa21cd``,
        ``lad22cd`` and ``lad22nm``. No column is needed.
    population, households
        People and households, indexed by ``oa_code``.
    areas
        Layer of polygons, any CRS that :func:`geodata.crs.to_bng` takes.
    areas_code
        Its column of codes; found by its heading and values where not given.
    lookup
        Table from area codes to larger codes and names. The census's own columns go first.
    larger
        Larger areas for those without a polygon, the next larger first.
    centroids
        Layer of population-weighted centroids; where given, it places the areas that it has.

    Returns
    -------
    tuple
        The areas table (``geodata.schema.AREAS``) with the index of `census_columns`, and the report.

    Raises
    ------
    SourceError
        A file cannot be read, or has no such column.
    CrsError
        A file has no CRS or one that cannot be converted.
    CoverageError
        No code is both in the census and in a file, or an area can be placed nowhere.
    SchemaError
        Codes of the census are repeated, or are not text.
    """
    codes = _checked_codes(census_columns)
    known = [census_columns.astype("str")]
    if lookup is not None:
        known.append(_by_code(read_table(lookup), codes, None, str(lookup)))
    report, polygons = AreaReport(len(codes)), gpd.GeoSeries(None, index=codes, crs=BNG)
    if areas is not None:
        report, polygons, attributes = _read_polygons(areas, areas_code, codes)
        known.append(attributes)
    points, report = _own_points(polygons, centroids, report)
    points, names, report = _from_larger(points, larger, known, report)
    _check_placed(points, larger)
    table = level_columns(known, names, codes).assign(
        population=population.reindex(codes).astype("float64"),
        households=np.nan if households is None else households.reindex(codes).astype("float64"),
        placed_by=_placed_by(report, codes),
    )
    frame = gpd.GeoDataFrame(table, geometry=polygons, crs=BNG)
    frame["point"] = points
    return check_areas(frame), report


def _checked_codes(census_columns: pd.DataFrame) -> pd.Index:
    codes = census_columns.index.rename("oa_code")
    if codes.has_duplicates:
        repeated = list(codes[codes.duplicated()].unique())
        raise SchemaError(f"census: 'oa_code' is repeated for {examples(repeated)}. Keep one row for each area.")
    return codes


def _by_code(frame: pd.DataFrame, codes: pd.Index, heading: str | None, source: str) -> pd.DataFrame:
    """Return the text columns of a table for the areas of the census, indexed like it."""
    column = _code_column(frame, codes, heading, source)
    texts = pd.DataFrame(frame).select_dtypes(["str", "object"]).drop(columns=column)
    keyed = texts.set_index(pd.Index(frame[column], name="oa_code"))
    return keyed[~keyed.index.duplicated()].reindex(codes)


def _code_column(frame: pd.DataFrame, codes: pd.Index, heading: str | None, source: str) -> str:
    """Return the column of area codes: the one asked for, or the one that shares most values with the census."""
    if heading is not None and heading not in frame.columns:
        close = did_you_mean(heading, map(str, frame.columns))
        raise SourceError(f"{source}: has no column '{heading}'.{close} Its columns are {', '.join(frame.columns)}.")
    texts = [name for name in frame.select_dtypes(["str", "object"]).columns if frame[name].dtype != "geometry"]
    asked = [heading] if heading is not None else sorted(texts, key=lambda name: not _AREA_HEADING.fullmatch(low(name)))
    shared = {name: int(frame[name].isin(codes).sum()) for name in asked}
    best = max(shared, key=lambda name: shared[name], default=None)
    if best is None or not shared[best]:
        seen = f" (such as {frame[asked[0]].iloc[0]})" if asked and len(frame) else ""
        wanted = f" (such as {codes[0]})" if len(codes) else ""
        raise CoverageError(
            f"{source}: none of its {len(frame):,} area codes{seen} is among the {len(codes):,} areas of the census"
            f"{wanted}. Their vintages or places differ: take the file of the same census and the same district."
        )
    return best


def _read_polygons(
    path: str | Path, heading: str | None, codes: pd.Index
) -> tuple[AreaReport, gpd.GeoSeries, pd.DataFrame]:
    """Return what became of the polygons, one of them (or None) per area, and their attributes."""
    frame = read_areas_file(path)
    column = _code_column(frame, codes, heading, str(path))
    attributes = _by_code(frame, codes, column, str(path))
    found = frame[column].astype("str")
    shapes = gpd.GeoSeries(to_bng(frame.geometry, source=str(path)).to_numpy(), index=pd.Index(found), crs=BNG)
    unknown = tuple(dict.fromkeys(found[~found.isin(codes)]))
    shapes = gpd.GeoSeries(shapes[shapes.index.isin(codes)])
    broken = shapes.notna() & ~shapes.is_valid
    mended = tuple(dict.fromkeys(shapes.index[broken]))
    shapes = mend(shapes)
    merged = tuple(shapes.index[shapes.index.duplicated()].unique())
    polygons = gpd.GeoSeries(_one_each(shapes).reindex(codes), crs=BNG)
    polygons[polygons.is_empty] = None
    report = AreaReport(
        n_areas=len(codes),
        n_features=len(frame),
        mended=mended,
        merged=merged,
        without_polygon=tuple(codes[polygons.isna()]),
        unknown=unknown,
    )
    return report, polygons, attributes


def mend(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the shapes with invalid ones made valid and everything that is not a polygon left out.

    A valid polygon comes back as it was. A shape with no polygon in it becomes None.
    """
    valid = shapely.make_valid(shapes.to_numpy())
    parts, owner = shapely.get_parts(valid, return_index=True)
    inner, inner_owner = shapely.get_parts(parts, return_index=True)  # a collection may hold multipolygons
    owner = owner[inner_owner]
    is_polygon = shapely.get_type_id(inner) == shapely.GeometryType.POLYGON
    whole = np.isin(shapely.get_type_id(valid), [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON])
    mended = valid.copy()
    mended[~whole] = None
    for row in np.unique(owner[is_polygon & ~whole[owner]]):  # few: collections only
        mended[row] = shapely.multipolygons(inner[is_polygon & (owner == row)])
    return gpd.GeoSeries(mended, index=shapes.index, crs=shapes.crs)


def _one_each(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return one shape per code: repeated ones are united, so that the same outline twice counts once."""
    repeated = shapes.index.duplicated(keep=False)
    if not repeated.any():
        return shapes
    several = gpd.GeoSeries(shapes[repeated])
    outlines, groups = several.to_numpy(), several.groupby(level=0, sort=False).indices
    united = {str(code): shapely.union_all(outlines[rows]) for code, rows in groups.items()}
    parts: list[Any] = [shapes[~repeated], gpd.GeoSeries(united, crs=BNG)]
    return gpd.GeoSeries(pd.concat(parts), crs=BNG)


def _own_points(
    polygons: gpd.GeoSeries, centroids: str | Path | None, report: AreaReport
) -> tuple[gpd.GeoSeries, AreaReport]:
    """Return the weighted centroid where there is one, else the centre of the polygon (or a point inside it)."""
    centres = polygons.centroid
    outside = polygons.notna() & ~polygons.contains(centres)
    centres[outside] = polygons.representative_point()[outside]
    if centroids is None:
        return centres, report
    frame = read_areas_file(centroids)
    column = _code_column(frame, polygons.index, None, str(centroids))
    weighted = to_bng(frame.set_index(column).geometry, source=str(centroids)).centroid
    wanted = weighted.index.isin(polygons.index) & ~weighted.index.duplicated() & weighted.notna()
    weighted = gpd.GeoSeries(weighted[wanted])
    centres[weighted.index] = weighted
    return centres, replace(report, by_centroid=tuple(polygons.index[polygons.index.isin(weighted.index)]))


def _from_larger(
    points: gpd.GeoSeries, larger: Sequence[LargerAreas], known: list[pd.DataFrame], report: AreaReport
) -> tuple[gpd.GeoSeries, list[pd.Series], AreaReport]:
    """Return the points with gaps filled from the larger areas in their order, and the names of those."""
    points, names, filled = points.copy(), [], []
    for entry in larger:
        keys = _keys(entry, known, points.index)
        frame = read_areas_file(entry.file)
        for heading in filter(None, (entry.code, entry.name)):
            if heading not in frame.columns:
                close = did_you_mean(heading, map(str, frame.columns))
                raise SourceError(f"{entry.file}: has no column '{heading}'.{close}")
        frame = frame.drop_duplicates(entry.code).set_index(entry.code)
        centres = mend(to_bng(frame.geometry, source=str(entry.file))).centroid
        gaps = points.isna() & keys.isin(centres.index[centres.notna()])
        points[gaps] = gpd.GeoSeries(centres.reindex(keys[gaps])).to_numpy()
        filled += list(points.index[gaps])
        if entry.name:
            names.append(keys.map(frame[entry.name].astype("str")))
    return points, names, replace(report, by_larger_area=tuple(filled))


def _keys(entry: LargerAreas, known: list[pd.DataFrame], codes: pd.Index) -> pd.Series:
    """Return the code of the larger area of each area."""
    for frame in known:
        if entry.areas_column in frame.columns:
            return frame[entry.areas_column]
    if entry.areas_column in HEADINGS:
        return level_columns(known, [], codes)[entry.areas_column]
    columns = [str(name) for frame in known for name in frame.columns]
    close = did_you_mean(entry.areas_column, columns)
    raise SourceError(
        f"{entry.file}: the column '{entry.areas_column}' is neither in the census nor in its look-up.{close} "
        f"Their columns are {', '.join(dict.fromkeys(columns)) or 'none'}."
    )


def _check_placed(points: gpd.GeoSeries, larger: Sequence[LargerAreas]) -> None:
    if points.isna().any():
        codes = list(points.index[points.isna()])
        remedy = "Add a larger area that contains them" if larger else "Name the larger areas ([boundaries] larger)"
        raise CoverageError(
            f"areas: no place for {examples(codes, total=len(points))}: they have no polygon. {remedy}, "
            "or give a file of centroids."
        )


def _placed_by(report: AreaReport, codes: pd.Index) -> pd.Series:
    placed = pd.Series("polygon", index=codes)
    placed[list(report.by_larger_area)] = "larger area"
    placed[list(report.by_centroid)] = "weighted centroid"
    return placed
