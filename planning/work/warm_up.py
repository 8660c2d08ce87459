"""What a worker does before its first job, so that this one is quick: load, measure the roads once, compile."""

from typing import Any, Final

import numpy as np

from optimizers import LocationProblem, solve
from planning.jobs.kinds import Kept
from planning.run import run
from planning.scenario import load
from planning.study_area import embedded
from planning.work.areas import EMBEDDED

_TINY: Final[dict[str, dict[str, Any]]] = {
    "max_coverage": {"p": 2, "threshold_min": 30.0},
    "backup_coverage": {"p": 2, "threshold_min": 30.0},
    "set_cover": {"threshold_min": 30.0},
    "p_median": {"p": 2},
    "p_center": {"p": 2},
    "lexicographic": {"p": 2},
}
"""Model → what it is asked of a handful of places, so that its kernels are compiled."""


def warm_up(kept: Kept) -> None:
    """Have the embedded study area, its summer minutes and the compiled kernels at hand."""
    area = kept.get("areas", EMBEDDED, lambda: embedded(EMBEDDED))
    _ = area.digest
    run(load("baseline"), area)
    compile_models()


def compile_models() -> None:
    """Solve one small instance of every model: the first call of a process may compile for many seconds."""
    places = np.arange(30.0)
    minutes = np.abs(places[:, None] - places[None, ::3]) * 5.0 + 1.0
    problem = LocationProblem(np.ones(len(places)), minutes)
    for model, how in _TINY.items():
        for effort in ("first", "thorough"):
            solve(problem, model, effort=effort, time_limit_s=2.0, **how)
