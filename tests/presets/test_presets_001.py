"""The presets of the transformer tutorial and of the two image classifiers that it names."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from nnstudio.assets import asset
from nnstudio.compiler.build import build, build_empty, example_inputs
from nnstudio.compiler.source import generate
from nnstudio.inspection.documented import check, load_documented
from nnstudio.project.presets import preset, with_values
from tests.compiled import compiled, on_meta
from tests.compiler import referee
from tests.compiler.ruff_referee import ruff_format
from tests.presets import reference_001 as plain

FACTS = json.loads(asset("published", "architectures.json").read_text(encoding="utf-8"))
MEASURED = {entry["id"]: entry for entry in FACTS["architectures"]}

PRESETS = (
    "AlexNet",
    "EfficientNet",
    "NNTransformer",
    "Seq2SeqTransformer",
    "Transformer",
    "TransformerDecoderLayer",
    "TransformerEncoderLayer",
)
REFERENCES = {
    "TransformerEncoderLayer/d512": "s001.encoder_layer.d512",
    "TransformerEncoderLayer/d64": "s001.encoder_layer.d64",
    "TransformerDecoderLayer/d512": "s001.decoder_layer.d512",
    "TransformerDecoderLayer/d64": "s001.decoder_layer.d64",
    "Transformer/6x512": "s001.transformer.6x512",
    "Transformer/1x512": "s001.transformer.1x512",
    "Transformer/2x64": "s001.transformer.2x64",
    "NNTransformer": "s001.ref.nn_transformer_base",
    "AlexNet/1000": "s001.alexnet",
    "AlexNet/10": "s001.alexnet_10",
    "EfficientNet/B0": "s001.efficientnet_b0",
}
EFFICIENTNETS = {
    "B0": 5_288_548,
    "B1": 7_794_184,
    "B2": 9_109_994,
    "B3": 12_233_232,
    "B4": 19_341_616,
    "B5": 30_389_784,
    "B6": 43_040_704,
    "B7": 66_347_960,
}


def keys(model: nn.Module) -> list[tuple[str, tuple[int, ...]]]:
    return [(name, tuple(tensor.shape)) for name, tensor in model.state_dict().items()]


def count(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def seeded(target: str) -> nn.Module:
    """The preset with random weights and, in its batch norms, random statistics."""
    torch.manual_seed(1)
    model = build(compiled(target)[2]).eval()
    for name, buffer in model.named_buffers():
        if name.endswith("running_mean"):
            buffer.normal_(std=0.1)
        if name.endswith("running_var"):
            buffer.uniform_(0.5, 1.5)
    return model


def random(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(2))


def same_weights(model: nn.Module, other: nn.Module) -> nn.Module:
    """`other`, an independent model, with the weights of `model`: the keys have to be the same."""
    other.load_state_dict(model.state_dict())
    return other.eval()


def test_every_measured_variant_is_a_preset() -> None:
    named: dict[str, str] = {}
    for name in PRESETS:
        project = preset(name)
        if project.about.reference:
            named[name] = project.about.reference
        named |= {f"{name}/{v.name}": v.reference for v in project.variants if v.reference}
    assert named == REFERENCES
    assert set(named.values()) == {name for name in MEASURED if name.startswith("s001.")}


@pytest.mark.parametrize("target", REFERENCES)
def test_keys_shapes_and_total_are_the_measured_ones(target: str) -> None:
    facts = MEASURED[REFERENCES[target]]
    model = on_meta(target)
    assert count(model) == facts["total_params"]
    assert compiled(target)[1].root.parameters == facts["total_params"]
    if "state_dict" in facts:
        assert keys(model) == [(name, tuple(shape)) for name, shape, _ in facts["state_dict"]]


@pytest.mark.parametrize("target", REFERENCES)
def test_outputs_have_the_measured_shape(target: str) -> None:
    facts = MEASURED[REFERENCES[target]]
    inputs = {
        item["name"]: torch.empty(item["shape_batch2"], device="meta") for item in facts["inputs"]
    }
    with torch.no_grad():
        output = on_meta(target)(**inputs)
    assert list(output.shape) == facts["output_shape_batch2"]
    (known,) = compiled(target)[1].root.outputs.values()
    found = [2 if size.value is None else size.value for size in known.shape]
    assert found == facts["output_shape_batch2"]


@pytest.mark.parametrize("name", PRESETS)
def test_presets_have_no_errors_and_no_warnings(name: str) -> None:
    project = preset(name)
    for target in (name, *(f"{name}/{variant.name}" for variant in project.variants)):
        problems = compiled(target)[1].problems
        assert [problem for problem in problems if problem.severity != "advice"] == []


@pytest.mark.parametrize("name", PRESETS)
def test_cards_have_places(name: str) -> None:
    for block in preset(name).blocks:
        places = [node.position for node in block.graph.nodes]
        assert len(set(places)) == len(places)


@pytest.mark.parametrize("name", PRESETS)
def test_ruff_leaves_the_text_as_it_is(name: str) -> None:
    text = compiled(name)[2].text
    assert ruff_format(text) == text


@pytest.mark.parametrize("name", [name for name in PRESETS if preset(name).about.documented])
def test_document_is_met(name: str) -> None:
    project = preset(name)
    table = load_documented(project.about.documented)
    found = check(table, build_empty(compiled(name)[2]))
    assert found.mismatches == ()
    assert len(found.claims) >= (1 if name == "EfficientNet" else 3)


@pytest.mark.parametrize("variant", EFFICIENTNETS)
def test_efficientnets_have_the_published_totals(variant: str) -> None:
    target = f"EfficientNet/{variant}"
    assert count(on_meta(target)) == EFFICIENTNETS[variant]
    assert compiled(target)[1].root.parameters == EFFICIENTNETS[variant]


@pytest.mark.parametrize("variant", ["B1", "B7"])
def test_efficientnets_are_declared_like_the_plain_ones(variant: str) -> None:
    values: dict[str, Any] = dict(compiled(f"EfficientNet/{variant}")[0].values)
    with torch.device("meta"):
        other = plain.EfficientNet(**values)
    model = on_meta(f"EfficientNet/{variant}")
    assert keys(model) == keys(other)
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    wanted = [m for m in other.modules() if isinstance(m, nn.BatchNorm2d)]
    assert [(m.eps, m.momentum) for m in norms] == [(m.eps, m.momentum) for m in wanted]
    drops = [m.p for name, m in model.named_modules() if name.endswith("stochastic_depth.dropout")]
    blocks = [m for m in other.modules() if isinstance(m, plain.MBConv)]
    assert drops == [block.drop for block in blocks if block.residual]


def test_stochastic_depth_drops_whole_samples_and_scales_the_rest() -> None:
    torch.manual_seed(0)
    model = build(compiled("EfficientNet")[2], width=0.25)
    layer = next(m for m in model.modules() if type(m).__name__ == "StochasticDepth")
    layer.dropout.p = 0.25
    x = torch.ones(400, 3, 2, 2)
    found = layer.train()(x)
    per_sample = found.flatten(1)
    assert bool((per_sample == per_sample[:, :1]).all())
    assert sorted(per_sample[:, 0].unique().tolist()) == pytest.approx([0.0, 1 / 0.75])
    assert 0.15 < (per_sample[:, 0] == 0).float().mean().item() < 0.35
    assert torch.equal(layer.eval()(x), x)


@pytest.mark.parametrize("target", ["TransformerDecoderLayer/d64", "Transformer/2x64"])
def test_text_computes_what_is_drawn(target: str) -> None:
    project, report, _ = compiled(target)
    referee.assert_equal(project, seeded(target), example_inputs(project.model, report.root))


def test_efficientnet_computes_what_is_drawn() -> None:
    project = with_values(preset("EfficientNet"), {"width": "0.3", "depth": "1.2"})
    referee.assert_equal(project, build(generate(project)), {"x": random(2, 3, 48, 48)})


@pytest.mark.parametrize("masked", [False, True])
def test_encoder_layer_computes_what_the_tutorial_computes(masked: bool) -> None:
    model = seeded("TransformerEncoderLayer/d64")
    other = same_weights(model, plain.EncoderLayer(64, 4, 128, 0.1))
    mask = torch.ones(10, 10).triu(1).bool() if masked else None
    src = random(10, 2, 64)
    torch.testing.assert_close(model(src, mask), other(src, mask))


@pytest.mark.parametrize("masked", [False, True])
def test_decoder_layer_computes_what_the_tutorial_computes(masked: bool) -> None:
    model = seeded("TransformerDecoderLayer/d64")
    other = same_weights(model, plain.DecoderLayer(64, 4, 128, 0.1))
    masks = (None, None)
    if masked:
        masks = (torch.ones(7, 7).triu(1).bool(), torch.ones(7, 10).triu(5).bool())
    tgt, memory = random(7, 2, 64), random(10, 2, 64)
    torch.testing.assert_close(model(tgt, memory, *masks), other(tgt, memory, *masks))


def test_one_dropout_serves_all_branches() -> None:
    model = build(compiled("TransformerDecoderLayer/d64")[2])
    assert sum(isinstance(module, nn.Dropout) for module in model.modules()) == 1
    calls = []
    model.dropout.register_forward_hook(lambda *_: calls.append(1))
    model(random(7, 2, 64), random(10, 2, 64))
    assert len(calls) == 3


def test_stacks_compute_what_the_tutorial_computes() -> None:
    model = seeded("Transformer/2x64")
    other = same_weights(model, plain.EncoderDecoder(64, 4, 128, 0.1, 2))
    masks = {
        "src_mask": torch.ones(10, 10).triu(3).bool(),
        "tgt_mask": torch.ones(7, 7).triu(1).bool(),
        "memory_mask": torch.ones(7, 10).triu(4).bool(),
    }
    src, tgt = random(10, 2, 64), random(7, 2, 64)
    torch.testing.assert_close(model(src, tgt), other(src, tgt))
    torch.testing.assert_close(model(src, tgt, **masks), other(src, tgt, **masks))


@pytest.mark.filterwarnings("ignore:enable_nested_tensor is True")
def test_torch_transformer_is_the_same_model() -> None:
    source = compiled("NNTransformer")[2]
    small = {"d_model": 16, "nhead": 2, "dim_feedforward": 32}
    layers = {"num_encoder_layers": 2, "num_decoder_layers": 1}
    model = build(source, **small, **layers).eval()
    other = same_weights(model, nn.Transformer(**small, **layers))
    src, tgt = random(5, 2, 16), random(4, 2, 16)
    mask = torch.ones(4, 4).triu(1).bool()
    torch.testing.assert_close(model(src, tgt, tgt_mask=mask), other(src, tgt, tgt_mask=mask))


def test_tokens_to_tokens_computes_what_the_text_asks_for() -> None:
    model = seeded("Seq2SeqTransformer/small")
    other = plain.Seq2Seq(model.state_dict(), nhead=4, num_layers=2).eval()
    choose = torch.Generator().manual_seed(3)
    src = torch.randint(0, 1000, (2, 10), generator=choose)
    tgt = torch.randint(0, 1000, (2, 7), generator=choose)
    found = model(src, tgt)
    assert found.shape == (2, 7, 1000)
    torch.testing.assert_close(found, other(src, tgt), rtol=1e-4, atol=1e-4)


def test_tokens_to_tokens_never_looks_ahead() -> None:
    model = seeded("Seq2SeqTransformer/small")
    src, tgt = torch.arange(10)[None], torch.arange(7)[None]
    later = tgt.clone()
    later[0, 4:] += 100
    before, after = model(src, tgt), model(src, later)
    torch.testing.assert_close(before[:, :4], after[:, :4])
    assert not torch.allclose(before[:, 4:], after[:, 4:])


def test_tokens_to_tokens_learns() -> None:
    torch.manual_seed(0)
    sizes = {"src_vocabulary": 12, "tgt_vocabulary": 12, "d_model": 16, "nhead": 2}
    model = build(compiled("Seq2SeqTransformer")[2], num_layers=1, dim_feedforward=32, **sizes)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    src = torch.randint(1, 12, (16, 5))
    tgt = torch.cat([torch.zeros(16, 1, dtype=torch.int64), src], dim=1)
    losses = []
    for _ in range(8):
        scores = model(src, tgt[:, :-1])
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), tgt[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        assert all(parameter.grad is not None for parameter in model.parameters())
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.95 * losses[0]


def test_alexnet_computes_what_the_plain_one_computes() -> None:
    model = seeded("AlexNet/10")
    other = same_weights(model, plain.AlexNet(num_classes=10))
    x = random(2, 3, 224, 224)
    torch.testing.assert_close(model(x), other(x), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("size", [64, 75])
def test_efficientnet_computes_what_the_plain_one_computes(size: int) -> None:
    model = seeded("EfficientNet/B1")
    other = same_weights(model, plain.EfficientNet(depth=1.1))
    x = random(2, 3, size, size)
    torch.testing.assert_close(model(x), other(x), rtol=1e-3, atol=1e-4)


def test_example_inputs_fit_every_preset() -> None:
    for name in ("TransformerEncoderLayer/d64", "Transformer/2x64", "Seq2SeqTransformer/small"):
        project, report, source = compiled(name)
        inputs = example_inputs(project.model, report.root)
        (output,) = report.root.outputs.values()
        found = build(source)(**inputs)
        assert found.ndim == output.rank
        assert found.shape[-1] == output.shape[-1].value
