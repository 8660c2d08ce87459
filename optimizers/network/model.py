"""The merged question as one mixed-integer model: forms and modules by year, deliveries by period, money.

A *period* is some years of one season that share their deliveries. With a period for every year the model is the one of
`problem.py`. Folding several years into one period asks less (their capacities and needs are added up), so no plan is
better than the folded model's best: a much smaller model whose bound holds for every plan.

    Σ_q x_pe + z_pr <= |Y_p| units_r,   Σ_e x_pe <= Σ_{t in Y_p} Σ_k capacity_k m_kt     for the years Y_p of period p

Capacities count up to what the site can reach at all, which changes no plan and tightens the bound.
"""

from dataclasses import dataclass, field

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.network.core import Core, payer_classes
from optimizers.network.problem import FREE, STANDS, NetworkProblem
from optimizers.network.sheet import INF, Sheet


@dataclass(frozen=True)
class Period:
    """Some years of one season, first to last and all between."""

    season: int
    first: int
    last: int

    @property
    def years(self) -> Ints:
        """The years of the period."""
        return np.arange(self.first, self.last + 1)


@dataclass(frozen=True, eq=False)
class Slack:
    """Columns by which limits of one kind may be missed; `position`: of what each column speaks."""

    kind: str
    columns: Ints
    position: Ints


@dataclass(frozen=True, eq=False)
class Model:
    """The sheet and where in it each kind of variable stands.

    | field | shape | column of |
    |-------|-------|-----------|
    | forms, modules | positions | the free ones, equal modules of a site by the first of them |
    | copies | (modules,) | how many equal ones each of them stands for |
    | opens, on | (forms, T), (modules, T) | y_ft; Σ m_kt over the copies |
    | delivered | [period] (E,) | x of every arc of its season |
    | rounds | [period] (N',) | z of the rows in `round_rows` |
    | cost | (T, C, 2) | yuan of a year, class of groups and kind |
    | paid | (B, T, C, 2) | who pays, -1 where it may not |
    | stretch, slack | kinds of limit | that may be missed, and by what columns (`mending.py`) |
    | need_rows | (rows,) | rows, not columns: of the people of each period, who are served once |
    | class_of | (G,) | class of every group: who pays for it, and whether the tilt is for it |
    """

    sheet: Sheet
    periods: tuple[Period, ...]
    forms: Ints
    modules: Ints
    copies: Ints
    copy_of: Ints
    opens: Ints
    on: Ints
    delivered: tuple[Ints, ...]
    round_rows: Ints
    rounds: tuple[Ints, ...]
    cost: Ints
    paid: Ints
    class_of: Ints
    stretch: tuple[str, ...] = ()
    slack: list[Slack] = field(default_factory=list)
    needs: list[Ints] = field(default_factory=list)

    @property
    def need_rows(self) -> Ints:
        """Rows of the people of each period."""
        return np.concatenate(self.needs)


def periods_of(problem: NetworkProblem, *, folded: bool, all_years: bool, alone: bool = False) -> tuple[Period, ...]:
    """The periods of a model.

    Args:
        problem: the question.
        folded: put the years before the last into one period, and the last too where nothing speaks of it alone.
        all_years: whether deliveries before the last year count at all.
        alone: whether an aim speaks of the last year alone; floors and standards do.
    """
    last = problem.years - 1
    seasons = range(len(problem.reach))
    if not all_years:
        return tuple(Period(a, last, last) for a in seasons)
    if not folded:
        return tuple(Period(a, t, t) for a in seasons for t in range(problem.years))
    if not (alone or np.any(problem.floor > 0) or np.any(problem.standard > 0)):
        return tuple(Period(a, 0, last) for a in seasons)
    spans = [(0, last - 1), (last, last)] if last else [(0, 0)]
    return tuple(Period(a, first, end) for a in seasons for first, end in spans)


