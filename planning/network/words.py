"""Words of network plans in Chinese and English, in one plain table; part of `planning.texts`."""

from typing import Final

# denominator → (Chinese, English)
DENOMINATORS: Final[dict[str, tuple[str, str]]] = {
    "need": ("需要并愿意使用该服务的残疾人", "persons who need and would use the service"),
    "units": ("所需服务量", "units of service needed"),
    "routed": ("有路线者", "persons with a route"),
    "at_sites": ("在机构获得服务者", "persons served at sites"),
    "capacity": ("机构服务能力", "capacity at sites"),
    "sites": ("县级以下有县中心的机构", "sites below the county that have a centre"),
    "new": ("新获服务者", "persons newly served"),
    "none": ("无分母", "no denominator"),
}
# key → (Chinese, English)
NETWORK_TEXTS: Final[dict[str, tuple[str, str]]] = {
    **{f"of_network_{key}": words for key, words in DENOMINATORS.items()},
    "unit_index": ("指数", "index"),
    "unit_points": ("百分点", "points"),
    "unit_units": ("服务量", "units"),
    "unit_units a person": ("服务量/人", "units a person"),
    "all_year": ("全年（冬夏都可到达）", "all year (in time in summer and in winter)"),
    "network_years": ("规划年份 {0}–{1}；季节：{2}", "years {0}-{1}; seasons: {2}"),
    "network_money": (
        "资金合计 {0}：建设 {1}，运行 {2}（其中巡回与上门 {3}）",
        "money of all years {0}: capital {1}, running {2} (of this rounds and home service {3})",
    ),
    "network_no_money": ("没有支出", "nothing is spent"),
    "network_opened": ("{0} 年：新设或升级 {1} 处（{2}）；支出 {3}", "{0}: {1} opened or upgraded ({2}); {3} spent"),
    "tier_county": ("县级 {0}", "county {0}"),
    "tier_township": ("乡镇 {0}", "township {0}"),
    "tier_village": ("村级 {0}", "village {0}"),
    "network_reused": (
        "其中 {0} 处设在现有建筑内，{1} 处新建",
        "of these {0} in buildings that stand, {1} new buildings",
    ),
    "network_served": ("获得服务（{0} 年，按服务计）", "served ({0}, by service)"),
    "network_service": (
        "{0}：需要 {1:,} 人，可获服务 {2:,}（{3}，其中上门 {4:,}），在附近但容量已满 {5:,}，太远 {6:,}，"
        "无已知路线 {7:,}",
        "{0}: {1:,} persons need it, {2:,} served ({3}, {4:,} of them at home), {5:,} near but full, {6:,} too far, "
        "{7:,} no route known",
    ),
    "network_everyone": ("全部服务", "all services"),
    "network_rounds": (
        "巡回与上门（{0} 年）：从 {1} 个县中心出发，{2:,.0f} 个人员工作日，{3:,.0f} 个车辆日，{4}",
        "rounds and home service ({0}): from {1} county centres, {2:,.0f} staff days, {3:,.0f} vehicle days, {4}",
    ),
    "network_no_rounds": ("没有巡回与上门服务", "no rounds and no home service"),
    "network_worst": ("覆盖最低：{0} {1}", "worst county: {0} {1}"),
    "network_newly": (
        "{0} 年比现状多服务 {1:,} 人（按服务计）；各年资金合计，平均每人 {2}",
        "{1:,} more served in {0} than by what stands (by service); the money of all years is {2} for each",
    ),
    "network_tilt": (
        "倾斜地区覆盖率比其他地区{0}（现状{1}）",
        "tilted areas are {0} the rest (before, {1} it)",
    ),
    "network_behind": ("低 {0:.1f} 个百分点", "{0:.1f} points behind"),
    "network_ahead": ("高 {0:.1f} 个百分点", "{0:.1f} points ahead of"),
    "network_one_road": (
        "{0:,} 人（按服务计）在时限内的所有路线都依赖同一段道路",
        "{0:,} persons (by service) whose every route in time uses one stretch of road",
    ),
    "network_map": ("地图与各方案共用的指标按：{0}", "the map and the indicators of all plans: {0}"),
    "network_aim": ("目标“{0}”：{1}；{2}", "aim '{0}': {1}; {2}"),
    "network_at_most": ("任何方案至多达到 {0}（未证明最优）", "no plan can reach more than {0} (not proven best)"),
    "network_at_least": ("任何方案都不会低于 {0}（未证明最优）", "no plan can be below {0} (not proven best)"),
    "aim_most_units": ("提供最多服务", "most service delivered"),
    "aim_neediest": ("最需要者优先", "the neediest first"),
    "aim_kolm_pollak": ("公平优先（Kolm–Pollak）", "fairness first (Kolm-Pollak)"),
    "aim_most": ("提供最多服务", "most service delivered"),
    "aim_worst_off": ("覆盖最低的县尽量高", "the worst-off county as high as can be"),
    "aim_least_cost": ("费用最少", "least cost"),
    "aim_fewest_sites": ("机构最少", "fewest sites"),
    "aim_least_regret": ("各季遗憾最小", "least regret over seasons"),
    "map_stands": ("现有机构", "institutions that stand"),
    "map_county": ("新增：县级扩建", "new: county centre extended"),
    "map_township": ("新增：乡镇机构", "new: township institution"),
    "map_village": ("新增：村级服务点", "new: village point"),
    "map_locked": ("新增：已锁定", "new: locked"),
    "map_home": ("巡回上门服务的居民点", "places served at home by rounds"),
    "map_form": ("形式", "form"),
    "map_opened": ("启用年份", "opened in"),
    "map_served": ("服务人数（末年，按服务计）", "persons served (last year, by service)"),
    "map_running": ("年运行成本（元）", "running cost (yuan a year)"),
    "form_existing": ("现有", "stands already"),
    "form_embedded": ("嵌入现有建筑", "embedded in a building that stands"),
    "form_upgraded": ("扩建或改造", "upgraded"),
    "form_new": ("新建", "new building"),
    "explain_plan": ("解释方案", "explaining the plan"),
}
