"""Two lists compared: every row is in one group, and nobody can be looked up in the result."""

from dataclasses import FrozenInstanceError
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import LayerError, both
from geodata.register import COMPARED, CONFLICTS, compare_lists, ephemeral_key, read_residents

OLD, NEW = date(2024, 12, 31), date(2025, 12, 31)


def people(*rows, **columns):
    """Residents from (key, grade) or (key, grade, category), row numbers from 2."""
    return pd.DataFrame(
        {
            "person_key": pd.array([r[0] for r in rows], dtype="str"),
            "category": pd.array([r[2] if len(r) > 2 else "physical" for r in rows], dtype="str"),
            "grade": pd.array([r[1] for r in rows], dtype="Int64"),
            **columns,
        },
        index=pd.RangeIndex(2, 2 + len(rows)),
    )


def compare(old, new, **more):
    return compare_lists(old, new, OLD, NEW, **more)


class TestGroups:
    def test_entered_left_changed_and_same(self):
        found = compare(people(("a", 1), ("b", 2), ("c", 3)), people(("b", 1), ("c", 3), ("d", 4)))
        assert found.left["row"].tolist() == [2]
        assert found.entered["row"].tolist() == [4]
        assert found.changed[["row_old", "row_new", "changed", "grade_old", "grade_new"]].to_numpy().tolist() == [
            [3, 2, "grade", 2, 1]
        ]
        assert found.same.to_numpy().tolist() == [[4, 3]]
        assert found.counts() == (
            {"left": 1, "changed": 1, "same": 1, "conflicts": 0, "repeated": 0, "without_key": 0},
            {"entered": 1, "changed": 1, "same": 1, "conflicts": 0, "repeated": 0, "without_key": 0},
        )

    def test_every_column_that_changed_is_named(self):
        old = people(("a", 1, "visual"), unit_code=["653125100201"], living_alone=[False])
        new = people(("a", 2, "visual"), unit_code=["653125100202"], living_alone=[True])
        assert compare(old, new).changed["changed"].tolist() == ["grade+unit_code+living_alone"]

    def test_what_becomes_known_is_a_change(self):
        found = compare(people(("a", None), ("b", None)), people(("a", 1), ("b", None)))
        assert found.changed["changed"].tolist() == ["grade"]
        assert found.changed["grade_old"].isna().all()
        assert len(found.same) == 1

    def test_row_numbers_come_from_the_column_row_where_there_is_one(self):
        found = compare(people(("a", 1)).assign(row=17), people(("a", 1)).assign(row=99))
        assert found.same.to_numpy().tolist() == [[17, 99]]

    def test_columns_that_one_list_lacks_are_not_compared(self):
        assert len(compare(people(("a", 1), status=["active"]), people(("a", 1))).same) == 1

    def test_a_flag_that_one_file_had_no_column_for_is_not_compared(self):
        unknown = pd.array([None], dtype="boolean")
        found = compare(people(("a", 1), living_alone=unknown), people(("a", 1), living_alone=[False]))
        assert (len(found.same), len(found.changed)) == (1, 0)

    def test_empty_lists(self):
        found = compare(people(), people(("a", 1)))
        assert found.rows == (0, 1)
        assert found.counts()[1]["entered"] == 1
        assert compare(people(), people()).notes == ()


class TestConflicts:
    def test_several_rows_with_different_contents_take_the_person_out_of_both_lists(self):
        found = compare(people(("a", 1), ("a", 2), ("b", 1)), people(("a", 1), ("b", 1)))
        assert found.conflicts.to_numpy().tolist() == [
            [1, 0, 2, "several_rows", ""],
            [1, 0, 3, "several_rows", ""],
            [1, 1, 2, "several_rows", ""],
        ]
        assert len(found.same) == 1

    def test_several_rows_with_the_same_contents_are_one_person(self):
        found = compare(people(("a", 1), ("a", 1)), people(("a", 1)))
        assert found.repeated.to_numpy().tolist() == [[0, 3]]
        assert len(found.same) == 1

    def test_rows_without_a_key_are_listed(self):
        found = compare(people(("", 1), ("", 1), ("a", 1)), people(("", 2)))
        assert found.without_key.to_numpy().tolist() == [[0, 2], [0, 3], [1, 2]]

    def test_another_category_is_a_change_in_time_and_a_conflict_between_departments(self):
        lists = people(("a", 1, "visual")), people(("a", 1, "hearing"))
        assert compare(*lists).changed["changed"].tolist() == ["category"]
        found = compare(*lists, between="departments")
        assert found.conflicts.to_numpy().tolist() == [
            [1, 0, 2, "contradiction", "category"],
            [1, 1, 2, "contradiction", "category"],
        ]
        assert len(found.changed) == 0

    def test_departments_of_which_one_does_not_know_do_not_contradict(self):
        found = compare(people(("a", None)), people(("a", 2)), between="departments")
        assert found.changed["changed"].tolist() == ["grade"]

    def test_nobody_grows_younger_or_comes_back_to_life(self):
        old = people(
            ("a", 1), ("b", 1), ("c", 1), age_band=["18_59", "6_14", ""], status=["active", "deceased", "deceased"]
        )
        new = people(
            ("a", 1), ("b", 1), ("c", 1), age_band=["6_14", "15_17", "0_5"], status=["active", "active", "deceased"]
        )
        found = compare(old, new)
        assert found.conflicts[["row", "reason", "columns"]].drop_duplicates().to_numpy().tolist() == [
            [2, "younger", "age_band"],
            [3, "revived", "status"],
        ]
        assert found.changed["changed"].tolist() == ["age_band"]

    def test_every_reason_is_explained(self):
        assert set(CONFLICTS) == {"several_rows", "contradiction", "younger", "revived"}


