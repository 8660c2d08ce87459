"""Explained numbers, in both languages: why here, why not there, what every limit costs.

| file | does |
|------|------|
| `explanation.py`, `sentences.py`, `effects.py` | intervals; amounts, names, and more or less of an aim in words |
| `asking.py`, `posed_again.py` | the question asked again with something changed; the scenario posed again |
| `why_here.py`, `whom.py`, `site_facts.py` | a chosen site: what it gives and whom it serves |
| `others.py`, `why_not.py`, `instead.py` | what would take its place, why not elsewhere, rounds in place of it |
| `prices.py`, `aims.py`, `seasons.py`, `curve.py` | prices of limits, aims and seasons; what more money buys |
| `mending.py` | the smallest changes that make an impossible question possible |
| `explain.py`, `tasks.py` | the explanations that go with a plan, in bounded time; what is asked again for them |
"""
