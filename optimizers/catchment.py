"""Floating catchment areas: how many units of supply there are for each person within reach, crowding counted.

    2SFCA    R_j = S_j / sum_{i near j} P_i                    A_i = sum_{j near i} R_j
    E2SFCA   R_j = S_j / sum_i P_i W_ij                        A_i = sum_j R_j W_ij
    3SFCA    R_j = S_j / sum_i G_ij P_i W_ij                   A_i = sum_j G_ij R_j W_ij,   G_ij = W_ij / sum_k W_ik

| symbol | unit | meaning |
|--------|------|---------|
| S_j | units | supply of site j |
| P_i | persons | demand of row i |
| W_ij | 0..1 | weight of the zone of travel time: a third of the longest time 1, two thirds 0.68, all of it 0.22 |
| G_ij | 0..1 | share of row i that turns to site j where there are several |

What is handed out is what there is: sum_i P_i A_i is the supply of all sites that anybody is near to.

Luo & Wang (2003), Environment and Planning B 30; Luo & Qi (2009), Health & Place 15 (weights 1, 0.68, 0.22 of three
zones); Wan, Zou & Sternberg (2012), International Journal of Geographical Information Science 26.
"""

import numpy as np
from scipy.sparse import csr_array

from optimizers.arrays import Csr, Floats

ZONES = ((1.0 / 3.0, 1.0), (2.0 / 3.0, 0.68), (1.0, 0.22))
"""Upper end of each zone as a share of the longest time, and its weight; a zone includes its upper end."""


def two_step(supply: Floats, demand: Floats, minutes: Csr) -> Floats:
    """2SFCA: units for each person of every row.

    Args:
        supply: (m,) units, 0 where nothing is offered.
        demand: (n,) persons.
        minutes: (n, m) CSR; a pair that is stored is near, whatever its minutes.
    """
    return _access(supply, demand, _with(minutes, np.ones(minutes.nnz)))


def enhanced_two_step(supply: Floats, demand: Floats, minutes: Csr, longest_min: Floats) -> Floats:
    """E2SFCA: as `two_step`, those who live nearer counting for more; `longest_min` (n,) is where a catchment ends."""
    return _access(supply, demand, _zoned(minutes, longest_min))


def three_step(supply: Floats, demand: Floats, minutes: Csr, longest_min: Floats) -> Floats:
    """3SFCA: as `enhanced_two_step`, a row's people spread over the sites that offer something to them."""
    offered = np.asarray(supply, float)[minutes.indices] > 0
    weight = _zoned(minutes, longest_min)
    pull = np.where(offered, weight.data, 0.0)
    row = _rows(minutes)
    all_pull = np.bincount(row, pull, minlength=minutes.shape[0])[row]
    choice = np.divide(pull, all_pull, out=np.zeros_like(pull), where=all_pull > 0)
    return _access(supply, demand, _with(minutes, choice * weight.data))


def zone_weights(minutes: Floats, longest_min: Floats) -> Floats:
    """Weight of every travel time by its zone; 0 beyond the longest."""
    share = np.asarray(minutes, float) / np.asarray(longest_min, float)
    found = np.zeros_like(share)
    for upper, weight in reversed(ZONES):
        found[share <= upper] = weight
    return np.asarray(found, dtype=np.float64)


def _access(supply: Floats, demand: Floats, weight: Csr) -> Floats:
    """Both steps: what each site has for a person who comes, then what each row finds."""
    crowd = weight.T @ np.asarray(demand, float)
    ratio = np.divide(supply, crowd, out=np.zeros(weight.shape[1]), where=crowd > 0)
    return np.asarray(weight @ ratio, dtype=np.float64)


def _zoned(minutes: Csr, longest_min: Floats) -> Csr:
    limits = np.broadcast_to(np.asarray(longest_min, float), minutes.shape[:1])
    return _with(minutes, zone_weights(minutes.data, limits[_rows(minutes)]))


def _rows(minutes: Csr) -> Floats:
    return np.repeat(np.arange(minutes.shape[0]), np.diff(minutes.indptr))


def _with(minutes: Csr, data: Floats) -> Csr:
    return csr_array((data, minutes.indices, minutes.indptr), shape=minutes.shape)
