"""The only file that names a solver. PuLP builds the model, HiGHS solves it, and the status is read with care.

PuLP's `LpStatus` says Optimal for a run that the clock stopped, so it is never read: HiGHS's own model status
decides what was proven, and its dual bound (whose sign PuLP's maximisation flips) says how far.
"""

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import pulp

_SEED = 1


@dataclass(frozen=True, eq=False)
class SolverReport:
    """What a solver run found and what it proved.

    `bound` is in the sense of the model: nothing feasible is better than it; None when nothing was proven.
    """

    found: bool
    proven: bool
    infeasible: bool
    objective: float | None
    bound: float | None
    stopped_by: str


class PassModelHiGHS(pulp.HiGHS):  # type: ignore[misc]
    """PuLP's HiGHS interface, handing the whole model over in one call instead of column by column."""

    def buildSolverModel(self, lp: Any) -> None:  # noqa: N802 - the name PuLP calls
        """Pass columns, rows and matrix as arrays."""
        model = highspy.HighsLp()
        _set_columns(model, lp)
        _set_rows(model, lp)
        lp.solverModel.passModel(model)

    def findSolutionValues(self, lp: Any) -> tuple[int, int]:  # noqa: N802 - the name PuLP calls
        """Copy the values back; PuLP's own table does not know a run stopped at the node limit."""
        values = lp.solverModel.getSolution().col_value
        for variable in lp.variables():
            variable.varValue = values[variable.index] if values else None
        return _pulp_status(lp.solverModel)


def run(lp: Any, *, time_limit_s: float, node_limit: int = 100_000, absolute_gap: float = 0.0) -> SolverReport:
    """Solve a PuLP model with one thread and a fixed seed, silently, and report only what is certain."""
    solver = PassModelHiGHS(
        msg=False, threads=1, timeLimit=max(time_limit_s, 0.0), gapRel=0.0, gapAbs=absolute_gap,
        random_seed=_SEED, mip_max_nodes=node_limit,
    )  # fmt: skip
    lp.solve(solver)
    return _report(lp)


def solver_name() -> str:
    """Name and version of the solver."""
    return f"HiGHS {_solver_version()} through PuLP {pulp.__version__}"


def _solver_version() -> str:
    highs: Any = highspy.Highs
    return str(highs().version())


def _report(lp: Any) -> SolverReport:
    highs = lp.solverModel
    info, status = highs.getInfo(), highs.getModelStatus()
    found = int(info.primal_solution_status) == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    infeasible = status == highspy.HighsModelStatus.kInfeasible
    flip = -1.0 if lp.sense == pulp.LpMaximize else 1.0
    constant = lp.objective.constant
    bound = flip * info.mip_dual_bound + constant
    return SolverReport(
        found=found and not infeasible,
        proven=status == highspy.HighsModelStatus.kOptimal,
        infeasible=infeasible,
        objective=flip * info.objective_function_value + constant if found else None,
        bound=bound if np.isfinite(bound) and not infeasible else None,
        stopped_by=highs.modelStatusToString(status),
    )


def _pulp_status(highs: Any) -> tuple[int, int]:
    """PuLP's pair of codes, with a stopped run never called optimal."""
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kOptimal:
        return pulp.LpStatusOptimal, pulp.LpSolutionOptimal
    if status == highspy.HighsModelStatus.kInfeasible:
        return pulp.LpStatusInfeasible, pulp.LpSolutionInfeasible
    feasible = int(highspy.SolutionStatus.kSolutionStatusFeasible)
    if int(highs.getInfo().primal_solution_status) == feasible:
        return pulp.LpStatusNotSolved, pulp.LpSolutionIntegerFeasible
    return pulp.LpStatusNotSolved, pulp.LpSolutionNoSolutionFound


def _set_columns(model: Any, lp: Any) -> None:
    variables = lp.variables()
    flip = -1.0 if lp.sense == pulp.LpMaximize else 1.0
    kinds = highspy.HighsVarType
    for index, variable in enumerate(variables):
        variable.index = index
    model.num_col_ = len(variables)
    model.col_cost_ = np.array([flip * lp.objective.get(v, 0.0) for v in variables], dtype=np.float64)
    model.col_lower_ = np.array([-np.inf if v.lowBound is None else v.lowBound for v in variables])
    model.col_upper_ = np.array([np.inf if v.upBound is None else v.upBound for v in variables])
    model.integrality_ = [kinds.kInteger if v.cat == pulp.LpInteger else kinds.kContinuous for v in variables]


def _set_rows(model: Any, lp: Any) -> None:
    constraints = lp.constraints()
    lower = [c.getLb() for c in constraints]
    upper = [c.getUb() for c in constraints]
    model.num_row_ = len(constraints)
    model.row_lower_ = np.array([-np.inf if b is None else b for b in lower], dtype=np.float64)
    model.row_upper_ = np.array([np.inf if b is None else b for b in upper], dtype=np.float64)
    lengths = [len(c) for c in constraints]
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    model.a_matrix_.index_ = np.array([v.index for c in constraints for v in c], dtype=np.int32)
    model.a_matrix_.value_ = np.array([a for c in constraints for a in c.values()], dtype=np.float64)
