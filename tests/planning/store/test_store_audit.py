"""The trail cannot be changed unseen, and many who write at once make one unbroken chain."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from sqlalchemy import delete, select, update

from planning.store.audit import Author, check_chain, enter, trail
from planning.store.open import Store
from planning.store.projects import new_project, rename
from planning.store.schema import audit

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def filled(fresh: Store, who: Author) -> Store:
    project = new_project(fresh, "一", "南疆", who)
    for name in ("二", "三", "四"):
        rename(fresh, project.id, name, who)
    assert check_chain(fresh) is None
    return fresh


def test_a_changed_entry_is_found(filled: Store) -> None:
    second = audit.c.seq == 2
    changes = {"who": "x", "after": "x", "act": "kept", "detail": {"en": "x"}, "at": LONG_AGO, "chain": "0" * 64}
    with filled.reading() as connection:
        whole = connection.execute(select(audit).where(second)).one()._asdict()
    for column, value in changes.items():
        with filled.writing() as connection:
            connection.execute(update(audit).where(second).values({column: value}))
        assert check_chain(filled) == 2, column
        with filled.writing() as connection:
            connection.execute(update(audit).where(second).values(whole))
        assert check_chain(filled) is None


def test_an_entry_taken_out_is_found_at_the_next(filled: Store) -> None:
    with filled.writing() as connection:
        connection.execute(delete(audit).where(audit.c.seq == 3))
    assert check_chain(filled) == 4


def test_an_act_that_fails_leaves_no_entry(filled: Store, who: Author) -> None:
    def fail() -> None:
        with filled.writing() as connection:
            enter(connection, who, "p", "made", "x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert check_chain(filled) is None
    assert trail(filled, "p") == ()


def test_many_who_write_at_once_wait_for_each_other(fresh: Store) -> None:
    project = new_project(fresh, "x", "南疆", Author("first"))

    def write(writer: int) -> None:
        for i in range(12):
            rename(fresh, project.id, f"{writer}-{i}", Author(f"{writer}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    entries = trail(fresh, project.id)
    assert len(entries) == 1 + 8 * 12
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert all(later.before == earlier.subject for earlier, later in pairwise(entries))
    assert check_chain(fresh) is None
