"""Values of parameters: what fits, what is refused and with which sentence, how it is typed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.catalog.layer import AUTO, REQUIRED
from nnstudio.catalog.registry import all_layers
from nnstudio.graph.values import Expr, FrozenMap, Graph, Node, Repeat
from nnstudio.project.checks import canonical, check_node, check_param, check_value, known_names
from nnstudio.project.parameter_text import CLEAR, parse_value, typed_text
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Block, BlockParameter, Local, Project
from nnstudio.symbols.expression import parse

INPUT = Node("x", "Input", "x", FrozenMap({"shape": ("N", 3, "h", "w")}))
MODEL = Block(
    "Model",
    (BlockParameter("hidden", default=8), BlockParameter("mode", "str", "zeros")),
    (Local("wide", Expr("2 * hidden")),),
    graph=Graph((INPUT,)),
)
INNER = Block(
    "Inner",
    (
        BlockParameter("dims", "list[int]"),
        BlockParameter("rate", "float", 0.5),
        BlockParameter("flag", "bool", False),
    ),
)
PROJECT = Project(blocks=(MODEL, INNER))


def refused(node_type: str, param: str, value: Any, **more: Any) -> str:
    node = Node("n", node_type, "name", **more)
    with pytest.raises(Refusal) as caught:
        check_value(PROJECT, node, param, value, MODEL)
    return str(caught.value)


def accepted(node_type: str, param: str, value: Any, **more: Any) -> None:
    check_value(PROJECT, Node("n", node_type, "name", **more), param, value, MODEL)


@pytest.mark.parametrize(
    ("param", "value", "sentence"),
    [
        ("kernel_size", "abc", "kernel_size expects a whole number or one per dimension, received"),
        ("kernel_size", Expr("abc"), "received 'abc'; known names: hidden, mode, wide"),
        ("kernel_size", (3, 2.5), "received [3, 2.5]"),
        ("kernel_size", 0, "kernel_size must be at least 1, received 0"),
        ("kernel_size", True, "received True"),
        ("out_channels", 2.0, "out_channels expects a whole number, received 2.0"),
        ("out_channels", None, "received None"),
        ("out_channels", Expr("hidden + other"), "'other' is not known here"),
        ("out_channels", Expr("h * w"), "'h' is not known here"),
        ("out_channels", Expr("__import__('os')"), "cannot be called"),
        ("out_channels", Expr("hidden.real"), "not allowed"),
        ("out_channels", 10**18, "received a larger one"),
        ("padding", "sane", "or 'same' or 'valid'"),
        ("padding_mode", "mirror", "padding_mode expects one of zeros, reflect"),
        ("bias", 1, "bias expects True or False, received 1"),
        ("bais", True, "Conv2d has no parameter 'bais'; it has: in_channels"),
    ],
)
def test_refused_values_of_a_convolution(param: str, value: Any, sentence: str) -> None:
    assert sentence in refused("Conv2d", param, value)


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ("kernel_size", 3),
        ("kernel_size", (3, Expr("hidden"))),
        ("padding", "same"),
        ("out_channels", Expr("2 * wide")),
        ("bias", False),
        ("bias", Expr("hidden > 4")),
        ("padding_mode", Expr("mode")),
    ],
)
def test_accepted_values_of_a_convolution(param: str, value: Any) -> None:
    accepted("Conv2d", param, value)


def test_the_index_is_known_where_a_node_repeats() -> None:
    assert "'i'" in refused("Conv2d", "out_channels", Expr("hidden * (i + 1)"))
    accepted("Conv2d", "out_channels", Expr("hidden * (i + 1)"), repeat=Repeat(3))


def test_sizes_of_inputs_are_known_to_functions_only() -> None:
    layer = Node("n", "Linear", "fc")
    function = Node("n", "Add", "")
    assert known_names(PROJECT, MODEL, layer) == {"hidden", "mode", "wide"}
    assert known_names(PROJECT, MODEL, function) == {"hidden", "mode", "wide", "N", "h", "w"}


def test_shapes_of_inputs() -> None:
    accepted("Input", "shape", ("N", 3, "any", Expr("2 * hidden")))
    assert "sizes from 1 on" in refused("Input", "shape", ("N", 0))
    assert "'h'" in refused("Input", "shape", ("N", Expr("2 * h")))
    assert refused("Input", "shape", ("N", "len"))
    assert refused("Input", "shape", ("N", "a b"))
    assert refused("Input", "shape", 3)
    assert refused("Input", "dtype", "complex")


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ("dims", (1, 2)),
        ("dims", ()),
        ("dims", Expr("[hidden, 2 * hidden]")),
        ("rate", 1),
        ("flag", True),
    ],
)
def test_arguments_of_a_block(param: str, value: Any) -> None:
    accepted("Inner", param, value)


@pytest.mark.parametrize(
    ("param", "value"), [("dims", 3), ("dims", (1.5,)), ("rate", "a"), ("flag", 0), ("none", 1)]
)
def test_refused_arguments_of_a_block(param: str, value: Any) -> None:
    assert refused("Inner", param, value)


def test_structural_parameters_are_plain_values() -> None:
    found = [
        (layer.type, p.name)
        for layer in all_layers().values()
        for p in layer.params
        if p.structural
    ]
    assert found
    for layer_type, param in found:
        if layer_type not in PROJECT.by_name:
            assert "plain value" in refused(layer_type, param, Expr("hidden"))


def test_only_bounded_literals() -> None:
    assert "finite" in refused("Dropout", "p", float("inf"))
    assert "literal" in refused("Dropout", "p", object())
    assert "at most" in refused("Dropout", "p", 2.0)
    check_value(PROJECT, Node("n", "Odd.Layer", "odd"), "any", (1, ("a", None)), MODEL)
    with pytest.raises(Refusal):
        check_value(PROJECT, Node("n", "Odd.Layer", "odd"), "any", {"a": 1}, MODEL)  # type: ignore[arg-type]


def test_a_block_cannot_contain_itself() -> None:
    outer = Block("Outer", graph=Graph((Node("u", "Inner", "inner"),)))
    project = Project(blocks=(MODEL, INNER, outer))
    for inside in ("Inner", "Outer"):
        with pytest.raises(Refusal, match="cannot contain"):
            check_node(project, "Inner", Node("n", inside, "name"))
    check_node(project, "Model", Node("n", "Outer", "name"))


@pytest.mark.parametrize("count", [-1, 10**9, True, Expr("i"), Expr("nobody")])
def test_refused_repeats(count: Any) -> None:
    with pytest.raises(Refusal, match="repeat"):
        check_node(PROJECT, "Model", Node("n", "ReLU", "act", repeat=Repeat(count)))


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("3", "int", 3),
        ("-1", "int", -1),
        (" (3, 5) ", "size", (3, 5)),
        ("3, 5", "ints", (3, 5)),
        ("dims[0], 5", "list[int]", (Expr("dims[0]"), 5)),
        ("0.1", "float", 0.1),
        ("1e-3", "float", 0.001),
        ("True", "bool", True),
        ("false", "bool", False),
        ("zeros", "choice", "zeros"),
        ("'zeros'", "choice", "zeros"),
        ("mode", "choice", Expr("mode")),
        ("same", "size", "same"),
        ("2*hidden", "int", Expr("2 * hidden")),
        ("(hidden, 3)", "size", (Expr("hidden"), 3)),
        ("[32, 64]", "list[int]", (32, 64)),
        ("[2 ** k for k in range(3)]", "list[int]", Expr("[2 ** k for k in range(3)]")),
        ("N, 1, h, 2 * hidden", "shape", ("N", 1, "h", Expr("2 * hidden"))),
        ("None", "int", None),
        ("auto", "int", CLEAR),
        ("", "size", CLEAR),
        ("b c -> c b", "text", "b c -> c b"),
    ],
)
def test_what_is_typed(text: str, kind: str, value: Any) -> None:
    found = parse_value(text, kind, ("zeros", "same"), "param")
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text", ["a b", "3 +", "(1", "import os", "x.y", "f(x)", "lambda: 1", "1 if"]
)
def test_what_is_typed_wrong(text: str) -> None:
    with pytest.raises(Refusal, match="kernel_size"):
        parse_value(text, "size", (), "kernel_size")


@given(st.text(max_size=60))
def test_typing_never_breaks(text: str) -> None:
    for kind in ("int", "size", "choice", "shape", "text", "list[float]"):
        try:
            value = parse_value(text, kind, ("same",), "name")
        except Refusal:
            continue
        if isinstance(value, Expr):
            parse(value.text)


def test_every_default_of_the_catalog_fits_and_is_read_back() -> None:
    for layer in all_layers().values():
        for param in layer.params:
            given_values = [param.default, param.initial]
            given_values.append(layer.example.get("params", {}).get(param.name))
            for value in given_values:
                if value is AUTO or value is REQUIRED or value is None:
                    continue
                value = canonical(value)
                check_param(param, value)
                typed = parse_value(typed_text(value), param.kind, param.choices, param.name)
                assert typed == value, (layer.type, param.name)
