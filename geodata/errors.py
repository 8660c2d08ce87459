"""What can be wrong with places. Every error is also a ValueError and carries all faults at once.

A fault is one sentence. Its text is English; the same sentence in Chinese goes with it as `zh`.
"""

from collections.abc import Sequence


class LayerError(ValueError):
    """Faults of a layer: which, what was needed, what was found, what to do; one sentence each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)

    def __reduce__(self) -> tuple[type["LayerError"], tuple[tuple[str, ...]]]:
        return LayerError, (self.faults,)  # as it is when it comes back from another process


class Sentence(str):
    """An English text that carries the same in Chinese."""

    __slots__ = ("_zh",)
    _zh: str

    def __new__(cls, en: str, zh: str = "") -> "Sentence":
        """The English text, and the Chinese one (the English again when there is none)."""
        made = super().__new__(cls, en)
        made._zh = zh or en
        return made

    def __reduce__(self) -> tuple[type["Sentence"], tuple[str, str]]:
        return Sentence, (str(self), self._zh)

    @property
    def zh(self) -> str:
        """The sentence in Chinese."""
        return self._zh


def both(en: str, zh: str) -> Sentence:
    """One sentence in English and Chinese."""
    return Sentence(en, zh)


def in_language(fault: str, language: str) -> str:
    """The fault in `zh` or `en`; in English where it has no Chinese."""
    return fault.zh if language == "zh" and isinstance(fault, Sentence) else str(fault)


def prefixed(prefix: str, fault: str) -> Sentence:
    """`prefix: fault`, in both languages."""
    return both(f"{prefix}: {fault}", f"{in_language(prefix, 'zh')}：{in_language(fault, 'zh')}")
