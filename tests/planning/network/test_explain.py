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
from asked_networks import asked, best_value, delivered, hasty, is_within, planned, reference
from brute_force import EveryPlan
from scipy.sparse import csr_array

from optimizers.network import BARRED, FREE, STANDS, changes
from planning.faults import PlanningError
from planning.network.reasons import explain
from planning.network.reasons.explain import explain_network, explain_plan
from planning.network.reasons.instead import building_instead
from planning.network.reasons.others import BY_DRAWS, appears, near_best, replacement, resampled, why_not, without
from planning.network.reasons.seasons import prices_of_season
from planning.network.reasons.sentences import number
from planning.network.reasons.site_facts import times_of
from planning.network.reasons.why_here import chosen_sites, whom_it_serves, why_here

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
    for site_id in chosen_sites(question, solution):
        found = why_here(question, solution, site_id, give=delivered)[0]
        closed = changes.closed(free, solution, int(site_id[1:]))
        kept = value_of_years(free, solution.form_year, solution.module_year)
        assert found.value == found.low == found.high == pytest.approx(kept - value_of_years(free, *closed), abs=1e-5)
        assert found.subject == site_id


def test_the_sites_chosen_are_those_with_something_new() -> None:
    question, solution = solved(0)
    free = (question.problem.form_state == FREE) & (solution.form_year >= 0)
    new = {f"s{site}" for site in question.problem.form_site[free]}
    assert new <= set(chosen_sites(question, solution))
    assert new
    for site_id in {f"s{j}" for j in range(len(question.problem.site_by))} - set(chosen_sites(question, solution)):
        for ask in (whom_it_serves, why_here, replacement):
            with pytest.raises(PlanningError) as caught:
                ask(question, solution, site_id)
            assert "why_not" in caught.value.faults[0]


@pytest.mark.parametrize("n", range(4))
def test_whom_a_site_serves_adds_up_by_service_and_by_county(n) -> None:
    question, solution = solved(n, on=("seasons",))
    problem = question.problem
    for site_id in chosen_sites(question, solution):
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
    site_id = chosen_sites(question, solution)[0]
    plan = SimpleNamespace(sites=pd.DataFrame({"site_id": [site_id], "persons_served": [7]}))
    assert whom_it_serves(question, solution, site_id, plan).value == 7.0


@pytest.mark.parametrize("n", range(4))
def test_times_to_a_site_and_to_the_next_open_one_in_a_plain_count(n) -> None:
    question, solution = solved(n, on=("seasons",))
    problem = question.problem
    free = changes.without_targets(problem)
    for site_id in chosen_sites(question, solution):
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
                        if reach[r, j] and opens(problem, closed, j, r)
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
    for site_id in chosen_sites(question, solution):
        site = int(site_id[1:])
        found = replacement(question, solution, site_id, solve=reference)
        rest = best_value(changes.without_site(problem, site))
        truth = math.inf if rest is None else best_value(changes.without_lock(problem, site)) - rest
        assert found.low == found.high == pytest.approx(truth, abs=1e-5)
        early = hasty(n)(problem)
        if site_id in chosen_sites(question, early):
            assert is_within(replacement(question, early, site_id, solve=hasty(n)), truth)


def test_an_order_that_costs_something_is_no_part_of_what_its_site_is_worth() -> None:
    for n in count():
        problem = planned(n, on=("site_by", "money", "years"), off=("seasons",))
        site = int(np.flatnonzero(problem.site_by >= 0)[0])
        free, rest = changes.without_lock(problem, site), changes.without_site(problem, site)
        least = max(best_value(problem), best_value(rest) or math.inf)
        if best_value(free) > least + 1e-3 and f"s{site}" in chosen_sites(asked(problem), reference(problem)):
            break
    found = replacement(asked(problem), reference(problem), f"s{site}", solve=reference)
    assert found.value == pytest.approx(best_value(free) - best_value(rest), abs=1e-5)


