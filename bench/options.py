"""The co-location optimiser: how good a plan and how good a proof in so many processor seconds.

    python -m bench.options [--seconds 60] [--seed 1] [--large] [--json]

Instances: Peakshire's 60 offices as place.toml pins them; the same with nothing pinned, which is much harder; and
made-up offices drawn like them (sizes, tenures, use of desks) without rules on access. Each is the joint option alone,
from doing nothing and the greedy plan, on one thread. ``plain_`` is the same arrays, starts and seconds given to branch
and bound alone. The gap is a share of the cost of the plan. ``--large`` adds 150 x 600 and 320 x 1,000. Over five years
nothing is given to branch and bound alone: ``arcs`` are then arcs times years.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from estate.colocation import Problem, build_problem
from estate.decision import as_today
from estate.greedy import greedy_decision
from estate.load import load_prices, load_teams
from estate.model import formulate
from estate.options import with_rules
from estate.rules import Rules
from estate.search import search_mip
from estate.solver import solve_mip
from estate.years import Limits, seek, strategy_for
from geodata.demo import write_demo
from geodata.load_travel import load_travel
from geodata.place import read_place
from geodata.travel import straight_line_travel
from maps.study import Study, with_geography, with_register

YEARS = 5
HEAD = ("instance", "buildings", "blocks", "arcs", "build_s", "gap", "cpu_s", "plain_gap", "plain_cpu_s")


def main() -> None:
    arguments = _arguments()
    problems = {**_peakshire(), "60 x 250, made up": _made_up(60, 250, arguments.seed)}
    seconds = dict.fromkeys(problems, arguments.seconds)
    if arguments.large:
        problems["150 x 600, made up"], seconds["150 x 600, made up"] = _made_up(150, 600, arguments.seed), 120.0
        problems["320 x 1000, made up"], seconds["320 x 1000, made up"] = _made_up(320, 1000, arguments.seed), 180.0
    rows = [_measure(name, problem, seconds=seconds[name]) for name, problem in problems.items()]
    rows += [
        _measure_years(f"{name}, five years", problems[name], seconds=arguments.seconds)
        for name in ("Peakshire, as pinned", "60 x 250, made up")
    ]
    print(json.dumps(rows) if arguments.json else pd.DataFrame(rows, columns=list(HEAD)).to_string(index=False))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _measure(name: str, problem: Problem, *, seconds: float) -> dict[str, object]:
    begun = time.process_time()
    formulation = formulate(problem)
    built = time.process_time() - begun
    begun = time.process_time()
    starts = [formulation.values(decision) for decision in (as_today(problem), greedy_decision(formulation))]
    left = seconds - (time.process_time() - begun)
    ours = search_mip(formulation.model, strategy_for(formulation), starts=starts, seconds=left)
    took = time.process_time() - begun
    plain = solve_mip(formulation.model, starts=starts, seconds=left)
    return {
        "instance": name,
        "buildings": len(problem.buildings),
        "blocks": len(problem.blocks),
        "arcs": len(formulation.arcs),
        "build_s": round(built, 3),
        "gap": round(ours.gap, 5),
        "cpu_s": round(took, 1),
        "plain_gap": round(plain.gap, 5),
        "plain_cpu_s": round(plain.cpu_s, 1),
    }


def _measure_years(name: str, problem: Problem, *, seconds: float) -> dict[str, object]:
    over_years = with_rules(problem, replace(problem.rules, years=YEARS))
    begun = time.process_time()
    formulation = formulate(over_years)
    built = time.process_time() - begun
    begun = time.process_time()
    found = seek(over_years, starts=[as_today(over_years)], limits=Limits(seconds=seconds))
    return {
        "instance": name,
        "buildings": len(problem.buildings),
        "blocks": len(problem.blocks),
        "arcs": int(formulation.layout.enter.size),
        "build_s": round(built, 3),
        "gap": round(found.answer.gap, 5),
        "cpu_s": round(time.process_time() - begun, 1),
    }


def _peakshire() -> dict[str, Problem]:
    """Return the made-up county's offices, through its own front door, as pinned and with nothing pinned."""
    with tempfile.TemporaryDirectory() as folder:
        place = read_place(write_demo(Path(folder) / "peakshire").place)
        study = with_register(with_geography(Study(place)))
        assert study.estate is not None
        assert study.geography is not None
        assets, areas = study.estate.assets, study.geography.areas
        teams = load_teams(place, assets)
        prices = load_prices(place)
        visited = assets[assets["use"].isin(place.options.uses) | assets.index.isin(teams["asset_id"])]
        travel = load_travel(place, areas, visited)
    rules = {"Peakshire, as pinned": prices.rules, "Peakshire, not pinned": replace(prices.rules, pins=())}
    return {
        name: build_problem(assets, teams, areas=areas, travel=travel, rules=rule, costs=prices.costs)
        for name, rule in rules.items()
    }


