"""The only room that names a solver. PuLP builds the model, HiGHS or CBC solves it, and the status is read with care.

PuLP's `LpStatus` says Optimal for a run that the clock stopped, so it is never read: the solver's own words decide
what was proven, and its dual bound (whose sign PuLP's maximisation flips) says how far.

| file | does |
|------|------|
| `arrays.py` | a PuLP model as arrays, in one pass |
| `highs.py` | HiGHS in a thread, or for large models in a process, so that a clock or Ctrl-C always gets through |
| `highs_task.py` | what that thread or process does; knows nothing but numpy and highspy |
| `cbc.py` | CBC through files of its own folder |
"""

from collections.abc import Iterable, Mapping
from time import monotonic
from typing import Any

import numpy as np
import pulp

from optimizers.solvers import cbc, highs
from optimizers.solvers.arrays import ModelArrays, arrays_of, values_by_index
from optimizers.solvers.report import Outcome, SolverReport

__all__ = ["SolverReport", "run", "solver_name"]

Start = Mapping[str, float] | Iterable[str]


def run(
    lp: Any,
    *,
    time_limit_s: float,
    node_limit: int = 100_000,
    absolute_gap: float = 0.0,
    start: Start | None = None,
    solver: str = "highs",
) -> SolverReport:
    """Solve a PuLP model with one thread and a fixed seed, silently, and report only what is certain.

    Args:
        lp: the model; the values found are written to its variables (None where nothing was found).
        time_limit_s: seconds allowed, building the arrays included.
        node_limit: nodes of the search tree; the limit that does not depend on the machine.
        absolute_gap: distance of objective and bound that is near enough, in the unit of the objective.
        start: a plan to begin from: values by variable name, or the names of the 0/1 variables that are 1.
            A start the solver cannot complete is passed over in silence.
        solver: "highs" or "cbc". Where HiGHS is not installed CBC stands in.

    An interrupt (KeyboardInterrupt) ends the run and is reported by `interrupted`; it is not raised again.
    """
    deadline = monotonic() + max(time_limit_s, 0.0)
    engine = _engine(solver)
    model = arrays_of(lp)
    begin = None if start is None else values_by_index(model, start)
    outcome = engine.solve(lp, model, begin, deadline, node_limit, max(absolute_gap, 0.0))
    return _written_back(lp, model, outcome)


def solver_name(solver: str = "highs") -> str:
    """Name and version of the solver."""
    return f"{_engine(solver).name()} through PuLP {pulp.__version__}"


def _engine(solver: str) -> Any:
    engines = {"highs": highs if highs.is_installed() else cbc, "cbc": cbc}
    if solver not in engines:
        raise ValueError(f"solver {solver!r} is unknown; known: {', '.join(engines)}.")
    return engines[solver]


def _written_back(lp: Any, model: ModelArrays, outcome: Outcome) -> SolverReport:
    values = outcome.values
    for index, variable in enumerate(model.variables):
        variable.varValue = None if values is None else float(values[index])
    lp.assignStatus(*_pulp_status(outcome))
    found = values is not None and not outcome.infeasible
    bound = None if outcome.bound is None else model.flip * outcome.bound + model.constant
    return SolverReport(
        found=found,
        proven=outcome.proven,
        infeasible=outcome.infeasible,
        objective=model.flip * float(model.cost @ values) + model.constant if found and values is not None else None,
        bound=bound if bound is not None and np.isfinite(bound) and not outcome.infeasible else None,
        stopped_by="interrupted" if outcome.interrupted else outcome.status,
        interrupted=outcome.interrupted,
    )


def _pulp_status(outcome: Outcome) -> tuple[int, int]:
    """PuLP's pair of codes, with a stopped run never called optimal."""
    if outcome.infeasible:
        return pulp.LpStatusInfeasible, pulp.LpSolutionInfeasible
    if outcome.proven:
        return pulp.LpStatusOptimal, pulp.LpSolutionOptimal
    if outcome.values is not None:
        return pulp.LpStatusNotSolved, pulp.LpSolutionIntegerFeasible
    return pulp.LpStatusNotSolved, pulp.LpSolutionNoSolutionFound
