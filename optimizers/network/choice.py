"""What opens when, and what that makes possible: deliveries, rounds and payments at their best for given choices."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np
from scipy import sparse

from optimizers.arrays import Floats, Ints
from optimizers.network.aims import Hold, held, is_minimised, keep, line_of, scale_of
from optimizers.network.core import Core, core_of
from optimizers.network.model import Model, model_of, periods_of
from optimizers.network.problem import BARRED, FREE, STANDS, NetworkProblem
from optimizers.network.recount import Recount
from optimizers.network.solution import NEVER, NetworkSolution, Stage
from optimizers.solvers import highs, solver_name
from optimizers.solvers.arrays import ModelArrays

_NODES = 100_000_000
_LONGEST_S = 600.0  # a linear program of deliveries takes seconds; one that does not end counts as no plan


@dataclass(frozen=True, eq=False)
class Choice:
    """First year of every form (F,) and module (K,), NEVER where it does not open."""

    form_year: Ints
    module_year: Ints


def nothing_new(problem: NetworkProblem) -> Choice:
    """What stands, and nothing else."""
    return Choice(np.where(problem.form_state == STANDS, 0, NEVER), np.where(problem.module_state == STANDS, 0, NEVER))


def choice_in(model: Model, problem: NetworkProblem, values: Floats) -> Choice:
    """The choice that the values of a model's columns make; of equal modules the first open first."""
    choice = nothing_new(problem)
    open_, on = (np.rint(values[columns]).astype(np.int64) for columns in (model.opens, model.on))
    choice.form_year[model.forms] = np.where(open_.any(axis=1), problem.years - open_.sum(axis=1), NEVER)
    free = np.flatnonzero(problem.module_state == FREE)
    before = _copies_before(model.copy_of)
    years_on = (on[model.copy_of] > before[:, None]).sum(axis=1)
    choice.module_year[free] = np.where(years_on > 0, problem.years - years_on, NEVER)
    return choice


def columns_of(model: Model, problem: NetworkProblem, choice: Choice) -> tuple[Floats, Floats]:
    """Values of the columns `opens` and `on` for a choice."""
    years = np.arange(problem.years)
    first = choice.form_year[model.forms][:, None]
    free = np.flatnonzero(problem.module_state == FREE)
    started = choice.module_year[free][:, None]
    on = np.zeros(model.on.shape)
    np.add.at(on, model.copy_of, (started != NEVER) & (started <= years))
    return ((first != NEVER) & (first <= years)).astype(float), on


def _copies_before(copy_of: Ints) -> Ints:
    """How many of the same kind come before each module."""
    order = np.argsort(copy_of, kind="stable")
    kind = copy_of[order]
    first = np.searchsorted(kind, kind, side="left")
    out = np.zeros(copy_of.size, dtype=np.int64)
    out[order] = np.arange(copy_of.size) - first
    return out


def deliver(
    problem: NetworkProblem, form_year: Ints, module_year: Ints, aims: Sequence[str] = ("most",), *, give: float = 0.0
) -> NetworkSolution:
    """The best deliveries, rounds and payments for given choices; nothing else is decided.

    Args:
        problem: the question.
        form_year: (F,) first year each form is open, -1 never; what stands is open whatever is given.
        module_year: (K,) likewise.
        aims: what the deliveries are for, the first counts most; among equals the most is delivered.
        give: share of an earlier aim's best that later ones may take away.

    Returns:
        A solution whose bound is its objective: it is the best for these choices. Infeasible where they break a limit,
        unknown where the solver was stopped.
    """
    begun = monotonic()
    choice = Choice(np.asarray(form_year, dtype=np.int64), np.asarray(module_year, dtype=np.int64))
    try:
        return _delivered(delivery_of(problem, choice), tuple(aims), give, begun)
    except StoppedError:
        return no_plan(problem, tuple(aims), "unknown", _STOPPED, monotonic() - begun)


def _delivered(delivery: "Delivery", aims: tuple[str, ...], give: float, begun: float) -> NetworkSolution:
    problem = delivery.problem
    bests: list[float] = []
    if "least_regret" in aims:
        bests = [_season_best(delivery, a) for a in range(len(problem.reach))]
    holds: list[Hold] = []
    stages: list[Stage] = [Stage(f"season_{a}", best, best, "optimal") for a, best in enumerate(bests)]
    for aim in aims:
        value = delivery.best(aim, holds, bests)
        if value is None:
            return no_plan(problem, aims, "infeasible", _BROKEN, monotonic() - begun)
        stages.append(Stage(aim, value, value, "optimal"))
        holds.append(held(aim, value, give if aim != aims[-1] else 0.0))
    return solution_of(delivery, aims, holds, bests, tuple(stages), begun)


_BROKEN = "these choices break a limit"
_STOPPED = "the time was up before the deliveries were known"


