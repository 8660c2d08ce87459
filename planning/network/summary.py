"""A network plan as lines of text: years, money, sites, staff, who is served, and how good it is known to be."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from geodata.errors import in_language
from geodata.services import services
from planning.network.reasons.sentences import amount
from planning.network.result import NOTHING_YET, NetworkPlan
from planning.network.summary_aims import aim_lines
from planning.network.words import STAFF, counted
from planning.texts import TEXTS, text

SAID = ("one_road", "rounds", "building_instead", "phasing", "seasons", "integration", "why_not")
"""Kinds of explanations that are told among the lines; the others stand in explanations.csv."""
TIERS = ("county", "township", "village")
BUILT_NEW = ("special_school",)
"""Hosts whose extension is a new wing."""
NEARLY = 0.95
"""Share of the staff of a county from which they count as nearly all taken."""
NAMED = 3
"""Counties that are told by name; more of them are counted."""
Names = Mapping[str, str]


def network_lines(plan: NetworkPlan, language: str, counties: pd.DataFrame) -> list[str]:
    """What a planner wants to know first, a line each.

    Args:
        counties: `county_code`, `name_zh`, `name_en`.
    """
    column = "name_zh" if language == "zh" else "name_en"
    names = dict(zip(counties["county_code"], counties[column], strict=True))
    return [
        _years(plan, language),
        _money(plan, language),
        *_left(plan, language),
        *_opened(plan, language),
        *_staff(plan, language, names),
        *_served(plan, language, names),
        _rounds(plan, language),
        *_fairness(plan, language, names),
        *_aims(plan, language),
    ]


def map_lines(plan: NetworkPlan, language: str) -> list[str]:
    """What stands beside a map: money, who is served in the last year, how good the plan is known to be."""
    heading, everyone, *_ = _served(plan, language, {})
    return [_money(plan, language), heading, everyone.strip(), *_aims(plan, language)]


def _years(plan: NetworkPlan, language: str) -> str:
    years = f"{plan.years[0]}–{plan.last_year}" if len(plan.years) > 1 else str(plan.last_year)
    seasons = [text(s, language) if s in TEXTS else s for s in plan.seasons]
    return text("network_years", language).format(years, listed(seasons, language))


def listed(parts: Sequence[str], language: str) -> str:
    """Words one after the other."""
    return ("、" if language == "zh" else ", ").join(parts)


def _yuan(value: float, language: str) -> str:
    return in_language(amount(value, "yuan"), language)


def _money(plan: NetworkPlan, language: str) -> str:
    if not plan.money["yuan"].sum() > 0:
        return text("network_no_money", language)
    kinds = [plan.money.loc[plan.money["kind"] == kind, "yuan"].sum() for kind in ("capital", "running")]
    sums = (plan.money["yuan"].sum(), *kinds, plan.rounds["yuan"].sum())
    return text("network_money", language).format(*(_yuan(float(x), language) for x in sums))


def _left(plan: NetworkPlan, language: str) -> Iterator[str]:
    """What each source did not spend, where money is a limit; how much, not why."""
    left, given = (_by_source(plan, key) for key in ("yuan_left", "yuan_given"))
    if round(left.get("all", 0.0)) <= 0:
        return
    of = [
        text("network_left_of", language).format(source.removeprefix("source:"), _yuan(yuan, language))
        for source, yuan in left.items()
        if source != "all" and round(yuan) > 0
    ]
    total, whole = (_yuan(x["all"], language) for x in (left, given))
    yield text("network_left", language).format(total, whole, text("and", language).join(of))


def _by_source(plan: NetworkPlan, key: str) -> dict[str, float]:
    """Scope → value of one indicator of the last year, without the counties."""
    table = plan.indicators[(plan.indicators["key"] == key) & (plan.indicators["year"] == plan.last_year)]
    kept = table[~table["scope"].str.startswith("county:")]
    return dict(zip(kept["scope"], kept["value"], strict=True))


def _opened(plan: NetworkPlan, language: str) -> Iterator[str]:
    """What opens in every year by tier and what is added, how much of it is built new, and where staff are trained."""
    for year in plan.years:
        here = plan.sites[plan.sites["opened"] == year]
        spent = float(plan.money.loc[plan.money["year"] == year, "yuan"].sum())
        key = "network_opened" if len(here) else "network_nothing_opened"
        told = text(key, language).format(year, _yuan(spent, language), len(here), tiers(here, language))
        added = services_added(plan, year)
        yield told + (text("network_added", language).format(counted(added, "service", language)) if added else "")
    chosen = plan.sites[plan.sites["opened"] != NOTHING_YET]
    if len(chosen):
        yield text("network_reused", language).format(*ways_of_building(chosen))
    trains = plan.modules[(plan.modules["opened"] != NOTHING_YET) & (plan.modules["service"] == "")]
    if len(trains):
        yield text("network_training", language).format(counted(trains["site_id"].nunique(), "centre", language))


def services_added(plan: NetworkPlan, year: int) -> int:
    """How many services a year adds to, or widens at, sites that are open before it."""
    new = plan.modules[(plan.modules["opened"] == year) & (plan.modules["service"] != "")]
    opening = plan.sites.loc[plan.sites["opened"] == year, "site_id"]
    return len(new.loc[~new["site_id"].isin(opening), ["site_id", "service"]].drop_duplicates())


def ways_of_building(chosen: pd.DataFrame) -> tuple[int, int, int]:
    """How many of the chosen sites are embedded, extended or refitted, and newly built; a school's wing is new."""
    form = chosen["form"]
    new = (form == "new") | ((form == "upgraded") & chosen["host_type"].isin(BUILT_NEW))
    upgraded = (form == "upgraded") & ~new
    return int((~new & ~upgraded).sum()), int(upgraded.sum()), int(new.sum())