def test_with_several_aims_the_price_is_that_of_the_first_and_the_plan_is_made_for_all() -> None:
    problem = planned(1, off=(*OFF, "seasons", "site_by"))
    aims = ("most", "fewest_sites")
    question, solution = asked(problem), reference(problem, aims, give=0.1)
    for site_id in chosen_sites(question, solution):
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
        for site_id in chosen_sites(question, solution):
            again = without(question, solution, site_id, solve=reference)
            found = replacement(question, solution, site_id, again=again, solve=reference)
            come = set(chosen_sites(question, again)) - set(chosen_sites(question, solution))
            assert all(f"机构{name[1:]}" in found.zh.split("改设")[-1] for name in come)
            assert ("改设" in found.zh) == bool(come)
            named += len(come)
    assert named > 0


@pytest.mark.parametrize("n", range(4))
def test_why_not_here_is_what_the_best_plan_with_it_loses(n) -> None:
    question, solution = solved(n, off=("seasons",))
    problem = question.problem
    truths = {}
    for site_id in outside(question, solution):
        site = int(site_id[1:])
        found = why_not(question, solution, site_id, solve=reference)
        forced = best_value(changes.with_site(problem, site, by=problem.years - 1))
        truths[site_id] = math.inf if forced is None else best_value(problem) - forced
        assert found.value == pytest.approx(truths[site_id], abs=1e-5)
        assert ("做不到" in found.zh) == (forced is None)
    if len(truths) > 1:
        cheapest = why_not(question, solution, list(truths), solve=reference)
        assert cheapest.value == pytest.approx(min(truths.values()), abs=1e-5)


def outside(question, solution):
    """Sites that may open, do not, and where nothing stands."""
    problem = question.problem
    for site in range(len(problem.site_by)):
        states = problem.form_state[problem.form_site == site]
        if f"s{site}" not in chosen_sites(question, solution) and FREE in states and STANDS not in states:
            yield f"s{site}"


def test_a_site_that_is_barred_is_priced_as_a_ban_and_one_that_stands_is_refused() -> None:
    problem = planned(0, off=(*OFF, "seasons", "stands", "site_by"))
    barred = replace(problem, form_state=np.where(problem.form_site == 0, BARRED, problem.form_state))
    found = why_not(asked(barred), reference(barred), "s0", solve=reference)
    assert (found.kind, found.value) == (
        "ban",
        pytest.approx(best_value(changes.without_ban(barred, 0)) - best_value(barred)),
    )
    stands = replace(problem, form_state=np.where(problem.form_site == 0, STANDS, problem.form_state))
    bare = replace(stands, module_state=np.where(problem.module_site == 0, BARRED, problem.module_state))
    with pytest.raises(PlanningError) as caught:
        why_not(asked(bare), reference(bare), "s0", solve=reference)
    assert "已有机构" in caught.value.faults[0].zh


def test_how_often_a_site_comes_back_is_counted_and_says_how_the_plans_were_made() -> None:
    question, solution = solved(1, off=("seasons", "years"))
    plans = resampled(question, solution, draws=4, solve=reference)
    assert plans == tuple(plans)
    for site_id in chosen_sites(question, solution):
        (found,) = appears(question, site_id, plans, BY_DRAWS)
        assert appears(question, site_id, (), BY_DRAWS) == ()
        assert found.value == sum(site_id in chosen_sites(question, plan) for plan in plans)
        assert f"4 个其他方案（{BY_DRAWS.zh}）" in found.zh
    worse = replace(solution, objective=0.98 * solution.objective, bound=math.inf, status="feasible", stages=())
    close = replace(worse, objective=0.995 * solution.objective)
    assert near_best(question, solution, [worse, close, solution]) == (close, solution)


@pytest.mark.parametrize("n", range(3))
def test_what_serving_both_seasons_costs_in_one_of_them(n) -> None:
    question, solution = solved(n, on=("seasons",))
    free = changes.without_targets(question.problem)
    for a, season in enumerate(question.seasons):
        first, second = prices_of_season(question, solution, season, solve=reference, give=delivered)
        alone = changes.one_season(free, a)
        mine = value_of_years(alone, solution.form_year, solution.module_year)
        assert first.low == first.high == pytest.approx(best_value(alone) - mine, abs=1e-5)
        best = reference(alone)
        theirs = value_of_years(free, best.form_year, best.module_year)
        kept = value_of_years(free, solution.form_year, solution.module_year)
        assert second.value == pytest.approx(kept - theirs, abs=1e-4)


