"""Which part gives way, the model or the data; and what is refused, with which words."""

from __future__ import annotations

import pytest

from nnstudio.analysis.analyse import analyse
from nnstudio.data.pipeline.understanding import describe
from nnstudio.project.commands.fit_to_data import FitToData
from nnstudio.project.commands.model import SetRootValue
from nnstudio.project.commands.node import SetParam
from nnstudio.project.commands.settings import SetSettings
from nnstudio.project.data.places import place_of
from nnstudio.project.presets import load_target
from nnstudio.project.refusal import Refusal
from nnstudio.workspace.fit_to_data import best_fitting
from nnstudio.workspace.input_mapping import required_inputs
from nnstudio.workspace.training import plan_training
from nnstudio.workspace.workspace import Workspace
from tests.drawing import Drawing


def workspace(target: str, **settings: object) -> Workspace:
    opened = Workspace(load_target(target))
    opened.do(SetSettings(settings))
    return opened


def shape_of(opened: Workspace) -> str:
    return next(iter(opened.report.root.inputs.values())).label


@pytest.mark.parametrize("target", ["CNN2DResNet", "Transformer2DResNet", "SimpleCNN"])
def test_a_model_that_can_take_the_data_is_fitted_to_it(target: str) -> None:
    opened = workspace(target, data="digits", resize=False)
    assert not opened.is_fitted("digits")
    opened.fit("digits")
    assert opened.is_fitted("digits")
    assert shape_of(opened) == "N × 1 × 8 × 8"
    assert not opened.project.data.resize
    assert opened.sample_size("digits") is None


def test_samples_are_resized_for_a_model_that_cannot() -> None:
    opened = workspace("AlexNet/1000", resize=False)
    before = shape_of(opened)
    opened.fit("digits")
    assert opened.report.ok
    assert shape_of(opened) == before
    assert opened.project.data.resize
    assert opened.sample_size("digits") == (3, 224, 224)
    assert next(iter(opened.report.root.outputs.values())).label == "N × 10"
    opened.undo()
    assert not opened.project.data.resize


def test_the_recipe_decides_that_samples_are_resized() -> None:
    opened = workspace("SimpleCNN/cifar100")
    assert opened.project.data.resize
    assert not opened.is_fitted("digits")  # a hundred values for ten classes: trained, but told
    plan_training(opened.project, opened.report, opened.project.training)
    opened.fit("digits")
    assert opened.is_fitted("digits")
    assert shape_of(opened) == "N × 3 × 32 × 32"


@pytest.mark.parametrize(
    ("target", "settings"),
    [
        ("CNN2DResNet", {"data": "heartbeats"}),
        ("SimpleCNN/cifar10", {"data": "digits", "resize": True}),
        ("Seq2SeqTransformer", {"data": "reverse"}),
        ("Transformer", {"data": "sequences"}),
        ("SimpleCNNMultiHead", {"data": "digits-heads", "resize": True}),
    ],
)
def test_what_fits_is_not_touched(target: str, settings: dict[str, object]) -> None:
    opened = workspace(target, **settings)
    before = opened.project
    assert opened.is_fitted(place_of(before.data.source))
    steps = len(opened.history.done)
    opened.fit(place_of(before.data.source))
    assert opened.project is before
    assert len(opened.history.done) == steps


def test_only_what_differs_is_fitted() -> None:
    opened = workspace("SimpleCNN", data="digits", resize=False)
    opened.fit("digits")  # 10 classes are the default
    assert dict(opened.project.values) == {"image_size": 8}


def test_all_inputs_are_fitted() -> None:
    opened = workspace("SimpleCNNAuxiliary", data="digits", resize=False)
    opened.do(SetRootValue("auxiliary_size", 7))
    assert not opened.is_fitted("digits")
    fitting = best_fitting(opened.project, opened.report, describe("digits"))
    assert fitting.summary == "x N × 1 × 8 × 8, auxiliary N × 5"
    opened.fit("digits")
    assert opened.is_fitted("digits")
    assert [t.label for t in opened.report.root.inputs.values()] == ["N × 1 × 8 × 8", "N × 5"]
    assert opened.history.undo_title == "Fit to data"


