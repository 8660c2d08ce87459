"""A register of residents: what the tool may know of each, and nothing that tells who it is."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from geodata.errors import both
from geodata.findings import Finding, Mask
from geodata.register.dates import read_ages, read_births
from geodata.register.grades import read_category
from geodata.register.identity import certificate_findings, number_findings, read_identity
from geodata.register.marks import FLAGS, number_households, read_flags, read_persons, read_status, several
from geodata.register.privacy import PERSONAL, PLACE, check_key, person_keys, place_columns
from geodata.register.repeats import find_repeats
from geodata.register.text import column, found, plain_cells
from geodata.register.totals import total_findings

OWN: Final = ("category", "categories", "grade", "age_band", *FLAGS, "household", "status", "persons")
_READ: Final = (
    *PERSONAL, *PLACE, "category", "grade", "birth_date", "age", *FLAGS, "household", "status", "persons",
)  # fmt: skip


def read_residents(
    table: pd.DataFrame, key: bytes | None = None, on: date | None = None
) -> tuple[pd.DataFrame, list[Finding]]:
    """Read every row of a register; names, identity, certificate, phone and account numbers end here.

    Args:
        table: text cells, NaN where empty; columns are the internal fields, any of which may be absent.
        key: 16 to 64 random bytes kept by the user; with it `person_key` joins lists without naming anyone.
        on: the cut-off date of the list, at which ages count.

    Returns:
        As many rows as came in, with the same index and the columns `OWN`: `category`, `categories`, `age_band`,
        `status` (text, `""` unknown), `grade`, `household` (Int64, <NA> unknown), the flags (boolean, <NA> where the
        table has no such column; that of several in a household is known where the household is), `persons` (int64,
        0 where not understood); `person_key` with a key (32 hexadecimal digits, `""` without a valid number); and the
        place columns of the table as they were, less the names and numbers of persons in them. All other columns
        are gone. Then what was found, with rows aligned with the table; examples quote no person.

    Raises:
        LayerError: the key is too short or too long; ages must be computed and there is no cut-off date.
    """
    check_key(key)
    text = pd.DataFrame({c: plain_cells(table[c]) for c in _READ if c in table.columns}, index=table.index)
    findings = total_findings(table, text)
    disability, more = _disability(text)
    findings += more
    status, more = read_status(column(text, "status"))
    findings += more
    numbers, more = _numbers(text, disability)
    findings += more
    written = read_births(column(text, "birth_date"))
    bands, more = read_ages(text, written, numbers["birth_date"], on)
    findings += more
    flags, more = read_flags(text)
    findings += more
    persons, more = read_persons(text)
    findings += [*more, *_counted_twice(persons, numbers)]
    births = written["first"].where(written["first"] == written["last"], numbers["birth_date"])
    findings += find_repeats(text, numbers["normal"], births, disability, _rejected(findings, len(table)))
    households = number_households(column(text, "household"))
    accepted = ~_rejected(findings, len(table))
    flags["several_in_household"] = several(flags["several_in_household"], households, persons, accepted)
    places, more = place_columns(table, text)
    own = pd.concat([disability, flags], axis=1).assign(
        age_band=bands, household=households, status=status, persons=persons
    )[list(OWN)]
    if key is not None:
        own["person_key"] = person_keys(numbers["normal"], key)
    return pd.concat([own, places], axis=1), findings + more


def _disability(text: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Category and grade; nothing is said of them where the table has neither column."""
    read, findings = read_category(column(text, "category"), column(text, "grade"))
    return read, findings if {"category", "grade"} & set(text.columns) else []


def _numbers(text: pd.DataFrame, disability: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """PERSONAL: the number of each row, from the identity column, else from that of the certificates."""
    identity = read_identity(column(text, "identity"))
    if not {"identity", "certificate"} & set(text.columns):
        return identity, []
    certificate = read_identity(column(text, "certificate"))
    numbers = certificate.where(identity["kind"] == "missing", identity)
    return numbers, [*number_findings(numbers["kind"]), *certificate_findings(identity, certificate, disability)]


def _rejected(findings: Sequence[Finding], rows: int) -> Mask:
    masks = [f.rows for f in findings if f.effect == "reject"]
    return np.logical_or.reduce(masks) if masks else np.zeros(rows, bool)


def _counted_twice(persons: "pd.Series[int]", numbers: pd.DataFrame) -> list[Finding]:
    """A row of one person that claims to stand for several."""
    return found(
        both("a row with an identity number stands for several persons", "有身份证号的一行却代表多人"),
        both("write 1, or take the number out of a row of totals", "请填 1，或从汇总行中删去身份证号"),
        ((persons > 1) & (numbers["normal"] != "")).to_numpy(bool),
        "ask",
    )
