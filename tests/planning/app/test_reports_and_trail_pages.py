"""The pages with the files of plans and with the trail, as a planner goes through them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from made_scenarios import scenario
from streamlit.testing.v1 import AppTest

from planning import Plan
from planning.app.pages import trail as trail_page
from planning.jobs.home import Home, usual_home
from planning.jobs.queue import read_job
from planning.record import parts_of
from planning.store import audit, bundle, plans, projects, scenarios
from planning.store.audit import Author
from planning.store.open import Store, open_store
from planning.store.projects import Project
from planning.work.areas import EMBEDDED

NAMES = "3~5公里 $100 与 $200 _x_ <b>粗</b> :red[红]"
WHO = Author("规划员 甲")
PLAN = "20261123-000000-000001-aaaaaaaa"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("JIUJIN_HOME", str(tmp_path))
    monkeypatch.setenv("JIUJIN_JOBS", "here")
    monkeypatch.delenv("JIUJIN_STORE", raising=False)
    opened = open_store(f"sqlite:///{tmp_path}/jiujin.db")
    yield opened
    opened.close()


@pytest.fixture
def project(store: Store) -> Project:
    return projects.new_project(store, NAMES, EMBEDDED, WHO)


def page(name: str, project: Project, lang: str = "zh") -> AppTest:
    def draw() -> None:
        from importlib import import_module

        import streamlit as st

        from planning.app import session

        session.tell_now()
        import_module(f"planning.app.pages.{st.query_params['page']}").show()

    app = AppTest.from_function(draw, default_timeout=30)
    app.query_params["p"], app.query_params["page"], app.query_params["lang"] = project.id, name, lang
    return app.run()


def said(app: AppTest) -> str:
    """All words of the page, Markdown's signs taken for what they show."""
    shown = [*app.title, *app.header, *app.markdown, *app.caption, *app.text, *app.info, *app.error, *app.success]
    return "\n".join(str(one.value) for one in shown).replace("\\", "")


def test_files_are_chosen_made_and_offered(store: Store, project: Project, small_plan: Plan) -> None:
    plans.put(store, project.id, PLAN, parts_of(small_plan), WHO)
    app = page("reports", project)
    assert not app.exception
    assert "未经审图不得公开" in said(app)
    app.session_state["report_formats"] = ["scenario", "table"]  # a table needs two plans
    app.button(key="make_files").click().run()
    assert not app.exception
    assert [one["name"] for one in made(app)] == [f"scenario_{small_plan.name}.toml"]
    assert len(app.get("download_button")) == 1


def made(app: AppTest) -> list[dict[str, Any]]:
    """The files of the job that the page asked for last."""
    job = read_job(Home(usual_home()), app.session_state["job_export"])
    assert job is not None
    assert job.ended is not None, "the work is done here"
    files: list[dict[str, Any]] = job.ended.result["files"]
    return files


def test_without_plans_the_page_says_what_to_do(project: Project) -> None:
    for lang, words in (("zh", "还没有方案"), ("en", "There are no plans yet")):
        app = page("reports", project, lang)
        assert not app.exception
        assert words in said(app)


def test_the_trail_shows_the_project_as_it_is_written(store: Store, project: Project) -> None:
    app = page("trail", project)
    assert not app.exception
    assert app.text_input(key=f"name_{project.id}").value == NAMES
    assert "每条记录都与前一条相扣，未发现改动" in said(app)
    with store.writing() as connection:
        connection.execute(audit.audit.update().values(who="他人"))
    trail_page._broken.clear()
    assert "第 1 条记录" in said(app.run())


def test_a_project_is_renamed_removed_and_brought_back(store: Store, project: Project) -> None:
    app = page("trail", project)
    app.text_input(key=f"name_{project.id}").set_value("新名 <i>")
    app.button(key="rename_project").click().run()
    assert projects.project(store, project.id).name == "新名 <i>"
    app.button(key="remove_project").click().run()
    assert "已被移除" in "\n".join(str(one.value) for one in app.warning)
    app.button(key="bring_back_here").click().run()
    assert projects.project(store, project.id).deleted_at is None
    assert not app.exception
    assert [one.act for one in audit.trail(store, project.id)] == ["made", "renamed", "removed", "restored"]
    app.text_input(key=f"name_{project.id}").set_value("  ")
    app.button(key="rename_project").click().run()
    assert "项目没有名称" in "\n".join(str(one.value) for one in app.error).replace("\\", "")


def test_an_earlier_version_becomes_the_newest_and_the_draft(store: Store, project: Project) -> None:
    for after, title in ((None, "一"), (1, "二")):
        scenarios.save(store, project.id, scenario("情景_1", title_zh=title), after=after, who=WHO)
    app = page("trail", project)
    assert not app.exception

    def restore() -> None:
        from planning.app import session
        from planning.app.pages.trail import _restore

        _restore("情景_1/1")
        assert session.scenario().title_zh == "一"

    again = AppTest.from_function(restore, default_timeout=30)
    again.query_params["p"] = project.id
    assert not again.run().exception
    assert scenarios.version(store, project.id, "情景_1").title_zh == "一"
    assert scenarios.version(store, project.id, "情景_1").version == 3


def test_a_project_file_is_made_and_opened_again(store: Store, project: Project) -> None:
    app = page("trail", project, "en")
    app.button(key="pack_project").click().run()
    assert not app.exception
    assert len(app.get("download_button")) == 1
    uploaded(app, b"SQLite format 3")
    assert "not the file of a project" in said(app)
    uploaded(app, bundle.pack(store, project.id))
    assert not app.exception
    assert [one.name for one in projects.projects(store)] == [NAMES, NAMES]


def uploaded(app: AppTest, content: bytes) -> None:
    field = next(one for one in app.file_uploader if str(one.key) == "project_file_trail")
    field.set_value(("p.jiujin", content, "application/octet-stream"))
    app.run()
    app.button(key="unpack_trail").click().run()
