"""What is asked of a problem, checked before any work begins."""

import difflib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizers.problem import LocationProblem, ProblemError

if TYPE_CHECKING:
    from optimizers.models import Model

EFFORTS = ("quick", "thorough")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """One question: how many sites or yuan, what counts as near, and how hard to try."""

    p: int | None = None
    budget_yuan: float | None = None
    threshold_min: float | None = None
    time_limit_s: float = 60.0
    gap: float = 0.0
    effort: str = "thorough"
    progress: Progress | None = None

    def say(self, sentence: str) -> None:
        """Tell whoever listens what is being done."""
        if self.progress is not None:
            self.progress(sentence)


def check_request(problem: LocationProblem, model: str, request: Request, table: dict[str, "Model"]) -> None:
    """Raise one ProblemError naming every fault of the question."""
    faults = _faults_of_model(model, request, table)
    faults += _faults_of_p(problem, request)
    faults += _faults_of_numbers(request)
    if request.budget_yuan is not None and problem.site_cost_yuan is None:
        faults.append("a budget needs site_cost_yuan, and the problem has none.")
    if request.effort not in EFFORTS:
        faults.append(f"effort is {request.effort!r}; it must be one of {', '.join(EFFORTS)}.")
    if faults:
        raise ProblemError(faults)


def _faults_of_model(model: str, request: Request, table: dict[str, "Model"]) -> list[str]:
    if model not in table:
        near = difflib.get_close_matches(str(model), table, n=1, cutoff=0.0)
        return [f"model {model!r} is unknown; did you mean {near[0]!r}? Known: {', '.join(table)}."]
    row = table[model]
    given = {name for name in ("p", "budget_yuan", "threshold_min") if getattr(request, name) is not None}
    faults = [f"{model} needs {name}." for name in row.required if name not in given]
    if row.any_of and not given & set(row.any_of):
        faults.append(f"{model} needs {' or '.join(row.any_of)}.")
    extra = sorted(given - set(row.required) - set(row.any_of))
    return faults + [f"{model} does not use {name}; leave it out." for name in extra]


def _faults_of_p(problem: LocationProblem, request: Request) -> list[str]:
    p = request.p
    if p is None:
        return []
    if isinstance(p, bool) or not hasattr(p, "__index__"):
        return [f"p is {p!r}; it must be a whole number of sites."]
    allowed = problem.n_sites - len(problem.forbidden)
    fixed = len(problem.fixed_open)
    if p < 1:
        return [f"p is {p}; open at least one site."]
    if p > allowed:
        return [f"p is {p} but only {allowed} of {problem.n_sites} sites are allowed."]
    if p < fixed:
        return [f"p is {p} but {fixed} sites are fixed open already."]
    return []


def _faults_of_numbers(request: Request) -> list[str]:
    faults = []
    for name, unit in (("threshold_min", "minutes"), ("budget_yuan", "yuan"), ("gap", "share")):
        value = getattr(request, name)
        if value is not None and not (math.isfinite(value) and value >= 0):
            faults.append(f"{name} is {value}; give a finite {unit} value of 0 or more.")
    if not request.time_limit_s > 0:
        faults.append(f"time_limit_s is {request.time_limit_s}; give more than 0 seconds.")
    return faults
