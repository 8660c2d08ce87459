"""The trail of a project in words: who, when, what."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from planning.record import scenario_of
from planning.screens.tables import Column, Table
from planning.store.audit import FROM_A_FILE, Entry
from planning.store.plans import PlanHead
from planning.store.scenarios import Version
from planning.texts import TEXTS, text

_MB: Final = 2**20


def when(at: datetime) -> str:
    """A time as the clock on this machine's wall shows it."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def size(count: int) -> str:
    """The size of a file as people read it."""
    return f"{count / _MB:.1f} MB" if count >= _MB else f"{max(1, round(count / 1024)):,} KB"


def who(entry: Entry, language: str) -> str:
    """Who did it, and how that is known."""
    is_carried = entry.who_by.startswith(FROM_A_FILE)
    known = text("store_by_file" if is_carried else f"store_by_{entry.who_by}", language)
    return f"{entry.who}（{known}）" if language == "zh" else f"{entry.who} ({known})"


def what(entry: Entry, language: str, titles: Mapping[str, str] = MappingProxyType({})) -> str:
    """What was done, as a sentence.

    Args:
        titles: see `titles_of`; a scenario that is not there goes by its name.
    """
    key = f"store_act_{entry.act}"
    known = text(key if key in TEXTS else "store_act_other", language)
    subject = titles.get(entry.after) or titles.get(f"{entry.subject}/{entry.after}") or entry.subject
    return known.format(subject, entry.before, entry.after)


def titles_of(heads: Sequence[PlanHead], versions: Sequence[Version], language: str) -> dict[str, str]:
    """Titles of scenarios: by the id of a plan of theirs, and by `<name>/<version>`."""
    plans = {head.id: scenario_of(head.toml).title(language) for head in heads}
    return plans | {f"{one.name}/{one.version}": title_of(one, language) for one in versions}


def title_of(version: Version, language: str) -> str:
    """Title of a version, its name where there is none."""
    return (version.title_zh if language == "zh" else version.title_en) or version.name


def detail(entry: Entry, language: str) -> str:
    """What changed by it, "" where nothing was noted."""
    return entry.detail.get(language, "")


def trail_table(caption: str, entries: Sequence[Entry], titles: Mapping[str, str], language: str) -> Table:
    """The trail as a table, the latest act first."""
    columns = tuple(Column(key, text(f"store_{key}", language)) for key in ("when", "who", "what", "detail"))
    rows = tuple(
        {
            "when": when(one.at),
            "who": who(one, language),
            "what": what(one, language, titles),
            "detail": detail(one, language),
        }
        for one in reversed(entries)
    )
    return Table(caption, columns, rows)


def versions_table(versions: Sequence[Version], language: str) -> Table:
    """All versions of the scenarios, the newest first; a row's id is `<name>/<version>`."""
    newest = {one.name: max(v.version for v in versions if v.name == one.name) for one in versions}
    titles = {"scenario": "store_scenario", "version": "store_version", "when": "store_when", "who": "store_who"}
    rows = []
    for one in (ordered := sorted(versions, key=lambda v: v.made_at, reverse=True)):
        mark = f" · {text('store_newest', language)}" if newest[one.name] == one.version else ""
        rows.append(
            {
                "scenario": title_of(one, language),
                "version": f"{one.version}{mark}",
                "when": when(one.made_at),
                "who": one.made_by,
            }
        )
    columns = tuple(Column(key, text(title, language)) for key, title in titles.items())
    ids = tuple(f"{one.name}/{one.version}" for one in ordered)
    return Table(text("store_versions_caption", language), columns, tuple(rows), row_ids=ids)
