"""The tables, in kinds of columns that SQLite and PostgreSQL have alike."""

import json
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class Instant(TypeDecorator[datetime]):
    """A time with its zone, written as UTC in ISO 8601 with microseconds: the order of the texts is that of time."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """A time as text; one without a zone is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be kept")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """The text as a time in UTC."""
        return None if value is None else datetime.fromisoformat(value)


class Json(TypeDecorator[Any]):
    """A value as the text of JSON, keys in their order."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        """The value as text; nan and infinity are refused."""
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """The text as a value."""
        return None if value is None else json.loads(value)


METADATA: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _project(*, key: bool = False) -> Column[str]:
    return Column("project_id", String(32), ForeignKey("projects.id"), primary_key=key, nullable=False)


def _made() -> tuple[Column[datetime], Column[str]]:
    return Column("made_at", Instant, nullable=False), Column("made_by", Text, nullable=False)


projects: Final = Table(
    "projects", METADATA,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("area_name", Text, nullable=False),
    Column("area_sha", String(64), nullable=False),
    *_made(),
    Column("deleted_at", Instant),
)  # fmt: skip
scenarios: Final = Table(
    "scenarios", METADATA,
    _project(key=True),
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("toml", Text, nullable=False),
    Column("title_zh", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    *_made(),
)  # fmt: skip
plans: Final = Table(
    "plans", METADATA,
    Column("id", String(64), primary_key=True),
    Column("seq", Integer, nullable=False, unique=True),
    _project(),
    Column("scenario_name", Text, nullable=False),
    Column("scenario_version", Integer),
    Column("toml", Text, nullable=False),
    Column("area_digest", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("indicators", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("kept", Boolean, nullable=False),
    Column("seconds", Float, nullable=False),
    *_made(),
)  # fmt: skip
blobs: Final = Table(
    "blobs", METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
)  # fmt: skip
parts: Final = Table(
    "parts", METADATA,
    Column("plan_id", String(64), ForeignKey("plans.id", ondelete="CASCADE"), primary_key=True),
    Column("part", Text, primary_key=True),
    Column("sha256", String(64), ForeignKey("blobs.sha256"), nullable=False, index=True),
)  # fmt: skip
areas: Final = Table(
    "areas", METADATA,
    Column("sha256", String(64), ForeignKey("blobs.sha256"), primary_key=True),
    Column("made_at", Instant, nullable=False),
)  # fmt: skip
drafts: Final = Table(
    "drafts", METADATA,
    _project(key=True),
    Column("author", Text, primary_key=True),
    Column("slot", String(32), primary_key=True),
    Column("history", Json, nullable=False),
    Column("cursor", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
)  # fmt: skip
views: Final = Table(
    "views", METADATA,
    Column("code", String(8), primary_key=True),
    _project(),
    Column("state", Text, nullable=False),
    *_made(),
)  # fmt: skip
settings: Final = Table(
    "settings", METADATA,
    Column("author", Text, primary_key=True),
    Column("key", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)  # fmt: skip
audit: Final = Table(
    "audit", METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("who_by", String(16), nullable=False),
    Column("project_id", String(32), nullable=False, index=True),
    Column("act", String(32), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Json, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("chain", String(64), nullable=False),
)  # fmt: skip
