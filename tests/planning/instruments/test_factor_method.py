"""The factor method: every envelope to the yuan, the uplift exact, whatever the order of the counties."""

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning import PlanningError, StudyArea
from planning.instruments.controlled_rounding import whole_shares, whole_table
from planning.instruments.factor_method import allocate, allocate_in

SHARES = st.sampled_from(
    [
        {"a": "1"}, {"a": "0.5", "b": "0.5"}, {"a": "0.333", "b": "0.667"}, {"a": "0.2", "b": "0.3", "c": "0.5"},
        {"a": "0.1", "b": "0.45", "c": "0.449", "d": "0.001"},
    ]
)  # fmt: skip


@st.composite
def questions(draw: st.DrawFn) -> tuple[pd.DataFrame, dict[str, str], int, list[str]]:
    shares, n = draw(SHARES), draw(st.integers(1, 8))
    amount = st.one_of(st.integers(0, 5), st.integers(0, 10**6), st.decimals(0, 1000, places=2).map(str))
    table = pd.DataFrame({"county_code": [f"65{i:04d}" for i in range(n)]})
    for factor in shares:
        values = draw(st.lists(amount, min_size=n, max_size=n))
        values[0] = values[0] if any(Fraction(str(v)) for v in values) else 1
        table[factor] = pd.Series(values, dtype=object)
    key = draw(st.lists(st.sampled_from(table["county_code"].tolist()), unique=True))
    return table, shares, draw(st.one_of(st.integers(0, 60), st.integers(0, 10**10))), key


def weights(table: pd.DataFrame, shares: dict[str, str]) -> dict[tuple[str, str], Fraction]:
    """The oracle's own weights, straight from the definition."""
    total = {f: sum(Fraction(str(v)) for v in table[f]) for f in shares}
    return {
        (row.county_code, f): Fraction(shares[f]) * Fraction(str(getattr(row, f))) / total[f]
        for row in table.itertuples()
        for f in shares
    }


@settings(max_examples=30, deadline=None)
@given(questions())
def test_counties_and_factors_always_add_up_to_the_envelope(question: tuple) -> None:
    table, shares, envelope, key = question
    found = allocate(table, shares, envelope, key)
    columns = [f"{f}_yuan" for f in shares]
    assert found.table["yuan"].sum() == envelope
    assert (found.table[columns].sum(axis=1) == found.table["yuan"]).all()
    assert found.tables["factors"]["yuan"].tolist() == found.table[columns].sum().tolist()
    assert found.tables["before"]["yuan"].sum() == envelope
    assert (found.table[columns] >= 0).all(axis=None)


@settings(max_examples=30, deadline=None)
@given(questions(), st.randoms(use_true_random=False))
def test_the_order_of_counties_and_factors_does_not_change_a_yuan(question: tuple, random) -> None:
    table, shares, envelope, key = question
    order = list(range(len(table)))
    random.shuffle(order)
    turned = dict(reversed(shares.items()))
    first = allocate(table, shares, envelope, key).table
    second = allocate(table.iloc[order], turned, envelope, key[::-1]).table
    pd.testing.assert_frame_equal(first, second[first.columns], check_dtype=False)


@settings(max_examples=30, deadline=None)
@given(questions())
def test_a_key_county_has_exactly_fifteen_percent_more_before_scaling(question: tuple) -> None:
    table, shares, envelope, key = question
    exact = weights(table, shares)
    up = {(c, f): w * (Fraction(115, 100) if c in key else 1) for (c, f), w in exact.items()}
    county = {c: sum(up[c, f] for f in shares) for c in table["county_code"]}
    whole = sum(county.values())
    found = allocate(table, shares, envelope, key).table.set_index("county_code")
    for code, weight in county.items():
        assert found.loc[code, "raised_yuan"] == float(weight * envelope)
        assert abs(found.loc[code, "yuan"] - envelope * weight / whole) < 1


@settings(max_examples=30, deadline=None)
@given(questions())
def test_every_total_and_nearly_every_cell_is_its_quota_rounded_up_or_down(question: tuple) -> None:
    table, shares, envelope, _ = question
    exact = weights(table, shares)
    found = whole_table(envelope, exact)
    for factor, share in shares.items():
        total = sum(n for (_, f), n in found.items() if f == factor)
        assert abs(total - envelope * Fraction(share)) < 1
    assert all(abs(n - envelope * exact[cell]) < 3 for cell, n in found.items())


