"""The rules that keep the generated text true, one small drawing each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.build import build, example_inputs, model_class
from nnstudio.compiler.errors import CompileError
from nnstudio.compiler.source import generate
from nnstudio.graph.values import FrozenMap
from nnstudio.project.values import Block, BlockParameter, Project
from tests.compiler.referee import assert_equal, assert_formulas, assert_shapes
from tests.drawing import Drawing

P = BlockParameter


def text_of(project: Project, **more: torch.Tensor) -> str:
    """The text, after the referee has found that it computes what is drawn."""
    report = analyse(project)
    assert report.ok, [p.sentence for p in report.errors]
    source = generate(project, report)
    torch.manual_seed(0)
    inputs = example_inputs(project.model, report.root)
    module = build(source)
    use = assert_equal(project, module, inputs)
    assert_shapes(report.root, use)
    assert_formulas(report.root)
    if more:
        assert_equal(project, module, {**inputs, **more})
    return source.text


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


def mlp(*parameters: BlockParameter, **about: Any) -> Drawing:
    return Drawing("Model", *parameters, **about)


# -- 1. from the definition alone ---------------------------------------------------------
def test_dimensions_keep_their_names() -> None:
    d = mlp(P("hidden", "int", 8))
    x = d.input("x", "N", 1, 16, 12)
    x = d.add("Conv2d", x, name="conv", out_channels="=hidden", kernel_size=3, padding=1)
    x = d.add("MaxPool2d", x, name="pool", kernel_size=2)
    x = d.add("Flatten", x, name="flatten")
    d.output(d.add("Linear", x, name="fc", out_features="=hidden // 2"))
    text = text_of(d.project())
    assert "nn.Linear(48 * hidden, hidden // 2)" in text
    model = model_class(generate(d.project()))(hidden=64)
    assert model(torch.zeros(2, 1, 16, 12)).shape == (2, 32)


@pytest.mark.parametrize("flag", [True, False])
def test_a_choice_by_a_parameter_is_a_conditional(flag: bool) -> None:
    d = mlp(P("hidden", "int", 8), P("bidirectional", "bool", flag))
    x = d.input("x", "N", 5, 4)
    x = d.add(
        *("GRU", x),
        name="rnn",
        hidden_size="=hidden",
        bidirectional="=bidirectional",
        batch_first=True,
    )
    d.output(d.add("Linear", x, name="fc", out_features=3))
    assert "nn.Linear(2 * hidden if bidirectional else hidden, 3)" in text_of(d.project())


def test_broadcasting_follows_the_literal_one() -> None:
    d = mlp(P("hidden", "int", 8))
    x = d.add("Linear", d.input("x", "N", 5, 4), name="fc", out_features="=hidden")
    gate = d.add("Mean", x, dim=1, keepdim=True)
    d.output(d.add("Linear", d.add("Multiply", gate, x), name="out", out_features=3))
    assert "nn.Linear(hidden, 3)" in text_of(d.project())


def test_an_argument_is_left_out_if_its_text_is_torchs_default() -> None:
    d = mlp(P("bias", "bool", True))
    x = d.input("x", "N", 4)
    x = d.add("Linear", x, name="a", out_features=4, bias=True)
    x = d.add("Linear", x, name="b", out_features=4, bias="=bias")
    d.output(d.add("Dropout", x, name="drop", p=0.5))
    text = text_of(d.project())
    assert "self.a = nn.Linear(4, 4)" in text
    assert "self.b = nn.Linear(4, 4, bias=bias)" in text
    assert "self.drop = nn.Dropout()" in text


# -- 2. what is called as one -------------------------------------------------------------
def group_of_three(kind: str, *, tap: bool) -> Project:
    d = mlp()
    g = d.group("net", kind)  # type: ignore[arg-type]
    x = d.input("x", "N", 4)
    a = d.add("Linear", x, name="first", group=g, out_features=4)
    b = d.add("ReLU", a, name="act", group=g)
    c = d.add("Linear", b, name="second", group=g, out_features=4)
    d.output(d.add("Add", c, a) if tap else c)
    return d.project()


def test_a_chain_is_called_as_one() -> None:
    assert "return self.net(x)" in text_of(group_of_three("Sequential", tap=False))
    assert "for layer in self.net:" in text_of(group_of_three("ModuleList", tap=False))
    assert 'self.net["first"](x)' in text_of(group_of_three("ModuleDict", tap=False))


@pytest.mark.parametrize("kind", ["Sequential", "ModuleList"])
def test_a_tapped_chain_is_called_child_by_child(kind: str) -> None:
    text = text_of(group_of_three(kind, tap=True))
    assert "self.net[0](" in text
    assert "self.net(" not in text


def test_a_shared_repeat_inside_a_sequential_is_called_every_time() -> None:
    d = mlp()
    g = d.group("net", "Sequential")
    x = d.input("x", "N", 4)
    x = d.add("Linear", x, name="a", group=g, out_features=4)
    x = d.add("Linear", x, name="b", group=g, out_features=4, repeat=3, kind="shared")
    d.output(x)
    text = text_of(d.project())
    assert "for _ in range(3):" in text
    assert "self.net[1](" in text


def test_left_out_members_close_the_indexes_up() -> None:
    d = mlp(P("deep", "bool", False))
    g = d.group("net", "Sequential")
    x = d.input("x", "N", 4)
    x = d.add("Linear", x, name="a", group=g, out_features=4, when="deep")
    x = d.add("Linear", x, name="b", group=g, out_features=3)
    d.output(x)
    text_of(d.project())
    assert list(build(generate(d.project())).state_dict()) == ["net.0.weight", "net.0.bias"]
    deep = build(generate(d.project()), deep=True)
    assert list(deep.state_dict())[2:] == ["net.1.weight", "net.1.bias"]


# -- 3. parameters that are not given -----------------------------------------------------
def inner(*parameters: BlockParameter) -> Block:
    d = Drawing("Inner", *parameters)
    x = d.input("x", "N", "features")
    d.output(d.add("Linear", x, name="fc", out_features="=width"))
    return d.block()


def test_a_parameter_is_bound_by_the_pattern_or_has_its_default() -> None:
    block = inner(P("features"), P("width", "int", 7))
    d = mlp(P("hidden", "int", 8), blocks=(block,))
    x = d.add("Linear", d.input("x", "N", 4), name="fc", out_features="=2 * hidden")
    x = d.add("Inner", x, name="inner")
    d.output(d.add("Inner", x, name="last", width="=hidden"))
    text = text_of(d.project())
    assert "self.inner = Inner(2 * hidden)" in text
    assert "self.last = Inner(7, width=hidden)" in text


def test_a_given_parameter_is_checked_against_the_pattern() -> None:
    d = mlp(blocks=(inner(P("features"), P("width", "int", 7)),))
    d.output(d.add("Inner", d.input("x", "N", 4), name="inner", features=5))
    (problem,) = analyse(d.project()).errors
    assert problem.sentence == "inner: input 'x' expects 5 (features) in dimension 1, received 4"


# -- 4. names -----------------------------------------------------------------------------
def test_modules_own_their_names() -> None:
    d = mlp(P("scale", "float", 2.0), P("training", "float", 3.0))
    x = d.add("Linear", d.input("x", "N", 4), name="scale", out_features=4)
    x = d.add("Scale", x, factor="=scale")
    d.output(d.add("Scale", x, factor="=training"))
    text = text_of(d.project())
    assert "self.scale_value = scale" in text
    assert "self.training_value = training" in text


def test_names_that_mean_something_else_are_not_taken() -> None:
    d = mlp()
    x = d.input("x", "N", "i", "torch")
    y = d.add("Slice", x, dim=1, end="=i - 1", name="list")
    y = d.add("Slice", y, dim=2, end="=torch - 1", name="nn")
    z = d.add("ReLUFunction", y, name="lambda")
    d.output(d.add("Add", z, y))
    text = text_of(d.project())
    assert "_, i_size, torch_size = x.shape" in text


def test_loops_keep_the_other_inputs() -> None:
    """The first input of a repetition is what the one before gave, the others stay."""
    d = mlp()
    x = d.input("x", "N", 5, 4)
    at = {"query": x, "key": x, "value": x}
    kind = {"num_heads": 2, "batch_first": True, "repeat": 2}
    d.output(d.add("MultiheadAttention", name="x2", at=at, **kind))  # type: ignore[arg-type]
    text = text_of(d.project())
    assert "x2, _ = layer(x2, x, x, need_weights=False)" in text


def test_a_value_that_is_returned_is_not_overwritten() -> None:
    d = mlp()
    x = d.input("x", "N", 4)
    a = d.add("Add", x, x)
    b = d.add("ReLUFunction", a)
    d.output(b, "second")
    d.output(a, "first")
    d.output(x, "zeroth")
    text_of(d.project())


# -- 5. what is inactive still has text ---------------------------------------------------
@pytest.mark.parametrize("out_channels", [3, 5])
def test_a_projection_has_one_text(out_channels: int) -> None:
    block = Drawing("Block", P("in_channels"), P("out_channels"), P("stride", "int", 1))
    x = block.input("x", "N", "in_channels", "h", "w")
    y = block.add(
        *("Conv2d", x),
        name="conv",
        out_channels="=out_channels",
        kernel_size=3,
        padding=1,
        stride="=stride",
    )
    when = "stride != 1 or in_channels != out_channels"
    z = block.add(
        *("Conv2d", x),
        name="projection",
        out_channels="=out_channels",
        kernel_size=1,
        stride="=stride",
        when=when,
    )
    block.output(block.add("Add", z, y))
    d = mlp(blocks=(block.block(),))
    x = d.input("x", "N", 3, 8, 8)
    x = d.add("Block", x, name="block", out_channels=out_channels)
    x = d.add("Flatten", x, name="flatten")
    d.output(d.add("Linear", x, name="fc", out_features=2))
    text = text_of(d.project())
    assert f"if {when}" in text
    assert f"nn.Linear({64 * out_channels}, 2)" in text


@pytest.mark.parametrize("wide", [True, False])
def test_a_condition_that_changes_the_size_is_a_choice(wide: bool) -> None:
    d = mlp(P("wide", "bool", wide))
    x = d.add("Linear", d.input("x", "N", 4), name="widen", out_features=64, when="wide")
    d.output(d.add("Linear", x, name="fc", out_features=2))
    assert "nn.Linear(64 if wide else 4, 2)" in text_of(d.project())


@pytest.mark.parametrize("flag", [True, False])
def test_conditions_on_modules_with_several_inputs_and_outputs(flag: bool) -> None:
    d = mlp(P("flag", "bool", flag))
    x = d.input("x", "N", 5, 4)
    at = {"query": x, "key": x, "value": x}
    y = d.add(
        "MultiheadAttention", name="attention", at=at, num_heads=2, batch_first=True, when="flag"
    )
    y = d.add("GRU", y, name="rnn", hidden_size=4, batch_first=True, when="not flag")
    d.output(y)
    text = text_of(d.project())
    assert "if self.flag:" in text
    assert "else nn.Identity()" in text


def test_an_optional_input_may_be_open_or_not() -> None:
    d = mlp()
    x = d.input("x", "N", 5, 4)
    mask = d.input("mask", 5, 5, optional=True)
    bias = d.input("bias", "N", 5, 4, optional=True)
    mask = d.add("Scale", mask, factor=2.0)
    at = {"query": x, "key": x, "value": x, "attn_mask": mask}
    y = d.add("MultiheadAttention", name="attention", at=at, num_heads=2, batch_first=True)
    d.output(d.add("Add", y, bias))
    text = text_of(d.project(), mask=torch.randn(5, 5), bias=torch.randn(2, 5, 4))
    assert "mask: Tensor | None = None, bias: Tensor | None = None" in text
    assert "if mask is not None:" in text
    assert "if bias is not None:" in text


def test_attention_takes_place_without_its_mask() -> None:
    d = mlp()
    x = d.input("x", "N", 3, 5, 4)
    mask = d.input("mask", "N", 5, dtype="bool", optional=True)
    y = d.add("Linear", x, name="value", out_features=4)
    seen = d.add("Unsqueeze", d.add("Unsqueeze", mask, dim=1), dim=2)
    at = {"query": x, "key": x, "value": y, "attn_mask": seen}
    d.output(d.add("ScaledDotProductAttention", name="attention", at=at))
    given = torch.tensor([[True, True, True, False, False], [True] * 5])
    text = text_of(d.project(), mask=given)
    assert "\n        return F.scaled_dot_product_attention(x, x, value, attn_mask" in text


def test_modules_wait_for_optional_inputs() -> None:
    d = mlp()
    x, y = d.input("x", "N", 5, 4), d.input("memory", "N", 3, 6, optional=True)
    y = d.add("Linear", y, name="fit", out_features=4)
    at = {"query": x, "key": y, "value": y}
    z = d.add("MultiheadAttention", name="cross", at=at, num_heads=2, batch_first=True)
    d.output(d.add("LayerNorm", z, name="norm"))
    text = text_of(d.project(), memory=torch.randn(2, 3, 6))
    assert (
        "if memory is not None:\n            memory = self.fit(memory)\n            x, _ =" in text
    )


def test_a_block_with_an_open_input_has_the_text_of_one_without() -> None:
    block = Drawing("Inner", P("features"))
    x = block.input("x", "N", "length", "features")
    mask = block.input("mask", "length", "length", optional=True)
    at = {"query": x, "key": x, "value": x, "attn_mask": mask}
    attention = {"num_heads": 2, "batch_first": True}
    block.output(block.add("MultiheadAttention", name="attention", at=at, **attention))  # type: ignore[arg-type]
    d = mlp(blocks=(block.block(),))
    x = d.input("x", "N", 5, 4)
    mask = d.add("Parameter", name="mask", shape=(5, 5), initialiser="normal")
    y = d.add("Inner", x, name="first")
    d.output(d.add("Inner", y, mask, name="second"))
    assert "self.second(x, self.mask)" in text_of(d.project())


# -- 6, 13. repeats -----------------------------------------------------------------------
@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("kind", ["ModuleList", "Sequential", "inline", "shared"])
def test_kinds_of_repeats(kind: str, count: int) -> None:
    d = mlp(P("depth", "int", count))
    g = d.group("net", "Sequential") if kind == "inline" else None
    x = d.input("x", "N", 4)
    x = d.add(
        *("Linear", x),
        name="fc",
        group=g,
        out_features=4,
        repeat="depth",
        kind=kind,  # type: ignore[arg-type]
    )
    d.output(x)
    text = text_of(d.project())
    made = "nn.Linear(4, 4) for _ in range(depth)"
    assert (made in text) is (kind != "shared")
    model = build(generate(d.project()), depth=2)
    keys = {
        "ModuleList": ["fc.0.weight", "fc.0.bias", "fc.1.weight", "fc.1.bias"],
        "Sequential": ["fc.0.weight", "fc.0.bias", "fc.1.weight", "fc.1.bias"],
        "inline": ["net.0.weight", "net.0.bias", "net.1.weight", "net.1.bias"],
        "shared": ["fc.weight", "fc.bias"],
    }
    assert list(model.state_dict()) == keys[kind]


def repeated(out: str, count: str, **rest: Any) -> Drawing:
    d = mlp(P("hidden", "int", 4), P("dims", "list[int]", (6, 5, 8)), P("n", "int", 2))
    x = d.input("x", "N", 16)
    x = d.add("Linear", x, name="fc", repeat=count, out_features=out, **rest)
    d.output(d.add("Linear", x, name="head", out_features=2))
    return d


@pytest.mark.parametrize(
    ("out", "count", "made", "after"),
    [
        ("=hidden", "n", "nn.Linear(16 if i == 0 else hidden, hidden)", "hidden"),
        ("=dims[i]", "len(dims)", "nn.Linear(16 if i == 0 else dims[i - 1], dims[i])", "dims[-1]"),
        ("=dims[i]", "n", "nn.Linear(16 if i == 0 else dims[i - 1], dims[i])", "dims[n - 1]"),
        ("=hidden * 2 ** i", "n", "hidden * 2**i)", "hidden * 2 ** (n - 1)"),
    ],
)
def test_repeats_whose_shape_follows_the_index(out: str, count: str, made: str, after: str) -> None:
    text = text_of(repeated(out, count).project())
    assert made in text
    assert f"nn.Linear({after}, 2)" in text


@pytest.mark.parametrize("count", [0, 1, 2])
def test_halving_has_a_closed_form(count: int) -> None:
    d = mlp(P("n", "int", count), P("hidden", "int", 4))
    x = d.input("x", "N", "hidden", 32, 32)
    x = d.add("MaxPool2d", x, name="pool", kernel_size=2, repeat="n")
    x = d.add("Flatten", x, name="flatten")
    d.output(d.add("Linear", x, name="fc", out_features=2))
    assert "32 // 2**n" in text_of(d.project(values=FrozenMap({"hidden": 3})))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_growing_and_shrinking_have_closed_forms(count: int) -> None:
    d = mlp(P("n", "int", count))
    x = d.input("x", "N", 2, 19, 19)
    x = d.add("Conv2d", x, name="valid", out_channels=2, kernel_size=3, repeat="n")
    x = d.add(
        "Conv2d", x, name="smaller", out_channels=2, kernel_size=3, padding=1, stride=2, repeat="n"
    )
    x = d.add("Flatten", x, name="flatten")
    d.output(d.add("Linear", x, name="fc", out_features=2))
    assert "((18 - 2 * n) // 2**n + 1) ** 2" in text_of(d.project())


def test_repeated_blocks_take_the_index() -> None:
    block = inner(P("features"), P("width"))
    d = mlp(P("dims", "list[int]", (6, 5)), blocks=(block,))
    x = d.input("x", "N", 4)
    d.output(d.add("Inner", x, name="inner", repeat="len(dims)", width="=dims[i]"))
    assert "Inner(4 if i == 0 else dims[i - 1], dims[i])" in text_of(d.project())


def test_further_results_of_a_repeat_are_those_of_the_last() -> None:
    d = mlp(P("dims", "list[int]", (4, 8)))
    x = d.input("x", "N", 5, 3)
    x = d.add("GRU", x, name="rnn", hidden_size="=dims[i]", batch_first=True, repeat="len(dims)")
    d.output(x)
    text_of(d.project())
    last = analyse(d.project()).root.nodes["n1"].outputs["h_n"]
    assert last.label == "1 × N × 8"


def test_repeated_operations_may_use_the_index() -> None:
    d = mlp()
    x = d.add("Scale", d.input("x", "N", 4), factor="=i + 1", repeat=3)
    d.output(d.add("ReLUFunction", x, repeat=2, when="i > 0"))
    assert "for i in range(3):" in text_of(d.project())


def test_repeated_blocks_with_two_outputs_pass_the_first_on() -> None:
    block = Drawing("Two", P("features"))
    x = block.input("x", "N", "features")
    block.output(block.add("Linear", x, name="fc", out_features="=features"), "main")
    block.output(x, "side")
    d = mlp(blocks=(block.block(),))
    d.output(d.add("Two", d.input("x", "N", 4), name="two", repeat=2))
    assert "x, _ = layer(x)" in text_of(d.project())


# -- 7. sizes that are known only in forward ----------------------------------------------
def test_free_names_are_unpacked_on_top() -> None:
    d = mlp(P("width", "int", 6))
    x = d.input("x", "N", "length", 4)
    y = d.add("Linear", x, name="fc", out_features="=width")
    y = d.add("Reshape", y, shape=["N", "length", 2, "width // 2"])
    d.output(d.add("Slice", y, dim=1, end="=length - 1"))
    text = text_of(d.project())
    lines = lines_of(text)
    assert (
        lines[lines.index("def forward(self, x: Tensor) -> Tensor:") + 1]
        == "batch, length, _ = x.shape"
    )
    assert "self.width // 2" in text


# -- 8, 9. buffers and tensors made in forward --------------------------------------------
def test_buffers_by_formula_are_made_in_init() -> None:
    d = mlp(P("size", "int", 6))
    x = d.input("x", "N", 6)
    steps = d.add("Arange", end="=size", dtype="float", name="range")
    table = d.add("Buffer", d.add("Sin", steps, name="math"), name="table")
    d.output(d.add("Add", d.add("Add", x, table), steps))
    text = text_of(d.project())
    assert "self.register_buffer(" in text
    assert text.count("torch.arange") == 2  # in __init__ for the table, in forward for the rest
    assert "table" in build(generate(d.project())).state_dict()


def test_a_tensor_made_in_forward_is_like_another() -> None:
    d = mlp()
    x = d.input("x", "N", 3, 4)
    ones = d.add("Ones", x, size=["N", 1, 1])
    drop = d.add("Dropout", ones, name="drop_path", p=0.2)
    d.output(d.add("Multiply", x, drop))
    assert "x.new_ones((batch, 1, 1))" in text_of(d.project())


# -- 10. expressions ----------------------------------------------------------------------
def test_functions_of_expressions() -> None:
    d = mlp(P("hidden", "int", 30), locals={"width": "make_divisible(hidden * 1.5, 8)"})
    x = d.add("Linear", d.input("x", "N", 4), name="a", out_features="=ceil(hidden / 4)")
    x = d.add("Linear", x, name="b", out_features="=width")
    x = d.add("Linear", x, name="c", out_features="=sum([k for k in [1, 2] if k > 1])")
    d.output(x)
    text = text_of(d.project())
    assert "import math\n" in text
    assert "def make_divisible(" in text
    assert "math.ceil(hidden / 4)" in text
    assert "width = make_divisible(hidden * 1.5, 8)" in text


# -- 11. kinds of blocks ------------------------------------------------------------------
def test_a_sequential_block_has_no_forward() -> None:
    block = Drawing("Unit", P("features"), kind="Sequential")
    x = block.input("x", "N", "features")
    x = block.add("Linear", x, name="fc", out_features="=features")
    block.output(block.add("ReLU", x, name="act"))
    d = mlp(blocks=(block.block(),))
    d.output(d.add("Unit", d.input("x", "N", 4), name="unit"))
    text = text_of(d.project())
    assert "super().__init__(nn.Linear(features, features), nn.ReLU())" in text
    assert text.count("def forward") == 1


def test_a_module_list_block_calls_its_children() -> None:
    block = Drawing("Unit", P("features"), kind="ModuleList")
    x = block.input("x", "N", "features")
    y = block.add("Linear", x, name="fc", out_features="=features")
    block.output(block.add("Add", x, block.add("ReLU", y, name="act")))
    d = mlp(blocks=(block.block(),))
    d.output(d.add("Unit", d.input("x", "N", 4), name="unit"))
    text = text_of(d.project())
    assert "class Unit(nn.ModuleList):" in text
    assert "self[0](x)" in text


def test_tensors_of_a_module_list_block_have_no_index() -> None:
    block = Drawing("Unit", P("features"), kind="ModuleList")
    x = block.input("x", "N", "features")
    scale = block.add("Parameter", name="scale", shape=("features",), initialiser="ones")
    y = block.add("Linear", block.add("Multiply", x, scale), name="fc", out_features="=features")
    block.output(block.add("ReLU", y, name="act"))
    d = mlp(blocks=(block.block(),))
    d.output(d.add("Unit", d.input("x", "N", 4), name="unit"))
    text = text_of(d.project())
    assert "self[0](x * self.scale)" in text
    assert "return self[1](x)" in text


# -- 12. requirements ---------------------------------------------------------------------
def test_requirements_are_raised() -> None:
    d = mlp(
        P("hidden", "int", 8),
        P("heads", "int", 4),
        requirements={"hidden % heads == 0": "hidden must be divisible by heads"},
    )
    d.output(d.add("Linear", d.input("x", "N", 4), name="fc", out_features="=hidden"))
    text = text_of(d.project())
    assert "if hidden % heads != 0:" in text
    with pytest.raises(ValueError, match="hidden must be divisible by heads"):
        model_class(generate(d.project()))(heads=3)
    with pytest.raises(CompileError, match="cannot be built"):
        build(generate(d.project()), heads=3)


# -- 14. examples -------------------------------------------------------------------------
def test_examples_are_never_in_the_code() -> None:
    d = mlp()
    x = d.input("x", "N", "length", 4, example=(2, 37, 4))
    d.output(d.add("Linear", x, name="fc", out_features=3))
    report = analyse(d.project())
    assert report.root.outputs["output"].label == "N × 37 × 3"
    assert "37" not in text_of(d.project())


# -- 17. optional parts -------------------------------------------------------------------
@pytest.mark.parametrize("use_aux", [True, False])
def test_an_auxiliary_part(use_aux: bool) -> None:
    d = mlp(P("use_aux", "bool", use_aux))
    x, aux = d.input("x", "N", 4), d.input("aux", "N", 3)
    aux = d.add("Linear", aux, name="aux_net", out_features=8, when="use_aux")
    both = d.add("Concat", x, aux, dim=1, when="use_aux")
    d.output(d.add("Linear", both, name="fc", out_features=2))
    text = text_of(d.project())
    assert "if self.use_aux:" in text
    assert "if use_aux else 4, 2)" in text


# -- 18, 19, 20 ---------------------------------------------------------------------------
def test_parameters_declare_their_types() -> None:
    block = Drawing(
        "Inner", P("rate", "float"), P("dims", "list[int]"), P("title", "str"), P("on", "bool")
    )
    x = block.input("x", "N", 4)
    block.output(block.add("Dropout", x, name="drop", p="=rate"))
    d = mlp(blocks=(block.block(),))
    values = {"rate": 0.1, "dims": (1, 2), "title": "a", "on": True}
    d.output(d.add("Inner", d.input("x", "N", 4), name="inner", **values))
    text = text_of(d.project())
    assert "rate: float, dims: list[int], title: str, on: bool" in text


def test_dtypes_travel_with_shapes() -> None:
    d = mlp()
    x = d.input("tokens", "N", 7, dtype="int")
    y = d.add("Embedding", x, name="embedding", num_embeddings=10, embedding_dim=4)
    d.output(y)
    report = analyse(d.project())
    assert report.root.nodes["n1"].outputs["output"].dtype == "float"
    text_of(d.project())
    d.add("Linear", x, name="fc", out_features=3)
    assert "whole numbers" in analyse(d.project()).errors[0].sentence


def test_parts_have_names() -> None:
    d = mlp()
    x = d.input("x", "N", 6)
    parts = d.add("Chunk", x, chunks=3, dim=1)
    d.output(d.add("Add", parts["part2"], parts["part0"]))
    assert "x1, _, x3 = x.chunk(3, dim=1)" in text_of(d.project())


# -- whole texts --------------------------------------------------------------------------
def test_a_thousand_layers_in_a_chain() -> None:
    d = mlp()
    x = d.input("x", "N", 4)
    for k in range(1000):
        x = d.add("ReLU", x, name=f"act{k}")
    d.output(x)
    source = generate(d.project())
    assert source.lines_of("Model", "n1000")


def test_the_same_project_has_the_same_text() -> None:
    d = mlp(P("hidden", "int", 8))
    x = d.add("Linear", d.input("x", "N", 4), name="fc", out_features="=hidden")
    d.output(x)
    project = d.project()
    assert generate(project).text == generate(replace(project)).text
    other = replace(project, values=FrozenMap({"hidden": 9}))
    assert generate(other).text == generate(project).text.replace(
        "hidden: int = 8", "hidden: int = 9"
    )
