"""Options and small files of the instruments, read with one sentence for each fault."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from geodata.errors import Sentence, both, prefixed
from geodata.files import read_file
from geodata.layers.rules import numbers
from planning.faults import PlanningError
from planning.instruments.people import unknown_counties

HEADINGS: Final = {
    "县代码": "county_code", "人数": "persons", "户数": "households", "目标": "target", "分子": "numerator",
    "分母": "denominator", "口径": "base", "日期": "date", "器具架": "shelf", "库": "depot", "年需求": "units_per_year",
}  # fmt: skip
_DIGITS: Final = 15  # of a whole number; beyond them counts and yuan are slips of the keyboard
_MOST: Final = 10.0**_DIGITS
_CODE: Final = re.compile(r"^(\d{6})(?:0{3}|0{6})?(?:\.0)?$")  # zeros stand for the whole county


def whole(text: str, option: str) -> int:
    """A whole number of at most 15 digits as it is written, with or without separators of thousands.

    Raises:
        PlanningError: for anything else.
    """
    bare = text.strip().replace(",", "").replace("_", "")
    if not re.fullmatch(r"[+-]?\d+", bare):
        raise PlanningError(
            [both(f"{option}: {text} found, a whole number is needed", f"{option}：发现 {text}；请填整数")]
        )
    if len(bare.lstrip("+-")) > _DIGITS:
        raise PlanningError(
            [both(f"{option}: at most {_DIGITS} digits are possible", f"{option}：最多 {_DIGITS} 位数字")]
        )
    return int(bare)


def number(text: str, option: str) -> float:
    """A number.

    Raises:
        PlanningError: for anything else.
    """
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if found != found or found in (float("inf"), -float("inf")):
        raise PlanningError([both(f"{option}: {text} found, a number is needed", f"{option}：发现 {text}；请填数字")])
    return found


def pairs(text: str, option: str) -> dict[str, str]:
    """`key=value,key=value` as written.

    Raises:
        PlanningError: for what is no pair, and for a key named twice.
    """
    found: dict[str, str] = {}
    for part in (p.strip() for p in text.split(",") if p.strip()):
        key, equals, value = (p.strip() for p in part.partition("="))
        if not (key and equals and value) or key in found:
            raise PlanningError(
                [
                    both(
                        f"{option}: '{part}' found; write NAME=VALUE, each name once",
                        f"{option}：发现“{part}”；请写 名称=数值，不要重复",
                    )
                ]
            )
        found[key] = value
    return found


def codes(text: str) -> list[str]:
    """Codes between commas."""
    return [code.strip() for code in text.split(",") if code.strip()]


def by_county(path: Path, column: str) -> "pd.Series[float]":
    """One number a county of a file with `county_code` and the column, by code.

    Raises:
        LayerError: for a file that cannot be read.
        PlanningError: one sentence for every fault of the table.
    """
    table = _table(path, ("county_code", column))
    return pd.Series(_numbers(table, column, path).to_numpy(), table["county_code"])


def factors(path: Path) -> pd.DataFrame:
    """Factors of a file: `county_code`, and a number in every other column, as written.

    Raises:
        LayerError, PlanningError: as `by_county`.
    """
    table = _table(path, ("county_code",))
    for column in table.columns.drop("county_code"):
        if column not in ("name_zh", "name_en"):
            _numbers(table, column, path)
    return table


def shelves(path: Path) -> pd.DataFrame:
    """Requests by shelf: `shelf`, `depot`, `units_per_year`.

    Raises:
        LayerError, PlanningError: as `by_county`.
    """
    table = _table(path, ("shelf", "depot", "units_per_year"))
    return table.assign(units_per_year=_numbers(table, "units_per_year", path))


def counts(path: Path, known: Sequence[str]) -> pd.DataFrame:
    """Counts of registers for `check_targets`; counties among the known ones.

    Raises:
        LayerError, PlanningError: as `by_county`.
    """
    table = _table(path, ("target", "numerator", "denominator", "base", "date"))
    if "county_code" in table:
        faults = unknown_counties(table["county_code"], list(known))
        if faults:
            raise PlanningError([prefixed(path.name, fault) for fault in faults])
    return table


def _table(path: Path, needed: Sequence[str]) -> pd.DataFrame:
    """The file as text with our names of columns; county codes of 6 digits."""
    table = read_file(path).frame.rename(columns=lambda c: HEADINGS.get(str(c).strip(), str(c).strip()))
    if twice := list(dict.fromkeys(table.columns[table.columns.duplicated()])):
        faults = [both(f"column '{c}' stands there twice; keep one", f"“{c}”列有两列；请保留一列") for c in twice]
        raise PlanningError([prefixed(path.name, fault) for fault in faults])
    table = table.map(lambda cell: cell.strip() if isinstance(cell, str) else "").reset_index(drop=True)
    lacking = [column for column in needed if column not in table]
    if lacking:
        fault = both(f"the columns {', '.join(lacking)} are missing", f"缺少列 {'、'.join(lacking)}")
        raise PlanningError([prefixed(path.name, fault)])
    if "county_code" in table:
        table["county_code"] = _county_codes(table["county_code"], path)
    return table


def _county_codes(cells: "pd.Series[str]", path: Path) -> "pd.Series[str]":
    found = cells.str.extract(_CODE.pattern)[0]
    faults: list[Sentence] = [
        both(f"'{cell[:20]}' found; a county's code has 6 digits", f"发现“{cell[:20]}”；县代码应为 6 位数字")
        for cell in cells[found.isna()].unique()
    ]
    if faults:
        raise PlanningError([prefixed(path.name, fault) for fault in faults])
    return found


def _numbers(table: pd.DataFrame, column: str, path: Path) -> "pd.Series[float]":
    found = numbers(table[column])
    bad = table.loc[found.isna() | (found < 0), column]
    large = table.loc[found >= _MOST, column]
    faults: list[Sentence] = []
    if len(bad):
        faults.append(
            both(
                f"column '{column}': {_shown(bad)} found; a number of 0 or more is needed",
                f"“{column}”列：发现{_shown(bad, True)}；请填大于等于 0 的数",
            )
        )
    if len(large):
        faults.append(
            both(
                f"column '{column}': {_shown(large)} found; numbers of at most {_DIGITS} digits are possible",
                f"“{column}”列：发现{_shown(large, True)}；最多 {_DIGITS} 位数字",
            )
        )
    if faults:
        raise PlanningError([prefixed(path.name, fault) for fault in faults])
    return found


def _shown(cells: "pd.Series[str]", zh: bool = False) -> str:
    """The first three different cells in quotation marks."""
    few = [str(cell)[:20] for cell in cells.drop_duplicates()[:3]]
    return "、".join(f"“{cell}”" for cell in few) if zh else ", ".join(f"'{cell}'" for cell in few)
