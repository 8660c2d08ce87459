"""The settings that every scenario has, and those of one that chooses places for one kind of institution."""

from collections.abc import Callable
from typing import Final

from planning.editor.field import Field, always, location
from planning.scenario import Scenario
from planning.scenario_form import LIMITS


def _limited_by(key: str) -> Callable[[Scenario], bool]:
    return lambda scenario: location(scenario) and getattr(scenario.objective, key) is not None


def _optimises(model: str) -> Callable[[Scenario], bool]:
    return lambda scenario: location(scenario) and scenario.objective.model == model


def _two_limits(scenario: Scenario) -> bool:
    return location(scenario) and len(LIMITS[scenario.objective.model]) > 1


def _equity(scenario: Scenario) -> bool:
    return _optimises("p_median")(scenario) and scenario.objective.inequality_aversion > 0


AIM: Final = (
    Field("objective.goal", "choice", "目标", "Objective",
          "方案要优先达到什么，例如让尽量多的人在规定时间内到达。",
          "What the plan is to reach first, such as most people within the time.",
          "aim", "usual", options="goals", when=location, keys=("objective.model",)),
    Field("objective.limit_by", "choice", "受什么限制", "Limited by",
          "用机构数、建设资金或两者一起限制方案的规模。",
          "Whether the number of institutions, the capital, or both bound the plan.",
          "aim", "usual", options="limits", when=_two_limits, keys=()),
    Field("objective.sites", "whole", "新增机构数", "New institutions",
          "方案新增多少个机构，锁定的也算在内。",
          "How many new institutions the plan has, locked ones included.",
          "aim", "usual", "sites", when=_limited_by("sites")),
    Field("objective.budget_yuan", "number", "建设资金", "Capital",
          "新增机构的建设费用合计不超过这个数。",
          "The new institutions together cost no more than this to set up.",
          "aim", "usual", "wan_yuan", 100, when=_limited_by("budget_yuan")),
    Field("objective.minutes", "number", "“附近”的时限", "Near means within",
          "到机构的时间不超过这个数就算在附近。",
          "Somebody is near when the way to an institution takes no longer than this.",
          "aim", "usual", "min", 5),
    Field("objective.cover_share", "number", "要覆盖的比例", "Share to cover",
          "在可能有机构在附近的人中，至少要有这么大比例在附近。",
          "Of those who can be near at all, at least this share must be.",
          "aim", "usual", "percent", 1, when=_optimises("set_cover")),
    Field("objective.backup_share", "number", "第二处机构的权重", "Worth of a second institution",
          "附近有第二个机构值多少，其余权重归第一个。",
          "How much a second institution near counts; the first counts the rest.",
          "aim", "usual", "percent", 10, when=_optimises("backup_coverage")),
    Field("objective.inequality_aversion", "number", "对不公平的厌恶程度", "Inequality aversion",
          "数值越大，越先照顾路途最远的人；0 表示只看平均时间。",
          "The larger, the more the farthest come first; 0 looks at the mean only.",
          "aim", "usual", step=0.2, when=_equity),
)  # fmt: skip

PEOPLE: Final = (
    Field("weights.severe", "number", "重度（一、二级）权重", "Weight of severe (grades 1-2)",
          "一名重度残疾人相当于几个人，只影响选址，不影响人数统计。",
          "How much a person with a severe disability counts when places are chosen; counts stay counts.",
          "people", "usual", "times", 0.5),
    Field("weights.hardship", "number", "特殊困难权重", "Weight of hardship",
          "一名有特殊困难的人相当于几个人，只影响选址。",
          "How much a person in hardship counts when places are chosen.",
          "people", "usual", "times", 0.5),
    Field("demand_base", "choice", "人数口径", "Count of persons",
          "人数取登记数、各县总数还是调查推算。",
          "Whether persons are those registered, the totals of the counties, or from the survey.",
          "people", options="bases"),
    Field("with_separate_xpcc", "switch", "计入阿拉尔、图木舒克（兵地融合）", "Count Alar and Tumxuk (XPCC) too",
          "把单列统计的兵团城市的人和机构也算进来。",
          "People and institutions of the XPCC cities that are counted apart are counted in.",
          "people"),
    Field("changes.scale_demand", "rows", "调整某县的人数", "Change the persons of a county",
          "把一个县的人数乘以一个倍数，看人口变化后的方案。",
          "The persons of a county times a factor, to see a plan for other numbers.",
          "people", options="counties", fields=(
              Field("county", "choice", "县市", "County", "要调整的县。", "Which county.", options="counties"),
              Field("factor", "number", "倍数", "Factor", "人数乘以多少。", "Times how much.", unit="times", step=0.1),
          )),
)  # fmt: skip

WHEN: Final = (
    Field("when", "choice", "季节或月份", "Season or month",
          "冬季车速较慢；选择月份时，当月封闭的道路自动生效。",
          "Winter is slower; with a month, the roads that are closed in it are closed.",
          "when", "usual", options="when", keys=("season", "month")),
    Field("profile", "choice", "出行方式", "Who travels, and how",
          "按哪种出行方式计算到达时间。",
          "How people travel, which sets the minutes.",
          "when", "usual", options="profiles", when=location),
    Field("changes.close_road", "several", "封闭路段", "Closed roads",
          "这些路段不能通行，看山口封闭时的方案。",
          "These roads cannot be used, to see a plan for closed passes.",
          "when", "usual", options="closures", keys=("changes.close_road",)),
    Field("changes.set_speed", "rows", "车速与行走速度", "Speeds",
          "用自己的数值替换一项速度或折减系数。",
          "Your own value in place of a speed or a factor of it.",
          "when", options="speeds", fields=(
              Field("speed", "choice", "哪一项", "Which", "要替换的速度。", "Which speed.", options="speeds"),
              Field("value", "number", "数值", "Value", "新的数值。", "The new value.", step=1),
          )),
)  # fmt: skip

