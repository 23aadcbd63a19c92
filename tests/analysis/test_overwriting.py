"""Layers that write into their input: what is said, that the fix mends it, and that no case slips.

The last test is the judge: where nothing is said, a model with such layers computes what the same
model without them computes, and leaves its input and its own tensors as they were.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from torch import Tensor, nn

from nnstudio.analysis.report import Problem
from nnstudio.catalog.code import FunctionCode, ModuleCode
from nnstudio.catalog.layer import Category, Input, Layer
from nnstudio.compiler.build import build
from nnstudio.compiler.inference import full_report
from nnstudio.compiler.source import generate
from nnstudio.graph.values import FrozenMap
from nnstudio.project.storage import file
from nnstudio.project.values import Block, BlockParameter, Project
from tests.analysis.inplace_projects import OVERWRITING, random_project, without_overwriting
from tests.drawing import Drawing, Drawn
from tests.packages import package
from tests.profiles import examples

CASES = Path(__file__).parents[1] / "cases" / "training"


def told(project: Project) -> list[Problem]:
    return [p for p in full_report(project).problems if "overwrites" in p.sentence]


def sentences(project: Project) -> list[str]:
    return [f"{p.severity}: {p.sentence}" for p in told(project)]


def mended(project: Project) -> Project:
    """The project after the fixes that are offered, one by one."""
    for _ in range(9):
        fixes = [p.fix for p in told(project) if p.fix is not None]
        if not fixes:
            return project
        project = fixes[0].command.apply(project)
    raise AssertionError("the fixes do not end")


class Net(Drawing):
    """(N, 4, 6) -> Linear -> whatever is drawn."""

    def __init__(self, *blocks: Block, **values: Any) -> None:
        flags = [BlockParameter(name, "bool", value) for name, value in values.items()]
        super().__init__("Net", *flags, blocks=blocks)
        self.x = self.input("x", "N", 4, 6)
        self.l = self.add("Linear", self.x, name="l", out_features=6)

    def act(self, source: Drawn, name: str = "act", kind: str = "LeakyReLU", **rest: Any) -> Drawn:
        return self.add(kind, source, name=name, inplace=True, **rest)

    def add_up(self, *sources: Drawn) -> Project:
        self.output(self.add("Add", *sources, name="sum"))
        return self.project()


def block(name: str = "Act", **rest: Any) -> Block:
    """Input -> LeakyReLU in place -> Output."""
    drawing = Drawing(name)
    x = drawing.input("x", "N", "length", "features")
    drawing.output(drawing.add("LeakyReLU", x, name="relu", inplace=True, **rest))
    return drawing.block()


FORK = "error: act: overwrites what l gives, and sum reads it too; set inplace off"


# -- the cases -----------------------------------------------------------------------------------


def test_a_fork() -> None:
    project = file.read(CASES / "fork_ip.nns")
    (problem,) = told(project)
    assert problem.severity == "error"
    assert problem.sentence == (
        "act: overwrites what l1 gives, and cat reads it too; set inplace off"
    )
    assert problem.param == "inplace"
    assert problem.fix is not None
    assert problem.fix.title == "Set inplace off"
    after = problem.fix.command.apply(project)
    assert generate(after).text == generate(file.read(CASES / "fork_no.nns")).text


def test_what_nobody_else_reads_may_be_overwritten() -> None:
    net = Net()
    x = net.act(net.act(net.l, "a", kind="SiLU"), "b", kind="Dropout")
    net.output(net.add("Linear", x, name="head", out_features=2))
    assert told(net.project()) == []


@pytest.mark.parametrize("kind", OVERWRITING)
def test_every_kind(kind: str) -> None:
    net = Net()
    project = net.add_up(net.act(net.l, kind=kind), net.l)
    ignores = kind == "AlphaDropout"
    assert sentences(project) == ([] if ignores else [FORK])
    assert told(mended(project)) == []


# -- what carries one memory ---------------------------------------------------------------------

VIEWS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "flatten": [("Flatten", {}), ("Unflatten", {"dim": 1, "unflattened_size": (4, 6)})],
    "reshape": [("Reshape", {"shape": ("N", 24)}), ("UnflattenDim", {"dim": 1, "sizes": (4, 6)})],
    "transpose": [
        ("Transpose", {"dim0": 1, "dim1": 2}),
        ("Permute", {"dims": (0, 2, 1)}),
    ],
    "squeeze": [("Unsqueeze", {"dim": 1}), ("Squeeze", {"dim": 1})],
    "slice": [("Slice", {"dim": 1, "start": 0, "end": 4})],
    "identity": [("Identity", {})],
    "detach": [("Detach", {})],
    "dropout in evaluation": [("Dropout", {"p": 0.5})],
    "alpha dropout in evaluation": [("AlphaDropout", {"p": 0.5})],
    "cast to the same": [("Cast", {"dtype": "float"})],
    "einsum of one": [("Einsum", {"equation": "nab->nba"}), ("Einsum", {"equation": "nba->nab"})],
    "a condition that does not hold": [("Linear", {"out_features": 6, "when": "off"})],
    "no repetition": [("Linear", {"out_features": 6, "repeat": 0})],
    "a block that passes on": [("Pass", {})],
}


def passing() -> Block:
    drawing = Drawing("Pass")
    x = drawing.input("x", "N", "length", "features")
    drawing.output(drawing.add("Identity", x, name="same"))
    return drawing.block()


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("before", [True, False])
def test_views_are_the_same_memory(name: str, before: bool) -> None:
    """The view stands before the layer that overwrites, or before the other reader."""
    net = Net(passing(), off=False)
    view = net.l
    for k, (kind, params) in enumerate(VIEWS[name]):
        view = net.add(kind, view, name=f"view{k}", **params)
    act = net.act(view if before else net.l)
    project = net.add_up(act, net.l if before else view)
    assert sentences(project) == [FORK]
    assert told(mended(project)) == []


@pytest.mark.parametrize(
    ("kind", "params"),
    [("Linear", {"out_features": 6, "when": "on"}), ("Repeat", {"repeats": (1, 1, 1)})],
)
def test_what_is_new_memory(kind: str, params: dict[str, Any]) -> None:
    net = Net(on=True)
    assert told(net.add_up(net.act(net.add(kind, net.l, name="new", **params)), net.l)) == []


def test_parts_of_one_cut_do_not_meet() -> None:
    net = Net()
    first = net.add("Slice", net.l, name="first", dim=1, start=0, end=2)
    second = net.add("Slice", net.l, name="second", dim=1, start=2, end=4)
    assert told(net.add_up(net.act(first), second)) == []


def test_parts_that_overlap_meet() -> None:
    net = Net()
    first = net.add("Slice", net.l, name="first", dim=1, start=0, end=3)
    second = net.add("Slice", net.l, name="second", dim=1, start=-2, end=None)
    net.output(net.add("Concat", net.act(first), second, name="sum", dim=1))
    assert sentences(net.project()) == [FORK]


def test_the_parts_of_one_call_cannot_be_overwritten_in_training() -> None:
    net = Net()
    cut = net.add("Chunk", net.l, name="cut", chunks=2, dim=1)
    project = net.add_up(net.act(cut["part0"]), cut["part1"])
    assert sentences(project) == [
        "warning: act: overwrites a part that cut has cut, which torch does not allow in training; "
        "set inplace off"
    ]


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("Expand", {"sizes": ("N", 4, -1)}),
        ("UnfoldDim", {"dimension": 1, "size": 3, "step": 1}),
    ],
)
def test_several_elements_in_one_place(kind: str, params: dict[str, Any]) -> None:
    net = Net()
    x = net.l
    if kind == "Expand":
        x = net.add("Mean", x, name="mean", dim=1, keepdim=True)
    net.output(net.act(net.add(kind, x, name="wide", **params)))
    (sentence,) = sentences(net.project())
    assert "overwrites what wide gives, of which several elements lie in one place" in sentence


def test_only_shape_and_device_are_no_reading() -> None:
    net = Net()
    ones = net.add("Ones", size=("N", 1, 1), at={"like": net.l})
    drop = net.add("Dropout", ones, name="drop", p=0.1)
    net.output(net.add("Multiply", net.act(net.l), drop))
    assert told(net.project()) == []


def test_what_leads_nowhere_reads_nothing() -> None:
    net = Net()
    net.add("Linear", net.l, name="unused", out_features=2)
    net.output(net.act(net.l))
    assert told(net.project()) == []


def test_a_layer_that_is_left_out_overwrites_nothing() -> None:
    net = Net(on=False)
    project = net.add_up(net.act(net.l, when="on"), net.l)
    assert told(project) == []
    assert sentences(replace(project, values=FrozenMap({"on": True}))) == [FORK]


def chosen(both: bool) -> Project:
    """A block with one of two activations that overwrite, repeated with either; or read besides."""
    inner = Drawing("Chosen", BlockParameter("which", "str"))
    x = inner.add("Linear", inner.input("x", "N", 6), name="linear", out_features=6)
    y = inner.add("Hardswish", x, name="a", inplace=True, when="which == 'a'")
    y = inner.add("ReLU", y, name="b", inplace=True, when="which == 'b'")
    inner.output(inner.add("Add", x, y) if both else y)
    kinds = BlockParameter("kinds", "list[str]", ("a", "b", "none"))
    net = Drawing("Net", kinds, blocks=(inner.block(),))
    uses = {"which": "=kinds[i]", "repeat": "len(kinds)"}
    net.output(net.add("Chosen", net.input("x", "N", 6), name="chosen", **uses))
    return net.project()


def test_what_gets_its_value_from_a_layer_that_may_overwrite_reads_nothing_else() -> None:
    project = chosen(both=False)
    assert full_report(project).problems == ()
    torch.manual_seed(0)
    model = build(generate(project))
    plain = build(generate(without_overwriting(project)))
    plain.load_state_dict(model.state_dict())
    x = torch.randn(2, 6)
    assert torch.equal(model(x), plain(x))


def test_the_reason_stands_where_the_layer_is_though_its_block_is_repeated() -> None:
    first = full_report(chosen(both=True)).problems[0]
    assert first.block == "Chosen"
    assert first.sentence == (
        "a: overwrites what linear gives, and Add reads it too; set inplace off"
    )


def test_inplace_by_a_parameter_of_the_model() -> None:
    net = Net(saving=True)
    project = net.add_up(net.add("ReLU", net.l, name="act", inplace="=saving"), net.l)
    (problem,) = told(project)
    assert problem.fix is not None
    assert problem.fix.title == "Set saving to False"
    assert told(problem.fix.command.apply(project)) == []


def test_a_layer_that_is_called_twice() -> None:
    net = Net()
    act = net.act(net.l)
    m = net.add("Linear", act, name="m", out_features=6)
    again = net.add("LeakyReLU", m, name="", shares=act)
    project = net.add_up(again, m)
    assert sentences(project) == [
        "error: LeakyReLU: overwrites what m gives, and sum reads it too; set inplace off"
    ]
    assert told(mended(project)) == []


# -- Inputs, Parameters, Buffers -----------------------------------------------------------------


def test_the_data_of_whoever_calls_the_model() -> None:
    project = file.read(CASES / "inplace_first.nns")
    assert sentences(project) == [
        "warning: act: overwrites the Input x, so the data of whoever calls the model are changed; "
        "set inplace off"
    ]
    assert full_report(project).ok
    other = file.read(CASES / "notinplace_first.nns")
    assert generate(mended(project)).text == generate(other).text


@pytest.mark.parametrize("kind", ["Parameter", "Buffer"])
def test_tensors_of_the_model(kind: str) -> None:
    net = Net()
    token = net.add(kind, name="token", shape=(1, 4, 6))
    project = net.add_up(net.act(token), net.l)
    assert sentences(project) == [
        "error: act: overwrites 'token', which belongs to the model: every call would change it; "
        "set inplace off"
    ]


@pytest.mark.parametrize("kind", ["Sigmoid", "Tanh", "Exp", "SoftmaxFunction", "ReLU", "LSTM"])
def test_what_a_gradient_needs(kind: str) -> None:
    params: dict[str, Any] = {"SoftmaxFunction": {"dim": -1}, "LSTM": {"hidden_size": 6}}.get(
        kind, {}
    )
    net = Net()
    kept = net.add(kind, net.l, name="kept", **params)
    net.output(net.act(net.add("Flatten", kept, name="flat")))
    assert sentences(net.project()) == [
        "warning: act: overwrites what kept gives, which its gradient needs, so training would "
        "fail; set inplace off"
    ]
    assert told(mended(net.project())) == []


def test_without_a_gradient_nothing_is_needed() -> None:
    drawing = Drawing("Net")
    gate = drawing.add("Sigmoid", drawing.input("x", "N", 6), name="gate")
    x = drawing.add("LeakyReLU", gate, name="act", inplace=True)
    drawing.output(drawing.add("Linear", x, name="head", out_features=2))
    assert told(drawing.project()) == []


def test_repetitions_that_overwrite_what_their_own_gradient_needs() -> None:
    net = Net()
    net.output(net.act(net.l, repeat=3))
    (sentence,) = sentences(net.project())
    assert sentence.startswith("warning: act: overwrites what act gives, which its gradient needs")


# -- blocks --------------------------------------------------------------------------------------


def test_a_block_that_writes_into_its_input() -> None:
    net = Net(block())
    project = net.add_up(net.add("Act", net.l, name="inner"), net.l)
    (problem,) = told(project)
    assert (problem.severity, problem.block) == ("error", "Net")
    assert problem.sentence == (
        "inner: relu inside overwrites what l gives, and sum reads it too; set inplace off"
    )
    after = mended(project)
    assert told(after) == []
    assert "inplace" not in after.by_name["Act"].graph.nodes[1].params


def test_a_block_alone_says_nothing_of_its_input() -> None:
    net = Net(block())
    net.output(net.add("Act", net.l, name="inner"))
    assert told(net.project()) == []


def test_a_block_that_writes_into_the_data() -> None:
    net = Net(block())
    net.output(net.add("Linear", net.add("Act", net.x, name="first"), name="m", out_features=2))
    net.output(net.l, "other")
    (sentence,) = sentences(net.project())
    assert sentence == (
        "error: first: relu inside overwrites the Input x, and l reads it too; set inplace off"
    )


def test_a_block_in_a_block_with_inplace_by_a_parameter() -> None:
    inner = Drawing("Inner", BlockParameter("saving", "bool", False))
    x = inner.input("x", "N", "length", "features")
    inner.output(inner.add("ReLU", x, name="relu", inplace="=saving"))
    outer = Drawing("Outer", BlockParameter("lean", "bool", False), blocks=(inner.block(),))
    x = outer.input("x", "N", "length", "features")
    outer.output(outer.add("Inner", x, name="part", saving="=lean"))
    net = Net(inner.block(), outer.block())
    project = net.add_up(net.add("Outer", net.l, name="use", lean=True), net.l)
    (problem,) = told(project)
    assert problem.sentence.startswith("use: relu inside overwrites what l gives, and sum reads")
    assert problem.fix is not None
    assert problem.fix.title == "Set lean of use to False"
    assert told(problem.fix.command.apply(project)) == []


def test_a_residual_inside_of_a_block() -> None:
    drawing = Drawing("Residual")
    x = drawing.input("x", "N", "length", "features")
    y = drawing.add("ReLU", x, name="relu", inplace=True)
    y = drawing.add("Linear", y, name="fc", out_features="=features")
    drawing.output(drawing.add("Add", x, y, name="sum"))
    drawing.parameters = (BlockParameter("features", "int"),)
    net = Net(drawing.block())
    net.output(net.add("Residual", net.l, name="block"))
    (problem,) = told(net.project())
    assert problem.block == "Residual"
    assert problem.sentence == (
        "relu: overwrites the Input x, and sum reads it too; set inplace off"
    )


def test_two_inputs_that_are_one_value() -> None:
    drawing = Drawing("Pair")
    a, b = (drawing.input(name, "N", "length", "features") for name in "ab")
    drawing.output(drawing.add("Add", drawing.add("ReLU", a, name="relu", inplace=True), b))
    net = Net(drawing.block())
    net.output(net.add("Pair", net.l, net.l, name="pair"))
    assert sentences(net.project()) == [
        "error: pair: relu inside overwrites what l gives, and reads it as b too; set inplace off"
    ]


def test_two_outputs_that_are_one_value() -> None:
    drawing = Drawing("Two")
    x = drawing.input("x", "N", "length", "features")
    y = drawing.add("GELU", x, name="gelu")
    drawing.output(y, "a")
    drawing.output(drawing.add("Identity", y, name="same"), "b")
    net = Net(drawing.block())
    two = net.add("Two", net.l, name="two")
    assert sentences(net.add_up(net.act(two["a"]), two["b"])) == [
        "error: act: overwrites what two gives, and sum reads it too; set inplace off"
    ]


def test_a_repeated_block_that_writes_into_what_all_repetitions_read() -> None:
    drawing = Drawing("Step")
    h, x = (drawing.input(name, "N", "length", "features") for name in "hx")
    drawing.output(drawing.add("Add", h, drawing.add("ReLU", x, name="relu", inplace=True)))
    net = Net(drawing.block())
    m = net.add("Linear", net.l, name="m", out_features=6)
    net.output(net.add("Step", net.l, m, name="step", repeat=3))
    assert sentences(net.project()) == [
        "error: step: relu inside overwrites x, which every repetition reads; set inplace off"
    ]


def test_a_repeated_block_that_writes_into_its_start() -> None:
    net = Net(block())
    project = net.add_up(net.add("Act", net.l, name="steps", repeat=2, kind="shared"), net.l)
    assert sentences(project)[0].startswith("error: steps: relu inside overwrites what l gives")


# -- an edit -------------------------------------------------------------------------------------


def test_an_edit_is_seen_where_nothing_else_changes() -> None:
    net = Net(block())
    project = net.add_up(net.add("Act", net.l, name="inner"), net.l)
    report = full_report(project)
    after = mended(project)
    assert [p.sentence for p in full_report(after, report).problems] == []
    again = full_report(project, full_report(after, report))
    assert again.problems == report.problems


# -- layers of other packages --------------------------------------------------------------------


class Bent(nn.Module):
    """Writes into its second input."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y.clamp_(min=0)


