"""A network plan as lines of text: years, money, sites, who is served, rounds, and how good it is known to be."""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from geodata.errors import in_language
from geodata.services import services
from planning.network.reasons.sentences import amount
from planning.network.result import NOTHING_YET, NetworkPlan
from planning.texts import TEXTS, gap_sentence, text

BY_BOUND = {"worst_off": "network_at_most", "least_regret": "network_at_least", "fewest_sites": "network_at_least"}
"""Aims whose distance from the best is told as what no plan can pass, with the text for it."""
SAID = ("one_road", "rounds", "building_instead")
"""Kinds of explanations that are told among the lines; the others stand in explanations.csv."""
TIERS = ("county", "township", "village")


def network_lines(plan: NetworkPlan, language: str, counties: pd.DataFrame) -> list[str]:
    """What a planner wants to know first, a line each.

    Args:
        counties: `county_code`, `name_zh`, `name_en`.
    """
    return [
        _years(plan, language),
        _money(plan, language),
        *_opened(plan, language),
        *_served(plan, language),
        _rounds(plan, language),
        *_fairness(plan, language, counties),
        *aim_lines(plan, language),
    ]


def map_lines(plan: NetworkPlan, language: str) -> list[str]:
    """What stands beside a map: money, who is served in the last year, how good the plan is known to be."""
    heading, everyone, *_ = _served(plan, language)
    return [_money(plan, language), heading, everyone.strip(), *aim_lines(plan, language)]


def _years(plan: NetworkPlan, language: str) -> str:
    seasons = text("and", language).join(text(s, language) if s in TEXTS else s for s in plan.seasons)
    return text("network_years", language).format(plan.years[0], plan.last_year, seasons)


def _yuan(value: float, language: str) -> str:
    return in_language(amount(value, "yuan"), language)


def _money(plan: NetworkPlan, language: str) -> str:
    if not plan.money["yuan"].sum() > 0:
        return text("network_no_money", language)
    kinds = [plan.money.loc[plan.money["kind"] == kind, "yuan"].sum() for kind in ("capital", "running")]
    sums = (plan.money["yuan"].sum(), *kinds, plan.rounds["yuan"].sum())
    return text("network_money", language).format(*(_yuan(float(x), language) for x in sums))


def _opened(plan: NetworkPlan, language: str) -> Iterator[str]:
    """What opens in every year by tier, and how much of it is in buildings that stand."""
    for year in plan.years:
        here = plan.sites[plan.sites["opened"] == year]
        spent = float(plan.money.loc[plan.money["year"] == year, "yuan"].sum())
        told = (year, len(here), tiers(here, language), _yuan(spent, language))
        yield text("network_opened", language).format(*told)
    chosen = plan.sites[plan.sites["opened"] != NOTHING_YET]
    new = int((chosen["form"] == "new").sum())
    yield text("network_reused", language).format(len(chosen) - new, new)


def tiers(sites: pd.DataFrame, language: str) -> str:
    """How many of these sites there are in each tier."""
    return "，".join(_tiers(sites, language)) if language == "zh" else ", ".join(_tiers(sites, language))


def _tiers(sites: pd.DataFrame, language: str) -> list[str]:
    return [text(f"tier_{tier}", language).format(int((sites["tier"] == tier).sum())) for tier in TIERS]


def service_title(key: str, language: str) -> str:
    """The name of a service; its key where it has none."""
    known = services().get(key)
    return key if known is None else known.zh if language == "zh" else known.en


def _served(plan: NetworkPlan, language: str) -> Iterator[str]:
    """The four groups of the last year: all services, then each."""
    last = plan.groups[plan.groups["year"] == plan.last_year]
    yield text("network_served", language).format(plan.last_year)
    parts = [(service_title(s, language), last[last["service"] == s]) for s in plan.services]
    for title, part in [(text("network_everyone", language), last), *parts]:
        names = ("", "_served", "_at_home", "_near_but_full", "_too_far", "_no_route")
        need, served, home, full, far, none = (int(part[f"persons{n}"].sum()) for n in names)
        share = f"{served / need * 100:.1f}%" if need else "—"
        line = text("network_service", language).format(title, need, served, share, home, full, far, none)
        yield f"  {line}"


