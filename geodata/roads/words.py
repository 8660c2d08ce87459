"""Words that tables of roads use for classes, surfaces and directions, and what they stand for."""

import re
from typing import Final

from geodata.roads.network import CLASSES, SURFACES
from geodata.roads.tags import SURFACE

CLASS_WORDS: Final = {
    "高速": "motorway", "快速路": "trunk", "国道": "trunk", "省道": "primary", "县道": "secondary", "乡道": "tertiary",
    "村道": "unclassified", "主干路": "primary", "主干道": "primary", "次干路": "secondary", "次干道": "secondary",
    "支路": "tertiary", "街道": "residential", "小路": "path", "步道": "footway", "人行": "footway", "机耕": "track",
    "一级": "trunk", "二级": "primary", "三级": "secondary", "四级": "tertiary", "等外": "unclassified",
    "土路": "track", "轮渡": "ferry", "渡口": "ferry", "渡轮": "ferry",
}  # fmt: skip
"""Words that occur in the names of road classes, the first that occurs counts; technical grades (一级 to 等外公路)
stand for the rank that is usually built so, a judgement."""
LETTERS: Final = {"G": "trunk", "S": "primary", "X": "secondary", "Y": "tertiary", "C": "unclassified"}
"""Letters of Chinese road numbers: national, provincial, county, township and village roads."""
SURFACE_WORDS: Final = {
    "未铺装": "unpaved", "非铺装": "unpaved", "无铺装": "unpaved", "未硬化": "unpaved", "非硬化": "unpaved",
    "沥青": "paved", "水泥": "paved", "混凝土": "paved", "柏油": "paved", "铺装": "paved", "硬化": "paved",
    "砂石": "unpaved", "沙石": "unpaved", "碎石": "unpaved", "砾石": "unpaved", "土路": "unpaved", "泥": "rough",
    "土": "unpaved",
}  # fmt: skip
"""Words that occur in the names of surfaces, the first that occurs counts."""
ENGLISH_SURFACES: Final = {
    **SURFACE, **{name: name for name in SURFACES}, "": "unknown", "cement": "paved", "bitumen": "paved",
    "tarmac": "paved", "sealed": "paved", "unsealed": "unpaved", "crushed stone": "unpaved", "soil": "unpaved",
}  # fmt: skip
DIRECTIONS: Final = {
    "是": 1, "1": 1, "1.0": 1, "yes": 1, "true": 1, "y": 1, "t": 1, "单向": 1, "单行": 1,
    "否": 0, "0": 0, "0.0": 0, "no": 0, "false": 0, "n": 0, "f": 0, "双向": 0, "双行": 0, "": 0, "reversible": 0,
    "-1": -1, "-1.0": -1, "reverse": -1, "逆向": -1, "反向": -1,
}  # fmt: skip


def class_of(word: str) -> str | None:
    """The value of `CLASSES` that a word stands for; None when it is not known.

    A class itself, a word such as 国道 or 高速匝道, a letter (G S X Y C), or a road number: G and one, two or four
    digits, S and one or two digits are expressways (GB/T 917), G314 is a national road, S213 a provincial one.
    """
    text = word.strip()
    if text.lower() in CLASSES:
        return text.lower()
    number = re.fullmatch(r"([GSXYC])(\d*)", text.upper())
    if number:
        expressway = (1, 2, 4) if number[1] == "G" else (1, 2) if number[1] == "S" else ()
        return "motorway" if len(number[2]) in expressway else LETTERS[number[1]]
    kind = next((found for part, found in CLASS_WORDS.items() if part in text), None)
    if "匝道" in text or "连接线" in text:
        link = f"{kind or 'motorway'}_link"
        return link if link in CLASSES else kind
    return kind


def surface_of(word: str) -> str | None:
    """The value of `SURFACES` that a word stands for; None when it is not known."""
    text = word.strip().lower()
    if text in ENGLISH_SURFACES:
        return ENGLISH_SURFACES[text]
    return next((found for part, found in SURFACE_WORDS.items() if part in text), None)


def direction_of(word: str) -> int | None:
    """1: only along the line, -1: only against it, 0: both ways; None when the word is not known."""
    return DIRECTIONS.get(word.strip().lower())
