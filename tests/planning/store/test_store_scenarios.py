"""Versions of a scenario are only ever appended; of two who save at once one is told, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from in_processes import answers
from made_scenarios import few_sites, own_layers, scenario

from geodata.errors import both
from planning.scenario import load, shipped, shipped_networks
from planning.store.audit import Author, trail
from planning.store.faults import ConflictError, NotThereError
from planning.store.open import Store, open_store
from planning.store.projects import Project
from planning.store.scenarios import history, restore, save, scenarios, version


def test_every_version_stays_and_the_newest_is_shown(store: Store, project: Project, who: Author) -> None:
    first, second = few_sites("a", 3), few_sites("a", 4)
    assert save(store, project.id, first, after=None, who=who) == 1
    assert save(store, project.id, second, after=1, who=who, detail=both("3 → 4", "由 3 改为 4")) == 2
    save(store, project.id, few_sites("b"), after=None, who=who)
    assert [(v.name, v.version) for v in scenarios(store, project.id)] == [("a", 2), ("b", 1)]
    assert [v.scenario for v in history(store, project.id, "a")] == [first, second]
    assert version(store, project.id, "a", 1).scenario == first
    assert version(store, project.id, "a").scenario == second
    assert [(e.act, e.before, e.after) for e in trail(store, project.id)[2:3]] == [("saved", "1", "2")]
    assert trail(store, project.id)[2].detail == {"zh": "由 3 改为 4", "en": "3 → 4"}


def test_every_shipped_scenario_comes_back_equal(store: Store, project: Project, who: Author) -> None:
    for name in (*shipped(), *shipped_networks()):
        asked = load(name)
        save(store, project.id, asked, after=None, who=who)
        assert version(store, project.id, asked.name).scenario == asked


def test_a_scenario_is_read_where_its_files_are_not(
    store: Store, project: Project, who: Author, tmp_path: Path
) -> None:
    asked = scenario("own", objective={"model": "none"}, layers=own_layers(tmp_path), folder=tmp_path)
    (tmp_path / "candidates.csv").unlink()
    save(store, project.id, asked, after=None, who=who)
    assert version(store, project.id, "own").scenario == asked


def test_an_earlier_version_is_restored_as_a_new_one(store: Store, project: Project, who: Author) -> None:
    save(store, project.id, few_sites("a", 3), after=None, who=who)
    save(store, project.id, few_sites("a", 4), after=1, who=who)
    assert restore(store, project.id, "a", 1, who) == 3
    assert version(store, project.id, "a").scenario == few_sites("a", 3)
    assert len(history(store, project.id, "a")) == 3
    with pytest.raises(NotThereError):
        restore(store, project.id, "a", 9, who)


@pytest.mark.parametrize("after", [None, 0, 2, 7])
def test_who_started_from_another_version_is_told_which_is_there(
    store: Store, project: Project, who: Author, after: int | None
) -> None:
    save(store, project.id, few_sites("a", 3), after=None, who=who)
    with pytest.raises(ConflictError) as told:
        save(store, project.id, few_sites("a", 5), after=after, who=who)
    assert told.value.theirs == 1
    assert len(history(store, project.id, "a")) == 1
    assert len(trail(store, project.id)) == 2


def test_of_two_processes_that_save_at_once_one_is_told(store: Store, project: Project, who: Author) -> None:
    save(store, project.id, few_sites("a", 3), after=None, who=who)
    url = store.engine.url.render_as_string(hide_password=False)

    def write(sites: int) -> int:
        return save(open_store(url), project.id, few_sites("a", sites), after=1, who=Author(f"{sites}"))

    store.engine.dispose()  # the copies make connections of their own
    found = answers(write, [[sites] for sites in (4, 5, 6)])
    assert sorted(map(str, found)) == ["2", "ConflictError", "ConflictError"]
    kept = history(store, project.id, "a")
    assert [v.version for v in kept] == [1, 2]
    assert kept[1].scenario == few_sites("a", int(kept[1].made_by))


def test_a_scenario_of_no_project_is_told(store: Store, who: Author) -> None:
    with pytest.raises(NotThereError):
        save(store, "nowhere", few_sites("a"), after=None, who=who)
    with pytest.raises(NotThereError):
        version(store, "nowhere", "a")
