"""Projects: a name and a study area, under which scenarios and plans are kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, insert, select, update

from geodata.errors import both
from planning.store.audit import Author, enter
from planning.store.faults import NotThereError, StoreError, check_words
from planning.store.open import Store
from planning.store.schema import projects as table


@dataclass(frozen=True)
class Project:
    """One project.

    Attributes:
        area_name: name of its study area.
        area_sha: SHA-256 of the file of an own study area; "" for the embedded one.
        deleted_at: when it was removed; None while it is there.
    """

    id: str
    name: str
    area_name: str
    area_sha: str
    made_at: datetime
    made_by: str
    deleted_at: datetime | None = None


def new_project(store: Store, name: str, area_name: str, who: Author, *, area_sha: str = "") -> Project:
    """Make a project; two may have one name.

    Raises:
        StoreError: for an empty name, or one that cannot be kept.
    """
    _check_name(name)
    check_words(area_name=area_name)
    key = uuid4().hex
    with store.writing() as connection:
        at = enter(connection, who, key, "made", name)
        made = Project(key, name, area_name, area_sha, at, who.name)
        connection.execute(insert(table).values(vars(made)))
    return made


def projects(store: Store, *, removed: bool = False) -> tuple[Project, ...]:
    """All projects, the newest first; or those that were removed."""
    there = table.c.deleted_at.is_not(None) if removed else table.c.deleted_at.is_(None)
    with store.reading() as connection:
        rows = connection.execute(select(table).where(there).order_by(table.c.made_at.desc(), table.c.id))
        return tuple(_project(row) for row in rows)


def project(store: Store, key: str) -> Project:
    """One project by its id, removed ones too.

    Raises:
        NotThereError: when there is none.
    """
    with store.reading() as connection:
        return found(connection, key)


def rename(store: Store, key: str, name: str, who: Author) -> None:
    """Give a project another name.

    Raises:
        StoreError: when there is no such project, or the name cannot be kept.
    """
    _check_name(name)
    with store.writing() as connection:
        before = found(connection, key).name
        connection.execute(update(table).where(table.c.id == key).values(name=name))
        enter(connection, who, key, "renamed", name, before=before, after=name)


def remove(store: Store, key: str, who: Author) -> None:
    """Put a project away; nothing of it is deleted, and `bring_back` shows it again.

    Raises:
        NotThereError: when there is none.
    """
    with store.writing() as connection:
        name = found(connection, key).name
        at = enter(connection, who, key, "removed", name)
        connection.execute(update(table).where(table.c.id == key).values(deleted_at=at))


def bring_back(store: Store, key: str, who: Author) -> None:
    """Show a removed project again.

    Raises:
        NotThereError: when there is none.
    """
    with store.writing() as connection:
        enter(connection, who, key, "restored", found(connection, key).name)
        connection.execute(update(table).where(table.c.id == key).values(deleted_at=None))


def found(connection: Connection, key: str) -> Project:
    """One project within a transaction.

    Raises:
        NotThereError: when there is none.
    """
    row = connection.execute(select(table).where(table.c.id == key)).first()
    if row is None:
        raise NotThereError(both("there is no such project; open one from the list", "没有这个项目；请从列表中打开"))
    return _project(row)


def _check_name(name: str) -> None:
    check_words(name=name)
    if not name.strip():
        raise StoreError(both("the project has no name; type one", "项目没有名称；请填写"))


def _project(row: Row[Any]) -> Project:
    return Project(**row._asdict())
