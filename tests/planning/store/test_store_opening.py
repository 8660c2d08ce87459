"""A store is made, opened again, brought to today's form, and left alone when it is not ours or newer."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from in_processes import answers
from kept_plans import first_look
from sqlalchemy import event, text

from planning.record import parts_of
from planning.store import open as opening
from planning.store import plans
from planning.store.areas import area_bytes, keep_area
from planning.store.audit import Author
from planning.store.faults import StoreAwayError, StoreError, StoreFullError, StoreNewerError
from planning.store.migrate import SCRIPTS, upgrade
from planning.store.open import VARIABLE, Store, open_store, usual_url
from planning.store.projects import new_project, project, projects
from planning.store.schema import METADATA

NEXT_STEP = """
import sqlalchemy as sa
from alembic import op
revision = "0003"
down_revision = "0002"
def upgrade():
    with op.batch_alter_table("projects") as table:
        table.add_column(sa.Column("note", sa.Text, server_default="无"))
"""


@pytest.fixture
def with_a_next_step(tmp_path: Path) -> Path:
    folder = shutil.copytree(SCRIPTS, tmp_path / "next", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "v0003_next.py").write_text(NEXT_STEP, encoding="utf-8")
    return folder


def test_the_migrations_make_the_tables_that_the_program_uses(fresh: Store) -> None:
    with fresh.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_a_store_is_opened_again_with_what_it_holds(new_url: Callable[[], str], who: Author) -> None:
    url = new_url()
    first = open_store(url)
    made = new_project(first, "网络", "南疆", who)
    first.close()
    second = open_store(url)
    assert projects(second) == (made,)
    second.close()


def test_several_who_open_a_new_store_at_once_make_it_once(new_url: Callable[[], str]) -> None:
    url = new_url()

    def opened(_: int) -> str:
        return new_project(open_store(url), "x", "南疆", Author("x")).name

    assert answers(opened, [[i] for i in range(4)]) == ["x"] * 4
    store = open_store(url)
    assert len(projects(store)) == 4
    store.close()


def test_an_earlier_store_is_brought_to_todays_form_and_copied_first(
    fresh: Store, who: Author, with_a_next_step: Path
) -> None:
    made = new_project(fresh, "网络", "南疆", who)
    with fresh.writing() as connection:
        upgrade(connection, with_a_next_step)
    with fresh.reading() as connection:
        assert connection.execute(text("SELECT name, note FROM projects")).all() == [("网络", "无")]
    if fresh.engine.dialect.name == "sqlite":
        before = open_store(f"sqlite:///{fresh.engine.url.database}.before-0002")
        assert project(before, made.id) == made
        before.close()


def test_a_store_of_the_first_version_opens_with_its_plans_and_takes_areas(
    new_url: Callable[[], str], who: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_the_first = shutil.copytree(
        SCRIPTS, tmp_path / "first", ignore=shutil.ignore_patterns("__pycache__", "v000[2-9]*")
    )
    url, key = new_url(), "a" * 32
    with monkeypatch.context() as earlier:
        earlier.setattr(opening, "upgrade", partial(upgrade, scripts=only_the_first))
        old = open_store(url)
    made = new_project(old, "网络", "南疆", who)
    plans.put(old, made.id, key, parts_of(first_look("old")), who)
    with pytest.raises(StoreError):
        keep_area(old, b"PK")
    old.close()
    store = open_store(url)
    assert projects(store) == (made,)
    assert parts_of(plans.load(store, key)) == parts_of(first_look("old"))
    assert area_bytes(store, keep_area(store, b"PK")) == b"PK"
    assert plans.forget(store, made.id, newest=0) == 1
    store.close()


def test_a_newer_store_is_left_alone(fresh: Store, with_a_next_step: Path) -> None:
    with fresh.writing() as connection:
        upgrade(connection, with_a_next_step)
    with pytest.raises(StoreNewerError, match="newer version"):
        open_store(fresh.engine.url.render_as_string(hide_password=False))
    with fresh.reading() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0003"


def test_a_migration_that_fails_changes_nothing(fresh: Store, with_a_next_step: Path) -> None:
    step = with_a_next_step / "versions" / "v0003_next.py"
    step.write_text(NEXT_STEP + "    raise RuntimeError\n", encoding="utf-8")
    with pytest.raises(RuntimeError), fresh.writing() as connection:
        upgrade(connection, with_a_next_step)
    with fresh.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_a_reader_sees_what_was_there_while_another_writes(fresh: Store, who: Author) -> None:
    made = new_project(fresh, "网络", "南疆", who)
    with fresh.writing() as connection:
        connection.execute(text("UPDATE projects SET name = '新名'"))
        assert [p.name for p in projects(fresh)] == [made.name]
    assert [p.name for p in projects(fresh)] == ["新名"]


def test_a_store_that_stays_busy_is_told(fresh: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "WAIT_S", 1)
    with fresh.writing(), pytest.raises(StoreAwayError, match="busy"):
        open_store(fresh.engine.url.render_as_string(hide_password=False))


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "sqlite://", "mysql://u:secret@x/y", "postgresql+psycopg://u:secret@/x?host=/nowhere"],
)
def test_an_address_that_leads_nowhere_is_told_without_its_password(url: str) -> None:
    if url.startswith("postgresql"):
        pytest.importorskip("psycopg", reason="psycopg is not installed")
    with pytest.raises(StoreAwayError) as told:
        open_store(url)
    fault = told.value.faults[0]
    assert "secret" not in fault
    assert fault.zh != str(fault)  # type: ignore[attr-defined]


def test_a_file_that_is_no_store_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_text("my notes " * 300, encoding="utf-8")
    with pytest.raises(StoreAwayError, match="no store"):
        open_store(f"sqlite:///{file}")
    assert file.read_text(encoding="utf-8") == "my notes " * 300


def test_a_database_without_room_is_told(fresh: Store, who: Author) -> None:
    if fresh.engine.dialect.name != "postgresql":
        pytest.skip("SQLite runs out of room for real in the tests of plans")
    import psycopg

    new_project(fresh, "网络", "南疆", who)

    def full(cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO projects"):
            raise psycopg.errors.DiskFull("no space left on device")

    event.listen(fresh.engine, "do_execute", full)
    with pytest.raises(StoreFullError):
        new_project(fresh, "二", "南疆", who)
    event.remove(fresh.engine, "do_execute", full)
    assert [p.name for p in projects(fresh)] == ["网络"]


def test_the_usual_place_is_a_file_unless_the_environment_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    store = open_store(usual_url(tmp_path))
    assert (tmp_path / "jiujin.db").is_file()
    store.close()
    monkeypatch.setenv(VARIABLE, "postgresql+psycopg://somewhere")
    assert usual_url(tmp_path) == "postgresql+psycopg://somewhere"


def test_every_fault_of_the_store_is_one_of_planning() -> None:
    assert issubclass(StoreError, ValueError)
