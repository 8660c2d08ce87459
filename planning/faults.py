"""What can be wrong with a question. Every error is also a ValueError and carries all faults at once."""

from collections.abc import Sequence


class PlanningError(ValueError):
    """Bad input: one clear sentence for each fault (which file, which key, what was found, what to do)."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)
