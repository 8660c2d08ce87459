"""Every word of files and screens in Chinese and English, in one plain table."""

import math
from typing import Final, Literal

from planning.layer_texts import LAYER_TEXTS
from planning.network.words import NETWORK_TEXTS
from planning.words import compare, editor, files, look, map, session, store

Language = Literal["zh", "en"]
LANGUAGES: Final = ("zh", "en")
STAMP: Final = "内部工作用图，未经审图不得公开"

MORE_IS_BETTER: Final = (
    "max_coverage", "backup_coverage", "network_most", "network_most_units", "network_neediest", "network_kolm_pollak",
    "network_worst_off",
)  # fmt: skip
"""Models that make their objective as large as can be; the others make it small."""
# key → (Chinese, English)
_COMMON: Final[dict[str, tuple[str, str]]] = {
    "jiujin": ("就近 · 残疾人服务资源规划", "Jiujin · service planning for disabled people"),
    "stamp": (STAMP, f"{STAMP} (internal working map, not reviewed for publication)"),
    "modelled": (
        "残疾人数为模型估计，非登记数据；“假设”字样的机构与成本须核实",
        "Numbers of people are modelled, not registered; institutions and costs marked as assumed need checking",
    ),
    "register": (
        "残疾人数为登记数（{0}）；“假设”字样的机构与成本须核实",
        "Numbers of people are from a register ({0}); institutions and costs marked as assumed need checking",
    ),
    "register_scaled": (
        "残疾人数由登记数（{0}）按各县总数调整；“假设”字样的机构与成本须核实",
        "Numbers of people are from a register ({0}), scaled to other totals by county; institutions and costs marked "
        "as assumed need checking",
    ),
    "as_of": ("截至 {0}", "as of {0}"),
    "no_date": ("截止日期未注明", "cut-off date not given"),
    "sources": ("来源", "Sources"),
    "within_30": ("30 分钟内", "within 30 min"),
    "within_60": ("30–60 分钟", "30–60 min"),
    "within_120": ("60–120 分钟", "60–120 min"),
    "beyond_120": ("120 分钟以上", "over 120 min"),
    "no_route": ("无已知路线", "no route known"),
    "existing": ("现有机构", "existing institution"),
    "proposed": ("建议新增", "proposed"),
    "locked": ("已锁定新增", "locked in"),
    "forbidden": ("不可选", "forbidden"),
    "candidate": ("备选", "candidate"),
    "counties": ("县界", "counties"),
    "roads": ("干线公路", "main roads"),
    "people_modelled": ("（模型估计）", " (modelled)"),
    "people_register": ("（登记）", " (register)"),
    "people_register_scaled": ("（登记数调整）", " (register, scaled)"),
    "demand": ("残疾人{0}", "disabled residents{0}"),
    "all_people": ("残疾人总数", "disabled residents"),
    "base_register": ("人数按登记数", "persons as registered"),
    "base_control_total": ("人数按各县总数", "persons by the control totals"),
    "base_prevalence": ("人数按调查现残率", "persons by the prevalence of the survey"),
    "name": ("名称", "name"),
    "county": ("县市", "county"),
    "host": ("依托设施", "host"),
    "kind": ("类型", "kind"),
    "persons": ("人数", "persons"),
    "minutes": ("到达时间（分钟）", "minutes"),
    "capacity": ("服务容量（人）", "places"),
    "load": ("已用容量（人）", "places used"),
    "nearest_persons": ("最近人数", "persons nearest"),
    "capital": ("建设成本（元）", "capital (yuan)"),
    "county_service_centre": ("县级服务中心", "county service centre"),
    "township_health_centre": ("嵌入乡镇卫生院（假设）", "in a township health centre (assumed)"),
    "elderly_home": ("嵌入敬老院（假设）", "in an elderly home (assumed)"),
    "school": ("设在学校（假设）", "in a school (assumed)"),
    "new_building": ("新建（假设）", "new building (assumed)"),
    "village_building": ("村级综合服务设施（模拟点）", "village building (modelled point)"),
    "special_school": ("特殊教育学校（假设）", "special schools (assumed)"),
    "day_care": ("日间照料", "day care"),
    "rehabilitation_centre": ("康复机构", "rehabilitation centre"),
    "device_depot": ("辅具站", "device depot"),
    "township_institution": ("乡镇综合服务机构", "township institution"),
    "other_institution": ("其他机构", "other institution"),
    "institutions": ("现有机构（J 为假设，须核实）", "Institutions (J: assumed, to be confirmed)"),
    "assumptions": ("假设表", "Assumptions"),
    "township_place": ("乡镇地点", "township place"),
    "village_point": ("村级服务点（模拟）", "village point (modelled)"),
    "difference": ("差值", "difference"),
    "indicator": ("指标", "indicator"),
    "unit": ("单位", "unit"),
    "denominator": ("分母", "of"),
    "better": ("缩短", "quicker"),
    "worse": ("延长", "slower"),
    "same": ("不变", "the same"),
    "minutes_saved": ("到达时间变化（分钟）", "change of minutes"),
    "optimal": ("就所设目标已证明最优", "proven optimal for its objective"),
    "feasible": ("可行方案，最优性未证明", "a plan, not proven best"),
    "evaluated": ("未优化，仅评估", "evaluated, nothing optimised"),
    "travel_times": ("计算到达时间", "travel times"),
    "optimise": ("优化选址", "choosing sites"),
    "write": ("写出文件", "writing files"),
    "new_and_price": (
        "新增机构 {0} 个，建设成本 {1:,.0f} 万元",
        "{0} new institutions, {2:,.2f} million yuan of capital",
    ),
    "status": ("结论", "status"),
    "area": ("片区（最近地点）", "neighbourhood of"),
    "value": ("数值", "value"),
    "mark": ("标记", "mark"),
    "key": ("键", "key"),
    "licence": ("许可", "licence"),
    "caveat": ("注意", "caveat"),
    "unit_persons": ("人", "persons"),
    "unit_share": ("占比", "share"),
    "unit_min": ("分钟", "min"),
    "unit_sites": ("个", "sites"),
    "unit_yuan": ("元", "yuan"),
    "unit_yuan/year": ("元/年", "yuan/year"),
    "of_persons_total": ("全部残疾人", "all disabled residents"),
    "of_severe": ("重度残疾人", "severe"),
    "of_persons with a route": ("有路线者", "persons with a route"),
    "page_sources": ("数据与假设", "Data and assumptions"),
    "language": ("语言 Language", "语言 Language"),
    "goal_none": ("不新增，仅评估", "Nothing new, only evaluate"),
    "goal_max_coverage": ("覆盖最多人", "Most people within the time"),
    "goal_p_median": ("平均时间最短", "Shortest mean time"),
    "goal_equity": ("公平优先（Kolm–Pollak）", "Fairness first (Kolm-Pollak)"),
    "goal_p_center": ("最远的人尽量近", "Shortest time for the farthest"),
    "goal_lexicographic": ("逐级照顾最远的人", "The farthest first, step by step"),
    "goal_set_cover": ("用最少机构覆盖", "Fewest sites that cover"),
    "goal_backup_coverage": ("两处可及（后备覆盖）", "Two institutions within the time"),
    "by_sites": ("机构数量", "number of sites"),
    "by_budget": ("建设资金", "capital budget"),
    "choose": ("请选择", "choose"),
    "season": ("季节", "Season"),
    "summer": ("夏季", "summer"),
    "winter": ("冬季", "winter"),
    "with_xpcc": ("计入阿拉尔、图木舒克（兵地融合）", "Count Alar and Tumxuk (XPCC) too"),
    "run": ("运行", "Run"),
    "price": (
        "锁定与排除的代价（与不锁定、不排除相比）：60 分钟内 {0} 个百分点，平均 {1} 分钟，可获服务 {2} 人，"
        "建设成本 {3} 元",
        "Price of locking and forbidding: {0} percentage points within 60 min, {1} mean minutes, {2} served, {3} yuan",
    ),
    "marks": (
        "标记：S 已发表来源 · D 由来源推算 · V 凭记忆，待核实 · J 判断（假设，可在情景文件 [assumptions] 中修改）",
        "S published source, D derived, V recalled, to be verified, J judgement: change it under [assumptions]",
    ),
    "fit_title": ("显示全部范围", "show everything"),
    "zoom_in": ("放大", "zoom in"),
    "zoom_out": ("缩小", "zoom out"),
    "map": ("地图", "map"),
    "size_hint": ("圆点越大，人数越多", "larger dots: more persons"),
    "unit_person": ("人", "persons"),
    "near_is": ("“附近”指 {0:g} 分钟内", "near means within {0:g} min"),
    "to_verify": ("（凭记忆，待核实）", " (recalled, to be verified)"),
    "in_month": ("{0} 月（{1}）", "month {0} ({1})"),
    "profile": ("出行方式", "Who travels, and how"),
    "car": ("乘车", "by car"),
    "motorcycle": ("摩托车或三轮车", "by motorcycle or tricycle"),
    "walking": ("步行", "on foot"),
    "wheelchair": ("轮椅", "in a wheelchair"),
    "with_escort": ("有人陪护乘车", "by car with an escort"),
    "pairs_written": (
        "{out}：{origins} 个起点、{destinations} 个终点，{pairs} 对在 {limit_min:g} 分钟以内"
        "（{who}，{when}，{surface}）",
        "{out}: {origins} origins, {destinations} destinations, {pairs} pairs within {limit_min:g} minutes "
        "({who}, {when}, {surface})",
    ),
    "off_road_ground": (
        "到道路的路程沿地表计算（坡度、地形；有地表覆盖和障碍时也计入）",
        "ways to the road go over the ground (slope, terrain, and land cover and barriers where given)",
    ),
    "off_road_straight_lines": (
        "没有高程数据：到道路的路程按直线距离乘绕行系数，坡度和山地都不计（步行和轮椅的时间会偏短）",
        "no elevation given: ways to the road are straight lines with a detour factor; slopes and mountains are not "
        "counted (on foot and in a wheelchair the minutes are too short)",
    ),
    "surface_best": ("路面不明按铺装计", "unknown surfaces taken as paved"),
    "surface_worst": ("路面不明按未铺装计", "unknown surfaces taken as unpaved"),
    "surface_both": ("路面不明按铺装与未铺装分别计", "unknown surfaces taken as paved, and as unpaved"),
    "reason_too_far": ("离可用的道路太远", "too far from any road that may be used"),
    "reason_blocked": ("坡度或障碍使其无法到达道路", "slopes or barriers leave no way to a road"),
    "reason_cut_off": ("所在道路不通往任何一个对方点", "its road leads to none of the other points"),
    "points_alone": (
        "{0} 个点没有已知路线（到最近道路的距离和原因见 {1}）",
        "{0} points without a known route (distance to the nearest road and reason in {1})",
    ),
    "time_left": ("{0} {1:.0f}%，约剩 {2:.0f} 秒", "{0} {1:.0f}%, about {2:.0f} s left"),
    "closed_road": ("封闭：{0}", "closed: {0}"),
    "demand_times": ("{0}需求 ×{1:g}", "demand of {0} x {1:g}"),
    "and": ("；", "; "),
    "fewer_chosen": (
        "要求 {0} 个，选出 {1} 个：没有其他备选能再增加所设目标",
        "{0} asked for, {1} chosen: no other candidate adds to the objective",
    ),
    "village_caution": (
        "含村级服务点：只提供部分服务，“附近”人数不等于获得全部服务的人数",
        "With village points, which offer part of the services: near to one is not the same as fully served",
    ),
    "served_and_full": (
        "可获服务 {0:,} 人（{1:.1f}%），在附近但容量已满 {2:,} 人",
        "{0:,} served ({1:.1f}%), {2:,} near but full",
    ),
    "different_conditions": (
        "注意：各方案的季节、出行方式、封路或需求设定不同",
        "Note: season, traveller, closures or demand differ between the plans",
    ),
    "different_people": (
        "注意：各方案的总人数不同，人数差值不全是方案的效果",
        "Note: the plans count different people",
    ),
    "different_minutes": (
        "注意：各方案的“附近”分钟数不同，四类人数不可直接比较",
        "Note: the plans count 'near' by other minutes",
    ),
}
PARTS: Final = (
    LAYER_TEXTS, NETWORK_TEXTS, compare.WORDS, editor.WORDS, files.WORDS, look.WORDS, map.WORDS, session.WORDS,
    store.WORDS, _COMMON,
)  # fmt: skip
TEXTS: Final[dict[str, tuple[str, str]]] = {key: words for part in PARTS for key, words in part.items()}


