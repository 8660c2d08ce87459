"""Why not my township: forcing a site in against trying every choice, bans lifted alone, other rules told."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest
from asked_networks import Asked, asked, best_value, delivered, hasty, is_within, planned, posing, reference

from optimizers.network import BARRED, FREE, STANDS, NetworkProblem, changes
from planning.faults import PlanningError
from planning.network.reasons.explain import explain_network, explain_plan
from planning.network.reasons.why_here import touched_sites
from planning.network.reasons.why_not import why_not

OFF = ("gives", "staff", "seasons", "stands")


def outside(question, solution):
    """Sites that may open, do not, and where nothing stands."""
    problem = question.problem
    for site in range(len(problem.site_by)):
        states = problem.form_state[problem.form_site == site]
        if f"s{site}" not in touched_sites(question, solution) and FREE in states and STANDS not in states:
            yield f"s{site}"


@pytest.mark.parametrize("n", range(4))
def test_why_not_here_is_what_the_best_plan_with_it_loses(n) -> None:
    question = asked(planned(n, off=("gives", "staff", "seasons")))
    problem, solution, truths = question.problem, reference(question.problem), {}
    for site_id in outside(question, solution):
        found = why_not(question, solution, site_id, solve=reference)
        forced = best_value(changes.with_site(problem, int(site_id[1:]), by=problem.years - 1))
        truths[site_id] = math.inf if forced is None else best_value(problem) - forced
        assert found.value == pytest.approx(truths[site_id], abs=1e-5)
        assert ("没有方案" in found.zh) == (forced is None)
    if len(truths) > 1:
        cheapest = why_not(question, solution, list(truths), solve=reference)
        assert cheapest.value == pytest.approx(min(truths.values()), abs=1e-5)


def banned(problem: NetworkProblem, site: int, on: bool = True) -> NetworkProblem:
    """The network in which nothing new is allowed at a site, or is."""
    changed = {}
    for kind in ("form", "module"):
        here = getattr(problem, f"{kind}_site") == site
        changed[f"{kind}_state"] = np.where(here, BARRED if on else FREE, getattr(problem, f"{kind}_state"))
    return replace(problem, **changed)


def forbidden(free: NetworkProblem, site: int) -> tuple[Asked, Asked]:
    """The question in which one site is forbidden, and the one posed without that."""
    question = asked(banned(free, site))
    ban = question.sites["site_id"] == f"s{site}"
    return replace(question, sites=question.sites.assign(forbidden=ban)), replace(question, problem=free)


@pytest.mark.parametrize("n", range(4))
def test_of_a_forbidden_site_only_its_ban_is_lifted_and_it_is_then_forced_in(n) -> None:
    free = planned(n, off=(*OFF, "years", "site_by"))
    for site in np.unique(free.form_site[free.form_state == FREE]).tolist():
        question, without = forbidden(free, site)
        pose = posing(question, without.problem)
        found = why_not(question, reference(question.problem), f"s{site}", pose=pose, solve=reference)
        forced = best_value(changes.with_site(free, site, by=free.years - 1))
        truth = math.inf if forced is None else best_value(question.problem) - forced
        assert found.low == found.high == pytest.approx(truth, abs=1e-5)
        assert "without the ban on it" in found.en
        assert ("多提供" in found.zh) == (truth < -1e-5)
        early = why_not(question, hasty(n)(question.problem), f"s{site}", pose=pose, solve=hasty(n))
        assert early.low - 1e-5 <= truth <= early.high + 1e-5 or is_within(early, truth)


def test_lifting_a_ban_may_be_a_gain() -> None:
    """A site that the best plan would open: without the ban it delivers more, not less."""
    for n in count():
        free = planned(n, off=(*OFF, "years", "site_by"))
        site = int(free.form_site[np.flatnonzero(reference(free).form_year >= 0)[0]])
        question, without = forbidden(free, site)
        if best_value(free) > best_value(question.problem) + 1e-3:
            break
    solution = reference(question.problem)
    found = why_not(question, solution, f"s{site}", pose=posing(question, without.problem), solve=reference)
    assert found.value < 0.0
    assert f"the best plan would deliver {-found.value:g} service attendance" in found.en
    assert "more" in found.en


def ruled(rule: str, **more) -> Asked:
    """A network with a site that a rule bars."""
    question = asked(banned(planned(0, off=(*OFF, "years", "site_by")), 0))
    here = question.forms["site_id"] == "s0"
    return replace(question, forms=question.forms.assign(barred=np.where(here, rule, "")), **more)


@pytest.mark.parametrize(
    ("rule", "words"),
    [("new_buildings", "不允许新建"), ("accessible", "无障碍"), ("holder", "可挂靠的机构")],
)
def test_a_site_that_another_rule_bars_is_told_by_that_rule_and_never_as_a_ban(rule, words) -> None:
    question = ruled(rule)
    found = why_not(question, reference(question.problem), "s0", solve=reference)
    assert (found.kind, found.value) == ("why_not", math.inf)
    assert "不能入选" in found.zh
    assert words in found.zh
    assert "ban" not in found.en
    assert "排除" not in found.zh


def test_a_site_that_is_forbidden_and_barred_by_a_rule_too_is_told_by_the_rule() -> None:
    question = ruled("new_buildings")
    both = replace(question, sites=question.sites.assign(forbidden=True))
    assert "不允许新建" in why_not(both, reference(both.problem), "s0", solve=reference).zh


def test_a_site_that_nothing_known_bars_is_not_told_as_banned() -> None:
    question = ruled("")
    assert "没有可选的设施" in why_not(question, reference(question.problem), "s0", solve=reference).zh


def test_an_unsafe_site_is_told_with_its_reason() -> None:
    question = ruled("")
    unsafe = replace(question, sites=question.sites.assign(unsafe="滑坡", forbidden=True))
    assert "不安全（滑坡）" in why_not(unsafe, reference(unsafe.problem), "s0", solve=reference).zh


def test_of_several_sites_each_that_is_barred_is_told() -> None:
    question = ruled("new_buildings")
    solution = reference(question.problem)
    free = list(outside(question, solution))
    assert free
    found = why_not(question, solution, ["s0", *free], solve=reference)
    assert found.subject in free
    assert "“机构0”不能入选：本情景不允许新建" in found.zh
    assert found.value == pytest.approx(why_not(question, solution, free, solve=reference).value)


def test_services_that_a_site_could_not_offer_are_told_with_the_rule() -> None:
    question = asked(planned(1, off=(*OFF, "years", "site_by")))
    solution = reference(question.problem)
    site = next(outside(question, solution))
    here = question.problem.module_site == int(site[1:])
    closed = replace(question.problem, module_state=np.where(here, BARRED, question.problem.module_state))
    rule = np.where(here, "referral", "")
    far = replace(question, problem=closed, modules=question.modules.assign(barred=rule, service="rehabilitation"))
    found = why_not(far, reference(closed), site, solve=reference)
    assert "不能提供康复服务" in found.zh
    assert "转介时限" in found.zh
    assert "It could not offer" in found.en


def test_a_site_that_is_chosen_or_stands_is_refused() -> None:
    problem = planned(0, off=(*OFF, "site_by"))
    question, solution = asked(problem), reference(problem)
    with pytest.raises(PlanningError) as caught:
        why_not(question, solution, touched_sites(question, solution)[0], solve=reference)
    assert "已入选" in caught.value.faults[0].zh
    stands = replace(banned(problem, 0), form_state=np.where(problem.form_site == 0, STANDS, problem.form_state))
    with pytest.raises(PlanningError) as caught:
        why_not(asked(stands), reference(stands), "s0", solve=reference)
    assert "已有机构" in caught.value.faults[0].zh


class TestAskedForInTheScenario:
    def asked_for(self, **network) -> tuple[Asked, tuple[str, ...]]:
        question = asked(planned(0, off=(*OFF, "years", "site_by")))
        sites = tuple(question.sites["site_id"])
        table = SimpleNamespace(**{**vars(question.scenario.network), "why_not": sites, **network})
        return replace(question, scenario=SimpleNamespace(network=table)), sites

    def test_every_site_asked_for_is_answered_first_whatever_the_time(self) -> None:
        question, sites = self.asked_for()
        solution = reference(question.problem)
        found = explain_plan(
            question, solution, solve=reference, give=delivered, why_not=sites, time_limit_s=0.0
        )  # fmt: skip
        kinds = [each.kind for each in found if each.kind != "serves"]
        assert kinds == ["why_not"] * len(sites) + ["left_out"]
        assert [each.subject for each in found if each.kind == "why_not"] == list(sites)
        chosen = touched_sites(question, solution)
        for told in found:
            if told.kind == "why_not":
                assert ("已在本方案中" in told.zh) == (told.subject in chosen)

    def test_nothing_else_is_told_where_the_plan_is_not_to_be_explained(self) -> None:
        question, sites = self.asked_for(explain=False)
        found = explain_network(question, reference(question.problem))
        assert [each.subject for each in found] == list(sites)
        assert {each.kind for each in found} == {"why_not"}

    def test_an_id_of_no_site_is_an_error(self) -> None:
        question, _ = self.asked_for()
        with pytest.raises(PlanningError) as caught:
            explain_plan(question, reference(question.problem), solve=reference, give=delivered, why_not=("s77",))
        assert "s77" in caught.value.faults[0]
