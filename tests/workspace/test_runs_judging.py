"""The selected run judged: its figures, the cells of its matrix, the most wrong samples."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from nnstudio.runs.owner import Ownership
from nnstudio.runs.record import update_record
from nnstudio.runs.states import State
from nnstudio.runs.store import RunStore
from nnstudio.symbols.work import CancelledError
from nnstudio.workspace.runs_page.controller import RunsPage
from nnstudio.workspace.runs_page.judging import Judging
from nnstudio.workspace.workspace import Workspace
from tests.kept_runs import table, train_kinds
from tests.runs_made_up import write_run
from tests.small_projects import small_project
from tests.workspace.test_runs_page import AtOnce


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one run on a table of three classes."""
    place = tmp_path_factory.mktemp("judged")
    train_kinds(place / "runs" / "kinds", table(place / "kinds.csv"))
    return place / "runs"


@pytest.fixture
def judging(folder: Path) -> Judging:
    page = RunsPage(Workspace(small_project()), folder, AtOnce())
    page.look()
    return Judging(page, AtOnce())


def test_a_part_is_judged_and_another_chosen(judging: Judging) -> None:
    judging.judge()
    assert judging.part == "test"
    assert set(judging.parts) == {"test", "validation", "train"}
    matrix = judging.figures.confusion
    assert matrix.as_array().sum() == judging.figures.answers
    first = judging.judged
    judging.judge("train")
    assert judging.part == "train"
    assert judging.judged is not first
    judging.judge("test")
    assert judging.part == "test"


def test_samples_come_most_wrong_first_and_by_cell(judging: Judging) -> None:
    judging.judge("train")
    assert judging.samples() is None
    judging.read_samples()
    shown = judging.samples()
    assert shown is not None
    losses = [one.loss for one in shown.judged.values()]
    assert losses == sorted(losses, reverse=True)
    wrong = judging.samples(wrong_only=True)
    assert wrong is not None
    assert all(not one.right for one in wrong.judged.values())
    counts = judging.figures.confusion.as_array()
    right, given = 1, int(counts[1].argmax())
    judging.show_cell(right, given)
    of_cell = judging.samples()
    assert of_cell is not None
    assert len(of_cell.indices) == counts[right][given]
    index = int(of_cell.indices[0])
    assert [name for name, _ in of_cell.said(index)] == ["Right", "Given", "Probability", "Loss"]
    assert of_cell.facts(index)[0][:2] == ("Right", "b")


def test_what_cannot_be_judged_says_why(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    recorder = write_run(store, small_project(), state="running", epochs=9, done=1)
    page = RunsPage(Workspace(small_project()), store.folder, AtOnce())
    page.look()
    judging = Judging(page, AtOnce())
    judging.judge()
    assert "splits.npz" in judging.problem or "no program" in judging.problem
    recorder.close()
    page.follow()
    judging.again()
    assert judging.judged is None
    assert "splits.npz" in judging.problem or "no program" in judging.problem


def test_a_run_that_is_trained_is_judged_by_its_newest_checkpoint(
    folder: Path, tmp_path: Path
) -> None:
    import torch

    copy = tmp_path / "runs" / "kinds"
    shutil.copytree(folder / "kinds", copy)
    shutil.copy(folder.parent / "kinds.csv", tmp_path)
    (copy / "evaluation.json").unlink(missing_ok=True)
    update_record(copy, {"state": State.RUNNING})
    owner = Ownership(copy)
    page = RunsPage(Workspace(small_project()), copy.parent, AtOnce())
    page.look()
    judging = Judging(page, AtOnce())
    random = torch.random.get_rng_state(), np.random.get_state()[1].copy()  # type: ignore[union-attr, index]
    judging.judge()
    assert judging.problem == ""
    assert judging.judged is not None
    assert judging.judged.still_trains
    assert judging.judged.evaluation.epoch == 2
    assert torch.equal(torch.random.get_rng_state(), random[0])  # a training beside it goes its way
    assert np.array_equal(np.random.get_state()[1], random[1])  # type: ignore[index]
    assert not (copy / "evaluation.json").exists()
    first = judging.judged
    judging.again()
    assert judging.judged is not first  # it may have gone on
    owner.release()
    update_record(copy, {"state": State.COMPLETED})
    page.look()
    judging.judge()
    assert judging.judged is not None
    assert not judging.judged.still_trains


def test_what_was_called_off_is_not_shown(folder: Path) -> None:
    class Later(AtOnce):
        """Does the work when told to."""

        def __init__(self) -> None:
            self.waiting: list[tuple[object, ...]] = []

        def ask(self, *job: object) -> None:  # type: ignore[override]
            self.waiting.append(job)

    page = RunsPage(Workspace(small_project()), folder, AtOnce())
    page.look()
    jobs = Later()
    judging = Judging(page, jobs)
    judging.judge()
    assert judging.is_busy
    judging.cancel()
    assert (judging.is_busy, judging.problem) == (False, "It was called off.")
    _, work, _, failed = jobs.waiting[0]
    with pytest.raises(CancelledError) as error:
        work()  # type: ignore[operator]
    failed(error.value)  # type: ignore[operator]
    assert judging.problem == "It was called off."
