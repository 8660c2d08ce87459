"""`datapackage.json`: what the folder holds, from where, under which licence, with which caveat."""

import json
import shutil
from hashlib import sha256
from typing import Final

from geodata.build.sources import FACTS, FOLDER

COPIED: Final = ("closures.csv", "age_structure.csv")  # facts that are resources as they are


def copy_facts() -> None:
    """The facts that need no work, beside what is built."""
    for name in COPIED:
        shutil.copy(FACTS / name, FOLDER / name)


def write_datapackage() -> None:
    """`datapackage.json`: fills each resource's bytes and checksum in `facts/resources.json`."""
    package = json.loads((FACTS / "resources.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        content = (FOLDER / resource["path"]).read_bytes()
        resource["bytes"], resource["hash"] = len(content), "sha256:" + sha256(content).hexdigest()
    text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    (FOLDER / "datapackage.json").write_text(text, encoding="utf-8", newline="\n")
