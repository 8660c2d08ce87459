"""The work of a job that makes plans: run, and keep in the store under the id of the job, so that nothing is lost."""

from collections.abc import Mapping
from typing import Any

from planning.jobs.ask import Ask
from planning.jobs.home import Home
from planning.jobs.kinds import Workplace
from planning.plan import Plan, read_answer
from planning.record import parts_of, scenario_of
from planning.run import run
from planning.scenario import Scenario
from planning.solving import answered
from planning.store import plans
from planning.store.audit import Author
from planning.store.open import Store, open_store, usual_url
from planning.study_area import StudyArea
from planning.work.areas import area_of


def home_of(at: Workplace) -> Home:
    """Where the job lies that is worked at."""
    return Home(at.folder.parents[2])


def store_of(at: Workplace) -> Store:
    """The store in which the results of this worker are kept; opened once."""
    url = usual_url(home_of(at).path)
    return at.kept.get("store", url, lambda: open_store(url))


def area_for(ask: Ask, at: Workplace) -> StudyArea:
    """The study area of a job; the last ones stay open."""
    return at.kept.get("areas", ask.area, lambda: area_of(ask.area, store_of(at), home_of(at)))


def author_of(ask: Ask) -> Author:
    """Who asked."""
    by = ask.ask.get("who_by")
    return Author(ask.by, by if by in ("os", "typed", "oidc") else "typed")


def make_plan(ask: Ask, at: Workplace) -> Mapping[str, Any]:
    """Run one scenario; its plan has the id of the job."""
    plan = _made(at.folder.name, scenario_of(ask.ask["scenario"]), ask, at, ask.ask.get("version"))
    return {"plan": at.folder.name, "status": str(plan.solver["status"])}


def make_plans(ask: Ask, at: Workplace) -> Mapping[str, Any]:
    """Run several scenarios, one after the other; each is kept as soon as it is there, and none is run twice."""
    area, store = area_for(ask, at), store_of(at)
    made = []
    for number, toml in enumerate(ask.ask["scenarios"]):
        scenario = scenario_of(toml)
        found = plans.made_before(store, ask.project, area.digest, scenario.to_toml())
        made.append(found or f"{at.folder.name}-{number}")
        if found is None:
            _made(made[-1], scenario, ask, at, None)
    return {"plans": made}


def _made(key: str, scenario: Scenario, ask: Ask, at: Workplace, version: int | None) -> Plan:
    plan = _run(scenario, area_for(ask, at), at)
    plans.put(store_of(at), ask.project, key, parts_of(plan), author_of(ask), scenario_version=version)
    return plan


def _run(scenario: Scenario, area: StudyArea, at: Workplace) -> Plan:
    """Run it; question and answer stay at hand, for reasons are asked of plans that were just made."""
    if scenario.network is not None or scenario.study_area != area.data.name:
        return run(scenario, area, progress=at.progress)
    key = f"{area.digest} {scenario.to_toml()}"
    found = at.kept.get("answers", key, lambda: answered(scenario, area, at.progress))
    return read_answer(found.question, found.solution, area)
