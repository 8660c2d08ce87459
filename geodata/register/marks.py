"""Yes and no, the standing of the certificate, households and numbers of persons, as people write them.

All functions take texts that are plain already (`text.plain_cells`).
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.demand import FLAGS as HARDSHIP_FLAGS
from geodata.errors import Sentence, both
from geodata.findings import Finding, Mask
from geodata.register.text import column, found, read_distinct, says_nothing
from geodata.yes_no import yes_no

# flag → its name, and words that say yes in its column only; in the order of the flags that make a hardship.
FLAGS: Final[Mapping[str, tuple[Sentence, frozenset[str]]]] = dict(
    zip(
        HARDSHIP_FLAGS,
        (
            (both("living alone", "独居"), frozenset(("独居", "独居户", "独居老人"))),
            (both("empty nest", "空巢"), frozenset(("空巢", "空巢户", "空巢老人"))),
            (both("several in the household", "一户多残"), frozenset(("一户多残", "多残", "一户多残户"))),
            (both("severe illness", "重病"), frozenset(("重病", "大病", "患重病", "重大疾病"))),
            (
                both("watch list", "监测对象"),
                frozenset(("监测对象", "监测户", "防返贫监测对象", "脱贫不稳定户", "边缘易致贫户", "突发严重困难户")),
            ),
        ),
        strict=True,
    )
)
_COUNTED: Final = "several_in_household"  # its column may hold numbers of persons


def read_flags(text: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """All `FLAGS` of every row as boolean: an empty cell is no, a word that is neither is no and asked about.

    A flag is unknown, <NA> in every row, where the table has no such column or nobody filled it in: who was not asked
    has not said no. In the column `several_in_household` a count of 2 or more is yes, and makes a 1 beside it one
    person, so no.
    """
    flags, findings = {}, []
    for flag, (name, words) in FLAGS.items():
        cells = column(text, flag)
        known = bool((cells != "").any())
        said = _said(cells, words, counted=flag == _COUNTED)
        flags[flag] = pd.Series(said == 1, index=text.index, dtype="boolean").mask(np.full(len(text), not known))
        findings += found(
            both(f"neither yes nor no under {name}", f"“{name.zh}”栏既不是“是”也不是“否”"),
            both("write 是 or 否; until then it counts as no", "请填 是 或 否；在此之前按“否”处理"),
            said == -1,
            "ask",
        )
    return pd.DataFrame(flags, index=text.index), findings


def _said(cells: "pd.Series[str]", words: frozenset[str], *, counted: bool) -> npt.NDArray[np.int64]:
    """(n,) 1 yes, 0 no, -1 neither."""
    answer = yes_no(cells)
    yes = answer.fillna(False).to_numpy(bool) | read_distinct(cells, lambda text: text.lower() in words).astype(bool)
    no = (~answer.fillna(True)).to_numpy(bool) | read_distinct(cells, says_nothing).astype(bool)
    said = np.where(yes, 1, np.where(no, 0, -1))
    if counted:
        persons = read_distinct(cells, _count).astype(np.int64)
        if (persons > 1).any():
            said = np.where(persons > 0, persons - 1, said)
    return said


def _count(text: str) -> int:
    """2 for a count of two or more persons, 1 for one, 0 for what is no count."""
    match = re.fullmatch(r"([0-9]{1,2})(?:\.0+)? ?人?", text)
    return min(int(match[1]), 2) if match else 0


# How a certificate stands: key → words, worst first; all but `active` send the row back.
STATUS_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "deceased": ("死亡", "去世", "已故", "病故", "亡故", "身故", "过世", "逝世", "deceased", "dead", "died"),
    "cancelled": ("注销", "作废", "吊销", "撤销", "cancelled", "canceled", "revoked"),
    "moved": ("迁出", "外迁", "转出", "moved"),
    "frozen": ("冻结", "frozen"),
    "expired": ("过期", "到期", "失效", "逾期", "expired"),
    "active": ("有效", "正常", "在册", "在用", "持证", "健在", "在世", "生存", "active", "valid", "normal"),
}
_STATUS_OF: Final = {word: key for key, words in STATUS_WORDS.items() for word in words}
_STATUS: Final = re.compile(
    rf"({'|'.join(sorted(map(re.escape, _STATUS_OF), key=len, reverse=True))})"
    r"|已经?|被|因|后|户口|残疾人?证|[\s()\[\],，、;；/:：.+-]"
)
_ENDED: Final[Mapping[str, Sentence]] = {
    "deceased": both("certificate cancelled or person deceased: deceased", "证件注销或人员死亡：死亡"),
    "cancelled": both("certificate cancelled or person deceased: cancelled", "证件注销或人员死亡：注销"),
    "moved": both("moved away", "已迁出"),
    "frozen": both("certificate frozen", "证件冻结"),
    "expired": both("certificate expired", "证件过期"),
}


def _status(text: str) -> str:
    """A key of `STATUS_WORDS`; `""` for an empty cell, `?` for what is not understood to the last sign."""
    text = text.lower()
    if says_nothing(text):
        return ""
    keys = {_STATUS_OF[m[1]] for m in _STATUS.finditer(text) if m[1]}
    if not keys or _STATUS.sub("", text):
        return "?"
    return next(key for key in STATUS_WORDS if key in keys)


def read_status(cells: "pd.Series[str]") -> tuple["pd.Series[str]", list[Finding]]:
    """How the certificate of every row stands: a key of `STATUS_WORDS`, `""` unknown; the ended ones go back."""
    status = pd.Series(read_distinct(cells, _status), index=cells.index, dtype=object)
    advice = both(
        "the row is returned as a candidate for removal; if the person is still served, correct the status",
        "该行作为拟核减对象退回；如仍在服务范围内，请更正状态",
    )
    findings = [
        f for key, rule in _ENDED.items() for f in found(rule, advice, (status == key).to_numpy(bool), "reject")
    ]
    findings += found(
        both("status not known", "状态无法识别"),
        both(
            "write 正常, 注销, 死亡, 迁出, 冻结 or 过期; until then it counts as 正常",
            "请填 正常、注销、死亡、迁出、冻结 或 过期；在此之前按“正常”处理",
        ),
        (status == "?").to_numpy(bool),
        "ask",
    )
    return status.replace("?", "").astype(str), findings


def read_persons(text: pd.DataFrame) -> tuple["pd.Series[int]", list[Finding]]:
    """How many persons a row stands for (int64); 0 where the row goes back.

    1 where the table has no such column, and where the cell is empty in a row with a name or a number.
    """
    if "persons" not in text.columns:
        return pd.Series(1, index=text.index, dtype="int64"), []
    persons = read_distinct(text["persons"], _persons).astype(np.int64)
    one = np.zeros(len(text), bool)
    for name in ("person_name", "identity", "certificate"):
        one |= ~read_distinct(column(text, name), says_nothing).astype(bool)
    persons = np.where((persons == -1) & one, 1, persons)
    findings = [
        *found(
            both("persons missing", "缺少人数"),
            both("write how many persons the row stands for", "请填写该行代表的人数"),
            persons == -1,
            "reject",
        ),
        *found(
            both("persons is not a whole number of 0 or more", "人数不是 0 或更大的整数"),
            both("write a whole number without text", "请只写整数，不带文字"),
            persons == -2,
            "reject",
        ),
    ]
    return pd.Series(np.maximum(persons, 0), index=text.index), findings


def _persons(text: str) -> int:
    """A whole number; -1 for an empty cell, -2 for what is none. At most seven digits: no region holds more."""
    if says_nothing(text):
        return -1
    match = re.fullmatch(r"([0-9]{1,7}|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.0+)? ?人?", text)
    number = int(match[1].replace(",", "")) if match else -2
    return number if number < 10_000_000 else -2


def number_households(cells: "pd.Series[str]") -> "pd.Series[int]":
    """Households as numbers from 1 in the order of the rows (Int64, <NA> where empty); what stood there is gone."""
    codes, _ = pd.factorize(cells.mask(read_distinct(cells, says_nothing).astype(bool)))
    numbers = pd.Series(codes + 1, index=cells.index).astype("Int64")
    return numbers.mask(codes < 0)


def several(
    flag: "pd.Series[Any]", households: "pd.Series[int]", persons: "pd.Series[int]", accepted: Mask
) -> "pd.Series[Any]":
    """The flag (n,) of several persons in the household, from its column and from counting (boolean).

    Yes where the column says so, and where two or more accepted persons stand in the row's household; where the table
    has no such column it is known where the household is.
    """
    counted = persons.where(accepted, 0).groupby(households).transform("sum") >= 2
    counted = counted.fillna(False).astype("boolean").mask(households.isna())
    return flag.fillna(counted) | counted.fillna(False)
