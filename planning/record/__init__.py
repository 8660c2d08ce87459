"""A plan as parts that can be kept: bytes by name, exact in both directions, and refused when one of them was changed.

| file | does |
|------|------|
| `plan.py` | `parts_of(plan)`, `plan_of(parts)`, `head_of(parts)` |
| `network.py` | the part of a plan that is a network of services |
| `tables.py` | a table as parquet and back |
| `texts.py` | values as canonical JSON and back, with nan, inf and tuples |
| `format.py` | the manifest: version of the form, and the digest of every part |
"""

from planning.record.format import FORMAT, digest_of
from planning.record.plan import Head, head_of, parts_of, plan_of, scenario_of

__all__ = ["FORMAT", "Head", "digest_of", "head_of", "parts_of", "plan_of", "scenario_of"]
