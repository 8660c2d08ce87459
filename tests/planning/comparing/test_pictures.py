"""Pictures of comparisons: inert, well-formed, and true to the numbers."""

from __future__ import annotations

import math
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.comparing.charts import Bar, Dot, Point, Words, bars_svg, dots_svg, line_svg, ticks

SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {"svg", "title", "desc", "rect", "path", "text", "circle", "polyline"}
HOSTILE = [
    "<script>alert(1)</script>", "]]><svg onload=alert(1)>", "3~5公里", "$100 与 $200", "_x_", "<b>", "a & b", '"q\'',
    "{{ 7*7 }}", "[a](javascript:1)", "‮rtl",
]  # fmt: skip


def drawn(svg: str) -> ElementTree.Element:
    """The picture, read as XML, with nothing in it but shapes and texts."""
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in ALLOWED
        assert not [name for name in element.attrib if name.startswith("on") or name.endswith("href")]
        assert all(":" not in value and "url(" not in value for value in element.attrib.values())
    return root


def texts(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter() if element.tag.removeprefix(SVG) in ("title", "desc", "text")]


def of(root: ElementTree.Element, tag: str) -> list[ElementTree.Element]:
    return list(root.iter(SVG + tag))


@pytest.mark.parametrize("said", HOSTILE)
def test_words_stay_words(said: str) -> None:
    words = Words(said, said, said, said)
    pictures = (
        dots_svg([Dot(said, 1, 2)], words),
        line_svg([Point(1, 2, 2, 2)], words),
        bars_svg([Bar(said, 1, said)], words),
    )
    for picture, count in zip(pictures, (5, 4, 4), strict=True):
        assert texts(drawn(picture)).count(said) == count


@pytest.mark.parametrize("said", ["\x00", "a\x0bb", "\ud800", "￿"])
def test_characters_that_xml_does_not_have_are_replaced(said: str) -> None:
    assert "\ufffd" in texts(drawn(bars_svg([Bar(said, 1, "1 人")], Words("t", "d"))))[2]


def test_a_screen_reader_finds_name_and_description_first() -> None:
    root = drawn(dots_svg([Dot("a", 1, 2)], Words("名称", "说明", "分钟", "人")))
    assert [child.tag for child in root][:2] == [SVG + "title", SVG + "desc"]
    assert (root[0].text, root[1].text, root.get("role")) == ("名称", "说明", "img")


def test_dots_lie_as_their_numbers_do_and_the_unknown_are_left_out() -> None:
    dots = [Dot("a", 10, 5), Dot("b", 20, 9, "beaten"), Dot("c", 15, 7, "within_gap"), Dot("d", math.nan, 1)]
    circles = of(drawn(dots_svg(dots, Words("t", "d"))), "circle")
    x, y = ([float(c.get(k, "")) for c in circles] for k in ("cx", "cy"))
    assert x[0] < x[2] < x[1]
    assert y[0] > y[2] > y[1]
    assert x[2] == pytest.approx((x[0] + x[1]) / 2, abs=0.1)
    assert len({(c.get("r"), c.get("fill")) for c in circles}) == 3


def test_labels_of_plans_in_one_place_do_not_cover_each_other_and_long_ones_fit() -> None:
    crowd = [Dot("节俭方案" * (1 + 20 * (i == 2)), 10, 5) for i in range(6)] + [Dot("远", 30, 9)]
    found = [t for t in of(drawn(dots_svg(crowd, Words("t", "d"))), "text") if (t.text or "").startswith(("节", "远"))]
    heights = sorted(float(t.get("y", "")) for t in found[:6])
    assert all(b - a >= 16 for a, b in pairwise(heights))
    assert 0 < min(heights) < max(heights) < 400
    assert (found[2].text or "").endswith("…")


def test_a_line_goes_by_x_and_only_what_is_open_has_a_bar() -> None:
    root = drawn(line_svg([Point(3, 9, 9, 9), Point(1, 4, 4, 6), Point(2, 7, 7, math.inf)], Words("t", "d")))
    x = [float(pair.split(",")[0]) for pair in of(root, "polyline")[0].get("points", "").split()]
    assert x == sorted(x)
    assert len(of(root, "circle")) == 3
    assert len([path for path in of(root, "path") if path.get("stroke-width")]) == 2


def test_bars_are_as_long_as_their_values_to_either_side_of_zero() -> None:
    bars = [Bar("a", 30, "+30 人"), Bar("b", -10, "−10 人"), Bar("c", 0, "0 人"), Bar("d", 15, "+15 人", True)]
    rects = of(drawn(bars_svg(bars, Words("t", "d"))), "rect")[1:]
    x, wide = ([float(r.get(k, "")) for r in rects] for k in ("x", "width"))
    assert wide == pytest.approx([wide[0], wide[0] / 3, 0, wide[0] / 2], abs=0.2)
    assert x[1] + wide[1] == pytest.approx(x[0], abs=0.2)
    assert [r.get("stroke-dasharray") is not None for r in rects] == [False, False, False, True]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=6))
def test_ticks_are_even_few_and_hold_every_value(values: list[float]) -> None:
    found = ticks(values)
    step = found[1] - found[0]
    slip = 1e-6 * max(1.0, *map(abs, values), step)
    assert found[0] <= min(values) + slip
    assert found[-1] >= max(values) - slip
    assert 2 <= len(found) <= 9
    assert all(b - a == pytest.approx(step, rel=1e-3) for a, b in pairwise(found))


@pytest.mark.parametrize(
    "empty", [dots_svg([], Words("t", "d")), line_svg([], Words("t", "d")), bars_svg([], Words("t", "d"))]
)
def test_nothing_to_show_is_still_a_picture(empty: str) -> None:
    assert drawn(empty).get("width") == "640"
