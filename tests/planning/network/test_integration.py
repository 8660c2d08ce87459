"""Local and XPCC services together or apart: the gain, what drops out, and a cost split exact to the yuan."""

from __future__ import annotations

from itertools import permutations
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_plans import LOCAL, XPCC, group, made, paid, site

from geodata.errors import in_language
from planning.faults import PlanningError
from planning.network.scenario.form import Network
from planning.network.variants.integration import RULES, compared, integration, owner_of, split_cost, yuan_by_owner
from planning.scenario import Scenario

SEPARATE = made(
    [group(2026, LOCAL, 100, 40), group(2026, XPCC, 50, 10), group(2027, LOCAL, 100, 60), group(2027, XPCC, 50, 20)],
    [
        site("a", capital_yuan=300_000.0, persons_served=60),
        site("b", county_code=XPCC, capital_yuan=200_000.0, persons_served=20),
        site("centre", role="existing", opened=0),
    ],
    [paid(2026, LOCAL, "capital", 300_000.0), paid(2027, LOCAL, "running", 50_000.0), paid(2026, XPCC, "capital", 2e5)],
)
JOINT = made(
    [group(2027, LOCAL, 100, 62), group(2027, XPCC, 50, 38)],
    [site("a", capital_yuan=300_000.0, persons_served=100)],
    [paid(2027, LOCAL, "capital", 400_000.5)],
    status="feasible", gap=0.0123,
)  # fmt: skip


class TestTwoPlans:
    def test_the_gain_of_each_owner_is_told_apart(self) -> None:
        owners = compared(SEPARATE, JOINT).owners.set_index("owner")
        assert owners["persons"].to_dict() == {"local": 100, "xpcc": 50}
        assert owners["gain"].to_dict() == {"local": 2, "xpcc": 18}
        assert owners["yuan_separate"].to_dict() == {"local": 350_000.0, "xpcc": 200_000.0}

    def test_duplicates_that_drop_out_are_named_with_their_owner(self) -> None:
        found = compared(SEPARATE, JOINT)
        assert found.dropped[["site_id", "owner", "capital_yuan"]].to_numpy().tolist() == [["b", "xpcc", 200_000.0]]
        assert len(found.added) == 0
        assert compared(JOINT, SEPARATE).added["site_id"].tolist() == ["b"]  # what stands is never a duplicate

    def test_both_rules_add_up_to_the_joint_cost(self) -> None:
        found = compared(SEPARATE, JOINT)
        assert found.joint_yuan == 400_000  # half a yuan to the even one
        assert found.split.groupby("rule")["yuan"].sum().to_dict() == dict.fromkeys(RULES, 400_000)
        shares = found.split.set_index(["rule", "owner"])["yuan"]
        assert shares["persons", "local"] == 248_000
        assert shares["shapley", "local"] == (350_000 + 400_000 - 200_000) / 2

    def test_sentences_say_the_same_numbers_in_both_languages(self) -> None:
        gain, dropped, by_persons, by_shapley = compared(SEPARATE, JOINT).sentences
        assert gain == (
            "Together instead of apart, +20 persons are served in 2027, counted by service (local +2, XPCC +18) "
            "(within 1.2 % of the best)."
        )
        assert "地方 +2 人次、兵团 +18 人次" in in_language(gain, "zh")
        assert "1 of the 2 institutions" in dropped
        assert "Site b" in dropped
        assert "机构b" in in_language(dropped, "zh")
        assert by_persons.endswith("by persons served: local 248,000 yuan, XPCC 152,000 yuan.")
        assert "夏普利值" in in_language(by_shapley, "zh")
        nothing = compared(JOINT, JOINT).sentences[1]
        assert nothing == "No planned institution drops: 1 apart, 1 together."


class TestWhoseMoney:
    def test_a_regiment_inside_a_local_county_takes_its_cost_along(self) -> None:
        plan = made(
            [group(2026, LOCAL, 1, 1), group(2027, LOCAL, 1, 1), group(2028, LOCAL, 1, 1)],
            [
                site("r", owner="xpcc", opened=2027, capital_yuan=100.0, running_yuan=7.0),
                site("s", owner="local", opened=2026, capital_yuan=50.0, running_yuan=1.0),
            ],
            [paid(2026, LOCAL, "capital", 150.0), paid(2027, LOCAL, "running", 20.0)],
        )
        assert yuan_by_owner(plan) == {"local": 170.0 - 114.0, "xpcc": 114.0}

    def test_an_owner_that_is_not_known_is_that_of_the_county(self) -> None:
        plan = made(
            [group(2026, XPCC, 1, 1)],
            [site("r", owner="", county_code=XPCC, capital_yuan=9.0)],
            [paid(2026, XPCC, "capital", 9.0)],
        )
        assert yuan_by_owner(plan) == {"local": 0.0, "xpcc": 9.0}
        assert [owner_of(code) for code in (LOCAL, XPCC, "659009")] == ["local", "xpcc", "xpcc"]


def shapley_by_orders(alone: dict[str, int], joint: int) -> dict[str, float]:
    """Mean over both orders of what each adds when it comes."""
    out = dict.fromkeys(alone, 0.0)
    for order in permutations(alone):
        first, second = order
        out[first] += alone[first] / 2
        out[second] += (joint - alone[first]) / 2
    return out


@settings(max_examples=200, deadline=None)
@given(*(st.integers(0, 10**8) for _ in range(5)))
def test_the_split_is_exact_to_the_yuan_and_the_mean_of_both_orders(
    joint: int, local: int, xpcc: int, served: int, other: int
) -> None:
    split = split_cost(joint, {"local": served, "xpcc": other}, {"local": local, "xpcc": xpcc})
    yuan = split.set_index(["rule", "owner"])["yuan"]
    assert split.groupby("rule")["yuan"].sum().to_dict() == {"persons": joint, "shapley": joint}
    expected = shapley_by_orders({"local": local, "xpcc": xpcc}, joint)
    assert abs(yuan["shapley", "local"] - expected["local"]) <= 0.5
    assert abs(yuan["shapley", "xpcc"] - expected["xpcc"]) <= 0.5
    if served + other:
        assert abs(yuan["persons", "local"] - joint * served / (served + other)) < 1
    else:
        assert abs(yuan["persons", "local"] - yuan["persons", "xpcc"]) <= 1


class TestTheTwoQuestions:
    SCENARIO = Scenario(name="s", network=Network(explain=True))

    def test_the_scenario_is_asked_apart_and_together_with_the_cities_of_both(self) -> None:
        asked: list[Scenario] = []

        def run(scenario: Scenario, area: Any) -> Any:
            asked.append(scenario)
            return SimpleNamespace(network=SEPARATE if len(asked) == 1 else JOINT)

        found = integration(self.SCENARIO, None, run)  # type: ignore[arg-type]
        assert (found.separate, found.joint) == (SEPARATE, JOINT)
        assert [s.network.owners for s in asked if s.network] == ["separate", "joint"]
        assert [s.name for s in asked] == ["s_separate", "s_joint"]
        assert all(s.with_separate_xpcc and s.network and not s.network.explain for s in asked)

    def test_without_a_network_there_is_nothing_to_ask(self) -> None:
        with pytest.raises(PlanningError, match="scenario 's': a table \\[network\\] is needed"):
            integration(Scenario(name="s"), None, lambda *_: None)  # type: ignore[arg-type]
        with pytest.raises(PlanningError, match="no network plan"):
            integration(self.SCENARIO, None, lambda *_: SimpleNamespace(network=None))  # type: ignore[arg-type]
