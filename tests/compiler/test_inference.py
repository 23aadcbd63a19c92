"""Layers of other packages without a shape rule: run on meta tensors, named, written and built."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

import nnstudio
from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.report import Report
from nnstudio.compiler.build import build
from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.inference import WAITING, DeferredInference, full_report, is_waiting
from nnstudio.compiler.source import generate
from nnstudio.export.python_module import export
from nnstudio.project.commands.node import SetParam
from nnstudio.project.values import BlockParameter, Project
from nnstudio.workspace.workspace import Workspace
from tests.acme import installed, made
from tests.drawing import Drawing

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def acme() -> Iterator[None]:
    with installed():
        yield


def one(layer_type: str, *shape: int | str, parameters: Any = (), **params: Any) -> Project:
    """A model of one layer; `example` are the sizes of free names."""
    drawing = Drawing("Net", *parameters)
    example = params.pop("example", None)
    x = drawing.input("x", *shape, **({"example": example} if example else {}))
    drawing.output(drawing.add(layer_type, x, name="layer", **params))
    return drawing.project()


def formula(report: Report, output: str = "output") -> str:
    assert report.ok, report.errors
    return report.root.outputs[output].formula


# -- shapes, costs, text, module -------------------------------------------------------------


def test_numbers_with_an_unknown_batch() -> None:
    project = one("AcmeGate", "N", 5, 16, dim=16)
    report = full_report(project)
    assert formula(report) == "(N, 5, 16)"
    assert report.root.outputs["output"].label == "N × 5 × 16"
    source = generate(project)
    assert "self.layer = Gate(dim=16)" in source.text
    model = build(source)
    assert report.root.parameters == sum(p.numel() for p in model.parameters())
    assert report.root.flops is None
    assert model(torch.randn(3, 5, 16)).shape == (3, 5, 16)


def test_the_text_speaks_of_the_parameters_of_the_block() -> None:
    parameters = (BlockParameter("hidden", "int", 128), BlockParameter("heads", "int", 8))
    project = one(
        "AcmeGate", "N", "length", "hidden", parameters=parameters, dim="=hidden", heads="=heads"
    )
    report = full_report(project)
    assert formula(report) == "(N, length, hidden)"
    assert report.root.parameters == 128 * 256 + 256 + 8
    text = generate(project).text
    assert "Gate(dim=hidden, heads=heads)" in text
    other = nnstudio.source(project, hidden=60, heads=6)
    assert other == text.replace(
        "hidden: int = 128, heads: int = 8", "hidden: int = 60, heads: int = 6"
    )
    model = nnstudio.build(project, hidden=60, heads=6)
    assert model(torch.randn(2, 7, 60)).shape == (2, 7, 60)


def test_what_comes_after_it_is_derived_from_its_formula() -> None:
    block = Drawing("Inner", BlockParameter("width"))
    x = block.input("x", "N", "width", "h", "w")
    x = block.add("AcmeDown", x, name="down", channels="=width", width="=2 * width")
    block.output(block.add("BatchNorm2d", x, name="norm"))
    drawing = Drawing("Net", blocks=(block.block(),))
    x = drawing.input("x", "N", 3, 32, 27)
    for name in ("first", "second"):
        x = drawing.add("Inner", x, name=name)
    x = drawing.add("Flatten", x, name="flat")
    drawing.output(drawing.add("Linear", x, name="head", out_features=5))
    project = drawing.project()
    report = full_report(project)
    assert formula(report) == "(N, 5)"
    assert report.blocks["Inner"].outputs["output"].formula == (
        "(N, 2 * width, (h + 1) // 2, (w + 1) // 2)"
    )
    source = generate(project, report)
    assert "nn.BatchNorm2d(2 * width)" in source.text
    assert "nn.Linear(672, 5)" in source.text
    assert build(source)(torch.randn(2, 3, 32, 27)).shape == (2, 5)


def test_several_outputs_with_their_dtypes_and_an_optional_input() -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 4, 6)
    mask = drawing.input("mask", "N", 4, 6, dtype="bool")
    best = drawing.add("AcmeBest", x, mask, name="best")
    drawing.output(best, "values")
    drawing.output(best["index"], "index")
    project = drawing.project()
    report = full_report(project)
    assert (formula(report, "values"), formula(report, "index")) == ("(N, 4, 6)", "(N, 4)")
    assert report.root.outputs["index"].dtype == "int"
    assert (report.root.parameters, report.root.flops) == (0, None)
    source = generate(project)
    assert "values, index = self.best(x, mask=mask)" in source.text
    x, mask = torch.randn(2, 4, 6), torch.zeros(2, 4, 6, dtype=torch.bool)
    assert torch.equal(build(source)(x, mask)["index"], x.argmax(-1))


def test_a_function_with_a_cost_of_its_own() -> None:
    drawing = Drawing("Net", BlockParameter("width", "int", 6))
    x, y = drawing.input("x", "N", "width"), drawing.input("y", "N", 4)
    drawing.output(drawing.add("AcmeJoined", x, y, y, scale=0.5))
    project = drawing.project()
    report = full_report(project)
    assert formula(report) == "(N, width + 8)"
    assert (report.root.parameters, report.root.flops) == (0, 7)
    found = build(generate(project))(torch.ones(2, 6), torch.ones(2, 4))
    assert torch.equal(found, torch.full((2, 14), 0.5))


def test_a_list_is_given_anew_each_time() -> None:
    parameters = (BlockParameter("dims", "list[int]", (8, 6, 4)),)
    project = one("AcmeStack", "N", "dims[0]", parameters=parameters, dims="=dims")
    report = full_report(project)
    assert formula(report) == "(N, dims[-1])"
    assert report.root.outputs["output"].label == "N × 4"
    assert report.root.parameters == 8 * 6 + 6 + 6 * 4 + 4
    assert build(generate(project))(torch.randn(2, 8)).shape == (2, 4)


def test_only_trainable_parameters_are_counted() -> None:
    assert full_report(one("AcmeGate", "N", 8, dim=8, frozen=True)).root.parameters == 8 * 16 + 16


def test_repeated_and_left_out() -> None:
    drawing = Drawing("Net", BlockParameter("hidden", "int", 8), BlockParameter("width", "int", 8))
    x = drawing.input("x", "N", "hidden")
    x = drawing.add("AcmeGate", x, name="gates", repeat=3, dim="=hidden")
    x = drawing.add("AcmeGate", x, name="last", when="hidden != width", dim="=hidden")
    drawing.output(x)
    project = drawing.project()
    report = full_report(project)
    assert formula(report) == "(N, hidden)"
    model = build(generate(project))
    assert report.root.parameters == sum(p.numel() for p in model.parameters())
    assert model(torch.randn(2, 8)).shape == (2, 8)


def test_the_exported_file_runs(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    source = generate(one("AcmeDown", "N", 3, 8, 8, channels=3, width=4))
    export(source, path)
    spec = importlib.util.spec_from_file_location("exported_net", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.Net()(torch.randn(2, 3, 8, 8)).shape == (2, 4, 4, 4)


# -- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("fails", "layer: cannot be run: KeyError: 'weights'"),
        ("leaves", "layer: cannot be run: SystemExit: no licence"),
        ("reads", "layer: cannot be run: "),
        ("lists", "layer: gives a value of type list as 'output', expected a tensor"),
        ("nothing", "layer: gives None as 'output', expected a tensor"),
        ("text", "layer: gives a value of type str as 'output', expected a tensor"),
        ("complex", "layer: gives complex numbers as 'output', expected float, int or bool"),
    ],
)
def test_a_layer_that_fails_is_a_problem_of_its_node(how: str, sentence: str) -> None:
    project = one("AcmeBad", "N", 8, how=how)
    report = full_report(project)
    (problem,) = report.errors
    assert problem.sentence.startswith(sentence)
    assert problem.node_name == "layer"
    with pytest.raises(CompileError):
        generate(project)


def test_values_that_it_refuses() -> None:
    (problem,) = full_report(one("AcmeGate", "N", 10, dim=10)).errors
    assert problem.sentence == "layer: cannot be run: ValueError: 10 is no multiple of 4"
    (problem,) = full_report(one("AcmeGate", "N", 12, dim=8)).errors
    assert problem.sentence.startswith("layer: cannot be run: RuntimeError: ")


def test_a_module_that_its_package_does_not_have() -> None:
    (problem,) = full_report(one("AcmeGone", "N", 8)).errors
    assert "cannot be run: ImportError: cannot import name 'Gone'" in problem.sentence


def test_a_formula_that_is_not_found() -> None:
    project = one(
        "AcmeDown",
        *("N", 3, "h", 8),
        parameters=(BlockParameter("stride", "int", 2),),
        example=(1, 3, 32, 8),
        channels=3,
        width=4,
        stride="=stride",
    )
    (problem,) = full_report(project).errors
    assert problem.sentence == (
        "layer: has no shape rule, and trying does not show how dimension 2 of 'output' follows "
        "from h and stride; give the layer a shape rule"
    )


def test_analysis_alone_runs_nothing() -> None:
    (problem,) = analyse(one("AcmeGate", "N", 8, dim=8)).errors
    assert problem.sentence.startswith("layer: has no shape rule, and no layer is run here")
    assert made == []


# -- what it costs ---------------------------------------------------------------------------


def test_an_edit_elsewhere_runs_nothing() -> None:
    drawing = Drawing("Net")
    x = drawing.add("AcmeGate", drawing.input("x", "N", 24), name="gate", dim=24, heads=3)
    fc = drawing.add("Linear", x, name="fc", out_features=5)
    drawing.output(fc)
    project = drawing.project()
    report = full_report(project)
    assert 0 < len(made) <= 3
    made.clear()
    edited = SetParam("Net", fc.id, "out_features", 6).apply(project)
    assert formula(full_report(edited, report)) == "(N, 6)"
    assert formula(full_report(edited)) == "(N, 6)"
    generate(edited)
    assert made == []
    full_report(SetParam("Net", x.id, "heads", 2).apply(project))
    assert made != []


def test_a_failure_is_remembered_too() -> None:
    project = one("AcmeBad", "N", 9, how="fails")
    first = full_report(project).errors
    made.clear()
    assert full_report(project).errors == first
    assert made == []


def test_random_numbers_stay_as_they_are() -> None:
    before = torch.get_rng_state()
    assert full_report(one("AcmeGate", "N", 36, dim=36)).ok
    assert torch.equal(torch.get_rng_state(), before)


# -- a window that does not wait --------------------------------------------------------------


def test_later_answers_after_what_was_noted_was_run() -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 44)
    for name in ("first", "second"):
        x = drawing.add("AcmeGate", x, name=name, dim=44)
    drawing.output(drawing.add("AcmeBest", x, name="best"))
    project = drawing.project()
    later = DeferredInference()
    report = full_report(project, infer=later)
    (problem,) = report.errors
    assert problem.sentence == f"first: {WAITING}"
    assert is_waiting(problem)
    assert later.is_requested
    assert made == []
    later.find()
    assert not later.is_requested
    report = full_report(project, infer=later)
    assert [problem.node_name for problem in report.errors] == ["best"]  # the gates are alike
    later.find()
    assert formula(full_report(project, infer=later)) == "(N, 44)"


def test_what_was_noted_can_be_forgotten() -> None:
    later = DeferredInference()
    full_report(one("AcmeGate", "N", 52, dim=52), infer=later)
    later.forget()
    later.find()
    assert made == []


def test_a_workspace_takes_the_answers() -> None:
    workspace = Workspace()
    workspace.infer = later = DeferredInference()
    workspace.show(one("AcmeGate", "N", 68, dim=68))
    assert is_waiting(workspace.report.errors[0])
    with pytest.raises(CompileError):
        workspace.source()
    changes: list[tuple[Project, Project]] = []
    workspace.changed.connect(lambda before, after: changes.append((before, after)))
    later.find()
    workspace.analyse_anew()
    assert formula(workspace.report) == "(N, 68)"
    assert changes == [(workspace.project, workspace.project)]
    assert not workspace.modified
    assert "Gate(dim=68)" in workspace.source().text


WITHOUT_TORCH = """
import json, sys
sys.path.insert(0, ".")
import nnstudio
from nnstudio.catalog.code import ModuleCode
from nnstudio.catalog.layer import Category, Layer
from nnstudio.catalog import registry
from tests.drawing import Drawing

layer = Layer("Acme", Category.TENSOR, ModuleCode("Acme", imports=("from acme import Acme",)), "")
known = registry.all_layers()
known["Acme"] = layer

def drawn(kind):
    drawing = Drawing("Net")
    drawing.output(drawing.add(kind, drawing.input("x", "N", 8), name="layer"))
    return drawing.project()

text = nnstudio.source(drawn("ReLU"))
loaded = "torch" in sys.modules
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError("torch is blocked", name=name)
sys.meta_path.insert(0, Blocker())
(problem,) = nnstudio.analyse(drawn("Acme")).errors
print(json.dumps([text.count("nn.ReLU"), loaded, problem.sentence]))
"""


def test_torch_is_loaded_for_such_a_layer_only_and_may_be_missing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    used, loaded, sentence = json.loads(done.stdout)
    assert (used, loaded) == (1, False)
    assert sentence == (
        "layer: has no shape rule, and torch, which would run it, cannot be loaded: "
        "ModuleNotFoundError: torch is blocked"
    )
