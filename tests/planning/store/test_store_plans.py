"""Plans are kept whole or not at all, once for each id, and read back to the last digit."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from dataclasses import replace
from select import select as select_ready
from uuid import uuid4

import pytest
from in_processes import answers, started
from kept_plans import first_look, kept_network, kept_plan
from sqlalchemy import func, select

from planning import Plan
from planning.faults import PlanningError
from planning.record import digest_of, parts_of
from planning.store import plans
from planning.store.audit import Author, trail
from planning.store.faults import ConflictError, NotThereError
from planning.store.open import Store, open_store
from planning.store.projects import Project, new_project
from planning.store.schema import blobs
from planning.store.schema import parts as parts_table
from planning.store.views import View, keep_view


def new_id() -> str:
    return uuid4().hex


def rows(store: Store, table: object) -> int:
    with store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar() or 0)  # type: ignore[arg-type]


def test_a_plan_comes_back_as_the_same_record(store: Store, project: Project, who: Author) -> None:
    plan, key = replace(kept_plan(), network=kept_network()), new_id()
    parts = parts_of(plan)
    plans.put(store, project.id, key, parts, who, scenario_version=3)
    assert dict(plans.parts(store, key)) == parts
    assert parts_of(plans.load(store, key)) == parts


def test_the_list_says_what_is_in_the_plans_without_them(store: Store, project: Project, who: Author) -> None:
    keys = [new_id(), new_id()]
    for key, name in zip(keys, ("first", "second"), strict=True):
        plans.put(store, project.id, key, parts_of(kept_plan(name)), who)
    heads = plans.heads(store, project.id)
    assert [head.scenario_name for head in heads] == ["second", "first"]
    assert heads[0].digest == digest_of(parts_of(kept_plan("second")))
    assert heads[0].indicators["persons_total"] == 7
    assert str(heads[0].indicators["cost"]) == "nan"
    assert (heads[0].status, heads[0].kept, heads[0].made_by) == ("evaluated", False, who.name)


def test_the_same_plan_twice_is_one_plan(store: Store, project: Project, who: Author) -> None:
    key, parts = new_id(), parts_of(kept_plan())
    for _ in range(2):
        plans.put(store, project.id, key, parts, who)
    assert len(plans.heads(store, project.id)) == 1
    assert [entry.act for entry in trail(store, project.id)] == ["made", "ran"]
    with pytest.raises(ConflictError):
        plans.put(store, project.id, key, parts_of(kept_plan("other")), who)


def test_a_plan_that_was_made_before_is_found(store: Store, project: Project, who: Author) -> None:
    plan, key = kept_plan(), new_id()
    plans.put(store, project.id, key, parts_of(plan), who)
    assert plans.made_before(store, project.id, plan.baseline_digest, plan.scenario.to_toml()) == key
    assert plans.made_before(store, project.id, "f" * 64, plan.scenario.to_toml()) is None


def test_only_first_looks_that_nobody_keeps_are_forgotten(fresh: Store, who: Author) -> None:
    project = new_project(fresh, "x", "南疆", who)
    keys = [new_id() for _ in range(4)]
    for i, key in enumerate(keys):
        plans.put(fresh, project.id, key, parts_of(first_look(f"p{i}")), who)
    plans.keep(fresh, keys[0], who)
    plans.keep(fresh, keys[0], who)
    assert [entry.act for entry in trail(fresh, project.id)].count("kept") == 1
    assert plans.forget(fresh, project.id, newest=1) == 2
    assert [head.id for head in plans.heads(fresh, project.id)] == [keys[3], keys[0]]
    for key in (keys[3], keys[0]):
        plans.load(fresh, key)
    with pytest.raises(NotThereError):
        plans.load(fresh, keys[1])
    plans.keep(fresh, keys[0], who, kept=False)
    assert plans.forget(fresh, project.id, newest=0) == 2
    assert rows(fresh, blobs) == rows(fresh, parts_table) == 0


def test_old_first_looks_go_when_a_plan_comes_and_what_was_run_saved_or_linked_stays(
    fresh: Store, who: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "NEWEST", 1)
    project = new_project(fresh, "x", "南疆", who)

    def put(plan: Plan, version: int | None = None) -> str:
        key = new_id()
        before = plans.state(fresh, project.id)
        plans.put(fresh, project.id, key, parts_of(plan), who, scenario_version=version)
        assert plans.state(fresh, project.id) != before
        return key

    run, saved, linked = put(kept_plan("run")), put(first_look("saved"), 1), put(first_look("linked"))
    keep_view(fresh, project.id, View(page="compare", plans=(linked,)), who)
    gone, newest = put(first_look("gone")), put(first_look("newest"))
    assert [head.id for head in plans.heads(fresh, project.id)] == [newest, linked, saved, run]
    with pytest.raises(NotThereError):
        plans.load(fresh, gone)


def test_equal_parts_are_kept_once(fresh: Store, who: Author) -> None:
    project = new_project(fresh, "x", "南疆", who)
    for name in ("one", "two"):
        plans.put(fresh, project.id, new_id(), parts_of(kept_plan(name)), who)
    assert rows(fresh, parts_table) == 2 * len(parts_of(kept_plan()))
    assert rows(fresh, blobs) == len({*parts_of(kept_plan("one")).values(), *parts_of(kept_plan("two")).values()})


def test_a_plan_that_does_not_hold_is_not_kept(store: Store, project: Project, who: Author) -> None:
    parts = {**parts_of(kept_plan()), "sites": b"spoilt"}
    with pytest.raises(PlanningError, match="'sites'"):
        plans.put(store, project.id, new_id(), parts, who)
    assert plans.heads(store, project.id) == ()


def test_a_plan_that_was_changed_in_the_store_is_refused(fresh: Store, who: Author) -> None:
    project, key = new_project(fresh, "x", "南疆", who), new_id()
    plans.put(fresh, project.id, key, parts_of(kept_plan()), who)
    with fresh.writing() as connection:
        connection.execute(blobs.update().where(blobs.c.size > 4000).values(content=b"other"))
    with pytest.raises(PlanningError, match="changed or is damaged"):
        plans.load(fresh, key)


def test_a_writer_that_is_killed_leaves_whole_plans_only(fresh: Store, who: Author) -> None:
    project, url = new_project(fresh, "x", "南疆", who), fresh.engine.url.render_as_string(hide_password=False)
    prepared = [parts_of(kept_plan(f"p{i}")) for i in range(30)]
    told, tell = os.pipe()

    def write() -> None:
        opened = open_store(url)
        os.write(tell, b".")
        for parts in prepared:
            plans.put(opened, project.id, new_id(), parts, who)
            os.write(tell, b".")

    fresh.engine.dispose()
    chance = random.Random(7)
    for at_least in (2, 1, 1, 1, 1):  # the first writer ends one plan, the others have opened the store
        process = started(write, [])
        for _ in range(at_least):
            assert select_ready([told], [], [], 20)[0], "the writer says nothing"
            os.read(told, 1)
        time.sleep(chance.uniform(0, 0.06))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(20)
        os.set_blocking(told, False)
        with suppress(BlockingIOError):
            os.read(told, 1000)
        os.set_blocking(told, True)
    heads = plans.heads(fresh, project.id)
    assert heads
    for head in heads:
        assert digest_of(plans.parts(fresh, head.id)) == head.digest
        plans.load(fresh, head.id)
    assert len(trail(fresh, project.id)) == 1 + len(heads)
    os.close(told)
    os.close(tell)


def test_a_full_disk_is_told_and_earlier_plans_are_whole(fresh: Store, who: Author) -> None:
    if fresh.engine.dialect.name != "sqlite":
        pytest.skip("the limit would not hold for the server; see the tests of opening")
    resource = pytest.importorskip("resource", reason="no limits for files on this system")
    project, key = new_project(fresh, "x", "南疆", who), new_id()
    plans.put(fresh, project.id, key, parts_of(kept_plan()), who)
    url = fresh.engine.url.render_as_string(hide_password=False)

    def write() -> None:
        opened = open_store(url)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        for _ in range(100):
            plans.put(
                opened, project.id, new_id(), parts_of(replace(kept_plan(), sources=(os.urandom(9000).hex(),))), who
            )

    fresh.engine.dispose()
    assert answers(write, [[]]) == ["StoreFullError"]
    heads = plans.heads(fresh, project.id)
    assert key in {head.id for head in heads}
    for head in heads:
        plans.load(fresh, head.id)
    with fresh.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
