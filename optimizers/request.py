"""What is asked of a problem, checked and completed before any work begins."""

import difflib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from optimizers.arrays import Floats
from optimizers.checks import as_number, checked_positions, checked_threshold
from optimizers.problem import LocationProblem, ProblemError
from optimizers.solution import SEED

if TYPE_CHECKING:
    from optimizers.models import Model

EFFORTS = ("first", "quick", "thorough")
Progress = Callable[[str], None]
_ASKED = ("p", "budget_yuan", "threshold_min")


@dataclass(frozen=True)
class Option:
    """A knob of one model: what it is when nobody says, and what it may be."""

    default: float | str | tuple[float, ...]
    meaning: str
    low: float = -math.inf
    high: float = math.inf
    above: bool = False  # the lowest value itself is not allowed
    choices: tuple[str, ...] = ()
    many: bool = False  # a row of numbers, the largest first
    whole: bool = False  # no parts

    def fault(self, value: Any) -> str:
        """What is wrong with a value, as the end of a sentence; empty when nothing is."""
        if self.many:
            return self._fault_of_row(value)
        if self.choices:
            return "" if value in self.choices else f"it must be one of {', '.join(self.choices)}"
        number = as_number(value)
        fits = math.isfinite(number) and not (self.whole and number != round(number))
        if fits and self.low <= number <= self.high and not (self.above and number == self.low):
            return ""
        least = f"more than {self.low:g}" if self.above else f"{self.low:g} or more"
        most = "" if math.isinf(self.high) else f" and at most {self.high:g}"
        return f"give a {'whole ' * self.whole}number of {least}{most}"

    def _fault_of_row(self, values: Any) -> str:
        alone = replace(self, many=False)
        if isinstance(values, str) or not isinstance(values, Sequence):
            return "give several numbers, the largest first"
        if any(alone.fault(value) for value in values):
            return f"each must be a number of {self.low:g} or more"
        if any(first <= second for first, second in pairwise(values)):
            return "give the largest first, each once"
        return ""


@dataclass(frozen=True, eq=False)
class Request:
    """One question: how many sites or yuan, what counts as near, and how hard to try.

    | field | unit | meaning |
    |-------|------|---------|
    | p, budget_yuan | sites, yuan | limits on what opens |
    | threshold_min | minutes | what counts as near; one number, or one for each demand row |
    | time_limit_s, gap | seconds, share | when to stop |
    | effort | word | "first" look, "quick" search and bound, "thorough" to a proof |
    | start | positions | sites of a plan to begin from |
    | seed | number | of the search's pseudo-random steps |
    | options | by name | knobs of the model, see `MODELS` |
    """

    p: int | None = None
    budget_yuan: float | None = None
    threshold_min: float | Floats | None = None
    time_limit_s: float = 60.0
    gap: float = 0.0
    effort: str = "thorough"
    progress: Progress | None = None
    start: Sequence[int] | None = None
    seed: int = SEED
    options: Mapping[str, Any] = field(default_factory=dict)

    def say(self, sentence: str) -> None:
        """Tell whoever listens what is being done."""
        if self.progress is not None:
            self.progress(sentence)


def check_request(problem: LocationProblem, model: str, request: Request, table: "Mapping[str, Model]") -> Request:
    """The question with everything filled in: default threshold and options, plain numbers, allowed start sites.

    Raises:
        ProblemError: naming every fault of the question.
    """
    faults: list[str] = []
    row = table.get(model) if isinstance(model, str) else None
    if row is None:
        faults.append(unknown("model", model, table))
    else:
        request = completed(problem, row, request)
        faults += _faults_of_model(problem, model, row, request)
        faults += faults_of_options(model, row, request.options)
    faults += _faults_of_p(problem, request)
    faults += _faults_of_numbers(request)
    threshold = checked_threshold(request.threshold_min, problem.n_demand, faults)
    start = None if request.start is None else checked_positions("start", request.start, problem.n_sites, faults)
    if faults:
        raise ProblemError(faults)
    if row is not None and row.serves_all and "capacity" in row.needs:
        _check_capacity(problem)
    allowed = None if start is None else tuple(j for j in start if j not in set(problem.forbidden))
    p = None if request.p is None else int(request.p)
    budget = None if request.budget_yuan is None else float(request.budget_yuan)
    return replace(
        request, p=p, budget_yuan=budget, threshold_min=threshold, gap=float(request.gap), start=allowed,
        time_limit_s=float(request.time_limit_s), seed=int(request.seed) % 2**62,
    )  # fmt: skip