def model_of(
    problem: NetworkProblem, core: Core, periods: tuple[Period, ...], *, stretch: tuple[str, ...] = ()
) -> Model:
    """All rows and columns but the objective.

    Args:
        problem: the question.
        core: its merged rows.
        periods: from `periods_of`.
        stretch: kinds of limit that may be missed: money, orders, most_sites, staff, floor, standard, tilt.
    """
    sheet, years = Sheet(), problem.years
    forms = np.flatnonzero(problem.form_state == FREE)
    modules, copy_of, copies = _kinds(problem)
    opens = sheet.new_columns(forms.size * years, 1.0, whole=True).reshape(forms.size, years)
    on = sheet.new_columns(modules.size * years, np.repeat(copies, years), whole=True).reshape(modules.size, years)
    round_rows = np.flatnonzero(np.isfinite(core.round_yuan))
    delivered = tuple(sheet.new_columns(core.arcs[p.season].row.size) for p in periods)
    rounds = tuple(sheet.new_columns(round_rows.size) for _ in periods)
    class_of, payers = payer_classes(problem)
    classes = payers.shape[0]
    cost = sheet.new_columns(years * classes * 2, lower=0.0).reshape(years, classes, 2)
    may = np.broadcast_to(payers.transpose(1, 0, 2)[:, None], (problem.money.shape[0], years, classes, 2))
    paid = np.full(may.shape, -1, dtype=np.int64)
    paid[may] = sheet.new_columns(int(may.sum()))
    model = Model(
        sheet, periods, forms, modules, copies, copy_of, opens, on, delivered, round_rows, rounds, cost, paid, class_of,
        stretch,
    )  # fmt: skip
    for rule in (
        _years_are_nested, _one_free_form_a_site, _modules_need_a_building, _modules_need_space, _points_need_a_centre,
        _ordered_sites_open, _no_more_sites, _staff_is_there, _everyone_is_served_once, _no_more_than_capacity,
        _costs_add_up, _somebody_pays, _floors_hold, _standards_hold, _tilt_holds,
    ):  # fmt: skip
        rule(problem, core, model)
    return model


def _kinds(problem: NetworkProblem) -> tuple[Ints, Ints, Ints]:
    """First free module of every kind, the kind of each free module, and their number: equal ones are one kind."""
    free = np.flatnonzero(problem.module_state == FREE)
    marks = np.column_stack(
        [problem.module_site, problem.module_service, problem.module_capacity, problem.module_capital,
         problem.module_running, problem.module_space, problem.module_use]
    )[free]  # fmt: skip
    _, first, kind, copies = np.unique(marks, axis=0, return_index=True, return_inverse=True, return_counts=True)
    return free[first], kind.ravel(), copies


def standing_sites(problem: NetworkProblem) -> Bools:
    """(m,) sites where a form stands."""
    out = np.zeros(problem.site_group.size, dtype=bool)
    out[problem.form_site[problem.form_state == STANDS]] = True
    return out


# --- what opens --------------------------------------------------------------------------------------------


def _years_are_nested(problem: NetworkProblem, core: Core, model: Model) -> None:
    for columns in (model.opens, model.on):
        earlier, later = columns[:, :-1].ravel(), columns[:, 1:].ravel()
        rows = model.sheet.new_rows(later.size, low=0.0)
        model.sheet.put(rows, later, 1.0)
        model.sheet.put(rows, earlier, -1.0)


def _one_free_form_a_site(problem: NetworkProblem, core: Core, model: Model) -> None:
    """In the last year; the years before are nested in it."""
    site, inverse = np.unique(problem.form_site[model.forms], return_inverse=True)
    if model.forms.size > site.size:
        rows = model.sheet.new_rows(site.size, high=1.0)
        model.sheet.put(rows[inverse], model.opens[:, -1], 1.0)


def _modules_need_a_building(problem: NetworkProblem, core: Core, model: Model) -> None:
    """Σ of forms at the site minus the module >= 0, where nothing stands."""
    site = problem.module_site[model.modules]
    lacking = np.flatnonzero(~standing_sites(problem)[site])
    rows = model.sheet.new_rows(lacking.size * problem.years, low=0.0).reshape(lacking.size, problem.years)
    model.sheet.put(rows, model.on[lacking], -1.0)
    which, form = matches(site[lacking], problem.form_site[model.forms])
    room = np.minimum(model.copies[lacking][which], _fitting(problem, model.modules[lacking][which], model.forms[form]))
    model.sheet.put(rows[which], model.opens[form], room[:, None])


def _fitting(problem: NetworkProblem, modules: Ints, forms: Ints) -> Floats:
    """How many of each module the space of each form holds."""
    space = problem.module_space[modules]
    return np.floor(np.where(space > 0, problem.form_space[forms] / np.where(space > 0, space, 1.0), INF) + 1e-9)


