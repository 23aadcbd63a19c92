"""Presets take the data that their documents name, by path, in the forms in which they are given.

The files are small and made here; one epoch each.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import nnstudio
from nnstudio.workspace.finished_run import FinishedRun
from tests.array_files import cifar_bytes, write_idx
from tests.page_files import CIFAR_WORDS

RATE = 44_100
"""Values a second of the recordings of ESC-50 and ESC-10."""
SOUNDS = ("dog", "rain", "sea_waves", "crying_baby", "clock_tick", "person_sneeze",
          "helicopter", "chainsaw", "rooster", "crackling_fire")  # fmt: skip


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNSTUDIO_CACHE", str(tmp_path_factory.mktemp("cache")))


def one_epoch(target: str, path: Path, **settings: Any) -> FinishedRun:
    given = {"epochs": 1, "batch_size": 10, "device": "cpu", "threads": 1, "validation": 0.25}
    run = nnstudio.train(nnstudio.load(target), data=path, **{**given, **settings})
    (epoch,) = run.history
    assert np.isfinite(epoch.train.loss)
    assert epoch.validation is not None
    assert epoch.validation.accuracy is not None
    return run


def assert_as_documented(run: FinishedRun, target: str) -> None:
    """The model is the preset itself: nothing was fitted to the files."""
    assert run.project.model == nnstudio.load(target).model


def with_ten(count: int) -> np.ndarray[Any, Any]:
    return (np.arange(count) % 10).astype(np.uint8)


# -- MNIST -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mnist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The four files as they are offered, with 40 and 20 pictures."""
    folder, random = tmp_path_factory.mktemp("mnist"), np.random.default_rng(0)
    for name, count in (("train", 40), ("t10k", 20)):
        pictures = random.integers(0, 256, (count, 28, 28)).astype(np.uint8)
        write_idx(folder / f"{name}-images-idx3-ubyte.gz", pictures)
        write_idx(folder / f"{name}-labels-idx1-ubyte.gz", with_ten(count))
    return folder


@pytest.mark.parametrize(
    "target",
    [
        "SimpleDenseNet/68k",
        "SimpleMLP/256-128",
        "SimpleCNN/421k",
        "ConvNeXtV2/288k",
        "SimpleViT/210k",
        "SimpleViTTorchLayers",
        "SimpleEfficientNet/22k",
        "RNNClassifier/row",
        "RNNClassifier/pixel-logits",
        "LSTMClassifier/row-logits",
        "GRUClassifier/row",
        "ViTClassifier/patch7",
        "ViTClassifier/pad30",
        "ViTClassifierMLPHead/patch4",
    ],
)
def test_mnist(target: str, mnist: Path) -> None:
    assert_as_documented(one_epoch(target, mnist), target)


# -- CIFAR -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cifar(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """The folders of both archives, CIFAR-10 in its five batches, with few pictures."""
    folder, random = tmp_path_factory.mktemp("cifar"), np.random.default_rng(0)

    def pictures(count: int) -> np.ndarray[Any, Any]:
        return random.integers(0, 256, (count, 3, 32, 32)).astype(np.uint8)

    ten, hundred = folder / "cifar-10-batches-bin", folder / "cifar-100-binary"
    ten.mkdir()
    for name in (*(f"data_batch_{k}" for k in range(1, 6)), "test_batch"):
        records = cifar_bytes(with_ten(10)[:, None], pictures(10))
        (ten / f"{name}.bin").write_bytes(records)
    (ten / "batches.meta.txt").write_text("\n".join(CIFAR_WORDS) + "\n\n")
    (ten / "readme.html").write_text("<a href='http://www.cs.toronto.edu/~kriz/cifar.html'></a>")
    hundred.mkdir()
    for name, count in (("train", 200), ("test", 20)):
        fine = (np.arange(count) % 100).astype(np.uint8)
        records = cifar_bytes(np.stack([fine % 20, fine], 1), pictures(count))
        (hundred / f"{name}.bin").write_bytes(records)
    (hundred / "fine_label_names.txt").write_text("\n".join(f"fine{k}" for k in range(100)) + "\n")
    (hundred / "coarse_label_names.txt").write_text(
        "\n".join(f"rough{k}" for k in range(20)) + "\n"
    )
    return {10: ten, 100: hundred}


@pytest.mark.parametrize(
    "target",
    [
        f"{name}/cifar{classes}{size}"
        for classes in (10, 100)
        for name, size in (
            ("SimpleCNN", ""),
            ("ConvNeXtV2", ""),
            ("SimpleViT", "-210k"),
            ("SimpleEfficientNet", "-210k"),
        )
    ],
)
def test_cifar(target: str, cifar: dict[int, Path]) -> None:
    classes = 100 if "100" in target else 10
    # of two pictures of each of the hundred classes one is held out
    more = {"validation": 0.5, "batch_size": 50} if classes == 100 else {}
    run = one_epoch(target, cifar[classes], **more)
    assert_as_documented(run, target)
    (asked,) = run.project.data.targets
    assert asked.classes[3] == ("cat" if classes == 10 else "fine3")


# -- heartbeats of MIT-BIH -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def heartbeats(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`mitbih_train.csv`: 187 values of a beat and its class as a number with a fraction."""
    random = np.random.default_rng(0)
    classes = np.repeat([0.0, 1.0, 2.0, 3.0, 4.0], [8, 5, 5, 5, 5])
    beats = random.random((len(classes), 187))
    beats[:, 150:] = 0.0  # padded at the end, as there
    path = tmp_path_factory.mktemp("mit-bih") / "mitbih_train.csv"
    np.savetxt(path, np.c_[beats, classes], delimiter=",", fmt="%.18e")
    return path


@pytest.mark.parametrize(
    "target",
    ["CNN2DResNet", "AttentionGRU", "Transformer2DResNet", "Transformer2DResNetProse"],
)
def test_heartbeats(target: str, heartbeats: Path) -> None:
    run = one_epoch(target, heartbeats)
    (asked,) = run.project.data.targets
    assert len(run.project.data.having("input")) == 187
    assert asked.task == "classes"
    assert len(asked.classes) == 5
    assert_as_documented(run, target)


# -- environmental sound ---------------------------------------------------------------------------


def recording(number: int) -> np.ndarray[Any, Any]:
    """Half a second of a tone with its own noise, at 44.1 kHz; ten tones."""
    time, noise = np.arange(RATE // 2) / RATE, np.random.default_rng(number).normal(size=RATE // 2)
    return np.asarray(0.3 * np.sin(2 * np.pi * (200 + 150 * (number % 10)) * time) + 0.02 * noise)


@pytest.fixture(scope="module")
def esc10(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each of the ten classes, as ESC-10 is offered."""
    folder = tmp_path_factory.mktemp("esc") / "ESC-10"
    for number in range(40):
        of_class = folder / f"{number % 10 + 1:03} - {SOUNDS[number % 10]}"
        of_class.mkdir(parents=True, exist_ok=True)
        soundfile.write(of_class / f"{number // 10}-{number}-A.wav", recording(number), RATE)
    return folder


TO_16_KHZ = "sound_length:rate=16000:length=16000"


@pytest.mark.parametrize("target", ["AudioCNN/16khz", "AudioTransformer/h1", "AudioTransformer/h4"])
def test_recordings_in_folders(target: str, esc10: Path) -> None:
    run = one_epoch(target, esc10, prepare=TO_16_KHZ)
    assert_as_documented(run, target)
    assert run.project.data.targets[0].classes[1] == "002 - rain"
