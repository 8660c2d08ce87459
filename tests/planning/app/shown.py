"""What AppTest shows of our own parts, read the way a person would."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from streamlit.testing.v1 import AppTest


@dataclass(frozen=True)
class ShownTable:
    caption: str
    titles: list[str]
    rows: list[list[str]]

    def column(self, title: str) -> list[str]:
        return [row[self.titles.index(title)] for row in self.rows]


def tables(at: AppTest) -> list[ShownTable]:
    """The tables of a page, from top to bottom."""
    found = [json.loads(one.proto.json) for one in at.get("bidi_component") if "table" in one.proto.json[:12]]
    whole = [json.loads(one["table"]) for one in found if "table" in one]
    return [
        ShownTable(
            one["caption"],
            [column["title"] for column in one["columns"]],
            [[cell["t"] for cell in row] for row in one["rows"]],
        )
        for one in whole
    ]


def literal(markdown: str) -> str:
    """Markdown as a reader sees it, when every sign is escaped."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)


def words_of(at: AppTest) -> str:
    """Everything that is said in Markdown or as plain text."""
    parts: list[Any] = [*at.title, *at.header, *at.subheader, *at.caption, *at.text]
    return "\n".join(literal(str(e.value)) for e in [*parts, *at.success, *at.info, *at.warning, *at.markdown])
