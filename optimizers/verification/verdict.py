"""Is a solution what it says it is? Everything is added up again from the problem, slowly and without the engines."""

import math
from dataclasses import dataclass, replace

import numpy as np

from optimizers.arrays import Bools
from optimizers.certificate import BySolver, Certificate, digest_of
from optimizers.clock import Clock
from optimizers.problem import LocationProblem
from optimizers.solution import PROOF_TOLERANCE, ROUNDING, Solution, relative_gap
from optimizers.verification.ask import refuted
from optimizers.verification.digest import problem_digest
from optimizers.verification.levels import are_proven, faults_of_levels
from optimizers.verification.measure import faults_of_floors, faults_of_sites, objective_of
from optimizers.verification.own_choice import narrowed
from optimizers.verification.posed import Posed, capped, cover_test, posed
from optimizers.verification.question import DEFAULTS, Question, question_of
from optimizers.verification.struck import struck_off
from optimizers.verification.walk import Walk, data_value, proven_value, rounded

_SAME = 1e-9  # relative difference of two sums of the same numbers
_SUMS = 1e-11  # relative to all weight: what a bound made of differences may lose
_CLAIM = 2e-7  # relative distance by which a claimed bound may pass the one that was established anew


@dataclass(frozen=True)
class Verdict:
    """What checking a solution came to.

    | field | meaning |
    |-------|---------|
    | accepted | every claim of the solution holds |
    | faults | one sentence for each claim that does not |
    | objective | of the sites, measured again; None without a plan |
    | bound | established again from the certificate; None where nothing was, inf or -inf where no plan exists |
    """

    accepted: bool
    faults: tuple[str, ...]
    objective: float | None
    bound: float | None


def verify(problem: LocationProblem, solution: Solution, time_limit_s: float | None = None) -> Verdict:
    """Check a solution against its problem: plan, objective, certificate, bound, gap and status.

    Nothing of the engines is used. Solvers' claims inside a certificate are asked again of CBC; what cannot be
    re-checked within `time_limit_s` seconds (None: as long as it takes) is a fault and not accepted; it says so, which
    is not the same as being wrong. What `conflict` says of a question without a plan is advice and not checked here.
    """
    if solution.model not in DEFAULTS:
        return Verdict(False, (f"model {solution.model!r} is unknown.",), None, None)
    clock = Clock(math.inf if time_limit_s is None else time_limit_s)
    question = question_of(problem, solution)
    faults = _faults_of_digests(problem, solution)
    has_plan = solution.status in ("optimal", "feasible")
    objective = None
    if has_plan:
        objective, more = _measured(question, solution)
        faults += more
    elif solution.sites or solution.objective is not None or solution.gap is not None:
        faults.append(f"a solution that is {solution.status} shows a plan.")
    bound, more = _established(question, solution, clock)
    faults += more
    if objective is not None and solution.model == "lexicographic":
        faults += faults_of_levels(question, solution, problem.mask_of(solution.sites), clock)
    faults += _faults_of_claims(question, solution, objective, bound)
    return Verdict(not faults, tuple(faults), objective, bound)


def _faults_of_digests(problem: LocationProblem, solution: Solution) -> list[str]:
    certificate = solution.certificate
    if certificate is None:
        return []
    faults = []
    if certificate.digest != digest_of(certificate):
        faults.append("some number of the certificate was changed after it was made.")
    now = problem_digest(
        problem, solution.model, p=solution.p, budget_yuan=solution.budget_yuan,
        threshold_min=solution.threshold_min, options=solution.options,
    )  # fmt: skip
    if certificate.problem_digest != now:
        faults.append("the certificate was made for another problem or question.")
    return faults


def _measured(question: Question, solution: Solution) -> tuple[float | None, list[str]]:
    """The objective of the plan, with everything that is wrong with the plan or the objective shown."""
    faults = faults_of_sites(question, solution.sites)
    if any("position" in fault or "outside" in fault for fault in faults):
        return None, faults
    is_open = question.problem.mask_of(solution.sites)
    faults += faults_of_floors(question, is_open)
    objective, more = objective_of(question, is_open, solution.allocation)
    faults += more
    if not np.isfinite(objective):
        return None, [*faults, "the plan leaves out somebody who must be served."]
    shown = solution.objective
    if shown is None or not _is_close(shown, objective, _total(question)):
        faults.append(f"the objective shown is {shown}, but the plan is worth {objective:.12g}.")
    return objective, faults


def _is_close(a: float, b: float, total: float) -> bool:
    return abs(a - b) <= _SAME * max(abs(a), abs(b)) + 10 * ROUNDING * total


def _total(question: Question) -> float:
    """What an objective that is made of weights is made of; its rounding is none of our business."""
    return 0.0 if question.is_min else float(question.weight.sum())