def _staff(plan: NetworkPlan, language: str, names: Names) -> Iterator[str]:
    """Staff that are nearly all taken, or too few for anything more: by specialism, with the counties."""
    table = plan.indicators[plan.indicators["year"] == plan.last_year]
    taken = (table["key"] == "staff_taken") & (table["value"] >= NEARLY)
    used_up = (table["key"] == "staff_used_up") & (table["value"] > 0)
    scopes = [scope.split(":") for scope in dict.fromkeys(table.loc[taken | used_up, "scope"])]
    funded, by_kind = funded_counties(plan), dict[str, list[str]]()
    for _, county, key in scopes:
        if county in funded:
            by_kind.setdefault(key, []).append(county)
    parts = [
        text("network_staff_of", language).format(in_language(words, language), where(by_kind[key], language, names))
        for key, words in STAFF.items()
        if key in by_kind
    ]
    if parts:
        told = text("and", language).join(parts)
        yield text("network_staff", language).format(plan.last_year, f"{NEARLY:.0%}", told)


def where(counties: Sequence[str], language: str, names: Names) -> str:
    """Counties by name, or how many they are where there are many or no names."""
    if len(counties) > NAMED or not set(counties) <= set(names):
        return counted(len(counties), "county", language)
    return listed([names[c] for c in counties], language)


def tiers(sites: pd.DataFrame, language: str) -> str:
    """How many of these sites there are in each tier."""
    return "，".join(_tiers(sites, language)) if language == "zh" else ", ".join(_tiers(sites, language))


def _tiers(sites: pd.DataFrame, language: str) -> list[str]:
    return [text(f"tier_{tier}", language).format(int((sites["tier"] == tier).sum())) for tier in TIERS]


def service_title(key: str, language: str) -> str:
    """The name of a service; its key where it has none."""
    known = services().get(key)
    return key if known is None else known.zh if language == "zh" else known.en


def _served(plan: NetworkPlan, language: str, names: Names) -> Iterator[str]:
    """The four groups of the last year: all services, then each.

    Where money may go to some counties only, theirs alone, and all other counties together at the end.
    """
    last = plan.groups[plan.groups["year"] == plan.last_year]
    yield text("network_served", language).format(plan.last_year)
    funded = funded_counties(plan)
    here = last[last["county_code"].isin(funded)]
    everyone = text("network_everyone", language)
    parts = [(service_title(s, language), here[here["service"] == s]) for s in plan.services]
    if len(funded) < len(plan.counties):
        everyone = text("network_funded", language).format(where(funded, language, names))
        rest = [c for c in plan.counties if c not in funded]
        elsewhere = text("network_unfunded", language).format(where(rest, language, names))
        yield f"  {_groups(everyone, here, language)}"
        yield from (f"    {_groups(title, part, language)}" for title, part in parts)
        yield f"  {_groups(elsewhere, last[last['county_code'].isin(rest)], language)}"
        return
    yield from (f"  {_groups(title, part, language)}" for title, part in [(everyone, here), *parts])