def test_layers_of_another_package(monkeypatch: pytest.MonkeyPatch) -> None:
    imports = ("from bent_layers import Bent",)
    install = package(monkeypatch, "bent_layers", Bent=Bent)
    install(
        LAYERS=[
            Layer(
                "Bent",
                Category.TENSOR,
                ModuleCode("Bent", imports=imports),
                "",
                inputs=(Input("x"), Input("y")),
            ),
            Layer(
                "Clamped",
                Category.TENSOR,
                FunctionCode(lambda w: f"{w.x}.clamp_(0)"),
                "",
                rule=lambda use: use.x,
            ),
        ]
    )
    net = Net()
    m = net.add("Linear", net.l, name="m", out_features=6)
    bent = net.add("Bent", net.l, m, name="bent")
    assert sentences(net.add_up(bent, m)) == [
        "error: bent: overwrites what m gives, and sum reads it too"
    ]
    net = Net()
    assert sentences(net.add_up(net.add("Clamped", net.l, name="low"), net.l)) == [
        "error: low: overwrites what l gives, and sum reads it too"
    ]


# -- the judge -----------------------------------------------------------------------------------


def outputs(module: nn.Module, x: Tensor) -> dict[str, Tensor]:
    found = module(x)
    return found if isinstance(found, dict) else {"y": found}


