"""One spelling for names that are the same: scripts, marks, numbers, offices, kinds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.gazetteer.names import ULY, clean, inside_brackets, key, number, split_kind


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("五十一团三连", "51团3连"),
        ("第三师五十一团", "3师51团"),
        ("二二四团", "224团"),
        ("五〇团", "50团"),
        ("一十六连队", "16连"),
        ("三连生活区", "3连"),
        ("１２村", "12村"),
        ("团结村村民委员会", "团结村"),
        ("团结村委会", "团结村"),
        ("团结社区居民委员会", "团结社区"),
        ("团结居委会", "团结社区"),
        ("南城街道办事处", "南城街道"),
        ("阿瓦提镇人民政府", "阿瓦提镇"),
        ("塔尔塔吉克民族乡", "塔尔乡"),
        ("塔尔塔吉克族乡", "塔尔乡"),
        ("乌什塔拉回族民族乡", "乌什塔拉乡"),
        ("\u200f莎车县\u202c", "莎车县"),
        ("\u2068莎车县\u2069\ufeff", "莎车县"),
        ("阿瓦提 镇", "阿瓦提镇"),
        ("阿瓦提　镇", "阿瓦提镇"),
        ("阿瓦提镇（原三乡）", "阿瓦提镇"),
        ("قاغىلىق", "Qaghiliq"),
        ("قاغىلىق ناھىيىسى", "qaghiliq nahiyisi"),
        ("ئۇچتۇرپان", "Uchturpan"),
        ("Ying'airike", "YINGAIRIKE"),
        ("Maralbëshi", "Maralbeshi"),
    ],
)
def test_two_ways_to_write_a_name_have_one_key(written, same):
    assert key(written) == key(same)


@pytest.mark.parametrize("dot", "··.•・‧∙")
def test_a_name_dot_of_any_kind_does_not_change_a_name(dot):
    assert key(f"试样{dot}艾合买提村") == key("试样艾合买提村")


@pytest.mark.parametrize(
    ("one", "other"),
    [("齐满镇", "齐镇"), ("二八台镇", "28台镇"), ("疏勒县", "疏附县"), ("团结村", "团结社区"), ("一村", "十一村")],
)
def test_different_names_keep_different_keys(one, other):
    assert key(one) != key(other)


@pytest.mark.parametrize(
    ("name", "level", "parts"),
    [
        ("阿瓦提镇", "township", ("阿瓦提", "镇")),
        ("城东街道", "township", ("城东", "街道")),
        ("镇", "township", ("镇", "")),
        ("团结社区", "village", ("团结", "社区")),
        ("皮山农场", "township", ("皮山农场", "")),
        ("塔什库尔干塔吉克自治县", "county", ("塔什库尔干塔吉克", "自治县")),
        ("kagilik nahiyisi", "county", ("kagilik", "nahiyisi")),
        ("kagilik nahiyisi", "township", ("kagilik nahiyisi", "")),
    ],
)
def test_a_name_is_a_core_and_a_kind(name, level, parts):
    assert split_kind(name, level) == parts


@pytest.mark.parametrize(("text", "value"), [("十", 10), ("二十", 20), ("五十一", 51), ("一百零三", 103), ("〇", 0)])
def test_chinese_numbers_are_read(text, value):
    assert number(text) == value


def test_what_stands_in_brackets_is_a_name_of_its_own():
    assert inside_brackets("四连队（幸福村）") == ["幸福村"]


def test_the_alphabet_has_every_letter_of_uyghur_once():
    assert len(ULY) == 33
    assert len({sound for sound in ULY.values() if sound}) == 32


@given(st.text())
def test_a_key_is_its_own_key_and_has_no_marks(text):
    spelt = key(text)
    assert key(spelt) == spelt
    assert not set(spelt) & set("\u200f\u202a\u2066·.()")
    assert clean(clean(text)) == clean(text)
