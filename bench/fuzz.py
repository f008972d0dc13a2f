"""The reader under fire for as long as you like: good and real files broken at random, each case numbered.

    python -m bench.fuzz --minutes 10 [--seed 1] [--real FOLDER] [--json]
    python -m bench.fuzz --seed 1 --case 4711       one case again, with its traceback; its files are kept

Minutes are of processor time. Every case must end in one sentence or in an account in which no row is lost, within
20 seconds of processor time and 4 GB. Cases are read by a process of their own, so that even a crash inside a library
is caught, counted and named. Exit code 1 if any case failed.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

REAL = Path(__file__).resolve().parents[2] / "shared" / "data"
CASE_CPU_S = 20
MAX_BYTES = 4 << 30


def main() -> int:
    arguments = _arguments()
    if arguments.worker is not None:
        _work(arguments)
        return 0
    if arguments.case is not None:
        return _again(arguments)
    return _campaign(arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int)
    parser.add_argument("--real", type=Path, default=REAL)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def _campaign(arguments: argparse.Namespace) -> int:
    """Let workers read case after case until the time is spent; a worker that dies is followed by another."""
    spent, number = 0.0, 0
    kinds: Counter[str] = Counter()
    failures: list[dict[str, object]] = []
    while spent < 60 * arguments.minutes:
        command = [
            sys.executable, "-m", "bench.fuzz", "--worker", str(number), "--seed", str(arguments.seed),
            "--minutes", str(arguments.minutes - spent / 60), "--real", str(arguments.real),
        ]  # fmt: skip
        before = _children_s()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout is not None
            for line in worker.stdout:
                told = json.loads(line)
                number = told["number"] + 1
                kinds[f"{told['kind']} {told['end']}"] += 1
                if told["end"] == "failed":
                    failures.append(told)
                    print(f"case {told['number']} ({told['kind']}): {told['said']}", file=sys.stderr, flush=True)
        spent += _children_s() - before
        if worker.returncode < 0:
            failures.append({"number": number, "said": f"the process died of signal {-worker.returncode}"})
            print(f"case {number}: died of signal {-worker.returncode}", file=sys.stderr, flush=True)
            number += 1
    result = {"seed": arguments.seed, "cpu_min": round(spent / 60, 2), "cases": number, "failed": len(failures),
              "failures": failures, "ends": dict(sorted(kinds.items()))}  # fmt: skip
    shown = {name: value for name, value in result.items() if name not in {"failures", "ends"}} | dict(
        sorted(kinds.items())
    )
    print(json.dumps(result) if arguments.json else "\n".join(f"{name:30} {value}" for name, value in shown.items()))
    return int(bool(failures))


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _work(arguments: argparse.Namespace) -> None:
    """Read cases from a number on, saying in one line each what came of it, until the time is spent."""
    from tests.estate.broken_files import case, good_files  # noqa: PLC0415

    resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
    signal.signal(signal.SIGPROF, _too_long)
    with tempfile.TemporaryDirectory() as folder:
        good = Path(folder) / "good"
        good.mkdir()
        whole = good_files(good, arguments.real if arguments.real.is_dir() else None)
        number = arguments.worker
        while time.process_time() < 60 * arguments.minutes:
            files = case(arguments.seed, number, whole)
            print(json.dumps({"number": number, "kind": next(iter(files)), **_tried(Path(folder), files)}), flush=True)
            number += 1


def _tried(folder: Path, files: dict[str, bytes]) -> dict[str, str]:
    from tests.estate.reading_oracle import try_files  # noqa: PLC0415

    signal.setitimer(signal.ITIMER_PROF, CASE_CPU_S)
    try:
        said = try_files(folder, files)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is what we are after
        return {"end": "failed", "said": f"{_where(error)}: {type(error).__name__}: {str(error)[:200]}"}
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return {"end": "refused", "said": said[:200]} if said else {"end": "read", "said": ""}


def _where(error: BaseException) -> str:
    """Return the innermost lines of our own that the error came through."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if ".venv" not in frame.filename]
    return " < ".join(f"{Path(frame.filename).stem}:{frame.lineno}" for frame in reversed(ours[-3:]))


def _too_long(*_: object) -> None:
    message = f"more than {CASE_CPU_S} seconds of processor time"
    raise TimeoutError(message)


def _again(arguments: argparse.Namespace) -> int:
    """Read one case again, with its whole traceback, and keep its files."""
    from tests.estate.broken_files import case, good_files  # noqa: PLC0415
    from tests.estate.reading_oracle import try_files  # noqa: PLC0415

    folder = Path(tempfile.mkdtemp(prefix="onetown-case-"))
    whole = good_files(folder, arguments.real if arguments.real.is_dir() else None)
    kept = folder / "kept"
    kept.mkdir()
    print(f"files in {kept}", file=sys.stderr)
    print(try_files(kept, case(arguments.seed, arguments.case, whole)) or "read, every row told")
    return 0


if __name__ == "__main__":
    sys.exit(main())
