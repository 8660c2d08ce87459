"""The sentence behind every price is true: the question is asked again without the limit, by trying every choice."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from asked_networks import asked, best_value, hasty, is_within, planned, reference

from optimizers.network import changes
from optimizers.reference.network import MINIMISED
from planning.faults import PlanningError
from planning.network.explanation import explanations_table
from planning.network.reasons import prices
from planning.network.reasons.aims import price_of_first, prices_of_aims
from planning.network.reasons.explanation import price

LIMITS = ("site_by", "floor", "standard", "tilt", "most_sites", "years")


def prices_and_truths(problem, solve, aims=("most",)):
    question, solution = asked(problem), solve(problem, aims)
    turn = -1.0 if aims[0] in MINIMISED else 1.0
    for limit in prices.limits_of(question):
        yield (
            prices.price_of(question, solution, limit, solve=solve),
            turn * (best_value(limit.lift(problem), aims) - best_value(problem, aims)),
        )


@pytest.mark.parametrize("name", LIMITS)
def test_a_price_is_what_trying_all_choices_gives(name) -> None:
    aims = ("least_cost",) if name in ("floor", "standard") else ("most",)  # what they bind most
    problem = one_with_a_price(name, aims)
    for told, truth in prices_and_truths(problem, reference, aims):
        assert told.low == told.high == told.value == pytest.approx(truth, abs=1e-5)


def one_with_a_price(name, aims):
    """The first network on which lifting one of its limits is worth something."""
    off = tuple(other for other in (*LIMITS, "seasons") if other != name)
    networks = (planned(n, on=(name, "money"), off=off) for n in count())
    return next(each for each in networks if _costs_something(each, aims))


def _costs_something(problem, aims) -> bool:
    lifted = [best_value(limit.lift(problem), aims) for limit in prices.limits_of(asked(problem))]
    return max(abs(value - best_value(problem, aims)) for value in lifted) > 1e-3


def test_prices_of_limits_that_hold_together() -> None:
    for told, truth in prices_and_truths(planned(3, on=LIMITS, off=("seasons",)), reference):
        assert told.low == told.high == pytest.approx(truth, abs=1e-5)


def test_the_price_from_plans_that_are_not_proven_is_an_interval_that_holds_the_truth() -> None:
    wide = 0
    for n in range(3, 5):
        for told, truth in prices_and_truths(planned(n, on=LIMITS, off=("seasons",)), hasty(n)):
            assert is_within(told, truth), told
            assert 0.0 <= told.low <= told.high
            wide += told.low < told.high
    assert wide > 0


def test_the_price_of_a_standard_is_in_yuan_where_the_aim_is_the_least_cost() -> None:
    problem = planned(0, on=("standard", "money"), off=("seasons", "years"))
    solution = reference(problem, ("least_cost",))
    found = prices.price_of(asked(problem), solution, prices.standard(asked(problem)), solve=reference)
    assert found.unit == "yuan"
    assert "元" in found.zh or "费用不变" in found.zh


def test_each_limit_lifts_itself_and_no_other() -> None:
    base = planned(0, off=("seasons", "money", "carry", "earmarks"))
    two = {"groups": 2, "services": 2, "tilt_groups": np.zeros(2, bool), "pays": np.ones((0, 2, 2), bool)}
    problem = replace(base, **two, floor=np.array([0.1, 0.2]), standard=np.array([0.3, 0.4]))
    question = asked(problem)
    assert prices.floor(question, question.counties[1]).lift(problem).floor.tolist() == [0.1, 0.0]
    assert prices.standard(question, question.services[0]).lift(problem).standard.tolist() == [0.0, 0.4]
    assert not prices.floor(question).lift(problem).floor.any()
    assert [limit.subject for limit in prices.limits_of(question) if limit.kind == "floor"] == ["", *question.counties]


def test_what_costs_nothing_is_said_to_cost_nothing_only_with_a_proof() -> None:
    problem = replace(planned(0, off=("seasons", "site_by", "most_sites")), most_sites=9)
    question, solution = asked(problem), reference(problem)
    proven = prices.price_of(question, solution, prices.most_sites(question), solve=reference)
    assert (proven.low, proven.high) == (0.0, 0.0)
    assert "服务量不变（已证明）" in proven.zh
    assert "the best plan would deliver just as much (proven)" in proven.en
    open_ended = replace(solution, status="feasible", bound=solution.objective + 2.0, stages=())
    not_proven = prices.price_of(question, open_ended, prices.most_sites(question), solve=lambda *_, **__: open_ended)
    assert (not_proven.low, not_proven.high) == (0.0, 2.0)
    assert "已证明" not in not_proven.zh
    assert "at most 2 service attendances more, or deliver just as much" in not_proven.en


def test_a_price_may_be_known_from_below_only_or_not_at_all() -> None:
    problem = planned(0, off=("seasons",))
    plan = reference(problem)
    better = replace(plan, objective=plan.objective + 5.0, status="feasible", bound=math.inf, stages=())
    found = price("most", better, plan)
    assert (found.low, found.high, found.value) == (pytest.approx(5.0), math.inf, pytest.approx(5.0))
    nothing = replace(plan, objective=None, status="unknown", bound=None, stages=())
    assert price("most", plan, nothing).low == 0.0
    assert price("most", plan, nothing).high == math.inf
    assert math.isnan(price("most", plan, nothing).value)
    impossible = replace(nothing, status="infeasible")
    assert price("most", plan, impossible).low == math.inf


@pytest.mark.parametrize("n", range(3))
def test_each_aim_of_several_is_set_against_the_best_for_it_alone(n) -> None:
    problem = planned(n, off=("seasons",))
    aims = ("worst_off", "most", "least_cost")
    question, solution = asked(problem), reference(problem, aims, give=0.1)
    found = {told.subject: told for told in prices_of_aims(question, solution, solve=reference)}
    assert set(found) == set(aims)
    for aim in aims:
        assert is_within(found[aim], found[aim].value)
        assert found[aim].value >= 0.0
        alone = best_value(problem, (aim,))
        reached = alone - found[aim].value if aim != "least_cost" else alone + found[aim].value
        assert reached == pytest.approx(of_aim(problem, solution, aim), abs=1e-5)
    given = price_of_first(question, solution)
    assert given is not None
    assert 0.0 <= given.value <= 0.1 * solution.stages[0].objective + 1e-5


def of_aim(problem, solution, aim) -> float:
    """The value of an aim, counted here once more in the plainest way."""
    if aim == "least_cost":
        return float(solution.paid.sum()) if len(problem.money) else _cost(problem, solution)
    last = sum(
        share * (np.asarray(served.sum(axis=1)).ravel() + home)
        for share, served, home in zip(problem.season_share, solution.served[-1], solution.at_home[-1], strict=True)
    )
    if aim == "worst_off":
        shares = [
            (problem.worth * last)[problem.group == g].sum() / (problem.worth * problem.units)[problem.group == g].sum()
            for g in range(problem.groups)
            if (problem.worth * problem.units)[problem.group == g].sum() > 0
        ]
        return min(shares, default=1.0)
    return sum(
        share * (float((reach * served).sum()) + float(problem.round_value @ home))
        for year, homes in zip(solution.served, solution.at_home, strict=True)
        for share, reach, served, home in zip(problem.season_share, problem.reach, year, homes, strict=True)
    )


def _cost(problem, solution) -> float:
    total = 0.0
    for years, states, capital, running in (
        (solution.form_year, problem.form_state, problem.form_capital, problem.form_running),
        (solution.module_year, problem.module_state, problem.module_capital, problem.module_running),
    ):
        for year, state, once, yearly in zip(years, states, capital, running, strict=True):
            total += (once + yearly * (problem.years - year)) * (state == 0 and year >= 0)
    yuan = np.where(np.isfinite(problem.round_yuan), problem.round_yuan, 0.0)
    return float(total + np.einsum("tar,a,r->", solution.at_home, problem.season_share, yuan))


def test_one_aim_has_no_price_of_combining() -> None:
    problem = planned(0, off=("seasons",))
    question, solution = asked(problem), reference(problem)
    assert prices_of_aims(question, solution, solve=reference) == ()
    assert price_of_first(question, solution) is None


def test_prices_of_a_plan_for_least_regret_are_told_in_what_is_delivered() -> None:
    problem = planned(1, on=("seasons", "site_by"))
    question, solution = asked(problem), reference(problem, ("least_regret",))
    found = prices.price_of(question, solution, prices.limits_of(question)[0], solve=reference)
    truth = best_value(changes.without_locks(problem)) - best_value(problem)
    assert found.value == pytest.approx(truth, abs=1e-5)


def test_limits_that_are_not_set_are_not_priced_and_unknown_names_are_errors() -> None:
    problem = planned(0, off=("site_by", "floor", "standard", "tilt", "most_sites", "years"))
    question = asked(problem)
    assert prices.limits_of(question) == ()
    for ask in (prices.lock, prices.floor, prices.standard):
        with pytest.raises(PlanningError) as caught:
            ask(question, "s77")
        assert "s77" in caught.value.faults[0]
    with pytest.raises(PlanningError):
        prices.phasing(question, 1999)


def test_without_a_plan_there_is_nothing_to_price() -> None:
    problem = planned(0, off=("seasons",))
    none = replace(reference(problem), objective=None, status="infeasible", stages=())
    question = asked(problem)
    with pytest.raises(PlanningError) as caught:
        prices.price_of(question, none, prices.lock(question, "s0"), solve=reference)
    assert "没有可说明的方案" in caught.value.faults[0].zh


def test_explanations_are_data_too() -> None:
    problem = planned(1, on=("floor",), off=("seasons",))
    table = explanations_table(told for told, _ in prices_and_truths(problem, reference))
    assert table.columns.tolist() == ["kind", "subject", "zh", "en", "value", "low", "high", "unit"]
    assert len(table) == len(prices.limits_of(asked(problem)))
