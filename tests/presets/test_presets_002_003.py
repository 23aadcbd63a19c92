"""The presets of the digit sequence models, of the audio assignment, and of a head from prose."""

from __future__ import annotations

import ast
import json
import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from nnstudio.analysis.analyse import analyse
from nnstudio.assets import asset
from nnstudio.compiler.build import build, build_empty
from nnstudio.compiler.source import generate
from nnstudio.data.pipeline.sets import load
from nnstudio.graph.values import FrozenMap
from nnstudio.project.commands.settings import SetSettings
from nnstudio.project.data.places import place_of
from nnstudio.project.presets import load_target, preset
from nnstudio.project.storage import file
from nnstudio.workspace.inspect_model import inspect_model
from nnstudio.workspace.workspace import Workspace
from tests.compiled import compiled, on_meta
from tests.compiler.ruff_referee import ruff_format
from tests.presets import reference_002_003 as plain

FACTS = json.loads(asset("published", "architectures.json").read_text(encoding="utf-8"))
MEASURED = {entry["id"]: entry for entry in FACTS["architectures"]}

PROSE = "Transformer2DResNetProse"
REFERENCES = {
    PROSE: "s000.transformer2d_resnet.prose_head",
    "RNNClassifier/row": "s002.rnn.row",
    "RNNClassifier/pixel": "s002.rnn.pixel",
    "LSTMClassifier/row": "s002.lstm.row",
    "LSTMClassifier/pixel": "s002.lstm.pixel",
    "GRUClassifier/row": "s002.gru.row",
    "GRUClassifier/pixel": "s002.gru.pixel",
    "ViTClassifier/pad30": "s002.vit.pad30.v1.26.11",
    "ViTClassifier/crop24": "s002.vit.crop24.v1.26.11",
    "ViTClassifier/patch7": "s002.vit.patch7.v1.26.11",
    "ViTClassifierMLPHead/pad30": "s002.vit.pad30.v0.2.2",
    "ViTClassifierMLPHead/patch7": "s002.vit.patch7.v0.2.2",
    "AudioCNN/16khz": "s003.suggested.arch1",
    "AudioTransformer/h1": "s003.suggested.arch2.h1",
    "AudioTransformer/h2": "s003.suggested.arch2.h2",
    "AudioTransformer/h4": "s003.suggested.arch2.h4",
}
PRESETS = tuple(dict.fromkeys(target.partition("/")[0] for target in REFERENCES))
WRAPPER = "b."  # the model with the head from prose was measured inside a wrapper of this name


def every_target() -> list[str]:
    found: list[str] = []
    for name in PRESETS:
        found += [name, *(f"{name}/{variant.name}" for variant in preset(name).variants)]
    return found


def seeded(target: str) -> nn.Module:
    """The preset in double precision with random weights and random batch statistics."""
    torch.manual_seed(3)
    model = build(compiled(target)[2]).eval().double()
    for name, buffer in model.named_buffers():
        if name.endswith("running_mean"):
            buffer.normal_(std=0.1)
        if name.endswith("running_var"):
            buffer.uniform_(0.5, 1.5)
    return model


def random(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(4))


def equal(model: nn.Module, other: nn.Module, state: dict[str, Tensor], *shape: int) -> None:
    """`other` with the weights in `state` computes what `model` computes."""
    other.double().load_state_dict(state)
    x = random(*shape)
    with torch.no_grad():
        expected, found = other.eval()(x), model(x)
    assert found.std() > 1e-4
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-10)


def test_every_measured_model_is_a_preset() -> None:
    named: dict[str, str] = {}
    for name in PRESETS:
        project = preset(name)
        if project.about.reference:
            named[name] = project.about.reference
        named |= {f"{name}/{v.name}": v.reference for v in project.variants if v.reference}
    assert named == REFERENCES
    expected = {key for key in MEASURED if key.startswith(("s002.", "s003."))}
    assert set(named.values()) == expected | {REFERENCES[PROSE]}


@pytest.mark.parametrize("target", REFERENCES)
def test_keys_shapes_and_total_are_the_measured_ones(target: str) -> None:
    facts = MEASURED[REFERENCES[target]]
    model = on_meta(target)
    assert sum(parameter.numel() for parameter in model.parameters()) == facts["total_params"]
    assert compiled(target)[1].root.parameters == facts["total_params"]
    if "state_dict" in facts:
        found = [(name, tuple(tensor.shape)) for name, tensor in model.state_dict().items()]
        rows = facts["state_dict"]
        assert found == [(key.removeprefix(WRAPPER), tuple(shape)) for key, shape, _ in rows]


