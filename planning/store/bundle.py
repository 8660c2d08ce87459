"""A project as one file, to be carried to another machine or kept as a copy, and a project from such a file."""

from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from sqlalchemy import Connection, Table, insert, select

from geodata.errors import LayerError, both, in_language
from planning.faults import PlanningError
from planning.record import head_of, plan_of, scenario_of
from planning.record.format import Parts, hashed
from planning.scenario import Scenario
from planning.store import plans
from planning.store.areas import area_bytes, put_area
from planning.store.audit import Author, Entry, enter, enter_again, trail
from planning.store.bundle_form import (
    DAMAGED,
    Contents,
    KeptEntry,
    KeptPlan,
    KeptVersion,
    read_file,
    require_tables,
    write_file,
)
from planning.store.faults import StoreError, check_words
from planning.store.open import Store
from planning.store.projects import Project, found, project
from planning.store.schema import plans as plans_table
from planning.store.schema import projects as projects_table
from planning.store.schema import scenarios as scenarios_table
from planning.study_area import StudyArea


def pack(store: Store, key: str) -> bytes:
    """A project as one file: study area, all versions of its scenarios, plans, and the trail.

    Drafts and links stay where they are.

    Raises:
        NotThereError: when there is no such project.
        StoreError: for a scenario that names files of this machine.
    """
    kept = project(store, key)
    blobs: dict[str, bytes] = {}
    if kept.area_sha:
        blobs[kept.area_sha] = area_bytes(store, kept.area_sha)
    contents = Contents(
        **{name: getattr(kept, name) for name in ("id", "name", "area_name", "area_sha", "made_at", "made_by")},
        scenarios=_versions(store, key),
        plans=tuple(_packed(store, head, blobs) for head in reversed(plans.heads(store, key))),
        trail=tuple(_line(entry) for entry in trail(store, key)),
    )
    return write_file(contents, blobs)


def unpack(store: Store, content: bytes, who: Author) -> Project:
    """Open the file of a project: all of it is in the store afterwards, or nothing.

    Ids stay as they are where they are free; otherwise new ones are given, and the project is a second one.

    Raises:
        StoreError: for what is no such file, was changed, is too large, or was made by a newer version.
        PlanningError: for a plan that does not hold, and for a study area that does not open.
    """
    contents, blobs = read_file(content)
    parts = {plan.id: _parts(plan, blobs) for plan in contents.plans}
    named = _checked(contents, parts, blobs)
    if contents.area_sha:
        _check_area(blobs[contents.area_sha])
    with store.writing() as connection:
        key = uuid4().hex if _taken(connection, projects_table, contents.id) else contents.id
        _put_project(connection, key, contents)
        if contents.area_sha:
            put_area(connection, blobs[contents.area_sha])
        _put_versions(connection, key, contents, named)
        ids = _put_plans(connection, key, contents, parts)
        enter_again(connection, key, [_entry(line, ids) for line in contents.trail])
        detail = both("from the file of a project", "来自项目文件")
        enter(connection, who, key, "opened", contents.name, detail=detail, before=hashed(content))
        return found(connection, key)


# --- out -----------------------------------------------------------------------------------------------


def _versions(store: Store, key: str) -> tuple[KeptVersion, ...]:
    table = scenarios_table
    asked = select(table).where(table.c.project_id == key).order_by(table.c.name, table.c.version)
    with store.reading() as connection:
        rows = connection.execute(asked).all()
    for row in rows:
        _refuse_files(scenario_of(row.toml))
    return tuple(KeptVersion(**{name: getattr(row, name) for name in KeptVersion.model_fields}) for row in rows)


def _packed(store: Store, head: plans.PlanHead, blobs: dict[str, bytes]) -> KeptPlan:
    _refuse_files(scenario_of(head.toml))
    parts = plans.parts(store, head.id)
    digests = {name: hashed(part) for name, part in parts.items()}
    blobs.update({digests[name]: part for name, part in parts.items()})
    rest = {name: getattr(head, name) for name in KeptPlan.model_fields if name != "parts"}
    return KeptPlan(**rest, parts=digests)


def _line(entry: Entry) -> KeptEntry:
    row = {name: getattr(entry, name) for name in KeptEntry.model_fields}
    return KeptEntry(**{**row, "detail": dict(entry.detail)})


# --- in ------------------------------------------------------------------------------------------------


def _parts(plan: KeptPlan, blobs: Mapping[str, bytes]) -> Parts:
    if not set(plan.parts.values()) <= set(blobs):
        raise StoreError(DAMAGED)
    return {name: blobs[digest] for name, digest in plan.parts.items()}


