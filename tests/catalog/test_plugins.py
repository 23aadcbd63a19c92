"""Layers of other packages: taken in, refused with a sentence, and never the end of the program."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from nnstudio.analysis.analyse import analyse
from nnstudio.catalog import registry
from nnstudio.catalog.code import CodeError, FunctionCode, ModuleCode, import_problem
from nnstudio.catalog.layer import AUTO, Category, Layer, Output, Param
from nnstudio.catalog.rules.same import elementwise
from nnstudio.compiler.build import build
from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.source import generate
from tests.drawing import Drawing
from tests.packages import package


class Swish(nn.Module):
    """What a plugin's package brings: x * sigmoid(beta * x)."""

    def __init__(self, beta: float = 1.0) -> None:
        super().__init__()
        self.beta = beta

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.beta * x)


def double(x: Tensor) -> Tensor:
    return 2 * x


SWISH = Layer(
    type="AcmeSwish",
    category=Category.ACTIVATION,
    params=(Param("beta", "float", 1.0),),
    rule=elementwise,
    code=ModuleCode("Swish", imports=("from acme_layers import Swish",)),
    help="x * sigmoid(beta * x)",
)
DOUBLE = Layer(
    type="AcmeDouble",
    category=Category.TENSOR,
    rule=elementwise,
    code=FunctionCode(lambda w: f"double({w.x})", imports=("from acme_layers import double",)),
    help="Twice the input.",
)


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Installs entry points: name -> what they resolve to."""
    yield package(monkeypatch, "acme_layers", Swish=Swish, double=double)
    monkeypatch.undo()
    registry.forget()


def drawn(*types_: str, **params: Any) -> Any:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 8)
    for node_type in types_:
        is_module = getattr(registry.find(node_type), "is_module", True)
        x = drawing.add(node_type, x, name=node_type.lower() if is_module else "", **params)
    drawing.output(x)
    return drawing.project()


@pytest.mark.parametrize("form", ["one", "list", "callable"])
def test_a_plugin_may_give_its_layers_in_three_forms(plug: Any, form: str) -> None:
    plug(acme={"one": SWISH, "list": [SWISH], "callable": lambda: [SWISH]}[form])
    found = registry.find("AcmeSwish")
    assert found is not None
    assert found.help == SWISH.help
    assert "AcmeSwish" in [layer.type for layer in registry.by_category()[Category.ACTIVATION]]
    assert registry.plugin_problems() == ()


def test_the_code_imports_from_the_plugins_package_and_runs(plug: Any) -> None:
    plug(acme=[SWISH, DOUBLE])
    project = drawn("AcmeSwish", "AcmeDouble")
    source = generate(project)
    head = source.text.split("\n\n\n")[0]
    assert head == "from acme_layers import Swish, double\nfrom torch import Tensor, nn"
    assert "self.acmeswish = Swish()" in source.text
    assert "double(" in source.text
    x = torch.randn(3, 8)
    assert torch.equal(build(source)(x), double(Swish()(x)))


def test_a_variable_does_not_hide_an_imported_function(plug: Any) -> None:
    plug(acme=DOUBLE)
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 8)
    first = drawing.add("AcmeDouble", x, name="double")
    second = drawing.add("AcmeDouble", first)
    drawing.output(drawing.add("Add", drawing.add("Add", first, second), x))
    x = torch.randn(2, 8)
    assert torch.equal(build(generate(drawing.project()))(x), 2 * x + 4 * x + x)


def test_an_imported_name_that_means_something_else_is_refused(plug: Any) -> None:
    plug(acme=DOUBLE)
    drawing = Drawing("Net")
    drawing.output(drawing.add("AcmeDouble", drawing.input("double", "N", 8)))
    with pytest.raises(CompileError, match="imports 'double', which is a name of Net already"):
        generate(drawing.project())


def broken() -> list[Layer]:
    raise RuntimeError("no licence")


TWO = (Output("a"), Output("b"))
BROKEN = {
    "a failing callable": (broken, "cannot be loaded: RuntimeError: no licence"),
    "a wrong type": (3, "expected a Layer or several, received a value of type int"),
    "a wrong item": ([SWISH, "x"], "expected a Layer, received a value of type str"),
    "a clash": (replace(SWISH, type="Conv2d"), "the layer 'Conv2d' exists already"),
    "no name": (replace(SWISH, type="a b"), "as a layer's type, received 'a b'"),
    "a rule": (replace(SWISH, rule="x"), "expects a function as its shape rule"),
    "no rule, but AUTO": (
        replace(SWISH, rule=None, params=(Param("width", "int", AUTO),)),
        "'width' is AUTO, so the layer needs a shape rule that finds it",
    ),
    "outputs without names": (
        replace(SWISH, outputs=TWO),
        "takes its outputs apart, such as '{a}, {b}', received ''",
    ),
    "a result without an output": (
        replace(SWISH, outputs=TWO, code=ModuleCode("Swish", result="{a}, {c}")),
        "such as '{a}, {b}', received '{a}, {c}'",
    ),
    "a result that is no target": (
        replace(SWISH, outputs=TWO, code=ModuleCode("Swish", result="{a} + {b}")),
        "such as '{a}, {b}', received '{a} + {b}'",
    ),
    "no code": (replace(SWISH, code="x"), "expects ModuleCode or FunctionCode"),
    "a category": (replace(SWISH, category="x"), "expects a Category"),
    "a list of params": (replace(SWISH, params=[]), "expects a tuple of Param"),
    "a name twice": (replace(SWISH, params=(Param("a", "int"),) * 2), "different names"),
    "a kind": (replace(SWISH, params=(Param("a", "x"),)), "one of the kinds"),
    "an import": (
        replace(SWISH, code=ModuleCode("Swish", imports=("print(1)",))),
        "expected an import statement, received 'print(1)'",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_plugin_is_a_line_in_problems(plug: Any, case: str) -> None:
    found, sentence = BROKEN[case]
    plug(acme=found, other=DOUBLE)
    (problem,) = registry.plugin_problems()
    assert problem.plugin == "acme"
    assert sentence in problem.sentence
    assert registry.find("AcmeDouble") is not None
    report = analyse(drawn("ReLU"))
    (said,) = [p for p in report.problems if "plugin" in p.sentence]
    assert said.severity == "warning"
    assert said.sentence == problem.sentence
    assert report.ok


def test_a_layer_without_a_rule_is_taken_in(plug: Any) -> None:
    plug(acme=replace(SWISH, rule=None))
    assert registry.plugin_problems() == ()
    found = registry.find("AcmeSwish")
    assert found is not None
    assert (found.rule, found.cost) == (None, None)


def test_only_layers_of_other_packages_can_be_without_a_rule(plug: Any) -> None:
    plug()
    assert [layer.type for layer in registry.all_layers().values() if layer.rule is None] == []


def test_a_module_that_cannot_be_imported(plug: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plug()
    points = [EntryPoint("gone", "no_such_package.layers:LAYERS", "nnstudio.layers")]
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group="", **_: points)
    registry.forget()
    (problem,) = registry.plugin_problems()
    assert "ModuleNotFoundError" in problem.sentence
    assert registry.find("Conv2d") is not None


def test_two_plugins_with_one_name(plug: Any) -> None:
    plug(acme=SWISH, other=SWISH)
    (problem,) = registry.plugin_problems()
    assert problem.plugin == "other"
    assert "declared already by the plugin 'acme'" in problem.sentence


def test_a_rule_that_fails_is_a_problem_of_its_node(plug: Any) -> None:
    plug(acme=[replace(SWISH, rule=lambda use: use.nothing), replace(DOUBLE, rule=lambda use: 3)])
    (problem,) = analyse(drawn("AcmeSwish")).errors
    assert "the shape rule of AcmeSwish failed: AttributeError" in problem.sentence
    (problem,) = analyse(drawn("AcmeDouble")).errors
    assert "must give 1 tensors, received a value of type int" in problem.sentence
    plug(acme=replace(SWISH, rule=lambda use: sys.exit("no licence")))
    (problem,) = analyse(drawn("AcmeSwish")).errors
    assert "the shape rule of AcmeSwish failed: SystemExit: no licence" in problem.sentence


def test_code_that_cannot_be_written_is_a_sentence(plug: Any) -> None:
    plug(acme=replace(DOUBLE, code=FunctionCode(lambda w: "not ( an expression")))
    with pytest.raises(CompileError, match="the code of AcmeDouble cannot be written"):
        generate(drawn("AcmeDouble"))
    assert issubclass(CodeError, ValueError)


@pytest.mark.parametrize(
    "statement",
    [
        *("", "x", "import a; import b", "from . import a", "from a import *", 3),
        *("import a as torch", "from a import print", "import os\nimport sys"),
        "from __future__ import annotations",
    ],
)
def test_imports_that_the_text_cannot_carry(statement: object) -> None:
    assert import_problem(statement) is not None