def _modules_need_space(problem: NetworkProblem, core: Core, model: Model) -> None:
    """Space of the forms that are open minus that of the modules that are on >= 0, at sites with a free module."""
    size = problem.site_group.size
    stands, placed = problem.form_state == STANDS, problem.module_state == STANDS
    there = np.bincount(problem.form_site[stands], problem.form_space[stands], minlength=size)
    there = there - np.bincount(problem.module_site[placed], problem.module_space[placed], minlength=size)
    row_of = np.arange(size * problem.years).reshape(size, problem.years)
    row_of += model.sheet.new_rows(row_of.size, low=-np.repeat(there, problem.years))[0] if row_of.size else 0
    model.sheet.put(row_of[problem.form_site[model.forms]], model.opens, problem.form_space[model.forms][:, None])
    model.sheet.put(row_of[problem.module_site[model.modules]], model.on, -problem.module_space[model.modules][:, None])


def _points_need_a_centre(problem: NetworkProblem, core: Core, model: Model) -> None:
    stands = standing_sites(problem)
    for i, f in enumerate(model.forms):
        near = problem.form_needs.indices[problem.form_needs.indptr[f] : problem.form_needs.indptr[f + 1]]
        if near.size == 0 or stands[near].any() or problem.form_site[f] in near:
            continue
        rows = model.sheet.new_rows(problem.years, low=0.0)
        model.sheet.put(rows, model.opens[i], -1.0)
        for centre in np.flatnonzero(np.isin(problem.form_site[model.forms], near)):
            model.sheet.put(rows, model.opens[centre], 1.0)


def _ordered_sites_open(problem: NetworkProblem, core: Core, model: Model) -> None:
    stands = standing_sites(problem)
    for j in np.flatnonzero((problem.site_by >= 0) & ~stands):
        here = np.flatnonzero(problem.form_site[model.forms] == j)
        row = model.sheet.new_rows(1, low=1.0)
        model.sheet.put(row, model.opens[here, problem.site_by[j]], 1.0)
        _may_miss(model, "orders", row, np.array([j]), np.ones(1), 1.0)


def _no_more_sites(problem: NetworkProblem, core: Core, model: Model) -> None:
    if problem.most_sites is not None and model.forms.size:
        row = model.sheet.new_rows(1, high=float(problem.most_sites))
        model.sheet.put(row, model.opens[:, -1], 1.0)
        _may_miss(model, "most_sites", row, np.zeros(1, dtype=np.int64), np.ones(1), -1.0)


def _staff_is_there(problem: NetworkProblem, core: Core, model: Model) -> None:
    """Per pool, resource and year; the days of rounds in the years of their period."""
    pools, resources = problem.pool.shape
    use, pool = problem.module_use[model.modules], problem.site_pool[problem.module_site[model.modules]]
    homeless = np.flatnonzero((pool < 0) & (use > 0).any(axis=1))
    if homeless.size:
        model.sheet.put(model.sheet.new_rows(homeless.size, high=0.0), model.on[homeless, -1], 1.0)
    kept = np.flatnonzero(pool >= 0)
    for p in range(resources):
        if not np.any(use[kept, p] > 0) and p != problem.round_resource:
            continue
        rows = model.sheet.new_rows(pools * problem.years, high=np.repeat(problem.pool[:, p], problem.years))
        rows = rows.reshape(pools, problem.years)
        model.sheet.put(rows[pool[kept]], model.on[kept], use[kept, p][:, None])
        _may_miss(model, "staff", rows, np.arange(pools) * resources + p, np.ones((pools, 1)), -1.0)
        if p == problem.round_resource:
            _days_of_rounds(problem, core, model, rows, use[kept, p], pool[kept], kept)


def _days_of_rounds(
    problem: NetworkProblem, core: Core, model: Model, rows: Ints, use: Floats, pool: Ints, kept: Ints
) -> None:
    limited = np.flatnonzero(core.round_pool[model.round_rows] >= 0)
    of = core.round_pool[model.round_rows[limited]]
    days = core.round_days[model.round_rows[limited]]
    folded: dict[tuple[int, int], Ints] = {}
    for period, columns in zip(model.periods, model.rounds, strict=True):
        at = rows[:, period.last]
        if period.first < period.last:
            span = (period.first, period.last)
            if span not in folded:
                total = problem.pool[:, problem.round_resource] * period.years.size
                folded[span] = model.sheet.new_rows(problem.pool.shape[0], high=total)
                model.sheet.put(folded[span][pool][:, None], model.on[kept][:, period.years], use[:, None])
            at = folded[span]
        model.sheet.put(at[of], columns[limited], days * problem.season_share[period.season])


