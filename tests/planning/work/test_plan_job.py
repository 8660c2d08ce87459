"""Plans made by jobs: kept under the id of the job, looked at first, and never lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_scenarios import few_sites

from planning import Plan
from planning.jobs import queue
from planning.jobs.ask import Ask
from planning.jobs.home import Home
from planning.jobs.kinds import Kept
from planning.jobs.queue import Ended, Job
from planning.jobs.worker import work
from planning.record import parts_of
from planning.store import plans, projects
from planning.store.audit import Author, trail
from planning.store.open import Store, open_store, usual_url
from planning.work import plan_job
from planning.work.asks import plan_question
from planning.work.job_words import in_words
from planning.work.kinds import KINDS

WHO = Author("古丽", "os")
THOROUGH = few_sites("asked", solver={"effort": "thorough"})


class Works:
    """A home with a store and a project, and one that works there."""

    def __init__(self, path: Path) -> None:
        self.home = Home(path).made()
        self.store: Store = open_store(usual_url(path))
        self.project = projects.new_project(self.store, "和田", "southern_xinjiang", WHO).id
        self.kept = Kept()

    def ask(self, kind: str, question: dict[str, Any]) -> str:
        asked = {**question, "who_by": "os"}
        return queue.put(self.home, Ask(kind, "quick", WHO.name, self.project, "southern_xinjiang", asked))

    def work(self) -> Job:
        job = queue.claim(self.home, "both")
        assert job is not None
        work(self.home, job, KINDS, self.kept)
        found = queue.read_job(self.home, job.id)
        assert found is not None
        return found


@pytest.fixture
def works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_plan: Plan) -> Iterator[Works]:
    """Plans are made at once and are never proven, unless they are thorough."""
    monkeypatch.delenv("JIUJIN_STORE", raising=False)

    def made(scenario: Any, area: Any, at: Any) -> Plan:
        effort = scenario.solver.effort
        status = "optimal" if effort == "thorough" else "feasible"
        return replace(small_plan, scenario=scenario, solver={**small_plan.solver, "status": status})

    monkeypatch.setattr(plan_job, "_run", made)
    one = Works(tmp_path)
    yield one
    one.kept.get("store", usual_url(tmp_path), lambda: one.store).close()
    one.store.close()


def test_a_plan_is_kept_under_the_id_of_its_job_and_the_trail_says_who(works: Works) -> None:
    key = works.ask("plan", plan_question(THOROUGH))
    job = works.work()
    assert job.ended is not None
    assert (job.ended.how, job.ended.result["plan"]) == ("done", key)
    assert plans.load(works.store, key).scenario == THOROUGH
    last = trail(works.store, works.project)[-1]
    assert (last.who, last.who_by, last.act, last.after) == ("古丽", "os", "ran", key)


def test_plans_of_several_scenarios_are_kept_one_by_one_and_none_is_run_twice(works: Works, area: Any) -> None:
    asked = [few_sites(name).to_toml() for name in ("one", "two")]
    works.ask("plans", {"scenarios": asked})
    first = works.work()
    works.ask("plans", {"scenarios": asked[::-1]})
    again = works.work()
    assert first.ended is not None
    assert again.ended is not None
    assert again.ended.result["plans"] == first.ended.result["plans"][::-1]
    assert len(plans.heads(works.store, works.project)) == 2


def test_a_job_of_a_project_that_is_not_there_says_so(works: Works) -> None:
    works.project = "0" * 32
    works.ask("plan", plan_question(THOROUGH))
    job = works.work()
    assert job.ended is not None
    assert (job.ended.how, "项目" in job.ended.told[0].zh) == ("failed", True)


def test_a_worker_killed_after_its_plan_was_kept_has_lost_nothing(works: Works, small_plan: Plan) -> None:
    key = works.ask("plan", plan_question(THOROUGH))
    queue.claim(works.home, "quick")
    plans.put(works.store, works.project, key, parts_of(small_plan), WHO)
    queue.end(works.home, key, Ended("lost"))
    job = queue.read_job(works.home, key)
    assert job is not None
    told = in_words(works.home, job, "zh", is_kept=True)
    assert (told.state, told.plan, told.can_again) == ("done", key, False)
    assert in_words(works.home, job, "en").can_again
