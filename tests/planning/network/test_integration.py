"""Local and XPCC services together or apart: the gain, what drops out, and a cost split exact to the yuan."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_plans import LOCAL, XPCC, group, made, paid, site

from geodata.errors import in_language
from planning.faults import PlanningError
from planning.network.result import NetworkPlan
from planning.network.scenario.form import Money, Network, Tilt
from planning.network.variants.integration import (
    OWNERS,
    RULES,
    alone_scenario,
    check_xpcc,
    compared,
    integration,
    owner_of,
    split_cost,
)
from planning.question import demand_factors
from planning.scenario import Scenario
from planning.scenario_form import Lock, ScaleDemand

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
ALONE = {
    "local": made([group(2027, LOCAL, 100, 61)], money=[paid(2027, LOCAL, "capital", 350_000.0)]),
    "xpcc": made([group(2027, XPCC, 50, 21)], money=[paid(2027, XPCC, "capital", 200_000.0)]),
}
COUNTIES = pd.DataFrame({"county_code": [LOCAL, XPCC]})
SITES = pd.DataFrame({"site_id": ["a", "b"], "county_code": [LOCAL, XPCC]})


def area_with(sites: pd.DataFrame) -> Any:
    area = SimpleNamespace(data=SimpleNamespace(counties=COUNTIES, cells=COUNTIES), sites=sites)
    area.with_layers = lambda _: area
    return area


AREA = area_with(SITES)


class TestTwoPlans:
    def test_the_gain_of_each_owner_is_told_apart(self) -> None:
        owners = compared(SEPARATE, JOINT, ALONE).owners.set_index("owner")
        assert owners["persons"].to_dict() == {"local": 100, "xpcc": 50}
        assert owners["gain"].to_dict() == {"local": 2, "xpcc": 18}
        assert owners["served_alone"].to_dict() == {"local": 61, "xpcc": 21}
        assert owners["yuan_alone"].to_dict() == {"local": 350_000.0, "xpcc": 200_000.0}

    def test_duplicates_that_drop_out_are_named_with_their_owner(self) -> None:
        found = compared(SEPARATE, JOINT, ALONE)
        assert found.dropped[["site_id", "owner", "capital_yuan"]].to_numpy().tolist() == [["b", "xpcc", 200_000.0]]
        assert len(found.added) == 0
        assert compared(JOINT, SEPARATE, ALONE).added["site_id"].tolist() == ["b"]  # what stands is never a duplicate

    def test_both_rules_add_up_to_the_joint_cost(self) -> None:
        found = compared(SEPARATE, JOINT, ALONE)
        assert found.joint_yuan == 400_000  # half a yuan to the even one
        assert found.split.groupby("rule")["yuan"].sum().to_dict() == dict.fromkeys(RULES, 400_000)
        shares = found.split.set_index(["rule", "owner"])["yuan"]
        assert shares["persons", "local"] == 248_000
        assert shares["shapley", "local"] == (350_000 + 400_000 - 200_000) / 2

    def test_sentences_say_the_same_numbers_in_both_languages(self) -> None:
        gain, dropped, alone, by_persons, by_shapley = compared(SEPARATE, JOINT, ALONE).explanations
        assert gain.en == (
            "Persons served in 2027 in the plan found together, against that found apart: +20, counted by service "
            "(local +2, XPCC +18)."
        )
        assert "地方 +2 人、兵团 +18 人" in gain.zh
        assert (gain.kind, gain.value, gain.unit) == ("integration", 20.0, "persons")
        assert "1 of the 2 institutions" in dropped.en
        assert "Site b" in dropped.en
        assert "机构b" in dropped.zh
        assert "local 350,000 yuan, XPCC 200,000 yuan" in alone.en
        assert by_persons.en.endswith("by persons served: local 248,000 yuan, XPCC 152,000 yuan.")
        assert "half of what one costs more than the other when each stands alone" in by_shapley.en
        assert "夏普利值" in by_shapley.zh
        nothing = compared(JOINT, JOINT, ALONE).explanations[1]
        assert nothing.en == "No institution drops out: 1 apart, 1 together."

    def test_the_gain_in_the_aim_lies_between_what_both_proofs_leave(self) -> None:
        def reaching(plan: NetworkPlan, objective: float, bound: float, aim: str) -> NetworkPlan:
            stage = {"aim": aim, "objective": objective, "bound": bound, "status": "feasible", "unit": "attendances"}
            return replace(plan, aims=(stage,))

        one, other = reaching(SEPARATE, 800.0, 850.0, "most_units"), reaching(JOINT, 1000.0, 1100.0, "most_units")
        said = compared(one, other, ALONE).explanations[1]
        assert (said.subject, said.value, said.low, said.high) == ("aim", 200.0, 150.0, 300.0)
        less, least = reaching(SEPARATE, 900.0, 850.0, "least_cost"), reaching(JOINT, 700.0, 650.0, "least_cost")
        said = compared(less, least, ALONE).explanations[1]
        assert (said.value, said.low, said.high) == (200.0, 150.0, 250.0)
        regret = [reaching(plan, 1.0, 0.0, "least_regret") for plan in (SEPARATE, JOINT)]
        assert "aim" not in [each.subject for each in compared(*regret, ALONE).explanations]

    def test_whose_people_live_in_a_county(self) -> None:
        assert [owner_of(code) for code in (LOCAL, XPCC, "659009")] == ["local", "xpcc", "xpcc"]


class TestEachAlone:
    SCENARIO = Scenario(
        name="s",
        changes=(Lock(site="a"), Lock(site="b")),
        network=Network(
            years=2, tilt=Tilt(share=0.2, prefectures=("6531",)),
            money=(
                Money(source="all", yuan=(100, 200)),
                Money(source="theirs", yuan=(7,), counties=(XPCC,)),
                Money(source="ours", yuan=(9,), prefectures=("6531",)),
            ),
        ),
    )  # fmt: skip

    @pytest.mark.parametrize(("owner", "yuan", "other"), [
        ("local", [(75, 150), (0,), (9,)], XPCC), ("xpcc", [(75, 150), (7,), (0,)], LOCAL),
    ])  # fmt: skip
    def test_has_its_own_people_orders_and_money_and_its_part_of_the_rest(
        self, owner: str, yuan: list[tuple[float, ...]], other: str
    ) -> None:
        alone = alone_scenario(self.SCENARIO, owner, 0.75, AREA)
        assert alone.network is not None
        assert [m.yuan for m in alone.network.money] == yuan
        assert alone.network.tilt is None
        assert alone.network.owners == "separate"
        assert [c.site for c in alone.of(Lock)] == [{"local": "a", "xpcc": "b"}[owner]]
        assert [c.county for c in alone.of(ScaleDemand)] == [other]
        assert demand_factors(alone)[0][1] < 1e-9

    def test_an_area_without_xpcc_sites_is_refused_in_one_sentence(self) -> None:
        with pytest.raises(PlanningError, match="the study area has none") as caught:
            check_xpcc(self.SCENARIO, area_with(SITES.iloc[:1]))
        assert "兵团城市" in in_language(caught.value.faults[0], "zh")
        assert len(caught.value.faults) == 1
        check_xpcc(self.SCENARIO, AREA)


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

    def test_the_scenario_is_asked_apart_together_and_for_each_alone(self) -> None:
        asked: list[Scenario] = []
        answers = [SEPARATE, JOINT, *ALONE.values()]

        def run(scenario: Scenario, area: Any) -> Any:
            asked.append(scenario)
            return SimpleNamespace(network=answers[len(asked) - 1])

        found = integration(self.SCENARIO, AREA, run)
        assert (found.separate, found.joint, dict(found.alone)) == (SEPARATE, JOINT, ALONE)
        assert [s.network.owners for s in asked if s.network] == ["separate", "joint", "separate", "separate"]
        assert [s.name for s in asked] == ["s_separate", "s_joint", *(f"s_{owner}_alone" for owner in OWNERS)]
        assert all(s.with_separate_xpcc and s.network and not s.network.explain for s in asked)

    def test_without_a_network_there_is_nothing_to_ask(self) -> None:
        with pytest.raises(PlanningError, match="scenario 's': a table \\[network\\] is needed"):
            integration(Scenario(name="s"), AREA, lambda *_: None)  # type: ignore[arg-type,return-value]
        with pytest.raises(PlanningError, match="no network plan"):
            integration(self.SCENARIO, AREA, lambda *_: SimpleNamespace(network=None))  # type: ignore[arg-type,return-value]
