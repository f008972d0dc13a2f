"""Rings of areas cut into arcs: every stretch of boundary between two areas is kept once.

A vertex where three areas meet, or where a common edge begins or ends, is a *node*. It shows itself without any
search: seen from different rings, such a vertex has different neighbours. Rings are cut at nodes, and two stretches
are one arc when they begin with the same step (from either end). All of it is sorting of whole columns, so a county
takes a fraction of a second and a country about a minute. The idea is TopoJSON's (Bostock 2012).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Topology:
    """Areas as rings, rings as arcs, arcs as grid points.

    Parameters
    ----------
    rings_per_area
        Number of rings of each area, shape (n_areas,); 0 for an area that is only a point.
    arcs_per_ring
        Number of arcs of each ring, shape (n_rings,).
    arcs
        Arc of each step of each ring, shape (sum of arcs_per_ring,). Arcs are numbered in order of first use.
    backwards
        True where that arc is walked from its end to its start; same shape as ``arcs``.
    points_per_arc
        Number of points of each arc, both ends included, shape (n_arcs,).
    columns, rows
        Grid points of all arcs, shape (sum of points_per_arc,).
    """

    rings_per_area: Integers
    arcs_per_ring: Integers
    arcs: Integers
    backwards: NDArray[np.bool_]
    points_per_arc: Integers
    columns: Integers
    rows: Integers


@dataclass(frozen=True, slots=True)
class Rings:
    """Closed rings of grid points, without the repeated last point.

    Parameters
    ----------
    area_of_ring
        Position of the area each ring belongs to, ascending, shape (n_rings,).
    sizes
        Number of points of each ring, shape (n_rings,).
    columns, rows
        Grid points, shape (sum of sizes,).
    """

    area_of_ring: Integers
    sizes: Integers
    columns: Integers
    rows: Integers

    @property
    def starts(self) -> Integers:
        """Position of the first point of each ring."""
        return np.cumsum(self.sizes) - self.sizes

    @property
    def ring_of_point(self) -> Integers:
        """Ring of each point."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    def neighbours(self) -> tuple[Integers, Integers]:
        """Return the positions of the points before and after each point on its ring."""
        position = np.arange(len(self.columns))
        first, size = np.repeat(self.starts, self.sizes), np.repeat(self.sizes, self.sizes)
        local = position - first
        return first + (local - 1) % size, first + (local + 1) % size


def tidy_rings(rings: Rings, n_areas: int) -> Rings:
    """Return rings without repeated points and without rings that enclose nothing; every area keeps one.

    Snapping to the grid can make neighbouring points equal and small rings flat. Flat rings go, unless an area would
    vanish with them: it then keeps the smallest ring there is, one grid square.
    """
    before, _ = rings.neighbours()
    kept = (rings.columns != rings.columns[before]) | (rings.rows != rings.rows[before])
    sizes = np.bincount(rings.ring_of_point[kept], minlength=len(rings.sizes))
    slim = Rings(rings.area_of_ring, sizes, rings.columns[kept], rings.rows[kept])
    return _without_flat(slim, rings, n_areas)


def _without_flat(slim: Rings, whole: Rings, n_areas: int) -> Rings:
    """Return the rings that enclose something, and one grid square for each area that has none left."""
    solid = _doubled_areas(slim) != 0
    had = np.unique(whole.area_of_ring)
    vanished = np.setdiff1d(had, slim.area_of_ring[solid])
    firsts = whole.starts[np.searchsorted(whole.area_of_ring, vanished)]
    keep = solid[slim.ring_of_point]
    area_of_ring = np.concatenate([slim.area_of_ring[solid], vanished])
    sizes = np.concatenate([slim.sizes[solid], np.full(len(vanished), 4)])
    columns = np.concatenate([slim.columns[keep], (whole.columns[firsts, None] + [0, 1, 1, 0]).ravel()])
    rows = np.concatenate([slim.rows[keep], (whole.rows[firsts, None] + [0, 0, 1, 1]).ravel()])
    return _sorted_by_area(Rings(area_of_ring, sizes, columns, rows), n_areas)


def _sorted_by_area(rings: Rings, n_areas: int) -> Rings:
    """Return rings in the order of their areas; the rings of one area keep theirs."""
    if len(rings.area_of_ring) and rings.area_of_ring.max() >= n_areas:
        raise ValueError("a ring belongs to an area that does not exist")
    order = np.argsort(rings.area_of_ring, kind="stable")
    points = _stretches(rings.starts[order], rings.sizes[order])
    return Rings(rings.area_of_ring[order], rings.sizes[order], rings.columns[points], rings.rows[points])


def _doubled_areas(rings: Rings) -> Integers:
    """Return twice the signed area of each ring in grid squares (shoelace formula); 0 for an empty ring."""
    _, after = rings.neighbours()
    cross = rings.columns * rings.rows[after] - rings.columns[after] * rings.rows
    sums = np.concatenate([[0], np.cumsum(cross)])
    return np.asarray(sums[rings.starts + rings.sizes] - sums[rings.starts], dtype=np.int64)


