"""Roads: one frozen network, wherever they come from."""

from geodata.roads.graphs import load_box, load_place, load_polygon, to_osmnx
from geodata.roads.load import load_roads
from geodata.roads.network import RoadNetwork, straight_roads
from geodata.roads.quality import RoadQuality, road_quality
from geodata.roads.quality_page import quality_page

__all__ = [
    "RoadNetwork",
    "RoadQuality",
    "load_box",
    "load_place",
    "load_polygon",
    "load_roads",
    "quality_page",
    "road_quality",
    "straight_roads",
    "to_osmnx",
]
