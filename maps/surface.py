"""Surfaces on the map: a raster in at most nine classes, warped to the projection of the page, as one picture.

The picture is a small PNG in the page itself; each of its rows and columns is looked up in British National Grid, so it
lies where the areas lie. The page gives it a switch and a legend in units.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geodata.crs import bng_from_lonlat, lonlat_from_bng
from geodata.grid import Floats, Grid, Raster
from maps.base import DataLayer
from maps.inert import Json, plain_text

N_CLASSES = 9
#: Light to dark, alike to every kind of colour vision (the values of matplotlib's cividis, reversed and spread).
RISING = ("#fff0a8", "#ecd97c", "#d1c15f", "#b5a95d", "#97916d", "#777a77", "#5a6478", "#364e78", "#0f2f6b")
#: Less (blue) to more (orange), pale in the middle.
TURNING = ("#08519c", "#3182bd", "#6baed6", "#bdd7e7", "#f7f7f7", "#fdd0a2", "#fd8d3c", "#d94801", "#8c2d04")
LONGEST_PX = 520
EARTH_M = 6_378_137.0
EDGE_POINTS = 40

Classes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ClassOf:
    """One class of a surface: what the legend says, and its colour."""

    label: str
    colour: str


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """One picture to lay over the map.

    Parameters
    ----------
    name
        What the switch says.
    note
        One sentence: what it shows and where it comes from.
    classes
        Classes in the order of the legend.
    numbers
        Class of every cell from 1, 0 for none, shape (n_rows, n_columns).
    grid
        Where the cells lie (BNG).
    """

    name: str
    note: str
    classes: tuple[ClassOf, ...]
    numbers: Classes
    grid: Grid


def surface_of(
    raster: Raster, *, name: str, note: str = "", breaks: Sequence[float] | None = None, turning: bool = False
) -> Surface:
    """Return a raster in at most nine classes.

    Parameters
    ----------
    raster
        What to show.
    name, note
        What the switch and the line below the legend say.
    breaks
        Inner borders of the classes, ascending, at most eight; by default those that put about as many cells in each.
    turning
        Two-sided colours around nought, for differences.

    Raises
    ------
    ValueError
        There are more than eight breaks, or they do not rise.
    """
    borders = list(_breaks(raster.values) if breaks is None else breaks)
    if len(borders) >= N_CLASSES or sorted(set(borders)) != borders:
        raise ValueError(f"at most {N_CLASSES - 1} breaks, each above the one before, not {borders}")
    numbers = np.where(np.isnan(raster.values), 0, np.digitize(raster.values, borders) + 1).astype(np.uint8)
    colours = _spread(TURNING if turning else RISING, len(borders) + 1)
    labels = change_labels(borders) if turning else class_labels(borders, raster.units)
    if turning:  # what stays the same is left to the colours of the areas
        numbers[numbers == np.digitize(0.0, borders) + 1] = 0
    classes = tuple(ClassOf(label, colour) for label, colour in zip(labels, colours, strict=True))
    return Surface(name, note, classes, numbers, raster.grid)


def class_labels(borders: Sequence[float], units: str) -> list[str]:
    """Return the words of the legend.

    Examples
    --------
    >>> class_labels([5, 10.5], "minutes")
    ['under 5 minutes', '5 to 10.5', '10.5 or more']
    """
    if not borders:
        return [f"all {units}".strip()]
    inner = [f"{low:,.6g} to {high:,.6g}" for low, high in pairwise(borders)]
    return [f"under {borders[0]:,.6g} {units}".strip(), *inner, f"{borders[-1]:,.6g} or more"]


def change_labels(borders: Sequence[float]) -> list[str]:
    """Return the words of the legend of a difference.

    Examples
    --------
    >>> change_labels([-5, -1, 1, 5])
    ['5 or more fewer', '1 to 5 fewer', 'about the same (clear)', '1 to 5 more', '5 or more more']
    """
    labels = []
    for low, high in pairwise([-np.inf, *borders, np.inf]):
        if low < 0 < high:
            labels.append("about the same (clear)")
            continue
        near, far = sorted((abs(low), abs(high)))
        size = f"{near:,.6g} to {far:,.6g}" if np.isfinite(far) else f"{near:,.6g} or more"
        labels.append(f"{size} {'fewer' if high <= 0 else 'more'}")
    return labels


def _breaks(values: Floats) -> list[float]:
    """Return up to eight borders at even shares of the cells, rounded to two digits."""
    known = values[np.isfinite(values)]
    if not len(known):
        return []
    cuts = np.quantile(known, np.arange(1, N_CLASSES) / N_CLASSES)
    return sorted({float(f"{cut:.2g}") for cut in cuts} - {float(known.min())})


def _spread(colours: Sequence[str], wanted: int) -> list[str]:
    """Return so many of the colours, ends included."""
    return [colours[round(place)] for place in np.linspace(0, len(colours) - 1, wanted)]


def surface_layer(surfaces: Sequence[Surface], *, shown: int = -1) -> DataLayer:
    """Return the layer of surfaces, each with picture, corners (degrees) and legend; `shown` is on show at first."""
    data: Json = {"shown": shown, "surfaces": [_told(surface) for surface in surfaces]}
    return DataLayer("surfaces", data, rows=len(surfaces))


def _told(surface: Surface) -> Json:
    picture, (south, west, north, east) = warped(surface)
    url = "data:image/png;base64," + base64.b64encode(png_of(picture, surface.classes)).decode("ascii")
    return {
        "name": plain_text(surface.name),
        "note": plain_text(surface.note),
        "classes": [{"label": plain_text(one.label), "colour": one.colour} for one in surface.classes],
        "image": url,
        "corners": [[round(south, 7), round(west, 7)], [round(north, 7), round(east, 7)]],
    }


def warped(surface: Surface) -> tuple[Classes, tuple[float, float, float, float]]:
    """Return the classes on rows and columns of the page's projection (EPSG:3857), and south, west, north, east.

    Corners are degrees (WGS84). Each pixel takes the class of the cell that its middle lies in.
    """
    west, south, east, north = _mercator_bounds(surface.grid)
    step = max((east - west) / LONGEST_PX, (north - south) / LONGEST_PX, _ground_step(surface.grid, south, north))
    columns, rows = int(np.ceil((east - west) / step)), int(np.ceil((north - south) / step))
    x = west + np.arange(0.5, columns, dtype=np.float64) * step
    y = north - np.arange(0.5, rows, dtype=np.float64) * step
    lon, lat = np.meshgrid(_longitude(x), _latitude(y))
    cells = surface.grid.cells(*bng_from_lonlat(lon.ravel(), lat.ravel()))
    classes = np.where(cells >= 0, surface.numbers.ravel()[cells], 0).astype(np.uint8).reshape(rows, columns)
    corners = _latitude(np.array([north - rows * step, north])), _longitude(np.array([west, west + columns * step]))
    (bottom, top), (left, right) = corners
    return classes, (float(bottom), float(left), float(top), float(right))


def _ground_step(grid: Grid, south: float, north: float) -> float:
    """Return the side of a cell in the projection, where a metre is longer the further north it lies."""
    return grid.cell_m * float(np.cosh((south + north) / 2 / EARTH_M))


def _mercator_bounds(grid: Grid) -> tuple[float, float, float, float]:
    along = np.linspace(0, 1, EDGE_POINTS)
    east, north = grid.west + along * (grid.east - grid.west), grid.south + along * (grid.north - grid.south)
    easting = np.concatenate([east, east, np.full(EDGE_POINTS, grid.west), np.full(EDGE_POINTS, grid.east)])
    northing = np.concatenate([np.full(EDGE_POINTS, grid.south), np.full(EDGE_POINTS, grid.north), north, north])
    lon, lat = lonlat_from_bng(easting, northing)
    x, y = EARTH_M * np.radians(lon), EARTH_M * np.arctanh(np.sin(np.radians(lat)))
    return float(np.nanmin(x)), float(np.nanmin(y)), float(np.nanmax(x)), float(np.nanmax(y))


def _longitude(x: Floats) -> Floats:
    return np.asarray(np.degrees(x / EARTH_M))


def _latitude(y: Floats) -> Floats:
    return np.asarray(np.degrees(np.arcsin(np.tanh(y / EARTH_M))))


def png_of(numbers: Classes, classes: Sequence[ClassOf]) -> bytes:
    """Return a PNG with a colour for each class and nothing where it is 0; the same classes give the same bytes."""
    palette = b"\0\0\0" + b"".join(bytes.fromhex(one.colour[1:]) for one in classes)
    rows = np.column_stack([np.zeros(len(numbers), dtype=np.uint8), numbers]).tobytes()
    head = struct.pack(">IIBBBBB", numbers.shape[1], numbers.shape[0], 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", palette), (b"tRNS", b"\0"), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
