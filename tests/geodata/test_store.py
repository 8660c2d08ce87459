"""What was computed is kept whole or not at all, and never answers another question."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from geodata import store
from geodata.errors import LayerError, in_language
from geodata.store import default_folder, digest, file_digest, kept, read_arrays, write_arrays

ROOT = Path(__file__).parents[2]
SOME = {"node": np.arange(5), "minutes": np.array([1.5, np.inf, np.nan]), "open": np.zeros((2, 3), bool)}


@pytest.fixture(autouse=True)
def _forget():
    store._MEMORY.clear()


def same(found, expected):
    assert list(found) == list(expected)
    for name, array in expected.items():
        assert found[name].dtype == array.dtype
        assert found[name].shape == array.shape
        assert found[name].tobytes() == array.tobytes()
    return True


class TestKeeping:
    @settings(max_examples=60, deadline=None)
    @given(
        st.dictionaries(
            st.text("abcäö路", max_size=5),
            arrays_of.arrays(
                st.sampled_from([np.int8, np.int32, np.int64, np.float64, np.bool_, np.uint8]),
                arrays_of.array_shapes(max_dims=3, min_side=0, max_side=4),
            ),
            max_size=4,
        )
    )
    def test_arrays_come_back_as_they_were(self, tmp_path_factory, arrays):
        folder = tmp_path_factory.mktemp("cache")
        write_arrays(folder, "key", arrays)
        found, _ = read_arrays(folder, "key")
        assert same(found, arrays)

    def test_the_note_comes_back_with_them(self, tmp_path):
        write_arrays(tmp_path, "key", SOME, {"limit_min": float("inf"), "turned": True, "name": "路"})
        assert read_arrays(tmp_path, "key")[1] == {"limit_min": float("inf"), "turned": True, "name": "路"}

    def test_arrays_that_lie_across_memory_are_kept_in_order(self, tmp_path):
        table = np.arange(12).reshape(3, 4).T[::2]
        write_arrays(tmp_path, "key", {"table": table})
        assert read_arrays(tmp_path, "key")[0]["table"].tolist() == table.tolist()

    def test_what_is_kept_cannot_be_changed_by_its_reader(self, tmp_path):
        write_arrays(tmp_path, "key", SOME)
        found, _ = read_arrays(tmp_path, "key")
        with pytest.raises(ValueError, match="read-only"):
            found["node"][0] = 9

    def test_every_array_lies_where_any_machine_can_map_it(self, tmp_path):
        write_arrays(tmp_path, "key", SOME)
        found, _ = read_arrays(tmp_path, "key")
        assert all(array.ctypes.data % store.ALIGN == 0 for array in found.values())

    def test_the_folder_is_made_and_holds_one_file_a_key(self, tmp_path):
        folder = tmp_path / "new" / "cache"
        write_arrays(folder, "one", SOME)
        write_arrays(folder, "one", SOME)
        write_arrays(folder, "two", SOME)
        assert sorted(file.name for file in folder.iterdir()) == ["one.arrays", "two.arrays"]

    def test_a_later_value_takes_the_place_of_the_former(self, tmp_path):
        write_arrays(tmp_path, "key", {"a": np.zeros(9)})
        before, _ = read_arrays(tmp_path, "key")
        write_arrays(tmp_path, "key", {"a": np.ones(2)})
        assert read_arrays(tmp_path, "key")[0]["a"].tolist() == [1, 1]
        assert before["a"].tolist() == [0] * 9


class TestDamagedFiles:
    @pytest.fixture
    def file(self, tmp_path):
        write_arrays(tmp_path, "key", SOME)
        return tmp_path / "key.arrays"

    def test_there_is_nothing_under_an_unknown_key_or_in_an_unknown_folder(self, tmp_path):
        assert read_arrays(tmp_path, "other") is None
        assert read_arrays(tmp_path / "none", "key") is None

    def test_a_file_cut_off_anywhere_is_not_read(self, file):
        whole = file.read_bytes()
        for size in range(len(whole)):
            file.write_bytes(whole[:size])
            assert read_arrays(file.parent, "key") is None, size

    def test_a_file_with_something_behind_it_is_not_read(self, file):
        file.write_bytes(file.read_bytes() + b"\0")
        assert read_arrays(file.parent, "key") is None

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"PK\3\4",
            b"jiujin00" + bytes(500),
            b"\0" * 500,
            "路".encode() * 99,
            b"jiujin01" + b"\xff" * 500,
            b"jiujin01" + (2).to_bytes(8, "little") + b"[]",
            b"jiujin01" + (20).to_bytes(8, "little") + b'{"bytes": 36}       ',
        ],
    )
    def test_a_foreign_file_is_not_read(self, file, content):
        file.write_bytes(content)
        assert read_arrays(file.parent, "key") is None

    def test_a_folder_in_the_place_of_the_file_is_not_read(self, tmp_path):
        (tmp_path / "key.arrays").mkdir()
        assert read_arrays(tmp_path, "key") is None

    def test_what_could_not_be_read_is_computed_and_kept_again(self, file):
        key = digest(["roads", 1])
        damaged = file.parent / f"{key}.arrays"
        damaged.write_bytes(file.read_bytes()[:-1])
        assert same(kept(file.parent, ["roads", 1], lambda: SOME), SOME)
        assert same(read_arrays(file.parent, key)[0], SOME)


class TestFolderThatCannotBeWritten:
    def test_a_full_disk_is_one_sentence_and_leaves_nothing(self, tmp_path, monkeypatch):
        write_arrays(tmp_path, "before", SOME)

        def full(*args, **options):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(store.os, "replace", full)
        with pytest.raises(LayerError, match="the disk is full") as refused:
            write_arrays(tmp_path, "key", SOME)
        (fault,) = refused.value.faults
        assert str(tmp_path) in fault
        assert "--cache" in fault
        assert str(tmp_path) in in_language(fault, "zh")
        assert "磁盘已满" in in_language(fault, "zh")
        assert [file.name for file in tmp_path.iterdir()] == ["before.arrays"]

    @pytest.mark.skipif(sys.platform == "win32", reason="files cannot be limited in size")
    def test_a_disk_that_fills_while_writing_leaves_nothing(self, tmp_path):
        """A process whose files may hold no more than 64 kB writes a table of 8 MB."""
        program = dedent(f"""
            import resource, signal
            import numpy as np
            from pathlib import Path
            from geodata.errors import LayerError
            from geodata.store import write_arrays
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, resource.RLIM_INFINITY))
            try:
                write_arrays(Path({str(tmp_path)!r}), "key", {{"small": np.zeros(9), "large": np.zeros(1_000_000)}})
            except LayerError as error:
                print(error)
        """)
        told = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout  # fmt: skip
        assert told.startswith(f"{tmp_path}: the disk is full")
        assert len(told.splitlines()) == 1
        assert list(tmp_path.iterdir()) == []

    def test_a_file_in_the_place_of_the_folder_is_named(self, tmp_path):
        (tmp_path / "cache").write_text("")
        with pytest.raises(LayerError, match="cache: cannot be written") as refused:
            write_arrays(tmp_path / "cache", "key", SOME)
        assert "无法写入" in in_language(refused.value.faults[0], "zh")

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
    def test_a_folder_without_permission_is_named(self, tmp_path):
        tmp_path.chmod(0o500)
        with pytest.raises(LayerError, match="cannot be written"):
            write_arrays(tmp_path, "key", SOME)


class TestKeys:
    PARTS = st.lists(
        st.integers() | st.floats(allow_nan=False) | st.text() | st.binary() | st.booleans() | st.none()
        | st.lists(st.integers(0, 3), max_size=3).map(lambda x: np.array(x, np.int64)),
        max_size=4,
    )  # fmt: skip

    @staticmethod
    def plain(parts):
        return [(p.dtype.str, p.shape, p.tobytes()) if isinstance(p, np.ndarray) else (type(p), repr(p)) for p in parts]

    @given(PARTS, PARTS)
    def test_equal_parts_have_equal_keys_and_others_have_others(self, one, other):
        assert (digest(one) == digest(other)) == (self.plain(one) == self.plain(other))

    def test_type_shape_and_place_of_an_array_count(self):
        keys = [
            digest([np.zeros(4)]), digest([np.zeros(4, np.int64)]), digest([np.zeros((2, 2))]),
            digest([np.zeros(2), np.zeros(2)]), digest([np.zeros(0)]), digest([]), digest([np.zeros((0, 2))]),
        ]  # fmt: skip
        assert len(set(keys)) == len(keys)

    def test_how_an_array_lies_in_memory_does_not_count(self):
        table = np.arange(6).reshape(2, 3)
        assert digest([table.T]) == digest([np.ascontiguousarray(table.T)])

    def test_a_key_is_the_same_in_another_process(self):
        program = "import numpy as np; from geodata.store import digest; print(digest(['roads', 1, 0.5, np.arange(3)]))"
        told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
        assert told.stdout.strip() == digest(["roads", 1, 0.5, np.arange(3)])

    def test_a_file_is_known_by_its_contents(self, tmp_path):
        for name, content in (("a", b"x" * 3_000_000), ("b", b"x" * 3_000_000), ("c", b"x" * 2_999_999 + b"y")):
            (tmp_path / name).write_bytes(content)
        a, b, c = (file_digest(tmp_path / name) for name in "abc")
        assert a == b != c


class TestRemembering:
    @staticmethod
    def counting():
        calls = []

        def compute():
            calls.append(1)
            return {"a": np.arange(3)}

        return calls, compute

    def test_computed_once_and_then_remembered(self, tmp_path):
        calls, compute = self.counting()
        for folder in (tmp_path, tmp_path, None):
            assert kept(folder, ("x", 1), compute)["a"].tolist() == [0, 1, 2]
        assert len(calls) == 1

    def test_computed_once_and_then_read_by_another_process(self, tmp_path):
        calls, compute = self.counting()
        kept(tmp_path, ("x", 1), compute)
        store._MEMORY.clear()
        assert kept(tmp_path, ("x", 1), compute)["a"].tolist() == [0, 1, 2]
        assert len(calls) == 1

    def test_other_parts_are_computed_anew(self, tmp_path):
        calls, compute = self.counting()
        kept(tmp_path, ("x", 1), compute)
        kept(tmp_path, ("x", 2), compute)
        assert len(calls) == 2

    def test_without_a_folder_nothing_is_written(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        calls, compute = self.counting()
        kept(None, ("x", 1), compute)
        assert calls
        assert list(tmp_path.iterdir()) == []

    def test_memory_holds_the_latest_and_no_more_than_its_share(self, monkeypatch):
        monkeypatch.setattr(store, "_MEMORY_BYTES", 100)
        for i in range(5):
            kept(None, ("x", i), lambda: {"a": np.zeros(5)})
        assert list(store._MEMORY) == [digest(("x", 3)), digest(("x", 4))]
        kept(None, ("x", 9), lambda: {"a": np.zeros(500)})
        assert list(store._MEMORY) == [digest(("x", 9))]

    def test_a_failure_is_not_remembered(self, tmp_path):
        def fail():
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            kept(tmp_path, ("x", 1), fail)
        calls, compute = self.counting()
        kept(tmp_path, ("x", 1), compute)
        assert calls


class TestTheDefaultFolder:
    def test_it_is_the_one_that_is_set(self, monkeypatch, tmp_path):
        monkeypatch.setenv("JIUJIN_CACHE", str(tmp_path / "own"))
        assert default_folder() == tmp_path / "own"

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has another place for it")
    def test_else_the_cache_folder_of_the_user(self, monkeypatch, tmp_path):
        monkeypatch.delenv("JIUJIN_CACHE", raising=False)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        assert default_folder() == tmp_path / "jiujin"
        monkeypatch.delenv("XDG_CACHE_HOME")
        monkeypatch.setenv("HOME", str(tmp_path))
        assert default_folder() == tmp_path / ".cache" / "jiujin"

    def test_on_windows_it_is_the_local_one(self, monkeypatch, tmp_path):
        monkeypatch.delenv("JIUJIN_CACHE", raising=False)
        monkeypatch.setattr(store.sys, "platform", "win32")
        monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
        assert default_folder() == tmp_path / "jiujin" / "cache"
