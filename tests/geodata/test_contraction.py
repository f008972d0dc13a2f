"""The core of a network: every time as it was, and the chains and dead ends gone."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array

import geodata.shortest
from geodata.contraction import contract
from geodata.road_graph import RoadGraph, least_edges
from geodata.shortest import shortest_seconds

Edge = tuple[int, int, float]


def _matrix(edges: list[Edge], n_nodes: int) -> csr_array:
    start, end, seconds = (np.array(part) for part in zip(*edges, strict=True)) if edges else (np.empty(0),) * 3
    return least_edges(start.astype(np.int64), end.astype(np.int64), seconds.astype(np.float64), n_nodes)


def _expected(edges: list[Edge], n_nodes: int, starts: list[int], ends: list[int]) -> NDArray[np.float64]:
    """Return the seconds that networkx finds on all the edges, parallel ones and loops too."""
    peer = nx.MultiDiGraph()
    peer.add_nodes_from(range(n_nodes))
    peer.add_weighted_edges_from(edges)
    rows = [nx.single_source_dijkstra_path_length(peer, start) for start in starts]
    return np.array([[row.get(end, np.inf) for end in ends] for row in rows], dtype=np.float64)


def _graph(edges: csr_array) -> RoadGraph:
    n_nodes = edges.shape[0]
    return RoadGraph("drive", np.zeros((n_nodes, 2)), edges.indptr.astype(np.int32), edges.indices.astype(np.int32),
                     edges.data, 0.0, 0, 0.0, 0)  # fmt: skip


@st.composite
def _roads(draw: st.DrawFn) -> tuple[int, list[Edge]]:
    """Return few crossings joined by chains: one-ways, loops from a crossing to itself, parallel roads, dead ends."""
    crossings = draw(st.integers(1, 5))
    seconds = st.integers(1, 60).map(lambda tenths: tenths / 10)
    edges: list[Edge] = []
    n_nodes = crossings
    for _ in range(draw(st.integers(0, 8))):
        length = draw(st.integers(1, 6))
        here, there = draw(st.integers(0, n_nodes - 1)), draw(st.integers(0, n_nodes - 1))
        dead_end, way = draw(st.booleans()), draw(st.sampled_from(["both", "on", "back"]))
        inner = list(range(n_nodes, n_nodes + length - (not dead_end)))
        n_nodes += len(inner)
        chain = [here, *inner] if dead_end else [here, *inner, there]
        for one, other in pairwise(chain):
            if way != "back":
                edges.append((one, other, draw(seconds)))
            if way != "on":
                edges.append((other, one, draw(seconds)))
    return n_nodes, edges


@settings(max_examples=150, deadline=None)
@given(roads=_roads(), data=st.data())
def test_every_time_of_the_core_is_that_of_all_roads(roads: tuple[int, list[Edge]], data: st.DataObject) -> None:
    """Whatever the roads, and wherever the points stand: on crossings, in the middle of a chain, at a dead end."""
    n_nodes, edges = roads
    chosen = data.draw(st.lists(st.integers(0, n_nodes - 1), min_size=1, max_size=6))
    core, places = contract(_matrix(edges, n_nodes), np.array(chosen))
    assert set(chosen) <= set(places.tolist())
    assert (np.diff(places) > 0).all()
    kept = [(int(one), int(other), float(s)) for one, other, s in zip(*core.tocoo().coords, core.tocoo().data,
                                                                      strict=True)]  # fmt: skip
    every = list(range(len(places)))
    found, expected = _expected(kept, len(places), every, every), _expected(edges, n_nodes, [*places], [*places])
    assert np.allclose(found, expected, rtol=0, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(roads=_roads(), data=st.data(), limit_s=st.sampled_from([np.inf, 12.05, 3.05]))
def test_searches_on_the_core_are_searches_on_all_roads(
    roads: tuple[int, list[Edge]], data: st.DataObject, limit_s: float
) -> None:
    """In both directions, with places named twice and with a limit."""
    n_nodes, edges = roads
    place = st.integers(0, n_nodes - 1)
    starts, ends = (data.draw(st.lists(place, min_size=1, max_size=5)) for _ in range(2))
    expected = _expected(edges, n_nodes, starts, ends)
    expected[expected > limit_s] = np.inf
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(geodata.shortest, "AT_ONCE", 1)
        found = shortest_seconds(_graph(_matrix(edges, n_nodes)), np.array(starts), np.array(ends), limit_s=limit_s)
    assert np.allclose(found, expected, rtol=0, atol=1e-9)


def test_a_chain_becomes_one_edge_each_way() -> None:
    """100 pieces of lane, uphill slower than down."""
    edges = [(at, at + 1, 2.0) for at in range(100)] + [(at + 1, at, 3.0) for at in range(100)]
    core, places = contract(_matrix(edges, 101), np.array([0, 100]))
    assert places.tolist() == [0, 100]
    assert core.toarray().tolist() == [[0.0, 200.0], [300.0, 0.0]]


def test_a_point_in_the_middle_of_a_chain_keeps_its_place() -> None:
    """A one-way chain past a building is two edges, and none back."""
    core, places = contract(_matrix([(at, at + 1, 1.5) for at in range(10)], 11), np.array([0, 4, 10]))
    assert places.tolist() == [0, 4, 10]
    assert core.toarray().tolist() == [[0.0, 6.0, 0.0], [0.0, 0.0, 9.0], [0.0, 0.0, 0.0]]


def test_dead_ends_and_roads_around_a_green_go() -> None:
    """A tree of closes and a loop from a crossing to itself lead nowhere."""
    close = [(1, 2), (2, 3), (2, 4), (4, 5)]
    green = [(1, 6), (6, 7), (7, 8), (8, 1)]
    edges = [(one, other, 1.0) for a, b in [(0, 1), (1, 9), *close, *green] for one, other in ((a, b), (b, a))]
    core, places = contract(_matrix(edges, 10), np.array([0, 9]))
    assert places.tolist() == [0, 9]
    assert core.toarray().tolist() == [[0.0, 2.0], [2.0, 0.0]]


def test_the_bypass_wins_over_the_chain_it_runs_beside() -> None:
    """Of a chain and an edge between the same crossings the quicker stays, for each direction by itself."""
    edges = [(0, 1, 1.0), (1, 2, 1.0), (0, 2, 5.0), (2, 0, 4.0), (2, 1, 9.0), (1, 0, 9.0)]
    core, _ = contract(_matrix(edges, 3), np.array([0, 2]))
    assert core.toarray().tolist() == [[0.0, 2.0], [4.0, 0.0]]


def test_a_crossing_of_four_roads_stays() -> None:
    """Taking it out would leave six edges for four."""
    edges = [(one, other, 1.0) for end in range(1, 5) for one, other in ((0, end), (end, 0))]
    _, places = contract(_matrix(edges, 5), np.arange(1, 5))
    assert places.tolist() == [0, 1, 2, 3, 4]


def test_everything_chosen_stays_as_it_was() -> None:
    """Nothing to take out, nothing changed."""
    roads = _matrix([(0, 1, 2.0), (1, 2, 3.0), (2, 0, 4.0)], 3)
    core, places = contract(roads, np.arange(3))
    assert places.tolist() == [0, 1, 2]
    assert core.toarray().tolist() == roads.toarray().tolist()