def test_whole_yuan_go_to_the_largest_remainders_and_ties_to_the_lower_code() -> None:
    third = {c: Fraction(1, 3) for c in ("c", "a", "b")}
    assert whole_shares(100, third) == {"a": 34, "b": 33, "c": 33}
    assert whole_shares(10, {"a": Fraction(6, 10), "b": Fraction(25, 100), "c": Fraction(15, 100)}) == {
        "a": 6, "b": 3, "c": 1,
    }  # fmt: skip


def test_a_chain_of_raised_cells_is_undone_where_the_first_choice_gets_stuck() -> None:
    half = Fraction(1, 2)
    shares = {("x", "p"): half, ("x", "q"): half, ("y", "p"): half, ("y", "q"): Fraction(0)} | {
        ("z", "p"): Fraction(0), ("z", "q"): half,
    }  # fmt: skip
    found = whole_table(2, shares)
    assert sum(found.values()) == 2
    assert {c: sum(n for (_, k), n in found.items() if k == c) for c in "pq"} == {"p": 1, "q": 1}
    assert {r: sum(n for (k, _), n in found.items() if k == r) for r in "xyz"} == {"x": 1, "y": 1, "z": 0}


def test_two_counties_by_hand() -> None:
    table = pd.DataFrame({"county_code": ["653101", "653131"], "severe": [300, 100], "equal": [1, 1]})
    found = allocate(table, {"severe": 0.5, "equal": 0.5}, 1000, ["653131"])
    # weights 0.625 and 0.375; the second raised to 0.43125; 1000 x 0.625 / 1.05625 = 591.7
    assert found.table["before_yuan"].tolist() == [625, 375]
    assert found.table["raised_yuan"].tolist() == [625.0, 431.25]
    assert found.table["yuan"].tolist() == [592, 408]
    assert found.totals["scaled_by"] == pytest.approx(1 / 1.05625)
    assert "15 % more before scaling" in found.sentences[1]


def test_all_faults_are_told_at_once() -> None:
    table = pd.DataFrame({"county_code": ["653101", "653131"], "severe": [300, -1], "none": [0, 0]})
    with pytest.raises(PlanningError) as caught:
        allocate(table, {"severe": 0.5, "none": 0.3, "are": 0.1}, -5, ["653199"], uplift="much")
    told = " ".join(caught.value.faults)
    for part in (
        "envelope: -5",
        "uplift: much",
        "no county '653199'",
        "add up to 0.9",
        "653131",
        "all amounts are 0",
        "'are'",
    ):
        assert part in told


def test_the_embedded_area_shares_twelve_million_and_says_that_people_are_modelled(area: StudyArea) -> None:
    found = allocate_in(area, {"persons_severe": "0.6", "village_units": "0.4"}, 12_000_000, ["653131", "653225"])
    assert found.table["yuan"].sum() == 12_000_000
    assert found.modelled
    gained = found.table.set_index("county_code")["change_yuan"]
    assert (gained[["653131", "653225"]] > 0).all()
    assert (gained.drop(["653131", "653225"]) < 0).all()


def test_a_factor_of_ones_own_joins_by_county_code(area: StudyArea) -> None:
    own = pd.DataFrame({"county_code": ["653131", "653125"], "km2": [24682, 8956]})
    found = allocate_in(area, {"km2": "1"}, 100, more=own)
    assert found.table.set_index("county_code")["yuan"].to_dict() == {"653125": 27, "653131": 73}
    with pytest.raises(PlanningError, match="no county '1'"):
        allocate_in(area, {"km2": "1"}, 100, more=own.assign(county_code=["1", "653125"]))


def test_only_named_counties_and_prefectures_get_money(area: StudyArea) -> None:
    found = allocate_in(area, {"equal": 1}, 300, only=["6530", "653131"])
    assert found.table["county_code"].tolist() == ["653001", "653022", "653023", "653024", "653131"]
    assert (found.table["yuan"] == 60).all()
    with pytest.raises(PlanningError, match="no county '65'"):
        allocate_in(area, {"equal": 1}, 300, only=["65"])


def test_an_uplift_moves_the_pots_of_factors_and_says_so(area: StudyArea) -> None:
    shares = {"persons_severe": "0.5", "village_units": "0.5"}
    found = allocate_in(area, shares, 12_000_000, ["653131"])
    assert found.tables["factors"]["before_yuan"].tolist() == [6_000_000, 6_000_000]
    assert found.tables["factors"]["yuan"].tolist() != [6_000_000, 6_000_000]
    assert any("after it" in str(note) for note in found.notes)
    assert not allocate_in(area, shares, 12_000_000).notes
