"""Why no plan is better than the bound: numbers that anybody can add up again.

A certificate is a tree of steps over the plans of the problem. With multipliers l (one for each demand row,
in the unit of the objective) every plan that opens all of O and none of C pays at least

    L(l; O, C) = constant + sum_i min(default_i, l_i) + sum_{j in O} rho_j + least sum of rho_j over the free sites
    rho_j = open_cost_j + sum_i min(0, cost_ij - l_i)

| step | says |
|------|------|
| `Leaf`     | L(l; O, C) reaches the bound |
| `Fix`      | each plan with one of these sites the other way reaches the bound by the same l; go on with the rest |
| `Branch`   | a site is open or closed; both parts follow |
| `Full`     | the sites opened so far exceed a limit: no such plan exists |
| `BySolver` | a mixed-integer solver says so, or a tree too large to write down; only solving again can check it |

For covering rows with several steps of gain, min(default_i, l_i) is the sum of min(gain_ik, l_i) over k.
Geoffrion (1974), Lagrangean relaxation for integer programming, Mathematical Programming Study 2.
"""

import hashlib
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import numpy as np

from optimizers.arrays import Floats


@dataclass(frozen=True, eq=False)
class Leaf:
    """The multipliers (n_demand,) alone bound all plans of this part."""

    multipliers: Floats


@dataclass(frozen=True, eq=False)
class Fix:
    """Sites that the multipliers settle: every plan of this part that is better opens `opened`, none of `closed`."""

    multipliers: Floats
    opened: tuple[int, ...]
    closed: tuple[int, ...]
    then: "Step"


@dataclass(frozen=True, eq=False)
class Branch:
    """All plans of this part have the site open, or closed."""

    site: int
    if_open: "Step"
    if_closed: "Step"


@dataclass(frozen=True, eq=False)
class Full:
    """The sites opened so far use more than a limit allows."""


@dataclass(frozen=True, eq=False)
class BySolver:
    """Bounded by a mixed-integer solver or a tree not written down, in the unit of the minimised value."""

    bound: float
    solver: str


Step: TypeAlias = Leaf | Fix | Branch | Full | BySolver


@dataclass(frozen=True, eq=False)
class Certificate:
    """The steps that prove a bound.

    Attributes:
        bound: of the objective, in the caller's words; what the steps prove.
        step: the root of the tree; None where the bound follows from the data alone.
        dominated: pairs (site, better site), in the order they may be struck off: the second covers all that the first
            does, at no greater cost or size, so plans with the first need not be looked at.
        threshold_min: for a bisection, the largest time (minutes) that was ruled out; else None.
        group_prices: price of a unit of group weight beyond the threshold, for floors; else empty.
        problem_digest: of the problem and question it is about, see `optimizers.verification`.
        digest: of all the numbers above, so that a changed one shows.
    """

    bound: float
    step: Step | None
    dominated: tuple[tuple[int, int], ...] = ()
    threshold_min: float | None = None
    group_prices: tuple[float, ...] = ()
    problem_digest: str = ""
    digest: str = ""


def digest_of(certificate: Certificate) -> str:
    """SHA-256 over every number of the certificate but the digest itself."""
    made = hashlib.sha256()
    for name in ("bound", "dominated", "threshold_min", "group_prices", "problem_digest"):
        made.update(repr(getattr(certificate, name)).encode())
    steps: list[Any] = [certificate.step]
    while steps:
        step = steps.pop()
        made.update(type(step).__name__.encode())
        for field in fields(step) if step is not None else ():
            value = getattr(step, field.name)
            if isinstance(value, Leaf | Fix | Branch | Full | BySolver):
                steps.append(value)
            else:
                made.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    return made.hexdigest()
