"""Areas can be coloured by any column: figures, classes, counts and residents on the page are those of the table."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import CoverageError, DataError
from maps.base import TownMap
from maps.columns import Column, column_layer, even_breaks, spread
from maps.style import COLOUR_VISION, nearest_pair
from maps.surface import RISING, TURNING

BuildMap = Callable[..., TownMap]
OpenMap = Callable[..., Any]


@pytest.fixture
def rents(town_areas: gpd.GeoDataFrame) -> Column:
    """Return a column of 5, 10 ... 55 %, the last area not known; the whole place has 20 %."""
    figures = pd.Series([*np.arange(5.0, 60.0, 5.0), np.nan], index=town_areas.index)
    return Column("Rents", "Housing", "% of households", figures, note="A census.", breaks=(10.0, 30.0), base=20.0)


@pytest.mark.browser
def test_areas_take_the_colour_of_their_class(town_map: BuildMap, visit: OpenMap, rents: Column) -> None:
    """Legend with units, areas and residents; an area that is not known is grey and counted."""
    seen = visit(town_map(columns=[rents]))
    seen.page.select_option("#column-choice", label="Rents")
    seen.page.wait_for_selector("#column-legend button")
    entries = seen.page.locator("#column-legend button").all_inner_texts()
    assert [" ".join(entry.split()) for entry in entries] == [
        "under 10 % of households 1 area, 100 residents",
        "10 to 30 4 areas, 400 residents",
        "30 or more 6 areas, 600 residents",
    ]
    assert "1 area not known (grey)." in seen.page.inner_text("#column-note")
    colours = seen.ask("Array.from({ length: areas = onetown.areas.n }, (_, i) => onetown.areas.colourOf(i))")
    assert len(set(colours)) == 4
    assert colours[0] != colours[1] == colours[4] != colours[5] == colours[10] != colours[11] == "#d5d9de"
    assert seen.page.locator("#community-legend").is_hidden()


@pytest.mark.browser
def test_a_class_filters_and_the_panel_gives_the_figure(town_map: BuildMap, visit: OpenMap, rents: Column) -> None:
    """A picked class leaves the others pale; the panel says the figure with its unit and index."""
    seen = visit(town_map(columns=[rents]))
    seen.page.select_option("#column-choice", label="Rents")
    seen.page.click("#column-legend button:has-text('30 or more')")
    assert seen.ask("[0, 5, 11].map((area) => onetown.areas.shown(area))") == [False, True, False]
    seen.page.evaluate("onetown.choose({ kind: 'area', id: 7 })")
    assert "40% of households (index 200)" in seen.page.inner_text("#panel")
    seen.page.click("#index-choice label:has-text('Index')")
    seen.page.wait_for_selector("#column-legend button:has-text('200 or more')")
    assert seen.ask("onetown.areas.shown(0)")


@pytest.mark.browser
def test_unsure_areas_fade(town_map: BuildMap, visit: OpenMap, town_segments: Any) -> None:
    """Certainty in four steps: a sure area keeps its colour, a doubtful one is nearer to white."""
    town_segments.table["certainty"] = [0.95, 0.8, 0.6, 0.2, *[1.0] * 8]
    seen = visit(town_map())
    colour = "[0, 1, 2, 3].map((area) => onetown.areas.colourOf(area))"
    assert len(set(seen.ask(colour))) == 1
    seen.page.select_option("#unsure", "fade")
    faded = seen.ask(colour)
    assert faded == sorted(faded)
    assert len(set(faded)) == 4


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"breaks": tuple(map(float, range(12)))}, "13 classes, a map can tell 12 apart"),
     ({"breaks": (3.0, 2.0)}, "do not rise"),
     ({"figures": pd.Series([np.nan], index=["T01"])}, "no area has a figure")],
)  # fmt: skip
def test_a_column_that_will_not_do_is_refused(rents: Column, changes: dict[str, Any], words: str) -> None:
    """Too many classes, borders out of order and empty columns are named."""
    facts = {"name": "Rents", "group": "", "unit": "%", "figures": rents.figures, "breaks": None} | changes
    with pytest.raises(DataError, match=words):
        column_layer([Column(**facts)], rents.figures.index)


def test_a_column_of_other_areas_is_refused(rents: Column) -> None:
    """2011 and 2021 codes do not join."""
    with pytest.raises(CoverageError, match="none of its areas"):
        column_layer([rents], pd.Index(["X1"]))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_borders_rise_and_are_few(values: list[float]) -> None:
    """Whatever the figures, there are at most six classes, and none below the least figure."""
    breaks = even_breaks(np.array(values))
    assert breaks == sorted(set(breaks))
    assert len(breaks) <= 5


@pytest.mark.parametrize("vision", [None, *COLOUR_VISION])
@pytest.mark.parametrize("colours", [RISING, TURNING])
def test_classes_can_be_told_by_every_reader(colours: tuple[str, ...], vision: str | None) -> None:
    """Six classes are well apart, twelve still tell from their neighbours, with every kind of colour vision."""
    assert nearest_pair(spread(colours, 6), vision=vision) > 10
    twelve = spread(colours, 12)
    assert min(nearest_pair(pair, vision=vision) for pair in itertools.pairwise(twelve)) > 4
