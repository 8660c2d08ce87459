"""What can go wrong with the store, told in both languages; never with its address, which may hold a password."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from geodata.errors import Sentence, both
from planning.faults import PlanningError

_UNFIT: Final = re.compile("[\x00\ud800-\udfff]")
_FULL: Final = ("SQLITE_FULL", "SQLITE_IOERR", "53")
_BUSY: Final = ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03", "57014", "40")
_DAMAGED: Final = ("SQLITE_NOTADB", "SQLITE_CORRUPT", "XX")


class StoreError(PlanningError):
    """The store cannot do what was asked; what it held before is untouched."""

    def __init__(self, fault: Sentence) -> None:
        super().__init__([fault])


class ConflictError(StoreError):
    """Somebody else saved in the meantime.

    Attributes:
        theirs: the newest version there; 0 where there is none.
    """

    def __init__(self, fault: Sentence, theirs: int) -> None:
        super().__init__(fault)
        self.theirs = theirs


class StoreFullError(StoreError):
    """There is no room left to write."""


class StoreNewerError(StoreError):
    """The database belongs to a newer version of the program."""


class StoreAwayError(StoreError):
    """The database cannot be reached, is busy, or is not one."""


class NotThereError(StoreError):
    """There is no such project, scenario or plan."""


def check_words(**words: str) -> None:
    """Refuse texts that a database cannot hold: with a NUL, or with half a character.

    Raises:
        StoreError: naming the first one.
    """
    unfit = [name for name, text in words.items() if _UNFIT.search(text)]
    if unfit:
        raise StoreError(
            both(
                f"{unfit[0]}: the text has a character that cannot be kept (NUL or half a character); type it again",
                f"{unfit[0]}：文字中有无法保存的字符（NUL 或不完整的字符）；请重新输入",
            )
        )


@contextmanager
def told() -> Iterator[None]:
    """Faults of the database as sentences.

    Raises:
        StoreError: instead of the fault of SQLAlchemy, which stays its cause.
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise _fault(error) from error


def _fault(error: SQLAlchemyError) -> StoreError:
    code = _code(error)
    if code.startswith(_FULL):
        return StoreFullError(
            both(
                "there is no room on the disk, or it cannot be written; nothing was changed; make room and try again",
                "磁盘空间不足或无法写入，未作任何改动；请清理磁盘后重试",
            )
        )
    if code.startswith(_BUSY):
        return StoreAwayError(
            both(
                "the store was busy for too long; nothing was changed; try again",
                "数据库长时间忙碌，未作任何改动；请重试",
            )
        )
    if code.startswith(_DAMAGED):
        return StoreAwayError(
            both(
                "the file of the store is damaged or is no store; take it from a copy",
                "存储文件已损坏，或不是本软件的存储文件；请从备份恢复",
            )
        )
    return StoreAwayError(
        both(
            f"the store cannot be reached or refused to write ({type(error).__name__}); nothing was changed",
            f"无法连接存储或写入被拒绝（{type(error).__name__}），未作任何改动",
        )
    )


def _code(error: SQLAlchemyError) -> str:
    """The database's own code of a fault: a name of SQLite, five letters of PostgreSQL, or nothing."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    return str(getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or "")