PLACES: Final = (
    Field("candidates.kinds", "several", "备选点的类型", "Kinds of candidates",
          "新机构可以设在哪类地点；村级服务点只提供部分服务。",
          "Where new institutions may be; village points offer part of the services.",
          "places", "usual", options="candidate_kinds", when=location),
    Field("candidates.counties", "several", "只在这些县市选址", "Only in these counties",
          "留空表示所有县市都可以选址。",
          "Empty for all counties.",
          "places", options="counties"),
    Field("changes.lock", "several", "锁定（必选）", "Locked in",
          "这些地点一定选上，占用机构数和资金。",
          "These places are chosen in any case and count against number and capital.",
          "places", "usual", options="candidates", when=location),
    Field("changes.lock_year", "rows", "锁定（必选）", "Locked in",
          "这些地点一定选上；可写明最迟哪一年开放。",
          "These places are chosen in any case; a year says when they must be open.",
          "places", "usual", options="candidates", when=lambda s: not location(s), keys=("changes.lock",), fields=(
              Field("site", "choice", "地点", "Place", "必选的地点。", "The place.", options="candidates"),
              Field("year", "whole", "最迟开放年份", "Open from", "留空表示规划末年以前。",
                    "Empty for by the last year."),
          )),
    Field("changes.forbid", "several", "排除（不可选）", "Forbidden",
          "这些地点不参加选址。",
          "These places are never chosen.",
          "places", "usual", options="candidates"),
    Field("changes.open", "several", "视为已有机构", "As if open already",
          "把这些备选点当作已经建好，不占用机构数和资金。",
          "These candidates count as institutions that are there, at no cost to the plan.",
          "places", options="candidates"),
    Field("changes.close", "several", "关闭现有机构", "Closed institutions",
          "假设这些现有机构停办。",
          "These existing institutions are taken as gone.",
          "places", options="institutions"),
    Field("changes.unsafe", "rows", "因安全原因不可用", "Unsafe places",
          "不能使用的地点及其原因，会写入报告。",
          "Places that must not be used, and why; reports say so.",
          "places", options="sites", fields=(
              Field("site", "choice", "地点", "Place", "不可用的地点。", "The place.", options="sites"),
              Field("reason", "text", "原因", "Why", "为什么不安全。", "Why it is unsafe."),
          )),
    Field("changes.upgrade", "rows", "改变服务容量", "Another capacity",
          "把一个地点的服务容量改成另一个人数。",
          "A place that serves another number of persons.",
          "places", options="sites", fields=(
              Field("site", "choice", "地点", "Place", "要调整的地点。", "The place.", options="sites"),
              Field("capacity_persons", "whole", "服务容量", "Capacity", "可服务多少人。", "Persons it can serve.",
                    unit="persons", step=10),
          )),
)  # fmt: skip

FIGURES: Final = (
    Field("assumptions", "figures", "用自己的数值替换假设", "Your own figures in place of assumptions",
          "没有公布的数值用假设代替，可在这里换成本地实际数。",
          "What no source gives is assumed; put your own figures in place of it.",
          "figures", options="figures"),
)  # fmt: skip

EFFORT: Final = (
    Field("solver.effort", "choice", "计算深度", "Effort",
          "先看一眼、快速求解，或一直算到能够证明。",
          "A first look, a quick search, or on to a proof.",
          "effort", options="efforts"),
    Field("solver.gap", "number", "可接受的差距", "Gap that will do",
          "已证明离最优不超过这个比例时即停止计算。",
          "Stop once the plan is proven to be this close to the best.",
          "effort", unit="percent", step=0.5),
    Field("solver.time_limit_s", "number", "最多计算多久", "Time limit",
          "到这个时间就停，给出当时最好的方案和差距。",
          "Stop then, with the best plan so far and its gap.",
          "effort", unit="seconds", step=10),
)  # fmt: skip

NAMES: Final = (
    Field("title_zh", "text", "中文标题", "Title in Chinese",
          "显示在页面和报告上的名称。", "What pages and reports call it.", "names", "usual", when=always),
    Field("title_en", "text", "英文标题", "Title in English",
          "英文页面和报告上的名称。", "What pages and reports in English call it.", "names", "usual"),
    Field("description_zh", "text", "中文说明", "Description in Chinese",
          "一两句话说明这个情景要看什么。", "What this scenario is to show, in Chinese.", "names"),
    Field("description_en", "text", "英文说明", "Description in English",
          "一两句英文说明。", "What this scenario is to show, in English.", "names"),
)  # fmt: skip

LOCATION_FIELDS: Final = (*AIM, *WHEN, *PLACES, *PEOPLE, *FIGURES, *EFFORT, *NAMES)
"""In the order of the page."""
