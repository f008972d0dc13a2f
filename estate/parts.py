"""Solve the parts of a programme that share no row apart from each other, and add up what is known of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from estate.programme import (
    INFEASIBLE_BY,
    OPTIMAL_WITHIN,
    Answer,
    Floats,
    Indices,
    Model,
    Progress,
    Status,
    part_of,
    relative_gap,
)

LEAST_SECONDS = 0.5
_SEVERITY: tuple[Status, ...] = ("optimal", "gap", "work limit", "time limit", "interrupted", "infeasible")


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One part of a programme.

    Parameters
    ----------
    model
        Its programme, without the constant of the whole.
    columns, rows
        Where its variables and rows stand in the whole.
    """

    model: Model
    columns: Indices
    rows: Indices


class SolvePart(Protocol):
    """Solve one part, from a start, in the seconds allowed."""

    def __call__(self, part: Part, start: Floats | None, *, seconds: float, progress: Progress | None) -> Answer:
        """Return the answer of the part."""


def solve_apart(
    model: Model, solve: SolvePart, *, start: Floats | None, seconds: float, progress: Progress | None = None
) -> Answer:
    """Return the answer of a programme, each of its parts solved by itself.

    Parameters
    ----------
    model
        The programme.
    solve
        What solves a part.
    start
        A solution of the whole, or None.
    seconds
        Processor time for all parts together (seconds); what the small ones leave goes to the large.
    progress
        Called with the best cost and the bound of the whole.
    """
    began = time.process_time()
    parts = components(model)
    answers: list[Answer] = []
    waiting = sum(_weight(part) for part in parts)
    if _is_void(model):
        return Answer(np.array([]), np.inf, np.inf, "infeasible", 0, 0.0)
    for part in parts:
        left = max(seconds - (time.process_time() - began), LEAST_SECONDS)
        allowed = left if len(parts) == 1 else max(left * _weight(part) / waiting, LEAST_SECONDS)
        waiting -= _weight(part)
        answer = solve(
            part,
            None if start is None else start[part.columns],
            seconds=allowed,
            progress=_of_whole(progress, model, parts, answers, start) if progress else None,
        )
        answers.append(answer)
        if answer.status == "infeasible":
            break
    return _join(model, parts, answers, time.process_time() - began)


def _weight(part: Part) -> float:
    """Return the weight of a part when time is shared out: more than in proportion, since search grows faster."""
    return float(len(part.columns) ** 1.5)


def _is_void(model: Model) -> bool:
    """Return True where a row without any variable asks for something else than nothing."""
    empty = np.diff(model.matrix.indptr) == 0
    return bool(np.any(model.row_lower[empty] > INFEASIBLE_BY) or np.any(model.row_upper[empty] < -INFEASIBLE_BY))


def components(model: Model) -> list[Part]:
    """Return the parts that share no row, smallest first, then by first column.

    Time that small parts leave goes to the large. Columns that stand in no row are gathered into one part of their own.
    """
    rows, columns = model.matrix.shape
    entries = model.matrix.tocoo()
    graph = coo_matrix((np.ones(entries.nnz), (entries.row + columns, entries.col)), shape=(rows + columns,) * 2)
    _, label = connected_components(graph, directed=False)
    lonely = np.bincount(entries.col, minlength=columns) == 0
    of_column = np.where(lonely, -1, label[:columns])
    of_row = label[columns:]
    parts = []
    for number in np.unique(of_column):
        own_rows = np.flatnonzero(of_row == number) if number >= 0 else np.array([], dtype=np.intp)
        own_columns = np.flatnonzero(of_column == number)
        parts.append(Part(part_of(model, own_columns, own_rows), own_columns, own_rows))
    return sorted(parts, key=lambda part: (len(part.columns), int(part.columns[0])))


def _of_whole(
    progress: Progress,
    model: Model,
    parts: Sequence[Part],
    answers: Sequence[Answer],
    start: Floats | None,
) -> Progress:
    """Return a progress function for the part now solved that reports on the whole programme.

    Parts not yet begun count with their start (infinite without one) and with the bound that their columns give.
    """
    later = np.concatenate([part.columns for part in parts[len(answers) + 1 :]] or [np.array([], dtype=np.intp)])
    cost = model.offset + sum(answer.objective for answer in answers)
    bound = model.offset + sum(answer.bound for answer in answers)
    if len(later):
        cost += float(model.cost[later] @ start[later]) if start is not None else np.inf
        bound += float(np.minimum(model.cost * model.lower, model.cost * model.upper)[later].sum())

    def report(best: float, proved: float) -> None:
        progress(cost + best, bound + proved)

    return report


def _join(
    model: Model,
    parts: Sequence[Part],
    answers: Sequence[Answer],
    cpu_s: float,
) -> Answer:
    """Return the answer of the whole from the answers of its parts."""
    nodes = sum(answer.nodes for answer in answers)
    worst = max((_SEVERITY.index(answer.status) for answer in answers), default=0)
    status = _SEVERITY[worst]
    if status == "infeasible":
        return Answer(np.array([]), np.inf, np.inf, "infeasible", nodes, cpu_s)
    values = np.zeros(len(model.cost))
    for part, answer in zip(parts, answers, strict=True):
        values[part.columns] = answer.values
    objective = model.objective(values)
    bound = min(objective, model.offset + sum(answer.bound for answer in answers))
    if relative_gap(objective, bound) <= OPTIMAL_WITHIN:
        status = "optimal"
    return Answer(values, objective, bound, status, nodes, cpu_s)
