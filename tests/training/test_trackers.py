"""Trackers follow a training: what they were told is read back by their own readers."""

from __future__ import annotations

import importlib.util
import json
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nnstudio.project.refusal import Refusal
from nnstudio.project.refused_value import SettingsError
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.runs.folder import remove
from nnstudio.runs.journal import read_events, read_history
from nnstudio.runs.record import read_record
from nnstudio.runs.states import State
from nnstudio.training import checkpoints
from nnstudio.training.events import Warned
from nnstudio.training.trackers import table as trackers
from nnstudio.training.trackers.tracker import Epoch, TrackedRun
from nnstudio.workspace.finished_run import FinishedRun
from tests import wandb_file
from tests.kept_runs import table, train_kinds

tensorboard = pytest.mark.skipif(
    bool(trackers.KINDS["tensorboard"].missing), reason="the extra tensorboard is not installed"
)
wandb = pytest.mark.skipif(
    importlib.util.find_spec("wandb") is None, reason="the extra wandb is not installed"
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return table(tmp_path_factory.mktemp("data") / "kinds.csv")


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """By tag, as TensorBoard reads them: step and value."""
    found = read(folder)
    return {tag: [(e.step, e.value) for e in found.Scalars(tag)] for tag in found.Tags()["scalars"]}


def read(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(folder / "tensorboard"))
    found.Reload()
    return found


def hyper_parameters(folder: Path) -> Any:
    """Of the session, as the tab HParams has them."""
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
    from tensorboard.plugins.hparams import metadata

    (path,) = (folder / "tensorboard").iterdir()
    for event in EventFileLoader(str(path)).Load():
        for value in event.summary.value:
            if value.tag == metadata.SESSION_START_INFO_TAG:
                content = value.metadata.plugin_data.content
                return metadata.parse_session_start_info_plugin_data(content).hparams
    return {}


def warned(run: FinishedRun) -> list[str]:
    return [event.sentence for event in run.events if isinstance(event, Warned)]


@tensorboard
def test_tensorboard_reads_every_epoch_and_the_matrix(tmp_path: Path, data: Path) -> None:
    plain = train_kinds(tmp_path / "plain", data)
    run = train_kinds(tmp_path / "run", data, tracker="tensorboard")
    assert warned(run) == []
    folder = tmp_path / "run"
    best = [checkpoints.find(one, "last") / checkpoints.WEIGHTS for one in (plain.folder, folder)]
    assert best[0].read_bytes() == best[1].read_bytes()

    found, rows = scalars(folder), read_history(folder)
    columns = {"train_loss": "train/loss", "validation_accuracy": "validation/accuracy"}
    for column, tag in columns.items():
        assert found[tag] == [(row["epoch"], pytest.approx(row[column], rel=1e-6)) for row in rows]
    assert {"learning_rate", "validation/macro_f1", "system/epoch_seconds"} <= set(found)
    judged = json.loads((folder / "evaluation.json").read_text())["parts"]["test"]["outputs"][0]
    accuracy = judged["head"]["accuracy"]["value"]
    assert found["test/accuracy"][0][1] == pytest.approx(accuracy)
    tags = read(folder).Tags()
    assert "test/confusion_matrix" in tags["images"]
    assert {"run/text_summary", "test/confusion_matrix/text_summary"} <= set(tags["tensors"])
    started = hyper_parameters(folder)
    assert started["learning_rate"].number_value == 0.001
    assert started["parameters"].number_value == 67
    remove(folder)
    assert not folder.exists()


@tensorboard
def test_a_training_that_goes_on_writes_no_epoch_twice(tmp_path: Path, data: Path) -> None:
    folder = tmp_path / "run"
    train_kinds(folder, data, tracker="tensorboard")
    train_kinds(folder, data, tracker="tensorboard", epochs=4, resume=True)
    assert [step for step, _ in scalars(folder)["train/loss"]] == [1, 2, 3, 4]


@wandb
def test_weights_and_biases_reads_the_same(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "run"
    train_kinds(folder, data)
    hooks = sys.exit, sys.excepthook
    run = train_kinds(folder, data, tracker="wandb", epochs=3, resume=True)
    assert (sys.exit, sys.excepthook) == hooks
    assert warned(run) == []
    (path,) = (folder / "wandb").glob("*/*.wandb")
    found = wandb_file.records(path)
    epochs = [row for row in wandb_file.history(found) if "train/loss" in row]
    rows = read_history(folder)
    assert [(row["epoch"], row["train/loss"]) for row in epochs] == [
        (row["epoch"], row["train_loss"]) for row in rows
    ]
    assert len(rows) == 3
    record = read_record(folder)
    about = next(one.run for one in found if one.WhichOneof("record_type") == "run")
    assert (about.run_id, about.display_name) == (record.id, record.name)
    assert wandb_file.config(found)["learning_rate"] == record.settings["learning_rate"]
    kinds = {one.WhichOneof("record_type") for one in found}
    assert not kinds & {"stats", "output", "output_raw"}
    assert list((folder / "wandb").rglob("*confusion_matrix*.table.json"))
    models = [one.request.log_artifact.artifact for one in found if one.HasField("request")]
    models += [one.artifact for one in found if one.WhichOneof("record_type") == "artifact"]
    assert [one.type for one in models if one.type == "model"] == ["model"]
    assert list((folder / "wandb" / "artifacts" / "staging").iterdir())


class Noting:
    """A tracker that notes what it is told, and raises at an epoch."""

    def __init__(self, run: TrackedRun, fails_at: int | None = None) -> None:
        self.run, self.fails_at = run, fails_at
        self.epochs: list[int] = []
        self.ended = ""

    def epoch(self, epoch: Epoch) -> None:
        if epoch.number == self.fails_at:
            raise RuntimeError("no line")
        self.epochs.append(epoch.number)

    def judged(self, *_told: object) -> None:
        """Nothing to note."""

    def model(self, files: object) -> None:
        """Nothing to note."""

    def end(self, state: str, summary: object) -> None:
        self.ended = state


def notes(monkeypatch: pytest.MonkeyPatch, **fails_at: int) -> dict[str, Noting]:
    """Put such trackers in the place of all."""
    made: dict[str, Noting] = {}
    for name, kind in trackers.KINDS.items():

        def begin(run: TrackedRun, name: str = name) -> Noting:
            made[name] = Noting(run, fails_at.get(name))
            return made[name]

        monkeypatch.setitem(trackers.KINDS, name, replace(kind, modules=(), begin=begin))
    return made


def test_a_tracker_that_fails_is_told_once_and_the_others_go_on(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = notes(monkeypatch, wandb=2)
    run = train_kinds(tmp_path / "run", data, tracker=["wandb", "tensorboard"], epochs=4)
    assert run.state is State.COMPLETED
    assert warned(run) == ["The training goes on without Weights & Biases: no line."]
    assert made["wandb"].epochs == [1]
    assert (made["tensorboard"].epochs, made["tensorboard"].ended) == ([1, 2, 3, 4], "Completed")
    kept = [one for one in read_events(tmp_path / "run") if one["event"] == "warned"]
    assert len(kept) <= 1  # not after the end, when the folder is given back


def test_a_resume_tells_the_epochs_before_it_from_the_history(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    first = train_kinds(folder, data)
    made = notes(monkeypatch)
    train_kinds(folder, data, tracker="wandb", epochs=3, resume=True)
    assert made["wandb"].epochs == [1, 2, 3]
    assert made["wandb"].run.id == read_record(folder).id
    assert first.state is State.COMPLETED


def test_what_is_not_installed_is_told_with_what_to_do(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = replace(trackers.KINDS["wandb"], modules=("no_such_module",))
    monkeypatch.setitem(trackers.KINDS, "wandb", gone)
    told = (
        "Weights & Biases needs no_such_module, which is not installed: "
        'pip install "nnstudio[wandb]".'
    )
    with pytest.raises(trackers.TrackerError) as error:
        train_kinds(tmp_path / "run", data, tracker="wandb")
    assert str(error.value) == told
    assert not (tmp_path / "run").exists()


@tensorboard
def test_nothing_is_tracked_of_a_run_that_is_not_kept(data: Path) -> None:
    with pytest.raises(Refusal, match="this one is not kept: give it a folder"):
        train_kinds(None, data, tracker="tensorboard")


def test_trackers_are_named_in_any_order() -> None:
    for given in ("wandb,tensorboard", ["wandb", "tensorboard", "wandb"], "tensorboard, wandb"):
        found = TrainingSettings.from_values({"tracker": given})
        assert found.tracker == "tensorboard, wandb"
        assert found.trackers == ("tensorboard", "wandb")
    assert TrainingSettings.from_values({"tracker": ""}).trackers == ()
    with pytest.raises(SettingsError, match=r"Tracker must be 'none', 'tensorboard'.*not 'mlflow'"):
        TrainingSettings.from_values({"tracker": "mlflow"})


def test_nothing_is_sent_where_nobody_has_logged_in(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    stand_in = SimpleNamespace(api=SimpleNamespace(api_key=None))  # would fail at anything else
    monkeypatch.setitem(sys.modules, "wandb", stand_in)
    monkeypatch.setitem(trackers.KINDS, "wandb", replace(trackers.KINDS["wandb"], modules=()))
    run = train_kinds(tmp_path / "run", data, tracker="wandb", wandb_mode="online")
    assert run.state is State.COMPLETED
    (told,) = warned(run)
    assert "nobody has logged in here: run 'wandb login' once, or choose offline" in told
