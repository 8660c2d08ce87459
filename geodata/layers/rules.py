"""Rules for cells that are numbers, codes and words of a list, and what institutions and candidates must say."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from geodata.errors import Sentence, both
from geodata.findings import Effect, Finding, Mask
from geodata.layers.fields import Layer
from geodata.services import SERVICES
from geodata.services import services as all_services
from geodata.yes_no import yes_no

HOST_TYPES: Final = ("township_health_centre", "elderly_home", "school", "village_building", "new_building")
SITE_AMOUNTS: Final = ("capacity_persons", "capital_yuan", "running_yuan")
UNBELIEVED: Final = (0.0, 999.0, 9999.0, 99999.0, 999999.0)  # stand for "not known" in office tables (judgement)

# Words of each column and what they stand for; a key stands for itself.
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "host_type": {
        "乡镇卫生院": "township_health_centre", "敬老院": "elderly_home", "学校": "school",
        "村级综合服务设施": "village_building", "新建": "new_building", "卫生院": "township_health_centre",
        "社区卫生服务中心": "township_health_centre", "卫生服务中心": "township_health_centre",
        "养老院": "elderly_home", "养老服务中心": "elderly_home", "福利院": "elderly_home", "小学": "school",
        "中学": "school", "村委会": "village_building", "村级中心": "village_building", "村卫生室": "village_building",
        "党群服务中心": "village_building", "新建建筑": "new_building",
    },
    "kind": {
        "康复机构": "rehabilitation_centre", "日间照料机构": "day_care", "特殊教育学校": "special_school",
        "辅具站": "device_depot", "乡镇综合服务机构": "township_institution",
        "县级残疾人服务中心": "county_service_centre", "康复中心": "rehabilitation_centre",
        "康复训练机构": "rehabilitation_centre", "日间照料": "day_care", "日间照料中心": "day_care",
        "托养机构": "day_care", "托养中心": "day_care", "阳光家园": "day_care", "特校": "special_school",
        "特教学校": "special_school", "盲校": "special_school", "聋校": "special_school",
        "聋哑学校": "special_school", "培智学校": "special_school", "启智学校": "special_school",
        "辅具中心": "device_depot", "辅具库": "device_depot",
        "辅助器具中心": "device_depot", "残疾人之家": "township_institution",
        "综合服务机构": "township_institution", "残疾人综合服务中心": "county_service_centre",
        "残疾人服务中心": "county_service_centre",
    },
    "owner": {"地方": "local", "兵团": "xpcc", "师": "xpcc", "团场": "xpcc", "xpcc": "xpcc"},
    "operating_mode": {
        "公办公营": "public", "公建民营": "public_building_private_operator", "民办公助": "private_subsidised",
        "政府购买服务": "purchased", "民办": "private", "公办": "public", "购买服务": "purchased",
    },
    "status": {
        "开放": "open", "规划": "planned", "关闭": "closed", "挂牌无人": "in_name_only", "在建": "planned",
        "正常": "open", "运营": "open", "运营中": "open", "营业": "open", "在用": "open", "使用中": "open",
        "建设中": "planned", "拟建": "planned", "停业": "closed", "停用": "closed", "撤销": "closed", "注销": "closed",
        "已关闭": "closed", "关停": "closed", "已关停": "closed", "停办": "closed", "暂停": "closed",
        "暂停营业": "closed", "已拆除": "closed", "已停用": "closed", "已撤销": "closed",
        "挂牌": "in_name_only", "仅挂牌": "in_name_only", "空壳": "in_name_only",
        "under construction": "planned",
    },
}  # fmt: skip
KEYS: Final = {
    column: (HOST_TYPES if column == "host_type" else tuple(dict.fromkeys(words.values())))
    for column, words in WORDS.items()
}


def blank(cells: "pd.Series[str]") -> Mask:
    """True where a cell says nothing."""
    return np.asarray(cells.isna() | (cells == ""), bool)


def numbers(cells: "pd.Series[str]") -> "pd.Series[float]":
    """Cells as numbers, thousands separators allowed; NaN where a cell holds none, infinity is none."""
    plain = cells.where(cells.isna(), cells.astype(str).str.replace(r"(?<=\d)[,，](?=\d{3}(\D|$))", "", regex=True))
    return pd.to_numeric(plain, errors="coerce").astype(float).replace([np.inf, -np.inf], np.nan)


def found(
    rule: Sentence, advice: Sentence, rows: Mask, cells: "pd.Series[str] | None" = None, effect: Effect = "reject"
) -> list[Finding]:
    """A finding with the first cell as its example; none where no row is meant."""
    if not rows.any():
        return []
    first = cells[rows].iloc[0] if cells is not None else ""
    return [Finding(rule, advice, rows, "" if pd.isna(first) else str(first), effect)]


def check_ids(table: pd.DataFrame) -> list[Finding]:
    """Every row has an id of its own."""
    ids = table["id"]
    again = ids.notna().to_numpy(bool) & ids.duplicated(keep="first").to_numpy(bool)
    return [
        *found(
            both("id missing", "缺少编号"),
            both("give every row an id of its own", "请为每一行填写各自的编号"),
            blank(ids),
        ),
        *found(
            both("id repeated", "编号重复"),
            both("keep one row for each id; the first is kept", "请让每个编号只占一行（已保留第一行）"),
            again,
            ids,
        ),
    ]


def check_names(table: pd.DataFrame) -> list[Finding]:
    """Every row has a name."""
    advice = both("give every row a name that people know", "请为每一行填写大家熟悉的名称")
    return found(both("name missing", "缺少名称"), advice, blank(table["name"]))


def amount(
    table: pd.DataFrame, column: str, layer: Layer, *, needed: bool = False
) -> tuple["pd.Series[float]", list[Finding]]:
    """A column of numbers of 0 or more; empty cells are faults only where the number is needed."""
    cells, heading = table[column], layer.heading(column)
    values = numbers(cells)
    wrong = values.isna().to_numpy(bool) & (~blank(cells) | needed)
    return values, [
        *found(
            both(f"{column} is not a number", f"{heading.zh}不是数字"),
            both("write a number without text or unit", "请只写数字，不带文字和单位"),
            wrong,
            cells,
        ),
        *found(
            both(f"{column} is negative", f"{heading.zh}是负数"),
            both("write 0 or more", "请填 0 或更大的数"),
            (values < 0).to_numpy(bool),
            cells,
        ),
    ]


def words(
    table: pd.DataFrame, column: str, layer: Layer, effect: Effect = "reject"
) -> tuple["pd.Series[str]", list[Finding]]:
    """A column of words from a list as the tool's own keys; `""` where empty or not known."""
    cells, known, keys = table[column], WORDS[column], KEYS[column]
    stands_for = {**{k: k for k in keys}, **known}
    values = cells.str.lower().map(stands_for).where(~blank(cells), "").astype(object)
    unknown = values.isna().to_numpy(bool) | (blank(cells) & (column == "host_type"))
    first = first_words(column)
    return values.fillna("").astype(str), found(
        both(f"{column} is not known", f"{layer.heading(column).zh}无法识别"),
        _one_of(column, keys, first),
        unknown,
        cells,
        effect,
    )


