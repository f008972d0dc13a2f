"""Why a block of teams stays or moves, in words with numbers, and what fixes it beforehand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from estate.colocation import Problem
from estate.phrases import counted, metres, pounds
from estate.plans import Plan
from estate.rules import Pin


@dataclass(frozen=True, slots=True)
class BlockFixed:
    """What fixes a block beforehand.

    Parameters
    ----------
    words
        The rule, in words; "" where nothing does.
    pins
        The pins among it; empty where the list or its service fixes it.
    """

    words: str = ""
    pins: tuple[Pin, ...] = ()

    def without(self, pins: tuple[Pin, ...]) -> tuple[Pin, ...]:
        """Return pins but for these."""
        return tuple(pin for pin in pins if pin not in self.pins)


def fixed_block(problem: Problem, row: int) -> BlockFixed:
    """Return what fixes a block where it is, or sends it somewhere."""
    block, rules = problem.blocks.iloc[row], problem.rules
    teams = set(block["teams"])
    sent = tuple(pin for pin in rules.pins if pin.rule == "move" and pin.team in teams)
    stays = tuple(
        pin for pin in rules.pins if pin.rule == "stay" and (pin.team in teams or pin.asset == block["asset_id"])
    )
    if not block["moves"] and (listed := _may_not(problem, row)):
        return BlockFixed(listed)
    if stays or sent:
        pins = stays or sent
        told = pins[0].sentence() + (f" ({pins[0].reason})" if pins[0].reason else "")
        return BlockFixed(told, pins)
    return BlockFixed()


def _may_not(problem: Problem, row: int) -> str:
    """Return why a block may not move by the teams list or the rules, "" where only pins hold it."""
    block = problem.blocks.iloc[row]
    if block["service"] in problem.rules.fixed_services:
        return f"teams of the service '{block['service']}' stay where they are"
    movable = problem.teams.loc[list(block["teams"]), "may_move"].astype(bool)
    return "" if movable.all() else "the teams list says that it may not move"


def why_there(problem: Problem, plan: Plan, row: int) -> str:
    """Return why the plan puts a block where it does."""
    block = problem.blocks.iloc[row]
    home, place = int(block["home"]), int(plan.decision.place[row])
    if home != place:
        reason = str(plan.moves.loc[block["teams"][0], "reason"])
        return reason[0].upper() + reason[1:]
    name = str(problem.buildings["name"].iloc[home] or problem.buildings.index[home])
    fixed = fixed_block(problem, row)
    if fixed.words:
        return f"Stays in {name}: {fixed.words}."
    return f"Stays in {name}{_no_better(problem, plan, row)}"


def _no_better(problem: Problem, plan: Plan, row: int) -> str:
    """Say what stands against moving a block that may move."""
    arcs, block, home = problem.arcs, problem.blocks.iloc[row], int(problem.blocks["home"].iloc[row])
    ways = arcs[arcs["block"].eq(row) & ~arcs["stay"]]
    standing = ways[plan.decision.kept[ways["building"].to_numpy()]]
    if ways.empty:
        reach = problem.rules.reach_km(public=bool(block["front_desk"]))
        door = " that is open to the public" if block["front_desk"] else ""
        return f": no other building{door} within {reach:g} km may and can take its {_needs(problem, row)}."
    if standing.empty:
        return f": {counted(len(ways), 'other building')} could take it, and all of them are released."
    best = standing.sort_values(["cost_gbp", "building"], kind="stable").iloc[0]
    target = int(best["building"])
    there = str(problem.buildings["name"].iloc[target] or problem.buildings.index[target])
    others = int(np.count_nonzero(plan.decision.place == home)) - 1
    kept = problem.buildings.iloc[home]
    because = (
        f"which is kept in any case ({kept['why']})"
        if kept["must_keep"]
        else f"which is kept for {counted(others, 'other block')} of teams too"
        if others
        else "which is kept for it alone"
    )
    once = f"the cheapest move, {metres(float(best['distance_m']))} to {there}, costs {pounds(best['cost_gbp'])} once"
    alone = " and by itself frees no building" if others or kept["must_keep"] else ""
    return f", {because}; {once}{alone}."


def _needs(problem: Problem, row: int) -> str:
    block = problem.blocks.iloc[row]
    return f"{block['desks']:,.1f} desks and {block['m2']:,.0f} m2"
