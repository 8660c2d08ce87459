"""The map of a network plan: what opens when, which services a site gives, who is served at home."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from kept_plans import kept_network, kept_plan

from planning.network.explanation import Explanation
from planning.network.result import NetworkPlan
from planning.screens.map_network import network_facts, not_shown, served_at_home


def network() -> NetworkPlan:
    return replace(
        kept_network(),
        services=("rehabilitation", "home_visit"),
        sites=pd.DataFrame({"site_id": ["a", "b"], "opened": [0, 2027], "form": ["", "embedded"]}),
        modules=pd.DataFrame({
            "site_id": ["a", "b", "b"], "service": ["home_visit", "rehabilitation", ""], "opened": [0, 2027, 2027],
        }),
        flows=pd.DataFrame({
            "year": [2027, 2027, 2026], "cell_id": ["x", "y", "y"], "site_id": ["", "a", ""],
            "service": ["home_visit", "rehabilitation", "rehabilitation"],
        }),
        explanations=(Explanation("why_here", "b", "因为近", "because it is near", 1, 1, 1, "persons"),),
    )  # fmt: skip


def test_a_site_tells_its_form_its_year_its_services_and_why_it_is_there() -> None:
    told = network_facts(network(), "zh", None)
    assert told == {"a": "上门走访探视", "b": "嵌入现有建筑 · 2027 年启用 · 康复服务 · 因为近"}
    assert network_facts(network(), "en", 2026)["b"].endswith("opens in 2027 · because it is near")


def test_in_an_early_year_later_sites_are_apart_and_a_service_shows_only_who_gives_it() -> None:
    assert not_shown(network(), 2026, "") == ({"b"}, set())
    assert not_shown(network(), None, "rehabilitation") == (set(), {"a"})


def test_rounds_are_those_of_the_year_and_the_service() -> None:
    plan = replace(kept_plan(), network=network())
    assert served_at_home(plan, "en", None, "").keys() == {"x"}
    assert served_at_home(plan, "en", 2026, "").keys() == {"y"}
    assert served_at_home(plan, "en", 2026, "home_visit") == {}
    assert served_at_home(kept_plan(), "en", None, "") == {}