_COUNTS_AS: Final = {
    "status": both("it does not count as open until then", "在此之前不按开放计算"),
    "kind": both("it counts as a general institution until then", "在此之前按一般机构计算"),
}
"""What an unknown word means until somebody answers."""


def _one_of(column: str, keys: Sequence[str], first: Mapping[str, str]) -> Sentence:
    until = _COUNTS_AS.get(column, both("", ""))
    return both(
        f"write one of {', '.join(keys)}{'; ' if until else ''}{until}",
        f"请填 {'、'.join(first[k] for k in keys)} 之一{'；' if until else ''}{until.zh}",
    )


def first_words(column: str) -> dict[str, str]:
    """The usual word of every key of a column."""
    found: dict[str, str] = {}
    for word, key in WORDS.get(column, {}).items():
        found.setdefault(key, word)
    return found


def flags(cells: "pd.Series[str]") -> tuple["pd.Series[object]", list[Finding]]:
    """True, False, or None where a cell says neither."""
    said = yes_no(cells).astype(object)
    values = said.where(said.notna(), None)
    unclear = values.isna().to_numpy(bool) & ~blank(cells)
    rule = both("neither yes nor no", "既不是“是”也不是“否”")
    advice = both("left empty; write 是 or 否", "按未知处理；请填 是 或 否")
    return values, found(rule, advice, unclear, cells, "ask")


