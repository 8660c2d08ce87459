"""Measures of supply: capacity, its gap and use, who runs it, how much of the staff is taken."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from optimizers.network import FREE, STANDS
from planning.network.measures.frames import Frames, Measured
from planning.network.measures.tables import units_of_sites
from planning.network.posing.catalogue import RESOURCES

Floats = npt.NDArray[np.float64]
NON_STATE: Final = ("public_private", "private_aided", "purchased")
"""Operating modes in which others than the state run the service: 公建民营, 民办公助, 政府购买服务."""
_SAME: Final = 1e-6  # of a module's staff: what solvers leave


def capacity_units(frames: Frames, t: int) -> Measured:
    """Units a year of the modules that are on, by service."""
    for scope, s, _ in frames.services():
        yield scope, float(frames.found.capacity[t, s].sum())


def persons_per_unit(frames: Frames) -> Floats:
    """(S,) persons whom one unit a year serves: persons over the units they need; 0 where nobody needs any."""
    question = frames.question
    service = np.asarray(question.problem.service)
    persons = np.bincount(service, frames.found.persons, minlength=len(question.services))
    units = np.bincount(service, frames.found.need, minlength=len(question.services))
    return np.divide(persons, units, out=np.zeros_like(persons), where=units > 0)


def capacity_gap_units(frames: Frames, t: int) -> Measured:
    """Units needed minus units of capacity at sites, by service; below 0 there is more than is needed."""
    for scope, s, rows in frames.services():
        yield scope, float(frames.found.need[rows].sum() - frames.found.capacity[t, s].sum())


def capacity_gap_persons(frames: Frames, t: int) -> Measured:
    """The gap in persons, services with more than is needed counting as none; over all and by service."""
    ratio = persons_per_unit(frames)
    gaps = {
        scope: max(0.0, frames.found.need[rows].sum() - frames.found.capacity[t, s].sum()) * ratio[s]
        for scope, s, rows in frames.services()
    }
    yield "all", float(round(sum(gaps.values())))
    yield from ((scope, float(round(gap))) for scope, gap in gaps.items())


def utilisation(frames: Frames, t: int) -> Measured:
    """Units delivered at sites of the capacity there; over all services with both in persons."""
    ratio, delivered = persons_per_unit(frames), units_of_sites(frames.found)[t].sum(axis=1)
    capacity = frames.found.capacity[t].sum(axis=1)
    total = float((ratio * capacity).sum())
    yield "all", _share(float((ratio * delivered).sum()), total)
    for scope, s, _ in frames.services():
        yield scope, _share(float(delivered[s]), float(capacity[s]))


def non_state_share(frames: Frames, t: int) -> Measured:
    """Share of the capacity at sites that others than the state run; over all services in persons.

    What is new is run as its site is asked to be; what stands as its institution, the state's where that is not known.
    """
    problem, ratio = frames.question.problem, persons_per_unit(frames)
    service, capacity = np.asarray(problem.module_service), np.asarray(problem.module_capacity, float)
    counted = frames.found.counted.modules[t] & (service >= 0)
    others = counted & np.isin(_modes_of_modules(frames), NON_STATE)
    parts, wholes = (np.bincount(service[who], capacity[who], minlength=problem.services) for who in (others, counted))
    yield "all", _share(float(ratio @ parts), float(ratio @ wholes))
    for scope, s, _ in frames.services():
        yield scope, _share(float(parts[s]), float(wholes[s]))


def _modes_of_modules(frames: Frames) -> npt.NDArray[np.str_]:
    """(K,) operating mode of every module: that of what stands at its site, or of what is new there; "" not known."""
    problem, mode = frames.question.problem, frames.question.forms["mode"].to_numpy(str)
    stands = np.asarray(problem.form_state) == STANDS
    of_site = np.full((2, len(problem.site_group)), "", dtype=mode.dtype)
    for new, among in enumerate((stands, ~stands)):
        of_site[new, np.asarray(problem.form_site)[among]] = mode[among]
    is_new = (np.asarray(problem.module_state) != STANDS).astype(int)
    return np.asarray(of_site[is_new, np.asarray(problem.module_site)], np.str_)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


@dataclass(frozen=True)
class Staff:
    """Staff of one specialism in one county in one year, in persons; of rounds in days.

    Attributes:
        scope: `staff:<county>:<specialism>`.
        there: who can be found, and who is trained.
        taken: by new modules and rounds.
        least: what the smallest module takes that could still be switched on, a day of rounds; inf for nothing.
    """

    scope: str
    there: float
    taken: float
    least: float


def staff_of(frames: Frames, t: int) -> Iterator[Staff]:
    """Every county and specialism of which there is anybody at all."""
    problem, counted = frames.question.problem, frames.found.counted
    use, pool_of = np.asarray(problem.module_use, float), np.asarray(problem.site_pool)[np.asarray(problem.module_site)]
    on = counted.new_modules[t]
    waiting = (np.asarray(problem.module_state) == FREE) & ~on
    for h, county in enumerate(frames.question.counties[: len(problem.pool)]):
        for p, key in enumerate(RESOURCES[: use.shape[1]]):
            trained = -float(np.minimum(use[on & (pool_of == h), p], 0.0).sum())
            there, taken = float(problem.pool[h, p]) + trained, float(counted.staff(h, p)[t]) + trained
            asks = use[waiting & (pool_of == h) & (use[:, p] > 0), p]
            goes = p == problem.round_resource and bool((np.asarray(problem.round_pool) == h).any())
            least = 1.0 if goes else float(asks.min(initial=math.inf))
            if 0 < there < math.inf:
                yield Staff(f"staff:{county}:{key}", there, taken, least)


def staff_taken(frames: Frames, t: int) -> Measured:
    """Share of the staff that a county can find, those it trains included, that new modules and rounds take."""
    yield from ((staff.scope, staff.taken / staff.there) for staff in staff_of(frames, t))


def staff_used_up(frames: Frames, t: int) -> Measured:
    """1 where what is left of the staff is too little for the smallest module still off, or for a day of rounds."""
    for staff in staff_of(frames, t):
        short = staff.there - staff.taken < staff.least * (1 - _SAME)
        yield staff.scope, float(short and math.isfinite(staff.least))


def sites_chosen(frames: Frames, t: int) -> Measured:
    """Sites where the plan opens something by this year, upgraded ones too; over all and by county."""
    year = frames.question.years[t]
    table = frames.sites[(frames.sites["opened"] > 0) & (frames.sites["opened"] <= year)]
    yield "all", float(len(table))
    for county, part in table.groupby("county_code"):
        yield f"county:{county}", float(len(part))
