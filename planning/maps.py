"""Coverage and difference maps: folium, one self-contained file each, opened by double-click without internet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
from folium.template import Template
from shapely import linestrings

from planning.map_parts import constant, located, placed
from planning.network import map_layers
from planning.network.summary import map_lines
from planning.notes import cautions, conditions
from planning.offline import TextTooltip, inert_html, offline_map, to_html
from planning.plan import BAND_NAMES, BANDS_MIN, Plan
from planning.study_area import StudyArea
from planning.texts import gap_sentence, people_label, people_note, text

# Colour-blind-safe, light to dark with the time; persons without a route are hollow.
BAND_COLOURS: Final = ("#2a7f9e", "#7db8a4", "#e6b450", "#c8503c", "#5b5560")
DIFFERENCE_COLOURS: Final = {"better": "#2a7f9e", "worse": "#c8503c", "same": "#b9b4ab"}
SYMBOLS: Final = {
    "existing": '<svg width="14" height="14"><rect x="2" y="2" width="10" height="10" fill="#2b2b33" stroke="#fff" '
    'stroke-width="1.5"/></svg>',
    "proposed": '<svg width="20" height="20"><path d="M10 1l2.6 6 6.4.5-4.9 4.2 1.5 6.3L10 14.6 4.4 18l1.5-6.3L1 7.5 '
    '7.4 7z" fill="#b0307a" stroke="#fff" stroke-width="1.2"/></svg>',
    "locked": '<svg width="18" height="18"><path d="M9 2l7 7-7 7-7-7z" fill="#b0307a" stroke="#2b2b33" '
    'stroke-width="2"/></svg>',
    "village_point": '<svg width="11" height="11"><path d="M5.5 .5l1.5 3.3 3.5.4-2.6 2.4.7 3.6-3.1-1.8-3.1 1.8.7-3.6'
    'L.5 4.2 4 3.8z" fill="#b0307a" stroke="#fff" stroke-width=".6"/></svg>',
}
OTHER_SYMBOLS: Final = {
    "special_school": '<svg width="14" height="14"><path d="M7 1l6 11H1z" fill="#4a6fb0" stroke="#fff"/></svg>',
    "day_care": '<svg width="14" height="14"><circle cx="7" cy="7" r="5" fill="#fff" stroke="#4a6fb0" '
    'stroke-width="2.5"/></svg>',
}  # kinds of institution that no plan opens, shown on request
_RADIUS_PERSONS: Final = ((0, 1.6), (50, 2.2), (100, 3.0), (200, 4.2))  # persons from which a radius in pixels holds
CHANGE_MIN: Final = 1.0  # minutes from which a change of travel time is drawn as one


@dataclass(frozen=True)
class LegendRow:
    """One row of a legend: a colour or a symbol, and what it stands for."""

    mark: str
    label: str


class _Panel(folium.MacroElement):
    """A fixed box with title, numbers, legend, sources and stamp; every text is escaped before it gets here."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}
        <style>
        .panel { position: fixed; z-index: 900; background: rgba(255,255,255,.94); border-radius: 8px;
          padding: 10px 14px; box-shadow: 0 1px 6px rgba(0,0,0,.22); color: #2b2b33;
          font: 13px/1.5 "Noto Sans CJK SC","Microsoft YaHei",sans-serif; }
        .panel h1 { font-size: 16px; margin: 0 0 4px; } .panel p { margin: 2px 0; } .panel small { color: #6a6660; }
        #about { left: 54px; top: 10px; max-width: 440px; } #legend { left: 10px; bottom: 62px; }
        #legend div { display: flex; align-items: center; gap: 8px; } #legend i { width: 18px; text-align: center; }
        #legend b { width: 11px; height: 11px; border-radius: 50%; display: inline-block; }
        #stamp { right: 10px; bottom: 30px; color: #a33; border: 1px solid #a33; padding: 4px 10px; }
        @media print { .leaflet-control-zoom, .leaflet-control-layers { display: none; } }
        </style>
        {% endmacro %}
        {% macro html(this, kwargs) %}
        <div class="panel" id="about">{{ this.about }}</div>
        <div class="panel" id="legend">{{ this.legend }}</div>
        <div class="panel" id="stamp">{{ this.stamp }}</div>
        {% endmacro %}
        """
    )

    def __init__(self, about: str, legend: str, stamp: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self.about, self.legend, self.stamp = "Panel", about, legend, stamp


def coverage_map(plan: Plan, area: StudyArea, language: str = "zh") -> str:
    """The map of one plan as HTML: people by time band, existing and proposed institutions, roads, counties."""
    made = _base(plan, area, language)
    for band, name in enumerate(BAND_NAMES):
        rows = plan.cells[plan.cells["band"] == band]
        people, hollow = people_label(plan.demand_source, language), name == "no_route"
        _dots(rows, text(name, language), BAND_COLOURS[band], people, language, hollow=hollow).add_to(made)
    _all_symbols(plan, language, made)
    _other_institutions(area, language, made)
    legend = [LegendRow(_dot(c), text(n, language)) for n, c in zip(BAND_NAMES, BAND_COLOURS, strict=True)]
    legend += _symbol_rows(plan, language)
    title = plan.scenario.title(language)
    return _finish(made, title, _numbers(plan, area, language), legend, plan, language)


def difference_map(first: Plan, second: Plan, area: StudyArea, language: str = "zh") -> str:
    """Who gets there quicker, slower or as before with the second plan, as HTML."""
    made = _base(second, area, language)
    both = compared_cells(first, second)
    for name, colour in DIFFERENCE_COLOURS.items():
        people = people_label(second.demand_source, language)
        _dots(both[both["change"] == name], text(name, language), colour, people, language).add_to(made)
    _all_symbols(second, language, made)
    persons = both.groupby("change")["persons"].sum()
    lines = [
        f"{text(n, language)}: {int(persons.get(n, 0)):,} {text('unit_person', language)}" for n in DIFFERENCE_COLOURS
    ]
    legend = [LegendRow(_dot(c), text(n, language)) for n, c in DIFFERENCE_COLOURS.items()]
    legend += _symbol_rows(second, language)
    title = f"{first.scenario.title(language)} → {second.scenario.title(language)}"
    return _finish(made, title, lines, legend, second, language)


def compared_cells(first: Plan, second: Plan) -> pd.DataFrame:
    """The cells of both plans with `minutes_saved` and `change` (better, worse, same).

    A route that appears counts as better, one that is lost as worse.
    """
    columns = ["cell_id", "travel_time_min"]
    both = second.cells.merge(first.cells[columns], on="cell_id", suffixes=("", "_before"))
    before, after = both["travel_time_min_before"].to_numpy(float), both["travel_time_min"].to_numpy(float)
    never = np.isinf(before) & np.isinf(after)
    saved = np.subtract(before, after, out=np.zeros(len(both)), where=~never)
    both["minutes_saved"] = saved
    both["change"] = np.select([saved >= CHANGE_MIN, saved <= -CHANGE_MIN], ["better", "worse"], "same")
    return both


def _base(plan: Plan, area: StudyArea, language: str) -> folium.Map:
    cells = plan.cells
    bounds = [[cells["lat"].min(), cells["lon"].min()], [cells["lat"].max(), cells["lon"].max()]]
    attribution = f"{text('sources', language)}: {'; '.join(plan.sources)}"
    made = offline_map(bounds=bounds, attribution=attribution)
    counties, prefectures = area.boundaries(language)
    for layer, key, style in (
        (counties, "counties", {"color": "#b9b2a4", "weight": 0.8, "fillColor": "#fffdf8", "fillOpacity": 1}),
        (prefectures, "", {"color": "#8a8272", "weight": 1.6, "fill": False}),
    ):
        if len(layer):
            tooltip = TextTooltip(["name"], labels=False) if key else None
            shown = {"name": text(key, language)} if key else {"control": False}
            folium.GeoJson(
                layer[["name", "geometry"]], style_function=constant(style), tooltip=tooltip, **shown
            ).add_to(made)
    style = {"color": "#a39c90", "weight": 1.2, "opacity": 0.9}
    folium.GeoJson(road_lines(area), name=text("roads", language), style_function=constant(style)).add_to(made)
    return made


def road_lines(area: StudyArea) -> gpd.GeoDataFrame:
    """The main roads as lines, each once; EPSG:4326."""
    roads = area.roads
    pairs = np.unique(np.sort(np.column_stack([roads.tail, roads.head]), axis=1), axis=0)
    ends = np.stack([roads.lon[pairs], roads.lat[pairs]], axis=2)
    return gpd.GeoDataFrame(geometry=linestrings(ends), crs=4326)


def _dots(
    rows: pd.DataFrame, name: str, colour: str, people: str, language: str, *, hollow: bool = False
) -> folium.FeatureGroup:
    """Cells as circles whose size grows with the persons, who are called `people`."""
    group = folium.FeatureGroup(name=name)
    minutes = rows["travel_time_min"].to_numpy(float)
    shown = ["—" if np.isinf(m) else f"{m:.0f}" for m in minutes]
    area = rows["area_zh" if language == "zh" else "area_en"]
    county = rows["county_zh" if language == "zh" else "county_en"]
    facts = {
        text("county", language): county + " · " + area,
        people: rows["persons"].astype(int),
        text("minutes", language): shown,
    }
    persons = rows["persons"].to_numpy(float)
    for i, (low, radius) in enumerate(_RADIUS_PERSONS):
        high = _RADIUS_PERSONS[i + 1][0] if i + 1 < len(_RADIUS_PERSONS) else np.inf
        here = (persons >= low) & (persons < high)
        if here.any():
            style = {"color": colour, "weight": 0.8 if hollow else 0, "fillColor": colour}
            dot = folium.CircleMarker(radius=radius, fill=True, fill_opacity=0.0 if hollow else 0.8)
            folium.GeoJson(
                located(rows[here], {k: np.asarray(v)[here] for k, v in facts.items()}),
                marker=dot,
                style_function=constant({**style, "fillOpacity": 0.0 if hollow else 0.8}),
                tooltip=TextTooltip(list(facts)),
            ).add_to(group)
    return group


def _signs(plan: Plan) -> "pd.Series[str]":
    """Which symbol each open site has: its role, new village points apart."""
    new_village = (plan.sites["role"] != "existing") & (plan.sites["kind"] == "village_point")
    return plan.sites["role"].where(~new_village, "village_point")


def _symbol_rows(plan: Plan, language: str) -> list[LegendRow]:
    """The legend of the institutions, and of those who are served at home."""
    if plan.network is None:
        return [LegendRow(svg, text(role, language)) for role, svg in SYMBOLS.items() if role in set(_signs(plan))]
    there = set(map_layers.signs(plan.network.sites))
    rows = [LegendRow(svg, text(key, language)) for key, (svg, _) in map_layers.SIGNS.items() if key in there]
    at_home = len(map_layers.served_at_home(plan.network, language)) > 0
    return rows + [LegendRow(map_layers.HOME_SIGN, text("map_home", language))] * at_home


def _all_symbols(plan: Plan, language: str, made: folium.Map) -> None:
    if plan.network is not None:
        map_layers.network_symbols(plan.network, plan.cells, language, made)
        return
    for sign in SYMBOLS:
        _symbols(plan.sites[_signs(plan) == sign], sign, language, made)


def _symbols(rows: pd.DataFrame, role: str, language: str, made: folium.Map) -> None:
    facts = {
        text("name", language): rows["name_zh" if language == "zh" else "name_en"],
        text("host", language): [text(h, language) for h in rows["host_type"]],
        text("capacity", language): rows["capacity_persons"],
        text("load", language): rows["load_persons"],
        text("nearest_persons", language): rows["nearest_persons"],
        text("capital", language): rows["capital_yuan"].astype(int),
    }
    size = {"existing": 14, "village_point": 11}.get(role, 20)
    placed(rows, facts, SYMBOLS[role], size, text(role, language), made)


def _other_institutions(area: StudyArea, language: str, made: folium.Map) -> None:
    """Special schools and day care, switched off at first: they lie on the same points as the county centres."""
    facilities = area.data.facilities
    for kind, svg in OTHER_SYMBOLS.items():
        rows = facilities[facilities["kind"] == kind]
        if not len(rows):
            continue
        facts = {
            text("name", language): rows["name_zh" if language == "zh" else "name_en"],
            text("mark", language): rows["mark"],
            text("sources", language): rows["source"],
        }
        icon = folium.DivIcon(html=svg, icon_size=(14, 14), icon_anchor=(7, 7), class_name="symbol")
        layer = folium.GeoJson(
            located(rows, facts),
            name=text(kind, language),
            show=False,
            marker=folium.Marker(icon=icon),
            tooltip=TextTooltip(list(facts)),
        )
        layer.add_to(made)


def _dot(colour: str) -> str:
    if colour == BAND_COLOURS[-1]:
        return f'<b style="border: 2px solid {colour}; width: 8px; height: 8px"></b>'
    return f'<b style="background: {colour}"></b>'


def _numbers(plan: Plan, area: StudyArea, language: str) -> list[str]:
    found = plan.indicators
    minute = "分钟" if language == "zh" else "min"
    shares = " · ".join(f"{b:.0f} {minute} {found[f'share_within_{b:.0f}_min'] * 100:.1f}%" for b in BANDS_MIN)
    return [
        f"{people_label(plan.demand_source, language)}: {int(found['persons_total']):,}",
        shares,
        *(_served_and_price(plan, language) if plan.network is None else map_lines(plan.network, language)),
        conditions(plan.scenario, language, area),
        *cautions(plan, language),
    ]


def _served_and_price(plan: Plan, language: str) -> list[str]:
    found, solver = plan.indicators, plan.solver
    served, full = int(found["persons_served"]), int(found["persons_near_but_full"])
    return [
        text("served_and_full", language).format(served, served / found["persons_total"] * 100, full),
        text("new_and_price", language).format(
            int(found["sites"]), found["cost_yuan"] / 10_000, found["cost_yuan"] / 1_000_000
        ),
        gap_sentence(str(solver["model"]), str(solver["status"]), solver["gap"], language),
    ]


def _finish(
    made: folium.Map,
    title: str,
    lines: Sequence[str],
    legend: Sequence[LegendRow],
    plan: Plan,
    language: str,
) -> str:
    about = f"<h1>{inert_html(title)}</h1>" + "".join(f"<p>{inert_html(line)}</p>" for line in lines)
    about += f"<p><small>{inert_html(people_note(plan.demand_source, plan.cut_off, language))}</small></p>"
    rows = "".join(f"<div><i>{row.mark}</i>{inert_html(row.label)}</div>" for row in legend)
    panel = _Panel(about, rows, inert_html(text("stamp", language)))
    panel.add_to(made)
    folium.LayerControl(collapsed=True).add_to(made)
    return to_html(made, title=title, language="zh-CN" if language == "zh" else "en")
