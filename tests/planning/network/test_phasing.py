"""Year by year against all capital at once: what the end plan may spend, and what phasing costs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from made_plans import LOCAL, group, made, paid, site

from geodata.errors import in_language
from planning.network.scenario.form import Money, Network
from planning.network.variants.phasing import compared, end_scenario, phasing
from planning.scenario import Scenario
from planning.scenario_form import Close, Lock

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
            "persons_served": [35, 90], "units_delivered": [350.0, 900.0],
        }  # fmt: skip

    def test_sites_of_either_plan_are_side_by_side(self) -> None:
        table = compared(NESTED, END).sites
        rows = list(table[["site_id", "opened", "in_end"]].itertuples(index=False, name=None))
        assert rows == [("a", 2026, True), ("b", 2027, False), ("c", 0, True)]

    def test_sentences_say_who_is_lost_or_won(self) -> None:
        price, before, places = compared(NESTED, END).sentences
        assert "serves 90 persons" in price
        assert "it would be 94. Phasing costs 4 persons in that year." in price
        assert "少服务 4 人次" in in_language(price, "zh")
        assert before == "In 2026 the plan built year by year serves 35 person-years already."
        assert places == "Sites built only year by year: 1; only in the end plan: 1."
        assert "Phasing costs nobody." in compared(NESTED, NESTED).sentences[0]
        assert "Year by year 4 more are served" in compared(END, NESTED).sentences[0]
        assert len(compared(END, NESTED).sentences) == 2  # one year has none before it

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
