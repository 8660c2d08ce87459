"""Text from data and files, shown by Markdown as it is."""

from __future__ import annotations

import pytest
from made_scenarios import HOSTILE
from shown import literal

from planning.app.state import plain
from planning.texts import PARTS, TEXTS

DAMAGING = [
    "3~5公里，8~9公里",
    "$100 与 $200",
    "**粗** _斜_ `码` [名](http://outside.example) ![图](http://outside.example/a.png)",
    ":red[红] :material/home: 1. # > | - +",
    HOSTILE,
    "</script>{x}\\(y\\)",
]


@pytest.mark.parametrize("words", DAMAGING)
def test_every_sign_of_markdown_is_escaped(words: str) -> None:
    assert literal(plain(words)) == words


def test_entities_are_escaped() -> None:
    assert plain("R&amp;D") == r"R\&amp;D"


def test_every_text_has_both_languages() -> None:
    same = {key for key, (zh, en) in TEXTS.items() if zh == en}
    assert same <= {"language", "table_act_on", "compare_unit_share", "store_act_other"}  # signs and places only
    assert all(zh.strip() and en.strip() for zh, en in TEXTS.values())


def test_no_part_of_the_words_says_another_part_again() -> None:
    keys = [key for part in PARTS for key in part]
    assert sorted({key for key in keys if keys.count(key) > 1}) == []