def _made_up(n: int, m: int, seed: int) -> Problem:
    """Return n offices and m blocks in 14 towns, with the sizes, tenures and use of desks of the field."""
    random = np.random.default_rng(seed)
    assets = _offices(n, random)
    teams = _teams(assets, m, random)
    somewhere = gpd.GeoSeries(assets.geometry[:1].to_numpy(), index=pd.Index(["X"], name="oa_code"), crs=assets.crs)
    areas = gpd.GeoDataFrame({"population": 1.0, "point": somewhere}, geometry=somewhere)
    travel = straight_line_travel(areas, assets)
    return build_problem(assets, teams, areas=areas, travel=travel, rules=Rules())


def _offices(n: int, random: np.random.Generator) -> gpd.GeoDataFrame:
    centres = random.uniform((400_000, 300_000), (455_000, 345_000), (14, 2))
    points = centres[random.choice(14, n, p=random.dirichlet(np.full(14, 1.5)))] + random.normal(0, 1_200, (n, 2))
    area = np.clip(735 * np.exp(0.85 * random.normal(size=n)), 120, 9_000)
    tenure = random.choice(["freehold", "leasehold", "PFI"], n, p=[0.60, 0.36, 0.04])
    running = area * 95 * random.uniform(0.85, 1.15, n)
    rent = np.where(tenure == "leasehold", area * 105 * random.uniform(0.85, 1.15, n), 0.0)
    scale = 12.4e6 * n / 60 / (running + rent).sum()
    years = np.where(random.random(n) < 0.45, random.uniform(0, 5, n), random.uniform(1, 15, n))
    return gpd.GeoDataFrame(
        {
            "organisation": [f"Body {number % 26}" for number in range(n)],
            "name": [f"Office {number}" for number in range(n)],
            "use": "office",
            "tenure": tenure,
            "nia_m2": area,
            "desks": np.floor(area / random.uniform(8, 12, n)),
            "running_cost_gbp_pa": running * scale,
            "rent_gbp_pa": rent * scale,
            "backlog_gbp": area * random.uniform(0, 150, n),
            "value_gbp": np.where(tenure == "freehold", area * 1_000, np.nan),
            "lease_end": pd.Timestamp("2026-04-01") + pd.to_timedelta(np.round(years * 365.25), unit="D"),
            "public_facing": random.random(n) < 0.3,
        },
        index=pd.Index([f"O{number:03d}" for number in range(n)], name="asset_id"),
        geometry=gpd.points_from_xy(points[:, 0], points[:, 1]),
        crs="EPSG:27700",
    )


def _teams(assets: gpd.GeoDataFrame, m: int, random: np.random.Generator) -> pd.DataFrame:
    desks = assets["desks"].to_numpy()
    home = np.concatenate([np.arange(len(assets)), random.choice(len(assets), m - len(assets), p=desks / desks.sum())])
    share = random.gamma(1.5, 1.0, m)
    in_use = np.clip(random.normal(0.56, 0.15, len(assets)), 0.2, 0.95)
    need = share / np.bincount(home, weights=share)[home] * (desks * in_use)[home]
    need *= random.uniform(0.52, 0.60) * desks.sum() / need.sum()
    return pd.DataFrame(
        {
            "organisation": assets["organisation"].to_numpy()[home],
            "asset_id": assets.index[home],
            "service": [f"service {number}" for number in range(m)],
            "fte": np.maximum(np.round(need / 0.8, 1), 1.0),
            "front_desk": False,
            "may_move": True,
            "desks_per_fte": 0.8,
            "security_class": "standard",
        },
        index=pd.Index([f"t{number:04d}" for number in range(m)], name="team_id"),
    )


if __name__ == "__main__":
    main()
