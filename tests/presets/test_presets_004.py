"""The presets of the small image classifiers for MNIST and CIFAR, in all their sizes."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.report import Report
from nnstudio.assets import asset
from nnstudio.compiler.build import build, build_empty, example_inputs, model_class
from nnstudio.compiler.source import generate
from nnstudio.data.pipeline.understanding import describe
from nnstudio.graph.values import FrozenMap
from nnstudio.inspection.documented import load_documented
from nnstudio.project.commands.model import ApplyVariant, SetRootValue
from nnstudio.project.presets import preset
from nnstudio.project.refusal import Refusal
from nnstudio.workspace.fit_to_data import fit_command, is_fitted
from nnstudio.workspace.inspect_model import inspect_model
from tests.compiled import analysed, compiled, on_meta
from tests.compiler import referee
from tests.compiler.ruff_referee import ruff_format
from tests.presets import reference_004 as plain

FACTS = json.loads(asset("published", "architectures.json").read_text(encoding="utf-8"))
MEASURED = {entry["id"]: entry for entry in FACTS["architectures"]}

PRESETS = (
    "SimpleDenseNet",
    "SimpleMLP",
    "SimpleCNN",
    "SimpleCNNMultiHead",
    "SimpleCNNAuxiliary",
    "SimpleCNNAuxiliaryMultiHead",
    "CifarCNNMultiHead",
    "ConvNeXtV2",
    "SimpleViT",
    "SimpleViTTorchLayers",
    "SimpleEfficientNet",
)
ONE_TO_ONE = tuple(name for name in PRESETS if "MultiHead" not in name and "Auxil" not in name)
# made to meet the figure in the document; (documented figure, largest distance from it)
MADE = {
    "SimpleDenseNet/68048": (68_048, 0),
    "SimpleCNN/421482": (421_482, 0),
    "SimpleCNNMultiHead/422330": (422_330, 0),
    "SimpleCNN/cifar10-3.3m": (3_300_000, 50_000),
    "SimpleCNN/cifar100": (3_300_000, 50_000),
    "ConvNeXtV2/cifar100-290k": (290_000, 500),
    "SimpleViT/cifar10-210k": (210_000, 500),
    "SimpleViT/cifar100-210k": (210_000, 500),
    "SimpleEfficientNet/22k": (22_000, 500),
    "SimpleEfficientNet/210k": (210_000, 3_000),
    "SimpleEfficientNet/cifar10-210k": (210_000, 3_000),
    "SimpleEfficientNet/cifar100-210k": (210_000, 3_000),
}


def targets() -> dict[str, str]:
    """Every preset and variant, with the reference that it bears (or none)."""
    found: dict[str, str] = {}
    for name in PRESETS:
        project = preset(name)
        if not project.variants:
            found[name] = project.about.reference
        found |= {f"{name}/{v.name}": v.reference for v in project.variants}
    return found


TARGETS = targets()
REFERENCES = {target: reference for target, reference in TARGETS.items() if reference}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Models this small only lose by being spread over cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def faults(report: Report) -> list[str]:
    """Errors and warnings; published models may well be open to advice."""
    return [p.sentence for p in report.problems if p.severity != "advice"]


def count(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def keys(model: nn.Module) -> list[list[Any]]:
    """Rows of name, shape and what it is, as the table of measured facts has them."""
    learned = {name for name, _ in model.named_parameters()}
    return [
        [name, list(tensor.shape), "param" if name in learned else "buffer"]
        for name, tensor in model.state_dict().items()
    ]


def randomised(model: nn.Module) -> nn.Module:
    """Every number another one, so that nothing hides behind zeros and ones; in evaluation."""
    dice = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=dice))
        for name, buffer in model.named_buffers():
            if name.endswith("running_mean"):
                buffer.normal_(std=0.1, generator=dice)
            if name.endswith("running_var"):
                buffer.uniform_(0.5, 1.5, generator=dice)
    return model.eval()


def seeded(target: str) -> nn.Module:
    torch.manual_seed(1)
    return randomised(build(compiled(target)[2]))


def random(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(2))


def test_every_measured_model_is_a_preset() -> None:
    assert sorted(REFERENCES.values()) == sorted(k for k in MEASURED if k.startswith("s004."))
    assert set(MADE) <= set(TARGETS)


@pytest.mark.parametrize("target", REFERENCES)
def test_keys_shapes_and_total_are_the_measured_ones(target: str) -> None:
    facts = MEASURED[REFERENCES[target]]
    model = on_meta(target)
    assert count(model) == facts["total_params"]
    assert compiled(target)[1].root.parameters == facts["total_params"]
    if "state_dict" in facts:
        assert keys(model) == facts["state_dict"]


@pytest.mark.parametrize("target", REFERENCES)
def test_outputs_have_the_measured_shapes(target: str) -> None:
    facts = MEASURED[REFERENCES[target]]
    inputs = {item["name"]: torch.zeros(item["shape_batch2"]) for item in facts["inputs"]}
    report = compiled(target)[1].root
    drawn_for = {
        name: [2 if size.value is None else size.value for size in tensor.shape]
        for name, tensor in report.inputs.items()
    }
    assert drawn_for == {name: list(tensor.shape) for name, tensor in inputs.items()}
    with torch.no_grad():  # in models this small numbers cost less than the shapes of meta tensors
        found = build_empty(compiled(target)[2]).eval()(**inputs)
    wanted = facts["output_shape_batch2"]
    if isinstance(wanted, dict):
        assert {name: list(tensor.shape) for name, tensor in found.items()} == wanted
        assert list(found) == list(wanted) == list(report.outputs)
    else:
        assert list(found.shape) == wanted
        assert len(report.outputs) == 1


@pytest.mark.parametrize("target", TARGETS)
def test_presets_are_free_of_problems(target: str) -> None:
    assert not faults(compiled(target)[1])


@pytest.mark.parametrize("target", MADE)
def test_documented_figures_can_be_met(target: str) -> None:
    figure, distance = MADE[target]
    assert abs(count(on_meta(target)) - figure) <= distance


@pytest.mark.parametrize("name", PRESETS)
def test_every_size_is_checked_against_the_document(name: str) -> None:
    project = preset(name)
    table = load_documented(project.about.documented)
    assert table.claims
    for target in (t for t in TARGETS if t.partition("/")[0] == name):
        variant = target.partition("/")[2]
        of_size = table.of(TARGETS[target], variant)
        assert of_size is not None
        found = inspect_model(*analysed(target))
        assert found.check is not None
        assert found.check.mismatches == ()
        assert found.summary.parameters in (of_size.total.built, of_size.total.claimed)
        assert bool(of_size.rows) == any(row.path for row in found.check.rows)


def test_every_row_of_the_tables_belongs_to_a_size() -> None:
    for name in {preset(name).about.documented for name in PRESETS}:
        users = [p for p in PRESETS if preset(p).about.documented == name]
        known = {v.name for p in users for v in preset(p).variants}
        known |= {reference for t, reference in TARGETS.items() if t.partition("/")[0] in users}
        assert set(load_documented(name).totals) <= known


def test_a_size_of_ones_own_is_not_held_against_the_document() -> None:
    project = SetRootValue("fc_hidden", 100).apply(preset("SimpleCNN"))
    assert project.variant is None
    assert inspect_model(project).check is None
    again = SetRootValue("fc_hidden", 128).apply(project)
    assert again.variant is not None
    assert again.variant.name == "421k"


@pytest.mark.parametrize("target", [t for t in TARGETS if "/" in t])
def test_a_variant_is_recognised_by_its_values(target: str) -> None:
    name, _, variant = target.partition("/")
    found = ApplyVariant(variant).apply(preset(name)).variant
    assert found is not None
    assert found.name == variant


@pytest.mark.parametrize("name", PRESETS)
def test_ruff_leaves_the_text_as_it_is(name: str) -> None:
    text = compiled(name)[2].text
    assert max(len(line) for line in text.splitlines()) <= 88
    assert ruff_format(text) == text


@pytest.mark.parametrize("name", [name for name in PRESETS if preset(name).variants])
def test_sizes_differ_in_nothing_but_the_defaults(name: str) -> None:
    def without_defaults(text: str) -> str:
        tree = ast.parse(text)
        model = tree.body[-1]
        assert isinstance(model, ast.ClassDef)
        init = next(item for item in model.body if isinstance(item, ast.FunctionDef))
        init.args.defaults = []
        return ast.unparse(tree)

    texts = {without_defaults(compiled(t)[2].plain) for t in TARGETS if t.startswith(f"{name}/")}
    assert len(texts) == 1


@pytest.mark.parametrize("name", PRESETS)
def test_cards_have_places(name: str) -> None:
    for block in preset(name).blocks:
        places = [node.position for node in block.graph.nodes]
        assert len(set(places)) == len(places)


@pytest.mark.parametrize("name", ONE_TO_ONE)
def test_models_can_be_fitted_to_the_digits(name: str) -> None:
    digits = describe("digits")
    for target in (t for t in TARGETS if t.partition("/")[0] == name):
        sized, known = analysed(target)
        if sized.values.get("patch_size") == 7:
            continue  # 7 does not divide 8: the digits are enlarged for it
        fitted = fit_command(sized, known, digits).apply(sized)
        report = analyse(fitted)
        assert not faults(report)
        assert is_fitted(fitted, report, digits)
        with torch.no_grad():
            model = build_empty(generate(fitted, report))
            assert model(torch.zeros(4, 1, 8, 8)).shape == (4, 10)


def test_two_inputs_are_fitted_to_pictures_and_their_measures() -> None:
    project, digits = preset("SimpleCNNAuxiliary"), describe("digits")
    fitted = fit_command(project, analyse(project), digits).apply(project)
    report = analyse(fitted)
    assert not faults(report)
    assert is_fitted(fitted, report, digits)


def test_three_questions_cannot_be_fitted_to_one_answer() -> None:
    project = preset("SimpleCNNAuxiliaryMultiHead")
    with pytest.raises(Refusal, match="has 3 Outputs"):
        fit_command(project, analyse(project), describe("digits")).apply(project)


MNIST_HEADS = {"digit": 10, "thickness": 5, "smoothness": 3}
CIFAR_HEADS = {"class": 10, "domain": 2, "mobility": 3, "size": 3}
PLAIN: dict[str, Callable[[], nn.Module]] = {
    "SimpleDenseNet/68k": lambda: plain.Dense([784, 64, 128, 64], norm=True),
    "SimpleMLP/256-128": lambda: plain.Dense([784, 256, 128]),
    "SimpleMLP/68k": lambda: plain.Dense([784, 64, 128, 64]),
    "SimpleMLP/3x256": lambda: plain.Dense([784, 256, 256, 256]),
    "SimpleCNN/421k": lambda: plain.CNN((1, 32, 64), 7, 128, 0.25, 10),
    "SimpleCNN/cifar10": lambda: plain.CNN((3, 64, 128), 4, 512, 0.5, 10),
    "SimpleCNN/cifar10-3.3m": lambda: plain.CNN((3, 64, 128), 7, 512, 0.5, 10),
    "SimpleCNNMultiHead/422k": lambda: plain.CNN((1, 32, 64), 7, 128, 0.25, MNIST_HEADS),
    "SimpleCNNAuxiliary": lambda: plain.CNN((1, 32, 64), 7, 128, 0.25, 10, 5),
    "SimpleCNNAuxiliaryMultiHead": lambda: plain.CNN((1, 32, 64), 7, 128, 0.25, MNIST_HEADS, 5),
    "CifarCNNMultiHead": lambda: plain.CNN((3, 64, 128), 4, 512, 0.5, CIFAR_HEADS),
    "ConvNeXtV2/73k": lambda: plain.ConvNeXt((1, 1, 2, 1), (8, 16, 32, 64)),
    "ConvNeXtV2/725k": lambda: plain.ConvNeXt((3, 3, 6, 3), (16, 32, 64, 128)),
    "ConvNeXtV2/cifar100": lambda: plain.ConvNeXt((2, 2, 4, 2), (12, 24, 48, 96), 3, 100),
    "SimpleViT/38k": lambda: plain.ViT(32, 4, 4, 64),
    "SimpleViT/cifar10": lambda: plain.ViT(64, 6, 4, 128, 3, 32),
    "SimpleViTTorchLayers": lambda: plain.ViT(64, 6, 4, 128, torch_layers=True),
    "SimpleEfficientNet/7m": lambda: plain.EfficientNet(1.0, 1.0),
    "SimpleEfficientNet/66k": lambda: plain.EfficientNet(0.043, 0.7),
    "SimpleEfficientNet/22k": lambda: plain.EfficientNet(0.002, 0.3),
    "SimpleEfficientNet/cifar100-210k": lambda: plain.EfficientNet(0.13, 0.7, 3, 100),
}


@pytest.mark.parametrize("target", PLAIN)
def test_presets_compute_what_the_plain_models_compute(target: str) -> None:
    project, report, _ = compiled(target)
    model, other = seeded(target), PLAIN[target]()
    other.load_state_dict(model.state_dict())
    inputs = example_inputs(project.model, report.root, 3)
    with torch.no_grad():
        torch.testing.assert_close(model(**inputs), other.eval()(**inputs), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "target", [*PRESETS[:7], "ConvNeXtV2/18k", "SimpleViT/38k", "SimpleEfficientNet/22k"]
)
def test_text_computes_what_is_drawn(target: str) -> None:
    project, report, _ = compiled(target)
    referee.assert_equal(project, seeded(target), example_inputs(project.model, report.root))


def test_stochastic_depth_grows_over_all_blocks_of_the_convnext() -> None:
    model = on_meta("ConvNeXtV2/725k")
    blocks = [m for m in model.modules() if type(m).__name__ == "ConvNeXtBlock"]
    found = [b.drop_path.dropout.p if hasattr(b.drop_path, "dropout") else 0.0 for b in blocks]
    assert found == pytest.approx([0.2 * k / 14 for k in range(15)])
    assert isinstance(blocks[0].drop_path, nn.Identity)
    none = on_meta("ConvNeXtV2/18k")
    assert not [m for m in none.modules() if type(m).__name__ == "DropPath"]


def test_stochastic_depth_drops_whole_samples_and_scales_the_rest() -> None:
    torch.manual_seed(0)
    model = build(compiled("ConvNeXtV2")[2], drop_path_rate=0.25)
    layer = [m for m in model.modules() if type(m).__name__ == "DropPath"][-1]
    x = torch.ones(400, 3, 2, 2)
    found = layer.train()(x).flatten(1)
    assert bool((found == found[:, :1]).all())
    assert sorted(found[:, 0].unique().tolist()) == pytest.approx([0.0, 1 / 0.75])
    assert torch.equal(layer.eval()(x), x)


@pytest.mark.parametrize("target", ["SimpleEfficientNet/7m", "SimpleEfficientNet/66k"])
def test_dropout_of_the_bottlenecks_grows_within_each_stage(target: str) -> None:
    other = {"SimpleEfficientNet/7m": (1.0, 1.0), "SimpleEfficientNet/66k": (0.043, 0.7)}[target]
    with torch.device("meta"):
        wanted = [block.drop for block in plain.EfficientNet(*other).blocks]
    found = [getattr(block.dropout, "p", 0.0) for block in on_meta(target).blocks]
    assert found == pytest.approx(wanted)
    dropping = [b.dropout for b in on_meta(target).blocks if not isinstance(b.dropout, nn.Identity)]
    assert all(isinstance(module, nn.Dropout2d) for module in dropping)


def test_the_stem_of_the_convnext_follows_the_size_of_the_picture() -> None:
    for size, patch in ((8, 1), (16, 2), (28, 2), (32, 2), (64, 4), (224, 4)):
        project = SetRootValue("image_size", size).apply(preset("ConvNeXtV2"))
        report = analyse(project)
        assert not faults(report)
        model = build_empty(generate(project, report))
        assert model.downsample_layers[0][0].stride == (patch, patch)
        with torch.no_grad():
            assert model(torch.zeros(2, 1, size, size)).shape == (2, 10)


@pytest.mark.parametrize("name", ["SimpleCNN", "SimpleEfficientNet"])
def test_models_for_any_size_take_no_size(name: str) -> None:
    text = compiled(name)[2].text
    assert "image_size: int" not in text
    model = seeded(name).train()
    assert model(random(2, 1, 20, 44)).shape == (2, 10)


def test_models_for_one_size_take_it() -> None:
    for name in ("SimpleDenseNet", "SimpleMLP", "ConvNeXtV2", "SimpleViT"):
        assert "image_size: int = 28" in compiled(name)[2].text
        model = model_class(compiled(name)[2])(image_size=16).eval()
        assert model(random(2, 1, 16, 16)).shape == (2, 10)


def test_only_the_model_without_batch_norm_learns_from_single_samples() -> None:
    single = random(1, 1, 28, 28)
    assert seeded("SimpleMLP").train()(single).shape == (1, 10)
    dense = seeded("SimpleDenseNet").train()
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        dense(single)


def test_layers_left_out_together_share_one_condition() -> None:
    text = compiled("SimpleMLP")[2].text
    assert text.count("len(hidden) == 3") == 1
    two, three = build(compiled("SimpleMLP")[2]), build(compiled("SimpleMLP/3x256")[2])
    kinds = [nn.Linear, nn.ReLU, nn.Dropout]
    assert [type(m) for m in two.feature_extractor] == 2 * kinds
    assert [type(m) for m in three.feature_extractor] == 3 * kinds
    with pytest.raises(ValueError, match="two or three widths"):
        model_class(compiled("SimpleMLP")[2])(hidden=[16])


def test_auxiliary_numbers_reach_every_head() -> None:
    model = seeded("SimpleCNNAuxiliaryMultiHead")
    x, numbers = random(2, 1, 28, 28), random(2, 5)
    before, after = model(x, numbers), model(x, numbers + 1)
    assert all(not torch.allclose(before[head], after[head]) for head in MNIST_HEADS)


@pytest.mark.parametrize("name", ["ConvNeXtV2/18k", "SimpleViT/38k", "SimpleEfficientNet/66k"])
def test_models_learn(name: str) -> None:
    torch.manual_seed(0)
    model = build(compiled(name)[2])
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    x, y = random(8, 1, 28, 28), torch.arange(8) % 4
    losses = []
    for _ in range(8):
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        assert all(parameter.grad is not None for parameter in model.parameters())
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def test_variants_say_what_they_are() -> None:
    for name in PRESETS:
        project = preset(name)
        assert project.about.note
        assert project.about.document
        assert all(variant.note for variant in project.variants)
        if project.variants:
            assert project.variants[0].values == FrozenMap()
