"""Year by year against all capital at once: what the end plan may spend, and what phasing costs."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from made_plans import LOCAL, group, made, paid, site

from planning.assumptions import default_assumptions
from planning.network.posing.catalogue import Catalogue
from planning.network.result import NetworkPlan
from planning.network.scenario.form import Money, Network
from planning.network.variants.phasing import Phasing, compared, end_scenario, last_value, phasing
from planning.scenario import Scenario
from planning.scenario_form import Close, Lock, Weights

NESTED = made(
    [
        *(group(2026, LOCAL, 100, n, s) for n, s in ((30, "rehabilitation"), (5, "day_care"))),
        *(group(2027, LOCAL, 100, n, s) for n, s in ((70, "rehabilitation"), (20, "day_care"))),
    ],
    [site("a", opened=2026), site("b", opened=2027), site("stands", role="existing", opened=0)],
    [paid(2026, LOCAL, "capital", 8.0), paid(2026, LOCAL, "running", 1.0), paid(2027, LOCAL, "running", 2.0)],
)
END = made(
    [group(2027, LOCAL, 100, 75, "rehabilitation"), group(2027, LOCAL, 100, 19, "day_care")],
    [site("a", opened=2027), site("c", opened=2027)],
)


def end_money(*sources: Money, years: int = 3) -> list[tuple[str, tuple[float, ...], str]]:
    network = end_scenario(Scenario(name="s", network=Network(years=years, money=sources))).network
    assert network is not None
    return [(m.source, tuple(m.yuan), m.pays) for m in network.money]


class TestTheEndPlan:
    def test_is_the_last_year_alone_with_orders_that_hold_from_the_beginning(self) -> None:
        changes = (Lock(site="x", year=2026), Lock(site="y"), Close(site="z"))
        end = end_scenario(Scenario(name="s", network=Network(first_year=2026, years=5), changes=changes))
        assert end.network is not None
        assert (end.network.first_year, end.network.years, end.name) == (2030, 1, "s_end")
        assert end.changes == (Lock(site="x"), Lock(site="y"), Close(site="z"))

    def test_has_the_capital_of_all_years_and_the_running_cost_of_the_last(self) -> None:
        assert end_money(Money(source="a", yuan=(1, 2, 4), pays="capital")) == [("a", (7,), "capital")]
        assert end_money(Money(source="a", yuan=(1, 2, 4), pays="running")) == [("a", (4,), "running")]
        before, last = end_money(Money(source="a", yuan=(1, 2, 4)))
        assert (before[1:], last) == (((3,), "capital"), ("a", (4,), "both"))
        assert before[0] != "a"  # each source once

    def test_what_carries_over_is_there_whole(self) -> None:
        assert end_money(Money(source="a", yuan=(1, 2, 4), carry=True)) == [("a", (7,), "both")]
        assert end_money(Money(source="a", yuan=(1, 2, 4), carry=True, pays="running")) == [("a", (7,), "running")]

    def test_one_number_is_of_every_year(self) -> None:
        assert [m[1] for m in end_money(Money(source="a", yuan=(5,)), years=4)] == [(15,), (5,)]
        assert end_money(Money(source="a", yuan=(5,)), years=1) == [("a", (5,), "both")]


class TestThePrice:
    def test_is_told_by_service_with_what_is_gained(self) -> None:
        table = compared(NESTED, END).services.set_index("service")
        assert table["lost"].to_dict() == {"rehabilitation": 5, "day_care": -1}
        assert table.loc["rehabilitation", "units_lost"] == pytest.approx(50)

    def test_every_year_has_its_openings_money_and_persons(self) -> None:
        table = compared(NESTED, END).years
        assert table.to_dict("list") == {
            "year": [2026, 2027], "sites_opened": [1, 1], "capital_yuan": [8.0, 0.0], "running_yuan": [1.0, 2.0],
            "persons_served": [35, 90],
        }  # fmt: skip

    def test_a_county_centre_that_grows_is_among_what_the_plan_opens(self) -> None:
        grown = site("centre", role="existing", opened=2027, form="upgraded")
        plan = replace(NESTED, sites=pd.concat([NESTED.sites, pd.DataFrame([grown])], ignore_index=True))
        assert compared(plan, END).years["sites_opened"].tolist() == [1, 2]
        assert "centre" in set(compared(plan, END).sites["site_id"])
        assert "stands" not in set(compared(plan, END).sites["site_id"])

    def test_sites_of_either_plan_are_side_by_side(self) -> None:
        table = compared(NESTED, END).sites
        rows = list(table[["site_id", "opened", "in_end"]].itertuples(index=False, name=None))
        assert rows == [("a", 2026, True), ("b", 2027, False), ("c", 0, True)]

    def test_sentences_say_what_the_plans_found_serve_and_how_many_more(self) -> None:
        persons, before, places = compared(NESTED, END).explanations
        assert persons.en == (
            "In 2027 the plan found year by year serves 90 persons, counted by service; the plan found with all "
            "capital at once serves 94: 4 more."
        )
        assert "服务 94 人，多 4 人" in persons.zh
        assert (persons.kind, persons.subject, persons.value, persons.unit) == ("phasing", "persons", 4.0, "persons")
        assert before.en.startswith("In 2026 the plan built year by year serves 35 person-years already")
        assert places.en == "Sites opened only year by year: 1; only with all capital at once: 1."
        assert places.value == 2
        assert compared(NESTED, NESTED).explanations[-1].en == "Both plans open or extend the same sites."
        assert "4 fewer" in compared(END, NESTED).explanations[0].en
        assert len(compared(END, NESTED).explanations) == 2  # one year has none before it

    def test_plans_that_serve_equally_many_are_not_called_free_of_price(self) -> None:
        persons = compared(NESTED, NESTED).explanations[0]
        assert "serves equally many" in persons.en
        assert "服务人数相同" in persons.zh
        assert not any(word in persons.en + persons.zh for word in ("nobody", "proven", "没有代价", "证明"))

    def test_the_scenario_is_asked_twice(self) -> None:
        asked: list[Any] = []

        def run(scenario: Scenario, area: Any) -> Any:
            asked.append(scenario)
            return SimpleNamespace(network=NESTED if len(asked) == 1 else END)

        found = phasing(Scenario(name="s", network=Network(first_year=2026, years=2)), None, run)  # type: ignore[arg-type]
        assert (found.nested, found.end) == (NESTED, END)
        assert [(s.name, s.network.years, s.network.first_year) for s in asked] == [
            ("s_nested", 2, 2026),
            ("s_end", 1, 2027),
        ]


def with_aim(plan: NetworkPlan, aim: str, objective: float, bound: float, unit: str = "attendances") -> NetworkPlan:
    status = "optimal" if objective == bound else "feasible"
    stage = {"aim": aim, "objective": objective, "bound": bound, "gap": 0.0, "status": status, "unit": unit}
    return replace(plan, aims=(stage,))


class TestThePriceInTheAim:
    CATALOGUE = Catalogue(default_assumptions())

    def priced(self, best: float, bound: float, last: float) -> Phasing:
        nested = with_aim(NESTED, "most_units", 9999.0, 9999.0)  # of all years: no part of the price
        return compared(nested, with_aim(END, "most_units", best, bound), last)

    def test_is_the_best_end_plan_minus_the_last_year_of_the_nested_plan_between_the_bounds(self) -> None:
        found = self.priced(5200.0, 5500.0, 5000.0)
        assert found.price is not None
        assert (found.price.value, found.price.low, found.price.high) == (200.0, 200.0, 500.0)
        said = found.explanations[1]
        assert (said.subject, said.low, said.high, said.unit) == ("aim", 200.0, 500.0, "attendances")
        assert "between 200 and 500 service attendances" in said.en
        assert "200 至 500 服务人次" in said.zh

    def test_is_none_only_where_no_end_plan_can_be_better(self) -> None:
        assert "none (proven)" in self.priced(5000.0, 5000.0, 5000.0).explanations[1].en
        assert "possibly none" in self.priced(5000.0, 5100.0, 5000.0).explanations[1].en
        assert "没有代价（已证明）" in self.priced(4990.0, 5000.0, 5000.0).explanations[1].zh

    def test_what_a_year_is_worth_counts_attendances_and_weights(self) -> None:
        weighted = Scenario(name="s", network=Network(), weights=Weights(severe=3.0))
        days = default_assumptions()["attendances_per_place_day_care"]
        nested = with_aim(NESTED, "most_units", 1.0, 1.0)
        assert last_value(nested, weighted, self.CATALOGUE) == pytest.approx(700 + 200 * days)
        groups = NESTED.groups.assign(weight_class="severe")
        nested = replace(with_aim(NESTED, "neediest", 1.0, 1.0), groups=groups)
        assert last_value(nested, weighted, self.CATALOGUE) == pytest.approx(3 * (700 + 200 * days))
        assert last_value(with_aim(NESTED, "worst_off", 0.4, 0.5), weighted, self.CATALOGUE) == 0.4
        assert last_value(with_aim(NESTED, "least_cost", 4.0, 4.0), weighted, self.CATALOGUE) is None
