"""The p-centre: the least worst time, by tests whether so many sites reach everyone within a time."""

from optimizers.centre.bisection import prove_centre

__all__ = ["prove_centre"]
