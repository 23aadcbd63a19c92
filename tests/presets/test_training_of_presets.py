"""Every preset and variant trains at once on the data that its recipe names.

The short form takes two steps on eight samples, the second with the single one that is left; the
slow form is one epoch of the recipe.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from nnstudio.data.builtin.catalogue import BUILT_IN
from nnstudio.data.pipeline.understanding import describe
from nnstudio.project.data.places import place_of
from nnstudio.project.presets import load_target, preset, preset_names
from nnstudio.project.settings import with_settings
from nnstudio.training.events import Completed, EpochDone, Event, StepsDone
from nnstudio.workspace.input_mapping import map_inputs
from nnstudio.workspace.training import start
from tests.compiled import analysed

TARGETS = [
    f"{name}/{variant.name}" if variant else name
    for name in preset_names()
    for variant in (preset(name).variants or (None,))
]
BIG = (
    *("DenseNet/1", "DenseNet/2", "ShuffleNetV2/0", "ShuffleNetV2/1", "ShuffleNetV2/2", "VGG/1"),
    *("AlexNet", "EfficientNet/", "GPT/gpt2", "MLPMixer/B16", "MLPMixer/S16", "NNTransformer"),
    *("BERT/base", "GoogLeNet/1", "Llama/1.1B", "Llama/2-7B", "Mixtral/8x7B"),
    *("ACGAN/64x64", "DDPM/cifar10", "Seq2SeqAttention/RNNsearch"),
    *("MobileNetV2/0.5", "MobileNetV2/1.0", "MobileNetV3/large", "MobileNetV3/small"),
    *("ResNet/18", "ResNet/34", "ResNet/50", "ResNet/101", "Transformer/6x512", "UNet/paper"),
    *("Swin/B", "Swin/S", "Swin/T"),
)
SMALLEST_OF_THE_BIG = "EfficientNet/B0"
SAMPLES_OF_THE_BIG = 32
"""Without a GPU, an epoch of a big model over all samples would take an hour."""


@pytest.fixture
def slow_ones_are_wanted(request: pytest.FixtureRequest) -> None:
    if "slow" not in request.config.getoption("markexpr"):
        pytest.skip("an epoch for every preset takes long: run with -m slow")


def is_big(target: str) -> bool:
    return target.startswith(BIG)


def trained(target: str, **settings: object) -> list[Event]:
    project = with_settings(load_target(target), settings)
    with start(project, project.training) as run:
        assert run.join(timeout=3600)
        return run.drain()


def assert_trained(events: list[Event], parameters: int | None) -> None:
    last = events[-1]
    assert isinstance(last, Completed), last
    assert last.last is not None
    assert last.epochs == 1
    assert getattr(events[0], "parameters", None) == parameters
    assert any(isinstance(event, EpochDone) for event in events)


@pytest.mark.parametrize(
    "target", [t for t in TARGETS if not is_big(t) or t == SMALLEST_OF_THE_BIG]
)
def test_a_few_steps(target: str) -> None:
    few = {"max_samples": 8, "validation": 0.375, "batch_size": 4, "epochs": 1, "device": "cpu"}
    assert_trained(trained(target, **few), analysed(target)[1].root.parameters)


@pytest.mark.slow
@pytest.mark.usefixtures("slow_ones_are_wanted")
@pytest.mark.parametrize("target", TARGETS)
def test_one_epoch(target: str) -> None:
    settings: dict[str, object] = {"epochs": 1}
    if is_big(target) and not torch.cuda.is_available():
        settings |= {"max_samples": SAMPLES_OF_THE_BIG, "batch_size": 8}
    events = trained(target, **settings)
    assert_trained(events, analysed(target)[1].root.parameters)
    steps = [event for event in events if isinstance(event, StepsDone)]
    assert steps[-1].step == steps[-1].steps


@pytest.mark.slow
@pytest.mark.usefixtures("slow_ones_are_wanted")
@pytest.mark.parametrize("task", ["copy", "reverse", "sort"])
def test_the_token_tasks_are_solved(task: str) -> None:
    target = "Seq2SeqTransformer/small"
    last = trained(target, data=task)[-1]
    assert isinstance(last, Completed), last
    assert last.last is not None
    assert last.last.accuracy is not None
    assert last.last.accuracy > 0.99


@pytest.mark.parametrize("name", preset_names())
def test_recipes_name_data_that_is_built_in(name: str) -> None:
    assert place_of(preset(name).data.source) in BUILT_IN


@pytest.mark.parametrize(
    ("target", "form"),
    [
        ("SimpleCNN/421k", (1, 28, 28)),
        ("SimpleCNN/cifar10", (3, 32, 32)),
        ("AlexNet/10", (3, 224, 224)),
        ("EfficientNet/B0", (3, 224, 224)),
        ("RNNClassifier/row", (28, 28)),
        ("RNNClassifier/pixel", (784, 1)),
        ("ViTClassifier/digits", (1, 8, 8)),
        ("AudioCNN/16khz", (1, 16000)),
        ("AudioCNN/heartbeats", (1, 192)),
        ("AudioTransformer/h4", (1, 16000)),
        ("CNN2DResNet", (1, 16, 12)),
        ("TransformerEncoderLayer/d512", (10, 512)),
    ],
)
def test_samples_come_in_the_size_that_the_model_takes(target: str, form: tuple[int, ...]) -> None:
    project, report = analysed(target)
    info = describe(place_of(project.data.source))
    feed = map_inputs(project, report, info, project.data.resize)
    assert feed.inputs[0].form == form


def test_the_batch_may_come_second_and_inputs_go_by_name() -> None:
    project, report = analysed("Transformer/2x64")
    feed = map_inputs(project, report, describe("sequences"))
    assert (feed.named, feed.batch_axis) == (True, 1)
    assert [(one.name, one.field) for one in feed.inputs] == [("src", "noisy"), ("tgt", "second")]


def test_the_same_training_twice_gives_the_same_losses() -> None:
    for target in ("SimpleCNNAuxiliaryMultiHead", "Seq2SeqTransformer/small"):
        few = {"max_samples": 40, "epochs": 2, "device": "cpu"}
        first, again = (
            [replace(e, seconds=0.0) for e in trained(target, **few) if isinstance(e, EpochDone)]
            for _ in range(2)
        )
        assert len(first) == 2
        assert first == again
