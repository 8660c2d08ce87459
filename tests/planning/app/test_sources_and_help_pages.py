"""Where numbers come from, what words mean, and how a first plan is made: in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from shown import tables, words_of
from streamlit.testing.v1 import AppTest

from planning import StudyArea
from planning.assumptions import default_assumptions
from planning.help.glossary import found, terms
from planning.help.steps import Facts, next_step, steps

CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def _place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, area: StudyArea) -> Iterator[None]:
    monkeypatch.delenv("JIUJIN_STORE", raising=False)
    monkeypatch.setenv("JIUJIN_JOBS", "here")
    monkeypatch.setenv("JIUJIN_HOME", str(tmp_path))
    monkeypatch.setattr(StudyArea, "southern_xinjiang", lambda: area)
    return


def shown(page: str, speech: str) -> AppTest:
    def draw(page: str) -> None:
        from importlib import import_module

        import_module(f"planning.app.pages.{page}").show()

    at = AppTest.from_function(draw, args=(page,), default_timeout=60)
    at.session_state["lang"] = speech
    at.run()
    assert [e.message for e in at.exception] == []
    assert len(at.title) == 1
    return at


@pytest.mark.parametrize(
    ("speech", "mark", "source", "key", "value"),
    [("zh", "标记", "来源", "键", "数值"), ("en", "mark", "Sources", "key", "value")],
)
def test_every_assumed_value_has_its_mark_and_source(speech: str, mark: str, source: str, key: str, value: str) -> None:
    values, institutions = tables(shown("sources", speech))
    known = default_assumptions()
    assert values.column(key) == list(known.keys())
    assert values.column(mark) == [row.mark for row in known.rows]
    assert values.column(source) == [row.source for row in known.rows]
    assert values.column(value)[:2] == ["0.041389", "0.0634"]
    assert all(institutions.column(source))


def test_layers_say_rows_source_licence_and_caveat_in_the_language_of_the_page() -> None:
    chinese, english = (tables(shown("layers", speech))[0] for speech in ("zh", "en"))
    assert chinese.titles == ["图层", "行数", "来源", "许可", "版本", "注意"]
    assert len(chinese.rows) == len(english.rows) == 12
    assert all(CHINESE.search(words) for title in ("图层", "注意") for words in chinese.column(title))
    told = [one["caveat"] for one in StudyArea.southern_xinjiang().data.package["resources"]]
    assert english.column("caveat") == told
    assert all(chinese.column("来源") + chinese.column("许可"))


def test_help_has_words_steps_and_keys() -> None:
    page = shown("help", "zh")
    glossary, keys = tables(page)
    assert len(glossary.rows) == len(terms()) >= 45
    assert all(step.title("zh") in words_of(page) for step in steps())
    assert len(keys.rows) >= 8
    page.text_input(key="help_asked").set_value("容量").run()
    assert 0 < len(tables(page)[0].rows) < 6
    page.text_input(key="help_asked").set_value("<b>$1_x_").run()
    assert "没有找到。请换一个词。" in words_of(page)
    assert not CHINESE.search(words_of(shown("help", "en")).replace("审图", ""))


def test_words_are_told_in_both_languages_and_facts_name_their_source() -> None:
    assert len({one.key for one in terms()}) == len(terms())
    for one in terms():
        assert CHINESE.search(one.means_zh)
        assert not CHINESE.search(one.means_en)
        assert not re.search('[\u4e00-\u9fff][,;"][\u4e00-\u9fff]?', one.means_zh), one.key
        assert bool(one.source) == bool(one.mark) == bool(re.search(r"\d+\.\d+%", one.means_zh) or one.source)
    assert [one.key for one in found("附近 容量 已满", "zh")] == ["near_but_full", "four_groups"]


def test_each_step_of_the_first_plan_ends_with_a_fact() -> None:
    assert len(steps()) == 7
    assert next_step(Facts()) == steps()[0]
    half = Facts(has_plans=True, has_compared=True)
    assert [step.is_done for step in steps(half)] == [True, True, *[False] * 5]
    assert next_step(half).page == "layers"  # type: ignore[union-attr]
    assert next_step(Facts(*[True] * 7)) is None
