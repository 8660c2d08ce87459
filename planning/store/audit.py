"""Who did what and when; every entry carries a digest of itself and of the one before, so that a later edit shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, insert, select

from geodata.errors import Sentence
from planning.record.texts import canonical
from planning.store.faults import check_words
from planning.store.open import Store
from planning.store.schema import audit

Act = Literal["made", "saved", "ran", "kept", "let go", "renamed", "removed", "restored", "link made", "opened"]
FROM_A_FILE: Final = "file:"
"""Before `who_by` of an entry that came with the file of a project: nobody here has seen the act."""
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
    words = {} if detail is None else {"zh": detail.zh, "en": str(detail)}
    entry = Entry(0, datetime.now(UTC), who.name, who.by, act, subject, words, before, after)
    _append(connection, project, entry)
    return entry.at


def enter_again(connection: Connection, project: str, entries: Iterable[Entry]) -> None:
    """Append the entries that came with the file of a project, as they stand there and marked as such.

    Args:
        connection: a writer's.
        entries: in their order; their numbers are given anew.
    """
    for one in entries:
        by = one.who_by if one.who_by.startswith(FROM_A_FILE) else f"{FROM_A_FILE}{one.who_by}"
        _append(connection, project, replace(one, who_by=by))


def _append(connection: Connection, project: str, entry: Entry) -> None:
    last = connection.execute(select(audit.c.seq, audit.c.chain).order_by(audit.c.seq.desc()).limit(1)).first()
    row: dict[str, Any] = {**vars(entry), "seq": 1 if last is None else last.seq + 1, "project_id": project}
    connection.execute(insert(audit).values(chain=_chain("" if last is None else last.chain, row), **row))


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
