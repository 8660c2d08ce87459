"""The words of the pages, explained in a sentence or two."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from planning.screens.tables import Table, table_of
from planning.texts import text


@dataclass(frozen=True)
class Term:
    """One word.

    Attributes:
        source, mark: where the words state a fact; else "".
    """

    key: str
    zh: str
    en: str
    means_zh: str
    means_en: str
    source: str = ""
    mark: str = ""

    def title(self, language: str) -> str:
        """The word."""
        return self.zh if language == "zh" else self.en

    def means(self, language: str) -> str:
        """What it means."""
        return self.means_zh if language == "zh" else self.means_en


@cache
def terms() -> tuple[Term, ...]:
    """All words, in the order of the work."""
    words = (files("planning") / "help" / "glossary.toml").read_text(encoding="utf-8")
    return tuple(Term(**row) for row in tomllib.loads(words)["term"])


def found(asked: str, language: str) -> tuple[Term, ...]:
    """The words in which all that is asked for stands, in either language; all of them for nothing."""
    parts = asked.casefold().split()
    return tuple(
        one for one in terms() if all(p in f"{one.zh} {one.en} {one.means(language)}".casefold() for p in parts)
    )


def glossary_table(asked: str, language: str) -> Table:
    """The words that are asked for, as a table."""
    shown = found(asked, language)
    rows = [
        {
            text("help_term", language): one.title(language),
            text("help_means", language): one.means(language),
            text("mark", language): one.mark,
            text("sources", language): one.source,
        }
        for one in shown
    ]
    return table_of(text("help_found", language).format(len(rows)), rows)
