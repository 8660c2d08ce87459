"""Words of network plans in Chinese and English, in one plain table; part of `planning.texts`."""

from typing import Final

from geodata.errors import Sentence, both

STAFF: Final[dict[str, Sentence]] = {
    "therapist": both("therapists", "康复治疗师"),
    "care_worker": both("care workers", "照护员"),
    "teacher": both("special teachers", "特教教师"),
    "social_worker": both("social workers and job coaches", "社工和就业辅导员"),
    "technician": both("device technicians", "辅具技师"),
    "round_staff": both("staff of rounds", "上门服务人员"),
    "round_days": both("days of the staff of rounds", "上门服务工作日"),
}
"""Staff by specialism, and the staff of rounds in persons and in days."""
# denominator → (Chinese, English)
DENOMINATORS: Final[dict[str, tuple[str, str]]] = {
    "need": ("需要并愿意使用该服务的残疾人", "persons who need and would use the service"),
    "units": ("所需服务量", "units of service needed"),
    "routed": ("有路线者", "persons with a route"),
    "at_sites": ("在机构获得服务者", "persons served at sites"),
    "capacity": ("机构服务能力", "capacity at sites"),
    "sites": ("县级以下有县中心的机构", "sites below the county that have a centre"),
    "staff": ("可增人员", "staff that can be found"),
    "new": ("新获服务者", "persons newly served"),
    "none": ("无分母", "no denominator"),
}
# key → (Chinese, English)
NETWORK_TEXTS: Final[dict[str, tuple[str, str]]] = {
    **{f"of_network_{key}": words for key, words in DENOMINATORS.items()},
    "unit_index": ("指数", "index"),
    "unit_points": ("百分点", "percentage points"),
    "unit_units": ("服务量", "units"),
    "unit_units a person": ("服务量/人", "units a person"),
    "all_year": ("全年（冬夏都可到达）", "all year (in time in summer and in winter)"),
    "network_years": ("规划年份 {0}；季节：{1}", "plan of {0}; season: {1}"),
    "network_money": (
        "资金合计 {0}：建设 {1}，运行 {2}（其中上门服务 {3}）",
        "money of all years {0}: capital {1}, running {2} (of this rounds {3})",
    ),
    "network_no_money": ("没有支出", "nothing is spent"),
    "network_left": ("未支出 {0}（各来源合计 {1}）：{2}", "not spent: {0} of {1} ({2})"),
    "network_left_of": ("{0} {1}", "{0}: {1}"),
    "network_opened": ("{0} 年：新设或升级 {2} 处（{3}）；支出 {1}", "{0}: {2} opened or upgraded ({3}); {1} spent"),
    "network_nothing_opened": ("{0} 年：没有新设或升级；支出 {1}", "{0}: nothing opened or upgraded; {1} spent"),
    "tier_county": ("县级 {0}", "county {0}"),
    "tier_township": ("乡镇 {0}", "township {0}"),
    "tier_village": ("村级 {0}", "village {0}"),
    "network_reused": (
        "其中嵌入现有建筑 {0} 处，原址扩建或改造 {1} 处，新建 {2} 处",
        "of these {0} embedded in existing buildings, {1} extended or refitted on the spot, {2} newly built",
    ),
    "network_added": ("；在已开放的机构增设或扩充服务 {0}", "; {0} added or widened at sites already open"),
    "network_training": ("定向培养人员：{0}", "staff are trained at {0}"),
    "network_staff": (
        "{0} 年可增人员已用去 {1} 以上或余下不够再增设：{2}",
        "staff taken to {1} or more in {0}, or too few left for anything more: {2}",
    ),
    "network_staff_of": ("{0}（{1}）", "{0} in {1}"),
    "network_served": (
        "获得服务（{0} 年，按各项服务分别计）",
        "who is served in {0} (counted once for each service)",
    ),
    "network_service": (
        "{0}：需要 {1:,} 人，可获服务 {2:,}（{3}，其中上门服务 {4:,}），在附近但容量已满 {5:,}，太远 {6:,}，"
        "无已知路线 {7:,}",
        "{0}: {1:,} in need, {2:,} served ({3}, {4:,} of them at home), {5:,} near but full, {6:,} too far, "
        "{7:,} no route known",
    ),
    "network_everyone": ("全部服务", "all services"),
    "network_funded": ("{0}（资金可用），全部服务", "{0}, where money may be spent, all services"),
    "network_unfunded": ("其他 {0}（资金不可用），全部服务", "{0} elsewhere, without money, all services"),
    "network_rounds": (
        "上门服务（{0} 年）：从 {1}出发，{2}，{3}，{4}",
        "rounds in {0}: from {1}, {2}, {3}, {4}",
    ),
    "network_no_rounds": ("没有上门服务", "no rounds"),
    "network_worst": ("覆盖率最低的县：{0}，{1}", "county with the smallest share served: {0}, {1}"),
    "network_newly": (
        "{0} 年比现有机构多服务 {1:,} 人（按各项服务分别计）；各年资金合计，平均每人 {2}",
        "{1:,} more served in {0} than by existing institutions (counted once for each service); the money of all "
        "years is {2} for each",
    ),
    "network_tilt": ("资金倾斜地区覆盖率{0}（现状{1}）", "areas with the tilt of money: {0} (at present {1})"),
    "network_south": ("南疆覆盖率{0}（现状{1}）", "southern Xinjiang: {0} (at present {1})"),
    "network_behind": ("比其他地区低 {0:.1f} 个百分点", "{0:.1f} percentage points behind the rest"),
    "network_ahead": ("比其他地区高 {0:.1f} 个百分点", "{0:.1f} percentage points ahead of the rest"),
    "network_one_road": (
        "{0}（按各项服务分别计）在时限内的所有路线都依赖同一段道路",
        "dependent on one stretch of road for every route in time: {0} (counted once for each service)",
    ),
    "network_map": ("地图与各方案共用的指标按：{0}", "the map and the indicators of all plans: {0}"),
    "network_aim": ("目标“{0}”：{1}；{2}", "aim '{0}': {1}; {2}"),
    "network_earlier_aim": (
        "目标“{0}”（为后续目标让出之前）：{1}；{2}",
        "aim '{0}' (before it gives way to later ones): {1}; {2}",
    ),
    "network_aims_everywhere": (
        "各目标的数值按全部地区计算，包括资金不能使用的地区",
        "the values of the aims are of the whole area, counties where no money may be spent included",
    ),
    "network_at_most": ("任何方案至多达到 {0}（未证明最优）", "no plan can reach more than {0} (not proven best)"),
    "network_at_least": ("任何方案都不会低于 {0}（未证明最优）", "no plan can be below {0} (not proven best)"),
    "aim_most_units": ("提供最多服务", "most service delivered"),
    "aim_neediest": ("最需要者优先", "the neediest first"),
    "aim_kolm_pollak": ("公平优先（Kolm–Pollak）", "fairness first (Kolm-Pollak)"),
    "aim_most": ("提供最多服务", "most service delivered"),
    "aim_worst_off": ("覆盖最低的县尽量高", "the worst-off county as high as can be"),
    "aim_least_cost": ("费用最少", "least cost"),
    "aim_fewest_sites": ("机构最少", "fewest sites"),
    "aim_least_regret": ("最差季节损失最小", "smallest loss in the worst season"),
    "map_stands": ("现有机构", "existing institution"),
    "map_county": ("新设或扩建：县级机构", "opened or extended: county institution"),
    "map_township": ("新设或扩建：乡镇机构", "opened or extended: township institution"),
    "map_village": ("新设：村级服务点", "opened: village point"),
    "map_locked": ("按锁定要求启用", "opened as ordered (locked)"),
    "map_home": ("上门服务的居民点", "neighbourhoods served at home"),
    "map_form": ("形式", "form"),
    "map_opened": ("启用年份", "opened in"),
    "map_served": ("服务人数（末年，按服务计）", "persons served (last year, by service)"),
    "map_running": ("年运行成本（元）", "running cost (yuan a year)"),
    "form_existing": ("现有", "existing"),
    "form_embedded": ("嵌入现有建筑", "embedded in an existing building"),
    "form_upgraded": ("扩建或改造", "extended or refitted"),
    "form_new": ("新建", "new building"),
    "explain_plan": ("解释方案", "explaining the plan"),
    "compare_plans": ("比较不同规划方式", "comparing ways of planning"),
}
# what is counted → (Chinese, English for one, English for more)
COUNTED: Final[dict[str, tuple[str, str, str]]] = {
    "person": ("{} 人", "{} person", "{} persons"),
    "county": ("{} 个县市", "{} county", "{} counties"),
    "centre": ("{} 个县中心", "{} county centre", "{} county centres"),
    "service": ("{} 项", "{} service", "{} services"),
    "staff_day": ("{} 个人员工作日", "{} staff day", "{} staff days"),
    "vehicle_day": ("{} 个车辆日", "{} vehicle day", "{} vehicle days"),
}


def counted(number: float, noun: str, language: str) -> str:
    """So many of something, in whole numbers: `3 counties`, `3 个县市`."""
    zh, one, more = COUNTED[noun]
    whole = round(number)
    return (zh if language == "zh" else one if whole == 1 else more).format(f"{whole:,}")
