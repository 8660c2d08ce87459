"""Every word of files and screens in Chinese and English, in one plain table."""

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
    shown = f"{gap * 100:.2g}"
    more = model == "max_coverage"
    if language == "zh":
        return f"任何方案至多再{'增加' if more else '减少'} {shown}%（未证明最优）"
    return f"no plan can be more than {shown} % {'higher' if more else 'lower'} (not proven best)"
