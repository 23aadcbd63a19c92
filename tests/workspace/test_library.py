"""The user's own blocks: saved, listed, inserted in other projects; broken files are named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nnstudio.analysis.analyse import analyse
from nnstudio.graph.values import FrozenMap
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import dumps, loads
from nnstudio.project.values import Block, BlockParameter, Initialiser, Project
from nnstudio.workspace.library import (
    folder,
    is_saved,
    save_block,
    saved_blocks,
)
from tests.drawing import Drawing
from tests.taking import taken


def project_with_blocks() -> Project:
    """Model > Whole > Inner."""
    inner = Drawing("Inner", BlockParameter("width", "int", 8), note="A layer.")
    x = inner.input("x", "N", "features")
    inner.output(inner.add("Linear", x, name="fc", out_features="=width", in_features=8))
    outer = Drawing("Whole", blocks=(inner.block(),), note="Two layers.")
    x = outer.input("x", "N", 8)
    outer.output(outer.add("Inner", outer.add("Inner", x, name="a"), name="b"))
    model = Drawing(
        "Model", BlockParameter("depth", "int", 1), blocks=(inner.block(), outer.block())
    )
    x = model.input("x", "N", 8)
    model.output(model.add("Whole", x, name="whole", repeat="depth", kind="Sequential"))
    rules = (Initialiser("Linear", "normal", FrozenMap({"std": 0.02})),)
    project = model.project(values=FrozenMap({"depth": 2}))
    return project.with_block(replace(project.by_name["Whole"], initialisers=rules))


def test_a_block_goes_from_one_project_to_another(tmp_path: Path) -> None:
    project = project_with_blocks()
    path = save_block(project, "Whole", tmp_path / "blocks")
    assert path.name == "Whole.nns"
    (found,) = saved_blocks(tmp_path / "blocks")
    assert (found.name, found.note, found.problem) == ("Whole", "Two layers.", "")
    after = taken(found, Project())
    assert [b.name for b in after.blocks] == ["Model", "Inner", "Whole"]
    assert after.by_name["Whole"] == project.by_name["Whole"]
    (use,) = after.model.graph.nodes
    assert (use.type, use.name) == ("Whole", "whole")
    again = taken(found, after)
    assert len(again.blocks) == 3
    assert [n.name for n in again.model.graph.nodes] == ["whole", "whole2"]
    assert loads(dumps(again)) == again


def test_another_block_of_the_name_stays(tmp_path: Path) -> None:
    save_block(project_with_blocks(), "Inner", tmp_path)
    other = Drawing("Inner")
    other.output(other.add("ReLU", other.input("x", "N", 8), name="relu"))
    project = Project("Model", (*Project().blocks, other.block()))
    after = taken(saved_blocks(tmp_path)[0], project)
    assert after.by_name["Inner"] == other.block()
    assert after.model.graph.nodes[0].type == "Inner2"


def test_a_model_is_a_block_with_its_values(tmp_path: Path) -> None:
    project = project_with_blocks()
    assert analyse(project).ok
    save_block(project, "Model", tmp_path)
    after = taken(saved_blocks(tmp_path)[0], Drawing("Net").project())
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
    saved_blocks(tmp_path)[0].delete()
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
    with pytest.raises(Refusal, match=r"Bad\.nns"):
        saved_blocks(tmp_path)[0].addition(Project())


@pytest.mark.parametrize("name", ["../evil", "", "a/b", "Gone"])
def test_names_that_are_no_blocks(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refusal):
        save_block(Project(), name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_gone_cannot_be_removed(tmp_path: Path) -> None:
    save_block(project_with_blocks(), "Inner", tmp_path)
    (found,) = saved_blocks(tmp_path)
    found.delete()
    with pytest.raises(FileError, match="cannot be removed"):
        found.delete()


def test_names_that_windows_keeps_for_itself(tmp_path: Path) -> None:
    drawing = Drawing("Con")
    drawing.output(drawing.add("ReLU", drawing.input("x", "N", 8), name="relu"))
    assert save_block(drawing.project(), "Con", tmp_path).name == "Con_.nns"
    assert saved_blocks(tmp_path)[0].name == "Con"
    assert taken(saved_blocks(tmp_path)[0], Project()).by_name["Con"]


def test_a_file_under_another_name(tmp_path: Path) -> None:
    path = save_block(project_with_blocks(), "Inner", tmp_path)
    path.rename(tmp_path / "copy of it.nns")
    (found,) = saved_blocks(tmp_path)
    assert taken(found, Project()).by_name["Inner"].note == "A layer."


def test_an_empty_library(tmp_path: Path) -> None:
    assert saved_blocks(tmp_path / "none") == []
    assert folder().name == "blocks"


def test_what_a_block_is_in_a_project(tmp_path: Path) -> None:
    save_block(project_with_blocks(), "Whole", tmp_path)
    (found,) = saved_blocks(tmp_path)
    added = found.addition(Project())
    assert (added.type, added.name, dict(added.values)) == ("Whole", "Whole", {})
    assert [b.name for b in added.project.blocks] == ["Model", "Inner", "Whole"]
    (take,) = added.first
    assert take.title == "Take Whole"
    assert take.apply(Project()) == added.project
    assert found.addition(added.project).project == added.project  # it is there already


def test_an_addition_beside_another_block_of_the_name(tmp_path: Path) -> None:
    save_block(project_with_blocks(), "Inner", tmp_path)
    other = Drawing("Inner")
    other.output(other.add("ReLU", other.input("x", "N", 8), name="relu"))
    added = saved_blocks(tmp_path)[0].addition(Project("Model", (Block("Model"), other.block())))
    assert (added.type, added.name) == ("Inner2", "Inner")
    assert added.project.by_name["Inner"] == other.block()


def test_the_model_is_added_with_its_values(tmp_path: Path) -> None:
    save_block(project_with_blocks(), "Model", tmp_path)
    assert dict(saved_blocks(tmp_path)[0].addition(Drawing("Net").project()).values) == {"depth": 2}


def test_a_broken_file_cannot_be_added(tmp_path: Path) -> None:
    (tmp_path / "Bad.nns").write_text("{", encoding="utf-8")
    (found,) = saved_blocks(tmp_path)
    with pytest.raises(Refusal, match=r"Bad\.nns"):
        found.addition(Project())
    found.delete()
    assert saved_blocks(tmp_path) == []
    with pytest.raises(FileError, match="cannot be removed"):
        found.delete()


def test_a_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    project = project_with_blocks()
    path = save_block(project, "Inner", tmp_path)
    first = saved_blocks(tmp_path)
    assert saved_blocks(tmp_path)[0] is first[0]
    assert is_saved(project, "Inner", tmp_path)
    changed = project.with_block(replace(project.by_name["Inner"], note="A later."))
    assert not is_saved(changed, "Inner", tmp_path)
    assert not is_saved(project, "Whole", tmp_path)
    save_block(changed, "Inner", tmp_path, overwrite=True)
    assert saved_blocks(tmp_path)[0].note == "A later."
    path.write_text("{", encoding="utf-8")
    assert saved_blocks(tmp_path)[0].problem
    assert not is_saved(changed, "Inner", tmp_path)
