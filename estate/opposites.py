"""What the opposite would cost: a building kept that the plan releases, or released that it keeps, solved again.

Each question starts from the plan and gets a bounded effort. The answer is an interval: what the best plan found costs
more, and what every such plan costs more at least, proved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from estate.colocation import Problem, with_rules
from estate.decision import Decision
from estate.greedy import Town
from estate.limits import Budget
from estate.model import formulate
from estate.phrases import pounds
from estate.plans import Plan
from estate.programme import Stop
from estate.rules import Rules
from estate.years import Limits, seek
from geodata.errors import DataError, SolverError, did_you_mean

SECONDS_EACH = 5.0
NEGLIGIBLE_GBP = 1.0
#: Above so many pins, dropping one is not tried for each.
MANY_PINS = 10


@dataclass(frozen=True, slots=True)
class Opposite:
    """What forcing the other answer about one building would cost.

    Parameters
    ----------
    asset, name
        The building.
    stands
        True where the plan keeps or builds it.
    reason
        The reason that the plan gives.
    possible
        False where no plan under the rules does the opposite; None where none was found in time.
    extra_gbp
        How much more the best such plan found costs (GBP, present value); infinite where there is none.
    least_extra_gbp
        How much more every such plan costs at least than the plan; below 0 where that is not proved.
    a_year_gbp
        By how much its annual cost would have to be higher (where kept) or lower for the opposite to be as good.
    hub
        True for a candidate site, which is built or not.
    fixed
        The rule that fixes the building beforehand (a pin, a contract, people who may not move), in words; "" where
        there is none. Its opposite breaks that rule: a cost below 0 is then what the rule costs.
    """

    asset: str
    name: str
    stands: bool
    reason: str
    possible: bool | None
    extra_gbp: float
    least_extra_gbp: float
    a_year_gbp: float
    hub: bool = False
    fixed: str = ""

    def sentences(self) -> tuple[str, ...]:
        """Return the reason, what the opposite would cost, and when it would be as good."""
        start = f"{self.name} ({self.asset}): {self.reason}"
        verb, done = self._words()
        if self.possible is False:
            rest = "manages without it" if self.stands else "can do with it"
            return (start, f"  No plan under these rules {rest}: {verb} it is impossible.")
        if self.possible is None:
            return (start, f"  No plan {verb} it was found in time; give more seconds.")
        if self.fixed:
            return (start, f"  {self._price_of_rule()}")
        if self.extra_gbp < -NEGLIGIBLE_GBP:
            better = f"{verb.capitalize()} it would even save {pounds(-self.extra_gbp)} more"
            return (start, f"  {better}: the search had not found that. Pin it and run again.")
        least = pounds(self.least_extra_gbp, rounding="down")
        proved = f", and at least {least} (proved)" if self.least_extra_gbp > 0 else ""
        more = "more" if self.stands else "less"
        return (
            start,
            f"  {verb.capitalize()} it instead would cost {pounds(self.extra_gbp)} more over the horizon{proved}.",
            f"  So it is {done}, unless it cost about {pounds(self.a_year_gbp)} a year {more} than recorded.",
        )

    def _price_of_rule(self) -> str:
        """Return what the rule that fixes the building costs or saves."""
        verb, _ = self._words()
        if self.extra_gbp < -NEGLIGIBLE_GBP:
            return f"That rule has a price: without it, {verb} the building would save {pounds(-self.extra_gbp)} more."
        return f"Even without that rule, {verb} the building would cost {pounds(self.extra_gbp)} more over the horizon."

    def _words(self) -> tuple[str, str]:
        """Return the opposite as a verb, and what the plan does."""
        if self.hub:
            return ("not building", "built") if self.stands else ("building", "not built")
        return ("releasing", "kept") if self.stands else ("keeping", "released")


def opposites(
    problem: Problem,
    plan: Plan,
    names: Sequence[str],
    *,
    seconds: float = SECONDS_EACH,
    rounds: int | None = None,
    stop: Stop | None = None,
) -> list[Opposite]:
    """Return what the opposite would cost for some buildings of a joint plan, in the order asked.

    Parameters
    ----------
    problem
        The facts and the rules that the plan was found in.
    plan
        The joint plan.
    names
        Ids or names of buildings.
    seconds
        Processor time for each (seconds).
    rounds
        Rounds of search for each; None for as many as the time allows.
    stop
        Asked now and then; True ends the search.

    Raises
    ------
    DataError
        There is no such building among those decided about; all are named at once.
    """
    limits = Limits(seed=plan.seed, seconds=seconds, rounds=rounds, stop=stop)
    return [_opposite(problem, plan, row, limits) for row in rows_of(problem, names)]


def rows_of(problem: Problem, names: Sequence[str]) -> list[int]:
    """Return the rows of buildings by id or name.

    Raises
    ------
    DataError
        There is no such building among those decided about; all are named at once.
    """
    rows = [_row(problem, name) for name in names]
    unknown = [name for name, row in zip(names, rows, strict=True) if row < 0]
    if unknown:
        known = [*map(str, problem.buildings.index), *map(str, problem.buildings["name"])]
        told = " ".join(f"No building '{name}' is decided about.{did_you_mean(name, known)}" for name in unknown)
        raise DataError(f"--why: {told} Name an id or a name from option_buildings.csv.")
    return rows


def _row(problem: Problem, name: str) -> int:
    """Return the row of a building by its id, or by its name where only one has it; -1 where there is none."""
    buildings = problem.buildings
    found = np.flatnonzero(buildings.index == name)
    if not len(found):
        found = np.flatnonzero(buildings["name"].astype(str).str.casefold().eq(name.casefold()).to_numpy())
    return int(found[0]) if len(found) == 1 else -1


def _opposite(problem: Problem, plan: Plan, row: int, limits: Limits) -> Opposite:
    building = problem.buildings.iloc[row]
    asset, stands = str(problem.buildings.index[row]), bool(plan.decision.kept[row])
    unknown = Opposite(
        asset=asset,
        name=str(building["name"] or asset),
        stands=stands,
        reason=str(plan.buildings.loc[asset, "reason"]),
        possible=None,
        extra_gbp=np.inf,
        least_extra_gbp=np.inf,
        a_year_gbp=np.inf,
        hub=bool(building["hub"]),
        fixed=str(building["why"] or "decided beforehand") if building["must_keep"] or building["must_release"] else "",
    )
    try:
        free = _without_its_rule(problem, row)
        found = seek(free, starts=_starts(free, plan.decision, row), limits=limits, forced={row: not stands})
    except SolverError:  # nothing was found in time, which is an answer too
        return unknown
    if found.answer.status == "infeasible":
        return replace(unknown, possible=False)
    extra = found.answer.objective - plan.cost_gbp
    return replace(
        unknown,
        possible=True,
        extra_gbp=extra,
        least_extra_gbp=found.answer.bound - plan.cost_gbp,
        a_year_gbp=max(extra, 0.0) / problem.costs.annuity,
    )


def _without_its_rule(problem: Problem, row: int) -> Problem:
    """Return the problem in which nothing fixes one building beforehand.

    A building that must stand has no rows that let people in only while it does, so holding it shut would mean nothing.
    """
    at = problem.buildings.index == problem.buildings.index[row]
    musts = {name: problem.buildings[name].to_numpy(dtype=np.bool_) & ~at for name in ("must_keep", "must_release")}
    return replace(problem, buildings=problem.buildings.assign(**musts))


def _starts(problem: Problem, decision: Decision, row: int) -> list[Decision]:
    """Return plans that do the opposite, as far as one is near at hand."""
    kept = decision.kept.copy()
    if not kept[row]:
        kept[row] = True
        return [replace(decision, kept=kept, left_in=np.where(kept, 0, decision.left_in))]
    town = Town(formulate(problem, detailed=False), decision)
    town.wanted[row] = True
    town.try_to_empty(row)
    moved = town.place != decision.place
    return [replace(decision, place=town.place, kept=town.kept, moves_in=np.where(moved, 0, decision.moves_in))]


@dataclass(frozen=True, slots=True)
class Loosened:
    """What one unit more of a rule would save.

    Parameters
    ----------
    words
        The unit.
    saves_gbp
        What the best plan found then saves more (GBP, present value); 0 where the rule does not bind.
    """

    words: str
    saves_gbp: float

    def sentences(self) -> tuple[str, ...]:
        """Return it in words."""
        if self.saves_gbp <= NEGLIGIBLE_GBP:
            return (f"{self.words} would save nothing that was found: the rule does not bind.",)
        return (f"{self.words} would save {pounds(self.saves_gbp, rounding='down')} more.",)


def loosened(
    problem: Problem, plan: Plan, *, seconds: float = SECONDS_EACH, stop: Stop | None = None
) -> list[Loosened]:
    """Return what one unit more of each rule would save, most first; each solved again from the plan.

    Parameters
    ----------
    problem, plan, seconds, stop
        As for :func:`opposites`.
    """
    found = []
    for words, rules in _one_more(problem.rules):
        easier = with_rules(problem, rules)
        if easier.blocks.index.equals(problem.blocks.index) and easier.buildings.index.equals(problem.buildings.index):
            limits = Limits(seed=plan.seed, seconds=seconds, stop=stop)
            answer = seek(easier, starts=[plan.decision], limits=limits).answer
            found.append(Loosened(words, max(plan.cost_gbp - answer.objective, 0.0)))
    return sorted(found, key=lambda one: (-one.saves_gbp, one.words))


def _one_more(rules: Rules) -> list[tuple[str, Rules]]:
    """Return each rule loosened by one unit, in words and as rules."""
    ways = [
        ("Moves of one kilometre more", replace(rules, max_move_km=rules.max_move_km + 1)),
        ("Front desks moving one kilometre more", replace(rules, max_public_move_km=rules.max_public_move_km + 1)),
    ]
    if rules.usable_share < 1:
        more = min(rules.usable_share + 0.01, 1.0)
        ways.append(("Filling one desk in a hundred more", replace(rules, usable_share=more)))
    for standard in rules.standards:
        standards = tuple(standard.eased(0.01) if one is standard else one for one in rules.standards)
        ways.append((f"One point more of lost access to {standard.service}", replace(rules, standards=standards)))
    if rules.releases_per_town is not None:
        words = "One release more in a town and year"
        ways.append((words, replace(rules, releases_per_town=rules.releases_per_town + 1)))
    for budget in rules.budgets:
        richer = Budget(tuple(amount + 100_000.0 for amount in budget.amounts_gbp), budget.body)
        budgets = tuple(richer if one is budget else one for one in rules.budgets)
        words = f"£100,000 a year more of capital for {budget.body or 'all bodies'}"
        ways.append((words, replace(rules, budgets=budgets)))
    pairs = [(pair, tuple(one for one in rules.never_together if one != pair)) for pair in rules.never_together]
    ways += [
        (f"Letting '{one}' and '{other}' share", replace(rules, never_together=left)) for (one, other), left in pairs
    ]
    for pin in rules.pins if len(rules.pins) <= MANY_PINS else ():
        pins = tuple(one for one in rules.pins if one != pin)
        ways.append((f"Dropping the pin that {pin.sentence()}", replace(rules, pins=pins)))
    return ways
