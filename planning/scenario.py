"""A scenario: a baseline plus ordered, typed changes and one objective. TOML file ↔ frozen object.

Unknown keys, text where a number belongs, negative numbers and unknown codes are all reported at once, one
sentence each; see `Scenario.from_toml`.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

import tomli_w

from geodata.errors import Sentence, both, prefixed
from planning.codes import unknown_codes
from planning.faults import PlanningError
from planning.network.scenario.elsewhere import kept_for
from planning.scenario_faults import form_faults, tuples
from planning.scenario_form import Form, Layers, Table
from planning.study_area import StudyArea


class Scenario(Form):
    """A whole scenario. Equal scenarios on the same study area give the same sites."""

    @classmethod
    def from_toml(cls, path: str | Path) -> "Scenario":
        """Read a scenario file.

        Raises:
            PlanningError: with one sentence for every fault of the file.
        """
        path = Path(path)
        return cls.from_table(read_toml(path), path.name, path.parent)

    @classmethod
    def from_table(cls, table: dict[str, Any], file: str, folder: Path = Path()) -> "Scenario":
        """Check the table of a scenario file; layer paths become absolute.

        Raises:
            PlanningError: with one sentence for every fault.
        """
        faults = [prefixed(file, fault) for fault in form_faults(table, folder)]
        if faults:
            raise PlanningError(faults)
        scenario = cls.model_validate(tuples(table))
        found = {key: str((folder / path).resolve()) for key, path in scenario.layers if path}
        return scenario.model_copy(update={"layers": Layers(**found)})

    def to_toml(self) -> str:
        """The scenario as the text of a file that reads back to an equal scenario."""
        return tomli_w.dumps(self.model_dump(mode="json", exclude_none=True))

    def of(self, kind: type[Table]) -> list[Any]:
        """The changes of one kind, in order."""
        return [change for change in self.changes if isinstance(change, kind)]

    def for_area(self, area: StudyArea) -> tuple["Scenario", tuple[Sentence, ...]]:
        """The same question asked of another study area.

        Returns:
            The scenario without the changes and counties that name what the area does not have, and one sentence for
            each of those that were left out.
        """
        own = area.with_layers(self.layers)
        known = {
            code: not unknown_codes({"candidates": {"counties": (code,)}}, own) for code in self.candidates.counties
        }
        fits = [not unknown_codes({"changes": [change.model_dump()]}, own) for change in self.changes]
        kept: dict[str, Any] = {
            "study_area": area.data.name,
            "changes": tuple(c for c, fit in zip(self.changes, fits, strict=True) if fit),
            "candidates": self.candidates.model_copy(update={"counties": tuple(c for c, fit in known.items() if fit)}),
        }
        left = [_left_out("counties", code, area.data.name) for code, fit in known.items() if not fit]
        if self.network is not None:
            codes = {str(code) for code in own.data.counties["county_code"]}
            places = codes | {code[:4] for code in codes} | set(own.sites["site_id"])
            kept["network"], dropped = kept_for(self.network, places)
            left += [_left_out(key, name, area.data.name) for key, name in dropped]
        left += [
            _left_out(change.type, str(next(v for k, v in change.model_dump().items() if k != "type")), area.data.name)
            for change, fit in zip(self.changes, fits, strict=True)
            if not fit
        ]
        return self.model_copy(update=kept), tuple(left)

    @property
    def called(self) -> Sentence:
        """The scenario by name, as the beginning of a sentence."""
        return both(f"scenario '{self.name}'", f"情景“{self.name}”")

    def title(self, language: str) -> str:
        """Title in `zh` or `en`, the name when there is none."""
        return (self.title_zh if language == "zh" else self.title_en) or self.name


def _left_out(what: str, code: str, area: str) -> Sentence:
    return both(
        f"{what} '{code}' is left out: the study area '{area}' does not have it",
        f"已略去 {what}“{code}”：研究区“{area}”没有这一项",
    )


def read_toml(path: Path) -> dict[str, Any]:
    """The table of a TOML file.

    Raises:
        PlanningError: when there is no such file or it is not TOML in UTF-8.
    """
    if not path.is_file():
        fault = both(
            f"{path}: there is no such scenario file; `jiujin scenarios` lists the shipped ones",
            f"{path}：没有这个情景文件；用 `jiujin scenarios` 可列出内置情景",
        )
        raise PlanningError([fault])
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlanningError([_not_toml(path.name, error)]) from None


def _not_toml(file: str, error: Exception) -> Sentence:
    line = re.search(r"line (\d+)", str(error))
    where = f"第 {line[1]} 行" if line else "文件"
    if isinstance(error, tomllib.TOMLDecodeError):
        return both(
            f"{file}: not valid TOML ({error}); correct it: quotes and commas must be the plain ones, no key twice",
            f"{file}：{where}不合 TOML 写法；请改正：引号、逗号须用半角，同一键不能出现两次",
        )
    return both(
        f"{file}: not TOML in UTF-8 ({error}); correct it or save it as UTF-8",
        f"{file}：{where}不是 UTF-8 编码的 TOML 写法；请改正，或另存为 UTF-8",
    )


def shipped() -> dict[str, Path]:
    """The shipped scenarios, name → file, in the order in which they are compared."""
    return _in_folder(Path(__file__).parent / "scenarios")


def shipped_networks() -> dict[str, Path]:
    """The shipped scenarios with `[network]`, name → file; they take longer than the others and are run one by one."""
    return _in_folder(Path(__file__).parent / "scenarios" / "network")


def _in_folder(folder: Path) -> dict[str, Path]:
    return {p.stem.split("_", 1)[1]: p for p in sorted(folder.glob("*.toml"))}


def load(name_or_file: str) -> Scenario:
    """A shipped scenario by name, or a file.

    Raises:
        PlanningError: when there is neither, or the file has faults.
    """
    return Scenario.from_toml(find(name_or_file))


def find(name_or_file: str) -> Path:
    """The file of a shipped scenario, or the path as it is."""
    return {**shipped(), **shipped_networks()}.get(name_or_file, Path(name_or_file))
