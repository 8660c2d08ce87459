"""The ready network scenarios: each reads, knows its area, and says what is assumed."""

from __future__ import annotations

from typing import Any

import pytest

from planning.cli import checked_scenario
from planning.scenario import Scenario, load, shipped, shipped_networks

NAMES = list(shipped_networks())


@pytest.mark.parametrize("name", NAMES)
class TestEveryOne:
    def test_it_is_found_by_its_name_without_a_fault(self, name: str) -> None:
        scenario = checked_scenario(name)
        assert scenario.name == name
        assert scenario.network is not None

    def test_it_reads_back_equal(self, name: str, tmp_path: Any) -> None:
        path = tmp_path / "again.toml"
        path.write_text(load(name).to_toml(), encoding="utf-8")
        assert Scenario.from_toml(path) == load(name)

    def test_it_tells_itself_in_both_languages_and_that_its_money_is_assumed(self, name: str) -> None:
        scenario = load(name)
        assert all((scenario.title_zh, scenario.title_en, scenario.description_zh, scenario.description_en))
        assert "假设" in scenario.description_zh
        assert "assumption" in scenario.description_en
        assert scenario.network is not None
        assert all("假设" in money.source for money in scenario.network.money)


def test_the_quick_scenarios_are_not_networks_and_no_name_is_used_twice() -> None:
    assert not set(NAMES) & set(shipped())
    assert all(load(name).network is None for name in shipped())


def test_the_tilts_differ_in_their_share_alone() -> None:
    tilted = [load(f"network_tilt_{share}").network for share in (40, 50, 60)]
    assert [round(100 * n.tilt.share) for n in tilted if n and n.tilt] == [40, 50, 60]
    assert len({n.model_copy(update={"tilt": None}).model_dump_json() for n in tilted if n}) == 1
