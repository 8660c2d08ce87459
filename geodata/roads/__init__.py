"""Roads: one frozen network, wherever they come from."""

from geodata.roads.load import load_roads
from geodata.roads.network import RoadNetwork, straight_roads

__all__ = ["RoadNetwork", "load_roads", "straight_roads"]