def rounds_or_building():
    """Everyone may be served at home or at any site; money is enough for rounds, or for one building and few rounds."""
    off = ("seasons", "years", "round_days", "site_by", "most_sites", "stands", "barred", "needs", "tilt", "gives")
    problem = planned(0, off=off)
    rows, sites, forms, modules = (
        len(x) for x in (problem.units, problem.site_by, problem.form_site, problem.module_site)
    )
    return replace(
        problem, services=1, groups=1, service=np.zeros(rows, int), group=np.zeros(rows, int), units=np.full(rows, 4.0),
        reach=(csr_array(np.full((rows, sites), 5.0)),), round_yuan=np.full(rows, 2.0), round_value=np.full(rows, 9.0),
        site_group=np.zeros(sites, int), form_capital=np.full(forms, 1000.0), form_running=np.full(forms, 1.0),
        form_state=np.full(forms, FREE), module_state=np.full(modules, FREE), module_service=np.zeros(modules, int),
        module_capital=np.zeros(modules), module_running=np.zeros(modules), module_space=np.zeros(modules),
        module_use=np.zeros((modules, 2)), floor=np.zeros(1), standard=np.zeros(1), tilt_groups=np.zeros(1, bool),
        pays=np.ones((1, 1, 2), bool), carry=np.zeros(1, bool), money=np.full((1, 1), 1010.0),
    )  # fmt: skip


def building_site(told) -> str:
    return "s" + re.findall(r"机构(\d)", told.zh)[0]


def test_rounds_are_set_against_what_a_building_would_have_cost_a_person() -> None:
    question, solution = asked(rounds_or_building()), reference(rounds_or_building())
    rounds, building = building_instead(question, solution, question.counties[0], solve=reference)
    assert (rounds.kind, rounds.value) == ("rounds", 2.0)  # yuan a unit, and a unit is what a person needs
    poor = replace(question.problem, money=np.full((1, 1), 900.0))
    assert building_instead(asked(poor), reference(poor), question.counties[0], solve=reference)[1] == building
    tier = np.where(question.sites["site_id"] == building_site(building), "village", "township")
    moved = replace(question, sites=question.sites.assign(tier=tier))
    other = building_instead(moved, solution, question.counties[0], most=1, solve=reference)[1]
    assert building_site(other) != building_site(building)  # villages come last
    problem, site = question.problem, int(building_site(building)[1:])
    room = np.bincount(problem.module_site, problem.module_capacity, minlength=len(problem.site_by))
    persons = min(room[site], problem.units.sum())  # of whom all are near, and there is space for every module
    assert room[site] == max(np.delete(room, [int(s[1:]) for s in chosen_sites(question, solution)])[:3])
    assert building.value == pytest.approx(1000.0 / persons, rel=1e-5)
    assert f"末年服务本县 {round(persons)} 人" in building.zh
    assert f"每人一次性 {number(1000.0 / persons)} 元、每年 {number(1.0 / persons)} 元" in building.zh
    poor = replace(question.problem, money=np.full((1, 1), 900.0))
    assert building_instead(asked(poor), reference(poor), question.counties[0], solve=reference)[1] == building
    tier = np.where(question.sites["site_id"] == building_site(building), "village", "township")
    moved = replace(question, sites=question.sites.assign(tier=tier))
    other = building_instead(moved, solution, question.counties[0], most=1, solve=reference)[1]
    assert building_site(other) != building_site(building)  # villages come last
    township, village = building_instead(moved, solution, question.counties[0], solve=reference)[1:]
    assert building_site(village) == building_site(building) != building_site(township)


