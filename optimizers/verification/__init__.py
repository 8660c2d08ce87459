"""Checking what the engines say, slowly and without them.

verdict = verify(problem, solve(problem, "max_coverage", p=5, threshold_min=30))
verdict.accepted, verdict.faults
"""

from optimizers.verification.digest import problem_digest
from optimizers.verification.verdict import Verdict, verify

__all__ = ["Verdict", "problem_digest", "verify"]
