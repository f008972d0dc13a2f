"""Small maps as SVG: areas of a place in a few shades, from outlines with just the detail that shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maps.coverage import polygons_of, simplify

SIZE = 300
"""Width and height of the drawing (units)."""
NAMES, APART = 5, 44
"""Names of places written on a map at most, and how far apart they must be (units)."""


@dataclass(frozen=True, slots=True, eq=False)
class Outlines:
    """The outlines of a place, made small once and drawn many times.

    Parameters
    ----------
    shapes
        One simplified polygon per area in drawing units (y downwards), None where an area has no outline; indexed by
        ``oa_code``.
    whole
        Path of the whole place.
    names
        Places to write: name, x, y.
    width, height
        Of the drawing (units).
    """

    shapes: pd.Series
    whole: str
    names: tuple[tuple[str, float, float], ...]
    width: int
    height: int


def outlines_of(areas: gpd.GeoDataFrame) -> Outlines | None:
    """Return the outlines of the areas made small, or None where no area has one.

    Parameters
    ----------
    areas
        The areas table (BNG), with ``locality`` and ``population``.
    """
    polygons = polygons_of(areas)
    known = ~shapely.is_missing(polygons)
    if not known.any():
        return None
    west, south, east, north = shapely.total_bounds(polygons[known])
    scale = SIZE / max(east - west, north - south, 1.0)
    slim = polygons.copy()
    slim[known] = simplify(polygons[known], 0.5 / scale)

    def small(points: np.ndarray) -> np.ndarray:
        return np.column_stack([(points[:, 0] - west) * scale, (north - points[:, 1]) * scale])

    drawn = slim.copy()
    drawn[known] = shapely.transform(slim[known], small)
    points = small(np.column_stack([areas["point"].x, areas["point"].y]))
    return Outlines(
        pd.Series(drawn, index=areas.index, dtype="object"),
        _path(_joined(drawn[known])),
        _chosen_names(areas, points),
        round((east - west) * scale),
        round((north - south) * scale),
    )


def small_map(outlines: Outlines, layers: Sequence[tuple[str, pd.Index]], *, title: str) -> str:
    """Return a map as one SVG picture: the whole place, and groups of areas upon it.

    Parameters
    ----------
    outlines
        As :func:`outlines_of` gives them.
    layers
        Class name of the style sheet and codes of the areas, drawn in this order.
    title
        What the picture shows, for those who cannot see it.
    """
    parts = [f'<path class="place" d="{outlines.whole}"/>']
    for name, codes in layers:
        shapes = outlines.shapes.reindex(codes).dropna()
        if len(shapes):
            parts.append(f'<path class="{escape(name)}" d="{_path(_joined(shapes.to_numpy()))}"/>')
    parts += [f'<text class="town" x="{x:.0f}" y="{y:.0f}">{escape(name)}</text>' for name, x, y in outlines.names]
    return (
        f'<svg class="map" role="img" aria-label="{escape(title)}" '
        f'viewBox="-4 -4 {outlines.width + 8} {outlines.height + 8}">{"".join(parts)}</svg>'
    )


def _joined(shapes: np.ndarray) -> shapely.Geometry:
    """Return areas that share their edges as one shape, with no more detail than shows; some files' areas overlap."""
    try:
        whole = shapely.coverage_union_all(shapes)
    except shapely.errors.GEOSException:
        whole = shapely.union_all(shapely.buffer(shapes, 0.0))
    return shapely.simplify(whole, 0.3)


def _path(shape: shapely.Geometry) -> str:
    """Return the rings of a polygon as the path of an SVG, to a tenth of a unit."""
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    texts = []
    for ring in rings:
        points = np.round(shapely.get_coordinates(ring)[:-1], 1)
        texts.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z")
    return "".join(texts)


def _chosen_names(areas: gpd.GeoDataFrame, points: np.ndarray) -> tuple[tuple[str, float, float], ...]:
    """Return the largest places by name, each at the middle of its people, none on top of another."""
    table = pd.DataFrame({"name": areas["locality"].to_numpy(), "x": points[:, 0], "y": points[:, 1]})
    table["people"] = areas["population"].fillna(0.0).to_numpy()
    table = table[table["name"] != ""]
    whole = table.groupby("name")["people"].sum()
    middle = table.groupby("name")[["x", "y"]].median()
    chosen: list[tuple[str, float, float]] = []
    for name in sorted(whole.index, key=lambda one: (-whole[one], one)):
        x, y = float(middle["x"][name]), float(middle["y"][name])
        if len(chosen) < NAMES and all(abs(x - u) > 2 * APART or abs(y - v) > APART / 2 for _, u, v in chosen):
            chosen.append((str(name), x, y))
    return tuple(chosen)
