"""What the opposite would cost for a block of teams: kept where it is though the plan moves it, or moved elsewhere.

A block that the plan moves is asked two things: what keeping it at home costs, and what its next best building costs.
One that stays is asked the second. Each is solved again from the plan, with all rules; the answer is an interval.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from estate.asked import block_name
from estate.block_reasons import BlockFixed, fixed_block, why_there
from estate.colocation import Problem, with_rules
from estate.decision import Decision
from estate.forced import Forced
from estate.phrases import pounds
from estate.plans import Plan
from estate.warm import NEGLIGIBLE_GBP, Resolved, Warm, best_of
from estate.years import Limits


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another place for a block.

    Parameters
    ----------
    kind
        ``stay`` where it is today, or ``move`` to another building than the plan's.
    asset, name
        The building: its home, or the one where it then ends; "" where there is none.
    possible
        False where no plan under the rules does it; None where none was found in time.
    extra_gbp
        How much more the best such plan found costs (GBP, present value); infinite where there is none.
    least_extra_gbp
        How much more every such plan costs at least; below 0 where that is not proved.
    a_year_gbp
        What the alternative would have to be worth a year to be as good.
    """

    kind: Literal["stay", "move"]
    asset: str
    name: str
    possible: bool | None
    extra_gbp: float
    least_extra_gbp: float
    a_year_gbp: float


@dataclass(frozen=True, slots=True)
class BlockOpposite:
    """What other places would cost for one block.

    Parameters
    ----------
    block, teams
        Its id and the ids of its teams.
    name
        Its body, its service and its id.
    fte
        People in it (FTE).
    from_asset, to_asset, from_name, to_name
        Where it is today and where the plan puts it.
    reason
        Why it moves or stays.
    fixed
        The rule that fixes it beforehand, in words; "" where there is none. An alternative then breaks that rule: a
        cost below 0 is what the rule costs.
    alternatives
        What was asked, ``stay`` first.
    """

    block: str
    teams: tuple[str, ...]
    name: str
    fte: float
    from_asset: str
    to_asset: str
    from_name: str
    to_name: str
    reason: str
    fixed: str
    alternatives: tuple[Alternative, ...]

    @property
    def moves(self) -> bool:
        """True where the plan moves it."""
        return self.from_asset != self.to_asset

    def other(self, kind: Literal["stay", "move"]) -> Alternative | None:
        """Return the alternative of a kind, if it was asked."""
        return next((one for one in self.alternatives if one.kind == kind), None)

    def sentences(self) -> tuple[str, ...]:
        """Return the reason, what other places would cost, and when they would be as good."""
        lines = [f"{self.name}, {self.fte:,.1f} FTE: {self.reason}"]
        lines += [f"  {self.sentence(one)}" for one in self.alternatives]
        one = self.alternatives[0] if self.alternatives else None
        if one is not None and one.possible and not self.fixed and one.extra_gbp > NEGLIGIBLE_GBP:
            done, worth = ("moves", "staying") if one.kind == "stay" else ("stays", f"being in {one.name}")
            done = "goes there" if self.moves and one.kind == "move" else done
            lines.append(f"  So it {done}, unless {worth} were worth about {pounds(one.a_year_gbp)} a year.")
        return tuple(lines)

    def sentence(self, one: Alternative) -> str:
        """Return what an alternative would cost."""
        if not one.possible:
            return self._not_found(one)
        stay = f"Keeping it in {one.name} instead"
        verb = stay if one.kind == "stay" else f"Moving it to {one.name} instead, its next best building,"
        if self.fixed:
            saves = f"would save {pounds(-one.extra_gbp)} more: that is the price of the rule"
            costs = f"would cost {pounds(max(one.extra_gbp, 0.0))} more over the horizon"
            return f"Without that rule, {verb[0].lower()}{verb[1:]} {saves if one.extra_gbp < -1 else costs}."
        if one.extra_gbp < -NEGLIGIBLE_GBP:
            return f"{verb} would even save {pounds(-one.extra_gbp)} more: the search had not found that. Pin it."
        if one.extra_gbp <= NEGLIGIBLE_GBP:
            return f"{verb} would cost nothing more."
        least = pounds(one.least_extra_gbp, rounding="down")
        proved = f", and at least {least} (proved)" if one.least_extra_gbp > NEGLIGIBLE_GBP else ""
        return f"{verb} would cost {pounds(max(one.extra_gbp, 0.0))} more over the horizon{proved}."

    def _not_found(self, one: Alternative) -> str:
        """Return that an alternative is impossible, or was not found."""
        if one.possible is None:
            return f"No plan that {'keeps it there' if one.kind == 'stay' else 'moves it elsewhere'} was found in time."
        if one.kind == "stay":
            return f"No plan under these rules keeps it in {self.from_name}."
        return f"No other building can take it under {'the other' if self.fixed else 'these'} rules."


