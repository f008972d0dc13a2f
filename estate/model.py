"""The co-location model, first in words, then as arrays.

**Sets.** Blocks i of teams, each in its home building; buildings j that are decided about, new hubs among them; years t
at whose start something may happen; the arcs (i, j) that the rules permit, staying at home among them; services s with
an access standard; cells k of areas that lie in one segment and reach the same places; groups g of cells: all, and each
segment.

**Decisions.** ``keep[j]`` is 1 where the building stands at the end. ``move[i, j]`` is 1 where block i ends in building
j (its home included). ``release[j, t]``: the building goes in year t. ``leave[i, t]``: the block leaves home in year t.
``enter[i, j, t]``: it enters j then. Continuous, and following from the others: ``used[c, j]``, class c works in
building j; ``open[s, j]``, service s is delivered there; ``reached[s, k]``, share of cell k within the limit of
service s; ``clear[s, j]``, it is delivered without a neighbour that keeps people away.

**Objective.** Least present value: keeping, leaving in year t, and moving in year t, over all buildings and arcs.

**Constraints.**

- *assign*: every block ends in exactly one building. A pin may say in which, or that two blocks end together.
- *desks*, *floor space*: what the blocks in a building need fits in it, at the end and in every year.
- *links*: move[i, j] <= keep[j], one by one. A block moves once, so whoever receives somebody stands to the end. They
  say nothing new about whole plans and very much about fractions.
- *dates*: keep[j] + sum of release[j, t] = 1; move[i, home] + sum of leave[i, t] = 1; a building goes no earlier than
  the last block leaves; enter[i, j, t] adds up to move over t and to leave over j; hubs are entered once ready.
- *apart*: move[i, j] <= used[c, j] for blocks of class c; used[a, j] + used[b, j] <= keep[j] for each forbidden pair.
- *access*: open[s, j] <= sum of move[i, j] over the front desks of s; reached[s, k] <= sum of open[s, j] over the
  places within the limit of k; residents served in each group >= today's share less the permitted loss.
- *town limit*, *budget*, *presence*, *body*: releases in a town and year; capital less recycled receipts; FTE of a
  body in a town; cost of a body at most its cost alone.
- pins and contracts fix keep[j] and release[j, t].

**Two versions.** With ``detailed`` the programme is the whole model. Without, blocks and buildings are dated but arcs
are not: excess travel counts as cheaply as in the last year, and room, neighbours, access and presence are asked of
the end state only. Every plan of the whole model is a plan of that one and costs no less in it, so its bound is a
bound of the whole. With one year the two are the same.

Each body alone is the same model with fewer arcs: only teams in their own body's buildings move, and only to others of
their own body. Its plans are therefore plans of the joint model. So are those of the joint model within towns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from estate.access_rows import Served, add_access
from estate.appraisal import discount_factor
from estate.arcs import apart_pairs, of_team, shared_today
from estate.builder import Builder, by_building
from estate.colocation import Problem
from estate.decision import Decision
from estate.layout import Follower, Layout, State, decision_of, end_state, lay_out, state_in, values_of
from estate.programme import Floats, Indices, Model, RowLabel
from estate.timing_rows import add_budgets, add_dates, add_entering, add_hub_dates, add_town_limits

Scope = Literal["joint", "towns", "alone", "nobody"]

ROOM_ROWS = ("desks", "floor space")


@dataclass(frozen=True, slots=True, eq=False)
class Formulation:
    """The arrays of a problem and the way back from them.

    Parameters
    ----------
    problem
        The facts.
    model
        The arrays.
    arcs
        The arcs that are modelled, rows of ``problem.arcs`` in order.
    layout
        Where each variable stands.
    followers
        What each continuous variable follows.
    served
        Residents served at the end, one for each access standard.
    scope
        Which arcs these are.
    """

    problem: Problem
    model: Model
    arcs: pd.DataFrame
    layout: Layout
    followers: tuple[Follower, ...]
    served: tuple[Served, ...] = field(default=())
    scope: Scope = "joint"

    @property
    def exact(self) -> bool:
        """True where the programme is the whole model, not a relaxation of it."""
        return not self.layout.dated or self.layout.detailed or self.problem.n_years == 1

    def values(self, decision: Decision) -> Floats:
        """Return the variables that stand for a decision."""
        return values_of(self.layout, self.arcs, self.followers, decision)

    def decision(self, values: Floats) -> Decision:
        """Return the decision that variables stand for."""
        return decision_of(self.layout, self.arcs, values, len(self.problem.blocks))


def formulate(
    problem: Problem, *, scope: Scope = "joint", detailed: bool = True, ceilings: Mapping[str, float] | None = None
) -> Formulation:
    """Return the arrays of a problem.

    Parameters
    ----------
    problem
        The facts.
    scope
        ``alone`` to let each body use its own buildings only, ``towns`` to let no block leave its town, ``nobody`` to
        let none move.
    detailed
        True for the whole model; False for its relaxation, much smaller where there are many years.
    ceilings
        The most that each body's own buildings and blocks may cost (GBP, present value), where that is asked.
    """
    arcs = problem.arcs[_permitted(problem, scope)].reset_index(drop=True)
    rules = problem.rules
    dated = problem.n_years > 1 or bool(rules.budgets) or rules.releases_per_town is not None
    layout = lay_out(problem, arcs, dated=dated, detailed=detailed and problem.n_years > 1)
    build = Builder(layout)
    _assign(build, problem, arcs)
    _links(build, problem, arcs)
    states = [end_state(layout, arcs)]
    if dated:
        add_dates(build, problem, arcs)
        add_hub_dates(build, problem, arcs)
        add_town_limits(build, problem)
        add_budgets(build, problem)
    if layout.detailed:
        add_entering(build, arcs)
        states += [state_in(layout, arcs, year) for year in range(problem.n_years - 1)]
    served, *_ = [_keep_rules(build, problem, arcs, state) for state in states]
    _together(build, problem, arcs)
    cost, offset = _costs(layout, problem, arcs)
    for body, ceiling in (ceilings or {}).items():
        _ceiling(build, problem, arcs, cost, body=body, ceiling=ceiling)
    lower, upper = _bounds(layout, problem, arcs)
    model = build.finish(cost, lower, upper, offset=offset)
    return Formulation(problem, model, arcs, layout, tuple(build.followers), served, scope)


def _permitted(problem: Problem, scope: Scope) -> NDArray[np.bool_]:
    """Return True for the arcs of a scope."""
    block, building = problem.arcs["block"].to_numpy(), problem.arcs["building"].to_numpy()
    home = problem.blocks["home"].to_numpy(dtype=np.intp)[block]
    stay = problem.arcs["stay"].to_numpy()
    if scope == "joint":
        return np.ones(len(stay), dtype=np.bool_)
    if scope == "nobody":
        return np.asarray(stay)
    town, owner = (problem.buildings[name].to_numpy(dtype=object) for name in ("town", "organisation"))
    if scope == "towns":
        return np.asarray(stay | ((town[building] == town[home]) & (town[home] != "")))
    body = problem.blocks["organisation"].to_numpy(dtype=object)[block]
    return np.asarray(stay | ((owner[building] == body) & (owner[home] == body)))


def _keep_rules(build: Builder, problem: Problem, arcs: pd.DataFrame, state: State) -> tuple[Served, ...]:
    """Add the rules that hold in every state: room, neighbours, presence and access."""
    _room(build, problem, arcs, state, need="desks", family="desks")
    _room(build, problem, arcs, state, need="m2", family="floor space")
    _apart(build, problem, state)
    _presence(build, problem, state)
    return tuple(add_access(build, problem, state, cells) for cells in problem.cells)


def _assign(build: Builder, problem: Problem, arcs: pd.DataFrame) -> None:
    """Every block ends in exactly one building."""
    one = np.ones(len(problem.blocks))
    build.add((arcs["block"].to_numpy(), build.layout.move, 1.0), lower=one, upper=one, family="assign")


def _room(build: Builder, problem: Problem, arcs: pd.DataFrame, state: State, *, need: str, family: str) -> None:
    """What the blocks in a building need fits in it, where it could ever not fit."""
    weights = problem.blocks[need].to_numpy(dtype=np.float64)
    limit = problem.buildings[f"{need}_limit"].to_numpy(dtype=np.float64)
    at = arcs["building"].to_numpy()
    tight = np.bincount(at, weights=weights[arcs["block"].to_numpy()], minlength=len(limit)) > limit
    if need == "m2":
        tight &= ~_implied_by_desks(problem, arcs)
    row_of = np.cumsum(tight) - 1
    standing, of = state.standing
    entry, stands = tight[state.building], tight[of]
    rows = np.concatenate([row_of[state.building[entry]], row_of[of[stands]]])
    columns = np.concatenate([state.column[entry], standing[stands]])
    values = np.concatenate([weights[state.block[entry]], -limit[of[stands]]])
    build.at_most_zero((rows, columns, values), int(tight.sum()), family)


def _implied_by_desks(problem: Problem, arcs: pd.DataFrame) -> NDArray[np.bool_]:
    """Return True where blocks that fit the desks of a building always fit its floor space too."""
    desks = problem.blocks["desks"].to_numpy(dtype=np.float64)
    per_desk = np.divide(
        problem.blocks["m2"].to_numpy(dtype=np.float64), desks, where=desks > 0, out=np.full(len(desks), np.inf)
    )
    worst = np.zeros(len(problem.buildings))
    np.maximum.at(worst, arcs["building"].to_numpy(), per_desk[arcs["block"].to_numpy()])
    limits = problem.buildings[["desks_limit", "m2_limit"]].to_numpy(dtype=np.float64)
    return np.asarray(np.where(limits[:, 0] > 0, worst * limits[:, 0], 0.0) <= limits[:, 1])


def _links(build: Builder, problem: Problem, arcs: pd.DataFrame) -> None:
    """No block ends in a building that does not stand: move <= keep, one row an arc."""
    loose = ~problem.buildings["must_keep"].to_numpy()[arcs["building"].to_numpy()]
    build.at_most(build.layout.move[loose], build.layout.keep[arcs["building"].to_numpy()[loose]], "links")


def _apart(build: Builder, problem: Problem, state: State) -> None:
    """Forbidden pairs never share a building, except where they do today."""
    for pair in apart_pairs(problem.blocks, problem.rules):
        sources = [_of_blocks(state, side) for side in pair]
        shared = sorted(set(sources[0]) & set(sources[1]) - set(map(int, shared_today(problem.blocks, pair))))
        used = []
        for columns_of in sources:
            columns = build.follow(columns_of[building] for building in shared)
            for building, column in zip(shared, columns, strict=True):
                build.at_most(columns_of[building], np.full(len(columns_of[building]), column), "links")
            used.append(columns)
        standing, of = state.standing
        stands = np.isin(of, shared)
        rows = np.concatenate([np.tile(np.arange(len(shared)), 2), np.searchsorted(shared, of[stands])])
        values = np.concatenate([np.ones(2 * len(shared)), -np.ones(int(stands.sum()))])
        build.at_most_zero((rows, np.concatenate([*used, standing[stands]]), values), len(shared), "apart")


def _of_blocks(state: State, member: NDArray[np.bool_]) -> dict[int, Indices]:
    """Return the columns that put some blocks into each building."""
    chosen = member[state.block]
    return by_building(state.column[chosen], state.building[chosen]) if chosen.any() else {}


def _presence(build: Builder, problem: Problem, state: State) -> None:
    """Bodies keep their least number of people in a town, or all that they have there today."""
    blocks = problem.blocks
    fte, home = blocks["fte"].to_numpy(dtype=np.float64), blocks["home"].to_numpy(dtype=np.intp)
    for rule in problem.rules.presence:
        inside = problem.buildings["town"].eq(rule.town).to_numpy()
        for body in sorted(set(blocks["organisation"])) if not rule.body else [rule.body]:
            mine = blocks["organisation"].eq(body).to_numpy()
            least = min(rule.fte, float(fte[mine & inside[home]].sum()))
            chosen = mine[state.block] & inside[state.building]
            if least > 0:
                entries = (
                    np.zeros(int(chosen.sum()), dtype=np.intp),
                    state.column[chosen],
                    fte[state.block[chosen]] / least,
                )
                about = RowLabel(f"the {least:g} FTE that '{body}' must keep in {rule.town}", least)
                build.add(entries, lower=[1.0 - 1e-9], upper=[np.inf], family="presence", about=about)


def _together(build: Builder, problem: Problem, arcs: pd.DataFrame) -> None:
    """Blocks that a pin holds together end in one building, and leave together where they are together today."""
    layout = build.layout
    where = {
        (int(block), int(at)): column
        for block, at, column in zip(arcs["block"], arcs["building"], layout.move, strict=True)
    }
    for one, other in together_pairs(problem, arcs):
        for at in sorted({at for block, at in where if block in (one, other)}):
            columns = np.array([where[block, at] for block in (one, other) if (block, at) in where], dtype=np.intp)
            values = np.array([1.0, -1.0])[: len(columns)]
            build.add(
                (np.zeros(len(columns), dtype=np.intp), columns, values), lower=[0.0], upper=[0.0], family="together"
            )
        if layout.dated and problem.blocks["home"].iloc[one] == problem.blocks["home"].iloc[other]:
            rows = np.tile(np.arange(problem.n_years), 2)
            columns = np.concatenate([layout.leave[one], layout.leave[other]])
            values = np.repeat([1.0, -1.0], problem.n_years)
            build.add((rows, columns, values), lower=np.zeros(problem.n_years), upper=0.0, family="together")


def together_pairs(problem: Problem, arcs: pd.DataFrame) -> list[tuple[int, int]]:
    """Return the rows of blocks that pins hold together, where the arcs let them come together at all."""
    pairs = []
    for pin in problem.rules.pins:
        if pin.rule != "together":
            continue
        one, other = (of_team(problem.blocks, team) for team in (pin.team, pin.other))
        if not (one.any() and other.any()):
            continue
        both = [set(arcs.loc[side[arcs["block"].to_numpy()], "building"]) for side in (one, other)]
        if both[0] & both[1]:
            pairs.append((int(np.flatnonzero(one)[0]), int(np.flatnonzero(other)[0])))
    return pairs


def _costs(layout: Layout, problem: Problem, arcs: pd.DataFrame) -> tuple[Floats, float]:
    """Return the cost of each decision and the constant."""
    cost, keep = np.zeros(layout.size), problem.buildings["keep_gbp"].to_numpy(dtype=np.float64)
    if not layout.dated:
        cost[layout.keep] = keep - problem.release_gbp[:, 0]
        cost[layout.move] = arcs["cost_gbp"]
        return cost, float(problem.release_gbp[:, 0].sum())
    discount = discount_factor(np.arange(float(problem.n_years)), rate=problem.costs.discount_rate)
    travel, block = arcs["travel_gbp"].to_numpy(dtype=np.float64), arcs["block"].to_numpy(dtype=np.intp)
    cost[layout.keep], cost[layout.release] = keep, problem.release_gbp
    fixed = problem.blocks["fte"].to_numpy(dtype=np.float64) * problem.costs.per_fte_gbp
    cost[layout.leave] = fixed[:, None] * discount
    cost[layout.move] = travel * discount[-1]
    sooner = discount - discount[-1]
    if layout.detailed:
        cost[layout.enter] = travel[:, None] * sooner
    else:
        least = np.full(len(fixed), np.inf)
        np.minimum.at(least, block[~arcs["stay"].to_numpy()], travel[~arcs["stay"].to_numpy()])
        cost[layout.leave] += np.where(np.isfinite(least), least, 0.0)[:, None] * sooner
    return cost, 0.0


def _ceiling(build: Builder, problem: Problem, arcs: pd.DataFrame, cost: Floats, *, body: str, ceiling: float) -> None:
    """The buildings and blocks of a body cost at most so much."""
    layout = build.layout
    own = problem.buildings["organisation"].eq(body).to_numpy()
    mine = problem.blocks["organisation"].eq(body).to_numpy()
    arc = mine[arcs["block"].to_numpy()]
    parts = [layout.keep[own], layout.move[arc]]
    parts += [layout.release[own], layout.leave[mine]] if layout.dated else []
    parts += [layout.enter[arc]] if layout.detailed else []
    columns = np.concatenate([part.ravel() for part in parts])
    columns = columns[cost[columns] != 0]
    constant = 0.0 if layout.dated else float(problem.release_gbp[own, 0].sum())
    scale = max(abs(ceiling), 1.0)
    entries = np.zeros(len(columns), dtype=np.intp), columns, cost[columns] / scale
    about = RowLabel(f"'{body}'", scale)
    build.add(entries, lower=[-np.inf], upper=[(ceiling - constant) / scale + 1e-9], family="body", about=about)


def _bounds(layout: Layout, problem: Problem, arcs: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return the least and most of each decision: pins, contracts, and what is not ready."""
    buildings = problem.buildings
    lower, upper = np.zeros(layout.size), np.ones(layout.size)
    lower[layout.keep], upper[layout.keep] = buildings["must_keep"], ~buildings["must_release"]
    pinned = arcs["pinned"].to_numpy()
    held = np.isin(arcs["block"].to_numpy(), arcs["block"].to_numpy()[pinned])
    upper[layout.move[held & ~pinned]] = 0.0
    if layout.dated:
        years = np.arange(problem.n_years)
        early = years < buildings["free_from"].to_numpy()[:, None]
        upper[layout.release[early | (buildings["hub"].to_numpy()[:, None] & (years > 0))]] = 0.0
        settled = (
            np.bincount(arcs["block"].to_numpy(), weights=~arcs["stay"].to_numpy(), minlength=len(problem.blocks)) == 0
        )
        upper[layout.leave[settled]] = 0.0
    if layout.detailed:
        ready = buildings["ready"].to_numpy()[arcs["building"].to_numpy()]
        barred = arcs["stay"].to_numpy()[:, None] | (np.arange(problem.n_years) < ready[:, None])
        upper[layout.enter[barred]] = 0.0
    return lower, upper
