"""Solve one published location instance with a peer: spopt, PuLP with CBC, or scipy's milp. Prints one JSON object.

    PYTHON bench/peers/location.py FILE.npz PEER SECONDS

FILE.npz holds ``kind`` (median or single), ``cost`` and what else that kind needs. ``bound`` is null where the peer
does not report one.
"""

from __future__ import annotations

import importlib
import json
import re
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np


def main() -> None:
    path, peer, seconds = sys.argv[1:4]
    facts = dict(np.load(path, allow_pickle=False))
    began = _cpu()
    solve = {"spopt": by_spopt, "pulp": by_pulp, "milp": by_milp}[peer]
    objective, bound, status = solve(facts, float(seconds))
    print(json.dumps({"objective": objective, "bound": bound, "status": status, "cpu_s": round(_cpu() - began, 2)}))


def _cpu() -> float:
    """Return processor seconds of this process and of the solvers it started."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def by_spopt(facts: dict[str, Any], seconds: float) -> tuple[float | None, float | None, str]:
    """Return what spopt's p-median finds with CBC; spopt hands back no bound."""
    pulp, locate = importlib.import_module("pulp"), importlib.import_module("spopt.locate")
    cost = facts["cost"]
    model = locate.PMedian.from_cost_matrix(cost, np.ones(len(cost)), p_facilities=int(facts["n_open"]))
    model = model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=seconds), results=False)
    return model.problem.objective.value(), None, _pulp_status(pulp, model.problem)


def by_pulp(facts: dict[str, Any], seconds: float) -> tuple[float | None, float | None, str]:
    """Return what PuLP with CBC finds on the strong formulation; the bound is read from CBC's own log."""
    pulp = importlib.import_module("pulp")
    cost, (n, m) = facts["cost"], facts["cost"].shape
    problem = pulp.LpProblem("location", pulp.LpMinimize)
    x = [[pulp.LpVariable(f"x_{i}_{j}", cat="Binary") for j in range(m)] for i in range(n)]
    y = [pulp.LpVariable(f"y_{j}", cat="Binary") for j in range(m)]
    problem += pulp.lpSum(cost[i, j] * x[i][j] for i in range(n) for j in range(m)) + pulp.lpSum(
        facts["fixed"][j] * y[j] for j in range(m)
    )
    for i in range(n):
        problem += pulp.lpSum(x[i]) == 1
    for j in range(m):
        problem += pulp.lpSum(int(facts["size"][i]) * x[i][j] for i in range(n)) <= int(facts["capacity"][j]) * y[j]
        for i in range(n):
            problem += x[i][j] <= y[j]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "cbc.log"
        problem.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=seconds, logPath=str(log)))
        found = re.search(r"Lower bound:\s+([-\d.e+]+)", log.read_text()) if log.exists() else None
    status = _pulp_status(pulp, problem)
    bound = problem.objective.value() if status == "optimal" else float(found[1]) if found else None
    return problem.objective.value(), bound, status


def _pulp_status(pulp: Any, problem: Any) -> str:
    """Return PuLP's status; it calls a plan that the time limit cut short optimal too, only sol_status tells."""
    if problem.sol_status == pulp.LpSolutionIntegerFeasible:
        return "time limit"
    return str(pulp.LpStatus[problem.status]).lower()


def by_milp(facts: dict[str, Any], seconds: float) -> tuple[float | None, float | None, str]:
    """Return what scipy's milp finds on the strong formulation."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415
    from scipy.sparse import coo_matrix  # noqa: PLC0415

    cost, (n, m) = facts["cost"], facts["cost"].shape
    i, j = (part.ravel() for part in np.indices((n, m)))
    pair, site, one = np.arange(n * m), n * m + np.arange(m), np.ones(n * m)
    if str(facts["kind"]) == "median":
        shared = ([np.full(m, n)], [site], [np.ones(m)], [float(facts["n_open"])], [float(facts["n_open"])])
        fixed = np.zeros(m)
    else:
        weight = facts["size"][i].astype(float)
        shared = ([n + j, n + np.arange(m)], [pair, site], [weight, -facts["capacity"]], [-np.inf] * m, [0.0] * m)
        fixed = facts["fixed"]
    link = n + len(shared[3]) + pair
    rows = np.concatenate([i, *shared[0], link, link])
    columns = np.concatenate([pair, *shared[1], pair, n * m + j])
    values = np.concatenate([one, *shared[2], one, -one])
    matrix = coo_matrix((values, (rows, columns)), shape=(int(link[-1]) + 1, n * m + m)).tocsr()
    lower = np.concatenate([np.ones(n), shared[3], -np.inf * one])
    upper = np.concatenate([np.ones(n), shared[4], 0 * one])
    result = milp(
        np.concatenate([cost.ravel(), fixed]),
        constraints=LinearConstraint(matrix, lower, upper),
        integrality=np.ones(n * m + m),
        bounds=Bounds(0, 1),
        options={"time_limit": seconds},
    )
    status = {0: "optimal", 1: "time limit"}.get(result.status, "failed")
    return result.fun, result.mip_dual_bound, status


if __name__ == "__main__":
    main()
