"""The file of a project (`.jiujin`): a ZIP of texts and of what they refer to, read with suspicion.

| member | holds |
|--------|-------|
| `manifest.json` | version of the form, and the SHA-256 of every other member |
| `project.json` | the project, its scenarios, plans and trail, see `Contents` |
| `blobs/<sha256>` | parts of plans, and the file of an own study area |
"""

import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from typing import Annotated, Final, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import AfterValidator, AwareDatetime, Field, ValidationError

from geodata.errors import LayerError, Sentence, both
from geodata.files.limits import require_cells, require_size, require_unpacked
from planning.record.format import hashed
from planning.scenario_form import Table
from planning.store.faults import StoreError, check_words

FORMAT: Final = 1
"""Version of the form; it grows whenever an earlier program could not read what is written."""
ENDING: Final = ".jiujin"
MANIFEST, PROJECT, BLOBS = "manifest.json", "project.json", "blobs/"
_MOST_MEMBERS: Final = 100_000
_THEN: Final = (1980, 1, 1, 0, 0, 0)  # one time for all members: equal projects are equal files
_UNREADABLE: Final = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError)


def _fit(words: str) -> str:
    check_words(text=words)
    return words


Words = Annotated[str, AfterValidator(_fit)]
Name = Annotated[Words, Field(max_length=1000)]
Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=1, lt=2**31)]


class KeptVersion(Table):
    """One version of a scenario, as the text of its file."""

    version: Count
    toml: Words
    made_at: AwareDatetime
    made_by: Name


class KeptPlan(Table):
    """One plan: its id and the digests of its parts; all else is read from these."""

    id: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,64}$")]
    scenario_version: Count | None
    kept: bool
    made_at: AwareDatetime
    made_by: Name
    parts: dict[Name, Sha]


class KeptEntry(Table):
    """One line of the trail."""

    at: AwareDatetime
    who: Name
    who_by: Annotated[str, Field(pattern=r"^(file:)?(os|typed|oidc)$")]
    act: Annotated[str, Field(pattern=r"^[a-z ]{1,32}$")]
    subject: Words
    detail: dict[Literal["zh", "en"], Words]
    before: Words
    after: Words


class Contents(Table):
    """What `project.json` says."""

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    name: Annotated[Words, Field(max_length=1000, pattern=r"\S")]
    area_name: Name
    area_sha: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]
    made_at: AwareDatetime
    made_by: Name
    scenarios: tuple[KeptVersion, ...]
    plans: tuple[KeptPlan, ...]
    trail: tuple[KeptEntry, ...]


def write_file(contents: Contents, blobs: Mapping[str, bytes]) -> bytes:
    """The file of a project: equal contents are equal bytes.

    Args:
        blobs: SHA-256 → bytes.
    """
    members = {PROJECT: contents.model_dump_json().encode(), **{BLOBS + k: blobs[k] for k in sorted(blobs)}}
    manifest = {"format": FORMAT, "members": {name: hashed(content) for name, content in members.items()}}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        for name, content in {MANIFEST: json.dumps(manifest).encode(), **members}.items():
            kind = zipfile.ZIP_STORED if name.startswith(BLOBS) else zipfile.ZIP_DEFLATED
            out.writestr(zipfile.ZipInfo(name, _THEN), content, compress_type=kind)
    return file.getvalue()


def read_file(content: bytes) -> tuple[Contents, dict[str, bytes]]:
    """What is in the file of a project: what it says, and the blobs by their SHA-256.

    Nothing is written to disk and no member is run or opened as a database.

    Raises:
        StoreError: for what is no such file, was changed, unpacks to too much, or was made by a newer version.
    """
    try:
        require_size(len(content), ENDING)
        members = _members(content)
    except LayerError as error:
        raise StoreError(error.faults[0]) from None  # type: ignore[arg-type]
    except _UNREADABLE as error:
        raise StoreError(_no_project(error)) from error
    _check_members(members)
    try:
        contents = Contents.model_validate_json(members[PROJECT])
    except (ValidationError, KeyError) as error:
        raise StoreError(_no_project(error)) from error
    return contents, {name.removeprefix(BLOBS): part for name, part in members.items() if name.startswith(BLOBS)}


def _members(content: bytes) -> dict[str, bytes]:
    """All members; their sizes as declared are looked at before, and no more than that is ever unpacked."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        found = file.infolist()
        if len({one.filename for one in found}) != len(found) or len(found) > _MOST_MEMBERS:
            raise zipfile.BadZipFile("a member twice, or too many")
        require_unpacked(sum(one.file_size for one in found), len(content), ENDING)
        return {one.filename: file.read(one) for one in found}


def _check_members(members: Mapping[str, bytes]) -> None:
    """Every member is named by the manifest with its digest, and nothing else is there."""
    try:
        manifest = json.loads(members[MANIFEST])
        form, digests = int(manifest["format"]), dict(manifest["members"])
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(_no_project(error)) from error
    if form > FORMAT:
        raise StoreError(
            both(
                f"the file was made by a newer version (form {form}, this one knows {FORMAT}); update the program",
                f"该文件由较新的版本生成（格式 {form}，本版本只能读取到 {FORMAT}）；请更新程序",
            )
        )
    inside = {name: hashed(part) for name, part in members.items() if name != MANIFEST}
    wrong = any(name.startswith(BLOBS) and name != BLOBS + digest for name, digest in inside.items())
    if inside != digests or wrong:
        raise StoreError(DAMAGED)


DAMAGED: Final = both(
    "the file of the project was changed or is damaged; ask for it again, or take it from a copy",
    "项目文件已被改动或损坏；请重新获取，或使用备份",
)


def _no_project(error: Exception) -> Sentence:
    return both(
        f"this is not the file of a project ({type(error).__name__}); choose a file that ends in {ENDING}",
        f"这不是项目文件（{type(error).__name__}）；请选择扩展名为 {ENDING} 的文件",
    )


def require_tables(parts: Iterable[bytes]) -> None:
    """Refuse tables that declare more than can be held, before any of them is unpacked.

    Raises:
        StoreError: for the first one.
    """
    for part in parts:
        if not part.startswith(b"PAR1"):
            continue
        try:
            about = pq.read_metadata(pa.BufferReader(part))
            size = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
            require_cells(about.num_columns, about.num_rows, ENDING)
            require_unpacked(size, len(part), ENDING)
        except (LayerError, pa.ArrowException, OSError) as error:
            raise StoreError(DAMAGED) from error
