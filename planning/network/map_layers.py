"""What the map of a network plan shows: the sites by tier and by what is new, and the places served at home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import folium
import pandas as pd

from planning.map_parts import constant, located, placed
from planning.network.result import NOTHING_YET, NetworkPlan
from planning.network.summary import service_title
from planning.offline import TextTooltip
from planning.texts import text


def _star(size: int) -> str:
    return (
        f'<svg width="{size}" height="{size}" viewBox="0 0 20 20"><path d="M10 1l2.6 6 6.4.5-4.9 4.2 1.5 6.3L10 14.6 '
        '4.4 18l1.5-6.3L1 7.5 7.4 7z" fill="#b0307a" stroke="#fff" stroke-width="1.2"/></svg>'
    )


SIGNS: Final[Mapping[str, tuple[str, int]]] = {
    "map_stands": (
        '<svg width="14" height="14"><rect x="2" y="2" width="10" height="10" fill="#2b2b33" stroke="#fff" '
        'stroke-width="1.5"/></svg>', 14,
    ),
    "map_county": (
        '<svg width="18" height="18"><rect x="2" y="2" width="14" height="14" fill="#b0307a" stroke="#fff" '
        'stroke-width="2"/></svg>', 18,
    ),
    "map_township": (_star(20), 20),
    "map_village": (
        '<svg width="12" height="12"><path d="M6 1l5 9.5H1z" fill="#b0307a" stroke="#fff"/></svg>', 12,
    ),
    "map_locked": (
        '<svg width="18" height="18"><path d="M9 2l7 7-7 7-7-7z" fill="#b0307a" stroke="#2b2b33" '
        'stroke-width="2"/></svg>', 18,
    ),
}  # fmt: skip
"""Key of the text → symbol and its size in pixels; in the order of the legend."""
HOME_COLOUR: Final = "#6a3fa0"
HOME_SIGN: Final = (
    f'<svg width="14" height="14"><circle cx="7" cy="7" r="4.5" fill="none" stroke="{HOME_COLOUR}" '
    'stroke-width="2"/></svg>'
)


def signs(sites: pd.DataFrame) -> pd.Series[str]:
    """Which symbol each site of a network has: what stands, what was ordered, else the tier of what is new."""
    found = "map_" + sites["tier"].astype(str)
    found = found.mask(sites["role"] == "locked", "map_locked")
    return found.mask((sites["role"] == "existing") & (sites["opened"] == NOTHING_YET), "map_stands")


def facts(sites: pd.DataFrame, language: str) -> dict[str, Any]:
    """What is told of each site, by the name of the fact."""
    return {
        text("name", language): sites["name_zh" if language == "zh" else "name_en"],
        text("map_form", language): [
            text(f"form_{form}", language) if form else "—" for form in sites["form"]
        ],
        text("map_opened", language): ["—" if y == NOTHING_YET else str(y) for y in sites["opened"]],
        text("map_served", language): sites["persons_served"],
        text("capital", language): sites["capital_yuan"].round().astype(int),
        text("map_running", language): sites["running_yuan"].round().astype(int),
    }  # fmt: skip


def served_at_home(plan: NetworkPlan, language: str) -> pd.Series[str]:
    """Names of the services that are given at home in the last year, by cell; empty where the flows are not known."""
    if plan.flows is None:
        return pd.Series([], index=pd.Index([], name="cell_id"), dtype=str)
    home = plan.flows[(plan.flows["site_id"] == "") & (plan.flows["year"] == plan.last_year)]
    by_cell = home.drop_duplicates(["cell_id", "service"]).groupby("cell_id", sort=True)["service"]
    comma = "、" if language == "zh" else ", "
    titles = {key: service_title(key, language) for key in plan.services}
    return by_cell.agg(lambda keys: comma.join(titles[key] for key in plan.services if key in set(keys)))


def network_symbols(network: NetworkPlan, cells: pd.DataFrame, language: str, made: folium.Map) -> None:
    """Draw the sites by tier, and rings around the cells that rounds go to.

    Args:
        cells: `Plan.cells`.
    """
    titles = served_at_home(network, language)
    _rings(cells[cells["cell_id"].isin(titles.index)], titles, language, made)
    of_site = signs(network.sites)
    for key, (svg, size) in SIGNS.items():
        rows = network.sites[of_site == key]
        placed(rows, facts(rows, language), svg, size, text(key, language), made)


def _rings(home: pd.DataFrame, titles: pd.Series[str], language: str, made: folium.Map) -> None:
    if not len(home):
        return
    named = {
        text("county", language): home["county_zh" if language == "zh" else "county_en"],
        text("map_home", language): titles.loc[home["cell_id"]].to_numpy(),
    }
    folium.GeoJson(
        located(home, named),
        name=text("map_home", language),
        marker=folium.CircleMarker(radius=5, fill=True, fill_opacity=0.0),
        style_function=constant({"color": HOME_COLOUR, "weight": 1.5, "fillOpacity": 0.0}),
        tooltip=TextTooltip(list(named)),
    ).add_to(made)
