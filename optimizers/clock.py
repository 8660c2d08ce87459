"""How long a run may take: one clock handed from stage to stage.

Compiling does not count. It happens once after an installation, and the same question would get another answer then.
"""

from dataclasses import dataclass, field
from time import monotonic

from optimizers.kernel import compiling_s


@dataclass(frozen=True)
class Clock:
    """Seconds allowed, counted from the moment of creation."""

    limit_s: float
    started: float = field(default_factory=monotonic)
    compiled_s: float = field(default_factory=compiling_s)

    @property
    def used_s(self) -> float:
        """Seconds gone, without those spent on compiling."""
        return monotonic() - self.started - (compiling_s() - self.compiled_s)

    @property
    def left_s(self) -> float:
        """Seconds left, 0 when the time is up."""
        return max(0.0, self.limit_s - self.used_s)

    @property
    def is_up(self) -> bool:
        """True when no time is left."""
        return self.used_s >= self.limit_s

    def part(self, share: float) -> "Clock":
        """A clock for a stage that may use this share of what is left."""
        return Clock(self.left_s * share)
