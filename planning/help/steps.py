"""The guided first plan: its steps, and which of them are done, judged by plain facts."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Facts:
    """What is known of a project; each fact is the end of a step.

    Attributes:
        has_plans: there is a plan.
        has_compared: two plans were shown side by side.
        has_own_area: the project is about a study area of the user's own.
        has_changed_scenario: the scenario is another one than at the start.
        has_choice: a place is locked or forbidden in it.
        has_reasons: somebody asked why.
        has_reports: a report was made.
    """

    has_plans: bool = False
    has_compared: bool = False
    has_own_area: bool = False
    has_changed_scenario: bool = False
    has_choice: bool = False
    has_reasons: bool = False
    has_reports: bool = False


@dataclass(frozen=True)
class Step:
    """One step of the first plan.

    Attributes:
        page: where it is done, a page of the program.
        is_done: judged by the facts.
    """

    page: str
    zh: str
    en: str
    do_zh: str
    do_en: str
    is_done: bool

    def title(self, language: str) -> str:
        """The step in a few words."""
        return self.zh if language == "zh" else self.en

    def words(self, language: str) -> str:
        """What to do."""
        return self.do_zh if language == "zh" else self.do_en


def steps(facts: Facts = Facts()) -> tuple[Step, ...]:
    """All steps in their order."""
    return tuple(
        Step(one["page"], one["zh"], one["en"], one["do_zh"], one["do_en"], bool(getattr(facts, one["done"])))
        for one in _guide()
    )


def next_step(facts: Facts) -> Step | None:
    """The first step that is not done; None when all are."""
    return next((one for one in steps(facts) if not one.is_done), None)


@cache
def _guide() -> tuple[dict[str, str], ...]:
    words = (files("planning") / "help" / "guide.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(words)["step"])
