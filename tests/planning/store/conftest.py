"""The same tests on SQLite and on a real PostgreSQL of their own, which listens on nothing but a socket."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import pytest

IS_INSTALLED = all(find_spec(name) for name in ("sqlalchemy", "alembic"))
collect_ignore_glob = [] if IS_INSTALLED else ["test_*.py"]
if IS_INSTALLED:
    from planning.store.audit import Author
    from planning.store.open import Store, open_store
    from planning.store.projects import Project, new_project

PROGRAMS = [*Path("/usr/lib/postgresql").glob("*/bin"), *map(Path, os.environ.get("PATH", "").split(os.pathsep))]
SAFE_TO_FORGET = "-c listen_addresses= -c fsync=off -c full_page_writes=off -c shared_buffers=16MB"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They take long and nothing else uses the store yet: `pytest -m slow` runs them."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


def cannot(why: str) -> None:
    """Skip with a reason; fail where JIUJIN_POSTGRESQL=required says that it must be there."""
    if os.environ.get("JIUJIN_POSTGRESQL") == "required":
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Path]:
    """The folder of a running PostgreSQL, with its socket in it."""
    found = [folder for folder in PROGRAMS if (folder / "initdb").is_file() and (folder / "pg_ctl").is_file()]
    if not found:
        cannot("no PostgreSQL is installed")
    if find_spec("psycopg") is None:
        cannot("psycopg is not installed")
    folder = Path(tempfile.mkdtemp(prefix="jiujin-pg-"))  # pytest's own folders are closed to the user postgres
    if os.geteuid() == 0:
        try:
            shutil.chown(folder, "postgres", "postgres")
        except LookupError:
            cannot("there is no user postgres, and PostgreSQL does not run as root")

    def postgres(program: str, *arguments: str) -> None:
        user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        command = [str(found[0] / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user)  # type: ignore[call-overload]

    try:
        postgres("initdb", "-U", "jiujin", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        postgres("pg_ctl", "-w", "-l", str(folder / "log"), "-o", f"{SAFE_TO_FORGET} -k {folder}", "start")
    except (OSError, subprocess.CalledProcessError) as error:
        cannot(f"PostgreSQL does not start here ({type(error).__name__})")
    yield folder
    postgres("pg_ctl", "-m", "immediate", "stop")
    shutil.rmtree(folder)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Makes the address of a store that does not exist yet."""
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path_factory.mktemp('store')}/南疆 100%.db"
    folder = request.getfixturevalue("cluster")

    def database() -> str:
        import psycopg

        name = f"s{uuid4().hex}"
        with psycopg.connect(f"host={folder} user=jiujin dbname=postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://jiujin@/{name}?host={folder}"

    return database


@pytest.fixture(scope="session")
def store(new_url: Callable[[], str]) -> Iterator[Store]:
    """One store for all tests that only look at projects of their own."""
    opened = open_store(new_url())
    yield opened
    opened.close()


@pytest.fixture
def fresh(new_url: Callable[[], str]) -> Iterator[Store]:
    """A store that nobody else writes to."""
    opened = open_store(new_url())
    yield opened
    opened.close()


@pytest.fixture
def who() -> Author:
    return Author("规划员 甲 🏥")


@pytest.fixture
def project(store: Store, who: Author) -> Project:
    return new_project(store, "康复网络", "南疆", who)