_PARAMETERS = (
    "p", "budget_yuan", "threshold_min", "time_limit_s", "gap", "effort", "progress", "start", "seed",
)  # fmt: skip


def unknown(what: str, name: Any, known: Iterable[str]) -> str:
    """The sentence for a name that is not in a table; one that is much like it is named."""
    known = list(known)
    near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5)
    meant = f"; did you mean {near[0]!r}?" if near else "."
    return f"{what} {name!r} is unknown{meant} Known: {', '.join(known)}."


def completed(problem: LocationProblem, row: "Model", request: Request) -> Request:
    """Fill in the threshold of the problem, where the model uses one, and the options nobody gave."""
    threshold = request.threshold_min
    if threshold is None and ("threshold_min" in row.required or has_floors(problem)):
        threshold = problem.threshold_min
    defaults = {name: option.default for name, option in row.options.items()}
    return replace(request, threshold_min=threshold, options={**defaults, **request.options})


def has_floors(problem: LocationProblem) -> bool:
    """True when some group has a floor that asks for something."""
    return any(group.floor > 0 for group in problem.groups)


def _faults_of_model(problem: LocationProblem, model: str, row: "Model", request: Request) -> list[str]:
    given = {name for name in _ASKED if getattr(request, name) is not None}
    faults = [f"{model} needs {name}." for name in row.required if name not in given]
    if row.any_of and not given & set(row.any_of):
        faults.append(f"{model} needs {' or '.join(row.any_of)}.")
    floors = has_floors(problem)
    if floors and not row.floors:
        faults.append(f"{model} does not know floors; leave the groups out, or set their floors to 0.")
    if floors and row.floors and "threshold_min" not in given | set(row.required):
        faults.append(f"{model} with floors for groups needs threshold_min.")
    used = {*row.required, *row.any_of, *row.optional} | ({"threshold_min"} if floors else set())
    faults += [f"{model} does not use {name}; leave it out." for name in sorted(given - used)]
    needs = {*row.needs, *(["site_cost_yuan"] if "budget_yuan" in given & used else [])}
    for name in sorted(name for name in needs if getattr(problem, name) is None):
        asker = model if name in row.needs else "a budget"
        faults.append(f"{asker} needs {name}, and the problem has none.")
    if request.options.get("choice") == "nearest" and row.serves_all and problem.unserved_cost is not None:
        faults.append(f"{model} with choice 'nearest' sends everybody to a site; leave unserved_cost out.")
    return faults


def faults_of_options(model: str, row: "Model", options: Mapping[str, Any]) -> list[str]:
    """One sentence for each option that the model does not have or that is out of its range."""
    faults = []
    for name, value in options.items():
        if name not in row.options:
            known = [*row.options, *difflib.get_close_matches(name, _PARAMETERS, n=1, cutoff=0.75)]
            nothing = f"{model} has no options, so {name!r} means nothing; leave it out."
            faults.append(unknown(f"option of {model}", name, known) if known else nothing)
        elif fault := row.options[name].fault(value):
            faults.append(f"{name} is {value!r}; {fault}.")
    return faults


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
    for name, unit in (("budget_yuan", "yuan"), ("gap", "share")):
        value = getattr(request, name)
        if (value is not None or name == "gap") and not 0 <= as_number(value) < math.inf:
            faults.append(f"{name} is {value}; give a finite {unit} value of 0 or more.")
    if not as_number(request.time_limit_s) > 0:
        faults.append(f"time_limit_s is {request.time_limit_s}; give more than 0 seconds.")
    if request.effort not in EFFORTS:
        faults.append(f"effort is {request.effort!r}; it must be one of {', '.join(EFFORTS)}.")
    if isinstance(request.seed, bool) or not hasattr(request.seed, "__index__") or request.seed < 0:
        faults.append(f"seed is {request.seed!r}; give a whole number of 0 or more.")
    if request.progress is not None and not callable(request.progress):
        faults.append(f"progress is {request.progress!r}; give a function that takes a sentence, or None.")
    return faults


def _check_capacity(problem: LocationProblem) -> None:
    """Where everybody must be served, the allowed sites together must be able to."""
    if problem.unserved_cost is not None:
        return
    allowed = ~problem.closed_for_good
    room, demand = float(problem.capacity[allowed].sum()), float(problem.weight.sum())
    if room < demand * (1.0 - 1e-12):
        sites = int(allowed.sum())
        raise ProblemError(
            [f"the capacities of the {sites} allowed sites add up to {room:g}, but the demand to {demand:g}."]
        )
