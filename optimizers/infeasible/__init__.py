"""Why a question has no plan: which demand or group makes it so, and the smallest change that would mend it."""

from optimizers.infeasible.conflict import Conflict
from optimizers.infeasible.explain import explain

__all__ = ["Conflict", "explain"]
