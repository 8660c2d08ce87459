"""`jiujin instrument`: every instrument on the embedded area, with sources; bad input is one sentence each."""

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planning import PlanningError
from planning.instrument_commands import INSTRUMENTS
from planning.instruments import target_list, written
from planning.instruments.written import write_result

NEEDED = {
    "factor-method": ("--envelope", "12,000,000", "--shares", "persons_severe=0.5,village_units=0.5"),
    "field-check": ("--n", "50", "--seed", "7"),
}


def write(folder: Path, text: str, name: str = "own.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def test_the_list_names_every_instrument_in_both_languages(jiujin: Any) -> None:
    for words in (("instrument", "--list"), ("instrument",), ("instrument", "--lang", "en")):
        said = jiujin(*words)
        assert said.status == 0
        assert [line.split()[0] for line in said.out.splitlines()] == [each.name for each in INSTRUMENTS]
    assert "因素法" in jiujin("instrument").out


@pytest.mark.parametrize("name", [each.name for each in INSTRUMENTS])
def test_every_instrument_says_denominator_base_and_sources(jiujin: Any, tmp_path: Path, name: str) -> None:
    out = tmp_path / "结果"
    said = jiujin("instrument", name, *NEEDED.get(name, ()), "--out", out, "--json", "--lang", "en")
    assert said.status == 0, said.err
    found = said.json
    assert found["denominator"]
    assert found["base"]
    assert all(f["mark"] in "SDVJ" and f["source"] for f in found["figures"])
    assert any(s.startswith("Denominator: ") for s in found["sentences"])
    assert found["modelled"] == any("modelled, not registered" in s for s in found["sentences"])
    for table, rows in found["tables"].items():
        text = (out / f"{table}.csv").read_text(encoding="utf-8-sig")
        assert (out / f"{table}.csv").read_bytes().startswith(b"\xef\xbb\xbf")
        assert len(list(csv.DictReader(text.splitlines()))) == len(rows)
    sources = pd.read_csv(out / "sources.csv", encoding="utf-8-sig")
    assert set(sources["key"]) >= {f["key"] for f in found["figures"]}
    assert (sources["key"] == "sentence").sum() == len(found["sentences"])


def test_what_is_printed_speaks_the_language_that_is_asked(jiujin: Any) -> None:
    zh, en = (jiujin("instrument", "special-schools", "--lang", lang).out for lang in ("zh", "en"))
    assert "莎车县" in zh
    assert "推动建设特殊教育学校" in zh
    assert "Shache" in en
    assert "莎车县" not in en


def test_files_of_ones_own_are_read_with_chinese_headings(jiujin: Any, tmp_path: Path) -> None:
    own = write(tmp_path, '县代码,人数\n652927,199000\n653225000000,"210,000"\n', encoding="gbk")
    said = jiujin("instrument", "special-schools", "--population", own, "--population-name", "户籍", "--json")
    rows = {row["county_code"]: row for row in said.json["tables"]["counties"]}
    assert rows["652927"]["obliged_户籍"] is False
    assert rows["653225"]["obliged_户籍"] is True
    counts = write(
        tmp_path, "目标,分子,分母,口径,日期,县代码\nschool_enrolment,95,100,学籍,2025-12-31,653125\n", "t.csv"
    )
    row = jiujin("instrument", "targets", "--counts", counts, "--json").json["tables"]["targets"][0]
    assert (row["met"], row["lacking"], row["base"]) == (False, 2, "学籍")
    shelves = write(tmp_path, "器具架,库,年需求\na,x,100\nb,x,60\n", "s.csv")
    assert jiujin("instrument", "devices", "--demand", shelves, "--json").json["totals"]["shelves"] == 2


def test_factors_of_ones_own_share_the_envelope_among_their_counties(jiujin: Any, tmp_path: Path) -> None:
    own = write(tmp_path, "county_code,km2\n653131,24682\n653125,8956\n")
    asked = ("instrument", "factor-method", "--envelope", "1000001", "--shares", "km2=0.7,persons=0.3")
    said = jiujin(*asked, "--factors", own, "--key-counties", "653131", "--json")
    rows = said.json["tables"]["allocation"]
    assert sum(row["yuan"] for row in rows) == 1_000_001
    assert [row["key_county"] for row in rows] == [False, True]


def test_a_number_of_ones_own_is_marked_and_one_that_is_not_used_refused(jiujin: Any) -> None:
    said = jiujin(
        "instrument", "home-modification", "--budget", "10000", "--set", "home_modification_yuan=5000", "--json"
    )
    assert said.json["totals"]["funded_households"] == 2
    assert {f["key"]: f["mark"] for f in said.json["figures"]}["home_modification_yuan"] == "J"
    refused = jiujin("instrument", "field-check", *NEEDED["field-check"], "--set", "rotation_days=7", "--lang", "en")
    assert (refused.status, refused.err.strip()) == (2, "--set: field-check does not use 'rotation_days'")


BAD = {
    "a negative envelope": (("factor-method", "--envelope", "-5", "--shares", "persons=1"), "envelope: -5"),
    "a broken envelope": (("factor-method", "--envelope", "1.5", "--shares", "persons=1"), "--envelope: 1.5"),
    "shares that do not add up": (("factor-method", "--envelope", "5", "--shares", "persons=0.4"), "add up to 0.4"),
    "an unknown factor": (("factor-method", "--envelope", "5", "--shares", "persosn=1"), "no factor 'persosn'"),
    "an unknown key county": (
        ("factor-method", "--envelope", "5", "--shares", "equal=1", "--key-counties", "653199"),
        "no county '653199'; did you mean",
    ),
    "a share that is no pair": (("factor-method", "--envelope", "5", "--shares", "persons"), "NAME=VALUE"),
    "no sites": (("field-check", "--n", "0", "--seed", "1"), "at least 1"),
    "an unknown county to leave out": (("field-check", "--n", "60", "--seed", "1", "--exclude", "1"), "no county '1'"),
    "a negative budget": (("home-modification", "--budget", "-1"), "budget: -1"),
    "no counties": (("supervision", "--counties", "0"), "counties: 0"),
    "another order": (("supervision", "--by", "luck"), "'luck' found"),
    "an availability of 1": (("devices", "--availability", "1"), "availability: 1"),
    "visits of no number": (("visits", "--visits", "many"), "--visits: many"),
    "a month that is none": (("visits", "--month", "13"), "--month: 13"),
    "an unknown figure": (("visits", "--set", "hours=7"), "no figure 'hours'"),
    "places that do not add up": (("placement", "--shares", "special=1,mainstream=1,home=0"), "add up to 1"),
    "a share beyond all numbers": (("factor-method", "--envelope", "5", "--shares", "persons=1e999999999"), "1e9999"),
    "shares that miss 1 by a hair": (
        ("factor-method", "--envelope", "5", "--shares", "persons=0.1,equal=0.9000000001"), "add up to 1.0000000001"
    ),
    "an uplift in percent": (
        ("factor-method", "--envelope", "5", "--shares", "equal=1", "--uplift", "15"), "0.15 is 15 %"
    ),
    "an envelope of 16 digits": (
        ("factor-method", "--envelope", "9" * 16, "--shares", "equal=1"), "at most 15 digits"
    ),
    "a target of 16 digits": (("home-modification", "--target", "9" * 16), "at most 15 digits"),
    "a length left empty": (("supervision", "--counties", ""), "--counties:"),
    "no plan folder": (("supervision", "--plan", "nowhere"), "there is no folder nowhere"),
    "a blank seed": (("field-check", "--n", "50", "--seed", " "), "seed: a number or a word"),
    "a figure set twice": (("visits", "--set", "hours_day=7", "--set", "hours_day=8"), "each name once"),
    "a figure beyond all sense": (("visits", "--set", "round_longest_days=1e9"), "366 is the most"),
    "more visits than days": (("visits", "--visits", "1e9"), "at most 366"),
    "a rotation of a thousand years": (("devices", "--days", "365000"), "at most 365"),
    "a share that divides by nothing": (("placement", "--shares", "special=1/0,mainstream=1,home=0"), "add up to 1"),
    "places left empty": (("placement", "--shares", ""), "add up to 1"),
    "no file": (("targets", "--counts", "nowhere.csv"), "nowhere.csv"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_one_sentence(jiujin: Any, what: str) -> None:
    words, told = BAD[what]
    said = jiujin("instrument", *words, "--lang", "en")
    assert said.status == 2
    assert told in said.err
    assert len(said.err.strip().splitlines()) == 1
    assert not said.out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("county_code,people\n653125,3\n", "columns persons are missing"),
        ("county_code,persons\n99,3\n", "a county's code has 6 digits"),
        ("county_code,persons\n653125,-3\n", "'-3' found; a number of 0 or more"),
        ("county_code,persons\n653199,3\n", "no county '653199'"),
        ("county_code,persons\n653125,3\n653125,4\n", "one number of persons"),
        ("county_code,persons\n653125,many\n653131,x\n653131,x\n", "'many', 'x' found"),
        ("county_code,persons\n653125,1e300\n", "at most 15 digits"),
        ("县代码,county_code,人数\n653125,653125,1\n", "column 'county_code' stands there twice"),
        ("", "it is empty"),
    ],
)
def test_bad_files_are_told_by_name(jiujin: Any, tmp_path: Path, text: str, told: str) -> None:
    said = jiujin("instrument", "special-schools", "--population", write(tmp_path, text), "--lang", "en")
    assert said.status == 2
    assert told in said.err


@pytest.mark.parametrize("pupils", ["3.5", "1\n653125,2"])
def test_pupils_are_whole_and_each_county_stands_once(jiujin: Any, tmp_path: Path, pupils: str) -> None:
    own = write(tmp_path, f"county_code,persons\n653125,{pupils}\n")
    said = jiujin("instrument", "placement", "--enrolled", own, "--lang", "en")
    assert (said.status, said.out) == (2, "")
    assert said.err.strip() == "enrolled: one whole number of pupils of 0 or more is needed for each county"


@pytest.mark.parametrize(
    ("counts", "told"),
    [("95.0,100.0,r,2025-12-31", ""), ("1e300,1e301,r,2025-12-31", "row 1: whole numbers"),
     ("95,100,r,yesterday", "row 1: date: 'yesterday' found"), ("95,100,r,2025-13-45", "row 1: date: '2025-13-45'"),
     ("95,100,r,2025年12月31日", "")],
)  # fmt: skip
def test_counts_are_whole_and_of_a_day(jiujin: Any, tmp_path: Path, counts: str, told: str) -> None:
    own = write(tmp_path, f"target,numerator,denominator,base,date\nschool_enrolment,{counts}\n")
    said = jiujin("instrument", "targets", "--counts", own, "--lang", "en")
    assert (said.status, bool(said.out)) == ((2, False) if told else (0, True))
    assert told in said.err


def test_a_shelf_without_a_name_is_told(jiujin: Any, tmp_path: Path) -> None:
    own = write(tmp_path, "shelf,depot,units_per_year\n,x,1\nb,,2\n")
    said = jiujin("instrument", "devices", "--demand", own, "--lang", "zh")
    assert (said.status, said.err.strip()) == (2, "需求表中有的行没有填器具架或库")


def test_a_result_that_breaks_off_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, calls = target_list(), []
    write_result(found, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full_disk(table: pd.DataFrame, path: Path) -> None:
        calls.append(path)
        path.write_text("half", encoding="utf-8")
        if len(calls) > 1:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(written, "write_csv", full_disk)
    with pytest.raises(PlanningError, match="No space left"):
        write_result(found, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_that_cannot_be_written_is_told(jiujin: Any, tmp_path: Path) -> None:
    taken = write(tmp_path, "x", "file")
    said = jiujin("instrument", "targets", "--out", taken, "--lang", "en")
    assert said.status == 2
    assert "cannot be written" in said.err