@pytest.mark.parametrize("target", REFERENCES)
def test_outputs_have_the_measured_shape(target: str) -> None:
    facts = MEASURED[REFERENCES[target]]
    (item,) = facts["inputs"]
    model = build_empty(compiled(target)[2]).eval()  # recurrent layers are slow on meta tensors
    with torch.no_grad():
        output = model(torch.zeros(item["shape_batch2"]))
    assert list(output.shape) == facts["output_shape_batch2"]
    (known,) = compiled(target)[1].root.outputs.values()
    assert [2 if size.value is None else size.value for size in known.shape] == list(output.shape)


@pytest.mark.parametrize("target", REFERENCES)
def test_the_documented_check_is_passed(target: str) -> None:
    check = inspect_model(*compiled(target)[:2]).check
    assert check is not None
    assert check.ok, check.mismatches
    assert check.rows
    assert check.claims


@pytest.mark.parametrize("target", every_target())
def test_presets_and_their_variants_are_free_of_errors(target: str) -> None:
    assert compiled(target)[1].errors == ()


@pytest.mark.parametrize("name", PRESETS)
def test_files_can_be_written_again_and_cards_have_places(name: str) -> None:
    path = asset("presets", f"{name}.nns")
    project = file.read(path)
    assert project.root == name
    assert file.loads(file.dumps(project)) == project
    for block in project.blocks:
        places = {node.position for node in block.graph.nodes}
        assert len(places) == len(block.graph.nodes)


@pytest.mark.parametrize("name", PRESETS)
def test_text_is_a_fixed_point_of_ruff_format(name: str) -> None:
    text = compiled(name)[2].text
    assert ruff_format(text) == text


# -- equal to a plain PyTorch model with the same weights -----------------------------------------


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize(("variant", "shape"), [("row", (3, 28, 28)), ("pixel", (2, 784, 1))])
def test_recurrent_models_compute_what_plain_ones_do(
    cell: plain.Cell, variant: str, shape: tuple[int, ...]
) -> None:
    model = seeded(f"{cell.upper()}Classifier/{variant}")
    equal(model, plain.Recurrent(cell, shape[-1]), model.state_dict(), *shape)


@pytest.mark.parametrize(
    ("variant", "image", "patch"),
    [("pad30", 30, 6), ("crop24", 24, 6), ("patch7", 28, 7), ("patch4", 28, 4)],
)
def test_vit_computes_what_a_plain_one_does(variant: str, image: int, patch: int) -> None:
    model = seeded(f"ViTClassifier/{variant}")
    equal(model, plain.ViT(image, patch), model.state_dict(), 2, 1, image, image)


@pytest.mark.parametrize(
    ("variant", "image", "patch"),
    [("pad30", 30, 6), ("crop24", 24, 6), ("patch7", 28, 7), ("patch4", 28, 4)],
)
def test_vit_with_mlp_head_computes_what_a_plain_one_does(
    variant: str, image: int, patch: int
) -> None:
    model = seeded(f"ViTClassifierMLPHead/{variant}")
    equal(model, plain.OldViT(image, patch), model.state_dict(), 2, 1, image, image)


def test_audio_cnn_computes_what_a_plain_one_does() -> None:
    model = seeded("AudioCNN")
    equal(model, plain.AudioCNN(), model.state_dict(), 2, 1, 16000)


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_audio_transformer_computes_what_torchs_own_attention_makes_of_it(heads: int) -> None:
    model = seeded(f"AudioTransformer/h{heads}")
    state = plain.joined_attention(model.state_dict())
    equal(model, plain.AudioTransformer(heads), state, 2, 1, 16000)


@pytest.mark.parametrize(("width", "heads"), [(128, 1), (128, 2), (128, 4), (24, 8), (15, 3)])
def test_drawn_attention_is_multihead_attention(width: int, heads: int) -> None:
    values = FrozenMap({"d_model": width, "heads": heads})
    block = replace(preset("AudioTransformer"), root="SelfAttention", values=values, variants=())
    torch.manual_seed(5)
    drawn = build(generate(block)).double()
    whole = nn.MultiheadAttention(width, heads, batch_first=True).double()
    whole.load_state_dict(plain.joined_attention(drawn.state_dict()))
    x = random(3, 7, width).requires_grad_()
    y = x.detach().clone().requires_grad_()
    found, expected = drawn(x), whole(y, y, y, need_weights=False)[0]
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-12)
    found.square().sum().backward()
    expected.square().sum().backward()
    torch.testing.assert_close(x.grad, y.grad, rtol=1e-9, atol=1e-10)


