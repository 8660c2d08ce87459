"""Short codes of what a page shows, so that a link opens the same picture elsewhere."""

import secrets
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError
from sqlalchemy import insert, select

from geodata.errors import both
from planning.scenario_form import Table
from planning.store.audit import Author, enter
from planning.store.faults import NotThereError, StoreError
from planning.store.open import Store
from planning.store.projects import found
from planning.store.schema import views as table

LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32 (https://www.crockford.com/base32.html): no letter looks like another."""
LENGTH: Final = 8
_ALIKE: Final = str.maketrans("OIL", "011", "- ")
Word = Annotated[str, Field(max_length=64, pattern=r"^[\w.:-]*$")]
Words = Annotated[tuple[Word, ...], Field(max_length=64)]
Share = Annotated[float, Field(ge=0, le=1)]
Place = tuple[
    Annotated[float, Field(ge=-90, le=90)],
    Annotated[float, Field(ge=-180, le=180)],
    Annotated[float, Field(ge=0, le=24)],
]


class View(Table):
    """What a page shows; what is not said is as the page begins.

    Attributes:
        plans: ids of the plans shown, `base` the one that the others are held against.
        map: latitude and longitude of the middle in degrees, and zoom.
        layers: keys of the layers that are on; `opacity` of each from 0 to 1.
    """

    page: Word
    plans: Words = ()
    base: Word = ""
    mode: Literal["one", "two", "difference"] = "one"
    map: Place | None = None
    layers: Words | None = None
    opacity: dict[Word, Share] = Field(default_factory=dict, max_length=64)
    year: int | None = None
    service: Word = ""
    tab: Word = ""
    lang: Literal["zh", "en"] = "zh"


def keep_view(store: Store, project: str, view: View, who: Author) -> str:
    """Keep a view of a project.

    Returns:
        Its code, eight letters and digits that nobody can guess.

    Raises:
        NotThereError: when there is no such project.
    """
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    with store.writing() as connection:
        found(connection, project)
        at = enter(connection, who, project, "link made", code)
        row = {"project_id": project, "state": view.model_dump_json(), "made_at": at, "made_by": who.name}
        connection.execute(insert(table).values(code=code, **row))
    return code


def view(store: Store, code: str) -> tuple[str, View]:
    """The project of a code and what it shows; small letters, O for 0 and I or L for 1 are understood.

    Raises:
        NotThereError: when there is no such code.
        StoreError: when the view has keys or values that this version does not know.
    """
    with store.reading() as connection:
        row = connection.execute(select(table).where(table.c.code == read_code(code))).first()
    if row is None:
        raise NotThereError(
            both(
                "this link leads to nothing that is kept here; ask for it again",
                "这个链接没有对应的内容；请向发送者重新索取",
            )
        )
    try:
        return row.project_id, View.model_validate_json(row.state)
    except ValidationError as error:
        keys = ", ".join(sorted({str(fault["loc"][0]) for fault in error.errors()}))
        raise StoreError(
            both(
                f"this link was made by another version ({keys}); make it again",
                f"这个链接由其他版本生成（{keys}）；请重新生成",
            )
        ) from error


def read_code(typed: str) -> str:
    """A code as it is kept, however it was typed."""
    return "".join(letter for letter in typed.upper().translate(_ALIKE) if letter in LETTERS)
