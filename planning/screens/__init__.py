"""Plain values for the pages: every number and every line that a page shows is made here, nothing is drawn.

| file | makes |
|------|-------|
| `plans.py` | headlines, lists of sites and areas, prices, downloads of plans |
| `tables.py` | tables: columns with units, cells with marks |
| `map_ground.py` | what lies under every map of an area |
| `map_payload.py` | what a map of plans is drawn from; `map_sites.py`, `map_network.py` its sites |
"""