def close(a: Tensor, b: Tensor) -> bool:
    # the two may be computed by other kernels, so not to the bit
    return torch.allclose(a, b, 1e-4, 1e-5, equal_nan=True)


def assert_same(project: Project, *, silent: bool) -> None:
    """With and without overwriting: the same outputs, and nothing else is changed."""
    modules = []
    for version in (project, without_overwriting(project)):
        torch.manual_seed(1)
        modules.append(build(generate(version)))
    saving, plain = modules
    with torch.no_grad():
        for weight in saving.parameters():
            weight.copy_(torch.randn_like(weight))
    plain.load_state_dict(saving.state_dict())
    before = {name: tensor.clone() for name, tensor in saving.state_dict().items()}
    x = torch.randn(3, 4, 6, generator=torch.Generator().manual_seed(2))
    given = x.clone()
    with torch.no_grad():
        found = outputs(saving.eval(), given)
        expected = outputs(plain.eval(), x.clone())
    for name, tensor in expected.items():
        assert close(found[name], tensor), f"{name} differs"
    for name, tensor in saving.state_dict().items():
        assert torch.equal(tensor, before[name]), f"{name} was changed"
    if not silent:
        return
    assert torch.equal(given, x), "the data were changed"
    for module in modules:  # what torch forbids would be raised
        total = sum(tensor.sum() for tensor in outputs(module.train(), x.clone()).values())
        if isinstance(total, Tensor) and total.requires_grad:
            total.backward()  # type: ignore[no-untyped-call]
    kinds = {node.type for b in project.blocks for node in b.graph.nodes}
    if kinds.isdisjoint({"Dropout", "Dropout1d", "AlphaDropout", "RReLU"}):
        for mine, theirs in zip(saving.parameters(), plain.parameters(), strict=True):
            assert (mine.grad is None) == (theirs.grad is None)
            if mine.grad is not None and theirs.grad is not None:
                assert close(mine.grad, theirs.grad)


@examples(120, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_where_nothing_is_said_nothing_is_changed(seed: int) -> None:
    project = random_project(Random(seed))
    problems = told(project)
    if full_report(project).ok:
        assert_same(project, silent=not problems)
    else:
        assert problems
        assert_same(without_overwriting(project), silent=True)