def _groups(title: str, part: pd.DataFrame, language: str) -> str:
    names = ("", "_served", "_at_home", "_near_but_full", "_too_far", "_no_route")
    need, served, home, full, far, none = (int(part[f"persons{n}"].sum()) for n in names)
    share = f"{served / need * 100:.1f}%" if need else "—"
    return text("network_service", language).format(title, need, served, share, home, full, far, none)


def funded_counties(plan: NetworkPlan) -> list[str]:
    """The counties where some source of money may pay; all of them where money is no limit."""
    table = plan.indicators[(plan.indicators["key"] == "yuan_given") & (plan.indicators["year"] == plan.last_year)]
    given = dict(zip(table["scope"], table["value"], strict=True))
    found = [c for c in plan.counties if given.get(f"county:{c}", 0.0) > 0]
    return found or list(plan.counties)


def _rounds(plan: NetworkPlan, language: str) -> str:
    last = plan.rounds[plan.rounds["year"] == plan.last_year]
    if not len(last):
        return text("network_no_rounds", language)
    amounts = (
        (last["site_id"].nunique(), "centre"),
        (float(last["staff_days"].sum()), "staff_day"),
        (float(last["vehicle_days"].sum()), "vehicle_day"),
    )
    told = (counted(number, noun, language) for number, noun in amounts)
    return text("network_rounds", language).format(plan.last_year, *told, _yuan(float(last["yuan"].sum()), language))


def _fairness(plan: NetworkPlan, language: str, names: Names) -> Iterator[str]:
    worst = worst_county(plan)
    if worst is not None:
        code, share = worst
        yield text("network_worst", language).format(names.get(code, code), f"{share * 100:.1f}%")
    newly, each = plan.value("persons_newly_served"), plan.value("yuan_per_newly_served")
    if each == each:
        yield text("network_newly", language).format(plan.last_year, round(newly), _yuan(each, language))
    yield from _behind_the_rest(plan, language)
    hanging = _on_one_road(plan)
    if hanging == hanging:
        yield text("network_one_road", language).format(counted(hanging, "person", language))
    yield from (told.zh if language == "zh" else told.en for told in plan.explanations if told.kind in SAID)


def _on_one_road(plan: NetworkPlan) -> float:
    """Persons who depend on one road, of the counties where money may go; nan where it is not known."""
    funded = funded_counties(plan)
    if len(funded) == len(plan.counties):
        return plan.value("persons_on_one_road")
    return sum(plan.value("persons_on_one_road", f"county:{c}") for c in funded)


def _behind_the_rest(plan: NetworkPlan, language: str) -> Iterator[str]:
    """How far the areas of the tilt are behind the others, or southern Xinjiang where there is no tilt."""
    for key, words in (("tilt_gap_points", "network_tilt"), ("south_gap_points", "network_south")):
        gap, before = plan.value(key), plan.value(key, year=NOTHING_YET)
        if gap == gap and before == before:
            yield text(words, language).format(*(_behind(x, language) for x in (gap, before)))
            return


def _behind(points: float, language: str) -> str:
    """How far the tilted areas are behind the rest, or ahead of it."""
    key = "network_ahead" if round(points, 1) < 0 else "network_behind"
    return text(key, language).format(abs(points))


def worst_county(plan: NetworkPlan) -> tuple[str, float] | None:
    """Code and share of the county with the smallest share served in the last year, of those where money may go.

    None where fewer than two have any need.
    """
    last = plan.groups[(plan.groups["year"] == plan.last_year) & plan.groups["county_code"].isin(funded_counties(plan))]
    by = last.groupby("county_code")[["persons_served", "persons"]].sum()
    by = by[by["persons"] > 0]
    if len(by) < 2:
        return None
    share = by["persons_served"] / by["persons"]
    return str(share.idxmin()), float(share.min())


def _aims(plan: NetworkPlan, language: str) -> list[str]:
    """Every aim; where money may go to some counties only, that their values are of all of them."""
    told = aim_lines(plan, language)
    mixed = told and len(funded_counties(plan)) < len(plan.counties)
    return [*told, text("network_aims_everywhere", language)] if mixed else told
