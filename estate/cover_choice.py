"""The best stations: five classic questions over one ground, each solved with a proof by the solver room.

    reach     n stations that reach most demand within the standard (maximal cover; Church and ReVelle 1974)
    as today  fewest stations that reach at least what today's reach
    all       fewest stations that reach all that any site can reach (set cover; Toregas 1971)
    mean      n stations with the least mean minutes (p-median; Hakimi 1964)
    farthest  n stations with the least longest minutes (p-centre), by set covers at growing minutes

Areas that reach the same sites are merged. Required and forbidden sites are bounds on the decision. Between choices
that do equally well the one that keeps more of today's stations is taken: a candidate costs a trifle more, never so
much that it outweighs a whole station or a whole resident.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import csr_matrix, hstack, identity, vstack

from estate.cover import Ground
from estate.median import solve_median
from estate.programme import Answer, Floats, Indices, Mask, Model, Status
from estate.siting import Median, check_number, step_of
from estate.solver import solve_mip
from geodata.errors import SolverError

Question = Literal["reach", "as today", "all", "mean", "farthest"]
QUESTIONS: tuple[Question, ...] = ("reach", "as today", "all", "mean", "farthest")
HALF = 0.5
#: What all candidates together may cost: less than one station or one resident.
TRIFLE = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Pins:
    """Sites that must, or must not, be open.

    Parameters
    ----------
    required, forbidden
        True for such sites, shape (n_sites,).
    """

    required: Mask
    forbidden: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """The answer to one question.

    Parameters
    ----------
    question
        Which.
    opened
        True for the stations to open, shape (n_sites,).
    value, bound
        What was sought (demand reached, number of stations, mean or longest minutes), and the proven bound on it: no
        choice of stations under these pins does better.
    status
        ``optimal``, or which limit stopped the search.
    """

    question: Question
    opened: Mask
    value: float
    bound: float
    status: Status


def best_stations(ground: Ground, n_open: int, pins: Pins, *, seconds: float = 60.0, seed: int = 0) -> tuple[Best, ...]:
    """Return the best stations by all five questions; by all but "as today" where nobody is reached today.

    Parameters
    ----------
    ground
        Areas and sites.
    n_open
        Number of stations for the questions that fix it.
    pins
        Sites decided beforehand.
    seconds
        Processor time for all questions together (seconds).
    seed
        Seed of the solver's own random choices.

    Raises
    ------
    InfeasibleError
        The pins leave no such number of stations.
    SolverError
        The time was too short for any answer to one of the questions.
    """
    check_number(n_open, pins.required, pins.forbidden)
    deadline = time.process_time() + seconds
    found = []
    asked = [one for one in QUESTIONS if one != "as today" or ground.reached(ground.today) > 0]
    for place, question in enumerate(asked):
        left = max(deadline - time.process_time(), 1.0) / (len(asked) - place)
        best = solve_question(ground, question, n_open, pins, seconds=left, seed=seed)
        found += [] if best is None else [best]
    return tuple(found)


def solve_question(
    ground: Ground, question: Question, n_open: int, pins: Pins, *, seconds: float = 60.0, seed: int = 0
) -> Best | None:
    """Return the answer to one question, or None where no choice under the pins can do what it asks."""
    if question == "mean":
        return _mean(ground, n_open, pins, seconds=seconds, seed=seed)
    if question == "farthest":
        return _farthest(ground, n_open, pins, seconds=seconds, seed=seed)
    model = {"reach": reach_model, "as today": as_today_model, "all": all_model}[question](ground, n_open, pins)
    answer = solve_mip(model, seed=seed, seconds=seconds)
    if answer.status == "infeasible":
        return None
    opened = answer.values[: len(ground.sites)] > HALF
    if question == "reach":
        reached = ground.reached(opened)
        most = ground.total - answer.bound + (TRIFLE if step_of(ground.demand) else 0.0)
        most = np.floor(most + 1e-6) if step_of(ground.demand) else most
        return Best(question, opened, reached, max(most, reached), answer.status)
    n, fewest = float(opened.sum()), least_number(answer)
    return Best(question, opened, n, min(fewest, n), "optimal" if fewest >= n else answer.status)


def least_number(answer: Answer) -> float:
    """Return the least number of stations that the bound of a programme of numbers and trifles allows."""
    return float(np.ceil(answer.bound - TRIFLE - 1e-6))


def _trifles(today: Mask) -> Floats:
    """Return what opening each site costs beyond what is sought: nothing for today's stations."""
    return np.where(today, 0.0, TRIFLE / max(len(today), 1))


