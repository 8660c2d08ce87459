"""A linear program that is solved again and again while bounds of its columns change, each time from where it stood."""

from typing import Any

import numpy as np

from optimizers.arrays import Floats, Ints
from optimizers.solvers.arrays import ModelArrays


class WarmProgram:
    """The linear relaxation of a model in HiGHS's memory, one thread, fixed seed."""

    def __init__(self, model: ModelArrays) -> None:
        import highspy

        new: Any = highspy.Highs
        self._highs = new()
        self._optimal = highspy.HighsModelStatus.kOptimal
        self._infeasible = highspy.HighsModelStatus.kInfeasible
        for name, value in {"output_flag": False, "threads": 1, "random_seed": 1}.items():
            self._highs.setOptionValue(name, value)
        self._highs.passModel(
            model.cost.size, model.row_lower.size, model.value.size,
            int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMinimize), 0.0,
            model.cost, model.lower, model.upper, model.row_lower, model.row_upper,
            model.start, model.index, model.value, np.zeros(model.cost.size, dtype=np.int32),
        )  # fmt: skip
        self.objective = -np.inf
        self.infeasible = False

    def bound(self, columns: Ints, lower: Floats, upper: Floats) -> None:
        """Give columns other bounds."""
        self._highs.changeColsBounds(columns.size, columns.astype(np.int32), lower, upper)

    def extend(self, model: ModelArrays) -> None:
        """Add the rows that a model has got since; its columns are the same."""
        old = self._highs.getNumRow()
        first = int(model.start[old])
        self._highs.addRows(
            model.row_lower.size - old, model.row_lower[old:], model.row_upper[old:], model.value.size - first,
            model.start[old:-1] - first, model.index[first:], model.value[first:],
        )  # fmt: skip

    def solve(self, seconds: float) -> Floats | None:
        """Values of the columns at the optimum; None when there is none or the time is up (`infeasible` tells)."""
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + max(seconds, 0.01))
        self._highs.run()
        status = self._highs.getModelStatus()
        self.infeasible = status == self._infeasible
        if status != self._optimal:
            return None
        self.objective = float(self._highs.getInfo().objective_function_value)
        return np.array(self._highs.getSolution().col_value, dtype=np.float64)

    @property
    def duals(self) -> Floats:
        """(rows,) what one unit more of each row's side adds to the optimum found last."""
        return np.array(self._highs.getSolution().row_dual, dtype=np.float64)
