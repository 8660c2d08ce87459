"""A project goes into one file and comes out of it elsewhere; a file that is not whole or not ours leaves no trace."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kept_plans import NAMES, first_look, kept_plan
from made_scenarios import scenario

from planning.faults import PlanningError
from planning.record import parts_of
from planning.record.format import hashed
from planning.scenario_form import Layers
from planning.store import bundle, plans
from planning.store.areas import area_bytes, keep_area
from planning.store.audit import Author, check_chain, trail
from planning.store.bundle import pack, unpack
from planning.store.bundle_form import MANIFEST, PROJECT
from planning.store.faults import NotThereError, StoreError
from planning.store.open import Store, open_store
from planning.store.projects import Project, new_project, project, projects
from planning.store.scenarios import history, save

OTHER = Author("他人 =1+1")
NAME = " · ".join(NAMES)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Store]:
    """Another machine."""
    opened = open_store(f"sqlite:///{tmp_path}/else.db")
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _areas_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """The study area of these files is any bytes."""
    monkeypatch.setattr(bundle, "_check_area", lambda packed: None)


@pytest.fixture(scope="module")
def filled(store: Store) -> Project:
    """A project with an own area, two versions, two plans."""
    who = Author("规划员 甲 🏥")
    made = new_project(store, NAME, "自建区", who, area_sha=keep_area(store, os.urandom(5000)))
    save(store, made.id, scenario("a", title_zh=NAME), after=None, who=who)
    save(store, made.id, scenario("a", title_zh="二"), after=1, who=who)
    for i, key in enumerate(("20261123-1", "20261123-2")):
        plans.put(store, made.id, f"{key}-{made.id[:6]}", parts_of(kept_plan(f"p{i}")), who, scenario_version=2)
    plans.keep(store, f"20261123-1-{made.id[:6]}", who)
    plans.put(store, made.id, f"20261123-3-{made.id[:6]}", parts_of(first_look("p3")), who)
    return made


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def told(content: bytes) -> dict[str, Any]:
    """What the file says but for the trail, which grows by its opening."""
    said = json.loads(members(content)[PROJECT])
    return {key: value for key, value in said.items() if key != "trail"}


def with_members(content: bytes, change: Callable[[dict[str, bytes]], None], *, seal: bool = True) -> bytes:
    """The file with other members; with a manifest that agrees, as somebody who means it would write it."""
    inside = members(content)
    change(inside)
    if seal:
        digests = {name: hashed(part) for name, part in inside.items() if name != MANIFEST}
        inside[MANIFEST] = json.dumps({"format": 1, "members": digests}).encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        for name, part in inside.items():
            out.writestr(name, part)
    return file.getvalue()


def saying(content: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    def edit(inside: dict[str, bytes]) -> None:
        said = json.loads(inside[PROJECT])
        change(said)
        inside[PROJECT] = json.dumps(said).encode()

    return with_members(content, edit)


def test_a_project_comes_out_of_its_file_as_it_was(store: Store, filled: Project, elsewhere: Store) -> None:
    content = pack(store, filled.id)
    assert pack(store, filled.id) == content
    opened = unpack(elsewhere, content, OTHER)
    assert opened == project(store, filled.id)
    assert area_bytes(elsewhere, opened.area_sha) == area_bytes(store, filled.area_sha)
    assert history(elsewhere, opened.id, "a") == history(store, filled.id, "a")
    here, there = plans.heads(store, filled.id), plans.heads(elsewhere, opened.id)
    assert [(h.id, h.digest, h.kept, h.made_at, h.made_by) for h in here] == [
        (h.id, h.digest, h.kept, h.made_at, h.made_by) for h in there
    ]
    again = pack(elsewhere, opened.id)
    assert told(again) == told(content)
    assert members(again).keys() == members(content).keys()


def test_the_trail_comes_along_and_says_that_it_was_not_seen_here(
    store: Store, filled: Project, elsewhere: Store
) -> None:
    before = trail(store, filled.id)
    unpack(elsewhere, pack(store, filled.id), OTHER)
    after = trail(elsewhere, filled.id)
    assert [(e.at, e.who, e.act, e.subject, e.detail) for e in before] == [
        (e.at, e.who, e.act, e.subject, e.detail) for e in after[:-1]
    ]
    assert {e.who_by for e in after[:-1]} == {"file:typed"}
    assert (after[-1].act, after[-1].who, after[-1].who_by) == ("opened", OTHER.name, "typed")
    assert check_chain(elsewhere) is None


def test_the_same_file_twice_is_two_projects_that_share_nothing_but_bytes(
    store: Store, filled: Project, elsewhere: Store
) -> None:
    content = pack(store, filled.id)
    first, second = unpack(elsewhere, content, OTHER), unpack(elsewhere, content, OTHER)
    assert first.id != second.id
    assert not {h.id for h in plans.heads(elsewhere, first.id)} & {h.id for h in plans.heads(elsewhere, second.id)}
    ran = [e.after for e in trail(elsewhere, second.id) if e.act == "ran"]
    assert ran == [h.id for h in reversed(plans.heads(elsewhere, second.id))]
    assert plans.forget(elsewhere, first.id, newest=0) == 1
    for head in plans.heads(elsewhere, second.id):
        plans.load(elsewhere, head.id)


def test_a_byte_that_was_changed_is_refused_wherever_it_is(store: Store, filled: Project, elsewhere: Store) -> None:
    content = pack(store, filled.id)
    for name in members(content):

        def spoil(inside: dict[str, bytes], name: str = name) -> None:
            inside[name] = inside[name].replace(inside[name][40:41], b"\x01", 1) + b" "

        with pytest.raises(StoreError):
            unpack(elsewhere, with_members(content, spoil, seal=False), OTHER)
    for cut in (0, 10, len(content) // 2, len(content) - 1):
        with pytest.raises(StoreError, match="not the file of a project"):
            unpack(elsewhere, content[:cut], OTHER)
    assert projects(elsewhere) == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.update(id="../../etc"),
        lambda said: said.update(name="  "),
        lambda said: said.update(code="import os"),
        lambda said: said["scenarios"][1].update(version=1),
        lambda said: said["scenarios"][0].update(toml="study_area = 3"),
        lambda said: said["plans"][0].update(id="a/../b"),
        lambda said: said["plans"][1].update(id=said["plans"][0]["id"]),
        lambda said: said["plans"][0]["parts"].update({"plan.json": "0" * 64}),
        lambda said: said["plans"].pop(),
        lambda said: said["trail"][0].update(who_by="sign-in"),
        lambda said: said["trail"][0].update(at="2026-01-01T00:00:00"),
        lambda said: said["trail"][0].update(who="\x00"),
    ],
)
def test_a_file_that_is_made_up_is_refused_whole(
    store: Store, filled: Project, elsewhere: Store, change: Callable[[dict[str, Any]], None]
) -> None:
    with pytest.raises(StoreError):
        unpack(elsewhere, saying(pack(store, filled.id), change), OTHER)
    assert projects(elsewhere) == ()


def test_a_scenario_that_names_files_of_a_machine_is_refused(store: Store, filled: Project, elsewhere: Store) -> None:
    def reach_out(said: dict[str, Any]) -> None:
        toml = said["scenarios"][0]["toml"]
        said["scenarios"][0]["toml"] = toml.replace("[layers]", '[layers]\ninstitutions = "/etc/passwd"')

    with pytest.raises(StoreError, match="names files of one machine"):
        unpack(elsewhere, saying(pack(store, filled.id), reach_out), OTHER)


def test_a_study_area_that_does_not_open_leaves_no_project_behind(
    store: Store, filled: Project, elsewhere: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    with pytest.raises(PlanningError, match=r"area\.zip") as told:
        unpack(elsewhere, pack(store, filled.id), OTHER)
    assert not any("/" in fault for fault in told.value.faults)
    assert projects(elsewhere) == ()


def test_a_plan_that_names_files_of_a_machine_is_refused_too(
    store: Store, elsewhere: Store, who: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = new_project(store, "x", "南疆", who)
    named = scenario("a").model_copy(update={"layers": Layers(institutions="/etc/passwd")})
    plans.put(store, made.id, f"named-{made.id}", parts_of(replace(kept_plan(), scenario=named)), who)
    with pytest.raises(StoreError, match="names files of one machine"):
        pack(store, made.id)
    with monkeypatch.context() as lenient:
        lenient.setattr(bundle, "_refuse_files", lambda scenario: None)
        content = pack(store, made.id)
    with pytest.raises(StoreError, match="names files of one machine"):
        unpack(elsewhere, content, OTHER)


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_does(elsewhere: Store) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr(PROJECT, b" " * 40_000_000)
    with pytest.raises(StoreError, match="unpacks to"):
        unpack(elsewhere, file.getvalue(), OTHER)


def test_a_file_of_a_newer_version_says_so(store: Store, filled: Project, elsewhere: Store) -> None:
    def newer(inside: dict[str, bytes]) -> None:
        inside[MANIFEST] = inside[MANIFEST].replace(b'"format": 1', b'"format": 2')

    with pytest.raises(StoreError, match="newer version"):
        unpack(elsewhere, with_members(pack(store, filled.id), newer, seal=False), OTHER)


def test_a_project_that_is_not_there_is_told(store: Store) -> None:
    with pytest.raises(NotThereError):
        pack(store, "f" * 32)
