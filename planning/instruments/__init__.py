"""The instruments of the policy texts: rules, allocations, lists and workloads, each a plain function.

file                        question
special_schools.py          in which counties is a special school promoted, and is there one (推动人口20万以上…)
placement.py                where are the children of school age placed, who boards, how many teach at home
factor_method.py            how is an envelope shared by factors, with 15 % more for key counties, to the yuan (因素法)
supervision.py              which ten counties have the most unmet severe need, and how sure is that (蹲点督战)
field_check.py              which sites are checked unannounced, drawn by a seed that is recorded (明查暗访)
home_modification.py        which homes are modified, for how much, and how far is the dated target (无障碍改造)
visits.py                   how many visits and staff days do severe persons in hardship need (走访探视)
devices.py                  how many devices must shelves hold, each for itself or shared (辅具共享)
targets.py                  is a target met on its own denominator, and how many persons lack (97 %, 100 %)

figures.py, figures.toml    the numbers they rest on, with mark and source; targets.toml the targets
result.py                   what every instrument gives back
people.py                   persons by county, minutes to a few points
population_bases.py         how sure a population is, other counts of it
factor_faults.py            what can be wrong with the factor method
controlled_rounding.py      whole numbers that add up by row and column
intervals.py                Wilson, Garwood, and whether two numbers may be the same
written.py                  results as CSV files, JSON and text
"""

from planning.instruments.devices import pool_devices, pool_in
from planning.instruments.factor_method import allocate, allocate_in
from planning.instruments.field_check import field_check, sites_to_check
from planning.instruments.home_modification import home_modification, households_for
from planning.instruments.placement import place_children
from planning.instruments.result import InstrumentResult
from planning.instruments.special_schools import special_school_rule
from planning.instruments.supervision import supervision_in, supervision_list
from planning.instruments.targets import Rate, check_targets, difference, target_list, targets
from planning.instruments.visits import visiting_workload

__all__ = [
    "InstrumentResult", "Rate", "allocate", "allocate_in", "check_targets", "difference", "field_check",
    "home_modification", "households_for", "place_children", "pool_devices", "pool_in", "sites_to_check",
    "special_school_rule", "supervision_in", "supervision_list", "target_list", "targets", "visiting_workload",
]  # fmt: skip
