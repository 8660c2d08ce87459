"""The manifest of a record: version of its form and the SHA-256 of every part, so that a changed byte is refused."""

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

from geodata.errors import Sentence, both
from planning.faults import PlanningError

FORMAT: Final = 1
"""Version of the form of a record; it grows whenever an earlier program could not read what is written."""
Parts = Mapping[str, bytes]
UPGRADES: Final[Mapping[int, Callable[[Parts], Parts]]] = MappingProxyType({})
"""Earlier version → how its parts become those of the next one."""
MANIFEST: Final = "manifest.json"


def sealed(parts: Parts) -> dict[str, bytes]:
    """The parts with a manifest of them."""
    return {MANIFEST: _manifest(FORMAT, {name: hashed(part) for name, part in sorted(parts.items())}), **parts}


def opened(parts: Parts) -> Parts:
    """The parts without their manifest, in today's form.

    Raises:
        PlanningError: one sentence for every part that is missing, unknown or changed, or for a newer form.
    """
    format_, digests = _read_manifest(parts.get(MANIFEST, b""))
    if format_ > FORMAT:
        fault = both(
            f"the plan was made by a newer version (form {format_}, this one knows {FORMAT}); update the program",
            f"该方案由较新的版本生成（格式 {format_}，本版本只能读取到 {FORMAT}）；请更新程序",
        )
        raise PlanningError([fault])
    inside = {name: part for name, part in parts.items() if name != MANIFEST}
    faults = _faults(digests, inside)
    if faults:
        raise PlanningError(faults)
    for version in range(format_, FORMAT):
        inside = dict(UPGRADES[version](inside))
    return inside


def digest_of(parts: Parts) -> str:
    """SHA-256 of a record: that of its manifest, which names the digest of every part."""
    return hashed(parts[MANIFEST])


def hashed(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return sha256(content).hexdigest()


def _manifest(format_: int, digests: Mapping[str, str]) -> bytes:
    return json.dumps({"format": format_, "parts": digests}, ensure_ascii=False, separators=(",", ":")).encode()


def _read_manifest(content: bytes) -> tuple[int, Mapping[str, str]]:
    """Version and digests; a manifest that reads the same but is not written the same is refused too."""
    try:
        record: dict[str, Any] = json.loads(content.decode())
        format_, digests = int(record["format"]), dict(record["parts"])
        if _manifest(format_, digests) == content and format_ > 0:
            return format_, digests
    except (ValueError, KeyError, TypeError):
        pass
    fault = both(
        "the record of the plan is damaged: its list of parts cannot be read; take it from a copy or run it again",
        "方案记录已损坏：无法读取其清单；请从备份恢复，或重新运行",
    )
    raise PlanningError([fault])


def _faults(digests: Mapping[str, str], parts: Parts) -> list[Sentence]:
    missing = [name for name in digests if name not in parts]
    unknown = [name for name in parts if name not in digests]
    changed = [name for name, part in parts.items() if name in digests and hashed(part) != digests[name]]
    return (
        [both(f"the record of the plan lacks its part '{n}'", f"方案记录缺少“{n}”这一部分") for n in missing]
        + [both(f"the record has a part '{n}' that is not its own", f"方案记录中混入了“{n}”") for n in unknown]
        + [both(f"the part '{n}' of the plan was changed or is damaged", f"方案的“{n}”被改动或已损坏") for n in changed]
    )
