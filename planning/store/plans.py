"""Plans of a project, kept as the parts of `planning.record`; a list of plans is read without any of their tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from geodata.errors import both
from planning.plan import Plan
from planning.record import digest_of, head_of, plan_of
from planning.record.format import Parts, hashed
from planning.record.texts import canonical, read_canonical
from planning.store.audit import Author, enter
from planning.store.blobs import drop_unused, parts_of_plan, put_blobs
from planning.store.faults import ConflictError, NotThereError, check_words
from planning.store.open import Store
from planning.store.projects import found
from planning.store.schema import parts as parts_table
from planning.store.schema import plans as table
from planning.store.schema import views as views_table

_OTHER: Final = both("another plan has this id already; run the scenario again", "该编号已有另一个方案；请重新运行情景")
NEWEST: Final = 50
"""First looks of a project that stay although nobody asked to keep them."""
_FIRST_LOOK: Final = '%effort = "first"%'


@dataclass(frozen=True)
class PlanHead:
    """What a list says of a plan.

    Attributes:
        scenario_version: version of the scenario that was run; None for a draft.
        toml: the scenario as it was run.
        area_digest: fingerprint of the study area.
        digest: SHA-256 of the record.
        kept: whether somebody asked to keep it.
        seconds: how long the run took.
    """

    id: str
    seq: int
    project_id: str
    scenario_name: str
    scenario_version: int | None
    toml: str
    area_digest: str
    digest: str
    indicators: Mapping[str, float]
    status: str
    kept: bool
    seconds: float
    made_at: datetime
    made_by: str


def put(
    store: Store, project: str, plan: str, parts: Parts, who: Author, *, scenario_version: int | None = None
) -> None:
    """Keep a plan under an id; the same plan under the same id again changes nothing.

    Old first looks of the project that nobody asked to keep are let go for it, see `forget`.

    Args:
        plan: its id, that of the job which made it; letters and digits.
        parts: see `planning.record.parts_of`; refused when they do not hold.

    Raises:
        PlanningError: for parts that do not hold.
        ConflictError: when another plan has the id.
    """
    head, digest = head_of(parts), digest_of(parts)
    check_words(plan=plan, scenario=head.toml)
    with store.writing() as connection:
        found(connection, project)
        there = connection.execute(select(table.c.digest).where(table.c.id == plan)).scalar()
        if there == digest:
            return
        if there is not None:
            raise ConflictError(_OTHER, 0)
        at = enter(connection, who, project, "ran", head.name, after=plan)
        insert_plan(connection, project, plan, parts, (at, who.name), scenario_version=scenario_version)
        _forget(connection, project, NEWEST)


def insert_plan(
    connection: Connection,
    project: str,
    plan: str,
    parts: Parts,
    made: tuple[datetime, str],
    *,
    scenario_version: int | None,
    kept: bool = False,
) -> None:
    """Write a plan with its parts, within a transaction.

    Args:
        plan: an id that is free.
        made: when, and by whom.
    """
    head = head_of(parts)
    row = {
        "id": plan, "seq": _next(connection), "project_id": project, "scenario_name": head.name,
        "scenario_version": scenario_version, "toml": head.toml, "area_digest": head.baseline_digest,
        "digest": digest_of(parts), "indicators": canonical(dict(head.indicators)).decode(),
        "status": str(head.solver["status"]), "kept": kept, "seconds": float(head.solver["seconds"]),
        "made_at": made[0], "made_by": made[1],
    }  # fmt: skip
    connection.execute(insert(table).values(row))
    _put_parts(connection, plan, parts)


def parts(store: Store, plan: str) -> Parts:
    """The parts of a plan as they were put.

    Raises:
        NotThereError: when there is none.
    """
    with store.reading() as connection:
        kept = parts_of_plan(connection, plan)
    if not kept:
        raise _not_there()
    return kept


def load(store: Store, plan: str) -> Plan:
    """A plan by its id.

    Raises:
        NotThereError: when there is none.
        PlanningError: when what is kept does not hold.
    """
    return plan_of(parts(store, plan))


def heads(store: Store, project: str) -> tuple[PlanHead, ...]:
    """All plans of a project, the newest first."""
    with store.reading() as connection:
        rows = connection.execute(select(table).where(table.c.project_id == project).order_by(table.c.seq.desc()))
        return tuple(_head(row) for row in rows)


def state(store: Store, project: str) -> tuple[int, str]:
    """How many plans a project has, and which is the newest: while it is the same, so is the list of plans."""
    mine = table.c.project_id == project
    with store.reading() as connection:
        count = connection.execute(select(func.count()).where(mine)).scalar() or 0
        newest = connection.execute(select(table.c.id).where(mine).order_by(table.c.seq.desc()).limit(1)).scalar()
    return count, newest or ""


def made_before(store: Store, project: str, area_digest: str, toml: str) -> str | None:
    """Id of the newest plan of the same scenario on the same study area; None where it was not run yet."""
    asked = select(table.c.id).where(
        table.c.project_id == project, table.c.area_digest == area_digest, table.c.toml == toml
    )
    with store.reading() as connection:
        return connection.execute(asked.order_by(table.c.seq.desc()).limit(1)).scalar()


def keep(store: Store, plan: str, who: Author, *, kept: bool = True) -> None:
    """Keep a plan for good, or let it go with the others; nothing is written where that is so already.

    Raises:
        NotThereError: when there is none.
    """
    with store.writing() as connection:
        row = connection.execute(select(table).where(table.c.id == plan)).first()
        if row is None:
            raise _not_there()
        if row.kept == kept:
            return
        connection.execute(update(table).where(table.c.id == plan).values(kept=kept))
        enter(connection, who, row.project_id, "kept" if kept else "let go", row.scenario_name, after=plan)


def forget(store: Store, project: str, *, newest: int = NEWEST) -> int:
    """Delete first looks but for the newest ones; not those that are kept, linked, or of a saved scenario.

    Returns:
        How many were deleted.
    """
    with store.writing() as connection:
        return _forget(connection, project, newest)


def _forget(connection: Connection, project: str, newest: int) -> int:
    mine = (table.c.project_id == project) & table.c.toml.like(_FIRST_LOOK)
    loose = mine & ~table.c.kept & table.c.scenario_version.is_(None)
    old = list(
        connection.execute(select(table.c.id).where(loose).order_by(table.c.seq.desc()).offset(newest)).scalars()
    )
    if not old:
        return 0
    links = "\n".join(
        connection.execute(select(views_table.c.state).where(views_table.c.project_id == project)).scalars()
    )
    gone = [key for key in old if f'"{key}"' not in links]
    connection.execute(delete(parts_table).where(parts_table.c.plan_id.in_(gone)))
    connection.execute(delete(table).where(table.c.id.in_(gone)))
    drop_unused(connection)
    return len(gone)


def _put_parts(connection: Connection, plan: str, parts: Parts) -> None:
    put_blobs(connection, parts.values())
    rows = [{"plan_id": plan, "part": name, "sha256": hashed(content)} for name, content in parts.items()]
    connection.execute(insert(parts_table), rows)


def _next(connection: Connection) -> int:
    return (connection.execute(select(func.max(table.c.seq))).scalar() or 0) + 1


def _head(row: Row[Any]) -> PlanHead:
    return PlanHead(**{**row._asdict(), "indicators": read_canonical(row.indicators.encode())})


def _not_there() -> NotThereError:
    return NotThereError(
        both("there is no such plan; it was let go, or never made", "没有这个方案；可能已被清理，或从未生成")
    )
