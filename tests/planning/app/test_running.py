"""Which plan stands for a scenario, and what a run that ended without one says."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from made_scenarios import few_sites

from geodata.errors import both
from planning.app.editing import running
from planning.app.editing.running import alike, is_of_question
from planning.jobs import told
from planning.jobs.queue import Ended
from planning.work.asks import first_look


@dataclass(frozen=True)
class Head:
    toml: str
    status: str
    area_digest: str = "a"


def test_what_locking_costs_is_never_read_from_a_first_look_beside_a_thorough_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free = few_sites("free")
    look = first_look(free)
    assert look is not None
    first, proven = Head(look.to_toml(), "gap"), Head(look.to_toml(), "optimal")
    thorough = Head(free.to_toml(), "gap")
    there: list[Any] = []
    monkeypatch.setattr(
        running, "session", SimpleNamespace(heads=lambda: there, area=lambda: SimpleNamespace(digest="a"))
    )
    for heads, found in (([first], None), ([proven], proven), ([first, thorough], thorough), ([], None)):
        there[:] = heads
        assert [alike(free, wants=False)] == [found]
    there[:] = [thorough, first]
    assert [alike(look, wants=False)] == [first]


def test_only_faults_of_the_question_are_told_as_such() -> None:
    fault = both("sites: 2 are locked, 1 is wanted", "新增机构数：锁定 2 个，只要 1 个")
    assert is_of_question(Ended("failed", (fault,)))
    for said in (told.DISK_FULL, told.MEMORY, told.UNREADABLE, told.NO_WORKER, told.ours("17")):
        assert not is_of_question(Ended("failed", (said,)))
    assert not is_of_question(Ended("cancelled", (told.CANCELLED,)))
    assert not is_of_question(Ended("lost", (told.LOST,)))
