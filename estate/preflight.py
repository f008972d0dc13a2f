"""What simple arithmetic shows before any search: pins that no plan can keep, with who is in the way and why."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from estate.arcs import of_team
from estate.colocation import Problem
from estate.farther import anywhere_of, kilometres_up
from estate.phrases import listed
from estate.security import classes_in
from geodata.errors import InfeasibleError


def check_pins(problem: Problem) -> None:
    """Raise where simple arithmetic shows that a pin cannot be kept: someone has nowhere to go, or does not fit.

    Raises
    ------
    InfeasibleError
        Names every building, body and service concerned.
    """
    stuck = [*_without_host(problem), *_misplaced(problem)]
    if stuck:
        raise InfeasibleError(f"No plan satisfies the rules. {' '.join(stuck)}")


def _without_host(problem: Problem) -> Iterator[str]:
    leaving = problem.buildings["must_release"].to_numpy()
    hosts = problem.arcs[~problem.arcs["stay"]].groupby("block").size()
    for number, (_, block) in enumerate(problem.blocks.iterrows()):
        if leaving[block["home"]] and number not in hosts.index:
            desk = " front desk" if block["front_desk"] else ""
            work = listed([f"'{name}'" for name in block["secure"]])
            secure = f" recorded as secure for {work}" if work else ""
            record = ", or record a secure building by secure_for under [[buildings]]" if work else ""
            reach_km = problem.rules.reach_km(public=bool(block["front_desk"]))
            further = _nearest(problem, number)
            yield (
                f"'{block['asset_id']}' must be released, but no building{secure} within {reach_km:g} km can take its "
                f"{block['organisation']} {block['service']}{desk} ({block['desks']:,.1f} desks, {block['m2']:,.0f} m2)"
                f"{further}{record}."
            )


def _nearest(problem: Problem, number: int) -> str:
    """Return the remedy for a block that has nowhere to go: how far the nearest building is that can take it."""
    ways = anywhere_of(problem).arcs
    ways = ways[ways["block"].eq(number) & ~ways["stay"]].sort_values(["distance_m", "building"], kind="stable")
    if ways.empty:
        return "; nor can any building further off. Drop the pin"
    asset = problem.buildings.index[int(ways["building"].iloc[0])]
    needed = kilometres_up(float(ways["distance_m"].iloc[0]))
    front, limit = bool(problem.blocks["front_desk"].iloc[number]), problem.rules.max_move_km
    keys = [f"[assumptions] max_public_move_km = {needed:g}"] if front else []
    keys += [f"[options] max_move_km = {needed:g}"] if needed > limit else []
    return f"; the nearest that can, '{asset}', is {needed:g} km away. Drop the pin, or allow so much: {listed(keys)}"


def _misplaced(problem: Problem) -> Iterator[str]:
    """Say which teams cannot be where a pin sends them, and why, by arithmetic alone."""
    blocks, arcs = problem.blocks, problem.arcs
    for pin in problem.rules.pins:
        if pin.rule == "move":
            number = int(np.flatnonzero(of_team(blocks, pin.team))[0])
            there = int(np.flatnonzero(problem.buildings.index == pin.asset)[0])
            block, target = blocks.iloc[number], problem.buildings.iloc[there]
            if not (arcs["pinned"] & arcs["block"].eq(number) & arcs["building"].eq(there)).any():
                yield f"{pin.sentence()[0].upper()}{pin.sentence()[1:]}, but {_refusal(block, target)}. Drop the pin."
        if pin.rule == "together":
            one, other = (
                set(arcs.loc[of_team(blocks, team)[arcs["block"].to_numpy()], "building"])
                for team in (pin.team, pin.other)
            )
            if not one & other:
                yield f"{pin.sentence()[0].upper()}{pin.sentence()[1:]}, but no building can take both. Drop the pin."


def _refusal(block: pd.Series, target: pd.Series) -> str:
    """Say why a building cannot take a block."""
    if block["desks"] > target["desks_limit"] or block["m2"] > target["m2_limit"]:
        return (
            f"it needs {block['desks']:,.1f} desks and {block['m2']:,.0f} m2, and the building has "
            f"{target['desks_limit']:,.1f} usable desks and {target['m2_limit']:,.0f} m2"
        )
    if block["only_town"] not in ("", target["town"]):
        return f"it is needed in {block['only_town']}, and the building is not there"
    if block["front_desk"] and not target["public"]:
        return "its front desk may not be in a building that is not open to the public"
    if work := [name for name in block["secure"] if not classes_in(target["secure_for"]) & {name.casefold(), "all"}]:
        return f"the building is not recorded as secure for {listed([repr(name) for name in work])}"
    return "the building is on its way out, or not ready within the years of the plan"