def days(cells: "pd.Series[str]") -> tuple["pd.Series[str]", list[Finding]]:
    """Days as 2027-12-31, `""` where a cell holds none; a spreadsheet's day numbers are read as days."""
    parts = cells.str.extract(r"^(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?日?$")
    written = parts[0] + "-" + parts[1].str.zfill(2) + "-" + parts[2].fillna("01").str.zfill(2)
    day = pd.to_datetime(written, format="%Y-%m-%d", errors="coerce")
    serial = pd.to_numeric(cells.where(cells.str.fullmatch(r"[34567]\d{4}", na=False)), errors="coerce")
    day = day.fillna(pd.Timestamp("1899-12-30") + pd.to_timedelta(serial, unit="D"))
    rule = both("a day cannot be read", "日期无法识别")
    advice = both("left empty; write it as 2027-12-31", "按未知处理；请写成 2027-12-31")
    values = day.dt.strftime("%Y-%m-%d").fillna("").astype(str)
    return values, found(rule, advice, day.isna().to_numpy(bool) & ~blank(cells), cells, "ask")


def offered(table: pd.DataFrame) -> tuple["pd.Series[str]", list[Finding]]:
    """The services that a cell lists, as keys joined with `;`."""
    known = all_services()
    stands_for = {**{s.zh: k for k, s in known.items()}, **{s.en.lower(): k for k, s in known.items()},
                  **{k: k for k in SERVICES}, **_SERVICE_WORDS}  # fmt: skip
    cells = table["services"]
    parsed = {text: _listed(text, stands_for) for text in cells.dropna().unique()}
    unknown = cells.map(lambda t: isinstance(t, str) and not parsed[t][1]).to_numpy(bool)
    keys = cells.map(lambda t: parsed[t][0] if isinstance(t, str) else "").astype(str)
    return keys, found(
        both("a service is not known and left out", "有无法识别的服务项目，已略去"),
        both(
            f"the others count; separate them by 、 and write {', '.join(SERVICES)}",
            f"其余项目照常；请用顿号分开，可填 {'、'.join(s.zh for s in known.values())}",
        ),
        unknown,
        cells,
        "ask",
    )


_SERVICE_WORDS: Final = {
    "康复": "rehabilitation", "康复训练": "rehabilitation", "日间照料": "day_care", "托养": "day_care",
    "照料": "day_care", "文化体育": "culture_sports", "文体": "culture_sports", "文化": "culture_sports",
    "体育": "culture_sports", "辅助性就业": "supported_employment", "就业": "supported_employment",
    "辅具": "device_fitting", "辅具适配": "device_fitting",
    "上门": "home_visit", "上门服务": "home_visit", "居家服务": "home_visit",
    "学前特教": "school_preschool", "义务特教": "school_compulsory", "高中特教": "school_senior",
    "特殊教育": "school_compulsory",
}  # fmt: skip


def _listed(text: str, stands_for: Mapping[str, str]) -> tuple[str, bool]:
    """Keys of the known services in a cell, and whether all of them are known."""
    parts = [part for part in re.split(r"[、,，;；/ ]+", text) if part]
    keys = [stands_for.get(part.lower(), "") for part in parts]
    return ";".join(dict.fromkeys(k for k in keys if k)), "" not in keys


Checker = Callable[[pd.DataFrame, Layer], tuple[pd.DataFrame, list[Finding]]]


def check_sites(table: pd.DataFrame, layer: Layer) -> tuple[pd.DataFrame, list[Finding]]:
    """Institutions and candidates: ids, names, words, amounts; a capacity that nobody believes is asked about."""
    out, findings = table.copy(), [*check_ids(table), *check_names(table)]
    for column in WORDS:
        if column in table and layer.field(column):
            effect: Effect = "reject" if column == "host_type" else "ask"
            out[column], more = words(table, column, layer, effect)
            findings += more
    for field in layer.fields:
        if field.kind == "number" and field.key in table:
            out[field.key], more = amount(table, field.key, layer)
            findings += more
    if "services" in table and layer.field("services"):
        out["services"], more = offered(table)
        findings += more
    if "accessible" in table:
        out["accessible"], more = flags(table["accessible"])
        findings += more
    if "designated_until" in table:
        out["designated_until"], more = days(table["designated_until"])
        findings += more
    out, more = _believable(out, table, layer)
    return out, findings + more


