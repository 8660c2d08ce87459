"""What a planner finds after a crash or on a full disk: nothing is lost by it."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from harness import Visit, free_port, serving

from planning.jobs import told
from planning.jobs.ask import Ask
from planning.jobs.home import Home, read_json
from planning.jobs.processes import kill, living
from planning.jobs.queue import WORKER, Job, put, read_job
from planning.record import parts_of
from planning.scenario import Scenario, load
from planning.store import drafts, plans, projects, scenarios
from planning.store.audit import Author, check_chain, trail
from planning.store.open import Store, open_store
from planning.store.projects import Project
from planning.work.areas import EMBEDDED

sys.path.insert(0, str(Path(__file__).parents[1] / "planning"))

from kept_plans import kept_plan

pytestmark = [
    pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="signals of POSIX"),
]  # fmt: skip
ME = Author("规划员_甲", "os")
NAME = "网络 3~5公里 $100 _x_ <b>"
PATIENCE_S = 300.0
EXPECTED = re.compile(r"WebSocket|ERR_CONNECTION|_stcore|ERR_SOCKET")  # of a server that is not there


def until(true: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:
    """What is found once it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come true")


class Machine:
    """A machine with one store, and the servers that run on it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, Home(folder / "home").made()
        self.store: Store = open_store(f"sqlite:///{folder}/home/jiujin.db")
        self._servers = ExitStack()

    def serve(self, *, who: str = ME.name, port: int = 0, jobs: str = "here") -> tuple[Any, str]:
        """A server for a user of the machine: its process and its address."""
        port = port or free_port()
        settings = {"LOGNAME": who, "JIUJIN_JOBS": jobs}
        process = self._servers.enter_context(serving(self.folder, port, settings=settings))
        return process, f"http://127.0.0.1:{port}"

    def ask(self, project: Project, scenario: Scenario) -> str:
        """Ask for a plan as the page does."""
        question = {"scenario": scenario.to_toml(), "then": None, "version": None, "who_by": "os"}
        return put(self.home, Ask("plan", "quick", ME.name, project.id, EMBEDDED, question))

    def job(self, key: str) -> Job:
        job = read_job(self.home, key)
        assert job is not None
        return job

    def close(self) -> None:
        self._servers.close()
        for worker in living(self.home.workers):
            kill(worker)
        self.store.close()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    (tmp_path / "home").mkdir(mode=0o700)
    made = Machine(tmp_path)
    yield made
    made.close()


@pytest.fixture
def project(machine: Machine) -> Project:
    return projects.new_project(machine.store, NAME, EMBEDDED, ME)


class PatientVisit(Visit):
    """A visit that knows that its server may be gone, and that a machine may be busy."""

    def __init__(self, browser: Any, address: str) -> None:
        super().__init__(browser, address)
        self.page.set_default_timeout(PATIENCE_S * 1000)

    def _told(self, words: str, url: str) -> None:
        if not EXPECTED.search(words):
            super()._told(words, url)


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[[str], Visit]]:
    """Open tabs; at the end nothing went wrong in them."""
    opened: list[Visit] = []

    def one(address: str) -> Visit:
        opened.append(PatientVisit(browser, address))
        return opened[-1]

    yield one
    for tab in opened:
        tab.close()


def test_a_server_that_is_killed_loses_neither_project_nor_draft_nor_work(
    machine: Machine, project: Project, visit: Callable[[str], Visit]
) -> None:
    server, address = machine.serve(jobs="")
    tab = visit(address)
    page = tab.open(f"/runs?p={project.id}")
    mine = drafts.draft(machine.store, project.id, ME, load("most_people"))
    drafts.changed(machine.store, mine, load("frugal"))
    key = machine.ask(project, load("baseline"))
    page.get_by_text(load("baseline").title("zh")).first.wait_for()
    server.send_signal(signal.SIGKILL)
    server.wait()
    machine.serve(port=int(address.rpartition(":")[2]), jobs="")
    ended = until(lambda: machine.job(key).ended)  # the workers went on
    assert ended.how == "done", ended.told
    page.get_by_text("已完成").first.wait_for()  # the open page came back to life by itself
    assert page.get_by_text(NAME).count()
    assert [head.id for head in plans.heads(machine.store, project.id)] == [key]
    plans.load(machine.store, key)
    assert drafts.draft(machine.store, project.id, ME, load("baseline")).now == load("frugal")
    tab.follow("记录")
    assert project.id in page.url
    page.get_by_text(f"计算情景“{load('baseline').title('zh')}”").first.wait_for()


def test_a_worker_that_is_killed_is_told_and_the_work_can_be_asked_again(
    machine: Machine, project: Project, visit: Callable[[str], Visit]
) -> None:
    _, address = machine.serve(jobs="")
    tab = visit(address)
    page = tab.open(f"/runs?p={project.id}")
    key = machine.ask(project, load("frugal"))
    kill(until(lambda: read_json(machine.home.running / key / WORKER)))
    page.get_by_text(told.LOST.zh).first.wait_for()
    assert machine.job(key).ended is not None
    tab.settled()
    tab.button("重新运行").first.click()
    page.get_by_text("已完成").first.wait_for()
    assert len(plans.heads(machine.store, project.id)) == 1


def test_of_two_planners_at_one_scenario_the_second_is_told_and_both_are_kept(
    machine: Machine, project: Project, visit: Callable[[str], Visit]
) -> None:
    shared = load("baseline")
    scenarios.save(machine.store, project.id, shared, after=None, who=ME)
    tabs = []
    for name, title in ((ME.name, "甲的"), ("规划员_乙", "乙的")):
        _, address = machine.serve(who=name)
        who = Author(name, "os")
        mine = drafts.draft(machine.store, project.id, who, shared)
        drafts.changed(machine.store, mine, shared.model_copy(update={"title_zh": title}))
        tabs.append(visit(address))
        tabs[-1].open(f"/scenario?p={project.id}")
    for tab in tabs:
        tab.button("保存").first.click()
        tab.button("保存为新版本").first.click()
        tab.settled()
    tabs[0].page.get_by_text("已保存：甲的 第 2 版").first.wait_for()
    tabs[1].page.get_by_text("他人已保存第 2 版").first.wait_for()
    tabs[1].page.get_by_role("button", name=re.compile("两个都保留")).click()
    until(lambda: len(scenarios.scenarios(machine.store, project.id)) == 2, 60)
    titles = {one.title_zh for one in scenarios.scenarios(machine.store, project.id)}
    assert titles == {"甲的", "乙的"}
    saved = [entry.who for entry in trail(machine.store, project.id) if entry.act == "saved"]
    assert saved == [ME.name, ME.name, "规划员_乙"]


def test_a_full_disk_is_told_and_what_was_kept_is_whole(
    machine: Machine, project: Project, visit: Callable[[str], Visit]
) -> None:
    resource = pytest.importorskip("resource", reason="a limit on files is set as Unix has it")
    plans.put(machine.store, project.id, "a" * 32, parts_of(kept_plan()), ME)
    server, address = machine.serve()
    tab = visit(address)
    page = tab.open(f"/trail?p={project.id}")
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    rename(tab, "新名")
    page.get_by_text("磁盘空间不足").first.wait_for()
    assert projects.project(machine.store, project.id).name == NAME
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    rename(tab, "新名 2")
    page.get_by_text("更名为“新名 2”").first.wait_for()
    assert parts_of(plans.load(machine.store, "a" * 32)) == parts_of(kept_plan())
    assert check_chain(machine.store) is None


def rename(tab: Visit, name: str) -> None:
    field = tab.page.get_by_label("项目名称").first
    field.fill(name)
    field.press("Tab")
    tab.settled()
    tab.button("更名").click()
    tab.settled()
