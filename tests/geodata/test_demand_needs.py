"""The table of needs: every cell given once, with mark and source; a wrong row is a sentence."""

from dataclasses import replace

import numpy as np
import pytest

from geodata.demand import CATEGORIES, FINE_BANDS, GRADES, MEASURES, SERVICES, NeedRow, read_needs, services
from geodata.demand.classes import national_mix
from geodata.demand.needs import SHIPPED
from geodata.errors import LayerError, in_language

ROW = """
[[row]]
services = {services}
measure = "{measure}"
categories = {categories}
grades = {grades}
ages = {ages}
value = {value}
denominator = "{denominator}"
mark = "{mark}"
source = "{source}"
"""
USUAL = {
    "services": '["day_care"]', "measure": "uptake", "categories": '"*"', "grades": '"*"', "ages": '"*"', "value": 0.5,
    "denominator": "persons in need", "mark": "J", "source": "made for a test",
}  # fmt: skip
NEW = NeedRow(("day_care",), ("visual",), (1,), ("18_59",), "uptake", 0.9, "persons in need", "S", "own survey")


def row(more="", **changes):
    return ROW.format(**{**USUAL, **changes}) + more


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "own_needs.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def faults_of(path):
    with pytest.raises(LayerError) as found:
        read_needs(path)
    assert all(in_language(fault, "zh") != str(fault) for fault in found.value.faults)
    assert all(fault.startswith("own_needs.toml: ") for fault in found.value.faults)
    return [fault.removeprefix("own_needs.toml: ") for fault in found.value.faults]


def national_mean(values):
    return float(np.einsum("cga,c,g,a->", values, *(m / m.sum() for m in national_mix())))


def test_the_shipped_table_has_every_cell_once_with_mark_and_source():
    table = read_needs().table
    assert len(table) == 9 * 7 * 4 * 5 == 1_260
    assert not table.duplicated(["service", "category", "grade", "age_band"]).any()
    assert not table.isna().any(axis=None)
    for measure in MEASURES:
        assert set(table[f"{measure}_mark"]) <= set("SDVJ")
        assert (table[f"{measure}_source"].str.len() > 10).all()
        assert (table[f"{measure}_denominator"].str.len() > 3).all()
    assert table[["need_share", "uptake"]].max(axis=None) <= 1


def test_the_mark_of_a_cell_is_the_weakest_of_its_three_numbers():
    table = read_needs().table
    order = "SDVJ".index
    for cell in table[["mark", *(f"{m}_mark" for m in MEASURES)]].drop_duplicates().itertuples(index=False):
        assert order(cell[0]) == max(map(order, cell[1:]))


def test_judgement_says_that_it_is_an_assumption():
    words = ("assumption", "by what the")
    assert [r.source for r in read_needs().rows if r.mark == "J" and not any(w in r.source for w in words)] == []


@pytest.mark.parametrize(
    ("service", "age", "measure", "value", "mark"),
    [
        ("rehabilitation", "18_59", "need_share", 0.596, "S"),
        ("rehabilitation", "18_59", "uptake", 0.9497, "S"),
        ("school_compulsory", "6_14", "need_share", 0.27, "D"),
        ("school_compulsory", "6_14", "uptake", 0.97, "S"),
        ("device_fitting", "60_plus", "uptake", 0.9697, "S"),
        ("culture_sports", "18_59", "uptake", 0.239, "S"),
        ("home_visit", "60_plus", "units", 3.22, "D"),
    ],
)
def test_published_figures_stand_in_the_table_as_they_are(service, age, measure, value, mark):
    table = read_needs().table
    cells = table[(table["service"] == service) & (table["age_band"] == age)]
    assert set(cells[measure]) == {value}
    assert set(cells[f"{measure}_mark"]) == {mark}


def test_derived_figures_can_be_derived_again():
    assert pytest.approx(1 - 0.5 - 0.230) == 0.27
    assert round(56_400 / 17_500, 2) == 3.22
    devices = (4_601 / 0.9697) / (10_135 / 0.9497) * 0.596 / (1 - 0.074)
    assert round(devices, 3) == 0.286


