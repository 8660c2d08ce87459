"""Builds everything into the data folder: `python -m geodata.build WHEELS`."""

import sys
from pathlib import Path

from geodata import build
from geodata.boundaries import county_polygons
from geodata.build.check import check_layers
from geodata.build.elevation import build_elevation
from geodata.build.package import copy_facts, write_datapackage
from geodata.build.people import build_people
from geodata.build.places import build_places
from geodata.build.roads import build_roads
from geodata.build.sites import build_candidates, build_facilities
from geodata.build.sources import FOLDER, read_counties
from geodata.build.units import build_units


def main(wheels: Path) -> None:
    """The order matters: people need places and roads, sites need people."""
    polygons = county_polygons(list(read_counties()["county_code"]))
    grid = build_elevation(wheels)
    places = build_places(wheels, polygons, read_counties())
    build_units(wheels, places)
    roads = build_roads(wheels, polygons)
    counties, cells = build_people(polygons, places, roads, grid)
    build_candidates(cells, places, counties)
    build_facilities(places, counties)
    copy_facts()
    check_layers(FOLDER)
    write_datapackage()
    print(f"{len(cells)} cells, {len(places)} places, {len(roads)} road edges")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(build.__doc__)
    main(Path(sys.argv[1]))
