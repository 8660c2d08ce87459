"""PLACES: layers, roads and travel times in and out. Knows no scenario and no optimiser."""

from geodata.errors import LayerError
from geodata.layers import read_layer
from geodata.roads import RoadNetwork, load_roads
from geodata.study_data import open_study_data
from geodata.travel import Closure, TravelRules, travel_times

__all__ = [
    "Closure",
    "LayerError",
    "RoadNetwork",
    "TravelRules",
    "load_roads",
    "open_study_data",
    "read_layer",
    "travel_times",
]
