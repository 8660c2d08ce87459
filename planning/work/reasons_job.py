"""The work of jobs that explain a plan of the store: its curve, one of its sites, its average against its worst-off.

| kind | the question | the result |
|------|--------------|------------|
| curve | {"plan": id} | part `curve.json`, see `written` |
| why_site | {"plan": id, "site": id of the site} | part `why.json`: a list of explanations |
| trade_off | {"plan": id} | part `trade_off.json`: a list of degrees |
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from geodata.errors import Sentence, both, in_language
from planning.comparing.aims import Aim
from planning.comparing.aversions import degrees_of
from planning.comparing.curve import Curve, curve_of, curve_of_money
from planning.jobs.ask import Ask
from planning.jobs.kinds import Workplace
from planning.network.explanation import Explanation
from planning.network.posing.pose import NetworkQuestion, pose_network
from planning.network.reasons.curve import budget_curve, explain_curve
from planning.network.reasons.explanation import priced_aim, sense
from planning.network.reasons.sentences import AIM_NAMES, unit_of
from planning.network.run import answer_network
from planning.plan import Plan
from planning.record.texts import canonical
from planning.scenario import Scenario
from planning.store import plans
from planning.study_area import StudyArea
from planning.why.explained import explain_site
from planning.why.in_network import explain_network_site
from planning.why.site import answered_by
from planning.work.plan_job import area_for, store_of

CURVE, WHY, TRADE_OFF = "curve.json", "why.json", "trade_off.json"
_SEARCH: Final[dict[str, Any]] = {"effort": "quick", "time_limit_s": 5.0}
_NETWORK_SEARCH: Final[dict[str, Any]] = {"effort": "quick", "time_limit_s": 15.0}


def make_curve(ask: Ask, at: Workplace) -> Mapping[str, Any]:
    """What more institutions or more yuan would buy than the plan has."""
    plan, area = _plan(ask, at), area_for(ask, at)
    if plan.network is None:
        known = answered_by(plan, area, at.progress)
        curve = curve_of(known.question, solution=known.solution, progress=at.progress, **_SEARCH)
    else:
        curve = _of_money(*_network_answer(plan.scenario, area, at))
    at.keep(CURVE, canonical(written(curve)))
    return {"part": CURVE}


def explain(ask: Ask, at: Workplace) -> Mapping[str, Any]:
    """Why a site is in a plan, or why it is not."""
    plan, area, site = _plan(ask, at), area_for(ask, at), str(ask.ask["site"])
    if plan.network is None:
        found = explain_site(answered_by(plan, area, at.progress), area, site, at.progress)
    else:
        found = _in_network(plan, area, at, site)
    at.keep(WHY, canonical([asdict(each) for each in found]))
    return {"part": WHY}


def weigh(ask: Ask, at: Workplace) -> Mapping[str, Any]:
    """The plan's question solved for several degrees of care for those who travel longest."""
    degrees = degrees_of(_plan(ask, at).scenario, area_for(ask, at), at.progress, **_SEARCH)
    at.keep(TRADE_OFF, canonical([asdict(each) for each in degrees]))
    return {"part": TRADE_OFF}


def written(curve: Curve) -> dict[str, Any]:
    """A curve as plain values; words as [Chinese, English]."""
    return {
        "along": curve.along,
        "here": curve.here,
        "turn": curve.aim.turn,
        "unit": curve.aim.unit,
        "name": _pair(curve.aim.name),
        "points": [{k: v for k, v in asdict(point).items() if k != "open"} for point in curve.points],
        "told": [_pair(sentence) for sentence in curve.told],
    }


def _pair(sentence: Sentence) -> list[str]:
    return [in_language(sentence, "zh"), in_language(sentence, "en")]


def _plan(ask: Ask, at: Workplace) -> Plan:
    key = str(ask.ask["plan"])
    return at.kept.get("plans", key, lambda: plans.load(store_of(at), key))


def _network_answer(scenario: Scenario, area: StudyArea, at: Workplace) -> tuple[NetworkQuestion, Any]:
    """The network question with its solution, solved once for several reasons."""

    def solve() -> tuple[NetworkQuestion, Any]:
        question = pose_network(scenario, area, at.progress)
        return question, answer_network(question, at.progress)

    return at.kept.get("networks", f"{area.digest} {scenario.to_toml()}", solve)


def _of_money(question: NetworkQuestion, solution: Any) -> Curve:
    points = budget_curve(question, solution, **_NETWORK_SEARCH)
    aim = priced_aim(solution)
    told = [both(each.en, each.zh) for each in explain_curve(question, solution, points)]
    here = next((point.yuan for point in points if point.factor == 1.0), 0.0)
    return curve_of_money(points, Aim(sense(aim), unit_of(question, aim), AIM_NAMES[aim]), told, here)


def _in_network(plan: Plan, area: StudyArea, at: Workplace, site: str) -> tuple[Explanation, ...]:
    """What the plan's record says of the site, where it does; else the network is asked again."""
    assert plan.network is not None
    known = tuple(each for each in plan.network.explanations if each.subject == site)
    if any(each.kind in ("why_here", "why_not") for each in known):
        return known
    question, solution = _network_answer(plan.scenario, area, at)
    at.progress("why_step", 0.5)
    return (*known, *explain_network_site(question, solution, site))
