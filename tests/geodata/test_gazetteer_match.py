"""Which unit a written place is: never by its name alone, never across counties, and a person where in doubt."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import LayerError
from geodata.gazetteer import REASONS, from_units, match_places, open_gazetteer

UNITS = [
    ("6531", "丁地区"), ("653101", "丁市"), ("653125", "甲县"), ("653126", "丁县"),
    ("653125101", "阿瓦提镇"), ("653125102", "巴格艾日克乡"), ("653125103", "巴格艾日提乡"), ("653125104", "荒地镇"),
    ("653125105", "荒地乡"), ("653125106", "托木吾斯塘镇"), ("653126101", "幸福镇"), ("653101001", "阿瓦提镇"),
    ("653125101201", "团结村委会"), ("653125101202", "英买里村委会"), ("653125101001", "英买里社区居委会"),
    ("653125102201", "团结村委会"), ("653125102202", "库木巴格村委会"), ("653125106201", "上恰木古鲁克村委会"),
    ("653125106202", "巴什吐格曼村委会"), ("653126101201", "红旗村委会"),
]  # fmt: skip


@pytest.fixture(scope="module")
def small():
    return from_units(pd.DataFrame(UNITS, columns=["code", "name"]))


@pytest.fixture(scope="module")
def embedded():
    return open_gazetteer()


def one(gazetteer, about=None, **cells):
    return match_places(pd.DataFrame([cells]), gazetteer, county=about).iloc[0]


def told(row):
    return row["status"], row["unit_code"], row["reason"]


class TestColumns:
    def test_county_township_and_village_by_name(self, small):
        row = one(small, county="甲县", township="阿瓦提镇", village="团结村")
        assert told(row) == ("matched", "653125101201", "name")
        assert (row["county_code"], row["precision"], row["score"]) == ("653125", "village", 100)

    def test_the_result_is_aligned_with_the_table_and_empty_rows_say_so(self, small):
        table = pd.DataFrame({"county": ["甲县", None, ""]}, index=[7, 3, 9])
        found = match_places(table, small)
        assert found.index.tolist() == [7, 3, 9]
        assert found["reason"].tolist() == ["county_only", "no_text", "no_text"]
        assert found["status"].tolist() == ["matched", "unmatched", "unmatched"]

    def test_a_table_without_rows_or_without_places_is_no_fault(self, small):
        assert match_places(pd.DataFrame({"county": []}), small).empty
        assert match_places(pd.DataFrame({"other": ["x"]}), small)["status"].tolist() == ["unmatched"]

    def test_a_village_that_is_not_listed_is_kept_at_its_township(self, small):
        row = one(small, county="甲县", township="阿瓦提镇", village="某某别处村")
        assert told(row) == ("matched", "653125101", "village_not_listed")
        assert (row["precision"], row["score"]) == ("township", 80)

    def test_a_missing_kind_is_no_matter_where_the_name_is_the_only_one(self, small):
        assert told(one(small, county="甲县", township="阿瓦提", village="团结")) == ("matched", "653125101201", "core")

    def test_a_missing_kind_needs_a_person_where_a_village_and_a_community_share_the_name(self, small):
        row = one(small, county="甲县", township="阿瓦提镇", village="英买里")
        assert told(row) == ("person", "653125101", "village_several")
        assert row["candidates"] == "653125101001;653125101202"

    def test_a_village_is_not_a_community(self, small):
        row = one(small, county="甲县", township="阿瓦提镇", village="团结社区")
        assert told(row) == ("person", "653125101", "village_near")

    def test_a_rural_township_that_became_a_town_is_the_same(self, small):
        assert told(one(small, county="甲县", township="阿瓦提乡")) == ("matched", "653125101", "kind")

    def test_but_not_where_the_county_has_both(self, small):
        assert told(one(small, county="甲县", township="荒地乡")) == ("matched", "653125105", "township_only")
        assert told(one(small, county="甲县", township="荒地"))[::2] == ("person", "township_several")

    def test_the_village_column_may_repeat_the_township(self, small):
        assert one(small, county="甲县", village="阿瓦提镇团结村3组")["unit_code"] == "653125101201"

    def test_two_townships_in_one_row_need_a_person(self, small):
        row = one(small, county="甲县", township="荒地镇", address="甲县阿瓦提镇团结村")
        assert told(row) == ("person", "653125", "township_clash")

    def test_an_address_completes_the_columns(self, small):
        assert one(small, county="甲县", township="阿瓦提镇", address="团结村3组15号")["unit_code"] == "653125101201"


class TestNeverByNameAlone:
    def test_a_name_that_is_unique_in_the_area_still_needs_its_county(self, small):
        row = one(small, township="托木吾斯塘镇", village="巴什吐格曼村")
        assert told(row) == ("person", "", "county_missing")
        assert row["candidates"] == "653125106202;653125106"

    def test_the_county_of_the_file_is_enough(self, small):
        assert one(small, "653125", township="托木吾斯塘镇")["unit_code"] == "653125106"
        assert one(small, "甲县", township="托木吾斯塘镇")["unit_code"] == "653125106"

    def test_but_a_row_s_own_county_goes_before_it(self, small):
        assert one(small, "653125", county="丁县", township="幸福镇")["unit_code"] == "653126101"

    def test_a_county_of_the_file_that_is_none_is_refused(self, small):
        with pytest.raises(LayerError, match="'丁' is not one county"):
            one(small, "丁", township="幸福镇")

    def test_a_name_of_another_county_is_not_taken(self, small):
        row = one(small, county="甲县", township="幸福镇")
        assert told(row) == ("person", "", "township_elsewhere")
        assert row["candidates"] == "653126101"

    def test_a_village_without_township_only_by_its_full_name_and_if_it_is_the_only_one(self, small):
        assert told(one(small, county="甲县", village="库木巴格村")) == ("matched", "653125102202", "only")
        assert told(one(small, county="甲县", village="团结村")) == ("person", "653125", "village_several")
        assert told(one(small, county="甲县", village="库木巴格"))[::2] == ("person", "village_unknown")

    def test_a_village_of_another_township_of_the_county_needs_a_person(self, small):
        row = one(small, county="甲县", township="阿瓦提镇", village="库木巴格村")
        assert told(row) == ("person", "653125", "village_elsewhere")
        assert row["candidates"].split(";")[0] == "653125102202"

    @pytest.mark.parametrize("name", ["丁", "丁地区"])
    def test_a_name_shared_by_city_county_and_prefecture_is_none_of_them(self, small, name):
        units = [(c, n.replace("丁", "丁丁")) for c, n in UNITS]
        row = one(from_units(pd.DataFrame(units, columns=["code", "name"])), county=name.replace("丁", "丁丁"))
        assert told(row) == ("person", "", "county_ambiguous")


class TestSlips:
    @pytest.mark.parametrize("slip", ["托木吾斯糖镇", "托木吾塘镇", "木托吾斯塘镇", "托木吾斯塘塘镇"])
    def test_one_letter_replaced_dropped_exchanged_or_doubled(self, small, slip):
        assert told(one(small, county="甲县", township=slip)) == ("matched", "653125106", "typo")

    def test_not_where_two_names_are_near(self, small):
        row = one(small, county="甲县", township="巴格艾日可乡")
        assert told(row) == ("person", "653125", "township_near")
        assert set(row["candidates"].split(";")) == {"653125102", "653125103"}

    def test_not_where_a_name_of_another_kind_is_as_near(self):
        rows = [*UNITS[:4], ("653125107", "库木巴格镇"), ("653125108", "库木巴街道")]
        gazetteer = from_units(pd.DataFrame(rows, columns=["code", "name"]))
        assert told(one(gazetteer, county="甲县", township="库木巴克镇")) == ("person", "653125", "township_near")

    def test_not_in_a_letter_that_tells_neighbours_apart(self, small):
        row = one(small, county="甲县", township="托木吾斯塘镇", village="下恰木古鲁克村")
        assert told(row) == ("person", "653125106", "village_near")

    def test_not_in_a_short_name(self, small):
        assert one(small, county="甲县", township="荒池镇")["status"] == "person"

    def test_unless_the_only_village_of_that_name_points_there_too(self, small):
        row = one(small, county="甲县", township="巴格艾日可乡", village="库木巴格村")
        assert told(row) == ("matched", "653125102202", "typo")

    def test_a_county_is_never_corrected(self, embedded):
        row = one(embedded, county="疏付县", township="站敏乡")
        assert told(row) == ("person", "", "county_unknown")
        assert row["candidates"].split(";") == ["653121205", "653121", "653122"]

    def test_a_county_with_a_word_too_many_is_none(self, small):
        assert told(one(small, county="甲县县", township="阿瓦提镇"))[0] == "person"


class TestCodes:
    @pytest.mark.parametrize(
        ("code", "unit"),
        [
            ("653125101201", "653125101201"),
            ("653125101000", "653125101"),
            ("653125000000", "653125"),
            ("653125.0", "653125"),
        ],
    )
    def test_a_code_alone_is_enough(self, small, code, unit):
        assert told(one(small, unit_code=code)) == ("matched", unit, "code")

    def test_a_code_that_is_not_listed_leaves_the_unit_above(self, small):
        assert told(one(small, unit_code="653125101999")) == ("matched", "653125101", "code_above")

    def test_a_code_of_elsewhere_needs_a_person(self, small):
        assert told(one(small, unit_code="110101001")) == ("person", "", "code_unknown")

    def test_a_code_damaged_by_a_spreadsheet_is_none(self, small):
        assert told(one(small, unit_code="6.53125E+11")) == ("person", "", "code_unknown")
        assert told(one(small, unit_code="6.53125E+11", county="甲县", township="阿瓦提镇"))[0] == "matched"

    def test_code_and_names_that_disagree_need_a_person(self, small):
        row = one(small, unit_code="653126101201", county="甲县", township="阿瓦提镇", village="团结村")
        assert told(row) == ("person", "", "code_clash")
        assert row["candidates"].split(";")[:2] == ["653126101201", "653125101201"]

    def test_the_names_may_go_deeper_than_the_code(self, small):
        assert told(one(small, unit_code="653125101", village="团结村")) == ("matched", "653125101201", "code")

    def test_a_code_decides_between_names_that_are_alike(self, small):
        row = one(small, unit_code="653125101001", county="甲县", township="阿瓦提镇", village="英买里")
        assert told(row) == ("matched", "653125101001", "code")

    def test_a_code_stands_where_the_name_has_a_slip(self, small):
        row = one(small, unit_code="653125102", county="甲县", township="巴格艾日可乡")
        assert told(row) == ("matched", "653125102", "code")

    def test_but_not_where_the_name_is_another_one(self, small):
        row = one(small, unit_code="653125104", county="甲县", township="巴格艾日可乡")
        assert told(row) == ("person", "653125", "code_clash")

    def test_a_code_with_two_meanings_needs_a_name(self, embedded):
        assert told(one(embedded, unit_code="652902101")) == ("person", "", "code_several")
        row = one(embedded, unit_code="652902101", county="库车市", township="阿拉哈格镇")
        assert told(row) == ("matched", "652902102", "code")


class TestAddresses:
    @pytest.mark.parametrize(
        ("address", "unit"),
        [
            ("新疆喀什地区莎车县白什坎特镇团结村3组15号", "653125105225"),
            ("新疆维吾尔自治区莎车县白什坎特镇团结村委会", "653125105225"),
            ("喀什莎车县白什坎特镇团结村", "653125105225"),
            ("墨玉县扎瓦镇", "653222101"),
            ("墨玉扎瓦镇", "653222101"),
            ("墨玉县 扎瓦镇 3组", "653222101"),
            ("第三师五十一团三连", "659003110502"),
            ("新疆生产建设兵团第三师图木舒克市51团3连队", "659003110502"),
            ("农三师五十一团", "659003110"),
            ("阿图什市兵团农三师红旗农场", "653001500"),
            ("叶城县恰萨美其特乡", "653126104"),
            ("叶城县金果镇", "653126104"),
            ("现住:叶城县金果镇", "653126104"),
            ("قاغىلىق", "653126"),
            ("kargilik", "653126"),
            ("喀格勒克", "653126"),
            ("مارالبېشى ناھىيىسى سېرىقبۇيا بازىرى", "653130101"),
            ("巴楚县 Serikbuya zhen", "653130101"),
            ("尉犁县阿克苏甫乡", "652823205"),
            ("阿克陶县克孜勒苏柯尔克孜自治州林场", "653022403"),
        ],
    )
    def test_an_address_is_read_from_the_county_down(self, embedded, address, unit):
        assert told(one(embedded, address=address))[:2] == ("matched", unit)

    @pytest.mark.parametrize(
        ("address", "reason"),
        [
            ("和田", "county_ambiguous"),
            ("喀什", "county_ambiguous"),
            ("阿克苏地区", "county_ambiguous"),
            ("خوتەن", "county_ambiguous"),
            ("和田扎瓦镇", "county_ambiguous"),
            ("皮山农场", "county_missing"),
            ("五十一团三连", "county_missing"),
            ("阿瓦提镇团结村", "county_missing"),
            ("第三师", "division_only"),
            ("喀什市莎车县", "county_clash"),
            ("和田地区莎车县", "county_clash"),
            ("户籍莎车县现住墨玉县", "county_clash"),
            ("和安县红柳镇", "county_new"),
            ("皮山县皮山农场", "township_elsewhere"),
            ("新和田县英阿瓦提乡", "county_unknown"),
        ],
    )
    def test_what_is_not_sure_goes_to_a_person(self, embedded, address, reason):
        row = one(embedded, address=address)
        assert (row["status"], row["unit_code"], row["reason"]) == ("person", "", reason)

    @pytest.mark.parametrize(
        ("county", "code"),
        [("疏勒县", "653122"), ("疏附县", "653121"), ("和田市", "653201"), ("和田县", "653221"), ("喀什市", "653101"),
         ("阿克苏市", "652901"), ("疏勒", "653122"), ("Hotan shi", "653201"), ("Hotan xian", "653221")],
    )  # fmt: skip
    def test_counties_with_like_names_are_kept_apart(self, embedded, county, code):
        assert told(one(embedded, county=county)) == ("matched", code, "county_only")

    def test_a_short_county_name_is_not_read_out_of_a_township_s(self, embedded):
        assert one(embedded, "巴楚县", address="阿瓦提镇")["unit_code"] == "653130102"
        assert one(embedded, address="阿瓦提")["status"] != "matched"

    def test_a_township_in_the_county_s_column_is_no_county(self, embedded):
        assert told(one(embedded, county="乌恰镇"))[0] != "matched"
        assert told(one(embedded, county="莎车镇"))[0] != "matched"
        assert told(one(embedded, county="乌什塔拉"))[0] != "matched"

    def test_a_township_newer_than_the_villages_is_kept_at_its_county(self, embedded):
        assert told(one(embedded, address="伽师县居仁镇3村")) == ("matched", "653129", "township_new")

    def test_an_alias_that_nobody_verified_asks(self, embedded):
        row = one(embedded, county="Keriya")
        assert told(row) == ("person", "", "weak")
        assert row["candidates"] == "653226"

    @pytest.mark.parametrize("mark", ["\u200f{}\u202c", " {} ", "{}\u200b", "\u2068{}\u2069"])
    def test_marks_that_nobody_sees_change_nothing(self, embedded, mark):
        row = one(embedded, county=mark.format("莎车县"), township=mark.format("白什坎特镇"))
        assert told(row) == ("matched", "653125105", "township_only")

    def test_a_user_s_alias_is_used(self, embedded):
        own = embedded.with_aliases(pd.DataFrame({"code": ["653125105"], "alias": ["测试旧名乡"]}))
        assert told(one(own, address="莎车县测试旧名乡团结村")) == ("matched", "653125105225", "alias")
        assert one(embedded, address="莎车县测试旧名乡团结村")["status"] == "person"


class TestProperties:
    LETTERS = st.sampled_from(
        "莎车县阿瓦提镇白什坎特团结村社区和田市喀地乡3组第三师五十一连0123456789 ·（）قاغىلىقx\u200f"
    )
    TEXT = st.text(LETTERS, max_size=14)

    @settings(max_examples=150, deadline=None)
    @given(county=TEXT, township=TEXT, village=TEXT, address=TEXT, code=st.text("0123456789E.+", max_size=13))
    def test_any_text_gives_a_listed_unit_or_none(self, embedded, county, township, village, address, code):
        row = one(embedded, county=county, township=township, village=village, address=address, unit_code=code)
        unit = row["unit_code"]
        assert unit == "" or unit in embedded.by_code.index
        assert row["precision"] == {0: "", 6: "county", 9: "township", 12: "village"}[len(unit)]
        assert row["county_code"] == unit[:6]
        assert row["reason"] in REASONS
        assert row["status"] in ("matched", "person", "unmatched")
        assert (row["status"] == "matched") <= (unit != "" and row["score"] >= 72)
        assert len(row["place"]) <= 45
        assert len([c for c in row["candidates"].split(";") if c]) <= 5

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(TEXT, TEXT), max_size=6))
    def test_a_row_is_matched_the_same_whatever_stands_around_it(self, embedded, pairs):
        table = pd.DataFrame(pairs, columns=["county", "township"], dtype=str)
        whole = match_places(table, embedded)
        for position in range(len(table)):
            alone = match_places(table.iloc[[position]], embedded)
            same = ["unit_code", "status", "reason", "score", "candidates"]
            assert alone[same].iloc[0].tolist() == whole[same].iloc[position].tolist()


def test_every_reason_is_said_in_both_languages():
    for sentence in REASONS.values():
        assert sentence
        assert sentence.zh != str(sentence)
