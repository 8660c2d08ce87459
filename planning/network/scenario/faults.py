"""What is wrong with a `[network]` table as a whole, in plain sentences."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from geodata.errors import Sentence, both, prefixed
from geodata.services import SERVICES
from geodata.travel.rules import PROFILES
from planning.faults import nearest
from planning.network.scenario.form import ROUND_STAFF, SPECIALISMS, VALUED, Network

if TYPE_CHECKING:
    from planning.scenario_form import Form


def network_faults(scenario: "Form") -> list[Sentence]:
    """One sentence for every combination that cannot be, of a scenario whose keys are each in order."""
    if scenario.network is None:
        return _only_in_networks(scenario)
    return (
        _around(scenario)
        + _words(scenario.network)
        + _aims(scenario, scenario.network)
        + _money(scenario.network)
        + _seasons(scenario, scenario.network)
        + _locks(scenario, scenario.network)
        + _comparisons(scenario, scenario.network)
        + _repeats(scenario.network)
    )


def _only_in_networks(scenario: "Form") -> list[Sentence]:
    """Changes that only a network plan understands."""
    return [
        both(
            f"changes no. {i} (lock) year: only a plan over years takes it; leave it out or add a table [network]",
            f"changes 第 {i} 项（lock）year：只用于多年方案；请删去，或补上 [network]",
        )
        for i, change in enumerate(scenario.changes, 1)
        if change.type == "lock" and change.year is not None
    ]


def _around(scenario: "Form") -> list[Sentence]:
    """Keys outside the table that would say the same differently."""
    found = []
    if scenario.objective.model != "none":
        found.append(
            both(
                f"[objective] model: '{scenario.objective.model}' found beside [network]; leave the model out, "
                "the aims stand in [network] aims",
                f"[objective] model：与 [network] 同时出现“{scenario.objective.model}”；请删去模型，"
                "目标写在 [network] aims",
            )
        )
    if scenario.candidates.kinds != ("township_place",):
        found.append(_instead("[candidates] kinds", "[network] village_points"))
    if scenario.profile != "car":
        found.append(_instead("profile", "[network.profiles]"))
    return found


def _instead(key: str, other: str) -> Sentence:
    return both(
        f"{key}: does not go with [network]; use {other}",
        f"{key}：不能与 [network] 同用；请改用 {other}",
    )


def _words(network: Network) -> list[Sentence]:
    """Services, profiles and specialisms that do not exist, and services that are not planned."""
    found = _unknown("[network] services", network.services, SERVICES)
    for key in ("minutes", "profiles", "standards"):
        named = getattr(network, key)
        found += _unknown(f"[network.{key}]", named, SERVICES)
        found += [
            both(
                f"[network.{key}]: '{service}' is not among [network] services; add it there or leave it out",
                f"[network.{key}]：“{service}”不在 [network] services 中；请补上或删去",
            )
            for service in named
            if service in SERVICES and service not in network.services
        ]
    found += _unknown("[network.profiles]", network.profiles.values(), tuple(PROFILES))
    return found + _unknown("[network.staff]", network.staff, (*SPECIALISMS, ROUND_STAFF))


def _unknown(where: str, words: Iterable[str], known: tuple[str, ...]) -> list[Sentence]:
    hints = [(word, nearest(word, known)) for word in words if word not in known]
    return [prefixed(where, both(f"'{w}' is not known{h}", f"没有“{w}”{h.zh}")) for w, h in hints]


def _aims(scenario: "Form", network: Network) -> list[Sentence]:
    found = []
    valued = [aim for aim in network.aims if aim in VALUED]
    if len(valued) > 1:
        found.append(
            both(
                f"[network] aims: {' and '.join(valued)} found, one of {', '.join(VALUED)} at most is needed, for each "
                "says differently what a unit of service is worth",
                f"[network] aims：同时出现 {'、'.join(valued)}；{'、'.join(VALUED)} 至多选一个，"
                "它们对服务价值的计法不同",
            )
        )
    if "neediest" in network.aims and scenario.weights.severe == scenario.weights.hardship == 1:
        found.append(
            both(
                "[network] aims: 'neediest' needs [weights] with severe or hardship other than 1; give them, or take "
                "'most_units'",
                "[network] aims：“neediest”需要 [weights] 中的 severe 或 hardship 不等于 1；请填写，或改用“most_units”",
            )
        )
    if network.aims[0] in ("least_cost", "fewest_sites") and not _has_target(scenario, network):
        found.append(
            both(
                f"[network] aims: '{network.aims[0]}' first, without a standard, a floor or a lock, is met by doing "
                "nothing; give [network.standards] or [network.floors], or put another aim first",
                f"[network] aims：“{network.aims[0]}”排第一而没有标准、底线或锁定，则什么都不建即可达到；"
                "请填写 [network.standards] 或 [network.floors]，或把其他目标排在前面",
            )
        )
    return found


def _has_target(scenario: "Form", network: Network) -> bool:
    floors = (network.floors.county_share, *network.floors.counties.values(), *network.standards.values())
    return any(share > 0 for share in floors) or any(change.type == "lock" for change in scenario.changes)


def _money(network: Network) -> list[Sentence]:
    found = [
        both(
            f"[network.money] no. {i}: yuan: {len(money.yuan)} numbers found, 1 or {network.years} (one a year) needed",
            f"[network.money] 第 {i} 项：yuan：发现 {len(money.yuan)} 个数；请填 1 个，或每年一个共 {network.years} 个",
        )
        for i, money in enumerate(network.money, 1)
        if len(money.yuan) not in (1, network.years)
    ]
    if network.money and all(money.pays == "capital" for money in network.money):
        found.append(
            both(
                "[network.money]: every source pays capital only, so nothing could run; give one that pays running or "
                "both",
                "[network.money]：所有来源都只支付建设成本，建成后无法运行；请给出支付运行或两者的来源",
            )
        )
    if network.tilt and not (network.tilt.counties or network.tilt.prefectures):
        found.append(
            both(
                "[network.tilt]: no county or prefecture is named; name those that the share is for",
                "[network.tilt]：没有写明县或地州；请填写份额所给予的地方",
            )
        )
    return found


def _seasons(scenario: "Form", network: Network) -> list[Sentence]:
    found = []
    if "least_regret" in network.aims and network.season != "both":
        found.append(
            both(
                "[network] aims: 'least_regret' compares seasons and needs season = \"both\"; change one of them",
                '[network] aims：“least_regret”要比较不同季节，需要 season = "both"；请改其中一项',
            )
        )
    months = scenario.assumptions.get("winter_months", 0.0)
    if months > 12:
        found.append(
            both(
                f"[assumptions] winter_months: {months:g} found, 12 or less is needed",
                f"[assumptions] winter_months：发现 {months:g}；请填不大于 12 的数",
            )
        )
    given = "month" if scenario.month is not None else "season"
    other = scenario.month is not None or scenario.season == "winter"
    if other and network.season not in (None, scenario.season):
        found.append(
            both(
                f"[network] season: '{network.season}' found beside the scenario's own {given}; leave out one of them",
                f"[network] season：“{network.season}”与情景自己的 {given} 不一致；请删去其中一项",
            )
        )
    return found


def _comparisons(scenario: "Form", network: Network) -> list[Sentence]:
    """Comparisons with what the plan already is."""
    found = []
    if "phasing" in network.compare and network.years == 1:
        found.append(
            both(
                "[network] compare: 'phasing' compares year by year with all at once and needs 2 years or more, 1 "
                "found; raise years or leave it out",
                "[network] compare：“phasing”比较逐年建设与一次到位，需要 2 年以上，发现 1 年；请增加 years 或删去该项",
            )
        )
    season = network.season or scenario.season
    if "seasons" in network.compare and season not in ("all_year", "both"):
        found.append(
            both(
                f"[network] compare: 'seasons' needs a plan for more than one season, '{season}' found; set season = "
                '"all_year" or "both", or leave it out',
                f"[network] compare：“seasons”用于比较不同季节，发现季节为“{season}”；"
                '请把 season 设为 "all_year" 或 "both"，或删去该项',
            )
        )
    return found


def _locks(scenario: "Form", network: Network) -> list[Sentence]:
    years = network.calendar
    return [
        both(
            f"changes no. {i} (lock) year: {change.year} found, {years[0]} to {years[-1]} is needed",
            f"changes 第 {i} 项（lock）year：发现 {change.year}；请填 {years[0]} 至 {years[-1]}",
        )
        for i, change in enumerate(scenario.changes, 1)
        if change.type == "lock" and change.year is not None and change.year not in years
    ]


def _repeats(network: Network) -> list[Sentence]:
    """Names that stand twice where each may stand once."""
    lists = {
        "[network] services": network.services,
        "[network] aims": network.aims,
        "[network] why_not": network.why_not,
        "[network] compare": network.compare,
        "[network.money] source": [money.source for money in network.money],
        "[network.staff_counties] county": [row.county for row in network.staff_counties],
    }
    return [
        both(f"{where}: '{word}' stands twice; keep one", f"{where}：“{word}”出现两次；请只留一个")
        for where, words in lists.items()
        for word in dict.fromkeys(words)
        if list(words).count(word) > 1
    ]
