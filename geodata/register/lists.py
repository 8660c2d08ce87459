"""Two lists of residents compared: who entered, left or changed, and where the lists contradict each other.

Persons are joined by `person_key`; the result holds row numbers and no key, so nobody can be looked up in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import pandas as pd

from geodata.errors import LayerError, Sentence, both, in_language
from geodata.register.dates import BAND_STARTS
from geodata.register.marks import FLAGS

COMPARED: Final = ("category", "categories", "grade", "age_band", "unit_code", *FLAGS, "status")
Between = Literal["dates", "departments"]

CONFLICTS: Final[Mapping[str, Sentence]] = {
    "several_rows": both(
        "the person stands in one list more than once, with different contents", "同一人在同一名单中出现多次且内容不同"
    ),
    "contradiction": both("the lists contradict each other", "两份名单内容互相矛盾"),
    "younger": both("the person is younger in the later list", "后一份名单中的年龄段反而更小"),
    "revived": both("deceased in the earlier list and not in the later", "前一份名单为死亡，后一份名单不是"),
}


@dataclass(frozen=True, eq=False)
class ListComparison:
    """What became of every row of two lists. No table holds a personal value; rows are those of the frames.

    Attributes:
        names: what the two lists are called.
        dates: the cut-off date of each list.
        entered, left: persons of the new or the old list only: `row` and the compared columns.
        changed: a row for each person of both lists who differs: `row_old`, `row_new`, `changed` (names of the columns
            joined with `+`), and every compared column twice, with `_old` and `_new`.
        same: `row_old`, `row_new` of the others.
        conflicts: rows that cannot be compared before someone has decided: `person` (a number, the same for all rows of
            one person), `list` (0 old, 1 new), `row`, `reason` (a key of `CONFLICTS`) and `columns` that contradict.
        repeated: further rows of a person in one list with the same contents: `list`, `row`.
        without_key: rows without a valid identity number: `list`, `row`.
        rows: how many rows each list has.
        notes: what makes the whole comparison doubtful.
    """

    names: tuple[str, str]
    dates: tuple[date, date]
    entered: pd.DataFrame
    left: pd.DataFrame
    changed: pd.DataFrame
    same: pd.DataFrame
    conflicts: pd.DataFrame
    repeated: pd.DataFrame
    without_key: pd.DataFrame
    rows: tuple[int, int]
    notes: tuple[Sentence, ...] = ()

    def counts(self) -> tuple[dict[str, int], dict[str, int]]:
        """Rows of the old and of the new list by what became of them; each adds up to all rows of its list."""
        own = ({"left": len(self.left)}, {"entered": len(self.entered)})
        common = {"changed": len(self.changed), "same": len(self.same)}
        tables = {"conflicts": self.conflicts, "repeated": self.repeated, "without_key": self.without_key}
        old, new = (
            {**own[i], **common, **{name: int((table["list"] == i).sum()) for name, table in tables.items()}}
            for i in range(2)
        )
        return old, new

    def told(self) -> Sentence:
        """The counts as one sentence."""
        old, new = self.counts()
        names_zh = [in_language(name, "zh") for name in self.names]
        return both(
            f"{self.names[0]} ({self.dates[0]}, {self.rows[0]} rows) and {self.names[1]} ({self.dates[1]}, "
            f"{self.rows[1]} rows): entered {new['entered']}, left {old['left']}, changed {old['changed']}, "
            f"same {old['same']}; rows in conflict {old['conflicts']} and {new['conflicts']}, repeated "
            f"{old['repeated']} and {new['repeated']}, without a number {old['without_key']} and {new['without_key']}",
            f"{names_zh[0]}（截至 {self.dates[0]}，{self.rows[0]} 行）与{names_zh[1]}（截至 {self.dates[1]}，"
            f"{self.rows[1]} 行）：新增 {new['entered']}，减少 {old['left']}，变化 {old['changed']}，"
            f"一致 {old['same']}；矛盾 {old['conflicts']} 行和 {new['conflicts']} 行，"
            f"重复 {old['repeated']} 行和 {new['repeated']} 行，"
            f"无有效号码 {old['without_key']} 行和 {new['without_key']} 行",
        )


def compare_lists(
    old: pd.DataFrame,
    new: pd.DataFrame,
    old_date: date,
    new_date: date,
    *,
    names: tuple[str, str] = (both("the old list", "旧名单"), both("the new list", "新名单")),
    between: Between = "dates",
) -> ListComparison:
    """Compare two frames of `read_residents` that were read with the same key.

    Args:
        old: residents with `person_key`; the number of a row is its column `row` if there is one, else its label.
        new: the same of the other list. Compared are those of `COMPARED` that both frames have.
        old_date: cut-off date of `old`.
        new_date: cut-off date of `new`.
        names: what the lists are called.
        between: `dates`: one list at two dates, where another category, grade or status is a change; `departments`: two
            lists of different owners, where it is a conflict if both know it and differ.

    Raises:
        LayerError: a frame has no `person_key`; the old list of two dates is the later one.
    """
    _check(old, new, (old_date, new_date), names, between)
    fields = [c for c in COMPARED if c in old.columns and c in new.columns]
    sheets = [_sheet(frame, fields) for frame in (old, new)]
    several = pd.concat([_keys_with_several_contents(s, fields) for s in sheets]).unique()
    once = [_once(s, several) for s in sheets]
    joined = once[0].merge(once[1], on="key", how="outer", suffixes=("_old", "_new"), indicator="side")
    pairs = joined[joined["side"] == "both"].drop(columns="side").reset_index(drop=True)
    pairs = pairs.astype({"row_old": sheets[0]["row"].dtype, "row_new": sheets[1]["row"].dtype})
    pairs["changed"] = _joined_names(_different(pairs, fields, known=False), pairs.index)
    reason, columns = _contradictions(pairs, fields, between, old_date == new_date)
    fine = pairs[reason == ""].drop(columns="key")
    conflicts = _conflict_table(sheets, several, pairs.assign(reason=reason, columns=columns)[reason != ""])
    rows = ["row_old", "row_new"]
    return ListComparison(
        names,
        (old_date, new_date),
        _alone(once[1], once[0]),
        _alone(once[0], once[1]),
        _by_row(
            fine.loc[fine["changed"] != "", [*rows, "changed", *(f"{f}_{s}" for f in fields for s in ("old", "new"))]]
        ),
        _by_row(fine.loc[fine["changed"] == "", rows]),
        conflicts,
        _rows_of([s[(s["key"] != "") & s["again"] & ~s["key"].isin(several)] for s in sheets]),
        _rows_of([s[s["key"] == ""] for s in sheets]),
        (len(old), len(new)),
        _notes(sheets),
    )


def _check(
    old: pd.DataFrame, new: pd.DataFrame, dates: tuple[date, date], names: tuple[str, str], between: Between
) -> None:
    faults = [
        both(
            f"{name}: there is no person_key; read both lists with the same key",
            f"{in_language(name, 'zh')}：没有 person_key；请用同一个密钥读取两份名单",
        )
        for name, frame in zip(names, (old, new), strict=True)
        if "person_key" not in frame.columns
    ]
    if between == "dates" and dates[0] > dates[1]:
        faults.append(
            both(
                f"{names[0]} is of {dates[0]}, later than {names[1]} of {dates[1]}; exchange the two",
                f"{in_language(names[0], 'zh')}截至 {dates[0]}，晚于{in_language(names[1], 'zh')}的 {dates[1]}；"
                "请对调两份名单",
            )
        )
    if faults:
        raise LayerError(faults)


def _sheet(frame: pd.DataFrame, fields: Sequence[str]) -> pd.DataFrame:
    """`key`, `row`, `again` (a later row of the same key) and the fields with `""` for unknown."""
    own = {f: frame[f].astype(object).where(frame[f].notna(), "").to_numpy(object) for f in fields}
    key = frame["person_key"].fillna("").astype(str).to_numpy(object)
    sheet = pd.DataFrame(
        {"key": key, "row": (frame["row"] if "row" in frame.columns else frame.index).to_numpy(), **own}
    )
    return sheet.assign(again=sheet["key"].duplicated(keep="first"))


def _keys_with_several_contents(sheet: pd.DataFrame, fields: Sequence[str]) -> "pd.Series[str]":
    contents = sheet.loc[sheet["key"] != "", ["key", *fields]].drop_duplicates()
    return contents.loc[contents["key"].duplicated(), "key"]


def _once(sheet: pd.DataFrame, several: Sequence[str]) -> pd.DataFrame:
    """One row for each key that can be compared."""
    return sheet[(sheet["key"] != "") & ~sheet["again"] & ~sheet["key"].isin(several)].drop(columns="again")


def _alone(sheet: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    return sheet[~sheet["key"].isin(other["key"])].drop(columns="key").reset_index(drop=True)


def _by_row(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values("row_old", kind="stable").reset_index(drop=True)


def _rows_of(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    tables = [pd.DataFrame({"list": i, "row": part["row"]}) for i, part in enumerate(parts)]
    return pd.concat(tables, ignore_index=True)


def _different(pairs: pd.DataFrame, fields: Sequence[str], *, known: bool) -> dict[str, "pd.Series[bool]"]:
    """field → True where the lists differ; with `known` only where both say something."""
    out = {}
    for field in fields:
        old, new = pairs[f"{field}_old"], pairs[f"{field}_new"]
        out[field] = (old != new) & ((old != "") & (new != "") if known else True)
    return out


def _joined_names(masks: Mapping[str, "pd.Series[bool]"], index: pd.Index) -> "pd.Series[str]":
    """The names of the true fields of each row, joined with `+`."""
    text = pd.Series("", index=index, dtype=object)
    for field, rows in masks.items():
        text[rows] = text[rows] + f"+{field}"
    return text.str.lstrip("+")


def _contradictions(
    pairs: pd.DataFrame, fields: Sequence[str], between: Between, same_date: bool
) -> tuple["pd.Series[str]", "pd.Series[str]"]:
    """The reason why the two rows of a person cannot both be right, `""` where they can, and the columns meant."""
    reason = pd.Series("", index=pairs.index, dtype=object)
    columns = reason.copy()
    checks: list[tuple[str, pd.Series[str]]] = []
    if between == "departments":
        firm = [
            f for f in fields if f in ("category", "categories", "grade", "status") or (f == "age_band" and same_date)
        ]
        checks.append(("contradiction", _joined_names(_different(pairs, firm, known=True), pairs.index)))
    if "age_band" in fields and between == "dates":
        order = {"": float("nan")} | {band: float(i) for i, band in enumerate(BAND_STARTS)}
        back = pairs["age_band_new"].map(order).astype(float) < pairs["age_band_old"].map(order).astype(float)
        checks.append(("younger", back.map({True: "age_band", False: ""}).astype(object)))
    if "status" in fields and between == "dates":
        revived = (pairs["status_old"] == "deceased") & ~pairs["status_new"].isin(["deceased", ""])
        checks.append(("revived", revived.map({True: "status", False: ""}).astype(object)))
    for name, found in checks:
        here = (found != "") & (reason == "")
        reason[here], columns[here] = name, found[here]
    return reason, columns


def _conflict_table(sheets: Sequence[pd.DataFrame], several: Sequence[str], pairs: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for i, sheet in enumerate(sheets):
        rows = sheet[sheet["key"].isin(several)]
        parts.append(rows[["key", "row"]].assign(list=i, reason="several_rows", columns=""))
    for i, side in enumerate(("row_old", "row_new")):
        rows = pairs[["key", side, "reason", "columns"]].rename(columns={side: "row"})
        parts.append(rows.assign(list=i))
    table = pd.concat(parts, ignore_index=True)
    table["person"] = pd.factorize(table["key"])[0] + 1
    order = ["person", "list", "row"]
    return table[[*order, "reason", "columns"]].sort_values(order, kind="stable").reset_index(drop=True)


def _notes(sheets: Sequence[pd.DataFrame]) -> tuple[Sentence, ...]:
    keys = [set(s["key"]) - {""} for s in sheets]
    if all(keys) and not keys[0] & keys[1]:
        note = both(
            "nobody stands in both lists; were they read with the same key?",
            "两份名单没有共同的人；请确认读取时用的是同一个密钥",
        )
        return (note,)
    return ()
