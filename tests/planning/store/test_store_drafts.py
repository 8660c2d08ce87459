"""A draft is kept at every change; it can be undone and done again after a restart, and two tabs lose nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_scenarios import few_sites

from planning.store.audit import Author
from planning.store.drafts import STEPS, changed, draft, redo, undo
from planning.store.faults import NotThereError
from planning.store.open import Store, open_store
from planning.store.projects import Project, new_project
from planning.store.schema import drafts as table

START = few_sites("d", 1)


def test_a_draft_is_there_after_a_restart_with_its_steps(store: Store, project: Project, who: Author) -> None:
    mine = changed(store, draft(store, project.id, who, START), few_sites("d", 2))
    again = open_store(store.engine.url.render_as_string(hide_password=False))
    found = draft(again, project.id, who, START)
    assert found == mine
    assert undo(again, found).now == START
    again.close()


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(["undo", "redo", 2, 3, 4]), max_size=8))
def test_undo_and_redo_are_those_of_a_list_with_a_cursor(store: Store, acts: list[str | int]) -> None:
    who = Author("tester")
    mine = draft(store, new_project(store, "x", "南疆", who).id, who, START)
    history, cursor = [START], 0
    for act in acts:
        if act == "undo":
            mine, cursor = undo(store, mine), max(0, cursor - 1)
        elif act == "redo":
            mine, cursor = redo(store, mine), min(len(history) - 1, cursor + 1)
        elif few_sites("d", int(act)) != history[cursor]:
            history, cursor = [*history[: cursor + 1], few_sites("d", int(act))], cursor + 1
            mine = changed(store, mine, history[cursor])
        assert mine.now == history[cursor]
        assert (mine.can_undo, mine.can_redo) == (cursor > 0, cursor < len(history) - 1)


def test_a_draft_that_is_there_is_read_while_somebody_writes(store: Store, project: Project, who: Author) -> None:
    mine = draft(store, project.id, who, START)
    with store.writing():
        assert draft(store, project.id, who, START) == mine


def test_nothing_happens_where_nothing_changed(store: Store, project: Project, who: Author) -> None:
    mine = draft(store, project.id, who, START)
    assert changed(store, mine, START) == undo(store, mine) == redo(store, mine) == mine


def test_two_tabs_of_one_author_lose_nothing(store: Store, project: Project, who: Author) -> None:
    one = other = draft(store, project.id, who, START)
    changed(store, one, few_sites("d", 2))
    late = changed(store, other, few_sites("d", 3))
    assert late.is_merged
    assert late.now == few_sites("d", 3)
    back = undo(store, late)
    assert (back.now, back.is_merged) == (few_sites("d", 2), False)
    stale = undo(store, other)
    assert (stale.now, stale.is_merged) == (few_sites("d", 2), True)


def test_drafts_of_two_authors_and_two_slots_are_apart(store: Store, project: Project, who: Author) -> None:
    changed(store, draft(store, project.id, who, START), few_sites("d", 2))
    assert draft(store, project.id, Author("other"), START).now == START
    assert draft(store, project.id, who, START, slot="second").now == START


def test_only_the_last_steps_are_kept(store: Store, project: Project, who: Author) -> None:
    mine = draft(store, project.id, who, START)
    texts = tuple(few_sites("d", 2 + i % 2).to_toml() for i in range(STEPS))
    with store.writing() as connection:
        mine_row = (table.c.project_id == project.id) & (table.c.author == who.name)
        connection.execute(table.update().where(mine_row).values(history=list(texts), cursor=STEPS - 1))
    full = changed(store, mine, few_sites("d", 9))
    assert len(full.history) == STEPS
    assert full.now == few_sites("d", 9)
    assert full.history[0] == texts[1]


def test_a_draft_of_no_project_is_told(store: Store, who: Author) -> None:
    with pytest.raises(NotThereError):
        draft(store, "nowhere", who, START)
