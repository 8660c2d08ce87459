"""What can be wrong with places. Every error is also a ValueError and carries all faults at once."""

from collections.abc import Sequence


class LayerError(ValueError):
    """Faults of a layer: which, what was needed, what was found, what to do; one sentence each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)
