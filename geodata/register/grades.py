"""Category and grade of a disability as people write them: 肢体二级, 2级, 贰级, 多重(肢体二级+智力三级), physical 2.

Categories are those of GB/T 26341-2010 in the order of the codes 1-7 of the certificate number: visual, hearing,
speech, physical, intellectual, psychiatric, multiple [V: read in quotations of 残疾人证管理办法, article 5, not in its
own text; some pages swap 1 and 2, so a bare code is accepted but asked about]. Grades are 1 (severest) to 4. The
grade of a multiple disability is that of its severest part [V: recalled from GB/T 26341-2010].
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from geodata.demand import CATEGORIES, GRADES
from geodata.errors import Sentence, both
from geodata.findings import Effect, Finding
from geodata.register.text import found, plain_cells, says_nothing

# Only words that can mean one category. "mental" is none of them: it has stood for intellectual and for psychiatric.
CATEGORY_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "visual": (
        "视力", "视觉", "视障", "视残", "低视力", "全盲", "盲人", "盲", "visual", "vision", "low vision", "blind",
    ),
    "hearing": ("听力", "听觉", "听障", "听残", "聋人", "聋", "hearing", "deaf"),
    "speech": ("言语", "语言", "言障", "言残", "哑", "speech"),
    "physical": ("肢体", "肢障", "肢残", "physical", "limb"),
    "intellectual": ("智力", "智障", "智残", "intellectual"),
    "psychiatric": ("精神", "精神病", "精残", "psychiatric", "psychosocial"),
    "multiple": ("多重", "multiple"),
}  # fmt: skip
_DOUBTFUL: Final = ("聋哑人", "聋哑", "听力语言", "听语")  # hearing alone, or hearing and speech: one cannot know
_VAGUE: Final = ("极重度", "特重度", "重度", "中度", "轻度", "severe", "moderate", "mild")  # more than one grade
_FILLING: Final = (
    "残疾人", "残疾", "残", "等级", "级别", "类别", "级", "类", "第",
    "disabilities", "disability", "disabled", "impairment", "grade", "level", "class",
)  # fmt: skip
_NUMERALS: Final[Mapping[str, int]] = {
    **{sign: i for signs in ("一二三四", "壹贰叁肆") for i, sign in enumerate(signs, 1)}, "貳": 2, "參": 3, "叄": 3,
    "i": 1, "ii": 2, "iii": 3, "iv": 4,
}  # fmt: skip


def _any_of(words: Sequence[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_TOKEN: Final = re.compile(
    rf"(?P<doubtful>{_any_of(_DOUBTFUL)})"
    rf"|(?P<category>{_any_of([w for words in CATEGORY_WORDS.values() for w in words])})"
    rf"|(?P<vague>{_any_of(_VAGUE)})"
    r"|(?P<grade>(?<![0-9])(?<![0-9]\.)[0-9]{1,2}(?:\.0+)?(?!\.?[0-9])"
    r"|[一二三四五六七八九十壹贰貳叁參叄肆伍]+|(?<![a-z])(?:iii|ii|iv|i|v)(?![a-z]))"
    rf"|(?P<filling>{_any_of(_FILLING)}|[\s+、,，;；/&和与及(\[{{【:：.·-])"
    r"|(?P<close>[)\]}】])"
    r"|(?P<other>.)",
    re.DOTALL,
)
_CATEGORY_OF: Final = {word: key for key, words in CATEGORY_WORDS.items() for word in words}
_ASIDE: Final = re.compile(r"[(\[{【]([^()\[\]{}【】]*)[)\]}】]")
_DENIAL: Final = re.compile(r"[无未非否不没?？]|正常|治愈|恢复|not|none|\bno\b")
_CODE: Final = re.compile(r"([0-9]+)(?:\.0+)?")


class _Token(NamedTuple):
    kind: str
    text: str


def _tokens(text: str) -> Iterator[_Token]:
    return (_Token(str(m.lastgroup), m.group()) for m in _TOKEN.finditer(text))


@dataclass(frozen=True)
class _Said:
    """What one cell says: grades of each category named, grades of the whole (0 is no grade), and remarks."""

    parts: Mapping[str, frozenset[int]] = field(default_factory=dict)
    multiple: bool = False
    whole: frozenset[int] = frozenset()
    remarks: frozenset[str] = frozenset()

    @property
    def names_any(self) -> bool:
        return bool(self.parts) or self.multiple


def _grade(text: str) -> int:
    """1 to 4, or 0 for a number that is no grade."""
    digits = text.split(".")[0]
    number = int(digits) if digits.isdigit() else _NUMERALS.get(text, 0)
    return number if number in GRADES else 0


def _say(text: str, is_category: bool) -> _Said:
    """One cell, understood only if nothing in it is left over."""
    if says_nothing(text):
        return _Said()
    if is_category and (code := _CODE.fullmatch(text)):
        return _coded(code[1])
    understood = _ASIDE.sub(lambda m: "" if _is_aside(m[1]) else m[0], text)
    tokens = [t for t in _tokens(understood) if t.kind != "filling"]
    kinds = {t.kind for t in tokens}
    if "other" in kinds or not kinds - {"close"}:
        return _Said(remarks=frozenset({"unknown"})) if is_category else _Said(whole=frozenset({0}))
    parts, whole = _assigned(tokens)
    remarks = kinds & {"vague", "doubtful"} | ({"aside"} if understood != text else set())
    multiple = parts.pop("multiple", None)
    return _Said(
        {c: frozenset(g) for c, g in parts.items()}, multiple is not None, frozenset(whole), frozenset(remarks)
    )


def _is_aside(text: str) -> bool:
    """Whether a text in brackets says nothing of category or grade, such as 左下肢; what denies is none."""
    kinds = {t.kind for t in _tokens(text)}
    return "other" in kinds and kinds <= {"other", "filling"} and _DENIAL.search(text) is None


def _coded(code: str) -> _Said:
    """A bare number in the column of categories: the official code."""
    if code not in ("1", "2", "3", "4", "5", "6", "7"):
        return _Said(remarks=frozenset({"unknown"}))
    category, remarks = CATEGORIES[int(code) - 1], frozenset({"code"})
    if category == "multiple":
        return _Said(multiple=True, remarks=remarks)
    return _Said({category: frozenset()}, remarks=remarks)


def _assigned(tokens: Sequence[_Token]) -> tuple[dict[str, set[int]], set[int]]:
    """Every grade given to the category before it (or after it, in 二级肢体), else to the whole."""
    said = [t for t in tokens if t.kind in ("category", "grade")]
    if len(said) % 2 == 0 and all(t.kind == ("category" if i % 2 else "grade") for i, t in enumerate(said)):
        tokens = [t for pair in zip(said[1::2], said[::2], strict=True) for t in pair]
    parts: dict[str, set[int]] = {}
    whole: set[int] = set()
    current = "multiple"  # a grade before any category, and one after 多重(…), is that of the whole
    for token in tokens:
        if token.kind == "category":
            current = _CATEGORY_OF[token.text]
            parts.setdefault(current, set())
        elif token.kind == "close" and "multiple" in parts:
            current = "multiple"
        elif token.kind == "grade":
            (whole if current == "multiple" else parts[current]).add(_grade(token.text))
    return parts, whole


@dataclass(frozen=True)
class _Reading:
    """What the two cells of a row mean together; grade 0 is unknown."""

    category: str
    categories: str
    grade: int
    remarks: frozenset[str]


def _agree(a: _Said, b: _Said) -> bool:
    """Whether two cells can name the same categories; a bare 多重 agrees with any two."""
    if not (a.names_any and b.names_any) or a.parts.keys() == b.parts.keys():
        return True
    bare, other = (a, b) if not a.parts else (b, a)
    return bare.multiple and not bare.parts and (other.multiple or len(other.parts) > 1)


def _read(category: str, grade: str) -> _Reading:
    """The cells of one row."""
    a, b = _say(category.lower(), True), _say(grade.lower(), False)
    remarks = set(a.remarks | b.remarks)
    parts = {
        c: a.parts.get(c, frozenset()) | b.parts.get(c, frozenset()) for c in CATEGORIES if c in {*a.parts, *b.parts}
    }
    multiple = a.multiple or b.multiple or len(parts) > 1
    if "unknown" in remarks:
        return _Reading("", "", 0, frozenset({"unknown"}))
    if not _agree(a, b):
        return _Reading("", "", 0, frozenset(remarks - {"doubtful", "vague"} | {"categories_differ"}))
    if parts or multiple:
        remarks.discard("doubtful")
    elif "doubtful" not in remarks:
        remarks.add("no_category")
    if multiple and len(parts) == 1:
        remarks.add("one_part")
    number, remark = _overall(list(parts.values()), a.whole | b.whole, multiple)
    if number or remark:
        remarks.discard("vague")
    elif "vague" not in remarks:
        remark = "no_grade"
    own = "multiple" if multiple else "".join(parts)
    return _Reading(own, "+".join(parts), number, frozenset(remarks | {remark} - {""}))


def _overall(parts: Sequence[frozenset[int]], whole: frozenset[int], multiple: bool) -> tuple[int, str]:
    """The grade of the whole, 0 where it cannot be known, and a remark on why."""
    if not multiple:
        whole, parts = whole.union(*parts), ()
    if any(0 in grades for grades in (whole, *parts)):
        return 0, "not_a_grade"
    if any(len(grades) > 1 for grades in (whole, *parts)):
        return 0, "grades_differ"
    known = [min(grades) for grades in parts if grades]
    complete = len(known) == len(parts) > 1
    if whole:
        number, severest = min(whole), min(known, default=max(GRADES))
        fits = number == severest if complete else number <= severest
        return (number, "") if fits else (0, "grades_differ")
    if known and (complete or min(known) == 1):  # nothing is severer than 1, whatever the other part
        return min(known), ""
    return 0, "grade_of_part" if known else ""


_RULES: Final[Mapping[str, tuple[Sentence, Sentence, Effect]]] = {
    "unknown": (
        both("category of disability not known", "残疾类别无法识别"),
        both(
            "write one of 视力 听力 言语 肢体 智力 精神 多重, with the grade, such as 肢体二级",
            "请填 视力、听力、言语、肢体、智力、精神、多重 之一，可带等级，例如 肢体二级",
        ),
        "reject",
    ),
    "no_category": (
        both("category of disability missing", "缺少残疾类别"),
        both("fill in the category; until then it counts as unknown", "请补填残疾类别；在此之前按“不清楚”处理"),
        "ask",
    ),
    "code": (
        both(
            "category given as a number, read as the code of the certificate",
            "残疾类别填的是数字，按残疾人证类别代码理解",
        ),
        both(
            "confirm: 1 visual, 2 hearing, 3 speech, 4 physical, 5 intellectual, 6 psychiatric, 7 multiple",
            "请确认：1 视力、2 听力、3 言语、4 肢体、5 智力、6 精神、7 多重",
        ),
        "ask",
    ),
    "doubtful": (
        both("the word may mean hearing, or hearing and speech", "该词可能指听力残疾，也可能指听力和言语多重残疾"),
        both("write 听力, or 多重(听力…级+言语…级)", "请改填 听力，或 多重(听力…级+言语…级)"),
        "ask",
    ),
    "categories_differ": (
        both("the columns name different categories", "两列填写的残疾类别不一致"),
        both(
            "compare with the certificate; until then it counts as unknown",
            "请对照残疾人证更正；在此之前按“不清楚”处理",
        ),
        "ask",
    ),
    "one_part": (
        both("multiple disability with one part only", "多重残疾只写了一个类别"),
        both("name every part, such as 多重(肢体二级+智力三级)", "请写全各个类别，例如 多重(肢体二级+智力三级)"),
        "ask",
    ),
    "aside": (
        both("words in brackets were not read", "括号中的文字未读取"),
        both("see that they change neither category nor grade", "请确认其不影响残疾类别和等级"),
        "ask",
    ),
    "no_grade": (
        both("grade missing", "缺少残疾等级"),
        both(
            "fill in a grade from 1 to 4; until then it counts as unknown", "请补填 1 至 4 级；在此之前按“不清楚”处理"
        ),
        "ask",
    ),
    "grade_of_part": (
        both("the grade of one part is missing", "多重残疾中有一类缺少等级"),
        both("write the grade of every part, or of the whole", "请写明每一类的等级，或总的等级"),
        "ask",
    ),
    "not_a_grade": (
        both("not a grade", "不是残疾等级"),
        both(
            "grades are 1 to 4; until then it counts as unknown", "残疾等级为 1 至 4 级，请更正；在此之前按“不清楚”处理"
        ),
        "ask",
    ),
    "vague": (
        both("the word stands for more than one grade", "该词对应不止一个等级"),
        both("write a grade from 1 to 4", "请改填 1 至 4 级"),
        "ask",
    ),
    "grades_differ": (
        both("different grades are given", "填写的残疾等级互相矛盾"),
        both(
            "compare with the certificate; until then it counts as unknown",
            "请对照残疾人证更正；在此之前按“不清楚”处理",
        ),
        "ask",
    ),
}


def read_category(category: "pd.Series[str]", grade: "pd.Series[str]") -> tuple[pd.DataFrame, list[Finding]]:
    """Category and grade of every row, from one column or two; nothing is guessed.

    Args:
        category: text cells (n,), NaN where empty; may hold the grade too.
        grade: text cells (n,) with the same index; may hold the category too.

    Returns:
        (n) rows with `category` (one of `CATEGORIES`, `""` unknown), `categories` (the parts joined with `+` in the
        order of `CATEGORIES`; `""` unknown) and `grade` (Int64, 1-4, <NA> unknown), and what was found. Examples show
        only the words that this file knows; anything else in a cell stands there as `…`.
    """
    pairs = plain_cells(category) + "\x1f" + plain_cells(grade)
    codes, words = pd.factorize(pairs)
    readings = [_read_pair(word) for word in words]
    grades = np.array([r.grade for r in readings], np.int64)[codes]
    named = np.array([(r.category, r.categories) for r in readings], object).reshape(-1, 2)[codes]
    table = pd.DataFrame(
        {
            "category": pd.Series(named[:, 0], index=category.index, dtype=str),
            "categories": pd.Series(named[:, 1], index=category.index, dtype=str),
            "grade": pd.Series(grades, index=category.index).astype("Int64").mask(grades == 0),
        },
        index=category.index,
    )
    findings: list[Finding] = []
    for remark, (rule, advice, effect) in _RULES.items():
        rows = np.array([remark in r.remarks for r in readings], bool)[codes]
        example = _shown(str(pairs.iloc[int(rows.argmax())])) if rows.any() else ""
        findings += found(rule, advice, rows, effect, example)
    return table, findings


def _read_pair(pair: str) -> _Reading:
    category, _, grade = pair.partition("\x1f")
    return _read(category, grade)


def _shown(pair: str) -> str:
    """The known words of two cells; a name that slipped into the column is not quoted."""
    texts = [
        re.sub("…+", "…", "".join("…" if t.kind == "other" else t.text for t in _tokens(cell.lower())))
        for cell in pair.split("\x1f")
    ]
    return " | ".join(text for text in texts if text.strip("… "))