class StoppedError(Exception):
    """The solver ended before it knew what a choice delivers."""


def no_plan(
    problem: NetworkProblem, aims: tuple[str, ...], status: str, reason: str, seconds: float
) -> NetworkSolution:
    """A solution without a plan."""
    nothing = nothing_new(problem)
    shape = (problem.years, len(problem.reach), problem.units.size)
    return NetworkSolution(
        aims=aims, status=status, objective=None, bound=None, gap=None, reason=reason, seconds=seconds,
        solver=solver_name(), form_year=nothing.form_year, module_year=nothing.module_year, served=(),
        at_home=np.zeros(shape), paid=np.zeros((problem.money.shape[0], problem.years, problem.groups, 2)),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Delivery:
    """The linear program that is left when the choice is made: only its forms and modules are in it."""

    problem: NetworkProblem
    choice: Choice
    reduced: NetworkProblem
    core: Core

    def model(self) -> Model:
        """Its rows and columns, the choice fixed."""
        periods = periods_of(self.reduced, folded=False, all_years=True)
        return model_of(self.reduced, self.core, periods)

    def solved(self, aim: str, holds: Sequence[Hold], bests: Sequence[float]) -> tuple[Model, Floats, Floats] | None:
        """The model, the values of its columns and the line of the aim; None where a limit is broken.

        Raises:
            StoppedError: when the solver ended before it knew.
        """
        model = self.model()
        for hold in holds:
            keep(self.reduced, self.core, model, hold, bests)
        line = line_of(self.reduced, self.core, model, aim, bests)
        arrays = _fixed(model, model.sheet.arrays(line if is_minimised(aim) else -line), self)
        outcome = highs.solve(None, arrays, None, monotonic() + _LONGEST_S, _NODES, 0.0)
        if outcome.infeasible:
            return None
        if outcome.values is None or not outcome.proven:
            raise StoppedError
        return model, outcome.values, line

    def best(self, aim: str, holds: Sequence[Hold], bests: Sequence[float]) -> float | None:
        """Value of the aim at its best for the choice."""
        found = self.solved(aim, holds, bests)
        return None if found is None else float(found[1][: found[2].size] @ found[2])


def delivery_of(problem: NetworkProblem, choice: Choice) -> Delivery:
    """The linear program of a choice."""
    form_state = np.where((problem.form_state == FREE) & (choice.form_year == NEVER), BARRED, problem.form_state)
    module_state = np.where(
        (problem.module_state == FREE) & (choice.module_year == NEVER), BARRED, problem.module_state
    )
    reduced = replace(problem, form_state=form_state, module_state=module_state)
    return Delivery(problem, choice, reduced, core_of(reduced))


def _season_best(delivery: Delivery, season: int) -> float:
    return delivery.best(f"season_{season}", [], []) or 0.0


def _fixed(model: Model, arrays: ModelArrays, delivery: Delivery) -> ModelArrays:
    """The same with the years of the choice as bounds, and nothing left to round."""
    lower, upper = arrays.lower.copy(), arrays.upper.copy()
    opens, on = columns_of(model, delivery.reduced, delivery.choice)
    for columns, values in ((model.opens, opens), (model.on, on)):
        lower[columns] = upper[columns] = values
    return replace(arrays, lower=lower, upper=upper, integer=np.zeros(arrays.integer.size, dtype=bool))


# --- reading the answer --------------------------------------------------------------------------------------


def solution_of(
    delivery: Delivery,
    aims: tuple[str, ...],
    holds: Sequence[Hold],
    bests: Sequence[float],
    stages: tuple[Stage, ...],
    begun: float,
) -> NetworkSolution:
    """The whole answer for a choice: among the deliveries that keep the holds, those that deliver most."""
    last = stages[-1]
    exact = [*holds[:-1], held(last.aim, last.objective, 0.0, exact=True)]
    kept: Sequence[Hold] = [] if aims == ("most",) else exact
    try:
        found = delivery.solved("most", kept, bests) or delivery.solved("most", holds, bests)
    except StoppedError:
        return no_plan(delivery.problem, aims, "unknown", _STOPPED, monotonic() - begun)
    if found is None:
        return no_plan(delivery.problem, aims, "unknown", _BROKEN, monotonic() - begun)
    model, values, _ = found
    problem, core = delivery.problem, delivery.core
    plan = NetworkSolution(
        aims=aims, status=last.status, objective=last.objective, bound=last.bound, gap=None, reason="",
        seconds=monotonic() - begun, solver=solver_name(), form_year=delivery.choice.form_year,
        module_year=delivery.choice.module_year, served=_served(problem, core, model, values),
        at_home=_at_home(problem, core, model, values), paid=_paid(problem, core, model, values), stages=stages,
    )  # fmt: skip
    return _measured(problem, plan, bests)


def _measured(problem: NetworkProblem, plan: NetworkSolution, bests: Sequence[float]) -> NetworkSolution:
    """The plan with the value that it has when it is counted anew, which is what is said of it."""
    last = plan.stages[-1]
    value = Recount(problem, plan).value(last.aim)
    if value is None or abs(value - last.objective) <= _ROUNDING * max(1.0, abs(last.objective)):
        value = last.objective
    bound = min(last.bound, value) if is_minimised(last.aim) else max(last.bound, value)
    stage = Stage(last.aim, value, bound, last.status)
    return replace(
        plan,
        objective=value,
        bound=bound,
        gap=gap_of(value, bound, scale_of(last.aim, bests)),
        stages=(*plan.stages[:-1], stage),
    )


_ROUNDING = 5e-7  # relative: what the last pass of a solver may lose of a value that it was told to keep
_PROOF = 2e-6  # relative: what a solver keeps its rows to
_HAIR = 1e-9


def gap_of(objective: float, bound: float, scale: float = 0.0) -> float:
    """Distance relative to the larger of the two and `scale`; 0 within the tolerance of a proof."""
    distance = abs(objective - bound) / max(abs(objective), abs(bound), scale, 1e-300)
    return 0.0 if distance <= _PROOF or abs(objective - bound) <= _HAIR else distance


def _shares(problem: NetworkProblem, core: Core) -> sparse.csr_array:
    """(R, N) part of a merged row that each row is."""
    rows = np.flatnonzero(core.member >= 0)
    of = core.member[rows]
    share = problem.units[rows] / core.units[of]
    return sparse.csr_array((share, (rows, of)), shape=(core.member.size, core.units.size))


def _served(
    problem: NetworkProblem, core: Core, model: Model, values: Floats
) -> tuple[tuple[sparse.csr_array, ...], ...]:
    shares, sites = _shares(problem, core), problem.site_group.size
    out: list[list[sparse.csr_array]] = [[] for _ in range(problem.years)]
    for period, columns in zip(model.periods, model.delivered, strict=True):
        arcs = core.arcs[period.season]
        units = values[columns]
        used = units > 1e-9
        table = (units[used], (arcs.row[used], core.pair_site[arcs.pair[used]]))
        merged = sparse.csr_array(table, shape=(core.units.size, sites))
        out[period.last].append(sparse.csr_array(shares @ merged))
    return tuple(tuple(seasons) for seasons in out)


def _at_home(problem: NetworkProblem, core: Core, model: Model, values: Floats) -> Floats:
    shares = _shares(problem, core)
    out = np.zeros((problem.years, len(problem.reach), problem.units.size))
    for period, columns in zip(model.periods, model.rounds, strict=True):
        merged = np.zeros(core.units.size)
        merged[model.round_rows] = np.maximum(values[columns], 0.0)
        out[period.last, period.season] = shares @ merged
    return out


def _paid(problem: NetworkProblem, core: Core, model: Model, values: Floats) -> Floats:
    """(B, T, G, 2): the groups of a class share what its sources pay by their part of its cost."""
    sources, years = problem.money.shape
    out = np.zeros((sources, years, problem.groups, 2))
    cost = costs_of(problem, core, model, values)
    total = np.zeros((years, model.cost.shape[1], 2))
    for g, c in enumerate(model.class_of):
        total[:, c] += cost[:, g]
    part = cost / np.where(total > 0, total, 1.0)[:, model.class_of]
    for b in range(sources):
        by_class = np.where(model.paid[b] >= 0, values[np.maximum(model.paid[b], 0)], 0.0)
        out[b] = part * np.maximum(by_class, 0.0)[:, model.class_of]
    return out


def costs_of(problem: NetworkProblem, core: Core, model: Model, values: Floats) -> Floats:
    """(T, G, 2) yuan: capital of what opens, running cost of what is open, and rounds."""
    out = np.zeros((problem.years, problem.groups, 2))
    for columns, group, capital, running in (
        (model.opens, problem.site_group[problem.form_site[model.forms]], problem.form_capital[model.forms],
         problem.form_running[model.forms]),
        (model.on, problem.site_group[problem.module_site[model.modules]], problem.module_capital[model.modules],
         problem.module_running[model.modules]),
    ):  # fmt: skip
        is_open = np.rint(values[columns])
        opened = np.diff(is_open, axis=1, prepend=0.0)
        for t in range(problem.years):
            out[t, :, 0] += np.bincount(group, opened[:, t] * capital, minlength=problem.groups)
            out[t, :, 1] += np.bincount(group, is_open[:, t] * running, minlength=problem.groups)
    group, yuan = core.group[model.round_rows], core.round_yuan[model.round_rows]
    for period, columns in zip(model.periods, model.rounds, strict=True):
        spent = np.maximum(values[columns], 0.0) * yuan * problem.season_share[period.season]
        out[period.last, :, 1] += np.bincount(group, spent, minlength=problem.groups)
    return out
