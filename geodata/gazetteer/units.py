"""A gazetteer: administrative units with codes, and the other names they are written under."""

from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Final

import pandas as pd

from geodata.errors import LayerError, Sentence, both
from geodata.gazetteer.index import Lookups
from geodata.gazetteer.names import LEVELS, key

DATA: Final = Path(__file__).parents[1] / "data"
UNIT_COLUMNS: Final = (
    "code", "name", "level", "valid", "owner", "mca_code", "parent", "lon", "lat", "located", "source",
)  # fmt: skip
ALIAS_COLUMNS: Final = ("code", "alias", "kind", "source", "mark")
_DEFAULTS: Final = {"valid": "nbs2023", "owner": "local", "mca_code": "", "parent": "", "located": "", "source": ""}


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """Units of a study area and their names.

    Attributes:
        units: `code` (4, 6, 9 or 12 digits), `name`, `level` prefecture | county | township | village,
            `valid` nbs2023 | mca2025 | both, `owner` local | xpcc, `mca_code` where the Ministry of Civil Affairs
            gives another code, `parent` where it is not the beginning of the code, `lon`, `lat` in EPSG:4326 (NaN
            where unknown), `located` county | township (what the point stands for), `source` of the point.
        aliases: `code`, `alias`, `kind` renamed | old | uyghur_latin | uyghur_arabic | short | english | regiment |
            division | new | own | confirmed, `source`, `mark`. An alias marked V or J is never matched without a
            person. `new` names a township that the list knows under its county only.
    """

    units: pd.DataFrame
    aliases: pd.DataFrame

    @cached_property
    def lookups(self) -> Lookups:
        """What the matching looks names and codes up in."""
        return Lookups.of(self.units, self.aliases)

    @cached_property
    def by_code(self) -> pd.DataFrame:
        """The units under their code."""
        return self.units.set_index("code", drop=False)

    def title(self, code: str) -> Sentence:
        """`code name (county township)` of a known unit, for lists that people read."""
        names = self.by_code["name"]
        above = [str(names.get(code[:width], "")) for width in (6, 9) if width < len(code)]
        en, zh = " ".join(filter(None, above)), "".join(above)
        name = names.get(code, "")
        return both(
            f"{code} {name} ({en})" if en else f"{code} {name}", f"{code} {name}（{zh}）" if zh else f"{code} {name}"
        )

    def with_aliases(self, frame: pd.DataFrame) -> "Gazetteer":
        """The gazetteer with more aliases, such as those of a user's file.

        Args:
            frame: `code`, `alias`; `kind`, `source` and `mark` if known.

        Raises:
            LayerError: for a missing column or value, a code that no unit has, or an alias that is already the name
                of another unit in the same place; all of them at once.
        """
        if absent := [c for c in ("code", "alias") if c not in frame]:
            raise LayerError([_no_column("aliases", c) for c in absent])
        own = frame.assign(**{c: frame[c].fillna("").astype(str).str.strip() for c in ("code", "alias")})
        own = own.assign(**{c: own[c].fillna("") if c in own else d for c, d in _ALIAS_DEFAULTS.items()})
        if faults := [f for row in own.itertuples() if (f := self._alias_fault(str(row.code), str(row.alias)))]:
            raise LayerError(faults)
        table = pd.concat([self.aliases, own[list(ALIAS_COLUMNS)]], ignore_index=True)
        return replace(self, aliases=table.drop_duplicates(["code", "alias"], keep="last", ignore_index=True))

    def _alias_fault(self, code: str, alias: str) -> Sentence | None:
        if code not in self.by_code.index:
            return both(
                f"aliases: no unit has the code '{code}' (alias '{alias}'); correct the code",
                f"别名表：没有代码为“{code}”的单位（别名“{alias}”）；请更正代码",
            )
        spelt = key(alias)
        if not spelt:
            return both(f"aliases: the alias of {code} is empty", f"别名表：{code} 的别名为空")
        others = [c for c in self.lookups.siblings_named(code, spelt) if c != code]
        if not others:
            return None
        return both(
            f"aliases: '{alias}' for {self.title(code)} is the name of {self.title(others[0])}; leave it out",
            f"别名表：“{alias}”（{self.title(code).zh}）是 {self.title(others[0]).zh} 的名称；请删去",
        )


_ALIAS_DEFAULTS: Final = {"kind": "own", "source": "own file", "mark": "S"}


@cache
def open_gazetteer(name: str = "southern_xinjiang") -> Gazetteer:
    """The gazetteer of an embedded study area.

    Raises:
        LayerError: when the study area has none.
    """
    return read_gazetteer(DATA / name)


def read_gazetteer(folder: Path) -> Gazetteer:
    """`units.csv` and, if it is there, `aliases.csv` of a folder.

    Raises:
        LayerError: when there is no `units.csv`, or it is not one.
    """
    if not (folder / "units.csv").is_file():
        raise LayerError([both(f"{folder.name}: there is no units.csv", f"{folder.name}：没有 units.csv")])
    made = from_units(pd.read_csv(folder / "units.csv", dtype=str, keep_default_na=False))
    if not (folder / "aliases.csv").is_file():
        return made
    aliases = pd.read_csv(folder / "aliases.csv", dtype=str, keep_default_na=False)
    return replace(made, aliases=aliases[list(ALIAS_COLUMNS)])


def from_units(frame: pd.DataFrame) -> Gazetteer:
    """A gazetteer from a list of codes.

    Args:
        frame: `code`, `name`; any other column of `Gazetteer.units` if known. The level follows from the code.

    Raises:
        LayerError: for a missing column, an empty name, a code that is not 4, 6, 9 or 12 digits or stands twice.
    """
    if absent := [c for c in ("code", "name") if c not in frame]:
        raise LayerError([_no_column("units", c) for c in absent])
    units = frame.assign(**{c: frame[c].fillna("").astype(str).str.strip() for c in ("code", "name")})
    if faults := _unit_faults(units):
        raise LayerError(faults)
    for column, default in _DEFAULTS.items():
        given = units[column].fillna("").astype(str) if column in units else pd.Series("", units.index, dtype=str)
        units[column] = given.where(given != "", default)
    for column in ("lon", "lat"):
        units[column] = pd.to_numeric(units[column], errors="coerce") if column in units else float("nan")
    units["level"] = units["code"].str.len().map(LEVELS)
    empty = pd.DataFrame(columns=list(ALIAS_COLUMNS), dtype=str)
    return Gazetteer(units[list(UNIT_COLUMNS)].reset_index(drop=True), empty)


def _unit_faults(units: pd.DataFrame) -> list[Sentence]:
    wrong = units[~units["code"].str.fullmatch(r"\d{4}|\d{6}|\d{9}|\d{12}")]
    twice = units[units["code"].duplicated()]
    nameless = units[units["name"] == ""]
    faults = [
        both(
            f"units: the code '{code}' is not 4, 6, 9 or 12 digits; write it as text",
            f"单位表：代码“{code}”不是 4、6、9 或 12 位数字；请按文本填写",
        )
        for code in wrong["code"].head(5)
    ]
    faults += [both(f"units: the code {c} stands twice", f"单位表：代码 {c} 重复") for c in twice["code"].head(5)]
    faults += [both(f"units: {c} has no name", f"单位表：{c} 没有名称") for c in nameless["code"].head(5)]
    return faults


def _no_column(table: str, column: str) -> Sentence:
    zh = {"units": "单位表", "aliases": "别名表", "answers": "答复表"}[table]
    return both(f"{table}: the column '{column}' is missing", f"{zh}：缺少“{column}”列")
