"""Every model as its textbook writes it: one sparse PuLP model straight from the problem, without any reduction.

These are slow and simple on purpose. Nothing of the engine is used here, so that tests and documents can hold its
answers against them. Where floors leave a small question open, the engine hands the model itself to the solver.
"""

from collections.abc import Callable
from typing import Any

from optimizers.problem import LocationProblem, ProblemError
from optimizers.reference.capacity import (
    capacitated_coverage_model,
    capacitated_fixed_charge_model,
    capacitated_p_median_model,
)
from optimizers.reference.centre import lexicographic_model, p_center_model
from optimizers.reference.cover import backup_coverage_model, max_coverage_model, set_cover_model
from optimizers.reference.median import fixed_charge_model, kolm_pollak_model, p_median_model
from optimizers.reference.pieces import Reference

__all__ = [
    "BUILDERS",
    "Reference",
    "backup_coverage_model",
    "capacitated_coverage_model",
    "capacitated_fixed_charge_model",
    "capacitated_p_median_model",
    "fixed_charge_model",
    "kolm_pollak_model",
    "lexicographic_model",
    "max_coverage_model",
    "p_center_model",
    "p_median_model",
    "reference_model",
    "set_cover_model",
]

BUILDERS: dict[str, Callable[..., Reference]] = {
    "max_coverage": max_coverage_model,
    "set_cover": set_cover_model,
    "p_median": p_median_model,
    "p_center": p_center_model,
    "backup_coverage": backup_coverage_model,
    "capacitated_coverage": capacitated_coverage_model,
    "capacitated_p_median": capacitated_p_median_model,
    "fixed_charge": fixed_charge_model,
    "capacitated_fixed_charge": capacitated_fixed_charge_model,
    "kolm_pollak": kolm_pollak_model,
    "lexicographic": lexicographic_model,
}


def reference_model(problem: LocationProblem, model: str, **question: Any) -> Reference:
    """The reference model of a question.

    Args:
        problem: demand, sites and times.
        model: a name of `MODELS`.
        question: p, budget_yuan, threshold_min and the options of the model, as for `solve`; `opened` and `closed`,
            sites to fix besides those of the problem; `cutoff`, an objective that a plan must at least reach.

    Raises:
        ProblemError: there is no such model.
    """
    if model not in BUILDERS:
        raise ProblemError([f"there is no reference model of {model!r}; known: {', '.join(BUILDERS)}."])
    return BUILDERS[model](problem, **{name: value for name, value in question.items() if value is not None})
