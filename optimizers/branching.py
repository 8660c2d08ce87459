"""Which site to split on: the one whose two halves promise to raise the bound most.

What a split gained is remembered for each site and direction, per unit of the share that it takes away or adds; where
nothing is known yet a few steps of the climb tell. The score of a site is the product of what its halves promise.
Benichou et al. (1971), Mathematical Programming 1; Achterberg, Koch & Martin (2005), Branching rules revisited,
Operations Research Letters 33.
"""

from collections.abc import Callable

import numpy as np

from optimizers.arrays import Floats
from optimizers.bounds import best_prices
from optimizers.relaxation import Ascent, Relaxation

_CANDIDATES = 12
_PROBES_EACH = 8
"""Probes allowed, for each part looked into so far."""
_LEAST = 1e-9

Probe = Callable[[int, bool], float]


class Experience:
    """What earlier splits gained: sums and counts for each direction (closed, open) and site."""

    def __init__(self, n_sites: int) -> None:
        self.gains = np.zeros((2, n_sites))
        self.seen = np.zeros((2, n_sites), dtype=np.int64)
        self.probes = 0

    def learn(self, site: int, is_open: bool, share: float, gain: float) -> None:
        """Take note of the gain of one half."""
        self.gains[int(is_open), site] += gain / max(_away(share, is_open), 0.05)
        self.seen[int(is_open), site] += 1

    def choose(self, core: Relaxation, share: Floats, parts: int, probe: Probe) -> int:
        """The site to split on; `probe` looks up what one half gains."""
        doubt = np.where(core.free, np.abs(share - 0.5), np.inf)
        sites = np.argsort(doubt, kind="stable")[:_CANDIDATES]
        unsure = sites[doubt[sites] < 0.49]
        if unsure.size == 0:
            return int(sites[0])
        scores = [self._promise(site, share, parts, probe) for site in unsure.tolist()]
        return int(unsure[int(np.argmax(scores))])

    def _promise(self, site: int, share: Floats, parts: int, probe: Probe) -> float:
        """Product of what the halves promise."""
        score = 1.0
        for is_open in (False, True):
            away = _away(float(share[site]), is_open)
            if not self.seen[int(is_open), site] and self.probes < _PROBES_EACH * (parts + 10):
                self.probes += 1
                self.learn(site, is_open, float(share[site]), probe(site, is_open))
            score *= max(self._rate(site, is_open) * away, _LEAST)
        return score

    def _rate(self, site: int, is_open: bool) -> float:
        """Gain per unit of share: of this site, or of all sites where it was never tried."""
        gains, seen = self.gains[int(is_open)], self.seen[int(is_open)]
        if seen[site]:
            return float(gains[site] / seen[site])
        return float(gains.sum() / max(int(seen.sum()), 1))


def _away(share: float, is_open: bool) -> float:
    """How far the share is from what the half asks for."""
    return 1.0 - share if is_open else share


def shares(core: Relaxation, ascent: Ascent) -> Floats:
    """How likely each site is open: as the climb counted, or by the reduced costs, where it did not."""
    if ascent.share is not None:
        return ascent.share
    rho = core.reduced_costs(ascent.multipliers)
    priced = rho + best_prices(core, rho)[0] @ core.size
    top = float(np.abs(priced[core.free]).max(initial=0.0))
    return np.asarray(0.5 - 0.5 * priced / top if top > 0.0 else np.full(core.n_sites, 0.5))
