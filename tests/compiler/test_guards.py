"""An exported class refuses at once what the analysis would refuse, with the same sense."""

from __future__ import annotations

import itertools
from dataclasses import replace
from inspect import signature
from typing import Any

import pytest
from torch import nn

from nnstudio.compiler.build import model_class
from nnstudio.compiler.codegen.negation import negation
from nnstudio.compiler.inference import full_report
from nnstudio.compiler.source import generate
from nnstudio.graph.values import Edge, Expr, FrozenMap, Graph, Node, Port, Repeat
from nnstudio.project.presets import load_target
from nnstudio.project.values import Block, BlockParameter, Local, Project
from nnstudio.symbols.expression import parse


def chain(parameters: tuple[BlockParameter, ...], *middle: Node, local: str = "") -> Project:
    nodes = (
        Node("x", "Input", "x", FrozenMap({"shape": ("N", 3, 16, 16)})),
        *middle,
        Node("y", "Output", "y"),
    )
    ids = [node.id for node in nodes]
    edges = tuple(Edge(Port(a, "output"), Port(b, "input")) for a, b in itertools.pairwise(ids))
    locals_ = (Local("times", Expr(local)),) if local else ()
    return Project("Net", (Block("Net", parameters, locals_, graph=Graph(nodes, edges)),))


def conv(id: str, channels: object, count: object = None) -> Node:
    repeat = None if count is None else Repeat(count, "Sequential")  # type: ignore[arg-type]
    params = FrozenMap({"out_channels": channels, "kernel_size": 3, "padding": 1})
    return Node(id, "Conv2d", id, params, repeat=repeat)  # type: ignore[arg-type]


def made(project: Project, **arguments: Any) -> nn.Module:
    return model_class(generate(project))(**arguments)


DEPTH = BlockParameter("depth", "int", 3)
WIDTHS = BlockParameter("widths", "list[int]", (4, 8, 16))
GROWING = chain((DEPTH,), conv("convs", Expr("8 * 2 ** i"), Expr("depth")))
LISTED = chain((WIDTHS,), conv("convs", Expr("widths[i]"), Expr("len(widths)")))
ENDING = chain(
    (WIDTHS,),
    conv("convs", Expr("widths[i]"), Expr("len(widths)")),
    conv("last", Expr("widths[-1]")),
)
FIXED = chain((WIDTHS,), conv("a", Expr("widths[0]")), conv("b", Expr("widths[-3]")))
BOTH = chain((DEPTH, WIDTHS), conv("convs", Expr("widths[i]"), Expr("depth")))
LOCAL = chain((DEPTH,), conv("convs", Expr("8 * 2 ** i"), Expr("times")), local="depth - 1")


