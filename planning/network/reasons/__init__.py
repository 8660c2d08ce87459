"""Explained numbers, in both languages: why here, why not there, what every limit costs.

| file | does |
|------|------|
| `explanation.py`, `sentences.py` | one explained number and its interval; amounts and names in words |
| `asking.py` | the question asked again with something changed |
| `why_here.py`, `site_facts.py`, `others.py`, `instead.py` | a site, what would take its place, rounds in place of it |
| `prices.py`, `aims.py`, `seasons.py`, `curve.py` | prices of limits, aims and seasons; what more money buys |
| `mending.py` | the smallest changes that make an impossible question possible |
| `explain.py` | the explanations that go with a plan, in bounded time |
"""