def cells_of(reach: Mask, demand: Floats) -> tuple[csr_matrix, Floats]:
    """Return merged areas: which sites reach each, and its demand; areas without demand or reach are left out.

    Examples
    --------
    >>> reach = np.array([[True, False], [True, False], [False, False]])
    >>> cells, weight = cells_of(reach, np.array([2.0, 3.0, 4.0]))
    >>> cells.toarray().tolist(), weight.tolist()
    ([[1.0, 0.0]], [5.0])
    """
    wanted = reach.any(axis=1) & (demand > 0)
    rows, number = np.unique(reach[wanted], axis=0, return_inverse=True)
    weight = np.bincount(number.ravel(), demand[wanted], minlength=len(rows)).astype(np.float64)
    return csr_matrix(rows.astype(np.float64)), weight


def _reach(ground: Ground, minutes: float) -> Mask:
    return np.asarray(np.nan_to_num(ground.minutes, nan=np.inf) <= minutes)


def reach_model(ground: Ground, n_open: int, pins: Pins) -> Model:
    """Return: minimise the demand beyond the standard; z_c <= sum of the open sites that reach cell c; n open."""
    cells, weight = cells_of(_reach(ground, ground.within_min), ground.demand)
    trifles = _trifles(ground.today) * step_of(ground.demand)
    return _covering(cells, weight, pins, trifles, count=float(n_open), offset=ground.total)


def as_today_model(ground: Ground, n_open: int, pins: Pins) -> Model:  # noqa: ARG001 - the number is what is sought
    """Return: minimise the number of stations, reaching at least what today's reach."""
    cells, weight = cells_of(_reach(ground, ground.within_min), ground.demand)
    n_sites = len(pins.required)
    model = _covering(cells, weight, pins, np.zeros(n_sites), count=None, offset=0.0)
    today = ground.reached(ground.today)
    row = csr_matrix(np.concatenate([np.zeros(n_sites), weight])[None, :])
    return Model(
        cost=np.concatenate([1 + _trifles(ground.today), np.zeros(len(weight))]),
        lower=model.lower,
        upper=model.upper,
        # a cell must be reached whole: half a cell reached is nobody reached
        integer=np.ones(len(model.cost), dtype=np.bool_),
        matrix=vstack([model.matrix, row]).tocsr(),
        row_lower=np.append(model.row_lower, today * (1 - 1e-9)),
        row_upper=np.append(model.row_upper, np.inf),
    )


def all_model(ground: Ground, n_open: int, pins: Pins) -> Model:  # noqa: ARG001
    """Return: minimise the number of stations that reach every area that any allowed site reaches."""
    allowed = _reach(ground, ground.within_min) & ~pins.forbidden
    return _set_cover(cells_of(allowed, ground.demand)[0], pins, ground.today)


def _covering(
    cells: csr_matrix, weight: Floats, pins: Pins, trifles: Floats, *, count: float | None, offset: float
) -> Model:
    """Return the programme of sites y and cells z with z <= the sum of the sites that reach it."""
    n_cells, n_sites = cells.shape
    link = hstack([cells, -identity(n_cells)])
    matrix, lower, upper = link, np.zeros(n_cells), np.full(n_cells, np.inf)
    if count is not None:
        total = csr_matrix(np.concatenate([np.ones(n_sites), np.zeros(n_cells)])[None, :])
        matrix, lower, upper = vstack([link, total]), np.append(lower, count), np.append(upper, count)
    n = n_sites + n_cells
    return Model(
        cost=np.concatenate([trifles, -weight]),
        lower=np.concatenate([pins.required.astype(np.float64), np.zeros(n_cells)]),
        upper=np.concatenate([(~pins.forbidden).astype(np.float64), np.ones(n_cells)]),
        integer=np.arange(n) < n_sites,
        matrix=csr_matrix(matrix),
        row_lower=lower,
        row_upper=upper,
        offset=offset,
    )


