"""Own study areas, kept once by the content of their file, so that a project can be opened on any machine."""

from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from geodata.errors import both
from geodata.files.limits import require_size
from planning.record.format import hashed
from planning.store.blobs import put_blobs
from planning.store.faults import NotThereError
from planning.store.open import Store
from planning.store.schema import areas as table
from planning.store.schema import blobs


def keep_area(store: Store, packed: bytes) -> str:
    """Keep the file of a study area; the same file again changes nothing.

    Args:
        packed: the ZIP, as `planning.new_area` packs it.

    Returns:
        Its SHA-256, by which a project names it (`Project.area_sha`).

    Raises:
        LayerError: for a file over the limit.
    """
    require_size(len(packed), "study area")
    with store.writing() as connection:
        put_area(connection, packed)
    return hashed(packed)


def area_bytes(store: Store, sha: str) -> bytes:
    """The file of a study area.

    Raises:
        NotThereError: when it is not kept here.
    """
    asked = select(blobs.c.content).join(table, table.c.sha256 == blobs.c.sha256).where(table.c.sha256 == sha)
    with store.reading() as connection:
        content = connection.execute(asked).scalar()
    if content is None:
        raise NotThereError(
            both(
                "the study area of this project is not kept here; open the project from its file",
                "这里没有保存该项目的研究区；请从项目文件中打开",
            )
        )
    return bytes(content)


def put_area(connection: Connection, packed: bytes) -> None:
    """Keep the file of a study area within a transaction."""
    put_blobs(connection, [packed])
    if connection.execute(select(table.c.sha256).where(table.c.sha256 == hashed(packed))).first() is None:
        connection.execute(insert(table).values(sha256=hashed(packed), made_at=datetime.now(UTC)))
