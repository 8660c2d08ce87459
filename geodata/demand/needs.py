"""Who needs which service and how much of it: a table by service, category, grade and age, each number with its source.

Units a year = persons × need share × uptake × units a person. The file is written as rows, each giving one of these
numbers for all the classes it names; see `needs.toml`, which explains the form.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache, cached_property
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from geodata.demand.classes import GRADES, Floats, Ints
from geodata.demand.model import CATEGORIES
from geodata.errors import LayerError, Sentence, both, prefixed
from geodata.figures import MARKS
from geodata.services import FINE_BANDS, SERVICES, services

MEASURES: Final = ("need_share", "uptake", "units")
"""Share of a class that needs the service; share of those who use it; units a year of a person who does."""
HARDSHIP: Final = "hardship"
SHIPPED: Final = Path(__file__).parent / "needs.toml"
_AXES: Final[dict[str, tuple[Any, ...]]] = {
    "services": SERVICES, "categories": CATEGORIES, "grades": GRADES, "ages": FINE_BANDS,
}  # fmt: skip
_SHAPE: Final = tuple(len(words) for words in _AXES.values())
_KEYS: Final = (*_AXES, "measure", "value", "denominator", "mark", "source", "overrides", "stands_for")


@dataclass(frozen=True)
class NeedRow:
    """One number for all the classes it names.

    Attributes:
        services, categories, grades, ages: what it speaks of; every combination of them.
        measure: one of `MEASURES`.
        denominator: of whom the number speaks where it comes from.
        mark, source: S published, D derived, V recalled, J judgement; and where it comes from.
        overrides: takes the place of numbers that earlier rows gave, and of nothing else.
        stands_for: `hardship` where the share only stands in for knowing who lives in hardship, else empty.
    """

    services: tuple[str, ...]
    categories: tuple[str, ...]
    grades: tuple[int, ...]
    ages: tuple[str, ...]
    measure: str
    value: float
    denominator: str
    mark: str
    source: str
    overrides: bool = False
    stands_for: str = ""


@dataclass(frozen=True)
class Needs:
    """The whole table: 9 services × 7 categories × 4 grades × 5 age bands, each with three numbers.

    Attributes:
        rows: the rows of the file, those that override after the ones whose numbers they replace.
        name: of the file, for sentences.
    """

    rows: tuple[NeedRow, ...]
    name: str = SHIPPED.name

    @cached_property
    def row_of(self) -> Ints:
        """(3, 9, 7, 4, 5) the row that gives each number: by `MEASURES`, `SERVICES`, `CATEGORIES`, `GRADES`, age."""
        given = _given(self.rows)[0]
        given.flags.writeable = False
        return given

    def values(self, measure: str) -> Floats:
        """(9, 7, 4, 5) the numbers of one measure."""
        return np.asarray(np.array([row.value for row in self.rows])[self.row_of[MEASURES.index(measure)]])

    def use_share(self, hardship: bool | None = None) -> Floats:
        """(9, 7, 4, 5) share of the residents of each class who need and use a service: need share × uptake.

        Args:
            hardship: of residents who are known to be in hardship (True) or not (False); shares that stand in for
                that knowledge are then 1 or 0.
        """
        share = self.values("need_share")
        if hardship is not None:
            stand_in = np.array([row.stands_for == HARDSHIP for row in self.rows])[self.row_of[0]]
            share = np.where(stand_in, float(hardship), share)
        return np.asarray(share * self.values("uptake"))

    def units_per_person(self, hardship: bool | None = None) -> Floats:
        """(9, 7, 4, 5) units a year and resident of each class: need share × uptake × units; see `use_share`."""
        return np.asarray(self.use_share(hardship) * self.values("units"))

    @cached_property
    def _table(self) -> pd.DataFrame:
        cells = list(product(*_AXES.values()))
        out = pd.DataFrame(cells, columns=["service", "category", "grade", "age_band"])
        found = {m: [self.rows[i] for i in self.row_of[k].ravel()] for k, m in enumerate(MEASURES)}
        for measure, rows in found.items():
            out[measure] = [row.value for row in rows]
        out["units_per_person"] = self.units_per_person().ravel()
        out["mark"] = [max(marks, key="SDVJ".index) for marks in zip(*_told(found, "mark"), strict=True)]
        for measure, rows in found.items():
            for word in ("mark", "source", "denominator"):
                out[f"{measure}_{word}"] = [getattr(row, word) for row in rows]
        return out

    @property
    def table(self) -> pd.DataFrame:
        """A row for each of the 1,260 cells, in the order of the axes; a copy.

        Columns `service`, `category`, `grade`, `age_band`, `need_share`, `uptake`, `units`, `units_per_person` (units a
        year and resident), `mark` (the weakest of the three) and `<measure>_mark`, `_source`, `_denominator`.
        """
        return self._table.copy()

    def changed(self, rows: Iterable[NeedRow]) -> "Needs":
        """A table in which the given rows take the place of what was there.

        Raises:
            LayerError: as in `read_needs`.
        """
        new = tuple(replace(row, overrides=True) for row in rows)
        faults = [prefixed(_nth(n), fault) for n, row in enumerate(new, 1) for fault in _row_faults(vars(row))]
        if faults:
            raise LayerError([prefixed(self.name, fault) for fault in faults])
        return _checked(Needs((*self.rows, *new), self.name), len(new))


def read_needs(path: str | Path | None = None) -> Needs:
    """The need table of a file, every cell given exactly once; the shipped one when None.

    Args:
        path: a TOML file of the form of `needs.toml`. With `extends = "shipped"` at its head it holds only rows
            that override the shipped ones.

    Raises:
        LayerError: one sentence for every fault: a file that is not there or is no TOML, keys and words that are not
            known, numbers out of range, cells given twice or not at all, needs outside the ages of a service.
    """
    return _shipped() if path is None else _read(Path(path))


@cache
def _shipped() -> Needs:
    return _read(SHIPPED)


def _read(path: Path) -> Needs:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as wrong:
        fault = both(f"{path.name}: cannot be read; check the name", f"{path.name}：无法读取；请核对文件名")
        raise LayerError([fault]) from wrong
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        fault = both(
            f"{path.name}: is no TOML file in UTF-8 ({wrong}); put it right",
            f"{path.name}：不是 UTF-8 的 TOML 文件（{wrong}）；请更正",
        )
        raise LayerError([fault]) from wrong
    extends = content.pop("extends", None)
    rows = content.pop("row", [])
    faults = [_unknown(key, ("extends", "row")) for key in content]
    if extends not in (None, "shipped"):
        faults.append(_unknown(str(extends), ("shipped",)))
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows) or not rows:
        faults.append(both("no [[row]] found; write at least one", "没有 [[row]]；请至少写一行"))
        rows = []
    made: list[NeedRow] = []
    for number, row in enumerate(rows, 1):
        wrong_row = _row_faults(row)
        faults += [prefixed(_nth(number), fault) for fault in wrong_row]
        if not wrong_row:
            made.append(_row(row))
    if faults:
        raise LayerError([prefixed(path.name, fault) for fault in faults])
    return _checked(Needs((*(_shipped().rows if extends else ()), *made), path.name), len(made))


def _nth(number: int) -> Sentence:
    return both(f"[[row]] no. {number}", f"第 {number} 个 [[row]]")


def _unknown(found: str, known: Sequence[Any]) -> Sentence:
    near = get_close_matches(found, [str(word) for word in known], 1)
    hint, hint_zh = (f" (did you mean '{near[0]}'?)", f"（是否指“{near[0]}”？）") if near else ("", "")
    return both(
        f"'{found}' is not known{hint}; take {', '.join(map(str, known))}",
        f"没有“{found}”{hint_zh}；可选 {'、'.join(map(str, known))}",
    )


def _row_faults(row: Mapping[str, Any]) -> list[Sentence]:
    """What is wrong with a row as written, apart from the rows around it."""
    faults = [_unknown(key, _KEYS) for key in row if key not in _KEYS]
    required = [key for key in _KEYS if key not in ("overrides", "stands_for")]
    faults += [both(f"'{k}' is missing; add it", f"缺少“{k}”；请补上") for k in required if k not in row]
    for axis, known in _AXES.items():
        given = row.get(axis, "*")
        if given != "*" and (not isinstance(given, list | tuple) or not given):
            faults.append(both(f'{axis}: write a list of words or "*"', f"{axis}：请写成列表或 “*”"))
        elif given != "*":
            faults += [_unknown(str(w), known) for w in given if isinstance(w, bool) or w not in known]
    words = {"measure": MEASURES, "mark": MARKS, "overrides": (True, False), "stands_for": ("", HARDSHIP)}
    faults += [_unknown(str(row[k]), known) for k, known in words.items() if k in row and row[k] not in known]
    for key in ("denominator", "source"):
        if key in row and not (isinstance(row[key], str) and row[key].strip()):
            faults.append(both(f"{key}: say where the number comes from", f"{key}：请写明数字的来历"))
    if "value" in row:
        faults += _value_faults(row["value"], row.get("measure"))
    if row.get("stands_for") and row.get("measure") != "need_share":
        faults.append(both("stands_for: only a need_share has it", "stands_for：只能用于 need_share"))
    return faults


def _value_faults(value: Any, measure: Any) -> list[Sentence]:
    number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")
    if not number:
        return [
            both(f"value: {value} found, a number of 0 or more is needed", f"value：发现 {value}；请填 0 或更大的数")
        ]
    if measure in ("need_share", "uptake") and value > 1:
        return [both(f"value: a share of {value} found; write 0 to 1", f"value：比例为 {value}；请填 0 到 1")]
    return []


def _row(row: Mapping[str, Any]) -> NeedRow:
    named = {axis: known if row[axis] == "*" else tuple(row[axis]) for axis, known in _AXES.items()}
    return NeedRow(**{**row, **named, "value": float(row["value"])})


def _given(rows: Sequence[NeedRow]) -> tuple[Ints, list[tuple[int, bool]]]:
    """The row that gives each number (-1: none); and the rows that give one twice (True) or override nothing."""
    given = np.full((len(MEASURES), *_SHAPE), -1, np.int64)
    broken = []
    for i, row in enumerate(rows):
        at = np.ix_(*([known.index(w) for w in getattr(row, axis)] for axis, known in _AXES.items()))
        part = given[MEASURES.index(row.measure)]
        if ((part[at] < 0) if row.overrides else (part[at] >= 0)).any():
            broken.append((i, not row.overrides))
        part[at] = i
    return given, broken


_TWICE: Final = both(
    "gives numbers that a row before it gives; write `overrides = true`, or name fewer classes",
    "与前面的行重复；请写 overrides = true，或缩小范围",
)
_NOTHING_BEFORE: Final = both(
    "overrides numbers that no row before it gives; leave `overrides` out",
    "前面没有可替换的数字；请去掉 overrides",
)


def _checked(needs: Needs, own: int | None = None) -> Needs:
    """The same table, when every cell is given once and no need lies outside the ages of its service."""
    given, broken = _given(needs.rows)
    before = 0 if own is None else len(needs.rows) - own
    faults = [prefixed(_nth(i - before + 1), _TWICE if twice else _NOTHING_BEFORE) for i, twice in broken]
    faults += _missing(given)
    if not faults:
        faults = _outside_ages(needs)
    if faults:
        raise LayerError([prefixed(needs.name, fault) for fault in faults])
    return needs


def _missing(given: Ints) -> list[Sentence]:
    """A sentence for every measure and service with cells that no row gives."""
    faults = []
    for (m, measure), (s, service) in product(enumerate(MEASURES), enumerate(SERVICES)):
        holes = np.argwhere(given[m, s] < 0)
        if len(holes):
            c, g, a = holes[0]
            first = f"{CATEGORIES[c]}, {GRADES[g]}, {FINE_BANDS[a]}"
            faults.append(
                both(
                    f"{service}, {measure}: {len(holes)} cells are not given, the first is {first}; add a row",
                    f"{service}“{measure}”：缺 {len(holes)} 格，第一格是 {first}；请补上一行",
                )
            )
    return faults


def _outside_ages(needs: Needs) -> list[Sentence]:
    faults = []
    for s, service in enumerate(services().values()):
        used = needs.values("need_share")[s].any(axis=(0, 1))
        beyond = [band for band, yes in zip(FINE_BANDS, used, strict=True) if yes and band not in service.ages]
        if beyond:
            ages, bands = ", ".join(service.ages), ", ".join(beyond)
            faults.append(
                both(
                    f"{service.key}: a need at age {bands}, but the service is for {ages}; write 0 there",
                    f"{service.zh}：{bands} 岁有需求，但该服务面向 {ages} 岁；请在该处填 0",
                )
            )
    return faults


def _told(rows: Mapping[str, Sequence[NeedRow]], word: str) -> list[list[str]]:
    return [[str(getattr(row, word)) for row in found] for found in rows.values()]
