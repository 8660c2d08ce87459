"""The settings of a scenario with `[network]`: several services over several years."""

from typing import Final

from planning.editor.field import Field, network
from planning.scenario import Scenario


def _tilted(scenario: Scenario) -> bool:
    return scenario.network is not None and scenario.network.tilt is not None


def _fair(scenario: Scenario) -> bool:
    return scenario.network is not None and "kolm_pollak" in scenario.network.aims


def _explained(scenario: Scenario) -> bool:
    return scenario.network is not None and scenario.network.explain


SERVICES: Final = (
    Field("network.services", "several", "服务项目", "Services",
          "方案要安排哪些服务。", "Which services the plan is for.",
          "services", "usual", options="services", when=network),
    Field("network.first_year", "whole", "起始年份", "First year",
          "规划从哪一年开始。", "The calendar year in which the plan begins.",
          "services", "usual", when=network),
    Field("network.years", "whole", "规划几年", "For how many years",
          "规划一共多少年，1 至 10 年。", "How many years the plan has, 1 to 10.",
          "services", "usual", "years", when=network),
    Field("network.season", "choice", "考虑哪些季节", "Seasons",
          "只看一季、冬夏都要到得了，或按季节分别安排。",
          "One season, in time in both, or each season its own.",
          "services", "usual", options="network_seasons", when=network),
    Field("network.minutes", "by_code", "各项服务的最长路程", "Longest way to each service",
          "留空表示采用该服务的通常时限。", "Empty for the usual limit of the service.",
          "services", unit="min", step=5, options="chosen_services", when=network),
    Field("network.profiles", "by_code", "各项服务的出行方式", "Who travels to each service",
          "不选表示采用该服务的通常出行方式。", "Left open, that of the service.",
          "services", options="chosen_services", item="choice", when=network),
)  # fmt: skip

AIMS: Final = (
    Field("network.aims", "order", "目标（按先后）", "Aims, in their order",
          "排在前面的先达到，后面的不损害前面的，最多三个。",
          "Earlier ones come first and later ones keep what they reached; three at most.",
          "aims", "usual", options="aims", when=network),
    Field("network.give", "number", "可为后面的目标让出", "What an earlier aim may give up",
          "前一个目标最多可让出多大比例，成全后面的目标。",
          "The share of an earlier aim that later ones may take.",
          "aims", unit="percent", step=0.5, when=network),
    Field("network.inequality_aversion", "number", "对不公平的厌恶程度", "Inequality aversion",
          "数值越大，路途最远的人越优先。", "The larger, the more the farthest come first.",
          "aims", step=0.2, when=_fair),
)  # fmt: skip

MONEY: Final = (
    Field("network.money", "rows", "资金来源", "Sources of money",
          "每笔资金的来源、金额和用途；不填则资金不设上限。",
          "Where money comes from, how much, and for what; none means no limit.",
          "money", "usual", when=network, fields=(
              Field("source", "text", "名称", "Name", "资金来源的名称，不能重复。", "What the source is called."),
              Field("yuan", "yearly", "每年金额", "Money a year", "每年多少，可各年相同或逐年填写。",
                    "How much a year, the same or year by year.", unit="wan_yuan", step=50),
              Field("pays", "choice", "用于", "Pays for", "只用于建设、只用于运行，或两者皆可。",
                    "Capital, running cost, or both.", options="pays"),
              Field("carry", "switch", "余额可结转下年", "What is left may be spent later",
                    "当年没用完的可留到以后用。", "What a year leaves may be spent in later years."),
              Field("prefectures", "several", "只用于这些地州", "Only for these prefectures",
                    "留空表示不限地州。", "Empty for everywhere.", options="prefectures"),
              Field("counties", "several", "只用于这些县市", "Only for these counties",
                    "留空表示不限县市。", "Empty for everywhere.", options="counties"),
              Field("donor", "text", "支援方", "Given by", "对口支援的一方，只用于显示。",
                    "Who gives it in a pairing; only shown."),
          )),
    Field("network.tilt.prefectures", "several", "向这些地州倾斜", "Tilted to these prefectures",
          "全部资金中要有一定比例用于这些地州。", "A share of all money goes to these prefectures.",
          "money", options="prefectures", when=network),
    Field("network.tilt.counties", "several", "向这些县市倾斜", "Tilted to these counties",
          "全部资金中要有一定比例用于这些县市。", "A share of all money goes to these counties.",
          "money", options="counties", when=network),
    Field("network.tilt.share", "number", "倾斜比例", "Share of the tilt",
          "全部年份的资金中至少这么大比例用于上述地方。",
          "Of the money of all years at least this share goes there.",
          "money", unit="percent", step=5, when=_tilted),
)  # fmt: skip

TARGETS: Final = (
    Field("network.standards", "by_code", "各项服务至少满足", "Least share of each service",
          "规划末年，每项服务至少满足所需的多大比例。",
          "The share of what is needed that is delivered in the last year.",
          "targets", "usual", "percent", 5, options="chosen_services", when=network),
    Field("network.floors.county_share", "number", "每个县至少服务", "Least share of each county",
          "规划末年，每个县至少有多大比例的人得到服务。",
          "The share of each county's persons in need that are served in the last year.",
          "targets", "usual", "percent", 1, when=network),
    Field("network.floors.counties", "by_code", "个别县市另定底线", "Floors of single counties",
          "某个县采用不同的最低比例。", "Another least share for one county.",
          "targets", unit="percent", step=1, options="counties", when=network),
)  # fmt: skip

