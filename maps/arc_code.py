"""Arcs of areas as few bytes: steps between points instead of points, every point once, small numbers in few bits.

The format (version 2) is one row of bytes. First whole numbers, each as a *varint*: seven bits a byte, lowest first,
the eighth bit set where another byte follows. Numbers that may be negative are folded first: 0, -1, 1, -2 become 0, 1,
2, 3.

    version, areas, rings, uses, arcs, steps, long numbers, dots
    rings of each area | uses (steps along arcs) of each ring | uses | points of each arc, both ends included
    long numbers | columns of dots, each less the one before, folded | rows of dots likewise

A use is twice how many arcs back the arc was first used (0: this is the first use of a new arc), plus 1 if it is
walked from its end. A dot is an area without outline (0 rings), in the order of the areas.

Then one byte for each step: the width of its column in the upper four bits, that of its row in the lower. Then the bits
of all steps, columns and rows in turn, the highest bit first. A width says how many bits a folded number has; its first
bit, always 1, is left out. A number of 15 bits or more has the width 15 and stands among the long numbers.

A step leads from the point before it, on the same arc or on the one before, to a point of a new arc. An end of an arc
that is known already has no step: a start, where the ring comes from another arc; an end, where the ring goes on along
an arc used before or has come round to where it began. So nearly every node of the map is written once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maps.topology import Topology

FORMAT = 2
LONG = 15

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outlines:
    """What the bytes hold.

    Parameters
    ----------
    rings_per_area, arcs_per_ring
        As in :class:`maps.topology.Topology`.
    arcs
        Arc of each step of each ring, as ``~arc`` where it is walked from its end.
    points
        Grid points (column, row) of each arc, shape (n_points, 2) each.
    dots
        Grid points of areas without outline, shape (n_dots, 2).
    """

    rings_per_area: Integers
    arcs_per_ring: Integers
    arcs: Integers
    points: list[Integers]
    dots: Integers


def encode(topology: Topology, dots: Integers) -> bytes:
    """Return a topology and dots, grid points of shape (n_dots, 2), as bytes."""
    newest = np.maximum.accumulate(np.append(-1, topology.arcs))[:-1]
    uses = 2 * (newest + 1 - topology.arcs) + topology.backwards
    written = _written(topology, uses < 2)
    steps = [folded(np.diff(line, prepend=0))[written] for line in (topology.columns, topology.rows)]
    numbers = np.column_stack(steps).ravel()
    widths = np.minimum(_widths(numbers), LONG)
    long = numbers[widths == LONG]
    counts = [FORMAT, len(topology.rings_per_area), len(topology.arcs_per_ring), len(uses),
              len(topology.points_per_arc), len(numbers) // 2, len(long), len(dots)]  # fmt: skip
    rings = [np.array(counts, dtype=np.int64), topology.rings_per_area, topology.arcs_per_ring, uses]
    spots = [folded(np.diff(line, prepend=0)) for line in (dots[:, 0], dots[:, 1])]
    head = varints(np.concatenate([*rings, topology.points_per_arc, long, *spots]))
    pairs = (widths[0::2] * 16 + widths[1::2]).astype(np.uint8)
    return head + pairs.tobytes() + _bits(numbers, widths)


def _written(topology: Topology, new: Mask) -> Mask:
    """Return True for the points that have a step."""
    written = np.ones(len(topology.columns), dtype=np.bool_)
    ends = np.cumsum(topology.points_per_arc)
    starts, stops = _open_ends(topology.arcs_per_ring, topology.arcs, new)
    written[ends - topology.points_per_arc] = starts[new]
    written[ends - 1] = stops[new]
    return written


def _open_ends(per_ring: Integers, arcs: Integers, new: Mask) -> tuple[Mask, Mask]:
    """Return for each use whether the start, and the end, of a new arc has a step.

    A start has one where it begins its ring and the ring does not end along an arc of an earlier ring; an end where the
    ring goes on along a new arc, or back along this very one.
    """
    ends = np.cumsum(per_ring)
    starts = np.zeros(len(arcs), dtype=np.bool_)
    stops = np.append(new[1:] | (arcs[1:] == arcs[:-1]), np.ones(min(len(arcs), 1), dtype=np.bool_))
    stops[ends - 1] = False
    starts[ends - per_ring] = arcs[ends - 1] >= arcs[ends - per_ring]
    return starts & new, stops & new


def decode(data: bytes) -> Outlines:
    """Return what :func:`encode` wrote.

    Raises
    ------
    ValueError
        The bytes are of another version.
    """
    octets = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(octets < 128) + 1  # of every varint, while there are any
    version, n_areas, n_rings, n_uses, n_arcs, n_steps, n_long, n_dots = from_varints(data[: ends[7]]).tolist()
    if version != FORMAT:
        raise ValueError(f"outlines of version {version} cannot be read")
    cuts = np.cumsum([8, n_areas, n_rings, n_uses, n_arcs, n_long, n_dots, n_dots])
    head = int(ends[cuts[-1] - 1])
    per_area, per_ring, uses, per_arc, long, *spots = np.split(from_varints(data[:head]), cuts[:-1])[1:]
    widths = octets[head : head + n_steps]
    numbers = _numbers(np.column_stack([widths >> 4, widths & 15]).ravel(), octets[head + n_steps :], long)
    dots = np.column_stack([np.cumsum(unfolded(line)) for line in spots])
    walk = _walked(uses)
    return Outlines(per_area, per_ring, walk, _points(per_ring, walk, uses < 2, per_arc, numbers), dots)


def _walked(uses: Integers) -> Integers:
    """Return the arc of each use, as ``~arc`` where it is walked from its end."""
    fresh = uses < 2
    newest = np.cumsum(fresh) - fresh - 1  # the newest arc before this use
    arcs: Integers = newest + 1 - uses // 2
    return np.asarray(np.where(uses % 2 == 1, ~arcs, arcs), dtype=np.int64)


def _points(per_ring: Integers, walk: Integers, new: Mask, per_arc: Integers, numbers: Integers) -> list[Integers]:
    """Return the grid points of each arc, each worked out where a ring first uses it."""
    steps = unfolded(numbers).reshape(-1, 2)
    starts, stops = _open_ends(per_ring, np.where(walk < 0, ~walk, walk), new)
    first = np.repeat(np.cumsum(per_ring) - per_ring, per_ring)
    last = np.repeat(np.cumsum(per_ring) - 1, per_ring)
    points: list[Integers] = []
    at, here = 0, np.zeros(2, dtype=np.int64)  # the next step, and the point before it
    for use in np.flatnonzero(new):
        before = last[use] if use == first[use] else use - 1
        line = [] if starts[use] else [_end(points, ~walk[before])]
        here = line[0] if line else here
        n_steps = int(per_arc[len(points)]) - len(line) - int(not stops[use])
        line += list(here + np.cumsum(steps[at : at + n_steps], axis=0))
        at += n_steps
        if not stops[use]:
            after = first[use] if use == last[use] else use + 1
            line.append(line[0] if after == use else _end(points, walk[after]))
        points.append(np.array(line, dtype=np.int64))
        here = line[-1]
    return points


def _end(points: list[Integers], arc: int) -> Integers:
    """Return the point at which an arc begins, as it is walked."""
    found: Integers = points[arc][0] if arc >= 0 else points[~arc][-1]
    return found


def _widths(numbers: Integers) -> Integers:
    """Return how many bits each number has; 0 has none."""
    widths = np.zeros(len(numbers), dtype=np.int64)
    for bits in range(int(numbers.max(initial=0)).bit_length()):
        widths += numbers >= (1 << bits)
    return widths


def _bits(numbers: Integers, widths: Integers) -> bytes:
    """Return the bits of numbers below their first one, the highest first; long numbers have none here."""
    rests = np.where(widths == LONG, 0, np.maximum(widths - 1, 0))
    ends = np.cumsum(rests)
    bits = np.zeros(int(rests.sum()), dtype=np.uint8)
    for place in range(LONG - 2):
        has = rests > place
        bits[ends[has] - 1 - place] = (numbers[has] >> place) & 1
    return np.packbits(bits).tobytes()


def _numbers(widths: NDArray[np.uint8], octets: NDArray[np.uint8], long: Integers) -> Integers:
    """Return the numbers that :func:`_bits` wrote."""
    bits = np.unpackbits(octets).astype(np.int64)
    wide = widths.astype(np.int64)
    rests = np.where(wide == LONG, 0, np.maximum(wide - 1, 0))
    ends = np.cumsum(rests)
    numbers = np.where(wide > 0, np.left_shift(1, rests), 0)
    for place in range(LONG - 2):
        has = rests > place
        numbers[has] += bits[ends[has] - 1 - place] << place
    numbers[wide == LONG] = long
    return numbers


def folded(values: Integers) -> Integers:
    """Return whole numbers folded to non-negative ones.

    Examples
    --------
    >>> folded(np.array([0, -1, 1, -2])).tolist()
    [0, 1, 2, 3]
    """
    return np.where(values < 0, -2 * values - 1, 2 * values)


def unfolded(values: Integers) -> Integers:
    """Return what :func:`folded` folded."""
    return np.where(values % 2 == 1, -(values + 1) // 2, values // 2)


def varints(values: Integers) -> bytes:
    """Return non-negative whole numbers in seven bits a byte, lowest first.

    Examples
    --------
    >>> varints(np.array([1, 127, 128, 300])).hex(" ")
    '01 7f 80 01 ac 02'
    """
    lengths = np.ones(len(values), dtype=np.int64)
    for bits in range(7, 63, 7):
        lengths += values >= (1 << bits)
    ends = np.cumsum(lengths)
    result = np.zeros(int(ends[-1]), dtype=np.uint8)
    for byte in range(int(lengths.max())):
        has = lengths > byte
        more = lengths[has] > byte + 1
        result[(ends - lengths)[has] + byte] = ((values[has] >> (7 * byte)) & 127) | (more << 7)
    return result.tobytes()


def from_varints(data: bytes) -> Integers:
    """Return the numbers that :func:`varints` wrote."""
    octets = np.frombuffer(data, dtype=np.uint8).astype(np.int64)
    last = octets < 128
    number: Integers = np.cumsum(last) - last
    first = np.append(0, np.flatnonzero(last)[:-1] + 1)
    place = np.arange(len(octets)) - first[number]
    return np.bincount(number, weights=((octets & 127) << (7 * place)).astype(float)).astype(np.int64)
