"""Walking surfaces: against a plain Dijkstra, around water, up and down."""

from __future__ import annotations

import heapq

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.cost_distance import cost_distance, site_cells
from geodata.errors import CoverageError
from geodata.grid import Floats, Grid, Raster

GRID = Grid(400_000, 301_000, 100, 10, 10)


def sites(*cells: tuple[int, int]) -> gpd.GeoDataFrame:
    """Return sites at the middle of cells (row, column)."""
    east, north = [400_050 + 100 * c for _, c in cells], [300_950 - 100 * r for r, _ in cells]
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(east, north), crs=27700)


def plain(friction: Floats, start: tuple[int, int], cell_m: float) -> Floats:
    """Return the least costs by a textbook Dijkstra on the eight neighbours."""
    best = np.full(friction.shape, np.inf)
    best[start] = 0.0
    heap = [(0.0, start)]
    while heap:
        cost, (r, c) = heapq.heappop(heap)
        if cost > best[r, c]:
            continue
        for dr, dc in ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)):
            row, column = r + dr, c + dc
            if not (0 <= row < friction.shape[0] and 0 <= column < friction.shape[1]):
                continue
            if dr and dc and np.isnan(friction[r, column]) and np.isnan(friction[row, c]):
                continue
            step = cost + (friction[r, c] + friction[row, column]) / 2 * np.hypot(dr, dc) * cell_m
            if step < best[row, column]:
                best[row, column] = step
                heapq.heappush(heap, (step, (row, column)))
    return np.where(np.isfinite(best), best, np.nan)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_minutes_equal_those_of_a_plain_search(seed: int) -> None:
    """On random ground with random water, also from several sites: the least of each."""
    random = np.random.default_rng(seed)
    values = random.uniform(0.01, 0.05, GRID.shape)
    values[random.random(GRID.shape) < 0.25] = np.nan
    values[0, 0] = values[9, 5] = 0.02
    friction = Raster(values, GRID, "minutes per metre", "")
    found = cost_distance(friction, sites((0, 0), (9, 5))).values
    expected = np.fmin(plain(values, (0, 0), 100), plain(values, (9, 5), 100))
    np.testing.assert_allclose(found, expected)


def test_a_river_is_walked_around_and_never_through_its_corners() -> None:
    """A diagonal river of single cells cuts the land in two."""
    values = np.full(GRID.shape, 0.01)
    np.fill_diagonal(values, np.nan)
    minutes = cost_distance(Raster(values, GRID, "minutes per metre", ""), sites((9, 0))).values
    assert np.isfinite(minutes[np.tril_indices(10, -1)]).all()
    assert np.isnan(minutes[np.triu_indices(10, 0)]).all()


def test_walking_up_to_a_site_takes_longer_than_down_to_it() -> None:
    """With elevation a step costs by its rise, on the way towards the site."""
    height = np.tile(np.arange(10.0)[:, None] * -10, (1, 10))  # the north is high
    friction = Raster(np.full(GRID.shape, 0.012), GRID, "minutes per metre", "")
    elevation = Raster(height, GRID, "metres", "")
    up_to = cost_distance(friction, sites((0, 0)), elevation=elevation).values[9, 0]
    down_to = cost_distance(friction, sites((9, 0)), elevation=elevation).values[0, 0]
    assert up_to == pytest.approx(900 * 0.01 * np.exp(3.5 * 0.15))
    assert down_to == pytest.approx(900 * 0.01 * np.exp(3.5 * 0.05))


def test_the_limit_leaves_far_cells_without_value() -> None:
    """Beyond five minutes nothing is said."""
    friction = Raster(np.full(GRID.shape, 0.01), GRID, "minutes per metre", "")
    minutes = cost_distance(friction, sites((0, 0)), limit_min=5).values
    assert np.nanmax(minutes) <= 5
    assert np.isnan(minutes[9, 9])


def test_sites_in_the_water_or_off_the_raster_are_named() -> None:
    """They would be left out without a word."""
    values = np.full(GRID.shape, 0.01)
    values[0, 0] = np.nan
    friction = Raster(values, GRID, "minutes per metre", "")
    wrong = sites((0, 0), (5, 5), (40, 0))
    assert site_cells(wrong, friction).tolist() == [-1, 55, -1]
    with pytest.raises(CoverageError, match=r"0, 2 \(2 of 3\) stand off the raster"):
        cost_distance(friction, wrong)
