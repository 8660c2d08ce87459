"""Roads: one frozen network, wherever they come from."""

from geodata.roads.graphs import load_box, load_place, load_polygon, to_osmnx
from geodata.roads.load import load_roads
from geodata.roads.network import RoadNetwork, straight_roads

__all__ = [
    "RoadNetwork",
    "load_box",
    "load_place",
    "load_polygon",
    "load_roads",
    "straight_roads",
    "to_osmnx",
]