def matches(wanted: Ints, given: Ints) -> tuple[Ints, Ints]:
    """Positions (in `wanted`, in `given`) of all equal pairs, by `wanted`."""
    order = np.argsort(given, kind="stable")
    first = np.searchsorted(given[order], wanted, side="left")
    count = np.searchsorted(given[order], wanted, side="right") - first
    which = np.repeat(np.arange(wanted.size), count)
    step = np.arange(which.size) - np.repeat(np.cumsum(count) - count, count)
    return which, order[first[which] + step]


# --- who is served -----------------------------------------------------------------------------------------


def _everyone_is_served_once(problem: NetworkProblem, core: Core, model: Model) -> None:
    for period, arcs, rounds in zip(model.periods, model.delivered, model.rounds, strict=True):
        rows = model.sheet.new_rows(core.units.size, high=core.units * period.years.size)
        model.sheet.put(rows[core.arcs[period.season].row], arcs, 1.0)
        model.sheet.put(rows[model.round_rows], rounds, 1.0)
        model.needs.append(rows)


def _no_more_than_capacity(problem: NetworkProblem, core: Core, model: Model) -> None:
    pair = core.module_pair[model.modules]
    gives = np.flatnonzero(pair >= 0)
    for period, arcs in zip(model.periods, model.delivered, strict=True):
        season = core.arcs[period.season]
        reached = np.bincount(season.pair, core.units[season.row], minlength=core.pair_site.size)
        rows = model.sheet.new_rows(core.pair_site.size, high=core.standing * period.years.size)
        model.sheet.put(rows[season.pair], arcs, 1.0)
        capacity = np.minimum(problem.module_capacity[model.modules[gives]], reached[pair[gives]])
        model.sheet.put(rows[pair[gives]][:, None], model.on[gives][:, period.years], -capacity[:, None])


# --- money -------------------------------------------------------------------------------------------------


def _costs_add_up(problem: NetworkProblem, core: Core, model: Model) -> None:
    """cost_tck minus what opens and runs = 0; the rounds of a folded period are spread over its years at will."""
    rows = model.sheet.new_rows(model.cost.size, 0.0, 0.0).reshape(model.cost.shape)
    model.sheet.put(rows, model.cost, 1.0)
    sites = problem.site_group
    _price(problem, model, rows, model.opens, sites[problem.form_site[model.forms]],
           problem.form_capital[model.forms], problem.form_running[model.forms])  # fmt: skip
    _price(problem, model, rows, model.on, sites[problem.module_site[model.modules]],
           problem.module_capital[model.modules], problem.module_running[model.modules])  # fmt: skip
    of = model.class_of[core.group[model.round_rows]]
    yuan = core.round_yuan[model.round_rows]
    for period, columns in zip(model.periods, model.rounds, strict=True):
        share = problem.season_share[period.season]
        if period.first == period.last:
            model.sheet.put(rows[period.last, of, 1], columns, -share * yuan)
        else:
            _spread(model, rows, period, of, columns, share * yuan)


def _price(
    problem: NetworkProblem, model: Model, rows: Ints, columns: Ints, group: Ints, capital: Floats, running: Floats
) -> None:
    of = model.class_of[group]
    model.sheet.put(rows[:, of, 0].T, columns, -capital[:, None])
    model.sheet.put(rows[1:, of, 0].T, columns[:, :-1], capital[:, None])
    model.sheet.put(rows[:, of, 1].T, columns, -running[:, None])


def _spread(model: Model, rows: Ints, period: Period, of: Ints, columns: Ints, yuan: Floats) -> None:
    classes = rows.shape[1]
    spent = model.sheet.new_columns(period.years.size * classes).reshape(period.years.size, classes)
    model.sheet.put(rows[period.years, :, 1], spent, -1.0)
    total = model.sheet.new_rows(classes, 0.0, 0.0)
    model.sheet.put(total, spent, 1.0)
    model.sheet.put(total[of], columns, -yuan)


