"""Trials that are trained on folds: their mean, what cuts them short, what goes on after a kill."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nnstudio
from nnstudio.runs.journal import read_history
from nnstudio.runs.record import read_record
from nnstudio.studies import kept_folds
from nnstudio.studies.errors import StudyError
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.plan import Limits, Objective, SearchPlan
from nnstudio.studies.search.result import Follower
from nnstudio.studies.search.start import begin
from nnstudio.studies.search.trainer import NoValueError, Outcome, values_of
from nnstudio.workspace.search_rebuild import rebuild
from nnstudio.workspace.studies.finished_search import FinishedSearch
from nnstudio.workspace.studies.search_folds import FoldedTrainer, run_of_fold, tag_of_folds
from nnstudio.workspace.studies.search_workers import work as work_at
from tests.fake_search import FoldedFake, plan, work
from tests.kept_runs import kinds, table

FIVE = 5


def folded(path: Path, **values: Any) -> StudyFolder:
    return begin(path, plan(folds=FIVE, **values))


def worth(point: dict[str, Any], fold: int) -> float:
    return 1 / (1 + abs(point["model.hidden"] - 32)) + fold / 100


def test_the_value_is_the_mean_over_the_folds_with_its_deviation(tmp_path: Path) -> None:
    folder = folded(tmp_path, limits=Limits(trials=2))
    work(folder, FoldedFake(tmp_path, FIVE, worth))
    for row in Follower(folder).result().rows:
        values = [worth(row.point, fold) for fold in range(1, 6)]
        assert row.values == (pytest.approx(statistics.mean(values)),)
        assert row.deviations == (pytest.approx(statistics.stdev(values)),)
        assert [one["accuracy"] for one in row.folds] == values
        assert row.reports[2] == pytest.approx(statistics.mean(values[:2]))


def test_a_fold_without_a_value_is_named() -> None:
    done = Outcome("completed", folds=({"loss": 1.0}, {"loss": float("nan")}))
    with pytest.raises(NoValueError, match=r"^Fold 2: The objective loss is not a finite number"):
        values_of(done, (Objective.of("loss"),))


def test_bad_trials_are_cut_after_two_folds_and_the_same_ones_after_a_kill(tmp_path: Path) -> None:
    found = []
    for name, dies_at in (("whole", None), ("killed", (7, 2))):
        folder = folded(tmp_path / name, limits=Limits(trials=12))
        trainer = FoldedFake(tmp_path / name, FIVE, worth, dies_at=dies_at)
        if dies_at is not None:
            with pytest.raises(KeyboardInterrupt):
                work(folder, trainer)
        work(folder, trainer)
        found.append(
            [
                (r.number, r.state, r.point, r.values, r.reports)
                for r in Follower(folder).result().rows
            ]
        )
    assert found[0] == found[1]
    cut = [reports for _, state, _, _, reports in found[0] if state == "pruned"]
    assert cut
    assert {len(reports) for reports in cut} <= {2, 3, 4}


@pytest.fixture
def target(tmp_path: Path) -> dict[str, Any]:
    few = {"epochs": 1, "device": "cpu", "threads": 1, "missing": "drop", "test": 0.2}
    return {"data": str(table(tmp_path / "kinds.csv")), **few}


def ended(found: FinishedSearch) -> dict[str, str | None]:
    """When each run of a search has ended, by the run's name."""
    runs = Path(found.best.run or "").parent.glob(f"{found.result.plan.id}-*")
    return {run.name: read_record(run).ended for run in runs}


def test_real_trials_on_the_same_folds(tmp_path: Path, target: dict[str, Any]) -> None:
    found = nnstudio.tune(
        kinds(),
        search={"learning_rate": "1e-3..1e-1:log"},
        sampler="random",
        objective="accuracy",
        trials=2,
        folds=2,
        folder=tmp_path / "study",
        **target,
    )
    folds = kept_folds.read(found.folder)
    test = folds.parts[0][0].test
    for row in found.trials:
        assert row.run is not None
        assert tag_of_folds(Path(row.run)) == f"trial-{row.number}"
        last = []
        for fold, parts in enumerate(folds.parts[0]):
            run = run_of_fold(Path(row.run), 0, fold)
            record = read_record(run)
            assert record.tags == ("trial", f"trial-{row.number}", f"fold {fold + 1}", "repeat 1")
            assert record.group == found.result.plan.id
            with np.load(run / "splits.npz") as kept:
                assert np.array_equal(kept["validation"], parts.validation)
            assert not np.isin(test, np.concatenate([parts.train, parts.validation])).any()
            last.append(read_history(run)[-1]["validation_accuracy"])
        assert row.values == (pytest.approx(statistics.mean(last)),)
    assert found.use_best().training.learning_rate == found.best.point["learning_rate"]
    judged = found.judge()
    assert (len(judged.evaluations), judged.evaluations[0].samples) == (2, len(test))
    assert any("the best of 2" in note for note in found.notes)
    # a lost log is made again from the runs, and nothing is trained again
    then = ended(found)
    assert len(then) == 4
    before = [(row.number, row.state, row.point, row.values, row.folds) for row in found.trials]
    (found.folder / "optuna.log").unlink()
    assert rebuild(found.study) == 2
    work_at(found.study, 1)
    rows = Follower(found.study).result().rows
    assert [(row.number, row.state, row.point, row.values, row.folds) for row in rows] == before
    assert ended(found) == then


def test_folds_that_were_changed_or_are_of_other_samples_are_refused(
    tmp_path: Path, target: dict[str, Any]
) -> None:
    from nnstudio.project.settings import with_settings
    from nnstudio.workspace.studies.search_beginning import How, begin_search, space_of
    from nnstudio.workspace.training import fitted

    project = fitted(with_settings(kinds(), target))[0]
    how = How(limits=Limits(trials=1), folds=2)
    begun = begin_search(
        project, space_of(project, {"batch_size": [8, 16]}), how, path=tmp_path / "s"
    )
    record = tmp_path / "s" / "study.json"
    told = json.loads(record.read_text())
    record.write_text(json.dumps({**told, "folds_hash": "0"}))
    with pytest.raises(StudyError, match="holds other folds than those"):
        FoldedTrainer(StudyFolder.open(begun.folder.path))
    assert SearchPlan.model_validate(told).places == ((0, 0), (0, 1))


@pytest.mark.slow
def test_nested_folds_are_judged_by_samples_that_decided_nothing(
    tmp_path: Path, target: dict[str, Any]
) -> None:
    few: dict[str, Any] = {
        "search": {"learning_rate": "1e-3..1e-1:log"},
        "sampler": "random",
        "objective": "accuracy",
        "outer": 2,
        "folds": 2,
        "folder": tmp_path / "nested",
        **target,
    }
    found = nnstudio.nested_cross_validate(kinds(), trials=1, **few)
    held = [parts.validation for parts in found.outer.parts[0]]
    for search, judged, outside in zip(found.searches, found.judgements, held, strict=True):
        inner = kept_folds.read(search.folder)
        for parts in inner.parts[0]:
            assert np.array_equal(parts.test, outside)
            assert not np.isin(outside, np.concatenate([parts.train, parts.validation])).any()
        for one in judged.evaluations:
            assert np.array_equal(np.sort(one.predictions.index), outside)
    assert found.head["accuracy"].count == 2
    with pytest.raises(StudyError, match="give resume to go on"):
        nnstudio.nested_cross_validate(kinds(), trials=1, **few)
    again = nnstudio.nested_cross_validate(kinds(), trials=1, resume=True, **few)
    assert again.table() == found.table()
