"""The page without a browser: what is shown after which click."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from made_scenarios import HOSTILE, is_chinese
from streamlit.testing.v1 import AppTest

from planning import StudyArea
from planning.app import controls
from planning.app.state import plain
from planning.assumptions import default_assumptions
from planning.scenario import load, shipped
from planning.scenario_form import Lock, Objective
from planning.screens.plans import site_choices
from planning.texts import TEXTS

PAGE = Path(__file__).parents[2] / "streamlit_app.py"
DAMAGING = [
    "3~5公里，8~9公里",
    "$100 与 $200",
    "**粗** _斜_ `码` [名](http://outside.example) ![图](http://outside.example/a.png)",
    ":red[红] :material/home: 1. # > | - +",
    HOSTILE,
    "</script>{x}\\(y\\)",
]


def literal(markdown: str) -> str:
    """Markdown as a reader sees it, when every sign is escaped."""
    bare = re.sub(r"\\[!-/:-@\[-`{-~]", "", markdown)
    assert not set(bare) & set(r"`*_[]<>#~$|:"), f"not escaped: {markdown}"
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)


class Page:
    """One session of one user."""

    def __init__(self, **state: Any) -> None:
        self.at = AppTest.from_file(PAGE, default_timeout=120)
        for key, value in state.items():
            self.at.session_state[key] = value
        self.rerun()

    def rerun(self) -> Page:
        self.at.run()
        assert [e.message for e in self.at.exception] == []
        return self

    def control(self, name: str) -> Any:
        """The widget of a setting, whatever its language and generation."""
        at = self.at
        widgets = [*at.slider, *at.selectbox, *at.radio, *at.multiselect, *at.checkbox]
        return next(w for w in widgets if str(w.key).startswith(f"{name}:"))

    def has(self, name: str) -> bool:
        return any(str(w.key).startswith(f"{name}:") for w in self.at.slider)

    def set(self, **values: Any) -> Page:
        for name, value in values.items():
            self.control(name).set_value(value)
            self.rerun()
        return self

    def press(self, label: str) -> Page:
        next(b for b in self.at.button if b.label == label).click()
        return self.rerun()

    def speak(self, language: str, monkeypatch: pytest.MonkeyPatch) -> Page:
        self.at.radio(key="language_switch").set_value(language)
        self.rerun()
        monkeypatch.setenv("JIUJIN_LANG", language)  # AppTest formats options outside the session
        return self

    @property
    def metrics(self) -> list[str]:
        return [m.value for m in self.at.metric]

    @property
    def title(self) -> str:
        return literal(self.at.subheader[0].value)

    @property
    def errors(self) -> list[str]:
        return [literal(e.value) for e in self.at.error]

    @property
    def price(self) -> list[str]:
        return [literal(i.value) for i in self.at.info]

    @property
    def scenario(self) -> str:
        return str(self.at.code[0].value)


@pytest.fixture(scope="module", autouse=True)
def _one_area(area: StudyArea) -> Iterator[None]:
    """The page shares the study area of the other tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StudyArea, "southern_xinjiang", lambda: area)
        yield


@pytest.fixture(autouse=True)
def _chinese_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JIUJIN_LANG", raising=False)


@pytest.fixture
def sites(area: StudyArea) -> list[str]:
    """Ids that may be locked or forbidden."""
    return list(site_choices(area, "zh"))


def settings_of(name: str) -> dict[str, Any]:
    """A session that has chosen another start already."""
    return {"reference": "baseline", **controls._settings_of(name)}


# ---------------------------------------------------------------- languages


def test_page_is_chinese_at_first() -> None:
    page = Page()
    assert page.title == "现状  →  60 分钟内覆盖最多人"
    assert len(page.metrics) == 6
    assert page.at.metric[0].delta.startswith("+")
    assert [t.label for t in page.at.tabs] == ["指标对比", "新增机构清单", "最不利片区", "下载", "情景文件"]
    assert "残疾人数为模型估计" in literal(page.at.caption[-1].value)
    assert "已证明最优" in literal(page.at.caption[0].value)
    assert len(page.at.get("bidi_component")) == 1  # the maps; drawn in the browser only


