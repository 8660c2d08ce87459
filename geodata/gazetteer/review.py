"""The list of places that a person has to decide, and the answers read back from it."""

import re
from typing import Final

import pandas as pd

from geodata.errors import LayerError, Sentence, both
from geodata.gazetteer.names import key
from geodata.gazetteer.reasons import MATCHED
from geodata.gazetteer.units import ALIAS_COLUMNS, Gazetteer, open_gazetteer

LIST_COLUMNS: Final = (
    "place",
    "rows",
    "first_row",
    "reason_en",
    "reason_zh",
    "candidates",
    "asked",
    "asked_level",
    "code",
)
SHOWN_FAULTS: Final = 20
_CODE: Final = re.compile(r"^\s*(\d+)(?:\.0)?(?!\d)")
_ALIAS_LEVELS: Final = {"township": 9, "village": 12}


def review_list(
    matches: pd.DataFrame, table: pd.DataFrame | None = None, gazetteer: Gazetteer | None = None
) -> pd.DataFrame:
    """One row for each place that a person has to decide.

    Args:
        matches: what `match_places` returned.
        table: the table that was matched; only its column `row` (the row in the file) is read, if there is one.
        gazetteer: for the names of the candidates; the embedded one if None.

    Returns:
        `place` (the question, with nothing but names of places in it), `rows` (how many rows it is about),
        `first_row` (the first of them, counted from 1, or the file's number), `reason_en`, `reason_zh`,
        `candidates` (`code name (county)`, best first, `;` between), `asked`, `asked_level`, and `code`, empty: a
        person writes the code of the right unit there. The most frequent places come first.
    """
    gazetteer = gazetteer or open_gazetteer()
    asked = matches[(matches["status"] != MATCHED) & (matches["place"] != "")]
    numbers = pd.Series(range(1, len(matches) + 1), matches.index)
    if table is not None and "row" in table:
        numbers = table["row"].set_axis(matches.index)
    grouped = asked.assign(first_row=numbers[asked.index]).groupby("place", sort=False)
    out = grouped.first().assign(rows=grouped.size(), first_row=grouped["first_row"].min(), code="").reset_index()
    titles = {c: str(gazetteer.title(c).zh) for cell in out["candidates"].unique() for c in cell.split(";") if c}
    out["candidates"] = ["; ".join(titles[c] for c in cell.split(";") if c) for cell in out["candidates"]]
    order = out.sort_values(["rows", "first_row"], ascending=[False, True], ignore_index=True)
    return order[list(LIST_COLUMNS)]


def read_answers(frame: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """The answers of a filled-in list.

    Args:
        frame: `place` and `code` of `review_list`, as text; a code may be followed by the unit's name; rows with an
            empty code are left for later.
        gazetteer: the units.

    Returns:
        `place`, `code`, `asked`, `asked_level`, for `match_places(..., answers=...)`.

    Raises:
        LayerError: for a missing column, a code that no county, township or village has, or two answers to one place;
            all of them at once, by row of the list (the headings are row 1).
    """
    if absent := [c for c in ("place", "code") if c not in frame]:
        raise LayerError(
            [both(f"answers: the column '{c}' is missing", f"答复表：缺少“{c}”列") for c in absent],
        )
    cells = frame.assign(**{c: _text(frame, c) for c in ("place", "code", "asked", "asked_level")})
    rows = pd.Series(range(2, len(cells) + 2), cells.index)
    given = cells[cells["code"] != ""]
    codes = given["code"].str.extract(_CODE, expand=False).fillna("")
    faults: list[Sentence] = []
    known = set(gazetteer.units.loc[gazetteer.units["level"] != "prefecture", "code"])
    faults += [_unknown(int(rows[i])) for i in codes.index[~codes.isin(known)]]
    out = given.assign(code=codes)[["place", "code", "asked", "asked_level"]].drop_duplicates(["place", "code"])
    faults += [_twice(int(rows[i])) for i in out.index[out["place"].duplicated()]]
    if faults:
        raise LayerError(faults[:SHOWN_FAULTS])
    return out.reset_index(drop=True)


def answers_as_aliases(answers: pd.DataFrame, gazetteer: Gazetteer) -> pd.DataFrame:
    """The answers about townships and villages as aliases, to be kept for next year's list.

    An answer about a county is not kept: the same words may mean another county in another file.

    Returns:
        `code`, `alias`, `kind` confirmed, `source`, `mark`, for `Gazetteer.with_aliases`.
    """
    width = answers["asked_level"].map(_ALIAS_LEVELS).astype(float)
    fits = (answers["asked"] != "") & width.notna() & (answers["code"].str.len() >= width.fillna(99))
    rows = []
    for asked, level, code in answers.loc[fits, ["asked", "asked_level", "code"]].itertuples(index=False):
        unit = code[: _ALIAS_LEVELS[level]]
        if not gazetteer.lookups.siblings_named(unit, key(asked)):
            rows.append((unit, asked, "confirmed", "answered by a person", "S"))
    return pd.DataFrame(rows, columns=list(ALIAS_COLUMNS), dtype=str).drop_duplicates(
        ["code", "alias"], ignore_index=True
    )


def _text(frame: pd.DataFrame, column: str) -> "pd.Series[str]":
    cells = frame[column] if column in frame else pd.Series("", frame.index)
    return cells.astype(object).where(cells.notna(), "").astype(str).str.strip()


def _unknown(row: int) -> Sentence:
    return both(
        f"answers, row {row}: the code is not that of a county, township or village; copy one of the candidates",
        f"答复表第 {row} 行：代码不是县、乡镇或村的代码；请从候选项中复制",
    )


def _twice(row: int) -> Sentence:
    return both(
        f"answers, row {row}: the place was answered before with another code; keep one of them",
        f"答复表第 {row} 行：同一地点已有另一个代码；请只保留一个",
    )
