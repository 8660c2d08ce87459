"""Files of plans and of projects, made as jobs make them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from planning import Plan
from planning.jobs.ask import Ask
from planning.jobs.kinds import Kept, Workplace
from planning.jobs.queue import RESULT, UPLOAD
from planning.record import parts_of
from planning.store import plans
from planning.store.audit import Author
from planning.store.faults import StoreError
from planning.store.open import Store
from planning.store.projects import new_project, projects
from planning.work.areas import EMBEDDED
from planning.work.export_job import ALL, make_export
from planning.work.exports import FORMATS, wanted
from planning.work.plan_job import store_of
from planning.work.project_jobs import PART, pack_project, unpack_project

WHO = Author("甲 <b>")
TITLE = "3~5公里 $100 _x_ <b>粗</b>"


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    monkeypatch.delenv("JIUJIN_STORE", raising=False)
    folder = tmp_path / "jobs" / "running" / "one"
    folder.mkdir(parents=True)
    return Workplace(folder, Kept(), lambda step, share: None)


@pytest.fixture
def store(at: Workplace) -> Any:
    opened = store_of(at)
    yield opened
    opened.close()


def asked(kind: str, project: str = "", **question: Any) -> Ask:
    return Ask(kind, "quick", WHO.name, project, EMBEDDED, {"who_by": "typed", **question})


def titled(plan: Plan, title: str) -> Plan:
    return replace(plan, scenario=plan.scenario.model_copy(update={"title_zh": title}))


def made(at: Workplace, store: Store, plan: Plan, formats: list[str]) -> dict[str, bytes]:
    """The files of a plan and of one with another title."""
    project = new_project(store, "x", EMBEDDED, WHO)
    for key, one in (("a", plan), ("b", titled(plan, TITLE))):
        plans.put(store, project.id, key, parts_of(one), WHO)
    told = make_export(asked("export", project.id, plans=["a", "b"], formats=formats, lang="zh"), at)["files"]
    files = {one["name"]: (at.folder / RESULT / one["part"]).read_bytes() for one in told}
    assert [one["size"] for one in told] == [len(content) for content in files.values()]
    return files


def test_files_of_two_plans_of_one_name_are_told_apart(at: Workplace, store: Store, small_plan: Plan) -> None:
    files = made(at, store, small_plan, ["table", "scenario"])
    name = small_plan.name
    assert list(files) == [f"scenario_{name}.toml", f"scenario_{name}_2.toml", "compare.csv"]
    assert f"{name}_2 − {name}" in files["compare.csv"].decode("utf-8-sig")
    assert TITLE in files[f"scenario_{name}_2.toml"].decode()
    with zipfile.ZipFile(at.folder / RESULT / ALL) as everything:
        assert {one: everything.read(one) for one in everything.namelist()} == files


@pytest.mark.slow
def test_every_kind_of_file_is_made_of_two_plans(at: Workplace, store: Store, small_plan: Plan) -> None:
    files = made(at, store, small_plan, list(FORMATS))
    name = small_plan.name
    assert set(files) == {
        f"plan_{name}.zip", f"plan_{name}_2.zip", f"map_{name}.html", f"map_{name}_2.html", f"scenario_{name}.toml",
        f"scenario_{name}_2.toml", "compare.csv", f"difference_{name}_2.html",
    }  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(files[f"plan_{name}.zip"])) as folder:
        assert f"{name}/plan.json" in folder.namelist()
    drawn = files[f"map_{name}_2.html"].decode()
    assert "3~5公里" in drawn
    assert "<b>粗</b>" not in drawn


def test_kinds_that_need_two_plans_are_left_out_for_one(small_plan: Plan) -> None:
    assert [one.key for one in wanted(list(FORMATS), [small_plan])] == ["folder", "map", "scenario"]


def test_a_project_goes_through_its_file_and_the_file_that_came_is_gone(at: Workplace, store: Store) -> None:
    first = new_project(store, "../../etc/ 南疆 <b>", EMBEDDED, WHO)
    told = pack_project(asked("pack", first.id), at)
    assert told["name"] == "etc_南疆_b.jiujin"
    (at.folder / UPLOAD).mkdir()
    (at.folder / UPLOAD / PART).write_bytes((at.folder / RESULT / PART).read_bytes())
    opened = unpack_project(asked("unpack"), at)["opened"]
    assert {one.id for one in projects(store)} == {first.id, opened}
    assert not (at.folder / UPLOAD).exists()


def test_a_file_that_is_no_project_is_told(at: Workplace, store: Store) -> None:
    (at.folder / UPLOAD).mkdir()
    (at.folder / UPLOAD / PART).write_bytes(b"SQLite format 3\x00" * 100)
    with pytest.raises(StoreError, match="not the file of a project"):
        unpack_project(asked("unpack"), at)
    assert projects(store) == ()
