"""A link that opens the same plans, the same part and the same map again."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from planning.app import session
from planning.app.state import language, plain, word
from planning.faults import PlanningError
from planning.store.views import View


def button(plans: Sequence[str]) -> None:
    """The button that makes the link; it is told by `shown`."""
    st.button(word("compare_link"), key="compare_link_make", on_click=make, args=(tuple(plans), {}), type="tertiary")


def make(plans: Sequence[str], place: Mapping[str, Any]) -> None:
    """Keep what is shown.

    Args:
        place: of the map: lat, lon, zoom, layers, opacity; layers that are off are kept with a "-" before them.
    """
    tab, mode = (st.query_params.get(name, "") for name in ("tab", "mode"))
    here = all(key in place for key in ("lat", "lon", "zoom"))
    try:
        view = View(
            page="compare",
            plans=tuple(plans),
            base=plans[0] if plans else "",
            mode="two" if mode == "two" else "difference" if mode == "difference" else "one",
            map=(place["lat"], _turned(place["lon"]), place["zoom"]) if here else None,
            layers=tuple(key if on else f"-{key}" for key, on in place["layers"].items())
            if "layers" in place
            else None,
            opacity=dict(place.get("opacity", {})),
            tab=tab,
            lang="zh" if language() == "zh" else "en",
        )
        st.session_state["compare_link"] = session.keep_link(view)
    except PlanningError as error:
        session.tell_later(error)
    except (ValueError, TypeError):  # the view is the browser's word, and a link takes only what is sound
        session.tell_later(PlanningError([word("compare_link_not")]))


def _turned(lon: float) -> float:
    """A longitude within ±180: a map that is dragged around the earth counts on."""
    return lon if -180 <= lon <= 180 else (lon + 180) % 360 - 180


def shown() -> None:
    """The address, until the page is drawn for something else."""
    made = st.session_state.pop("compare_link", "")
    if made:
        st.caption(plain(word("compare_link_told")))
        st.code(_whole(made), language=None)


def _whole(made: str) -> str:
    """The address with the server in front, where the browser says which it is."""
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}/{made}" if here.netloc else made


def follow() -> None:
    """Show what a link stands for that was just opened; once."""
    view = st.session_state.get("view")
    if not isinstance(view, View) or view.page != "compare":
        return
    del st.session_state["view"]
    for name, wanted in (("tab", view.tab), ("mode", view.mode)):
        if wanted:
            st.query_params[name] = wanted
    st.session_state["compare_place"] = _place(view)


def _place(view: View) -> dict[str, Any]:
    found: dict[str, Any] = {} if view.map is None else dict(zip(("lat", "lon", "zoom"), view.map, strict=True))
    if view.layers is not None:
        found["layers"] = {key.removeprefix("-"): not key.startswith("-") for key in view.layers}
    return {**found, **({"opacity": dict(view.opacity)} if view.opacity else {})}


def place() -> Mapping[str, Any] | None:
    """Where the map begins, after a link."""
    found: Mapping[str, Any] | None = st.session_state.get("compare_place")
    return found or None
