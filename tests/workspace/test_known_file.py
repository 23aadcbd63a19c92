"""The workspace knows what its file held when it last read or wrote it, and what holds now."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nnstudio.graph.values import FrozenMap, Graph, Node
from nnstudio.project.commands.node import SetParam
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import dumps, read, write
from nnstudio.project.values import Block, Project
from nnstudio.workspace.known_file import FileChangedError, FileState
from nnstudio.workspace.workspace import Workspace


def project(features: int = 10) -> Project:
    node = Node("fc", "Linear", "fc", FrozenMap({"out_features": features}))
    return Project("Net", (Block("Net", graph=Graph((node,))),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "mine.nns"
    write(project(), path)
    return path


@pytest.fixture
def workspace(path: Path) -> Workspace:
    opened = Workspace()
    opened.open(str(path))
    return opened


def edit(workspace: Workspace, features: int = 20) -> None:
    workspace.do(SetParam("Net", "fc", "out_features", features))


def test_what_was_opened_or_saved_is_the_same(workspace: Workspace, path: Path) -> None:
    assert workspace.look_at_file().state is FileState.SAME
    edit(workspace)
    assert workspace.look_at_file().state is FileState.SAME
    workspace.save()
    assert workspace.look_at_file().state is FileState.SAME


def test_a_touched_file_is_the_same_and_an_old_one_with_other_content_is_not(
    workspace: Workspace, path: Path
) -> None:
    before = path.stat()
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 10**10))
    assert workspace.look_at_file().state is FileState.SAME
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("10", "11"), encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    now = workspace.look_at_file()
    assert (now.state, now.project) == (FileState.CHANGED, project(11))


def test_what_another_program_wrote_is_not_overwritten(workspace: Workspace, path: Path) -> None:
    edit(workspace)
    write(project(30), path)
    with pytest.raises(FileChangedError, match=r"^mine\.nns was changed by another program$"):
        workspace.save()
    with pytest.raises(FileChangedError):
        workspace.save(path)
    assert read(path) == project(30)
    assert workspace.modified
    workspace.save(overwrite_changed=True)
    assert read(path) == project(20)
    assert not workspace.modified
    assert workspace.look_at_file().state is FileState.SAME


def test_by_way_of_a_link_it_is_the_same_file(workspace: Workspace, path: Path) -> None:
    link = path.with_name("link.nns")
    link.symlink_to(path)
    write(project(30), path)
    edit(workspace)
    with pytest.raises(FileChangedError):
        workspace.save(link)
    assert read(path) == project(30)


def test_two_windows_with_one_file(workspace: Workspace, path: Path) -> None:
    other = Workspace()
    other.open(str(path))
    edit(other, 40)
    other.save()
    edit(workspace, 50)
    with pytest.raises(FileChangedError):
        workspace.save()
    assert read(path) == project(40)
    workspace.save(path.with_name("copy.nns"))
    edit(workspace, 60)
    workspace.save()
    assert (read(path), read(path.with_name("copy.nns"))) == (project(40), project(60))


def test_the_same_edit_made_elsewhere_counts_as_saved(workspace: Workspace, path: Path) -> None:
    edit(workspace)
    write(project(20), path)
    assert workspace.look_at_file().state is FileState.SAME
    assert not workspace.modified
    edit(workspace, 30)
    workspace.save()
    assert read(path) == project(30)


def test_a_broken_file_says_why_and_is_kept(workspace: Workspace, path: Path) -> None:
    path.write_text(dumps(project())[:50], encoding="utf-8")
    now = workspace.look_at_file()
    assert now.state is FileState.BROKEN
    assert now.reason.startswith("mine.nns: the text ends in the middle of a record")
    edit(workspace)
    with pytest.raises(FileChangedError, match="and can no longer be read"):
        workspace.save()
    with pytest.raises(FileError):
        workspace.reload()
    assert workspace.project == project(20)
    workspace.save(overwrite_changed=True)
    assert read(path) == project(20)


def test_a_deleted_file_is_written_again(workspace: Workspace, path: Path) -> None:
    path.unlink()
    assert workspace.look_at_file().state is FileState.DELETED
    workspace.save()
    assert read(path) == project()
    assert workspace.look_at_file().state is FileState.SAME


def test_a_file_that_comes_to_be_where_none_was(tmp_path: Path) -> None:
    path = tmp_path / "new.nns"
    workspace = Workspace(project(), path)
    assert workspace.look_at_file().state is FileState.SAME
    write(project(30), path)
    with pytest.raises(FileChangedError):
        workspace.save()
    assert read(path) == project(30)


def test_reloading_is_one_act_that_loses_nothing(workspace: Workspace, path: Path) -> None:
    edit(workspace)
    write(project(30), path)
    workspace.reload()
    assert (workspace.project, workspace.modified) == (project(30), False)
    assert workspace.history.undo_title == "Reload mine.nns"
    assert workspace.look_at_file().state is FileState.SAME
    workspace.undo()
    assert (workspace.project, workspace.modified) == (project(20), True)
    workspace.save()
    assert read(path) == project(20)


def test_undo_and_redo_are_told_apart_from_acts(workspace: Workspace) -> None:
    told: list[tuple[Project, Project]] = []
    workspace.stepped.connect(lambda before, after: told.append((before, after)))
    edit(workspace)
    workspace.undo()
    workspace.undo()
    workspace.redo()
    assert told == [(project(20), project()), (project(), project(20))]
