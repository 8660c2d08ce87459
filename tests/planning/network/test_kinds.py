"""Who is served by category and grade: whole persons, the same people as in the four groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from networks_by_hand import answer, question

from planning.network.measures.deliveries import deliveries_of
from planning.network.measures.groups import groups_table, served_of_rows
from planning.network.measures.kinds import kinds_table

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
        assert mine["persons"].to_dict() == all_["persons"].to_dict()
        assert (abs(mine["persons_served"] - all_["persons_served"]) <= 4).all()
    assert (table["persons_served"] <= table["persons"]).all()
    assert np.isfinite(table["share_served"]).all()