def test_drawn_attention_uses_primitive_nodes_alone() -> None:
    graph = preset("AudioTransformer").by_name["SelfAttention"].graph
    primitive = {"Linear", "UnflattenDim", "Transpose", "MatMul", "Scale", "SoftmaxFunction"}
    assert {node.type for node in graph.nodes} == {*primitive, "FlattenDims", "Input", "Output"}


def test_prose_head_is_the_published_model_up_to_its_head() -> None:
    torch.manual_seed(6)
    model = seeded(PROSE)
    published = seeded("Transformer2DResNet")
    own = {key: tensor for key, tensor in model.state_dict().items() if key[:4] != "out."}
    missing, unexpected = published.load_state_dict(own, strict=False)
    assert unexpected == []
    assert {key[:4] for key in missing} == {"out."}
    tokens: list[Tensor] = []
    for each in (model, published):
        head = each.get_submodule("out")
        head.register_forward_pre_hook(lambda _, inputs: tokens.append(inputs[0]))
    x = random(2, 1, 16, 12)
    with torch.no_grad():
        output = model(x)
        published(x)
        linear = model.get_submodule("out.1")
        torch.testing.assert_close(tokens[0], tokens[1])
        torch.testing.assert_close(output, linear(tokens[0]))


# -- what the documents contradict ----------------------------------------------------------------


def test_a_softmax_before_cross_entropy_holds_the_loss_between_two_bounds() -> None:
    """1.4612 and 2.3026 stand in the explanation of the recurrent models."""
    target = torch.tensor([0])
    best = nn.functional.cross_entropy(torch.eye(10)[:1], target)
    chance = nn.functional.cross_entropy(torch.full((1, 10), 0.1), target)
    assert round(best.item(), 4) == 1.4612
    assert round(chance.item(), 4) == round(math.log(10), 4) == 2.3026


@pytest.mark.parametrize("name", ["RNNClassifier", "LSTMClassifier", "GRUClassifier"])
def test_logits_are_the_documented_model_without_its_softmax(name: str) -> None:
    model, logits = seeded(name), seeded(f"{name}/row-logits")
    logits.load_state_dict(model.state_dict())
    x = random(2, 28, 28)
    with torch.no_grad():
        torch.testing.assert_close(logits(x).softmax(dim=1), model(x))
        torch.testing.assert_close(model(x).sum(dim=1), torch.ones(2, dtype=torch.float64))


def test_the_second_softmax_is_warned_of_where_there_is_one() -> None:
    for name in ("RNNClassifier", "LSTMClassifier", "GRUClassifier"):
        for variant in ("row", "pixel", "row-logits", "pixel-logits"):
            problems = compiled(f"{name}/{variant}")[1].problems
            warned = any("softmax" in problem.sentence for problem in problems)
            assert warned == (not variant.endswith("logits"))


@pytest.mark.parametrize("name", ["ViTClassifier", "ViTClassifierMLPHead"])
def test_patches_of_6_do_not_fit_into_28(name: str) -> None:
    project = preset(name)
    report = analyse(replace(project, values=FrozenMap({"image_size": 28})))
    assert any("image_size must be divisible by patch_size" in p.sentence for p in report.errors)
    with pytest.raises(Exception, match="image_size must be divisible by patch_size"):
        build(compiled(name)[2], image_size=28)


# -- data ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "form"),
    [
        (PROSE, (1, 16, 12)),
        ("RNNClassifier/row", (8, 8)),
        ("LSTMClassifier/row", (8, 8)),
        ("GRUClassifier/pixel-logits", (64, 1)),
        ("ViTClassifier/digits", (1, 8, 8)),
        ("ViTClassifierMLPHead/digits", (1, 8, 8)),
        ("AudioCNN/heartbeats", (1, 192)),
        ("AudioTransformer/heartbeats", (1, 192)),
    ],
)
def test_models_fit_their_data(target: str, form: tuple[int, ...]) -> None:
    workspace = Workspace(load_target(target))
    data = place_of(workspace.project.data.source)
    workspace.do(SetSettings({"resize": False}))
    if not workspace.is_fitted(data):
        workspace.fit(data)
    assert workspace.report.errors == ()
    samples = load(data, form)
    model = build(workspace.source())
    loss = nn.functional.cross_entropy(model(samples.inputs[:6]), samples.targets[:6])
    loss.backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


@pytest.mark.parametrize("name", PRESETS)
def test_text_rests_on_torch_alone(name: str) -> None:
    tree = ast.parse(compiled(name)[2].text)
    imports = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
    names = {n.module if isinstance(n, ast.ImportFrom) else n.names[0].name for n in imports}
    assert names <= {"torch", "torch.nn.functional", "math"}
