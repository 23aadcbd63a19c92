"""A study trains every fold as an ordinary run, goes on with what is missing, and is judged."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn import metrics

import nnstudio
from nnstudio.errors import UserError
from nnstudio.evaluation.figures.class_figures import ClassFigures
from nnstudio.project.refusal import Refusal
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.folder import HISTORY_FILE
from nnstudio.runs.owner import Ownership
from nnstudio.runs.record import read_record
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore
from nnstudio.studies.errors import StudyError
from nnstudio.studies.plan import Cell
from nnstudio.studies.study import all_studies, find_study, read_study
from nnstudio.training import checkpoints
from nnstudio.workspace.opened_run import open_folder
from nnstudio.workspace.studies.figures import figures_of
from nnstudio.workspace.studies.finished import FinishedStudy
from nnstudio.workspace.studies.running import train_cell, trained
from nnstudio.workspace.studies_page.shown_result import ResultReader
from tests.drawing import Drawing
from tests.kept_runs import kinds, table

FEW: dict[str, Any] = {
    "epochs": 2,
    "device": "cpu",
    "threads": 1,
    "missing": "drop",
    "test": 0.2,
    "prepare": "standardise",
}


def study(place: Path, **more: Any) -> FinishedStudy:
    data = str(place / "kinds.csv")
    return nnstudio.cross_validate(
        kinds(), folder=place / "study", data=data, **{"folds": 3, **FEW, **more}
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> FinishedStudy:
    place = tmp_path_factory.mktemp("studies")
    table(place / "kinds.csv")
    return study(place, repeats=2)


def same_weights(one: Path, other: Path) -> bool:
    ours, theirs = checkpoints.read(one).weights, checkpoints.read(other).weights
    return ours.keys() == theirs.keys() and all(torch.equal(ours[k], theirs[k]) for k in ours)


def test_every_fold_is_an_ordinary_run(done: FinishedStudy) -> None:
    assert len(done.records) == 6
    runs = [run for run in RunStore().list() if run.group == done.study.id]
    assert len(runs) == 6
    assert {run.tags for run in runs} >= {("fold 1", "repeat 1"), ("fold 3", "repeat 2")}
    folder = done.study.run_folder(Cell(0, 1, 2, 0))
    parts = open_folder(folder).parts()
    assert np.array_equal(parts.parts.validation, done.folds.parts[1][2].validation)
    # fitted on the training part of that fold alone
    train = parts.train.inputs
    assert isinstance(train, torch.Tensor)
    assert train[:, 1].mean().item() == pytest.approx(0.0, abs=1e-5)
    held = parts.validation.inputs
    assert isinstance(held, torch.Tensor)
    assert abs(held[:, 1].mean().item()) > 1e-3


def test_a_fold_alone_is_equal_to_the_bit(done: FinishedStudy, tmp_path: Path) -> None:
    alone = replace(done.study, runs=tmp_path)
    store = RunStore(tmp_path)
    for cell in (Cell(0, 1, 2, 0), Cell(0, 0, 1, 0)):  # in another order, without the others
        train_cell(alone, cell, store)
        assert same_weights(alone.run_folder(cell), done.study.run_folder(cell))


def test_figures_are_those_of_scikit_learn(done: FinishedStudy) -> None:
    cells = done.figures.models[0].cells
    right, given, each = [], [], []
    for one in cells.values():
        arrays = one.predictions.first.arrays
        right.append(arrays["target"])
        given.append(arrays["given"])
        each.append(metrics.accuracy_score(arrays["target"], arrays["given"]))
    joined = done.figures.joined
    assert isinstance(joined, ClassFigures)
    assert joined.confusion is not None
    r, g = np.concatenate(right), np.concatenate(given)
    assert np.array_equal(joined.confusion.as_array(), metrics.confusion_matrix(r, g))
    assert joined.samples == 2 * 65
    assert joined.accuracy.value == pytest.approx(metrics.accuracy_score(r, g))
    assert joined.accuracy.low is None
    head = done.figures.head["accuracy"]
    assert (head.mean, head.deviation) == pytest.approx((np.mean(each), np.std(each, ddof=1)))
    output = done.figures.models[0].outputs[""]
    recall = [
        metrics.recall_score(a, b, average=None, labels=[0, 1, 2])[1]
        for a, b in zip(right, given, strict=True)
    ]
    assert output.by_class[1].recall.mean == pytest.approx(np.mean(recall))
    assert len(output.roc) == 3
    assert [row["accuracy"] for row in done.table()] == pytest.approx(each)
    json.dumps(done.figures.to_json())


def test_results_are_read_run_by_run_and_a_damaged_run_is_named(
    done: FinishedStudy, tmp_path: Path
) -> None:
    begun = replace(done.study, runs=tmp_path)
    first, second = list(begun.plan.cells())[:2]
    reader = ResultReader(begun)
    nothing = reader.look()
    assert nothing.figures is None
    assert reader.look() is nothing
    for cell in (first, second):
        shutil.copytree(done.study.run_folder(cell), begun.run_folder(cell))
    shutil.rmtree(checkpoints.folder_of(begun.run_folder(second)))
    shutil.rmtree(begun.run_folder(second) / "evaluation", ignore_errors=True)
    now = reader.look()
    assert reader.look() is now
    assert now.figures is not None
    assert list(now.figures.models[0].cells) == [first]
    known = done.figures.models[0].cells[first].figures.head()["accuracy"].value
    assert now.figures.head["accuracy"].mean == known
    assert set(now.curves) == {first, second}
    assert len(now.curves[first].points("loss", "validation")[0]) == 2
    assert list(now.failed) == [second]
    history = begun.run_folder(second) / HISTORY_FILE
    history.write_text("".join(history.read_text().splitlines(keepends=True)[:2]))
    later = reader.look()
    assert later is not now
    assert later.answer is now.answer
    assert len(later.curves[second].points("loss", "validation")[0]) == 1
    assert "could not be judged" in now.notes()[0]


def test_the_same_call_trains_nothing_again_and_another_is_refused(done: FinishedStudy) -> None:
    place = done.study.folder.parent
    before = {cell: (record.ended) for cell, record in done.records.items()}
    again = study(place, repeats=2, resume=True)
    assert {cell: record.ended for cell, record in again.records.items()} == before
    with pytest.raises(StudyError, match=r"another study .* epochs: 2 → 3"):
        study(place, repeats=2, epochs=3)
    with pytest.raises(StudyError, match="it has 2 repeats, not 1"):
        study(place)


def test_a_study_is_found_again(done: FinishedStudy) -> None:
    assert done.study.id in {one.id for one in all_studies()}
    assert find_study(done.study.id).folder == done.study.folder
    told = json.loads((done.study.folder / "study.json").read_text())
    assert told["folds"] == done.folds.hash
    assert read_study(done.study.folder).plan.rule == done.study.plan.rule


def test_a_stopped_study_goes_on_to_the_bit(done: FinishedStudy, tmp_path: Path) -> None:
    begun = replace(done.study, runs=tmp_path, folder=tmp_path / "study")
    asked = []

    def wants_stop() -> bool:
        asked.append(1)
        return len(asked) > 2  # in the first run, or soon after it

    before = list(trained(begun, wants_stop=wants_stop))
    assert len(before) < 6
    assert len(list(trained(begun))) == 6
    for cell in begun.plan.cells():
        assert same_weights(begun.run_folder(cell), done.study.run_folder(cell))
    with pytest.raises(StudyError, match="No run of Kinds is done"):
        figures_of(replace(begun, runs=tmp_path / "nowhere"))


def test_other_samples_than_those_of_the_folds_are_refused(tmp_path: Path) -> None:
    data = table(tmp_path / "kinds.csv")
    found = study(tmp_path, folds=2)
    shutil.rmtree(found.study.run_folder(Cell(0, 0, 1, 0)))
    lines = data.read_text().splitlines()
    data.write_text("\n".join([lines[0], *lines[:0:-1]]) + "\n")
    with pytest.raises(UserError, match="changed"):
        list(trained(read_study(tmp_path / "study")))


def test_models_are_compared_pair_by_pair(tmp_path: Path) -> None:
    data = str(table(tmp_path / "kinds.csv"))
    found = nnstudio.compare(
        {"one": kinds(), "two": kinds()}, folds=2, seeds=2, data=data, **{**FEW, "epochs": 1}
    )
    assert len(found.records) == 8
    pair = found.figures.pairs[0]
    assert (pair.first, pair.second, pair.figure) == ("one", "two", "accuracy")
    assert pair.differences == (0.0, 0.0)
    seeds = {read_record(found.study.run_folder(c)).settings["seed"] for c in found.records}
    assert len(seeds) == 2


def test_what_makes_no_study_is_refused(tmp_path: Path) -> None:
    data = str(table(tmp_path / "kinds.csv"))
    with pytest.raises(Refusal, match="folds: expected at least 2, received 1"):
        nnstudio.cross_validate(kinds(), folds=1, data=data, **FEW)
    with pytest.raises(Refusal, match="switch the checkpoints on"):
        nnstudio.cross_validate(kinds(), data=data, checkpoint=False, **FEW)


def test_two_processes_do_not_train_one_study(done: FinishedStudy) -> None:
    owner = Ownership(done.study.folder)
    with pytest.raises(RunStoreError, match="belongs to a training that runs"):
        next(trained(done.study))
    owner.release()


def test_a_model_that_fails_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    drawing = Drawing("Diverging")
    x = drawing.input("x", "N", 2)
    for k in range(6):
        x = drawing.add("Linear", x, name=f"layer{k}", out_features=64)
    drawing.output(drawing.add("Linear", x, name="head", out_features=3))
    data, wild = str(table(tmp_path / "kinds.csv")), {"learning_rate": 10.0, "batch_size": 7}
    projects = {"diverging": drawing.project(), "kinds": kinds()}
    found = nnstudio.compare(projects, folds=2, data=data, **{**FEW, "optimizer": "SGD", **wild})
    assert [one.state for one in found.records.values()] == [State.FAILED, State.COMPLETED] * 2
    assert [one.name for one in found.figures.models] == ["kinds"]
    notes = found.figures.notes()
    assert notes[:2] == (
        "No run of diverging has come to its end.",
        "Only 2 of 4 runs are done.",
    )
    with pytest.raises(StudyError, match=r"No run .* The loss became"):
        nnstudio.cross_validate(
            drawing.project(), folds=2, data=data, **{**FEW, "optimizer": "SGD", **wild}
        )
