"""Data of every kind, as people have them, trained from beginning to end: files in, figures out."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image

import nnstudio
from nnstudio.project.presets import with_values
from nnstudio.project.values import Project
from nnstudio.training.events import Started
from nnstudio.training.failures import TrainingError
from nnstudio.workspace.finished_run import FinishedRun
from tests.drawing import Drawing


def train(model: Project | str, data: Path, **settings: Any) -> FinishedRun:
    """Two cores, one seed: the same figures each time."""
    project = nnstudio.load(model) if isinstance(model, str) else model
    return nnstudio.train(project, data=str(data), device="cpu", **settings)


def accuracy(run: FinishedRun) -> float:
    """Of the best epoch on the validation part."""
    found = [done.validation.accuracy for done in run.history if done.validation is not None]
    return max(value for value in found if value is not None)


@pytest.fixture(autouse=True)
def cache_of_its_own(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNSTUDIO_CACHE", str(tmp_path_factory.mktemp("cache")))


def strokes(count: int, side: int, classes: int = 4) -> tuple[np.ndarray[Any, Any], Any]:
    """Grey pictures of bytes with a bar whose direction is the class."""
    random, labels = np.random.default_rng(0), np.arange(count) % classes
    pictures = random.integers(0, 60, (count, side, side)).astype(np.uint8)
    for picture, label in zip(pictures, labels, strict=True):
        at = random.integers(side // 4, side - side // 4)
        line = np.arange(side)
        match label:
            case 0:
                picture[at] = 230
            case 1:
                picture[:, at] = 230
            case 2:
                picture[line, line] = 230
            case _:
                picture[line, side - 1 - line] = 230
    return pictures, labels.astype(np.uint8)


# -- tables ----------------------------------------------------------------------------------------


def written(path: Path, table: np.ndarray[Any, Any], header: str = "", form: str = "%.6g") -> Path:
    np.savetxt(path, table, delimiter=",", header=header, comments="", fmt=form)
    return path


def layers(values: int, outputs: int) -> Project:
    """A network for tables with two hidden layers."""
    drawing = Drawing("Layers")
    x = drawing.input("x", "N", values)
    for name, size in (("hidden1", 32), ("hidden2", 16)):
        x = drawing.add("Linear", x, name=name, out_features=size)
        x = drawing.add("ReLU", x, name=f"relu_{name}")
    drawing.output(drawing.add("Linear", x, name="head", out_features=outputs))
    return drawing.project()


@pytest.mark.parametrize(("name", "least"), [("iris", 0.85), ("wine", 0.9)])
def test_flowers_and_wines(name: str, least: float, tmp_path: Path) -> None:
    from sklearn import datasets

    made = getattr(datasets, f"load_{name}")()
    header = ",".join([*(n.replace(",", " ") for n in made.feature_names), "target"])
    path = written(tmp_path / f"{name}.csv", np.c_[made.data, made.target], header)
    run = train(layers(1, 1), path, prepare="standardise", epochs=30, batch_size=8)
    assert accuracy(run) >= least


def test_numbers_are_predicted(tmp_path: Path) -> None:
    from sklearn.datasets import load_diabetes

    made = load_diabetes()
    header = ",".join([*made.feature_names, "progression"])
    path = written(tmp_path / "diabetes.csv", np.c_[made.data, made.target], header)
    scaled = "standardise, standardise[progression]"
    run = train(layers(1, 2), path, prepare=scaled, epochs=20)
    best = max(done.validation.r2 for done in run.history if done.validation)  # type: ignore[type-var]
    assert run.history[-1].validation.accuracy is None  # type: ignore[union-attr]
    assert best > 0.3


def test_heartbeats_of_unequal_classes(tmp_path: Path) -> None:
    """187 columns and a class without a heading, as the published tables have them."""
    from nnstudio.data.builtin.heartbeats import generate

    signals, targets = generate(600, seed=1)
    rare = np.flatnonzero((targets == 0) | (np.arange(600) % 4 == 0))
    table = np.c_[signals[rare, :187], targets[rare]]
    path = written(tmp_path / "beats.csv", table, form="%.4f")
    small = with_values(nnstudio.load("CNN2DResNet"), {"hidden": "4"})
    plain = train(small, path, epochs=1, batch_size=64)
    assert plain.project.data.targets[0].classes == ("0", "1", "2", "3", "4")
    samples = [event for event in plain.events if hasattr(event, "train_samples")]
    for balance in ("class_weights", "weighted_drawing", "smote"):
        run = train(small, path, epochs=1, batch_size=64, balance=balance)
        counts = [event for event in run.events if hasattr(event, "train_samples")]
        more = counts[0].train_samples - samples[0].train_samples  # type: ignore[union-attr]
        assert (more > 0) == (balance == "smote")
        assert counts[0].validation_samples == samples[0].validation_samples  # type: ignore[union-attr]
        assert run.history[0].train.loss != plain.history[0].train.loss


def test_several_labels(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    values = random.normal(size=(200, 6))
    words = ["round" if a > 0 else "" for a in values[:, 0]]
    colours = ["red" if a > 0 else "blue" for a in values[:, 1]]
    lines = ["a,b,c,d,e,f,labels"]
    for row, *labels in zip(values, words, colours, strict=True):
        lines.append(",".join(f"{v:.3f}" for v in row) + "," + ";".join(w for w in labels if w))
    path = tmp_path / "labels.csv"
    path.write_text("\n".join(lines))
    run = train(layers(1, 1), path, epochs=30, batch_size=8)
    assert run.project.data.targets[0].task == "labels"
    assert accuracy(run) > 0.85


def test_an_autoencoder_of_a_table(tmp_path: Path) -> None:
    drawing = Drawing("Autoencoder")
    x = drawing.input("x", "N", 8)
    x = drawing.add("Linear", x, name="encode", out_features=3)
    drawing.output(drawing.add("Linear", x, name="decode", out_features=8))
    values = np.random.default_rng(0).normal(size=(120, 3)) @ np.ones((3, 8))
    path = written(tmp_path / "points.csv", np.c_[values, np.arange(120) % 2], "a,b,c,d,e,f,g,h,y")
    run = train(drawing.project(), path, loss="mse", epochs=20, learning_rate=0.02)
    assert run.project == drawing.project() or run.project.model == drawing.project().model
    assert run.history[-1].train.loss < 0.3 * run.history[0].train.loss


# -- arrays ----------------------------------------------------------------------------------------


def idx(path: Path, values: np.ndarray[Any, Any]) -> None:
    head = struct.pack(">BBBB", 0, 0, 8, values.ndim) + struct.pack(
        f">{values.ndim}I", *values.shape
    )
    with gzip.open(path, "wb") if path.suffix == ".gz" else path.open("wb") as stream:
        stream.write(head + values.tobytes())


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_files_as_those_of_mnist(ending: str, tmp_path: Path) -> None:
    pictures, labels = strokes(240, 28)
    idx(tmp_path / f"train-images-idx3-ubyte{ending}", pictures[:200])
    idx(tmp_path / f"train-labels-idx1-ubyte{ending}", labels[:200])
    idx(tmp_path / f"t10k-images-idx3-ubyte{ending}", pictures[200:])
    idx(tmp_path / f"t10k-labels-idx1-ubyte{ending}", labels[200:])
    run = train("SimpleCNN/421k", tmp_path, epochs=3, batch_size=16)
    assert accuracy(run) > 0.9


def test_files_as_those_of_cifar(tmp_path: Path) -> None:
    pictures, labels = strokes(120, 32)
    rows = np.concatenate(
        [labels[:, None], np.repeat(pictures[:, None], 3, 1).reshape(len(labels), -1)], 1
    )
    rows[:100].tofile(tmp_path / "data_batch_1.bin")
    rows[100:].tofile(tmp_path / "test_batch.bin")
    run = train("SimpleCNN/421k", tmp_path, epochs=8, batch_size=10)
    assert accuracy(run) > 0.8


# -- folders ---------------------------------------------------------------------------------------


def test_a_folder_of_pictures(tmp_path: Path) -> None:
    pictures, labels = strokes(80, 40, classes=2)
    for number, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
        folder = tmp_path / "pictures" / ("across", "down")[label]
        folder.mkdir(parents=True, exist_ok=True)
        mode = Image.fromarray(picture).convert(("L", "RGB", "RGBA")[number % 3])
        mode.save(folder / f"{number}{('.png', '.bmp', '.png')[number % 3]}")
    run = train("SimpleCNN/421k", tmp_path / "pictures", epochs=4, batch_size=8, resize=True)
    assert accuracy(run) > 0.8
    assert run.project.data.targets[0].classes == ("across", "down")


def test_a_folder_of_recordings(tmp_path: Path) -> None:
    random, time = np.random.default_rng(0), np.arange(8000) / 8000
    for number in range(40):
        low = number % 2 == 0
        tone = np.sin(2 * np.pi * random.uniform(*((200, 400) if low else (1500, 2500))) * time)
        folder = tmp_path / "sounds" / ("low" if low else "high")
        folder.mkdir(parents=True, exist_ok=True)
        noisy = 0.3 * tone + 0.02 * random.normal(size=8000)
        soundfile.write(folder / f"{number}.{('wav', 'flac')[number % 2]}", noisy, 8000)
    run = train(
        "AttentionGRU",
        tmp_path / "sounds",
        prepare="log_mel:rate=8000:bands=20:layout=sequence, standardise",
        epochs=6,
        batch_size=8,
        learning_rate=0.005,
    )
    assert accuracy(run) > 0.9


def segmenter(classes: int) -> Project:
    drawing = Drawing("Segmenter")
    x = drawing.input("x", "N", 3, "height", "width")
    x = drawing.add("Conv2d", x, name="conv1", out_channels=8, kernel_size=3, padding=1)
    x = drawing.add("ReLU", x, name="relu")
    drawing.output(drawing.add("Conv2d", x, name="head", out_channels=classes, kernel_size=1))
    return drawing.project()


def test_a_class_for_each_pixel(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for kind in ("images", "masks"):
        (tmp_path / kind).mkdir()
    for number in range(30):
        mask = np.zeros((24, 24), np.uint8)
        top, left = random.integers(0, 14, 2)
        mask[top : top + 10, left : left + 10] = 1
        picture = np.stack([mask * 200, 255 - mask * 200, mask * 90], 2)
        Image.fromarray(picture).save(tmp_path / "images" / f"{number}.png")
        Image.fromarray(mask).save(tmp_path / "masks" / f"{number}.png")
    run = train(segmenter(2), tmp_path, epochs=15, batch_size=5, learning_rate=0.02)
    assert run.project.data.targets[0].task == "per_pixel"
    assert accuracy(run) > 0.95


# -- text ------------------------------------------------------------------------------------------


def writer(vocabulary: int) -> Project:
    drawing = Drawing("Writer")
    tokens = drawing.input("tokens", "N", "length", dtype="int")
    x = drawing.add("Embedding", tokens, name="embed", num_embeddings=vocabulary, embedding_dim=16)
    x = drawing.add("GRU", x, name="gru", hidden_size=32, batch_first=True)
    drawing.output(drawing.add("Linear", x, name="head", out_features=vocabulary))
    return drawing.project()


def test_the_next_character(tmp_path: Path) -> None:
    path = tmp_path / "song.txt"
    song = "Row your boat gently down the stream.\nMerrily, merrily: life is but a dream!\n\n"
    path.write_text(song * 80, encoding="utf-8")
    run = train(writer(5), path, epochs=10, batch_size=8, learning_rate=0.01)
    assert run.project.data.targets[0].task == "next_token"
    assert accuracy(run) > 0.8


# -- where it lies ---------------------------------------------------------------------------------


def test_a_folder_named_from_here_is_found_from_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures, labels = strokes(40, 12, classes=2)
    (tmp_path / "bars").mkdir()
    idx(tmp_path / "bars" / "train-images-idx3-ubyte", pictures)
    idx(tmp_path / "bars" / "train-labels-idx1-ubyte", labels)
    monkeypatch.chdir(tmp_path)
    model = nnstudio.load("SimpleDenseNet/8k")
    run = nnstudio.train(model, data="bars", epochs=1, folder="runs/first", device="cpu")
    again = nnstudio.load(tmp_path / "runs" / "first" / "project.nns")
    assert Path(again.data.source.path) == tmp_path / "bars"
    assert nnstudio.train(again, epochs=1, device="cpu").history[0].train == run.history[0].train


# -- what is refused -------------------------------------------------------------------------------


def test_one_class_only(tmp_path: Path) -> None:
    path = tmp_path / "same.csv"
    path.write_text("a,b,label\n" + "\n".join(f"{k},{k % 7},cat" for k in range(30)))
    with pytest.raises(TrainingError, match=r"one class only, .cat"):
        train(layers(2, 2), path, epochs=1)


def test_a_source_that_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    lines = [f"{k % 5},{k % 7},{'ab'[k % 2]}" for k in range(40)]
    path.write_text("\n".join(["x,y,label", *lines]))
    run = train(layers(2, 2), path, epochs=1)
    path.write_text("\n".join(["x,y,label", *lines, "1,2,c"]))
    with pytest.raises(TrainingError, match="has changed since it was understood"):
        nnstudio.train(run.project, epochs=1)
    path.write_text("\n".join(["x,y,label", *lines, "1,2,a"]))
    again = nnstudio.train(run.project, epochs=1, data=path, device="cpu")
    assert again.project.data.samples == 41
    assert again.project.data.fields == run.project.data.fields


def test_a_gap_may_be_a_class_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "gaps.csv"
    rows = [
        f"{k / 7:.2f},{('red', 'green', 'blue', '')[k % 4]},{'ab'[k // 2 % 2]}" for k in range(80)
    ]
    path.write_text("number,colour,label\n" + "\n".join(rows) + "\n")
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 5)
    drawing.output(drawing.add("Linear", x, name="head", out_features=2))
    run = nnstudio.train(
        drawing.project(), data=str(path), missing="own_category", epochs=1, device="cpu"
    )
    shape = run.project.model.graph.by_id["n0"].params["shape"]
    assert shape == ("N", 5), "one number, three colours and one class for none"
    assert isinstance(run.events[0], Started)
    assert (run.events[0].train_samples, run.events[0].validation_samples) == (64, 16)
