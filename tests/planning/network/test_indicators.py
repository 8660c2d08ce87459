"""The table of indicators: complete in every row, and each key number recomputed slowly from the plan's own tables."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from networks_by_hand import COUNTIES, SERVICES, HandMade, answer, question
from scipy.sparse import csr_array

from optimizers.network import FREE, STANDS
from planning.network.measures.frames import Frames, frames_of
from planning.network.measures.indicators import COLUMNS, DENOMINATORS, NETWORK_INDICATORS, indicators_table
from planning.network.read import gap_between, standing_choice

SHARES = (0.75, 0.25)
ON_ONE_ROAD = np.array([np.zeros(36, bool), np.arange(36) // 6 == 1])  # cell c1, in winter
LAST = 2027


class Made:
    """A question, its answer, its frames and the table."""

    def __init__(self, seed: int, one_road: Any = None) -> None:
        self.asked: HandMade = question(seed)
        self.answer = answer(self.asked, seed)
        stands = answer(self.asked, seed, *standing_choice(self.asked.problem))
        stands = replace(stands, at_home=np.zeros_like(stands.at_home))
        self.frames: Frames = frames_of(self.asked, self.answer, stands, 0.01, one_road)
        self.table = indicators_table(self.frames)

    def value(self, key: str, scope: str = "all", year: int = LAST) -> float:
        t = self.table
        found = t[(t["key"] == key) & (t["scope"] == scope) & (t["year"] == year)]["value"]
        assert len(found) == 1, (key, scope, year)
        return float(found.iloc[0])

    def people(self, service: str | None = None) -> list[tuple[int, int, float, float]]:
        """Row, season, persons of the season, minutes to the nearest site that offers the service; inf without."""
        p, out = self.asked.problem, []
        for r, row in enumerate(self.asked.rows.to_dict("records")):
            if service in (None, row["service"]):
                for a, share in enumerate(SHARES):
                    on = [
                        p.module_site[k] for k in range(len(p.module_site))
                        if self.answer.module_year[k] >= 0 and p.module_service[k] == p.service[r]
                    ]  # fmt: skip
                    minutes = [m for m in self.asked.routes[a].toarray()[self.asked.row_cell[r], on] if m > 0]
                    out.append((r, a, row["persons"] * share, min(minutes, default=math.inf)))
        return out


@pytest.fixture(scope="module", params=[4, 11])
def made(request: Any) -> Made:
    return Made(request.param)


class TestTheTable:
    def test_every_row_has_formula_unit_denominator_source_and_mark(self) -> None:
        for row in NETWORK_INDICATORS:
            assert all((row.key, row.zh, row.en, row.unit, row.formula, row.source)), row.key
            assert row.denominator in DENOMINATORS
            assert row.mark in ("S", "D", "V", "J")
            assert row.better in (-1, 0, 1)
            assert (row.denominator == "none") <= (row.unit not in ("share", "index", "points"))
        keys = [row.key for row in NETWORK_INDICATORS]
        assert len(set(keys)) == len(keys)

    def test_every_indicator_is_told_and_every_line_is_complete(self) -> None:
        made = Made(4, ON_ONE_ROAD)
        table = made.table
        assert list(table.columns) == list(COLUMNS)
        left_out = {"south_gap_points", "yuan_given", "yuan_left"}  # all is south, and money is no limit
        assert list(dict.fromkeys(table["key"])) == [r.key for r in NETWORK_INDICATORS if r.key not in left_out]
        assert (table.drop(columns="value") != "").all(axis=None)
        assert not np.isinf(table["value"]).any()
        assert not table.duplicated(["key", "scope", "year"]).any()
        assert set(table["year"]) <= {0, 2026, 2027}
        kinds = table["scope"].str.partition(":")[0]
        assert set(kinds) == {"all", "service", "county", "class", "staff"}

    def test_what_stands_is_told_as_year_0(self, made: Made) -> None:
        assert made.value("persons_served", year=0) <= made.value("persons_served")
        newly = made.value("persons_served") - made.value("persons_served", year=0)
        assert made.value("persons_newly_served") == newly

    def test_without_what_stands_nothing_new_is_told(self) -> None:
        made = Made(4)
        table = indicators_table(replace(made.frames, before=None))
        assert not (table["year"] == 0).any()
        assert "yuan_per_newly_served" not in set(table["key"])

    def test_one_road_is_left_out_where_it_is_not_known(self) -> None:
        assert "persons_on_one_road" not in set(Made(4).table["key"])
        known = Made(4, ON_ONE_ROAD)
        rows = known.asked.rows
        assert known.value("persons_on_one_road") == round(rows[rows["cell_id"] == "c1"]["persons"].sum())


class TestPeople:
    def test_the_groups_of_any_scope_are_sums_of_the_groups_table(self, made: Made) -> None:
        groups = made.frames.groups
        for column in ("persons", "persons_served", "persons_near_but_full", "persons_too_far", "persons_no_route"):
            for year in (2026, 2027):
                here = groups[groups["year"] == year]
                assert made.value(column, year=year) == here[column].sum()
                for name, key in (("service", "service"), ("county", "county_code"), ("class", "weight_class")):
                    for value, amount in here.groupby(key)[column].sum().items():
                        assert made.value(column, f"{name}:{value}", year) == amount

    def test_coverage_is_served_over_needing(self, made: Made) -> None:
        for scope in ("all", f"county:{COUNTIES[0]}", "class:severe", "service:day_care"):
            expected = made.value("persons_served", scope) / made.value("persons", scope)
            assert made.value("share_served", scope) == pytest.approx(expected)
        shares = [made.value("share_served", f"county:{c}") for c in COUNTIES]
        assert made.value("worst_county_share") == min(shares)

    def test_the_gap_is_the_rest_minus_the_tilted_areas_in_points(self, made: Made) -> None:
        south, rest = (made.value("share_served", f"county:{c}") for c in COUNTIES)
        assert made.value("tilt_gap_points") == pytest.approx(100 * (rest - south))

    def test_no_gap_is_told_where_nothing_is_tilted(self, made: Made) -> None:
        network = SimpleNamespace(aims=("neediest",), owners="joint", tilt=None)
        none = replace(made.asked, scenario=SimpleNamespace(network=network, weights=made.asked.scenario.weights))
        table = indicators_table(frames_of(none, made.answer, None, 0.01))
        assert "tilt_gap_points" not in set(table["key"])

    def test_the_gap_of_the_south_is_that_behind_the_rest_whatever_is_tilted(self, made: Made) -> None:
        south, north = COUNTIES[0], "650102"
        rows = made.asked.rows.assign(county_code=made.asked.rows["county_code"].replace(COUNTIES[1], north))
        asked = replace(made.asked, counties=(south, north), rows=rows)
        table = indicators_table(frames_of(asked, made.answer, None, 0.01)).set_index(["key", "scope", "year"])["value"]
        shares = [table["share_served", f"county:{c}", LAST] for c in (south, north)]
        assert table["south_gap_points", "all", LAST] == pytest.approx(100 * (shares[1] - shares[0]))

    def test_units_are_delivered_of_those_needed(self, made: Made) -> None:
        rows, p = made.asked.rows, made.asked.problem
        for s, service in enumerate(SERVICES):
            mine = p.service == s
            given = sum(
                share * (x.toarray()[mine].sum() + home[mine].sum())
                for share, x, home in zip(SHARES, made.answer.served[-1], made.answer.at_home[-1], strict=True)
            )
            assert made.value("share_units", f"service:{service}") == pytest.approx(given / rows["units"][mine].sum())


class TestTravel:
    def test_mean_minutes_are_over_people_with_a_route(self, made: Made) -> None:
        for service in (None, *SERVICES):
            people = [(n, t) for _, _, n, t in made.people(service) if t < math.inf]
            expected = sum(n * t for n, t in people) / sum(n for n, _ in people)
            assert made.value("minutes_nearest", f"service:{service}" if service else "all") == pytest.approx(expected)

    def test_the_severe_and_those_in_hardship_count_by_the_weights_of_the_scenario(self, made: Made) -> None:
        weight = {"other": 1.0, "severe": 2.0, "hardship": 3.0}
        kinds = made.asked.rows["weight_class"]
        people = [(n * weight[kinds[r]], t) for r, _, n, t in made.people() if t < math.inf]
        expected = sum(n * t for n, t in people) / sum(n for n, _ in people)
        assert made.value("minutes_nearest_weighted") == pytest.approx(expected)

    def test_minutes_of_the_served_are_those_of_the_flows(self, made: Made) -> None:
        flows = made.frames.flows
        flows = flows[(flows["year"] == LAST) & (flows["site_id"] != "")]
        share = flows["season"].map({"summer": 0.75, "winter": 0.25})
        persons = flows["units"] * share * flows["service"].map({"rehabilitation": 1 / 24, "day_care": 1.0})
        assert made.value("minutes_served") == pytest.approx((persons * flows["minutes"]).sum() / persons.sum())

    def test_catchments_hand_out_what_is_open_and_near(self, made: Made) -> None:
        p, a = made.asked.problem, made.answer
        for s, service in enumerate(SERVICES):
            persons = np.asarray(made.frames.found.persons)[p.service == s]
            for model in ("2sfca", "e2sfca", "3sfca"):
                supply = 0.0
                for season, share in enumerate(SHARES):
                    near = (p.reach[season].toarray()[p.service == s] > 0)[persons > 0].any(axis=0)
                    for k in range(len(p.module_site)):
                        if a.module_year[k] >= 0 and p.module_service[k] == s and near[p.module_site[k]]:
                            supply += share * p.module_capacity[k]
                assert made.value(f"access_{model}_mean", f"service:{service}") == pytest.approx(supply / persons.sum())
                assert 0 <= made.value(f"access_{model}_gini", f"service:{service}") < 1

    def test_referral_times_are_those_of_open_sites_below_the_county(self, made: Made) -> None:
        sites = made.asked.sites.set_index("site_id")["centre_min"]
        opened = [sites[f"s{j}"] for j in range(1, 4) if made.answer.form_year[j] >= 0]
        assert made.value("referral_mean_min") == pytest.approx(sum(opened) / len(opened))
        assert made.value("referral_longest_min") == max(opened)


class TestFairness:
    def spread(self, made: Made) -> tuple[list[float], list[float]]:
        """Share met and persons of every cell and service, from the answer."""
        met: dict[Any, list[float]] = {}
        p, a = made.asked.problem, made.answer
        for r, row in enumerate(made.asked.rows.to_dict("records")):
            given = sum(
                share * (x.toarray()[r].sum() + home[r])
                for share, x, home in zip(SHARES, a.served[-1], a.at_home[-1], strict=True)
            )
            persons = row["persons"] * min(1.0, given / p.units[r]) if p.units[r] else 0.0
            one = met.setdefault((row["cell_id"], row["service"]), [0.0, 0.0])
            one[0] += persons
            one[1] += row["persons"]
        return [x / n if n else 0.0 for x, n in met.values()], [n for _, n in met.values()]

    def test_gini_theil_and_kolm_pollak_of_cells(self, made: Made) -> None:
        x, n = self.spread(made)
        whole, mean = sum(n), sum(a * b for a, b in zip(x, n, strict=True)) / sum(n)
        pairs = sum(n[i] * n[k] * abs(x[i] - x[k]) for i in range(len(x)) for k in range(len(x)))
        assert made.value("gini_cells") == pytest.approx(pairs / (2 * mean * whole**2))
        logs = sum(w * v / mean * math.log(v / mean) for v, w in zip(x, n, strict=True) if v > 0 and w > 0)
        assert made.value("theil_cells") == pytest.approx(logs / whole)
        assert made.value("theil_cells_between") <= made.value("theil_cells") + 1e-12
        equivalent = -math.log(sum(w * math.exp(-v) for v, w in zip(x, n, strict=True)) / whole)
        assert made.value("kolm_pollak_cells") == pytest.approx(equivalent)

    def test_gini_of_counties_is_that_of_their_coverage(self, made: Made) -> None:
        x = [made.value("share_served", f"county:{c}") for c in COUNTIES]
        n = [made.value("persons", f"county:{c}") for c in COUNTIES]
        mean = sum(a * b for a, b in zip(x, n, strict=True)) / sum(n)
        expected = 2 * n[0] * n[1] * abs(x[0] - x[1]) / (2 * mean * sum(n) ** 2)
        assert made.value("gini_counties") == pytest.approx(expected)

    def test_minutes_are_capped_and_no_route_counts_as_the_cap(self, made: Made) -> None:
        cap = made.asked.assumptions["equity_cap_min"]
        people = [(n, min(t, cap)) for _, _, n, t in made.people()]
        whole = sum(n for n, _ in people)
        expected = math.log(sum(n * math.exp(0.01 * t) for n, t in people) / whole) / 0.01
        assert made.value("kolm_pollak_minutes") == pytest.approx(expected)
        pairs = sum(n * m * abs(t - u) for n, t in people for m, u in people)
        mean = sum(n * t for n, t in people) / whole
        assert made.value("gini_minutes") == pytest.approx(pairs / (2 * mean * whole**2))


class TestSupplyAndMoney:
    def test_capacity_its_gap_and_its_use(self, made: Made) -> None:
        p, a, modules = made.asked.problem, made.answer, made.frames.modules
        for s, service in enumerate(SERVICES):
            capacity = sum(
                p.module_capacity[k] for k in range(len(p.module_site))
                if a.module_year[k] >= 0 and p.module_service[k] == s
            )  # fmt: skip
            need = p.units[p.service == s].sum()
            scope = f"service:{service}"
            assert made.value("capacity_units", scope) == capacity
            assert made.value("capacity_gap_units", scope) == pytest.approx(need - capacity)
            delivered = modules[modules["service"] == service]["delivered_units"].sum()
            assert made.value("utilisation", scope) == pytest.approx(delivered / capacity)

    def test_non_state_is_the_capacity_of_the_other_modes(self, made: Made) -> None:
        modules = made.frames.modules.merge(made.asked.forms[["site_id", "mode"]], on="site_id")
        for service in SERVICES:
            mine = modules[modules["service"] == service]
            others = mine[mine["mode"] == "purchased"]["capacity_units"].sum()
            found = made.value("non_state_share", f"service:{service}")
            assert found == pytest.approx(others / mine["capacity_units"].sum())

    def test_what_stands_stays_the_states_when_it_is_extended(self, made: Made) -> None:
        forms = made.asked.forms.copy()
        forms.loc[4] = {"site_id": "s0", "form": "upgraded", "size": "", "mode": "purchased"}
        p = replace(
            made.asked.problem, form_site=np.array([0, 1, 2, 3, 0]),
            form_state=np.array([STANDS, FREE, FREE, FREE, FREE]),
            form_capital=np.zeros(5), form_running=np.zeros(5), form_space=np.full(5, 500.0),
            form_needs=csr_array((5, 4)), module_state=np.array([STANDS, FREE, *[FREE] * 6]),
            module_capacity=np.full(8, 100.0),
        )  # fmt: skip
        never = np.full(6, -1)
        extended = replace(
            made.answer, form_year=np.array([0, -1, -1, -1, 1]), module_year=np.array([0, 1, *never])
        )  # 100 of rehabilitation stand; 100 of day care are new in 2027, run by others
        asked = replace(made.asked, problem=p, forms=forms)
        table = indicators_table(frames_of(asked, extended, None, 0.01))
        share = table[table["key"] == "non_state_share"].set_index(["scope", "year"])["value"]
        assert share["all", 2026] == share["service:rehabilitation", 2027] == 0.0
        assert share["service:day_care", 2027] == 1.0
        assert 0.0 < share["all", 2027] < 1.0

    def test_money_given_and_left_by_source(self, made: Made) -> None:
        due = made.frames.found.counted.cost
        pays = np.zeros((2, 2, 2), bool)
        pays[0], pays[1, 1] = True, True
        p = replace(
            made.asked.problem, money=np.array([[5e6, 0.0], [1e6, 2e6]]), pays=pays, carry=np.zeros(2, bool)
        )  # fmt: skip
        asked = replace(made.asked, problem=p, sources=("region", "pairing"))
        frames = frames_of(asked, replace(made.answer, paid=np.array([due, due * 0])), None, 0.01)
        table = indicators_table(frames).set_index(["key", "scope", "year"])["value"]
        spent = [due[: t + 1].sum() for t in range(2)]
        assert [table["yuan_given", "all", y] for y in (2026, 2027)] == [6e6, 8e6]
        assert table["yuan_left", "source:region", 2027] == pytest.approx(5e6 - spent[1])
        assert table["yuan_left", "source:pairing", 2026] == 1e6
        assert table["yuan_left", "all", 2027] == pytest.approx(8e6 - spent[1])
        assert [table["yuan_given", f"county:{c}", LAST] for c in COUNTIES] == [5e6, 8e6]

    def test_staff_taken_is_of_what_is_there_and_what_is_trained(self, made: Made) -> None:
        use = np.zeros((8, 1))
        use[2:, 0] = 3.0
        use[4, 0] = -4.0  # trains four
        home = replace(made.answer, at_home=np.zeros_like(made.answer.at_home))
        p = replace(made.asked.problem, module_use=use, pool=np.array([[20.0]]))
        table = indicators_table(frames_of(replace(made.asked, problem=p), home, None, 0.01))
        found = table[table["key"] == "staff_taken"].set_index("scope")["value"]
        on = made.answer.module_year >= 0
        taken, there = 3.0 * (on[2:].sum() - on[4]), 20.0 + 4.0 * on[4]
        assert found.to_dict() == {f"staff:{COUNTIES[0]}:therapist": pytest.approx(taken / there)}

    @pytest.mark.parametrize(("pool", "short"), [(9.0, 1.0), (9.6, 1.0), (10.0, 0.0)])
    def test_staff_is_used_up_when_the_smallest_module_that_is_off_lacks_some(
        self, made: Made, pool: float, short: float
    ) -> None:
        use = np.array([[0.0], [0.0], [9.0], [1.0], *[[2.0]] * 4])  # the third is on, the fourth is the smallest off
        home = replace(
            made.answer, at_home=np.zeros_like(made.answer.at_home), form_year=np.array([0, 0, -1, -1]),
            module_year=np.array([0, 0, 0, *[-1] * 5]),
        )  # fmt: skip
        p = replace(made.asked.problem, module_use=use, pool=np.array([[pool]]), round_resource=-1)
        table = indicators_table(frames_of(replace(made.asked, problem=p), home, None, 0.01))
        assert table.loc[table["key"] == "staff_used_up", "value"].to_list() == [short]

    def test_the_money_for_each_person_newly_served(self, made: Made) -> None:
        yuan = made.frames.money["yuan"].sum()
        assert made.value("yuan_in_all") == pytest.approx(yuan)
        assert made.value("yuan_per_newly_served") == pytest.approx(yuan / made.value("persons_newly_served"))
        by_year = sum(made.value(k, year=y) for k in ("capital_yuan", "running_yuan") for y in (2026, 2027))
        assert by_year == pytest.approx(yuan)

    def test_sites_opened_by_a_year(self, made: Made) -> None:
        for t, year in enumerate((2026, 2027)):
            opened = [y for y in made.answer.form_year[1:] if 0 <= y <= t]
            assert made.value("sites_chosen", year=year) == len(opened)


def test_a_gap_is_relative_to_the_larger_number() -> None:
    assert gap_between(90.0, 100.0) == pytest.approx(0.1)
    assert gap_between(100.0, 90.0) == pytest.approx(0.1)
    assert gap_between(0.0, 0.0) == 0.0
    assert math.isnan(gap_between(1.0, math.inf))