def _rounds(plan: NetworkPlan, language: str) -> str:
    last = plan.rounds[plan.rounds["year"] == plan.last_year]
    if not len(last):
        return text("network_no_rounds", language)
    days = (float(last["staff_days"].sum()), float(last["vehicle_days"].sum()))
    yuan = _yuan(float(last["yuan"].sum()), language)
    return text("network_rounds", language).format(plan.last_year, last["site_id"].nunique(), *days, yuan)


def _fairness(plan: NetworkPlan, language: str, counties: pd.DataFrame) -> Iterator[str]:
    worst = worst_county(plan)
    if worst is not None:
        code, share = worst
        names = counties.set_index("county_code")["name_zh" if language == "zh" else "name_en"]
        yield text("network_worst", language).format(names.get(code, code), f"{share * 100:.1f}%")
    newly, each = plan.value("persons_newly_served"), plan.value("yuan_per_newly_served")
    if each == each:
        yield text("network_newly", language).format(plan.last_year, round(newly), _yuan(each, language))
    gap, before = plan.value("tilt_gap_points"), plan.value("tilt_gap_points", year=NOTHING_YET)
    if gap == gap and before == before:
        now, then = (_behind(x, language) for x in (gap, before))
        yield text("network_tilt", language).format(now, then)
    hanging = plan.value("persons_on_one_road")
    if hanging == hanging:
        yield text("network_one_road", language).format(round(hanging))
    yield from (told.zh if language == "zh" else told.en for told in plan.explanations if told.kind in SAID)


def _behind(points: float, language: str) -> str:
    """How far the tilted areas are behind the rest, or ahead of it."""
    key = "network_ahead" if round(points, 1) < 0 else "network_behind"
    return text(key, language).format(abs(points))


def worst_county(plan: NetworkPlan) -> tuple[str, float] | None:
    """Code and share of the county with the smallest share served in the last year; None where there is no need."""
    last = plan.groups[plan.groups["year"] == plan.last_year]
    by = last.groupby("county_code")[["persons_served", "persons"]].sum()
    by = by[by["persons"] > 0]
    if not len(by):
        return None
    share = by["persons_served"] / by["persons"]
    return str(share.idxmin()), float(share.min())


def aim_lines(plan: NetworkPlan, language: str) -> list[str]:
    """Every aim with what it reached and what no plan can pass; aims that only prepare another are left out."""
    return [_aim(aim, language) for aim in plan.aims if f"aim_{aim['aim']}" in TEXTS]


def _aim(aim: Any, language: str) -> str:
    reached = _measured(aim["objective"], aim["unit"], language)
    return text("network_aim", language).format(text(f"aim_{aim['aim']}", language), reached, _quality(aim, language))


def _measured(value: float, unit: str, language: str) -> str:
    return f"{value * 100:.1f}%" if unit == "share" else in_language(amount(value, unit), language)


def _quality(aim: Any, language: str) -> str:
    """How good it is known to be: in shares of it, or by what no plan can pass where a share of it says little."""
    is_bound = aim["bound"] is not None and math.isfinite(aim["bound"])
    if aim["status"] == "optimal" or aim["aim"] not in BY_BOUND or not is_bound:
        return gap_sentence(f"network_{aim['aim']}", aim["status"], aim["gap"], language)
    if BY_BOUND[aim["aim"]] == "network_at_most":
        return text("network_at_most", language).format(f"{math.ceil(aim['bound'] * 1000) / 10:.1f}%")
    below = max(0.0, aim["bound"])
    return text("network_at_least", language).format(_measured(below, aim["unit"], language))