class TestWords:
    def test_both_dates_and_names_are_kept_and_told(self):
        names = both("health", "卫健"), both("civil affairs", "民政")
        found = compare(people(("a", 1)), people(("a", 2)), names=names)
        assert (found.names, found.dates) == (names, (OLD, NEW))
        assert "health (2024-12-31, 1 rows) and civil affairs (2025-12-31" in found.told()
        assert "卫健（截至 2024-12-31，1 行）与民政（截至 2025-12-31" in found.told().zh

    def test_lists_without_keys_are_refused_both_at_once(self):
        with pytest.raises(LayerError) as caught:
            compare(people(("a", 1)).drop(columns="person_key"), people(("a", 1)).drop(columns="person_key"))
        assert len(caught.value.faults) == 2

    def test_the_older_list_comes_first(self):
        with pytest.raises(LayerError, match="exchange the two"):
            compare_lists(people(), people(), NEW, OLD)
        compare_lists(people(), people(), NEW, OLD, between="departments")

    def test_two_lists_without_a_common_person_are_suspect(self):
        assert "same key" in compare(people(("a", 1)), people(("b", 1))).notes[0]

    def test_the_result_is_frozen(self):
        with pytest.raises(FrozenInstanceError):
            compare(people(), people()).rows = (1, 1)


residents = st.lists(
    st.tuples(
        st.sampled_from(["", *"abcdef"]), st.sampled_from([None, 1, 2]), st.sampled_from(["visual", "physical", ""])
    )
)


class TestProperties:
    @settings(max_examples=40, deadline=None)
    @given(residents, residents, st.sampled_from(["dates", "departments"]))
    def test_the_groups_of_each_list_add_up_to_its_rows(self, old, new, between):
        found = compare(people(*old), people(*new), between=between)
        assert tuple(sum(c.values()) for c in found.counts()) == (len(old), len(new))
        for i, (own, rows) in enumerate(((found.left, "row_old"), (found.entered, "row_new"))):
            parts = [own["row"], found.changed[rows], found.same[rows]]
            parts += [t.loc[t["list"] == i, "row"] for t in (found.conflicts, found.repeated, found.without_key)]
            assert sorted(pd.concat(parts)) == list(range(2, 2 + found.rows[i]))

    @settings(max_examples=40, deadline=None)
    @given(residents, residents)
    def test_the_other_way_round_entered_and_left_change_places(self, old, new):
        there = compare(people(*old), people(*new), between="departments")
        back = compare(people(*new), people(*old), between="departments")
        assert there.left["row"].tolist() == back.entered["row"].tolist()
        assert len(there.same) == len(back.same)
        assert len(there.conflicts) == len(back.conflicts)

    @settings(max_examples=40, deadline=None)
    @given(residents)
    def test_a_list_compared_with_itself_has_no_changes(self, rows):
        found = compare(people(*rows), people(*rows))
        assert len(found.entered) == len(found.left) == len(found.changed) == 0
        assert set(found.conflicts["reason"]) <= {"several_rows"}


def test_two_files_of_the_same_county_from_text_to_comparison():
    def number(sequence):
        body = f"65312519900101{sequence:03d}"
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]

    key = ephemeral_key()
    before = pd.DataFrame({"identity": [number(1), number(2), "6.5E+17"], "category": "肢体", "grade": ["2", "3", "1"]})
    after = pd.DataFrame({"identity": [number(2) + "42", number(3)], "category": "肢体", "grade": ["2", np.nan]})
    found = compare(read_residents(before, key, OLD)[0], read_residents(after, key, NEW)[0])
    assert found.counts()[0] == {"left": 1, "changed": 1, "same": 0, "conflicts": 0, "repeated": 0, "without_key": 1}
    tables = (found.entered, found.left, found.changed, found.same, found.conflicts, found.repeated, found.without_key)
    said = "\n".join(t.to_csv() for t in tables) + repr(found)
    assert not any(number(i)[:14] in said for i in range(4))
    assert "person_key" not in said
    assert set(found.entered.columns) <= {"row", *COMPARED}
