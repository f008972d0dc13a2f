"""Find all times between some places of a network with pandana. Prints one JSON object.

    PYTHON bench/peers/travel.py FILE.npz

FILE.npz holds ``xy``, ``start``, ``end``, ``seconds`` (one-way edges), ``origins`` and ``destinations``. pandana makes
a contraction hierarchy first; both parts are told. Run it on one thread (OMP_NUM_THREADS=1): it spends least so.
"""

from __future__ import annotations

import importlib
import json
import sys
import time

import numpy as np


def main() -> None:
    facts = dict(np.load(sys.argv[1], allow_pickle=False))
    pandana, pd = (importlib.import_module(name) for name in ("pandana", "pandas"))
    began = time.process_time()
    xy = facts["xy"]
    network = pandana.Network(
        pd.Series(xy[:, 0]), pd.Series(xy[:, 1]), pd.Series(facts["start"]), pd.Series(facts["end"]),
        pd.DataFrame({"seconds": facts["seconds"]}), twoway=False,
    )  # fmt: skip
    prepared = time.process_time()
    origins, destinations = facts["origins"], facts["destinations"]
    found = network.shortest_path_lengths(
        np.repeat(origins, len(destinations)), np.tile(destinations, len(origins)), imp_name="seconds"
    )
    done = time.process_time()
    told = {
        "version": pandana.__version__,
        "prepare_cpu_s": round(prepared - began, 2),
        "search_cpu_s": round(done - prepared, 2),
        "sum_s": float(np.sum(found)),
    }
    print("\n" + json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
