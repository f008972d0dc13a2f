"""Outlines of the small areas of Peakshire: a mirrored Voronoi diagram whose edges are fractal lines.

The points are mirrored in the county border, so the border is made of cell edges too and nothing is ever clipped. Each
edge is drawn once, for both of its neighbours, as a straight line displaced by fractal noise. The line stays inside the
kite spanned by the edge and the two points beside it; kites of different edges never overlap, so lines never cross.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import Voronoi

FEWEST_VERTICES, MOST_VERTICES = 64, 170
"""Vertices aimed at in one outline."""
PIECE = 70.0
"""Length of one drawn piece of an edge where those limits allow (metres)."""
CRISP = 20.0
"""Edges shorter than this (metres) stay straight."""
KITE_SHARE = 0.8
"""Share of the free kite beside an edge that its line may use; below 1 so that lines never touch."""

FAR = 130_000.0
"""Distance of the outermost ring of points, which keeps every cell of the county finite (metres)."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]


def relax(points: Floats, border: shapely.Polygon, *, pull: Floats, rounds: int = 2) -> Floats:
    """Return the points, each drawn towards the centroid of its cell (Lloyd's method, cut short) inside the border.

    Parameters
    ----------
    points
        One point per area, BNG (metres), shape (n_areas, 2).
    border
        The county border.
    pull
        Share of the way to the centroid, 0 to 1, shape (n_areas,).
    rounds
        Number of repetitions.
    """
    points = _inside(points, border)
    for _ in range(rounds):
        diagram = _mirrored_diagram(points, border)
        rings = [diagram.vertices[diagram.regions[diagram.point_region[cell]]] for cell in range(len(points))]
        centroids = shapely.get_coordinates(shapely.centroid([shapely.Polygon(ring) for ring in rings]))
        points = _inside(points + pull[:, None] * (centroids - points), border)
    return points


def draw_outlines(
    rng: np.random.Generator, points: Floats, border: shapely.Polygon, *, roughness: Floats
) -> tuple[npt.NDArray[np.object_], Ints]:
    """Draw the outline of every area; neighbours share every vertex of their common edge.

    Parameters
    ----------
    rng
        Source of the fractal noise.
    points
        One point per area, BNG (metres), shape (n_areas, 2); each lies inside its outline.
    border
        The county border.
    roughness
        Displacement of an edge's middle as a share of its length, shape (n_areas,).

    Returns
    -------
    tuple
        Polygons, shape (n_areas,), and the pairs of areas that share an edge, shape (n_pairs, 2).
    """
    diagram = _mirrored_diagram(points, border)
    lines, neighbours = _edge_lines(rng, diagram, roughness)
    polygons = np.array([shapely.Polygon(_ring(diagram, lines, cell)) for cell in range(len(points))])
    return polygons, neighbours


def _inside(points: Floats, border: shapely.Polygon) -> Floats:
    """Return the points, those outside or within 150 m of the border moved inside it."""
    limit = border.buffer(-150)
    outside = ~shapely.contains_xy(limit, points[:, 0], points[:, 1])
    moved = points.copy()
    nearest = shapely.line_interpolate_point(
        limit.exterior, shapely.line_locate_point(limit.exterior, shapely.points(points[outside]))
    )
    moved[outside] = shapely.get_coordinates(nearest)
    return moved


def _mirrored_diagram(points: Floats, border: shapely.Polygon) -> Voronoi:
    """Return the Voronoi diagram of the points, their mirror images in the border, and a far ring."""
    line = border.exterior
    foot = shapely.line_interpolate_point(line, shapely.line_locate_point(line, shapely.points(points)))
    images = 2 * shapely.get_coordinates(foot) - points
    images = images[~shapely.contains_xy(border, images[:, 0], images[:, 1])]
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    middle = shapely.get_coordinates(border.centroid)
    far = middle + FAR * np.column_stack([np.cos(angle), np.sin(angle)])
    return Voronoi(np.vstack([points, images, far]))


