"""Files written whole: links, modes, read-only files, pipes, and what an interruption leaves."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from nnstudio.project.storage.atomic import ReadOnlyFileError, replacing, write_text
from nnstudio.project.storage.fields import FileError

posix = pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def alone(path: Path) -> bool:
    """True if nothing but this file lies in its folder."""
    return [*path.parent.iterdir()] == [path]


def test_the_new_text_is_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file.nns"
    write_text("old", path)
    write_text("né\n", path)
    assert path.read_bytes() == "né\n".encode()
    assert alone(path)


@posix
@pytest.mark.parametrize("steps", [1, 3])
def test_what_a_link_leads_to_is_replaced(tmp_path: Path, steps: int) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    target = link = folder / "real.nns"
    target.write_text("old", encoding="utf-8")
    for step in range(steps):
        to, link = link, tmp_path / f"link{step}.nns"
        link.symlink_to(os.path.relpath(to, tmp_path))
    write_text("new", link)
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"
    assert alone(target)


@posix
def test_a_link_to_what_is_not_there_yet_is_followed(tmp_path: Path) -> None:
    link = tmp_path / "link.nns"
    link.symlink_to("later.nns")
    write_text("new", link)
    assert link.is_symlink()
    assert (tmp_path / "later.nns").read_text(encoding="utf-8") == "new"


@posix
def test_a_link_that_leads_to_itself_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "round.nns"
    link.symlink_to(link)
    with pytest.raises(FileError, match=r"round\.nns: cannot be written: the link leads to itself"):
        write_text("new", link)
    assert link.is_symlink()


@posix
@pytest.mark.parametrize("kept", [0o600, 0o640, 0o664, 0o755])
def test_the_mode_of_the_file_is_kept(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "file.nns"
    path.write_text("old", encoding="utf-8")
    path.chmod(kept)
    write_text("new", path)
    assert mode(path) == kept


@posix
@pytest.mark.parametrize(("mask", "wanted"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_mode_of_new_files(tmp_path: Path, mask: int, wanted: int) -> None:
    before = os.umask(mask)
    try:
        write_text("new", tmp_path / "new.nns")
        with replacing(tmp_path / "private.nns") as new:  # as some libraries write
            new.unlink()
            new.touch(0o600)
    finally:
        os.umask(before)
    assert mode(tmp_path / "new.nns") == wanted
    assert mode(tmp_path / "private.nns") == wanted


def test_a_read_only_file_is_kept_unless_told_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "file.nns"
    path.write_text("old", encoding="utf-8")
    path.chmod(stat.S_IRUSR)
    with pytest.raises(ReadOnlyFileError, match="the file is read-only"):
        write_text("new", path)
    assert path.read_text(encoding="utf-8") == "old"
    assert alone(path)
    write_text("new", path, overwrite_read_only=True)
    assert path.read_text(encoding="utf-8") == "new"
    assert not mode(path) & 0o222


def test_an_error_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file.nns"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(FileError, match=r"file\.nns: cannot be written: .*space"), replacing(path):
        raise OSError(28, "No space left on device")

    def interrupted() -> None:
        with replacing(path) as new:
            new.write_text("half", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text(encoding="utf-8") == "old"
    assert alone(path)


def test_places_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="expected a file, received a folder"):
        write_text("new", tmp_path)
    with pytest.raises(FileError, match=r"nowhere.file\.nns: cannot be written: No such file"):
        write_text("new", tmp_path / "nowhere" / "file.nns")


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250)
    write_text("new", path)
    assert alone(path)


@pytest.fixture
def linked(tmp_path: Path) -> tuple[Path, Path]:
    """A file with two names, in two folders."""
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    path, other = (folder / "file.nns" for folder in folders)
    path.write_text("old and longer", encoding="utf-8")
    os.link(path, other)
    return path, other


def test_all_names_of_a_file_are_kept(linked: tuple[Path, Path]) -> None:
    path, other = linked
    path.chmod(0o640)
    write_text("new", path)
    assert other.read_text(encoding="utf-8") == "new"
    assert path.samefile(other)
    assert mode(path) == 0o640
    path.chmod(stat.S_IRUSR)
    with pytest.raises(ReadOnlyFileError):
        write_text("newer", path)
    write_text("newer", path, overwrite_read_only=True)
    assert other.read_text(encoding="utf-8") == "newer"
    assert not mode(path) & 0o222
    assert alone(path)


def test_an_error_while_writing_leaves_all_names_as_they_were(linked: tuple[Path, Path]) -> None:
    path, other = linked
    with pytest.raises(FileError, match="No space"), replacing(path):
        raise OSError(28, "No space left on device")
    assert other.read_text(encoding="utf-8") == "old and longer"
    assert alone(path)


def test_what_cannot_be_finished_in_place_lies_beside_it(
    linked: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = linked

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(shutil, "copyfileobj", fail)
    with pytest.raises(FileError, match="Input/output error; all of it is in ") as refused:
        write_text("new", path)
    (beside,) = (found for found in path.parent.iterdir() if found != path)
    assert str(refused.value).endswith(str(beside))
    assert beside.read_text(encoding="utf-8") == "new"
    assert path.samefile(other)


@posix
def test_a_pipe_is_written_to_and_not_replaced() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from nnstudio.project.storage.atomic import write_text\n"
            "write_text('through', '/dev/stdout'); write_text('away', '/dev/null')",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout == "through"
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


KILLED = """
import os, signal, sys
from nnstudio.project.storage.atomic import replacing
with replacing(sys.argv[1]) as new:
    new.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@posix
def test_a_kill_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file.nns"
    path.write_text("old", encoding="utf-8")
    subprocess.run([sys.executable, "-c", KILLED, str(path)], timeout=120, check=False)
    assert path.read_text(encoding="utf-8") == "old"
