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
from estate.farther import farther, solved_briefly, some_plan
from estate.limits import Budget
from estate.model import ROOM_ROWS, Formulation, formulate
from estate.phrases import listed, pounds
from estate.programme import Floats, Indices, Model
from estate.rules import Rules
from geodata.errors import InfeasibleError, examples

LEAST_SHOWN = 1e-3
#: Families of rows that may give: what one told unit weighs against a desk, and how amounts are told.
LOOSENED = {
    "desks": (1.0, "{:,.1f} more usable desks"),
    "floor space": (0.1, "{:,.0f} m2 more floor space"),
    "access": (1.0, "{:.1f} points for {}"),
    "town limit": (10.0, "a releases_per_town higher by {:,.0f} for {}"),
    "presence": (1.0, "{:,.1f} fewer of {}"),
    "body": (1e-4, "{} paying £{:,.0f} more than alone"),
}
#: What stands before the amounts of a family.
BEFORE = {"access": "access standards that permit more points of loss: "}
#: The name in ``relax_first`` where it is not that of the family.
CALLED = {"desks": "room", "floor space": "room", "body": "no body worse"}
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
            yield CALLED.get(family, family), words


def _loosened(formulation: Formulation, families: tuple[str, ...], seed: int) -> str:
    """Return by how much the rows of some families must give, in words; empty where that does not help."""
    model = formulation.model
    own = [model.families.get(family, np.array([], dtype=np.intp)) for family in families]
    rows = np.concatenate(own)
    units = np.array([model.labels[row].unit if row in model.labels else 1.0 for row in rows.tolist()])
    weight = np.concatenate([np.full(len(part), LOOSENED[name][0]) for name, part in zip(families, own, strict=True)])
    given = units * _least_violation(model, rows, weight * units, seed)
    given[given * weight <= LEAST_SHOWN] = 0.0
    amounts = dict(zip(rows.tolist(), given.tolist(), strict=True))
    told = {
        name: _told(formulation, name, {row: amounts[row] for row in part.tolist() if amounts[row] > 0})
        for name, part in zip(families, own, strict=True)
    }
    return listed([words for words in told.values() if words])


def _told(formulation: Formulation, family: str, given: dict[int, float]) -> str:
    """Return the amounts by which the rows of a family give, in words; empty where none does."""
    words, labels = LOOSENED[family][1], formulation.model.labels
    if not given:
        return ""
    if family in ROOM_ROWS:
        where = list(dict.fromkeys(_building_of(formulation, row) for row in given))
        return f"{words.format(sum(given.values()))} ({examples(where)})"
    most: dict[str, float] = {}  # a rule asks the same in every year
    for row, amount in given.items():
        most[labels[row].words] = max(amount, most.get(labels[row].words, 0.0))
    parts = [
        words.format(who, amount) if family == "body" else words.format(amount, who) for who, amount in most.items()
    ]
    return BEFORE.get(family, "") + listed(parts)


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
    answer = solved_briefly(elastic, seed)
    if answer is None or answer.status == "infeasible":
        return np.zeros(n_new)
    return answer.values[len(model.cost) :]


def _building_of(formulation: Formulation, row: int) -> str:
    """Return the building whose keep variable stands in a row."""
    columns = formulation.model.matrix[row].indices
    buildings = formulation.problem.buildings.index
    return str(buildings[columns[columns < len(buildings)][0]])


def _other_rules(problem: Problem, seed: int) -> Iterator[Way]:
    """Try the rules that decide which moves exist at all, and those about money and towns."""
    rules, ways = problem.rules, list[tuple[str, str, Rules]]()
    yield from (("distance", words) for words in farther(problem, seed))
    ways += [
        ("neighbours", f"letting '{one}' and '{other}' share a building", _sharing(rules, (one, other)))
        for one, other in rules.never_together
    ]
    ways += [
        ("neighbours", f"letting '{name}' share a building", _sharing(rules, (name,)))
        for name in rules.separate_classes
    ]
    if rules.secure_classes:
        words = f"letting {listed(list(rules.secure_classes))} move into buildings not recorded as secure for it"
        ways.append(("security", words, replace(rules, secure_classes=())))
    services = [name for name in rules.fixed_services if problem.blocks["service"].eq(name).any()]
    ways += [
        ("services", f"letting teams of {name} move", replace(rules, fixed_services=_but(rules.fixed_services, name)))
        for name in services
    ]
    found = [(name, words) for name, words, free in ways if _possible(with_rules(problem, free), seed)]
    yield from found
    if len(rules.never_together) + len(rules.separate_classes) > 1 and "neighbours" not in dict(found):
        free = replace(rules, never_together=(), separate_classes=())
        if _possible(with_rules(problem, free), seed):
            yield "neighbours", "letting all classes share that never_together and separate_classes keep apart"
    public = replace(problem, register=problem.register.assign(public_facing=True, step_free=True))
    if problem.blocks["front_desk"].any() and _possible(with_rules(public, rules), seed):
        yield "front desks", "front desks in buildings that are not open to the public today"
    if rules.budgets:
        yield from _more_capital(problem, seed)


def _but(names: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(name for name in names if name != one)


def _sharing(rules: Rules, names: tuple[str, ...]) -> Rules:
    """Return the rules in which a pair, or a separate class, may share."""
    if len(names) == 1:
        return replace(rules, separate_classes=_but(rules.separate_classes, names[0]))
    return replace(rules, never_together=tuple(pair for pair in rules.never_together if pair != names))


def _more_capital(problem: Problem, seed: int) -> Iterator[Way]:
    """Say how much capital the pins need at least, where the budgets stand in the way."""
    rich = with_rules(problem, replace(problem.rules, budgets=(Budget((AMPLE_GBP,)),)))
    formulation = formulate(rich, detailed=False)
    cost = np.zeros(len(formulation.model.cost))
    cost[formulation.layout.leave] = rich.blocks["capital_gbp"].to_numpy()[:, None]
    answer = solved_briefly(replace(formulation.model, cost=cost, offset=0.0), seed)
    if answer is not None and answer.status != "infeasible":
        yield "budget", f"more capital: the moves need at least {pounds(answer.bound, rounding='down')} in all"


def _possible(problem: Problem, seed: int) -> bool:
    """Return True where some plan satisfies the rules."""
    return some_plan(formulate(problem), seed) is not None
