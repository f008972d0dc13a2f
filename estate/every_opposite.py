"""What the opposite would cost for every building of a plan: a small effort for each, as a column of its table.

Each building is solved again from the plan, with a few rounds of search. What is proved holds however small the effort;
what was found may be dear, so that a cost here is one that need not be exceeded.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from estate.colocation import Problem
from estate.opposites import NEGLIGIBLE_GBP, Opposite, opposites
from estate.phrases import counted, listed, pounds
from estate.plans import Plan
from estate.programme import Stop

SECONDS_EACH = 2.0
ROUNDS_EACH = 2
#: So many buildings are told in sentences; the table has all.
TOLD = 10

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class EveryOpposite:
    """What the opposite would cost for all buildings of a plan.

    Parameters
    ----------
    found
        One answer a building, in the order of the plan's table; shorter where the user stopped it.
    n_buildings
        Buildings decided about.
    """

    found: tuple[Opposite, ...]
    n_buildings: int

    def sentences(self) -> tuple[str, ...]:
        """Return the ten buildings whose opposite costs most, and what is to be said of the others."""
        priced = sorted(
            (one for one in self.found if one.possible and not one.fixed), key=lambda one: (-one.extra_gbp, one.asset)
        )
        counts = f"{counted(len(priced), 'building')} of {self.n_buildings} could be decided the other way"
        lines = [f"{counts}; those where that would cost most, and the table option_buildings.csv for all:"]
        lines += [line for one in priced[:TOLD] for line in one.sentences()]
        return (*lines, *self._others(priced))

    def _others(self, priced: list[Opposite]) -> list[str]:
        """Return sentences on close calls, on better plans met by chance, and on what could not be answered."""
        lines = []
        if len(priced) > TOLD:
            close = priced[-1]
            words = f"{close.name} ({close.asset})"
            if close.extra_gbp >= -NEGLIGIBLE_GBP:
                lines.append(f"The closest call is {words}: the opposite costs {pounds(close.extra_gbp)} more.")
            else:
                lines.append(
                    f"The opposite would even save {pounds(-close.extra_gbp)} at {words}: pin it and run again."
                )
        fixed = sorted((one for one in self.found if one.possible and one.fixed), key=lambda one: one.extra_gbp)
        if fixed and fixed[0].extra_gbp < -NEGLIGIBLE_GBP:
            dear = f"{fixed[0].name} ({fixed[0].asset}: {fixed[0].fixed}), {pounds(-fixed[0].extra_gbp)}"
            lines.append(
                f"{counted(len(fixed), 'building')} are fixed beforehand; the rule that costs most is at {dear}."
            )
        stuck = [f"{one.name} ({one.asset})" for one in self.found if one.possible is False]
        if stuck:
            lines.append(f"The rules leave no choice about {_some(stuck)}.")
        open_ = sum(one.possible is None for one in self.found)
        if open_:
            lines.append(f"For {counted(open_, 'building')} no plan with the opposite was found; ask with --why ID.")
        if len(self.found) < self.n_buildings:
            lines.append(f"Stopped after {len(self.found)} of {self.n_buildings} buildings.")
        return lines


def every_opposite(
    problem: Problem,
    plan: Plan,
    *,
    seconds: float = SECONDS_EACH,
    rounds: int = ROUNDS_EACH,
    told: Told | None = None,
    stop: Stop | None = None,
) -> EveryOpposite:
    """Return what the opposite would cost for each building of a joint plan.

    Parameters
    ----------
    problem
        The facts and the rules that the plan was found in.
    plan
        The joint plan.
    seconds
        Processor time for each building (seconds); infinite for an answer that is the same on every machine.
    rounds
        Rounds of search for each building.
    told
        Called with how many buildings are done, and how many there are.
    stop
        Asked now and then; True ends it with the buildings done so far.
    """
    assets, found = [str(asset) for asset in problem.buildings.index], list[Opposite]()
    for number, asset in enumerate(assets, start=1):
        if stop is not None and stop():
            break
        found += opposites(problem, plan, [asset], seconds=seconds, rounds=rounds, stop=stop)
        if told is not None:
            told(number, len(assets))
    return EveryOpposite(tuple(found), len(assets))


def with_every_opposite(plan: Plan, every: EveryOpposite) -> Plan:
    """Return the plan with three more columns in its table of buildings.

    Returns
    -------
    Plan
        ``opposite`` (``found``, ``against a rule``, ``impossible``, ``none found``, or "" where not asked),
        ``opposite_gbp`` (what the best
        opposite found costs more, GBP present value) and ``opposite_least_gbp`` (what each costs more at least, proved;
        below 0 where the plan itself is not proved to be the best). Missing where there is none.
    """
    words = {True: "found", False: "impossible", None: "none found"}
    at = pd.Index([one.asset for one in every.found], dtype=object)
    columns = {
        "opposite": ["against a rule" if one.possible and one.fixed else words[one.possible] for one in every.found],
        "opposite_gbp": [_pounds_or_missing(one.extra_gbp) for one in every.found],
        "opposite_least_gbp": [_pounds_or_missing(one.least_extra_gbp) for one in every.found],
    }
    table = pd.DataFrame(columns, index=at).astype({"opposite": object}).reindex(plan.buildings.index)
    told = table["opposite"].where(table["opposite"].notna(), "")
    return replace(plan, buildings=plan.buildings.assign(**table.assign(opposite=told)))


def _pounds_or_missing(amount_gbp: float) -> float:
    return float(round(amount_gbp)) if math.isfinite(amount_gbp) else np.nan


def _some(names: list[str]) -> str:
    """Return up to three names, and how many more there are."""
    more = len(names) - 3
    return listed(names) if more <= 0 else f"{', '.join(names[:3])} and {more} more"