def _checked(contents: Contents, parts: Mapping[str, Parts], blobs: Mapping[str, bytes]) -> tuple[Scenario, ...]:
    """The scenarios of the file, once everything in it was read."""
    used = {digest for plan in contents.plans for digest in plan.parts.values()} | {contents.area_sha} - {""}
    if used != set(blobs) or len(parts) != len(contents.plans):
        raise StoreError(DAMAGED)
    require_tables(blobs.values())
    for one in parts.values():
        _check_plan(one)
    scenarios = tuple(_scenario(version.toml) for version in contents.scenarios)
    numbers = [(one.name, kept.version) for one, kept in zip(scenarios, contents.scenarios, strict=True)]
    if len(set(numbers)) != len(numbers):
        raise StoreError(DAMAGED)
    return scenarios


def _check_plan(parts: Parts) -> None:
    """Read a plan as the pages will: digests that agree do not say that it is one."""
    try:
        _refuse_files(plan_of(parts).scenario)
        head = head_of(parts)
        check_words(scenario=head.toml, status=str(head.solver["status"]))
        float(head.solver["seconds"])
    except PlanningError:
        raise
    except Exception as error:  # whatever a made-up record may lead to
        raise StoreError(DAMAGED) from error


def _check_area(packed: bytes) -> None:
    """Open the study area: a project whose area does not open could show no page."""
    with TemporaryDirectory(prefix="jiujin-") as folder:
        path = Path(folder) / "area.zip"
        path.write_bytes(packed)
        try:
            StudyArea.open(path)
        except LayerError as error:
            faults = [both(str(f).replace(f"{folder}/", ""), in_language(f, "zh").replace(f"{folder}/", ""))
                      for f in error.faults]  # fmt: skip
            raise PlanningError(faults) from error


def _scenario(toml: str) -> Scenario:
    try:
        scenario = scenario_of(toml)
    except PlanningError:
        raise
    except ValueError as error:
        fault = both(
            f"a scenario of the file cannot be read by this version ({type(error).__name__}); update the program",
            f"本版本无法读取文件中的一个情景（{type(error).__name__}）；请更新程序",
        )
        raise StoreError(fault) from error
    check_words(name=scenario.name, title_zh=scenario.title_zh, title_en=scenario.title_en)
    _refuse_files(scenario)
    return scenario


def _refuse_files(scenario: Scenario) -> None:
    """A file that is named by its path is not in the project, and elsewhere the path may lead to another."""
    if any(path for _, path in scenario.layers):
        raise StoreError(
            both(
                f"scenario '{scenario.name}' names files of one machine ([layers]); "
                "make a study area of them and plan on that",
                f"情景“{scenario.name}”引用了本机文件（[layers]）；请先用这些文件建立研究区，再在该研究区上规划",
            )
        )


def _taken(connection: Connection, table: Table, key: str) -> bool:
    return connection.execute(select(table.c.id).where(table.c.id == key)).first() is not None


def _put_project(connection: Connection, key: str, contents: Contents) -> None:
    row = {name: getattr(contents, name) for name in ("name", "area_name", "area_sha", "made_at", "made_by")}
    connection.execute(insert(projects_table).values(id=key, **row))


def _put_versions(connection: Connection, key: str, contents: Contents, named: tuple[Scenario, ...]) -> None:
    rows = [
        {"project_id": key, "name": one.name, "title_zh": one.title_zh, "title_en": one.title_en, **vars(kept)}
        for one, kept in zip(named, contents.scenarios, strict=True)
    ]
    if rows:
        connection.execute(insert(scenarios_table), rows)


def _put_plans(connection: Connection, key: str, contents: Contents, parts: Mapping[str, Parts]) -> dict[str, str]:
    """Write the plans.

    Returns:
        Id in the file → id in the store.
    """
    ids = {one.id: uuid4().hex if _taken(connection, plans_table, one.id) else one.id for one in contents.plans}
    for one in contents.plans:
        made, version = (one.made_at, one.made_by), one.scenario_version
        plans.insert_plan(connection, key, ids[one.id], parts[one.id], made, scenario_version=version, kept=one.kept)
    return ids


def _entry(line: KeptEntry, ids: Mapping[str, str]) -> Entry:
    row = vars(line)
    return Entry(seq=0, **{**row, "at": line.at.astimezone(UTC), "after": ids.get(line.after, line.after)})
