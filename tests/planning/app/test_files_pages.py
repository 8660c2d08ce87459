"""The user's own files without a browser: what is shown, kept and forgotten after which click."""

from __future__ import annotations

import gc
import io
import os
import pickle
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_scenarios import HOSTILE
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.caching.cache_data_api import _data_caches
from streamlit.runtime.caching.cache_resource_api import _resource_caches
from streamlit.testing.v1 import AppTest

from geodata.coordinates import convert
from geodata.crs import to_degrees, to_metric
from geodata.roads import straight_roads
from planning import StudyArea
from planning.area_screens import made_area
from planning.file_screens import Asked, adopted, checked
from planning.store import projects
from planning.store.areas import area_bytes
from planning.store.audit import Author
from planning.store.open import Store, open_store, usual_url

sys.path.insert(0, str(Path(__file__).parents[2]))

from made_registers import Made, register
from shown import ShownTable, literal, tables, words_of

DAY = date(2025, 6, 30)
SITES = (
    "编号,名称,类型,经度,纬度,负责人,联系电话\n1,测试镇服务中心,日间照料中心,77.2455,38.4141,虚构负责人,13900001111\n"
)
SHACHE = "653125"


def files() -> None:
    import streamlit as st

    from planning.app import session
    from planning.app.pages import layers

    if "use_at_first" in st.session_state:
        session.use_area(st.session_state.pop("use_at_first"))
    session.tell_now()
    layers.show()


class Page:
    """One session of one user on the files page."""

    def __init__(self, **state: Any) -> None:
        self.at = AppTest.from_function(files, default_timeout=60)
        for key, value in state.items():
            self.at.session_state[key] = value
        self.rerun()

    def rerun(self) -> Page:
        self.at.run()
        assert [e.message for e in self.at.exception] == []
        return self

    def upload(self, name: str, content: bytes, key: str = "upload:") -> Page:
        one = next(u for u in self.at.file_uploader if str(u.key).startswith(key))
        one.set_value((name, content, "application/octet-stream"))
        return self.rerun()

    def press(self, label: str) -> Page:
        next(b for b in self.at.button if b.label == label).click()
        return self.rerun()

    def choose(self, name: str, value: Any) -> Page:
        widgets = [*self.at.selectbox, *self.at.radio, *self.at.multiselect, *self.at.checkbox, *self.at.text_input]
        next(w for w in [*widgets, *self.at.date_input] if str(w.key).startswith(f"{name}:")).set_value(value)
        return self.rerun()

    def edit(self, key: str, rows: dict[int, dict[str, str]]) -> Page:
        """Write into cells of a table, as a user does."""
        editor = next(e for e in self.at.data_editor if str(e.key).startswith(f"{key}:"))
        self.at.session_state[str(editor.key)] = {"edited_rows": rows, "added_rows": [], "deleted_rows": []}
        return self.rerun()

    def speak(self, language: str) -> Page:
        self.at.session_state["lang"] = language
        return self.rerun()

    @property
    def steps(self) -> list[str]:
        return [literal(h.value) for h in self.at.header if h.value[:1].isdigit()]

    @property
    def errors(self) -> list[str]:
        return [literal(e.value) for e in self.at.error]

    @property
    def words(self) -> str:
        return words_of(self.at)

    def table(self, caption: str) -> ShownTable:
        return next(one for one in tables(self.at) if one.caption == caption)

    @property
    def columns(self) -> pd.DataFrame:
        return next(e for e in self.at.data_editor if str(e.key).startswith("columns:")).value

    @property
    def metrics(self) -> dict[str, int]:
        return {m.label: int(m.value.replace(",", "")) for m in self.at.metric if "," in m.value or m.value.isdigit()}


