"""Every plan of a tiny town over years, tried one by one; only the independent check says which of them may be."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from estate import recheck
from estate.colocation import Problem
from estate.decision import Decision, total_cost
from estate.limits import Budget, Perception, Presence
from estate.model import Scope
from estate.recheck import breaches
from tests.estate.town_facts import random_town, with_rules


def town_over_years(seed: int, *, years: int = 2, blocks: int = 5) -> Problem:
    """Return a town of six buildings, some blocks and some years, with budgets, limits, presence and perceptions on."""
    random = np.random.default_rng(1_000 + seed)
    plain = random_town(seed)
    towns = np.where(random.random(len(plain.register)) < 0.5, "North", "South")
    fewer = replace(plain, register=plain.register.assign(locality=towns), teams=plain.teams.iloc[:blocks])
    spending = float(random.choice([0.0, 15_000.0, 60_000.0]))
    return with_rules(
        fewer,
        years=years,
        releases_per_town=1,
        budgets=(Budget((spending, 2 * spending)), Budget((spending,), "Council")),
        recycled_share=float(random.choice([0.0, 1.0])),
        recycling_years=0,
        carry_over=bool(random.random() < 0.5),
        presence=(Presence("North", "Council", 4.0), Presence("South", "", 2.0)),
        perceptions=(Perception("library", "secure", 0.5), Perception("health", "library", 0.3, "1")),
        separate_classes=("open",) if random.random() < 0.3 else (),
    )


def cheapest_over_years(
    problem: Problem, *, scope: Scope = "joint", ends: Mapping[int, Collection[int]] | None = None
) -> float:
    """Return the least cost of all plans that the independent check lets pass, cheapest first.

    `ends` says where some blocks may end.

    Neither arrays nor arcs are asked. What the check says of who is where is remembered for each such state.
    """
    n_buildings, years = len(problem.buildings), range(problem.n_years)
    movable = problem.blocks["moves"].to_numpy()
    home = problem.blocks["home"].to_numpy(dtype=np.intp)
    choices = [
        [(int(at), 0)] + [(to, year) for to in range(n_buildings) for year in years if to != at and moves]
        for at, moves in zip(home, movable, strict=True)
    ]
    states = _States(problem, scope)
    may = ends or {}
    choices = [
        [(to, year) for to, year in mine if to in may.get(number, (to,)) and states.may_move(number, to)]
        for number, mine in enumerate(choices)
    ]
    found = []
    for choice in itertools.product(*choices):
        place = np.array([there for there, _ in choice], dtype=np.intp)
        when = np.array([year for _, year in choice], dtype=np.intp)
        if fits(problem, place):
            found += [(total_cost(problem, one), one) for one in with_releases(problem, place, when)]
    for cost, decision in sorted(found, key=lambda one: one[0]):
        if states.hold(decision) and not faults(problem, decision, cost, scope):
            return cost
    return np.inf


class _States:
    """What the check says of single moves and of who is where, each asked once."""

    def __init__(self, problem: Problem, scope: Scope) -> None:
        self.problem, self.scope = problem, scope
        self.moves: dict[tuple[int, int], bool] = {}
        self.known: dict[tuple[int, ...], bool] = {}
        value = problem.register["value_gbp"].where(problem.register["tenure"].eq("freehold"), 0.0).fillna(0.0)
        self.price = (value * problem.costs.net_share).to_dict()

    def may_move(self, number: int, to: int) -> bool:
        """Return True where the check lets a block move there, or stay."""
        block = self.problem.blocks.iloc[number]
        if block["home"] == to:
            return True
        if (number, to) not in self.moves:
            teams = self.problem.teams.loc[list(block["teams"])].assign(to=self.problem.buildings.index[to])
            self.moves[number, to] = not recheck._bad_moves(self.problem, teams, scope=self.scope)
        return self.moves[number, to]

    def hold(self, decision: Decision) -> bool:
        """Return True where every state on the way is right and no limit on towns or budgets is broken."""
        home = self.problem.blocks["home"].to_numpy()
        gone = {str(self.problem.buildings.index[n]): int(decision.left_in[n]) for n in np.flatnonzero(~decision.kept)}
        if recheck._flooded(self.problem, gone) or not self._afford(decision, gone):
            return False
        return all(
            self._holds(tuple(np.where(decision.moves_in <= year, decision.place, home).tolist()))
            for year in range(self.problem.n_years)
        )

    def _afford(self, decision: Decision, gone: dict[str, int]) -> bool:
        """Return True where each budget suffices, with receipts that come after their lag."""
        rules, blocks = self.problem.rules, self.problem.blocks
        moved = decision.place != blocks["home"].to_numpy()
        for budget in rules.budgets:
            mine = moved & (blocks["organisation"].eq(budget.body).to_numpy() | (not budget.body))
            left = 0.0
            for year in range(rules.years):
                came = sum(
                    self.price[asset]
                    for asset, when in gone.items()
                    if when + self.problem.costs.lag_years + rules.recycling_years == year
                    and budget.body in ("", self.problem.register.loc[asset, "organisation"])
                )
                left = (left if rules.carry_over else 0.0) + budget.amount_gbp(year) + rules.recycled_share * came
                left -= blocks["capital_gbp"].to_numpy()[mine & (decision.moves_in == year)].sum()
                if left < -1.0:
                    return False
        return True

    def _holds(self, state: tuple[int, ...]) -> bool:
        if state not in self.known:
            at = dict(zip(self.problem.blocks.index, self.problem.buildings.index[list(state)], strict=True))
            of_team = {team: at[block] for block, teams in self.problem.blocks["teams"].items() for team in teams}
            to = pd.Series(of_team).reindex(self.problem.teams.index).fillna(self.problem.teams["asset_id"])
            self.known[state] = not recheck._bad_state(self.problem, self.problem.teams.assign(to=to), ())
        return self.known[state]


def fits(problem: Problem, place: np.ndarray) -> bool:
    """Return True where everybody fits at the end."""
    for need in ("desks", "m2"):
        used = np.bincount(place, weights=problem.blocks[need], minlength=len(problem.buildings))
        if (used > problem.buildings[f"{need}_limit"].to_numpy() + 1e-9).any():
            return False
    return True


def with_releases(problem: Problem, place: np.ndarray, when: np.ndarray) -> list[Decision]:
    """Return every choice of buildings to release, and when, that leaves nobody in one."""
    held = set(place.tolist()) | set(np.flatnonzero(problem.buildings["must_keep"]).tolist())
    empty = [number for number in range(len(problem.buildings)) if number not in held]
    home = problem.blocks["home"].to_numpy()
    last_out = [max([when[block] for block in np.flatnonzero(home == number)], default=0) for number in empty]
    fates = [[None, *range(last, problem.n_years)] for last in last_out]
    decisions = []
    for fate in itertools.product(*fates):
        kept, left = np.ones(len(problem.buildings), dtype=bool), np.zeros(len(problem.buildings), dtype=np.intp)
        for number, year in zip(empty, fate, strict=True):
            kept[number], left[number] = year is None, year or 0
        decisions.append(Decision(place, kept, when, left))
    return decisions


def faults(problem: Problem, decision: Decision, cost: float, scope: Scope) -> list[str]:
    """Return what the independent check says of a decision."""
    names = problem.buildings.index
    where, when = {}, {}
    for number, (_, block) in enumerate(problem.blocks.iterrows()):
        for team in block["teams"]:
            where[team] = names[decision.place[number]]
            when[team] = int(decision.moves_in[number])
    outside = problem.teams[~problem.teams.index.isin(list(where))]
    where |= outside["asset_id"].to_dict()
    gone = {str(names[number]): int(decision.left_in[number]) for number in np.flatnonzero(~decision.kept)}
    return breaches(problem, where, gone, cost_gbp=cost, when=when, scope=scope)
