"""Two lists of residents compared: who entered, left or changed, and where the lists contradict each other.

Persons are joined by `person_key`; the result holds row numbers and no key, so nobody can be looked up in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import LayerError, Sentence, both, in_language
from geodata.register.dates import BAND_STARTS
from geodata.register.marks import FLAGS

COMPARED: Final = ("category", "categories", "grade", "age_band", "unit_code", *FLAGS, "status")
FIRM: Final = ("category", "categories", "grade", "status")  # what two departments cannot both be right about
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
        new: the same of the other list. Compared are those of `COMPARED` that both frames have; flags, where both
            files had such a column.
        old_date: cut-off date of `old`.
        new_date: cut-off date of `new`.
        names: what the lists are called.
        between: `dates`: one list at two dates, where another category, grade or status is a change; `departments`: two
            lists of different owners, where it is a conflict if both know it and differ.

    Raises:
        LayerError: a frame has no `person_key`; the old list of two dates is the later one.
    """
    _check(old, new, (old_date, new_date), names, between)
    fields = [c for c in COMPARED if all(_knows(frame, c) for frame in (old, new))]
    sheets = _sheets(old, new, fields)
    several = np.unique(np.concatenate([_keys_with_several_contents(sheet, fields) for sheet in sheets]))
    once = [sheet[~sheet["again"] & (sheet["key"] >= 0) & ~sheet["key"].isin(several)] for sheet in sheets]
    pairs = once[0].merge(once[1], on="key", suffixes=("_old", "_new"))
    pairs["changed"] = _joined_names({f: pairs[f"{f}_old"] != pairs[f"{f}_new"] for f in fields}, len(pairs))
    pairs["reason"], pairs["columns"] = _contradictions(pairs, old, new, fields, between)
    fine = pairs[pairs["reason"] == ""].sort_values("at_old")
    return ListComparison(
        names,
        (old_date, new_date),
        _told_rows(new, once[1].loc[~once[1]["key"].isin(once[0]["key"]), "at"], fields),
        _told_rows(old, once[0].loc[~once[0]["key"].isin(once[1]["key"]), "at"], fields),
        _changed(old, new, fine[fine["changed"] != ""], fields),
        fine.loc[fine["changed"] == "", ["row_old", "row_new"]].reset_index(drop=True),
        _conflict_table(sheets, several, pairs[pairs["reason"] != ""]),
        _rows_of([s[(s["key"] >= 0) & s["again"] & ~s["key"].isin(several)] for s in sheets]),
        _rows_of([s[s["key"] < 0] for s in sheets]),
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


def _knows(frame: pd.DataFrame, field: str) -> bool:
    """Whether a column can be compared; a flag that is unknown in every row was no column of the file."""
    return field in frame.columns and (field not in FLAGS or not len(frame) or bool(frame[field].notna().any()))


def _row_numbers(frame: pd.DataFrame) -> npt.NDArray[Any]:
    return np.asarray(frame["row"] if "row" in frame.columns else frame.index)


def _sheets(old: pd.DataFrame, new: pd.DataFrame, fields: Sequence[str]) -> list[pd.DataFrame]:
    """Of each list `at` (position), `row`, `key` and the fields as codes common to both, -1 for unknown, and `again`.

    `again` is True for later rows of a key.
    """
    codes = {}
    for name in ("person_key", *fields):
        values = pd.concat([frame[name].astype(object) for frame in (old, new)])
        codes[name] = pd.factorize(values.mask(values.isin([""]).to_numpy(bool)))[0]
    sheets = []
    for frame, start in ((old, 0), (new, len(old))):
        own = {name: code[start : start + len(frame)] for name, code in codes.items()}
        key = own.pop("person_key")
        sheet = pd.DataFrame({"at": np.arange(len(frame)), "row": _row_numbers(frame), "key": key, **own})
        sheets.append(sheet.assign(again=sheet["key"].duplicated(keep="first")))
    return sheets


def _keys_with_several_contents(sheet: pd.DataFrame, fields: Sequence[str]) -> npt.NDArray[Any]:
    twice = sheet[(sheet["key"] >= 0) & sheet["key"].duplicated(keep=False)]
    contents = twice[["key", *fields]].drop_duplicates()
    return np.asarray(contents.loc[contents["key"].duplicated(), "key"])


def _told_rows(frame: pd.DataFrame, at: "pd.Series[int]", fields: Sequence[str]) -> pd.DataFrame:
    """`row` and the compared columns of some rows, as they stand in the frame."""
    told = pd.DataFrame(frame)[list(fields)].iloc[at.to_numpy()].reset_index(drop=True)
    told.insert(0, "row", _row_numbers(frame)[at.to_numpy()])
    return told


def _changed(old: pd.DataFrame, new: pd.DataFrame, pairs: pd.DataFrame, fields: Sequence[str]) -> pd.DataFrame:
    """A row for each pair: row numbers, what changed, and every compared column before and after."""
    sides = {
        side: _told_rows(frame, pairs[f"at_{side}"], fields).add_suffix(f"_{side}")
        for side, frame in (("old", old), ("new", new))
    }
    table = pd.concat(list(sides.values()), axis=1).assign(changed=pairs["changed"].to_numpy(object))
    return table[["row_old", "row_new", "changed", *(f"{f}_{side}" for f in fields for side in sides)]]


def _rows_of(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    tables = [pd.DataFrame({"list": i, "row": part["row"]}) for i, part in enumerate(parts)]
    return pd.concat(tables, ignore_index=True)


def _joined_names(masks: Mapping[str, "pd.Series[bool]"], rows: int) -> npt.NDArray[np.object_]:
    """The names of the true fields of each row, joined with `+`."""
    text = np.full(rows, "", object)
    for field, mask in masks.items():
        text[mask] = text[mask] + np.where(text[mask] == "", field, f"+{field}").astype(object)
    return text


def _contradictions(
    pairs: pd.DataFrame, old: pd.DataFrame, new: pd.DataFrame, fields: Sequence[str], between: Between
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """The reason why the two rows of a person cannot both be right, `""` where they can, and the columns meant."""
    if between == "departments":
        known = {f: (pairs[f"{f}_old"] >= 0) & (pairs[f"{f}_new"] >= 0) for f in fields if f in FIRM}
        columns = _joined_names({f: k & (pairs[f"{f}_old"] != pairs[f"{f}_new"]) for f, k in known.items()}, len(pairs))
        return np.where(columns != "", "contradiction", "").astype(object), columns

    def values(field: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        sides = ((old, "at_old"), (new, "at_new"))
        before, after = (frame[field].to_numpy(object)[pairs[at]] for frame, at in sides)
        return before, after

    reason, columns = np.full(len(pairs), "", object), np.full(len(pairs), "", object)
    if "status" in fields:
        before, after = values("status")
        revived = (before == "deceased") & (after != "deceased") & (after != "")
        reason[revived], columns[revived] = "revived", "status"
    if "age_band" in fields:
        starts = {**BAND_STARTS, "": np.nan}
        before, after = (np.array([starts[band] for band in bands], float) for bands in values("age_band"))
        younger = (after < before) & (reason == "")
        reason[younger], columns[younger] = "younger", "age_band"
    return reason, columns


def _conflict_table(sheets: Sequence[pd.DataFrame], several: npt.NDArray[Any], pairs: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for i, (sheet, side) in enumerate(zip(sheets, ("row_old", "row_new"), strict=True)):
        rows = sheet.loc[sheet["key"].isin(several), ["key", "row"]]
        parts.append(rows.assign(list=i, reason="several_rows", columns=""))
        parts.append(pairs[["key", side, "reason", "columns"]].rename(columns={side: "row"}).assign(list=i))
    table = pd.concat(parts, ignore_index=True).sort_values(["list", "row"], kind="stable")
    table["person"] = pd.factorize(table["key"])[0] + 1  # a number of its own: the key stays here
    return table.sort_values("person", kind="stable", ignore_index=True)[["person", "list", "row", "reason", "columns"]]


def _notes(sheets: Sequence[pd.DataFrame]) -> tuple[Sentence, ...]:
    old, new = (sheet.loc[sheet["key"] >= 0, "key"] for sheet in sheets)
    if len(old) and len(new) and not old.isin(new).any():
        note = both(
            "nobody stands in both lists; were they read with the same key?",
            "两份名单没有共同的人；请确认读取时用的是同一个密钥",
        )
        return (note,)
    return ()
