"""Faults in two languages."""

import copy
import json
import pickle

import pytest

from geodata.errors import LayerError, Sentence, both, in_language, prefixed

FAULT = both("column 'lat' is missing", "缺少“lat”列")


def test_a_sentence_is_its_english_text_and_carries_chinese():
    assert FAULT == "column 'lat' is missing"
    assert json.dumps([FAULT]) == json.dumps(["column 'lat' is missing"])
    assert FAULT.zh == "缺少“lat”列"
    assert str(LayerError([FAULT])) == "column 'lat' is missing"


def test_a_sentence_cannot_be_edited():
    with pytest.raises(AttributeError):
        FAULT.zh = "别的"


@pytest.mark.parametrize("again", [copy.deepcopy(FAULT), pickle.loads(pickle.dumps(FAULT))])
def test_a_copy_keeps_both_languages(again):
    assert isinstance(again, Sentence)
    assert (again, again.zh) == (FAULT, FAULT.zh)


def test_a_fault_is_told_in_the_asked_language_and_in_english_where_it_has_no_chinese():
    assert in_language(FAULT, "zh") == "缺少“lat”列"
    assert in_language(FAULT, "en") == "column 'lat' is missing"
    assert in_language("plain", "zh") == in_language("plain", "en") == "plain"
    assert type(in_language(FAULT, "en")) is str


def test_a_prefix_stands_before_both_languages():
    assert prefixed("a.csv", FAULT) == "a.csv: column 'lat' is missing"
    assert prefixed("a.csv", FAULT).zh == "a.csv：缺少“lat”列"
    assert prefixed(both("row 3", "第 3 行"), FAULT).zh == "第 3 行：缺少“lat”列"
    assert prefixed("a.csv", "plain").zh == "a.csv：plain"