def _edge_lines(
    rng: np.random.Generator, diagram: Voronoi, roughness: Floats
) -> tuple[dict[tuple[int, int], Floats], Ints]:
    """Return the line of every edge by its two vertex numbers (smaller first), and the pairs of neighbours."""
    n_cells = len(roughness)
    pairs = np.asarray(diagram.ridge_points, dtype=np.int64)
    ends = np.asarray(diagram.ridge_vertices, dtype=np.int64)
    kept = (pairs.min(axis=1) < n_cells) & (ends.min(axis=1) >= 0)
    pairs, ends = pairs[kept], np.sort(ends[kept], axis=1)
    segments = _segment_counts(pairs, np.hypot(*np.diff(diagram.vertices[ends], axis=1)[:, 0].T), n_cells)
    rough = roughness[pairs.min(axis=1)]
    paths = {}
    for (start, end), pair, count, share in zip(ends, pairs, segments, rough, strict=True):
        line = _fractal_line(rng, diagram.vertices[[start, end]], diagram.points[pair], int(count), share)
        paths[int(start), int(end)] = line.round(2)
    return paths, pairs[(pairs < n_cells).all(axis=1)]


def _segment_counts(pairs: Ints, lengths: Floats, n_cells: int) -> Ints:
    """Return how many pieces each edge is drawn with, so that both outlines get 60 to 200 vertices."""
    long = lengths >= CRISP
    owned = pairs < n_cells
    sides = np.bincount(pairs[owned & long[:, None]], minlength=n_cells)
    short = np.bincount(pairs[owned & ~long[:, None]], minlength=n_cells)
    cells = np.minimum(pairs, n_cells - 1)
    fewest = np.where(owned, np.ceil((FEWEST_VERTICES - short[cells]) / np.maximum(sides[cells], 1)), 0).max(axis=1)
    most = np.where(owned, (MOST_VERTICES - short[cells]) // np.maximum(sides[cells], 1), 1_000).min(axis=1)
    counts: Ints = np.maximum(np.minimum(lengths // PIECE, most), fewest).astype(np.int64)
    return counts


def _fractal_line(rng: np.random.Generator, ends: Floats, beside: Floats, segments: int, share: float) -> Floats:
    """Draw one edge: offsets across the straight line that stay inside the kite towards the two points beside it."""
    along = ends[1] - ends[0]
    length = float(np.hypot(*along))
    if length < CRISP:
        return ends
    steps = np.linspace(0, 1, segments + 1)
    steps[1:-1] += rng.uniform(-0.3, 0.3, segments - 1) / segments
    wish = share * length * _bridge(rng, steps)
    room = np.where(wish >= 0, *_room(steps, ends, beside))
    offset = np.where(room > 0, room * np.tanh(wish / np.where(room > 0, room, 1)), 0.0)
    line: Floats = ends[0] + steps[:, None] * along + offset[:, None] * np.array([-along[1], along[0]]) / length
    line[0], line[-1] = ends
    return line


def _bridge(rng: np.random.Generator, steps: Floats) -> Floats:
    """Return fractal noise that is 0 at both ends: sines whose size falls with their number (H = 0.8)."""
    waves = np.arange(1, 11)
    size = rng.normal(0, 1, 10) / waves**1.3
    noise: Floats = np.sin(np.pi * np.outer(steps, waves)) @ size
    return noise


def _room(steps: Floats, ends: Floats, beside: Floats) -> tuple[Floats, Floats]:
    """Return the free height of the kite at each step, on the left of the edge and on its right (metres)."""
    along = ends[1] - ends[0]
    length = float(np.hypot(*along))
    across = np.array([-along[1], along[0]]) / length
    heights = []
    for side in (1.0, -1.0):
        height, foot = max(
            (side * float((apex - ends[0]) @ across), float((apex - ends[0]) @ along)) for apex in beside
        )
        foot /= length**2
        rising = steps / foot if foot > 0 else np.full_like(steps, np.inf)
        falling = (1 - steps) / (1 - foot) if foot < 1 else np.full_like(steps, np.inf)
        heights.append(KITE_SHARE * max(height, 0.0) * np.minimum(rising, falling))
    return heights[0], heights[1]


def _ring(diagram: Voronoi, paths: dict[tuple[int, int], Floats], cell: int) -> Floats:
    """Return the closed outline of one cell by joining the lines of its edges."""
    corners = diagram.regions[diagram.point_region[cell]]
    parts = [_walk(paths, start, end) for start, end in _around(corners)]
    outline = np.vstack(parts)
    return np.vstack([outline, outline[:1]])


def _walk(paths: dict[tuple[int, int], Floats], start: int, end: int) -> Floats:
    """Return the line from one corner towards the next, without its last point."""
    line = paths[min(start, end), max(start, end)]
    return line[:-1] if start < end else line[:0:-1]


def _around(corners: list[int]) -> Iterator[tuple[int, int]]:
    return zip(corners, [*corners[1:], corners[0]], strict=True)
