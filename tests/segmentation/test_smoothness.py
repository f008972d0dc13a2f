"""Neighbours on the map: counted by hand on a grid."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from segmentation.smoothness import Smoothness, neighbours, smoothness


def grid(side: int = 4) -> gpd.GeoDataFrame:
    """Return squares of 100 m, indexed by row and column."""
    squares = {f"{row}{column}": box(column * 100, row * 100, column * 100 + 100, row * 100 + 100)
               for row in range(side) for column in range(side)}  # fmt: skip
    return gpd.GeoDataFrame(index=pd.Index(list(squares), name="oa_code"), geometry=list(squares.values()), crs=27700)


def test_squares_touch_along_sides_and_at_corners() -> None:
    """4 x 4: 24 pairs along sides, 18 at corners."""
    pairs = neighbours(grid())
    assert len(pairs) == 42
    assert (pairs["one"] < pairs["two"]).all()
    assert not pairs.duplicated().any()


def test_slivers_do_not_part_neighbours_but_a_road_does() -> None:
    """Half a metre is a generalised outline, ten metres is a gap."""
    two = gpd.GeoDataFrame(
        geometry=[box(0, 0, 9, 9), box(9.5, 0, 18, 9), box(30, 0, 40, 9)], index=list("abc"), crs=27700
    )
    assert neighbours(two).to_numpy().tolist() == [["a", "b"]]


def test_halves_are_smooth_and_a_chessboard_is_rough() -> None:
    """Top and bottom half: all but the 10 pairs across the middle are alike."""
    areas = grid()
    pairs = neighbours(areas)
    halves = pd.Series([int(code[0]) // 2 for code in areas.index], index=areas.index)
    board = pd.Series([(int(code[0]) + int(code[1])) % 2 for code in areas.index], index=areas.index)
    expected = 2 * 8 * 7 / (16 * 15)
    assert smoothness(halves, pairs, n_areas=16).same == pytest.approx(32 / 42)
    assert smoothness(board, pairs, n_areas=16).same == pytest.approx(18 / 42)
    assert smoothness(board, pairs, n_areas=16).expected == pytest.approx(expected)


def test_what_chance_brings_is_what_dealing_out_brings() -> None:
    """The mean of many random deals."""
    areas, rng = grid(), np.random.default_rng(0)
    pairs, labels = neighbours(areas), np.repeat([0, 1, 2], [8, 5, 3])
    dealt = [smoothness(pd.Series(rng.permutation(labels), index=areas.index), pairs, n_areas=16) for _ in range(600)]
    assert np.mean([one.same for one in dealt]) == pytest.approx(dealt[0].expected, abs=0.01)


def test_areas_without_outline_are_left_out_and_said() -> None:
    """A point has no neighbours, and nothing has none."""
    areas = grid(2)
    areas.loc["00", "geometry"] = None
    areas.loc["11", "geometry"] = Point(150, 150)
    pairs = neighbours(areas)
    assert pairs.to_numpy().tolist() == [["01", "10"]]
    found = smoothness(pd.Series(0, index=areas.index), pairs, n_areas=2)
    assert "(2 areas without an outline are left out)" in found.sentence()
    assert Smoothness(0, 1, 0, np.nan, 1.0).sentence().startswith("No two areas touch")