def _stretches(starts: Integers, sizes: Integers) -> Integers:
    """Return the positions starts[0] .. starts[0] + sizes[0] - 1, then those of the next stretch, and so on."""
    offsets = np.cumsum(sizes) - sizes
    shift: Integers = np.repeat(starts - offsets, sizes)
    return np.arange(int(sizes.sum()), dtype=np.int64) + shift


def build_topology(rings: Rings, n_areas: int) -> Topology:
    """Build arcs from rings.

    Parameters
    ----------
    rings
        Tidy rings, sorted by area.
    n_areas
        Number of areas, those without rings included.
    """
    vertex = _vertices(rings)
    cut = _nodes(rings, vertex)
    order, cut = _turned_to_a_cut(rings, vertex, cut)
    first = np.flatnonzero(cut)  # position in `order` where each stretch begins
    length = np.diff(np.append(first, len(order)))
    ring = rings.ring_of_point[first]
    ends = _ends(rings, order, first, length, ring)
    arcs, backwards, example = _same_arcs(vertex, order, first, length, ends)
    points = _arc_points(order, first[example], length[example], ends[example])
    return Topology(
        rings_per_area=np.bincount(rings.area_of_ring, minlength=n_areas).astype(np.int64),
        arcs_per_ring=np.bincount(ring, minlength=len(rings.sizes)).astype(np.int64),
        arcs=arcs,
        backwards=backwards,
        points_per_arc=length[example] + 1,
        columns=rings.columns[points],
        rows=rings.rows[points],
    )


def _vertices(rings: Rings) -> Integers:
    """Return a number for each point, equal where grid points are equal."""
    if not len(rings.columns):
        return np.zeros(0, dtype=np.int64)
    width = int(rings.columns.max() - rings.columns.min()) + 1
    _, vertex = np.unique(rings.rows * width + (rings.columns - rings.columns.min()), return_inverse=True)
    return vertex.reshape(-1).astype(np.int64)


def _nodes(rings: Rings, vertex: Integers) -> NDArray[np.bool_]:
    """Return True for points whose neighbours differ from ring to ring."""
    before, after = rings.neighbours()
    low, high = np.minimum(vertex[before], vertex[after]), np.maximum(vertex[before], vertex[after])
    n_vertices = int(vertex.max()) + 1 if len(vertex) else 0
    differs = np.zeros(n_vertices, dtype=bool)
    some = np.zeros(n_vertices, dtype=np.int64)
    for side in (low, high):
        some[vertex] = side  # the neighbour one ring sees; any other ring must see the same
        differs[vertex[some[vertex] != side]] = True
    return differs[vertex]


def _turned_to_a_cut(rings: Rings, vertex: Integers, cut: NDArray[np.bool_]) -> tuple[Integers, NDArray[np.bool_]]:
    """Return the points of each ring starting at a node, and where to cut; a ring without nodes is one closed arc.

    Such a ring starts at its vertex of lowest number, so that two rings that are equal also start equal.
    """
    position, ring = np.arange(len(vertex)), rings.ring_of_point
    rank: Integers = np.lexsort((vertex, ~cut, ring))
    start = rank[rings.starts] - rings.starts
    first = rings.starts[ring]
    order = np.asarray(first + (position - first + start[ring]) % rings.sizes[ring], dtype=np.int64)
    turned = cut[order].copy()
    turned[rings.starts] = True
    return order, turned


def _ends(rings: Rings, order: Integers, first: Integers, length: Integers, ring: Integers) -> Integers:
    """Return the point at which each stretch ends: the start of the next one on the same ring, round the corner."""
    after = first + length
    wraps = after == (rings.starts + rings.sizes)[ring]
    return np.asarray(order[np.where(wraps, rings.starts[ring], np.minimum(after, len(order) - 1))], dtype=np.int64)


def _same_arcs(
    vertex: Integers, order: Integers, first: Integers, length: Integers, ends: Integers
) -> tuple[Integers, NDArray[np.bool_], Integers]:
    """Return the arc of each stretch, whether it is walked backwards, and the stretch that shows each arc first."""
    n = int(vertex.max()) + 1 if len(vertex) else 1
    second = np.where(length > 1, order[np.minimum(first + 1, len(order) - 1)], ends)
    forth = vertex[order[first]] * n + vertex[second]
    back = vertex[ends] * n + vertex[order[first + length - 1]]
    _, example, arc = np.unique(np.minimum(forth, back), return_index=True, return_inverse=True)
    by_use = np.argsort(example, kind="stable")
    number = np.empty(len(by_use), dtype=np.int64)
    number[by_use] = np.arange(len(by_use))
    arcs, example = number[arc.reshape(-1)], example[by_use]
    return arcs, forth != forth[example][arcs], example


def _arc_points(order: Integers, first: Integers, length: Integers, ends: Integers) -> Integers:
    """Return the points of each arc one after another, each arc closed by its end."""
    walk = _stretches(first, length + 1)
    walk = np.minimum(walk, len(order) - 1)
    points = order[walk]
    points[np.cumsum(length + 1) - 1] = ends
    return np.asarray(points, dtype=np.int64)
