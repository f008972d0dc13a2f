"""Surfaces: classes and words, where the picture lies, the same bytes, and the switch on the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib import image

from geodata.crs import lonlat_from_bng
from geodata.grid import Grid, Raster
from maps.base import TownMap
from maps.style import COLOUR_VISION, nearest_pair
from maps.surface import RISING, ClassOf, Surface, png_of, surface_layer, surface_of, warped

GRID = Grid(400_000, 303_000, 100, 30, 40)


def raster() -> Raster:
    """Return minutes that rise to the east; the south-west quarter has none."""
    values = np.tile(np.arange(40.0), (30, 1))
    values[15:, :20] = np.nan
    return Raster(values, GRID, "minutes", "made up")


def test_every_cell_is_in_the_class_whose_words_hold_its_value() -> None:
    """Borders belong to the class above."""
    surface = surface_of(raster(), name="Walk", breaks=(5, 10, 30))
    assert [one.label for one in surface.classes] == ["under 5 minutes", "5 to 10", "10 to 30", "30 or more"]
    assert surface.numbers[0, [0, 4, 5, 9, 10, 29, 30, 39]].tolist() == [1, 1, 2, 2, 3, 3, 4, 4]
    assert not surface.numbers[15:, :20].any()


def test_without_breaks_nine_classes_hold_about_as_many_cells_each() -> None:
    """As many as a reader can tell apart."""
    surface = surface_of(raster(), name="Walk")
    counts = np.bincount(surface.numbers.ravel(), minlength=10)[1:]
    assert len(surface.classes) == 9
    assert counts.max() < 3 * counts.min()


def test_what_stays_the_same_is_clear_in_a_difference() -> None:
    """The colours of the areas show through."""
    change = Raster(np.array([[-9.0, 0.2, 9.0]]), Grid(400_000, 300_000, 100, 1, 3), "minutes more", "made up")
    surface = surface_of(change, name="Change", breaks=(-5, -0.5, 0.5, 5), turning=True)
    assert surface.numbers.tolist() == [[1, 0, 5]]
    assert [one.label for one in surface.classes][2] == "about the same (clear)"


def test_breaks_that_make_no_sense_are_refused() -> None:
    """Too many, or falling."""
    for breaks in (tuple(range(9)), (5, 3)):
        with pytest.raises(ValueError, match="at most 8 breaks"):
            surface_of(raster(), name="Walk", breaks=breaks)


def test_neighbouring_classes_differ_to_every_kind_of_colour_vision() -> None:
    """The classes rise in lightness, so that they can be told apart without colour too."""
    for vision in (None, *COLOUR_VISION):
        pairs = [nearest_pair(RISING[place : place + 2], vision=vision) for place in range(len(RISING) - 1)]
        assert min(pairs) > 5


def test_a_pixel_shows_the_cell_that_lies_there() -> None:
    """Looked up by longitude and latitude, for cells all over the raster."""
    surface = surface_of(raster(), name="Walk", breaks=(5, 10, 15, 20, 25, 30, 35))
    picture, (south, west, north, east) = warped(surface)
    rows, columns = np.mgrid[1:29:3, 1:39:3]
    easting, northing = GRID.centres()
    lon, lat = lonlat_from_bng(easting[columns.ravel()], northing[rows.ravel()])
    up = np.arctanh(np.sin(np.radians([south, north])))
    y = (up[1] - np.arctanh(np.sin(np.radians(lat)))) / (up[1] - up[0]) * picture.shape[0]
    x = (lon - west) / (east - west) * picture.shape[1]
    np.testing.assert_array_equal(picture[y.astype(int), x.astype(int)], surface.numbers[rows.ravel(), columns.ravel()])


def test_the_picture_is_a_png_with_the_colours_of_the_legend() -> None:
    """Read by another library; class 0 is clear; the same classes give the same bytes."""
    classes = (ClassOf("a", "#102030"), ClassOf("b", "#405060"))
    numbers = np.array([[0, 1], [2, 1]], dtype=np.uint8)
    assert png_of(numbers, classes) == png_of(numbers.copy(), classes)
    pixels = np.round(image.imread(io.BytesIO(png_of(numbers, classes)), format="png") * 255).astype(int)
    assert pixels[0, 0, 3] == 0
    assert pixels[0, 1].tolist() == [0x10, 0x20, 0x30, 255]
    assert pixels[1, 0].tolist() == [0x40, 0x50, 0x60, 255]


def test_hostile_names_stay_text() -> None:
    """The layer is inert JSON."""
    hostile = Surface("</script><b>", "=1+1", (ClassOf("<i>", "#102030"),), np.ones((30, 40), dtype=np.uint8), GRID)
    told: Any = surface_layer([hostile]).data
    assert told["surfaces"][0]["name"] == "</script><b>"
    assert told["shown"] == -1
    assert base64.b64decode(told["surfaces"][0]["image"].split(",")[1]).startswith(b"\x89PNG")


@pytest.mark.browser
def test_the_switch_lays_one_picture_over_the_map_and_takes_it_away(
    town_map: Callable[..., TownMap], visit: Callable[..., Any]
) -> None:
    """By its name, with its legend, without a request; a hostile name is shown as it is."""
    surfaces = [
        surface_of(raster(), name=name, note="Made up.", breaks=(5, 10, 30)) for name in ("Walk", "<img src=x>")
    ]
    seen = visit(town_map(surfaces=surfaces, surface_shown=0))
    assert seen.ask("document.querySelectorAll('img.surface').length") == 1
    assert seen.ask("document.querySelectorAll('#surface-legend li').length") == 4
    seen.page.locator("#surface-choice input").nth(2).check(force=True)
    assert seen.ask("document.querySelectorAll('#surface-choice span')[2].textContent") == "<img src=x>"
    assert seen.ask("document.querySelectorAll('img.surface').length") == 1
    seen.page.locator("#surface-choice input").nth(0).check(force=True)
    assert seen.ask("document.querySelectorAll('img.surface').length") == 0
    assert seen.requests == []
    assert seen.trouble == []