def _set_cover(cells: csr_matrix, pins: Pins, today: Mask) -> Model:
    n_sites = len(pins.required)
    return Model(
        cost=1 + _trifles(today),
        lower=pins.required.astype(np.float64),
        upper=(~pins.forbidden).astype(np.float64),
        integer=np.ones(n_sites, dtype=np.bool_),
        matrix=cells,
        row_lower=np.ones(cells.shape[0]),
        row_upper=np.full(cells.shape[0], np.inf),
    )


def _mean(ground: Ground, n_open: int, pins: Pins, *, seconds: float, seed: int) -> Best:
    """Return the stations with the least mean minutes; what is out of reach counts with the limit of the table."""
    minutes = np.minimum(np.nan_to_num(ground.minutes, nan=ground.limit_min), ground.limit_min)
    asked = ground.demand > 0
    cost = minutes[asked] * ground.demand[asked, None]
    answer = solve_median(Median(cost, n_open, pins.required, pins.forbidden), seconds=seconds, seed=seed)
    opened = np.zeros(len(ground.sites), dtype=np.bool_)
    opened[answer.sites] = True
    return Best("mean", opened, answer.objective / ground.total, answer.bound / ground.total, answer.status)


def _farthest(ground: Ground, n_open: int, pins: Pins, *, seconds: float, seed: int) -> Best | None:
    """Return the stations with the least longest minutes over the areas that any allowed site reaches at all."""
    deadline = time.process_time() + seconds
    allowed = np.where(pins.forbidden, np.inf, np.nan_to_num(ground.minutes, nan=np.inf))
    asked = (ground.demand > 0) & np.isfinite(allowed.min(axis=1))
    levels = np.unique(allowed[asked][np.isfinite(allowed[asked])])
    # no station nearer than the nearest allowed; with any choice, the farthest is at most the last level
    low = int(np.searchsorted(levels, allowed[asked].min(axis=1).max()))
    search = _Levels(levels, low)
    while not search.done():
        level = search.next_level()
        cells, _ = cells_of(allowed[asked] <= levels[level], np.ones(int(asked.sum())))
        try:
            answer = solve_mip(
                _set_cover(cells, pins, ground.today), seed=seed, seconds=max(deadline - time.process_time(), 0.5)
            )
        except SolverError:
            break
        if not search.take(level, answer, n_open):
            break
    if search.best is None:
        return None
    opened = _filled(search.best, n_open, pins, ground)
    longest = ground.nearest(opened)[asked].max()
    bound = float(levels[search.low])
    return Best("farthest", opened, float(longest), min(bound, float(longest)),
                "optimal" if bound >= longest else "time limit")  # fmt: skip


class _Levels:
    """Halves the minutes between what n stations cannot do (proved) and what they can."""

    def __init__(self, levels: Floats, low: int) -> None:
        self.low, self.high = low, len(levels)
        self.best: Mask | None = None

    def done(self) -> bool:
        """Return True where the least level is known."""
        return self.low >= self.high

    def next_level(self) -> int:
        """Return the level to try."""
        return (self.low + self.high) // 2

    def take(self, level: int, answer: Answer, n_open: int) -> bool:
        """Learn from the fewest stations at a level; return False where it decides nothing."""
        if answer.status != "infeasible" and answer.values.round().sum() <= n_open:
            self.best, self.high = answer.values > HALF, level
            return True
        if answer.status == "infeasible" or least_number(answer) > n_open:
            self.low = level + 1
            return self.low < self.high or self.best is not None
        return False


def _filled(opened: Mask, n_open: int, pins: Pins, ground: Ground) -> Mask:
    """Return the stations with more opened up to the number, each the one that lowers the mean most."""
    chosen = opened.copy()
    minutes = np.minimum(np.nan_to_num(ground.minutes, nan=ground.limit_min), ground.limit_min)
    nearest = np.minimum(ground.nearest(chosen), ground.limit_min)
    while chosen.sum() < n_open:
        gain = np.maximum(nearest[:, None] - minutes, 0.0).T @ ground.demand
        gain[chosen | pins.forbidden] = -1.0
        more: Indices = np.array([int(gain.argmax())])
        chosen[more] = True
        nearest = np.minimum(nearest, minutes[:, more[0]])
    return chosen
