"""The bytes of outlines hold every point and every way along it, for rings of any kind."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.arc_code import decode, encode, folded, from_varints, unfolded, varints
from maps.letters import LETTERS, from_letters, to_letters
from maps.topology import Rings, build_topology, tidy_rings

RING = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=3, max_size=9)


def rings_of(lines: list[list[tuple[int, int]]], *, times: int = 1) -> Rings:
    """Return one ring for each area, `times` as large."""
    points = times * np.array([point for line in lines for point in line], dtype=np.int64).reshape(-1, 2)
    sizes = np.array([len(line) for line in lines], dtype=np.int64)
    return Rings(np.arange(len(lines)), sizes, points[:, 0], points[:, 1])


@given(st.lists(RING, min_size=1, max_size=6), st.sampled_from([1, 300, 9_000, 400_000]))
def test_all_rings_come_back(lines: list[list[tuple[int, int]]], times: int) -> None:
    """On a small grid rings cross themselves, run out and back, and share all they can; steps are short and long."""
    topology = build_topology(tidy_rings(rings_of(lines, times=times), len(lines)), len(lines))
    dots = np.array([[5, 7], [3, 900_000]])
    code = decode(encode(topology, dots))
    assert (code.dots == dots).all()
    assert (code.rings_per_area == topology.rings_per_area).all()
    assert (code.arcs == np.where(topology.backwards, ~topology.arcs, topology.arcs)).all()
    assert (np.concatenate(code.points) == np.column_stack([topology.columns, topology.rows])).all()
    assert [len(line) for line in code.points] == topology.points_per_arc.tolist()


def test_every_node_is_written_once() -> None:
    """Two squares side by side have six corners: six steps, though their three arcs have ten points."""
    squares = rings_of([[(0, 0), (9, 0), (9, 9), (0, 9)], [(9, 0), (18, 0), (18, 9), (9, 9)]])
    topology = build_topology(squares, 2)
    head = from_varints(encode(topology, np.zeros((0, 2), dtype=np.int64))[:9])
    assert len(topology.columns) == 10
    assert head[5] == 6


def test_another_version_is_refused() -> None:
    """Packed outlines are kept in a cache that may be older than the program."""
    with pytest.raises(ValueError, match="version 1 cannot be read"):
        decode(varints(np.array([1, 0, 0, 0, 0, 0, 0, 0])))


@given(st.lists(st.integers(min_value=0, max_value=2**40), min_size=1))
def test_varints_come_back(values: list[int]) -> None:
    """Any row of whole numbers survives its bytes."""
    row = np.array(values, dtype=np.int64)
    assert (from_varints(varints(row)) == row).all()


@given(st.lists(st.integers(min_value=-(2**40), max_value=2**40), min_size=1))
def test_folding_comes_back(values: list[int]) -> None:
    """Signed numbers survive folding and fold to non-negative ones."""
    row = np.array(values, dtype=np.int64)
    assert (folded(row) >= 0).all()
    assert (unfolded(folded(row)) == row).all()


@given(st.binary(max_size=40))
def test_letters_come_back(data: bytes) -> None:
    """Bytes of any number survive, and no letter can end an element, a string or a template."""
    text = to_letters(data)
    assert from_letters(text) == data
    assert not set(text) & set("\"$&'<>\\`{ ")
    assert len(set(LETTERS)) == 85


@pytest.mark.parametrize("text", ["<", "a", "}}}}}", "£££££"])
def test_other_text_is_no_letters(text: str) -> None:
    """What somebody else put there is told, not read as bytes."""
    with pytest.raises(ValueError, match="letters"):
        from_letters(text)
