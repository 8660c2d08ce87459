"""Maps of plans: one file, stamped and sourced, names stay names, drawn without internet."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_scenarios import HOSTILE

from planning import Plan, StudyArea, offline
from planning.maps import BAND_COLOURS, coverage_map, difference_map, road_lines
from planning.plan import BAND_NAMES
from planning.texts import STAMP, TEXTS, text

LEAFLET = (Path(offline.__file__).parent / "assets" / offline.LEAFLET_JS).read_text(encoding="utf-8")
Draw = Callable[[Plan, Plan, StudyArea, str], str]
KINDS: dict[str, Draw] = {
    "coverage": lambda _first, plan, area, language: coverage_map(plan, area, language),
    "difference": difference_map,
}
LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def pages(area: StudyArea, plans: dict[str, Plan]) -> dict[tuple[str, str], str]:
    """Both kinds of maps in both languages."""
    return {
        (kind, language): draw(plans["baseline"], plans["winter_passes"], area, language)
        for kind, draw in KINDS.items()
        for language in LANGUAGES
    }


EVERY = [(kind, language) for kind in KINDS for language in LANGUAGES]


class TestThePage:
    @pytest.mark.parametrize("which", EVERY)
    def test_nothing_is_fetched(self, pages: dict[tuple[str, str], str], which: tuple[str, str]) -> None:
        page = pages[which]
        assert page.startswith("<!DOCTYPE html>")
        assert "default-src 'none'" in page
        assert "<link" not in page
        assert not re.search(r"<(?:script|img|iframe|object)[^>]+(?:src|data)\s*=\s*[\"']?(?!data:)", page)
        assert not re.search(r"url\(\s*[\"']?(?!data:|#)", page)
        assert "tileLayer(" not in page.split("</script>")[-2]
        ours = page.replace(LEAFLET, "").replace(offline.inline_css(), "")
        assert len(ours) < len(page) - 100_000
        assert set(re.findall(r"https?://[\w.-]+", ours)) <= {"http://www.w3.org"}  # the name space of SVG

    @pytest.mark.parametrize("which", EVERY)
    def test_stamp_sources_and_that_people_are_modelled_are_said(
        self, pages: dict[tuple[str, str], str], which: tuple[str, str]
    ) -> None:
        page, language = pages[which], which[1]
        assert STAMP == "内部工作用图，未经审图不得公开"
        assert STAMP in page
        assert ("模型估计" if language == "zh" else "modelled") in page
        assert "OpenStreetMap" in page
        assert "GeoNames" in page
        assert "Tianditu" in page
        assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in page

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_numbers_on_the_map_are_those_of_the_plan(
        self, pages: dict[tuple[str, str], str], plans: dict[str, Plan], language: str
    ) -> None:
        page, found = pages["coverage", language], plans["winter_passes"].indicators
        assert f"{found['persons_total']:,}" in page
        for band in (30, 60, 120):
            assert f"{found[f'share_within_{band}_min'] * 100:.1f}%" in page
        assert plans["winter_passes"].scenario.title(language) in page
        assert text("optimal", language) in page

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_the_legend_names_every_band_and_symbol(self, pages: dict[tuple[str, str], str], language: str) -> None:
        page = pages["coverage", language]
        for name in (*BAND_NAMES, "existing", "proposed"):
            assert f"</i>{text(name, language)}</div>" in page
        assert f"</i>{text('locked', language)}</div>" not in page
        for name in ("better", "worse", "same"):
            assert f"</i>{text(name, language)}</div>" in pages["difference", language]

    def test_persons_counted_on_a_difference_map_are_everyone(
        self, pages: dict[tuple[str, str], str], plans: dict[str, Plan]
    ) -> None:
        counts = re.findall(r"<p>(?:quicker|slower|the same): ([\d,]+) persons</p>", pages["difference", "en"])
        assert len(counts) == 3
        assert sum(int(c.replace(",", "")) for c in counts) == plans["baseline"].indicators["persons_total"]

    def test_five_bands_have_five_colours(self) -> None:
        assert len(set(BAND_COLOURS)) == len(BAND_NAMES)

    def test_every_text_is_there_in_both_languages(self) -> None:
        assert all(zh and en for zh, en in TEXTS.values())

    def test_each_road_is_drawn_once(self, area: StudyArea) -> None:
        lines = road_lines(area)
        assert len(lines) == len(area.roads.tail) / 2
        assert lines.crs.to_epsg() == 4326
        assert not lines.geometry.is_empty.any()


def hostile(plan: Plan) -> Plan:
    """A small plan in which every name is markup."""
    names = {"name_zh": HOSTILE, "name_en": HOSTILE}
    areas = {"area_zh": HOSTILE, "area_en": HOSTILE, "county_zh": HOSTILE, "county_en": HOSTILE}
    asked = plan.scenario.model_copy(update={"title_zh": HOSTILE, "title_en": HOSTILE + "</script>"})
    cells = plan.cells.head(200).assign(**areas)
    sites = plan.sites.head(4).assign(**names)
    return replace(plan, scenario=asked, cells=cells, sites=sites, sources=(HOSTILE,))


class TestHostileNames:
    @pytest.mark.parametrize("kind", list(KINDS))
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_markup_in_names_titles_and_sources_never_becomes_markup(
        self, area: StudyArea, small_plan: Plan, kind: str, language: str
    ) -> None:
        bad = hostile(small_plan)
        page = KINDS[kind](bad, bad, area, language)
        assert "<img" not in page
        assert "&lt;img src=x onerror=alert(1)&gt;" in page
        assert page.count("<script") == page.count("</script>")

    @pytest.mark.parametrize("strange", ["甲{{ 1013 * 1019 }}", "甲{% set a = 1 %}", "甲{# 乙", "甲{% 乙"])
    @pytest.mark.parametrize("where", ["name", "title", "source"])
    def test_template_signs_are_only_text(self, area: StudyArea, small_plan: Plan, strange: str, where: str) -> None:
        few = replace(small_plan, cells=small_plan.cells.head(5))
        if where == "name":
            few = replace(few, sites=few.sites.assign(name_zh=strange))
        elif where == "title":
            few = replace(few, scenario=few.scenario.model_copy(update={"title_zh": strange}))
        else:
            few = replace(few, sources=(strange,))
        # as text of the page or of its scripts, braces perhaps by number
        page = coverage_map(few, area).split("</title>")[1]
        for number in ("\\u0026#123;", "&#123;", "&#x7b;", "\\u007b", "&lbrace;"):
            page = page.replace(number, "{")
        assert "1032247" not in page
        assert strange.removeprefix("甲").replace("乙", "") in page.replace("\\u2060", "")


DRAWN = (
    "() => [...document.querySelectorAll('.leaflet-pane canvas')].some(c => "
    "c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v))"
)


@pytest.mark.browser
class TestInABrowserWithoutInternet:
    @pytest.mark.parametrize("which", EVERY)
    def test_the_map_is_drawn_with_no_request_and_no_error(
        self, open_page: Any, pages: dict[tuple[str, str], str], plans: dict[str, Plan], which: tuple[str, str]
    ) -> None:
        kind, language = which
        page, seen = open_page(pages[which])
        assert page.evaluate(DRAWN)
        assert page.locator(".symbol").count() == len(plans["winter_passes"].sites)
        assert page.locator("#stamp").is_visible()
        assert STAMP in page.locator("#stamp").inner_text()
        assert plans["winter_passes"].scenario.title(language) in page.locator("#about h1").inner_text()
        assert page.locator("#legend div").count() == (7 if kind == "coverage" else 5)
        assert "OpenStreetMap" in page.locator(".leaflet-control-attribution").inner_text()
        assert seen.outside == []
        assert seen.messages == []
        assert len(seen.requests) == 1

    def test_layers_can_be_switched(self, open_page: Any, pages: dict[tuple[str, str], str]) -> None:
        page, seen = open_page(pages["coverage", "zh"])
        corner = page.locator(".leaflet-control-layers-toggle").bounding_box()
        page.mouse.move(corner["x"] + 5, corner["y"] + 5)
        labels = [t.strip() for t in page.locator(".leaflet-control-layers-overlays label").all_inner_texts()]
        assert [text(name, "zh") for name in (*BAND_NAMES, "existing", "proposed")] == [
            label
            for label in labels
            if label not in [text(name, "zh") for name in ("counties", "roads", "special_school", "day_care")]
        ]
        before = page.locator(".symbol").count()
        page.locator(".leaflet-control-layers-overlays label", has_text=text("proposed", "zh")).click()
        assert 0 < page.locator(".symbol").count() < before
        assert seen.messages == []

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_hostile_names_are_shown_as_text(
        self, open_page: Any, area: StudyArea, small_plan: Plan, language: str
    ) -> None:
        page, seen = open_page(coverage_map(hostile(small_plan), area, language))
        page.locator(".symbol").first.hover(force=True)
        tip = page.locator(".leaflet-tooltip td").first
        assert tip.text_content() == HOSTILE
        assert page.locator("#about h1").inner_text().startswith(HOSTILE)
        assert HOSTILE in page.locator(".leaflet-control-attribution").inner_text()
        assert page.locator("img").count() == 0
        assert seen.outside == []
        assert seen.messages == []


def test_people_without_a_route_are_drawn_hollow_and_said(area: StudyArea, small_plan: Plan) -> None:
    cells = small_plan.cells.head(5).assign(travel_time_min=np.inf, band=4, nearest_site_id="")
    page = coverage_map(replace(small_plan, cells=cells), area, "en")
    assert "Infinity" not in page.split("</script>")[-2]
    assert "NaN" not in page.split("</script>")[-2]
    assert "no route known" in page
