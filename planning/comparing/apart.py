"""Plans under names and titles of which none comes twice, so that several of one scenario can stand side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from planning.plan import Plan


def told_apart(plans: Mapping[str, Plan]) -> tuple[Plan, ...]:
    """The plans under their keys as names; titles that are the same get a number."""
    titles = {language: distinct([p.scenario.title(language) for p in plans.values()]) for language in ("zh", "en")}
    found = []
    for (key, plan), zh, en in zip(plans.items(), titles["zh"], titles["en"], strict=True):
        named = plan.scenario.model_copy(update={"name": key, "title_zh": zh, "title_en": en})
        found.append(replace(plan, scenario=named))
    return tuple(found)


def distinct(titles: Sequence[str]) -> list[str]:
    """The titles, with a number behind those that come more than once."""
    return [f"{t} ({titles[: i + 1].count(t)})" if titles.count(t) > 1 else t for i, t in enumerate(titles)]
