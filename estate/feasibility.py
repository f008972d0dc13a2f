"""When no plan keeps all rules: which rule bites, and by how much it would have to give.

Only decisions taken beforehand can make rules impossible, since changing nothing keeps every other rule. So the search
is for what stands between the pinned releases and a plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_matrix, hstack

from estate.colocation import Problem, with_rules
from estate.limits import Budget
from estate.model import ROOM_ROWS, Formulation, formulate
from estate.phrases import listed, pounds
from estate.programme import Answer, Floats, Indices, Model
from estate.rules import Rules
from estate.solver import solve_mip
from geodata.errors import InfeasibleError, SolverError, examples

SECONDS_EACH = 5.0
LEAST_SHOWN = 1e-3
#: Families of rows that may give: how much one unit weighs against a desk, and how the amount is told.
LOOSENED = {
    "desks": (1.0, "{:,.1f} more usable desks"),
    "floor space": (0.1, "{:,.0f} m2 more floor space"),
    "access": (100.0, "access standards that permit {:.1f} points more of loss, over all services and segments"),
    "town limit": (10.0, "{:,.0f} more releases in a town and year"),
}
NOWHERE = ("access", "town limit")
#: A rule by the name that ``relax_first`` calls it, and what would free a plan.
Way = tuple[str, str]
AMPLE_GBP = 1e9


def explain(formulation: Formulation, *, seed: int = 0) -> InfeasibleError:
    """Return the error to raise for a formulation without a plan.

    Each rule is loosened by itself and as little as possible; those that free a plan are named with the amount, in the
    user's order of priority where there is one (``rules.relax_first``).
    """
    problem = formulation.problem
    order = {name: number for number, name in enumerate(problem.rules.relax_first)}
    ways = [*_loosened_rows(formulation, seed), *_other_rules(problem, seed)]
    ways.sort(key=lambda way: order.get(way[0], len(order)))
    together = "" if ways else _loosened(formulation, tuple(LOOSENED), seed)
    first = "Any one of these would free a plan" + (", yours to give up first" if order else "")
    remedy = (
        f"{first}: {'; '.join(words for _, words in ways)}; or drop a pin."
        if ways
        else f"No other rule frees a plan by itself, but together these would: {together}; or drop a pin."
        if together
        else "No other rule frees a plan: drop a pin."
    )
    return InfeasibleError(f"No plan satisfies the rules while {_asked(problem)}. {remedy}")


def _asked(problem: Problem) -> str:
    """Return the changes that pins ask for, in words."""
    released = [f"'{name}'" for name in problem.buildings.index[problem.buildings["must_release"]]]
    told = [f"{listed(released)} must be released"] if released else []
    told += [pin.sentence() for pin in problem.rules.pins if pin.rule in ("move", "together")]
    return listed(told) if told else "all of them are kept"


def _loosened_rows(formulation: Formulation, seed: int) -> Iterator[Way]:
    """Loosen each family of rows by itself and say by how much."""
    for family in LOOSENED:
        words = _loosened(formulation, (family,), seed)
        if words:
            yield "room" if family in ROOM_ROWS else family, words


def _loosened(formulation: Formulation, families: tuple[str, ...], seed: int) -> str:
    """Return by how much the rows of some families must give, in words; empty where that does not help."""
    model = formulation.model
    rows = np.concatenate([model.families.get(family, np.array([], dtype=np.intp)) for family in families])
    weight = np.concatenate([np.full(len(model.families.get(family, ())), LOOSENED[family][0]) for family in families])
    given = _least_violation(model, rows, weight, seed)
    parts = []
    for family in families:
        own = np.isin(rows, model.families.get(family, ())) & (given > LEAST_SHOWN / weight)
        if own.any():
            where = list(
                dict.fromkeys(_building_of(formulation, int(row)) for row in rows[own] if family not in NOWHERE)
            )
            words = LOOSENED[family][1].format(given[own].sum() * (100.0 if family == "access" else 1.0))
            parts.append(f"{words} ({examples(where)})" if where else words)
    return listed(parts) if parts else ""


def _least_violation(model: Model, rows: Indices, weight: Floats, seed: int) -> Floats:
    """Return by how much each row must give so that there is a plan, the weighted sum as small as possible.

    All zero where no amount helps, or where none was found in time.
    """
    n_new = len(rows)
    sign = np.where(np.isfinite(model.row_upper[rows]), -1.0, 1.0)
    slack = csr_matrix((sign, (rows, np.arange(n_new))), shape=(model.matrix.shape[0], n_new))
    elastic = replace(
        model,
        cost=np.concatenate([np.zeros(len(model.cost)), weight]),
        lower=np.concatenate([model.lower, np.zeros(n_new)]),
        upper=np.concatenate([model.upper, np.full(n_new, np.inf)]),
        integer=np.concatenate([model.integer, np.zeros(n_new, dtype=np.bool_)]),
        matrix=csr_matrix(hstack([model.matrix, slack])),
        offset=0.0,
    )
    answer = _solve_briefly(elastic, seed)
    if answer is None or answer.status == "infeasible":
        return np.zeros(n_new)
    return answer.values[len(model.cost) :]


def _solve_briefly(model: Model, seed: int) -> Answer | None:
    """Return the answer of a few seconds, or None where nothing was found in them."""
    try:
        return solve_mip(model, seed=seed, seconds=SECONDS_EACH, gap=0.01)
    except SolverError:
        return None


def _building_of(formulation: Formulation, row: int) -> str:
    """Return the building whose keep variable stands in a row."""
    columns = formulation.model.matrix[row].indices
    buildings = formulation.problem.buildings.index
    return str(buildings[columns[columns < len(buildings)][0]])


def _other_rules(problem: Problem, seed: int) -> Iterator[Way]:
    """Try the rules that decide which moves exist at all, and those about money and towns."""
    rules = problem.rules
    any_km, public_km = rules.reach_km(public=False), rules.reach_km(public=True)
    ways: list[tuple[str, str, Rules]] = [
        (
            "distance",
            f"moves further than {any_km:g} km, or of front desks further than {public_km:g} km",
            replace(rules, max_move_km=1e6, max_public_move_km=1e6),
        )
    ]
    if rules.never_together or rules.separate_classes:
        free = replace(rules, never_together=(), separate_classes=())
        ways.append(("neighbours", "letting classes share that never_together keeps apart", free))
    if rules.secure_classes:
        words = f"letting {listed(list(rules.secure_classes))} move into buildings not recorded as secure for it"
        ways.append(("security", words, replace(rules, secure_classes=())))
    if rules.fixed_services:
        words = f"letting teams of {listed(list(rules.fixed_services))} move"
        ways.append(("services", words, replace(rules, fixed_services=())))
    if rules.presence:
        ways.append(("presence", "fewer people kept in towns than presence asks for", replace(rules, presence=())))
    yield from ((name, words) for name, words, free in ways if _possible(with_rules(problem, free), seed))
    public = replace(problem, register=problem.register.assign(public_facing=True, step_free=True))
    if problem.blocks["front_desk"].any() and _possible(with_rules(public, rules), seed):
        yield "front desks", "front desks in buildings that are not open to the public today"
    if rules.budgets:
        yield from _more_capital(problem, seed)


def _more_capital(problem: Problem, seed: int) -> Iterator[Way]:
    """Say how much capital the pins need at least, where the budgets stand in the way."""
    rich = with_rules(problem, replace(problem.rules, budgets=(Budget((AMPLE_GBP,)),)))
    formulation = formulate(rich, detailed=False)
    cost = np.zeros(len(formulation.model.cost))
    cost[formulation.layout.leave] = rich.blocks["capital_gbp"].to_numpy()[:, None]
    answer = _solve_briefly(replace(formulation.model, cost=cost, offset=0.0), seed)
    if answer is not None and answer.status != "infeasible":
        yield "budget", f"more capital: the moves need at least {pounds(answer.bound, rounding='down')} in all"


def _possible(problem: Problem, seed: int) -> bool:
    """Return True where some plan satisfies the rules."""
    model = formulate(problem).model
    nothing = replace(model, cost=np.zeros(len(model.cost)), offset=0.0)
    answer = _solve_briefly(nothing, seed)
    return answer is not None and answer.status != "infeasible"