def _somebody_pays(problem: NetworkProblem, core: Core, model: Model) -> None:
    sources, years = problem.money.shape
    if sources == 0:
        return
    sheet = model.sheet
    rows = sheet.new_rows(model.cost.size, 0.0, 0.0).reshape(model.cost.shape)
    sheet.put(rows, model.cost, -1.0)
    may = model.paid >= 0
    sheet.put(np.broadcast_to(rows, model.paid.shape)[may], model.paid[may], 1.0)
    finite = np.isfinite(problem.money)
    limit = sheet.new_rows(sources * years, high=np.where(finite, problem.money, INF).ravel()).reshape(sources, years)
    sheet.put(np.broadcast_to(limit[:, :, None, None], model.paid.shape)[may], model.paid[may], 1.0)
    _may_miss(model, "money", limit, np.zeros(1, dtype=np.int64), np.where(finite, problem.money, 0.0), -1.0)
    for b in np.flatnonzero(problem.carry):
        kept = sheet.new_columns(years - 1)
        sheet.put(limit[b, :-1], kept, 1.0)
        sheet.put(limit[b, 1:], kept, -1.0)


def _tilt_holds(problem: NetworkProblem, core: Core, model: Model) -> None:
    if problem.tilt_share <= 0:
        return
    inside = np.zeros(model.cost.shape[1], dtype=bool)
    inside[model.class_of[problem.tilt_groups]] = True
    row = model.sheet.new_rows(1, low=0.0)
    model.sheet.put(row, model.cost, (inside - problem.tilt_share)[None, :, None])
    _may_miss(model, "tilt", row, np.zeros(1, dtype=np.int64), np.ones(1), 1.0)


# --- shares of the last year -------------------------------------------------------------------------------


def last_year_terms(problem: NetworkProblem, core: Core, model: Model) -> list[tuple[Ints, Ints, Floats]]:
    """Row of the core, column and weight of everything delivered in the last year, as means over the seasons."""
    out = []
    for period, arcs, rounds in zip(model.periods, model.delivered, model.rounds, strict=True):
        if period.first == period.last == problem.years - 1:
            share = problem.season_share[period.season]
            row = core.arcs[period.season].row
            out.append((row, arcs, np.full(row.size, share)))
            out.append((model.round_rows, rounds, np.full(model.round_rows.size, share)))
    return out


def _floors_hold(problem: NetworkProblem, core: Core, model: Model) -> None:
    asked = np.flatnonzero((problem.floor > 0) & (core.need > 0))
    least = problem.floor[asked] * core.need[asked]
    rows = _shares_hold(problem, core, model, core.group, core.worth, asked, least)
    _may_miss(model, "floor", rows, asked, core.need[asked], 1.0)
    _may_miss(model, "floors", rows, np.zeros(1, dtype=np.int64), least, 1.0)


def _standards_hold(problem: NetworkProblem, core: Core, model: Model) -> None:
    asked = np.flatnonzero((problem.standard > 0) & (core.service_need > 0))
    least = problem.standard[asked] * core.service_need[asked]
    rows = _shares_hold(problem, core, model, core.service, np.ones(core.units.size), asked, least)
    _may_miss(model, "standard", rows, asked, core.service_need[asked], 1.0)
    _may_miss(model, "standards", rows, np.zeros(1, dtype=np.int64), least, 1.0)


def _shares_hold(
    problem: NetworkProblem, core: Core, model: Model, kind: Ints, weight: Floats, asked: Ints, least: Floats
) -> Ints:
    rows = model.sheet.new_rows(asked.size, low=least)
    place = np.full(int(max(kind.max(initial=0), asked.max(initial=0))) + 1, -1, dtype=np.int64)
    place[asked] = rows
    for row, columns, share in last_year_terms(problem, core, model):
        at = place[kind[row]]
        model.sheet.put(at[at >= 0], columns[at >= 0], (share * weight[row])[at >= 0])
    return rows


# --- what may be missed ------------------------------------------------------------------------------------


def _may_miss(model: Model, kind: str, rows: Ints, position: Ints, amount: Floats, sign: float) -> None:
    """A column for each position by which its rows may be missed, in parts of `amount`, where the kind is stretched.

    Args:
        model: to be changed.
        kind: of limit.
        rows: (positions, ...) for a column each, any shape for one position.
        position: of what each column speaks.
        amount: as `rows`, or one for each position.
        sign: 1 for rows that want at least, -1 for rows that want at most.
    """
    if kind not in model.stretch or not rows.size:
        return
    columns = model.sheet.new_columns(position.size)
    of = columns[:, None] if rows.ndim > 1 and position.size > 1 else columns
    model.sheet.put(rows, of, sign * amount)
    model.slack.append(Slack(kind, columns, position))
