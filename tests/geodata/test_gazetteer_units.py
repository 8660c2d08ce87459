"""The list of units: what it holds, where it comes from, and what a user may add to it."""

from pathlib import Path

import pandas as pd
import pytest

from geodata.errors import LayerError
from geodata.gazetteer import from_units, open_gazetteer, read_gazetteer
from geodata.gazetteer.names import key
from geodata.study_data import FOLDER

AREA = FOLDER / "southern_xinjiang"


@pytest.fixture(scope="module")
def gazetteer():
    return open_gazetteer()


@pytest.fixture(scope="module")
def units(gazetteer):
    return gazetteer.units.set_index("code")


def small():
    rows = [("6531", "甲地区"), ("653125", "甲县"), ("653125104", "乙镇"), ("653125104201", "丙村")]
    return from_units(pd.DataFrame(rows, columns=["code", "name"]))


class TestTheEmbeddedList:
    def test_it_holds_all_levels_and_each_code_once(self, gazetteer):
        levels = gazetteer.units["level"].value_counts().to_dict()
        assert levels == {"village": 7916, "township": 676, "county": 48, "prefecture": 5}
        assert gazetteer.units["code"].is_unique

    def test_it_is_small(self):
        assert (AREA / "units.csv").stat().st_size < 400_000

    def test_every_unit_lies_in_one_that_is_listed(self, units):
        below = units[units["level"].isin(["township", "village"])]
        assert set(below.index.str[:-3]) <= set(units.index)

    def test_the_counties_are_those_of_the_study_area_and_the_two_new_ones(self, units):
        known = set(pd.read_csv(AREA / "counties.csv", dtype=str)["county_code"])
        assert set(units.index[units["level"] == "county"]) == known | {"653228", "653229"}

    def test_the_newest_name_is_the_name_and_the_other_list_s_is_an_alias(self, units, gazetteer):
        assert units.loc["653001001", "name"] == "幸福街道"
        assert "幸福路街道" in set(gazetteer.aliases.loc[gazetteer.aliases["code"] == "653001001", "alias"])

    def test_a_township_with_another_code_in_the_newer_list_keeps_the_code_of_its_villages(self, units):
        assert units.loc["652902101", ["name", "mca_code", "valid"]].tolist() == ["乌恰镇", "652902100", "both"]
        assert units.loc["652902102", ["name", "mca_code", "valid"]].tolist() == ["阿拉哈格镇", "652902101", "both"]

    def test_the_same_code_does_not_make_a_rename_of_two_townships(self, gazetteer):
        hotan = gazetteer.aliases[gazetteer.aliases["code"].str.startswith("653221")]
        assert hotan.loc[hotan["alias"] == "百和镇", ["code", "kind"]].to_numpy().tolist() == [["653221", "new"]]

    @pytest.mark.parametrize(
        ("code", "owner"),
        [("659003110502", "xpcc"), ("652823501", "xpcc"), ("652823501501", "xpcc"), ("653125104", "local")],
    )
    def test_cities_regiments_and_companies_belong_to_the_corps(self, units, code, owner):
        assert units.loc[code, "owner"] == owner

    def test_a_point_stands_for_a_county_seat_or_a_township_and_says_from_where(self, units):
        points = units[units["lon"].notna()]
        assert points["located"].value_counts().to_dict() == {"township": 174, "county": 44}
        assert points["source"].str.fullmatch(r"GeoNames \d+").all()
        assert points["lon"].between(73, 94.5).all()
        assert points["lat"].between(34, 44).all()
        assert (units.loc[units["level"] == "village", "lon"].isna()).all()

    def test_every_alias_has_a_source_a_mark_and_a_unit(self, gazetteer, units):
        aliases = gazetteer.aliases
        assert (aliases[["alias", "kind", "source", "mark"]] != "").all(axis=None)
        assert set(aliases["code"]) <= set(units.index)
        assert set(aliases["mark"]) <= {"S", "D", "V", "J"}

    def test_no_alias_is_the_name_of_another_unit_of_the_same_county(self, gazetteer):
        for code, alias, kind in gazetteer.aliases[["code", "alias", "kind"]].itertuples(index=False):
            if len(code) > 6 and kind != "new":
                assert set(gazetteer.lookups.siblings_named(code, key(alias))) <= {code}

    def test_a_key_of_a_name_is_its_own_key(self, units):
        assert [n for n in units["name"] if key(key(n)) != key(n)] == []

    def test_opening_twice_is_one_gazetteer(self, gazetteer):
        assert open_gazetteer() is gazetteer


class TestOwnLists:
    def test_the_level_follows_from_the_code(self):
        assert small().units["level"].tolist() == ["prefecture", "county", "township", "village"]

    def test_all_faults_are_told_at_once(self):
        frame = pd.DataFrame({"code": ["65312", "653125", "653125", "653126"], "name": ["甲", "乙", "丙", ""]})
        with pytest.raises(LayerError) as caught:
            from_units(frame)
        assert len(caught.value.faults) == 3
        assert "'65312' is not 4, 6, 9 or 12 digits" in str(caught.value)
        assert "653125 stands twice" in str(caught.value)
        assert "653126 has no name" in str(caught.value)

    def test_a_missing_column_is_named(self):
        with pytest.raises(LayerError, match="the column 'name' is missing"):
            from_units(pd.DataFrame({"code": ["653125"]}))

    def test_a_folder_without_a_list_is_refused(self, tmp_path: Path):
        with pytest.raises(LayerError, match=r"there is no units\.csv"):
            read_gazetteer(tmp_path)

    def test_a_folder_may_do_without_aliases(self, tmp_path: Path):
        small().units.to_csv(tmp_path / "units.csv", index=False)
        assert read_gazetteer(tmp_path).units["name"].tolist() == small().units["name"].tolist()


class TestOwnAliases:
    def test_an_alias_is_added_and_the_gazetteer_stays_as_it_was(self):
        before = small()
        after = before.with_aliases(pd.DataFrame({"code": ["653125104"], "alias": ["旧名乡"]}))
        assert after.aliases[["code", "alias", "kind"]].to_numpy().tolist() == [["653125104", "旧名乡", "own"]]
        assert before.aliases.empty

    @pytest.mark.parametrize(
        ("code", "alias", "told"),
        [
            ("653199", "旧名", "no unit has the code '653199'"),
            ("653125104", "…", "the alias of 653125104 is empty"),
            ("653125105", "乙镇", r"is the name of 653125104 乙镇 \(甲县\)"),
        ],
    )
    def test_an_alias_that_cannot_be_is_refused(self, code, alias, told):
        rows = [*small().units[["code", "name"]].to_numpy().tolist(), ["653125105", "丁镇"]]
        gazetteer = from_units(pd.DataFrame(rows, columns=["code", "name"]))
        with pytest.raises(LayerError, match=told):
            gazetteer.with_aliases(pd.DataFrame({"code": [code], "alias": [alias]}))

    def test_a_missing_column_is_named_in_both_languages(self):
        with pytest.raises(LayerError) as caught:
            small().with_aliases(pd.DataFrame({"code": ["653125"]}))
        assert caught.value.faults[0].zh == "别名表：缺少“alias”列"
