"""Why each building is kept or released and why each team moves, in plain words with numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from estate.arcs import METRES_A_KM
from estate.colocation import Problem
from estate.decision import Decision, move_cost
from estate.greedy import Attempt, Town
from estate.model import Formulation
from estate.phrases import counted, listed, metres, pounds
from estate.security import offered, secure_places

NAMED = 3


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """What the sentences need to know about a decision.

    ``arrived`` holds the blocks that move (``home`` and ``to`` are rows of the buildings), ``names`` how buildings are
    called, ``desks_after`` the desks filled in each, ``town`` tries what would happen otherwise.
    """

    formulation: Formulation
    decision: Decision
    arrived: pd.DataFrame
    names: list[str]
    desks_after: list[float]
    town: Town


def building_table(formulation: Formulation, decision: Decision) -> pd.DataFrame:
    """Return what becomes of each building and why.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``asset_id``: ``decision`` ("keep", "release" or "host": kept and receiving someone; "build" or "not
        built" for a new hub), ``year`` (in which it is released, counted from 0; -1 where it is not), ``reason``,
        ``name``, ``organisation``, ``use``, ``tenure``, ``annual_cost_gbp``, ``saving_gbp_pa``, ``desks_used_before``,
        ``desks_used_after``, ``desks_limit``, ``fte_in``, ``fte_out``.
    """
    problem = formulation.problem
    buildings = problem.buildings
    ends = problem.blocks.assign(to=decision.place)
    arrived = ends[ends["to"] != ends["home"]]
    view = _View(
        formulation,
        decision,
        arrived,
        names=_names(buildings),
        desks_after=_summed(ends, "to", "desks", len(buildings)),
        town=Town(formulation, decision),
    )
    fte_in = _summed(arrived, "to", "fte", len(buildings))
    words = [
        _word(bool(kept), people, hub=bool(hub))
        for kept, people, hub in zip(decision.kept, fte_in, buildings["hub"], strict=True)
    ]
    return pd.DataFrame(
        {
            "decision": words,
            "year": np.where([word == "release" for word in words], decision.left_in, -1),
            "reason": [_reason(view, number, word) for number, word in enumerate(words)],
            **{column: buildings[column] for column in ("name", "organisation", "use", "tenure")},
            "annual_cost_gbp": buildings["annual_gbp"],
            "saving_gbp_pa": _saved(buildings, decision),
            "desks_used_before": buildings["desks_used"],
            "desks_used_after": view.desks_after,
            "desks_limit": buildings["desks_limit"],
            "fte_in": fte_in,
            "fte_out": _summed(arrived, "home", "fte", len(buildings)),
        },
        index=buildings.index,
    )


def _names(buildings: pd.DataFrame) -> list[str]:
    return [str(name) if name else str(asset) for asset, name in buildings["name"].items()]


def _summed(blocks: pd.DataFrame, by: str, column: str, n_buildings: int) -> list[float]:
    """Return the sum of a column of blocks for each building, to a millionth: 13.78, not 13.780000000000001."""
    numbers = blocks[by].to_numpy(dtype=np.intp)
    sums = np.bincount(numbers, weights=blocks[column].to_numpy(dtype=np.float64), minlength=n_buildings)
    return [round(float(total), 6) for total in sums]


def _saved(buildings: pd.DataFrame, decision: Decision) -> pd.Series:
    """Return what each building saves a year; a new hub costs instead."""
    hub = buildings["hub"]
    return buildings["annual_gbp"].where(~decision.kept & ~hub, 0.0) - buildings["annual_gbp"].where(
        decision.kept & hub, 0.0
    )


def _word(kept: bool, people: float, *, hub: bool) -> str:
    if hub:
        return "build" if kept else "not built"
    return "release" if not kept else "host" if people > 0 else "keep"


def move_table(formulation: Formulation, decision: Decision) -> pd.DataFrame:
    """Return the teams that move.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``team_id``: ``block``, ``organisation``, ``service``, ``fte``, ``desks``, ``from_asset``,
        ``to_asset``, ``year`` (in which they move, counted from 0), ``distance_m``, ``cost_gbp`` (once, present value),
        ``reason``.
    """
    problem, arcs = formulation.problem, formulation.arcs
    taken = arcs[(decision.place[arcs["block"].to_numpy()] == arcs["building"].to_numpy()) & ~arcs["stay"].to_numpy()]
    parts = [_moved_teams(problem, taken.iloc[number], decision) for number in range(len(taken))]
    return pd.concat(parts).sort_index() if parts else _moved_teams(problem, None, decision)


def _moved_teams(problem: Problem, arc: pd.Series | None, decision: Decision) -> pd.DataFrame:
    """Return the rows of one block's teams; an empty table without an arc."""
    block = problem.blocks.iloc[0 if arc is None else int(arc["block"])]
    teams = problem.teams.loc[[] if arc is None else list(block["teams"])]
    share = teams["fte"] / block["fte"] if block["fte"] else 0.0 * teams["fte"]
    home, target = int(block["home"]), 0 if arc is None else int(arc["building"])
    return pd.DataFrame(
        {
            "block": block.name,
            "organisation": teams["organisation"],
            "service": teams["service"],
            "fte": teams["fte"].astype(np.float64),
            "desks": teams["fte"].astype(np.float64) * teams["desks_per_fte"],
            "from_asset": problem.buildings.index[home],
            "to_asset": problem.buildings.index[target],
            "year": 0 if arc is None else int(decision.moves_in[int(arc["block"])]),
            "distance_m": 0.0 if arc is None else float(arc["distance_m"]),
            "cost_gbp": share * (0.0 if arc is None else float(move_cost(problem, decision)[int(arc["block"])])),
            "reason": "" if arc is None else _why_move(problem, decision, home, target, float(arc["distance_m"])),
        },
        index=teams.index,
    )


def _why_move(problem: Problem, decision: Decision, home: int, target: int, distance_m: float) -> str:
    names, here, there = _names(problem.buildings), problem.buildings.iloc[home], problem.buildings.iloc[target]
    because = (
        f"to make room in {names[home]} for others"
        if decision.kept[home]
        else f"so that {names[home]} can be released, which saves {pounds(here['annual_gbp'])} a year"
    )
    spare = there["desks_limit"] - there["desks_used"]
    return f"Moves {metres(distance_m)} to {names[target]}, which has {spare:,.1f} usable desks free today, {because}."


def _reason(view: _View, number: int, decision: str) -> str:
    building = view.formulation.problem.buildings.iloc[number]
    if decision == "release":
        return _why_released(view, number)
    if decision == "not built":
        return f"Not built: {_why_not_built(view, number)}."
    hosting = _why_host(view, number) if decision in ("host", "build") else ""
    if building["must_keep"]:
        return f"{hosting}Kept in any case: {building['why']}."
    if hosting:
        return hosting.strip()
    return f"Kept: {_why_not_emptied(view, number)}."


def _why_not_built(view: _View, number: int) -> str:
    building = view.formulation.problem.buildings.iloc[number]
    return f"it would cost {pounds(building['keep_gbp'])} over the horizon, more than the search found it to save"


def _why_released(view: _View, number: int) -> str:
    building = view.formulation.problem.buildings.iloc[number]
    goes = _people(view, view.arrived[view.arrived["home"] == number], "to")
    pinned = f" ({building['why']})" if building["must_release"] else ""
    once = building["rent_to_exit_gbp"] + building["dilapidations_gbp"]
    amounts = {
        "avoids {} of backlog": building["backlog_gbp"],
        "brings {} from the sale": building["receipt_gbp"],
        "costs {} once to leave the lease": once,
    }
    parts = [f", {words.format(pounds(amount))}" for words, amount in amounts.items() if amount > 0]
    who = f"{goes}." if goes else "nobody works here."
    when = f" in year {view.decision.left_in[number] + 1}" if view.formulation.problem.n_years > 1 else ""
    return f"Released{when}{pinned}: {who} Saves {pounds(building['annual_gbp'])} a year{''.join(parts)}."


def _why_host(view: _View, number: int) -> str:
    came = _people(view, view.arrived[view.arrived["to"] == number], "home")
    used, limit = view.desks_after[number], view.formulation.problem.buildings["desks_limit"].iloc[number]
    start = "Built" if view.formulation.problem.buildings["hub"].iloc[number] else "Kept as host"
    return f"{start}: receives {came}; {used:,.1f} of {limit:,.1f} usable desks are then filled. "


def _people(view: _View, blocks: pd.DataFrame, by: str) -> str:
    """Return "12.0 FTE to A and 3.0 FTE to B", the largest first, a few by name."""
    word = "to" if by == "to" else "from"
    sums = blocks.groupby(by)["fte"].sum().sort_values(ascending=False, kind="stable")
    parts = [f"{fte:,.1f} FTE {word} {view.names[int(str(number))]}" for number, fte in sums.items()]
    more = len(parts) - NAMED
    return listed([*parts[:NAMED], counted(more, "other building")] if more > 0 else parts) if parts else ""


def _why_not_emptied(view: _View, number: int) -> str:
    """Try to empty the building in the finished plan and say what stands in the way."""
    attempt = view.town.would_empty(number)
    if attempt.outcome == "no room":
        return _no_room(view, attempt)
    if attempt.outcome == "access":
        who = "residents" if attempt.segment == "all" else f"residents of segment {attempt.segment}"
        return (
            f"without it the share of {who} within the limit for {attempt.service} would fall from "
            f"{attempt.share_before:.1%} today to {attempt.share_after:.1%}"
        )
    horizon = view.formulation.problem.costs.horizon_years
    if attempt.outcome == "too dear" and attempt.gain_gbp <= 0:
        return f"leaving it would cost more than keeping it for {horizon} years (by {pounds(-attempt.gain_gbp)})"
    if attempt.outcome == "too dear":
        return (
            f"leaving it would save {pounds(attempt.gain_gbp)} over {horizon} years, but moving the people out would "
            f"cost {pounds(attempt.spent_gbp)}"
        )
    return "the search ended before it found a cheaper plan without it"


def _no_room(view: _View, attempt: Attempt) -> str:
    problem = view.formulation.problem
    block = problem.blocks.iloc[attempt.block]
    kind = "front desk" if block["front_desk"] else "team"
    front = bool(block["front_desk"])
    secure = f" and secure for {listed([repr(name) for name in block['secure']])}" if block["secure"] else ""
    town = f" in {block['only_town']}" if block["only_town"] else ""
    near = f"no other building that is kept{secure}{town} within {problem.rules.reach_km(public=front):g} km"
    needs = {"desks": f"{block['desks']:,.1f} desks together", "m2": f"{block['m2']:,.0f} m2"}
    free = {need: _most_free(view, attempt.block, need) for need in needs}
    short = [need for need in needs if free[need] < block[need]] or list(needs)
    told = listed([f"{needs[need]} (the most that is free in one is {free[need]:,.0f})" for need in short])
    return f"its {block['organisation']} {block['service']} {kind} fits in {near}: it needs {told}"


def _most_free(view: _View, block: int, need: str) -> float:
    """Return the most desks or m2 that are free in one kept building near enough for a block; 0 where there is none."""
    problem, place = view.formulation.problem, view.decision.place
    limits = problem.buildings[f"{need}_limit"].to_numpy(dtype=np.float64)
    weights = problem.blocks[need].to_numpy(dtype=np.float64)
    free = limits - np.bincount(place, weights=weights, minlength=len(limits))
    reach_km = problem.rules.reach_km(public=bool(problem.blocks["front_desk"].iloc[block]))
    spots = problem.register.loc[problem.buildings.index, "geometry"]
    home = int(problem.blocks["home"].iloc[block])
    others = view.decision.kept & (spots.distance(spots.iloc[home]).to_numpy() <= METRES_A_KM * reach_km)
    if town := problem.blocks["only_town"].iloc[block]:
        others &= problem.buildings["town"].eq(town).to_numpy()
    others &= secure_places([problem.blocks["secure"].iloc[block]], offered(problem.buildings))[0]
    others[home] = False
    return max(0.0, float(free[others].max())) if others.any() else 0.0
