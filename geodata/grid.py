"""Rasters in British National Grid: values on square cells, and what they mean."""

from __future__ import annotations

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from geodata.crs import require_bng
from geodata.errors import DataError

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
#: Corners that agree within this share of a cell are the same corner.
SAME_WITHIN = 1e-3


@dataclass(frozen=True, slots=True)
class Grid:
    """Square cells, north up, in BNG.

    Parameters
    ----------
    west, north
        Easting and northing of the upper left corner (metres).
    cell_m
        Side of a cell (metres).
    n_rows, n_columns
        Size; row 0 is the northernmost.
    """

    west: float
    north: float
    cell_m: float
    n_rows: int
    n_columns: int

    def __post_init__(self) -> None:
        if self.cell_m <= 0 or self.n_rows < 1 or self.n_columns < 1:
            raise ValueError(f"a grid needs cells: {self.n_rows} x {self.n_columns} of {self.cell_m} m")

    @property
    def east(self) -> float:
        """Easting of the right edge (metres)."""
        return self.west + self.n_columns * self.cell_m

    @property
    def south(self) -> float:
        """Northing of the lower edge (metres)."""
        return self.north - self.n_rows * self.cell_m

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.n_rows, self.n_columns

    def cells(self, easting: Floats, northing: Floats) -> Indices:
        """Return the number of the cell, row by row, that holds each point; -1 for points off the grid.

        Examples
        --------
        >>> Grid(0, 20, 10, 2, 3).cells(np.array([5.0, 25.0, 99.0]), np.array([15.0, 5.0, 5.0])).tolist()
        [0, 5, -1]
        """
        column = np.floor((np.asarray(easting) - self.west) / self.cell_m)
        row = np.floor((self.north - np.asarray(northing)) / self.cell_m)
        inside = (column >= 0) & (column < self.n_columns) & (row >= 0) & (row < self.n_rows)
        numbers = np.where(inside, row * self.n_columns + column, -1)
        return np.where(np.isfinite(numbers), numbers, -1).astype(np.intp)

    def centres(self) -> tuple[Floats, Floats]:
        """Return eastings of the columns and northings of the rows, at the middle of the cells (metres)."""
        easting = self.west + np.arange(0.5, self.n_columns, dtype=np.float64) * self.cell_m
        northing = self.north - np.arange(0.5, self.n_rows, dtype=np.float64) * self.cell_m
        return easting, northing

    def sentence(self) -> str:
        """Return the grid in words."""
        return (
            f"{self.n_columns} x {self.n_rows} cells of {self.cell_m:g} m, "
            f"eastings {self.west:g} to {self.east:g}, northings {self.south:g} to {self.north:g}"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """Values on a grid.

    Parameters
    ----------
    values
        Shape (n_rows, n_columns); not-a-number where there is no value.
    grid
        Where the cells lie.
    units
        What a value counts, such as "residents", "metres", "minutes".
    source
        Where the values come from, in words.
    """

    values: Floats
    grid: Grid
    units: str
    source: str

    def __post_init__(self) -> None:
        if self.values.shape != self.grid.shape:
            raise ValueError(f"values of shape {self.values.shape} on a grid of {self.grid.shape}")

    def cells(self) -> Floats:
        """Return the values row by row, shape (n_cells,)."""
        return self.values.ravel()

    def total(self) -> float:
        """Return the sum of all values."""
        return float(np.nansum(self.values))

    def with_values(self, values: Floats, *, units: str | None = None, source: str | None = None) -> Raster:
        """Return other values on the same grid."""
        return replace(
            self,
            values=values,
            units=self.units if units is None else units,
            source=self.source if source is None else source,
        )


def check_same_grid(one: Raster, other: Raster, *, names: tuple[str, str]) -> None:
    """Raise where two rasters do not lie cell on cell; every mismatch is told.

    Raises
    ------
    DataError
        Cell size, extent or corner differ.
    """
    first, second, slack = one.grid, other.grid, SAME_WITHIN * one.grid.cell_m
    wrong = []
    if abs(first.cell_m - second.cell_m) > slack / max(first.shape):
        wrong.append(f"cells of {first.cell_m:g} m against {second.cell_m:g} m")
    if first.shape != second.shape:
        wrong.append(f"{first.n_columns} x {first.n_rows} cells against {second.n_columns} x {second.n_rows}")
    if abs(first.west - second.west) > slack or abs(first.north - second.north) > slack:
        wrong.append(f"upper left corner {first.west:g}, {first.north:g} against {second.west:g}, {second.north:g}")
    if wrong:
        raise DataError(
            f"{names[0]} and {names[1]} do not lie cell on cell: {'; '.join(wrong)}. Cut both to one grid, for example "
            f"gdalwarp -tr {first.cell_m:g} {first.cell_m:g} -te {first.west:.15g} {first.south:.15g} "
            f"{first.east:.15g} {first.north:.15g} IN.tif OUT.tif."
        )


def check_covers(raster: Raster, areas: gpd.GeoDataFrame, *, name: str) -> None:
    """Raise where areas lie wholly off a raster.

    Raises
    ------
    CrsError
        The areas are not in BNG.
    DataError
        Some areas, or all, are off the raster.
    """
    require_bng(areas, "areas")
    bounds, grid = areas.geometry.bounds, raster.grid
    off = (
        (bounds["maxx"] <= grid.west) | (bounds["minx"] >= grid.east)
        | (bounds["maxy"] <= grid.south) | (bounds["miny"] >= grid.north)
    )  # fmt: skip
    if off.any():
        west, south, east, north = areas.total_bounds
        raise DataError(
            f"{name}: {int(off.sum()):,} of {len(areas):,} areas lie off the raster ({grid.sentence()}), such as "
            f"{off[off].index[0]}. Cut a raster that covers eastings {west:.0f} to {east:.0f} and northings "
            f"{south:.0f} to {north:.0f}."
        )


def difference(after: Raster, before: Raster, *, names: tuple[str, str] = ("after", "before")) -> Raster:
    """Return after less before, cell by cell; no value where either has none.

    Raises
    ------
    DataError
        The rasters do not lie cell on cell, or count different things.

    Examples
    --------
    >>> grid = Grid(0, 10, 10, 1, 2)
    >>> old = Raster(np.array([[4.0, 9.0]]), grid, "minutes", "today")
    >>> difference(old.with_values(np.array([[6.0, 5.0]]), source="joint"), old).values.tolist()
    [[2.0, -4.0]]
    """
    check_same_grid(after, before, names=names)
    if after.units != before.units:
        raise DataError(f"{names[0]} counts {after.units}, {names[1]} {before.units}. Compare two rasters of one kind.")
    return after.with_values(
        after.values - before.values, units=f"{after.units} more", source=f"{after.source} less {before.source}"
    )
