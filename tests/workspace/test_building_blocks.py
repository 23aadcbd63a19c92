"""The blocks that come with the program: listed, put into an empty project, built and run."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.build import build, example_inputs
from nnstudio.compiler.source import generate
from nnstudio.graph.values import Edge, Port
from nnstudio.project.commands.graph import Connect
from nnstudio.project.presets import preset
from nnstudio.project.storage.file import dumps, loads
from nnstudio.project.values import Project
from nnstudio.workspace.building_blocks import BuildingBlock, building_block, building_blocks
from tests.drawing import Drawing
from tests.taking import taken

PICTURE = ("N", 32, 16, 16)
TOKENS = ("N", 10, 64)
SIGNAL = ("N", 32, 100)
LENGTH_FIRST = (10, "N", 64)
SHAPES: dict[str, tuple[tuple[int | str, ...], ...]] = {
    "ResNetBlock2D": (PICTURE,),
    "ConvNormAct": (PICTURE,),
    "MBConv": (PICTURE,),
    "InvertedResidual": (PICTURE,),
    "DenseLayer": (PICTURE,),
    "Inception": (PICTURE,),
    "SqueezeExcitation": (PICTURE,),
    "ConvNeXtBlock": (PICTURE,),
    "GlobalResponseNorm": (("N", 16, 16, 32),),
    "LayerNorm2d": (PICTURE,),
    "DropPath": (PICTURE,),
    "ConvBase": (("N", 1, 4000),),
    "GatedResidualBlock": (SIGNAL,),
    "TemporalBlock": (SIGNAL,),
    "ConvLSTMCell": (("N", 3, 12, 12), ("N", 16, 12, 12), ("N", 16, 12, 12)),
    "ConvLSTMLayer": (("N", 5, 3, 12, 12),),
    "SpatialTransformer": (("N", 3, 50),),
    "SelfAttention": (TOKENS,),
    "EncoderBlock": (TOKENS,),
    "TransformerBlock": (TOKENS,),
    "ResidualFeedForward": (TOKENS,),
    "EncoderLayer": (LENGTH_FIRST,),
    "DecoderLayer": (LENGTH_FIRST, LENGTH_FIRST),
    "Encoder": (LENGTH_FIRST,),
    "Decoder": (LENGTH_FIRST, LENGTH_FIRST),
    "TokenEmbedding": (("N", 10),),
    "PositionalEncoding": (TOKENS,),
    "CausalMask": (TOKENS,),
    "PatchEmbedding": (("N", 3, 32, 32),),
    "Patchify": (("N", 3, 32, 32),),
    "RotaryAttention": (TOKENS, (10, 16), (10, 16)),
    "RotaryPositions": (("N", 10),),
    "SwiGLU": (TOKENS,),
    "SwinBlock": (("N", 16, 16, 32),),
    "WindowAttention": (("N", 16, 16, 32),),
    "PatchMerging": (("N", 16, 16, 32),),
    "MixtureOfExperts": (TOKENS,),
    "BertEmbeddings": (("N", 10), ("N", 10)),
    "BertLayer": (TOKENS,),
    "AdditiveAttention": (("N", 64), TOKENS, TOKENS),
    "VectorQuantizer": (PICTURE,),
    "AdversarialLosses": (("N",), ("N",), ("N",)),
    "DiffusionUNet": (("N", 1, 16, 16), ("N",)),
    "TimedResidual": (("N", 32, 16, 16), ("N", 128)),
    "TimeEmbedding": (("N",),),
    "PictureAttention": (("N", 32, 8, 8),),
    "ClassToken": (TOKENS,),
}
OF_NUMBERS = {
    "BertEmbeddings": (0, 1),
    "DiffusionUNet": (1,),
    "RotaryPositions": (0,),
    "TimeEmbedding": (0,),
    "TokenEmbedding": (0,),
}
"""Which Inputs take whole numbers: tokens, positions, steps."""
ASKED_FOR = (
    *("MBConv", "SqueezeExcitation", "ConvNeXtBlock", "GlobalResponseNorm", "EncoderLayer"),
    *("DecoderLayer", "PatchEmbedding", "ClassToken", "SelfAttention", "ResNetBlock2D"),
)


def empty(found: BuildingBlock) -> Project:
    """Nothing but the Inputs that the block needs, and an Output."""
    drawing = Drawing("Model")
    for k, shape in enumerate(SHAPES[found.name]):
        dtype = {"dtype": "int"} if k in OF_NUMBERS.get(found.name, ()) else {}
        drawing.input(f"x{k}", *shape, **dtype)
    drawing.add("Output", name="output")
    return drawing.project()


def wired(found: BuildingBlock) -> Project:
    """The block put into that project and connected as it stands."""
    project = taken(found, empty(found))
    nodes = {node.name: node for node in project.model.graph.nodes}
    (use,) = (node for node in project.model.graph.nodes if node.type == found.name)
    ports = [n.name for n in project.by_name[found.name].graph.of_type("Input")]
    for k, port in zip(range(len(SHAPES[found.name])), ports, strict=False):
        edge = Edge(Port(nodes[f"x{k}"].id, "output"), Port(use.id, port))
        project = Connect("Model", edge).apply(project)
    out = project.by_name[found.name].graph.of_type("Output")[0].name
    edge = Edge(Port(use.id, out), Port(nodes["output"].id, "input"))
    return Connect("Model", edge).apply(project)


def test_all_that_was_asked_for_is_there() -> None:
    names = [found.name for found in building_blocks()]
    assert set(ASKED_FOR) <= set(names)
    assert set(names) == set(SHAPES)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("found", building_blocks(), ids=lambda found: found.name)
def test_a_block_works_in_a_project_that_was_empty(found: BuildingBlock) -> None:
    project = wired(found)
    report = analyse(project)
    assert [p.sentence for p in report.problems if p.severity != "advice"] == []
    assert loads(dumps(project)) == project
    model = build(generate(project, report)).eval()
    with torch.no_grad():
        output = model(**example_inputs(project.model, report.root, 3))
    (drawn,) = report.root.outputs.values()
    assert list(output.shape) == [3 if dim.value is None else dim.value for dim in drawn.shape]


@pytest.mark.parametrize("found", building_blocks(), ids=lambda found: found.name)
def test_it_is_the_block_of_the_preset(found: BuildingBlock) -> None:
    (use,) = found.fragment.graph.nodes
    assert use.type == found.name
    assert use.params == found.values
    assert found.note
    assert found.note == next(b.note for b in found.fragment.blocks if b.name == found.name)
    if found.preset:
        assert found.fragment.blocks[-1] == preset(found.preset).by_name[found.name]
    assert building_block(found.key) is found


def test_keys_are_no_names_of_types() -> None:
    assert all(not found.key.isidentifier() for found in building_blocks())
    assert building_block("MBConv") is None


def test_twice_the_same_needs_one_definition() -> None:
    found = building_block("SimpleEfficientNet/MBConv")
    assert found is not None
    project = taken(found, taken(found, Project()))
    assert [block.name for block in project.blocks].count("MBConv") == 1
    assert [node.type for node in project.model.graph.nodes] == ["MBConv", "MBConv"]


def test_a_use_that_is_wired_at_once_comes_with_its_definitions() -> None:
    found = building_block("SimpleEfficientNet/MBConv")
    assert found is not None
    added = found.addition(Project())
    assert (added.type, added.values, added.name) == ("MBConv", found.values, "MBConv")
    (take,) = added.first
    assert take.apply(Project()) == added.project
    assert {"MBConv", "SqueezeExcitation", "ConvNormAct"} <= set(added.project.by_name)


def test_another_block_of_the_name_stays() -> None:
    own = Drawing("MBConv")
    own.output(own.add("ReLU", own.input("x", "N", 8), name="relu"))
    project = Project("Model", (*Project().blocks, own.block()))
    found = building_block("SimpleEfficientNet/MBConv")
    assert found is not None
    assert found.addition(project).type == "MBConv2"
    after = taken(found, project)
    assert after.by_name["MBConv"] == own.block()
    assert after.model.graph.nodes[0].type == "MBConv2"


def test_the_class_token_comes_first_and_is_learned() -> None:
    found = building_block("blocks/ClassToken")
    assert found is not None
    model = build(generate(wired(found)))
    x = torch.randn(2, 10, 64)
    output = model(x)
    token = dict(model.named_parameters())["class_token.cls_token"]
    assert output.shape == (2, 11, 64)
    torch.testing.assert_close(output[:, 1:], x)
    torch.testing.assert_close(output[:, 0], token[0].expand(2, -1))
    nn.functional.mse_loss(output, torch.zeros_like(output)).backward()
    assert token.grad is not None
    assert bool(token.grad.any())
