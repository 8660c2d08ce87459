"""The scenario at which a planner works: every change is kept at once, and can be undone after a restart too."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from planning.record import scenario_of
from planning.scenario import Scenario
from planning.store.audit import Author
from planning.store.faults import check_words
from planning.store.open import Store
from planning.store.projects import found
from planning.store.schema import drafts as table

STEPS: Final = 200
"""Changes that can be undone."""


@dataclass(frozen=True)
class Draft:
    """A scenario with the way to it; the author is its only reader.

    Attributes:
        history: scenarios as texts, the first one first.
        cursor: which of them is the present one.
        version: grows with every write.
        is_merged: it was changed elsewhere in the meantime; the page shows what is there now.
    """

    project_id: str
    author: str
    slot: str
    history: tuple[str, ...]
    cursor: int
    version: int
    is_merged: bool = False

    @property
    def now(self) -> Scenario:
        """The present scenario."""
        return scenario_of(self.history[self.cursor])

    @property
    def can_undo(self) -> bool:
        """True when there is an earlier one."""
        return self.cursor > 0

    @property
    def can_redo(self) -> bool:
        """True when a change was undone."""
        return self.cursor < len(self.history) - 1


def draft(store: Store, project: str, who: Author, start: Scenario, *, slot: str = "main") -> Draft:
    """The draft of an author; where there is none yet, one that begins with `start`.

    Raises:
        NotThereError: when there is no such project.
    """
    check_words(who=who.name, slot=slot)
    with store.reading() as connection:
        there = _stored(connection, project, who.name, slot)
    if there is not None:
        return there
    with store.writing() as connection:
        found(connection, project)
        there = _stored(connection, project, who.name, slot)
        if there is not None:
            return there
        new = Draft(project, who.name, slot, (_text(start),), 0, 1)
        connection.execute(insert(table).values(project_id=project, author=who.name, slot=slot, **_row(new)))
        return new


def changed(store: Store, mine: Draft, scenario: Scenario) -> Draft:
    """The draft with another present scenario; what was undone before is given up.

    When it was changed elsewhere since `mine` was read, nothing is given up: both changes stay in its history.
    """
    text = _text(scenario)
    with store.writing() as connection:
        there = _now_there(connection, mine)
        if not there.is_merged and there.history[there.cursor] == text:
            return there
        kept = there.history if there.is_merged else there.history[: there.cursor + 1]
        history = (*kept, text)[-STEPS:]
        return _written(connection, replace(there, history=history, cursor=len(history) - 1))


def undo(store: Store, mine: Draft) -> Draft:
    """One step back; what is there now when it was changed elsewhere, and nothing where there is no step."""
    return _moved(store, mine, -1)


def redo(store: Store, mine: Draft) -> Draft:
    """One step forward again; otherwise as `undo`."""
    return _moved(store, mine, 1)


def _moved(store: Store, mine: Draft, step: int) -> Draft:
    with store.writing() as connection:
        there = _now_there(connection, mine)
        cursor = there.cursor + step
        if there.is_merged or not 0 <= cursor < len(there.history):
            return there
        return _written(connection, replace(there, cursor=cursor))


def _now_there(connection: Connection, mine: Draft) -> Draft:
    """The stored draft; `is_merged` when it is not the one that was read."""
    there = _stored(connection, mine.project_id, mine.author, mine.slot)
    assert there is not None, "a draft is never deleted"
    return replace(there, is_merged=there.version != mine.version)


def _written(connection: Connection, new: Draft) -> Draft:
    new = replace(new, version=new.version + 1)
    mine = (table.c.project_id == new.project_id) & (table.c.author == new.author) & (table.c.slot == new.slot)
    connection.execute(update(table).where(mine).values(_row(new)))
    return new


def _stored(connection: Connection, project: str, author: str, slot: str) -> Draft | None:
    mine = (table.c.project_id == project) & (table.c.author == author) & (table.c.slot == slot)
    row = connection.execute(select(table).where(mine)).first()
    return None if row is None else Draft(project, author, slot, tuple(row.history), row.cursor, row.version)


def _row(new: Draft) -> dict[str, Any]:
    return {
        "history": list(new.history), "cursor": new.cursor, "version": new.version, "changed_at": datetime.now(UTC),
    }  # fmt: skip


def _text(scenario: Scenario) -> str:
    text = scenario.to_toml()
    check_words(scenario=text)
    return text