def test_page_can_start_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIUJIN_LANG", "en")
    assert Page().title == "Baseline  →  Most people within 60 minutes"


def test_switch_of_language_keeps_the_settings(monkeypatch: pytest.MonkeyPatch, sites: list[str]) -> None:
    page = Page().set(number_of_sites=20, when="winter", forbid=sites[:2]).press("运行")
    before = page.metrics
    page.speak("en", monkeypatch)
    assert page.title == "Baseline  →  Most people within 60 minutes (edited)"
    assert page.control("number_of_sites").value == 20
    assert page.control("when").value == "winter"
    assert page.control("forbid").value == sites[:2]
    assert page.control("goal").label == "Objective"
    assert page.control("goal").options[0] == "Most people within the time"
    assert page.control("goal").value == "max_coverage"
    assert [m.split()[0] for m in page.metrics[:5]] == [m.split()[0] for m in before[:5]]
    assert not re.search("[\u4e00-\u9fff]", " ".join(b.label for b in [*page.at.button, *page.at.tabs]))


def test_settings_survive_there_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page().set(number_of_sites=20).speak("en", monkeypatch).set(number_of_sites=30).speak("zh", monkeypatch)
    assert page.control("number_of_sites").value == 30
    assert page.at.radio(key="language_switch").value == "zh"


def test_every_text_has_both_languages() -> None:
    same = {key for key, (zh, en) in TEXTS.items() if zh == en}
    assert same == {"language"}
    assert all(zh.strip() and en.strip() for zh, en in TEXTS.values())


# ---------------------------------------------------------------- plans


def test_fewer_sites_cover_fewer_people_once_run_is_pressed() -> None:
    page = Page()
    before = page.metrics
    page.set(number_of_sites=20).press("运行")
    assert float(page.metrics[0].rstrip("%")) < float(before[0].rstrip("%"))
    assert page.title.endswith("（已调整）")
    assert "sites = 20" in page.scenario


