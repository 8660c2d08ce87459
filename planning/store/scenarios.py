"""Scenarios of a project: versions that are only ever appended. Of two who save at once, the second is told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select

from geodata.errors import Sentence, both
from planning.record import scenario_of
from planning.scenario import Scenario
from planning.store.audit import Author, enter
from planning.store.faults import ConflictError, NotThereError, check_words
from planning.store.open import Store
from planning.store.projects import found
from planning.store.schema import scenarios as table


@dataclass(frozen=True)
class Version:
    """One version of a scenario: its number from 1, and the text of its file."""

    name: str
    version: int
    toml: str
    title_zh: str
    title_en: str
    made_at: datetime
    made_by: str

    @property
    def scenario(self) -> Scenario:
        """The scenario, wherever the files that it names may be."""
        return scenario_of(self.toml)


def save(
    store: Store, project: str, scenario: Scenario, *, after: int | None, who: Author, detail: Sentence | None = None
) -> int:
    """Append a version of a scenario under its name.

    Args:
        after: the version that the writer started from; None for a name that is new.
        detail: what changed, in words, for the trail.

    Returns:
        The number of the new version.

    Raises:
        ConflictError: when the newest version is another one, with its number in `theirs`; nothing is written.
    """
    with store.writing() as connection:
        return _append(connection, project, scenario, after or 0, who, detail)


def restore(store: Store, project: str, name: str, version: int, who: Author) -> int:
    """Append an earlier version as the newest one.

    Returns:
        The number of the new version.

    Raises:
        NotThereError: when there is no such version.
    """
    with store.writing() as connection:
        asked = select(table).where(table.c.project_id == project, table.c.name == name, table.c.version == version)
        row = connection.execute(asked).first()
        if row is None:
            raise _not_there(name)
        detail = both(f"as in version {version}", f"恢复为第 {version} 版")
        return _append(connection, project, scenario_of(row.toml), _newest(connection, project, name), who, detail)


def scenarios(store: Store, project: str) -> tuple[Version, ...]:
    """The newest version of every scenario of a project, by name."""
    same = table.alias()
    newest = select(func.max(same.c.version)).where(same.c.project_id == project, same.c.name == table.c.name)
    return _versions(store, _of(project).where(table.c.version == newest.scalar_subquery()).order_by(table.c.name))


def history(store: Store, project: str, name: str) -> tuple[Version, ...]:
    """All versions of a scenario, the first one first."""
    return _versions(store, _of(project).where(table.c.name == name).order_by(table.c.version))


def version(store: Store, project: str, name: str, number: int | None = None) -> Version:
    """One version of a scenario, the newest unless a number is given.

    Raises:
        NotThereError: when there is none.
    """
    asked = _of(project).where(table.c.name == name).order_by(table.c.version.desc()).limit(1)
    rows = _versions(store, asked if number is None else asked.where(table.c.version == number))
    if not rows:
        raise _not_there(name)
    return rows[0]


def _append(
    connection: Connection, project: str, scenario: Scenario, after: int, who: Author, detail: Sentence | None
) -> int:
    name, toml = scenario.name, scenario.to_toml()
    check_words(name=name, title_zh=scenario.title_zh, title_en=scenario.title_en)
    found(connection, project)
    newest = _newest(connection, project, name)
    if newest != after:
        raise ConflictError(_saved_by_others(name, newest), newest)
    told = {"before": str(after) if after else "", "after": str(after + 1)}
    at = enter(connection, who, project, "saved", name, detail=detail, **told)
    connection.execute(
        insert(table).values(
            project_id=project, name=name, version=after + 1, toml=toml, title_zh=scenario.title_zh,
            title_en=scenario.title_en, made_at=at, made_by=who.name,
        )
    )  # fmt: skip
    return after + 1


def _newest(connection: Connection, project: str, name: str) -> int:
    """Number of the newest version, 0 where there is none."""
    asked = select(func.max(table.c.version)).where(table.c.project_id == project, table.c.name == name)
    return connection.execute(asked).scalar() or 0


def _saved_by_others(name: str, newest: int) -> Sentence:
    return both(
        f"scenario '{name}' was saved by somebody else in the meantime (version {newest}); "
        "keep yours under another name, or start from theirs",
        f"情景“{name}”已被他人保存（第 {newest} 版）；请另存为其他名称，或以对方的版本为基础修改",
    )


def _of(project: str) -> Select[Any]:
    return select(table).where(table.c.project_id == project)


def _versions(store: Store, asked: Select[Any]) -> tuple[Version, ...]:
    with store.reading() as connection:
        return tuple(_version(row) for row in connection.execute(asked))


def _version(row: Row[Any]) -> Version:
    return Version(**{key: value for key, value in row._asdict().items() if key != "project_id"})


def _not_there(name: str) -> NotThereError:
    return NotThereError(
        both(f"there is no scenario '{name}' of that version in the project", f"项目中没有情景“{name}”的这一版本")
    )
