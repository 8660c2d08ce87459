"""The tree of a certificate, walked once more: the smallest bound of its parts is the bound it proves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from optimizers.arrays import Bools, Floats
from optimizers.certificate import Branch, BySolver, Certificate, Fix, Full, Leaf, Step
from optimizers.clock import Clock
from optimizers.verification.lagrange import Priced, joint_least, priced
from optimizers.verification.posed import Posed

_HAIR = 1e-7
"""A bound this far (in steps) above a possible value is still rounded down to it."""

Reaches = Callable[[float], bool]
Refute = Callable[[Bools, Bools, float], str]
Worth = Callable[[Bools], float]


@dataclass(frozen=True, eq=False)
class Walk:
    """What a walk needs.

    Attributes:
        question: in the minimised form, with the prices of the certificate.
        reaches: whether a value is enough for what is claimed; where it is not, more is tried.
        refute: asks a solver whether some plan of a part is better than a value; "" when there is none.
        worth: value of one plan, inf where it breaks a rule; None where the bounds of a single plan are its value.
        clock: for all of it.
    """

    question: Posed
    reaches: Reaches
    refute: Refute
    worth: Worth | None
    clock: Clock


def proven_value(walk: Walk, certificate: Certificate, struck: Bools) -> tuple[float, list[str]]:
    """The value that no plan goes below, by the tree, and what is wrong with the tree."""
    question = walk.question
    if certificate.step is None:
        return rounded(question, data_value(question)), []
    least, faults = np.inf, list[str]()
    waiting: list[tuple[Step, Bools, Bools]] = [(certificate.step, question.opened, question.closed | struck)]
    while waiting and not faults:
        if walk.clock.is_up:
            return -np.inf, ["the certificate could not be re-checked in the time allowed."]
        step, opened, closed = waiting.pop()
        value, fault, parts = _step(walk, step, opened, closed)
        least = min(least, value)
        waiting += parts
        faults += [fault] if fault else []
    return (-np.inf if faults else least), faults


def _step(walk: Walk, step: Step, opened: Bools, closed: Bools) -> tuple[float, str, list[tuple[Step, Bools, Bools]]]:
    """The bound of what the step settles itself, a fault, and the parts it leaves to others."""
    question = walk.question
    if isinstance(step, Leaf):
        return _leaf(walk, step.multipliers, opened, closed)
    if isinstance(step, Fix):
        return _fix(walk, step, opened, closed)
    if isinstance(step, Branch):
        return _branch(step, opened, closed)
    if isinstance(step, Full):
        used = question.size[:, opened].sum(axis=1)
        if np.any(used > question.room * (1.0 + 1e-12) + 1e-12):
            return np.inf, "", []
        return -np.inf, "the tree calls a part full in which the open sites keep all limits.", []
    if isinstance(step, BySolver):
        bound = step.bound / question.unit
        return bound, walk.refute(opened, closed, bound), []
    return -np.inf, f"the tree holds a step of an unknown kind, {type(step).__name__}.", []


def _branch(step: Branch, opened: Bools, closed: Bools) -> tuple[float, str, list[tuple[Step, Bools, Bools]]]:
    """The two parts; where the site was decided before, the other one holds no plan."""
    if not 0 <= step.site < opened.size:
        return -np.inf, f"the tree branches on site {step.site}, which does not exist.", []
    parts = []
    if not closed[step.site]:
        parts.append((step.if_open, _with(opened, [step.site]), closed))
    if not opened[step.site]:
        parts.append((step.if_closed, opened, _with(closed, [step.site])))
    return np.inf, "", parts


def _leaf(
    walk: Walk, multipliers: Floats, opened: Bools, closed: Bools
) -> tuple[float, str, list[tuple[Step, Bools, Bools]]]:
    if np.shape(multipliers) != (walk.question.gain.shape[0],):
        return -np.inf, "a step does not hold one multiplier for each demand row.", []
    part = priced(walk.question, multipliers / walk.question.unit, opened, closed)
    if walk.worth is not None and not part.free.any():
        return max(walk.worth(opened), rounded(walk.question, part.least())), "", []
    value = rounded(walk.question, part.least())
    if not walk.reaches(value):
        value = rounded(walk.question, joint_least(part))
    return value, "", []


def _fix(walk: Walk, step: Fix, opened: Bools, closed: Bools) -> tuple[float, str, list[tuple[Step, Bools, Bools]]]:
    question = walk.question
    if np.shape(step.multipliers) != (question.gain.shape[0],):
        return -np.inf, "a step does not hold one multiplier for each demand row.", []
    sites = [*step.opened, *step.closed]
    if not all(0 <= j < opened.size for j in sites):
        return -np.inf, "the tree fixes sites that do not exist.", []
    if any(closed[j] for j in step.opened) or any(opened[j] for j in step.closed):
        return -np.inf, "the tree fixes a site against what was decided before.", []
    multipliers = step.multipliers / question.unit
    part = priced(question, multipliers, opened, closed)
    least = min(_forced(walk, part, step.opened, is_open=False), _forced(walk, part, step.closed, is_open=True))
    if step.opened and step.closed and not walk.reaches(least):
        # Plans that keep all of these open are what is left to settle; large prices of their rows then cancel out.
        later = priced(question, multipliers, _with(opened, step.opened), closed)
        closing = _forced(walk, later, step.closed, is_open=True)
        least = max(least, min(_forced(walk, part, step.opened, is_open=False), closing))
    if set(step.opened) & set(step.closed):
        return least, "", []  # a site that is settled both ways leaves no plan over
    return least, "", [(step.then, _with(opened, step.opened), _with(closed, step.closed))]


def _forced(walk: Walk, part: Priced, sites: Sequence[int], *, is_open: bool) -> float:
    """The bound of the plans of a part that open one of these sites, or that keep one closed."""
    least, estimate = np.inf, part.forced(is_open=is_open)
    for j in (j for j in sites if part.free[j]):
        value = rounded(walk.question, float(estimate[j]))
        if not walk.reaches(value):
            value = rounded(walk.question, joint_least(part.decided(j, is_open=is_open)))
        least = min(least, value)
    return float(least)


def _with(mask: Bools, sites: Sequence[int]) -> Bools:
    more = mask.copy()
    more[list(sites)] = True
    return more


def rounded(question: Posed, value: float) -> float:
    """Up to the next value that a plan can have; inf above all that a plan can cost."""
    if question.step > 0 and np.isfinite(value):
        steps = value / question.step
        value = float(np.ceil(steps - _HAIR - 1e-12 * abs(steps))) * question.step
    return value if value <= question.dearest * (1.0 + 1e-9) + 1e-9 * question.step else np.inf


def data_value(question: Posed) -> float:
    """What follows from the data alone: every row served by the best of all allowed sites."""
    cheapest = np.where(np.isfinite(question.gain[:, 0]), question.gain[:, 0], np.inf)
    cost = np.zeros(question.row.size) if question.cost is None else question.cost
    np.minimum.at(cheapest, question.row, cost)
    return priced(question, cheapest, question.opened, question.closed).least()
