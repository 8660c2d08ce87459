"""Run a module without what its packages bring along: a worker of the tests begins in a tenth of a second.

`python bare.py [module] options`; without a module, a worker.
"""

import runpy
import sys
import types
from pathlib import Path

ROOT = Path(__file__).parents[3]
for name in ("geodata", "planning"):
    package = types.ModuleType(name)
    package.__path__ = [str(ROOT / name)]
    sys.modules[name] = package
if __name__ == "__main__":
    module = "planning.jobs.worker" if sys.argv[1].startswith("-") else sys.argv.pop(1)
    runpy.run_module(module, run_name="__main__", alter_sys=True)
