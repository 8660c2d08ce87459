"""CBC, the program that comes with PuLP, through files in a folder that is removed afterwards.

Its clock may be overrun and its words must be read with care: "Optimal" may mean "within the gap", a stopped run may
list values that mean nothing, and its last bound is only in what it prints.
"""

import math
import re
import signal
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import numpy as np
import pulp

from optimizers.arrays import Floats
from optimizers.solvers.arrays import ModelArrays
from optimizers.solvers.report import Outcome

_SEED = 1
_TICK_S = 0.05
_LAST_WORD_S = 1.0  # time to write down the best plan once it is told to stop
_PRINTED = 5e-4  # bounds are printed with three decimals
_TOLERANCE = 1e-6


def name() -> str:
    """Name of the program."""
    return "CBC"


def solve(
    lp: Any, model: ModelArrays, begin: dict[int, float] | None, deadline: float, node_limit: int, gap: float
) -> Outcome:
    """Write the model, run the program, read what it says."""
    with TemporaryDirectory(prefix="cbc-") as folder:
        here = Path(folder)
        # Always as a minimisation: told to maximise, CBC reads the start with the wrong sign.
        variables, names, _, _ = lp.writeMPS(str(here / "model.mps"), mpsSense=pulp.LpMinimize, rename=1)
        columns = _columns(model, variables, names)
        if begin:
            _write_start(here / "start.sol", model, columns, begin)
        seconds = max(deadline - monotonic(), 0.01)
        stopped = _run(_command(begin, seconds, node_limit, gap), here, deadline)
        return _outcome(here, model, columns, stopped)


def _columns(model: ModelArrays, variables: list[Any], names: dict[str, str]) -> dict[str, int]:
    """Column of each name in the file."""
    known = {id(variable): k for k, variable in enumerate(model.variables)}
    return {names[v.name]: known[id(v)] for v in variables if id(v) in known}


def _write_start(path: Path, model: ModelArrays, columns: dict[str, int], begin: dict[int, float]) -> None:
    lines = ["Stopped on time - objective value 0\n"]
    lines += [f"{k:>7} {name} {begin[k]:.15g} 0\n" for name, k in columns.items() if k in begin]
    path.write_text("".join(lines))


def _command(begin: dict[int, float] | None, seconds: float, node_limit: int, gap: float) -> list[str]:
    # No "-threads 1": with it this version may sleep for ten seconds after a run of a moment.
    words = [pulp.apis.coin_api.pulp_cbc_path, "model.mps"]
    words += ["-mips", "start.sol"] if begin else []
    words += ["-timeMode", "elapsed", "-sec", f"{seconds:.3f}", "-maxNodes", str(node_limit)]
    words += ["-ratio", "0", "-allow", f"{gap:.12g}", "-randomCbcSeed", str(_SEED)]
    return [*words, "-solve", "-printingOptions", "all", "-solution", "found.sol"]


def _run(command: list[str], here: Path, deadline: float) -> str:
    """Run the program to its end, the end of its time or an interrupt; why it was stopped, "" when it was not."""
    stopped = ""
    with (here / "log.txt").open("w") as log:
        child = subprocess.Popen(
            command, cwd=here, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
        try:
            latest = deadline + max(0.2, 0.03 * (deadline - monotonic()))
            while child.poll() is None and monotonic() < latest:
                _wait(child, _TICK_S)
            if child.poll() is None:
                stopped = "Time limit reached"
        except KeyboardInterrupt:
            stopped = "interrupted"
        finally:
            _end(child)
    return stopped


def _wait(child: Any, seconds: float) -> None:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def _end(child: Any) -> None:
    """Ask for the best plan so far, then insist."""
    if child.poll() is None:
        child.send_signal(getattr(signal, "SIGINT", signal.SIGTERM))
        _wait(child, _LAST_WORD_S)
    child.kill()
    child.wait()


def _outcome(here: Path, model: ModelArrays, columns: dict[str, int], stopped: str) -> Outcome:
    log = (here / "log.txt").read_text(errors="replace")
    found = here / "found.sol"
    lines = found.read_text().splitlines() if found.exists() else []
    said = lines[0] if lines else ""
    interrupted = stopped == "interrupted"
    if said.startswith(("Infeasible", "Integer infeasible")) and not interrupted:
        return Outcome(said.split(" - ")[0], infeasible=True)
    values = _values(lines[1:], model, columns) if "objective value" in said else None
    complete = said.startswith("Optimal -") and values is not None
    bound = model.cost @ values if complete and values is not None else _printed_bound(log)
    return Outcome(
        status=said.split(" - ")[0] or stopped or "CBC ended without a word",
        proven=said.startswith("Optimal") and values is not None,
        values=values,
        bound=None if bound is None else float(bound),
        interrupted=interrupted,
    )


def _values(lines: list[str], model: ModelArrays, columns: dict[str, int]) -> Floats | None:
    """The values listed, unless they break the model: a stopped run may list anything."""
    values = np.zeros(model.cost.size)
    for line in lines:
        words = line.replace("**", " ").split()
        if len(words) >= 3 and words[1] in columns:
            values[columns[words[1]]] = float(words[2])
    return values if _fits(model, values) else None


def _fits(model: ModelArrays, values: Floats) -> bool:
    rows = np.repeat(np.arange(model.row_lower.size), np.diff(model.start))
    activity = np.bincount(rows, model.value * values[model.index], minlength=model.row_lower.size)
    size = np.bincount(rows, np.abs(model.value * values[model.index]), minlength=model.row_lower.size)
    room = _TOLERANCE * (1.0 + size)
    whole = values[model.integer]
    return bool(
        np.all(activity >= model.row_lower - room)
        and np.all(activity <= model.row_upper + room)
        and np.all(values >= model.lower - _TOLERANCE)
        and np.all(values <= model.upper + _TOLERANCE)
        and np.all(np.abs(whole - np.rint(whole)) <= 1e-5)
    )


def _printed_bound(log: str) -> float | None:
    """The bound of the last report, a hair below what the rounding of the print may hide."""
    printed = re.findall(r"^Lower bound:\s+(\S+)", log, flags=re.MULTILINE)
    if not printed or not math.isfinite(float(printed[-1])):
        return None
    return float(printed[-1]) - _PRINTED
