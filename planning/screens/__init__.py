"""Plain values for the pages: every number and every line that a page shows is made here, nothing is drawn.

| file | makes |
|------|-------|
| `plans.py` | headlines, lists of sites and areas, prices, downloads of plans |
"""
