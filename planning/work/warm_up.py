"""What a worker does before its first job and between jobs, so that they are quick: load, measure, compile."""

from functools import partial
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
    "p_median": {"p": 2},
    "set_cover": {"threshold_min": 30.0},
    "p_center": {"p": 2},
    "backup_coverage": {"p": 2, "threshold_min": 30.0},
    "lexicographic": {"p": 2},
}
"""Model → what it is asked of a handful of places, so that its kernels are compiled."""


def warm_up(kept: Kept) -> None:
    """Have the embedded study area and its summer minutes at hand."""
    area = kept.get("areas", EMBEDDED, lambda: embedded(EMBEDDED))
    _ = area.digest
    run(load("baseline"), area)


def compile_model(model: str) -> None:
    """Solve a small instance of a model: the first call on a machine may compile for half a minute."""
    places = np.arange(30.0)
    minutes = np.abs(places[:, None] - places[None, ::3]) * 5.0 + 1.0
    problem = LocationProblem(np.ones(len(places)), minutes)
    for effort in ("first", "thorough"):
        solve(problem, model, effort=effort, time_limit_s=2.0, **_TINY[model])


SPARE_TIME: Final = tuple(partial(compile_model, model) for model in _TINY)
"""One piece for each model, the usual ones first."""