BUILDINGS: Final = (
    Field("network.most_sites", "whole", "最多新设或扩建几处", "Most places set up or extended",
          "留空表示不限，0 表示不新设也不扩建。", "Empty for no limit; 0 for none.",
          "buildings", "usual", "sites", when=network),
    Field("network.new_buildings", "switch", "允许新建房屋", "New buildings",
          "关闭后只利用现有建筑。", "When off, only buildings that are there are used.",
          "buildings", "usual", when=network),
    Field("network.village_points", "switch", "允许村级服务点", "Village points",
          "可在村里设服务点，由上级机构支持。", "Points in villages, which hang on an institution.",
          "buildings", "usual", when=network),
    Field("network.rounds", "switch", "允许上门服务", "Rounds to people's homes",
          "到不了机构的人可由服务队上门。", "Teams may go to those whom no institution reaches.",
          "buildings", "usual", when=network),
    Field("network.only_accessible_hosts", "switch", "只用已知无障碍的房屋", "Only buildings known to be accessible",
          "关闭后，其他房屋要另计无障碍改造费用。", "When off, others carry the cost of a retrofit.",
          "buildings", when=network),
    Field("network.owners", "choice", "兵地机构是否互相开放", "Local and XPCC institutions",
          "互相开放，或各自服务自己的人。", "Whether they serve everyone, or each its own people.",
          "buildings", options="owners", when=network),
    Field("network.referral_minutes", "number", "转诊最长路程", "Longest way of a referral",
          "需要转诊的服务，乡镇到县中心最多多少分钟。", "From a township to a county centre, at most.",
          "buildings", unit="min", step=10, when=network),
    Field("network.outreach_minutes", "number", "县中心派人最长路程", "Longest way of a centre's staff",
          "县中心派人支援的机构最多离多远。", "From a county centre to the sites that draw on its staff.",
          "buildings", unit="min", step=10, when=network),
    Field("network.link_minutes", "number", "村点到依托机构最长路程", "Longest way from a village point",
          "村级服务点离所依托的机构最多多远。", "From a village point to the institution that it hangs on.",
          "buildings", unit="min", step=5, when=network),
    Field("network.mode", "choice", "新机构的运营方式", "How new institutions are run",
          "公建民营、民办公助或政府购买服务。", "Public-private, private and aided, or purchased.",
          "buildings", options="modes", when=network),
    Field("network.modes", "by_code", "个别地方的运营方式", "How they are run in single places",
          "某个地州或县市采用不同的运营方式。", "Another way in one prefecture or county.",
          "buildings", options="places", item="choice", when=network),
)  # fmt: skip

STAFF: Final = (
    Field("network.staff", "by_code", "每县可招人员", "Staff that each county can find",
          "每个县最多能招到多少人；留空采用通常数值。",
          "How many persons each county can find; empty for the usual number.",
          "staff", unit="persons", options="specialisms", when=network),
    Field("network.staff_counties", "rows", "个别县市可招人员", "Staff of single counties",
          "某个县能招到的人数与其他县不同。", "A county that can find other numbers.",
          "staff", options="counties", when=network, fields=(
              Field("county", "choice", "县市", "County", "哪个县。", "Which county.", options="counties"),
              *(Field(key, "number", zh, en, "留空采用通常数值。", "Empty for the usual number.", unit="persons")
                for key, zh, en in (
                    ("therapist", "康复治疗师", "Therapists"), ("care_worker", "照护员", "Care workers"),
                    ("teacher", "特教教师", "Special teachers"),
                    ("social_worker", "社工和就业辅导员", "Social workers and job coaches"),
                    ("technician", "辅具技师", "Device technicians"),
                    ("round_staff", "上门服务人员", "Staff of rounds"))),
          )),
)  # fmt: skip

REASONS: Final = (
    Field("network.explain", "switch", "解释方案", "Explain the plan",
          "算完后再说明每处机构的理由和代价，用时更长。", "Says why each place is there; takes longer.",
          "reasons", when=network),
    Field("network.explain_s", "number", "解释最多用时", "Time for explaining",
          "用于解释的计算最多多少秒。", "Seconds at most for the solves behind it.",
          "reasons", unit="seconds", step=10, when=_explained),
    Field("network.why_not", "several", "为何不选这些地点", "Why not these places",
          "说明若一定要选上，会多花多少。", "What it would cost to have them in the plan.",
          "reasons", options="candidates", when=network),
    Field("network.compare", "several", "同时比较其他做法", "Other ways beside the plan",
          "与一次到位、分季节或兵地分开的做法比较。", "All at once, by season, or apart, each set beside the plan.",
          "reasons", options="comparisons", when=network),
)  # fmt: skip

NETWORK_FIELDS: Final = (*SERVICES, *AIMS, *MONEY, *TARGETS, *BUILDINGS, *STAFF, *REASONS)
"""In the order of the page."""
