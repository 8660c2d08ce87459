"""The random list: at least one in each county, the same for the same seed, and stable when sites come and go."""

from collections import Counter
from hashlib import sha256

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning import PlanningError, StudyArea
from planning.instruments import field_check, sites_to_check
from planning.instruments.field_check import FORM


def sites(*per_county: int) -> pd.DataFrame:
    rows = [(f"S{c}-{i}", f"65{c:04d}") for c, n in enumerate(per_county) for i in range(n)]
    return pd.DataFrame(rows, columns=["site_id", "county_code"])


def drawn(table: pd.DataFrame, n: int, seed: object, **how) -> set[str]:
    return set(field_check(table, n, seed, **how).table["site_id"])


def test_a_list_by_hand_from_the_hashes() -> None:
    table = sites(3, 1)
    number = {i: sha256(f"7\0{i}".encode()).hexdigest() for i in table["site_id"]}
    first = min(("S0-0", "S0-1", "S0-2"), key=number.get)
    second = min({"S0-0", "S0-1", "S0-2"} - {first}, key=number.get)
    assert drawn(table, 2, 7) == {first, "S1-0"}
    assert drawn(table, 3, 7) == {first, "S1-0", second}


def test_the_same_seed_draws_the_same_list_on_any_machine() -> None:
    # fixed once: SHA-256 of seed and id does not depend on machine, version or order
    assert sorted(drawn(sites(6, 6, 6), 5, 2026)) == ["S0-4", "S1-2", "S2-0", "S2-2", "S2-3"]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=6),
    st.integers(0, 99),
    st.randoms(use_true_random=False),
    st.data(),
)
def test_every_county_is_checked_and_order_does_not_matter(counts, seed, random, data) -> None:
    table = sites(*counts)
    n = data.draw(st.integers(len(counts), len(table)))
    shuffled = table.sample(frac=1, random_state=random.randint(0, 9))
    found = field_check(table, n, seed).table
    assert len(found) == n
    assert found["site_id"].is_unique
    assert set(found["county_code"]) == set(table["county_code"])
    assert set(found["site_id"]) == drawn(shuffled, n, seed)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 500))
def test_a_new_site_displaces_at_most_one_other(seed: int) -> None:
    before = drawn(sites(5, 5, 5), 6, seed)
    after = drawn(sites(5, 5, 6), 6, seed)
    assert len(before - after) <= 1


def test_seeds_reach_every_site_about_equally_often() -> None:
    counts = Counter(site for seed in range(60) for site in drawn(sites(4), 1, seed))
    assert len(counts) == 4
    assert min(counts.values()) > 4  # expected 15, standard deviation 3.4


def test_the_list_carries_its_seed_and_a_blank_form() -> None:
    table = field_check(sites(2, 2), 2, "明查2026").table
    assert (table["seed"] == "明查2026").all()
    assert (table[list(FORM)] == "").all(axis=None)
    assert not any("name" in column for column in FORM)


def test_supervised_counties_are_left_out_and_counties_without_sites_are_named(area: StudyArea) -> None:
    codes = area.data.counties["county_code"].tolist()
    found = field_check(sites_to_check(area), 50, 1, exclude=["653125"], counties=codes)
    assert "653125" not in set(found.table["county_code"])
    assert found.totals["without_sites"] == 2
    assert "659006" in found.sentences[1]
    assert found.tables["counties"]["drawn"].sum() == 50


def test_too_few_or_too_many_are_one_sentence_each() -> None:
    for n, words in ((0, "at least 1"), (1, "too few for 1 in each county"), (5, "there are 4")):
        with pytest.raises(PlanningError, match=words) as caught:
            field_check(sites(2, 2), n, 1)
        assert len(caught.value.faults) == 1
    assert len(drawn(sites(2, 2), 1, 1, per_county=0)) == 1


def test_unknown_counties_and_repeated_sites_are_told_together() -> None:
    twice = pd.concat([sites(1), sites(1)])
    with pytest.raises(PlanningError) as caught:
        field_check(twice, 1, 1, exclude=["653101"])
    assert len(caught.value.faults) == 2


def test_sites_are_facilities_candidates_or_both(area: StudyArea) -> None:
    counts = {kind: len(sites_to_check(area, kind)) for kind in ("facilities", "candidates", "all")}
    assert counts["all"] == counts["facilities"] + counts["candidates"]
