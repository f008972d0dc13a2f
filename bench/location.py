"""Published location instances through the library's solver room: objective, proven bound, status, processor seconds.

    python bench/location.py FILE [--seconds 60] [--json]
    python -m bench.location [--seconds 60] [--all] [--peers PYTHON] [--json]

FILE is an OR-Library p-median graph (of duplicate edges the last counts) or a single-source instance of Holmberg,
Ronnqvist and Yuan. Without FILE: a few of each kind (with --all every one), with the published optimum and the gap
beside, and with --peers the same instances by spopt, PuLP with CBC and scipy's milp in another environment's Python.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import shortest_path

from estate.median import solve_median
from estate.single_source import solve_single_source
from estate.siting import Median, SingleSource, Siting
from geodata.errors import DataError, SourceError, ToolkitError

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "opt"
FEW = ("pmed1", "pmed6", "pmed11", "pmed26", "p1", "p13", "p30", "p41", "p50")
PEERS = {"median": ("spopt", "milp"), "single": ("pulp", "milp")}


def main() -> int:
    """Return 0, or 1 where the file is at fault."""
    arguments = _arguments()
    try:
        if arguments.file is None:
            return _table(arguments)
        told = _solve(arguments.file, arguments.seconds, arguments.seed)
    except ToolkitError as error:
        print(f"location: {error}", file=sys.stderr)
        return 1
    line = "{status}: objective {objective:.15g}, bound {bound:.15g}, {cpu_s} CPU s".format(**told)
    print(json.dumps(told) if arguments.json else line)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0, help="processor seconds allowed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--all", action="store_true", help="every instance beside the project")
    parser.add_argument("--peers", metavar="PYTHON", help="Python of an environment that holds spopt and pulp")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def read_instance(path: Path) -> Median | SingleSource:
    """Read a published instance; the number of numbers on its first line tells the kind.

    Raises
    ------
    SourceError
        The file cannot be read.
    DataError
        It is neither kind, or too short or too long.
    """
    try:
        text = path.read_text(encoding="utf-8")
        numbers = np.array(text.split(), dtype=np.float64)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}). Correct the path.") from error
    except ValueError as error:
        raise DataError(f"{path}: holds something else than numbers ({error}). Give an instance file.") from error
    heads = len(text.lstrip().split("\n", 1)[0].split())
    if heads == 3 and len(numbers) == 3 + 3 * numbers[1]:
        return _median(numbers)
    if heads == 2 and len(numbers) == 2 + 2 * numbers[0] + numbers[1] + numbers[0] * numbers[1]:
        return _single(numbers)
    raise DataError(
        f"{path}: {len(numbers)} numbers, {heads} on the first line, fit neither a p-median graph (vertices, edges, p; "
        "then three a line) nor a single-source instance (sites, customers; then capacities, costs). Check the file."
    )


def _median(numbers: np.ndarray) -> Median:
    n, n_open = int(numbers[0]), int(numbers[2])
    length = np.zeros((n, n))
    for a, b, metres in numbers[3:].reshape(-1, 3):
        length[int(a) - 1, int(b) - 1] = length[int(b) - 1, int(a) - 1] = metres
    none = np.zeros(n, dtype=np.bool_)
    return Median(shortest_path(csr_matrix(length), method="D", directed=False), n_open, none, none)


def _single(numbers: np.ndarray) -> SingleSource:
    m, n = int(numbers[0]), int(numbers[1])
    capacity, fixed, size, cost = np.split(numbers[2:], np.cumsum([m, m, n]))
    return SingleSource(cost.reshape(n, m), fixed, size.astype(np.intp), capacity.astype(np.intp))


def _solve(path: Path, seconds: float, seed: int = 0) -> dict[str, object]:
    """Return what the library finds; processor seconds count from before the file is read."""
    began = time.process_time()
    facts = read_instance(path)
    left = seconds - (time.process_time() - began)
    answer: Siting
    if isinstance(facts, Median):
        answer = solve_median(facts, seconds=left, seed=seed)
    else:
        answer = solve_single_source(facts, seconds=left, seed=seed)
    cpu_s = round(time.process_time() - began, 2)
    return {"objective": answer.objective, "bound": answer.bound, "status": answer.status, "cpu_s": cpu_s}


def _table(arguments: argparse.Namespace) -> int:
    if not DATA.is_dir():
        print(f"location: skipped, the published instances are not beside the project ({DATA}).")
        return 0
    optima = _optima()
    names = list(optima) if arguments.all else [name for name in FEW if name in optima]
    rows = []
    for name in names:
        path = DATA / ("pmedian" if name.startswith("pmed") else "holmberg") / f"{name}.txt"
        row: dict[str, object] = {"instance": name, "published": optima[name], **_solve(path, arguments.seconds)}
        row["over"] = round(float(str(row["objective"])) / optima[name] - 1, 5)
        if arguments.peers:
            row |= _peers(path, arguments)
        rows.append(row)
        print(json.dumps(row), file=sys.stderr, flush=True)
    table = pd.DataFrame(rows)
    print(json.dumps(rows) if arguments.json else table.to_string(index=False))
    proved = int((table["status"] == "optimal").sum())
    print(f"{proved} of {len(table)} proved optimal, {table['cpu_s'].sum():.0f} CPU s in all", file=sys.stderr)
    if not arguments.peers:
        print("peers not measured: give --peers PYTHON of an environment with spopt and pulp", file=sys.stderr)
    return 0


def _optima() -> dict[str, float]:
    """Return the published optimum of each instance, p-median first."""
    lines = (DATA / "pmedian" / "pmedopt.txt").read_text().split("\n")
    pairs = [line.split() for line in lines if line.startswith("pmed")]
    optima = {name: float(value) for name, value in pairs}
    with (DATA / "optima.csv").open() as file:
        single = [row for row in csv.DictReader(file) if row["set"] == "sscflp_holmberg"]
    return optima | {row["instance"]: float(row["best_known_single_source"]) for row in single}


def _peers(path: Path, arguments: argparse.Namespace) -> dict[str, object]:
    """Return objective, status and processor seconds of every peer; a peer that is missing or fails says so."""
    facts = read_instance(path)
    kind = "median" if isinstance(facts, Median) else "single"
    names = ("cost", "n_open") if kind == "median" else ("cost", "fixed", "size", "capacity")
    told: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "facts.npz"
        np.savez(file, kind=kind, **{name: getattr(facts, name) for name in names})
        for peer in PEERS[kind]:
            script = Path(__file__).parent / "peers" / "location.py"
            command = [arguments.peers, str(script), str(file), peer, str(arguments.seconds)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                told[peer] = f"missing or failed: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}"
                continue
            found = json.loads(done.stdout.strip().splitlines()[-1])
            told |= {f"{peer}_{key}": found[key] for key in ("objective", "bound", "status", "cpu_s")}
    return told


if __name__ == "__main__":
    sys.exit(main())
