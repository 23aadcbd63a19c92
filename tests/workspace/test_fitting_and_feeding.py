"""Which part gives way, the model or the data; and what is refused, with which words."""

from __future__ import annotations

import pytest

from nnstudio.analysis.analyse import analyse
from nnstudio.project.presets import load_target
from nnstudio.project.refusal import Refusal
from nnstudio.project.root_commands import SetTraining
from nnstudio.workspace.training import refuse_training
from nnstudio.workspace.workspace import Workspace


def workspace(target: str, **settings: object) -> Workspace:
    opened = Workspace(load_target(target))
    opened.do(SetTraining(opened.project.training.changed(**settings)))
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
    assert not opened.project.training.resize
    assert opened.resized_to("digits") is None


def test_samples_are_resized_for_a_model_that_cannot() -> None:
    opened = workspace("AlexNet/1000", resize=False)
    before = shape_of(opened)
    opened.fit("digits")
    assert opened.report.ok
    assert shape_of(opened) == before
    assert opened.project.training.resize
    assert opened.resized_to("digits") == (3, 224, 224)
    assert next(iter(opened.report.root.outputs.values())).label == "N × 10"
    opened.undo()
    assert not opened.project.training.resize


def test_the_recipe_decides_that_samples_are_resized() -> None:
    opened = workspace("SimpleCNN/cifar100")
    assert opened.project.training.resize
    assert not opened.is_fitted("digits")  # a hundred values for ten classes: trained, but told
    refuse_training(opened.project, opened.report, opened.project.training)
    opened.fit("digits")
    assert opened.is_fitted("digits")
    assert shape_of(opened) == "N × 3 × 32 × 32"


@pytest.mark.parametrize(
    ("target", "settings", "sentence"),
    [
        ("CNN2DResNet", {"data": "digits"}, "x takes 1 × 16 × 12 per sample, .* or resize the"),
        ("SimpleCNNMultiHead", {"data": "digits"}, "no target for digit, thickness, smoothness"),
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
        refuse_training(opened.project, analyse(opened.project), opened.project.training)
