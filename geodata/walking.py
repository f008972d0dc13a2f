"""Walks between places: on the roads where there are roads, along the straight line where there are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geodata.network import Network
from geodata.shortest import pairs_within
from geodata.travel import DETOUR, SPEED_KMH

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Walker(Protocol):
    """Anything that finds walks between two sets of places."""

    def walks(self, origins: Floats, destinations: Floats, limit_s: float) -> tuple[Ints, Ints, Floats]:
        """Return position of origin, position of destination and seconds of each walk within a limit.

        Parameters
        ----------
        origins, destinations
            Places (BNG, metres), shapes (n_origins, 2) and (n_destinations, 2).
        limit_s
            Longest walk (seconds).
        """

    #: True where the walks are along the straight line, and so indicative.
    straight: ClassVar[bool]

    def sentence(self) -> str:
        """Return what the walks rest on, in a few words."""


@dataclass(frozen=True, slots=True, eq=False)
class RoadWalker:
    """Walks on a road network, the way to it and from it counted."""

    network: Network
    straight: ClassVar[bool] = False

    def walks(self, origins: Floats, destinations: Floats, limit_s: float) -> tuple[Ints, Ints, Floats]:
        """Return the walks within a limit."""
        graph, metres_a_second = self.network.graph("walk"), self.network.leg_kmh["walk"] / 3.6
        if not len(origins) or not len(destinations):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
        tree = cKDTree(graph.xy)
        away, start = (np.asarray(part) for part in tree.query(origins))
        on, end = (np.asarray(part) for part in tree.query(destinations))
        row, column, seconds = pairs_within(graph, start, end, limit_s=limit_s)
        seconds = seconds + (away[row] + on[column]) / metres_a_second
        near = seconds <= limit_s
        return row[near], column[near], seconds[near]

    def sentence(self) -> str:
        """Return what the walks rest on."""
        return f"walks on the roads of {self.network.source}"


@dataclass(frozen=True, slots=True)
class StraightWalker:
    """Walks along the straight line times a detour."""

    speed_kmh: float = SPEED_KMH["walk"]
    detour: float = DETOUR
    straight: ClassVar[bool] = True

    def walks(self, origins: Floats, destinations: Floats, limit_s: float) -> tuple[Ints, Ints, Floats]:
        """Return the walks within a limit."""
        if not len(origins) or not len(destinations):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
        seconds_a_m = self.detour / (self.speed_kmh / 3.6)
        pairs = cKDTree(origins).sparse_distance_matrix(
            cKDTree(destinations), limit_s / seconds_a_m, output_type="ndarray"
        )
        pairs = pairs[np.lexsort((pairs["j"], pairs["i"]))]
        return pairs["i"].astype(np.int64), pairs["j"].astype(np.int64), pairs["v"] * seconds_a_m

    def sentence(self) -> str:
        """Return what the walks rest on."""
        return "walks along the straight line, which are indicative"
