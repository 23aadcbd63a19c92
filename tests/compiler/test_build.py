"""The module that is made of a text: its class, and the lines that a traceback shows of it."""

from __future__ import annotations

import gc
import linecache
import traceback
from pathlib import Path

import pytest
import torch

from nnstudio.compiler.build import build, file_name, model_class
from nnstudio.compiler.source import Source, generate
from nnstudio.project.settings import with_settings
from nnstudio.project.values import Project
from nnstudio.training.events import Failed
from nnstudio.training.failures import failure_event
from nnstudio.workspace.workspace import Workspace
from tests.drawing import Drawing


def project(channels: int = 1) -> Project:
    """A model whose text is broken into more lines where it is formatted."""
    drawing = Drawing("Model")
    x = drawing.input("x", "N", channels, 8, 8)
    group = drawing.group("a_group_with_a_long_name", "Sequential")
    for k in range(4):
        x = drawing.add("Conv2d", x, group=group, out_channels=8 + k, kernel_size=3, padding=1)
    x = drawing.add("Flatten", x, name="flatten")
    drawing.output(drawing.add("Linear", x, name="fc", out_features=10))
    return drawing.project()


def source(channels: int = 1, *, as_shown: bool = False) -> Source:
    made = generate(project(channels))
    return made.as_shown() if as_shown else made


@pytest.fixture(autouse=True, scope="module")
def what_was_there_before_is_not_looked_through_again() -> None:
    gc.collect()
    gc.freeze()


def kept(name: str) -> bool:
    gc.collect()
    return name in linecache.cache


@pytest.mark.parametrize("as_shown", [False, True])
def test_lines_are_let_go_with_the_model(as_shown: bool) -> None:
    program = source(3, as_shown=as_shown)
    name = file_name(program)
    model = build(program)
    made = type(model)
    assert linecache.getlines(name) == program.plain.splitlines(keepends=True)
    del model
    assert kept(name)
    del made
    assert not kept(name)


def test_a_part_of_the_model_keeps_its_lines() -> None:
    inner = Drawing("Inner")
    inner.output(inner.add("ReLU", inner.input("x", "N", 4), name="relu"))
    outer = Drawing("Outer", blocks=(inner.block(),))
    outer.output(outer.add("Inner", outer.input("x", "N", 4), name="part"))
    program = generate(outer.project())
    part = build(program).get_submodule("part")
    assert kept(file_name(program))
    del part
    assert not kept(file_name(program))


def test_one_text_is_one_class_while_it_is_used() -> None:
    first, again = model_class(source(2)), model_class(source(2))
    assert first is again
    assert model_class(source(4)) is not first
    assert model_class(source(2, as_shown=True)) is not first
    name = file_name(source(2))
    del first
    assert kept(name)
    del again
    assert not kept(name)
    assert linecache.getlines(name) == []
    assert model_class(source(2)).__name__ == "Model"


def test_many_models_leave_nothing_behind() -> None:
    before = {name for name in linecache.cache if name.startswith("<nnstudio")}
    for channels in range(1, 40):
        build(source(channels))
    gc.collect()
    assert {name for name in linecache.cache if name.startswith("<nnstudio")} <= before


@pytest.mark.parametrize("as_shown", [False, True])
def test_a_traceback_shows_the_line_that_was_executed(as_shown: bool) -> None:
    program = source(as_shown=as_shown)
    with pytest.raises(RuntimeError) as caught:
        build(program)(torch.zeros(2, 1, 5, 5))
    line = "return self.fc(x)"
    event = failure_event(caught.value, file_name(program))
    assert event.line is not None
    assert program.plain.splitlines()[event.line - 1].strip() == line
    assert program.plain_lines[event.line] == (("Model", "n6"), ("Model", "n7"))
    (frame,) = [
        frame
        for frame in traceback.extract_tb(caught.value.__traceback__)
        if frame.filename == file_name(program)
    ]
    assert frame.line == line


def test_a_run_speaks_of_the_text_that_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> torch.Tensor:
        raise RuntimeError("a fault")

    settings = {"data": "digits", "epochs": 1, "max_samples": 64, "device": "cpu"}
    workspace = Workspace(with_settings(project(), settings))
    monkeypatch.setattr(torch.nn.Linear, "forward", fail)
    run = workspace.start_training()
    run.join()
    event = run.drain()[-1]
    assert isinstance(event, Failed)
    assert event.line is not None
    shown = workspace.source()
    assert "self.fc(x" in shown.text.splitlines()[event.line - 1]
    assert ("Model", "n6") in shown.lines[event.line]
    assert "return self.fc(x" in event.detail
    assert len(shown.plain.splitlines()) != len(shown.text.splitlines())


def test_the_same_program_is_exported(tmp_path: Path) -> None:
    workspace = Workspace(project())
    workspace.export(tmp_path / "model.py")
    assert (tmp_path / "model.py").read_text("utf-8") == workspace.source().text
