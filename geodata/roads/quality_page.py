"""The findings about a road network as one page that opens and prints anywhere, without scripts or addresses."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from geodata.roads.quality import CLASS_ZH, RoadQuality

_STYLE: Final = """
@page { size: A4; margin: 18mm 16mm; }
body { font-family: "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB",
  "WenQuanYi Micro Hei", SimSun, sans-serif; font-size: 11pt; line-height: 1.5; color: #1a1a1a; max-width: 178mm;
  margin: 0 auto; padding: 8mm; }
h1 { font-size: 17pt; margin: 0 0 4mm; } h2 { font-size: 13pt; margin: 7mm 0 2mm; }
table { border-collapse: collapse; width: 100%; } tr { break-inside: avoid; } thead { display: table-header-group; }
th, td { border-bottom: 0.3mm solid #bbb; padding: 1mm 2mm; text-align: right; }
th:first-child, td:first-child { text-align: left; } li { break-inside: avoid; overflow-wrap: anywhere; }
@media print { body { padding: 0; max-width: none; } h2 { break-after: avoid; } }
"""
_TEXTS: Final = {
    "zh": {
        "findings": "发现", "classes": "各等级道路", "class": "等级", "km": "公里", "no_surface": "无路面信息",
        "no_speed": "无限速信息", "parts": "互相连通的部分", "share": "占比", "lon": "经度", "lat": "纬度",
        "part": "序号",
    },
    "en": {
        "findings": "Findings", "classes": "Roads by class", "class": "Class", "km": "km",
        "no_surface": "Surface not given", "no_speed": "Speed not given", "parts": "Connected parts",
        "share": "Share", "lon": "Longitude", "lat": "Latitude", "part": "Part",
    },
}  # fmt: skip


def quality_page(quality: RoadQuality, title: str, language: str = "zh") -> str:
    """The findings as one HTML document for screen and A4 paper.

    Args:
        quality: from `road_quality`.
        title: heading, any text.
        language: `zh` or `en`.
    """
    language = "zh" if language == "zh" else "en"
    text = _TEXTS[language]
    told = "\n".join(f"<li>{escape(sentence)}</li>" for sentence in quality.sentences(language))
    classes = [
        (
            CLASS_ZH[c.road_class] if language == "zh" else c.road_class,
            f"{c.km:,.1f}",
            f"{c.no_surface:.0%}",
            f"{c.no_speed:.0%}",
        )
        for c in quality.classes
    ]
    parts = [
        (str(i), f"{p.km:,.2f}", f"{p.share:.2%}", f"{p.lon:.5f}", f"{p.lat:.5f}")
        for i, p in enumerate(quality.parts, 1)
    ]
    return f"""<!DOCTYPE html>
<html lang="{"zh-CN" if language == "zh" else "en"}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{_STYLE}</style></head>
<body><h1>{escape(title)}</h1>
<h2>{text["findings"]}</h2>
<ul>
{told}
</ul>
<h2>{text["classes"]}</h2>
{_table([text[k] for k in ("class", "km", "no_surface", "no_speed")], classes)}
<h2>{text["parts"]}</h2>
{_table([text[k] for k in ("part", "km", "share", "lon", "lat")], parts)}
</body></html>
"""


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in headings)
    body = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>"
