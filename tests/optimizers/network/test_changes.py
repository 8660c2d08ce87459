"""A question with one thing changed: the best plan, found by trying every choice, moves as the change says."""

from dataclasses import fields, replace

import numpy as np
import pytest
from brute_force import EveryPlan, best_value
from scipy import sparse
from tiny_networks import tiny_network

from optimizers.network import changes
from optimizers.network.problem import BARRED, FREE, STANDS, NetworkProblem
from optimizers.network.solution import NEVER, NetworkSolution
from optimizers.problem import ProblemError

SEEDS = range(6)
LIFTS = {
    "site_by": changes.without_locks,
    "floor": changes.without_floor,
    "standard": changes.without_standard,
    "tilt": changes.without_tilt,
    "most_sites": changes.without_most_sites,
    "money": lambda p: changes.with_money_from(p, 0),
    "needs": changes.without_targets,
}


def small(seed: int, *on: str) -> NetworkProblem:
    return tiny_network(seed, on=on, off=tuple({"years", "seasons"} - set(on)))


def opened(problem: NetworkProblem, forms: list[int], modules: list[int]) -> NetworkSolution:
    """Only the years of opening, which is all that is read here."""
    return NetworkSolution(
        ("most",), "feasible", 0.0, None, None, "", 0.0, "",
        np.array(forms), np.array(modules), (), np.zeros(0), np.zeros(0),
    )  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("limit", LIFTS)
def test_without_a_limit_the_best_plan_is_no_worse(limit: str, seed: int) -> None:
    problem = small(seed, limit)
    before, after = best_value(problem), best_value(LIFTS[limit](problem))
    assert before is None or (after is not None and after >= before - 1e-7)


@pytest.mark.parametrize("limit", ["site_by", "floor", "standard", "tilt", "most_sites"])
def test_some_limit_that_is_lifted_was_worth_something(limit: str) -> None:
    found = [(best_value(p), best_value(LIFTS[limit](p))) for p in (small(seed, limit) for seed in range(12))]
    assert any(before is None or after > before + 1e-7 for before, after in found if after is not None)


@pytest.mark.parametrize("seed", SEEDS)
def test_with_a_site_forced_in_the_best_plan_is_the_best_of_those_that_open_it(seed: int) -> None:
    problem = small(seed)
    for site in range(len(problem.site_by)):
        every = EveryPlan(problem)
        every.choices = [choice for choice in every.choices if choice.sites_open[0, site]]
        assert best_value(changes.with_site(problem, site)) == pytest.approx(every.best("most"))


@pytest.mark.parametrize("seed", SEEDS)
def test_with_a_site_left_out_the_best_plan_is_the_best_of_those_without_anything_new_there(seed: int) -> None:
    problem = changes.without_locks(small(seed))
    for site in range(len(problem.site_by)):
        every = EveryPlan(problem)
        own = [np.flatnonzero((s == site) & (state == FREE)) for s, state in of_sites(problem)]
        every.choices = [
            c for c in every.choices if min((*c.form_year[own[0]], *c.module_year[own[1]]), default=9) >= problem.years
        ]
        assert best_value(changes.without_site(problem, site)) == pytest.approx(every.best("most"))


def of_sites(problem: NetworkProblem) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    return (problem.form_site, problem.form_state), (problem.module_site, problem.module_state)


@pytest.mark.parametrize("seed", SEEDS)
def test_without_rounds_to_a_group_its_people_are_served_at_sites_or_not_at_all(seed: int) -> None:
    problem = small(seed, "rounds")
    changed = changes.without_rounds(problem, 0)
    assert np.isinf(changed.round_yuan[problem.group == 0]).all()
    assert (changed.round_yuan[problem.group != 0] == problem.round_yuan[problem.group != 0]).all()
    before, after = best_value(problem), best_value(changed)
    assert after is None or after <= before + 1e-7


@pytest.mark.parametrize("seed", SEEDS)
def test_with_new_things_at_one_site_only_those_of_the_plan_cost_nothing(seed: int) -> None:
    problem = small(seed, "money")
    plan = opened(problem, [0, *[NEVER] * (len(problem.form_site) - 1)], [NEVER] * len(problem.module_site))
    changed = changes.only_at(problem, plan, 1)
    for f, site in enumerate(problem.form_site):
        may_open = problem.form_state[f] == FREE and (f == 0 or site == 1)
        assert (changed.form_state[f] == FREE) == may_open
        assert changed.form_capital[f] == (problem.form_capital[f] if site == 1 else 0.0)
    assert not (changed.module_state[problem.module_site != 1] == FREE).any()
    assert changes.without_money(problem).money.shape == (0, problem.years)
    assert (best_value(changes.without_money(problem)) or 0.0) >= (best_value(problem) or 0.0) - 1e-7