def _believable(out: pd.DataFrame, table: pd.DataFrame, layer: Layer) -> tuple[pd.DataFrame, list[Finding]]:
    """Capacities of 0, 9999 or nothing, days over 7 and signs without staff are asked about, not believed."""
    findings: list[Finding] = []
    if "capacity_persons" in out:
        capacity = out["capacity_persons"]
        odd = capacity.isin(UNBELIEVED).to_numpy(bool)
        findings += found(
            both("capacity is 0 or stands for unknown", "容量为 0 或代表“不清楚”的数"),
            both("ask how many it serves; until then the assumption is used", "请核实服务人数；在此之前采用假设值"),
            odd,
            table["capacity_persons"],
            "ask",
        )
        findings += found(
            both("capacity missing", "缺少容量"),
            both("ask how many it serves; until then the assumption is used", "请核实服务人数；在此之前采用假设值"),
            blank(table["capacity_persons"]) & (layer.key == "institutions"),
            None,
            "ask",
        )
        out["capacity_persons"] = capacity.mask(odd)
    for service in SERVICES:
        column = f"capacity_{service}"
        if column in out:
            odd = out[column].isin(UNBELIEVED[1:]).to_numpy(bool)
            findings += found(
                both(f"{column} stands for unknown", f"{layer.heading(column).zh}是代表“不清楚”的数"),
                both("ask; it is left empty until then", "请核实；在此之前留空"),
                odd,
                table[column],
                "ask",
            )
            out[column] = out[column].mask(odd)
    if "days_open" in out:
        findings += found(
            both("days_open is more than 7", "每周开放天数超过 7"),
            both("write the days of a week, 0 to 7", "请填每周的天数，0 到 7"),
            (out["days_open"] > 7).to_numpy(bool),
            table["days_open"],
        )
    return _staffed(out, table, findings)


def _staffed(out: pd.DataFrame, table: pd.DataFrame, findings: list[Finding]) -> tuple[pd.DataFrame, list[Finding]]:
    """An institution without a status is open; one without staff exists in name only."""
    said_nothing = blank(table["status"]) if "status" in table else np.ones(len(out), bool)
    if "staff" in out:
        status = out["status"] if "status" in out else pd.Series("", index=out.index)
        alone = ((out["staff"] == 0) & status.isin(["", "open"])).to_numpy(bool)
        findings += found(
            both("no staff: in name only", "没有工作人员，仅挂牌"),
            both("it does not count as open; write the staff or the status", "不按开放计算；请核实人数或状态"),
            alone,
            None,
            "ask",
        )
        out["status"] = status.mask(alone, "in_name_only")
    if "status" in out:
        out["status"] = out["status"].mask(said_nothing & (out["status"] == ""), "open")
    return out, findings


def check_boundaries(table: pd.DataFrame, layer: Layer) -> tuple[pd.DataFrame, list[Finding]]:
    """Every polygon has a code and a shape."""
    codes = table["code"]
    findings = found(
        both("code missing", "缺少代码（code）"),
        both("give every polygon its code", "请为每个面填写代码"),
        blank(codes),
    )
    if "geometry" in table:
        empty = np.asarray(table["geometry"].isna(), bool)
        findings += found(
            both("no shape", "没有图形"), both("draw it, or leave the row out", "请补画，或删去该行"), empty, codes
        )
    return table, findings


def check_roads(table: pd.DataFrame, layer: Layer) -> tuple[pd.DataFrame, list[Finding]]:
    """Every straightened road has its ends and its length."""
    out, findings = table.copy(), []
    for column in ("u_lon", "u_lat", "v_lon", "v_lat", "length_m"):
        _, more = amount(table, column, layer, needed=True)
        findings += more
    return out, findings


def check_points(table: pd.DataFrame, layer: Layer) -> tuple[pd.DataFrame, list[Finding]]:
    """Points need an id."""
    return table, check_ids(table)


CHECKS: Final[Mapping[str, Checker]] = {
    "institutions": check_sites, "candidates": check_sites, "boundaries": check_boundaries, "roads": check_roads,
    "points": check_points,
}  # fmt: skip