def test_a_batch_in_the_second_place_stays_there() -> None:
    opened = workspace("TransformerDecoderLayer/d64", data="sequences")
    opened.do(SetParam("DecoderLayer", "n0", "shape", (3, "N", "d_model")))
    fitted = FitToData(None, 0, further=(("tgt", (10, 64)),)).apply(opened.project)
    shapes = [n.params["shape"] for n in fitted.model.graph.of_type("Input")]
    assert shapes[:2] == [(10, "N", "d_model"), ("S", "N", "d_model")]


@pytest.mark.parametrize("batch", ["N", "batch"])
def test_a_batch_of_either_name_is_the_batch(batch: str) -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", 12, batch, 64)
    gate = drawing.add("GRU", x, name="gru", input_size=64, hidden_size=5)
    drawing.output(gate)
    project = drawing.project()
    report = analyse(project)
    assert report.ok
    assert required_inputs(project, report)[0].batch_axis == 1
    assert required_inputs(project, report)[0].form == (12, 64)
    fitted = FitToData((7, 64), 0).apply(project)
    assert fitted.model.graph.of_type("Input")[0].params["shape"] == (7, batch, 64)
    assert report.root.flops == 12 * 2 * 3 * 5 * (64 + 5)


def test_all_heads_are_fitted() -> None:
    opened = workspace("SimpleCNNMultiHead", data="digits-heads", resize=True)
    opened.do(SetRootValue("thickness_classes", 2))
    assert not opened.is_fitted("digits-heads")
    opened.fit("digits-heads")
    assert opened.is_fitted("digits-heads")
    assert dict(opened.project.values).get("thickness_classes") == 5


@pytest.mark.parametrize(
    ("target", "settings", "sentence"),
    [
        (
            "SimpleCNN",
            {"data": "heartbeats"},
            "one image_size for dimension 2 of x and dimension 3 of x, the data have 16 and 12",
        ),
        (
            "AlexNet",
            {"data": "heartbeats"},
            r"cannot be fitted to .* \(input N × 1 × 16 × 12, 5 classes\): pool1: a window of 3",
        ),
        ("SimpleCNNMultiHead", {"data": "digits"}, "no target for digit"),
        ("SimpleCNNAuxiliary", {"data": "heartbeats"}, "needs 2 inputs, .* has 1"),
        ("Transformer", {"data": "digits"}, "offers 5 for tgt, which takes 2 dimensions besides"),
        ("SimpleCNN", {"data": "copy"}, "x takes floats, .* has tokens"),
    ],
)
def test_what_cannot_be_fitted_is_refused(
    target: str, settings: dict[str, object], sentence: str
) -> None:
    opened = workspace(target, **settings)
    before = opened.project
    with pytest.raises(Refusal, match=sentence):
        opened.fit(place_of(before.data.source))
    assert opened.project is before


@pytest.mark.parametrize(
    ("target", "settings", "sentence"),
    [
        ("CNN2DResNet", {"data": "digits"}, "x takes 1 × 16 × 12 per sample, .* or resize the"),
        ("SimpleCNNMultiHead", {"data": "digits"}, "no target for digit"),
        ("SimpleCNNAuxiliary", {"data": "heartbeats"}, "x takes 1 × 28 × 28 per sample"),
        ("Seq2SeqTransformer", {"data": "digits"}, "src takes token numbers, .* has none"),
        ("SimpleCNN", {"data": "copy"}, "x takes floats, .* has tokens; choose other data first"),
        ("CNN2DResNet", {"data": "digits", "resize": True}, "gives N × 5, but .* 10 classes"),
    ],
)
def test_what_cannot_be_trained_is_refused(
    target: str, settings: dict[str, object], sentence: str
) -> None:
    opened = workspace(target, **settings)
    with pytest.raises(Refusal, match=sentence):
        plan_training(opened.project, analyse(opened.project), opened.project.training)
