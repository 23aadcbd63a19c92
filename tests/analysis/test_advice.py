"""Advice speaks where it should, stays silent where it should, and its fixes work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nnstudio.analysis.advice import advice
from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.build import build
from nnstudio.compiler.source import generate
from nnstudio.graph.values import Expr, FrozenMap, Node
from nnstudio.project.commands.graph import Move
from nnstudio.project.commands.node import SetParam
from nnstudio.project.presets import load_target
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import BlockParameter, Project
from tests.drawing import Drawing


def said(project: Project) -> list[str]:
    """The sentences of all advice on a project without errors."""
    report = analyse(project)
    assert report.errors == ()
    return [problem.sentence for problem in advice(project, report.blocks)]


def fixed(project: Project) -> Project:
    """The project after every fix that is offered."""
    while True:
        fixes = [p.fix for p in advice(project, analyse(project).blocks) if p.fix is not None]
        if not fixes:
            return project
        project = fixes[0].command.apply(project)


def classifier(*layers: tuple[str, dict[str, object]], **settings: object) -> Project:
    drawing = Drawing("Net", BlockParameter("num_classes", "int", 10))
    x = drawing.input("x", "N", 16)
    for k, (kind, params) in enumerate(layers):
        x = drawing.add(kind, x, name=f"layer{k}", **params)
    drawing.output(x)
    return drawing.project(training=TrainingSettings.from_values(settings))


LINEAR = ("Linear", {"out_features": 8})
HEAD = ("Linear", {"out_features": "=num_classes"})


def test_a_plain_classifier_needs_no_advice() -> None:
    assert said(classifier(LINEAR, ("ReLU", {}), HEAD)) == []


def test_double_softmax_is_a_warning_whose_fix_heals_the_chain() -> None:
    project = classifier(LINEAR, ("ReLU", {}), HEAD, ("Softmax", {"dim": -1}))
    (problem,) = advice(project, analyse(project).blocks)
    assert problem.severity == "warning"
    assert "second" in problem.sentence
    after = fixed(project)
    assert analyse(after).ok
    assert not after.model.graph.of_type("Softmax")
    assert len(after.model.graph.edges) == len(project.model.graph.edges) - 1


@pytest.mark.parametrize("kind", ["Softmax", "LogSoftmax", "Sigmoid"])
def test_softmax_before_another_loss_is_no_problem(kind: str) -> None:
    params = {} if kind == "Sigmoid" else {"dim": -1}
    assert said(classifier(HEAD, (kind, params), loss="mse")) == []


@pytest.mark.parametrize(
    ("layer", "severity", "words"),
    [
        (("SoftmaxFunction", {"dim": 1}), "warning", "this one is the second"),
        (("LogSoftmax", {"dim": 1}), "advice", "of this one it changes nothing"),
        (("Sigmoid", {}), "warning", "between 0 and 1"),
    ],
)
def test_what_bounds_the_scores(
    layer: tuple[str, dict[str, object]], severity: str, words: str
) -> None:
    project = classifier(LINEAR, ("ReLU", {}), HEAD, layer, ("Identity", {}))
    (problem,) = advice(project, analyse(project).blocks)
    assert problem.severity == severity
    assert words in problem.sentence
    assert said(fixed(project)) == []


def test_what_a_condition_leaves_out_bounds_nothing() -> None:
    drawing = Drawing("Net", BlockParameter("probabilities", "bool", False))
    x = drawing.input("x", "N", 16)
    x = drawing.add("Linear", x, name="fc", out_features=10)
    drawing.output(drawing.add("Softmax", x, name="softmax", dim=-1, when="probabilities"))
    project = drawing.project()
    assert said(project) == []
    assert said(replace(project, values=FrozenMap({"probabilities": True}))) != []


def heads(count: int) -> Project:
    """A model with `count` uses of a block that ends in a softmax."""
    head = Drawing("Head", BlockParameter("features", "int"))
    x = head.input("x", "N", "features")
    x = head.add("Linear", x, name="fc", out_features=4)
    head.output(head.add("Softmax", x, name="softmax", dim=-1))
    drawing = Drawing("Net", blocks=(head.block(),))
    x = drawing.input("x", "N", 16)
    for k in range(count):
        drawing.output(drawing.add("Head", x, name=f"head{k}"), name=f"y{k}")
    return drawing.project()


def test_a_softmax_at_the_end_of_a_block_is_found() -> None:
    project = heads(1)
    (problem,) = advice(project, analyse(project).blocks)
    assert (problem.block, problem.node_name) == ("Head", "softmax")
    after = fixed(project)
    assert said(after) == []
    assert not after.by_name["Head"].graph.of_type("Softmax")


def test_a_softmax_of_a_block_that_is_used_twice_is_no_business_of_one_use() -> None:
    project = heads(2)
    (problem,) = advice(project, analyse(project).blocks)
    assert problem.fix is None


def test_bias_before_batch_norm() -> None:
    project = classifier(LINEAR, ("BatchNorm1d", {}), ("ReLU", {}), HEAD)
    (sentence,) = said(project)
    assert sentence.endswith(
        "its bias has no effect, because layer1 subtracts the mean; bias=False saves 8 parameters"
    )
    assert fixed(project).model.graph.nodes[1].params["bias"] is False
    assert said(fixed(project)) == []


def test_bias_stays_where_something_else_reads_it() -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 16)
    linear = drawing.add("Linear", x, name="linear", out_features=16)
    norm = drawing.add("BatchNorm1d", linear, name="norm")
    drawing.output(drawing.add("Add", norm, linear))
    assert said(drawing.project()) == []


def test_bias_of_a_transposed_convolution() -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 3, 8, 8)
    up = drawing.add("ConvTranspose2d", x, name="up", out_channels=4, kernel_size=2, stride=2)
    drawing.output(drawing.add("BatchNorm2d", up, name="norm"))
    project = drawing.project()
    assert "bias" in said(project)[0]
    assert said(fixed(project)) == []


def test_a_bias_that_a_condition_may_leave_alone() -> None:
    drawing = Drawing("Net", BlockParameter("normal", "bool", True))
    x = drawing.add("Linear", drawing.input("x", "N", 16), name="fc", out_features=16)
    drawing.output(drawing.add("BatchNorm1d", x, name="norm", when="normal"))
    assert said(drawing.project()) == []


def test_a_bias_that_the_next_repetition_reads() -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 4, 9)
    x = drawing.add("Conv1d", x, name="conv", out_channels=4, kernel_size=1, repeat=3)
    drawing.output(drawing.add("BatchNorm1d", x, name="norm"))
    assert said(drawing.project()) == []


def test_a_bias_that_another_call_reads() -> None:
    drawing = Drawing("Net")
    linear = drawing.add("Linear", drawing.input("x", "N", 16), name="fc", out_features=16)
    x = drawing.add("ReLU", drawing.add("BatchNorm1d", linear, name="norm"), name="act")
    drawing.output(drawing.add("Linear", x, shares=linear))
    assert said(drawing.project()) == []


def test_two_linear_layers_without_an_activation() -> None:
    assert "one linear map" in said(classifier(LINEAR, HEAD))[0]
    assert "one linear map" in said(classifier(LINEAR, ("Dropout", {"p": 0.1}), HEAD))[0]


def test_an_activation_is_put_between_and_all_moves_aside() -> None:
    project = classifier(LINEAR, ("Dropout", {"p": 0.1}), HEAD)
    arranged = (Move("Net", tuple((f"n{k}", (200.0 * k, 50.0)) for k in range(5)))).apply(project)
    after = fixed(arranged)
    assert said(after) == []
    assert [n.name for n in after.model.graph.nodes][1:4] == ["layer0", "relu", "layer1"]
    places = {n.name: n.position for n in after.model.graph.nodes}
    assert places["relu"] == (504.0, 50.0)
    assert [places[name][0] for name in ("layer1", "layer2", "output")] == [808, 1008, 1208]
    assert {y for _, y in places.values()} == {50.0}


def test_an_activation_joins_the_container_of_its_neighbours() -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 16)
    group = drawing.group("net", "Sequential")
    x = drawing.add("Linear", x, name="a", out_features=8, group=group)
    x = drawing.add("Linear", x, name="b", out_features=4, group=group)
    drawing.output(x)
    text = generate(fixed(drawing.project())).text
    assert "nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 4))" in text


def test_a_linear_layer_that_follows_itself() -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 16)
    drawing.output(drawing.add("Linear", x, name="fc", out_features=16, repeat=3))
    assert "its repetitions follow each other" in said(drawing.project())[0]


def test_dropout_before_batch_norm_goes_behind_it() -> None:
    project = classifier(("ReLU", {}), ("Dropout", {"p": 0.5}), ("BatchNorm1d", {}), HEAD)
    assert "after the norm" in said(project)[0]
    after = fixed(project)
    assert said(after) == []
    assert [n.type for n in after.model.graph.nodes] == [
        *("Input", "ReLU", "BatchNorm1d", "Dropout", "Linear", "Output")
    ]
    text = generate(after).text
    assert text.index("self.layer2(") < text.index("self.layer1(") < text.index("self.layer3(")


def test_dropout_that_feeds_something_else_too_stays() -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 16)
    drop = drawing.add("Dropout", x, name="drop", p=0.1)
    drawing.output(drawing.add("Add", drawing.add("BatchNorm1d", drop, name="norm"), drop))
    project = drawing.project()
    (problem,) = advice(project, analyse(project).blocks)
    assert problem.fix is None


def test_batch_norm_with_single_samples() -> None:
    project = classifier(("BatchNorm1d", {}), HEAD, batch_size=1)
    (problem,) = advice(project, analyse(project).blocks)
    assert problem.severity == "warning"
    assert "nothing to take the mean of" in problem.sentence
    assert said(replace(project, training=TrainingSettings(batch_size=2))) == []
    after = fixed(project)
    assert after.training == project.training.with_values(batch_size=32)


def test_batch_norm_of_one_picture_is_told_once() -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 3, 8, 8)
    for k in range(3):
        x = drawing.add("BatchNorm2d", x, name=f"norm{k}")
    drawing.output(x)
    (sentence,) = said(drawing.project(training=TrainingSettings(batch_size=1)))
    assert "of that sample alone" in sentence


def test_dropout_of_one_recurrent_layer() -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 12, 4)
    drawing.output(drawing.add("GRU", x, name="rnn", hidden_size=8, batch_first=True, dropout=0.2))
    project = drawing.project()
    assert "stacked layers" in said(project)[0]
    assert said(fixed(project)) == []


def attention(*before: str, shape: tuple[int | str, ...] = ("N", 12, 8), **params: Any) -> Project:
    """An attention over `x`, and before it what the words say."""
    drawing = Drawing("Net", BlockParameter("length", "int", 12))
    x = drawing.input("x", *shape)
    if "positions" in before:
        table = drawing.add("Parameter", name="positions", shape=(1, 12, 8))
        x = drawing.add("Add", x, table)
    if "token" in before:
        token = drawing.add("Parameter", name="token", shape=(1, 1, 8))
        token = drawing.add("Expand", token, sizes=("=N", -1, -1))
        x = drawing.add("Concat", token, x, dim=1)
    if "numbers" in before:
        places = drawing.add("Arange", x, end=12)
        places = drawing.add("Embedding", places, name="places", num_embeddings=12, embedding_dim=8)
        x = drawing.add("Add", x, places)
    params = {"num_heads": 2, "batch_first": True, **params}
    drawing.output(drawing.add("MultiheadAttention", x, x, x, name="attention", **params))
    return drawing.project()


def test_attention_without_positions() -> None:
    assert "order of its tokens" in said(attention())[0]
    assert said(attention("positions")) == []
    assert said(attention("numbers")) == []


def test_a_class_token_tells_no_order() -> None:
    assert "order of its tokens" in said(attention("token"))[0]
    assert said(attention("positions", "token")) == []


@pytest.mark.parametrize(
    ("shape", "batch_first", "table"),
    [
        (("N", 12, 8), True, (1, 12, 8)),
        (("N", "length", 8), True, (1, Expr("length"), 8)),
        ((12, "N", 8), False, (12, 1, 8)),
    ],
)
def test_positions_are_learned(
    shape: tuple[int | str, ...], batch_first: bool, table: tuple[object, ...]
) -> None:
    project = attention(shape=shape, batch_first=batch_first)
    after = fixed(project)
    assert said(after) == []
    assert analyse(after).ok
    (learned,) = after.model.graph.of_type("Parameter")
    assert (learned.name, learned.params["shape"]) == ("positions", table)
    build(generate(after))


def test_positions_of_a_length_that_varies_cannot_be_learned() -> None:
    project = attention(shape=("N", "steps", 8))
    (problem,) = advice(project, analyse(project).blocks)
    assert problem.fix is None


@pytest.mark.parametrize("inside", [False, True])
def test_positions_in_front_of_the_blocks_or_inside_of_them(inside: bool) -> None:
    encoder = Drawing("Encoder")
    x = encoder.input("x", "N", 12, 8)
    if inside:
        table = encoder.add("Parameter", name="positions", shape=(1, 12, 8))
        x = encoder.add("Add", x, table)
    params = {"nhead": 2, "dim_feedforward": 16, "batch_first": True}
    encoder.output(encoder.add("TransformerEncoderLayer", x, name="layer", **params))
    drawing = Drawing("Net", blocks=(encoder.block(),))
    x = drawing.input("x", "N", 12, 8)
    drawing.output(drawing.add("Encoder", x, name="encoder", repeat=2))
    project = drawing.project()
    assert len(said(project)) == (0 if inside else 1)
    after = fixed(project)
    assert said(after) == []
    assert analyse(after).ok


def test_errors_do_not_hide_advice() -> None:
    project = load_target("SimpleCNN")
    advised = [p.sentence for p in analyse(project).problems if p.severity == "advice"]
    assert advised
    node = next(n for n in project.model.graph.nodes if n.name == "classifier")
    wrong = SetParam(project.root, node.id, "in_features", 7).apply(project)
    report = analyse(wrong)
    assert not report.ok
    found = [p for p in report.problems if p.severity == "advice"]
    assert [p.sentence for p in found] == advised
    assert all(p.fix is None for p in found), "first what is wrong"


def test_a_node_that_hangs_loose_does_not_remove_the_totals() -> None:
    project = load_target("SimpleCNN")
    before = analyse(project).root
    graph = project.model.graph
    loose = Node("loose", "Linear", "loose", FrozenMap({"out_features": 3}))
    project = project.with_graph(project.root, replace(graph, nodes=(*graph.nodes, loose)))
    after = analyse(project).root
    assert not after.ok
    assert (after.parameters, after.flops) == (before.parameters, before.flops)
