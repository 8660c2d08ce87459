"""按名册核对目标: each target with numerator, denominator, base and date; met or not, and how many persons lack."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil
from pathlib import Path
from typing import Final

import pandas as pd

from geodata.errors import Sentence, both
from geodata.figures import Figure
from geodata.layers.rules import days
from planning.faults import PlanningError, nearest
from planning.instruments.controlled_rounding import exact
from planning.instruments.result import InstrumentResult

DENOMINATORS: Final = {
    "eligible": both("eligible disabled persons", "符合条件的残疾人"),
    "school_age": both("disabled children of school age", "适龄残疾儿童少年"),
    "registered_poor_with_need": both("registered poor with a need for rehabilitation", "有康复需求的建档立卡残疾人"),
    "registered_poor_with_device_need": both("registered poor with a need for a device", "有辅具需求的建档立卡残疾人"),
    "severe_poor_households_with_need": both(
        "households of registered poor severe persons with a need for modification",
        "有改造需求的建档立卡重度残疾人家庭",
    ),
    "holders_with_need": both("certificate holders with a need for rehabilitation", "有康复需求的持证残疾人"),
    "holders_with_device_need": both("certificate holders with a need for a device", "有辅具需求的持证残疾人"),
}
_MOST: Final = 10**15  # a count of more persons is a slip of the keyboard
COLUMNS: Final = ("target", "numerator", "denominator", "base", "date")


@dataclass(frozen=True)
class Target:
    """What is to be reached.

    Attributes:
        share: of the denominator, as written.
        denominator: one of `DENOMINATORS`.
        unit: persons or households.
        period: the years that the target belongs to.
        kind: target, or reached (by another place; nothing is owed to it).
    """

    key: str
    zh: str
    en: str
    share: str
    denominator: str
    unit: str
    period: str
    kind: str
    mark: str
    source: str


@dataclass(frozen=True)
class Rate:
    """A rate that keeps what it is made of.

    Attributes:
        denominator: what kind of persons or households the denominator counts.
        base: the list it was counted from, such as a register; rates of different bases are not compared.
        date: cut-off day of that list.
    """

    target: str
    numerator: int
    of: int
    denominator: str
    base: str
    date: str

    @property
    def value(self) -> Fraction | None:
        """The rate; None where the denominator is 0."""
        return Fraction(self.numerator, self.of) if self.of else None


@cache
def targets() -> Mapping[str, Target]:
    """The targets by key, from `targets.toml`."""
    rows = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {key: Target(key=key, **row) for key, row in rows.items()}


def met_of(numerator: int, denominator: int, share: object) -> tuple[bool, int]:
    """Whether numerator / denominator reaches a share, and how many more are needed; exact, `>=` counts as reached.

    A denominator of 0 owes nobody anything.
    """
    needed = ceil(exact(share) * denominator)
    return numerator >= needed, max(0, needed - numerator)


def difference(first: Rate, second: Rate) -> Fraction:
    """first - second, as a share.

    Raises:
        PlanningError: where the two speak of different persons, or of lists of different kinds, or of nobody.
    """
    faults = []
    if first.denominator != second.denominator:
        a, b = (DENOMINATORS[r.denominator] for r in (first, second))
        faults.append(
            both(
                f"{first.target} is a rate of {a}, {second.target} one of {b}; rates of different denominators are "
                "not compared",
                f"{first.target} 的分母是{a.zh}，{second.target} 的分母是{b.zh}；分母不同的比率不能比较",
            )
        )
    if first.base != second.base:
        faults.append(
            both(
                f"the rates are counted from '{first.base}' and '{second.base}'; count both from the same list",
                f"两个比率的口径不同（“{first.base}”与“{second.base}”）；请用同一份名册统计",
            )
        )
    if first.value is None or second.value is None:
        faults.append(both("a rate has a denominator of 0; leave it out", "比率的分母为 0；请去掉"))
    if faults or first.value is None or second.value is None:
        raise PlanningError(faults)
    return first.value - second.value


def check_targets(counts: pd.DataFrame) -> InstrumentResult:
    """Hold counts from registers against the targets.

    Args:
        counts: `target` (see `targets`), `numerator`, `denominator` (persons or households; whole), `base` (the list
            that was counted), `date` (its cut-off day, 2025-12-31), and `county_code` where counted by county; one row
            a target and county.

    Returns:
        Table `targets`: the counts with `denominator_kind`, `rate`, `target_share`, `period`, `kind`, `met`, `lacking`
        (persons or households), `mark`, `source`; no rates are pooled over targets.

    Raises:
        PlanningError: one sentence for every fault: columns that lack, unknown targets, numerators above denominators,
            no base, no date.
    """
    faults = _faults(counts)
    if faults:
        raise PlanningError(faults)
    rows = []
    for row in counts.to_dict("records"):
        target = targets()[str(row["target"])]
        numerator, of = int(exact(row["numerator"])), int(exact(row["denominator"]))
        met, lacking = met_of(numerator, of, target.share)
        county = {"county_code": str(row["county_code"])} if "county_code" in counts else {}
        rows.append(
            {
                "target": target.key,
                "zh": target.zh,
                "en": target.en,
                **county,
                "numerator": numerator,
                "denominator": of,
            }
            | {"denominator_kind": target.denominator, "unit": target.unit, "rate": numerator / of if of else None}
            | {"target_share": float(exact(target.share)), "period": target.period, "kind": target.kind, "met": met}
            | {"lacking": lacking, "base": str(row["base"]), "date": str(row["date"])}
            | {"mark": target.mark, "source": target.source}
        )
    return _told(pd.DataFrame(rows))


def target_list() -> InstrumentResult:
    """The targets themselves, for those who have no counts yet."""
    rows = [
        {
            **vars(t),
            "denominator_zh": DENOMINATORS[t.denominator].zh,
            "denominator_en": str(DENOMINATORS[t.denominator]),
        }
        for t in targets().values()
    ]
    sentence = both(
        f"{len(rows)} targets with {len({t.denominator for t in targets().values()})} different denominators; give "
        "counts to see which are met",
        f"{len(rows)} 项目标，{len({t.denominator for t in targets().values()})} 种分母；提供统计数后可判断是否达到",
    )
    return _result(pd.DataFrame(rows).rename(columns={"key": "target"}), {"targets": len(rows)}, (sentence,))


def _faults(counts: pd.DataFrame) -> list[Sentence]:
    lacking = [c for c in COLUMNS if c not in counts]
    if lacking:
        return [both(f"the counts lack the columns {', '.join(lacking)}", f"统计表缺少列 {'、'.join(lacking)}")]
    faults: list[Sentence] = []
    for n, row in enumerate(counts.to_dict("records"), 1):
        faults += [both(f"row {n}: {f}", f"第 {n} 行：{f.zh}") for f in _row_faults(row)]
    by = [c for c in ("target", "county_code") if c in counts]
    if counts.duplicated(by).any():
        faults.append(both("a target is counted twice for the same county", "同一县的同一目标有重复的行"))
    return faults


def _row_faults(row: Mapping[str, object]) -> list[Sentence]:
    key, known = str(row["target"]), targets()
    faults = []
    if key not in known:
        hint = nearest(key, list(known))
        faults.append(both(f"there is no target '{key}'{hint}", f"没有目标“{key}”{hint.zh}"))
    numbers = [_whole(row[c]) for c in ("numerator", "denominator")]
    if None in numbers:
        faults.append(both("whole numbers of 0 or more are needed", "分子和分母应为大于等于 0 的整数"))
    elif numbers[0] > numbers[1]:  # type: ignore[operator]
        faults.append(
            both(
                f"a numerator of {numbers[0]} is more than the denominator {numbers[1]}; count both from the same list",
                f"分子 {numbers[0]} 大于分母 {numbers[1]}；请用同一份名册统计",
            )
        )
    for column, zh in (("base", "口径"), ("date", "日期")):
        if not isinstance(row[column], str) or not str(row[column]).strip():
            faults.append(
                both(f"no {column}; say which list was counted, and of which day", f"缺少{zh}；请注明名册及其截止日期")
            )
    day = row["date"]
    if isinstance(day, str) and day.strip() and not days(pd.Series([day.strip()]))[0].iloc[0]:
        faults.append(both(f"date: '{day[:20]}' found; write 2025-12-31", f"日期：发现“{day[:20]}”；请写 2025-12-31"))
    return faults


def _whole(value: object) -> int | None:
    try:
        number = exact(value)
    except ValueError:
        return None
    return int(number) if number.denominator == 1 and 0 <= number < _MOST else None


def _told(table: pd.DataFrame) -> InstrumentResult:
    sentences = []
    for key, rows in table.groupby("target", sort=False):
        target = targets()[str(key)]
        numerator, of, lacking = (
            int(rows["numerator"].sum()),
            int(rows["denominator"].sum()),
            int(rows["lacking"].sum()),
        )
        met, short = met_of(numerator, of, target.share)
        rate = f"{numerator / of:.2%}" if of else "–"
        unit_zh = "户" if target.unit == "households" else "人"
        end = (
            both("reached", "已达到") if met else both(f"{short:,} {target.unit} lacking", f"还差 {short:,} {unit_zh}")
        )
        where = int((~rows["met"]).sum())
        more = both("", "")
        if len(rows) > 1:
            more = both(
                f"; {where} of {len(rows)} counties below it, {lacking:,} {target.unit} lacking there",
                f"；{len(rows)} 个县中 {where} 个未达到，各县共差 {lacking:,} {unit_zh}",
            )
        share = f"{float(100 * exact(target.share)):.4g}%"
        sentences.append(
            both(
                f"{target.en}: {numerator:,} of {of:,} = {rate} against {share} ({target.period}): {end}{more}",
                f"{target.zh}：{numerator:,} / {of:,} = {rate}，标准 {share}（{target.period}）：{end.zh}{more.zh}",
            )
        )
    totals = {"rows": len(table), "met": int(table["met"].sum()), "unmet": int((~table["met"]).sum())}
    return _result(table, totals, tuple(sentences))


def _result(table: pd.DataFrame, totals: dict[str, int], sentences: tuple[Sentence, ...]) -> InstrumentResult:
    figures = tuple(
        Figure(t.key, float(exact(t.share)), f"share of {DENOMINATORS[t.denominator]}", t.mark, t.source, t.zh, t.en)
        for t in targets().values()
        if t.key in set(table["target"])
    )
    note = both(
        "Every target is dated and has its own denominator; rates of different denominators are not compared.",
        "各目标有各自的期限和分母；分母不同的比率不能比较。",
    )
    return InstrumentResult(
        name="targets",
        tables={"targets": table},
        totals=totals,
        sentences=sentences,
        denominator=both("a different one for every target, named row by row", "各目标不同，逐行注明"),
        base=both("the lists that were counted, named row by row with their day", "所统计的名册及其截止日期，逐行注明"),
        figures=figures,
        notes=(note,),
    )
