"""One small project for each thing that can be wrong, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nnstudio.graph.values import Edge, FrozenMap, Graph, Node, Port
from nnstudio.project.values import Block, BlockParameter, Project
from tests.analysis.broken_repeats import BROKEN_REPEATS
from tests.drawing import Drawing

BROKEN: dict[str, Callable[[], Project]] = {}
P = BlockParameter


def broken(function: Callable[[], Project]) -> Callable[[], Project]:
    BROKEN[function.__name__] = function
    return function


def block_of(drawing: Drawing) -> Block:
    return drawing.block()


def features(
    *blocks: Block, parameters: tuple[BlockParameter, ...] = (), **about: object
) -> Drawing:
    return Drawing("Model", *parameters, blocks=blocks, **about)


@broken
def empty_graph() -> Project:
    return features().project()


@broken
def no_output() -> Project:
    d = features()
    d.input("x", "N", 4)
    return d.project()


@broken
def no_input() -> Project:
    d = features()
    d.output(d.add("Parameter", name="token", shape=(1, 4)))
    return d.project()


@broken
def no_output_behind_layers() -> Project:
    d = features()
    x = d.input("x", "N", 4)
    d.add("Parameter", name="scale", shape=(1, 4))
    d.add("LSTMCell", d.add("Linear", x, name="fc", out_features=3), name="cell", hidden_size=2)
    return d.project()


@broken
def no_output_of_two_ends() -> Project:
    d = features()
    x = d.input("x", "N", 4)
    for name in ("left", "right"):
        d.add("Linear", x, name=name, out_features=3)
    return d.project()


@broken
def no_output_and_a_layer_aside() -> Project:
    d = features()
    d.add("Linear", d.input("x", "N", 4), name="fc", out_features=3)
    d.add("ReLU", name="act")
    return d.project()


@broken
def no_input_before_a_convolution() -> Project:
    d = features()
    conv = d.add("Conv2d", name="conv", in_channels=3, out_channels=8, kernel_size=3)
    d.output(d.add("ReLU", conv, name="act"))
    return d.project()


@broken
def no_input_before_an_embedding() -> Project:
    d = features()
    d.output(d.add("Embedding", name="words", num_embeddings=10, embedding_dim=4))
    return d.project()


@broken
def no_input_before_a_block() -> Project:
    inner = Drawing("Inner", P("width", "int"), P("depth", "int", 2))
    x = inner.input("x", "N", "width", 8, "t")
    inner.output(inner.add("ReLU", x, name="act"))
    d = features(inner.block())
    d.output(d.add("Inner", name="inner", width=3))
    return d.project()


@broken
def no_input_before_an_attention() -> Project:
    d = features()
    d.output(d.add("MultiheadAttention", name="attention", num_heads=2, batch_first=True))
    return d.project()


@broken
def open_input_and_loose_end() -> Project:
    d = features()
    d.add("Linear", d.input("x", "N", 4), name="fc", out_features=3)
    d.output(d.add("ReLU", name="act"))
    return d.project()


@broken
def open_input_and_two_loose_ends() -> Project:
    d = features()
    x = d.input("x", "N", 4)
    for name in ("left", "right"):
        d.add("Linear", x, name=name, out_features=3)
    d.output(d.add("ReLU", name="act"))
    return d.project()


@broken
def cycle() -> Project:
    d = features()
    x = d.input("x", "N", 4)
    a = d.add("Add", x, name="first")
    b = d.add("ReLU", a, name="second")
    d.edges.append(Edge(Port(b.id, "output"), Port(a.id, "input.1")))
    d.output(b)
    return d.project()


@broken
def unconnected_input() -> Project:
    d = features()
    d.output(d.add("Linear", name="fc", out_features=3))
    return d.project()


@broken
def unknown_layer() -> Project:
    d = features()
    x = d.input("x", "N", 4)
    y = d.add("ReLU", x, name="act")
    d.output(y)
    node = next(n for n in d.nodes if n.id == y.id)
    d.nodes[d.nodes.index(node)] = replace(node, type="MyLayer")
    return d.project()


@broken
def unknown_parameter() -> Project:
    d = features()
    d.output(d.add("ReLU", d.input("x", "N", 4), name="act", negative_slope=0.1))
    return d.project()


@broken
def missing_value() -> Project:
    d = features()
    d.output(d.add("Linear", d.input("x", "N", 4), name="fc"))
    return d.project()


@broken
def wrong_features() -> Project:
    d = features()
    d.output(d.add("Linear", d.input("x", "N", 6), name="fc", in_features=4, out_features=3))
    return d.project()


@broken
def wrong_rank() -> Project:
    d = features()
    d.output(d.add("Conv2d", d.input("x", "N", 6), name="conv", out_channels=3, kernel_size=3))
    return d.project()


@broken
def shrunk_map() -> Project:
    d = features()
    x = d.input("x", "N", 3, 4, 4)
    d.output(d.add("Conv2d", x, name="conv", out_channels=3, kernel_size=5))
    return d.project()


@broken
def shrunk_map_by_an_oblong_window() -> Project:
    d = features()
    x = d.input("x", "N", 3, 4, 9)
    conv = d.add("Conv2d", x, name="conv", out_channels=3, kernel_size=(5, 2), dilation=(1, 2))
    d.output(conv)
    return d.project()


@broken
def shrunk_map_by_a_window_of_another_size() -> Project:
    d = features(parameters=(P("kernel", "int", 5),))
    x = d.input("x", "N", 3, 4, 4)
    d.output(d.add("Conv2d", x, name="conv", out_channels=3, kernel_size="=kernel"))
    return d.project()


@broken
def pooled_to_nothing() -> Project:
    d = features()
    x = d.input("x", "N", 3, 4, 4)
    for name in ("pool1", "pool2", "pool3"):
        x = d.add("MaxPool2d", x, name=name, kernel_size=2)
    d.output(x)
    return d.project()


@broken
def groups_do_not_divide() -> Project:
    d = features()
    x = d.input("x", "N", 12, 4, 4)
    d.output(d.add("Conv2d", x, name="conv", out_channels=8, kernel_size=1, groups=3))
    return d.project()


@broken
def beyond_the_limit() -> Project:
    d = features(parameters=(P("dropout", "float", 1.5),))
    d.output(d.add("Dropout", d.input("x", "N", 4), name="drop", p="=dropout"))
    return d.project()


@broken
def heads_do_not_divide() -> Project:
    d = features()
    x = d.input("x", "N", 5, 12)
    at = {"query": x, "key": x, "value": x}
    d.output(d.add("MultiheadAttention", name="attention", at=at, num_heads=5, batch_first=True))
    return d.project()


@broken
def structural_expression() -> Project:
    d = features(parameters=(P("axis", "int", 1),))
    d.output(d.add("Mean", d.input("x", "N", 4, 5), dim="=axis"))
    return d.project()


@broken
def unknown_name() -> Project:
    d = features(parameters=(P("hidden", "int", 8),))
    d.output(d.add("Linear", d.input("x", "N", 4), name="fc", out_features="=2 * hiden"))
    return d.project()


@broken
def invalid_expression() -> Project:
    d = features()
    d.output(d.add("Linear", d.input("x", "N", 4), name="fc", out_features="=2 *"))
    return d.project()


@broken
def no_whole_number() -> Project:
    d = features(parameters=(P("hidden", "int", 9),))
    d.output(d.add("Linear", d.input("x", "N", 4), name="fc", out_features="=hidden / 2"))
    return d.project()


@broken
def operands_do_not_fit() -> Project:
    d = features()
    d.output(d.add("Add", d.input("x", "N", 4), d.input("y", "N", 5), name="sum"))
    return d.project()


@broken
def batch_meets_number() -> Project:
    d = features()
    d.output(d.add("Add", d.input("x", "N", 6, 4), d.input("y", "N", 4), name="sum"))
    return d.project()


@broken
def class_token_without_a_batch() -> Project:
    d = features()
    x = d.input("x", "N", 5, 4)
    token = d.add("Parameter", name="token", shape=(1, 1, 4))
    d.output(d.add("Concat", token, x, dim=1))
    return d.project()


@broken
def batch_joined_with_a_number() -> Project:
    d = features()
    x = d.input("x", "N", 5, 4)
    table = d.add("Parameter", name="table", shape=(4, 1, 4))
    d.output(d.add("Concat", x, table, dim=1))
    return d.project()


@broken
def batch_stacked_with_one() -> Project:
    d = features()
    x = d.input("x", "batch", 4)
    mean = d.add("Parameter", name="mean", shape=(1, 4))
    d.output(d.add("Stack", x, mean, dim=1))
    return d.project()


def pair(*order: str) -> Project:
    """A block of two Inputs of one batch, fed by a batch and by a tensor of one sample."""
    inner = Drawing("Inner")
    x, y = inner.input("x", "N", 4), inner.input("y", "N", 4)
    inner.output(inner.add("Add", x, y))
    d = features(inner.block())
    sources = {"x": d.input("x", "N", 4), "token": d.add("Parameter", name="token", shape=(1, 4))}
    d.output(d.add("Inner", *(sources[name] for name in order), name="inner"))
    return d.project()


@broken
def pattern_of_a_batch_and_a_number() -> Project:
    return pair("x", "token")


@broken
def pattern_of_a_number_and_a_batch() -> Project:
    return pair("token", "x")


@broken
def query_without_a_batch() -> Project:
    d = features()
    x = d.input("x", "N", 5, 4)
    query = d.add("Parameter", name="query", shape=(1, 2, 4))
    at = {"query": query, "key": x, "value": x}
    d.output(d.add("MultiheadAttention", name="attention", at=at, num_heads=2, batch_first=True))
    return d.project()


@broken
def state_without_a_batch() -> Project:
    d = features()
    x = d.input("x", "N", 5, 4)
    state = d.add("Parameter", name="state", shape=(1, 1, 6))
    at = {"input": x, "h_0": state}
    d.output(d.add("GRU", name="rnn", at=at, hidden_size=6, batch_first=True))
    return d.project()


@broken
def one_operand() -> Project:
    d = features()
    d.output(d.add("Add", d.input("x", "N", 4), name="sum"))
    return d.project()


@broken
def free_name_in_module() -> Project:
    d = features()
    x = d.input("x", "N", "length", 4)
    x = d.add("Flatten", x, name="flatten")
    d.output(d.add("Linear", x, name="fc", out_features=3))
    return d.project()


@broken
def free_name_in_module_of_root_with_example() -> Project:
    d = features()
    x = d.input("x", "N", "length", 4, example=(2, 7, 4))
    x = d.add("Flatten", x, name="flatten")
    d.output(d.add("Linear", x, name="fc", out_features=3))
    return d.project()


def inner_free_name() -> Block:
    d = Drawing("Inner")
    x = d.input("x", "N", "features")
    d.output(d.add("Linear", x, name="fc", out_features=3))
    return d.block()


@broken
def free_name_in_block() -> Project:
    d = features(inner_free_name())
    d.output(d.add("Inner", d.input("x", "N", 4), name="inner"))
    return d.project()


@broken
def free_name_typed() -> Project:
    d = features()
    x = d.input("x", "N", "length", 4)
    d.output(d.add("Linear", x, name="fc", out_features="=length"))
    return d.project()


@broken
def free_name_in_parameter() -> Project:
    d = features()
    x = d.input("x", "N", "length", 4)
    table = d.add("Parameter", name="table", shape=(1, "length", 4))
    d.output(d.add("Add", x, table))
    return d.project()


@broken
def free_name_in_local() -> Project:
    d = features(locals={"half": "length // 2"})
    d.output(d.add("ReLU", d.input("x", "N", "length", 4), name="act"))
    return d.project()


@broken
def requirement_fails() -> Project:
    d = features(
        parameters=(P("hidden", "int", 10), P("heads", "int", 4)),
        requirements={"hidden % heads == 0": "hidden must be divisible by heads"},
    )
    d.output(d.add("Linear", d.input("x", "N", 4), name="fc", out_features="=hidden"))
    return d.project()


def with_requirement() -> Block:
    d = Drawing(
        "Inner",
        P("features"),
        P("heads", "int", 4),
        requirements={"features % heads == 0": "features must be divisible by heads"},
    )
    d.output(d.add("Linear", d.input("x", "N", "features"), name="fc", out_features="=features"))
    return d.block()


@broken
def requirement_fails_at_a_use() -> Project:
    d = features(with_requirement())
    d.output(d.add("Inner", d.input("x", "N", 6), name="inner"))
    return d.project()


@broken
def pattern_number_differs() -> Project:
    inner = Drawing("Inner")
    inner.output(inner.add("ReLU", inner.input("x", "N", 3, "h", "h"), name="act"))
    d = features(inner.block())
    d.output(d.add("Inner", d.input("x", "N", 4, 8, 8), name="inner"))
    return d.project()


@broken
def pattern_names_differ() -> Project:
    inner = Drawing("Inner")
    inner.output(inner.add("ReLU", inner.input("x", "N", 3, "h", "h"), name="act"))
    d = features(inner.block())
    d.output(d.add("Inner", d.input("x", "N", 3, 8, 6), name="inner"))
    return d.project()


@broken
def pattern_rank_differs() -> Project:
    d = features(with_requirement())
    d.output(d.add("Inner", d.input("x", "N", 5, 8), name="inner"))
    return d.project()


@broken
def block_without_value() -> Project:
    inner = Drawing("Inner", P("width"))
    x = inner.input("x", "N", 4)
    inner.output(inner.add("Linear", x, name="fc", out_features="=width"))
    d = features(inner.block())
    d.output(d.add("Inner", d.input("x", "N", 4), name="inner"))
    return d.project()


@broken
def root_without_value() -> Project:
    d = features(parameters=(P("width"),))
    d.output(d.add("Linear", d.input("x", "N", 4), name="fc", out_features="=width"))
    return d.project()


@broken
def unknown_block_parameter() -> Project:
    d = features(with_requirement())
    d.output(d.add("Inner", d.input("x", "N", 8), name="inner", width=3))
    return d.project()


@broken
def dtype_differs() -> Project:
    d = features(with_requirement())
    d.output(d.add("Inner", d.input("x", "N", 8, dtype="int"), name="inner"))
    return d.project()


@broken
def recursion() -> Project:
    d = Drawing("Inner", P("features"))
    x = d.input("x", "N", "features")
    y = d.add("ReLU", x, name="act")
    d.output(y)
    block = d.block()
    graph = block.graph
    own = Node("own", "Inner", "own")
    edges = (*graph.edges, Edge(Port(x.id, "output"), Port("own", "x")))
    block = replace(block, graph=Graph((*graph.nodes, own), edges))
    m = features(block)
    m.output(m.add("Inner", m.input("x", "N", 4), name="inner"))
    return m.project()


@broken
def negative_repeat() -> Project:
    d = features(parameters=(P("depth", "int", -1),))
    d.output(d.add("ReLU", d.input("x", "N", 4), name="act", repeat="depth"))
    return d.project()


@broken
def repeat_changes_rank() -> Project:
    d = features()
    d.output(d.add("Flatten", d.input("x", "N", 4, 5), name="flatten", repeat=2))
    return d.project()


@broken
def repeat_size_rests_on_another() -> Project:
    step = Drawing("Step", P("length", "int"), P("width", "int"))
    x = step.input("x", "N", "length", "width")
    x = step.add("Linear", x, name="fc", out_features="=length + width")
    x = step.add("Conv1d", x, name="conv", out_channels="=length + width // 2", kernel_size=1)
    step.output(x)
    d = features(step.block())
    d.output(d.add("Step", d.input("x", "N", 4, 6), name="steps", repeat=3))
    return d.project()


@broken
def size_made_step_by_step_outside() -> Project:
    stem = Drawing("Stem", P("strides", "list[int]", (2, 1, 2)))
    x = stem.input("x", "N", 3, 24, 24)
    stride = "=strides[i] if i else 1"
    stem.output(
        stem.add(
            "Conv2d",
            x,
            name="convs",
            repeat="len(strides)",
            kernel_size=3,
            padding=1,
            out_channels=8,
            stride=stride,
        )
    )
    d = features(stem.block())
    x = d.add("Stem", d.input("x", "N", 3, 24, 24), name="stem")
    x = d.add("Flatten", x, name="flat")
    d.output(d.add("Linear", x, name="fc", out_features=2))
    return d.project()


@broken
def repeat_zero_without_law() -> Project:
    d = features(parameters=(P("depth", "int", 0),))
    d.output(d.add("Linear", d.input("x", "N", 4), name="fc", repeat="depth", out_features=8))
    return d.project()


@broken
def repetition_fails() -> Project:
    d = features()
    x = d.input("x", "N", 3, 8, 8)
    x = d.add("MaxPool2d", x, name="pool", repeat=5, kernel_size=2)
    d.output(x)
    return d.project()


@broken
def repeat_sequential_with_two_inputs() -> Project:
    d = features()
    x = d.input("x", "N", 5, 4)
    at = {"query": x, "key": x, "value": x}
    d.output(
        d.add(
            *("MultiheadAttention",),
            name="attention",
            at=at,
            num_heads=2,
            batch_first=True,
            repeat=2,
            kind="Sequential",
        )
    )
    return d.project()


@broken
def repeat_shared_with_index() -> Project:
    d = features()
    x = d.input("x", "N", 4)
    d.output(d.add("Dropout", x, name="drop", p="=0.1 * i", repeat=2, kind="shared"))
    return d.project()


@broken
def repeat_shared_changes_shape() -> Project:
    d = features()
    x = d.input("x", "N", 4)
    d.output(d.add("Linear", x, name="fc", out_features=8, repeat=2, kind="shared"))
    return d.project()


@broken
def repeat_inline_outside() -> Project:
    d = features()
    x = d.input("x", "N", 4)
    d.output(d.add("Linear", x, name="fc", out_features=4, repeat=2, kind="inline"))
    return d.project()


@broken
def second_output_of_a_repeat() -> Project:
    d = features()
    x = d.input("x", "N", 5, 4)
    r = d.add("GRU", x, name="rnn", hidden_size=4, batch_first=True, repeat=2)
    d.output(r)
    d.output(r["h_n"], "state")
    return d.project()


@broken
def condition_changes_rank() -> Project:
    d = features(parameters=(P("flat", "bool", True),))
    d.output(d.add("Flatten", d.input("x", "N", 4, 5), name="flatten", when="flat"))
    return d.project()


@broken
def condition_of_unknown_name() -> Project:
    d = features()
    d.output(d.add("ReLU", d.input("x", "N", 4), name="act", when="deep"))
    return d.project()


@broken
def condition_without_input() -> Project:
    d = features(parameters=(P("flag", "bool", True),))
    x = d.input("x", "N", 4)
    ones = d.add("Ones", size=(1, 4), when="flag")
    d.output(d.add("Add", x, ones))
    return d.project()


@broken
def index_moves_in_a_group() -> Project:
    d = features(parameters=(P("deep", "bool", True),))
    x = d.input("x", "N", 4)
    g = d.group("layers", "ModuleList")
    a = d.add("Linear", x, name="first", group=g, out_features=4, when="deep")
    b = d.add("Linear", a, name="second", group=g, out_features=4)
    d.output(d.add("Add", a, b))
    return d.project()


@broken
def index_moves_in_a_group_out_of_order() -> Project:
    d = features(parameters=(P("deep", "bool", True),))
    x = d.input("x", "N", 4)
    g = d.group("layers", "Sequential")
    a = d.add("Linear", x, name="first", group=g, out_features=4, when="deep")
    b = d.add("Linear", a, name="second", group=g, out_features=4)
    d.output(b)
    d.declare_before(b, a)
    return d.project()


@broken
def sequential_out_of_order() -> Project:
    d = features()
    x = d.input("x", "N", 4)
    g = d.group("layers", "Sequential")
    a = d.add("Linear", x, name="first", group=g, out_features=6)
    b = d.add("ReLU", a, name="second", group=g)
    d.output(d.add("Linear", b, name="third", group=g, out_features=2))
    d.declare_before(b, a)
    return d.project()


@broken
def sequential_block_out_of_order() -> Project:
    inner = Drawing("Inner", P("features"), kind="Sequential")
    x = inner.input("x", "N", "features")
    a = inner.add("Linear", x, name="first", out_features="=features")
    b = inner.add("ReLU", a, name="second")
    inner.output(b)
    inner.declare_before(b, a)
    d = features(inner.block())
    d.output(d.add("Inner", d.input("x", "N", 4), name="inner"))
    return d.project()


@broken
def sequential_block_is_no_chain() -> Project:
    inner = Drawing("Inner", P("features"), kind="Sequential")
    x = inner.input("x", "N", "features")
    y = inner.add("Linear", x, name="fc", out_features="=features")
    inner.output(inner.add("Add", x, y))
    d = features(inner.block())
    d.output(d.add("Inner", d.input("x", "N", 4), name="inner"))
    return d.project()


@broken
def shared_for_other_features() -> Project:
    d = features()
    x, y = d.input("x", "N", 4), d.input("y", "N", 6)
    a = d.add("Linear", x, name="fc", out_features=3)
    b = d.add("Linear", y, shares=a)
    d.output(d.add("Add", a, b))
    return d.project()


@broken
def shared_with_what_is_gone() -> Project:
    d = features()
    y = d.add("ReLU", d.input("x", "N", 4), name="act")
    d.output(y)
    d.nodes[1] = replace(d.nodes[1], shares="gone")
    return d.project()


@broken
def optional_input_into_a_container() -> Project:
    d = features()
    x, y = d.input("x", "N", 4), d.input("y", "N", 4, optional=True)
    group = d.group("net", "Sequential")
    d.output(d.add("Add", x, d.add("Linear", y, name="fc", group=group, out_features=4)))
    return d.project()


@broken
def optional_input_changes_the_shape() -> Project:
    d = features()
    x, y = d.input("x", "N", 4), d.input("y", "N", 4, optional=True)
    d.output(d.add("Concat", x, y, dim=1))
    return d.project()


@broken
def buffer_rests_on_data() -> Project:
    d = features()
    x = d.input("x", "N", 4)
    table = d.add("Buffer", d.add("Sin", x), name="table")
    d.output(d.add("Add", x, table))
    return d.project()


@broken
def uses_with_two_texts() -> Project:
    inner = Drawing("Inner", P("channels"), P("pad", "str", "same"))
    x = inner.input("x", "N", "channels", 8)
    x = inner.add("Conv1d", x, name="conv", out_channels=2, kernel_size=3, padding="=pad")
    x = inner.add("Flatten", x, name="flatten")
    inner.output(inner.add("Linear", x, name="fc", out_features=3))
    d = features(inner.block())
    x = d.input("x", "N", 4, 8)
    d.output(d.add("Inner", x, name="first"))
    d.output(d.add("Inner", x, name="second", pad="valid"), "other")
    return d.project()


@broken
def unused_node() -> Project:
    d = features()
    x = d.input("x", "N", 4)
    d.add("Linear", x, name="fc", out_features=3)
    d.output(x)
    return d.project()


@broken
def dead_branch() -> Project:
    d = features()
    x = d.input("x", "N", 4)
    y = d.input("y", "N", 4)
    d.output(d.add("ReLU", x, name="act"))
    side = d.add("Linear", d.add("Add", x, y), name="side", out_features=3)
    d.add("Sigmoid", side, name="gate")
    return d.project()


@broken
def dead_branch_with_two_ends() -> Project:
    d = features()
    x = d.input("x", "N", 4)
    d.output(x)
    side = d.add("Linear", x, name="side", out_features=3)
    d.add("Sigmoid", side, name="gate")
    d.add("Tanh", side, name="bound")
    return d.project()


@broken
def root_value_of_unknown_name() -> Project:
    d = features(parameters=(P("width", "int", 4),))
    d.output(d.add("Linear", d.input("x", "N", 4), name="fc", out_features="=width"))
    return d.project(values=FrozenMap({"widht": 3}))


@broken
def batch_in_a_module() -> Project:
    d = features()
    x = d.add("Permute", d.input("x", "N", 3, 4), name="swap", dims=(1, 0, 2))
    x = d.add("Flatten", x, name="flatten")
    d.output(d.add("Linear", x, name="fc", out_features=3))
    return d.project()


@broken
def free_name_that_no_parameter_can_have() -> Project:
    d = features()
    x = d.add("Flatten", d.input("x", "N", "forward", 4), name="flatten")
    d.output(d.add("Linear", x, name="fc", out_features=3))
    return d.project()


@broken
def open_input_beside_an_optional_one() -> Project:
    d = features()
    x = d.input("x", "N", 5, 4)
    d.input("mask", 5, 5, dtype="bool", optional=True)
    d.add("Linear", x, name="fc", out_features=4)
    d.output(d.add("ReLU", name="act"))
    return d.project()


@broken
def no_map_for_a_window() -> Project:
    d = features(parameters=(P("size", "int", 0),))
    x = d.input("x", "N", 3, "size", "size")
    d.output(d.add("Conv2d", x, name="conv", out_channels=3, kernel_size=3))
    return d.project()


@broken
def groups_of_one_use_do_not_divide() -> Project:
    inner = Drawing("Inner", P("groups", "int", 1))
    x = inner.input("x", "N", 12, 4, 4)
    conv = inner.add("Conv2d", x, name="conv", out_channels=12, kernel_size=1, groups="=groups")
    inner.output(conv)
    d = features(inner.block())
    x = d.add("Inner", d.input("x", "N", 12, 4, 4), name="first", groups=3)
    d.output(d.add("Inner", x, name="second", groups=5))
    return d.project()


BROKEN |= BROKEN_REPEATS
