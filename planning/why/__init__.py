"""Why a site is in a plan and why another is not, for plans of sites and for networks of services alike.

| file | what it does |
|------|--------------|
| site.py | measures a plan of sites without a site; asks its question again without the site, or with it |
| explained.py | the same as sentences, each with its number and the interval in which the truth lies |
| in_network.py | the reasons of a network plan for one site, from `planning.network.reasons` |

All sentences are `planning.network.explanation.Explanation`, so one page shows both kinds.
"""
