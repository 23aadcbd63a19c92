"""Advice speaks where it should, stays silent where it should, and its fixes work."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.analysis.advice import advice
from nnstudio.analysis.analyse import analyse
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import BlockParameter, Project
from tests.drawing import Drawing


def said(project: Project) -> list[str]:
    """The sentences of all advice."""
    return [problem.sentence for problem in advice(project, analyse(project).blocks)]


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
    return drawing.project(training=TrainingSettings.checked(settings))


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


def test_softmax_before_another_loss_is_no_problem() -> None:
    assert said(classifier(HEAD, ("Softmax", {"dim": -1}), loss="mse")) == []


def test_bias_before_batch_norm() -> None:
    project = classifier(LINEAR, ("BatchNorm1d", {}), ("ReLU", {}), HEAD)
    (sentence,) = said(project)
    assert "bias" in sentence
    assert fixed(project).model.graph.nodes[1].params["bias"] is False
    assert said(fixed(project)) == []


def test_bias_stays_where_something_else_reads_it() -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 16)
    linear = drawing.add("Linear", x, name="linear", out_features=16)
    norm = drawing.add("BatchNorm1d", linear, name="norm")
    drawing.output(drawing.add("Add", norm, linear))
    assert said(drawing.project()) == []


def test_two_linear_layers_without_an_activation() -> None:
    assert "one linear map" in said(classifier(LINEAR, HEAD))[0]
    assert "one linear map" in said(classifier(LINEAR, ("Dropout", {"p": 0.1}), HEAD))[0]


def test_dropout_before_batch_norm() -> None:
    project = classifier(("ReLU", {}), ("Dropout", {"p": 0.5}), ("BatchNorm1d", {}), HEAD)
    assert "after the norm" in said(project)[0]


def test_batch_norm_with_single_samples() -> None:
    project = classifier(("BatchNorm1d", {}), HEAD, batch_size=1)
    (problem,) = advice(project, analyse(project).blocks)
    assert problem.severity == "warning"
    assert said(replace(project, training=TrainingSettings(batch_size=2))) == []


def test_dropout_of_one_recurrent_layer() -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 12, 4)
    drawing.output(drawing.add("GRU", x, name="rnn", hidden_size=8, batch_first=True, dropout=0.2))
    project = drawing.project()
    assert "stacked layers" in said(project)[0]
    assert said(fixed(project)) == []


def test_attention_without_positions() -> None:
    def drawn(*, ordered: bool) -> Project:
        drawing = Drawing("Net")
        x = drawing.input("x", "N", 12, 8)
        if ordered:
            table = drawing.add("Parameter", name="positions", shape=(1, 12, 8))
            x = drawing.add("Add", x, table)
        attended = drawing.add(
            "MultiheadAttention", x, x, x, name="attention", num_heads=2, batch_first=True
        )
        drawing.output(attended)
        return drawing.project()

    assert "order of its tokens" in said(drawn(ordered=False))[0]
    assert said(drawn(ordered=True)) == []