def test_care_needs_of_adults_come_to_the_upper_bound_of_all_disabled():
    adults = read_needs().values("need_share")[SERVICES.index("day_care")][:, :, [FINE_BANDS.index("18_59")]]
    category, grade, _ = national_mix()
    mean = float(np.einsum("cga,c,g->", adults, category / category.sum(), grade / grade.sum()))
    assert mean == pytest.approx(18 / 82.96, abs=5e-4)


def test_the_need_for_devices_comes_to_the_share_of_all_that_it_was_derived_from():
    devices = read_needs().values("need_share")[SERVICES.index("device_fitting")]
    assert national_mean(devices) == pytest.approx(0.265, abs=5e-4)


def test_nobody_takes_more_than_one_place():
    table = read_needs().table
    places = table[table["service"].map(lambda key: services()[key].kind) == "places"]
    assert places.groupby(["category", "grade", "age_band"])["units_per_person"].sum().max() <= 1


def test_needs_lie_inside_the_ages_of_each_service():
    table = read_needs().table
    for key, cells in table[table["need_share"] > 0].groupby("service"):
        assert set(cells["age_band"]) == set(services()[key].ages)


def test_units_per_person_are_the_product_of_the_three_numbers():
    table = read_needs().table
    product = table["need_share"] * table["uptake"] * table["units"]
    assert (table["units_per_person"] == product).all()


def test_reading_twice_gives_the_same_table():
    assert read_needs() is read_needs()
    assert read_needs(SHIPPED) == read_needs()


def test_the_table_handed_out_is_a_copy_and_the_arrays_cannot_be_written():
    table = read_needs().table
    table.loc[0, "need_share"] = 99
    assert read_needs().table.loc[0, "need_share"] == 0.596
    with pytest.raises(ValueError, match="read-only"):
        read_needs().row_of[:] = 0


def test_single_cells_can_be_changed_and_all_others_stay():
    changed = read_needs().changed([NEW])
    before, after = read_needs().table, changed.table
    differs = before["uptake"] != after["uptake"]
    assert after[differs][["service", "category", "grade", "age_band"]].values.tolist() == [
        ["day_care", "visual", 1, "18_59"]
    ]
    assert after.loc[differs, "uptake_source"].tolist() == ["own survey"]
    assert read_needs().table.equals(before)


def test_a_changed_cell_is_checked_as_a_row_of_a_file_is():
    with pytest.raises(LayerError, match=r"\[\[row\]\] no\. 1: .*'visaul' is not known \(did you mean 'visual'\?\)"):
        read_needs().changed([replace(NEW, categories=("visaul",))])
    with pytest.raises(LayerError, match="a need at age 0_5"):
        read_needs().changed([replace(NEW, measure="need_share", ages=("0_5",))])


def test_a_file_of_ones_own_may_extend_the_shipped_one(written):
    own = read_needs(written('extends = "shipped"\n' + row("overrides = true", grades="[1]", ages='["60_plus"]')))
    day_care = own.values("uptake")[SERVICES.index("day_care")]
    assert set(day_care[:, 0, 4]) == {0.5}
    assert set(np.delete(day_care.reshape(7, 20), 4, axis=1).ravel()) == {0.2}


def test_a_file_of_ones_own_may_hold_everything(written):
    whole = "".join(row(services='"*"', measure=m, value=0) for m in MEASURES)
    assert read_needs(written(whole)).table["units_per_person"].sum() == 0


def test_numbers_given_twice_are_a_fault_that_names_the_row(written):
    twice = SHIPPED.read_text(encoding="utf-8") + row()
    number = len(read_needs().rows) + 1
    assert faults_of(written(twice)) == [
        f"[[row]] no. {number}: gives numbers that a row before it gives; "
        "write `overrides = true`, or name fewer classes"
    ]
    assert faults_of(written('extends = "shipped"\n' + row()))[0].startswith("[[row]] no. 1: gives numbers that")


