"""Models for which there is not enough memory: a sentence from build, a summary all the same."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import nnstudio
from nnstudio.__main__ import main
from nnstudio.analysis.analyse import analyse
from nnstudio.compiler import build as building
from nnstudio.compiler.build import build
from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.memory import largest_tensor
from nnstudio.compiler.source import generate
from nnstudio.graph.values import FrozenMap
from nnstudio.project.storage import file
from nnstudio.project.values import Project
from nnstudio.runs import memory
from nnstudio.workspace import inspect_model as inspecting
from nnstudio.workspace.inspect_model import inspect_model
from tests.drawing import Drawing


def wide(features: int) -> Project:
    model = Drawing("Wide")
    x = model.add("Linear", model.input("x", "N", features), name="fc", out_features=features)
    model.output(x)
    return model.project()


def test_a_layer_too_large_is_refused_before_memory_is_taken() -> None:
    with pytest.raises(CompileError) as caught:
        nnstudio.build(wide(10**6))
    said = str(caught.value)
    assert said.startswith("There is not enough memory: the weights of Wide take 4.0 TB, ")
    assert said.endswith(" GB are free")


def test_its_summary_needs_no_memory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wide.nns"
    file.write(wide(10**6), path)
    assert main(["summary", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["parameters"] == 10**12 + 10**6
    assert found["flops"] == 2 * 10**12


def test_training_it_ends_with_the_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = Drawing("Wide")
    x = model.add("Flatten", model.input("x", "N", 1, 8, 8), name="flat")
    x = model.add("Linear", x, name="fc", out_features=10**11)
    model.output(model.add("Linear", x, name="head", out_features=10))
    path = tmp_path / "wide.nns"
    file.write(model.project(), path)
    assert main(["train", str(path), "--data", "digits", "--epochs", "1"]) == 2
    assert "There is not enough memory" in capsys.readouterr().err


def with_steps(project: Project, steps: int) -> Project:
    """The same model for sequences of so many steps."""
    graph = project.model.graph
    (given,) = graph.of_type("Input")
    samples, _, features = given.params["shape"]
    shorter = replace(given, params=FrozenMap({"shape": (samples, steps, features)}))
    return project.with_graph(project.root, graph.with_node(shorter))


@pytest.mark.parametrize("target", ["SimpleCNN", "AttentionGRU", "Transformer2DResNet"])
def test_by_shapes_alone_the_summary_is_the_same(
    target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = nnstudio.load(target)
    if target == "AttentionGRU":  # torch works out the shapes of each of 192 steps
        project = with_steps(project, 24)
    real = inspect_model(project)
    assert real.check is not None or target == "SimpleCNN"
    monkeypatch.setattr(inspecting, "LITTLE", 0)
    shapes = inspect_model(project)
    assert replace(shapes.summary, text="") == replace(real.summary, text="")
    assert shapes.check == real.check
    assert shapes.output_shapes == real.output_shapes


def test_what_torch_says_of_memory_is_the_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: Any, **__: Any) -> Any:
        raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 4 TB")

    monkeypatch.setattr(building, "model_class", lambda source: none)
    with pytest.raises(CompileError, match="There is not enough memory: the weights of Wide"):
        build(generate(wide(8)))


def test_buffers_count() -> None:
    model = Drawing("Masked")
    x = model.input("x", "N", 8)
    mask = model.add("Buffer", name="mask", shape=(10**7, 10**7))
    model.output(x)
    model.output(mask, "mask")
    with pytest.raises(CompileError, match=r"the weights of Masked take 400\.0 TB"):
        build(generate(model.project()))


def test_what_is_free_is_known_here() -> None:
    free = memory.free_memory()
    assert free is not None
    assert free > 10**6
    report = analyse(wide(1000))
    assert largest_tensor(report.root, 5) == 5000
    assert memory.not_enough("the weights of Net", 4e12, 2.5e9) == (
        "There is not enough memory: the weights of Net take 4.0 TB, 2.5 GB are free"
    )