def text(key: str, language: str) -> str:
    """The text for a key in `zh` or `en`."""
    return TEXTS[key][0 if language == "zh" else 1]


def people_note(source: str, cut_off: str, language: str) -> str:
    """Where the numbers of people come from, as a sentence: modelled, or a register with its cut-off date."""
    when = text("as_of", language).format(cut_off) if cut_off else text("no_date", language)
    return text(source, language).format(when)


def people_label(source: str, language: str) -> str:
    """What the persons of a plan are called: disabled residents, modelled or registered."""
    return text("demand", language).format(text(f"people_{source}", language))


def gap_sentence(model: str, status: str, gap: float | None, language: str) -> str:
    """How good the plan is known to be, as a sentence; "optimal" only with a proof."""
    if status == "optimal":
        return text("optimal", language)
    more = model in MORE_IS_BETTER
    if gap is None or not math.isfinite(gap) or (more and gap >= 1):  # then nothing is known of the best
        return text(status, language) if status in TEXTS else status
    possible = gap / (1 - gap) if more else gap  # of this plan's objective; a gap is a share of the larger of the two
    shown = f"{math.ceil(possible * 1000) / 10:.1f}"
    if language == "zh":
        return f"任何方案至多再{'增加' if more else '减少'} {shown}%（未证明最优）"
    return f"no plan can be more than {shown} % {'higher' if more else 'lower'} (not proven best)"
