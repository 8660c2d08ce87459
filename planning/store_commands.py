"""Commands for projects: what is kept, one as a file, one from a file, and who did what."""

import argparse
import getpass
from collections.abc import Callable
from pathlib import Path

from geodata.errors import both
from planning.faults import PlanningError
from planning.jobs.home import Home, usual_home, write_whole
from planning.screens.trail import detail, size, what, when, who
from planning.store import bundle, plans, projects
from planning.store.audit import Author, trail
from planning.store.bundle_form import ENDING
from planning.store.faults import NotThereError
from planning.store.open import Store, open_store, usual_url
from planning.store.projects import Project
from planning.texts import LANGUAGES, text

ABOUT = """projects of this machine, or of the database named by JIUJIN_STORE / 项目

The store is the file jiujin.db in JIUJIN_HOME (usually ~/.jiujin). Where several planners share a database, set
JIUJIN_STORE=postgresql+psycopg://USER@HOST/DATABASE for `jiujin app` and for these commands alike; it is read from
the environment only, for it may hold a password."""


def add_store_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """The commands and their options."""
    top = command("project", _list, "what planners keep: list, save as a file, open a file, who did what / 项目")
    top.description, top.formatter_class = ABOUT, argparse.RawDescriptionHelpFormatter
    below = top.add_subparsers(required=True, metavar="WHAT")

    def one(name: str, does: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        made = below.add_parser(name, help=about, description=about)
        made.set_defaults(command=does)
        made.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS)
        return made

    one("list", _list, "all projects, the newest first / 列出项目")
    save = one("save", _save, f"a project as one file ({ENDING}) / 存成一个文件")
    save.add_argument("name", help="name of the project, or the beginning of its id")
    save.add_argument("file", type=Path)
    opened = one("open", _open, f"a project from its file ({ENDING}) / 打开项目文件")
    opened.add_argument("file", type=Path)
    told = one("trail", _trail, "who did what, when / 操作记录")
    told.add_argument("name", help="name of the project, or the beginning of its id")


def _list(options: argparse.Namespace) -> int:
    store = _store()
    there = projects.projects(store)
    for one in there:
        count = text("store_cli_plans", options.lang).format(len(plans.heads(store, one.id)))
        print(f"{one.id[:8]}  {when(one.made_at)}  {printable(one.name)}  {printable(one.area_name)}  {count}")
    if not there:
        print(text("store_cli_none", options.lang))
    return 0


def _save(options: argparse.Namespace) -> int:
    store = _store()
    file: Path = options.file.with_name(options.file.name + ("" if options.file.suffix == ENDING else ENDING))
    content = bundle.pack(store, _named(store, options.name).id)
    try:
        write_whole(file, content)
    except OSError as error:
        raise _no_file(file, error) from error
    print(text("store_cli_saved", options.lang).format(file.resolve(), size(len(content))))
    return 0


def _open(options: argparse.Namespace) -> int:
    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise _no_file(options.file, error) from error
    made = bundle.unpack(_store(), content, _author())
    print(text("store_cli_opened", options.lang).format(printable(made.name), made.id[:8]))
    return 0


def _trail(options: argparse.Namespace) -> int:
    store = _store()
    for entry in trail(store, _named(store, options.name).id):
        words = [who(entry, options.lang), what(entry, options.lang), detail(entry, options.lang)]
        print("  ".join([when(entry.at), *(printable(one) for one in words if one)]))
    return 0


def printable(words: str) -> str:
    """Words as a terminal may show them: nothing in them moves its cursor or changes its colours."""
    return "".join(letter if letter.isprintable() else "�" for letter in words)


def _store() -> Store:
    return open_store(usual_url(Home(usual_home()).made().path))


def _author() -> Author:
    return Author(getpass.getuser(), "os")


def _named(store: Store, name: str) -> Project:
    """The one project of a name, or whose id begins so."""
    there = projects.projects(store)
    found = [one for one in there if one.name == name] or [one for one in there if one.id.startswith(name)]
    if len(found) == 1:
        return found[0]
    ids = ", ".join(one.id[:8] for one in found)
    none = both(
        f"there is no project '{name}'; see `jiujin project list`",
        f"没有项目“{name}”；请用 `jiujin project list` 查看",
    )
    several = both(
        f"several projects are meant by '{name}'; name one by its id: {ids}",
        f"“{name}”对应多个项目，请用编号指定：{ids}",
    )
    raise NotThereError(several if found else none)


def _no_file(file: Path, error: OSError) -> PlanningError:
    why = error.strerror or type(error).__name__
    return PlanningError([both(f"{file}: {why}; name another file", f"{file}：{why}；请换一个文件")])
