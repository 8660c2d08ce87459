"""One explained number: what it is about, the sentence in both languages, and the interval in which the truth lies."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

import pandas as pd


@dataclass(frozen=True)
class Explanation:
    """A sentence and the number it says.

    | field | meaning |
    |-------|---------|
    | kind | what is explained: "lock", "floor", "why_here", "phasing", ...; see `reasons/explain.py`, `variants` |
    | subject | id of the site, code of the county, key of the service, ..., "" for the whole plan |
    | zh, en | the sentence |
    | value | the number found, in `unit`; inf where nothing makes it possible, nan where it was not found in the time |
    | low, high | the true number lies between them, both included; equal where it is exact |
    | unit | "attendances", "weighted attendances", "weighted person-years", "persons", "person-years", "yuan", |
    |      | "yuan/person/year", "yuan/person once", "share", "sites", "times", "min", "days a year"; |
    |      | "" where there is no number |
    """

    kind: str
    subject: str
    zh: str
    en: str
    value: float
    low: float
    high: float
    unit: str


def explanations_table(explanations: Iterable[Explanation]) -> pd.DataFrame:
    """One row for each, columns as the fields of `Explanation`."""
    return pd.DataFrame([asdict(each) for each in explanations], columns=[each.name for each in fields(Explanation)])
