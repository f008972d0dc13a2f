"""Chance over many partners, and fair shares of a cluster: CPU seconds and memory.

    python -m bench.appraisal [--json] [--shapley]

26 partners with eight lines each, five options, 60 years, 10,000 draws; the peer is a loop over a tenth of the draws,
times ten. ``--shapley`` adds the exact Shapley value of the eight bodies that share most in Peakshire: 255
coalitions, each an optimisation (minutes). Targets: 20 CPU s and 1 GB; 5 minutes.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from estate.coalitions import saving_of_coalitions, sharers
from estate.flows import ENDLESS, Flows, Terms, flow_table, row_values
from estate.sensitivity import chances, ranges
from estate.sharing import objections, shapley
from geodata.demo import write_demo
from geodata.place import read_place
from maps.study import study_place

PARTNERS, LINES, OPTIONS, YEARS, DRAWS = 26, 8, 5, 60, 10_000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--shapley", action="store_true")
    arguments = parser.parse_args()
    result: dict[str, Any] = {"chances": measure_chances()}
    if arguments.shapley:
        result["shapley"] = measure_shapley()
    print(json.dumps(result, indent=None if arguments.json else 2))


def measure_chances() -> dict[str, float]:
    flows, terms = many_flows(), Terms(horizon_years=YEARS)
    start = time.process_time()
    found = chances(flows, terms, draws=DRAWS)
    ours = time.process_time() - start
    start = time.process_time()
    loop(flows, terms, DRAWS // 10)
    peer = 10 * (time.process_time() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"cpu_s": ours, "loop_cpu_s": peer, "ratio": ours / peer, "peak_gb": peak, "options": len(found.table)}


def many_flows() -> Flows:
    rows = [
        {"option": f"option {option}", "body": f"body {body}", "line": f"line {line}", "gbp": 100.0 + option + line,
         "first_year": 1, "last_year": ENDLESS}
        for option in range(OPTIONS) for body in range(PARTNERS) for line in range(LINES)
    ]  # fmt: skip
    return Flows(flow_table(rows))


def loop(flows: Flows, terms: Terms, draws: int) -> float:
    """Draw one after the other, as a macro in a workbook would."""
    random, value, span = np.random.default_rng(0), row_values(flows, terms).to_numpy(), ranges(flows)
    low, high = span["worst"].to_numpy(), span["best"].to_numpy()
    return sum(float(value @ random.triangular(low, 1.0, high)) for _ in range(draws))


def measure_shapley() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        write_demo(Path(folder) / "input", seed=0)
        study = study_place(read_place(Path(folder) / "input" / "place.toml"))
    assert study.problem is not None
    names = sharers(study.problem, study.plans[-1])
    saving = cache(saving_of_coalitions(study.problem, seconds=2.0))
    start = time.process_time()
    found = shapley(names, saving)
    unhappy = objections({str(name): float(value) for name, value in found.value.items()}, saving)
    return {
        "bodies": len(names), "coalitions": found.coalitions, "exact": found.exact, "in_core": unhappy.empty,
        "cpu_s": time.process_time() - start,
    }  # fmt: skip


if __name__ == "__main__":
    main()
