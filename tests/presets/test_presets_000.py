"""The heartbeat models: keys and totals, numbers, and the exported file as a program of its own."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

import nnstudio
from nnstudio.assets import asset
from nnstudio.compiler.build import example_inputs
from nnstudio.export.python_module import export
from nnstudio.workspace.workspace import Workspace
from tests import forked
from tests.inspection import reference_models

FACTS = {
    entry["id"]: entry
    for entry in json.loads(asset("published", "architectures.json").read_text("utf-8"))[
        "architectures"
    ]
}
PRESETS = {
    "CNN2DResNet": "s000.cnn2d_resnet",
    "Transformer2DResNet": "s000.transformer2d_resnet",
    "AttentionGRU": "s000.gru_mha",
}
GOLDEN = Path(__file__).parents[1] / "golden"

ALONE = """
import sys, torch
from safetensors.torch import load_file
sys.path.insert(0, sys.argv[1])
import exported
model = exported.{root}()
model.load_state_dict(load_file(sys.argv[1] + "/weights.safetensors"))
model.eval()
torch.set_num_threads(int(sys.argv[2]))
with torch.no_grad():
    outputs = model(torch.load(sys.argv[1] + "/inputs.pt"))
torch.save(outputs, sys.argv[1] + "/outputs.pt")
assert not any(name.startswith("nnstudio") for name in sys.modules)
"""


@pytest.mark.parametrize(("name", "reference"), PRESETS.items())
def test_keys_and_shapes_in_order(name: str, reference: str) -> None:
    model = nnstudio.build(nnstudio.load(name))
    found = [[key, list(tensor.shape)] for key, tensor in model.state_dict().items()]
    assert found == [row[:2] for row in FACTS[reference]["state_dict"]]
    assert sum(p.numel() for p in model.parameters()) == FACTS[reference]["total_params"]


@pytest.mark.parametrize("name", PRESETS)
def test_computes_what_a_plain_model_computes(name: str) -> None:
    """Strict loading both ways, equal outputs and equal gradients of the input."""
    ours = nnstudio.build(nnstudio.load(name)).double().eval()
    plain = getattr(reference_models, name)().double()
    plain.load_state_dict(ours.state_dict(), strict=True)
    plain.eval()
    report = nnstudio.analyse(nnstudio.load(name))
    project = nnstudio.load(name)
    (x,) = example_inputs(project.model, report.root, batch=3).values()
    left, right = x.double().requires_grad_(), x.double().requires_grad_()
    a, b = ours(left), plain(right)
    assert torch.allclose(a, b, rtol=0, atol=1e-12)
    a.square().sum().backward()
    b.square().sum().backward()
    assert left.grad is not None
    assert right.grad is not None
    assert torch.allclose(left.grad, right.grad, rtol=0, atol=1e-10)


@pytest.mark.parametrize(
    ("name", "values", "total"),
    [
        ("CNN2DResNet", {"num_blocks": 2}, 1_380_101),
        ("CNN2DResNet", {"num_blocks": 3}, 1_675_781),
        ("CNN2DResNet", {"num_blocks": 4}, 1_971_461),
        ("Transformer2DResNet", {"num_blocks": 2}, 504_709),
        ("Transformer2DResNet", {"num_blocks": 3}, 604_293),
        ("Transformer2DResNet", {"num_blocks": 4}, 703_877),
        ("Transformer2DResNet", {"num_heads": 2}, 405_125),
    ],
)
def test_other_parameters(name: str, values: dict[str, int], total: int) -> None:
    project = nnstudio.load(name)
    assert nnstudio.analyse(project, **values).root.parameters == total
    model = nnstudio.build(project, **values)
    assert sum(p.numel() for p in model.parameters()) == total
    assert model(torch.zeros(2, 1, 16, 12)).shape == (2, 5)


def test_the_class_takes_other_values_than_its_defaults(tmp_path: Path) -> None:
    namespace: dict[str, type[torch.nn.Module]] = {}
    exec(nnstudio.source(nnstudio.load("CNN2DResNet")), namespace)  # type: ignore[arg-type]
    model = namespace["CNN2DResNet"](hidden=64, num_classes=10)
    assert model(torch.zeros(3, 1, 16, 12)).shape == (3, 10)
    exec(nnstudio.source(nnstudio.load("Transformer2DResNet")), namespace)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="divisible"):
        namespace["Transformer2DResNet"](hidden=64, num_heads=7)


@pytest.mark.parametrize("name", PRESETS)
def test_the_exported_file_runs_alone_to_the_bit(name: str, tmp_path: Path) -> None:
    workspace = Workspace(nnstudio.load(name))
    export(workspace.source(), tmp_path / "exported.py")
    model = nnstudio.build(workspace.project).eval()
    (x,) = example_inputs(workspace.project.model, workspace.report.root).values()
    save_file(model.state_dict(), tmp_path / "weights.safetensors")
    torch.save(x, tmp_path / "inputs.pt")
    code = ALONE.format(root=workspace.project.root)
    done = forked.run("-c", code, str(tmp_path), str(torch.get_num_threads()))
    assert done.returncode == 0, done.stderr
    with torch.no_grad():
        assert torch.equal(torch.load(tmp_path / "outputs.pt"), model(x))


@pytest.mark.parametrize("name", PRESETS)
def test_imports_nothing_but_torch_and_math(name: str) -> None:
    modules = set()
    for node in ast.walk(ast.parse(nnstudio.source(nnstudio.load(name)))):
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(str(node.module).partition(".")[0])
    assert modules <= {"torch", "math"}


@pytest.mark.parametrize("name", PRESETS)
def test_golden_text_is_as_ruff_would_format_it(name: str, tmp_path: Path) -> None:
    """The text is compared with the kept one; a change of it is a change for every user."""
    text = nnstudio.source(nnstudio.load(name))
    assert text == (GOLDEN / f"{name}.py").read_text("utf-8")
    path = tmp_path / "module.py"
    path.write_text(text, "utf-8")
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--check", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_documented_check_names_every_difference() -> None:
    from nnstudio.workspace.inspect_model import inspect_model

    found = inspect_model(nnstudio.load("Transformer2DResNet")).check
    assert found is not None
    assert found.ok
    explained = {row.path for row in found.rows if row.status == "explained"}
    assert {"transformer_blocks.0.layer_norm1", "out.0", "out.3"} <= explained
