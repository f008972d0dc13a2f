"""The solver room: small programmes with known answers, limits, starts, and a published instance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import block_diag, csr_matrix, vstack

from estate.parts import components
from estate.programme import Model, relative_gap, restricted
from estate.solver import solve_mip
from geodata.errors import SolverError


def knapsack(values: list[float], weights: list[float], room: float) -> Model:
    """Return the programme of packing the most valuable things (costs are negative values)."""
    n = len(values)
    return Model(
        cost=-np.array(values),
        lower=np.zeros(n),
        upper=np.ones(n),
        integer=np.ones(n, dtype=bool),
        matrix=csr_matrix([weights]),
        row_lower=np.array([-np.inf]),
        row_upper=np.array([room]),
    )


def hard(seed: int, n: int = 60) -> Model:
    """Return a programme that takes a while: many things, five tight rows."""
    random = np.random.default_rng(seed)
    weights = random.integers(20, 100, (5, n)).astype(float)
    return Model(
        cost=-(weights.mean(axis=0) + random.uniform(0, 10, n)),
        lower=np.zeros(n),
        upper=np.ones(n),
        integer=np.ones(n, dtype=bool),
        matrix=csr_matrix(weights),
        row_lower=np.full(5, -np.inf),
        row_upper=np.floor(weights.sum(axis=1) / 2),
    )


def test_a_knapsack_by_hand() -> None:
    """Of 60, 100 and 120 with weights 10, 20, 30 and room for 50, the last two are best."""
    answer = solve_mip(knapsack([60, 100, 120], [10, 20, 30], 50))
    assert answer.values.tolist() == [0, 1, 1]
    assert (answer.objective, answer.bound, answer.status, answer.gap) == (-220, -220, "optimal", 0)


def test_continuous_variables_may_be_parts() -> None:
    """Without wholeness the knapsack takes two thirds of the last thing."""
    model = knapsack([60, 100, 120], [10, 20, 30], 50)
    answer = solve_mip(Model(**{**fields(model), "integer": np.zeros(3, dtype=bool)}))
    assert answer.objective == pytest.approx(-240)
    assert answer.status == "optimal"


def fields(model: Model) -> dict[str, object]:
    """Return what a programme is made of."""
    names = ("cost", "lower", "upper", "integer", "matrix", "row_lower", "row_upper", "offset")
    return {name: getattr(model, name) for name in names}


def test_the_offset_is_in_cost_and_bound() -> None:
    """A constant must not change what is chosen, only what it is said to cost."""
    model = Model(**{**fields(knapsack([60, 100, 120], [10, 20, 30], 50)), "offset": 1_000.0})
    answer = solve_mip(model)
    assert (answer.objective, answer.bound) == (780, 780)


def test_an_impossible_programme_says_so() -> None:
    """One variable of at most 1 cannot be 2."""
    model = Model(**{**fields(knapsack([1], [1], 5)), "row_lower": np.array([2.0])})
    answer = solve_mip(model)
    assert answer.status == "infeasible"
    assert len(answer.values) == 0


def test_an_impossible_row_without_variables_is_not_lost() -> None:
    """Such a row belongs to no part; it must still be seen."""
    whole = knapsack([1, 1], [1, 1], 1)
    matrix = csr_matrix(vstack([whole.matrix, csr_matrix((1, 2))]))
    rows = {"row_lower": np.array([-np.inf, 3.0]), "row_upper": np.array([1.0, np.inf])}
    assert solve_mip(Model(**{**fields(whole), "matrix": matrix, **rows})).status == "infeasible"


def test_parts_that_share_no_row_are_solved_apart_and_added() -> None:
    """Two knapsacks and a free variable beside them: three parts, one answer."""
    one, other = knapsack([60, 100, 120], [10, 20, 30], 50), knapsack([5, 4], [3, 2], 3)
    both = Model(
        cost=np.concatenate([one.cost, other.cost, [-7.0]]),
        lower=np.zeros(6),
        upper=np.ones(6),
        integer=np.ones(6, dtype=bool),
        matrix=csr_matrix(block_diag([one.matrix, other.matrix, np.zeros((0, 1))])),
        row_lower=np.full(2, -np.inf),
        row_upper=np.array([50.0, 3.0]),
    )
    assert [len(part.columns) for part in components(both)] == [1, 2, 3]
    answer = solve_mip(both)
    assert answer.values.tolist() == [0, 1, 1, 1, 0, 1]
    assert answer.objective == answer.bound == -232


def test_the_answer_is_never_worse_than_the_best_start() -> None:
    """A plan stopped at once must not cost more than doing nothing."""
    model = hard(1)
    greedy = np.zeros(60)
    for thing in np.argsort(model.cost):
        greedy[thing] = 1.0
        if model.breaks(greedy):
            greedy[thing] = 0.0
    answer = solve_mip(model, seconds=0.01, starts=[np.zeros(60), greedy])
    assert answer.objective <= model.objective(greedy) < 0
    assert answer.bound <= answer.objective


def test_a_start_that_breaks_a_row_is_not_believed() -> None:
    """Taking everything would be cheaper than any true answer."""
    answer = solve_mip(knapsack([60, 100, 120], [10, 20, 30], 50), starts=[np.ones(3)])
    assert answer.objective == -220


def test_a_limit_on_work_stops_at_the_same_place_every_time() -> None:
    """Repeatable without a clock: the same work gives the same plan and the same bound."""
    first, second = (solve_mip(hard(2), seed=5, work=40, starts=[np.zeros(60)]) for _ in range(2))
    assert first.status == "work limit"
    assert (first.objective, first.bound, first.nodes) == (second.objective, second.bound, second.nodes)
    assert first.values.tobytes() == second.values.tobytes()


def test_a_stop_at_a_gap_says_so_and_keeps_it() -> None:
    """The gap asked for is a promise about the bound."""
    answer = solve_mip(hard(3), gap=0.02, seconds=20)
    assert answer.status in ("gap", "optimal")
    assert relative_gap(answer.objective, answer.bound) <= 0.02


def test_scaling_the_costs_scales_the_answer() -> None:
    """Pounds or pence: the same choice."""
    model = knapsack([60, 100, 120], [10, 20, 30], 50)
    dear = Model(**{**fields(model), "cost": model.cost * 1e7})
    assert solve_mip(dear).objective == pytest.approx(-2.2e9)


def test_progress_tells_cost_and_bound_of_the_whole() -> None:
    """What is told never contradicts the answer."""
    told: list[tuple[float, float]] = []
    model = hard(4)
    answer = solve_mip(model, work=60, starts=[np.zeros(60)], progress=lambda cost, bound: told.append((cost, bound)))
    assert told
    assert all(bound <= answer.objective + 1e-6 for _, bound in told)
    assert all(cost >= answer.bound - 1e-6 for cost, _ in told)


def test_no_plan_in_time_is_an_error_of_its_own() -> None:
    """Without a start and without time there is nothing to return."""
    random = np.random.default_rng(0)
    weights = random.integers(10_000, 99_999, (2, 80)).astype(float)
    target = np.floor(weights.sum(axis=1) / 2)
    model = Model(
        cost=np.zeros(80),
        lower=np.zeros(80),
        upper=np.ones(80),
        integer=np.ones(80, dtype=bool),
        matrix=csr_matrix(weights),
        row_lower=target,
        row_upper=target,
    )
    with pytest.raises(SolverError, match="no solution within its limit"):
        solve_mip(model, work=1)


def test_holding_variables_leaves_the_rest_of_the_rows() -> None:
    """With the first thing packed, 40 of the 50 are left."""
    model = knapsack([60, 100, 120], [10, 20, 30], 50)
    part = restricted(model, np.array([1.0, 0.0, 0.0]), np.array([False, True, True]))
    assert part.row_upper.tolist() == [40.0]
    assert solve_mip(part).objective == -180


@pytest.mark.real
@pytest.mark.parametrize(("name", "optimum"), [("p1", 8848.0), ("p25", 11630.0)])
def test_published_facility_location_is_proved(real_data: Path, name: str, optimum: float) -> None:
    """Holmberg, Ronnqvist and Yuan (1999): single-source capacitated facility location through the same room."""
    numbers = np.array((real_data / "opt" / "holmberg" / f"{name}.txt").read_text().split(), dtype=float)
    m, n = int(numbers[0]), int(numbers[1])
    capacity, fixed = numbers[2 : 2 + m], numbers[2 + m : 2 + 2 * m]
    demand = numbers[2 + 2 * m : 2 + 2 * m + n]
    cost = numbers[2 + 2 * m + n :].reshape(n, m).T
    answer = solve_mip(_facility_location(capacity, fixed, demand, cost), seconds=60)
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(optimum)


def _facility_location(capacity: np.ndarray, fixed: np.ndarray, demand: np.ndarray, cost: np.ndarray) -> Model:
    """Return open[j] and serve[j, i]: every customer by one facility, within its capacity, only where it is open."""
    m, n = cost.shape
    serve = m + np.arange(m * n)
    facility, customer = np.divmod(np.arange(m * n), n)
    size = m + m * n
    assign = csr_matrix((np.ones(m * n), (customer, serve)), shape=(n, size))
    room = csr_matrix((demand[customer], (facility, serve)), shape=(m, size))
    room = room - csr_matrix((capacity, (np.arange(m), np.arange(m))), shape=(m, size))
    row = np.arange(m * n)
    link = csr_matrix((np.ones(m * n), (row, serve)), shape=(m * n, size))
    link = link - csr_matrix((np.ones(m * n), (row, facility)), shape=(m * n, size))
    return Model(
        cost=np.concatenate([fixed, cost.ravel()]),
        lower=np.zeros(size),
        upper=np.ones(size),
        integer=np.ones(size, dtype=bool),
        matrix=csr_matrix(vstack([assign, room, link])),
        row_lower=np.concatenate([np.ones(n), np.full(m + m * n, -np.inf)]),
        row_upper=np.concatenate([np.ones(n), np.zeros(m + m * n)]),
    )
