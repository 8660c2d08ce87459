"""Sites that a better one makes needless, checked pair by pair where each stands in the list.

A site may be struck off when another one that is still there costs and takes no more and serves all its rows as well.
Where every row must be covered, a row that the better site does not cover may be answered for by another row: one
whose sites left are all sites of this row, and which stays covered when the better site takes the other's place.
Toregas & ReVelle (1972), Papers of the Regional Science Association 28.
"""

from collections.abc import Sequence

import numpy as np

from optimizers.arrays import Bools, Ints
from optimizers.verification.posed import Posed


def struck_off(form: Posed, pairs: Sequence[tuple[int, int]]) -> tuple[Bools, str]:
    """The sites of which a better one takes the place, or what is wrong with a pair."""
    check = _Check(form)
    if pairs and (form.site_room is not None or form.gain.shape[1] > 1):
        return check.struck, "no site can be struck off in this model."
    for worse, better in pairs:
        if fault := check.fault(worse, better):
            return check.struck, fault
        check.strike(worse)
    return check.struck, ""


class _Check:
    """The rows and sites that are left, as lists by site and by row."""

    def __init__(self, form: Posed) -> None:
        self.form = form
        n_rows, n_sites = form.gain.shape[0], form.opened.size
        self.struck = np.zeros(n_sites, dtype=np.bool_)
        self.served = np.zeros(n_rows, dtype=np.bool_)
        if form.cost is None:
            self.served[form.row[form.opened[form.site]]] = True
        self.by_site = np.argsort(form.site, kind="stable")
        self.of_site = np.searchsorted(form.site[self.by_site], np.arange(n_sites + 1))
        self.of_row = np.searchsorted(form.row, np.arange(n_rows + 1))  # pairs are listed row by row
        self.length = np.bincount(form.row[~form.closed[form.site]], minlength=n_rows)
        self.must = np.isinf(form.gain[:, 0]) & (form.cost is None)
        self.within: dict[int, list[int]] = {}  # rows whose sites are all sites of this one; that stays so

    def pairs_of(self, site: int) -> Ints:
        """Places of the pairs of a site."""
        return np.asarray(self.by_site[self.of_site[site] : self.of_site[site + 1]])

    def strike(self, site: int) -> None:
        """Take a site away."""
        self.struck[site] = True
        self.length[self.form.row[self.pairs_of(site)]] -= 1

    def fault(self, worse: int, better: int) -> str:
        """Why the second site cannot take the place of the first; "" when it can."""
        form = self.form
        if not (0 <= worse < self.struck.size and 0 <= better < self.struck.size) or worse == better:
            return f"the pair of sites ({worse}, {better}) does not exist."
        if form.opened[worse] or form.closed[better] or self.struck[better]:
            return f"site {worse} cannot be struck off for site {better}, which may not take its place."
        dearer = form.open_cost[better] > form.open_cost[worse] or np.any(form.size[:, better] > form.size[:, worse])
        if (dearer and not form.opened[better]) or not self._serves(worse, better):
            return f"site {better} is not as good as site {worse}, which was struck off for it."
        return ""

    def _serves(self, worse: int, better: int) -> bool:
        form = self.form
        mine, other = self.pairs_of(worse), self.pairs_of(better)
        if form.cost is not None:
            least = dict(zip(form.row[other].tolist(), form.cost[other].tolist(), strict=True))
            rows, costs = form.row[mine].tolist(), form.cost[mine].tolist()
            return all(least.get(i, np.inf) <= cost for i, cost in zip(rows, costs, strict=True))
        missing = np.setdiff1d(form.row[mine], form.row[other])
        own, take = set(form.row[mine].tolist()), set(form.row[other].tolist())
        return all(self.served[i] or (self.must[i] and self._answered(int(i), own, take)) for i in missing)

    def _answered(self, row: int, own: set[int], take: set[int]) -> bool:
        """Whether some row that stays covered has no other sites left than this one has."""
        form = self.form
        if any(k in take or k not in own for k in self.within.get(row, ())):
            return True
        sites = form.site[self.of_row[row] : self.of_row[row + 1]]
        sites = sites[~self.struck[sites]]
        rows = np.concatenate([form.row[self.pairs_of(int(j))] for j in sites])
        seen, count = np.unique(rows, return_counts=True)
        self.within[row] = seen[(count == self.length[seen]) & self.must[seen]].tolist()
        return any(k in take or k not in own for k in self.within[row])
