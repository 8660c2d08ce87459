"""The list for people: it asks about names of places, shows nothing else, and its answers are used."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import LayerError
from geodata.gazetteer import answers_as_aliases, match_places, open_gazetteer, read_answers, review_list
from geodata.gazetteer.shown import shown_text

PERSONS = ("测试甲", "试样", "艾合买提", "13999999999", "653125199001011235", "0998-1", "15号")


@pytest.fixture(scope="module")
def gazetteer():
    return open_gazetteer()


def answered(gazetteer, table, answers):
    """The matches after the given codes were written into the list, place → code."""
    listed = review_list(match_places(table, gazetteer), table, gazetteer)
    listed["code"] = [answers.get(place, "") for place in listed["place"]]
    assert set(answers) <= set(listed["place"])
    return match_places(table, gazetteer, answers=read_answers(listed, gazetteer))


class TestTheList:
    def test_equal_places_are_one_question_the_most_frequent_first(self, gazetteer):
        table = pd.DataFrame({"county": ["和田", "莎车县", "喀什", "喀什"], "township": ["", "白什坎特镇", "", ""]})
        listed = review_list(match_places(table, gazetteer), table, gazetteer)
        assert listed[["place", "rows", "first_row"]].to_numpy().tolist() == [["喀什", 2, 3], ["和田", 1, 1]]
        assert listed["candidates"].tolist() == ["653101 喀什市", "653201 和田市; 653221 和田县"]
        assert (listed["code"] == "").all()

    def test_the_row_of_the_file_is_told_where_it_is_known(self, gazetteer):
        table = pd.DataFrame({"county": ["和田"], "row": [41]})
        assert review_list(match_places(table, gazetteer), table, gazetteer)["first_row"].tolist() == [41]

    def test_one_question_serves_all_villages_of_a_township_in_question(self, gazetteer):
        table = pd.DataFrame({"county": "莎车县", "township": "荒池镇", "village": ["团结村", "某某甲村"]})
        listed = review_list(match_places(table, gazetteer), table, gazetteer)
        assert listed[["place", "rows"]].to_numpy().tolist() == [["莎车县 荒池镇", 2]]

    def test_candidates_are_codes_with_names_and_counties(self, gazetteer):
        table = pd.DataFrame({"township": ["托木吾斯塘镇"]})
        listed = review_list(match_places(table, gazetteer), table, gazetteer)
        assert listed["candidates"].tolist() == ["653125109 托木吾斯塘镇（莎车县）"]

    def test_nothing_to_ask_is_an_empty_list(self, gazetteer):
        table = pd.DataFrame({"county": ["莎车县"]})
        assert review_list(match_places(table, gazetteer), table, gazetteer).empty


class TestPrivacy:
    ADDRESSES = (
        "测试甲 13999999999",
        "测试甲家",
        "试样·艾合买提家隔壁",
        "莎车县测试甲家对面",
        "莎车县测试甲家旁边荒池镇",
        "莎车县荒池镇测试甲家团结村3组15号",
        "莎车县白什坎特镇测试甲家团结村",
        "阿瓦提镇团结村测试甲15号",
        "和田测试甲653125199001011235",
        "五十一团三连测试甲 0998-13999999999",
        "疏付县站敏乡测试甲15号",
        "墨玉县扎瓦镇团姞村测试甲家15号",
        "测试甲县试样乡",
    )

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_no_person_number_or_house_is_in_what_is_returned(self, gazetteer, address):
        for county in (None, "653125"):
            found = match_places(pd.DataFrame({"address": [address]}), gazetteer, county=county)
            listed = review_list(found, None, gazetteer)
            for shown in (found.to_csv(), listed.to_csv()):
                assert [p for p in PERSONS if p in shown] == []

    PLACES = ("莎车县", "白什坎特镇", "荒池镇", "团结村", "和田", "五十一团", "三连", "3组", "疏付县", "قاغىلىق", "·")

    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.sampled_from((*PLACES, "测试甲", "13999999999", "653125199001011235")), max_size=7))
    def test_wherever_a_person_stands_in_an_address(self, gazetteer, words):
        found = match_places(pd.DataFrame({"address": ["".join(words)]}), gazetteer)
        text = found.to_csv() + review_list(found, None, gazetteer).to_csv()
        assert [p for p in PERSONS if p in text] == []

    @pytest.mark.parametrize("number", ["653125199001011235", "13999999999", "6.53125E+17"])
    def test_a_number_of_a_person_in_the_place_of_a_code_is_no_code_and_not_shown(self, gazetteer, number):
        found = match_places(pd.DataFrame({"unit_code": [number]}), gazetteer)
        assert found[["unit_code", "status", "reason"]].to_numpy().tolist() == [["", "person", "code_unknown"]]
        assert number[:9] not in found.to_csv() + review_list(found, None, gazetteer).to_csv()

    @pytest.mark.parametrize(
        ("cell", "shown"),
        [
            ("团结村3组15号测试甲", "团结村"),
            ("阿瓦提镇团结村委会测试甲", "阿瓦提镇团结村委会"),
            ("五十一团三连12号", "五十一团三连"),
            ("قاغىلىق", "قاغىلىق"),
            ("某某地方13999999999", ""),
            ("某某地方", ""),
            ("买买提·吐尔逊", ""),
            ("Memet Tursun", ""),
            ("Wang Zhen", ""),
            ("李镇江", ""),
            ("王老师", ""),
            ("张团结", ""),
            ("王小二家电话2521234荒池镇", ""),
            ("yarkand nahiyisi", "yarkand nahiyisi"),
            ("莎车", "莎车"),
            ("白什坎特", "白什坎特"),
            ("白什坎提", "白什坎提"),
            ("13999999999", ""),
            ("某" * 50, ""),
            ("某" * 19 + "村" * 2, "某" * 19 + "村"),
            ("6531251990村", ""),
        ],
    )
    def test_of_a_cell_for_a_place_only_the_place_is_shown(self, gazetteer, cell, shown):
        assert shown_text(cell, "village", gazetteer.lookups) == shown

    @pytest.mark.parametrize("column", ["county", "township", "village"])
    def test_a_name_that_stands_in_a_place_column_is_not_shown(self, gazetteer, column):
        for name in ("买买提·吐尔逊", "试样艾合买提", "测试甲", "Memet Tursun"):
            table = pd.DataFrame({"county": ["莎车县"], "township": [""], "village": [""]}).assign(**{column: name})
            found = match_places(table, gazetteer)
            text = found.to_csv() + review_list(found, None, gazetteer).to_csv()
            assert [p for p in (name, name.replace("·", ""), "吐尔逊", "tursun") if p in text] == []
            assert found["status"][0] == "matched" or "未识别的地址" in found["place"][0]

    def test_the_words_in_question_are_no_whole_cell(self, gazetteer):
        cell = "王小二家电话2521234独居患精神病"
        for column in ("county", "township", "village"):
            table = pd.DataFrame({"county": ["莎车县"], "township": ["荒地镇"], "village": [""]}).assign(
                **{column: cell}
            )
            found = match_places(table, gazetteer)
            listed = review_list(found, None, gazetteer).assign(code="653125102")
            assert [p for p in ("王小二", "2521234", "独居", "精神病") if p in found.to_csv() + listed.to_csv()] == []
            assert answers_as_aliases(read_answers(listed, gazetteer), gazetteer).empty

    def test_what_is_not_recognised_is_numbered_and_marked(self, gazetteer):
        table = pd.DataFrame({"address": ["莎车县", "测试甲家", "试样家", "测试甲家"]})
        places = match_places(table, gazetteer)["place"].tolist()
        assert places[0] == ""
        assert places[1] == places[3]
        assert places[1].startswith("（未识别的地址 2·")
        assert places[2].startswith("（未识别的地址 3·")

    def test_the_mark_is_another_for_another_text_so_that_an_old_answer_does_not_fit(self, gazetteer):
        one, other = (match_places(pd.DataFrame({"address": [a]}), gazetteer)["place"][0] for a in ("某甲家", "某乙家"))
        assert one != other

    @pytest.mark.parametrize("county", ["莎车县", ""])
    def test_hidden_words_of_one_county_are_as_many_questions(self, gazetteer, county):
        hidden = ["测试甲家旁某某某乡", "测试甲家旁别别别乡"]
        table = pd.DataFrame({"county": county, "address": [h if county else f"莎车县{h}" for h in hidden]})
        places = match_places(table, gazetteer)["place"]
        assert places.str.startswith("莎车县（未识别的地址").all()
        assert places.is_unique

    def test_a_number_in_the_place_of_a_village_is_hidden_and_marked(self, gazetteer):
        table = pd.DataFrame({"township": "荒池镇", "village": ["13999999999", "13999999998"]})
        places = match_places(table, gazetteer)["place"]
        assert places.str.startswith("荒池镇（未识别的地址").all()
        assert places.is_unique

    def test_an_error_quotes_no_place(self, gazetteer):
        frame = pd.DataFrame({"place": ["测试甲家"], "code": ["1"]})
        with pytest.raises(LayerError) as caught:
            read_answers(frame, gazetteer)
        assert "测试甲" not in str(caught.value)
        assert "row 2" in str(caught.value)


class TestAnswers:
    def test_an_answer_about_a_county_lets_the_rest_be_read(self, gazetteer):
        table = pd.DataFrame({"county": ["和田"], "township": ["英阿瓦提乡"]})
        found = answered(gazetteer, table, {"和田 英阿瓦提乡": "653221"})
        assert found.loc[0, ["unit_code", "status", "reason"]].tolist() == ["653221202", "matched", "answered"]

    def test_an_answer_about_a_township_lets_its_villages_be_read(self, gazetteer):
        table = pd.DataFrame({"address": ["莎车县白什坎镇团结村3组", "莎车县白什坎镇某某某村"]})
        table = pd.concat([table, pd.DataFrame({"address": ["莎车县荒池镇库木阔勒村1组"]})], ignore_index=True)
        first = match_places(table, gazetteer)
        assert first["place"].tolist() == ["", "莎车县 白什坎镇", "莎车县 荒池镇"]
        found = answered(gazetteer, table, {"莎车县 白什坎镇": "653125105", "莎车县 荒池镇": "653125102"})
        assert found["unit_code"].str[:9].tolist() == ["653125105", "653125105", "653125102"]
        assert found["precision"].tolist() == ["village", "township", "village"]

    def test_an_answer_about_a_village_is_final(self, gazetteer):
        table = pd.DataFrame({"address": ["莎车县团结村3组"]})
        found = answered(gazetteer, table, {"莎车县 团结村": "653125105225 团结村委会（莎车县某镇）"})
        assert found.loc[0, ["unit_code", "county_code", "precision", "score"]].tolist() == [
            "653125105225", "653125", "village", 100.0,
        ]  # fmt: skip

    def test_a_person_may_answer_with_a_new_county(self, gazetteer):
        table = pd.DataFrame({"address": ["和安县红柳镇"]})
        assert answered(gazetteer, table, {"和安县红柳镇": "653229100"})["unit_code"].tolist() == ["653229100"]

    def test_rows_that_were_sure_stay_as_they_were(self, gazetteer):
        table = pd.DataFrame({"county": ["莎车县", "和田"]})
        found = answered(gazetteer, table, {"和田": "653201"})
        assert found["unit_code"].tolist() == ["653125", "653201"]
        assert found["reason"].tolist() == ["county_only", "answered"]

    def test_a_second_list_asks_about_the_level_below(self, gazetteer):
        table = pd.DataFrame({"county": ["沙车县"], "township": ["荒池镇"]})
        listed = review_list(match_places(table, gazetteer), table, gazetteer)
        assert listed["place"].tolist() == ["沙车县"]
        first = read_answers(listed.assign(code="653125"), gazetteer)
        again = match_places(table, gazetteer, answers=first)
        assert again["status"].tolist() == ["person"]
        second = read_answers(review_list(again, table, gazetteer).assign(code="653125102"), gazetteer)
        found = match_places(table, gazetteer, answers=pd.concat([first, second]))
        assert found[["unit_code", "status"]].to_numpy().tolist() == [["653125102", "matched"]]

    def test_all_faults_of_a_list_are_told_at_once_by_row(self, gazetteer):
        frame = pd.DataFrame(
            {"place": ["甲", "乙", "丙", "丙", "丁"], "code": ["999999", "6531", "653125", "653126", None]}
        )
        with pytest.raises(LayerError) as caught:
            read_answers(frame, gazetteer)
        assert [f.split(":")[0] for f in caught.value.faults] == ["answers, row 2", "answers, row 3", "answers, row 5"]
        assert all("答复表" in f.zh for f in caught.value.faults)

    def test_a_column_that_is_missing_is_named(self, gazetteer):
        with pytest.raises(LayerError, match="the column 'code' is missing"):
            read_answers(pd.DataFrame({"place": ["甲"]}), gazetteer)

    def test_a_number_of_a_spreadsheet_is_a_code(self, gazetteer):
        frame = pd.DataFrame({"place": ["甲", "乙"], "code": [653125.0, None]})
        assert read_answers(frame, gazetteer)[["place", "code"]].to_numpy().tolist() == [["甲", "653125"]]


class TestKeptForNextYear:
    def test_a_confirmed_name_is_an_alias_that_matches_by_itself(self, gazetteer):
        table = pd.DataFrame({"county": ["莎车县"], "township": ["荒池镇"], "village": [""]})
        listed = review_list(match_places(table, gazetteer), table, gazetteer).assign(code="653125102")
        aliases = answers_as_aliases(read_answers(listed, gazetteer), gazetteer)
        assert aliases[["code", "alias", "kind"]].to_numpy().tolist() == [["653125102", "荒池镇", "confirmed"]]
        found = match_places(table, gazetteer.with_aliases(aliases))
        assert found[["unit_code", "reason"]].to_numpy().tolist() == [["653125102", "alias"]]

    def test_an_answer_about_a_county_or_a_hidden_text_is_not_kept(self, gazetteer):
        table = pd.DataFrame({"address": ["和田", "莎车县测试甲家旁XX乡"]})
        listed = review_list(match_places(table, gazetteer), table, gazetteer)
        listed["code"] = ["653201" if p == "和田" else "653125102" for p in listed["place"]]
        assert answers_as_aliases(read_answers(listed, gazetteer), gazetteer).empty

    def test_a_township_code_is_no_alias_for_a_village_s_name(self, gazetteer):
        table = pd.DataFrame({"address": ["莎车县团结村"]})
        listed = review_list(match_places(table, gazetteer), table, gazetteer).assign(code="653125105")
        assert answers_as_aliases(read_answers(listed, gazetteer), gazetteer).empty