def test_an_order_for_a_site_is_only_ever_brought_forward() -> None:
    problem = tiny_network(1, on=("years",), off=("site_by",))
    late = changes.with_site(problem, 0, by=1)
    assert (late.site_by[0], changes.with_site(late, 0).site_by[0]) == (1, 0)
    assert changes.with_site(changes.with_site(problem, 0), 0, by=1).site_by[0] == 0
    assert (changes.without_lock(late, 0).site_by == -1).all()


def test_one_floor_and_one_standard_are_lifted_alone() -> None:
    base = tiny_network(3, off=("money", "carry", "earmarks"))
    two = {"groups": 2, "services": 2, "tilt_groups": np.zeros(2, bool), "pays": np.ones((0, 2, 2), bool)}
    problem = replace(base, **two, floor=np.array([0.25, 0.5]), standard=np.array([0.125, 0.5]))
    assert changes.without_floor(problem, 1).floor.tolist() == [0.25, 0.0]
    assert changes.without_standard(problem, 0).standard.tolist() == [0.0, 0.5]
    bare = changes.without_targets(problem)
    assert not bare.floor.any()
    assert not bare.standard.any()


def test_money_that_comes_at_once_is_the_same_money() -> None:
    problem = tiny_network(2, on=("money", "years"))
    for year in range(2):
        moved = changes.with_money_from(problem, year)
        assert moved.money.sum() == problem.money.sum()
        assert moved.money.sum(axis=0)[:year].tolist() == problem.money.sum(axis=0)[:year].tolist()
    assert changes.with_money_from(problem, 0).carry.all()
    assert not changes.with_money_from(problem, 0).money[:, 1:].any()
    assert (changes.with_money(problem, 2.5).money == 2.5 * problem.money).all()


@pytest.mark.parametrize("seed", range(8))
def test_all_money_of_the_last_year_on_is_the_money_as_it_was(seed: int) -> None:
    """What earlier years leave stays lost where it was lost, so nothing is gained in the last year alone."""
    problem = tiny_network(seed, on=("money", "years"), off=("carry", "seasons"))
    assert best_value(changes.with_money_from(problem, 1)) == pytest.approx(best_value(problem))
    kept = replace(problem, carry=np.ones_like(problem.carry))
    assert best_value(changes.with_money_from(kept, 1)) == pytest.approx(best_value(kept))


def test_money_of_a_year_on_is_freely_dated_and_what_earlier_years_leave_is_still_lost() -> None:
    """A school costs 3: 2 a year is enough with all money at once, from the second of three years on only then."""
    problem = replace(
        in_a_row([FREE], [FREE], np.zeros((1, 1))), years=3, form_capital=np.full(1, 3.0), form_running=np.zeros(1),
        module_capital=np.zeros(1), module_running=np.zeros(1), round_yuan=np.full(1, np.inf),
        reach=(sparse.csr_array(np.ones((1, 1))),), services=1, groups=1, floor=np.zeros(1), standard=np.zeros(1),
        tilt_groups=np.zeros(1, bool), tilt_share=0.0, most_sites=None, module_use=np.zeros((1, 2)),
        pool=np.ones((1, 2)), money=np.full((1, 3), 2.0), pays=np.ones((1, 1, 2), bool), carry=np.zeros(1, bool),
    )  # fmt: skip
    years_served = [best_value(p) for p in (problem, *(changes.with_money_from(problem, t) for t in (0, 1, 2)))]
    assert years_served == pytest.approx([0.0, 3.0, 2.0, 0.0])
    dear = replace(problem, form_capital=np.full(1, 5.0))  # asks for what the first year leaves
    assert [best_value(changes.with_money_from(dear, t)) for t in (0, 1)] == pytest.approx([3.0, 0.0])
    kept = replace(dear, carry=np.ones(1, bool))
    assert [best_value(p) for p in (kept, changes.with_money_from(kept, 1))] == pytest.approx([1.0, 2.0])


@pytest.mark.parametrize("seed", range(4))
def test_modules_that_draw_on_nobody_are_no_worse_and_rounds_keep_their_days(seed: int) -> None:
    problem = small(seed, "staff", "round_days")
    free = changes.without_staff(problem)
    assert not free.module_use.any()
    assert (free.pool == problem.pool).all()
    assert (free.round_days == problem.round_days).all()
    before = best_value(replace(problem, module_use=np.maximum(problem.module_use, 0.0)))
    assert (best_value(free) or 0.0) >= (before or 0.0) - 1e-7


