"""Places of a table matched to administrative units: with a score, a reason, and a person where names do not decide."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import LayerError, both
from geodata.gazetteer.index import Lookups
from geodata.gazetteer.names import LEVELS, key
from geodata.gazetteer.reasons import REASONS
from geodata.gazetteer.resolve import Found, Place, resolve, resolve_answered
from geodata.gazetteer.shown import Row, asked_text, place_text
from geodata.gazetteer.units import Gazetteer

COLUMNS: Final = (
    "unit_code", "county_code", "precision", "score", "status", "reason", "reason_en", "reason_zh", "candidates",
    "place", "asked", "asked_level",
)  # fmt: skip
"""What `match_places` gives for each row."""

ROUNDS: Final = (
    3  # levels: an answer about a county may lead to a question about a township, that to one about a village
)
Ints = npt.NDArray[np.int64]


def match_places(
    table: pd.DataFrame, gazetteer: Gazetteer, *, county: str | None = None, answers: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The unit of every row.

    A unit is matched without a person only inside a county that is sure (from the code, the county column, the
    address or `county`), never by a name alone. A slip of one letter is believed only inside the right parent and
    only where nothing else is near; a county's name is never corrected.

    Args:
        table: any of `unit_code`, `county`, `township`, `village`, `address`; text, empty or NaN where unknown.
        gazetteer: the units and their names.
        county: code or name of the county that the whole table is about; used where a row says none.
        answers: what people answered (`read_answers`); used for rows that would need a person.

    Returns:
        Aligned with `table`: `unit_code` (the deepest unit that is sure, whatever the status; empty where none is),
        `county_code`, `precision` village | township | county | "", `score` 0-100, `status` matched | person |
        unmatched, `reason` (a key of `REASONS`), `reason_en`, `reason_zh`, `candidates` (codes, best first, `;`
        between), and for rows that need a person `place` (the place as people may see it), `asked` (the name in
        question; empty where it might be more than a name of a place) and `asked_level`.

    Raises:
        LayerError: when `county` is not a county of the gazetteer.
    """
    lookups = gazetteer.lookups
    given = _given(county, gazetteer)
    rows, row_of = _distinct(table)
    found = [resolve(place, lookups, given) for place, _ in rows]
    shown = [place_text(i, row, this, lookups) for i, (row, this) in enumerate(zip(rows, found, strict=True), 1)]
    if answers is not None:
        _answer(rows, found, shown, dict(zip(answers["place"], answers["code"], strict=True)), lookups)
    asked = [asked_text(f, lookups) if text else "" for f, text in zip(found, shown, strict=True)]
    out = _as_table(found, shown, asked).take(row_of)
    out.index = table.index
    return out


def _answer(rows: list[Row], found: list[Found], shown: list[str], answers: dict[str, str], lookups: Lookups) -> None:
    """Put answers in the place of questions, in the lists given."""
    for _ in range(ROUNDS):
        asked = [i for i, text in enumerate(shown) if text and text in answers]
        for i in asked:
            place, cells = rows[i]
            place, found[i] = resolve_answered(place, answers[shown[i]], found[i], lookups)
            rows[i] = (place, cells)
            shown[i] = place_text(i + 1, rows[i], found[i], lookups)


def _given(county: str | None, gazetteer: Gazetteer) -> str:
    if not county:
        return ""
    head = gazetteer.lookups.heads.get(key(county))
    codes = {county} if county in gazetteer.by_code.index else set(head.counties) if head else set()
    if len(codes) != 1 or gazetteer.by_code["level"].get(next(iter(codes))) != "county":
        several = sorted(codes) if len(codes) > 1 else []
        named = [gazetteer.title(c) for c in several if c in gazetteer.by_code.index]
        maybe = (
            (f": it could be {', '.join(named)}", f"，可能是 {'、'.join(t.zh for t in named)}") if named else ("", "")
        )
        fault = both(
            f"'{county}' is not one county of the gazetteer{maybe[0]}; give its code or its full name",
            f"“{county}”不是代码表中唯一的县{maybe[1]}；请给出代码或全称",
        )
        raise LayerError([fault])
    return str(codes.pop())


def _distinct(table: pd.DataFrame) -> tuple[list[Row], Ints]:
    """Every distinct place with its cells as written, and which of them each row is."""
    keys: list[list[str]] = []
    texts: list[list[str]] = []
    combined = np.zeros(len(table), dtype=np.int64)
    numbers = []
    for field in Place._fields:
        column = "unit_code" if field == "code" else field
        cells = table[column].astype(object) if column in table else pd.Series("", table.index, dtype=object)
        codes, values = pd.factorize(cells.where(cells.notna(), "").astype(str), use_na_sentinel=False)
        texts.append([str(v).removesuffix(".0") if field == "code" else str(v) for v in values])
        spelt = [key(v) for v in texts[-1]]
        same, unique = pd.factorize(np.array(spelt, dtype=object))
        keys.append([str(u) for u in unique])
        numbers.append((codes, same[codes]))
        combined = pd.factorize(combined * max(len(unique), 1) + same[codes])[0].astype(np.int64)
    first = pd.Series(combined).drop_duplicates().index.to_numpy()
    rows = []
    for at in first:
        place = Place(*(keys[i][int(same[at])] for i, (_, same) in enumerate(numbers)))
        rows.append((place, tuple(texts[i][int(codes[at])] for i, (codes, _) in enumerate(numbers))))
    return rows, combined


def _as_table(found: list[Found], shown: list[str], asked: list[str]) -> pd.DataFrame:
    english, chinese = {k: str(s) for k, s in REASONS.items()}, {k: s.zh for k, s in REASONS.items()}
    columns: dict[str, list[str]] = {
        "unit_code": [f.unit for f in found],
        "county_code": [f.unit[:6] for f in found],
        "precision": [LEVELS.get(len(f.unit), "") for f in found],
        "status": [f.status for f in found],
        "reason": [f.reason for f in found],
        "reason_en": [english[f.reason] for f in found],
        "reason_zh": [chinese[f.reason] for f in found],
        "candidates": [";".join(f.candidates) for f in found],
        "place": shown,
        "asked": asked,
        "asked_level": [f.level if text else "" for f, text in zip(found, shown, strict=True)],
    }
    out = pd.DataFrame({name: pd.Series(values, dtype=str) for name, values in columns.items()})
    return out.assign(score=pd.Series([f.score for f in found], dtype=float))[list(COLUMNS)]
