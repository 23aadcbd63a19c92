"""A run's folder gives back what was trained, or says in a sentence why it cannot."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from nnstudio.data.info import DataError
from nnstudio.data.pipeline.assembling import assemble
from nnstudio.data.pipeline.understanding import samples_for
from nnstudio.data.rows import first
from nnstudio.errors import UserError
from nnstudio.runs.errors import RunStoreError
from nnstudio.runs.store import RunStore
from nnstudio.training.failures import TrainingError
from nnstudio.workspace.finished_run import FinishedRun
from nnstudio.workspace.opened_run import open_folder, open_run


def same(one: object, other: object) -> bool:
    return isinstance(one, Tensor) and isinstance(other, Tensor) and torch.equal(one, other)


def test_project_model_and_samples_come_back(trained: FinishedRun) -> None:
    assert trained.folder is not None
    run = open_run(trained.folder)
    assert run.project.root == "Kinds"
    assert "class Kinds" in run.text
    assert run.settings.epochs == 2
    found, wanted = run.model("last").state_dict(), trained.model().state_dict()
    assert found.keys() == wanted.keys()
    assert all(same(found[key], wanted[key]) for key in wanted)
    drawn = torch.get_rng_state()
    assert not run.model().training
    assert torch.equal(drawn, torch.get_rng_state())  # a training beside it stays the same
    parts = run.parts()
    made = assemble(samples_for(trained.project.data, run.mapping), run.mapping)
    for name in ("train", "validation", "test"):
        assert same(getattr(parts, name).inputs, getattr(made, name).inputs)
        assert same(getattr(parts, name).targets, getattr(made, name).targets)
        assert len(getattr(parts.parts, name)) == len(getattr(parts, name)) > 0
    assert parts.samples is not None
    assert len(parts.samples) == 83  # without those that the rule leaves out


def test_the_best_weights_give_the_figures_of_the_best_epoch(trained: FinishedRun) -> None:
    assert trained.folder is not None
    run, part = open_run(trained.folder), "validation"
    with torch.no_grad():
        given = run.model()(run.part(part).to_model(run.part(part).inputs))
    right = float((given.argmax(1) == first(run.part(part).targets)).double().mean())
    best = next(done for done in reversed(trained.history) if done.best)
    assert best.validation is not None
    assert right == pytest.approx(best.validation.accuracy, abs=1e-9)


def test_a_run_is_found_by_its_id_and_a_beginning_of_it(trained: FinishedRun) -> None:
    assert trained.folder is not None
    name = open_folder(trained.folder).record.id
    assert open_run(name).folder == open_run(name[:-2]).folder == trained.folder
    store = RunStore()
    store.put(open_folder(trained.folder).record)
    with pytest.raises(RunStoreError, match="There is no run nothing-of-that-name"):
        open_run("nothing-of-that-name")
    with pytest.raises(RunStoreError, match="Expected a run"):
        open_run(" ")
    with pytest.raises(RunStoreError, match=r"There is no run in .*: expected a file run.json"):
        open_run(trained.folder.parent)


def test_changed_data_are_refused(copied: Path) -> None:
    assert len(open_folder(copied).parts().train)  # a copy is the same
    path = copied.parent / "kinds.csv"
    path.write_text(path.read_text().replace("5", "6"))
    with pytest.raises(DataError, match=r"kinds\.csv has changed since 'Kinds' was trained"):
        open_folder(copied).parts()
    path.unlink()
    with pytest.raises(UserError, match=r"kinds\.csv"):
        open_folder(copied).parts()


def test_other_parts_are_refused(copied: Path) -> None:
    np.savez(copied / "splits.npz", train=[0, 1], validation=[2], test=[3])
    with pytest.raises(DataError, match="holds other parts than those"):
        open_folder(copied).parts()
    (copied / "splits.npz").write_bytes(b"nothing")
    with pytest.raises(DataError, match="is damaged"):
        open_folder(copied).parts()


def test_another_program_is_refused_and_nothing_of_it_executed(copied: Path) -> None:
    text = (copied / "model.py").read_text()
    (copied / "model.py").write_text("# a note\n" + text.replace('"""', "'''"))
    assert open_folder(copied).model()  # the same program, in another form
    project = (copied / "project.nns").read_text()
    (copied / "project.nns").write_text(project.replace('"out_features": 8', '"out_features": 9'))
    (copied / "model.py").write_text("raise SystemExit(3)\n")
    with pytest.raises(RunStoreError, match="its project now gives another one"):
        open_folder(copied).model()


def test_weights_that_are_not_there_or_damaged_are_refused(copied: Path) -> None:
    place = open_folder(copied).checkpoint("last")
    (place / "weights.safetensors").write_bytes(b"other")
    with pytest.raises(TrainingError, match="is damaged"):
        open_folder(copied).model("last")
    shutil.rmtree(copied / "checkpoints")
    with pytest.raises(TrainingError, match="There are no best weights"):
        open_folder(copied).model()
