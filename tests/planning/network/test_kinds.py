"""Who is served by category and grade: whole persons, the same people as in the four groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks_by_hand import answer, question

from planning.network.measures.deliveries import deliveries_of
from planning.network.measures.groups import groups_table, served_of_rows
from planning.network.measures.kinds import kinds_table, shared_within

CATEGORIES = ("intellectual", "multiple")


def people_of(asked: Any) -> pd.DataFrame:
    """Everyone in a cell has one category, the next cell the other; every class of weight is there."""
    cells = pd.unique(asked.rows["cell_id"])
    rows = [
        (cell, CATEGORIES[i % 2], grade, age, 10.0, hardship)
        for i, cell in enumerate(cells)
        for grade, hardship in ((1, True), (2, False), (3, False))
        for age in ("6_14", "18_59", "60_plus")
    ]
    return pd.DataFrame(rows, columns=["cell_id", "category", "grade", "age_band", "persons", "hardship"]).astype(
        {"hardship": "boolean", "grade": "Int64"}
    )


@pytest.mark.parametrize("seed", range(6))
def test_a_category_is_served_as_the_places_where_it_lives(seed: int) -> None:
    asked = question(seed)
    found = deliveries_of(asked, answer(asked, seed))
    table = kinds_table(found, people_of(asked), 0.25)
    place = {cell: CATEGORIES[i % 2] for i, cell in enumerate(pd.unique(asked.rows["cell_id"]))}
    word = asked.rows["cell_id"].map(place).to_numpy()
    served = served_of_rows(found)[:, :2].sum(axis=1)
    for (t, year), key in ((ty, k) for ty in enumerate(asked.years) for k in asked.services):
        for category in CATEGORIES:
            mine = (asked.rows["service"] == key).to_numpy() & (word == category)
            row = table[(table["year"] == year) & (table["service"] == key) & (table["word"] == category)]
            if len(row):
                expected = served[t, mine].sum() / asked.rows["persons"][mine].sum()
                assert row["share_served"].item() == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(6))
def test_the_kinds_add_up_to_the_persons_of_the_groups(seed: int) -> None:
    asked = question(seed)
    found = deliveries_of(asked, answer(asked, seed))
    table, groups = kinds_table(found, people_of(asked), 0.25), groups_table(found)
    for kind in ("category", "grade"):
        mine = table[table["kind"] == kind].groupby(["year", "service"])[["persons", "persons_served"]].sum()
        all_ = groups.groupby(["year", "service"])[["persons", "persons_served"]].sum()
        all_ = all_[all_["persons"] > 0]
        assert mine.to_dict() == all_.to_dict()
    assert (table["persons_served"] <= table["persons"]).all()
    assert np.isfinite(table["share_served"]).all()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.floats(0, 1)), min_size=1, max_size=6), st.floats(0, 1))
def test_whole_persons_within_their_limits_add_up(groups: list[tuple[int, float]], share: float) -> None:
    most = np.array([n for n, _ in groups])
    total = round(share * most.sum())
    exact = np.array([n * part for n, part in groups])
    found = shared_within(total, exact, most)
    assert found.sum() == total
    assert ((found >= 0) & (found <= most)).all()
    if total == round(exact.sum()):  # then nobody is a whole person off
        assert (abs(found - exact) <= 1).all()
