"""`jiujin check` on a large messy register, as a whole process: `python benchmarks/register.py`.

    --rows N       rows of the register (200,000)
    --profile      also where the time goes, by room of geodata; the profiler itself makes it slower

The register is a GB18030 CSV of one county with every fault that `tests/made_registers.py` knows, each in 1 % of the
rows, so that two in five rows have one. Seconds are those of the clock from the start of Python to the end of the
process, CPU and memory those of the process and all that it starts, asked for every 50 ms. Target: under 20 seconds
and 2 GB on two cores.
"""

import argparse
import cProfile
import json
import pstats
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import psutil

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # run from a checkout, installed or not
sys.path.insert(1, str(ROOT / "tests"))

from made_registers import Made, register  # noqa: E402

MOST_SECONDS: Final = 20.0
MOST_MB: Final = 2000.0
TICK_S: Final = 0.05
DAY: Final = "2025-06-30"


@dataclass(frozen=True)
class Cost:
    """What a process took, with all that it started."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


def watched(command: list[str], output: Path) -> tuple[int, Cost]:
    """Run a command to its end; its exit status and cost."""
    started, cpu, peak = time.perf_counter(), Counter[int](), 0.0
    with output.open("wb") as file:
        process = psutil.Popen(command, stdout=file, stderr=subprocess.STDOUT, cwd=ROOT)
        while process.poll() is None:
            peak = max(peak, _look(process, cpu))
            time.sleep(TICK_S)
    return process.returncode, Cost(time.perf_counter() - started, sum(cpu.values()) / 1000, peak)


def _look(process: psutil.Process, cpu: Counter[int]) -> float:
    """Megabytes now; CPU milliseconds so far by process."""
    total = 0.0
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return total
    for one in family:
        try:
            times = one.cpu_times()
            total += one.memory_info().rss / 2**20
        except psutil.Error:
            continue  # it has just ended
        cpu[one.pid] = round(1000 * (times.user + times.system))
    return total


def check(path: Path, report: Path) -> list[str]:
    """The arguments of the command that is measured."""
    return ["check", str(path), "--layer", "residents", "--date", DAY, "--report", str(report), "--json"]


def profiled(arguments: list[str]) -> tuple[dict[str, float], pstats.Stats]:
    """CPU seconds in each room of geodata, with everything it calls outside the rooms."""
    from planning.cli import main

    profile = cProfile.Profile(time.process_time)
    stdout, sys.stdout = sys.stdout, open(Path(arguments[1]).with_suffix(".json"), "w")  # noqa: SIM115
    try:
        profile.runcall(main, arguments)
    finally:
        sys.stdout.close()
        sys.stdout = stdout
    stats = pstats.Stats(profile)
    return _by_room(stats), stats


def _room(file: str) -> str:
    """`geodata/register` for a file of the project; empty for any other."""
    path = Path(file)
    return path.relative_to(ROOT).parent.as_posix() if path.is_relative_to(ROOT) else ""


def _by_room(stats: pstats.Stats) -> dict[str, float]:
    """The own seconds of every function, given to the room that called it, in the shares in which it was called."""
    table: dict[Any, Any] = stats.stats  # type: ignore[attr-defined]
    seconds: Counter[str] = Counter()
    for (file, _, _), (_, _, own, _, callers) in table.items():
        if room := _room(file):
            seconds[room] += own
            continue
        shares = [(name, spent) for name, (_, _, spent, _) in callers.items()]
        for name, spent in shares:
            seconds[_nearest(name, table, 12)] += spent
    return dict(seconds.most_common())


def _nearest(name: Any, table: dict[Any, Any], depth: int) -> str:
    """The room of a function, else of whoever called it most."""
    if room := _room(name[0]):
        return room
    callers = table[name][4] if name in table else {}
    if not callers or depth == 0:
        return "elsewhere"
    return _nearest(max(callers, key=lambda one: callers[one][3]), table, depth - 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    made: Made = register(options.rows, seed=1)
    with TemporaryDirectory() as folder:
        path, output = Path(folder) / "register.csv", Path(folder) / "said.json"
        path.write_bytes(made.table.to_csv(index=False).encode("gb18030"))
        arguments = check(path, Path(folder) / "report.xlsx")
        status, cost = watched([sys.executable, "-m", "planning.cli", *arguments], output)
        if status not in (0, 2):
            print(output.read_text(errors="replace"))
            return 1
        found = json.loads(output.read_text())
        told = cost.seconds <= MOST_SECONDS, cost.peak_mb <= MOST_MB
        print(f"{path.stat().st_size / 2**20:.1f} MB, {found['encoding']}, report {_size(arguments[7])}")
        print(f"rows in {found['rows_read']}, accepted {found['rows_accepted']}, rejected {found['rows_rejected']}")
        print(f"as made: rejected {made.rejected}")
        print(f"seconds {cost.seconds:.1f} ({'within' if told[0] else 'OVER'} {MOST_SECONDS:.0f})")
        print(f"CPU seconds {cost.cpu_seconds:.1f}")
        print(f"peak MB {cost.peak_mb:.0f} ({'within' if told[1] else 'OVER'} {MOST_MB:.0f})")
        if options.profile:
            rooms, stats = profiled(arguments)
            print("\n".join(f"{seconds:8.2f} s  {room}" for room, seconds in rooms.items() if seconds >= 0.05))
            stats.sort_stats("cumulative").print_stats("geodata|planning", 40)
    adds_up = found["rows_read"] == found["rows_accepted"] + found["rows_rejected"] == options.rows
    return 0 if all(told) and adds_up and found["rows_rejected"] == made.rejected else 1


def _size(path: str) -> str:
    return f"{Path(path).stat().st_size / 2**20:.1f} MB"


if __name__ == "__main__":
    sys.exit(main())
