"""Jobs that explain a plan of the store keep what the pages read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from planning import Plan, StudyArea
from planning.jobs import queue
from planning.jobs.ask import Ask
from planning.jobs.home import Home
from planning.jobs.kinds import Kept
from planning.jobs.worker import work
from planning.record import parts_of
from planning.screens.compared_pictures import curve_picture, degrees_picture
from planning.screens.reasons import reasons
from planning.store import plans, projects
from planning.store.audit import Author
from planning.store.open import open_store, usual_url
from planning.why import explained
from planning.work import areas
from planning.work.kinds import KINDS

WHO = Author("古丽", "os")
PARTS = {"curve": "curve.json", "why_site": "why.json", "trade_off": "trade_off.json"}


@pytest.fixture
def kept_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_plan: Plan, area: StudyArea
) -> Iterator[dict[str, bytes]]:
    """What a job of each kind keeps of one plan."""
    monkeypatch.delenv("JIUJIN_STORE", raising=False)
    monkeypatch.setattr(explained, "DRAWS", 2)
    monkeypatch.setattr(areas, "embedded", lambda name: area)
    home, store, kept = Home(tmp_path).made(), open_store(usual_url(tmp_path)), Kept()
    project = projects.new_project(store, "和田", "southern_xinjiang", WHO).id
    plans.put(store, project, "plan-1", parts_of(small_plan), WHO)
    question = {"plan": "plan-1", "site": small_plan.proposed[0]}
    found = {}
    for kind, part in PARTS.items():
        key = queue.put(home, Ask(kind, "quick", WHO.name, project, "southern_xinjiang", question))
        job = queue.claim(home, "both")
        assert job is not None
        work(home, job, KINDS, kept)
        ended = queue.read_job(home, key)
        assert ended is not None
        assert ended.ended is not None
        assert ended.ended.how == "done", ended.ended.told
        found[kind] = (home.ended / key / queue.RESULT / part).read_bytes()
    yield found
    kept.get("store", usual_url(tmp_path), lambda: store).close()
    store.close()


def test_what_jobs_keep_is_read_by_the_pages_in_both_languages(kept_parts: dict[str, bytes], small_plan: Plan) -> None:
    for language, people in (("zh", "人"), ("en", "persons")):
        curve = curve_picture(kept_parts["curve"], language)
        assert curve.svg.startswith("<svg")
        assert len(curve.table.rows) == len(curve.told) + 1
        assert people in curve.told[0]
        degrees = degrees_picture(kept_parts["trade_off"], language)
        assert [row["aversion"] for row in degrees.table.rows] == ["0", "0.5", "1", "2", "3"]
        why = reasons(kept_parts["why_site"], language)
        assert [key for key, _ in why.parts] == ["here", "instead", "stays"]
        assert all(one.sentence and one.known for _, told in why.parts for one in told)
    here = [row for row in curve.table.rows if "(this plan)" in str(row["at"])]
    assert [str(row["sites"]) for row in here] == [str(len(small_plan.proposed))]
