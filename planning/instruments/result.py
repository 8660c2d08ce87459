"""What every instrument gives back: tables, sentences, and the figures that they rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from geodata.errors import Sentence, both
from geodata.figures import Figure

MODELLED: Final = both(
    "Numbers of people are modelled, not registered: no list of persons may be read from them.",
    "残疾人数为模型估计，非登记数据，不能据此认定个人。",
)
REGISTERED: Final = both(
    "Numbers of people are counted from the register of this study area.", "残疾人数来自本研究区的登记数据。"
)
SCALED: Final = both(
    "Numbers of people are from a register, scaled to other totals by county.", "残疾人数由登记数按各县总数调整。"
)


@dataclass(frozen=True, eq=False)
class InstrumentResult:
    """The answer of one instrument.

    Attributes:
        name: of the instrument.
        tables: by name, the main one first; copies, so that nobody's data change.
        totals: what holds for all rows together.
        sentences: what an office would say, in both languages.
        denominator: of whom or of what the rates and amounts speak.
        base: which count they start from, with its date where it has one.
        figures: every number that comes from elsewhere, with mark and source.
        modelled: whether any number of people is modelled.
    """

    name: str
    tables: Mapping[str, pd.DataFrame]
    totals: Mapping[str, Any]
    sentences: tuple[Sentence, ...]
    denominator: Sentence
    base: Sentence
    figures: tuple[Figure, ...] = ()
    modelled: bool = False
    notes: tuple[Sentence, ...] = field(default=())

    @property
    def table(self) -> pd.DataFrame:
        """The main table."""
        return next(iter(self.tables.values()))

    def said(self) -> tuple[Sentence, ...]:
        """All sentences: the findings, then of whom they speak, then what to keep in mind."""
        of = both(f"Denominator: {self.denominator}.", f"分母：{self.denominator.zh}。")
        base = both(f"Base: {self.base}.", f"口径：{self.base.zh}。")
        return (*self.sentences, of, base, *self.notes, *((MODELLED,) if self.modelled else ()))

    def sources(self) -> pd.DataFrame:
        """A row a figure and a row a sentence: `key`, `value`, `unit`, `mark`, `zh`, `en`, `source`."""
        rows = [vars(figure) for figure in self.figures]
        told = [{"key": "sentence", "zh": s.zh, "en": str(s)} for s in self.said()]
        columns = ["key", "value", "unit", "mark", "zh", "en", "source"]
        return pd.DataFrame([*rows, *told], columns=columns)


def listed(names: Sequence[str], zh: bool = False) -> str:
    """Names one after another; 'none' where there are none."""
    return ("、" if zh else ", ").join(names) or ("无" if zh else "none")
