"""The map of a network plan: every site by tier, who is served at home, and the network's own numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from networks_by_hand import answer, question
from test_result import names_of

from planning.network.map_layers import SIGNS, facts, served_at_home, signs
from planning.network.read import read_network
from planning.network.result import NetworkPlan
from planning.network.summary import map_lines
from planning.texts import LANGUAGES, TEXTS


@pytest.fixture(scope="module")
def plan() -> NetworkPlan:
    asked = question(4)
    return read_network(asked, answer(asked, 4), names_of(asked), None, kappa=0.01)


def sites(*rows: tuple[str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["tier", "role", "opened"])


def test_each_tier_has_a_sign_of_its_own_and_what_stands_another() -> None:
    shown = sites(
        ("county", "existing", 0), ("county", "existing", 2026), ("township", "proposed", 2026),
        ("village", "proposed", 2027), ("township", "locked", 2026),
    )  # fmt: skip
    assert signs(shown).tolist() == ["map_stands", "map_county", "map_township", "map_village", "map_locked"]
    assert len({svg for svg, _ in SIGNS.values()}) == len(SIGNS)
    assert set(SIGNS) <= set(TEXTS)


def test_every_site_of_the_plan_has_a_sign(plan: NetworkPlan) -> None:
    assert signs(plan.sites).isin(list(SIGNS)).all()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_told_of_a_site_is_in_its_table(plan: NetworkPlan, language: str) -> None:
    told = facts(plan.sites, language)
    assert all(len(values) == len(plan.sites) for values in told.values())
    assert any(list(values) == plan.sites["persons_served"].to_list() for values in told.values())


def test_places_served_at_home_are_those_of_the_flows(plan: NetworkPlan) -> None:
    assert plan.flows is not None
    home = plan.flows[(plan.flows["site_id"] == "") & (plan.flows["year"] == plan.last_year)]
    told = served_at_home(plan, "en")
    assert set(told.index) == set(home["cell_id"])
    for cell, services in home.groupby("cell_id")["service"]:
        assert len(told[cell].split(", ")) == services.nunique()


def test_without_flows_nobody_is_drawn_at_home(plan: NetworkPlan) -> None:
    assert len(served_at_home(replace(plan, flows=None), "zh")) == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_beside_the_map_are_those_of_the_network(plan: NetworkPlan, language: str) -> None:
    last = plan.groups[plan.groups["year"] == plan.last_year]
    told = "\n".join(map_lines(plan, language))
    assert f"{int(np.sum(last['persons_served'])):,}" in told
    assert f"{int(np.sum(last['persons'])):,}" in told
