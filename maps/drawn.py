"""A map as a picture for papers: areas in classes, signs and arrows above, and around it what a map must say.

Every picture has a title, a legend with units, a scale bar, north, and whose data it shows. Areas of one class are one
shape, simplified together to what the picture can show, so that a county fits a report.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.errors import DataError
from maps.coverage import polygons_of, simplify
from maps.inert import plain_text
from maps.picture import Axes, Figure, filling, sheet, sign

WIDTH_IN, HEIGHT_IN = 10.0, 7.4
MAP = (0.015, 0.085, 0.665, 0.815)  # left, bottom, width, height of the map on the sheet (shares)
LEGEND = (0.70, 0.085, 0.29, 0.815)
DETAIL = 1_400  # the map shows about so many points across
GROUND, EDGE, INK, QUIET = "#e4e8ec", "#ffffff", "#14202b", "#48566a"
COAST, RELEASED, HOST, ARROW = "#2d3c4e", "#b3301b", "#0a7a4b", "#2b1a4f"
MOST_NAMES = 12
ROW = 0.0235  # height of a line of the legend (share of the legend)


@dataclass(frozen=True, slots=True)
class Words:
    """What stands around a map.

    Parameters
    ----------
    title, subtitle
        Heading, and the line below it.
    attribution
        Whose data are shown, and under which licence.
    made_up
        True says that the place is invented.
    date
        Of the map or of its data, in words.
    """

    title: str
    subtitle: str
    attribution: str
    made_up: bool = False
    date: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Shade:
    """Areas of one colour, and what the legend says of them; an empty label stands in no legend."""

    label: str
    colour: str
    codes: pd.Index


@dataclass(frozen=True, slots=True, eq=False)
class Signs:
    """Buildings drawn with one sign.

    Parameters
    ----------
    label
        What the legend says.
    shape, colour
        A shape of SHAPES, and its filling.
    x, y
        Easting and northing (m).
    size
        Width (points).
    kind
        ``plain``, ``host`` (within a ring) or ``release`` (hollow, with a cross).
    """

    label: str
    shape: str
    colour: str
    x: Any
    y: Any
    size: float = 5.0
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Legend:
    """A heading of the legend and the entries below it; an entry is a Shade or Signs."""

    heading: str
    entries: Sequence[Shade | Signs]


def _regular(n: int, r: float) -> list[tuple[float, float]]:
    turns = 2 * np.pi * np.arange(n) / n
    return [(float(x), float(y)) for x, y in zip(r * np.sin(turns), r * np.cos(turns), strict=True)]


SHAPES: dict[str, list[tuple[float, float]]] = {
    "square": [(-0.84, 0.84), (0.84, 0.84), (0.84, -0.84), (-0.84, -0.84)],
    "diamond": _regular(4, 1.12),
    "triangle": _regular(3, 1.2),
    "pentagon": _regular(5, 1.08),
    "hexagon": _regular(6, 1.05),
    "bar": [(-1.1, 0.55), (1.1, 0.55), (1.1, -0.55), (-1.1, -0.55)],
    "drop": [(0, 1.2), (0.85, -0.1), (0.55, -0.9), (-0.55, -0.9), (-0.85, -0.1)],
    "cross": [(-0.36, 1.05), (0.36, 1.05), (0.36, 0.36), (1.05, 0.36), (1.05, -0.36), (0.36, -0.36), (0.36, -1.05),
              (-0.36, -1.05), (-0.36, -0.36), (-1.05, -0.36), (-1.05, 0.36), (-0.36, 0.36)],
    "dot": _regular(24, 0.8),
}  # fmt: skip
"""Corners of each sign around (0, 0); those of ``page/glyphs.js``, seen with north upwards."""


def drawn_map(
    areas: gpd.GeoDataFrame,
    words: Words,
    *,
    shades: Sequence[Shade] = (),
    signs: Sequence[Signs] = (),
    moves: Sequence[tuple[float, float, float, float]] = (),
    legend: Sequence[Legend] = (),
    note: str = "",
) -> Figure:
    """Return a map as a figure.

    Parameters
    ----------
    areas
        Areas table in BNG, indexed by oa_code; areas in no shade are grey.
    words
        What stands around it.
    shades, signs
        What is drawn, in this order.
    moves
        Arrows: easting and northing of either end (m).
    legend
        What the legend says, from the top.
    note
        One or two sentences below the legend.

    Raises
    ------
    DataError
        There is no attribution, or no area has an outline.
    CrsError
        The areas are not in British National Grid.
    """
    if not plain_text(words.attribution):
        raise DataError("map: no attribution. Say whose data these are and under which licence.")
    outlines = polygons_of(areas)
    known = ~shapely.is_missing(outlines)
    if not known.any():
        raise DataError("areas: no area has an outline, so there is no map to draw. Check the boundaries of the place.")
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(outlines[known]))
    slim = pd.Series(simplify(outlines[known], max(east - west, north - south) / DETAIL), index=areas.index[known])
    with sheet(width=WIDTH_IN, height=HEIGHT_IN) as figure:
        axes = figure.add_axes(MAP)
        _frame(axes, (west, south, east, north))
        _ground(axes, slim, shades, areas)
        for move in moves:
            _arrow(axes, move)
        for one in signs:
            _stamp(axes, one)
        _names(axes, areas.loc[known], max(east - west, north - south))
        _scale_and_north(axes, east - west)
        _legend(figure.add_axes(LEGEND), legend, note)
        _around(figure, words)
    return figure


def _frame(axes: Axes, bounds: tuple[float, float, float, float]) -> None:
    west, south, east, north = bounds
    margin = 0.03 * max(east - west, north - south)
    axes.set_xlim(west - margin, east + margin)
    axes.set_ylim(south - margin, north + margin)
    axes.set_aspect("equal", anchor="C")
    axes.axis("off")


def _ground(axes: Axes, slim: pd.Series, shades: Sequence[Shade], areas: gpd.GeoDataFrame) -> None:
    """Draw the whole place, the areas of each shade as one shape, and the borders of districts."""
    whole = shapely.union_all(slim.to_numpy())
    axes.add_patch(filling(_rings(whole), colour=GROUND, edge=COAST, line=1.6))
    for shade in shades:
        shapes = slim.reindex(shade.codes).dropna().to_numpy()
        if len(shapes):
            axes.add_patch(filling(_rings(shapely.union_all(shapes)), colour=shade.colour, edge=EDGE, line=0.25))
    if "lad_name" in areas:
        for codes in areas.groupby("lad_name", sort=True).groups.values():
            shapes = slim.reindex(codes).dropna().to_numpy()
            if len(shapes):
                rings = _rings(shapely.union_all(shapes))
                axes.add_patch(filling(rings, colour="none", edge=COAST, line=0.6))


def _rings(shape: shapely.Geometry) -> list[list[tuple[float, float]]]:
    """Return the rings of polygons, to a metre, holes against their outer rings."""
    parts = [one for one in shapely.get_parts(shape) if one.geom_type == "Polygon"]
    turned = shapely.orient_polygons(np.array(parts, dtype=object))
    rings = [ring for part in turned for ring in (part.exterior, *part.interiors)]
    return [[(round(x), round(y)) for x, y in shapely.get_coordinates(ring)] for ring in rings]


def _stamp(axes: Axes, signs: Signs) -> None:
    """Draw signs; a white rim keeps them apart from the ground and from one another."""
    mark, area = sign(SHAPES[signs.shape]), signs.size**2
    if signs.kind == "host":
        rim = sign(SHAPES["dot"])
        axes.scatter(signs.x, signs.y, s=3.6 * area, marker=rim, facecolor="#ffffff", edgecolor=HOST, linewidth=1.4)
    inside = "#ffffff" if signs.kind == "release" else signs.colour
    edge = signs.colour if signs.kind == "release" else "#ffffff"
    axes.scatter(signs.x, signs.y, s=area, marker=mark, facecolor=inside, edgecolor=edge, linewidth=0.7)
    if signs.kind == "release":
        axes.scatter(signs.x, signs.y, s=1.5 * area, marker="x", color=RELEASED, linewidth=1.5)


def _arrow(axes: Axes, move: tuple[float, float, float, float]) -> None:
    style = {"arrowstyle": "-|>", "connectionstyle": "arc3,rad=0.2", "color": ARROW, "linewidth": 0.9,
             "shrinkA": 4, "shrinkB": 6, "mutation_scale": 8}  # fmt: skip
    axes.annotate("", xy=move[2:], xytext=move[:2], arrowprops=style)


def _names(axes: Axes, areas: gpd.GeoDataFrame, width_m: float) -> None:
    """Write the largest places by name, each at the middle of its people, none on top of another."""
    if "locality" not in areas or "population" not in areas:
        return
    middle = areas.geometry.representative_point()
    table = pd.DataFrame({"name": areas["locality"].map(plain_text), "x": middle.x, "y": middle.y,
                          "people": areas["population"].fillna(0.0)})  # fmt: skip
    whole = table[table["name"] != ""].groupby("name").agg({"people": "sum", "x": "median", "y": "median"})
    written: list[tuple[float, float]] = []
    largest = whole.sort_values("people", ascending=False, kind="stable")
    places = zip(largest.index, largest["x"].to_numpy(np.float64), largest["y"].to_numpy(np.float64), strict=True)
    for name, x, middle_y in places:
        y = middle_y + 0.022 * width_m
        if len(written) < MOST_NAMES and all(
            abs(x - u) > 0.17 * width_m or abs(y - v) > 0.05 * width_m for u, v in written
        ):
            paper = {"facecolor": "#ffffff", "alpha": 0.72, "edgecolor": "none", "pad": 0.8}
            axes.text(x, y, str(name), fontsize=7.5, ha="center", va="bottom", color=INK, bbox=paper)
            written.append((x, y))


def _scale_and_north(axes: Axes, width_m: float) -> None:
    """Draw a bar of a round length, about a quarter of the map, and an arrow to grid north."""
    length = round_length(width_m / 4)
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    x, y, thick = left + 0.02 * (right - left), bottom + 0.02 * (top - bottom), 0.006 * (top - bottom)
    for step, colour in enumerate((INK, "#ffffff")):
        corners = [
            (x + (step + dx) * length / 2, y + dy * thick) for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
        ]
        axes.add_patch(filling([corners], colour=colour, edge=INK, line=0.6))
    words = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    axes.text(x + length, y + 1.8 * thick, words, ha="right", va="bottom", fontsize=8, color=INK)
    axes.text(x, y + 1.8 * thick, "0", ha="left", va="bottom", fontsize=8, color=INK)
    axes.annotate("N", xy=(0.97, 0.99), xytext=(0.97, 0.92), xycoords="axes fraction", ha="center", va="center",
                  fontsize=10, color=INK, arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.2})  # fmt: skip


def round_length(metres: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20, 50 ... metres that is not longer.

    Examples
    --------
    >>> round_length(17_300), round_length(4_999)
    (10000.0, 2000.0)
    """
    power = 10.0 ** np.floor(np.log10(max(metres, 1.0)))
    return float(max(times * power for times in (1, 2, 5) if times * power <= max(metres, 1.0)))


