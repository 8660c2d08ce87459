"""The words of the map, all in one language, and the sources that it names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from planning import Plan, StudyArea
from planning.texts import text

OWN: Final = (
    "closed", "opened", "later", "wish", "rings", "rings_of", "minutes", "minutes_only", "before", "route_found",
    "route_lost", "full", "too_far", "no_route", "served", "undo", "redo", "undo_title", "redo_title", "find",
    "find_hint", "found", "none_found", "layers", "people", "ground", "county_lines", "road_lines", "names",
    "all_candidates", "close", "act_on", "done", "keys", "bands", "changes", "signs", "waiting", "show_all",
)  # fmt: skip
COMMON: Final = (
    "map", "fit_title", "zoom_in", "zoom_out", "size_hint", "existing", "proposed", "locked", "forbidden",
    "candidate", "stamp", "special_school", "day_care",
)  # fmt: skip


def map_words(plans: Sequence[Plan], area: StudyArea, language: str) -> dict[str, Any]:
    """Labels, language and sources."""
    sources = plans[-1].sources if plans else tuple(area.sources())
    labels = {name: text(name, language) for name in COMMON} | {n: text(f"plan_map_{n}", language) for n in OWN}
    labels |= {"persons": text("unit_person", language)}
    comma = "；" if language == "zh" else "; "
    colon = "：" if language == "zh" else ": "
    named = f"{text('sources', language)}{colon}{comma.join(sources)}"
    return {"labels": labels, "attribution": named, "lang": "zh-CN" if language == "zh" else "en"}
