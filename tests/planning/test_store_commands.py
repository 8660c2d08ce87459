"""Projects from the command line: listed, saved as a file, opened elsewhere, with the trail of what was done."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from planning.cli import main
from planning.store.audit import Author
from planning.store.open import open_store
from planning.store.projects import new_project

NAME = "3~5公里 $100 _x_ <b>\x1b[2J 🏥"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Id of the only project of this machine."""
    at(tmp_path / "here", monkeypatch)
    store = open_store(f"sqlite:///{tmp_path}/here/jiujin.db")
    key = new_project(store, NAME, "南疆", Author("规划员 甲")).id
    store.close()
    return key


def at(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("JIUJIN_HOME", str(home))
    monkeypatch.delenv("JIUJIN_STORE", raising=False)


def test_a_project_is_carried_to_another_machine(
    made: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["project", "save", NAME, str(tmp_path / "p")]) == 0
    at(tmp_path / "there", monkeypatch)
    assert main(["project", "list"]) == 0
    assert main(["project", "open", str(tmp_path / "p.jiujin"), "--lang", "en"]) == 0
    assert main(["project", "list"]) == main(["project", "trail", made[:8]]) == 0
    said = capsys.readouterr().out
    for words in ("已保存", "还没有项目", "Opened the project", "规划员 甲（随项目文件带来", "打开项目文件"):
        assert words in said
    assert made[:8] in said
    assert "\x1b" not in said


@pytest.mark.parametrize("wrong", [["save", "没有的", "x"], ["trail", "没有的"], ["open", "nowhere.jiujin"]])
def test_what_is_not_there_is_told_in_a_sentence(
    made: str, wrong: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["project", *wrong]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_two_projects_of_one_name_are_told_apart_by_their_ids(
    made: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["project", "save", made[:8], str(tmp_path / "p")])
    main(["project", "open", str(tmp_path / "p.jiujin")])
    assert main(["project", "trail", NAME]) == 2
    assert made[:8] in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_place_that_cannot_be_written_is_told(made: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch(mode=stat.S_IRUSR)
    assert main(["project", "save", made, str(tmp_path / "file" / "p.jiujin")]) == 2
    assert "p.jiujin" in capsys.readouterr().err
