"""The demo: the shipped scenarios on the embedded study area, in a project of its own."""

from typing import Final

from planning.record import scenario_of
from planning.scenario import load, shipped
from planning.store import plans
from planning.store.open import Store
from planning.store.projects import Project
from planning.study_area import StudyArea
from planning.texts import TEXTS

FIRST: Final = ("baseline", "most_people")
"""What is compared as soon as it is there; the others follow."""


def is_demo(project: Project) -> bool:
    """Whether a project is that of the demo, in whichever language it was opened first."""
    return project.name in TEXTS["session_demo_project"] and not project.area_sha


def asked_of_demo() -> tuple[list[str], list[str]]:
    """The scenarios that come first, and the others, as texts."""
    texts = {name: load(name).to_toml() for name in shipped()}
    return [texts[name] for name in FIRST], [text for name, text in texts.items() if name not in FIRST]


def found_plans(store: Store, project: Project, area: StudyArea, tomls: list[str]) -> list[str]:
    """The plans of these scenarios; none unless all of them are there."""
    found = [plans.made_before(store, project.id, area.digest, scenario_of(toml).to_toml()) for toml in tomls]
    return [key for key in found if key is not None] if all(found) else []
