"""Words of layers, files, sources and help in Chinese and English."""

from typing import Final

# key → (Chinese, English)
WORDS: Final[dict[str, tuple[str, str]]] = {
    "files_lead": (
        "先看研究区里有哪些数据、可不可信；再把自己的名册、机构表和候选地点加进来。",
        "See first what the study area holds and how far it can be trusted; then bring your own register, institutions "
        "and candidate places.",
    ),
    "files_tab_layers": ("研究区数据", "Layers"),
    "files_tab_own": ("我的文件", "My files"),
    "files_layers": ("图层", "Layers"),
    "files_layers_hint": (
        "每个图层写明行数、来源、许可和使用时的注意事项；标“模拟”“假设”的不是实地调查结果。",
        "Each layer with its rows, source, licence and caveat. What is called modelled or assumed was not surveyed.",
    ),
    "files_quality": ("可信程度", "How far it can be trusted"),
    "files_quality_hint": (
        "按标记统计行数。要把 J 变成 S，请在“我的文件”里上传核实过的表。",
        "Rows by their mark. To turn J into S, bring a checked table under “My files”.",
    ),
    "files_layer": ("图层", "layer"),
    "files_rows": ("行数", "rows"),
    "files_version": ("版本", "version"),
    "files_marks": ("标记", "mark"),
    "files_census 2020": ("2020 年普查", "census 2020"),
    "files_census 2010 scaled": ("2010 年普查按总数调整", "census 2010, scaled"),
    "files_estimated": ("估计", "estimated"),
    "files_modelled": ("模拟点", "modelled"),
    "files_real place, assumed host": ("真实地点，依托设施为假设", "real place, assumed host"),
    "files_unforeseen": (
        "读取文件时程序内部出错，与您的操作无关（日志编号 {0}）。已采用的文件和研究区不受影响。",
        "Something in the program went wrong with this file; it is not your doing (number {0} in the log). "
        "Adopted files and the study area are as before.",
    ),
    "files_to_scenario": ("用这个研究区做方案", "Plan for this study area"),
    "files_sources_lead": (
        "方案里的每个数字都能在这里找到出处：假设值、现有机构和数据文件。",
        "Where every number of a plan comes from: assumed values, institutions, files of data.",
    ),
    "files_layers_count": ("{0} 个图层", "{0} layers"),
    "files_values_count": ("{0} 个取值", "{0} values"),
    "files_institutions_count": ("{0} 个机构", "{0} institutions"),
    "files_marks_count": ("各图层的标记", "Marks of the layers"),
    "files_sources_layers": ("各图层的来源、许可和注意事项", "Sources, licences and caveats of the layers"),
    "files_assumptions_hint": (
        "可在情景文件的 [assumptions] 中改动；改动会写进方案。",
        "They can be changed under [assumptions] of a scenario; the plan says so.",
    ),
    "found_in_file": ("检查发现的问题", "What was found"),
    # titles and caveats of the layers of the embedded study area, which its package tells in English
    "files_title_prefectures": ("五个地州及普查总数", "Five prefectures with census totals"),
    "files_caveat_prefectures": (
        "阿拉尔、图木舒克不计在地州内：2010 年阿克苏九县之和不含阿拉尔恰等于地区总数 [D]；图木舒克比照处理 [J]。"
        "铁门关、昆玉计在地州内。",
        "Alar and Tumxuk are counted outside the prefectures: the nine Aksu counties of 2010 add up to the "
        "prefecture exactly without Alar [D]; Tumxuk by analogy [J]. Tiemenguan and Kunyu are counted inside.",
    ),
    "files_title_counties": ("县市及兵团城市：人口和质量", "Counties and XPCC cities with population and quality"),
    "files_caveat_counties": (
        "“质量”一列写明人口是普查、按总数调整，还是估计；按村级单位数估计的单个县可能相差较大。"
        "2024 年 12 月新设的和康县、和安县未单列。",
        "quality says which of the three each row is; an estimate shared out by village-level units may be far off "
        "for a single county. The counties 和康 and 和安 (December 2024) are not separate here.",
    ),
    "files_title_age_structure": ("年龄结构", "Age bands"),
    "files_caveat_age_structure": (
        "只有疏勒县有本县数据；其他县用全疆结构，比南疆实际偏老。",
        "Only Shule has a row of its own; every other county takes the regional structure, which is older than that "
        "of the southern counties.",
    ),
    "files_title_places": ("居民地", "Places"),
    "files_caveat_places": (
        "多数乡镇没有坐标点，也不虚构；只在县内、名称一一对应时才认作同一地点。",
        "Most townships have no point: none is invented. Names were matched within the county and only where the "
        "match is one to one.",
    ),
    "files_title_units": ("行政区划及代码", "Administrative units with codes"),
    "files_caveat_units": (
        "村级为 2023 年名单，没有坐标；多数乡镇也没有。两份名单的乡镇代码有出入，因此按县和名称对应。"
        "兵团归属由代码（659、5xx）推得，不是登记结果。",
        "Villages are of 2023 and have no points; most townships have none. The two lists give some townships "
        "different codes and the same code to different townships, so units are joined by county and name. XPCC "
        "ownership follows from the codes (659, 5xx), not from a register.",
    ),
    "files_title_aliases": ("地名别名", "Other names of administrative units"),
    "files_caveat_aliases": (
        "远不完整。标 V 的未经核实，须由人确认后才使用。“新”表示民政名单中的乡镇，其代码在统计名单中属于另一个乡镇，"
        "只能按所在县识别。",
        "Far from complete. An alias marked V is not verified and never matched without a person. kind new: a "
        "township of the ministry's list whose code means another township in the statistical list; it is known "
        "under its county only.",
    ),
    "files_title_roads": ("干线公路", "Main roads"),
    "files_caveat_roads": (
        "只有干线，分为三个互不相连的部分；没有等级、车速和方向；端点取到 0.001 度，中间点已省略，"
        "因此长度接近直线，计算时乘以假设的弯曲系数。",
        "Main roads only, in three unconnected parts; no class, speed or direction; ends rounded to 0.001 degree; "
        "intermediate points removed, so lengths are nearly straight lines and are multiplied by an assumed "
        "sinuosity factor.",
    ),
    "files_title_elevation": ("高程（1 角分）", "Elevation, 1 arc-minute"),
    "files_caveat_elevation": (
        "每格为 2×2 个点的平均：山峰和垭口被削平；东经 90° 以东更粗（每级 28 米）。",
        "Means of 2 by 2 points: peaks and passes are smoothed; east of 90°E coarser still (28 m steps).",
    ),
    "files_title_demand_cells": ("需求点（模拟）", "Demand cells (modelled)"),
    "files_caveat_demand_cells": (
        "模拟结果，不是观测：一个点不是一个村。各县总数准确，县内位置为假设。",
        "Modelled, not observed: a cell is not a village. County sums are exact; positions inside a county are "
        "assumptions.",
    ),
    "files_title_facilities": ("现有机构", "Existing institutions"),
    "files_caveat_facilities": (
        "标 J 的每一行都是假设，须核实；位置都在县城。昆玉、铁门关没有坐标点，因此没有机构。",
        "Every row marked J is an assumption to be confirmed; all positions are county seats. Kunyu and Tiemenguan "
        "have no point and so no row.",
    ),
    "files_title_candidates": ("候选地点", "Candidate sites"),
    "files_caveat_candidates": (
        "依托设施为假设，未经调查；标“模拟点”的不是真实地点。",
        "Hosts are assumed, not surveyed. Points whose mark is 'modelled' are not real places.",
    ),
    "files_title_closures": ("季节性封闭路段", "Seasonal closures"),
    "files_caveat_closures": ("位置落在取直后的公路上。", "Positions lie on the straightened roads of roads.csv."),
    # units of the assumed values
    "files_unit_persons": ("人", "persons"),
    "files_unit_yuan/year": ("元/年", "yuan/year"),
    "files_unit_m2": ("平方米", "m2"),
    "files_unit_yuan": ("元", "yuan"),
    "files_unit_km/h": ("公里/小时", "km/h"),
    "files_unit_modules": ("模块", "modules"),
    "files_unit_places": ("个名额", "places"),
    "files_unit_min": ("分钟", "min"),
    "files_unit_share of paved speed": ("占铺装路面车速的比例", "share of paved speed"),
    "files_unit_share of disabled persons": ("占残疾人的比例", "share of disabled persons"),
    "files_unit_persons/10,000 disabled residents": ("人/万名残疾人", "persons/10,000 disabled residents"),
    "files_unit_min/visit": ("分钟/次", "min/visit"),
    "files_unit_visits/unit": ("次/单位服务量", "visits/unit"),
    "files_unit_persons/person": ("人/人", "persons/person"),
    "files_unit_attendances/place/year": ("人次/名额/年", "attendances/place/year"),
    "files_unit_min/trip": ("分钟/趟", "min/trip"),
    "files_unit_sessions/year": ("场/年", "sessions/year"),
    "files_unit_attendances/year": ("人次/年", "attendances/year"),
    "files_unit_visits/year": ("次/年", "visits/year"),
    "files_unit_yuan/m2": ("元/平方米", "yuan/m2"),
    "files_unit_share of capital": ("占建设成本的比例", "share of capital"),
    "files_unit_share of running cost": ("占运行成本的比例", "share of running cost"),
    "files_unit_fittings/year": ("次适配/年", "fittings/year"),
    "files_unit_ratio": ("比值", "ratio"),
    "files_unit_km": ("公里", "km"),
    "files_unit_m": ("米", "m"),
    "files_unit_share of flat speed": ("占平地速度的比例", "share of flat speed"),
    "files_unit_m/m": ("米/米", "m/m"),
    "files_unit_share of severe persons": ("占重度残疾人的比例", "share of severe persons"),
    "files_unit_days/year": ("天/年", "days/year"),
    "files_unit_hours/day": ("小时/天", "hours/day"),
    "files_unit_yuan/m2/year": ("元/平方米/年", "yuan/m2/year"),
    "files_unit_years": ("年", "years"),
    "files_unit_yuan/site": ("元/处", "yuan/site"),
    "files_unit_yuan/person": ("元/人", "yuan/person"),
    "files_unit_yuan/person/year": ("元/人/年", "yuan/person/year"),
    "files_unit_months": ("个月", "months"),
    "files_unit_yuan/day": ("元/天", "yuan/day"),
    "files_unit_days/night": ("天/夜", "days/night"),
    "files_unit_days": ("天", "days"),
    "files_unit_share of summer speed": ("占夏季车速的比例", "share of summer speed"),
    "files_unit_share of speed per m/m": ("每米/米坡度损失的速度比例", "share of speed per m/m"),
    "files_unit_share of the longest part": ("占最长一段的比例", "share of the longest part"),
    # help
    "help_lead": (
        "第一次用，照下面七步做一遍，大约十分钟。看到不懂的词，在术语里查。",
        "For a first plan follow the seven steps below: about ten minutes. Words that are new stand in the glossary.",
    ),
    "help_guide": ("第一个方案", "A first plan"),
    "help_open": ("打开“{0}”", "Open “{0}”"),
    "help_keys": ("只用键盘", "By keyboard alone"),
    "help_keys_hint": (
        "所有操作都能用键盘完成。每页第一次按 Tab 会出现“到主要内容”，可跳过菜单。",
        "Everything can be done by keyboard. The first Tab on a page shows “To the main content”, a way past the menu.",
    ),
    "help_key": ("按键", "key"),
    "help_does": ("作用", "what it does"),
    "help_glossary": ("术语", "Glossary"),
    "help_search": ("查一个词", "Look up a word"),
    "help_none": ("没有找到。请换一个词。", "Nothing found; try another word."),
    "help_found": ("{0} 条", "{0} terms"),
    "help_term": ("术语", "term"),
    "help_means": ("意思", "meaning"),
    "help_marks": ("标记 S、D、V、J", "Marks S, D, V, J"),
}