@pytest.mark.parametrize("seed", range(12))
def test_a_closed_site_takes_along_only_what_depends_on_it(seed: int) -> None:
    drawn = tiny_network(seed, on=("needs",), off=("gives", "staff", "site_by", "most_sites", "seasons"))
    rich = replace(drawn, money=drawn.money[:0], pays=drawn.pays[:0], carry=drawn.carry[:0])
    problem = changes.without_targets(rich)
    choices = EveryPlan(problem).choices
    allowed = {(tuple(c.form_year), tuple(c.module_year)) for c in choices}
    for choice in choices[:: max(1, len(choices) // 8)]:
        before = (choice.form_year, choice.module_year)
        plan = opened(problem, *(np.where(y < problem.years, y, NEVER) for y in before))
        for site in range(len(problem.site_by)):
            after = [np.where(y == NEVER, problem.years, y) for y in changes.closed(problem, plan, site)]
            assert tuple(map(tuple, after)) in allowed
            for now, was, (sites, state) in zip(after, before, of_sites(problem), strict=True):
                assert (now[(sites == site) & (state == FREE)] == problem.years).all()
                assert (now >= was).all()
                assert (now[state == STANDS] == 0).all()


def in_a_row(form_state: list[int], module_state: list[int], needs: np.ndarray) -> NetworkProblem:
    """Sites 0, 1, ... with a form and a module each, two years, nobody to serve."""
    n = len(form_state)
    each = {f"{kind}_{what}": np.ones(n) for kind in ("form", "module") for what in ("capital", "running", "space")}
    return replace(
        tiny_network(0, off=("money", "carry", "earmarks")), years=2, **each,
        reach=(sparse.csr_array((1, n)),), season_share=np.ones(1), service=np.zeros(1, int), group=np.zeros(1, int),
        units=np.ones(1), worth=np.ones(1), round_yuan=np.ones(1), round_value=np.ones(1), round_days=np.ones(1),
        round_pool=np.zeros(1, int), site_group=np.zeros(n, int), site_pool=np.zeros(n, int), site_by=np.full(n, -1),
        form_site=np.arange(n), form_state=np.array(form_state), form_needs=sparse.csr_array(needs),
        module_site=np.arange(n), module_service=np.zeros(n, int), module_capacity=np.ones(n),
        module_use=np.zeros((n, 2)), module_state=np.array(module_state), money=np.zeros((0, 2)),
    )  # fmt: skip


def test_points_without_their_centre_close_one_after_the_other_or_wait_for_another() -> None:
    """Site 1 needs 0 or 3, site 2 needs 1; 3 opens in year 1."""
    needs = np.array([[0, 0, 0, 0], [1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0]], float)
    problem = in_a_row([FREE] * 4, [FREE] * 4, needs)
    forms, modules = changes.closed(problem, opened(problem, [0, 0, 0, NEVER], [0, 0, 1, NEVER]), 0)
    assert forms.tolist() == modules.tolist() == [NEVER] * 4
    forms, modules = changes.closed(problem, opened(problem, [0, 0, 0, 1], [0, 0, 0, 1]), 0)
    assert forms.tolist() == modules.tolist() == [NEVER, 1, 1, 1]


def test_sites_with_something_new_are_those_of_free_forms_and_modules() -> None:
    problem = in_a_row([STANDS, FREE, FREE], [FREE, FREE, BARRED], np.zeros((3, 3)))
    assert changes.new_at(problem, opened(problem, [0, NEVER, 0], [0, NEVER, NEVER])).tolist() == [True, False, True]


def test_the_question_given_stays_as_it_is() -> None:
    problem = small(4, *LIFTS, "years")
    before = {each.name: np.array(getattr(problem, each.name), dtype=object, copy=True) for each in fields(problem)
              if isinstance(getattr(problem, each.name), np.ndarray)}  # fmt: skip
    for change in (*LIFTS.values(), *(lambda p, f=f: f(p, 0) for f in (changes.with_site, changes.without_site))):
        change(problem)
    changes.closed(problem, opened(problem, [0] * len(problem.form_site), [0] * len(problem.module_site)), 0)
    assert all((before[name] == getattr(problem, name)).all() for name in before)


@pytest.mark.parametrize(
    "change",
    [
        lambda p: changes.without_lock(p, -1),
        lambda p: changes.with_site(p, 99),
        lambda p: changes.with_site(p, 0, by=7),
        lambda p: changes.without_floor(p, 9),
        lambda p: changes.without_rounds(p, 9),
        lambda p: changes.without_standard(p, -2),
        lambda p: changes.with_money_from(p, -1),
        lambda p: changes.with_money(p, float("nan")),
        lambda p: changes.with_money(p, -1.0),
        lambda p: changes.with_units(p, p.units[:-1]),
        lambda p: changes.with_units(p, -p.units - 1.0),
    ],
)
def test_a_change_of_what_is_not_there_is_an_error(change) -> None:
    with pytest.raises(ProblemError):
        change(tiny_network(5))