def block_opposite(
    warm: Warm, row: int, limits: Limits | None = None, *, kinds: tuple[str, ...] = ("stay", "move")
) -> BlockOpposite:
    """Return what other places would cost for one block.

    Parameters
    ----------
    warm
        The plan, ready to be solved again.
    row
        Row of the block.
    limits
        When a search beyond the neighbourhood of the plan may end; None for no such search.
    kinds
        What is asked.
    """
    problem, plan = warm.problem, warm.plan
    block, names = problem.blocks.iloc[row], problem.buildings["name"]
    home, place = int(block["home"]), int(plan.decision.place[row])
    fixed = fixed_block(problem, row)
    told = BlockOpposite(
        block=str(problem.blocks.index[row]),
        teams=tuple(map(str, block["teams"])),
        name=block_name(problem, row),
        fte=float(block["fte"]),
        from_asset=str(problem.buildings.index[home]),
        to_asset=str(problem.buildings.index[place]),
        from_name=str(names.iloc[home] or problem.buildings.index[home]),
        to_name=str(names.iloc[place] or problem.buildings.index[place]),
        reason=why_there(problem, plan, row),
        fixed=fixed.words,
        alternatives=(),
    )
    wanted = [kind for kind in ("stay", "move") if kind in kinds and not (kind == "stay" and home == place)]
    if fixed.words and (limits is None or not fixed.pins):
        return told
    if fixed.pins:
        warm, row = _without_pins(warm, row, fixed)
    return replace(told, alternatives=tuple(_alternative(warm, row, kind, limits, fixed) for kind in wanted))


def _alternative(
    warm: Warm, row: int, kind: Literal["stay", "move"] | str, limits: Limits | None, fixed: BlockFixed
) -> Alternative:
    problem, plan = warm.problem, warm.plan
    home, place = int(problem.blocks["home"].iloc[row]), int(plan.decision.place[row])
    stays = kind == "stay"
    forced = Forced(places={(row, home): True} if stays else {(row, at): False for at in (home, place)})
    found = warm.ask(forced, around=home, blocks=np.array([row]))
    if limits is not None and found.bound_gbp < np.inf:
        found = best_of(problem, plan, forced, found, limits)
    extra, least = found.against(plan, ruled=bool(fixed.words))
    ends = home if stays else _end(found, row)
    name = "" if ends < 0 else str(problem.buildings["name"].iloc[ends] or problem.buildings.index[ends])
    return Alternative(
        kind="stay" if stays else "move",
        asset="" if ends < 0 else str(problem.buildings.index[ends]),
        name=name,
        possible=found.possible,
        extra_gbp=extra,
        least_extra_gbp=least,
        a_year_gbp=max(extra, 0.0) / problem.costs.annuity,
    )


def _end(found: Resolved, row: int) -> int:
    return -1 if found.decision is None else int(found.decision.place[row])


def _without_pins(warm: Warm, row: int, fixed: BlockFixed) -> tuple[Warm, int]:
    """Return the plan ready to be solved again without the pins that fix a block, and the block's row there."""
    problem, plan = warm.problem, warm.plan
    freer = with_rules(problem, replace(problem.rules, pins=fixed.without(problem.rules.pins)))
    team = problem.blocks["teams"].iloc[row][0]
    again = next(number for number, teams in enumerate(freer.blocks["teams"]) if team in teams)
    return Warm(freer, replace(plan, decision=_translated(problem, freer, plan))), again


def _translated(problem: Problem, freer: Problem, plan: Plan) -> Decision:
    """Return a decision about the blocks of one problem as one about those of another with the same teams."""
    row_of = {team: row for row, teams in enumerate(problem.blocks["teams"]) for team in teams}
    rows = np.array([row_of[teams[0]] for teams in freer.blocks["teams"]], dtype=np.intp)
    return replace(plan.decision, place=plan.decision.place[rows], moves_in=plan.decision.moves_in[rows])
