"""Who did what and when; every entry carries a digest of itself and of the one before, so that a later edit shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, insert, select

from geodata.errors import Sentence
from planning.record.texts import canonical
from planning.store.faults import check_words
from planning.store.open import Store
from planning.store.schema import audit

Act = Literal["made", "saved", "ran", "kept", "let go", "renamed", "removed", "restored", "link made"]
_CHAINED: Final = ("seq", "who", "who_by", "project_id", "act", "subject", "detail", "before", "after")


@dataclass(frozen=True)
class Author:
    """Who does something, and how that is known: the system's user, a typed name, or a sign-in."""

    name: str
    by: Literal["os", "typed", "oidc"] = "typed"


@dataclass(frozen=True)
class Entry:
    """One line of the trail; `before` and `after` are versions or names, "" where there are none."""

    seq: int
    at: datetime
    who: str
    who_by: str
    act: str
    subject: str
    detail: Mapping[str, str]
    before: str
    after: str


def enter(
    connection: Connection,
    who: Author,
    project: str,
    act: Act,
    subject: str,
    *,
    detail: Sentence | None = None,
    before: str = "",
    after: str = "",
) -> datetime:
    """Write one entry within the transaction of the act itself.

    Args:
        connection: a writer's, so that nobody appends at the same time.
        detail: what changed, in words.

    Returns:
        The time of the act.
    """
    check_words(who=who.name, subject=subject, before=before, after=after)
    last = connection.execute(select(audit.c.seq, audit.c.chain).order_by(audit.c.seq.desc()).limit(1)).first()
    row: dict[str, Any] = {
        "seq": 1 if last is None else last.seq + 1,
        "at": datetime.now(UTC),
        "who": who.name,
        "who_by": who.by,
        "project_id": project,
        "act": act,
        "subject": subject,
        "detail": {} if detail is None else {"zh": detail.zh, "en": str(detail)},
        "before": before,
        "after": after,
    }
    connection.execute(insert(audit).values(chain=_chain("" if last is None else last.chain, row), **row))
    at: datetime = row["at"]
    return at


def trail(store: Store, project: str) -> tuple[Entry, ...]:
    """What was done in a project, the first act first."""
    asked = select(audit).where(audit.c.project_id == project).order_by(audit.c.seq)
    with store.reading() as connection:
        return tuple(_entry(row) for row in connection.execute(asked))


def check_chain(store: Store) -> int | None:
    """Number of the first entry that was changed, or before which one was taken out; None when all hold.

    Entries taken off the end leave no trace in what remains; the last chain noted elsewhere shows them.
    """
    previous, expected = "", 1
    with store.reading() as connection:
        for row in connection.execute(select(audit).order_by(audit.c.seq)):
            if row.seq != expected or row.chain != _chain(previous, row._asdict()):
                return int(row.seq)
            previous, expected = row.chain, expected + 1
    return None


def _chain(previous: str, row: Mapping[str, Any]) -> str:
    at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return sha256(canonical([previous, at, *(row[key] for key in _CHAINED)])).hexdigest()


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.seq, row.at, row.who, row.who_by, row.act, row.subject, row.detail, row.before, row.after)
