"""What one unit more of each rule would save: each loosened by itself and the plan solved again from where it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from estate.colocation import Problem, with_rules
from estate.limits import Budget
from estate.phrases import pounds
from estate.plans import Plan
from estate.programme import Stop
from estate.rules import Rules
from estate.warm import NEGLIGIBLE_GBP
from estate.years import Limits, seek

SECONDS_EACH = 5.0
#: Above so many pins, dropping one is not tried for each.
MANY_PINS = 10


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
    problem: Problem,
    plan: Plan,
    *,
    seconds: float = SECONDS_EACH,
    rounds: int | None = None,
    stop: Stop | None = None,
) -> list[Loosened]:
    """Return what one unit more of each rule would save, most first; each solved again from the plan.

    Parameters
    ----------
    problem, plan, seconds, rounds, stop
        As for :func:`estate.opposites.opposites`.
    """
    found = []
    for words, rules in _one_more(problem.rules):
        easier = with_rules(problem, rules)
        if easier.blocks.index.equals(problem.blocks.index) and easier.buildings.index.equals(problem.buildings.index):
            limits = Limits(seed=plan.seed, seconds=seconds, rounds=rounds, stop=stop)
            answer = seek(easier, starts=[plan.decision], limits=limits, ceilings=plan.ceilings).answer
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