@pytest.mark.parametrize(
    ("project", "arguments", "sentence"),
    [
        (GROWING, {"depth": 0}, "depth must be at least 1, received 0"),
        (LOCAL, {"depth": 1}, "convs changes the shape, so it needs at least 1 repetition"),
        (LISTED, {"widths": []}, "widths needs at least 1 element, received 0"),
        (ENDING, {"widths": []}, "widths needs at least 1 element, received 0"),
        (LISTED, {"widths": [8, 0]}, r"widths expects sizes of at least 1, received \[8, 0\]"),
        (FIXED, {"widths": [8]}, "widths needs at least 3 elements, received 1"),
        (BOTH, {"depth": 4}, "widths needs at least 4 elements, received 3"),
        (BOTH, {"widths": [8, 8]}, "widths needs at least 3 elements, received 2"),
    ],
)
def test_refused_with_a_sentence(
    project: Project, arguments: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        made(project, **arguments)


@pytest.mark.parametrize(
    ("project", "arguments"),
    [
        (GROWING, {"depth": 1}),
        (LOCAL, {"depth": 2}),
        (LISTED, {"widths": [1]}),
        (FIXED, {"widths": [5, 6, 7, 8]}),
        (BOTH, {"depth": 2, "widths": [2, 3]}),
    ],
)
def test_what_the_analysis_takes_is_taken(project: Project, arguments: dict[str, Any]) -> None:
    assert isinstance(made(project, **arguments), nn.Module)


def test_a_repetition_that_keeps_its_shape_needs_no_check() -> None:
    assert "repetition" not in generate(load_target("CNN2DResNet")).plain


def test_repetitions_of_one_list_are_checked_together() -> None:
    text = generate(load_target("SimpleEfficientNet")).plain
    assert text.count("at least 1 repetition") == 1


def test_a_list_that_says_how_often_is_checked_once() -> None:
    assert generate(ENDING).plain.count("len(widths) < 1") == 1


def use(id: str, type: str, **params: object) -> Node:
    return Node(id, type, id, FrozenMap(params))  # type: ignore[arg-type]


def number(name: str, default: int = 4) -> BlockParameter:
    return BlockParameter(name, "int", default)


INNER = Block(
    "Inner",
    (number("channels"), number("groups", 1)),
    graph=Graph(
        (
            Node("x", "Input", "x", FrozenMap({"shape": ("N", "channels", 16, 16)})),
            conv("conv", Expr("2 * channels")),
            Node("y", "Output", "y"),
        ),
        (
            Edge(Port("x", "output"), Port("conv", "input")),
            Edge(Port("conv", "output"), Port("y", "input")),
        ),
    ),
)


def handed_on() -> Project:
    """A number that two blocks hand on to a layer, one that nothing uses, one for a count."""
    given = (number("width"), number("unused"), number("depth"))
    nodes = (conv("first", Expr("width")), use("inner", "Inner", channels=Expr("width")))
    net = chain(given, *nodes, conv("same", Expr("2 * width"), Expr("depth"))).model
    renamed = {
        Port("inner", "output"): Port("inner", "y"),
        Port("inner", "input"): Port("inner", "x"),
    }
    edges = tuple(
        Edge(renamed.get(edge.source, edge.source), renamed.get(edge.target, edge.target))
        for edge in net.graph.edges
    )
    return Project("Net", (INNER, Block("Net", given, graph=Graph(net.graph.nodes, edges))))


@pytest.mark.parametrize("value", [0, -1])
@pytest.mark.parametrize(
    ("preset", "name"),
    [
        ("Transformer2DResNet", "hidden"),
        ("Transformer2DResNet", "num_heads"),  # the requirement would divide by it
        ("Transformer2DResNet", "num_classes"),
        ("AttentionGRU", "input_size"),  # of a recurrent layer that a block has
        ("AlexNet", "num_classes"),
        ("SimpleViT", "patch_size"),
    ],
)
def test_a_size_of_nothing_is_named(preset: str, name: str, value: int) -> None:
    model = model_class(generate(load_target(preset)))
    with pytest.raises(ValueError, match=f"^{name} must be at least 1, received {value}$"):
        model(**{name: value})


def test_a_size_is_checked_where_it_is_handed_on() -> None:
    project = handed_on()
    with pytest.raises(ValueError, match=r"^width must be at least 1, received 0$"):
        made(project, width=0)
    assert isinstance(made(project, depth=0, unused=0), nn.Module)
    assert generate(project).plain.count("must be at least 1") == 1


def test_a_number_of_a_layer_that_may_be_left_out_may_be_nothing() -> None:
    extra = conv("extra", Expr("width"))
    project = chain((number("width", 3),), replace(extra, when=Expr("width > 0")))
    assert isinstance(made(project, width=0), nn.Module)


def test_names_of_the_loop_are_not_those_of_the_model() -> None:
    project = chain(
        (number("size"), number("name")), conv("a", Expr("size")), conv("b", Expr("name"))
    )
    assert "for name_, size_ in " in generate(project).plain
    with pytest.raises(ValueError, match=r"^name must be at least 1, received 0$"):
        made(project, name=0)


@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
@pytest.mark.parametrize("preset", ["CNN2DResNet", "SimpleEfficientNet", "SimpleDenseNet"])
def test_what_is_refused_is_what_the_analysis_refuses(preset: str) -> None:
    """Every whole number of a model, set to 0: the class takes it if the analysis does."""
    project = load_target(preset)
    model = model_class(generate(project))
    for parameter in project.model.parameters:
        if parameter.type != "int" or parameter.name not in signature(model).parameters:
            continue
        given = project.values.with_(parameter.name, 0)
        is_refused = bool(full_report(replace(project, values=given)).errors)
        if is_refused:
            with pytest.raises(ValueError, match="at least 1"):
                model(**{parameter.name: 0})
        elif parameter.name != "in_channels":  # an input of nothing is seen when data come
            model(**{parameter.name: 0})


@pytest.mark.parametrize(
    ("condition", "refused"),
    [
        ("n % 2 == 0", "n % 2 != 0"),
        ("kind in ['a', 'b']", "kind not in ['a', 'b']"),
        ("a and b", "not (a and b)"),
        ("len([r for r in rows if len(r) != 3]) == 0", "any(len(r) != 3 for r in rows)"),
        (
            "len([n for n in sizes if n < 1 if n % 2]) == 0",
            "any(n < 1 and n % 2 for n in sizes)",
        ),
        ("len([n for n in sizes]) == 0", "len([n for n in sizes]) != 0"),
    ],
)
def test_what_is_refused_is_written_as_one_would(condition: str, refused: str) -> None:
    assert negation(parse(condition).tree) == refused
