"""Study areas of the user's own as plain values for a screen: made, opened, described, with their demand bases."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from geodata import LayerError
from geodata.errors import Sentence, both, in_language
from planning.area_demand import demand_source
from planning.demand_report import bases_table, persons_apart, persons_in, repeated_sentence
from planning.file_screens import Adopted
from planning.new_area import new_area
from planning.study_area import StudyArea
from planning.texts import people_note, text
from planning.uploads import safe_name

Files = Mapping[str, Sequence[Adopted]]


def counties_in(files: Files) -> list[str]:
    """Codes of the counties that the registers name, sorted."""
    return sorted({code for one in files.get("residents", ()) for code in one.counties})


def usual_name(files: Files, names: Mapping[str, str]) -> str:
    """A name for a new area: that of its only county, else nothing."""
    found = counties_in(files)
    return names.get(found[0], "") if len(found) == 1 else ""


def made_area(name: str, codes: Sequence[str], files: Files) -> tuple[StudyArea, bytes]:
    """A study area from files that were taken, and the same as a zip.

    Args:
        codes: of the counties; where they are just those that the registers name, rows without a county find theirs.

    Raises:
        PlanningError, LayerError: one sentence for every fault.
    """
    registers = files.get("residents", ())
    sites = {layer: files[layer][-1].report for layer in ("institutions", "candidates") if files.get(layer)}
    found = counties_in(files)
    with TemporaryDirectory(prefix="jiujin-") as work:
        path = new_area(
            Path(work) / "area.zip",
            name=name,
            codes=() if found and sorted(codes) == found else tuple(codes),
            residents=[one.report for one in registers] or None,
            institutions=sites.get("institutions"),
            candidates=sites.get("candidates"),
            cut_off=[one.cut_off for one in registers] or None,
        )
        return StudyArea.open(path), path.read_bytes()


def opened_area(name: str, content: bytes) -> StudyArea:
    """A study area from its zip.

    Raises:
        LayerError: for what is no study area.
    """
    with TemporaryDirectory(prefix="jiujin-") as work:
        path = Path(work) / safe_name(name)
        path.write_bytes(content)
        try:
            return StudyArea.open(path)
        except LayerError as error:
            raise LayerError([_without(f"{work}/", fault) for fault in error.faults]) from None


def _without(folder: str, fault: str) -> Sentence:
    """A sentence that names the file without the folder it lay in for a moment."""
    return both(str(fault).replace(folder, ""), in_language(fault, "zh").replace(folder, ""))


def area_sentences(area: StudyArea, language: str) -> list[str]:
    """A study area in lines: counties, persons and sites; where the persons come from; rows not counted twice."""
    data = area.data
    names = data.counties["name_zh" if language == "zh" else "name_en"].astype(str).to_list()
    shown = text("listed", language).join(names[:3])
    counties = shown if len(names) <= 3 else text("and_more", language).format(shown, len(names))
    source = demand_source(data, None)
    cut_off = data.cut_off if data.residents is not None else ""
    numbers = (persons_in(area)[0], len(area.institutions), len(area.candidates))
    holds = text("area_holds", language).format(counties, *numbers) + persons_apart(area, language)
    lines = [holds, people_note(source, cut_off, language), repeated_sentence(area, language)]
    return [line for line in lines if line]


def area_title(area: StudyArea, language: str) -> str:
    """What the area is called."""
    package = area.data.package
    english, _, chinese = str(package.get("title", "")).partition(" / ")  # the embedded area has both in one
    embedded = {"en": english, "zh": chinese}[language] if chinese else ""
    return str(package.get(f"title_{language}") or embedded or area.data.name)


def bases_rows(area: StudyArea, language: str) -> list[dict[str, Any]]:
    """The demand bases of every county side by side; empty cells where a number is not known."""
    name = "name_zh" if language == "zh" else "name_en"
    return [
        {
            text("county", language): row[name],
            text("column_register", language): _whole(row["register"]),
            text("column_control_total", language): _whole(row["control_total"]),
            text("column_prevalence", language): _whole(row["prevalence"]),
            text("column_ratio", language): _share(row["register_to_control"]),
        }
        for row in bases_table(area).to_dict("records")
    ]


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _share(value: Any) -> float | None:
    return None if pd.isna(value) else round(100 * float(value), 1)
