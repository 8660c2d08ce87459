"""The scenarios to start from: those that are shipped, the project's own, and the plans that are shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final, Literal, Protocol

from planning.editor.differences import differences
from planning.scenario import Scenario, load, shipped, shipped_networks
from planning.study_area import StudyArea
from planning.texts import text

Kind = Literal["saved", "shown", "location", "network"]
Effort = Literal["first", "quick", "thorough"]
EFFORTS: Final[tuple[Effort, ...]] = ("thorough", "quick", "first")
TITLES: Final = ("title_zh", "title_en")
_USUAL: Final = EFFORTS[0]


class Saved(Protocol):
    """A version of a scenario, as a store keeps it."""

    @property
    def name(self) -> str:
        """Under which name."""

    @property
    def version(self) -> int:
        """Its number."""

    @property
    def scenario(self) -> Scenario:
        """The scenario itself."""


@dataclass(frozen=True)
class Start:
    """One scenario to start from.

    Attributes:
        key: its kind and name, as `location:most_people`.
        version: the version that was saved; None for what was not.
    """

    key: str
    kind: Kind
    scenario: Scenario
    version: int | None = None

    def title(self, language: str) -> str:
        """Its title."""
        return self.scenario.title(language)

    def description(self, language: str) -> str:
        """What it is to show; empty where nobody said so."""
        return self.scenario.description_zh if language == "zh" else self.scenario.description_en


def starts(area: StudyArea, saved: Iterable[Saved] = (), shown: Sequence[Scenario] = ()) -> tuple[Start, ...]:
    """All of them: the project's own first, then the plans shown, then what is shipped; each fitted to the area."""
    own = [Start(f"saved:{row.name}", "saved", _fitted(row.scenario, area), row.version) for row in saved]
    seen = [Start(f"shown:{i}", "shown", _fitted(scenario, area)) for i, scenario in enumerate(shown, 1)]
    return (*own, *seen, *_shipped(area))


@lru_cache(maxsize=4)
def _shipped(area: StudyArea) -> tuple[Start, ...]:
    with_product = [Start(f"location:{name}", "location", _fitted(load(name), area)) for name in shipped()]
    networks = [Start(f"network:{name}", "network", _fitted(load(name), area)) for name in shipped_networks()]
    return (*with_product, *networks)


def told_apart(scenario: Scenario, start: Start | None, area: StudyArea) -> Scenario:
    """The scenario with a title that says what differs from its start, where it still has the title of that."""
    if start is None or scenario == start.scenario:
        return scenario
    titles = {}
    for language in ("zh", "en"):
        key = f"title_{language}"
        if getattr(scenario, key) == getattr(start.scenario, key):
            lines = differences(start.scenario, scenario, area, language)
            titles[key] = _short(start.title(language), lines, language) if lines else getattr(scenario, key)
    return scenario.model_copy(update=titles)


def as_draft(scenario: Scenario, found: Sequence[Start], area: StudyArea) -> Scenario:
    """The scenario as its author had it before it was run: with its own effort, and the title that grows with it.

    A first look was run with another effort than that of the draft, and under a title that says what differs from
    the start. A title of somebody's own stays.
    """
    start = start_of(scenario, found)
    if start is None:
        return _with_effort(scenario, _USUAL) if scenario.solver.effort == "first" else scenario
    effort = scenario.solver.effort
    efforts = [start.scenario.solver.effort, *EFFORTS] if effort == "first" else [effort]
    for keys, one in product((TITLES, TITLES[:1], TITLES[1:]), efforts):
        usual = {key: getattr(start.scenario, key) for key in keys}
        draft = _with_effort(scenario, one).model_copy(update=usual)
        run = told_apart(draft, start, area)
        if all(getattr(run, key) == getattr(scenario, key) for key in TITLES):
            return draft
    return _with_effort(scenario, efforts[0])


def _with_effort(scenario: Scenario, effort: Effort) -> Scenario:
    return scenario.model_copy(update={"solver": scenario.solver.model_copy(update={"effort": effort})})


def _short(title: str, lines: Sequence[str], language: str) -> str:
    """A title with the first thing that differs, and how many more there are."""
    count = len(lines) if language == "zh" else len(lines) - 1
    more = text("editor_title_more", language).format(lines[0], count)
    return text("editor_title_short", language).format(title, more if len(lines) > 1 else lines[0])


def start_of(scenario: Scenario, found: Sequence[Start]) -> Start | None:
    """The one that a scenario came from, by its name; a saved one before one that is shipped."""
    return next((start for start in found if start.kind != "shown" and start.scenario.name == scenario.name), None)


def _fitted(scenario: Scenario, area: StudyArea) -> Scenario:
    return scenario if scenario.study_area == area.data.name else scenario.for_area(area)[0]
