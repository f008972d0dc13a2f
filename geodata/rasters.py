"""The door to raster files: read one band in BNG, write a Cloud-Optimised GeoTIFF that says what it holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.features import rasterize
from rasterio.features import shapes as shapes_of
from rasterio.io import MemoryFile
from rasterio.shutil import copy as copy_dataset
from rasterio.transform import from_origin
from shapely.geometry import MultiPolygon, Polygon

from geodata.crs import require_bng
from geodata.errors import CrsError, DataError, SourceError
from geodata.grid import Floats, Grid, Raster
from geodata.write import writing

BNG_CODE = 27700
#: With heights above Newlyn beside it, as elevation is often sold.
BNG_WITH_HEIGHT = 7405
NODATA = -999_999.0
TILE = 256


def read_raster(path: str | Path, *, units: str = "", band: int = 1) -> Raster:
    """Read one band of a raster in British National Grid.

    Parameters
    ----------
    path
        Any raster that GDAL reads: GeoTIFF, ASCII grid, VRT.
    units
        What a value counts, where the file does not say.
    band
        Band to read, from 1.

    Raises
    ------
    SourceError
        The file is missing or no raster.
    CrsError
        It has no CRS, or one other than British National Grid.
    DataError
        It has no nodata value, several bands, slanted or oblong cells, or no value at all. All faults are told at once.
    """
    try:
        with rasterio.open(path) as dataset:
            _check_crs(path, dataset)
            _check_form(path, dataset, band)
            values = dataset.read(band, masked=True).astype(np.float64).filled(np.nan)
            tags = dataset.tags()
            units = tags.get("units") or dataset.units[band - 1] or units
            corner = dataset.transform
    except (RasterioError, OSError) as error:
        if isinstance(error, (CrsError, DataError)):
            raise
        raise SourceError(
            f"{path}: cannot be read as a raster ({_reason(error)}). Give a GeoTIFF in British National Grid."
        ) from error
    if np.isnan(values).all():
        raise DataError(f"{path}: every cell is nodata. Check that the raster covers the place and its nodata value.")
    grid = Grid(corner.c, corner.f, corner.a, *values.shape)
    return Raster(values, grid, units, tags.get("source") or Path(path).name)


def _reason(error: Exception) -> str:
    """Return the first line of what the library said, or of what lies behind it where it says only that."""
    behind = error.__cause__ if error.__cause__ is not None and "previous exception" in str(error) else error
    return (str(behind).splitlines() or [type(error).__name__])[0].rstrip(".")


def _check_crs(path: str | Path, dataset: Any) -> None:
    code = None if dataset.crs is None else dataset.crs.to_epsg()
    if code in {BNG_CODE, BNG_WITH_HEIGHT}:
        return
    remedy = "Warp it first: gdalwarp -t_srs EPSG:27700 -dstnodata -9999 IN.tif OUT.tif"
    if dataset.crs is None:
        raise CrsError(f"{path}: has no coordinate reference system. If it is in British National Grid, say so: "
                       "gdal_translate -a_srs EPSG:27700 IN.tif OUT.tif")  # fmt: skip
    name = f"EPSG:{code}" if code else str(dataset.crs.to_dict().get("proj", "another system"))
    if dataset.crs.is_geographic:
        raise CrsError(f"{path}: is in degrees ({name}), and cells must be metres in British National Grid. {remedy}")
    raise CrsError(f"{path}: is in {name}, not in British National Grid (EPSG:27700). {remedy}")


def _check_form(path: str | Path, dataset: Any, band: int) -> None:
    """Raise once with everything that is wrong with the form of the raster."""
    faults = []
    corner = dataset.transform
    if dataset.nodata is None:
        faults.append(
            "no nodata value is set, so empty cells cannot be told from zero; set it: "
            "gdal_translate -a_nodata -9999 IN.tif OUT.tif"
        )
    if not 1 <= band <= dataset.count:
        faults.append(f"there is no band {band}; it has {dataset.count}")
    if corner.b or corner.d or corner.a <= 0 or corner.e >= 0:
        faults.append("the cells do not lie north up; warp it: gdalwarp -t_srs EPSG:27700 IN.tif OUT.tif")
    elif abs(corner.a + corner.e) > 1e-6 * corner.a:
        faults.append(
            f"cells are {corner.a:g} m x {-corner.e:g} m; make them square: gdalwarp -tr {corner.a:g} {corner.a:g}"
        )
    if faults:
        raise DataError(f"{path}: {'; '.join(faults)}.")


def write_raster(raster: Raster, path: str | Path, *, overwrite: bool = False) -> None:
    """Write a Cloud-Optimised GeoTIFF with nodata, units and source in its tags. The same raster gives the same bytes.

    Parameters
    ----------
    raster
        What to write; values are stored as 32-bit floats.
    path
        File to make, with the suffix ``.tif``.
    overwrite
        Replace an existing file.

    Raises
    ------
    SourceError
        The file exists and `overwrite` is off, or cannot be written.
    """
    grid = raster.grid
    profile = {
        "driver": "GTiff",
        "dtype": "float32",
        "count": 1,
        "height": grid.n_rows,
        "width": grid.n_columns,
        "crs": f"EPSG:{BNG_CODE}",
        "transform": from_origin(grid.west, grid.north, grid.cell_m, grid.cell_m),
        "nodata": NODATA,
    }
    with writing(path, overwrite=overwrite) as partial, MemoryFile() as memory:
        with memory.open(**profile) as dataset:
            dataset.write(np.where(np.isnan(raster.values), NODATA, raster.values).astype(np.float32), 1)
            dataset.update_tags(units=raster.units, source=raster.source)
            dataset.set_band_unit(1, raster.units)
        with memory.open() as dataset:
            copy_dataset(
                dataset, partial, driver="COG", compress="DEFLATE", predictor="YES", blocksize=TILE,
                overview_resampling=Resampling.average.name, num_threads=1,
            )  # fmt: skip


def burn(shapes: gpd.GeoSeries, values: Floats, grid: Grid) -> Floats:
    """Return the value of the shape that each cell's centre lies in, not-a-number in none; the last of several wins.

    Parameters
    ----------
    shapes
        Polygons in BNG; missing ones are left out.
    values
        One value for each shape, shape (n_shapes,).
    grid
        The grid.

    Raises
    ------
    CrsError
        The shapes are not in BNG.
    """
    require_bng(shapes, "shapes")
    pairs = [
        (shape, value) for shape, value in zip(shapes, values, strict=True) if shape is not None and not shape.is_empty
    ]
    if not pairs:
        return np.full(grid.shape, np.nan)
    burnt: Floats = rasterize(
        pairs,
        out_shape=grid.shape,
        transform=from_origin(grid.west, grid.north, grid.cell_m, grid.cell_m),
        fill=np.nan,
        dtype="float64",
    )
    return burnt


def shape_of(mask: np.ndarray[Any, np.dtype[np.bool_]], grid: Grid) -> MultiPolygon:
    """Return the outline of the cells that are True (BNG); empty where none is.

    Examples
    --------
    >>> shape_of(np.array([[True, True, False]]), Grid(0, 10, 10, 1, 3)).bounds
    (0.0, 0.0, 20.0, 10.0)
    """
    corner = from_origin(grid.west, grid.north, grid.cell_m, grid.cell_m)
    found = shapes_of(mask.astype(np.uint8), mask=mask, transform=corner)
    return MultiPolygon([Polygon(*_rings(outline)) for outline, _ in found])


def _rings(outline: dict[str, Any]) -> tuple[Any, list[Any]]:
    """Return the outer ring of a polygon as GDAL gives it, and its holes."""
    first, *holes = outline["coordinates"]
    return first, holes


def mask_of(shapes: gpd.GeoDataFrame, grid: Grid, *, every_touched: bool = True) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return True for the cells of a grid that shapes cover.

    Parameters
    ----------
    shapes
        Lines or polygons in BNG.
    grid
        The grid.
    every_touched
        Every cell that a shape touches, so that a narrow river has no gap; else only cells whose centre it covers.

    Raises
    ------
    CrsError
        The shapes are not in BNG.
    """
    require_bng(shapes, "shapes")
    known = [shape for shape in shapes.geometry if shape is not None and not shape.is_empty]
    if not known:
        return np.zeros(grid.shape, dtype=np.bool_)
    burnt: Floats = rasterize(
        known,
        out_shape=grid.shape,
        transform=from_origin(grid.west, grid.north, grid.cell_m, grid.cell_m),
        all_touched=every_touched,
        dtype="uint8",
    )
    return burnt.astype(np.bool_)
