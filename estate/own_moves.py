"""The user's own option: a table of moves and releases, checked and counted like any other plan.

One row a move (`team`, `to`, and if wished `year`) or a release (`building`, and `year`). A block of teams moves whole:
the teams of one body, service and class of work in one building go together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from estate.colocation import Problem
from estate.decision import Decision, as_today, total_cost
from estate.model import formulate
from estate.plans import Plan, build_plan
from estate.programme import relative_gap
from estate.recheck import breaches
from geodata.errors import DataError, Fault, did_you_mean
from geodata.rows import rows_below_headings

HEADINGS: Final = {
    "team": ("team", "team id", "who", "block"),
    "to": ("to", "to building", "destination", "moves to", "to asset"),
    "building": ("building", "release", "releases", "building released", "gives up"),
    "year": ("year", "in year", "when"),
}


@dataclass(slots=True)
class _Reading:
    """The decision as it grows, and what is wrong with the rows."""

    problem: Problem
    file: str
    decision: Decision
    faults: list[Fault]

    def fault(self, row: int, column: str, value: str, message: str, remedy: str) -> None:
        self.faults.append(Fault(self.file, message, remedy, "own_moves", row=row, column=column, value=value))


def own_plan(problem: Problem, path: str | Path, *, nothing: Plan, joint: Plan) -> Plan:
    """Return the plan of a user's table of moves, named after the file.

    Parameters
    ----------
    problem
        The facts and the rules.
    path
        CSV or workbook.
    nothing, joint
        The plans to do nothing, which savings are counted from, and the joint one, whose bound holds for this one too.

    Raises
    ------
    DataError
        A team, building or year is unknown, or the moves break rules; all are named at once.
    """
    today = as_today(problem)
    start = Decision(today.place.copy(), today.kept.copy(), today.moves_in.copy(), today.left_in.copy())
    reading = _Reading(problem, str(path), start, [])
    for number, row in _rows(path):
        _read_row(reading, number, row)
    if reading.faults:
        raise DataError(" ".join(fault.sentence() for fault in reading.faults), faults=reading.faults)
    broken = _broken(problem, reading.decision)
    if broken:
        raise DataError(f"{path}: the moves break rules: {'; '.join(broken)}. Change the table, or the rules.")
    whole = formulate(problem, detailed=False)
    plan = build_plan(Path(path).stem, whole, reading.decision, nothing=nothing, seed=joint.seed)
    bound = min(joint.bound_gbp, plan.cost_gbp)
    return replace(plan, status="not proved", bound_gbp=bound, gap=relative_gap(plan.cost_gbp, bound))


def _rows(path: str | Path) -> list[tuple[int, dict[str, str]]]:
    """Return the filled rows with their numbers, by our names of the columns."""
    rows = rows_below_headings(path, HEADINGS, needed=(frozenset({"team", "to"}), frozenset({"building"})))
    if rows is None:
        raise DataError(
            f"{path}: no headings 'team' and 'to', or 'building', were found. Write one row a move or release."
        )
    return rows


def _read_row(reading: _Reading, number: int, row: dict[str, str]) -> None:
    """Put one move or release into the decision."""
    problem, year = reading.problem, _year(reading, number, row.get("year", ""))
    if row.get("building"):
        building = _building(reading, number, "building", row["building"])
        if building is not None:
            reading.decision.kept[building], reading.decision.left_in[building] = False, year
    if not row.get("team"):
        if not row.get("building"):
            reading.fault(number, "team", "", "The row names neither a team nor a building.", "Name one, or delete it.")
        return
    block, to = _block(reading, number, row["team"]), _building(reading, number, "to", row.get("to", ""))
    if block is None or to is None:
        return
    arcs = problem.arcs
    if not ((arcs["block"] == block) & (arcs["building"] == to)).any():
        name = problem.buildings["name"].iloc[to]
        message = f"{row['team']} may not move to {name}: too far, too small, not secure enough, or of another class."
        reading.fault(number, "to", row["to"], message, "Choose another building, or loosen the rule in place.toml.")
        return
    reading.decision.place[block], reading.decision.moves_in[block] = to, year


def _year(reading: _Reading, number: int, text: str) -> int:
    last = reading.problem.n_years - 1
    if text and not (text.isdigit() and int(text) <= last):
        reading.fault(number, "year", text, f"'{text}' is no year of the plan.", f"Write a number from 0 to {last}.")
        return 0
    return int(text or 0)


def _building(reading: _Reading, number: int, column: str, text: str) -> int | None:
    buildings = reading.problem.buildings
    names = buildings["name"].astype(str)
    found = np.flatnonzero((buildings.index == text) | names.str.casefold().eq(text.casefold()).to_numpy())
    if len(found) == 1:
        return int(found[0])
    if len(found):
        message, remedy = f"{len(found)} buildings are called '{text}'.", "Write its id, from option_buildings.csv."
    else:
        near = did_you_mean(text, [*map(str, buildings.index), *names])
        message, remedy = (
            f"No building '{text}' is decided about.{near}",
            "Write an id or name of option_buildings.csv.",
        )
    reading.fault(number, column, text, message, remedy)
    return None


def _block(reading: _Reading, number: int, text: str) -> int | None:
    members = _members(reading.problem)
    if text not in members:
        near = did_you_mean(text, members)
        reading.fault(number, "team", text, f"There is no team '{text}'.{near}", "Write an id of the list of teams.")
        return None
    return members[text]


def _members(problem: Problem) -> dict[str, int]:
    """Return the block of every team."""
    return {str(team): place for place, teams in enumerate(problem.blocks["teams"]) for team in teams}


def _broken(problem: Problem, decision: Decision) -> list[str]:
    """Return the rules that a decision breaks, in words."""
    ids = [str(asset) for asset in problem.buildings.index]
    members = _members(problem)
    where = {str(team): str(asset) for team, asset in problem.teams["asset_id"].items()}
    where |= {team: ids[decision.place[block]] for team, block in members.items()}
    when = {team: int(decision.moves_in[block]) for team, block in members.items()}
    gone = {ids[row]: int(decision.left_in[row]) for row in np.flatnonzero(~decision.kept).tolist()}
    return breaches(problem, where, gone, cost_gbp=total_cost(problem, decision), when=when)