def _legend(axes: Axes, parts: Sequence[Legend], note: str) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.axis("off")
    lines = [(entry, textwrap.wrap(entry.label, 46)) for part in parts for entry in part.entries if entry.label]
    needed = sum(len(words) + 0.25 for _, words in lines) + 3.2 * len(parts) + 6
    row = min(ROW, 1 / max(needed, 1))
    y = 1.0
    for part in parts:
        heading = textwrap.wrap(plain_text(part.heading), 40)
        axes.text(0, y, "\n".join(heading), fontsize=8.5, fontweight="bold", color=INK, va="top", linespacing=1.15)
        y -= (1.3 * len(heading) + 0.2) * row
        for entry, words in ((one, said) for one, said in lines if any(one is mine for mine in part.entries)):
            _key(axes, entry, y - 0.5 * row)
            axes.text(0.11, y, "\n".join(words), fontsize=7, color=INK, va="top", linespacing=1.15)
            y -= (len(words) + 0.25) * row
        y -= 0.4 * row
    axes.text(0, y, textwrap.fill(plain_text(note), 58), fontsize=6.5, color=QUIET, va="top", linespacing=1.2)


def _key(axes: Axes, entry: Shade | Signs, y: float) -> None:
    if isinstance(entry, Shade):
        corners = [(0.0, y - 0.008), (0.075, y - 0.008), (0.075, y + 0.008), (0.0, y + 0.008), (0.0, y - 0.008)]
        axes.add_patch(filling([corners], colour=entry.colour, edge=QUIET, line=0.4))
    else:
        _stamp(axes, Signs("", entry.shape, entry.colour, [0.037], [y], size=max(entry.size, 5.0), kind=entry.kind))


def _around(figure: Figure, words: Words) -> None:
    banner = "Made-up data: not a real place. " if words.made_up else ""
    figure.text(0.015, 0.965, plain_text(words.title), fontsize=15, fontweight="bold", color=INK, va="center")
    figure.text(0.015, 0.925, banner + plain_text(words.subtitle), fontsize=9, color=QUIET, va="center")
    foot = " · ".join(filter(None, (plain_text(words.attribution), plain_text(words.date))))
    figure.text(0.015, 0.02, textwrap.fill(foot, 170), fontsize=6.5, color=QUIET, va="bottom")
