"""The user's own blocks: saved, listed, inserted in other projects; broken files are named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nnstudio.analysis.analyse import analyse
from nnstudio.graph.values import FrozenMap
from nnstudio.project.file import FileError, dumps, loads
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import BlockParameter, Initialiser, Project
from nnstudio.workspace.library import (
    delete_block,
    folder,
    insert_block,
    save_block,
    saved_blocks,
)
from tests.drawing import Drawing


def project_with_blocks() -> Project:
    """Model > Outer > Inner."""
    inner = Drawing("Inner", BlockParameter("width", "int", 8), note="A layer.")
    x = inner.input("x", "N", "features")
    inner.output(inner.add("Linear", x, name="fc", out_features="=width", in_features=8))
    outer = Drawing("Outer", blocks=(inner.block(),), note="Two layers.")
    x = outer.input("x", "N", 8)
    outer.output(outer.add("Inner", outer.add("Inner", x, name="a"), name="b"))
    model = Drawing(
        "Model", BlockParameter("depth", "int", 1), blocks=(inner.block(), outer.block())
    )
    x = model.input("x", "N", 8)
    model.output(model.add("Outer", x, name="outer", repeat="depth", kind="Sequential"))
    rules = (Initialiser("Linear", "normal", FrozenMap({"std": 0.02})),)
    project = model.project(values=FrozenMap({"depth": 2}))
    return project.with_block(replace(project.by_name["Outer"], initialisers=rules))


def test_a_block_goes_from_one_project_to_another(tmp_path: Path) -> None:
    project = project_with_blocks()
    path = save_block(project, "Outer", tmp_path / "blocks")
    assert path.name == "Outer.nns"
    (found,) = saved_blocks(tmp_path / "blocks")
    assert (found.name, found.note, found.problem) == ("Outer", "Two layers.", "")
    command = insert_block("Model", "Outer", (40.0, 60.0), tmp_path / "blocks")
    assert command.title == "Insert Outer"
    after = command.apply(Project())
    assert [b.name for b in after.blocks] == ["Model", "Inner", "Outer"]
    assert after.by_name["Outer"] == project.by_name["Outer"]
    (use,) = after.model.graph.nodes
    assert (use.type, use.name, use.position) == ("Outer", "outer", (40.0, 60.0))
    again = command.apply(after)
    assert len(again.blocks) == 3
    assert [n.name for n in again.model.graph.nodes] == ["outer", "outer2"]
    assert loads(dumps(again)) == again


def test_another_block_of_the_name_stays(tmp_path: Path) -> None:
    save_block(project_with_blocks(), "Inner", tmp_path)
    other = Drawing("Inner")
    other.output(other.add("ReLU", other.input("x", "N", 8), name="relu"))
    project = Project("Model", (*Project().blocks, other.block()))
    after = insert_block("Model", "Inner", where=tmp_path).apply(project)
    assert after.by_name["Inner"] == other.block()
    assert after.model.graph.nodes[0].type == "Inner2"


def test_a_model_is_a_block_with_its_values(tmp_path: Path) -> None:
    project = project_with_blocks()
    assert analyse(project).ok
    save_block(project, "Model", tmp_path)
    after = insert_block("Net", "Model", where=tmp_path).apply(Drawing("Net").project())
    assert after.model.graph.nodes[0].params["depth"] == 2


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    project = project_with_blocks()
    path = save_block(project, "Inner", tmp_path)
    before = path.read_bytes()
    changed = project.with_block(replace(project.by_name["Inner"], note="Another."))
    with pytest.raises(Refusal, match="has a block 'Inner' already"):
        save_block(changed, "Inner", tmp_path)
    assert path.read_bytes() == before
    save_block(changed, "Inner", tmp_path, overwrite=True)
    assert saved_blocks(tmp_path)[0].note == "Another."
    delete_block("Inner", tmp_path)
    assert saved_blocks(tmp_path) == []


def test_broken_files_are_listed_with_the_reason(tmp_path: Path) -> None:
    save_block(project_with_blocks(), "Inner", tmp_path)
    (tmp_path / "Bad.nns").write_text("{", encoding="utf-8")
    (tmp_path / "Binary.nns").write_bytes(b"\x80\x02}")
    (tmp_path / "Whole.nns").write_text(dumps(Project()), encoding="utf-8")
    (tmp_path / "note.txt").write_text("no block", encoding="utf-8")
    problems = {found.name: found.problem for found in saved_blocks(tmp_path)}
    assert list(problems) == ["Bad", "Binary", "Inner", "Whole"]
    assert problems["Inner"] == ""
    assert problems["Bad"].startswith("Bad.nns: ")
    assert "expected UTF-8 text" in problems["Binary"]
    assert "expected 'nnstudio-fragment'" in problems["Whole"]
    with pytest.raises(FileError, match=r"Bad\.nns"):
        insert_block("Model", "Bad", where=tmp_path)


@pytest.mark.parametrize("name", ["../evil", "", "a/b", "Gone"])
def test_names_that_are_no_blocks(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError):
        insert_block("Model", name, where=tmp_path)
    with pytest.raises(FileError):
        delete_block(name, tmp_path)
    with pytest.raises(Refusal):
        save_block(Project(), name, tmp_path)


def test_names_that_windows_keeps_for_itself(tmp_path: Path) -> None:
    drawing = Drawing("Con")
    drawing.output(drawing.add("ReLU", drawing.input("x", "N", 8), name="relu"))
    assert save_block(drawing.project(), "Con", tmp_path).name == "Con_.nns"
    assert saved_blocks(tmp_path)[0].name == "Con"
    assert insert_block("Model", "Con", where=tmp_path).apply(Project()).by_name["Con"]


def test_a_file_under_another_name(tmp_path: Path) -> None:
    path = save_block(project_with_blocks(), "Inner", tmp_path)
    path.rename(tmp_path / "copy of it.nns")
    (found,) = saved_blocks(tmp_path)
    assert found.insert("Model").apply(Project()).by_name["Inner"].note == "A layer."


def test_an_empty_library(tmp_path: Path) -> None:
    assert saved_blocks(tmp_path / "none") == []
    assert folder().name == "blocks"
