"""How well badly written places are matched, by kind of damage: `python benchmarks/matching.py`.

    --seed N        of the generator (1)
    --villages N    villages drawn from each township (2)

Every township name of the embedded gazetteer and some of its villages are damaged in every way by a seeded generator.
Precision: of those matched without a person, the share whose unit is the one meant or one above it. Recall: of all,
the share matched without a person to the very unit meant. What needs a person is not counted as wrong.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # run from a checkout, installed or not
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "geodata"))

from damaged_places import damaged_places, measured

from geodata.gazetteer import match_places, open_gazetteer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--villages", type=int, default=2)
    options = parser.parse_args()
    gazetteer = open_gazetteer()
    _ = gazetteer.lookups
    rows = damaged_places(gazetteer, options.seed, options.villages)
    before = time.process_time()
    matches = match_places(rows, gazetteer)
    seconds = time.process_time() - before
    print(measured(rows, matches).round(2).to_string(na_rep="-"))
    print(f"\n{len(rows)} places in {seconds:.1f} s of CPU time")


if __name__ == "__main__":
    main()
