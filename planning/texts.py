"""Every word of files and screens in Chinese and English, in one plain table."""

import math
from typing import Final, Literal

Language = Literal["zh", "en"]
LANGUAGES: Final = ("zh", "en")
STAMP: Final = "内部工作用图，未经审图不得公开"

# key → (Chinese, English)
TEXTS: Final[dict[str, tuple[str, str]]] = {
    "jiujin": ("就近 · 残疾人服务资源规划", "Jiujin · service planning for disabled people"),
    "stamp": (STAMP, f"{STAMP} (internal working map, not reviewed for publication)"),
    "modelled": (
        "残疾人数为模型估计，非登记数据；“假设”字样的机构与成本须核实",
        "Numbers of people are modelled, not registered; institutions and costs marked as assumed need checking",
    ),
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
    "demand": ("残疾人（模型估计）", "disabled residents (modelled)"),
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
    "new_building": ("新建", "new building"),
    "village_building": ("村级综合服务设施（模拟点）", "village building (modelled point)"),
    "special_school": ("特殊教育学校（假设）", "special schools (assumed)"),
    "day_care": ("日间照料", "day care"),
    "institutions": ("现有机构（J 为假设，须核实）", "Institutions (J: assumed, to be confirmed)"),
    "data_files": ("数据文件", "Data files"),
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
    "optimal": ("已证明最优", "proven optimal"),
    "feasible": ("可行方案，最优性未证明", "a plan, not proven best"),
    "evaluated": ("未优化，仅评估", "evaluated, nothing optimised"),
    "travel_times": ("计算到达时间", "travel times"),
    "optimise": ("优化选址", "choosing sites"),
    "write": ("写出文件", "writing files"),
    "new_and_price": (
        "新增机构 {0} 个，建设成本 {1:,.0f} 万元",
        "{0} new institutions, {1:,.0f} x 10,000 yuan of capital",
    ),
    "plan": ("方案", "plan"),
    "status": ("结论", "status"),
    "site_id": ("编号", "id"),
    "role": ("角色", "role"),
    "area": ("片区（最近地点）", "neighbourhood of"),
    "persons_too_far": ("太远", "too far"),
    "mean_minutes": ("平均分钟", "mean minutes"),
    "value": ("数值", "value"),
    "mark": ("标记", "mark"),
    "key": ("键", "key"),
    "file": ("文件", "file"),
    "content": ("内容", "content"),
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
    "page_compare": ("方案比较", "Compare plans"),
    "page_sources": ("数据与假设", "Data and assumptions"),
    "language": ("语言 Language", "语言 Language"),
    "plan_a": ("方案 A（对照）", "Plan A (reference)"),
    "plan_b": ("方案 B", "Plan B"),
    "start_from": ("方案 B 的起点", "Plan B starts from"),
    "goal": ("目标", "Objective"),
    "goal_none": ("不新增，仅评估", "Nothing new, only evaluate"),
    "goal_max_coverage": ("覆盖最多人", "Most people within the time"),
    "goal_p_median": ("平均时间最短", "Shortest mean time"),
    "goal_equity": ("公平优先（Kolm–Pollak）", "Fairness first (Kolm-Pollak)"),
    "limit_by": ("限制", "Limit"),
    "by_sites": ("机构数量", "number of sites"),
    "by_budget": ("建设资金", "capital budget"),
    "number_of_sites": ("新增机构数", "New institutions"),
    "budget": ("建设资金（万元）", "Capital (10,000 yuan)"),
    "near_minutes": ("多少分钟内算“附近”", "Minutes that count as near"),
    "weight_severe": ("重度（一、二级）权重", "Weight of severe (grades 1-2)"),
    "weight_hardship": ("特殊困难权重", "Weight of hardship"),
    "weights": ("权重", "Weights"),
    "choose": ("请选择", "choose"),
    "edited": ("（已调整）", " (edited)"),
    "ten_thousand_yuan": ("{0:,.0f} 万元", "{0:,.2f} m yuan"),
    "locked_and_forbidden": ("同一地点既锁定又排除，请只保留一项", "A place is both locked and forbidden; keep one"),
    "too_many_locked": (
        "锁定的地点多于新增机构数，请减少锁定或增加机构数",
        "More places are locked than institutions asked for",
    ),
    "no_kinds": ("请至少选择一类可选地点", "Choose at least one kind of candidates"),
    "aversion": ("对不公平的厌恶程度", "Inequality aversion"),
    "season": ("季节", "Season"),
    "summer": ("夏季", "summer"),
    "winter": ("冬季", "winter"),
    "closures": ("封闭路段", "Closed roads"),
    "kinds": ("可选地点", "Candidates"),
    "lock": ("锁定（必选）", "Lock in"),
    "forbid": ("排除（不可选）", "Forbid"),
    "with_xpcc": ("计入阿拉尔、图木舒克（兵地融合）", "Count Alar and Tumxuk (XPCC) too"),
    "run": ("运行", "Run"),
    "running": ("正在计算…", "Working…"),
    "tab_indicators": ("指标对比", "Indicators"),
    "tab_sites": ("新增机构清单", "New institutions"),
    "tab_worst": ("最不利片区", "Left worst"),
    "tab_downloads": ("下载", "Downloads"),
    "tab_scenario": ("情景文件", "Scenario file"),
    "download_map": ("覆盖地图（HTML，离线可开）", "Coverage map (HTML, opens offline)"),
    "download_zip": ("全部文件（ZIP）", "All files (ZIP)"),
    "download_scenario": ("情景文件（TOML）", "Scenario (TOML)"),
    "download_difference": ("差异地图（HTML）", "Difference map (HTML)"),
    "download_table": ("对比表（CSV）", "Comparison (CSV)"),
    "picked": ("在地图上选中", "Picked on the map"),
    "lock_it": ("锁定", "Lock"),
    "forbid_it": ("排除", "Forbid"),
    "free_it": ("取消锁定/排除", "Free it"),
    "price": (
        "锁定与排除的代价（与不锁定、不排除相比）：60 分钟内 {0} 点，平均 {1} 分钟，可获服务 {2} 人，建设成本 {3} 元",
        "Price of locking and forbidding: {0} points within 60 min, {1} mean minutes, {2} served, {3} yuan",
    ),
    "proof": ("方案 B：{0}。目标值 {1}，界 {2}，用时 {3:.1f} 秒", "Plan B: {0}. Objective {1}, bound {2}, {3:.1f} s"),
    "marks": (
        "标记：S 已发表来源 · D 由来源推算 · V 凭记忆，待核实 · J 判断（假设，可在情景文件 [assumptions] 中修改）",
        "S published source, D derived, V recalled, to be verified, J judgement: change it under [assumptions]",
    ),
    "show_candidates": ("显示全部备选点", "show all candidates"),
    "fit": ("全图", "fit"),
    "fit_title": ("显示全部范围", "show everything"),
    "zoom_in": ("放大", "zoom in"),
    "zoom_out": ("缩小", "zoom out"),
    "map": ("地图", "map"),
    "size_hint": ("圆点越大，人数越多", "larger dots: more persons"),
    "unit_person": ("人", "persons"),
    "custom": ("自定义", "custom"),
    "different_people": (
        "注意：各方案的总人数不同，人数差值不全是方案的效果",
        "Note: the plans count different people",
    ),
    "different_minutes": (
        "注意：各方案的“附近”分钟数不同，四类人数不可直接比较",
        "Note: the plans count 'near' by other minutes",
    ),
}


def text(key: str, language: str) -> str:
    """The text for a key in `zh` or `en`."""
    return TEXTS[key][0 if language == "zh" else 1]


def gap_sentence(model: str, status: str, gap: float | None, language: str) -> str:
    """How good the plan is known to be, as a sentence; "optimal" only with a proof."""
    if status == "optimal":
        return text("optimal", language)
    if gap is None:
        return text(status, language) if status in TEXTS else status
    more = model == "max_coverage"
    possible = gap / (1 - gap) if more else gap  # of this plan's objective; a gap is a share of the larger of the two
    shown = f"{math.ceil(possible * 1000) / 10:.1f}"
    if language == "zh":
        return f"任何方案至多再{'增加' if more else '减少'} {shown}%（未证明最优）"
    return f"no plan can be more than {shown} % {'higher' if more else 'lower'} (not proven best)"
