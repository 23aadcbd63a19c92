"""Whatever writes a file for the user follows links, keeps modes and leaves read-only files."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

import nnstudio
from nnstudio.cli.main import WRONG, run
from nnstudio.project.storage.atomic import ReadOnlyFileError
from nnstudio.project.storage.file import write
from nnstudio.training import checkpoints
from nnstudio.ui.canvas import Canvas
from nnstudio.ui.training.plots import TrainingPlots
from nnstudio.workspace.library import save_block
from tests.small_projects import small_project, small_workspace

Writer = Callable[[Path], object]


def picture(path: Path) -> None:
    canvas = Canvas(small_workspace())
    try:
        canvas.render_to(path)
    finally:
        canvas.dispose()
        canvas.deleteLater()


def checkpoint(path: Path) -> None:
    checkpoints.point(path.parent, path.name, "1-0")


WRITERS: dict[str, tuple[str, Writer]] = {
    "save": ("mine.nns", lambda path: small_workspace().save(path)),
    "nnstudio.save": ("mine.nns", lambda path: nnstudio.save(small_project(), path)),
    "export": ("model.py", lambda path: small_workspace().export(path)),
    "png": ("graph.png", picture),
    "svg": ("graph.svg", picture),
    "plots.png": ("plots.png", lambda path: TrainingPlots().export(path)),
    "plots.svg": ("plots.svg", lambda path: TrainingPlots().export(path)),
    "plots.csv": ("plots.csv", lambda path: TrainingPlots().export(path)),
    "block": (
        "Small.nns",
        lambda path: save_block(small_project(), "Small", path.parent, overwrite=True),
    ),
    "checkpoint": ("last.json", checkpoint),
}
writers = pytest.mark.parametrize("name", WRITERS)


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> None:
    """Pictures and plots need one."""


@writers
def test_a_link_is_followed_and_the_mode_kept(name: str, tmp_path: Path) -> None:
    file, writer = WRITERS[name]
    target, link = tmp_path / "elsewhere" / "target", tmp_path / "here" / file
    for path in (target, link):
        path.parent.mkdir()
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    writer(link)
    assert link.is_symlink()
    assert target.read_bytes() != b"old"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert [path.name for path in target.parent.iterdir()] == ["target"]


@writers
def test_a_new_file_can_be_read_by_whom_the_umask_lets(name: str, tmp_path: Path) -> None:
    file, writer = WRITERS[name]
    before = os.umask(0o022)
    try:
        writer(tmp_path / file)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / file).stat().st_mode) == 0o644


@writers
def test_a_read_only_file_is_kept(name: str, tmp_path: Path) -> None:
    file, writer = WRITERS[name]
    path = tmp_path / file
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(ReadOnlyFileError, match=f"{path.name}: cannot be written: .*read-only"):
        writer(path)
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize(("command", "file"), [("export", "model.py"), ("picture", "graph.svg")])
def test_the_command_line_says_so_in_a_sentence(
    command: str, file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project, path = tmp_path / "mine.nns", tmp_path / file
    write(small_project(), project)
    path.write_bytes(b"old")
    path.chmod(0o444)
    assert run([command, str(project), "-o", str(path)]) == WRONG
    assert capsys.readouterr().err == (
        f"nnstudio: {path}: cannot be written: the file is read-only\n"
    )
    assert path.read_bytes() == b"old"