@pytest.fixture(scope="module", autouse=True)
def _one_area(area: StudyArea) -> Iterator[None]:
    """The page shares the study area of the other tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StudyArea, "southern_xinjiang", lambda: area)
        yield


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store with nothing in it, made once."""
    folder = tmp_path_factory.mktemp("store")
    open_store(usual_url(folder)).engine.dispose()
    return folder / "jiujin.db"


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty_store: Path) -> Path:
    """Where this test's projects lie; the page speaks Chinese at first."""
    monkeypatch.delenv("JIUJIN_LANG", raising=False)
    monkeypatch.delenv("JIUJIN_STORE", raising=False)
    monkeypatch.setenv("JIUJIN_JOBS", "here")
    monkeypatch.setenv("JIUJIN_HOME", str(tmp_path))
    shutil.copy(empty_store, tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def made() -> Made:
    return register(90, seed=7, bad=0.02)


@pytest.fixture(scope="module")
def messy(made: Made) -> bytes:
    """A register as it comes from the county: GBK, and every fault in it."""
    return made.table.to_csv(index=False).encode("gb18030")


@pytest.fixture(scope="module")
def own(area: StudyArea, messy: bytes) -> tuple[StudyArea, bytes]:
    """A study area of that register, and its zip."""
    one = checked("1", "名册.csv", messy, Asked("residents", DAY), area)
    return made_area("莎车县", [SHACHE], {"residents": (adopted(one),)})


class TestAnEmptyPage:
    def test_it_says_what_to_do(self) -> None:
        page = Page()
        assert page.steps == ["1 下载模板", "2 选择文件", "6 建立研究区"]
        assert "选好文件后，这里依次出现：3 核对列名 → 4 读取并检查 → 5 采用" in page.words
        assert "还没有采用文件" in page.words
        assert "不保存、不显示" in page.words

    def test_it_speaks_english(self) -> None:
        page = Page().speak("en")
        assert page.steps == ["1 Templates", "2 Choose a file", "6 Make the study area"]
        assert not re.search("[\u4e00-\u9fff]", page.words)

    def test_there_is_a_template_for_every_layer(self) -> None:
        names = [b.label for b in Page().at.get("download_button")]
        assert names == ["残疾人名册模板", "现有服务机构模板", "候选地点模板"]

    def test_an_area_needs_a_name_and_a_county(self) -> None:
        page = Page()
        assert page.at.button[-1].disabled
        page.choose("area_name", "试点").choose("area_counties", [SHACHE])
        assert not next(b for b in page.at.button if b.label == "建立研究区").disabled


class TestColumns:
    def test_every_heading_is_shown_with_what_it_is_taken_for(self, messy: bytes) -> None:
        page = Page().upload("名册.csv", messy)
        shown = page.columns.set_index("heading")
        assert tuple(shown.loc["残疾类别"]) == ("category", "完全一致", "保留")
        assert tuple(shown.loc["序号"]) == ("id", "同义词", "保留")
        assert tuple(shown.loc["姓名"]) == ("person_name", "完全一致", "导入时删除")
        assert tuple(shown.loc["备注"]) == ("-", "未识别", "导入时删除")
        assert "导入时删除的列：姓名、身份证号、残疾人证号、联系电话、监护人、银行账号、备注" in page.words

    def test_a_misspelt_heading_is_to_be_looked_at(self, made: Made) -> None:
        table = made.table.rename(columns={"残疾类别": "残疾的类别"})
        page = Page().upload("名册.csv", table.to_csv(index=False).encode("gb18030"))
        assert page.columns.set_index("heading").loc["残疾的类别", "how"] == "近似，请核对"

    def test_a_correction_is_what_the_file_is_read_with(self, made: Made) -> None:
        table = made.table.rename(columns={"残疾类别": "甲列"})
        page = Page().upload("名册.csv", table.to_csv(index=False).encode("gb18030"))
        assert "还缺少：残疾类别或人数。请在“对应字段”里指定是哪一列。" in page.words
        assert next(b for b in page.at.button if b.label == "读取并检查").disabled
        at = list(page.columns["heading"]).index("甲列")
        page.edit("columns", {at: {"field": "category"}}).press("读取并检查")
        assert page.metrics["读取行数"] == len(table)
        report = page.at.session_state["checked"].report
        assert [(c.field, c.how) for c in report.columns if c.heading == "甲列"] == [("category", "given")]
        assert [c.how for c in report.columns if c.heading == "残疾等级"] == ["exact"]

    def test_two_columns_for_one_field_are_refused(self, messy: bytes) -> None:
        page = Page().upload("名册.csv", messy)
        at = list(page.columns["heading"]).index("备注")
        page.edit("columns", {at: {"field": "category"}})
        assert page.errors == ["“残疾类别”对应了多列（残疾类别、备注）；请只保留一列"]
        assert next(b for b in page.at.button if b.label == "读取并检查").disabled

    def test_a_personal_column_cannot_be_kept_as_something_else(self, messy: bytes) -> None:
        page = Page().upload("名册.csv", messy)
        at = list(page.columns["heading"]).index("监护人")
        page.edit("columns", {at: {"field": "address"}})
        assert page.errors == ["“监护人”列是个人姓名或号码，不能当作“地址（address）”；请另选一列"]
        assert next(b for b in page.at.button if b.label == "读取并检查").disabled

    def test_corrections_survive_the_switch_of_language(self, messy: bytes) -> None:
        page = Page().upload("名册.csv", messy)
        at = list(page.columns["heading"]).index("备注")
        page.edit("columns", {at: {"field": "address"}}).speak("en").press("Read and check")
        assert dict(page.at.session_state["checked"].asked.columns)["address"] == "备注"

    def test_hostile_headings_stay_words(self, made: Made) -> None:
        heading = f"{HOSTILE} **备注** $1 与 $2 手机"
        table = made.table.rename(columns={"备注": heading})
        page = Page().upload("名册.csv", table.to_csv(index=False).encode("gb18030"))
        said = next(c.value for c in page.at.caption if "导入时删除的列" in literal(c.value))
        assert literal(said).endswith(heading)
        assert not re.search(r"(?<!\\)[<>*$]", said)

    def test_a_file_that_cannot_be_read_is_a_sentence_in_both_languages(self) -> None:
        page = Page().upload("坏.xlsx", b"PK\x03\x04 no workbook")
        assert len(page.errors) == 1
        assert "坏.xlsx" in page.errors[0]
        assert re.search("[\u4e00-\u9fff]{4}", page.errors[0])
        (english,) = page.speak("en").errors
        assert not re.search("[\u4e00-\u9fff]{4}", english)


class TestTheReport:
    def test_every_row_is_accepted_or_returned(self, made: Made, messy: bytes) -> None:
        page = Page().upload("名册.csv", messy).press("读取并检查")
        numbers = page.metrics
        assert numbers["读取行数"] == len(made.table) == numbers["接受"] + numbers["退回"]
        assert numbers["退回"] == made.rejected
        assert numbers["其中更正"] > 0
        assert re.search(r"位置精确到：坐标点 \d+ · 村 \d+ · 乡镇 \d+ · 县 \d+（行）", page.words)
        assert "文件编码或类型：gb18030" in page.words

    def test_everything_found_is_told_with_rows_and_advice(self, made: Made, messy: bytes) -> None:
        page = Page().upload("名册.csv", messy).press("读取并检查")
        table = page.table("检查发现的问题")
        assert table.titles == ["处理", "问题", "行数", "行号", "怎么办"]
        assert set(table.column("处理")) == {"退回", "待核实", "已更正"}
        assert {"残疾类别无法识别", "身份证号校验位不符"} <= set(table.column("问题"))
        assert all(table.column("怎么办"))
        report = page.speak("en").table("What was found")
        assert report.titles == ["effect", "found", "rows", "row numbers", "what to do"]
        assert len(report.rows) == len(table.rows)

    def test_rows_come_back_with_number_and_reason_only(self, messy: bytes) -> None:
        page = Page().upload("名册.csv", messy).press("读取并检查")
        returned = page.table("退回")
        assert returned.titles == ["行号", "原因"]
        assert len(returned.rows) == page.metrics["退回"]

    def test_options_that_change_ask_for_reading_again(self, messy: bytes) -> None:
        page = Page().upload("名册.csv", messy).press("读取并检查").choose("swap", True)
        assert "选项或列名对应已改动，请重新读取。" in page.words
        assert next(b for b in page.at.button if b.label == "采用这份文件").disabled
        page.press("读取并检查")
        assert page.at.session_state["checked"].asked.swap

    def test_the_cut_off_date_is_today_and_can_be_another(self, messy: bytes) -> None:
        page = Page().upload("名册.csv", messy)
        assert f"截止 {date.today()}" in page.words
        page.choose("cut_off", DAY)
        assert "截止 2025-06-30" in page.words
        page.press("读取并检查")
        assert page.at.session_state["checked"].asked.cut_off == DAY

    def test_a_county_for_the_whole_file(self, made: Made) -> None:
        table = made.table.drop(columns="县")
        page = Page().upload("名册.csv", table.to_csv(index=False).encode("gb18030")).press("读取并检查")
        before = page.metrics["接受"]
        page.choose("county", SHACHE).press("读取并检查")
        assert page.metrics["接受"] > before

    def test_places_answered_by_a_person_are_read_again(self, made: Made) -> None:
        table = made.table.assign(乡镇="", 村="团结村")
        page = Page().upload("名册.csv", table.to_csv(index=False).encode("gb18030")).press("读取并检查")
        before = page.metrics
        assert any(e.label.startswith("需要人工核对的地名") for e in page.at.expander)
        places = next(e for e in page.at.data_editor if str(e.key).startswith("places:")).value
        at = list(places["place"]).index("莎车县 团结村")
        code = places.loc[at, "candidates"].split(" ")[0]
        page.edit("places", {at: {"code": "12"}}).press("按核对结果重新读取")
        assert page.errors == ["答复表第 2 行：代码不是县、乡镇或村的代码；请从候选项中复制"]
        page.edit("places", {at: {"code": code}}).press("按核对结果重新读取")
        after = page.metrics["接受"]
        assert before["接受"] + 60 < after <= before["接受"] + int(places.loc[at, "rows"])
        assert "莎车县 团结村" not in [
            place for e in page.at.data_editor if "place" in e.value for place in e.value["place"]
        ]
        assert page.press("读取并检查").metrics["接受"] == after  # what was answered stays answered

    def test_what_changed_since_the_last_version(self, made: Made, messy: bytes) -> None:
        old = made.table.iloc[10:].assign(残疾等级="四级").to_csv(index=False).encode("gb18030")
        page = (
            Page().upload("名册.csv", messy).press("读取并检查").upload("去年.csv", old, "previous:").press("比较两版")
        )
        (told,) = [t.value for t in page.at.text if "与上一版相比" in t.value]
        assert re.match(
            r"与上一版相比：新增 \d+ 行，减少 \d+ 行，变更 [1-9]\d* 行，未变 \d+ 行。变更的列：.*残疾等级", told
        )

    def test_versions_that_nothing_joins_are_an_error_and_the_report_stays(self, messy: bytes) -> None:
        page = Page().upload("名册.csv", messy).press("读取并检查").upload("去年.csv", b"a,b\n1,2\n", "previous:")
        page.press("比较两版")
        assert page.errors
        assert all(error.startswith("去年.csv") for error in page.errors)
        assert page.metrics["读取行数"] > 0


class TestAShift:
    """Points that lie off the roads as GCJ-02 moves them."""

    @pytest.fixture
    def town(self, area: StudyArea, monkeypatch: pytest.MonkeyPatch) -> bytes:
        """Institutions of a town whose roads are known to the page."""
        rng, side = np.random.default_rng(0), 20
        x, y = (np.cumsum(rng.uniform(150, 450, side)) for _ in range(2))
        xy = np.array([(x[i], y[j]) for i in range(side) for j in range(side)]) + rng.uniform(-30, 30, (side * side, 2))
        lon, lat = to_degrees(xy - xy.mean(axis=0) + to_metric(77.24, 38.41)).T
        at = np.arange(side * side).reshape(side, side)
        one, other = np.r_[at[:-1].ravel(), at[:, :-1].ravel()], np.r_[at[1:].ravel(), at[:, 1:].ravel()]
        length = np.hypot(*(xy[one] - xy[other]).T)
        roads = straight_roads(lon, lat, np.r_[one, other], np.r_[other, one], np.r_[length, length])
        monkeypatch.setattr("planning.app.pages.files.report.session.area", lambda: with_roads(area, roads))
        part = rng.random((60, 1))
        road = rng.choice(len(one), 60, replace=False)
        true = part * np.column_stack([lon, lat])[one[road]] + (1 - part) * np.column_stack([lon, lat])[other[road]]
        moved = np.column_stack(convert(*true.T, "wgs84", "gcj02"))
        rows = [f"{i},测试机构{i},日间照料中心,{a:.6f},{b:.6f}" for i, (a, b) in enumerate(moved)]
        return "\n".join(["编号,名称,类型,经度,纬度", *rows]).encode("gb18030")

    def test_it_is_shown_and_converted_by_a_button_only(self, town: bytes) -> None:
        page = Page().choose("layer", "institutions").upload("机构.csv", town).press("读取并检查")
        assert re.search("疑似 ?GCJ-02.*尚未改动；如需换算，请按下面的按钮", page.words)
        assert "--crs" not in page.words
        assert [m.label for m in page.at.metric][-3:] == ["整体偏移", "到道路（现在）", "到道路（换算后）"]
        assert page.at.session_state["file_choices"]["system"] == "wgs84"
        page.press("按 GCJ-02 火星坐标（高德、腾讯） 换算并重新读取")
        assert page.at.session_state["checked"].asked.system == "gcj02"
        assert "疑似" not in page.words
        assert "GCJ-02" in next(c.value for c in page.at.caption if "截止" in c.value).replace("\\", "")


def with_roads(area: StudyArea, roads: Any) -> Any:
    class Town:
        data, digest = area.data, area.digest

    Town.roads = roads  # type: ignore[attr-defined]
    return Town()


class TestAdopted:
    def test_a_file_is_kept_with_counts_and_the_uploader_is_fresh(self, made: Made, messy: bytes) -> None:
        page = Page().upload("名册.csv", messy).choose("cut_off", DAY).press("读取并检查").press("采用这份文件")
        good = len(made.table) - made.rejected
        assert (
            f"残疾人名册 · 名册.csv：接受 {good} 行，{good} 人；退回 {made.rejected} 行；截止 2025-06-30" in page.words
        )
        assert page.steps == ["1 下载模板", "2 选择文件", "6 建立研究区"]
        assert page.at.file_uploader[0].value is None
        assert "checked" not in page.at.session_state
        page.rerun().speak("en")
        assert f"{good} rows accepted" in page.words
        page.press("Remove")
        assert "No file is adopted yet" in page.words

    def test_what_was_read_and_not_taken_can_be_left(self, messy: bytes) -> None:
        page = Page().upload("名册.csv", messy).press("读取并检查").press("放弃这份文件")
        assert page.metrics == {}
        assert "还没有采用文件" in page.words

    def test_a_register_read_before_can_be_taken_when_its_file_is_gone(self, area: StudyArea, messy: bytes) -> None:
        one = checked("1", "名册.csv", messy, Asked("residents", DAY), area)
        page = Page(checked=one)
        assert "以下是刚才读取的“名册.csv”" in page.words
        page.press("采用这份文件")
        assert "残疾人名册 · 名册.csv" in page.words

    def test_two_registers_of_one_county_are_told(self, messy: bytes) -> None:
        page = Page()
        for name in ("甲.csv", "乙.csv"):
            page.upload(name, messy).press("读取并检查").press("采用这份文件")
        assert "不止一份名册包含莎车县。号码相同的人只计一次" in page.words
        page.upload("乙.csv", messy).press("读取并检查").press("采用这份文件")
        assert len(page.at.session_state["adopted"]["residents"]) == 2  # one of that name only
        page.press("移除")
        assert "不止一份" not in page.words

    def test_who_stands_in_two_registers_is_one_person(self, made: Made, messy: bytes) -> None:
        part = made.table.iloc[:50].to_csv(index=False).encode("gb18030")
        page = Page()
        for name, content in (("甲.csv", messy), ("乙.csv", part)):
            page.upload(name, content).press("读取并检查").press("采用这份文件")
        first, second = (one.persons for one in page.at.session_state["adopted"]["residents"])
        page.press("建立研究区")
        again = re.search(r"有 (\d+) 行的人已在前面的名册中", page.words)
        assert again
        assert 0.9 * second < int(again[1]) <= second
        assert f"残疾人 {first + second - int(again[1])} 人" in page.words

    def test_institutions_take_the_place_of_those_before(self) -> None:
        page = Page().choose("layer", "institutions")
        for name in ("甲.csv", "乙.csv"):
            page.upload(name, SITES.encode("gb18030")).press("读取并检查").press("采用这份文件")
        assert [a.report.file for a in page.at.session_state["adopted"]["institutions"]] == ["乙.csv"]


class TestAnAreaOfTheSession:
    def test_it_is_made_downloaded_opened_and_left(self, made: Made, messy: bytes) -> None:
        page = Page().upload("名册.csv", messy).choose("cut_off", DAY).press("读取并检查").press("采用这份文件")
        page.press("建立研究区")
        assert page.errors == []
        persons = len(made.table) - made.rejected
        assert f"莎车县；残疾人 {persons} 人，现有机构 1 个，候选地点" in page.words
        assert "残疾人数为登记数（截至 2025-06-30）" in page.words
        assert "当前研究区：莎车县" in page.words
        assert next(one.name for one in projects.projects(kept())) == "莎车县"
        packed = kept_area()
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            assert "area.json" in archive.namelist()
        page.press("回到示范区")
        assert "正在使用研究区" not in page.words
        assert "残疾人名册 · 名册.csv" in page.words
        page.upload("莎车县.zip", packed, "area_file:")
        assert "正在使用研究区“莎车县”" in page.words
        page.rerun().speak("en")
        assert "The study area '莎车县' is in use" in page.words

    def test_leaving_it_opens_a_project_of_the_author_and_of_nobody_else(self, own: tuple[StudyArea, bytes]) -> None:
        page = Page(use_at_first=own[1])
        projects.new_project(kept(), "别人的项目", "示范区", Author("别人", "os"))
        page.press("回到示范区")
        opened = projects.project(kept(), page.at.session_state["project"])
        assert (opened.area_sha, opened.made_by == "别人") == ("", False)

    def test_its_download_needs_no_session(self, own: tuple[StudyArea, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
        offered: dict[str, Callable[[], bytes]] = {}
        draw = DeltaGenerator.download_button

        def noted(self: DeltaGenerator, label: str, data: Any, **more: Any) -> bool:
            offered[str(more["key"])] = data
            return draw(self, label, data, **more)

        monkeypatch.setattr(DeltaGenerator, "download_button", noted)
        page = Page(use_at_first=own[1])
        page.press("回到示范区")
        with ThreadPoolExecutor(1) as elsewhere:
            assert elsewhere.submit(offered["area_download"]).result() == own[1]

    def test_its_demand_bases_and_service_units_are_side_by_side(self, own: tuple[StudyArea, bytes]) -> None:
        page = Page(use_at_first=own[1])
        bases, services = tables(page.at)[-2:]
        assert bases.titles == ["县市", "登记数", "控制总数", "按现残率", "登记 ÷ 控制总数（%）"]
        register, control, prevalence = (int(bases.column(t)[0].replace(",", "")) for t in bases.titles[1:4])
        assert register == own[0].data.residents["persons"].sum()
        assert register < control < prevalence
        assert len(services.rows) == 9

    def test_a_wrong_name_is_an_error_and_nothing_is_lost(self, messy: bytes) -> None:
        page = Page().upload("名册.csv", messy).press("读取并检查").press("采用这份文件")
        page.choose("area_name", "莎车 2025！").press("建立研究区")
        assert page.errors == ["名称“莎车 2025！”：请只用文字、数字、“-”和“_”，且不要与内置研究区同名"]
        assert "残疾人名册 · 名册.csv" in page.words
        page.choose("area_name", "莎车-2025").press("建立研究区")
        assert "正在使用研究区“莎车-2025”" in page.words

    def test_what_is_no_area_is_refused_without_naming_a_folder(self) -> None:
        page = Page().upload("不是.zip", b"PK\x05\x06" + b"\0" * 18, "area_file:")
        (error,) = page.errors
        assert error.startswith("不是.zip：不是研究区")
        assert "jiujin-" not in error

    def test_counties_alone_make_an_area_of_the_model(self) -> None:
        page = Page().choose("area_name", "试点").choose("area_counties", [SHACHE]).press("建立研究区")
        assert "残疾人数为模型估计" in page.words


def kept() -> Store:
    """The store in which the page of this test keeps its projects."""
    return open_store(usual_url(Path(os.environ["JIUJIN_HOME"])))


def kept_area() -> bytes:
    """The file of the own study area."""
    store = kept()
    return next(area_bytes(store, one.area_sha) for one in projects.projects(store) if one.area_sha)


# --- nobody stays ----------------------------------------------------------------------------------------


def strings_in(thing: Any, seen: set[int]) -> Iterator[str]:
    """Every text that can be reached from a value."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, bytes | bytearray):
        yield from (bytes(thing).decode(e, "ignore") for e in ("utf-8", "gb18030"))
    elif isinstance(thing, pd.DataFrame):
        for column in thing.columns:
            yield from (str(column), *strings_in(thing[column], set()))
    elif isinstance(thing, pd.Series | pd.Index):
        if not pd.api.types.is_numeric_dtype(thing) and thing.dtype != "geometry":
            yield from map(str, set(thing))
    elif isinstance(thing, np.ndarray):
        if thing.dtype.kind in "OUS":
            yield from set(map(str, thing.ravel()))
    elif not isinstance(thing, type) and not callable(thing) and type(thing).__name__ != "module":
        for part in gc.get_referents(thing):
            yield from strings_in(part, seen)


def people_in(things: Sequence[Any], secrets: Sequence[str]) -> set[str]:
    seen: set[int] = set()
    text = "\0".join({s for thing in things for s in strings_in(thing, seen)})
    near = {start for start in {secret[:2] for secret in secrets} if start in text}
    return {secret for secret in secrets if secret[:2] in near and secret in text}


def test_the_search_finds_people() -> None:
    nested = {"a": [pd.DataFrame({"x": ["虚构甲"]}), ("虚构乙", {"虚构丙".encode("gb18030")})]}
    assert people_in([nested], ["虚构甲", "虚构乙", "虚构丙", "虚构丁"]) == {"虚构甲", "虚构乙", "虚构丙"}


def test_nobody_of_a_register_stays_in_the_session_a_cache_or_the_store(messy: bytes, made: Made, place: Path) -> None:
    page = Page().upload("名册.csv", messy).press("读取并检查")
    kept = [page.at.session_state["checked"], page.at.session_state["headings"]]
    assert people_in(kept, made.secrets) == set()
    page.upload("去年.csv", messy, "previous:").press("比较两版").press("采用这份文件").press("建立研究区").rerun()
    state = page.at.session_state._state.filtered_state
    assert {"adopted", "project"} <= set(state)
    assert people_in([path.read_bytes() for path in place.rglob("*") if path.is_file()], made.secrets) == set()
    with zipfile.ZipFile(io.BytesIO(kept_area())) as archive:
        assert people_in([archive.read(name) for name in archive.namelist()], made.secrets) == set()
    assert people_in(list(state.values()), made.secrets) == set()
    assert people_in([pickle.dumps(state["adopted"])], made.secrets) == set()
    caches = [cache for group in (_data_caches, _resource_caches) for cache in group._function_caches.values()]
    assert people_in(caches, made.secrets) == set()
    remembered = [gc.get_referents(f) for f in gc.get_objects() if type(f).__name__ == "_lru_cache_wrapper"]
    assert people_in(remembered, made.secrets) == set()
    assert people_in([page.words, *page.errors], made.secrets) == set()


def test_a_fault_nobody_foresaw_is_told_by_its_number_only(
    messy: bytes, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise TypeError("虚构甲 653125199001010011")

    monkeypatch.setattr("planning.app.pages.files.own_file.upload_columns", broken)
    page = Page().upload("名册.csv", messy)
    (error,) = page.errors
    number = re.search("日志编号 ([0-9a-f]{6})", error)
    assert number
    noted = (place / "log.txt").read_text(encoding="utf-8")
    assert f"{number[1]} " in noted
    assert "TypeError" in noted
    assert people_in([noted, error, page.words], ["虚构甲", "653125199001010011"]) == set()


def test_columns_the_tool_does_not_know_are_not_kept_of_institutions() -> None:
    page = Page().choose("layer", "institutions").upload("机构.csv", SITES.encode("gb18030")).press("读取并检查")
    page.press("采用这份文件")
    state = page.at.session_state._state.filtered_state
    assert people_in(list(state.values()), ["测试镇服务中心"]) == {"测试镇服务中心"}
    assert people_in(list(state.values()), ["虚构负责人", "13900001111"]) == set()


def test_uploaded_bytes_leave_the_server(messy: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    removed = []
    monkeypatch.setattr(
        "streamlit.runtime.memory_uploaded_file_manager.MemoryUploadedFileManager.remove_file",
        lambda self, session_id, file_id: removed.append(file_id),
    )
    page = Page().upload("名册.csv", messy).press("读取并检查")
    (held,) = page.at.session_state["held"]
    page.press("采用这份文件")
    assert removed == [held]
    assert page.at.session_state["held"] == set()


def test_a_message_about_a_file_without_headings_quotes_nobody(made: Made) -> None:
    content = made.table.to_csv(index=False, header=False).encode("gb18030")
    page = Page().upload("名册.csv", content)
    assert len(page.errors) == 1
    assert people_in([page.words, *page.errors], made.secrets) == set()
