"""The reference systems that users' coordinates come in, by name; which are read, and which are refused and why."""

import re
from dataclasses import dataclass
from typing import Final

from geodata.crs import SIX_DEGREES, THREE_DEGREES
from geodata.errors import LayerError, Sentence, both

Box = tuple[float, float, float, float]
CHINA: Final = (73.0, 3.0, 136.0, 54.0)  # degrees: west, south, east, north, a box, not the boundary

SYSTEMS: Final[dict[str, Sentence]] = {
    "wgs84": both("WGS-84 degrees (GPS, OpenStreetMap)", "WGS-84 经纬度（GPS、OpenStreetMap）"),
    "cgcs2000": both("CGCS2000 degrees (Tianditu); equal to WGS-84 here", "CGCS2000 经纬度（天地图）；此处等同 WGS-84"),
    "gcj02": both("GCJ-02 degrees (AMap, Tencent)", "GCJ-02 火星坐标（高德、腾讯）"),
    "bd09": both("BD-09 degrees (Baidu)", "BD-09 百度坐标"),
    "gk": both(
        "Gauss-Krüger metres on CGCS2000, zone detected; gk13 to gk23 and gk25 to gk45 name it",
        "CGCS2000 高斯-克吕格平面坐标（米），自动识别带号；也可写 gk13–gk23、gk25–gk45 指定带号",
    ),
}
"""Name → what it is. Only these degrees may be converted into each other; `gk` is metres."""

DEGREES: Final = ("wgs84", "cgcs2000", "gcj02", "bd09")

_WORDS: Final = {
    "epsg4326": "wgs84", "4326": "wgs84", "gps": "wgs84", "wgs1984": "wgs84", "osm": "wgs84",
    "epsg4490": "cgcs2000", "4490": "cgcs2000", "国家2000": "cgcs2000", "2000国家大地坐标系": "cgcs2000",
    "大地2000": "cgcs2000", "天地图": "cgcs2000", "tianditu": "cgcs2000", "cgcs": "cgcs2000",
    "gcj": "gcj02", "火星坐标": "gcj02", "火星坐标系": "gcj02", "高德": "gcj02", "腾讯": "gcj02", "amap": "gcj02",
    "gaode": "gcj02", "tencent": "gcj02",
    "bd": "bd09", "bd09ll": "bd09", "百度": "bd09", "百度坐标": "bd09", "baidu": "bd09",
    "gausskruger": "gk", "gausskrueger": "gk", "高斯": "gk", "高斯克吕格": "gk", "高斯投影": "gk",
}  # fmt: skip
_OLD: Final = (  # parts of the names of datums that are refused
    (("xian", "xi'an", "西安"), both("Xi'an 1980", "西安 80")),
    (("beijing", "北京"), both("Beijing 1954", "北京 54")),
)


@dataclass(frozen=True)
class System:
    """A reference system as asked for: its name in `SYSTEMS`, and for `gk` the zone where it was named."""

    name: str
    zone: int | None = None


def system_named(text: str) -> System:
    """The system that a name or a usual word stands for: `gcj02`, `GCJ-02`, `高德`, `gk25`.

    Raises:
        LayerError: for an unknown name, and for the old datums, whose shift differs from place to place and is not
            published.
    """
    plain = re.sub(r"[\s_\-.:·]", "", str(text)).casefold().replace("ü", "u")
    name = _WORDS.get(plain, plain)
    if name in SYSTEMS:
        return System(name)
    zone = re.fullmatch(r"gk(?:zone)?(\d\d)", name)
    if zone and (int(zone[1]) in SIX_DEGREES or int(zone[1]) in THREE_DEGREES):
        return System("gk", int(zone[1]))
    for parts, old in _OLD:
        if any(part in plain for part in parts):
            raise LayerError([_refused(old)])
    fault = both(
        f"reference system '{text}' is not known; there is {', '.join(SYSTEMS)} (and gk13 to gk23, gk25 to gk45)",
        f"没有名为“{text}”的坐标系；可用的有 {'、'.join(SYSTEMS)}（以及 gk13–gk23、gk25–gk45）",
    )
    raise LayerError([fault])


def _refused(old: Sentence) -> Sentence:
    """Why the old datums are not read: a guess would be off by up to some hundred metres without a sign of it."""
    return both(
        f"{old} coordinates are refused: their shift to CGCS2000 differs from place to place and is not public; "
        "ask the surveying office for the points in CGCS2000",
        f"不接受{old.zh} 坐标：它与 CGCS2000 的转换参数各地不同且未公开；请向测绘部门索取 CGCS2000 坐标",
    )
