"""Why here, why not there, what else: every number in the sentences is counted once more in a plainer way."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import count
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from asked_networks import (
    asked,
    best_value,
    delivered,
    hasty,
    is_within,
    planned,
    posing,
    reference,
    rounds_or_building,
)
from brute_force import EveryPlan
from scipy.sparse import csr_array

from optimizers.network import BARRED, FREE, STANDS, changes
from planning.faults import PlanningError
from planning.network.reasons import tasks
from planning.network.reasons.explain import explain_network, explain_plan
from planning.network.reasons.others import BY_SEASON, appears, near_best, replacement, without
from planning.network.reasons.site_facts import times_of
from planning.network.reasons.whom import whom_it_serves
from planning.network.reasons.why_here import touched_sites, why_here

OFF = ("gives", "staff")


def solved(n, on=(), off=OFF, aims=("most",)):
    problem = planned(n, on=on, off=off)
    return asked(problem), reference(problem, aims)


def value_of_years(problem, form_year, module_year):
    """The most that given institutions deliver, by an own linear program."""
    every = EveryPlan(problem)
    wanted = [np.where(np.asarray(years) < 0, problem.years, years) for years in (form_year, module_year)]
    every.choices = [
        c for c in every.choices if (c.form_year == wanted[0]).all() and (c.module_year == wanted[1]).all()
    ]
    return every.best("most")


@pytest.mark.parametrize("n", range(4))
def test_what_a_site_gives_is_what_is_lost_without_it(n) -> None:
    question, solution = solved(n, on=("needs",))
    free = changes.without_targets(question.problem)
    for site_id in touched_sites(question, solution):
        found = why_here(question, solution, site_id, give=delivered)[0]
        closed = changes.closed(free, solution, int(site_id[1:]))
        kept = value_of_years(free, solution.form_year, solution.module_year)
        assert found.value == found.low == found.high == pytest.approx(kept - value_of_years(free, *closed), abs=1e-5)
        assert found.subject == site_id


def test_the_sites_chosen_are_those_with_something_new() -> None:
    question, solution = solved(0)
    free = (question.problem.form_state == FREE) & (solution.form_year >= 0)
    new = {f"s{site}" for site in question.problem.form_site[free]}
    assert new <= set(touched_sites(question, solution))
    assert new
    for site_id in {f"s{j}" for j in range(len(question.problem.site_by))} - set(touched_sites(question, solution)):
        for ask in (whom_it_serves, why_here, replacement):
            with pytest.raises(PlanningError) as caught:
                ask(question, solution, site_id)
            assert "why_not" in caught.value.faults[0]


@pytest.mark.parametrize("n", range(4))
def test_whom_a_site_serves_adds_up_by_service_and_by_county(n) -> None:
    question, solution = solved(n, on=("seasons",))
    problem = question.problem
    for site_id in touched_sites(question, solution):
        site, found = int(site_id[1:]), whom_it_serves(question, solution, site_id)
        units = sum(
            share * served.toarray()[:, site]
            for share, served in zip(problem.season_share, solution.served[-1], strict=True)
        )
        assert found.value == round(units.sum())  # one unit is what a person needs
        if found.value:
            listed = found.zh.split("：")[2]
            by_service, by_county = listed.split("；")[0], listed.split("来自")[1]
            for part in (by_service, by_county.split("，共")[0]):
                assert sum(int(x) for x in re.findall(r" (\d+) 人", part)) == found.value


def test_the_count_of_the_plan_is_shown_where_it_is_given() -> None:
    question, solution = solved(0)
    site_id = touched_sites(question, solution)[0]
    plan = SimpleNamespace(sites=pd.DataFrame({"site_id": [site_id], "persons_served": [7]}))
    assert whom_it_serves(question, solution, site_id, plan).value == 7.0


@pytest.mark.parametrize("n", range(4))
def test_times_to_a_site_and_to_the_next_open_one_in_a_plain_count(n) -> None:
    question, solution = solved(n, on=("seasons",))
    problem = question.problem
    free = changes.without_targets(problem)
    for site_id in touched_sites(question, solution):
        site = int(site_id[1:])
        closed = delivered(free, *changes.closed(free, solution, site))
        found, here, other = times_of(question, solution, closed, site), [], []
        for a, (share, served) in enumerate(zip(problem.season_share, solution.served[-1], strict=True)):
            minutes, reach = question.routes[a].toarray(), stored(problem.reach[a])
            for r, units in enumerate(served.toarray()[:, site]):
                if units > 0:
                    here.append((share * units, minutes[r, site]))
                    near = [
                        minutes[r, j]
                        for j in range(len(problem.site_by))
                        if j != site and reach[r, j] and opens(problem, closed, j, r)
                    ]
                    other += [(share * units, minutes[r, site], min(near))] if near else []
        assert found.persons == pytest.approx(sum(w for w, _ in here))
        assert found.with_other == pytest.approx(sum(w for w, *_ in other))
        if here:
            assert found.minutes == pytest.approx(np.average([m for _, m in here], weights=[w for w, _ in here]))
        if other:
            w = [w for w, *_ in other]
            assert found.minutes_here == pytest.approx(np.average([m for _, m, _ in other], weights=w))
            assert found.minutes_other == pytest.approx(np.average([m for *_, m in other], weights=w))


def stored(reach):
    found = np.zeros(reach.shape, dtype=bool)
    found[np.repeat(np.arange(reach.shape[0]), np.diff(reach.indptr)), reach.indices] = True
    return found


def opens(problem, solution, site, row) -> bool:
    on = (solution.module_year >= 0) & (problem.module_site == site) & (problem.module_capacity > 0)
    return bool((on & (problem.module_service == problem.service[row])).any())


@pytest.mark.parametrize("n", range(4))
def test_replacing_a_site_costs_what_trying_all_choices_without_it_says(n) -> None:
    question, solution = solved(n, on=("site_by",), off=("seasons",))
    problem = question.problem
    for site_id in touched_sites(question, solution):
        site = int(site_id[1:])
        found = replacement(question, solution, site_id, solve=reference)
        rest = best_value(changes.without_site(problem, site))
        truth = math.inf if rest is None else best_value(changes.without_lock(problem, site)) - rest
        assert found.low == found.high == pytest.approx(truth, abs=1e-5)
        early = hasty(n)(problem)
        if site_id in touched_sites(question, early):
            assert is_within(replacement(question, early, site_id, solve=hasty(n)), truth)


def test_an_order_that_costs_something_is_no_part_of_what_its_site_is_worth() -> None:
    for n in count():
        problem = planned(n, on=("site_by", "money", "years"), off=("seasons",))
        site = int(np.flatnonzero(problem.site_by >= 0)[0])
        free, rest = changes.without_lock(problem, site), changes.without_site(problem, site)
        least = max(best_value(problem), best_value(rest) or math.inf)
        if best_value(free) > least + 1e-3 and f"s{site}" in touched_sites(asked(problem), reference(problem)):
            break
    found = replacement(asked(problem), reference(problem), f"s{site}", solve=reference)
    assert found.value == pytest.approx(best_value(free) - best_value(rest), abs=1e-5)


def test_with_several_aims_the_price_is_that_of_the_first_and_the_plan_is_made_for_all() -> None:
    problem = planned(1, off=(*OFF, "seasons", "site_by"))
    aims = ("most", "fewest_sites")
    question, solution = asked(problem), reference(problem, aims, give=0.1)
    for site_id in touched_sites(question, solution):
        again = without(question, solution, site_id, solve=reference)
        assert again.aims == aims
        found = replacement(question, solution, site_id, again=again, solve=reference)
        truth = best_value(problem) - best_value(changes.without_site(problem, int(site_id[1:])))
        assert found.value == pytest.approx(truth, abs=1e-5)
        assert "按首要目标" in found.zh


def test_a_replacement_names_the_sites_that_come_instead() -> None:
    named = 0
    for n in range(6):
        problem = replace(planned(n, off=("seasons", "years")), most_sites=1)
        question, solution = asked(problem), reference(problem)
        for site_id in touched_sites(question, solution):
            again = without(question, solution, site_id, solve=reference)
            found = replacement(question, solution, site_id, again=again, solve=reference)
            come = set(touched_sites(question, again)) - set(touched_sites(question, solution))
            assert all(f"机构{name[1:]}" in found.zh.split("改设")[-1] for name in come)
            assert ("改设" in found.zh) == bool(come)
            named += len(come)
    assert named > 0


def test_how_often_a_site_comes_back_is_counted_and_says_how_the_plans_were_made() -> None:
    question, solution = solved(1, off=("seasons", "years"))
    for site_id in touched_sites(question, solution):
        plans = [(site_id, "s9"), ("s9",), (site_id,)]
        (found,) = appears(question, site_id, plans, BY_SEASON)
        assert appears(question, site_id, (), BY_SEASON) == ()
        assert found.value == 2
        assert f"3 个其他方案（{BY_SEASON.zh}）" in found.zh
    worse = replace(solution, objective=0.98 * solution.objective, bound=math.inf, status="feasible", stages=())
    close = replace(worse, objective=0.995 * solution.objective)
    assert near_best(question, solution, [worse, close, solution]) == (close, solution)


def needed_for_its_staff():
    """A site that serves nobody gives the only therapist, on whom the module of another site draws."""
    problem = planned(0, off=("seasons", "years", "staff", "needs", "stands", "barred", "site_by", "money", "rounds"))
    rows, modules = len(problem.units), len(problem.module_site)
    use, service = np.zeros((modules, 2)), np.zeros(modules, int)
    first, second = (np.flatnonzero(problem.module_site == site)[0] for site in (0, 1))
    use[first, 0], use[second, 0], service[first] = -1.0, 1.0, -1
    state = np.where(np.isin(np.arange(modules), [first, second]), FREE, BARRED)
    return replace(
        problem, service=np.zeros(rows, int), units=np.full(rows, 4.0), module_service=service, module_use=use,
        module_state=state, module_space=np.ones(modules), pool=np.zeros((2, 2)), form_state=np.full_like(
            problem.form_state, FREE), most_sites=None, site_pool=np.zeros(len(problem.site_by), int),
        reach=(csr_array(np.ones((rows, len(problem.site_by)))),), floor=np.zeros(problem.groups),
        standard=np.zeros(problem.services), tilt_share=0.0,
    )  # fmt: skip


def test_a_site_whose_staff_others_need_is_said_to_be_needed_for_it_and_only_then() -> None:
    question = asked(needed_for_its_staff())
    solution = reference(question.problem)
    assert set(touched_sites(question, solution)) == {"s0", "s1"}
    (told,) = why_here(question, solution, "s0", give=delivered)
    assert (told.low, told.high) == (math.inf, math.inf)
    assert "培训的人员" in told.zh
    assert "它为其他机构培训人员" in whom_it_serves(question, solution, "s0").zh

    def fails(problem, form_year, module_year, **how):
        found = delivered(problem, form_year, module_year, **how)
        return found if found.objective is None else replace(found, objective=None, status="unknown")

    (unknown,) = why_here(question, solution, "s0", give=fails)
    assert (unknown.low, unknown.high) == (0.0, math.inf)
    assert "培训" not in unknown.zh
    kept = delivered(question.problem, solution.form_year, solution.module_year)
    impossible = replace(kept, objective=None, status="infeasible")  # whoever is needed
    (other,) = why_here(question, solution, "s0", kept=kept, give=lambda *_, **__: impossible)
    assert "培训" not in other.zh


def test_what_is_new_at_an_institution_that_stands_is_said_to_be_added_to_it() -> None:
    for n in count():
        question, solution = solved(n, on=("stands",), off=(*OFF, "seasons"))
        stands = {f"s{site}" for site in question.problem.form_site[question.problem.form_state == STANDS]}
        if stands & set(touched_sites(question, solution)) and set(touched_sites(question, solution)) - stands:
            break
    for site_id in touched_sites(question, solution):
        first = why_here(question, solution, site_id, give=delivered)[0]
        other = replacement(question, solution, site_id, solve=reference)
        for told in (first, other):
            assert ("不扩充" in told.zh) == (site_id in stands) == ("without what is new there" in told.en)
            assert ("不设" in told.zh) == (site_id not in stands)


def test_targets_that_are_set_aside_are_named_and_only_those() -> None:
    question, solution = solved(0, on=("floor", "site_by"), off=(*OFF, "seasons", "standard", "tilt"))
    told = why_here(question, solution, touched_sites(question, solution)[0], give=delivered)[0]
    assert ("不计锁定、保底比例" in told.zh) == bool(question.problem.floor.any())
    plain = asked(changes.without_targets(question.problem))
    bare = why_here(plain, solution, touched_sites(plain, solution)[0], give=delivered)[0]
    assert "不计" not in bare.zh
    assert "set aside" not in bare.en


def test_a_site_that_stands_in_the_way_of_more_is_said_to_do_so() -> None:
    question = asked(rounds_or_building())
    forced = reference(changes.with_site(question.problem, 0))
    found = why_here(question, forced, "s0", give=delivered)[0]
    assert found.value < 0.0
    assert f"反而多提供 {-found.value:.0f} 服务人次" in found.zh
    assert "more (2026)" in found.en


@pytest.mark.parametrize("n", range(2))
def test_a_plan_is_explained_as_a_whole_in_both_languages(n) -> None:
    question, solution = solved(n, on=("seasons", "money", "floor", "years", "rounds"), off=OFF)
    done = []
    again = {"solve": reference, "give": delivered, "pose": posing(question)}
    found = explain_plan(question, solution, **again, progress=done.append)
    kinds = {each.kind for each in found}
    assert kinds >= {"serves", "why_here", "floor", "year", "season", "one_season", "curve", "replacement"}
    assert "left_out" not in kinds
    assert done[-1] == 1.0
    assert done == sorted(done)
    for each in found:
        assert re.search(r"[\u4e00-\u9fff]", each.zh)
        assert not re.search(r"[\u4e00-\u9fff]", each.en)
        assert each.zh.endswith("。")
        assert each.en.endswith(".")
        assert "nan" not in each.zh + each.en
        assert math.isnan(each.value) or each.low <= each.value <= each.high
    assert found == explain_plan(question, solution, **again)


def test_what_the_time_does_not_reach_is_counted() -> None:
    question, solution = solved(0, off=("seasons",))
    found = explain_plan(question, solution, solve=reference, give=delivered, time_limit_s=0.0)
    assert found[-1].kind == "left_out"
    assert found[-1].value > 0
    assert {each.kind for each in found[:-1]} == {"serves"}
    timed = replace(
        question,
        scenario=SimpleNamespace(
            network=SimpleNamespace(aims=("most_units",), explain=True, why_not=(), explain_s=0.0, give=0.0)
        ),
    )
    assert explain_network(timed, solution)[-1] == found[-1]


def test_every_question_asked_again_gets_its_part_of_the_time() -> None:
    question, solution = solved(0, off=("seasons",))
    limits = []

    def timed(problem, aims=("most",), time_limit_s=0.0, **how):
        limits.append(time_limit_s)
        return reference(problem, aims)

    explain_plan(question, solution, solve=timed, give=delivered, time_limit_s=600.0)
    assert min(limits) >= 2.0
    assert max(limits[:3]) <= 600.0 / 3
    assert limits[0] > 600.0 / 30


def test_sites_do_not_take_all_the_time_and_floors_of_counties_are_few(monkeypatch) -> None:
    question, solution = solved(0, on=("floor",), off=(*OFF, "seasons"))
    named = {each.kind for each in explain_plan(question, solution, solve=reference, give=delivered)}
    monkeypatch.setattr(tasks, "SITES_UNTIL", -1.0)
    monkeypatch.setattr(tasks, "FLOORS", 0)
    found = explain_plan(question, solution, solve=reference, give=delivered)
    assert named >= {"why_here", "minutes", "floor"}
    assert not {each.kind for each in found} & {"why_here", "minutes", "minutes_saved", "floor"}
    assert found[-1].kind == "left_out"
    assert found[-1].value == len(touched_sites(question, solution))


def test_a_site_is_not_looked_for_in_the_plan_that_was_made_without_it() -> None:
    several = (solved(n, off=("seasons", "years")) for n in count())
    question, solution = next(each for each in several if len(touched_sites(*each)) > 1)
    sites = touched_sites(question, solution)
    found = explain_plan(question, solution, solve=lambda *_, **__: solution, give=delivered)
    assert [each.value for each in found if each.kind == "appears"] == [len(sites) - 1.0] * len(sites)


def test_an_interrupt_ends_the_explaining_and_keeps_what_is_known() -> None:
    question, solution = solved(0, off=("seasons",))

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    found = explain_plan(question, solution, solve=interrupted, give=delivered)
    assert {each.kind for each in found} >= {"why_here", "serves", "left_out"}