def test_a_site_that_stands_in_the_way_of_more_is_said_to_do_so() -> None:
    question = asked(rounds_or_building())
    forced = reference(changes.with_site(question.problem, 0))
    found = why_here(question, forced, "s0", give=delivered)[0]
    assert found.value < 0.0
    assert f"反而多提供 {-found.value:.0f} 服务人次" in found.zh
    assert "more (2026)" in found.en


def test_a_building_that_nothing_allows_and_a_county_that_no_site_reaches_are_said_to_be_so() -> None:
    problem = rounds_or_building()
    needs = np.ones((len(problem.form_site), len(problem.site_by)))
    needs[np.arange(len(problem.form_site)), problem.form_site] = 0.0  # each form needs another site, and none is open
    lonely = replace(problem, form_needs=csr_array(needs))
    alone = replace(problem, reach=(csr_array(problem.reach[0].shape),))
    for changed, words in ((lonely, "做不到"), (alone, "没有可选地点")):
        question = asked(changed)
        _, building = building_instead(question, reference(changed), question.counties[0], solve=reference)
        assert building.value == math.inf
        assert words in building.zh
    twice = {name: np.tile(getattr(problem, name), 2) for name in ("form_site", "form_capital", "form_running")}
    states = np.repeat([FREE, STANDS], len(problem.form_site))
    stands = replace(
        problem, **twice, form_state=states, form_space=np.tile(problem.form_space, 2),
        form_needs=csr_array((2 * len(problem.form_site), len(problem.site_by))),
        module_capital=np.full(len(problem.module_site), 1e6),
    )  # fmt: skip
    _, building = building_instead(asked(stands), reference(stands), "653101", solve=reference)
    assert "没有可选地点" in building.zh
    nobody = replace(problem, round_yuan=np.full(len(problem.units), np.inf))
    assert building_instead(asked(nobody), reference(nobody), question.counties[0], solve=reference) == ()


@pytest.mark.parametrize("n", range(2))
def test_a_plan_is_explained_as_a_whole_in_both_languages(n) -> None:
    question, solution = solved(n, on=("seasons", "money", "floor", "years", "rounds"), off=OFF)
    done = []
    found = explain_plan(question, solution, solve=reference, give=delivered, progress=done.append)
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
    assert found == explain_plan(question, solution, solve=reference, give=delivered)


def test_what_the_time_does_not_reach_is_counted() -> None:
    question, solution = solved(0, off=("seasons",))
    found = explain_plan(question, solution, solve=reference, give=delivered, time_limit_s=0.0)
    assert found[-1].kind == "left_out"
    assert found[-1].value > 0
    assert {each.kind for each in found[:-1]} == {"serves"}
    timed = replace(
        question, scenario=SimpleNamespace(network=SimpleNamespace(aims=("most_units",), explain_s=0.0, give=0.0))
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
    monkeypatch.setattr(explain, "SITES_UNTIL", -1.0)
    monkeypatch.setattr(explain, "FLOORS", 0)
    found = explain_plan(question, solution, solve=reference, give=delivered)
    assert named >= {"why_here", "minutes", "floor"}
    assert not {each.kind for each in found} & {"why_here", "minutes", "minutes_saved", "floor"}
    assert found[-1].kind == "left_out"
    assert found[-1].value == len(chosen_sites(question, solution))


def test_a_site_is_not_looked_for_in_the_plan_that_was_made_without_it() -> None:
    several = (solved(n, off=("seasons", "years")) for n in count())
    question, solution = next(each for each in several if len(chosen_sites(*each)) > 1)
    sites = chosen_sites(question, solution)
    found = explain_plan(question, solution, solve=lambda *_, **__: solution, give=delivered)
    assert [each.value for each in found if each.kind == "appears"] == [len(sites) - 1.0] * len(sites)


def test_an_interrupt_ends_the_explaining_and_keeps_what_is_known() -> None:
    question, solution = solved(0, off=("seasons",))

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    found = explain_plan(question, solution, solve=interrupted, give=delivered)
    assert {each.kind for each in found} >= {"why_here", "serves", "left_out"}
