"""One HiGHS run, as plain arrays in and plain values out.

Started as a script it reads a task from standard input and writes what it learns to standard output, so this file
imports nothing but numpy and highspy. A process can be ended from outside at any moment; HiGHS itself listens to
nobody while it solves a large linear program.
"""

import os
import pickle
import signal
import sys
from collections.abc import Callable
from typing import Any, TypeAlias

import highspy
import numpy as np

Task: TypeAlias = dict[str, Any]  # cost, lower, ..., value, options, begin
News: TypeAlias = dict[str, Any]  # status, values, bound, ...


def prepared(task: Task) -> Any:
    """A HiGHS object with options, model and start."""
    solver: Any = highspy.Highs  # its stubs leave the constructor untyped
    highs = solver()
    for name, value in task["options"].items():
        highs.setOptionValue(name, value)
    highs.passModel(
        task["cost"].size, task["row_lower"].size, task["value"].size,
        int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMinimize), 0.0,
        task["cost"], task["lower"], task["upper"], task["row_lower"], task["row_upper"],
        task["start"], task["index"], task["value"], task["integer"].astype(np.int32),
    )  # fmt: skip
    if task["begin"]:
        where = np.array(list(task["begin"]), dtype=np.int32)
        highs.setSolution(where.size, where, np.array(list(task["begin"].values()), dtype=np.float64))
    return highs


def listen(highs: Any, is_over: Callable[[], bool], tell: Callable[[News], None]) -> None:
    """Have HiGHS ask now and then whether it should stop, and tell of better plans and bounds as they come."""

    told = [-np.inf]

    def asked(event: Any) -> None:
        if is_over():
            event.interrupt()

    def asked_in_tree(event: Any) -> None:  # a run that is ended from outside has told its bound by then
        bound = float(event.data_out.mip_dual_bound)
        if np.isfinite(bound) and bound > told[0]:
            told[0] = bound
            tell({"bound": bound})
        asked(event)

    def improved(event: Any) -> None:
        values = np.array(event.data_out.mip_solution, dtype=np.float64)
        tell({"values": values, "bound": float(event.data_out.mip_dual_bound)})

    def logged(event: Any) -> None:
        tell({"bound": float(event.data_out.mip_dual_bound)})

    highs.cbSimplexInterrupt += asked
    highs.cbIpmInterrupt += asked
    highs.cbMipInterrupt += asked_in_tree
    highs.cbMipImprovingSolution += improved
    highs.cbMipLogging += logged


def result(highs: Any, whole: bool) -> News:
    """What the finished run says, read from its own model status; `whole` where some variables are integer."""
    info, status = highs.getInfo(), highs.getModelStatus()
    kinds = highspy.HighsModelStatus
    feasible = int(info.primal_solution_status) == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    values = np.array(highs.getSolution().col_value, dtype=np.float64) if feasible else None
    proven = status in (kinds.kOptimal, kinds.kModelEmpty)
    bound = float(info.mip_dual_bound) if whole else float(info.objective_function_value) if proven else -np.inf
    return {
        "status": highs.modelStatusToString(status),
        "proven": proven,
        "infeasible": status == kinds.kInfeasible,
        "values": values,
        "bound": bound,
        "done": True,
    }


def run(task: Task, is_over: Callable[[], bool], tell: Callable[[News], None]) -> None:
    """The whole run; the last thing told has the key "done"."""
    highs = prepared(task)
    listen(highs, is_over, tell)
    highs.run()
    tell(result(highs, bool(task["integer"].any())))


def _main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who waits; it ends this process
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a version of HiGHS prints of itself is not news

    def tell(news: News) -> None:
        pickle.dump(news, out)
        out.flush()

    run(pickle.load(sys.stdin.buffer), lambda: False, tell)


if __name__ == "__main__":
    _main()
