"""How long it takes to walk to the nearest site from every cell of a surface, around water and over hills.

Cells are joined to their eight neighbours. A step costs the mean of both cells' minutes a metre times its length; with
elevation it costs what Tobler's function says of the rise between the two cells, so that up and down differ. Cells
without value cannot be entered, and no step squeezes through the corner between two of them. The least sums are found
by Dijkstra's algorithm from all sites at once (SciPy).
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from geodata.crs import require_bng
from geodata.errors import CoverageError, examples
from geodata.grid import Floats, Indices, Raster, check_same_grid
from geodata.terrain import tobler_min_per_m

#: Rows and columns from a cell to half of its neighbours; the other half are the ways back.
STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))


def site_cells(sites: gpd.GeoDataFrame, friction: Raster) -> Indices:
    """Return the cell of every site, shape (n_sites,); -1 where it stands off the raster or cannot be reached on foot.

    Raises
    ------
    CrsError
        The sites are not in BNG.
    """
    require_bng(sites, "sites")
    cells = friction.grid.cells(np.asarray(sites.geometry.x, np.float64), np.asarray(sites.geometry.y, np.float64))
    return np.where((cells >= 0) & np.isfinite(friction.cells()[cells]), cells, -1)


def cost_distance(
    friction: Raster, sites: gpd.GeoDataFrame, *, elevation: Raster | None = None, limit_min: float = np.inf
) -> Raster:
    """Return the minutes from every cell to the nearest site.

    Parameters
    ----------
    friction
        Minutes a metre, no value where nobody can walk (water).
    sites
        Points in BNG.
    elevation
        Heights on the same grid (metres): steps then cost by their rise (walking towards the site), and `friction` only
        says where one can walk.
    limit_min
        Cells further away have no value.

    Returns
    -------
    Raster
        Minutes; no value where no site is in reach.

    Raises
    ------
    CrsError
        The sites are not in BNG.
    CoverageError
        A site stands off the raster or where nobody can walk.
    DataError
        Friction and elevation do not lie cell on cell.

    Examples
    --------
    >>> from geodata.grid import Grid
    >>> flat = Raster(np.full((1, 4), 0.01), Grid(400_000, 300_100, 100, 1, 4), "minutes per metre", "made up")
    >>> one = gpd.GeoDataFrame(geometry=gpd.points_from_xy([400_050], [300_050]), crs=27700)
    >>> cost_distance(flat, one).values.round(6).tolist()
    [[0.0, 1.0, 2.0, 3.0]]
    """
    cells = site_cells(sites, friction)
    if (cells < 0).any():
        lost = list(sites.index[cells < 0])
        raise CoverageError(
            f"sites: {examples(lost, total=len(sites))} stand off the raster ({friction.grid.sentence()}) or where "
            "nobody can walk. Correct their places, or leave them out."
        )
    if elevation is not None:
        check_same_grid(friction, elevation, names=("friction", "elevation"))
    graph = _graph(friction, None if elevation is None else elevation.values)
    minutes = dijkstra(graph, indices=np.unique(cells), min_only=True, limit=limit_min)
    values = np.where(np.isfinite(minutes), minutes, np.nan).reshape(friction.grid.shape)
    return friction.with_values(values, units="minutes", source=f"walk to the nearest of {len(sites)} sites; "
                                + friction.source)  # fmt: skip


def _graph(friction: Raster, height: Floats | None) -> csr_matrix:
    """Return the steps from each cell to its neighbours as seen from the sites: the cost of the way towards them."""
    values, (n_rows, n_columns) = friction.values, friction.grid.shape
    passable = np.isfinite(values) if height is None else np.isfinite(values) & np.isfinite(height)
    number = np.arange(n_rows * n_columns).reshape(n_rows, n_columns)
    starts, ends, costs = [], [], []
    for down, right in STEPS:
        here = (slice(0, n_rows - down), slice(max(-right, 0), n_columns - max(right, 0)))
        there = (slice(down, n_rows), slice(max(right, 0), n_columns + min(right, 0)))
        open_ = passable[here] & passable[there]
        if down and right:
            beside = (slice(0, n_rows - down), slice(max(right, 0), n_columns + min(right, 0)))
            below = (slice(down, n_rows), slice(max(-right, 0), n_columns - max(right, 0)))
            open_ &= passable[beside] | passable[below]
        length_m = float(np.hypot(down, right)) * friction.grid.cell_m
        one, other = number[here][open_], number[there][open_]
        if height is None:
            cost = (values[here][open_] + values[there][open_]) / 2 * length_m
            back = cost
        else:
            rise = (height[there][open_] - height[here][open_]) / length_m
            # the search runs from site to cell, people walk from cell to site
            cost, back = tobler_min_per_m(-rise) * length_m, tobler_min_per_m(rise) * length_m
        starts += [one, other]
        ends += [other, one]
        costs += [cost, back]
    n = n_rows * n_columns
    return csr_matrix((np.concatenate(costs), (np.concatenate(starts), np.concatenate(ends))), shape=(n, n))
