"""The embedded study area says where it comes from, adds up to the census and invents no place."""

import json
import shutil
from hashlib import sha256

import numpy as np
import pytest

import geodata.study_data as study_data
from geodata.errors import LayerError
from geodata.study_data import FOLDER, names, open_study_data, read_embedded

CENSUS_2020 = {"6528": 1_613_979, "6529": 2_714_422, "6530": 622_222, "6531": 4_496_377, "6532": 2_504_718}
AREA = FOLDER / "southern_xinjiang"
RESOURCES = json.loads((AREA / "datapackage.json").read_text(encoding="utf-8"))["resources"]


@pytest.fixture(scope="module")
def data():
    return open_study_data()


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r["name"])
def test_every_resource_says_where_it_comes_from_and_is_the_file_described(resource):
    assert all(source["title"] for source in resource["sources"])
    assert resource["sources"]
    assert all(licence["name"] for licence in resource["licenses"])
    assert resource["licenses"]
    assert resource["version"]
    assert resource["caveat"]
    assert resource["title"]
    content = (AREA / resource["path"]).read_bytes()
    assert resource["bytes"] == len(content)
    assert resource["hash"] == "sha256:" + sha256(content).hexdigest()


def test_every_file_of_the_folder_is_described():
    assert {p.name for p in AREA.iterdir() if p.is_file()} - {"datapackage.json"} == {r["path"] for r in RESOURCES}


def test_the_data_package_is_what_the_facts_say_plus_checksums():
    facts = json.loads((AREA / "facts" / "resources.json").read_text(encoding="utf-8"))
    package = json.loads((AREA / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        del resource["bytes"], resource["hash"]
    assert package == facts


def test_prefecture_populations_equal_the_census_to_the_person(data):
    counted = data.counties[data.counties["in_prefecture_total"]]
    assert counted.groupby("prefecture_code")["population"].sum().to_dict() == CENSUS_2020
    assert data.prefectures.set_index("prefecture_code")["census_2020"].to_dict() == CENSUS_2020


def test_a_published_county_count_is_kept_as_published(data):
    published = data.counties[data.counties["census_2020"].notna()]
    assert (published["population"] == published["census_2020"]).all()
    assert (published["quality"] == "census 2020").all()


def test_cells_add_up_to_every_county(data):
    cells = data.cells.groupby("county_code")["population"].sum()
    assert cells.to_dict() == data.counties.set_index("county_code")["population"].to_dict()


def test_there_are_five_to_eight_thousand_cells_each_with_people(data):
    assert 5_000 <= len(data.cells) <= 8_000
    assert (data.cells["population"] > 0).all()
    assert data.cells["cell_id"].is_unique


@pytest.mark.parametrize("table", ["places", "cells", "candidates", "facilities", "closures"])
def test_every_point_has_coordinates_inside_the_study_area(data, table):
    points = getattr(data, table)[["lon", "lat"]]
    assert np.isfinite(points.to_numpy(float)).all()
    assert points["lon"].between(73, 94.5).all()
    assert points["lat"].between(34, 44).all()


def test_a_real_candidate_stands_where_its_place_is(data):
    real = data.candidates[data.candidates["kind"] == "township_place"].set_index("site_id")
    places = data.places.set_index("place_id").loc[real.index]
    assert (real[["lon", "lat"]] == places[["lon", "lat"]]).all(axis=None)
    assert (real["mark"] == "real place, assumed host").all()


def test_a_modelled_candidate_is_marked_and_stands_on_a_demand_cell(data):
    modelled = data.candidates[data.candidates["kind"] == "village_point"]
    cells = data.cells.set_index("cell_id").loc["M" + modelled["site_id"].str[1:]]
    assert len(modelled) == 400
    assert (modelled["mark"] == "modelled").all()
    assert (modelled[["lon", "lat"]].to_numpy() == cells[["lon", "lat"]].to_numpy()).all()


def test_there_are_no_other_candidates(data):
    assert set(data.candidates["kind"]) == {"township_place", "village_point"}
    assert data.candidates["site_id"].is_unique


def test_an_institution_stands_at_its_county_seat(data):
    seats = data.places[data.places["rank"].isin(["prefecture_seat", "county_seat"])].set_index("county_code")
    assert seats.index.is_unique
    at = seats.loc[data.facilities["county_code"], ["lon", "lat"]].to_numpy()
    assert (data.facilities[["lon", "lat"]].to_numpy() == at).all()
    assert set(data.facilities["mark"]) <= {"S", "J"}
    assert data.facilities["facility_id"].is_unique


def test_a_township_code_belongs_to_one_place_and_to_its_county(data):
    coded = data.places[data.places["township_code"] != ""]
    assert len(coded) > 100
    assert coded["township_code"].is_unique
    assert coded["township_code"].str.fullmatch(r"\d{9}").all()
    assert (coded["township_code"].str[:6] == coded["county_code"]).all()


def test_codes_are_text_and_every_county_is_known(data):
    known = set(data.counties["county_code"])
    assert all(len(code) == 6 for code in known)
    for table in (data.places, data.cells, data.candidates, data.facilities):
        assert set(table["county_code"]) <= known


def test_a_road_is_not_shorter_than_the_straight_line_beyond_rounding(data):
    assert (data.roads["length_m"] > 0).all()
    assert (data.roads["length_m"] > 0.98 * data.roads["straight_m"] - 150).all()


def test_opening_twice_shows_the_same_digest(data):
    assert read_embedded.__wrapped__("southern_xinjiang").digest == data.digest


def test_an_unknown_study_area_is_refused_by_naming_the_known_ones():
    assert names() == ("southern_xinjiang",)
    with pytest.raises(LayerError, match="'atlantis' is not known; there is southern_xinjiang"):
        open_study_data("atlantis")


def test_a_changed_file_is_noticed(tmp_path, monkeypatch):
    shutil.copytree(AREA, tmp_path / "southern_xinjiang")
    with (tmp_path / "southern_xinjiang" / "places.csv").open("a") as file:
        file.write("\n")
    monkeypatch.setattr(study_data, "FOLDER", tmp_path)
    with pytest.raises(LayerError, match=r"places\.csv: not the file that datapackage\.json describes"):
        read_embedded.__wrapped__("southern_xinjiang")


def test_an_embedded_area_is_read_once_and_by_its_name_alone(data):
    assert open_study_data("southern_xinjiang") is open_study_data()
    assert data.residents is None
    assert data.base == "control_total"
    assert data.cut_off == ""


def test_a_path_that_is_no_study_area_is_refused(tmp_path):
    with pytest.raises(LayerError, match="there is no such study area"):
        open_study_data(tmp_path / "nowhere")
    with pytest.raises(LayerError, match="there is no such study area"):
        open_study_data("nowhere.zip")
    with pytest.raises(LayerError, match="not a study area"):
        open_study_data(str(tmp_path))
