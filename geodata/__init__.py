"""PLACES: layers, roads and travel times in and out. Knows no scenario and no optimiser."""

from geodata.demand import read_needs, service_persons, service_units, whole_units
from geodata.elevation import read_elevation
from geodata.errors import LayerError
from geodata.gazetteer import open_gazetteer, read_answers
from geodata.layers import LayerReport, Reading, read_layer
from geodata.register import compare_lists
from geodata.roads import RoadNetwork, load_roads
from geodata.roads.graphs import load_box, load_place, load_polygon, to_osmnx
from geodata.study_data import open_study_data
from geodata.travel.closures import Closure, closed_in
from geodata.travel.ground import Ground, ground
from geodata.travel.reach import isochrones, nearest_institution
from geodata.travel.routes import shortest_route
from geodata.travel.rules import TravelRules, speed_table, travel_rules
from geodata.travel.single_road import SingleRoads, single_road_cells
from geodata.travel.times import roadway, travel_times

__all__ = [
    "Closure",
    "Ground",
    "LayerError",
    "LayerReport",
    "Reading",
    "RoadNetwork",
    "SingleRoads",
    "TravelRules",
    "closed_in",
    "compare_lists",
    "ground",
    "isochrones",
    "load_box",
    "load_place",
    "load_polygon",
    "load_roads",
    "nearest_institution",
    "open_gazetteer",
    "open_study_data",
    "read_answers",
    "read_elevation",
    "read_layer",
    "read_needs",
    "roadway",
    "service_persons",
    "service_units",
    "shortest_route",
    "single_road_cells",
    "speed_table",
    "to_osmnx",
    "travel_rules",
    "travel_times",
    "whole_units",
]
