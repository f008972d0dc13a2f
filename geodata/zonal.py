"""Between grids and areas: exact zonal sums one way, dasymetric spreading the other; nobody is lost or made up.

Exact means that a cell on a border counts by the share of it that lies in the area (exactextract), not by its centre.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from scipy.sparse import csr_matrix

from geodata.errors import CoverageError, examples
from geodata.grid import Grid, Raster, check_covers

CODE = "onetown_row"


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """How much of every cell lies in every area.

    Parameters
    ----------
    share
        Share of the cell in the area (0-1), shape (n_areas, n_cells), cells counted row by row.
    codes
        Index of the areas.
    grid
        The grid.
    """

    share: csr_matrix
    codes: pd.Index
    grid: Grid


def overlap_of(areas: gpd.GeoDataFrame, raster: Raster, *, name: str = "raster") -> Overlap:
    """Return the exact overlap of areas and cells. Areas without a polygon overlap nothing.

    Raises
    ------
    CrsError
        The areas are not in BNG.
    DataError
        Areas lie off the raster.
    """
    drawn = ~(areas.geometry.isna() | areas.geometry.is_empty)
    check_covers(raster, areas[drawn], name=name)
    grid = raster.grid
    source = NumPyRasterSource(
        np.ones(grid.shape, dtype=np.int8), xmin=grid.west, ymin=grid.south, xmax=grid.east, ymax=grid.north
    )
    rows = np.flatnonzero(drawn.to_numpy())
    shapes = gpd.GeoDataFrame({CODE: rows}, geometry=list(areas.geometry[drawn]), crs=areas.crs)
    found = exact_extract(source, shapes, ["cell_id", "coverage"], include_cols=[CODE], output="pandas")
    counts = found["cell_id"].map(len).to_numpy()
    row = np.repeat(found[CODE].to_numpy(dtype=np.intp), counts)
    cell = np.concatenate([*found["cell_id"], np.empty(0, dtype=np.intp)]).astype(np.intp)
    share = np.concatenate([*found["coverage"], np.empty(0)]).astype(np.float64)
    return Overlap(
        csr_matrix((share, (row, cell)), shape=(len(areas), grid.n_rows * grid.n_columns)), areas.index, grid
    )


def to_areas(raster: Raster, overlap: Overlap, *, whole_cells: bool = False) -> pd.Series:
    """Return the sum of a raster of counts in every area.

    Parameters
    ----------
    raster
        Counts, such as residents, on the grid of the overlap.
    overlap
        Areas and cells.
    whole_cells
        Give what lies in a border cell beyond all areas to the areas that share the cell, so that the total of all
        cells touched is kept. Without it that part is left out: people beyond the border live elsewhere.

    Returns
    -------
    Series
        Sums, indexed like the areas.

    Examples
    --------
    >>> from shapely.geometry import box
    >>> two = [box(4e5, 3e5, 4e5 + 15, 3e5 + 10), box(4e5 + 15, 3e5, 4e5 + 20, 3e5 + 10)]
    >>> squares = gpd.GeoSeries(two, index=["a", "b"], crs=27700)
    >>> people = Raster(np.array([[8.0, 4.0]]), Grid(4e5, 3e5 + 10, 10, 1, 2), "residents", "made up")
    >>> to_areas(people, overlap_of(gpd.GeoDataFrame(geometry=squares), people)).tolist()
    [10.0, 2.0]
    """
    counts = np.nan_to_num(raster.cells())
    share = overlap.share
    if whole_cells:
        covered = np.asarray(share.sum(axis=0)).ravel()
        counts = np.divide(counts, covered, out=np.zeros_like(counts), where=covered > 0)
    return pd.Series(share @ counts, index=overlap.codes, name=raster.units or "sum")


def beyond(raster: Raster, overlap: Overlap) -> float:
    """Return the share of a raster's total that lies outside all areas."""
    covered = np.clip(np.asarray(overlap.share.sum(axis=0)).ravel(), 0, 1)
    counts = np.nan_to_num(raster.cells())
    total = counts.sum()
    return float(counts @ (1 - covered) / total) if total else 0.0


def to_grid(counts: pd.Series, overlap: Overlap, *, units: str, source: str, habitable: Raster | None = None) -> Raster:
    """Spread counts of areas over cells in proportion to the ground they share; totals are kept.

    Parameters
    ----------
    counts
        One count per area, indexed like the overlap.
    overlap
        Areas and cells.
    units, source
        What is counted, and where it comes from.
    habitable
        Weight of every cell (at least 0), such as 0 on water and 1 on land, or built-up area: people are put where it
        is high. An area whose cells all weigh nothing is spread evenly.

    Raises
    ------
    CoverageError
        An area with people overlaps no cell: they would be lost.
    """
    people = counts.reindex(overlap.codes).to_numpy(dtype=np.float64)
    lost = (np.diff(overlap.share.indptr) == 0) & (np.nan_to_num(people) > 0)
    if lost.any():
        codes = list(overlap.codes[lost])
        raise CoverageError(
            f"areas: {examples(codes, total=len(people))} have people but no ground on the grid. "
            "Give them polygons, or leave them out of the table."
        )
    share = overlap.share
    if habitable is not None:
        weighed = csr_matrix(share.multiply(np.nan_to_num(habitable.cells())[None, :]))
        bare = np.asarray(weighed.sum(axis=1)).ravel() == 0
        share = (weighed + csr_matrix(share.multiply(bare[:, None]))).tocsr()
    whole = np.asarray(share.sum(axis=1)).ravel()
    density = np.divide(np.nan_to_num(people), whole, out=np.zeros_like(whole), where=whole > 0)
    cells = share.T @ density
    covered = np.asarray(overlap.share.sum(axis=0)).ravel() > 0
    values = np.where(covered, cells, np.nan).reshape(overlap.grid.shape)
    return Raster(values, overlap.grid, units, source)
