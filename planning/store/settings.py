"""Small things that the page remembers of an author: the project worked at last, the name typed."""

from typing import Final

from sqlalchemy import Connection, insert, select, update

from planning.store.audit import Author
from planning.store.faults import check_words
from planning.store.open import Store
from planning.store.schema import settings as table

LAST_PROJECT: Final = "project"
TYPED_NAME: Final = "name"
"""The name that somebody typed where several share a store; asked of the browser, until the name is known."""


def setting(store: Store, who: Author, key: str) -> str:
    """What is remembered of an author under a key; "" where nothing is."""
    check_words(who=who.name)
    with store.reading() as connection:
        return _kept(connection, who, key) or ""


def remember(store: Store, who: Author, key: str, value: str) -> None:
    """Remember something of an author; nothing is written when it is known already.

    Args:
        key: at most 32 letters, such as `LAST_PROJECT`.

    Raises:
        StoreError: for a value that cannot be kept.
    """
    check_words(who=who.name, value=value)
    if setting(store, who, key) == value:
        return
    with store.writing() as connection:
        if _kept(connection, who, key) is None:
            connection.execute(insert(table).values(author=who.name, key=key, value=value))
        else:
            mine = (table.c.author == who.name) & (table.c.key == key)
            connection.execute(update(table).where(mine).values(value=value))


def _kept(connection: Connection, who: Author, key: str) -> str | None:
    mine = (table.c.author == who.name) & (table.c.key == key)
    return connection.execute(select(table.c.value).where(mine)).scalar()
