"""Which of Peakshire's offices must be kept, so that sharing the others saves what was published: 12 to 14 %.

A quick greedy reckoning stands in for the optimiser here, so that the county can be drawn without it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.demo_outlines import Floats, Ints

PINNED_SHARE = 0.75
"""Share of offices that must be kept."""
AIMED_SAVING = 0.130
"""Saving of the joint option, as a share of the offices' cost, that the pins are chosen for."""
HIGHEST_SAVING = 0.137
"""Share of that cost that the offices which are not pinned stand for at most: no plan can save more."""
TRIALS = 600
"""Exchanges that are tried."""
USABLE_SHARE = 0.9
MOVE_KM = 25.0
"""Desks that may be filled and farthest move: the optimiser's own defaults."""
NEVER_TOGETHER = (("safeguarding", "policing"), ("safeguarding", "offenders"))
"""Classes of work that may not share a building: people would stay away."""
REASONS = {
    "leasehold": ("the lease was renewed last year", "the landlord paid for the refit on a long lease"),
    "PFI": ("the contract has years to run",),
    "freehold": (
        "it was refitted two years ago",
        "it is the body's only base in the town",
        "a data centre is in the basement",
        "the building is listed and cannot be sold",
    ),
}
"""Why an office must be kept, by tenure."""


@dataclass(frozen=True, slots=True)
class Offices:
    """The offices as arrays: one entry per office, and one per block of teams of the same service and class.

    Attributes
    ----------
    cost
        Running cost, rent and rates (GBP a year), shape (n_offices,).
    room
        Desks that may still be filled, shape (n_offices,).
    public
        True where the public may come in, shape (n_offices,).
    hosts
        For each office the others within ``MOVE_KM``, nearest first.
    home, desks, work, front
        Of each block: its office, the desks it needs, its class of work, whether it is a front desk.
    works
        Classes of work in each office today.
    """

    cost: Floats
    room: Floats
    public: npt.NDArray[np.bool_]
    hosts: tuple[Ints, ...]
    home: Ints
    desks: Floats
    work: tuple[str, ...]
    front: npt.NDArray[np.bool_]
    works: tuple[frozenset[str], ...]


def choose_pins(assets: pd.DataFrame, teams: pd.DataFrame, *, seed: int) -> dict[str, str]:
    """Return the offices that must be kept, with a reason each.

    A random choice is bettered by exchanging one free office for another until its joint saving, reckoned by
    :func:`joint_saving`, is near ``AIMED_SAVING`` and the free offices together cost no more than ``HIGHEST_SAVING``.
    Offices that cannot be released anyway (PFI, or a team that may not move) are all pinned.

    Parameters
    ----------
    assets, teams
        The estate and who works in it.
    seed
        Seed of all random choices.
    """
    rng = np.random.default_rng((seed, 7))
    table = assets[assets["use"] == "office"]
    offices = as_offices(assets, teams)
    settled = table.index.isin(teams.loc[~teams["may_move"], "asset_id"]) | (table["tenure"] == "PFI").to_numpy()
    n_free = len(table) - round(PINNED_SHARE * len(table))
    free = rng.permutation(np.flatnonzero(~settled))
    chosen, least = free[:n_free], _miss(offices, free[:n_free])
    for _ in range(TRIALS):
        swap, other = int(rng.integers(n_free)), free[rng.integers(len(free))]
        trial = np.where(np.arange(n_free) == swap, other, chosen)
        if other not in chosen and (miss := _miss(offices, trial)) < least:
            chosen, least = trial, miss
    pinned = table.drop(table.index[chosen])
    reasons = [str(rng.choice(REASONS[str(tenure)])) for tenure in pinned["tenure"]]
    return dict(zip(map(str, pinned.index), reasons, strict=True))


def _miss(offices: Offices, free: Ints) -> float:
    """Return how far a choice of free offices is from the aim: too little or too much saved, or too dear together."""
    dear = offices.cost[free].sum() / offices.cost.sum() - HIGHEST_SAVING
    return abs(joint_saving(offices, free=free) - AIMED_SAVING) + max(float(dear), 0.0)


def as_offices(assets: pd.DataFrame, teams: pd.DataFrame) -> Offices:
    """Return the offices and their blocks of teams as arrays."""
    table = assets[assets["use"] == "office"]
    staff = teams[teams["asset_id"].isin(table.index)]
    staff = staff.assign(
        desks=staff["fte"] * staff["desks_per_fte"], home=table.index.get_indexer(pd.Index(staff["asset_id"]))
    )
    blocks = staff.groupby(["home", "service", "security_class", "front_desk"])[["desks"]].sum().reset_index()
    blocks = blocks.sort_values(["home", "desks"], ascending=[True, False], kind="stable")
    home = blocks["home"].to_numpy(dtype=np.int64)
    used = np.bincount(home, blocks["desks"].to_numpy(), minlength=len(table))
    point = table[["easting", "northing"]].to_numpy(dtype=np.float64)
    away = np.hypot(*(point[:, None] - point).transpose(2, 0, 1))
    order = np.argsort(away, axis=1, kind="stable")
    return Offices(
        cost=table[["running_cost_gbp_pa", "rent_gbp_pa", "rates_gbp_pa"]].sum(axis=1).to_numpy(dtype=np.float64),
        room=USABLE_SHARE * table["desks"].to_numpy(dtype=np.float64) - used,
        public=table["public_facing"].to_numpy(dtype=bool),
        hosts=tuple(row[away[place, row] <= 1_000 * MOVE_KM][1:] for place, row in enumerate(order)),
        home=home,
        desks=blocks["desks"].to_numpy(dtype=np.float64),
        work=tuple(blocks["security_class"].astype(str)),
        front=blocks["front_desk"].to_numpy(dtype=bool),
        works=tuple(frozenset(blocks["security_class"][home == place]) for place in range(len(table))),
    )


def joint_saving(offices: Offices, *, free: Ints) -> float:
    """Return the share of the offices' yearly cost that emptying the ``free`` ones into the others would save.

    Greedy, dearest office first: it is emptied when every block finds desks within ``MOVE_KM``, front desks only where
    the public may come in, and none beside a class of work it must be kept apart from.

    Parameters
    ----------
    offices
        The offices and their blocks.
    free
        Numbers of the offices that may be released.
    """
    room, works = offices.room.copy(), list(offices.works)
    closed = np.zeros(len(room), dtype=bool)
    hosting = closed.copy()
    for office in sorted(map(int, free), key=lambda place: (-offices.cost[place], place)):
        if hosting[office]:
            continue
        closed[office] = True
        plan = _rehoused(offices, office, np.where(closed, -1.0, room), works)
        closed[office] = plan is not None
        for block, host in plan or ():
            room[host] -= offices.desks[block]
            works[host] |= {offices.work[block]}
            hosting[host] = True
    return float(offices.cost[closed].sum() / offices.cost.sum())


def _rehoused(offices: Offices, office: int, room: Floats, works: list[frozenset[str]]) -> list[tuple[int, int]] | None:
    """Return block and host for every block of an office, or None where one finds no host."""
    plan = []
    for block in map(int, np.flatnonzero(offices.home == office)):
        hosts = offices.hosts[office]
        fits = (room[hosts] >= offices.desks[block]) & (offices.public[hosts] | ~offices.front[block])
        apart = {other for pair in NEVER_TOGETHER for other in pair if offices.work[block] in pair} - {
            offices.work[block]
        }
        host = next((int(place) for place in hosts[fits] if not apart & works[place]), None)
        if host is None:
            return None
        room[host] -= offices.desks[block]
        plan.append((block, host))
    return plan
