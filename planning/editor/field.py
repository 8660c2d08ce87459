"""The form of one setting of a scenario."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from planning.scenario import Scenario

Kind = Literal[
    "number", "whole", "text", "choice", "several", "order", "switch", "yearly", "by_code", "rows", "figures",
]  # fmt: skip
Level = Literal["usual", "more"]
# unit → (Chinese, English, how much one of it is in the file)
UNITS: Final[dict[str, tuple[str, str, float]]] = {
    "": ("", "", 1.0),
    "min": ("分钟", "minutes", 1.0),
    "persons": ("人", "persons", 1.0),
    "sites": ("个", "", 1.0),
    "wan_yuan": ("万元", "10,000 yuan", 10_000.0),
    "percent": ("%", "%", 0.01),
    "years": ("年", "years", 1.0),
    "seconds": ("秒", "seconds", 1.0),
    "times": ("倍", "times", 1.0),
}


def always(_: Scenario) -> bool:
    """Of every scenario."""
    return True


def location(scenario: Scenario) -> bool:
    """Of scenarios that choose places for one kind of institution."""
    return scenario.network is None


def network(scenario: Scenario) -> bool:
    """Of scenarios with a network of services over years."""
    return scenario.network is not None


@dataclass(frozen=True)
class Field:
    """One setting.

    Attributes:
        path: where it stands in the scenario; within `rows` the key of a row.
        kind: `whole`, `number`, `text`, `choice` (one of `options`), `several`, `order` (several whose order counts),
            `switch`, `yearly` (one number, or one a year), `by_code` (`item` for each of `options`), `rows` (tables of
            `fields`), `figures` (values in place of assumptions).
        help_zh, help_en: one plain sentence.
        options: a list of `planning.editor.choices`.
        unit: a key of `UNITS`.
        step: what one click on plus adds, in the unit.
        when: of which scenarios.
        keys: what of a file it sets where that is not `path` itself.
        fields: the parts of a row; its first part says which row it is.
    """

    path: str
    kind: Kind
    zh: str
    en: str
    help_zh: str
    help_en: str
    group: str = ""
    level: Level = "more"
    unit: str = ""
    step: float = 1.0
    options: str = ""
    when: Callable[[Scenario], bool] = always
    keys: tuple[str, ...] = ()
    item: Kind = "number"
    fields: tuple["Field", ...] = ()

    def title(self, language: str) -> str:
        """What it is called."""
        return self.zh if language == "zh" else self.en

    def label(self, language: str) -> str:
        """What it is called, with its unit."""
        unit = UNITS[self.unit][0 if language == "zh" else 1]
        if not unit:
            return self.title(language)
        return f"{self.zh}（{unit}）" if language == "zh" else f"{self.en} ({unit})"

    def help(self, language: str) -> str:
        """What it means, one sentence."""
        return self.help_zh if language == "zh" else self.help_en

    def on_page(self, value: float) -> float:
        """A number of the file in the unit of the page."""
        return round(value / UNITS[self.unit][2], 6)

    def in_file(self, value: float) -> float:
        """A number of the page as it stands in the file."""
        return round(value * UNITS[self.unit][2], 8)
