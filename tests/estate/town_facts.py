"""Facts that the small town lacks for money and travel, small random towns, and a search by brute force."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Point, box

from estate import recheck
from estate.access import AccessStandard, access_table
from estate.colocation import Problem, build_problem
from estate.costs import CostRules
from estate.recheck import breaches
from estate.recheck_money import _cost_of_moving
from estate.rules import Pin, Rules
from geodata.travel import Travel, straight_line_travel

BNG = "EPSG:27700"

#: Prices of the town that can be added in the head: moving is the same for all, and leases can be left today.
PLAIN = CostRules(
    discount_rate=0.0,
    start_year=2026.0,
    move_gbp_per_fte=1_000.0,
    fit_out_gbp_per_fte=0.0,
    ict_gbp_per_fte=0.0,
    travel_gbp_per_fte_km=0.0,
    dilapidations_gbp_per_m2=0.0,
    lease_years_if_unknown=0.0,
    notice_years=0.0,
    empty_share=0.0,
    optimism_bias=0.0,
)


def drive(areas: gpd.GeoDataFrame, assets: gpd.GeoDataFrame) -> Travel:
    """Return minutes of one a kilometre in a straight line."""
    return straight_line_travel(areas, assets, detour=1.0, speed_kmh=60.0)


def town_problem(
    areas: gpd.GeoDataFrame,
    assets: gpd.GeoDataFrame,
    teams: pd.DataFrame,
    *,
    rules: Rules | None = None,
    costs: CostRules = PLAIN,
    segments: pd.Series | None = None,
) -> Problem:
    """Return the problem of a town with plain prices and travel of a minute a kilometre."""
    travel = drive(areas, assets)
    return build_problem(assets, teams, areas=areas, travel=travel, segments=segments, rules=rules, costs=costs)


def random_town(seed: int) -> Problem:
    """Return a town of six buildings and seven blocks with all rules on, some of them tight."""
    random = np.random.default_rng(seed)
    areas = _areas(random)
    assets = _assets(random)
    teams = _teams(random, assets)
    rules = Rules(
        standards=(
            AccessStandard("library", 3.0, 0.2),
            AccessStandard("health", 4.0, float(random.choice([0.0, 0.3]))),
        ),
        pins=_pins(random),
        never_together=(("secure", "open"),),
        max_move_km=float(random.uniform(3.0, 9.0)),
        max_public_move_km=float(random.uniform(1.5, 9.0)),
        usable_share=float(random.choice([0.8, 1.0])),
        front_desk_m2=30.0,
        fixed_services=(),
    )
    costs = CostRules(start_year=2026.0, travel_gbp_per_fte_km=float(random.choice([0.0, 60.0])))
    segments = pd.Series(random.integers(0, 2, len(areas)), index=areas.index)
    return town_problem(areas, assets, teams, rules=rules, costs=costs, segments=segments)


def _areas(random: np.random.Generator) -> gpd.GeoDataFrame:
    corners = [(400_000 + 1_500 * column, 300_000 + 1_500 * row) for row in range(4) for column in range(5)]
    frame = gpd.GeoDataFrame(
        {"population": random.integers(50, 300, len(corners)).astype(float)},
        index=pd.Index([f"T{number:02d}" for number in range(len(corners))], name="oa_code"),
        geometry=[box(west, south, west + 1_500, south + 1_500) for west, south in corners],
        crs=BNG,
    )
    frame["point"] = frame.geometry.centroid
    return frame


def _assets(random: np.random.Generator) -> gpd.GeoDataFrame:
    n = 6
    tenure = random.choice(["freehold", "leasehold"], n)
    area = random.integers(150, 700, n).astype(float)
    points = [Point(400_000 + x, 300_000 + y) for x, y in random.integers(0, 6_000, (n, 2))]
    leased = tenure == "leasehold"
    return gpd.GeoDataFrame(
        {
            "organisation": random.choice(["Council", "Police", "Health"], n),
            "name": [f"House {number}" for number in range(n)],
            "use": "office",
            "tenure": tenure,
            "nia_m2": area,
            "desks": np.floor(area / random.uniform(8, 12, n)),
            "running_cost_gbp_pa": area * random.uniform(80, 120, n),
            "rent_gbp_pa": np.where(leased, area * 100, 0.0),
            "backlog_gbp": area * random.uniform(0, 100, n),
            "value_gbp": np.where(leased, np.nan, area * 1_000),
            "lease_end": pd.to_datetime(np.where(leased, random.integers(2027, 2040, n).astype(str), None)),
            "public_facing": random.random(n) < 0.6,
        },
        index=pd.Index([f"H{number}" for number in range(n)], name="asset_id"),
        geometry=points,
        crs=BNG,
    )


def _teams(random: np.random.Generator, assets: gpd.GeoDataFrame) -> pd.DataFrame:
    n = 7
    home = np.concatenate([np.arange(6), random.integers(0, 6, n - 6)])
    desks = assets["desks"].to_numpy()[home]
    service = np.array(["library", "health", "library", "office", "office", "office", "health", "office"])[:n]
    kinds = np.array(["standard", "secure", "open"])
    return pd.DataFrame(
        {
            "organisation": random.choice(["Council", "Police", "Health"], n),
            "asset_id": assets.index[home],
            "service": service,
            "fte": np.maximum(np.round(desks * random.uniform(0.1, 0.5, n)), 1.0),
            "front_desk": np.isin(service, ["library", "health"]),
            "may_move": random.random(n) < 0.9,
            "desks_per_fte": 1.0,
            "security_class": kinds[[0, 0, 0, 1, 2, *random.integers(0, 3, n - 5)]],
        },
        index=pd.Index([f"t{number}" for number in range(n)], name="team_id"),
    )


def _pins(random: np.random.Generator) -> tuple[Pin, ...]:
    return (Pin("keep", asset=f"H{random.integers(0, 6)}"),) if random.random() < 0.5 else ()


def cheapest(
    problem: Problem,
    *,
    alone: bool = False,
    stands: Mapping[int, bool] | None = None,
    ends: Mapping[int, Collection[int]] | None = None,
    ceilings: Mapping[str, float] | None = None,
) -> float:
    """Return the least cost of all plans that the independent check lets pass, by trying every one, cheapest first.

    Neither the arcs nor the arrays are asked: whether and for how much a block may move, the check says. `stands` holds
    buildings open or closed, `ends` says where some blocks may end, `ceilings` what each body may pay.
    """
    stands, ends_in = stands or {}, ends or {}
    buildings, blocks = problem.buildings, problem.blocks
    price = _prices(problem, alone=alone)
    for number, allowed in ends_in.items():
        price[number, [end for end in range(len(buildings)) if end not in allowed]] = np.inf
    options = [np.flatnonzero(np.isfinite(row)) for row in price]
    if any(len(choice) == 0 for choice in options):
        return np.inf
    place = np.stack([axis.ravel() for axis in np.meshgrid(*options, indexing="ij")], axis=1)
    moving = price[np.arange(len(blocks)), place].sum(axis=1)
    held = np.stack([(place == number).any(axis=1) for number in range(len(buildings))], axis=1)
    kept = held | buildings["must_keep"].to_numpy() | (buildings["keep_gbp"] <= buildings["release_gbp"]).to_numpy()
    for number, open_ in stands.items():
        kept[:, number] = open_
        place, moving, held, kept = (part[open_ | ~held[:, number]] for part in (place, moving, held, kept))
    cost = moving + np.where(kept, buildings["keep_gbp"], buildings["release_gbp"]).sum(axis=1)
    access = _AccessKept(problem)
    fits = _roomy(problem, place, "desks") & _roomy(problem, place, "m2")
    for body, most in (ceilings or {}).items():
        own, mine = (table["organisation"].eq(body).to_numpy() for table in (buildings, blocks))
        paid = price[np.flatnonzero(mine), place[:, mine]].sum(axis=1)
        paid += np.where(kept, buildings["keep_gbp"], buildings["release_gbp"])[:, own].sum(axis=1)
        fits &= paid <= most + 1.0
    fits = np.flatnonzero(fits)
    for row in fits[np.argsort(cost[fits], kind="stable")]:
        ends = pd.Series(buildings.index[place[row]], index=blocks.index)
        if access.holds(ends):
            where = {team: ends[block] for block, teams in blocks["teams"].items() for team in teams}
            released = frozenset(buildings.index[~kept[row]])
            if not breaches(
                problem,
                where,
                released,
                cost_gbp=float(cost[row]),
                scope="alone" if alone else "joint",
                ceilings=ceilings,
            ):
                return float(cost[row])
    return np.inf


def _prices(problem: Problem, *, alone: bool) -> np.ndarray:
    """Return the cost of moving each block to each building, infinite where the check refuses that move by itself."""
    price = np.full((len(problem.blocks), len(problem.buildings)), np.inf)
    for number, block in enumerate(problem.blocks.itertuples()):
        for end, target in enumerate(problem.buildings.index):
            teams = problem.teams.loc[list(block.teams)].assign(to=target)
            if target == block.asset_id:
                price[number, end] = 0.0
            elif not recheck._bad_moves(problem, teams, scope="alone" if alone else "joint"):
                points = problem.register.geometry
                km = points[block.asset_id].distance(points[target]) / 1000.0
                price[number, end] = sum(_cost_of_moving(team, km, problem.costs) for _, team in teams.iterrows())
    return price


def _roomy(problem: Problem, place: np.ndarray, need: str) -> np.ndarray:
    needed = problem.blocks[need].to_numpy()
    filled = np.stack([(place == number) @ needed for number in range(len(problem.buildings))], axis=1)
    return (filled <= problem.buildings[f"{need}_limit"].to_numpy() + 1e-9).all(axis=1)


class _AccessKept:
    """Whether access holds, worked out once for each set of places."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.known = problem, {}

    def holds(self, ends: pd.Series) -> bool:
        return all(self._holds(standard, ends) for standard in self.problem.rules.standards)

    def _holds(self, standard: AccessStandard, ends: pd.Series) -> bool:
        problem = self.problem
        of_service = problem.blocks["service"].eq(standard.service)
        key = standard.service, frozenset(ends[of_service])
        if key not in self.known:
            today = {standard.service: set(problem.blocks.loc[of_service, "asset_id"])}
            before, after = (
                access_table(problem.areas, sites, problem.travel, problem.segments, [standard])["share_within"]
                for sites in (today, {standard.service: set(key[1])})
            )
            loosest = max([standard.max_loss, *(one.max_loss for one in standard.losses)])  # the check is exact
            self.known[key] = bool((after >= before - loosest - 1e-9).all())
        return self.known[key]


def with_rules(problem: Problem, **changes: object) -> Problem:
    """Return the problem rebuilt under changed rules."""
    return build_problem(
        problem.register, problem.teams, areas=problem.areas, travel=problem.travel, segments=problem.segments,
        rules=replace(problem.rules, **changes), costs=problem.costs,
    )  # fmt: skip