def _established(question: Question, solution: Solution, clock: Clock) -> tuple[float | None, list[str]]:
    """The bound in the caller's words, as far as certificate, data and solver prove it; inf or -inf: no plan."""
    certificate = solution.certificate or Certificate(bound=math.nan, step=None)
    if solution.model == "lexicographic" and len(question.options["levels"]):
        return (solution.levels[0].bound if solution.levels else None), []  # asked again with the other levels
    if solution.model in ("p_center", "lexicographic"):
        return _of_centre(question, certificate, clock, is_hopeless=solution.status == "infeasible")
    prices = certificate.group_prices
    if not all(math.isfinite(price) for price in prices) or len(prices) > len(question.floors):
        return None, ["the certificate has prices that belong to no floor."]
    form, plain = posed(question, tuple(prices)), posed(question)
    eased = None if isinstance(certificate.step, BySolver) else _without_rooms(question, form)
    value, faults = _of_tree(*(eased or (question, form, plain)), certificate, clock, solution.bound)
    if eased is not None and (faults or not _supports(question, form.objective(value), solution.bound or 0.0)):
        value, faults = _of_tree(question, form, plain, certificate, clock, solution.bound)
    small = None if solution.bound is None or question.model != "kolm_pollak" else capped(form, solution.bound)
    if small is not None and not faults and not _supports(question, form.objective(value), solution.bound or 0.0):
        value = max(value, _of_tree(question, small, plain, certificate, clock, solution.bound)[0])
    value = max(value, rounded(plain, data_value(plain)))
    if solution.status == "infeasible" and not math.isinf(value) and not faults:
        fault = refuted(question, plain, plain.opened, plain.closed, None, clock)
        return (None, [fault.replace("better plan", "plan")]) if fault else (form.objective(math.inf), [])
    return form.objective(value), faults


def _without_rooms(question: Question, form: Posed) -> tuple[Question, Posed, Posed] | None:
    """Where people choose, a plan is worth what it is worth without capacities, so a bound without them is one too.

    Sites that fill up as soon as they open stay closed. None where the question has no such form.
    """
    plain = {"capacitated_p_median": "p_median", "capacitated_fixed_charge": "fixed_charge"}.get(question.model)
    if plain is None or form.rank is None or (certain := narrowed(form, form.opened, form.closed)) is None:
        return None
    eased = replace(question, model=plain)
    pose = replace(posed(eased), closed=certain.closed)
    return eased, pose, pose


def _of_tree(
    question: Question, form: Posed, plain: Posed, certificate: Certificate, clock: Clock, claim: float | None
) -> tuple[float, list[str]]:
    """The value that the certificate's tree proves."""
    struck, fault = struck_off(form, certificate.dominated)
    if fault:
        return -math.inf, [fault]

    def reaches(value: float) -> bool:
        if claim is None or math.isinf(value):
            return math.isinf(value)
        return form.objective(value) >= claim if question.is_min else form.objective(value) <= claim

    # Sites were struck off regardless of floors, so what is asked of the rest must be regardless of them too.
    asked = replace(question, floors=()) if struck.any() else question

    def refute(opened: Bools, closed: Bools, value: float) -> str:
        return refuted(asked, plain, opened, closed, value, clock)

    def worth(opened: Bools) -> float:
        objective, broken = objective_of(question, opened, None)
        return math.inf if broken or not math.isfinite(objective) else form.objective(objective)

    single = worth if question.options.get("choice") == "nearest" else None
    return proven_value(Walk(form, reaches, refute, single, clock), certificate, struck)


def _supports(question: Question, bound: float, claim: float) -> bool:
    """True when a proven bound is as strong as the claimed one."""
    room = _CLAIM * abs(claim) + _SUMS * _total(question)
    return bound >= claim - room if question.is_min else bound <= claim + room


def _of_centre(
    question: Question, certificate: Certificate, clock: Clock, *, is_hopeless: bool
) -> tuple[float | None, list[str]]:
    """The bound of a worst time: the next possible time after the one that the certificate rules out."""
    allowed = ~question.problem.closed_for_good[question.site] & (question.weight > 0)[question.row]
    nearest = np.full(question.problem.n_demand, np.inf)
    np.minimum.at(nearest, question.row[allowed], question.minutes[allowed])
    least = float(nearest[question.weight > 0].max(initial=0.0))
    if certificate.threshold_min is None or certificate.threshold_min < least:
        if is_hopeless and math.isfinite(least):
            form = cover_test(question, math.inf)
            fault = refuted(question, form, form.opened, form.closed, None, clock)
            return (least, [fault]) if fault else (math.inf, [])
        return least, []
    form = cover_test(question, certificate.threshold_min)
    value, faults = _of_tree(question, form, form, certificate, clock, None)
    if not math.isinf(value):
        return least, faults or [f"it is not proven that {certificate.threshold_min:g} minutes are too few."]
    later = question.minutes[allowed & (question.minutes > certificate.threshold_min)]
    return (float(later.min()) if later.size else math.inf), faults


def _faults_of_claims(
    question: Question, solution: Solution, objective: float | None, bound: float | None
) -> list[str]:
    """Whether status, bound and gap follow from what was measured and established."""
    status, claimed = solution.status, solution.bound
    if status not in ("optimal", "feasible", "infeasible", "unknown"):
        return [f"the status {status!r} does not exist."]
    if status == "infeasible":
        proven = bound is not None and math.isinf(bound)
        return [] if proven and claimed is None else ["it is not proven that no plan exists."]
    faults = []
    if claimed is not None and (bound is None or not _supports(question, bound, claimed)):
        faults.append(f"the bound {claimed:.12g} is not proven; {'nothing' if bound is None else f'{bound:.12g}'} is.")
    if status == "unknown" or objective is None:
        return faults
    if claimed is None or solution.gap is None:
        return [*faults, "a plan is shown without a bound or a gap."]
    if not _supports(question, objective, claimed):
        faults.append(f"the plan ({objective:.12g}) is better than the bound ({claimed:.12g}).")
    gap = relative_gap(objective, claimed, _total(question))
    if abs(gap - solution.gap) > PROOF_TOLERANCE:
        faults.append(f"the gap shown is {solution.gap:g}, but objective and bound are {gap:g} apart.")
    through = solution.model != "lexicographic" or are_proven(question, solution)
    if (status == "optimal") != (solution.gap == 0.0 and through):
        also = "" if through else " and levels that are not proven"
        faults.append(f"the status is {status} with a gap of {solution.gap:g}{also}.")
    return faults
