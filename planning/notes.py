"""What a reader must know beside the numbers of a plan: the conditions, and what the plan does not say by itself."""

from planning.plan import Plan
from planning.question import in_force
from planning.scenario import Scenario
from planning.scenario_form import ScaleDemand, SetSpeed
from planning.study_area import StudyArea, embedded
from planning.texts import text


def conditions(scenario: Scenario, language: str, area: StudyArea | None = None) -> str:
    """Season, month, who travels, minutes, closures, changed demand and changed assumptions, as one line.

    Args:
        area: the scenario's study area; an embedded one is found by its name.
    """
    area = area or embedded(scenario.study_area)
    closures = area.closure_names(language)
    counties = area.data.counties.set_index("county_code")["name_zh" if language == "zh" else "name_en"]
    season = text(scenario.season, language)
    parts = [text("in_month", language).format(scenario.month, season) if scenario.month else season]
    parts += [] if scenario.profile == "car" else [text(scenario.profile, language)]
    parts += [text("near_is", language).format(scenario.objective.minutes)]
    parts += [text(f"base_{scenario.demand_base}", language)] if scenario.demand_base else []
    parts += [text("closed_road", language).format(closures[c]) for c in in_force(scenario, area)]
    parts += [text("demand_times", language).format(counties[c.county], c.factor) for c in scenario.of(ScaleDemand)]
    changed = {**scenario.assumptions, **{c.speed: c.value for c in scenario.of(SetSpeed)}}
    parts += [f"{key} = {value:g}" for key, value in changed.items()]
    parts += [text("with_xpcc", language)] if scenario.with_separate_xpcc else []
    return text("and", language).join(parts)


def cautions(plan: Plan, language: str) -> list[str]:
    """What the numbers hide: fewer sites than asked for, village points that offer part of the services."""
    asked, chosen = plan.scenario.objective.sites, int(plan.indicators["sites"])
    new = plan.sites[plan.sites["role"] != "existing"]
    found = []
    if asked is not None and chosen < asked and plan.scenario.objective.model != "none":
        found.append(text("fewer_chosen", language).format(asked, chosen))
    if (new["kind"] == "village_point").any():
        found.append(text("village_caution", language))
    return found