def test_overriding_what_is_not_there_is_a_fault(written):
    found = faults_of(written(row("overrides = true")))
    assert "[[row]] no. 1: overrides numbers that no row before it gives; leave `overrides` out" in found


def test_missing_cells_are_told_by_service_and_measure(written):
    whole = [row(services='"*"', measure=m, value=0) for m in MEASURES[:2]]
    few = row(services='"*"', measure="units", grades="[1, 2, 4]", value=0)
    found = faults_of(written("".join([*whole, few])))
    assert found[0] == "rehabilitation, units: 35 cells are not given, the first is visual, 3, 0_5; add a row"
    assert len(found) == 9


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (row(services='["daycare"]'), "'daycare' is not known (did you mean 'day_care'?)"),
        (row(categories='["eyes"]'), "'eyes' is not known"),
        (row(grades="[5]"), "'5' is not known"),
        (row(grades="[true]"), "'True' is not known"),
        (row(ages='["15_59"]'), "'15_59' is not known"),
        (row(ages='"0_5"'), 'ages: write a list of words or "*"'),
        (row(ages="[]"), 'ages: write a list of words or "*"'),
        (row(measure="share"), "'share' is not known"),
        (row(mark="X"), "'X' is not known; take S, D, V, J"),
        (row(value=1.5), "value: a share of 1.5 found; write 0 to 1"),
        (row(value=-1), "value: -1 found, a number of 0 or more is needed"),
        (row(value="nan"), "value: nan found"),
        (row(value='"much"'), "value: much found"),
        (row(source=" "), "source: say where the number comes from"),
        (row(denominator=""), "denominator: say where the number comes from"),
        (row('colour = "red"'), "'colour' is not known"),
        (row('stands_for = "hardship"'), "stands_for: only a need_share has it"),
        ("[[row]]\n", "'services' is missing; add it"),
    ],
)
def test_a_wrong_row_is_a_sentence_with_its_number(written, wrong, told):
    found = faults_of(written(row() + wrong))
    assert any(fault.startswith("[[row]] no. 2: ") and told in fault for fault in found)


def test_all_faults_of_a_file_come_at_once(written):
    found = faults_of(written("colour = 1\n" + row(mark="X") + row(value=7, grades="[9]")))
    assert [fault.split(":")[0] for fault in found] == [
        "'colour' is not known; take extends, row", "[[row]] no. 1", "[[row]] no. 2", "[[row]] no. 2",
    ]  # fmt: skip


def test_a_need_outside_the_ages_of_a_service_is_a_fault(written):
    senior = row("overrides = true", services='["school_senior"]', measure="need_share", ages='["18_59"]', value=0.1)
    assert faults_of(written('extends = "shipped"\n' + senior)) == [
        "school_senior: a need at age 18_59, but the service is for 15_17; write 0 there"
    ]


@pytest.mark.parametrize("text", ["", "row = 1\n", "row = [1]\n", 'extends = "shiped"\n'])
def test_a_file_without_rows_is_a_fault(written, text):
    assert any("[[row]]" in fault or "'shiped' is not known" in fault for fault in faults_of(written(text)))


def test_a_file_that_is_no_table_is_a_fault(written, tmp_path):
    assert "is no TOML file" in faults_of(written("[[row"))[0]
    path = tmp_path / "own_needs.toml"
    path.write_bytes("# 康复".encode("gb18030"))
    assert "is no TOML file in UTF-8" in faults_of(path)[0]
    path.unlink()
    assert faults_of(path) == ["cannot be read; check the name"]


def test_the_axes_of_the_table_are_the_words_of_the_demand_room():
    assert read_needs().row_of.shape == (
        len(MEASURES), len(SERVICES), len(CATEGORIES), len(GRADES), len(FINE_BANDS),
    )  # fmt: skip
