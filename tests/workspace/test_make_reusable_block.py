"""Blocks made of a selection take other sizes, and the model computes what it computed before."""

from __future__ import annotations

import random

import pytest
import torch

import nnstudio
from nnstudio.analysis.analyse import analyse
from nnstudio.catalog.layers.io import INPUT, OUTPUT
from nnstudio.compiler.build import example_inputs
from nnstudio.project.presets import load_target
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Block, Project
from nnstudio.workspace.make_reusable_block import MakeReusableBlock
from tests.drawing import Drawing, two_convolutions


def made_of(project: Project, *names: str) -> tuple[Project, Block]:
    ids = frozenset(n.id for n in project.model.graph.nodes if n.name in names)
    assert len(ids) == len(names)
    project = MakeReusableBlock(project.root, ids, "Made").apply(project)
    return project, project.by_name["Made"]


def patterns(block: Block) -> dict[str, tuple[object, ...]]:
    found = {}
    for node in block.graph.of_type(INPUT):
        shape = node.params["shape"]
        assert isinstance(shape, tuple)
        found[node.name] = shape
    return found


def test_a_size_that_a_layer_is_built_for_is_called_as_the_layer_calls_it() -> None:
    project, block = made_of(two_convolutions(1, 28), "conv1", "relu1")
    assert patterns(block) == {"image": ("N", "in_channels", "height", "width")}
    assert [p.name for p in block.parameters] == ["in_channels"]
    text = nnstudio.source(project)
    assert "def __init__(self, in_channels: int) -> None:" in text
    assert "Made(in_channels=1)" in text or "Made(1)" in text


def test_it_can_be_used_for_other_sizes_at_once() -> None:
    project, _ = made_of(two_convolutions(1, 28), "conv1", "relu1")
    drawing = Drawing("Other", blocks=project.blocks[1:])
    x = drawing.add("Made", drawing.input("image", "N", 3, 32, 16), name="first")
    drawing.output(drawing.add("Made", x, name="second"))
    report = analyse(drawing.project())
    assert report.ok, report.errors
    assert [t.label for t in report.root.outputs.values()] == ["N × 8 × 32 × 16"]


def test_sizes_of_the_picture_become_parameters_where_a_layer_rests_on_them() -> None:
    project, block = made_of(two_convolutions(1, 28), "conv2", "relu2", "flatten", "fc")
    assert patterns(block) == {"x": ("N", "in_channels", "height", "width")}
    assert {p.name for p in block.parameters} == {"in_channels", "height", "width"}
    assert "8 * height * width" in nnstudio.source(project)


def test_a_size_that_the_inside_depends_on_stays_a_number() -> None:
    model = Drawing("Model")
    x = model.input("x", "N", 8, 16, 16)
    conv = model.add("Conv2d", x, name="conv", out_channels=8, kernel_size=3, padding=1)
    model.output(model.add("Add", conv, x, name="sum"))
    project, block = made_of(model.project(), "conv", "sum")
    assert patterns(block) == {"x": ("N", 8, "height", "width")}
    assert block.parameters == ()
    assert analyse(project).ok


def test_inputs_that_must_agree_take_the_same_name() -> None:
    model = Drawing("Model")
    a, b = model.input("a", "N", 4), model.input("b", "N", 4)
    model.output(model.add("ReLU", model.add("Add", a, b, name="sum"), name="relu"))
    _, block = made_of(model.project(), "sum", "relu")
    assert patterns(block) == {"a": ("N", "features"), "b": ("N", "features")}


def test_names_keep_clear_of_those_inside() -> None:
    model = Drawing("Model")
    x = model.input("x", "N", 4)
    model.output(model.add("ReLU", model.add("Linear", x, name="features", out_features=2)))
    project, block = made_of(model.project(), "features")
    assert patterns(block) == {"x": ("N", "in_features")}
    assert analyse(project).ok


def test_one_step_back_undoes_it() -> None:
    project = two_convolutions(1, 28)
    with pytest.raises(Refusal, match="Select the nodes"):
        MakeReusableBlock(project.root, frozenset(), "Made").apply(project)
    assert project == two_convolutions(1, 28)


@pytest.mark.parametrize(
    "target",
    [
        "CNN2DResNet",
        "AttentionGRU",
        "SimpleCNN/8k",
        "SimpleCNNMultiHead",
        "SimpleViT",
        "AudioCNN/heartbeats",
        "Seq2SeqTransformer/small",
        "ViTClassifier",
    ],
)
def test_the_model_computes_the_same(target: str) -> None:
    project = load_target(target)
    chance = random.Random(target)
    inputs = example_inputs(project.model, analyse(project).root)
    torch.manual_seed(0)
    with torch.no_grad():
        expected = nnstudio.build(project).eval()(**inputs)
    inner = [n.id for n in project.model.graph.nodes if n.type not in (INPUT, OUTPUT)]
    done = 0
    for _ in range(6):
        first, count = chance.randrange(len(inner)), chance.randint(1, 4)
        command = MakeReusableBlock(project.root, frozenset(inner[first : first + count]), "Made")
        try:
            changed = command.apply(project)
        except Refusal:
            continue
        assert analyse(changed).ok, analyse(changed).errors
        torch.manual_seed(0)
        with torch.no_grad():
            found = nnstudio.build(changed).eval()(**inputs)
        torch.testing.assert_close(found, expected, rtol=0, atol=0)
        done += 1
    assert done
