"""What a person asked for in a map or a table: one small value, checked, for the browser is not trusted."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Act:
    """One wish.

    Attributes:
        verb: open, close, lock, forbid, free, undo, redo, why, select, link, choose, …
        site: what it is about; "" where it is about nothing, as with undo.
        n: grows with every act of a map or table, so that none is taken twice.
        view: of a map: lat, lon, zoom, layers (what is shown), opacity.
    """

    verb: str
    site: str
    n: int
    view: Mapping[str, Any] = field(default_factory=dict)


def act_of(told: Any, verbs: Collection[str], sites: Collection[str], bare: Collection[str] = ()) -> Act | None:
    """The act that a browser tells of; None for a verb or a site that was not offered.

    Args:
        bare: verbs that are about no site.
    """
    if not isinstance(told, Mapping):
        return None
    verb, site, n = told.get("verb"), told.get("site"), told.get("n")
    known = (verb in bare and site == "") or (verb in verbs and site in sites)
    if not known or isinstance(n, bool) or not isinstance(n, int | float) or not math.isfinite(n):
        return None
    return Act(str(verb), str(site), int(n), view_of(told.get("view")))


def view_of(told: Any) -> dict[str, Any]:
    """The view that a browser tells of, only what a view has; empty where it is none."""
    if not isinstance(told, Mapping):
        return {}
    view: dict[str, Any] = {k: float(told[k]) for k in ("lat", "lon", "zoom") if _finite(told.get(k))}
    layers, opacity = told.get("layers"), told.get("opacity")
    if isinstance(layers, Mapping):
        view["layers"] = {str(k)[:40]: bool(v) for k, v in list(layers.items())[:40]}
    if isinstance(opacity, Mapping):
        view["opacity"] = {str(k)[:40]: float(v) for k, v in list(opacity.items())[:10] if _finite(v)}
    return view


def _finite(number: Any) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number)
