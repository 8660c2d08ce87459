"""Files are seen whole or not at all, and a folder that somebody holds for a moment is moved all the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from planning.jobs import home as homes
from planning.jobs.home import Home, moved, read_json, usual_home, write_json, write_whole


def test_the_usual_home_is_the_one_named_in_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JIUJIN_HOME", str(tmp_path / "就近"))
    assert usual_home() == tmp_path / "就近"
    monkeypatch.delenv("JIUJIN_HOME")
    assert usual_home().name in ("jiujin", ".jiujin")


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights elsewhere")
def test_only_this_user_may_look_into_a_home(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").made()
    assert home.path.stat().st_mode & 0o077 == 0
    assert all(folder.stat().st_mode & 0o077 == 0 for folder in (home.waiting, home.running, home.ended))


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"a": 1})

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"{")
    assert read_json(path) == {"a": 1}
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]


def test_a_folder_held_for_a_moment_is_moved_and_one_held_for_long_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one").mkdir()
    rename, refusals = os.rename, [3]

    def held(source: Path, target: Path) -> None:
        refusals[0] -= 1
        if refusals[0] >= 0:
            raise PermissionError(13, "in use")
        rename(source, target)

    monkeypatch.setattr(homes.os, "rename", held)
    assert moved(tmp_path / "one", tmp_path / "two")
    refusals[0] = 1000
    assert not moved(tmp_path / "two", tmp_path / "three")
    assert not moved(tmp_path / "none", tmp_path / "three")
    assert (tmp_path / "two").is_dir()


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff"])
def test_a_file_that_is_no_table_is_read_as_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.json").write_bytes(content)
    assert read_json(tmp_path / "x.json") is None


def test_the_reserve_is_real_and_can_be_spent(tmp_path: Path) -> None:
    home = Home(tmp_path).made()
    home.fill_reserve()
    assert home.reserve.stat().st_size == homes.RESERVE_BYTES
    home.spend_reserve()
    home.spend_reserve()
    assert not home.reserve.exists()
