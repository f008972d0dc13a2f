"""Withholding small counts in a county of 20,000 areas: CPU seconds, and whether an attacker finds anything.

    python -m bench.suppression [--areas 20000] [--json]

Contacts of five services by three channels are drawn for every area, at rates from one contact in ten areas to hundreds
in each; all of it is counted, withheld and audited as `onetown takeup` does. `pinned` are withheld cells that have only
one possible value given all that is told: 0 is promised. Seconds are CPU seconds.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import numpy as np
import pandas as pd

from segmentation.suppression import pinned, withhold
from segmentation.takeup_cells import count_cells

SERVICES, CHANNELS = ("library", "benefits", "housing", "waste", "council tax"), ("phone", "web", "desk")
KINDS = {"use": 1.0, "complaint": 0.1}
RATES = (0.1, 1.0, 5.0, 20.0, 300.0, 1500.0)
"""Mean contacts of an area, all services together."""
N_SUBS, BELOW = 18, 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--areas", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    result = {f"{rate:g} contacts an area": measured(arguments.areas, rate) for rate in RATES}
    print(json.dumps(result) if arguments.json else json.dumps(result, indent=1))


def measured(n_areas: int, rate: float) -> dict[str, Any]:
    """Return what counting and withholding cost, and what was withheld."""
    counts, located = made_up(n_areas, rate)
    begun = time.process_time()
    cells = count_cells(counts, located)
    counted = time.process_time()
    hidden = withhold(cells.counts, cells.sums, below=BELOW, known=cells.known)
    withheld = time.process_time()
    small = (cells.counts > 0) & (cells.counts < BELOW)
    return {
        "cells": len(cells.counts),
        "small": int(small.sum()),
        "beside_them": int((hidden & ~small).sum()),
        "pinned": len(pinned(hidden, cells.counts, cells.sums)),
        "count_cpu_s": counted - begun,
        "withhold_cpu_s": withheld - counted,
    }


def made_up(n_areas: int, rate: float, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return contacts and the segments of the areas; some areas call much more than others."""
    rng = np.random.default_rng(seed)
    codes = np.array([f"E{at:08d}" for at in range(n_areas)])
    subs = rng.integers(0, N_SUBS, n_areas)
    calls = rng.gamma(1.0, rate, n_areas) / (len(SERVICES) * len(CHANNELS))
    parts = []
    for service in SERVICES:
        for kind, times in KINDS.items():
            for channel in CHANNELS:
                drawn = rng.poisson(calls * times)
                some = drawn > 0
                parts.append(
                    pd.DataFrame({"oa_code": codes[some], "service": service, "kind": kind, "channel": channel})
                    .assign(contacts=drawn[some])
                )  # fmt: skip
    located = pd.DataFrame({"place": 0, "super": subs // 5, "sub": subs}, index=codes)
    return pd.concat(parts, ignore_index=True), located


if __name__ == "__main__":
    main()
