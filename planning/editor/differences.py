"""What differs between two scenarios, a line each, in the words of the page."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from geodata.errors import Sentence, both
from planning.editor.choices import choices
from planning.editor.field import UNITS, Field
from planning.editor.fields import FIELDS
from planning.editor.values import value_of
from planning.scenario import Scenario
from planning.study_area import StudyArea

# field → (Chinese, English) of one more, and of one less
_GIVEN: Final = {
    "changes.lock": (("锁定 {0}", "locked: {0}"), ("取消锁定 {0}", "no longer locked: {0}")),
    "changes.forbid": (("排除 {0}", "forbidden: {0}"), ("取消排除 {0}", "no longer forbidden: {0}")),
    "changes.open": (("视为已有 {0}", "as if open: {0}"), ("不再视为已有 {0}", "no longer as if open: {0}")),
    "changes.close": (("关闭 {0}", "closed: {0}"), ("不再关闭 {0}", "no longer closed: {0}")),
    "changes.close_road": (("封闭 {0}", "road closed: {0}"), ("不再封闭 {0}", "road open again: {0}")),
}
_MORE: Final = (("{1}：增加 {0}", "{1}: {0} added"), ("{1}：去掉 {0}", "{1}: {0} taken out"))
_OTHER_KIND: Final = both("now a network of services over years", "改为多年服务网络")
_SAME_KIND: Final = both("now one kind of institution, without years", "改为单一机构选址")


def differences(before: Scenario, after: Scenario, area: StudyArea, language: str) -> tuple[str, ...]:
    """What was changed, a line for each setting, in their order on the page; empty where nothing was."""
    if before == after:
        return ()
    place = _Words(before, after, area, language)
    lines = [line for field in FIELDS for line in place.lines(field)]
    if (before.network is None) != (after.network is None):
        told = _OTHER_KIND if after.network is not None else _SAME_KIND
        lines.insert(0, told.zh if language == "zh" else str(told))
    return tuple(lines)


def difference_sentence(before: Scenario, after: Scenario, area: StudyArea) -> Sentence:
    """The same in both languages as one sentence, for the trail."""
    en = "; ".join(differences(before, after, area, "en"))
    return both(en, "；".join(differences(before, after, area, "zh")))


class _Words:
    """Two scenarios and the language in which they are told."""

    def __init__(self, before: Scenario, after: Scenario, area: StudyArea, language: str) -> None:
        self.before, self.after, self.area, self.language = before, after, area, language

    def lines(self, field: Field) -> Iterator[str]:
        """What differs in one setting."""
        if not (field.when(self.before) or field.when(self.after)):
            return
        old, new = value_of(self.before, field.path), value_of(self.after, field.path)
        if old == new or (not old and not new and field.kind not in ("number", "whole", "switch")):
            return
        if field.kind == "several":
            yield from self._members(field, old or (), new or ())
        elif field.kind == "rows":
            yield from self._rows(field, old or (), new or ())
        elif field.kind in ("by_code", "figures"):
            yield from self._codes(field, old or {}, new or {})
        else:
            yield f"{field.title(self.language)} {self._shown(field, old)} → {self._shown(field, new)}".strip()

    def _members(self, field: Field, old: Sequence[Any], new: Sequence[Any]) -> Iterator[str]:
        more, less = _GIVEN.get(field.path, _MORE)
        title, first = field.title(self.language), 0 if self.language == "zh" else 1
        for words, items, others in ((more, new, old), (less, old, new)):
            for item in items:
                if item not in others:
                    yield words[first].format(self._name(field.options, item), title)

    def _rows(self, field: Field, old: Sequence[Any], new: Sequence[Any]) -> Iterator[str]:
        """Rows are the same where their first part is; what changed within one is told part by part."""
        key, title = field.fields[0].path, field.title(self.language)
        before, after = ({row[key]: row for row in rows} for rows in (old, new))
        first = 0 if self.language == "zh" else 1
        for name in dict.fromkeys((*before, *after)):
            is_gone, called = name not in after, self._shown(field.fields[0], name)
            if is_gone or name not in before:
                yield _MORE[is_gone][first].format(self._row(field, (before if is_gone else after)[name]), title)
                continue
            for part in field.fields[1:]:
                values = [self._shown(part, rows[name].get(part.path)) for rows in (before, after)]
                if values[0] != values[1]:
                    yield f"{title} · {called} · {part.title(self.language)} {values[0]} → {values[1]}"

    def _row(self, field: Field, row: Mapping[str, Any]) -> str:
        parts = [self._shown(p, row[p.path]) for p in field.fields if p.kind != "switch" and row.get(p.path)]
        return ("，" if self.language == "zh" else ", ").join(parts)

    def _codes(self, field: Field, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
        for code in dict.fromkeys((*old, *new)):
            if old.get(code) != new.get(code):
                values = (self._item(field, table.get(code)) for table in (old, new))
                yield f"{field.title(self.language)} · {self._name(field.options, code)} {' → '.join(values)}"

    def _item(self, field: Field, value: Any) -> str:
        if field.item == "choice" and value is not None:
            return self._name("profiles" if field.path == "network.profiles" else "modes", str(value))
        return self._shown(field, value)

    def _shown(self, field: Field, value: Any) -> str:
        zh = self.language == "zh"
        if value is None or value == "":
            return "未定" if zh else "open"
        if field.kind == "switch":
            return ("是" if zh else "yes") if value else ("否" if zh else "no")
        if field.kind in ("choice", "order", "several"):
            codes = [value] if field.kind == "choice" else value
            return ("、" if zh else ", ").join(self._name(field.options, code) for code in codes)
        if field.kind == "text":
            return f"“{value}”" if zh else f"'{value}'"
        return self._number(field, value)

    def _number(self, field: Field, value: Any) -> str:
        sums = value if isinstance(value, list | tuple) else [value]
        if field.unit == "wan_yuan" and self.language != "zh":
            return ", ".join(f"{v:,.0f}" for v in sums) + " yuan"
        is_year = field.path.endswith("year")
        digits = [f"{field.on_page(v):g}" if is_year else f"{field.on_page(v):,.6g}" for v in sums]
        unit = UNITS[field.unit][0 if self.language == "zh" else 1]
        joined = ("、" if self.language == "zh" else ", ").join(digits)
        return joined + (unit if unit == "%" else f" {unit}" if unit else "")

    def _name(self, options: str, code: str) -> str:
        for scenario in (self.after, self.before):
            found = choices(options, scenario, self.area, self.language)
            if code in found:
                return found[code]
        return code
