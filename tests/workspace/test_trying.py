"""A trained model tried on one sample: drawn, from a file, of the data, typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image

import nnstudio
from nnstudio.export.recipe import SaidOutput, Says
from nnstudio.project.data.fields import Field
from nnstudio.project.values import Project
from nnstudio.workspace.opened_run import open_run
from nnstudio.workspace.runs_page.controller import RunsPage
from nnstudio.workspace.trying.answers import Answer, answer_of
from nnstudio.workspace.trying.controller import Trying
from nnstudio.workspace.trying.drawings import ink_of, picture_of
from nnstudio.workspace.trying.modules import module_of
from nnstudio.workspace.workspace import Workspace
from tests.drawing import Drawing
from tests.kept_runs import table, train_kinds
from tests.small_projects import small_project
from tests.workspace.test_runs_page import AtOnce


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNSTUDIO_CACHE", str(tmp_path_factory.mktemp("cache")))


class Later(AtOnce):
    """Keeps the last piece of work of each name until it is asked for."""

    def __init__(self) -> None:
        self.waiting: dict[str, tuple[Any, ...]] = {}
        self.done = 0

    def ask(self, what: str, *job: Any) -> None:
        self.waiting[what] = job

    def do(self) -> None:
        """Do what waits."""
        waiting, self.waiting = self.waiting, {}
        for what, job in waiting.items():
            self.done += 1
            super().ask(what, *job)


def trying(store: Path, jobs: AtOnce | None = None) -> Trying:
    """The only run of a store, opened to be tried."""
    page = RunsPage(Workspace(small_project()), store, AtOnce())
    page.look()
    found = Trying(page, jobs or AtOnce())
    found.open()
    return found


def convolution(channels: int, side: int, classes: int) -> Project:
    drawing = Drawing("Convs")
    x = drawing.input("x", "N", channels, side, side)
    x = drawing.add("Conv2d", x, name="conv", out_channels=4, kernel_size=3)
    x = drawing.add("AdaptiveAvgPool2d", x, name="pool", output_size=1)
    x = drawing.add("Flatten", x, name="flat")
    drawing.output(drawing.add("Linear", x, name="head", out_features=classes))
    return drawing.project()


def digits(store: Path) -> None:
    settings: dict[str, Any] = {
        "epochs": 1,
        "device": "cpu",
        "threads": 1,
        "max_samples": 200,
        "test": 0.2,
    }
    nnstudio.train(convolution(1, 8, 10), folder=store / "run", data="digits", **settings)


def test_strokes_look_like_those_of_the_data() -> None:
    dark = np.zeros((6, 1, 20, 20), np.uint8)
    dark[:, :, 4:16, 8:12] = 200
    ink = ink_of(dark)
    assert (ink.paper, ink.stroke, ink.is_light) == (0, 200, True)
    assert ink.extent == (0.6, 0.2, 0.5, 0.5)
    assert not ink_of(255 - dark).is_light
    field = Field(name="x", kind="image", role="input", shape=(1, 20, 20))
    corner = np.zeros((200, 200), np.float32)
    corner[:60, :20] = 1
    moved = picture_of(corner, field, ink, centred=True)
    assert moved.dtype == np.uint8
    assert ink_of(moved).extent == (0.6, 0.2, 0.5, 0.5)
    left = picture_of(corner, field, ink, centred=False)
    assert left[0, 0, :5, :1].min() > 150
    assert left[0, 0, 10:].max() == 0


def test_a_sample_is_answered_as_the_run_answers_it(tmp_path: Path) -> None:
    digits(tmp_path)
    one = trying(tmp_path)
    assert one.trial is not None, one.problem
    assert one.trial.takes == "picture"
    one.take_any(2)
    assert one.tried is not None, one.sentence
    assert one.trial.shown is not None
    assert one.index in one.indices(2)
    evaluation = open_run(tmp_path / "run").evaluate("test", times=False)
    logits = evaluation.predictions.output().arrays["logits"]
    logits = logits[list(evaluation.predictions.index).index(one.index)].astype(np.float64)
    chances = np.exp(logits) / np.exp(logits).sum()
    bars = one.tried.answers[0].bars
    assert [bar.name for bar in bars] == list("0123456789")
    assert np.allclose([bar.share for bar in bars], chances, atol=1e-6)
    first = one.index
    one.step(2, 1)
    assert one.index != first
    one.step(2, -1)
    assert one.index == first


def test_a_drawing_and_a_file_are_given_in_the_units_of_the_data(tmp_path: Path) -> None:
    digits(tmp_path)
    one = trying(tmp_path)
    assert one.trial is not None
    assert one.trial.ink is not None
    low, high = one.trial.ink.paper, one.trial.ink.stroke
    assert low < 0 < high
    strokes = np.zeros((80, 80), np.float32)
    strokes[10:70, 20:50] = 1
    one.draw(strokes, centred=True)
    assert one.tried is not None, one.sentence
    assert one.tried.given.shape == (1, 8, 8)
    assert one.tried.given.min() == pytest.approx(low)
    Image.fromarray((strokes * 255).astype(np.uint8)).save(tmp_path / "one.png")
    one.take_file(tmp_path / "one.png")
    assert one.tried.given.max() == pytest.approx(high, abs=0.2)
    (tmp_path / "none.png").write_text("no picture")
    one.take_file(tmp_path / "none.png")
    assert one.tried is None
    assert one.sentence.endswith("is no picture of a kind that can be read.")


def test_without_its_data_a_run_is_tried_with_a_file(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for k in range(12):
        place = tmp_path / "pictures" / ("cat", "dog")[k % 2] / f"{k}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        pixels = random.integers(0, 255, (20, 20, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(place)
    nnstudio.train(
        convolution(3, 16, 2),
        folder=tmp_path / "runs" / "run",
        data=str(tmp_path / "pictures"),
        prepare="picture_size:width=16:height=16, standardise",
        epochs=1,
        device="cpu",
        threads=1,
    )
    kept = tmp_path / "pictures" / "cat" / "0.png"
    one = trying(tmp_path / "runs")
    assert one.trial is not None, one.problem
    assert one.trial.shown is not None
    index = [str(origin) for origin in one.trial.shown.samples.origins].index("cat/0.png")
    one.take_sample(index)
    of_sample = one.tried
    kept.rename(tmp_path / "0.png")
    one = trying(tmp_path / "runs")
    assert one.trial is not None, one.problem
    assert one.trial.shown is None
    assert one.trial.gone
    one.take_file(tmp_path / "0.png")
    assert one.tried is not None, one.sentence
    assert of_sample is not None
    assert np.array_equal(one.tried.given, of_sample.given)
    assert one.trial.ink is not None
    assert one.trial.ink.guessed


def test_the_cells_of_a_row_are_edited(tmp_path: Path) -> None:
    train_kinds(tmp_path / "runs" / "kinds", table(tmp_path / "kinds.csv"))
    one = trying(tmp_path / "runs")
    assert one.trial is not None, one.problem
    assert one.trial.takes == "row"
    shares = []
    for size in ("0.1", "2.2"):
        one.fill_in({"size": size, "weight": "0.5"})
        assert one.tried is not None, one.sentence
        shares.append([bar.share for bar in one.tried.answers[0].bars])
    assert shares[0] != shares[1]
    one.fill_in({"size": "tall", "weight": "0.5"})
    assert one.sentence == "Expected a number for 'size', received 'tall'."
    one.fill_in({"size": "", "weight": "0.5"})
    assert "'size' has no value" in one.sentence


def test_a_node_of_the_drawing_is_a_module_of_the_model() -> None:
    for name in ("SimpleCNN/421k", "Transformer2DResNet"):
        project = nnstudio.load(name)
        modules = dict(nnstudio.build(project).named_modules())
        found = {node.id: module_of(project, (), node.id) for node in project.model.graph.nodes}
        assert len([one for one in found.values() if one]) > 3
        assert all(one in modules for one in found.values() if one)
        for node in project.model.graph.nodes:
            inner = project.by_name[node.type].graph.nodes if node.type in project.by_name else ()
            inside = [module_of(project, (node.id,), one.id) for one in inner if one.when is None]
            assert all(one in modules for one in inside if one), (inside, list(modules))


def test_the_last_drawing_wins_and_a_module_is_seen(tmp_path: Path) -> None:
    digits(tmp_path)
    jobs = Later()
    one = trying(tmp_path, jobs)
    jobs.do()
    assert one.trial is not None
    assert ("conv", "Conv2d") in one.trial.modules
    for column in (10, 40):
        strokes = np.zeros((80, 80), np.float32)
        strokes[10:70, column : column + 9] = 1
        one.draw(strokes, centred=False)
    one.look_at("conv")
    jobs.do()
    assert jobs.done == 2
    assert one.tried is not None
    assert one.tried.seen is not None
    assert (one.tried.seen.module, one.tried.seen.values.shape) == ("conv", (4, 6, 6))
    assert one.tried.given[0, :, 5].max() > one.tried.given[0, :, 1].max()


def test_a_recording_is_given_as_the_reader_gives_it(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for k in range(8):
        place = tmp_path / "sounds" / ("low", "high")[k % 2] / f"{k}.wav"
        place.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(place, random.normal(size=900 + 50 * k) / 9, 8000)
    drawing = Drawing("Listener")
    x = drawing.input("x", "N", 1, 1000)
    x = drawing.add("Conv1d", x, name="conv", out_channels=2, kernel_size=9)
    x = drawing.add("AdaptiveAvgPool1d", x, name="pool", output_size=1)
    x = drawing.add("Flatten", x, name="flat")
    drawing.output(drawing.add("Linear", x, name="head", out_features=2))
    prepare = "sound_length:rate=8000:length=1000, standardise"
    settings: dict[str, Any] = {"epochs": 1, "device": "cpu", "threads": 1, "prepare": prepare}
    data = str(tmp_path / "sounds")
    nnstudio.train(drawing.project(), folder=tmp_path / "runs" / "run", data=data, **settings)
    one = trying(tmp_path / "runs")
    assert one.trial is not None, one.problem
    assert one.trial.takes == "sound"
    assert one.trial.shown is not None
    one.take_sample([str(o) for o in one.trial.shown.samples.origins].index("low/2.wav"))
    of_sample = one.tried
    one.take_file(tmp_path / "sounds" / "low" / "2.wav")
    assert one.tried is not None, one.sentence
    assert of_sample is not None
    assert np.array_equal(one.tried.given, of_sample.given)
    assert [bar.name for bar in one.tried.answers[0].bars] == ["high", "low"]
    one.look_at("conv")
    assert one.tried.seen is not None
    assert (one.tried.seen.form, one.tried.seen.values.shape) == ("table", (2, 992))


def test_a_text_is_continued(tmp_path: Path) -> None:
    (tmp_path / "song.txt").write_text("Row, row, row your boat\nGently down the stream.\n" * 40)
    drawing = Drawing("Writer")
    x = drawing.input("tokens", "N", "length", dtype="int")
    x = drawing.add("Embedding", x, name="embed", num_embeddings=5, embedding_dim=8)
    x = drawing.add("GRU", x, name="gru", hidden_size=8, batch_first=True)
    drawing.output(drawing.add("Linear", x, name="head", out_features=5))
    settings: dict[str, Any] = {"epochs": 1, "device": "cpu", "threads": 1}
    data, folder = str(tmp_path / "song.txt"), tmp_path / "runs" / "run"
    nnstudio.train(drawing.project(), folder=folder, data=data, **settings)
    one = trying(tmp_path / "runs")
    assert one.trial is not None, one.problem
    assert one.trial.takes == "text"
    one.write("Row, r")
    assert one.tried is not None, one.sentence
    (answer,) = one.tried.answers
    assert len(answer.bars) == 12
    assert answer.left_out > 0
    short = [bar.share for bar in answer.bars]
    one.write("something else. " * 40 + "Row, r")
    assert [bar.share for bar in one.tried.answers[0].bars] != short
    one.write("")
    assert one.sentence.startswith("Type the beginning of a text")


def test_what_outputs_mean() -> None:
    def said(says: Says, loss: str, about: dict[str, Any], values: Any) -> Answer:
        output = SaidOutput("y", says, loss, about)
        return answer_of(output, np.array(values, np.float64), np.zeros(2))

    classes = {"classes": ["no", "yes"]}
    two = said("two_classes", "binary_cross_entropy", classes, [2.0])
    assert [bar.share for bar in two.bars] == pytest.approx([0.1192, 0.8808], abs=1e-4)
    labels = said("labels", "binary_cross_entropy", classes, [-3.0, 3.0])
    assert labels.sentence == "yes"
    undo = [[{"step": "log"}, {"step": "scale", "offset": 2.0, "factor": 0.5}]]
    price = said("numbers", "gaussian_nll", {"numbers": ["price"], "undo": undo}, [0.5, 9.0])
    assert price.bars[0].text == f"{np.expm1(3):,.6g}"
    mask = said("mask", "cross_entropy", classes, [[[0, 9]], [[1, 1]]])
    assert mask.picture is not None
    assert mask.picture.tolist() == [[1, 0]]
    rebuilt = said("rebuilt", "mse", {}, [1.0, 1.0])
    assert rebuilt.sentence == "Mean squared difference from what it was given: 1"
    scores = said("scores", "mse", classes, [0.1, 0.7])
    assert scores.form == "numbers"
    assert "no probabilities" in scores.sentence