def test_settings_wait_until_run_is_pressed(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page()
    before = page.metrics[0]
    page.set(number_of_sites=20).speak("en", monkeypatch)
    assert page.metrics[0] == before


def test_settings_wait_after_the_first_run(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page().press("运行")
    before = page.metrics[0]
    page.set(number_of_sites=20).speak("en", monkeypatch)
    assert page.metrics[0] == before


def test_settings_back_at_the_start_are_the_plan_of_the_start() -> None:
    page = Page()
    before = page.metrics
    page.set(number_of_sites=20).press("运行").set(number_of_sites=40).press("运行")
    assert page.metrics == before
    assert "已调整" not in page.title


def test_another_start_takes_over_its_settings() -> None:
    page = Page().set(start="frugal")
    assert page.control("budget").value == 1200
    assert not page.has("number_of_sites")


def test_start_with_a_budget_shows_the_budget() -> None:
    page = Page(settings=settings_of("frugal"))
    assert page.control("limit_by").value == "by_budget"
    assert page.control("budget").value == 1200
    assert not page.has("number_of_sites")
    assert page.title == "现状  →  节俭方案（1200 万元）"
    page.set(budget=600).press("运行")
    assert "budget_yuan = 6000000.0" in page.scenario
    assert int(page.metrics[-1].split()[0]) <= 600


@pytest.mark.parametrize("name", list(shipped()))
def test_untouched_start_is_the_shipped_scenario(name: str) -> None:
    page = Page(settings=settings_of(name))
    assert "已调整" not in page.title
    assert page.errors == []


def test_equity_has_its_aversion_and_helps_the_farthest() -> None:
    page = Page()
    before = page.metrics
    assert not page.has("aversion")
    page.set(goal="equity")
    assert page.has("aversion")
    page.press("运行")
    assert "inequality_aversion = 1.0" in page.scenario
    assert float(page.metrics[4].split()[0]) < float(before[4].split()[0])


@pytest.mark.parametrize("goal", [goal for goal in controls.GOALS if goal != "none"])
def test_every_objective_gives_a_plan_and_says_what_is_proven(goal: str) -> None:
    page = Page().set(goal=goal).press("运行")
    assert page.errors == []
    assert f'model = "{controls._model(goal)}"' in page.scenario
    proofs = [literal(c.value) for c in page.at.caption if "界" in c.value]
    assert len(proofs) == 1
    assert re.search("已证明最优|差距", proofs[0])


def test_only_a_share_of_everybody_or_a_second_site_has_its_own_slider() -> None:
    page = Page().set(goal="set_cover")
    assert page.has("cover_share")
    assert not page.has("number_of_sites")
    page.set(goal="backup_coverage")
    assert page.has("backup_share")
    assert page.has("number_of_sites")


def test_nothing_new_hides_the_limits() -> None:
    page = Page().set(goal="none")
    assert not page.has("number_of_sites")
    page.press("运行")
    assert page.metrics[-1] == "0 万元"
    assert not [c for c in page.at.caption if "界" in c.value]  # no proof where nothing was optimised


def test_winter_with_closures_covers_fewer() -> None:
    page = Page()
    before = page.metrics
    page.set(when="winter", closures=["duku", "g219"]).press("运行")
    assert float(page.metrics[0].rstrip("%")) < float(before[0].rstrip("%"))
    assert page.scenario.count("close_road") == 2
    assert 'season = "winter"' in page.scenario


def test_other_minutes_are_told_before_comparing() -> None:
    page = Page().set(near_minutes=30).press("运行")
    assert page.at.metric[0].label.endswith("(30)")
    assert len(page.at.warning) == 1


# ---------------------------------------------------------------- lock and forbid


def test_lock_shows_its_price(sites: list[str]) -> None:
    page = Page()
    assert page.price == []
    page.set(lock=sites[:2]).press("运行")
    assert len(page.price) == 1
    assert re.search(r"锁定与排除的代价.*60 分钟内 [+-]\d+\.\d\d 点.*人，建设成本 [+-][\d,]+ 元$", page.price[0])
    page.set(lock=[]).press("运行")
    assert page.price == []


def test_more_locks_than_sites_is_one_error_and_the_last_plans_stay(sites: list[str]) -> None:
    page = Page().set(lock=sites[:2]).press("运行")
    before = page.metrics, page.title, page.price
    page.set(number_of_sites=1)
    assert page.errors == ["锁定的地点多于新增机构数，请减少锁定或增加机构数"]
    assert (page.metrics, page.title, page.price) == before
    page.set(number_of_sites=2).press("运行")
    assert page.errors == []
    assert page.metrics != before[0]


@pytest.mark.parametrize(("language", "said"), [("zh", "锁定的地点需要"), ("en", "the locked sites cost")])
def test_a_fault_is_told_in_the_language_of_the_page(
    language: str, said: str, sites: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page().speak(language, monkeypatch)
    locks = tuple(Lock(site=site) for site in sites[:2])
    goal = Objective(model="max_coverage", budget_yuan=1.0)
    asked = load("frugal").model_copy(update={"objective": goal, "changes": locks})
    page.at.session_state["asked"] = (load("baseline"), asked)
    (error,) = page.rerun().errors
    assert said in error
    assert is_chinese(error) == (language == "zh")


def test_a_site_both_locked_and_forbidden_is_one_error(sites: list[str]) -> None:
    page = Page().set(lock=sites[:1]).press("运行")
    before = page.metrics
    page.set(forbid=sites[:1])
    assert page.errors == ["同一地点既锁定又排除，请只保留一项"]
    assert page.metrics == before
    page.set(forbid=[]).press("运行")
    assert page.errors == []


def test_clicked_site_can_be_locked_forbidden_and_freed(monkeypatch: pytest.MonkeyPatch, sites: list[str]) -> None:
    monkeypatch.setattr("planning.app.compare_page.plan_maps", lambda **_: sites[0])
    page = Page().press("锁定")
    assert page.control("lock").value == [sites[0]]
    assert len(page.price) == 1
    page.press("排除")
    assert (page.control("lock").value, page.control("forbid").value) == ([], [sites[0]])
    assert len(page.price) == 1
    page.press("取消锁定/排除")
    assert (page.control("lock").value, page.control("forbid").value) == ([], [])
    assert page.price == []
    assert "已调整" not in page.title


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("words", DAMAGING)
def test_plain_escapes_every_sign_of_markdown(words: str) -> None:
    assert literal(plain(words)) == words


def test_plain_escapes_entities() -> None:
    assert plain("R&amp;D") == r"R\&amp;D"


def test_hostile_title_stays_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    title = " ".join(DAMAGING[:3]) + HOSTILE
    path = tmp_path / "9_hostile.toml"
    path.write_text(f"name = 'hostile'\ntitle_zh = '{title}'\n", encoding="utf-8")
    for module in ("scenario", "app.controls"):
        monkeypatch.setattr(f"planning.{module}.shipped", lambda: {**shipped(), "hostile": path})
    page = Page().set(reference="hostile").press("运行")
    assert page.title == f"{title}  →  60 分钟内覆盖最多人"
    assert f"A {title}" in [t.value for t in page.at.text]
    assert f"A {title}" in page.at.dataframe[0].value.columns
    page = Page(settings={**settings_of("most_people"), **settings_of("hostile")})
    assert page.title == f"现状  →  {title}"
    assert page.errors == []


def test_hostile_name_of_a_clicked_site_stays_words(monkeypatch: pytest.MonkeyPatch, sites: list[str]) -> None:
    named = {site: f"{HOSTILE} $1 与 $2 {site}" for site in sites}
    for module in ("compare_page", "controls"):
        monkeypatch.setattr(f"planning.app.{module}.site_choices", lambda *_: named)
    monkeypatch.setattr("planning.app.compare_page.plan_maps", lambda **_: sites[0])
    page = Page()
    assert f"在地图上选中：{named[sites[0]]}（{sites[0]}）" in [t.value for t in page.at.text]
    assert HOSTILE not in " ".join(m.value for m in page.at.markdown)


def test_a_clicked_site_that_is_no_candidate_offers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planning.app.compare_page.plan_maps", lambda **_: HOSTILE)
    assert [b.label for b in Page().at.button] == ["运行"]


# ---------------------------------------------------------------- downloads and the second page


def test_downloads_of_both_plans() -> None:
    keys = [b.key for b in Page().at.get("download_button")]
    assert keys == [
        *("map_baseline.html", "baseline.zip", "baseline.toml"),
        *("map_plan_b.html", "plan_b.zip", "plan_b.toml"),
        *("difference.html", "compare.csv"),
    ]


def sources() -> None:
    from planning.app import sources_page

    sources_page.show()


@pytest.mark.parametrize(
    ("speech", "mark", "source", "key"), [("zh", "标记", "来源", "键"), ("en", "mark", "Sources", "key")]
)
def test_sources_page_lists_every_assumption(speech: str, mark: str, source: str, key: str) -> None:
    at = AppTest.from_function(sources, default_timeout=120)
    at.session_state["language"] = speech
    at.run()
    assert [e.message for e in at.exception] == []
    assumptions, *others = (frame.value for frame in at.dataframe)
    known = default_assumptions()
    assert list(assumptions[key]) == list(known.keys())
    assert list(assumptions[mark]) == [row.mark for row in known.rows]
    assert list(assumptions[source]) == [row.source for row in known.rows]
    assert len(others) >= 1
    assert others[-1][source].str.len().min() > 0
    assert len(at.caption) == 2
