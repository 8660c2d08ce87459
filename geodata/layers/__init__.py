"""LAYERS: files as people bring them, read, recognised, checked row by row; nothing lost, nothing of a person kept."""

from geodata.coordinates import CHINA, Box
from geodata.layers.columns import Column
from geodata.layers.fields import Field, Layer, layers
from geodata.layers.read import Reading, headings, impersonal_cells, read_layer, reasons_in
from geodata.layers.report import Fault, LayerReport
from geodata.layers.rules import HOST_TYPES, SITE_AMOUNTS

LAYERS = ("residents", "institutions", "candidates", "points", "boundaries", "roads")
"""Keys of all layers, in the order of `fields.toml`."""

__all__ = [
    "CHINA", "HOST_TYPES", "LAYERS", "SITE_AMOUNTS", "Box", "Column", "Fault", "Field", "Layer", "LayerReport",
    "Reading", "headings", "impersonal_cells", "layers", "read_layer", "reasons_in",
]  # fmt: skip
