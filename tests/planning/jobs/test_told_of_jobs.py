"""What happened to a job is told in both languages, and a full disk is known in every disguise."""

from __future__ import annotations

import errno

import pytest

from geodata.errors import Sentence
from planning.jobs import told

ALL = [one for one in vars(told).values() if isinstance(one, Sentence)] + [told.ours("ab12cd"), told.unknown_kind("x")]


@pytest.mark.parametrize("sentence", ALL)
def test_every_sentence_is_there_in_both_languages(sentence: Sentence) -> None:
    assert str(sentence).isascii()
    assert sentence.zh.endswith("。")
    assert not set(sentence.zh) & set(',;:?!"')


@pytest.mark.parametrize(
    ("left", "en", "zh"),
    [
        (None, "The time left is not known.", "剩余时间未知。"),
        ((0.2, 0.9), "Nearly done.", "即将完成。"),
        ((7.5, 19.0), "About 8–19 seconds left.", "还需约 8–19 秒。"),
        ((20.0, 20.0), "About 20 seconds left.", "还需约 20 秒。"),
        ((61.0, 300.0), "About 2–5 minutes left.", "还需约 2–5 分钟。"),
    ],
)
def test_the_time_left_is_a_plain_sentence(left: tuple[float, float] | None, en: str, zh: str) -> None:
    assert (str(told.time_left(left)), told.time_left(left).zh) == (en, zh)


def test_a_full_disk_is_known_also_behind_another_error() -> None:
    for number in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
        assert told.disk_is_full(OSError(number, "x"))
    behind = RuntimeError("no table")
    behind.__cause__ = OSError(errno.ENOSPC, "x")
    assert told.disk_is_full(behind)
    assert told.disk_is_full(RuntimeError("(sqlite3.OperationalError) database or disk is full"))
    assert not told.disk_is_full(FileNotFoundError(2, "x"))
    assert not told.disk_is_full(None)
