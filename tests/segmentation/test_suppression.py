"""No count that is withheld can be worked out: an attacker with all sums and a solver tries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from segmentation.suppression import Ints, Sum, pinned, withhold


def two_way(counts: Ints, groups: Sequence[Sequence[int]]) -> tuple[Ints, list[Sum]]:
    """Return a table with rows, groups of rows, a total row and a total column, and how it adds up."""
    n_rows, n_columns = counts.shape
    wide = np.column_stack([counts, counts.sum(axis=1)])
    levels = [wide, np.array([wide[list(rows)].sum(axis=0) for rows in groups]), wide.sum(axis=0)[None]]
    whole = np.vstack(levels)
    width = n_columns + 1
    sums = [
        Sum(row * width + n_columns, tuple(row * width + at for at in range(n_columns))) for row in range(len(whole))
    ]
    for column in range(width):
        for at, rows in enumerate(groups):
            sums.append(Sum((n_rows + at) * width + column, tuple(row * width + column for row in rows)))
        parts = tuple((n_rows + at) * width + column for at in range(len(groups)))
        sums.append(Sum((len(whole) - 1) * width + column, parts))
    return whole.ravel(), sums


def attack(counts: Ints, hidden: np.ndarray, sums: Sequence[Sum]) -> list[int]:
    """Return the withheld cells whose least and greatest possible value agree; zeros are told, so each is 1 or more."""
    cells = np.flatnonzero(hidden)
    system, known = [], []
    for one in sums:
        row = np.zeros(len(cells))
        value = 0.0
        for cell in one.cells:
            sign = -1.0 if cell == one.total else 1.0
            if hidden[cell]:
                row[np.searchsorted(cells, cell)] = sign
            else:
                value -= sign * counts[cell]
        if row.any():
            system.append(row)
            known.append(value)
    found = []
    for at, cell in enumerate(cells):
        goal = np.eye(len(cells))[at]
        least, most = (
            linprog(sign * goal, A_eq=system or None, b_eq=known or None, bounds=(1, 1e6)).x[at] for sign in (1, -1)
        )
        if most - least < 0.5:
            found.append(int(cell))
    return found


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    st.integers(3, 6).flatmap(
        lambda rows: st.lists(st.lists(st.integers(0, 25), min_size=3, max_size=3), min_size=rows, max_size=rows)
    ),
    st.integers(1, 2),
)
def test_no_withheld_cell_can_be_recovered_by_subtraction(table: list[list[int]], cut: int) -> None:
    """Rows, columns, groups and totals are all told, and every withheld cell keeps more than one possible value."""
    counts, sums = two_way(np.array(table), [range(cut), range(cut, len(table))])
    hidden = withhold(counts, sums, below=5)
    assert hidden[(counts > 0) & (counts < 5)].all()
    assert not hidden[counts == 0].any()
    assert attack(counts, hidden, sums) == []


def test_the_audit_finds_what_the_attacker_finds() -> None:
    """Primary cells alone do not do: the audit sees every cell that a solver can pin down."""
    rng = np.random.default_rng(3)
    n_pinned = 0
    for _ in range(15):
        counts, sums = two_way(rng.poisson(rng.gamma(1, 9, (5, 4))), [range(2), range(2, 5)])
        hidden = (counts > 0) & (counts < 5)
        found = attack(counts, hidden, sums)
        n_pinned += len(found)
        assert pinned(hidden, counts, sums).tolist() == found
    assert n_pinned > 10


def test_two_ones_under_a_total_of_two_take_a_third_with_them() -> None:
    """Zeros are told, so two withheld cells that add up to 2 would both be 1."""
    counts = np.array([12, 1, 1, 10])
    assert withhold(counts, [Sum(0, (1, 2, 3))], below=5).tolist() == [False, True, True, True]


def test_a_table_of_small_counts_only_loses_its_total_too() -> None:
    """A total that is small itself is withheld, and so is one that would give its only part away."""
    assert withhold(np.array([3, 3, 0]), [Sum(0, (1, 2))], below=5).tolist() == [True, True, False]


def test_what_everybody_knows_is_not_withheld() -> None:
    """The rows of a list are known; the cells beside go instead."""
    hidden = withhold(np.array([50, 47, 3]), [Sum(0, (1, 2))], below=5, known=(0,))
    assert hidden.tolist() == [False, True, True]


def test_a_threshold_of_nothing_withholds_nothing() -> None:
    """Within a council the whole table may be wanted."""
    assert not withhold(np.array([3, 2, 1]), [Sum(0, (1, 2))], below=0).any()
