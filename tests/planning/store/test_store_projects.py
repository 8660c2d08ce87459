"""Projects are made, renamed, put away and brought back; words come back as they were typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from kept_plans import NAMES

from planning.store.audit import Author, trail
from planning.store.faults import NotThereError, StoreError
from planning.store.open import Store
from planning.store.projects import Project, bring_back, new_project, project, projects, remove, rename


def test_a_project_is_found_again_by_its_id(store: Store, who: Author) -> None:
    made = new_project(store, "网络", "南疆", who, area_sha="a" * 64)
    assert project(store, made.id) == made
    assert abs(made.made_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert made.made_by == who.name


@pytest.mark.parametrize("words", [name for name in NAMES if name])
def test_words_come_back_as_they_were_typed(store: Store, words: str) -> None:
    made = new_project(store, words, words, Author(words))
    again = project(store, made.id)
    assert (again.name, again.area_name, again.made_by) == (words, words, words)
    assert trail(store, made.id)[0].subject == words


@pytest.mark.parametrize("words", ["a\0b", "half \ud83c", " ", ""])
def test_a_name_that_cannot_be_kept_is_refused_in_both_languages(store: Store, who: Author, words: str) -> None:
    before = len(projects(store))
    with pytest.raises(StoreError) as told:
        new_project(store, words, "南疆", who)
    fault = told.value.faults[0]
    assert fault.zh != str(fault)  # type: ignore[attr-defined]
    assert len(projects(store)) == before


def test_a_removed_project_is_put_away_and_comes_back(store: Store, project: Project, who: Author) -> None:
    remove(store, project.id, who)
    assert project.id not in {p.id for p in projects(store)}
    assert project.id in {p.id for p in projects(store, removed=True)}
    bring_back(store, project.id, who)
    assert project in projects(store)
    assert [entry.act for entry in trail(store, project.id)] == ["made", "removed", "restored"]


def test_a_renamed_project_remembers_its_former_name(store: Store, project: Project, who: Author) -> None:
    rename(store, project.id, "新名", who)
    last = trail(store, project.id)[-1]
    assert (last.before, last.after) == ("康复网络", "新名")


def test_a_project_that_is_not_there_is_told(store: Store, who: Author) -> None:
    for act in (lambda: project(store, "x"), lambda: rename(store, "x", "y", who), lambda: remove(store, "x", who)):
        with pytest.raises(NotThereError, match="no such project"):
            act()
