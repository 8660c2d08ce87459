"""Bytes kept once by their content, whoever refers to them."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, insert, select

from planning.record.format import hashed
from planning.store.schema import areas, blobs, parts


def put_blobs(connection: Connection, contents: Iterable[bytes]) -> None:
    """Keep contents that are not there yet."""
    wanted = {hashed(content): content for content in contents}
    there = set(connection.execute(select(blobs.c.sha256).where(blobs.c.sha256.in_(wanted))).scalars())
    new = [{"sha256": k, "size": len(v), "content": v} for k, v in wanted.items() if k not in there]
    if new:
        connection.execute(insert(blobs), new)


def parts_of_plan(connection: Connection, plan: str) -> Mapping[str, bytes]:
    """The parts of a plan by their names; none where there is no such plan."""
    asked = select(parts.c.part, blobs.c.content).join(blobs, blobs.c.sha256 == parts.c.sha256)
    rows = connection.execute(asked.where(parts.c.plan_id == plan).order_by(parts.c.part))
    return {row.part: bytes(row.content) for row in rows}


def drop_unused(connection: Connection) -> None:
    """Delete contents that nothing refers to any more."""
    used = select(parts.c.sha256).union(select(areas.c.sha256))
    connection.execute(delete(blobs).where(~blobs.c.sha256.in_(used)))
