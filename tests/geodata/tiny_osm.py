"""Small OpenStreetMap files written by a test."""

from pathlib import Path
from xml.sax.saxutils import quoteattr

OSM_FOLDER = Path(__file__).parents[2].parent / "shared" / "osm"
GRID = {i: (76.0 + 0.01 * (i % 10), 39.0 + 0.01 * (i // 10)) for i in range(1, 40)}  # ids → degrees, ten a row


def osm_text(ways, nodes=GRID):
    """OSM XML of ways (id, ids of nodes, tags) and nodes {id: (lon, lat)}."""
    lines = ["<?xml version='1.0' encoding='UTF-8'?>", "<osm version='0.6'>"]
    lines += [f"<node id='{i}' lon='{lon}' lat='{lat}' version='1'/>" for i, (lon, lat) in nodes.items()]
    for way_id, refs, tags in ways:
        inside = [f"<nd ref='{ref}'/>" for ref in refs]
        inside += [f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items()]
        lines.append(f"<way id='{way_id}' version='1'>{''.join(inside)}</way>")
    return "\n".join([*lines, "</osm>"])


def osm_file(folder, ways, nodes=GRID, name="roads.osm"):
    path = folder / name
    path.write_text(osm_text(ways, nodes), encoding="utf-8")
    return path


def pbf_file(folder, ways, nodes=GRID, name="roads.osm.pbf"):
    """The same as `.osm.pbf`."""
    import osmium

    source = osm_file(folder, ways, nodes, "source.osm")
    with osmium.SimpleWriter(str(folder / name)) as writer:
        for thing in osmium.FileProcessor(str(source)):
            writer.add(thing)
    return folder / name
