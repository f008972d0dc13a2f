"""What the opposite would cost: a building kept that the plan releases, or released that it keeps, solved again.

Each question starts from the plan and gets a bounded effort. The answer is an interval: what the best plan found costs
more, and what every such plan costs more at least, proved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from estate.asked import subjects
from estate.block_opposites import BlockOpposite, block_opposite
from estate.colocation import Problem, with_rules
from estate.forced import Forced
from estate.phrases import pounds
from estate.plans import Plan
from estate.programme import Stop
from estate.warm import NEGLIGIBLE_GBP, Warm, best_of
from estate.years import Limits

SECONDS_EACH = 5.0


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
) -> list[Opposite | BlockOpposite]:
    """Return what the opposite would cost for some buildings and blocks of a joint plan, in the order asked.

    Parameters
    ----------
    problem
        The facts and the rules that the plan was found in.
    plan
        The joint plan.
    names
        Ids or names of buildings and teams, as :func:`estate.asked.subjects` takes them.
    seconds
        Processor time for each question (seconds).
    rounds
        Rounds of search for each; None for as many as the time allows.
    stop
        Asked now and then; True ends the search.

    Raises
    ------
    DataError
        There is no such building or team among those decided about, or several; all are named at once.
    """
    wanted = subjects(problem, names)
    if not wanted:
        return []
    limits, warm = Limits(seed=plan.seed, seconds=seconds, rounds=rounds, stop=stop), Warm(problem, plan)
    return [
        building_opposite(warm, one.building, limits) if one.building >= 0 else block_opposite(warm, one.block, limits)
        for one in wanted
    ]


def building_opposite(warm: Warm, row: int, limits: Limits | None = None) -> Opposite:
    """Return what the opposite would cost for one building.

    Parameters
    ----------
    warm
        The plan, ready to be solved again.
    row
        Row of the building.
    limits
        When a search beyond the neighbourhood of the plan may end; None for no such search.
    """
    problem, plan = warm.problem, warm.plan
    building = problem.buildings.iloc[row]
    asset, stands = str(problem.buildings.index[row]), bool(plan.decision.kept[row])
    ruled = bool(building["must_keep"] or building["must_release"])
    forced = Forced(buildings={row: not stands})
    concerned = np.flatnonzero((plan.decision.place == row) | (problem.blocks["home"].to_numpy() == row))
    found = warm.ask(forced, around=row, blocks=concerned)
    if limits is not None and found.bound_gbp < np.inf:
        found = best_of(_without_its_rule(problem, row) if ruled else problem, plan, forced, found, limits)
    extra, least = found.against(plan, ruled=ruled)
    return Opposite(
        asset=asset,
        name=str(building["name"] or asset),
        stands=stands,
        reason=str(plan.buildings.loc[asset, "reason"]),
        possible=found.possible,
        extra_gbp=extra,
        least_extra_gbp=least,
        a_year_gbp=max(extra, 0.0) / problem.costs.annuity,
        hub=bool(building["hub"]),
        fixed=str(building["why"] or "decided beforehand") if ruled else "",
    )


def _without_its_rule(problem: Problem, row: int) -> Problem:
    """Return the problem in which nothing fixes one building beforehand.

    A building that must stand has no rows that let people in only while it does, so holding it shut would mean nothing;
    nobody has a way into one that must go.
    """
    asset = str(problem.buildings.index[row])
    pins = tuple(pin for pin in problem.rules.pins if not (pin.rule == "release" and pin.asset == asset))
    freer = problem if len(pins) == len(problem.rules.pins) else with_rules(problem, replace(problem.rules, pins=pins))
    at = freer.buildings.index == asset
    musts = {name: freer.buildings[name].to_numpy(dtype=np.bool_) & ~at for name in ("must_keep", "must_release")}
    return replace(freer, buildings=freer.buildings.assign(**musts))
