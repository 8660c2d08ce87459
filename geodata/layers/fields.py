"""Which columns a layer may have: the table `fields.toml` as frozen values."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from geodata.errors import Sentence, both
from geodata.services import services

FILE: Final = Path(__file__).parent / "fields.toml"
PER_SERVICE: Final = {  # layer → prefix of a column for each service, its Chinese and English words, unit
    "institutions": (("capacity", "容量", "capacity"),),
    "candidates": (("capital_yuan", "建设成本", "capital cost"), ("running_yuan", "年运行成本", "running cost a year")),
}


@dataclass(frozen=True)
class Field:
    """One column that a layer may have.

    Attributes:
        key: its name inside the tool.
        heading: what a file calls it, in both languages.
        kind: how a cell is read: text, word, number, count, flag, date, code, coordinate, personal.
        words: other headings that mean the same.
        example: what the template shows.
        explained: one sentence for the person who fills it in.
    """

    key: str
    heading: Sentence
    kind: str
    words: tuple[str, ...]
    example: str
    explained: Sentence


@dataclass(frozen=True)
class Layer:
    """The columns of one kind of layer file.

    Attributes:
        title: its name in both languages.
        template: keys of the fields that the template shows, in order.
        needed: groups of keys; a file has at least one of each group.
        private: rows are people: nothing of a row is quoted, and columns that are not known are dropped.
    """

    key: str
    title: Sentence
    fields: tuple[Field, ...]
    template: tuple[str, ...]
    needed: tuple[tuple[str, ...], ...]

    @property
    def private(self) -> bool:
        """Whether a row is a person."""
        return self.key == "residents"

    def field(self, key: str) -> Field | None:
        """The field of a key; None where the layer has none."""
        return next((f for f in self.fields if f.key == key), None)

    def heading(self, key: str) -> Sentence:
        """What to call a column when speaking to people; a column of the file's own as it is."""
        found = self.field(key)
        return both(key, f"{found.heading.zh}（{key}）") if found else both(key, key)


@cache
def layers() -> Mapping[str, Layer]:
    """All layers by key, in the order of the file."""
    document = tomllib.loads(FILE.read_text(encoding="utf-8"))
    fields = {key: _field(key, row) for key, row in document["fields"].items()}
    return {key: _layer(key, row, fields) for key, row in document["layers"].items()}


def _field(key: str, row: Mapping[str, Any]) -> Field:
    return Field(
        key=key,
        heading=both(row["en"], row["zh"]),
        kind=row["kind"],
        words=tuple(row["words"]),
        example=row["example"],
        explained=both(row["explain_en"], row["explain_zh"]),
    )


def _layer(key: str, row: Mapping[str, Any], fields: Mapping[str, Field]) -> Layer:
    more = _service_fields(key)
    return Layer(
        key=key,
        title=both(row["en"], row["zh"]),
        fields=(*(fields[k] for k in row["fields"]), *more),
        template=(*row["template"], *(f.key for f in more)),
        needed=tuple(tuple(group) for group in row["needed"]),
    )


def _service_fields(layer: str) -> tuple[Field, ...]:
    """A column for each service, such as `capacity_day_care`, 日间照料容量."""
    return tuple(
        Field(
            key=f"{prefix}_{service.key}",
            heading=both(f"{en} {service.en}", f"{service.zh}{zh}"),
            kind="number",
            words=(f"{service.zh}{zh}（{service.unit_zh}）",),
            example="",
            explained=_service_sentence(prefix, service.en, service.zh, service.unit, service.unit_zh),
        )
        for prefix, zh, en in PER_SERVICE.get(layer, ())
        for service in services().values()
    )


def _service_sentence(prefix: str, en: str, zh: str, unit: str, unit_zh: str) -> Sentence:
    if prefix == "capacity":
        return both(f"{en}, {unit}; empty where it has none", f"{zh}，{unit_zh}；没有这项服务则留空")
    return both(f"for {en}, yuan; empty where not known", f"{zh}部分，元；不清楚则留空")
