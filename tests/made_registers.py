"""Made-up registers with every kind of fault in known numbers. Nobody in them exists; names and numbers say so."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from geodata.gazetteer import open_gazetteer

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"
CATEGORIES = ("视力", "听力", "言语", "肢体", "智力", "精神")  # in the order of the certificate's codes, from 1
LETTERS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
GRADES = ("一级", "二级", "三级", "四级")
PERSONAL = ("姓名", "身份证号", "残疾人证号", "联系电话", "监护人", "银行账号")
NUMBERS = ("身份证号", "残疾人证号", "联系电话", "银行账号")
MOST_BAD = 0.03  # share of rows for each fault up to which every fault has rows of its own

# What a fault does to some rows: nothing but its name is known to the tool.
Spoil = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class Made:
    """A register as a table of texts, and how many rows each rule must name.

    Attributes:
        table: text cells, one row a person.
        returned: rule of the tool → rows that it must send back; every such row has one fault only.
        asked, corrected: the same for rows that are accepted.
    """

    table: pd.DataFrame
    returned: dict[str, int] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    corrected: dict[str, int] = field(default_factory=dict)

    @property
    def rejected(self) -> int:
        """Rows that must come back."""
        return sum(self.returned.values())

    @property
    def secrets(self) -> list[str]:
        """Every value of a personal column, see `secrets_of`."""
        return secrets_of(self.table)


def secrets_of(table: pd.DataFrame, columns: tuple[str, ...] = PERSONAL) -> list[str]:
    """Names of two letters and more, numbers of six digits and more, and the first 14 digits of longer ones."""
    cells = {str(c).strip() for n in columns if n in table for c in table[n] if isinstance(c, str)}
    names = {c for c in cells if len(c) >= 2 and not c[:1].isdigit()}
    whole = {c for c in cells if c[:1].isdigit() and len(c) >= 6}
    return sorted(names | whole | {c[:14] for c in whole if c[:14].isdigit() and len(c) > 14})


def identity(born: str = "19850601", sequence: int = 1, area: str = "653125") -> str:
    """A synthetic identity number with a right check digit."""
    head = f"{area}{born}{sequence:03d}"
    return head + CHECK[sum(w * int(d) for w, d in zip(WEIGHTS, head, strict=True)) % 11]


def certificate(number: str, category: str, grade: str) -> str:
    """The number of a disability certificate: identity, code of the category, grade; empty where one is unknown."""
    code = {**{c: str(i) for i, c in enumerate(CATEGORIES, 1)}, "多重": "7"}.get(category, "")
    level = {g: str(i) for i, g in enumerate(GRADES, 1)}.get(grade, "")
    return number + code + level if code and level else ""


def identities(born: "pd.Series[str]", area: str) -> "pd.Series[str]":
    """An identity number for every date of birth, no two alike."""
    sequence = born.groupby(born).cumcount() + 1
    head = area + born + sequence.astype(str).str.zfill(3)
    digits = np.array([list(h) for h in head], np.int64) if len(head) else np.zeros((0, 17), np.int64)
    return head + np.array(list(CHECK))[digits @ np.array(WEIGHTS) % 11]


def names_of(count: int, first: str) -> "pd.Series[str]":
    """Names without digits that nobody bears, all different up to 234,256."""
    place = np.arange(count)[:, None] // len(LETTERS) ** np.arange(4)[::-1] % len(LETTERS)
    letters = np.array(list(LETTERS), object)[place]
    return pd.Series(first + letters.sum(axis=1)) if count else pd.Series([], dtype=object)


def register(rows: int, seed: int = 0, county: str = "653125", bad: float = 0.01) -> Made:
    """A register of one county with one fault at most in a row.

    Args:
        rows: persons in it.
        seed: of everything drawn.
        county: 6-digit code of the embedded gazetteer.
        bad: share of the rows that each of some thirty faults has (one row at least, where there are enough rows).
    """
    assert bad <= MOST_BAD
    draw = np.random.default_rng(seed)
    table = _persons(rows, draw, county)
    return _spoiled(table, draw, bad)


def _persons(rows: int, draw: np.random.Generator, county: str) -> pd.DataFrame:
    """People without fault."""
    units = open_gazetteer().units
    names = units.set_index("code")["name"]
    villages = units[(units["level"] == "village") & units["code"].str.startswith(county)]
    picked = villages.iloc[draw.integers(0, len(villages), rows)]
    days = pd.Series(pd.Timestamp("1940-01-01") + pd.to_timedelta(draw.integers(0, 30_000, rows), unit="D"))
    number = identities(days.dt.strftime("%Y%m%d"), county)
    category, grade = (pd.Series(draw.choice(words, rows)) for words in (CATEGORIES, GRADES))
    code, level = (
        s.map({w: str(i) for i, w in enumerate(words, 1)}) for s, words in ((category, CATEGORIES), (grade, GRADES))
    )
    name, guardian = names_of(rows, "虚构"), names_of(rows, "试样·")
    phone = "1390" + pd.Series(draw.integers(0, 10**7, rows)).astype(str).str.zfill(7)
    return pd.DataFrame(
        {
            "序号": np.arange(1, rows + 1).astype(str),
            "姓名": name,
            "身份证号": number,
            "残疾人证号": number + code + level,
            "联系电话": phone,
            "监护人": guardian,
            "银行账号": "62179900" + pd.Series(draw.integers(0, 10**11, rows)).astype(str).str.zfill(11),
            "残疾类别": category,
            "残疾等级": grade,
            "出生日期": days.dt.strftime("%Y-%m-%d"),
            "县": names[county],
            "乡镇": names.reindex(picked["code"].str[:9]).to_numpy(),
            "村": picked["name"].to_numpy(),
            "经度": "",
            "纬度": "",
            "是否独居": draw.choice(["是", "否", ""], rows),
            "户号": (draw.integers(0, max(1, rows // 2), rows)).astype(str),
            "状态": "正常",
            "备注": "请联系" + guardian + " " + phone,
        },
        dtype=object,
    )


def _set(**columns: Any) -> Spoil:
    """Put something into columns: a text, or what a function makes of the rows."""

    def spoil(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(**{c: v(rows) if callable(v) else v for c, v in columns.items()})

    return spoil


def _wrong_check(cells: "pd.Series[str]") -> list[str]:
    return [n[:17] + CHECK[(CHECK.index(n[17]) + 1) % 11] for n in cells]


def _of_the_last_century(rows: pd.DataFrame) -> pd.DataFrame:
    """15 digits; those born from 2000 on never had such a number and get another birthday with it."""
    young = rows["身份证号"].str[6:8] != "19"
    body = rows["身份证号"].str[6:17].mask(young, "19" + rows["身份证号"].str[8:17])
    area = rows["身份证号"].str[:6]
    return rows.assign(
        身份证号=area + body.str[2:],
        残疾人证号="",
        出生日期=body.str[:4] + "-" + body.str[4:6] + "-" + body.str[6:8],
    )


def _zeros(rows: pd.DataFrame) -> pd.DataFrame:
    """The last three digits lost, or the whole in scientific notation where zeros would be right by chance."""
    zeros = rows["身份证号"].str[:15] + "000"
    chance = np.array([identity(n[6:14], int(n[14:17]), n[:6]) == n for n in zeros], bool)
    return rows.assign(身份证号=zeros.mask(chance, "6.53125E+17"), 残疾人证号="")


def _day_numbers(rows: pd.DataFrame) -> "pd.Series[str]":
    return (pd.to_datetime(rows["出生日期"]) - pd.Timestamp("1899-12-30")).dt.days.astype(str)


def _dms(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(经度="77°14′44″E", 纬度="38°24′50″N")


# Rule of the tool → what makes it true of a row.
RETURNED: dict[str, tuple[Spoil, ...]] = {
    "identity number damaged by the spreadsheet": (
        _set(身份证号=lambda t: [f"{float(n[:17] + '0'):.5E}" for n in t["身份证号"]]),
        _zeros,
    ),
    "check digit of the identity number is wrong": (_set(身份证号=lambda t: _wrong_check(t["身份证号"])),),
    "identity number with an impossible area or date of birth": (
        _set(身份证号=lambda t: t["身份证号"].str[:10] + "1399" + t["身份证号"].str[14:]),
    ),
    "not an identity number of 18 or 15 digits, nor a certificate number of 20": (
        _set(身份证号=lambda t: t["身份证号"].str[:6] + "********" + t["身份证号"].str[14:]),
    ),
    "certificate cancelled or person deceased: cancelled": (_set(状态="注销"),),
    "certificate cancelled or person deceased: deceased": (_set(状态="已故"),),
    "moved away": (_set(状态="迁出"),),
    "category of disability not known": (_set(残疾类别="不详的一类"),),
    "coordinates are 0, 0": (_set(经度="0", 纬度="0"),),
    "lon and lat are swapped": (_set(经度="38.4141", 纬度="77.2455"),),
    "point outside China": (_set(经度="-77.2455", 纬度="38.4141"),),
    "the place is not known": (_set(县="", 乡镇="", 村=""),),
    "the place could be several units": (_set(县="", 乡镇="团结"),),
}
ASKED: dict[str, tuple[Spoil, ...]] = {
    "old identity number of 15 digits": (_of_the_last_century,),
    "identity number missing": (_set(身份证号="", 残疾人证号=""),),
    "grade missing": (_set(残疾等级=""),),
    "status not known": (_set(状态="待核"),),
    "a number of a person stands in column village": (_set(村=lambda t: t["村"] + t["联系电话"]),),
    "a name or number of the person stands in column village": (_set(村=lambda t: t["村"] + t["姓名"]),),
}
CORRECTED: dict[str, tuple[Spoil, ...]] = {
    "full-width characters or hidden marks": (
        _set(残疾等级=lambda t: t["残疾等级"].map(dict(zip(GRADES, "１２３４", strict=True)))),
        _set(县=lambda t: "\u200f" + t["县"]),
    ),
    "a certificate number stands for the identity number": (_set(身份证号=lambda t: t["残疾人证号"], 残疾人证号=""),),
    "date of birth was a spreadsheet's day number": (_set(出生日期=_day_numbers),),
    "degrees, minutes and seconds are read as degrees": (_dms,),
}
SILENT: dict[str, tuple[Spoil, ...]] = {
    "": (
        _set(身份证号=lambda t: t["身份证号"].str.lower()),
        _set(残疾类别=lambda t: t["残疾类别"] + t["残疾等级"]),
        _set(残疾等级=lambda t: t["残疾等级"].map(dict(zip(GRADES, ("壹级", "贰级", "叁级", "肆级"), strict=True)))),
        _set(残疾类别="多重(肢体二级+智力三级)", 残疾等级="二级", 残疾人证号=lambda t: t["身份证号"] + "72"),
        _set(姓名=lambda t: " " + t["姓名"] + " "),
        _set(经度="77.2455", 纬度="38.4141"),
    )
}
ALL_OF_A_PERSON = ("姓名", "身份证号", "残疾人证号", "残疾类别", "残疾等级", "出生日期")


def _spoiled(table: pd.DataFrame, draw: np.random.Generator, bad: float) -> Made:
    """The table with faults in separate rows, and how many rows each rule names."""
    share = max(1, int(len(table) * bad))
    left = draw.permutation(len(table)).tolist()

    def some() -> list[int]:
        rows = left[:share]
        del left[:share]
        return rows

    told: list[dict[str, int]] = []
    for rules in (RETURNED, ASKED, CORRECTED, SILENT):
        counts: dict[str, int] = {}
        for rule, spoils in rules.items():
            for spoil in spoils:
                rows = some()
                table.loc[rows] = spoil(table.loc[rows])
                counts[rule] = counts.get(rule, 0) + len(rows)
        told.append({rule: n for rule, n in counts.items() if n})
    returned, asked, corrected, _ = told
    for rule, columns, counts, rows_of_one in (
        ("the same person stands in an earlier row", ALL_OF_A_PERSON, returned, 1),
        ("the same identity number stands under different names", ALL_OF_A_PERSON[1:], returned, 2),
        ("same name, date of birth and village as another row", ("姓名", "出生日期", "乡镇", "村"), asked, 2),
    ):
        first, second = some(), some()
        if len(second) == len(first) > 0:
            _repeat(table, np.minimum(first, second), np.maximum(first, second), list(columns))
            counts[rule] = len(second) * rows_of_one
    return Made(table, returned, asked, corrected)


def _repeat(table: pd.DataFrame, earlier: Any, later: Any, columns: list[str]) -> None:
    """Later rows say the same as earlier ones in some columns; without the number among them they get one that fits."""
    table.loc[later, columns] = table.loc[earlier, columns].to_numpy()
    if "身份证号" not in columns:
        born = table.loc[later, "出生日期"].str.replace("-", "")
        sequence = 911 + born.groupby(born).cumcount()
        area = table.loc[earlier, "身份证号"].str[:6].iloc[0]
        table.loc[later, "身份证号"] = [identity(b, n, area) for b, n in zip(born, sequence, strict=True)]
        table.loc[later, "残疾人证号"] = ""
