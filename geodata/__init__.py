"""PLACES: layers, roads and travel times in and out. Knows no scenario and no optimiser."""

from geodata.errors import LayerError
from geodata.layers import read_layer
from geodata.roads import RoadNetwork, load_roads
from geodata.roads.graphs import to_osmnx
from geodata.study_data import open_study_data
from geodata.travel.closures import Closure
from geodata.travel.ground import Ground
from geodata.travel.rules import TravelRules, travel_rules
from geodata.travel.times import travel_times

__all__ = [
    "Closure",
    "Ground",
    "LayerError",
    "RoadNetwork",
    "TravelRules",
    "load_roads",
    "open_study_data",
    "read_layer",
    "to_osmnx",
    "travel_rules",
    "travel_times",
]
