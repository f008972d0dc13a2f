"""Rows and columns of a programme as they are added, each row under the name of the rule that it comes from."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_matrix

from estate.layout import Follower, Layout
from estate.programme import Floats, Indices, Model, RowLabel

NONE: Indices = np.array([], dtype=np.intp)


class Builder:
    """What has been added so far.

    Parameters
    ----------
    layout
        Where the decisions stand; followers come after them.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.followers: list[Follower] = []
        self.n_rows = 0
        self._rows: list[Indices] = []
        self._columns: list[Indices] = []
        self._values: list[Floats] = []
        self._lower: list[Floats] = []
        self._upper: list[Floats] = []
        self._families: dict[str, list[Indices]] = {}
        self._labels: dict[int, RowLabel] = {}

    def follow(self, sources: Iterable[Indices]) -> Indices:
        """Add continuous variables in [0, 1] that follow the sum of their sources; return their columns."""
        return self.follow_unless(Follower(one, NONE) for one in sources)

    def follow_unless(self, followers: Iterable[Follower]) -> Indices:
        """Add continuous variables in [0, 1] that follow the others; return their columns."""
        first = self.layout.size + len(self.followers)
        self.followers += list(followers)
        return np.arange(first, self.layout.size + len(self.followers), dtype=np.intp)

    def add(
        self,
        entries: tuple[Indices, Indices, ArrayLike],
        *,
        lower: ArrayLike,
        upper: ArrayLike,
        family: str,
        about: RowLabel | None = None,
    ) -> None:
        """Add rows, numbered from 0, by entries (row, column, value) and bounds, one for each row."""
        row, column, value = entries
        low, high = np.broadcast_arrays(np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64))
        n_new = len(low)
        self._rows.append(np.asarray(row, dtype=np.intp) + self.n_rows)
        self._columns.append(np.asarray(column, dtype=np.intp))
        self._values.append(np.broadcast_to(np.asarray(value, dtype=np.float64), self._columns[-1].shape))
        self._lower.append(low)
        self._upper.append(high)
        self._families.setdefault(family, []).append(np.arange(self.n_rows, self.n_rows + n_new, dtype=np.intp))
        if about is not None:
            self._labels |= dict.fromkeys(range(self.n_rows, self.n_rows + n_new), about)
        self.n_rows += n_new

    def at_most_zero(self, entries: tuple[Indices, Indices, ArrayLike], n_rows: int, family: str) -> None:
        """Add rows whose sum may not exceed 0."""
        self.add(entries, lower=np.full(n_rows, -np.inf), upper=np.zeros(n_rows), family=family)

    def at_most(self, smaller: Indices, larger: Indices, family: str) -> None:
        """Add smaller[n] - larger[n] <= 0, one row each."""
        n_new = len(smaller)
        rows = np.tile(np.arange(n_new), 2)
        values = np.repeat([1.0, -1.0], n_new)
        self.at_most_zero((rows, np.concatenate([smaller, larger]), values), n_new, family)

    def below_sum(self, column: Indices, sources: list[Indices], family: str) -> None:
        """Add column[n] - sum of sources[n] <= 0, one row each."""
        n_new = len(column)
        lengths = [len(part) for part in sources]
        rows = np.concatenate([np.arange(n_new), np.repeat(np.arange(n_new), lengths)])
        values = np.concatenate([np.ones(n_new), -np.ones(sum(lengths))])
        self.at_most_zero((rows, np.concatenate([column, *sources]), values), n_new, family)

    def finish(self, cost: Floats, lower: Floats, upper: Floats, *, offset: float) -> Model:
        """Return what was added; costs and bounds are those of the decisions, followers cost nothing."""
        n_columns = self.layout.size + len(self.followers)
        beyond = np.zeros(n_columns - self.layout.size)
        entries = (np.concatenate(self._values), (np.concatenate(self._rows), np.concatenate(self._columns)))
        matrix = csr_matrix(entries, shape=(self.n_rows, n_columns))
        matrix.sort_indices()
        return Model(
            cost=np.concatenate([cost, beyond]),
            lower=np.concatenate([lower, beyond]),
            upper=np.concatenate([upper, beyond + 1.0]),
            integer=np.arange(n_columns) < self.layout.size,
            matrix=matrix,
            row_lower=np.concatenate(self._lower),
            row_upper=np.concatenate(self._upper),
            offset=offset,
            families={name: np.concatenate(parts) for name, parts in self._families.items()},
            labels=self._labels,
        )


def by_building(columns: Indices, building: Indices) -> dict[int, Indices]:
    """Return columns gathered by building, buildings in order."""
    order = np.argsort(building, kind="stable")
    numbers, first = np.unique(building[order], return_index=True)
    return {int(number): part for number, part in zip(numbers, np.split(columns[order], first[1:]), strict=True)}
